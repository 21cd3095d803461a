"""Lesson 1, reading a published table: its numbers, its quiz, its checks and its notebooks.

Expected numbers are worked out here by hand or by brute force, not by the lesson.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from math import floor
from pathlib import Path
from typing import Any

import pytest

from csm_lib.collection import Collection
from csm_lib.download import meaning
from csm_lib.teaching import lesson_table as lesson
from csm_lib.teaching.check import WrongAnswer, check

ROOT = Path(__file__).parent.parent
SOLUTION = ROOT / "exercises" / "solutions" / "table.ipynb"
STUDENT = ROOT / "exercises" / "table.ipynb"
PAGE = ROOT / "notebooks" / "lesson_table.ipynb"
SLIDES = ROOT / "book" / "teaching" / "slides" / "table.md"


def by_hand(count: int, base: int, rule: str = ROUND_HALF_UP) -> int:
    """A percentage by decimal arithmetic, exact enough for bases of a few hundred."""
    share = (Decimal(100 * count) / Decimal(base)).quantize(Decimal("1e-12"))
    return int(share.quantize(Decimal(1), rounding=rule))


# -- The story ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("finding", "title"),
    [
        (lesson.as_printed, "Table 1 prints 65 percentages and no bases"),
        (lesson.first_year, "For 2008 Table 1 prints 36 percentages"),
        (lesson.count_behind, "63% is 45 of 72, 46 of 73 and no count of 74"),
        (
            lesson.bases_of_a_row,
            "One row, two bases, neither printed: 63% is of 73 authorities, 57% is of 44",
        ),
        (
            lesson.impossible_split,
            "76%, 21% and 1% of 71 members are 54, 15 and 1: 70, and one member is nowhere",
        ),
        (
            lesson.one_fall_three_numbers,
            "Palliative care fell by 9 points, which is 37 per cent of what there was; the paper "
            "calls it 10%",
        ),
    ],
)
def test_a_finding_states_its_result(
    collection: Collection, finding: Callable[[Collection], Any], title: str
) -> None:
    assert finding(collection).title == title


def test_the_counts_of_the_titles_hold_by_brute_force() -> None:
    assert {n: [k for k in range(n + 1) if by_hand(k, n) == 63] for n in (72, 73, 74)} == {
        72: [45],
        73: [46],
        74: [],
    }
    parts = [[k for k in range(72) if by_hand(k, 71) == part] for part in (76, 21, 1)]
    assert parts == [[54], [15], [1]]
    assert (by_hand(25, 44), by_hand(25, 73)) == (57, 34)
    assert not [  # the parts of the row do not add up to all 46 on the Board
        (a, b) for a in range(47) for b in range(47 - a)
        if [by_hand(k, 46) for k in (a, b, 46 - a - b)] == [57, 36, 7]
    ]  # fmt: skip


def test_a_row_of_the_table_is_shown_as_printed(collection: Collection) -> None:
    table = lesson.as_printed(collection).table
    one = table[(table["agency"] == "PCT commissioner") & (table["year"] == 2008)]
    assert one.iloc[0].tolist() == ["PCT commissioner", 2008, "99%", "0", "76%", "21%", "1%", "2"]
    schools = table[table["agency"] == "School representation"]
    assert schools.iloc[0].tolist()[2:] == ["97%", "0", "–", "–", "–", "–"]
    assert len(table) == 17


def test_the_impossible_row_lists_what_would_mend_it(collection: Collection) -> None:
    finding = lesson.impossible_split(collection)
    assert finding.table["would mend it"].tolist() == ["77%", "23%", "3%"]
    assert "from 99% to 101%, and these make 98%" in finding.caveat
    assert [by_hand(k, 71) for k in (55, 15, 1)] == [77, 21, 1]
    assert [by_hand(k, 71) for k in (54, 16, 1)] == [76, 23, 1]
    assert [by_hand(k, 71) for k in (54, 15, 2)] == [76, 21, 3]


def test_three_numbers_of_one_fall_come_from_19_and_12_of_74(collection: Collection) -> None:
    finding = lesson.one_fall_three_numbers(collection)
    rows = finding.table.set_index("service")
    assert rows.loc["Palliative care"].tolist() == [
        "26% (19 of 74)", "16% (12 of 74)", "−10%", "−9", "−37",
    ]  # fmt: skip
    assert rows.loc["Maternity"].tolist()[2:] == ["+3%", "+3", "+14"]
    assert round(100 * 7 / 74) == 9
    assert round(100 * 7 / 19) == 37
    apart = rows[rows["printed"] != rows["points"] + "%"]
    assert apart.index.tolist() == [
        "Youth offending",
        "Public health and inequalities",
        "Palliative care",
    ]


@pytest.mark.parametrize(("parts", "room"), [(2, (100, 101)), (3, (99, 101)), (4, (99, 102))])
def test_the_room_of_rounding_is_that_of_brute_force(parts: int, room: tuple[int, int]) -> None:
    assert lesson.rounding_room(parts) == room
    if parts == 4:
        return  # reached only on bases that take long to search
    found = set()
    for base in (3, 7, 8, 40, 71, 200):
        for a in range(base + 1):
            for b in range(base - a + 1) if parts == 3 else [base - a]:
                cells = [a, b, base - a - b][:parts]
                found.add(sum(by_hand(k, base) for k in cells))
    assert (min(found), max(found)) == room


def test_every_column_of_the_findings_is_described(collection: Collection) -> None:
    for make in (
        lesson.as_printed,
        lesson.first_year,
        lesson.printed_apart,
        lesson.count_behind,
        lesson.bases_of_a_row,
        lesson.impossible_split,
        lesson.one_fall_three_numbers,
    ):
        finding = make(collection)
        unknown = [name for name in finding.data if meaning(finding.key, str(name)) is None]
        assert unknown == [], finding.key


# -- Exercises ---------------------------------------------------------------


def test_the_lesson_has_exercises_of_each_level_in_order(collection: Collection) -> None:
    levels = [lesson.exercise(collection, key).level for key in lesson.EXERCISES]
    assert levels == ["read"] * 2 + ["reason"] * 3 + ["compute"] * 4
    assert list(lesson.EXERCISES) == [f"table-{n}" for n in range(1, 10)]
    assert all(lesson.exercise(collection, key).key == key for key in lesson.EXERCISES)


@pytest.mark.parametrize(
    ("key", "part", "expected"),
    [
        ("table-1", "solution", "- Jobcentre Plus: 33 points.\n- 26 of 72, then 50 of 72.\n"),
        ("table-1", "solution", "Police (one Board fewer) and Primary Care Trust, provider (one"),
        ("table-2", "solution", "45 of 72 and 44 of 71: one Board apart. 36 of 73 and 36 of 73: "),
        ("table-2", "solution", "Leisure and cultural services: 71 answered, so three of 74"),
        ("table-3", "task", "printed as 76%, 21% and 1%"),
        ("table-3", "task", "Other rows add up to 99 and 101."),
        ("table-3", "solution", "it lies from 99 to 101.\n- No. They make 98."),
        ("table-4", "task", "- It fell by 9 percentage points.\n- 37 per cent fewer"),
        ("table-5", "task", "fell from 21% to 17%"),
        ("table-5", "solution", "- Five of 24, then eight of 46: more."),
        ("table-5", "solution", "sat on 50 Boards after 26."),
        ("table-6", "solution", "46 of 73 is 63.01%, which rounds to 63%"),
        ("table-7", "solution", "gives 62 here"),
        ("table-8", "solution", "62 and 64, and not 68."),
        ("table-9", "solution", "add up to 70 of 71."),
    ],
)
def test_an_exercise_says_what_the_numbers_say(
    collection: Collection, key: str, part: str, expected: str
) -> None:
    assert expected in getattr(lesson.exercise(collection, key), part)


def test_no_task_or_hint_gives_its_solution_away(collection: Collection) -> None:
    answers = {"table-6": "46", "table-8": "64", "table-9": "commissioner"}
    for key, answer in answers.items():
        one = lesson.exercise(collection, key)
        assert answer in one.solution
        assert answer not in one.task + one.hint


# -- Quiz --------------------------------------------------------------------


def test_each_question_has_exactly_its_right_answers(collection: Collection) -> None:
    assert {question.key: question.right for question in lesson.quiz(collection).questions} == {
        "count": ("B",),
        "of-whom": ("D",),
        "rounding": ("A",),
        "unit": ("A", "C"),
        "sum": ("A",),
        "stated-base": ("B",),
    }


def test_the_right_answers_of_the_quiz_in_words(collection: Collection) -> None:
    right = [
        [choice.text for choice in question.choices if choice.right]
        for question in lesson.quiz(collection).questions
    ]
    assert right == [
        ["46"],
        ["The 44 with the agency on the Board and its level stated"],
        ["The paper rounds half up"],
        [
            "It fell by 9 percentage points",
            "37 per cent fewer authorities commissioned it jointly",
        ],
        ["98"],
        ["The figure does not rest on all 68, or it is misprinted"],
    ]


def test_what_the_quiz_says_of_wrong_answers_holds(collection: Collection) -> None:
    told = {
        question.key: " ".join(choice.feedback for choice in question.choices)
        for question in lesson.quiz(collection).questions
    }
    assert "45 of 73 is 61.64%, printed as 62%." in told["count"]
    assert "47 of 74 is 64%." in told["count"]
    assert "Python's round gives 62" in told["rounding"]
    assert "36 of 73, which is 49.32%, would be printed as 50%." in told["rounding"]
    assert "All the percentages fit 62 and 64." in told["stated-base"]
    assert (by_hand(45, 73), by_hand(47, 74), by_hand(36, 73), round(62.5)) == (62, 64, 49, 62)
    assert by_hand(66, 68) == 97
    assert by_hand(67, 68) == 99


# -- Checks ------------------------------------------------------------------


def rounded(count: int, base: int) -> int:
    return by_hand(count, base)


@pytest.mark.parametrize(
    ("name", "answer", "reason"),
    [
        ("count-behind", 46, "46 of 73 is 63.01%"),
        ("count-behind", 46.0, "46 of 73 is 63.01%"),
        ("rounding", rounded, "every base up to 150, 120 ties among them"),
        ("shared-base", [62, 64], "on 62 and 64, and on no other base up to 74: not on 68"),
        ("shared-base", {64, 62}, "All 8 percentages"),
        ("impossible", [("pct_commissioner", 2008)], "Only pct_commissioner, 2008"),
    ],
)
def test_a_right_answer_is_told_why(
    name: str, answer: Any, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    check(f"table.{name}", answer)
    said = capsys.readouterr().out
    assert said.startswith("Right. ")
    assert reason in said


ALL_LEVELS = [
    (agency, year)
    for agency, years in {
        "police": (2008, 2009), "pct_commissioner": (2008, 2009),
        "further_education": (2008, 2009), "youth_offending_team": (2008, 2009),
        "pct_provider": (2008, 2009), "jobcentre_plus": (2008, 2009), "probation": (2008, 2009),
        "learning_and_skills_council": (2008,), "connexions": (2008,),
    }.items()
    for year in years
]  # fmt: skip
ON_ALL_OF_THE_BOARD = [
    pair
    for pair in ALL_LEVELS
    if pair not in [("pct_provider", 2008), ("pct_provider", 2009), ("probation", 2008)]
]
ON_ALL_AUTHORITIES = [
    pair
    for pair in ALL_LEVELS
    if pair
    not in [
        ("pct_commissioner", 2009),
        ("further_education", 2008),
        ("pct_provider", 2009),
        ("probation", 2009),
    ]
]


@pytest.mark.parametrize(
    ("name", "answer", "message"),
    [
        ("count-behind", 47, "47 is 63% of 74, all that sent the form back"),
        ("count-behind", 45, "int() cuts the rest off. 45 of 73 is 62%"),
        ("count-behind", 63, "That is the percentage. How many Boards"),
        ("count-behind", 0.63, "That is a share"),
        ("count-behind", 45.99, "Count, don't divide"),
        ("count-behind", 44, "44 of 73 would be printed as 60%"),
        ("count-behind", 80, "There were 73 Boards; yours is 80"),
        ("rounding", lambda k, n: round(100 * k / n), "as with Python's round(). 1 of 8 is 12.5%"),
        ("rounding", lambda k, n: 100 * k // n, "It cuts off where it should round"),
        ("rounding", lambda k, n: by_hand(k, n, ROUND_UP), "It always rounds up"),
        ("rounding", lambda k, n: k / n, "That is the share, from 0 to 1"),
        (
            "rounding",
            lambda k, n: floor(k / n * 100 + 0.5),
            "Nearly. 23 of 40 is 57.5%; yours gives 57.",
        ),
        ("rounding", lambda k, n: f"{by_hand(k, n)}%", "0 of 1 is 0%; yours gives 0%"),
        ("rounding", lambda *_: None, "0 of 1 is 0%; yours gives None"),
        ("rounding", 63, "A function is asked for: answer_rounded(45, 72) must give 63"),
        ("shared-base", [68], "68 cannot be. That is what the paper leaves. No count of 68 is"),
        ("shared-base", [62, 64, 68], "printed as 98%, 95%, 42% and 39%"),
        ("shared-base", [64], "64 will do, and there are others up to 74"),
        ("shared-base", 64, "A list of every base is asked for"),
        ("shared-base", "64", "A list of every base is asked for"),
        ("shared-base", [], "There are some."),
        ("shared-base", [69], "69 cannot be. No count of 69 is printed as"),  # cut off, not rounded
        ("shared-base", [150], "150 is no base from 1 to 74"),
        (
            "impossible",
            [("pct_commissioner", 2008), ("youth_offending_team", 2008), ("connexions", 2008)],
            "A sum of 99 or 101 can come from rounding alone",
        ),
        ("impossible", ON_ALL_OF_THE_BOARD, "Take off those whose level is not stated"),
        ("impossible", ON_ALL_AUTHORITIES, "You took all 74 authorities for the base"),
        ("impossible", [], "There is one."),
        ("impossible", [("connexions", 2008)], "is possible: 29, 26 and 5 are printed so and make"),
        ("impossible", [("housing", 2009)], "Table 1 has no levels of ('housing', 2009)"),
        ("impossible", ("pct_commissioner", 2008), "A list of pairs is asked for"),
        ("impossible", "pct_commissioner", "A list of pairs is asked for"),
    ],
)
def test_a_plausible_mistake_is_named(name: str, answer: Any, message: str) -> None:
    with pytest.raises(WrongAnswer, match=re.escape(message)):
        check(f"table.{name}", answer)


def test_half_even_is_told_from_half_up_on_ties_alone() -> None:
    with pytest.raises(WrongAnswer, match="even neighbour"):
        check("table.rounding", lambda k, n: by_hand(k, n, ROUND_HALF_EVEN))
