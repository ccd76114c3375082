"""Every rewrite run beside its original, in another process, before anything is shown or written."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from xlogits.errors import OptionError
from xlogits.port.decide.change import Change, Proof
from xlogits.port.document import Document, Withdrawn

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
    text = (
        f"on {verdict['inputs']} inputs the value is within {verdict['value']:.1f} eps, "
        f"the gradient within {verdict['gradient']:.1f} eps"
    )
    known = tuple(f"differs: {why}" for why in dict.fromkeys(verdict["known"]))
    mark = change.mark
    if verdict["gradient_only"] and mark in MARKS:
        mark = "same value, different gradient"
    return replace(change, verified=text, mark=mark, notes=(*change.notes, *known))
