"""A Jupyter notebook as one Python text, and its cells put back without touching anything else."""

import ast
import json
import re
from dataclasses import dataclass

from xlogits.port.read.text import Unreadable

# IPython's own lines, which are not Python: magics, shell commands, help
OWN = re.compile(r"^(\s*)(?:[%!].*|\?.*|.*\?\??\s*|[\w, .\[\]'\"]+=\s*[%!].*)$")
BODY = re.compile(r"%%(?:time|timeit|capture|prun)\b")


@dataclass(frozen=True)
class Cell:
    """A code cell: which one, where its source stands in the file, and that source."""

    number: int  # from 1, as people count
    span: tuple[int, int]
    lines: tuple[str, ...]
    listed: bool  # a list of lines, as Jupyter writes it, or one string

    @property
    def source(self) -> str:
        return "".join(self.lines)


@dataclass(frozen=True)
class Notebook:
    """The code cells of a notebook. `broken` are those that do not parse, with the reason."""

    raw: str
    cells: tuple[Cell, ...]
    broken: tuple[str, ...]

    @property
    def text(self) -> str:
        """All cells as one module; what is not Python has become `pass`, at the same place."""
        return "".join(ended(python(c.source)[0]) for c in self.cells)

    def cell_at(self, line: int) -> tuple[int, int]:
        """The number of the cell that a line of `text` is in, and the line there."""
        for cell in self.cells:
            count = ended(cell.source).count("\n")
            if line <= count:
                return cell.number, line
            line -= count
        return 0, line


def read(raw: str) -> Notebook:
    """The code cells of a notebook; `Unreadable` for what is none."""
    try:
        cells = tuple(_cells(raw))
    except (ValueError, IndexError, KeyError, TypeError, RecursionError) as error:
        raise Unreadable(f"not a notebook: {error}") from None
    broken = [f"cell {c.number}: {why}" for c in cells if (why := python(c.source)[1])]
    return Notebook(raw, cells, tuple(broken))


def ended(source: str) -> str:
    return source if source.endswith("\n") or not source else f"{source}\n"


def python(source: str) -> tuple[str, str]:
    """A cell as Python of the same length, and why it is not Python; then it is all blank."""
    if _parses(source) == "":
        return source, ""
    if source.startswith("%%") and not BODY.match(source):
        return _blank(source), ""
    masked = "".join(_masked(line) for line in re.findall(r"[^\n]*\n|[^\n]+", source))
    why = _parses(masked)
    return (masked, "") if not why else (_blank(source), why)


def _parses(source: str) -> str:
    try:
        ast.parse(source)
    except SyntaxError as error:
        return f"line {error.lineno}: {error.msg}"
    except (ValueError, RecursionError, MemoryError) as error:
        return str(error) or "nested too deeply"
    return ""


def _masked(line: str) -> str:
    body = line.rstrip("\r\n")
    match = OWN.match(body)
    if match is None or len(body) - len(match.group(1)) < 4:
        return _blank(line) if match else line
    indent = match.group(1)
    return indent + "pass" + " " * (len(body) - len(indent) - 4) + line[len(body) :]


def _blank(source: str) -> str:
    return re.sub(r"[^\r\n]", " ", source)


def put_back(notebook: Notebook, sources: dict[int, str]) -> str:
    """The file with new sources for some cells, in the style of the old ones."""
    pieces, at = [], 0
    for cell in notebook.cells:
        if cell.number in sources and sources[cell.number] != cell.source:
            first, last = cell.span
            pieces += [notebook.raw[at:first], _encoded(cell, notebook.raw, sources[cell.number])]
            at = last
    return "".join([*pieces, notebook.raw[at:]])


def _encoded(cell: Cell, raw: str, source: str) -> str:
    """A source as JSON: lines that were there keep their spelling, others get the file's."""
    ascii_only = raw.isascii()
    old = raw[slice(*cell.span)]
    if not cell.listed:
        return json.dumps(source, ensure_ascii=ascii_only)
    tokens = [m.group() for m in _STRING.finditer(old)]
    spelled = {json.loads(t): t for t in tokens}
    gaps = _STRING.split(old)
    opening, closing = gaps[0], gaps[-1]
    between = gaps[1] if len(tokens) > 1 else "," + opening.removeprefix("[")
    lines = re.findall(r"[^\n]*\n|[^\n]+", source)
    new = (spelled.get(line) or json.dumps(line, ensure_ascii=ascii_only) for line in lines)
    return opening + between.join(new) + closing


_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


# -- where things stand in the JSON


def _cells(raw: str) -> list[Cell]:
    found = []
    for key, start, _ in _members(raw, _skip(raw, 0)):
        if key == "cells":
            for number, place in enumerate(_elements(raw, start), 1):
                cell = _cell(raw, place, number)
                found += [cell] if cell is not None else []
    return found


def _cell(raw: str, start: int, number: int) -> Cell | None:
    places = {key: (first, last) for key, first, last in _members(raw, start)}
    if json.loads(raw[slice(*places["cell_type"])]) != "code":
        return None
    source = json.loads(raw[slice(*places["source"])])
    listed = isinstance(source, list)
    lines = tuple(source) if listed else (source,)
    return Cell(number, places["source"], lines, listed)


_DECODER = json.JSONDecoder()


def _skip(raw: str, at: int) -> int:
    while raw[at] in " \t\r\n":
        at += 1
    return at


def _members(raw: str, at: int) -> list[tuple[str, int, int]]:
    """Key, start and end of every value of the object that starts here."""
    if raw[at] != "{":
        raise ValueError(f"an object was expected at {at}")
    found = []
    at = _skip(raw, at + 1)
    while raw[at] != "}":
        key, at = _DECODER.raw_decode(raw, at)
        start = _skip(raw, _skip(raw, at) + 1)
        _, end = _DECODER.raw_decode(raw, start)
        found.append((key, start, end))
        at = _skip(raw, end)
        at = _skip(raw, at + 1) if raw[at] == "," else at
    return found


def _elements(raw: str, at: int) -> list[int]:
    """The start of every element of the list that starts here."""
    found = []
    at = _skip(raw, at + 1)
    while raw[at] != "]":
        found.append(at)
        _, end = _DECODER.raw_decode(raw, at)
        at = _skip(raw, end)
        at = _skip(raw, at + 1) if raw[at] == "," else at
    return found
