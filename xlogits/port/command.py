"""`xlogits port`: read, rewrite, prove, show or write, report."""

import argparse
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xlogits.errors import OptionError
from xlogits.frameworks import OURS
from xlogits.port import output
from xlogits.port.decide.rendering import Choices, assumption
from xlogits.port.document import Document, Withdrawn, ported
from xlogits.port.read.tree import files
from xlogits.port.write.save import Record, Unsaved, replace_file
from xlogits.translation.language import LANGUAGES, language

EPILOG = """exit status: 0 done; 1 something would change (--check); 2 something could not be read or
written; 3 something is left for you"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("paths", nargs="*", metavar="PATH", help="files, notebooks, directories, or - for stdin")
    add(
        "--from",
        dest="source",
        metavar="F",
        help=", ".join(name for name in LANGUAGES if name != OURS),
    )
    add("--to", dest="target", metavar="F", help=f"one of these, or {OURS}")
    add("--check", action="store_true", help="only say whether something would change")
    add("--write", action="store_true", help="change the files (the default prints a diff)")
    add(
        "--verify",
        action="store_true",
        help="run every rewrite beside its original first, which decides; the report says on what",
    )
    add("--undo", action="store_true", help="put back what the last --write here replaced")
    add("--assume", action="append", default=[], metavar="WORD", help="what you know to hold")
    add("--no-ignore", action="store_true", help="read what .gitignore leaves out, too")
    add("--report", metavar="FILE", help="write every call to FILE (- for stderr)")
    formats = ("text", "json", "sarif", "github")
    add("--output-format", choices=formats, default="text", help="of the report")


def run(options: argparse.Namespace) -> int:
    """Run the command; the exit status says what came of it."""
    Record(Path.cwd()).sweep()
    if options.undo:
        return _undo()
    if not (options.paths and options.source and options.target):
        raise OptionError("port needs at least one PATH, --from and --to")
    choices = _choices(options)
    documents = _documents(options, choices, {})
    if options.verify:
        from xlogits.port.verify import verified

        withdrawn, told = verified(documents, choices.target.frameworks[0])
        documents = _documents(options, choices, withdrawn) if withdrawn else documents
        documents = [told(document) for document in documents]
    failed = _write(documents) if options.write else _show(documents, options)
    _report(documents, options)
    return _status(documents, options, failed)


def _choices(options: argparse.Namespace) -> Choices:
    words = {assumption(word) for word in options.assume}
    if {"tf1", "tf2"} <= words:
        raise OptionError("--assume tf1 and --assume tf2 exclude each other")
    era = next(iter(words & {"tf1", "tf2"}), "")
    source, target = language(options.source), language(options.target)
    if not source.words:
        raise OptionError(f"--from is {options.source!r}; expected a framework, such as torch")
    choices = Choices(source, target, frozenset(words), era)
    if not choices.frameworks:
        raise OptionError(f"{target.name} has all that {source.name} has; there is nothing to port")
    return choices


def _documents(
    options: argparse.Namespace, choices: Choices, withdrawn: Withdrawn
) -> list[Document]:
    if options.paths == ["-"]:
        data = _stdin(options)
        name = "stdin.ipynb" if data.lstrip()[:1] == b"{" else "stdin"
        return [ported(name, data, choices, withdrawn, named=True)]
    with _collecting_seldom():
        return list(_read(options, choices, withdrawn))


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    """Trees of syntax are many small objects in no cycles: looking for cycles takes a third longer."""
    before = gc.get_threshold()
    gc.set_threshold(2_000_000, 50, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _read(
    options: argparse.Namespace, choices: Choices, withdrawn: Withdrawn
) -> Iterator[Document]:
    """The files that have calls, or cannot be read."""
    named = {Path(name) for name in options.paths}
    for path in files(options.paths, not options.no_ignore):
        try:
            data = path.read_bytes()
        except OSError as error:
            yield Document(str(path), b"", b"", error=str(error))
            continue
        document = ported(str(path), data, choices, withdrawn, named=path in named)
        if document.changes or document.error or document.broken:
            yield document


def _stdin(options: argparse.Namespace) -> bytes:
    """Standard input, once: a second look at it gets the same."""
    if not hasattr(options, "stdin"):
        options.stdin = sys.stdin.buffer.read()
    data: bytes = options.stdin
    return data


def _show(documents: list[Document], options: argparse.Namespace) -> list[str]:
    """A diff of every file; of standard input, the new text."""
    out = sys.stdout
    if options.paths == ["-"] and not options.check:
        out.flush()
        out.buffer.write(documents[0].after)
        return []
    for document in documents:
        if options.check and document.changed:
            print(f"would change {output.shown(document.name)}")
        elif document.changed:
            out.flush()
            text = "".join(output.diff(document))
            out.buffer.write(text.encode("utf-8", "surrogateescape"))
    return []


def _write(documents: list[Document]) -> list[str]:
    """Replace what changed, and say what could not be."""
    changed = [d for d in documents if d.changed]
    if not changed:
        return []
    failed = []
    try:
        Record(Path.cwd()).begin([(Path(d.name), d.before, d.after) for d in changed])
    except Unsaved as error:
        print(f"xlogits: {error}", file=sys.stderr)
        return [str(error)]
    for document in changed:
        try:
            replace_file(Path(document.name), document.before, document.after)
        except Unsaved as error:
            failed.append(str(error))
            print(f"xlogits: {output.shown(str(error))}", file=sys.stderr)
    done = output.counted(len(changed) - len(failed), "file")
    print(f"rewrote {done}; xlogits port --undo takes that back")
    return failed


def _report(documents: list[Document], options: argparse.Namespace) -> None:
    makers = {
        "text": lambda: "\n".join(output.text(documents)),
        "json": lambda: output.as_json(documents),
        "sarif": lambda: output.as_sarif(documents),
        "github": lambda: "\n".join(output.as_github(documents)),
    }
    text = makers[options.output_format]()
    if options.report and options.report != "-":
        try:
            Path(options.report).write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise OptionError(f"--report {options.report} could not be written: {error}") from None
        text = output.summary(documents)
    stream = sys.stdout if options.output_format == "github" else sys.stderr
    sys.stdout.flush()
    if text:
        print(text, file=stream)


def _status(documents: list[Document], options: argparse.Namespace, failed: list[str]) -> int:
    if failed or any(d.error or d.broken for d in documents):
        return 2
    if options.check and any(d.changed for d in documents):
        return 1
    return 3 if any(d.left for d in documents) else 0


def _undo() -> int:
    back, left = Record(Path.cwd()).undo()
    for line in left:
        print(f"left {line}", file=sys.stderr)
    print(f"put back {output.counted(len(back), 'file')}")
    return 2 if left else 0
