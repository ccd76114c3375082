"""A run says how far it is, all of its parts as one, and at its end what was warned of."""

import io
import os
import queue
import re
import subprocess
import sys
import time
import warnings

import pytest

from tests.conftest import ROOT, need
from xlogits.cli import main
from xlogits.parity import matrix
from xlogits.parity.matrix import Matrix
from xlogits.parity.plan import Selection
from xlogits.parity.sharing import _telling
from xlogits.parity.warned import counted
from xlogits.report import progress as module
from xlogits.report.progress import Progress
from xlogits.report.results import Results

NLL = Selection(only=("F.nll_loss",), backends=("numpy",))
PLAIN = re.compile(r"[ -~]*")


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


class Run:
    """Ten shards of unequal length on two made-up processes, told to one Progress."""

    def __init__(self, stream, loading=30.0):
        self.clock = Clock()
        self.lengths = [100.0 + 4 * n for n in range(10)]
        self.left = {}  # seconds that have passed: what was said to be left
        with Progress(stream, self.clock) as self.progress:
            self.progress.parts = len(self.lengths)
            self.progress("loading the frameworks", 0, 0)
            self.clock.now = loading
            self.run()
        self.seconds = self.clock.now

    def run(self):
        waiting = list(enumerate(self.lengths, 1))
        running = {}
        while waiting or running:
            while waiting and len(running) < 2:
                part, length = waiting.pop(0)
                running[part] = [0.0, length]
                self.progress("references", 0.0, length, part)
            self.clock.now += 2
            for part, (done, length) in list(running.items()):
                running[part][0] = min(done + 2, length)
                self.progress(f"step {done}", running[part][0], length, part)
                if running[part][0] == length:
                    del running[part]
            self.left[self.clock.now] = self.progress.left


def per_shard(stream):
    """What was printed before there was one estimate: a line for each step of each shard."""
    for part in range(1, 11):
        for second in range(0, 100, 2):
            print(f"[{part}/10, {second:5.0f} s] torch cpu float32 eager, 12 calls", file=stream)


def noisy(log):
    """What is wrong with the log of a run that is not on a terminal."""
    lines = log.splitlines()
    found = [] if len(lines) <= 12 else [f"{len(lines)} lines"]
    found += [f"no plain text: {line!r}" for line in lines if not PLAIN.fullmatch(line)]
    shares = [int(share) for share in re.findall(r"(\d+) %", log)]
    found += [] if shares == sorted(set(shares)) else [f"shares {shares}"]
    return found + ([] if shares[-1:] == [100] else ["it does not end"])


def test_log_of_a_run_is_a_line_for_every_tenth():
    stream = io.StringIO()
    Run(stream)
    assert noisy(stream.getvalue()) == []
    lines = stream.getvalue().splitlines()
    assert lines[0] == "[0.0 s] loading the frameworks"
    assert [re.search(r"\d+ %", line)[0] for line in lines[1:]] == [
        f"{n} %" for n in range(10, 101, 10)
    ]
    assert "about" in lines[1]
    assert "left" not in lines[-1]


def test_lines_for_every_step_would_be_noticed():
    stream = io.StringIO()
    per_shard(stream)
    assert noisy(stream.getvalue()) == ["500 lines", "it does not end"]
    assert noisy("[1 s] 10 %\r\x1b[2K\n[2 s] 100 %\n") != []
    assert noisy("[1 s] 40 %\n[2 s] 10 %\n[2 s] 100 %\n") == ["shares [40, 10, 100]"]


def test_what_is_left_is_what_is_left_of_all_of_it():
    run = Run(io.StringIO())
    told = {now: left for now, left in run.left.items() if left is not None}
    assert len(told) > 0.9 * len(run.left)
    for now, left in told.items():
        assert left == pytest.approx(run.seconds - now, rel=0.25, abs=30)
    assert run.progress.fraction == 1


def test_nothing_is_said_of_what_is_left_before_there_is_something_to_go_by():
    clock = Clock()
    progress = Progress(io.StringIO(), clock)
    progress("loading", 0, 0)
    clock.now = 100.0
    assert progress.left is None
    progress("first", 0, 1000)
    clock.now = 101.0
    progress("first", 19, 1000)
    assert progress.left is None
    progress("second", 20, 1000)
    assert progress.left == pytest.approx(49)  # what loading took says nothing of it


def test_a_share_never_falls():
    progress = Progress(io.StringIO(), Clock())
    progress.parts = 2
    progress("a", 50, 100, 1)
    assert progress.fraction == 0.25
    progress("b", 0, 900, 2)
    assert progress.fraction == 0.25


def test_a_quick_run_prints_two_lines():
    stream = io.StringIO()
    with Progress(stream, Clock()) as progress:
        for done in range(101):
            progress("a step", done, 100)
    assert stream.getvalue() == "[0.0 s] a step\n[0.0 s] 100 %\n"


def test_a_run_that_was_broken_off_does_not_end():
    def broken_off(stream):
        with Progress(stream, Clock()) as progress:
            progress("a step", 1, 100)
            raise KeyboardInterrupt

    stream = io.StringIO()
    with pytest.raises(KeyboardInterrupt):
        broken_off(stream)
    assert stream.getvalue() == "[0.0 s] a step\n"


def test_words_of_strangers_are_shown_as_they_are():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    with Progress(stream, Clock()) as progress:
        progress("evil\x1b[2J\nnäme [bold]", 0, 0)
    stream.flush()
    assert stream.buffer.getvalue() == rb"[0.0 s] evil n\xe4me [bold]" + b"\n"


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("columns", [36, 60, 80, 200])
def test_terminal_has_one_line_with_the_numbers_whole(columns, monkeypatch):
    pytest.importorskip("rich")
    monkeypatch.setenv("COLUMNS", str(columns))
    stream, clock = Terminal(), Clock()
    with Progress(stream, clock) as progress:
        progress("numpy [bold] eager " * 20, 0, 10)
        clock.now = 100.0
        progress("numpy [bold] eager " * 20, 4, 10)
        progress._line.bar.refresh()
    frame = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", frames(stream.getvalue())[-1])
    assert len(frame.rstrip("\n")) <= columns
    assert re.search(r" 40 % 0:00:0\d about 3 min left nu.*…\n?$", frame)
    assert ("━" in frame) == (columns >= 60)
    assert stream.getvalue().count("\n") <= 1


@pytest.mark.parametrize("why", ["dumb", "no rich"])
def test_terminal_that_cannot_write_over_a_line_has_a_log(why, monkeypatch):
    if why == "dumb":
        pytest.importorskip("rich")
        monkeypatch.setenv("TERM", "dumb")
    else:
        monkeypatch.setattr(module, "find_spec", lambda name: None)
    stream = Terminal()
    Run(stream)
    assert noisy(stream.getvalue()) == []


# -- the matrix itself


@pytest.mark.parametrize("piece", [matrix.PIECE, 5.0], ids=["whole", "in pieces"])
def test_work_of_the_matrix_adds_up(piece, monkeypatch):
    need("torch")
    monkeypatch.setattr(matrix, "PIECE", piece)
    told = []
    run = Matrix(NLL, progress=lambda *said: told.append(said))
    cells = run.run().cells
    assert told[0] == ("loading the frameworks", 0, 0)
    totals = {total for _, _, total in told[1:]}
    done = [done for _, done, _ in told[1:]]
    assert len(totals) == 1
    assert done == sorted(done)
    assert done[0] == 0
    assert done[-1] == pytest.approx(totals.pop())
    steps = [what for what, _, _ in told]
    assert steps.count("numpy cpu float32 eager") == (
        2 if piece > 5 else 2 * round(run_of(cells) / 5)
    )


def run_of(cells):
    """How many calls were run in the first place."""
    place = "numpy", "float32", "eager"
    calls = {c[:3] for c in cells if (c.backend, c.dtype, c.mode) == place}
    return len(calls)


def test_pieces_change_nothing(monkeypatch):
    need("torch")
    whole = Matrix(NLL).run()
    monkeypatch.setattr(matrix, "PIECE", 5.0)
    assert Matrix(NLL).run().cells == whole.cells


def test_what_other_processes_say_is_told():
    told, said = [], queue.Queue()
    with _telling(lambda *words: told.append(words), said):
        said.put(("a step", 1, 10, 3))
        deadline = time.monotonic() + 10
        while not told and time.monotonic() < deadline:
            time.sleep(0.01)
    assert told == [("a step", 1, 10, 3)]


# -- warnings


def warn(times):
    for _ in range(times):
        warnings.warn_explicit("old", UserWarning, "/x/site-packages/torch/loss.py", 48)


def test_warnings_are_counted_and_not_shown(capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        with counted() as found:
            warn(64)
        assert found == {"torch/loss.py:48: UserWarning: old": 64}
        assert capsys.readouterr().err == ""
        shown = warnings.showwarning
        assert shown is not None
        with warnings.catch_warnings(record=True) as seen:
            warn(1)
        assert len(seen) == 1  # and afterwards everything is as it was


def test_an_error_shows_what_was_warned_of_before(capsys):
    def broken_off():
        with counted():
            warn(3)
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        broken_off()
    assert capsys.readouterr().err == "3 x torch/loss.py:48: UserWarning: old\n"


def test_warnings_of_a_run_are_told_at_the_end(tmp_path, capsys):
    need("torch")
    arguments = ["parity", "--only", "nn.NLLLoss", "--backends", "numpy", "--jobs", "1"]
    assert main([*arguments, "--output", str(tmp_path)]) == 0
    shown = capsys.readouterr()
    assert "deprecated" not in shown.err
    results = Results.load(tmp_path / "report.json")
    assert sum(results.warned.values()) >= 4
    assert len(results.warned) == 2  # of reduction='mean' and 'sum'
    said = "size_average and reduce args will be deprecated"
    assert shown.out.count(said) == 2
    assert (tmp_path / "report.md").read_text(encoding="utf-8").count(said) == 2


# -- a real terminal


def on_a_terminal(*command):
    """What a command writes on a terminal of 100 columns, errors and output together."""
    pty = pytest.importorskip("pty")
    pytest.importorskip("rich")
    parent, child = pty.openpty()
    there = {**os.environ, "TERM": "xterm", "COLUMNS": "100", "LINES": "30"}
    run = subprocess.Popen(command, stdin=child, stdout=child, stderr=child, env=there, cwd=ROOT)
    os.close(child)
    found = b""
    while True:
        try:
            piece = os.read(parent, 65536)
        except OSError:  # that is how a terminal ends
            break
        if not piece:
            break
        found += piece
    os.close(parent)
    return run.wait(), found.decode()


def screen(written):
    """The lines that are left when everything that was written over or taken away is gone."""
    lines, row, over = [""], 0, False
    for piece in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", written):
        if piece == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif re.fullmatch(r"\x1b\[\d*A", piece):
            row = max(0, row - int(piece[2:-1] or 1))
        elif piece == "\x1b[2K":
            lines[row] = ""
        elif piece[0] not in "\r\x1b":
            lines[row] = piece if over else lines[row] + piece
        over = piece == "\r"
    return [line for line in lines if line.strip()]


def frames(written):
    """The progress before the report, as it was shown from one time to the next."""
    head = written.partition("function")[0]
    return [frame for frame in re.split(r"\r(?:\x1b\[2K)?", head) if "%" in frame]


def test_a_real_run_keeps_to_one_line_of_a_real_terminal(tmp_path):
    command = [sys.executable, "-m", "xlogits", "parity", "--only", "scipy.special.log_softmax"]
    need("scipy")
    code, written = on_a_terminal(*command, "--backends", "numpy", "--output", str(tmp_path))
    assert code == 0
    seen = frames(written)
    assert len(seen) >= 2
    assert not [frame for frame in seen if "\n" in frame.rstrip("\r\n")]
    left = screen(written)
    assert left[0].split() == ["function", "numpy"]  # nothing of the progress stays
    assert left[-1].startswith("Report: ")


def test_more_than_one_line_would_be_noticed():
    written = "10 % a\nb\r\x1b[2K20 % a\nb\r\nfunction numpy\n"
    assert [frame for frame in frames(written) if "\n" in frame.rstrip("\r\n")]
    assert screen(written)[0] == "10 % a"


SHARED = """
from xlogits.parity import sharing
from xlogits.parity.plan import Selection
from xlogits.parity.warned import counted
from xlogits.report.progress import Progress

if __name__ == "__main__":
    chosen = Selection(only=("nn.NLLLoss", "F.softmax"), backends=("numpy",))
    with Progress() as progress:
        found = sharing.among(2, chosen, progress)
    print("function", len(found.cells), sum(found.warned.values()))
"""


@pytest.mark.long
def test_real_processes_keep_to_one_line_of_a_real_terminal(tmp_path):
    need("torch")
    (tmp_path / "shared.py").write_text(SHARED, encoding="utf-8")
    code, written = on_a_terminal(sys.executable, str(tmp_path / "shared.py"))
    assert code == 0
    (last,) = screen(written)
    cells, warned = map(int, last.split()[1:])
    assert cells > 200
    assert warned >= 4
    shares = [int(share) for share in re.findall(r"(\d+) %", written)]
    assert shares == sorted(shares)
    assert shares[-1] == 100
    assert not [frame for frame in frames(written) if "\n" in frame.rstrip("\r\n")]
