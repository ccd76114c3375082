"""Connectionist temporal classification, by definition: Graves' forward variables as probabilities."""

import math
from typing import Any

import numpy as np

from xlogits.losses import CTC
from xlogits.reference.items import Items
from xlogits.reference.vector import COMPLEX, REAL, log_softmax

Array = Any


class CTCItems(Items):
    """An item is the frames of one sequence and its labels."""

    loss: CTC

    def __init__(self, loss: CTC, operands: dict[str, Array]) -> None:
        super().__init__(loss, operands)
        self.batched = self.pred.ndim == 3
        self.target = np.asarray(operands["target"])
        self.shape = self.target.shape[:-1]
        self.valid = np.ones(self.shape, bool)
        self.labels = np.zeros(self.shape, int)
        for key in self.keys():
            self.labels[key] = self._number(key)

    @property
    def moving(self) -> tuple[str, ...]:
        return ("pred",)

    def _where(self, key: tuple[int, ...]) -> tuple[Any, ...]:
        return (slice(None), *key) if self.loss.time_major else key

    def _number(self, key: tuple[int, ...]) -> int:
        if "label_length" in self.operands:
            return int(np.asarray(self.operands["label_length"])[key])
        if "label_padding" in self.operands:
            return int(np.sum(np.asarray(self.operands["label_padding"])[key] == 0))
        blank = self.loss.blank % self.pred.shape[-1]
        return int(np.sum(self.target[key] != blank))

    def _frames(self, key: tuple[int, ...], number: int) -> Array:
        """Which frames count."""
        if "logit_padding" in self.operands:
            return np.asarray(self.operands["logit_padding"])[key] == 0
        if "logit_length" in self.operands:
            return np.arange(number) < np.asarray(self.operands["logit_length"])[key]
        return np.ones(number, bool)

    def parts(self, key: tuple[int, ...]) -> tuple[Array, ...]:
        return self.pred[self._where(key)], self.target[key]

    def place(self, name: str, out: Array, key: tuple[int, ...], part: Array) -> None:
        out[self._where(key)] = part

    def item(self, key: tuple[int, ...], *parts: Array) -> Any:
        number = int(self.labels[key])
        x, target = parts[0], [int(v.real) for v in parts[1][:number]]
        x = x[self._frames(key, len(x))]
        logits = self.loss.form.kind == "logits"
        p = [np.exp(log_softmax(row) if logits else row) for row in x]
        total = _probability(p, target, self.loss.blank % parts[0].shape[-1])
        kind = COMPLEX if np.iscomplexobj(parts[0]) else REAL
        if total == 0:
            return kind(0 if self.loss.zero_infinity else math.inf)
        loss = -np.log(kind(total))
        return loss / REAL(max(number, 1)) if self.loss.per_label else loss

    def scale(self, key: tuple[int, ...], *parts: Array) -> Any:
        found = 1 + abs(self.item(key, *parts))
        return found if np.isfinite(found) else REAL(1)

    def slope_scale(self, key: tuple[int, ...], parts: tuple[Array, ...], number: int) -> Array:
        return np.ones(parts[number].shape, REAL)


def _probability(p: list[Array], target: list[int], blank: int) -> Any:
    """Of all alignments: the sum over paths through the labels with blanks around each."""
    states = [blank]
    for label in target:
        states += [label, blank]
    if not p:
        return REAL(not target)
    alpha = [p[0][label] if s < 2 else REAL(0) for s, label in enumerate(states)]
    for row in p[1:]:
        before, alpha = alpha, []
        for s, label in enumerate(states):
            reached = before[s] + (before[s - 1] if s else 0)
            if s > 1 and label not in (blank, states[s - 2]):
                reached = reached + before[s - 2]
            alpha.append(reached * row[label])
    return alpha[-1] + (alpha[-2] if target else 0)


ITEMS: dict[type, Any] = {CTC: CTCItems}
