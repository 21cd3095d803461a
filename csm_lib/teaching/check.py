"""Checking an answer in a student's notebook: what is wrong with it, in words that help.

Each lesson module has ``CHECKS``: by name, a function that is given the collection and the answer,
returns why it is right, and raises `WrongAnswer` where it is not.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from csm_lib.codebook import did_you_mean
from csm_lib.collection import Collection, open_collection
from csm_lib.teaching import LESSONS

Check = Callable[[Collection, Any], str]
"""Given the collection and an answer, returns why it is right, or raises `WrongAnswer`."""


class NotYet(Exception):
    """The cell with the answer still holds its dots."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class WrongAnswer(Exception):
    """An answer is not right; the message says what is wrong with it, not what is right."""

    def _render_traceback_(self) -> list[str]:
        return [f"Not yet right. {self}"]


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
    lesson, _, exercise = name.partition(".")
    if lesson not in LESSONS:
        raise KeyError(f"There is no lesson {lesson!r}.{did_you_mean(lesson, LESSONS)}")
    known = _checks(lesson)
    if exercise not in known:
        raise KeyError(f"There is no check {name!r}.{did_you_mean(exercise, known)}")
    if answer is ...:
        raise NotYet(
            "No answer yet. Replace the dots in the cell above with your answer, run that cell, "
            "then run this one again."
        )
    reason = known[exercise](_collection(), answer)
    print(f"Right. {reason}")


@cache
def _checks(lesson: str) -> dict[str, Check]:
    module = import_module(f"csm_lib.teaching.lesson_{lesson}")
    return dict(module.CHECKS)


@cache
def _collection() -> Collection:
    return open_collection()


def whole_number(answer: Any) -> int:
    """Return an answer as a whole number, or say that it is none."""
    if isinstance(answer, bool) or not hasattr(answer, "__int__") or isinstance(answer, str):
        raise WrongAnswer(
            f"A whole number is asked for; yours is {answer!r}, a {type(answer).__name__}."
        )
    number = int(answer) if math.isfinite(answer) else None
    if number is None or number != answer:
        raise WrongAnswer(f"A whole number is asked for; yours is {answer!r}. Count, don't divide.")
    return number
