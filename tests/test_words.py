"""Numbers, lists and labels inside a sentence."""

from __future__ import annotations

import pandas as pd
import pytest

from csm_lib import words


def test_numbers_up_to_ten_are_words() -> None:
    names = "no one two three four five six seven eight nine ten 11".split()
    assert [words.number(count) for count in range(12)] == names
    assert words.number(-1) == "-1"


@pytest.mark.parametrize(
    ("count", "found"), [(0, "no areas"), (1, "one area"), (2, "two areas"), (31, "31 areas")]
)
def test_a_noun_follows_its_number(count: int, found: str) -> None:
    assert words.counted(count, "area") == found


def test_a_noun_may_bring_its_plural() -> None:
    assert words.counted(1, "authority", "authorities") == "one authority"
    assert words.counted(2, "authority", "authorities") == "two authorities"


def test_a_share_is_rounded_half_up_and_shows_its_counts() -> None:
    assert words.of(45, 72) == "63% (45 of 72)"
    assert words.of(46, 73) == "63% (46 of 73)"
    assert words.of(0, 0) == "– (0 of 0)"


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ([], "none"),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (("a", "b"), "a and b"),
    ],
)
def test_a_list_ends_in_and(parts: list[str], found: str) -> None:
    assert words.listed(parts) == found


def test_a_list_is_left_as_it_was() -> None:
    parts = ["a", "b"]
    words.listed(parts)
    assert parts == ["a", "b"]


def test_a_sentence_begins_with_a_capital_and_keeps_the_rest() -> None:
    assert words.sentence("nine of 11 in CAMHS") == "Nine of 11 in CAMHS"
    assert words.sentence("") == ""


def test_a_span_of_one_is_one_number() -> None:
    assert words.span(71, 74) == "71 to 74"
    assert words.span(74, 74) == "74"


CHANGE = pd.Series({"from_yes": 45, "from_base": 72, "to_yes": 36, "to_base": 73})


def test_the_sides_of_a_change_are_shares() -> None:
    assert words.before(CHANGE) == "63%"
    assert words.after(CHANGE) == "49%"


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ((19, 74), (12, 74), "9 points"),  # printed as 26% and 16%, and as 10 apart
        ((12, 74), (19, 74), "9 points"),
        ((50, 74), (49, 74), "1 point"),
        ((50, 74), (50, 74), "0 points"),
    ],
)
def test_a_change_is_made_from_counts_and_has_no_sign(
    before: tuple[int, int], after: tuple[int, int], found: str
) -> None:
    names = ("from_yes", "from_base", "to_yes", "to_base")
    assert words.points(pd.Series([*before, *after], index=names)) == found


@pytest.mark.parametrize(
    ("label", "found"),
    [
        ("Third sector", "third sector"),
        ("Further education and sixth form colleges", "further education and sixth form colleges"),
        ("Primary Care Trust, provider", "Primary Care Trust, provider"),
        ("Jobcentre Plus", "Jobcentre Plus"),
        ("CAMHS", "CAMHS"),
        ("London borough", "London borough"),
    ],
)
def test_a_label_inside_a_sentence_keeps_the_capital_of_a_name(label: str, found: str) -> None:
    assert words.within(label) == found


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb", "a [31mb"),
        ("a\u202eb", "a b"),
        ("a\ud800b", "a b"),
        ("one\ntwo", "one\ntwo"),
        ("Zoë 日本 😀", "Zoë 日本 😀"),
    ],
)
def test_signs_that_steer_or_turn_what_follows_are_not_shown(text: str, shown: str) -> None:
    assert words.legible(text) == shown


def test_text_of_others_runs_nothing_in_html() -> None:
    assert words.escaped("<b>\x00'") == "&lt;b&gt; &#x27;"
