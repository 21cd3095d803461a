"""A figure as inline SVG: small, byte-stable, accessible, and dressed by the page."""

from __future__ import annotations

import hashlib
import io
import re
from xml.etree import ElementTree

import matplotlib as mpl
from matplotlib.figure import Figure

from csm_lib.charts._cells import plain
from csm_lib.charts._style import FONT_STACK, PALETTE, house_style

SVG = "http://www.w3.org/2000/svg"
HREF = "{http://www.w3.org/1999/xlink}href"
ROLES = {value: role for role, value in PALETTE.items()}
COLOUR = re.compile("|".join(ROLES))
NUMBER = re.compile(r"-?\b\d+\.\d+\b")
LINK = re.compile(r"url\(#([^)]+)\)")


def svg(figure: Figure, *, key: str, alt: str) -> str:
    """Write a figure as SVG to stand in an HTML page.

    Parameters
    ----------
    figure
        A chart of this package.
    key
        What tells this chart from every other on the page, such as the finding's key. Ids in the
        drawing are made from it.
    alt
        The result in words, for those who do not see the drawing.

    Returns
    -------
    str
        One ``<svg class="csm-drawing" role="img">`` element, the same bytes every time. It takes
        the width of its place up to 36rem (or ``--csm-width``). Text is text, in the fonts of
        the reader's system (or ``--csm-font``). Each colour is the custom property that
        `csm_lib.charts.css` declares, and without that style sheet the light palette.

    Raises
    ------
    ValueError
        The key or the alternative text is empty.
    """
    if not key.strip() or not plain(alt):
        raise ValueError(
            "A drawing needs a key of its own and an alternative text that states the result."
        )
    buffer = io.BytesIO()
    with house_style():
        mpl.rcParams.update({"svg.hashsalt": key, "svg.fonttype": "none"})
        unsaid = {"Date": None, "Creator": None, "Format": None, "Type": None}
        figure.savefig(buffer, format="svg", metadata=unsaid)
    root = ElementTree.fromstring(buffer.getvalue())
    _tidy(root, prefix="c" + hashlib.sha256(key.encode()).hexdigest()[:10])
    view = root.attrib["viewBox"]
    root.attrib.clear()
    root.attrib.update(
        {
            "xmlns": SVG,
            "class": "csm-drawing",
            "role": "img",
            "aria-label": plain(alt),
            "viewBox": view,
            "width": "100%",
            "style": "display:block;height:auto;overflow:visible;max-width:var(--csm-width,36rem);"
            f"font-family:var(--csm-font,{FONT_STACK})",
        }
    )
    return ElementTree.tostring(root, encoding="unicode")


def _tidy(root: ElementTree.Element, *, prefix: str) -> None:
    """Drop what a page has no use for, and make what remains short and its ids its own."""
    used = {name for node in root.iter() for pair in node.items() for name in _links(*pair)}
    for node in root.iter():
        node.tag = node.tag.removeprefix(f"{{{SVG}}}")
        node.tail = None
        if node.tag != "text":
            node.text = None
        for name, value in node.items():
            del node.attrib[name]
            if name == "id":
                if value in used:
                    node.set(name, f"{prefix}-{value}")
                continue
            for link in _links(name, value):
                value = value.replace(f"#{link}", f"#{prefix}-{link}")
            if name == "style":
                node.set(name, _restyle(value))
            elif name == HREF:
                node.set("href", value)
            elif not value.startswith("rotate(-0 "):
                node.set(name, " ".join(NUMBER.sub(_short, value).split()))
    _flatten(root)


def _links(name: str, value: str) -> list[str]:
    """Return the ids that an attribute refers to."""
    return [value.removeprefix("#")] if name == HREF else LINK.findall(value)


def _short(number: re.Match[str]) -> str:
    """Write a number to the hundredth of a point, a fiftieth of a pixel."""
    return f"{round(float(number[0]), 2) + 0.0:g}"


def _flatten(node: ElementTree.Element) -> None:
    """Take out metadata, rules for the whole page, and groups that say nothing."""
    children = []
    for child in node:
        _flatten(child)
        if child.tag == "g" and not child.attrib:
            children += list(child)
        elif child.tag not in ("metadata", "style") and (child.tag != "defs" or len(child)):
            children.append(child)
    node[:] = children


def _restyle(style: str) -> str:
    """Leave the font to the page, and call colours by their roles."""
    rules = [rule.strip().replace(": ", ":") for rule in style.split(";")]
    return COLOUR.sub(
        lambda found: f"var(--csm-{ROLES[found[0]]},{found[0]})",
        ";".join(rule for rule in rules if rule and not rule.startswith("font-family")),
    )
