"""JAX: eager and jax.jit, on every device it finds.

Compiling costs far more than running here, so calls of the same computation on arrays of the same
shapes and dtypes are stacked and run under one vmap, and a group of computations is compiled as one
program.
"""

from collections import defaultdict
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import jaxpr_as_fun

from xlogits.parity.engines.run import Call, Failure, Outcome, Result, each

MODES = ("eager", "jax.jit")
QUICK, COSTLY = "jax.jit", {"eager": 60, "jax.jit": 35}
PIECEMEAL = "eager"  # the operations of jax.jit, each compiled on its own

jax.config.update("jax_enable_x64", True)


def devices() -> list[str]:
    found = []
    for platform in ("cpu", "gpu", "tpu"):
        try:
            jax.devices(platform)
        except RuntimeError:
            continue
        found.append("cuda" if platform == "gpu" else platform)
    return found


def dtypes(device: str) -> list[str]:
    names = ["float16", "bfloat16", "float32", "float64"]
    return names[:3] if device == "tpu" else names


def array(x: Any, dtype: str, device: str, strided: bool = False) -> jax.Array:
    return _put(_cast(x, dtype), device)


def _cast(x: Any, dtype: str) -> Any:
    x = np.asarray(x)
    return x.astype(jnp.dtype(dtype)) if x.dtype.kind == "f" else x


def _put(x: Any, device: str) -> jax.Array:
    return jax.device_put(x, jax.devices("gpu" if device == "cuda" else device)[0])


def numbers(x: jax.Array) -> Any:
    return np.asarray(x).astype(np.float64)


def run(calls: list[Call], dtype: str, device: str, mode: str) -> list[Result]:
    def inputs(some: list[Call]) -> Any:
        """The operands and cotangents of calls, stacked."""
        made = [jax.tree.map(lambda x: _cast(x, dtype), (c.operands, c.cotangent)) for c in some]
        return jax.tree.map(lambda *xs: _put(np.stack(xs), device), *made)

    def arrays(call: Call) -> tuple[dict[str, Any], Any]:
        made = {k: array(v, dtype, device) for k, v in call.operands.items()}
        return made, array(call.cotangent, dtype, device)

    if mode == "eager":
        found = each(lambda call: _outcome(call, _evaluate(call, *arrays(call))), calls)
        jax.clear_caches()  # every operation was compiled, and the programs fill the memory
        return found
    results: list[Result | None] = [None] * len(calls)
    groups: dict[Any, list[int]] = defaultdict(list)
    for number, call in enumerate(calls):
        shapes = tuple((k, np.shape(v), np.asarray(v).dtype) for k, v in call.operands.items())
        groups[call.identity, shapes, np.shape(call.cotangent)].append(number)
    for batch in _batches(list(groups.values()), 12):
        _run_compiled([[calls[i] for i in group] for group in batch], batch, inputs, results)
    jax.clear_caches()  # no program of this run is needed again, and they fill the memory
    return [r if r is not None else Failure("Missing", "", False) for r in results]


def _batches(items: list[Any], size: int) -> list[list[Any]]:
    return [items[i : i + size] for i in range(0, len(items), size)]


def _run_compiled(
    stacks: list[list[Call]], numbers_of: list[list[int]], inputs_of: Any, results: Any
) -> None:
    """Compile several stacks of calls as one program, leaving out those that cannot be traced."""
    good = []
    for stack, numbers_ in zip(stacks, numbers_of, strict=True):
        try:
            inputs = inputs_of(stack)
            program = jax.vmap(lambda operands, ct, call=stack[0]: _evaluate(call, operands, ct))
            traced = jax.jit(program).trace(*inputs)
            good.append((stack, numbers_, traced, inputs))
        except Exception as error:
            for number in numbers_:
                results[number] = Failure.of(error)
    if not good:
        return

    def whole(every: list[Any]) -> list[Any]:
        return [
            jax.tree.unflatten(
                jax.tree.structure(traced.out_info),
                jaxpr_as_fun(traced.jaxpr)(*jax.tree.leaves(one)),
            )
            for (_, _, traced, _), one in zip(good, every, strict=True)
        ]

    found = jax.jit(whole)([inputs for *_, inputs in good])
    for (stack, numbers_, _, _), out in zip(good, found, strict=True):
        out = jax.tree.map(np.asarray, out)
        for row, (call, number) in enumerate(zip(stack, numbers_, strict=True)):
            results[number] = _outcome(call, jax.tree.map(lambda x, row=row: x[row], out))


def _evaluate(call: Call, operands: dict[str, Any], cotangent: Any) -> tuple[Any, dict[str, Any]]:
    moving = {name: operands[name] for name in call.wrt}
    fixed = {name: x for name, x in operands.items() if name not in call.wrt}
    if not moving:
        return call.fn(**fixed), {}
    value, back = jax.vjp(lambda m: call.fn(**fixed, **m), moving)
    return value, back(jnp.broadcast_to(cotangent.astype(value.dtype), value.shape))[0]


def _outcome(call: Call, found: tuple[Any, dict[str, Any]]) -> Outcome:
    value, grads = found
    return Outcome(numbers(value), {k: numbers(g) for k, g in grads.items()}, value.dtype.name)
