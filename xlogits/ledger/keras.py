"""What the classes of Keras share: where they differ from the definition."""

from xlogits.ledger.row import Divergence

_SOFTMAX_CLASSES = ("CategoricalCrossentropy", "SparseCategoricalCrossentropy")
_RELATIVES = (
    *("KLDivergence", "BinaryFocalCrossentropy", "CategoricalFocalCrossentropy"),
    "CategoricalGeneralizedCrossEntropy",
)
_REGRESSION = (
    *("MeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError"),
    *("MeanSquaredLogarithmicError", "Huber", "LogCosh", "Poisson"),
)
_LOSS = "https://github.com/keras-team/keras/blob/master/keras/src/losses/loss.py"


def _classes(*names: str) -> tuple[str, ...]:
    return tuple(f"keras.losses.{name}" for name in names)


ROWS: tuple[Divergence, ...] = (
    Divergence(
        "empty batch stays empty",
        _classes(*_SOFTMAX_CLASSES, "BinaryCrossentropy", *_RELATIVES, *_REGRESSION),
        "For an empty batch Keras returns the empty tensor of losses, whatever the reduction. "
        "xlogits reduces it: a mean is 0 as for a batch of masked items, a sum is 0.",
        _LOSS,
        case="empty batch",
        quantity="value",
        unless="there is at least one item",
    ),
    Divergence(
        "a single loss is not reduced",
        _classes(*_SOFTMAX_CLASSES, *_RELATIVES, *_REGRESSION),
        "Keras returns the loss of a single item without axes as it is, weighted but not divided by "
        "its weight.",
        _LOSS,
        case="unbatched",
        variant="*mean_with_sample_weight*",
    ),
)
