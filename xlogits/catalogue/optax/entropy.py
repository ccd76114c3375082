"""optax.losses: losses of JAX arrays, none of which reduces."""

from xlogits.catalogue.record import Arg, Native
from xlogits.losses import DENSE, INDEX, SigmoidCrossEntropy, SoftmaxCrossEntropy

LOGITS, LABELS = Arg("logits", "pred"), Arg("labels", "target")
# axis=None means all axes here, so there is no value that leaves the axis as it is
AXIS = Arg("axis", "axis", -1, absent=-1, since="0.2.4")
WHERE = Arg("where", "mask", None, since="0.2.4")

NATIVES = (
    Native(
        "optax.softmax_cross_entropy",
        SoftmaxCrossEntropy(labels=DENSE),
        (LOGITS, LABELS, AXIS, WHERE),
        aliases=("optax.losses.softmax_cross_entropy",),
    ),
    Native(
        "optax.softmax_cross_entropy_with_integer_labels",
        SoftmaxCrossEntropy(labels=INDEX),
        (LOGITS, LABELS, AXIS, WHERE),
        aliases=("optax.losses.softmax_cross_entropy_with_integer_labels",),
        changed=(("0.2.6", "a row of which `where` leaves nothing costs 0"),),
    ),
    Native(
        "optax.sigmoid_binary_cross_entropy",
        SigmoidCrossEntropy(),
        (LOGITS, LABELS),
        aliases=("optax.losses.sigmoid_binary_cross_entropy",),
    ),
)
