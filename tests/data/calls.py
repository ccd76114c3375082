"""One representative call of every native function, and its dialect."""

import importlib
from typing import Any

from xlogits.catalogue import Native
from xlogits.parity.plan import Selection, rows


def spoken_by(native: Native) -> Any:
    path, _, short = native.name.rpartition(".")
    return getattr(importlib.import_module(f"xlogits.dialects.{path}"), short)


# one representative call of every function, on the arrays of every framework
CALLS = [job for job in rows(Selection(quick=True)) if job.case.name == "ordinary"]
