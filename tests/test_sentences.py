"""How results are said: labels verbatim, and no more than the evidence bears."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from small import answers, item, small

from csm_lib.collection import Collection
from csm_lib.survey import pages, sentences
from csm_lib.survey.evidence import CHANCE, LARGER, UNTESTED, evidence

Pair = tuple[str, str]


def surveyed(**waves: Pair) -> Collection:
    """Items of one section by their names, each answered in 2021 and in 2023."""
    items = [item(f"board.{name}", years=[2021, 2023]) for name in waves]
    by_year = [{f"board.{name}": pair[wave] for name, pair in waves.items()} for wave in (0, 1)]
    return small(items, dict(zip((2021, 2023), by_year, strict=True)))


def told(collection: Collection) -> str:
    return pages.changes(collection).title


ROSE = answers(5, 15), answers(15, 5)
FELL = answers(16, 4), answers(4, 16)
SLIGHTLY = answers(5, 15), answers(7, 13)
DOWN = answers(6, 14), answers(5, 15)
STILL = "yn" * 10, "ny" * 10


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("iPad at home", "“iPad at home”"),
        ("eHealth", "“eHealth”"),
        ("NHS\n <b>x</b>\x07", "“NHS <b>x</b>”"),
        ("قرأ 3 كتب", "“\N{FIRST STRONG ISOLATE}قرأ 3 كتب\N{POP DIRECTIONAL ISOLATE}”"),
        ("Siarad Cymraeg", "“Siarad Cymraeg”"),
    ],
)
def test_a_label_is_verbatim_on_one_line_and_isolated_where_it_runs_from_right_to_left(
    label: str, said: str
) -> None:
    assert sentences.quoted(label) == said
    assert sentences.plain(label) == said[1:-1]


def test_items_with_one_label_are_told_apart_by_their_section() -> None:
    items = [item("board.one", label="Police"), item("plan.two", label="police"), item("plan.odd")]
    collection = small(items, {2023: {}}, titles={"plan": "The plan"})

    assert list(sentences.names(collection, [one.item for one in items]).values()) == [
        "“Police” (Board)", "“police” (The plan)", "“Odd”",
    ]  # fmt: skip


def test_an_answer_is_named_with_its_item_unless_there_is_no_other() -> None:
    stage, agree = item("plan.stage", response="stage"), item("plan.fair", response="agree")
    collection = small([stage, agree], {2023: {}})
    answer = "plan.stage: draft"

    assert sentences.names(collection, [answer]) == {answer: "“Drafted”"}
    assert sentences.names(collection, [answer, "plan.fair"]) == {
        answer: "“Drafted” for “Stage”", "plan.fair": "agreement with “Fair”",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("verdict", "holm", "said"),
    [
        (LARGER, 0.012, "more than chance explains (p = 0.012)"),
        (LARGER, 0.00001, "more than chance explains (p < 0.0001)"),
        (LARGER, float("nan"), "more than chance explains"),
        (CHANCE, 0.48, "which could be chance (p = 0.48)"),
        (CHANCE, float("nan"), "which could be chance"),
        (UNTESTED, float("nan"), "which was not tested"),
    ],
)
def test_a_verdict_is_said_with_p_where_there_is_one(
    verdict: str, holm: float, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection = surveyed(police=ROSE)
    table = evidence(collection).assign(verdict=verdict, holm=holm)
    monkeypatch.setattr(pages, "evidence", lambda _: table)

    assert told(collection) == (
        f"“Police” rose from 25% (5 of 20) in 2021 to 75% (15 of 20) in 2023, {said}"
    )


@pytest.mark.parametrize(
    ("yes", "said"),
    [
        ([20, 30, 40], "rose in every wave, from 20% in 2021 to 40% in 2023"),
        ([40, 30, 20], "fell in every wave, from 40% in 2021 to 20% in 2023"),
        ([20, 70, 40], "peaked at 70% in 2022, from 20% in 2021 to 40% in 2023"),
        ([40, 10, 30], "was lowest at 10% in 2022, from 40% in 2021 to 30% in 2023"),
        ([40, 40, 20], "fell from 40% in 2021 to 20% in 2023"),
        ([40, 40, 40], "stayed at 40% in 2021 and 2023"),
    ],
)
def test_a_change_is_told_by_all_its_waves(yes: list[int], said: str) -> None:
    one = item("board.it")
    years = (2021, 2022, 2023)
    waves = {year: {"board.it": answers(k, 100 - k)} for year, k in zip(years, yes, strict=True)}

    title = re.sub(r" \(\d+ of 100\)", "", told(small([one], waves)))

    assert re.match(rf"“It” {said}(, more than chance|, which could|$)", title)


def test_one_change_is_told_in_full_and_by_its_statement() -> None:
    plain = surveyed(police=SLIGHTLY)
    stated = item("board.police", years=[2021, 2023], statement="had the police on the board")
    waves = {year: {"board.police": ROSE[wave]} for wave, year in enumerate((2021, 2023))}

    assert told(plain) == (
        "“Police” rose from 25% (5 of 20) in 2021 to 35% (7 of 20) in 2023, which could be chance "
        "(p = 0.5)"
    )
    assert told(small([stated], waves)).startswith(
        "The share that had the police on the board rose from 25%"
    )


@pytest.mark.parametrize(
    ("waves", "said"),
    [
        (
            {"a": ROSE, "b": FELL},
            "“B” fell from 80% to 20%; “A” rose from 25% to 75%; both more than chance explains",
        ),
        (
            {"a": ROSE, "b": FELL, "c": FELL, "d": STILL},
            "Three of four items changed more than chance explains: “B”, 80% to 20%; “C”, 80% to "
            "20%; “A”, 25% to 75%",
        ),
        (
            {"a": SLIGHTLY, "b": DOWN, "c": STILL},
            "No single change is more than chance explains; "
            "the largest: “A”, 25% to 35%; “B”, 30% to 25%",
        ),
        ({"a": STILL, "b": STILL}, "No share changed"),
        (
            {"a": ("yyyn", "nnnn"), "b": ("yyyy", "nnyy")},
            "No change was tested; the largest: “A”, 75% to 0%",
        ),
    ],
)
def test_of_several_changes_what_is_firm_is_named_and_else_that_nothing_is(
    waves: dict[str, Pair], said: str
) -> None:
    assert told(surveyed(**waves)) == said


def test_of_many_firm_changes_those_are_named_for_which_there_are_words() -> None:
    label = "Looks after those who look after others"  # seven words
    items = [item(f"board.{name}", label=f"{label} {name}", years=[2021, 2023]) for name in "abc"]
    waves = [{"board.a": ROSE[n], "board.b": FELL[n], "board.c": FELL[n]} for n in (0, 1)]

    assert told(small(items, dict(zip((2021, 2023), waves, strict=True)))) == (
        f"“{label} b” fell from 80% to 20%; all three items changed more than chance explains"
    )


def test_a_change_that_turned_is_named_with_its_turn_and_not_with_its_ends() -> None:
    names, years = ("up", "peak", "down"), (2021, 2022, 2023)
    shares = {"up": (5, 10, 16), "peak": (4, 18, 5), "down": (16, 10, 3)}
    waves = {
        year: {f"board.{name}": answers(shares[name][n], 20 - shares[name][n]) for name in names}
        for n, year in enumerate(years)
    }

    assert told(small([item(f"board.{name}") for name in names], waves)) == (
        "All three items changed more than chance explains: “Peak”, 20% to 90% (2022); “Down”, 80% "
        "to 15%; “Up”, 25% to 80%"
    )


def test_a_section_is_told_as_one_if_more_of_its_fall_is_of_items_that_are_not_firm_alone() -> None:
    some = "y" * 10 + "n" * 10, "y" * 5 + "n" * 15  # five lost and none gained: p = 0.0625
    up = "y" * 9 + "n" * 11, "y" * 10 + "n" * 10
    most = surveyed(a=FELL, b=some, c=some, d=some, e=up)
    one = surveyed(a=FELL, b=some, c=STILL, d=STILL, e=up)

    assert pages.changes(most, "board").title == (
        "Yes to the items in “Board”, taken together, fell from 55% to 29%, more than chance "
        "explains; above all “A”, 80% to 20%"
    )
    assert pages.changes(one, "board").title.startswith(
        "“A” fell from 80% (16 of 20) in 2021 to 20% (4 of 20) in 2023"
    )


def test_a_firm_change_is_told_before_a_larger_one_that_is_not() -> None:
    # of the twenty, four answered C, and all of them changed
    collection = surveyed(a=ROSE, c=("yyyyy" + "-" * 15, "nnnny" + "-" * 15))

    assert told(collection).startswith("“A” rose from 25% (5 of 20) in 2021")


def test_a_sentence_that_is_too_long_gives_way_to_a_shorter_one() -> None:
    assert sentences.fitting("word " * 26, "word " * 25, "word") == "word " * 25
    assert sentences.fitting("word " * 26, "word " * 27) == "word " * 27


def test_numbers_of_one_sentence_are_all_words_or_all_figures() -> None:
    assert sentences.numbers(3, 9) == ["three", "nine"]
    assert sentences.numbers(3, 10) == ["3", "10"]
    assert sentences.numbers(3, 1200) == ["3", "1,200"]


@pytest.mark.parametrize(
    ("some", "of", "said"),
    [
        (2, 9, "Two of nine comparisons show"),
        (2, 12, "2 of 12 comparisons show"),
        (2, 2, "Both comparisons show"),
        (3, 3, "All three comparisons show"),
        (1, 1, "The one comparison shows"),
        (0, 12, "No comparison shows"),
    ],
)
def test_a_count_is_told_of_all(some: int, of: int, said: str) -> None:
    counts = {"firm": some, "number": of}
    found = sentences.said("tested", surveyed(it=ROSE), pd.DataFrame(), counts, key="tested")

    assert found.title == f"{said} more than chance explains"


def by_region(**items: str) -> Collection:
    halves = ["North"] * 12 + ["South"] * 12
    many = [item(f"board.{name}", years=[2023]) for name in items]
    wave = {f"board.{name}": given for name, given in items.items()}
    return small(many, {2023: wave}, region=halves, characteristics={"region": "nation"})


def test_groups_are_told_to_differ_only_where_that_is_more_than_chance() -> None:
    apart, near = "y" * 12 + "n" * 12, "yn" * 12

    def said(collection: Collection) -> str:
        return pages.groups(collection, "board", "region").title

    assert said(by_region(a=near)) == "No difference by nation is more than chance explains"
    assert said(by_region(a=apart, b=near)) == (
        "“A” differs by nation, from 0% (South) to 100% (North), more than chance explains "
        "(p = 0.0001)"
    )
    assert said(by_region(a=apart, b="y" * 11 + "n" * 13)).startswith(
        "Both items differ by nation more than chance explains: “A”, 0% (South) to 100% (North); "
    )


def test_a_scale_is_named_by_its_answers_where_no_word_of_its_own_is_known() -> None:
    good = item("board.food", response="good", years=[2021, 2023])
    sure = item("board.route", response="sure", years=[2021, 2023])
    waves = {
        year: {"board.food": given, "board.route": given}
        for year, given in ((2021, ["1"] * 8 + ["4"] * 12), (2023, ["2"] * 18 + ["3"] * 2))
    }
    found = pages.changes(small([good, sure], waves))

    assert found.title.startswith("“Very good” or “Good” for “Food” rose from 40% to 90%;")
    assert "confidence in “Route” rose from 40% to 90%" in found.title
    assert found.caveat == (
        "On a scale, a share counts those that answered “Very good” or “Good”, or “Very confident” "
        "or “Fairly confident”."
    )
    assert pages.answers(small([sure], waves), "board", "sure").title == (
        "90% (18 of 20) were confident in “Route” in 2023"
    )


def test_a_person_is_who_and_an_organisation_that() -> None:
    one = [item("board.a")]

    assert sentences.answering(small(one, {2023: {}}, unit="person")) == "partnerships who answered"
    assert sentences.answering(small(one, {2023: {}})) == "partnerships that answered"


def test_the_size_of_a_change_that_turned_is_that_up_to_its_turn() -> None:
    row = {"kind": "change", "turn": "2022", "from_yes": 1, "from_base": 10, "turn_yes": 9,
           "turn_base": 10, "change": 0.1}  # fmt: skip

    assert sentences.size(row) == pytest.approx(0.8)
    assert sentences.size({**row, "turn": ""}) == pytest.approx(0.1)
    assert sentences.size({"kind": "group", "turn": "2023", "change": pd.NA}) == 0
