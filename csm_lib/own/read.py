"""Reading any file into cells of text that know where they stand; nothing is made of them yet."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pandas as pd

from csm_lib.errors import ReturnsError
from csm_lib.own import child
from csm_lib.own.child import MEMORY, SECONDS, Refused, long, refuse_size

Progress = Callable[[str], None]
"""Told, in words, what is being done."""

FORMS = {
    ".csv": "text",
    ".txt": "text",
    ".tsv": "text",
    ".xlsx": "workbook",
    ".xlsm": "workbook",
    ".xlsb": "workbook",
    ".xls": "workbook",
    ".ods": "workbook",
    ".sav": "spss",
    ".zsav": "spss",
    ".por": "portable",
    ".dta": "stata",
    ".parquet": "parquet",
}
"""By suffix, the form of the files that are read."""

NAMES = {
    "text": "CSV",
    "workbook": "Excel or OpenDocument",
    "spss": "SPSS",
    "portable": "SPSS (portable)",
    "stata": "Stata",
    "parquet": "Parquet",
}

MARKS = {
    b"PK\x03\x04": "workbook",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "workbook",  # .xls, and workbooks with a password
    b"$FL2": "spss",
    b"$FL3": "spss",
    b"<stata_dta>": "stata",
    b"PAR1": "parquet",
}
"""How files of a form begin."""

MAX_FILE = 256 << 20
"""Bytes of a file: ten million cells of 25 letters."""

MAX_TEXT = 32_767
"""Characters of a cell: what Excel can hold."""

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}

_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


@dataclass(frozen=True)
class MultipleSet:
    """A question of several ticks, as SPSS declares it.

    Attributes
    ----------
    label
        The question.
    columns
        The columns of its options.
    counted
        The code that means ticked; empty where the columns hold which options were ticked first,
        second and so on.
    """

    label: str
    columns: tuple[str, ...]
    counted: str


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook, or the one table of a file without sheets.

    Attributes
    ----------
    path
        The file.
    name
        The name of the sheet; empty where the format has none.
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
    labels, value_labels, missing
        By name of a column, where the file says so: what it is called, what its codes mean, and
        which codes stand for no answer.
    sets
        Questions of several ticks, where the file declares them.
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
    names: tuple[str, ...] | None = None
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    value_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    missing: Mapping[str, frozenset[str]] = field(default_factory=dict)
    sets: tuple[MultipleSet, ...] = ()
    notices: tuple[str, ...] = ()
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
    form = _form(path)
    if progress is not None:
        progress(f"Reading {path.name}")
    try:
        sheets = [_read_text(path)] if form == "text" else _read_apart(path, form)
    except Refused as reason:
        raise ReturnsError(f"{path}: {reason}") from None
    except OSError as reason:
        raise ReturnsError(f"{path}: may not be read ({reason.strerror}). Check it.") from None
    for sheet in sheets:
        _refuse_cells(sheet)
    found = [sheet for sheet in sheets if len(sheet.cells)]
    if not found:
        named = any(sheet.names for sheet in sheets)
        what = "has a header and nothing under it" if named else "is empty"
        raise ReturnsError(
            f"{path}: {what}. Give it a row with the names of its columns, then rows."
        )
    return found


def _form(path: Path) -> str:
    """Return the form of a file, by its suffix and its first bytes."""
    suffix = path.suffix.lower()
    try:
        about = path.stat()
        if stat.S_ISDIR(about.st_mode):
            raise ReturnsError(f"{path}: is a folder. Name the file in it.")
        if not stat.S_ISREG(about.st_mode):
            raise ReturnsError(f"{path}: is no ordinary file. Name a file with returns.")
        if about.st_size > MAX_FILE:
            raise ReturnsError(
                f"{path}: has {about.st_size >> 20:,} MB; up to {MAX_FILE >> 20:,} MB are read. "
                "Split it, or keep only the columns of the returns."
            )
        with path.open("rb") as file:
            head = file.read(1_000)
    except FileNotFoundError:
        raise ReturnsError(
            f"{path}: there is no such file. Check the name and the folder."
        ) from None
    except (OSError, ValueError) as reason:  # a NUL in the name is a ValueError
        said = getattr(reason, "strerror", None) or reason
        raise ReturnsError(f"{path}: may not be read ({said}). Check its rights.") from None
    is_form = next((known for mark, known in MARKS.items() if head.startswith(mark)), None)
    form = FORMS.get(suffix)
    if form is None:
        office = is_form == "workbook" or suffix in (".fods", ".numbers")
        remedy = (
            "Open it in Excel or LibreOffice and save it as .xlsx."
            if office
            else f"Save it as one of {', '.join(FORMS)}."
        )
        raise ReturnsError(f"{path}: files {suffix or 'without a suffix'} are not read. {remedy}")
    if not head:
        raise ReturnsError(f"{path}: is empty. Save the returns again.")
    if re.search(rb"SPSSPORT", re.sub(rb"[\r\n]", b"", head)):
        is_form = "portable"
    old_stata = form == "stata" and 102 <= head[0] <= 119 and head[1:2] in (b"\1", b"\2")
    if is_form == form or (is_form is None and (form == "text" or old_stata)):
        return form
    if is_form is None:
        raise ReturnsError(
            f"{path}: is no {NAMES[form]} file, or a damaged one: it does not begin as such. Save "
            "it again, or give it the suffix of what it is."
        )
    suffixes = " or ".join(known for known, kind in FORMS.items() if kind == is_form)
    raise ReturnsError(
        f"{path}: is a file of {NAMES[is_form]} in spite of its name. Give it the suffix "
        f"{suffixes}."
    )


def _refuse_cells(sheet: Sheet) -> None:
    """Refuse texts that are too long or hold a NUL character."""
    for number, name in enumerate(sheet.names or (), start=1):
        if len(name) > MAX_TEXT or "\0" in name:
            raise ReturnsError(
                f"{sheet.path}, column {number}: its name {name[:40]!r} is too long or holds a "
                "NUL character. Rename it."
            )
    texts = sheet.cells["text"]
    for wrong, fault, remedy in (
        (texts.str.len() > MAX_TEXT, f"is longer than {MAX_TEXT:,} characters", "Shorten it"),
        (texts.str.contains("\0", regex=False), "holds a NUL character", "Delete it"),
    ):
        if wrong.any():
            cell = sheet.cells[wrong].iloc[0]
            row, column = int(cell["row"]), int(cell["column"])
            unit = "line" if sheet.widths else "row"  # only texts are ragged
            place = f"sheet {sheet.name!r}, row {row}" if sheet.name else f"{unit} {row}"
            named = repr(sheet.names[column - 1][:60]) if sheet.names else column
            raise ReturnsError(f"{sheet.path}, {place}, column {named}: {fault}. {remedy}.")


# ---------------------------------------------------------------- in another process


def _read_apart(path: Path, form: str) -> list[Sheet]:
    """Read a file of a foreign format in another process, within bounds of memory and time."""
    # -P: what lies in the folder of the program, or in the working folder, is not imported
    command = [sys.executable, "-P", child.__file__, str(path.resolve()), form]
    environment = {
        **os.environ,
        "PYTHONUTF8": "1",
        # each thread would reserve memory, which counts against the bound
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "MALLOC_ARENA_MAX": "2",
    }
    import pyarrow as pa

    try:
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        table = pa.ipc.open_stream(done.stdout).read_all()
    except subprocess.TimeoutExpired:
        raise Refused(
            f"was not read within {SECONDS} seconds. It may be damaged: save it again, with only "
            "the columns of the returns, or as CSV."
        ) from None
    except pa.ArrowException:
        if b"No module named" in done.stderr:  # the installation is at fault, not the file
            raise RuntimeError(done.stderr.decode(errors="replace")) from None
        raise Refused(
            f"cannot be read: it is damaged, or reading it takes more than {MEMORY >> 30} GB of "
            "memory (a stray cell far from the others may be the cause). Save it again, with "
            "only the columns of the returns, or as CSV."
        ) from None
    about = json.loads(table.schema.metadata[b"about"])
    if about["refused"]:
        raise Refused(about["refused"])
    cells = table.to_pandas()
    return [
        _sheet(path, cells[cells["sheet"] == number].drop(columns="sheet"), one)
        for number, one in enumerate(about["sheets"])
    ]


def _sheet(path: Path, cells: pd.DataFrame, about: Mapping[str, Any]) -> Sheet:
    return Sheet(
        path=path,
        name=about["name"],
        cells=cells.reset_index(drop=True),
        names=None if about["names"] is None else tuple(about["names"]),
        hidden=about["hidden"],
        hidden_rows=frozenset(about["hidden_rows"]),
        hidden_columns=frozenset(about["hidden_columns"]),
        merged=tuple((a, b, c, d) for a, b, c, d in about["merged"]),
        labels=about["labels"],
        value_labels=about["value_labels"],
        missing={name: frozenset(codes) for name, codes in about["missing"].items() if codes},
        sets=tuple(MultipleSet(label, tuple(names), code) for label, names, code in about["sets"]),
        notices=tuple(about["notices"]),
    )


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
    rows: list[list[str]] = []
    numbers: list[int] = []
    count = 0
    for number, row in _records(path, chain(head, text), separator, first):
        if any(cell and not cell.isspace() for cell in row):
            rows.append(row)
            numbers.append(number)
            count += len(row)
            refuse_size(len(row), count)
    cells = long(rows, numbers).to_pandas()
    widths = dict(zip(numbers, map(len, rows), strict=True))
    return Sheet(path, "", cells, notices=tuple(notices), widths=widths)


def _records(
    path: Path, lines: Iterable[str], separator: str, first: int
) -> Iterator[tuple[int, list[str]]]:
    """Yield each record of a text, with the line on which it begins."""
    reader = csv.reader(lines, delimiter=separator, strict=True)
    begins = first
    try:
        for row in reader:
            yield begins, row
            begins = first + reader.line_num
    except csv.Error as reason:
        where = f"line {begins}"
        if "field larger" in str(reason):
            raise ReturnsError(
                f"{path}, {where}: a cell is longer than {MAX_TEXT:,} characters, or a quotation "
                "mark is never closed. Correct the quotation marks."
            ) from None
        if (last := first + reader.line_num - 1) > begins:
            where += f" (read as far as line {last})"
        raise ReturnsError(
            f"{path}, {where}: is not regular CSV ({reason}). Correct the quotation marks, or "
            "save the file again as CSV, UTF-8."
        ) from None


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
        raise ReturnsError(
            f"{path}, line 1: {' and '.join(equal)} would divide the lines equally well, so it is "
            "not clear what separates the cells. Put cells with such a mark in quotation marks, "
            "or save the file again as CSV, UTF-8."
        )
    return best


def _encoding(path: Path, data: bytes) -> tuple[str, list[str]]:
    """Return the encoding of a text, and what to say of it."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            data.decode("utf-16")
        except UnicodeDecodeError:
            raise ReturnsError(
                f"{path}: begins as UTF-16 text and is none. Save it as CSV, UTF-8."
            ) from None
        return "utf-16", []
    if (nul := data.find(b"\0")) >= 0:
        # between the two signs of a line's end it stands on that line; old Macs know one sign
        number = data.count(b"\n" if b"\n" in data else b"\r", 0, nul) + 1
        raise ReturnsError(
            f"{path}, line {number}: holds a NUL byte, which no text has. It is damaged or no CSV "
            "file: save it again as CSV, UTF-8."
        )
    foreign = multibyte = 0
    byte = b""
    for number, line in enumerate(data.splitlines(), start=1):
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            multibyte = multibyte or number
        except UnicodeDecodeError as reason:
            byte = byte or line[reason.start : reason.start + 1]
            foreign = foreign or number
            if _UTF8.search(line):
                multibyte = multibyte or number
            try:
                line.decode("cp1252")
            except UnicodeDecodeError as worse:
                raise ReturnsError(
                    f"{path}, line {number}: is neither UTF-8 nor Windows text (byte "
                    f"{line[worse.start : worse.start + 1]!r}). Save it as CSV, UTF-8."
                ) from None
    if not foreign:
        return "utf-8-sig", []
    if multibyte:
        raise ReturnsError(
            f"{path}: its encoding is mixed. Line {multibyte} holds UTF-8, line {foreign} Windows "
            f"text (byte {byte!r}), so some letters would come out wrong. Save each part as CSV, "
            "UTF-8, and join them again."
        )
    return "cp1252", [
        f"was read as Windows text (cp1252), as line {foreign} is not UTF-8. Look at the names "
        "with accents; if they are wrong, save the file as CSV, UTF-8."
    ]
