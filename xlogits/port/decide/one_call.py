"""One call rewritten, alone or as one with the sum or mean around it, or left with the reason."""

import ast
from contextlib import suppress

from xlogits.errors import Refused
from xlogits.port.decide.decisions import Decisions
from xlogits.port.decide.hoist import hoisted
from xlogits.port.decide.reductions import ARRAY_HOLE, Reducer, reducer, rewritten
from xlogits.port.decide.rendering import Written, write
from xlogits.port.read.calls import Site
from xlogits.port.read.labels import readings
from xlogits.port.read.operands import Arguments, arguments_of, holed
from xlogits.translation.language import Language


def rewrite_call(decisions: Decisions, site: Site) -> None:
    """Rewrite a call in the plainest reading that can be written, or leave it."""
    try:
        decisions.check_place(site.node)
        arguments = arguments_of(site, decisions.scopes)
        *first, last = readings(arguments, decisions.scopes, decisions.choices.target.name)
        for each in first:
            with suppress(Refused):
                _as_read(decisions, site, each)
                return
        _as_read(decisions, site, last)
    except Refused as refusal:
        if site.receiver is None or "does not fit" not in str(refusal):
            decisions.leave(site.node, site.native.name, str(refusal))


def _as_read(decisions: Decisions, site: Site, arguments: Arguments) -> None:
    """Rewrite a call in one reading, and the reduction around it where that cannot stay."""
    target = decisions.choices.target
    around = _around(decisions, site.node)
    if around is not None and (folded := _folded(decisions, site, arguments, around)):
        _replace(decisions, site, around.node, folded, arguments, _template(decisions, around))
        return
    written = _written(decisions, site, arguments)
    if around is None or _stays(around, target):
        _replace(decisions, site, site.node, written, arguments)
    else:
        outer = rewritten(around, target)  # which is refused before anything is replaced
        _replace(decisions, site, site.node, written, arguments)
        _reduce(decisions, around, *outer)


def _around(decisions: Decisions, node: ast.expr) -> Reducer | None:
    """The sum or mean that stands directly around a call."""
    parent = decisions.scopes.parent
    above = parent.get(node)
    if isinstance(above, (ast.Attribute, ast.keyword)):
        above = parent.get(above)
    found = reducer(above, decisions.scopes)
    return found if found is not None and found.array is node else None


def _written(decisions: Decisions, site: Site, arguments: Arguments, fold: str = "") -> Written:
    """The translation of a call, with the word of a reduction that becomes part of it."""
    written = write(arguments, decisions.choices, decisions.scopes, fold)
    words = ("a tensor",) if site.receiver is not None else ()
    return written.but(*words, known=decisions.choices.assumed)


def _folded(
    decisions: Decisions, site: Site, arguments: Arguments, around: Reducer
) -> Written | None:
    """Loss and reduction as one, where they are one."""
    if around.foldable:
        with suppress(Refused):
            return _written(decisions, site, arguments, around.word)
    return None


def _template(decisions: Decisions, around: Reducer) -> str:
    """The reduction around a placeholder, which is what `--verify` runs of it."""
    if around.method:
        return f"({{}}).{around.word}()"
    return f"{decisions.scopes.paths(around.node.func)[0]}({{}})"


def _stays(around: Reducer, target: Language) -> bool:
    """Whether a reduction need not change: the arrays stay, or have that method in the target too."""
    methods = target.manners.methods
    return not target.words or (around.method and around.foldable and methods)


def _replace(
    decisions: Decisions,
    site: Site,
    node: ast.expr,
    written: Written,
    arguments: Arguments,
    around: str = "{}",
) -> None:
    """Put a translation in the place of a call, or of the reduction around it."""
    positions = (
        len(site.node.args) + (site.receiver is not None),
        len(site.made.args if site.made else []),
    )
    proof = decisions.proved(written, holed(site.native, arguments, *positions), around)
    written = hoisted(decisions, node, written)
    after, missing = decisions.spelled(written.text, written.imports, written.nodes)
    decisions.edit(node, after, missing)
    decisions.results.add(node)
    decisions.change(node, site.native.name, after, written, proof)


def _reduce(decisions: Decisions, around: Reducer, text: str, lines: tuple[str, ...]) -> None:
    """Put the target's own reduction in the place of one."""
    after, missing = decisions.spelled(text, lines, {ARRAY_HOLE: around.array})
    decisions.edit(around.node, after, missing)
    decisions.results.add(around.node)


# -- reductions of a name


def reduce_names(decisions: Decisions) -> None:
    """`loss = ...` and later `tf.reduce_mean(loss)`: the sum or mean of what is rewritten."""
    scopes, results = decisions.scopes, decisions.results
    given = (ast.Assign, ast.AnnAssign, ast.NamedExpr)
    named = any(isinstance(scopes.parent.get(node), given) for node in results)
    if not named or not decisions.choices.target.words:
        return
    for node in scopes.calls:
        found = reducer(node, scopes)
        if found is None or node in results or not isinstance(found.array, ast.Name):
            continue
        values = [b.value for b in scopes.bindings(found.array.id, found.array)]
        mine = [value in results or value is node for value in values]
        if any(value in results for value in values):
            _reduce_name(decisions, found, all(mine))


def _reduce_name(decisions: Decisions, found: Reducer, sure: bool) -> None:
    """Rewrite the reduction of a name, where it is `sure` that all its values are rewritten."""
    target = decisions.choices.target
    if sure and _stays(found, target):
        return
    try:
        if not sure:
            raise Refused(f"{ast.unparse(found.array)} has other values too")
        _reduce(decisions, found, *rewritten(found, target))
        paths = decisions.scopes.paths(found.node.func)
        name, after = ".".join(filter(None, paths)) or found.word, decisions.edits[found.node].text
        decisions.change(found.node, name, after, Written(after, {}), None)
    except Refused as refusal:
        decisions.leave(found.node, ast.unparse(found.node.func), str(refusal))
