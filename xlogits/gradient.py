"""Value and gradient of a loss in one call: by closed form on NumPy, by autograd elsewhere."""

from collections.abc import Callable
from typing import Any, NamedTuple

from xlogits.backends import namespace
from xlogits.backends.protocol import Filler, Namespace
from xlogits.catalogue import NATIVES
from xlogits.catalogue.record import REQUIRED, Arg, Native, bind
from xlogits.errors import BackendError, OptionError, Refused
from xlogits.lists import from_lists
from xlogits.losses import LinearSoftmaxCrossEntropy, Loss, SoftmaxCrossEntropy, Transform
from xlogits.types import Result

Array = Any
OPERAND = {
    "logits": "pred",
    "labels": "target",
    "hidden": "pred",
    "weight": "linear_weight",
    "bias": "linear_bias",
}


def value_and_grad(
    fn: Callable[..., Result], *, wrt: str | tuple[str, ...] = "logits"
) -> Callable[..., tuple[Result, Any]]:
    """A function that returns the value of a loss and its gradient.

    Args:
        fn: a function of `xlogits`, a dialect of it, a loss value of `xlogits.losses`, or, on
            PyTorch, TensorFlow and JAX, any function whose first two arguments are logits and labels.
        wrt: what to differentiate by: "logits", "labels", or a tuple of both. "logits" stands for
            the prediction whatever its form is. Of `linear_softmax_cross_entropy`, whose prediction
            is "hidden", also "weight" and "bias".

    Returns:
        A function with the arguments of `fn`, and two more. `cotangent`: what each number of the
        result is multiplied by before the gradient is taken. Without it, the gradient of an
        unreduced loss is that of its sum. `out`, for NumPy arrays: where the gradient is written,
        of the shape and dtype of what it is taken by; a tuple where `wrt` is one. It may be the
        logits themselves, which then are lost. Softmax cross-entropy of class indexes makes no other
        array of that size. It returns `(value, gradient)`, with a tuple of gradients where `wrt` is
        a tuple. Class indexes have no gradient.

    Raises:
        OptionError: an unknown `wrt`, one that the function has no argument for, or class indexes;
            an `out` that does not fit, overlaps another array, or is given with another framework.
        Refused: on NumPy, a function whose derivative is not known.

    Example:
        >>> import numpy as np, xlogits as xl
        >>> value, grad = value_and_grad(xl.softmax_cross_entropy)(np.zeros((1, 2)), np.array([1]))
        >>> value.round(4), grad
        (array([0.6931]), array([[ 0.5, -0.5]]))
    """
    names = (wrt,) if isinstance(wrt, str) else tuple(wrt)
    for name in names:
        if name not in OPERAND:
            raise OptionError(
                f"wrt is {wrt!r}; expected 'logits', 'labels' or a tuple of both, "
                f"or 'hidden', 'weight', 'bias' of a linear layer"
            )

    def run(
        *args: Any, cotangent: Array | None = None, out: Any = None, **kwargs: Any
    ) -> tuple[Result, Any]:
        call = _call(fn, args, kwargs)
        outs = None if out is None else (out,) if isinstance(wrt, str) else out
        try:
            value, grads = _differentiate(call, names, cotangent, outs)
        except BackendError as error:
            refused = error
        else:
            return value, grads[0] if isinstance(wrt, str) else grads
        call = _of_arrays(call, refused)
        value, grads = _differentiate(call, names, cotangent, outs)
        return value, grads[0] if isinstance(wrt, str) else grads

    return run


class _Call(NamedTuple):
    """A call with its arguments by name, and the names under which logits and labels are there."""

    fn: Callable[..., Array]
    given: dict[str, Any]
    rest: tuple[Any, ...]  # arguments that have no name
    names: dict[str, str]
    native: Native | None


def _call(fn: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> _Call:
    native = getattr(fn, "native", None) or _canonical(fn)
    if isinstance(native, Native):
        given = bind(native.short, native.then or native.args, args, kwargs)
        names = {
            name: parameter.key
            for name, operand in OPERAND.items()
            for parameter in native.parameters
            if parameter.to == operand and parameter.key in given
        }
        return _Call(fn, given, (), names, native)
    if isinstance(fn, LinearSoftmaxCrossEntropy):
        given = dict(zip(fn.SLOPES, args, strict=False)) | kwargs
        names = {name: operand for name, operand in OPERAND.items() if operand in given}
        return _Call(fn, given, (), names, None)
    order = ("pred", "target") if isinstance(fn, (Loss, Transform)) else ("logits", "labels")
    given = dict(zip(order, args, strict=False)) | kwargs
    return _Call(fn, given, args[2:], dict(zip(("logits", "labels"), order, strict=True)), None)


def _of_arrays(call: _Call, refused: BackendError) -> _Call:
    """A call of a canonical function with arrays in place of lists and numbers; else its error."""
    native = call.native
    if native is None or not native.ours:
        raise refused
    operands = [
        a for a in native.parameters if a.to in native.loss.OPERANDS and a.key in call.given
    ]
    needed = {a.key: call.given[a.key] for a in operands if a.default is REQUIRED}
    others = {a.key: call.given[a.key] for a in operands if a.default is not REQUIRED}
    found = from_lists(needed, others)
    if found is None:
        raise refused
    return call._replace(given=call.given | found[0] | found[1])


def _canonical(fn: Any) -> Native | None:
    if getattr(fn, "__module__", None) != "xlogits.api":
        return None
    return NATIVES.get(f"xlogits.{fn.__name__}")


def _differentiate(call: _Call, names: tuple[str, ...], cotangent: Array | None, outs: Any) -> Any:
    pred = call.given.get(call.names["logits"])
    xp = namespace(pred)
    for name in names:
        if name not in ("labels", *call.names):
            raise OptionError(f"wrt asks for {name}, of which the call has none")
    if "labels" in names:
        _require_differentiable(xp, call.given.get(call.names.get("labels", "labels")))
    fill = None
    if outs is not None:
        moved = [call.given[call.names.get(name, name)] for name in names]
        fill = _filler(xp)(outs, moved, [*call.given.values(), cotangent])
    if xp.value_and_grad is None:
        value, found = _closed_form(xp, call, names, cotangent, outs)
        return value, found if fill is None else fill(found)
    moving = tuple(call.names[name] for name in names)

    def scalar(*arrays: Array) -> tuple[Array, Array]:
        given = call.given | dict(zip(moving, arrays, strict=True))
        leading = [given.pop(name) for name in tuple(call.names.values())] if call.rest else []
        value = call.fn(*leading, *call.rest, **_by_name(call.native, given))
        return xp.sum(value if cotangent is None else value * cotangent), value

    return xp.value_and_grad(scalar, tuple(call.given[name] for name in moving))


def _by_name(native: Native | None, given: dict[str, Any]) -> dict[str, Any]:
    """Keyword arguments as the function itself calls them."""
    if native is None:
        return given
    called = native.then or native.args
    return {a.name: given[a.key] for a in called if isinstance(a, Arg) and a.key in given}


def _closed_form(
    xp: Namespace, call: _Call, names: tuple[str, ...], cotangent: Array | None, outs: Any
) -> tuple[Array, tuple[Array, ...]]:
    if call.native is not None:
        loss, operands = call.native.read(getattr(call.fn, "_options", {}) | call.given)
    elif isinstance(call.fn, (Loss, Transform)):
        loss, operands = call.fn, call.given
    else:
        raise Refused(
            f"the derivative of {getattr(call.fn, '__name__', call.fn)!r} is not known on {xp.NAME}; "
            f"pass a function of xlogits, a dialect or a loss of xlogits.losses"
        )
    into = {}
    if outs is not None and "logits" in names and isinstance(loss, SoftmaxCrossEntropy):
        into["into"] = outs[names.index("logits")]
    value, found = loss.value_and_gradient(**operands, cotangent=cotangent, **into)
    arrays = loss.SLOPES if isinstance(loss, LinearSoftmaxCrossEntropy) else loss.ARRAYS
    by_array = dict(zip(arrays, found, strict=True))
    return value, tuple(by_array.get(OPERAND[name]) for name in names)


def _require_differentiable(xp: Namespace, labels: Array) -> None:
    if labels is None or "float" not in namespace(labels, "labels").dtype(labels):
        kind = "nothing" if labels is None else xp.dtype(labels)
        raise OptionError(f"wrt asks for labels, which are {kind}; expected floating point labels")


def _filler(xp: Namespace) -> Callable[..., Filler]:
    if xp.filler is None:
        raise OptionError(
            f"out is given, and the logits are a {xp.NAME} array; expected NumPy arrays: "
            f"{xp.NAME} makes the arrays of its gradients itself"
        )
    return xp.filler
