"""The parts of a lesson: exercises, quizzes, checks, and the derivation of students' notebooks."""

from __future__ import annotations

from dataclasses import replace

import nbformat
import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from make_exercises import NoExercise, emptied, for_students, written

from csm_lib.findings import Finding
from csm_lib.teaching import check as checking
from csm_lib.teaching.check import NotYet, WrongAnswer, check, whole_number
from csm_lib.teaching.exercise import Exercise
from csm_lib.teaching.quiz import Choice, Question, Quiz
from csm_lib.teaching.text import as_html, as_plain

EXERCISE = Exercise(
    key="table-1",
    level="reason",
    title="Of whom?",
    task="Which **base** fits?\n\n- 73\n- 74",
    solution="73, as 46 of 73 is 63%.",
    hint="Try `46 / 73`.",
    minutes=4,
)

ONE = Question(
    "base",
    "What is 63% of 73?",
    (
        Choice("45", right=False, feedback="45 of 73 is 62%."),
        Choice("46", right=True, feedback="46 of 73 is 63%."),
    ),
)
TWO = Question(
    "odd",
    "Which are odd?",
    (
        Choice("1", right=True, feedback="It is."),
        Choice("2", right=False, feedback="It is even."),
        Choice("3", right=True, feedback="It is, too."),
    ),
)
QUIZ = Quiz("quiz-table", "Bases", (ONE, TWO))


def soup(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "lxml")


# -- Text --------------------------------------------------------------------


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "[here](javascript:alert(1))",
        "![x](javascript:alert(1))",
    ],
)
def test_nothing_in_a_text_runs(hostile: str) -> None:
    page = soup(as_html(hostile))
    assert not page.select("script, img, [onerror], [href^=javascript]")


def test_text_is_set_with_lists_and_emphasis() -> None:
    page = soup(as_html("Two:\n\n- **one**\n- *two*"))
    assert [item.decode_contents() for item in page.select("li")] == [
        "<strong>one</strong>",
        "<em>two</em>",
    ]


def test_plain_text_keeps_its_lists_and_stays_narrow() -> None:
    text = as_plain("- " + "word " * 40, indent="  ")
    assert max(map(len, text.splitlines())) <= 96
    assert text.splitlines()[1].startswith("    word")


# -- Exercises ---------------------------------------------------------------


def test_hint_and_solution_stay_folded_on_the_page() -> None:
    page = soup(EXERCISE.html)
    folds = page.select("details:not([open])")
    assert [fold.summary.get_text() for fold in folds] == ["Hint", "Solution"]
    for fold in folds:
        fold.extract()
    left = page.get_text()
    assert "Which base fits?" in left
    assert "46" not in left


def test_an_exercise_says_its_level_and_its_time() -> None:
    assert EXERCISE.heading == "Reason: Of whom? (4 minutes)"
    assert str(EXERCISE).startswith("Reason: Of whom? (4 minutes)\n\nWhich **base** fits?")
    assert EXERCISE._repr_mimebundle_()["text/html"] == EXERCISE.html


def test_what_is_to_be_read_stands_under_its_question_not_its_result() -> None:
    finding = Finding(
        key="police",
        title="Police lead with 99%",
        question="Who leads?",
        data=pd.DataFrame({"item": ["board.police"], "yes": [73]}),
        base="all",
        source="Table 1",
    )
    one = replace(EXERCISE, finding=finding)
    page = soup(one.html)
    assert page.select_one("figcaption").get_text() == "Who leads?"
    assert page.select_one("figure")["id"] == "finding-police-to-read"
    assert "Police lead" not in one.html + str(one)


# -- Quizzes -----------------------------------------------------------------


def test_one_right_answer_takes_radio_buttons_and_several_take_ticks() -> None:
    page = soup(QUIZ.html)
    kinds = [{button["type"] for button in form.select("input")} for form in page.select("form")]
    assert kinds == [{"radio"}, {"checkbox"}]


def test_every_answer_carries_its_verdict_and_its_feedback_unseen() -> None:
    choices = soup(QUIZ.html).select(".csm-choice")
    assert [choice["data-right"] for choice in choices] == ["no", "yes", "yes", "no", "yes"]
    assert all(choice.select_one(".csm-feedback").has_attr("hidden") for choice in choices)
    assert choices[0].select_one(".csm-feedback").get_text() == "Not right. 45 of 73 is 62%."


def test_without_scripts_the_answers_stand_in_a_fold() -> None:
    fold = soup(QUIZ.html).select_one("details.csm-answers")
    assert [item.get_text() for item in fold.select("li")] == [
        "B. 46 of 73 is 63%.",
        "A, C. It is. It is, too.",
    ]


def test_a_quiz_reads_as_text_with_its_answers() -> None:
    assert "   B. 46\n   Right: B. 46 of 73 is 63%." in str(QUIZ)


@pytest.mark.parametrize(
    ("choices", "fault"),
    [
        ((Choice("1", True, "Yes."),), "two to"),
        ((Choice("1", True, "Yes."), Choice("1", False, "No.")), "alike"),
        ((Choice("1", False, "No."), Choice("2", False, "No.")), "no answer is right"),
        ((Choice("1", True, " "), Choice("2", False, "No.")), "no feedback"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(
    choices: tuple[Choice, ...], fault: str
) -> None:
    with pytest.raises(ValueError, match=fault):
        Question("q", "?", choices)


# -- Checks ------------------------------------------------------------------


@pytest.fixture
def some_check(monkeypatch: pytest.MonkeyPatch) -> None:
    def right(_collection: object, answer: object) -> str:
        if whole_number(answer) != 46:
            raise WrongAnswer("Round 63% of 73.")
        return "46 of 73 is 63%."

    monkeypatch.setattr(
        checking, "_checks", lambda lesson: {"n": right} if lesson == "table" else {}
    )


@pytest.mark.usefixtures("some_check")
def test_a_right_answer_is_told_why(capsys: pytest.CaptureFixture[str]) -> None:
    check("table.n", np.int64(46))
    assert capsys.readouterr().out == "Right. 46 of 73 is 63%.\n"


@pytest.mark.usefixtures("some_check")
@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (45, "Round 63% of 73."),
        (46.5, "Count, don't divide"),
        ("46", "yours is '46', a str"),
        (True, "yours is True, a bool"),
        (None, "yours is None"),
        (float("nan"), "Count, don't divide"),
    ],
)
def test_a_wrong_answer_is_told_what_is_wrong(answer: object, message: str) -> None:
    with pytest.raises(WrongAnswer, match=message) as caught:
        check("table.n", answer)
    (shown,) = caught.value._render_traceback_()
    assert shown.startswith("Not yet right. ")


@pytest.mark.usefixtures("some_check")
def test_dots_are_no_answer_yet() -> None:
    with pytest.raises(NotYet, match="Replace the dots"):
        check("table.n", ...)


@pytest.mark.usefixtures("some_check")
def test_an_unknown_check_offers_the_nearest() -> None:
    with pytest.raises(KeyError, match="Did you mean 'n'"):
        check("table.nn", 1)
    with pytest.raises(KeyError, match="Did you mean 'table'"):
        check("tabel.n", 1)


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


def test_a_students_notebook_has_no_outputs_and_no_solution_cells() -> None:
    solution = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("Why?", id="a"),
            nbformat.v4.new_markdown_cell("Because.", id="b", metadata={"tags": ["solution"]}),
            nbformat.v4.new_code_cell(
                "answer = 1  # solution",
                id="c",
                execution_count=1,
                outputs=[nbformat.v4.new_output("stream", text="1")],
            ),
        ]
    )
    made = for_students(solution)
    assert [cell.source for cell in made.cells] == ["Why?", "answer = ..."]
    assert made.cells[1].outputs == []
    assert "Because" not in written(made)
    assert written(for_students(solution)) == written(made)
