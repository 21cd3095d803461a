"""What could have happened between two years: those who stopped, and those who began."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from csm_lib.charts._cells import plain
from csm_lib.charts._sheet import GAP, Key, Rows, Scale, Sheet, bar, fit, measure
from csm_lib.charts._style import LINE, PALETTE, SMALL, WIDTH, house_style
from csm_lib.words import span

COUNTS = ("losers_low", "losers_high", "gainers_low", "gainers_high")
SURE, OPEN = 15.0, 9.0  # pt; thickness of a filled and of an open bar, apart even when one wide


@house_style()
def moves(
    frame: pd.DataFrame,
    *,
    losers: str = "stopped",
    gainers: str = "began",
    note: str | None = None,
) -> Figure:
    """Draw how many authorities moved each way, at the least and at the most.

    Parameters
    ----------
    frame
        One row per comparison: ``item``, ``label``, and the ends of two ranges as
        `csm_lib.inference.change_range` gives them, ``losers_low``, ``losers_high``,
        ``gainers_low`` and ``gainers_high`` (numbers of authorities). Rows come in its order.
    losers, gainers
        What the two did, in the past tense: ``left`` and ``joined`` for a Board.
    note
        A label to stand in the figure.

    Returns
    -------
    Figure
        One row per comparison, on one scale of authorities: losers to the left of the centre
        line, gainers to the right. A bar is filled as far as the totals alone prove, and open as
        far as they allow; its range stands at its end ("5 to 12", or "5" where they agree).

    Raises
    ------
    ValueError
        The frame is not as described, or a word is empty.
    """
    if not plain(losers) or not plain(gainers):
        raise ValueError("moves: losers and gainers each need a word, such as stopped and began.")
    records = read_comparisons(frame, chart="moves", columns=COUNTS)
    counts = [_counts(row) for row in records]

    key = _key(losers, gainers)
    rows = Rows.of((row["label"] for row in records), top=key.height)
    most_lost = max(lost[1] for lost, _ in counts)
    most_gained = max(gained[1] for _, gained in counts)
    scale = fit(
        Scale(rows.right + 12, WIDTH - 1, -most_lost, most_gained or (0 if most_lost else 1)),
        [
            (-lost[1], measure(span(*lost)) + GAP + 1, gained[1], measure(span(*gained)) + GAP)
            for lost, gained in counts
        ],
    )

    sheet = Sheet(rows.bottom + 1, note=note)
    sheet.text(0, LINE / 2, "Number of authorities that", size=SMALL, role="muted")
    key.draw(sheet)
    rows.set(sheet)
    axes = sheet.plot(scale, key.height, rows.bottom)
    axes.vlines(0, *axes.get_ylim(), color=PALETTE["muted"], linewidth=1, zorder=4, clip_on=False)
    for (lost, gained), y in zip(counts, rows.centres, strict=True):
        for (least, most), side, role in ((lost, -1, "earlier"), (gained, 1, "later")):
            extent(axes, side * least, side * most, y, role)
            sheet.beside(scale(side * most), y, span(least, most), gap=side * GAP)
    return sheet.figure


def read_comparisons(
    frame: pd.DataFrame, *, chart: str, columns: Sequence[str]
) -> list[dict[Any, Any]]:
    """Read one row per comparison, in its order, each with its label on one line.

    Raises
    ------
    ValueError
        A column is missing, there are no rows, an item comes twice, or a value is missing.
    """
    missing = [name for name in ("item", *columns) if name not in frame]
    if missing:
        raise ValueError(
            f"{chart} needs the columns {', '.join(missing)}, which this frame lacks. Join the "
            "items to what csm_lib.inference.change_range gives for them."
        )
    if frame.empty:
        raise ValueError(f"{chart} was given no comparisons. Check the items and years.")
    double = frame["item"].duplicated()
    if double.any():
        item = frame.loc[double, "item"].iloc[0]
        raise ValueError(f"{chart} draws one row per item, and {item} has several. Keep one.")
    records = frame.to_dict("records")
    for row in records:
        blank = [name for name in columns if pd.isna(row[name])]
        if blank:
            raise ValueError(
                f"{chart}: {row['item']} has no {', '.join(blank)}. Leave the item out."
            )
        row["label"] = plain(row.get("label", row["item"]))
    return records


def _counts(row: dict[Any, Any]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the least and the most, of losers and of gainers."""
    lost_low, lost_high, gained_low, gained_high = (row[name] for name in COUNTS)
    whole = all(float(row[name]).is_integer() for name in COUNTS)
    if not whole or not 0 <= lost_low <= lost_high or not 0 <= gained_low <= gained_high:
        raise ValueError(
            f"moves: {row['item']} has {span(lost_low, lost_high)} losers and "
            f"{span(gained_low, gained_high)} gainers. Each is two whole numbers from 0 on, the "
            "least first."
        )
    return (int(lost_low), int(lost_high)), (int(gained_low), int(gained_high))


def extent(axes: Axes, least: int, most: int, y: float, role: str) -> None:
    """Draw a range from 0 on: a bar filled to the least and open to the most."""
    for end, hollow, thickness in ((most, True, OPEN), (least, False, SURE)):
        if end and not (hollow and most == least):
            left, right = sorted((0, end))
            bar(axes, left, right, y, role, hollow=hollow, thickness=thickness)


def _key(losers: str, gainers: str) -> Key:
    """Name the four marks, each side's on its own side, below a line that names the unit."""
    places, bottom = [], 0.0
    for left, role, word in ((0.0, "earlier", losers), (WIDTH / 2, "later", gainers)):
        top = LINE + 2
        for mark, name in (("filled", f"{word} at least"), ("open", f"{word} at most")):
            key = Key.of([(mark, role, name)], width=WIDTH / 2 - 12)
            places += [(m, r, line, left + x, top + y) for m, r, line, x, y in key.places]
            top += key.height - 5
        bottom = max(bottom, top + 5)
    return Key(places, bottom)
