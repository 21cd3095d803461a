"""The sheets of one or several files of returns, laid into one long table with every place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from csm_lib.errors import ReturnsError
from csm_lib.files import report
from csm_lib.own.crosswalk import no_answer
from csm_lib.own.headed import Headed, all_headed
from csm_lib.own.read import Progress, read_sheets
from csm_lib.own.repairs import years_in
from csm_lib.own.wording import refusal, worded
from csm_lib.returns import IDENTIFIERS

if TYPE_CHECKING:
    from csm_lib.codebook import Codebook
    from csm_lib.own.crosswalk import Crosswalk

LONG = ("item", "answer")
"""The columns of the long form, besides the identifiers: one row is one answer."""

CELLS = ["file", "sheet", "row", "record", "column", "item", "text", "answer"]
RECORDS = ["record", "file", "sheet", "row"]
COLUMNS = ["file", "sheet", "column", "item", "coded", "blank_no", "labels"]


@dataclass(frozen=True, eq=False)
class Table:
    """What the sheets of one or several files say, with the place of every cell.

    Sheets that hold other items of the same respondent and year are not joined here.

    Parameters
    ----------
    cells
        One row is one filled cell: ``file`` (its name), ``sheet`` (empty where the format has
        none), ``row`` (as the reader of the file counts), ``record`` (of ``records``), ``column``
        (as the file calls it), ``item`` (a column that says whose row it is, the id of an item, or
        the column's own name where nothing is known of it), ``text`` (as it stands; empty where
        the crosswalk says that a blank is an answer) and ``answer`` (what the crosswalk makes of
        it, else the text; empty for no answer). Of several ticks each is a row.
    records
        One row is one row of a sheet, or of the long form one respondent and year of a sheet:
        ``record`` (from 0), ``file``, ``sheet`` and ``row``.
    columns
        One row is one named column of one sheet that is not left out: ``file``, ``sheet``,
        ``column``, ``item``, ``coded`` (whether a crosswalk explains its codes), ``blank_no``
        (whether it says what is no beside ticks) and ``labels`` (the value labels of the file by
        code; none: an empty mapping).
    path
        The file, or the folder that holds the several.
    notices
        What was done to the file that its author did not ask for.
    """

    cells: pd.DataFrame
    records: pd.DataFrame
    columns: pd.DataFrame
    path: Path
    notices: tuple[str, ...] = ()


def read_table(
    paths: Path | Sequence[Path],
    codebook: Codebook,
    *,
    crosswalk: Crosswalk | None = None,
    progress: Progress | None = None,
) -> Table:
    """Read returns of any format into one long table.

    Parameters
    ----------
    paths
        A file, or several: one from each respondent, say, or one a year.
    codebook
        The questionnaire.
    crosswalk
        What the columns and codes mean, where they are not those of the codebook.
    progress
        Told what is being read.

    Raises
    ------
    ReturnsError
        A file cannot be read, or has no regular form; the crosswalk names a column that no file
        has; rows of the long form contradict one another; of several sheets one has no year.
    """
    files = [paths] if isinstance(paths, Path) else [*paths]
    found = [one for file in files for one in all_headed(read_sheets(file, progress=progress))]
    if crosswalk is not None:
        crosswalk.refuse_what_is_not_in(found, codebook)
    tables = [_laid(one, codebook, crosswalk) for one in found]
    notices = [notice for one in tables for notice in one.notices]
    kept = [one for one in tables if _holds(one, "authority")] if len(tables) > 1 else tables
    without = [
        one.sheet.name for one, table in zip(found, tables, strict=True) if table not in kept
    ]
    if not kept:
        raise refusal(files[0], "no_sheet_of_returns", names=without)
    if without:
        notices.append(worded("sheets_without_authority", names=without))
    if len(kept) > 1 and len(codebook.years) > 1:
        _refuse_undated(kept)
    starts = accumulate((len(one.records) for one in kept), initial=0)
    for one, start in zip(kept, starts, strict=False):
        one.cells["record"] += start
        one.records["record"] += start
    return Table(
        pd.concat([one.cells[CELLS] for one in kept], ignore_index=True),
        pd.concat([one.records[RECORDS] for one in kept], ignore_index=True),
        pd.concat([one.columns[COLUMNS] for one in kept], ignore_index=True),
        path=files[0] if len(files) == 1 else files[0].parent,
        notices=tuple(dict.fromkeys(notices)),
    )


def _holds(table: Table, item: str) -> bool:
    return item in {*table.columns["item"]}


def _laid(one: Headed, codebook: Codebook, crosswalk: Crosswalk | None) -> Table:
    """Name the cells of a sheet by item; its records count from 0."""
    told: list[str] = []
    if crosswalk is None:
        cells = one.cells.assign(item=one.cells["name"], answer=one.cells["text"])
        columns = pd.DataFrame({"column": [*one.names.values()], "coded": False, "blank_no": False})
        columns["item"] = columns["column"]
    else:
        cells, columns, told = crosswalk.applied(one, codebook)
    cells, missing = _without_missing(cells, one)
    cells = cells[["row", "name", "item", "text", "answer"]].rename(columns={"name": "column"})
    items = {*columns["item"]}
    if {"authority", *LONG} <= items:
        cells, columns = _long(one, cells, columns)
        records = cells.drop_duplicates("record")[["record", "row"]]
    else:
        # a row counts even where all that it holds is left out
        records = pd.DataFrame({"row": sorted(one.cells["row"].unique())})
        records["record"] = records.index
        cells = cells.assign(record=cells["row"].map(records.set_index("row")["record"]))
    dated: list[str] = []
    if "authority" in items and "year" not in items and (named := _year_of_name(one, codebook)):
        year, *dated = named
        column = {"column": "year", "item": "year"}
        cells = pd.concat([records.assign(**column, text=year, answer=year), cells])
        columns = pd.concat([pd.DataFrame([column | {"coded": False}]), columns])
    columns["labels"] = columns["column"].map(lambda name: one.sheet.value_labels.get(name, {}))
    place = {"file": one.sheet.path.name, "sheet": one.sheet.name}
    cells, records, columns = (part.assign(**place) for part in (cells, records, columns))
    notices = (*one.notices, *told, *missing, *dated)
    return Table(cells, records, columns, one.sheet.path, notices)


def _without_missing(cells: pd.DataFrame, one: Headed) -> tuple[pd.DataFrame, list[str]]:
    """Say "no answer" of the codes which the file declares to stand for it, unless explained."""
    codes = [(name, code) for name, codes in one.sheet.missing.items() for code in codes]
    if not codes:
        return cells, []
    met = pd.MultiIndex.from_frame(cells[["name", "text"]]).isin(codes)
    met &= (cells["answer"] == cells["text"]).to_numpy()
    cells = cells.assign(answer=cells["answer"].mask(met, ""))
    return cells, no_answer(cells[met], "the file", one.sheet.name)


def _year_of_name(one: Headed, codebook: Codebook) -> tuple[str, str] | None:
    """Return the year in the name of a sheet, or else of its file, and what to say of it.

    The name of a wave goes before a year.
    """
    sheet, path = one.sheet.name, one.sheet.path
    found = {"sheet": _waves_in(sheet, codebook), "file": _waves_in(path.stem, codebook)}
    if not any(found.values()):
        found = {"sheet": years_in(sheet), "file": years_in(path.stem)}
    of = next((of for of, names in found.items() if len(names) == 1), "")
    if not of:
        return None
    return found[of][0], worded("year_of_name", of=of, name=sheet if of == "sheet" else path.name)


def _waves_in(text: str, codebook: Codebook) -> list[str]:
    """Return the waves whose names stand in a text, whatever stands between their words."""

    def words(text: str) -> str:
        return " ".join(["", *re.findall(r"[^\W_]+", text.casefold()), ""])

    return [name for name in codebook.waves.values() if words(name) in words(text)]


def _refuse_undated(kept: Sequence[Table]) -> None:
    for one in kept:
        sheet = str(one.columns["sheet"].iloc[0])
        again = one.columns.loc[one.columns.duplicated(["column", "item"]), "column"]
        where = f"{one.path}, sheet {sheet!r}" if sheet else one.path
        if len(again):
            raise refusal(where, "two_of_one_name", name=again.iloc[0])
        if not _holds(one, "year"):
            raise refusal(where, "no_year_column", of="sheet" if sheet else "file")


def _long(
    one: Headed, cells: pd.DataFrame, columns: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make each answer of the long form a cell of its item; it keeps the row it came from."""
    by = cells.drop_duplicates(["row", "item"])
    by = by.pivot(index="row", columns="item", values="answer")
    given = by.reindex(columns=[*IDENTIFIERS, *LONG])
    item, who = given["item"], given[["authority", "year"]].fillna("")
    dated = "year" in {*columns["item"]}
    lacking = {
        "authority": who["authority"] == "",
        "year": (who["year"] == "") & dated,
        "item": item.isna() & given["answer"].notna(),
    }
    faults = [
        worded("long_without", row=row, name=name)
        for name, missing in lacking.items()
        for row in by.index[missing]
    ]
    clash = item.isin([*IDENTIFIERS, *LONG])
    faults += [worded("long_no_item", row=row, item=item[row]) for row in by.index[clash]]
    if faults:
        raise ReturnsError(report(Path(one.place), faults))
    record = pd.Series(who.groupby(["authority", "year"], sort=False).ngroup(), index=by.index)
    cells = cells.assign(record=cells["row"].map(record))
    ids = cells[cells["item"].isin(IDENTIFIERS)]
    answers = cells[(cells["item"] == "answer") & cells["row"].isin(item.dropna().index)]
    answers = answers.assign(item=answers["row"].map(item), column=answers["row"].map(item))
    rest = cells[~cells["item"].isin([*IDENTIFIERS, *LONG])].drop_duplicates("item")
    known = pd.DataFrame({"column": item.dropna().unique()})
    known = known.assign(item=known["column"], coded=False)
    columns = pd.concat([columns[~columns["item"].isin(LONG)], known], ignore_index=True)
    return pd.concat([ids, answers, rest], ignore_index=True), columns
