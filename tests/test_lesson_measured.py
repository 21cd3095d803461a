"""Lesson 4, what counts is what is measured: its numbers, its quiz, its checks, its notebooks.

Expected numbers are worked out here by hand or by brute force, not by the lesson.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from bs4 import BeautifulSoup

from csm_lib import panel
from csm_lib.collection import Collection
from csm_lib.download import meaning
from csm_lib.teaching import lesson_measured as lesson
from csm_lib.teaching.check import WrongAnswer, check
from csm_lib.teaching.handout import handout

ROOT = Path(__file__).parent.parent
SOLUTION = ROOT / "exercises" / "solutions" / "measured.ipynb"
STUDENT = ROOT / "exercises" / "measured.ipynb"
PAGE = ROOT / "notebooks" / "lesson_measured.ipynb"
SLIDES = ROOT / "book" / "teaching" / "slides" / "measured.md"
REFERENCES = ROOT / "book" / "references.bib"

# Counts of 74 behind Table 2 and the strategy, by hand; both years, in the order of the print.
COMMISSIONING = {
    "strategy": (57, 54),
    "camhs": (67, 62),
    "disability": (66, 61),
    "substance_misuse": (55, 55),
    "youth_offending": (50, 49),
    "looked_after_children": (47, 42),
    "complex_and_continuing_care": (43, 37),
    "family_support": (39, 36),
    "targeted_youth_support": (35, 34),
    "public_health": (30, 27),
    "maternity": (14, 16),
    "palliative_care": (19, 12),
}
FLAGGED = {
    "commissioning.palliative_care",
    "commissioning.complex_and_continuing_care",
    "board.children_and_families",
    "commissioning.camhs",
    "commissioning.disability",
    "commissioning.looked_after_children",
}


# Every work that the debate names, and its key in the references.
KEYS = {
    "Devanney and Wistow (2013)": "devanney2013",
    "Frost (2009)": "frost2009",
    "Barber (2007)": "barber2007",
    "Bachmann and others (2009)": "bachmann2009",
    "Hood (2007)": "hood2007",
    "Seddon (2008)": "seddon2008",
    "Byrne (2011)": "byrne2011",
    "Wistow (2011)": "wistow2011",
    "Hudson (2011)": "hudson2011",
    "Allnock and others (2006)": "allnock2006",
    "Ball and others (2010)": "ball2010",
    "Audit Commission (2008)": "auditcommission2008",
    "Ofsted (2010)": "ofsted2010",
    "O'Brien and others (2006)": "obrien2006",
    "James (2004)": "james2004",
    "Power (1999)": "power1999",
}


# -- The story ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("finding", "title"),
    [
        (
            lesson.what_is_asked,
            "Of 59 items 30 ask who is at the table, 29 what has been made or done, and none what "
            "came of it for children",
        ),
        (
            lesson.without_strategy,
            "At least eight authorities commissioned CAMHS jointly without a joint commissioning "
            "strategy, and as many as 20 may have",
        ),
        (
            lesson.damped,
            "In drawn panels, with half of the answers on palliative care carried forward, a fall "
            "of 9 points would be reported as one of 5",
        ),
        (
            lesson.flagged,
            "Ten of 12 items fell since 2008. Palliative care fell most, from 26% to 16%",
        ),
        (
            lesson.false_alarms,
            "Ten of 12 items on joint commissioning fell; in drawn panels with nothing going on, "
            "about six would "
            "fall all the same",
        ),
        (
            lesson.evidence,
            "Six points for keeping the collection, eight for ending it, and two for either side",
        ),
    ],
)
def test_a_finding_states_its_result(
    collection: Collection, finding: Callable[[Collection], Any], title: str
) -> None:
    assert finding(collection).title == title


def test_the_items_are_sorted_by_what_they_ask(collection: Collection) -> None:
    data = lesson.what_is_asked(collection).data
    kinds = data.groupby("section")["kind"].agg(lambda found: "/".join(sorted(set(found))))
    assert kinds.to_dict() == {
        "chair": "presence",
        "statutory_agencies": "presence",
        "seniority": "presence",
        "other_agencies": "presence",
        "children_and_families": "activity/presence",
        "jsna": "activity",
        "jsna_components": "activity",
        "joint_commissioning": "activity",
        "commissioning_areas": "activity",
    }
    assert 1 + 10 + 9 + 9 + 1 == 30  # chair, Table 1, levels, other agencies, families
    assert 2 + 1 + 11 + 1 + 14 == 29  # Plan, JSNA and its components, strategy, services


def test_the_limits_without_a_strategy_are_those_of_brute_force(collection: Collection) -> None:
    rows = lesson.without_strategy(collection).table
    assert rows["without a strategy"].tolist() == ["8 to 20", "7 to 20", "6 to 20", "1 to 20"]
    for yes, within in product(range(6), repeat=2):
        found = {
            sum(a and not b for a, b in zip(one, two, strict=True))
            for one, two in product(product((True, False), repeat=5), repeat=2)
            if (sum(one), sum(two)) == (yes, within)
        }
        assert (min(found), max(found)) == lesson.outside(yes, within, 5)


def test_every_panel_has_the_printed_totals_and_its_own_chance(collection: Collection) -> None:
    first, last = lesson.two_waves(collection)
    assert set(first.sum(axis=1)) == {19}
    assert set(last.sum(axis=1)) == {12}
    chance = np.random.default_rng(panel.SEED).random(first.shape)
    assert abs(np.corrcoef(chance.ravel(), first.ravel())[0, 1]) < 0.02  # not the stream of a draw


def test_what_is_carried_is_last_years_answer() -> None:
    first, last = np.array([True, True, False, False]), np.array([True, False, True, False])
    carried = np.array([True, True, True, True])
    assert lesson.reported(first, last, carried).tolist() == first.tolist()
    assert lesson.reported(first, last, ~carried).tolist() == last.tolist()


def test_as_much_of_a_change_is_lost_as_is_carried(collection: Collection) -> None:
    data = lesson.damped(collection).data
    shares = data.pivot(index="item", columns="year", values="share")
    change = 100 * (shares[2009] - shares[2008])
    real = 100 * (12 - 19) / 74
    assert change["carried.0"] == pytest.approx(real)
    for percent in (25, 50, 75, 90):
        assert change[f"carried.{percent}"] == pytest.approx(real * (1 - percent / 100), abs=0.3)


def test_the_more_is_carried_the_more_panels_show_no_fall(collection: Collection) -> None:
    table = lesson.damped(collection).table
    assert table["reported fall"].tolist() == [
        "nine points", "seven points", "five points", "two points", "one point",
    ]  # fmt: skip
    none = [int(text.rstrip("%").lstrip("<")) for text in table["panels that show no fall"]]
    assert none == sorted(none)
    assert none[0] == 0 < none[-1]


def test_what_is_simulated_says_that_it_is_drawn(collection: Collection) -> None:
    for make in (lesson.damped, lesson.false_alarms):
        finding = make(collection)
        assert finding.label == "Drawn: an illustration, not the data"
        assert set(finding.data["status"]) == {"drawn"}
    assert "Drawn: an" in lesson.false_alarms(collection).html


def test_the_flags_in_print_are_those_of_the_counts(collection: Collection) -> None:
    data = lesson.false_alarms(collection).data
    fewer = [before - after for before, after in COMMISSIONING.values()]
    flags = {rule: sum(size >= rule for size in fewer) for rule in (1, 3, 5, 7)}
    assert dict(zip(data["rule"], data["flagged"], strict=True)) == flags
    assert flags == {1: 10, 3: 8, 5: 5, 7: 1}
    assert set(data["items"]) == {12}


def test_chance_flags_fewer_the_stricter_the_rule_and_the_steadier_the_answers(
    collection: Collection,
) -> None:
    data = lesson.false_alarms(collection).data
    by = data.pivot(index="rule", columns="persistence", values="by chance")
    assert (by.diff().dropna() < 0).all(axis=None)
    assert (by.T.diff().dropna() < 0).all(axis=None)
    assert 5 < by.loc[1, panel.PERSISTENCE] < 6  # less than half of 12, as a tie is no fall


def test_every_column_of_the_findings_is_described(collection: Collection) -> None:
    for make in (
        lesson.what_is_asked,
        lesson.without_strategy,
        lesson.damped,
        lesson.flagged,
        lesson.false_alarms,
        lesson.evidence,
    ):
        finding = make(collection)
        unknown = [name for name in finding.data if meaning(finding.key, str(name)) is None]
        assert unknown == [], finding.key


def test_every_work_in_the_debate_is_cited_on_the_page_and_is_in_the_references() -> None:
    known = set(re.findall(r"(?m)^@\w+\{([^,]+),", REFERENCES.read_text("utf-8")))
    cells = nbformat.read(PAGE, as_version=4).cells
    page = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    cited = {
        key.strip()
        for keys in re.findall(r"\{cite:[pt]\}`([^`]+)`", page)
        for key in keys.split(",")
    }
    assert cited <= known
    named = {
        work
        for _, _, by, _ in lesson.EVIDENCE
        for work in re.findall(r"[A-Z][\w' ]* \(\d{4}\)", by)
    }
    assert named == set(KEYS)
    assert set(KEYS.values()) <= cited


# -- Exercises ---------------------------------------------------------------


def test_the_lesson_has_exercises_of_each_level_in_order(collection: Collection) -> None:
    made = [lesson.exercise(collection, key) for key in lesson.EXERCISES]
    assert [one.level for one in made] == ["read"] * 2 + ["reason"] * 4 + ["compute"] * 4
    assert [one.key for one in made] == [f"measured-{n}" for n in range(1, 11)]
    assert [sum(one.minutes for one in part) for part in (made[:5], made[5:6], made[6:])] == [
        40, 25, 30,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "part", "expected"),
    [
        ("measured-1", "solution", "in 2009, 60 of the 64 authorities that gave details said that"),
        (
            "measured-1",
            "solution",
            "- Cancer, infectious diseases, private provision and use and voluntary provision and",
        ),
        ("measured-2", "solution", "- 10 of 12, and about 5.7: with nothing going on"),
        ("measured-2", "task", "a fall by seven authorities or more"),
        ("measured-2", "solution", "- One, and 0."),
        ("measured-3", "task", "Palliative care is printed at 19 authorities of 74, then 12."),
        ("measured-3", "solution", "- 14: only half of the real changes show, and seven showed."),
        ("measured-3", "solution", "- About 63%. Then all 19 had stopped"),
        ("measured-4", "task", "- *Does the JSNA assess children living in poverty?*"),
        ("measured-5", "task", "in June 2010, and its money ran out in June 2011."),
        ("measured-6", "task", "*It was right to end the collection.*"),
        ("measured-7", "solution", "presence (30 items)"),
        ("measured-7", "solution", "made or done (29). None asks what came of it"),
        ("measured-8", "task", "List the items, of all 24 asked of everyone in both years"),
        ("measured-8", "solution", "longer by public health and inequalities"),
        ("measured-9", "solution", "−9.5 at 0, −7.1 at 0.25, −4.7 at 0.5 and −2.4 at 0.75"),
        ("measured-10", "task", "Of 74 authorities 62 commissioned CAMHS jointly in 2009, and 54"),
        ("measured-10", "solution", "From 8 to 20."),
    ],
)
def test_an_exercise_says_what_the_numbers_say(
    collection: Collection, key: str, part: str, expected: str
) -> None:
    assert expected in getattr(lesson.exercise(collection, key), part)


def test_the_arithmetic_of_the_solutions_holds() -> None:
    assert 7 / (1 - 0.5) == 14
    assert round(100 * (1 - 7 / 19)) == 63
    assert [round(-700 / 74 * part, 1) for part in (1, 0.75, 0.5, 0.25)] == [
        -9.5, -7.1, -4.7, -2.4,
    ]  # fmt: skip
    steep = {n for n, (k1, k2) in COMMISSIONING.items() if 100 * (k1 - k2) >= 5 * 74}
    assert {f"commissioning.{name}" for name in steep} == FLAGGED - {"board.children_and_families"}
    assert 38 / 74 - 32 / 73 > 0.05
    assert (round(100 * 30 / 74) - round(100 * 27 / 74), 100 * 3 / 74 < 5) == (5, True)


def test_no_task_or_hint_gives_its_solution_away(collection: Collection) -> None:
    answers = {"measured-3": "63", "measured-7": "30", "measured-8": "CAMHS", "measured-9": "7.1"}
    for key, answer in answers.items():
        one = lesson.exercise(collection, key)
        assert answer in one.solution
        assert answer not in one.task + one.hint


# -- Quiz --------------------------------------------------------------------


def test_each_question_has_exactly_its_right_answers(collection: Collection) -> None:
    assert {question.key: question.right for question in lesson.quiz(collection).questions} == {
        "topic": ("C",),
        "carried": ("C",),
        "effects": ("A", "B"),
        "warning": ("C",),
        "gaming": ("B",),
        "end": ("A", "B"),
    }


def test_the_right_answers_of_the_quiz_in_words(collection: Collection) -> None:
    right = [
        [choice.text for choice in question.choices if choice.right]
        for question in lesson.quiz(collection).questions
    ]
    assert right == [
        ["Authorities, of those that gave details, whose JSNA assessed child poverty"],
        ["About 14"],
        [
            "Reported change tends to be smaller than real change",
            "The same authority tends to give the same answer twice",
        ],
        ["It is a reason to ask the authorities what changed"],
        ["What is measured is what counts"],
        [
            "It would have had to be used far more to be worth its cost",
            "A count that tells of decline is easily dropped by the state that pays for it",
        ],
    ]


def test_the_quiz_asks_with_the_numbers_of_the_print(collection: Collection) -> None:
    asked = {question.key: question for question in lesson.quiz(collection).questions}
    assert asked["topic"].text.endswith("is printed at 94% for 2009. What is 94%?")
    assert asked["carried"].text.startswith("The form shows seven authorities fewer.")
    assert [choice.text for choice in asked["carried"].choices][:2] == ["About 3.5", "Seven"]
    assert asked["warning"].text.startswith(
        "Ten of 12 items on joint commissioning fell. Allowing for all that were looked at, none "
        "of the falls is beyond chance"
    )
    assert asked["end"].text.endswith("in June 2010?")


# -- Checks ------------------------------------------------------------------


def kind(question: str) -> str:
    at_the_table = "represented" in question or question.startswith("Who chairs")
    return "presence" if at_the_table else "activity"


def by_topic(question: str) -> str:
    topics = ("pregnancy", "poverty", "obesity", "diabetes", "cancer")
    return "outcome" if any(topic in question for topic in topics) else kind(question)


CHANGES = {0: -9.46, 0.25: -7.09, 0.5: -4.73, 0.75: -2.36}


def scaled(by: float, changes: dict[float, float] = CHANGES) -> dict[float, float]:
    return {chance: by * change for chance, change in changes.items()}


@pytest.mark.parametrize(
    ("name", "answer", "reason"),
    [
        ("kinds", kind, "30 items ask who is at the table, 29 what was made or done, and none"),
        ("flagged", sorted(FLAGGED), "Six of 24 items. They are reasons to ask, not findings."),
        ("flagged", FLAGGED, "Six of 24 items."),
        ("damped", CHANGES, "−9.5, −7.1, −4.7 and −2.4 points"),
        ("without-strategy", (8, 20), "62 less 54, and all 20 that have no strategy."),
    ],
)
def test_a_right_answer_is_told_why(
    name: str, answer: Any, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    check(f"measured.{name}", answer)
    said = capsys.readouterr().out
    assert said.startswith("Right. ")
    assert reason in said


ALL_FALLS = [
    *(f"commissioning.{n}" for n, (k1, k2) in COMMISSIONING.items() if k2 < k1),
    "board.police", "board.pct_provider", "board.children_and_families",
]  # fmt: skip
STEEP_RISES = [
    "board.further_education", "board.jobcentre_plus", "board.probation", "board.general_practice",
]  # fmt: skip
IN_PER_CENT = [
    *(f"commissioning.{n}" for n, (k1, k2) in COMMISSIONING.items() if k2 / k1 <= 0.95),
    "board.children_and_families",
]


@pytest.mark.parametrize(
    ("name", "answer", "message"),
    [
        ("kinds", "presence", "A function is asked for: answer_kind(question) must give"),
        ("kinds", by_topic, "may name something that happens to children"),
        ("kinds", lambda _: "activity", '"Who chairs the Children\'s Trust Board?" asks who is at'),
        ("kinds", lambda _: "presence", "asks whether something was made or done, not who is"),
        ("kinds", lambda _: "outcome", "Look at the verb."),
        ("kinds", lambda _: "process", "yours gives 'process'. Use one of 'presence', 'activity',"),
        ("kinds", lambda _: None, "yours gives None"),
        (
            "kinds",
            lambda q: "presence" if "represented" in q else "activity",
            "Who chairs the Children's Trust Board?",
        ),
        (
            "kinds",
            lambda q: "presence" if "Board" in q and "level" not in q else "activity",
            "At what level",
        ),
        (
            "flagged",
            [*FLAGGED, "commissioning.public_health"],
            "percentages rounded before. Public health and inequalities did not fall by that much",
        ),
        ("flagged", ALL_FALLS, "These are all that fell, by however little."),
        ("flagged", [*FLAGGED, *STEEP_RISES], "Some of these rose."),
        ("flagged", STEEP_RISES, "These rose. Look at the sign"),
        ("flagged", IN_PER_CENT, "That is a fall in per cent of the first share."),
        (
            "flagged",
            FLAGGED - {"board.children_and_families"},
            "Joint commissioning is not all that fell. Look at the Board as well.",
        ),
        (
            "flagged",
            [*FLAGGED, "commissioning.family_support"],
            "commissioning.family_support went from 53% (39 of 74) to 49% (36 of 74).",
        ),
        ("flagged", FLAGGED - {"commissioning.camhs"}, "One more fell by that much."),
        ("flagged", [], "Six more fell by that much."),
        ("flagged", ["CAMHS"], "'CAMHS' is no item of the table."),
        ("flagged", "commissioning.camhs", "A list of items is asked for"),
        ("flagged", 6, "A list of items is asked for"),
        ("damped", scaled(-1), "A fall is below 0"),
        ("damped", scaled(0.01), "That is a difference of shares."),
        (
            "damped",
            {0: 0, 0.25: -2.4, 0.5: -4.7, 0.75: -7.1},
            "Kept and carried are swapped",
        ),
        ("damped", dict.fromkeys(CHANGES, -9.46), "Nothing is carried forward here."),
        (
            "damped",
            {0: 0, 0.25: 2.37, 0.5: 4.73, 0.75: 7.1},
            "You compared the form with what is true in the last year.",
        ),
        ("damped", {**CHANGES, 0: -4.0}, "With nothing carried forward the form shows the real"),
        ("damped", {**CHANGES, 0.5: -6.2}, "At 0.5 yours is -6.2, which is off by more than"),
        ("damped", {0: -9.46, 0.5: -4.73}, "Give one change for each of 0, 0.25, 0.5, 0.75."),
        ("damped", [-9.46, -7.09, -4.73, -2.36], "A dictionary is asked for"),
        ("damped", -4.73, "A dictionary is asked for"),
        ("without-strategy", 8, "Two numbers are asked for"),
        ("without-strategy", (20, 8), "The fewest come first"),
        ("without-strategy", (0, 20), "62 is more than the 54 that did"),
        ("without-strategy", (12, 20), "The fewest is not 12."),
        ("without-strategy", (8, 62), "There are only 74 less 54 without a strategy."),
        ("without-strategy", (8, 12), "12 do not commission CAMHS jointly."),
        ("without-strategy", (8, 8), "8 is the fewest."),
        ("without-strategy", (8, 19), "The most is not 19."),
        ("without-strategy", (8, 19, 20), "Two numbers are asked for; yours are 3."),
        ("without-strategy", (8.1, 20), "Count, don't divide"),
    ],
)
def test_a_plausible_mistake_is_named(name: str, answer: Any, message: str) -> None:
    with pytest.raises(WrongAnswer, match=re.escape(message)):
        check(f"measured.{name}", answer)


# -- Notebooks ---------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, 2, panel.SEED])
def test_a_right_simulation_passes_with_any_seed(collection: Collection, seed: int) -> None:
    first, last = lesson.two_waves(collection)
    rng = np.random.default_rng(seed)
    changes = {
        chance: 100 * (np.where(rng.random(last.shape) < chance, first, last) * 1 - first).mean()
        for chance in CHANGES
    }
    check("measured.damped", changes)


# -- Page, slides and handout ------------------------------------------------


def test_the_evidence_for_the_debate_is_on_paper(collection: Collection) -> None:
    page = BeautifulSoup(handout("measured", collection), "lxml").get_text(" ")
    assert "Hood (2007)" in page
    assert "It was right to end the collection." in page
    assert "There is no one answer" not in page  # a solution
