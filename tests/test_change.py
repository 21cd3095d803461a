"""What the chapter on change says, and where its extremes and drawn panels come from."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable

import numpy as np
import pytest

from csm_lib import panel
from csm_lib.chapters import change, representation
from csm_lib.collection import Collection, open_collection
from csm_lib.errors import CollectionError
from csm_lib.findings import Finding


def areas(collection: Collection) -> Finding:
    return change.moves(collection, "commissioning_areas", stopped="stopped", began="began")


def agencies(collection: Collection) -> Finding:
    return change.moves(collection, "statutory_agencies", stopped="left", began="joined")


FINDINGS = (
    areas, agencies, change.verdicts, change.battery, change.stopped_somewhere, change.silent,
    change.everyone,
)  # fmt: skip


@pytest.fixture(scope="module")
def supported(collection: Collection) -> Finding:
    return change.support(collection)


# -- What is said --------------------------------------------------------------------------------


def test_totals_bound_who_stopped_and_who_began(collection: Collection) -> None:
    finding = areas(collection)
    assert finding.title == (
        "Palliative care: at least seven stopped; family support: anywhere from 3 to 38 stopped"
    )
    shown = finding.table.set_index("item")
    # 67 of 74, then 62 of 74: five fewer, and no more than 12 without it in the second year
    assert shown.loc["CAMHS"].tolist()[:3] == ["−7 points", "5 to 12", "0 to 7"]
    assert shown.loc["Palliative care"].tolist()[:3] == ["−9 points", "7 to 19", "0 to 12"]
    assert shown.loc["Maternity"].tolist()[:3] == ["+3 points", "0 to 14", "2 to 16"]
    assert "Teenage pregnancy" not in shown.index  # asked in one year


def test_no_answers_widen_what_totals_allow(collection: Collection) -> None:
    finding = agencies(collection)
    # agencies joined more Boards than they left, and the title says so
    assert finding.title == (
        "Jobcentre Plus: at least 22 joined; Probation Board or Service: anywhere from 6 to 38 "
        "joined"
    )
    shown = finding.table.set_index("item")
    # 26 of 72 and 50 of 72 of 74: two blanks a year let the net change be 22 to 26
    assert shown.loc["Jobcentre Plus"].tolist()[:3] == ["+33 points", "0 to 22", "22 to 46"]
    assert shown.loc["Police"].tolist()[:3] == ["−1 point", "1", "0"]


def test_two_changes_are_significant_whatever_happened(collection: Collection) -> None:
    finding = change.verdicts(collection)
    assert finding.title == (
        "By McNemar's exact test at 5%, two of 24 changes are significant whatever happened "
        "(further education and sixth form colleges and Jobcentre Plus), 17 in no case, and five "
        "depending on who moved"
    )
    shown = finding.table.set_index("item")
    assert shown.loc["CAMHS", "exact p"] == "from 0.063 to 0.36"
    depends = shown.index[shown["below 0.05"] == "depends"].tolist()
    assert depends == [
        "Probation Board or Service", "General practice",
        "Children, young people and families on the Board", "Complex and continuing care",
        "Palliative care",
    ]  # fmt: skip


def test_the_battery_names_what_each_test_assumes(collection: Collection) -> None:
    finding = change.battery(collection)
    assert finding.title == (
        "Nine of 11 services fell and one rose, yet totals alone leave p anywhere from <0.0001 to "
        "0.62"
    )
    assert finding.table["p"].tolist() == ["from 0.17 to 1", "0.021", "from <0.0001 to 0.62"]
    assert finding.table["assumes that"].str.len().min() > 20


def test_at_least_seven_authorities_stopped_some_area(collection: Collection) -> None:
    finding = change.stopped_somewhere(collection)
    assert finding.title == (
        "At least seven authorities stopped commissioning some service jointly, and as many as 74 "
        "may have"
    )
    assert finding.data.to_numpy().tolist() == [[1, 7, 74], [2, 0, 74], [3, 0, 74], [5, 0, 54]]


def test_the_silent_could_undo_every_change(collection: Collection) -> None:
    finding = change.silent(collection)
    assert finding.title == (
        "The 76 silent authorities could undo every change: the largest, Jobcentre Plus, needs 26 "
        "of them to have moved the other way"
    )
    shown = finding.table.set_index("item")
    # among all 150: 62 - 67 less the 76 silent, of 150, is -54 points
    assert shown.loc["CAMHS"].tolist() == ["5", 76, "−54", "+47"]


def test_shares_of_everyone_have_an_interval_and_bounds(collection: Collection) -> None:
    shown = change.everyone(collection).table.set_index("item")
    # METHODS' oracle for 67 of 74 in 150: 84.7 to 94.3, and 44.7 to 95.3 with nothing assumed
    assert shown.loc["Further education and sixth form colleges"].tolist() == [
        "91% (67 of 74)", "85% to 94%", "45% to 95%",
    ]  # fmt: skip


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda finding: finding.__name__)
def test_a_finding_shows_itself(
    finding: Callable[[Collection], Finding], collection: Collection
) -> None:
    one = finding(collection)
    page = one.html
    assert one.title.split(",")[0] in str(one).replace("\n  ", " ")
    assert ("<svg" in page) == (one.draw is not None)
    assert one.source.startswith("Devanney and Wistow (2013)")


# -- Over drawn panels ---------------------------------------------------------------------------


def test_support_is_of_drawn_panels_and_says_so(supported: Finding) -> None:
    assert supported.status == {"drawn": 12}
    assert supported.title.startswith("Drawn panels")
    assert "of drawn panels with a year-swap p of 0.05 or less" in supported.alt
    assert "neither is estimated" in supported.caveat
    assert "one drawn panel" not in supported.html
    assert (supported.data["base"] == 300).all()


def test_persistence_and_concentration_pull_the_fall_in_opposite_directions(
    supported: Finding,
) -> None:
    shown = supported.data.pivot(index="claim", columns="persistence", values="yes")
    shown.index = shown.index.str.removeprefix("concentration ")
    assert list(shown.index) == ["0", "0.3", "0.5", "0.7"]
    for persistence in shown:
        assert shown[persistence].is_monotonic_decreasing
    for concentration in shown.index:
        assert shown.loc[concentration].is_monotonic_increasing
    assert shown.loc["0"].min() > 290  # nearly all, each service for itself
    assert shown.loc["0.7", 20.0] < 10  # hardly any, heaped on the same authorities
    assert 180 < shown.loc["0.3", 10.0] < 240


def test_net_changes_keep_every_total_and_heap_up_with_concentration() -> None:
    before, after = [67, 30, 14], [62, 27, 16]
    nets = [
        panel.draw_net_changes(
            before, after, 74, persistence=20, concentration=concentration,
            rng=np.random.default_rng(1), panels=50,
        )
        for concentration in (0.0, 0.9)
    ]  # fmt: skip
    for net in nets:
        assert net.shape == (50, 74)
        assert (net.sum(axis=1) == 105 - 111).all()
        assert np.abs(net).max() <= 3
    assert nets[1].var(axis=1).mean() > 1.3 * nets[0].var(axis=1).mean()


def test_with_least_churn_heaped_on_the_fewest_the_fall_passes_by_a_hair(
    supported: Finding,
) -> None:
    """Services fell by 5, 5, 1, 5, 6, 3, 1, 3, 7, one rose by 2: seven lose, two gain.

    Their net changes 9, 7, 7, 5, 5, 2, 1 and -1, -1 add up to 34; of 2 ** 9 choices of sign 16
    come to 34 or more either way.
    """
    assert "p is 0.031" in supported.caveat
    net = [9, 7, 7, 5, 5, 2, 1, -1, -1]
    sums = [abs(sum(s * n for s, n in zip(signs, net, strict=True)))
            for signs in itertools.product((1, -1), repeat=9)]  # fmt: skip
    assert sum(total >= 34 for total in sums) / len(sums) == 0.03125


def test_of_all_comparisons_one_claim_survives(collection: Collection) -> None:
    found = change.survivors(collection).data.set_index("claim")
    education = found.loc["Further education and sixth form colleges rose"]
    jobcentre = found.loc["Jobcentre Plus rose"]
    together = found.loc["Joint commissioning fell as a whole"]
    assert education["of all 24 comparisons"] == "survives (p at most 0.02)"
    assert jobcentre["one test alone"] == "survives (p at most 0.0092)"
    assert jobcentre["of 7 in Table 1"] == "depends (p from <0.0001 to 0.055)"
    assert jobcentre["of all 24 comparisons"] == "depends (p from <0.0001 to 0.21)"
    assert together["one test alone"] == "depends (p from <0.0001 to 0.62)"
    assert together["totals"] == "465 to 431 arrangements, 11 services"
    assert set(found["nonresponse"].str.split(" \\(").str[0]) == {"does not"}
    assert "21 of 76" in education["nonresponse"]


def test_who_gained_and_lost_is_read_from_both_years() -> None:
    first = np.array([[0, 0, 1, 1, -1, 0]], dtype=np.int8)
    last = np.array([[0, 1, 0, 1, 0, -1]], dtype=np.int8)
    gained, lost = panel.moves(first, last)
    assert gained.tolist() == [[False, False, True, False, False, False]]
    assert lost.tolist() == [[False, True, False, False, False, False]]


# -- The switch that gives every finding intervals ------------------------------------------------


def test_one_switch_gives_every_tally_intervals() -> None:
    wide = open_collection(intervals="wilson_finite")
    row = wide.tally(["board.further_education"], years=[2009]).iloc[0]
    assert [round(100 * row["low"], 1), round(100 * row["high"], 1)] == [84.7, 94.3]
    finding = representation.other_agencies(wide)
    assert "whiskers: 95% intervals (Wilson, for a finite population)" in finding.base
    plain = open_collection(intervals="wilson").tally(["jsna.cancer"]).iloc[0]
    assert 0.32 < plain["low"] < plain["share"] < plain["high"] < 0.56


def test_without_the_switch_no_tally_has_intervals(collection: Collection) -> None:
    assert not {"low", "high"} & set(collection.section("jsna").columns)


def test_an_interval_for_a_finite_population_is_missing_where_that_is_not_known() -> None:
    wide = open_collection(intervals="hypergeometric")
    assert wide.section("jsna_components")[["low", "high"]].isna().all(axis=None)
    assert wide.tally(["board.police"], by=["region"])["low"].isna().all()


# -- Without what it needs -------------------------------------------------------------------------


def test_one_year_has_no_change(collection: Collection) -> None:
    returns = collection.returns[collection.returns["year"] == 2009]
    with pytest.raises(CollectionError, match="needs a second wave"):
        change.verdicts(dataclasses.replace(collection, returns=returns))


def test_without_published_figures_the_silent_cannot_be_counted(collection: Collection) -> None:
    own = dataclasses.replace(collection, published=None, frame=None, status="own returns")
    with pytest.raises(CollectionError, match=r"Add published\.csv and frame\.csv"):
        change.silent(own)
