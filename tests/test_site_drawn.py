"""What is drawn says so on the built site, and nothing drawn is told of a region or a type.

`make book` builds it. These are about the book on the paper, whose rows are drawn.
"""

from __future__ import annotations

import pytest
from bs4.element import Tag
from test_site import FINDINGS, text

from csm_lib.collection import SHIPPED, open_collection

pytestmark = pytest.mark.paper

DRAWN = {
    name: figure
    for name, figure in FINDINGS.items()
    if figure.select('.csm-status[data-status="drawn"]')
}


def test_some_finding_is_drawn() -> None:
    assert DRAWN


@pytest.mark.parametrize("figure", DRAWN.values(), ids=DRAWN)
def test_a_drawn_finding_says_so_in_its_title_and_in_what_is_told_of_its_chart(figure: Tag) -> None:
    asked = str(figure["id"]).endswith("-to-read")  # in an exercise: its title is its question
    assert asked or "drawn" in text(figure.select_one(".csm-title")).lower()
    assert "drawn" in str(figure["data-label"]).lower()
    if figure.select_one(".csm-chart"):
        assert "drawn" in text(figure.select_one(".csm-alt")).lower()


@pytest.mark.parametrize("figure", DRAWN.values(), ids=DRAWN)
def test_nothing_drawn_is_told_of_a_region_or_a_type(figure: Tag) -> None:
    frame = open_collection(SHIPPED).frame
    assert frame is not None
    groups = set(frame["region"]) | set(frame["authority_type"])
    cells = {text(cell) for cell in figure.select("td, th")}

    assert cells & groups == set()


@pytest.mark.parametrize("figure", FINDINGS.values(), ids=FINDINGS)
def test_a_source_is_the_paper_itself_unless_what_is_shown_was_drawn(figure: Tag) -> None:
    (source,) = (
        found for line in figure.select(".csm-source") if (found := text(line)).startswith("Source")
    )

    before = source.partition("Devanney and Wistow (2013)")[0]

    assert ("panel" in before.lower()) == bool(figure.select('.csm-status[data-status="drawn"]'))
