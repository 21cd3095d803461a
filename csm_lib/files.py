"""Reading CSV files as they stand: text in every cell, the line of every row, no guessing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from csm_lib.errors import CollectionError

FAULTS_SHOWN = 20


def read_text(path: Path, error: type[CollectionError]) -> pd.DataFrame:
    """Read a CSV file as text.

    Parameters
    ----------
    path
        A CSV file in UTF-8, with or without a byte order mark, its cells separated by commas.
    error
        What to raise where it cannot be read.

    Returns
    -------
    DataFrame
        One row is one row of the file; the index is the line on which it begins, the header
        being line 1. Every cell is text, just as it stands; an empty cell is empty text.

    Raises
    ------
    CollectionError
        The file is missing, unreadable, empty, not UTF-8 or not regular CSV, or a line has more
        or fewer cells than the header: an `error` with file, line and remedy.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise error(f"{path}: there is no such file. Check the name and the folder.") from None
    except IsADirectoryError:
        raise error(f"{path}: is a folder. Name the CSV file in it.") from None
    except OSError as reason:
        raise error(f"{path}: may not be read ({reason.strerror}). Check its rights.") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        line = data.count(b"\n", 0, reason.start) + 1
        byte = data[reason.start : reason.start + 1]
        raise error(
            f"{path}, line {line}: is not UTF-8 text (byte {byte!r}). Save it as CSV, UTF-8."
        ) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: dict[int, list[str]] = {}
    try:
        header = next(reader, [])
        line = reader.line_num + 1
        for row in reader:
            rows[line] = row
            line = reader.line_num + 1
    except csv.Error as reason:
        raise error(
            f"{path}, line {reader.line_num}: is not regular CSV ({reason}). Correct the "
            "quotation marks, or save the file again as CSV, UTF-8."
        ) from None
    if not header or not rows:
        found = "has a header and nothing under it" if header else "is empty, or its first line is"
        raise error(f"{path}: {found}. Give it a line with the names of its columns, then rows.")
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        raise error(f"{path}, line 1: the cells are not separated by commas. Save it as such.")
    ragged = [
        f"line {line}: is blank. Delete it."
        if not row
        else f"line {line}: has {len(row)} cells; expected {len(header)}, as in the header. "
        "Give every line as many cells."
        for line, row in rows.items()
        if len(row) != len(header)
    ]
    if ragged:
        raise error(report(path, ragged))
    return pd.DataFrame(list(rows.values()), index=list(rows), columns=header, dtype="str")


def lines_of(table: pd.DataFrame) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the line and the cells of each row of a table read as text."""
    columns = [str(name) for name in table.columns]
    for line, cells in zip(table.index.tolist(), table.to_numpy().tolist(), strict=True):
        yield line, dict(zip(columns, cells, strict=True))


def require_columns(
    table: pd.DataFrame, columns: Sequence[str], path: Path, error: type[CollectionError]
) -> None:
    """Refuse a table in which one of these columns is missing or stands twice."""
    missing = [name for name in columns if name not in table]
    if missing:
        raise error(
            f"{path}, line 1: the columns {', '.join(missing)} are missing. Add them; expected "
            f"are {', '.join(columns)}."
        )
    double = table.columns[table.columns.duplicated()]
    if len(double):
        raise error(f"{path}, line 1: two columns are named {double[0]!r}. Rename or drop one.")


def report(path: Path, faults: Sequence[str]) -> str:
    """Return one message that lists the faults of a file, the first twenty in full."""
    shown = [f"  {fault}" for fault in faults[:FAULTS_SHOWN]]
    if len(faults) > FAULTS_SHOWN:
        shown.append(f"  and {len(faults) - FAULTS_SHOWN} more.")
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    return "\n".join([f"{path}: {count}.", *shown])
