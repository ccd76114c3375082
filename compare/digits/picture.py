"""The curves as one self-contained SVG: the same bytes for the same curves, on light and dark pages."""

import io
import re
from collections.abc import Iterable
from itertools import cycle
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter

from compare.digits.training import EPS, LIMIT, Curves, Key, distance, strays
from xlogits.frameworks import FRAMEWORKS

Axes = Any
SVG = "http://www.w3.org/2000/svg"
# of middling lightness: readable on white and on black
GREY, WRONG = "#777777", "#c257c9"
COLOURS = {"numpy": "#3f8ae0", "torch": "#e0652f", "tensorflow": "#b98f00", "jax": "#2fa06a"}
DASHES = ("--", ":", "-.", (0, (2, 1)), (0, (8, 2)))
UNIT = 1e-7
HIDDEN = 0.02  # a relative difference that the width of a line hides
STYLE = {
    "svg.fonttype": "none",  # text that can be searched, copied and read aloud
    "svg.hashsalt": "digits",
    "font.family": "sans-serif",
    "font.size": 10,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    **dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor"), GREY),
    **dict.fromkeys(("xtick.color", "ytick.color", "legend.labelcolor"), GREY),
}


def plot(curves: Curves) -> str:
    """All losses in one panel; below it, for each backend, how far they are from float64."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9, 8), layout="constrained")
        halves: Any = figure.subfigures(2, height_ratios=(1.2, 1))
        _losses(halves[0].subplots(), curves)
        _differences(halves[1], curves)
        written = io.StringIO()
        about = {"Title": "Softmax regression on the digits", "Date": None, "Creator": None}
        figure.savefig(written, format="svg", transparent=True, metadata=about)
    return _annotated(written.getvalue(), (*curves.wrong, *curves.runs))


def _losses(axes: Axes, curves: Curves) -> None:
    steps = np.arange(len(curves.reference.losses))
    wrong = _wrong(axes, steps, curves)
    backends = _backends(curves)
    for key, run in curves.runs.items():
        look = {"color": COLOURS[key[0]], "lw": 3.2, "gid": _id("loss", key)}
        axes.plot(steps, run.losses, ls=_turns(backends.index(key[0]), len(backends)), **look)
    axes.set(xlabel="step", ylabel="loss", yscale="log", title=_headline(curves))
    axes.yaxis.set_major_locator(FixedLocator([0.25, 0.5, 1, 2, 4, 8, 16]))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.yaxis.set_minor_locator(NullLocator())
    samples = [Line2D([], [], color=COLOURS[name], lw=3.2) for name in backends]
    names = [FRAMEWORKS[name].title for name in backends]
    axes.add_artist(axes.legend(samples, names, loc="lower left"))
    axes.legend(handles=wrong, loc="center right", bbox_to_anchor=(1, 0.68), fontsize=9)


def _headline(curves: Curves) -> str:
    apart = len(strays(curves.runs, curves.reference))
    hidden = sum(distance(run, curves.reference) * EPS < HIDDEN for run in curves.wrong.values())
    return (
        f"{len(curves.runs) - apart} of {len(curves.runs)} runs lie on one curve; so do, to the "
        f"eye, {hidden} of the {len(curves.wrong)} that are wrong on purpose"
    )


def _backends(curves: Curves) -> list[str]:
    return list(dict.fromkeys(backend for backend, _ in curves.runs))


def _turns(turn: int, of: int) -> Any:
    """Dashes that take turns, so that lines which lie on each other can all be seen."""
    return (-3 * turn, (3, 3 * of - 3)) if of > 1 else "solid"


def _wrong(axes: Axes, steps: np.ndarray, curves: Curves) -> list[Any]:
    """The lines of the runs that are wrong on purpose, with how wrong they are as their labels."""
    lines = []
    for dashes, (key, run) in zip(cycle(DASHES), curves.wrong.items(), strict=False):
        times = float(f"{distance(run, curves.reference) / LIMIT:.1e}")  # two digits are enough
        label = f"{key[1]}: {times:,.0f} times the limit"
        look = {"color": WRONG, "ls": dashes, "lw": 1.4, "gid": _id("loss", key)}
        lines += axes.plot(steps, run.losses, label=label, **look)
    return lines


def _differences(figure: Any, curves: Curves) -> None:
    """A panel for each backend: in one, the last would hide the others."""
    backends = _backends(curves)
    panels = figure.subplots(1, max(len(backends), 1), sharex=True, sharey=True, squeeze=False)[0]
    for axes, backend in zip(panels, backends, strict=False):
        _difference(axes, curves, backend)
    panels[0].set_ylabel("difference from float64, in 1e-7")
    finding = (
        f"Any two runs differ by {curves.largest:.1e} at most, or {curves.largest_in_eps:.1f} "
        f"float32 roundings (limit, dashed: {LIMIT:.0f} from float64)"
    )
    figure.suptitle(finding, x=0.07, ha="left", fontsize=11)


def _difference(axes: Axes, curves: Curves, backend: str) -> None:
    exact = curves.reference.losses
    steps = np.arange(len(exact))
    for side in (-1, 0, 1):
        limit = side * LIMIT * EPS * exact / UNIT
        axes.plot(steps, limit, color=GREY, lw=1, ls="--" if side else "-")
    runs = {key: run for key, run in curves.runs.items() if key[0] == backend}
    name, color = FRAMEWORKS[backend].title, COLOURS[backend]
    for key, run in runs.items():
        error = (run.losses - exact) / UNIT
        axes.plot(steps, error, color=color, lw=0.8, gid=_id("difference", key))
    axes.set_title(f"{name}, {len(runs)} runs", color=color)
    axes.set_xlabel("step")


def _id(what: str, key: Key) -> str:
    """An XML name for the line of a run."""
    return "-".join([what, *re.findall(r"\w+", " ".join(key))])


def _annotated(svg: str, keys: Iterable[Key]) -> str:
    """Lines with the names of their runs, which viewers show under the pointer, and fewer digits."""
    for prefix, uri in (("", SVG), ("xlink", "http://www.w3.org/1999/xlink")):
        ElementTree.register_namespace(prefix, uri)
    root = ElementTree.fromstring(svg)
    for metadata in root.findall(f"{{{SVG}}}metadata"):
        root.remove(metadata)
    names = {_id(what, key): ": ".join(key) for key in keys for what in ("loss", "difference")}
    for group in root.iter(f"{{{SVG}}}g"):
        if group.get("id") in names:
            title = ElementTree.Element(f"{{{SVG}}}title")
            title.text = names[group.get("id", "")]
            group.insert(0, title)
    for path in root.iter(f"{{{SVG}}}path"):
        path.set("d", re.sub(r"(\.\d\d)\d+", r"\1", path.get("d", "")))
    return ElementTree.tostring(root, encoding="unicode")
