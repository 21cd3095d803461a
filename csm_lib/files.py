"""Reading small files as they stand, with every fault and its place; writing whole files only."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from csm_lib.errors import CollectionError

if TYPE_CHECKING:
    import pandas as pd

FAULTS_SHOWN = 20

SMALL = 20 << 20
"""Bytes of a codebook, a crosswalk and the like: a hundred times the largest there are."""

_NOTHING = re.compile(r"[\s\ufeff\u200b\x1a]*")
"""What nobody sees: spaces, marks of an encoding, and of the end of a file."""

# A column, the rows in which its cell is wrong, and what the author of such a row is told.
Rule: TypeAlias = tuple[str, "pd.Series[bool]", str | Callable[[Mapping[str, Any]], str]]


@contextmanager
def naming(path: str | Path) -> Iterator[None]:
    """Let an `OSError` of a block name the path that its reader knows, and say why in short."""
    try:
        yield
    except OSError as reason:
        said = os.strerror(reason.errno) if reason.errno else str(reason)
        raise OSError(reason.errno or 0, said, str(path)) from None


@contextmanager
def whole(path: str | Path) -> Iterator[Path]:
    """Give a path to write to, whose file takes the place of `path` when the block ends well.

    Whatever ends the block (an error, Ctrl+C, a full disk), `path` is whole or as it was.

    Raises
    ------
    OSError
        It cannot be written; the error names `path`.
    """
    target = Path(os.path.realpath(path))  # a link stays one: what it leads to is written
    with naming(path), tempfile.TemporaryDirectory(prefix=".writing-", dir=target.parent) as beside:
        made = Path(beside, target.name)
        yield made
        if target.exists():
            shutil.copymode(target, made)
        with made.open("rb+") as file:
            os.fsync(file.fileno())  # a disk of another machine may only now say it is full
        os.replace(made, target)


def is_there(path: Path) -> bool:
    """Say whether something has this name; a link that leads nowhere is there, and a fault."""
    return os.path.lexists(path)


def is_blank(cell: str) -> bool:
    """Say whether nothing can be seen in a cell."""
    return _NOTHING.fullmatch(cell) is not None


def require_regular(path: Path, error: type[CollectionError], *, most: int = SMALL) -> None:
    """Refuse what is no ordinary file (a pipe may never end), or has more than so many bytes."""
    try:
        found = path.stat()
        known = {stat.S_IFREG: "", stat.S_IFDIR: "it is a folder"}
        said = known.get(stat.S_IFMT(found.st_mode), "it is no ordinary file")
    except (OSError, ValueError) as reason:  # a name with a NUL byte is a ValueError
        said = getattr(reason, "strerror", None) or str(reason)
        if path.is_symlink():
            said = "it is a link that leads nowhere"
    if said:
        raise _unreadable(path, said, error)
    if found.st_size > most:
        raise error(
            f"{path}: has {found.st_size >> 20:,} MB; up to {most >> 20:,} MB are read. Check that "
            "it is the right file."
        )


def _unreadable(path: Path, why: str | None, error: type[CollectionError]) -> CollectionError:
    return error(f"{path}: cannot be read ({why}). Check its name, folder and rights.")


def read_bytes(path: Path, error: type[CollectionError], *, most: int = SMALL) -> bytes:
    """Read a file that is an ordinary one and has at most so many bytes.

    Raises
    ------
    CollectionError
        It is missing, unreadable, no ordinary file or too large: an `error` with the remedy.
    """
    require_regular(path, error, most=most)
    try:
        return path.read_bytes()
    except OSError as reason:
        raise _unreadable(path, reason.strerror, error) from None


def read_text(path: Path, error: type[CollectionError], *, most: int = SMALL) -> pd.DataFrame:
    """Read a CSV file as text.

    Parameters
    ----------
    path
        A CSV file in UTF-8, with or without a byte order mark, its cells separated by commas.
    error
        What to raise where it cannot be read.
    most
        The most bytes that it may have.

    Returns
    -------
    DataFrame
        One row is one row of the file in which something stands, one column one in which something
        does; the index is the line on which the row begins, the header being line 1. Every cell
        is text, just as it stands; an empty cell is empty text.

    Raises
    ------
    CollectionError
        The file is missing, unreadable, too large, empty, not UTF-8 or not regular CSV, or a line
        has more or fewer cells than the header: an `error` with file, line and remedy.
    """
    import pandas as pd  # heavy: the help of the command line does without

    data = read_bytes(path, error, most=most)
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
            if not all(map(is_blank, row)):  # Excel keeps a row whose text was deleted
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
    for row in rows.values():
        while len(row) > len(header) and is_blank(row[-1]):
            row.pop()
    ragged = [
        f"line {line}: has {len(row)} cells; expected {len(header)}, as in the header. Fill it up, "
        "or delete it."
        for line, row in rows.items()
        if len(row) != len(header)
    ]
    if ragged:
        raise error(report(path, ragged))
    table = pd.DataFrame(list(rows.values()), index=list(rows), columns=header, dtype="str")
    # it keeps a column, too, of which neither a name nor a text is left
    filled = [
        not is_blank(name) or any(not is_blank(row[at]) for row in rows.values())
        for at, name in enumerate(header)
    ]
    return table.loc[:, filled]


def lines_of(table: pd.DataFrame) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the line and the cells of each row of a table."""
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


def one_of(table: pd.DataFrame, column: str, known: Iterable[str]) -> Rule:
    """Return the rule that each cell of a column is one of these."""
    known = list(known)
    remedy = "Use one, or none." if "" in known else "Use one."
    told = f"is none of {', '.join(filter(None, known))}. {remedy}"
    return column, ~table[column].isin(known), told


def unique(table: pd.DataFrame, *columns: str) -> Rule:
    """Return the rule that no two rows have the same cells in these columns."""

    def told(row: Mapping[str, Any]) -> str:
        first = (table[list(columns)] == [row[name] for name in columns]).all(axis=1).idxmax()
        return f"stands in line {first} already ({', '.join(columns)}). Change or delete one."

    return columns[-1], table.duplicated(list(columns)), told


def filled(table: pd.DataFrame, *columns: str) -> list[Rule]:
    """Return the rules that no cell of these columns is empty."""
    empty = {
        name: table[name].isin([cell for cell in table[name].unique().tolist() if not cell.strip()])
        for name in columns
    }
    return [(name, cells, "is empty. Fill it in.") for name, cells in empty.items()]


def require_cells(
    table: pd.DataFrame,
    rules: Iterable[Rule],
    path: Path,
    error: type[CollectionError],
    remedy: str = "",
) -> None:
    """Refuse a table with cells that break a rule; of each is told the first that it breaks."""
    faults: dict[tuple[int, str], str] = {}
    for column, wrong, told in rules:
        for line, row in lines_of(table[wrong]) if wrong.any() else ():
            said = told if isinstance(told, str) else told(row)
            faults.setdefault(
                (line, column), f"line {line}, column {column!r}: {row[column]!r} {said}"
            )
    if faults:
        raise error(f"{report(path, [faults[at] for at in sorted(faults)])}\n{remedy}".rstrip())


def report(path: Path, faults: Sequence[str]) -> str:
    """Return one message that lists the faults of a file, the first twenty in full."""
    shown = [f"  {fault}" for fault in faults[:FAULTS_SHOWN]]
    if len(faults) > FAULTS_SHOWN:
        shown.append(f"  and {len(faults) - FAULTS_SHOWN} more.")
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    return "\n".join([f"{path}: {count}.", *shown])
