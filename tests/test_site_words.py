"""The words of the built site: how many are about figures rather than findings, and short titles.

`make book` builds it. What a finding says of its base, its status and how to read it comes
back at each of them, and crowds out what was found; what holds for all stands on one page.
"""

from __future__ import annotations

import os
from copy import copy
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from site_pages import read

from csm_lib.notebooks import FOLDER

ROOT = Path(__file__).parent.parent
SITE = Path(os.environ.get("CSM_SITE_DIR") or ROOT / "_build" / "html").resolve()

# The landing page and the chapters that rest on findings.
CHAPTERS = (
    "findings who_answered board jsna commissioning change every_number codebook own_returns"
).split()
LIMITS = "limits.html"

APPARATUS = ".csm-base, .csm-status, .csm-caveat"
UNSEEN = "details, pre, .cell_input, table, script, style, .headerlink, .csm-definition, .csm-take"
MOST = 0.10
"""Of the words that are seen, what may be apparatus. It was 26% of the landing page."""

MOST_WORDS = 20
"""More words are no title."""

NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def page_of(notebook: str) -> BeautifulSoup:
    """A page of the site, by the name of its notebook."""
    return read(SITE / ("index.html" if notebook == "findings" else f"notebooks/{notebook}.html"))


def words_of(page: str) -> tuple[int, int]:
    """How many words of a page are seen without a click, and how many of them are apparatus.

    Code, controls, folded parts and tables are left out; words within a chart are seen.
    """
    article = copy(page_of(page).select_one("article"))
    assert article is not None
    for part in article.select(UNSEEN):
        part.decompose()
    whole = len(article.get_text(" ").split())
    for part in article.select(APPARATUS):
        part.decompose()
    return whole, whole - len(article.get_text(" ").split())


@pytest.mark.paper
def test_base_status_and_notes_are_less_than_a_tenth_of_the_words_of_a_page() -> None:
    counted = {page: words_of(page) for page in CHAPTERS}
    table = [
        f"{page:<14}{apparatus:>6} of {whole:>5}  {apparatus / whole:>6.1%}"
        for page, (whole, apparatus) in counted.items()
    ]

    most = max(apparatus / whole for whole, apparatus in counted.values())
    assert most < MOST, "\n" + "\n".join(table)


@pytest.mark.paper
@pytest.mark.parametrize("page", [page for page in CHAPTERS if page != "codebook"])
def test_a_chapter_leads_to_what_limits_every_figure(page: str) -> None:
    soup = page_of(page)
    assert soup.select(f"article a[href*='{LIMITS}']")


@pytest.mark.paper
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_title_is_a_sentence_of_20_words_at_most(path: Path) -> None:
    titles = [title.get_text() for title in page_of(path.stem).select(".csm-finding .csm-title")]
    assert {title: len(title.split()) for title in titles if len(title.split()) > MOST_WORDS} == {}


@pytest.mark.paper
@pytest.mark.parametrize("page", CHAPTERS)
def test_no_note_points_to_another_finding(page: str) -> None:
    soup = page_of(page)
    notes = " ".join(note.get_text(" ") for note in soup.select(".csm-caveat")).lower()
    assert "next finding" not in notes
    assert "further down" not in notes
