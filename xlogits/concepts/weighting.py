"""What counts how much: weights of classes and of events, and labels that are left out."""

from xlogits.concepts.losses import CROSS_ENTROPY_LOSS
from xlogits.concepts.means import ROWS
from xlogits.concepts.record import Concept, Functions, Mistake, Number, Source

BCE_WITH_LOGITS = Source(
    "PyTorch, BCEWithLogitsLoss",
    2026,
    "https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html",
)

CONCEPTS = (
    Concept(
        id="class-weights",
        names=("class weights", "class weight", "weighted cross-entropy", "class_weight"),
        asked=(
            "how to set class weights",
            "class weights for imbalanced classes",
            "imbalanced data set cross-entropy",
            "weight argument of CrossEntropyLoss",
            "weighted loss for rare classes",
            "class_weight in keras fit",
        ),
        sentence="A class weight multiplies the loss of every item with that label, so that rare "
        "classes count as much as common ones; what the mean is divided by then differs by framework.",
        answer="""
The usual choice is the inverse frequency, N / (C n_c) for n_c items of class c, which leaves the
average weight at 1. Weights change what is optimal: the model fits a population with other class
frequencies, so its probabilities are no longer those of the data.

PyTorch's CrossEntropyLoss(weight=w) with "mean" divides by the sum of the weights of the labels in the
batch. Keras' fit(class_weight=...) makes sample weights of them and divides by the number of items. For
the rows below that is {torch} against {keras}. With PyTorch a batch of a single class is not weighted
at all: the weight cancels.

TensorFlow's and optax' functions have no such argument; multiply the loss by w[labels].
""",
        formula="Σ_n w[y_n] ℓ_n, divided by Σ_n w[y_n] (PyTorch) or by N (Keras)",
        example="""
>>> x = np.array([[2.0, 1.0, 0.0], [0.0, 3.0, 0.0], [1.0, 0.0, 2.0]])
>>> y, w = np.array([0, 1, 1]), np.array([1.0, 4.0, 1.0])
>>> for word in ("mean_over_class_weight", "mean_over_items"):
...     print(word, xl.softmax_cross_entropy(x, y, class_weight=w, reduction=word).round(4))
mean_over_class_weight 1.1575
mean_over_items 3.4726
""",
        mistake=Mistake(
            "a weighted mean taken for the mean of weighted losses",
            "F.cross_entropy(x, y, weight=w) is {torch}, and the mean of "
            'F.cross_entropy(x, y, weight=w, reduction="none") is {keras}: the first divides by the '
            "sum of the weights, the second by the number of items.",
        ),
        functions=Functions(losses=("SoftmaxCrossEntropy",), options=("class_weight",)),
        next=("sample-weights", "reduction", "pos_weight", "focal", "mean-of-means"),
        sources=(CROSS_ENTROPY_LOSS,),
        setup="x = np.array([[2.0, 1.0, 0.0], [0.0, 3.0, 0.0], [1.0, 0.0, 2.0]]); "
        "y = np.array([0, 1, 1]); w = np.array([1.0, 4.0, 1.0])",
        numbers={
            "torch": Number(
                "1.1575",
                "xl.softmax_cross_entropy(x, y, class_weight=w, reduction='mean_over_class_weight')",
                "F.cross_entropy(t(x), t(y), weight=t(w))",
            ),
            "keras": Number(
                "3.4726",
                "xl.softmax_cross_entropy(x, y, class_weight=w, reduction='mean_over_items')",
                "keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y, x, sample_weight=w[y])",
            ),
        },
    ),
    Concept(
        id="pos_weight",
        names=("pos_weight", "pos weight", "positive weight", "weight of positives"),
        asked=(
            "pos_weight vs weight in BCEWithLogitsLoss",
            "how to compute pos_weight",
            "imbalanced binary classification",
            "weight argument of BCEWithLogitsLoss",
            "few positives many negatives",
        ),
        sentence="pos_weight multiplies the loss of an event that happened and leaves the others alone: "
        "-(w z log p + (1 - z) log(1 - p)).",
        answer="""
With n negatives for each positive, pos_weight = n makes both sides count the same. It moves recall up
and precision down, and the probabilities with it: the model learns p w / (p w + 1 - p) in place of p.

`weight`, the argument beside it, is another thing: it multiplies every element, positive or not, so one
number there only scales the loss. The loss is linear in the target, so a target between 0 and 1 takes
part in both terms.

TensorFlow has a function of its own for it, tf.nn.weighted_cross_entropy_with_logits, and Keras has no
argument; xlogits has pos_weight. PyTorch wants a tensor.
""",
        formula="-(w z log σ(x) + (1 - z) log(1 - σ(x)))",
        example="""
>>> x, z = np.array([2.0, -1.0]), np.array([1.0, 0.0])
>>> xl.sigmoid_cross_entropy(x, z).round(4).tolist()
[0.1269, 0.3133]
>>> xl.sigmoid_cross_entropy(x, z, pos_weight=5.0).round(4).tolist()
[0.6346, 0.3133]
""",
        mistake=Mistake(
            "weight where pos_weight is meant",
            "For logits (2, -1), targets (1, 0), pos_weight=5 gives the mean {right}; weight=5 "
            "gives {wrong}, five times the unweighted {plain}, and balances nothing.",
        ),
        functions=Functions(losses=("SigmoidCrossEntropy",), options=("pos_weight",)),
        next=("bce", "class-weights", "focal"),
        sources=(BCE_WITH_LOGITS,),
        setup="x = np.array([2.0, -1.0]); z = np.array([1.0, 0.0]); w = np.array(5.0)",
        numbers={
            "plain": Number(
                "0.2201",
                "xl.sigmoid_cross_entropy(x, z, reduction='mean')",
                "F.binary_cross_entropy_with_logits(t(x), t(z))",
            ),
            "right": Number(
                "0.4740",
                "xl.sigmoid_cross_entropy(x, z, pos_weight=5.0, reduction='mean')",
                "F.binary_cross_entropy_with_logits(t(x), t(z), pos_weight=t(w))",
            ),
            "wrong": Number(
                "1.1005",
                "dialects.torch.nn.functional.binary_cross_entropy_with_logits(x, z, weight=w)",
                "F.binary_cross_entropy_with_logits(t(x), t(z), weight=t(w))",
            ),
        },
    ),
    Concept(
        id="sample-weights",
        names=(
            "sample weights",
            "sample weight",
            "sample_weight",
            "item weights",
            "example weights",
        ),
        asked=(
            "weight for each sample",
            "weights per example in cross-entropy",
            "sample_weight in keras fit",
            "weights argument of tf.losses",
            "weight each item of the loss",
            "importance of some samples",
            "sample_weight vs class_weight",
        ),
        sentence="A sample weight multiplies the loss of one item, whatever its label; what the mean is "
        "divided by then differs by framework.",
        answer="""
Keras takes sample_weight in the call of a loss and in fit, and divides by the number of items, or by
the weights if told "mean_with_sample_weight". The weights of TF1's losses divide by the number of those
that are not 0, scikit-learn by their sum. For the weights (3, 0, 1) of the rows below that is {items},
{sum}, {nonzero} and {sum}.

PyTorch's cross_entropy has none: multiply the losses of reduction="none", and divide by what you mean.
`weight` of its binary losses is one for each element, and the mean divides by the number of elements.
optax gives unreduced losses, to be multiplied.

A weight of 0 is not the same as an item left out: it counts in a mean over items, and 0 times nan is
nan.
""",
        formula="Σ_n w_n ℓ_n, divided by N, by Σ_n w_n, or by the number of n with w_n ≠ 0",
        example="""
>>> x = np.array([[2.0, 1.0, 0.0], [0.0, 3.0, 0.0], [1.0, 0.0, 2.0]])
>>> y, w = np.array([0, 1, 1]), np.array([3.0, 0.0, 1.0])
>>> for word in ("mean_over_items", "mean_over_sample_weight", "mean_over_nonzero_weight"):
...     print(word, xl.softmax_cross_entropy(x, y, sample_weight=w, reduction=word).round(4))
mean_over_items 1.2101
mean_over_sample_weight 0.9076
mean_over_nonzero_weight 1.8152
""",
        mistake=Mistake(
            "PyTorch's weight taken for a weight of each item",
            "F.cross_entropy(x, y, weight=w) of as many items as classes runs, and takes the numbers "
            "for weights of classes: {classes} for the rows above.",
        ),
        functions=Functions(
            losses=("SoftmaxCrossEntropy", "SigmoidCrossEntropy"), options=("sample_weight",)
        ),
        next=("class-weights", "reduction", "ignore_index"),
        sources=(
            CROSS_ENTROPY_LOSS,
            Source("Keras, Losses", 2026, "https://keras.io/api/losses/"),
        ),
        setup="x = np.array([[2.0, 1.0, 0.0], [0.0, 3.0, 0.0], [1.0, 0.0, 2.0]]); "
        "y = np.array([0, 1, 1]); w = np.array([3.0, 0.0, 1.0])",
        numbers={
            "items": Number(
                "1.2101",
                "xl.softmax_cross_entropy(x, y, sample_weight=w, reduction='mean_over_items')",
                "keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y, x, w)",
            ),
            "sum": Number(
                "0.9076",
                "xl.softmax_cross_entropy(x, y, sample_weight=w, reduction='mean_over_sample_weight')",
                "keras.losses.SparseCategoricalCrossentropy("
                "from_logits=True, reduction='mean_with_sample_weight')(y, x, w)",
            ),
            "nonzero": Number(
                "1.8152",
                "xl.softmax_cross_entropy(x, y, sample_weight=w, reduction='mean_over_nonzero_weight')",
                "tf.compat.v1.losses.sparse_softmax_cross_entropy(y, x, weights=w)",
            ),
            "classes": Number(
                "0.4076",
                "xl.softmax_cross_entropy(x, y, class_weight=w, reduction='mean_over_class_weight')",
                "F.cross_entropy(t(x), t(y), weight=t(w))",
            ),
        },
    ),
    Concept(
        id="ignore_index",
        names=("ignore_index", "ignore index", "ignore_class", "padding label", "label -100"),
        asked=(
            "is the loss averaged over ignore_index",
            "does ignore_index count in the mean",
            "ignore padding in the loss",
            "why -100 as label",
            "mask padding tokens in cross-entropy",
            "ignored labels",
        ),
        sentence="Items whose label is ignore_index cost nothing and have no gradient; in PyTorch's "
        "mean they are not counted either.",
        answer="""
PyTorch's default is -100, a number that is no class, so padding is marked by labels of -100. It divides
by the items that are left. Keras calls it ignore_class; it has no default, and with its usual reduction
the ignored items are masked out of the mean too.

optax and TensorFlow's tf.nn functions have none: select with a mask, and divide by the number of items
that it keeps. Select with where and not with a factor of 0, because 0 times nan is nan.

If every label of a batch is ignored, the mean is 0 / 0: PyTorch gives {empty}.
""",
        formula="Σ_{n: y_n ≠ ignored} ℓ_n / (number of n with y_n ≠ ignored)",
        example="""
>>> x = np.array([[2.0, 1.0, 0.0], [0.0, 3.0, 0.0], [1.0, 0.0, 2.0], [0.0, 0.0, 0.0]])
>>> y = np.array([0, 1, -100, -100])
>>> xl.softmax_cross_entropy(x, y, ignore_index=-100).round(4).tolist()
[0.4076, 0.0949, 0.0, 0.0]
>>> for word in ("mean_over_valid", "mean_over_items"):
...     print(word, xl.softmax_cross_entropy(x, y, ignore_index=-100, reduction=word).round(4))
mean_over_valid 0.2513
mean_over_items 0.1256
""",
        mistake=Mistake(
            'reduction="none" and then .mean()',
            "Two of four labels are ignored in the rows above. F.cross_entropy's mean is {right}; the "
            "mean of its unreduced losses is {wrong}, as the ignored zeros are counted.",
        ),
        functions=Functions(losses=("SoftmaxCrossEntropy",), options=("ignore_index",)),
        next=("reduction", "mean-of-means", "sparse"),
        sources=(CROSS_ENTROPY_LOSS,),
        setup=ROWS + "y = np.array([0, 1, -100, -100])",
        numbers={
            "right": Number(
                "0.2513",
                "xl.softmax_cross_entropy(x, y, ignore_index=-100, reduction='mean_over_valid')",
                "F.cross_entropy(t(x), t(y))",
            ),
            "wrong": Number(
                "0.1256",
                "xl.softmax_cross_entropy(x, y, ignore_index=-100, reduction='mean_over_items')",
                "F.cross_entropy(t(x), t(y), reduction='none').mean()",
            ),
            "empty": Number(
                "nan",
                "xl.softmax_cross_entropy("
                "x, y * 0 - 100, ignore_index=-100, reduction='mean_over_valid')",
                "F.cross_entropy(t(x), t(y * 0 - 100))",
            ),
        },
    ),
)
