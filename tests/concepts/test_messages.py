"""What frameworks say: said by the real ones, recognised, explained, and not said of what is right."""

import ast
import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import xlogits as xl
from tests.concepts import raising
from tests.conftest import need
from tests.data.concept_questions import FOREIGN, FURTHER_FOREIGN, QUESTIONS
from tests.data.reader_questions import POSTED, UNRELATED, Posted
from xlogits.cli import main
from xlogits.concepts import CONCEPTS
from xlogits.concepts.messages import MESSAGES, messages_of, recognised
from xlogits.concepts.record import Message
from xlogits.naming import Answer

EACH = pytest.mark.parametrize("message", MESSAGES, ids=lambda m: m.says[0][:60])


def _heard(lines: list[str]) -> list[Message]:
    """The messages among what was said."""
    return [said.message for line in lines if (said := recognised(line)) is not None]


def _can_run(message: Message) -> None:
    absent = raising.missing(message)
    if absent:
        pytest.skip(f"{', '.join(absent)} is not installed")
    if raising.on_gpu(message):
        pytest.skip("ends the process that it is said in; see test_on_a_gpu")


@EACH
@pytest.mark.filterwarnings("ignore")
def test_the_framework_says_it(message: Message, capsys: pytest.CaptureFixture[str]) -> None:
    _can_run(message)
    if not message.wrong:
        pytest.skip("said by older versions alone; see test_posted_messages")
    said = raising.said(message, message.wrong)
    assert message in _heard(said), said
    line = next(line for line in said if message in _heard([line]))
    assert main(["explain", "--json", line]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (found["id"], found["message"]["why"]) == (message.concept, message.why)


@EACH
@pytest.mark.filterwarnings("ignore")
def test_what_is_right_is_not_answered_so(message: Message) -> None:
    _can_run(message)
    exec(message.right, raising.scope(message))  # raises nothing
    assert message not in _heard(raising.said(message, message.right))


def test_on_a_gpu() -> None:
    need("torch")
    import torch

    if not torch.cuda.is_available():
        pytest.skip("there is no GPU")
    on_gpu = [m for m in MESSAGES if raising.on_gpu(m)]
    assert on_gpu
    for message in on_gpu:
        imports = "import torch, torch.nn.functional as F"
        for code, words in ((message.wrong, True), (message.right, False)):
            command = [sys.executable, "-c", f"{imports}\n{message.given}\n{code}"]
            done = subprocess.run(command, capture_output=True, text=True)
            assert (message in _heard(done.stderr.splitlines())) is words, done.stderr[-2000:]


@pytest.mark.parametrize("posted", POSTED, ids=lambda p: p.seen)
def test_posted_messages(posted: Posted) -> None:
    found = xl.explain(posted.text)
    assert isinstance(found, Answer)
    assert found.said is not None
    assert found.concept.id == posted.concept


def test_what_no_installed_version_says_was_posted() -> None:
    heard = _heard([posted.text for posted in POSTED])
    assert all(message in heard for message in MESSAGES if not message.wrong)


@EACH
def test_each_wording_is_recognised_as_people_paste_it(message: Message) -> None:
    for says in message.says:
        words = says.replace("…", "(17, 'x')")
        traceback = f"Traceback (most recent call last):\n  File 'a.py', line 3\nError: {words}\n"
        for text in (says, words.upper(), f"why do I get `{words}`, please help", traceback):
            assert _heard([text]) == [message], text


def test_a_part_of_a_message_is_enough() -> None:
    for text, concept in (
        ("multi-target not supported", "sparse"),
        ("target is out of bounds", "label-range"),
        ("must be the same as input size", "label-shape"),
    ):
        assert [m.concept for m in _heard([text])] == [concept]
    assert recognised("the same shape") is None  # two pairs of words


@pytest.mark.parametrize("text", UNRELATED)
def test_what_is_said_of_other_things_is_no_message_of_ours(text: str) -> None:
    assert recognised(text) is None


def test_questions_and_words_are_no_messages() -> None:
    for text in (*FOREIGN, *FURTHER_FOREIGN, *(q.text for q in QUESTIONS), "", "?"):
        assert recognised(text) is None, text
    for concept in CONCEPTS.values():
        for text in (*concept.names, *concept.asked):
            said = recognised(text)
            assert said is None or said.message.concept == concept.id, text


@EACH
def test_a_record_is_whole(message: Message) -> None:
    assert message.concept in CONCEPTS
    assert message.why.endswith(".")
    assert message.right
    for code in (message.given, message.wrong, message.right):
        ast.parse(code)
        assert len(code) < 160
    assert MESSAGES.count(message) == 1


def test_the_page_says_what_to_do_first() -> None:
    page = str(xl.explain("IndexError: Target 10 is out of bounds."))
    message = next(m for m in MESSAGES if m.says[0].startswith("Target"))
    lines = page.splitlines()
    assert lines[0] == f"The message: {message.says[0]}"
    assert f"    {message.wrong}      # says so" in lines
    assert f"    {message.right}  # right" in lines
    assert lines.index("label-range") > lines.index(f"    {message.right}  # right")
    assert message.why in " ".join(page.split())
    assert all(len(line) <= 100 for line in lines if "https://" not in line)


def test_a_concept_lists_its_messages() -> None:
    found = xl.explain("label-range")
    assert isinstance(found, Answer)
    assert found.said is None
    assert found.data()["messages"] == [m.says[0] for m in messages_of("label-range")]
    assert "\n  - Target … is out of bounds.\n" in str(found)
    assert "Messages that it explains" not in str(xl.explain("z-loss"))


@pytest.mark.filterwarnings("ignore")
def test_labels_that_are_out_of_range_and_not_refused() -> None:
    """What the page of label-range says in words: optax."""
    need("optax")
    import optax

    x = np.array([[2.0, 1.0, 0.0]])
    loss = optax.softmax_cross_entropy_with_integer_labels
    assert np.isnan(loss(x, np.array([3]))[0])
    assert loss(x, np.array([-1]))[0] == loss(x, np.array([2]))[0]
