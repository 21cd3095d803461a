"""The list of items from A to Z, in a small book: its order, its other words and its links."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from bs4.element import Tag

EXTENSIONS = Path(__file__).parent.parent / "book" / "_ext"
ITEMS = [
    ["board.zoo", "Zoo", "The Board", "Is the zoo on the Board?"],
    ["board.bees", "bees", "The Board", "Are <b>bees</b> on the Board?"],
    ["level.bees", "Bees", "Levels", "At what level?"],
    ["board.none", "Nobody asked", "The Board", "Is nobody there?"],
]
FINDING = """
<figure class="csm-finding" id="finding-{key}" data-items="{items}">
<figcaption class="csm-title"><b>{title}</b></figcaption>{table}</figure>
"""
LONG = """<div class="csm-table csm-scroll csm-long"><table><tbody>
<tr><th scope="row">board.<wbr>bees.<wbr>2008</th></tr>
<tr><th scope="row">board.<wbr>bees.<wbr>2009</th></tr>
<tr><th scope="row">board.<wbr>beeswax</th></tr></tbody></table></div>"""


def finding(key: str, items: str, title: str, table: str = "") -> str:
    return FINDING.format(key=key, items=items, title=title, table=table)


BEES = finding("bees", "board.bees level.bees other.item", "Bees &lt; rise")
PAGES = {
    "index": BEES,
    "sub/board": BEES,
    "ledger": BEES + finding("ledger", "board.bees board.zoo", "The ledger", LONG),
}


def made(folder: Path, *words: str) -> tuple[BeautifulSoup, str]:
    """The page of the list, in a book whose front page repeats a finding, and what was warned."""
    (folder / "sub").mkdir()
    (folder / "conf.py").write_text(f"extensions = ['csm_items']\ncsm_items = {ITEMS!r}\n", "utf-8")
    for name, html in PAGES.items():
        raw = html.strip().replace("\n", "\n   ")
        tree = ".. toctree::\n\n   sub/board\n   ledger\n   sub/list\n" if name == "index" else ""
        text = f"Page {name}\n==============\n\n.. raw:: html\n\n   {raw}\n\n{tree}"
        (folder / f"{name}.rst").write_text(text, "utf-8")
    lines = "".join(f"   {line}\n" for line in words)
    text = f"List\n====\n\n.. csm-items::\n\n{lines}"
    (folder / "sub" / "list.rst").write_text(text, "utf-8")
    run = subprocess.run(  # in a process of its own, as Sphinx notes in its own what it has loaded
        [sys.executable, "-m", "sphinx", "-q", "-N", "-b", "html", folder, folder / "out"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(EXTENSIONS), *sys.path])},
        capture_output=True,
        text=True,
        check=True,
    )
    page = (folder / "out" / "sub" / "list.html").read_text("utf-8")
    return BeautifulSoup(page, "html.parser"), run.stderr


def under(page: BeautifulSoup, anchor: str) -> Tag:
    term = page.find("dt", id=anchor)
    assert isinstance(term, Tag)
    definition = term.find_next_sibling("dd")
    assert isinstance(definition, Tag)
    return definition


def links(part: Tag) -> list[tuple[str, str]]:
    return [(link.get_text(), str(link["href"])) for link in part.select("li a")]


def test_items_stand_under_their_letters_and_those_of_one_name_are_told_apart(
    tmp_path: Path,
) -> None:
    page, warnings = made(tmp_path, "Apes: board.zoo", "Wasps: board.bees level.bees")

    assert warnings == ""
    assert [term.get_text(strip=True) for term in page("dt")] == [
        "Apes", "Bees (Levels)", "bees (The Board)", "Nobody asked", "Wasps", "Zoo"
    ]  # fmt: skip
    assert [section["id"] for section in page.select("section section")] == [
        "letter-a", "letter-b", "letter-n", "letter-w", "letter-z"
    ]  # fmt: skip


def test_another_word_leads_to_its_items(tmp_path: Path) -> None:
    page, _ = made(tmp_path, "Wasps: board.bees level.bees")

    found = under(page, "word-wasps")
    assert found.get_text(strip=True) == "Seebees (The Board);Bees (Levels)"
    assert [a["href"] for a in found("a")] == ["#item-board.bees", "#item-level.bees"]


def test_an_item_leads_to_each_finding_that_holds_it_where_the_book_has_it_first(
    tmp_path: Path,
) -> None:
    page, _ = made(tmp_path)

    assert links(under(page, "item-level.bees")) == [
        ("Bees < rise", "board.html#finding-bees"),
    ]
    assert "(Page sub/board)" in under(page, "item-level.bees").get_text()
    assert links(under(page, "item-board.none")) == []


def test_a_long_table_is_filtered_for_the_item_where_rows_are_of_it(tmp_path: Path) -> None:
    page, _ = made(tmp_path)

    assert links(under(page, "item-board.bees"))[1] == (
        "two rows",
        "../ledger.html?ledger.q=board.bees#finding-ledger",
    )
    assert "(Page ledger)" in under(page, "item-board.bees").get_text()
    assert links(under(page, "item-board.zoo")) == [("The ledger", "../ledger.html#finding-ledger")]


def test_what_was_asked_is_text_whatever_it_holds(tmp_path: Path) -> None:
    page, _ = made(tmp_path)

    said = under(page, "item-board.bees")
    assert "The Board. Are <b>bees</b> on the Board? board.bees" in said.get_text()
    assert said.find("b") is None


@pytest.mark.parametrize("line", ["Wasps: board.wasps", "Wasps:", "Wasps"])
def test_a_word_that_leads_nowhere_is_a_warning(tmp_path: Path, line: str) -> None:
    page, warnings = made(tmp_path, line)

    assert "list.rst" in warnings
    assert f"'{line}': write a word, a colon, and items of the codebook" in warnings
    assert page.find("dt", id="word-wasps") is None
