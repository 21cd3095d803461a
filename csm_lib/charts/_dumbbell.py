"""Two years of several items: an open mark for the first, a filled one for the last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from csm_lib.charts._cells import Cell, by_item, ordered, read_cells, years_of
from csm_lib.charts._sheet import (
    GAP,
    RING,
    Key,
    Rows,
    Scale,
    Sheet,
    dots,
    fit,
    measure,
    percent_axis,
    whisker,
)
from csm_lib.charts._style import LINE, PALETTE, SMALL, WIDTH, Weight, house_style

WEIGHT: dict[str, Weight] = {"earlier": "normal", "later": "bold"}


@house_style()
def dumbbell(
    tally: pd.DataFrame, *, order: Sequence[str] | None = None, note: str | None = None
) -> Figure:
    """Draw the share of each item in two years.

    Parameters
    ----------
    tally
        A tally of yes/no items: one row per item and year. Its first and last year are drawn,
        and named at the top; where it has ``low`` and ``high``, so is the interval.
    order
        Ids of the items from top to bottom, each once. By default the largest share in the last
        year comes first, and items not asked in that year come last.
    note
        A label to stand in the figure.

    Returns
    -------
    Figure
        One row per item. An item asked in one of the two years has one mark.

    Raises
    ------
    ValueError
        The tally or the order is not as described.
    """
    cells = read_cells(tally, chart="dumbbell", by=("item", "year"))
    first, last = years_of(cells)
    roles = {first: "earlier", last: "later"}  # with one year, that is the later
    items = by_item(cells)
    if order is None:
        names = sorted(items, key=lambda name: _rank(items[name], first, last))
    else:
        names = ordered(items, order, chart="dumbbell")
    marks = {name: _marks(items[name], roles) for name in names}

    earlier = [("ring", "earlier", str(first))] if first != last else []
    key = Key.of([*earlier, ("dot", "later", str(last))])
    rows = Rows.of((next(iter(items[name].values())).label for name in names), top=key.height)
    scale = fit(
        Scale(rows.right, WIDTH),
        [_room(pair) for pair in marks.values() if pair]
        + [(0, 12, 1, measure("100%", SMALL) / 2 + 1)],
    )
    sheet = Sheet(rows.bottom + LINE + 6, note=note)
    rows.set(sheet)
    key.draw(sheet, scale.left - 7)
    axes = sheet.plot(scale, key.height, rows.bottom)
    leads = [scale(_room(pair)[0]) - _room(pair)[1] if pair else 0.0 for pair in marks.values()]
    percent_axis(sheet, axes, scale, rows, leads)
    for role in roles.values():
        places = [
            (float(_share_of((cell, own))), _level(pair, own, y))
            for pair, y in zip(marks.values(), rows.centres, strict=True)
            for cell, own in pair
            if own == role
        ]
        dots(axes, places, role, hollow=role == "earlier")
    for name, y in zip(names, rows.centres, strict=True):
        if marks[name]:
            _draw(sheet, axes, scale, marks[name], y)
        else:
            words = {cell.percent for year, cell in items[name].items() if year in roles}
            text = " or ".join(sorted(words)) or f"not asked in {first} or {last}"
            sheet.text(scale.left + 6, y, text, size=SMALL, role="muted")
    return sheet.figure


def _rank(years: Mapping[int, Cell], first: int, last: int) -> tuple[bool, Fraction]:
    """Sort key: items asked in the last year first, then by the latest share, largest first."""
    cell = years.get(last) or years.get(first)
    return last not in years, -((cell.share if cell else None) or Fraction(0))


def _marks(years: Mapping[int, Cell], roles: Mapping[int, str]) -> list[tuple[Cell, str]]:
    """Return the cells that have a share, with their roles, from left to right."""
    cells = [(cell, roles[year]) for year, cell in sorted(years.items()) if year in roles]
    return sorted((pair for pair in cells if pair[0].share is not None), key=_share_of)


def _share_of(mark: tuple[Cell, str]) -> Fraction:
    return mark[0].share or Fraction(0)


def _reach(marks: Sequence[tuple[Cell, str]]) -> tuple[float, float]:
    """Return the leftmost and rightmost share that is marked in a row."""
    return min(cell.reach[0] for cell, _ in marks), max(cell.reach[1] for cell, _ in marks)


def _room(marks: Sequence[tuple[Cell, str]]) -> tuple[float, float, float, float]:
    """Return what a row needs to the left and right of its marks, for `fit`."""
    widths = [RING + GAP + measure(cell.percent, weight=WEIGHT[role]) for cell, role in marks]
    left, right = _reach(marks)
    return left, (widths[0] + 2 * GAP if len(marks) == 2 else 0), right, widths[-1]


def _draw(
    sheet: Sheet, axes: Axes, scale: Scale, marks: Sequence[tuple[Cell, str]], y: float
) -> None:
    """Draw a row but for its dots: the smaller share is labelled on its left."""
    ends = [(float(_share_of(mark)), _level(marks, mark[1], y)) for mark in marks]
    xs, ys = zip(*ends, strict=True)
    axes.plot(xs, ys, color=PALETTE["muted"], linewidth=1.6, zorder=1, clip_on=False)
    for cell, role in marks:
        whisker(axes, cell, _level(marks, role, y), role)
    left, right = _reach(marks)
    sides = [(scale(left), -RING - GAP), (scale(right), RING + GAP)]
    for (cell, role), (x, gap) in zip(marks, sides[-len(marks) :], strict=True):
        sheet.beside(x, y, cell.percent, gap=gap, role=role, weight=WEIGHT[role])


def _level(marks: Sequence[tuple[Cell, str]], role: str, y: float) -> float:
    """Return the height of a mark: two intervals on one line would hide each other."""
    apart = 3.5 if len(marks) == 2 and any(cell.low is not None for cell, _ in marks) else 0.0
    return y - apart if role == "earlier" else y + apart
