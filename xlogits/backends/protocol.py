"""What a backend module provides: a name, questions about an array, and the array functions.

The formulas in `xlogits.losses` are written with these functions and with the operators of the arrays
themselves (`+ - * / ** == != < > & | ~ @`). A backend is a module that has every name of `Namespace` and
no other public one. mypy holds each module against it, at the branch of the dispatch that imports it;
`tests/backends/test_contract.py` does the same with the modules as they run.

A property here is a name that a framework may have nothing for: its module then says `name = None`. A
module inherits no default, so that None has to be written, and whoever calls such a name has to ask.
Elsewhere `axis` is one non-negative integer; floating arrays in, floating arrays of the same dtype out.
"""

from __future__ import annotations  # read by type checkers alone: a hundred need not be made

from collections.abc import Callable, Sequence
from typing import Any, Protocol

Array = Any
Shape = tuple[int | None, ...]
Filler = Callable[[Sequence[Array]], tuple[Array, ...]]

# what a layer computed in pieces says where its derivative would be differentiated
TWICE = (
    "linear_softmax_cross_entropy cannot be differentiated twice here; "
    "use softmax_cross_entropy(hidden @ weight.T + bias, labels)"
)


class Namespace(Protocol):
    """The functions of one backend module."""

    NAME: str
    STACK: str  # how a list of arrays becomes one, where its name is {}

    # -- questions that need no value, so that they can be asked while tracing
    def refuse(self, x: Array) -> str:
        """Why an array of this framework is not supported ('' if it is)."""

    REFUSES_SOME: bool  # whether some arrays of a type are not; else the first tells of all

    @property
    def apart(self) -> Callable[[Array, Array], tuple[str, str] | None] | None:
        """`apart(x, y)`: the devices of two arrays that cannot be computed with together, or None.
        None as a whole where the framework sees to it."""

    def shape(self, x: Array) -> Shape:
        """Static shape; None for a size that only the running graph knows."""

    def dtype(self, x: Array) -> str:
        """Name of the dtype: 'float32', 'bfloat16', 'int64', 'bool', ..."""

    def known(self, x: Array) -> Any:
        """The values as a NumPy array where reading them waits for no device and breaks no trace;
        None elsewhere (compiled code, vmap, GPU)."""

    # -- making and shaping
    def cast(self, x: Array, dtype: str) -> Array: ...
    def full_like(self, x: Array, value: float) -> Array: ...
    def from_numbers(
        self, numbers: list[Any], dtype: str, shape: Sequence[int], like: Array
    ) -> Array:
        """Python numbers as an array of this shape, on the device of `like` (NumPy: None)."""

    def expand(self, x: Array, axis: int) -> Array:
        """A new axis of size 1 at `axis`."""

    def sizes(self, x: Array) -> list[Any]:
        """The shape for use in `reshape`: what is not static is a number in the graph."""

    def reshape(self, x: Array, shape: Sequence[Any]) -> Array: ...
    def transpose(self, x: Array, order: Sequence[int]) -> Array: ...
    def concat(self, xs: Sequence[Array], axis: int) -> Array: ...
    def one_hot(self, labels: Array, classes: int, axis: int, dtype: str) -> Array: ...

    # -- selecting
    def where(self, condition: Array, x: Array | float, y: Array | float) -> Array: ...
    def take(self, vector: Array, labels: Array) -> Array:
        """`vector[labels]`."""

    def pick(self, x: Array, labels: Array, axis: int) -> Array:
        """The entry of `x` that `labels` names along `axis`; NaN for a label out of range."""

    def choose(self, x: Array, labels: Array) -> Array:
        """`x[i, labels[i, j]]` for every i and j; NaN for a label out of range."""

    def fitted(self, x: Array, sizes: Sequence[Any], role: str) -> Array:
        """`x`, which must turn out to have these sizes where only the running graph knows its own:
        an error of the graph, or NaN (labels: -1) under XLA. Never broadcast in silence."""

    def check_labels(self, labels: Array, classes: int | None) -> Array:
        """Labels ready for `pick` and `index_cross_entropy`: raises LabelError for one out of range
        where values are known, and leaves it for those two to turn into NaN where they are not."""

    def stop_gradient(self, x: Array) -> Array: ...

    # -- elementwise
    def exp(self, x: Array) -> Array: ...
    def log(self, x: Array) -> Array: ...
    def log1p(self, x: Array) -> Array: ...
    def expm1(self, x: Array) -> Array: ...
    def sqrt(self, x: Array) -> Array: ...
    def power(self, x: Array, exponent: float) -> Array:
        """x**exponent of numbers above 0."""

    def added(self, x: Array, value: float) -> Array:
        """x + value, with x computed first also where a graph is optimized."""

    def tanh(self, x: Array) -> Array: ...
    def sign(self, x: Array) -> Array:
        """-1, 0 or 1."""

    def maximum(self, x: Array, y: Array | float) -> Array: ...
    def minimum(self, x: Array, y: Array | float) -> Array: ...
    def positive_part(self, x: Array) -> Array:
        """max(x, 0), whose derivative at 0 is 1/2: what ties shares it evenly."""

    def clip(self, x: Array, low: float, high: float) -> Array: ...
    def sigmoid(self, x: Array) -> Array: ...
    def log_sigmoid(self, x: Array) -> Array: ...
    def softplus(self, x: Array) -> Array: ...
    def logit(self, x: Array) -> Array: ...

    # -- along axes
    def sum(self, x: Array, axis: int | None = None, keepdims: bool = False) -> Array: ...
    def any(self, x: Array, axis: int) -> Array: ...
    def max(self, x: Array, axis: int, keepdims: bool = False) -> Array: ...
    def cumsum(self, x: Array, axis: int) -> Array: ...
    def sort(self, x: Array, axis: int) -> Array:
        """From the smallest to the largest."""

    def scan(
        self, step: Callable[..., Any], state: Any, xs: Any, reverse: bool = False
    ) -> tuple[Any, Any]:
        """`state = step(state, parts)` along axis 0 of all `xs`, from the end if `reverse`.

        `state` and `xs` are tuples of arrays. The last state, and those before every step, stacked in
        the order of `xs`.
        """

    def count(self, x: Array, axis: int | None = None) -> Array | float:
        """Number of entries, of all or along one axis, as a number that divides a float array."""

    def softmax(self, x: Array, axis: int) -> Array: ...
    def shares(self, x: Array, axis: int) -> tuple[Array, Array]:
        """softmax(x) and 1 - softmax(x), for derivatives in closed form."""

    def log_softmax(self, x: Array, axis: int) -> Array: ...
    def logsumexp(self, x: Array, axis: int, keepdims: bool = False) -> Array: ...

    # -- the losses that frameworks have fused kernels for, one number per item
    def index_cross_entropy(self, logits: Array, labels: Array, axis: int) -> Array:
        """logsumexp(x) - x[y]; `labels` come from `check_labels`."""

    def dense_cross_entropy(self, logits: Array, weights: Array, axis: int) -> Array:
        """-sum(weights * log_softmax(x)), where 0 times infinity is 0."""

    def sigmoid_cross_entropy(self, logits: Array, labels: Array) -> Array:
        """softplus(x) - x y, elementwise."""

    # -- gradients
    @property
    def value_and_grad(self) -> Callable[[Callable[..., Any], tuple[Array, ...]], Any] | None:
        """`value_and_grad(function, arrays)`, where `function(*arrays)` is (scalar, value): the value,
        and the derivatives of the scalar. None where the framework has no autograd; there the closed
        forms of the losses are used."""

    @property
    def index_cross_entropy_gradient(
        self,
    ) -> Callable[[Array, Array, int, Array, Array | None], tuple[Array, Array]] | None:
        """`index_cross_entropy_gradient(logits, labels, axis, out, into)`: the loss of each item, and
        the derivative by the logits from `out` by each item, made in `into` if that is given. None
        where there is autograd, or no way to have both in one pass."""

    @property
    def filler(self) -> Callable[[Any, Sequence[Array], Sequence[Any]], Filler] | None:
        """`filler(outs, like, operands)`: a function that puts gradients into `outs`, which can hold
        what is like the arrays of `like`, or else an error. None where arrays cannot be written to."""

    # -- the calls that everybody makes, without the general path around the kernel
    # A loss by its formula asks many questions before it computes: which form, which labels, which
    # axis. For logits of the usual dtypes, classes on the last axis, no weights and no options the
    # answers are known, and these go straight to the kernel. Whatever is unusual they leave alone:
    # they return None, and the general path computes it or says what is wrong.
    @property
    def quick_softmax_cross_entropy(
        self,
    ) -> Callable[[Array, Array, Any, Any], Array | None] | None:
        """`quick_softmax_cross_entropy(logits, labels, axis, reduction)`; None where there is none."""

    @property
    def quick_sigmoid_cross_entropy(self) -> Callable[[Array, Array, Any], Array | None] | None:
        """`quick_sigmoid_cross_entropy(logits, labels, reduction)`; None where there is none."""

    # -- a linear layer and its loss, a few rows at a time (`xlogits.losses.linear`)
    def project(self, x: Array, weight: Array, bias: Array | None) -> Array:
        """x @ weight.T + bias, an array of its own."""

    def accumulate(self, total: Array, slope: Array, x: Array) -> Array:
        """total + slope.T @ x, in place of `total` where that can be overwritten."""

    def index_slope(self, logits: Array, labels: Array, out: Array) -> tuple[Array, Array]:
        """The cross-entropy of each row, and its derivative by the logits, from `out` by each row.
        The logits may be overwritten. Labels are in range."""

    def fold(
        self, step: Callable[..., Any], state: Any, xs: dict[str, Array], rows: int, shapes: Any
    ) -> Any:
        """`state, parts = step(state, run)` for runs of at most `rows` rows of all `xs`, of which
        "hidden" tells how many there are. The last state, and the parts of all runs joined: arrays
        whose rows have these `shapes`."""

    def differentiable(self, plan: Any, xp: Namespace, batch: Any) -> Array:
        """`plan.losses(xp, batch)`, or if `plan.summed` the sum of `batch.each` times these, such that
        its derivative comes from `plan.slopes` and keeps no logits."""
