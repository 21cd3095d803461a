"""Statements are decided by predicates: each comes out true, false, and as it must on the edge."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd
import pytest
from small import answers, item, small

from csm_lib.collection import Collection
from csm_lib.errors import CollectionError
from csm_lib.ledger import ledger
from csm_lib.predicates import DISAGREES, PASSED, POSSIBLE, UNCHECKED, Known, decide

# -- Small collections --------------------------------------------------------------------------

ITEMS = [
    *(item(f"a.{name}", years=(2021, 2022)) for name in ("one", "two", "three")),
    item("b.late", years=(2022,)),
    item("c.chair", response="chair", years=(2021, 2022)),
    *(item(f"l.{name}", response="level", years=(2021, 2022)) for name in ("one", "two")),
]
COUNTS = {"one": (9, 9), "two": (9, 9), "three": (9, 9), "late": (0, 9)}


def printed(*rows: tuple[str, str, str, int]) -> pd.DataFrame:
    """Published figures: id, item, statistic, value."""
    columns = ["figure", "item", "statistic", "value"]
    return pd.DataFrame(list(rows), columns=columns).astype({"value": "int64"}).assign(year=None)


def known(
    waves: Mapping[int, Mapping[str, Sequence[str]]],
    published: pd.DataFrame | None = None,
    judged: pd.DataFrame | None = None,
) -> Known:
    collection = small(ITEMS, waves)
    rows = printed() if published is None else published
    return Known(
        dataclasses.replace(collection, published=rows),
        pd.DataFrame() if judged is None else judged,
    )


def of_20(published: pd.DataFrame | None = None, **counts: tuple[int, int]) -> Known:
    """Twenty partnerships that answer everything; so many say yes in the one and other year."""
    said = COUNTS | counts
    section = {name: "b" if name == "late" else "a" for name in said}
    waves = {
        year: {
            f"{section[name]}.{name}": answers(yes[at], 20 - yes[at]) for name, yes in said.items()
        }
        for at, year in enumerate((2021, 2022))
    }
    return known(waves, published)


@pytest.mark.parametrize(
    ("check", "counts", "verdict"),
    [
        ("most: a.one", {"one": (11, 20)}, PASSED),
        ("most: a.one", {"one": (11, 10)}, DISAGREES),  # half is not most
        ("most: a.one.2021", {"one": (11, 10)}, PASSED),
        ("most: a.one a.two", {"one": (11, 11), "two": (10, 11)}, DISAGREES),
        ("few: a.one", {"one": (9, 0)}, PASSED),
        ("few: a.one", {"one": (9, 10)}, DISAGREES),  # half is not few
        ("all: a.one", {"one": (20, 20)}, PASSED),
        ("all: a.one", {"one": (20, 19)}, DISAGREES),
        ("not_all: a.one", {"one": (0, 19)}, PASSED),
        ("not_all: a.one", {"one": (19, 20)}, DISAGREES),
        ("above: a.one / a", {"one": (10, 10)}, PASSED),
        ("above: a.one / a", {"one": (10, 9)}, DISAGREES),  # as high as another
        ("above: a.one.2021 / a", {"one": (10, 0)}, PASSED),
        ("above: a.one / a", {"one": (10, 10), "two": (11, 0)}, DISAGREES),  # year by year
        ("below: a.one / a", {"one": (8, 8)}, PASSED),
        ("below: a.one / a", {"one": (8, 9)}, DISAGREES),
        ("below: a.one a.two / a", {"one": (8, 8), "two": (7, 7)}, PASSED),
        ("far_below: a.one / a.two", {"one": (5, 5), "two": (10, 10)}, PASSED),  # 25 points
        ("far_below: a.one / a.two", {"one": (6, 5), "two": (10, 10)}, DISAGREES),
        ("far_below: a.one / a", {"one": (5, 5), "two": (10, 10)}, DISAGREES),  # three is 9
        ("rose: a.one", {"one": (9, 10)}, PASSED),
        ("rose: a.one", {"one": (9, 9)}, DISAGREES),
        ("rose: a.one a.two", {"one": (9, 10), "two": (9, 8)}, DISAGREES),
        ("fell: a.one", {"one": (9, 8)}, PASSED),
        ("fell: a.one", {"one": (9, 9)}, DISAGREES),
        ("none_fell: a", {"one": (9, 9), "two": (8, 9)}, PASSED),
        ("none_fell: a", {"one": (9, 8)}, DISAGREES),
        ("rose_most: a.one / a", {"one": (2, 6), "two": (2, 5)}, PASSED),
        ("rose_most: a.one / a", {"one": (2, 6), "two": (3, 7)}, DISAGREES),  # as much
        ("rose_most: a.one / a.two", {"one": (9, 8), "two": (9, 2)}, DISAGREES),  # fell least
        ("only_rose: a.one / a", {"one": (9, 10)}, PASSED),
        ("only_rose: a.one / a", {"one": (9, 11), "two": (9, 10)}, DISAGREES),
        ("only_rose: a.one / a", {"one": (9, 9)}, DISAGREES),
        ("together most: a.one a.two", {"one": (20, 19), "two": (1, 2)}, PASSED),
        ("together most: a.one a.two", {"one": (20, 19), "two": (1, 1)}, DISAGREES),
        ("together above: a.one a.two / a", {"one": (1, 1), "two": (18, 18)}, PASSED),
        ("together above: a.one a.two / a", {"one": (0, 0), "two": (18, 18)}, DISAGREES),
        ("together fell: a", {"one": (5, 8), "two": (9, 5)}, PASSED),
        ("together fell: a", {"one": (5, 9), "two": (9, 5)}, DISAGREES),
        ("most_rose: a", {"one": (9, 10), "two": (9, 10), "three": (9, 0)}, PASSED),
        ("most_rose: a.one a.two", {"one": (9, 10), "two": (9, 9)}, DISAGREES),  # half
    ],
)  # fmt: skip
def test_a_predicate_holds_just_so_far(
    check: str, counts: dict[str, tuple[int, int]], verdict: str
) -> None:
    assert decide(check, of_20(**counts))[0] == verdict


@pytest.mark.parametrize(
    ("check", "counts", "verdict"),
    [
        ("most: b.late.2021", {}, UNCHECKED),
        ("rose: b.late", {}, UNCHECKED),
        ("rose_significantly: b.late", {}, UNCHECKED),
        ("rose: a.one b.late", {"one": (9, 10)}, UNCHECKED),
        ("rose: a.one b.late", {"one": (9, 8)}, DISAGREES),  # one is enough
        ("rose: a b", {"one": (1, 2), "two": (1, 2), "three": (1, 2)}, PASSED),
        ("below: a.one / b.late", {"one": (8, 8)}, UNCHECKED),  # nothing to compare 2021 with
        ("below: a.one.2022 / b.late", {"one": (8, 8)}, PASSED),
        ("below: a.one.2022 / b.late", {"one": (9, 9)}, DISAGREES),
    ],
)
def test_what_is_not_held_cannot_be_checked_unless_the_rest_contradicts(
    check: str, counts: dict[str, tuple[int, int]], verdict: str
) -> None:
    assert decide(check, of_20(**counts))[0] == verdict


@pytest.mark.parametrize(
    ("check", "verdict"),
    [  # one rose to more than half, two fell to half
        ("most: a.one.2022; rose: a.one", PASSED),
        ("most: a.two.2022; fell: a.two", DISAGREES),
        ("most: a.one.2022; fell: a.one", DISAGREES),
        ("most: a.one.2022; open", UNCHECKED),
        ("open; fell: a.one", DISAGREES),
        ("most: a.one.2022; (fell: a.one)", PASSED),
        ("rose: a.one | fell: a.two", PASSED),
        ("rose: a.one | rose: a.two", UNCHECKED),
        ("fell: a.one | rose: a.two", DISAGREES),
        ("open: a.one", UNCHECKED),
    ],
)
def test_clauses_must_all_hold_and_readings_must_agree(check: str, verdict: str) -> None:
    assert decide(check, of_20(one=(9, 11), two=(11, 10)))[0] == verdict


@pytest.mark.parametrize(
    ("asked", "highest", "verdict"), [(3, 19, PASSED), (4, 19, UNCHECKED), (4, 20, DISAGREES)]
)
def test_a_section_that_is_not_printed_whole_can_only_be_contradicted(
    asked: int, highest: int, verdict: str
) -> None:
    published = printed(("a.asked", "a", "count", asked))
    assert decide("not_all: a", of_20(published, one=(19, highest)))[0] == verdict


@pytest.mark.parametrize(
    ("rose", "verdict"), [(10, DISAGREES), (11, UNCHECKED)]  # 1 + 10 of 22 is half
)  # fmt: skip
def test_totals_of_what_is_not_printed_may_decide_whether_most_rose(
    rose: int, verdict: str
) -> None:
    published = printed(("b.asked", "b", "count", 20), ("b.rose", "b", "rose", rose))
    ruling = decide("most_rose: a.one a.two b", of_20(published, one=(9, 10)))
    assert ruling[0] == verdict
    assert f"totals {1 + rose} of 22 rose" in ruling[1]
    every = decide("most_rose: a b", of_20(published, one=(1, 2), two=(1, 2)))
    assert every[0] == PASSED  # whatever the totals are


@pytest.mark.parametrize(("blank", "verdict"), [(1, PASSED), (2, DISAGREES)])
def test_nearly_all_is_nineteen_of_twenty(blank: int, verdict: str) -> None:
    waves = {
        year: {"a.one": answers(3, 17 - blank, blank), "a.two": answers(20, 0)}
        for year in (2021, 2022)
    }
    ruling = decide("answered: a.one a.two", known(waves))
    assert ruling[0] == verdict
    assert decide("answered: a", known(waves))[0] == DISAGREES  # a.three has no answers


@pytest.mark.parametrize(("director", "verdict"), [(4, PASSED), (3, DISAGREES)])
def test_most_of_the_rest_leaves_out_the_others_answer(director: int, verdict: str) -> None:
    # the Lead Member chairs 14 of 20; of the other six, three are half
    chairs = ["lead_member"] * 14 + ["director"] * director + ["other"] * (6 - director)
    check = "most_of_rest: c.chair.director / c.chair.lead_member"
    waves = {year: {"c.chair": chairs} for year in (2021, 2022)}
    assert decide(check, known(waves))[0] == verdict


@pytest.mark.parametrize(
    ("second", "verdict"),
    [
        (("other", "senior_officer"), PASSED),
        (("head", "senior_officer"), DISAGREES),  # the head stayed
        (("other", "other"), DISAGREES),  # no senior officer came
    ],
)
def test_one_answer_gave_way_at_two_items_or_more(second: Sequence[str], verdict: str) -> None:
    waves = {
        2021: {"l.one": ["head", "head"], "l.two": ["head", "other"]},
        2022: {"l.one": ["senior_officer", "head"], "l.two": list(second)},
    }
    ruling = decide("gave_way: l.head / l.senior_officer", known(waves))
    assert ruling[0] == verdict
    assert ruling[1].startswith(f"At {2 if verdict == PASSED else 1} of 2: ")


@pytest.mark.parametrize(
    ("change", "verdict"),
    [(25, PASSED), (24, DISAGREES), (26, DISAGREES), (10, DISAGREES)],  # 8 to 10: 10 points
)
def test_a_relative_change_is_of_the_first_share(change: int, verdict: str) -> None:
    printed_changes = {"one": change, "two": -12, "three": 5}
    rows = printed(*((name, f"a.{name}", "change", by) for name, by in printed_changes.items()))
    # 8 to 7 is -12.5 in a hundred, and a half may be rounded either way; of 0 there is no change
    found = of_20(rows, one=(8, 10), two=(8, 7), three=(0, 1))
    assert decide("relative: a", found)[0] == verdict


@pytest.mark.parametrize(
    ("totals", "verdict"),
    [  # yes and base in the one and the other year, of 74
        ((26, 72, 50, 72), POSSIBLE),  # at worst 44 gained and 22 lost
        ((46, 73, 61, 74), POSSIBLE),  # at worst 27 gained and 13 lost: p is 0.0385
        ((46, 73, 60, 74), UNCHECKED),  # 27 and 14: 0.0596
        ((26, 72, 30, 72), UNCHECKED),  # p is 0.031 where nobody lost it
        ((26, 72, 27, 72), DISAGREES),  # three more at most: p is 0.25 at least
        ((26, 72, 26, 72), DISAGREES),
        ((28, 37, 56, 74), DISAGREES),  # the same share, and yet 28 may have gained
        ((28, 33, 63, 74), DISAGREES),  # it rose, and only as a fall could it be significant
        ((28, 34, 60, 74), DISAGREES),  # it fell, and yet six may have gained and none lost
    ],
)
def test_a_rise_is_significant_in_every_panel_in_some_or_in_none(
    totals: tuple[int, int, int, int], verdict: str
) -> None:
    first, base, last, last_base = totals
    waves = {
        2021: {"a.one": answers(first, base - first, 74 - base)},
        2022: {"a.one": answers(last, last_base - last, 74 - last_base)},
    }
    assert decide("rose_significantly: a.one", known(waves))[0] == verdict


@pytest.mark.parametrize(
    ("blank", "net"),
    [(0, "went the same way"), (4, "went the same way"), (5, "may differ on one")],
)
def test_a_direction_that_no_answers_leave_open_is_called_so(blank: int, net: str) -> None:
    # five more, or five fewer, say yes; so many silent beside them may have been among them
    some, more = {"a.one": answers(5, 15 - blank, blank)}, {"a.one": answers(10, 10)}
    for check, waves in (("rose", {2021: some, 2022: more}), ("fell", {2021: more, 2022: some})):
        ruling = decide(f"{check}: a.one", known(waves))
        assert ruling[0] == PASSED
        assert net in ruling[1]


def test_figures_make_a_sum_and_dates_an_order() -> None:
    rows = printed(
        ("a.rose", "a", "rose", 29), ("a.same", "a", "same", 2), ("a.asked", "a", "count", 31),
        ("first", "trusts", "date", 2008), ("then", "trusts", "date", 2010),
    )  # fmt: skip
    found = of_20(rows)
    assert decide("add_up: a.rose a.same / a.asked", found) == (PASSED, "29 + 2 is 31, beside 31.")
    assert decide("add_up: a.rose / a.asked", found)[0] == DISAGREES
    assert decide("in_order: first / then", found) == (POSSIBLE, "First 2008, then 2010.")
    assert decide("in_order: then / first", found)[0] == DISAGREES
    assert decide("in_order: first / first", found)[0] == DISAGREES


@pytest.mark.parametrize(
    ("check", "ruling"),
    [
        ("figures: one two", (PASSED, "2 of 2 figures: tested and passed.")),
        ("figures: one three", (POSSIBLE, "Copied in.")),
        ("figures: a", (UNCHECKED, "A date.")),  # all of an item
        ("figures: a five", (DISAGREES, "No count gives it.")),
    ],
)
def test_a_statement_stands_as_the_gravest_of_its_figures(
    check: str, ruling: tuple[str, str]
) -> None:
    judged = pd.DataFrame(
        [
            ("one", "x", PASSED, "Of 20."),
            ("two", "x", PASSED, "Of 19."),
            ("three", "a", POSSIBLE, "Copied in."),
            ("four", "a", UNCHECKED, "A date."),
            ("five", "b", DISAGREES, "No count gives it."),
        ],
        columns=["entry", "item", "verdict", "because"],
    )
    published = judged.rename(columns={"entry": "figure"}).assign(statistic="count", value=1)
    assert decide(check, known({2021: {}}, published, judged)) == ruling


def test_returns_of_a_single_year_leave_changes_unchecked() -> None:
    found = known({2022: {"a.one": answers(9, 11)}})
    for check in ("rose: a.one", "fell: a.one", "rose_significantly: a.one"):
        assert decide(check, found) == (UNCHECKED, "One 45% (9 of 20) in 2022.")
    assert decide("few: a.one", found)[0] == PASSED


@pytest.mark.parametrize(
    ("check", "because"),
    [
        (
            "below: a.one.2022 / a",
            "One 40% (8 of 20) in 2022; beside three 45% (9 of 20) in 2022.",
        ),
        (
            "rose: a.one a.two",
            "Otherwise 1 of 2: one from 45% (9 of 20) to 40% (8 of 20). Those who answered in "
            "both years went the same way, whoever moved.",
        ),
        ("together few: a.one a.two", "Otherwise 1 of 2: together 53% (21 of 40) in 2022."),
        ("few: a.one; (most: b.late)", "One 45% (9 of 20) in 2021 and one 40% (8 of 20) in 2022. "
         "Not judged: Late 45% (9 of 20) in 2022."),
        ("not_all: a b", "Nearest to failing of 7: two 65% (13 of 20) in 2022."),
    ],
)  # fmt: skip
def test_evidence_is_made_from_the_counts(check: str, because: str) -> None:
    assert decide(check, of_20(one=(9, 8), two=(9, 13)))[1] == because


# -- The paper ----------------------------------------------------------------------------------

Change = Callable[[Collection], Collection]


@pytest.fixture(scope="module")
def statements(collection: Collection) -> pd.DataFrame:
    return statements_of(collection)


def statements_of(collection: Collection) -> pd.DataFrame:
    return ledger(collection).query("kind == 'claim'").set_index("entry")


def saying_yes(item: str, year: int, yes: int) -> Change:
    """So many say yes to an item in a year, of those who answered."""

    def change(collection: Collection) -> Collection:
        returns = collection.returns.copy()
        rows = returns.index[(returns["year"] == year) & returns[item].notna()]
        assert yes <= len(rows), "the test asks for more than there are"
        returns.loc[rows, item] = pd.array([n < yes for n in range(len(rows))], dtype="boolean")
        return dataclasses.replace(collection, returns=returns)

    return change


def printing(figure: str, value: int) -> Change:
    """Another number in print."""

    def change(collection: Collection) -> Collection:
        assert collection.published is not None
        published = collection.published.copy()
        published.loc[published["figure"] == figure, "value"] = value
        return dataclasses.replace(collection, published=published)

    return change


@pytest.mark.parametrize(
    ("change", "turned"),
    [
        (  # as many as before; six of 12 rose, and with the components 35 of 43
            saying_yes("board.private_sector", 2009, 14),
            {"board.private_sector.low": DISAGREES, "findings.most_rose": UNCHECKED},
        ),
        (saying_yes("board.private_sector", 2009, 37), {"board.private_sector.low": DISAGREES}),
        (
            saying_yes("board.jobcentre_plus", 2009, 26),
            {
                "duty.later_agencies_rose": DISAGREES,
                "duty.jobcentre_plus_significant": DISAGREES,
                "duty.later_agencies_highest": DISAGREES,
                "duty.agencies_rose": DISAGREES,
                "board.lowest": DISAGREES,
                "findings.most_rose": UNCHECKED,
                "text.repeats": DISAGREES,
            },
        ),
        (saying_yes("board.third_sector", 2008, 73), {"board.third_sector.all": DISAGREES}),
        (
            saying_yes("board.police", 2009, 74),
            {"board.police.nearly_all": DISAGREES},
        ),
        (saying_yes("cypp.consulted", 2009, 73), {"cypp.all": DISAGREES}),
        (saying_yes("jsna.child_population", 2009, 64), {"jsna.none_universal": DISAGREES}),
        (saying_yes("jsna.private_provision", 2009, 32), {"jsna.outside_provision_low": DISAGREES}),
        (saying_yes("jsna.diabetes", 2009, 44), {}),  # 25 points are 16 of 64
        (saying_yes("jsna.diabetes", 2009, 45), {"jsna.health_lower": DISAGREES}),
        (
            saying_yes("commissioning.maternity", 2009, 26),
            {"commissioning.lowest": DISAGREES, "commissioning.health_led_lower": DISAGREES,
             "text.repeats": DISAGREES},
        ),
        (  # every service led by health is now below the others
            saying_yes("commissioning.camhs", 2009, 33),
            {"commissioning.still_high": DISAGREES, "commissioning.health_led_lower": PASSED},
        ),
        (
            saying_yes("commissioning.camhs", 2009, 68),
            {"commissioning.only_maternity_rose": DISAGREES, "commissioning.nine_fell": DISAGREES},
        ),
        (printing("jsna_components.rose", 28), {"jsna.components_add_up": DISAGREES}),
        (printing("trusts.revised_date", 2008), {"trusts.date_put_off": DISAGREES}),
        (printing("board.schools.2009.text", 96), {"text.repeats": DISAGREES}),
        (printing("authority_type.unitary_authority", 57), {"sample.one_list": DISAGREES}),
    ],
)  # fmt: skip
def test_a_statement_turns_with_the_numbers_it_is_about(
    change: Change, turned: dict[str, str], collection: Collection, statements: pd.DataFrame
) -> None:
    after = statements_of(change(collection))["verdict"]
    assert after[after != statements["verdict"]].to_dict() == turned


BECAUSE = {
    "chair.director": (
        "Chair of the Board (Director of Children's Services) 32% (23 of 73) in 2008 and chair of "
        "the Board (Director of Children's Services) 32% (24 of 74) in 2009; beside chair of the "
        "Board (Lead Member for Children) 56% (41 of 73) in 2008 and chair of the Board (Lead "
        "Member for Children) 54% (40 of 74) in 2009."
    ),
    # with statsmodels' multipletests, over 24 items in both years
    "duty.jobcentre_plus_significant": (
        "The paper names no test. This one takes each authority to act on its own. Jobcentre "
        "Plus from 36% (26 of 72) to 69% (50 of 72); McNemar's exact test, two-sided: p from "
        "<0.0001 to 0.0092 over all panels with these totals, up to 0.21 with all 24 changes as "
        "one family (Holm)."
    ),
    "duty.later_agencies_highest": (
        "Which year is meant is not stated; read of 2009. Together 86% (189 of 220) in 2009; "
        "beside together 85% (314 of 368) in 2009. Not judged: Together 50% (72 of 145) in 2008; "
        "beside together 85% (439 of 515) in 2008; the rest is not in the paper."
    ),
    "commissioning.fewer_arrangements": (
        "Together from 57% (465 of 814) to 53% (431 of 814). Those who answered in both years "
        "went the same way, whoever moved."
    ),
    "findings.most_of_all_rose": (
        "8 of 24 rose and 13 fell. With what is printed as totals 37 of 55 rose. Those who "
        "answered in both years went the same way, whoever moved."
    ),
    "table_2.percentage_change": (
        "Read as points the column holds. Otherwise 8 of 11, most of all palliative care from 26% "
        "(19 of 74) to 16% (12 of 74)."
    ),
}


@pytest.mark.parametrize(("claim", "because"), BECAUSE.items())
def test_a_statement_of_the_paper_stands_with_its_numbers(
    claim: str, because: str, statements: pd.DataFrame
) -> None:
    assert statements.loc[claim, "because"] == because


def test_what_falls_outside_joint_commissioning_is_named(statements: pd.DataFrame) -> None:
    found = statements.loc["commissioning.only_falls"]
    assert found["verdict"] == DISAGREES
    told = found["because"]
    assert "Otherwise 3 of 12: police from" in told
    assert "Primary Care Trust, provider from" in told
    assert "families on the Board from" in told


# -- Reading the file ---------------------------------------------------------------------------


def test_every_fault_of_the_statements_is_listed_with_its_line(
    tmp_path: Path, collection: Collection
) -> None:
    (tmp_path / "claims.csv").write_text(
        "claim,statement,place,figures,check,note\n"
        "one,It rose.,Text,jsna.carried_out.2008,rose: jsna.carried_out,\n"
        "one,It rose.,Text,,rose: jsna.carried_ou,\n"
        "two,,Text,no.such.figure,roze: jsna.carried_out,\n"
        "duty.extended,It rose.,Text,,in_order: duty.extended / duty.begun,\n"
        "three,It rose.,Text,,,\n",
        encoding="utf-8",
    )
    with pytest.raises(CollectionError) as raised:
        ledger(dataclasses.replace(collection, path=tmp_path))
    message = str(raised.value)
    for fault in (
        "line 3: the id 'one' is taken",
        "line 3: There is no section, item or label 'jsna.carried_ou'. Did you mean",
        "line 4: the cell 'statement' is empty",
        "line 4: there is no figure 'no.such.figure'",
        "line 4: there is no predicate 'roze'. Did you mean 'rose'?",
        "line 5: the id 'duty.extended' is taken",
        "line 5: there is no figure 'duty.begun'",
        "line 6: there is no predicate ''.",
    ):
        assert fault in message
    assert "line 2" not in message


def test_statements_without_a_column_are_refused(tmp_path: Path, collection: Collection) -> None:
    (tmp_path / "claims.csv").write_text("claim,statement,place,figures\na,b,c,\n", "utf-8")
    with pytest.raises(CollectionError, match="columns check, note are missing"):
        ledger(dataclasses.replace(collection, path=tmp_path))
