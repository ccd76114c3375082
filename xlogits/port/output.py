"""What a port found, for people and for programs: a diff, text, JSON, SARIF, GitHub's annotations."""

import difflib
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from xlogits import __version__
from xlogits.port.decide.change import LEFT, Change
from xlogits.port.document import Document

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def diff(document: Document) -> Iterator[str]:
    """A unified diff that `patch -p1` and `git apply` take."""
    old, new = (_lines(data) for data in (document.before, document.after))
    name = shown(document.name.lstrip("/"))
    for line in difflib.unified_diff(old, new, f"a/{name}", f"b/{name}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(data: bytes) -> list[str]:
    """Lines that end in LF alone, so that what stands before it stays visible to `patch`."""
    text = data.decode("utf-8", "surrogateescape")
    lines = text.split("\n")
    return [*(f"{line}\n" for line in lines[:-1]), *([lines[-1]] if lines[-1] else [])]


def text(documents: list[Document]) -> Iterator[str]:
    """One line a call, and the sum of all."""
    for document in documents:
        if document.error:
            yield f"{shown(document.name)}: not read: {shown(document.error)}"
        for broken in document.broken:
            yield f"{shown(document.name)}: not read: {shown(broken)}"
        for change in document.changes:
            yield f"{_place(document, change)}: {change.mark}: {change.name}"
            yield from (f"    {shown(x)}" for x in _details(change) if not x.startswith("known: "))
        if document.changes and document.remaining:
            rest, more = ", ".join(document.remaining[:6]), len(document.remaining) - 6
            rest += f" and {more} more" if more > 0 else ""
            yield f"{shown(document.name)}: still there: {rest}"
    yield summary(documents)


def _details(change: Change) -> Iterator[str]:
    if change.why:
        yield change.why
    words = [word.replace(" ", "-") for word in change.assumed]
    for word, condition in zip(words, change.conditions, strict=True):
        yield f"if {condition} (--assume {word})"
    yield from change.notes
    if change.verified:
        yield f"verified {change.verified}"


def _place(document: Document, change: Change) -> str:
    cell = f"cell {change.cell}:" if change.cell else ""
    return f"{shown(document.name)}:{cell}{change.line}:{change.column}"


def shown(text: str) -> str:
    """Text of strangers without control characters, which a terminal would obey."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def summary(documents: list[Document]) -> str:
    """How many calls there are of each kind."""
    counts = Counter(c.mark for d in documents for c in d.changes)
    verified = sum(c.verified != "" for d in documents for c in d.changes)
    parts = [f"{count} {mark}" for mark, count in counts.most_common()]
    files = sum(bool(d.changes) for d in documents)
    unread = sum(bool(d.error or d.broken) for d in documents)
    line = f"{counted(sum(counts.values()), 'call')} in {counted(files, 'file')}"
    line += f": {', '.join(parts)}" if parts else ""
    line += f"; {verified} verified by running them" if verified else ""
    return line + (f"; {counted(unread, 'file')} could not be read" if unread else "")


def counted(number: int, what: str) -> str:
    """`1 call`, `2 calls`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def as_json(documents: list[Document]) -> str:
    """Everything, as JSON."""
    return json.dumps(
        {
            "version": __version__,
            "summary": dict(Counter(c.mark for d in documents for c in d.changes)),
            "files": [_file(d) for d in documents if d.changes or d.error or d.broken],
        },
        indent=2,
    )


def _file(document: Document) -> dict[str, Any]:
    return {
        "path": document.name,
        "changed": document.changed,
        "error": document.error,
        "cells": list(document.broken),
        "remaining": list(document.remaining),
        "calls": [_call(change) for change in document.changes],
    }


def _call(change: Change) -> dict[str, Any]:
    names = ("line", "column", "cell", "name", "mark", "before", "after", "why", "verified")
    found = {name: getattr(change, name) for name in names}
    assumed = [word.replace(" ", "-") for word in change.assumed]
    return found | {
        "assumed": dict(zip(assumed, change.conditions, strict=True)),
        "notes": list(change.notes),
    }


def as_sarif(documents: list[Document]) -> str:
    """Everything, as SARIF 2.1.0, which code hosts and editors show beside the code."""
    rules = sorted({c.mark for d in documents for c in d.changes} | {"unreadable"})
    results = [_result(d, c) for d in documents for c in d.changes]
    results += [_unread(d) for d in documents if d.error or d.broken]
    driver = {
        "name": "xlogits port",
        "version": __version__,
        "rules": [{"id": rule.replace(" ", "-")} for rule in rules],
    }
    run = {"tool": {"driver": driver}, "results": results, "columnKind": "unicodeCodePoints"}
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _result(document: Document, change: Change) -> dict[str, Any]:
    message = "; ".join([change.name, *_details(change)])
    region = {"startLine": change.line, "startColumn": change.column}
    return {
        "ruleId": change.mark.replace(" ", "-"),
        "level": "warning" if change.mark == LEFT else "note",
        "message": {"text": message},
        "locations": [_location(document, {"region": region})],
    }


def _location(document: Document, more: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": {"uri": document.name}, **(more or {})}}


def _unread(document: Document) -> dict[str, Any]:
    return {
        "ruleId": "unreadable",
        "level": "error",
        "message": {"text": document.error or "; ".join(document.broken)},
        "locations": [_location(document)],
    }


def as_github(documents: list[Document]) -> Iterator[str]:
    """Annotations that GitHub Actions shows beside the lines."""
    for document in documents:
        for why in (document.error, *document.broken):
            if why:
                yield f"::error file={_property(document.name)}::{_data(why)}"
        for change in document.changes:
            kind = "warning" if change.mark == LEFT else "notice"
            where = f"file={_property(document.name)},line={change.line},col={change.column}"
            message = "; ".join([f"{change.mark}: {change.name}", *_details(change)])
            yield f"::{kind} {where}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
