"""What was found, as Markdown and as JSON."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from compare.fuzz.running import Found
from compare.fuzz.second import TOLERANCE, Checked
from compare.hostile.writing import versions
from xlogits.report.results import LIMIT

INTRODUCTION = (
    "Made by `python compare fuzz`: losses with drawn options on drawn arrays, by family. NumPy is",
    "tried on all examples, with strides of every kind, in four dtypes; the frameworks, by their own",
    "automatic differentiation, on fewer: PyTorch and TensorFlow because a call takes a hundred",
    "times as long, JAX because each example is compiled.",
    "",
    "`value` and `gradient`: against the definition in extended precision and its complex step.",
    "`operands`: not written to. `mean over nothing`: NaN or infinite, no number from nowhere. `shift`,",
    "`order`, `split`: against the loss itself, with a number added to all logits, with classes under",
    "other numbers, with the batch cut in two. In brackets the largest error, in eps times the scale of",
    f"the reference: at most {LIMIT:g}, and {2 * LIMIT:g} against the loss itself.",
)
KINDS = ("value", "gradient", "operands", "mean over nothing", "shift", "order", "split")


def merged(folder: Path, found: Sequence[Found], checked: Sequence[Checked]) -> tuple[Any, Any]:
    """These results, and those of an earlier run for families and frameworks that are not in them."""
    path = folder / "fuzz.json"
    old = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    rows = {(row["family"], row["framework"]): Found(**row) for row in old.get("families", [])}
    rows |= {(row.family, row.framework): row for row in found}
    second = {(row["name"], row["framework"]): Checked(**row) for row in old.get("second", [])}
    second |= {(row.name, row.framework): row for row in checked}
    return list(rows.values()), list(second.values())


def write(folder: Path, found: Sequence[Found], checked: Sequence[Checked], seed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    found, checked = merged(folder, found, checked)
    content = {
        "versions": versions(),
        "seed": seed,
        "families": [row._asdict() for row in found],
        "second": [row._asdict() for row in checked],
    }
    text = json.dumps(content, indent=None).replace('{"family"', '\n{"family"')
    text = text.replace('{"name"', '\n{"name"')
    (folder / "fuzz.json").write_text(text + "\n", encoding="utf-8")
    (folder / "fuzz.md").write_text("\n".join(markdown(found, checked)) + "\n", encoding="utf-8")


def markdown(found: Sequence[Found], checked: Sequence[Checked]) -> Iterator[str]:
    yield "# Fuzzing"
    yield ""
    yield from INTRODUCTION
    yield ""
    yield "| family | framework | examples | " + " | ".join(KINDS) + " | found |"
    yield "|---|---|--:|" + "--:|" * len(KINDS) + "---|"
    for row in found:
        cells = " | ".join(_cell(row, kind) for kind in KINDS)
        wrong = row.failure.split(". ")[0] or "nothing"
        yield f"| {row.family} | {row.framework} | {row.examples} | {cells} | {wrong} |"
    yield ""
    yield from failures(found)
    yield "## To second order"
    yield ""
    yield "`gradcheck` and `gradgradcheck` of PyTorch, `check_grads` of JAX (forwards and backwards):"
    yield f"automatic differentiation against finite differences, to {TOLERANCE['rtol']:g}."
    yield ""
    for framework in dict.fromkeys(row.framework for row in checked):
        mine = [row for row in checked if row.framework == framework]
        held = Counter(max(row.orders, default=0) for row in mine if not row.wrong)
        yield f"{framework}: {len(mine)} losses, {held[2]} to second order, {held[1]} to first."
        yield ""
        for row in mine:
            if row.refused or row.wrong:
                yield f"- {row.name}: {'**' + row.wrong + '**' if row.wrong else row.refused}"
        yield ""


def _cell(row: Found, kind: str) -> str:
    """How often it was checked, and the largest error."""
    ran = row.ran.get(kind, 0)
    if not ran:
        return ""
    return f"{ran} ({row.worst[kind]:.2g})" if kind in row.worst else str(ran)


def failures(found: Sequence[Found]) -> Iterator[str]:
    wrong = [row for row in found if row.failure]
    for row in wrong:
        yield f"- {row.family} on {row.framework}: {row.failure}"
    if wrong:
        yield ""


def summary(found: Sequence[Found], checked: Sequence[Checked]) -> str:
    examples = Counter(dict.fromkeys((row.framework for row in found), 0))
    for row in found:
        examples[row.framework] += row.examples
    ran = sum(sum(row.ran.values()) for row in found)
    wrong = sum(bool(row.failure) for row in found) + sum(bool(row.wrong) for row in checked)
    tried = ", ".join(f"{name} {count}" for name, count in examples.items())
    return f"{tried} examples, {ran} checks, {len(checked)} losses to second order, {wrong} wrong."
