"""A file to be ported: Python or a notebook, from bytes to bytes."""

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace

from xlogits.port.decide.change import LEFT, Change, Edit, Proof
from xlogits.port.decide.rendering import Choices
from xlogits.port.read import notebook
from xlogits.port.read.scan import may_hold
from xlogits.port.read.text import Unreadable, decoded, encoded
from xlogits.port.source import Ported, port, settled

Withdrawn = dict[Proof, str]
AGAIN = "a second run would change it again"


@dataclass(frozen=True)
class Document:
    """A file after the port. `error` says why it could not be read; then nothing is changed."""

    name: str
    before: bytes
    after: bytes
    changes: tuple[Change, ...] = ()
    remaining: tuple[str, ...] = ()
    error: str = ""
    broken: tuple[str, ...] = ()  # cells that do not parse

    @property
    def changed(self) -> bool:
        return self.before != self.after

    @property
    def left(self) -> tuple[Change, ...]:
        return tuple(c for c in self.changes if c.mark == LEFT)


def ported(
    name: str,
    data: bytes,
    choices: Choices,
    withdrawn: Withdrawn | None = None,
    named: bool = False,
) -> Document:
    """Port the bytes of a file; a second port of the result has to change nothing.

    A file that a person `named` is read even where it can hold no call, to say whether it can be.
    """
    if not named and not may_hold(data, sorted(choices.frameworks)):
        return Document(name, data, data)
    make: Callable[..., Document] = _notebook if name.endswith(".ipynb") else _python
    try:
        return make(name, data, choices, withdrawn)
    except Unreadable as error:
        return Document(name, data, data, error=str(error))
    except RecursionError:
        return Document(name, data, data, error="nested too deeply")
    except Exception as error:  # a fault of ours costs one file its port, not the others theirs
        why = f"{type(error).__name__}: {error}"
        return Document(name, data, data, error=f"xlogits failed here; please report it ({why})")


def _python(name: str, data: bytes, choices: Choices, withdrawn: Withdrawn | None) -> Document:
    text, encoding = decoded(data)
    done = port(text, choices, withdrawn)
    if done.text != text and not any(
        settled(again, choices, withdrawn) for again in (done.short, done.text)
    ):
        raise Unreadable(AGAIN)
    return Document(name, data, encoded(done.text, encoding), done.changes, done.remaining)


def _notebook(name: str, data: bytes, choices: Choices, withdrawn: Withdrawn | None) -> Document:
    try:
        raw = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(f"cannot be decoded: {error}") from None
    book = notebook.read(raw)
    text = book.text
    done = port(text, choices, withdrawn)
    changes = tuple(_in_cell(change, book) for change in done.changes)
    after = notebook.put_back(book, _sources(book, text, done)) if done.text != text else raw
    if done.text != text and not settled(notebook.read(after).text, choices, withdrawn):
        raise Unreadable(AGAIN)
    found = Document(name, data, after.encode("utf-8"), changes, done.remaining)
    return replace(found, broken=book.broken)


def _in_cell(change: Change, book: notebook.Notebook) -> Change:
    number, line = book.cell_at(change.line)
    return replace(change, cell=number, line=line)


def _sources(book: notebook.Notebook, text: str, done: Ported) -> dict[int, str]:
    """The new source of every cell: the edits that fall into it, made in what it really says."""
    found, at = {}, 0
    for cell in book.cells:
        source = notebook.ended(cell.source)
        last = at + len(source)
        for edit in reversed([e for e in done.edits if _falls(e, at, last)]):
            source = source[: edit.span[0] - at] + edit.text + source[edit.span[1] - at :]
        whole = cell.source.endswith("\n") or not cell.source
        found[cell.number] = source if whole else source.removesuffix("\n")
        at = last
    return found


def _falls(edit: Edit, first: int, last: int) -> bool:
    """Whether an edit belongs to a cell; what follows a statement stays in the cell of that."""
    place = edit.span[0]
    follows = edit.node is None and isinstance(edit.owner, ast.stmt)
    return first < place <= last if follows else first <= place < last
