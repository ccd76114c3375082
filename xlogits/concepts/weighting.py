"""What counts how much: weights, labels that are left out, and what a mean is divided by."""

from xlogits.concepts.losses import CROSS_ENTROPY_LOSS
from xlogits.concepts.record import Concept, Functions, Mistake, Number, Source

BCE_WITH_LOGITS = Source(
    "PyTorch, BCEWithLogitsLoss",
    2026,
    "https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html",
)
ROWS = "x = np.array([[2.0, 1.0, 0.0], [0.0, 3.0, 0.0], [1.0, 0.0, 2.0], [0.0, 0.0, 0.0]]); "

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
        next=("reduction", "pos_weight", "focal", "mean-of-means"),
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

optax and TensorFlow's tf.nn functions have none: multiply by a mask, and divide by its sum. Items are
left out by selection and not by a factor of 0, because 0 times nan is nan.

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
    Concept(
        id="reduction",
        names=(
            "reduction",
            "loss reduction",
            "mean reduction",
            "size_average",
            "sum_over_batch_size",
        ),
        asked=(
            "what does reduction mean do",
            "reduction none sum mean",
            "sum or mean of the loss",
            "what is the mean loss divided by",
            "how is the loss averaged",
            "denominator of the mean",
            "SUM_BY_NONZERO_WEIGHTS",
        ),
        sentence="Reduction is how the losses of the items become one number: none keeps them, sum adds "
        "them up, and mean is the sum divided by something, which has six meanings.",
        answer="""
Divided by the items, by those that are not ignored, by the class weights of the labels, by the sample
weights, by the number of weights that are not 0, or by the size of the first axis. Without weights and
ignored labels the first five are the same number, and that is why nobody notices.

PyTorch's cross_entropy divides by the class weights of the labels that are not ignored; Keras by the
items, or by the sample weights if told "mean_with_sample_weight"; TF1's losses by the weights that are
not 0; kl_div's "batchmean" by the first axis; tf.nn and optax do not reduce at all.

xlogits has a name for each: for the rows below, with class weights and an ignored label,
mean_over_items is {items}, mean_over_valid {valid}, mean_over_class_weight {class_weight}. "mean" alone
is accepted only where it is not ambiguous.
""",
        formula="mean = Σ_n w_n ℓ_n / D,  D one of: N, N valid, Σ w[y], Σ w, #(w ≠ 0), size of axis 0",
        example="""
>>> x = np.array([[2.0, 1.0, 0.0], [0.0, 3.0, 0.0], [1.0, 0.0, 2.0], [0.0, 0.0, 0.0]])
>>> y, w = np.array([0, 1, 1, -100]), np.array([1.0, 4.0, 1.0])
>>> options = {"ignore_index": -100, "class_weight": w}
>>> for word in ("sum", "mean_over_items", "mean_over_valid", "mean_over_class_weight"):
...     print(f"{word:24}{xl.softmax_cross_entropy(x, y, reduction=word, **options):.4f}")
sum                     10.4177
mean_over_items         2.6044
mean_over_valid         3.4726
mean_over_class_weight  1.1575
""",
        mistake=Mistake(
            "one framework's mean compared with another's",
            "The same logits, labels and weights: PyTorch's mean is {class_weight}, Keras' {keras}; "
            "nothing is wrong but the denominator. Compare the sums, or the unreduced losses.",
        ),
        functions=Functions(losses=("SoftmaxCrossEntropy",), options=("reduction",)),
        next=("mean-of-means", "class-weights", "ignore_index", "kl-divergence"),
        sources=(
            CROSS_ENTROPY_LOSS,
            Source(
                "TensorFlow, tf.compat.v1.losses.Reduction",
                2026,
                "https://www.tensorflow.org/api_docs/python/tf/compat/v1/losses/Reduction",
            ),
        ),
        setup=ROWS + "y = np.array([0, 1, 1, -100]); w = np.array([1.0, 4.0, 1.0]); "
        "options = dict(ignore_index=-100, class_weight=w)",
        numbers={
            "items": Number(
                "2.6044",
                "xl.softmax_cross_entropy(x, y, reduction='mean_over_items', **options)",
                "F.cross_entropy(t(x), t(y), weight=t(w), reduction='none').mean()",
            ),
            "valid": Number(
                "3.4726",
                "xl.softmax_cross_entropy(x, y, reduction='mean_over_valid', **options)",
                "F.cross_entropy(t(x), t(y), weight=t(w), reduction='sum') / 3",
            ),
            "class_weight": Number(
                "1.1575",
                "xl.softmax_cross_entropy(x, y, reduction='mean_over_class_weight', **options)",
                "F.cross_entropy(t(x), t(y), weight=t(w))",
            ),
            "keras": Number(
                "3.4726",
                "xl.softmax_cross_entropy(x[:3], y[:3], class_weight=w, reduction='mean_over_items')",
                "keras.losses.SparseCategoricalCrossentropy(from_logits=True)"
                "(y[:3], x[:3], sample_weight=w[y[:3]])",
            ),
        },
    ),
    Concept(
        id="mean-of-means",
        names=("mean of means", "average of averages", "micro-batches", "gradient accumulation"),
        asked=(
            "gradient accumulation loss different from full batch",
            "gradient accumulation and cross-entropy mean",
            "averaging the loss over batches",
            "average loss of an epoch",
            "loss differs across gpus",
            "loss depends on the number of items in a batch",
        ),
        sentence="The mean of the means of batches is not the mean over all items, unless every batch "
        "divides by the same number.",
        answer="""
Batches differ in what they divide by: the last is smaller, padded ones have fewer labels that count,
class weights give every batch another sum. Averaging their means gives an item in a small batch more
weight than one in a large batch. Gradient accumulation, several GPUs and the loss of an epoch all do
it.

Add up the sums and the denominators, and divide once. With PyTorch: reduction="sum" for every
micro-batch, divided by the number of labels in all of them.

One batch with a single label that counts, and one with three: the mean over four labels is {right}, the
mean of the two means {wrong}.
""",
        formula="(S₁ / n₁ + S₂ / n₂) / 2 ≠ (S₁ + S₂) / (n₁ + n₂) unless n₁ = n₂ or the means are equal",
        example="""
>>> x = np.array([[0.0, 0.0, 0.0], [2.0, 1.0, 0.0], [0.0, 3.0, 0.0], [1.0, 0.0, 2.0]])
>>> y = np.array([0, 0, 1, 2])
>>> mean = lambda part: float(xl.softmax_cross_entropy(x[part], y[part], reduction="mean"))
>>> round(mean(slice(0, 4)), 4), round((mean(slice(0, 1)) + mean(slice(1, 4))) / 2, 4)
(0.5022, 0.701)
""",
        mistake=Mistake(
            "loss / accumulation_steps in gradient accumulation",
            "With one label in the first micro-batch and three in the second it optimises {wrong} "
            "instead of {right}; the lonely label counts three times as much as the others.",
        ),
        functions=None,
        next=("reduction", "ignore_index", "class-weights"),
        sources=(
            Source(
                "Hugging Face, Fixing gradient accumulation",
                2024,
                "https://huggingface.co/blog/gradient_accumulation",
            ),
        ),
        setup="x = np.array([[0.0, 0.0, 0.0], [2.0, 1.0, 0.0], [0.0, 3.0, 0.0], [1.0, 0.0, 2.0]]); "
        "y = np.array([0, 0, 1, 2]); mean = lambda i, j: "
        "xl.softmax_cross_entropy(x[i:j], y[i:j], reduction='mean')",
        numbers={
            "right": Number("0.5022", "mean(0, 4)", "F.cross_entropy(t(x), t(y))"),
            "wrong": Number(
                "0.7010",
                "(mean(0, 1) + mean(1, 4)) / 2",
                "(F.cross_entropy(t(x[:1]), t(y[:1])) + F.cross_entropy(t(x[1:]), t(y[1:]))) / 2",
            ),
        },
    ),
)
