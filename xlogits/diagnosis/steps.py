"""What people do to the arrays before the loss, rightly or wrongly.

Each thing is one row of `STEPS`: what it does to arrays, how it is written as source code, and the
causes that it is by itself.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from xlogits.backends import numpy as xp
from xlogits.diagnosis.costs import COMMON, FAMOUS, ORDINARY, RARE, SELDOM
from xlogits.diagnosis.label_steps import LABELS
from xlogits.diagnosis.recipe import (
    Exprs,
    Operands,
    Passed,
    Recipe,
    Slip,
    Step,
    Way,
    along,
    arithmetic,
    by_word,
    require_axis,
)
from xlogits.errors import ShapeError
from xlogits.losses import (
    CTC,
    Elementwise,
    KLDivergence,
    Loss,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
)
from xlogits.precision import rounded
from xlogits.translation.language import Language

Array = Any


def apply(step: Step, operands: Operands) -> Operands:
    """The operands after a step."""
    return operands | STEPS[step.name].do(operands, step)


def write(step: Step, exprs: Exprs, language: Language, operands: Operands) -> Exprs:
    """The operands after a step as source code; `operands` are the arrays before it."""
    return exprs | STEPS[step.name].write(exprs, step, language, operands)


# --- where it can happen ---------------------------------------------------------------------------


def _other_kind(recipe: Recipe, passed: Passed) -> bool:
    """Whether it is no cross-entropy: what is done before those stands in `chains.py`."""
    return not isinstance(recipe.loss, SoftmaxCrossEntropy | SigmoidCrossEntropy)


def _of_logits(recipe: Recipe, passed: Passed) -> bool:
    form = getattr(recipe.loss, "form", None)
    return form is not None and form.kind == "logits"


def _channels_first(recipe: Recipe, passed: Passed) -> bool:
    labelled = hasattr(recipe.loss, "labels") and not isinstance(recipe.loss, CTC)
    return labelled and passed.y is not None and passed.x.ndim > 2 and recipe.axis == 1


def _exchangeable(recipe: Recipe, passed: Passed) -> bool:
    return passed.alike and "target" in recipe.loss.ARRAYS


def _divergence(recipe: Recipe, passed: Passed) -> bool:
    return isinstance(recipe.loss, KLDivergence)


def _vectors(recipe: Recipe, passed: Passed) -> bool:
    """Both are vectors, which broadcast to a matrix if one of them is a column."""
    x, y = passed.x, passed.y
    if y is None or not isinstance(recipe.loss, Elementwise | SigmoidCrossEntropy):
        return False
    return bool(x.size == y.size == max(x.shape) > 1)


def _weighted(recipe: Recipe, passed: Passed) -> bool:
    return "class_weight" in passed.operands and recipe.takes("class_weight")


# --- what is done ----------------------------------------------------------------------------------


def _share(word: str, function: Any, *slips: Slip) -> Way:
    """Class weights divided by their sum or mean, which languages have under this word."""

    def written(x: Exprs, step: Step, language: Language, _: Operands) -> Exprs:
        w = x["class_weight"]
        return {"class_weight": w / language.write(word, (w,))}

    return Way(
        lambda x, step: {"class_weight": x["class_weight"] / function(x["class_weight"])},
        written,
        slips,
    )


def _rounded(dtype: str, cost: float) -> Way:
    def written(x: Exprs, step: Step, language: Language, _: Operands) -> Exprs:
        return {"pred": language.write("like", (language.write(dtype, (x["pred"],)), x["pred"]))}

    slip = Slip(f"the prediction is rounded to {dtype}", cost)
    return Way(lambda x, step: {"pred": rounded(x["pred"], dtype)}, written, (slip,))


def logistic(x: Array) -> Array:
    """The sigmoid as PyTorch and JAX compute it, in the precision of x.

    In single precision it is 1 from 16.64 on, and before that few units away from 1.
    """
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x))


def _sigmoid_in_float32(x: Array) -> Array:
    return logistic(x.astype(np.float32)).astype(np.float64)


def _sigmoid_to_float32(x: Array) -> Array:
    """Rounded once, as TensorFlow has it for most numbers."""
    return rounded(xp.sigmoid(x), "float32")


def _exp_by_itself(operands: Operands, step: Step) -> Operands:
    """Softmax without the sum."""
    with np.errstate(all="ignore"):
        e = np.exp(operands["pred"])
        return {"pred": e / e}


def _write_exp_by_itself(exprs: Exprs, step: Step, language: Language, _: Operands) -> Exprs:
    e = language.write("exp", (exprs["pred"],))
    return {"pred": e / e}


def _view(operands: Operands, step: Step) -> Operands:
    """(N, C, ...) read as rows of C without moving the classes last: what .view(-1, C) does."""
    x, y = operands["pred"], operands["target"]
    require_axis(x, 1)
    classes = x.shape[1]
    flat = y.reshape(-1, classes) if y.shape == x.shape else y.reshape(-1)
    return {"pred": x.reshape(-1, classes), "target": flat}


def _write_view(exprs: Exprs, step: Step, language: Language, operands: Operands) -> Exprs:
    x, y = exprs["pred"], exprs["target"]
    classes = language.write("length", (x, 1))
    dense = operands["target"].shape == operands["pred"].shape
    flat = language.write("rows", (y, classes)) if dense else language.write("flat", (y,))
    return {"pred": language.write("rows", (x, classes)), "target": flat}


def _crossed(operands: Operands, step: Step) -> Operands:
    """(N,) against (N, 1): every prediction meets every label."""
    x, y = operands["pred"].reshape(-1), operands["target"].reshape(-1)
    if len(x) != len(y) or len(x) > 4096:
        raise ShapeError("only vectors of equal length are crossed")
    pred, target = np.broadcast_arrays(x[None, :], y[:, None])
    return {"pred": pred, "target": target}


def _write_crossed(exprs: Exprs, step: Step, language: Language, operands: Operands) -> Exprs:
    """Both as matrices: some functions refuse what NumPy would broadcast."""
    x, y = (language.write("flat", (exprs[name],)) for name in ("pred", "target"))
    square = (operands["pred"].size,) * 2
    column = language.write("expand", (y, -1))
    return {
        "pred": language.write("broadcast", (x, square)),
        "target": language.write("broadcast", (column, square)),
    }


def _swapped(operands: Operands, step: Step) -> Operands:
    return {"pred": operands["target"] * 1.0, "target": operands["pred"]}


def _write_swapped(exprs: Exprs, step: Step, language: Language, _: Operands) -> Exprs:
    return {"pred": exprs["target"], "target": exprs["pred"]}


def _turned(loss: Any) -> Loss:
    """The other direction of a divergence: what was a logarithm still is."""
    turned: Loss = replace(loss, log_pred=loss.log_target, log_target=loss.log_pred)
    return turned


def _classes_last(loss: Any) -> Loss:
    last: Loss = replace(loss, axis=-1)
    return last


def _first(what: str, cost: float = ORDINARY) -> Slip:
    """A cause for losses that are no cross-entropies: something is done to the prediction first."""
    return Slip(what, cost, _other_kind)


STEPS: dict[str, Way] = {
    "softmax": along(
        "softmax", "pred", xp.softmax, _first("softmax is applied to the prediction first")
    ),
    "sigmoid": by_word(
        "sigmoid", "pred", xp.sigmoid, _first("a sigmoid is applied to the prediction first")
    ),
    "sigmoid_in_float32": by_word("sigmoid", "pred", _sigmoid_in_float32),
    "sigmoid_to_float32": by_word("sigmoid", "pred", _sigmoid_to_float32),
    "log_softmax": along(
        "log_softmax",
        "pred",
        xp.log_softmax,
        _first("log-softmax is applied to the prediction first"),
    ),
    "log_sigmoid": by_word(
        "log_sigmoid",
        "pred",
        xp.log_sigmoid,
        _first("log-sigmoid is applied to the prediction first", RARE),
    ),
    "exp": by_word(
        "exp",
        "pred",
        np.exp,
        _first("exp is applied to the prediction first (it was a logarithm already)"),
    ),
    "exp_by_itself": Way(_exp_by_itself, _write_exp_by_itself),
    "log": by_word("log", "pred", np.log, _first("the logarithm of the prediction is taken first")),
    "tanh": by_word(
        "tanh", "pred", np.tanh, _first("tanh is applied to the prediction first", RARE)
    ),
    "negated": arithmetic(
        "pred", lambda x, step: -x, _first("the prediction has the other sign", RARE)
    ),
    "weights_to_mean_1": _share(
        "mean",
        np.mean,
        Slip("the class weights are scaled to a mean of 1", ORDINARY, _weighted),
    ),
    "weights_to_sum_1": _share(
        "sum",
        np.sum,
        Slip("the class weights are scaled to a sum of 1", ORDINARY, _weighted),
    ),
    "weights_twice": arithmetic(
        "class_weight",
        lambda w, step: w * w,
        Slip("the class weights are applied twice", SELDOM, _weighted),
    ),
    "weights_inverted": arithmetic(
        "class_weight",
        lambda w, step: 1 / w,
        Slip("the class weights are inverted", RARE, _weighted),
    ),
    **LABELS,
    "view": Way(
        _view,
        _write_view,
        (
            Slip(
                "logits are reshaped to rows of classes without moving the class axis last first",
                ORDINARY,
                _channels_first,
                loss=_classes_last,
            ),
        ),
    ),
    "swapped": Way(
        _swapped,
        _write_swapped,
        (
            Slip(
                "the other direction: KL(prediction || target) instead of KL(target || prediction)",
                FAMOUS,
                _divergence,
                code="kl_direction",
                loss=_turned,
            ),
            Slip("prediction and labels are swapped", COMMON, _exchangeable),
        ),
    ),
    "crossed": Way(
        _crossed,
        _write_crossed,
        (
            Slip(
                "shapes (N,) and (N, 1) are broadcast to (N, N): each prediction meets each label",
                COMMON,
                _vectors,
            ),
        ),
    ),
    "bfloat16": _rounded("bfloat16", SELDOM),
    "float16": _rounded("float16", RARE),
    "temperature": arithmetic(
        "pred",
        lambda x, step: x / step.amount,
        *(
            Slip(
                f"the logits are divided by a temperature of {amount:g}",
                RARE,
                _of_logits,
                amount=amount,
                first=True,
            )
            for amount in (2.0, 0.5, 10.0, 0.1, 0.07)
        ),
    ),
}
