"""`--hide torch,jax`: which packages these words mean, and how every process is kept from them."""

import os
import runpy
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests import child
from xlogits import frameworks as known

HIDE = "XLOGITS_HIDE"  # packages and distributions, for every process that is started
STARTUP = Path(__file__).resolve().parent / "startup"
BESIDE = {  # what comes and goes with each, and is nothing that xlogits knows
    "torch": ("torchaudio", "functorch", "torchgen", "triton"),
    "tensorflow": ("tf_keras",),
    "jax": ("flax", "chex"),
}


def _with_it(framework: str) -> tuple[str, ...]:
    """A framework, what is written with its arrays, and what installs them."""
    mine = [each for each in known.FRAMEWORKS.values() if each.home == framework]
    named = [name for each in mine for name in (each.id, *each.distributions, *each.types)]
    return tuple(dict.fromkeys(n.replace("-", "_") for n in (*named, *BESIDE.get(framework, ()))))


FRAMEWORKS = {name: _with_it(name) for name in known.BACKENDS if name != "numpy"}
SHARED = {"ml_dtypes": {"tensorflow", "jax"}}  # gone when all are gone that bring it


class Unknown(ValueError):
    """A word that names nothing which could be hidden."""


def packages(words: Iterable[str]) -> tuple[str, ...]:
    """What is hidden: a framework with what it brings, any other package by itself.

    >>> packages(["jax"])
    ('jax', 'jaxlib', 'optax', 'flax', 'chex')
    >>> packages(["tensorflow", "jax", "scipy"])[-2:]
    ('scipy', 'ml_dtypes')
    """
    wanted = tuple(dict.fromkeys(words))
    for word in wanted:
        if not word.isidentifier() or word in ("numpy", "xlogits", "pytest"):
            names = ",".join(FRAMEWORKS)
            raise Unknown(f"--hide {word!r}: expected some of {names}, or other packages' names")
    named = [name for word in wanted for name in FRAMEWORKS.get(word, (word,))]
    alone = [name for name, bring in SHARED.items() if bring <= set(wanted)]
    return tuple(dict.fromkeys([*named, *alone]))


def environment(words: Iterable[str]) -> dict[str, str]:
    """The variables with which a process is started that shall not find these packages either."""
    before = filter(None, os.environ.get(HIDE, "").split(","))
    return {HIDE: ",".join(packages([*before, *words])), **dict([child.on_path(STARTUP)])}


def hide(words: Iterable[str]) -> None:
    """Hide packages from this process and from all that it starts."""
    os.environ |= environment(words)
    runpy.run_path(str(STARTUP / "sitecustomize.py"))


def taken(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """The words of `--hide`, and the arguments without it.

    >>> taken(["-x", "--hide", "torch,jax", "tests/port"])
    (['torch', 'jax'], ['-x', 'tests/port'])
    >>> taken(["--hide=torch"])
    (['torch'], [])
    """
    words, rest = [], []
    given = iter(arguments)
    for argument in given:
        name, _, value = argument.partition("=")
        if name != "--hide":
            rest.append(argument)
            continue
        value = value or next(given, "")
        if not value:
            raise Unknown("--hide: expected names, as in --hide torch,tensorflow,jax")
        words += value.split(",")
    return words, rest
