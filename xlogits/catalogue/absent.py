"""Public losses that have no record, each with the reason and with what comes nearest."""

from typing import NamedTuple


class NoEquivalent(NamedTuple):
    """A loss that cannot be said by other means: why, what to call instead, how far off that is."""

    name: str
    reason: str
    nearest: str = ""
    difference: str = ""


VERSIONS = "", "compat.v1."  # where TensorFlow has it

ABSENT: dict[str, NoEquivalent] = {
    entry.name: entry
    for entry in (
        *(
            NoEquivalent(
                f"tensorflow.{version}nn.sampled_softmax_loss",
                "It draws negative classes at random, so two runs, and two frameworks, differ.",
                "tensorflow.nn.sparse_softmax_cross_entropy_with_logits on the logits of all classes",
                "an estimate of that loss; for evaluation TensorFlow's own advice is the full softmax",
            )
            for version in VERSIONS
        ),
        *(
            NoEquivalent(
                f"tensorflow.{version}nn.nce_loss",
                "It draws noise classes at random, and corrects the logits by their log-probability.",
                "tensorflow.nn.sigmoid_cross_entropy_with_logits on the logits of all classes",
                "another objective: noise-contrastive estimation only shares its optimum in the limit",
            )
            for version in VERSIONS
        ),
        NoEquivalent(
            "torch.nn.functional.gumbel_softmax",
            "It adds random Gumbel noise to the logits, so two runs, and two frameworks, differ.",
            "torch.nn.functional.softmax of logits with noise of your own",
            "none with the same noise; without it 0.67 against 0.35 or 0.89, by the seed, for (2, 1, 0)",
        ),
        *(
            NoEquivalent(
                name,
                "It is a running sum: one logsumexp for every prefix of the array, or every suffix.",
                f"{nearest} of the prefix that is wanted",
                "none for one prefix",
            )
            for name, nearest in (
                *(
                    (
                        f"tensorflow.{v}math.cumulative_logsumexp",
                        f"tensorflow.{v}math.reduce_logsumexp",
                    )
                    for v in VERSIONS
                ),
                ("torch.logcumsumexp", "torch.logsumexp"),
                ("jax.lax.cumlogsumexp", "jax.nn.logsumexp"),
            )
        ),
        *(
            NoEquivalent(
                f"keras.{module}.sparsemax",
                "It is a projection onto the probabilities, and in Keras 3.15 not even that: of "
                "(0.5, 0.3, 0) it is (0.133, 0, 0), where sparsemax is (0.567, 0.367, 0.067).",
                f"keras.{module}.softmax",
                "another function: (1, 0, 0) against (0.665, 0.245, 0.090) for (2, 1, 0)",
            )
            for module in ("ops", "activations")
        ),
        NoEquivalent(
            "torch.nn.LinearCrossEntropyLoss",
            "It holds the weights of the last layer, which are trained, and takes its features.",
            "torch.nn.functional.linear_cross_entropy with those weights, "
            "xlogits.linear_softmax_cross_entropy elsewhere",
            "none: 2.5582 both for 6 standard normal items, 4 features, 5 classes",
        ),
        NoEquivalent(
            "torch.nn.AdaptiveLogSoftmaxWithLoss",
            "It holds trained weights, a head and a tail for rare classes, and takes features.",
            "torch.nn.functional.nll_loss of its own log_prob(input)",
            "none: 1.7004 both for 6 standard normal items, 4 features, 5 classes, cutoff 2",
        ),
        NoEquivalent(
            "optax.losses.make_fenchel_young_loss",
            "It makes a loss of any function, so what it computes is not in its arguments.",
            "optax.softmax_cross_entropy for max_fun=logsumexp, "
            "optax.losses.multiclass_perceptron_loss for max_fun=jnp.max",
            "none where label rows sum to 1: 1.5076 both for logits (2, 1, 0), labels (0.2, 0.5, 0.3)",
        ),
        NoEquivalent(
            "sklearn.metrics.zero_one_loss",
            "It counts predicted labels that are wrong: a metric, whose gradient is 0 everywhere.",
            "sklearn.metrics.hinge_loss, or sklearn.metrics.log_loss of probabilities",
            "an upper bound: 0.5 wrong, hinge 1 for scores (2, 1), (1, 2) and labels 0, 0",
        ),
        NoEquivalent(
            "sklearn.metrics.hamming_loss",
            "It counts predicted labels that are wrong: a metric, whose gradient is 0 everywhere.",
            "torch.nn.functional.binary_cross_entropy_with_logits of the scores",
            "another scale: 0.25 against 0.517 for scores (2, -1), (-1, -1), labels (1, 0), (1, 0)",
        ),
        NoEquivalent(
            "sklearn.metrics.label_ranking_loss",
            "It counts pairs of labels in the wrong order: a metric, whose gradient is 0 everywhere.",
            "torch.nn.functional.multilabel_margin_loss, the hinge of the same pairs",
            "0.5 against 0.733 for scores (0.5, 1, 0.2) and the label 0: pairs are divided by C",
        ),
        NoEquivalent(
            "sklearn.metrics.coverage_error",
            "It is a rank, how far down the scores all labels are found: its gradient is 0 everywhere.",
            "torch.nn.functional.multilabel_margin_loss",
            "another scale: 2 against 0.733 for scores (0.5, 1, 0.2) and the label 0",
        ),
        NoEquivalent(
            "optax.losses.smooth_labels",
            "It changes labels and is no loss.",
            "xlogits.softmax_cross_entropy(logits, labels, label_smoothing=alpha)",
            "0 for labels along the last axis; a single column it turns from 0 and 1 into alpha and 1",
        ),
        NoEquivalent(
            "sklearn.metrics.d2_log_loss_score",
            "It is a score, one minus the ratio of two losses, and higher is better.",
            "1 - log_loss(y, p) / log_loss(y, prior), prior being the frequencies of y in every row",
            "0; NaN for a single sample",
        ),
        NoEquivalent(
            "sklearn.metrics.d2_brier_score",
            "It is a score, one minus the ratio of two losses, and higher is better.",
            "1 - brier_score_loss(y, p) / brier_score_loss(y, prior), prior being the frequencies of y",
            "0",
        ),
        *(
            NoEquivalent(
                name,
                "It compares every row of the batch with every other, so no row has a loss of its own.",
                "torch.nn.functional.cross_entropy of z @ z.T / temperature, z scaled to length 1 and "
                "the diagonal at -inf, with the number of the partner as label",
                "none where every label occurs twice: 9.993056928677607 both on 4 pairs of 5 numbers; "
                "with three rows of a label 5.29 against 6.79, as optax leaves the other positives out",
            )
            for name in ("optax.losses.ntxent", "optax.ntxent")
        ),
        *(
            NoEquivalent(
                name,
                "It compares every row of the batch with every other and weighs each pair by its own "
                "distance, so no row has a loss of its own.",
                "torch.nn.functional.cross_entropy of 80 * z @ z.T with the diagonal at -inf and the "
                "number of the partner as label",
                "another objective: 55.0 against 125.7 on 4 pairs of 5 random numbers",
            )
            for name in ("keras.losses.circle", "keras.losses.Circle")
        ),
        NoEquivalent(
            "tensorflow.compat.v1.losses.add_loss",
            "It keeps the books of a TF1 graph, a collection of losses, and computes none.",
            "adding the losses yourself",
            "none where the same losses are added",
        ),
        NoEquivalent(
            "tensorflow.compat.v1.losses.get_losses",
            "It keeps the books of a TF1 graph, a collection of losses, and computes none.",
            "adding the losses yourself",
            "none where the same losses are added",
        ),
        NoEquivalent(
            "tensorflow.compat.v1.losses.get_total_loss",
            "It keeps the books of a TF1 graph, a collection of losses, and computes none.",
            "adding the losses yourself",
            "none where the same losses are added",
        ),
        NoEquivalent(
            "tensorflow.compat.v1.losses.get_regularization_loss",
            "It reads the regularisation losses out of a TF1 graph's collection and computes none.",
            "tensorflow.nn.l2_loss of each regularised variable",
            "the scale that each regulariser was made with",
        ),
        NoEquivalent(
            "tensorflow.compat.v1.losses.get_regularization_losses",
            "It reads the regularisation losses out of a TF1 graph's collection and computes none.",
            "tensorflow.nn.l2_loss of each regularised variable",
            "the scale that each regulariser was made with",
        ),
        NoEquivalent(
            "tensorflow.compat.v1.losses.compute_weighted_loss",
            "It weights and reduces losses that are already there; here that is part of every loss.",
            "the `weights` and `reduction` of any function of tensorflow.compat.v1.losses",
            "none: they all end in it",
        ),
        NoEquivalent(
            "tensorflow.compat.v1.losses.mean_pairwise_squared_error",
            "It is no mean of losses of items: each row costs twice the variance of its differences, "
            "and in eager mode with its default weights it divides by the wrong count.",
            "tensorflow.compat.v1.losses.mean_squared_error, which counts what all differences share",
            "2.5 against 13.3 (5.67 in eager mode) for two rows of three",
        ),
        NoEquivalent(
            "tensorflow.nn.compute_average_loss",
            "It divides a sum of losses by the batch size of all replicas together.",
            "reduction='mean_over_items' on the arrays of one replica",
            "a factor: the number of replicas",
        ),
        NoEquivalent(
            "tensorflow.nn.scale_regularization_loss",
            "It divides a sum of losses by the number of replicas, which only a running strategy knows.",
            "the sum itself",
            "a factor: the number of replicas",
        ),
        NoEquivalent(
            "sklearn.metrics.median_absolute_error",
            "A median is no sum or mean of losses of items, and has no useful gradient.",
            "sklearn.metrics.mean_absolute_error",
            "1.5 against 3.0 for errors of 0, 1, 2 and 9",
        ),
        NoEquivalent(
            "sklearn.metrics.max_error",
            "A maximum is no sum or mean of losses of items.",
            "sklearn.metrics.mean_absolute_error",
            "9.0 against 3.0 for errors of 0, 1, 2 and 9",
        ),
        *(
            NoEquivalent(
                f"sklearn.metrics.{score}",
                "A score, better when larger: 1 minus the error over that of the best constant "
                "prediction, which belongs to the batch.",
                f"sklearn.metrics.{error}",
                "the sign, and a scale that every batch sets anew",
            )
            for score, error in (
                ("r2_score", "mean_squared_error"),
                ("explained_variance_score", "mean_squared_error"),
                ("d2_absolute_error_score", "mean_absolute_error"),
                ("d2_pinball_score", "mean_pinball_loss"),
                ("d2_tweedie_score", "mean_tweedie_deviance"),
            )
        ),
        NoEquivalent(
            "tensorflow.compat.v1.nn.ctc_loss",
            "Its labels are a SparseTensor, which no other framework has.",
            "tensorflow.nn.ctc_loss with dense labels, their lengths and blank_index=-1",
            "0 in float32: 8.264162, 6.528292, 4.989637, 5.4299555 both for four random sequences; "
            "labels without an alignment it refuses",
        ),
        *(
            NoEquivalent(
                f"{path}.ctc_loss_with_forward_probs",
                "It returns the forward variables of its recursion beside the loss.",
                "optax.losses.ctc_loss",
                "none: that is its first result",
            )
            for path in ("optax.losses", "optax")
        ),
    )
}
