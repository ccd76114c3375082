"""The split as Markdown: per framework, per reason, and every call that was not understood."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

HEAD = """# Published packages, ported

Written by `python compare port`. Every loss and activation call of {packages} packages from the Python
package index, in {files} files that have any, was ported from the framework it uses to another, and
every rewritten call was run beside its original, on all inputs that fit it.

"""
EXPLAINED = """
*verified*: rewritten, value and gradient agree. *not run*: rewritten, and no input of ours fits.
*withdrawn*: run, it was off on some input, so that `--verify` leaves it. *left*: for a person, with the
reason below. *missed*: seen by a search for imported names, and not by the porter.
"""


def render(sites: list[Any], outcomes: Sequence[str], packages: list[str]) -> str:
    files = len({(site.package, site.file) for site in sites})
    lines = [HEAD.format(packages=len(packages), files=files)]
    lines += [_row("from", "to", "calls", *outcomes, "verified or left with a reason")]
    lines += [_row(*["---"] * 2, *["---:"] * (len(outcomes) + 2))]
    directions = list(dict.fromkeys((site.source, site.target) for site in sites))
    for source, target in directions:
        some = [site for site in sites if site.source == source]
        lines.append(_row(source, target, *_counted(some, outcomes)))
    lines += [_row("**all**", "", *_counted(sites, outcomes)), EXPLAINED]
    lines += ["## Why calls are left\n", _row("calls", "reason", "for example")]
    lines.append(_row("---:", "---", "---"))
    lines += _reasons([site for site in sites if site.outcome == "left"])
    for outcome in ("not run", "withdrawn", "missed"):
        some = [site for site in sites if site.outcome == outcome]
        if some:
            lines += [f"\n## {outcome.capitalize()}\n", _row("calls", "reason", "for example")]
            lines += [_row("---:", "---", "---"), *_reasons(some)]
    lines += ["\n## The packages\n", ", ".join(sorted(packages))]
    return "\n".join(lines) + "\n"


def _row(*cells: Any) -> str:
    return f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in cells)} |"


def _counted(sites: list[Any], outcomes: Sequence[str]) -> list[Any]:
    count = Counter(site.outcome for site in sites)
    good = count["verified"] + count["left"]
    return [len(sites), *(count[name] for name in outcomes), f"{good / len(sites):.1%}"]


def _reasons(sites: list[Any]) -> list[str]:
    """Reasons alike but for what they name, the most frequent first, each with its first place."""
    alike: dict[str, list[Any]] = {}
    for site in sites:
        alike.setdefault(
            re.sub(r"[\w.]+\([^()]*\)|'[^']*'|\b[\w.]*\d[\w.]*", "...", site.why), []
        ).append(site)
    rows = []
    for some in sorted(alike.values(), key=len, reverse=True):
        first = some[0]
        why = first.why if len(first.why) < 160 else f"{first.why[:160]} ..."
        rows.append(
            _row(len(some), why, f"{first.package}: {first.file}:{first.line} ({first.name})")
        )
    return rows
