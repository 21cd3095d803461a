"""From a grid of text to a table: its header found, blank rows and columns left out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from csm_lib.errors import ReturnsError
from csm_lib.own.readers.grid import Grid, refuse_size
from csm_lib.own.readers.limits import MAX_TEXT
from csm_lib.own.tables.raw import Raw, Rows

LOOKED_AT = 50
"""Rows in which names of columns are looked for, where the first row does not hold them."""


class NoHeader(Exception):
    """A sheet whose first row does not name its columns. The message says where and what to do."""


def table(path: Path, grid: Grid, lines: Sequence[int] | None = None) -> Raw | None:
    """Return the table in a grid, or ``None`` where it holds nothing.

    Parameters
    ----------
    path
        The file.
    grid
        What it holds.
    lines
        The row of each row of the grid in the file; if left out they follow from ``first``.

    Raises
    ------
    NoHeader
        There are cells under no name, or merged cells among the answers.
    ReturnsError
        A cell is too long or holds a NUL character.
    """
    codes = [np.frombuffer(column.codes, dtype=column.kind) for column in grid.columns]
    height = len(codes[0]) if codes else 0
    if any(len(column) != height for column in codes):
        raise ReturnsError(f"{path}: its columns are of several lengths. Save it again.")
    rows: Rows = (
        np.arange(grid.first, grid.first + height)
        if lines is None
        else np.asarray(lines, dtype=np.int64)
    )
    filled = np.zeros(height, dtype=bool)
    for column in codes:
        filled |= column >= 0
    texts = [column.texts for column in grid.columns]
    names = grid.names
    if names is None:
        if not filled.any():
            return None
        top = int(filled.argmax())
        names = [
            text[column[top]] if column[top] >= 0 else ""
            for text, column in zip(texts, codes, strict=True)
        ]
        filled[top] = False
        _refuse_merged(path, grid, names, int(rows[top]))
    place = f"sheet {grid.sheet!r}, " if grid.sheet else ""
    kept = []
    for number, name in enumerate(names):
        if len(name) > MAX_TEXT or "\0" in name:
            raise ReturnsError(
                f"{path}, {place}column {number + 1}: its name {name[:40]!r} is too long or holds "
                "a NUL character. Rename it."
            )
    for number, (name, column) in enumerate(zip(names, codes, strict=True)):
        if name.strip():
            kept.append(number)
        elif (under := filled & (column >= 0)).any():
            raise NoHeader(
                f"{place}column {number + 1}: has no name in the first row, though there are "
                f"cells under it (row {rows[under.argmax()]}). Give it a name, or empty it. If "
                "the table has a title, delete the rows above the names of the columns."
            )
    refuse_size(len(kept), int(filled.sum()))
    rows = rows[filled]
    frame_columns = []
    for number in kept:
        _refuse_texts(path, place, names[number], texts[number], codes[number], rows, filled)
        frame_columns.append(_category(codes[number][filled], texts[number]))
    frame = pd.DataFrame(dict(enumerate(frame_columns)), index=pd.RangeIndex(len(rows)))
    frame.columns = pd.Index([names[number] for number in kept], dtype="str")
    given = list(dict.fromkeys(names[number] for number in kept))
    return Raw(
        path=path,
        frame=frame,
        rows=dict.fromkeys(given, rows),
        sheets=dict.fromkeys(given, grid.sheet),
        names={name: name for name in given},
        labels=grid.labels,
        value_labels=grid.value_labels,
        missing={name: frozenset(codes) for name, codes in grid.missing.items() if codes},
        notices=tuple(grid.notices),
    )


def names_in(grid: Grid, known: set[str]) -> int | None:
    """Return the row, if any, that holds two or more of the names that columns have."""
    found: dict[int, int] = {}
    for column in grid.columns:
        codes = np.frombuffer(column.codes, dtype=column.kind)[:LOOKED_AT]
        for row, code in enumerate(codes.tolist()):
            if code >= 0 and column.texts[code].strip().casefold() in known:
                found[row] = found.get(row, 0) + 1
    best = max(found, key=lambda row: found[row], default=None)
    return None if best is None or found[best] < 2 else best + grid.first


def _category(codes: np.ndarray, texts: list[str]) -> pd.Categorical:
    """Return a column whose categories are exactly the texts in it, in the order they come."""
    # texts that stood only in the header or in no row are no categories
    used = np.zeros(len(texts) + 1, dtype=bool)
    used[codes] = True  # -1, the empty cell, is the last
    used = used[:-1]
    if not used.all():
        renumbered = np.append(np.cumsum(used) - 1, -1)
        codes = renumbered[codes]
        texts = [text for text, keep in zip(texts, used, strict=True) if keep]
    return pd.Categorical.from_codes(codes, categories=pd.Index(texts, dtype="str"))


def _refuse_texts(
    path: Path,
    place: str,
    name: str,
    texts: list[str],
    codes: np.ndarray,
    rows: Rows,
    filled: np.ndarray,
) -> None:
    for code, text in enumerate(texts):
        if len(text) > MAX_TEXT or "\0" in text:
            at = codes[filled] == code
            if not at.any():  # it is the name of the column
                continue
            where = f"row {rows[at.argmax()]}"
            fault, remedy = (
                ("holds a NUL character", "Delete it")
                if "\0" in text
                else (f"is longer than {MAX_TEXT:,} characters", "Shorten it")
            )
            raise ReturnsError(f"{path}, {place}{where}, column {name[:60]!r}: {fault}. {remedy}.")


def _refuse_merged(path: Path, grid: Grid, names: list[str], header: int) -> None:
    """Refuse cells that are merged into one: all but the first would pass for empty."""
    width = sum(1 for name in names if name.strip())
    for top, left, bottom, right in grid.merged:
        if bottom < header or not any(name.strip() for name in names[left - 1 : right]):
            continue
        fault = (
            f"sheet {grid.sheet!r}, rows {top} to {bottom}, columns {left} to {right}: are "
            "merged into one cell, which gives only the first of them a value. Unmerge them "
            "and fill in each."
        )
        if width < 3:  # authority, year and an item at least: else it is no table of returns
            raise NoHeader(fault)
        raise ReturnsError(f"{path}, {fault}")
