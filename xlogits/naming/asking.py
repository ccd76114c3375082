"""What somebody means who asks: a concept, one function, a call or a message; and what to say if none.

A name of code (with a dot, with capitals inside, or with an underscore and known) is a function's first.
Everything else is a concept's first: `softmax` opens the concept and lists the functions of that name.
"""

import ast
import re
from typing import TYPE_CHECKING, Any

from xlogits.catalogue import Native
from xlogits.concepts import CONCEPTS, Concept
from xlogits.concepts.finder import closest, find, mentioned, named
from xlogits.concepts.messages import recognised
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
            CrossEntropyLoss not need softmax", "F.cross_entropy", "tf.nn.softmax", a call with
            arguments, "keras.losses.BinaryCrossentropy(from_logits=True)", or what a framework
            said, "IndexError: Target 10 is out of bounds".

    Returns:
        An `Answer` for what is a concept, an `Explanation` for what is one function or a call of one:
        its formula and the calls elsewhere are those of this call, with its arguments. Where an
        argument is about a concept, it is the `Answer` of that, and the call is its `page`. `str()` of
        both is a page, `data()` is for programs.

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
    native = _called(name) if name else None
    if native is not None:
        return _of_call(asked, name, native, arguments)
    said = _of_message(asked)
    if said is not None or not name:
        return said or _of_name(asked) or _of_words(asked)
    return _of_name(name) or _of_words(name if find(name) else asked)


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


def _of_message(asked: str) -> Answer | None:
    """The concept that explains what a framework said, or None."""
    said = recognised(asked)
    return said and _answer(CONCEPTS[said.message.concept], asked, said=said)


def _of_words(asked: str) -> Answer:
    """The concept that the words ask for; of several that are compared, the others beside it."""
    matches = find(asked)
    if matches:
        concept, compared = matches[0].concept, mentioned(asked)
        others = tuple(other for other in compared if other is not concept)
        beside = others if concept in compared else ()
        return _answer(concept, asked, taken=matches[0].taken, beside=beside)
    raise Unknown(f"nothing is known under the name {asked!r}{_advice(asked)}")


def _advice(asked: str) -> str:
    """What to do where nothing is known."""
    near = [match.concept.id for match in closest(asked)[:3] if match.closeness > NEAR]
    try:
        meant(asked)
    except OptionError as error:
        close = str(error).partition("; ")[2]
        if close.startswith("did you mean"):
            return f"; {close}" + f" Near it are {', '.join(near)}." * bool(near)
    ours = "logits, their losses and the functions around them are what is known here"
    if near:
        return f"; {ours}; near it are {', '.join(near)}"
    return f"; {ours}: try `xlogits explain logits`, and `xlogits names` lists all functions"


def _function(name: str) -> "Explanation":
    """The explanation of a function; it asks the translations, which take longer to load."""
    meant(name)
    from xlogits.naming.explanation import explain as explain_function

    return explain_function(name)


def _of_call(asked: str, name: str, native: Native, arguments: list[str]) -> "Answer | Explanation":
    """What a call computes; beside the concepts that its arguments are about, if some are."""
    from xlogits.naming.explanation import explain_call

    page = explain_call(native, asked)
    found = (concept_of(native, argument) for argument in arguments)
    concepts = {concept.id: concept for concept in found if concept is not None}
    if not concepts:
        return page
    first, *others = concepts.values()
    return _answer(first, asked, call=name, page=page, beside=tuple(others))


def _answer(
    concept: Concept,
    asked: str,
    taken: dict[str, str] | None = None,
    namesakes: list[Native] | None = None,
    **others: Any,
) -> Answer:
    return Answer(
        concept=concept,
        asked=asked,
        taken=taken or {},
        functions=listed(concept.functions),
        namesakes=tuple(native.name for native in namesakes or ()),
        **others,
    )


def _called(name: str) -> Native | None:
    """The function that is called by this name, if it is one and no other."""
    try:
        found = meant(name)
    except OptionError:
        functions = namesakes(name)
        return functions[0] if len(functions) == 1 and _is_code(name) else None
    return found if isinstance(found, Native) else None


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
