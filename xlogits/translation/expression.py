"""Python expressions as values: arithmetic on them writes source code."""

import ast
import math
import operator
from collections.abc import Callable
from typing import Any

from xlogits.errors import Refused

ATOM, POWER, UNARY, TIMES, PLUS, AND, OR, COMPARE = 8, 7, 6, 5, 4, 3, 2, 1


class Expr:
    """A piece of source code and how tightly its outermost operator binds."""

    def __init__(self, text: str, level: int = ATOM) -> None:
        self.text, self.level = text, level

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __bool__(self) -> bool:
        raise Refused(
            f"what is written depends on the value of `{self.text}`; write it as a literal number"
        )

    def at(self, level: int) -> str:
        """The text as an operand of an operator that binds like this."""
        return self.text if self.level >= level else f"({self.text})"

    # fields of losses are compared with ==, arrays too: equal text is equal, anything else is code
    def __eq__(self, other: object) -> Any:
        if isinstance(other, Expr) and other.text == self.text:
            return True
        if isinstance(other, (Expr, int, float)) and not isinstance(other, bool):
            return binary(self, "==", other, COMPARE)
        return False

    def __ne__(self, other: object) -> Any:
        if isinstance(other, Expr) and other.text == self.text:
            return False
        if isinstance(other, (Expr, int, float)) and not isinstance(other, bool):
            return binary(self, "!=", other, COMPARE)
        return True

    def __lt__(self, other: Any) -> "Expr":
        return binary(self, "<", other, COMPARE)

    def __le__(self, other: Any) -> "Expr":
        return binary(self, "<=", other, COMPARE)

    def __gt__(self, other: Any) -> "Expr":
        return binary(self, ">", other, COMPARE)

    def __ge__(self, other: Any) -> "Expr":
        return binary(self, ">=", other, COMPARE)

    def __and__(self, other: Any) -> "Expr":
        return binary(self, "&", other, AND)

    def __or__(self, other: Any) -> "Expr":
        return binary(self, "|", other, OR)

    def __invert__(self) -> "Expr":
        return Expr(f"~{self.at(UNARY)}", UNARY)

    def __add__(self, other: Any) -> "Expr":
        return self if _is(other, 0) else binary(self, "+", other, PLUS)

    def __radd__(self, other: Any) -> "Expr":
        return self if _is(other, 0) else binary(other, "+", self, PLUS)

    def __sub__(self, other: Any) -> "Expr":
        return self if _is(other, 0) else binary(self, "-", other, PLUS)

    def __rsub__(self, other: Any) -> "Expr":
        return -self if _is(other, 0) else binary(other, "-", self, PLUS)

    def __mul__(self, other: Any) -> "Expr":
        if _is(other, 1):
            return self
        if isinstance(other, Expr) and other.text == self.text:
            return Expr(f"{self.at(ATOM)} ** 2", POWER)
        return binary(self, "*", other, TIMES)

    def __rmul__(self, other: Any) -> "Expr":
        return self if _is(other, 1) else binary(other, "*", self, TIMES)

    def __truediv__(self, other: Any) -> "Expr":
        return self if _is(other, 1) else binary(self, "/", other, TIMES)

    def __rtruediv__(self, other: Any) -> "Expr":
        return binary(other, "/", self, TIMES)

    def __pow__(self, other: Any) -> "Expr":
        if _is(other, 1):
            return self
        return Expr(f"{self.at(ATOM)} ** {wrap(other).at(UNARY)}", POWER)

    def __rpow__(self, other: Any) -> "Expr":
        return Expr(f"{wrap(other).at(ATOM)} ** {self.at(UNARY)}", POWER)

    def __neg__(self) -> "Expr":
        if self.level == UNARY and self.text.startswith("-"):
            return Expr(self.text[1:], POWER)
        return Expr(f"-{self.at(UNARY)}", UNARY)

    def __abs__(self) -> "Expr":
        return Expr(f"abs({self.text})")

    def __getitem__(self, index: Any) -> "Expr":
        return Expr(f"{self.at(ATOM)}[{_index(index)}]")


def wrap(x: Any) -> Expr:
    """A number or an expression as an expression."""
    if isinstance(x, Expr):
        return x
    text = repr(x)
    if isinstance(x, float) and not math.isfinite(x):  # inf and nan are no literals
        text = f"-float('{-x}')" if x < 0 else f"float('{x}')"
    return Expr(text, UNARY if text.startswith("-") else ATOM)


def floating(x: Any) -> Any:
    """A literal with floats for its integers: what a prediction is made of."""
    if isinstance(x, (list, tuple)):
        return type(x)(map(floating, x))
    return float(x) if type(x) is int else x


def binary(left: Any, sign: str, right: Any, level: int) -> Expr:
    a, b = wrap(left), wrap(right)
    # a chain of comparisons would mean something else, and so would a - (b - c)
    first = a.at(level + 1 if level == COMPARE else level)
    return Expr(f"{first} {sign} {b.at(level + 1)}", level)


def literal(condition: Any) -> bool | None:
    """What a comparison of two literal numbers comes to; None for any other expression."""
    try:
        node = ast.parse(str(condition), mode="eval").body
        if not isinstance(node, ast.Compare) or len(node.ops) != 1:
            return None
        left, right = ast.literal_eval(node.left), ast.literal_eval(node.comparators[0])
    except (SyntaxError, ValueError):
        return None
    return bool(_COMPARISONS[type(node.ops[0])](left, right))


def literal_number(x: Expr) -> float | None:
    """The number that an expression is; None for any other."""
    try:
        return float(str(x))
    except ValueError:
        return None


_COMPARISONS: dict[type, Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


def _is(x: Any, number: int) -> bool:
    return isinstance(x, (int, float)) and x == number


def _index(index: Any) -> str:
    if isinstance(index, tuple):
        return ", ".join(map(_index, index))
    return {Ellipsis: "...", None: "None", slice(None): ":"}[index] if _named(index) else str(index)


def _named(index: Any) -> bool:
    return index is Ellipsis or index is None or index == slice(None)
