"""The main points of a collection's own book: what they say is counted in its returns."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from csm_lib.survey.main_points import main_points
from tests.small import answers, item, small

BOARD = [item("board.police"), item("board.schools")]
WAVES = {
    2021: {"board.police": answers(9, 1), "board.schools": answers(5, 5)},
    2023: {"board.police": answers(8, 2), "board.schools": answers(1, 9)},
}


def test_of_a_section_that_moved_the_item_that_moved_most_is_told_in_counts() -> None:
    points = main_points(small(BOARD, WAVES))

    assert points.sentences["change-board"] == (
        "Schools fell most in Board: from 5 of 10 partnerships in 2021 to 1 of 10 in 2023."
    )
    rows = points.rows["change-board"]
    assert rows[["item", "year", "yes"]].to_numpy().tolist() == [
        ["board.schools", 2021, 5],
        ["board.schools", 2023, 1],
    ]


def test_of_one_wave_the_most_and_the_least_common_item_are_told() -> None:
    points = main_points(small(BOARD, {2023: WAVES[2023]}))

    assert points.sentences["shares-board"] == (
        "Board, 2023: Police in 8 of 10 partnerships, Schools in 1 of 10."
    )
    assert list(points.sentences)[-1] == "response"


def test_large_moves_come_first_and_other_sections_are_told_of_their_last_wave() -> None:
    items = [item(f"{section}.{one}") for section in "abc" for one in ("x", "y")]
    waves = {
        year: {
            "a.x": answers(5, 5), "a.y": answers(5 + moved, 5 - moved),
            "b.x": answers(5, 5), "b.y": answers(5 - 2 * moved, 5 + 2 * moved),
            "c.x": answers(3 + year % 2, 7 - year % 2), "c.y": answers(2, 8),
        }
        for year, moved in ((2022, 0), (2023, 2))
    }  # fmt: skip
    sentences = main_points(small(items, waves)).sentences

    assert list(sentences) == ["change-b", "change-a", "shares-c", "response"]
    assert sentences["shares-c"] == "C, 2023: X in 4 of 10 partnerships, Y in 2 of 10."


def test_what_stood_still_and_what_stands_alone_make_no_point() -> None:
    still = {year: {"board.police": answers(8, 2)} for year in (2021, 2023)}

    assert list(main_points(small(BOARD[:1], still)).sentences) == ["response"]


def test_no_point_tells_a_figure_that_is_withheld() -> None:
    points = main_points(small(BOARD, WAVES, threshold=5))

    assert "board.schools" not in {item for rows in points.rows.values() for item in rows["item"]}
    assert not any("1 of 10" in sentence for sentence in points.sentences.values())


def test_a_label_too_long_for_a_sentence_is_left_out() -> None:
    long = [item("board.police", label="word " * 20), item("board.schools", label="word " * 19)]

    assert list(main_points(small(long, WAVES)).sentences) == ["response"]


@pytest.mark.parametrize("waves", [{2023: WAVES[2023]}, WAVES, {**WAVES, 2022: WAVES[2021]}])
def test_each_point_is_drawn_and_leads_to_its_finding_on_the_same_page(waves: dict) -> None:
    made = main_points(small(BOARD, dict(sorted(waves.items()))))
    shown = BeautifulSoup(made._repr_mimebundle_()["text/html"], "lxml")

    links = [link["href"] for link in shown("a")]
    assert links == [f"#finding-{key}" for key in made.sentences]
    assert len(shown.select("svg")) == len(links)
