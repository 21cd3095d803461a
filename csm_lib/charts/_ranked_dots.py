"""One year of several items, ranked: a dot, its interval, the percentage and the count."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
from matplotlib.figure import Figure

from csm_lib.charts._cells import read_cells
from csm_lib.charts._sheet import Rows, Scale, Sheet, dots, measure, percent_axis, whisker
from csm_lib.charts._style import LINE, SMALL, WIDTH, house_style


@house_style()
def ranked_dots(tally: pd.DataFrame, *, note: str | None = None) -> Figure:
    """Draw the share of each item in one year, the largest first.

    Parameters
    ----------
    tally
        A tally of yes/no items in one year: one row per item. Where it has ``low`` and ``high``,
        the interval is drawn.
    note
        A label to stand in the figure.

    Returns
    -------
    Figure
        One row per item, with its percentage and its count on the right.

    Raises
    ------
    ValueError
        The tally is not as described.
    """
    by = ("item", "year") if "year" in tally else ("item",)
    cells = read_cells(tally, chart="ranked_dots", by=by)
    years = sorted({cell.year for cell in cells})
    if len(years) > 1:
        raise ValueError(
            f"ranked_dots draws one year, and the tally has {', '.join(map(str, years))}. "
            "Keep one of them, or use dumbbell."
        )
    cells.sort(key=lambda cell: -(cell.share if cell.share is not None else Fraction(-1)))

    rows = Rows.of((cell.label for cell in cells), top=0)
    counts = max(measure(cell.count, SMALL) for cell in cells)
    percents = max(measure(cell.percent, weight="bold") for cell in cells)
    end = WIDTH - counts - 8
    right = end - percents - max(12, measure("100%", SMALL) / 2 + 2)
    scale = Scale(rows.right + 12, right)
    sheet = Sheet(rows.bottom + LINE + 6, note=note)
    rows.set(sheet)
    axes = sheet.plot(scale, 0, rows.bottom)
    percent_axis(sheet, axes, scale, rows, [scale(cell.reach[0]) for cell in cells])
    places = [
        (float(cell.share), y)
        for cell, y in zip(cells, rows.centres, strict=True)
        if cell.share is not None
    ]
    dots(axes, places, "accent", radius=4.6)
    for cell, y in zip(cells, rows.centres, strict=True):
        if cell.share is None:
            sheet.text(WIDTH, y, cell.percent, size=SMALL, role="muted", align="right")
            continue
        whisker(axes, cell, y, "accent")
        sheet.text(end, y, cell.percent, weight="bold", align="right")
        sheet.text(WIDTH, y, cell.count, size=SMALL, role="muted", align="right")
    return sheet.figure
