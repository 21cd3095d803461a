"""What can be taken away under a chart, driven in a real browser, over http and from a folder.

Each button and link is used as a reader does, without a network. What comes is opened: pictures
hold the drawing and the words that go with it, the workbook the values of the CSV.
"""

from __future__ import annotations

import io
import itertools
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page
from site_pages import read
from test_site_browser import PAGES, PHONE, SITE, Mode, Reader, browser, home, window

__all__ = ["browser", "home"]  # fixtures are found by their names

SOUPS = {name: read(SITE / name) for name in PAGES}
WITH_FINDINGS = [name for name, page in SOUPS.items() if page.select(".csm-take")]


def first(wanted: str) -> tuple[str, str]:
    """The page and the id of the first finding of a chapter that has something."""
    for name in sorted(WITH_FINDINGS, key=lambda name: ("/" not in name, name)):
        for figure in SOUPS[name].select(".bd-article .csm-finding"):
            if figure.select(wanted) and not figure.find_parent(class_="csm-state"):
                return name, str(figure["id"])
    raise LookupError(wanted)


CHART = first(".csm-chart")
LABELLED = next(
    (
        (name, str(figure["id"]))
        for name in WITH_FINDINGS
        for figure in SOUPS[name].select(".csm-finding[data-label]:has(.csm-chart)")
        if not figure.find_parent(class_="csm-state")
    ),
    CHART,
)
TABLE_ONLY = next(
    (
        (name, str(figure["id"]))
        for name in WITH_FINDINGS
        for figure in SOUPS[name].select(".csm-finding:not(:has(.csm-chart))")
    ),
    None,
)


def words(text: str | None) -> str:
    return " ".join((text or "").split())


@pytest.fixture(scope="module", params=["over http", "from a folder"])
def taker(request: pytest.FixtureRequest, browser: Browser, home: str) -> Iterator[Reader]:
    """One who takes things away; who opens pages from a folder, too."""
    root = home if request.param == "over http" else SITE.as_uri() + "/"
    reader = Reader(browser, root)
    reader.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield reader
    reader.page.context.close()


def opened(reader: Reader, place: tuple[str, str], **more: Any) -> tuple[Page, Locator]:
    page = reader.open(place[0], **more)
    return page, page.locator(f"[id='{place[1]}']")


def taken(page: Page, button: Locator) -> tuple[str, bytes]:
    """The name and the content of what a button or a link gives, chosen by keyboard."""
    with page.expect_download() as download:
        button.focus()
        page.keyboard.press("Enter")
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def copied(page: Page, figure: Locator, what: str) -> str:
    figure.locator(f"[data-take={what}]").focus()
    page.keyboard.press("Enter")
    figure.locator("[role=status]", has_text="copied").wait_for()
    return str(page.evaluate("navigator.clipboard.readText()"))


def told(svg: ElementTree.Element) -> str:
    """All text of a picture. Lines are joined, as a sentence runs over several."""
    return words(" ".join(text.text or "" for text in svg.iter("{http://www.w3.org/2000/svg}text")))


# -- Pictures ----------------------------------------------------------------


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("place", dict.fromkeys([CHART, LABELLED]))
def test_the_svg_holds_the_drawing_and_the_words_that_go_with_it(
    taker: Reader, place: tuple[str, str], mode: Mode
) -> None:
    page, figure = opened(taker, place, mode=mode)
    name, data = taken(page, figure.locator("[data-take=svg]"))
    svg = ElementTree.fromstring(data)
    text = told(svg)

    assert name == f"{place[1].removeprefix('finding-')}.svg"
    assert words(figure.locator(".csm-title").text_content()) in text
    assert words(figure.locator(".csm-base > span").first.text_content()) in text
    source = figure.locator(".csm-source", has_text="Source:").text_content()
    assert words(source) in text
    for mark in figure.locator(".csm-status").all_text_contents():
        assert words(mark) in text
    label = figure.get_attribute("data-label")
    assert label is None or label in text
    shown = figure.locator(".csm-chart text").all_text_contents()
    assert [one for one in shown if words(one) not in text] == []
    described = svg.findtext("{http://www.w3.org/2000/svg}desc")
    assert described == words(figure.locator(".csm-alt").text_content())
    key = place[1]
    assert f"#{key}" in text
    assert taker.home.startswith("http") or str(SITE) not in data.decode()
    # light, whatever the page is, in colours that every program knows
    assert "var(" not in data.decode()
    background = svg.find("{http://www.w3.org/2000/svg}rect")
    assert background is not None
    assert background.get("fill") == "#ffffff"
    assert taker.faults == []


@pytest.mark.paper
def test_some_finding_is_labelled_as_drawn() -> None:
    name, key = LABELLED
    (figure,) = SOUPS[name].select(f"[id='{key}']")
    assert figure["data-label"] == "Drawn: an illustration, not the data"


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_png_is_the_svg_at_twice_its_size_on_white(taker: Reader, mode: Mode) -> None:
    page, figure = opened(taker, CHART, mode=mode)
    name, data = taken(page, figure.locator("[data-take=png]"))
    _, drawn = taken(page, figure.locator("[data-take=svg]"))
    svg = ElementTree.fromstring(drawn)
    picture = Image.open(io.BytesIO(data)).convert("RGB")

    assert name == f"{CHART[1].removeprefix('finding-')}.png"
    assert picture.size == (2 * int(svg.attrib["width"]), 2 * int(svg.attrib["height"]))
    assert picture.size[0] >= 1200
    colours = picture.getcolors(maxcolors=1 << 24) or []
    by_count = sorted(colours, reverse=True)
    assert by_count[0][1] == (255, 255, 255)
    assert len(by_count) > 50
    # nothing is cut off: the edge all round is white
    wide, high = picture.size
    edge = [picture.crop(box) for box in (
        (0, 0, wide, 8), (0, high - 8, wide, high), (0, 0, 8, high), (wide - 8, 0, wide, high)
    )]  # fmt: skip
    assert {colour for part in edge for _, colour in part.getcolors()} == {(255, 255, 255)}
    # the drawing is in it, and not only its words: a colour of its shapes that no text has
    shapes = " ".join(shape.get("style", "") for shape in svg.iter() if "text" not in shape.tag)
    texts = {line.get("fill", "") for line in svg.iter() if "text" in line.tag}
    hues = set(re.findall(r"#[0-9a-f]{6}", shapes)) - texts - {"#ffffff", "#d9dfe5"}
    assert hues & {"#{:02x}{:02x}{:02x}".format(*colour) for _, colour in by_count}
    assert taker.faults == []


# -- Data --------------------------------------------------------------------


def test_the_workbook_has_the_values_of_the_csv(taker: Reader) -> None:
    page, figure = opened(taker, CHART)
    key = CHART[1].removeprefix("finding-")
    zipped = taken(page, figure.get_by_role("link", name="CSV", exact=True))
    excel = taken(page, figure.get_by_role("link", name="Excel", exact=True))

    assert [zipped[0], excel[0]] == [f"{key}.zip", f"{key}.xlsx"]
    with zipfile.ZipFile(io.BytesIO(zipped[1])) as archive:
        csv = pd.read_csv(io.BytesIO(archive.read(f"{key}/{key}.csv")))
    book = openpyxl.load_workbook(io.BytesIO(excel[1]))
    read = pd.read_excel(io.BytesIO(excel[1]), "Data", engine="openpyxl")
    pd.testing.assert_frame_equal(read, csv, check_dtype=False)
    assert len(csv) > 1
    for name in csv.select_dtypes("number"):
        column = list(csv.columns).index(name)
        cells = [row[column] for row in book["Data"].iter_rows(min_row=2)]
        assert {cell.data_type for cell in cells} == {"n"}
        if name == "share":
            assert {cell.number_format for cell in cells if cell.value is not None} == {"0%"}
    assert words(figure.locator(".csm-title").text_content()) == book["About"]["B2"].value
    assert taker.faults == []


@pytest.mark.parametrize("path", sorted((SITE / "downloads").glob("*.xlsx")), ids=lambda p: p.stem)
def test_every_workbook_of_the_site_has_the_rows_of_its_csv(path: Path) -> None:
    with zipfile.ZipFile(path.with_suffix(".zip")) as archive:
        csv = pd.read_csv(io.BytesIO(archive.read(f"{path.stem}/{path.stem}.csv")), dtype=str)
    read = pd.read_excel(path, "Data", dtype=object, engine="openpyxl")

    assert [str(name) for name in read] == [name.removeprefix("'") for name in csv]
    for name, column in zip(read, csv, strict=True):
        for one, other in zip(read[name], csv[column], strict=True):
            if pd.isna(other):
                assert pd.isna(one) or one == ""
            elif isinstance(one, str):
                assert words(one) == words(other.removeprefix("'"))
            elif isinstance(one, bool):
                assert str(one) == other
            else:
                assert float(one) == pytest.approx(float(other), rel=1e-12)


# -- Link and citation -------------------------------------------------------


def test_the_link_copied_leads_to_the_finding(taker: Reader) -> None:
    page, figure = opened(taker, CHART)
    address = copied(page, figure, "link")

    assert address.startswith(taker.home)
    page.goto("about:blank")
    page.goto(address)
    there = page.locator(f"[id='{address.partition('#')[2]}']")
    assert address.endswith(f"#{CHART[1]}")
    assert there.evaluate("e => e.getBoundingClientRect().top < innerHeight")
    assert taker.faults == []


def test_the_citation_is_opened_and_copied_by_keyboard_with_the_address_in_it(
    taker: Reader,
) -> None:
    page, figure = opened(taker, CHART)
    cite = figure.locator(".csm-cite")
    assert not cite.locator("p").is_visible()
    cite.locator("summary").focus()
    page.keyboard.press("Enter")
    assert cite.locator("p").is_visible()
    said = copied(page, figure, "citation")

    assert said == words(cite.locator("p").text_content())
    assert words(figure.locator(".csm-title").text_content()) in said
    key = CHART[1].removeprefix("finding-")
    with zipfile.ZipFile(SITE / f"downloads/{key}.zip") as archive:
        assert json.loads(archive.read(f"{key}/metadata.json"))["cite"][0] == said
    base = SOUPS[CHART[0]].select('link[rel="canonical"]')
    named = re.search(rf"(\S*)#{CHART[1]}", said)
    assert named
    assert named[1] == (str(base[0]["href"]) if base else "")
    assert taker.faults == []


def test_a_finding_shown_on_several_pages_has_one_address() -> None:
    targets: dict[str, set[Path]] = {}
    for name in WITH_FINDINGS:
        if name == "index.html":  # a copy of the front page, which is at home there
            continue
        for link in SOUPS[name].select("a.csm-permalink"):
            way, _, anchor = str(link["href"]).partition("#")
            page = (SITE / name).parent / way if way else SITE / name
            targets.setdefault(anchor, set()).add(page.resolve())

    assert {anchor: pages for anchor, pages in targets.items() if len(pages) > 1} == {}
    assert targets


# -- Without script, and for those who do not see ----------------------------


def test_without_script_data_and_citation_are_offered_and_nothing_that_does_not_work(
    browser: Browser, home: str
) -> None:
    page = window(browser, java_script_enabled=False)
    page.goto(home + CHART[0])
    figure = page.locator(f"[id='{CHART[1]}']")

    assert figure.locator("button:visible").count() == 0
    links = figure.locator(".csm-take a:visible")
    assert links.all_text_contents()[:2] == ["Excel", "CSV"]
    figure.locator(".csm-cite summary").click()
    assert figure.locator(".csm-cite p").is_visible()
    page.context.close()


def test_a_table_offers_no_picture(taker: Reader) -> None:
    if TABLE_ONLY is None:
        pytest.skip("every finding has a chart")
    _, figure = opened(taker, TABLE_ONLY)
    shown = figure.locator(".csm-take > :is(a, button)").all_text_contents()
    assert shown == ["Excel", "CSV", "Copy link"]


def heard(figure: Locator) -> list[str]:
    """The parts of a finding in the order of the accessibility tree, as a screen reader has it."""
    return [line.strip() for line in figure.aria_snapshot().splitlines()]


@pytest.mark.parametrize("place", dict.fromkeys([CHART, LABELLED]))
def test_title_description_and_table_are_heard_in_this_order_and_nothing_twice(
    taker: Reader, place: tuple[str, str]
) -> None:
    _, figure = opened(taker, place)
    figure.locator("details.csm-table > summary").first.click()
    said = "\n".join(heard(figure)).replace('\\"', '"')
    title = words(figure.locator(".csm-title").text_content())
    description = words(figure.locator(".csm-alt").text_content())
    places = [said.find(f'heading "{title}"'), said.find(description), said.find("columnheader")]

    assert -1 not in places
    assert places == sorted(places)
    assert said.count(description) == 1
    assert "img" not in said
    assert said.count(title) == 1
    cells = figure.locator("details.csm-table th").all_text_contents()
    assert all(words(cell) in said for cell in cells)
    base = words(figure.locator(".csm-base > span").first.text_content())
    assert said.count(base) == 1


@pytest.mark.parametrize("name", WITH_FINDINGS)
def test_headings_of_findings_skip_no_level(name: str) -> None:
    levels = [int(head.name[1]) for head in SOUPS[name].select("article :is(h1, h2, h3, h4, h5)")]

    assert SOUPS[name].select(":is(h2, h3, h4).csm-title")
    assert [two for one, two in itertools.pairwise(levels) if two > one + 1] == []


@pytest.mark.parametrize("name", WITH_FINDINGS)
def test_a_description_is_short_and_every_fold_of_code_says_of_what(name: str) -> None:
    for told in SOUPS[name].select(".csm-alt"):
        assert 3 < len(told.get_text().split()) <= 50, told.get_text()
    for fold in SOUPS[name].select("details.hide > summary"):
        for line in fold.select("p"):
            assert re.fullmatch(r"(Show|Hide) the code: .{2,}", words(line.get_text()))


# -- Marks -------------------------------------------------------------------

MARKED = next((name for name in WITH_FINDINGS if SOUPS[name].select(".csm-status")), None)
marked = pytest.mark.skipif(MARKED is None, reason="every number is firm")


@marked
def test_a_mark_says_what_it_means_on_focus_and_escape_closes_it(taker: Reader) -> None:
    page = taker.open(str(MARKED))
    mark = page.locator(".csm-status:visible").first
    meaning = page.locator(f"[id='{mark.get_attribute('aria-describedby')}']")

    assert not meaning.is_visible()
    page.keyboard.press("Tab")  # so that the focus is one of the keyboard
    mark.focus()
    meaning.wait_for(state="visible")
    name = str(mark.get_attribute("data-status"))
    assert words(meaning.text_content()).lower().startswith(name)
    assert name in words(mark.text_content())
    page.keyboard.press("Escape")
    meaning.wait_for(state="hidden")


@marked
def test_a_tap_on_a_mark_leads_to_the_statuses_in_full(browser: Browser, home: str) -> None:
    page = window(browser, has_touch=True, viewport={"width": PHONE, "height": 800})
    page.goto(home + str(MARKED))
    mark = page.locator(".csm-status:visible").first
    status = page.locator(f"id={str(mark.get_attribute('href'))[1:]}")
    assert not status.is_visible()
    mark.tap()
    status.wait_for(state="visible")
    page.context.close()


def test_on_a_phone_every_target_is_broad_enough_for_a_finger(taker: Reader) -> None:
    page, figure = opened(taker, CHART, width=PHONE)
    sizes = figure.locator(".csm-take > :is(a, button), .csm-cite > summary").evaluate_all(
        "all => all.map(e => e.getBoundingClientRect()).map(box => [box.width, box.height])"
    )
    assert len(sizes) == 6
    assert [size for size in sizes if min(size) < 43.5] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
