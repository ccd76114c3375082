"""Native names resolve to their records, and a record reads a call into the loss it computes."""

from typing import Any

import pytest

from tests.conftest import need
from xlogits.catalogue import NATIVES, Arg, Native, find
from xlogits.catalogue.record import bind
from xlogits.errors import OptionError, Refused
from xlogits.losses import LOGITS, Labels, SoftmaxCrossEntropy

# the names that this version promises, as people write them
PROMISED = [
    "F.cross_entropy",
    "nn.CrossEntropyLoss",
    "F.nll_loss",
    "nn.NLLLoss",
    "F.binary_cross_entropy",
    "nn.BCELoss",
    "F.binary_cross_entropy_with_logits",
    "nn.BCEWithLogitsLoss",
    "F.softmax",
    "F.log_softmax",
    "F.sigmoid",
    "F.logsigmoid",
    "F.softplus",
    "tf.nn.softmax_cross_entropy_with_logits",
    "tf.nn.sparse_softmax_cross_entropy_with_logits",
    "tf.nn.sigmoid_cross_entropy_with_logits",
    "tf.nn.weighted_cross_entropy_with_logits",
    "tf.compat.v1.nn.softmax_cross_entropy_with_logits",
    "tf.compat.v1.nn.softmax_cross_entropy_with_logits_v2",
    "tf.compat.v1.nn.sparse_softmax_cross_entropy_with_logits",
    "tf.compat.v1.nn.sigmoid_cross_entropy_with_logits",
    "tf.compat.v1.nn.weighted_cross_entropy_with_logits",
    "tf.compat.v1.losses.softmax_cross_entropy",
    "tf.compat.v1.losses.sparse_softmax_cross_entropy",
    "tf.compat.v1.losses.sigmoid_cross_entropy",
    "torch.softmax",
    "torch.sigmoid",
    "torch.xlogy",
    "nn.Softmax2d",
    "nn.LogSoftmax",
    "tf.nn.softmax",
    "tf.math.log_sigmoid",
    "tf.sigmoid",
    "tf.compat.v1.math.reduce_logsumexp",
    "ops.logsumexp",
    "keras.activations.softmax",
    "jax.nn.softmax",
    "jsp.special.logsumexp",
    "scipy.special.entr",
    "tf.nn.log_softmax",
    "keras.losses.CategoricalCrossentropy",
    "keras.losses.SparseCategoricalCrossentropy",
    "keras.losses.BinaryCrossentropy",
    "keras.losses.categorical_crossentropy",
    "keras.losses.sparse_categorical_crossentropy",
    "keras.losses.binary_crossentropy",
    "optax.softmax_cross_entropy",
    "optax.softmax_cross_entropy_with_integer_labels",
    "optax.sigmoid_binary_cross_entropy",
    "scipy.special.softmax",
    "scipy.special.log_softmax",
    "scipy.special.logsumexp",
    "scipy.special.expit",
    "scipy.special.logit",
    "scipy.special.log_expit",
    "sklearn.metrics.log_loss",
]


@pytest.mark.parametrize("name", PROMISED)
def test_promised_names(name: str) -> None:
    assert find(name).short == name.rpartition(".")[2]


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("F.cross_entropy", "torch.nn.functional.cross_entropy"),
        ("torch.nn.functional.cross_entropy", "torch.nn.functional.cross_entropy"),
        ("nn.BCELoss", "torch.nn.BCELoss"),
        ("tf.keras.losses.BinaryCrossentropy", "keras.losses.BinaryCrossentropy"),
        ("tf.losses.BinaryCrossentropy", "keras.losses.BinaryCrossentropy"),
        ("tf.losses.sigmoid_cross_entropy", "tensorflow.compat.v1.losses.sigmoid_cross_entropy"),
        (
            "tf.nn.softmax_cross_entropy_with_logits_v2",
            "tensorflow.compat.v1.nn.softmax_cross_entropy_with_logits_v2",
        ),
        (
            "tf.compat.v1.nn.sigmoid_cross_entropy_with_logits",
            "tensorflow.nn.sigmoid_cross_entropy_with_logits",
        ),
        ("optax.losses.softmax_cross_entropy", "optax.softmax_cross_entropy"),
        ("special.expit", "scipy.special.expit"),
    ],
)
def test_aliases_resolve_to_one_record(alias: str, name: str) -> None:
    assert find(alias) is NATIVES[name]


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(OptionError, match=r"no record of a native function 'F\.crossentropy'"):
        find("F.crossentropy")


def test_operands_and_fields_have_different_names() -> None:
    for native in NATIVES.values():
        fields = set(native.loss.__dataclass_fields__)
        assert not fields & set(native.loss.OPERANDS)


@pytest.mark.parametrize("native", NATIVES.values(), ids=lambda n: n.name)
def test_every_parameter_sets_something_that_is_there(native: Native) -> None:
    places = set(native.loss.OPERANDS) | set(native.loss.__dataclass_fields__) | {""}
    for arg in native.parameters:
        assert arg.to in places, arg
    for group in native.together:
        assert group.to in places
        assert set(group.names) <= {arg.name for arg in native.parameters}


def test_reading_a_call() -> None:
    x, y, w = object(), object(), object()
    loss, operands = find("F.cross_entropy").read(
        {"input": x, "target": y, "weight": w, "label_smoothing": 0.1, "reduction": "sum"}
    )
    assert isinstance(loss, SoftmaxCrossEntropy)
    assert operands == {"pred": x, "target": y, "class_weight": w}
    assert (loss.label_smoothing, loss.ignore_index) == (0.1, -100)
    assert loss.reduction.word == "sum"


def test_reading_a_word_that_means_several_fields() -> None:
    given = {"y_true": object(), "y_pred": object()}
    native = find("keras.losses.categorical_crossentropy")
    by_default, _ = native.read(given)
    assert by_default.form.clip == (1e-7, 1 - 1e-7)  # type: ignore[union-attr]
    with_logits, _ = native.read(given | {"from_logits": True})
    assert with_logits.form == LOGITS  # type: ignore[union-attr]


def test_a_weight_of_one_is_no_weight() -> None:
    native = find("tf.compat.v1.losses.softmax_cross_entropy")
    x, y = object(), object()
    assert "sample_weight" not in native.read({"onehot_labels": y, "logits": x}).operands
    weighted = native.read({"onehot_labels": y, "logits": x, "weights": 2.0})
    assert weighted.operands["sample_weight"] == 2.0


def test_refusals_give_the_reason() -> None:
    with pytest.raises(
        Refused, match=r"logsumexp\(return_sign=True\) is not supported: it returns two"
    ):
        find("scipy.special.logsumexp").read({"a": object(), "return_sign": True})
    with pytest.raises(OptionError, match=r"axis=1\): expected one of -1"):
        find("keras.losses.sparse_categorical_crossentropy").read(
            {"y_true": object(), "y_pred": object(), "axis": 1}
        )


SOME = (Arg("a"), Arg("b", default=2), "*", Arg("c", default=3))


@pytest.mark.parametrize(
    ("values", "named", "said"),
    [
        ((), {}, "missing 1 required positional argument: 'a'"),
        ((1, 2, 3), {}, "takes 2 positional arguments but 3 were given"),
        ((1,), {"a": 1}, "multiple values for argument 'a'"),
        ((1,), {"d": 1}, "unexpected keyword argument 'd'"),
    ],
)
def test_binding_raises_what_python_raises(
    values: tuple[Any, ...], named: dict[str, Any], said: str
) -> None:
    def f(a: Any, b: Any = 2, *, c: Any = 3) -> None: ...

    with pytest.raises(TypeError) as ours:
        bind("f", SOME, values, named)
    assert said in str(ours.value)
    with pytest.raises(
        TypeError, match=said.partition(" but")[0].replace("takes 2", "takes from 1 to 2")
    ):
        f(*values, **named)


def test_binding() -> None:
    assert bind("f", SOME, (1,), {"c": 5}) == {"a": 1, "c": 5}
    assert Labels("index").kind == "index"


def test_a_function_that_stands_for_the_default() -> None:
    need("torch")
    import torch

    native = find("nn.TripletMarginWithDistanceLoss")
    arrays = {"anchor": 0, "positive": 0, "negative": 0}
    plain = native.read(arrays).loss
    for same in (torch.nn.PairwiseDistance(), torch.nn.functional.pairwise_distance):
        assert native.read(arrays | {"distance_function": same}).loss == plain
    for other in (torch.nn.PairwiseDistance(p=1.0), torch.dist):
        with pytest.raises(Refused, match="a function of your own"):
            native.read(arrays | {"distance_function": other})


def test_missing_arguments_are_counted_as_python_does() -> None:
    def function(first: Any, second: Any, third: Any = None) -> None:
        """The same signature in Python."""

    record = Arg("first"), Arg("second"), Arg("third", default=None)
    for values in ((), (1,)):
        with pytest.raises(TypeError) as ours:
            bind("function", record, values, {})
        with pytest.raises(TypeError) as pythons:
            function(*values)
        assert str(ours.value) == str(pythons.value).rpartition(".")[2]
    assert bind("function", record, (1, 2), {}) == {"first": 1, "second": 2}
