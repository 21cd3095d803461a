"""The house style of the charts: colours, sizes, and a figure as inline SVG for a page."""

from __future__ import annotations

import hashlib
import io
import re
import textwrap
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    Drawing = Figure | Axes | npt.NDArray[Any]

# Every value occurs once, so that a colour in a drawing names its role. Contrast with `surface`
# (WCAG 2.2) stands beside the colours that carry text or marks; tests hold them to it.
PALETTE = {
    "surface": "#ffffff",
    "ink": "#1f2933",  # 14.8: text
    "muted": "#52606d",  # 6.4: secondary text, axes
    "grid": "#d9dfe5",  # decoration only
    "earlier": "#b45309",  # 5.0: the first year, open marks
    "later": "#0f5e9c",  # 6.7: the latest year, filled marks
    "accent": "#0f5e9d",  # 6.7: marks of charts without years
    # One ramp for parts of a whole and for maps. Text on 1 to 3 is `ink`, on 4 and 5 `on-shade`.
    "shade-1": "#dce8f3",
    "shade-2": "#b6d0e7",
    "shade-3": "#8ab4da",
    "shade-4": "#2f6ea8",  # 5.3: also outlines the lighter shades
    "shade-5": "#123c69",  # 11.3
    "on-shade": "#fffffe",
}
"""Colours in light mode, by role."""

DARK = {
    "surface": "#121417",
    "ink": "#e6ebf0",  # 15.4
    "muted": "#a7b3bf",  # 8.7
    "grid": "#343d46",
    "earlier": "#f2a65a",  # 9.0
    "later": "#6bb3f2",  # 8.2
    "accent": "#6bb3f3",  # 8.2
    "shade-1": "#1c2b3b",
    "shade-2": "#274562",
    "shade-3": "#356189",
    "shade-4": "#82b4e1",  # 8.4
    "shade-5": "#d3e6f7",  # 14.5
    "on-shade": "#121418",
}
"""Colours in dark mode, by the same roles."""

WIDTH = 380.0  # pt; the width of every figure
TEXT, SMALL, LARGE = 11.0, 10.5, 17.0  # pt; 11 pt are 9.6 px on a phone, 16.7 px at the widest
LINE = 13.5  # pt from one line of text to the next
FONT = "DejaVu Sans"  # comes with matplotlib, so text measures the same on every machine

# Fonts for the page, none of them wider than FONT.
FONT_STACK = (
    '-apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Liberation Sans", '
    '"DejaVu Sans", sans-serif'
)

SETTINGS: dict[Any, Any] = {
    "font.family": [FONT],
    "font.size": TEXT,
    "text.color": PALETTE["ink"],
    "axes.labelcolor": PALETTE["muted"],
    "axes.labelsize": SMALL,
    "axes.titlesize": TEXT,
    "axes.titleweight": "bold",
    "figure.facecolor": PALETTE["surface"],
    "figure.constrained_layout.w_pad": 1 / 72,
    "figure.constrained_layout.h_pad": 4 / 72,
    "legend.frameon": False,
    "legend.borderpad": 0,
    "legend.borderaxespad": 0,
    "legend.handlelength": 1.2,
    "legend.handletextpad": 0.5,
    "legend.columnspacing": 1.4,
    "legend.title_fontsize": SMALL,
}


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in the house style, whatever style the notebook has set, and put that back after."""
    import matplotlib as mpl

    with mpl.rc_context(), warnings.catch_warnings():
        mpl.rcdefaults()
        mpl.rcParams.update(SETTINGS)
        # a script that FONT lacks still shows on the page, which has other fonts
        warnings.filterwarnings("ignore", message=r"Glyph \d+")
        yield
        interactive = mpl.is_interactive()  # a notebook's first figure turns it on
    mpl.interactive(interactive)


def text_on(role: str) -> str:
    """Return the role of text that stands on a colour of the ramp."""
    return "on-shade" if role in ("shade-4", "shade-5") else "ink"


def plain(text: object) -> str:
    """Text on one line, without characters that cannot be set."""
    line = " ".join(str(text).split())
    return "".join(sign for sign in line if sign.isprintable())


@lru_cache(maxsize=4096)
def measure(text: str, size: float = TEXT, weight: str = "normal") -> float:
    """Return the width of the widest line of a text, in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=FONT, size=size, weight=weight)
    lines = text.replace(r"\$", "$").split("\n")
    return max(
        float(text_to_path.get_text_width_height_descent(line, font, ismath=False)[0])
        for line in lines
    )


@lru_cache(maxsize=4096)
def wrap(text: str, width: float, size: float = TEXT, weight: str = "normal") -> str:
    """Break text into as few lines as a width in points takes, as even as they can be.

    Inside a word if it must be. A dollar sign is set as one, and starts no formula.
    """
    text = plain(text).replace("$", r"\$")
    fewest = max(1, int(0.8 * width / size))  # letters that fit, however wide
    letters = range(fewest, max(fewest, len(text)) + 1)
    broken = [textwrap.fill(text, most, break_on_hyphens=False) for most in letters]
    fit = [lines for lines in broken if measure(lines, size, weight) <= width]
    return min(fit or broken, key=lambda lines: lines.count("\n"))


def css() -> str:
    """Write the palettes as CSS custom properties, for the style sheet of the site.

    Dark values hold where the page says ``data-theme="dark"``; paper is always light.
    """

    def block(selector: str, palette: dict[str, str]) -> str:
        rules = "".join(f"  --csm-{role}: {value};\n" for role, value in palette.items())
        return f"{selector} {{\n{rules}}}\n"

    dark = 'html[data-theme="dark"]'
    printed = block(f":root, {dark}", PALETTE)
    return block(":root", PALETTE) + block(dark, DARK) + f"@media print {{\n{printed}}}\n"


SVG = "http://www.w3.org/2000/svg"
ROLES = {value: role for role, value in PALETTE.items()}
COLOUR = re.compile("|".join(ROLES))
NUMBER = re.compile(r"-?\b\d+\.\d+\b")
LINK = re.compile(r"(^|url\()#([^)]+)")  # to an id, as the whole of an attribute or in a style


def figure_of(drawing: Drawing) -> Figure:
    """Return the figure of what a chart returns: of one Axes, or of an array of them."""
    from matplotlib.figure import Figure

    if isinstance(drawing, Figure):
        return drawing
    figure: Figure = np.ravel(np.asarray(drawing, dtype=object))[0].get_figure().figure
    return figure


def svg(drawing: Drawing, *, key: str, alt: str) -> str:
    """Write a figure as SVG to stand in an HTML page, and close it.

    Parameters
    ----------
    drawing
        What a chart of this package returns, or a figure.
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
        `css` declares, and without that style sheet the light palette.

    Raises
    ------
    ValueError
        The key or the alternative text is empty.
    """
    import matplotlib as mpl
    import matplotlib.pyplot as plt
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    if not key.strip() or not plain(alt):
        raise ValueError(
            "A drawing needs a key of its own and an alternative text that states the result."
        )
    figure = figure_of(drawing)
    buffer = io.BytesIO()
    with house_style():
        mpl.rcParams.update({"svg.hashsalt": key, "svg.fonttype": "none"})
        unsaid = {"Date": None, "Creator": None, "Format": None, "Type": None}
        canvas: Any = FigureCanvasSVG(figure)
        canvas.print_svg(buffer, metadata=unsaid)  # as savefig does, which draws twice
    plt.close(figure)
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
    values = [value for node in root.iter() for value in node.attrib.values()]
    used = {link for value in values for _, link in LINK.findall(value)}
    for node in root.iter():
        node.tag = node.tag.removeprefix(f"{{{SVG}}}")
        node.tail = None
        if node.tag != "text":
            node.text = None
        old = dict(node.attrib)
        node.attrib.clear()
        for name, value in old.items():
            value = LINK.sub(rf"\1#{prefix}-\2", value)
            if name == "style":
                node.set(name, _restyle(value))
            elif name == "id" and value in used:
                node.set(name, f"{prefix}-{value}")
            elif name != "id" and not value.startswith("rotate(-0 "):
                value = NUMBER.sub(lambda found: f"{round(float(found[0]), 2) + 0.0:g}", value)
                node.set(name.rpartition("}")[2], " ".join(value.split()))  # href, with no prefix
    _flatten(root)


def _flatten(node: ElementTree.Element) -> None:
    """Take out metadata, rules for the whole page, and groups that say nothing.

    A group of marks of one look says it once.
    """
    children = []
    for child in node:
        _flatten(child)
        if child.tag == "g" and not child.attrib:
            children += list(child)
        elif child.tag not in ("metadata", "style") and (child.tag != "defs" or len(child)):
            children.append(child)
    node[:] = children
    looks = {child.get("style", "") for child in node if child.tag == "use"}
    if (
        len(node) > 1
        and {child.tag for child in node} == {"use"}
        and len(looks) == 1
        and all(looks)
    ):
        for child in node:
            node.set("style", child.attrib.pop("style"))


def _restyle(style: str) -> str:
    """Leave the font to the page, and call colours by their roles."""
    rules = [rule.strip().replace(": ", ":") for rule in style.split(";")]
    return COLOUR.sub(
        lambda found: f"var(--csm-{ROLES[found[0]]},{found[0]})",
        ";".join(rule for rule in rules if rule and not rule.startswith("font-family")),
    )
