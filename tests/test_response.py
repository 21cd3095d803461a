"""Who answered, in any collection: with a frame or without, in one wave or several."""

from __future__ import annotations

import pandas as pd
import pytest
from small import answers, item, small

from csm_lib.collection import Collection
from csm_lib.errors import CollectionError
from csm_lib.survey import response, section

ITEMS = [item("board.one"), item("board.two"), item("plan.three", asked_if="board.one")]
REGIONS = ["North"] * 2 + ["South"] * 4
FRAME = pd.DataFrame(
    [
        (2020, "North", "City", 3),
        (2020, "South", "City", 7),
        (2023, "North", "City", 4),
        (2023, "South", "County", 8),
    ],
    columns=["year", "region", "authority_type", "authorities"],
).assign(labelled=lambda frame: frame["year"])


def survey(**more: object) -> Collection:
    return small(
        ITEMS,
        {
            2021: {"board.one": "yyyn  ", "board.two": "yn--  "},
            2023: {"board.one": "yyynyn", "board.two": "yyyyyy", "plan.three": "y-yn-n"},
        },
        region=REGIONS,
        **more,  # type: ignore[arg-type]
    )


# --- how many -------------------------------------------------------------------------------------


def test_returns_are_counted_in_each_wave_and_in_all() -> None:
    found = response.answered(survey())

    assert found.title == "4 partnerships answered in 2021 and 6 in 2023; 4 in every wave"
    assert found.base == "all 6 partnerships that answered in any wave"
    assert found.caveat.startswith("How many partnerships there are in all is not known here.")
    assert found.table.to_dict("list") == {"year": [2021, 2023], "answered": [4, 6]}
    assert "2021" in found.html


def test_with_a_frame_the_share_of_all_there_are_is_told_by_the_list_of_its_time() -> None:
    found = response.answered(survey(frame=FRAME))

    assert found.title == (
        "40% (4 of 10) of the partnerships answered in 2021 and 50% (6 of 12) in 2023; "
        "4 in every wave"
    )
    assert found.base == "all partnerships there are, 10 to 12"
    assert survey(frame=FRAME).population == 12


def test_a_frame_that_knows_fewer_than_answered_is_not_used() -> None:
    found = response.answered(survey(frame=FRAME[:1]))

    assert found.title.startswith("4 partnerships answered in 2021")


def test_waves_that_share_no_respondent_say_so() -> None:
    found = response.answered(
        small(ITEMS[:1], {2021: {"board.one": "yy "}, 2023: {"board.one": "  y"}})
    )

    assert found.title == "2 partnerships answered in 2021 and 1 in 2023; none in every wave"


def test_one_wave_has_no_chart_and_nothing_of_every_wave() -> None:
    found = response.answered(small(ITEMS, {2023: {"board.one": "yy"}}))

    assert found.title == "2 partnerships answered in 2023"
    assert found.draw is None
    assert found.question == "How many partnerships answered?"


def test_a_single_respondent_is_called_one() -> None:
    assert response.answered(small(ITEMS, {2023: {"board.one": "y"}})).title == (
        "1 partnership answered in 2023"
    )


# --- by group -------------------------------------------------------------------------------------


def test_without_a_frame_the_groups_are_shares_of_those_that_answered() -> None:
    found = response.by_region(survey())

    assert found.title == (
        "The largest group of those that answered in 2023: South, 67% (4 of 6); the smallest: "
        "North, 33% (2 of 6)"
    )
    assert found.base == "all partnerships that answered in the wave"
    assert found.table["2021"].tolist() == ["50% (2 of 4)", "50% (2 of 4)"]
    assert "South" in found.html


def test_with_a_frame_the_groups_are_shares_of_all_there_are_and_a_silent_group_has_none() -> None:
    frame = pd.concat([FRAME, FRAME[:1].assign(year=2023, labelled=2023, region="West")])
    found = response.by_region(survey(frame=frame))

    assert found.title == (
        "North and South answered most in 2023, 50% each; West least, 0% (0 of 3)"
    )
    assert found.key == "response-by-region"


def test_a_frame_with_other_names_is_not_used() -> None:
    found = response.by_region(survey(frame=FRAME.assign(region="Elsewhere")))

    assert found.title.startswith("The largest group of those that answered in 2023: South")


def test_small_groups_are_withheld_with_what_would_give_them_back() -> None:
    found = response.by_region(
        small(
            ITEMS,
            {2023: {"board.one": "y" * 20}},
            region=["North"] * 2 + ["South"] * 6 + ["West"] * 12,
            threshold=5,
        )
    )

    assert found.table["2023"].tolist() == ["withheld", "withheld", "60% (12 of 20)"]
    assert found.data["yes"].isna().tolist() == [True, True, False]
    assert found.data["share"].isna().tolist() == [True, True, False]
    assert "Two figures are withheld" in found.caveat
    assert found.title == "West: 60% (12 of 20) of those that answered in 2023"


def uneven() -> Collection:
    """North is small; which group hides it differs by item if each item is taken by itself."""
    return small(
        [item("board.one"), item("board.two")],
        {
            2023: {
                "board.one": "ynn" + "yyyynnnn" + "yyyynnnnn" + "yyyyyyyyynnnnnnnnn",
                "board.two": "ynn" + "yyyynnnn" + "yyyyyyynn" + "yyyyyyyyynnnnnnnnn",
            }
        },
        region=["North"] * 3 + ["South"] * 8 + ["East"] * 9 + ["West"] * 18,
        threshold=4,
    )


@pytest.mark.parametrize("name", ["board.one", "board.two"])
def test_the_bases_of_an_item_do_not_tell_a_number_of_respondents_that_is_withheld(
    name: str,
) -> None:
    collection = uneven()
    sizes = response.by_region(collection).data
    shut = set(sizes.loc[sizes["yes"].isna(), "region"])
    rows = collection.tally([name], by=["region"])

    assert shut == {"North", "South"}
    # who answered and who did not add up to the group, and the total less the groups to the rest
    assert rows.loc[rows["region"].isin(shut), "base"].isna().all()
    assert rows.loc[rows["region"].isin(shut), "no_answer"].isna().all()


def test_a_group_in_which_nobody_answered_does_not_tell_how_few_it_holds() -> None:
    collection = small(
        [item("board.one")],
        {2023: {"board.one": "--" + "yyyyyynnnnnn" * 2}},
        region=["North"] * 2 + ["South"] * 12 + ["West"] * 12,
        threshold=5,
    )
    rows = collection.tally(["board.one"], by=["region"])

    assert rows.loc[rows["no_answer"].isna(), "region"].tolist() == ["North", "South"]


def test_how_many_give_no_region_is_withheld_where_it_would_tell_a_small_region() -> None:
    frame = pd.DataFrame(
        [(2023, name, "City", 30, 2023) for name in ("North", "South", "West")],
        columns=FRAME.columns,
    )
    collection = small(
        [item("board.one")],
        {2023: {"board.one": "y" * 35}},
        region=["North"] * 3 + [None] * 2 + ["South"] * 10 + ["West"] * 20,
        threshold=5,
        frame=frame,
    )
    found = response.by_region(collection)

    # 35 less 30 shown are 5: those of North and those that give none
    assert found.data.loc[found.data["yes"].isna(), "region"].tolist() == ["North"]
    assert "Some returns of 2023 give no region; how many is withheld." in found.caveat


def test_groups_of_which_all_is_withheld_say_so_and_have_no_chart() -> None:
    found = response.by_region(survey(threshold=5))

    assert found.title == "How many answered by region in 2023 is withheld"
    assert found.draw is None
    assert found.html


def test_types_have_a_finding_of_their_own() -> None:
    types = ["City"] * 3 + ["County"] * 3
    found = response.by_type(small(ITEMS, {2023: {"board.one": "y" * 6}}, authority_type=types))

    assert found.key == "response-by-authority-type"
    assert found.title == "City and County: 50% (3 of 6) each of those that answered in 2023"


def test_those_that_name_no_group_are_told_and_win_no_title() -> None:
    regions = ["North", None, None]
    found = response.by_region(small(ITEMS, {2023: {"board.one": "yyy"}}, region=regions))

    assert found.title == "North: 33% (1 of 3) of those that answered in 2023"
    assert "not known" in found.table["region"].tolist()


def test_returns_without_groups_are_refused() -> None:
    with pytest.raises(CollectionError, match="say nothing of 'region'"):
        response.by_region(small(ITEMS, {2023: {"board.one": "y"}}))


# --- blanks ---------------------------------------------------------------------------------------


def test_blanks_are_counted_among_those_that_were_asked() -> None:
    found = response.blanks(survey())

    # 2023: nobody left board blank; plan was put to the four that said yes, and two left it blank
    assert found.title == (
        "13% (2 of 16) of the questions were left blank in 2023; most under Plan, 50% (2 of 4)"
    )
    wide = found.table.set_index("in the section")
    assert wide.loc["Board"].tolist() == ["25% (2 of 8)", "0% (0 of 12)"]
    assert wide.loc["Plan"].tolist() == ["100% (3 of 3)", "50% (2 of 4)"]
    assert found.html


def test_an_item_of_several_answers_is_one_question() -> None:
    stage = item("plan.stage", response="stage")
    found = response.blanks(small([stage], {2023: {"plan.stage": ["draft", "signed", "", ""]}}))

    assert found.title == "50% (2 of 4) of the questions were left blank in 2023"


def test_a_section_that_a_wave_did_not_ask_says_so() -> None:
    items = [item("new.one", years=[2023]), item("board.one")]
    found = response.blanks(
        small(items, {2021: {"board.one": "yy"}, 2023: {"board.one": "yy", "new.one": "yy"}})
    )

    assert found.title == "No question was left blank in 2023"
    assert found.table.set_index("in the section").loc["New"].tolist() == [
        "not asked",
        "0% (0 of 2)",
    ]


def test_everything_blank_is_all_of_it() -> None:
    found = response.blanks(small(ITEMS[:2], {2023: {}}))

    assert found.title == "100% (8 of 8) of the questions were left blank in 2023"


def test_withheld_items_are_left_out_of_the_blanks_and_told() -> None:
    items = [item("board.one"), item("board.two"), item("plan.three")]
    wave = {
        "board.one": answers(10, 10),
        "board.two": answers(10, 9, 1),
        "plan.three": answers(18, 2),
    }
    found = response.blanks(small(items, {2023: wave}, threshold=5))

    assert found.title == "3% (1 of 40) of the questions were left blank in 2023"
    assert found.table["2023"].tolist() == ["3% (1 of 40)", "withheld"]
    assert "One figure of single items is withheld and not counted here." in found.caveat


def test_a_questionnaire_of_other_years_is_refused() -> None:
    with pytest.raises(CollectionError, match="no item of the codebook was asked"):
        response.blanks(small([item("board.one", years=[2030])], {2023: {}}))


def test_one_respondent_is_called_one() -> None:
    alone = small(ITEMS[:1], {2021: {"board.one": "y"}})

    assert response.answered(alone).base == "the one partnership that answered"
    assert section.shares(alone, "board").base == "the one partnership"


def test_a_wave_of_blank_returns_is_told() -> None:
    silent = small(ITEMS[:2], {2021: {"board.one": "yyn"}, 2023: {"board.one": "---"}})

    assert response.answered(silent).caveat.endswith("The returns of 2023 are blank throughout.")
    assert section.shares(silent, "board").caveat == "None of these items has an answer in 2023."
    assert "blank throughout" not in response.answered(survey()).caveat


def test_blanks_name_no_section_where_all_are_alike() -> None:
    items = [item("board.one"), item("plan.two")]
    found = response.blanks(small(items, {2021: {"board.one": "y-", "plan.two": "-y"}}))

    assert found.title == "50% (2 of 4) of the questions were left blank in 2021"


def test_the_blanks_of_a_single_section_are_told_by_its_name() -> None:
    found = response.blanks(small(ITEMS[:1], {2021: {"board.one": "y-"}}))

    assert found.alt.endswith("Board: 2021 50% (1 of 2).")
