"""What the notebook on change shows, and where its extremes and drawn panels come from."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

import csm_lib as csm
from csm_lib import inference, notebooks
from csm_lib.collection import Collection, open_collection
from csm_lib.findings import base_of
from csm_lib.notebooks import take

NOTEBOOK = Path(__file__).parent.parent / "notebooks" / "change.ipynb"


# -- What is shown -------------------------------------------------------------------------------


@pytest.mark.parametrize("key", notebooks.keys(NOTEBOOK))
def test_a_finding_draws_its_chart_and_names_its_source(key: str) -> None:
    finding = take(key)
    assert ("<svg" in finding.html) == (finding.draw is not None)
    assert "Devanney and Wistow (2013)" in finding.source
    if finding.draw:  # its ends are told to those who do not see the chart, all in its table
        assert all(str(name) in finding.alt for name in finding.table.iloc[[0, -1], 0])
        assert len(finding.alt.split()) <= 45


def test_totals_bound_who_moved_and_no_answers_widen_the_bounds() -> None:
    areas = take("moves-commissioning-areas").data.set_index("label")
    agencies = take("moves-statutory-agencies").data.set_index("label")
    moves = ["losers_low", "losers_high", "gainers_low", "gainers_high"]
    # 67 of 74, then 62 of 74: five fewer, and no more than 12 without it in the second year
    assert areas.loc["CAMHS", moves].tolist() == [5, 12, 0, 7]
    # 26 of 72 and 50 of 72 of 74: two blanks a year let the net change be 22 to 26
    assert agencies.loc["Jobcentre Plus", moves].tolist() == [0, 22, 22, 46]
    assert "Teenage pregnancy" not in areas.index  # asked in one year


def test_among_all_a_share_has_an_interval_and_bounds() -> None:
    found = (
        take("everyone").data.set_index("label").loc["Further education and sixth form colleges"]
    )
    ends = found[["low", "high", "worst_low", "worst_high"]]
    # 67 of 74 in 150 by Wilson's formula; (67 + 0) / 150 and (67 + 76) / 150 with nothing assumed
    assert [round(100 * end, 1) for end in ends] == [84.7, 94.3, 44.7, 95.3]


def test_comparisons_keep_where_a_change_comes_from(collection: Collection) -> None:
    moved = csm.changes(collection.tally("jsna"))
    found = inference.comparisons(moved, authorities=collection.size)
    assert found.attrs["origin"] is collection.origin
    assert found[list(moved)].equals(moved)
    assert inference.comparisons(moved.iloc[:0], authorities=collection.size).empty


# -- Over drawn panels ---------------------------------------------------------------------------


def test_support_is_of_drawn_panels_and_says_so() -> None:
    found = take("support")
    assert found.status == {"drawn": 12}
    assert found.label in found.html
    assert (found.data["base"] == 300).all()


def test_with_least_churn_heaped_on_the_fewest_the_fall_passes_by_a_hair() -> None:
    """Services fell by 5, 5, 1, 5, 6, 3, 1, 3, 7, one rose by 2: seven lose, two gain.

    Their net changes 9, 7, 7, 5, 5, 2, 1 and -1, -1 add up to 34; of 2 ** 9 choices of sign 16
    come to 34 or more either way.
    """
    net = [9, 7, 7, 5, 5, 2, 1, -1, -1]
    sums = [abs(sum(s * n for s, n in zip(signs, net, strict=True)))
            for signs in itertools.product((1, -1), repeat=9)]  # fmt: skip
    assert sum(total >= 34 for total in sums) / len(sums) == 0.03125
    services = take("moves-commissioning-areas").data
    assert inference.least_churn_p(services["from_yes"], services["to_yes"]) == 0.03125


# -- The switch that gives every finding intervals ------------------------------------------------


def test_one_switch_gives_every_tally_intervals() -> None:
    wide = open_collection(intervals="wilson_finite")
    row = wide.tally(["board.further_education"], years=[2009]).iloc[0]
    assert [round(100 * row["low"], 1), round(100 * row["high"], 1)] == [84.7, 94.3]
    told = base_of(wide.tally("other_agencies", years=2009), wide.origin)
    assert "whiskers: 95% intervals (Wilson, for a finite population)" in told
    plain = open_collection(intervals="wilson").tally(["jsna.cancer"]).iloc[0]
    assert 0.32 < plain["low"] < plain["share"] < plain["high"] < 0.56


def test_without_the_switch_no_tally_has_intervals(collection: Collection) -> None:
    assert not {"low", "high"} & set(collection.tally("jsna").columns)


def test_an_interval_for_a_finite_population_is_missing_where_that_is_not_known() -> None:
    wide = open_collection(intervals="hypergeometric")
    assert wide.tally("jsna_components")[["low", "high"]].isna().all(axis=None)
    assert wide.tally(["board.police"], by=["region"])["low"].isna().all()
