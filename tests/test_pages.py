"""The findings of any collection's book: what each says, and what it keeps to itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from book_texts import INVENTED, book
from small import answers, item, small

from csm_lib.aggregate import CHARACTERISTICS
from csm_lib.collection import Collection
from csm_lib.errors import CollectionError
from csm_lib.findings import Finding
from csm_lib.status import DRAWN
from csm_lib.survey import pages

BOARD = [item("board.voluntary", label="Voluntary sector"), item("board.housing")]
STAGE = item("plan.stage", label="The plan", response="stage")


def asked(**items: str) -> Collection:
    """Items of one section that were asked in one wave, by their names."""
    many = [item(f"board.{name}", years=[2023]) for name in items]
    return small(many, {2023: {f"board.{name}": given for name, given in items.items()}})


# -- What was answered ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("items", "title"),
    [
        ({"a": "yyyy", "b": "yy--", "c": "ynnn"}, "From 25% (“C”) to 100% (“A” and “B”) in 2023"),
        (
            {**dict.fromkeys("abcd", "yyyn"), "e": "ynnn"},
            "From 25% (“E”) to 75% (four items) in 2023",
        ),
        ({"a": "yyyn", "b": "yyyn"}, "Both items stand at 75% in 2023"),
        ({"a": "yyyn"}, "“A” stands at 75% (3 of 4) in 2023"),
        ({"a": "----", "b": "----"}, "Nobody answered in 2023"),
    ],
)
def test_shares_are_told_by_their_ends(items: dict[str, str], title: str) -> None:
    assert pages.answers(asked(**items), "board").title == title


def test_a_single_item_stands_under_its_own_question_and_is_told_by_its_statement() -> None:
    one = item("board.a", years=[2023], statement="had one")
    found = pages.answers(small([one], {2023: {"board.a": "yyyn"}}), "board")

    assert found.question == "Is it so: board.a?"
    assert found.title == "75% (3 of 4) of the partnerships had one in 2023"


def test_figures_that_are_withheld_are_told_from_answers_that_nobody_gave() -> None:
    shut = pages.answers(
        small(BOARD[:1], {2023: {"board.voluntary": "yyyn"}}, threshold=5), "board"
    )
    silent = pages.answers(small(BOARD, {2022: {}, 2023: {}}), "board")

    assert shut.title == "No figure of 2023 can be shown, as the counts are small"
    assert shut.base.endswith("answered, withheld")
    assert silent.title == "Nobody answered in 2023"
    assert silent.base.endswith("answered, none")
    assert shut.draw is silent.draw is None
    assert shut.html
    assert silent.html


def test_waves_that_did_not_ask_are_told_as_that() -> None:
    items = [item("old.one", years=[2021]), item("new.two", years=[2022, 2023])]
    waves = {2021: {"old.one": "yn"}, 2022: {"new.two": "yn"}, 2023: {"new.two": "yn"}}
    found = pages.answers(small(items, waves), "old")

    assert found.title == "“One” stands at 50% (1 of 2) in 2021"
    assert found.caveat == "Not asked in 2022 or 2023."


def test_a_section_that_was_never_asked_is_refused() -> None:
    collection = small([item("new.one", years=[2030]), *BOARD], {2023: {}})

    with pytest.raises(CollectionError, match="section 'new' has no item of the kind 'yes_no'"):
        pages.answers(collection, "new")


def test_items_of_one_label_are_told_apart_in_tables() -> None:
    alike = [item("board.one", label="Police"), item("board.two", label="Police")]
    found = pages.answers(small(alike, {2023: {"board.one": "yn", "board.two": "yy"}}), "board")

    assert found.table["item"].tolist() == ["Police (board.one)", "Police (board.two)"]


@pytest.mark.parametrize(
    ("given", "title"),
    [
        (["signed", "signed", "draft", "none", ""],
         "“Signed” is the most frequent answer, 50% (2 of 4), in 2023"),
        (["signed", "draft", "signed", "draft"],
         "“Drafted” and “Signed” are equally frequent, 50% (2 of 4) each, in 2023"),
    ],
)  # fmt: skip
def test_of_several_answers_the_most_frequent_is_told(given: list[str], title: str) -> None:
    assert (
        pages.answers(small([STAGE], {2023: {"plan.stage": given}}), "plan", "stage").title == title
    )


def test_of_several_items_the_answer_that_is_most_often_first_is_told() -> None:
    items = [item(f"plan.{name}", response="stage", years=[2023]) for name in "abc"]
    given = {
        "plan.a": ["signed", "signed", "draft"],
        "plan.b": ["signed", "signed", "signed"],
        "plan.c": ["draft", "signed", "none"],
    }
    found = pages.answers(small(items, {2023: given}), "plan", "stage")

    assert found.title == "“Signed” is the most frequent answer for two of three items in 2023"
    assert found.draw is not None


def test_a_scale_is_told_by_who_stands_for_it_and_against_it() -> None:
    items = [item(f"views.{name}", response="agree", years=[2023]) for name in ("fair", "slow")]
    wave = {"views.fair": list("aaan"), "views.slow": list("ddda")}
    found = pages.answers(small(items, {2023: wave}), "views", "agree")

    assert found.title == (
        "75% (3 of 4) agreed with “Fair”; at the other end, 75% (3 of 4) disagreed with “Slow”"
    )


def test_more_answers_than_can_be_told_apart_in_a_bar_are_a_table() -> None:
    items = [item(f"plan.{name}", response="many", years=[2023]) for name in "ab"]
    collection = small(items, {2023: {"plan.a": list("0112"), "plan.b": list("3456")}})

    assert pages.answers(collection, "plan", "many").draw is None


@pytest.mark.parametrize(("years", "chart"), [([2023], "ranked_dots"), ([2021, 2023], "dumbbell")])
def test_the_chart_follows_the_number_of_waves(
    years: list[int], chart: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from csm_lib import charts

    drawn = []
    for name in ("ranked_dots", "dumbbell", "waves"):
        monkeypatch.setattr(charts, name, lambda *_, name=name, **__: drawn.append(name))
    rows = small(BOARD, {year: {"board.housing": "yn"} for year in (2021, 2022, 2023)}).tally(
        "board"
    )
    rows = rows[rows["item"] == "board.housing"]
    pages.levels(rows[rows["year"].isin(years)])
    pages.levels(rows)
    pages.levels(rows[rows["year"] > 2021].assign(yes=pd.array([None, 1], "Int64")))

    assert drawn == [chart, "waves", "waves"]


# -- Notes are true -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", INVENTED)
def test_a_note_stands_only_where_it_is_true(name: str) -> None:
    codebook, rows = book(name).collection.codebook, book(name).evidence
    often = rows.query("kind == 'blank' and by == 'item' and verdict == 'larger than chance'")
    for finding in book(name).found.values():
        statuses = set(finding.data.get("status", []))
        told = re.search("withheld: (a count|fewer than)", finding.caveat)
        assert bool(told) == ("withheld" in statuses)
        summed = "mean" in finding.data and not {*CHARACTERISTICS} & {*finding.data}
        if summed or finding.key.startswith(("shares-", "answers-")):
            items = set(finding.data["item"])
            opened = any(codebook[one].asked_if for one in items)
            assert ("only where the answer to" in finding.caveat) == opened
            assert ("was left blank" in finding.caveat) == bool(items & {*often["item"]})
            assert "divides" not in finding.caveat or any(codebook[one].sides for one in items)
        else:
            assert "only where the answer to" not in finding.caveat


def test_an_item_divides_only_where_many_stand_at_both_ends() -> None:
    assert [
        finding.key
        for name in INVENTED
        for finding in book(name).found.values()
        if "divides" in finding.caveat
    ] == ["answers-leadership"]


# -- What differs ---------------------------------------------------------------------------------


def test_a_group_under_five_stands_in_the_table_and_in_no_test_and_no_chart() -> None:
    groups = ["North"] * 20 + ["South"] * 20 + ["Isle"] * 2
    one = item("board.police", years=[2023])
    wave = {"board.police": answers(10, 10) + answers(12, 8) + answers(2, 0)}
    found = pages.groups(small([one], {2023: wave}, region=groups), "board", "region")

    assert found.table["Isle"].tolist() == ["100% (2 of 2)"]
    assert found.title == "No difference by region is more than chance explains"
    assert "Isle" not in found.alt
    assert "Isle" not in found.drawing


def test_those_of_no_known_group_stand_apart_in_the_table() -> None:
    groups = ["North"] * 6 + ["South"] * 6 + [None] * 2
    one = item("board.police", years=[2023])
    found = pages.groups(
        small([one], {2023: {"board.police": "yn" * 7}}, region=groups), "board", "region"
    )

    assert found.table.columns.tolist() == ["item", "North", "South", "not known"]


def test_a_withheld_group_says_so() -> None:
    groups = ["City"] * 10 + ["County"] * 12 + ["Isle"] * 6
    items = [item("board.police", years=[2023]), item("board.schools", years=[2023])]
    wave = {
        "board.police": answers(5, 5) + answers(6, 6) + answers(3, 3),
        "board.schools": answers(5, 5) + answers(6, 6) + answers(6, 0),
    }
    collection = small(items, {2023: wave}, authority_type=groups, threshold=5)
    table = pages.groups(collection, "board", "authority_type").table

    assert table["Isle"].tolist() == ["withheld", "100% (6 of 6)"]
    # the others of an item would give it back from the total of 14 of 28
    assert table["County"].tolist() == ["withheld", "50% (6 of 12)"]


# -- Who answered ---------------------------------------------------------------------------------

REGIONS = ["North"] * 2 + ["South"] * 4
FRAME = pd.DataFrame(
    [(2020, "North", 3), (2020, "South", 7), (2023, "North", 4), (2023, "South", 8)],
    columns=["year", "region", "authorities"],
).assign(labelled=lambda frame: frame["year"], authority_type="City")


def answered(**more: Any) -> Collection:
    waves = {2021: {"board.housing": "yyyn  "}, 2023: {"board.housing": "yyynyn"}}
    return small(BOARD, waves, **{"region": REGIONS, **more})


@pytest.mark.parametrize(
    ("more", "title"),
    [
        ({}, "Four partnerships answered in 2021 and six in 2023; four in both"),
        (
            {"frame": FRAME},
            "4 of 10 partnerships (40%) answered in 2021 and 6 of 12 (50%) in 2023; four in both",
        ),
        (
            {"populations": {2021: 10, 2023: 10}},
            "4 of 10 partnerships (40%) answered in 2021 and 6 of 10 (60%) in 2023; four in both",
        ),
        ({"frame": FRAME[:1]}, "Four partnerships answered in 2021 and six in 2023; four in both"),
    ],
)
def test_no_rate_is_told_unless_it_is_known_how_many_there_are(
    more: dict[str, Any], title: str
) -> None:
    assert pages.answered(answered(**more)).title == title


def test_how_many_answered_is_told_of_one_of_some_and_of_none_again() -> None:
    one = BOARD[1:]

    assert pages.answered(small(one, {2023: {"board.housing": "y"}})).title == (
        "One partnership answered in 2023"
    )
    waves = {2021: {"board.housing": "yy "}, 2023: {"board.housing": "  y"}}
    assert pages.answered(small(one, waves)).title == (
        "Two partnerships answered in 2021 and one in 2023; none answered twice"
    )


def test_returns_that_are_blank_throughout_are_told() -> None:
    waves = {2021: {"board.housing": "yyn"}, 2023: {"board.housing": "---"}}

    assert pages.answered(small(BOARD, waves)).caveat == (
        "The returns of 2023 are blank throughout."
    )
    assert pages.answered(answered()).caveat == ""


def many(**more: Any) -> Collection:
    return small(BOARD[1:], {2023: {"board.housing": "y" * 26}},
                 region=["North"] * 6 + ["South"] * 20, **more)  # fmt: skip


def test_groups_that_answered_are_counted_and_are_shares_only_with_a_frame() -> None:
    sizes = FRAME[2:].assign(authorities=[10, 25])

    assert pages.answered_by(many(), "region").title == (
        "From 6 (North) to 20 (South) answered in each region in 2023"
    )
    assert pages.answered_by(many(frame=sizes), "region").title == (
        "From 60% (North, 6 of 10) to 80% (South, 20 of 25) answered in each region in 2023"
    )
    assert "is not known" in pages.answered_by(many(), "region").caveat
    assert pages.answered_by(many(frame=sizes), "region").caveat == ""
    other = sizes.assign(region="Elsewhere")
    assert "From 6 (North)" in pages.answered_by(many(frame=other), "region").title


def test_a_title_that_leaves_out_groups_under_five_says_so() -> None:
    regions = ["North"] * 6 + ["South"] * 12 + ["Isle"] * 4
    collection = small(BOARD[1:], {2023: {"board.housing": "yn" * 11}}, region=regions)

    assert pages.answered_by(collection, "region").title == (
        "From 6 (North) to 12 (South) answered in each region in 2023; any region of fewer than "
        "five is left out"
    )
    assert pages.groups(collection, "board", "region").base == (
        "partnerships that answered, 6 to 12 in each region; smaller groups stand in the table "
        "alone"
    )


def test_a_share_of_four_is_named_in_no_title_beside_shares_of_more() -> None:
    items = [item("board.plan"), item("board.pool"), item("board.nhs", asked_if="board.pool")]
    wave = {
        "board.plan": answers(11, 1),
        "board.pool": answers(4, 8),
        "board.nhs": "yyyy" + "-" * 8,
    }
    found = pages.answers(small(items, {2023: wave}), "board")

    assert found.title == "From 33% (“Pool”) to 92% (“Plan”) in 2023"
    assert "100% (4 of 4)" in found.table.to_string()


def test_a_small_group_withholds_all_of_its_kind() -> None:
    regions = ["North"] * 2 + ["South"] * 6 + ["West"] * 12
    wave = {2023: {"board.housing": "y" * 20}}
    found = pages.answered_by(small(BOARD[1:], wave, region=regions, threshold=5), "region")

    assert found.data["yes"].isna().all()
    assert not {"North", "South", "West"} & set(found.title.split())


@pytest.mark.parametrize("name", ["board.one", "board.two"])
def test_the_bases_of_an_item_do_not_tell_a_number_of_respondents_that_is_withheld(
    name: str,
) -> None:
    # North is small
    wave = {
        "board.one": "ynn" + "yyyynnnn" + "yyyynnnnn" + "yyyyyyyyynnnnnnnnn",
        "board.two": "ynn" + "yyyynnnn" + "yyyyyyynn" + "yyyyyyyyynnnnnnnnn",
    }
    regions = ["North"] * 3 + ["South"] * 8 + ["East"] * 9 + ["West"] * 18
    items = [item("board.one"), item("board.two")]
    collection = small(items, {2023: wave}, region=regions, threshold=4)
    sizes = pages.answered_by(collection, "region").data
    shut = set(sizes.loc[sizes["yes"].isna(), "region"])
    rows = collection.tally([name], by=["region"])

    assert shut == {*regions}
    # who answered and who did not add up to the group, and the total less the groups to the rest
    assert rows.loc[rows["region"].isin(shut), ["base", "no_answer"]].isna().all(axis=None)


def test_a_group_in_which_nobody_answered_does_not_tell_how_few_it_holds() -> None:
    wave = {2023: {"board.housing": "--" + "yyyyyynnnnnn" * 2}}
    regions = ["North"] * 2 + ["South"] * 12 + ["West"] * 12
    rows = small(BOARD[1:], wave, region=regions, threshold=5).tally("board", by=["region"])

    assert rows.loc[rows["no_answer"].isna(), "region"].tolist() == ["North", "South", "West"]


def test_how_many_give_no_region_is_withheld_where_it_would_tell_a_small_region() -> None:
    sizes = pd.DataFrame(
        [(2023, name, 30, 2023, "City") for name in ("North", "South", "West")],
        columns=FRAME.columns,
    )
    regions = ["North"] * 3 + [None] * 2 + ["South"] * 10 + ["West"] * 20
    wave = {2023: {"board.housing": "y" * 35}}
    collection = small(BOARD[1:], wave, region=regions, threshold=5, frame=sizes)
    found = pages.answered_by(collection, "region")

    # 35 less 30 shown are 5: those of North and those that give none
    assert "North" in found.data.loc[found.data["yes"].isna(), "region"].tolist()
    assert not {"2", "3", "5"} & set(found.data["yes"].dropna().astype(str))


def test_blanks_are_counted_among_those_that_were_asked() -> None:
    items = [item(f"board.{name}", years=[2023]) for name in "abc"]
    items.append(item("plan.d", asked_if="board.a", years=[2023]))
    wave = {"board.a": "yyyyyn", "board.b": "yyyyyy", "board.c": "-yyyyy", "plan.d": "y-ynn-"}
    found = pages.blanks(small(items, {2023: wave}))

    # six were asked each of three, and the five that said yes one more
    assert found.title == "9% (2 of 23) of the questions put were left blank"
    assert found.table["item"].tolist() == ["D", "C"]


def test_an_item_alone_in_being_left_blank_is_told_without_a_share_of_others() -> None:
    items = [item(f"board.{name}", years=[2023]) for name in "abcdef"]
    wave = {one.item: "yn" * 10 for one in items} | {"board.a": "yn" * 5 + "-" * 10}

    assert pages.blanks(small(items, {2023: wave})).title == (
        "“A” was left blank by 50% (10 of 20), other items by none"
    )


def test_no_blank_is_told_as_none() -> None:
    items = [item(f"board.{name}", years=[2023]) for name in "abc"]
    wave = {one.item: "yyyyyy" for one in items}

    assert pages.blanks(small(items, {2023: wave})).title == "No question was left blank"


def test_an_item_that_one_region_left_blank_is_noted_there_and_in_no_title() -> None:
    items = [item(f"board.{name}", years=[2023]) for name in "wxyz"]
    wave = {**{one.item: "yn" * 20 for one in items}, "board.y": "yn" * 16 + "-" * 8}
    halves = ["North"] * 20 + ["South"] * 20
    collection = small(items, {2023: wave}, region=halves)
    found, tested = pages.groups(collection, "board", "region"), pages.tested(collection).table

    told = "How often “Y” was left blank differs by region more than chance explains."
    assert found.caveat == pages.blanks(collection).caveat == told
    assert found.title == "No difference by region is more than chance explains"
    assert {"blank", "blank by region"} <= set(tested["what"])


# -- What was tested, what was asked, and names ---------------------------------------------------


def test_what_was_tested_says_how_much_of_it_is_more_than_chance() -> None:
    wave = {"board.voluntary": answers(3, 17), "board.housing": "yn" * 10}
    later = {"board.voluntary": answers(17, 3), "board.housing": "yn" * 10}
    one_of_two = small(BOARD, {2021: wave, 2023: later})

    assert (
        pages.tested(one_of_two).title == "One of two comparisons shows more than chance explains"
    )
    assert pages.tested(small(BOARD, {2021: wave, 2023: wave})).title == (
        "No comparison shows more than chance explains"
    )
    drawn = small(BOARD, {2021: wave, 2023: later}, status=DRAWN)
    assert pages.tested(drawn).title == "Nothing was tested"


def test_the_codebook_leaves_out_what_it_says_of_no_item() -> None:
    found = pages.items(small([*BOARD, STAGE], {2023: {}}))

    assert found.table.columns.tolist() == ["item", "section", "question", "answers", "years"]
    assert found.table["answers"].tolist()[-1] == "Not begun, Drafted, Signed"
    assert found.title == "The questionnaire has three items in two sections"


def test_the_codebook_tells_which_item_opens_another_under_the_title_of_its_section() -> None:
    items = [*BOARD, item("level.one", asked_if="board.housing")]
    found = pages.items(small(items, {2023: {}}, titles={"level": "Level reached"}))

    assert found.table["asked if"].tolist() == ["–", "–", "board.housing"]
    assert found.table["section"].tolist()[-1] == "Level reached"


def test_names_of_files_are_safe_and_unique() -> None:
    found = pages.names(
        ["a b", "A-B", "who answered", "../etc", "委员", "委会", "x" * 300], taken=["who_answered"]
    )

    assert list(found.values()) == [
        "a-b", "a-b-2", "section-who-answered", "etc", "finding", "finding-2", "x" * 60,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "make",
    [pages.changes, pages.falling, pages.blanks, lambda one: pages.groups(one, "board", "region")],
)
def test_what_cannot_be_compared_says_what_it_takes(make: Callable[[Collection], Finding]) -> None:
    one = small([item("board.police", years=[2021])], {2021: {"board.police": answers(3, 3)}})

    with pytest.raises(CollectionError, match="two waves, or two groups"):
        make(one)


def test_groups_are_compared_in_the_last_wave_of_their_section() -> None:
    items = [item("board.police", years=[2021]), item("board.schools", years=[2021, 2023])]
    waves = {
        2021: {"board.police": "yyyyyynnnnnn", "board.schools": "ynynynynynyn"},
        2023: {"board.schools": "ynynynynynyn"},
    }
    found = pages.groups(small(items, waves, region=["A"] * 6 + ["B"] * 6), "board", "region")

    assert found.title == "No difference by region is more than chance explains"
    assert found.data[["item", "year"]].drop_duplicates().to_numpy().tolist() == [
        ["board.schools", 2023]
    ]


def test_a_group_of_the_frame_in_which_nobody_answered_is_shown() -> None:
    one = item("board.police", years=[2023])
    cells = [("North", 12), ("South", 8), ("West", 7)]
    frame = pd.DataFrame(cells, columns=["region", "authorities"])
    frame = frame.assign(year=2023, labelled=2023, authority_type="City")
    found = pages.answered_by(
        small(
            [one], {2023: {one.item: "y" * 10}}, region=["North"] * 6 + ["South"] * 4, frame=frame
        ),
        "region",
    )

    assert found.table.to_numpy().tolist() == [
        ["North", "50% (6 of 12)"],
        ["South", "50% (4 of 8)"],
        ["West", "0% (0 of 7)"],
    ]
    assert found.title == (
        "From 0% (West, 0 of 7) to 50% (South, 4 of 8) answered in each region in 2023"
    )
