"""The number that source code gives: what a diagnosis prints is read again and evaluated before.

Reading shares nothing with writing but the records. A native function is read by its record and
computed by its loss; an array function is recognised by the words of its language, and computed by
what NumPy has under the same word. No framework is loaded.
"""

import ast
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np

from xlogits.backends import numpy as xp
from xlogits.diagnosis.steps import logistic
from xlogits.errors import OptionError, Refused, XlogitsError
from xlogits.frameworks import manners
from xlogits.losses import INDEX, LOGITS, SigmoidCrossEntropy, SoftmaxCrossEntropy
from xlogits.precision import rounded
from xlogits.translation.call import Call, parse
from xlogits.translation.expression import Expr
from xlogits.translation.language import LANGUAGES, Language

Array = Any
CROSS_ENTROPIES = SoftmaxCrossEntropy | SigmoidCrossEntropy
SCIPY = SimpleNamespace(
    softmax=lambda x, axis: xp.softmax(x, axis),
    log_softmax=lambda x, axis: xp.log_softmax(x, axis),
    logsumexp=lambda x, axis, keepdims=False: xp.logsumexp(x, axis, keepdims),
    expit=xp.sigmoid,
    log_expit=xp.log_sigmoid,
    logit=xp.logit,
)
# words that NumPy has no function for
HERE = {
    "stop_gradient": "{0}",
    "x_log_x": "({0} * np.log(np.where({0} == 0, 1.0, {0})))",
    "number_of": "np.count_nonzero({0}, axis=1)",
    "beyond": "(np.arange({1}) >= {0}[:, None]).astype({2}.dtype)",
    "repeated": "np.full({0}, {1})",
    "zeros": "np.zeros(({0}, {1}))",
    "bfloat16": "rounded({0}, 'bfloat16')",
}
BINARY: dict[type, Any] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
    ast.Mod: lambda a, b: a % b,
    ast.BitAnd: lambda a, b: a & b,
    ast.BitOr: lambda a, b: a | b,
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.USub: lambda a: -a,
    ast.Invert: lambda a: ~a,
}
BUILTINS: dict[str, Any] = {"abs": abs, "float": float, "sum": sum, "range": range, "len": len}


def evaluations(text: str, language: Language, operands: dict[str, Array]) -> Iterator[Array]:
    """What code gives in double precision, and in single precision with either usual sigmoid.

    `operands` are the arrays by the names that the code has for them. `Refused` for code that
    cannot be read.
    """
    # infinity is no literal, and an option of a loss has to be one
    node = ast.parse(text.replace("float('inf')", "1e999"), mode="eval").body
    single = {
        name: x.astype(np.float32) if x.dtype.kind == "f" else x for name, x in operands.items()
    }
    for given, sigmoid in ((operands, xp.sigmoid), (single, logistic), (single, xp.sigmoid)):
        with np.errstate(all="ignore"):
            yield np.asarray(_Evaluation(language, given, sigmoid).value(node), np.float64)


class _Evaluation:
    """One evaluation; what occurs twice is computed once."""

    def __init__(self, language: Language, operands: dict[str, Array], sigmoid: Any) -> None:
        self.language, self.operands, self.sigmoid = language, operands, sigmoid
        self.known: dict[str, Any] = {}

    def value(self, node: ast.AST) -> Any:
        key = ast.dump(node)
        if key not in self.known:
            self.known[key] = self._computed(node)
        return self.known[key]

    def _computed(self, node: Any) -> Any:
        for word, pattern in _patterns(self.language.name):
            holes: dict[int, ast.AST] = {}
            if _match(pattern, node, holes):
                return self._word(word, holes)
        kind = type(node).__name__
        method = getattr(self, f"_{kind.lower()}", None)
        if method is None:
            raise Refused(f"{ast.unparse(node)}: {kind} is not evaluated")
        return method(node)

    def _word(self, word: str, holes: dict[int, ast.AST]) -> Any:
        """An array function of the language, computed by NumPy's function of the same word."""
        values = {f"a{number}": self.value(hole) for number, hole in holes.items()}
        if word == "sigmoid":
            return self.sigmoid(values["a0"])
        if word == "one_hot":
            return self._one_hot(values["a0"], values["a1"])
        values.setdefault("a2", -1)  # of `pick` in TensorFlow, which is along the last axis
        names = dict(np=np, scipy=SimpleNamespace(special=SCIPY), rounded=rounded, **values)
        return eval(_numpy(word, len(values)), names)

    def _one_hot(self, labels: Array, classes: int) -> Array:
        """One-hot rows; for labels that are no class rows of 0 or an error, as the language has it."""
        inside = (labels >= 0) & (labels < classes)
        if not inside.all() and self.language.manners.strict_one_hot:
            raise Refused("a label is no class")
        return np.eye(classes)[np.where(inside, labels, 0)] * inside[..., None]

    def _call(self, node: ast.Call) -> Any:
        name = ast.unparse(node.func)
        if name in BUILTINS:
            return BUILTINS[name](*map(self.value, node.args))
        if name.startswith(("np.", "math.")):
            function = getattr(np if name.startswith("np.") else math, name.partition(".")[2])
            named = {str(k.arg): self.value(k.value) for k in node.keywords}
            return function(*map(self.value, node.args), **named)
        try:
            call = parse(ast.unparse(node))
        except OptionError:
            raise Refused(f"{name} is not evaluated") from None
        loss, given = self._seen(call)
        if getattr(loss, "function", "") == "sigmoid":
            return self.sigmoid(given["pred"])
        return loss(**given)

    def _seen(self, call: Call) -> tuple[Any, dict[str, Any]]:
        """The loss and its operands as the framework sees them."""
        loss: Any = call.reading.loss
        minded = manners(call.native.framework)
        written = dict(call.reading.operands)
        if minded.behind_softmax and isinstance(loss, CROSS_ENTROPIES):
            before = _behind(written["pred"], LANGUAGES[call.native.framework].words)
            if before is not None:
                written["pred"], loss = before, replace(loss, form=LOGITS)
        given = {name: self._operand(x) for name, x in written.items()}
        if minded.every_class and loss.OPERANDS[:2] == ("pred", "target"):
            _require_every_class(loss, given)
        if minded.full_weight and "sample_weight" in given:
            _require_full_weight(loss, given)
        return loss, given

    def _operand(self, x: Any) -> Any:
        if isinstance(x, Expr):
            return self.value(ast.parse(str(x), mode="eval").body)
        return np.asarray(x) if isinstance(x, (list, tuple)) else x

    def _name(self, node: ast.Name) -> Any:
        if node.id not in self.operands:
            raise Refused(f"{node.id} is no operand")
        return self.operands[node.id]

    def _constant(self, node: ast.Constant) -> Any:
        return node.value

    def _tuple(self, node: ast.Tuple | ast.List) -> Any:
        return tuple(map(self.value, node.elts))

    _list = _tuple

    def _binop(self, node: ast.BinOp) -> Any:
        return BINARY[type(node.op)](self.value(node.left), self.value(node.right))

    def _unaryop(self, node: ast.UnaryOp) -> Any:
        return BINARY[type(node.op)](self.value(node.operand))

    def _compare(self, node: ast.Compare) -> Any:
        return BINARY[type(node.ops[0])](self.value(node.left), self.value(node.comparators[0]))

    def _attribute(self, node: ast.Attribute) -> Any:
        if node.attr not in ("shape", "size", "ndim", "dtype"):
            raise Refused(f"{ast.unparse(node)} is not evaluated")
        return getattr(self.value(node.value), node.attr)

    def _subscript(self, node: ast.Subscript) -> Any:
        return self.value(node.value)[self.value(node.slice)]

    def _slice(self, node: ast.Slice) -> slice:
        ends = (node.lower, node.upper, node.step)
        return slice(*(None if end is None else self.value(end) for end in ends))

    def _generatorexp(self, node: ast.GeneratorExp) -> list[Any]:
        """An expression for every number of a range."""
        loop = node.generators[0]
        name = ast.unparse(loop.target)
        found = []
        for number in self.value(loop.iter):
            inner = _Evaluation(self.language, self.operands | {name: number}, self.sigmoid)
            found.append(inner.value(node.elt))
        return found


def _behind(x: Any, words: Mapping[str, str]) -> Expr | None:
    """The logits that Keras' cross-entropies use in place of what its own activations give."""
    activations = (words[word].partition("(")[0] for word in ("softmax", "sigmoid"))
    if not str(x).startswith(tuple(f"{name}(" for name in activations)):
        return None
    node = ast.parse(str(x), mode="eval").body
    return Expr(ast.unparse(node.args[0])) if isinstance(node, ast.Call) else None


def _require_full_weight(loss: Any, given: dict[str, Any]) -> None:
    """Raise for weights that PyTorch does not spread over the items."""
    weight = np.shape(given["sample_weight"])
    if not loss.spread_weight and weight != given["pred"].shape:
        raise Refused(f"weights of shape {weight} do not have the shape of the prediction")


def _require_every_class(loss: Any, given: dict[str, Any]) -> None:
    """Raise where scikit-learn, which reads the classes from the labels, would not find them all."""
    x, y = given["pred"], given["target"]
    if getattr(loss, "labels", None) != INDEX:
        return
    classes = x.shape[-1] if x.ndim > y.ndim else 2
    if len(np.unique(y)) < max(classes, 2):
        raise Refused("not every class occurs in the labels")


@cache
def _patterns(language: str) -> list[tuple[str, ast.expr]]:
    """The calls and constants that a language has words for; the longest, which say most, first."""
    found = []
    for word, template in LANGUAGES[language].words.items():
        text = template
        for number in range(4):
            text = text.replace(f"{{{number}}}", f"_hole_{number}")
        node = ast.parse(text, mode="eval").body
        if isinstance(node, ast.Call | ast.Attribute) or "_hole_" not in text:
            found.append((word, node))
    return sorted(found, key=lambda pattern: -sum(1 for _ in ast.walk(pattern[1])))


def _match(pattern: Any, node: Any, holes: dict[int, ast.AST]) -> bool:
    """Whether a piece of code is an instance of a pattern, and what stands in its holes."""
    if isinstance(pattern, ast.Name) and pattern.id.startswith("_hole_"):
        number = int(pattern.id[-1])
        return ast.dump(holes.setdefault(number, node)) == ast.dump(node)
    if isinstance(pattern, list):
        return (
            isinstance(node, list)
            and len(pattern) == len(node)
            and all(_match(one, other, holes) for one, other in zip(pattern, node, strict=True))
        )
    if isinstance(pattern, ast.AST):
        return type(pattern) is type(node) and all(
            _match(getattr(pattern, name), getattr(node, name), holes)
            for name in pattern._fields
            if name not in ("ctx", "kind")
        )
    return bool(pattern == node)


@cache
def _numpy(word: str, holes: int) -> str:
    """A word in NumPy, with the names of values in its holes."""
    template = HERE.get(word) or LANGUAGES[np.__name__].words[word]
    return template.format(*(f"a{number}" for number in range(max(holes, 4))))


def holds(text: str, language: Language, operands: dict[str, Array], wanted: Array) -> bool:
    """Whether code gives a number or an array, up to the rounding errors of single precision."""
    try:
        return any(
            found.shape == np.shape(wanted)
            and np.allclose(found, wanted, rtol=2e-5, atol=1e-6, equal_nan=True)
            for found in evaluations(text, language, operands)
        )
    except XlogitsError:  # it cannot be read, or a loss refuses its arguments
        return False
    except (IndexError, ValueError):  # NumPy refuses them: a label that is no class, other shapes
        return False
