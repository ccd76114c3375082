"""Labels that a call encodes itself: one-hot rows, read as the class indexes that they are made of."""

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from xlogits.catalogue.record import Reading
from xlogits.errors import Refused
from xlogits.losses import INDEX, AxisByRank, Reduction, SoftmaxCrossEntropy
from xlogits.translation.call import Call, value_of
from xlogits.translation.expression import Expr
from xlogits.translation.language import IMPORTS

PathOf = Callable[[ast.expr], str]


@dataclass(frozen=True)
class Encoder:
    """A function that makes one-hot rows: its parameters, and what it does not check."""

    args: tuple[str, ...]
    taken: tuple[str, ...] = ()
    counts: bool = False  # whether it counts the classes itself
    integers: bool = False  # whether its rows are integers, of tensors that have `.to`


# PyTorch raises for labels out of range; the others make rows of zeros, or count from the end
ENCODERS = {
    "torch.nn.functional.one_hot": Encoder(("input", "num_classes"), counts=True, integers=True),
    "tensorflow.one_hot": Encoder(
        ("indices", "depth", "on_value", "off_value", "axis", "dtype", "name"),
        ("labels in range",),
    ),
    "jax.nn.one_hot": Encoder(
        ("x", "num_classes", "*", "dtype", "axis"), ("labels in range", "integer labels")
    ),
    "keras.ops.one_hot": Encoder(
        ("x", "num_classes", "axis", "dtype", "sparse"), ("labels in range", "integer labels")
    ),
    "keras.utils.to_categorical": Encoder(
        ("x", "num_classes", "dtype"), ("labels in range", "integer labels", "no column")
    ),
}
SAME = {
    "tensorflow.compat.v1.one_hot": "tensorflow.one_hot",
    "tensorflow.compat.v2.one_hot": "tensorflow.one_hot",
    "tensorflow.keras.ops.one_hot": "keras.ops.one_hot",
    "keras.ops.nn.one_hot": "keras.ops.one_hot",
    "tensorflow.keras.utils.to_categorical": "keras.utils.to_categorical",
}
# what only changes the dtype of the rows, in which 0 and 1 are what they were, or how they are held
CASTS = frozenset(
    {
        *("tensorflow.cast", "tensorflow.stop_gradient", "tensorflow.convert_to_tensor"),
        *("tensorflow.constant", "tensorflow.identity", "keras.ops.cast"),
        *("keras.ops.convert_to_tensor", "keras.ops.stop_gradient", "jax.lax.stop_gradient"),
        *("jax.numpy.asarray", "jax.numpy.array", "numpy.asarray", "numpy.array"),
        *("torch.tensor", "torch.as_tensor"),
    }
)
METHODS = frozenset(
    {
        *("float", "double", "half", "bfloat16", "to", "type", "type_as", "astype"),
        *("detach", "cuda", "cpu", "contiguous", "numpy"),
    }
)


@dataclass(frozen=True)
class OneHot:
    """One-hot rows: the indexes, how many classes (None: as many as are seen), and where they are."""

    name: str
    indexes: ast.expr
    classes: ast.expr | None
    axis: int = -1
    ndim: int | None = None  # how many axes the rows have, where that is seen
    smoothing: float = 0.0
    moved: str = ""  # the methods by which the classes came to their axis
    cast: bool = False
    dropped: tuple[ast.expr, ...] = ()  # other arguments on the way


def one_hot(node: ast.expr, path_of: PathOf) -> OneHot | None:
    """What an expression encodes; None if it is no encoding, `Refused` if it is more than one."""
    if not isinstance(node, ast.Call):
        return None
    path = path_of(node.func)
    name = SAME.get(path, path)
    if name in ENCODERS:
        return _encoded(name, node)
    if name == "optax.smooth_labels" and node.args:
        return _smoothed(one_hot(node.args[0], path_of), node)
    rest = [*node.args, *(k.value for k in node.keywords)]
    if name in CASTS and node.args:
        found = one_hot(node.args[0], path_of)
        return found and replace(found, cast=True, dropped=(*found.dropped, *rest[1:]))
    if isinstance(node.func, ast.Attribute):
        found = one_hot(node.func.value, path_of)
        return found and _method(found, node.func.attr, node)
    return None


def _encoded(name: str, node: ast.Call) -> OneHot:
    """A call of one of the encoders."""
    args = ENCODERS[name].args
    first = args[: args.index("*") if "*" in args else None]
    given = dict(zip(first, node.args, strict=False))
    given |= {str(k.arg): k.value for k in node.keywords}
    if not set(given) <= set(args) or len(node.args) > len(first) or first[0] not in given:
        raise Refused(f"arguments of {name} that are not understood")
    for key, plain in (("on_value", 1), ("off_value", 0)):
        if not _is(given.get(key), None, plain):
            raise Refused(f"with {key}={ast.unparse(given[key])} its rows are not of 0 and 1")
    axis = -1 if _is(given.get("axis"), None) else value_of(given["axis"])
    if not isinstance(axis, int):
        raise Refused(f"the axis of its classes, {axis}, is not a literal number")
    classes = None if _is(given.get(args[1]), None, -1) else given[args[1]]
    used = (first[0], args[1], "on_value", "off_value", "axis")
    dropped = tuple(value for key, value in given.items() if key not in used)
    return OneHot(name, given[first[0]], classes, axis, dropped=dropped)


def _is(node: ast.expr | None, *words: Any) -> bool:
    """Whether an argument is absent, or a literal among these."""
    value = None if node is None else value_of(node)
    return not isinstance(value, Expr) and value in words


def _smoothed(found: OneHot | None, node: ast.Call) -> OneHot | None:
    """`optax.smooth_labels(rows, alpha)`."""
    if found is None:
        return None
    alpha = [*node.args[1:], *(k.value for k in node.keywords if k.arg == "alpha")]
    value = value_of(alpha[0]) if len(alpha) == 1 and len(node.keywords) < 2 else None
    if found.smoothing or found.axis != -1 or not isinstance(value, (int, float)):
        raise Refused("how far its rows are smoothed is not a literal number")
    return replace(found, smoothing=value)


def _method(found: OneHot, method: str, node: ast.Call) -> OneHot:
    """The rows after a method of PyTorch's or JAX's arrays."""
    args = [value_of(a) for a in node.args]
    if method in METHODS:
        rest = [*node.args, *(k.value for k in node.keywords)]
        return replace(found, cast=True, dropped=(*found.dropped, *rest))
    order = args[0] if len(args) == 1 and isinstance(args[0], tuple) else tuple(args)
    text = f".{method}({', '.join(map(str, args))})"
    if found.axis == -1 and not found.moved and not node.keywords:
        if method == "permute" and sorted(map(str, order)) == sorted(map(str, range(len(order)))):
            axis = order.index(len(order) - 1)
            if [i for i in order if i != len(order) - 1] == list(range(len(order) - 1)):
                return replace(found, axis=axis, ndim=len(order), moved=text)
        if method in ("movedim", "moveaxis") and order[:1] == (-1,) and isinstance(args[-1], int):
            return replace(found, axis=args[-1], moved=text)
    raise Refused(f"{method} of one-hot rows is not followed")


def indexed(call: Call, found: OneHot, indexes: Any, ndim: int | None, pred: str) -> Call:
    """The same call of class indexes; `Refused` where the rows are not labels of the same classes.

    `indexes` stands for what is encoded, and `pred` is the prediction's text.
    """
    loss: Any = call.reading.loss
    if not isinstance(loss, SoftmaxCrossEntropy) or loss.labels.kind == "index":
        raise Refused("only a cross-entropy over classes has the same loss of indexes")
    if found.smoothing and loss.label_smoothing:
        raise Refused("labels are smoothed twice")
    axis, taken = _axis(loss.axis, found, found.ndim or ndim)
    counted = found.classes is not None and _counts(found.classes, pred, axis)
    taken += [*ENCODERS[found.name].taken, *([] if counted else ["as many classes"])]
    word = loss.reduction.word
    word = "mean_over_items" if word in ("mean_over_class_weight", "mean_over_valid") else word
    new: Any = replace(
        loss,
        labels=INDEX,
        axis=axis,
        ignore_index=None,
        label_smoothing=loss.label_smoothing or found.smoothing,
        reduction=Reduction(word, loss.reduction.empty),
    )
    operands = call.reading.operands | {"target": indexes}
    return call._replace(reading=Reading(new, operands), taken=tuple(taken))


def of_indexes(call: Call, ndim: int | None = None) -> Call | None:
    """A call whose source encodes its labels, read as one of class indexes; None for any other."""
    target = call.reading.operands.get("target")
    found = one_hot(_parsed(target), _full) if isinstance(target, Expr) else None
    if found is None:
        return None
    pred = str(call.reading.operands["pred"])
    return indexed(call, found, value_of(found.indexes), ndim, pred)


def seen_labels(call: Call) -> str | None:
    """ "dense" where the source of the labels is an encoding, even one that is more than one-hot."""
    target = call.reading.operands.get("target")
    try:
        return "dense" if isinstance(target, Expr) and one_hot(_parsed(target), _full) else None
    except Refused:
        return "dense"


def _parsed(x: Expr) -> ast.expr:
    return ast.parse(x.text, mode="eval").body


def _full(node: ast.expr) -> str:
    """The full path of a name as people write it."""
    name = ast.unparse(node)
    usual = {prefix: line.split()[1] for prefix, line in IMPORTS.items()}
    root, dot, rest = name.partition(".")
    return usual.get(root + dot, root) + dot + rest


def _axis(wanted: Any, found: OneHot, ndim: int | None) -> tuple[int, list[str]]:
    """The axis of the classes, which both have to agree on, and what has to hold for that."""
    axis = found.axis
    if isinstance(wanted, AxisByRank) and ndim is None:
        if axis == -1:
            return -1, ["rank"]
        if axis == 1:
            return 1, ["several axes"]
    if isinstance(wanted, AxisByRank) and ndim is not None:
        wanted = wanted.axes[min(ndim, len(wanted.axes) - 1)]
    if isinstance(wanted, (tuple, list)) and len(wanted) == 1:
        wanted = wanted[0]
    if isinstance(wanted, int):
        if wanted == axis or (ndim is not None and wanted % ndim == axis % ndim):
            return wanted, []
        if ndim is None and {wanted, axis} == {-1, 1}:
            return wanted, ["rank 2"]
    raise Refused(f"its classes are on axis {axis}, and those of the prediction on {wanted}")


def _counts(classes: ast.expr, pred: str, axis: int) -> bool:
    """Whether a number of classes is read off the prediction: `x.shape[-1]`, `x.size(-1)`."""
    text = ast.unparse(classes)
    return text in (f"{pred}.shape[{axis}]", f"{pred}.size({axis})", f"{pred}.shape[{axis}].value")


def encoded(found: OneHot, axis: int, pred: str, indexes: str) -> str:
    """The encoding under its full name, of as many classes as the prediction has: what is verified."""
    encoder = ENCODERS[found.name]
    names = encoder.args
    parts = [indexes]
    counted = found.classes is None and encoder.counts  # Keras only of NumPy arrays
    parts += [] if counted else [f"{names[1]}={pred}.shape[{axis}]"]
    parts += [f"axis={found.axis}"] if "axis" in names else []
    text = f"{found.name}({', '.join(parts)}){found.moved}"
    if encoder.integers and found.cast:
        text += f".to({pred}.dtype)"
    return f"optax.smooth_labels({text}, {found.smoothing!r})" if found.smoothing else text
