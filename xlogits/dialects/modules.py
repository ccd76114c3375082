"""The modules that the frameworks' names stand in, made from the catalogue."""

from types import ModuleType

from xlogits.catalogue import NATIVES
from xlogits.dialects.build import dialect
from xlogits.frameworks import FRAMEWORKS


def build(package: str) -> dict[str, ModuleType]:
    """A module for every prefix of every name in the catalogue, filled with the dialects."""
    modules: dict[str, ModuleType] = {}
    for native in NATIVES.values():
        if native.ours:
            continue
        spoken = dialect(native)
        for name in (native.name, *native.aliases):
            path, _, short = name.rpartition(".")
            setattr(_module(modules, package, path), short, spoken)
    for f in FRAMEWORKS.values():
        if f.within:
            setattr(_module(modules, package, f.within), f.id, modules[f.id])
            for path in [path for path in modules if path.split(".")[0] == f.id]:
                modules[f"{f.within}.{path}"] = modules[path]
    return modules


def _module(modules: dict[str, ModuleType], package: str, path: str) -> ModuleType:
    if path not in modules:
        modules[path] = ModuleType(f"{package}.{path}", f"{path} on arrays of any framework.")
        modules[path].__path__ = []
        parent, _, short = path.rpartition(".")
        if parent:
            setattr(_module(modules, package, parent), short, modules[path])
    return modules[path]
