"""What is trained: the images, the start and the step, the same for all."""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

CLASSES = 10
STEPS = 100
# The curvature of this loss is at most 5.73: half the largest eigenvalue of the pixels' second
# moments, bias included. A step below 2 / 5.73 = 0.349 never carries two runs further apart, so
# their rounding errors add up and are not amplified. 1/4 has no rounding error of its own.
RATE = 0.25


class Trained(NamedTuple):
    """The loss before each step, and the share of the images that the last weights get right."""

    losses: np.ndarray
    accuracy: float


@dataclass(frozen=True)
class Digits:
    """1797 images of 8 x 8 pixels with their labels, and where the descent starts."""

    pixels: np.ndarray
    labels: np.ndarray  # class indexes, int32 because JAX has no other by default
    rows: np.ndarray  # the same labels, one number per class
    weights: np.ndarray
    bias: np.ndarray
    steps: int
    rate: float = RATE

    def astype(self, dtype: Any) -> "Digits":
        """The same numbers in another precision: all of them are exact in float32."""
        names = ("pixels", "rows", "weights", "bias")
        return replace(self, **{name: getattr(self, name).astype(dtype) for name in names})

    def result(self, losses: Any, weights: Any, bias: Any) -> Trained:
        """What a run comes to, from its losses and its last weights."""
        best = np.argmax(self.pixels @ np.asarray(weights) + np.asarray(bias), axis=-1)
        return Trained(np.asarray(losses, np.float64), float(np.mean(best == self.labels)))


def digits(steps: int = STEPS, order: np.ndarray | None = None) -> Digits:
    """The digits in float32, with the images in this order, and small random weights."""
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    if order is not None:
        pixels, labels = pixels[order], labels[order]
    start = np.random.default_rng(0)
    weights = 0.1 * start.standard_normal((pixels.shape[1], CLASSES))
    bias = 0.1 * start.standard_normal(CLASSES)
    return Digits(
        pixels=(pixels / 16).astype(np.float32),
        labels=labels.astype(np.int32),
        rows=np.eye(CLASSES, dtype=np.float32)[labels],
        weights=weights.astype(np.float32),
        bias=bias.astype(np.float32),
        steps=steps,
    )
