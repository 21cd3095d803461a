"""The range of a p-value over all that two totals allow, beside the level of a test."""

from __future__ import annotations

from math import log10
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from csm_lib.charts._moves import read_comparisons
from csm_lib.charts._sheet import RING, Rows, Scale, Sheet, dots, measure
from csm_lib.charts._style import LINE, PALETTE, SMALL, WIDTH, Weight, house_style
from csm_lib.inference.verdict import VERDICTS, checked_level, verdicts
from csm_lib.words import SMALLEST_P, p_value

COLUMNS = ("p_low", "p_high", "verdict")
# Verdicts differ in words and in the line: strong, plain, broken.
LINES: dict[str, tuple[str, float, Any]] = {
    "always": ("accent", 4.0, "solid"),
    "depends": ("accent", 1.8, "solid"),
    "never": ("muted", 1.8, (0, (2, 1.5))),
}
WEIGHTS: dict[str, Weight] = {"always": "bold", "depends": "bold", "never": "normal"}


@house_style()
def p_ranges(frame: pd.DataFrame, *, level: float = 0.05, note: str | None = None) -> Figure:
    """Draw the range of p for each comparison, and whether it lies below a level.

    Parameters
    ----------
    frame
        One row per comparison: ``item``, ``label``, ``p_low`` and ``p_high`` (a pair of columns
        of `csm_lib.inference.change_range`, such as ``exact_low`` and ``exact_high``), and
        ``verdict`` at the level: always, never or depends. Rows come in its order.
    level
        The level of the test, from 0.0001 to 1. A p at the level counts as below it.
    note
        A label to stand in the figure.

    Returns
    -------
    Figure
        One row per comparison on a log scale of p: a filled mark at the lowest p, an open one at
        the highest, a line at the level, and the verdict in words above the range in figures. An
        arrow stands for a p below 0.0001, where the scale ends.

    Raises
    ------
    ValueError
        The frame is not as described, the level is not on the scale, or a verdict was made at
        another level.
    TypeError
        The level is not a number.
    """
    if checked_level(level) < SMALLEST_P:
        raise ValueError(
            f"p_ranges ends at {SMALLEST_P:g}: give it a level above that, such as 0.05."
        )
    records = read_comparisons(frame, chart="p_ranges", columns=COLUMNS)
    for row in records:
        _check(row, level)
    ranges = [_range(row["p_low"], row["p_high"], level) for row in records]

    heading = f"Below {level:g}?"
    top = 2 * LINE + 12
    rows = Rows.of((row["label"] for row in records), top=top, pitch=34)
    words = max(
        *(measure(text, SMALL) for text in [*ranges, heading]),
        *(measure(word, weight="bold") for word in VERDICTS),
    )
    verdict = WIDTH - words
    scale = Scale(rows.right + 16, verdict - 16, log10(SMALLEST_P), 0)

    sheet = Sheet(rows.bottom + LINE + 6, note=note)
    _key(sheet)
    rows.set(sheet)
    axes = sheet.plot(scale, top, rows.bottom)
    _grid(sheet, axes, scale, rows)
    place, name = log10(level), f"{level:g}"
    axes.vlines(place, top, rows.bottom, color=PALETTE["ink"], linewidth=1.4, zorder=1)
    above = min(scale(place), verdict - 8 - measure(name, weight="bold") / 2)
    sheet.text(above, top - LINE / 2 - 2, name, weight="bold", align="center")
    sheet.text(verdict, top - LINE / 2 - 2, heading, size=SMALL, role="muted")
    for row, text, y in zip(records, ranges, rows.centres, strict=True):
        _draw(axes, row, y)
        word = row["verdict"]
        role = "muted" if word == "never" else "ink"
        sheet.text(verdict, y - LINE / 2, word, weight=WEIGHTS[word], role=role)
        sheet.text(verdict, y + LINE / 2, text, size=SMALL, role="muted")
    return sheet.figure


def _check(row: dict[Any, Any], level: float) -> None:
    """Refuse a range that is none, and a verdict that the range does not give at the level."""
    low, high, verdict = (row[name] for name in COLUMNS)
    if not 0 <= low <= high <= 1:
        raise ValueError(
            f"p_ranges: {row['item']} has p from {low:g} to {high:g}. Each lies between 0 and 1, "
            "the lowest first."
        )
    if verdict != verdicts(low, high, level):
        raise ValueError(
            f"p_ranges: {row['item']} has p from {low:g} to {high:g}, which is not {verdict!r} "
            f"below {level:g}. Give both functions the same level and the p of the same test; "
            f"a verdict is {', '.join(VERDICTS)}."
        )


def _range(low: float, high: float, level: float) -> str:
    """Write a range of p: 0.063 to 0.36, or one number where both ends are written the same."""
    ends = [p_value(low, level=level), p_value(high, level=level)]
    return " to ".join(dict.fromkeys(ends))


def _key(sheet: Sheet) -> None:
    """Name the two ends of a range, above everything."""
    axes = sheet.plot(Scale(0, WIDTH, 0, WIDTH), 0, LINE + 2)
    x, y = RING + 1, LINE / 2 + 1
    for name, hollow in (("lowest p possible", False), ("highest p possible", True)):
        dots(axes, [(x, y)], "accent", hollow=hollow)
        sheet.text(x + 11, y, name)
        x += 11 + measure(name) + 22


def _grid(sheet: Sheet, axes: Axes, scale: Scale, rows: Rows) -> None:
    """Draw a line at each power of ten, with figures at every other."""
    ends = axes.get_ylim()
    axes.vlines([-4, -3, -2, -1, 0], *ends, color=PALETTE["grid"], linewidth=1, zorder=0)
    axes.hlines(rows.centres, -4, 0, color=PALETTE["grid"], linewidth=1, zorder=0)
    for power in (-4, -2, 0):
        figure = f"{10.0**power:g}"
        sheet.text(scale(power), rows.bottom + 10, figure, size=SMALL, role="muted", align="center")


def _draw(axes: Axes, row: dict[Any, Any], y: float) -> None:
    """Draw a range: a line, filled at its lowest and open at its highest."""
    role, width, style = LINES[row["verdict"]]
    low, high = (log10(max(row[name], SMALLEST_P)) for name in ("p_low", "p_high"))
    axes.hlines(
        y, low, high, color=PALETTE[role], linewidth=width, linestyle=style, zorder=2, clip_on=False
    )
    if row["p_high"] >= SMALLEST_P:
        dots(axes, [(high, y)], role, hollow=True)
    if row["p_low"] >= SMALLEST_P:
        dots(axes, [(low, y)], role)
    else:
        axes.plot(
            [low], [y], marker="<", markersize=8, color=PALETTE[role], markeredgewidth=0,
            zorder=4, clip_on=False,
        )  # fmt: skip
