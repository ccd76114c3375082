"""What mypy says of calls: words are known, and a tensor in is a tensor out."""

import inspect
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, get_type_hints

import pytest

import xlogits as xl
from tests.conftest import ROOT, need
from xlogits.losses import SoftmaxCrossEntropy
from xlogits.reduction import WORDS

KNOWN = f"Literal[{', '.join(map(repr, WORDS))}]"
HEAD = """
from typing import Any
import numpy as np
import xlogits as xl
from xlogits.losses import Form, Hinge, Reduction, SoftmaxCrossEntropy

class Tensor:
    def __neg__(self) -> "Tensor": ...
    def __getitem__(self, index: object) -> "Tensor": ...

class Parameter(Tensor): ...

x, y, anything = Parameter(), Tensor(), (lambda: 0)  # type: Parameter, Tensor, Any
a, labels, word = np.zeros((2, 3)), np.zeros(2, int), str("sum")
def own(x: Tensor, y: Tensor) -> Tensor: ...
"""
SHAPED = "numpy.ndarray[tuple[int, int], numpy.dtype[numpy.float64]]"

# a call, and its type
TYPES = {
    "xl.softmax(x)": "Tensor",
    "xl.log_softmax(x, axis=(1, 2))": "Tensor",
    "xl.logsumexp(x, axis=None, keepdims=True)": "Tensor",
    "xl.sigmoid(x)": "Tensor",
    "xl.softmax_cross_entropy(x, y)": "Tensor",
    "xl.softmax_cross_entropy(x, y, reduction='mean_over_valid')": "Tensor",
    "xl.sigmoid_cross_entropy(x, y, pos_weight=2.0)": "Tensor",
    "xl.linear_softmax_cross_entropy(x, y, y)": "Tensor",
    "SoftmaxCrossEntropy(reduction=Reduction('sum'))(x, y)": "Tensor",
    "Hinge()(x, y)": "Tensor",
    "xl.value_and_grad(own)(x, y)": "tuple[Tensor, Any]",
    "xl.value_and_grad(xl.softmax_cross_entropy)(x, y)": "tuple[Any, Any]",
    "xl.softmax(a)": SHAPED,
    "xl.sigmoid(np.float32(1))": "numpy.floating[numpy._typing._nbit_base._32Bit]",
    # an array of fewer axes, or a number: NumPy says as little of a[0]
    "xl.softmax_cross_entropy(a, labels)": "Any",
    "xl.softmax_cross_entropy(a, labels, reduction='mean')": "Any",
    "xl.softmax(anything)": "Any",
    "xl.softmax_cross_entropy(anything, y)": "Any",
}
# a call, and what is said of it
ERRORS = {
    "xl.softmax_cross_entropy(x, y, reduction='maen')": (
        'Argument "reduction" to "softmax_cross_entropy" has incompatible type "Literal[\'maen\']"; '
        f'expected "{KNOWN}"'
    ),
    "xl.sigmoid_cross_entropy(a, a, reduction=word)": (
        'Argument "reduction" to "sigmoid_cross_entropy" has incompatible type "str"; '
        f'expected "{KNOWN}"'
    ),
    "Reduction('batchmean')": (
        'Argument 1 to "Reduction" has incompatible type "Literal[\'batchmean\']"; '
        f'expected "{KNOWN}"'
    ),
    "Reduction('mean', empty='none')": (
        'Argument "empty" to "Reduction" has incompatible type "Literal[\'none\']"; '
        "expected \"Literal['nan', 'zero']\""
    ),
    "xl.softmax([2.0, 1.0])": (
        'Argument 1 to "softmax" has incompatible type "list[float]"; expected "Elements[Never]"'
    ),
    "xl.softmax_cross_entropy(1.0, y)": (
        'Argument 1 to "softmax_cross_entropy" has incompatible type "float"; '
        'expected "Rows[Never]"'
    ),
}


def told(folder: Path, head: str, lines: list[str], *options: str) -> list[tuple[str, str, str]]:
    """Every message of mypy: its kind, the text and the line that it is about."""
    source = head.splitlines() + lines
    (folder / "calls.py").write_text("\n".join(source) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--disable-error-code=empty-body"]
    command += [
        "--no-error-summary",
        "--hide-error-codes",
        "--show-error-end",
        *options,
        "calls.py",
    ]
    there = {**os.environ, "MYPYPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=there, capture_output=True, text=True)
    assert not done.stderr, done.stderr
    found = []
    for message in done.stdout.splitlines():
        place, kind, text = message.split(": ", 2)
        found.append((kind, text, source[int(place.split(":")[1]) - 1]))
    return found


def test_what_mypy_says_of_calls(tmp_path: Path) -> None:
    lines = [f"reveal_type({call})" for call in TYPES] + list(ERRORS)
    wanted = [
        ("note", f'Revealed type is "{kind.replace("Tensor", "calls.Tensor")}"', line)
        for line, kind in zip(lines, TYPES.values(), strict=False)
    ]
    wanted += [("error", text, call) for call, text in ERRORS.items()]
    assert told(tmp_path, HEAD, lines) == wanted


@pytest.mark.long
def test_what_mypy_says_of_the_frameworks_own_arrays(tmp_path: Path) -> None:
    need("torch", "jax")
    head = "import jax, torch, xlogits as xl\nx, y = torch.zeros(2, 3), torch.zeros(2)\n"
    head += "w, a = torch.nn.Parameter(x), jax.numpy.zeros((2, 3))"
    torchs, jaxs = "torch._tensor.Tensor", "jax._src.basearray.Array"
    calls = {
        "xl.softmax(x)": torchs,
        "xl.softmax(w)": torchs,
        "xl.softmax_cross_entropy(x, y, reduction='mean')": torchs,
        "xl.softmax_cross_entropy(w, y)": torchs,
        "xl.softmax(a)": jaxs,
        "xl.softmax_cross_entropy(a, a[0])": jaxs,
    }
    found = told(tmp_path, head, [f"reveal_type({call})" for call in calls])
    assert [(text, line) for _, text, line in found] == [
        (f'Revealed type is "{kind}"', f"reveal_type({call})") for call, kind in calls.items()
    ]


@pytest.mark.parametrize(
    "function",
    [xl.softmax_cross_entropy, xl.linear_softmax_cross_entropy, xl.sigmoid_cross_entropy],
)
def test_at_run_time_an_array_is_any_and_a_word_a_text(function: Any) -> None:
    signature = inspect.signature(function)
    first = next(iter(signature.parameters.values()))
    assert first.annotation is Any
    assert signature.return_annotation is Any
    assert signature.parameters["reduction"].annotation is str
    assert get_type_hints(function)["reduction"] is str
    assert get_type_hints(SoftmaxCrossEntropy.__call__)["pred"] is Any


def test_the_words_are_those_that_are_taken() -> None:
    assert [word for word in WORDS if xl.losses.Reduction(word).word == word] == list(WORDS)
    assert WORDS[:3] == ("none", "sum", "mean")
    assert len(WORDS) == 10
