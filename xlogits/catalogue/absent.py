"""Public losses that have no record, each with the reason and with what comes nearest."""

from typing import NamedTuple


class NoEquivalent(NamedTuple):
    """A loss that cannot be said by other means: why, what to call instead, how far off that is."""

    name: str
    reason: str
    nearest: str = ""
    difference: str = ""


ABSENT: dict[str, NoEquivalent] = {
    entry.name: entry
    for entry in (
        NoEquivalent(
            "tensorflow.nn.sampled_softmax_loss",
            "It draws negative classes at random, so two runs, and two frameworks, differ.",
            "tensorflow.nn.sparse_softmax_cross_entropy_with_logits on the logits of all classes",
            "an estimate of that loss; for evaluation TensorFlow's own advice is the full softmax",
        ),
        NoEquivalent(
            "tensorflow.nn.nce_loss",
            "It draws noise classes at random, and corrects the logits by their log-probability.",
            "tensorflow.nn.sigmoid_cross_entropy_with_logits on the logits of all classes",
            "another objective: noise-contrastive estimation only shares its optimum in the limit",
        ),
    )
}
