"""Every rewrite run beside its original, in another process, before anything is shown or written."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from xlogits.errors import OptionError
from xlogits.frameworks import FRAMEWORKS
from xlogits.port.decide.change import Change, Proof
from xlogits.port.decide.rendering import WORDS
from xlogits.port.document import Document, Withdrawn
from xlogits.port.output import counted

SOURCE = Path(__file__).parents[2]
MARKS = ("exact", "exact if")


def verified(
    documents: list[Document], target: str, seconds: float = 1800
) -> tuple[Withdrawn, Callable[[Document], Document]]:
    """What has to be withdrawn and why, and how to write the verdicts into a document."""
    found = verdicts([c.proof for d in documents for c in d.changes if c.proof], target, seconds)
    withdrawn = {
        proof: f"run beside the original, it is off: {verdict['wrong'][0]}"
        for proof, verdict in found.items()
        if verdict["wrong"]
    }

    def told(document: Document) -> Document:
        changes = tuple(_told(c, found.get(c.proof)) for c in document.changes)  # type: ignore[arg-type]
        return replace(document, changes=changes)

    return withdrawn, told


def verdicts(
    proofs: list[Proof], target: str, seconds: float = 1800
) -> dict[Proof, dict[str, Any]]:
    """What came of every rewrite, each run once."""
    once = list(dict.fromkeys(proofs))
    return dict(zip(once, _run(once, target, seconds), strict=True)) if once else {}


def _run(proofs: list[Proof], target: str, seconds: float) -> list[dict[str, Any]]:
    """The verdicts of another process, so that no framework is loaded into this one.

    It does not look for modules in the current folder, which is what is ported: a `numpy.py` there is
    read, never imported. Only in its own source xlogits is found there.
    """
    given = json.dumps([proof._asdict() | {"target": target} for proof in proofs])
    command = [sys.executable, "-P", "-m", "xlogits.parity.proofs"]
    paths = os.environ.get("PYTHONPATH"), str(SOURCE) if Path.cwd() == SOURCE else None
    there = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    try:
        done = subprocess.run(
            command,
            input=given,
            env=there,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise OptionError(f"--verify took more than {seconds} seconds") from None
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        raise OptionError(f"--verify could not run both frameworks: {last[0]}")
    found: list[dict[str, Any]] = json.loads(done.stdout)
    if found and all(verdict["missing"] for verdict in found):
        raise OptionError(f"--verify could not run both frameworks: {found[0]['skipped']}")
    return found


def _told(change: Change, verdict: dict[str, Any] | None) -> Change:
    """A change with what was measured."""
    if verdict is None:
        return change
    if verdict["skipped"]:
        return replace(change, notes=(*change.notes, f"not run: {verdict['skipped']}"))
    change = _narrowed(change, verdict["checked"])
    mark, known = change.mark, verdict["known"].values()
    if known and mark in MARKS and not any("value" in row["quantities"] for row in known):
        mark = "same value, different gradient"
    notes = (*change.notes, *conditions(verdict))
    return replace(change, verified=what_ran(verdict), mark=mark, notes=notes)


def _narrowed(change: Change, checked: list[str]) -> Change:
    """A change with what the original checks, and what is written does not."""
    words = [word for word in checked if word not in change.assumed]
    mark = "exact if" if words and change.mark == "exact" else change.mark
    return replace(change, assumed=(*change.assumed, *words), mark=mark)


def what_ran(verdict: dict[str, Any]) -> str:
    """What a rewrite was run on, and how near it comes.

    >>> ran = {"ranks": ["1", "2", "3"], "labels": ["int64", "int32"], "shapes": []}
    >>> what_ran({"ran": ran, "inputs": 38, "value": 1.5, "slopes": False})
    'at ranks 1 to 3, int32 and int64 labels, 38 inputs: value within 1.5 eps'
    """
    ran = verdict["ran"]
    parts = [f"at {_ranks(ran['ranks'])}"] if ran.get("ranks") else []
    if ran.get("labels"):
        parts.append(f"{listed(sorted(ran['labels']))} labels")
    parts += ran.get("shapes", [])
    inputs = counted(verdict["inputs"], "input")
    parts.append(inputs if parts else f"on {inputs}")
    text = ", ".join(parts)
    text += f": value within {verdict['value']:.1f} eps"
    return f"{text}, gradient within {verdict['gradient']:.1f} eps" if verdict["slopes"] else text


def conditions(verdict: dict[str, Any]) -> Iterator[str]:
    """What a rewrite was not run on, and where it differs for a reason that is known."""
    for name, row in verdict["known"].items():
        what = listed([f"the {word}" for word in row["quantities"]])
        fault = f"{_title(row['native'])}'s own fault"
        verb = "differ" if len(row["quantities"]) > 1 else "differs"
        if row["unless"]:
            yield f"verified where {row['unless']}; elsewhere {what} {verb} ({fault})"
        else:
            inputs = counted(row["inputs"], "input")
            yield f"on {inputs} {what} {verb} ({fault}, {name}): {row['told']}"
    ranks = verdict["ran"].get("ranks left out", [])
    if ranks:
        yield f"not run at {_ranks(ranks)}: assumed"
    for word, count in verdict["left_out"].items():
        yield f"not run on {counted(count, 'input')}: {WORDS[word]}"
    refused = listed(list(verdict["refused"]))
    if refused:
        yield f"the original refuses {refused}, which this takes: not compared"
    if verdict["raises"]:
        yield f"this raises on {listed(list(verdict['raises']))}, which the original takes"


def _ranks(ranks: list[str]) -> str:
    numbers = sorted(map(int, ranks))
    if len(numbers) < 2:
        return f"rank {numbers[0]}" if numbers else ""
    if len(numbers) > 2 and numbers == [*range(numbers[0], numbers[-1] + 1)]:
        return f"ranks {numbers[0]} to {numbers[-1]}"
    return f"ranks {listed([str(n) for n in numbers])}"


def listed(words: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _title(native: str) -> str:
    return FRAMEWORKS[native.partition(".")[0]].title
