"""Handouts: what to read and to reason about, and nothing that gives an answer away."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from csm_lib.collection import Collection
from csm_lib.teaching import LESSONS
from csm_lib.teaching.exercise import Exercise
from csm_lib.teaching.handout import handout, introduction, without_roles


@pytest.fixture(scope="module", params=LESSONS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def sheet(name: str, collection: Collection) -> BeautifulSoup:
    return BeautifulSoup(handout(name, collection), "html.parser")


def exercises(name: str, collection: Collection) -> list[Exercise]:
    module = import_module(f"csm_lib.teaching.lesson_{name}")
    return [module.exercise(collection, key) for key in module.EXERCISES]


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a {term}`base`", "a base"),
        ("the {term}`bases <base>` of it", "the bases of it"),
        ("as was shown {cite:p}`holm1979`.", "as was shown."),
        ("{doc}`/book/background`", "/book/background"),
        ("[this page](lesson_fall.ipynb#time)", "this page"),
        ("`code` and *words*", "`code` and *words*"),
    ],
)
def test_what_only_the_site_can_resolve_becomes_words(before: str, after: str) -> None:
    assert without_roles(before) == after


def notebook(folder: Path, *cells: str) -> Path:
    path = folder / "lesson.ipynb"
    made = [{"cell_type": "markdown", "source": [cell]} for cell in cells]
    path.write_text(json.dumps({"cells": [*made, {"cell_type": "code", "source": ["# a"]}]}))
    return path


def test_a_handout_takes_the_first_paragraph_and_the_objectives(tmp_path: Path) -> None:
    path = notebook(
        tmp_path,
        "# A lesson\n\nIts {term}`story`,\nin short.\n\nMore of it.",
        "## Objectives\n\nYou can\n\n- read,\n- write.\n\n## Prerequisites\n\nnone",
    )

    assert introduction(path) == (
        "A lesson",
        "Its story,\nin short.",
        "You can\n\n- read,\n- write.",
    )


def test_a_lesson_without_objectives_is_refused(tmp_path: Path) -> None:
    path = notebook(tmp_path, "# A lesson\n\nStory.\n\n## Prerequisites")

    with pytest.raises(ValueError, match="a section 'Objectives'"):
        introduction(path)


def test_a_handout_holds_the_tasks_to_read_and_to_reason_about(
    sheet: BeautifulSoup, collection: Collection, name: str
) -> None:
    said = [head.text for head in sheet.select("h3")]
    made = [one for one in exercises(name, collection) if one.level != "compute"]

    assert len(made) >= 4
    assert [head.split(". ", 1)[1].rpartition(" ")[0] for head in said] == [
        f"{one.title} {one.level}, {one.minutes}" for one in made
    ]
    assert f"Exercises ({sum(one.minutes for one in made)} minutes)" in sheet.text


def test_a_handout_gives_no_answer_away(
    sheet: BeautifulSoup, collection: Collection, name: str
) -> None:
    said = words(sheet.text)

    for one in exercises(name, collection):
        lines = [line.removeprefix("- ") for line in one.solution.splitlines() if len(line) > 30]
        given = [line for line in lines if words(line) in said]
        assert given == []
        assert not one.hint or words(one.hint) not in said
        assert one.finding is None or one.finding.title not in said


def test_each_question_of_a_handout_has_room_for_an_answer(sheet: BeautifulSoup) -> None:
    for task in sheet.select(".csm-task"):
        questions = task.select("li")
        assert [li.text for li in questions if not li.select(".csm-room span")] == []
        assert task.select(".csm-room span")


def test_a_handout_shows_the_data_that_its_tasks_are_about(
    sheet: BeautifulSoup, collection: Collection, name: str
) -> None:
    shown = [
        one.finding
        for one in exercises(name, collection)
        if one.level != "compute" and one.finding is not None
    ]
    looks = sheet.select(".csm-look")

    assert [title.text for title in sheet.select(".csm-title")] == [one.question for one in shown]
    assert [look for look in looks if not look.select("svg, table")] == []
    for finding, look in zip(shown, looks, strict=True):
        counts = re.findall(r"\d+ of \d+", finding.table.to_string())
        assert [count for count in counts if count not in look.get_text(" ")] == []


def test_a_chart_that_tells_every_count_needs_no_table_on_paper(collection: Collection) -> None:
    sheet = BeautifulSoup(handout("measured", collection), "html.parser")
    components, alarms = sheet.select(".csm-look")[:2]

    assert len(components.select("svg")) == 1
    assert components.select("table") == []
    assert len(alarms.select("table")) == 1


def test_a_handout_needs_no_script_and_no_screen(sheet: BeautifulSoup) -> None:
    assert sheet.select("script, details, button, input, form, a") == []
    assert len(sheet.select("h1")) == 1
