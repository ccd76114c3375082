"""Rows in chunks, on PyTorch tensors: a derivative that keeps no logits, eager and compiled."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from xlogits.backends.protocol import TWICE, Namespace
from xlogits.errors import Refused

Array = Any


def project(x: Array, weight: Array, bias: Array | None) -> Array:
    return F.linear(x, weight, bias)


def accumulate(total: Array, slope: Array, x: Array) -> Array:
    return total.addmm_(slope.t(), x)


def index_slope(logits: Array, labels: Array, out: Array) -> tuple[Array, Array]:
    # in place, where log_softmax would make a second array of logits
    top = logits.amax(1, keepdim=True)
    shifted = logits.sub_(torch.where(top == -torch.inf, 0.0, top))
    labels = labels.unsqueeze(1)
    own = shifted.gather(1, labels).squeeze(1)
    p = shifted.exp_()
    total = p.sum(1)
    slope = p.mul_((out / total).unsqueeze(1))
    return torch.log(total) - own, slope.scatter_add_(1, labels, -out.unsqueeze(1))


def fold(step: Callable[..., Any], state: Any, xs: dict[str, Array], rows: int, shapes: Any) -> Any:
    # pieces that are kept would lie between the chunks, and the memory of these could not be used again
    hidden = xs["hidden"]
    found = tuple(hidden.new_empty([len(hidden), *shape]) for shape in shapes)
    for start in range(0, len(hidden), rows):
        run = {name: x[start : start + rows] for name, x in xs.items()}
        state, parts = step(state, run)
        for whole, part in zip(found, parts, strict=True):
            whole[start : start + rows] = part
    return state, found


def differentiable(plan: Any, xp: Namespace, batch: Any) -> Array:
    wrapped = _transformed(batch)
    wanted = tuple(
        name
        for name in plan.MOVING
        if getattr(batch, name) is not None and (wrapped or getattr(batch, name).requires_grad)
    )
    if wanted and (wrapped or torch.is_grad_enabled()):
        if plan.summed:
            return _Total.apply(plan, xp, wanted, *batch)[0]
        return _Losses.apply(plan, xp, wanted, *batch)
    losses = plan.losses(xp, batch)
    return torch.sum(batch.each * losses) if plan.summed else losses


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
            one = (
                x.select(d, i) if isinstance(d, int) else x
                for x, d in zip(args, in_dims, strict=True)
            )
            runs.append(function.apply(*one))
        if not isinstance(runs[0], tuple):
            return torch.stack(runs), 0
        return tuple(torch.stack(some) for some in zip(*runs, strict=True)), (0,) * len(runs[0])

    return rule


class _Total(torch.autograd.Function):
    """The weighted sum of the losses; what it is differentiated by is computed with it."""

    @staticmethod
    def forward(plan: Any, xp: Namespace, wanted: tuple[str, ...], *arrays: Any) -> Any:
        batch = plan.batch(*arrays)
        losses, slopes = plan.slopes(xp, batch, batch.each, wanted)
        found = slopes._replace(each=losses)
        return torch.sum(batch.each * losses), *(getattr(found, name) for name in wanted)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        plan, xp, wanted, *batch = inputs
        ctx.mark_non_differentiable(*output[1:])
        ctx.set_materialize_grads(False)  # zeros for what else is returned, as large as the weights
        ctx.call, ctx.ready = (plan, xp, wanted), None
        if torch.compiler.is_compiling() or _transformed(batch):
            ctx.save_for_backward(*batch, *output[1:])
        else:
            ctx.save_for_backward(*batch)
            ctx.ready = output[1:]

    @staticmethod
    def backward(ctx: Any, out: Array | None, *_: Any) -> Any:
        plan, xp, wanted = ctx.call
        if out is None:  # nothing was differentiated but what else is returned
            return (None,) * (3 + len(plan.FIELDS))
        batch, found = ctx.saved_tensors[: len(plan.FIELDS)], ctx.saved_tensors[len(plan.FIELDS) :]
        if ctx.ready is not None and not torch.is_grad_enabled():
            # in place: a second array as large as the weights is what this function is there to avoid
            found, ctx.ready = tuple(x.mul_(out) for x in ctx.ready), None
        else:
            found = _scaled(plan, xp, wanted, out, *batch, *(found or ctx.ready or ()))
        return _placed(plan, wanted, found)

    vmap: Any


class _Losses(torch.autograd.Function):
    """The loss of every item; the derivative computes the logits again, chunk by chunk."""

    @staticmethod
    def forward(plan: Any, xp: Namespace, wanted: tuple[str, ...], *batch: Any) -> Any:
        return plan.losses(xp, plan.batch(*batch))

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.call = inputs[:3]
        ctx.save_for_backward(*inputs[3:])

    @staticmethod
    def backward(ctx: Any, out: Array) -> Any:
        plan, xp, wanted = ctx.call
        found = _scaled(plan, xp, wanted, out, *ctx.saved_tensors)
        return _placed(plan, wanted, found)

    vmap: Any


class _Scaled(torch.autograd.Function):
    """The derivatives, of which there is no derivative."""

    @staticmethod
    def forward(plan: Any, xp: Namespace, wanted: tuple[str, ...], out: Array, *rest: Any) -> Any:
        return _derivatives(plan, xp, wanted, out, *rest)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        pass

    @staticmethod
    def backward(ctx: Any, *_: Any) -> Any:
        raise Refused(TWICE)

    vmap: Any


def _derivatives(plan: Any, xp: Namespace, wanted: tuple[str, ...], out: Array, *rest: Any) -> Any:
    """From the derivative by the result; `rest` is the batch, and what is ready of them, if it is."""
    batch, found = plan.batch(*rest[: len(plan.FIELDS)]), rest[len(plan.FIELDS) :]
    if found:
        return tuple(x * out for x in found)
    losses, slopes = plan.slopes(xp, batch, batch.each * out if plan.summed else out, wanted)
    slopes = slopes._replace(each=losses * out) if plan.summed else slopes
    return tuple(getattr(slopes, name) for name in wanted)


def _scaled(*arguments: Any) -> Any:
    """The same, and an error where they are differentiated, which compiled code never is."""
    if torch.compiler.is_compiling():
        return _derivatives(*arguments)
    return _Scaled.apply(*arguments)


for _function in (_Total, _Losses, _Scaled):
    _function.vmap = staticmethod(_one_by_one(_function))


def _placed(plan: Any, wanted: tuple[str, ...], found: Any) -> Any:
    """Derivatives where the arguments stand that they are by."""
    by_name = dict(zip(wanted, found, strict=True))
    return None, None, None, *(by_name.get(name) for name in plan.FIELDS)
