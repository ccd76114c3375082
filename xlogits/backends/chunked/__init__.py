"""Losses of logits that are a product of two arrays, a few rows at a time; one module a framework."""

TWICE = (
    "linear_softmax_cross_entropy cannot be differentiated twice here; "
    "use softmax_cross_entropy(hidden @ weight.T + bias, labels)"
)
