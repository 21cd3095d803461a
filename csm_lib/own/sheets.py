"""Sheets that every reader can use, described once and written as Excel and as OpenDocument.

They follow the rules of the Government Analysis Function for accessible spreadsheets: everything
begins in column A, a title and some lines stand above one marked-up table, no cell is merged or
empty, and nothing is frozen, filtered, hidden, filled or told by colour. (gptables 2.0 writes such
workbooks too, but makes formulas and links of what is in a cell, refuses a cell that holds a dash,
and knows no rows' heights, no shares, no fixed bytes and no OpenDocument.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

from xlsxwriter.utility import xl_range

from csm_lib.download import zipped
from csm_lib.files import whole
from csm_lib.own.workbook import cut, height, link_to, new_workbook, print_across
from csm_lib.templates import render

HEADER = 255
"""The longest name of a table's column."""

FONT, SIZE, INK = "Arial", 12, "#0f5e9c"
SIZES = {"title": 16, "heading": 14}
LINE = 1.3
"""How high a line is, in sizes of its font."""

ROOM = 6.0
"""Room above the names of columns, and beside what stands in one, in points."""

DIGIT = 0.556
"""How wide a digit of the font is, in sizes; Excel gives the width of a column in digits."""

NARROWEST, WIDEST, PAGE = 9, 50, 90
"""Widths in digits: of a column, and of a sheet that holds running text only."""


# -- What a sheet holds ---------------------------------------------------------------------------


class Number(NamedTuple):
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


class Look(NamedTuple):
    """How a cell looks; `number` is how the number in it is shown."""

    size: int = SIZE
    bold: bool = False
    wrap: bool = False
    link: bool = False
    head: bool = False
    side: Literal["", "left", "right"] = ""
    inset: bool = False
    number: Number | None = None


Cell: TypeAlias = tuple[str | int | float, Look, str]
"""What a cell holds, how it looks and, of a link, the sheet it leads to."""


@dataclass(frozen=True)
class Column:
    """A column of a table; none of its cells is empty.

    `kind` is how its numbers are shown, ``None`` for text; `widest` is the most digits that a line
    of it takes.
    """

    name: str
    cells: Sequence[str | int | float]
    kind: Number | None = None
    widest: int = WIDEST

    @property
    def texts(self) -> list[str]:
        """The cells as they are shown."""
        shown = (self.kind or Number()).text
        return [cut(cell) if isinstance(cell, str) else shown(cell) for cell in self.cells]

    def made(self, look: Look) -> list[Cell]:
        """Return its cells, which look like this unless they are numbers."""
        number = look._replace(wrap=False, number=self.kind or Number())
        held = zip(self.cells, self.texts, strict=True)
        return [(t, look, "") if isinstance(c, str) else (c, number, "") for c, t in held]

    @property
    def width(self) -> int:
        """A width that suits what it holds."""
        lines = [line for text in (self.name, *self.texts) for line in text.split("\n")]
        return min(max(max(map(len, lines)) + 2, NARROWEST), self.widest)


class Line(NamedTuple):
    """A line of text on a sheet, and the sheet that it leads to, if it is a link.

    Its look is ``text``, ``title``, ``heading`` or ``label``.
    """

    text: str
    look: str = "text"
    to: str = ""


@dataclass(frozen=True)
class Sheet:
    """A sheet: the lines at its head, the first of which is its title, and its table, if any.

    Without a table its lines are running text, and wrapped. Names of columns that Excel takes for
    the same get a number. `links` are the sheets that the cells of the first column lead to, if
    they are links.
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
    def widths(self) -> list[int]:
        """The widths of its columns, in digits."""
        return [column.width for column in self.columns] or [PAGE]

    @property
    def area(self) -> str:
        """Where its table stands, with its header; empty where it has no rows."""
        rows = len(self.columns[0].cells) if self.columns else 0
        first = len(self.lines)
        return xl_range(first, 0, first + rows, len(self.columns) - 1) if rows else ""

    def table(self, number: int) -> str:
        """Return a name for its table, which no cell and no table of another number has."""
        return f"table_{number}_{re.sub(r'[^A-Za-z0-9]+', '_', self.name)}"

    def grid(self) -> Iterator[tuple[float, list[Cell]]]:
        """Every row: its height in points, and its cells."""
        for line in self.lines:
            size, text = SIZES.get(line.look, SIZE), cut(line.text)
            width = len(text) + 1 if self.columns else PAGE * SIZE / size
            look = Look(size, line.look != "text", wrap=not self.columns, link=bool(line.to))
            yield height([(text, width)], size * LINE), [(text, look, line.to)]
        if not self.columns:
            return
        # what stands for a number keeps to the side of the numbers
        looks = [
            Look(wrap=True, side="right" if column.kind else "left", inset=place > 0)
            for place, column in enumerate(self.columns)
        ]
        widths = [width - 1 for width in self.widths]
        high = height(zip(self.headers, widths, strict=True), SIZE * LINE) + ROOM
        heads = [look._replace(bold=True, head=True) for look in looks]
        yield high, [(name, head, "") for name, head in zip(self.headers, heads, strict=True)]
        made = [c.made(look) for c, look in zip(self.columns, looks, strict=True)]
        texts = zip(*(column.texts for column in self.columns), strict=True)
        for row, (cells, shown) in enumerate(zip(zip(*made, strict=True), texts, strict=True)):
            link = [(shown[0], Look(wrap=True, link=True), self.links[row])] if self.links else []
            high = height(zip(shown, widths, strict=True), SIZE * LINE)
            yield high, [*link, *cells[len(link) :]]


# -- Excel ----------------------------------------------------------------------------------------


def write_xlsx(path: Path, title: str, sheets: Sequence[Sheet]) -> None:
    """Write a workbook for Excel."""
    font = {"font_name": FONT, "font_size": SIZE}
    with new_workbook(path, title, default_format_properties=font) as book:
        style = cache(lambda look: book.add_format(_in_excel(look)))
        for number, sheet in enumerate(sheets, 1):
            page = book.add_worksheet(sheet.name)
            for place, width in enumerate(sheet.widths):
                page.set_column(place, place, width)
            heads = []
            for row, (high, cells) in enumerate(sheet.grid()):
                page.set_row(row, high)
                for place, (value, look, to) in enumerate(cells):
                    if to:
                        page.write_url(row, place, link_to(to), style(look), value)
                    else:
                        write = page.write_string if isinstance(value, str) else page.write_number
                        write(row, place, value, style(look))
                    if look.head:
                        heads.append({"header": value, "header_format": style(look)})
            if sheet.area:
                options = {"name": sheet.table(number), "columns": heads, "style": None}
                page.add_table(sheet.area, {**options, "autofilter": False})
                page.repeat_rows(len(sheet.lines))
            print_across(page)


def _in_excel(look: Look) -> dict[str, Any]:
    """Return how something looks as `xlsxwriter` names it."""
    made: dict[str, Any] = {"valign": "top", "font_size": look.size, "bold": look.bold}
    made |= {"text_wrap": look.wrap, "align": look.side, "indent": int(look.inset)}
    made |= {"font_color": INK, "underline": 1} if look.link else {}
    made |= {"valign": "bottom", "bottom": 1} if look.head else {}
    return made | ({"num_format": look.number.code} if look.number else {})


# -- OpenDocument ---------------------------------------------------------------------------------


def write_ods(path: Path, title: str, sheets: Sequence[Sheet]) -> None:
    """Write a workbook with the same content as `write_xlsx`, for LibreOffice.

    Its parts are the templates of ``csm_lib/templates/ods``.
    """
    grids = [(sheet, list(sheet.grid())) for sheet in sheets]
    rows = [row for _, grid in grids for row in grid]
    looks = dict.fromkeys(look for _, cells in rows for _, look, _ in cells)
    values = {
        "title": cut(title, 255), "sheets": grids, "spaced": _spaced,
        "looks": {look: f"s{number}" for number, look in enumerate(looks, 1)},
        "widths": sorted({width for sheet in sheets for width in sheet.widths}),
        "heights": sorted({high for high, _ in rows}),
        "font": FONT, "size": SIZE, "sizes": SIZES, "ink": INK, "digit": DIGIT * SIZE, "room": ROOM,
    }  # fmt: skip
    parts = ("META-INF/manifest.xml", "content.xml", "styles.xml", "meta.xml")
    files = {part: render(f"ods/{Path(part).name}", **values).encode() for part in parts}
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    with whole(path) as made:
        made.write_bytes(zipped({"mimetype": kind, **files}))


def _spaced(text: str) -> str:
    """Return a line as XML whose spaces all count: a program drops those that stand together."""
    from markupsafe import Markup, escape

    spaces = re.compile(r"^ +| +$| {2,}")
    return Markup(spaces.sub(lambda run: f'<text:s text:c="{len(run[0])}"/>', escape(text)))
