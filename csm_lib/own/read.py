"""Reading any file into cells of text that know where they stand; nothing is made of them yet."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, compress, islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from csm_lib.errors import ReturnsError
from csm_lib.files import is_blank, is_there, require_regular
from csm_lib.own import child
from csm_lib.own.child import MEMORY, SECONDS, Refused, refuse_size
from csm_lib.own.wording import refusal, worded

Progress = Callable[[str], None]
"""Told, in words, what is being done."""

KINDS = {
    "text": ("CSV", ".csv .txt .tsv", "(?!)"),
    "workbook": ("Excel or OpenDocument", ".xlsx .xlsm .xlsb .xls .ods", "PK\3\4|\xd0\xcf\x11\xe0"),
    "spss": ("SPSS", ".sav .zsav", r"\$FL[23]"),
    "portable": ("SPSS (portable)", ".por", r"[\s\S]*" + r"[\r\n]*".join("SPSSPORT")),
    "stata": ("Stata", ".dta", "<stata_dta>"),
    "parquet": ("Parquet", ".parquet", "PAR1"),
}
"""By form of the files that are read: its name, its suffixes, and how such a file begins."""

FORMS = {suffix: form for form, (_, suffixes, _) in KINDS.items() for suffix in suffixes.split()}
"""By suffix, the form of the files that are read."""

MAX_FILE = 256 << 20  # bytes of a file: ten million cells of 25 letters
MAX_TEXT = 32_767  # characters of a cell: what Excel can hold
MAX_FIELD = 1 << 17  # of one that a quotation mark opened and none closed

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}

_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


class MultipleSet(NamedTuple):
    """A question of several ticks, as SPSS declares it: its label, and the columns of its options.

    `counted` is the code that means ticked; empty where the columns hold which options were ticked
    first, second and so on.
    """

    label: str
    columns: Sequence[str]
    counted: str


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook, or the one table of a file without sheets, which has no `name`.

    Attributes
    ----------
    cells
        One row is one cell that is not empty: `row` as who opens the file counts it (the line
        where a record begins, the row of a workbook, the case), `column` from 1, `text`. In order
        of row and column.
    names
        The names of the columns where the format itself has them; ``None`` where they stand in a
        row of the sheet.
    hidden
        The whole sheet is hidden.
    hidden_rows, hidden_columns
        Those that hold anything and are hidden or filtered out. Not known of .xls and .xlsb.
    merged
        Merged cells: first row, first column, last row, last column.
    labels, value_labels, missing, sets
        Where the file says so: by name of a column what it is called, what its codes mean, and
        which codes stand for no answer; and the questions of several ticks.
    notices
        What a reader must know of how it was read: each goes on after the name of the file and a
        colon.
    widths
        By row, how many cells the line has, empty ones included; of text files only. Lines in
        which nothing stands are left out.
    """

    path: Path
    name: str
    cells: pd.DataFrame
    names: Sequence[str] | None = None
    hidden: bool = False
    hidden_rows: Sequence[int] = ()
    hidden_columns: Sequence[int] = ()
    merged: Sequence[Sequence[int]] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    value_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    missing: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sets: Sequence[MultipleSet] = ()
    notices: Sequence[str] = ()
    widths: Mapping[int, int] = field(default_factory=dict)


def read_sheets(path: str | Path, *, progress: Progress | None = None) -> list[Sheet]:
    """Read a file as text.

    Parameters
    ----------
    path
        A text file (.csv, .txt, .tsv: UTF-8, UTF-16 or Windows text, its cells separated by
        commas, semicolons, tabs or bars), a workbook (.xlsx, .xlsm, .xlsb, .xls, .ods), an SPSS
        (.sav, .zsav, .por), Stata (.dta) or Parquet file.
    progress
        Told what is being read.

    Returns
    -------
    list of Sheet
        One for each sheet that holds anything, hidden ones too, and one for formats without
        sheets. Numbers are written as a person writes them, dates as in ISO 8601; truth values
        are ``TRUE`` and ``FALSE`` in workbooks, ``yes`` and ``no`` in Parquet. Lines of text that
        have more or fewer cells than others are given as they are.

    Raises
    ------
    ReturnsError
        The file is missing, empty, damaged, too large, protected, of another format or of no
        regular form: with the place and the remedy.
    """
    path = Path(path)
    if progress is not None:
        progress(f"Reading {path.name}")
    try:
        form = form_of(path)
        sheets = [_read_text(path)] if form == "text" else _read_apart(path, form)
    except Refused as reason:
        key, values = reason.said
        raise refusal(path, key, **values) from None
    except OSError as reason:
        raise refusal(path, "no_right", reason=reason.strerror) from None
    for sheet in sheets:
        _refuse_cells(sheet)
    found = [sheet for sheet in sheets if len(sheet.cells)]
    if not found:
        named = any(sheet.names for sheet in sheets)
        raise refusal(path, "header_alone" if named else "empty_table")
    return found


def form_of(path: Path) -> str:
    """Return the form of a file, by its suffix and its first bytes."""
    if not is_there(path):
        raise refusal(path, "not_there")
    require_regular(path, ReturnsError, most=MAX_FILE)
    with path.open("rb") as file:
        head = file.read(1_000)
    begin = head.decode("latin-1")
    begins_as = next((form for form, (*_, mark) in KINDS.items() if re.match(mark, begin)), None)
    suffix = path.suffix.lower()
    form = FORMS.get(suffix)
    if form is None:
        office = begins_as == "workbook" or suffix in (".fods", ".numbers")
        key = "other_workbook" if office else "other_format"
        raise refusal(path, key, suffix=suffix or "without a suffix", known=", ".join(FORMS))
    if not head:
        raise refusal(path, "empty_file")
    old_stata = form == "stata" and 102 <= head[0] <= 119 and head[1:2] in (b"\1", b"\2")
    if begins_as == form or (begins_as is None and (form == "text" or old_stata)):
        return form
    if begins_as is None:
        raise refusal(path, "begins_otherwise", form=KINDS[form][0])
    name, suffixes, _ = KINDS[begins_as]
    raise refusal(path, "other_suffix", form=name, suffixes=suffixes.replace(" ", " or "))


def _refuse_cells(sheet: Sheet) -> None:
    """Refuse texts that are too long or hold a NUL character."""
    for number, name in enumerate(sheet.names or (), start=1):
        if len(name) > MAX_TEXT or "\0" in name:
            raise refusal(f"{sheet.path}, column {number}", "wrong_name", name=name[:40])
    texts = sheet.cells["text"]
    wrong = {
        "long_cell": texts.str.len() > MAX_TEXT,
        "nul_cell": texts.str.contains("\0", regex=False),
    }
    for key, cells in wrong.items():
        if cells.any():
            row, column = sheet.cells.loc[cells, ["row", "column"]].iloc[0]
            unit = "line" if sheet.widths else "row"  # only texts are ragged
            place = f"sheet {sheet.name!r}, row {row}" if sheet.name else f"{unit} {row}"
            named = repr(sheet.names[column - 1][:60]) if sheet.names else column
            raise refusal(f"{sheet.path}, {place}, column {named}", key, most=MAX_TEXT)


def _sheet(
    path: Path,
    *,
    numbers: Sequence[int],
    rows: Sequence[Sequence[str]],
    name: str = "",
    hidden_columns: Collection[int] = (),
    **told: Any,
) -> Sheet:
    """Return a sheet, whose rows may be of different lengths."""
    held = [not all(map(is_blank, row)) for row in rows]
    numbers, rows = [*compress(numbers, held)], [*compress(rows, held)]
    lengths = np.fromiter(map(len, rows), np.intp, len(rows))
    refuse_size(int(lengths.max(initial=0)), int(lengths.sum()))
    starts = np.repeat(np.cumsum(lengths) - lengths, lengths)
    cells = {
        "row": np.repeat(np.asarray(numbers, dtype=np.int64), lengths),
        "column": np.arange(len(starts), dtype=np.int64) - starts + 1,
        "text": np.fromiter(chain.from_iterable(rows), object, len(starts)),
    }
    full = cells["text"] != ""
    table = pd.DataFrame({column: some[full] for column, some in cells.items()})
    table = table.astype({"text": "str"})
    # so written, a spreadsheet leaves the noughts of a code alone
    table["text"] = table["text"].str.replace(r'^="([^"]*)"$', r"\1", regex=True)
    unseen = sorted({*hidden_columns} & {*table["column"].tolist()}) if hidden_columns else []
    return Sheet(path, name, table, hidden_columns=unseen, **told)


# ---------------------------------------------------------------- in another process


def _read_apart(path: Path, form: str) -> list[Sheet]:
    """Read a file of a foreign format, in another process where there can be one."""
    in_browser = sys.platform == "emscripten"  # whose tab has bounds of its own
    found, refused = child.answer(str(path), form) if in_browser else _answer_apart(path, form)
    if refused:
        key, values = refused
        raise Refused(key, **values)
    for one in found:
        one["notices"] = [worded(key, **values) for key, values in one["notices"]]
        one["sets"] = [MultipleSet(*declared) for declared in one.get("sets", ())]
    return [_sheet(path, **one) for one in found]


def _answer_apart(path: Path, form: str) -> Any:
    """Return what `child.answer` does, in a process within bounds of memory and time."""
    # -P: what lies in the folder of the program, or in the working folder, is not imported
    command = [sys.executable, "-P", child.__file__, str(path.resolve()), form]
    # each thread would reserve memory, which counts against the bound
    one = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MALLOC_ARENA_MAX"), "1")
    system = {"PYTHONUTF8": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **one, **system},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        return json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise refusal(path, "not_in_time", seconds=SECONDS) from None
    except ValueError:  # it ended before its answer
        if b"No module named" in done.stderr:  # the installation is at fault, not the file
            raise RuntimeError(done.stderr.decode(errors="replace")) from None
        raise refusal(path, "reader_crashed", most=MEMORY >> 30) from None


# ---------------------------------------------------------------- text


def _read_text(path: Path) -> Sheet:
    """Read a text file, whatever separates its cells."""
    data = path.read_bytes()
    encoding, notices = _encoding(path, data)
    text = io.TextIOWrapper(io.BytesIO(data), encoding, newline="")
    head = list(islice(text, 1_000))
    if head:
        head[0] = head[0].lstrip("\ufeff")  # utf-8-sig removes one; some programs write two
    # a line such as "sep=;" tells Excel how to read the file, and is no part of the table
    told = re.fullmatch(r'"?sep=([^"\r\n])"?\s*', head[0], re.IGNORECASE) if head else None
    first = 2 if told else 1
    del head[: first - 1]
    separator = told[1] if told else _separator(path, head)
    rows = _rows(path, chain(head, text), separator, first)
    widths = {number: len(row) for number, row in rows.items()}
    return _sheet(path, numbers=[*rows], rows=[*rows.values()], notices=notices, widths=widths)


def _rows(path: Path, lines: Iterable[str], separator: str, first: int) -> dict[int, list[str]]:
    """Return the records of a text in which anything stands, by the line on which each begins."""
    reader = csv.reader(lines, delimiter=separator, strict=True)
    rows: dict[int, list[str]] = {}
    begins, count = first, 0
    before = csv.field_size_limit(MAX_FIELD)  # other libraries raise it for all
    try:
        for row in reader:
            if not all(map(is_blank, row)):
                rows[begins] = row
                count += len(row)
                refuse_size(len(row), count)
            begins = first + reader.line_num
    except csv.Error as reason:
        where = f"{path}, line {begins}"
        if "field larger" in str(reason):
            raise refusal(where, "never_closed", most=MAX_TEXT) from None
        if (last := first + reader.line_num - 1) > begins:
            where += f" (read as far as line {last})"
        raise refusal(where, "irregular", reason=reason) from None
    finally:
        csv.field_size_limit(before)
    return rows


def _separator(path: Path, head: list[str]) -> str:
    """Return what separates the cells: what gives most lines the same number of them.

    Sniffers in libraries were tried on 39 texts: csv.Sniffer is right on 32, clevercsv on 37,
    this on 38, and it tells where two marks do equally well.
    """
    scores: dict[str, float] = {}
    for mark in SEPARATORS:
        widths: Counter[int] = Counter()
        with contextlib.suppress(csv.Error):
            widths.update(len(row) for row in csv.reader(head, delimiter=mark) if any(row))
        # a line of one cell says nothing; the more cells, the less likely is it chance
        likely = (number * (1 - 1 / width) for width, number in widths.items())
        scores[mark] = max(likely, default=0) / max(widths.total(), 1)
    best = max(scores, key=lambda mark: scores[mark])
    equal = [name for mark, name in SEPARATORS.items() if scores[mark] == scores[best] > 0]
    if len(equal) > 1:
        raise refusal(f"{path}, line 1", "two_separators", marks=" and ".join(equal))
    return best


def _encoding(path: Path, data: bytes) -> tuple[str, list[str]]:
    """Return the encoding of a text, and what to say of it."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            data.decode("utf-16")
        except UnicodeDecodeError:
            raise refusal(path, "no_utf16") from None
        return "utf-16", []
    if (nul := data.find(b"\0")) >= 0:
        # between the two signs of a line's end it stands on that line; old Macs know one sign
        number = data.count(b"\n" if b"\n" in data else b"\r", 0, nul) + 1
        raise refusal(f"{path}, line {number}", "nul_byte")

    def line(at: int) -> int:
        return len((data[:at] + b".").splitlines())

    try:
        data.decode("utf-8")
    except UnicodeDecodeError as reason:
        foreign = reason.start
    else:
        return "utf-8-sig", []
    if found := _UTF8.search(data):
        lines = {"utf_8": line(found.start()), "windows": line(foreign)}
        raise refusal(path, "mixed_encodings", **lines, byte=data[foreign : foreign + 1])
    try:
        data.decode("cp1252")
    except UnicodeDecodeError as reason:
        wrong = data[reason.start : reason.start + 1]
        raise refusal(f"{path}, line {line(reason.start)}", "no_encoding", byte=wrong) from None
    return "cp1252", [worded("windows_text", line=line(foreign))]
