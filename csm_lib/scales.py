"""On which side of an ordered scale an answer stands, known by what it is called."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from csv import DictReader
from functools import cache
from pathlib import Path

SIDES = ("for", "against", "between")
"""The sides of a scale."""

_DEGREES = re.compile(
    r"\b(strongly|somewhat|slightly|very|fairly|quite|rather|really|extremely|highly|moderately"
    r"|mildly|partly|mostly|mainly|largely|generally|fully|totally|completely|entirely|definitely"
    r"|reasonably|almost|nearly|tend to|at all|a little|a bit|a lot)\b"
)
"""Words of degree, which do not change the side of an answer."""


@cache
def _known() -> list[dict[str, str]]:
    """The scales of `scales.csv`: their words for and against, and what a sentence makes of them.

    Its stem is in the words of both sides.
    """
    with Path(__file__).with_name("scales.csv").open(encoding="utf-8", newline="") as file:
        return list(DictReader(file))


def said_of(labels: Sequence[str], what: str) -> str:
    """Return what a sentence says of a scale, if all of some labels of its answers are of one.

    >>> said_of(["Disagree", "Strongly disagree"], "those against")
    'disagreed with'
    """
    scales = (one for one in _known() if one[what] and labels)
    fit = (one for one in scales if all(one["stem"] in label.casefold() for label in labels))
    return next((one[what] for one in fit), "")


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
    for scale in _known():
        side_by_word = {word: side for side in SIDES[:2] for word in scale[side].split("|")}
        found = {answer: side_by_word.get(word, "between") for answer, word in bare.items()}
        if {"for", "against"} <= {*found.values()}:
            return found
    return {}
