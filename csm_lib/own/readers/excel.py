"""Reading Excel workbooks (.xlsx). No formula is run; no link is followed."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from array import array
from xml.etree import ElementTree
from xml.parsers import expat

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum

from csm_lib.own.readers.grid import Coder, Grid, Refused, plain_text, refuse_size
from csm_lib.own.readers.limits import (
    MAX_MEMBERS,
    MAX_RATIO,
    MAX_SHEET_CELLS,
    MAX_SHEETS,
    MAX_UNPACKED,
    RATIO_FROM,
)

Cells = dict[tuple[int, int], str]
"""Texts by row and column, from 0."""

DAMAGED = "Open it in Excel or LibreOffice and save it again as .xlsx."

_FAR = re.compile(rb"""\br\s*=\s*["']\s*([A-Za-z]{0,9})([0-9]{1,9})\b""")
_ENTITIES = (b"<!DOCTYPE", b"<!ENTITY")


def read_excel(path: str) -> list[Grid]:
    """Read every sheet of a workbook; the names of the columns are left in the first row."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_archive(archive)
            parts = _sheet_parts(archive)
            special = {name: _special(archive, part) for name, part in parts.items()}
        workbook = CalamineWorkbook.from_path(path)
    except PasswordError:
        raise Refused("is protected by a password. Save a copy without one.") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as reason:
        raise Refused(f"is no whole workbook ({reason}). {DAMAGED}") from None
    kinds = {sheet.name: sheet.typ for sheet in workbook.sheets_metadata}
    names = [name for name in workbook.sheet_names if kinds[name] == SheetTypeEnum.WorkSheet]
    unknown = [name for name in names if name not in parts]
    if unknown:
        raise Refused(f"has a sheet {unknown[0]!r} that is not where it should be. {DAMAGED}")
    return [_grid(workbook.get_sheet_by_name(name), *special[name]) for name in names]


def _check_archive(archive: zipfile.ZipFile) -> None:
    """Refuse an archive that unpacks to too much, or whose XML declares entities."""
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise Refused(f"has {len(members):,} parts; a workbook has a few. {DAMAGED}")
    unpacked = 0
    for member in members:
        unpacked += member.file_size
        if member.file_size > max(RATIO_FROM, MAX_RATIO * member.compress_size):
            raise Refused(
                f"has a part {member.filename!r} that becomes {MAX_RATIO} times larger when it is "
                "unpacked: it may be a zip bomb. Do not open it unless you know who made it. "
                "Save the returns alone in a new workbook."
            )
    if unpacked > MAX_UNPACKED:
        raise Refused(
            f"unpacks to more than {MAX_UNPACKED >> 20} MB. Save the returns alone in a new "
            "workbook, or as CSV."
        )
    for member in members:
        if member.filename.lower().endswith((".xml", ".rels")):
            text = _read(archive, member.filename)
            if any(mark in text for mark in _ENTITIES) or text[:2] in (b"\xff\xfe", b"\xfe\xff"):
                raise Refused(
                    f"has a part {member.filename!r} that declares entities or is not UTF-8, as "
                    f"no spreadsheet program writes it. {DAMAGED}"
                )


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return a part, whose size `_check_archive` found fit; zipfile holds it to that size."""
    try:
        return archive.read(name)
    except KeyError:
        raise Refused(f"has no part {name!r}: it is no workbook. {DAMAGED}") from None


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return, by name of a sheet, the part of the archive that holds it."""
    try:
        links = ElementTree.fromstring(_read(archive, "xl/_rels/workbook.xml.rels"))
        book = ElementTree.fromstring(_read(archive, "xl/workbook.xml"))
    except ElementTree.ParseError as reason:
        raise Refused(f"is no whole workbook ({reason}). {DAMAGED}") from None
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    parts: dict[str, str] = {}
    for sheet in book.iter():
        if sheet.tag.rpartition("}")[2] == "sheet":
            link = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), None)
            target = targets.get(link, "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            parts[sheet.get("name", "")] = posixpath.normpath(part)
    if len(parts) > MAX_SHEETS:
        raise Refused(f"has {len(parts):,} sheets; up to {MAX_SHEETS} are read. Split it.")
    return parts


def _special(archive: zipfile.ZipFile, part: str) -> tuple[Cells, Cells]:
    """Return the errors of a sheet, such as #N/A, and the formulas whose value is not stored.

    Calamine gives both as empty cells; an analyst must see them.
    """
    text = _read(archive, part)
    columns = rows = 0
    for letters, digits in _FAR.findall(text) if _reaches_far(text) else ():
        columns = max(columns, _column_number(letters.decode().upper()))
        rows = max(rows, int(digits))
    if columns * rows > MAX_SHEET_CELLS:
        raise Refused(
            f"has a sheet with cells as far as row {rows:,} and column {columns:,}; up to "
            f"{MAX_SHEET_CELLS:,} cells are read. Delete the stray cells below and to the right "
            "of the table, or save it as CSV."
        )
    if b"<f" not in text and b":f" not in text and not re.search(rb"""\bt\s*=\s*["']e""", text):
        return {}, {}
    return _Scan().read(text)


def _reaches_far(text: bytes) -> bool:
    """Return whether a sheet has a cell beyond column ZZ or row 9,999."""
    return re.search(rb"""\br\s*=\s*["']\s*([A-Za-z]{3,}|[A-Za-z]*[0-9]{5,})""", text) is not None


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


class _Scan:
    """Finds the errors and the formulas without a value in the XML of a sheet."""

    def __init__(self) -> None:
        self.errors: Cells = {}
        self.formulas: Cells = {}
        self.row = self.column = -1
        self.error = self.text_value = self.has_formula = self.has_value = False
        self.formula = self.value = ""
        self.inside = ""

    def read(self, text: bytes) -> tuple[Cells, Cells]:
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.characters
        try:
            parser.Parse(text, True)
        except expat.ExpatError as reason:
            raise Refused(f"has a sheet that is not whole ({reason}). {DAMAGED}") from None
        return self.errors, self.formulas

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition("}")[2]
        if tag == "row":
            given = attributes.get("r", "")
            self.row = int(given) - 1 if given.isdecimal() and len(given) < 9 else self.row + 1
            self.column = -1
        elif tag == "c":
            letters = re.match("[A-Za-z]{1,3}(?=[0-9])", attributes.get("r", ""))
            self.column = _column_number(letters[0].upper()) - 1 if letters else self.column + 1
            self.error = attributes.get("t") == "e"
            self.text_value = attributes.get("t") in ("str", "s", "inlineStr")
            self.has_formula = self.has_value = False
            self.formula = self.value = ""
        elif tag == "f":
            self.has_formula = True
            self.inside = "f"
        elif tag == "v":
            self.inside = "v"

    def characters(self, text: str) -> None:
        if self.inside == "f":
            self.formula += text
        elif self.inside == "v":
            self.value += text
            self.has_value = True

    def end(self, tag: str) -> None:
        tag = tag.rpartition("}")[2]
        if tag in ("f", "v"):
            self.inside = ""
        elif tag == "c":
            place = (self.row, self.column)
            if self.error:
                self.errors[place] = self.value or "#ERROR"
            elif self.has_formula and not self.has_value and not self.text_value:
                self.formulas[place] = f"={self.formula}"


def _grid(sheet: CalamineSheet, errors: Cells, formulas: Cells) -> Grid:
    notices = []
    for cells, what, remedy in (
        (errors, "hold an error in place of a value", "Correct the formulas"),
        (
            formulas,
            "hold a formula whose value is not stored",
            "Open the workbook in Excel or LibreOffice and save it, or paste the values",
        ),
    ):
        if cells:
            (at, column), text = min(cells.items())
            notices.append(
                f"sheet {sheet.name!r}: {len(cells):,} cells {what}, such as {text[:40]!r} in "
                f"{_letters(column)}{at + 1}. {remedy}."
            )
    if sheet.start is None and not errors and not formulas:
        return Grid(sheet.name, [])
    height = offset = end = 0
    if sheet.start is not None and sheet.end is not None:
        height, offset, end = sheet.end[0] + 1, sheet.start[1], sheet.end[1] + 1
    special = {**errors, **formulas}
    width = max([end, *(column + 1 for _, column in special)])
    height = max([height, *(row + 1 for row, _ in special)])
    if width * height > MAX_SHEET_CELLS:
        raise Refused(
            f"has a sheet {sheet.name!r} of {height:,} rows and {width:,} columns; up to "
            f"{MAX_SHEET_CELLS:,} cells are read. Delete the stray cells below and to the right "
            "of the table, or save it as CSV."
        )
    coders = [Coder() for _ in range(width)]
    columns = [array("i", [-1]) * height for _ in range(width)]
    if sheet.start is not None:
        for number, values in enumerate(sheet.iter_rows()):
            for column, value in enumerate(values, start=offset):
                if value != "":
                    columns[column][number] = coders[column][_text(value)]
    for (number, column), text in special.items():
        columns[column][number] = coders[column][text]
    refuse_size(sum(1 for coder in coders if len(coder) > 1), height)
    merged = [
        (top + 1, left + 1, bottom + 1, right + 1)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or []
    ]
    return Grid(
        sheet.name,
        [coder.column(codes) for coder, codes in zip(coders, columns, strict=True)],
        merged=merged,
        notices=notices,
    )


def _letters(column: int) -> str:
    """Return the letters of a column, counted from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _text(value: object) -> str:
    """Return a cell as a person writes it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return plain_text(value)
