"""Definitions at the words of the glossary, on the built site and in a real browser.

They follow success criterion 1.4.13 of WCAG 2.1, content on hover or focus: it can be closed
without moving pointer or focus, pointed at without vanishing, and stays until its reader leaves.
"""

from __future__ import annotations

import re
from copy import copy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page
from site_pages import read
from test_site_browser import (  # fixtures are found by their names
    LAPTOP,
    PAGES,
    PHONE,
    SITE,
    Mode,
    Reader,
    browser,
    home,
    reader,
    window,
)

__all__ = ["browser", "home", "reader"]

SOUPS = {name: read(SITE / name) for name in PAGES}
WITH_TERMS = [name for name, page in SOUPS.items() if page.select(".csm-term .std-term")]
WITH_MARKS = [name for name, page in SOUPS.items() if page.select(".csm-term > .csm-status")]
GLOSSARY = "book/glossary.html"
# A page that uses a word again, if there is one.
AGAIN = max(
    WITH_TERMS,
    key=lambda name: (
        len(SOUPS[name].select(".csm-term")) > len(SOUPS[name].select(".csm-definition"))
    ),
)
each_page = pytest.mark.parametrize("name", WITH_TERMS)

SHOWN = "e => getComputedStyle(e).visibility === 'visible'"


def words(text: str) -> str:
    return " ".join(text.split())


def definition(page: Page, link: Locator) -> Locator:
    return page.locator(f"id={link.get_attribute('aria-describedby')}")


def comes(page: Page, link: Locator) -> Locator:
    """The definition of a link, once it is shown."""
    text = definition(page, link)
    text.wait_for(state="visible")
    return text


# -- What is written ---------------------------------------------------------


@cache
def entries() -> dict[str, str]:
    """By its anchor, what the glossary says of a word, without the definitions of others."""
    glossary = copy(read(SITE / GLOSSARY))
    for text in glossary.select(".csm-definition"):
        text.decompose()
    return {
        term["id"]: words(term.find_next_sibling("dd").get_text())
        for term in glossary.select("dl.glossary dt[id]")
    }


@each_page
def test_every_word_of_the_glossary_is_tied_to_the_start_of_its_entry(name: str) -> None:
    page = SOUPS[name]
    links = page.select(".bd-article a:has(> .std-term)")

    assert links
    for link in links:
        (text,) = page.select(f'[id="{link["aria-describedby"]}"]')
        assert text.get_text()
        assert entries()[link["href"].partition("#")[2]].startswith(words(text.get_text()))


@each_page
def test_a_definition_stands_on_a_page_once(name: str) -> None:
    names = [tag["id"] for tag in SOUPS[name].select(".csm-definition")]

    assert sorted(names) == sorted({tag["id"] for tag in SOUPS[name].select(".csm-definition")})


@each_page
def test_no_definition_is_in_the_description_of_a_page(name: str) -> None:
    page = SOUPS[name]
    described = [tag["content"] for tag in page.select('meta[name="description"]')]
    defined = {words(tag.get_text()) for tag in page.select(".csm-definition")}

    assert [text for text in defined if any(text in one for one in described)] == []


def test_pages_without_such_words_load_neither_style_nor_script() -> None:
    loading = {
        name
        for name, page in SOUPS.items()
        if page.select('[href*="terms.css"], [src*="terms.js"]')
    }

    assert loading == {*WITH_TERMS, *WITH_MARKS}  # a mark of a finding explains itself so too
    assert loading < set(SOUPS)


# -- What a reader does ------------------------------------------------------


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_pointing_at_a_word_shows_its_meaning_and_axe_finds_nothing(
    reader: Reader, mode: Mode
) -> None:
    page = reader.open(AGAIN, mode=mode)
    link = page.locator(".csm-term > a").first

    assert not definition(page, link).is_visible()
    link.hover()
    comes(page, link)
    assert reader.axe(".bd-article") == []
    assert reader.faults == []


# The points on the straight way from a word to its meaning where the pointer is on neither: however
# slowly it moves, the meaning cannot vanish before it is reached.
LEFT = """link => {
  const term = link.parentElement, box = term.querySelector('.csm-definition')
    .getBoundingClientRect(), word = link.getBoundingClientRect(), left = [];
  const x = Math.max(word.left, box.left) + 3, from = word.top + word.height / 2;
  const to = box.top > from ? box.top + 5 : box.bottom - 5;
  for (let step = 0; step <= 100; step++) {
    const y = from + (to - from) * step / 100, at = document.elementFromPoint(x, y);
    if (!term.contains(at)) left.push(`${y}: ${at?.outerHTML.slice(0, 80)}`);
  }
  return left;
}"""

# Longer than any delay of the style sheet.
RESTED = "() => new Promise(done => setTimeout(done, 1000))"


def test_the_pointer_can_rest_on_the_meaning_and_it_goes_when_left(reader: Reader) -> None:
    page = reader.open(AGAIN)
    link = page.locator(".csm-term > a").first
    link.hover()
    text = comes(page, link)
    left = link.evaluate(LEFT)
    assert left == []

    text.hover()
    link.evaluate(RESTED)
    assert text.is_visible()
    page.mouse.move(1, 1)
    text.wait_for(state="hidden")


def test_a_word_that_has_the_focus_shows_its_meaning_until_it_is_left(reader: Reader) -> None:
    page = reader.open(AGAIN)
    link = page.locator(".csm-term > a").first
    link.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert link.evaluate("e => e === document.activeElement")
    text = comes(page, link)
    link.evaluate(RESTED)

    assert text.is_visible()
    page.keyboard.press("Tab")
    text.wait_for(state="hidden")


@pytest.mark.parametrize("way", ["pointer", "focus"])
def test_escape_closes_a_meaning_and_leaves_pointer_and_focus_where_they_are(
    reader: Reader, way: str
) -> None:
    page = reader.open(AGAIN)
    link = page.locator(".csm-term > a").first

    def go() -> None:
        if way == "pointer":
            link.hover()
        else:
            link.focus()
            page.keyboard.press("Shift+Tab")
            page.keyboard.press("Tab")

    go()
    text = comes(page, link)
    page.keyboard.press("Escape")
    text.wait_for(state="hidden")
    held = ":hover" if way == "pointer" else ":focus-visible"
    assert link.evaluate(f"e => e.matches('{held}')")

    page.mouse.move(1, 1)
    link.blur()
    go()
    comes(page, link)


@pytest.mark.paper
def test_a_word_that_stands_again_borrows_its_meaning(reader: Reader) -> None:
    page = reader.open(AGAIN)
    names = page.locator(".csm-term > a").evaluate_all(
        "all => all.map(a => a.getAttribute('aria-describedby'))"
    )
    name = next(one for one in names if names.count(one) > 1)
    links = page.locator(f'.csm-term > a[aria-describedby="{name}"]')
    for number in (1, 0):
        link = links.nth(number)
        link.hover()
        text = comes(page, link)
        assert link.evaluate("a => a.parentElement.querySelector('.csm-definition') !== null")
        page.mouse.move(1, 1)
        text.wait_for(state="hidden")
    assert page.locator(f"id={name}").count() == 1


# Each word in turn has the focus; what of its meaning cannot be read, or hides the word?
MISPLACED = """async () => {
  const wrong = [];
  for (const link of document.querySelectorAll('.csm-term > a')) {
    for (const block of ['start', 'center', 'end']) {
      link.scrollIntoView({block});
      if (block === 'start') scrollBy(0, -90); // below the bar
      link.blur();
      link.focus({preventScroll: true, focusVisible: true});
      const text = document.getElementById(link.getAttribute('aria-describedby'));
      await new Promise(done => setTimeout(done, 5));
      const box = text.getBoundingClientRect(), what = `${link.textContent} (${block})`;
      if (getComputedStyle(text).visibility !== 'visible') wrong.push(`${what}: hidden`);
      if (box.left < 0 || box.right > document.documentElement.clientWidth + 0.5)
        wrong.push(`${what}: ${box.left} to ${box.right}`);
      if (box.top < 0 || box.bottom > innerHeight + 0.5)
        wrong.push(`${what}: ${box.top} to ${box.bottom} of ${innerHeight}`);
      const over = [...link.getClientRects()].some(r =>
        box.left < r.right - 1 && box.right > r.left + 1 &&
        box.top < r.bottom - 3 && box.bottom > r.top + 3);
      if (over) wrong.push(`${what}: covers its word`);
      const at = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      if (!text.contains(at)) wrong.push(`${what}: covered by ${at?.outerHTML.slice(0, 80)}`);
    }
  }
  return wrong;
}"""


@each_page
@pytest.mark.parametrize("width", [PHONE, LAPTOP])
def test_every_meaning_can_be_read_whole_and_leaves_its_word_in_view(
    reader: Reader, name: str, width: int
) -> None:
    page = reader.open(name, width=width)
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")

    assert page.evaluate(MISPLACED) == []
    assert reader.sideways() == []


def test_on_a_touch_screen_a_word_leads_to_the_glossary(browser: Browser, home: str) -> None:
    page = window(browser, has_touch=True, is_mobile=True, viewport={"width": PHONE, "height": 640})
    page.goto(home + AGAIN)
    page.locator(".csm-term > a").first.tap()
    page.wait_for_url(f"**/{GLOSSARY}#term-*")
    page.context.close()


def test_without_scripts_the_style_alone_shows_a_meaning_under_its_line(
    browser: Browser, home: str
) -> None:
    page = window(browser, java_script_enabled=False, viewport={"width": LAPTOP, "height": 800})
    page.goto(home + AGAIN)
    term = page.locator(".csm-term:has(.csm-definition)").first
    text = term.locator(".csm-definition")
    term.locator("a").hover()
    text.wait_for(state="visible")

    link, box = term.locator("a").bounding_box(), text.bounding_box()
    assert link is not None
    assert box is not None
    assert 0 <= box["y"] - (link["y"] + link["height"]) < 12
    assert box["x"] <= link["x"]
    assert link["x"] < box["x"] + box["width"] <= LAPTOP
    page.context.close()


@each_page
def test_no_meaning_is_printed(reader: Reader, name: str) -> None:
    page = reader.open(name)
    page.emulate_media(media="print")
    shown: list[Any] = page.locator(".csm-definition").evaluate_all(
        "all => all.filter(e => e.checkVisibility()).map(e => e.id)"
    )
    page.emulate_media(media="screen")

    assert shown == []


def test_the_search_shows_where_a_word_stands_without_what_it_means(reader: Reader) -> None:
    text = words(SOUPS[AGAIN].select_one(".csm-definition").get_text())
    page = reader.open("search.html?q=wave")
    plain = page.evaluate(
        "async page => Search.htmlToText(await (await fetch(page)).text())", f"/{AGAIN}"
    )

    if AGAIN != GLOSSARY:  # which has it as an entry
        assert text not in words(plain)
    assert len(plain) > 500


def test_the_style_is_the_one_of_the_book() -> None:
    style = (SITE / "_static" / "terms.css").read_text("utf-8")

    assert re.search(r"@media screen \{\s*\.csm-definition", style)
    assert Path(SITE / "_static" / "terms.js").stat().st_size < 3_000
