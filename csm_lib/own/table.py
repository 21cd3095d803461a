"""The sheets of one or several files of returns, laid into one long table with every place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from csm_lib.errors import ReturnsError
from csm_lib.files import report
from csm_lib.own.crosswalk import no_answer
from csm_lib.own.headed import Headed, all_headed
from csm_lib.own.read import Progress, read_sheets
from csm_lib.own.wording import refusal, worded
from csm_lib.returns import IDENTIFIERS

if TYPE_CHECKING:
    from csm_lib.codebook import Codebook
    from csm_lib.own.crosswalk import Crosswalk

LONG = ("item", "answer")
"""The columns of the long form, besides the identifiers: one row is one answer."""

_YEAR = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})(?![0-9])")
CELLS = ["file", "sheet", "row", "record", "column", "item", "text", "answer"]


@dataclass(frozen=True, eq=False)
class Table:
    """What the sheets of one or several files say, with the place of every cell.

    Sheets that hold other items of the same respondent and year are not joined here.

    Parameters
    ----------
    cells
        One row is one filled cell: ``file`` (name of the file), ``sheet`` (empty where the
        format has none), ``row`` (as the reader of the file counts), ``record`` (of
        ``records``), ``column`` (as the file calls it), ``item`` (a column that says whose row
        it is, the id of an item, or the column's own name where nothing is known of it),
        ``text`` (as it stands in the file; empty where the crosswalk says that a blank is an
        answer) and ``answer`` (what the crosswalk makes of it; the text itself where it says
        nothing; empty where it is said to stand for no answer). A cell that holds several ticks
        is a row for each of them.
    records
        One row is one row of a sheet, or of the long form one respondent and year of a sheet:
        ``record`` (from 0), ``file``, ``sheet`` and ``row``.
    columns
        One row is one named column of one sheet that is not left out: ``file``, ``sheet``,
        ``column``, ``item``, ``coded`` (whether a crosswalk explains its codes) and ``labels``
        (the value labels of the file by code; none: an empty mapping).
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
    return _stacked(kept, files, notices)


def _holds(table: Table, item: str) -> bool:
    return item in {*table.columns["item"]}


def _sheet_of(table: Table) -> str:
    """Return the name of the sheet that a table of one sheet with any column is of."""
    return str(table.columns["sheet"].iloc[0])


def _laid(one: Headed, codebook: Codebook, crosswalk: Crosswalk | None) -> Table:
    """Name the cells of a sheet by item; its records count from 0."""
    told: list[str] = []
    if crosswalk is None:
        cells = one.cells.assign(item=one.cells["name"], answer=one.cells["text"])
        columns = pd.DataFrame({"column": [*one.names.values()], "coded": False})
        columns["item"] = columns["column"]
    else:
        cells, columns, told = crosswalk.applied(one, codebook)
    cells, missing = _without_missing(cells, one)
    columns["labels"] = columns["column"].map(lambda name: one.sheet.value_labels.get(name, {}))
    cells = cells[["row", "name", "item", "text", "answer"]].rename(columns={"name": "column"})
    if {"authority", *LONG} <= {*columns["item"]}:
        cells, columns = _long(one, cells, columns)
        records = cells.drop_duplicates("record")[["record", "row"]]
    else:
        # a row counts even where all that it holds is left out
        records = pd.DataFrame({"row": sorted(one.cells["row"].unique())})
        records["record"] = records.index
        cells = cells.assign(record=cells["row"].map(records.set_index("row")["record"]))
    place = {"file": one.sheet.path.name, "sheet": one.sheet.name}
    cells, records, columns = (part.assign(**place) for part in (cells, records, columns))
    notices = (*one.notices, *told, *missing)
    return _dated(Table(cells, records, columns, one.sheet.path, notices))


def _without_missing(cells: pd.DataFrame, one: Headed) -> tuple[pd.DataFrame, list[str]]:
    """Say "no answer" of the codes which the file declares to stand for it, unless explained."""
    missing = one.sheet.missing
    if not missing:
        return cells, []
    codes = pd.MultiIndex.from_tuples(
        [(name, code) for name, codes in missing.items() for code in codes] or [("", "")]
    )
    met = pd.MultiIndex.from_frame(cells[["name", "text"]]).isin(codes)
    met &= (cells["answer"] == cells["text"]).to_numpy()
    cells = cells.assign(answer=cells["answer"].mask(met, ""))
    return cells, no_answer(cells[met], "the file", one.sheet.name)


def _dated(table: Table) -> Table:
    """Give rows without a year the one in the name of their sheet, or else of their file."""
    if _holds(table, "year") or not _holds(table, "authority"):
        return table
    sheet, of = _sheet_of(table), "sheet"
    name = sheet.strip()
    if not re.fullmatch(r"[0-9]{4}([-/][0-9]{2,4})?", name):
        years = _YEAR.findall(table.path.stem)
        name, of = (years[0] if len(years) == 1 else ""), "file"
    if not name:
        return table
    year = table.records.assign(column="year", item="year", text=name, answer=name)
    column = table.columns.iloc[:1].assign(column="year", item="year", coded=False)
    column["labels"] = column["item"].map(lambda _: {})
    called = name if of == "sheet" else sheet or table.path.name
    told = worded("year_of_name", of=of, name=called)
    return replace(
        table,
        cells=pd.concat([year, table.cells], ignore_index=True),
        columns=pd.concat([column, table.columns], ignore_index=True),
        notices=(*table.notices, told),
    )


def _refuse_undated(kept: Sequence[Table]) -> None:
    for one in kept:
        sheet = _sheet_of(one)
        again = one.columns.loc[one.columns["column"].duplicated(), "column"]
        where = f"{one.path}, sheet {sheet!r}" if sheet else one.path
        if len(again):
            raise refusal(where, "two_of_one_name", name=again.iloc[0])
        if not _holds(one, "year"):
            raise refusal(where, "no_year_column", of="sheet" if sheet else "file")


def _stacked(kept: Sequence[Table], files: Sequence[Path], notices: Sequence[str]) -> Table:
    """Stack the sheets, and number the records through."""
    starts = accumulate((len(one.records) for one in kept), initial=0)
    shifted = [
        (one.cells.assign(record=one.cells["record"] + start),
         one.records.assign(record=one.records["record"] + start), one.columns)
        for one, start in zip(kept, starts, strict=False)
    ]  # fmt: skip
    cells, records, columns = (
        pd.concat(parts, ignore_index=True) for parts in zip(*shifted, strict=True)
    )
    return Table(
        cells[CELLS],
        records[["record", "file", "sheet", "row"]],
        columns[["file", "sheet", "column", "item", "coded", "labels"]],
        path=files[0] if len(files) == 1 else files[0].parent,
        notices=tuple(dict.fromkeys(notices)),
    )


# -- The long form ----------------------------------------------------------------------------


def _long(
    one: Headed, cells: pd.DataFrame, columns: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make each answer of the long form a cell of its item; it keeps the row it came from."""
    by = cells.drop_duplicates(["row", "item"])
    by = by.pivot(index="row", columns="item", values="answer")
    given = by.reindex(columns=[*IDENTIFIERS, *LONG])
    item, who = given["item"], given[["authority", "year"]].fillna("")
    dated = "year" in {*columns["item"]}
    faults = [
        worded("long_without", row=row, name=name)
        for name, missing in (
            ("authority", who["authority"] == ""),
            ("year", (who["year"] == "") & dated),
            ("item", item.isna() & given["answer"].notna()),
        )
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
    known["labels"] = known["column"].map(lambda _: {})
    columns = columns[~columns["item"].isin(LONG)]
    return (
        pd.concat([ids, answers, rest], ignore_index=True),
        pd.concat([columns, known], ignore_index=True),
    )
