"""What is asked about stands nowhere in its lesson: with several seeds, as another class has it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest

from csm_lib import notebooks, words
from csm_lib.findings import Finding
from csm_lib.lesson import NAMES, Lesson, opened

ROOT = Path(__file__).parent.parent
SEEDS = ["0", "1", "7", "2026"]
SMALL = {words.number(number): str(number) for number in range(10)}
NUMBER = re.compile(rf"\d+(?:\.\d+)?%?|\b(?:{'|'.join(SMALL)})\b", re.IGNORECASE)


def p(number: float) -> str:
    return words.p_value(number)


# What is asked about, and the numbers of the answer, by the names of the lesson.
ANSWERS: dict[str, Callable[[dict[str, Any]], list[tuple[str, Any]]]] = {
    "table": lambda n: [
        (n["grew"]["first"]["label"], n["grew"]["first"]["counts"][0]),
        (n["grew"]["first"]["label"], n["grew"]["last"]["counts"][0]),
        (n["count"]["label"], n["count"]["count"]),
        (n["asked"]["label"], n["asked"]["count"]),
        (n["whom"]["label"], n["whom"]["stated"]),
        (n["unit"]["label"], n["unit"]["per_cent"]),
        (n["pair"][0]["label"], n["pair"][0]["yes"] - n["pair"][1]["yes"]),
    ],
    "seats": lambda n: [
        (n["grew"]["label"], n["grew"]["newcomers"]),
        (n["joined"]["label"], n["joined"]["newcomers"]),
        (n["shrank"]["label"], -n["shrank"]["new_heads"]),
        (n["level"]["one"]["label"], n["level"]["points"]),
        (n["other_level"]["one"]["label"], n["other_level"]["points"]),
        (n["together"]["one"]["label"], n["together"]["low"]),
        (n["steady"]["label"], n["steady"]["heads"][1]),
        (n["families"]["label"], n["families"]["fewer"]),
    ],
    "fall": lambda n: [
        (n["only"]["label"], n["only"]["losers_high"]),
        (n["undone"]["label"], n["undone"]["net"]),
        (n["moved"]["label"], n["moved"]["points"]),
        (n["stopped"]["label"], n["stopped"]["losers_high"]),
        (n["asked"]["label"], n["asked"]["losers_high"]),
        (n["same"]["label"], n["same"]["losers_high"]),
        (n["most_stopped"]["label"], n["some"]["fewest"]),
    ],
    "chance": lambda n: [
        (n["ranged"]["label"], p(n["ranged"]["exact_high"])),
        (n["added"]["label"], p(n["added"]["exact_high"])),
        (n["twins"][0]["label"], p(n["twins"][0]["exact_high"])),
        (n["twins"][1]["label"], p(n["twins"][1]["exact_high"])),
        (n["steepest"]["label"], p(n["adjusted"])),
    ],
    "measured": lambda n: [
        (n["care"]["label"], 2 * n["care"]["lost"]),
        (n["care"]["label"], f"{n['care']['most']}%"),
        (n["halved"]["label"], 2 * n["halved"]["lost"]),
        (n["carried"]["label"], f"{-float(n['carried']['change']) / 2:.1f}"),
        (n["strategy"]["label"], n["strategy"]["low"]),
        (n["strategy"]["label"], n["strategy"]["high"]),
        (n["need"]["label"], n["need"]["yes"]),
    ],
}


def numbers_in(text: str) -> set[str]:
    return {SMALL.get(found.lower(), found) for found in NUMBER.findall(text)}


def lines_of(finding: Finding) -> list[str]:
    rows = finding.table.astype(str).agg(" | ".join, axis=1).tolist()
    return [finding.title, *re.split(r"(?<=[.;]) ", finding.caveat), *rows]


@cache
def story(name: str) -> tuple[str, ...]:
    """What the page of a lesson tells before its exercises, a sentence or a row at a time."""
    path = ROOT / "notebooks" / f"lesson_{name}.ipynb"
    to_read = set(re.findall(r"(?m)^\{finding\} (\S+)$", Lesson(name).path.read_text("utf-8")))
    found = [one for key, one in notebooks.findings(path).items() if key not in to_read]
    cells = nbformat.read(path, as_version=4).cells
    text = [
        one for cell in cells if cell.cell_type == "markdown" for one in cell.source.split("\n")
    ]
    return (*text, *(told for one in found for told in lines_of(one)))


@pytest.fixture(params=SEEDS)
def _seed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CSM_SEED", request.param)
    opened.cache_clear()
    yield
    opened.cache_clear()


@pytest.mark.usefixtures("_seed")
@pytest.mark.parametrize("name", NAMES)
def test_no_answer_stands_in_its_lesson_with_what_it_is_of(name: str) -> None:
    lesson = opened(name)
    told = [*story(name), *(lesson.exercise(key).task for key in lesson.exercises)]
    answers = ANSWERS[name](lesson.names)
    given_away = [
        (label, str(answer), line)
        for label, answer in answers
        for line in told
        if label.lower() in line.lower() and str(answer) in numbers_in(line)
    ]
    assert len(answers) >= 5
    assert given_away == []


@pytest.mark.usefixtures("_seed")
@pytest.mark.parametrize("name", NAMES)
def test_the_solutions_and_the_quiz_are_right_with_every_seed(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lesson = opened(name)
    names: dict[str, Any] = {}
    path = ROOT / "exercises" / "solutions" / f"{name}.ipynb"
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            exec(cell.source, names)
    asked = [key for key in lesson.exercises if lesson.exercise(key).check]
    assert capsys.readouterr().out.count("Right. ") == len(asked)
    assert len(lesson.quiz.questions) >= 5
