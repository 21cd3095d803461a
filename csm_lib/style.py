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

from csm_lib.templates import render

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    Drawing = Figure | Axes | npt.NDArray[Any]

# Light, then dark. Every value occurs once, so that a colour in a drawing names its role. What
# carries text or marks has the contrast with `surface` that WCAG 2.2 AA asks.
_COLOURS = {
    "surface": ("#ffffff", "#121417"),
    "ink": ("#1f2933", "#e6ebf0"),  # text
    "muted": ("#52606d", "#a7b3bf"),  # secondary text, axes
    "grid": ("#d9dfe5", "#343d46"),  # decoration only
    "earlier": ("#b45309", "#f2a65a"),  # the first year, open marks
    "later": ("#0f5e9c", "#6bb3f2"),  # the latest year, filled marks
    "accent": ("#0f5e9d", "#6bb3f3"),  # marks of charts without years
    # One ramp for parts of a whole and for maps. Text on 1 to 3 is `ink`, on 4 and 5 `on-shade`.
    "shade-1": ("#dce8f3", "#1c2b3b"),
    "shade-2": ("#b6d0e7", "#274562"),
    "shade-3": ("#8ab4da", "#356189"),
    "shade-4": ("#2f6ea8", "#82b4e1"),  # also outlines the lighter shades
    "shade-5": ("#123c69", "#d3e6f7"),
    "on-shade": ("#fffffe", "#121418"),
}
PALETTE = {role: light for role, (light, _) in _COLOURS.items()}
"""Colours in light mode, by role."""
DARK = {role: dark for role, (_, dark) in _COLOURS.items()}
"""Colours in dark mode, by the same roles."""

WIDTH = 380.0  # pt; the width of every figure
TEXT, SMALL, LARGE = 11.0, 10.5, 17.0  # pt; 11 pt are 9.6 px on a phone, 16.7 px at the widest
LINE = 13.5  # pt from one line of text to the next
FONT = "DejaVu Sans"  # comes with matplotlib, so text measures the same on every machine

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
    return f"{render('colours.css', light=PALETTE, dark=DARK)}\n"


ROLES = {value: role for role, value in PALETTE.items()}
COLOUR = re.compile("|".join(ROLES))
NUMBER = re.compile(r"-?\b\d+\.\d+\b")
LINK = re.compile(r"(^|url\()#([^)]+)")  # to an id, as the whole of an attribute or in a style


def figure_of(drawing: Drawing) -> Figure:
    """Return the figure of what a chart returns: of one Axes, or of an array of them."""
    figure: Figure = np.ravel(np.asarray(drawing, dtype=object))[0].figure.figure
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
        One ``<svg>`` element, the same bytes every time. It takes the width of its place up to
        36rem (or ``--csm-width``). Text is text, in the fonts of the reader's system (or
        ``--csm-font``), and each colour the custom property that `css` declares.

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
    values = [value for node in root.iter() for value in node.attrib.values()]
    used = {link for value in values for _, link in LINK.findall(value)}
    (drawn,) = _tidy(root, "c" + hashlib.sha256(key.encode()).hexdigest()[:10], used)
    body = "".join(ElementTree.tostring(child, encoding="unicode") for child in drawn)
    return render("drawing.html", alt=plain(alt), view=drawn.attrib["viewBox"], body=body)


def _tidy(node: ElementTree.Element, prefix: str, used: set[str]) -> list[ElementTree.Element]:
    """Return what a page has a use for, in short: no metadata, and no groups that say nothing.

    Ids are its own, the font is that of the page, and colours are called by their roles.
    """
    tidy = ElementTree.Element(node.tag.rpartition("}")[2])
    if tidy.tag in ("metadata", "style"):
        return []
    tidy.text = node.text if tidy.tag == "text" else None
    tidy[:] = [kept for child in node for kept in _tidy(child, prefix, used)]
    for name, value in node.attrib.items():
        value = LINK.sub(rf"\1#{prefix}-\2", value)
        if name == "style":
            rules = [rule.strip().replace(": ", ":") for rule in value.split(";")]
            value = ";".join(rule for rule in rules if rule and not rule.startswith("font-family"))
            value = COLOUR.sub(lambda of: f"var(--csm-{ROLES[of[0]]},{of[0]})", value)
        elif name == "id":
            value = f"{prefix}-{value}" if value in used else ""
        else:
            value = NUMBER.sub(lambda of: f"{round(float(of[0]), 2) + 0.0:g}", value)
        if value and not value.startswith("rotate(-0 "):
            tidy.set(name.rpartition("}")[2], " ".join(value.split()))  # href, with no prefix
    looks = {(child.tag, child.get("style")) for child in tidy}
    if len(tidy) > 1 == len(looks) and tidy[0].tag == "use":  # marks of one look say it once
        for mark in tidy:
            tidy.set("style", mark.attrib.pop("style"))
    bare = not tidy.attrib if tidy.tag == "g" else tidy.tag == "defs" and not len(tidy)
    return [*tidy] if bare else [tidy]
