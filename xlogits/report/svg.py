"""Drawings made inert: what the policy of the page allows, and nothing that could run or load."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"
DRAWN = frozenset(
    [
        "svg",
        "g",
        "defs",
        "path",
        "use",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "text",
        "tspan",
        "clipPath",
        "title",
        "desc",
        "linearGradient",
        "radialGradient",
        "stop",
        "marker",
    ]
)
KEPT = frozenset(
    [
        "id",
        "d",
        "x",
        "y",
        "x1",
        "y1",
        "x2",
        "y2",
        "cx",
        "cy",
        "r",
        "rx",
        "ry",
        "width",
        "height",
        "viewBox",
        "points",
        "transform",
        "clip-path",
        "offset",
        "fill",
        "fill-opacity",
        "fill-rule",
        "stroke",
        "stroke-width",
        "stroke-opacity",
        "stroke-linecap",
        "stroke-linejoin",
        "stroke-dasharray",
        "stroke-dashoffset",
        "stroke-miterlimit",
        "opacity",
        "font-size",
        "font-family",
        "font-weight",
        "font-style",
        "text-anchor",
        "dominant-baseline",
        "stop-color",
        "stop-opacity",
        "gradientUnits",
        "gradientTransform",
        "clipPathUnits",
        "preserveAspectRatio",
        "markerWidth",
        "markerHeight",
        "refX",
        "refY",
        "marker-start",
        "marker-mid",
        "marker-end",
        "color",
    ]
)
LOCAL = re.compile(r"url\(#([^)\"']+)\)")


def inert(svg: str, prefix: str, title: str) -> str:
    """The drawing with ids of its own, no styles, scripts, links or metadata, and a spoken title.

    The policy of the page forbids `style` attributes, so their properties become attributes.
    """
    root = ET.fromstring(svg)
    if root.tag != f"{SVG}svg":
        raise ValueError(f"a figure has to be an SVG document, not <{root.tag}>")
    clean = _clean(root, prefix)
    clean.set("xmlns", SVG[1:-1])
    clean.set("role", "img")
    clean.set("aria-label", title)
    return ET.tostring(clean, encoding="unicode")


def _clean(element: ET.Element, prefix: str) -> ET.Element:
    made = ET.Element(element.tag.removeprefix(SVG), dict(_attributes(element, prefix)))
    made.text, made.tail = element.text, element.tail
    for child in element:
        if isinstance(child.tag, str) and child.tag.removeprefix(SVG) in DRAWN:
            made.append(_clean(child, prefix))
    return made


def _attributes(element: ET.Element, prefix: str) -> Iterator[tuple[str, str]]:
    given = dict(element.attrib)
    for declaration in given.pop("style", "").split(";"):
        name, _, value = declaration.partition(":")
        given[name.strip()] = value.strip()
    for name, value in given.items():
        if name in (HREF, "href") and value.startswith("#"):
            yield "href", f"#{prefix}{value[1:]}"
        elif name == "id":
            yield name, prefix + value
        elif name in KEPT and "url(" not in LOCAL.sub("", value):
            yield name, LOCAL.sub(rf"url(#{prefix}\1)", value)
