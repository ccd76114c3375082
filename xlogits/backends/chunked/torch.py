"""Rows in chunks, on PyTorch tensors: a derivative that keeps no logits, eager and compiled."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from xlogits.backends.chunked import TWICE
from xlogits.errors import Refused

Array = Any


def project(x: Array, weight: Array, bias: Array | None) -> Array:
    return F.linear(x, weight, bias)


def accumulate(total: Array, slope: Array, x: Array) -> Array:
    return total.addmm_(slope.t(), x)


def index_slope(logits: Array, labels: Array, out: Array) -> tuple[Array, Array]:
    log_p = F.log_softmax(logits, 1)
    inside = (labels >= 0) & (labels < logits.shape[1])
    index = torch.where(inside, labels, 0).unsqueeze(1)
    loss = torch.where(inside, -log_p.gather(1, index).squeeze(1), torch.nan)
    slope = log_p.exp_().mul_(out.unsqueeze(1))
    return loss, slope.scatter_add_(1, index, -out.unsqueeze(1))


def fold(step: Callable[..., Any], state: Any, xs: dict[str, Array], rows: int, shapes: Any) -> Any:
    parts = []
    for start in range(0, max(len(xs["hidden"]), 1), rows):
        state, part = step(state, {name: x[start : start + rows] for name, x in xs.items()})
        parts.append(part)
    return state, tuple(torch.cat(some) for some in zip(*parts, strict=True))


def differentiable(plan: Any, xp: Any, batch: Any) -> Array:
    wrapped = _transformed(batch)
    wanted = tuple(
        name
        for name in plan.MOVING
        if getattr(batch, name) is not None and (wrapped or getattr(batch, name).requires_grad)
    )
    if not plan.summed:
        return _Losses.apply(plan, xp, wanted, *batch)
    if not wanted or not (torch.is_grad_enabled() or wrapped):
        return torch.sum(batch.each * plan.losses(xp, batch))
    return _Total.apply(plan, xp, wanted, *batch)[0]


def _transformed(batch: Any) -> bool:
    """Whether torch.func is at work, which hides whether gradients are wanted."""
    if torch.compiler.is_compiling():
        return False
    wraps = torch._C._functorch.is_functorch_wrapped_tensor
    return any(x is not None and wraps(x) for x in batch)


def _one_by_one(function: Any) -> Any:
    """The rule of torch.func.vmap for a function whose chunks are loops already."""

    def rule(info: Any, in_dims: Any, *args: Any) -> Any:
        runs = []
        for i in range(info.batch_size):
            one = (x if d is None else x.select(d, i) for x, d in zip(args, in_dims, strict=True))
            runs.append(function.apply(*one))
        if not isinstance(runs[0], tuple):
            return torch.stack(runs), 0
        return tuple(torch.stack(some) for some in zip(*runs, strict=True)), (0,) * len(runs[0])

    return rule


class _Total(torch.autograd.Function):
    """The weighted sum of the losses; what it is differentiated by is computed with it."""

    @staticmethod
    def forward(plan: Any, xp: Any, wanted: tuple[str, ...], *batch: Any) -> Any:
        batch = plan.batch(*batch)
        losses, slopes = plan.slopes(xp, batch, batch.each, wanted)
        found = slopes._replace(each=losses)
        return torch.sum(batch.each * losses), *(getattr(found, name) for name in wanted)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        plan, xp, wanted, *batch = inputs
        ctx.mark_non_differentiable(*output[1:])
        ctx.call, ctx.ready = (plan, xp, wanted), None
        if torch.compiler.is_compiling() or _transformed(batch):
            ctx.save_for_backward(*batch, *output[1:])
        else:
            ctx.save_for_backward(*batch)
            ctx.ready = output[1:]

    @staticmethod
    def backward(ctx: Any, out: Array, *_: Any) -> Any:
        plan, xp, wanted = ctx.call
        batch, found = ctx.saved_tensors[: len(plan.FIELDS)], ctx.saved_tensors[len(plan.FIELDS) :]
        if ctx.ready is not None and not torch.is_grad_enabled():
            # in place: a second array as large as the weights is what this function is there to avoid
            found, ctx.ready = tuple(x.mul_(out) for x in ctx.ready), None
        else:
            found = _Scaled.apply(plan, xp, wanted, out, *batch, *(found or ctx.ready or ()))
        return _placed(plan, wanted, found)

    vmap: Any


class _Losses(torch.autograd.Function):
    """The loss of every item; the derivative computes the logits again, chunk by chunk."""

    @staticmethod
    def forward(plan: Any, xp: Any, wanted: tuple[str, ...], *batch: Any) -> Any:
        return plan.losses(xp, plan.batch(*batch))

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.call = inputs[:3]
        ctx.save_for_backward(*inputs[3:])

    @staticmethod
    def backward(ctx: Any, out: Array) -> Any:
        plan, xp, wanted = ctx.call
        found = _Scaled.apply(plan, xp, wanted, out, *ctx.saved_tensors)
        return _placed(plan, wanted, found)

    vmap: Any


class _Scaled(torch.autograd.Function):
    """The derivatives, from the derivative by the result; a derivative of these is an error."""

    @staticmethod
    def forward(plan: Any, xp: Any, wanted: tuple[str, ...], out: Array, *rest: Any) -> Any:
        batch, found = plan.batch(*rest[: len(plan.FIELDS)]), rest[len(plan.FIELDS) :]
        if found:
            return tuple(x * out for x in found)
        each = batch.each * out if plan.summed else out
        losses, slopes = plan.slopes(xp, batch, each, wanted)
        slopes = slopes._replace(each=losses * out) if plan.summed else slopes
        return tuple(getattr(slopes, name) for name in wanted)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        pass

    @staticmethod
    def backward(ctx: Any, *_: Any) -> Any:
        raise Refused(TWICE)

    vmap: Any


for _function in (_Total, _Losses, _Scaled):
    _function.vmap = staticmethod(_one_by_one(_function))


def _placed(plan: Any, wanted: tuple[str, ...], found: Any) -> Any:
    """Derivatives where the arguments stand that they are by."""
    by_name = dict(zip(wanted, found, strict=True))
    return None, None, None, *(by_name.get(name) for name in plan.FIELDS)
