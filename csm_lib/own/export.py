"""A collection's findings to take away: a workbook, in Excel and OpenDocument, and a zip of all.

Everything a chapter shows goes out as it stands there: totals and shares, never a respondent's
row. What must be said of a finding (its label, base, status, source and caveat) goes with it. All
of it comes from the downloads of the findings, `Finding.archive`, which is what the pages of a
site offer, too.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd

from csm_lib import download
from csm_lib.collection import SHIPPED, Origin
from csm_lib.descriptor import About, read_descriptor
from csm_lib.errors import CollectionError
from csm_lib.files import naming
from csm_lib.notebooks import FOLDER, cells_of, keys_in, take
from csm_lib.own.sheets import PAGE, Column, Line, Number, Sheet, write_ods, write_xlsx
from csm_lib.own.workbook import SHEET_NAME, each_once, sheet_names
from csm_lib.status import DRAWN, LABELS, STATUSES, WITHHELD
from csm_lib.survey.catalogue import DEVICES, Chapter, Entry, chapters_of
from csm_lib.templates import render
from csm_lib.words import counted, legible

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from csm_lib.collection import Collection
    from csm_lib.findings import Finding
    from csm_lib.own.read import Progress

NAME = "findings"
XLSX, ODS, ZIP = (f"{NAME}.{kind}" for kind in ("xlsx", "ods", "zip"))
README, MEANINGS = "README.txt", "columns.csv"

SVG = "http://www.w3.org/2000/svg"
DPI = 200
MARGIN = 9
"""White around a figure that stands alone, in points."""

LONGEST = 80
"""The longest name of a file, without what tells its kind."""

NO_FINDINGS = ("explore", "own_returns", "lesson_")
"""Notebooks of views to choose from, of a walk through an example, and of lessons."""

COLLECTION = (
    *("codebook.csv", "sections.csv", "answers.csv"),
    *("published.csv", "claims.csv", "frame.csv", "ledger.csv"),
)
"""The files of a collection that go along: all but the returns."""

RETURNS, PANEL = "returns.csv", "drawn-panel.csv"
"""The shipped panel, which is nobody's returns, and what it is called where it goes along."""

CONFIDENTIAL, NO_NUMBER, NOT_APPLICABLE = "[c]", "[x]", "[z]"
SHORTHAND = {
    CONFIDENTIAL: "withheld, as so small a count could point to somebody",
    NO_NUMBER: "not available: the number is not known, or was not asked for",
    NOT_APPLICABLE: "not applicable",
}
"""What stands in a cell of the workbooks that is empty in the CSV."""

NOTHING = ("", "–")
"""What a cell of a finding holds that has nothing to tell."""

FEW = 5
"""Of so many sheets at most the names are listed; of more, only their number is."""


def export(
    collection: Collection,
    folder: str | Path,
    *,
    chapters: Sequence[Chapter] | None = None,
    progress: Progress | None = None,
) -> list[Path]:
    """Write the findings of a collection as a workbook, and as a zip of all there is.

    Parameters
    ----------
    collection
        The collection.
    folder
        Where to write: a new or empty folder, or one that holds an earlier export, which is
        then replaced.
    chapters
        What to write; left out, the chapters that the book of this collection has.
    progress
        Told of each finding as it is made.

    Returns
    -------
    list of Path
        The files written, see `write_all`. The zip holds the figure of each finding as well, as
        SVG and PNG. A finding that stands in two chapters is written once.

    Raises
    ------
    CollectionError
        The folder holds something else, or a finding cannot be made.
    OSError
        A file cannot be written.
    """
    folder = Path(folder)
    _refuse(folder)
    if chapters is None:
        own = collection.path.resolve() != SHIPPED
        chapters = chapters_of(collection) if own else _shipped()
    found: dict[bytes, list[str]] = {}
    figures: dict[bytes, dict[str, bytes]] = {}
    total = sum(len(chapter.entries) for chapter in chapters)
    entries = [(chapter.title, entry) for chapter in chapters for entry in chapter.entries]
    for number, (title, entry) in enumerate(entries, 1):
        if progress is not None:
            progress(legible(f"{number} of {total}: {title}, {entry.heading}"))
        finding = entry.make()
        archive = finding.archive
        if archive not in found:
            figures[archive] = _figures(finding)
        found.setdefault(archive, []).append(title)
    # whole or not at all: what was there stays until everything is made
    with naming(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".findings-", dir=folder) as made:
            written = write_all(Path(made), collection.path, found, figures=figures)
            for file in written:
                os.replace(file, folder / file.name)
    return [folder / file.name for file in written]


def write_all(
    folder: Path,
    collection: Path,
    found: Mapping[bytes, Sequence[str]],
    *,
    figures: Mapping[bytes, Mapping[str, bytes]] | None = None,
) -> list[Path]:
    """Write what can be taken away of some findings.

    Parameters
    ----------
    folder
        Where to write.
    collection
        The folder of the collection that they are made from.
    found
        The findings in their order: of each its download, `Finding.archive`, and the titles of the
        chapters that it stands in.
    figures
        Files that go along with a finding in the zip: by its download, their content by the end
        of their name.

    Returns
    -------
    list of Path
        ``findings.xlsx`` and ``findings.ods``, the same workbook twice: a cover, the contents,
        notes, what the columns mean, and a sheet for each finding. ``findings.zip``: a README,
        both workbooks, of each finding its CSV with its story, and, where the collection states
        its terms, the files of the collection without its returns.
    """
    about = read_descriptor(collection / "datapackage.json")
    taken = _read(found, figures or {})
    theirs = _collection_files(collection, about)
    told = _told(about, taken)
    sheets = sheets_of(taken, told)
    title = f"{about.title}: findings"
    write_xlsx(folder / XLSX, title, sheets)
    write_ods(folder / ODS, title, sheets)

    columns = next(sheet for sheet in sheets if sheet.name == "Columns").columns
    meanings = download.as_csv(pd.DataFrame({column.name: column.cells for column in columns}))
    readme = render("readme_of_all.txt", **told, fill=download.fill, workbooks=(XLSX, ODS),
                    meanings=MEANINGS, theirs=sorted(theirs), panel=PANEL)  # fmt: skip
    files = {
        README: f"{readme}\n".encode("utf-8", "replace"),
        **{name: (folder / name).read_bytes() for name in (XLSX, ODS)},
        MEANINGS: meanings.encode("utf-8", "replace"),
    }
    for one in taken:
        files |= {f"tables/{one.name}/{file}": data for file, data in one.files.items()}
    files |= {f"collection/{file}": data for file, data in theirs.items()}
    packed = download.zipped({f"{NAME}/{path}": data for path, data in files.items()})
    (folder / ZIP).write_bytes(packed)
    return [folder / name for name in (XLSX, ODS, ZIP)]


def _told(about: About, taken: Sequence[Taken]) -> dict[str, Any]:
    """Return what is said of some findings of a collection as a whole."""
    held = {each["status"] for one in taken for each in one.about["status"]}
    statuses = {status: meaning for status, meaning in STATUSES.items() if status in held}
    origin = Origin(status=about.status, licence=about.licence)
    book = f"{download.BOOK}, version {download.version()}"
    return {
        "about": about,
        "book": download.BOOK,
        "version": download.version(),
        "taken": taken,
        "labels": dict.fromkeys(one.about["label"] for one in taken if one.about["label"]),
        "statuses": statuses,
        "licences": download.licences(
            dict.fromkeys(statuses, 1), label=LABELS[DRAWN], origin=origin
        ),
        "cited": f"{about.source or about.title}. Findings. Worked out with {book}.",
    }


def _shipped() -> list[Chapter]:
    """Return the chapters of the book's own notebooks that show findings of the paper."""
    listed = re.findall(r"notebooks/(\w+)", (FOLDER.parent / "_toc.yml").read_text("utf-8"))
    names = [name for name in listed if not name.startswith(NO_FINDINGS)]
    chapters = [_chapter(FOLDER / f"{name}.ipynb") for name in names]
    return [chapter for chapter in chapters if chapter.entries]


def _chapter(notebook: Path) -> Chapter:
    """Return the findings that a notebook shows, each under the heading that stands above it."""
    headings: list[str] = []
    entries = []
    for kind, text in cells_of(notebook):
        if kind == "markdown":
            headings += re.findall(r"(?m)^#+ (.+)$", text)
        else:
            shown = [*keys_in(text), *re.findall(r'(?m)^take\("([\w-]+)"\)', text)]
            entries += [Entry(headings[-1], key, partial(take, key)) for key in shown]
    return Chapter(notebook.stem, headings[0], "", tuple(entries))


def standalone(svg: str) -> str:
    """Return a drawing that opens by itself: with its own size and its light colours.

    A drawing made by `csm_lib.style.svg` takes colours, font and width from its page.
    """
    root = ElementTree.fromstring(svg)
    for node in root.iter():
        if style := node.get("style"):
            node.set("style", re.sub(r"var\(--csm-[\w-]+,([^()]*)\)", r"\1", style))
    width, height = (float(size) + 2 * MARGIN for size in root.attrib["viewBox"].split()[2:])
    box = {"width": f"{width:g}", "height": f"{height:g}"}
    paper = {"x": str(-MARGIN), "y": str(-MARGIN), **box, "style": "fill:#ffffff"}
    root.insert(0, ElementTree.Element(f"{{{SVG}}}rect", paper))
    root.set("viewBox", f"{-MARGIN} {-MARGIN} {width:g} {height:g}")
    for name, size in box.items():
        root.set(name, f"{size}pt")
    root.set("style", re.sub(r"(display|height|max-width):[^;]*;", "", root.attrib["style"]))
    ElementTree.register_namespace("", SVG)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, "unicode") + "\n"


def _refuse(folder: Path) -> None:
    """Refuse a folder that holds anything but an earlier export."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise CollectionError(f"{folder}: is no folder. Name a new one.")
    if not folder.exists() or not any(folder.iterdir()):
        return
    try:
        with zipfile.ZipFile(folder / ZIP) as earlier:
            ours = {f"{NAME}/{file}" for file in (README, XLSX, ODS)} <= {*earlier.namelist()}
    except (OSError, zipfile.BadZipFile):
        ours = False
    if not ours:
        raise CollectionError(
            f"{folder}: holds files that are no earlier export of findings. Name a new or empty "
            "folder."
        )


def _figures(finding: Finding) -> dict[str, bytes]:
    """Return the figure of a finding as SVG and PNG, if it has one."""
    if finding.draw is None:
        return {}
    from csm_lib.style import figure_of, svg

    figure = figure_of(finding.draw())
    alt = finding.alt or finding.title
    drawing = standalone(svg(figure, key=finding.key, alt=alt))
    png = _png(figure, alt)
    figure.clear()  # a long book has many, and each holds its canvas
    return {"svg": drawing.encode("utf-8", "replace"), "png": png}


def _png(figure: Figure, alt: str) -> bytes:
    import matplotlib as mpl
    from matplotlib.image import imread, imsave

    from csm_lib.style import house_style

    drawn, framed = io.BytesIO(), io.BytesIO()
    with house_style():
        mpl.rcParams["text.hinting"] = "none"  # hinted, text is wider than was measured for it
        figure.savefig(drawn, format="png", dpi=DPI, facecolor="white")
    drawn.seek(0)
    # framed as a picture: savefig would move the text when it changes the ground
    margin = round(MARGIN * DPI / 72)
    pixels = np.pad(imread(drawn), ((margin, margin), (margin, margin), (0, 0)), constant_values=1)
    says: dict[str, Any] = {"Description": legible(alt), "Software": None}
    imsave(framed, pixels, format="png", dpi=DPI, metadata=says)
    return framed.getvalue()


# -- What is taken away ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Taken:
    """A finding as its download holds it.

    Attributes
    ----------
    name
        A name for its files that no other has.
    chapters
        The titles of the chapters that it stands in.
    about
        What is said of it.
    columns
        Its data as a table of a workbook: numbers as numbers, and no cell empty.
    files
        What goes into the zip, by its name there.
    """

    name: str
    chapters: tuple[str, ...]
    about: Mapping[str, Any]
    columns: Sequence[Column]
    files: Mapping[str, bytes]

    @property
    def rows(self) -> int:
        """How many rows its data have."""
        return len(self.columns[0].cells)


def _read(
    found: Mapping[bytes, Sequence[str]], figures: Mapping[bytes, Mapping[str, bytes]]
) -> list[Taken]:
    """Read the downloads of findings."""
    opened: list[tuple[dict[str, Any], dict[str, bytes]]] = []
    for archive in found:
        with zipfile.ZipFile(io.BytesIO(archive)) as parts:
            files = {Path(name).name: parts.read(name) for name in parts.namelist()}
        opened.append((json.loads(files["metadata.json"]), files))
    wanted = [download.file_name(about["key"])[:LONGEST].strip("-") for about, _ in opened]
    wanted = [f"{name}-finding" if name in DEVICES else name for name in wanted]
    names = each_once(wanted, joint="-")
    taken = []
    for name, (archive, chapters), (about, files) in zip(names, found.items(), opened, strict=True):
        data = next(content for file, content in files.items() if file.endswith(".csv"))
        columns = _columns(data.decode("utf-8"), about["columns"])
        drawn = figures.get(archive, {})
        files |= {f"{name}.{kind}": content for kind, content in drawn.items()}
        taken.append(Taken(name, tuple(dict.fromkeys(chapters)), about, columns, files))
    return taken


_A_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d+)?([eE][+-]?\d{1,2})?")
"""A number that a cell holds as it is; of a longer one, or of a code as 007, digits would go."""

_KINDS = {
    "proportion": Number(percent=True),
    "probability": Number(places=4),
    "difference of shares": Number(places=3),
    "year": Number(),
}
"""How numbers are shown, by the beginning of their unit; any others as they are counted."""


def _columns(text: str, told: Sequence[Mapping[str, str]]) -> list[Column]:
    """Return the CSV of a finding as a table of a workbook."""
    header, *rows = csv.reader(io.StringIO(text))
    status = header.index("status") if "status" in header else None
    missing = [
        CONFIDENTIAL if status is not None and row[status] == WITHHELD else NO_NUMBER
        for row in rows
    ]
    units = [column.get("unit", "") for column in told]
    cells = list(zip(*rows, strict=True)) or [()] * len(header)
    return [
        _column(name, unit, texts, missing)
        for name, unit, texts in zip(header, units, cells, strict=True)
    ]


def _column(name: str, unit: str, texts: Sequence[str], missing: Sequence[str]) -> Column:
    """Return a column; `missing` says what stands in it for a number that is not there."""
    told = [text for text in texts if text not in NOTHING]
    if unit == "text" or not told or not all(map(_A_NUMBER.fullmatch, told)):
        return Column(name, [NOT_APPLICABLE if text in NOTHING else text for text in texts])
    cells = [
        why if text in NOTHING else int(text) if text.lstrip("-").isdigit() else float(text)
        for text, why in zip(texts, missing, strict=True)
    ]
    whole = all(float(text).is_integer() for text in told)
    plain = Number(places=0 if whole else 2, grouped=unit != "")
    return Column(name, cells, next((_KINDS[one] for one in _KINDS if unit.startswith(one)), plain))


# -- The workbook ---------------------------------------------------------------------------------


def sheets_of(taken: Sequence[Taken], told: Mapping[str, Any]) -> list[Sheet]:
    """Return the sheets of the workbook: cover, contents, notes, columns, and the findings."""
    wanted = [one.name[:SHEET_NAME].replace("-", "_") for one in taken]
    cover, contents, notes, columns, *sheets = sheet_names(
        ["Cover", "Contents", "Notes", "Columns", *wanted]
    )
    noted: dict[str, list[str]] = {}
    meant: dict[tuple[str, ...], list[str]] = {}  # one column may mean two things
    for sheet, one in zip(sheets, taken, strict=True):
        if caveat := one.about["caveat"]:
            noted.setdefault(caveat, []).append(sheet)
        for column in one.about["columns"]:
            meaning = tuple(column.get(part, "") for part in ("name", "description", "unit"))
            meant.setdefault(meaning, []).append(sheet)
    numbers = {text: number for number, text in enumerate(noted, 1)}
    index = [
        _index(
            contents,
            f", of {counted(len(taken), 'row')}: one for each finding",
            Column("Sheet", sheets),
            Column("Chapter", ["; ".join(one.chapters) for one in taken]),
            Column("What it shows", [one.about["title"] for one in taken]),
            *(
                [Column("Label to keep", [one.about["label"] or "none" for one in taken])]
                if told["labels"]
                else []
            ),
            Column("Question", [one.about["question"] for one in taken]),
            Column("Rows", [one.rows for one in taken], Number(grouped=True)),
            links=sheets,
        ),
        _index(
            notes,
            f", of {counted(len(noted), 'row')}: one for each note",
            Column("Note", [f"note {number}" for number in numbers.values()]),
            Column("What it says", list(noted), widest=PAGE),
            Column("Sheets", [_some(each) for each in noted.values()]),
        ),
        _index(
            columns,
            ": what each column of the other sheets holds",
            *(
                Column(head, [meaning[at] for meaning in meant])
                for at, head in enumerate(("Column", "What it holds", "Unit"))
            ),
            Column("Sheets", [_some(each) for each in meant.values()]),
        ),
    ]
    index = [one for one in index if one.name != notes or noted]
    tables = [one.columns for one in taken]
    front = _lines("cover.txt", tables, **told, sheets=[one.name for one in index])
    return [Sheet(cover, front), *index] + [
        Sheet(name, _lines("sheet.txt", [one.columns], **one.about, rows=one.rows,
                           note=numbers.get(one.about["caveat"])), one.columns)
        for name, one in zip(sheets, taken, strict=True)
    ]  # fmt: skip


def _lines(template: str, tables: Sequence[Sequence[Column]], **told: Any) -> list[Line]:
    """Return the lines of a template, each of which is a cell, of a sheet about some tables."""
    cells = {cell for table in tables for column in table for cell in column.cells}
    used = {short: meaning for short, meaning in SHORTHAND.items() if short in cells}
    text = render(template, **told, shorthand=used, flat=lambda words: " ".join(words.split()))
    lines = [line.partition(": ") for line in text.splitlines()]
    return [
        Line(words, to=look.removeprefix("to ")) if look.startswith("to ") else Line(words, look)
        for look, _, words in lines
    ]


def _index(name: str, holds: str, *table: Column, links: Sequence[str] = ()) -> Sheet:
    """Return a sheet about the others: its title, what it holds, and a table with no cell empty."""
    lines = [Line(name, "title"), Line(f"This sheet has one table{holds}.")]
    full = [
        replace(one, cells=[NOT_APPLICABLE if cell == "" else cell for cell in one.cells])
        for one in table
    ]
    return Sheet(name, lines, full, links)


def _some(sheets: Sequence[str]) -> str:
    return ", ".join(sheets) if len(sheets) <= FEW else f"{len(sheets)} sheets"


# -- The zip --------------------------------------------------------------------------------------


def _collection_files(folder: Path, about: About) -> dict[str, bytes]:
    """Return the files of a collection that may go along: none where it states no terms."""
    if not about.licence:
        return {}
    files = {name: folder / name for name in COLLECTION if (folder / name).is_file()}
    if folder.resolve() == SHIPPED and about.status == DRAWN:
        files[PANEL] = folder / RETURNS
    described = json.loads((folder / "datapackage.json").read_text("utf-8-sig"))
    renamed = [
        one | {"path": PANEL if one.get("path") == RETURNS else one.get("path")}
        for one in described.get("resources", [])
    ]
    described["resources"] = [one for one in renamed if one["path"] in files]
    told = json.dumps(described, ensure_ascii=False, indent=1) + "\n"
    found = {name: path.read_bytes() for name, path in files.items()}
    return found | {"datapackage.json": told.encode()}
