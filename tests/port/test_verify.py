"""`xlogits port --verify` runs rewrites beside their originals and withdraws those that are off."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import child
from tests.absence.hiding import environment
from tests.conftest import ROOT, need
from tests.port.porting import TO_JAX, TORCH, main_in, port_of
from tests.port.proving import proof, verdict
from xlogits.errors import OptionError
from xlogits.parity.proofs import Verdict, judged
from xlogits.port import verify
from xlogits.port.decide.change import Proof

SOFTMAX = "torch.nn.functional.softmax(input=_xl0_, dim=-1)"
ENTROPY = "torch.nn.functional.cross_entropy(input=_xl0_, target=_xl1_, reduction='none')"
SPARSE = "tf.nn.sparse_softmax_cross_entropy_with_logits(labels=_xl1_, logits=_xl0_)"


def test_a_right_rewrite_is_run_on_many_inputs() -> None:
    found = verdict(SOFTMAX, "tf.nn.softmax(_xl0_)")
    assert not found.wrong
    assert found.inputs >= 16
    assert 0 < found.value <= 16
    assert 0 < found.gradient <= 16


def test_an_axis_far_out_gets_arrays_that_have_it() -> None:
    far = SOFTMAX.replace("-1", "3")
    found = verdict(far, "tf.nn.softmax(_xl0_, axis=3)")
    assert found.inputs
    assert not found.wrong
    assert verdict(far, "tf.nn.softmax(_xl0_, axis=2)").wrong


def test_rows_without_weight_are_taken_for_granted() -> None:
    weighted = "jax.nn.logsumexp(a=_xl0_, axis=-1, b=_xl1_)"
    given = {"imports": ["import torch"], "target": "torch", "assumed": ["no negative weight"]}
    need("torch", "jax")
    summed = "torch.logsumexp(_xl0_ + torch.log(_xl1_), dim=-1)"
    found = judged(proof(weighted, summed, **given))
    assert found.wrong[0].startswith("d/dlogits: nan")
    found = judged(
        proof(weighted, summed, **given | {"assumed": [*given["assumed"], "some weight"]})
    )
    assert found.inputs
    assert not found.wrong


def test_a_cast_is_run_in_its_own_dtype() -> None:
    cast = SOFTMAX.replace("-1", "-1, dtype=torch.float32")
    assert not verdict(cast, "tf.nn.softmax(tf.cast(_xl0_, tf.float32))").wrong
    assert verdict(cast, "tf.nn.softmax(tf.cast(_xl0_, tf.float16))").wrong


def test_what_is_assumed_chooses_the_inputs() -> None:
    assumed = ["nothing ignored", "index labels", "rank"]
    found = verdict(ENTROPY, SPARSE, assumed=assumed)
    assert not found.wrong
    assert any("K-dimensional" in why for why in verdict(ENTROPY, SPARSE, assumed=[]).wrong)


def test_a_folded_reduction_is_run_with_the_original() -> None:
    assumed = ["nothing ignored", "index labels", "rank"]
    mean = f"tf.reduce_mean({SPARSE})"
    assert not verdict(ENTROPY, mean, around="({}).mean()", assumed=assumed).wrong
    assert verdict(ENTROPY, mean, around="torch.sum({})", assumed=assumed).wrong


@pytest.mark.parametrize(
    ("translated", "what"),
    [
        ("tf.nn.softmax(_xl0_, axis=0)", "value"),
        ("tf.nn.softmax(_xl0_) * (1 + 1e-5)", "value"),
        ("tf.nn.softmax(_xl0_) + tf.zeros_like(_xl0_)", ""),
        ("tf.stop_gradient(tf.nn.softmax(_xl0_))", "d/dlogits"),
        ("tf.nn.no_such_function(_xl0_)", "raised AttributeError"),
    ],
)
def test_a_wrong_rewrite_is_noticed(translated: str, what: str) -> None:
    found = verdict(SOFTMAX, translated)
    assert bool(found.wrong) == bool(what)
    assert not what or found.wrong[0].startswith(what)


def test_nothing_of_a_stranger_is_run(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    code = f"torch.nn.functional.softmax(input=_xl0_, dim=open({str(mark)!r}, 'w').write('x'))"
    assert "depends on" in judged(proof(code, "tf.nn.softmax(_xl0_)")).skipped
    assert "depends on" in judged(proof(SOFTMAX.replace("-1", "axis"), "0")).skipped
    assert not mark.exists()


def test_a_module_beside_what_is_ported_is_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "ran"
    (tmp_path / "numpy.py").write_text(f"open({str(mark)!r}, 'w').close(); raise SystemExit(5)\n")
    monkeypatch.chdir(tmp_path)
    assert verify._run([], "torch", 60) == []
    assert not mark.exists()
    there = child.environment(ROOT)
    careless = subprocess.run(
        [sys.executable, "-m", "xlogits.parity.proofs"], input="[]", text=True, env=there
    )
    assert careless.returncode == 5
    assert mark.exists()


def test_a_framework_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    need("torch")
    given = proof(SOFTMAX, "tf.nn.softmax(_xl0_)")
    target = given.pop("target")
    for word, value in environment(["tensorflow"]).items():
        monkeypatch.setenv(word, value)
    with pytest.raises(OptionError, match="both frameworks: tensorflow is not installed"):
        verify._run([Proof(**given)], target, 60)


def test_a_rewrite_that_is_off_is_withdrawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fine = vars(Verdict(inputs=3, value=1.5))
    off = vars(Verdict(inputs=3, wrong=["value: 1 where the original is 2 on 'x' in float64"]))
    (tmp_path / "a.py").write_text(TORCH + "b = F.mse_loss(x, y)\n")

    def run(proofs: list[Any], *rest: Any) -> list[Any]:
        return [off if "mse" in p.original else fine for p in proofs]

    monkeypatch.setattr(verify, "_run", run)
    assert main_in(tmp_path, ["port", "a.py", *TO_JAX, "--verify", "--write"]) == 3
    text = (tmp_path / "a.py").read_text()
    assert "a = jax.nn.softmax(x)" in text
    assert "it is off: value: 1 where the original is 2" in text
    assert "b = F.mse_loss(x, y)" in text
    assert "verified on 3 inputs: value within 1.5 eps" in capsys.readouterr().err


@pytest.mark.long
def test_the_command_runs_both_frameworks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    need("torch", "jax", "optax")
    (tmp_path / "a.py").write_text(TORCH + "b = F.cross_entropy(x, y, label_smoothing=0.1)\n")
    assert main_in(tmp_path, ["port", "a.py", *TO_JAX, "--verify"]) == 0
    assert "2 verified by running them" in capsys.readouterr().err


def test_the_original_is_the_judge_and_not_our_record_of_it() -> None:
    """With `from_logits=None` Keras reads probabilities; our own formula once said otherwise."""
    original = "keras.ops.binary_crossentropy(target=_xl1_, output=_xl0_, from_logits=None)"
    translated = "F.binary_cross_entropy_with_logits(_xl0_, _xl1_, reduction='none')"
    imports = ["import torch.nn.functional as F"]
    found = verdict(original, translated, imports=imports, target="torch")
    assert any(why.startswith("value: ") and "'ordinary'" in why for why in found.wrong)


DENSE_CALL = "softmax_cross_entropy_with_logits(y, x)\n"
DENSE = "tensorflow.nn.softmax_cross_entropy_with_logits(labels=_xl1_, logits=_xl0_)"
TO_TORCH = {"imports": ["import torch.nn.functional as F"], "target": "torch"}


def test_a_fault_of_the_source_is_a_row_of_the_ledger_and_said_in_its_words() -> None:
    found = verdict(DENSE, "F.cross_entropy(_xl0_, _xl1_, reduction='none')", **TO_TORCH, ndim=2)
    assert not found.wrong
    (row,) = [row for row in found.known.values() if row["unless"] == "rows sum to 1"]
    assert row["quantities"] == ["gradient"]
    said = list(verify.conditions(vars(found)))
    assert (
        "verified where rows sum to 1; elsewhere the gradient differs (TensorFlow's own fault)"
        in said
    )


def test_a_row_excuses_one_kind_of_input_and_no_other() -> None:
    off = "F.cross_entropy(_xl0_, 1.001 * _xl1_, reduction='none')"
    found = verdict(DENSE, off, **TO_TORCH, ndim=2)
    assert any("value: " in why and "'ordinary'" in why for why in found.wrong)


def test_a_row_about_a_dtype_sets_the_precision_and_excuses_nothing() -> None:
    """TF1's losses compute in float32: the ledger's row names every input in float64."""
    original = (
        "tensorflow.compat.v1.losses.softmax_cross_entropy"
        "(onehot_labels=_xl1_, logits=_xl0_, reduction='weighted_sum')"
    )
    right = "torch.sum(F.cross_entropy(_xl0_, _xl1_, reduction='none'))"
    given: dict[str, Any] = TO_TORCH | {
        "imports": ["import torch", *TO_TORCH["imports"]],
        "ndim": 2,
        "assumed": ["constant labels"],
    }
    found = verdict(original, right, **given)
    assert not found.wrong
    assert 0 < found.value < 16
    assert verdict(original, f"1.0001 * {right}", **given).wrong


def test_what_the_original_refuses_is_named() -> None:
    """Class indexes for one number per class: PyTorch's one function takes both."""
    found = verdict(DENSE, "F.cross_entropy(_xl0_, _xl1_, reduction='none')", **TO_TORCH, ndim=2)
    assert found.checked == ["dense labels"]
    (change,) = port_of(
        "import tensorflow as tf\na = tf.nn." + DENSE_CALL, "tensorflow", "torch"
    ).changes
    condition = "labels hold one number per class"
    assert condition not in change.conditions
    told = verify._told(change, vars(found))
    assert condition in told.conditions
    assert told.mark != "exact"


def test_an_answer_to_what_the_original_refuses_is_wrong() -> None:
    original = "torch.nn.functional.multi_margin_loss(input=_xl0_, target=_xl1_)"
    with pytest.MonkeyPatch.context() as patch:
        from xlogits import ledger

        patch.setattr(ledger, "ROWS", ())
        found = verdict(
            original,
            "tf.reduce_mean(_xl0_)",
        )
    assert any(why.startswith("the original refuses what this takes") for why in found.wrong)


def test_what_a_condition_excludes_is_counted_and_said() -> None:
    assumed = ["nothing ignored", "index labels", "rank"]
    found = verdict(ENTROPY, SPARSE, assumed=assumed)
    assert found.left_out["rank"] >= 3
    assert found.left_out["nothing ignored"] >= 3
    said = list(verify.conditions(vars(found)))
    assert "not run at ranks 3 and 4: assumed" in said
    assert verify.what_ran(vars(found)).startswith("at ranks 1 and 2, int64 ")


def test_keras_aligns_a_column_where_others_broadcast_it() -> None:
    original = "keras.losses.mean_squared_error(y_true=_xl1_, y_pred=_xl0_)"
    found = verdict(
        original,
        "torch.mean((_xl0_ - _xl1_) ** 2, dim=-1)",
        imports=["import torch"],
        target="torch",
    )
    assert any("'(N, 1) with labels (N,)'" in why for why in found.wrong)
