"""The ledger: verdicts typed by hand, and that they turn when the returns or the print do."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pandas as pd
import pytest

from csm_lib.chapters import reproduction
from csm_lib.claims import (
    ANOTHER_BASE,
    CONTRADICTED,
    IMPOSSIBLE,
    REPRODUCED,
    UNCHECKED,
    VERDICTS,
)
from csm_lib.collection import Collection
from csm_lib.errors import CollectionError
from csm_lib.ledger import differences, figures, ledger, record, recorded

# Every figure that is not reproduced as it stands, worked out by hand from the paper.
NOT_AS_PRINTED = {
    # 28 of 46 is 61%; on no base of 46 is there 58%
    "authority_type.unitary_authority": IMPOSSIBLE,
    # 41 of 74 is 55% and 42 of 74 is 57%; 41 of 73 is 56%
    "board.chair.lead_member.2008": ANOTHER_BASE,
    "board.chair.director.2008": ANOTHER_BASE,
    # 76 + 21 + 1 is 98, and three roundings lose at most one and a half
    "level.pct_commissioner.head.2008": IMPOSSIBLE,
    "level.pct_commissioner.senior_officer.2008": IMPOSSIBLE,
    "level.pct_commissioner.other.2008": IMPOSSIBLE,
    # 32 of 74 is 43% and 33 of 74 is 45%; 32 of 73 is 44%
    "board.general_practice.2009": ANOTHER_BASE,
    "board.children_and_families.2009": ANOTHER_BASE,
    # 66 of 68 is 97% and 67 of 68 is 99%; 63 of 64 is 98%
    "jsna.child_population.2009": ANOTHER_BASE,
    "jsna.breastfeeding.2009": ANOTHER_BASE,
    "jsna.sexual_behaviour.2009": ANOTHER_BASE,
    "jsna.ethnic_profiles.2009": ANOTHER_BASE,
    "jsna.child_poverty.2009": ANOTHER_BASE,
    "jsna.healthy_weight.2009": ANOTHER_BASE,
    "jsna.diabetes.2009": ANOTHER_BASE,
    "jsna.cancer.2009": ANOTHER_BASE,
    "jsna.infectious_diseases.2009": ANOTHER_BASE,
    "jsna.private_provision.2009": ANOTHER_BASE,
    "jsna.voluntary_provision.2009": ANOTHER_BASE,
    "jsna_components.excluded": CONTRADICTED,
    # the components of 2008 are not printed
    "jsna_components.asked": UNCHECKED,
    "jsna_components.rose": UNCHECKED,
    "jsna_components.same": UNCHECKED,
    # 50 and 49 of 74 differ by 1.4 points, 30 and 27 by 4.1, 19 and 12 by 9.5
    "commissioning.youth_offending.change": CONTRADICTED,
    "commissioning.public_health.change": CONTRADICTED,
    "commissioning.palliative_care.change": CONTRADICTED,
    "duty.extended": UNCHECKED,
    "collection.funding_ended": UNCHECKED,
    "collection.discontinued": UNCHECKED,
}

# What the returns give for some entries, worked out by hand.
COMPUTED = {
    "sample.authorities": "74",
    "sample.frame": "150",
    "sample.share": "49% (74 of 150)",
    "region.south_west": "75% (12 of 16)",
    "region.london": "39% (13 of 33)",
    "authority_type.county_council": "46% (16 of 35)",
    "authority_type.unitary_authority": "61% (28 of 46)",
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
    "jsna_components.excluded": "10",
    "jsna_components.rose": "",
    "commissioning_areas.fell": "9",
    "commissioning.camhs.change": "-7 points",
    "commissioning.youth_offending.change": "-1 point",
    "commissioning.maternity.change": "3 points",
}

BECAUSE = {
    "level.pct_commissioner.head.2008": (
        "The parts 76%, 21% and 1% do not add up to 71, nor to 100%. They do on no base up to 74. "
        "Nearest correction: 77% for head of the organisation (23% for senior officer and 3% for "
        "other would mend it as well)."
    ),
    "commissioning.palliative_care.change": (
        "From 26% (19 of 74) to 16% (12 of 74) is a change of -9.5 points. -10% is the difference "
        "of the two rounded percentages."
    ),
    "board.general_practice.2009": (
        "No count of all 74 gives 44%. 73 is the largest base up to 74 (74 answering) that makes "
        "it possible."
    ),
    "jsna.cancer.2009": (
        "No count of 68 (all 74 less 6 left out) gives 98%, 95%, 42% and 39%. 64 is the largest "
        "base up to 68 (74 answering less 6 left out) that makes all 11 figures of the block "
        "possible."
    ),
    "level.further_education.head.2009": (
        "Of the 67 on the Board less 3 whose level is not stated."
    ),
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


def test_figures_have_the_verdicts_worked_out_by_hand(rows: pd.DataFrame) -> None:
    found = rows[rows["kind"] == "figure"].set_index("entry")["verdict"]
    assert found[found != REPRODUCED].to_dict() == NOT_AS_PRINTED


@pytest.mark.parametrize(("name", "text"), COMPUTED.items())
def test_a_row_says_what_the_returns_give(name: str, text: str, rows: pd.DataFrame) -> None:
    assert entry(rows, name)["computed"] == text


@pytest.mark.parametrize(("name", "text"), BECAUSE.items())
def test_a_row_gives_its_reason(name: str, text: str, rows: pd.DataFrame) -> None:
    assert entry(rows, name)["because"] == text


def test_an_impossible_type_names_the_nearest_and_what_the_others_leave(rows: pd.DataFrame) -> None:
    because = entry(rows, "authority_type.unitary_authority")["because"]
    assert "57% (26 of 46) and 59% (27 of 46) come nearest" in because
    assert "leave 28 of the 74: 61% (28 of 46)" in because
    assert "list of 2008" in because


def test_every_row_is_complete_and_in_the_vocabulary(rows: pd.DataFrame) -> None:
    assert set(rows["verdict"]) == set(VERDICTS)
    assert (rows["because"] != "").all()
    assert rows["because"].str.endswith(".").all()
    assert (rows["place"] != "").all()
    assert set(rows["status"]) <= {"published", "recovered", "assumed", "impossible", ""}


def test_a_statement_is_as_firm_as_its_weakest_figure(rows: pd.DataFrame) -> None:
    assert entry(rows, "duty.between_years")["status"] == "published"
    assert entry(rows, "board.lowest")["status"] == "recovered"
    assert entry(rows, "jsna.rose")["status"] == "assumed"
    assert entry(rows, "level.heads_to_senior_officers")["status"] == "impossible"


def test_verdicts_are_as_recorded(rows: pd.DataFrame, collection: Collection) -> None:
    assert differences(rows, recorded(collection)).empty


# -- It can turn out otherwise ------------------------------------------------------------------


def _verdicts(collection: Collection) -> pd.Series:
    return figures(collection).set_index("entry")["verdict"]


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
    published = collection.published.copy()
    published.loc[published["figure"] == figure, "value"] = value
    return dataclasses.replace(collection, published=published)


@pytest.fixture(scope="module")
def before(rows: pd.DataFrame) -> pd.Series:
    return rows[rows["kind"] == "figure"].set_index("entry")["verdict"]


def test_one_answer_more_contradicts_a_share_wherever_it_is_printed(
    collection: Collection, before: pd.Series
) -> None:
    after = _verdicts(_returning(collection, "board.faith_groups", 2009, False, True))
    assert _changed(before, after) == {"board.faith_groups.2009": CONTRADICTED}
    after = _verdicts(_returning(collection, "commissioning.palliative_care", 2009, False, True))
    assert _changed(before, after) == {
        "commissioning.palliative_care.2009.text": CONTRADICTED,
        "commissioning.palliative_care.2009": CONTRADICTED,
    }


def test_a_blank_changes_the_base(collection: Collection, before: pd.Series) -> None:
    # 13 of 73 is 18%, 14 of 73 still 19%
    after = _verdicts(_returning(collection, "board.private_sector", 2008, False, pd.NA))
    assert _changed(before, after) == {"board.private_sector.2008": ANOTHER_BASE}
    after = _verdicts(_returning(collection, "board.private_sector", 2008, True, pd.NA))
    assert _changed(before, after) == {"board.private_sector.2008": CONTRADICTED}


def test_a_blank_contradicts_a_printed_no_response(
    collection: Collection, before: pd.Series
) -> None:
    after = _verdicts(_returning(collection, "board.schools", 2009, False, pd.NA))
    changed = _changed(before, after)
    assert changed["board.schools.no_response.2009"] == CONTRADICTED
    assert changed["board.schools.2009"] == CONTRADICTED  # 72 of 73 is 99%


def test_a_level_left_blank_contradicts_the_number_not_stated(
    collection: Collection, before: pd.Series
) -> None:
    after = _verdicts(_returning(collection, "level.probation", 2008, "other", None))
    changed = _changed(before, after)
    assert changed["level.probation.not_stated.2008"] == CONTRADICTED
    assert changed["level.probation.other.2008"] == CONTRADICTED  # 1 of 34 is 3%


def test_an_agency_on_one_board_more_contradicts_all_but_one(
    collection: Collection, before: pd.Series
) -> None:
    after = _verdicts(_returning(collection, "board.pct_commissioner", 2009, False, True))
    assert _changed(before, after)["board.pct_commissioner.absent.2009"] == CONTRADICTED


def test_an_area_that_stops_falling_contradicts_nine(
    collection: Collection, before: pd.Series
) -> None:
    after = _verdicts(
        _returning(collection, "commissioning.targeted_youth_support", 2009, False, True)
    )
    assert _changed(before, after) == {
        "commissioning_areas.fell": CONTRADICTED,
        "commissioning.targeted_youth_support.2009": CONTRADICTED,
        "commissioning.targeted_youth_support.change": CONTRADICTED,
    }


def test_a_moved_authority_contradicts_its_region(
    collection: Collection, before: pd.Series
) -> None:
    returns = collection.returns.copy()
    moved = returns.loc[returns["region"] == "London", "authority"].iloc[0]
    returns.loc[returns["authority"] == moved, "region"] = "North East"
    after = _verdicts(dataclasses.replace(collection, returns=returns))
    assert _changed(before, after) == {
        "region.london": CONTRADICTED,
        "region.north_east": CONTRADICTED,
    }


def test_an_authority_that_answers_once_does_not_count(
    collection: Collection, before: pd.Series
) -> None:
    shorter = dataclasses.replace(collection, returns=collection.returns.iloc[:-1])
    changed = _changed(before, _verdicts(shorter))
    assert changed["sample.authorities"] == CONTRADICTED


def test_another_print_turns_a_change_and_a_size(collection: Collection, before: pd.Series) -> None:
    after = _verdicts(_printing(collection, "commissioning.palliative_care.change", -9))
    assert _changed(before, after) == {"commissioning.palliative_care.change": REPRODUCED}
    after = _verdicts(_printing(collection, "sample.frame", 152))
    assert _changed(before, after) == {"sample.frame": CONTRADICTED}
    after = _verdicts(_printing(collection, "jsna_components.excluded", 10))
    assert _changed(before, after) == {
        figure: REPRODUCED
        for figure, verdict in NOT_AS_PRINTED.items()
        if figure.startswith("jsna.") or figure == "jsna_components.excluded"
        if verdict in (ANOTHER_BASE, CONTRADICTED)
    }


def test_returns_without_a_year_leave_its_figures_unchecked(collection: Collection) -> None:
    one_year = collection.returns[collection.returns["year"] == 2009]
    bare = dataclasses.replace(collection, returns=one_year, path=Path("elsewhere"))
    found = ledger(bare).set_index("entry")["verdict"]
    assert found["board.police.2008"] == UNCHECKED
    assert found["commissioning.camhs.change"] == UNCHECKED
    assert found["commissioning_areas.fell"] == UNCHECKED
    assert found["board.police.2009"] == REPRODUCED
    assert len(found) == 208  # no statements stand beside it


def test_a_collection_without_print_has_no_ledger(collection: Collection) -> None:
    with pytest.raises(CollectionError, match=r"has no published\.csv"):
        ledger(dataclasses.replace(collection, published=None))


# -- Recorded verdicts --------------------------------------------------------------------------


def test_a_recorded_ledger_reads_back(tmp_path: Path, collection: Collection) -> None:
    here = dataclasses.replace(collection, path=tmp_path)
    with pytest.raises(CollectionError, match="there is no such file"):
        recorded(here)
    few = pd.DataFrame({"entry": ["a", "b"], "verdict": [REPRODUCED, UNCHECKED], "item": "x"})
    record(here, few)
    assert (tmp_path / "ledger.csv").read_text() == (
        "entry,verdict\na,reproduced\nb,cannot be checked\n"
    )
    assert differences(few, recorded(here)).empty


def test_differences_name_changed_new_and_lost_entries() -> None:
    now = pd.DataFrame({"entry": ["a", "b", "c"], "verdict": [REPRODUCED, CONTRADICTED, UNCHECKED]})
    then = pd.DataFrame({"entry": ["a", "b", "d"], "verdict": [REPRODUCED, REPRODUCED, UNCHECKED]})
    assert differences(now, then).to_numpy().tolist() == [
        ["b", REPRODUCED, CONTRADICTED],
        ["c", "none", UNCHECKED],
        ["d", UNCHECKED, "none"],
    ]


def test_a_ledger_of_a_copied_folder_is_the_same(tmp_path: Path, rows: pd.DataFrame) -> None:
    from csm_lib.collection import SHIPPED, open_collection

    folder = tmp_path / "copy"
    shutil.copytree(SHIPPED, folder)
    pd.testing.assert_frame_equal(ledger(open_collection(folder)), rows)


# -- Findings -----------------------------------------------------------------------------------

TITLES = {
    reproduction.summary: (
        "179 of 208 published figures and 35 of 56 statements are reproduced as they stand"
    ),
    reproduction.figures_ledger: (
        "194 of 208 published figures come out of the returns as printed, 15 of them on another "
        "base than the text has"
    ),
    reproduction.claims_ledger: (
        "Of 56 statements, 35 are reproduced, 7 are contradicted and 14 cannot be checked"
    ),
    reproduction.rounding: (
        "The print rounds half up: 45 of 72 lies halfway and is printed as 63%"
    ),
    reproduction.bases: (
        "17 of 17 shares on the Board are possible on the base 'those less no response' and 48 of "
        "48 levels are possible on the base 'on the Board, level stated'"
    ),
    reproduction.lists: (
        "Regions fit the list of 2008 and add up to 74; types fit the list of 2009 and add up to 75"
    ),
}


@pytest.mark.parametrize("finding", TITLES, ids=lambda finding: finding.__name__)
def test_a_title_states_the_result(finding: object, collection: Collection) -> None:
    assert finding(collection).title == TITLES[finding]  # type: ignore[operator]


def test_the_summary_counts_every_entry(rows: pd.DataFrame, collection: Collection) -> None:
    data = reproduction.summary(collection).data
    assert data["verdict"].tolist() == list(VERDICTS)
    assert data["figures"].tolist() == [179, 15, 4, 4, 6]
    assert data["statements"].tolist() == [35, 0, 0, 7, 14]
    assert data[["figures", "statements"]].to_numpy().sum() == len(rows)


def test_errata_hold_everything_that_is_not_reproduced_gravest_first(
    rows: pd.DataFrame, collection: Collection
) -> None:
    data = reproduction.errata(collection).data
    assert data["entries"].sum() == (rows["verdict"] != REPRODUCED).sum()
    order = [IMPOSSIBLE, CONTRADICTED, ANOTHER_BASE, UNCHECKED]
    assert data["verdict"].drop_duplicates().tolist() == order
    by_print = data.set_index("printed")["entries"]
    assert by_print["76%; 21%; 1%"] == 3
    assert by_print["-2%; -5%; -10%"] == 3
    assert by_print["98%; 95%; 94%; 50%; 44%; 42%; 34%; 39%"] == 11
    assert by_print["56%; 32%"] == 2


def test_rounding_shows_each_fraction_once_under_every_rule(collection: Collection) -> None:
    data = reproduction.rounding(collection).data
    assert len(data) == 5  # 36 of 73 is printed twice
    housing = data.set_index("count").loc[45]
    assert housing[["printed", "half up", "half even", "half down"]].tolist() == [
        "63%",
        "63%",
        "62%",
        "62%",
    ]


def test_findings_show_as_text_and_html(collection: Collection) -> None:
    for finding in (*TITLES, reproduction.errata):
        shown = finding(collection)
        assert " ".join(str(shown).split()).startswith(shown.title)
        assert f'id="finding-{shown.key}"' in shown.html
