"""Whether what came of a call is what has to come of it."""

from typing import Any, NamedTuple

import numpy as np

from compare.hostile import reference
from compare.hostile.arrays import truth
from compare.hostile.case import As, Case
from compare.hostile.running import Outcome
from xlogits import precision
from xlogits.errors import LabelError, XlogitsError

# relative and absolute, by the dtype of the result: a few units in the last place of these numbers
TOLERANCE = {
    "float64": (1e-12, 1e-12),
    "float32": (2e-6, 2e-6),
    "float16": (2e-3, 1e-3),
    "bfloat16": (1.6e-2, 1e-2),
}
# what compiled kernels on a CPU say themselves about a label, as the documentation announces
LABEL_WORDS = ("label value", "out of bounds", "index out", "Target ")


class Verdict(NamedTuple):
    """What a cell shows, and what is wrong with it ('' if nothing is)."""

    shown: str
    wrong: str = ""


def expected(case: Case) -> Any:
    """The reference's numbers; None where there are none to be had."""
    name, args, options = case.meant or (case.function, case.args, case.options)
    if name not in reference.FUNCTIONS or case.error not in (None, LabelError):
        return None
    given = {k: truth(v) for k, v in options.items()}
    return np.asarray(reference.FUNCTIONS[name](*(truth(x) for x in args), **given))


def judge(case: Case, framework: str, mode: str, found: Outcome, wanted: Any) -> Verdict:
    """The verdict on one cell."""
    verdict = _judge(case, framework, mode, found, wanted)
    if case.known is None or case.known[0] != framework:
        return verdict
    if verdict.wrong:
        return Verdict(f"known: {verdict.wrong}, for {case.known[1]}")
    return Verdict(
        verdict.shown, "is right, and listed as known to be wrong: take it off that list"
    )


def _judge(case: Case, framework: str, mode: str, found: Outcome, wanted: Any) -> Verdict:
    if found.error is not None:
        return _error(case, mode, found.error)
    if case.error is None:
        return _value(case, framework, found, wanted)
    if mode != "eager" and case.error is LabelError and wanted is not None:
        verdict = _value(case, framework, found, wanted)
        return verdict if verdict.wrong else Verdict("NaN")
    return Verdict(shown(found), f"answered {shown(found)}; expected {case.error.__name__}")


def _error(case: Case, mode: str, error: BaseException) -> Verdict:
    text, name = str(error), type(error).__name__
    if case.error is None:
        return Verdict(name, f"raised {name}: {first(text)}; expected a value")
    ours = isinstance(error, case.error) or (mode != "eager" and case.error.__name__ in text)
    if not ours:
        label = case.error is LabelError and mode in ("tf.function", "torch.compile")
        if label and any(word in text for word in LABEL_WORDS):
            return Verdict("error of the kernel")
        return Verdict(name, f"raised {name}: {first(text)}; expected {case.error.__name__}")
    missing = [word for word in case.says if word not in text]
    return Verdict(name, f"{first(text)!r} does not say {missing}" if missing else "")


def _value(case: Case, framework: str, found: Outcome, wanted: Any) -> Verdict:
    dtype = case.dtype or _dtype(case)
    if not found.own:
        return Verdict(shown(found), "the result is no array of the framework of the arguments")
    if found.shape != wanted.shape:
        return Verdict(shown(found), f"shape {found.shape}; expected {wanted.shape}")
    if found.dtype != dtype:
        return Verdict(shown(found), f"dtype {found.dtype}; expected {dtype}")
    if case.shape_only or found.numbers is None:
        return Verdict("no values", "" if case.shape_only else "expected values")
    with np.errstate(over="ignore"):
        rounded = _rounded(wanted, dtype)
    relative, absolute = TOLERANCE[dtype]
    right = np.isclose(found.numbers, rounded, rtol=relative, atol=absolute, equal_nan=True)
    if right.all():
        return Verdict("value")
    if case.nan_in_kernels is not None and framework != "numpy":
        right |= np.isnan(found.numbers) & case.nan_in_kernels
        if right.all():
            return Verdict("NaN")
    return Verdict(shown(found), f"{shown(found)}; expected {brief(rounded)}")


def same_words(case: Case, said: dict[str, BaseException | None]) -> str:
    """What is wrong with the sentences of the frameworks together ('' if they are the same)."""
    texts = {name: str(error) for name, error in said.items() if isinstance(error, XlogitsError)}
    if not case.same or len(set(texts.values())) < 2:
        return ""
    return "the words differ: " + " / ".join(f"{k}: {first(v)}" for k, v in texts.items())


def _dtype(case: Case) -> str:
    _, args, options = case.meant or ("", case.args, case.options)
    x = args[0] if args else options.get("logits")
    if isinstance(x, As) and x.form.startswith("dtype "):
        return x.form.removeprefix("dtype ")
    return str(np.asarray(truth(x)).dtype.name)


def _rounded(x: Any, dtype: str) -> Any:
    if dtype == "bfloat16":  # which NumPy may not have
        return precision.rounded(x, dtype)
    return x.astype(dtype).astype(np.float64)


def shown(found: Outcome) -> str:
    """An outcome in a few characters."""
    if found.error is not None:
        return type(found.error).__name__
    return "no values" if found.numbers is None else brief(found.numbers)


def brief(numbers: Any) -> str:
    entries = [f"{float(x):.4g}" for x in np.asarray(numbers, float).reshape(-1)]
    text = ", ".join(entries[:4]) + (", ..." if len(entries) > 4 else "")
    return f"[{text}]" if np.ndim(numbers) else text


def first(text: str) -> str:
    """The first line, cut short."""
    line = next(iter(text.strip().splitlines()), "")
    return line if len(line) <= 160 else f"{line[:157]}..."
