"""What a reader takes away: data with their story, as a zip and a workbook, and how to cite them.

The same finding gives the same bytes, so that a download has a stable address and a site that is
built twice is the same site.
"""

from __future__ import annotations

import io
import json
import re
import textwrap
import tomllib
import zipfile
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from csm_lib.status import DRAWN, INVENTED, OWN, WITHHELD
from csm_lib.templates import render
from csm_lib.words import legible

if TYPE_CHECKING:
    from csm_lib.collection import Origin

BOOK = "Mapping Children's Trusts"
AUTHORS = "The Children's Trust mapping book contributors"
PROJECT = "childrens-trust-mapping-book"

PAPER_SHORT = "Devanney and Wistow (2013)"
PAPER = (
    "Devanney, C. and Wistow, R. (2013). Mapping the implementation of Children's Trust "
    "arrangements. Journal of Children's Services, 8(1), 65-77. "
    "https://doi.org/10.1108/17466661311309790"
)

CC_BY = "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"
CC0 = "CC0 1.0, https://creativecommons.org/publicdomain/zero/1.0/"
FACTS = "Facts: stating them needs no licence. Cite their source."
UNSAID = "Set by whoever holds the returns. Ask before you pass them on."

WIDTH = 88

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXT = {"text_wrap": True, "valign": "top"}
MOST = 32_767
"""The most characters of a cell in Excel."""

RESPONDENTS = ("authority", "authorities")
"""What one respondent and several are called, where nobody says otherwise."""

MEANINGS = Path(__file__).with_name("columns.csv")
"""What the columns of findings mean: one row is a column, or what it means in one finding."""

TO_READ = "-to-read"
"""What the key of a finding ends in that stands in an exercise, under its question."""


@cache
def version() -> str:
    """Return the version of the book, which stands in ``pyproject.toml`` and nowhere else."""
    project = Path(__file__).resolve().parent.parent / "pyproject.toml"
    if project.is_file():
        return str(tomllib.loads(project.read_text("utf-8"))["project"]["version"])
    return metadata.version(PROJECT)


def licences(
    status: Mapping[str, int], *, label: str, origin: Origin | None = None
) -> list[dict[str, str]]:
    """Return which licence covers which part of a download, by the statuses of its numbers.

    A collection that is no drawn panel has terms of its own. Drawn numbers keep their `label`.
    """
    theirs = origin is not None and origin["status"] != DRAWN
    if theirs or OWN in status or INVENTED in status:
        terms = origin["licence"] if origin and theirs else ""
        return [{"covers": "numbers and text", "licence": terms or UNSAID}]
    parts = []
    facts = [name for name in status if name not in (DRAWN, WITHHELD)]
    if facts:
        parts.append({"covers": f"numbers ({', '.join(facts)})", "licence": FACTS})
    if DRAWN in status:
        parts.append({"covers": f"numbers ({DRAWN})", "licence": f"{CC0}. Keep the label: {label}"})
    return [*parts, {"covers": "text, in cells too, and the figure", "licence": CC_BY}]


def as_csv(data: pd.DataFrame) -> str:
    """Write a frame as CSV that a spreadsheet shows and does not run.

    Labels and answers may come from anyone's file. A cell of text, or a column's name, that a
    spreadsheet would take for a formula gets an apostrophe before it. Numbers stay as they are,
    also those written as text: ``-7%``, ``+3 points``.
    """
    texts = data.select_dtypes(exclude="number")
    safe = data.assign(**{str(name): texts[name].map(_as_text) for name in texts})
    return safe.rename(columns=_as_text).to_csv(index=False, lineterminator="\n")


_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\n]")
_SIGNED = r"[+-]\d+(?:\.\d+)?(?:%| points?)?"
_NUMBERS = re.compile(rf"{_SIGNED}(?:; {_SIGNED})*")


def _as_text(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    text = re.sub(r"\r\n?", "\n", cell)  # a lone carriage return would end the row
    return f"'{text}" if _FORMULA.match(text) and not _NUMBERS.fullmatch(text) else text


def file_name(key: str) -> str:
    """Return a key as the name of a file, on every system: small letters, digits and dashes."""
    return re.sub(r"[^a-z0-9-]+", "-", key.lower()).strip("-") or "finding"


def columns(
    key: str, data: pd.DataFrame, *, respondents: tuple[str, str] = RESPONDENTS
) -> list[dict[str, str]]:
    """Return name, description and unit of each column; only the name where none is on record."""
    return [
        {"name": str(_as_text(name)), **(meaning(key, str(name), respondents=respondents) or {})}
        for name in data.columns
    ]


@cache
def _meanings() -> Mapping[Any, dict[Any, str]]:
    """Return what is on record, by finding (empty for all of them) and column."""
    table = pd.read_csv(MEANINGS, keep_default_na=False, index_col=["finding", "column"])
    return table.to_dict("index")


def meaning(
    key: str, name: str, *, respondents: tuple[str, str] = RESPONDENTS
) -> dict[str, str] | None:
    """Return ``description`` and ``unit`` of a column, or ``None`` where nothing is on record.

    ``{year}`` in `MEANINGS` stands for any year in a name. A finding that is to be read in an
    exercise has the columns it always has.
    """
    any_year = re.sub(r"(?<!\S)\d{4}(?!\S)", "{year}", name)
    places = ((key.removesuffix(TO_READ), name), ("", name), ("", any_year))
    found = next((_meanings()[place] for place in places if place in _meanings()), None)
    if found is None or respondents == RESPONDENTS:
        return found
    called = dict(zip(("authority", "authorities"), respondents, strict=True)) | {" of England": ""}
    words = re.compile("|".join(called))
    return {kind: words.sub(lambda word: called[word[0]], text) for kind, text in found.items()}


def pack(about: Mapping[str, Any], csv: str) -> bytes:
    """Return the zip: the data, and `Finding.about` them for programs and for readers."""
    name = file_name(about["key"])
    files = {
        "README.txt": render("readme.txt", **about, file=f"{name}.csv", fill=fill) + "\n",
        f"{name}.csv": csv,
        "metadata.json": json.dumps(about, ensure_ascii=False, indent=1) + "\n",
    }
    return zipped(
        {f"{name}/{file}": text.encode("utf-8", "replace") for file, text in files.items()}
    )


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return files by their paths as a zip, of which the same content gives the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, content in files.items():
            entry = zipfile.ZipInfo(path, date_time=(1980, 1, 1, 0, 0, 0))
            # the first part of an OpenDocument file, by which it is known, is not compressed
            stored = path == "mimetype"
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            entry.create_system = 3  # else it tells on which system it was made
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, content, compresslevel=9)
    return out.getvalue()


def workbook(about: Mapping[str, Any], table: pd.DataFrame, data: pd.DataFrame) -> bytes:
    """Return a workbook: what the finding is, its table to read, and its data to work with."""
    facts = [("Title", about["title"]), ("Label", about["label"]), ("Question", about["question"])]
    facts += [("Base", about["base"])]
    facts += [("Status", f"{n['rows']} {n['status']}: {n['meaning']}") for n in about["status"]]
    facts += [("Source", about["source"]), ("Note", about["caveat"])]
    facts += [("Licence", f"{one['covers']}: {one['licence']}") for one in about["licence"]]
    facts += [("Cite", one) for one in about["cite"]]
    sheets = {
        "About": pd.DataFrame(
            [(name, legible(text)) for name, text in facts if text], columns=["What", "Text"]
        ),
        "Table": table,
        "Data": data,
        "Columns": pd.DataFrame(about["columns"]),
    }
    shares = {one["name"] for one in about["columns"] if "0 to 1" in one.get("unit", "")}
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    out = io.BytesIO()
    with pd.ExcelWriter(out, engine="xlsxwriter", engine_kwargs={"options": options}) as writer:
        book = writer.book
        book.set_properties({"title": legible(about["title"]), "created": datetime(1980, 1, 1)})
        text, percent = book.add_format(TEXT), book.add_format({**TEXT, "num_format": "0%"})
        for name, frame in sheets.items():
            cells = frame.map(lambda cell: legible(cell)[:MOST] if isinstance(cell, str) else cell)
            cells.to_excel(writer, sheet_name=name, index=False)
            sheet = writer.sheets[name]
            sheet.freeze_panes(1, 0)
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)
            for at, column in enumerate(frame.columns):
                longest = max(map(len, map(str, (column, *frame.iloc[:, at]))))
                form = percent if name == "Data" and column in shares else text
                sheet.set_column(at, at, min(longest, WIDTH) + 2, form)
    return out.getvalue()


def fill(text: str, *, hang: str = "") -> str:
    """Return text as one paragraph, whatever line breaks and control signs it holds."""
    return textwrap.fill(
        legible(text, keep=""),
        WIDTH,
        subsequent_indent=hang,
        break_long_words=False,
        break_on_hyphens=False,
    )
