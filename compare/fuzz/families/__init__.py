"""One strategy for the examples of each family, under the name that `xlogits names` has for it."""

from hypothesis import strategies as st

from compare.fuzz.example import Example
from compare.fuzz.families import elementwise, others, rowwise, softmax
from xlogits import losses as L

FAMILIES: dict[str, st.SearchStrategy[Example]] = {
    "entropy": st.one_of(
        softmax.examples(L.SoftmaxCrossEntropy),
        softmax.examples(L.SoftmaxCrossEntropy),
        others.sigmoid(),
        others.linear(),
    ),
    "activation": st.one_of(
        others.transform(), others.transform(), elementwise.examples(*elementwise.PRODUCTS)
    ),
    "regression": st.one_of(
        elementwise.examples(*elementwise.REGRESSION),
        elementwise.examples(*elementwise.LIKELIHOOD),
        rowwise.examples(*rowwise.BRIER),
    ),
    "margin": st.one_of(
        elementwise.examples(*elementwise.MARGINS), rowwise.examples(*rowwise.ROWS)
    ),
    "divergence": st.one_of(
        elementwise.examples(*elementwise.DIVERGENCE),
        elementwise.examples(*elementwise.FOCAL),
        rowwise.examples(*rowwise.SHARES),
        softmax.examples(L.SoftmaxFocal, L.SoftmaxPoly),
    ),
    "similarity": rowwise.examples(*rowwise.SIMILARITY),
    "overlap": st.one_of(rowwise.examples(*rowwise.OVERLAP), others.overlap()),
    "sequence": others.sequence(),
}
