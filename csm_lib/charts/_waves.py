"""Several waves of several items: a short path for each item, with time running downwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import pandas as pd
from matplotlib.figure import Figure

from csm_lib.charts._cells import Cell, by_item, ordered, read_cells
from csm_lib.charts._sheet import (
    Key,
    Rows,
    Scale,
    Sheet,
    dots,
    measure,
    percent_axis,
    whisker,
    wrap,
)
from csm_lib.charts._style import LINE, PALETTE, SMALL, TEXT, WIDTH, Weight, house_style

STEP = 8.0  # pt from one wave down to the next
OPEN, FILLED = 3.6, 4.6  # pt; radius of the marks of earlier waves and of the last
COLUMN = 54.0  # pt; the most that the values of a wave take beside the plot


@house_style()
def waves(
    tally: pd.DataFrame, *, order: Sequence[str] | None = None, note: str | None = None
) -> Figure:
    """Draw the share of each item in every wave.

    Parameters
    ----------
    tally
        A tally of yes/no items: one row per item and year. Where it has ``low`` and ``high``,
        the intervals are drawn.
    order
        Ids of the items from top to bottom, each once. By default the largest share in the last
        wave comes first.
    note
        A label to stand in the figure.

    Returns
    -------
    Figure
        One row per item. Its waves stand one below the
        other, joined by a line: open marks, and a filled one for the last. The value of the
        first wave stands to the left of the plot, that of the last to the right.

    Raises
    ------
    ValueError
        The tally or the order is not as described, or there is one year only.
    """
    cells = read_cells(tally, chart="waves", by=("item", "year"))
    years = sorted({cell.year for cell in cells})
    if len(years) < 2:
        raise ValueError(f"waves needs two years, and the tally has only {years[0]}.")
    first, last = years[0], years[-1]
    by_id = by_item(cells)
    if order is None:
        names = sorted(by_id, key=lambda name: _rank(by_id[name], last))
    else:
        names = ordered(by_id, order, chart="waves")
    items = [by_id[name] for name in names]
    roles = dict.fromkeys(years, "muted") | {first: "earlier", last: "later"}

    between = ", ".join(str(year) for year in years[1:-1])
    key = Key.of(
        [
            ("ring", "earlier", str(first)),
            *([("ring", "muted", between)] if between else []),
            ("dot", "later", str(last)),
        ]
    )
    labels = [next(iter(found.values())).label for found in items]
    rows = Rows.of(labels, top=key.height, pitch=max(24.0, STEP * (len(years) - 1) + 17))
    befores = [_value(found.get(first), "normal") for found in items]
    afters = [_value(found.get(last), "bold") for found in items]
    left = rows.right + 10 + _widest(befores, "normal")
    right = WIDTH - _widest(afters, "bold")
    margin = measure("100%", SMALL) / 2 + 3
    scale = Scale(left + margin, right - margin)

    sheet = Sheet(rows.bottom + LINE + 6, note=note)
    rows.set(sheet)
    key.draw(sheet)
    axes = sheet.plot(scale, key.height, rows.bottom)
    percent_axis(sheet, axes, scale, rows, [scale.left] * len(items))
    down = {year: (number - (len(years) - 1) / 2) * STEP for number, year in enumerate(years)}
    paths = [
        [(year, cell) for year, cell in sorted(found.items()) if cell.share is not None]
        for found in items
    ]
    for path, y in zip(paths, rows.centres, strict=True):
        axes.plot(
            [float(cell.share or 0) for _, cell in path],
            [y + down[year] for year, _ in path],
            color=PALETTE["muted"],
            linewidth=1.2,
            zorder=1,
            clip_on=False,
        )
        for year, cell in path:
            whisker(axes, cell, y + down[year], roles[year])
    for year, role in roles.items():
        places = [
            (float(cell.share or 0), y + down[year])
            for path, y in zip(paths, rows.centres, strict=True)
            for when, cell in path
            if when == year
        ]
        if places:
            filled = year == last
            dots(axes, places, role, hollow=not filled, radius=FILLED if filled else OPEN)
    for before, after, y in zip(befores, afters, rows.centres, strict=True):
        _set(sheet, left, y, before, "earlier", "normal")
        _set(sheet, WIDTH, y, after, "later", "bold")
    return sheet.figure


def _rank(found: Mapping[int, Cell], last: int) -> tuple[bool, Fraction]:
    """Sort key: items with a share in the last wave first, then by the latest share there is."""
    shares = [cell.share for _, cell in sorted(found.items()) if cell.share is not None]
    held = last in found and found[last].share is not None
    return not held, -(shares[-1] if shares else Fraction(0))


def _value(cell: Cell | None, weight: Weight) -> tuple[bool, list[str]]:
    """Return whether a wave has a share, and what stands for it, in lines."""
    if cell is not None and cell.share is not None:
        return True, [cell.percent]
    text = "not asked" if cell is None else cell.percent
    return False, wrap(text, COLUMN, SMALL, weight)


def _widest(values: list[tuple[bool, list[str]]], weight: Weight) -> float:
    return max(
        measure(line, TEXT if held else SMALL, weight if held else "normal")
        for held, lines in values
        for line in lines
    )


def _set(
    sheet: Sheet, right: float, y: float, value: tuple[bool, list[str]], role: str, weight: Weight
) -> None:
    """Set the value of a wave, in small grey words where it has none."""
    held, lines = value
    if held:
        sheet.lines(right, y, lines, role=role, weight=weight, align="right")
    else:
        sheet.lines(right, y, lines, size=SMALL, role="muted", align="right")
