"""What every framework's functions compute: one file of records for each framework."""

from xlogits.catalogue import canonical, jax, keras, optax, scipy, sklearn, tensorflow, torch
from xlogits.catalogue.record import Arg, Native, Reading
from xlogits.errors import OptionError

NATIVES: dict[str, Native] = {
    native.name: native
    for module in (canonical, torch, tensorflow, keras, jax, optax, scipy, sklearn)
    for native in module.NATIVES
}

# How the frameworks are imported in practice. A name is looked up under each reading in turn, so
# `tf.losses` is Keras' for the names that Keras has, and TF1's for those that only TF1 had.
_READINGS = (
    ("tf.keras.", "keras."),
    ("tensorflow.keras.", "keras."),
    ("tf.losses.", "keras.losses."),
    ("tf.losses.", "tensorflow.compat.v1.losses."),
    ("tensorflow.losses.", "keras.losses."),
    ("tensorflow.losses.", "tensorflow.compat.v1.losses."),
    ("tf.", "tensorflow."),
    ("tf.nn.", "tensorflow.compat.v1.nn."),
    ("F.", "torch.nn.functional."),
    ("nn.", "torch.nn."),
    ("special.", "scipy.special."),
    ("xl.", "xlogits."),
    ("stats.", "scipy.stats."),
    ("jsp.", "jax.scipy."),
    ("ops.", "keras.ops."),
    ("metrics.", "sklearn.metrics."),
)
_ALIASES = {alias: native for native in NATIVES.values() for alias in native.aliases}


def by_name(name: str) -> Native | None:
    """The record of this full name, or of one of its public aliases, and no other."""
    return NATIVES.get(name) or _ALIASES.get(name)


def find(name: str) -> Native:
    """The record of a native function, under its full name or one that people import it by.

    >>> find("F.cross_entropy").name
    'torch.nn.functional.cross_entropy'
    """
    spellings = [name]
    spellings += [full + name[len(short) :] for short, full in _READINGS if name.startswith(short)]
    for spelling in spellings:
        native = by_name(spelling)
        if native is not None:
            return native
    raise OptionError(f"no record of a native function {name!r}")


__all__ = ["NATIVES", "Arg", "Native", "Reading", "by_name", "find"]
