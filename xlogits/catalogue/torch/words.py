"""The parameters that PyTorch's losses share."""

from dataclasses import replace
from itertools import product
from typing import Any

from xlogits.catalogue.record import Arg, Native, Together
from xlogits.losses import Reduction

# "mean" of class-index losses divides by the weights of the labels; of elementwise ones, by the count
BY_CLASS_WEIGHT = {
    "none": Reduction("none"),
    "sum": Reduction("sum"),
    "mean": Reduction("mean_over_class_weight"),
}
BY_COUNT = {**BY_CLASS_WEIGHT, "mean": Reduction("mean_over_items")}
BY_ITEM_WEIGHT = {**BY_CLASS_WEIGHT, "mean": Reduction("mean_over_sample_weight")}

INPUT, TARGET = Arg("input", "pred"), Arg("target", "target")
CLASS_WEIGHT = Arg("weight", "class_weight", None)
ITEM_WEIGHT = Arg("weight", "sample_weight", None)


class _Dtypes(dict[Any, str]):
    """PyTorch's dtypes, found by their names: the catalogue imports no framework."""

    def __missing__(self, dtype: Any) -> str:
        name = str(dtype).removeprefix("torch.")
        if name == dtype or name not in self:
            raise KeyError(dtype)
        return self[name]


FLOATS = ("float16", "bfloat16", "float32", "float64")
DTYPE = Arg("dtype", "dtype", None, _Dtypes({name: name for name in FLOATS}))
SIZE_AVERAGE, REDUCE = Arg("size_average", "", None), Arg("reduce", "", None)


def in_words(words: dict[str, Reduction]) -> tuple[Arg, tuple[Together, ...]]:
    """`reduction`, and the two booleans that were its forerunners and still overrule it."""
    old = {
        (average, reduce): words[
            "none" if reduce is False else "sum" if average is False else "mean"
        ]
        for average, reduce in product((None, True, False), repeat=2)
        if (average, reduce) != (None, None)
    }
    together = (Together(("size_average", "reduce"), "reduction", old),)
    return Arg("reduction", "reduction", "mean", words), together


WEIGHTED_MEAN, OLD_WEIGHTED_MEAN = in_words(BY_CLASS_WEIGHT)
PLAIN_MEAN, OLD_PLAIN_MEAN = in_words(BY_COUNT)
ITEM_WEIGHTED_MEAN, OLD_ITEM_WEIGHTED_MEAN = in_words(BY_ITEM_WEIGHT)


# functions written in C++ take NumPy's names too: numpy_compatibility_arg_names, python_arg_parser.cpp
ALSO = {
    "input": ("x", "a", "x1"),
    "other": ("x2",),
    "dim": ("axis",),
    "keepdim": ("keepdims",),
}


def in_c(native: Native) -> Native:
    """A function that takes NumPy's names for its parameters, too."""
    named = [
        replace(a, also=ALSO.get(a.name, ())) if isinstance(a, Arg) else a for a in native.args
    ]
    return replace(native, args=tuple(named))


def with_class(
    name: str,
    function: Native,
    options: tuple[Arg | str, ...],
    then: tuple[Arg | str, ...] = (INPUT, TARGET),
    aliases: tuple[str, ...] = (),
) -> tuple[Native, Native]:
    """A function, and the class whose constructor takes its options and whose call its arrays."""
    name = f"torch.nn.{name}"
    return function, replace(function, name=name, args=options, then=then, aliases=aliases)
