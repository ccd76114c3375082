"""What `tests/data/claims.py` claims of a public name works, and what it does not claim is refused."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest

import xlogits as xl
from tests.conftest import FRAMEWORKS, need
from tests.data.claimed import array, called, operands_of
from tests.data.claims import (
    AXIS,
    CLAIMS,
    DTYPES,
    FLOATS,
    LABEL,
    LIST,
    NUMBER,
    SHAPE,
    TAKES,
    WEIGHT,
    WORD,
    Claim,
)
from xlogits import losses as L
from xlogits.backends import namespace
from xlogits.catalogue import NATIVES
from xlogits.errors import OptionError, Refused, XlogitsError
from xlogits.parity import engines
from xlogits.reference import evaluate

Array = Any
# what is computed in half precision is right to its last digits
CLOSE = {"float16": 4e-3, "bfloat16": 3e-2, "float32": 1e-5, "float64": 1e-12}


class Word(NamedTuple):
    """What stands for a reduction that is not one."""

    word: str


def dtype_complaints(
    name: str, claim: Claim, framework: str, dtypes: tuple[str, ...] = DTYPES
) -> Iterator[str]:
    """What is not as claimed of the dtypes of every operand."""
    plain = operands_of(claim)
    for operand, kind in claim.takes.items():
        whole = plain | {operand: _whole(claim, operand, plain[operand])}
        exact = {}
        for dtype in dtypes:
            given = plain if dtype in FLOATS else whole
            made = {k: array(framework, x, _dtype_of(x)) for k, x in given.items()}
            made[operand] = array(framework, given[operand], dtype)
            if made[operand] is None:
                continue
            claimed = dtype in TAKES[kind]
            if claimed and (dtype in FLOATS) not in exact:
                exact[dtype in FLOATS] = np.asarray(evaluate(claim.loss, given).value[0], float)
            wrong = _complaint(name, claim, made, exact.get(dtype in FLOATS) if claimed else None)
            if wrong:
                yield f"{name} on {framework}, {operand} of {dtype}: {wrong}"


def _complaint(name: str, claim: Claim, made: dict[str, Array], exact: Array | None) -> str:
    """What is wrong with a call that has to give this, or has to be refused."""
    try:
        with np.errstate(all="ignore"):
            found = called(name, claim, made)
    except XlogitsError as error:
        return f"refused: {error}" if exact is not None else ""
    except Exception as error:  # what is refused is refused by us
        return f"{type(error).__name__}: {str(error)[:200]}"
    if exact is None:
        return "accepted"
    xp = namespace(found)
    if xp.dtype(found) != xp.dtype(made["pred"]):
        return f"the result is {xp.dtype(found)}"
    close, numbers = CLOSE[xp.dtype(found)], np.asarray(xp.cast(found, "float64"))
    if not np.allclose(numbers, exact, close, close, equal_nan=True):
        return f"{numbers.reshape(-1)[:3]} is not {exact.reshape(-1)[:3]}"
    return ""


def _dtype_of(x: Array) -> str:
    return "float32" if x.dtype.kind == "f" else x.dtype.name


def _whole(claim: Claim, operand: str, x: Array) -> Array:
    """Numbers that integers and booleans have, too."""
    if x.dtype.kind != "f":
        return x
    ones = np.ones(x.shape)
    return (x > 0) * 1.0 if operand == "target" and type(claim.loss) is not L.XLogY else ones


def gradient_complaints(name: str, claim: Claim, framework: str) -> Iterator[str]:
    """What is not as claimed of the derivatives by every operand of floating point."""
    operands = operands_of(claim)
    moving = [k for k, x in operands.items() if x.dtype.kind == "f"]
    slopes = FOUND[framework](name, claim, operands, moving)
    for operand in moving:
        slope = slopes.get(operand)
        there = slope is not None and bool(np.any(np.nan_to_num(slope)))
        wanted = operand in claim.by or (framework != "numpy" and operand in claim.also)
        if there != wanted:
            yield f"{name} on {framework}, by {operand}: {'there is one' if there else 'there is none'}"


def _closed_form(
    name: str, claim: Claim, operands: dict[str, Array], moving: list[str]
) -> dict[str, Array]:
    names = getattr(claim.loss, "SLOPES", claim.loss.ARRAYS)
    return dict(zip(names, claim.loss.gradient(**operands), strict=True))


def _by_torch(
    name: str, claim: Claim, operands: dict[str, Array], moving: list[str]
) -> dict[str, Array]:
    import torch

    made = {k: torch.tensor(x) for k, x in operands.items()}
    leaves = [made[k].requires_grad_() for k in moving]
    total = called(name, claim, made).sum()
    found = torch.autograd.grad(total, leaves, allow_unused=True)
    return {k: g if g is None else g.numpy() for k, g in zip(moving, found, strict=True)}


def _by_tensorflow(
    name: str, claim: Claim, operands: dict[str, Array], moving: list[str]
) -> dict[str, Array]:
    import tensorflow as tf

    made = {k: tf.constant(x) for k, x in operands.items()}
    with tf.GradientTape() as tape:
        tape.watch([made[k] for k in moving])
        total = tf.reduce_sum(called(name, claim, made))
    found = tape.gradient(total, {k: made[k] for k in moving})
    return {k: g if g is None else tf.convert_to_tensor(g).numpy() for k, g in found.items()}


def _by_jax(
    name: str, claim: Claim, operands: dict[str, Array], moving: list[str]
) -> dict[str, Array]:
    jax = engines.load("jax").jax
    fixed = {k: jax.numpy.asarray(x) for k, x in operands.items() if k not in moving}
    total = jax.jit(jax.grad(lambda moved: called(name, claim, {**fixed, **moved}).sum()))
    return {k: np.asarray(g) for k, g in total({k: operands[k] for k in moving}).items()}


FOUND = {"numpy": _closed_form, "torch": _by_torch, "tensorflow": _by_tensorflow, "jax": _by_jax}


def error_complaints(name: str, claim: Claim, framework: str) -> Iterator[str]:
    """What is not as claimed of the errors."""
    plain = operands_of(claim)
    for change, error in claim.errors.items():
        made = {k: array(framework, x, _dtype_of(x)) for k, x in plain.items()}
        options: dict[str, Any] = {}
        try:
            if change == WORD:
                options["reduction"] = Word("avg") if "." in name else L.Reduction("avg")
            elif change == AXIS:
                options["axis"] = 7
            else:
                made |= _changed(framework, change, plain)
            called(name, claim, made, **options)
            raised = None
        except Exception as problem:
            raised = type(problem).__name__
        if raised != error:
            yield f"{name} on {framework}, {change}: {raised}, not {error}"


def _changed(framework: str, change: str, plain: dict[str, Array]) -> dict[str, Any]:
    if change == NUMBER:
        return {"pred": 1.0}
    if change == LIST:
        return {"target": plain["target"].tolist()}
    operand = "sample_weight" if change == WEIGHT else "target"
    x = plain[operand]
    x = np.where(np.arange(x.size).reshape(x.shape) == 0, 99, x) if change == LABEL else x
    x = np.zeros((*x.shape, 7), x.dtype) if change in (SHAPE, WEIGHT) else x
    return {operand: array(framework, x, _dtype_of(x))}


def test_every_public_name_has_a_row() -> None:
    kinds = {type(claim.loss) for name, claim in CLAIMS.items() if "." not in name}
    exported = {getattr(L, name) for name in L.__all__}
    bases = {L.Loss, L.Formula, L.Elementwise, L.Rowwise}
    wanted = {k for k in exported if isinstance(k, type) and issubclass(k, (L.Loss, L.Transform))}
    assert kinds == wanted - bases
    functions = {f"xl.{n.short}" for n in NATIVES.values() if n.framework == "xlogits"}
    assert functions == {name for name in CLAIMS if "." in name}


COMPILED = pytest.param("jax", marks=pytest.mark.long)  # operation by operation


@pytest.mark.parametrize(
    "framework", ["numpy", "torch", pytest.param("tensorflow", marks=pytest.mark.long)]
)
def test_dtypes(framework: str) -> None:
    need(framework)
    # TensorFlow takes a millisecond for an operation: one dtype of each kind there
    some = (
        DTYPES if framework != "tensorflow" else ("float32", "int64", "uint8", "bool", "complex64")
    )
    wrong = [
        w for name, claim in CLAIMS.items() for w in dtype_complaints(name, claim, framework, some)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.long
@pytest.mark.parametrize("framework", ["tensorflow", "jax"])
def test_dtypes_of_functions(framework: str) -> None:
    need(framework)
    functions = {name: claim for name, claim in CLAIMS.items() if "." in name}
    wrong = [
        w for name, claim in functions.items() for w in dtype_complaints(name, claim, framework)
    ]
    assert not wrong, "\n".join(wrong)


def test_dtypes_that_jax_is_refused() -> None:
    """What is accepted is compiled operation by operation, and left to the long part."""
    need("jax")
    for name, claim in CLAIMS.items():
        plain = operands_of(claim)
        for operand in claim.takes:
            made = {k: array("jax", x, _dtype_of(x)) for k, x in plain.items()}
            made[operand] = array("jax", plain[operand], "complex64")
            assert not _complaint(name, claim, made, None), f"{name}, {operand}"


@pytest.mark.parametrize("framework", ["numpy", "torch", "tensorflow"])
def test_derivatives(framework: str) -> None:
    need(framework)
    wrong = [
        w for name, claim in CLAIMS.items() for w in gradient_complaints(name, claim, framework)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.long
def test_derivatives_of_jax() -> None:
    need("jax")
    wrong = [w for name, claim in CLAIMS.items() for w in gradient_complaints(name, claim, "jax")]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("framework", [*FRAMEWORKS[:3], COMPILED])
def test_errors(framework: str) -> None:
    need(framework)
    wrong = [w for name, claim in CLAIMS.items() for w in error_complaints(name, claim, framework)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_value_and_grad(framework: str) -> None:
    """It differentiates by what the call has and a loss is differentiated by, and by nothing else."""
    need(framework)
    x, y = (array(framework, v, "float32") for v in (np.eye(3), np.eye(3)))
    label = array(framework, np.arange(3), "int64")
    both = xl.value_and_grad(xl.sigmoid_cross_entropy, wrt=("logits", "labels"))(x, y)[1]
    assert all(np.any(np.asarray(g)) for g in both)
    linear = xl.value_and_grad(xl.linear_softmax_cross_entropy, wrt=("hidden", "weight"))
    assert all(np.any(np.asarray(g)) for g in linear(x, y, label)[1])
    with pytest.raises(OptionError, match="wrt asks for labels"):
        xl.value_and_grad(xl.softmax_cross_entropy, wrt="labels")(x, label)
    with pytest.raises(OptionError, match="wrt asks for bias"):
        xl.value_and_grad(xl.linear_softmax_cross_entropy, wrt="bias")(x, y, label)
    if framework == "numpy":
        with pytest.raises(Refused, match="not known on NumPy"):
            xl.value_and_grad(lambda logits, labels: logits)(x, y)


# -- negative controls: a wrong claim fails in each direction

SOME = CLAIMS["SquaredError"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (SOME._replace(takes={**SOME.takes, "target": "float"}), "target of int64: accepted"),
        (SOME._replace(takes={**SOME.takes, "pred": "dense"}), "pred of int64: refused"),
        (
            SOME._replace(takes={**SOME.takes, "sample_weight": "bool"}),
            "sample_weight of float32: accepted",
        ),
    ],
)
def test_a_wrong_claim_of_dtypes_fails(wrong: Claim, told: str) -> None:
    assert any(told in w for w in dtype_complaints("SquaredError", wrong, "numpy"))


def test_a_wrong_value_fails() -> None:
    wrong = SOME._replace(loss=L.SquaredError(factor=1.01))
    made = {k: array("numpy", x, _dtype_of(x)) for k, x in operands_of(SOME).items()}
    exact = np.asarray(evaluate(SOME.loss, operands_of(SOME)).value[0], float)
    assert not _complaint("SquaredError", SOME, made, exact)
    assert "is not" in _complaint("SquaredError", wrong, made, exact)


@pytest.mark.parametrize("framework", ["numpy", "torch"])
def test_a_wrong_claim_of_derivatives_fails(framework: str) -> None:
    need(framework)
    less = SOME._replace(by=frozenset({"pred"}))
    assert any(
        "by target: there is one" in w for w in gradient_complaints("SquaredError", less, framework)
    )
    embedding = CLAIMS["HingeEmbedding"]
    more = embedding._replace(by=frozenset({"pred", "target"}))
    told = list(gradient_complaints("HingeEmbedding", more, framework))
    assert any("by target: there is none" in w for w in told)


def test_a_wrong_claim_of_errors_fails() -> None:
    for error, told in (
        (None, "ShapeError, not None"),
        ("OptionError", "ShapeError, not OptionError"),
    ):
        wrong = SOME._replace(errors={SHAPE: error})
        assert any(told in w for w in error_complaints("SquaredError", wrong, "numpy"))
    accepted = CLAIMS["CTC"]._replace(errors={LABEL: None}, loss=L.CTC())
    assert list(error_complaints("CTC", accepted, "numpy"))
