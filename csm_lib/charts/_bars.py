"""A few categories as plain bars, each with its percentage and count."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from csm_lib.charts._cells import Cell, answer_words, read_cells
from csm_lib.charts._sheet import BAR, GAP, Scale, Sheet, bar, measure, wrap
from csm_lib.charts._style import LINE, PALETTE, SMALL, WIDTH, house_style

YEAR = 34.0  # pt; the column of years


@house_style()
def bars(
    tally: pd.DataFrame, *, labels: Mapping[str, str] | None = None, note: str | None = None
) -> Figure:
    """Draw a bar for each category, and for each year in it.

    Parameters
    ----------
    tally
        A tally of one item with several answers, whose answers are then the categories, or of
        several yes/no items. Categories come in the order of the tally.
    labels
        What to call an answer; by default its id in words.
    note
        A label to stand in the figure.

    Returns
    -------
    Figure
        One bar per category and year, on a scale from 0 to 100%: open for the first year, filled
        for the last.

    Raises
    ------
    ValueError
        The tally is not as described.
    """
    by = [name for name in ("item", "year", "answer") if name in tally]
    cells = read_cells(tally, chart="bars", by=by)
    answers = len({cell.answer for cell in cells}) > 1
    if answers and len({cell.item for cell in cells}) > 1:
        raise ValueError(
            "bars draws the answers to one item, and this tally has several items. Keep one of "
            "them, or use stacked_bars."
        )
    groups: dict[str, list[Cell]] = {}
    for cell in cells:
        groups.setdefault(cell.answer if answers else cell.item, []).append(cell)
    years = sorted({cell.year for cell in cells})
    roles = dict.fromkeys(years, "muted") | {years[0]: "earlier", years[-1]: "later"}
    if len(years) == 1:
        roles = {years[0]: "accent"}

    percents = max(measure(cell.percent, weight="bold") for cell in cells)
    counts = max(measure(cell.count, SMALL) for cell in cells)
    scale = Scale(YEAR if len(years) > 1 else 0, WIDTH - percents - counts - 2 * GAP - 6)
    sheet_rows = []
    y = 0.0
    for name, group in groups.items():
        label = answer_words(name, labels) if answers else group[0].label
        lines = wrap(label, WIDTH)
        title = y + len(lines) * LINE / 2
        y += len(lines) * LINE + 4
        places = [y + BAR / 2 + number * (BAR + 3) for number in range(len(group))]
        sheet_rows.append((title, lines, places, sorted(group, key=lambda cell: cell.year)))
        y = places[-1] + BAR / 2 + 11

    sheet = Sheet(y - 8, note=note)
    axes = sheet.plot(scale, 0, y - 10)
    for title, lines, places, group in sheet_rows:
        sheet.lines(0, title, lines)
        axes.vlines(
            0, places[0] - BAR / 2 - 2, places[-1] + BAR / 2 + 2, color=PALETTE["muted"],
            linewidth=1, zorder=4, clip_on=False,
        )  # fmt: skip
        for cell, centre in zip(group, places, strict=True):
            if len(years) > 1:
                sheet.text(0, centre, str(cell.year), size=SMALL, role="muted")
            end = float(cell.share or 0)
            bar(axes, 0, end, centre, roles[cell.year], hollow=roles[cell.year] == "earlier")
            x = scale(end) + GAP
            if cell.share is None:
                sheet.text(x, centre, cell.percent, size=SMALL, role="muted")
                continue
            sheet.text(x, centre, cell.percent, weight="bold")
            x += measure(cell.percent, weight="bold") + 6
            sheet.text(x, centre, cell.count, size=SMALL, role="muted")
    return sheet.figure
