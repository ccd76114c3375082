"""The frameworks' own spellings on any supported array.

    from xlogits.dialects.torch.nn import functional as F
    F.cross_entropy(tensorflow_logits, tensorflow_labels)      # PyTorch's meaning, on TensorFlow

Every function and class of the catalogue stands under its framework's path, with the signature of
the original, its defaults and its results. On arrays of its own framework it calls the original.
The modules are made from the records when this package is imported; the `.pyi` files beside this one
tell editors and type checkers about them.
"""

import sys
from types import ModuleType

from xlogits.catalogue import NATIVES
from xlogits.dialects.build import dialect


def _modules() -> dict[str, ModuleType]:
    """A module for every prefix of every name in the catalogue, filled with the dialects."""
    modules: dict[str, ModuleType] = {}
    for native in NATIVES.values():
        if native.framework == "xlogits":
            continue
        spoken = dialect(native)
        for name in (native.name, *native.aliases):
            path, _, short = name.rpartition(".")
            setattr(_module(modules, path), short, spoken)
    for path in [path for path in modules if path.startswith("keras.")]:
        tensorflow_path = f"tensorflow.{path}"
        parent, _, short = tensorflow_path.rpartition(".")
        modules[tensorflow_path] = modules[path]
        setattr(_module(modules, parent), short, modules[path])
    return modules


def _module(modules: dict[str, ModuleType], path: str) -> ModuleType:
    if path not in modules:
        modules[path] = ModuleType(f"{__name__}.{path}", f"{path} on arrays of any framework.")
        modules[path].__path__ = []
        parent, _, short = path.rpartition(".")
        if parent:
            setattr(_module(modules, parent), short, modules[path])
    return modules[path]


for _path, _made in _modules().items():
    sys.modules[f"{__name__}.{_path}"] = _made
    if "." not in _path:
        globals()[_path] = _made
