"""No page is stale: a small book is built again after each kind of change to what it reads."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).parent.parent

# Prints a word of its own for each thing that it reads.
CELL = """\
from importlib.metadata import version
from pathlib import Path
from csm_lib.collection import open_collection
from csm_lib.mark import MARK

example = open_collection("../examples/partnership-board")
print(f"library {MARK}")
print("data " + Path("../data/mark.txt").read_text())
print(f"example {len(example.returns)}")
print("exercises " + Path("../exercises/mark.txt").read_text())
print("installed " + version("mark"))
print(f"collection {open_collection().title}")
"""


def install(folder: Path, version: str) -> None:
    """Install a package of no modules in a version, in place of another."""
    for old in folder.glob("mark-*"):
        shutil.rmtree(old)
    described = folder / f"mark-{version}.dist-info"
    described.mkdir(parents=True)
    (described / "METADATA").write_text(f"Name: mark\nVersion: {version}\n")


class Book:
    """A copy of the project with one notebook, and how it is built without make."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        made = shutil.ignore_patterns(
            ".*", "_build", "__pycache__", "notebooks", "tests", "benchmarks"
        )
        shutil.copytree(ROOT, folder, ignore=made)
        (folder / "notebooks").mkdir()
        cells = [new_markdown_cell("# Trial\n\nA page."), new_code_cell(CELL)]
        nbformat.write(new_notebook(cells=cells), folder / "notebooks" / "trial.ipynb")
        (folder / "_toc.yml").write_text("format: jb-book\nroot: notebooks/trial\n")
        settings = (folder / "_config.yml").read_text("utf-8")
        settings = settings.replace("      - csm_teaching\n", "")  # there are no lessons here
        (folder / "_config.yml").write_text(settings, "utf-8")
        for name in ("data", "exercises"):
            (folder / name / "mark.txt").write_text("old")
        (folder / "csm_lib" / "mark.py").write_text("MARK = 'old'\n")
        install(folder / "installed", "1.0")

    def build(self, **settings: str) -> subprocess.CompletedProcess[str]:
        """Build it as the README says, with settings in the environment."""
        path = os.pathsep.join([str(self.folder), str(self.folder / "installed")])
        return subprocess.run(
            [Path(sys.executable).with_name("jupyter-book"), "build", ".", "--all"],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": path, **settings},
            capture_output=True,
            text=True,
            check=False,
        )

    def page(self) -> dict[str, str]:
        """What the page says, after a build that must succeed."""
        run = self.build()
        assert run.returncode == 0, run.stderr[-3000:]
        html = (self.folder / "_build/html/index.html").read_text("utf-8")
        said = BeautifulSoup(html, "lxml").select_one(".cell_output")
        assert said is not None, run.stderr[-3000:]
        return dict(re.findall(r"(?m)^(\w+) (.+)$", said.get_text()))


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return Book(tmp_path_factory.mktemp("stale") / "book")


@pytest.fixture(scope="module")
def before(book: Book) -> dict[str, str]:
    """What the page says first."""
    return book.page()


def test_a_page_shows_what_is_there_now_and_never_what_it_read_before(
    book: Book, before: dict[str, str]
) -> None:
    """What package and data change is tested, without a build, in test_book_extension."""
    assert set(before) == {"library", "data", "example", "exercises", "installed", "collection"}

    returns = book.folder / "examples/partnership-board/returns.csv"
    returns.write_text(returns.read_text("utf-8").rstrip("\n").rpartition("\n")[0] + "\n", "utf-8")
    now = before | {"example": str(int(before["example"]) - 1)}
    assert book.page() == now
    (book.folder / "exercises" / "mark.txt").write_text("new")
    now |= {"exercises": "new"}
    assert book.page() == now
    install(book.folder / "installed", "2.0")
    now |= {"installed": "2.0"}
    assert book.page() == now


def test_another_collection_than_that_of_the_book_is_refused_and_leaves_nothing_behind(
    book: Book, before: dict[str, str]
) -> None:
    run = book.build(CSM_COLLECTION=str(book.folder / "examples/partnership-board"))

    assert run.returncode != 0
    assert "make book COLLECTION=" in run.stderr
    assert book.page()["collection"] == before["collection"]
