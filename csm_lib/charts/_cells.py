"""What a chart draws of a tally, checked: its cells, with their labels in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from csm_lib.counts import rounded_percent


@dataclass(frozen=True)
class Cell:
    """One row of a tally.

    ``yes`` and ``base`` are None where the tally holds no value (a cell that is withheld), and
    the base is 0 where nobody answered; neither has a share. ``low`` and ``high`` are the ends
    of an interval, as shares, or None.
    """

    item: str
    label: str
    year: int
    answer: str
    yes: int | None
    base: int | None
    low: float | None
    high: float | None

    @property
    def share(self) -> Fraction | None:
        """The exact share, from 0 to 1."""
        return Fraction(self.yes, self.base) if self.yes is not None and self.base else None

    @property
    def percent(self) -> str:
        """The share as printed: 63%."""
        if self.yes is None or self.base is None:
            return "withheld"
        return f"{rounded_percent(self.yes, self.base)}%" if self.base else "no answers"

    @property
    def count(self) -> str:
        """The count and its base: 46 of 73."""
        return "" if self.share is None else f"{self.yes} of {self.base}"

    @property
    def reach(self) -> tuple[float, float]:
        """The leftmost and rightmost share that is marked: the interval, if there is one."""
        share = float(self.share or 0)
        if self.low is None or self.high is None:
            return share, share
        return min(self.low, share), max(self.high, share)


def plain(text: object) -> str:
    """Text on one line, without characters that cannot be set."""
    line = " ".join(str(text).split())
    return "".join(character for character in line if character.isprintable())


def answer_words(answer: str, labels: Mapping[str, str] | None) -> str:
    """Name an answer: as the labels say, or its id in words."""
    return plain((labels or {}).get(answer, answer.replace("_", " ").capitalize()))


def read_cells(frame: pd.DataFrame, *, chart: str, by: Sequence[str]) -> list[Cell]:
    """Read a tally into cells, in its order.

    Parameters
    ----------
    frame
        A tally, with at least the columns ``by``, ``yes`` and ``base``. Where columns are not
        needed they may be absent: a label is then the item.
    chart
        The chart's name, for messages.
    by
        The columns that tell one cell from another.

    Raises
    ------
    ValueError
        A column is missing, there are no rows, two rows are the same cell, or a count is not
        between 0 and its base.
    """
    missing = [name for name in (*by, "yes", "base") if name not in frame]
    if missing:
        raise ValueError(
            f"{chart} needs the columns {', '.join(missing)}, which this frame lacks. "
            "Give it a tally, as csm_lib.aggregate.tally makes it."
        )
    if frame.empty:
        raise ValueError(f"{chart} was given a tally without rows. Check the items and years.")
    double = frame.duplicated(list(by))
    if double.any():
        cell = ", ".join(str(value) for value in frame.loc[double, list(by)].iloc[0])
        raise ValueError(
            f"{chart} draws one row per {' and '.join(by)}, and the tally has several for "
            f"{cell}. Keep one group or one answer of it."
        )
    return [_cell(row, chart) for row in frame.to_dict("records")]


def _cell(row: dict[object, object], chart: str) -> Cell:
    yes, base = _number(row["yes"]), _number(row["base"])
    item = str(row.get("item", ""))
    if yes is not None and base is not None and not 0 <= yes <= base:
        raise ValueError(
            f"{chart}: {item or row} has {yes:g} of {base:g}. A count lies between 0 and its base."
        )
    low, high = _number(row.get("low")), _number(row.get("high"))
    return Cell(
        item=item,
        label=plain(row.get("label", item)),
        year=int(_number(row.get("year")) or 0),
        answer=str(row.get("answer", "")),
        yes=None if yes is None else int(yes),
        base=None if base is None else int(base),
        low=None if high is None else low,
        high=None if low is None else high,
    )


def _number(value: object) -> float | None:
    return None if value is None or pd.isna(value) else float(value)  # type: ignore[call-overload,arg-type]


def years_of(cells: Iterable[Cell]) -> tuple[int, int]:
    """Return the first and the last year of some cells; they may be the same."""
    years = {cell.year for cell in cells}
    return min(years), max(years)


def by_item(cells: Iterable[Cell]) -> dict[str, dict[int, Cell]]:
    """Cells by item, then by year, in the order in which the items come."""
    found: dict[str, dict[int, Cell]] = {}
    for cell in cells:
        found.setdefault(cell.item, {})[cell.year] = cell
    return found


def ordered(items: Iterable[str], order: Sequence[str], *, chart: str) -> list[str]:
    """Put items into a given order, which must name each of them once.

    Raises
    ------
    ValueError
        The order leaves an item out, or names one that is not there.
    """
    if sorted(order) != sorted(items):
        stray = sorted(set(order) ^ set(items)) or sorted(order)
        raise ValueError(
            f"{chart}: the order must name each item of the tally once. Check {', '.join(stray)}."
        )
    return list(order)
