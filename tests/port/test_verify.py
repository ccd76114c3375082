"""`xlogits port --verify` runs rewrites beside their originals and withdraws those that are off."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import child
from tests.absence.hiding import environment
from tests.conftest import ROOT, need
from tests.port.porting import TO_JAX, TORCH, main_in
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
    assert "on 3 inputs the value is within 1.5 eps" in capsys.readouterr().err


@pytest.mark.long
def test_the_command_runs_both_frameworks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    need("torch", "jax", "optax")
    (tmp_path / "a.py").write_text(TORCH + "b = F.cross_entropy(x, y, label_smoothing=0.1)\n")
    assert main_in(tmp_path, ["port", "a.py", *TO_JAX, "--verify"]) == 0
    assert "2 verified by running them" in capsys.readouterr().err
