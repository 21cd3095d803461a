"""A section of any collection: titles, tables and charts follow from the counts alone."""

from __future__ import annotations

import pandas as pd
import pytest
from small import answers, item, small

from csm_lib.collection import Collection
from csm_lib.errors import CollectionError
from csm_lib.status import DRAWN, INVENTED
from csm_lib.survey import section

BOARD = [item("board.voluntary", label="Voluntary sector"), item("board.housing")]


def board(*, threshold: int = 0, status: str = "own returns") -> Collection:
    return small(
        BOARD,
        {
            2021: {"board.voluntary": answers(6, 6), "board.housing": answers(9, 3)},
            2022: {"board.voluntary": answers(8, 4), "board.housing": answers(8, 3, 1)},
            2023: {"board.voluntary": answers(10, 2), "board.housing": answers(5, 7)},
        },
        threshold=threshold,
        status=status,
    )


# --- shares ---------------------------------------------------------------------------------------


def test_a_title_names_the_highest_and_the_lowest_share_of_the_last_wave() -> None:
    found = section.shares(board(), "board")

    assert found.title == (
        "Board: Voluntary sector leads with 83% (10 of 12) in 2023; lowest, Housing, 42% (5 of 12)"
    )
    assert found.key == "shares-board"
    assert found.base == "11 to 12 of 12 partnerships"
    assert found.source == "A survey of partnerships"
    assert found.alt == (
        "Chart of the share that said yes: Board, two items in 2021, 2022 and 2023. Highest in "
        "2023: Voluntary sector 83% (10 of 12); lowest: Housing 42% (5 of 12)."
    )


def test_items_that_share_an_end_are_named_together() -> None:
    three = [item(f"board.{name}", years=[2023]) for name in "abc"]
    found = section.shares(
        small(
            three,
            {
                2023: {
                    "board.a": answers(4, 0),
                    "board.b": answers(2, 0, 2),
                    "board.c": answers(1, 3),
                }
            },
        ),
        "board",
    )

    assert found.title == "Board: A and B lead with 100% each in 2023; lowest, C, 25% (1 of 4)"


def test_more_than_a_few_items_that_share_an_end_are_counted() -> None:
    many = [item(f"board.{name}", years=[2023]) for name in "abcde"]
    wave = {f"board.{name}": answers(3, 1) for name in "abcd"} | {"board.e": answers(1, 3)}
    found = section.shares(small(many, {2023: wave}), "board")

    assert found.title == (
        "Board: Four items lead with 75% (3 of 4) each in 2023; lowest, E, 25% (1 of 4)"
    )


def test_items_that_are_all_alike_have_no_leader() -> None:
    wave = {"board.voluntary": answers(3, 1), "board.housing": answers(3, 1)}

    assert section.shares(small(BOARD, {2023: wave}), "board").title == (
        "Board: all two items stand at 75% (3 of 4) each in 2023"
    )


def test_a_single_item_is_told_with_where_it_came_from_and_under_its_own_question() -> None:
    found = section.shares(
        small(
            BOARD[:1],
            {y: {"board.voluntary": answers(k, 4 - k)} for y, k in ((2021, 1), (2023, 3))},
        ),
        "board",
    )

    assert found.title == (
        "Board: Voluntary sector, 75% (3 of 4) in 2023, up from 25% (1 of 4) in 2021"
    )
    assert found.question == "Is it so: board.voluntary?"


def test_the_title_of_a_section_in_the_codebook_is_used_without_its_last_stop() -> None:
    found = section.shares(
        small(
            BOARD[:1],
            {2023: {"board.voluntary": answers(1, 3)}},
            titles={"board": "Who sits on the board?"},
        ),
        "board",
    )

    assert found.title == "Who sits on the board: Voluntary sector, 25% (1 of 4) in 2023"


def test_a_section_that_the_last_wave_did_not_ask_is_told_of_the_wave_that_did() -> None:
    old = [item("old.one", years=[2021, 2022]), *BOARD]
    collection = small(
        old,
        {
            2021: {"old.one": answers(1, 3)},
            2022: {"old.one": answers(2, 2)},
            2023: {"board.housing": answers(2, 2)},
        },
    )
    found = section.shares(collection, "old")

    assert found.title == "Old: One, 50% (2 of 4) in 2022, up from 25% (1 of 4) in 2021"
    assert found.caveat == "None of these items was asked in 2023."


def test_a_section_that_nobody_answered_says_so_and_has_no_chart() -> None:
    found = section.shares(small(BOARD, {2022: {}, 2023: {}}), "board")

    assert found.title == "Board: no partnership answered in 2023"
    assert found.draw is None
    assert "no answers" not in found.title
    assert found.html


def test_a_section_of_which_all_is_withheld_says_so_and_has_no_chart() -> None:
    found = section.shares(
        small(BOARD[:1], {2023: {"board.voluntary": answers(3, 1)}}, threshold=5), "board"
    )

    assert found.title == "Board: no figure of 2023 can be shown, as the counts are small"
    assert found.draw is None
    assert found.html


def test_a_section_with_no_item_that_was_asked_is_refused() -> None:
    collection = small([item("new.one", years=[2030]), *BOARD], {2023: {}})

    with pytest.raises(CollectionError, match="section 'new' has no yes/no item that was asked"):
        section.shares(collection, "new")


def test_labels_are_set_on_one_line_and_keep_their_capitals() -> None:
    odd = [item("board.one", label="NHS\n<b>$x$</b>\x07", years=[2023])]
    found = section.shares(small(odd, {2023: {"board.one": answers(1, 1)}}), "board")

    assert found.title == "Board: NHS <b>$x$</b>, 50% (1 of 2) in 2023"
    assert "<b>$x$" not in found.html


@pytest.mark.parametrize(("years", "chart"), [([2023], "ranked_dots"), ([2021, 2023], "dumbbell")])
def test_the_chart_follows_the_number_of_waves(
    years: list[int], chart: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from csm_lib import charts

    drawn = []
    for name in ("ranked_dots", "dumbbell", "waves"):
        monkeypatch.setattr(charts, name, lambda *_, name=name, **__: drawn.append(name))
    rows = section._tally(board(), "board", ["board.voluntary"], "item")
    section.levels(rows[rows["year"].isin(years)])
    section.levels(rows)
    section.levels(rows[rows["year"] > 2021].assign(yes=pd.array([None, 10], "Int64")))

    assert drawn == [chart, "waves", "waves"]


def test_invented_returns_carry_their_label_in_the_chart() -> None:
    found = section.shares(board(status=INVENTED), "board")

    assert found.label == "Invented returns: an example, not data"
    assert ">Invented returns: an example, not data<" in found.html


# --- answers --------------------------------------------------------------------------------------

STAGE = item("plan.stage", label="The plan", response="stage")


def test_the_most_frequent_answer_to_one_item_is_the_title() -> None:
    told = ["signed", "signed", "draft", "none", ""]
    found = section.answers(small([STAGE], {2023: {"plan.stage": told}}), "plan")

    assert found.title == "Plan: The plan, most often Signed, 50% (2 of 4) in 2023"
    assert {"Not begun", "Drafted", "Signed"} <= set(found.table)
    assert "Not begun" in found.html


def test_answers_given_equally_often_are_all_named() -> None:
    told = ["signed", "draft", "signed", "draft"]
    found = section.answers(small([STAGE], {2023: {"plan.stage": told}}), "plan")

    assert found.title == "Plan: The plan, equally often Drafted and Signed, 50% (2 of 4) in 2023"


def test_of_several_items_the_answer_that_wins_most_is_the_title() -> None:
    items = [item(f"plan.{name}", response="stage", years=[2023]) for name in "abc"]
    told = {
        "plan.a": ["signed", "signed", "draft"],
        "plan.b": ["signed", "signed", "signed"],
        "plan.c": ["draft", "signed", "none"],
    }
    found = section.answers(small(items, {2023: told}), "plan")

    assert found.title == (
        "Plan: Signed is the most frequent answer to two of three items in 2023; highest, B, "
        "100% (3 of 3)"
    )
    assert found.draw is not None


def test_more_answers_than_can_be_told_apart_in_a_bar_are_a_table() -> None:
    items = [item(f"plan.{name}", response="many", years=[2023]) for name in "ab"]
    collection = small(items, {2023: {"plan.a": list("0112"), "plan.b": list("3456")}})

    assert section.answers(collection, "plan").draw is None
    assert section.answers(collection, "plan").html
    one = small(items[:1], {2023: {"plan.a": list("0112")}})
    assert "Answer 6" in section.answers(one, "plan").html


def test_several_kinds_of_answers_in_a_section_are_told_apart() -> None:
    items = [STAGE, item("plan.many", response="many")]
    collection = small(items, {2023: {"plan.stage": ["signed"] * 4, "plan.many": list("0112")}})

    assert section.kinds_of(collection, "plan") == ["stage", "many"]
    assert section.answers(collection, "plan", "many").key == "answers-plan-many"
    with pytest.raises(CollectionError, match=r"several kinds of answers\. Name one: stage, many"):
        section.answers(collection, "plan")


def test_answers_that_nobody_gave_or_that_are_withheld_have_no_chart() -> None:
    silent = section.answers(small([STAGE], {2023: {"plan.stage": [""] * 4}}), "plan")
    hidden = section.answers(
        small([STAGE], {2023: {"plan.stage": ["signed"] * 6 + ["draft"]}}, threshold=5), "plan"
    )

    assert silent.title == "Plan: no partnership answered in 2023"
    assert hidden.title == "Plan: no figure of 2023 can be shown, as the counts are small"
    assert silent.draw is None
    assert hidden.draw is None
    assert silent.html
    assert hidden.html


# --- change ---------------------------------------------------------------------------------------


def test_a_change_tells_what_rose_and_what_fell_between_the_first_wave_and_the_last() -> None:
    found = section.change(board(), "board")

    assert found.title == (
        "Board: of two items one rose and one fell between 2021 and 2023; Voluntary sector rose "
        "most, from 50% to 83%"
    )
    assert found.base == "partnerships that answered in 2021 and in 2023, 12 of 12"


def test_with_rows_the_paired_test_is_given() -> None:
    found = section.change(board(), "board")
    row = found.data.set_index("item").loc["board.voluntary"]

    assert (row["gainers"], row["losers"], row["p"]) == (4, 0, 0.125)
    assert found.caveat.startswith(
        "By McNemar's exact test at 5%, one item at a time, none of two changes are significant."
    )


def test_a_significant_change_is_named() -> None:
    waves = {
        2021: {"board.voluntary": answers(1, 11), "board.housing": answers(6, 6)},
        2023: {"board.voluntary": answers(12, 0), "board.housing": answers(6, 6)},
    }
    found = section.change(small(BOARD, waves), "board")

    assert "one of two changes is significant: Voluntary sector." in found.caveat


@pytest.mark.parametrize("kind", ["withheld", "drawn"])
def test_who_moved_is_not_told_of_a_drawn_panel_nor_where_counts_are_withheld(kind: str) -> None:
    collection = board(threshold=2) if kind == "withheld" else board(status=DRAWN)
    found = section.change(collection, "board")

    assert not {"gainers", "losers", "p"} & set(found.data.columns)
    assert "Totals do not tell who moved." in found.caveat
    assert "gained" not in found.table.columns


def test_what_totals_can_bear_is_said() -> None:
    waves = {
        2021: {"board.voluntary": answers(6, 40), "board.housing": answers(26, 20)},
        2023: {"board.voluntary": answers(40, 6), "board.housing": answers(20, 26)},
    }
    found = section.change(small(BOARD, waves, threshold=5), "board")

    assert (
        "two changes divide so: significant whoever moved, one (Voluntary sector); significant "
        "depending on who moved, one; significant in no case, none."
    ) in found.caveat


def test_an_item_that_is_withheld_in_a_wave_is_not_compared_and_that_is_said() -> None:
    waves = {
        2021: {"board.voluntary": answers(6, 6), "board.housing": answers(11, 1)},
        2023: {"board.voluntary": answers(7, 5), "board.housing": answers(6, 6)},
    }
    found = section.change(small(BOARD, waves, threshold=5), "board")

    assert found.data["item"].tolist() == ["board.voluntary"]
    assert found.title.startswith("Board: Voluntary sector rose by 8 points, from 50% in 2021")
    assert "One more item cannot be compared, as figures are withheld." in found.caveat


def test_items_that_another_opens_are_not_compared() -> None:
    items = [*BOARD, item("board.level", asked_if="board.housing")]
    wave = {one.item: answers(3, 1) for one in items}
    found = section.change(small(items, {2021: wave, 2023: wave}), "board")

    assert found.data["item"].tolist() == ["board.voluntary", "board.housing"]
    assert found.title == "Board: none of two items moved between 2021 and 2023"


def test_partnerships_that_came_or_went_count_as_no_answer() -> None:
    waves = {
        2021: {"board.voluntary": "yyn " + "nn"},
        2023: {"board.voluntary": "ynn" + "yy "},
    }
    found = section.change(small(BOARD[:1], waves), "board")
    row = found.data.iloc[0]

    assert found.base == "partnerships that answered in 2021 and in 2023, 4 of 6"
    assert (row["from_base"], row["to_base"], row["gainers"], row["losers"]) == (5, 5, 1, 1)


def test_one_wave_has_no_change() -> None:
    with pytest.raises(CollectionError, match="figures in two waves"):
        section.change(small(BOARD, {2023: {"board.housing": answers(2, 2)}}), "board")


def test_changes_are_summed_by_section() -> None:
    items = [*BOARD, item("plan.one")]
    waves = {
        2021: {
            "board.voluntary": answers(1, 11),
            "board.housing": answers(6, 6),
            "plan.one": answers(6, 6),
        },
        2023: {
            "board.voluntary": answers(12, 0),
            "board.housing": answers(5, 7),
            "plan.one": answers(6, 6),
        },
    }
    found = section.changes_by_section(small(items, waves))

    assert found.title == (
        "1 of 3 items rose between 2021 and 2023 and 1 fell; one of these changes is significant"
    )
    assert found.table["section"].tolist() == ["Board", "Plan"]
    assert found.table["the same"].tolist() == [0, 1]
    assert section.changes_by_section(small(items, waves, threshold=2)).title.endswith(
        "significant whoever moved"
    )


# --- groups ---------------------------------------------------------------------------------------


def test_groups_name_the_item_that_differs_most() -> None:
    found = section.groups(
        small(
            BOARD,
            {2023: {"board.voluntary": "yyyynnnn", "board.housing": "yyynyyyn"}},
            region=["North"] * 4 + ["South"] * 4,
        ),
        "board",
        "region",
    )

    assert found.title == (
        "Board: by region, Voluntary sector differs most in 2023: South 0% (0 of 4), North 100% "
        "(4 of 4)"
    )
    assert found.table.columns.tolist() == ["item", "North", "South"]
    assert found.table.iloc[1].tolist() == ["Housing", "75% (3 of 4)", "75% (3 of 4)"]
    assert found.draw is None


def test_a_withheld_group_says_so() -> None:
    found = section.groups(
        small(
            BOARD[:1],
            {2023: {"board.voluntary": "y" * 5 + "n" * 5 + "y" * 6 + "n" * 6 + "ynynyn"}},
            authority_type=["City"] * 10 + ["County"] * 12 + ["Isle"] * 6,
            threshold=5,
        ),
        "board",
        "authority_type",
    )

    assert "withheld" in found.table["Isle"].tolist()
    assert "50% (6 of 12)" in found.table["County"].tolist()
    assert "withheld" in found.caveat


def test_groups_of_which_all_is_withheld_and_groups_that_do_not_differ_are_told() -> None:
    wave = {2023: {"board.voluntary": "ynynynyn"}}
    north = ["North"] * 4 + ["South"] * 4

    assert (
        section.groups(small(BOARD[:1], wave, region=north, threshold=5), "board", "region").title
        == "Board: by region, every figure of 2023 is withheld"
    )
    assert section.groups(small(BOARD[:1], wave, region=north), "board", "region").title == (
        "Board: by region, no item differs between the groups in 2023"
    )


def test_those_of_no_known_group_stand_apart_and_win_no_title() -> None:
    found = section.groups(
        small(
            BOARD[:1],
            {2023: {"board.voluntary": "yynnyynnyy"}},
            region=["North"] * 4 + ["South"] * 4 + [None] * 2,
        ),
        "board",
        "region",
    )

    assert found.table.columns.tolist() == ["item", "North", "South", "not known"]
    assert found.title == "Board: by region, no item differs between the groups in 2023"


# --- names ----------------------------------------------------------------------------------------


def test_names_of_files_are_safe_and_unique() -> None:
    found = section.names(
        ["a b", "A-B", "who answered", "../etc", "委员", "委会", "x" * 300], taken=["who_answered"]
    )

    assert list(found.values()) == [
        "a-b",
        "a-b-2",
        "section-who-answered",
        "etc",
        "finding",
        "finding-2",
        "x" * 60,
    ]


def test_items_of_one_label_are_told_apart_everywhere() -> None:
    alike = [item("board.one", label="Police"), item("board.two", label="police")]
    waves = {
        2021: {"board.one": answers(1, 3), "board.two": answers(2, 2)},
        2023: {"board.one": answers(3, 1), "board.two": answers(1, 3)},
    }
    collection = small(alike, waves, region=["North", "North", "South", "South"])
    named = ["Police (board.one)", "police (board.two)"]
    shares = section.shares(collection, "board")

    assert shares.table["item"].tolist() == named
    assert "Police (board.one) leads with 75% (3 of 4)" in shares.title
    assert section.change(collection, "board").table["item"].tolist() == named
    assert section.groups(collection, "board", "region").table["item"].tolist() == named


def test_where_nothing_moved_no_change_is_called_insignificant() -> None:
    items = [item("board.one"), item("plan.two")]
    same = {"board.one": answers(1, 3), "plan.two": answers(2, 2)}
    found = section.changes_by_section(small(items, {2021: same, 2023: same}))

    assert found.title == "None of two items moved between 2021 and 2023"


def test_waves_that_did_not_ask_are_listed_with_or() -> None:
    items = [item("old.one", years=[2021]), item("new.two", years=[2022, 2023])]
    waves = {2021: {"old.one": "yn"}, 2022: {"new.two": "yn"}, 2023: {"new.two": "yn"}}
    found = section.shares(small(items, waves), "old")

    assert found.caveat == "None of these items was asked in 2022 or 2023."
