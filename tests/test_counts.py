"""Counts behind percentages, against the paper's figures and against independent routes.

Rounding is checked by `fractions.Fraction` (floor and ceiling of exact fractions) and by
`decimal.Decimal.quantize`; the searches by listing every count, base or split there is.
"""

from __future__ import annotations

import decimal
import doctest
import functools
import itertools
import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csm_lib import counts
from csm_lib.counts import (
    RULES,
    Correction,
    RoundingRule,
    closing_splits,
    consistent_rules,
    count_range,
    expected_by_chance,
    fitting_bases,
    format_percent,
    one_cell_corrections,
    points_change,
    possible_counts,
    rounded_percent,
)

HALF = Fraction(1, 2)
DECIMAL_RULES = {
    "half_up": decimal.ROUND_HALF_UP,
    "half_even": decimal.ROUND_HALF_EVEN,
    "half_down": decimal.ROUND_HALF_DOWN,
    "truncated": decimal.ROUND_DOWN,
    "up": decimal.ROUND_UP,
}
JSNA_2009 = [98, 95, 94, 50, 44, 42, 34, 39]
QUOTED_WITH_COUNTS = [(72, 53, 74), (63, 45, 72), (62, 44, 71), (49, 36, 73), (27, 20, 73)]

rules = st.sampled_from(RULES)
unhurried = settings(deadline=None)  # a busy machine is no failure


def by_fractions(count: int, base: int, digits: int, rule: str) -> int:
    x = Fraction(abs(count) * 100 * 10**digits, base)
    size = {
        "half_up": lambda: math.floor(x + HALF),
        "half_even": lambda: round(x),  # exact on fractions, ties to even
        "half_down": lambda: math.ceil(x - HALF),
        "truncated": lambda: math.floor(x),
        "up": lambda: math.ceil(x),
    }[rule]()
    return size if count >= 0 else -size


def by_decimal(count: int, base: int, digits: int, rule: str) -> int:
    with decimal.localcontext(prec=60):
        percent = Decimal(100 * count) / Decimal(base)
        rounded = percent.quantize(Decimal(1).scaleb(-digits), rounding=DECIMAL_RULES[rule])
        return int(rounded.scaleb(digits))


@functools.cache
def counts_by_figure(base: int, rule: str) -> dict[int, list[int]]:
    table: dict[int, list[int]] = {}
    for k in range(base + 1):
        table.setdefault(by_fractions(k, base, 0, rule), []).append(k)
    return table


def splits_by_listing(printed: list[int], base: int, rule: str) -> list[tuple[int, ...]]:
    choices = [counts_by_figure(base, rule).get(p, []) for p in printed]
    return [split for split in itertools.product(*choices) if sum(split) == base]


def test_examples_in_the_docstrings_hold() -> None:
    result = doctest.testmod(counts)
    assert result.attempted > 0
    assert result.failed == 0


# -- Rounding ---------------------------------------------------------------


@pytest.mark.parametrize("digits", [0, 1])
@pytest.mark.parametrize("rule", RULES)
def test_every_share_of_bases_to_200_rounds_and_is_found_again(
    rule: RoundingRule, digits: int
) -> None:
    figures = np.arange(100 * 10**digits + 1)
    for base in range(1, 201):
        expected = np.array([by_fractions(k, base, digits, rule) for k in range(base + 1)])
        rounded = rounded_percent(np.arange(base + 1), base, digits=digits, rule=rule)
        np.testing.assert_array_equal(rounded, expected)
        low, high = count_range(figures, base, digits=digits, rule=rule)
        # Each range holds as many counts as round to its figure, and each count is in its range.
        found = np.maximum(high - low + 1, 0)
        np.testing.assert_array_equal(found, np.bincount(expected, minlength=len(figures)))
        assert (low[expected] <= np.arange(base + 1)).all()
        assert (np.arange(base + 1) <= high[expected]).all()
        assert low.min() >= 0
        assert high.max() <= base


@unhurried
@given(
    pair=st.integers(1, 10**18).flatmap(lambda n: st.tuples(st.integers(-n, n), st.just(n))),
    digits=st.integers(0, 6),
    rule=rules,
)
def test_rounding_agrees_with_decimals_on_any_base(
    pair: tuple[int, int], digits: int, rule: RoundingRule
) -> None:
    count, base = pair
    expected = by_decimal(count, base, digits, rule)
    assert rounded_percent(count, base, digits=digits, rule=rule) == expected
    assert rounded_percent(-count, base, digits=digits, rule=rule) == -expected


@unhurried
@given(base=st.integers(1, 5 * 10**8), tie=st.integers(0, 99), rule=rules)
def test_ties_round_by_their_rule_on_any_base(base: int, tie: int, rule: RoundingRule) -> None:
    count = (2 * tie + 1) * base  # exactly tie + 1/2 percent of 200 * base
    neighbour = {
        "half_up": tie + 1,
        "half_even": tie + tie % 2,
        "half_down": tie,
        "truncated": tie,
        "up": tie + 1,
    }[rule]
    assert rounded_percent(count, 200 * base, rule=rule) == neighbour
    assert rounded_percent(-count, 200 * base, rule=rule) == -neighbour


def test_a_tie_rounds_away_from_zero_by_default() -> None:
    assert rounded_percent(45, 72) == 63
    assert rounded_percent(-45, 72) == -63
    assert rounded_percent(1, 200) == 1
    assert rounded_percent(45, 72, digits=1) == 625
    assert rounded_percent(45, 72, rule="half_even") == 62
    assert rounded_percent(-45, 72, rule="up") == -63
    assert rounded_percent(-45, 72, rule="truncated") == -62


def test_numbers_give_int_and_arrays_give_int64() -> None:
    assert type(rounded_percent(45, 72)) is int
    assert type(rounded_percent(np.int16(45), np.uint8(72))) is int
    assert type(count_range(63, 73)[0]) is int
    assert type(points_change(1, 2, 1, 3)) is int
    small = rounded_percent(np.array([45, 46], dtype=np.int8), np.array([72, 73], dtype=np.int8))
    assert small.dtype == np.int64
    assert small.tolist() == [63, 63]
    assert rounded_percent([45, 46], [72, 73]).tolist() == [63, 63]
    assert rounded_percent(np.array([[45], [46]]), np.array([72, 73])).tolist() == [
        [63, 62],
        [64, 63],
    ]
    assert rounded_percent([], []).tolist() == []


@pytest.mark.parametrize("dtype", ["int64", "Int64"])
def test_a_series_keeps_its_index(dtype: str) -> None:
    yes = pd.Series([45, 46], index=["housing", "further_education"], dtype=dtype)
    base = pd.Series([72, 73], index=yes.index, dtype=dtype)
    expected = pd.Series([63, 63], index=yes.index, dtype="int64")
    pd.testing.assert_series_equal(rounded_percent(yes, base), expected)
    pd.testing.assert_series_equal(rounded_percent(yes, 73), expected - [1, 0])
    pd.testing.assert_series_equal(points_change(yes, base, yes, base), expected * 0)
    pd.testing.assert_series_equal(count_range(expected, base)[0], expected - [18, 17])
    assert yes.tolist() == [45, 46]


def test_series_out_of_step_are_refused() -> None:
    yes, base = pd.Series([45, 46], index=[0, 1]), pd.Series([72, 73], index=[1, 0])
    with pytest.raises(ValueError, match="align them first"):
        rounded_percent(yes, base)


@pytest.mark.parametrize(
    "count",
    [45.5, 45.0, True, np.True_, "45", None, pd.NA, [45, True], np.array([45.0]), np.array([True])],
)
def test_a_count_that_is_no_whole_number_is_refused(count: object) -> None:
    with pytest.raises(TypeError, match=r"count must be whole numbers; got .* convert with int\("):
        rounded_percent(count, 72)


def test_a_missing_count_in_a_series_is_refused() -> None:
    with pytest.raises(TypeError, match=r"got <NA>\. Leave out missing ones"):
        rounded_percent(pd.Series([45, None], dtype="Int64"), 72)


@pytest.mark.parametrize("base", [0, -1, [72, 0]])
def test_a_base_below_one_is_refused(base: object) -> None:
    for call in (
        lambda: rounded_percent(0, base),
        lambda: points_change(0, base, 0, 72),
        lambda: points_change(0, 72, 0, base),
        lambda: count_range(0, base),
    ):
        with pytest.raises(ValueError, match="Leave out rows that nobody answered"):
            call()


def test_a_count_above_its_base_is_refused() -> None:
    with pytest.raises(ValueError, match=r"got 73 of 45\. Are they swapped"):
        rounded_percent([40, 73], [45, 45])
    with pytest.raises(ValueError, match="got -46 of 45"):
        rounded_percent(-46, 45)
    with pytest.raises(ValueError, match="got 46 of 45"):
        points_change(46, 45, 45, 45)
    with pytest.raises(ValueError, match="got 46 of 45"):
        points_change(45, 45, 46, 45)
    with pytest.raises(ValueError, match="got -1"):
        points_change(-1, 45, 45, 45)


@pytest.mark.parametrize(
    "function", [rounded_percent, count_range, possible_counts], ids=lambda f: f.__name__
)
def test_an_unknown_rule_is_refused_with_those_there_are(function: Callable[..., object]) -> None:
    with pytest.raises(ValueError, match=r"'bankers'; use one of half_up, .*, up"):
        function(1, 2, rule="bankers")


@pytest.mark.parametrize("digits", [-1, 7])
def test_digits_beyond_what_is_exact_are_refused(digits: int) -> None:
    with pytest.raises(ValueError, match="digits must be from 0 to 6"):
        rounded_percent(1, 2, digits=digits)


# -- Change and display -----------------------------------------------------


def test_change_is_rounded_once_from_the_counts() -> None:
    assert points_change(67, 74, 62, 74) == -7  # -6.76
    assert points_change(26, 72, 50, 72) == 33
    assert points_change(50, 74, 49, 74) == -1  # -1.35, where 68% and 66% print a fall of 2
    assert points_change(50, 74, 49, 74, digits=2) == -135
    assert points_change(0, 200, 1, 200) == 1
    assert points_change(1, 200, 0, 200) == -1
    assert points_change(1, 200, 0, 200, rule="half_even") == 0


shares = st.integers(1, 10**9).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@unhurried
@given(first=shares, second=shares, rule=rules, digits=st.integers(0, 6))
def test_change_is_the_exact_difference_of_the_shares(
    first: tuple[int, int], second: tuple[int, int], rule: RoundingRule, digits: int
) -> None:
    change = Fraction(*second) - Fraction(*first)
    expected = by_fractions(change.numerator, change.denominator, digits, rule)
    assert points_change(*first, *second, digits=digits, rule=rule) == expected
    assert points_change(*second, *first, digits=digits, rule=rule) == -expected


def test_large_counts_in_arrays_do_not_overflow() -> None:
    n = 10**9
    assert points_change([0, n, 1], n, [n, 0, n], n, digits=6).tolist() == [10**8, -(10**8), 10**8]
    assert rounded_percent([10**18, 5 * 10**17], 10**18).tolist() == [100, 50]
    assert rounded_percent([10**17, 1], 10**17, rule="up").tolist() == [100, 1]
    low, high = count_range([0, 10**8], n, digits=6)
    assert (low.tolist(), high.tolist()) == ([0, n - 5], [4, n])
    with pytest.raises(ValueError, match="1,000,000,000; got 1,000,000,001"):
        count_range(50, n + 1)


def test_a_share_is_shown_half_up_and_a_base_of_none_as_a_dash() -> None:
    assert format_percent(45, 72) == "63%"
    assert format_percent(45, 72, digits=1) == "62.5%"
    assert format_percent(1, 2000, digits=2) == "0.05%"
    assert format_percent(np.int64(74), np.int64(74), digits=1) == "100.0%"
    assert format_percent(0, 74) == "0%"
    assert format_percent(0, 0) == "–"
    for count, base in [(1, 0), (75, 74), (-1, 74)]:
        with pytest.raises(ValueError, match="got "):
            format_percent(count, base)


# -- Counts behind a percentage ---------------------------------------------


def test_counts_of_the_paper_are_found() -> None:
    assert possible_counts(63, 73) == (46,)
    assert possible_counts(98, 68) == ()
    assert possible_counts(44, 74) == ()
    assert possible_counts(56, 74) == ()
    assert possible_counts(56, 73) == (41,)
    assert [possible_counts(p, n) for p, _, n in QUOTED_WITH_COUNTS] == [
        (53,),
        (45,),
        (44,),
        (36,),
        (20,),
    ]


def test_digits_are_those_of_the_text() -> None:
    assert possible_counts("62.5", 72) == (45,)
    assert possible_counts(" 62.5% ", 72) == (45,)
    assert possible_counts("62.50 %", 72) == (45,)
    assert possible_counts("62.51", 72) == ()
    assert possible_counts("63", 72) == possible_counts(63, 72) == (45,)
    assert possible_counts("63.0", 72) == ()
    assert possible_counts("100.0%", 72) == (72,)
    assert possible_counts("0.3", 300) == (1,)
    assert possible_counts(np.int8(63), np.int16(73)) == (46,)


def test_a_large_base_has_several_counts() -> None:
    assert possible_counts(63, 200) == (125, 126)
    assert possible_counts(62, 200, rule="half_even") == (123, 124, 125)
    assert possible_counts(63, 200, rule="half_even") == (126,)
    assert possible_counts(63, 200, rule="half_down") == (126, 127)
    assert possible_counts(63, 200, rule="truncated") == (126, 127)
    assert possible_counts(63, 200, rule="up") == (125, 126)
    assert possible_counts(0, 200, rule="up") == (0,)
    assert possible_counts(100, 200, rule="truncated") == (200,)


@unhurried
@given(printed=st.integers(0, 100), base=st.integers(1, 400), rule=rules)
def test_possible_counts_are_all_that_print_so(printed: int, base: int, rule: RoundingRule) -> None:
    expected = [k for k in range(base + 1) if by_decimal(k, base, 0, rule) == printed]
    assert list(possible_counts(printed, base, rule=rule)) == expected


@unhurried
@given(base=st.integers(1, 10**9), printed=st.integers(0, 10**5), digits=st.just(3), rule=rules)
def test_the_ends_of_a_range_are_sharp_on_any_base(
    base: int, printed: int, digits: int, rule: RoundingRule
) -> None:
    low, high = count_range(printed, base, digits=digits, rule=rule)
    for k in (low - 2, low - 1, low, high, high + 1, high + 2):
        if 0 <= k <= base:
            prints_so = by_fractions(k, base, digits, rule) == printed
            assert prints_so == (low <= k <= high)


@pytest.mark.parametrize("printed", [101, -1, "100.1", "101%", np.int64(101)])
def test_a_percentage_beyond_the_whole_is_refused(printed: int | str) -> None:
    with pytest.raises(ValueError, match="printed as 0% to 100%"):
        possible_counts(printed, 74)
    with pytest.raises(ValueError, match="printed must be from 0 to 100"):
        count_range([50, 101], 74)


@pytest.mark.parametrize("printed", [62.5, 63.0, np.float64(62.5)])
def test_a_float_is_refused_for_it_hides_its_digits(printed: float) -> None:
    with pytest.raises(TypeError, match=r"Give it as text, '6\d\.\d'"):
        possible_counts(printed, 72)


@pytest.mark.parametrize("printed", ["62,5", "sixty", "", "%", "-3", "62.", "٦٣"])
def test_text_that_is_no_percentage_is_refused(printed: str) -> None:
    with pytest.raises(ValueError, match=r"reads like '63', '62.5' or '62.5%'"):
        possible_counts(printed, 72)


def test_a_boolean_or_a_fraction_is_no_figure_and_no_base() -> None:
    for printed, base in [(True, 72), (None, 72), (63, 72.0), (63, True)]:
        with pytest.raises(TypeError, match="must be whole numbers"):
            possible_counts(printed, base)


# -- Bases that fit a block -------------------------------------------------


def test_the_jsna_block_fits_two_bases_up_to_74() -> None:
    found = fitting_bases(JSNA_2009, 74)
    assert [fit.base for fit in found] == [62, 64]
    assert found[1].counts == ((63,), (61,), (60,), (32,), (28,), (27,), (22,), (25,))
    assert found[1].chance == pytest.approx((65 / 101) ** 8)
    by_listing = [
        n
        for n in range(1, 75)
        if all(any(by_decimal(k, n, 0, "half_up") == p for k in range(n + 1)) for p in JSNA_2009)
    ]
    assert by_listing == [62, 64]


def test_the_search_keeps_to_its_limits() -> None:
    assert [fit.base for fit in fitting_bases(JSNA_2009, 64, smallest=63)] == [64]
    assert fitting_bases(JSNA_2009, 61) == ()
    assert [fit.base for fit in fitting_bases([50], 4)] == [2, 4]
    with pytest.raises(ValueError, match="largest must be from 5 to"):
        fitting_bases([50], 4, smallest=5)
    with pytest.raises(ValueError, match="smallest must be from 1"):
        fitting_bases([50], 4, smallest=0)


@unhurried
@given(
    printed=st.lists(st.integers(0, 100), min_size=1, max_size=4),
    decimals=st.lists(st.integers(0, 1000), max_size=2),
    rule=rules,
)
def test_fitting_bases_are_those_where_each_figure_has_a_count(
    printed: list[int], decimals: list[int], rule: RoundingRule
) -> None:
    block = [*printed, *(f"{tenths // 10}.{tenths % 10}" for tenths in decimals)]
    found = {fit.base: fit for fit in fitting_bases(block, 130, rule=rule)}
    for base in range(1, 131):
        ways = tuple(possible_counts(figure, base, rule=rule) for figure in block)
        assert (base in found) == all(ways)
        if base in found:
            assert found[base].counts == ways
            luck = (min(base, 100) + 1) / 101, (min(base, 1000) + 1) / 1001
            expected = luck[0] ** len(printed) * luck[1] ** len(decimals)
            assert found[base].chance == pytest.approx(expected)


@pytest.mark.parametrize("rule", RULES)
def test_chance_counts_the_figures_that_a_base_can_print(rule: RoundingRule) -> None:
    for base in range(1, 251):
        printable = {by_fractions(k, base, 0, rule) for k in range(base + 1)}
        expected = (len(printable) / 101) ** 3
        assert expected_by_chance(3, base, smallest=base) == pytest.approx(expected)


def test_expected_by_chance_adds_up_over_the_bases() -> None:
    assert expected_by_chance(1, 2) == pytest.approx(2 / 101 + 3 / 101)
    assert expected_by_chance(2, 3, smallest=2) == pytest.approx((9 + 16) / 101**2)
    assert expected_by_chance(1, 2, digits=1) == pytest.approx(5 / 1001)
    assert expected_by_chance(8, 74) == pytest.approx(sum(((n + 1) / 101) ** 8 for n in range(75)))
    assert expected_by_chance(8, 102, smallest=100) == 3.0


# -- Splits that close ------------------------------------------------------


def test_the_primary_care_trust_split_closes_only_with_a_correction() -> None:
    printed = [76, 21, 1]
    assert [possible_counts(p, 71) for p in printed] == [(54,), (15,), (1,)]
    assert closing_splits(printed, 71) == ()
    assert one_cell_corrections(printed, 71) == (
        Correction(0, 76, 77, (55, 15, 1)),
        Correction(1, 21, 23, (54, 16, 1)),
        Correction(2, 1, 3, (54, 15, 2)),
    )


def test_a_correction_keeps_the_form_of_what_is_printed() -> None:
    found = one_cell_corrections(["76.1", 21, "1%"], 71)
    assert [(fix.printed, fix.corrected) for fix in found] == [
        ("76.1", "77.5"),
        (21, 23),
        ("1%", "3"),
    ]


def test_the_smallest_correction_comes_first_whatever_the_digits() -> None:
    # One more part in 71 is 1.4 points: 21.1 becomes 22.5, 76 becomes 77, 1 becomes 3.
    found = one_cell_corrections([76, "21.1", 1], 71)
    assert [fix.position for fix in found] == [0, 1, 2]
    found = one_cell_corrections([1, "21.1", 76], 71)
    assert [fix.position for fix in found] == [2, 1, 0]


def test_a_split_that_closes_needs_no_correction() -> None:
    assert closing_splits([70, 25, 5], 64) == ((45, 16, 3),)
    assert one_cell_corrections([70, 25, 5], 64) == ()


def test_two_wrong_cells_are_beyond_one_correction() -> None:
    assert possible_counts(44, 74) == possible_counts(56, 74) == ()
    assert one_cell_corrections([44, 56, 0], 74) == ()


def test_a_large_base_closes_in_several_ways() -> None:
    assert closing_splits([50, 50], 200) == ((100, 100),)
    assert closing_splits([50, 50], 201) == ((100, 101), (101, 100))
    assert closing_splits([33, 33, 33], 300) == ((100, 100, 100),)


def test_a_split_that_cannot_close_is_settled_without_listing_its_parts() -> None:
    assert closing_splits([8] * 11, 1_000) == ()  # ten counts for each part, 84 at most
    assert closing_splits([10] * 11, 1_000) == ()  # and 95 at least


parts = st.lists(st.integers(0, 100), min_size=1, max_size=3)
true_parts = st.lists(st.integers(0, 60), min_size=1, max_size=3).filter(sum)


@unhurried
@given(printed=parts, base=st.integers(1, 120), rule=rules)
def test_closing_splits_are_all_there_are(
    printed: list[int], base: int, rule: RoundingRule
) -> None:
    assert list(closing_splits(printed, base, rule=rule)) == splits_by_listing(printed, base, rule)


@unhurried
@given(split=true_parts, rule=rules)
def test_a_true_split_is_among_those_that_close(split: list[int], rule: RoundingRule) -> None:
    base = sum(split)
    printed = [rounded_percent(k, base, rule=rule) for k in split]
    found = list(closing_splits(printed, base, rule=rule))
    assert tuple(split) in found
    assert found == splits_by_listing(printed, base, rule)


@unhurried
@given(
    split=true_parts,
    errors=st.lists(st.integers(-3, 3), min_size=3, max_size=3),
    rule=rules,
)
def test_corrections_are_all_single_replacements_that_close(
    split: list[int], errors: list[int], rule: RoundingRule
) -> None:
    base = sum(split)
    printed = [
        min(100, max(0, rounded_percent(k, base, rule=rule) + error))
        for k, error in zip(split, errors, strict=False)
    ]
    found = one_cell_corrections(printed, base, rule=rule)
    expected = set()
    if not splits_by_listing(printed, base, rule):
        for position, percent in itertools.product(range(len(printed)), range(101)):
            mended = [*printed[:position], percent, *printed[position + 1 :]]
            for ways in splits_by_listing(mended, base, rule):
                expected.add(Correction(position, printed[position], percent, ways))
    assert len(found) == len(expected)
    assert set(found) == expected
    sizes = [abs(int(fix.corrected) - int(fix.printed)) for fix in found]
    assert sizes == sorted(sizes)


@pytest.mark.parametrize("printed", [[], "63", ()])
def test_a_block_without_figures_is_refused(printed: list[int]) -> None:
    for call in (closing_splits, one_cell_corrections, fitting_bases):
        with pytest.raises(ValueError, match="Give a list of printed percentages"):
            call(printed, 74)


# -- The rule learned from the print ----------------------------------------


def test_the_print_shows_that_the_paper_rounds_half_up() -> None:
    assert consistent_rules(QUOTED_WITH_COUNTS) == ("half_up",)


@pytest.mark.parametrize(
    ("evidence", "left"),
    [
        ((63, 45, 72), ("half_up", "up")),
        ((27, 20, 73), ("half_up", "half_even", "half_down", "truncated")),
        ((72, 53, 74), ("half_up", "half_even", "half_down", "up")),
        (("62.5%", 45, 72), RULES),
        ((64, 45, 72), ()),
    ],
)
def test_each_printed_fraction_excludes_the_rules_it_contradicts(
    evidence: tuple[int | str, int, int], left: tuple[RoundingRule, ...]
) -> None:
    assert consistent_rules(iter([evidence])) == left


def test_no_evidence_excludes_no_rule() -> None:
    assert consistent_rules([]) == RULES
