"""What somebody means who asks: a concept, one function, or a call; and what to say where it is neither.

A name of code (with a dot, with capitals inside, or with an underscore and known) is a function's first.
Everything else is a concept's first: `softmax` opens the concept and lists the functions of that name.
"""

import ast
import re
from typing import TYPE_CHECKING, Any

from xlogits.catalogue import Native
from xlogits.concepts import Concept
from xlogits.concepts.finder import closest, find, named
from xlogits.errors import OptionError, Unknown
from xlogits.naming.about import concept_of, listed
from xlogits.naming.answer import Answer
from xlogits.naming.spelling import meant, namesakes

if TYPE_CHECKING:
    from xlogits.naming.explanation import Explanation

NEAR = 0.3  # how close a concept is that is worth naming where nothing is close enough


def explain(text: str) -> "Answer | Explanation":
    """What a word, a question, a function or a call about logits and their losses means.

    Args:
        text: as people type it, in any case: "logits", "BCE", "softmax vs sigmoid", "why does
            CrossEntropyLoss not need softmax", "F.cross_entropy", "tf.nn.softmax", or a call with
            arguments, "keras.losses.BinaryCrossentropy(from_logits=True)".

    Returns:
        An `Answer` for what is a concept, an `Explanation` for what is one function. `str()` of both
        is a page, `data()` of an `Answer` is for programs.

    Raises:
        Unknown: about this nothing is known; the message says what comes near. It is an OptionError.
        OptionError: the name of several functions, and of no concept.
        Refused: a loss without an equivalent; the message gives the reason and what comes nearest.

    Example:
        >>> explain("logits").concept.id
        'logits'
        >>> explain("optax.softmax_cross_entropy").elsewhere["torch"].source
        "F.cross_entropy(logits, labels, reduction='none')"
    """
    asked = " ".join(text.split())
    name, arguments = _call(asked)
    if name:
        concept = _of_arguments(name, arguments)
        if concept is not None:
            return _answer(concept, asked, call=name)
        asked = name
    return _of_name(asked) or _of_words(asked)


def _of_name(asked: str) -> "Answer | Explanation | None":
    """What has exactly this name, or None."""
    concept = named(asked)
    name = asked.replace(" ", "_")  # "huber loss" is huber_loss
    functions = namesakes(name)
    if concept is not None and not (_is_code(asked) and functions):
        return _answer(concept, asked, namesakes=functions)
    try:
        return _function(name)
    except OptionError:
        if len(functions) == 1:
            return _function(functions[0].name)
        if concept is not None:
            return _answer(concept, asked, namesakes=functions)
        if functions:
            raise
    return None


def _of_words(asked: str) -> Answer:
    """The concept that the words ask for."""
    matches = find(asked)
    if matches:
        return _answer(matches[0].concept, asked, taken=matches[0].taken)
    raise Unknown(f"nothing is known under the name {asked!r}{_advice(asked)}")


def _advice(asked: str) -> str:
    """What to do where nothing is known."""
    try:
        meant(asked)
    except OptionError as error:
        close = str(error).partition("; ")[2]
        if close.startswith("did you mean"):
            return f"; {close}"
    near = [match.concept.id for match in closest(asked)[:3] if match.closeness > NEAR]
    ours = "logits, their losses and the functions around them are what is known here"
    if near:
        return f"; {ours}; near it are {', '.join(near)}"
    return f"; {ours}: try `xlogits explain logits`, and `xlogits names` lists all functions"


def _function(name: str) -> "Explanation":
    """The explanation of a function; it asks the translations, which take longer to load."""
    meant(name)
    from xlogits.naming.explanation import explain as explain_function

    return explain_function(name)


def _answer(
    concept: Concept,
    asked: str,
    taken: dict[str, str] | None = None,
    namesakes: list[Native] | None = None,
    call: str = "",
) -> Answer:
    return Answer(
        concept=concept,
        asked=asked,
        taken=taken or {},
        functions=listed(concept.functions),
        namesakes=tuple(native.name for native in namesakes or ()),
        call=call,
    )


def _of_arguments(name: str, arguments: list[str]) -> Concept | None:
    """The concept that the first argument with one is about, of a call of one known function."""
    try:
        native = meant(name)
    except OptionError:
        return None
    if not isinstance(native, Native):
        return None
    found = (concept_of(native, argument) for argument in arguments)
    return next((concept for concept in found if concept is not None), None)


def _call(text: str) -> tuple[str, list[str]]:
    """The name and the keywords of a call, also of an instance made in it; or nothing."""
    try:
        node: Any = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # no code, or nested too deep
        return "", []
    keywords: list[str] = []
    called = isinstance(node, ast.Call)
    while isinstance(node, ast.Call):
        keywords = [k.arg for k in node.keywords if k.arg] + keywords
        node = node.func
    name = ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute) else ""
    return (name, keywords) if called and re.fullmatch(r"[\w.]+", name) else ("", [])


def _is_code(text: str) -> bool:
    """Whether a text can only be a name of code."""
    return bool(re.search(r"\w[._]\w|[a-z][A-Z]|[A-Z]{2}[a-z]", text)) and " " not in text
