"""Train on the digits under every name, compare the losses, and plot them."""

import argparse
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from compare.digits.data import STEPS
from compare.digits.training import (
    BACKENDS,
    LIMIT,
    NATIVE,
    NO_ADAPTER,
    Curves,
    differs,
    distance,
    run,
    strays,
)

OUTPUT = Path(__file__).resolve().parent.parent / "out" / "digits.svg"
_say = partial(print, flush=True)


def main(arguments: Sequence[str] = ()) -> int:
    """Print the table and write the plot; 1 if the runs are not one curve, or there are none."""
    options = _parser().parse_args(arguments)
    began = time.perf_counter()
    curves = run(options.backends, steps=options.steps, progress=_say)
    _say("", table(curves), "", wrong(curves), "", summary(curves), sep="\n")
    try:
        svg = plot(curves)
    except ImportError as error:
        _say(f"No plot: {error}")
    else:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        options.output.write_text(svg, encoding="utf-8")
        _say(f"Plot: {options.output}")
    _say(f"Time: {time.perf_counter() - began:.1f} s")
    return int(differs(curves) or not curves.runs)


def plot(curves: Curves) -> str:
    """The curves as an SVG. Only this needs matplotlib."""
    from compare.digits import picture

    return picture.plot(curves)


def table(curves: Curves) -> str:
    """A row for each name: its last loss on each backend, and how far it is from float64 at most."""
    title = "loss at the last step"
    backends = list(curves.seconds)
    names = dict.fromkeys(name for _, name in curves.runs)
    width = max(map(len, (title, *names)))
    rows = [" ".join([f"{title:{width}}", *(f"{name:>10}" for name in backends), "  EPS off"])]
    for name in names:
        trained = [curves.runs.get((backend, name)) for backend in backends]
        losses = [f"{one.losses[-1]:10.8f}" if one else " " * 10 for one in trained]
        furthest = max(distance(one, curves.reference) for one in trained if one)
        rows.append(" ".join([f"{name:{width}}", *losses, f"{furthest:9.2f}"]))
    return "\n".join(rows)


def wrong(curves: Curves) -> str:
    """A row for each run that is wrong on purpose, and whether the comparison noticed."""
    noticed = strays(curves.wrong, curves.reference)
    rows = ["wrong on purpose"]
    for key, trained in curves.wrong.items():
        verdict = "noticed" if key in noticed else "NOT NOTICED"
        off = distance(trained, curves.reference)
        rows.append(f"{key[1]:42} {trained.losses[-1]:10.8f} {off:12,.0f} EPS off, {verdict}")
    return "\n".join(rows)


def summary(curves: Curves) -> str:
    """What came out, in a few lines."""
    natives = sum(name.startswith(NATIVE) for _, name in curves.runs)
    apart = strays(curves.runs, curves.reference)
    noticed = len(strays(curves.wrong, curves.reference))
    shares = sorted(f"{trained.accuracy:.2%}" for trained in curves.runs.values()) or ["none"]
    right = " to ".join(dict.fromkeys((shares[0], shares[-1])))
    lines = [
        (
            f"{len(curves.runs)} runs, {natives} of them with a framework's own loss, on "
            f"{len(curves.seconds)} backends; {right} of the images right."
        ),
        (
            f"Largest difference between any two losses at a step: {curves.largest:.1e}, or "
            f"{curves.largest_in_eps:.1f} EPS (2^-23 of the loss)."
        ),
        (
            f"More than {LIMIT:.0f} EPS from float64: {len(apart)} of the {len(curves.runs)} runs, and "
            f"{noticed} of the {len(curves.wrong)} that are wrong on purpose."
        ),
        "Versions: " + ", ".join(f"{name} {version}" for name, version in curves.versions.items()),
    ]
    lines += [f"Apart: {': '.join(key)}" for key in apart]
    lines += [f"Not run: {backend}, {reason}" for backend, reason in curves.missing.items()]
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python compare digits", description=__doc__)
    names = ",".join(BACKENDS)
    parser.add_argument("--backends", type=_backends, default=BACKENDS, help=f"default: {names}")
    parser.add_argument("--steps", type=_steps, default=STEPS, help=f"default: {STEPS}")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="where the plot goes")
    return parser


def _backends(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    for name in names:
        if name not in BACKENDS:
            known = ",".join(BACKENDS)
            raise argparse.ArgumentTypeError(f"{name!r}: {NO_ADAPTER}, or name some of {known}")
    return names


def _steps(text: str) -> int:
    if int(text) < 2:
        raise argparse.ArgumentTypeError("expected 2 or more: a wrong gradient shows in the second")
    return int(text)
