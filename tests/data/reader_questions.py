"""Questions of a reader who had nothing but the command line, and messages that people post.

ASKED are those for which nothing, or something else, was found; by them the finder was mended. SINCE
were written after that, before any of them was tried: 45 of the first 64 opened what they should, and
34 of the next 58, and by both the finder was mended again. UNTRIED were written last, and changed
nothing but one name that was wrong ("softmax minus one-hot"): 21 of 35.
"""

from typing import NamedTuple

ASKED = (
    ("who coined logit", ("logit-history",)),
    ("etymology of logits", ("logit-history",)),
    ("who invented softmax", ("logit-history",)),
    ("why do people give contradicting answers about logits", ("logits",)),
    (
        "why does one tensorflow function have the suffix with_logits and the other not",
        ("with_logits",),
    ),
    ("why does PyTorch have one CrossEntropyLoss", ("cross-entropy",)),
    ("mxnet from_logits", ("from_logits",)),
    ("are logits log-odds in the multi-class case", ("logits",)),
    (
        "the logit layer's outputs are log-odds",
        (
            "logits",
            "log-odds",
        ),
    ),
    ("what is the gradient of softmax cross entropy", ("loss-gradient",)),
    ("gradient of the loss", ("loss-gradient",)),
    (
        "class weights vs pos_weight",
        (
            "pos_weight",
            "class-weights",
        ),
    ),
    ("six means", ("reduction",)),
    ("how is the loss averaged", ("reduction",)),
    ("how do I check the loss by hand", ("loss-by-hand",)),
    ("compute cross entropy by hand", ("loss-by-hand",)),
    ("tf.nn.softmax vs tf.nn.softmax_cross_entropy_with_logits", ("loss-by-hand",)),
    (
        "difference between tf.nn.softmax and tf.nn.softmax_cross_entropy_with_logits",
        ("loss-by-hand",),
    ),
    ("-tf.reduce_sum(y_*tf.log(tf.nn.softmax(x)))", ("loss-by-hand",)),
    ("cross_entropy = -tf.reduce_sum(y_*tf.log(tf.nn.softmax(x)))", ("loss-by-hand",)),
    ("tf.reduce_sum(y_*tf.log(y_conv)) gives NaN", ("loss-by-hand",)),
    ("NaN loss", ("stability",)),
    ("loss is NaN", ("stability",)),
    ("I become NaN loss after some epochs", ("stability",)),
    ("my loss goes to NaN", ("stability",)),
    ("np.exp(logits) / np.exp(logits)", ("softmax",)),
    ("exp(logits) divided by exp(logits)", ("softmax",)),
    ("is softmax the inverse of logit", ("inverse-of-softmax",)),
    ("from_logits=True on probabilities", ("from_logits",)),
    ("get probabilities from logits", ("probability",)),
    ("why training still seems to work when I forget from_logits", ("from_logits",)),
    ("from_logits false with logits", ("from_logits",)),
    ("the logits is what in the network neural?", ("logits",)),
    ("what is the maximum of cross entropy", ("cross-entropy",)),
    ("good cross entropy loss value", ("cross-entropy",)),
    ("what does the loss value mean", ("cross-entropy",)),
    ("should I put softmax at the end", ("softmax-twice",)),
    ("softmax in the forward method", ("softmax-twice",)),
    (
        "softmax before nll loss",
        (
            "log-softmax",
            "nll",
        ),
    ),
    ("why divide logits by temperature", ("temperature",)),
    ("threshold for sigmoid", ("argmax-invariance",)),
    ("how to get probability from BCEWithLogitsLoss model", ("with_logits",)),
    ("inf in softmax", ("stability",)),
    ("accuracy does not improve but loss goes down", ("loss-vs-accuracy",)),
    ("accuracy goes up and loss goes up", ("loss-vs-accuracy",)),
    ("loss goes up but accuracy goes up too", ("loss-vs-accuracy",)),
    ("model outputs negative numbers", ("logits",)),
    ("my model outputs numbers bigger than 1", ("logits",)),
    ("sample weights", ("sample-weights",)),
    ("mean over batch or tokens", ("reduction",)),
    (
        "are the logits of softmax unique",
        (
            "logits",
            "inverse-of-softmax",
        ),
    ),
    ("labels out of range", ("label-range",)),
    ("my labels start at 1", ("label-range",)),
    ("labels are float", ("label-dtype",)),
    (
        "shape of labels for BCE",
        (
            "label-shape",
            "bce",
        ),
    ),
    ("difference between binary and categorical crossentropy", ("bce",)),
    ("soft labels in cross entropy", ("sparse",)),
)
SINCE = (
    ("logits definiton", ("logits",)),
    (
        "what exactly is a logit in a neural net",
        (
            "logits",
            "logit",
        ),
    ),
    ("meaning of un-normalized scores", ("logits",)),
    ("who came up with the name logit", ("logit-history",)),
    ("since when is softmax called softmax", ("logit-history",)),
    ("why the last layer is named logits layer", ("logits",)),
    ("logits to probability pytorch", ("probability",)),
    (
        "convert logprobs to probabilities",
        (
            "log-softmax",
            "probability",
        ),
    ),
    (
        "how do i get logits out of a keras model with softmax",
        (
            "inverse-of-softmax",
            "logits",
            "from_logits",
        ),
    ),
    (
        "two logits same softmax different values",
        (
            "softmax",
            "logits",
            "inverse-of-softmax",
        ),
    ),
    ("is log softmax same as logits", ("log-softmax",)),
    ("what happens when from_logits is wrong", ("from_logits",)),
    ("keras from_logits=False but no activation", ("from_logits",)),
    ("my model has softmax and i use from_logits true", ("from_logits",)),
    (
        "pytorch loss with softmax layer gives bad accuracy",
        (
            "softmax-twice",
            "loss-vs-accuracy",
        ),
    ),
    ("crossentropy after softmax pytorch wrong?", ("softmax-twice",)),
    ("loss plateaus at 1.46", ("softmax-twice",)),
    ("loss always 2.3", ("first-loss",)),
    ("loss starts at 6.9", ("first-loss",)),
    ("why is my initial loss so large", ("first-loss",)),
    ("cross entropy gives nan after a while", ("stability",)),
    ("train loss nan and logits inf", ("stability",)),
    ("log(0) in my loss", ("stability",)),
    ("why is bce negative", ("negative-loss",)),
    (
        "nllloss returns negative numbers",
        (
            "nll",
            "negative-loss",
        ),
    ),
    (
        "kl loss below zero",
        (
            "kl-divergence",
            "negative-loss",
        ),
    ),
    ("batchmean or mean for kl", ("kl-divergence",)),
    (
        "derivative of BCE with logits",
        (
            "loss-gradient",
            "bce",
        ),
    ),
    ("gradient softmax minus labels", ("loss-gradient",)),
    ("d loss / d logits", ("loss-gradient",)),
    ("how to calculate cross entropy step by step", ("loss-by-hand",)),
    ("cross entropy numerical example", ("loss-by-hand",)),
    ("reproduce pytorch cross entropy with numpy", ("loss-by-hand",)),
    ("validation accuracy improves while val loss gets worse", ("loss-vs-accuracy",)),
    ("loss lower but accuracy worse", ("loss-vs-accuracy",)),
    ("labels from 1 to 10 with 10 outputs", ("label-range",)),
    (
        "what labels does CrossEntropyLoss accept",
        (
            "label-range",
            "sparse",
            "label-dtype",
        ),
    ),
    ("target must be long tensor", ("label-dtype",)),
    ("int32 labels pytorch", ("label-dtype",)),
    ("float labels in bce", ("label-dtype",)),
    ("output shape (32,1) and target shape (32,)", ("label-shape",)),
    ("unsqueeze target for bceloss", ("label-shape",)),
    ("weights per sample in pytorch loss", ("sample-weights",)),
    ("tf1 losses weights argument", ("sample-weights",)),
    ("weight rare class more", ("class-weights",)),
    ("pos weight how to choose", ("pos_weight",)),
    (
        "multi label loss function",
        (
            "softmax-vs-sigmoid",
            "bce",
        ),
    ),
    ("one output or two outputs for binary", ("softmax-vs-sigmoid",)),
    ("class dimension in pytorch segmentation", ("class-axis",)),
    (
        "softmax over which dimension",
        (
            "class-axis",
            "softmax",
        ),
    ),
    ("ignore pad tokens loss", ("ignore_index",)),
    (
        "does mean count ignored labels",
        (
            "ignore_index",
            "reduction",
        ),
    ),
    (
        "why divide by number of tokens not batches",
        (
            "mean-of-means",
            "reduction",
            "perplexity",
        ),
    ),
    ("smoothing 0.1 what does it do to labels", ("label-smoothing",)),
    ("soft targets teacher temperature", ("distillation",)),
    ("higher temperature effect", ("temperature",)),
    ("is 0.9 softmax really 90 percent sure", ("calibration",)),
    ("argmax before or after softmax", ("argmax-invariance",)),
    ("focal gamma alpha explained", ("focal",)),
    ("sparse means what in sparse categorical", ("sparse",)),
    ("o que significa logits em redes neurais", ("logits",)),
    ("was bedeutet from_logits", ("from_logits",)),
    ("diferença entre softmax e sigmoid", ("softmax-vs-sigmoid",)),
    ("Unterschied zwischen BCE und Cross-Entropy", ("bce",)),
    ("logits meaning", ("logits",)),
    (
        "is a higher logit a higher probability",
        (
            "logits",
            "argmax-invariance",
            "logit",
        ),
    ),
    ("name of the output before softmax", ("logits",)),
    (
        "logit vs sigmoid",
        (
            "logit",
            "sigmoid",
        ),
    ),
    ("inverse of the sigmoid function", ("logit",)),
    ("how is probit different from logit", ("logit-history",)),
    (
        "do logits sum to one",
        (
            "logits",
            "probability",
        ),
    ),
    ("what is p over 1 minus p", ("odds",)),
    (
        "log p/(1-p)",
        (
            "log-odds",
            "logit",
        ),
    ),
    (
        "softmax of two numbers equals sigmoid",
        (
            "softmax-vs-sigmoid",
            "softmax",
            "sigmoid",
        ),
    ),
    ("exclusive classes which activation", ("softmax-vs-sigmoid",)),
    ("log_softmax twice", ("log-softmax",)),
    ("logsumexp gradient", ("logsumexp",)),
    ("CE vs NLL", ("nll",)),
    (
        "does NLLLoss need log softmax",
        (
            "nll",
            "log-softmax",
        ),
    ),
    (
        "bce for soft labels",
        (
            "bce",
            "label-dtype",
        ),
    ),
    ("BCEWithLogitsLoss sigmoid inside?", ("with_logits",)),
    ("v2 suffix in softmax_cross_entropy_with_logits_v2", ("with_logits",)),
    ("from_logits parameter keras binary crossentropy", ("from_logits",)),
    ("to_categorical or sparse", ("sparse",)),
    ("dense labels", ("sparse",)),
    ("channels last pytorch cross entropy", ("class-axis",)),
    ("cross entropy with 4d tensors", ("class-axis",)),
    ("unbalanced classes weights", ("class-weights",)),
    (
        "weighted mean of cross entropy pytorch",
        (
            "class-weights",
            "reduction",
        ),
    ),
    ("scale positives in bce", ("pos_weight",)),
    ("-100 in labels huggingface", ("ignore_index",)),
    ("all labels ignored nan", ("ignore_index",)),
    ("sum over batch size", ("reduction",)),
    ("gradient accumulation averaging wrong", ("mean-of-means",)),
    ("smooth labels why", ("label-smoothing",)),
    (
        "temperature scaling calibration",
        (
            "calibration",
            "temperature",
        ),
    ),
    ("T squared distillation", ("distillation",)),
    ("kl order of arguments", ("kl-divergence",)),
    ("reverse kl", ("kl-divergence",)),
    (
        "bits per token from loss",
        (
            "perplexity",
            "entropy",
        ),
    ),
    ("max entropy of 10 classes", ("entropy",)),
    ("easy examples down weighted", ("focal",)),
    ("drifting logits regularisation", ("z-loss",)),
    ("predict class without softmax", ("argmax-invariance",)),
    ("loss spikes to inf", ("stability",)),
    ("exp of 1000", ("stability",)),
    ("loss exactly 16.118", ("confident-predictions",)),
    ("bce loss 100", ("confident-predictions",)),
    ("loss minus 3", ("negative-loss",)),
    ("uniform prediction loss", ("first-loss",)),
    ("loss of 4.6 with 100 classes", ("first-loss",)),
    ("why is gradient bounded", ("loss-gradient",)),
    ("cross entropy on paper", ("loss-by-hand",)),
    ("good accuracy, terrible loss", ("loss-vs-accuracy",)),
    (
        "label 255",
        (
            "label-range",
            "ignore_index",
        ),
    ),
    ("number of outputs smaller than labels", ("label-range",)),
    ("uint8 targets", ("label-dtype",)),
    ("y of shape (n, 1)", ("label-shape",)),
    ("give some samples more importance", ("sample-weights",)),
    ("por que usar log softmax", ("log-softmax",)),
    ("wozu label smoothing", ("label-smoothing",)),
    ("quelle est la différence entre logit et probit", ("logit-history",)),
)
UNTRIED = (
    ("what do logits tell me", ("logits",)),
    ("why are logits unbounded", ("logits",)),
    ("logit of 0.8", ("logit",)),
    (
        "softmax output all equal",
        (
            "softmax",
            "temperature",
        ),
    ),
    (
        "sigmoid vs logit function",
        (
            "sigmoid",
            "logit",
        ),
    ),
    (
        "can probabilities of sigmoid sum to more than 1",
        (
            "probability",
            "softmax-vs-sigmoid",
            "sigmoid",
        ),
    ),
    ("from_logits=True but training is slow", ("from_logits",)),
    (
        "which keras loss has no softmax",
        (
            "from_logits",
            "softmax-twice",
        ),
    ),
    (
        "BCE in keras vs BCEWithLogits",
        (
            "with_logits",
            "bce",
        ),
    ),
    ("does tf sparse softmax need one hot", ("sparse",)),
    ("why is the pytorch cross entropy transposed", ("class-axis",)),
    ("weights for cross entropy from class counts", ("class-weights",)),
    ("pos_weight for 1:100 imbalance", ("pos_weight",)),
    ("exclude background class from loss", ("ignore_index",)),
    (
        "reduction none then mean",
        (
            "reduction",
            "ignore_index",
        ),
    ),
    ("epoch loss averaging", ("mean-of-means",)),
    ("one hot with smoothing", ("label-smoothing",)),
    ("temperature below one", ("temperature",)),
    ("student learns from teacher probabilities", ("distillation",)),
    ("kl_div expects log", ("kl-divergence",)),
    ("perplexity of 1", ("perplexity",)),
    (
        "cross entropy of identical distributions",
        (
            "entropy",
            "kl-divergence",
        ),
    ),
    ("top1 from logits", ("argmax-invariance",)),
    ("nan because of mask", ("stability",)),
    ("loss is -0.5", ("negative-loss",)),
    ("why 0.693", ("first-loss",)),
    (
        "gradient of sigmoid cross entropy",
        (
            "loss-gradient",
            "bce",
        ),
    ),
    ("verify loss with calculator", ("loss-by-hand",)),
    ("loss rising accuracy stable", ("loss-vs-accuracy",)),
    ("label -1 error", ("label-range",)),
    ("labels as strings", ("label-dtype",)),
    ("target shape [32, 1]", ("label-shape",)),
    ("sample weight keras fit", ("sample-weights",)),
    (
        "was ist der Unterschied zwischen logit und sigmoid",
        (
            "sigmoid",
            "logit",
        ),
    ),
    ("o que é temperatura no softmax", ("temperature",)),
)


class Posted(NamedTuple):
    """A message as somebody posted it, the concept that explains it, and where."""

    text: str
    concept: str
    seen: str


POSTED = (
    Posted(
        "RuntimeError: cuda runtime error (59) : device-side assert triggered at "
        "/pytorch/aten/src/THCUNN/generic/ClassNLLCriterion.cu:116",
        "label-range",
        "github.com/meetps/pytorch-semseg/issues/158",
    ),
    Posted(
        "../aten/src/ATen/native/cuda/NLLLoss2d.cu:103: nll_loss2d_forward_kernel: block: [5,0,0], "
        "thread: [996,0,0] Assertion `t >= 0 && t < n_classes` failed.",
        "label-range",
        "github.com/milesial/Pytorch-UNet/issues/375",
    ),
    Posted(
        "getting RuntimeError: CUDA error: device-side assert triggered after using cross enthropy",
        "label-range",
        "github.com/pytorch/pytorch/issues/44355",
    ),
    Posted(
        "ValueError: logits and labels must have the same shape ((128, 1) vs ())",
        "label-shape",
        "github.com/Vishal-V/GSoC-TensorFlow-2019/issues/4",
    ),
    Posted(
        "`logits` and `labels` must have the same shape, received ((32, 5) vs (32, 1)).",
        "label-shape",
        "github.com/fchollet/deep-learning-with-python-notebooks/issues/216",
    ),
    Posted(
        "logits and labels must have the same first dimension, got logits shape [250,10] and labels "
        "shape [2500]",
        "label-shape",
        "github.com/tensorflow/privacy/issues/38",
    ),
    Posted(
        "ValueError: Only call `sparse_softmax_cross_entropy_with_logits` with named arguments "
        "(labels=..., logits=..., ...)",
        "cross-entropy",
        "github.com/nfmcclure/tensorflow_cookbook/issues/20",
    ),
    Posted(
        "Only call `softmax_cross_entropy_with_logits` with named arguments",
        "cross-entropy",
        "github.com/pannous/tensorflow-speech-recognition/issues/61",
    ),
    Posted(
        "RuntimeError: expected scalar type Long but found Float",
        "label-dtype",
        "github.com/pytorch/pytorch/issues/118280",
    ),
    Posted(
        "RuntimeError: Expected object of scalar type Long but got scalar type Float for argument #2 "
        "'target' in call to _thnn_nll_loss2d_forward",
        "label-dtype",
        "github.com/qubvel-org/segmentation_models.pytorch/issues/197",
    ),
    Posted(
        "RuntimeError: \"nll_loss_forward_reduce_cuda_kernel_2d_index\" not implemented for 'Int'",
        "label-dtype",
        "github.com/rasbt/machine-learning-book/issues/192",
    ),
    Posted(
        "ValueError: Shapes (None, 30) and (None, 9) are incompatible",
        "sparse",
        "github.com/chauhan01/Captcha-text-extraction/issues/3",
    ),
    Posted(
        "ValueError: Rank mismatch: Rank of labels (received 2) should equal rank of logits minus 1 "
        "(received 2).",
        "sparse",
        "github.com/aymericdamien/TensorFlow-Examples/issues/224",
    ),
    Posted(
        "RuntimeError: Function 'SoftmaxBackward0' returned nan values in its 0th output",
        "stability",
        "github.com/Dmmm1997/DenseUAV/issues/7",
    ),
)

# messages of other things, some of them in nearly the same words
UNRELATED = (
    "IndexError: list index out of range",
    "IndexError: index 10 is out of bounds for axis 0 with size 3",
    "RuntimeError: CUDA out of memory. Tried to allocate 20.00 MiB",
    "RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)",
    "ModuleNotFoundError: No module named 'torch'",
    "RuntimeError: Expected all tensors to be on the same device, but found at least two devices",
    "ValueError: operands could not be broadcast together with shapes (2,3) (4,5)",
    "ValueError: shapes (2,3) and (4,5) not aligned: 3 (dim 1) != 4 (dim 0)",
    "RuntimeError: The size of tensor a (3) must match the size of tensor b (4) at dimension 1",
    "ValueError: Input 0 of layer dense is incompatible with the layer: expected axis -1",
    "RuntimeError: expected scalar type Half but found Float",
    "ValueError: too many values to unpack (expected 2)",
    "TypeError: 'NoneType' object is not subscriptable",
    "KeyError: 'labels'",
    "RuntimeError: element 0 of the list has another type",
    "UserWarning: this function is deprecated and will be removed in a future version",
    "OSError: [Errno 28] No space left on device",
    "RuntimeError: Trying to backward through the graph a second time",
)
