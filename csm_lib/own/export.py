"""A collection's findings as files: one workbook, and each table and figure for itself.

Everything a chapter shows goes out as it stands there: totals and shares, never a respondent's
row. What must be said of a finding (its label, base, status, source and caveat) goes with it.
"""

from __future__ import annotations

import io
import json
import math
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd

from csm_lib import download
from csm_lib.collection import SHIPPED
from csm_lib.errors import CollectionError
from csm_lib.notebooks import FOLDER, cells_of, keys_in, take
from csm_lib.own.workbook import SheetNames, cut, link_to, new_workbook
from csm_lib.status import STATUSES
from csm_lib.survey.catalogue import Chapter, Entry, chapters_of
from csm_lib.templates import render
from csm_lib.words import legible

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from csm_lib.collection import Collection
    from csm_lib.findings import Finding
    from csm_lib.own.tables import Progress

WORKBOOK, README, MARK = "findings.xlsx", "README.txt", "manifest.json"
CONTENTS = "Contents"
MADE_BY = "csm_lib.export"
"""What the manifest says of its maker: the sign that a folder holds an export."""

SVG = "http://www.w3.org/2000/svg"
DPI = 200
MARGIN = 9
"""White around a figure that stands alone, in points."""

NAME = 80
"""The longest name of a file, without what tells its kind."""

ALT = 2_000
"""The longest description of a picture; the table under it says all."""

NO_FINDINGS = ("explore", "own_returns", "lesson_")
"""Notebooks of views to choose from, of a walk through an example, and of lessons."""

ROW, ACROSS = 15.0, 8
"""The height of a row in points, and how many columns running text goes over."""

EXACT = 2**53
"""From here on a cell no longer holds every whole number, so it is written as text."""

_DEVICES = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)),
}
"""Names that Windows keeps for itself, whatever follows the dot."""

_OURS = re.compile(
    rf"{WORKBOOK}|{README}|{MARK}|tables/[a-z0-9-]+\.csv|figures/[a-z0-9-]+\.(svg|png)"
)
"""What an export may hold, and so what the next one may take away."""


@dataclass(frozen=True)
class _Kept:
    """A finding that has been written: the name of its files, and its sheet."""

    finding: Finding
    name: str
    sheet: str

    @property
    def files(self) -> list[str]:
        """Its files, within the folder."""
        figures = [] if self.finding.draw is None else ["svg", "png"]
        return [f"tables/{self.name}.csv", *(f"figures/{self.name}.{kind}" for kind in figures)]


def export(
    collection: Collection,
    folder: str | Path,
    *,
    chapters: Sequence[Chapter] | None = None,
    progress: Progress | None = None,
) -> list[Path]:
    """Write the findings of a collection as a workbook, tables and figures.

    Parameters
    ----------
    collection
        The collection.
    folder
        Where to write: a new or empty folder, or one that holds an earlier export, which is
        then replaced. Other files in it stay.
    chapters
        What to write; left out, the chapters that the book of this collection has.
    progress
        Told of each finding as it is made.

    Returns
    -------
    list of Path
        The files written: ``findings.xlsx`` (a list of contents, then a sheet for each finding
        with its figure, its table and its data), ``tables/*.csv``, ``figures/*.svg`` and
        ``figures/*.png``, ``README.txt``, and ``manifest.json``, by which the next export knows
        what it may replace. A finding that stands in two chapters is written once.

    Raises
    ------
    CollectionError
        The folder holds something else, or a finding cannot be made.
    OSError
        A file cannot be written.
    """
    folder = Path(folder)
    earlier = _earlier(folder)
    if chapters is None:
        own = collection.path.resolve() != SHIPPED
        chapters = chapters_of(collection) if own else _shipped()
    folder.mkdir(parents=True, exist_ok=True)
    # whole or not at all: what was there stays until everything is made
    with tempfile.TemporaryDirectory(prefix=".findings-", dir=folder) as made:
        files = _make(collection, chapters, Path(made), progress)
        _replace(Path(made), folder, files, earlier)
    return [folder / file for file in files]


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
    return Chapter(notebook.stem, headings[0], "", (), tuple(entries))


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


def _earlier(folder: Path) -> set[str]:
    """Return the files of an earlier export in a folder; refuse a folder that holds none."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise CollectionError(f"{folder}: is no folder. Name a new one.")
    if not folder.exists() or not any(folder.iterdir()):
        return set()
    try:
        known = json.loads((folder / MARK).read_text(encoding="utf-8"))
        if known["made_by"] != MADE_BY:
            raise ValueError
        earlier = {str(file) for file in known["files"]}
    except (FileNotFoundError, ValueError, LookupError, TypeError):
        raise CollectionError(
            f"{folder}: holds files that are no earlier export of findings. Name a new or empty "
            "folder."
        ) from None
    for inner in ("tables", "figures"):
        if (folder / inner).is_symlink():
            raise CollectionError(f"{folder / inner}: is a link. Name a new or empty folder.")
    return {file for file in earlier if _OURS.fullmatch(file)}


def _replace(made: Path, folder: Path, files: Sequence[str], earlier: set[str]) -> None:
    """Put what was made in the place of what an earlier export made."""
    for file in files:
        if file not in earlier and (folder / file).exists():
            raise CollectionError(
                f"{folder / file}: is not from an earlier export, and a finding of this name is "
                "to be written. Move it away, or name a new folder."
            )
    for file in earlier:
        (folder / file).unlink(missing_ok=True)
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(made / file, folder / file)


Contents = list[tuple[str, list[_Kept]]]
"""The findings of each chapter, in order; one that stands in two chapters is in both lists."""


def _make(
    collection: Collection, chapters: Sequence[Chapter], folder: Path, progress: Progress | None
) -> list[str]:
    """Write everything into a new folder, and return the files."""
    for inner in ("tables", "figures"):
        (folder / inner).mkdir()
    contents: Contents = []
    written: list[_Kept] = []
    sheets = SheetNames()
    total = sum(len(chapter.entries) for chapter in chapters)
    number = 0
    with new_workbook(folder / WORKBOOK, f"{collection.title}: findings") as book:
        first = book.add_worksheet(sheets.give(CONTENTS))
        styles = _Styles(book)
        for chapter in chapters:
            contents.append((chapter.title, []))
            for entry in chapter.entries:
                number += 1
                if progress is not None:
                    place = f"{number} of {total}"
                    progress(legible(f"{place}: {chapter.title}, {entry.heading}"))
                finding = entry.make()
                kept = next((one for one in written if _same(one.finding, finding)), None)
                if kept is None:
                    name = _unique(finding.key, {one.name for one in written})
                    kept = _Kept(finding, name, sheets.give(finding.key.replace("-", " ")))
                    sheet = book.add_worksheet(kept.sheet)
                    _write_finding(sheet, finding, _write_files(kept, folder), styles)
                    written.append(kept)
                contents[-1][1].append(kept)
        _write_contents(first, collection, contents, styles)
    files = [WORKBOOK, *(file for one in written for file in one.files), README, MARK]
    _write(folder / README, _readme(collection, contents))
    manifest = {"made_by": MADE_BY, "version": download.version(), "files": files}
    _write(folder / MARK, json.dumps(manifest, indent=1) + "\n")
    return files


def _same(one: Finding, other: Finding) -> bool:
    return one.key == other.key and one.title == other.title and one.data.equals(other.data)


def _unique(key: str, taken: set[str]) -> str:
    """Return a key as the name of a file that no other finding has."""
    name = download.file_name(key)[:NAME].strip("-")
    if name in _DEVICES:
        name = f"{name}-finding"
    tried, number = name, 1
    while tried in taken:
        number += 1
        tried = f"{name}-{number}"
    return tried


def _write(path: Path, text: str) -> None:
    """Write text the same on every system."""
    path.write_bytes(text.encode("utf-8", errors="replace"))


def _write_files(kept: _Kept, folder: Path) -> bytes | None:
    """Write the table and the figure of a finding, and return the figure as PNG, if it has one."""
    finding = kept.finding
    _write(folder / "tables" / f"{kept.name}.csv", finding.csv)
    if finding.draw is None:
        return None
    from csm_lib.style import figure_of, svg

    figure = figure_of(finding.draw())
    alt = finding.alt or finding.title
    drawing = svg(figure, key=finding.key, alt=alt)
    _write(folder / "figures" / f"{kept.name}.svg", standalone(drawing))
    png = _png(figure, alt)
    (folder / "figures" / f"{kept.name}.png").write_bytes(png)
    figure.clear()  # a long book has many, and each holds its canvas
    return png


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


class _Styles:
    """How the cells of the workbook look."""

    def __init__(self, book: Workbook) -> None:
        top = {"valign": "top"}
        wrap = {**top, "text_wrap": True}
        self.title = book.add_format({"bold": True, "font_size": 14, **wrap})
        self.label = book.add_format({"bold": True, "font_color": "#b45309", **wrap})
        self.bold = book.add_format({"bold": True, **top})
        self.text = book.add_format(wrap)
        self.head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#dce8f3", **wrap})
        self.link = book.add_format({"font_color": "#0f5e9c", "underline": 1, **wrap})


def _write_finding(sheet: Worksheet, finding: Finding, png: bytes | None, styles: _Styles) -> None:
    """Write a finding on its sheet: what must be said of it, the figure, the table, the data."""
    table, data = finding.table, finding.data.reset_index(drop=True)
    blocks = [("Data", data)] if table.equals(data) else [("Table", table), ("Data", data)]
    widths = _widths([frame for _, frame in blocks])
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    line = _Lines(sheet, widths)

    line.across(finding.title, styles.title, size=1.4)
    if finding.label:
        line.across(finding.label, styles.label)
    sheet.freeze_panes(line.row, 0)
    sheet.write_url(line.row, 0, link_to(CONTENTS), styles.link, "Back to the contents")
    line.row += 1
    for name, text in _facts(finding):
        line.pair(name, text, styles)
    line.row += 1
    if png is not None:
        alt = cut(finding.alt or finding.title, ALT)
        picture = {"image_data": io.BytesIO(png), "description": alt, "object_position": 3}
        sheet.insert_image(line.row, 0, "figure.png", picture)
        line.row += math.ceil(_height(png) / ROW) + 2
    for name, frame in blocks:
        line.pair(name, "", styles)
        line.frame(frame, styles)
    known = [one for one in download.columns(finding.key, data) if "description" in one]
    if known:
        line.pair("Columns", "", styles)
        for one in known:
            unit = one.get("unit", "text")
            words = one["description"] + (f" ({unit})" if unit != "text" else "")
            line.pair(one["name"], words, styles)
    sheet.hide_gridlines(2)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _facts(finding: Finding) -> list[tuple[str, str]]:
    about: Mapping[str, Any] = finding.about
    meant = [f"{one['rows']} {one['status']} ({one['meaning']})" for one in about["status"]]
    facts = [
        ("Question", finding.question),
        ("Base", finding.base),
        ("Status", "; ".join(meant)),
        ("Source", finding.source),
        ("Beware", finding.caveat),
        *(("Licence", f"{one['covers']}: {one['licence']}") for one in about["licence"]),
        *(("Cite", one) for one in about["cite"]),
    ]
    return [(name, text) for name, text in facts if text]


def _height(png: bytes) -> float:
    """Return how high a PNG of ours is, in points; its header holds the pixels."""
    return int.from_bytes(png[20:24], "big") * 72 / DPI


def _widths(frames: Sequence[pd.DataFrame]) -> list[float]:
    """Return a width for each column that suits what the tables put into it."""
    widths = [20.0] + [12.0] * 7
    for frame in frames:
        widths += [12.0] * (len(frame.columns) - len(widths))
        for column, name in enumerate(frame.columns):
            longest = max(len(str(one)) for one in (name, *frame.iloc[:, column]))
            widths[column] = min(max(widths[column], longest + 2.0), 40.0)
    return widths


class _Lines:
    """Writes a sheet from the top down."""

    def __init__(self, sheet: Worksheet, widths: Sequence[float]) -> None:
        self.sheet = sheet
        self.row = 0
        self._all = sum(widths[:ACROSS])
        self._rest = sum(widths[1:ACROSS])

    def across(self, text: str, style: Format, *, size: float = 1.0) -> None:
        """Set text over the first columns, in as many lines as it needs."""
        self._merged(0, text, style, self._all / size, ROW * size)

    def pair(self, name: str, text: str, styles: _Styles) -> None:
        """Set a name in bold, and beside it what belongs to it."""
        self.sheet.write_string(self.row, 0, cut(name), styles.bold)
        if text:
            self._merged(1, text, styles.text, self._rest, ROW)
        else:
            self.row += 1

    def _merged(self, column: int, text: str, style: Format, width: float, height: float) -> None:
        # Excel does not fit the height of merged cells by itself
        text = cut(text)
        lines = sum(math.ceil(max(len(part), 1) * 1.1 / width) for part in text.split("\n"))
        self.sheet.set_row(self.row, min(lines * height, 400))
        self.sheet.merge_range(self.row, column, self.row, ACROSS - 1, "", style)
        self.sheet.write_string(self.row, column, text, style)
        self.row += 1

    def frame(self, frame: pd.DataFrame, styles: _Styles) -> None:
        """Set a table: numbers as numbers, text as text, what is missing as an empty cell."""
        for column, name in enumerate(frame.columns):
            self.sheet.write_string(self.row, column, cut(str(name)), styles.head)
        self.row += 1
        for cells in frame.itertuples(index=False, name=None):
            for column, value in enumerate(cells):
                _write_cell(self.sheet, self.row, column, value, styles.text)
            self.row += 1
        self.row += 1


def _write_cell(sheet: Worksheet, row: int, column: int, value: Any, text: Format) -> None:
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return
    if isinstance(value, (bool, np.bool_)):
        sheet.write_boolean(row, column, bool(value))
    elif isinstance(value, Real) and abs(float(value)) < EXACT:
        sheet.write_number(row, column, float(value))
    elif value != "":
        sheet.write_string(row, column, cut(str(value)), text)


def _write_contents(
    sheet: Worksheet, collection: Collection, contents: Contents, styles: _Styles
) -> None:
    widths = [70.0, 50.0, 30.0, 34.0]
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, cut(f"{collection.title}: findings"), styles.title)
    row = 1
    if collection.about:
        sheet.write_string(row, 0, cut(collection.about), styles.text)
        row += 1
    for column, word in enumerate(("Finding", "Question", "Label", "Files")):
        sheet.write_string(row, column, word, styles.head)
    row += 1
    sheet.freeze_panes(row, 0)
    for title, kept in contents:
        if kept:
            sheet.write_string(row, 0, cut(title), styles.bold)
            row += 1
        for one in kept:
            # the address of a link may be cut nowhere, its text may
            sheet.write_url(row, 0, link_to(one.sheet), styles.link, cut(one.finding.title))
            cells = (one.finding.question, one.finding.label, "\n".join(one.files))
            for column, text in enumerate(cells, start=1):
                sheet.write_string(row, column, cut(text), styles.text)
            row += 1
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _readme(collection: Collection, contents: Contents) -> str:
    kept = [one for _, listed in contents for one in listed]
    held = {name for one in kept for name in one.finding.status}
    licences = (
        (part["covers"], part["licence"])
        for one in kept
        for part in download.licences(one.finding.status, label=one.finding.label)
    )
    text = render(
        "readme_of_all.txt",
        fill=download.fill,
        collection=collection,
        labels=dict.fromkeys(one.finding.label for one in kept if one.finding.label),
        workbook=WORKBOOK,
        dpi=DPI,
        mark=MARK,
        contents=contents,
        statuses=[(name, meaning) for name, meaning in STATUSES.items() if name in held],
        licences=dict.fromkeys(licences),
        book=f"{download.BOOK}, version {download.version()}",
    )
    return f"{text}\n"
