"""The change of several items between two years, in percentage points."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
from matplotlib.figure import Figure

from csm_lib.charts._cells import Cell, by_item, read_cells, years_of
from csm_lib.charts._sheet import GAP, Rows, Scale, Sheet, bar, fit, measure, wrap
from csm_lib.charts._style import LINE, PALETTE, SMALL, WIDTH, house_style
from csm_lib.counts import points_change


@house_style()
def change_bars(tally: pd.DataFrame, *, note: str | None = None) -> Figure:
    """Draw how far the share of each item rose or fell, the largest rise first.

    Parameters
    ----------
    tally
        A tally of yes/no items: one row per item and year. The change is from its first to its
        last year, made from the counts, not from rounded percentages.
    note
        A label to stand in the figure.

    Returns
    -------
    Figure
        One row per item, labelled in percentage points with its sign. An item without a share in
        both years stands below the others, and says why it has no bar.

    Raises
    ------
    ValueError
        The tally is not as described, or has one year only.
    """
    cells = read_cells(tally, chart="change_bars", by=("item", "year"))
    first, last = years_of(cells)
    if first == last:
        raise ValueError(f"change_bars needs two years, and the tally has only {first}.")
    items = by_item(cells)
    pairs = [(years.get(first), years.get(last)) for years in items.values()]
    labels = [next(iter(years.values())).label for years in items.values()]
    table = sorted(
        ((label, change(*pair), pair) for label, pair in zip(labels, pairs, strict=True)),
        key=lambda row: (row[1] is None, -(row[1] or 0)),
    )

    heading = wrap(f"Change from {first} to {last}, in percentage points", WIDTH, SMALL)
    rows = Rows.of((label for label, _, _ in table), top=len(heading) * LINE + 6)
    changes = [found for _, found, _ in table if found is not None]
    low, high = min([Fraction(0), *changes]), max([Fraction(0), *changes])
    widest = Scale(rows.right + 10, WIDTH - 1, float(low), float(high if high > low else low + 1))
    room = []
    for _, found, pair in table:
        label = measure(points(*pair), weight="bold") + GAP
        end = float(found or 0)
        room.append((min(end, 0), label if end < 0 else 0, max(end, 0), label if end >= 0 else 0))
    scale = fit(widest, room)

    sheet = Sheet(rows.bottom + 1, note=note)
    sheet.lines(0, len(heading) * LINE / 2, heading, size=SMALL, role="muted")
    rows.set(sheet)
    axes = sheet.plot(scale, len(heading) * LINE + 6, rows.bottom)
    axes.vlines(0, *axes.get_ylim(), color=PALETTE["muted"], linewidth=1, zorder=4, clip_on=False)
    for (_, found, pair), y in zip(table, rows.centres, strict=True):
        if found is None:
            roomy = scale.right - scale(0) >= scale(0) - scale.left
            why = _why(pair, first, last)
            sheet.beside(scale(0), y, why, gap=6 if roomy else -6, size=SMALL, role="muted")
            continue
        end = float(found)
        bar(axes, min(end, 0), max(end, 0), y, "accent", thickness=13)
        gap = -GAP if end < 0 else GAP
        sheet.beside(scale(end), y, points(*pair), gap=gap, weight="bold")
    return sheet.figure


def change(first: Cell | None, last: Cell | None) -> Fraction | None:
    """Return the exact change of a share, from -1 to 1, or None where a year has no share."""
    if first is None or last is None or first.share is None or last.share is None:
        return None
    return last.share - first.share


def points(first: Cell | None, last: Cell | None) -> str:
    """Write the change as printed: +33, 0 or −7, with a true minus sign."""
    if first is None or last is None or first.share is None or last.share is None:
        return ""
    found = points_change(*_counts(first), *_counts(last))
    return f"{'+' if found > 0 else '−' if found < 0 else ''}{abs(found)}"


def _counts(cell: Cell) -> tuple[int, int]:
    return cell.yes or 0, cell.base or 0


def _why(pair: tuple[Cell | None, Cell | None], first: int, last: int) -> str:
    """Why an item has no change, in few words."""
    for cell in pair:
        if cell is not None and cell.share is None:
            return cell.percent
    if pair[0] is None and pair[1] is None:
        return f"not asked in {first} or {last}"
    return f"{last if pair[0] is None else first} only"
