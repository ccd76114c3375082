"""Rows in chunks, on TensorFlow tensors: a loop, and a derivative that keeps no logits."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf
from tensorflow.python.eager.record import should_record_backprop  # no public name says it

from xlogits.backends.protocol import TWICE, Namespace
from xlogits.errors import Refused

Array = Any


def project(x: Array, weight: Array, bias: Array | None) -> Array:
    logits = tf.matmul(x, weight, transpose_b=True)
    return logits if bias is None else logits + bias


def accumulate(total: Array, slope: Array, x: Array) -> Array:
    return total + tf.matmul(slope, x, transpose_a=True)


def index_slope(logits: Array, labels: Array, out: Array) -> tuple[Array, Array]:
    loss, slope = tf.raw_ops.SparseSoftmaxCrossEntropyWithLogits(features=logits, labels=labels)
    return loss, slope * out[:, None]


def fold(step: Callable[..., Any], state: Any, xs: dict[str, Array], rows: int, shapes: Any) -> Any:
    known = xs["hidden"].shape[0]
    if known is not None and known <= rows:
        return step(state, xs)
    count = tf.shape(xs["hidden"])[0] if known is None else known
    runs = count // rows

    def body(i: Any, state: Any, parts: Any) -> Any:
        run = {name: _run(x, i * rows, rows) for name, x in xs.items()}
        state, found = step(state, run)
        return i + 1, state, tuple(p.write(i, x) for p, x in zip(parts, found, strict=True))

    static = [[n if isinstance(n, int) else None for n in shape] for shape in shapes]
    dtype = xs["hidden"].dtype
    # no runs at all cannot be stacked where a size is unknown: one of zeros is there besides
    spare = int(any(None in shape for shape in static))
    parts = tuple(
        tf.TensorArray(dtype, runs + spare, element_shape=[rows, *shape]) for shape in static
    )
    if spare:
        zeros = (tf.zeros([rows, *shape], dtype) for shape in shapes)
        parts = tuple(p.write(runs, x) for p, x in zip(parts, zeros, strict=True))
    _, state, parts = tf.while_loop(
        *(lambda i, *_: i < runs, body, (0, state, parts)),
        parallel_iterations=1,  # two at a time would hold two chunks of logits
        maximum_iterations=runs,
    )
    found = tuple(
        tf.reshape(p.stack(), [(runs + spare) * rows, *shape])[: runs * rows]
        for p, shape in zip(parts, shapes, strict=True)
    )
    if known is not None and known % rows == 0:
        return state, found
    state, rest = step(state, {name: x[runs * rows :] for name, x in xs.items()})
    return state, tuple(tf.concat(both, 0) for both in zip(found, rest, strict=True))


def _run(x: Array, start: Any, rows: int) -> Array:
    run = tf.slice(x, [start] + [0] * (x.shape.rank - 1), [rows] + [-1] * (x.shape.rank - 1))
    return tf.ensure_shape(run, [rows, *x.shape[1:]])


def differentiable(plan: Any, xp: Namespace, batch: Any) -> Array:
    moving = {name: getattr(batch, name) for name in plan.MOVING}
    moving = {name: tf.convert_to_tensor(x) for name, x in moving.items() if x is not None}

    @tf.custom_gradient
    def run(*given: Array) -> Any:
        # without this the tape records every chunk
        fixed = batch._replace(
            **{name: tf.stop_gradient(x) for name, x in zip(moving, given, strict=True)}
        )
        slopes = None
        if plan.summed and should_record_backprop(given):
            losses, slopes = plan.slopes(xp, fixed, fixed.each)
        else:
            losses = plan.losses(xp, fixed)

        def back(out: Array) -> Any:
            return _scaled(plan, xp, fixed, slopes, losses, out, given)

        return tf.reduce_sum(fixed.each * losses) if plan.summed else losses, back

    return run(*moving.values())


def _scaled(
    plan: Any, xp: Namespace, batch: Any, slopes: Any, losses: Array, out: Array, given: Any
) -> Any:
    """The slopes times the derivative by the result; a derivative of these is an error."""

    @tf.custom_gradient
    def run(out: Array, *given: Array) -> Any:
        out = tf.stop_gradient(out)
        found = slopes
        if not plan.summed:
            found, out = plan.slopes(xp, batch, out)[1], None
        elif found is None:  # nobody watched when the loss was computed
            found = plan.slopes(xp, batch, batch.each)[1]
        if plan.summed:
            found = found._replace(each=losses)

        def back(*_: Array) -> Any:
            raise Refused(TWICE)

        return [x if out is None else x * out for x in found if x is not None], back

    return run(out, *given)
