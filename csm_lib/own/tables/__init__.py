"""Reading any file of returns into text cells that know where they stand.

The order is: `read_sheets`, then `csm_lib.own.crosswalk.apply` on each sheet where there is a
crosswalk, then `combine`. Or all of it at once: `csm_lib.own.crosswalk.read_file`.
"""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

from csm_lib.errors import ReturnsError
from csm_lib.own.readers.grid import Grid, Refused
from csm_lib.own.readers.limits import MAX_FILE
from csm_lib.own.tables.apart import read_apart
from csm_lib.own.tables.headed import NoHeader, names_in, table
from csm_lib.own.tables.raw import Progress, Raw
from csm_lib.own.tables.shape import combine
from csm_lib.own.tables.text import read_delimited

__all__ = ["FORMS", "Progress", "Raw", "combine", "read_sheets"]

FORMS = {
    ".csv": "text",
    ".txt": "text",
    ".tsv": "text",
    ".xlsx": "excel",
    ".sav": "spss",
    ".zsav": "spss",
    ".dta": "stata",
    ".parquet": "parquet",
}
"""By suffix, the form of the files that are read."""

NAMES = {"text": "CSV", "excel": "Excel", "spss": "SPSS", "stata": "Stata", "parquet": "Parquet"}

MARKS = {
    b"PK\x03\x04": "excel",
    b"$FL2": "spss",
    b"$FL3": "spss",
    b"<stata_dta>": "stata",
    b"PAR1": "parquet",
}
"""How files of a form begin."""

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How .xls files begin, and workbooks protected by a password."""

ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""What a protected workbook calls the part with its contents."""

SPREADSHEETS = (".xls", ".xlsm", ".xlsb", ".ods", ".fods", ".numbers")


def read_sheets(path: str | Path, *, progress: Progress | None = None) -> tuple[Raw, ...]:
    """Read a file of returns as text.

    Parameters
    ----------
    path
        A CSV file (.csv, .txt, .tsv: UTF-8 or Windows text; commas, semicolons or tabs), an
        Excel workbook (.xlsx), an SPSS (.sav, .zsav), Stata (.dta) or Parquet file. The names of
        the columns stand in the first row that holds anything.
    progress
        Told what is being read.

    Returns
    -------
    tuple of Raw
        One for each sheet that holds a table, and one for formats without sheets. Numbers are
        written as a person writes them, dates as in ISO 8601; truth values are ``TRUE`` and
        ``FALSE`` in Excel, ``yes`` and ``no`` in Parquet. Rows and columns in which nothing
        stands are left out.

    Raises
    ------
    ReturnsError
        The file is missing, damaged, too large, protected, of another format or of no regular
        form: with the place and the remedy.
    """
    path = Path(path)
    form = _form(path)
    if progress is not None:
        progress(f"Reading {path.name}")
    try:
        if form == "text":
            grid, lines = read_delimited(path, progress)
            whole = table(path, grid, lines)
            found = [] if whole is None else [whole]
        else:
            found = _tables(path, read_apart(path, form))
    except (Refused, NoHeader) as reason:
        raise ReturnsError(f"{path}: {reason}") from None
    except OSError as reason:
        raise ReturnsError(f"{path}: may not be read ({reason.strerror}). Check it.") from None
    found = [raw for raw in found if len(raw.frame.columns)]
    if not found or not any(len(raw.frame) for raw in found):
        what = "has a header and nothing under it" if found else "is empty, or its first row is"
        raise ReturnsError(
            f"{path}: {what}. Give it a row with the names of its columns, then rows."
        )
    return tuple(found)


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
            head = file.read(16)
            file.seek(0)
            protected = head.startswith(OLD_OFFICE) and ENCRYPTED in file.read()
    except FileNotFoundError:
        raise ReturnsError(
            f"{path}: there is no such file. Check the name and the folder."
        ) from None
    except (OSError, ValueError) as reason:  # a NUL in the name is a ValueError
        said = getattr(reason, "strerror", None) or reason
        raise ReturnsError(f"{path}: may not be read ({said}). Check its rights.") from None
    if protected:
        raise ReturnsError(f"{path}: is protected by a password. Save a copy without one.")
    form = FORMS.get(suffix)
    if form is None:
        remedy = (
            "Open it in Excel or LibreOffice and save it as .xlsx."
            if suffix in SPREADSHEETS or head.startswith(OLD_OFFICE)
            else f"Save it as one of {', '.join(FORMS)}."
        )
        raise ReturnsError(f"{path}: files {suffix or 'without a suffix'} are not read. {remedy}")
    if not head:
        raise ReturnsError(f"{path}: is empty. Save the returns again.")
    if head.startswith(OLD_OFFICE):
        raise ReturnsError(
            f"{path}: is an old Excel file (.xls) in spite of its name. Open it in Excel or "
            "LibreOffice and save it as .xlsx."
        )
    is_form = next((known for mark, known in MARKS.items() if head.startswith(mark)), None)
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


def _tables(path: Path, grids: list[Grid]) -> list[Raw]:
    """Return the table of each grid. A sheet without a header is left out if it holds no table."""
    found: list[Raw] = []
    without: list[tuple[Grid, NoHeader]] = []
    for grid in grids:
        try:
            raw = table(path, grid)
        except NoHeader as reason:
            without.append((grid, reason))
        else:
            found += [raw] if raw is not None else []
    known = {"authority", "year"}
    known.update(str(name).strip().casefold() for raw in found for name in raw.frame.columns)
    for grid, fault in without:
        row = names_in(grid, known)
        if row is not None and row > 1:
            raise ReturnsError(
                f"{path}, sheet {grid.sheet!r}: the names of the columns seem to stand in row "
                f"{row}. They must stand in the first: delete the rows above. ({fault})"
            )
        if row is not None or not found:
            raise fault
        found[0] = replace(found[0], notices=(*found[0].notices, f"not read: {fault}"))
    return found
