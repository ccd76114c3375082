"""The order in which everything in a text is decided: what is inside first, one name as one."""

import ast
from typing import Any

from xlogits.port.decide.change import Proof
from xlogits.port.decide.decisions import Decisions
from xlogits.port.decide.hint import hint
from xlogits.port.decide.instances import rewrite_instance
from xlogits.port.decide.one_call import reduce_names, rewrite_call
from xlogits.port.decide.rendering import Choices
from xlogits.port.read.calls import Maker, Site
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
    groups: dict[Any, list[Maker]] = {}
    for maker in found.makers:
        groups.setdefault(decisions.finder.group(maker), []).append(maker)
    for group in groups.values():
        for maker in group:
            rewrite_instance(decisions, maker, len(group))
        _all_or_none(decisions, group)
    for each in found.left:
        decisions.leave(each.node, each.name, hint(decisions, each.name, each.why))
    reduce_names(decisions)
    _withdraw_inside(decisions)
    decisions.changes.sort(key=lambda change: (change.line, change.column))
    return decisions


def _all_or_none(decisions: Decisions, group: list[Maker]) -> None:
    """One name, one framework: where one of its values is left, all are."""
    if not any(maker.made in decisions.kept for maker in group):
        return
    for maker in group:
        if maker.made not in decisions.kept:
            mine = (maker.value, maker.statement)
            place = decisions.text.span(maker.made)[0]
            decisions.edits = [e for e in decisions.edits if e.node not in mine]
            decisions.changes = [c for c in decisions.changes if c.place != place]
            decisions.results.difference_update(decisions.scopes.parent[use] for use in maker.uses)
            why = "the same name has another value, which is left"
            decisions.leave(maker.made, maker.native.name, why)


def _withdraw_inside(decisions: Decisions) -> None:
    """What is left keeps its arguments in the framework it belongs to."""
    for node in [n for n in decisions.kept if isinstance(n, ast.Call)]:
        first, last = decisions.text.span(node)
        why = f"its result goes into {decisions.kept[node].name}, which is left"
        for edit in [e for e in decisions.edits if first <= e.span[0] and e.span[1] <= last]:
            if edit.node is None:
                continue
            decisions.edits = [
                e for e in decisions.edits if e is not edit and e.owner is not edit.node
            ]
            for change in [c for c in decisions.changes if c.place == edit.span[0] and c.after]:
                decisions.changes.remove(change)
                if isinstance(edit.node, ast.expr):
                    decisions.leave(edit.node, change.name, why)
