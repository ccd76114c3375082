"""Loss calls found by looking at imports alone, whatever their scope: what the porter must not miss."""

import ast
import warnings
from collections.abc import Iterator

from xlogits.port.decide.rendering import Choices
from xlogits.port.document import Document
from xlogits.port.read.paths import find


def missed(document: Document, choices: Choices) -> Iterator[tuple[int, str]]:
    """Line and full name of calls of the framework that the document says nothing about."""
    named = any(root.encode() in document.before for root in (*choices.frameworks, "flax"))
    if document.name.endswith(".ipynb") or not named:
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the escapes in other people's strings
            tree = ast.parse(document.before)
    except (SyntaxError, ValueError):
        return
    modules = dict(_imported(tree))
    seen = {
        change.line + more
        for change in document.changes
        for more in range(len(change.before.splitlines()) or 1)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.lineno not in seen:
            first, dot, rest = ast.unparse(node.func).partition(".")
            name = modules.get(first, "") + dot + rest
            if any(_root(known.name) in choices.frameworks for known in find(name)):
                yield node.lineno, name


def _root(name: str) -> str:
    return name.partition(".")[0]


def _imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Every name that an import binds anywhere in a file, and what it stands for."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield (
                    alias.asname or _root(alias.name),
                    alias.name if alias.asname else _root(alias.name),
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"
