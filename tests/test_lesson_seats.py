"""Lesson 2, who is at the table: its numbers, its quiz, its checks and its notebooks.

Expected numbers are worked out here by hand or by brute force, not by the lesson.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from itertools import product
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup

from csm_lib.collection import Collection
from csm_lib.download import meaning
from csm_lib.teaching import lesson_seats as lesson
from csm_lib.teaching.check import WrongAnswer, check
from csm_lib.teaching.handout import handout

ROOT = Path(__file__).parent.parent
SOLUTION = ROOT / "exercises" / "solutions" / "seats.ipynb"
STUDENT = ROOT / "exercises" / "seats.ipynb"
PAGE = ROOT / "notebooks" / "lesson_seats.ipynb"
SLIDES = ROOT / "book" / "teaching" / "slides" / "seats.md"

# Heads and members in both years, from the percentages of Table 1 by hand: 21% of 24 is 5, ...
HEADS = {
    "police": ((29, 73), (18, 72)),
    "pct_commissioner": ((55, 71), (49, 71)),
    "further_education": ((25, 44), (45, 64)),
    "youth_offending_team": ((16, 60), (25, 64)),
    "pct_provider": ((33, 59), (22, 58)),
    "jobcentre_plus": ((5, 24), (8, 46)),
    "probation": ((8, 35), (9, 41)),
}
# What Table 1 prints as the share of heads; the commissioner's 76% of 2008 is on no count.
PRINTED = {
    "police": (40, 25),
    "pct_commissioner": (77, 69),
    "further_education": (57, 70),
    "youth_offending_team": (27, 39),
    "pct_provider": (56, 38),
    "jobcentre_plus": (21, 17),
    "probation": (23, 22),
}


def by_hand(count: int, base: int) -> int:
    share = (Decimal(100 * count) / Decimal(base)).quantize(Decimal("1e-12"))
    return int(share.quantize(Decimal(1), rounding=ROUND_HALF_UP))


# -- The story ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("finding", "title"),
    [
        (
            lesson.by_duty,
            "The two agencies that the Act of 2009 added to the duty rose by 33 and 28 points; of "
            "eight others none by more than 10 points",
        ),
        (
            lesson.level_start,
            "Jobcentre Plus sat on 36% of Boards in 2008 and general practice on 36%; in 2009 it "
            "was 69% and 44%",
        ),
        (
            lesson.shares_and_numbers,
            "At Jobcentre Plus and Probation Board or Service the share of heads fell while their "
            "number rose",
        ),
    ],
)
def test_a_finding_states_its_result(
    collection: Collection, finding: Callable[[Collection], Any], title: str
) -> None:
    assert finding(collection).title == title


def test_the_counts_of_heads_are_those_behind_the_print(collection: Collection) -> None:
    assert {
        name: tuple(zip(one.heads, one.members, strict=True))
        for name, one in lesson.heads_of(collection).items()
    } == HEADS
    assert {
        name: (by_hand(*before), by_hand(*after)) for name, (before, after) in HEADS.items()
    } == PRINTED


def test_shares_fell_at_five_agencies_and_numbers_at_three() -> None:
    smaller = {n for n, ((k1, n1), (k2, n2)) in HEADS.items() if k2 * n1 < k1 * n2}
    fewer = {n for n, ((k1, _), (k2, _)) in HEADS.items() if k2 < k1}
    assert (len(smaller), len(fewer)) == (5, 3)
    assert smaller - fewer == {"jobcentre_plus", "probation"}


def test_the_table_of_shares_and_numbers_names_each_case(collection: Collection) -> None:
    rows = lesson.shares_and_numbers(collection).table.set_index("agency")
    assert rows.loc["Jobcentre Plus"].tolist() == [
        "24 to 46", "5 to 8", "21% to 17%", "smaller share, more heads", "recovered",
    ]  # fmt: skip
    assert rows["so"].value_counts().to_dict() == {
        "smaller share, fewer heads": 3,
        "larger share, more heads": 2,
        "smaller share, more heads": 2,
    }
    assert rows.loc["Primary Care Trust, commissioner", "status"] == "impossible"


def test_agencies_stand_by_duty_and_then_by_change(collection: Collection) -> None:
    rows = lesson.by_duty(collection).table
    assert rows["duty to cooperate"].tolist() == (
        ["added by the Act of 2009"] * 2 + ["by the Act of 2004"] * 5 + ["none"] * 3
    )
    assert rows["change"].tolist() == [
        "+33 points", "+28 points",
        "+10 points", "+4 points", "0 points", "−1 point", "−2 points",
        "+7 points", "+3 points", "0 points",
    ]  # fmt: skip
    assert rows["Boards without it, 2008"].tolist() == [46, 27, 38, 11, 1, 0, 11, 47, 60, 0]


def test_every_column_of_the_findings_is_described(collection: Collection) -> None:
    for make in (lesson.by_duty, lesson.level_start, lesson.shares_and_numbers):
        finding = make(collection)
        unknown = [name for name in finding.data if meaning(finding.key, str(name)) is None]
        assert unknown == [], finding.key


def test_how_often_two_can_have_met_is_that_of_brute_force(collection: Collection) -> None:
    assert lesson.both_on(collection, lesson.JOBCENTRE, lesson.PROBATION) == (18, 42)
    assert lesson.both_on(collection, *lesson.TWINS) == (0, 36)
    answers = (True, False, None)  # a Board left blank is not counted as having the agency
    met = [
        sum(a is True and b is True for a, b in zip(one, two, strict=True))
        for one, two in product(product(answers, repeat=4), repeat=2)
        if (one.count(True), one.count(None), two.count(True), two.count(None)) == (3, 1, 2, 0)
    ]
    assert (min(met), max(met)) == (max(0, 3 + 2 - 4), min(3, 2))


# -- Exercises ---------------------------------------------------------------


def test_the_lesson_has_exercises_of_each_level_in_order(collection: Collection) -> None:
    made = [lesson.exercise(collection, key) for key in lesson.EXERCISES]
    assert [one.level for one in made] == ["read"] * 3 + ["reason"] * 3 + ["compute"] * 3
    assert [one.key for one in made] == [f"seats-{n}" for n in range(1, 10)]
    assert [sum(one.minutes for one in part) for part in (made[:6], made[6:])] == [40, 30]


@pytest.mark.parametrize(
    ("key", "part", "expected"),
    [
        (
            "seats-1",
            "solution",
            "- Jobcentre Plus and further education and sixth form colleges: the Act of 2009.",
        ),
        (
            "seats-1",
            "solution",
            "- Police (one Board fewer) and Primary Care Trust, provider (one Board fewer).",
        ),
        ("seats-1", "solution", "- Police and third sector sat on every Board that answered in"),
        ("seats-1", "solution", "Primary Care Trust, commissioner on all but one."),
        (
            "seats-1",
            "solution",
            "- Schools, Learning and Skills Council and Local Connexions Partnership: the paper",
        ),
        ("seats-2", "task", "74 does not fit, 73 does. Suppose that one authority left the"),
        ("seats-2", "solution", "- 38 of 74 in 2008, 32 of 73 in 2009, on"),
        ("seats-2", "solution", "- By six, or by five if"),
        ("seats-2", "solution", "in 2009, 41 of 73 had none on it"),
        (
            "seats-3",
            "solution",
            "- Further education and sixth form colleges and Youth Offending Team.\n"
            "- Primary Care Trust, commissioner and further education and sixth form colleges.\n"
            "- Primary Care Trust, provider: by 18 points, from 33 of 59 to 22 of 58.\n"
            "- Jobcentre Plus. No.",
        ),
        ("seats-4", "solution", "- Jobcentre Plus: 22 newcomers, three of them heads."),
        ("seats-4", "solution", "20 newcomers, and 20 more heads, so every one of them would be"),
        ("seats-4", "solution", "14% of the newcomers were heads, and 21% of the members before."),
        ("seats-4", "solution", "The police had one member fewer and 11 heads fewer."),
        ("seats-4", "solution", "level is blank in 2009 explain two at most"),
        ("seats-4", "solution", "eight after five"),
        (
            "seats-5",
            "task",
            "from 36% (26 of 72) to 69% (50 of 72) of Boards, general practice from 36% (27 of "
            "74) to 44% (32 of 73). A minister says: *The law works. It brought Jobcentre Plus to "
            "24 more Boards.*",
        ),
        ("seats-5", "solution", "it rose by seven points only"),
        ("seats-7", "solution", "Jobcentre Plus: 5 of 24, then 8 of 46. Probation Board or"),
        ("seats-8", "solution", "by 33.3 points and general practice by 7.3: 26.0 more."),
        ("seats-8", "solution", "From the printed percentages it would be 25."),
        ("seats-9", "solution", "From 18 to 42."),
    ],
)
def test_an_exercise_says_what_the_numbers_say(
    collection: Collection, key: str, part: str, expected: str
) -> None:
    assert expected in getattr(lesson.exercise(collection, key), part)


def test_the_arithmetic_of_the_solutions_holds() -> None:
    jobcentre, practice = 100 * (50 - 26) / 72, 100 * (32 / 73 - 27 / 74)
    assert (round(jobcentre, 1), round(practice, 1)) == (33.3, 7.3)
    assert round(jobcentre - practice, 1) == 26.0
    assert (by_hand(50, 72) - by_hand(26, 72)) - (by_hand(32, 73) - by_hand(27, 74)) == 25
    assert (by_hand(3, 22), by_hand(5, 24)) == (14, 21)
    assert round(100 * 33 / 59 - 100 * 22 / 58) == 18
    assert 50 + 42 - 74 == 18


def test_no_task_or_hint_gives_its_solution_away(collection: Collection) -> None:
    for key, answer in {"seats-7": "robation", "seats-8": "26", "seats-9": "18"}.items():
        one = lesson.exercise(collection, key)
        assert answer in one.solution
        assert answer not in one.task + one.hint


# -- Quiz --------------------------------------------------------------------


def test_each_question_has_exactly_its_right_answers(collection: Collection) -> None:
    assert {question.key: question.right for question in lesson.quiz(collection).questions} == {
        "tick": ("B",),
        "duty": ("C",),
        "control": ("B",),
        "heads": ("B",),
        "together": ("C",),
        "families": ("A", "C"),
    }


def test_the_right_answers_of_the_quiz_in_words(collection: Collection) -> None:
    right = [
        [choice.text for choice in question.choices if choice.right]
        for question in lesson.quiz(collection).questions
    ]
    assert right == [
        ["73 authorities said so on the form"],
        ["Not in the first year; of the second the paper does not tell"],
        ["A trend that touched all agencies alike cannot be the whole story"],
        ["It rose, from eight to nine"],
        ["Anywhere from 0 to 36"],
        [
            "Fewer authorities reported families on the Board in 2009",
            "By the authority's own account, being heard was more common than having a seat",
        ],
    ]


def test_the_quiz_offers_the_mistakes_that_are_made(collection: Collection) -> None:
    asked = {question.key: question for question in lesson.quiz(collection).questions}
    assert [choice.text for choice in asked["together"].choices] == [
        "36", "About 18", "Anywhere from 0 to 36", "72",
    ]  # fmt: skip
    assert round(36 * 36 / 73) == 18
    assert "both began at 36%. The one rose by 33 points, the other by 7." in asked["control"].text
    assert asked["control"].choices[0].text == "The Act raised Jobcentre Plus by 26 points"
    assert "went from 23% to 22%" in asked["heads"].text
    assert "74 of 150 authorities answered" in asked["tick"].choices[3].feedback


# -- Checks ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "answer", "reason"),
    [
        (
            "smaller-but-more",
            ["jobcentre_plus", "probation"],
            "Members grew faster than heads at Jobcentre Plus and Probation Board or Service.",
        ),
        ("smaller-but-more", ("probation", "jobcentre_plus"), "Members grew faster"),
        ("same-start", 25.981, "Jobcentre Plus rose by 33.3 points, general practice by 7.3."),
        ("same-start", 26, "Jobcentre Plus rose by 33.3 points"),
        ("together", (18, 42), "50 and 42 are 18 more than 74; and the rarer of the two sat on 42"),
        ("together", [18, 42], "The drawn panel has 27, which lies between."),
    ],
)
def test_a_right_answer_is_told_why(
    name: str, answer: Any, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    check(f"seats.{name}", answer)
    said = capsys.readouterr().out
    assert said.startswith("Right. ")
    assert reason in said


FELL = ["police", "pct_commissioner", "pct_provider", "jobcentre_plus", "probation"]
ROSE = ["further_education", "youth_offending_team", "jobcentre_plus", "probation"]


@pytest.mark.parametrize(
    ("name", "answer", "message"),
    [
        ("smaller-but-more", FELL, "At these five the share fell. At which of them did the number"),
        ("smaller-but-more", ROSE, "At these four the number rose. At which of them did the share"),
        ("smaller-but-more", FELL[:3], "There both fell."),
        ("smaller-but-more", ROSE[:2], "There both rose."),
        ("smaller-but-more", ["jobcentre_plus"], "One of them is not on your list."),
        ("smaller-but-more", [], "Two of them are not on your list."),
        ("smaller-but-more", ["Jobcentre Plus"], "'Jobcentre Plus' is no agency of the table."),
        ("smaller-but-more", "probation", "A list of agencies is asked for"),
        ("smaller-but-more", 2, "A list of agencies is asked for"),
        ("smaller-but-more", ["police", "probation"], "Police: heads went from 29 of 73 to 18 of"),
        ("same-start", 25, "percentages that were rounded before"),
        ("same-start", 0.2598, "That is a difference of shares."),
        ("same-start", -25.98, "The sign is the wrong way round"),
        ("same-start", 33.33, "That is the rise of Jobcentre Plus alone."),
        ("same-start", 40.69, "the one rise is taken off the other, not added"),
        ("same-start", 100 * (24 - 5) / 74, "You divided by all 74."),
        ("same-start", 100 * (50 / 72 - 32 / 73), "That is how far apart they are in 2009."),
        ("same-start", 19, "one of these steps differs"),
        ("same-start", "26", "A number of percentage points is asked for"),
        ("same-start", True, "A number of percentage points is asked for"),
        ("same-start", None, "A number of percentage points is asked for"),
        ("together", 27, "That is how many there are in the drawn panel"),
        ("together", 29, "Two numbers are asked for, the fewest and the most"),
        ("together", (42, 18), "The fewest come first"),
        ("together", (18, 50), "50 Boards cannot have had both: only 42 had the other at all."),
        ("together", (18, 74), "The most is not 74."),
        ("together", (20, 42), "You took a base for the number of Boards. There are 74"),
        ("together", (19, 42), "You took a base for the number of Boards. There are 74"),
        ("together", (0, 42), "They cannot all have kept apart"),
        ("together", (28, 42), "if the two had nothing to do with each other"),
        ("together", (24, 42), "The fewest is not 24."),
        ("together", (18,), "Two numbers are asked for; yours are 1."),
        ("together", (18.5, 42), "Count, don't divide"),
        ("together", "18 to 42", "yours is '18 to 42'"),
    ],
)
def test_a_plausible_mistake_is_named(name: str, answer: Any, message: str) -> None:
    with pytest.raises(WrongAnswer, match=re.escape(message)):
        check(f"seats.{name}", answer)


# -- Page, slides and handout ------------------------------------------------


def test_what_is_asked_on_paper_has_its_figures_on_paper(collection: Collection) -> None:
    page = BeautifulSoup(handout("seats", collection), "lxml").get_text(" ")
    assert "Law, expectation or the form?" in page
    assert "44% (32 of 73)" in page  # of an exercise without a finding
    assert "of members 2009" in page  # the table of heads
    assert "22 newcomers" not in page  # a solution


# -- The date of the duty ----------------------------------------------------

# Section 193 came into force on 12 January 2010, while the forms were probably being filled in. It
# is section 194, on Boards, that began in April; a sentence may speak of that, or of the paper.
APRIL = re.compile(r"(?=.*\bApril 2010\b)(?=.*\b(?:dut(?:y|ies)|bound|extension)\b)", re.I | re.S)
OF_BOARDS = re.compile(r"\bBoards?\b|\bseats?\b|\bthe paper\b", re.I)
NOT_SHOWN = re.compile(
    r"\b(?:after|before) both (?:years|forms)\b|\bafter both[.,;]"
    r"|\babout to be bound\b|\bnot yet come under\b"
    r"|\bcame under (?:it|the duty) (?:only )?in\b",
    re.I,
)


def dates_too_much(text: str) -> list[str]:
    """The sentences that date the extended duty as nobody can."""
    sentences = re.split(r"(?<=[.?!])\s+|\n\s*[-|#:]|\n\n", text)
    return [
        one
        for one in sentences
        if NOT_SHOWN.search(one) or (APRIL.search(one) and not OF_BOARDS.search(one))
    ]


def strings_in(source: str) -> Iterator[str]:
    """The texts of a module, whole, with dots for what is put into them."""
    inside = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            inside |= set(node.values)
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "..." for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in inside:
            yield node.value


def texts(path: Path) -> Iterator[str]:
    if path.suffix == ".py":
        yield from strings_in(path.read_text("utf-8"))
    elif path.suffix == ".ipynb":
        yield from (cell.source for cell in nbformat.read(path, as_version=4).cells)
    else:
        yield path.read_text("utf-8")


TEXTS = [
    *sorted((ROOT / "book").rglob("*.md")),
    *sorted((ROOT / "notebooks").glob("*.ipynb")),
    *sorted((ROOT / "exercises").rglob("*.ipynb")),
    *sorted((ROOT / "csm_lib").rglob("*.py")),
]


def test_no_text_says_that_the_duty_reached_the_new_partners_in_april_2010() -> None:
    found = [
        (path.relative_to(ROOT).as_posix(), sentence)
        for path in TEXTS
        for text in texts(path)
        for sentence in dates_too_much(text)
    ]
    assert found == []


@pytest.mark.parametrize(
    "sentence",
    [
        "The duty reached them in April 2010, after all.",
        "The duty reached them after both years.",
        "Jobcentre Plus came under the duty only in\nApril 2010.",
        "Two of them had not yet come under the duty when they were counted.",
    ],
)
def test_a_date_that_cannot_be_shown_is_found(sentence: str) -> None:
    assert dates_too_much(f"It began early. {sentence} And so on.") == [sentence]


@pytest.mark.parametrize(
    "sentence",
    [
        "The duty reached them on 12 January 2010.",
        "The duty to have all partners on the Board began on 1 April 2010.",
        "The paper dates the duty to April 2010.",
        "They were counted in April 2010.",
    ],
)
def test_a_date_that_can_be_shown_may_stand(sentence: str) -> None:
    assert dates_too_much(sentence) == []
