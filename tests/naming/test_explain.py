"""`explain` and `names` say what the records say, of every function."""

import subprocess
import sys

import pytest

import xlogits as xl
from compare import names as tables
from tests.conftest import ROOT
from xlogits.catalogue import NATIVES
from xlogits.catalogue.absent import ABSENT
from xlogits.cli import main
from xlogits.errors import OptionError, Refused, Unknown
from xlogits.naming import Explanation, defaults, names
from xlogits.naming.spelling import meant

FOREIGN = [name for name, native in NATIVES.items() if native.framework != "xlogits"]


@pytest.mark.parametrize("name", FOREIGN)
def test_every_name_is_explained(name: str) -> None:
    found = xl.explain(name)
    assert isinstance(found, Explanation)
    page = str(found)
    assert found.about
    assert " " in found.formula  # not just a symbol
    assert "frac" not in found.formula
    assert "\\" not in found.formula
    assert "{" not in found.formula
    assert found.link.startswith("https://")
    assert all(t.source or t.why_not for t in found.elsewhere.values())
    assert found.name in page


@pytest.mark.parametrize("name", ABSENT)
def test_what_has_no_equivalent_says_why(name: str) -> None:
    assert name not in NATIVES
    with pytest.raises(Refused) as refusal:
        xl.explain(name)
    assert ABSENT[name].reason in str(refusal.value)


def test_a_name_that_nobody_knows() -> None:
    with pytest.raises(Unknown, match=r"did you mean .*huber_loss"):
        xl.explain("hubr_loss")
    with pytest.raises(OptionError, match="xlogits names"):
        xl.explain("qqqqqqq")


def test_a_name_without_its_module() -> None:
    assert meant("BCELoss") is NATIVES["torch.nn.BCELoss"]
    assert meant("nn.AdaptiveLogSoftmaxWithLoss") is ABSENT["torch.nn.AdaptiveLogSoftmaxWithLoss"]
    as_a_string = meant("categorical_crossentropy")  # of Keras' compile(loss="...")
    assert as_a_string is NATIVES["keras.losses.categorical_crossentropy"]
    with pytest.raises(OptionError, match="which one"):
        xl.explain("softplus")
    with pytest.raises(OptionError, match="which one"):
        meant("softmax")


def test_every_name_is_in_the_tables() -> None:
    text = "\n".join(names.listed())
    for native in NATIVES.values():
        assert names.spelled(native) in text
    with pytest.raises(OptionError, match=r"expected one of .*entropy"):
        names.rows("entropie")


def test_the_tables_by_title_and_in_any_case() -> None:
    both = [row.loss for row in names.rows("Softmax Cross_Entropy")]
    assert both == [
        "softmax cross-entropy, class indexes",
        "softmax cross-entropy, one number per class",
    ]
    for row in names.rows():
        for typed in (row.loss, row.loss.upper(), row.loss.replace("-", " ")):
            assert row in names.rows(typed)
    assert {row.family for row in names.rows("ENTROPY")} == {"entropy"}
    assert len(names.rows("entropy")) < len(names.rows())
    with pytest.raises(OptionError, match="no loss is called 'softmax entropy'"):
        names.rows("softmax entropy")


def test_the_tables_are_what_the_catalogue_says() -> None:
    again = "run `python compare names`"
    assert tables.PAGE.read_text(encoding="utf-8") == tables.page(), again
    assert (ROOT / "README.md").read_text(encoding="utf-8") == tables.readme(), again


def test_default_arguments_disagree() -> None:
    row = next(r for r in names.rows("entropy") if r.loss == "softmax cross-entropy, class indexes")
    found = {r.name: r for r in defaults.results(row)}
    torch, keras = found["F.cross_entropy"], found["keras.losses.SparseCategoricalCrossentropy"]
    assert not defaults.equal(torch, keras)
    assert defaults.equal(torch, torch)
    agree, pairs = defaults.pairs(list(found.values()))
    assert 0 < agree < pairs


def test_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "F.cross_entropy"]) == 0
    assert "tf.nn.sparse_softmax_cross_entropy_with_logits" in capsys.readouterr().out
    assert main(["names", "entropy"]) == 0
    assert "F.cross_entropy" in capsys.readouterr().out
    assert main(["explain", "tf.nn.nce_loss"]) == 1
    assert "no equivalent" in capsys.readouterr().out
    assert main(["explain", "hubr_loss"]) == 1
    assert "did you mean" in capsys.readouterr().err
    assert main(["explain", "softplus"]) == 2
    assert "which one" in capsys.readouterr().err


def test_a_reader_may_stop_reading() -> None:
    command = [sys.executable, "-m", "xlogits", "names"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, text=True
    ) as done:
        assert done.stdout
        assert done.stderr
        done.stdout.close()
        assert done.stderr.read() == ""
    assert done.returncode == 0


def test_they_need_no_framework() -> None:
    code = (
        "import sys; from xlogits.cli import main; main(['explain', 'F.cross_entropy']); "
        "main(['names']); print(sorted({'numpy', 'torch', 'tensorflow', 'jax'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr
