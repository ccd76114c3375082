"""The functions of the catalogue that a concept is about, and the concept that an argument is about."""

from xlogits.catalogue import NATIVES, Arg, Native
from xlogits.concepts import CONCEPTS, Concept
from xlogits.concepts.record import Functions
from xlogits.losses import Loss, Transform
from xlogits.naming.names import COLUMN, COLUMNS, spelled


def listed(wanted: Functions | None) -> dict[str, list[str]]:
    """Column -> the functions a concept is about, each with the parameters that it is about."""
    found: dict[str, list[str]] = {column: [] for column in COLUMNS}
    for native in NATIVES.values() if wanted else ():
        if wanted and belongs(native, wanted):
            arguments = ", ".join(a.name for a in native.parameters if _is_option(a, wanted))
            name = spelled(native) + (f"({arguments})" if arguments else "")
            found[COLUMN[native.framework]].append(name)
    return {column: names for column, names in found.items() if names}


def belongs(native: Native, wanted: Functions) -> bool:
    """Whether a function is one of these."""
    loss = native.loss
    return (
        (not wanted.losses or _kind(loss) in wanted.losses)
        and (not wanted.form or _form(native) == wanted.form)
        and (not wanted.labels or _labels(loss) in (wanted.labels, "inferred"))
        and (not wanted.named or any(part in native.short for part in wanted.named))
        and (not wanted.options or any(_is_option(a, wanted) for a in native.parameters))
    )


def concept_of(native: Native, argument: str) -> Concept | None:
    """The concept that an argument of a function is about, if there is one."""
    given = [a for a in native.parameters if argument in (a.name, *a.also)]
    for concept in CONCEPTS.values():
        wanted = concept.functions
        if wanted is None or set(wanted.options) & {"pred"} or not belongs(native, wanted):
            continue
        if any(_is_option(a, wanted) for a in given):
            return concept
    return None


def _is_option(argument: Arg, wanted: Functions) -> bool:
    """Whether a parameter sets one of the options; the form is chosen by True or False alone."""
    if argument.to == "form" and not isinstance(argument.default, bool):
        return False
    return argument.to in wanted.options


def _kind(loss: Loss | Transform) -> str:
    return loss.function if isinstance(loss, Transform) else type(loss).__name__


def _form(native: Native) -> str:
    """What a function takes for its prediction unless it is told otherwise."""
    form = getattr(native.loss, "form", None)
    for argument in native.parameters:
        if argument.to == "form" and argument.values and argument.default in argument.values:
            form = argument.values[argument.default]
    return str(form.kind) if form else ""


def _labels(loss: Loss | Transform) -> str:
    labels = getattr(loss, "labels", None)
    return str(labels.kind) if labels else ""
