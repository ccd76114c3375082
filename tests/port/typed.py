"""A call as source code, made from the record of its function and one way to call it."""

from typing import Any

from xlogits.catalogue import Native
from xlogits.catalogue.record import Arg
from xlogits.parity.variants import Variant

PLAIN = (bool, int, float, str, type(None), tuple)  # what a literal stands for


def typed(native: Native, variant: Variant, positional: bool = False) -> str:
    """The call; its arrays go by our names. With `positional`, up to the first gap, by position."""

    def listed(args: tuple[Arg | str, ...]) -> str:
        parts, end = [], "*" if positional else "/"
        by_position = positional or "/" in args
        for arg in args:
            by_position = by_position and arg != end
            if not isinstance(arg, Arg):
                continue
            array = arg.to in variant.wanted or arg.to in native.loss.ARRAYS
            first = next(a for a in native.parameters if a.to == arg.to) is arg
            text = arg.to if array and first and arg.to else None
            if arg.key in variant.options:
                text = _literal(native, arg, variant.options[arg.key])
            if text is None:
                by_position = False
            else:
                parts.append(text if by_position else f"{arg.name}={text}")
        return ", ".join(parts)

    made = f"{native.name}({listed(native.args)})"
    return f"{made}({listed(native.then)})" if native.then else made


def _literal(native: Native, arg: Arg, value: Any) -> str:
    torch = native.framework == "torch" and arg.to == "dtype"
    return f"torch.{value}" if torch else repr(value)
