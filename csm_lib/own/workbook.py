"""Workbooks for anyone: safe text, safe names, fixed bytes.

Labels, questions and answers may come from anyone's file. They are written as text and never as
a formula or a link, and what Excel would refuse is taken out or cut. What the sheets of findings
hold stands in `csm_lib.own.sheets`.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import textwrap
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from csm_lib.errors import CollectionError
from csm_lib.files import whole
from csm_lib.words import legible

SHEET_NAME = 31
"""The longest name of a sheet, in the units Excel counts: a sign beyond U+FFFF is two."""

CELL = 32_767
"""The longest text of a cell."""

MADE = dt.datetime(2000, 1, 1)
"""The date in every workbook, so that the same content gives the same bytes."""

TALLEST = 400.0
"""The height of a row that Excel takes, in points."""


@contextmanager
def new_workbook(path: Path, title: str, **options: object) -> Iterator[Workbook]:
    """Open a workbook that is written to `path` when the block ends without an error.

    The same content gives the same bytes. Text that looks like a formula, a number or an address
    stays text. `options` are more of those of `xlsxwriter.Workbook`.
    """
    data = io.BytesIO()
    as_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(data, {"in_memory": True, **as_text, **options})
    book.set_properties({"title": cut(title, 255), "created": MADE})
    yield book
    book.close()
    with whole(path) as made:
        made.write_bytes(data.getvalue())


def cut(text: str, limit: int = CELL) -> str:
    """Return legible text of at most `limit` units of UTF-16, as Excel counts, ``…`` at a cut."""
    text = legible(text)
    if length(text) <= limit:
        return text
    kept = text.encode("utf-16-le")[: 2 * (limit - 1)].decode("utf-16-le", errors="ignore")
    return kept.rstrip() + "…"


def length(text: str) -> int:
    """Return how long a text is as Excel counts."""
    return len(text.encode("utf-16-le", errors="replace")) // 2


def each_once(
    names: Iterable[str], *, joint: str, most: int = CELL, taken: Iterable[str] = ()
) -> list[str]:
    """Return names of which no two are alike, in capitals or not, and none is `taken`.

    A later one gets a number behind a `joint`, and is cut so that it has at most so many signs.
    """
    used, found = {name.lower() for name in taken}, []
    for name in names:
        ends = ("" if number == 1 else f"{joint}{number}" for number in count(1))
        tried = (f"{cut(name, most - len(end))}{end}" for end in ends)
        found.append(next(one for one in tried if one.lower() not in used))
        used.add(found[-1].lower())
    return found


def sheet_names(wanted: Iterable[str]) -> list[str]:
    """Return names for the sheets of one workbook, mended where Excel forbids what is wanted."""
    plain = [re.sub(r"[\[\]:*?/\\\s]+", " ", legible(name)).strip(" '") for name in wanted]
    short = [cut(name or "Sheet", SHEET_NAME).strip(" '") for name in plain]
    # Excel keeps one name for itself
    return each_once(short, joint=" ", most=SHEET_NAME, taken=["history"])


def read_workbook(
    path: Path, error: type[CollectionError], **options: Any
) -> dict[str, pd.DataFrame]:
    """Read the sheets of a workbook by name; `options` are those of `pandas.read_excel`."""
    try:
        return pd.read_excel(path, sheet_name=None, engine="calamine", **options)
    except Exception:  # calamine has an error of its own for each way to be damaged
        raise error(
            f"{path}: cannot be read as a workbook. Open it in a spreadsheet program and save it "
            "again."
        ) from None


def link_to(sheet: str) -> str:
    """Return the address of a sheet for a link within its workbook."""
    quoted = sheet.replace("'", "''")
    return f"internal:'{quoted}'!A1"


def print_across(sheet: Worksheet) -> None:
    """Print a sheet across A4, all its columns on a page."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def height(cells: Iterable[tuple[str, float]], line: float) -> float:
    """Return how high a row is in which text is wrapped, in the unit of `line`, which is its line.

    `cells` are the texts of the row, and how many signs go on a line of each. Without a height
    LibreOffice prints the lines of a cell over the row below.
    """
    lines = [
        sum(len(textwrap.wrap(part, max(int(width), 1))) or 1 for part in text.split("\n"))
        for text, width in cells
    ]
    return round(min(max(lines, default=1) * line, TALLEST), 1)
