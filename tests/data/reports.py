"""Cells and results to make reports of, a drawing, and texts of strangers that must stay texts."""

from xlogits import ledger
from xlogits.report.html import Figure
from xlogits.report.results import AGREE, DIFFERS, OUTCOMES, Cell, Results

CE = "torch.nn.functional.cross_entropy"
ROW = ledger.Divergence("nan leaks", (CE,), "the gradient hands on NaN", "https://example.org/1")


def cell(outcome=AGREE, *, native=CE, case="ordinary", backend="numpy", why="", **fields):
    place = {"device": "cpu", "dtype": "float32", "mode": "eager", "quantity": "value"}
    numbers = {"ours": 0.5, "theirs": 0.25} if outcome == AGREE else {}
    given = {**place, **numbers, "variant": "defaults", **fields}
    return Cell(native=native, case=case, backend=backend, outcome=outcome, why=why, **given)


def results(*cells, **fields):
    given = {"versions": {"numpy": "2.4.6"}, "seconds": 62.0, **fields}
    return Results(cells=list(cells), **given)


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
