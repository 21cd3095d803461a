"""The sheets of one or several files of returns, laid into one long table with every place."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from csm_lib.errors import ReturnsError
from csm_lib.files import report
from csm_lib.own.headed import Headed, all_headed
from csm_lib.own.read import read_sheets
from csm_lib.returns import IDENTIFIERS
from csm_lib.words import listed

if TYPE_CHECKING:
    from csm_lib.codebook import Codebook
    from csm_lib.own.crosswalk import Crosswalk

LONG = ("item", "answer")
"""The columns of the long form, besides the identifiers: one row is one answer."""

Progress = Callable[[str], None]

_YEAR = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})(?![0-9])")
CELLS = ["file", "sheet", "row", "record", "column", "item", "text", "answer"]


@dataclass(frozen=True)
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
    laid = [_laid(one, codebook, crosswalk) for one in found]
    notices = [notice for _, notice in laid]
    kept = [one for one, _ in laid]
    with_names = [one for one in kept if "authority" in {*one.columns["item"]}]
    if len(kept) > 1:
        if not with_names:
            raise ReturnsError(
                f"{files[0]}: no sheet has a column 'authority' (sheets: "
                f"{listed([repr(one.name) for one in kept])}). Name the column so, or say in a "
                "crosswalk, columns.csv, which one it is."
            )
        without = [repr(one.name) for one in kept if one not in with_names]
        if without:
            it = "it has" if len(without) == 1 else "they have"
            notices.append([f"not read, as {it} no column 'authority': {listed(without)}."])
        kept = with_names
    if len(kept) > 1 and len(codebook.years) > 1:
        _refuse_undated(kept)
    return _stacked(kept, files, [text for some in notices for text in some])


@dataclass(frozen=True, eq=False)
class _Laid:
    """One sheet of a `Table`; its records count from 0."""

    path: Path
    name: str
    cells: pd.DataFrame
    records: pd.DataFrame
    columns: pd.DataFrame


def _laid(one: Headed, codebook: Codebook, crosswalk: Crosswalk | None) -> tuple[_Laid, list[str]]:
    """Name the cells of a sheet by item, and say what was done to them."""
    notices = [*one.notices]
    if crosswalk is None:
        cells = one.cells.assign(item=one.cells["name"], answer=one.cells["text"])
        columns = pd.DataFrame({"column": [*one.names.values()], "coded": False})
        columns["item"] = columns["column"]
    else:
        cells, columns, told = crosswalk.applied(one, codebook)
        notices += told
    cells, told = _without_missing(cells, one)
    notices += told
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
    return _dated(_Laid(one.sheet.path, one.sheet.name, cells, records, columns), notices)


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


def no_answer(cells: pd.DataFrame, who: str, sheet: str) -> list[str]:
    """Say of each text that stands for no answer in how many cells of how many columns it was."""
    place = f"sheet {sheet!r}: " if sheet else ""
    told = []
    for text, some in cells.groupby("text", sort=True):
        number, columns = len(some), some["name"].nunique()
        told.append(
            f"{place}{str(text)!r} stands for no answer, as {who} says: in "
            f"{'1 cell' if number == 1 else f'{number:,} cells'} of "
            f"{'1 column' if columns == 1 else f'{columns:,} columns'}."
        )
    return told


def _dated(laid: _Laid, notices: list[str]) -> tuple[_Laid, list[str]]:
    """Give rows without a year the one in the name of their sheet, or else of their file."""
    items = {*laid.columns["item"]}
    if "year" in items or "authority" not in items:
        return laid, notices
    name, of = laid.name.strip(), "sheet"
    if not re.fullmatch(r"[0-9]{4}([-/][0-9]{2,4})?", name):
        years = _YEAR.findall(laid.path.stem)
        name, of = (years[0] if len(years) == 1 else ""), "file"
    if not name:
        return laid, notices
    year = laid.records.assign(column="year", item="year", text=name, answer=name)
    column = pd.DataFrame({"column": ["year"], "item": ["year"], "coded": False, "labels": [{}]})
    told = f"{laid.name or laid.path.name!r}" if of == "file" else f"{laid.name!r}"
    return (
        _Laid(
            laid.path,
            laid.name,
            pd.concat([year, laid.cells], ignore_index=True),
            laid.records,
            pd.concat([column, laid.columns], ignore_index=True),
        ),
        [*notices, f"{of} {told}: its name was taken for the year of its rows."],
    )


def _refuse_undated(kept: Sequence[_Laid]) -> None:
    for one in kept:
        again = one.columns.loc[one.columns["column"].duplicated(), "column"]
        where = f"{one.path}, sheet {one.name!r}" if one.name else f"{one.path}"
        if len(again):
            raise ReturnsError(
                f"{where}: two columns are named {again.iloc[0]!r}. Rename or drop one."
            )
        if "year" not in {*one.columns["item"]}:
            raise ReturnsError(
                f"{where}: has no column 'year', so its rows cannot be laid beside the others. "
                f"Add it, or give the {'sheet' if one.name else 'file'} its year for a name."
            )


def _stacked(kept: Sequence[_Laid], files: Sequence[Path], notices: list[str]) -> Table:
    """Stack the sheets, and number the records through."""
    parts: dict[str, list[pd.DataFrame]] = {"cells": [], "records": [], "columns": []}
    start = 0
    for one in kept:
        place = {"file": one.path.name, "sheet": one.name}
        parts["cells"].append(one.cells.assign(**place, record=one.cells["record"] + start))
        parts["records"].append(one.records.assign(**place, record=one.records["record"] + start))
        parts["columns"].append(one.columns.assign(**place))
        start += len(one.records)
    whole = {name: pd.concat(some, ignore_index=True) for name, some in parts.items()}
    return Table(
        cells=whole["cells"][CELLS],
        records=whole["records"][["record", "file", "sheet", "row"]],
        columns=whole["columns"][["file", "sheet", "column", "item", "coded", "labels"]],
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
        f"row {row}: has no {name}. Fill it in, or delete the row."
        for name, missing in (
            ("authority", who["authority"] == ""),
            ("year", (who["year"] == "") & dated),
            ("item", item.isna() & given["answer"].notna()),
        )
        for row in by.index[missing]
    ]
    clash = item.isin([*IDENTIFIERS, *LONG])
    faults += [
        f"row {row}, column 'item': {item[row]!r} is no item, but the name of a column of "
        "returns. Give it a column, or delete the row."
        for row in by.index[clash]
    ]
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
