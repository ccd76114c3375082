"""Elementary functions by their formulas: softmax and its relatives, logarithms of sums."""

from dataclasses import replace
from typing import Any

from xlogits.errors import Refused
from xlogits.losses.parts.elementary import ALONG, EACH
from xlogits.translation.expression import Expr


def elementary(whole: Any) -> Any:
    """An elementary function by its formula."""
    loss, xp, language = whole.loss, whole.xp, whole.language
    x, mask = whole.operands["pred"], whole.operands.get("mask")
    if loss.dtype is not None:
        return _cast_first(whole)
    if loss.function == "logit" and loss.clamp is None:
        whole.assume("inside")
    if loss.function in EACH:
        return EACH[loss.function].value(loss, xp, x)
    flat = loss.axis is None
    axis = 0 if flat else whole.single_axis()
    if mask is not None:
        x = xp.where(mask, x, language.write("infinity", ()) * -1)
    if flat:
        x = language.write("flat", (x,))
    if ALONG[loss.function].masked is None:
        y = _summed(whole, x, axis, flat)
        return (
            language.write("one_of_each", (y, whole.operands["pred"]))
            if flat and loss.keepdims
            else y
        )
    x = -x if loss.function == "softmin" else x
    y = ALONG[loss.function].value(xp, x, None, axis)
    if mask is not None:  # so that what is outside the mask has no gradient
        mask = language.write("flat", (mask,)) if flat else mask
        outside = 0.0 if ALONG[loss.function].masked == 0 else language.write("infinity", ()) * -1
        y = xp.where(mask, y, outside)
    return language.write("shaped", (y, whole.operands["pred"])) if flat else y


def _cast_first(whole: Any) -> Any:
    """The function of the prediction in float64 or float32."""
    word = {"float64": "double", "float32": "single"}.get(whole.loss.dtype)
    if word is None:
        raise Refused(f"a cast to {whole.loss.dtype} before the function has no short composition")
    if word == "double" and whole.language.manners.float64_is_off:
        whole.assume("x64")
    whole.operands["pred"] = whole.language.write(word, (whole.operands["pred"],))
    whole.loss = replace(whole.loss, dtype=None)
    found = whole.core(whole.loss, whole.operands)
    return elementary(whole) if found is None else found


def _summed(whole: Any, x: Expr, axis: int, flat: bool) -> Any:
    """logsumexp with weights, and logmeanexp, by logsumexp."""
    loss, xp, language = whole.loss, whole.xp, whole.language
    weight, mask = whole.operands.get("weight"), whole.operands.get("mask")
    if weight is not None:
        whole.assume("no negative weight")
        whole.assume("some weight")
        x = x + xp.log(language.write("flat", (weight,)) if flat else weight)
    kept = loss.keepdims and not flat
    y = xp.logsumexp(x, axis, keepdims=kept)
    if loss.function == "logsumexp":
        return y
    if mask is None:
        return y - language.write("log_number", (x, axis))
    # counted as the mask is spread over the prediction, which may have more entries
    seen = xp.where(mask, xp.full_like(whole.operands["pred"], 1.0), 0.0)
    seen = language.write("flat", (seen,)) if flat else seen
    return y - xp.log(xp.sum(seen, axis, keepdims=kept))
