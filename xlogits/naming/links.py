"""Where a native function is documented."""

import re

from xlogits.catalogue import Native
from xlogits.frameworks import FRAMEWORKS, spelled


def link(native: Native) -> str:
    """The page of the framework's own documentation; '' where none is known."""
    path = spelled(native.name).replace(".", "/")
    for start, page in FRAMEWORKS[native.framework].pages:
        if re.match(start, native.name):
            return page.format(name=native.name, short=native.short, path=path)
    return ""
