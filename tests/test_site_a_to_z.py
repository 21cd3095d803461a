"""The list of items from A to Z on the built site: whole, in order, and leading to each figure."""

from __future__ import annotations

import posixpath
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from bs4.element import Tag
from site_pages import read
from test_site_browser import (  # fixtures are found by their names
    SITE,
    Reader,
    browser,
    folder_reader,
    home,
    reader,
)

from csm_lib.collection import Collection, open_collection
from csm_lib.notebooks import FOLDER, findings

__all__ = ["browser", "folder_reader", "home", "reader"]

NAME = "book/a_to_z.html"
PAGE = read(SITE / NAME)


@pytest.fixture(scope="module")
def collection() -> Collection:
    """The collection that the site is made from."""
    return open_collection()


@cache
def anchors(name: str) -> frozenset[str]:
    """Everything on a page that a link can point to."""
    page = read(SITE / name)
    return frozenset(str(tag["id"]) for tag in page.select("[id]"))


def straight(part: object) -> str:
    """The text of a part of the page, with the quotation marks of a keyboard."""
    assert isinstance(part, Tag)
    return part.get_text().strip().replace("’", "'")


def links(item: str) -> list[str]:
    """The addresses that an item leads to, from the root of the site."""
    term = PAGE.find("dt", id=f"item-{item}")
    assert isinstance(term, Tag), item
    definition = term.find_next_sibling("dd")
    assert isinstance(definition, Tag)
    return [
        posixpath.normpath(posixpath.join(posixpath.dirname(NAME), str(link["href"])))
        for link in definition.select("li a")
    ]


def test_every_item_of_the_codebook_stands_there_once_with_its_question(
    collection: Collection,
) -> None:
    items = [str(term["id"]) for term in PAGE.select("dt[id^=item-]")]

    assert sorted(items) == sorted(f"item-{item}" for item in collection.codebook)
    for item in collection.codebook.values():
        term = PAGE.find("dt", id=f"item-{item.item}")
        assert isinstance(term, Tag)
        assert straight(term).startswith(item.label)
        assert item.question in straight(term.find_next_sibling("dd"))


def test_the_names_are_in_the_order_of_the_alphabet() -> None:
    names = [straight(term).casefold() for term in PAGE.select("dt.csm-item")]

    assert names == sorted(names)
    for section in PAGE.select("section section"):
        (letter,) = section.find("h2").find_all(string=True, recursive=False)
        assert {term.get_text().strip()[0].upper() for term in section.select("dt")} == {letter}


def test_every_item_leads_to_its_row_of_the_codebook_and_to_places_that_are_there(
    collection: Collection,
) -> None:
    for item in collection.codebook:
        goals = [urlsplit(link) for link in links(item)]
        filtered = {goal.path: parse_qs(goal.query) for goal in goals if goal.query}
        assert filtered["notebooks/codebook.html"] == {"codebook.q": [item]}
        for goal in goals:
            assert unquote(goal.fragment) in anchors(goal.path), goal


@pytest.mark.paper
@pytest.mark.parametrize("chapter", ["board", "jsna", "commissioning", "every_number"])
def test_an_item_leads_to_every_finding_of_a_chapter_whose_data_hold_it(
    chapter: str, collection: Collection
) -> None:
    made = findings(FOLDER / f"{chapter}.ipynb")
    pairs = {
        (item, key)
        for key, finding in made.items()
        if "item" in finding.data
        for item in set(finding.data["item"]) & set(collection.codebook)
    }
    listed = {
        (item, urlsplit(link).fragment.removeprefix("finding-"))
        for item in collection.codebook
        for link in links(item)
        if urlsplit(link).path == f"notebooks/{chapter}.html"
    }

    assert len(pairs) > 10
    assert listed == pairs


@pytest.mark.paper
@pytest.mark.parametrize("where", ["reader", "folder_reader"])
def test_the_rows_of_the_ledger_on_an_item_are_a_key_away(
    where: str, request: pytest.FixtureRequest
) -> None:
    reader: Reader = request.getfixturevalue(where)
    page = reader.open(f"{NAME}#item-board.police")
    entry = page.locator("dt[id='item-board.police'] + dd")
    entry.locator("summary").press("Enter")
    entry.locator("a[href*='#finding-ledger-figures']").press("Enter")
    page.wait_for_url("**/every_number.html*")

    rows = page.locator("#finding-ledger-figures tbody tr:visible th")
    assert {text.rpartition("board.police")[1] for text in rows.all_inner_texts()} == {
        "board.police"
    }
    assert rows.count() == 6  # two years, on the Board and no response, and twice in the text
    assert reader.faults == []


@pytest.mark.paper
def test_the_search_finds_an_item_by_another_word_and_after_the_chapter_by_its_own(
    reader: Reader,
) -> None:
    page = reader.open("search.html?q=wave")
    page.wait_for_function("Search._index !== null")
    found = page.evaluate(
        """words => words.map(word => {
          const [query, ...terms] = Search._parseQuery(word);
          return Search._performSearch(query, ...terms).reverse()
            .map(([page, , anchor]) => page + (anchor ?? ''));
        })""",
        ["GP", "Diabetes"],
    )

    assert "book/a_to_z#word-gp" in found[0][:3]
    item = found[1].index("book/a_to_z#item-jsna.diabetes")
    assert 0 < min(n for n, goal in enumerate(found[1]) if "notebooks/jsna" in goal) + 1 <= item


def test_axe_finds_nothing_and_a_letter_is_in_the_contents(reader: Reader) -> None:
    page = reader.open(NAME)

    first = PAGE.select_one("section section")
    assert first is not None
    assert page.locator(f".page-toc a[href='#{first['id']}']").count() == 1
    assert reader.axe() == []
    assert reader.faults == []
    assert Path(SITE / NAME).stat().st_size < 400_000
