"""Every record has the parameters of the older versions it claims, as read out of their wheels."""

import ast
import inspect
import json
import re
from dataclasses import replace
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.data.older import FILE, UFUNC
from xlogits.catalogue import NATIVES, Arg, Native
from xlogits.catalogue.versions import as_of
from xlogits.dialects.build import signature
from xlogits.frameworks import FRAMEWORKS

OLDER = json.loads(FILE.read_text())
FOREIGN = [native for native in NATIVES.values() if native.framework in OLDER]
Parameters = list[tuple[str, Any, Any]]


def told(written: str | None) -> Parameters | None:
    """Names, kinds and defaults of a signature as it is written down."""
    if written is None:
        return None
    args = ast.parse(f"def f{written}: ...").body[0].args  # type: ignore[attr-defined]
    made = [a.arg for a in (*args.posonlyargs, *args.args)]
    given = [inspect.Parameter.empty] * (len(made) - len(args.defaults))
    given += [default(node) for node in args.defaults]
    first, other = inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD
    kinds = [first] * len(args.posonlyargs) + [other] * len(args.args)
    found = list(zip(made, kinds, given, strict=True))
    for name, node in zip(args.kwonlyargs, args.kw_defaults, strict=True):
        value = inspect.Parameter.empty if node is None else default(node)
        found.append((name.arg, inspect.Parameter.KEYWORD_ONLY, value))
    if args.kwarg:
        found.append((args.kwarg.arg, inspect.Parameter.VAR_KEYWORD, inspect.Parameter.empty))
    return found


def default(node: ast.expr) -> Any:
    """A literal, or the words for what is none."""
    try:
        return ast.literal_eval(node)
    except ValueError:
        return ast.unparse(node)


def recorded(args: tuple[Arg | str, ...]) -> Parameters:
    return [
        (p.name, p.kind, p.default if isinstance(p.default, LITERAL) else repr(p.default))
        for p in signature(args).parameters.values()
    ]


LITERAL = (type(None), bool, int, float, str, tuple, type)


def at(functions: dict[str, str | None], versions: list[str], version: str) -> str | None:
    """What holds in a version: the last that was written down until then."""
    until = versions[: versions.index(version) + 1]
    return next(functions[v] for v in reversed(until) if v in functions)


def differences(native: Native) -> list[str]:
    """Where a record, as of a version, is not what that version had."""
    book = OLDER[native.framework]
    method = "forward" if native.framework == "torch" else "__call__"
    found = []
    for version in book["versions"]:
        record = as_of(native, version)
        for name, which in ((native.name, "args"), (f"{native.name}.{method}", "then")):
            if which == "then" and not native.then:
                continue
            had = at(book["functions"][name], book["versions"], version)
            if had == UFUNC and record is not None:
                continue  # NumPy's parameters, which tests/catalogue/test_signatures.py knows
            has = None if record is None else recorded(getattr(record, which))
            if has != told(had):
                found.append(f"{name} in {version}: recorded {has}, was {had}")
    return found


@pytest.mark.parametrize("native", FOREIGN, ids=lambda n: n.name)
def test_records_of_older_versions(native: Native) -> None:
    if native.name not in OLDER[native.framework]["functions"]:
        pytest.skip(f"no older signature of {native.name}: run python -m tests.data.older")
    assert not differences(native)


def test_the_oldest_supported_version_is_compared() -> None:
    ranges = (ROOT / "pyproject.toml").read_text()
    for framework, record in FRAMEWORKS.items():
        names = "|".join(record.distributions or (framework,))
        lowest = re.search(rf'"(?:{names})>=([0-9.]+)', ranges)
        if lowest is None or not record.named:  # not asked for by itself, or without records
            assert framework in ("keras", "torchvision", "numpy", "xlogits")
            continue
        versions = OLDER[framework]["versions"]
        assert any(f"{v}.".startswith(f"{lowest[1]}.") for v in versions), (framework, lowest[1])
    for framework, record in FRAMEWORKS.items():  # what `explain` says
        if record.oldest:
            assert f"{OLDER[framework]['versions'][0]}.".startswith(f"{record.oldest}.")
    assert all(f.oldest for f in FRAMEWORKS.values() if f.id in OLDER)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("torch.nn.functional.mse_loss", lambda a: replace(a, since="")),
        ("optax.softmax_cross_entropy", lambda a: replace(a, since="0.2.5")),
        ("sklearn.metrics.log_loss", lambda a: replace(a, named=())),
        ("sklearn.metrics.log_loss", lambda a: replace(a, was=())),
        ("tensorflow.nn.softmax_cross_entropy_with_logits", lambda a: replace(a, default=7)),
    ],
)
def test_a_wrong_fact_of_a_parameter_is_found(name: str, wrong: Any) -> None:
    native = NATIVES[name]
    args = tuple(wrong(a) if isinstance(a, Arg) else a for a in native.args)
    assert not differences(native)
    assert differences(replace(native, args=args))


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("keras.losses.Dice", {"since": ""}),
        ("keras.losses.Dice", {"since": "3.3"}),
        ("jax.nn.softmax", {"gone": ()}),
        ("optax.huber_loss", {"starred": ""}),
    ],
)
def test_a_wrong_fact_of_a_function_is_found(name: str, wrong: dict[str, Any]) -> None:
    native = NATIVES[name]
    assert not differences(native)
    assert differences(replace(native, **wrong))
