"""The built site's downloads: each finding has one, and it holds the finding's own data.

`make book` builds the site. The findings are made anew here from the cells of the notebooks, and
their frames are held against the files on the site. CSM_SITE_DIR names another site than that of
the book on the paper; CSM_COLLECTION, its collection.
"""

from __future__ import annotations

import ast
import io
import json
import os
import zipfile
from contextlib import chdir
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from bs4.element import Tag
from site_pages import read

from csm_lib.collection import Collection, open_collection
from csm_lib.findings import Finding
from csm_lib.status import DRAWN, INVENTED, LABELS

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "_build" / "html"
SITE = Path(os.environ.get("CSM_SITE_DIR") or SHIPPED).resolve()
SOURCE = ROOT if SITE == SHIPPED else SITE.parent / "source"
NOTEBOOKS = sorted((SOURCE / "notebooks").glob("*.ipynb"))
PAGES = sorted(SITE.rglob("*.html"))


@pytest.fixture(scope="module")
def collection() -> Collection:
    """The collection that the site is made from."""
    return open_collection()


@cache
def figures(page: Path) -> list[Tag]:
    """The findings on a page."""
    return list(read(page).select("figure.csm-finding"))


@cache
def download_of(page: Path, index: int) -> tuple[Path, dict[str, bytes]]:
    """The file that the link of a finding leads to, and the files in it by their last name."""
    (link,) = figures(page)[index].select('a.csm-download[download$=".zip"]')
    path = (page.parent / str(link["href"])).resolve()
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return path, {name.split("/")[-1]: archive.read(name) for name in archive.namelist()}


@cache
def findings(notebook: Path) -> list[Finding]:
    """The findings that the cells of a notebook show, made anew."""
    names: dict[str, Any] = {}
    shown = []
    cells = [
        cell for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"
    ]
    with chdir(notebook.parent):  # as a kernel has it
        for cell in cells:
            *before, last = ast.parse(cell.source).body
            exec(compile(ast.Module(before, []), str(notebook), "exec"), names)
            if isinstance(last, ast.Expr):
                value = eval(compile(ast.Expression(last.value), str(notebook), "eval"), names)
                shown.append(value)
            else:
                exec(compile(ast.Module([last], []), str(notebook), "exec"), names)
    return [finding for result in shown for finding in findings_of(result)]


def findings_of(result: Any) -> list[Finding]:
    """What a cell shows, if it is a finding."""
    return [result] if isinstance(result, Finding) else []


ON_PAGES = [(page, index) for page in PAGES for index in range(len(figures(page)))]
each_on_a_page = pytest.mark.parametrize(
    ("page", "index"), ON_PAGES, ids=[f"{p.relative_to(SITE)}-{i}" for p, i in ON_PAGES]
)
each_notebook = pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)


def test_the_site_is_built_and_shows_findings() -> None:
    assert {"index", "codebook"} <= {page.stem for page, _ in ON_PAGES}, "run: make book"


@each_on_a_page
def test_a_download_stands_at_the_address_of_its_key_and_tells_the_same(
    page: Path, index: int, collection: Collection
) -> None:
    figure = figures(page)[index]
    path, files = download_of(page, index)
    key = str(figure["id"]).removeprefix("finding-")
    about = json.loads(files["metadata.json"])

    assert path == (SITE / "downloads" / f"{key}.zip").resolve()
    assert set(files) == {"README.txt", f"{key}.csv", "metadata.json"}
    assert about["key"] == key
    assert about["title"] == figure.select(".csm-title")[0].text
    assert about["title"] in " ".join(files["README.txt"].decode().split())
    drawn = bool(figure.select('.csm-status[data-status="drawn"]'))
    invented = collection.status == INVENTED or bool(
        figure.select('.csm-status[data-status="invented"]')
    )
    label = LABELS[INVENTED] if invented else LABELS[DRAWN] if drawn else ""
    assert about["label"] == label
    assert label in files["README.txt"].decode()
    assert (LABELS[DRAWN] in files["README.txt"].decode()) == drawn
    assert figure.select(".csm-cite p")[0].text == about["cite"][0]
    (workbook,) = figure.select('a.csm-download[download$=".xlsx"]')
    assert (page.parent / str(workbook["href"])).resolve() == path.with_suffix(".xlsx")
    facts = pd.read_excel(path.with_suffix(".xlsx"), "About", index_col="What", engine="openpyxl")[
        "Text"
    ]
    assert " ".join(facts["Title"].split()) == " ".join(about["title"].split())
    assert facts.get("Label", "") == label
    assert about["cite"] == facts[facts.index == "Cite"].tolist()


@each_notebook
def test_the_data_on_the_site_are_the_findings_own(notebook: Path) -> None:
    page = (SITE / notebook.relative_to(SOURCE)).with_suffix(".html")
    page = SITE / "index.html" if notebook.stem == "findings" else page  # the front page
    places = {str(figure["id"]): index for index, figure in enumerate(figures(page))}
    made = findings(notebook)

    assert made or notebook.stem == "explore"  # any items of all, and so no finding
    for finding in made:
        _, files = download_of(page, places[f"finding-{finding.key}"])
        taken = pd.read_csv(io.BytesIO(files[f"{finding.key}.csv"]), keep_default_na=False)
        assert set(taken.pop("source")) == {finding.source}
        assert list(taken.columns) == list(finding.data.columns)
        assert len(taken) == len(finding.data)
        for name in taken:
            for cell, value in zip(taken[name], finding.data[name], strict=True):
                if pd.isna(value):
                    assert cell == ""
                elif isinstance(value, str):
                    assert str(cell) == value
                else:
                    assert float(cell) == pytest.approx(float(value), rel=1e-12)


def test_the_site_holds_no_download_that_no_page_offers() -> None:
    zips = {download_of(page, index)[0] for page, index in ON_PAGES}
    offered = zips | {path.with_suffix(".xlsx") for path in zips}

    assert {path.resolve() for path in (SITE / "downloads").iterdir()} == offered


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(SITE).as_posix())
def test_no_page_carries_a_download_in_itself(page: Path) -> None:
    assert b"data:application/" not in page.read_bytes()
    assert b"data:text/csv" not in page.read_bytes()


@pytest.mark.paper
def test_the_counts_of_the_print_are_in_a_download() -> None:
    """Jobcentre Plus in 2009: 50 of 72, read from the site alone."""
    with zipfile.ZipFile(SITE / "downloads" / "statutory-agencies.zip") as archive:
        text = archive.read("statutory-agencies/statutory-agencies.csv").decode()
    row = "board.jobcentre_plus,Jobcentre Plus,statutory_agencies,2009,yes,50,72,2,"
    assert row in text
