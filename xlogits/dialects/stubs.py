"""The `.pyi` files of the dialects, for editors and type checkers. `python -m xlogits.dialects.stubs`
writes them; a test fails when they are not what the catalogue says."""

from collections.abc import Iterable
from pathlib import Path
from types import NoneType

from xlogits.catalogue import NATIVES, Arg, Native
from xlogits.catalogue.record import REQUIRED
from xlogits.frameworks import FRAMEWORKS

HERE = Path(__file__).resolve().parent
HEAD = "# Made by `python -m xlogits.dialects.stubs` from the catalogue; do not edit.\n"


def render() -> dict[Path, str]:
    """The text of every stub by its path within the package `xlogits.dialects`."""
    members: dict[str, dict[str, Native]] = {"": {}}
    for native in NATIVES.values():
        for name in () if native.ours else (native.name, *native.aliases):
            path, _, short = name.rpartition(".")
            parts = path.split(".")
            for number in range(1, len(parts) + 1):
                members.setdefault(".".join(parts[:number]), {})
            members[path][short] = native
    stubs = {}
    for path, natives in members.items():
        children = [p.rpartition(".")[2] for p in members if p and p.rpartition(".")[0] == path]
        children += [f.id for f in FRAMEWORKS.values() if path and f.within == path]
        stubs[Path(*path.split("."), "__init__.pyi")] = _module(sorted(children), natives)
        outer = FRAMEWORKS[path.split(".")[0]].within if path else ""
        if outer:
            same = f"{HEAD}from xlogits.dialects.{path} import *\n"
            stubs[Path(outer, *path.split("."), "__init__.pyi")] = same
    return stubs


def _module(children: Iterable[str], natives: dict[str, Native]) -> str:
    lines = [HEAD.rstrip()]
    if natives:
        lines += ["from typing import Any", ""]
    lines += [f"from . import {child} as {child}" for child in children]
    for short, native in sorted(natives.items()):
        if native.then:
            lines += [f"class {short}:"]
            lines += [f"    def __init__({_parameters(('self', *native.args))}) -> None: ..."]
            lines += [f"    def __call__({_parameters(('self', *native.then))}) -> Any: ..."]
        else:
            lines += [f"def {short}({_parameters(native.args)}) -> Any: ..."]
    return "\n".join(lines) + "\n"


def _parameters(args: Iterable[Arg | str]) -> str:
    return ", ".join(
        f"{arg}: Any" * (arg == "**kwargs") or arg if isinstance(arg, str) else _parameter(arg)
        for arg in args
    )


def _parameter(arg: Arg) -> str:
    if arg.default is REQUIRED:
        return f"{arg.name}: Any"
    if not isinstance(arg.default, (bool, int, float, str, NoneType)):
        return f"{arg.name}: Any = ..."
    kind = "Any" if arg.default is None or arg.to == "sample_weight" else type(arg.default).__name__
    return f"{arg.name}: {kind} = {arg.default!r}"


def write() -> None:
    for path, text in render().items():
        (HERE / path).parent.mkdir(parents=True, exist_ok=True)
        (HERE / path).write_text(text)


if __name__ == "__main__":
    write()
