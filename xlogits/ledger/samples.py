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
        "torch.nn.functional.cosine_similarity",
        "expected labels of shape",
        "PyTorch broadcasts rows of (1, 2, 3) and (2, 1, 3) against each other. xlogits takes rows in "
        "pairs: what broadcasts by accident is the mistake that it is there to find.",
        "torch/testing/_internal/common_methods_invocations.py, sample_inputs_cosine_similarity",
    ),
    Miss(
        "torch.nn.functional.cosine_similarity",
        "single number",
        "PyTorch takes two numbers without axes for rows of one. A cosine needs an axis.",
        "torch/testing/_internal/common_methods_invocations.py, sample_inputs_cosine_similarity",
    ),
    Miss(
        "torch.nn.functional.pairwise_distance",
        "p is -1.0",
        "Of a negative p PyTorch makes something that is no norm: 0 where any difference is 0.",
        "torch/testing/_internal/common_methods_invocations.py, sample_inputs_pairwise_distance",
    ),
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
