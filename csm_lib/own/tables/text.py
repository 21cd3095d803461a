"""Reading delimited text: CSV as spreadsheet programs write it, in all its spellings."""

from __future__ import annotations

import csv
import io
import re
from array import array
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from csm_lib.errors import ReturnsError
from csm_lib.files import report
from csm_lib.own.readers.grid import Coder, Grid, refuse_size
from csm_lib.own.readers.limits import MAX_TEXT
from csm_lib.own.tables.raw import Progress

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}

BLOCK = 20_000
"""Rows held at once."""

_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_WIDE = (b"\xff\xfe", b"\xfe\xff")


def read_delimited(path: Path, progress: Progress | None = None) -> tuple[Grid, list[int]]:
    """Read a text file whose cells are separated by commas, semicolons or tabs.

    Returns
    -------
    Grid, list
        The grid, its header as names, and the line on which each row begins.

    Raises
    ------
    ReturnsError
        The file is not text, or not regular: with line and remedy.
    """
    with path.open("rb") as file:
        encoding, notices = _encoding(file, path)
        file.seek(0)
        text = io.TextIOWrapper(file, encoding, newline="")
        try:
            separator = _separator(text, path)
            text.seek(0)
            if text.read(1) != "\ufeff":  # utf-8-sig removes one; some programs write two
                text.seek(0)
            grid, lines = _read(text, separator, path, progress)
        finally:
            text.detach()
    grid.notices = notices
    return grid, lines


def _encoding(file: BinaryIO, path: Path) -> tuple[str, list[str]]:
    """Return the encoding of a file, and what to say of it."""
    foreign = multibyte = None
    for number, line in enumerate(file, start=1):
        if number == 1 and line.startswith(_WIDE):
            raise ReturnsError(f"{path}: is UTF-16 text ('Unicode text'). Save it as CSV, UTF-8.")
        if line.isascii():
            if b"\0" in line:
                raise ReturnsError(
                    f"{path}, line {number}: holds a NUL byte, which no text has. It is damaged "
                    "or no CSV file: save it again as CSV, UTF-8."
                )
            continue
        if b"\0" in line:
            raise ReturnsError(
                f"{path}, line {number}: holds a NUL byte, which no text has. It is damaged "
                "or no CSV file: save it again as CSV, UTF-8."
            )
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as reason:
            foreign = foreign or (number, line[reason.start : reason.start + 1], reason)
            try:
                line.decode("cp1252")
            except UnicodeDecodeError as worse:
                byte = line[worse.start : worse.start + 1]
                raise ReturnsError(
                    f"{path}, line {number}: is neither UTF-8 nor Windows text (byte {byte!r}). "
                    "Save it as CSV, UTF-8."
                ) from None
            if _UTF8.search(line):
                multibyte = multibyte or number
        else:
            multibyte = multibyte or number
    if foreign is None:
        return "utf-8-sig", []
    if multibyte is not None:
        raise ReturnsError(
            f"{path}: its encoding is mixed. Line {multibyte} holds UTF-8, line {foreign[0]} "
            f"Windows text (byte {foreign[1]!r}), so some letters would come out wrong. Save each "
            "part as CSV, UTF-8, and join them again."
        )
    return "cp1252", [
        f"was read as Windows text (cp1252), as line {foreign[0]} is not UTF-8. Look at the names "
        "with accents; if they are wrong, save the file as CSV, UTF-8."
    ]


def _separator(text: io.TextIOWrapper, path: Path) -> str:
    """Return what separates the cells: what stands in the header outside quotation marks."""
    header = ""
    for line in islice(text, 1_000):
        header += line
        if header.count('"') % 2 == 0:
            break
    bare = re.sub(r'"(?:[^"]|"")*"', "", header)
    found = [mark for mark in SEPARATORS if mark in bare]
    if path.suffix.lower() == ".tsv" and "\t" in found:
        return "\t"
    if len(found) > 1:
        raise ReturnsError(
            f"{path}, line 1: holds {' and '.join(SEPARATORS[mark] for mark in found)}, so it is "
            "not clear what separates the cells. Put names with such a mark in quotation marks, "
            "or save the file again as CSV, UTF-8."
        )
    if not found and "|" in bare:
        raise ReturnsError(
            f"{path}, line 1: the cells are separated by bars. Save the file again as CSV, UTF-8."
        )
    return found[0] if found else ","


def _read(
    text: io.TextIOWrapper, separator: str, path: Path, progress: Progress | None
) -> tuple[Grid, list[int]]:
    reader = csv.reader(text, delimiter=separator, strict=True)
    lines: list[int] = []
    ragged: list[str] = []
    begins = 1
    try:
        header = next(reader, [])
        refuse_size(len(header), 0)
        coders = [Coder() for _ in header]
        codes = [array("i") for _ in header]
        begins = reader.line_num + 1
        while True:
            block: list[list[str]] = []
            for row in islice(reader, BLOCK):
                if len(row) == len(header):
                    block.append(row)
                    lines.append(begins)
                elif not row:
                    ragged.append(f"line {begins}: is blank. Delete it.")
                else:
                    ragged.append(
                        f"line {begins}: has {len(row)} cells; expected {len(header)}, as in the "
                        "header. Give every line as many cells, and put a cell that holds a "
                        f"{SEPARATORS[separator]} in quotation marks."
                    )
                begins = reader.line_num + 1
            if ragged:
                # what follows a slip is rarely another: say what was met so far
                raise ReturnsError(report(path, ragged))
            if not block:
                break
            refuse_size(len(header), len(lines))
            for coder, coded, cells in zip(coders, codes, zip(*block, strict=True), strict=True):
                coded.extend(map(coder.__getitem__, cells))
            if progress is not None and len(block) == BLOCK:
                progress(f"Reading {path.name}: {len(lines):,} rows")
    except csv.Error as reason:
        where = f"line {begins}"
        if "field larger" in str(reason):
            raise ReturnsError(
                f"{path}, {where}: a cell is longer than {MAX_TEXT:,} characters, or a quotation "
                "mark is never closed. Correct the quotation marks."
            ) from None
        if reader.line_num > begins:
            where += f" (read as far as line {reader.line_num})"
        raise ReturnsError(
            f"{path}, {where}: is not regular CSV ({reason}). Correct the quotation marks, or "
            "save the file again as CSV, UTF-8."
        ) from None
    columns = [coder.column(coded) for coder, coded in zip(coders, codes, strict=True)]
    return Grid("", columns, names=header), lines
