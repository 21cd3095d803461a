"""The whole book to take away, on the built site: offered, sound, and made of what the pages show.

`make book` builds the site. CSM_SITE_DIR names another than that of the book on the paper.
"""

from __future__ import annotations

import csv
import io
import os
import re
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from site_pages import read

ROOT = Path(__file__).parent.parent
SITE = Path(os.environ.get("CSM_SITE_DIR") or ROOT / "_build" / "html").resolve()
FOLDER = SITE / "take-away"
FILES = {"findings.xlsx", "findings.ods", "findings.zip"}


def chapters() -> list[Path]:
    """The pages that show findings of the collection, no exercises."""
    pages = [SITE / "index.html", *sorted((SITE / "notebooks").glob("*.html"))]
    return [p for p in pages if not re.match("lesson_|own_returns|explore", p.name)]


def keys_on(page: Path) -> set[str]:
    """The findings that a page shows."""
    figures = read(page).select("figure.csm-finding")
    return {str(figure["id"]).removeprefix("finding-") for figure in figures}


@pytest.mark.parametrize("page", ["index.html", "book/take_away.html"])
def test_a_page_offers_every_file_and_says_how_large_it_is(page: str) -> None:
    html = read(SITE / page)
    links = {str(a["href"]): a for a in html.select('a[href*="take-away/"]')}
    assert {href.rpartition("/")[2] for href in links} == FILES
    for href, link in links.items():
        file = ((SITE / page).parent / href).resolve()
        assert file.parent == FOLDER
        assert link.has_attr("download")
        size = file.stat().st_size / 1000
        said = re.match(r" \((\d+) kB\)", str(link.next_sibling))
        assert said
        assert int(said[1]) == pytest.approx(size, abs=0.51)


def test_the_files_open_and_hold_every_finding_of_the_chapters() -> None:
    shown = set().union(*map(keys_on, chapters()))
    sheets = openpyxl.load_workbook(FOLDER / "findings.xlsx", read_only=True).sheetnames
    assert list(pd.read_excel(FOLDER / "findings.ods", engine="odf", sheet_name=None)) == sheets
    with zipfile.ZipFile(FOLDER / "findings.zip") as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        for name in ("findings.xlsx", "findings.ods"):
            assert archive.read(f"findings/{name}") == (FOLDER / name).read_bytes()
    tables = [n.split("/")[2] for n in names if re.fullmatch(r"findings/tables/.*\.csv", n)]
    assert set(tables) == shown
    assert sheets == [
        *("Cover", "Contents", "Notes", "Columns"),
        *(name[:31].replace("-", "_") for name in tables),
    ]


def test_a_finding_is_there_as_its_own_download_has_it() -> None:
    with zipfile.ZipFile(FOLDER / "findings.zip") as archive:
        names = [n for n in archive.namelist() if n.startswith("findings/tables/")]
        assert names
        for name in names:
            _, _, key, file = name.split("/")
            with zipfile.ZipFile(SITE / "downloads" / f"{key}.zip") as own:
                assert archive.read(name) == own.read(f"{key}/{file}")


def test_no_row_of_returns_is_in_it_but_those_of_the_drawn_panel() -> None:
    with zipfile.ZipFile(FOLDER / "findings.zip") as archive:
        held = [n for n in archive.namelist() if n.endswith(".csv")]
        by_respondent = [
            name
            for name in held
            if "authority" in next(csv.reader(io.StringIO(archive.read(name).decode())))
        ]
    assert not [n for n in held if "returns" in n and n.startswith("findings/collection")]
    assert by_respondent in ([], ["findings/collection/drawn-panel.csv"])


@pytest.mark.paper
def test_the_counts_of_the_print_are_in_the_workbook() -> None:
    """Jobcentre Plus in 2009: 50 of 72, read from the workbook alone."""
    sheet = openpyxl.load_workbook(FOLDER / "findings.xlsx")["statutory_agencies"]
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    row = next(r for r in rows if r[:1] == ["board.jobcentre_plus"] and 2009 in r)
    assert row[5:9] == [50, 72, 2, 50 / 72]


@pytest.mark.paper
def test_the_panel_that_was_drawn_is_in_the_zip_and_called_so() -> None:
    with zipfile.ZipFile(FOLDER / "findings.zip") as archive:
        panel = archive.read("findings/collection/drawn-panel.csv")
        readme = " ".join(archive.read("findings/README.txt").decode().split())
    assert panel == (ROOT / "data" / "returns.csv").read_bytes()
    assert "drawn-panel.csv is one of a great many panels" in readme
