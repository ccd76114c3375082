"""The elementary functions: where frameworks differ from the definition."""

from xlogits.ledger.row import Divergence

ROWS: tuple[Divergence, ...] = (
    Divergence(
        "an infinite divergence is a constant",
        ("jax.scipy.special.rel_entr", "jax.scipy.special.kl_div"),
        "Where a target above 0 meets a prediction of 0 the divergence is infinite, and JAX selects "
        "that value as a constant: derivatives of 0 (kl_div: 1 and -1, of what it adds). xlogits gives "
        "the limits, -inf by the prediction and inf by the target.",
        "run it: jax 0.10, jax.grad(jax.scipy.special.rel_entr, (0, 1))(0.5, 0.0)",
        case="predictions exactly 0",
        quantity="d/d*",
    ),
    Divergence(
        "a slope outside the domain",
        ("jax.scipy.special.kl_div",),
        "Below 0 the divergence is infinite; JAX still differentiates the y - x that kl_div adds: 1 "
        "and -1. xlogits gives 0, as JAX's own rel_entr does.",
        "run it: jax 0.10, jax.grad(jax.scipy.special.kl_div, (0, 1))(0.5, -1.0)",
        case="pred below 0|target below 0",
        quantity="d/d*",
    ),
    Divergence(
        "gradient of a rounded result",
        ("torch.logsumexp",),
        "PyTorch takes exp(x - result) for the gradient, and the result is rounded: near 1000 that "
        "moves the gradient by up to 2e-5 in float32. xlogits differentiates what it computes.",
        "run it: torch 2.13, gradient of torch.logsumexp(x + 1000, 0)",
        case="large logits|logits near 1000",
        quantity="d/dlogits",
    ),
    Divergence(
        "the first takes all where both are equal",
        ("keras.ops.logaddexp",),
        "Keras adds to the maximum of x and y, whose derivative TensorFlow gives to the first of two "
        "equal numbers: 1 by x and 0 by y, where both are 1/2.",
        "https://github.com/keras-team/keras/blob/master/keras/src/backend/tensorflow/numpy.py",
        case="equal, infinite and far apart",
        quantity="d/d*",
    ),
    Divergence(
        "no slope at a factor of 0",
        ("tensorflow.math.xlogy", "tensorflow.math.xlog1py"),
        "TensorFlow takes 0 for the derivative of x log y by x wherever x is 0, as if it were constant "
        "there; it is log y, as in PyTorch and JAX.",
        "https://github.com/tensorflow/tensorflow/blob/master/tensorflow/python/ops/math_grad.py",
        case="zeros",
        quantity="d/dlogits",
    ),
    Divergence(
        "0 by 0 in the derivative",
        (
            *("torch.xlogy", "torch.special.xlog1py"),
            *("jax.scipy.special.xlogy", "jax.scipy.special.xlog1py"),
        ),
        "Where x and what the logarithm is taken of are both 0, the derivative x / y is NaN in PyTorch "
        "and JAX. The value there is 0 by convention, and xlogits gives 0 for its derivatives.",
        "run it: torch 2.13, torch.xlogy(x, y) at x = y = 0, gradient by y",
        case="zeros",
        quantity="d/dlabels",
    ),
    Divergence(
        "slope of a product that is 0 by convention",
        ("jax.scipy.special.xlogy", "jax.scipy.special.xlog1py"),
        "Where x is 0 and the logarithm infinite or undefined, JAX gives that logarithm for the "
        "derivative by x: -inf or NaN. xlogits gives 0 there, as PyTorch does.",
        "run it: jax 0.10, jax.grad(jax.scipy.special.xlogy)(0.0, 0.0)",
        case="zeros",
        quantity="d/dlogits",
    ),
    Divergence(
        "log1p between powers of 2 in float64",
        ("jax.nn.log1mexp",),
        "JAX's log1p in float64 is off by up to 40 eps on the CPU for some arguments about -0.4: "
        "-0.5228791896465017 for log(1 - exp(-0.8984784968619957)), which is -0.52287918964651065.",
        "mpmath, 40 digits: -0.5228791896465106481594",
        case="four axes",
        quantity="value",
        dtype="float64",
    ),
)
