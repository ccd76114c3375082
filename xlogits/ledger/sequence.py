"""Connectionist temporal classification: where frameworks differ from the definition."""

from xlogits.ledger.row import Divergence

_TORCH = ("torch.nn.functional.ctc_loss", "torch.nn.CTCLoss")
_KERAS = ("keras.losses.ctc", "keras.losses.CTC", "keras.ops.ctc_loss")

ROWS: tuple[Divergence, ...] = (
    Divergence(
        "no alignment fits",
        ("tensorflow.nn.ctc_loss", *_KERAS, "optax.losses.ctc_loss"),
        "TensorFlow takes the logarithm of the smallest float32 for that of 0, optax -1e5: labels that "
        "no alignment fits cost about 708, or 1e5, and have a gradient. xlogits says infinity, whose "
        "gradient is 0.",
        "https://github.com/tensorflow/tensorflow/blob/master/tensorflow/python/ops/ctc_ops.py",
        case="too few frames|one frame",
        unless="every item has frames enough",
    ),
    Divergence(
        "gradient where no alignment fits",
        _TORCH,
        "PyTorch's gradient of an infinite loss is NaN. xlogits says 0, as for a loss that no change of "
        "the prediction makes finite.",
        "https://pytorch.org/docs/stable/generated/torch.nn.CTCLoss.html (zero_infinity)",
        case="too few frames|one frame",
        quantity="d/dlogits",
        unless="every item has frames enough",
    ),
    Divergence(
        "posteriors from logarithms of hundreds",
        _TORCH,
        "PyTorch's posterior is a difference of log-probabilities of whole alignments, which are some "
        "-200 for logits of 60: -0.9980582008272066 in float64 for -0.99805820082722138. xlogits "
        "shares it out from frame to frame, as ratios.",
        "mpmath, 40 digits, over all alignments: -0.99805820082722137561",
        case="large logits",
        quantity="d/dlogits",
        unless="no logit is above 50",
    ),
    Divergence(
        "gradient through log_softmax",
        _TORCH,
        "PyTorch returns exp(log_probs) minus the posterior, the gradient by the logits before the "
        "log_softmax. By log_probs themselves it is minus the posterior, which xlogits gives; after "
        "the derivative of log_softmax the two are the same.",
        "https://github.com/pytorch/pytorch/blob/main/aten/src/ATen/native/LossCTC.cpp",
        quantity="d/dlogits",
    ),
    Divergence(
        "lengths of sequences are read",
        _TORCH,
        "PyTorch reads the lengths from the tensors to find the size of what it allocates, which "
        "breaks the graph, so torch.compile(fullgraph=True) raises. xlogits stays in the graph.",
        "run it: torch 2.13, torch.compile(F.ctc_loss, fullgraph=True)",
        mode="torch.compile",
    ),
    Divergence(
        "sequences of an empty batch",
        (*_TORCH, "tensorflow.nn.ctc_loss", *_KERAS),
        "PyTorch and TensorFlow raise for a batch without sequences. xlogits returns no losses, or "
        "their sum.",
        "run it: torch 2.13, TensorFlow 2.21",
        case="empty batch",
    ),
    Divergence(
        "sequences in float32 only",
        ("tensorflow.nn.ctc_loss", "keras.losses.ctc", "keras.losses.CTC", "keras.ops.ctc_loss"),
        "TensorFlow's loss of dense labels raises for float64, so Keras casts to float32.",
        "https://github.com/keras-team/keras/blob/master/keras/src/backend/tensorflow/nn.py",
        dtype="float64",
    ),
    Divergence(
        "sequences in float32, whatever is asked for",
        ("keras.losses.CTC",),
        "With dtype='float64' Keras still computes in float32, as above, and casts the result.",
        "https://github.com/keras-team/keras/blob/master/keras/src/backend/tensorflow/nn.py",
        variant="*dtype='float64'*",
    ),
)
