"""Cells and results to make reports of, a drawing, and texts of strangers that must stay texts."""

from xlogits import ledger
from xlogits.catalogue import NATIVES
from xlogits.frameworks import BACKENDS
from xlogits.report.html import Figure
from xlogits.report.results import (
    AGREE,
    DIFFERS,
    KNOWN,
    OUTCOMES,
    UNAVAILABLE,
    Cell,
    Results,
)

CE = "torch.nn.functional.cross_entropy"
SOFTMAX = "tensorflow.nn.softmax_cross_entropy_with_logits"
ROW = ledger.Divergence("nan leaks", (CE,), "the gradient hands on NaN", "https://example.org/1")


def cell(outcome=AGREE, *, native=CE, case="ordinary", backend="numpy", why="", **fields):
    place = {"device": "cpu", "dtype": "float32", "mode": "eager", "quantity": "value"}
    numbers = {"ours": 0.5, "theirs": 0.25} if outcome == AGREE else {}
    given = {**place, **numbers, "variant": "defaults", **fields}
    return Cell(native=native, case=case, backend=backend, outcome=outcome, why=why, **given)


def results(*cells, **fields):
    given = {"versions": {"numpy": "2.4.6"}, "seconds": 62.0, **fields}
    return Results(cells=list(cells), **given)


def several():
    """Three functions on two backends, with every outcome somewhere and more than one page."""
    cells = [cell(case=f"case {n}", ours=n / 100, theirs=0.1) for n in range(250)]
    cells += [cell(backend="torch", dtype=d) for d in ("float32", "float64")]
    cells += [cell(DIFFERS, backend="torch", case="NaN", ours=2e6, theirs=0.0, why="2e6 eps off")]
    cells += [cell(KNOWN, native=SOFTMAX, case="zeros", why="nan leaks: 9 eps")]
    cells += [cell(UNAVAILABLE, native="keras.losses.CategoricalCrossentropy", why="no gradient")]
    return results(*cells)


def whole():
    """Every function on every backend, all of them in agreement."""
    names = [name for name, native in NATIVES.items() if not native.ours]
    return results(*(cell(native=name, backend=backend) for name in names for backend in BACKENDS))


def asserted():
    """What the assertions of a run of tests compared, as the plugin gathers it."""

    def compared(test, outcome, error):
        message = "" if outcome == "same" else "1 of 2 numbers differ\n  diagnosis"
        numbers = {"error": error, "absolute": error, "ulp": error, "position": [1]}
        kinds = {"frameworks": ["torch", "numpy"], "dtypes": ["float32"] * 2, "shapes": [[2]] * 2}
        words = {"name": "loss", "assertion": "assert_parity", "allowed": "1 ULP", "phase": "call"}
        state = {"outcome": outcome, "test_outcome": "passed", "message": message}
        return {"test": test, **numbers, **kinds, **words, **state}

    comparisons = [
        compared("test_a[torch]", "same", 0.5),
        compared("test_a[jax]", "differs", 7.0),
        compared("test_b[jax]", "expected", None),
        compared("test_c[jax]", "differs", 9.0),
    ]
    run = {"xlogits": "0", "backends": {"torch": "2"}, "tests": 4, "exit_status": 1}
    run |= {"counts": {"differs": 2, "expected": 1, "same": 1}, "comparisons": comparisons}
    return run


# as the drawing of the digits: grey words, about as high as wide
DRAWING = Figure(
    "Softmax regression on the digits",
    "138 runs, 12 of them with a framework's own loss.\nLargest difference: 3.6e-07.",
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 648 576" width="648pt" height="576pt">'
    '<rect width="648" height="576" fill="#ffffff"/><path d="M50 50L600 500" stroke="#3f8ae0"/>'
    '<text x="50" y="30" fill="#777777" font-size="11">46 of 46 runs lie on one curve</text></svg>',
)
FIGURE = Figure(
    "Digits",
    "All curves lie on each other.",
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    ' viewBox="0 0 9 9" onload="alert(1)"><metadata>who</metadata>'
    "<style>*{fill:red}</style><script>alert(1)</script>"
    '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>'
    '<defs><clipPath id="a"><rect width="9" height="9"/></clipPath></defs>'
    '<g clip-path="url(#a)" style="fill: none; stroke: #000000; behavior: url(x)">'
    '<path id="b" d="M0 0L9 9" onclick="alert(1)" fill="url(https://example.org/x)"/></g>'
    '<use xlink:href="#b"/><use xlink:href="https://example.org/y#b"/>'
    '<a xlink:href="javascript:alert(1)"><text>hi</text></a></svg>',
)
HOSTILE = (
    "<script>alert(1)</script>",
    "<ScRiPt src=//example.org/x></sCrIpT>",
    "</script><script>alert(1)</script>",
    "</script >",
    "</SCRIPT\t>",
    "<!--<script>",
    "<!-- x",
    "--><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><img src=x onerror=alert(1)>",
    "</noscript><img src=x onerror=alert(1)>",
    "</option></select><img src=x onerror=alert(1)>",
    "</button><a href=javascript:alert(1)>x</a>",
    "</table><iframe src=//example.org></iframe>",
    '"><img src=x onerror=1>',
    "'><img src=x onerror=1>",
    '" onmouseover="alert(1)',
    "' onfocus='alert(1)' autofocus='",
    "` onerror=alert(1)",
    "x onerror=alert(1) y=",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--><img src onerror=1>'>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<base href=//example.org/>",
    "<meta http-equiv=refresh content='0;url=//example.org'>",
    "<link rel=stylesheet href=//example.org/x.css>",
    "<object data=data:text/html,x>",
    "<form action=//example.org><input name=x>",
    "<plaintext>",
    "<xmp><p title='</xmp><script>alert(1)</script>'>",
    "<![CDATA[x]]>",
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY y 'z'>]>",
    "&lt;script&gt;",
    "&#60;script&#62;",
    "&amp;amp;",
    "&",
    "{{7*7}}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "{# comment #}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "javascript:alert(1)",
    "data:text/html;base64,PHNjcmlwdD4=",
    "__proto__",
    "constructor",
    "user\u202eresu // admin",
    "\u2066isolate\u2069 \u2067right\u2069 \u2068first\u2069",
    "\u202aembed\u202c \u202boverride\u202d",
    "\u200e\u200f\u061c marks",
    "zero\u200bwidth\u200cjoin\u200der\u2060\ufeff",
    "soft\u00adhyphen \u034f\u115f\u3164\u2800\ufe0f\U000e0041",
    "line\u2028separator\u2029paragraph",
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\",
    "\x1b[2J\x1b[H\x1bc",
    "\x9b31m C1",
    "nul\x00 bell\x07 back\x08\x08 del\x7f",
    "new\nline\r\ntab\t\v\f",
    "\ud800 lone \udfff surrogates",
    "\ufffe\uffff noncharacters",
    "\U0001f600 \u4e2d\u6587 Ω \u0338",
    "z\u0301\u0301\u0301\u0301algo",
    "x" * 20_000,
    "<" * 3_000,
    "| a | b |\n|---|---|\n**bold** [link](javascript:alert(1)) ![i](x)",
    "`code` ``more`` @someone #1 <details>",
    "[red]markup[/red] [link=x]y[/link]",
    "]]>",
    "%s %(x)s {0} \\u003c \\",
    "=1+1",
    "",
    " ",
)


def hostile(payload):
    """Results with a text of strangers in every place that can hold one."""
    row = ROW._replace(name=payload, natives=(payload,), reason=payload, source=payload)
    cells = [
        cell(outcome, native=payload, variant=payload, case=payload, why=payload, backend=b)
        for outcome in OUTCOMES
        for b in ("numpy", payload)
    ]
    cells.append(cell(DIFFERS, device=payload, dtype=payload, mode=payload, quantity=payload))
    odd = {"versions": {payload: payload}, "missing": {payload: payload}}
    return row, results(*cells, **odd, stale=[f"{payload}: {payload}"])
