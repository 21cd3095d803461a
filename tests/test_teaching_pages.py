"""The teacher's pages: plans that add up and name what exists, and the way to them."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

from csm_lib.lesson import NAMES, Exercise, opened

ROOT = Path(__file__).parent.parent
TEACHING = (ROOT / "book" / "teaching.md").read_text("utf-8")
INSTRUCTOR = (ROOT / "book" / "instructor.md").read_text("utf-8")

SLOT = re.compile(r"\| (\d+) to (\d+) minutes \| (.+?) \| (.+?) \| (.+?) \|\n")

Slot = tuple[int, int, str, str, str]


def plans() -> dict[str, list[Slot]]:
    """The rows of each plan, by the title of its table."""
    tables = re.findall(r"(?ms)^:::\{table\} (Plan for .+?)\n(.+?)^:::$", INSTRUCTOR)
    return {
        title: [(int(start), int(end), *rest) for start, end, *rest in SLOT.findall(rows)]
        for title, rows in tables
    }


PLANS = plans()
each_plan = pytest.mark.parametrize("title", PLANS)


def slides_of(lesson: str) -> list[str]:
    text = (ROOT / "book" / "teaching" / "slides" / f"{lesson}.md").read_text("utf-8")
    return re.findall(r"(?m)^##? (.+?)\s*$", text)


def page_of(lesson: str) -> str:
    cells = nbformat.read(ROOT / "notebooks" / f"lesson_{lesson}.ipynb", as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def title_of(lesson: str) -> str:
    return page_of(lesson).partition("\n")[0].removeprefix("# ")


def exercise(key: str) -> Exercise:
    return opened(key.partition("-")[0]).exercise(key)


def section(heading: str) -> str:
    """A section of the instructor's page, with the sections below it."""
    found = re.search(rf"(?ms)^## {heading}\n(.+?)(?=^## |\Z)", INSTRUCTOR)
    assert found is not None
    return found[1]


# -- Plans -------------------------------------------------------------------


def test_there_are_plans_of_60_minutes_for_every_lesson_and_two_of_90() -> None:
    assert sorted(title.partition(":")[0] for title in PLANS) == [
        *["Plan for 60 minutes"] * 5,
        "Plan for 90 minutes, with computers",
        "Plan for 90 minutes, without computers",
    ]
    assert {f"Plan for 60 minutes: {title_of(lesson)}" for lesson in NAMES} <= set(PLANS)


@each_plan
def test_a_plan_fills_its_time_and_says_what_everybody_does_and_what_is_shown(title: str) -> None:
    slots = PLANS[title]
    promised = int(re.findall(r"\d+", title)[0])

    assert [start for start, *_ in slots] == [0, *[end for _, end, *_ in slots][:-1]]
    assert sum(end - start for start, end, *_ in slots) == promised
    assert min(end - start for start, end, *_ in slots) >= 3
    table = INSTRUCTOR.partition(f":::{{table}} {title}\n")[2].partition("\n:::")[0]
    assert table.count("\n| ") - 1 == len(slots), "a row that is not: | 0 to 5 minutes | ..."
    assert [slot for slot in slots if any(len(part.strip()) < 4 for part in slot[2:])] == []


@each_plan
def test_a_plan_names_slides_as_they_are_called_and_gives_exercises_their_time(title: str) -> None:
    there = {heading for lesson in NAMES for heading in slides_of(lesson)}
    hurried = []
    for start, end, *_, shown in PLANS[title]:
        asked = re.findall(r"#exercise-([\w-]+)>", shown)
        hurried += [key for key in asked if exercise(key).minutes > end - start]

    assert len(named(PLANS[title])) >= 3
    assert set(named(PLANS[title])) <= there
    assert hurried == []
    assert "#exercise-" in str(PLANS[title])


def named(slots: list[Slot]) -> list[str]:
    """The slides that a plan names, in its order."""
    shown = [re.search(r"[Ss]lides? (\*.+)", slot[-1]) for slot in slots]
    return [name for found in shown if found for name in re.findall(r"\*(.+?)\*", found[1])]


@pytest.mark.parametrize("lesson", NAMES)
def test_a_deck_has_the_slides_of_its_plan_in_that_order_and_extras_last(lesson: str) -> None:
    title, *deck = slides_of(lesson)
    plan = named(PLANS[f"Plan for 60 minutes: {title_of(lesson)}"])

    assert [title, *deck][: len(plan) + (title not in plan)] == list(dict.fromkeys([title, *plan]))


@each_plan
def test_a_plan_goes_through_its_decks_without_going_back(title: str) -> None:
    before = INSTRUCTOR.partition(f":::{{table}} {title}\n")
    decks = re.findall(r"<(?:slides|exercises)/(\w+)\.\w+>", before[0].rpartition(":::\n")[2])
    ahead = iter([slide for lesson in dict.fromkeys(decks) for slide in slides_of(lesson)])

    assert [name for name in named(PLANS[title]) if name not in ahead] == []


def test_an_exercise_that_a_plan_sets_has_a_slide_where_it_is_set() -> None:
    """But where students sit at computers."""
    for title, slots in PLANS.items():
        for slot in slots:
            for key in re.findall(r"#exercise-([\w-]+)>", slot[-1]):
                deck = (ROOT / "book/teaching/slides" / f"{key.partition('-')[0]}.md").read_text()
                told = re.search(rf"(?m)^## (.+)\n\n{{exercise}} {key}$", deck)
                assert "with computers" in title or (told and told[1] in named([slot])), key


def test_every_exercise_that_the_page_names_exists_and_is_linked_where_it_stands() -> None:
    links = re.findall(r"`([^`<]*) <book/exercises/(\w+)\.html#exercise-([\w-]+)>`", INSTRUCTOR)

    assert len(links) >= 15
    assert [key for text, _, key in links if text.removeprefix("Exercise ") != key] == []
    assert [key for _, lesson, key in links if key not in opened(lesson).exercises] == []


def test_what_may_be_skipped_is_a_slide_of_its_lesson() -> None:
    rows = re.findall(r"(?m)^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", section(
        "If time is short"))  # fmt: skip
    by_title = {title_of(lesson): slides_of(lesson) for lesson in NAMES}
    wrong = [
        (lesson, name)
        for lesson, *cells in rows[1:]
        for name in re.findall(r"\*(.+?)\*", " ".join(cells))
        if name not in by_title[lesson]
    ]

    assert [row[0] for row in rows[1:]] == list(by_title)
    assert wrong == []


# -- What else a teacher needs -----------------------------------------------


@pytest.mark.parametrize("lesson", NAMES)
def test_each_lesson_has_misconceptions_with_what_to_do_and_readings(lesson: str) -> None:
    misconceptions = section("Misconceptions, and how to address them")
    part = misconceptions.partition(f"### {title_of(lesson)}\n")[2].partition("\n### ")[0]
    said = re.findall(r"(?m)^[^\s:#].+\n: \*.+\*\n  \S.+$", part)
    readings = section("Reading list").partition(f"### {title_of(lesson)}\n")[2]
    readings = readings.partition("\n### ")[0]

    assert len(said) >= 5
    assert len(re.findall(r"(?m)^- \{cite:t\}`\w+`: \S.+\.$", readings)) >= 2


def test_the_rubric_says_something_for_every_criterion_at_every_level() -> None:
    rows = [
        [cell.strip() for cell in row.split("|")[1:-1]]
        for row in re.findall(r"(?m)^\|.+\|$", section("A rubric for marking"))
    ]

    assert rows[0] == ["Criterion", "Not yet", "Pass", "Good", "Excellent"]
    assert len(rows) >= 7
    assert {len(row) for row in rows} == {5}
    assert all(cell for row in rows for cell in row)
    assert len({cell for row in rows[2:] for cell in row}) == 5 * (len(rows) - 2)


@pytest.mark.parametrize("lesson", NAMES)
def test_the_card_of_a_lesson_offers_all_of_it_and_tells_its_time(lesson: str) -> None:
    card = TEACHING.partition(f"{{grid-item-card}} {title_of(lesson)}\n")[2].partition("\n:::")[0]

    for place in (
        f"(../notebooks/lesson_{lesson}.ipynb)",
        f"(exercises/{lesson}.md)",
        f"(quizzes/{lesson}.md)",
        f"<slides/{lesson}.html>",
        f"<handouts/{lesson}.html>",
        f"<exercises/{lesson}.ipynb>",
    ):
        assert place in card
    time = re.search(r"(?m)^- \*\*Time:\*\* (.+)$", page_of(lesson))
    assert time is not None
    *told, _quiz = re.findall(r"\d+(?= minutes)", time[1])
    assert re.findall(r"\d+(?= minutes)", card) == told


@pytest.mark.parametrize("lesson", NAMES)
def test_a_lesson_tells_the_time_of_its_exercises_to_the_nearest_five_minutes(lesson: str) -> None:
    time = re.search(r"(?m)^- \*\*Time:\*\* (.+)$", page_of(lesson))
    assert time is not None
    taken = {"debate": 0, "reason": 0, "compute": 0}
    for one in map(exercise, opened(lesson).exercises):
        kind = "compute" if one.level == "compute" else "reason"
        taken["debate" if "Debate" in one.title else kind] += one.minutes
    told = {
        kind: int(minutes)
        for minutes, kind in re.findall(r"(\d+) minutes [^,]*(reason|compute|debate)", time[1])
    }

    assert {"debate": 0} | told == {kind: 5 * round(total / 5) for kind, total in taken.items()}


# -- The way there -----------------------------------------------------------


def test_a_plan_for_60_minutes_is_two_clicks_from_the_front_page() -> None:
    front = (ROOT / "notebooks" / "findings.ipynb").read_text("utf-8")

    assert "](../book/teaching.md)" in front
    assert "](instructor.md#a-plan-for-60-minutes)" in TEACHING
    heading = INSTRUCTOR.partition("\n## A plan for 60 minutes\n")[2].partition("\n## ")[0]
    assert len(SLOT.findall(heading)) == 8
