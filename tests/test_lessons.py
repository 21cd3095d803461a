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
    "table-6": "17.39", "table-8": "90", "table-9": "Healthwatch",
    "seats-7": "Police", "seats-8": "13.3", "seats-9": "27",
    "fall-5": "+7", "chance-4": "0.82", "chance-5": "0.15",
    "measured-3": "89", "measured-7": "20", "measured-8": "Jobcentre", "measured-9": "5.1",
}  # fmt: skip


@pytest.mark.parametrize(("key", "answer"), ANSWERS.items())
def test_no_task_or_hint_gives_its_solution_away(key: str, answer: str) -> None:
    one = opened(key.partition("-")[0]).exercise(key)
    assert answer in one.solution
    assert answer not in one.asked + one.hint


@pytest.mark.parametrize(
    ("key", "part", "expected"),
    [
        ("table-1", "solution", "- South West: 12 of 16.\n- London, 13 of 33."),
        ("table-1", "solution", "Five of 10, and five of 12: the same number on different bases"),
        ("table-1", "solution", "East Midlands: one of nine is 11%."),
        ("table-2", "solution", "32 of 73 and 20 of 73: 12 Boards apart. 36 of 73 and 36 of 73: "),
        ("table-2", "solution", "Leisure and cultural services: 71 answered, so three of 74"),
        ("table-3", "task", "for 2008 has 48%, 43% and 8% of 60. They add up to 99."),
        ("table-3", "solution", "five together are off by up to 2.5"),
        ("table-3", "solution", "it is from 98 to 102.\n- No."),
        ("table-3", "solution", "29, 26 and 5 of 60 give those percentages"),
        ("table-4", "task", "- It fell by 4 percentage points.\n- 10 per cent fewer"),
        ("table-5", "task", "fell from 23% to 22%"),
        ("table-5", "solution", "- Eight of 35, then nine of 41: more."),
        ("table-6", "task", "50 Boards had *Jobcentre Plus*; four of them did not state its level"),
        ("table-6", "solution", "8 of 46 is 17.39%, which rounds to 17%"),
        ("table-8", "solution", "74, 90, 96, 98 and 100. The paper has 74"),
        ("table-9", "solution", "has 50% for *head*, and the copy 49%"),
        ("seats-1", "solution", "from 11. *Youth Offending Team* sat on two Boards more the year"),
        ("seats-1", "solution", "*Primary Care Trust, provider* on one fewer."),
        ("seats-1", "solution", "Primary Care Trust, commissioner on all but one."),
        ("seats-2", "task", "74 does not fit, 73 does. Suppose that one authority left the"),
        ("seats-2", "solution", "- 38 of 74 in 2008, 32 of 73 in 2009, on"),
        ("seats-2", "solution", "- By six, or by five if"),
        ("seats-3", "solution", "- Primary Care Trust, provider: by 15 points, from 26 of 59 to"),
        ("seats-4", "solution", "- Probation Board or Service: six newcomers, one of them heads."),
        ("seats-4", "solution", "20 newcomers, and 20 more heads, so every one of them would be"),
        ("seats-4", "solution", "17% of the newcomers were heads, and 23% of the members before."),
        ("seats-4", "solution", "It had one member fewer and 11 heads fewer."),
        ("seats-3", "solution", "- Further education and sixth form colleges and Youth Offending"),
        ("seats-5", "task", "from 48% (35 of 73) to 58% (42 of 73) of Boards"),
        ("seats-5", "task", "brought this agency to seven more Boards.*"),
        ("seats-5", "solution", "- 18 more."),
        ("seats-7", "solution", "Police: members from 73 to 72, other from 4 to 2."),
        ("seats-8", "solution", "by +12.4 points, the second by -0.9: 13.3 more."),
        ("seats-8", "solution", "From the printed percentages it would be 13."),
        ("seats-9", "solution", "From 27 to 36."),
        ("fall-1", "solution", "- Jobcentre Plus: at least 22.\n"),
        ("fall-1", "solution", "- Police; Primary Care Trust, provider.\n- Probation"),
        ("fall-1", "solution", "Service: 0 to 31. It was on 48% (35 of 73)"),
        ("fall-2", "solution", "- At least seven.\n- As many as 74 of 74."),
        ("fall-4", "task", "74 of 150 authorities answered"),
        ("chance-1", "solution", "- Probation Board or Service, general practice and children, y"),
        ("chance-1", "solution", "- Police, Youth Offending Team, Primary Care Trust, provider an"),
        ("chance-2", "task", "rose from 35 to 42. The analyst tests it, finds that p may be as"),
        ("chance-2", "solution", "nine times 0.0078 is 0.07, above 0.05"),
        ("measured-1", "solution", "in 2009, 61 of the 64 authorities that gave details said that"),
        ("measured-2", "solution", "- Eight of 12, and about 3.1: with nothing going on"),
        ("measured-2", "solution", "- One, and 0."),
        ("measured-3", "task", "Looked after children is published as 47 authorities of 74, then"),
        ("measured-3", "solution", "- 10: only half of the real changes show, and five showed."),
        ("measured-3", "solution", "- About 89%. Then all 47 had stopped"),
        ("measured-5", "task", "in June 2010, and its money ran out in June 2011."),
        ("measured-7", "solution", "presence (20 items). Every other asks whether something was"),
        ("measured-8", "task", "List the items, of all 24 asked of everyone in both years"),
        ("measured-8", "solution", "longer by private sector and maternity"),
        ("measured-9", "solution", "−6.8 at 0, −5.1 at 0.25, −3.4 at 0.5 and −1.7 at 0.75"),
        ("measured-10", "task", "Of 74 authorities 67 commissioned CAMHS jointly in 2008, and 57"),
        ("measured-10", "solution", "From 10 to 17."),
    ],
)  # fmt: skip
def test_an_exercise_says_what_the_numbers_say(key: str, part: str, expected: str) -> None:
    assert expected in getattr(opened(key.partition("-")[0]).exercise(key), part)


QUIZZES = {
    "table": {
        "count": ("B", "40"),
        "of-whom": ("D", "The 65 with the agency on the Board and its level stated"),
        "rounding": ("B", "It sends a tie to the nearest even number"),
        "unit": ("A, C", "It fell by 8 percentage points"),
        "sum": ("A", "103"),
        "stated-base": ("B", "It is not of all 59, or it is misprinted"),
    },
    "seats": {
        "tick": ("B", "That 73 authorities said so on the form"),
        "duty": ("C", "Not in the first year; for the second, it is not known"),
        "control": ("B", "No trend that affected both alike can be the whole story"),
        "heads": ("B", "It stayed at 17"),
        "together": ("C", "Anything from 0 to 16"),
        "voice": ("A, D", "Its proposals were adopted more often"),
    },
    "fall": {
        "stopped": ("C", "From 1 to 25"),
        "same": ("B", "At most 19"),
        "churn": ("B", "Two fewer, and a churn of 24"),
        "room": ("B", "Choir: 20 schools had it, then 18"),
        "county": ("A, C", "Among the 40, fewer had a library the second time"),
    },
    "chance": {
        "meaning": ("B", "Chance cannot be ruled out at 0.05"),
        "always": ("D", "Because even with as many leaving as can be, p is 0.0008"),
        "coins": ("A", "The six that all fall alike"),
        "sign": ("B", "How much each of them rose or fell"),
        "many": ("B", "At least one story of each is not beyond chance any more"),
    },
    "measured": {
        "topic": ("C", "Of the authorities that gave details of their JSNA"),
        "carried": ("C", "About 10"),
        "effects": ("A, B", "The form shows too small a rise"),
        "warning": ("C", "It is a reason to ask what changed"),
        "gaming": ("B", "The figure is served, not its purpose"),
        "end": ("A, B", "Counts of what was growing were kept, as dear and as little used"),
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


def test_the_longest_choice_is_right_no_more_often_than_chance_would_have_it() -> None:
    questions = [one for name in NAMES for one in opened(name).quiz.questions]
    longest = [max(one.answers, key=lambda answer: len(answer.text)) for one in questions]
    by_chance = sum(len(one.right) / len(one.answers) for one in questions)
    assert sum(answer.is_right for answer in longest) <= by_chance


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("table", "39 of 73 is printed as 53%."),
        ("table", "That takes all 74 as the base."),
        ("table", "28 of 65 is 43%, and the parts add up to 65."),
        ("table", "31 of 40, which is 77.5%, as 78%, and 1 of 40, which is 2.5%, as 2%."),
        ("table", "60%; but 35 of 59 is 59%, and 36 is 61%."),
        ("seats", "57% of the members from *Further education and sixth form colleges* and 56%"),
        ("seats", "went from 33% to 24%"),
        ("seats", "On about 4, as chance alone would give"),
        ("seats", "74 of 150 authorities answered"),
        ("chance", "Up to 7 can have left"),
        ("chance", "six rose, three fell and two stayed the same. The sign test gives 0.51."),
        ("chance", "five of 11 changes on the Board could be at or below 0.05."),
        ("measured", "is printed at 98% for 2009. 98% of what?"),
        ("measured", "the form shows five authorities fewer."),
        ("measured", "About 2.5"),
        ("measured", "Three of 11 agencies sat on fewer Boards in the last year. Allowing for all"),
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
    assert rows.index.tolist() == ["Maternity", "Palliative care"]
    assert "For three of the 11 services" in take("one-fall-three-numbers").caveat


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
    assert shown.set_index("agency")["so"].to_dict() == {
        "Police": "smaller share, fewer heads",
        "Jobcentre Plus": "smaller share, more heads",
    }
    assert (by_hand(1, 6), by_hand(8, 35), round(3400 / 58 - 2600 / 59)) == (17, 23, 15)


def test_the_changes_of_the_two_that_began_level_are_those_of_their_counts() -> None:
    first, second = 100 * (25 / 64 - 16 / 60), 100 * (9 / 41 - 8 / 35)
    assert (round(first, 1), round(second, 1), round(first - second, 1)) == (12.4, -0.9, 13.3)
    assert (by_hand(25, 64) - by_hand(16, 60)) - (by_hand(9, 41) - by_hand(8, 35)) == 13


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
    assert (65 + 36 - 74, min(65, 36)) == (27, 36)
    assert round(16 * 20 / 74) == 4


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
    text = (ROOT / "book" / "exercises" / "measured.md").read_text("utf-8")
    cited = set(re.findall(r"\{cite:t\}`(\w+)`", text))
    works = pd.read_csv(ROOT / "book" / "teaching" / "evidence.csv")["said by"].str.cat(sep="; ")
    named = re.findall(r"([A-Z][\w']+(?: Commission)?)(?: and [\w ]+)? \((\d{4})\)", works)
    keys = {re.sub(r"\W", "", name).lower() + year for name, year in named}
    assert len(keys) == 16
    assert keys <= cited <= known


# -- Checks ------------------------------------------------------------------


def kind(question: str) -> str:
    words = ("Who chairs", "Whom", "a member of", "sit on", "represented on")
    return "presence" if any(word in question for word in words) else "activity"


def by_topic(question: str) -> str:
    topics = ("poverty", "weight", "harm", "absence")
    return "outcome" if any(topic in question for topic in topics) else kind(question)


def raises(*_: object) -> int:
    raise ZeroDivisionError("division by zero")


CHANGES = {0: -6.76, 0.25: -5.07, 0.5: -3.38, 0.75: -1.69}
REPLACED = ["police", "pct_commissioner", "pct_provider", "jobcentre_plus"]
RISEN = [
    "board.jobcentre_plus", "board.further_education", "board.probation",
    "board.general_practice", "jsna.carried_out", "board.youth_offending_team",
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "answer", "reason"),
    [
        ("table.count-behind", 8, "8 of 46 is 17.39%"),
        ("table.count-behind", 8.0, "8 of 46 is 17.39%"),
        ("table.rounding", by_hand, "every base up to 150, including 120 ties"),
        ("table.shared-base", [74, 90, 96, 98, 100], "on 74, 90, 96, 98 and 100, and on no other"),
        ("table.shared-base", {100, 98, 96, 90, 74}, "All 14 percentages"),
        ("table.impossible", [("healthwatch", 2023)], "Only healthwatch, 2023"),
        ("table.elsewhere", (39, 90), "35 of the 39 that answered the question."),
        ("seats.replaced", tuple(REPLACED), "Someone was replaced, or described differently, at"),
        ("seats.same-start", 13.3018, "13.3 points more, from counts."),
        ("seats.same-start", 13.3, "13.3 points more"),
        ("seats.together", (27, 36), "65 and 36 are 27 more than 74; and the rarer of the two sat"),
        ("seats.together", [27, 36], "The drawn panel has 30, one of the numbers in this range."),
        ("seats.elsewhere", (11, 40), "from 2 to 15"),
        ("fall.points", np.float64(7), "+7 points, from counts; +8 from rounded"),
        ("fall.stopped", (5, 13), "From 5, if nobody began, to 13, if 8 began."),
        ("fall.stopped", [np.int64(5), np.int64(13)], "From 5"),
        ("fall.elsewhere", (4, 1), "The net change is three fewer"),
        ("chance.p-range", (0.25, 0.82), "p is from 0.25 to 0.82, so never"),
        ("chance.p-range", (exact_p(3, 0), exact_p(38, 35)), "never at or below 0.05"),
        ("chance.holm", 0.16, "5 times 0.0312"),
        ("chance.holm", 0.15625, "5 times 0.0312"),
        ("chance.elsewhere", 0.22, "One joined and five left"),
        ("measured.kinds", kind, "20 items ask who is at the table, 21 what was made or done, and"),
        ("measured.flagged", RISEN, "Six of 24 items. They are reasons to ask, not findings."),
        ("measured.damped", CHANGES, "−6.8, −5.1, −3.4 and −1.7 points"),
        ("measured.without-strategy", (10, 17), "67 less 57, and all 17 that have no strategy."),
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
        rng.permuted(np.tile(np.arange(74) < count, (1000, 1)), axis=1) for count in (67, 62)
    )
    changes = {
        chance: 100 * (np.where(rng.random(last.shape) < chance, first, last) * 1 - first).mean()
        for chance in CHANGES
    }
    check("measured.damped", changes)


def open_rows(base: str) -> list[tuple[str, int]]:
    """The rows of the copied table whose levels do not add up to a base, by brute force."""
    rows = opened("table").names["copied"].to_dict("records")
    bases = {
        "on the Board": [row["on_board"] for row in rows],
        "stated": [row["on_board"] - row["not_stated"] for row in rows],
        "all": [60] * len(rows),
    }[base]
    found = []
    for row, of in zip(rows, bases, strict=True):
        counts = [
            [k for k in range(of + 1) if by_hand(k, of) == row[part]]
            for part in ("head", "senior_officer", "other")
        ]
        if of not in {sum(split) for split in product(*counts)}:
            found.append((row["agency"], row["year"]))
    return found


def test_one_row_of_the_copied_table_cannot_be_right_and_its_sum_does_not_show_it() -> None:
    table = opened("table").names["copied"].set_index(["agency", "year"])
    assert open_rows("stated") == [("healthwatch", 2023)]
    sums = table[["head", "senior_officer", "other"]].sum(axis=1)
    assert sums["healthwatch", 2023] in (99, 100, 101)


MISTAKES_OF_TABLE: list[tuple[str, Any, str]] = [
    ("count-behind", 9, "9 is 17% of 50, all with the agency on the Board."),
    ("count-behind", 7, "int() cuts the rest off. 7 of 46 is 15%"),
    ("count-behind", 17, "That is the percentage. How many Boards"),
    ("count-behind", 0.17, "That is a share"),
    ("count-behind", 7.82, "Count, don't divide"),
    ("count-behind", 10, "10 of 46 would be printed as 22%"),
    ("count-behind", 80, "The base is 46; yours is 80"),
    ("rounding", lambda k, n: round(100 * k / n), "as with Python's round(). 1 of 8 is 12.5%"),
    ("rounding", lambda k, n: by_hand(k, n, ROUND_HALF_EVEN), "nearest even number"),
    ("rounding", lambda k, n: 100 * k // n, "It cuts off instead of rounding"),
    ("rounding", lambda k, n: by_hand(k, n, ROUND_UP), "It always rounds up"),
    ("rounding", lambda k, n: k / n, "That is the share, from 0 to 1"),
    ("rounding", lambda k, n: floor(k / n * 100 + 0.5), "Nearly. 23 of 40 is 57.5%; yours gives"),
    ("rounding", lambda k, n: f"{by_hand(k, n)}%", "0 of 1 is 0%; yours gives 0%"),
    ("rounding", lambda *_: None, "0 of 1 is 0%; yours gives None"),
    ("rounding", lambda share: round(share), "It stops: TypeError, "),
    ("rounding", raises, "It stops: ZeroDivisionError, division by zero."),
    ("rounding", 63, "Write a function: answer_rounded(45, 72) must give 63"),
    ("shared-base", [74], "74 will do, and there are others up to 100"),
    ("shared-base", [73, 74], "73 is impossible. No count of 73 gives"),
    ("shared-base", 74, "Give a list of every base"),
    ("shared-base", "74", "Give a list of every base"),
    ("shared-base", [], "There are some."),
    ("shared-base", [150], "150 is not a base from 1 to 100"),
    ("shared-base", [[74]], "Give a whole number; yours is [74]"),
    ("impossible", [], "There is one."),
    ("impossible", [("hospital", 2024)], "is possible: 24, 19 and 3 give these percentages"),
    ("impossible", [("housing", 2009)], "The table has no row ('housing', 2009)"),
    ("impossible", ("pct_commissioner", 2008), "Give a list of pairs"),
    ("elsewhere", (90, 39), "The other way round: the base first."),
    ("elsewhere", (41, 85), "41 returned the form."),
    ("elsewhere", (42, 83), "42 were asked, and not all of them"),
    ("elsewhere", (39, 35), "35 is how many said yes."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("base", "told"),
    [
        ("on the Board", "You used all boards with the agency"),
        ("all", "You used all 60 partner"),
    ],
)
def test_a_wrong_base_for_the_levels_is_named(base: str, told: str) -> None:
    with pytest.raises(WrongAnswer, match=re.escape(told)):
        check("table.impossible", open_rows(base))


MISTAKES_OF_SEATS: list[tuple[str, Any, str]] = [
    ("replaced", ["further_education", "youth_offending_team", "probation"], "At these newcomers "),
    ("replaced", REPLACED[:3], "Jobcentre Plus: members went from 24 to 46, other from 2 to 0."),
    (
        "replaced",
        [*REPLACED, "probation"],
        "Probation Board or Service: members went from 35 to 41",
    ),
    ("replaced", [], "Suppose that nobody was replaced. Can they explain that?"),
    ("replaced", ["Jobcentre Plus"], "'Jobcentre Plus' is not an agency in the table."),
    ("replaced", "probation", "Give a list of agencies"),
    ("replaced", 2, "Give a list of agencies"),
    ("same-start", 13, "percentages already rounded"),
    ("same-start", 0.133, "That is a difference of shares."),
    ("same-start", -13.3, "The sign is wrong"),
    ("same-start", 12.4, "That is the change of the first alone."),
    ("same-start", 11.49, "Subtract one change from the other; do not add them"),
    ("same-start", 17.11, "That is how far apart they are in 2009."),
    ("same-start", 19, "one of these steps went wrong"),
    ("same-start", "13", "Give a number"),
    ("together", 27, "Give two whole numbers, the fewest and the most"),
    ("together", (36, 27), "Give the fewest first"),
    ("together", (27, 65), "65 Boards cannot have had both: only 36 had the other agency at all."),
    ("together", (27, 74), "What if every Board with the rarer agency had the other too?"),
    ("together", (28, 36), "You used a base as the number of Boards. There are 74"),
    ("together", (0, 36), "They cannot all have been apart"),
    ("together", (32, 36), "if the two were unrelated"),
    ("together", (24, 36), "The most is right. For the fewest"),
    ("together", (26.5, 36), "Count, don't divide"),
    ("elsewhere", (40, 11), "The other way round"),
    ("elsewhere", (2, 40), "That is a limit from the totals."),
    ("elsewhere", (11, 42), "The boards with both are right."),
    ("elsewhere", (13, 40), "The base is right."),
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
    ("stopped", (5, 21), "The most is the churn"),
    ("stopped", (0, 8), "That is how many may have begun"),
    ("stopped", (13, 5), "The other way round: give the fewest first."),
    ("stopped", (0, 13), "at least how many must have stopped? Yours is 0"),
    ("stopped", (5, 66), "Had all 66 stopped, at most 8 others could have had it"),
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

ALL_RISEN = [*RISEN, "board.private_sector", "commissioning.maternity"]
STEEP_FALLS = [
    *(f"commissioning.{n}" for n, (k1, k2) in COMMISSIONING.items() if 100 * (k1 - k2) >= 3 * 74),
    "board.children_and_families",
]


def scaled(by: float) -> dict[float, float]:
    return {chance: by * change for chance, change in CHANGES.items()}


MISTAKES_OF_MEASURED: list[tuple[str, Any, str]] = [
    ("kinds", "presence", "Write a function: answer_kind(question) must give"),
    ("kinds", by_topic, "may name something that happens to children"),
    ("kinds", lambda _: "activity", "'Who chairs the Board?' asks who is at"),
    ("kinds", lambda _: "presence", "asks whether something was made or done, not who is"),
    ("kinds", lambda _: "process", "yours gives 'process'. Use one of 'presence', 'activity',"),
    ("kinds", lambda _: None, "yours gives None"),
    ("kinds", lambda: "presence", "It stops: TypeError, "),
    ("kinds", raises, "It stops: ZeroDivisionError, division by zero."),
    ("flagged", ALL_RISEN, "already rounded. Private sector and maternity did not"),
    ("flagged", [*RISEN, *STEEP_FALLS], "Some of these fell."),
    ("flagged", STEEP_FALLS, "These fell. Look at the sign"),
    ("flagged", RISEN[:4], "Two more rose by that much."),
    ("flagged", [], "Six more rose by that much."),
    ("flagged", ["CAMHS"], "'CAMHS' is not an item in the table."),
    ("flagged", "commissioning.camhs", "Give a list of items"),
    ("flagged", 6, "Give a list of items"),
    ("damped", scaled(-1), "A fall is below 0"),
    ("damped", {0: 0, 0.25: -1.7, 0.5: -3.4, 0.75: -5.1}, "Kept and carried are swapped"),
    ("damped", dict.fromkeys(CHANGES, -6.76), "Nothing is carried forward here."),
    (
        "damped",
        {0: 0, 0.25: 1.7, 0.5: 3.4, 0.75: 5.1},
        "You compared the form with the truth in the last year.",
    ),
    ("damped", {**CHANGES, 0: -2.0}, "With nothing carried forward the form shows the real"),
    ("damped", {**CHANGES, 0.5: -5.2}, "At 0.5 yours is -5.2, which is off by more than"),
    ("damped", {0: -6.76, 0.5: -3.38}, "Give one change for each of 0, 0.25, 0.5, 0.75."),
    ("damped", list(CHANGES.values()), "Give a dictionary"),
    ("damped", dict.fromkeys(CHANGES, "much"), "It stops: ValueError, "),
    ("without-strategy", 10, "Give two whole numbers"),
    ("without-strategy", (17, 10), "Give the fewest first"),
    ("without-strategy", (0, 17), "67 is more than the 57 that did"),
    ("without-strategy", (12, 17), "For the fewest: what if every authority with a strategy"),
    ("without-strategy", (10, 67), "There are only 74 less 57 without a strategy."),
    ("without-strategy", (10, 7), "7 do not commission CAMHS jointly."),
    ("without-strategy", (10, 10), "10 is the fewest."),
    ("without-strategy", (10, 16), "The fewest is right. For the most"),
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
