"""Every public name is proved by something: twelve kinds of wrongness are noticed in each."""

import random
from typing import Any

import numpy as np
import pytest

from tests.conftest import ROOT, need
from tests.mutation.equivalent import EQUIVALENT, read
from tests.mutation.faults import CAUGHT, KINDS, MISSED, VALUE, hides_nan, refusals, verdicts
from tests.mutation.rows import Name, Row, flagged, named, names
from xlogits.catalogue import NATIVES
from xlogits.losses import Transform
from xlogits.parity import engines
from xlogits.parity.engines import Call, Failure, Outcome
from xlogits.parity.plan import prepare
from xlogits.parity.verdict import LIMIT, error

ALL = tuple(names())
# by the shapes in which formulas differ: several axes, one number where there are rows
SHAPES = frozenset(
    {
        *(
            "ordinary",
            "K-dimensional",
            "one class",
            "dense labels",
            "ignored labels",
            "all ignored",
        ),
        *(
            "positive column",
            "column of labels",
            "classes of -inf",
            "row masked out",
            "empty batch",
        ),
    }
)


@pytest.mark.long
@pytest.mark.parametrize("name", NATIVES)
def test_every_option_on_numpy(name: str) -> None:
    """The value and the gradient in closed form, in float64, against the reference."""
    for row in named(name).rows:
        if row.job.case.name not in SHAPES:
            continue
        prepared = prepare(row.job, "float64")
        found = _run(row, prepared)
        if isinstance(found, Failure) and found.ours:
            continue  # options that do not go together, which the matrix shows as refused
        assert isinstance(found, Outcome), (row.job.variant.label, row.job.case.name, found)
        where = row.job.variant.label, row.job.case.name
        assert error(found.value, *prepared.reference.value, prepared.result_dtype) <= LIMIT, where
        assert found.gradients or not prepared.wrt, where
        for array, gradient in found.gradients.items():
            exact = prepared.reference.gradients[array]
            dtype = prepared.result_dtype
            assert error(gradient, *exact, dtype) <= LIMIT, (*where, array)


def _run(row: Row, prepared: Any) -> Any:
    loss = row.job.loss
    arrays = getattr(loss, "SLOPES", loss.ARRAYS)
    call = Call(
        *(row.made({}), prepared.operands, prepared.wrt, prepared.cotangent, False, ()),
        *(loss.gradient, arrays),
    )
    return engines.load("numpy").run([call], "float64", "cpu", "eager")[0]


@pytest.mark.parametrize("name", ALL)
def test_bad_predictions_are_refused_and_nan_stays(name: str) -> None:
    row = named(name).rows[0]
    assert list(refusals(row.made({}), row.operands)) == []
    assert not hides_nan(row, row.made({}))


@pytest.mark.parametrize("name", random.Random(0).sample(ALL, 12))
def test_twelve_kinds_of_wrongness_are_noticed(name: str) -> None:
    need("torch")
    found = verdicts(named(name))
    assert tuple(found) == KINDS
    assert [kind for kind, verdict in found.items() if verdict.outcome == MISSED] == []
    assert sum(verdict.outcome == CAUGHT for verdict in found.values()) >= 5


def test_without_the_rows_that_tell_it_a_fault_is_missed() -> None:
    need("torch")
    whole = named("xlogits.softmax_cross_entropy")
    rows = tuple(row for row in whole.rows if not row.job.loss.label_smoothing)
    poorer = Name(whole.name, rows, whole.fields, whole.operands)
    assert verdicts(whole)["smoothing ignored"].outcome == CAUGHT
    assert verdicts(poorer)["smoothing ignored"].outcome == MISSED


def test_the_ledger_excuses_no_fault_of_ours() -> None:
    """PyTorch's gradient of `ctc_loss` has a row in the ledger; ours has to be right all the same."""
    need("torch")
    row = named("torch.nn.functional.ctc_loss").rows[0]
    right = row.made({})
    assert not flagged(row, right, "torch")
    assert flagged(row, lambda **o: right(**{k: v.detach() for k, v in o.items()}), "torch")


def test_a_function_that_hides_nan_is_noticed() -> None:
    row = named("xlogits.softplus").rows[0]
    assert isinstance(row.job.loss, Transform)
    assert hides_nan(row, VALUE["NaN replaced by 0"](row.made({})))
    assert np.isnan(row.made({})(pred=np.array([np.nan]))).all()


def test_what_is_judged_equivalent_is_still_there() -> None:
    """A line that was rewritten has no mutant any more; the command tries those that have."""
    assert EQUIVALENT
    for file, function, old, new in EQUIVALENT:
        lines = {line.strip() for line in (ROOT / file).read_text(encoding="utf-8").splitlines()}
        assert set(old.split("\n")) <= lines, (file, function)
        assert old != new


@pytest.mark.parametrize(
    "text", ["# why\n@ a b\n-c\n+d\n@ a b\n-c\n+d\n", "@ a b\n-c\n+d\n", "c\n"]
)
def test_a_list_of_judgements_is_read_strictly(text: str) -> None:
    assert read("# why\n@ a b\n-c\n-d\n+e\n") == {("a", "b", "c\nd", "e"): "why"}
    with pytest.raises(ValueError, match=r"equivalent\.txt"):
        read(text)
