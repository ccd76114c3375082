"""`xlogits port` turns each golden input into its golden output, and both give the same numbers."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import ROOT, framework, need
from tests.port.porting import choices, port_of
from xlogits.errors import OptionError
from xlogits.port.decide.change import Edit
from xlogits.port.decide.rendering import assumption
from xlogits.port.document import ported
from xlogits.port.read.calls import Finder
from xlogits.port.read.paths import era_of, find
from xlogits.port.read.scan import may_hold
from xlogits.port.read.text import Text, Unreadable, decoded
from xlogits.port.write.edits import check
from xlogits.translation.language import language

PAIRS = sorted((Path(__file__).parent / "golden").glob("*.in.py"))
FOREIGN = {  # something is left: not run
    *("compile", "left", "losses_clash", "names_taken", "one_hot_kept", "one_hot_own"),
}
ARRAYS = {"tensorflow": "tensorflow", "keras": "tensorflow", "xlogits": "torch"}


def ways(path: Path) -> tuple[str, str]:
    source, _, target = path.name.split(".")[1].partition("-")
    return source, target


@pytest.mark.parametrize("path", PAIRS, ids=lambda p: p.name.removesuffix(".in.py"))
def test_golden(path: Path) -> None:
    done = ported(path.name, path.read_bytes(), choices(*ways(path)))
    assert not done.error
    assert done.after == path.with_name(path.name.replace(".in.", ".out.")).read_bytes()
    assert done.changed != path.name.startswith("noop")
    assert not ported(path.name, done.after, choices(*ways(path))).changed


RUN = [p for p in PAIRS if not p.name.startswith("noop") and p.name.split(".")[0] not in FOREIGN]


@pytest.mark.parametrize("path", RUN, ids=lambda p: p.name.removesuffix(".in.py"))
def test_golden_pairs_give_the_same_numbers(path: Path) -> None:
    source, target = ways(path)
    homes = [ARRAYS.get(name, name) for name in (source, target)]
    need(*homes)
    x = np.array([[2.0, 0.5, -1.0], [0.25, 1.5, 0.5], [-0.5, 0.0, 1.0]])
    y = np.array([0, 2, 1])
    results = []
    for home, file in zip(homes, (path, Path(str(path).replace(".in.", ".out."))), strict=True):
        names: dict[str, Any] = {"__name__": "golden"}
        exec(compile(file.read_bytes(), str(file), "exec"), names)  # our own files
        made = framework(home).arrays({"x": x, "y": y}, "float32")
        results.append(np.asarray(framework(home).numbers(names["loss"](**made))))
    assert results[0] == pytest.approx(results[1], rel=2e-6)
    assert np.all(np.isfinite(results[0]))


def test_other_arrays_would_be_noticed() -> None:
    """The inputs of the test above tell a wrong axis, order and reduction apart."""
    x = np.array([[2.0, 0.5, -1.0], [0.25, 1.5, 0.5], [-0.5, 0.0, 1.0]])
    rows = x - np.log(np.exp(x).sum(1, keepdims=True))
    columns = x - np.log(np.exp(x).sum(0, keepdims=True))
    values = [-a[range(3), y].mean() for a in (rows, columns) for y in ([0, 2, 1], [1, 2, 0])]
    assert len({round(v, 3) for v in values}) == 4


def test_an_assumption_that_is_given_is_not_repeated() -> None:
    text = "import torch.nn.functional as F\na = F.cross_entropy(x, y)\n"
    (change,) = port_of(text).changes
    assert change.mark == "exact if"
    assert set(change.assumed) == {"nothing ignored", "index labels", "rank"}
    (sure,) = port_of(
        text, "torch", "tensorflow", "nothing-ignored", "index-labels", "rank"
    ).changes
    assert sure.mark == "exact"
    with pytest.raises(OptionError, match="expected one of"):
        assumption("everything")


def test_shapes_that_the_text_shows_are_not_assumed() -> None:
    text = "import torch.nn.functional as F\na = F.cross_entropy(x.view(-1, V), y.view(-1))\n"
    (change,) = port_of(text).changes
    assert change.assumed == ("nothing ignored",)
    (dense,) = port_of(text.replace("y.view(-1)", "y.float()")).changes
    assert "tf.nn.log_softmax" in dense.after


def test_a_swapped_pair_gets_its_names() -> None:
    text = "import tensorflow as tf\na = tf.keras.losses.mean_squared_error(y_pred=p, y_true=t)\n"
    (change,) = port_of(text, "tensorflow", "torch").changes
    assert change.after == "torch.mean((p - t) ** 2, dim=-1)"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("F.cross_entropy(x, y, reduction=how)", "depends on its value"),
        ("F.cross_entropy(*a)", "behind \\*"),
        ("F.cross_entropy(x)", "does not fit"),
        ("F.cross_entropy(x, y, size=3)", "does not fit"),
        ("F.gumbel_softmax(x)", "Gumbel noise"),
        ("map(F.softmax, x)", "passed on"),
        ("lambda: F.cross_entropy(f(x), y, label_smoothing=0.1)", "more than once"),
    ],
)
def test_what_is_left_says_why(line: str, reason: str) -> None:
    text = f"import torch.nn.functional as F\n{line}\n"
    done = port_of(text)
    (change,) = done.left
    assert re.search(reason, change.why)
    assert done.after.decode().splitlines()[1].startswith("# xlogits: ")
    assert done.after.decode().splitlines()[2] == line


def test_a_weight_that_is_one_number_is_left() -> None:
    text = "import tensorflow.compat.v1 as tf\ntf.losses.huber_loss(y, x, {})\n"
    assert port_of(text.format(1.0), "tensorflow", "torch").changes[0].after
    assert port_of(text.format(2.0), "tensorflow", "torch").left


def test_the_era_decides_what_tf_losses_means() -> None:
    assert era_of({"tensorflow.placeholder"}) == "tf1"
    assert era_of({"tensorflow.GradientTape", "tensorflow.losses.MeanSquaredError"}) == "tf2"
    assert era_of({"tensorflow.placeholder", "tensorflow.keras.Model"}) == ""
    names = [r.name for r in find("tensorflow.losses.mean_squared_error", "tf1")]
    assert names == ["tensorflow.compat.v1.losses.mean_squared_error"]
    text = "import tensorflow as tf\na = tf.losses.mean_squared_error(y, x)\n"
    assert port_of(text, "tensorflow", "torch", "tf1").changes[0].after == "F.mse_loss(x, y)"
    assert "dim=-1" in port_of(text, "tensorflow", "torch", "tf2").changes[0].after
    assert port_of(text, "tensorflow", "torch").left


def test_both_sites_or_neither() -> None:
    text = "import torch.nn as nn\nc = nn.CrossEntropyLoss()\na = c(x, y)\nb = c(*both)\n"
    done = port_of(text, "torch", "keras")
    assert [c.mark for c in done.changes] == ["left for you"]
    assert "a = c(x, y)" in done.after.decode()
    used = port_of(text.replace("c(*both)", "c.reduction"), "torch", "keras")
    assert "function does not have" in used.left[0].why


def test_the_order_of_evaluation_is_told() -> None:
    text = (
        "import torch.nn.functional as F\na = F.binary_cross_entropy_with_logits(f(x), next(y))\n"
    )
    (change,) = port_of(text).changes
    assert "order" in change.assumed


def test_encodings_survive() -> None:
    body = "import torch.nn.functional as F\ns = 'é'; a = F.softmax(x, dim=-1)  # é\n"
    for data in (
        b"\xef\xbb\xbf" + body.encode(),
        b"# -*- coding: latin-1 -*-\n" + body.encode("latin-1"),
    ):
        done = ported("x.py", data, choices("torch", "jax"))
        assert not done.error
        _, encoding = decoded(data)
        new = done.after.decode(encoding)
        assert "s = 'é'; a = jax.nn.softmax(x)  # é" in new
        assert done.after.startswith(data[:3])


@pytest.mark.parametrize(
    "data",
    [
        b"import torch.nn.functional as F\nF.softmax(x, 1) # \xff\n",
        b"import torch.nn.functional as F\nprint F.softmax(x, 1)\n",
        b"import torch.nn.functional as F\nF.softmax(x, 1)\0\n",
        b"# coding: no-such\nimport torch.nn.functional as F\nF.softmax(x, 1)\n",
        b"import torch.nn.functional as F\nF.softmax(x, 1)\na = " + b"-" * 100000 + b"1\n",
    ],
    ids=["utf-8", "python 2", "nul", "cookie", "deep"],
)
def test_what_is_not_python_is_refused(data: bytes) -> None:
    done = ported("x.py", data, choices("torch", "jax"))
    assert done.error
    assert done.after == data


def test_a_difference_outside_the_edits_is_noticed() -> None:
    old, new = Text("a = f(x)\nb = 1\n"), Text("a = g(x)\nb = 2\n")
    node = old.tree.body[0].value  # type: ignore[attr-defined]
    edit = Edit(old.span(node), "g(x)", node)
    with pytest.raises(Unreadable, match="differ outside"):
        check(old, new, [(edit, old.span(node))])
    check(old, Text("a = g(x)\nb = 1\n"), [(edit, old.span(node))])


def test_operators_around_a_call_are_kept() -> None:
    text = "import torch.nn.functional as F\na = -F.kl_div(p - q, t + u, reduction='sum') ** 2\n"
    after = port_of(text).after.decode()
    assert "a = -tf.reduce_sum(tf.math.xlogy(t + u, t + u) - (t + u) * (p - q)) ** 2" in after
    text = "import torch.nn.functional as F\na = 2 / F.nll_loss(x, y, reduction='none')[0]\n"
    assert "(-tf.gather" in port_of(text).after.decode()


def test_the_example_of_the_readme() -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    lines = text.partition("```diff\n")[2].partition("```")[0].splitlines()
    old, new = ("\n".join(x[1:] for x in lines if x[:1] != sign) for sign in "+-")
    assert port_of(old, "tensorflow", "torch").after.decode() == new


def test_an_axis_that_is_no_literal() -> None:
    text = (
        "import torch.nn as nn\nimport torch.nn.functional as F\n"
        "class M:\n    def __init__(self, k):\n        self.s = nn.LogSoftmax(dim=k)\n"
        "a = F.softmax(x, dim=self.dim)\nb = F.softmin(x, dim=d + 1)\n"
    )
    first, second, third = port_of(text, "torch", "jax").changes
    assert first.after == "lambda input, dim=k: jax.nn.log_softmax(input, axis=dim)"
    assert second.after == "jax.nn.softmax(x, axis=self.dim)"
    assert third.after == "jax.nn.softmax(-x, axis=d + 1)"
    assert [c.assumed for c in (first, second, third)] == [
        ("axis", "only called"),
        ("axis",),
        ("axis",),
    ]
    assert second.proof is not None
    assert second.proof.translated == "jax.nn.softmax(_xl0_, axis=1)"


def test_the_filter_loses_no_call() -> None:
    """What the bytes of a file rule out, the whole search does not find either."""
    ruled_out = held = 0
    for path in (*ROOT.glob("tests/port/golden/*.py"), *ROOT.glob("xlogits/parity/engines/*.py")):
        data = path.read_bytes()
        for source in ("torch", "jax"):
            frameworks = frozenset(language(source).frameworks)
            found = Finder(Text(decoded(data)[0]), frameworks).found
            some = bool(found.sites or found.makers or found.left)
            held += some
            ruled_out += not may_hold(data, frameworks)
            assert not some or may_hold(data, frameworks), path
    assert ruled_out > 10
    assert held > 10


def test_one_name_with_several_values() -> None:
    head = "import torch.nn as nn\n"
    two = "c = nn.CrossEntropyLoss()\nif z:\n    c = nn.MSELoss()\na = c(x, y)\n"
    assert not port_of(head + two, "torch", "jax").left
    moved = two.replace("MSELoss()", "CrossEntropyLoss(weight=w).cuda()")
    assert len(port_of(head + moved, "torch", "jax").left) == 2
    other = port_of(head + two.replace("nn.MSELoss()", "mine()"), "torch", "jax")
    assert [c.why for c in other.left] == ["the same name has other values too"]
    assert not port_of(head + two.replace("nn.MSELoss()", "None"), "torch", "keras").left


def test_the_same_attribute_of_two_classes() -> None:
    text = (
        "import torch.nn as nn\n"
        "class A:\n    def __init__(self):\n        self.c = nn.CrossEntropyLoss()\n"
        "    def go(self, x, y):\n        return self.c(x, y)\n"
        "class B:\n    def __init__(self):\n        self.c = nn.TripletMarginLoss()\n"
        "    def go(self, x, y, z):\n        return self.c(x, y, z)\n"
    )
    done = port_of(text, "torch", "keras")
    assert not done.left
    assert "return self.c(y, x)" in done.after.decode()
    assert "return self.c(x, y, z)" in done.after.decode()


def test_an_attribute_named_like_a_function() -> None:
    text = (
        "import torch.nn as nn\nimport torch.nn.functional as F\n"
        "class A:\n    def __init__(self):\n        self.softmax = nn.Softmax(dim=1)\n"
        "        self.mse_loss = nn.MSELoss()\n"
        "    def go(self, x, y):\n        return self.softmax(x) + F.softmax(x, dim=1)\n"
        "    def on(self, x, y):\n        return self.mse_loss(x, y) + F.mse_loss(x, y)\n"
        "    def up(self, x):\n        return x.softmax(dim=1)\n"
    )
    done = port_of(text, "torch", "jax")
    assert not done.error
    assert not done.left
    assert len(done.changes) == 5
