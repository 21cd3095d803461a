"""The population frame: how many authorities there were, and which list the paper used."""

from __future__ import annotations

import itertools
from pathlib import Path

import pandas as pd

from csm_lib.counts import count_range
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


def frame_lists(frame: pd.DataFrame) -> pd.DataFrame:
    """Make every list that a frame allows: of each year, with and without the odd two.

    Local government was reorganised between the years, and an author may label old areas by a
    newer look-up: the year of the areas and that of their types may differ. One row is a region
    and a type on a list, of which there may be several: ``name`` (which list, in words) and the
    columns of the frame.
    """
    year, labelled = frame["year"].astype(str), frame["labelled"].astype(str)
    areas = "areas of " + year + (" with their types of " + labelled).where(year != labelled, "")
    lists = []
    for kinds in itertools.product(*COUNTED_WITH.values()):
        counted_with = dict(zip(COUNTED_WITH, kinds, strict=True))
        types = frame["authority_type"].map(lambda kind, to=counted_with: to.get(kind, kind))
        named = ", ".join(map(_counted, COUNTED_WITH, kinds))
        lists.append(frame.assign(authority_type=types, name=areas + ", " + named))
    return pd.concat(lists).dropna(subset="authority_type").sort_values(["year", "labelled"])


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
        possible first: ``name`` (as in `frame_lists`), ``characteristic``, ``figures`` (how many
        shares are printed), ``possible`` (how many of them some count of authorities gives) and
        ``answering`` (the sum of the counts; missing unless each share has exactly one).
    """
    lists, tables = frame_lists(frame), []
    for characteristic, shares in printed.groupby("item"):
        sizes = lists.pivot_table("authorities", "name", [characteristic], "sum", 0, sort=False)
        sizes = sizes.reindex(columns=shares["answer"], fill_value=0)
        low, high = count_range(shares["value"].to_numpy(dtype="int64"), sizes.clip(1).to_numpy())
        counts = (high - low + 1).clip(0) * (sizes > 0)  # how many give the share
        table = pd.DataFrame({"name": sizes.index, "characteristic": characteristic})
        table["figures"], table["possible"] = len(shares), (counts > 0).sum(axis=1).to_numpy()
        answering = pd.Series(low.sum(axis=1), dtype="Int64")
        tables.append(table.assign(answering=answering.where((counts == 1).all(axis=1).to_numpy())))
    table = pd.concat(tables).rename_axis("place")
    table["best"] = table.groupby("name")["possible"].transform("sum")
    table = table.sort_values(["best", "place"], ascending=[False, True])
    return table.drop(columns="best").reset_index(drop=True)
