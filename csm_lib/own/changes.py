"""What changed in the figures from one edition to the next: two of a kind, held side by side.

Of a kind are two collections, two exports of findings, two workbooks and two tables (such as two
ledgers). Each is read as tables by name. A row is known by the fewest of the first columns that
tell the rows apart, so that a table of any form can be compared with its next edition.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from csm_lib.errors import CollectionError

if TYPE_CHECKING:
    from csm_lib.collection import Collection

COLUMNS = ("table", "row", "column", "change", "old", "new")
NEW, GONE, CHANGED = "new", "gone", "changed"

WORKBOOKS = (".xlsx", ".ods")

WHOLE = "all"
"""What stands for the rows of a table, or its columns, that is new or gone as a whole."""


def changes(old: Path, new: Path) -> pd.DataFrame:
    """Compare the figures of two editions.

    Parameters
    ----------
    old, new
        Two folders of collections, two folders that ``findings`` wrote, two workbooks (.xlsx or
        .ods) of any origin, or two tables (.csv).

    Returns
    -------
    DataFrame
        One row is one figure that is ``new``, ``gone`` or ``changed``: its table, row and column,
        and its value in the ``old`` and in the ``new`` edition, as text.

    Raises
    ------
    CollectionError
        One of them cannot be read, or they have no table in common.
    """
    before, after = tables(old), tables(new)
    shared = [name for name in before if name in after]
    if not shared:
        raise CollectionError(
            f"{old} and {new} have no table in common ({_some(before)}; {_some(after)}). Compare "
            "two of a kind: two collections, two exports, two workbooks or two ledgers."
        )
    found = [_whole(name, GONE) for name in before if name not in after]
    found += [_compared(name, before[name], after[name]) for name in shared]
    found += [_whole(name, NEW) for name in after if name not in before]
    return pd.concat(found, ignore_index=True)


def tables(path: Path) -> dict[str, pd.DataFrame]:
    """The tables of an edition by name, every cell as text."""
    if not path.exists():
        raise CollectionError(f"{path}: there is no such file or folder. Check the name.")
    kind = path.suffix.lower()
    if path.is_dir() and (path / "codebook.csv").exists():
        from csm_lib.own.door import open_collection

        return _of_collection(open_collection(path))
    if path.is_dir():
        files = sorted((path / "tables").glob("*.csv"))
    else:
        files = [path] if kind == ".csv" else []
    if files:
        # a single table has no name: two editions may keep it in files of other names
        return {file.stem if path.is_dir() else "": _read(file) for file in files}
    if path.is_file() and kind in WORKBOOKS:
        return _of_workbook(path)
    raise CollectionError(
        f"{path}: is no edition. Name the folder of a collection, a folder that the command "
        "'findings' wrote, a workbook (.xlsx, .ods) or a table (.csv)."
    )


def table_in(cells: pd.DataFrame) -> pd.DataFrame | None:
    """The table of a sheet: the widest block of rows, headed by its first.

    Lines of text above and below a table fill one cell each. Of several blocks that are equally
    wide the first counts.

    Parameters
    ----------
    cells
        All cells of the sheet as text, empty where there is nothing.
    """
    filled = (cells != "").sum(axis="columns")
    block = (filled < 2).cumsum()[filled >= 2]  # rows between two lines of text are a block
    if block.empty:
        return None
    widest = filled[block.index].groupby(block).max().idxmax()
    rows = cells.loc[block.index[block == widest]]
    header = rows.iloc[0]
    table = rows.iloc[1:].loc[:, header != ""]
    table.columns = pd.Index(header[header != ""])
    return None if table.empty or not table.columns.is_unique else table


def _of_collection(collection: Collection) -> dict[str, pd.DataFrame]:
    counted = collection.tally(list(collection.codebook.sections))
    keys = ["item", "year", "answer"]
    found = {"items": _as_text(counted[[*keys, "yes", "base", "no_answer", "status"]])}
    for name in ("published", "ledger"):
        if (file := collection.path / f"{name}.csv").exists():
            found[name] = _read(file)
    return found


def _of_workbook(path: Path) -> dict[str, pd.DataFrame]:
    from csm_lib.own.workbook import read_workbook

    sheets = read_workbook(path, CollectionError, header=None, dtype=object)
    found = {name: table_in(_as_text(cells)) for name, cells in sheets.items()}
    return {name: table for name, table in found.items() if table is not None}


def _read(path: Path) -> pd.DataFrame:
    from csm_lib.files import read_text

    return _as_text(read_text(path, CollectionError))


def _as_text(cells: pd.DataFrame) -> pd.DataFrame:
    return cells.map(_written)


def _written(value: object) -> str:
    """A cell as text: a number the same whether it came from a table or from a workbook."""
    if pd.isna(value):  # type: ignore[call-overload]
        return ""
    try:
        return f"{float(value):.10g}" if str(value).strip() else ""  # type: ignore[arg-type]
    except ValueError:
        return str(value).strip()


def _compared(name: str, old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """What changed in a table, in the order of its rows."""
    columns, later = list(map(str, old)), list(map(str, new))
    both = [column for column in columns if column in later]
    found = [_whole(name, GONE, column) for column in columns if column not in both]
    if both:
        known_by = both[: max(_first_that_tell_apart(edition[both]) for edition in (old, new))]
        before, after = (_cells(edition[both], known_by) for edition in (old, new))
        places = before.index.union(after.index, sort=False)
        cells = pd.DataFrame({"old": before.reindex(places), "new": after.reindex(places)})
        cells["change"] = CHANGED
        cells.loc[cells["old"].isna(), "change"] = NEW
        cells.loc[cells["new"].isna(), "change"] = GONE
        cells = cells.fillna("").query("old != new").reset_index()
        found.append(cells.assign(table=name)[list(COLUMNS)])
    found += [_whole(name, NEW, column) for column in later if column not in both]
    return pd.concat(found, ignore_index=True)


def _first_that_tell_apart(table: pd.DataFrame) -> int:
    """How many of the first columns it takes to know a row; all, if fewer do not."""
    counts = range(1, table.shape[1])
    apart = (n for n in counts if not table.duplicated(list(table.columns[:n])).any())
    return next(apart, table.shape[1])


def _cells(table: pd.DataFrame, known_by: list[str]) -> pd.Series[Any]:
    """The values of a table by row and column.

    Where it takes all columns to know a row, nothing is left in it that could change: its value
    is how often it stands there.
    """
    told = [", ".join(row) for row in table[known_by].itertuples(index=False)]
    row = pd.Series(told, index=table.index, dtype=str)
    values = table.drop(columns=known_by)
    if values.shape[1] == 0:
        values = row.groupby(row, sort=False).transform("size").astype(str).to_frame("rows")
        values, row = values[~row.duplicated()], row.drop_duplicates()
    cells = values.set_axis(pd.Index(row, name="row")).rename_axis(columns="column").stack()
    assert isinstance(cells, pd.Series)
    return cells


def _whole(table: str, change: str, column: str = WHOLE) -> pd.DataFrame:
    return pd.DataFrame([[table, WHOLE, column, change, "", ""]], columns=list(COLUMNS))


def _some(tables: Mapping[str, object], most: int = 3) -> str:
    names = [name or "one table" for name in tables]
    return ", ".join(names[:most]) + (" ..." if len(names) > most else "") or "no table"
