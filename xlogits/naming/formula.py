"""The formula of a loss, from its documentation, in characters that a terminal has."""

import re
from typing import Any

from xlogits.losses import Transform
from xlogits.losses.parts.elementary import FORMULAS

_SIGNS = {
    r"\ell": "ℓ",
    r"\sum": "Σ",
    r"\prod": "Π",
    r"\sigma": "σ",
    r"\varepsilon": "ε",
    r"\beta": "β",
    r"\alpha": "α",
    r"\gamma": "γ",
    r"\delta": "δ",
    r"\lambda": "λ",
    r"\mu": "μ",
    r"\pi": "π",
    r"\tau": "τ",
    r"\infty": "∞",
    r"\le": "≤",
    r"\ge": "≥",
    r"\ne": "≠",
    r"\cdot": "·",
    r"\times": "×",
    r"\top": "T",
    r"\in": "∈",
    r"\notin": "∉",
    r"\quad": "  ",
    r"\qquad": "   ",
    r"\,": " ",
    r"\;": " ",
    r"\left": "",
    r"\right": "",
    r"\big": "",
    r"\Big": "",
    r"\{": "{",
    r"\}": "}",
    r"\|": "‖",
    r"\langle": "⟨",
    r"\rangle": "⟩",
    r"\hat": "",
    r"\bar": "",
    r"\epsilon": "ε",
    r"\ldots": "...",
    r"\odot": "⊙",
    r"\to": "→",
    r"\theta": "θ",
    r"\Delta": "Δ",
    r"\bigl": "",
    r"\bigr": "",
    r"\eta": "η",
    r"\rho": "ρ",
    r"\phi": "φ",
    r"\Gamma": "Γ",
    r"\nu": "ν",
    r"\kappa": "κ",
}
_SHORT_FRACTION = re.compile(r"\\t?frac(\w)(\w)")
_WORD = re.compile(r"\\(?:mathrm|operatorname|text|mathbf|mathit)\{([^{}]*)\}")
_FRACTION = re.compile(r"\\t?frac\{((?:[^{}]|\{[^{}]*\})*)\}\{((?:[^{}]|\{[^{}]*\})*)\}")
_ROOT = re.compile(r"\\sqrt\{((?:[^{}]|\{[^{}]*\})*)\}")


def formula(loss: Any) -> str:
    """The first displayed formula in the documentation of a loss, else the longest inline one."""
    if isinstance(loss, Transform):
        return plain(FORMULAS[loss.function])
    text = type(loss).__doc__ or ""
    displayed = re.search(r"\$\$(.+?)\$\$", text, re.DOTALL)
    inline = re.findall(r"\$(.+?)\$", text, re.DOTALL)
    return plain(displayed.group(1) if displayed else max(inline, key=len, default=""))


def plain(tex: str) -> str:
    """TeX as one line of text."""
    text = " ".join(tex.split())
    text = re.sub(r"\\begin\{cases\}(.*?)\\end\{cases\}", _cases, text)
    text = _WORD.sub(r"\1", text)
    text = _SHORT_FRACTION.sub(r"\1/\2 ", text)
    for _ in range(3):
        text = _FRACTION.sub(_divided, text)
        text = _ROOT.sub(r"√(\1)", text)
    for sign in sorted(_SIGNS, key=len, reverse=True):
        end = r"(?![a-zA-Z])" if sign[-1].isalpha() else ""
        text = re.sub(re.escape(sign) + end, _SIGNS[sign], text)
    text = re.sub(r"\\([a-zA-Z]+)", r"\1", text).replace("\\", "")
    text = re.sub(r"([_^])\{(\w)\}", r"\1\2", text)
    return " ".join(text.replace("{", "(").replace("}", ")").split())


def _divided(found: re.Match[str]) -> str:
    over, under = found.groups()
    return f"{_grouped(over)}/{_grouped(under)}"


def _grouped(text: str) -> str:
    return text if re.fullmatch(r"\\?\w+", text.strip()) else f"({text})"


def _cases(found: re.Match[str]) -> str:
    branches = [" ".join(b.replace("&", " if ").split()) for b in found.group(1).split(r"\\")]
    return "; ".join(b.replace("if if", "if") for b in branches if b.strip())
