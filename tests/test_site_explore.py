"""The view of any items in a real browser, over http and from a folder, without a network.

`make book` builds the site; the browser is that of `test_site_browser`. What holds on the site of
any collection is held against its counts, as the page's table was made from them; on the book on
the paper, against what is printed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
from matplotlib.image import imread
from playwright.sync_api import Browser, Page
from test_site_browser import (  # fixtures are found by their names
    LAPTOP,
    SITE,
    Reader,
    browser,
    folder_reader,
    home,
    reader,
    window,
)

__all__ = ["browser", "folder_reader", "home", "reader"]

NAME = "notebooks/explore.html"

paper = pytest.mark.paper

FOUR = ["board.schools", "board.jobcentre_plus", "commissioning.camhs", "board.police"]

SHOWN = """() => [...document.querySelectorAll('.csm-explore table tr')]
  .filter(row => row.checkVisibility())
  .map(row => [...row.cells].filter(cell => cell.checkVisibility()))
  .map(cells => cells.map(cell => cell.textContent))"""

DRAWN = (
    """() => [...document.querySelectorAll('.csm-drawn svg text')].map(text => text.textContent)"""
)


def address(items: list[str], show: str, sort: str = "", **more: str) -> str:
    return NAME + "#" + urlencode({"item": items, "show": show, "sort": sort, **more}, doseq=True)


def shown(page: Page) -> list[list[str]]:
    """The rows of the table that a reader sees, its head first."""
    rows: list[list[str]] = page.evaluate(SHOWN)
    return rows


def drawn(page: Page) -> str:
    """All that is written in the chart."""
    return " ".join(page.evaluate(DRAWN))


def chosen(page: Page) -> list[str]:
    boxes: list[str] = page.locator("[name=item]:checked").evaluate_all(
        "all => all.map(e => e.value)"
    )
    return boxes


def saved(page: Page, kind: str) -> bytes:
    with page.expect_download() as download:
        page.locator(f"[data-save={kind}]").click()
    assert download.value.suggested_filename == f"explore.{kind}"
    return Path(download.value.path()).read_bytes()


@pytest.fixture(params=["http", "folder"])
def anyhow(request: pytest.FixtureRequest, reader: Reader, folder_reader: Reader) -> Reader:
    """A reader over http, then one from a folder; both without a network."""
    return reader if request.param == "http" else folder_reader


# -- What is shown -----------------------------------------------------------


@paper
def test_what_is_chosen_stands_in_table_and_chart_and_nothing_else(anyhow: Reader) -> None:
    page = anyhow.open(NAME)
    page.get_by_role("button", name="Choose none").click()
    assert page.locator(".csm-drawn svg:visible").count() == 0
    for name in ("Jobcentre Plus", "CAMHS", "Schools"):
        page.get_by_role("checkbox", name=name, exact=True).first.check()
    page.get_by_role("radio", name="Change").check()
    page.get_by_label("Sort by").select_option("Change")

    assert shown(page) == [
        ["Item", "Section", "2008", "2009", "Change", "Status"],
        ["Jobcentre Plus", "Agencies under the duty", "36% (26 of 72)", "69% (50 of 72)",
         "+33 points", "recovered"],
        ["CAMHS", "Areas of joint commissioning", "91% (67 of 74)", "84% (62 of 74)",
         "−7 points", "recovered"],
        ["Schools", "Agencies under the duty", "not asked", "97% (72 of 74)", "not known",
         "recovered"],
    ]  # fmt: skip
    written = drawn(page)
    for part in ("Jobcentre Plus", "26 of 72", "+33 points", "CAMHS", "not asked", "Schools"):
        assert part in written
    assert "Police" not in written
    assert page.locator(".csm-said").inner_text().startswith("3 of 59 items: change")
    assert anyhow.faults == []


@paper
@pytest.mark.parametrize(
    ("sort", "more", "order"),
    [
        ("", {}, ["Police", "Schools", "Jobcentre Plus", "CAMHS"]),
        ("", {"reverse": "yes"}, ["CAMHS", "Jobcentre Plus", "Schools", "Police"]),
        ("Item", {}, ["CAMHS", "Jobcentre Plus", "Police", "Schools"]),
        ("2008", {}, ["Police", "CAMHS", "Jobcentre Plus", "Schools"]),  # schools: not asked
        ("2008", {"reverse": "yes"}, ["Jobcentre Plus", "CAMHS", "Police", "Schools"]),
        ("Change", {}, ["Jobcentre Plus", "Police", "CAMHS", "Schools"]),
    ],
)
def test_rows_are_sorted_by_any_column_or_stand_in_the_order_of_the_book(
    reader: Reader, sort: str, more: dict[str, str], order: list[str]
) -> None:
    page = reader.open(address(FOUR, "Each year", sort, **more))

    assert [row[0] for row in shown(page)[1:]] == order
    ends = [drawn(page).index(name) for name in order]
    assert ends == sorted(ends)
    head = page.locator("th[aria-sort]")
    assert head.count() == (1 if sort else 0)


@paper
def test_one_year_shows_its_column_only(reader: Reader) -> None:
    page = reader.open(address(["board.fire_and_rescue", "board.connexions"], "2009"))

    assert shown(page) == [
        ["Item", "Section", "2009", "Status"],
        ["Local Connexions Partnership", "Agencies under the duty", "not asked", "not asked"],
        ["Fire and rescue", "Other agencies", "49% (36 of 73)", "published"],
    ]


def test_at_first_the_chart_stands_and_holds_each_cell_of_the_table(anyhow: Reader) -> None:
    page = anyhow.open(NAME)
    head, *rows = shown(page)

    assert rows
    written = drawn(page)
    for row in rows:
        for cell in row[2 : len(head) - 1]:
            for part in cell.removesuffix(")").split(" ("):
                assert part in written
    assert anyhow.faults == []


def test_the_list_is_narrowed_by_name_and_by_section(reader: Reader) -> None:
    page = reader.open(NAME)
    listed = page.locator(".csm-items label:visible")
    everything = listed.count()
    first = page.locator(".csm-items legend").first.inner_text()
    find = page.get_by_label("Find")

    find.fill(first)
    assert 0 < listed.count() < everything
    page.get_by_role("button", name="Choose none").click()
    page.get_by_role("button", name="Choose all listed").click()
    assert len(chosen(page)) == listed.count()
    find.fill("no item is called so")
    assert listed.count() == 0
    assert page.locator(".csm-items legend:visible").count() == 0


# -- The address -------------------------------------------------------------


@paper
def test_the_address_holds_what_is_chosen_and_the_back_button_undoes(anyhow: Reader) -> None:
    page = anyhow.open(NAME)
    untouched = shown(page)
    assert "#" not in page.url
    page.get_by_role("radio", name="2009").check()
    page.get_by_label("Sort by").select_option("2009")
    page.get_by_role("checkbox", name="Schools", exact=True).first.uncheck()
    before = shown(page)
    assert ["Schools"] not in [row[:1] for row in before]

    anyhow.open(page.url.removeprefix(anyhow.home))
    assert shown(page) == before  # from the address alone
    page.get_by_role("radio", name="Change").check()
    assert shown(page) != before
    page.go_back()
    page.wait_for_function("document.querySelector('[name=show]:checked').value === '2009'")
    assert shown(page) == before
    page.evaluate("location.hash = ''")
    page.wait_for_function("document.querySelector('[name=show]:checked').value === 'Each year'")
    assert shown(page) == untouched
    assert anyhow.faults == []


def test_a_link_to_another_place_of_the_page_leaves_the_choice_alone(reader: Reader) -> None:
    page = reader.open(NAME)
    page.get_by_role("button", name="Choose all listed").click()
    before = shown(page)
    page.evaluate("location.hash = '#explore'")
    page.wait_for_timeout(100)

    assert shown(page) == before


def test_an_address_that_names_what_there_is_not_shows_what_there_is(reader: Reader) -> None:
    page = reader.open(address(["no.such"], "1066", "Nothing"))

    assert len(shown(page)) == 1
    assert page.locator("[data-save]:enabled").count() == 0
    assert reader.faults == []


# -- What is taken away ------------------------------------------------------


@paper
def test_the_data_are_those_of_the_cells_shown_with_status_and_source(anyhow: Reader) -> None:
    page = anyhow.open(
        address(["board.schools", "commissioning.palliative_care"], "Change", "2009")
    )
    head, *lines = csv.reader(io.StringIO(saved(page, "csv").decode()))
    rows = [dict(zip(head, line, strict=True)) for line in lines]

    names = ["label", "column", "yes", "base", "no_answer", "status"]
    assert [[row[name] for name in names] for row in rows] == [
        ["Schools", "2008", "", "", "", "not asked"],
        ["Schools", "2009", "72", "74", "0", "recovered"],
        ["Schools", "Change", "", "", "", "not known"],
        ["Palliative care", "2008", "19", "74", "0", "recovered"],
        ["Palliative care", "2009", "12", "74", "0", "recovered"],
        ["Palliative care", "Change", "", "", "", "recovered"],
    ]
    assert float(rows[-1]["change"]) == pytest.approx(-7 / 74)
    assert all(row["source"].startswith("Devanney and Wistow (2013)") for row in rows)


def test_the_picture_holds_what_is_shown_its_source_and_its_label(anyhow: Reader) -> None:
    page = anyhow.open(NAME, mode="dark")
    picture = saved(page, "svg").decode()
    pixels = imread(io.BytesIO(saved(page, "png")))

    for part in (shown(page)[1][2].split(" (")[0], page.locator("[data-source]").inner_text()[:40]):
        assert part in picture
    label = page.locator(".csm-explore .csm-caveat")
    assert label.count() == 0 or label.inner_text() in picture
    assert pixels.shape[1] > 1_000
    colours = np.unique(pixels.reshape(-1, pixels.shape[2])[:, :3], axis=0)
    assert len(colours) > 20  # not blank
    assert pixels[2, 2, :3].min() == 1  # on white, whatever the mode
    assert anyhow.faults == []


# -- Everybody ---------------------------------------------------------------


@paper
def test_all_is_done_by_keyboard_alone(reader: Reader) -> None:
    page = reader.open(NAME)

    def tab_to(found: str) -> None:
        for _ in range(200):
            page.keyboard.press("Tab")
            if page.evaluate("css => document.activeElement.matches(css)", found):
                return
        pytest.fail(f"{found} is not reached")

    tab_to("[data-find]")
    page.keyboard.type("camhs")
    tab_to("[data-choose='']")
    page.keyboard.press("Enter")
    tab_to("[name=item]")
    page.keyboard.press("Space")
    tab_to("[name=show]")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    tab_to("[name=sort]")
    page.keyboard.type("Ch")
    tab_to("[name=reverse]")
    page.keyboard.press("Space")

    said = page.locator(".csm-said").inner_text()
    assert said == "1 of 59 items: change; sorted by change, the other way round"
    assert [row[0] for row in shown(page)] == ["Item", "CAMHS"]
    tab_to("[data-save=csv]")
    with page.expect_download():
        page.keyboard.press("Enter")


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("width", [LAPTOP, 390])
def test_axe_finds_nothing_with_the_controls_used(reader: Reader, mode: Any, width: int) -> None:
    page = reader.open(NAME, width=width, mode=mode)
    page.get_by_label("Find").fill("e")
    page.get_by_role("button", name="Choose all listed").click()
    page.locator("[name=show]").last.check()
    page.get_by_label("Sort by").select_option("Status")

    assert reader.axe(".csm-explore") == []
    assert reader.sideways() == []
    page.get_by_role("button", name="Choose none").click()
    assert reader.axe(".csm-explore") == []
    assert reader.faults == []


def test_the_chart_is_hidden_from_those_who_read_the_table(reader: Reader) -> None:
    page = reader.open(NAME)

    assert page.locator("[aria-hidden=true] svg").count() >= 1
    tree = page.locator(".csm-explore").aria_snapshot()
    assert "- table " in tree
    assert "graphics" not in tree
    assert tree.count(shown(page)[1][0]) >= 1


def test_the_switch_of_light_and_dark_repaints_the_chart(reader: Reader) -> None:
    page = reader.open(NAME)
    fills = """() => {
      const style = getComputedStyle(document.documentElement);
      const inks = ['--csm-ink', '--csm-muted'].map(role => style.getPropertyValue(role).trim());
      return [...document.querySelectorAll('.csm-drawn svg text')]
        .every(text => inks.includes(text.getAttribute('fill')));
    }"""
    ground = "() => document.querySelector('.csm-drawn svg').style.backgroundColor"
    assert page.evaluate(fills)
    light = page.evaluate(ground)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_function(fills)

    assert page.evaluate(ground) != light


def test_without_scripts_a_plain_table_holds_all_items_and_no_control(
    browser: Browser, home: str
) -> None:
    page = window(browser, java_script_enabled=False)
    page.goto(home + NAME)
    view = page.locator(".csm-explore")

    assert view.locator(":is(input, select, button):visible").count() == 0
    assert view.locator("tbody tr").count() == view.locator("tbody tr:visible").count() > 10
    assert view.locator(".csm-unswitched").is_visible()
    page.context.close()


def test_on_paper_there_is_the_table_and_no_control(reader: Reader) -> None:
    page = reader.open(NAME)
    page.emulate_media(media="print")

    assert page.locator(".csm-explore :is(form, .csm-drawn, .csm-save):visible").count() == 0
    assert page.locator(".csm-explore tbody tr:visible").count() > 1
    page.emulate_media(media="screen")


# -- The host ----------------------------------------------------------------

POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' 'unsafe-inline'"
)


class Strict(SimpleHTTPRequestHandler):
    """Serves files with the headers that the book recommends to its publisher."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def strict_home() -> Iterator[str]:
    serve: Callable[..., Any] = partial(Strict, directory=str(SITE))
    with ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_the_chart_is_drawn_and_saved_under_the_policy_that_the_book_recommends(
    browser: Browser, strict_home: str
) -> None:
    reader = Reader(browser, strict_home)
    page = reader.open(NAME)

    assert drawn(page)
    assert saved(page, "png").startswith(b"\x89PNG")
    assert [fault for fault in reader.faults if "Content Security Policy" in fault] == []


@paper
def test_the_policy_tested_is_the_one_in_the_book() -> None:
    text = (Path(__file__).parent.parent / "book" / "publish.md").read_text("utf-8")

    assert f"Content-Security-Policy: {POLICY}" in text
