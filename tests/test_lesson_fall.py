"""Lesson 3, did joint commissioning fall? Its numbers, its quiz, its checks and its notebooks.

Expected numbers are worked out here by hand or by brute force, not by the lesson.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from math import comb
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from csm_lib.collection import Collection
from csm_lib.download import meaning
from csm_lib.teaching import lesson_fall as lesson
from csm_lib.teaching.check import WrongAnswer, check

ROOT = Path(__file__).parent.parent
SOLUTION = ROOT / "exercises" / "solutions" / "fall.ipynb"
STUDENT = ROOT / "exercises" / "fall.ipynb"
PAGE = ROOT / "notebooks" / "lesson_fall.ipynb"
SLIDES = ROOT / "book" / "teaching" / "slides" / "fall.md"

# CAMHS, by brute force over the square of answers: kept + stopped = 67, kept + began = 62, of 74.
CAMHS = [
    (stopped, began)
    for stopped in range(68)
    for began in range(8)
    if 67 - stopped + began == 62 and 67 - stopped >= 0 and 74 - 67 - began >= 0
]


def exact_p(stopped: int, began: int) -> Fraction:
    """The chance that so many coins fall as unevenly or more so, by counting."""
    coins = stopped + began
    ways = sum(comb(coins, k) for k in range(coins + 1) if min(k, coins - k) <= min(stopped, began))
    return Fraction(ways, 2**coins)


# -- The story ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("finding", "title"),
    [
        (
            lesson.two_stories,
            "CAMHS, from 67 to 62: five stopped and none began, or 12 stopped and seven began, or "
            "anything between",
        ),
        (lesson.every_p, "CAMHS: p is from 0.063 to 0.36, in no case at or below 0.05"),
        (
            lesson.three_verdicts,
            "Jobcentre Plus: always; palliative care: depends; CAMHS: never",
        ),
        (
            lesson.undone,
            "Five of the 76 silent authorities moving the other way would undo the fall of CAMHS",
        ),
        (
            lesson.did_it_fall,
            "Among the 74, joint commissioning fell for nine of 11 services; the totals leave open "
            "whether that is more than chance, and say nothing of the rest of England",
        ),
        (
            lesson.falling,
            "Nine of 11 services fell since 2008. Palliative care fell most, from 26% to 16%",
        ),
        (
            lesson.moves,
            "Palliative care: at least seven stopped; family support: anywhere from 3 to 38 "
            "stopped",
        ),
    ],
)
def test_a_finding_states_its_result(
    collection: Collection, finding: Callable[[Collection], Any], title: str
) -> None:
    assert finding(collection).title == title


def test_the_stories_are_those_of_brute_force(collection: Collection) -> None:
    stories = lesson.stories(collection)
    assert [(story.stopped, story.began) for story in stories] == CAMHS
    assert CAMHS[0] == (5, 0)
    assert CAMHS[-1] == (12, 7)
    assert all(sum(story) == 74 and story.kept + story.stopped == 67 for story in stories)


def test_the_p_of_each_story_is_counted_coin_by_coin(collection: Collection) -> None:
    p = [float(exact_p(*story)) for story in CAMHS]
    assert lesson.every_p(collection).data["p"].tolist() == pytest.approx(p, rel=1e-12)
    assert p[0] == 0.0625
    assert p[-1] == pytest.approx(0.359283, abs=1e-6)


def test_two_stories_have_one_pair_of_totals(collection: Collection) -> None:
    table = lesson.two_stories(collection).table
    assert table.drop(columns="story").to_numpy().tolist() == [
        [62, 5, 0, 7, 67, 62],
        [55, 12, 7, 0, 67, 62],
    ]


def test_the_last_table_goes_from_certain_to_unknown(collection: Collection) -> None:
    table = lesson.did_it_fall(collection).table
    assert table["verdict"].tolist() == [
        "certain",
        "not shown, whoever moved",
        "depends",
        "not shown, whoever moved",
        "depends",
        "not known",
    ]
    assert table["because"].tolist() == [
        "It is in the totals.",
        "p is from 0.063 to 0.36, whoever moved.",
        "p is from 0.016 to 0.28, tested alone.",
        "Holm's smallest p is 0.17 at the least.",
        "p of the year-swap test is from <0.0001 to 0.62.",
        "76 of 150 authorities did not answer, and those that did chose themselves.",
    ]
    assert float(exact_p(7, 0)) == 0.015625  # palliative care, 19 to 12
    assert round(float(exact_p(19, 12)), 2) == 0.28


def test_the_notebook_is_given_the_totals(collection: Collection) -> None:
    rows = lesson.totals(collection).set_index("service")
    assert len(rows) == 11
    assert rows.loc["CAMHS"].tolist() == [67, 74, 62, 74]
    assert rows.loc["Palliative care"].tolist() == [19, 74, 12, 74]
    nets = [-5, -5, 0, -1, -5, -6, -3, -1, -3, 2, -7]
    assert (rows["yes_2009"] - rows["yes_2008"]).tolist() == nets
    least = [min(1.0, 2 / 2 ** abs(net)) for net in nets]
    assert lesson.smallest_p(collection).tolist() == pytest.approx(least)


def test_every_column_of_the_findings_is_described(collection: Collection) -> None:
    for make in (
        lesson.two_stories,
        lesson.three_verdicts,
        lesson.undone,
        lesson.every_p,
        lesson.did_it_fall,
    ):
        finding = make(collection)
        unknown = [name for name in finding.data if meaning(finding.key, str(name)) is None]
        assert unknown == [], finding.key


# -- Exercises ---------------------------------------------------------------


def test_the_lesson_has_exercises_of_each_level_in_order(collection: Collection) -> None:
    levels = [lesson.exercise(collection, key).level for key in lesson.EXERCISES]
    assert levels == ["read"] * 2 + ["reason"] * 3 + ["compute"] * 4
    assert list(lesson.EXERCISES) == [f"fall-{n}" for n in range(1, 10)]
    assert all(lesson.exercise(collection, key).key == key for key in lesson.EXERCISES)


@pytest.mark.parametrize(
    ("key", "part", "expected"),
    [
        ("fall-1", "solution", "- Jobcentre Plus: at least 22.\n"),
        (
            "fall-1",
            "solution",
            "- Police; Primary Care Trust, commissioner; Primary Care Trust, provider.\n"
            "- Police; Primary Care Trust, provider.\n"
            "- Probation Board or Service: 0 to 31. It was on 48% (35 of 73)",
        ),
        ("fall-2", "solution", "- At least seven.\n- As many as 74 of 74."),
        ("fall-2", "task", "also the net fall of palliative care"),
        ("fall-3", "title", "Only five?"),
        ("fall-3", "solution", "- At most 12: so many did not commission it jointly in the last"),
        ("fall-3", "solution", "(74 less 62), and whoever stopped is among them. Then seven began"),
        ("fall-4", "task", "p may be as low as 0.016"),
        ("fall-4", "task", "Holm's method makes of it 0.17 at the least"),
        ("fall-4", "solution", "11 times 0.0156."),
        ("fall-5", "task", "74 of 150 authorities answered"),
        ("fall-5", "solution", "- Five.\n"),
        ("fall-6", "solution", "12 of 74 less 19 of 74 is −9 points. The paper has −10"),
        ("fall-7", "solution", "From 5 to 12."),
        ("fall-8", "solution", "2 of 32 ways to fall, 0.063. If 12 stopped and seven began: 0.36."),
        ("fall-9", "solution", "0.0156 times 11 is 0.1719."),
    ],
)
def test_an_exercise_says_what_the_numbers_say(
    collection: Collection, key: str, part: str, expected: str
) -> None:
    assert expected in getattr(lesson.exercise(collection, key), part)


def test_no_task_or_hint_gives_its_solution_away(collection: Collection) -> None:
    for key, answer in {"fall-3": "12", "fall-6": "9", "fall-7": "12", "fall-9": "0.17"}.items():
        one = lesson.exercise(collection, key)
        assert answer in one.solution
        assert answer not in one.task + one.hint


# -- Quiz --------------------------------------------------------------------


def test_each_question_has_exactly_its_right_answers(collection: Collection) -> None:
    assert {question.key: question.right for question in lesson.quiz(collection).questions} == {
        "stopped": ("C",),
        "meaning": ("B",),
        "always": ("D",),
        "sign": ("A",),
        "many": ("C",),
        "england": ("A", "C"),
    }


def test_the_right_answers_of_the_quiz_in_words(collection: Collection) -> None:
    right = [
        [choice.text for choice in question.choices if choice.right]
        for question in lesson.quiz(collection).questions
    ]
    assert right == [
        ["At least five and at most 12"],
        ["Chance cannot be ruled out at 0.05, whatever the authorities did"],
        ["Because with as many leaving as the totals allow, p is still 0.0092"],
        ["It takes each service for a coin of its own, and an authority may drop several at once"],
        ["None"],
        [
            "Among the 74, it fell for most services",
            "The 76 silent authorities could have made up for every fall",
        ],
    ]


def test_the_numbers_in_the_quiz_hold(collection: Collection) -> None:
    always, sign, many = (lesson.quiz(collection).questions[n] for n in (2, 3, 4))
    # Jobcentre Plus: 26 of 72 then 50 of 72, of 74. Silent answers may narrow the net change to
    # 22, with 22 leaving at the most.
    assert round(float(exact_p(22, 44)), 4) == 0.0092
    assert "Up to 22 can have left" in always.choices[1].feedback
    assert (
        "fell for nine services, rose for one and stayed the same for one. The sign test gives "
        "0.021"
    ) in sign.text
    assert round(float(exact_p(9, 1)), 3) == 0.021
    assert "two of 11 services could be at or below 0.05; the smallest p is 0.016" in many.text
    assert many.choices[2].feedback.startswith("The smallest becomes 0.17")


# -- Checks ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "answer", "reason"),
    [
        ("points", -9, "−9 points, from counts; the paper has −10"),
        ("points", np.float64(-9), "−9 points"),
        ("stopped", (5, 12), "From 5, if nobody began, to 12, if 7 began."),
        ("stopped", [np.int64(5), np.int64(12)], "From 5"),
        ("p-range", (0.0625, 0.359), "p is from 0.063 to 0.36, so never"),
        ("p-range", (float(exact_p(5, 0)), float(exact_p(12, 7))), "never at or below 0.05"),
        ("holm", 0.171875, "11 times 0.0156"),
        ("holm", 0.172, "no service stands out"),
    ],
)
def test_a_right_answer_is_told_why(
    name: str, answer: Any, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    check(f"fall.{name}", answer)
    said = capsys.readouterr().out
    assert said.startswith("Right. ")
    assert reason in said


@pytest.mark.parametrize(
    ("name", "answer", "message"),
    [
        ("points", -37, "the change in per cent of the first share. Asked are percentage points"),
        ("points", -10, "the difference of the two rounded percentages"),
        ("points", 9, "The size is right. A fall is negative."),
        ("points", -7, "the change in authorities. Divide by the base."),
        ("points", -0.0946, "That is a difference of shares. A point is a hundredth of that."),
        ("points", 100 * (12 - 19) / 74, "Nearly: that is the change before rounding, −9.46."),
        ("points", -5, "Subtract the first share from the last"),
        ("points", "-9", "A whole number is asked for; yours is '-9', a str"),
        ("stopped", (5, 5), "That is the net change."),
        ("stopped", (5, 19), "The most is the churn"),
        ("stopped", (0, 7), "Those are the authorities that may have begun"),
        ("stopped", (12, 5), "The other way round: the fewest first."),
        ("stopped", (0, 12), "how many at least must have stopped? Yours is 0."),
        ("stopped", (5, 67), "Had all 67 stopped, at most 7 others could have it"),
        ("stopped", (5, 74), "The fewest is right. For the most"),
        ("stopped", 5, "Two numbers are asked for"),
        ("stopped", (5, 8, 12), "Two numbers are asked for"),
        ("p-range", (0.03125, 0.1796), "That is one-sided."),
        ("p-range", (0.03125, 0.2632), "That is the mid-p."),
        ("p-range", (0.359, 0.0625), "The other way round"),
        ("p-range", (0.0625, 0.0625), "The smallest is right. For the largest, 12 stopped and 7"),
        ("p-range", (0.2668, 0.359), "The largest is right. For the smallest, 5 stopped and none"),
        # two independent samples of 74, as if other authorities had answered in each year
        ("p-range", (0.2192, 0.2192), "With the fewest moves that is 5 coins, with the most 19."),
        ("p-range", (6.25, 35.9), "A p-value is a number from 0 to 1; yours is 6.25."),
        ("p-range", 0.0625, "Two numbers are asked for"),
        ("holm", 0.015625, "That is the smallest p as it was."),
        ("holm", 0.05 / 11, "That is a level, made smaller."),
        ("holm", 0.375, "You counted all 24 comparisons of the book. Take the 11 services."),
        ("holm", 1.0, "Do not add them up."),
        ("holm", 0.15625, "Multiply the smallest p by how many there are, 11."),
        ("holm", "small", "A p-value is a number from 0 to 1"),
    ],
)
def test_a_plausible_mistake_is_named(name: str, answer: Any, message: str) -> None:
    with pytest.raises(WrongAnswer, match=re.escape(message)):
        check(f"fall.{name}", answer)
