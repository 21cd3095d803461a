"""Numbers, lists and labels inside a sentence."""

from __future__ import annotations

import doctest
from typing import Any

import numpy as np
import pandas as pd
import pytest

from csm_lib import words


def change(k1: int, n1: int, k2: int, n2: int, direction: int = 0) -> pd.Series[Any]:
    names = ("from_yes", "from_base", "to_yes", "to_base", "direction")
    return pd.Series([k1, n1, k2, n2, direction], index=names)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (
            [words.number(count) for count in range(12)],
            "no one two three four five six seven eight nine 10 11".split(),
        ),
        (words.number(-1), "-1"),
        ([words.counted(n, "area") for n in (0, 1, 2)], ["no areas", "one area", "two areas"]),
        (words.counted(1, "authority", "authorities"), "one authority"),
        (words.counted(31, "authority", "authorities"), "31 authorities"),
        (words.of(45, 72), "63% (45 of 72)"),  # 62.5%, half up
        (words.of(46, 73), "63% (46 of 73)"),
        (words.of(0, 0), "– (0 of 0)"),
        (words.of_panels(10_000, 10_000), "100%"),  # of all, and of all only
        (words.of_panels(9_950, 10_000), ">99%"),
        (words.of_panels(9_949, 10_000), "99%"),
        (words.of_panels(50, 10_000), "1%"),
        (words.of_panels(49, 10_000), "<1%"),
        (words.of_panels(0, 10_000), "0%"),
        (words.percent(0.124), 12),
        (words.percent(0.125), 13),  # half away from 0
        (words.percent(-0.125), -13),
        (words.percent(-0.004), 0),
        (words.listed([]), "none"),
        (words.listed(["a"]), "a"),
        (words.listed(("a", "b")), "a and b"),
        (words.listed(["a", "b", "c"]), "a, b and c"),
        (words.listed(["a", "b", "c"], "or"), "a, b or c"),
        (words.sentence("nine of 11 in CAMHS"), "Nine of 11 in CAMHS"),
        (words.sentence(""), ""),
        (words.within("Third sector"), "third sector"),
        (words.within("Primary Care Trust, provider"), "Primary Care Trust, provider"),
        (words.within("Further education and sixth form"), "further education and sixth form"),
        (words.within("Jobcentre Plus"), "Jobcentre Plus"),
        (words.within("London borough"), "London borough"),
        (words.within("CAMHS"), "CAMHS"),
        (words.within("GPs and nurses"), "GPs and nurses"),
        (words.before(change(45, 72, 36, 73)), "63%"),
        (words.after(change(45, 72, 36, 73)), "49%"),
        (words.points(change(19, 74, 12, 74)), "9 points"),  # printed as 26% and 16%
        (words.points(change(12, 74, 19, 74)), "9 points"),
        (words.points(change(50, 74, 49, 74)), "1 point"),
        (words.points(change(50, 74, 50, 74)), "0 points"),
        (words.signed_points(change(19, 74, 12, 74, -1)), "−9 points"),
        (words.signed_points(change(12, 74, 19, 74, 1)), "+9 points"),
        (words.signed_points(change(19, 74, 19, 74)), "0 points"),
        (
            [words.went(change(1, 2, 1, 2, way)) for way in (1, 0, -1)],
            ["rose", "stayed the same", "fell"],
        ),
        ([words.signed(number) for number in (3, 0, -3)], ["+3", "0", "−3"]),
        (words.span(71, 74), "71 to 74"),
        (words.span(74, 74), "74"),
        (words.spans([5, 0], [12, 0]), ["5 to 12", "0"]),
        (words.spans(["−14", "−4"], ["0", "+4"]), ["−14 to 0", "−4 to +4"]),
        (words.p_span(0.0625, 0.36), "from 0.063 to 0.36"),
        (words.p_span(0.00001, 0.00002), "<0.0001"),
        (words.p_spans([0.0625, 0.00001], [0.36, 0.00002]), ["from 0.063 to 0.36", "<0.0001"]),
        (words.legible("a\x1b[31mb\u202ec\ud800d\ne Zoë 日本 😀"), "a [31mb c d\ne Zoë 日本 😀"),
        (words.escaped("<b>\x00'"), "&lt;b&gt; &#x27;"),
    ],
)
def test_a_sentence_has_it_so(written: object, text: object) -> None:
    assert written == text


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.0625, "0.063"),  # a tie, which a format string takes down
        (0.359283, "0.36"),
        (0.00921, "0.0092"),
        (0.00082, "0.0008"),
        (0.0001, "0.0001"),
        (0.000099, "<0.0001"),
        (1, "1"),
        (0.998, "0.998"),  # not 1
        (0.05, "0.05"),
        (0.0499, "0.0499"),  # not 0.05
        (0.05004, "0.05004"),
    ],
)
def test_p_is_short_but_never_takes_the_place_of_the_level_or_of_1(p: float, text: str) -> None:
    assert words.p_value(p) == text


@pytest.mark.parametrize("p", [0.01276, 0.01284, 0.0501, 0.0496])
@pytest.mark.parametrize("level", [0.0128, 0.0501])
def test_p_is_written_on_its_own_side_of_any_level(p: float, level: float) -> None:
    shown = float(words.p_value(p, level=level))
    assert (shown < level, shown > level) == (p < level, p > level)


@pytest.mark.parametrize("level", [0.0128, 0.0501, 0.1])
def test_p_at_random_is_written_on_its_own_side_of_a_level(level: float) -> None:
    for p in np.random.default_rng(1).uniform(0.0001, 0.2, 200):
        assert (float(words.p_value(p, level=level)) <= level) == (p <= level)


def test_examples_in_the_docstrings_hold() -> None:
    result = doctest.testmod(words)
    assert result.attempted > 0
    assert result.failed == 0
