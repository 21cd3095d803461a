"""Lessons, read from Markdown: exercises, a quiz and checks, with every number worked out.

``book/teaching/fall.md`` holds the words of the lesson *fall*, and the function ``numbers`` of
``fall.py`` what ``{{ names }}`` in them stand for: it draws what is asked about, so that another
`SEED` gives other figures. After the title of its quiz it reads::

    ## exercise | fall-3 | reason | 7 minutes | Only {{ only.net | word }}?
    {finding} statutory-agencies
    The task. Above it, if any, the key of what is to be read.
    ### Hint
    ### Solution

    ## quiz | stopped
    How many stopped?
    - [ ] Exactly {{ only.net | word }}
      > What it mistakes.
    - [x] ...

    ## check | points | a whole number
    - [x] {{ points }}
      > Why it is right.
    - otherwise
      > What to think of.

A check's answers are Python values, held to what a student gives in their order: ``_`` stands for
anything, and several may be joined by *or*. An exercise names its check last in its heading; one
that takes more than a list is a function in ``CHECKS`` of the Python file, of the collection, the
names and the answer.
"""

from __future__ import annotations

import ast
import os
import random
import re
import runpy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, cached_property
from math import isfinite
from numbers import Real
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from csm_lib import words
from csm_lib.codebook import did_you_mean
from csm_lib.collection import SHIPPED, open_collection
from csm_lib.download import TO_READ
from csm_lib.findings import Finding
from csm_lib.notebooks import take
from csm_lib.templates import filled, render

FOLDER = Path(__file__).resolve().parent.parent / "book" / "teaching"
NAMES = ("table", "seats", "fall", "chance", "measured")
"""The lessons in their order."""

EXAMPLE = FOLDER.parents[1] / "examples" / "partnership-board"
"""The second collection, which each lesson asks about once."""

CLOSE = 0.0005
"""How near a number has to be: a student may round to three decimals, or in their last digit."""

SEED = "CSM_SEED"
"""The environment variable whose value, any text, draws what is asked about; *0* by itself."""

KINDS: Mapping[str, tuple[str, Callable[[float], bool], str, str]] = {
    "whole": ("Give a whole number", float.is_integer, ". Count, don't divide.", ", a {}."),
    "0 to 1": ("A p-value is a number from 0 to 1", lambda one: 0 <= one <= 1, ".", "."),
    "": ("Give a number", isfinite, ".", "."),
}
"""By a word of what a check asks for: what is said of another answer, what number fits, and how
the sentence ends on one that does not, and on what is no number."""

EXERCISE = re.compile(
    r"(?P<level>read|reason|compute) \| (?P<minutes>\d+) minutes \| (?P<title>[^|\n]+)"
    r"(?: \| (?P<check>[\w-]+))?\n+(?:\{finding\} (?P<finding>\S+)\n)?(?P<task>.+?)"
    r"(?:\n### Hint\n(?P<hint>.+?))?\n### Solution\n(?P<solution>.+)",
    re.DOTALL,
)


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
    """What shows itself by a template named after it: of HTML on a page, of text elsewhere."""

    @property
    def html(self) -> str:
        """What stands on a page."""
        return render(f"{type(self).__name__.lower()}.html", shown=self)

    def __repr__(self) -> str:
        return render(f"{type(self).__name__.lower()}.txt", shown=self)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.html}


@dataclass(frozen=True, repr=False)
class Exercise(Shown):
    """One exercise: ``task``, ``solution`` and ``hint``, which may be empty, are Markdown.

    ``level`` says what it takes: to ``read`` a chart or a table, to ``reason``, or to ``compute``
    in a notebook, where ``check`` names the check of its answer; ``finding`` is what is to be read.
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
    def to_read(self) -> Finding | None:
        """What is to be read, under its question: its title would give the answer away."""
        one = self.finding
        return one and replace(one, key=f"{one.key}{TO_READ}", title=one.question)


class Answer(NamedTuple):
    """One answer of a list; ``feedback`` says why it is right, or what it mistakes."""

    letter: str
    text: str
    is_right: bool
    feedback: str


class Question(NamedTuple):
    """One question, with its answers in the order in which they stand."""

    key: str
    text: str
    answers: list[Answer]

    @property
    def right(self) -> list[Answer]:
        """The right answers; where there are several, each can be ticked."""
        return [answer for answer in self.answers if answer.is_right]


@dataclass(frozen=True, repr=False)
class Quiz(Shown):
    """A quiz; without the script ``book/assets/quiz.js`` its answers stand folded on the page."""

    key: str
    title: str
    questions: list[Question]


# -- A lesson, read --------------------------------------------------------------------------------


class Lesson:
    """One lesson, by the name of its files, such as ``fall``."""

    def __init__(self, name: str) -> None:
        self.name, self.path = name, FOLDER / f"{name}.md"
        if not self.path.exists():
            raise LessonError(f"There is no lesson {name!r}.{did_you_mean(name, NAMES)}")
        self.trusts = open_collection(SHIPPED)
        self._page = runpy.run_path(str(self.path.with_suffix(".py")))
        self._random = random.Random(os.environ.get(SEED) or "0")

    @cached_property
    def names(self) -> dict[str, Any]:
        """What its words may name: what is asked about, and the numbers of it."""
        return dict(self._page["numbers"](self.trusts, self._random))

    @cached_property
    def _parts(self) -> dict[tuple[str, str], str]:
        """By kind and key, what follows them, not yet filled: the heading's rest, and the text."""
        found: dict[tuple[str, str], str] = {}
        for part in re.split(r"(?m)^## ", self.path.read_text("utf-8"))[1:]:
            head = re.match(r"(exercise|quiz|check) \| ([\w-]+)(?: \| )?", part)
            if head is None or (head[1], head[2]) in found:
                raise LessonError(
                    f"{self.path.name}: the part {part.splitlines()[0]!r} is no exercise, quiz or "
                    "check, or has the key of another."
                )
            found[head[1], head[2]] = part[head.end() :].strip()
        return found

    def _part(self, kind: str, key: str) -> str:
        if (kind, key) not in self._parts:
            near = did_you_mean(key, [other for of, other in self._parts if of == kind])
            raise LessonError(f"The lesson {self.name!r} has no {kind} {key!r}.{near}")
        return filled(self._parts[kind, key], self.names).strip()

    @property
    def exercises(self) -> tuple[str, ...]:
        """The keys of the exercises, in order."""
        return tuple(key for kind, key in self._parts if kind == "exercise")

    def exercise(self, key: str) -> Exercise:
        """Return an exercise, such as ``fall-3``."""
        read = EXERCISE.fullmatch(self._part("exercise", key))
        if read is None:
            raise LessonError(
                f"{self.path.name}, {key}: write exercise | key | read or reason or compute | "
                "5 minutes | title | its check, if any; then the task and ### Solution."
            )
        told = {name: (text or "").strip() for name, text in read.groupdict().items()}
        minutes, finding, check = (told.pop(name) for name in ("minutes", "finding", "check"))
        return Exercise(
            key=key,
            minutes=int(minutes),
            finding=take(finding) if finding else None,
            check=f"{self.name}.{check}" if check else "",
            **told,
        )

    @property
    def quiz(self) -> Quiz:
        """The quiz."""
        keys = [key for kind, key in self._parts if kind == "quiz"]
        questions = [Question(key, *_answers(self._part("quiz", key))) for key in keys]
        for key, _, answers in questions:
            different = {answer.text for answer in answers}
            told = all(answer.feedback for answer in answers)
            right = any(answer.is_right for answer in answers)
            if not (1 < len(different) == len(answers) and told and right):
                raise LessonError(
                    f"{self.path.name}, question {key!r}: give two or more different answers, "
                    "- [ ] or - [x], one of them right, each with its > feedback."
                )
        title = self.path.read_text("utf-8").partition("\n")[0].removeprefix("# ")
        return Quiz(f"quiz-{self.name}", title, questions)

    def why_right(self, key: str, answer: Any) -> str:
        """Return why an answer is right, or raise what is wrong with it; see `check`."""
        own = self._page.get("CHECKS", {}).get(key)
        listed = "" if own else self._part("check", key)
        if answer is ...:
            raise NotYet(
                "No answer yet. Replace the dots in the cell above with your answer, run that "
                "cell, then run this one again."
            )
        if own:
            try:
                return str(own(self.trusts, self.names, answer))
            except WrongAnswer:
                raise
            except Exception as fault:  # whatever a student's own function does
                raise WrongAnswer(f"It stops: {type(fault).__name__}, {fault}.") from None
        kind, answers = _answers(listed)
        given = _numbers(answer, kind)
        for one in answers:
            if any(_fits(given, text) for text in one.text.split(" or ")):
                if one.is_right and any(map(_is_rough, given)):
                    raise WrongAnswer("Nearly: give two digits or more.")
                told = one.feedback.replace("{answer}", words.listed([f"{n:g}" for n in given]))
                if one.is_right:
                    return told
                raise WrongAnswer(told)
        raise LessonError(f"{self.path.name}, check {key!r}: end it with - otherwise")


def check(name: str, answer: Any) -> None:
    """Say that an answer is right; `NotYet` or `WrongAnswer` says what is missing or wrong.

    ``name`` is lesson and check, such as ``table.shared-base``.
    """
    lesson, _, key = name.partition(".")
    print(f"Right. {opened(lesson).why_right(key, answer)}")


opened = cache(Lesson)
"""A lesson by its name, read once."""


# -- Answers ---------------------------------------------------------------------------------------


def _answers(text: str) -> tuple[str, list[Answer]]:
    """Return the text before a list of answers, and the answers."""
    before, *items = re.split(r"(?m)^- (?=\[[ x]\] |otherwise$)", text)
    found = []
    for place, item in enumerate(items):
        answer, *why = re.split(r"\s*\n\s*>\s*", item.strip())
        told = " ".join(answer.removeprefix("[x] ").removeprefix("[ ] ").split())
        letter, is_right = chr(ord("A") + place), answer.startswith("[x]")
        found.append(Answer(letter, told, is_right, " ".join(why)))
    return before.strip(), found


def _numbers(answer: Any, kind: str) -> list[float]:
    """Return the numbers of an answer, one or two, or say that they are not what is asked for."""
    if not kind.startswith("two"):
        return [as_number(answer, kind)]
    given = [] if isinstance(answer, str) or not isinstance(answer, Iterable) else list(answer)
    if len(given) != 2:
        raise WrongAnswer(f"Give {kind}, such as (0, 1); yours is {answer!r}.")
    return [as_number(one, kind) for one in given]


def as_number(answer: Any, kind: str = "a whole number") -> float:
    """Return an answer as a number of its kind, or say that it is none."""
    real = isinstance(answer, Real | Decimal) and not isinstance(answer, bool)
    asked, fits, remedy, none = next(told for word, told in KINDS.items() if word in kind)
    if real and fits(float(answer)):
        return float(answer)
    ending = remedy if real else none.format(type(answer).__name__)
    raise WrongAnswer(f"{asked}; yours is {answer!r}{ending}")


def _fits(given: Sequence[float], text: str) -> bool:
    """Whether an answer is this one of a check, at the digits in which it is given."""
    text = text.replace("otherwise", "_").replace("_", "None").replace("\N{MINUS SIGN}", "-")
    known = np.array(ast.literal_eval(text), float)  # None becomes not a number
    near = [max(CLOSE, 0.5001 * 10.0 ** int(Decimal(repr(one)).as_tuple()[2])) for one in given]
    return bool(np.all(np.isnan(known) | (abs(known - given) < near)))


def _is_rough(number: float) -> bool:
    """Whether a number is given in one digit only: 0.4, and not 4.0 or 0.36."""
    return number != 0 and len(Decimal(repr(number)).as_tuple().digits) == 1
