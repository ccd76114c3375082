"""What a decision about one place does to others: reductions, values of a name, what is left."""

import re
from typing import Any

import pytest

from tests.port.porting import port_of

TORCH = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"
ENTROPY = "tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=x)"
ONE_HOT = "F.one_hot(y, 3).float()"


def after(text: str, source: str = "torch", target: str = "jax") -> str:
    return port_of(text, source, target).after.decode()


# -- reductions


@pytest.mark.parametrize("kept", ["keepdims=True", "keep_dims=True", "None, True"])
def test_a_mean_that_keeps_its_axes_is_no_plain_mean(kept: str) -> None:
    """The result has as many axes as the losses, and PyTorch's means of everything have none."""
    text = f"import tensorflow as tf\na = tf.reduce_mean({ENTROPY}, {kept})\n"
    (left,) = port_of(text, "tensorflow", "torch").left
    assert "keeps its axes" in left.why
    assert ENTROPY in after(text, "tensorflow", "torch")
    plain = text.replace("True", "False")
    assert "a = F.cross_entropy(x, y)" in after(plain, "tensorflow", "torch")


def test_a_mean_with_an_argument_that_is_not_understood_is_left() -> None:
    text = TORCH + "a = torch.mean(F.mse_loss(x, y, reduction='none'), out=b)\n"
    (left,) = port_of(text, "torch", "jax").left
    assert "has the argument out=b" in left.why


@pytest.mark.parametrize("other", ["loss = other", "loss += 1", "for loss in some: pass"])
def test_the_mean_of_a_name_with_other_values_is_left(other: str) -> None:
    given = "loss = F.mse_loss(x, y, reduction='none')\n"
    (left,) = port_of(f"{TORCH}{given}{other}\na = torch.mean(loss)\n", "torch", "jax").left
    assert left.why == "loss has other values too"
    done = after(f"{TORCH}{given}a = torch.mean(loss)\n")
    assert "a = jnp.mean(loss)" in done


# -- all or none


def test_labels_of_an_instance_that_is_left_stay_as_they_are() -> None:
    """The first value could be called with class indexes; but the second is left, so neither is."""
    text = (
        f"{TORCH}if a:\n    c = nn.CrossEntropyLoss()\nelse:\n"
        f"    c = nn.CrossEntropyLoss(reduction={{}})\nv = c(x, {ONE_HOT})\n"
    )
    done = after(text.format("how"))
    assert f"v = c(x, {ONE_HOT})" in done
    assert "jnp" not in done
    assert "jnp" in after(text.format("'sum'"))


def test_an_instance_with_an_annotation_is_left_with_its_calls() -> None:
    text = f"{TORCH}c{{}} = nn.CrossEntropyLoss()\nv = c(x, {ONE_HOT})\n"
    assert f"v = c(x, {ONE_HOT})" in after(text.format(": nn.Module"))
    assert "v = c(x, y)" in after(text.format(""))


@pytest.mark.parametrize(("target", "new"), [("keras", "c(y, x)"), ("jax", "c(x, y)")])
def test_an_instance_whose_result_goes_into_what_is_left_is_left(target: str, new: str) -> None:
    text = f"{TORCH}c = nn.CrossEntropyLoss()\na = F.gumbel_softmax({{}})\nb = c(x, y)\n"
    done = port_of(text.format("c(x, y)"), "torch", target)
    assert [change.mark for change in done.changes] == ["left for you"] * 2
    assert done.changes[0].why == "its result goes into F.gumbel_softmax, which is left"
    assert done.after.decode().count("c(x, y)") == 2
    assert done.remaining
    other = after(text.format("x"), "torch", target)
    assert f"b = {new}" in other
    assert "c = nn.CrossEntropyLoss()" not in other


def test_arguments_of_an_instance_that_is_left_are_left() -> None:
    text = TORCH + "c = nn.NLLLoss(reduction={})\na = c(F.log_softmax(x, 1), y)\n"
    first, second = port_of(text.format("how"), "torch", "jax").left
    assert second.why == "its result goes into torch.nn.NLLLoss, which is left"
    assert "a = c(F.log_softmax(x, 1), y)" in after(text.format("how"))
    assert first.name == "torch.nn.NLLLoss"
    assert re.search(r"a = c\(jax.nn.log_softmax\(x.*\), y\)", after(text.format("'sum'")))


def values(first: str, second: str, call: str) -> str:
    """A name with one value or another."""
    given = f"if a:\n    c = nn.{first}\nelse:\n    c = nn.{second}\n"
    return f"{TORCH}{given}v = c({call})\n"


def attributes(first: str, second: str, call: str) -> str:
    """An attribute of two classes, and a call that may be of either."""
    given = f"class A:\n    c = None\n    def __init__(self):\n        self.c = nn.{first}\n"
    given += given.replace("class A", "class B").replace(first, second)
    return f"{TORCH}{given}def go(model, x, y):\n    return model.c({call})\n"


@pytest.mark.parametrize("make", [values, attributes])
def test_a_call_that_may_be_of_two_instances_stays_as_it_is(make: Any) -> None:
    """What is right for the one is wrong for the other: the order of arguments, and class indexes."""
    pairs = [
        ("CrossEntropyLoss()", "CrossEntropyLoss(label_smoothing=0.1)", "x, y"),
        ("CrossEntropyLoss()", "CrossEntropyLoss(reduction='sum')", "x, y"),
        ("CrossEntropyLoss()", "BCEWithLogitsLoss()", f"x, {ONE_HOT}"),
    ]
    for first, second, call in pairs:
        done = port_of(make(first, second, call), "torch", "keras")
        assert not done.error
        assert not done.left
        assert f"c({call})\n" in done.after.decode()
        alone = port_of(make(first, first, call).replace("else:\n    c", "    d"), "torch", "keras")
        assert make is attributes or f"c({call})\n" not in alone.after.decode()


@pytest.mark.parametrize("make", [values, attributes])
def test_where_one_of_two_instances_is_left_both_are(make: Any) -> None:
    text = make("CrossEntropyLoss()", "CrossEntropyLoss(reduction=how)", "x, y")
    assert len(port_of(text, "torch", "keras").left) == 2
    assert "c(x, y)\n" in after(text, "torch", "keras")
    assert len(port_of(text.replace("how", "'sum'"), "torch", "keras").left) == 0


# -- in a class body

BODY = "class C:\n    c = {}\n    def go(self, x, y):\n        return self.c(x, y)\n"


def test_a_function_in_a_class_body_is_no_method() -> None:
    done = after(TORCH + BODY.format("nn.MSELoss()"))
    assert "    c = staticmethod(lambda input, target: jnp.mean(" in done
    module = after(TORCH + "c = nn.MSELoss()\na = c(x, y)\n")
    assert "staticmethod" not in module
    own = after(TORCH + "def f(self):\n    self.c = nn.MSELoss()\n    return self.c(x, y)\n")
    assert "staticmethod" not in own
    some = "from trainers import {0}\n{0}.c = nn.MSELoss()\n"
    assert "Trainer.c = staticmethod(" in after(TORCH + some.format("Trainer"))
    assert "staticmethod" not in after(TORCH + some.format("trainer"))


def test_calls_of_an_instance_in_a_class_body_are_seen() -> None:
    done = after(TORCH + BODY.format("nn.CrossEntropyLoss()"), "torch", "keras")
    assert "    c = keras.losses.SparseCategoricalCrossentropy(from_logits=True)\n" in done
    assert "return self.c(y, x)" in done


@pytest.mark.parametrize(
    "more",
    [
        "    def set(self):\n        self.c = other\n",
        "    if a:\n        c = other\n",
        "    def c(self):\n        pass\n",
        "    def set(self):\n        return self.c.reduction\n",
    ],
)
def test_an_instance_in_a_class_body_with_other_values_is_left(more: str) -> None:
    text = TORCH + BODY.format("nn.CrossEntropyLoss()")
    assert len(port_of(text + more, "torch", "keras").left) == 1
    other = more.replace("other", "None").replace("self.c", "self.d").replace("def c", "def d")
    assert not port_of(text + other, "torch", "keras").left


def test_an_attribute_that_the_class_has_too_has_two_values() -> None:
    """One of them is left, so both are; an annotation alone is no value."""
    text = TORCH + BODY + "    def set(self):\n        self.c = nn.MSELoss()\n"
    assert len(port_of(text.format("nn.MSELoss(**a)"), "torch", "keras").left) == 2
    assert len(port_of(text.format("other"), "torch", "keras").left) == 1
    for fine in ("nn.MSELoss()", "None"):
        assert not port_of(text.format(fine), "torch", "keras").left
    assert not port_of(text.replace("c = {}", "c: nn.Module"), "torch", "keras").left


# -- reasons


def test_a_reason_speaks_of_the_operands_of_the_file() -> None:
    call = "keras.losses.binary_focal_crossentropy(f(y), x[:, 1], gamma=g)"
    (left,) = port_of(f"import keras\na = {call}\n", "keras", "jax").left
    nearest = "optax.losses.sigmoid_focal_loss(x[:, 1], f(y), alpha=0.25, gamma=g)"
    assert left.why.endswith(f"the nearest is {nearest}")
    (axis,) = port_of(TORCH + "a = F.cosine_similarity(x, y, dim=k)\n", "torch", "jax").left
    assert "`k == -1`" in axis.why
    (axis,) = port_of(TORCH + "a = F.cosine_similarity(x, y, dim=(0, 1))\n", "torch", "jax").left
    assert "it does not take that" in axis.why  # PyTorch takes one axis only
