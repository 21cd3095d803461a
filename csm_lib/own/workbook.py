"""What every Excel workbook of this package has in common: safe text, safe names, fixed bytes.

Labels, questions and answers may come from anyone's file. They are written as text and never as
a formula or a link, and what Excel would refuse is taken out or cut.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xlsxwriter import Workbook

from csm_lib.words import legible

SHEET_NAME = 31
"""The longest name of a sheet, in the units Excel counts: a sign beyond U+FFFF is two."""

CELL = 32_767
"""The longest text of a cell."""

MADE = dt.datetime(2000, 1, 1)
"""The date in every workbook, so that the same content gives the same bytes."""


@contextmanager
def new_workbook(path: Path, title: str) -> Iterator[Workbook]:
    """Open a workbook that is written to `path` when the block ends without an error.

    The same content gives the same bytes. Text that looks like a formula, a number or an address
    stays text.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    data = io.BytesIO()
    as_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(data, {"in_memory": True, **as_text})
    book.set_properties({"title": cut(title, 255), "created": MADE})
    yield book
    book.close()
    path.write_bytes(data.getvalue())


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


class SheetNames:
    """Gives each sheet of one workbook a name that Excel takes and no other sheet has."""

    def __init__(self) -> None:
        self._taken = {"history"}  # Excel keeps it for itself

    def give(self, wanted: str) -> str:
        """Return the wanted name, mended where Excel forbids it, numbered where it is taken."""
        name = re.sub(r"[\[\]:*?/\\\s]+", " ", legible(wanted)).strip(" '") or "Sheet"
        name = cut(name, SHEET_NAME).strip(" '")
        tried, number = name, 1
        while tried.lower() in self._taken:
            number += 1
            tried = f"{cut(name, SHEET_NAME - len(str(number)) - 1)} {number}"
        self._taken.add(tried.lower())
        return tried


def link_to(sheet: str) -> str:
    """Return the address of a sheet for a link within its workbook."""
    quoted = sheet.replace("'", "''")
    return f"internal:'{quoted}'!A1"
