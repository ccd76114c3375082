"""The arrays of a claim on a framework, and the exact contents of what a call gives."""

from typing import Any

import numpy as np

from tests.data.claimed import array, operands_of
from tests.data.claims import CLAIMS

Array = Any


def arrays(framework: str, name: str) -> dict[str, Array]:
    operands = operands_of(CLAIMS[name])
    kinds = {k: "float32" if x.dtype.kind == "f" else x.dtype.name for k, x in operands.items()}
    return {k: array(framework, x, kinds[k]) for k, x in operands.items()}


def bits(found: Any) -> bytes:
    """The exact contents of a result, or of several."""
    if isinstance(found, (tuple, list)):
        return b"|".join(map(bits, found))
    if found is None:
        return b""
    if hasattr(found, "detach"):
        found = found.detach()
    return np.asarray(found).tobytes()
