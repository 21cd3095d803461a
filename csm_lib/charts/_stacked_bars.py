"""Parts of a whole by item and year: bars of 100%, with the base at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from csm_lib.charts._cells import Cell, answer_words, read_cells
from csm_lib.charts._sheet import BAR, Key, Scale, Sheet, bar, measure, wrap
from csm_lib.charts._style import LINE, SMALL, TEXT, WIDTH, house_style, shades, text_on

YEAR = 34.0  # pt; the column of years
BREAK = 1.2  # pt between two parts


@house_style()
def stacked_bars(
    tally: pd.DataFrame,
    *,
    answers: Sequence[str],
    labels: Mapping[str, str] | None = None,
    note: str | None = None,
) -> Figure:
    """Draw how the answers to each item divide, in each year.

    Parameters
    ----------
    tally
        A tally of items with several answers: one row per item, year and answer. Items come in
        the order of the tally.
    answers
        The answers to draw, from left to right, one to five of them. What they leave of the
        base stays blank.
    labels
        What to call an answer; by default its id in words.
    note
        A label to stand in the figure.

    Returns
    -------
    Figure
        One bar per item and year, with its base. A part too small for its percentage has none.

    Raises
    ------
    ValueError
        The tally is not as described, or has none of an answer.
    """
    cells = read_cells(tally, chart="stacked_bars", by=("item", "year", "answer"))
    unknown = [answer for answer in answers if answer not in {cell.answer for cell in cells}]
    if unknown:
        raise ValueError(
            f"stacked_bars: the tally has no answer {', '.join(unknown)}. Its answers: "
            f"{', '.join(sorted({cell.answer for cell in cells}))}."
        )
    items: dict[str, dict[int, dict[str, Cell]]] = {}
    for cell in cells:
        items.setdefault(cell.item, {}).setdefault(cell.year, {})[cell.answer] = cell
    roles = dict(zip(answers, shades(len(answers)), strict=True))
    key = Key.of(("filled", roles[name], answer_words(name, labels)) for name in answers)

    several = len({cell.year for cell in cells}) > 1
    bases = max(measure(_base(cell), SMALL) for cell in cells)
    scale = Scale(YEAR if several else 0, WIDTH - bases - 8)
    titles, bars = [], []
    y = key.height + 4
    for years in items.values():
        label = next(iter(next(iter(years.values())).values())).label
        lines = wrap(label, WIDTH, TEXT, "bold")
        titles.append((y + len(lines) * LINE / 2, lines))
        y += len(lines) * LINE + 4
        for year, parts in sorted(years.items()):
            bars.append((y + BAR / 2, year, parts))
            y += BAR + 3
        y += 9

    sheet = Sheet(y - 10, note=note)
    key.draw(sheet)
    for centre, lines in titles:
        sheet.lines(0, centre, lines, weight="bold")
    axes = sheet.plot(scale, key.height, y - 10)
    for centre, year, parts in bars:
        if several:
            sheet.text(0, centre, str(year), size=SMALL, role="muted")
        cell = next(iter(parts.values()))
        sheet.text(WIDTH, centre, _base(cell), size=SMALL, role="muted", align="right")
        if cell.share is None:
            sheet.text(scale.left + 4, centre, cell.percent, size=SMALL, role="muted")
        else:
            _divide(
                sheet, axes, scale, [(parts[a], roles[a]) for a in answers if a in parts], centre
            )
    return sheet.figure


def _divide(
    sheet: Sheet, axes: Axes, scale: Scale, parts: Sequence[tuple[Cell, str]], y: float
) -> None:
    """Draw one bar: its parts from left to right, each with its percentage where that fits."""
    if sum(cell.share or 0 for cell, _ in parts) > 1:
        cell = parts[0][0]
        raise ValueError(
            f"stacked_bars: the answers to {cell.item} in {cell.year} add up to more than their "
            "base. Give it answers that exclude each other."
        )
    gap = BREAK / (scale.right - scale.left)
    end = 0.0
    for cell, role in parts:
        start, end = end, end + float(cell.share or 0)
        if end - start <= gap:
            continue
        bar(axes, start, end - gap, y, role)
        if measure(cell.percent) + 3 <= scale(end - gap) - scale(start):
            middle = (scale(start) + scale(end - gap)) / 2
            sheet.text(middle, y, cell.percent, role=text_on(role), align="center")


def _base(cell: Cell) -> str:
    return "" if cell.base is None else f"n = {cell.base}"
