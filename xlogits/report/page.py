"""What the pages have in common: templates, styles, scripts and the policy that admits no others."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from xlogits.report.text import pieces, plain


@cache
def template(name: str) -> tuple[Any, Any]:
    """A template of this package, and the type of text that is not escaped again."""
    try:
        from jinja2 import Environment, StrictUndefined
        from markupsafe import Markup, escape
    except ImportError as error:
        raise ImportError('the HTML report needs Jinja2: pip install "xlogits[report]"') from error

    def visible(text: str) -> Markup:
        """Text in which odd characters are shown by their code point, in a small box."""
        shown = (
            Markup('<span class="odd">{}</span>').format(piece) if is_odd else escape(piece)
            for piece, is_odd in pieces(text)
        )
        return Markup("").join(shown)

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"visible": visible, "plain": plain}
    return environment.from_string(part(name)), Markup


def part(name: str) -> str:
    """A file of this package."""
    return files("xlogits.report").joinpath(name).read_text(encoding="utf-8").strip()


def script(*names: str) -> str:
    """Files of JavaScript as one, in a function around them all."""
    parts = "\n\n".join(map(part, names))
    return f'"use strict";\n(() => {{\n{parts}\n}})();'


def policy(style: str, script: str) -> str:
    """Only the one style and the one script of the page, and no request to anywhere."""
    style_hash, script_hash = (
        b64encode(sha256(text.encode()).digest()).decode() for text in (style, script)
    )
    return (
        f"default-src 'none'; style-src 'sha256-{style_hash}'; "
        f"script-src 'sha256-{script_hash}'; base-uri 'none'; form-action 'none'"
    )
