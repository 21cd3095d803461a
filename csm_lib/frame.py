"""The population frame: how many authorities there were, and which list the paper used."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from csm_lib.counts import possible_counts
from csm_lib.errors import CollectionError
from csm_lib.files import read_text, require_cells, require_columns, unique
from csm_lib.words import within

COLUMNS = ("year", "labelled", "region", "authority_type", "authorities")

# The two authorities like no other, and the types a list may count them with: none, as they are
# left out, one of their own, or that of others.
COUNTED_WITH: dict[str, tuple[str | None, ...]] = {
    "City of London": (None, "City of London", "London borough"),
    "Isles of Scilly": (None, "Isles of Scilly", "Unitary authority", "County council"),
}


@dataclass(frozen=True)
class FrameList:
    """One way to list the authorities of England: ``name`` says which, in words.

    In ``cells`` one row is a region and a type: ``region, authority_type, authorities``; in
    ``listed`` there may be several.
    """

    name: str
    listed: pd.DataFrame

    @cached_property
    def cells(self) -> pd.DataFrame:
        """How many authorities each region has of each type."""
        found = self.listed.groupby(["region", "authority_type"])["authorities"].sum()
        return found.reset_index()

    def size(self, characteristic: str, group: str) -> int:
        """Return how many authorities a region or a type has on this list."""
        return self.sizes(characteristic).get(group, 0)

    def sizes(self, characteristic: str) -> dict[str, int]:
        """Return how many authorities each region or each type has on this list."""
        found: dict[str, int] = {}  # of few rows, which pandas takes longer to group
        cells = zip(self.listed[characteristic], self.listed["authorities"], strict=True)
        for group, number in cells:
            found[str(group)] = found.get(str(group), 0) + int(number)
        return found


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
    whole, named = ["year", "labelled", "authorities"], ["region", "authority_type"]
    number, name = "is no whole number. Write one.", "is empty or has spaces around it. Correct it."
    rules = [
        *((column, ~table[column].str.fullmatch("[0-9]{1,9}"), number) for column in whole),
        *((column, ~table[column].str.fullmatch(r"\S(.*\S)?"), name) for column in named),
        unique(table, *COLUMNS[:-1]),
    ]
    require_cells(table, rules, path, CollectionError)
    return table[list(COLUMNS)].astype(dict.fromkeys(whole, "int64")).reset_index(drop=True)


def as_labelled_then(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a frame that label the areas of a year by the types of that year."""
    return frame[frame["labelled"] == frame["year"]]


def frame_lists(frame: pd.DataFrame) -> Iterator[FrameList]:
    """Every list that can be made of a frame: its years, with and without the odd two.

    Local government was reorganised between the years, and an author may label old areas by a
    newer look-up: the year of the areas and that of their types may differ.
    """
    for (year, labelled), cells in frame.groupby(["year", "labelled"]):
        areas = f"areas of {year}"
        if labelled != year:
            areas += f" with their types of {labelled}"
        for kinds in itertools.product(*COUNTED_WITH.values()):
            counted_with = dict(zip(COUNTED_WITH, kinds, strict=True))
            types = [counted_with.get(kind, kind) for kind in cells["authority_type"]]
            listed = cells.assign(authority_type=types).dropna(subset="authority_type")
            yield FrameList(", ".join([areas, *map(_counted, COUNTED_WITH, kinds)]), listed)


def _counted(who: str, kind: str | None) -> str:
    if kind is None:
        return f"without {who}"
    return f"{who} of its own type" if kind == who else f"{who} counted as {within(kind)}"


def compare_lists(frame: pd.DataFrame, printed: pd.DataFrame) -> pd.DataFrame:
    """Test which list of authorities the printed shares of regions and types rest on.

    Parameters
    ----------
    frame
        As `read_frame` gives it.
    printed
        One row is a printed share: ``item`` (the characteristic: ``region`` or
        ``authority_type``), ``answer`` (the group) and ``value`` (whole percent).

    Returns
    -------
    DataFrame
        One row is a list and a characteristic, the list that makes most of all the shares
        possible first: ``list`` (a `FrameList`), ``name``, ``characteristic``, ``figures`` (how
        many shares are printed), ``possible`` (how many of them some count of authorities gives)
        and ``answering`` (the sum of the counts; missing unless each share has exactly one).
    """
    rows = []
    for one in frame_lists(frame):
        for characteristic, shares in printed.groupby("item"):
            sizes = one.sizes(str(characteristic))
            counts = [
                possible_counts(int(value), sizes[group]) if sizes.get(group) else ()
                for group, value in zip(shares["answer"], shares["value"], strict=True)
            ]
            single = all(len(found) == 1 for found in counts)
            answering = sum(found[0] for found in counts) if single else pd.NA
            possible = sum(bool(found) for found in counts)
            rows.append((one, one.name, characteristic, len(counts), possible, answering))
    names = ["list", "name", "characteristic", "figures", "possible", "answering"]
    table = pd.DataFrame(rows, columns=names).astype({"answering": "Int64"})
    best = table.groupby("name")["possible"].transform("sum")
    return table.loc[best.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)
