"""Fifty broken records: whether `xlogits port --verify` withdraws what is written from each.

Records are drawn by a seed over all frameworks, as many of every kind of field (the order of arguments,
a default, the words of an option, the reduction, a clip, the class axis, the operand). Calls of the
function are ported with the broken record; those that come out as with the right one are not wrong, and
a record none of whose calls comes out otherwise is drawn again. It is caught when one of the calls that
do is found wrong, beside the original itself.
"""

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from compare import RESULTS
from compare.broken.breaking import KINDS, Broken, every
from tests.port.typed import PLAIN, typed
from xlogits.catalogue import NATIVES, Native
from xlogits.errors import XlogitsError
from xlogits.parity import beside
from xlogits.parity.proofs import judged
from xlogits.parity.variants import Variant, variants
from xlogits.port.decide import rendering
from xlogits.port.decide.change import Change
from xlogits.port.document import ported
from xlogits.translation.language import language

TARGETS = ("torch", "tensorflow", "jax", "numpy")
EACH, SEED = 8, 16  # records of each kind: 7 kinds, 56 records
CALLS = 4  # that come out otherwise and are run, until one is found wrong


class Found(NamedTuple):
    """What came of one broken record."""

    kind: str
    native: str
    what: str
    caught: bool
    call: str  # the one that was found wrong, or the last that was run
    after: str
    why: str


@contextmanager
def instead(record: Native) -> Iterator[None]:
    """A record in the place of the right one."""
    right = NATIVES[record.name]
    NATIVES[record.name] = record
    _forget()
    try:
        yield
    finally:
        NATIVES[record.name] = right
        _forget()


def _forget() -> None:
    """What was written and read with another record."""
    rendering._MET.clear()
    getattr(getattr(beside, "called", None), "cache_clear", lambda: None)()


def tried(broken: Broken, rng: random.Random, targets: Sequence[str] = TARGETS) -> Found | None:
    """Whether a broken record is caught; None where none of its calls comes out otherwise."""
    found = None
    for call, target, change in islice(_otherwise(broken, rng, targets), CALLS):
        assert change.proof is not None
        proof = change.proof._asdict() | {"target": language(target).frameworks[0]}
        with instead(broken.record):
            verdict = judged(proof, ["float64"])
        if verdict.skipped and not verdict.wrong:
            continue
        names = broken.kind, broken.native.name, broken.what
        found = Found(*names, bool(verdict.wrong), call, change.after, "")
        if verdict.wrong:
            return found._replace(why=verdict.wrong[0])
    return found


def _otherwise(
    broken: Broken, rng: random.Random, targets: Sequence[str]
) -> Iterator[tuple[str, str, Change]]:
    """Calls, targets, and what is written where that is another text than with the right record."""
    source = language(broken.native.framework)
    texts = list(
        dict.fromkeys(
            typed(broken.native, v, broken.positional)
            for v in variants(broken.native)
            if _literal(v)
        )
    )
    pairs = [(text, t) for text in texts for t in targets if t != source.name]
    rng.shuffle(pairs)
    pairs.sort(key=lambda pair: texts.index(pair[0]) > 0)  # the plain call first
    for text, target in pairs:
        if broken.native.framework in language(target).frameworks:
            continue
        right = _ported(broken.native, text, target)
        with instead(broken.record):
            wrong = _ported(broken.native, text, target)
        if wrong is None or wrong.proof is None:
            continue
        if right is None or (right.after, right.assumed) != (wrong.after, wrong.assumed):
            yield text, target, wrong


def _ported(native: Native, text: str, target: str) -> Change | None:
    choices = rendering.Choices(language(native.framework), language(target))
    module = f"import {native.framework}\nloss = {text}\n"
    try:
        (change,) = ported("x.py", module.encode(), choices).changes or [None]
    except (XlogitsError, TypeError, ValueError):
        return None  # what the broken record cannot read at all is not written
    return change


def _literal(variant: Variant) -> bool:
    return all(isinstance(v, PLAIN) and v != float("inf") for v in variant.options.values())


def drawn(each: int, seed: int, kinds: Sequence[str] = tuple(KINDS)) -> Iterator[Found]:
    """So many of each kind, with what came of them."""
    for kind in kinds:
        rng = random.Random(f"{seed} {kind}")
        some = every(kind)
        rng.shuffle(some)
        found = (tried(broken, rng) for broken in some)
        yield from islice((one for one in found if one is not None), each)


def main(arguments: Sequence[str]) -> int:
    """Run the comparison; 1 if a broken record is not caught."""
    parser = argparse.ArgumentParser(prog="python compare broken", description=__doc__)
    parser.add_argument("--each", type=int, default=EACH, help="records of each kind of field")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", nargs="+", choices=KINDS, help="kinds; others stay as they were")
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    kinds, kept = options.only or [*KINDS], options.output / "broken.json"
    found = []
    if options.only and kept.exists():
        before = [Found(**one) for one in json.loads(kept.read_text())]
        found = [one for one in before if one.kind not in kinds]
    for one in drawn(options.each, options.seed, kinds):
        found.append(one)
        print(
            "caught " if one.caught else "ESCAPED",
            one.kind,
            one.native,
            one.what,
            one.why[:90],
            flush=True,
        )
    found.sort(key=lambda one: [*KINDS].index(one.kind))
    kept.write_text(json.dumps([one._asdict() for one in found], indent=0) + "\n")
    (options.output / "broken.md").write_text(render(found, options.seed))
    return int(not all(one.caught for one in found))


def render(found: list[Found], seed: int) -> str:
    """The outcome as Markdown: counts, and every record."""
    caught = sum(one.caught for one in found)
    lines = [
        "# Broken records\n",
        f"Written by `python compare broken` (seed {seed}). {caught} of {len(found)} records,",
        "each broken in one field, were caught by running what is written beside the original.\n",
        "| field | record | broken | caught by |",
        "| --- | --- | --- | --- |",
    ]
    for one in found:
        why = (one.why if one.caught else "**not caught**").replace("|", "\\|")
        lines.append(f"| {one.kind} | {one.native} | {one.what} | {why[:120]} |".replace("\n", " "))
    return "\n".join(lines) + "\n"
