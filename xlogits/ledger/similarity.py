"""Losses of embeddings: where frameworks differ from the definition."""

from xlogits.ledger.row import Divergence

_TORCH_ANGLE = ("torch.nn.functional.cosine_similarity", "torch.nn.CosineSimilarity")
_TORCH_EMBEDDING = ("torch.nn.functional.cosine_embedding_loss", "torch.nn.CosineEmbeddingLoss")

ROWS: tuple[Divergence, ...] = (
    Divergence(
        "length floored without its derivative",
        _TORCH_ANGLE,
        "PyTorch raises the length of a short row to eps where the derivative does not see it, and "
        "goes on to differentiate the length. xlogits differentiates max(length, eps), which is a "
        "constant there.",
        "https://github.com/pytorch/pytorch/blob/main/aten/src/ATen/native/Distance.cpp",
        case="rows shorter than eps",
        quantity="d/dlogits",
    ),
    Divergence(
        "one or two axes only",
        _TORCH_EMBEDDING,
        "PyTorch takes pairs of rows, or one pair, and raises for more axes. xlogits takes any number.",
        "https://pytorch.org/docs/stable/generated/torch.nn.CosineEmbeddingLoss.html",
        case="K-dimensional|four axes|three axes of one length",
    ),
    Divergence(
        "eps is nothing in half precision",
        (
            *_TORCH_ANGLE,
            *_TORCH_EMBEDDING,
            "keras.losses.cosine_similarity",
            "optax.losses.cosine_similarity",
            "optax.losses.cosine_distance",
        ),
        "Computed in float16, 1e-8 and 1e-12 are 0 and 1 / 1e-7 is infinite, and so are squares of "
        "short rows: NaN where a row is short or 0. xlogits computes in float32.",
        "run it: numpy.float16(1e-8), torch 2.13, Keras 3.15, optax 0.2.8",
        case="rows of zeros|rows shorter than eps|short rows",
        dtype="float16",
    ),
    Divergence(
        "distance in float32",
        ("tensorflow.compat.v1.losses.cosine_distance",),
        "The losses of TF1 cast what they are given to float32, and return the result as that.",
        "https://github.com/tensorflow/tensorflow/blob/master/tensorflow/python/ops/losses/losses_impl.py",
        dtype="float64",
    ),
    Divergence(
        "a single similarity is not reduced",
        ("keras.losses.CosineSimilarity",),
        "Keras returns the loss of a single item without axes as it is, weighted but not divided by "
        "its weight.",
        "https://github.com/keras-team/keras/blob/master/keras/src/losses/loss.py",
        case="unbatched",
        variant="*mean_with_sample_weight*",
    ),
    Divergence(
        "similarity of an empty batch",
        ("keras.losses.CosineSimilarity",),
        "For an empty batch Keras returns the empty tensor of losses, whatever the reduction. "
        "xlogits reduces it: a mean is 0 as for a batch of masked items, a sum is 0.",
        "https://github.com/keras-team/keras/blob/master/keras/src/losses/loss.py",
        case="empty batch",
        quantity="value",
    ),
)
