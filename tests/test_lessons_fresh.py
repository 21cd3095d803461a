"""What is asked about stands nowhere in its lesson: with several seeds, as another class has it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import lesson_pages
import nbformat
import pytest

from csm_lib import notebooks, words
from csm_lib.findings import Finding
from csm_lib.lesson import NAMES, Exercise, Lesson, opened

ROOT = Path(__file__).parent.parent
SEEDS = ["0", "1", "7", "2026"]
SMALL = {words.number(number): str(number) for number in range(10)}
NUMBER = re.compile(rf"\d+(?:\.\d+)?%?|\b(?:{'|'.join(SMALL)})\b", re.IGNORECASE)


def p(number: float) -> str:
    return words.p_value(number)


Answers = list[tuple[str, Any]]

# What each exercise, and each question of a quiz, asks about, and the number of its answer.
ANSWERS: dict[str, Callable[[dict[str, Any]], Answers]] = {
    "table-1": lambda n: [
        (n["regions"]["highest"]["region"], n["regions"]["highest"]["yes"]),
        (n["regions"]["most"]["region"], n["regions"]["most"]["yes"]),
    ],
    "table-2": lambda n: [
        (n["pair"][0]["label"], n["pair"][0]["yes"] - n["pair"][1]["yes"]),
        (n["fewest"]["label"], n["fewest"]["base"]),
    ],
    "table-3": lambda n: [(n["near"]["label"], k) for k in n["near"]["split"]],
    "table-4": lambda n: [(n["care"]["label"], n["care"]["per_cent"])],
    "table-5": lambda n: [
        (n["grew"]["first"]["label"], n["grew"][side]["counts"][0]) for side in ("first", "last")
    ],
    "table-6": lambda n: [(n["count"]["label"], n["count"]["count"])],
    "table-8": lambda n: [("Table 2", base) for base in n["block"]["fits"][1:]],
    "table-9": lambda n: [(n["slip"]["label"], f"{n['slip']['percent']}%")],
    "table-10": lambda n: [(n["elsewhere"]["label"], f"{n['elsewhere']['percent']}%")],
    "table/count": lambda n: [(n["asked"]["label"], n["asked"]["count"])],
    "table/of-whom": lambda n: [(n["whom"]["label"], n["whom"]["stated"])],
    "table/unit": lambda n: [(n["unit"]["label"], n["unit"]["per_cent"])],
    "seats-1": lambda n: [(n["room"]["one"]["label"], n["room"]["one"]["more"])],
    "seats-2": lambda n: [
        (n["families"]["label"], n["families"][what]) for what in ("from_yes", "to_yes", "fewer")
    ],
    "seats-3": lambda n: [
        (n["senior"]["steepest"]["label"], n["senior"]["steepest"]["rose"]),
        (n["senior"]["steepest"]["label"], n["senior"]["steepest"]["heads"][1]),
    ],
    "seats-4": lambda n: [
        (n["grew"]["label"], n["grew"]["newcomers"]),
        (n["joined"]["label"], n["joined"]["newcomers"]),
        (n["shrank"]["label"], (-n["shrank"]["newcomers"], -n["shrank"]["new_heads"])),
    ],
    "seats-5": lambda n: [(n["beside"]["label"], n["apart"]), (n["law"]["label"], n["apart"])],
    "seats-8": lambda n: [(n["level"]["one"]["label"], n["level"]["points"])],
    "seats-9": lambda n: [
        (n["together"]["one"]["label"], (n["together"]["low"], n["together"]["high"])),
    ],
    "seats-10": lambda n: [(label, n["elsewhere"]["met"]) for label in n["elsewhere"]["labels"]],
    "seats/control": lambda n: [
        (n["other_level"]["one"]["label"], n["other_level"]["points"]),
    ],
    "fall-1": lambda n: [
        (n["joined_most"]["label"], n["joined_most"]["gainers_low"]),
        (n["least_clear"]["label"], n["least_clear"]["losers_high"]),
    ],
    "fall-2": lambda n: [
        (n["most_stopped"]["label"], n["some"]["fewest"]),
        ("stopped some service", n["some"]["fewest"]),
    ],
    "fall-3": lambda n: [(n["only"]["label"], n["only"]["losers_high"])],
    "fall-4": lambda n: [(n["undone"]["label"], n["undone"]["net"])],
    "fall-5": lambda n: [(n["moved"]["label"], abs(n["moved"]["points"]))],
    "fall-6": lambda n: [(n["stopped"]["label"], n["stopped"]["losers_high"])],
    "fall-7": lambda n: [(n["elsewhere"]["label"], n["elsewhere"]["losers"])],
    "fall/stopped": lambda n: [(n["asked"]["label"], n["asked"]["losers_high"])],
    "fall/same": lambda n: [(n["same"]["label"], n["same"]["losers_high"])],
    "chance-2": lambda n: [(n["steepest"]["label"], p(n["adjusted"]))],
    "chance-3": lambda n: [(one["label"], p(one["exact_high"])) for one in n["twins"]],
    "chance-4": lambda n: [
        (n["ranged"]["label"], p(n["ranged"]["exact_low"])),
        (n["ranged"]["label"], p(n["ranged"]["exact_high"])),
    ],
    "chance-5": lambda n: [("Holm", p(n["looked"]["holm"]))],
    "chance-6": lambda n: [(n["elsewhere"]["label"], p(n["elsewhere"]["p"]))],
    "chance/always": lambda n: [(n["added"]["label"], p(n["added"]["exact_high"]))],
    "chance/meaning": lambda n: [(n["meant"]["label"], p(n["meant"]["exact_high"]))],
    "measured-1": lambda n: [(n["need"]["label"], n["need"]["yes"])],
    "measured-2": lambda n: [
        ("flagged", n["alarm"]()["flags"]),
        ("flagged", n["alarm"]()["by_chance"]),
    ],
    "measured-3": lambda n: [
        (n["care"]["label"], 2 * n["care"]["lost"]),
        (n["care"]["label"], f"{n['care']['most']}%"),
    ],
    "measured-7": lambda n: [("second survey", n["counts"]["presence"])],
    "measured-9": lambda n: [
        (n["carried"]["label"], f"{-float(n['carried']['change']) / 2:.1f}"),
    ],
    "measured-10": lambda n: [
        (n["strategy"]["label"], n["strategy"]["low"]),
        (n["strategy"]["label"], n["strategy"]["high"]),
    ],
    "measured/carried": lambda n: [(n["halved"]["label"], 2 * n["halved"]["lost"])],
}

# What asks for an argument, for a list of names, or about what is supposed: no number answers it.
OPEN = {
    "table-7", "table/rounding", "table/sum", "table/stated-base",
    "seats-6", "seats-7", "seats/tick", "seats/duty", "seats/heads", "seats/together",
    "seats/voice", "fall/churn", "fall/room", "fall/county",
    "chance-1", "chance/coins", "chance/sign", "chance/many",
    "measured-4", "measured-5", "measured-6", "measured-8", "measured/topic", "measured/effects",
    "measured/warning", "measured/gaming", "measured/end",
}  # fmt: skip


def numbers_in(text: str) -> set[str]:
    return {SMALL.get(found.lower(), found) for found in NUMBER.findall(text)}


def rows_of(finding: Finding) -> list[str]:
    return finding.table.astype(str).agg(" | ".join, axis=1).tolist()


def lines_of(finding: Finding) -> list[str]:
    return [finding.title, *re.split(r"(?<=[.;]) ", finding.caveat), *rows_of(finding)]


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


def asked(one: Exercise) -> list[str]:
    """What a page or a handout shows of an exercise, which is never the title of its table."""
    return [*f"{one.task}\n{one.hint}".split("\n"), *(rows_of(one.finding) if one.finding else [])]


def deck(name: str) -> list[tuple[str, list[str]]]:
    """What slides, their notes and the handout tell, with the exercise that a slide sets."""
    found = []
    for slide in lesson_pages.read_deck(name):
        text = "\n".join([slide.title, slide.text, slide.answer, slide.notes, slide.paper])
        on_paper = re.search(r"(?m)^\{finding\} (.+)$", slide.paper)
        told = rows_of(lesson_pages.part_of(on_paper[1])) if on_paper else []
        told += lines_of(slide.finding) if slide.finding else []
        found.append((slide.exercise.key if slide.exercise else "", [*text.split("\n"), *told]))
    return found


def around(name: str) -> Callable[[str], list[str]]:
    """What a lesson tells, but in an exercise or question itself, or after its slide sets it."""
    lesson, slides = opened(name), deck(name)
    own = {key: asked(lesson.exercise(key)) for key in lesson.exercises}
    own |= {f"{name}/{one.key}": one.text.split("\n") for one in lesson.quiz.questions}
    set_here = [key for key, _ in slides]

    def told(key: str) -> list[str]:
        until = set_here.index(key) if key in set_here else len(slides)
        shown = [line for _, lines in slides[:until] for line in lines]
        others = [line for other, lines in own.items() if other != key for line in lines]
        return [*story(name), *shown, *others]

    return told


def keys_of(name: str) -> list[str]:
    lesson = opened(name)
    return [*lesson.exercises, *(f"{name}/{one.key}" for one in lesson.quiz.questions)]


def given_away(answers: Answers, lines: list[str]) -> Answers:
    """The lines that have what is asked about and the number of an answer."""
    return [
        (f"{label}: {answer}", line)
        for label, answer in answers
        for line in lines
        if label.lower() in line.lower() and numbers_in(str(answer)) <= numbers_in(line)
    ]


@pytest.fixture(params=SEEDS)
def _seed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CSM_SEED", request.param)
    opened.cache_clear()
    yield
    opened.cache_clear()


@pytest.mark.usefixtures("_seed")
@pytest.mark.parametrize("name", NAMES)
def test_no_answer_stands_on_page_story_deck_or_handout_with_what_it_is_of(name: str) -> None:
    names, told = opened(name).names, around(name)
    found = {
        key: given_away(ANSWERS[key](names), told(key)) for key in keys_of(name) if key in ANSWERS
    }
    assert len(found) >= 7
    assert {key: lines for key, lines in found.items() if lines} == {}


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_that_is_planted_in_its_lesson_is_found(name: str) -> None:
    names = opened(name).names
    for key in set(keys_of(name)) & set(ANSWERS):
        (label, answer), *_ = answers = ANSWERS[key](names)
        assert given_away(answers, [f"In the end {label.lower()} came to {answer}."]), key


def test_every_exercise_and_question_has_its_answers_listed_or_asks_for_no_number() -> None:
    assert sorted([*ANSWERS, *OPEN]) == sorted(key for name in NAMES for key in keys_of(name))


@pytest.mark.parametrize("name", NAMES)
def test_no_right_answer_of_a_quiz_stands_in_its_lesson_word_for_word(name: str) -> None:
    told = " ".join(around(name)("")).lower()
    right = [one.text for question in opened(name).quiz.questions for one in question.right]
    long = [text for text in right if len(text.split()) > 3]
    assert len(long) >= 3
    assert [text for text in long if text.lower() in told] == []


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
