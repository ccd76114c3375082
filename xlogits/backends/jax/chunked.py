"""Rows in chunks, on JAX arrays: a scan, and a derivative that keeps no logits."""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from xlogits.backends.protocol import Namespace

Array = Any


def project(x: Array, weight: Array, bias: Array | None) -> Array:
    logits = x @ weight.T
    return logits if bias is None else logits + bias


def accumulate(total: Array, slope: Array, x: Array) -> Array:
    return total + slope.T @ x


def index_slope(logits: Array, labels: Array, out: Array) -> tuple[Array, Array]:
    log_p = jax.nn.log_softmax(logits, 1)
    inside = (labels >= 0) & (labels < logits.shape[1])
    own = jnp.take_along_axis(log_p, jnp.where(inside, labels, 0)[:, None], 1)[:, 0]
    hot = jnp.arange(logits.shape[1]) == labels[:, None]
    return jnp.where(inside, -own, jnp.nan), (jnp.exp(log_p) - hot) * out[:, None]


def fold(step: Callable[..., Any], state: Any, xs: dict[str, Array], rows: int, shapes: Any) -> Any:
    count = len(xs["hidden"])
    whole = count - count % rows
    parts = []
    if whole:
        runs = {name: x[:whole].reshape(-1, rows, *x.shape[1:]) for name, x in xs.items()}
        state, found = jax.lax.scan(step, state, runs)
        parts.append(tuple(x.reshape(whole, *x.shape[2:]) for x in found))
    if whole < count or not count:
        state, rest = step(state, {name: x[whole:] for name, x in xs.items()})
        parts.append(rest)
    return state, tuple(jnp.concatenate(some) for some in zip(*parts, strict=True))


# compiled once for each plan, also where nobody compiles what is around it
@partial(jax.jit, static_argnums=(0, 1))
def _losses(plan: Any, xp: Namespace, batch: Any) -> Array:
    return plan.losses(xp, batch)


@partial(jax.jit, static_argnums=(0, 1))
def _slopes(plan: Any, xp: Namespace, batch: Any, out: Array) -> Any:
    return plan.slopes(xp, batch, out)


@partial(jax.custom_vjp, nondiff_argnums=(0, 1))
def differentiable(plan: Any, xp: Namespace, batch: Any) -> Array:
    losses = _losses(plan, xp, batch)
    return jnp.sum(batch.each * losses) if plan.summed else losses


def _forward(plan: Any, xp: Namespace, batch: Any) -> Any:
    if not plan.summed:
        return differentiable(plan, xp, batch), (batch, None)
    losses, slopes = _slopes(plan, xp, batch, batch.each)
    return jnp.sum(batch.each * losses), (batch, slopes._replace(each=losses))


def _backward(plan: Any, xp: Namespace, kept: Any, out: Array) -> Any:
    batch, slopes = kept
    if slopes is None:
        slopes, out = _slopes(plan, xp, batch, out)[1], None
    scaled = {
        name: x if x is None or out is None else x * out for name, x in slopes._asdict().items()
    }
    return (batch._replace(**dict.fromkeys(batch._fields))._replace(**scaled),)


differentiable.defvjp(_forward, _backward)
