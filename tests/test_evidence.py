"""What the returns bear, and that every page says the same of it."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest
from book_texts import INVENTED, book, row_of
from small import answers, item, small
from statsmodels.stats.multitest import multipletests

from csm_lib.collection import Collection
from csm_lib.status import DRAWN
from csm_lib.survey import pages
from csm_lib.survey.evidence import CHANCE, ENOUGH, LARGER, UNTESTED, evidence

EDGES = ["edge/cross", "edge/crossT", "edge/empty", "edge/notlast", "edge/one", "edge/ties"]
BOOKS = [*INVENTED, *EDGES]


def row(collection: Collection, kind: str = "change", by: str = "year") -> dict[str, Any]:
    return row_of(evidence(collection), kind, "board.police", by)


def pair(first: str, second: str, **more: Any) -> Collection:
    """One item, answered in two waves by the same respondents."""
    one = item("board.police", years=[2021, 2023])
    return small([one], {2021: {one.item: first}, 2023: {one.item: second}}, **more)


# -- The test follows the design ------------------------------------------------------------------


def test_separate_samples_are_tested_as_two_samples() -> None:
    found = book("edge/cross").row("change", "a")

    # 15 and 5 of 20: hypergeom(40, 20, 20), 2 P(X >= 15) = 0.0038476
    assert (found["design"], found["base"], found["verdict"]) == ("separate", 40, LARGER)
    assert found["p"] == pytest.approx(0.0038476, abs=1e-7)
    assert found["holm"] == pytest.approx(2 * 0.0038476, abs=2e-7)


def test_respondents_who_answered_twice_are_tested_in_pairs() -> None:
    found = row(pair("n" * 6 + "y" * 6, "y" * 12))

    assert (found["design"], found["base"], found["verdict"]) == ("paired", 12, LARGER)
    assert found["p"] == found["holm"] == 2 / 2**6


def test_pairs_that_point_the_other_way_than_the_shares_bear_nothing() -> None:
    # 4 of 21 to 1 of 20; of those with two answers one gained
    found = row(pair("nnnn" + "n" * 13 + "yyyy", "ynnn" + "n" * 16 + " "))

    assert found["direction"] == -1
    assert found["p"] > 0.2


def test_where_some_answered_twice_all_are_tested() -> None:
    found = book("schools-mixed").row("change", "day.breakfast")

    assert (found["design"], found["base"]) == ("partly paired", 127)


@pytest.mark.parametrize("wave", [{"region": ["North"] * 4 + ["South"] * 4}, {}])
def test_a_wave_or_a_group_of_fewer_than_five_is_not_tested(wave: dict[str, Any]) -> None:
    rows = evidence(pair("yyyynnnn", "nnnn----", **wave))

    assert rows["verdict"].tolist() == [UNTESTED]
    assert rows["p"].isna().all()


def test_nothing_is_tested_of_a_drawn_panel() -> None:
    rows = evidence(pair("n" * 12, "y" * 12, status=DRAWN, region=["North", "South"] * 6))

    assert rows[["kind", "verdict"]].to_numpy().tolist() == [["change", UNTESTED]]


# -- One verdict ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BOOKS)
def test_every_page_has_the_same_verdict_on_an_item(name: str) -> None:
    said: dict[tuple[str, ...], set[str]] = {}
    for finding in book(name).found.values():
        if {"item", "from", "to", "verdict"} <= set(finding.table):
            table = finding.table.reindex(columns=["what", "item", "from", "to", "p", "verdict"])
            alone = table["what"].astype(str).str.contains(" by ")  # of groups, told nowhere else
            table["p"] = table["p"].astype(object).replace("withheld", "").fillna("")
            for _, *what, p, verdict in table[~alone].itertuples(index=False):
                said.setdefault(tuple(what), set()).add(f"{verdict} {p}")
    assert {what: both for what, both in said.items() if len(both) > 1} == {}


@pytest.mark.parametrize("name", BOOKS)
def test_p_of_a_family_is_raised_by_holms_rule(name: str) -> None:
    rows = book(name).evidence

    for _, family in rows[rows["p"].notna()].groupby("family"):
        if len(family) == family["tests"].iloc[0]:  # of none is p withheld
            expected = multipletests(family["p"], method="holm")[1]
            assert family["holm"].tolist() == pytest.approx(expected.tolist())
    firm = rows["holm"] <= 0.05
    assert (rows.loc[firm, "verdict"] == LARGER).all()
    assert (rows.loc[~firm & rows["holm"].notna(), "verdict"] == CHANCE).all()


def test_holms_rule_takes_all_sections_together_on_the_page_of_each() -> None:
    six = {"board.police": "n" * 6 + "y" * 6}, {"board.police": "y" * 12}
    items = [item("board.police", years=[2021, 2023]), item("plan.signed", years=[2021, 2023])]
    alone = small(items[:1], {2021: six[0], 2023: six[1]})
    still = {"plan.signed": "yn" * 6}
    both = small(items, {2021: six[0] | still, 2023: six[1] | still})

    assert pages.changes(alone, "board").table["verdict"].tolist() == [LARGER]
    assert pages.changes(both, "board").table["p"].tolist() == ["0.063"]
    assert pages.changes(both, "board").table["verdict"].tolist() == [CHANCE]
    assert row(both)["tests"] == 2


# -- What is published ----------------------------------------------------------------------------


def test_where_gainers_or_losers_are_few_the_verdict_is_kept_and_p_withheld() -> None:
    first = "n" * 27 + "y" * 13
    few = pair(first, "y" * 20 + "n" * 10 + "y" * 10, threshold=5)
    whole = pair(first, "y" * 20 + "n" * 10 + "y" * 10)
    none_lost = pair(first, "y" * 20 + "n" * 7 + "y" * 13, threshold=5)

    # 20 gained and 3 lost: 2 P(Bin(23, 1/2) <= 3) = 0.000488
    assert row(whole)["p"] == pytest.approx(0.000488, abs=1e-6)
    assert row(few)["verdict"] == LARGER
    assert pd.isna(row(few)["p"])
    assert pd.isna(row(few)["holm"])
    assert pages.changes(few, "board").title == (
        "“Police” rose from 33% (13 of 40) in 2021 to 75% (30 of 40) in 2023, more than chance "
        "explains"
    )
    assert "p" not in pages.changes(few, "board").table
    assert row(none_lost)["p"] == pytest.approx(2 / 2**20)


def test_a_threshold_leaves_every_verdict_on_separate_samples_as_it_is() -> None:
    whole, shut = (book(f"edge/{name}").evidence for name in ("cross", "crossT"))

    assert shut["verdict"].tolist() == whole["verdict"].tolist()
    assert set(whole["verdict"]) == {LARGER, CHANCE}


def test_groups_of_which_too_few_can_be_shown_give_a_verdict_and_no_figure() -> None:
    # of the North 1 said yes, of the South 14: both are withheld, one for the other
    halves = ["North"] * 16 + ["South"] * 16
    wave = {"board.police": answers(1, 15) + answers(14, 2)}
    one = item("board.police", years=[2023])
    found = row(small([one], {2023: wave}, region=halves, threshold=5), "group", "region")

    assert found["verdict"] == LARGER
    assert pd.isna(found["p"])
    assert pd.isna(found["from_yes"])
    assert found["from"] == found["to"] == ""


@pytest.mark.parametrize("name", BOOKS)
def test_no_row_has_a_count_under_the_threshold(name: str) -> None:
    rows, threshold = book(name).evidence, book(name).collection.threshold
    rows = rows[rows["kind"].isin(["change", "group"])]

    for side in ("from", "to", "turn"):
        yes, base = rows[f"{side}_yes"].dropna(), rows[f"{side}_base"].dropna()
        for count in (yes, base - yes):
            assert ((count == 0) | (count >= threshold)).all()


@pytest.mark.parametrize("name", BOOKS)
def test_no_group_under_five_is_compared_or_named_in_a_title(name: str) -> None:
    collection = book(name).collection
    groups = evidence(collection).query("kind == 'group'")
    assert (groups[["from_base", "to_base"]].dropna() >= ENOUGH).all(axis=None)

    for by in ("region", "authority_type"):
        last = collection.returns[collection.returns["year"] == collection.years[-1]]
        size = last[by].value_counts()
        known = collection.frame is not None  # of how many there are, which are many
        for finding in book(name).found.values():
            if finding.key.startswith("groups-") or not known:
                for group in size[size < ENOUGH].index:
                    assert str(group) not in finding.title


def test_shares_and_their_test_each_have_their_base() -> None:
    assert book("councils").finding("changes-housing").base == (
        "all that answered, 145 to 149 in the first wave and 122 to 126 in the last; tested, 120 "
        "to 123 that answered both times"
    )
    assert book("edge/cross").finding("changes-x").base == (
        "all that answered, 20 in the first wave and 20 in the last; tested, 40 that answered in "
        "any wave"
    )


# -- Ways to move ---------------------------------------------------------------------------------


def test_a_peak_is_told_as_a_peak_and_is_no_fall() -> None:
    found = book("family-hubs").row("change", "remote")

    assert (found["from"], found["turn"], found["to"]) == ("2019", "2020", "2023")
    assert [(found[f"{s}_yes"], found[f"{s}_base"]) for s in ("from", "turn", "to")] == [
        (1, 10), (10, 11), (2, 10),
    ]  # fmt: skip
    assert (
        "“Remote appointments” peaked at 91% in 2020"
        in book("family-hubs").finding("changes").title
    )
    assert book("family-hubs").finding("falling").data["measure"].tolist() == ["board_parents"]


def test_a_fall_of_less_than_one_point_is_told_as_little_and_is_no_fall() -> None:
    found = pair(answers(500, 500), answers(499, 501))

    assert pages.changes(found, "board").title == (
        "“Police” changed little, from 50% (500 of 1,000) in 2021 to 50% (499 of 1,000) in 2023"
    )
    assert pages.falling(found).title == "There was no fall"


def test_shares_that_stayed_although_everybody_moved_are_told_as_shares() -> None:
    assert book("edge/ties").finding("changes-x").title == "No share changed in “X”"


def test_of_what_is_bad_a_rise_is_listed_and_a_fall_is_not() -> None:
    falling = book("residents").finding("falling")

    assert falling.question == "What fell, or rose though it is bad?"
    assert "life.unsafe" not in set(falling.data["item"])
    bad = item("board.debt", direction="bad", years=[2021, 2023])
    rose = small([bad], {2021: {"board.debt": answers(1, 11)}, 2023: {"board.debt": answers(9, 3)}})
    assert pages.falling(rose).title == (
        "“Debt” rose from 8% (1 of 12) in 2021 to 75% (9 of 12) in 2023, more than chance "
        "explains (p = 0.0078)"
    )


def test_one_of_several_answers_that_gives_way_to_another_is_no_fall() -> None:
    assert set(book("icb-boards").finding("falling").data["measure"]) <= set(
        book("icb-boards").collection.codebook
    )


# -- Planted, and found ---------------------------------------------------------------------------

Planted = tuple[str, str, str, str, list[int], float, str, str]

PLANTED: list[Planted] = [
    ("councils", "change", "year", "housing.3", [107, 148, 57, 124], 5.1e-08, "changes-housing",
     "“Rough sleeper outreach” fell from 72%"),
    ("councils", "change", "year", "climate.13", [60, 145, 90, 127], 9.2e-06, "changes-climate",
     "“EV charging strategy” rose from 41%"),
    ("councils", "change", "year", "planning.6", [52, 148, 68, 122], 0.00099, "changes-planning",
     "“Design code” rose from 35%"),
    ("councils", "change", "year", "planning.11", [50, 150, 64, 126], 0.00062, "changes-planning",
     "“Biodiversity officer” rose from 33%"),
    ("councils", "group", "authority_type", "climate.14", [7, 95, 11, 18], 0.0018,
     "groups-climate-authority-type", "“Retrofit team” differs by type, from 7% (District)"),
    ("family-hubs", "change", "year", "remote", [1, 10, 2, 10], 0.0248, "changes-hubs",
     "“Remote appointments” peaked at 91% in 2020"),
    ("residents", "change", "year", "life.ehealth", [65, 259, 151, 255], 7.8e-14, "changes-life",
     "“eHealth app” rose from 25% to 59%"),
    ("residents", "change", "year", "life.unsafe", [145, 254, 85, 260], 5.9e-07, "changes-life",
     "“Felt unsafe after dark” fell from 57% to 33%"),
    ("residents", "change", "year", "views.listens", [150, 256, 101, 260], 0.00012,
     "changes-views", "Agreement with “Council listens” fell in every wave, from 59%"),
    ("residents", "group", "authority_type", "life.library", [19, 85, 20, 33], 0.002,
     "groups-life-authority-type", "“Library” differs by age group, from 22% (16 to 34) to 61%"),
    ("residents", "blank", "item", "life.savings", [90, 4066, 96, 264], 5.8e-60, "blanks",
     "“Savings” was left blank by 36% (96 of 264)"),
    # one type is small, so no figure by type is shown; the verdict gives none of them back
    ("school-staff", "group", "authority_type", "q11", [None] * 4, float("nan"),
     "groups-leadership-authority-type",
     "Agreement with “Leaders listen to staff” differs by type more than chance explains"),
    ("school-staff", "group", "region", "q10", [21, 93, 25, 36], 0.0015,
     "groups-behaviour-region", "“SENCo support is available”, from 23% (North)"),
    ("school-staff", "blank", "item", "q13", [93, 4480, 102, 320], 1.1e-59, "blanks",
     "“Ofsted preparation is proportionate” was left blank by 32% (102 of 320)"),
    ("schools-mixed", "change", "year", "day.breakfast", [33, 89, 59, 82], float("nan"),
     "changes-day", "“Breakfast club every day” rose from 37% (33 of 89)"),
    ("schools-mixed", "section", "year", "inclusion", [284, 704, 329, 661], 0.00015,
     "changes-inclusion", "Yes to the items in “Inclusion”, taken together, rose"),
]  # fmt: skip

BY_CHANCE = {
    # one item of a section moved, and carries the score of all with it; it is told by no title
    ("councils", "section", "year", "housing"),
    ("councils", "section", "year", "planning"),
    ("councils", "section", "year", "climate"),
    # five of 39 boards left one question blank, and hardly any board another
    ("icb-boards", "blank", "item", "s_ph"),
    # three of nine metropolitan districts and five of 35 of the oldest left one item blank
    ("councils", "blank", "authority_type", "planning.6"),
    ("residents", "blank", "authority_type", "life.cymraeg"),
    # 37% in the South, 64% in the Midlands: the luck of the draw, p = 0.045 by Holm's rule
    ("school-staff", "group", "region", "q6"),
    # planted, and told as tests/test_numbers.py has it
    ("libraries", "number", "year", "open.hours"),
    ("libraries", "number", "region", "staff.volunteers"),
    ("libraries", "blank", "item", "money.donations"),
}
"""What was not planted and is larger than chance, each with its reason."""


@pytest.mark.parametrize(
    ("name", "kind", "by", "measure", "counts", "holm", "key", "title"),
    PLANTED,
    ids=[f"{one[0]} {one[3]}" for one in PLANTED],
)
def test_what_was_planted_is_larger_than_chance_and_told(
    name: str,
    kind: str,
    by: str,
    measure: str,
    counts: list[int],
    holm: float,
    key: str,
    title: str,
) -> None:
    found = book(name).row(kind, measure, by)

    sides = ("from_yes", "from_base", "to_yes", "to_base")
    assert [None if pd.isna(found[side]) else found[side] for side in sides] == counts
    assert found["verdict"] == LARGER
    assert found["holm"] == pytest.approx(holm, rel=0.05, nan_ok=True)
    assert title in book(name).finding(key).title


@pytest.mark.parametrize("name", INVENTED)
def test_nothing_but_what_was_planted_is_larger_than_chance_but_what_is_listed(name: str) -> None:
    rows = book(name).evidence.query("verdict == @LARGER")
    found = {
        (name, one["kind"], one["by"], one["measure"] or one["section"])
        for one in pages.dicts(rows)
    }
    planted = {one[:4] for one in PLANTED} | BY_CHANCE

    assert found == {one for one in planted if one[0] == name}


def test_levels_and_a_division_that_were_planted_are_told() -> None:
    assert "72% (221 of 308) disagreed with “My workload is manageable”" in (
        book("school-staff").finding("answers-workload").title
    )
    assert "84% (262 of 313) agreed with “I feel safe at work”" in (
        book("school-staff").finding("answers-behaviour").title
    )
    assert "“Ofsted preparation is proportionate” divides: 23% “Strongly agree” and 38%" in (
        book("school-staff").finding("answers-leadership").caveat
    )


@pytest.mark.parametrize(
    ("name", "measure", "holm"),
    [
        ("icb-boards", "m_ph", 0.85),
        ("icb-boards", "m_mh", 0.80),
        ("icb-boards", "m_dcs", 1.0),
        ("icb-boards", "chair_bg: nhs", 1.0),
        ("icb-boards", "chair_bg: lg", 0.80),
        # six of ten gained a hub and none lost one, in five waves: p = 0.059 before Holm's rule
        ("family-hubs", "hub", 0.177),
        ("family-hubs", "perinatal", 0.177),
        ("family-hubs", "board_parents", 0.50),
    ],
)
def test_what_was_planted_and_is_not_clear_of_chance_stays_so(
    name: str, measure: str, holm: float
) -> None:
    found = book(name).row("change", measure)

    assert found["verdict"] == CHANCE
    assert found["holm"] == pytest.approx(holm, abs=0.005)


def test_where_nothing_is_clear_of_chance_the_title_says_so_first() -> None:
    assert (
        book("icb-boards")
        .finding("changes")
        .title.startswith("No single change is more than chance explains;")
    )
    assert (
        book("family-hubs")
        .finding("changes-voice")
        .title.startswith("No single change in “Parents’ voice” is more than chance explains")
    )


@pytest.mark.parametrize("name", BOOKS)
def test_a_title_that_tells_of_more_than_chance_has_a_row_that_bears_it(name: str) -> None:
    rows = book(name).evidence.query("verdict == @LARGER")
    firm = {*rows["measure"], *rows.loc[rows["kind"] == "section", "section"]}
    for finding in book(name).found.values():
        denied = "No (single change|single fall|difference).* is more than chance"
        said = re.sub(denied, "", finding.title)
        if "more than chance explains" in said and finding.key != "tested":
            assert {*finding.data["item"], *finding.data.get("section", [])} & firm


def test_a_change_whose_figures_are_withheld_is_tested_with_the_others_and_told_by_no_page() -> (
    None
):
    board = [item("board.police"), item("board.schools")]
    waves = {
        2021: {"board.police": answers(3, 37), "board.schools": answers(20, 20)},
        2023: {"board.police": answers(33, 7), "board.schools": answers(20, 20)},
    }
    found = small(board, waves, threshold=5)
    row = evidence(found).set_index("measure").loc["board.police"]

    assert (row["verdict"], row["tests"], row["status"]) == (LARGER, 2, "withheld")
    assert row[["from_yes", "to_yes", "change", "p", "holm"]].isna().all()
    assert [one["measure"] for one in pages.rows_of(found, "change")] == ["board.schools"]
