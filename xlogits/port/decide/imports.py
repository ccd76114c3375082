"""How a file calls the modules of the target: the aliases it has, and the imports it needs."""

import ast
import re
from functools import cached_property

from xlogits.errors import Refused
from xlogits.frameworks import FRAMEWORKS
from xlogits.port.read.scopes import Binding, Scopes
from xlogits.port.read.text import Text


class Imports:
    """The names of modules in one file, those it has and those that have to be added."""

    def __init__(self, text: Text, scopes: Scopes) -> None:
        self.text, self.scopes = text, scopes
        self.prefixes: dict[str, tuple[str, str]] = {}

    @cached_property
    def used(self) -> set[str]:
        """Every name that the file mentions."""
        return {n.id for n in self.scopes.uses if isinstance(n, ast.Name)}

    def spelled(self, source: str, lines: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        """A translation with this file's names of modules, and the imports that it lacks."""
        missing = []
        for line in lines:
            words = line.split()
            module, usual = words[1], words[-1]
            prefix, needed = self._prefix(module, usual)
            missing += [needed] if needed else []
            if prefix != usual:
                source = re.sub(rf"(?<![\w.]){re.escape(usual)}\.", f"{prefix}.", source)
        return source, tuple(missing)

    def _prefix(self, module: str, usual: str) -> tuple[str, str]:
        """What a module is called here, and the line to add for that; '' if it is there."""
        if module not in self.prefixes:
            self.prefixes[module] = self._chosen(module, usual)
        return self.prefixes[module]

    def _chosen(self, module: str, usual: str) -> tuple[str, str]:
        dotted = usual == module and "." in module  # `import scipy.special` binds `scipy`
        same = FRAMEWORKS[module].modules if module in FRAMEWORKS else (module,)
        if not dotted:
            for name, binding in self._module_names():
                if binding.path in same:
                    return name, ""
        if dotted and self._imported(module):
            return module, ""
        root = module.partition(".")[0]
        if not dotted and self._free(usual):
            return usual, f"import {module} as {usual}" if usual != module else f"import {module}"
        if self._free(root) or all(b.path == root for b in self.scopes.everywhere(root)):
            return module, f"import {module}"
        names = " and ".join(dict.fromkeys((usual, root)))
        raise Refused(f"{module} cannot be imported: {names} is something else in this file")

    def _module_names(self) -> list[tuple[str, Binding]]:
        """Names that are bound once in the whole file, by an import at its top level."""
        return [
            (name, binding)
            for name, binding in self.scopes.imported
            if binding.path
            and self.scopes.parent.get(binding.node) is self.scopes.tree
            and len(self.scopes.everywhere(name)) == 1
        ]

    def _imported(self, module: str) -> bool:
        root = module.partition(".")[0]
        return all(b.path == root for b in self.scopes.everywhere(root)) and any(
            isinstance(node, ast.Import) and any(a.name == module for a in node.names)
            for node in self.scopes.tree.body
        )

    def _free(self, name: str) -> bool:
        return not self.scopes.everywhere(name) and name not in self.used

    def place(self) -> tuple[int, str, ast.stmt | None]:
        """Where new imports go, how lines end there, and the statement they follow, if any."""
        body = self.scopes.tree.body
        tops: list[ast.stmt] = [s for s in body if isinstance(s, (ast.Import, ast.ImportFrom))]
        first = body[0] if body else None
        text = self.text
        if not tops and isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            tops = [first] if isinstance(first.value.value, str) else []
        if not tops:
            line = first.lineno if first is not None else 1
            decorators = getattr(first, "decorator_list", [])
            line = min([line, *(d.lineno for d in decorators)])
            return text.line_start(line), text.newline(line), None
        last = _last_together(body, tops)
        after = last.end_lineno or last.lineno
        place = text.line_start(after + 1) if after < len(text.starts) else len(text.text)
        return place, text.newline(after), last


def _last_together(body: list[ast.stmt], tops: list[ast.stmt]) -> ast.stmt:
    """The last of the first run of imports, and of whatever else stands on it."""
    start = body.index(tops[0])
    last = tops[0]
    for statement in body[start:]:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            last = statement
        elif statement.lineno > (last.end_lineno or last.lineno):
            break
        else:
            last = statement
    return last
