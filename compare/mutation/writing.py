"""The results as Markdown and JSON."""

import json
import math
import platform
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.mutation.faults import CAUGHT, KINDS, MISSED, NONE, Verdict
from tests.mutation.mutants import Mutant
from tests.mutation.running import KILLED, SURVIVED, Outcome

EQUIVALENT = "equivalent"
BITS = ("LShift", "RShift", "BitOr", "BitAnd", "BitXor")


class Tried(NamedTuple):
    """A mutant with what became of it, and why nothing could, where that is so."""

    mutant: Mutant
    outcome: Outcome
    why: str = ""

    @property
    def verdict(self) -> str:
        return EQUIVALENT if self.outcome.verdict == SURVIVED and self.why else self.outcome.verdict

    @property
    def arithmetic(self) -> bool:
        """Whether it does not put bit operations between numbers, which mostly end in a TypeError."""
        return self.mutant.place.operator.rpartition("_")[2] not in BITS


class Share(NamedTuple):
    """How many of the mutants that are not equivalent were killed."""

    killed: int
    of: int

    @property
    def text(self) -> str:
        low, high = interval(self.killed, self.of)
        share = self.killed / max(self.of, 1)
        return f"{self.killed} of {self.of}, {share:.1%} (95 % interval {low:.1%} to {high:.1%})"


def share(tried: Sequence[Tried]) -> Share:
    counts = Counter(one.verdict for one in tried)
    return Share(counts[KILLED], counts[KILLED] + counts[SURVIVED])


def interval(killed: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's interval of a share."""
    if not of:
        return 0.0, 1.0
    p, across = killed / of, 1 + z * z / of
    middle = (p + z * z / (2 * of)) / across
    half = z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of)) / across
    return middle - half, middle + half


def control(folder: Path, left_out: str, seed: int, share: Share) -> None:
    """Keep what a run without a test file found, for the next table."""
    folder.mkdir(parents=True, exist_ok=True)
    content = {"without": left_out, "seed": seed, "killed": share.killed, "of": share.of}
    (folder / "control.json").write_text(json.dumps(content, indent=0) + "\n", encoding="utf-8")


def _control(folder: Path) -> Iterator[str]:
    path = folder / "control.json"
    if path.exists():
        found = json.loads(path.read_text(encoding="utf-8"))
        share = Share(found["killed"], found["of"])
        yield f"Control, without {found['without']} of tests/ and the tests that are built on them (seed"
        yield f"{found['seed']}): {share.text}."


class Drawn(NamedTuple):
    """Where a sample comes from: the seed, and the number of places."""

    seed: int
    places: int


def mutation(
    tried: Sequence[Tried], drawn: Drawn, tests: Sequence[str], folder: Path
) -> Iterator[str]:
    """The table of the mutants."""
    yield "# Mutants"
    yield ""
    yield "Made by `python compare mutation`: one operator of cosmic-ray applied at one place of"
    yield "`xlogits/losses`, `xlogits/reduction.py` or `xlogits/catalogue/record.py`, and the tests run"
    yield f"until one fails. {len(tried)} drawn (seed {drawn.seed}) from {drawn.places} places."
    yield "Left out are annotations, and what does not compile or compiles to the same code; what never"
    yield "ends is killed."
    yield f"Of the suite these tests run, on NumPy and PyTorch: {', '.join(tests)}."
    yield ""
    yield f"**Killed: {share(tried).text}**, equivalent ones not counted."
    some = [one for one in tried if one.arithmetic]
    yield f"Without bit operations put between numbers: {share(some).text}."
    yield from _control(folder)
    yield ""
    yield "| file | killed | survived | equivalent |"
    yield "|---|---:|---:|---:|"
    for file in sorted({one.mutant.place.file for one in tried}):
        found = Counter(one.verdict for one in tried if one.mutant.place.file == file)
        yield f"| {file} | {found[KILLED]} | {found[SURVIVED]} | {found[EQUIVALENT]} |"
    for verdict, title in ((SURVIVED, "Survivors"), (EQUIVALENT, "Equivalent, judged by hand")):
        yield ""
        yield f"## {title}"
        for one in tried:
            if one.verdict == verdict:
                yield from _diff(one)


def _diff(one: Tried) -> Iterator[str]:
    yield ""
    why = f": {one.why}" if one.verdict == EQUIVALENT else ""
    yield f"`{one.mutant.name}` in `{one.mutant.function or 'the module'}`{why}"
    yield ""
    yield "```diff"
    yield from (f"-{line}" for line in one.mutant.old.splitlines())
    yield from (f"+{line}" for line in one.mutant.new.splitlines())
    yield "```"


def faults(found: dict[str, dict[str, Verdict]]) -> Iterator[str]:
    """The table of names and kinds."""
    counts = Counter(v.outcome for verdicts in found.values() for v in verdicts.values())
    yield "# Twelve kinds of wrongness in every public name"
    yield ""
    yield "Made by `python compare mutation faults`: the fault is put into the function, and it is"
    yield "held against the rows of the matrix and of the tests on NumPy (gradients on PyTorch), and"
    yield "NaN and bad input. `x`: caught, by a row that passes without the fault; blank: the name"
    yield "has no such option, or no derivative. An option counts as caught where each of the operands"
    yield "and fields that it stands for is."
    yield ""
    yield (
        ", ".join(f"{counts[word]} {word}" for word in (CAUGHT, NONE, MISSED))
        + f"; {len(found)} names."
    )
    yield ""
    yield f"| name | {' | '.join(KINDS)} |"
    yield f"|---|{':-:|' * len(KINDS)}"
    shown = {CAUGHT: "x", NONE: " ", MISSED: "**MISSED**"}
    for name, verdicts in found.items():
        yield f"| `{name}` | {' | '.join(shown[verdicts[kind].outcome] for kind in KINDS)} |"


def save(
    folder: Path, name: str, lines: Iterator[str], content: Any, drawn: Drawn | None = None
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    given = {} if drawn is None else drawn._asdict()
    whole = {"python": platform.python_version(), **given, "results": content}
    text = json.dumps(whole, indent=0)
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def record(one: Tried) -> dict[str, Any]:
    """A mutant as JSON."""
    place, outcome = one.mutant.place, one.outcome
    return {
        **place._asdict(),
        "function": one.mutant.function,
        "old": one.mutant.old,
        "new": one.mutant.new,
        "verdict": one.verdict,
        "by": outcome.by,
        "tests": outcome.tests,
        "why": one.why,
    }
