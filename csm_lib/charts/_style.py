"""Colours, sizes and the settings every chart is drawn with."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

import matplotlib as mpl

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

Weight = Literal["normal", "bold"]

WIDTH = 380.0  # pt; the width of every figure
TEXT, SMALL, LARGE = 11.0, 10.5, 17.0  # pt
LINE = 13.5  # pt from one line of text to the next
FONT = "DejaVu Sans"  # comes with matplotlib, so text measures the same on every machine

# Fonts for the page, none of them wider than FONT.
FONT_STACK = (
    '-apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Liberation Sans", '
    '"DejaVu Sans", sans-serif'
)


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in the house style, whatever style the notebook has set, and put that back after."""
    with mpl.rc_context(), warnings.catch_warnings():
        mpl.rcdefaults()
        mpl.rcParams.update({"font.family": [FONT], "text.usetex": False})
        # a script that FONT lacks still shows on the page, which has other fonts
        warnings.filterwarnings("ignore", message=r"Glyph \d+")
        yield


def shades(count: int) -> Sequence[str]:
    """Roles of the ramp for so many parts of a whole, the strongest first.

    Raises
    ------
    ValueError
        More parts than can be told apart.
    """
    ramp = {1: "5", 2: "52", 3: "531", 4: "5421", 5: "54321"}
    if count not in ramp:
        raise ValueError(f"{count} answers cannot be told apart in one bar: give 1 to 5 of them.")
    return [f"shade-{step}" for step in ramp[count]]


def text_on(role: str) -> str:
    """Return the role of text that stands on a colour of the ramp."""
    return "on-shade" if role in ("shade-4", "shade-5") else "ink"


def css() -> str:
    """Write the palettes as CSS custom properties, for the style sheet of the site.

    Dark values hold where the page says ``data-theme="dark"``; paper is always light.
    """

    def block(selector: str, palette: dict[str, str], indent: str = "") -> str:
        lines = [f"{indent}  --csm-{role}: {value};" for role, value in palette.items()]
        return "\n".join([f"{indent}{selector} {{", *lines, f"{indent}}}"])

    dark = 'html[data-theme="dark"]'
    return "\n".join(
        [
            block(":root", PALETTE),
            block(dark, DARK),
            "@media print {",
            block(f":root, {dark}", PALETTE, "  "),
            "}\n",
        ]
    )
