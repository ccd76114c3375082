"""PyTorch's own test samples that our dialects do not answer as PyTorch does, each with its reason."""

from typing import NamedTuple


class Miss(NamedTuple):
    """A kind of sample: the function, what its error or its result says, and why."""

    native: str
    words: str
    reason: str
    source: str


MISSES = (
    Miss(
        "torch.nn.functional.multi*margin_loss",
        "single number",
        "PyTorch takes a number without axes for a row of one class. A loss of classes needs an axis.",
        "torch/testing/_internal/common_methods_invocations.py, sample_inputs_multi_margin_loss",
    ),
    Miss(
        "torch.nn.KLDivLoss",
        "inf",
        "The sample draws targets below 0, which are no probabilities: PyTorch gives NaN, xlogits the "
        "limit of the divergence outside its domain, infinity, as SciPy does.",
        "torch/testing/_internal/common_modules.py, module_inputs_torch_nn_KLDivLoss",
    ),
)
