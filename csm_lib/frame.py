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

COLUMNS = ("year", "region", "authority_type", "authorities")

CITY, SCILLY = "City of London", "Isles of Scilly"
# The two authorities like no other, and the types a list may count them with (None: left out).
COUNTED_WITH: dict[str, tuple[str | None, ...]] = {
    CITY: (None, "London borough"),
    SCILLY: (None, "Unitary authority", "County council"),
}


@dataclass(frozen=True)
class FrameList:
    """One way to list the authorities of England.

    Attributes
    ----------
    year
        The year of the list: local government was reorganised between the two years.
    city, scilly
        The type with which the City of London and the Isles of Scilly are counted; ``None``
        where the list leaves them out.
    cells
        One row is a region and a type: ``region, authority_type, authorities``.
    """

    year: int
    city: str | None
    scilly: str | None
    cells: pd.DataFrame

    @property
    def name(self) -> str:
        """The list in words."""
        parts = [
            f"{who} counted as {within(kind)}" if kind else f"without {who}"
            for who, kind in ((CITY, self.city), (SCILLY, self.scilly))
        ]
        return f"list of {self.year}, {', '.join(parts)}"

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
        ``year, region, authority_type, authorities`` (how many there were).

    Raises
    ------
    CollectionError
        The file is missing or unreadable, or a cell is not as it must be.
    """
    path = Path(path)
    table = read_text(path, CollectionError)
    require_columns(table, COLUMNS, path, CollectionError)
    for name in COLUMNS:
        number = name in ("year", "authorities")
        wrong = ~table[name].str.fullmatch("[0-9]{1,9}" if number else r"\S(.*\S)?")
        for line, value in table.loc[wrong, name].items():
            expected = "a whole number" if number else "a name without spaces around it"
            raise CollectionError(
                f"{path}, line {line}, column {name!r}: the value is {value!r}; expected "
                f"{expected}. Correct the cell."
            )
    for line, row in table[table.duplicated(["year", "region", "authority_type"])].iterrows():
        raise CollectionError(
            f"{path}, line {line}: {row['year']}, {row['region']}, {row['authority_type']} stands "
            "twice. Keep one row."
        )
    frame = table[list(COLUMNS)].astype({"year": "int64", "authorities": "int64"})
    return frame.reset_index(drop=True)


def frame_lists(frame: pd.DataFrame) -> Iterator[FrameList]:
    """Every list that can be made of a frame: its years, with and without the odd two."""
    years = sorted(frame["year"].unique().tolist())
    for year, city, scilly in itertools.product(years, COUNTED_WITH[CITY], COUNTED_WITH[SCILLY]):
        cells = frame[frame["year"] == year]
        kinds = cells["authority_type"].replace({CITY: city or "", SCILLY: scilly or ""})
        cells = cells.assign(authority_type=kinds)[kinds != ""]
        summed = cells.groupby(["region", "authority_type"], as_index=False)["authorities"].sum()
        yield FrameList(int(year), city, scilly, summed)


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
