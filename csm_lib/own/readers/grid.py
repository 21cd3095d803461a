"""What a reader hands over: columns of text, each its distinct texts and a code for each cell."""

from __future__ import annotations

import datetime
import json
import struct
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from csm_lib.own.readers.limits import MAX_CELLS, MAX_COLUMNS


class Refused(Exception):
    """A file that will not be read. The message is a sentence or two: what, and the remedy."""


@dataclass
class Column:
    """A column: its distinct texts, and for each cell which of them it holds (-1: empty).

    The codes are native integers, one after the other, of array type ``b``, ``h``, ``i`` or
    ``q``.
    """

    texts: list[str]
    codes: bytes
    kind: str


@dataclass
class Grid:
    """A sheet, or the table of a file without sheets.

    Attributes
    ----------
    sheet
        Its name; empty where the format has none.
    columns
        All of one length.
    names
        The names of the columns; ``None`` where they stand in the first row that holds anything.
    first
        The row of the file in which the columns begin.
    merged
        Merged cells: first row, first column, last row, last column, from 1.
    labels, value_labels, missing
        By name of a column, as in `csm_lib.own.tables.Raw`.
    notices
        What a reader must know of how it was read.
    """

    sheet: str
    columns: list[Column]
    names: list[str] | None = None
    first: int = 1
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    value_labels: dict[str, dict[str, str]] = field(default_factory=dict)
    missing: dict[str, list[str]] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)


class Coder(dict[str, int]):
    """Gives each distinct text a code, in the order they come; empty text is -1."""

    def __init__(self) -> None:
        super().__init__({"": -1})

    def __missing__(self, text: str) -> int:
        self[text] = code = len(self) - 1
        return code

    @property
    def texts(self) -> list[str]:
        """The distinct texts, by code."""
        return list(self)[1:]

    def column(self, codes: Iterable[int]) -> Column:
        """Return a column with these codes."""
        kind = kind_for(len(self))
        return Column(self.texts, array(kind, codes).tobytes(), kind)


def kind_for(distinct: int) -> str:
    """Return the smallest type of integers that can number so many texts."""
    return "b" if distinct <= 1 << 7 else "h" if distinct <= 1 << 15 else "i"


def number_text(value: float) -> str:
    """Return a number as a person writes it: no point where there is nothing behind it."""
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value)


def plain_text(value: object) -> str:
    """Return a number, a date or a time as a person writes it."""
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


def refuse_size(columns: int, rows: int) -> None:
    """Refuse a table of too many columns or cells."""
    if columns > MAX_COLUMNS:
        raise Refused(
            f"has {columns:,} columns; up to {MAX_COLUMNS:,} are read. Keep only those of the "
            "returns."
        )
    if columns * rows > MAX_CELLS:
        raise Refused(
            f"has {rows:,} rows of {columns:,} columns; up to {MAX_CELLS:,} cells are read. "
            "Split the file, or keep only the columns of the returns."
        )


def send(grids: list[Grid], out: BinaryIO) -> None:
    """Write grids to a stream, for `receive`."""
    about: list[dict[str, Any]] = []
    for grid in grids:
        columns = [(column.texts, column.kind, len(column.codes)) for column in grid.columns]
        rest = {
            name: getattr(grid, name) for name in grid.__dataclass_fields__ if name != "columns"
        }
        about.append({**rest, "columns": columns})
    _write(out, {"grids": about})
    for grid in grids:
        for column in grid.columns:
            out.write(column.codes)


def send_refusal(sentence: str, out: BinaryIO) -> None:
    """Write why a file is not read to a stream, for `receive`."""
    _write(out, {"refused": sentence})


def _write(out: BinaryIO, about: dict[str, Any]) -> None:
    head = json.dumps(about).encode()
    out.write(struct.pack("<Q", len(head)))
    out.write(head)


def receive(data: bytes) -> list[Grid]:
    """Return the grids that `send` wrote, or raise the refusal that `send_refusal` wrote.

    Raises
    ------
    Refused
        The reader refused the file.
    ValueError
        The stream is not whole.
    """
    if len(data) < 8:
        raise ValueError("no answer")
    (size,) = struct.unpack_from("<Q", data)
    at = 8 + size
    about = json.loads(data[8:at])
    if "refused" in about:
        raise Refused(about["refused"])
    grids = []
    for rest in about["grids"]:
        columns = []
        for texts, kind, length in rest.pop("columns"):
            columns.append(Column(texts, data[at : at + length], kind))
            at += length
        grids.append(Grid(columns=columns, **rest))
    if at != len(data):
        raise ValueError("half an answer")
    return grids
