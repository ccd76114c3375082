"""NumPy: always eager, gradients only by closed form."""

from importlib.util import find_spec
from typing import Any

import numpy as np

from xlogits.parity.engines.run import Call, Outcome, Result, each, with_gaps

MODES = ("eager",)
QUICK, COSTLY = "eager", dict[str, float]()


def devices() -> list[str]:
    return ["cpu"]


def dtypes(device: str) -> list[str]:
    half = ["bfloat16"] if find_spec("ml_dtypes") else []
    return ["float16", *half, "float32", "float64"]


def array(x: Any, dtype: str, device: str, strided: bool = False) -> Any:
    x = np.asarray(x)
    if x.dtype.kind == "f":
        x = x.astype(_dtype(dtype))
    if strided:
        big, index = with_gaps(x)
        return big[index]
    return x


def _dtype(name: str) -> Any:
    if name == "bfloat16":
        import ml_dtypes

        return ml_dtypes.bfloat16
    return np.dtype(name)


def numbers(x: Any) -> Any:
    return np.asarray(x).astype(np.float64)


def run(calls: list[Call], dtype: str, device: str, mode: str) -> list[Result]:
    def one(call: Call) -> Outcome:
        arrays = {k: array(v, dtype, device, call.strided) for k, v in call.operands.items()}
        with np.errstate(all="ignore"):
            value = call.fn(**arrays)
            gradients: dict[str, Any] = {}
            if call.gradient is not None and call.wrt:
                found = call.gradient(**arrays, cotangent=array(call.cotangent, dtype, device))
                gradients = {
                    k: numbers(g) for k, g in zip(call.arrays, found, strict=True) if k in call.wrt
                }
        name = value.dtype.name if hasattr(value, "dtype") else type(value).__name__
        return Outcome(numbers(value), gradients, name)

    return each(one, calls)
