"""The sheets of `csm_lib.own.workbook` as an OpenDocument spreadsheet, for LibreOffice."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from odf import dc, number, style, table, teletype, text
from odf.element import Element
from odf.namespaces import LOEXTNS
from odf.opendocument import OpenDocumentSpreadsheet
from xlsxwriter.utility import xl_rowcol_to_cell

from csm_lib.download import zipped
from csm_lib.files import whole
from csm_lib.own.workbook import (
    BESIDE,
    DIGIT,
    FONT,
    HEADING_SIZE,
    INK,
    PAGE,
    SIZE,
    TITLE_SIZE,
    Cell,
    Column,
    Number,
    Sheet,
    cut,
    table_name,
)

Properties = Mapping[str, Mapping[str, str]]
"""How something looks: attributes by the kind of property that odfpy knows them by."""

HEADINGS = {"title": "Heading_20_1", "heading": "Heading_20_2"}
WRAPPED = {"TableCellProperties": {"wrapoption": "wrap"}}
BOLD = {"TextProperties": {"fontweight": "bold"}}
LINK = {"TextProperties": {"color": INK, "textunderlinestyle": "solid"}}
HEAD = {
    "TableCellProperties": {
        "wrapoption": "wrap",
        "verticalalign": "bottom",
        "borderbottom": "0.75pt solid #000000",
    }
}


def write_ods(path: Path, title: str, sheets: Sequence[Sheet]) -> None:
    """Write a workbook with the same content as `csm_lib.own.workbook.write_xlsx`.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    # odfpy declares in each part whatever names any document of the process has used before
    Element.namespaces.clear()
    document = OpenDocumentSpreadsheet()
    document.meta.addElement(dc.Title(text=cut(title, 255)))
    styles = _Styles(document)
    ranges = table.DatabaseRanges()
    for place, sheet in enumerate(sheets, 1):
        document.spreadsheet.addElement(_table(sheet, styles))
        if sheet.rows:
            first = len(sheet.lines)
            ends = ((first, 0), (first + sheet.rows, len(sheet.columns) - 1))
            ranges.addElement(
                table.DatabaseRange(
                    name=table_name(sheet, place),
                    targetrangeaddress=":".join(_address(sheet.name, *end) for end in ends),
                    containsheader="true",
                )
            )
    document.spreadsheet.addElement(ranges)
    data = io.BytesIO()
    document.write(data)
    # odfpy dates the parts by the clock
    with zipfile.ZipFile(data) as parts, whole(path) as made:
        made.write_bytes(zipped({part: parts.read(part) for part in parts.namelist()}))


class _Styles:
    """The styles of one document, each made once and named in the order in which it is used."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._made: dict[tuple[str, str], str] = {}
        look = {"fontfamily": FONT, "fontsize": f"{SIZE}pt", "language": "en", "country": "GB"}
        top = {"TableCellProperties": {"verticalalign": "top"}, "TextProperties": look}
        document.styles.addElement(_style("Default", top, family="table-cell"))
        # print across the sheet, as many columns on a page as there are
        across = style.PageLayoutProperties(
            printorientation="landscape", pagewidth="297mm", pageheight="210mm", margin="15mm"
        )
        across.setAttrNS(LOEXTNS, "scale-to-X", "1")
        across.setAttrNS(LOEXTNS, "scale-to-Y", "0")
        pages = style.PageLayout(name="pages")
        pages.addElement(across)
        document.automaticstyles.addElement(pages)
        document.masterstyles.addElement(style.MasterPage(name="Default", pagelayoutname="pages"))
        # under these names a program knows them for headings
        for level, size in (("1", TITLE_SIZE), ("2", HEADING_SIZE)):
            large = {"TextProperties": {"fontsize": f"{size}pt", "fontweight": "bold"}}
            named = {"displayname": f"Heading {level}", "family": "table-cell"}
            one = _style(f"Heading_20_{level}", large, **named, parentstylename="Default")
            document.styles.addElement(one)

    def of(self, family: str, properties: Properties, **own: str) -> str:
        """Return the name of a style, made of some properties by the kind they are of."""
        key = (family, repr((properties, own)))
        if key not in self._made:
            self._made[key] = name = f"s{len(self._made) + 1}"
            self._document.automaticstyles.addElement(
                _style(name, properties, family=family, **own)
            )
        return self._made[key]

    def cell(self, properties: Properties, parent: str = "Default") -> str:
        """Return the name of a style of a cell."""
        return self.of("table-cell", properties, parentstylename=parent)

    def number(self, kind: Number, properties: Properties) -> str:
        """Return the name of the style of a cell that shows a number so."""
        key = ("number", repr(kind))
        if key not in self._made:
            self._made[key] = name = f"n{len(self._made) + 1}"
            shown = (number.PercentageStyle if kind.percent else number.NumberStyle)(name=name)
            grouped = {"grouping": "true"} if kind.grouped else {}
            places = str(kind.places)
            shown.addElement(number.Number(decimalplaces=places, minintegerdigits="1", **grouped))
            if kind.percent:
                shown.addElement(number.Text(text="%"))
            self._document.automaticstyles.addElement(shown)
        own = {"parentstylename": "Default", "datastylename": self._made[key]}
        return self.of("table-cell", properties, **own)


def _style(name: str, properties: Properties, **own: str) -> Any:
    made = style.Style(name=name, **own)
    for kind, values in properties.items():
        made.addElement(getattr(style, kind)(**values))
    return made


def _table(sheet: Sheet, styles: _Styles) -> Any:
    made = table.Table(name=sheet.name)
    for width in [column.width for column in sheet.columns] or [PAGE]:
        wide = {"columnwidth": f"{width * DIGIT * SIZE + BESIDE:.1f}pt"}
        named = styles.of("table-column", {"TableColumnProperties": wide})
        made.addElement(table.TableColumn(stylename=named))
    heights = sheet.heights()

    def add_row(cells: Iterable[Any], to: Any = made) -> None:
        high = {"rowheight": f"{next(heights):.1f}pt", "useoptimalrowheight": "false"}
        row = table.TableRow(stylename=styles.of("table-row", {"TableRowProperties": high}))
        for cell in cells:
            row.addElement(cell)
        to.addElement(row)

    for line in sheet.lines:
        look: Properties = {} if sheet.columns else WRAPPED
        look = {**look, **BOLD} if line.look == "label" else look
        look = {**look, **LINK} if line.to else look
        add_row([_text(line.text, styles.cell(look, HEADINGS.get(line.look, "Default")), line.to)])
    if not sheet.columns:
        return made
    sides = [_side(column, place) for place, column in enumerate(sheet.columns)]
    header = table.TableHeaderRows()
    heads = zip(sheet.headers, sides, strict=True)
    add_row([_text(n, styles.cell({**HEAD, **BOLD, **side})) for n, side in heads], to=header)
    made.addElement(header)
    for place in range(sheet.rows):
        cells = [
            _cell(column.kind or Number(), column.cells[place], side, styles)
            for column, side in zip(sheet.columns, sides, strict=True)
        ]
        if sheet.links:
            named = styles.cell({**WRAPPED, **LINK})
            cells[0] = _text(sheet.columns[0].texts[place], named, sheet.links[place])
        add_row(cells)
    return made


def _side(column: Column, place: int) -> Properties:
    """Return on which side the cells of a column stand, and how far from it."""
    room = f"{BESIDE if place else 0}pt"
    if column.kind:
        return {"ParagraphProperties": {"textalign": "end", "marginright": room}}
    return {"ParagraphProperties": {"textalign": "start", "marginleft": room}}


def _cell(kind: Number, cell: Cell, side: Properties, styles: _Styles) -> Any:
    if isinstance(cell, str):
        return _text(cell, styles.cell({**WRAPPED, **side}))
    value_type = "percentage" if kind.percent else "float"
    named = styles.number(kind, side)
    made = table.TableCell(valuetype=value_type, value=repr(cell), stylename=named)
    made.addElement(text.P(text=kind.text(cell)))
    return made


def _text(words: str, named: str, to: str = "") -> Any:
    made = table.TableCell(valuetype="string", stylename=named)
    for line in cut(words).split("\n"):
        paragraph = place = text.P()
        if to:
            place = text.A(href=f"#{_address(to, 0, 0)}", type="simple")
            paragraph.addElement(place)
        teletype.addTextToElement(place, line)  # keeps spaces that stand together
        made.addElement(paragraph)
    return made


def _address(sheet: str, row: int, column: int) -> str:
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'.{xl_rowcol_to_cell(row, column)}"
