"""PyTorch: eager and torch.compile, on every device it finds."""

from collections import defaultdict
from functools import partial
from typing import Any

import numpy as np
import torch

from xlogits.parity.engines.run import Call, Outcome, Result, each, with_gaps

MODES = ("eager", "torch.compile")
QUICK, COSTLY = "eager", {"torch.compile": 120}

torch.set_num_threads(1)  # on tensors this small a second thread only waits for the first


def devices() -> list[str]:
    found = ["cpu"]
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    if hasattr(torch, "xpu") and torch.xpu.is_available():
        found.append("xpu")
    return found


def dtypes(device: str) -> list[str]:
    names = ["float16", "bfloat16", "float32", "float64"]
    return names[:3] if device == "mps" else names


def array(x: Any, dtype: str, device: str, strided: bool = False) -> torch.Tensor:
    x = np.asarray(x)
    index: Any = None
    if strided:
        x, index = with_gaps(x)
    made = torch.tensor(
        x, device=device, dtype=getattr(torch, dtype) if x.dtype.kind == "f" else None
    )
    return made[index] if strided else made


def numbers(x: torch.Tensor) -> Any:
    return x.detach().cpu().to(torch.float64).numpy()


def run(calls: list[Call], dtype: str, device: str, mode: str) -> list[Result]:
    if mode == "eager":
        return each(lambda call: _evaluate(call, call.fn, dtype, device), calls)
    torch._dynamo.config.recompile_limit = 64  # one for each set of shapes
    # calls of one computation share what was compiled for it; between computations it is forgotten
    groups: dict[Any, list[int]] = defaultdict(list)
    for number, call in enumerate(calls):
        groups[call.identity].append(number)
    results: dict[int, Result] = {}
    for group in groups.values():
        torch.compiler.reset()
        fn = calls[group[0]].fn
        # what the default compiler lowers is what this one runs; it needs no C++ compiler
        compiled = torch.compile(
            lambda fn=fn, **arrays: fn(**arrays), fullgraph=True, backend="aot_eager", dynamic=False
        )
        some = [calls[number] for number in group]
        found = each(partial(_evaluate, fn=compiled, dtype=dtype, device=device), some)
        results |= zip(group, found, strict=True)
    return [results[number] for number in range(len(calls))]


def _evaluate(call: Call, fn: Any, dtype: str, device: str) -> Outcome:
    arrays = {k: array(v, dtype, device, call.strided) for k, v in call.operands.items()}
    for name in call.wrt:
        arrays[name].requires_grad_()
    value = fn(**arrays)
    leaves = [arrays[name] for name in call.wrt]
    grads: tuple[Any, ...] = ()
    if leaves and value.requires_grad:
        cotangent = array(call.cotangent, dtype, device).to(value.dtype).expand(value.shape)
        grads = torch.autograd.grad(value, leaves, cotangent, allow_unused=True)
    gradients = {
        name: numbers(torch.zeros_like(leaf) if grad is None else grad)
        for name, leaf, grad in zip(call.wrt, leaves, grads, strict=False)
    }
    return Outcome(numbers(value), gradients, str(value.dtype).removeprefix("torch."))
