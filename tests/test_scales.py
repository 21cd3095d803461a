"""Which labels make a scale, and on which side of it each stands."""

from __future__ import annotations

import doctest

import pytest

from csm_lib import scales
from csm_lib.scales import sides_of

MARKS = {"+": "for", "0": "between", "-": "against"}


@pytest.mark.parametrize(
    ("labels", "marks"),
    [
        ("Strongly agree|Agree|Neither agree nor disagree|Disagree|Strongly disagree", "++0--"),
        ("Agree strongly|Tend to agree|Partly agree|Do not agree|Not applicable", "+++-0"),
        ("Very satisfied|Neither satisfied nor dissatisfied|Not at all satisfied", "+0-"),
        ("SATISFIED|Neutral|  very   DISSATISFIED ", "+0-"),
        ("Very likely|Fairly likely|Fairly unlikely|Not very likely|Don't know", "++--0"),
        ("Not confident at all|Not sure|Somewhat confident|Extremely confident", "-0++"),
        ("Excellent|Very good|Good|Fair|Poor", "+++0-"),
        ("Very bad|Bad|Quite good", "--+"),
        ("Always|Often|Sometimes|Rarely|Almost never", "++0--"),
        ("Not always|Usually|Never", "0+-"),
        ("Very important|Not very important|Unimportant|Don’t know", "+--0"),
        ("Don’t agree|Agree", "-+"),
    ],
)
def test_a_well_known_scale_is_known_by_its_labels(labels: str, marks: str) -> None:
    found = sides_of({str(place): one for place, one in enumerate(labels.split("|"))})
    assert list(found.values()) == [MARKS[mark] for mark in marks]


@pytest.mark.parametrize(
    "labels",
    [
        "Yes|No",
        "Good|Other",
        "Never|Every month|Every week",
        "Agree|Dissatisfied",
        "Neither agree nor disagree|Disagree",
        "Agrees with the plan|Disagrees with the plan",
        "Good schools|Poor roads",
        "Very|Not very|Not at all",
        "Cytuno|Anghytuno",
        "",
    ],
)
def test_any_other_labels_are_no_scale(labels: str) -> None:
    assert sides_of({str(place): one for place, one in enumerate(labels.split("|"))}) == {}


def test_its_examples_run() -> None:
    assert doctest.testmod(scales).attempted > 0
    assert doctest.testmod(scales).failed == 0
