"""The families that losses belong to: the files and folders they stand in."""

from typing import Any

# file or folder in xlogits/losses -> what the family is called
FAMILIES = {
    "softmax": "entropy",
    "sigmoid": "entropy",
    "linear": "entropy",
    "transform": "activation",
    "products": "activation",
    "multiclass_margin": "margin",
    "modulated": "divergence",
    "likelihood": "regression",
}


def family(loss: Any) -> str:
    """The family of a loss, as `xlogits names` knows it."""
    module = type(loss).__module__.split(".")[2]  # xlogits.losses.<file or folder>
    return FAMILIES.get(module, module)
