"""What a mean is divided by, and why the mean of means is another number."""

from xlogits.concepts.losses import CROSS_ENTROPY_LOSS
from xlogits.concepts.record import Concept, Functions, Mistake, Number, Source

ROWS = "x = np.array([[2.0, 1.0, 0.0], [0.0, 3.0, 0.0], [1.0, 0.0, 2.0], [0.0, 0.0, 0.0]]); "

CONCEPTS = (
    Concept(
        id="reduction",
        names=(
            "reduction",
            "loss reduction",
            "mean reduction",
            "size_average",
            "sum_over_batch_size",
            "six means",
        ),
        asked=(
            "what does reduction mean do",
            "reduction none sum mean",
            "sum or mean of the loss",
            "what is the mean loss divided by",
            "how is the loss averaged",
            "denominator of the mean",
            "which mean does a loss take",
            "mean over batch or over tokens",
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
is accepted only where it is not ambiguous. With sample weights (3, 0, 1) on the first three rows and no
class weights, the mean over items is {by_items}, over the sample weights {by_weights}, and over the
weights that are not 0 {by_nonzero}.
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
        "options = dict(ignore_index=-100, class_weight=w); s = np.array([3.0, 0.0, 1.0])",
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
            "by_items": Number(
                "1.2101",
                "xl.softmax_cross_entropy(x[:3], y[:3], sample_weight=s, reduction='mean_over_items')",
                "keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y[:3], x[:3], s)",
            ),
            "by_weights": Number(
                "0.9076",
                "xl.softmax_cross_entropy("
                "x[:3], y[:3], sample_weight=s, reduction='mean_over_sample_weight')",
                "keras.losses.SparseCategoricalCrossentropy("
                "from_logits=True, reduction='mean_with_sample_weight')(y[:3], x[:3], s)",
            ),
            "by_nonzero": Number(
                "1.8152",
                "xl.softmax_cross_entropy("
                "x[:3], y[:3], sample_weight=s, reduction='mean_over_nonzero_weight')",
                "tf.compat.v1.losses.sparse_softmax_cross_entropy(y[:3], x[:3], weights=s)",
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
