"""Every record has the parameters of the older versions it claims, as read out of their wheels."""

import ast
import inspect
import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from tests.conftest import ROOT, need
from tests.data import older
from tests.data.older import FILE, UFUNC
from xlogits.catalogue import NATIVES, Arg, Native
from xlogits.catalogue.versions import as_of
from xlogits.dialects.build import signature
from xlogits.frameworks import FRAMEWORKS, OURS
from xlogits.frameworks import version as version_of

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
    again = (
        f"its older signatures are not read: run `python -m tests.data.older {native.framework}`"
    )
    assert native.name in OLDER[native.framework]["functions"], again
    assert not differences(native), "say with `since`, `starred`, `was` or `named` when it changed"


def test_the_oldest_supported_version_is_compared() -> None:
    ranges = (ROOT / "pyproject.toml").read_text()
    for framework, record in FRAMEWORKS.items():
        names = "|".join(record.distributions or (framework,))
        lowest = re.search(rf'"(?:{names})>=([0-9.]+)', ranges)
        if not record.named or framework == OURS:
            continue
        if lowest is None:  # it is not asked for by itself
            assert not re.search(rf'"(?:{names})[\[=~<>!; ]', ranges), framework
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


def test_the_versions_that_are_written_down_are_fetched_but_for_those_at_hand(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    need("optax")
    monkeypatch.setattr(older, "FILE", tmp_path / "signatures.json")
    asked: list[str] = []

    def pip(command: list[str], check: bool) -> None:
        asked.append(command[-1])
        name, _, version = command[-1].partition("==")
        with ZipFile(tmp_path / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
            wheel.writestr("optax/__init__.py", "def log_cosh(predictions, targets=None): ...\n")

    monkeypatch.setattr(subprocess, "run", pip)
    here = version_of("optax")
    for versions, words in (([here], "optax==0.1"), (["0.1", "0.2", here], "optax")):
        older.FILE.write_text(json.dumps({"optax": {"versions": versions}}))
        older.main([words], tmp_path)
    assert asked == ["optax==0.1", "optax==0.2"]
    found = json.loads(older.FILE.read_text())["optax"]
    assert found["versions"] == ["0.1", "0.2", here]
    assert found["functions"]["optax.log_cosh"] == {"0.1": "(predictions, targets=None)"}
    assert found["functions"]["optax.squared_error"] == {
        "0.1": None,
        here: "(predictions, targets=None)",
    }
