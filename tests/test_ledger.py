"""The ledger: verdicts typed by hand, and that they turn when the returns or the paper do."""

from __future__ import annotations

import dataclasses
from itertools import product
from pathlib import Path

import pandas as pd
import pytest
from printed import JSNA, percent

from csm_lib.collection import Collection
from csm_lib.errors import CollectionError
from csm_lib.ledger import ledger
from csm_lib.notebooks import take
from csm_lib.predicates import DISAGREES, PASSED, POSSIBLE, UNCHECKED, VERDICTS
from csm_lib.recovery import recover

# Verdicts worked out by hand from the paper.
KNOWN = {
    "board.police.2009": PASSED,  # of 74
    "commissioning.camhs.2008": PASSED,  # with 24 different percentages on 74
    "sample.authorities": POSSIBLE,  # copied into the returns, and printed nowhere else
    "level.police.not_stated.2008": POSSIBLE,
    "board.private_sector.2009": POSSIBLE,  # one figure on a base not stated fits some base
    "board.chair.lead_member.2008": POSSIBLE,  # 41 of 74 is 55%, 42 of 74 57%; 41 of 73 56%
    "jsna.child_population.2009": POSSIBLE,  # 66 of 68 is 97%, 67 of 68 99%; 63 of 64 98%
    "jsna_components.excluded": POSSIBLE,
    # 76 + 21 + 1 is 98, and three roundings lose at most one and a half
    "level.pct_commissioner.head.2008": DISAGREES,
    "level.pct_commissioner.other.2008": DISAGREES,
    "jsna_components.rose": UNCHECKED,  # the components of 2008 are not printed
    "duty.extended": UNCHECKED,
    "chair.lead_member": PASSED,
    "duty.jobcentre_plus_significant": POSSIBLE,  # at worst 44 gained and 22 lost
    "duty.schools_significant": UNCHECKED,
    "commissioning.only_falls": DISAGREES,  # the police, a trust and families fell as well
    "table_2.percentage_change": DISAGREES,
    "findings.most_rose": PASSED,
    "findings.most_of_all_rose": UNCHECKED,  # 8 of 24; with the components 37 of 55
    "trusts.date_put_off": POSSIBLE,
}

# What the returns give for some entries, worked out by hand.
COMPUTED = {
    "sample.authorities": "74",
    "sample.frame": "150",
    "sample.share": "49% (74 of 150)",
    "region.south_west": "75% (12 of 16)",
    "region.london": "39% (13 of 33)",
    "authority_type.county_council": "46% (13 of 28)",
    "authority_type.unitary_authority": "58% (31 of 53)",
    "board.chair.lead_member.2008": "56% (41 of 73)",
    "board.further_education.2008": "63% (46 of 73)",
    "board.further_education.2008.text": "63% (46 of 73)",
    "board.jobcentre_plus.no_response.2008": "2",
    "board.police.absent.2009": "1",
    "board.pct_commissioner.absent.2008": "1",
    "level.pct_commissioner.head.2008": "77% (55 of 71)",
    "level.jobcentre_plus.not_stated.2009": "4",
    "board.housing.2009": "63% (45 of 72)",
    "jsna.child_population.2009": "98% (63 of 64)",
    "jsna_components.rose": "",
    "commissioning_areas.fell": "9",
    "commissioning.camhs.change": "-7 points",
    "commissioning.youth_offending.change": "-1 point",
    "commissioning.maternity.change": "3 points",
}

BECAUSE = {
    "commissioning_areas.fell": "Of 11 in both years 1 rose, 9 fell and 1 stayed the same.",
    "level.pct_commissioner.head.2008": (
        "The parts 76%, 21% and 1% do not add up to 71; they do on none of the bases up to 74. "
        "Corrections of one figure that mend the row, the nearest first: 77% for head of the "
        "organisation, 23% for senior officer and 3% for other. Or no figure is misprinted, and "
        "one more of the 71 did not state the level: 54 + 15 + 1 is 70."
    ),
    "commissioning.palliative_care.change": (
        "From 26% (19 of 74) to 16% (12 of 74) is a change of -9.5 points. The difference of the "
        "two printed percentages is -10%: a point out through rounding."
    ),
    "board.private_sector.2009": (
        "Base not stated. 74 is the largest base up to 74 (all 74 answering) that makes it "
        "possible."
    ),
    "jsna_components.excluded": (
        "6 of 74 are left out. The base of the components is not stated: 64 is the largest base "
        "up to 68 (74 answering less 6 left out) that makes all 11 figures of the block possible; "
        "others are 62. Blanks in single questions would explain it. By chance alone, 0.4 such "
        "bases would be expected."
    ),
    "board.general_practice.2009": (
        "Base not stated. 73 is the largest base up to 74 (all 74 answering) that makes it "
        "possible."
    ),
    "board.chair.director.2008": (
        "Base not stated. 73 is the largest base up to 74 (all 74 answering) that makes both "
        "figures of the block possible."
    ),
    "jsna.cancer.2009": (
        "Base not stated. 64 is the largest base up to 68 (74 answering less 6 left out) that "
        "makes all 11 figures of the block possible."
    ),
    "commissioning.camhs.2008": (
        "Base not stated. 74 is the only base up to 74 (all 74 answering) that makes all 27 "
        "figures of the block possible."
    ),
    "board.police.2008": "The base is 74: all 74 answering.",
    "board.jobcentre_plus.2009": "The base is 72: 74 answering less 2 without an answer.",
    "jsna_components.rose": "Only 11 of 31 are named in the paper, 0 of them with both years.",
    "authority_type.unitary_authority": (
        "The list is not stated. On the one that fits best: areas of 2008 with their types of "
        "2009, City of London counted as London borough, Isles of Scilly counted as county council."
    ),
    "level.further_education.head.2009": (
        "The base is 64: 67 on the Board less 3 whose level is not stated."
    ),
    "level.jobcentre_plus.not_stated.2009": "Copied in: 46 of 50 answered.",
}


@pytest.fixture(scope="module")
def rows(collection: Collection) -> pd.DataFrame:
    return ledger(collection)


def entry(rows: pd.DataFrame, name: str) -> pd.Series:
    return rows.set_index("entry").loc[name]


def test_every_figure_and_every_statement_has_one_row(
    rows: pd.DataFrame, collection: Collection
) -> None:
    assert collection.published is not None
    claims = pd.read_csv(collection.path / "claims.csv")["claim"].tolist()
    assert rows["entry"].tolist() == [*collection.published["figure"], *claims]
    assert rows["entry"].is_unique
    assert set(rows["kind"]) == {"figure", "claim"}


def test_entries_have_the_verdicts_worked_out_by_hand(rows: pd.DataFrame) -> None:
    assert rows.set_index("entry")["verdict"][list(KNOWN)].to_dict() == KNOWN


def test_entries_of_each_verdict_are_as_many_as_ever(rows: pd.DataFrame) -> None:
    counts = pd.crosstab(rows["kind"], rows["verdict"])[list(VERDICTS)]
    assert counts.loc["figure"].tolist() == [134, 65, 3, 10]
    assert counts.loc["claim"].tolist() == [35, 5, 2, 15]


CHANCES = {
    # 75 counts of 74 print as 75 of the 101 whole percentages, 29 counts of 28 as 29
    "board.police.2009": 75 / 101,
    "authority_type.county_council": 29 / 101,
    # 24 different percentages of Table 2, all on 74
    "commissioning.camhs.2008": (75 / 101) ** 24,
    # on 73 of the 74 Boards: 1 of the numbers from 0 to 74 is absent from
    "board.police.absent.2009": 1 / 75,
    # one percentage belongs to 45 of 72
    "board.housing.2009": 1 / 101,
}


@pytest.mark.parametrize(("name", "chance"), CHANCES.items())
def test_a_figure_that_passed_says_how_likely_luck_was(
    name: str, chance: float, rows: pd.DataFrame
) -> None:
    assert entry(rows, name)["verdict"] == PASSED
    assert entry(rows, name)["chance"] == pytest.approx(chance)


def test_a_split_says_how_likely_a_random_one_closes(rows: pd.DataFrame) -> None:
    """Jobcentre Plus, 24 Boards: by trying every split and every triple of percentages."""
    closing = {
        (percent(a, 24), percent(b, 24), percent(24 - a - b, 24))
        for a in range(25)
        for b in range(25 - a)
    }
    drawn = sum(99 <= a + b + c <= 101 for a, b, c in product(range(101), repeat=3))
    found = entry(rows, "level.jobcentre_plus.head.2008")["chance"]
    assert found == pytest.approx(len(closing) / drawn)


def test_only_figures_that_passed_have_a_chance_of_luck(rows: pd.DataFrame) -> None:
    with_chance = rows[rows["chance"].notna()]
    assert set(with_chance["verdict"]) == {PASSED}
    assert set(with_chance["kind"]) == {"figure"}
    assert with_chance["chance"].between(0, 1).all()


@pytest.mark.parametrize(("name", "text"), COMPUTED.items())
def test_a_row_says_what_the_returns_give(name: str, text: str, rows: pd.DataFrame) -> None:
    assert entry(rows, name)["computed"] == text


@pytest.mark.parametrize(("name", "text"), BECAUSE.items())
def test_a_row_gives_its_reason(name: str, text: str, rows: pd.DataFrame) -> None:
    assert entry(rows, name)["because"] == text


def test_every_row_is_complete_and_in_the_vocabulary(rows: pd.DataFrame) -> None:
    assert rows["because"].str.endswith(".").all()
    assert (rows["place"] != "").all()
    assert set(rows["status"]) <= {"published", "recovered", "assumed", "impossible", ""}


def test_a_statement_is_as_firm_as_its_weakest_figure(rows: pd.DataFrame) -> None:
    assert entry(rows, "duty.between_years")["status"] == "published"
    assert entry(rows, "board.lowest")["status"] == "recovered"
    assert entry(rows, "jsna.rose")["status"] == "assumed"
    assert entry(rows, "level.heads_to_senior_officers")["status"] == "impossible"


def test_verdicts_are_as_recorded(rows: pd.DataFrame, collection: Collection) -> None:
    recorded = pd.read_csv(collection.path / "ledger.csv")
    assert rows[["entry", "verdict"]].to_numpy().tolist() == recorded.to_numpy().tolist()


# -- It can turn out otherwise ------------------------------------------------------------------


def _figures(collection: Collection) -> pd.DataFrame:
    return ledger(dataclasses.replace(collection, path=Path("without statements")))


def _verdicts(collection: Collection) -> pd.Series:
    return _figures(collection).set_index("entry")["verdict"]


def _changed(before: pd.Series, after: pd.Series) -> dict[str, str]:
    return after[after != before].to_dict()


def _returning(
    collection: Collection, item: str, year: int, old: object, new: object
) -> Collection:
    """One authority that gave the old answer gives the new one."""
    returns = collection.returns.copy()
    given = returns[item].isna() if old is pd.NA else (returns[item] == old).fillna(False)
    row = returns.index[given & (returns["year"] == year)][0]
    returns.loc[row, item] = new
    return dataclasses.replace(collection, returns=returns)


def _printing(collection: Collection, figure: str, value: int) -> Collection:
    assert collection.published is not None
    assert collection.frame is not None
    published = collection.published.copy()
    published.loc[published["figure"] == figure, "value"] = value
    published = recover(published, collection.codebook, collection.frame)
    return dataclasses.replace(collection, published=published)


@pytest.fixture(scope="module")
def before(rows: pd.DataFrame) -> pd.Series:
    return rows[rows["kind"] == "figure"].set_index("entry")["verdict"]


def test_one_answer_more_contradicts_a_share_wherever_it_is_printed(
    collection: Collection, before: pd.Series
) -> None:
    after = _verdicts(_returning(collection, "board.faith_groups", 2009, False, True))
    assert _changed(before, after) == {"board.faith_groups.2009": DISAGREES}
    after = _verdicts(_returning(collection, "commissioning.palliative_care", 2009, False, True))
    assert _changed(before, after) == {
        "commissioning.palliative_care.2009.text": DISAGREES,
        "commissioning.palliative_care.2009": DISAGREES,
        "commissioning.palliative_care.change": DISAGREES,
    }


def test_a_blank_changes_the_base(collection: Collection, before: pd.Series) -> None:
    # 13 of 73 is 18%, 14 of 73 still 19%
    after = _verdicts(_returning(collection, "board.private_sector", 2008, False, pd.NA))
    assert _changed(before, after) == {}  # no base is stated
    after = _verdicts(_returning(collection, "board.private_sector", 2008, True, pd.NA))
    assert _changed(before, after) == {"board.private_sector.2008": DISAGREES}


def test_a_blank_contradicts_a_printed_no_response(
    collection: Collection, before: pd.Series
) -> None:
    after = _verdicts(_returning(collection, "board.schools", 2009, False, pd.NA))
    changed = _changed(before, after)
    assert changed["board.schools.no_response.2009"] == DISAGREES
    assert changed["board.schools.2009"] == DISAGREES  # 72 of 73 is 99%


def test_a_level_left_blank_contradicts_the_number_not_stated(
    collection: Collection, before: pd.Series
) -> None:
    after = _verdicts(_returning(collection, "level.probation", 2008, "other", None))
    changed = _changed(before, after)
    assert changed["level.probation.not_stated.2008"] == DISAGREES
    assert changed["level.probation.other.2008"] == DISAGREES  # 1 of 34 is 3%


def test_an_agency_on_one_board_more_contradicts_all_but_one(
    collection: Collection, before: pd.Series
) -> None:
    after = _verdicts(_returning(collection, "board.pct_commissioner", 2009, False, True))
    assert _changed(before, after)["board.pct_commissioner.absent.2009"] == DISAGREES


def test_an_area_that_stops_falling_contradicts_nine(
    collection: Collection, before: pd.Series
) -> None:
    after = _verdicts(
        _returning(collection, "commissioning.targeted_youth_support", 2009, False, True)
    )
    assert _changed(before, after) == {
        "commissioning_areas.fell": DISAGREES,
        "commissioning.targeted_youth_support.2009": DISAGREES,
        "commissioning.targeted_youth_support.change": DISAGREES,
    }


def test_a_moved_authority_contradicts_its_region(
    collection: Collection, before: pd.Series
) -> None:
    returns = collection.returns.copy()
    moved = returns.loc[returns["region"] == "London", "authority"].iloc[0]
    returns.loc[returns["authority"] == moved, "region"] = "North East"
    after = _verdicts(dataclasses.replace(collection, returns=returns))
    assert _changed(before, after) == {
        "region.london": DISAGREES,
        "region.north_east": DISAGREES,
    }


def test_an_authority_that_answers_once_does_not_count(
    collection: Collection, before: pd.Series
) -> None:
    shorter = dataclasses.replace(collection, returns=collection.returns.iloc[:-1])
    changed = _changed(before, _verdicts(shorter))
    assert changed["sample.authorities"] == DISAGREES


def test_another_print_turns_a_change_and_a_size(collection: Collection, before: pd.Series) -> None:
    # -9.5 points from the counts, -10 from the percentages as printed
    after = _verdicts(_printing(collection, "commissioning.palliative_care.change", -9))
    assert _changed(before, after) == {}
    after = _verdicts(_printing(collection, "commissioning.palliative_care.change", -8))
    assert _changed(before, after) == {"commissioning.palliative_care.change": DISAGREES}
    after = _verdicts(_printing(collection, "sample.frame", 152))
    assert _changed(before, after) == {"sample.frame": DISAGREES}
    after = _verdicts(_printing(collection, "jsna_components.excluded", 10))
    assert _changed(before, after) == {f"jsna.{component}.2009": PASSED for component in JSNA}


@pytest.mark.parametrize(
    ("figure", "value", "because"),
    [
        ("commissioning.palliative_care.change", -8,
         "From 26% (19 of 74) to 16% (12 of 74) is a change of -9.5 points."),
        ("board.police.absent.2009", 2, "The returns give 1."),
        ("board.private_sector.2009", 21, "The returns give 22% (16 of 74)."),
        ("board.schools.2009", 98,
         "No count gives 97%. The base: all 74 answering."),
        ("level.pct_commissioner.other.2008", 10,
         "The parts 76%, 21% and 1% do not add up to 71; they do on none of the bases up to 74. "
         "Corrections of one figure that mend the row, the nearest first: 69% for head of "
         "the organisation, 14% for senior officer and 3% for other."),
    ],
)  # fmt: skip
def test_a_figure_that_disagrees_says_why(
    figure: str, value: int, because: str, collection: Collection
) -> None:
    found = entry(_figures(_printing(collection, figure, value)), figure)
    assert (found["verdict"], found["because"]) == (DISAGREES, because)


def test_a_base_that_is_not_the_stated_one_disagrees(collection: Collection) -> None:
    # 49 of 71 is 69%, as 50 of 72 are
    blank = _returning(collection, "board.jobcentre_plus", 2009, True, pd.NA)
    found = entry(_figures(blank), "board.jobcentre_plus.2009")
    assert (found["verdict"], found["computed"]) == (DISAGREES, "69% (49 of 71)")
    assert found["because"] == (
        "The base is 72 (74 answering less 2 without an answer), and in the returns 71."
    )


def test_returns_without_a_year_leave_its_figures_unchecked(collection: Collection) -> None:
    one_year = collection.returns[collection.returns["year"] == 2009]
    found = _verdicts(dataclasses.replace(collection, returns=one_year))
    assert found["board.police.2008"] == UNCHECKED
    assert found["commissioning.camhs.change"] == UNCHECKED
    assert found["commissioning_areas.fell"] == UNCHECKED
    assert found["board.police.2009"] == PASSED
    assert len(found) == 212  # no statements stand beside it


def test_a_collection_without_print_has_no_ledger(collection: Collection) -> None:
    with pytest.raises(CollectionError, match=r"has no published\.csv"):
        ledger(dataclasses.replace(collection, published=None))


# -- Findings -----------------------------------------------------------------------------------


def test_the_summary_counts_every_entry(rows: pd.DataFrame) -> None:
    counts = take("ledger-summary").data.set_index("verdict")
    for kind, name in (("figure", "figures"), ("claim", "statements")):
        of_kind = rows.loc[rows["kind"] == kind, "verdict"]
        assert counts[name].to_dict() == of_kind.value_counts().to_dict()


def test_errata_hold_every_entry_that_disagrees_or_cannot_be_checked_once(
    rows: pd.DataFrame,
) -> None:
    errata = take("errata").data
    for verdict in (DISAGREES, UNCHECKED):
        entries = errata.loc[errata["verdict"] == verdict, "entries"]
        assert entries.sum() == (rows["verdict"] == verdict).sum()


def test_no_figure_and_no_statement_is_left_out_of_its_ledger(rows: pd.DataFrame) -> None:
    assert take("ledger-figures").data["figure"].tolist() == (
        rows.loc[rows["kind"] == "figure", "entry"].tolist()
    )
    assert take("ledger-statements").data["statement"].tolist() == (
        rows.loc[rows["kind"] == "claim", "printed"].tolist()
    )
