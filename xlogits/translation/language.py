"""The array functions of each framework as source code, under the names of the backend modules."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from xlogits.errors import OptionError, Refused
from xlogits.frameworks import FRAMEWORKS, OURS, Manners, differentiable, manners, spelled
from xlogits.translation.expression import Expr, literal, wrap

# How every function of a backend is written. {0}, {1}, ... are the arguments.
_NUMPY = {
    **{
        f: f"np.{f}({{0}})" for f in ("exp", "log", "log1p", "expm1", "sqrt", "tanh", "sign", "abs")
    },
    "sum": "np.sum({0})",
    "mean": "np.mean({0})",
    "where": "np.where({0}, {1}, {2})",
    "sum_along": "np.sum({0}, axis={1})",
    "weighted": "np.tensordot({0}, {1}, 1)",
    "sum_kept": "np.sum({0}, axis={1}, keepdims=True)",
    "mean_along": "np.mean({0}, axis={1})",
    "max_along": "np.max({0}, axis={1})",
    "max_kept": "np.max({0}, axis={1}, keepdims=True)",
    "any_along": "np.any({0}, axis={1})",
    "maximum": "np.maximum({0}, {1})",
    "minimum": "np.minimum({0}, {1})",
    "positive_part": "np.maximum({0}, 0)",
    "clip": "np.clip({0}, {1}, {2})",
    "sort": "np.sort({0}, axis={1})",
    "cumsum": "np.cumsum({0}, axis={1})",
    "take": "{0}[{1}]",
    "pick": "np.take_along_axis({0}, np.expand_dims({1}, {2}), axis={2}).squeeze({2})",
    "one_hot": "np.eye({1})[{0}]",
    "classes": "{0}.shape[{1}]",
    "length": "{0}.shape[{1}]",  # where the arrays are there, and no size is open
    "number": "{0}.shape[{1}]",
    "log_number": "math.log({0}.shape[{1}])",
    "size": "{0}.size",
    "like": "{0}.astype({1}.dtype)",
    "full_like": "np.full_like({0}, {1})",
    "count_nonzero": "np.count_nonzero({0})",
    "moveaxis": "np.moveaxis({0}, {1}, {2})",
    "expand": "np.expand_dims({0}, {1})",
    "flat": "np.ravel({0})",
    "float": "np.asarray({0}, float)",
    "double": "np.asarray({0}, np.float64)",
    "single": "np.asarray({0}, np.float32)",
    "sigmoid": "scipy.special.expit({0})",
    "log_sigmoid": "scipy.special.log_expit({0})",
    "softplus": "np.logaddexp(0, {0})",
    "logit": "scipy.special.logit({0})",
    **{f: f"scipy.special.{f}({{0}}, axis={{1}})" for f in ("softmax", "log_softmax", "logsumexp")},
    "logsumexp_kept": "scipy.special.logsumexp({0}, axis={1}, keepdims=True)",
    "shaped": "np.reshape({0}, {1}.shape)",
    "shape": "{0}.shape",
    "item_shape": "{0}.shape[:-1]",
    "reshape": "np.reshape({0}, {1})",
    "spread": "np.broadcast_to({0}, {1})",
    "one_of_each": "np.reshape({0}, (1,) * len({1}.shape))",
    "but_first": "{0}[..., 1:]",
    "pixels": "np.reshape({0}, ({0}.shape[0], -1, {0}.shape[-1]))",
    "by_class": "np.sum(np.reshape({0}, (-1, {0}.shape[-1])), axis=0)",
    "per_item": "np.reshape({0}, ({0}.shape[0], -1))",
    "infinity": "np.inf",
    "power": "np.power({0}, {1})",
    "x_log_x": "scipy.special.xlogy({0}, {0})",
    "array": "np.array({0})",
    "sigmoid_cross_entropy": "(np.logaddexp(0, {0}) - np.multiply({0}, {1}))",
    "linear": "np.matmul({0}, {1}.T)",
    "norm": "np.linalg.norm({0}, axis=-1)",
    "norm_of_order": "np.linalg.norm({0}, {1}, axis=-1)",
    "rows": "np.reshape({0}, (-1, {1}))",
    "argmax": "np.argmax({0}, axis={1})",
    "broadcast": "np.broadcast_to({0}, {1})",
    "roll": "np.roll({0}, {1}, axis={2})",
    "float16": "{0}.astype(np.float16)",
    "bfloat16": "{0}.astype(ml_dtypes.bfloat16)",
}
_JAX = {
    **{name: text.replace("np.", "jnp.") for name, text in _NUMPY.items()},
    **{f: f"jax.nn.{f}({{0}})" for f in ("sigmoid", "log_sigmoid", "softplus")},
    **{f: f"jax.nn.{f}({{0}}, axis={{1}})" for f in ("softmax", "log_softmax", "logsumexp")},
    "logit": "jax.scipy.special.logit({0})",
    "stop_gradient": "jax.lax.stop_gradient({0})",
    "logsumexp_kept": "jax.nn.logsumexp({0}, axis={1}, keepdims=True)",
    "x_log_x": "jax.scipy.special.xlogy({0}, {0})",
    "one_hot": "jax.nn.one_hot({0}, {1})",
    "sigmoid_cross_entropy": "optax.sigmoid_binary_cross_entropy({0}, {1})",
    "beyond": "jnp.asarray(jnp.arange({1}) >= {0}[:, None], {2}.dtype)",
    "number_of": "jnp.count_nonzero({0}, axis=1)",
    "zeros": "jnp.zeros(({0}, {1}))",
    "bfloat16": "{0}.astype(jnp.bfloat16)",
}
_TORCH = {
    **{
        f: f"torch.{f}({{0}})"
        for f in ("exp", "log", "log1p", "expm1", "sqrt", "tanh", "sign", "abs", "sum", "mean")
    },
    "where": "torch.where({0}, {1}, {2})",
    "sum_along": "torch.sum({0}, dim={1})",
    "weighted": "torch.tensordot({0}, {1}, dims=1)",
    "sum_kept": "torch.sum({0}, dim={1}, keepdim=True)",
    "mean_along": "torch.mean({0}, dim={1})",
    "max_along": "torch.amax({0}, dim={1})",
    "max_kept": "torch.amax({0}, dim={1}, keepdim=True)",
    "any_along": "torch.any({0}, dim={1})",
    "maximum": "torch.clamp({0}, min={1})",
    "minimum": "torch.clamp({0}, max={1})",
    "positive_part": "F.relu({0})",
    "clip": "torch.clamp({0}, {1}, {2})",
    "sort": "torch.sort({0}, dim={1}).values",
    "cumsum": "torch.cumsum({0}, dim={1})",
    "take": "{0}[{1}]",
    "pick": "torch.gather({0}, {2}, {1}.unsqueeze({2})).squeeze({2})",
    "one_hot": "F.one_hot({0}, {1})",
    "classes": "{0}.shape[{1}]",
    "length": "{0}.shape[{1}]",  # where the arrays are there, and no size is open
    "number": "{0}.shape[{1}]",
    "log_number": "math.log({0}.shape[{1}])",
    "size": "{0}.numel()",
    "like": "{0}.to({1}.dtype)",
    "array": "torch.tensor({0})",
    "full_like": "torch.full_like({0}, {1})",
    "count_nonzero": "torch.count_nonzero({0})",
    "moveaxis": "torch.movedim({0}, {1}, {2})",
    "expand": "torch.unsqueeze({0}, {1})",
    "flat": "torch.flatten({0})",
    "float": "{0}.double()",
    "double": "{0}.double()",
    "single": "{0}.float()",
    "sigmoid": "torch.sigmoid({0})",
    "log_sigmoid": "F.logsigmoid({0})",
    "softplus": "-F.logsigmoid(-{0})",
    "logit": "torch.logit({0})",
    "stop_gradient": "{0}.detach()",
    **{f: f"F.{f}({{0}}, dim={{1}})" for f in ("softmax", "log_softmax")},
    "logsumexp": "torch.logsumexp({0}, dim={1})",
    "logsumexp_kept": "torch.logsumexp({0}, dim={1}, keepdim=True)",
    "shaped": "torch.reshape({0}, {1}.shape)",
    "shape": "{0}.shape",
    "item_shape": "{0}.shape[:-1]",
    "reshape": "torch.reshape({0}, {1})",
    "spread": "torch.broadcast_to(torch.as_tensor({0}), {1})",
    "one_of_each": "torch.reshape({0}, (1,) * {1}.ndim)",
    "but_first": "{0}[..., 1:]",
    "pixels": "torch.reshape({0}, ({0}.shape[0], -1, {0}.shape[-1]))",
    "by_class": "torch.sum(torch.reshape({0}, (-1, {0}.shape[-1])), dim=0)",
    "per_item": "torch.reshape({0}, ({0}.shape[0], -1))",
    "infinity": "torch.inf",
    "power": "torch.pow({0}, {1})",
    "x_log_x": "torch.xlogy({0}, {0})",
    "sigmoid_cross_entropy": "F.binary_cross_entropy_with_logits({0}, {1}, reduction='none')",
    "linear": "F.linear({0}, {1})",
    "number_of": "torch.sum({0}, dim=1)",
    "repeated": "torch.full(({0},), {1})",
    "norm": "torch.linalg.vector_norm({0}, dim=-1)",
    "norm_of_order": "torch.linalg.vector_norm({0}, {1}, dim=-1)",
    "rows": "torch.reshape({0}, (-1, {1}))",
    "argmax": "torch.argmax({0}, dim={1})",
    "broadcast": "torch.broadcast_to({0}, {1})",
    "roll": "torch.roll({0}, {1}, {2})",
    "float16": "{0}.half()",
    "bfloat16": "{0}.bfloat16()",
}
_TENSORFLOW = {
    **{f: f"tf.{f}({{0}})" for f in ("exp", "sqrt", "tanh", "sign", "abs")},
    **{f: f"tf.math.{f}({{0}})" for f in ("log", "log1p", "expm1")},
    "sum": "tf.reduce_sum({0})",
    "mean": "tf.reduce_mean({0})",
    "where": "tf.where({0}, {1}, {2})",
    "sum_along": "tf.reduce_sum({0}, axis={1})",
    "weighted": "tf.tensordot({0}, {1}, 1)",
    "sum_kept": "tf.reduce_sum({0}, axis={1}, keepdims=True)",
    "mean_along": "tf.reduce_mean({0}, axis={1})",
    "max_along": "tf.reduce_max({0}, axis={1})",
    "max_kept": "tf.reduce_max({0}, axis={1}, keepdims=True)",
    "any_along": "tf.reduce_any({0}, axis={1})",
    "maximum": "tf.maximum({0}, {1})",
    "minimum": "tf.minimum({0}, {1})",
    "positive_part": "tf.nn.relu({0})",
    "clip": "tf.clip_by_value({0}, {1}, {2})",
    "sort": "tf.sort({0}, axis={1})",
    "cumsum": "tf.cumsum({0}, axis={1})",
    "take": "tf.gather({0}, {1})",
    "pick": "tf.gather({0}, {1}, axis=-1, batch_dims={1}.shape.rank)",
    "one_hot": "tf.one_hot({0}, {1}, dtype={2}.dtype)",
    # sizes that are open in a `tf.function` are None in `.shape`
    "classes": "tf.shape({0})[{1}]",
    "length": "{0}.shape[{1}]",  # where the arrays are there, and no size is open
    "number": "tf.cast(tf.shape({0})[{1}], {0}.dtype)",
    "log_number": "tf.math.log(tf.cast(tf.shape({0})[{1}], {0}.dtype))",
    "size": "tf.cast(tf.size({0}), {0}.dtype)",
    "like": "tf.cast({0}, {1}.dtype)",
    "array": "tf.constant({0})",
    "full_like": "tf.fill(tf.shape({0}), tf.constant({1}, {0}.dtype))",
    "flat": "tf.reshape({0}, [-1])",
    "count_nonzero": "tf.math.count_nonzero({0}, dtype={1}.dtype)",
    "moveaxis": "tf.experimental.numpy.moveaxis({0}, {1}, {2})",
    "expand": "tf.expand_dims({0}, {1})",
    "float": "tf.cast({0}, tf.float64)",
    "double": "tf.cast({0}, tf.float64)",
    "single": "tf.cast({0}, tf.float32)",
    "sigmoid": "tf.sigmoid({0})",
    "stop_gradient": "tf.stop_gradient({0})",
    "log_sigmoid": "tf.math.log_sigmoid({0})",
    "softplus": "tf.math.softplus({0})",
    "logit": "tf.math.log({0} / (1 - {0}))",
    **{f: f"tf.nn.{f}({{0}}, axis={{1}})" for f in ("softmax", "log_softmax")},
    "logsumexp": "tf.reduce_logsumexp({0}, axis={1})",
    "logsumexp_kept": "tf.reduce_logsumexp({0}, axis={1}, keepdims=True)",
    "shaped": "tf.reshape({0}, tf.shape({1}))",
    "shape": "tf.shape({0})",
    "item_shape": "tf.shape({0})[:-1]",
    "reshape": "tf.reshape({0}, {1})",
    "spread": "tf.broadcast_to({0}, {1})",
    "one_of_each": "tf.reshape({0}, [1] * {1}.shape.rank)",
    "but_first": "{0}[..., 1:]",
    "pixels": "tf.reshape({0}, [tf.shape({0})[0], -1, tf.shape({0})[-1]])",
    "by_class": "tf.reduce_sum(tf.reshape({0}, [-1, tf.shape({0})[-1]]), axis=0)",
    "per_item": "tf.reshape({0}, [tf.shape({0})[0], -1])",
    "infinity": "float('inf')",
    "power": "tf.pow({0}, {1})",
    "x_log_x": "tf.math.xlogy({0}, {0})",
    "sigmoid_cross_entropy": "tf.nn.sigmoid_cross_entropy_with_logits(labels={1}, logits={0})",
    "linear": "tf.matmul({0}, {1}, transpose_b=True)",
    "number_of": "tf.math.count_nonzero({0}, axis=1)",
    "repeated": "tf.fill([{0}], {1})",
    "norm": "tf.norm({0}, axis=-1)",
    "norm_of_order": "tf.norm({0}, {1}, axis=-1)",
    "rows": "tf.reshape({0}, (-1, {1}))",
    "argmax": "tf.argmax({0}, axis={1})",
    "broadcast": "tf.broadcast_to({0}, {1})",
    "roll": "tf.roll({0}, {1}, {2})",
    "float16": "tf.cast({0}, tf.float16)",
    "bfloat16": "tf.cast({0}, tf.bfloat16)",
}
_KERAS = {
    **{
        name: text.replace("np.", "keras.ops.").replace("scipy.special.", "keras.ops.")
        for name, text in _NUMPY.items()
    },
    "pick": "keras.ops.squeeze("
    "keras.ops.take_along_axis({0}, keras.ops.expand_dims({1}, {2}), axis={2}), {2})",
    "take": "keras.ops.take({0}, {1})",
    "classes": "keras.ops.shape({0})[{1}]",
    "length": "{0}.shape[{1}]",  # where the arrays are there, and no size is open
    "number": "keras.ops.cast(keras.ops.shape({0})[{1}], {0}.dtype)",
    "log_number": "keras.ops.log(keras.ops.cast(keras.ops.shape({0})[{1}], {0}.dtype))",
    "shaped": "keras.ops.reshape({0}, keras.ops.shape({1}))",
    "shape": "keras.ops.shape({0})",
    "item_shape": "keras.ops.shape({0})[:-1]",
    "pixels": "keras.ops.reshape({0}, (keras.ops.shape({0})[0], -1, keras.ops.shape({0})[-1]))",
    "by_class": "keras.ops.sum(keras.ops.reshape({0}, (-1, keras.ops.shape({0})[-1])), axis=0)",
    "per_item": "keras.ops.reshape({0}, (keras.ops.shape({0})[0], -1))",
    "like": "keras.ops.cast({0}, {1}.dtype)",
    "one_hot": "keras.ops.one_hot({0}, {1}, dtype={2}.dtype)",
    "float": "{0}",
    "double": "keras.ops.cast({0}, 'float64')",
    "single": "keras.ops.cast({0}, 'float32')",
    "sigmoid": "keras.ops.sigmoid({0})",
    "stop_gradient": "keras.ops.stop_gradient({0})",
    "log_sigmoid": "keras.ops.log_sigmoid({0})",
    "softplus": "keras.ops.softplus({0})",
    "size": "keras.ops.size({0})",
    "logit": "keras.ops.log({0} / (1 - {0}))",
    "infinity": "float('inf')",
    "x_log_x": "({0} * keras.ops.log(keras.ops.where({0} == 0, 1.0, {0})))",
    "count_nonzero": "keras.ops.cast(keras.ops.count_nonzero({0}), {1}.dtype)",
    "sigmoid_cross_entropy": "keras.ops.binary_crossentropy({1}, {0}, from_logits=True)",
    "linear": "keras.ops.matmul({0}, keras.ops.transpose({1}))",
    "number_of": "keras.ops.count_nonzero({0}, axis=1)",
    "repeated": "keras.ops.full(({0},), {1})",
    "float16": "keras.ops.cast({0}, 'float16')",
    "bfloat16": "keras.ops.cast({0}, 'bfloat16')",
}

# what an expression begins with, and the line that makes it known
IMPORTS = {
    "math.": "import math",
    "ml_dtypes.": "import ml_dtypes",
    **{word: line for f in FRAMEWORKS.values() for word, line in f.imports.items()},
}


@dataclass(frozen=True)
class Language:
    """A framework that code is written for: its natives, in order of preference, and its functions."""

    name: str
    frameworks: tuple[str, ...]
    words: dict[str, str] = field(repr=False)

    @property
    def manners(self) -> Manners:
        """What is to be minded in its code."""
        return manners(self.name)

    def spelled(self, name: str) -> str:
        """A full native name as people write it."""
        return spelled(name)

    def __getattr__(self, word: str) -> Any:
        if word.startswith("__") or word not in self.words:
            raise AttributeError(word)
        return lambda *args: self.write(word, args)

    def write(self, word: str, args: tuple[Any, ...]) -> Expr:
        """A function of this framework, by its neutral word, called with these arguments."""
        template = self.words.get(word)
        if template is None:
            raise Refused(f"{self.name} has no function that is written for {word!r}")
        texts = [
            wrap(x).at(8) if _beside_an_operator(template, i) else str(wrap(x))
            for i, x in enumerate(args)
        ]
        level = 5 if " / " in template and not template.startswith("tf.math") else 8
        return Expr(template.format(*texts), level)


@cache
def _beside_an_operator(template: str, number: int) -> bool:
    """Whether an argument stands anywhere but between parentheses or commas of its own."""
    alone = rf"(?:[(\[,=] ?|^)\{{{number}\}}(?=[,)\]]|$)"
    return len(re.findall(alone, template)) < template.count(f"{{{number}}}")


# packages on the arrays of a framework are written with its functions, but for Keras, which has its own
_WORDS: dict[str, dict[str, str]] = {
    "torch": _TORCH,
    "tensorflow": _TENSORFLOW,
    "keras": _KERAS,
    "jax": _JAX,
    "numpy": _NUMPY,
    OURS: {},
}
TARGETS = tuple(_WORDS)  # what differs when code is written for it
LANGUAGES = {
    f.id: Language(f.id, f.packages or (f.id,), _WORDS[f.id if f.id in _WORDS else f.home])
    for f in FRAMEWORKS.values()
    if {f.id, f.home} & {*_WORDS}  # a mere backend has no words
}


def language(name: str) -> Language:
    """The language of this name, also as people import it."""
    known = {word: f.id for f in FRAMEWORKS.values() for word in f.also}
    found = LANGUAGES.get(known.get(name.lower(), name.lower()))
    if found is None:
        raise OptionError(f"to is {name!r}; expected one of {', '.join(LANGUAGES)}")
    return found


class Namespace:
    """A language with the interface of a backend: formulas called with it are written down."""

    def __init__(self, language: Language, assume: Callable[[str], None]) -> None:
        self._language, self._assume = language, assume

    def __getattr__(self, word: str) -> Any:
        return getattr(self._language, word)

    def _choose(self, word: str, x: Any, axis: Any, keepdims: bool = False) -> Expr:
        if axis is None:
            return self._language.write(word, (x,))
        return self._language.write(f"{word}_{'kept' if keepdims else 'along'}", (x, axis))

    def where(self, condition: Any, x: Any, y: Any) -> Any:
        """A choice; the chosen one itself where the condition holds numbers only."""
        chosen = literal(condition)
        if chosen is not None:
            if not isinstance(x if chosen else y, Expr):
                raise Refused(f"where {condition}, it is the same for all arrays")
            return x if chosen else y
        return self._language.write("where", (condition, x, y))

    def positive_part(self, x: Any) -> Expr:
        if differentiable(self._language.name) and not self._language.manners.halves_ties:
            self._assume("no tie")
        return self._language.write("positive_part", (x,))

    def clamped(self, x: Any) -> Expr:
        """What is left of numbers below 0; at 0 the derivative is 1, except in JAX, where it is 1/2."""
        if self._language.manners.halves_ties:
            self._assume("no tie")
        return self._language.write("maximum", (x, 0.0))

    @property
    def differentiates_norms_at_zero(self) -> bool:
        """Whether the derivative of a norm of 0, times 0, is 0 and not NaN."""
        return self._language.manners.norm_at_zero

    def sum(self, x: Any, axis: Any = None, keepdims: bool = False) -> Expr:
        return self._choose("sum", x, axis, keepdims)

    def max(self, x: Any, axis: int, keepdims: bool = False) -> Expr:
        if not self._language.manners.max_of_none:
            self._assume("not empty")
        return self._choose("max", x, axis, keepdims)

    def any(self, x: Any, axis: int) -> Expr:
        return self._choose("any", x, axis)

    def logsumexp(self, x: Any, axis: int, keepdims: bool = False) -> Expr:
        return self._language.write("logsumexp_kept" if keepdims else "logsumexp", (x, axis))

    def added(self, x: Any, value: float) -> Any:
        return x + value if value else x

    def norm(self, x: Any, p: float) -> Expr:
        """The p-norm of the numbers along the last axis."""
        order = self._language.write("infinity", ()) if p == math.inf else p
        if p == 2:
            return self._language.write("norm", (x,))
        return self._language.write("norm_of_order", (x, order))

    def stop_gradient(self, x: Any) -> Expr:
        known = "stop_gradient" in self._language.words  # NumPy has no gradients to stop
        return self._language.write("stop_gradient", (x,)) if known else wrap(x)

    def count(self, x: Any, axis: Any = None) -> Expr:
        if axis is None:
            return self._language.write("size", (x,))
        return self._language.write("number", (x, axis))

    def shape(self, x: Any) -> Any:
        raise Refused("what is written depends on the shape of the arrays")

    sizes = dtype = shape
