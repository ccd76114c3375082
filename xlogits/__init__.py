"""One API for classification losses on NumPy, PyTorch, TensorFlow and JAX arrays.

>>> import numpy as np, xlogits as xl
>>> logits = np.array([[2.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
>>> xl.softmax_cross_entropy(logits, np.array([0, 2])).round(4)
array([0.4076, 1.0986])

Importing this package loads neither NumPy nor a framework: every name below is looked up when it is
first used, and a framework's adapter when its first array arrives.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlogits import dialects, errors, losses
    from xlogits.api import (
        linear_softmax_cross_entropy,
        log_sigmoid,
        log_softmax,
        logit,
        logsumexp,
        sigmoid,
        sigmoid_cross_entropy,
        softmax,
        softmax_cross_entropy,
        softplus,
    )
    from xlogits.diagnosis import diagnose
    from xlogits.diagnosis.compare import compare_logits
    from xlogits.diagnosis.trace import trace_divergence
    from xlogits.gradient import value_and_grad
    from xlogits.naming import explain
    from xlogits.translation import differ, translate

__version__ = "0.1.0"

_HOME = {
    "softmax_cross_entropy": "api",
    "linear_softmax_cross_entropy": "api",
    "sigmoid_cross_entropy": "api",
    "softmax": "api",
    "log_softmax": "api",
    "sigmoid": "api",
    "log_sigmoid": "api",
    "logit": "api",
    "logsumexp": "api",
    "softplus": "api",
    "compare_logits": "diagnosis.compare",
    "diagnose": "diagnosis",
    "differ": "translation",
    "explain": "naming",
    "trace_divergence": "diagnosis.trace",
    "translate": "translation",
    "value_and_grad": "gradient",
    "dialects": "",
    "errors": "",
    "losses": "",
}

__all__ = [
    "compare_logits",
    "diagnose",
    "dialects",
    "differ",
    "errors",
    "explain",
    "linear_softmax_cross_entropy",
    "log_sigmoid",
    "log_softmax",
    "logit",
    "logsumexp",
    "losses",
    "sigmoid",
    "sigmoid_cross_entropy",
    "softmax",
    "softmax_cross_entropy",
    "softplus",
    "trace_divergence",
    "translate",
    "value_and_grad",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'xlogits' has no attribute {name!r}")
    from importlib import import_module

    home = import_module(f"xlogits.{_HOME[name] or name}")
    globals()[name] = found = getattr(home, name) if _HOME[name] else home
    return found


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
