"""What every lesson keeps to: its page, its notebooks and its slides agree with its module."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from make_exercises import BLOCK, LINE, for_students, written
from test_notebooks import numbers_in

from csm_lib.collection import Collection
from csm_lib.download import meaning
from csm_lib.findings import Finding
from csm_lib.teaching import LESSONS
from csm_lib.teaching.check import NotYet
from csm_lib.teaching.slides import deck

ROOT = Path(__file__).parent.parent

each_lesson = pytest.mark.parametrize("name", LESSONS)


def module(name: str) -> ModuleType:
    return import_module(f"csm_lib.teaching.lesson_{name}")


def solution(name: str) -> Path:
    return ROOT / "exercises" / "solutions" / f"{name}.ipynb"


def student(name: str) -> Path:
    return ROOT / "exercises" / f"{name}.ipynb"


def code_of(path: Path) -> list[str]:
    cells = nbformat.read(path, as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "code"]


def shown(name: str) -> list[Any]:
    """What the cells of a lesson's page show."""
    names: dict[str, Any] = {}
    setup, *cells = code_of(ROOT / "notebooks" / f"lesson_{name}.ipynb")
    exec(setup, names)
    return [eval(cell, names) for cell in cells]


# -- Notebooks of the exercises ----------------------------------------------


def test_every_lesson_has_its_notebooks_and_there_are_no_others() -> None:
    for folder in (ROOT / "exercises", ROOT / "exercises" / "solutions"):
        assert {path.stem for path in folder.glob("*.ipynb")} == set(LESSONS)


@each_lesson
def test_the_solutions_pass_every_check(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    for source in code_of(solution(name)):
        exec(source, names)
    checks = module(name).CHECKS
    assert capsys.readouterr().out.count("Right. ") == len(checks) >= 3
    checked = re.findall(rf'check\("{name}\.([\w-]+)"', "\n".join(code_of(solution(name))))
    assert checked == list(checks)


@each_lesson
def test_the_students_notebook_runs_to_the_first_unanswered_cell(name: str) -> None:
    names: dict[str, Any] = {}
    asked = 0
    for source in code_of(student(name)):
        if source.startswith("check("):
            with pytest.raises(NotYet, match="Replace the dots"):
                exec(source, names)
            asked += 1
        else:
            exec(source, names)
    assert asked == len(module(name).CHECKS)


@each_lesson
def test_the_students_notebook_is_derived_and_holds_no_line_of_a_solution(name: str) -> None:
    made = nbformat.read(solution(name), as_version=4)
    text = student(name).read_text("utf-8")
    assert text == written(for_students(made)), "run: make exercises"

    sources = "\n".join(cell.source for cell in nbformat.read(student(name), as_version=4).cells)
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
    assert len(given_away) >= len(module(name).CHECKS)
    assert [line for line in given_away if line in sources] == []


# -- Page --------------------------------------------------------------------


@each_lesson
def test_the_page_shows_each_exercise_once_and_the_quiz(name: str) -> None:
    sources = "\n".join(code_of(ROOT / "notebooks" / f"lesson_{name}.ipynb"))
    found = re.findall(r'exercise\(collection, "([\w-]+)"\)', sources)
    assert found == list(module(name).EXERCISES)
    assert sources.count(f"lesson_{name}.quiz(collection)") == 1


@each_lesson
def test_no_id_stands_twice_on_the_page_and_every_column_is_described(name: str) -> None:
    things = shown(name)
    ids = [e["id"] for one in things for e in BeautifulSoup(one.html, "lxml").select("[id]")]
    assert len(ids) == len(set(ids))
    for finding in (one for one in things if isinstance(one, Finding)):
        unknown = [column for column in finding.data if not meaning(finding.key, str(column))]
        assert unknown == [], finding.key


@each_lesson
def test_there_are_exercises_of_each_level_from_the_easiest_on(
    name: str, collection: Collection
) -> None:
    levels = [module(name).exercise(collection, key).level for key in module(name).EXERCISES]
    assert levels == sorted(levels, key=["read", "reason", "compute"].index)
    assert set(levels) == {"read", "reason", "compute"}


# -- Slides ------------------------------------------------------------------


@each_lesson
def test_every_slide_finds_what_it_shows_and_has_notes(name: str, collection: Collection) -> None:
    slides = deck(name, collection).slides
    assert 10 <= len(slides) <= 16
    assert all(slide.notes for slide in slides)
    assert sum(slide.finding is not None for slide in slides) >= 4
    tasks = [slide.exercise.key for slide in slides if slide.exercise]
    assert tasks
    assert set(tasks) <= set(module(name).EXERCISES)


@each_lesson
def test_no_result_is_typed_into_the_slides(name: str) -> None:
    text = (ROOT / "book" / "teaching" / "slides" / f"{name}.md").read_text("utf-8")
    assert numbers_in(re.sub(r"(?m)^\{exercise\} .*", "", text)) == []
