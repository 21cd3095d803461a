"""What every lesson keeps to, and what each says: expected numbers are worked out here.

By hand, by brute force or by the rounding of decimals: never by the lesson.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from fractions import Fraction
from functools import cache
from itertools import product
from math import comb, floor
from pathlib import Path
from typing import Any

import lesson_pages
import nbformat
import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from make_exercises import BLOCK, LINE, for_students, written
from test_notebooks import numbers_in

from csm_lib import notebooks, panel
from csm_lib.collection import Collection
from csm_lib.download import meaning
from csm_lib.lesson import NAMES, Exercise, NotYet, WrongAnswer, check, opened
from csm_lib.notebooks import take

ROOT = Path(__file__).parent.parent
LEVELS = ["read", "reason", "compute"]

each_lesson = pytest.mark.parametrize("name", NAMES)


@cache
def exercises(name: str) -> list[Exercise]:
    return [opened(name).exercise(key) for key in opened(name).exercises]


def checks(name: str) -> list[str]:
    return [one.check for one in exercises(name) if one.check]


def solution(name: str) -> Path:
    return ROOT / "exercises" / "solutions" / f"{name}.ipynb"


def student(name: str) -> Path:
    return ROOT / "exercises" / f"{name}.ipynb"


def page(name: str) -> Path:
    return ROOT / "notebooks" / f"lesson_{name}.ipynb"


def cells_of(path: Path, kind: str) -> list[str]:
    cells = nbformat.read(path, as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == kind]


def by_hand(count: int, base: int, rule: str = ROUND_HALF_UP) -> int:
    """A percentage by decimal arithmetic, exact enough for bases of a few hundred."""
    share = (Decimal(100 * count) / Decimal(base)).quantize(Decimal("1e-12"))
    return int(share.quantize(Decimal(1), rounding=rule))


# -- Notebooks of the exercises ----------------------------------------------


def test_every_lesson_has_its_notebooks_and_there_are_no_others() -> None:
    for folder in (ROOT / "exercises", ROOT / "exercises" / "solutions"):
        assert {path.stem for path in folder.glob("*.ipynb")} == set(NAMES)
    assert {path.stem for path in (ROOT / "book" / "teaching").glob("*.md")} == set(NAMES)


@each_lesson
def test_the_solutions_pass_every_check(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    for source in cells_of(solution(name), "code"):
        exec(source, names)
    assert capsys.readouterr().out.count("Right. ") == len(checks(name)) >= 3
    asked = re.findall(r'check\("([\w.-]+)"', "\n".join(cells_of(solution(name), "code")))
    assert asked == checks(name)


@each_lesson
def test_the_students_notebook_runs_to_the_first_unanswered_cell(name: str) -> None:
    names: dict[str, Any] = {}
    asked = 0
    for source in cells_of(student(name), "code"):
        if source.startswith("check("):
            with pytest.raises(NotYet, match="Replace the dots"):
                exec(source, names)
            asked += 1
        else:
            exec(source, names)
    assert asked == len(checks(name))


@each_lesson
def test_the_students_notebook_is_derived_and_holds_no_line_of_a_solution(name: str) -> None:
    made = nbformat.read(solution(name), as_version=4)
    text = student(name).read_text("utf-8")
    assert text == written(for_students(made)), "run: make exercises"

    sources = "\n".join(cell.source for cell in nbformat.reads(text, as_version=4).cells)
    given_away = [
        line.strip()
        for cell in made.cells
        for part in (
            [cell.source]
            if "solution" in cell.metadata.get("tags", [])
            else [*BLOCK.findall(cell.source), *(m[0] for m in LINE.finditer(cell.source))]
        )
        for line in part.splitlines()
        if len(line.strip()) > 8
    ]
    assert len(given_away) >= len(checks(name))
    assert [line for line in given_away if line in sources] == []


# -- Page and slides ---------------------------------------------------------


@each_lesson
def test_the_page_shows_each_exercise_once_and_the_quiz(name: str) -> None:
    sources = "\n".join(cells_of(page(name), "code"))
    assert tuple(re.findall(r'\.exercise\("([\w-]+)"\)', sources)) == opened(name).exercises
    assert len(re.findall(r"(?m)^\w+\.quiz$", sources)) == 1


@each_lesson
def test_no_id_stands_twice_on_the_page_and_every_column_is_described(name: str) -> None:
    found = list(notebooks.findings(page(name)).values())
    things = [*found, *exercises(name), opened(name).quiz]
    ids = [e["id"] for one in things for e in BeautifulSoup(one.html, "lxml").select("[id]")]
    assert len(ids) == len(set(ids))
    assert len(found) >= 3
    for finding in found:
        unknown = [column for column in finding.data if not meaning(finding.key, str(column))]
        assert unknown == [], finding.key


@each_lesson
def test_exercises_are_numbered_and_go_from_the_easiest_on(name: str) -> None:
    made = exercises(name)
    levels = [one.level for one in made]
    assert [one.key for one in made] == [f"{name}-{n}" for n in range(1, len(made) + 1)]
    assert levels == sorted(levels, key=LEVELS.index)
    assert set(levels) == set(LEVELS)
    assert [bool(one.check) for one in made] == [level == "compute" for level in levels]


@each_lesson
def test_every_slide_finds_what_it_shows_and_has_notes(name: str) -> None:
    slides = lesson_pages.read_deck(name)
    assert 8 <= len(slides) <= 16
    assert [slide.title for slide in slides if not slide.notes] == []
    assert sum(slide.finding is not None for slide in slides) >= 4
    tasks = [slide.exercise.key for slide in slides if slide.exercise]
    assert tasks
    assert set(tasks) <= set(opened(name).exercises)


@each_lesson
def test_no_result_is_typed_into_the_slides(name: str) -> None:
    text = (ROOT / "book" / "teaching" / "slides" / f"{name}.md").read_text("utf-8")
    assert numbers_in(re.sub(r"(?m)^\{\w+\}.*$", "", text)) == []


# -- What each lesson says ---------------------------------------------------

# The answer that stands in the solution of an exercise, and neither in its task nor in its hint.
ANSWERS = {
    "table-6": "46", "table-8": "64", "table-9": "commissioner",
    "seats-7": "robation", "seats-8": "26", "seats-9": "18",
    "fall-3": "31", "fall-5": "7", "fall-6": "32", "chance-4": "0.82", "chance-5": "0.15",
    "measured-3": "63", "measured-7": "30", "measured-8": "CAMHS", "measured-9": "7.1",
}  # fmt: skip


@pytest.mark.parametrize(("key", "answer"), ANSWERS.items())
def test_no_task_or_hint_gives_its_solution_away(key: str, answer: str) -> None:
    one = opened(key.partition("-")[0]).exercise(key)
    assert answer in one.solution
    assert answer not in one.asked + one.hint


@pytest.mark.parametrize(
    ("key", "part", "expected"),
    [
        ("table-1", "solution", "- Jobcentre Plus: 33 points.\n- 26 of 72, then 50 of 72.\n"),
        ("table-1", "solution", "Police (one Board fewer) and Primary Care Trust, provider (one"),
        ("table-2", "solution", "45 of 72 and 44 of 71: one Board apart. 36 of 73 and 36 of 73: "),
        ("table-2", "solution", "Leisure and cultural services: 71 answered, so three of 74"),
        ("table-3", "task", "printed as 76%, 21% and 1%"),
        ("table-3", "task", "Other rows add up to 99 and 101."),
        ("table-3", "solution", "it is from 99 to 101.\n- No. They make 98."),
        ("table-4", "task", "- It fell by 9 percentage points.\n- 37 per cent fewer"),
        ("table-5", "task", "fell from 21% to 17%"),
        ("table-5", "solution", "- Five of 24, then eight of 46: more."),
        ("table-6", "solution", "46 of 73 is 63.01%, which rounds to 63%"),
        ("table-7", "solution", "gives 62 here"),
        ("table-8", "solution", "62 and 64, and not 68."),
        ("table-9", "solution", "add up to 70 of 71."),
        ("seats-1", "solution", "- Jobcentre Plus and further education and sixth form"),
        ("seats-1", "solution", "Primary Care Trust, commissioner on all but one."),
        ("seats-1", "solution", "- Schools, Learning and Skills Council and Local Connexions"),
        ("seats-2", "task", "74 does not fit, 73 does. Suppose that one authority left the"),
        ("seats-2", "solution", "- 38 of 74 in 2008, 32 of 73 in 2009, on"),
        ("seats-2", "solution", "- By six, or by five if"),
        ("seats-3", "solution", "- Primary Care Trust, provider: by 18 points, from 33 of 59 to"),
        ("seats-4", "solution", "- Jobcentre Plus: 22 newcomers, three of them heads."),
        ("seats-4", "solution", "20 newcomers, and 20 more heads, so every one of them would be"),
        ("seats-4", "solution", "14% of the newcomers were heads, and 21% of the members before."),
        ("seats-4", "solution", "The police had one member fewer and 11 heads fewer."),
        ("seats-4", "solution", "level is blank in 2009 explain two at most"),
        ("seats-5", "task", "from 36% (26 of 72) to 69% (50 of 72) of Boards, general practice"),
        ("seats-5", "task", "*The law works. It brought Jobcentre Plus to 24 more Boards.*"),
        ("seats-7", "solution", "Jobcentre Plus: 5 of 24, then 8 of 46. Probation Board or"),
        ("seats-8", "solution", "by 33.3 points and general practice by 7.3: 26.0 more."),
        ("seats-8", "solution", "From the printed percentages it would be 25."),
        ("seats-9", "solution", "From 18 to 42."),
        ("fall-1", "solution", "- Jobcentre Plus: at least 22.\n"),
        ("fall-1", "solution", "- Police; Primary Care Trust, provider.\n- Probation"),
        ("fall-1", "solution", "Service: 0 to 31. It was on 48% (35 of 73)"),
        ("fall-2", "solution", "- At least seven.\n- As many as 74 of 74."),
        ("fall-4", "task", "74 of 150 authorities answered"),
        ("chance-1", "solution", "- Probation Board or Service, general practice and children, y"),
        ("chance-1", "solution", "- Police, Youth Offending Team, Primary Care Trust, provider an"),
        ("chance-2", "task", "rose from 35 to 42. The analyst tests it, finds that p may be as"),
        ("chance-2", "solution", "nine times 0.0078 is 0.07, above 0.05"),
        ("measured-1", "solution", "in 2009, 60 of the 64 authorities that gave details said that"),
        ("measured-2", "solution", "- 10 of 12, and about 5.7: with nothing going on"),
        ("measured-2", "solution", "- One, and 0."),
        ("measured-3", "task", "Palliative care is published as 19 authorities of 74, then 12."),
        ("measured-3", "solution", "- 14: only half of the real changes show, and seven showed."),
        ("measured-3", "solution", "- About 63%. Then all 19 had stopped"),
        ("measured-5", "task", "in June 2010, and its money ran out in June 2011."),
        ("measured-7", "solution", "presence (30 items). Every other asks whether something was"),
        ("measured-8", "task", "List the items, of all 24 asked of everyone in both years"),
        ("measured-8", "solution", "longer by public health and inequalities"),
        ("measured-9", "solution", "−9.5 at 0, −7.1 at 0.25, −4.7 at 0.5 and −2.4 at 0.75"),
        ("measured-10", "task", "Of 74 authorities 62 commissioned CAMHS jointly in 2009, and 54"),
        ("measured-10", "solution", "From 8 to 20."),
    ],
)  # fmt: skip
def test_an_exercise_says_what_the_numbers_say(key: str, part: str, expected: str) -> None:
    assert expected in getattr(opened(key.partition("-")[0]).exercise(key), part)


QUIZZES = {
    "table": {
        "count": ("B", "46"),
        "of-whom": ("D", "The 44 with the agency on the Board and its level stated"),
        "rounding": ("A", "The paper rounds half up"),
        "unit": ("A, C", "It fell by 9 percentage points"),
        "sum": ("A", "98"),
        "stated-base": ("B", "The figure is not based on all 68, or it is misprinted"),
    },
    "seats": {
        "tick": ("B", "73 authorities said so on the form"),
        "duty": ("C", "Not in the first year; for the second, the paper does not say"),
        "control": ("B", "A trend that affected all agencies alike cannot be the whole story"),
        "heads": ("B", "It rose, from eight to nine"),
        "together": ("C", "Anywhere from 0 to 36"),
        "families": ("A, C", "Fewer authorities reported families on the Board in 2009"),
    },
    "fall": {
        "stopped": ("C", "From 3 to 30"),
        "same": ("B", "At most 19"),
        "churn": ("B", "Two fewer, and a churn of 24"),
        "room": ("B", "Choir: 20 schools had it, then 18"),
        "england": ("A, C", "Among the 74, it fell for most services"),
    },
    "chance": {
        "meaning": ("B", "Chance cannot be ruled out at 0.05"),
        "always": ("D", "Because even with as many leaving as can be, p is 0.0008"),
        "coins": ("A", "The six that all fall alike"),
        "sign": ("B", "How much each of them rose or fell"),
        "many": ("B", "At least one story of each is not beyond chance any more"),
    },
    "measured": {
        "topic": (
            "C",
            "Authorities, of those that gave details, whose JSNA assessed child poverty",
        ),
        "carried": ("C", "About 14"),
        "effects": ("A, B", "Reported change tends to be smaller than real change"),
        "warning": ("C", "It is a reason to ask the authorities what changed"),
        "gaming": ("B", "What is measured is what counts"),
        "end": ("A, B", "It would have had to be used far more to be worth its cost"),
    },
}  # fmt: skip


@each_lesson
def test_each_question_has_exactly_its_right_answers(name: str) -> None:
    assert {
        question.key: (
            ", ".join(one.letter for one in question.right),
            question.right[0].text,
        )
        for question in opened(name).quiz.questions
    } == QUIZZES[name]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("table", "45 of 73 is 61.64%, printed as 62%."),
        ("table", "47 of 74 is 64%."),
        ("table", "Python's round gives 62"),
        ("table", "36 of 73, which is 49.32%, would be printed as 50%."),
        ("table", "All the percentages fit 62 and 64."),
        ("seats", "both began at 36%. The first rose by 33 points, the second by 7."),
        ("seats", "The Act raised Jobcentre Plus by 26 points"),
        ("seats", "went from 23% to 22%"),
        ("seats", "About 18"),
        ("seats", "74 of 150 authorities answered"),
        ("chance", "Up to 7 can have left"),
        ("chance", "six rose, three fell and two stayed the same. The sign test gives 0.51."),
        ("chance", "five of 11 changes on the Board could be at or below 0.05."),
        ("measured", "is printed at 94% for 2009. 94% of what?"),
        ("measured", "The form shows seven authorities fewer."),
        ("measured", "About 3.5"),
        ("measured", "10 of 12 items on joint commissioning fell. Allowing for all that were "
         "looked at, none of the falls is beyond chance"),
    ],
)  # fmt: skip
def test_the_quiz_asks_and_answers_with_the_numbers_of_the_print(name: str, told: str) -> None:
    said = [
        text
        for question in opened(name).quiz.questions
        for text in (question.text, *(t for c in question.answers for t in (c.text, c.feedback)))
    ]
    assert [text for text in said if told in text], told


# -- The same by other ways --------------------------------------------------


def exact_p(stopped: int, began: int) -> Fraction:
    """The chance that so many coins fall as unevenly or more so, by counting."""
    coins = stopped + began
    ways = sum(comb(coins, k) for k in range(coins + 1) if min(k, coins - k) <= min(stopped, began))
    return Fraction(ways, 2**coins)


def test_the_p_of_each_story_is_counted_coin_by_coin() -> None:
    assert take("two-stories").table.drop(columns="story").to_numpy().tolist() == [
        [62, 5, 0, 7, 67, 62],
        [55, 12, 7, 0, 67, 62],
    ]
    # disability, 66 and 61 of 74: from five that stopped to all 13 without it in the last year
    stories = [(stopped, stopped - 5) for stopped in range(5, 14)]
    p = [float(exact_p(*story)) for story in stories]
    assert take("every-p").data["p"].tolist() == pytest.approx(p, rel=1e-12)
    assert (p[0], round(p[-1], 3)) == (0.0625, 0.383)


def test_the_p_values_of_the_lesson_are_those_of_coins() -> None:
    assert round(11 * float(exact_p(7, 0)), 4) == 0.1719
    assert round(float(exact_p(7, 27)), 4) == 0.0008  # further education, with most leaving
    assert round(float(exact_p(6, 3)), 2) == 0.51  # six agencies rose and three fell
    assert take("did-it-fall").table["because"].tolist() == [
        "It is in the totals.",
        f"p is from 0.063 to {float(exact_p(13, 8)):.2g}, whoever moved.",
        f"p is from 0.016 to {float(exact_p(19, 12)):.2g}, tested alone.",
        "Holm's smallest p is 0.17 at the least.",
        "p of the year-swap test is from <0.0001 to 0.62.",
        "76 of 150 authorities did not answer, and those that did selected themselves.",
    ]


def test_the_counts_behind_table_1_hold_by_brute_force() -> None:
    assert [[k for k in range(n + 1) if by_hand(k, n) == 63] for n in (72, 73, 74)] == [
        [45], [46], [],
    ]  # fmt: skip
    assert [[k for k in range(72) if by_hand(k, 71) == part] for part in (76, 21, 1)] == [
        [54], [15], [1],
    ]  # fmt: skip
    mended = [(55, 15, 1), (54, 16, 1), (54, 15, 2)]
    assert [tuple(by_hand(k, 71) for k in parts) for parts in mended] == [
        (77, 21, 1), (76, 23, 1), (76, 21, 3),
    ]  # fmt: skip
    assert take("impossible-split").table["would fix it"].tolist() == ["77%", "23%", "3%"]
    assert not [  # on all 46 with the agency on the Board the parts of the row do not add up
        (a, b) for a in range(47) for b in range(47 - a)
        if [by_hand(k, 46) for k in (a, b, 46 - a - b)] == [57, 36, 7]
    ]  # fmt: skip
    assert (by_hand(45, 73), by_hand(47, 74), by_hand(36, 73), round(62.5)) == (62, 64, 49, 62)


def test_the_bases_of_the_components_are_those_of_brute_force(collection: Collection) -> None:
    assert collection.published is not None
    block = collection.published.query("block == 'jsna_components' and unit == 'percent'")
    printed = set(block["value"].astype(int))
    can_be = {base: {by_hand(k, base) for k in range(base + 1)} for base in range(1, 75)}
    assert [base for base, some in can_be.items() if printed <= some] == [62, 64]


def test_three_rounded_parts_of_a_whole_make_from_99_to_101() -> None:
    found = {
        by_hand(a, base) + by_hand(b, base) + by_hand(base - a - b, base)
        for base in (3, 7, 8, 40, 71)
        for a in range(base + 1)
        for b in range(base - a + 1)
    }
    assert found == {99, 100, 101}


def test_one_fall_has_three_numbers() -> None:
    rows = take("one-fall-three-numbers").table.set_index("service")
    assert rows.loc["Palliative care"].tolist() == [
        "26% (19 of 74)", "16% (12 of 74)", "−10%", "−9", "−37",
    ]  # fmt: skip
    assert rows.loc["Maternity"].tolist()[2:] == ["+3%", "+3", "+14"]
    assert (round(100 * 7 / 74), round(100 * 7 / 19)) == (9, 37)
    assert rows.index[rows["printed"] != rows["points"] + "%"].tolist() == [
        "Youth offending", "Public health and inequalities", "Palliative care",
    ]  # fmt: skip


# Heads and members in both years, from the percentages of Table 1 by hand: 21% of 24 is 5, ...
# and what it prints as the share of heads; the commissioner's 76% of 2008 is on no count.
HEADS = {
    "police": ((29, 73), (18, 72), 40, 25),
    "pct_commissioner": ((55, 71), (49, 71), 77, 69),
    "further_education": ((25, 44), (45, 64), 57, 70),
    "youth_offending_team": ((16, 60), (25, 64), 27, 39),
    "pct_provider": ((33, 59), (22, 58), 56, 38),
    "jobcentre_plus": ((5, 24), (8, 46), 21, 17),
    "probation": ((8, 35), (9, 41), 23, 22),
}


def test_the_counts_of_heads_are_those_behind_the_print(collection: Collection) -> None:
    levels = collection.tally("seniority").query("answer == 'head'")
    for name, (before, after, *printed) in HEADS.items():
        rows = levels[levels["item"] == f"level.{name}"]
        assert list(zip(rows["yes"], rows["base"], strict=True)) == [before, after]
        assert [by_hand(*before), by_hand(*after)] == printed
    smaller = {n for n, ((k1, n1), (k2, n2), *_) in HEADS.items() if k2 * n1 < k1 * n2}
    fewer = {n for n, ((k1, _), (k2, _), *_) in HEADS.items() if k2 < k1}
    assert smaller - fewer == {"jobcentre_plus", "probation"}
    shown = take("seats-shares-and-numbers").table
    assert shown["so"].value_counts().to_dict() == {
        "smaller share, fewer heads": len(fewer),
        "larger share, more heads": 2,
        "smaller share, more heads": 2,
    }
    assert (by_hand(3, 22), by_hand(5, 24), round(3300 / 59 - 2200 / 58)) == (14, 21, 18)


def test_the_rises_of_the_two_that_began_level_are_those_of_their_counts() -> None:
    jobcentre, practice = 100 * (50 - 26) / 72, 100 * (32 / 73 - 27 / 74)
    assert (round(jobcentre, 1), round(practice, 1)) == (33.3, 7.3)
    assert round(jobcentre - practice, 1) == 26.0
    assert (by_hand(50, 72) - by_hand(26, 72)) - (by_hand(32, 73) - by_hand(27, 74)) == 25


def met(one: int, blank: int, other: int, size: int) -> tuple[int, int]:
    """How often two agencies can have met, by brute force over every way to seat them."""
    sides = product(product((True, False, None), repeat=size), repeat=2)
    found = {
        sum(a is True and b is True for a, b in zip(first, second, strict=True))
        for first, second in sides
        if (first.count(True), first.count(None)) == (one, blank)
        and (second.count(True), second.count(None)) == (other, 0)
    }
    return min(found), max(found)


def test_how_often_two_can_have_met_is_bounded_by_the_size_not_by_a_base() -> None:
    assert met(3, 1, 2, 4) == (3 + 2 - 4, 2)
    assert met(2, 1, 2, 4) == (0, 2)
    assert (50 + 42 - 74, min(50, 42)) == (18, 42)
    assert round(36 * 36 / 73) == 18


def test_agencies_stand_by_duty_and_then_by_change() -> None:
    rows = take("seats-by-duty").table
    assert rows["duty to cooperate"].tolist() == (
        ["added by the 2009 Act"] * 2 + ["under the 2004 Act"] * 5 + ["none"] * 3
    )
    assert [int(change.split()[0].replace("−", "-")) for change in rows["change"]] == [
        33, 28, 10, 4, 0, -1, -2, 7, 3, 0,
    ]  # fmt: skip
    assert rows["Boards without it, 2008"].tolist() == [46, 27, 38, 11, 1, 0, 11, 47, 60, 0]


# Counts of 74 behind Table 2 and the strategy, by hand; both years, in the order of the paper.
COMMISSIONING = {
    "strategy": (57, 54), "camhs": (67, 62), "disability": (66, 61), "substance_misuse": (55, 55),
    "youth_offending": (50, 49), "looked_after_children": (47, 42),
    "complex_and_continuing_care": (43, 37), "family_support": (39, 36),
    "targeted_youth_support": (35, 34), "public_health": (30, 27), "maternity": (14, 16),
    "palliative_care": (19, 12),
}  # fmt: skip
FLAGGED = {
    *(f"commissioning.{n}" for n, (k1, k2) in COMMISSIONING.items() if 100 * (k1 - k2) >= 5 * 74),
    "board.children_and_families",  # 38 of 74, then 32 of 73
}


@pytest.mark.parametrize(
    ("key", "without", "title"),
    [
        ("falling-areas", ["strategy"], "Nine of 11 services fell"),
        ("falling-commissioning", [], "10 of 12 items fell"),
    ],
)
def test_a_warning_lists_every_fall_and_says_that_none_is_beyond_chance(
    key: str, without: list[str], title: str
) -> None:
    warning = take(key)
    looked_at = {name: counts for name, counts in COMMISSIONING.items() if name not in without}
    fell = {name: before - after for name, (before, after) in looked_at.items() if before > after}
    data = warning.data.assign(item=warning.data["item"].str.removeprefix("commissioning."))
    rows = data[data["direction"] < 0].set_index("item")
    assert warning.title == (
        f"{title}, none beyond chance whoever moved; palliative care fell most, from 26% to 16%"
    )
    assert set(data["item"]) == set(looked_at)
    assert (rows["from_yes"] - rows["to_yes"]).to_dict() == fell
    # the least that p can be: all that moved stopped, and each is a coin
    least = {name: min(1.0, 2 / 2**size) for name, size in fell.items()}
    assert rows["exact_low"].to_dict() == pytest.approx(least)
    assert rows["verdict"].to_dict() == {
        name: "depends" if p <= 0.05 else "never" for name, p in least.items()
    }
    assert data["holm_low"].min() == pytest.approx(2 / 2**7 * len(looked_at))
    assert set(data["holm_verdict"]) == {"never"}


@pytest.mark.parametrize("key", ["falling-areas", "falling-commissioning"])
def test_a_warning_draws_and_tables_what_fell_most_first_and_nothing_else(key: str) -> None:
    warning = take(key)
    labels = warning.data.loc[warning.data["direction"] < 0, "label"].tolist()
    assert labels[0] == "Palliative care"
    assert warning.table.iloc[:, 0].tolist() == labels
    places = [warning.drawing.index(f">{label.split()[0]}") for label in labels]
    assert places == sorted(places), "the steepest fall stands first"
    assert "Maternity" not in warning.drawing  # it rose
    assert "Substance" not in warning.drawing  # it stayed the same


def test_the_flags_in_print_are_those_of_the_counts() -> None:
    data = take("measured-false-alarms").data
    fewer = [before - after for before, after in COMMISSIONING.values()]
    flags = {rule: sum(size >= rule for size in fewer) for rule in (1, 3, 5, 7)}
    assert dict(zip(data["rule"], data["flagged"], strict=True)) == flags
    assert flags == {1: 10, 3: 8, 5: 5, 7: 1}
    assert set(data["items"]) == {12}
    assert len(FLAGGED) == 6


def test_chance_flags_fewer_the_stricter_the_rule_and_the_steadier_the_answers() -> None:
    data = take("measured-false-alarms").data
    by = data.pivot(index="rule", columns="persistence", values="by chance")
    assert (by.diff().dropna() < 0).all(axis=None)
    assert (by.T.diff().dropna() < 0).all(axis=None)
    assert 5 < by.loc[1, panel.PERSISTENCE] < 6  # less than half of 12, as a tie is no fall


def test_as_much_of_a_change_is_lost_as_is_carried() -> None:
    shares = take("measured-damped").data.pivot(index="item", columns="year", values="share")
    change = 100 * (shares[2009] - shares[2008])
    for percent in (0, 25, 50, 75, 90):
        left = -700 / 74 * (1 - percent / 100)
        assert change[f"carried.{percent}"] == pytest.approx(left, abs=0.3 if percent else 1e-9)


def test_what_is_simulated_says_that_it_is_drawn() -> None:
    for key in ("measured-damped", "measured-false-alarms"):
        assert take(key).label == "Drawn: an illustration, not the data"
        assert set(take(key).data["status"]) == {"drawn"}


def test_the_limits_without_a_strategy_are_those_of_brute_force() -> None:
    rows = take("measured-without-strategy").data[["yes", "fewest", "most"]]
    assert rows.to_numpy().tolist() == [[62, 8, 20], [61, 7, 20], [60, 6, 20], [55, 1, 20]]
    for yes, within in product(range(5), repeat=2):
        found = {
            sum(a and not b for a, b in zip(one, two, strict=True))
            for one, two in product(product((True, False), repeat=4), repeat=2)
            if (sum(one), sum(two)) == (yes, within)
        }
        assert (min(found), max(found)) == (max(0, yes - within), min(yes, 4 - within))


def test_the_items_are_sorted_by_what_they_ask() -> None:
    data = take("measured-what-is-asked").data
    kinds = data.groupby("section")["kind"].agg(lambda found: "/".join(sorted(set(found))))
    mixed = kinds.pop("children_and_families")
    assert mixed == "activity/presence"
    assert kinds[kinds == "presence"].index.tolist() == [
        "chair", "other_agencies", "seniority", "statutory_agencies",
    ]  # fmt: skip
    assert 1 + 10 + 9 + 9 + 1 == 30  # chair, Table 1, levels, other agencies, families
    assert data["kind"].value_counts().to_dict() == {"presence": 30, "activity": 29}


def test_every_work_in_the_debate_is_cited_on_the_page_and_is_in_the_references() -> None:
    references = (ROOT / "book" / "references.bib").read_text("utf-8")
    known = set(re.findall(r"(?m)^@\w+\{([^,]+),", references))
    text = "\n".join(cells_of(page("measured"), "markdown"))
    cited = set(re.findall(r"/references\.md#(\w+)\)", text))
    works = pd.read_csv(ROOT / "book" / "teaching" / "evidence.csv")["said by"].str.cat(sep="; ")
    named = re.findall(r"([A-Z][\w']+(?: Commission)?)(?: and [\w ]+)? \((\d{4})\)", works)
    keys = {re.sub(r"\W", "", name).lower() + year for name, year in named}
    assert len(keys) == 16
    assert keys <= cited <= known


# -- Checks ------------------------------------------------------------------


def kind(question: str) -> str:
    at_the_table = "represented" in question or question.startswith("Who chairs")
    return "presence" if at_the_table else "activity"


def by_topic(question: str) -> str:
    topics = ("pregnancy", "poverty", "obesity", "diabetes", "cancer")
    return "outcome" if any(topic in question for topic in topics) else kind(question)


CHANGES = {0: -9.46, 0.25: -7.09, 0.5: -4.73, 0.75: -2.36}


@pytest.mark.parametrize(
    ("name", "answer", "reason"),
    [
        ("table.count-behind", 46, "46 of 73 is 63.01%"),
        ("table.count-behind", 46.0, "46 of 73 is 63.01%"),
        ("table.rounding", by_hand, "every base up to 150, including 120 ties"),
        ("table.shared-base", [62, 64], "on 62 and 64, and on no other base up to 74: not on 68"),
        ("table.shared-base", {64, 62}, "All 8 percentages"),
        ("table.impossible", [("pct_commissioner", 2008)], "Only pct_commissioner, 2008"),
        ("seats.smaller-but-more", ("probation", "jobcentre_plus"), "Members grew faster than he"),
        ("seats.same-start", 25.984, "Jobcentre Plus rose by 33.3 points, general practice by 7."),
        ("seats.same-start", 26, "Jobcentre Plus rose by 33.3 points"),
        ("seats.together", (18, 42), "50 and 42 are 18 more than 74; and the rarer of the two sat"),
        ("seats.together", [18, 42], "The drawn panel has 27, which is in between."),
        ("fall.points", np.float64(7), "+7 points, from counts; +8 from rounded"),
        ("fall.stopped", (5, 32), "From 5, if nobody began, to 32, if 27 began."),
        ("fall.stopped", [np.int64(5), np.int64(32)], "From 5"),
        ("fall.elsewhere", (4, 1), "The net change is three fewer"),
        ("chance.p-range", (0.25, 0.82), "p is from 0.25 to 0.82, so never"),
        ("chance.p-range", (exact_p(3, 0), exact_p(38, 35)), "never at or below 0.05"),
        ("chance.holm", 0.16, "5 times 0.0312"),
        ("chance.holm", 0.15625, "5 times 0.0312"),
        ("chance.elsewhere", 0.22, "One joined and five left"),
        ("measured.kinds", kind, "30 items ask who is at the table, 29 what was made or done, and"),
        ("measured.flagged", FLAGGED, "Six of 24 items. They are reasons to ask, not findings."),
        ("measured.damped", CHANGES, "−9.5, −7.1, −4.7 and −2.4 points"),
        ("measured.without-strategy", (8, 20), "62 less 54, and all 20 that have no strategy."),
    ],
)  # fmt: skip
def test_a_right_answer_is_told_why(
    name: str, answer: Any, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    check(name, answer)
    said = capsys.readouterr().out
    assert said.startswith("Right. ")
    assert reason in said


@pytest.mark.parametrize("seed", [0, 2, panel.SEED])
def test_a_right_simulation_passes_with_any_seed(seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, last = (
        rng.permuted(np.tile(np.arange(74) < count, (1000, 1)), axis=1) for count in (19, 12)
    )
    changes = {
        chance: 100 * (np.where(rng.random(last.shape) < chance, first, last) * 1 - first).mean()
        for chance in CHANGES
    }
    check("measured.damped", changes)


LEVELS_OF_BOTH_YEARS = (
    "police pct_commissioner further_education youth_offending_team pct_provider jobcentre_plus "
    "probation"
).split()
ALL_LEVELS = {
    *product(LEVELS_OF_BOTH_YEARS, (2008, 2009)),
    *product(("learning_and_skills_council", "connexions"), (2008,)),
}
ON_ALL_OF_THE_BOARD = ALL_LEVELS - {
    ("pct_provider", 2008), ("pct_provider", 2009), ("probation", 2008),
}  # fmt: skip
ON_ALL_AUTHORITIES = ALL_LEVELS - {
    ("pct_commissioner", 2009), ("further_education", 2008), ("pct_provider", 2009),
    ("probation", 2009),
}  # fmt: skip
MISTAKES_OF_TABLE: list[tuple[str, Any, str]] = [
    ("count-behind", 47, "47 is 63% of 74, all that returned the form"),
    ("count-behind", 45, "int() cuts the rest off. 45 of 73 is 62%"),
    ("count-behind", 63, "That is the percentage. How many Boards"),
    ("count-behind", 0.63, "That is a share"),
    ("count-behind", 45.99, "Count, don't divide"),
    ("count-behind", 44, "44 of 73 would be printed as 60%"),
    ("count-behind", 80, "There were 73 Boards; yours is 80"),
    ("rounding", lambda k, n: round(100 * k / n), "as with Python's round(). 1 of 8 is 12.5%"),
    ("rounding", lambda k, n: by_hand(k, n, ROUND_HALF_EVEN), "nearest even number"),
    ("rounding", lambda k, n: 100 * k // n, "It cuts off instead of rounding"),
    ("rounding", lambda k, n: by_hand(k, n, ROUND_UP), "It always rounds up"),
    ("rounding", lambda k, n: k / n, "That is the share, from 0 to 1"),
    ("rounding", lambda k, n: floor(k / n * 100 + 0.5), "Nearly. 23 of 40 is 57.5%; yours gives"),
    ("rounding", lambda k, n: f"{by_hand(k, n)}%", "0 of 1 is 0%; yours gives 0%"),
    ("rounding", lambda *_: None, "0 of 1 is 0%; yours gives None"),
    ("rounding", 63, "Write a function: answer_rounded(45, 72) must give 63"),
    ("shared-base", [68], "68 is impossible. That is what the paper leaves. No count of 68 gives"),
    ("shared-base", [62, 64, 68], "No count of 68 gives 98%, 95%, 42% and 39%"),
    ("shared-base", [64], "64 will do, and there are others up to 74"),
    ("shared-base", 64, "Give a list of every base"),
    ("shared-base", "64", "Give a list of every base"),
    ("shared-base", [], "There are some."),
    ("shared-base", [69], "69 is impossible. No count of 69 gives"),  # cut off, not rounded
    ("shared-base", [150], "150 is not a base from 1 to 74"),
    (
        "impossible",
        [("pct_commissioner", 2008), ("youth_offending_team", 2008), ("connexions", 2008)],
        "A sum of 99 or 101 can come from rounding alone",
    ),
    ("impossible", ON_ALL_OF_THE_BOARD, "Leave out those whose level is not stated"),
    ("impossible", ON_ALL_AUTHORITIES, "You used all 74 authorities as the base"),
    ("impossible", [], "There is one."),
    ("impossible", [("connexions", 2008)], "is possible: 29, 26 and 5 give these percentages"),
    ("impossible", [("housing", 2009)], "Table 1 has no levels for ('housing', 2009)"),
    ("impossible", ("pct_commissioner", 2008), "Give a list of pairs"),
]  # fmt: skip

FELL = ["police", "pct_commissioner", "pct_provider", "jobcentre_plus", "probation"]
ROSE = ["further_education", "youth_offending_team", "jobcentre_plus", "probation"]
MISTAKES_OF_SEATS: list[tuple[str, Any, str]] = [
    ("smaller-but-more", FELL, "At these five the share fell. At which of them did the number"),
    ("smaller-but-more", ROSE, "At these four the number rose. At which of them did the share"),
    ("smaller-but-more", FELL[:3], "Both fell there."),
    ("smaller-but-more", ROSE[:2], "Both rose there."),
    ("smaller-but-more", ["jobcentre_plus"], "One of them is not on your list."),
    ("smaller-but-more", [], "Two of them are not on your list."),
    ("smaller-but-more", ["Jobcentre Plus"], "'Jobcentre Plus' is not an agency in the table."),
    ("smaller-but-more", "probation", "Give a list of agencies"),
    ("smaller-but-more", 2, "Give a list of agencies"),
    ("smaller-but-more", ["police", "probation"], "Police: heads went from 29 of 73 to 18 of"),
    ("same-start", 25, "percentages already rounded"),
    ("same-start", 0.2598, "That is a difference of shares."),
    ("same-start", -25.98, "The sign is wrong"),
    ("same-start", 33.33, "That is the rise of Jobcentre Plus alone."),
    ("same-start", 40.68, "subtract one rise from the other; do not add them"),
    ("same-start", 100 * (24 - 5) / 74, "You divided by all 74."),
    ("same-start", 100 * (50 / 72 - 32 / 73), "That is how far apart they are in 2009."),
    ("same-start", 19, "one of these steps went wrong"),
    ("same-start", "26", "Give a number"),
    ("together", 29, "Give two whole numbers, the fewest and the most"),
    ("together", (42, 18), "Give the fewest first"),
    ("together", (18, 50), "50 Boards cannot have had both: only 42 had the other agency at all."),
    ("together", (18, 74), "What if every Board with the rarer agency had the other too?"),
    ("together", (20, 42), "You used a base as the number of Boards. There are 74"),
    ("together", (19, 42), "You used a base as the number of Boards. There are 74"),
    ("together", (0, 42), "They cannot all have been apart"),
    ("together", (28, 42), "if the two were unrelated"),
    ("together", (24, 42), "The most is right. For the fewest"),
    ("together", (18.5, 42), "Count, don't divide"),
]

MISTAKES_OF_FALL: list[tuple[str, Any, str]] = [
    ("points", 20, "first share. The question asks for percentage points"),
    ("points", 8, "the difference between the two rounded percentages"),
    ("points", -7, "The size is right. A fall is negative"),
    ("points", 5, "the change in authorities. Divide by the base."),
    ("points", 0.0735, "That is a difference of shares. Multiply by 100 for percentage points."),
    ("points", 100 * (32 / 73 - 27 / 74), "Nearly: that is the change before rounding, 7.35."),
    ("points", 7.3, "Nearly: that is the change before rounding, 7.35."),
    ("points", 6, "Subtract the first share from the last"),
    ("points", "7", "Give a number; yours is '7'"),
    ("stopped", (5, 5), "That is the net change."),
    ("stopped", (5, 59), "The most is the churn"),
    ("stopped", (0, 27), "That is how many may have begun"),
    ("stopped", (32, 5), "The other way round: give the fewest first."),
    ("stopped", (0, 32), "at least how many must have stopped? Yours is 0"),
    ("stopped", (5, 47), "Had all 47 stopped, at most 27 others could have had it"),
    ("stopped", (5, 74), "The fewest is right. For the most"),
    ("stopped", 5, "Give two whole numbers"),
    ("elsewhere", (1, 4), "The other way round"),
    ("elsewhere", (3, 0), "That is the net change."),
    ("elsewhere", (3, 17), "Those are the limits that the totals give."),
    ("elsewhere", (4, 2), "Those that stopped are right."),
    ("elsewhere", (5, 1), "Those that began are right."),
]

MISTAKES_OF_CHANCE: list[tuple[str, Any, str]] = [
    ("p-range", (0.125, 0.4076), "That is one-sided."),
    ("p-range", (0.125, 0.7275), "That is the mid-p."),
    ("p-range", (0.815, 0.25), "The other way round"),
    ("p-range", (0.25, 0.25), "The smallest is right. For the largest, 38 stopped and 35"),
    ("p-range", (0.5, 0.82), "The largest is right. For the smallest, 3 stopped and none"),
    # two independent samples of 74, as if other authorities had answered in each year
    ("p-range", (0.62, 0.62), "With the fewest moves that is 3 coins, with the most 73."),
    ("p-range", (25, 82), "A p-value is a number from 0 to 1; yours is 25."),
    ("holm", 0.03125, "That is the unadjusted smallest p."),
    ("holm", 0.05 / 5, "That makes the level smaller."),
    ("holm", 0.34375, "You counted all 11 services that were asked about twice."),
    ("holm", 1.0, "Do not add them up."),
    ("holm", 0.125, "Multiply the smallest p by how many there are, 5."),
    ("elsewhere", 0.109375, "That is one-sided."),
    ("elsewhere", 0.125, "That tosses four coins, the net change."),
    ("elsewhere", 0.5, "Toss a coin for each partnership that joined or left: six in all."),
]

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


def scaled(by: float) -> dict[float, float]:
    return {chance: by * change for chance, change in CHANGES.items()}


MISTAKES_OF_MEASURED: list[tuple[str, Any, str]] = [
    ("kinds", "presence", "Write a function: answer_kind(question) must give"),
    ("kinds", by_topic, "may name something that happens to children"),
    ("kinds", lambda _: "activity", '"Who chairs the Children\'s Trust Board?" asks who is at'),
    ("kinds", lambda _: "presence", "asks whether something was made or done, not who is"),
    ("kinds", lambda _: "process", "yours gives 'process'. Use one of 'presence', 'activity',"),
    ("kinds", lambda _: None, "yours gives None"),
    ("kinds", lambda q: "presence" if "represented" in q else "activity", "Who chairs the Child"),
    (
        "kinds",
        lambda q: "presence" if "Board" in q and "level" not in q else "activity",
        "At what level",
    ),
    ("flagged", [*FLAGGED, "commissioning.public_health"], "already rounded. Public he"),
    ("flagged", ALL_FALLS, "These are all that fell, by however little."),
    ("flagged", [*FLAGGED, *STEEP_RISES], "Some of these rose."),
    ("flagged", STEEP_RISES, "These rose. Look at the sign"),
    ("flagged", IN_PER_CENT, "That is a fall in per cent of the first share."),
    ("flagged", FLAGGED - {"board.children_and_families"}, "Look at the Board as well."),
    (
        "flagged",
        [*FLAGGED, "commissioning.family_support"],
        "commissioning.family_support went from 53% (39 of 74) to 49% (36 of 74).",
    ),
    ("flagged", FLAGGED - {"commissioning.camhs"}, "One more fell by that much."),
    ("flagged", [], "Six more fell by that much."),
    ("flagged", ["CAMHS"], "'CAMHS' is not an item in the table."),
    ("flagged", "commissioning.camhs", "Give a list of items"),
    ("flagged", 6, "Give a list of items"),
    ("damped", scaled(-1), "A fall is below 0"),
    ("damped", scaled(0.01), "That is a difference of shares."),
    ("damped", {0: 0, 0.25: -2.4, 0.5: -4.7, 0.75: -7.1}, "Kept and carried are swapped"),
    ("damped", dict.fromkeys(CHANGES, -9.46), "Nothing is carried forward here."),
    (
        "damped",
        {0: 0, 0.25: 2.37, 0.5: 4.73, 0.75: 7.1},
        "You compared the form with the truth in the last year.",
    ),
    ("damped", {**CHANGES, 0: -4.0}, "With nothing carried forward the form shows the real"),
    ("damped", {**CHANGES, 0.5: -6.2}, "At 0.5 yours is -6.2, which is off by more than"),
    ("damped", {0: -9.46, 0.5: -4.73}, "Give one change for each of 0, 0.25, 0.5, 0.75."),
    ("damped", [-9.46, -7.09, -4.73, -2.36], "Give a dictionary"),
    ("without-strategy", 8, "Give two whole numbers"),
    ("without-strategy", (20, 8), "Give the fewest first"),
    ("without-strategy", (0, 20), "62 is more than the 54 that did"),
    ("without-strategy", (12, 20), "For the fewest: what if every authority with a strategy"),
    ("without-strategy", (8, 62), "There are only 74 less 54 without a strategy."),
    ("without-strategy", (8, 12), "12 do not commission CAMHS jointly."),
    ("without-strategy", (8, 8), "8 is the fewest."),
    ("without-strategy", (8, 19), "The fewest is right. For the most"),
]

MISTAKES = [
    (f"{name}.{key}", answer, message)
    for name, mistakes in {
        "table": MISTAKES_OF_TABLE,
        "seats": MISTAKES_OF_SEATS,
        "fall": MISTAKES_OF_FALL,
        "chance": MISTAKES_OF_CHANCE,
        "measured": MISTAKES_OF_MEASURED,
    }.items()
    for key, answer, message in mistakes
]


@pytest.mark.parametrize(("name", "answer", "message"), MISTAKES)
def test_a_plausible_mistake_is_named(
    name: str, answer: object | Callable[..., object], message: str
) -> None:
    with pytest.raises(WrongAnswer, match=re.escape(message)):
        check(name, answer)
