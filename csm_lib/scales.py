"""On which side of an ordered scale an answer stands, known by what it is called."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

SIDES = ("for", "against", "between")
"""The sides of a scale."""

_DEGREES = re.compile(
    r"\b(strongly|somewhat|slightly|very|fairly|quite|rather|really|extremely|highly|moderately"
    r"|mildly|partly|mostly|mainly|largely|generally|fully|totally|completely|entirely|definitely"
    r"|reasonably|almost|nearly|tend to|at all|a little|a bit|a lot)\b"
)
"""Words of degree, which do not change the side of an answer."""

_STEMS: Sequence[tuple[str, str]] = (
    ("agree", "disagree|do not agree|don't agree|not agree"),
    ("satisfied", "dissatisfied|unsatisfied|not satisfied"),
    ("likely", "unlikely|not likely"),
    ("confident", "unconfident|not confident"),
    ("good|excellent|outstanding", "poor|bad|not good"),
    ("often|always|usually|frequently", "rarely|never|seldom|hardly ever|not often"),
    ("important", "unimportant|not important"),
)
"""Scales that are known by their labels: the words for, and the words against."""


def sides_of(answers: Mapping[str, str]) -> dict[str, str]:
    """Return on which side of a well-known scale in English each answer stands.

    Parameters
    ----------
    answers
        The answers and their labels. With or without words of degree, as in ``Strongly agree``,
        some label must be for and some against, in the words of one scale.

    Returns
    -------
    dict
        By answer one of `SIDES`: any other label, as ``Neither agree nor disagree`` or
        ``Don't know``, stands ``between``. Empty where the labels are no such scale.

    Examples
    --------
    >>> sides_of({"1": "Very good", "2": "Fair", "3": "Poor"})
    {'1': 'for', '2': 'between', '3': 'against'}
    >>> sides_of({"1": "Good", "2": "Other"})
    {}
    """
    bare = {
        answer: " ".join(_DEGREES.sub(" ", label.casefold().replace("’", "'")).split())
        for answer, label in answers.items()
    }
    for stems in _STEMS:
        side_by_word = {
            word: side
            for side, words in zip(SIDES, stems, strict=False)
            for word in words.split("|")
        }
        found = {answer: side_by_word.get(word, "between") for answer, word in bare.items()}
        if {"for", "against"} <= {*found.values()}:
            return found
    return {}
