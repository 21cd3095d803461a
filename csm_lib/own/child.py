"""What reads files in foreign formats, in a process of its own.

The libraries that read Excel, OpenDocument, SPSS, Stata and Parquet are native code. A damaged or
hostile file can crash them, or make them ask for all the memory there is; in a process of their
own, with a bound on memory and time, that ends in an error message. `csm_lib.own.read` runs this
file as a program, which therefore imports nothing of the package (in a reader's browser, where no
other process can be, it calls `answer`). Its answer is JSON; what is to be said is a key of
``wording.toml`` and what fills the sentence in. (Pools of `multiprocessing` run the script of
whoever calls them again, and take what goes wrong in it for a crash.)

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
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias
from xml.etree import ElementTree

MAX_COLUMNS = 5_000  # of a table; the longest questionnaires have some hundreds
MAX_CELLS = 10_000_000  # of a table, blank ones between its columns included
MAX_AREA = 20_000_000  # cells of the used area of a sheet, of which each takes 50 bytes
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384  # where a sheet ends, at XFD1048576
MAX_SHEETS = 200
MAX_MEMBERS = 10_000  # files in a workbook that is a zip archive
MAX_UNPACKED = 512 << 20  # bytes of them
MAX_RATIO = 200  # how many times larger one may become: one word all over 25, zip bombs 1,000
RATIO_FROM = 1 << 20  # bytes below which that is of no concern
THRIFT = 64 << 20  # bytes that a footer of Parquet may claim for a text or a list
MEMORY = 4 << 30  # bytes the process may take, where the system can hold it to that
SECONDS = 180  # how long it may take

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

Said: TypeAlias = tuple[str, dict[str, Any]]
"""The key of a sentence, and what fills it in."""

Found: TypeAlias = dict[str, Any]
"""A sheet: its ``rows``, texts from the first column on; the ``numbers`` of these; and what else
`csm_lib.own.read.Sheet` has of it."""


class Refused(Exception):
    """A file that will not be read; `said` is why."""

    def __init__(self, key: str, **values: Any) -> None:
        super().__init__(key)
        self.said: Said = (key, values)


def refuse_size(columns: int, cells: int) -> None:
    """Refuse a table of too many columns or cells."""
    if columns > MAX_COLUMNS:
        raise Refused("many_columns", count=columns, most=MAX_COLUMNS)
    if cells > MAX_CELLS:
        raise Refused("many_cells", count=cells, most=MAX_CELLS)


def written(value: Any) -> str:
    """Return a value as a person writes it; empty text where it is missing."""
    if isinstance(value, str):
        return value
    if value is None or value != value:  # not a number
        return ""
    if isinstance(value, bool):
        return str(value).upper()
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
    """What the XML of a sheet says that calamine does not.

    ``odd`` has, by row and column from 1, the cells that are not what they seem, and what is to be
    told of each: an error, a formula never worked out, or noughts that are shown and not stored.
    """

    name: str
    odd: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    bottom: int = 0
    right: int = 0

    def reach(self, row: int, column: int) -> None:
        """Take a cell that holds something into the used area, of which each cell costs memory."""
        self.bottom, self.right = max(self.bottom, row), max(self.right, column)
        if row > LAST_ROW or column > LAST_COLUMN:
            last = {"last_row": LAST_ROW, "last_column": LAST_COLUMN}
            raise Refused("beyond_sheet", name=self.name, row=row, column=column, **last)
        if self.bottom * self.right > MAX_AREA:
            far = {"row": self.bottom, "column": self.right}
            raise Refused("far_cells", name=self.name, **far, most=MAX_AREA)

    def notices(self) -> Iterator[Said]:
        """Yield what is to be told of the odd cells."""
        from xlsxwriter.utility import xl_rowcol_to_cell

        for key in ("error_cells", "formula_cells", "nought_cells"):
            if odd := sorted((at, text) for at, (kind, text) in self.odd.items() if kind == key):
                (row, column), text = odd[0]
                place = xl_rowcol_to_cell(row - 1, column - 1)
                first = {"text": text[:40], "place": place}
                yield key, {"sheet": self.name, "count": len(odd), **first}


def read_workbook(path: str) -> list[Found]:
    """Read every sheet of a workbook. No formula is run; no link is followed."""
    from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    data = Path(path).read_bytes()
    marks: dict[str, Marks] | None = None
    try:
        if data[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                _refuse_archive(archive)
                marks = _marks(archive)
        elif "EncryptedPackage".encode("utf-16-le") in data:
            raise PasswordError
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    except PasswordError:
        raise Refused("password") from None
    except DAMAGE as reason:
        raise Refused("no_whole_workbook", reason=str(reason)) from None
    about = [one for one in workbook.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    if len(about) > MAX_SHEETS:
        raise Refused("many_sheets", count=len(about), most=MAX_SHEETS)
    found = []
    for one in about:
        if marks is not None and one.name not in marks:
            raise Refused("sheet_elsewhere", name=one.name)
        known = Marks(one.name) if marks is None else marks[one.name]
        hidden = one.visible != SheetVisibleEnum.Visible
        found.append(_sheet(workbook.get_sheet_by_name(one.name), known) | {"hidden": hidden})
    if marks is None and found:
        found[0]["notices"].append(("old_workbook", {}))
    return found


def _refuse_archive(archive: zipfile.ZipFile) -> None:
    """Refuse an archive that unpacks to too much, or whose XML declares entities."""
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise Refused("many_parts", count=len(members))
    for member in members:
        if member.file_size > max(RATIO_FROM, MAX_RATIO * member.compress_size):
            raise Refused("zip_bomb", part=member.filename, ratio=MAX_RATIO)
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise Refused("unpacks", most=MAX_UNPACKED >> 20)
    for member in members:
        if member.filename.lower().endswith((".xml", ".rels")):
            text = archive.read(member.filename)
            utf_16 = text[:2] in (b"\xff\xfe", b"\xfe\xff")
            if utf_16 and member.filename.startswith("customXml/"):  # so Excel writes queries
                utf_16, text = False, text.decode("utf-16", "ignore").encode()
            if utf_16 or b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                raise Refused("entities", part=member.filename)


def _marks(archive: zipfile.ZipFile) -> dict[str, Marks] | None:
    """Return, by name of a sheet, what its XML says; nothing where it is not XML (.xlsb)."""
    names = archive.namelist()
    if "content.xml" in names:
        return _marks_of_ods(archive.read("content.xml"))
    if "xl/workbook.bin" in names:
        return None
    links = ElementTree.fromstring(_part(archive, "xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id", ""): link.get("Target", "") for link in links}
    noughts = _noughts(archive.read("xl/styles.xml")) if "xl/styles.xml" in names else {}
    marks = {}
    book = ElementTree.fromstring(_part(archive, "xl/workbook.xml"))
    for sheet in book.iterfind(".//{*}sheet"):
        # what does not begin with a stroke is relative to the folder of the workbook
        part = posixpath.normpath(posixpath.join("/xl", targets.get(_get(sheet, "id"), "")))
        known = marks[sheet.get("name", "")] = Marks(sheet.get("name", ""))
        _mark_xlsx(known, _part(archive, part.lstrip("/")), noughts)
    return marks


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return a part, whose size `_refuse_archive` found fit; zipfile holds it to that size."""
    try:
        return archive.read(name)
    except KeyError:
        raise Refused("no_part", part=name) from None


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _get(element: ElementTree.Element, name: str) -> str:
    """Return an attribute whose name has a namespace; the first of several."""
    return next((v for k, v in element.attrib.items() if k.endswith("}" + name)), "")


def _count(element: ElementTree.Element, name: str) -> int:
    return int(_get(element, name) or 1)


def _noughts(styles: bytes) -> dict[str, int]:
    """Return the styles of xlsx that fill up a number with noughts, and to how many digits."""
    root = ElementTree.fromstring(styles)
    digits: dict[str | None, int] = {}
    for one in root.iterfind(".//{*}numFmt"):
        code = re.sub(r"\[[^]]*\]|_.", "", one.get("formatCode", "").split(";")[0])
        if re.fullmatch("00+", code):
            digits[one.get("numFmtId")] = len(code)
    forms = enumerate(style.get("numFmtId") for style in root.iterfind(".//{*}cellXfs/*"))
    return {str(number): digits[form] for number, form in forms if form in digits}


def _mark_xlsx(marks: Marks, text: bytes, noughts: Mapping[str, int]) -> None:
    row = 0
    for _, element in ElementTree.iterparse(io.BytesIO(text)):
        hidden = element.get("hidden") in ("1", "true")
        if _tag(element) == "col" and hidden:
            first, last = (int(element.get(end, 0)) for end in ("min", "max"))
            marks.hidden_columns.update(range(first, min(last, LAST_COLUMN) + 1))
        elif _tag(element) == "row":
            row = int(element.get("r") or row + 1)
            if hidden:
                marks.hidden_rows.add(row)
            column = 0
            for cell in element:
                place = cell.get("r", "")
                letters = place.rstrip("0123456789")
                column = _column_number(letters) or column + 1
                if len(cell):
                    at = (int(place[len(letters) :] or row), column)
                    marks.reach(*at)
                    _mark_cell(marks, cell, at, noughts.get(cell.get("s", ""), 0))
            element.clear()


@cache
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
        marks.odd[at] = "error_cells", value or "#ERROR"
    elif "f" in parts and not value:
        marks.odd[at] = "formula_cells", f"={parts['f']}"
    elif value.isdecimal() and len(value) < digits:
        marks.odd[at] = "nought_cells", value.zfill(digits)


def _marks_of_ods(text: bytes) -> dict[str, Marks]:
    """Read the contents of an OpenDocument workbook."""
    found: dict[str, Marks] = {}
    marks = Marks("")
    row = column = 0
    for event, element in ElementTree.iterparse(io.BytesIO(text), ("start", "end")):
        tag = _tag(element)
        if tag == "table" and event == "start":
            marks = found[_get(element, "name")] = Marks(_get(element, "name"))
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
        shown = "".join("".join(part.itertext()) for part in cell.iterfind("{*}p"))
        said = any(k.endswith("}string-value") and not v for k, v in cell.attrib.items())
        if formula and not kind:
            marks.odd[at] = "formula_cells", formula
        elif formula and (kind != "string" or said) and re.match("#|Err:", shown):
            marks.odd[at] = "error_cells", shown
        elif kind == "float" and re.fullmatch("0[0-9]+", shown):
            marks.odd[at] = "nought_cells", shown


def _sheet(sheet: Any, marks: Marks) -> Found:
    """Return a sheet that calamine reads, with what its XML says."""
    left = [""] * (sheet.start or (0, 0))[1]
    if sheet.end is not None:
        marks.reach(sheet.end[0] + 1, sheet.end[1] + 1)
    special: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for (row, column), (kind, text) in marks.odd.items():
        if kind != "nought_cells":
            special[row].append((column, text))
    # all rows from the first, and of each the cells from the column of `start`
    values: Iterator[list[Any]] = iter(sheet.iter_rows()) if sheet.start else iter(())
    rows = {}
    for number in range(1, marks.bottom + 1):
        cells = [*left, *map(written, next(values, []))]
        for column, text in special.get(number, ()):
            cells += [""] * (column - len(cells))
            cells[column - 1] = text
        if any(cells):
            rows[number] = cells
    merged = [[end + 1 for ends in one for end in ends] for one in sheet.merged_cell_ranges or ()]
    return {
        "name": sheet.name,
        "numbers": [*rows],
        "rows": [*rows.values()],
        "hidden_rows": sorted(marks.hidden_rows & rows.keys()),
        "hidden_columns": sorted(marks.hidden_columns),
        "merged": merged or marks.merged,
        "notices": [*marks.notices()],
    }


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

    suffix = {"spss": "sav", "portable": "por", "stata": "dta"}[form]
    reader: Any = getattr(pyreadstat, f"read_{suffix}")
    more = {} if form == "portable" else {"user_missing": True}
    try:
        _, about = reader(path, metadataonly=True, output_format="dict")
        names = [name or "" for name in about.column_names]
        _refuse_table(names, max(about.number_rows or 0, 0))
        # dates are made here: pyreadstat gives up a file with one that is beyond year 9999
        values, about = reader(
            path,
            output_format="dict",
            disable_datetime_conversion=True,
            row_limit=MAX_CELLS // len(names) + 1,
            **more,
        )
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeError) as reason:
        raise Refused("unreadable_labelled", reason=" ".join(str(reason).split())) from None
    texts = {name: _texts(column) for name, column in zip(names, values.values(), strict=True)}
    met = {name: set(column) for name, column in texts.items()}
    missing = _missing(about, met)
    notices: list[Said] = []
    for name, shown in about.original_variable_types.items():
        dated, wrong = _dates(met.get(name, set()) - {"", *missing.get(name, ())}, shown or "")
        texts[name] = [dated.get(text, text) for text in texts[name]]
        if wrong:
            row, text = next(one for one in enumerate(texts[name], start=1) if one[1] in wrong)
            notices.append(("no_date", {"name": name, "text": text, "row": row}))
    told = {
        "labels": {n: label for n, label in about.column_names_to_labels.items() if label},
        "value_labels": {
            name: {written(code): str(label) for code, label in known.items()}
            for name, known in about.variable_value_labels.items()
            if name in met
        },
        "missing": missing,
        "sets": list(_sets(about, met)),
    }
    return [_table(names, texts.values(), notices) | told]


def _refuse_table(names: Sequence[str], rows: int) -> None:
    """Refuse a table that is too large, has no columns, or two of one name."""
    refuse_size(len(names), len(names) * rows)
    if not names:
        raise Refused("no_columns")
    again = sorted({name for name in names if names.count(name) > 1})
    if again:
        raise Refused("double_name", name=again[0])


def _table(
    names: Sequence[str], columns: Iterable[Sequence[str]], notices: Sequence[Said]
) -> Found:
    """Return the one table of a file whose format names its columns."""
    rows = [*zip(*columns, strict=True)]
    numbers = [*range(1, len(rows) + 1)]
    return {"names": names, "numbers": numbers, "rows": rows, "notices": notices}


def _texts(values: Collection[Any]) -> list[str]:
    """Return the values of a column as texts; equal ones are written once."""
    texts = {v: written(float(v) if isinstance(v, int) else v) for v in set(values)}
    return [texts[value] for value in values]


def _dates(numbers: set[str], form: str) -> tuple[dict[str, str], set[str]]:
    """Return what the numbers of a variable of this format say, and which cannot be dates."""
    dated: dict[str, str] = {}
    for pattern, unit, origin, part in DATED:
        if re.fullmatch(pattern, form):
            for number in numbers:
                with contextlib.suppress(OverflowError, ValueError):
                    moment = origin + datetime.timedelta(**{unit: float(number)})
                    if part is not datetime.datetime.time or moment.date() == origin.date():
                        dated[number] = written(part(moment))
            return dated, numbers - dated.keys()
    return {}, set()


def _missing(about: Any, met: Mapping[str, set[str]]) -> dict[str, list[str]]:
    """Return the codes that stand for no answer: those named, and those met in a named range."""

    def within(text: str, low: float, high: float) -> bool:
        with contextlib.suppress(ValueError):
            return low <= float(text) <= high
        return False

    found: dict[str, set[str]] = defaultdict(set)
    for name, codes in about.missing_user_values.items():
        found[name] |= {written(code) for code in codes}
    for name, ranges in about.missing_ranges.items():
        for low, high in ((one["lo"], one["hi"]) for one in ranges):
            if low == high:
                found[name].add(written(low))
            elif isinstance(low, int | float):
                found[name] |= {text for text in met.get(name, ()) if within(text, low, high)}
    return {name: sorted(codes - {""}) for name, codes in found.items() if name in met and codes}


def _sets(about: Any, met: Mapping[str, set[str]]) -> Iterator[tuple[str, list[str], str]]:
    """Yield the multiple-response sets whose variables are in the file, whatever their case."""
    known = {name.casefold(): name for name in met}
    for one in getattr(about, "mr_sets", {}).values():
        columns = [known.get(str(name).casefold(), "") for name in one["variable_list"]]
        counted = written(one["counted_value"])
        if not columns or not all(columns):
            continue
        if one["is_dichotomy"] and not counted:  # pyreadstat gives none that is no number
            texts = set().union(*(met[name] for name in columns)) - {""}
            if len(texts) != 1:
                continue
            (counted,) = texts
        yield one["label"], columns, counted


# ---------------------------------------------------------------- Parquet


def read_parquet(path: str) -> list[Found]:
    """Read a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    bounds = {"thrift_string_size_limit": THRIFT, "thrift_container_size_limit": THRIFT}
    try:
        file = pq.ParquetFile(path, **bounds)
        schema, rows = file.schema_arrow, file.metadata.num_rows
        refuse_size(len(schema), rows * len(schema))
        for one in schema:
            if pa.types.is_nested(one.type):
                raise Refused("several_values", name=one.name, type=str(one.type))
        names = [name for name in schema.names if not re.fullmatch(r"__index_level_\d+__", name)]
        _refuse_table(names, rows)  # read by name, two of one would be mixed up
        table = file.read(columns=names, use_threads=False)  # each reserves memory of its own
        if table.num_rows != rows or any(len(column) != rows for column in table.columns):
            raise Refused("other_rows", count=rows)
        table.validate(full=True)
        columns = [[*map(_parquet_text, table.column(name))] for name in names]
    except (pa.ArrowException, OSError, UnicodeError) as reason:
        raise Refused("unreadable", reason=" ".join(str(reason).split())[:200]) from None
    left_out: list[Said] = [("index_left_out", {})] if len(schema) > len(names) else []
    return [_table(names, columns, left_out)]


def _parquet_text(cell: Any) -> str:
    """Return a cell as a person writes it; a date that cannot be one as the number it is."""
    try:
        value = cell.as_py()
    except (OverflowError, ValueError):
        value = cell.value
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


def answer(path: str, form: str) -> tuple[list[Found], Said | None]:
    """Return the sheets of a file, or none and the reason why it is refused."""
    try:
        if form == "workbook":
            return read_workbook(path), None
        return read_parquet(path) if form == "parquet" else read_labelled(path, form), None
    except Refused as reason:
        return [], reason.said
    except MemoryError:
        return [], ("much_memory", {"most": MEMORY >> 30})
    except ModuleNotFoundError:  # not the fault of the file
        raise
    except BaseException as reason:  # a panic of Rust code is no Exception
        said = " ".join(str(reason).split())[:200]
        return [], ("unreadable", {"reason": f"{type(reason).__name__}: {said}"})


if __name__ == "__main__":
    bound()
    # what a library prints must not get into the answer
    out = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    with out:
        out.write(json.dumps(answer(*sys.argv[1:])))
    os._exit(0)  # a damaged heap may crash on the way out
