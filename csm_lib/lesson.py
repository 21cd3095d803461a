"""Lessons, read from Markdown: exercises, a quiz and checks, with every number worked out.

``book/teaching/fall.md`` holds the words of the lesson *fall*, ``book/teaching/fall.py`` names the
numbers in them: its function ``numbers(trusts)`` gives what ``{{ camhs.from_yes }}`` stands for,
and a name that it does not give is an error. The Markdown reads::

    # Title of the quiz

    ## exercise | fall-3 | reason | 7 minutes | Only {{ camhs.net | word }}?
    {finding} statutory-agencies

    The task.

    ### Hint
    ### Solution

    ## quiz | stopped
    How many stopped?

    - [ ] Exactly {{ camhs.net | word }}
      > That is the balance.
    - [x] ...

    ## check | points | a whole number
    - [x] {{ points }}
      > Why it is right.
    - [ ] {{ -points }}
      > What it mistakes.
    - otherwise
      > What to think of.

A check's answers are Python values, held to what a student gives in their order: ``_`` stands for
anything, and several may be joined by *or*; how near is near enough can stand last in the heading,
``| within 0.1``. A check that takes more than a list is a function in ``CHECKS`` of that file.
"""

from __future__ import annotations

import ast
import math
import re
import runpy
import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from csm_lib import words
from csm_lib.codebook import did_you_mean
from csm_lib.collection import Collection, open_collection
from csm_lib.counts import format_percent
from csm_lib.download import TO_READ
from csm_lib.findings import Finding
from csm_lib.notebooks import take
from csm_lib.templates import render

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).resolve().parent.parent / "book" / "teaching"
NAMES = ("table", "seats", "fall", "measured")
"""The lessons in their order."""

LEVELS: Mapping[str, str] = {
    "read": "Read: the answer stands in a chart or a table",
    "reason": "Reason: the answer takes thought, and no computer",
    "compute": "Compute: the answer takes a notebook",
}
"""The levels of exercises, and what each asks of a student."""

LETTERS = "ABCDEFGH"
WIDTH = 96
CLOSE = 0.0005
"""How near a number has to be to count as right: a student may round to three decimals."""


class NotYet(Exception):
    """The cell with the answer still holds its dots."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class WrongAnswer(Exception):
    """An answer is not right; the message says what is wrong with it, not what is right."""

    def _render_traceback_(self) -> list[str]:
        return [f"Not yet right. {self}"]


class LessonError(ValueError):
    """A lesson is not written as it must be; the message names the file and the part."""


# -- What a lesson is made of ----------------------------------------------------------------------


class Shown:
    """What shows itself alike in a notebook and on a page."""

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.html}

    def __repr__(self) -> str:
        return str(self)

    @property
    def html(self) -> str:
        """What stands on a page."""
        raise NotImplementedError


@dataclass(frozen=True, repr=False)
class Exercise(Shown):
    """One exercise: ``task``, ``solution`` and ``hint``, which may be empty, are Markdown.

    ``level`` is a key of `LEVELS`; ``finding`` is what is to be read; ``check`` names the check of
    its answer in the notebook.
    """

    key: str
    level: str
    title: str
    task: str
    solution: str
    hint: str = ""
    minutes: int = 5
    finding: Finding | None = None
    check: str = ""

    @property
    def asked(self) -> str:
        """The task, and where the notebook has it."""
        return f"{self.task} In the notebook this is `{self.check}`." if self.check else self.task

    @property
    def heading(self) -> str:
        """Level, title and time in one line."""
        return f"{self.level.capitalize()}: {self.title} ({self.minutes} minutes)"

    @property
    def html(self) -> str:
        """The exercise as it stands on a page."""
        return render("exercise.html", exercise=self, finding=self._to_read)

    @property
    def _to_read(self) -> Finding | None:
        """What is to be read, under its question: its title would give the answer away."""
        one = self.finding
        return one and replace(one, key=f"{one.key}{TO_READ}", title=one.question)

    def __str__(self) -> str:
        parts = [self.heading]
        if self.finding is not None:
            parts.append(str(self._to_read))
        parts.append(as_plain(self.asked))
        if self.hint:
            parts.append(f"Hint:\n{as_plain(self.hint, '  ')}")
        parts.append(f"Solution:\n{as_plain(self.solution, '  ')}")
        return "\n\n".join(parts)


@dataclass(frozen=True)
class Choice:
    """One answer that can be chosen; ``feedback`` says why it is right, or what it mistakes."""

    text: str
    right: bool
    feedback: str


@dataclass(frozen=True)
class Question:
    """One question, with its answers in the order in which they stand."""

    key: str
    text: str
    choices: tuple[Choice, ...]

    @property
    def several(self) -> bool:
        """Whether more than one answer is right, so that each can be ticked."""
        return sum(choice.right for choice in self.choices) > 1

    @property
    def lettered(self) -> list[tuple[str, Choice]]:
        """The answers with their letters."""
        return list(zip(LETTERS, self.choices, strict=False))

    @property
    def right(self) -> str:
        """The letters of the right answers."""
        return ", ".join(letter for letter, choice in self.lettered if choice.right)


@dataclass(frozen=True, repr=False)
class Quiz(Shown):
    """A quiz that works on a page without a server; without scripts its answers stand folded."""

    key: str
    title: str
    questions: tuple[Question, ...]

    @property
    def html(self) -> str:
        """The quiz as it stands on a page; ``book/assets/quiz.js`` shows the feedback."""
        return render("quiz.html", quiz=self)

    def __str__(self) -> str:
        parts = [self.title]
        for number, question in enumerate(self.questions, 1):
            lines = [as_plain(f"{number}. {question.text}")]
            lines += [as_plain(f"{a}. {choice.text}", "   ") for a, choice in question.lettered]
            why = " ".join(choice.feedback for choice in question.choices if choice.right)
            lines.append(as_plain(f"Right: {question.right}. {why}", "   "))
            parts.append("\n".join(lines))
        return "\n\n".join(parts)


# -- A lesson, read --------------------------------------------------------------------------------


class Lesson:
    """One lesson.

    Parameters
    ----------
    name
        One of `NAMES`, or of another pair of files in the folder.
    trusts
        What its numbers are worked out from; the shipped collection if left out.
    folder
        Where its Markdown and its Python file are.
    """

    def __init__(
        self, name: str, trusts: Collection | None = None, *, folder: Path = FOLDER
    ) -> None:
        self.name, self.path = name, folder / f"{name}.md"
        if not self.path.exists():
            known = sorted(path.stem for path in folder.glob("*.md"))
            raise LessonError(f"There is no lesson {name!r}.{did_you_mean(name, known)}")
        self._trusts = trusts or open_collection()
        self._page = runpy.run_path(str(self.path.with_suffix(".py")))

    @cached_property
    def _parts(self) -> dict[str, dict[str, tuple[list[str], str]]]:
        """By kind of part and its key: what else its heading holds, and its text."""
        given = self._page["numbers"](self._trusts)
        text = _reader().from_string(self.path.read_text("utf-8")).render(given)
        head, *parts = re.split(r"(?m)^## ", text)
        found: dict[str, dict[str, tuple[list[str], str]]] = {
            "title": {"": ([], head.strip().removeprefix("# "))},
            "exercise": {},
            "quiz": {},
            "check": {},
        }
        for part in parts:
            heading, _, body = part.partition("\n")
            kind, key, *more = (cell.strip() for cell in heading.split("|"))
            if kind not in found or key in found[kind]:
                raise LessonError(
                    f"{self.path.name}: the part {heading!r} is no exercise, quiz or check, or "
                    "has the key of another."
                )
            found[kind][key] = (more, body.strip())
        return found

    @property
    def exercises(self) -> tuple[str, ...]:
        """The keys of the exercises, in order."""
        return tuple(self._parts["exercise"])

    def exercise(self, key: str) -> Exercise:
        """Return an exercise, such as ``fall-3``."""
        more, body = self._part("exercise", key)
        more, check = more[:3], more[3] if len(more) > 3 else ""
        task, *folds = re.split(r"(?m)^### ", body)
        told = {name.strip(): text.strip() for name, _, text in (f.partition("\n") for f in folds)}
        shown = re.match(r"\{finding\} (\S+)\n", task)
        if len(more) != 3 or more[0] not in LEVELS or not told.get("Solution"):
            raise LessonError(
                f"{self.path.name}, {key}: write exercise | key | {' or '.join(LEVELS)} | "
                "5 minutes | title | its check, if any; then the task and ### Solution."
            )
        return Exercise(
            key=key,
            level=more[0],
            title=more[2],
            task=task[shown.end() if shown else 0 :].strip(),
            solution=told["Solution"],
            hint=told.get("Hint", ""),
            minutes=int(more[1].split()[0]),
            finding=take(shown[1]) if shown else None,
            check=f"{self.name}.{check}" if check else "",
        )

    @property
    def quiz(self) -> Quiz:
        """The quiz."""
        questions = []
        for key, (_, body) in self._parts["quiz"].items():
            text, choices = _choices(body)
            made = tuple(Choice(answer, mark == "[x]", why) for mark, answer, why in choices)
            several = {choice.text for choice in made}
            if (
                not 2 <= len(several) == len(made) <= len(LETTERS)
                or not any(choice.right for choice in made)
                or not all(choice.feedback for choice in made)
            ):
                raise LessonError(
                    f"{self.path.name}, question {key!r}: give two to {len(LETTERS)} different "
                    "answers, - [ ] or - [x], one of them right, each with its > feedback."
                )
            questions.append(Question(key, text, made))
        return Quiz(f"quiz-{self.name}", self._parts["title"][""][1], tuple(questions))

    def check(self, key: str, answer: Any) -> None:
        """Say whether an answer is right, and if not, what is wrong with it; see `check`."""
        own = self._page.get("CHECKS", {})
        if key not in own:
            self._part("check", key)  # or say what there is
        if answer is ...:
            raise NotYet(
                "No answer yet. Replace the dots in the cell above with your answer, run that "
                "cell, then run this one again."
            )
        reason = own[key](self._trusts, answer) if key in own else self._held(key, answer)
        print(f"Right. {reason}")

    def _held(self, key: str, answer: Any) -> str:
        """Hold an answer to the list of a check, and return why it is right."""
        more, body = self._part("check", key)
        kind, close = more[0], float(more[1].removeprefix("within ")) if more[1:] else CLOSE
        given = tuple(_listed(answer, kind)) if kind.startswith("two") else (answer,)
        number = whole_number if "whole" in kind else chance if "0 to 1" in kind else real_number
        given = tuple(number(one) for one in given)
        for mark, text, why in _choices(body)[1]:
            if mark and not any(_fits(given, one, close) for one in text.split(" or ")):
                continue
            told = why.replace("{answer}", words.listed([f"{one:g}" for one in given]))
            if mark == "[x]":
                return told
            raise WrongAnswer(told)
        raise LessonError(f"{self.path.name}, check {key!r}: end it with - otherwise")

    def _part(self, kind: str, key: str) -> tuple[list[str], str]:
        parts = self._parts[kind]
        if key not in parts:
            raise LessonError(
                f"The lesson {self.name!r} has no {kind} {key!r}.{did_you_mean(key, parts)}"
            )
        return parts[key]


def check(name: str, answer: Any) -> None:
    """Say whether an answer is right, and if not, what is wrong with it.

    Parameters
    ----------
    name
        Lesson and exercise, such as ``table.shared-base``.
    answer
        The answer.

    Raises
    ------
    NotYet
        The answer is ``...``.
    WrongAnswer
        It is not right.
    """
    lesson, _, key = name.partition(".")
    _opened(lesson).check(key, answer)


@cache
def _opened(name: str) -> Lesson:
    return Lesson(name)


@cache
def _reader() -> Environment:
    """How the Markdown of a lesson is filled in: nothing that it names may be missing."""
    from jinja2 import Environment, StrictUndefined

    made = Environment(undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True)
    made.filters |= {
        "word": words.number,
        "sentence": words.sentence,
        "within": words.within,
        "listed": words.listed,
        "p": words.p_value,
        "signed": words.signed,
    }
    made.globals |= {
        "counted": words.counted,
        "of": words.of,
        "percent": format_percent,
        "p_span": words.p_span,
        "span": words.span,
    }
    return made


def _choices(body: str) -> tuple[str, list[tuple[str, str, str]]]:
    """Return the text before a list of answers, and each answer with its mark and feedback."""
    text, *items = re.split(r"(?m)^- (?=\[[ x]\] |otherwise$)", body)
    found = []
    for item in items:
        lines = [line.strip() for line in item.strip().splitlines()]
        answer = " ".join(line for line in lines if not line.startswith(">"))
        why = " ".join(line.removeprefix(">").strip() for line in lines if line.startswith(">"))
        mark = answer[:3] if answer[0] == "[" else ""
        found.append((mark, answer.removeprefix(mark).strip(), why))
    return text.strip(), found


# -- Answers ---------------------------------------------------------------------------------------


def whole_number(answer: Any) -> int:
    """Return an answer as a whole number, or say that it is none."""
    if isinstance(answer, bool | str) or not hasattr(answer, "__int__"):
        raise WrongAnswer(
            f"A whole number is asked for; yours is {answer!r}, a {type(answer).__name__}."
        )
    number = int(answer) if math.isfinite(answer) else None
    if number is None or number != answer:
        raise WrongAnswer(f"A whole number is asked for; yours is {answer!r}. Count, don't divide.")
    return number


def real_number(answer: Any) -> float:
    """Return an answer as a number, or say that it is none."""
    if isinstance(answer, bool | str) or not hasattr(answer, "__float__"):
        raise WrongAnswer(f"A number is asked for; yours is {answer!r}.")
    return float(answer)


def chance(answer: Any) -> float:
    """Return an answer as a probability, or say that it is none."""
    if isinstance(answer, bool | str) or not hasattr(answer, "__float__") or not 0 <= answer <= 1:
        raise WrongAnswer(f"A p-value is a number from 0 to 1; yours is {answer!r}.")
    return float(answer)


def _listed(answer: Any, kind: str) -> Iterable[Any]:
    """Return the two numbers of an answer, or say that they are not two."""
    if isinstance(answer, str) or not isinstance(answer, Iterable) or len(list(answer)) != 2:
        raise WrongAnswer(f"Asked for are {kind}, such as (0, 1); yours is {answer!r}.")
    return answer


def _fits(given: tuple[float, ...], text: str, close: float) -> bool:
    """Whether an answer is the one of a list, in which ``_`` stands for anything."""
    known = ast.parse(text.replace("\N{MINUS SIGN}", "-"), mode="eval").body
    parts = known.elts if isinstance(known, ast.Tuple) else [known]
    return len(parts) == len(given) and all(
        isinstance(part, ast.Name) or abs(one - float(ast.literal_eval(part))) < close
        for one, part in zip(given, parts, strict=True)
    )


# -- Text ------------------------------------------------------------------------------------------


def as_plain(text: str, indent: str = "") -> str:
    """Return the text as it is typed, its lines no longer than a cell's output is wide."""
    lines = []
    for line in text.splitlines():
        hang = f"{indent}  " if line.startswith("- ") else indent
        lines.append(textwrap.fill(line, WIDTH, initial_indent=indent, subsequent_indent=hang))
    return "\n".join(lines)


Check = Callable[[Collection, Any], str]
"""Given the collection and an answer, returns why it is right, or raises `WrongAnswer`."""
