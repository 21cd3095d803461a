"""What the findings of the chapters say, and that they say otherwise when the returns do."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pandas as pd
import pytest

from csm_lib.chapters import commissioning, jsna, representation, sample
from csm_lib.collection import Collection
from csm_lib.findings import Finding
from csm_lib.survey import reference

# Typed from the paper's own percentages and from counts worked out by hand.
TITLES = {
    sample.answered: "49% (74 of 150) of the authorities of England answered in 2008 and 2009",
    sample.by_region: (
        "The South West answered most, 75% (12 of 16); London least, 39% (13 of 33)"
    ),
    sample.by_type: (
        "Unitary authorities answered most, 58% (31 of 53); London boroughs least, 39% (13 of 33)"
    ),
    representation.chairs: (
        "The Lead Member for Children chaired most Boards: 56% and 54% in 2008 and 2009"
    ),
    representation.statutory_agencies: (
        "Four of seven agencies under the duty sat on more Boards in 2009; "
        "Jobcentre Plus rose most, from 36% to 69%"
    ),
    representation.seniority: (
        "Heads became a smaller share of members at five of seven agencies, "
        "but fewer in number at only three"
    ),
    representation.heads: (
        "More heads sat on Boards in 2009 for further education and sixth form colleges, "
        "Youth Offending Team, Jobcentre Plus and Probation Board or Service"
    ),
    representation.other_agencies: (
        "Without a duty, presence ran from 100% (third sector) down to 22% (private sector) in 2009"
    ),
    representation.rising_agencies: (
        "On more Boards, but fewer than half: private sector from 19% to 22% and general practice "
        "from 36% to 44%"
    ),
    representation.children_and_families: (
        "Children, young people and families were heard for every Plan; their presence on Boards "
        "fell from 51% to 44%"
    ),
    jsna.carried_out: (
        "93% of authorities had made a JSNA in 2008 and 97% in 2009; two authorities were without"
    ),
    jsna.components: (
        "Six of the 11 named components were assessed by more than nine in ten authorities in "
        "2009, five by half or fewer"
    ),
    jsna.component_bases: (
        "No common base of 68 is possible: it cannot give 98%, 95%, 42% and 39%; 64 and 62 can "
        "give them all"
    ),
    commissioning.strategy: (
        "Authorities with a joint commissioning strategy fell from 77% to 73%"
    ),
    commissioning.areas: (
        "CAMHS was jointly commissioned most in 2009, 84% (62 of 74), and palliative care least, "
        "16% (12 of 74)"
    ),
    commissioning.change: (
        "Joint commissioning fell for nine of 11 services asked about in both years, for "
        "palliative care most: by 9 points, from 26% to 16%"
    ),
    commissioning.areas_and_strategy: (
        "More authorities commissioned CAMHS, disability, teenage pregnancy and substance misuse "
        "jointly in 2009 than had a strategy for joint commissioning"
    ),
    reference.items: "The book knows 59 items in nine sections",
}

Chapter = Callable[[Collection], Finding]


@pytest.mark.parametrize("chapter", TITLES, ids=lambda chapter: chapter.__name__)
def test_a_title_states_the_result(chapter: Chapter, collection: Collection) -> None:
    assert chapter(collection).title == TITLES[chapter]


@pytest.mark.parametrize("chapter", TITLES, ids=lambda chapter: chapter.__name__)
def test_a_finding_says_of_whom_from_where_and_shows_its_rows(
    chapter: Chapter, collection: Collection
) -> None:
    finding = chapter(collection)
    assert finding.base
    assert finding.source
    assert finding.question.endswith(("?", ")"))
    assert len(finding.table) > 0
    if finding.draw is not None:
        assert finding.alt.endswith(".")
        assert any(digit in finding.alt for digit in "0123456789")


def test_keys_are_unique(collection: Collection) -> None:
    keys = [chapter(collection).key for chapter in TITLES]
    assert len(set(keys)) == len(keys)


def _answering(collection: Collection, item: str, year: int, yes: int) -> Collection:
    """The collection with another number of authorities saying yes to an item in a year."""
    returns = collection.returns.copy()
    rows = returns.index[(returns["year"] == year) & returns[item].notna()]
    returns.loc[rows, item] = pd.array([n < yes for n in range(len(rows))], dtype="boolean")
    return dataclasses.replace(collection, returns=returns)


def test_a_title_follows_the_returns(collection: Collection) -> None:
    other = _answering(collection, "commissioning.strategy", 2009, 74)
    title = "Authorities with a joint commissioning strategy rose from 77% to 100%"
    assert commissioning.strategy(other).title == title
    other = _answering(collection, "commissioning.maternity", 2009, 0)
    assert "fell for ten of 11 services asked about in both years, for maternity most: by 19" in (
        commissioning.change(other).title
    )
    other = _answering(collection, "board.children_and_families", 2009, 40)
    assert "rose from 51% to 55%" in representation.children_and_families(other).title


def test_a_count_that_no_print_stands_behind_is_marked_drawn(collection: Collection) -> None:
    other = _answering(collection, "commissioning.maternity", 2009, 20)
    finding = commissioning.areas(other)
    assert finding.status["drawn"] == 1
    assert "Drawn: an illustration" in finding.html
    assert "drawn" not in commissioning.areas(collection).status


def test_seniority_marks_the_split_that_cannot_be(collection: Collection) -> None:
    finding = representation.seniority(collection)
    assert finding.status == {"recovered": 45, "impossible": 3}
    heads = representation.heads(collection).data.set_index("agency")
    assert heads.loc["Primary Care Trust, commissioner", "status"] == "impossible"
    assert heads.loc["Police", ["heads 2008", "heads 2009"]].tolist() == [29, 18]
    assert heads.loc["Jobcentre Plus", ["heads 2008", "heads 2009"]].tolist() == [5, 8]


def test_regions_and_types_add_up_to_everybody_who_answered(collection: Collection) -> None:
    regions, types = sample.by_region(collection).data, sample.by_type(collection).data
    assert regions["yes"].sum() == types["yes"].sum() == 74
    assert regions["base"].sum() == types["base"].sum() == 150
    assert set(regions["status"]) == set(types["status"]) == {"assumed"}  # the list is not stated
