"""A way of computing a loss as source code of one framework."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from xlogits.catalogue.record import Reading
from xlogits.diagnosis.recipe import Setup
from xlogits.diagnosis.results import WORDS, Outer
from xlogits.diagnosis.steps import Step
from xlogits.errors import XlogitsError
from xlogits.losses import Reduction
from xlogits.reduction import WORDS as REDUCTIONS
from xlogits.translation.call import NAMES
from xlogits.translation.compose import Composition
from xlogits.translation.expression import Expr, wrap
from xlogits.translation.language import Language
from xlogits.translation.single import candidates, written

Exprs = dict[str, Expr]
_UNSPOKEN = {"sum_along_axis", "mean_along_axis"}


def source(
    setup: Setup, outer: Outer, language: Language, ndim: int, index: bool, present: frozenset[str]
) -> str:
    """The whole computation, one expression; '' where the framework has no short way to say it.

    `index`: labels are class indexes. `present`: the names of the operands that there are.
    """
    try:
        operands = {
            name: Expr(NAMES.get(name, name))
            for name in setup.loss.OPERANDS
            if name in setup.loss.ARRAYS or name in _wanted(setup, outer, present)
        }
        for step in setup.steps:
            operands |= _STEPS[step.name](operands, step, language)
        plain = outer.word in REDUCTIONS
        word: Any = outer.word if plain else "none" if outer.word in _UNSPOKEN else "sum"
        loss: Any = replace(setup.loss, reduction=Reduction(word))
        hot = any(step.name == "labels_hot" for step in setup.steps)
        kind = getattr(loss, "labels", None)
        if kind is not None and kind.kind == "inferred":
            chosen: Any = "index" if index and not hot else "dense"
            loss = replace(loss, labels=replace(kind, kind=chosen))
        text = Expr(_loss(Reading(loss, operands), language, ndim), 5)
        if not plain:
            text = _divided(text, outer.word, language)
        return str(_after(text, outer.after, language))
    except (XlogitsError, KeyError, AttributeError, TypeError):
        return ""


def _wanted(setup: Setup, outer: Outer, present: frozenset[str]) -> frozenset[str]:
    """The optional operands that take part."""
    weight = {"sample_weight"} if outer.weighted else set()
    return (present - setup.without - {"sample_weight"}) | weight


def _loss(reading: Reading, language: Language, ndim: int) -> str:
    """The plainest call, or a short composition."""
    found = candidates(reading, language, ndim)
    if found and not found[0].real and ".v1." not in found[0].native.name:
        return written(found[0], language)
    try:
        return str(Composition(reading, language, ndim).write())
    except XlogitsError:
        if found and not found[0].real:
            return written(found[0], language)
        raise


def _divided(text: Expr, word: str, language: Language) -> Expr:
    if word in _UNSPOKEN:
        return language.write(word.removesuffix("_axis"), (text, -1))
    if word == "mean_of_means":
        raise KeyError(word)
    size = {
        "mean_over_elements": language.write("size", (Expr("logits"),)),
        "mean_over_classes": Expr("num_classes"),
        "mean_over_positions": Expr("sequence_length"),
        "mean_over_labels": language.write("size", (Expr("labels"),)),
        "mean_twice": Expr("batch_size") * Expr("num_items"),
    }[word]
    return text / size


def _after(text: Expr, after: str, language: Language) -> Any:
    known: dict[str, Callable[[Any], Any]] = {
        "": lambda text: text,
        "negated": lambda text: -text,
        "halved": lambda text: text / 2,
        "doubled": lambda text: 2 * text,
        "log2": lambda text: text / Expr("math.log(2)"),
        "log10": lambda text: text / Expr("math.log(10)"),
        "percent": lambda text: 100 * text,
        "exp": lambda text: language.write("exp", (text,)),
        "one_minus": lambda text: 1 - text,
        "one_plus": lambda text: 1 + text,
        "minus_one": lambda text: text - 1,
        "root": lambda text: language.write("sqrt", (text,)),
    }
    for each in after.split("+"):
        text = known[each](text)
    return text


def _call(word: str, operand: str, axis: bool = False) -> Callable[..., Exprs]:
    def write(operands: Exprs, step: Step, language: Language) -> Exprs:
        args = (operands[operand], step.axis) if axis else (operands[operand],)
        return {operand: language.write(word, args)}

    return write


def _math(operand: str, change: Callable[[Expr, Step], Any]) -> Callable[..., Exprs]:
    return lambda operands, step, language: {operand: wrap(change(operands[operand], step))}


def _hot(operands: Exprs, step: Step, language: Language) -> Exprs:
    x, y = operands["pred"], operands["target"]
    hot = language.write("one_hot", (y, language.write("classes", (x, step.axis)), x))
    return {"target": Expr(f"{hot}.float()") if language.name == "torch" else hot}


def _swapped(operands: Exprs, step: Step, language: Language) -> Exprs:
    return {"pred": operands["target"], "target": operands["pred"]}


def _shift(y: Expr, step: Step) -> Any:
    return y + 1 if step.amount > 0 else y - 1


def _moved(operands: Exprs, step: Step, language: Language) -> Exprs:
    x, y = operands["pred"], operands["target"]
    return {"pred": Expr(f"{x.at(8)}[:, :-1]"), "target": Expr(f"{y.at(8)}[:, 1:]")}


_STEPS: dict[str, Callable[..., Exprs]] = {
    "softmax": _call("softmax", "pred", True),
    "log_softmax": _call("log_softmax", "pred", True),
    "sigmoid": _call("sigmoid", "pred"),
    "log_sigmoid": _call("log_sigmoid", "pred"),
    "exp": _call("exp", "pred"),
    "log": _call("log", "pred"),
    "tanh": _call("tanh", "pred"),
    "negated": _math("pred", lambda x, step: -x),
    "scaled": _math("pred", lambda x, step: x / float(f"{step.amount:.6g}")),
    "labels_shifted": _math("target", _shift),
    "labels_hot": _hot,
    "labels_softmax": _call("softmax", "target", True),
    "labels_exp": _call("exp", "target"),
    "labels_log": _call("log", "target"),
    "labels_to_signs": _math("target", lambda y, step: 2 * y - 1),
    "labels_from_signs": _math("target", lambda y, step: (y + 1) / 2),
    "labels_reversed": _math("target", lambda y, step: 1 - y),
    "swapped": _swapped,
    "moved": _moved,
    "weights_twice": _math("class_weight", lambda w, step: w * w),
    "weights_inverted": _math("class_weight", lambda w, step: 1 / w),
    "weights_to_sum_1": lambda operands, step, language: {
        "class_weight": operands["class_weight"]
        / language.write("sum", (operands["class_weight"],))
    },
    "weights_to_mean_1": lambda operands, step, language: {
        "class_weight": operands["class_weight"]
        / language.write("mean", (operands["class_weight"],))
    },
}


def in_words(outer: Outer) -> str:
    """What a number is of the losses of the items."""
    return WORDS[outer.word][1]
