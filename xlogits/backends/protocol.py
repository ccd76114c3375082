"""What a backend module provides: a name, three questions about an array, and the array functions.

The formulas in `xlogits.losses` are written with these functions and with the operators of the
arrays themselves (`+ - * / ** == != < > & | ~`). A new framework is one more module with these names.
`axis` is always one non-negative integer. Floating arrays in, floating arrays of the same dtype out.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

Array = Any
Shape = tuple[int | None, ...]

# what a layer computed in pieces says where its derivative would be differentiated
TWICE = (
    "linear_softmax_cross_entropy cannot be differentiated twice here; "
    "use softmax_cross_entropy(hidden @ weight.T + bias, labels)"
)


class Namespace(Protocol):
    """The functions of one backend module."""

    NAME: str

    # -- questions that need no value, so that they can be asked while tracing
    def refuse(self, x: Array) -> str:
        """Why an array of this framework is not supported ('' if it is)."""

    REFUSES_SOME: bool  # whether some arrays of a type are not; else the first tells of all

    apart: Callable[[Array, Array], tuple[str, str] | None] | None
    """The devices of two arrays that cannot be computed with together, or None; None as a whole
    where the framework sees to it."""

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

    def check_labels(self, labels: Array, classes: int) -> Array:
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

    # -- gradients by the framework itself; NumPy has none and says so with None
    value_and_grad: Callable[..., Any] | None
    # the loss of each item and the derivative by the logits, from `out` by each item; where there is no
    # autograd, else None
    index_cross_entropy_gradient: Callable[..., tuple[Array, Array]] | None
