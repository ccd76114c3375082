"""Losses of overlap: where frameworks differ from the definition."""

from xlogits.ledger.row import Divergence

_KERAS_CLASSES = ("keras.losses.Dice", "keras.losses.Tversky")

ROWS: tuple[Divergence, ...] = (
    Divergence(
        "a loss of the whole batch is not reduced",
        _KERAS_CLASSES,
        "By default the loss of a batch is one number without axes, which Keras returns weighted but "
        "not divided by its weight.",
        "https://github.com/keras-team/keras/blob/master/keras/src/losses/loss.py",
        variant="*mean_with_sample_weight*",
    ),
    Divergence(
        "overlap of an empty batch",
        _KERAS_CLASSES,
        "Along an axis the losses of an empty batch are an empty tensor, which Keras returns whatever "
        "the reduction. xlogits reduces it: a mean is 0 as for a batch of masked items, a sum is 0.",
        "https://github.com/keras-team/keras/blob/master/keras/src/losses/loss.py",
        case="empty batch",
        variant="axis=*",
        quantity="value",
    ),
    Divergence(
        "eps squared in half precision",
        ("keras.losses.dice", "keras.losses.tversky"),
        "Where nothing is predicted and nothing is there the denominator is 1e-7, whose square, in the "
        "derivative of the quotient, is 0 in float16: NaN. xlogits computes in float32.",
        "run it: numpy.float16(1e-7) ** 2",
        case="nothing predicted and nothing there",
        quantity="d/*",
        dtype="float16",
    ),
    Divergence(
        "weight of a class without targets in float16",
        ("optax.losses.multiclass_generalized_dice_loss",),
        "The weight of a class without targets is 1 / 1e-7, infinite in float16, and is divided "
        "by the sum of all weights: NaN. xlogits computes in float32.",
        "run it: numpy.float16(1) / numpy.float16(1e-7)",
        case="a class without targets",
        dtype="float16",
    ),
    Divergence(
        "sum of probabilities is read",
        ("optax.losses.dice_loss", "optax.losses.multiclass_generalized_dice_loss"),
        "Without its softmax optax looks in Python whether the predictions sum to 1, which cannot be "
        "traced, so jax.jit raises. xlogits takes them as they are.",
        "https://github.com/google-deepmind/optax/blob/main/optax/losses/_segmentation.py",
        variant="*apply_softmax=False*",
        mode="jax.jit",
    ),
)
