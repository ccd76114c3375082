"""The order in which everything in a text is decided: what is inside first, one name as one."""

import ast
from typing import Any

from xlogits.port.decide.change import Proof
from xlogits.port.decide.decisions import Decisions
from xlogits.port.decide.hint import hint
from xlogits.port.decide.instances import rewrite_instance
from xlogits.port.decide.one_call import reduce_names, rewrite_call
from xlogits.port.decide.rendering import Choices
from xlogits.port.read.calls import Site
from xlogits.port.read.makers import Maker
from xlogits.port.read.text import Text


def decide(text: Text, choices: Choices, withdrawn: dict[Proof, str] | None = None) -> Decisions:
    """Every call of a text rewritten, or left with the reason; no text changes yet."""
    decisions = Decisions(text, choices, withdrawn or {})
    found = decisions.finder.found

    def length(site: Site) -> int:
        first, last = text.span(site.node)
        return last - first

    for site in sorted(found.sites, key=length):
        rewrite_call(decisions, site)
    groups = _groups(decisions, found.makers)
    for group in groups:
        for maker in group:
            rewrite_instance(decisions, maker, group)
        if any(maker.made in decisions.kept for maker in group):
            _leave(decisions, group, "the same name has another value, which is left")
    for each in found.left:
        decisions.leave(each.node, each.name, hint(decisions, each))
    reduce_names(decisions)
    _withdraw_inside(decisions, groups)
    decisions.changes.sort(key=lambda change: (change.line, change.column))
    return decisions


def _groups(decisions: Decisions, makers: list[Maker]) -> list[list[Maker]]:
    """The instances that are rewritten together or not at all: of one name, or called in one place."""
    group_of: dict[Any, list[Maker]] = {}  # by names and uses

    def keys(maker: Maker) -> list[Any]:
        return [maker.owned_name, *maker.uses]

    for maker in makers:
        found = {id(group_of[key]): group_of[key] for key in keys(maker) if key in group_of}
        group = [*(other for some in found.values() for other in some), maker]
        group_of |= {key: group for each in group for key in keys(each)}
    return list({id(group): group for group in group_of.values()}.values())


def _leave(decisions: Decisions, group: list[Maker], why: str) -> None:
    """Leave all that one name is given, and the calls of each."""
    for maker in group:
        mine = [node for node, edit in decisions.edits.items() if edit.owner is maker.made]
        for node in mine:
            del decisions.edits[node]
        decisions.results.difference_update(decisions.scopes.parent[use] for use in maker.uses)
        if maker.made not in decisions.kept:
            place = decisions.text.span(maker.made)[0]
            decisions.changes = [c for c in decisions.changes if c.place != place]
            decisions.leave(maker.made, maker.native.name, why)


def _withdraw_inside(decisions: Decisions, groups: list[list[Maker]]) -> None:
    """What is left keeps its arguments in the framework it belongs to."""
    waiting = [(n, c.name) for n, c in decisions.kept.items() if isinstance(n, ast.Call)]
    calls = [(call, group) for group in groups for call in _calls(decisions, group)]
    waiting += [(call, g[0].native.name) for call, g in calls if g[0].made in decisions.kept]
    for node, name in waiting:  # grows while it is read
        first, last = decisions.text.span(node)
        why = f"its result goes into {name}, which is left"
        for call, group in calls:
            start, end = decisions.text.span(call)
            if first <= start and end <= last and group[0].made not in decisions.kept:
                _leave(decisions, group, why)
                waiting += [(maker.made, maker.native.name) for maker in group]
                waiting += [(c, group[0].native.name) for c in _calls(decisions, group)]
        inside = [
            part
            for part, edit in decisions.edits.items()
            if first <= edit.span[0] and edit.span[1] <= last
        ]
        for part in inside:
            _withdraw(decisions, part, why)


def _calls(decisions: Decisions, group: list[Maker]) -> list[ast.Call]:
    """The calls of the instances that one name is given."""
    above = {use: decisions.scopes.parent[use] for maker in group for use in maker.uses}
    return [call for use, call in above.items() if isinstance(call, ast.Call) and call.func is use]


def _withdraw(decisions: Decisions, node: ast.expr | ast.stmt, why: str) -> None:
    """Take back an edit, and leave the call."""
    edit = decisions.edits.pop(node)
    for change in [c for c in decisions.changes if c.place == edit.span[0] and c.after]:
        decisions.changes.remove(change)
        if isinstance(node, ast.expr):
            decisions.results.discard(node)
            decisions.leave(node, change.name, why)
