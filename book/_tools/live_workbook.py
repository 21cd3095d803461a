"""Stands in for python_calamine in the reader's browser, which has no native reader of Excel.

`csm_lib.own.child` finds in it what it uses of that package, with the same results for .xlsx and
.xlsm: `make live` puts it in its place there. It differs where openpyxl does:

- it refuses other workbooks, the form that Excel calls strict, and parts that break the standard;
- it keeps spaces around a text in a cell even where the file does not ask for that;
- numbers in the East Asian formats of dates stay numbers, and a date before 1900 stays a date;
- sheets of old macros and dialogs are sheets.
"""

from __future__ import annotations

import contextlib
import datetime
import warnings
from collections import defaultdict
from collections.abc import Iterator
from enum import Enum
from typing import IO, Any, NamedTuple

from openpyxl import load_workbook
from openpyxl.utils.datetime import from_excel
from openpyxl.utils.escape import unescape
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import WorkSheetParser

Place = tuple[int, int]
"""A row and a column, from 0."""


class CalamineError(Exception):
    """A workbook that cannot be read."""


class PasswordError(CalamineError):
    """A workbook that is protected; what the caller finds out by itself."""


class SheetTypeEnum(Enum):
    """What a sheet is; sheets of other kinds are left out."""

    WorkSheet = 1


class SheetVisibleEnum(Enum):
    """Whether a sheet is seen, as the file calls it."""

    Visible = "visible"
    Hidden = "hidden"
    VeryHidden = "veryHidden"


class SheetMetadata(NamedTuple):
    """What is known of a sheet before it is read."""

    name: str
    typ: SheetTypeEnum
    visible: SheetVisibleEnum


class CalamineSheet:
    """The cells of a sheet, and which of them are merged."""

    def __init__(self, sheet: ReadOnlyWorksheet) -> None:
        self.name: str = sheet.title
        self._rows: dict[int, dict[int, Any]] = defaultdict(dict)
        book = sheet.parent
        # a sheet's own rows lack cells out of order, and numbers that only look like dates
        with sheet._get_source() as source:
            parser = WorkSheetParser(source, sheet._shared_strings, data_only=True)
            for _, row in parser.parse():
                for cell in row:
                    value = _value(cell, book)
                    if value != "":
                        self._rows[cell["row"] - 1][cell["column"] - 1] = value
        merged = parser.merged_cells.mergeCell if parser.merged_cells else ()
        self.merged_cell_ranges: list[tuple[Place, Place]] = [
            ((one.min_row - 1, one.min_col - 1), (one.max_row - 1, one.max_col - 1))
            for one in merged
        ]

    @property
    def start(self) -> Place | None:
        """The first cell of the rows that `iter_rows` gives; ``None`` where there are none."""
        return (0, 0) if self._rows else None

    @property
    def end(self) -> Place | None:
        """The last row and column in which anything stands."""
        return (max(self._rows), max(map(max, self._rows.values()))) if self._rows else None

    def iter_rows(self) -> Iterator[list[Any]]:
        """Give all rows from the first to the last; a cell in which nothing stands is ``""``."""
        for number in range(max(self._rows) + 1):
            row = self._rows.get(number, {})
            yield [row.get(column, "") for column in range(max(row, default=-1) + 1)]


class CalamineWorkbook:
    """A workbook of which no formula is run."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self.sheets_metadata = [
            SheetMetadata(one.title, SheetTypeEnum.WorkSheet, SheetVisibleEnum(one.sheet_state))
            for one in book.worksheets
        ]

    @classmethod
    def from_filelike(cls, file: IO[bytes]) -> CalamineWorkbook:
        """Open a workbook."""
        with _no_words():
            book = load_workbook(file, read_only=True, data_only=True)
        if not book.sheetnames:
            raise CalamineError("no sheet in it is one of the usual form")
        return cls(book)

    def get_sheet_by_name(self, name: str) -> CalamineSheet:
        """Read a sheet."""
        with _no_words():
            return CalamineSheet(self._book[name])


@contextlib.contextmanager
def _no_words() -> Iterator[None]:
    """Let no warning through: they are of what saving loses. Of an error keep the first line."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except MemoryError:
            raise
        except Exception as error:
            raise CalamineError(str(error).partition("\n")[0]) from error


def _value(cell: dict[str, Any], book: Any) -> Any:
    """Return what stands in a cell; a number in the style of dates is one where it can be."""
    value, kind, style = cell["value"], cell["data_type"], cell["style_id"]
    if value is None:
        return ""
    if kind != "n":
        return unescape(value) if isinstance(value, str) else value
    value = float(value)
    if style not in book._date_formats:
        return value
    try:
        moment = from_excel(value, book.epoch, timedelta=style in book._timedelta_formats)
    except (OverflowError, ValueError):
        return value
    is_date = isinstance(moment, datetime.datetime) and value.is_integer()
    return moment.date() if is_date else moment
