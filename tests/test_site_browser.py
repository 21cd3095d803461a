"""The built site in a real browser: Chromium, without a screen and without a network.

`make book` builds the site. Chromium is the one installed on this machine; nothing is downloaded.
Where there is none these tests are skipped, but with ``CI=true`` they fail.

axe-core runs with every rule of its WCAG 2.0, 2.1 and 2.2 sets, levels A and AA, and with its best
practices. It cannot judge the contrast of text inside a chart: the tests of the charts do.

CSM_SITE_DIR names another site than that of the book on the paper; CSM_COLLECTION, its collection.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from threading import Thread
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright
from site_pages import read

from csm_lib.collection import open_collection

SHIPPED = Path(__file__).parent.parent / "_build" / "html"
SITE = Path(os.environ.get("CSM_SITE_DIR") or SHIPPED).resolve()
MOVED = "notebooks/findings.html"
"""What leads on to the front page, of either book."""
PAGES = sorted({path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html")} - {MOVED})
FROM_A_FOLDER = ["index.html", "notebooks/codebook.html", "book/glossary.html"]
WITH_FOLDS = [name for name in PAGES if read(SITE / name).select("details.csm-table table")]

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_CHROMIUM = (
    "no Chromium on the path, looked for " + ", ".join(CHROMIUM) + ". Install one "
    "(Debian: apt install chromium; Fedora: dnf install chromium), or name it: CHROMIUM=/path/to/it"
)
# Every host but our own is unknown; the browser itself asks for nothing.
OPTIONS = [
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
]

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

UNFOLD = "for (const fold of document.querySelectorAll('details')) fold.open = true"

# Hides, of the rows of a table and of the words of some code, all but two of each look; or none.
FEW_ALIKE = """few => {
  document.getElementById('few-alike')?.remove();
  if (!few) return;
  const look = e => [e.tagName, e.className, e.getAttribute('style'), e.hidden].join();
  for (const [within, parts] of [['tbody', 'tr'], ['pre', 'span']])
    for (const whole of document.querySelectorAll(within)) {
      const seen = {};
      for (const part of whole.querySelectorAll(parts)) {
        const key = [part, ...part.querySelectorAll('*')].map(look).join(' ');
        seen[key] = (seen[key] || 0) + 1;
        part.toggleAttribute('data-alike', seen[key] > 2);
      }
    }
  const style = Object.assign(document.createElement('style'), {id: 'few-alike'});
  style.textContent = '[data-alike] { display: none !important; }';
  document.head.append(style);
}"""

LOUD = ("error", "warning")  # kinds of messages in the console

LAPTOP, PHONE = 1280, 360

HANG = 120_000  # milliseconds after which a browser that does not answer is given up, never a speed

Mode = Literal["light", "dark"]
each_page = pytest.mark.parametrize("name", PAGES)


def window(browser: Browser, **settings: Any) -> Page:
    """A page in a context of its own, which has all the time that a busy machine takes."""
    context = browser.new_context(**settings)
    context.set_default_timeout(HANG)
    return context.new_page()


class Reader:
    """Somebody who opens one page after another and notes what goes wrong.

    Attributes
    ----------
    page
        The tab, driven by Playwright.
    home
        The address of the site, with a slash at its end.
    faults
        What failed since the page was opened: requests, answers, errors in the console, and
        addresses of other hosts, whether or not anything came back.
    """

    def __init__(self, browser: Browser, home: str) -> None:
        self.page = window(browser, reduced_motion="reduce")
        self.home = home
        self.faults: list[str] = []
        self.page.on("request", lambda request: self._note_foreign(request.url))
        self.page.on("requestfailed", self._note_failed)
        self.page.on(
            "response",
            lambda r: self.faults.append(f"{r.status}: {r.url}") if r.status >= 400 else None,
        )
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on(
            "console",
            lambda m: self.faults.append(f"console: {m.text}") if m.type in LOUD else None,
        )

    def _note_failed(self, request: Request) -> None:
        # A request is aborted when its reader leaves the page, as they may before the icon of the
        # tab has come. A blocked host or a missing file fails in another way.
        if request.failure != "net::ERR_ABORTED":
            self.faults.append(f"failed: {request.url} ({request.failure})")

    def _note_foreign(self, address: str) -> None:
        if not address.startswith((self.home, "data:", "blob:")):
            self.faults.append(f"another host: {address}")

    def open(self, name: str, *, width: int = LAPTOP, mode: Mode = "light") -> Page:
        """Open a page of the site afresh and wait for all that it loads."""
        self.page.goto("about:blank")
        self.page.set_viewport_size({"width": width, "height": 800})
        self.page.emulate_media(color_scheme=mode)
        self.faults.clear()
        self.page.goto(self.home + name, wait_until="networkidle" if "search" in name else "load")
        return self.page

    def axe(self, part: str = "html", *, contrast: bool = True) -> list[str]:
        """What axe-core finds wrong on the page, or a part of it, with all folded parts open.

        Nearly all of its time goes into contrast, which is the same at every width: with it, two
        of what looks alike stand for all, and without it all are judged.
        """
        self.page.evaluate(UNFOLD)
        self.page.evaluate(FEW_ALIKE, contrast)
        self.page.evaluate(AXE)
        result = self.page.evaluate(
            """async ([part, sets, contrast]) => {
              const found = await axe.run(part, {
                runOnly: sets, preload: false, resultTypes: ['violations'],
                rules: {'color-contrast': {enabled: contrast}}
              });
              return {
                rules: found.passes.length + found.inapplicable.length + found.violations.length,
                wrong: found.violations.flatMap(rule => rule.nodes.map(
                  node => `${rule.id}: ${node.html.slice(0, 200)} ${node.failureSummary}`))
              };
            }""",
            [part, RULES, contrast],
        )
        self.page.evaluate(FEW_ALIKE, False)
        assert result["rules"] > 0, "axe-core ran no rule"
        return list(result["wrong"])

    def sideways(self) -> list[str]:
        """What makes the page wider than its window; nothing, if it is not."""
        found: list[str] = self.page.evaluate(
            """() => {
              const root = document.documentElement, width = root.clientWidth;
              if (root.scrollWidth <= width) return [];
              const held = e => {
                for (let a = e.parentElement; a && a !== document.body; a = a.parentElement)
                  if (getComputedStyle(a).overflowX !== 'visible') return true;
              };
              return [`${root.scrollWidth} px wide`, ...[...document.body.querySelectorAll('*')]
                .filter(e => e.getBoundingClientRect().right > width + 0.5 && !held(e))
                .map(e => e.outerHTML.slice(0, 200))];
            }"""
        )
        return found

    def cut_off(self) -> list[str]:
        """The tables of findings some columns of which are out of sight."""
        boxes = self.page.locator(".csm-finding .csm-scroll")
        found: list[str] = boxes.evaluate_all(
            "boxes => boxes.filter(b => b.scrollWidth > b.clientWidth).map(b => b.innerText)"
        )
        return found


# -- Browser -----------------------------------------------------------------


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and keeps no log."""

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def home() -> Iterator[str]:
    """The site, served on a free port of this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(SITE))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    named = os.environ.get("CHROMIUM")
    found = next(filter(None, map(shutil.which, [named] if named else CHROMIUM)), None)
    if found is None and os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(NO_CHROMIUM, pytrace=False)
    if found is None:
        pytest.skip(NO_CHROMIUM)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=OPTIONS, timeout=HANG)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def reader(browser: Browser, home: str) -> Reader:
    return Reader(browser, home)


@pytest.fixture(scope="module")
def folder_reader(browser: Browser) -> Reader:
    """One who opens the site from a folder."""
    return Reader(browser, SITE.as_uri() + "/")


# -- The checks themselves ---------------------------------------------------


def test_these_checks_see_what_is_wrong(reader: Reader) -> None:
    reader.open("index.html")
    reader.page.set_content(
        "<img src='https://example.org/a.png'><script>nothing()</script>"
        "<p style='width:2000px;color:#aaa'>pale</p><figure class='csm-finding'>"
        "<div class='csm-scroll' style='overflow:auto'><p style='width:2000px'>broad</p></div>"
        f"</figure><table><tbody>{'<tr><td>alike' * 4}<tr><td style='color:#aaa'>a pale one</table>"
    )

    assert {fault.partition(":")[0] for fault in reader.faults} >= {
        "another host", "failed", "error"
    }  # fmt: skip
    assert len(reader.sideways()) == 2
    assert reader.cut_off() == ["broad"]
    faults = reader.axe()
    found = {fault.partition(":")[0] for fault in faults}
    assert {"image-alt", "html-has-lang", "color-contrast", "landmark-one-main"} <= found
    assert any("color-contrast" in fault and "a pale one" in fault for fault in faults)
    assert reader.page.locator("td").filter(visible=True).count() == 5


def test_the_size_of_targets_is_among_the_rules(reader: Reader) -> None:
    reader.open("index.html")
    reader.page.set_content(
        "<div style='line-height:0'><button style='all:unset;width:9px;height:9px'>a</button>"
        "<button style='all:unset;width:9px;height:9px'>b</button></div>"
    )

    assert "target-size" in {fault.partition(":")[0] for fault in reader.axe()}


# -- Each page ---------------------------------------------------------------


@each_page
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_page_loads_without_fault_and_axe_finds_nothing(
    reader: Reader, name: str, mode: Mode
) -> None:
    page = reader.open(name, mode=mode)

    assert reader.faults == []
    paper = name.startswith("handouts/")  # a sheet of paper, on screen too
    assert page.locator("html").get_attribute("data-theme") == ("light" if paper else mode)
    assert reader.axe() == []


@each_page
def test_a_phone_shows_a_page_whole_and_never_scrolls_it_sideways(
    reader: Reader, name: str
) -> None:
    reader.open(name, width=PHONE)

    assert reader.faults == []
    assert reader.sideways() == []
    assert reader.axe(contrast=False) == []  # which opens the folded parts
    assert reader.sideways() == []
    assert reader.cut_off() == []


# The contents beside a page unfold as it scrolls, so what is covered may be about to come free.
STOP = """async () => {
  const e = document.activeElement;
  if (e === document.body) return {again: false, wrong: null};
  if (e.dataset.stopped) return {again: true, wrong: null};
  e.dataset.stopped = 1;
  const near = (e.matches('input') && e.closest('label')) || e; // a label may carry the ring
  const rings = [getComputedStyle(e), getComputedStyle(near),
                 ...(e.labels ? [...e.labels].map(l => getComputedStyle(l)) : [])];
  const ring = rings.some(s => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2);
  const seen = () => {
    const box = e.getBoundingClientRect();
    const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth);
    const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
    return [[.5, .5], [.1, .1], [.9, .9], [.1, .9], [.9, .1]].some(([x, y]) => {
      const at = document.elementFromPoint(left + (right - left) * x, top + (bottom - top) * y);
      return at && (e.contains(at) || at.contains(e));
    });
  };
  const until = Date.now() + 20000; // only what stays covered takes so long
  while (!seen() && Date.now() < until) await new Promise(requestAnimationFrame);
  const what = e.outerHTML.slice(0, 200);
  return {again: false, wrong: !ring ? `no ring: ${what}` : !seen() ? `covered: ${what}` : null};
}"""

MISSED = """() => [...document.querySelectorAll(
    'a[href], button, select, summary, textarea, input:checked, input:not([type=radio]), [tabindex]'
  )].filter(e => e.tabIndex >= 0 && !e.disabled && !e.dataset.stopped
               && e.checkVisibility({visibilityProperty: true}))
  .map(e => e.outerHTML.slice(0, 200))"""


@each_page
def test_the_tab_key_reaches_every_control_and_shows_where_it_is(reader: Reader, name: str) -> None:
    page = reader.open(name)
    page.evaluate(UNFOLD)
    wrong = []
    for _ in range(1000):
        page.keyboard.press("Tab")
        stop: dict[str, Any] = page.evaluate(STOP)
        if stop["again"]:
            break
        wrong += [stop["wrong"]] if stop["wrong"] else []
    else:
        pytest.fail("the focus never comes round")

    assert wrong == []
    assert page.evaluate(MISSED) == []


@pytest.mark.parametrize("name", FROM_A_FOLDER)
def test_a_page_opens_from_a_folder_without_fault(folder_reader: Reader, name: str) -> None:
    page = folder_reader.open(name)

    assert folder_reader.faults == []
    assert page.locator("html").get_attribute("data-theme") == "light"


# -- What a reader does ------------------------------------------------------


@pytest.mark.parametrize("way", ["reader", "folder_reader"])
def test_the_former_address_of_the_front_page_leads_on_with_its_anchor(
    way: str, request: pytest.FixtureRequest
) -> None:
    of_this_way: Reader = request.getfixturevalue(way)
    page = of_this_way.open("index.html")
    anchor = page.locator("article section[id]").first.get_attribute("id")

    page = of_this_way.open(f"{MOVED}#{anchor}")
    page.wait_for_url(f"{of_this_way.home}index.html#{anchor}")
    assert of_this_way.faults == []


def test_without_scripts_the_former_address_leads_on_too(browser: Browser, home: str) -> None:
    page = window(browser, java_script_enabled=False)
    page.goto(home + MOVED)

    page.wait_for_url(f"{home}index.html")


@pytest.mark.parametrize("width", [LAPTOP, PHONE])
def test_the_doors_stand_in_one_row_and_are_reached_by_keyboard(reader: Reader, width: int) -> None:
    page = reader.open("index.html", width=width)
    if width == PHONE:
        page.locator("button.primary-toggle").first.focus()
        page.keyboard.press("Enter")
        page.locator(".csm-doors a").first.wait_for(state="visible")
    doors = page.locator(".csm-doors:visible a")
    tops = {round(box["y"]) for door in doors.all() if (box := door.bounding_box())}

    assert doors.count() > 1
    assert len(tops) == 1
    doors.last.focus()
    assert doors.last.evaluate("door => getComputedStyle(door).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**/notebooks/codebook.html")
    current = page.locator(".csm-doors").first.locator("a[aria-current]")  # on a phone, folded away
    assert (current.text_content() or "").strip() == "Reference"


def test_a_folded_table_opens_and_closes_by_keyboard(reader: Reader) -> None:
    page = reader.open(WITH_FOLDS[0])
    fold = page.locator("details.csm-table").first
    table = fold.locator("table").first

    assert not table.is_visible()
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    assert table.is_visible()
    page.keyboard.press("Enter")
    assert not table.is_visible()


def test_the_search_finds_pages_by_a_word_without_a_network(reader: Reader) -> None:
    page = reader.open("index.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("wave")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=wave*")
    page.locator("#search-results li a").first.wait_for()
    page.wait_for_load_state("networkidle")

    found = page.locator("#search-results li a").evaluate_all("all => all.map(a => a.pathname)")
    assert "/book/glossary.html" in found
    assert reader.faults == []
    assert reader.axe() == []


CHAPTERS = {
    "board": (
        "chair",
        "statutory_agencies",
        "seniority",
        "other_agencies",
        "children_and_families",
    ),
    "jsna": ("jsna", "jsna_components"),
    "commissioning": ("joint_commissioning", "commissioning_areas"),
}


@pytest.mark.paper
def test_the_search_finds_the_chapter_of_each_item_among_the_first_three(reader: Reader) -> None:
    book = open_collection().codebook
    wanted = {
        (book[item].label, f"notebooks/{chapter}")
        for chapter, sections in CHAPTERS.items()
        for section in sections
        for item in book.section(section)
    }
    page = reader.open("search.html?q=wave")
    page.wait_for_function("Search._index !== null")
    found = page.evaluate(
        """labels => Object.fromEntries(labels.map(label => {
          const [query, ...terms] = Search._parseQuery(label);
          const results = Search._performSearch(query, ...terms);
          return [label, results.reverse().slice(0, 3).map(result => result[0])];
        }))""",
        sorted({label for label, _ in wanted}),
    )

    assert len(wanted) > 40
    assert [(label, chapter) for label, chapter in wanted if chapter not in found[label]] == []


def test_the_search_leads_to_a_row_by_its_name(reader: Reader) -> None:
    page = reader.open("search.html?q=housing")
    page.locator("#search-results li a[href*='#finding-']").first.click()
    page.wait_for_load_state()

    figure = page.locator(f"figure[id='{page.url.partition('#')[2]}']")
    assert figure.locator("th[scope=row]", has_text="Housing").count()


def test_the_search_lists_pages_from_a_folder_too(folder_reader: Reader) -> None:
    page = folder_reader.open("search.html?q=wave")

    page.locator("#search-results li a").first.wait_for()
    page.get_by_text("Search finished").wait_for()
    assert folder_reader.faults == []


@pytest.mark.paper  # the pages are its own
@pytest.mark.parametrize("way", ["reader", "folder_reader"])
def test_the_dark_mode_is_remembered_on_pages_in_other_folders(
    request: pytest.FixtureRequest, way: str
) -> None:
    someone: Reader = request.getfixturevalue(way)
    page = someone.open("book/teaching.html")
    switch = page.locator("button.theme-switch-button:visible").first
    while page.locator("html").get_attribute("data-mode") != "dark":
        switch.click()
    themes = []
    for place in ("index.html", "notebooks/lesson_seats.html", "slides/seats.html"):
        page.goto(someone.home + place)
        themes.append(page.locator("html").get_attribute("data-theme"))

    assert themes == ["dark"] * 3


def test_the_reader_can_choose_the_mode(reader: Reader) -> None:
    page = reader.open("index.html")
    switch = page.locator("button.theme-switch-button:visible").first
    modes = set()
    for _ in range(3):
        switch.focus()
        page.keyboard.press("Enter")
        modes.add(page.locator("html").get_attribute("data-theme"))

    assert modes == {"light", "dark"}
