"""Workbooks for anyone: safe text, safe names, fixed bytes, and sheets that every reader can use.

Labels, questions and answers may come from anyone's file. They are written as text and never as
a formula or a link, and what Excel would refuse is taken out or cut.

A `Sheet` is described once and written twice, as Excel and as OpenDocument, by the rules of the
Government Analysis Function for accessible spreadsheets: everything begins in column A, a title
and some lines stand above one marked-up table, no cell is merged or empty, and nothing is frozen,
filtered, hidden, filled or told by colour. (gptables 2.0 writes such workbooks too, but makes
formulas and links of what is in a cell, refuses a cell that holds a dash, and knows no rows'
heights, no shares, no fixed bytes and no OpenDocument.)
"""

from __future__ import annotations

import datetime as dt
import io
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from csm_lib.files import whole
from csm_lib.words import legible

SHEET_NAME = 31
"""The longest name of a sheet, in the units Excel counts: a sign beyond U+FFFF is two."""

CELL, HEADER = 32_767, 255
"""The longest text of a cell, and of the name of a table's column."""

MADE = dt.datetime(2000, 1, 1)
"""The date in every workbook, so that the same content gives the same bytes."""

FONT, SIZE, TITLE_SIZE, HEADING_SIZE = "Arial", 12, 16, 14
LINE = 1.3
"""How high a line is, in sizes of its font."""

ABOVE, BESIDE = 6.0, 6.0
"""Room above the names of columns, and beside what stands in one, in points."""

TALLEST = 400.0
"""The height of a row that Excel takes, in points."""

DIGIT = 0.556
"""How wide a digit of the font is, in sizes; Excel gives the width of a column in digits."""

NARROWEST, WIDEST, PAGE = 9, 50, 90
"""Widths in digits: of a column, and of a sheet that holds running text only."""


@contextmanager
def new_workbook(path: Path, title: str, **options: object) -> Iterator[Workbook]:
    """Open a workbook that is written to `path` when the block ends without an error.

    The same content gives the same bytes. Text that looks like a formula, a number or an address
    stays text.

    Parameters
    ----------
    path, title
        The file, and the title among its properties.
    **options
        More options of `xlsxwriter.Workbook`.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    data = io.BytesIO()
    as_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(data, {"in_memory": True, **as_text, **options})
    book.set_properties({"title": cut(title, 255), "created": MADE})
    yield book
    book.close()
    with whole(path) as made:
        made.write_bytes(data.getvalue())


def cut(text: str, limit: int = CELL) -> str:
    """Return legible text of at most `limit` units of UTF-16, as Excel counts, ``…`` at a cut."""
    text = legible(text)
    if length(text) <= limit:
        return text
    kept = text.encode("utf-16-le")[: 2 * (limit - 1)].decode("utf-16-le", errors="ignore")
    return kept.rstrip() + "…"


def length(text: str) -> int:
    """Return how long a text is as Excel counts."""
    return len(text.encode("utf-16-le", errors="replace")) // 2


class SheetNames:
    """Gives each sheet of one workbook a name that Excel takes and no other sheet has."""

    def __init__(self) -> None:
        self._taken = {"history"}  # Excel keeps it for itself

    def give(self, wanted: str) -> str:
        """Return the wanted name, mended where Excel forbids it, numbered where it is taken."""
        name = re.sub(r"[\[\]:*?/\\\s]+", " ", legible(wanted)).strip(" '") or "Sheet"
        name = cut(name, SHEET_NAME).strip(" '")
        tried, number = name, 1
        while tried.lower() in self._taken:
            number += 1
            tried = f"{cut(name, SHEET_NAME - len(str(number)) - 1)} {number}"
        self._taken.add(tried.lower())
        return tried


def link_to(sheet: str) -> str:
    """Return the address of a sheet for a link within its workbook."""
    quoted = sheet.replace("'", "''")
    return f"internal:'{quoted}'!A1"


def print_across(sheet: Worksheet) -> None:
    """Print a sheet across A4, all its columns on a page."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def height(cells: Iterable[tuple[str, float]], line: float) -> float:
    """Return how high a row is in which text is wrapped, in the unit of `line`, which is its line.

    Without it LibreOffice prints the lines of a cell over the row below.

    Parameters
    ----------
    cells
        The texts of the row, and how many signs go on a line of each.
    line
        The height of one line.
    """
    lines = [
        sum(len(textwrap.wrap(part, max(int(width), 1))) or 1 for part in text.split("\n"))
        for text, width in cells
    ]
    return min(max(lines, default=1) * line, TALLEST)


# -- What a sheet holds ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Number:
    """How a number is shown: with so many places, as a percentage, in groups of three digits."""

    places: int = 0
    percent: bool = False
    grouped: bool = False

    @property
    def code(self) -> str:
        """The format as Excel writes it."""
        whole = "#,##0" if self.grouped else "0"
        return whole + ("." + "0" * self.places if self.places else "") + "%" * self.percent

    def text(self, value: float) -> str:
        """Return a number as it is shown."""
        return f"{value:{',' * self.grouped}.{self.places}{'%' if self.percent else 'f'}}"


Cell = str | int | float


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    name, cells
        Its name, and what it holds; none is empty.
    kind
        How its numbers are shown; ``None`` for text.
    widest
        The most digits that a line of it takes.
    """

    name: str
    cells: Sequence[Cell]
    kind: Number | None = None
    widest: int = WIDEST

    @property
    def texts(self) -> list[str]:
        """The cells as they are shown."""
        return [
            cut(cell) if isinstance(cell, str) else (self.kind or Number()).text(cell)
            for cell in self.cells
        ]

    @property
    def width(self) -> int:
        """A width that suits what it holds."""
        texts = [self.name, *self.texts]
        longest = max(len(line) for text in texts for line in text.split("\n"))
        return min(max(longest + 2, NARROWEST), self.widest)


@dataclass(frozen=True)
class Line:
    """A line of text on a sheet, and the sheet that it leads to, if it is a link."""

    text: str
    look: Literal["text", "title", "heading", "label"] = "text"
    to: str = ""


@dataclass(frozen=True)
class Sheet:
    """A sheet: the lines at its head, the first of which is its title, and its table, if any.

    Attributes
    ----------
    name
        Its name, from `SheetNames`.
    lines
        What stands above the table. Without a table it is running text, and wrapped.
    columns
        The table, whose columns are of one length. Names of columns that Excel takes for the same
        get a number.
    links
        The sheets that the cells of the first column lead to, if they are links.
    """

    name: str
    lines: Sequence[Line]
    columns: Sequence[Column] = ()
    links: Sequence[str] = ()

    @property
    def headers(self) -> list[str]:
        """The names of the columns, each once and on one line, as a table of Excel wants them."""
        names: list[str] = []
        for number, column in enumerate(self.columns, 1):
            name = " ".join(cut(column.name, HEADER - 5).split()) or f"Column {number}"
            taken = {one.lower() for one in names}
            names.append(f"{name} ({number})" if name.lower() in taken else name)
        return names

    @property
    def rows(self) -> int:
        """How many rows the table has, without its header."""
        return len(self.columns[0].cells) if self.columns else 0

    def heights(self) -> Iterator[float]:
        """The height of each row in points: of the lines, of the header, of the table."""
        for line in self.lines:
            size = _SIZES.get(line.look, SIZE)
            width = PAGE * SIZE / size if not self.columns else len(line.text) + 1
            yield height([(cut(line.text), width)], size * LINE)
        if self.columns:
            widths = [column.width - 1 for column in self.columns]
            texts = [column.texts for column in self.columns]
            yield height(zip(self.headers, widths, strict=True), SIZE * LINE) + ABOVE
            for row in zip(*texts, strict=True):
                yield height(zip(row, widths, strict=True), SIZE * LINE)


_SIZES = {"title": TITLE_SIZE, "heading": HEADING_SIZE}


def table_name(sheet: Sheet, number: int) -> str:
    """Return a name for the table of a sheet of this number, which no cell and no other has."""
    return f"table_{number}_{re.sub(r'[^A-Za-z0-9]+', '_', sheet.name)}"


# -- Excel ----------------------------------------------------------------------------------------


def write_xlsx(path: Path, title: str, sheets: Sequence[Sheet]) -> None:
    """Write a workbook for Excel.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    font = {"font_name": FONT, "font_size": SIZE}
    with new_workbook(path, title, default_format_properties=font) as book:
        looks = _Looks(book)
        for number, sheet in enumerate(sheets, 1):
            _fill_xlsx(book.add_worksheet(sheet.name), sheet, table_name(sheet, number), looks)


class _Looks:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[str, Any] = {}

    def __call__(self, **properties: object) -> Any:
        """Return the format with some properties."""
        key = repr(properties)
        if key not in self._made:
            self._made[key] = self._book.add_format({"valign": "top", **properties})
        return self._made[key]


INK = "#0f5e9c"
_LINKED = {"font_color": INK, "underline": 1}


def _fill_xlsx(page: Any, sheet: Sheet, table: str, looks: _Looks) -> None:
    for row, high in enumerate(sheet.heights()):
        page.set_row(row, high)
    if not sheet.columns:
        page.set_column(0, 0, PAGE)
    for row, line in enumerate(sheet.lines):
        look: dict[str, Any] = {"bold": True} if line.look != "text" else {}
        look |= {"font_size": _SIZES[line.look]} if line.look in _SIZES else {}
        look |= {} if sheet.columns else {"text_wrap": True}
        if line.to:
            page.write_url(row, 0, link_to(line.to), looks(**look, **_LINKED), cut(line.text))
        else:
            page.write_string(row, 0, cut(line.text), looks(**look))
    first = len(sheet.lines)
    heads = []
    for place, (name, column) in enumerate(zip(sheet.headers, sheet.columns, strict=True)):
        page.set_column(place, place, column.width)
        # what stands for a number keeps to the side of the numbers
        side = {"align": "right" if column.kind else "left", "indent": int(place > 0)}
        head = looks(bold=True, text_wrap=True, bottom=1, **side | {"valign": "bottom"})
        heads.append({"header": name, "header_format": head})
        page.write_string(first, place, name, head)
        for row, cell in enumerate(column.cells, first + 1):
            if isinstance(cell, str):
                page.write_string(row, place, cut(cell), looks(text_wrap=True, **side))
            else:
                code = (column.kind or Number()).code
                page.write_number(row, place, cell, looks(num_format=code, **side))
    for row, to in enumerate(sheet.links, first + 1):
        shown = sheet.columns[0].texts[row - first - 1]
        page.write_url(row, 0, link_to(to), looks(text_wrap=True, **_LINKED), shown)
    if sheet.rows:
        options = {"name": table, "style": None, "autofilter": False, "columns": heads}
        page.add_table(first, 0, first + sheet.rows, len(heads) - 1, options)
        page.repeat_rows(first)
    print_across(page)
