"""Numbers, lists and labels inside a sentence."""

from __future__ import annotations

import doctest

import pandas as pd
import pytest

from csm_lib import words


def test_numbers_up_to_ten_are_words() -> None:
    names = "no one two three four five six seven eight nine ten 11".split()
    assert [words.number(count) for count in range(12)] == names
    assert words.number(-1) == "-1"


def test_a_noun_follows_its_number_and_may_bring_its_plural() -> None:
    assert [words.counted(count, "area") for count in (0, 1, 2)] == [
        "no areas", "one area", "two areas",
    ]  # fmt: skip
    assert words.counted(1, "authority", "authorities") == "one authority"
    assert words.counted(31, "authority", "authorities") == "31 authorities"


def test_a_share_is_rounded_half_up_and_shows_its_counts() -> None:
    assert words.of(45, 72) == "63% (45 of 72)"
    assert words.of(46, 73) == "63% (46 of 73)"
    assert words.of(0, 0) == "– (0 of 0)"


def test_a_list_ends_in_and() -> None:
    assert words.listed([]) == "none"
    assert words.listed(["a"]) == "a"
    assert words.listed(("a", "b")) == "a and b"
    assert words.listed(["a", "b", "c"]) == "a, b and c"
    assert words.listed(["a", "b", "c"], "or") == "a, b or c"


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
        ("GPs and nurses", "GPs and nurses"),
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


def test_p_is_written_on_its_own_side_of_any_level() -> None:
    for p in (0.01276, 0.01284, 0.0501, 0.0496):
        for level in (0.0128, 0.0501):
            shown = float(words.p_value(p, level=level))
            assert (shown < level, shown > level) == (p < level, p > level)


def test_a_span_of_p_is_one_value_where_both_read_the_same() -> None:
    assert words.p_span(0.0625, 0.36) == "from 0.063 to 0.36"
    assert words.p_span(0.00001, 0.00002) == "<0.0001"


@pytest.mark.parametrize(
    ("yes", "text"),
    [(10_000, "100%"), (9_950, ">99%"), (9_949, "99%"), (50, "1%"), (49, "<1%"), (0, "0%")],
)
def test_all_and_none_are_said_of_all_and_none_only(yes: int, text: str) -> None:
    assert words.of_panels(yes, 10_000) == text


def test_two_columns_are_written_as_ranges() -> None:
    assert words.spans([5, 0], [12, 0]) == ["5 to 12", "0"]
    assert words.spans(["−14", "−4"], ["0", "+4"]) == ["−14 to 0", "−4 to +4"]
    assert words.p_spans([0.0625, 0.00001], [0.36, 0.00002]) == ["from 0.063 to 0.36", "<0.0001"]


def test_a_share_or_a_change_is_rounded_half_away_from_0() -> None:
    assert [words.percent(share) for share in (0.125, -0.125, 0.124, -0.004)] == [13, -13, 12, 0]


def test_examples_in_the_docstrings_hold() -> None:
    result = doctest.testmod(words)
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize(
    ("direction", "found"), [(1, "rose"), (0, "stayed the same"), (-1, "fell")]
)
def test_a_share_rose_or_fell(direction: int, found: str) -> None:
    assert words.went(pd.Series({"direction": direction})) == found
