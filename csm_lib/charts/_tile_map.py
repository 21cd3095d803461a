"""The nine regions of England as a map of equal tiles."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from csm_lib.charts._cells import read_cells
from csm_lib.charts._sheet import Scale, Sheet, bar, wrap
from csm_lib.charts._style import LARGE, SMALL, TEXT, WIDTH, house_style, text_on
from csm_lib.counts import rounded_percent

# Column and row of each region, so that neighbours lie as on a map.
PLACES = {
    "North East": (1, 0),
    "North West": (0, 1),
    "Yorkshire and the Humber": (1, 1),
    "West Midlands": (0, 2),
    "East Midlands": (1, 2),
    "East of England": (2, 2),
    "South West": (0, 3),
    "South East": (1, 3),
    "London": (2, 3),
}
"""The regions a tile map knows, by the names that returns use."""
COLUMNS, ROWS, SPACE = 3, 4, 4.0
TILE, TALL = (WIDTH - (COLUMNS - 1) * SPACE) / COLUMNS, 80.0
STEPS = 5  # classes of shade


@house_style()
def tile_map(frame: pd.DataFrame, *, note: str | None = None) -> Figure:
    """Draw the share of each region on a map of equal tiles.

    Parameters
    ----------
    frame
        One row per region: ``region`` (a name from `PLACES`), ``yes`` and ``base``. A tally by
        region of one item in one year is such a frame.
    note
        A label to stand in the figure.

    Returns
    -------
    Figure
        Nine tiles, each with its region, percentage and count. A region without a row is blank.

    Raises
    ------
    ValueError
        The frame is not as described, or names another region.
    """
    if "region" in frame:
        stray = sorted(set(map(str, frame["region"])) - set(PLACES))
        if stray:
            raise ValueError(
                f"tile_map has no place for {', '.join(stray)}. Leave it out, or name one of: "
                f"{', '.join(PLACES)}."
            )
        frame = frame.assign(item=frame["region"], label=frame["region"])
    cells = {cell.item: cell for cell in read_cells(frame, chart="tile_map", by=("region",))}
    percents = {
        name: rounded_percent(cell.yes or 0, cell.base or 0)
        for name, cell in cells.items()
        if cell.share is not None
    }
    start, step = classes(percents.values())

    height = ROWS * (TALL + SPACE) - SPACE
    sheet = Sheet(height, note=note)
    axes = sheet.plot(Scale(0, WIDTH, 0, WIDTH), 0, height)
    for name, (column, row) in PLACES.items():
        left, top = column * (TILE + SPACE), row * (TALL + SPACE)
        if name in percents:
            shade = f"shade-{min((percents[name] - start) // step, STEPS - 1) + 1}"
            ink, quiet = text_on(shade), text_on(shade)
            bar(axes, left, left + TILE, top + TALL / 2, shade, thickness=TALL)
        else:
            ink, quiet = "ink", "muted"
            bar(axes, left, left + TILE, top + TALL / 2, "grid", hollow=True, thickness=TALL)
        middle = left + TILE / 2
        lines = wrap(name, TILE - 12, TEXT, "bold")
        sheet.lines(middle, top + 21, lines, weight="bold", role=ink, align="center")
        if name in percents:
            words = cells[name].percent
            sheet.text(middle, top + 47, words, size=LARGE, weight="bold", role=ink, align="center")
            count = cells[name].count
            sheet.text(middle, top + 66, count, size=SMALL, role=quiet, align="center")
        else:
            words = cells[name].percent if name in cells else "no figure"
            sheet.text(middle, top + 50, words, size=SMALL, role=quiet, align="center")
    if percents:
        _key(sheet, axes, start, step)
    return sheet.figure


def classes(percents: Collection[int]) -> tuple[int, int]:
    """Where five classes start and how wide they are, to hold some whole percentages.

    The narrowest of 5, 10 and 20 points that will do: a step of shade then means a step that a
    reader can name.
    """
    low, high = min(percents, default=0), max(percents, default=100)
    for step in (5, 10):
        start = min(low // step * step, 100 - STEPS * step)
        if high < start + STEPS * step or high == 100 == start + STEPS * step:
            return start, step
    return 0, 20


def _key(sheet: Sheet, axes: Axes, start: int, step: int) -> None:
    """Draw the shades with their limits, in the corner that no region takes."""
    width, left = 20.0, WIDTH - 20.0 * STEPS - 12
    sheet.text(left, 9, "Per cent", size=SMALL, role="muted")
    for number in range(STEPS):
        x = left + number * width
        bar(axes, x, x + width - 1, 26, f"shade-{number + 1}", thickness=12)
    for number in range(STEPS + 1):
        limit = start + number * step
        place = left + number * width - 0.5
        sheet.text(place, 42, str(limit), size=SMALL, role="muted", align="center")
