"""Cells that run in the reader's browser: `make live` on a copy of the built site.

The parts are those that ``make live`` keeps in ``.live-parts``; with ``CI=true`` they are fetched.
Where there are none, and no source has them, these tests are skipped.

By hand, ``python tests/live_all.py`` runs each cell of each chapter, and more.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from shutil import which
from threading import Thread

import live_parts
import pytest
import xlsxwriter
from collection_book import note_of
from live_bytecode import compiled
from make_live import make
from playwright.sync_api import Browser, Locator, Page, expect
from test_site_browser import SITE, Quiet, Reader, browser

__all__ = ["browser"]  # a fixture

pytestmark = pytest.mark.paper

CI = os.environ.get("CI", "").lower() in ("1", "true")
LONG = 600_000  # milliseconds after which a run is given up, never a speed


@pytest.fixture(scope="session")
def live_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the site that has been made live."""
    try:
        live_parts.collected(sources=live_parts.SOURCES if CI else ())
    except live_parts.NotThere as error:
        pytest.skip(f"{error} Or run make live once, where a network has it.")
    folder = tmp_path_factory.mktemp("live") / "html"
    shutil.copytree(SITE, folder)
    note_of(folder).write_text("made of this")
    make(folder)
    return folder


def test_the_next_build_takes_away_what_was_added(live_site: Path) -> None:
    assert not note_of(live_site).exists()  # so that it makes the site anew


def test_modules_are_bytecode_of_the_python_that_runs_them(tmp_path: Path) -> None:
    if which("node") is None:
        pytest.skip("no Node on the path")
    try:
        found = live_parts.collected(sources=live_parts.SOURCES if CI else ())
    except live_parts.NotThere as error:
        pytest.skip(str(error))
    files = {
        "/live/a.py": b"1\n",
        "/live/b.py": b"print 'no Python 3'",
        "/book/book/teaching/c.py": b"1\n",
    }
    made = compiled(files, found, "a", tmp_path)

    assert sorted(made) == ["/book/book/teaching/c.py", "/live/a.pyc", "/live/b.py"]
    # the magic number of Python 3.12, and the flag of a hash that is not looked at
    assert made["/live/a.pyc"][:8] == bytes.fromhex("cb0d0d0a01000000")
    assert [path.suffix for path in tmp_path.iterdir()] == [".zip"]


@pytest.fixture(scope="module", params=["http", "file"])
def address(request: pytest.FixtureRequest, live_site: Path) -> Iterator[str]:
    """Where the site is: on a server of this machine, and in a folder."""
    if request.param == "file":
        yield f"{live_site.as_uri()}/"
        return
    handler = partial(Quiet, directory=str(live_site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def reader(browser: Browser, address: str) -> Iterator[Reader]:
    """Somebody who reads that site."""
    somebody = Reader(browser, address)
    somebody.page.context.set_default_timeout(LONG)
    yield somebody
    assert somebody.faults == []
    somebody.page.context.close()


class Cell:
    """The controls of a cell, by what stands in its code."""

    def __init__(self, page: Page, text: str) -> None:
        page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
        codes = page.locator("textarea.csm-live-code").all()
        number = next(i for i, code in enumerate(codes) if text in code.input_value())
        self.code = codes[number]
        self.bar = page.locator(".csm-live-bar").nth(number)
        self.results = page.locator(".csm-live-results").nth(number)

    def button(self, name: str) -> Locator:
        return self.bar.get_by_role("button", name=re.compile(f"^{name}"))

    def status(self, pattern: str) -> str:
        """Wait until the status says so, and return it."""
        found = self.bar.get_by_role("status")
        expect(found).to_have_text(re.compile(pattern), timeout=LONG)
        return str(found.inner_text())

    def run(self, code: str | None = None) -> str:
        """Run it, changed if code is given, and return what it shows."""
        if code is not None:
            if self.button("Change the code").is_visible():
                self.button("Change the code").click()
            self.code.fill(code)
        self.button("Run").click()
        self.status(r"[^…]$")  # while it runs the status ends in dots
        return str(self.results.inner_text()) if self.results.is_visible() else ""


def test_a_page_loads_nothing_to_run_before_run_is_pressed(reader: Reader) -> None:
    asked: list[str] = []
    reader.page.on("request", lambda request: asked.append(request.url))
    reader.open("notebooks/board.html")
    assert sorted(url.rpartition("/")[2] for url in asked if "/live/" in url) == [
        "live.css",
        "live.js",
    ]


def test_a_cell_answers_is_changed_stopped_and_put_back(reader: Reader) -> None:
    page = reader.open("notebooks/board.html")
    cell = Cell(page, "bar = 0.8")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    assert "Schools" in cell.run() or "Police" in cell.run()
    came = [url.rpartition("/")[2] for url in asked if "/live/" in url]
    assert sorted(came) == ["book.js", "engine.js", "packages.js", "python.js"]
    assert cell.run('trusts.tally("board.police")[["year", "yes", "base"]]').split() == (
        "year yes base 0 2008 74 74 1 2009 73 74".split()
    )
    assert "Line 2: 1 / 0" in cell.run("one = 1\n1 / 0")

    cell.code.fill("while True:\n    pass")
    cell.button("Run").click()
    cell.status("^Running …")
    cell.button("Stop").click()
    assert cell.status("^Stopped") != ""
    assert cell.run("1 + 1").strip() == "2"

    cell.button("Reset").click()
    assert cell.code.input_value().startswith("bar = 0.8")
    assert cell.results.is_hidden()


def test_a_wrong_answer_gets_its_reason_and_a_right_one_is_right(reader: Reader) -> None:
    page = reader.open(page_of("fall-5"))
    cell = Cell(page, 'check("fall.points"')
    code = cell.code.input_value()

    assert "No answer yet" in cell.run()
    assert "Not yet right. Give a" in cell.run(code.replace("...", "'x'"))
    assert "Right." in cell.run(code.replace("...", "7"))


def page_of(exercise: str) -> str:
    """The page that holds an exercise."""
    found = [p for p in SITE.rglob("*.html") if f'id="exercise-{exercise}"' in p.read_text("utf-8")]
    return found[0].relative_to(SITE).as_posix()


def test_controls_are_accessible_in_light_and_dark(reader: Reader) -> None:
    for mode in ("light", "dark"):
        for width in (1280, 360):
            page = reader.open("notebooks/board.html", width=width, mode=mode)  # type: ignore[arg-type]
            Cell(page, "bar = 0.8").button("Change the code").click()
            assert reader.axe() == []
            assert reader.sideways() == []


CODEBOOK = """item,section,label,question,response,years,asked_if,note
board.police,board,Police,Are the police on the Board?,yes_no,2024,,
board.schools,board,Schools,Are schools on the Board?,yes_no,2024,,
"""


def rows(last: str) -> str:
    """Twenty clean returns, and one more."""
    clean = [f"A{n:02},2024,yes,{'yes' if n % 2 else 'no'}" for n in range(20)]
    return "\n".join(["authority,year,board.police,board.schools", *clean, last, ""])


def write(path: Path, text: str) -> Path:
    """Write a table that is given as CSV, as CSV or as a workbook."""
    if path.suffix == ".xlsx":
        with xlsxwriter.Workbook(path, {"strings_to_numbers": True}) as book:
            sheet = book.add_worksheet("Answers")
            for number, row in enumerate(csv.reader(text.splitlines())):
                sheet.write_row(number, 0, row)
    else:
        path.write_text(text)
    return path


def test_returns_of_ones_own_are_checked_and_counted_in_the_page_and_never_leave_it(
    reader: Reader, tmp_path: Path
) -> None:
    asked: list[str] = []
    reader.page.on("request", lambda request: asked.append(request.url))
    page = reader.open("notebooks/own_returns.html")
    box = page.locator("#own-file")
    status, results = box.get_by_role("status"), box.locator(".csm-live-results")

    def look(name: str, text: str) -> str:
        files = write(tmp_path / name, text), write(tmp_path / "codebook.csv", CODEBOOK)
        box.locator("input[type=file]").set_input_files(files)
        box.get_by_role("button", name="Check and count").press("Enter")
        expect(status).to_have_text(re.compile(r"[^…]$"), timeout=LONG)
        return str(status.inner_text())

    assert look("answers.ods", "").startswith("answers.ods cannot be read in a browser.")

    for name, where in (("returns.csv", "line 22"), ("returns.xlsx", "sheet 'Answers', row 22")):
        assert look(name, rows("A20,2024,maybe,yes")) == "Done."
        fault = results.locator("tr", has_text="maybe").first.inner_text()
        assert "board.police" in fault
        assert where in fault
        assert "Nothing is counted" in results.inner_text()

        assert look(name, rows("A20,2024,yes,yes")) == "Done."
        text = results.inner_text()
        assert "52% (11 of 21)" in text.replace("\N{NO-BREAK SPACE}", " ")
        assert "What is withheld" in text

    assert [url for url in asked if not url.startswith((reader.home, "data:", "blob:"))] == []
    assert [url for url in asked if "returns.csv" in url or "returns.xlsx" in url] == []


def test_a_cell_is_run_changed_left_and_put_back_by_keyboard_alone(reader: Reader) -> None:
    page = reader.open("notebooks/board.html")
    cell = Cell(page, "bar = 0.8")
    keys = page.keyboard

    cell.button("Change the code").focus()
    keys.press("Enter")
    expect(cell.code).to_be_focused()
    keys.press("ControlOrMeta+a")
    keys.type("while True: pass")
    keys.press("Tab")  # leaves the editor, as its text may have no tab
    expect(cell.button("Run")).to_be_focused()
    keys.press("Shift+Tab")
    keys.press("Shift+Enter")
    cell.status("^Running …")
    cell.button("Stop").focus()
    keys.press("Enter")
    cell.status("^Stopped")
    expect(cell.button("Run")).to_be_focused()
    cell.button("Reset").focus()
    keys.press("Space")
    expect(cell.button("Run")).to_be_focused()
    assert cell.code.input_value().startswith("bar = 0.8")
