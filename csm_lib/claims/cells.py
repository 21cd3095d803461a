"""What the checks look at: shares of the returns by year, and the figures in print."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from csm_lib.counts import format_percent, points_change
from csm_lib.errors import CollectionError
from csm_lib.words import counted, listed, within

if TYPE_CHECKING:
    import pandas as pd

    from csm_lib.collection import Collection


class Cell(NamedTuple):
    """How many gave an answer, of how many who answered; as text ``63% (46 of 73)``."""

    item: str
    label: str
    yes: int
    base: int
    blank: int

    @property
    def share(self) -> Fraction:
        """The share, exactly; 0 where nobody answered."""
        return Fraction(self.yes, self.base or 1)

    def __str__(self) -> str:
        return f"{format_percent(self.yes, self.base)} ({self.yes} of {self.base})"


class Move(NamedTuple):
    """A share in the first and in the last year; as text ``housing from ... to ...``."""

    before: Cell
    after: Cell

    @property
    def up(self) -> int:
        """1 where the share rose, -1 where it fell, 0 where it is the same."""
        return (self.after.share > self.before.share) - (self.after.share < self.before.share)

    @property
    def points(self) -> int:
        """The change in percentage points, from the counts."""
        return points_change(self.before.yes, self.before.base, self.after.yes, self.after.base)

    @property
    def change(self) -> str:
        """The change in words: ``down 8 points``."""
        if not self.up:
            return "no change"
        return f"{'up' if self.up > 0 else 'down'} {counted(abs(self.points), 'point')}"

    def __str__(self) -> str:
        return f"{within(self.after.label)} from {self.before} to {self.after}"


def ends(collection: Collection) -> tuple[int, int]:
    """The first and the last year."""
    return collection.years[0], collection.years[-1]


def cells(
    collection: Collection, items: Sequence[str], year: int, answer: str = "yes"
) -> list[Cell]:
    """The shares of some items in a year, the highest first; an item not held has none."""
    found = _by_year(collection, items, (year,), answer)[year].values()
    return sorted(found, key=lambda cell: -cell.share)


def moves(collection: Collection, items: Sequence[str], answer: str = "yes") -> list[Move]:
    """The items held in both years, in the order given; none where there is but one year."""
    if len(collection.years) < 2:
        return []
    first, last = _by_year(collection, items, ends(collection), answer).values()
    return [Move(first[item], last[item]) for item in items if item in first and item in last]


def _by_year(
    collection: Collection, items: Sequence[str], years: Sequence[int], answer: str
) -> dict[int, dict[str, Cell]]:
    """The shares of some items by year and item."""
    rows = collection.tally(list(items), years=list(years))
    columns = ["year", "item", "label", "yes", "base", "no_answer"]
    found: dict[int, dict[str, Cell]] = {year: {} for year in years}
    for year, *row in rows.loc[rows["answer"] == answer, columns].to_numpy().tolist():
        found[year][row[0]] = Cell(*row)
    return found


def move(collection: Collection, item: str, answer: str = "yes") -> Move:
    """One item, which must be held in both years."""
    for one in moves(collection, [item], answer):
        return one
    raise CollectionError(
        f"{collection.path}: {item!r} has no answers in two years, which its check compares. "
        "Take the statement out of claims.csv, or add the answers."
    )


def both_years(collection: Collection, one: Move) -> str:
    """A move as ``63% (46 of 73) in 2008 and 91% (67 of 74) in 2009``."""
    first, last = ends(collection)
    return f"{one.before} in {first} and {one.after} in {last}"


def by_direction(found: Sequence[Move]) -> tuple[list[Move], list[Move], list[Move]]:
    """Those that rose, those that fell and those that stayed the same."""
    return (
        [one for one in found if one.up > 0],
        [one for one in found if one.up < 0],
        [one for one in found if one.up == 0],
    )


def pooled(found: Sequence[Cell]) -> Cell:
    """All of them added up."""
    return Cell("", "", sum(c.yes for c in found), sum(c.base for c in found), 0)


def named(found: Sequence[Cell]) -> str:
    """A list of shares, each with its label."""
    return listed([f"{within(cell.label)} {cell}" for cell in found])


def printed(collection: Collection) -> pd.DataFrame:
    """The published figures, which must be there."""
    if collection.published is None:
        raise CollectionError(
            f"{collection.path}: has no published.csv, with which statements are compared. Add it."
        )
    return collection.published


def shares(collection: Collection, items: Sequence[str]) -> tuple[str, ...]:
    """Ids of the shares published for some items."""
    rows = printed(collection)
    wanted = rows["item"].isin(list(items)) & (rows["statistic"] == "share")
    return tuple(rows.loc[wanted, "figure"])


def value(collection: Collection, figure: str) -> int:
    """The number that a published figure states."""
    rows = printed(collection)
    found = rows.loc[rows["figure"] == figure, "value"]
    if found.empty:
        raise CollectionError(
            f"{collection.path / 'published.csv'}: has no figure {figure!r}, on which a check "
            "rests. Add it, or take the statement out of claims.csv."
        )
    return int(found.iloc[0])
