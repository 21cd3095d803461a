"""Long tables of the built site: searched, filtered and sorted by keyboard, and read on a phone.

What is shown is held against the cells of the page as it was written, without its script.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page
from site_pages import read
from test_site_browser import (  # fixtures are found by their names
    LAPTOP,
    PAGES,
    PHONE,
    SITE,
    UNFOLD,
    Mode,
    Reader,
    browser,
    folder_reader,
    home,
    reader,
    window,
)

__all__ = ["browser", "folder_reader", "home", "reader"]

LONG = 20
"""A table of more rows can be searched."""

WRITTEN = {  # page and key of each finding with a long table -> its heads and rows
    (name, str(figure["id"])): (
        [head.get_text() for head in figure.select("thead th")],
        [[cell.get_text() for cell in row.select("th, td")] for row in rows],
    )
    for name in PAGES
    for figure in read(SITE / name).select("figure.csm-finding")
    if len(rows := figure.select(".csm-table > table tbody tr")) > LONG
}
each_table = pytest.mark.parametrize(("name", "key"), WRITTEN)
each_page = pytest.mark.parametrize("name", sorted({name for name, _ in WRITTEN}))
CODEBOOK = ("notebooks/codebook.html", "finding-codebook")
FIGURES = ("notebooks/every_number.html", "finding-ledger-figures")

SHOWN = """figure => [...figure.querySelectorAll('.csm-tabled tbody tr')]
  .filter(row => row.checkVisibility())
  .map(row => [...row.cells].map(cell => cell.textContent))"""


def at(page: Page, key: str) -> Locator:
    page.evaluate(UNFOLD)
    return page.locator(f"id={key}")


def shown(figure: Locator) -> list[list[str]]:
    rows: list[list[str]] = figure.evaluate(SHOWN)
    return rows


def said(figure: Locator) -> str:
    return figure.locator(".csm-tools [role=status]").inner_text()


def control(figure: Locator, name: str) -> Locator:
    return figure.locator(f".csm-tools label:has(span:text-is('{name}')) :is(input, select)")


def choose(page: Page, select: Locator, value: str) -> None:
    """Choose a value with the keys alone."""
    options = select.locator("option").evaluate_all("all => all.map(e => e.value)")
    select.focus()
    page.keyboard.press("Home")
    for _ in range(options.index(value)):
        page.keyboard.press("ArrowDown")


def starting_number(text: str) -> float:
    found = re.match(r"[<+]?(-?[\d.]+)", text.replace("−", "-"))
    assert found, text
    return float(found[1])


def test_there_is_a_long_table() -> None:
    assert CODEBOOK in WRITTEN


@each_table
def test_a_search_shows_the_rows_that_hold_all_words_and_says_how_many(
    reader: Reader, name: str, key: str
) -> None:
    _, rows = WRITTEN[name, key]
    words = [rows[7][0].split()[-1], rows[7][-1].split()[0] if rows[7][-1] else ""]
    page = reader.open(name)
    figure = at(page, key)
    assert said(figure) == f"{len(rows)} rows"
    assert shown(figure) == rows

    control(figure, "search").focus()
    page.keyboard.type(" ".join(words).upper())

    expected = [
        row for row in rows if all(word.lower() in "\n".join(row).lower() for word in words)
    ]
    assert rows[7] in expected
    assert shown(figure) == expected
    assert said(figure).startswith(f"{len(expected)} ")

    reset = figure.get_by_role("button", name="Show all rows")
    if len(expected) < len(rows):
        assert said(figure) == f"{len(expected)} of {len(rows)} rows"
    reset.focus()
    page.keyboard.press("Enter")
    assert shown(figure) == rows
    assert not reset.is_visible()
    assert page.evaluate("document.activeElement.type") == "search"
    assert reader.faults == []


@each_table
def test_each_choice_shows_the_rows_of_its_value(reader: Reader, name: str, key: str) -> None:
    heads, rows = WRITTEN[name, key]
    page = reader.open(name, width=PHONE)
    figure = at(page, key)
    for select in figure.locator(".csm-tools select").all():
        name_of = select.locator("xpath=..").locator("span").text_content()
        column = heads.index(str(name_of))
        values = {row[column] for row in rows}
        offered = select.locator("option").evaluate_all("all => all.map(e => e.value)")
        assert offered[0] == "*"
        assert sorted(offered[1:]) == sorted(values)
        choose(page, select, offered[-1])
        assert shown(figure) == [row for row in rows if row[column] == offered[-1]]
        choose(page, select, "*")
    assert shown(figure) == rows
    assert reader.faults == []


@pytest.mark.paper
def test_the_ledger_is_filtered_by_verdict_and_section_together(reader: Reader) -> None:
    page = reader.open(FIGURES[0])
    figure = at(page, FIGURES[1])

    choose(page, control(figure, "verdict"), "disagrees")
    choose(page, control(figure, "section"), "Table 1")

    assert {(row[1], row[5]) for row in shown(figure)} == {("Table 1", "disagrees")}
    assert said(figure) == "3 of 212 rows"


@each_table
def test_each_heading_sorts_up_and_then_down_by_keyboard(
    reader: Reader, name: str, key: str
) -> None:
    heads, rows = WRITTEN[name, key]
    page = reader.open(name)
    figure = at(page, key)
    for column, head in enumerate(heads):
        figure.get_by_role("button", name=head, exact=True).focus()
        page.keyboard.press("Enter")
        up = [row[column] for row in shown(figure)]
        page.keyboard.press("Enter")
        down = [row[column] for row in shown(figure)]

        states = figure.locator("th[aria-sort]").evaluate_all("all => all.map(e => e.ariaSort)")
        assert states == ["descending"]
        assert sorted(up) == sorted(down) == sorted(row[column] for row in rows)
        spoken = [text for text in up if text not in ("", "–")]
        blank = [text for text in up if text in ("", "–")]
        assert up == spoken + blank  # what says nothing comes last, either way
        assert down[len(spoken) :] == blank
        assert down[: len(spoken)] != spoken or len(set(spoken)) <= 1
        if all(re.match(r"[<+−-]?\d", text) for text in spoken):
            numbers = [starting_number(text) for text in spoken]
            assert numbers == sorted(numbers)
            assert [starting_number(text) for text in down[: len(spoken)]] == numbers[::-1]
        elif all(re.fullmatch(r"[a-z ]+", text) for text in spoken):
            assert spoken == sorted(spoken)
            assert down[: len(spoken)] == spoken[::-1]


@pytest.mark.paper
def test_figures_sort_by_their_number_and_not_by_their_digits(reader: Reader) -> None:
    page = reader.open(FIGURES[0])
    figure = at(page, FIGURES[1])
    figure.get_by_role("button", name="chance").press("Enter")
    chances = [row[6] for row in shown(figure)]
    assert chances[:2] == ["0.0008", "0.0008"]
    assert chances[-1] == "–"
    assert chances.index("0.0099") < chances.index("0.013") < chances.index("0.73")


@pytest.mark.parametrize("where", ["reader", "folder_reader"])
def test_what_is_chosen_stands_in_the_address_and_comes_back_with_it(
    where: str, request: pytest.FixtureRequest
) -> None:
    reader: Reader = request.getfixturevalue(where)
    name, key = CODEBOOK
    heads, rows = WRITTEN[name, key]
    page = reader.open(name)
    figure = at(page, key)
    value = rows[-1][heads.index("section")]
    control(figure, "search").press_sequentially(rows[-1][0][:4])
    choose(page, control(figure, "section"), value)
    for _ in range(2):
        figure.get_by_role("button", name="years").press("Enter")
    found = shown(figure)

    assert 0 < len(found) < len(rows)
    assert parse_qs(urlsplit(page.url).query) == {
        "codebook.q": [rows[-1][0][:4]],
        "codebook.section": [value],
        "codebook.sort": ["-years"],
    }
    page.goto(f"{page.url}#{key}")
    page.reload()
    again = at(page, key)
    assert shown(again) == found
    assert control(again, "section").input_value() == value
    assert again.evaluate("e => Math.abs(e.getBoundingClientRect().top) < innerHeight")
    assert reader.faults == []


def test_an_address_with_a_value_that_is_not_there_shows_all_rows(reader: Reader) -> None:
    name, key = CODEBOOK
    page = reader.open(f"{name}?codebook.section=nowhere&codebook.sort=nothing")

    assert shown(at(page, key)) == WRITTEN[name, key][1]


@each_page
@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("width", [LAPTOP, 390])
def test_axe_finds_nothing_while_filters_are_used(
    reader: Reader, name: str, mode: Mode, width: int
) -> None:
    page = reader.open(name, mode=mode, width=width)
    page.evaluate(UNFOLD)
    for tools in page.locator(".csm-tools").all():
        tools.locator("input").fill("a")
        for select in tools.locator("select").all():
            select.select_option(index=1)
    for button in page.locator(".csm-tabled thead th:first-child button").all():
        button.click()

    assert page.locator(".csm-tools button:visible").count() > 0
    assert reader.axe() == []
    assert reader.sideways() == []


@each_table
def test_on_a_phone_a_row_is_a_card_that_names_each_cell(
    reader: Reader, name: str, key: str
) -> None:
    heads, rows = WRITTEN[name, key]
    page = reader.open(name, width=390)
    figure = at(page, key)
    box = figure.locator(".csm-tabled")
    assert box.evaluate("e => e.scrollWidth <= e.clientWidth")

    first = box.locator("tbody tr").first
    boxes = [cell.bounding_box() for cell in first.locator("th, td").all()]
    tops = [box["y"] if box else -1.0 for box in boxes]
    filled = [top for top, text in zip(tops, rows[0], strict=True) if text]
    assert filled == sorted(set(filled))  # one under another

    tree = _accessible(page, key)
    cells = [node for node in tree if node["role"] in ("cell", "gridcell", "rowheader")]
    assert [node["role"] for node in tree if node["role"] == "columnheader"] == [
        "columnheader"
    ] * len(heads)
    read = [node["name"] for node in cells[: len(heads)]]
    assert read[0].split() == rows[0][0].split()
    for head, text, name_read in zip(heads[1:], rows[0][1:], read[1:], strict=False):
        if text:
            assert f"{head}:" in name_read
            assert " ".join(text.split()) in " ".join(name_read.split())


def _accessible(page: Page, key: str) -> list[dict[str, Any]]:
    """Role and text of all in a table, as a screen reader is told."""
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("Accessibility.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    selector = f"figure[id='{key}'] .csm-tabled table"
    found = session.send("DOM.querySelector", {"nodeId": root, "selector": selector})
    described = session.send("DOM.describeNode", {"nodeId": found["nodeId"]})
    whole = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    nodes = {node["nodeId"]: node for node in whole}
    (table,) = [
        node for node in whole
        if node.get("backendDOMNodeId") == described["node"]["backendNodeId"]
    ]  # fmt: skip
    told: list[dict[str, Any]] = []

    def text_of(node: dict[str, Any]) -> str:
        if node.get("role", {}).get("value") == "StaticText":
            return str(node.get("name", {}).get("value", ""))
        return "".join(text_of(nodes[child]) for child in node.get("childIds", []))

    def walk(node: dict[str, Any]) -> None:
        role = node.get("role", {}).get("value", "")
        told.append({"role": role, "name": text_of(node)})
        if role not in ("cell", "gridcell", "rowheader", "columnheader"):
            for child in node.get("childIds", []):
                walk(nodes[child])

    walk(table)
    return told


@each_page
def test_without_scripts_a_long_table_is_a_plain_one(
    browser: Browser, home: str, name: str
) -> None:
    page = window(browser, java_script_enabled=False)
    page.goto(home + name)

    for table in page.locator(".csm-long > table").all():
        assert table.locator("tbody tr[hidden]").count() == 0
    assert page.locator(".csm-tools, .csm-long th button").count() == 0
    assert page.locator("#pst-secondary-sidebar").is_visible() or "codebook" in name
    page.context.close()


@each_page
def test_on_paper_all_rows_stand_plainly_though_a_filter_is_used(reader: Reader, name: str) -> None:
    page = reader.open(name)
    page.evaluate(UNFOLD)
    for search in page.locator(".csm-tools input").all():
        search.fill("no row holds this")
    page.emulate_media(media="print")
    try:
        for box in page.locator(".csm-tabled").all():
            assert box.locator("tbody tr:visible").count() == box.locator("tbody tr").count()
        assert page.locator(".csm-tools:visible").count() == 0
    finally:
        page.emulate_media(media="screen")


def test_the_contents_of_a_page_that_is_a_table_open_by_their_button(reader: Reader) -> None:
    page = reader.open(FIGURES[0] if FIGURES in WRITTEN else CODEBOOK[0])
    figure = page.locator(".csm-finding:has(> .csm-tabled)").last
    article = page.locator(".bd-article-container")
    assert article.evaluate("e => e.getBoundingClientRect().width") > 900
    assert figure.evaluate("e => e.getBoundingClientRect().width") > 850

    button = page.locator(".secondary-toggle")
    if button.count() and button.is_visible():
        button.focus()
        page.keyboard.press("Enter")
        assert page.locator("#pst-secondary-sidebar-modal .page-toc a").first.is_visible()
        page.keyboard.press("Escape")
        assert not page.locator("#pst-secondary-sidebar-modal").is_visible()


def test_only_pages_with_a_long_table_load_its_script() -> None:
    pages = {name for name in PAGES if name != "index.html"}
    loaded = {name for name in pages if "tables.js" in Path(SITE / name).read_text("utf-8")}

    assert loaded == {name for name, _ in WRITTEN if name in pages}
