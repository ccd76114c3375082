"""The page of a test run: every parity assertion with its largest error, the worst first."""

from collections.abc import Mapping
from typing import Any

from xlogits.report import page
from xlogits.report.text import number

LOOKS = {"differs": ("o-differs", "≠"), "expected": ("o-known", "≈"), "same": ("o-agree", "=")}
MEANING = {
    "differs": "Both sides are further apart than allowed, or could not be compared, and the test "
    "failed.",
    "expected": "They differ in a test that passed all the same (it expects the error), or that is "
    "marked as failing.",
    "same": "Both sides are the same within what is allowed.",
}
ENDED = {
    2: "The run was interrupted: what came later is not in here.",
    3: "pytest itself failed: what came later is not in here.",
}
SCRIPTS = ("theme.js", "assertions.js")


def render(run: Mapping[str, Any]) -> str:
    """The page of what the pytest plugin writes as JSON; all text in it is escaped."""
    template, markup = page.template("assertions.html.jinja")
    style = "\n".join(map(page.part, ("page.css", "assertions.css")))
    script = page.script(*SCRIPTS)
    rendered: str = template.render(
        run=run,
        verdict=verdict(run),
        ended=ENDED.get(run["exit_status"], ""),
        rows=[_row(one) for one in sorted(run["comparisons"], key=_rank)],
        looks=LOOKS,
        meaning=MEANING,
        style=markup(style),
        script=markup(script),
        policy=page.policy(style, script),
    )
    return rendered


def verdict(run: Mapping[str, Any]) -> str:
    """The result in a sentence.

    >>> verdict({"counts": {"differs": 1, "expected": 0, "same": 2}})
    '1 of 3 parity comparisons differs'
    """
    count, differ = sum(run["counts"].values()), run["counts"]["differs"]
    if not count:
        return "No parity assertion was made"
    if differ:
        return f"{differ} of {count:,} parity comparisons {'differs' if differ == 1 else 'differ'}"
    if run["counts"]["expected"]:
        return f"No difference but the expected ones in {count:,} parity comparisons"
    return f"All {count:,} parity comparisons agree" if count > 1 else "The one comparison agrees"


def _rank(one: Mapping[str, Any]) -> tuple[int, float]:
    """The most serious first, then the furthest apart; what has no number is beyond any."""
    error = one["error"]
    beyond = float("inf") if one["message"] else 0.0
    return list(LOOKS).index(one["outcome"]), -(beyond if error is None else error)


def _row(one: Mapping[str, Any]) -> dict[str, Any]:
    look, glyph = LOOKS[one["outcome"]]
    name, _, detail = one["name"].partition(": ")
    at = f"at {tuple(one['position'])}" if one["position"] else ""
    shapes = list(
        dict.fromkeys(str(tuple(shape)) if shape else "scalar" for shape in one["shapes"])
    )
    return {
        **one,
        "look": look,
        "glyph": glyph,
        "name": name or one["assertion"],
        "detail": detail,
        "arrays": [f"{f} {d}" for f, d in zip(one["frameworks"], one["dtypes"], strict=True)],
        "shape": " and ".join(shapes) + (f", {at}" if at and one["error"] else ""),
        "numbers": [number(one[unit]) for unit in ("error", "absolute", "ulp")],
        "why": one["message"].splitlines(),
    }
