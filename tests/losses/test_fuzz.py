"""Drawn examples of every family pass, and every kind of check finds the loss that is broken for it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from compare.fuzz import checks, running, second
from compare.fuzz.example import LAYOUTS, Example, laid_out
from compare.fuzz.families import FAMILIES, elementwise, rowwise, softmax
from tests.conftest import INSTALLED, need
from xlogits import losses as L
from xlogits.losses import Loss, Transform
from xlogits.losses.parts.elementary import ALONG, EACH

Array = Any


def _run(family: str, framework: str, examples: int, **more: Any) -> running.Found:
    found = running.run(family, framework, examples, 0, **more)
    assert not found.failure, found.failure
    assert found.examples >= examples
    return found


@pytest.mark.parametrize("family", FAMILIES)
def test_a_few_examples(family: str) -> None:
    found = _run(family, "numpy", 40)
    assert found.ran["value"] >= 25
    assert found.ran["gradient"] >= 20


@pytest.mark.parametrize("framework", ["torch", "tensorflow"])
def test_a_few_examples_by_automatic_differentiation(framework: str) -> None:
    need(framework)
    for family in FAMILIES:
        _run(family, framework, 3)


@pytest.mark.long
@pytest.mark.parametrize("family", FAMILIES)
def test_more_examples(family: str) -> None:
    for framework, examples in (("numpy", 200), ("torch", 15), ("tensorflow", 15), ("jax", 1)):
        if framework in INSTALLED:
            _run(family, framework, examples)


QUICK = (
    *("softmax cross-entropy", "softmax, dense", "sigmoid cross-entropy"),
    *("focal of events", "overlap of logits", "Huber"),
)
FOR_JAX = ("softmax cross-entropy", "sigmoid cross-entropy", "softmax of probabilities", "logit")


def test_second_derivatives_of_some() -> None:
    need("torch")
    for name in QUICK:
        found = second.check("torch", name, *second.LOSSES[name])
        assert found.orders == (1, 2), found


@pytest.mark.long
def test_second_derivatives() -> None:
    if "torch" in INSTALLED:
        for row in second.run("torch"):
            assert row.orders == (1, 2) or (row.refused and "linear" in row.name), row
    if "jax" in INSTALLED:
        for row in second.run("jax", FOR_JAX):  # all of them take minutes
            assert row.orders == (1, 2), row


# -- negative controls


class Broken:
    """A loss with something wrong: its value, its gradient, or what it is called with."""

    def __init__(self, loss: Any, value: Any = None, gradient: Any = None) -> None:
        self.loss, self.value, self.slopes = loss, value, gradient

    def __call__(self, **operands: Array) -> Array:
        found = self.loss(**operands)
        return found if self.value is None else self.value(found, operands)

    def gradient(self, **operands: Array) -> Any:
        found = self.loss.gradient(**operands)
        return found if self.slopes is None else self.slopes(found)


def _value(change: Callable[[Array, dict[str, Array]], Array]) -> Callable[[Any], Any]:
    return lambda loss: Broken(loss, value=change)


def _gradient(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda loss: Broken(loss, gradient=change)


def _without(name: str, default: Any) -> Callable[[Any], Any]:
    """A loss that ignores one of its options."""

    def broken(loss: Any) -> Any:
        own = getattr(loss, "__dataclass_fields__", {})
        return replace(loss, **{name: default}) if name in own else loss

    return broken


def _dropped(operand: str) -> Callable[[Any], Any]:
    def broken(loss: Any) -> Any:
        made = Broken(loss)
        made.loss = lambda **given: loss(**{k: v for k, v in given.items() if k != operand})
        return made

    return broken


def _written(value: Array, operands: dict[str, Array]) -> Array:
    if operands["pred"].flags.writeable:
        operands["pred"][...] = 0
    return value


def _wide(value: Array, operands: dict[str, Array]) -> Array:
    return np.asarray(value, np.longdouble)


VALUES: dict[str, Callable[[Any], Any]] = {
    "times 1.001": _value(lambda value, _: value * value.dtype.type(1.001)),
    "plus 0.001": _value(lambda value, _: value + value.dtype.type(0.001)),
    "another dtype": _value(_wide),
    "NaN is 0": _value(lambda value, _: np.nan_to_num(value)),
    "smoothing ignored": _without("label_smoothing", 0.0),
    "axis ignored": _without("axis", -1),
    "ignore_index ignored": _without("ignore_index", None),
    "reduction ignored": _without("reduction", L.Reduction("none")),
    "another mean": _without("reduction", L.Reduction("mean_over_items")),
    "sample weight ignored": _dropped("sample_weight"),
    "class weight ignored": _dropped("class_weight"),
    "mask ignored": _dropped("mask"),
    "operands written to": _value(_written),
}
GRADIENTS: dict[str, Callable[[Any], Any]] = {
    "cut": _gradient(lambda found: tuple(x if x is None else 0 * x for x in found)),
    "labels cut": _gradient(
        lambda found: tuple(x if i != 1 or x is None else 0 * x for i, x in enumerate(found))
    ),
    "times 1.001": _gradient(
        lambda found: tuple(x if x is None else x * x.dtype.type(1.001) for x in found)
    ),
    "none": _gradient(lambda found: (None, *found[1:])),
}


def _found_out(broken: Callable[[Any], Any], family: str = "entropy") -> str:
    def change(example: Example) -> Example:
        return example._replace(broken=broken(example.loss))

    found = running.run(family, "numpy", 400, 1, change, shrink=False)
    return found.failure


@pytest.mark.parametrize("name", VALUES)
def test_a_wrong_value_is_found(name: str) -> None:
    assert _found_out(VALUES[name])


@pytest.mark.parametrize("name", GRADIENTS)
def test_a_wrong_gradient_is_found(name: str) -> None:
    assert "gradient" in _found_out(GRADIENTS[name])


INVARIANCES: dict[str, Callable[[Any], Any]] = {
    "shift": _value(lambda value, given: value + given["pred"].mean(dtype=value.dtype)),
    "order": _value(
        lambda value, given: value + given["pred"].reshape(-1)[:1].sum(dtype=value.dtype)
    ),
    "split": _value(lambda value, given: value + value.sum(dtype=value.dtype)),
}


@pytest.mark.parametrize("kind", INVARIANCES)
def test_a_loss_that_is_not_invariant_is_found(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_against_the_reference", lambda *given: None)
    only = {kind: checks.invariances.FIND[kind]}
    monkeypatch.setattr(checks.invariances, "FIND", only)
    assert _found_out(INVARIANCES[kind]).startswith(f"AssertionError: {kind}:")
    assert not _found_out(lambda loss: loss)


@pytest.mark.parametrize("framework", ["torch", "tensorflow", "jax"])
def test_a_wrong_value_is_found_on_a_framework(framework: str) -> None:
    need(framework)

    def change(example: Example) -> Example:
        return example._replace(broken=lambda **given: example.loss(**given) * 1.001)

    found = running.run("activation", framework, 8, 0, change, shrink=False)
    assert "value:" in found.failure


def _bent(stop: Callable[[Array], Array]) -> Callable[[Any], Any]:
    """What adds 0.001 to second derivatives, and nothing to values and first ones."""

    def change(function: Any) -> Any:
        def bent(*leaves: Array) -> Array:
            return function(*leaves) + sum(0.0005 * ((x - stop(x)) ** 2).sum() for x in leaves)

        return bent

    return change


def _found_to_be_bent(name: str, framework: str, stop: Callable[[Array], Array]) -> None:
    found = second.check(framework, name, *second.LOSSES[name], _bent(stop))
    assert found.orders == (1,), found
    assert found.wrong.startswith("order 2:"), found


def test_a_wrong_second_derivative_is_found_of_every_loss() -> None:
    need("torch")
    for name, (loss, _) in second.LOSSES.items():
        if not isinstance(loss, L.LinearSoftmaxCrossEntropy):
            _found_to_be_bent(name, "torch", lambda x: x.detach())


@pytest.mark.parametrize(
    "name", ["logit", *(pytest.param(name, marks=pytest.mark.long) for name in FOR_JAX[:3])]
)
def test_a_wrong_second_derivative_is_found_on_jax(name: str) -> None:
    need("jax")
    import jax

    _found_to_be_bent(name, "jax", jax.lax.stop_gradient)


def test_every_loss_is_checked_to_second_order() -> None:
    """As it is by default, and under a name of its own."""
    tables = second.OPTIONS, second.FUNCTIONS, second.PLAIN
    assert len(second.LOSSES) == sum(map(len, tables))
    checked = {loss for loss, _ in second.LOSSES.values()}
    assert {L.Transform(function=name) for name in (*ALONG, *EACH)} <= checked
    kinds = {type(loss) for loss in checked}
    exported = {getattr(L, name) for name in L.__all__}
    losses = {k for k in exported if isinstance(k, type) and issubclass(k, (Loss, Transform))}
    assert losses - kinds == {Loss, L.Formula, L.Elementwise, L.Rowwise}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_hold_the_same_numbers(layout: str) -> None:
    for shape in ((), (3,), (2, 3, 4), (0, 2)):
        x = np.arange(np.prod(shape), dtype=float).reshape(shape)
        assert np.array_equal(laid_out(x, layout), x)
    x = laid_out(np.ones((3, 4)), layout)
    assert x.flags.c_contiguous == (layout in ("C", "read-only"))
    assert (min(x.strides) < 0) == (layout == "reversed")


def test_every_loss_is_drawn() -> None:
    """Each exported class has a recipe, or is what a strategy of its own makes."""
    tables = [*vars(elementwise).values(), *vars(rowwise).values()]
    recipes = [r for t in tables if isinstance(t, tuple) for r in t if hasattr(r, "loss")]
    own = {L.SoftmaxCrossEntropy, L.SigmoidCrossEntropy, L.LinearSoftmaxCrossEntropy, L.CTC}
    own |= {L.Transform, L.ClassOverlap, *softmax.MODULATED}
    seen = own | {recipe.loss for recipe in recipes}
    kinds = {getattr(L, name) for name in L.__all__}
    losses = {k for k in kinds if isinstance(k, type) and issubclass(k, (Loss, Transform))}
    assert losses - seen == {Loss, L.Formula, L.Elementwise, L.Rowwise}
