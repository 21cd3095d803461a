"""The main points of any collection: what is firm comes first, and each thing is told once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from book_texts import book
from bs4 import BeautifulSoup
from small import answers, item, small

from csm_lib.collection import Collection
from csm_lib.survey.catalogue import chapters_of, main_points

YEARS = (2021, 2023)
BOARD = [item("board.police", years=YEARS), item("board.schools", years=YEARS)]
STILL = {"board.police": "yn" * 10, "board.schools": "yn" * 10}
FELL = {"board.police": answers(9, 11), "board.schools": answers(0, 20)}


def keys(collection: Collection) -> list[str]:
    return list(main_points(collection).sentences)


def test_a_firm_change_comes_before_the_sections_and_who_answered_comes_last() -> None:
    points = main_points(small(BOARD, {2021: STILL, 2023: FELL}))

    assert list(points.sentences) == ["changes-board", "shares-board", "response"]
    assert points.sentences["changes-board"].startswith(
        "“Schools” fell from 50% (10 of 20) in 2021 to 0% (0 of 20) in 2023"
    )
    assert points.sentences["shares-board"] == (
        "Board: from 0% (“Schools”) to 45% (“Police”) in 2023."
    )
    rows = points.rows["changes-board"]
    assert rows is not None
    assert rows[["item", "year", "yes"]].to_numpy().tolist() == [
        ["board.schools", 2021, 10],
        ["board.schools", 2023, 0],
    ]
    assert points.rows["response"] is None


def test_that_no_change_is_firm_is_told_first() -> None:
    points = main_points(
        small(BOARD, {2021: STILL, 2023: {**STILL, "board.police": answers(9, 11)}})
    )

    assert next(iter(points.sentences)) == "changes-board"
    assert points.sentences["changes-board"] == (
        "No single change in “Board” is more than chance explains; "
        "the largest: “Police”, 50% to 45%."
    )


def test_firm_findings_are_ranked_by_size_and_sections_by_how_far_apart_their_items_are() -> None:
    items = [item(f"{section}.{one}", years=YEARS) for section in "abc" for one in ("x", "y")]
    items.append(item("c.z", years=[2023]))
    first = {one.item: "yn" * 20 for one in items}
    now = {
        **first, "c.z": answers(0, 40),
        "a.x": answers(38, 2), "b.x": answers(20, 0) + answers(0, 20), "b.y": answers(24, 16),
        "c.x": answers(25, 15),
    }  # fmt: skip
    halves = ["North"] * 20 + ["South"] * 20
    found = keys(small(items, {2021: first, 2023: now}, region=halves))

    # B differs by 100 points, A rose by 45; then the sections: 63, 45 and 10 points
    assert found == ["groups-b-region", "changes", "shares-c", "shares-a", "response"]


def test_a_section_that_moved_together_is_told_although_no_item_of_it_is() -> None:
    items = [item(f"{section}.{one}", years=YEARS) for section in "ab" for one in range(8)]

    def wave(shift: int) -> dict[str, str]:
        # each of 64 says yes to half the items, others each time; then to a few more of them
        return {
            one.item: "".join(
                "y" if (place * 5 + number * 3) % 16 < 8 + shift * (one.section == "a") else "n"
                for place in range(64)
            )
            for number, one in enumerate(items)
        }

    points = main_points(small(items, {2021: wave(0), 2023: wave(1)}))

    assert "changes-a" in points.sentences
    assert points.sentences["changes-a"].startswith(
        "Yes to the items in “A”, taken together, rose from 50% in 2021 to 56% in 2023, more"
    )


@pytest.mark.parametrize(("blank", "told"), [(12, True), (8, False)])
def test_an_item_that_a_quarter_left_blank_is_a_point(blank: int, told: bool) -> None:
    items = [item(f"board.{one}", years=[2023]) for one in "wxyz"]
    wave = {one.item: "yn" * 20 for one in items}
    wave["board.x"] = "yn" * ((40 - blank) // 2) + "-" * blank

    assert ("blanks" in keys(small(items, {2023: wave}))) is told


def test_blanks_of_one_region_make_no_point_and_break_none() -> None:
    items = [item(f"board.{one}", years=[2023]) for one in "wxyz"]
    wave = {one.item: "yn" * 20 for one in items} | {"board.y": "yn" * 16 + "-" * 8}
    halves = ["North"] * 20 + ["South"] * 20

    assert keys(small(items, {2023: wave}, region=halves)) == ["shares-board", "response"]


def test_there_are_five_points_at_most_and_who_answered_is_one_of_them() -> None:
    items = [item(f"{section}.x", years=[2023]) for section in "abcdefgh"]
    found = keys(small(items, {2023: {one.item: "yn" for one in items}}))

    assert found == ["shares-a", "shares-b", "shares-c", "shares-d", "response"]


def test_no_point_tells_a_figure_that_is_withheld() -> None:
    waves = {2021: STILL, 2023: {**STILL, "board.schools": answers(1, 19)}}
    points = main_points(small(BOARD, waves, threshold=5))

    assert "“Schools”" not in str(points)
    assert not any(
        "board.schools" in set(rows["item"]) for rows in points.rows.values() if rows is not None
    )


def test_a_label_too_long_for_a_sentence_is_left_out_and_its_finding_is_not() -> None:
    long = [item("board.police", label="word " * 20), item("board.schools", label="word " * 19)]

    points = main_points(small(long, {2021: STILL, 2023: FELL})).sentences

    assert list(points.values())[:2] == [
        "One of two items changed more than chance explains.",
        "Board: two items stand at 0% to 45% in 2023.",
    ]


@pytest.mark.parametrize(
    "waves", [{2023: FELL}, {2021: STILL, 2023: FELL}, {2021: STILL, 2022: STILL, 2023: FELL}]
)
def test_each_point_is_drawn_but_who_answered_and_leads_to_its_finding_on_the_same_page(
    waves: Mapping[int, Any],
) -> None:
    items = [item(one.item) for one in BOARD]
    points = main_points(small(items, waves))
    shown = BeautifulSoup(points._repr_mimebundle_()["text/html"], "lxml")

    links = [link["href"] for link in shown("a")]
    assert links == [f"#finding-{key}" for key in points.sentences]
    assert len(shown.select("svg")) == len(links) - 1


def test_a_section_of_one_number_that_changed_is_told_once() -> None:
    spend = item("cost.spend", response="number", years=YEARS)
    waves = {
        year: {spend.item: [str(number) for number in range(least, least + 20)]}
        for year, least in ((2021, 9), (2023, 15))
    }
    front, *_ = chapters_of(small([spend], waves))

    assert [entry.call for entry in front.entries] == [
        "pages.numbers(collection, 'cost.spend')", "pages.answered(collection)",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["cross", "crossT", "empty", "multi", "notlast", "one", "ties"])
def test_the_front_of_any_book_can_be_shown(name: str) -> None:
    found = book(f"edge/{name}")

    assert main_points(found.collection)._repr_mimebundle_()["text/html"]


def test_a_difference_whose_figures_are_withheld_is_a_point_without_a_chart() -> None:
    one = item("board.police", years=[2023])
    found = small(
        [one],
        {2023: {one.item: "y" * 3 + "n" * 37 + "y" * 37 + "n" * 3}},
        region=["A"] * 40 + ["B"] * 40,
        threshold=5,
    )
    points = main_points(found)

    assert points.sentences["groups-board-region"] == (
        "“Police” differs by region more than chance explains."
    )
    assert points.rows["groups-board-region"] is None
    assert points._repr_mimebundle_()["text/html"]


def test_a_section_of_which_no_item_is_firm_alone_is_told_though_one_went_the_other_way() -> None:
    example = book("partnership-board")
    told = example.points.sentences["changes-pooled"]

    assert told == (
        "Yes to the items in “Pooled budgets and joint commissioning”, taken together, fell from "
        "64% to 50%, more than chance explains (p = 0.0001)."
    )
    councils = book("councils").finding("changes-planning")
    assert "taken together" not in councils.title  # two of its items are firm, and tell it
