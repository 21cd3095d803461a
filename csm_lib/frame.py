"""The population frame: how many authorities there were, and which list the print rests on."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from csm_lib.counts import possible_counts
from csm_lib.errors import CollectionError
from csm_lib.files import read_text, require_columns
from csm_lib.words import within

COLUMNS = ("year", "labelled", "region", "authority_type", "authorities")
KEY = list(COLUMNS[:-1])

CITY, SCILLY = "City of London", "Isles of Scilly"
# The two authorities like no other, and the types a list may count them with: none, as they are
# left out, one of their own, or that of others.
COUNTED_WITH: dict[str, tuple[str | None, ...]] = {
    CITY: (None, CITY, "London borough"),
    SCILLY: (None, SCILLY, "Unitary authority", "County council"),
}


@dataclass(frozen=True)
class FrameList:
    """One way to list the authorities of England.

    Attributes
    ----------
    year, labelled
        The year of the areas, and that of the types they are labelled with: local government was
        reorganised in between, and an author may label old areas by a newer look-up.
    city, scilly
        The type with which the City of London and the Isles of Scilly are counted; ``None``
        where the list leaves them out.
    cells
        One row is a region and a type: ``region, authority_type, authorities``.
    """

    year: int
    labelled: int
    city: str | None
    scilly: str | None
    cells: pd.DataFrame

    @property
    def name(self) -> str:
        """The list in words."""
        areas = f"areas of {self.year}"
        if self.labelled != self.year:
            areas += f" with their types of {self.labelled}"
        parts = [
            f"without {who}"
            if not kind
            else f"{who} of its own type"
            if kind == who
            else f"{who} counted as {within(kind)}"
            for who, kind in ((CITY, self.city), (SCILLY, self.scilly))
        ]
        return f"{areas}, {', '.join(parts)}"

    def size(self, characteristic: str, group: str) -> int:
        """Return how many authorities a region or a type has on this list."""
        return self.sizes(characteristic).get(group, 0)

    def sizes(self, characteristic: str) -> dict[str, int]:
        """Return how many authorities each region or each type has on this list."""
        summed = self.cells.groupby(characteristic, sort=False)["authorities"].sum()
        return {str(group): int(number) for group, number in summed.items()}


def read_frame(path: str | Path) -> pd.DataFrame:
    """Read a frame from CSV: one row is a region and a type of authority in one year.

    Returns
    -------
    DataFrame
        ``year`` of the areas, ``labelled`` (the year of the types that these areas are labelled
        with; where the file has no such column, the same year), ``region, authority_type,
        authorities`` (how many there were).

    Raises
    ------
    CollectionError
        The file is missing or unreadable, or a cell is not as it must be.
    """
    path = Path(path)
    table = read_text(path, CollectionError)
    if "labelled" not in table and "year" in table:
        table["labelled"] = table["year"]
    require_columns(table, COLUMNS, path, CollectionError)
    for name in COLUMNS:
        number = name in ("year", "labelled", "authorities")
        wrong = ~table[name].str.fullmatch("[0-9]{1,9}" if number else r"\S(.*\S)?")
        for line, value in table.loc[wrong, name].items():
            expected = "a whole number" if number else "a name without spaces around it"
            raise CollectionError(
                f"{path}, line {line}, column {name!r}: the value is {value!r}; expected "
                f"{expected}. Correct the cell."
            )
    for line, row in table[table.duplicated(KEY)].iterrows():
        raise CollectionError(
            f"{path}, line {line}: {row['year']}, {row['region']}, {row['authority_type']} stands "
            "twice. Keep one row."
        )
    whole = dict.fromkeys(("year", "labelled", "authorities"), "int64")
    return table[list(COLUMNS)].astype(whole).reset_index(drop=True)


def as_labelled_then(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a frame that label the areas of a year by the types of that year."""
    return frame[frame["labelled"] == frame["year"]]


def frame_lists(frame: pd.DataFrame) -> Iterator[FrameList]:
    """Every list that can be made of a frame: its years, with and without the odd two."""
    years = frame[["year", "labelled"]].drop_duplicates().sort_values(["year", "labelled"])
    for (year, labelled), city, scilly in itertools.product(
        years.itertuples(index=False), COUNTED_WITH[CITY], COUNTED_WITH[SCILLY]
    ):
        cells = frame[(frame["year"] == year) & (frame["labelled"] == labelled)]
        kinds = cells["authority_type"].replace({CITY: city or "", SCILLY: scilly or ""})
        cells = cells.assign(authority_type=kinds)[kinds != ""]
        summed = cells.groupby(["region", "authority_type"], as_index=False)["authorities"].sum()
        yield FrameList(int(year), int(labelled), city, scilly, summed)


def compare_lists(frame: pd.DataFrame, printed: pd.DataFrame) -> pd.DataFrame:
    """Test which list of authorities the printed shares of regions and types rest on.

    Parameters
    ----------
    frame
        As `read_frame` gives it.
    printed
        One row is a printed share: ``figure``, ``item`` (the characteristic: ``region`` or
        ``authority_type``), ``answer`` (the group) and ``value`` (whole percent).

    Returns
    -------
    DataFrame
        One row is a list and a characteristic, the list that makes most of all the shares
        possible first: ``list`` (a `FrameList`), ``name``, ``characteristic``, ``figures`` (how
        many shares are printed), ``possible`` (how many of them some count of authorities
        gives), ``impossible`` (ids of the others) and ``answering`` (the sum of the counts;
        missing unless each share has exactly one).
    """
    rows = []
    shares = {
        str(characteristic): list(zip(some["figure"], some["answer"], some["value"], strict=True))
        for characteristic, some in printed.groupby("item")
    }
    for one in frame_lists(frame):
        for characteristic, figures in shares.items():
            sizes = one.sizes(characteristic)
            counts: dict[str, tuple[int, ...]] = {}
            for figure, group, value in figures:
                size = sizes.get(group)
                counts[figure] = possible_counts(int(value), size) if size else ()
            unique = all(len(found) == 1 for found in counts.values())
            rows.append(
                {
                    "list": one,
                    "name": one.name,
                    "characteristic": characteristic,
                    "figures": len(counts),
                    "possible": sum(bool(found) for found in counts.values()),
                    "impossible": tuple(figure for figure, found in counts.items() if not found),
                    "answering": sum(found[0] for found in counts.values()) if unique else pd.NA,
                }
            )
    table = pd.DataFrame(rows).astype({"answering": "Int64"})
    best = table.groupby("name")["possible"].transform("sum")
    return table.loc[best.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)
