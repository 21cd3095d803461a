"""The main points: short, few, drawn and led to where their finding stands."""

from __future__ import annotations

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from csm_lib.collection import open_collection
from csm_lib.points import MainPoints

TRUSTS = open_collection()
CAMHS = TRUSTS.tally("commissioning.camhs")


def points(sentences: dict[str, str], rows: pd.DataFrame = CAMHS) -> MainPoints:
    return MainPoints(sentences, dict.fromkeys(sentences, rows))


def test_a_point_leads_to_its_finding_and_its_drawing_is_not_read_out() -> None:
    shown = points({"commissioning-change": "62 of 74 & not <67>."})._repr_mimebundle_()
    (item,) = BeautifulSoup(shown["text/html"], "lxml")("li")

    assert shown["text/plain"] == "1. 62 of 74 & not <67>. (see commissioning-change)"
    assert item.a is not None
    assert item.a["href"] == "commissioning.html#finding-commissioning-change"
    assert item.a.text == "62 of 74 & not <67>."
    (drawing,) = item.select("[aria-hidden=true] svg")
    assert "84%" in drawing.text
    assert "91%" in drawing.text


def test_rows_of_one_year_are_drawn_with_their_count() -> None:
    rows = CAMHS[CAMHS["year"] == 2009]
    html = points({"commissioning-change": "One."}, rows)._repr_mimebundle_()["text/html"]

    assert "62 of 74" in BeautifulSoup(html, "lxml").text


@pytest.mark.parametrize(
    ("made", "fault"),
    [
        (lambda: points({"jsna": "word " * 26}), "26 words"),
        (lambda: points(dict.fromkeys("abcdefg", "Short.")), "7 main points"),
        (lambda: MainPoints({"jsna": "Short."}, {}), "no rows"),
    ],
)
def test_what_is_not_read_at_a_glance_is_refused(made: object, fault: str) -> None:
    assert callable(made)
    with pytest.raises(ValueError, match=fault):
        made()


def test_six_points_of_25_words_are_taken() -> None:
    points(dict.fromkeys("abcdef", "word " * 25))


def test_a_point_of_a_finding_that_no_notebook_makes_is_refused() -> None:
    with pytest.raises(KeyError, match="No notebook makes"):
        points({"nothing": "Short."})._repr_mimebundle_()


def test_a_point_without_rows_has_no_drawing() -> None:
    point = MainPoints({"commissioning-change": "Short."}, {"commissioning-change": None})
    html = point._repr_mimebundle_()["text/html"]

    assert BeautifulSoup(html, "lxml").select("svg, .csm-chart") == []
    assert "Short." in html
