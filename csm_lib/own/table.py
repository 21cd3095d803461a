"""The long table that returns of every format are laid into, one row a filled cell."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd


@dataclass(frozen=True)
class Table:
    """What the sheets of one or several files say, with the place of every cell.

    Sheets that hold other items of the same respondent and year are not joined here.

    Parameters
    ----------
    cells
        One row is one filled cell: ``file`` (name of the file), ``sheet`` (of the sheet;
        empty where the format has none), ``row`` (as the reader of the file counts),
        ``record`` (of ``records``), ``column`` (as the file calls it), ``item`` (a column that
        says whose row it is, the id of an item, or the column's own name where nothing is
        known of it), ``text`` (as it stands in the file; empty where the crosswalk says that a
        blank is an answer) and ``answer`` (what the crosswalk makes of it; the text itself
        where it says nothing; empty where it is said to stand for no answer). A cell that
        holds several ticks is a row for each of them.
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
