"""What is known of each framework before it is imported: one record for each, and nothing elsewhere.

Its functions stand in `catalogue/<id>`, its arrays, if it has some, in `backends/<id>` and
`parity/engines/<id>.py`. Everything else that has to know one framework from another asks here.
"""

from typing import NamedTuple

OURS = "xlogits"


class Manners(NamedTuple):
    """What is to be minded in code that is written with the functions of a framework."""

    methods: bool = True  # whether its arrays have `.mean()` and `.sum()`
    halves_ties: bool = False  # whether the derivative of max(x, 0) at 0 is 1/2
    norm_at_zero: bool = True  # whether the derivative of a norm at 0, times 0, is 0 and no NaN
    max_of_none: bool = True  # whether a maximum takes an empty batch
    any_labels: bool = True  # whether its gradient is right for labels that do not sum to 1
    integer_one_hot: bool = False  # whether one-hot rows come as integers
    float64_is_off: bool = False  # whether float64 has to be switched on
    xla: bool = False  # whether XLA compiles it, which makes (1 + e) - p of (1 - p) + e
    single: bool = False  # whether its losses compute in float32 and people expect that
    one_shape: bool = False  # whether it refuses a target of another shape than the prediction's
    by_name: bool = False  # whether people pass several arrays by name
    lists: bool = True  # whether its functions take lists for arrays
    numbers: bool = True  # whether they take numbers for arrays
    strict_one_hot: bool = False  # whether one-hot rows of what is no class are refused
    behind_softmax: bool = False  # whether a loss of probabilities looks for the logits behind them
    every_class: bool = False  # whether a metric wants every class among the labels
    full_weight: bool = False  # whether weights have the shape of the losses
    columns: bool = False  # whether its losses take (N,) beside (N, 1) for a column, and squeeze it
    wide_labels: bool = False  # whether class indexes of 32 bits are refused
    dtypes: str = ""  # the module of its dtypes, where their names are not enough


class Framework(NamedTuple):
    """One framework, or one package of functions on the arrays of another."""

    id: str  # what is imported, and the first word of its full names
    title: str
    distributions: tuple[str, ...] = ()  # what installs it; one of its id, if nothing is said
    arrays: str = ""  # the framework whose arrays its functions take, if not its own
    switch: str = ""  # its function that says whose arrays it takes at the moment
    types: tuple[str, ...] = ()  # other packages that the types of its arrays are from

    # of frameworks with arrays of their own, which are backends here
    devices: tuple[str, ...] = ()
    differentiable: bool = True
    megabytes: int = 0  # on disk, of the extra of its name; without one, 0
    own_index: bool = False  # whether its builds for the CPU are found in an index of its own

    named: bool = True  # whether there are records of its functions, in `catalogue/<id>`
    oldest: str = ""  # the oldest version that they are compared with
    column: str = ""  # of the tables of names; that of its title, if nothing is said
    pages: tuple[tuple[str, str], ...] = ()  # what a full name begins with (re), and its page

    also: tuple[str, ...] = ()  # what else people call it
    short: tuple[tuple[str, str], ...] = ()  # what full names begin with, and what people write
    # what its code imports, besides what `short` says: the module of its id, if nothing is said
    imported: tuple[str, ...] = ()
    read: tuple[tuple[str, str], ...] = ()  # what else they write, and what it can stand for
    within: str = ""  # the framework that has it as a module, too
    same: tuple[str, ...] = ()  # other modules that are this one
    places: tuple[tuple[str, str], ...] = ()  # where else its functions are, and where in public
    eras: str = ""  # where its first generation is, if two share its name
    means: tuple[str, ...] = ()  # what the names of its mean and its sum begin with
    by_string: str = ""  # the module whose losses its training loop takes as strings

    packages: tuple[str, ...] = ()  # what its code is written with, the first choice first
    manners: Manners | None = None  # of its code; like that of `arrays`, if nothing is said

    @property
    def home(self) -> str:
        """The framework whose arrays its functions take."""
        return self.arrays or self.id

    @property
    def modules(self) -> tuple[str, ...]:
        """Every module that is this framework as a whole."""
        inside = (f"{self.within}.{self.id}",) if self.within else ()
        return (self.id, *inside, *self.same)

    @property
    def imports(self) -> dict[str, str]:
        """The line that makes a word known, by what expressions with the word begin with.

        >>> FRAMEWORKS["torch"].imports["F."]
        'import torch.nn.functional as F'
        """
        named = [f"{full[:-1]} as {word[:-1]}" for full, word in self.short]
        whole = () if any(full == f"{self.id}." for full, _ in self.short) else (self.id,)
        modules = (*(self.imported or whole), *named)
        return {f"{text.split()[-1]}.": f"import {text}" for text in modules}


_TORCH = "https://docs.pytorch.org/docs/stable"
_KERAS = "https://keras.io/api"

# in the order in which they can be loaded into one process
FRAMEWORKS: dict[str, Framework] = {
    framework.id: framework
    for framework in (
        Framework(
            id="numpy",
            title="NumPy",
            types=("builtins",),
            devices=("cpu",),
            differentiable=False,
            named=False,
            also=("np",),
            imported=("numpy as np",),
            means=("numpy.",),
            packages=("scipy", "sklearn"),
            manners=Manners(strict_one_hot=True),
        ),
        Framework(
            id="torch",
            title="PyTorch",
            devices=("cpu", "cuda", "mps", "xpu"),
            megabytes=870,
            own_index=True,
            oldest="2.4",
            pages=(
                (r"torch\.special\.", f"{_TORCH}/special.html#{{name}}"),
                ("", f"{_TORCH}/generated/{{name}}.html"),
            ),
            also=("pytorch",),
            means=("torch.",),
            short=(("torch.nn.functional.", "F."), ("torch.nn.", "nn.")),
            places=(
                ("torch.nn.modules.loss.", "torch.nn."),
                ("torch.nn.modules.activation.", "torch.nn."),
                ("torch.functional.", "torch."),
            ),
            manners=Manners(
                integer_one_hot=True,
                one_shape=True,
                lists=False,
                numbers=False,
                strict_one_hot=True,
                full_weight=True,
                wide_labels=True,
                dtypes="torch",
            ),
        ),
        Framework(
            id="tensorflow",
            title="TensorFlow",
            distributions=("tensorflow", "tensorflow-cpu", "tensorflow-macos", "tf-nightly"),
            devices=("cpu", "cuda"),
            megabytes=1450,
            oldest="2.16",
            pages=(("", "https://www.tensorflow.org/api_docs/python/{path}"),),
            also=("tf",),
            short=(("tensorflow.", "tf."),),
            # `tf.losses` is Keras' for the names that Keras has, and TF1's for those that only TF1 had
            read=(
                ("tf.losses.", "keras.losses."),
                ("tf.losses.", "tensorflow.compat.v1.losses."),
                ("tensorflow.losses.", "keras.losses."),
                ("tensorflow.losses.", "tensorflow.compat.v1.losses."),
                ("tf.nn.", "tensorflow.compat.v1.nn."),
            ),
            same=("tensorflow.compat.v2",),
            places=(("tensorflow.math.", "tensorflow."),),
            eras="tensorflow.compat.v1.",
            means=("tensorflow.reduce_", "tensorflow.math.reduce_", "tensorflow.compat.v1.reduce_"),
            packages=("tensorflow", "keras"),
            manners=Manners(
                methods=False, any_labels=False, xla=True, one_shape=True, by_name=True
            ),
        ),
        Framework(
            id="keras",
            title="Keras",
            arrays="tensorflow",
            switch="backend.backend",
            within="tensorflow",
            oldest="3.0",
            pages=(
                (r"keras\.ops\.", f"{_KERAS}/ops/nn/"),
                (r"keras\.activations\.", f"{_KERAS}/layers/activations/"),
                (
                    "(?i).*(squared|absolute|huber|cosh|cosine|mse|mae|mape)",
                    f"{_KERAS}/losses/regression_losses/",
                ),
                ("(?i).*hinge", f"{_KERAS}/losses/hinge_losses/"),
                ("", f"{_KERAS}/losses/probabilistic_losses/"),
            ),
            read=(("tf.keras.", "keras."), ("ops.", "keras.ops.")),
            places=(
                ("tensorflow.compat.v2.keras.", "keras."),
                ("tensorflow.compat.v1.keras.", "keras."),
                ("tensorflow.python.keras.", "keras."),
            ),
            means=(
                *("keras.ops.", "keras.backend."),
                *("tensorflow.keras.backend.", "tensorflow.keras.ops."),
            ),
            by_string="keras.losses.",
            manners=Manners(
                methods=False,
                max_of_none=False,
                behind_softmax=True,
                columns=True,
                any_labels=False,
                xla=True,
                single=True,
                one_shape=True,
                lists=False,
            ),
        ),
        Framework(
            id="jax",
            title="JAX",
            types=("jaxlib",),
            devices=("cpu", "cuda", "tpu"),
            megabytes=530,
            oldest="0.4.30",
            column="JAX, optax",
            pages=(("", "https://docs.jax.dev/en/latest/_autosummary/{name}.html"),),
            short=(("jax.numpy.", "jnp."),),
            imported=("jax", "jax.scipy"),
            means=("jax.numpy.",),
            read=(("jsp.", "jax.scipy."), ("lax.", "jax.lax.")),
            places=(("flax.linen.", "jax.nn."), ("flax.nn.", "jax.nn.")),
            packages=("optax", "jax"),
            manners=Manners(
                halves_ties=True, norm_at_zero=False, float64_is_off=True, xla=True, lists=False
            ),
        ),
        Framework(
            id="optax",
            title="optax",
            arrays="jax",
            oldest="0.1.9",
            column="JAX, optax",
            pages=(
                ("", "https://optax.readthedocs.io/en/latest/api/losses.html#optax.losses.{short}"),
            ),
            places=(("optax.losses.", "optax."),),
            packages=("optax", "jax"),
        ),
        Framework(
            id="scipy",
            title="SciPy",
            arrays="numpy",
            oldest="1.13",
            column="SciPy, scikit-learn",
            pages=(("", "https://docs.scipy.org/doc/scipy/reference/generated/{name}.html"),),
            imported=("scipy.special", "scipy.stats"),
            read=(("special.", "scipy.special."), ("stats.", "scipy.stats.")),
            packages=("scipy", "sklearn"),
        ),
        Framework(
            id="sklearn",
            title="scikit-learn",
            distributions=("scikit-learn",),
            arrays="numpy",
            oldest="1.5",
            column="SciPy, scikit-learn",
            pages=(("", "https://scikit-learn.org/stable/modules/generated/{name}.html"),),
            imported=("sklearn.metrics",),
            read=(("metrics.", "sklearn.metrics."),),
            packages=("sklearn", "scipy"),
            manners=Manners(strict_one_hot=True, every_class=True, columns=True),
        ),
        Framework(
            id="torchvision",
            title="torchvision",
            arrays="torch",
            oldest="0.19",
            column="PyTorch",
            pages=(("", "https://docs.pytorch.org/vision/stable/generated/{name}.html"),),
            read=(("ops.", "torchvision.ops."),),
            places=(("torchvision.ops.focal_loss.", "torchvision.ops."),),
            packages=("torchvision", "torch"),
        ),
        Framework(
            id=OURS,
            title="xlogits",
            also=("xl",),
            short=(("xlogits.", "xl."),),
            manners=Manners(methods=False),
        ),
    )
}
BACKENDS = tuple(framework.id for framework in FRAMEWORKS.values() if framework.devices)
_SHORT = [pair for f in FRAMEWORKS.values() for pair in f.short]


def spelled(name: str) -> str:
    """A full native name as people write it.

    >>> spelled("torch.nn.functional.cross_entropy")
    'F.cross_entropy'
    """
    for full, prefix in _SHORT:
        if name.startswith(full):
            return prefix + name[len(full) :]
    return name


def manners(name: str) -> Manners:
    """What is to be minded in code with the functions of a framework."""
    framework = FRAMEWORKS[name]
    return framework.manners or manners(framework.home)


def differentiable(name: str) -> bool:
    """Whether a framework has gradients, which those have whose arrays its functions take."""
    return FRAMEWORKS[FRAMEWORKS[name].home].differentiable


def installed(name: str) -> bool:
    """Whether a package can be imported, without importing it; a mere folder of its name is none."""
    from importlib.util import find_spec

    try:
        spec = find_spec(name)
    except (ImportError, ValueError):
        return False
    return spec is not None and spec.origin is not None


def version(name: str) -> str:
    """The version of an installed package, read from its metadata; '' where it has none."""
    from importlib import metadata

    framework = FRAMEWORKS.get(name)
    for distribution in (framework and framework.distributions) or (name,):
        try:
            return metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
    return ""
