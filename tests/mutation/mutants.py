"""The mutants: one operator of cosmic-ray applied at one place of one file.

Annotations are no code that runs, so what is changed in one is no mutant; nor is what does not compile,
or compiles to what was there before.
"""

import ast
import difflib
import random
from collections.abc import Collection, Iterator
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "xlogits"
FILES = (
    *sorted(path for path in (PACKAGE / "losses").rglob("*.py") if path.name != "__init__.py"),
    PACKAGE / "reduction.py",
    PACKAGE / "catalogue" / "record.py",
)
Position = tuple[int, int]


class Place(NamedTuple):
    """Where an operator applies: its number among all the places of this operator in the file."""

    file: str  # relative to the repository
    operator: str
    occurrence: int
    line: int


class Mutant(NamedTuple):
    """A file with one thing wrong in it."""

    place: Place
    source: str
    function: (
        str  # what the function is called that differs; '' for the module and bodies of classes
    )
    old: str
    new: str

    @property
    def name(self) -> str:
        return f"{self.place.file}:{self.place.line}"

    @property
    def module(self) -> str:
        return self.place.file.removesuffix(".py").replace("/", ".")


def places(path: Path) -> Iterator[Place]:
    """Every place where an operator of cosmic-ray applies, without annotations."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.plugins import get_operator, operator_names

    source = path.read_text(encoding="utf-8")
    types = list(_annotations(ast.parse(source)))
    nodes = [node for node in ast_nodes(get_ast(source)) if not _idle(node)]
    for name in operator_names():
        made = get_operator(name)
        if made.arguments():
            continue  # asks for names of variables
        found = [start for node in nodes for start, _ in made().mutation_positions(node)]
        for occurrence, start in enumerate(found):
            if not any(first <= start < last for first, last in types):
                yield Place(str(path.relative_to(ROOT)), name, occurrence, start[0])


def _idle(node: Any) -> bool:
    """Whether no operator could apply: names, texts and brackets, which are most of a file."""
    return node.type in ("name", "string", "newline") or getattr(node, "value", "") in tuple(
        "()[],.:="
    )


def _annotations(tree: ast.Module) -> Iterator[tuple[Position, Position]]:
    """From where to where there are types, and signs between parameters."""
    for node in ast.walk(tree):
        found: list[Any] = []
        if isinstance(node, ast.FunctionDef):
            found = [node.returns, *(a.annotation for a in _parameters(node.args))]
        elif isinstance(node, ast.AnnAssign):
            found = [node.annotation]
        elif isinstance(node, ast.Assign) and _is_type(node.value):
            found = [node.value]
        for one in found:
            if one is not None:
                yield (one.lineno, one.col_offset), (one.end_lineno, one.end_col_offset)


def _parameters(args: ast.arguments) -> Iterator[ast.arg]:
    yield from (*args.posonlyargs, *args.args, *args.kwonlyargs)
    yield from (a for a in (args.vararg, args.kwarg) if a is not None)


def _is_type(node: ast.expr) -> bool:
    """A union of types, given a name."""
    return (
        isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) and "None" in ast.dump(node)
    )


def mutant(place: Place) -> Mutant | None:
    """The file changed; None where that is no other program."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    path = ROOT / place.file
    source = path.read_text(encoding="utf-8")
    changed = mutate_code(source, get_operator(place.operator)(), place.occurrence)
    if changed is None:
        return None
    try:
        code = compile(changed, str(path), "exec")
    except (SyntaxError, ValueError):
        return None
    differs = differing(compile(source, str(path), "exec"), code)
    if differs is None:
        return None
    old, new = _lines(source, changed)
    return Mutant(place, changed, differs, old, new)


def differing(old: CodeType, new: CodeType) -> str | None:
    """The outermost function whose code differs, '' if more than functions does, None if nothing."""
    if _flat(old) != _flat(new):
        return ""
    pairs = zip(_inner(old), _inner(new), strict=True)
    found = [_of_pair(a, b) for a, b in pairs if _all(a) != _all(b)]
    if not found:
        return None
    return found[0] if len(found) == 1 else ""


def _of_pair(old: CodeType, new: CodeType) -> str:
    if old.co_flags & 2:  # CO_NEWLOCALS: a function; bodies of classes have it not
        return "" if old.co_name.startswith("<") else old.co_qualname
    return differing(old, new) or ""


def _flat(code: CodeType) -> Any:
    consts = [(type(c), _text(c)) for c in code.co_consts if not isinstance(c, CodeType)]
    return code.co_code, consts, code.co_names, code.co_varnames, code.co_freevars


def _text(const: Any) -> str:
    # two sets with the same things in them may show them in another order
    return str(sorted(map(repr, const))) if isinstance(const, frozenset) else repr(const)


def _inner(code: CodeType) -> list[CodeType]:
    return [c for c in code.co_consts if isinstance(c, CodeType)]


def _all(code: CodeType) -> Any:
    return _flat(code), [_all(c) for c in _inner(code)]


def _lines(old: str, new: str) -> tuple[str, str]:
    """What was there, and what is there now."""
    diff = list(difflib.ndiff(old.splitlines(), new.splitlines()))
    return tuple(
        "\n".join(line[2:].strip() for line in diff if line.startswith(sign)) for sign in "-+"
    )  # type: ignore[return-value]


def listed(entries: Collection[tuple[str, str, str, str]]) -> list[Mutant]:
    """The mutants with this file, function, old line and new line; there may be several of each."""
    found: list[Mutant] = []
    for path in FILES:
        name = str(path.relative_to(ROOT))
        wanted = {(function, old, new) for file, function, old, new in entries if file == name}
        if not wanted:
            continue
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
        changed = {line for _, old, _ in wanted for line in old.splitlines()}
        near = [place for place in places(path) if lines[place.line - 1] in changed]
        made = [one for one in map(mutant, near) if one is not None]
        found += [one for one in made if (one.function, one.old, one.new) in wanted]
    return found


def sample(files: tuple[Path, ...], count: int | None, seed: int) -> tuple[list[Mutant], int]:
    """So many mutants drawn from all of these files, or all of them; and how many places there are."""
    found = [place for path in files for place in places(path)]
    total = len(found)
    random.Random(seed).shuffle(found)
    chosen: list[Mutant] = []
    for place in found:
        if count is not None and len(chosen) >= count:
            break
        made = mutant(place)
        if made is not None:
            chosen.append(made)
    return chosen, total
