"""Where a native function is documented."""

from xlogits.catalogue import Native

_KERAS_PAGES = {
    "regression_losses": ("squared", "absolute", "huber", "cosh", "cosine", "mse", "mae", "mape"),
    "hinge_losses": ("hinge",),
}


def link(native: Native) -> str:
    """The page of the framework's own documentation."""
    name, framework = native.name, native.framework
    if framework == "torch":
        if name.startswith("torch.special."):
            return f"https://docs.pytorch.org/docs/stable/special.html#{name}"
        return f"https://docs.pytorch.org/docs/stable/generated/{name}.html"
    if framework == "tensorflow":
        path = name.replace("tensorflow.", "tf.").replace(".", "/")
        return f"https://www.tensorflow.org/api_docs/python/{path}"
    if framework == "keras":
        return f"https://keras.io/api/{_keras(native)}"
    if framework == "optax":
        return f"https://optax.readthedocs.io/en/latest/api/losses.html#optax.losses.{native.short}"
    if framework == "jax":
        return f"https://docs.jax.dev/en/latest/_autosummary/{name}.html"
    if framework == "scipy":
        return f"https://docs.scipy.org/doc/scipy/reference/generated/{name}.html"
    if framework == "sklearn":
        return f"https://scikit-learn.org/stable/modules/generated/{name}.html"
    return ""


def _keras(native: Native) -> str:
    area = native.name.split(".")[1]
    if area == "ops":
        return "ops/nn/"
    if area == "activations":
        return "layers/activations/"
    lower = native.short.lower()
    for page, words in _KERAS_PAGES.items():
        if any(word in lower for word in words):
            return f"losses/{page}/"
    return "losses/probabilistic_losses/"
