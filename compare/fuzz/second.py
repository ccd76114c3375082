"""First and second derivatives under PyTorch's and JAX's own checks, which need no reference.

`torch.autograd.gradcheck` and `gradgradcheck`, and `jax.test_util.check_grads` to second order,
forwards and backwards, hold automatic differentiation against finite differences of the same function.
"""

import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from xlogits import losses as L
from xlogits.cases import cases
from xlogits.errors import Refused
from xlogits.losses import Loss, Transform
from xlogits.losses.parts.elementary import ALONG, EACH
from xlogits.parity import engines
from xlogits.reference import evaluate

Array = Any
Function = Callable[..., Array]
NONE: frozenset[str] = frozenset()
WEIGHTS = frozenset({"class_weight", "sample_weight"})

Wanted = tuple[Loss | Transform, frozenset[str]]
OPTIONS: dict[str, Wanted] = {
    "softmax cross-entropy": (L.SoftmaxCrossEntropy(), NONE),
    "softmax, dense": (L.SoftmaxCrossEntropy(labels=L.DENSE, label_smoothing=0.1), WEIGHTS),
    "softmax, axis 1": (L.SoftmaxCrossEntropy(axis=1, ignore_index=-1), WEIGHTS),
    "softmax, masked": (L.SoftmaxCrossEntropy(), frozenset({"mask"})),
    "softmax of probabilities": (L.SoftmaxCrossEntropy(form=L.PROBABILITIES), NONE),
    "sigmoid cross-entropy": (L.SigmoidCrossEntropy(), NONE),
    "sigmoid, weighted": (L.SigmoidCrossEntropy(inner="mean"), frozenset({"pos_weight"})),
    "linear": (L.LinearSoftmaxCrossEntropy(), frozenset({"linear_bias"})),
    "linear, sum": (L.LinearSoftmaxCrossEntropy(reduction=L.Reduction("sum")), NONE),
    "focal of classes": (L.SoftmaxFocal(), NONE),
    "focal of events": (L.SigmoidFocal(alpha=0.25), NONE),
    "poly": (L.SoftmaxPoly(), NONE),
    "CTC": (L.CTC(), frozenset({"logit_length", "label_length"})),
    "overlap of classes": (L.ClassOverlap(balanced=True), NONE),
    "overlap of logits": (L.Tversky(activation="sigmoid", smooth=1.0), NONE),
    "inner mean, root": (L.SquaredError(axis=0, inner="root_mean"), NONE),
    "logsumexp, weighted": (Transform(function="logsumexp"), frozenset({"weight"})),
    "cosine embedding": (L.CosineEmbedding(margin=0.2), NONE),
    "Tweedie": (L.TweedieDeviance(power=1.5), NONE),
    "squared hinge": (L.Hinge(power=2), NONE),
    "squared margins": (L.MultiMargin(power=2), NONE),
}
FUNCTIONS: dict[str, Wanted] = {name: (Transform(function=name), NONE) for name in (*ALONG, *EACH)}
PLAIN: dict[str, Wanted] = {
    kind.__name__: (kind(), NONE)
    for kind in (
        *(L.SquaredError, L.Square, L.AbsoluteError, L.Huber, L.HuberPenalty),
        *(L.PseudoHuberPenalty, L.LogCosh, L.QuantileError, L.RelativeError),
        *(L.SquaredLogError, L.PoissonNLL, L.GaussianNLL, L.BrierScore, L.Hinge),
        *(L.SoftMargin, L.HingeEmbedding, L.MarginRanking, L.BinarySparsemax),
        *(L.CategoricalHinge, L.MulticlassHinge, L.MultiMargin, L.MultiLabelMargin),
        *(L.Sparsemax, L.KLDivergence, L.RelativeEntropy, L.Entropy, L.GeneralizedCrossEntropy),
        *(L.InnerProduct, L.CosineSimilarity, L.Distance, L.TripletMargin, L.LogAddExp),
        *(L.XLogY, L.Tversky),
    )
}
LOSSES: dict[str, Wanted] = {**OPTIONS, **FUNCTIONS, **PLAIN}

# Of numbers from 0 on, near which their derivatives grow without bound: one small number would decide
# what differences have for errors, and leave no digits for the others.
FROM_ZERO = frozenset(
    {
        *("softmax of probabilities", "logit", "log1mexp", "KLDivergence", "RelativeEntropy"),
        "Entropy",
        "GeneralizedCrossEntropy",
    }
)
# Differences over a step of 1e-6 or 1e-5 are good to 1e-8 there.
TOLERANCE = {"atol": 1e-7, "rtol": 1e-6}


class Checked(NamedTuple):
    """What came of one loss: the orders that hold, and what is wrong, or why an order is refused."""

    name: str
    framework: str
    orders: tuple[int, ...]
    refused: str = ""
    wrong: str = ""


def run(framework: str, names: tuple[str, ...] = tuple(LOSSES)) -> Iterator[Checked]:
    for name in names:
        yield check(framework, name, *LOSSES[name])


def check(
    framework: str,
    name: str,
    loss: Any,
    wanted: frozenset[str],
    change: Callable[[Function], Function] = lambda function: function,
) -> Checked:
    """The checks of a framework on the first case of a loss; `change` breaks it, for the tests."""
    operands = next(cases(loss, wanted)).operands
    if name in FROM_ZERO:
        floats = {k: v for k, v in operands.items() if v.dtype.kind == "f"}
        # shares still add up to 1
        operands = operands | {k: 0.1 + v / 2 for k, v in floats.items()}
    with np.errstate(all="ignore"):
        moving = tuple(evaluate(loss, operands).gradients)
    made = {k: engines.load(framework).array(v, "float64", "cpu") for k, v in operands.items()}

    def function(*leaves: Array) -> Array:
        return loss(**made | dict(zip(moving, leaves, strict=True)))

    done: list[int] = []
    for order, test in ORDERS[framework].items():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                test(change(function), [made[n] for n in moving])
        except Refused as error:
            return Checked(name, framework, tuple(done), refused=str(error))
        except Exception as error:  # of either framework's checks, or of the function
            if "once_differentiable" in str(error) or "differentiated twice" in str(error):
                return Checked(name, framework, tuple(done), refused=str(error).splitlines()[0])
            wrong = f"order {order}: {type(error).__name__}: {' '.join(str(error).split())[:300]}"
            return Checked(name, framework, tuple(done), wrong=wrong)
        done.append(order)
    return Checked(name, framework, tuple(done))


def _torch(check: str) -> Callable[..., None]:
    def test(function: Function, leaves: list[Array]) -> None:
        import torch

        with torch.random.fork_rng(devices=[]):  # directions and cotangents are drawn
            torch.manual_seed(0)
            found = [x.requires_grad_() for x in leaves]
            getattr(torch.autograd, check)(function, found, fast_mode=True, **TOLERANCE)

    return test


def _jax(order: int) -> Callable[..., None]:
    def test(function: Function, leaves: list[Array]) -> None:
        import jax
        from jax.test_util import check_grads

        # of a custom derivative JAX has the backward one only
        custom = "custom_vjp" in str(jax.make_jaxpr(function)(*leaves))
        modes = ("rev",) if custom else ("fwd", "rev")
        check_grads(jax.jit(function), tuple(leaves), order, modes, eps=1e-5, **TOLERANCE)

    return test


ORDERS: dict[str, dict[int, Callable[..., None]]] = {
    "torch": {1: _torch("gradcheck"), 2: _torch("gradgradcheck")},
    "jax": {1: _jax(1), 2: _jax(2)},
}
