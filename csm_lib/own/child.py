"""What reads files in foreign formats, in a process of its own.

The libraries that read Excel, OpenDocument, SPSS, Stata and Parquet are native code. A damaged or
hostile file can crash them, or make them ask for all the memory there is; in a process of their
own, with a bound on memory and time, that ends in an error message. `csm_lib.own.read` runs this
file as a program, which therefore imports nothing of the package. The answer is one Arrow stream:
the cells of all sheets, and in its metadata, as JSON, what there is to say of each sheet.

In .xls and .xlsb only whole sheets are known to be hidden: the library does not tell their hidden
rows and columns, nor their errors such as #N/A, which it gives as empty cells. In .xlsx, .xlsm
and .ods these are read from the XML.
"""

from __future__ import annotations

import contextlib
import datetime
import io
import json
import os
import posixpath
import re
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

MAX_COLUMNS = 5_000
"""Columns of a table. The longest questionnaires have some hundreds."""

MAX_CELLS = 10_000_000
"""Cells of a table, blank ones between its columns included."""

MAX_AREA = 20_000_000
"""Cells of the used area of a sheet, blank rows included. Each takes 50 bytes."""

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
"""Where a sheet ends, at XFD1048576."""

MAX_SHEETS = 200
"""Sheets of a workbook."""

MAX_MEMBERS = 10_000
"""Files in a workbook that is a zip archive."""

MAX_UNPACKED = 512 << 20
"""Bytes of a workbook once unpacked."""

MAX_RATIO = 200
"""How many times larger a part of a workbook may become. Sheets full of one word become 25
times larger, zip bombs 1,000 times."""

RATIO_FROM = 1 << 20
"""Bytes below which a part's ratio is of no concern."""

THRIFT = 64 << 20
"""Bytes a footer of Parquet may claim for one of its texts or lists."""

MEMORY = 4 << 30
"""Bytes of memory the process may take, where the system can hold it to that."""

SECONDS = 180
"""How long the process may take."""

DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    RuntimeError,
    NotImplementedError,
    ValueError,
    ElementTree.ParseError,
)
"""What a damaged workbook makes the standard library raise."""

AGAIN = "Open it in Excel or LibreOffice and save it again as .xlsx."


class Refused(Exception):
    """A file that will not be read. The message is a sentence or two: what, and the remedy."""


@dataclass
class Found:
    """A sheet as it is handed over; `csm_lib.own.read.Sheet` says what each part means."""

    cells: pa.Table
    name: str = ""
    names: list[str] | None = None
    hidden: bool = False
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    value_labels: dict[str, dict[str, str]] = field(default_factory=dict)
    missing: dict[str, list[str]] = field(default_factory=dict)
    sets: list[tuple[str, list[str], str]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def long(rows: Sequence[Sequence[str]], numbers: Sequence[int]) -> pa.Table:
    """Return the cells of some rows, one to a row; rows may be of different lengths."""
    widths = np.fromiter(map(len, rows), np.int64, len(rows))
    refuse_size(int(widths.max(initial=0)), int(widths.sum()))
    starts = np.repeat(np.cumsum(widths) - widths, widths)
    cells = pa.table(
        {
            "row": np.repeat(np.asarray(numbers, dtype=np.int64), widths),
            "column": np.arange(len(starts)) - starts + 1,
            "text": pa.array(chain.from_iterable(rows), pa.large_string()),
        }
    )
    return cells.filter(pc.not_equal(cells["text"], ""))


def refuse_size(columns: int, cells: int) -> None:
    """Refuse a table of too many columns or cells."""
    if columns > MAX_COLUMNS:
        raise Refused(
            f"has {columns:,} columns; up to {MAX_COLUMNS:,} are read. Keep only those of the "
            "returns."
        )
    if cells > MAX_CELLS:
        raise Refused(
            f"has {cells:,} cells; up to {MAX_CELLS:,} are read. Split the file, or keep only "
            "the columns of the returns."
        )


def written(value: Any) -> str:
    """Return a value as a person writes it; empty text where it is missing."""
    if isinstance(value, str):
        return value
    if value is None or value != value:  # not a number
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


# ---------------------------------------------------------------- workbooks


@dataclass
class Marks:
    """What the XML of a sheet says that calamine does not. Places are rows and columns from 1."""

    name: str
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    noughts: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    bottom: int = 0
    right: int = 0

    def reach(self, row: int, column: int) -> None:
        """Take a cell that holds something into the used area, of which each cell costs memory."""
        self.bottom, self.right = max(self.bottom, row), max(self.right, column)
        if self.bottom > LAST_ROW or self.right > LAST_COLUMN:
            raise Refused(
                f"has a sheet {self.name!r} with a cell in row {row:,} and column {column:,}; a "
                f"sheet ends at row {LAST_ROW:,} and column {LAST_COLUMN:,} (XFD). {AGAIN}"
            )
        if self.bottom * self.right > MAX_AREA:
            raise Refused(
                f"has a sheet {self.name!r} with cells as far as row {self.bottom:,} and column "
                f"{self.right:,}; up to {MAX_AREA:,} cells are read. Delete the stray cells below "
                "and to the right of the table, or save it as CSV."
            )


def read_workbook(path: str) -> list[Found]:
    """Read every sheet of a workbook. No formula is run; no link is followed."""
    from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    data = Path(path).read_bytes()
    try:
        if data[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                _check_archive(archive)
                marks = _marks(archive)
        elif "EncryptedPackage".encode("utf-16-le") in data:
            raise PasswordError
        else:
            marks = None
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    except PasswordError:
        raise Refused("is protected by a password. Save a copy without one.") from None
    except DAMAGE as reason:
        raise Refused(f"is no whole workbook ({reason}). {AGAIN}") from None
    about = [one for one in workbook.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    if len(about) > MAX_SHEETS:
        raise Refused(f"has {len(about):,} sheets; up to {MAX_SHEETS} are read. Split it.")
    found = []
    for one in about:
        if marks is not None and one.name not in marks:
            raise Refused(f"has a sheet {one.name!r} that is not where it should be. {AGAIN}")
        known = Marks(one.name) if marks is None else marks[one.name]
        sheet = _sheet(workbook.get_sheet_by_name(one.name), known)
        sheet.hidden = one.visible != SheetVisibleEnum.Visible
        found.append(sheet)
    if marks is None and found:
        found[0].notices.append(
            "is .xls or .xlsb, of which hidden rows and columns, and cells that hold an error such "
            "as #N/A, are not known. If there are any, save it as .xlsx."
        )
    return found


def _check_archive(archive: zipfile.ZipFile) -> None:
    """Refuse an archive that unpacks to too much, or whose XML declares entities."""
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise Refused(f"has {len(members):,} parts; a workbook has a few. {AGAIN}")
    for member in members:
        if member.file_size > max(RATIO_FROM, MAX_RATIO * member.compress_size):
            raise Refused(
                f"has a part {member.filename!r} that becomes {MAX_RATIO} times larger when it is "
                "unpacked: it may be a zip bomb. Do not open it unless you know who made it. "
                "Save the returns alone in a new workbook."
            )
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise Refused(
            f"unpacks to more than {MAX_UNPACKED >> 20} MB. Save the returns alone in a new "
            "workbook, or as CSV."
        )
    for member in members:
        if member.filename.lower().endswith((".xml", ".rels")):
            text = archive.read(member.filename)
            if (
                b"<!DOCTYPE" in text
                or b"<!ENTITY" in text
                or text[:2] in (b"\xff\xfe", b"\xfe\xff")
            ):
                raise Refused(
                    f"has a part {member.filename!r} that declares entities or is not UTF-8, as "
                    f"no spreadsheet program writes it. {AGAIN}"
                )


def _marks(archive: zipfile.ZipFile) -> dict[str, Marks] | None:
    """Return, by name of a sheet, what its XML says; nothing where it is not XML (.xlsb)."""
    names = archive.namelist()
    if "content.xml" in names:
        return _marks_of_ods(archive.read("content.xml"))
    if "xl/workbook.bin" in names:
        return None
    targets = {
        link.get("Id"): link.get("Target", "")
        for link in ElementTree.fromstring(_part(archive, "xl/_rels/workbook.xml.rels"))
    }
    noughts = _noughts(archive.read("xl/styles.xml")) if "xl/styles.xml" in names else {}
    marks = {}
    for sheet in ElementTree.fromstring(_part(archive, "xl/workbook.xml")).iter():
        if _tag(sheet) == "sheet":
            link = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), None)
            target = targets.get(link, "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            known = Marks(sheet.get("name", ""))
            marks[known.name] = known
            _mark_xlsx(known, _part(archive, posixpath.normpath(part)), noughts)
    return marks


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return a part, whose size `_check_archive` found fit; zipfile holds it to that size."""
    try:
        return archive.read(name)
    except KeyError:
        raise Refused(f"has no part {name!r}: it is no workbook. {AGAIN}") from None


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _get(element: ElementTree.Element, name: str) -> str:
    """Return an attribute whose name has a namespace; the first of several."""
    return next((v for k, v in element.attrib.items() if k.endswith("}" + name)), "")


def _noughts(styles: bytes) -> dict[str, int]:
    """Return the styles of xlsx that fill up a number with noughts, and to how many digits."""
    formats: dict[str, int] = {}
    found: dict[str, int] = {}
    for element in ElementTree.fromstring(styles).iter():
        if _tag(element) == "numFmt":
            code = re.sub(r"\[[^]]*\]|_.", "", element.get("formatCode", "").split(";")[0])
            if re.fullmatch("00+", code):
                formats[element.get("numFmtId", "")] = len(code)
        elif _tag(element) == "cellXfs":
            for number, style in enumerate(element):
                if (form := style.get("numFmtId", "")) in formats:
                    found[str(number)] = formats[form]
    return found


def _mark_xlsx(marks: Marks, text: bytes, noughts: dict[str, int]) -> None:
    """Read the XML of a sheet of xlsx."""
    known: dict[str, int] = {"": 0}  # columns by their letters
    row = 0
    for _, element in ElementTree.iterparse(io.BytesIO(text)):
        tag = _tag(element)
        if tag == "col" and element.get("hidden") in ("1", "true"):
            first, last = (int(element.get(end, 0)) for end in ("min", "max"))
            marks.hidden_columns.update(range(first, min(last, LAST_COLUMN) + 1))
        elif tag == "row":
            row = int(element.get("r") or row + 1)
            if element.get("hidden") in ("1", "true"):
                marks.hidden_rows.add(row)
            column = 0
            for cell in element:
                place = cell.get("r", "")
                letters = place.rstrip("0123456789")
                if letters not in known:
                    known[letters] = _column_number(letters)
                column = known[letters] or column + 1
                if len(cell):
                    at = (int(place[len(letters) :] or row), column)
                    marks.reach(*at)
                    _mark_cell(marks, cell, at, noughts.get(cell.get("s", ""), 0))
            element.clear()


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.strip().upper():
        number = number * 26 + ord(letter) - 64
    return number


def _mark_cell(marks: Marks, cell: ElementTree.Element, at: tuple[int, int], digits: int) -> None:
    kind = cell.get("t", "n")
    if kind in ("s", "inlineStr", "str"):
        return
    parts = {_tag(part): part.text or "" for part in cell}
    value = parts.get("v", "")
    if kind == "e":
        marks.errors[at] = value or "#ERROR"
    elif "f" in parts and not value:
        marks.formulas[at] = f"={parts['f']}"
    elif value.isdecimal() and len(value) < digits:
        marks.noughts[at] = value.zfill(digits)


def _marks_of_ods(text: bytes) -> dict[str, Marks]:
    """Read the contents of an OpenDocument workbook."""
    found: dict[str, Marks] = {}
    marks = Marks("")
    row = column = 0
    for event, element in ElementTree.iterparse(io.BytesIO(text), ("start", "end")):
        tag = _tag(element)
        if tag == "table" and event == "start":
            marks = Marks(_get(element, "name"))
            found[marks.name] = marks
            row = column = 0
        elif tag == "table-column" and event == "end":
            first, column = column + 1, column + _count(element, "number-columns-repeated")
            if _get(element, "visibility") == "collapse":
                marks.hidden_columns.update(range(first, min(column, LAST_COLUMN) + 1))
        elif tag == "table-row" and event == "end":
            first, row = row + 1, row + _count(element, "number-rows-repeated")
            if _get(element, "visibility") in ("collapse", "filter"):
                marks.hidden_rows.update(range(first, min(row, LAST_ROW) + 1))
            _mark_ods(marks, element, first, row)
            element.clear()
    return found


def _count(element: ElementTree.Element, name: str) -> int:
    return int(_get(element, name) or 1)


def _mark_ods(marks: Marks, row: ElementTree.Element, first: int, last: int) -> None:
    column = 0
    for cell in row:
        if _tag(cell) not in ("table-cell", "covered-table-cell"):
            continue
        at = (first, column + 1)
        column += _count(cell, "number-columns-repeated")
        kind, formula = _get(cell, "value-type"), _get(cell, "formula")
        if not kind and not formula:
            continue
        marks.reach(last, column)
        deep, wide = (_count(cell, f"number-{way}-spanned") for way in ("rows", "columns"))
        if deep > 1 or wide > 1:
            marks.merged.append((*at, at[0] + deep - 1, at[1] + wide - 1))
        shown = "".join("".join(part.itertext()) for part in cell if _tag(part) == "p")
        said = any(k.endswith("}string-value") and not v for k, v in cell.attrib.items())
        if formula and not kind:
            marks.formulas[at] = formula
        elif formula and (kind != "string" or said) and re.match("#|Err:", shown):
            marks.errors[at] = shown
        elif kind == "float" and re.fullmatch("0[0-9]+", shown):
            marks.noughts[at] = shown


def _sheet(sheet: Any, marks: Marks) -> Found:
    """Return a sheet that calamine reads, with what its XML says."""
    start = sheet.start or (0, 0)
    if sheet.end is not None:
        marks.reach(sheet.end[0] + 1, sheet.end[1] + 1)
    special: dict[int, list[tuple[int, str]]] = {}
    for (row, column), text in {**marks.errors, **marks.formulas}.items():
        special.setdefault(row, []).append((column, text))
    values: Iterator[list[Any]] = iter(sheet.iter_rows()) if sheet.start else iter(())
    rows, numbers = [], []
    for number in range(1, marks.bottom + 1):
        # calamine gives all rows from the first, and of each the cells from `start`
        cells = [""] * start[1] + list(map(_text, next(values, [])))
        for column, text in special.get(number, ()):
            cells += [""] * (column - len(cells))
            cells[column - 1] = text
        if any(cells):
            rows.append(cells)
            numbers.append(number)
    table = long(rows, numbers)
    merged = [
        (top + 1, left + 1, low + 1, far + 1)
        for (top, left), (low, far) in sheet.merged_cell_ranges or []
    ]
    return Found(
        table,
        name=sheet.name,
        hidden_rows=sorted(marks.hidden_rows.intersection(numbers)),
        hidden_columns=sorted(marks.hidden_columns.intersection(table["column"].to_pylist())),
        merged=merged or marks.merged,
        notices=_notices(marks),
    )


def _text(value: object) -> str:
    """Return a cell as a person writes it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return written(value)


def _notices(marks: Marks) -> list[str]:
    from xlsxwriter.utility import xl_rowcol_to_cell

    notices = []
    for cells, what, remedy in (
        (marks.errors, "an error in place of a value stands", "Correct the formulas"),
        (
            marks.formulas,
            "a formula whose value is not stored stands",
            "Open the workbook in Excel or LibreOffice and save it, or paste the values",
        ),
        (
            marks.noughts,
            "noughts are shown that are not stored, and are not read,",
            "If they are part of a code, make it text",
        ),
    ):
        if cells:
            (row, column), text = min(cells.items())
            count = "1 cell" if len(cells) == 1 else f"{len(cells):,} cells"
            notices.append(
                f"sheet {marks.name!r}: {what} in {count}, such as {text[:40]!r} in "
                f"{xl_rowcol_to_cell(row - 1, column - 1)}. {remedy}."
            )
    return notices


# ---------------------------------------------------------------- SPSS and Stata

SPSS, STATA = datetime.datetime(1582, 10, 14), datetime.datetime(1960, 1, 1)
"""From when the programs count their dates."""

DATED: tuple[tuple[str, str, datetime.datetime, Callable[[datetime.datetime], Any]], ...] = (
    (r"[AEJS]?DATE\d*|(MO|Q|WK)YR\d*", "seconds", SPSS, datetime.datetime.date),
    (r"(DATETIME|YMDHMS)[\d.]*", "seconds", SPSS, datetime.datetime.replace),
    (r"[DM]?TIME[\d.]*", "seconds", SPSS, datetime.datetime.time),
    (r"%-?\d*t?d.*", "days", STATA, datetime.datetime.date),
    (r"%tcHH:MM.*", "milliseconds", STATA, datetime.datetime.time),
    (r"%-?\d*t[cC].*", "milliseconds", STATA, datetime.datetime.replace),
)
"""Formats of variables that are dates or times: what they count, from when, and what is shown."""


def read_labelled(path: str, form: str) -> list[Found]:
    """Read an SPSS (`form` ``spss`` or ``portable``) or a Stata file: values, and their labels."""
    import pyreadstat

    reader: Any = {
        "spss": pyreadstat.read_sav,
        "portable": pyreadstat.read_por,
        "stata": pyreadstat.read_dta,
    }[form]
    more = {} if form == "portable" else {"user_missing": True}
    try:
        _, about = reader(path, metadataonly=True, output_format="dict")
        names = [name or "" for name in about.column_names]
        refuse_size(len(names), len(names) * max(about.number_rows or 0, 0))
        if not names:
            raise Refused("has no columns. Save the returns again.")
        again = sorted({name for name in names if names.count(name) > 1})
        if again:
            raise Refused(f"has two columns named {again[0]!r}. Rename one and save it again.")
        # dates are made here: pyreadstat gives up a file with one that is beyond year 9999
        values, about = reader(
            path,
            output_format="dict",
            disable_datetime_conversion=True,
            row_limit=MAX_CELLS // len(names) + 1,
            **more,
        )
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeError) as reason:
        said = " ".join(str(reason).split())
        raise Refused(
            f"cannot be read ({said}). It may be damaged or of an unknown encoding: save it "
            "again, in Unicode, or as CSV."
        ) from None
    texts = {name: _texts(column) for name, column in zip(names, values.values(), strict=True)}
    met = {name: set(column) for name, column in texts.items()}
    missing = _missing(about, met)
    notices = []
    for name, form in about.original_variable_types.items():
        dated, wrong = _dates(met.get(name, set()) - {""}.union(missing.get(name, ())), form or "")
        texts[name] = [dated.get(text, text) for text in texts[name]]
        if wrong:
            number, text = next(one for one in enumerate(texts[name], start=1) if one[1] in wrong)
            notices.append(
                f"column {name!r}: cells hold no date or time that can be, such as {text!r} in "
                f"row {number}; they are left as numbers."
            )
    rows = list(zip(*texts.values(), strict=True))
    return [
        Found(
            long(rows, range(1, len(rows) + 1)),
            names=names,
            labels={n: label for n, label in about.column_names_to_labels.items() if label},
            value_labels={
                name: {written(code): str(label) for code, label in known.items()}
                for name, known in about.variable_value_labels.items()
                if name in met
            },
            missing=missing,
            sets=_sets(about, met),
            notices=notices,
        )
    ]


def _texts(values: Any) -> list[str]:
    """Return the values of a column as texts; equal ones are written once."""
    values = values.tolist() if isinstance(values, np.ndarray) else values
    texts = {v: written(float(v) if isinstance(v, int) else v) for v in set(values)}
    return [texts[value] for value in values]


def _dates(numbers: set[str], form: str) -> tuple[dict[str, str], set[str]]:
    """Return what the numbers of a variable of this format say, and which cannot be dates."""
    dated, wrong = {}, set()
    for pattern, unit, origin, part in DATED:
        if re.fullmatch(pattern, form):
            for number in numbers:
                try:
                    moment = origin + datetime.timedelta(**{unit: float(number)})
                    if part is datetime.datetime.time and moment.date() != origin.date():
                        raise OverflowError
                    dated[number] = written(part(moment))
                except (OverflowError, ValueError):
                    wrong.add(number)
            break
    return dated, wrong


def _missing(about: Any, met: dict[str, set[str]]) -> dict[str, list[str]]:
    """Return the codes that stand for no answer: those named, and those met in a named range."""
    found: dict[str, set[str]] = {}
    for name, codes in about.missing_user_values.items():
        found[name] = {written(code) for code in codes}
    for name, ranges in about.missing_ranges.items():
        mine = found.setdefault(name, set())
        for one in ranges:
            low, high = one["lo"], one["hi"]
            if low == high:
                mine.add(written(low))
            elif isinstance(low, int | float):
                mine.update(text for text in met.get(name, ()) if _between(text, low, high))
    return {name: sorted(codes - {""}) for name, codes in found.items() if name in met}


def _between(text: str, low: float, high: float) -> bool:
    try:
        return low <= float(text) <= high
    except ValueError:
        return False


def _sets(about: Any, met: dict[str, set[str]]) -> list[tuple[str, list[str], str]]:
    """Return the multiple-response sets whose variables are in the file, whatever their case."""
    known = {name.casefold(): name for name in met}
    found = []
    for one in getattr(about, "mr_sets", {}).values():
        columns = [known.get(str(name).casefold(), "") for name in one["variable_list"]]
        if not columns or not all(columns):
            continue
        counted = written(one["counted_value"])
        if one["is_dichotomy"] and not counted:  # pyreadstat gives none that is no number
            texts = set().union(*(met[name] for name in columns)) - {""}
            if len(texts) != 1:
                continue
            (counted,) = texts
        found.append((one["label"], columns, counted))
    return found


# ---------------------------------------------------------------- Parquet


def read_parquet(path: str) -> list[Found]:
    """Read a Parquet file."""
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(
            path, thrift_string_size_limit=THRIFT, thrift_container_size_limit=THRIFT
        )
        schema, rows = file.schema_arrow, file.metadata.num_rows
        refuse_size(len(schema), rows * len(schema))
        for one in schema:
            if pa.types.is_nested(one.type):
                raise Refused(
                    f"has a column {one.name!r} of type {one.type}: a cell in it holds several "
                    "values. Give each a column of its own."
                )
        names = [name for name in schema.names if not re.fullmatch(r"__index_level_\d+__", name)]
        if not names:
            raise Refused("has no columns. Save the returns again.")
        if len(set(names)) < len(names):  # read by name, they would be mixed up
            again = next(name for name in names if names.count(name) > 1)
            raise Refused(f"has two columns named {again!r}. Rename one and save it again.")
        table = file.read(columns=names)
        if table.num_rows != rows or any(len(column) != rows for column in table.columns):
            raise Refused(
                f"says that it has {rows:,} rows and has another number: it is damaged. Save it "
                "again."
            )
        table.validate(full=True)
        columns = [list(map(_parquet_text, _values(table.column(name)))) for name in names]
    except (pa.ArrowException, OSError, UnicodeError) as reason:
        said = " ".join(str(reason).split())[:200]
        raise Refused(f"cannot be read ({said}). It may be damaged: save it again.") from None
    dropped = len(schema) > len(names)
    notices = ["the index of a data frame, '__index_level_0__', was left out."] if dropped else []
    lines = list(zip(*columns, strict=True))
    return [Found(long(lines, range(1, rows + 1)), names=names, notices=notices)]


def _values(column: pa.ChunkedArray) -> list[Any]:
    """Return the values of a column; a date that cannot be one as the number that is stored."""
    try:
        return list(column.to_pylist())
    except (OverflowError, ValueError):
        values = []
        for cell in column:
            try:
                values.append(cell.as_py())
            except (OverflowError, ValueError):
                values.append(cell.value)
        return values


def _parquet_text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.decode("utf-8") if isinstance(value, bytes) else written(value)


# ---------------------------------------------------------------- the process


def bound() -> None:
    """Hold this process to its share of memory and time, where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind, limit in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # a lower limit is set already
            resource.setrlimit(kind, (limit, limit))


def answer(path: str, form: str) -> pa.Table:
    """Return the cells of all sheets of a file, or none and the reason why it is refused."""
    pa.set_cpu_count(2)  # each thread reserves memory of its own
    found: list[Found] = []
    refused = ""
    try:
        if form == "workbook":
            found = read_workbook(path)
        elif form == "parquet":
            found = read_parquet(path)
        else:
            found = read_labelled(path, form)
    except Refused as reason:
        refused = str(reason)
    except MemoryError:
        refused = (
            f"takes more than {MEMORY >> 30} GB of memory to read, or is damaged. Save it again, "
            "with only the columns of the returns."
        )
    except BaseException as reason:  # a panic of Rust code is no Exception
        said = " ".join(str(reason).split())[:200]
        refused = (
            f"cannot be read ({type(reason).__name__}: {said}). It may be damaged: save it "
            "again, or as CSV."
        )
    cells = [
        one.cells.append_column("sheet", pa.array(np.full(len(one.cells), number)))
        for number, one in enumerate(found)
    ]
    about = [{**vars(one), "cells": None} for one in found]
    table = pa.concat_tables(cells) if cells else pa.table({})
    return table.replace_schema_metadata(
        {"about": json.dumps({"refused": refused, "sheets": about})}
    )


if __name__ == "__main__":
    bound()
    # what a library prints must not get into the answer
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    told = answer(sys.argv[1], sys.argv[2])
    with out, pa.ipc.new_stream(out, told.schema) as stream:
        stream.write_table(told)
    out.close()
    os._exit(0)  # a damaged heap may crash on the way out
