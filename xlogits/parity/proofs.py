"""A call and its rewritten form, both run on the same numbers: what `xlogits port --verify` starts.

Reads rewrites from standard input and writes verdicts to standard output, as JSON. What is run is the
native function under its full name, with literals and placeholders for arguments, and the text that
xlogits wrote itself; anything else is refused. The arrays are the cases of the
matrix, and what callers bring besides.
"""

import ast
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from typing import Any

import numpy as np

from xlogits.cases import Case, brought, cases
from xlogits.errors import Refused, XlogitsError
from xlogits.frameworks import FRAMEWORKS, OURS
from xlogits.losses import Transform
from xlogits.parity import engines
from xlogits.parity.beside import Judge, Verdict
from xlogits.parity.engines import Call, Failure, Result, settled
from xlogits.parity.engines.run import differentiated, retried
from xlogits.parity.plan import Prepared, prepared, unreferenced
from xlogits.parity.translations import HOLDS

DTYPES = ("float64", "float32")
RANKS = ("rank", "rank 2")  # what is taken for granted about the number of axes
HOLE = re.compile(r"_xl\d+_")
OF_HOLE = re.compile(r"_xl\d+_\.(dtype|shape\[-?\d+\])")


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
    texts = one["around"].format(one["original"]), one["translated"]
    names = _roots(native_name, *texts[:1]), _imported(one["imports"])
    slopes = all(FRAMEWORKS[home].differentiable for home in homes)
    judge = Judge(one["original"], one["translated"], one["assumed"], slopes)
    cast = isinstance(call.reading.loss, Transform) and call.reading.loss.dtype == "float32"
    fitting = choose([*_fitting(loss, holes, one, judge.verdict)])
    for dtype in ("float32",) if cast or "single" in one["assumed"] else dtypes:
        tried = [*_prepared(loss, fitting, dtype)]
        ran = [
            _evaluated(tried, text, known, holes, home, dtype)
            for text, known, home in zip(texts, names, homes, strict=True)
        ]
        for (case, numbers), first, second in zip(tried, *ran, strict=True):
            judge.compare(case, numbers, first, second)
    verdict = judge.verdict
    if not verdict.inputs and not verdict.wrong:
        verdict.skipped = "no input fits it"
    return verdict


def _prepared(loss: Any, fitting: list[Case], dtype: str) -> Iterator[tuple[Case, Prepared]]:
    """The cases that the loss takes, such as an axis that is there, and what callers bring anyway."""
    for case in fitting:
        if case.brought:
            yield case, unreferenced(case, dtype)
            continue
        with suppress(XlogitsError):
            yield case, prepared(loss, case.operands, dtype)


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


def _fitting(
    loss: Any, holes: dict[str, str], one: dict[str, Any], verdict: Verdict
) -> Iterator[Case]:
    """The cases for which everything holds that the rewrite takes for granted; others are counted."""
    extra = frozenset(holes.values()) - set(loss.ARRAYS)
    kind = one["labels"] or ("index" if "index labels" in one["assumed"] else None)
    kind = "dense" if "dense labels" in one["assumed"] else kind
    for case in (*cases(loss, extra), *brought(loss, extra)):
        if one["ndim"] is not None and np.ndim(case.operands["pred"]) != one["ndim"]:
            continue
        labels = getattr(loss, "labels", None)
        inferred = labels is not None and labels.kind == "inferred" and kind is not None
        if inferred and _dense(case) != (kind == "dense"):
            continue
        failing = [word for word in one["assumed"] if not HOLDS[word](loss, case)]
        for word in failing:
            verdict.left_out[word] = verdict.left_out.get(word, 0) + 1
            if word in RANKS:
                verdict.tell("ranks left out", str(np.ndim(case.operands["pred"])))
        if not failing:
            yield case


def _dense(case: Case) -> bool:
    """Whether the labels are one number for each class."""
    return np.ndim(case.operands["target"]) == np.ndim(case.operands["pred"])


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
    tried: list[tuple[Case, Prepared]],
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
        Call(fn, p.operands, p.wrt if can else (), p.cotangent, case.strided, (text,))
        for case, p in tried
    ]

    def run(some: list[Call]) -> list[Result]:
        return engine.run(some, dtype, "cpu", engine.QUICK)  # type: ignore[no-any-return]

    with settled(engine, dtype):
        ran = differentiated(run, calls)
        # what cannot be differentiated, or not to the shape that our record says, may have a value
        failed = [i for i, found in enumerate(ran) if isinstance(found, Failure) and calls[i].wrt]
        return retried(ran, failed, lambda i: calls[i]._replace(wrt=()), run)


if __name__ == "__main__":
    main()
