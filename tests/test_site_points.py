"""The front page of the built site opens with its main points, on the first screen."""

from __future__ import annotations

import pytest
from site_pages import read
from test_site_browser import (  # fixtures are found by their names
    SITE,
    Mode,
    Reader,
    browser,
    home,
    reader,
)

__all__ = ["browser", "home", "reader"]


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_the_first_three_points_are_read_without_scrolling(
    reader: Reader, width: int, height: int, mode: Mode
) -> None:
    page = reader.open("index.html", width=width, mode=mode)
    page.set_viewport_size({"width": width, "height": height})
    bottoms = page.eval_on_selector_all(
        ".csm-points > li > p", "all => all.map(p => p.getBoundingClientRect().bottom)"
    )

    assert len(bottoms) >= 3
    assert bottoms == sorted(bottoms)
    assert bottoms[2] <= height


def test_nothing_stands_before_them_but_the_title_and_a_line(reader: Reader) -> None:
    page = reader.open("index.html")
    top = page.eval_on_selector(".csm-points", "list => list.getBoundingClientRect().top")
    before = page.eval_on_selector_all(
        ".bd-article :is(h1, h2, p, .admonition, summary, figure)",
        "(all, top) => all.filter(e => e.getBoundingClientRect().height"
        " && e.getBoundingClientRect().top < top).map(e => e.localName)",
        top,
    )

    assert before == ["h1", "p"]


def test_each_leads_to_a_finding_that_stands_there() -> None:
    page = read(SITE / "index.html")
    for link in page.select(".csm-points a"):
        name, _, anchor = str(link["href"]).partition("#")
        there = read(SITE / name) if name else page
        assert there.find(id=anchor), link["href"]
