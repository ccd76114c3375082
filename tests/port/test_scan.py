"""A fast search of many files finds what the search that leaves nothing out finds."""

import ast
import cProfile
from importlib.util import find_spec
from itertools import product
from pathlib import Path

import pytest

from xlogits.port import source as module
from xlogits.port.decide.rendering import Choices
from xlogits.port.decide.rewrite import decide
from xlogits.port.document import ported
from xlogits.port.read.calls import Finder
from xlogits.port.read.scan import may_hold
from xlogits.port.read.text import Text, Unreadable
from xlogits.port.source import port
from xlogits.port.write.cuts import cuts
from xlogits.port.write.edits import check, placed
from xlogits.translation.language import language

ROOT = Path(__file__).resolve().parents[2]
TORCH = frozenset({"torch"})
IMPORT = "import torch\nimport torch.nn.functional as F\n"

# text after the import, and whether it computes something
TEXTS = {
    "call": ("y = torch.sigmoid(x)\n", True),
    "comment": ("# see torch.sigmoid(x)\n", False),
    "comment behind code": ("y = 1  # torch.sigmoid(x)\n", False),
    "prompt": ('"""\n>>> torch.sigmoid(x)\n"""\n', False),
    "quoted": ('names = ["torch.sigmoid", "F.softmax"]\n', False),
    "marked": ('"""Like `torch.sigmoid`."""\n', False),
    "ends a text": ('s = """\n# """ + str(torch.sigmoid(x))\n', True),
    "ends a prompt": ("s = '''\n>>> ''' + str(torch.sigmoid(x))\n", True),
    "in a text": ('s = f"""\n# {torch.sigmoid(x)}"""\n', True),
    "behind a text": ('s = "a"if torch.sigmoid(x)else"b"\n', True),
    "of a text": ('y = {"a": x}["a"].sigmoid()\n', True),
    "old line ends": ("# a\ry = torch.sigmoid(x)\r", True),
    "on the next line": ("y = torch. \\\n  sigmoid(x)\n", True),
    "behind a comment": ("y = (torch.  # of x\n  sigmoid(x))\n", True),
    "two imports": (
        "from torch.x import a; from torch.nn import Softmax\ny = Softmax(1)(x)\n",
        True,
    ),
    "long import": (
        "from torch.nn import (  # some\n  Linear,\n  Softmax)\ny = Softmax(1)(x)\n",
        True,
    ),
    "cut import": ("from torch.nn \\\n  import Softmax\ny = Softmax(1)(x)\n", True),
    "star": ("from torch.nn import *\ny = Softmax(1)(x)\n", True),
    "other star": ("from torch.utils.data import *\ny = Softmax(1)(x)\n", False),
    "other import": ("from torch.ao.nn import Softmax\ny = Softmax(1)(x)\n", False),
    "other place": ("from torch.nn.modules.activation import Softmax\ny = Softmax(1)(x)\n", True),
}


def _found(text: str) -> bool:
    found = Finder(Text(text), TORCH).found
    return bool(found.sites or found.makers or found.left)


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_read(name: str) -> None:
    text, computes = TEXTS[name]
    held = may_hold((IMPORT + text).encode(), ["torch"])
    assert _found(IMPORT + text) == computes
    assert held or not computes
    assert held == (computes or name == "comment behind code")  # and little for nothing


def test_what_is_read_of_texts_put_together() -> None:
    """Quotes that open and close, signs of comments, and a call between them: nothing is lost."""
    pieces = (
        ("", "y = (", 'y = """', "y = '''", 'y = f"""{', 'y = f"""', 'y = "a"'),
        ("", "\n", "\\\n"),
        ("", "#", ">>>", "`", '"', "{", " "),
        ("", '"""', "'''", '}"""', '"', ")"),
        ("", "+", "if ", "\n"),
        ("torch.sigmoid(x)", "x.softmax(1)", "torch.\\\nrelu(torch.sigmoid(x))", "sigmoid(x)"),
        ("", ")", '"', '"""', '}"""', "`", "else 1"),
    )
    parsed = computes = ruled_out = 0
    for words in product(*pieces):
        text = f"{IMPORT}{''.join(words)}\n"
        try:
            found = _found(text)
        except Unreadable:
            continue
        held = may_hold(text.encode(), ["torch"])
        parsed, computes, ruled_out = parsed + 1, computes + found, ruled_out + (not held)
        assert held or not found, text
    assert computes > 500
    assert ruled_out > 500
    assert parsed >= computes + ruled_out


def _choices(source: str, target: str) -> Choices:
    return Choices(language(source), language(target))


def _long(indent: int) -> str:
    return "".join(f"{' ' * indent}value = value + {number}\n" for number in range(20))


FILE = f"""{IMPORT}

def before(value):
{_long(4)}

class Mixed:
    def left_alone(self, value):
{_long(8)}
    @staticmethod
    def loss(x, y):
        return F.cross_entropy(x, y)


class After:
    def go(self, value):
{_long(8)}"""


def test_a_second_reading_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    done = port(FILE, _choices("torch", "jax"))
    assert "value + 7" in done.text
    assert "value + 7" not in done.short
    assert "def before(): pass" in done.short
    assert "class After: pass" in done.short
    assert "def left_alone(): pass" in done.short
    assert "optax." in done.short
    monkeypatch.setattr(module, "cuts", lambda decisions, edits: [])
    whole = port(FILE, _choices("torch", "jax"))
    assert whole.short == whole.text == done.text
    assert whole.changes == done.changes


def test_nothing_is_cut_that_a_decision_is_about() -> None:
    kept = {
        "left": "def f(x, y):\n    return F.ctc_loss\n",
        "a name of the module": "def f():\n    global F\n    F = 1\n",
        "a use": "def f(x, y):\n    return loss(x, y)\n",
        "a value of the name": "def f(x, y):\n    loss = 1\n    return loss\n",
        "decorated": "@d(F.softmax(x, 1))\ndef f(x, y):\n    return 1\n",
    }
    for name, text in kept.items():
        body = text + "\n".join(f"    z = {number}" for number in range(40))
        whole = f"{IMPORT}loss = torch.nn.MSELoss()\n{body}\na = F.softmax(x, 1)\n"
        assert "z = 7" in port(whole, _choices("torch", "jax")).short, name
        plain = whole.replace(text, "def f(x, y):\n    return 1\n")
        assert "z = 7" not in port(plain, _choices("torch", "jax")).short, name


def test_a_text_that_differs_elsewhere_is_caught() -> None:
    """The short text is as strict as the whole: every other character changed is seen in one of them."""
    choices = _choices("torch", "jax")
    done = port(FILE, choices)
    old, edits = Text(FILE), list(done.edits)
    for text in (done.short, done.text):
        decisions = decide(old, choices)
        more = cuts(decisions, edits) if text is done.short else []
        short, moved = placed(FILE, [*edits, *more])
        assert short == text
        check(old, Text(text), moved)
        for wrong in (
            text.replace("class Mixed", "class Mixes"),
            text.replace("def loss(x, y)", "def loss(y, x)"),
            text.replace("staticmethod", "classmethods"),
        ):
            assert wrong != text
            ast.parse(wrong)
            with pytest.raises(Unreadable, match="outside"):
                check(old, Text(wrong), moved)


def test_the_work_grows_with_the_calls_and_no_faster() -> None:
    """Eight times the calls, eight times the functions called; with their square it would be 15."""

    def work(count: int) -> int:
        lines = "".join(f"a{n} = F.cross_entropy(x{n}, y{n})\n" for n in range(count))
        with cProfile.Profile() as profile:
            port(IMPORT + lines, _choices("torch", "tensorflow"))
        return sum(entry.callcount for entry in profile.getstats())

    work(1)  # what is looked up once
    assert 7 < work(400) / work(50) < 9


@pytest.mark.parametrize("way", [("torch", "jax"), ("keras", "torch"), ("optax", "torch")])
def test_short_and_whole_agree(way: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """On every golden file, and on sources of PyTorch where it is installed."""
    paths = list(ROOT.glob("tests/port/golden/*.py"))
    torch = find_spec("torch")
    if torch is not None and torch.origin is not None:
        folder = Path(torch.origin).parent / "nn"
        paths += [*folder.glob("*.py"), *folder.glob("modules/*.py")]
        assert len(paths) > 80
    data = {path: path.read_bytes() for path in paths}
    first = {path: ported(str(path), data[path], _choices(*way)) for path in paths}
    monkeypatch.setattr(module, "cuts", lambda decisions, edits: [])
    assert first == {path: ported(str(path), data[path], _choices(*way)) for path in paths}
    assert sum(document.changed for document in first.values()) > 5
    assert not [document for document in first.values() if document.error]
