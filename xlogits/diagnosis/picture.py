"""Two arrays of logits as a picture: against each other, and row by row."""

from pathlib import Path
from typing import Any

import numpy as np

from xlogits.errors import OptionError

POINTS = 4000  # as many as a drawing can hold


def draw(found: Any, path: Path) -> None:
    """Write the picture of a comparison."""
    if path.suffix not in (".svg", ".png"):
        raise OptionError(f"{str(path)!r}: expected a name that ends in .svg or .png")
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise OptionError('matplotlib is missing: pip install "xlogits[report]"') from None
    x, y = (np.asarray(rows).reshape(-1, rows.shape[-1]) for rows in found.arrays)
    figure = Figure(figsize=(10, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    _against(left, x.reshape(-1), y.reshape(-1))
    with np.errstate(invalid="ignore"):
        rows = np.nan_to_num(np.abs(x - y).max(1), nan=0.0, posinf=0.0)
    right.plot(rows, drawstyle="steps-mid", color="C1")
    right.set_xlabel("row")
    right.set_ylabel("largest difference")
    right.set_title(found.causes[0].partition(":")[0][:60] if found.causes else "row by row")
    figure.savefig(path, dpi=120, metadata={"Date": None} if path.suffix == ".svg" else None)


def _against(axes: Any, x: Any, y: Any) -> None:
    kept = np.isfinite(x) & np.isfinite(y)
    x, y = x[kept], y[kept]
    step = max(1, len(x) // POINTS)
    axes.plot(x[::step], y[::step], ".", markersize=3, alpha=0.5, rasterized=True)
    if len(x):
        ends = [min(x.min(), y.min()), max(x.max(), y.max())]
        axes.plot(ends, ends, "--", color="gray", linewidth=1)
    axes.set_xlabel("first")
    axes.set_ylabel("second")
    axes.set_title("number by number (dashed: equal)")
