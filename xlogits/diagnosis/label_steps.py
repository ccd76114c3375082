"""What people do to labels before the loss, rightly or wrongly; each is one row of `LABELS`."""

from dataclasses import replace
from typing import Any

import numpy as np

from xlogits.backends import numpy as xp
from xlogits.diagnosis.costs import ORDINARY, RARE, SELDOM
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
from xlogits.errors import DtypeError, ShapeError
from xlogits.losses import CTC, KLDivergence, Loss, SoftmaxCrossEntropy
from xlogits.translation.expression import ATOM, TIMES, Expr
from xlogits.translation.language import Language

Array = Any


# --- where it can happen ---------------------------------------------------------------------------


def _labelled(recipe: Recipe, passed: Passed) -> bool:
    labelled = hasattr(recipe.loss, "labels") and not isinstance(recipe.loss, CTC)
    return passed.y is not None and labelled


def _dense(recipe: Recipe, passed: Passed) -> bool:
    return _labelled(recipe, passed) and not passed.indexed


def _indexes(recipe: Recipe, passed: Passed) -> bool:
    """Class indexes of a cross-entropy, all of them classes."""
    x, y = passed.x, passed.y
    if y is None or not passed.indexed or type(recipe.loss) is not SoftmaxCrossEntropy:
        return False
    return bool(y.dtype.kind in "iu" and ((y >= 0) & (y < x.shape[recipe.axis])).all())


def _one_in_each_place(recipe: Recipe, passed: Passed) -> bool:
    """Labels of a sequence, one for each of its positions."""
    x, y = passed.x, passed.y
    if y is None or not _labelled(recipe, passed) or not passed.indexed:
        return False
    return bool(y.ndim > 1 and y.shape[1] == x.shape[1])


def _targets(recipe: Recipe, passed: Passed) -> bool:
    return passed.alike and "target" in recipe.loss.ARRAYS


def _events(recipe: Recipe, passed: Passed) -> bool:
    return _targets(recipe, passed) and passed.values <= {0, 1}


def _signs(recipe: Recipe, passed: Passed) -> bool:
    return _targets(recipe, passed) and passed.values <= {-1, 1} and not passed.values <= {0, 1}


def _divergence(recipe: Recipe, passed: Passed) -> bool:
    return _targets(recipe, passed) and isinstance(recipe.loss, KLDivergence)


# --- what is done ----------------------------------------------------------------------------------


def _moved(operands: Operands, step: Step) -> Operands:
    """Every position predicts the label of the next one."""
    x, y = operands["pred"], operands["target"]
    require_axis(y, 1)
    if y.shape[1] < 2:
        raise ShapeError("there is no next position")
    return {"pred": x[:, :-1], "target": y[:, 1:]}


def _write_moved(exprs: Exprs, step: Step, language: Language, _: Operands) -> Exprs:
    x, y = exprs["pred"], exprs["target"]
    return {"pred": Expr(f"{x.at(8)}[:, :-1]"), "target": Expr(f"{y.at(8)}[:, 1:]")}


def _shifted(operands: Operands, step: Step) -> Operands:
    """Labels counted from another number; beyond the ends they wrap, as NumPy's indexes do."""
    x, y = operands["pred"], operands["target"]
    require_axis(x, step.axis)
    if y.shape == x.shape:
        return {"target": np.roll(y, int(step.amount), step.axis)}
    classes = x.shape[step.axis]
    valid = (y >= 0) & (y < classes)
    return {"target": np.where(valid, (y + int(step.amount)) % classes, y)}


def _write_shifted(exprs: Exprs, step: Step, language: Language, operands: Operands) -> Exprs:
    """`labels + 1` where all stay classes; else with the wrap, and labels that are no class kept."""
    x, y, labels = exprs["pred"], exprs["target"], operands["target"]
    if labels.shape == operands["pred"].shape:
        return {"target": language.write("roll", (y, int(step.amount), step.axis))}
    classes = language.write("length", (x, step.axis))
    inside = (labels >= 0) & (labels < operands["pred"].shape[step.axis])
    moved = y + 1 if step.amount > 0 else y - 1
    if not np.array_equal(labels + int(step.amount), _shifted(operands, step)["target"]):
        moved = Expr(f"{moved.at(ATOM)} % {classes}", TIMES)
    if inside.all():
        return {"target": moved}
    return {"target": language.write("where", ((y >= 0) & (y < classes), moved, y))}


def _filled(operands: Operands, step: Step) -> Operands:
    """Labels out of range taken for class 0."""
    x, y = operands["pred"], operands["target"]
    require_axis(x, step.axis)
    return {"target": np.where((y >= 0) & (y < x.shape[step.axis]), y, 0)}


def _write_filled(exprs: Exprs, step: Step, language: Language, _: Operands) -> Exprs:
    x, y = exprs["pred"], exprs["target"]
    inside = (y >= 0) & (y < language.write("length", (x, step.axis)))
    return {"target": language.write("where", (inside, y, 0))}


def _hot(operands: Operands, step: Step) -> Operands:
    x, y = operands["pred"], operands["target"]
    require_axis(x, step.axis)
    if y.dtype.kind not in "iu":
        raise DtypeError("only class indexes are made one-hot")
    classes = x.shape[step.axis]
    hot = np.zeros((*y.shape, classes))
    inside = (y >= 0) & (y < classes)
    np.put_along_axis(hot, np.where(inside, y, 0)[..., None], 1.0, -1)
    return {"target": np.moveaxis(hot * inside[..., None], -1, step.axis)}


def _write_hot(exprs: Exprs, step: Step, language: Language, operands: Operands) -> Exprs:
    """One-hot rows; rows of 0 for labels that are no class, which some functions refuse."""
    x, y, labels = exprs["pred"], exprs["target"], operands["target"]
    if ((labels >= 0) & (labels < operands["pred"].shape[step.axis])).all():
        return {"target": _one_hot(y, x, step.axis, language, operands)}
    inside = (y >= 0) & (y < language.write("length", (x, step.axis)))
    hot = _one_hot(language.write("where", (inside, y, 0)), x, step.axis, language, operands)
    kept = language.write("expand", (language.write("like", (inside, x)), step.axis))
    return {"target": hot * kept}


def _spread(operands: Operands, step: Step) -> Operands:
    """The number of the class at every class: what broadcasting makes of a column of indexes."""
    x, y = operands["pred"], operands["target"]
    require_axis(x, step.axis)
    wide = np.expand_dims(y, step.axis)
    return {"target": np.broadcast_to(wide, x.shape) * 1.0}


def _write_spread(exprs: Exprs, step: Step, language: Language, operands: Operands) -> Exprs:
    wide = language.write("expand", (exprs["target"], step.axis))
    wide = language.write("like", (wide, exprs["pred"]))
    return {"target": language.write("broadcast", (wide, operands["pred"].shape))}


def _of_rows(loss: Any) -> Loss:
    """The loss of one number per class."""
    rows: Loss = replace(loss, labels=replace(loss.labels, kind="dense"), ignore_index=None)
    return rows


def _hardest(operands: Operands, step: Step) -> Operands:
    y = operands["target"]
    require_axis(y, step.axis)
    top = np.expand_dims(y.argmax(step.axis), step.axis)
    hard = np.zeros(y.shape)
    np.put_along_axis(hard, top, 1.0, step.axis)
    return {"target": hard}


def _write_hardest(exprs: Exprs, step: Step, language: Language, operands: Operands) -> Exprs:
    top = language.write("argmax", (exprs["target"], step.axis))
    return {"target": _one_hot(top, exprs["pred"], step.axis, language, operands)}


def _one_hot(y: Expr, x: Expr, axis: int, language: Language, operands: Operands) -> Expr:
    """Class indexes as rows of 0 and 1, with the classes on the axis where the prediction has them."""
    classes = language.write("length", (x, axis))
    hot = language.write("one_hot", (y, classes, x))
    hot = Expr(f"{hot}.float()") if language.manners.integer_one_hot else hot
    last = axis % operands["pred"].ndim == operands["pred"].ndim - 1
    return hot if last else language.write("moveaxis", (hot, -1, axis))


LABELS: dict[str, Way] = {
    "labels_shifted": Way(
        _shifted,
        _write_shifted,
        (
            Slip(
                "the class numbers are one too high (counted from 1 on one side)",
                SELDOM,
                _labelled,
                amount=1,
            ),
            Slip(
                "the class numbers are one too low (counted from 1 on one side)",
                SELDOM,
                _labelled,
                amount=-1,
            ),
        ),
    ),
    "labels_moved": Way(
        _moved,
        _write_moved,
        (
            Slip(
                "labels are shifted by one position (each position is to predict the next)",
                ORDINARY,
                _one_in_each_place,
            ),
        ),
    ),
    "labels_spread": Way(
        _spread,
        _write_spread,
        (
            Slip(
                "class indexes go into a loss of one number per class, and are broadcast: each class "
                "counts as often as the number of the label says",
                SELDOM,
                _indexes,
                loss=_of_rows,
            ),
        ),
    ),
    "labels_filled": Way(_filled, _write_filled),
    "labels_hot": Way(_hot, _write_hot),
    "labels_hardest": Way(
        _hardest, _write_hardest, (Slip("labels are made one-hot (argmax) first", SELDOM, _dense),)
    ),
    "labels_softmax": along(
        "softmax",
        "target",
        xp.softmax,
        Slip("softmax is applied to the target first", ORDINARY, _divergence),
        Slip("softmax is applied to the labels", RARE, _dense),
    ),
    "labels_exp": by_word(
        "exp",
        "target",
        np.exp,
        Slip("exp is applied to the target (it was a logarithm already)", ORDINARY, _divergence),
    ),
    "labels_log": by_word(
        "log",
        "target",
        np.log,
        Slip("the logarithm of the target is taken first", ORDINARY, _divergence),
    ),
    "labels_to_signs": arithmetic(
        "target",
        lambda y, step: 2 * y - 1,
        Slip("labels of 0 and 1 are turned into -1 and 1 first", ORDINARY, _events),
    ),
    "labels_from_signs": arithmetic(
        "target",
        lambda y, step: (y + 1) / 2,
        Slip("labels of -1 and 1 are turned into 0 and 1 first", ORDINARY, _signs),
    ),
    "labels_reversed": arithmetic(
        "target",
        lambda y, step: 1 - y,
        Slip("labels are the wrong way round: 1 - y", SELDOM, _events),
    ),
}
