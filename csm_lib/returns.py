"""Returns: what each authority answered in each year, read and checked.

Returns are wide: one row is one authority in one year, one column is one item. A yes/no item is
a nullable boolean column, any other item a text column. A missing value means *no answer*;
*not asked* is known from the codebook (`Item.years`, `Item.asked_if`), never from the returns.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from csm_lib.codebook import did_you_mean
from csm_lib.errors import ReturnsError
from csm_lib.files import read_text, report

if TYPE_CHECKING:
    from csm_lib.codebook import Codebook, Item

IDENTIFIERS = ("authority", "year", "region", "authority_type")
"""The columns that say whose answers a row holds. The last two may be empty."""


def read_returns(path: str | Path, codebook: Codebook) -> pd.DataFrame:
    """Read returns from a CSV file and check them against the codebook.

    Parameters
    ----------
    path
        A UTF-8 CSV file with the columns ``authority, year, region, authority_type`` and one
        column per item, named by the item's id. Yes/no items hold ``yes``, ``no`` or nothing;
        other items one of their answers or nothing. Nothing else is understood, and nothing is
        coerced. A column for an item that was never answered may be left out.
    codebook
        The questionnaire the returns answer.

    Returns
    -------
    DataFrame
        One row is one authority in one year, sorted by authority and year. ``year`` is an
        integer, yes/no items are nullable booleans, everything else is text. Missing means no
        answer. Every item of the codebook has its column, in the codebook's order.

    Raises
    ------
    ReturnsError
        The file cannot be read, or does not agree with the codebook. Every fault is listed with
        its line, column, value and remedy.
    """
    path = Path(path)
    raw = read_text(path, ReturnsError)
    faults = check_returns(raw, codebook)
    if len(faults):
        raise ReturnsError(report(path, [_sentence(f) for f in faults.to_dict("records")]))
    return _typed(raw, codebook)


def write_returns(returns: pd.DataFrame, path: str | Path, codebook: Codebook) -> None:
    """Write returns as the CSV that `read_returns` reads; the same returns give the same bytes."""
    text = returns[list(IDENTIFIERS)].astype(object)
    for item in codebook.values():
        column = returns[item.item]
        if item.response == "yes_no":
            column = column.map({True: "yes", False: "no"})
        text[item.item] = column.astype(object).where(column.notna(), "")
    text.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def check_returns(raw: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Find every fault of returns that were read as text.

    Parameters
    ----------
    raw
        Returns as text: one row an authority in a year, empty text where nothing is given. The
        index is the line of each row in its file.
    codebook
        The questionnaire.

    Returns
    -------
    DataFrame
        One row is one fault: ``line`` (in the file, its header being line 1; missing where the
        fault is the whole column's), ``column``, ``value``, ``expected``, ``remedy``. Empty
        where there is none.
    """
    faults = _column_faults(raw, codebook)
    if faults:  # without its columns no row can be judged
        return _fault_frame(faults)
    faults += _identifier_faults(raw, codebook)
    for item in codebook.values():
        if item.item in raw:
            faults += _answer_faults(raw, item, codebook)
    return _fault_frame(faults)


Fault = tuple[int | None, str, str, str, str]
"""Line, column, value, what was expected, remedy."""


def _column_faults(raw: pd.DataFrame, codebook: Codebook) -> list[Fault]:
    faults: list[Fault] = []
    for name in IDENTIFIERS:
        if name not in raw:
            remedy = f"Add the column {name!r}, even if its cells are empty."
            faults.append((None, name, "", "a column of this name", remedy))
    for name in raw.columns[raw.columns.duplicated()].unique():
        remedy = f"Two columns are named {name!r}: rename or drop one."
        faults.append((None, str(name), "", "one column of this name", remedy))
    for name in raw.columns:
        if name not in codebook and name not in IDENTIFIERS:
            remedy = (
                "Rename it to the item's id, add the item to the codebook, or drop the column."
                f"{did_you_mean(str(name), [*IDENTIFIERS, *codebook])}"
            )
            faults.append((None, str(name), "", "an item of the codebook", remedy))
    return faults


def _identifier_faults(raw: pd.DataFrame, codebook: Codebook) -> list[Fault]:
    years = [str(year) for year in codebook.years]
    known = ", ".join(years)
    faults = _faults_at(raw, raw["authority"] == "", "authority", "a name or code", "Fill it in.")
    for name in ("authority", "region", "authority_type"):
        faults += _faults_at(
            raw,
            raw[name] != raw[name].str.strip(),
            name,
            "no space before or after it",
            "Delete the spaces: with them it counts as another name.",
        )
    faults += _faults_at(
        raw,
        ~raw["year"].isin(years),
        "year",
        f"one of {known}",
        "Correct the year, or add it to 'years' of the items asked in it.",
    )
    again = raw.duplicated(["authority", "year"]) & (raw["authority"] != "")
    first: dict[tuple[str, str], int] = {}
    for line, key in zip(raw.index, zip(raw["authority"], raw["year"], strict=True), strict=True):
        first.setdefault(key, line)
    for line, authority, year in raw.loc[again, ["authority", "year"]].itertuples(name=None):
        remedy = (
            f"Line {first[authority, year]} has {authority!r} in {year} already: delete or "
            "correct one of the two."
        )
        expected = "one row for each authority and year"
        faults.append((line, "authority", authority, expected, remedy))
    return faults


def _answer_faults(raw: pd.DataFrame, item: Item, codebook: Codebook) -> list[Fault]:
    given = raw[item.item]
    known = list(item.answers)
    faults = _faults_at(
        raw,
        ~given.isin(["", *known]),
        item.item,
        f"{', '.join(known)} or an empty cell",
        "Write the answer as shown, in lower case; leave the cell empty for no answer.",
    )
    answered = given.isin(known)
    # an unknown year or opener is a fault of its own, and no ground to fault what hangs on it
    asked = raw["year"].isin([str(year) for year in item.held])
    known_year = raw["year"].isin([str(year) for year in codebook.years])
    faults += _faults_at(
        raw,
        answered & known_year & ~asked,
        item.item,
        f"an empty cell: answers are held for {', '.join(map(str, item.held)) or 'no year'}",
        "Empty the cell, or correct 'years' and 'not_held' in the codebook.",
    )
    if item.asked_if is not None:
        opener = raw[item.asked_if] if item.asked_if in raw else pd.Series("", index=raw.index)
        faults += _faults_at(
            raw,
            answered & asked & opener.isin(["no", ""]),
            item.item,
            f"an empty cell, as {item.asked_if!r} is not yes",
            f"Empty the cell, or correct {item.asked_if!r}.",
        )
    return faults


def _faults_at(
    raw: pd.DataFrame, wrong: pd.Series, column: str, expected: str, remedy: str
) -> list[Fault]:
    return [
        (line, column, value, expected, remedy) for line, value in raw.loc[wrong, column].items()
    ]


def _fault_frame(faults: list[Fault]) -> pd.DataFrame:
    frame = pd.DataFrame(faults, columns=["line", "column", "value", "expected", "remedy"])
    return frame.astype({"line": "Int64"}).sort_values("line", kind="stable", ignore_index=True)


def _sentence(fault: Mapping[Hashable, Any]) -> str:
    """Return a fault as a line of the report."""
    rest = f"expected {fault['expected']}. {fault['remedy']}"
    if pd.isna(fault["line"]):
        return f"line 1, column {fault['column']!r}: {rest}"
    where = f"line {fault['line']}, column {fault['column']!r}"
    return f"{where}: the value is {fault['value']!r}; {rest}"


def _typed(raw: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    columns: dict[str, pd.Series] = {name: raw[name] for name in IDENTIFIERS}
    columns["year"] = raw["year"].astype("int64")
    for name in ("region", "authority_type"):
        columns[name] = raw[name].where(raw[name] != "")
    empty = pd.Series("", index=raw.index)
    for item in codebook.values():
        given = raw.get(item.item, empty)
        if item.response == "yes_no":
            columns[item.item] = given.map({"yes": True, "no": False}).astype("boolean")
        else:
            columns[item.item] = given.where(given != "").astype("str")
    frame = pd.DataFrame(columns)
    return frame.sort_values(["authority", "year"], kind="stable", ignore_index=True)
