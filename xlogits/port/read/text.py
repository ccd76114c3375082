"""The text of a file: decoded without loss, and indexed by the positions that `ast` gives."""

import ast
import io
import re
import tokenize
import warnings
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property, lru_cache

from xlogits.errors import XlogitsError

Span = tuple[int, int]
BOM = b"\xef\xbb\xbf"


class Unreadable(XlogitsError, ValueError):
    """A file that cannot be read as Python, and is never touched."""


@dataclass(frozen=True)
class Text:
    """Source code and where its lines begin; only CR, LF and CRLF end a line, as in Python."""

    text: str

    @cached_property
    def starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", self.text))]

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree; `Unreadable` with the line where there is none."""
        try:
            return _parsed(self.text)
        except SyntaxError as error:
            raise Unreadable(f"line {error.lineno}: {error.msg}") from None
        except (ValueError, RecursionError, MemoryError) as error:
            raise Unreadable(str(error) or "nested too deeply") from None

    def at(self, line: int, column: int) -> int:
        """The index of a position of `ast`: a line from 1, a column in bytes of UTF-8."""
        start = self.starts[line - 1]
        piece = self.text[start : start + column]
        if piece.isascii():
            return start + column
        whole = self.text[start : self.starts[line] if line < len(self.starts) else None]
        return start + len(whole.encode()[:column].decode())

    def span(self, node: ast.expr | ast.stmt) -> Span:
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
        return self.at(node.lineno, node.col_offset), self.at(end_line, end_column)

    def of(self, node: ast.expr | ast.stmt) -> str:
        first, last = self.span(node)
        return self.text[first:last]

    def line_of(self, index: int) -> int:
        """The line, from 1, that an index is on."""
        return bisect_right(self.starts, index)

    def line_start(self, line: int) -> int:
        return self.starts[line - 1]

    def newline(self, line: int) -> str:
        """How a line ends; as the first line does where it is the last."""
        for number in (line, 1):
            if number < len(self.starts):
                ended = self.text[: self.starts[number]]
                return "\r\n" if ended.endswith("\r\n") else ended[-1]
        return "\n"


@lru_cache(maxsize=2)  # a text is read again to see that a second port changes nothing
def _parsed(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the escapes in other people's strings
        return ast.parse(text)


def decoded(data: bytes) -> tuple[str, str]:
    """The text of a file and its encoding, from its BOM or cookie; never a guess."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise Unreadable(f"cannot be decoded: {error}") from None
    if encoded(text, encoding) != data:
        raise Unreadable(f"does not survive decoding and encoding as {encoding}")
    return text, encoding


def encoded(text: str, encoding: str) -> bytes:
    """The bytes of a text, with the BOM it had."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as error:
        raise Unreadable(f"cannot be encoded: {error}") from None
