"""The fewest and the most that totals allow, one range a row."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from csm_lib.charts._cells import plain
from csm_lib.charts._moves import extent, read_comparisons
from csm_lib.charts._sheet import GAP, Key, Rows, Scale, Sheet, fit, measure, wrap
from csm_lib.charts._style import LINE, PALETTE, SMALL, WIDTH, house_style
from csm_lib.words import span

COUNTS = ("low", "high", "base")


@house_style()
def ranges(frame: pd.DataFrame, *, what: str, note: str | None = None) -> Figure:
    """Draw how many there can be, at the least and at the most.

    Parameters
    ----------
    frame
        One row per range: ``item``, ``label``, ``low`` and ``high``, as
        `csm_lib.inference.bounds` gives them, and ``base``, of how many. Rows come in its order.
    what
        What is counted, with no number: ``Authorities that said yes``.
    note
        A label to stand in the figure.

    Returns
    -------
    Figure
        One row per range, on one scale of counts. A bar is filled as far as the totals alone
        prove, and open as far as they allow; its range stands at its end, with its base.

    Raises
    ------
    ValueError
        The frame is not as described, or there is no word on what is counted.
    """
    if not plain(what):
        raise ValueError("ranges: say what is counted, such as: Authorities that said yes.")
    records = read_comparisons(frame, chart="ranges", columns=COUNTS)
    counts = [_counts(row) for row in records]
    texts = [f"{span(low, high)} of {base}" for low, high, base in counts]

    key = Key.of([("filled", "accent", "at least"), ("open", "accent", "at most")])
    heading = wrap(what, WIDTH, SMALL)
    top = len(heading) * LINE + 2
    key = Key([(*entry[:4], top + entry[4]) for entry in key.places], top + key.height)
    rows = Rows.of((row["label"] for row in records), top=key.height)
    most = max(high for _, high, _ in counts) or 1
    scale = fit(
        Scale(rows.right + 12, WIDTH - 1, 0, most),
        [
            (0, 0, high, measure(text) + GAP + 1)
            for (_, high, _), text in zip(counts, texts, strict=True)
        ],
    )

    sheet = Sheet(rows.bottom + 1, note=note)
    sheet.lines(0, len(heading) * LINE / 2, heading, size=SMALL, role="muted")
    key.draw(sheet)
    rows.set(sheet)
    axes = sheet.plot(scale, key.height, rows.bottom)
    axes.vlines(0, *axes.get_ylim(), color=PALETTE["muted"], linewidth=1, zorder=4, clip_on=False)
    for (low, high, _), text, y in zip(counts, texts, rows.centres, strict=True):
        extent(axes, low, high, y, "accent")
        sheet.beside(scale(high), y, text, gap=GAP)
    return sheet.figure


def _counts(row: dict[Any, Any]) -> tuple[int, int, int]:
    """Return the least, the most and of how many."""
    counts = [float(row[name]) for name in COUNTS]
    low, high, base = counts
    if not all(count.is_integer() for count in counts) or not 0 <= low <= high <= base:
        raise ValueError(
            f"ranges: {row['item']} has {low:g} to {high:g} of {base:g}. They are whole numbers "
            "from 0 on, the least first and the base last."
        )
    return int(low), int(high), int(base)
