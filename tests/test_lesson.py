"""Reading a lesson: exercises, quiz and checks, and what they show; students' notebooks."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from jinja2 import UndefinedError
from make_exercises import NoExercise, emptied, for_students, written

import csm_lib.lesson
from csm_lib.collection import SHIPPED, Collection
from csm_lib.findings import Finding
from csm_lib.lesson import (
    EXAMPLE,
    Answer,
    Exercise,
    Lesson,
    LessonError,
    NotYet,
    Question,
    Quiz,
    WrongAnswer,
    check,
)
from csm_lib.templates import plain

PYTHON = """
from csm_lib.lesson import WrongAnswer

def numbers(trusts, rng):
    drawn = rng.choice(["one", "two", "three", "four"])
    known = {"share": 63, "count": 46, "base": 73, "fell": -5, "sign": "<", "drawn": drawn}
    return known | {"size": trusts.size}

def even(trusts, names, answer):
    assert names["count"] == 46
    if answer % 2:
        raise WrongAnswer(f"{answer} of {trusts.size} is odd.")
    return f"{answer} of {trusts.size} is even."

CHECKS = {"even": even}
"""

WORDS = """\
# Bases: what did you take away?

## exercise | small-1 | reason | 4 minutes | Of whom are {{ share }}%?
{finding} police
Which **base** of {{ size }} fits?

- 73
- 74

### Hint
Try `{{ count }} / {{ base }}`.

### Solution
{{ base }}, as {{ count | word }} are {{ percent(count, base) }}.

## exercise | small-2 | compute | 6 minutes | Count | count
How many?

### Solution
{{ count }}.

## quiz | base
What is {{ share }}% of {{ base }}?

- [ ] {{ count - 1 }}
  > 45 of 73 is 62%.
- [x] {{ count }}
  > 46 of 73
  > is 63%.

## quiz | odd
Which are odd?

- [x] 1
  > It is.
- [ ] 2
  > It is even.
- [x] 3
  > It is, too.

## check | count | a whole number
- [x] {{ count }}
  > {{ count }} of {{ base }}.
- [ ] {{ share }} or {{ base }}
  > It is printed.
- [ ] _
  > Round it: {answer}
  > is wrong.
- otherwise
  > Never said.

## check | change | a number
- [x] {{ fell | signed }} or 2.5
  > It fell.
- otherwise
  > No, {answer}.

## check | both | two numbers, the fewest and the most
- [x] (1, 2.5)
  > From 1 to 2.5.
- [ ] (_, 2.5)
  > The most is right.
- [ ] (1, _)
  > The fewest is right.
- otherwise
  > Neither of {answer}.

## check | wholes | two whole numbers
- otherwise
  > No.

## check | p | a number from 0 to 1
- [x] 0.0625
  > 16 {{ sign }} 17.
- otherwise
  > No, {answer}.

## check | range | two numbers from 0 to 1
- [x] (0.0625, 0.3593)
  > Right.
- [ ] (0.0625, _)
  > The first is right.
- [ ] (0.0312, 0.1796)
  > One-sided.
- otherwise
  > Neither.

## check | open | a number
- [x] 1
  > One.
"""

POLICE = Finding(
    key="police",
    title="Police lead with 99%",
    question="Who leads?",
    data=pd.DataFrame({"item": ["board.police"], "yes": [73]}),
    base="all",
    source="Table 1",
)

Write = Callable[[str], Lesson]


@pytest.fixture
def write(tmp_path: Path, collection: Collection, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes a lesson *small* and reads it."""
    monkeypatch.setattr(csm_lib.lesson, "FOLDER", tmp_path)
    monkeypatch.setattr(csm_lib.lesson, "open_collection", {SHIPPED: collection}.__getitem__)
    monkeypatch.setattr(csm_lib.lesson, "take", {"police": POLICE}.__getitem__)

    def made(words: str) -> Lesson:
        (tmp_path / "small.md").write_text(words, "utf-8")
        (tmp_path / "small.py").write_text(PYTHON, "utf-8")
        return Lesson("small")

    return made


@pytest.fixture
def small(write: Write) -> Lesson:
    return write(WORDS)


def soup(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "lxml")


# -- Reading -----------------------------------------------------------------


def test_exercises_are_read_with_their_numbers_filled_in(small: Lesson) -> None:
    first, second = map(small.exercise, small.exercises)
    assert first == Exercise(
        key="small-1",
        level="reason",
        title="Of whom are 63%?",
        task="Which **base** of 74 fits?\n\n- 73\n- 74",
        solution="73, as 46 are 63%.",
        hint="Try `46 / 73`.",
        minutes=4,
        finding=POLICE,
    )
    assert first.asked == first.task
    assert second == Exercise(
        "small-2", "compute", "Count", "How many?", "46.", minutes=6, check="small.count"
    )
    assert second.asked == "How many? In the notebook this is `small.count`."


def test_a_quiz_is_read_with_its_answers_and_their_feedback(small: Lesson) -> None:
    quiz = small.quiz
    assert (quiz.key, quiz.title) == ("quiz-small", "Bases: what did you take away?")
    assert quiz.questions[0] == (
        "base",
        "What is 63% of 73?",
        [("A", "45", False, "45 of 73 is 62%."), ("B", "46", True, "46 of 73 is 63%.")],
    )
    assert [[one.letter for one in question.right] for question in quiz.questions] == [
        ["B"],
        ["A", "C"],
    ]


def test_another_seed_draws_something_else_and_the_same_seed_the_same(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drawn(seed: str) -> str:
        monkeypatch.setenv("CSM_SEED", seed)
        return str(write(WORDS).names["drawn"])

    assert drawn("7") == drawn("7")
    assert len({drawn(str(seed)) for seed in range(9)}) > 1


def test_a_lesson_opens_the_collection_of_the_paper_whatever_the_environment_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CSM_COLLECTION", str(EXAMPLE))
    assert Lesson("table").trusts.size == 74
    assert Lesson("table").why_right("shared-base", [74, 90, 96, 98, 100])


@pytest.mark.parametrize("name", ["nobody", "share.of", "undefined | word"])
def test_a_name_that_the_numbers_do_not_give_is_an_error(write: Write, name: str) -> None:
    lesson = write("# T\n\n## quiz | a\nOf {{ NAME }}?\n".replace("NAME", name))
    with pytest.raises(UndefinedError):
        _ = lesson.quiz


EXERCISE = "## exercise | e | read | 5 minutes | T\nA task.\n\n### Solution\nSo.\n\n"
ANSWER = "- [x] 1\n  > Yes.\n"


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (EXERCISE + EXERCISE, "exercise | e |"),
        (f"## quiz | q\n{ANSWER}\n## quiz | q\n{ANSWER}", "quiz | q"),
        ("## exercize | e | read", "exercize | e"),
        ("## quiz", "the part 'quiz'"),
        (EXERCISE.replace("read", "guess"), "e: write"),
        (EXERCISE.replace("5 minutes", "long"), "e: write"),
        (EXERCISE.replace("| T", ""), "e: write"),
        (EXERCISE.replace("### Solution", "### Answer"), "e: write"),
        (EXERCISE.replace("So.", ""), "e: write"),
        (f"## quiz | q\n?\n\n{ANSWER}", "question 'q'"),
        (f"## quiz | q\n?\n\n{ANSWER}- [ ] 1\n  > No.", "question 'q'"),
        ("## quiz | q\n?\n\n- [ ] 1\n  > No.\n- [ ] 2\n  > No.", "question 'q'"),
        (f"## quiz | q\n?\n\n{ANSWER}- [ ] 2", "question 'q'"),
    ],
)
def test_a_part_that_is_not_as_it_must_be_is_refused_and_named(
    write: Write, words: str, part: str
) -> None:
    lesson = write(f"# T\n\n{words}")
    with pytest.raises(LessonError) as caught:
        _ = lesson.quiz, lesson.exercise("e")
    assert str(caught.value).startswith("small.md")
    assert part in str(caught.value)


def test_an_unknown_lesson_exercise_or_check_offers_the_nearest(small: Lesson) -> None:
    with pytest.raises(LessonError, match="Did you mean 'small-1'"):
        small.exercise("smal-1")
    with pytest.raises(LessonError, match=r"no check 'coumt'.*Did you mean 'count'"):
        small.why_right("coumt", ...)
    with pytest.raises(LessonError, match="Did you mean 'table'"):
        check("tabel.rounding", 1)


def test_a_check_that_leaves_an_answer_unmet_is_refused(small: Lesson) -> None:
    with pytest.raises(LessonError, match=r"small\.md, check 'open': end it with - otherwise"):
        small.why_right("open", 2)


# -- Checks ------------------------------------------------------------------


WHOLE = "Not yet right. Give a whole number; yours is "
P = "Not yet right. A p-value is a number from 0 to 1; yours is "
DOTS = (
    "No answer yet. Replace the dots in the cell above with your answer, run that cell, then run "
    "this one again."
)
TWO = "Not yet right. Give two numbers, the fewest and the most, such as (0, 1); yours is "


@pytest.mark.parametrize(
    ("key", "answer", "told"),
    [
        ("count", 46, "46 of 73."),
        ("count", np.int64(46), "46 of 73."),
        ("count", 46.0, "46 of 73."),
        ("count", None, f"{WHOLE}None, a NoneType."),
        ("count", ..., DOTS),
        ("both", ..., DOTS),
        ("both", (1, 2.5), "From 1 to 2.5."),
        ("change", 5, "Not yet right. No, 5."),
        ("change", True, "Not yet right. Give a number; yours is True."),
        ("count", Decimal(46), "46 of 73."),
        ("count", 63, "Not yet right. It is printed."),
        ("count", 73, "Not yet right. It is printed."),
        ("count", 45, "Not yet right. Round it: 45 is wrong."),
        ("count", 46.5, f"{WHOLE}46.5. Count, don't divide."),
        ("count", float("nan"), f"{WHOLE}nan. Count, don't divide."),
        ("count", "46", f"{WHOLE}'46', a str."),
        ("count", True, f"{WHOLE}True, a bool."),
        ("count", np.array([4, 6]), f"{WHOLE}array([4, 6]), a ndarray."),
        ("change", -5, "It fell."),
        ("change", 2.5004, "It fell."),
        ("change", -4.999, "Not yet right. No, -4.999."),
        ("change", float("nan"), "Not yet right. Give a number; yours is nan."),
        ("change", "-5", "Not yet right. Give a number; yours is '-5'."),
        ("both", np.array([1.0004, 2.5]), "From 1 to 2.5."),
        ("both", (3, 2.5), "Not yet right. The most is right."),
        ("both", (1, 9), "Not yet right. The fewest is right."),
        ("both", (1.2, 9), "Not yet right. Neither of 1.2 and 9."),
        ("both", [1, 2.5], "From 1 to 2.5."),
        ("both", iter((1, 2.5)), "From 1 to 2.5."),
        # at the digits in which it is given
        ("range", (0.063, 0.36), "Right."),
        ("range", (0.0625, 0.359), "Right."),
        ("range", (0.06, 0.36), "Not yet right. Nearly: give two digits or more."),
        ("range", (0.0625, 0.4), "Not yet right. Nearly: give two digits or more."),
        ("range", (0.063, 0.37), "Not yet right. The first is right."),
        ("range", (0.031, 0.18), "Not yet right. One-sided."),
        ("range", (0.064, 0.36), "Not yet right. Neither."),
        ("both", (1, 2, 3), f"{TWO}(1, 2, 3)."),
        ("both", "ab", f"{TWO}'ab'."),
        ("both", 1, f"{TWO}1."),
        ("wholes", (1, 2.5), f"{WHOLE}2.5. Count, don't divide."),
        ("p", 0.0625, "16 < 17."),
        ("p", 0.063, "16 < 17."),
        ("p", 0.06, "Not yet right. Nearly: give two digits or more."),
        ("p", 0.07, "Not yet right. No, 0.07."),
        ("p", 6.25, f"{P}6.25."),
        ("p", -0.1, f"{P}-0.1."),
        ("p", "small", f"{P}'small'."),
        ("even", 4, "4 of 74 is even."),
        ("even", 3, "Not yet right. 3 of 74 is odd."),
        (
            "even",
            "4",
            "Not yet right. It stops: TypeError, not all arguments converted during string "
            "formatting.",
        ),
        ("even", ..., DOTS),
    ],
)
def test_an_answer_is_told_why_it_is_right_or_what_is_wrong(
    small: Lesson, key: str, answer: Any, told: str
) -> None:
    try:
        said = small.why_right(key, answer)
    except (NotYet, WrongAnswer) as fault:
        (said,) = fault._render_traceback_()
    assert said == told


# -- What is shown -----------------------------------------------------------

HOSTILE = (
    '<script>alert(1)</script> <img src=x onerror="alert(1)"> [here](javascript:alert(1)) '
    "![x](javascript:alert(1))"
)


def test_nothing_in_a_text_runs() -> None:
    exercise = Exercise("a", "read", HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    answers = [Answer("A", HOSTILE, True, HOSTILE), Answer("B", "2", False, HOSTILE)]
    page = soup(exercise.html + Quiz("b", HOSTILE, [Question("c", HOSTILE, answers)]).html)
    assert page.get_text().count("alert(1)") >= 20
    assert not page.select("script, img, [onerror], [href^=javascript]")


def test_a_page_shows_an_exercise_with_hint_and_solution_folded(small: Lesson) -> None:
    page = soup(small.exercise("small-1").html)
    folds = [fold.extract() for fold in page.select("details.csm-hint, details.csm-solution")]
    assert [fold.summary.get_text() for fold in folds] == ["Hint", "Solution"]
    assert not any(fold.has_attr("open") for fold in folds)
    # what is to be read stands under its question, not its result
    assert page.select_one(".csm-title").get_text() == "Who leads?"
    assert page.select_one("figure")["id"] == "finding-police-to-read"
    left = page.get_text()
    assert "Police lead" not in left
    assert "Reason: Of whom are 63%? (4 minutes)" in left
    assert "Which base of 74 fits?" in left
    assert "46" not in left
    assert soup(small.exercise("small-2").html).select(".csm-hint") == []


def test_a_notebook_shows_page_and_text(small: Lesson) -> None:
    one = small.exercise("small-2")
    assert one._repr_mimebundle_() == {"text/html": one.html, "text/plain": str(one)}
    assert str(one) == (
        "Compute: Count (6 minutes)\n\nHow many? In the notebook this is `small.count`.\n\n"
        "Solution:\n  46."
    )
    read = str(small.exercise("small-1"))
    assert "Who leads?" in read
    assert "Police lead" not in read
    assert read.endswith(
        "\n\nWhich **base** of 74 fits?\n\n- 73\n- 74\n\nHint:\n  Try `46 / 73`.\n\nSolution:\n"
        "  73, as 46 are 63%."
    )
    assert str(small.quiz) == (
        "Bases: what did you take away?\n\n1. What is 63% of 73?\n   A. 45\n   B. 46\n"
        "   Right: B. 46 of 73 is 63%.\n\n2. Which are odd?\n   A. 1\n   B. 2\n   C. 3\n"
        "   Right: A, C. It is. It is, too."
    )


def test_a_students_notebook_of_another_seed_tells_it_to_its_checks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    solution = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("answer = 1  # solution")])
    assert len(for_students(solution).cells) == 1
    monkeypatch.setenv("CSM_SEED", "7")
    assert for_students(solution).cells[0].source.splitlines()[-1] == "%env CSM_SEED=7"


def test_plain_text_keeps_its_lists_and_stays_narrow() -> None:
    text = plain("- " + "word " * 40, indent="  ")
    assert max(map(len, text.splitlines())) <= 96
    assert text.splitlines()[1].startswith("    word")


def test_a_page_keeps_verdict_and_feedback_unseen_until_the_script_shows_them(
    small: Lesson,
) -> None:
    page = soup(small.quiz.html)
    assert [form["id"] for form in page.select("form")] == ["quiz-small-base", "quiz-small-odd"]
    choices = page.select(".csm-choice")
    told = [choice.select_one(".csm-feedback") for choice in choices]
    assert [choice["data-right"] for choice in choices] == ["no", "yes", "yes", "no", "yes"]
    assert [choice.input["value"] for choice in choices] == ["A", "B", "A", "B", "C"]
    # one right answer takes radio buttons, several take ticks
    assert [choice.input["type"] for choice in choices] == ["radio"] * 2 + ["checkbox"] * 3
    assert all(one.has_attr("hidden") for one in told)
    assert told[0].get_text() == "Not right. 45 of 73 is 62%."
    assert told[1].get_text() == "Right. 46 of 73 is 63%."
    assert [item.get_text() for item in page.select("details.csm-answers li")] == [
        "B. 46 of 73 is 63%.",
        "A, C. It is. It is, too.",
    ]


# -- Students' notebooks -----------------------------------------------------


def test_a_block_and_a_line_of_solution_become_dots() -> None:
    source = (
        "before = 1\n# --- solution\nhelp = before + 1\nanswer_sum = help\n# --- end\n"
        "answer_two = 2  # solution\nafter = 3"
    )
    assert emptied(source) == (
        "before = 1\n# Your answer here\nanswer_sum = ...\nanswer_two = ...\nafter = 3"
    )


@pytest.mark.parametrize(
    "source",
    ["# --- solution\nanswer = 1", "# --- solution\nother = 1\n# --- end", "x = 1  # solution"],
)
def test_a_solution_that_would_leak_is_refused(source: str) -> None:
    with pytest.raises(NoExercise):
        emptied(source)


def test_a_students_notebook_has_tasks_filled_in_no_outputs_and_no_solutions() -> None:
    run = {"execution_count": 1, "outputs": [nbformat.v4.new_output("stream", text="1")]}
    solution = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("{exercise} chance-5", id="a"),
            nbformat.v4.new_markdown_cell("Because.", id="b", metadata={"tags": ["solution"]}),
            nbformat.v4.new_code_cell("answer = 1  # solution", id="c", **run),
        ]
    )
    made = for_students(solution)
    asked, code = made.cells
    assert asked.source.startswith("## Allow for their number\n\nA report looks at")
    assert asked.source.endswith("\n\n*Hint:* The smallest p is multiplied by how many there are.")
    assert (code.source, code.outputs, code.execution_count) == ("answer = ...", [], None)
    assert "Because" not in written(made)
    assert written(for_students(solution)) == written(made)
