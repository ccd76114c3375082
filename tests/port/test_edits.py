"""The proof that nothing but the edits changed: a text that differs elsewhere is refused."""

import pytest

from xlogits.port.decide.change import Edit
from xlogits.port.read.text import Text, Unreadable
from xlogits.port.write.edits import carried_out, check

OLD = "a = f(x)\nb = 1\n"


def checked(after: str, new: str | None = None) -> None:
    """Replace `f(x)` by a text, and compare that, or another that was made in its place."""
    old = Text(OLD)
    node = old.tree.body[0].value  # type: ignore[attr-defined]
    text, moved = carried_out(OLD, [Edit(old.span(node), after, node)])
    check(old, Text(text if new is None else new), moved)


@pytest.mark.parametrize("after", ["g(x)", "(g(x))", "(\n  g(x) + 1\n)", "g(x) + 1"])
def test_an_edit_may_be_any_one_expression(after: str) -> None:
    checked(after)


@pytest.mark.parametrize(
    "after",
    [
        "g(x); c = 2",  # a statement more
        "(g(x)  # more\n)",  # a comment
        "g(x), 1)",  # no expression at all
    ],
)
def test_what_stands_around_the_expression_of_an_edit_is_refused(after: str) -> None:
    with pytest.raises(Unreadable):
        checked(after)


@pytest.mark.parametrize(
    "new",
    [
        "a = g(x) + 1\nb = 1\n",  # the expression goes on behind the edit
        "a=2+g(x)\nb = 1\n",  # or begins before it
        "a = g(x)\nb = 2\n",
        "a = g(x)\n",
        "a = g(x)\nb = 1\nc = 1\n",
    ],
)
def test_an_edit_that_reaches_further_than_it_says_is_refused(new: str) -> None:
    with pytest.raises(Unreadable, match="differ outside"):
        checked("g(x)", new)
    checked("g(x)", "a = g(x)\nb = 1\n")
