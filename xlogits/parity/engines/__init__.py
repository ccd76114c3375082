"""How each framework is run: making its arrays, its modes, its gradients. One file per framework."""

from importlib import import_module, metadata
from importlib.util import find_spec
from typing import Any

from xlogits.parity.engines.run import Call, Failure, Outcome, Result

NAMES = ("numpy", "torch", "tensorflow", "jax")
PACKAGES = {
    "numpy": ("numpy",),
    "torch": ("torch",),
    "tensorflow": ("tensorflow", "tensorflow-cpu"),
    "jax": ("jax",),
}


def installed(name: str) -> bool:
    return find_spec(name) is not None


def version(name: str) -> str:
    """The installed version of a framework, without importing it."""
    for package in PACKAGES.get(name, (name,)):
        try:
            return metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return ""


def load(name: str) -> Any:
    """The engine of a framework; importing it imports the framework."""
    return import_module(f"xlogits.parity.engines.{name}")


__all__ = ["NAMES", "Call", "Failure", "Outcome", "Result", "installed", "load", "version"]
