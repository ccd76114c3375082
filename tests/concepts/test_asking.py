"""Questions, names, calls and what is not ours, asked of `xl.explain` and on the command line."""

import json
import subprocess
import sys
from typing import Any

import pytest

import xlogits as xl
from tests.conftest import ROOT
from tests.data.concept_questions import FOREIGN, QUESTIONS, Question
from tests.data.reader_questions import ASKED
from xlogits.catalogue import NATIVES
from xlogits.cli import main
from xlogits.concepts import CONCEPTS, Concept
from xlogits.concepts.record import Functions
from xlogits.errors import OptionError, Refused, Unknown
from xlogits.frameworks import spelled
from xlogits.naming import Answer, Explanation
from xlogits.naming.about import belongs, concept_of, listed

RECORDS = pytest.mark.parametrize("concept", CONCEPTS.values(), ids=lambda c: c.id)


def _data(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main(["explain", "--json", *words]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.text)
def test_a_question_opens_its_concept(
    question: Question, capsys: pytest.CaptureFixture[str]
) -> None:
    found = _data(capsys, question.text)
    assert (found["kind"], found["id"]) == ("concept", question.concept)
    assert found["asked"] == question.text


def test_forty_five_questions_and_thirty_words() -> None:
    assert len({q.text for q in QUESTIONS}) == 45
    assert len(set(FOREIGN)) == 30


@pytest.mark.parametrize("text", FOREIGN)
def test_a_word_that_is_not_ours(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", text]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f"xlogits: nothing is known under the name {text!r}; ")
    assert "xlogits explain" in told.err or "did you mean" in told.err or "near it" in told.err
    with pytest.raises(Unknown):
        xl.explain(text)
    assert main(["explain", text, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["kind"] == "unknown"


@RECORDS
def test_a_page_and_its_data(concept: Concept, capsys: pytest.CaptureFixture[str]) -> None:
    found = xl.explain(concept.id)
    assert isinstance(found, Answer)
    assert found.concept is concept
    page, data = str(found), found.data()
    assert json.loads(json.dumps(data)) == data
    assert _data(capsys, concept.id) == data
    flat = " ".join(page.split())
    for part in (data["sentence"], *data["answer"], data["mistake"]["text"]):
        assert part in flat
    for number in data["numbers"].values():
        assert number["shown"] in flat
    assert data["example"].splitlines()[-1] in page
    assert all(source["address"] in page for source in data["sources"])
    assert all(len(line) <= 100 for line in page.splitlines() if "https://" not in line)


def test_words_need_no_quotes(capsys: pytest.CaptureFixture[str]) -> None:
    assert _data(capsys, "softmax", "vs", "sigmoid")["id"] == "softmax-vs-sigmoid"


def test_a_name_of_several_functions_opens_the_concept_and_lists_them() -> None:
    found = xl.explain("softmax")
    assert isinstance(found, Answer)
    assert found.concept.id == "softmax"
    wanted = {n.name for n in NATIVES.values() if n.short == "softmax" or "softmax" in _lasts(n)}
    assert set(found.namesakes) == wanted
    assert len(wanted) > 5
    assert f"{len(wanted)} functions are called so" in str(found)
    assert "F.softmax" in str(found)


def _lasts(native: Any) -> set[str]:
    return {alias.rpartition(".")[2] for alias in native.aliases}


@pytest.mark.parametrize(
    ("typed", "concept"),
    [
        ("logits", "logits"),
        ("LOGITS", "logits"),
        ("log_softmax", "log-softmax"),  # several functions
        ("kl_div", "kl-divergence"),
        ("entropy", "entropy"),  # one function, scipy.stats.entropy, and a plain word
        ("KLD", "kl-divergence"),
        ("expit", "sigmoid"),
        ("label_smoothing", "label-smoothing"),
        ("croos entropy", "cross-entropy"),
        ("F.cros_entropy", "cross-entropy"),
        ("logit(0.5)", "logit"),
        ("softmax(x)", "softmax"),
        ("F.cross_entropy(x, y, weight=w)", "class-weights"),
        ("nn.CrossEntropyLoss(ignore_index=0)(x, y)", "ignore_index"),
        ("nn.BCEWithLogitsLoss(pos_weight=w)", "pos_weight"),
        ("tf.keras.losses.CategoricalCrossentropy(label_smoothing=.1)", "label-smoothing"),
        ("keras.losses.BinaryCrossentropy(axis=-1, from_logits=True)", "from_logits"),
        ("F.cross_entropy(x, y, reduction='sum')", "reduction"),
    ],
)
def test_names_and_calls_of_a_concept(typed: str, concept: str) -> None:
    found = xl.explain(typed)
    assert isinstance(found, Answer)
    assert found.concept.id == concept


@pytest.mark.parametrize(
    ("typed", "function"),
    [
        ("F.cross_entropy", "torch.nn.functional.cross_entropy"),
        ("cross_entropy", "torch.nn.functional.cross_entropy"),
        ("BCELoss", "torch.nn.BCELoss"),
        ("nn.crossentropyloss", "torch.nn.CrossEntropyLoss"),
        ("TF.NN.SOFTMAX", "tensorflow.nn.softmax"),
        ("mse", "keras.losses.mean_squared_error"),
        ("dice loss", "optax.losses.dice_loss"),
        ("F.softmax(x, dim=1)", "torch.nn.functional.softmax"),
        ("F.cross_entropy(x, y)", "torch.nn.functional.cross_entropy"),
        # an argument that is about the form of the prediction, and no True or False
        ("tf.losses.log_loss(y, p, epsilon=1e-7)", "tensorflow.compat.v1.losses.log_loss"),
    ],
)
def test_names_and_calls_of_a_function(
    typed: str, function: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = xl.explain(typed)
    assert isinstance(found, Explanation)
    assert found.name == function
    data = _data(capsys, typed)
    assert (data["kind"], data["name"]) == ("function", function)
    assert data["elsewhere"]["torch"].keys() >= {"source", "assumed", "why_not"}


def test_a_call_names_its_function() -> None:
    found = xl.explain("keras.losses.BinaryCrossentropy(from_logits=True)")
    assert isinstance(found, Answer)
    assert found.call == "keras.losses.BinaryCrossentropy"
    assert "xlogits explain keras.losses.BinaryCrossentropy" in str(found)


def test_a_call_is_written_elsewhere_with_its_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    call = "nn.CrossEntropyLoss(weight=w, ignore_index=0, label_smoothing=0.1)"
    found = xl.explain(call)
    assert isinstance(found, Answer)
    assert found.concept.id == "class-weights"
    assert [other.id for other in found.beside] == ["ignore_index", "label-smoothing"]
    assert set(found.elsewhere) == {"torch", "tensorflow", "keras", "jax", "numpy", "xlogits"}
    for target, translation in found.elsewhere.items():
        assert translation == xl.translate(call, to=target)
        assert translation.source
        assert translation.lines[-1] in str(found)
    data = _data(capsys, call)
    assert data["page"]["elsewhere"]["torch"]["source"] == found.elsewhere["torch"].source
    assert data["beside"] == ["ignore_index", "label-smoothing"]

    same = xl.explain("F.cross_entropy(x, y, weight=w)")
    assert isinstance(same, Answer)
    assert "torch" not in same.elsewhere  # it is that call
    unfit = xl.explain("F.cross_entropy(weight=w)")  # without its arrays it is no call
    assert isinstance(unfit, Answer)
    assert unfit.elsewhere == {}
    assert "This call elsewhere" not in str(unfit)


def test_of_two_concepts_that_are_compared_the_other_is_told_too() -> None:
    found = xl.explain("class weights vs pos_weight")
    assert isinstance(found, Answer)
    both = {found.concept.id, *(other.id for other in found.beside)}
    assert both == {"class-weights", "pos_weight"}
    flat = " ".join(str(found).split())
    assert all(CONCEPTS[concept].sentence_told in flat for concept in both)
    assert xl.explain("do I need softmax before CrossEntropyLoss").beside == ()  # has its own page
    assert xl.explain("softmax").beside == ()


@pytest.mark.parametrize(("text", "concepts"), ASKED)
def test_what_a_reader_did_not_find(
    text: str, concepts: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert _data(capsys, text)["id"] in concepts


def test_a_question_may_begin_with_a_minus(capsys: pytest.CaptureFixture[str]) -> None:
    for typed in ("-tf.reduce_sum(y*tf.log(tf.nn.softmax(x)))", "-np.sum(y*np.log(p))"):
        assert _data(capsys, typed)["id"] == "loss-by-hand"
    for option in ("--jsn", "-x"):
        with pytest.raises(SystemExit):
            main(["explain", option, "logits"])


def test_a_word_that_is_nearly_a_function_and_a_concept() -> None:
    with pytest.raises(Unknown, match=r"did you mean .*mean_squared.* Near it are .*reduction"):
        xl.explain("mean")


# -- what is printed about the call itself; that it is right is tested in tests/naming/test_printed.py


def test_a_call_is_told_before_the_concept_of_its_argument() -> None:
    found = xl.explain("keras.losses.BinaryCrossentropy(from_logits=True)")
    assert isinstance(found, Answer)
    assert found.page is not None
    assert found.page.call == "keras.losses.BinaryCrossentropy(from_logits=True)(labels, logits)"
    lines = str(found).splitlines()
    places = [
        lines.index(f"    {found.page.call}"),
        *(lines.index(f"    {line}") for line in found.page.formula.splitlines()),
        lines.index("The same call elsewhere"),
        lines.index("from_logits"),
    ]
    assert places == sorted(places)
    assert "σ(logits)" in found.page.formula
    source = found.page.elsewhere["torch"].source
    assert f"  torch      {source}" in lines
    data = found.data()["page"]
    assert (data["call"], data["formula"]) == (found.page.call, found.page.formula)
    assert data["elsewhere"]["torch"]["source"] == source
    assert xl.explain("from_logits").data()["page"] is None


def test_a_call_without_a_concept_is_told_with_its_arguments() -> None:
    found, plain = xl.explain("F.softmax(scores, dim=0)"), xl.explain("F.softmax")
    assert isinstance(found, Explanation)
    assert isinstance(plain, Explanation)
    assert found.call == "F.softmax(scores, dim=0)"
    assert found.elsewhere["jax"].source == "jax.nn.softmax(scores, axis=0)"
    assert "The same call elsewhere" in str(found)
    assert "The same with its defaults" in str(plain)
    assert "scores" not in str(plain)


def test_what_an_array_of_the_formula_is_in_the_call() -> None:
    found = xl.explain("F.cross_entropy(x.view(-1, 5), y, weight=w)")
    assert isinstance(found, Answer)
    assert found.page is not None
    named = {"logits": "x.view(-1, 5)", "labels": "y", "class_weight": "w"}
    assert dict(found.page.named) == named
    for word in named:
        assert word in found.page.formula
    assert "    with logits = x.view(-1, 5),  labels = y,  class_weight = w" in str(found)
    assert not xl.explain("nn.CrossEntropyLoss()").named  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("F.softmax(x, axis_of=1)", "unexpected keyword argument 'axis_of'"),
        ("F.cross_entropy(x)", "missing 1 required positional argument: 'target'"),
        ("F.cross_entropy(*both)", "behind * or ** cannot be seen"),
        ("F.cross_entropy(x, y, reduction=how)", "depends on its value"),
        ("F.cross_entropy(x, y, reduction='avg')", "expected one of 'none', 'sum', 'mean'"),
        ("F.cross_entropy(x, y, label_smoothing=eps)", "depends on the value of `eps`"),
    ],
)
def test_a_call_that_cannot_be_read_says_why(typed: str, why: str) -> None:
    """Then the function alone is told, and said to be."""
    found = xl.explain(typed)
    page = found.page if isinstance(found, Answer) else found
    assert page is not None
    assert why in page.unread
    assert f"{typed} cannot be read, and this is the function alone" in " ".join(str(found).split())
    assert "The same with its defaults" in str(found)
    alone = xl.explain(page.name)
    assert isinstance(alone, Explanation)
    assert (page.call, page.formula) == (alone.call, alone.formula)


def test_what_is_read_as_something_else_is_said() -> None:
    assert str(xl.explain("sofmax")).startswith("(read 'sofmax' as 'soft max')\n")
    assert not str(xl.explain("softmax")).startswith("(")


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "(",
        "F.(",
        "x = 1",
        "lambda: 0",
        "f(",
        "\x00",
        "a" * 5000,
        "-" * 9999 + "1",
        "(" * 999,
    ],
)
def test_nonsense_is_unknown(typed: str) -> None:
    with pytest.raises(Unknown):
        xl.explain(typed)


def test_what_has_no_equivalent_and_what_is_ambiguous() -> None:
    for typed in ("tf.nn.nce_loss", "F.gumbel_softmax(x)"):
        with pytest.raises(Refused):
            xl.explain(typed)
    with pytest.raises(OptionError, match="which one") as error:
        xl.explain("huber loss")
    assert not isinstance(error.value, Unknown)


@RECORDS
def test_the_functions_come_from_the_catalogue(concept: Concept) -> None:
    found = listed(concept.functions)
    names = {name.partition("(")[0] for column in found.values() for name in column}
    assert bool(names) == (concept.functions is not None)
    assert names <= {spelled(name) for name in NATIVES}
    for word in (concept.sentence, concept.answer):
        assert "tf.compat" not in word  # the list is the catalogue's


def test_which_functions_belong() -> None:
    def names(**wanted: Any) -> set[str]:
        return {n.name for n in NATIVES.values() if belongs(n, Functions(**wanted))}

    assert names(losses=("logit",)) >= {"torch.logit", "scipy.special.logit"}
    probabilities = names(losses=("SigmoidCrossEntropy",), form="probabilities")
    assert probabilities >= {"torch.nn.BCELoss", "keras.losses.BinaryCrossentropy"}
    assert "torch.nn.BCEWithLogitsLoss" not in probabilities
    assert not any(
        "keras" in name for name in names(losses=("SoftmaxCrossEntropy",), form="logits")
    )
    assert names(losses=("SoftmaxCrossEntropy",), form="log_probabilities") == {
        "torch.nn.functional.nll_loss",
        "torch.nn.NLLLoss",
    }
    assert concept_of(NATIVES["torch.nn.BCELoss"], "size_average") is None
    for name, concept in (("BCELoss", "sample-weights"), ("CrossEntropyLoss", "class-weights")):
        found = concept_of(NATIVES[f"torch.nn.{name}"], "weight")  # of items, or of classes
        assert found is not None
        assert found.id == concept


def test_a_concept_loads_no_numpy_no_framework_and_no_translation() -> None:
    code = (
        "import sys; from xlogits.cli import main; "
        "[main(['explain', t]) for t in ('logits', 'softmax vs sigmoid', 'BCE', 'softmax', "
        "'why does CrossEntropyLoss not need softmax', 'Target 3 is out of bounds')]; "
        "outside = {'numpy', 'torch', 'tensorflow', 'jax', 'keras', 'scipy'} & set(sys.modules); "
        "inside = {'translation', 'parity', 'ledger', 'diagnosis', 'port', 'cases', 'reference'}; "
        "inside &= {n.split('.')[1] for n in sys.modules if n.startswith('xlogits.')}; "
        "print(sorted(outside), sorted(inside), 'xlogits.concepts.finder' in sys.modules)"
    )
    assert _last_line(code) == "[] [] True"
    for call in ("F.cross_entropy", "nn.BCEWithLogitsLoss(pos_weight=w)"):  # ask for translations
        line = _last_line(code.replace("'logits'", f"'{call}'"))
        assert line.startswith("[]")
        assert "'translation'" in line


def _last_line(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]
