"""A long table as the readers make it of wide columns of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from csm_lib.own.table import CELLS, COLUMNS, Table


def table_of(
    columns: Mapping[str, Sequence[str]],
    *,
    file: str = "returns.csv",
    sheet: str = "",
    first: int = 2,
    items: Mapping[str, str] | None = None,
    answers: Mapping[str, Mapping[str, str]] | None = None,
    labels: Mapping[str, Mapping[str, str]] | None = None,
) -> Table:
    """A table of the texts of each column; an empty text is an empty cell.

    `first` is the row of the first record, `items` says which item a column is, `answers` what a
    crosswalk makes of its codes (of ``""``: a blank), `labels` what the file says of them.
    """
    items, answers, labels = items or {}, answers or {}, labels or {}
    size = max(map(len, columns.values()))
    cells = [
        (file, sheet, at + first, at, name, items.get(name, name), texts[at],
         answers.get(name, {}).get(texts[at], texts[at]))
        for at in range(size)
        for name, texts in columns.items()
        if texts[at] or "" in answers.get(name, {})
    ]  # fmt: skip
    described = [
        (file, sheet, name, items.get(name, name), name in answers, "" in answers.get(name, {}),
         dict(labels.get(name, {})))
        for name in columns
    ]  # fmt: skip
    return Table(
        pd.DataFrame(cells, columns=CELLS),
        pd.DataFrame({"record": range(size), "file": file, "sheet": sheet,
                      "row": range(first, first + size)}),
        pd.DataFrame(described, columns=COLUMNS),
        Path(file),
    )  # fmt: skip


def joined(*tables: Table, notices: tuple[str, ...] = ()) -> Table:
    """Tables of several sheets or files as one."""
    start, cells, records = 0, [], []
    for table in tables:
        cells.append(table.cells.assign(record=table.cells["record"] + start))
        records.append(table.records.assign(record=table.records["record"] + start))
        start += len(table.records)
    columns = pd.concat([table.columns for table in tables], ignore_index=True)
    several = len({table.path for table in tables}) > 1
    return Table(
        pd.concat(cells, ignore_index=True),
        pd.concat(records, ignore_index=True),
        columns,
        Path("returns") if several else tables[0].path,
        notices,
    )
