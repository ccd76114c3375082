"""Fields in which two losses differ: what is taken for granted, and that nothing is for nothing."""

import pytest

from xlogits.losses import Form, SigmoidCrossEntropy
from xlogits.translation import translate
from xlogits.translation.difference import differ

CLIP = (1e-7, 1 - 1e-7)
CLIPPED, FLOORED = "within the clip", "above the floor"
PLAIN = Form("probabilities")


@pytest.mark.parametrize(
    ("wanted", "got", "assumed"),
    [
        (Form("probabilities", clip=CLIP), PLAIN, {CLIPPED}),
        (PLAIN, Form("probabilities", clip=CLIP), {CLIPPED}),
        (Form("probabilities", clip=CLIP), Form("probabilities", clip="eps"), {CLIPPED}),
        (Form("probabilities", log_floor=-100.0), PLAIN, {FLOORED}),
        (PLAIN, Form("probabilities", log_floor=-100.0), {FLOORED}),
        (
            Form("probabilities", clip=CLIP),
            Form("probabilities", log_floor=-100.0),
            {CLIPPED, FLOORED},
        ),
        (Form("probabilities", clip=CLIP), Form("probabilities", clip=CLIP, validated=True), set()),
        (
            Form("probabilities", log_floor=-100.0),
            Form("probabilities", log_floor=-100.0, validated=True),
            set(),
        ),
    ],
)
def test_forms(wanted: Form, got: Form, assumed: set[str]) -> None:
    losses = SigmoidCrossEntropy(form=wanted), SigmoidCrossEntropy(form=got)
    found = differ(*losses, frozenset(SigmoidCrossEntropy.ARRAYS), 2)
    assert {each.assumed for each in found} == assumed
    assert not any(each.text for each in found)


def test_a_clip_and_a_floor_are_told() -> None:
    """Keras clips probabilities, PyTorch the logarithms: 16.1 and 18.4 for p = 1e-8, y = 1."""
    found = translate("keras.losses.BinaryCrossentropy()(y, p)", to="torch")
    assert found.source == "F.binary_cross_entropy(p, torch.reshape(y, p.shape))"
    assert {CLIPPED, FLOORED} <= set(found.assumptions)
    same = translate("nn.BCELoss()(p, y)", to="torch")
    assert not same.assumptions
