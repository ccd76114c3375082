"""A call and its rewritten form, both run on the same numbers: what `xlogits port --verify` starts.

Reads rewrites from standard input and writes verdicts to standard output, as JSON. What is run is the
native function under its full name, with literals and placeholders for arguments, and the text that
xlogits wrote itself; anything else is refused. The arrays are the cases of the matrix.
"""

import ast
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np

from xlogits import ledger
from xlogits.cases import Case, cases
from xlogits.errors import Refused, XlogitsError
from xlogits.frameworks import FRAMEWORKS, OURS
from xlogits.losses import Transform
from xlogits.parity import engines, excuses
from xlogits.parity.engines import Call, Failure, Outcome, Result, settled
from xlogits.parity.engines.run import differentiated
from xlogits.parity.plan import Job, Prepared, prepare
from xlogits.parity.translations import HOLDS
from xlogits.parity.verdict import by, described, error
from xlogits.report.results import DIFFERS, TRANSLATION_LIMIT, Cell

DTYPES = ("float64", "float32")
HOLE = re.compile(r"_xl\d+_")
OF_HOLE = re.compile(r"_xl\d+_\.(dtype|shape\[-?\d+\])")


@dataclass
class Verdict:
    """What came of one rewrite; `skipped` says why it could not be run, `wrong` where it is off."""

    inputs: int = 0
    value: float = 0.0
    gradient: float = 0.0
    wrong: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)  # differences that the ledger explains
    gradient_only: bool = False  # and no value among them
    skipped: str = ""
    missing: str = ""  # the framework that is not installed


def main() -> None:
    """Judge the rewrites on standard input."""
    given = json.load(sys.stdin)
    sys.stdout, out = sys.stderr, sys.stdout  # what frameworks print is no part of the answer
    found = [vars(judged(one)) for one in given]
    json.dump(found, out)


def judged(
    one: dict[str, Any],
    dtypes: Sequence[str] = DTYPES,
    choose: Callable[[list[Case]], list[Case]] = list,
) -> Verdict:
    """The verdict on one rewrite, a proof as a dictionary, on all inputs or on chosen ones."""
    try:
        return _run(one, dtypes, choose)
    except XlogitsError as refusal:
        return Verdict(skipped=str(refusal))
    except ModuleNotFoundError as missing:
        if missing.name not in FRAMEWORKS:
            raise
        return Verdict(skipped=f"{missing.name} is not installed", missing=missing.name)


def _run(
    one: dict[str, Any], dtypes: Sequence[str], choose: Callable[[list[Case]], list[Case]]
) -> Verdict:
    from xlogits.translation import parse, reduced
    from xlogits.translation.encoding import of_indexes

    native_name = _checked(one["original"])
    call = parse(one["original"])
    call = of_indexes(call, one["ndim"]) or call
    fold = re.search(r"(sum|mean)\(", one["around"])
    if fold is not None:
        call = reduced(call, fold.group(1))
    loss: Any = call.reading.loss
    if getattr(loss, "dtype", None) == "float32":
        loss = replace(loss, dtype=None)
    holes = {str(expr): name for name, expr in call.reading.operands.items()}
    homes = FRAMEWORKS[call.native.framework].home, _home(one, call.native.framework)
    verdict = Verdict()
    cast = isinstance(call.reading.loss, Transform) and call.reading.loss.dtype == "float32"
    for dtype in ("float32",) if cast else dtypes:
        fitting = choose([*_fitting(loss, holes, one)])
        jobs, ready = _prepared([Job(call.native, None, case, loss) for case in fitting], dtype)  # type: ignore[arg-type]
        texts = one["around"].format(one["original"]), one["translated"]
        names = _roots(native_name, *texts[:1]), _imported(one["imports"])
        ran = [
            _evaluated(jobs, ready, text, known, holes, home, dtype)
            for text, known, home in zip(texts, names, homes, strict=True)
        ]
        for job, prepared, first, second in zip(jobs, ready, *ran, strict=True):
            _compare(verdict, one, job, prepared, first, second, dtype)
    verdict.gradient_only = bool(verdict.known) and verdict.gradient_only
    if not verdict.inputs and not verdict.wrong:
        verdict.skipped = "no input fits it"
    return verdict


def _prepared(jobs: list[Job], dtype: str) -> tuple[list[Job], list[Prepared]]:
    """Those jobs that the loss takes, such as an axis that is there, and what they need."""
    found = []
    for job in jobs:
        with suppress(XlogitsError):
            found.append((job, prepare(job, dtype)))
    return [job for job, _ in found], [prepared for _, prepared in found]


def _checked(text: str) -> str:
    """The name of the function; `Refused` unless its arguments are literals and placeholders."""
    node: Any = ast.parse(text, mode="eval").body
    calls = [node, node.func] if isinstance(node.func, ast.Call) else [node]
    for call in calls:
        for value in (*call.args, *(k.value for k in call.keywords)):
            if not _harmless(value):
                raise Refused(f"what it computes depends on {ast.unparse(value)}")
    return ast.unparse(calls[-1].func)


def _harmless(node: ast.expr) -> bool:
    if isinstance(node, ast.Name):
        return HOLE.fullmatch(node.id) is not None
    if isinstance(node, ast.Attribute):  # torch.float64
        return re.fullmatch(r"(torch|tf|jnp|np)\.b?float\d+", ast.unparse(node)) is not None
    if isinstance(node, ast.Call):
        return _encodes(node)
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return True


def _encodes(node: ast.Call) -> bool:
    """Whether labels are encoded, by functions that are known, of a placeholder."""
    from xlogits.translation.encoding import ENCODERS

    values = [*node.args, *(k.value for k in node.keywords)]
    if ast.unparse(node.func) in (*ENCODERS, "optax.smooth_labels"):
        return all(_harmless(v) or OF_HOLE.fullmatch(ast.unparse(v)) for v in values)
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Call):
        known = node.func.attr in ("to", "permute", "movedim", "moveaxis")
        values += [node.func.value]
        return known and all(_harmless(v) or OF_HOLE.fullmatch(ast.unparse(v)) for v in values)
    return False


def _home(one: dict[str, Any], source: str) -> str:
    """Whose arrays the translation takes."""
    words = set(re.findall(r"\w+", " ".join(one["imports"])))
    known = [f for f in FRAMEWORKS.values() if f.id in words]
    # what has no gradients of its own may stand beside a framework, for a constant
    known.sort(key=lambda f: not FRAMEWORKS[f.home].differentiable)
    first = known[0].id if known else one["target"]
    return FRAMEWORKS[source if first == OURS else first].home


def _fitting(loss: Any, holes: dict[str, str], one: dict[str, Any]) -> Iterator[Case]:
    """The cases for which everything holds that the rewrite takes for granted."""
    extra = frozenset(holes.values()) - set(loss.ARRAYS)
    kind = one["labels"] or ("index" if "index labels" in one["assumed"] else None)
    kind = "dense" if "dense labels" in one["assumed"] else kind
    for case in cases(loss, extra):
        pred, target = np.ndim(case.operands["pred"]), np.ndim(case.operands.get("target", 0))
        if one["ndim"] is not None and pred != one["ndim"]:
            continue
        labels = getattr(loss, "labels", None)
        inferred = labels is not None and labels.kind == "inferred" and kind is not None
        if inferred and (target == pred) != (kind == "dense"):
            continue
        if all(HOLDS[word](loss, case) for word in one["assumed"]):
            yield case


def _roots(name: str, text: str) -> dict[str, Any]:
    """The modules that the full names in a text begin with."""
    found = {}
    for path in (name, *re.findall(r"(?<![\w.)])[\w.]+(?=\()", text)):
        root = path.partition(".")[0]
        if root and "." in path and not HOLE.fullmatch(root):
            found[root] = import_module(root)
            _submodules(path.rpartition(".")[0])
    return found | {w: found[f.id] for f in FRAMEWORKS.values() if f.id in found for w in f.also}


def _submodules(path: str) -> None:
    parts = path.split(".")
    for number in range(2, len(parts) + 1):
        try:
            import_module(".".join(parts[:number]))
        except ImportError:
            return  # an attribute, such as tensorflow.nn


def _imported(lines: list[str]) -> dict[str, Any]:
    names: dict[str, Any] = {}
    for line in lines:
        exec(line, names)  # the imports that xlogits wrote itself
    return names


def _evaluated(
    jobs: list[Job],
    ready: list[Prepared],
    text: str,
    names: dict[str, Any],
    holes: dict[str, str],
    home: str,
    dtype: str,
) -> list[Result]:
    code = compile(text, "<rewrite>", "eval")

    def fn(**operands: Any) -> Any:
        return eval(code, names, {hole: operands[name] for hole, name in holes.items()})

    engine = engines.load(home)
    can = FRAMEWORKS[home].differentiable
    calls = [
        Call(fn, p.operands, p.wrt if can else (), p.cotangent, job.case.strided, (text,))
        for job, p in zip(jobs, ready, strict=True)
    ]
    with settled(engine, dtype):
        return differentiated(lambda some: engine.run(some, dtype, "cpu", engine.QUICK), calls)


def _compare(
    verdict: Verdict,
    one: dict[str, Any],
    job: Job,
    prepared: Prepared,
    first: Result,
    second: Result,
    dtype: str,
) -> None:
    """The original's result against the translation's."""
    where = f"{job.case.name!r} in {dtype}"
    if isinstance(first, Failure):
        return  # what the original refuses asks for nothing
    if isinstance(second, Failure):
        known = _explained(one, job, "value", dtype)
        told = f"raised {second.kind} on {where}: {second.message[:120]}"
        (verdict.known if known else verdict.wrong).append(f"{known}{told}")
        return
    verdict.inputs += 1
    for quantity, a, b, (exact, scale) in _quantities(prepared, first, second, one["assumed"]):
        off = error(b, a, scale, dtype)
        if off <= TRANSLATION_LIMIT:
            worst = "value" if quantity == "value" else "gradient"
            setattr(verdict, worst, max(getattr(verdict, worst), off))
            continue
        told = f"{quantity}: {described(b, a)} on {where}".replace("the reference", "the original")
        known = _explained(one, job, quantity, dtype)
        right = error(b, exact, scale, dtype) <= TRANSLATION_LIMIT
        known = known or ("the original is off, the translation is not: " if right else "")
        (verdict.known if known else verdict.wrong).append(f"{known}{told}")
        verdict.gradient_only = quantity != "value" and (
            verdict.gradient_only or len(verdict.known) == 1
        )


def _quantities(
    prepared: Prepared, first: Outcome, second: Outcome, assumed: list[str]
) -> Iterator[tuple[str, Any, Any, tuple[Any, Any]]]:
    yield "value", first.value, second.value, prepared.reference.value
    for name in prepared.wrt:
        constant = name == "target" and "constant labels" in assumed
        if name in first.gradients and name in second.gradients and not constant:
            exact = prepared.reference.gradients[name]
            yield by(name), first.gradients[name], second.gradients[name], exact


def _explained(one: dict[str, Any], job: Job, quantity: str, dtype: str) -> str:
    """The row of the ledger about the original, or about a function that the translation calls."""
    for row in ledger.ROWS:
        for native in row.natives:
            if native == job.native.name or _called(native) in one["translated"]:
                where = (*(native, "", job.case.name, row.backend), "cpu", dtype)
                mode = "eager" if row.mode == "*" else row.mode
                cell = Cell(*where, mode, quantity, DIFFERS)
                if mode == "eager" and excuses.covers(row._replace(variant="*", backend="*"), cell):
                    return f"{row.name}: "
    return ""


@cache
def _called(native: str) -> str:
    from xlogits.frameworks import spelled

    return spelled(native) + "("


if __name__ == "__main__":
    main()
