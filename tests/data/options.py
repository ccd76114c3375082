"""Forms, masks, weights and words that the cases of the matrix leave at their defaults, with arrays."""

from dataclasses import replace
from typing import Any

import numpy as np

from xlogits.losses import (
    INDEX,
    LOG_PROBABILITIES,
    Form,
    Labels,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
    SoftmaxFocal,
)

RNG = np.random.default_rng(17)
P = RNG.uniform(0.05, 0.9, (4, 5))  # rows that do not sum to 1
X = RNG.normal(size=(4, 5)) * 2
Q = RNG.dirichlet(np.ones(5), 4) * np.array([[1.0], [1.0], [2.0], [0.5]])
Y = np.array([0, 4, 1, 2])
EDGE = np.array([[0.0, 1.0, 0.25, 0.5, 0.125], [1.0, 0.0, 0.75, 0.25, 0.0]])  # bounds among them
W = np.array([0.5, 2.0, 1.0, 0.25, 3.0])
ONE = np.array([0.125, 0.75, 0.5, 0.9])  # one column that stands for two


def p_form(**options: Any) -> Form:
    return Form("probabilities", **options)


def softmax(**options: Any) -> SoftmaxCrossEntropy:
    return SoftmaxCrossEntropy(**options)


FORMS = {
    "before": p_form(renormalise="before"),
    "after": p_form(renormalise="after"),
    "before, clipped": p_form(renormalise="before", clip=(0.1, 0.25)),
    "after, clipped": p_form(renormalise="after", clip=(0.25, 0.5)),
    "clipped": p_form(clip=(0.25, 0.5)),
    "offset": p_form(log_offset=0.25),
    "floor": p_form(log_floor=-1.0),
    "offset, floor": p_form(log_offset=0.125, log_floor=-0.75),
    "all of it": p_form(renormalise="before", clip=(0.1, 0.3), log_offset=0.25, log_floor=-1.0),
    "validated": p_form(validated=True, clip=(0.1, 0.7)),
    "logits, clipped": Form("logits", clip=(0.25, 0.5)),
    "logits, clipped above": Form("logits", clip=(0.0, 0.25)),
    "logits, clipped below 0": Form("logits", clip=(-0.25, 0.25)),
    "logarithms": LOG_PROBABILITIES,
}


def rows() -> dict[str, tuple[Any, dict[str, Any]]]:
    """Losses, and the operands that they are tried on."""
    found: dict[str, tuple[Any, dict[str, Any]]] = {}
    for name, form in FORMS.items():
        pred = P if form.kind == "probabilities" else X if form.kind == "logits" else np.log(P)
        every = {"pred": pred, "target": Y, "class_weight": W}
        found[f"{name}"] = softmax(form=form), every
        found[f"{name}, smoothed"] = softmax(form=form, label_smoothing=0.2), every
        found[f"{name}, dense"] = softmax(form=form), every | {"target": Q}
        if form.renormalise is None and form.kind != "log_probabilities":
            events = {"pred": pred, "target": np.clip(Q, 0, 1)}
            found[f"{name}, events"] = SigmoidCrossEntropy(form=form), events
            found[f"{name}, focal"] = SoftmaxFocal(form=form), every
    for name in ("clipped", "offset", "floor", "validated"):
        found[f"{name}, bounds"] = softmax(form=FORMS[name]), {"pred": EDGE, "target": Y[[1, 2]]}
        found[f"{name}, inside"] = (
            softmax(form=FORMS[name]),
            {"pred": EDGE, "target": Y[[3, 1]] - [0, 1]},
        )
    for name in ("clipped", "offset", "floor"):
        found[f"{name}, no share"] = softmax(form=FORMS[name]), {"pred": 2 * P - 0.1, "target": Y}
    column = p_form(positive_column=True)
    for name, form in {
        "column": column,
        "column, clipped": replace(column, clip=(0.2, 0.8)),
        "column, eps": replace(column, clip="eps", renormalise="after"),
    }.items():
        sure = {"target": np.array([1, 0, 0, 1])}
        loss = softmax(form=form, labels=INDEX)
        found[name] = loss, {"pred": ONE, **sure}
        found[f"{name} of one"] = loss, {"pred": ONE[:, None], **sure}
        found[f"{name} of two"] = loss, {"pred": P[:, :2], **sure}
        found[f"{name} of three"] = loss, {"pred": P[:, :3], **sure}
    wide = X.reshape(2, 2, 5)
    places = {"pred": np.moveaxis(wide, 2, 1), "target": Y.reshape(2, 2)}
    found["column of labels inside"] = (
        *(softmax(axis=1, labels=Labels("index", column=True)),),
        places | {"target": Y.reshape(2, 1, 2)},
    )
    found["no column of labels"] = softmax(axis=1, labels=Labels("index", column=True)), places
    found["weights inside"] = softmax(axis=1), places | {"class_weight": W}
    found["fractions dropped"] = (
        softmax(labels=Labels("index", truncated=True)),
        {"pred": X, "target": Y + 0.75},
    )
    found["constant labels"] = (
        softmax(labels=Labels("dense", gradient=False)),
        {
            "pred": X,
            "target": Q,
        },
    )
    found["ignored"] = softmax(ignore_index=4), {"pred": X, "target": Y, "class_weight": W}
    found["class 0 ignored"] = softmax(ignore_index=0), {"pred": X[:, :1], "target": Y * 0}
    inner = {"pred": X, "target": np.clip(Q, 0, 1)}
    for axis in (0, 1, -2):
        found[f"events, weights along {axis}"] = (
            SigmoidCrossEntropy(axis=axis),
            inner | {"pos_weight": W if axis == 1 else W[:4], "class_weight": np.array([2.0])},
        )
    found["events, mean along 0"] = SigmoidCrossEntropy(axis=0, inner="mean"), inner
    found["events, smoothed, weighed"] = (
        SigmoidCrossEntropy(label_smoothing=0.25),
        inner | {"pos_weight": np.array(3.0), "class_weight": W},
    )
    return found


ROWS = rows()
