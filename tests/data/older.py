"""The signatures of older versions, read out of their wheels; nothing of them is imported or run.

    python -m tests.data.older jax               # those of JAX anew, into tests/data/signatures.json
    python -m tests.data.older                   # those of every framework
    python -m tests.data.older jax==0.4.33       # with one version more
    python -m tests.data.older jax --wheels W    # in folder W wheels are looked for, and kept

pip fetches the wheels of the versions that are written down; those for macOS, which are the small ones
of PyTorch: what is read here is the same in all. The installed version is read out of site-packages.
A function is written down for the first version and for each in which its signature is another one.
"""

import argparse
import ast
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cached_property
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import ZipFile

from xlogits.catalogue import NATIVES
from xlogits.catalogue.versions import number
from xlogits.frameworks import FRAMEWORKS, Framework

FILE = Path(__file__).parent / "signatures.json"
# the parameters of ufuncs are NumPy's, and not written down in SciPy
UFUNC = "ufunc"
ANY_WHEEL = ("--only-binary=:all:", "--platform=macosx_14_0_arm64", "--python-version=3.11")
DEFINITION = ast.FunctionDef | ast.ClassDef


class Found(NamedTuple):
    """What a name stands for, and the module in which that is written."""

    module: str
    node: ast.AST


class Package:
    """The sources of one version: where a name is defined, and with which parameters."""

    def __init__(self, names: list[str], read: Callable[[str], str]) -> None:
        self.names, self.read = frozenset(names), read
        self.trees: dict[str, ast.Module] = {}

    def path(self, module: str) -> str:
        """The file of a module, '' if there is none; Keras had its public modules in keras.api."""
        for name in (module, re.sub(r"^keras\b", "keras.api", module)):
            stem = name.replace(".", "/")
            for path in (f"{stem}/__init__.py", f"{stem}.py"):
                if path in self.names:
                    return path
        return ""

    def tree(self, path: str) -> ast.Module:
        if path not in self.trees:
            self.trees[path] = ast.parse(self.read(path))
        return self.trees[path]

    def find(self, dotted: str) -> Found | None:
        """The definition behind a public name."""
        if dotted.startswith("tensorflow."):
            return self.exported.get(dotted)
        if dotted in self.documented:
            return self.documented[dotted]
        module, _, name = dotted.rpartition(".")
        return self.look(module, name) if self.path(module) else self.attribute(dotted)

    def attribute(self, dotted: str) -> Found | None:
        """A name in the body of a class."""
        owner, _, name = dotted.rpartition(".")
        found = self.find(owner) if owner else None
        return self.member(found, name) if found else None

    def member(self, found: Found, name: str) -> Found | None:
        """A method or a constant of a class, its own or inherited."""
        if not isinstance(found.node, ast.ClassDef):
            return None
        for node in found.node.body:
            if isinstance(node, ast.FunctionDef) and node.name == name:
                return Found(found.module, node)
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
                return Found(found.module, node.value)
        for base in found.node.bases:
            above = self.follow(found.module, base)
            inherited = self.member(above, name) if above else None
            if inherited:
                return inherited
        return None

    def look(
        self, module: str, name: str, seen: frozenset[tuple[str, str]] = frozenset()
    ) -> Found | None:
        """A name in a module, through imports and assignments; the last definition counts."""
        path = self.path(module)
        if not path or (path, name) in seen:
            return None
        seen |= {(path, name)}
        star = []
        for node in reversed(list(statements(self.tree(path)))):
            if isinstance(node, DEFINITION) and node.name == name:
                return Found(module, node)
            if isinstance(node, ast.ImportFrom):
                source = absolute(node, module, path.endswith("__init__.py"))
                for alias in node.names:
                    if (alias.asname or alias.name) == name:
                        return self.look(source, alias.name, seen) or self.whole(
                            f"{source}.{alias.name}"
                        )
                    if alias.name == "*":
                        star.append(source)
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.asname == name:
                        return Found(alias.name, ast.Module([], []))
            if isinstance(node, ast.Assign) and name in map(ast.unparse, node.targets):
                return self.follow(module, node.value, seen)
        for source in star:
            found = self.look(source, name, seen)
            if found:
                return found
        return None

    def whole(self, module: str) -> Found | None:
        return Found(module, ast.Module([], [])) if self.path(module) else None

    def follow(
        self, module: str, node: ast.AST, seen: frozenset[tuple[str, str]] = frozenset()
    ) -> Found | None:
        """What an expression of a module stands for."""
        if isinstance(node, ast.Name):
            return self.look(module, node.id, seen)
        if isinstance(node, ast.Attribute):
            owner = self.follow(module, node.value, seen)
            if owner and isinstance(owner.node, ast.Module):
                return self.look(owner.module, node.attr, seen)
            return self.member(owner, node.attr) if owner else None
        if isinstance(node, ast.Call) and "docstr" in ast.unparse(node.func):
            return Found(module, text(node.args[1]))
        return Found(module, node)

    @cached_property
    def exported(self) -> dict[str, Found]:
        """TensorFlow's public names, which stand in the decorators of its functions."""
        found = {}
        for path in sorted(
            n for n in self.names if re.match(r"tensorflow/python/ops/(losses/)?\w+\.py$", n)
        ):
            module = path.removesuffix(".py").replace("/", ".")
            for node in statements(self.tree(path)):
                for call in getattr(node, "decorator_list", ()):
                    if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("tf_export"):
                        two = [ast.literal_eval(a) for a in call.args]
                        one = next(
                            (ast.literal_eval(k.value) for k in call.keywords if k.arg == "v1"), two
                        )
                        found |= {f"tensorflow.{n}": Found(module, node) for n in two}
                        found |= {f"tensorflow.compat.v1.{n}": Found(module, node) for n in one}
        return found

    @cached_property
    def documented(self) -> dict[str, Found]:
        """Functions written in C: those of torch by their docstrings, and the ufuncs of SciPy."""
        found = {}
        for path in {"torch/_torch_docs.py", "torch/special/__init__.py"} & self.names:
            for call in ast.walk(self.tree(path)):
                if isinstance(call, ast.Call) and "add_docstr" in ast.unparse(call.func):
                    name = ast.unparse(call.args[0]).replace("_special.special_", "torch.special.")
                    found[name] = Found(path, text(call.args[1]))
        for path in {"scipy/special/_ufuncs.pyi"} & self.names:
            for node in self.tree(path).body:
                if isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation) == "np.ufunc":
                    found[f"scipy.special.{ast.unparse(node.target)}"] = Found(path, node)
        return found

    def signature(self, name: str, method: str = "") -> str | None:
        """The parameters of a function, or of a method, as Python writes them; None without the name."""
        found = self.find(name)
        if found is None:
            return None
        if isinstance(found.node, ast.ClassDef):
            found = self.member(found, method or "__init__")
            takes = found.node.args if found else None
            if takes is None or (takes.vararg and takes.kwarg and len(takes.args) == 1):
                return "()"  # a constructor that hands nothing on
        if isinstance(found.node, ast.FunctionDef):
            return self.written(found)
        if isinstance(found.node, ast.Constant) and isinstance(found.node.value, str):
            return in_words(found.node.value, name.rpartition(".")[2])
        if isinstance(found.node, ast.AnnAssign):
            return UFUNC
        raise ValueError(f"{name}: no definition in {ast.dump(found.node)[:200]}")

    def written(self, found: Found) -> str:
        """A definition's parameters without annotations, its constants put in."""
        args = found.node.args
        given = [None] * (
            len(args.posonlyargs) + len(args.args) - len(args.defaults)
        ) + args.defaults
        first = [a.arg for a in args.posonlyargs]
        made = [
            name.arg if default is None else f"{name.arg}={self.constant(found.module, default)}"
            for name, default in zip([*args.posonlyargs, *args.args], given, strict=True)
        ]
        if first:
            made.insert(len(first), "/")
        if made and made[0] == "self":
            made = made[1:]
        named = [
            name.arg if default is None else f"{name.arg}={self.constant(found.module, default)}"
            for name, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)
        ]
        if "_axis_nan_policy_factory" in ast.unparse(found.node.decorator_list):
            named += ["nan_policy='propagate'", "keepdims=False"]  # which that decorator adds
        if "binary_ufunc" in ast.unparse(found.node.decorator_list):
            named += ["out=None", "where=None"]  # which JAX's ufuncs take
        if args.vararg or named:
            made.append(f"*{args.vararg.arg if args.vararg else ''}")
        made += named
        if args.kwarg:
            made.append(f"**{args.kwarg.arg}")
        return f"({', '.join(made)})"

    def constant(self, module: str, node: ast.AST) -> str:
        """A default as a literal, or the full name of what it is."""
        try:
            return repr(ast.literal_eval(node))
        except ValueError:
            pass
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            owner = self.look(module, node.value.id)
            if owner and isinstance(owner.node, ast.Module):
                return f"{owner.module}.{node.attr}"
        found = self.follow(module, node)
        if found and isinstance(found.node, ast.Constant):
            return repr(found.node.value)
        return ast.unparse(node)


def text(node: ast.AST) -> ast.AST:
    """The string in `"...".format(...)` or in `"..." + ...`."""
    while not isinstance(node, ast.Constant):
        if isinstance(node, ast.JoinedStr):
            return ast.Constant(
                "".join(v.value for v in node.values if isinstance(v, ast.Constant))
            )
        node = node.func.value if isinstance(node, ast.Call) else node.left
    return node


def statements(tree: ast.AST) -> Iterator[ast.AST]:
    """The statements of a module, those under `if` and `try` too."""
    for node in getattr(tree, "body", ()):
        yield node
        if isinstance(node, ast.If | ast.Try):
            yield from statements(node)


def absolute(node: ast.ImportFrom, module: str, package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    parts = parts[: len(parts) - node.level + package]
    return ".".join([*parts, *([node.module] if node.module else [])])


def in_words(text: str, name: str) -> str:
    """The signature in the docstring of a function written in C."""
    line = re.search(rf"\b{name}\((.*?)\)", text)
    if line is None:
        raise ValueError(f"{name}: no signature in its docstring")
    return f"({line[1]})"


def of_wheel(path: Path) -> Package:
    wheel = ZipFile(path)
    return Package(wheel.namelist(), lambda name: wheel.read(name).decode())


def of_installed(package: str) -> Package:
    """The sources that are installed."""
    files = {str(file): file for file in distribution(package).files or ()}
    return Package(list(files), lambda name: Path(files[name].locate()).read_text("utf-8"))


def signatures(package: Package, framework: str) -> dict[str, str | None]:
    """Every recorded function of a framework, and the call of the instances of a class."""
    found: dict[str, str | None] = {}
    for native in NATIVES.values():
        if native.framework == framework:
            found[native.name] = package.signature(native.name)
            if native.then:
                call = "forward" if framework == "torch" else "__call__"
                found[f"{native.name}.{call}"] = package.signature(native.name, call)
    return found


def releases_of(framework: Framework, wheels: Path) -> dict[str, Package]:
    """Every version of a framework that is here, as a wheel or installed."""
    found = {}
    for name in framework.distributions or (framework.id,):
        for path in wheels.glob(f"{name.replace('-', '_')}-*.whl"):
            found[path.name.split("-")[1]] = of_wheel(path)
        with suppress(PackageNotFoundError):
            found[distribution(name).version.partition("+")[0]] = of_installed(name)
    return found


def fetch(framework: Framework, versions: set[str], wheels: Path) -> None:
    """The wheels of these versions, into a folder."""
    name = (framework.distributions or (framework.id,))[0]
    for version in sorted(versions, key=number):
        pip = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--dest",
            str(wheels),
        ]
        subprocess.run([*pip, *ANY_WHEEL, f"{name}=={version}"], check=True)


def books(releases: dict[str, Package], framework: str) -> dict[str, Any]:
    """What is written down of the versions of a framework: each signature where it is another one."""
    functions: dict[str, dict[str, str | None]] = {}
    order = sorted(releases, key=number)
    for release in order:
        for function, signature in sorted(signatures(releases[release], framework).items()):
            seen = functions.setdefault(function, {})
            if not seen or list(seen.values())[-1] != signature:
                seen[release] = signature
    return {"versions": order, "functions": functions}


def main(wanted: list[str], wheels: Path) -> None:
    written = json.loads(FILE.read_text())
    for words in wanted or [f.id for f in FRAMEWORKS.values() if f.oldest]:
        framework, _, more = words.partition("==")
        known = {*written.get(framework, {"versions": ()})["versions"], *([more] if more else ())}
        record = FRAMEWORKS[framework]
        fetch(record, known - {*releases_of(record, wheels)}, wheels)
        written[framework] = books(releases_of(record, wheels), framework)
        print(framework, *written[framework]["versions"])
        FILE.write_text(json.dumps(written, indent=1) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("wanted", nargs="*")
    parser.add_argument("--wheels", type=Path)
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        main(said.wanted, said.wheels or Path(folder))
