"""Counts behind percentages, against the paper's figures and against independent routes.

Rounding is checked by exact fractions and by `decimal.Decimal.quantize`; the searches by listing
every count, base or split there is.
"""

from __future__ import annotations

import decimal
import doctest
import functools
import itertools
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from printed import counts_by_hand, percent, splits_by_hand

from csm_lib import counts
from csm_lib.counts import (
    RULES,
    Correction,
    RoundingRule,
    closing_chance,
    closing_splits,
    count_range,
    counts_behind,
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

by_hand = functools.cache(counts_by_hand)
rules = st.sampled_from(RULES)


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


def test_examples_in_the_docstrings_hold() -> None:
    result = doctest.testmod(counts)
    assert result.attempted > 0
    assert result.failed == 0


# -- Rounding ---------------------------------------------------------------


@pytest.mark.parametrize("digits", [0, 1])
@pytest.mark.parametrize("rule", RULES)
def test_every_share_of_bases_to_200_is_rounded_as_exact_fractions_are(
    rule: RoundingRule, digits: int
) -> None:
    for base in range(1, 201):
        expected = [by_fractions(k, base, digits, rule) for k in range(base + 1)]
        rounded = rounded_percent(np.arange(base + 1), base, digits=digits, rule=rule)
        assert rounded.tolist() == expected


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
    small = rounded_percent(np.array([45, 46], dtype=np.int8), np.array([72, 73], dtype=np.int8))
    assert small.dtype == np.int64
    assert small.tolist() == [63, 63]
    assert rounded_percent([45, 46], [72, 73]).tolist() == [63, 63]
    assert rounded_percent([], []).tolist() == []


@pytest.mark.parametrize("dtype", ["int64", "Int64"])
def test_a_series_keeps_its_index(dtype: str) -> None:
    yes = pd.Series([45, 46], index=["housing", "further_education"], dtype=dtype)
    base = pd.Series([72, 73], index=yes.index, dtype=dtype)
    expected = pd.Series([63, 63], index=yes.index, dtype="int64")
    pd.testing.assert_series_equal(rounded_percent(yes, base), expected)
    pd.testing.assert_series_equal(rounded_percent(yes, 73), expected - [1, 0])
    pd.testing.assert_series_equal(points_change(yes, base, yes, base), expected * 0)
    assert yes.tolist() == [45, 46]


def test_series_out_of_step_are_refused() -> None:
    yes, base = pd.Series([45, 46], index=[0, 1]), pd.Series([72, 73], index=[1, 0])
    with pytest.raises(ValueError, match="align them first"):
        rounded_percent(yes, base)


@pytest.mark.parametrize(
    "count",
    [
        45.0, True, np.True_, "45", None, [45, True], np.array([45.0]), np.array([True]),
        pd.Series([45, None], dtype="Int64"),
    ],
)  # fmt: skip
def test_a_count_that_is_no_whole_number_is_refused(count: object) -> None:
    with pytest.raises(TypeError, match=r"count must be whole numbers; got .* convert with int\("):
        rounded_percent(count, 72)


@pytest.mark.parametrize("base", [0, -1, [72, 0]])
def test_a_base_below_one_is_refused(base: object) -> None:
    for call in (
        lambda: rounded_percent(0, base),
        lambda: points_change(0, base, 0, 72),
        lambda: points_change(0, 72, 0, base),
        lambda: count_range(0, base),
    ):
        with pytest.raises(ValueError, match=r"base\w* must be from 1 to .* leave it out"):
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


def test_an_unknown_rule_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"'bankers'; use one of half_up, .*, up"):
        rounded_percent(1, 2, rule="bankers")


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
    assert points_change(0, 1, 1, 1) == 100


shares = st.integers(1, 10**9).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(first=shares, second=shares, digits=st.integers(0, 6))
def test_change_is_the_exact_difference_of_the_shares(
    first: tuple[int, int], second: tuple[int, int], digits: int
) -> None:
    change = Fraction(*second) - Fraction(*first)
    expected = by_fractions(change.numerator, change.denominator, digits, "half_up")
    assert points_change(*first, *second, digits=digits) == expected
    assert points_change(*second, *first, digits=digits) == -expected


def test_large_counts_in_arrays_do_not_overflow() -> None:
    n = 10**9
    assert points_change([0, n, 1], n, [n, 0, n], n, digits=6).tolist() == [10**8, -(10**8), 10**8]
    assert rounded_percent([10**18, 5 * 10**17], 10**18).tolist() == [100, 50]
    assert rounded_percent([10**17, 1], 10**17, rule="up").tolist() == [100, 1]
    low, high = count_range([0, 100], n)
    assert (low.tolist(), high.tolist()) == ([0, n - n // 200], [n // 200 - 1, n])
    with pytest.raises(ValueError, match="1,000,000,000; got 1,000,000,001"):
        count_range(50, n + 1)
    with pytest.raises(ValueError, match="base must be from 1 to 1,000,000,000,000,000,000; got"):
        rounded_percent(1, n * n + 1)


def test_a_share_is_shown_half_up_and_a_base_of_none_as_a_dash() -> None:
    assert format_percent(45, 72) == "63%"
    assert format_percent(0, 74) == "0%"
    assert format_percent(0, 0) == "–"
    with pytest.raises(ValueError, match="got 75 of 74"):
        format_percent(75, 74)


# -- Counts behind a percentage ---------------------------------------------


def test_every_count_that_prints_so_is_found() -> None:
    for base in (*range(1, 80), 150, 199, 200, 201, 399):
        for printed in range(101):
            assert list(possible_counts(printed, base)) == counts_by_hand(printed, base)


@given(base=st.integers(1, 10**9), printed=st.integers(0, 100))
def test_the_ends_of_a_range_are_sharp_on_any_base(base: int, printed: int) -> None:
    low, high = count_range(printed, base)
    for k in (low - 2, low - 1, low, high, high + 1, high + 2):
        if 0 <= k <= base:
            assert (percent(k, base) == printed) == (low <= k <= high)


def test_a_percentage_beyond_the_whole_is_refused() -> None:
    for printed in (-1, 101):
        with pytest.raises(ValueError, match="printed must be from 0 to 100"):
            possible_counts(printed, 74)
    with pytest.raises(TypeError, match="printed must be whole numbers"):
        possible_counts(62.5, 72)


# -- Bases that fit a block -------------------------------------------------


def test_the_jsna_block_fits_two_bases_up_to_74() -> None:
    found = fitting_bases(JSNA_2009, 74)
    assert [fit.base for fit in found] == [62, 64]
    assert found[1].counts == ((63,), (61,), (60,), (32,), (28,), (27,), (22,), (25,))


def test_the_search_keeps_to_its_limits() -> None:
    assert [fit.base for fit in fitting_bases(JSNA_2009, 64)] == [62, 64]
    assert fitting_bases(JSNA_2009, 61) == ()
    assert [fit.base for fit in fitting_bases([50], 4)] == [2, 4]


@given(printed=st.lists(st.integers(0, 100), min_size=1, max_size=4))
def test_fitting_bases_are_those_where_each_figure_has_a_count(printed: list[int]) -> None:
    found = {fit.base: fit.counts for fit in fitting_bases(printed, 130)}
    for base in range(1, 131):
        ways = tuple(tuple(by_hand(figure, base)) for figure in printed)
        assert found.get(base) == (ways if all(ways) else None)


def test_chance_counts_the_figures_that_a_base_can_print() -> None:
    for base in range(1, 251):
        printable = {percent(k, base) for k in range(base + 1)}
        expected = (len(printable) / 101) ** 3
        assert expected_by_chance(3, base, smallest=base) == pytest.approx(expected)


def test_expected_by_chance_adds_up_over_the_bases() -> None:
    assert expected_by_chance(1, 2) == pytest.approx(2 / 101 + 3 / 101)
    assert expected_by_chance(2, 3, smallest=2) == pytest.approx((9 + 16) / 101**2)
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


def test_corrections_of_one_size_come_in_the_order_of_the_parts_and_their_counts() -> None:
    found = one_cell_corrections([50, 51], 201)
    assert [(fix.position, fix.corrected, fix.counts) for fix in found] == [
        (0, 49, (98, 103)),
        (0, 49, (99, 102)),
        (1, 50, (100, 101)),
        (1, 50, (101, 100)),
    ]


def test_the_chance_of_closing_is_the_share_of_triples_that_do() -> None:
    triples = [
        (first, second, whole - first - second)
        for whole in (99, 100, 101)
        for first, second in itertools.product(range(101), range(101))
        if 0 <= whole - first - second <= 100
    ]
    for base in (1, 7, 60):
        closing = sum(
            any(sum(split) == base for split in itertools.product(*(by_hand(p, base) for p in one)))
            for one in triples
        )
        assert closing_chance(base) == pytest.approx(closing / len(triples))


true_parts = st.lists(st.integers(0, 60), min_size=1, max_size=3).filter(sum)


@given(split=true_parts, errors=st.lists(st.integers(-3, 3), min_size=3, max_size=3))
def test_splits_and_corrections_are_all_there_are(split: list[int], errors: list[int]) -> None:
    base = sum(split)
    true = [rounded_percent(k, base) for k in split]
    assert list(closing_splits(true, base)) == splits_by_hand(true, base)
    printed = [
        min(100, max(0, figure + error)) for figure, error in zip(true, errors, strict=False)
    ]
    found = one_cell_corrections(printed, base)
    expected = set()
    if not splits_by_hand(printed, base):
        for position, percent in itertools.product(range(len(printed)), range(101)):
            mended = [*printed[:position], percent, *printed[position + 1 :]]
            for ways in splits_by_hand(mended, base):
                expected.add(Correction(position, printed[position], percent, ways))
    assert len(found) == len(expected)
    assert set(found) == expected
    sizes = [abs(fix.corrected - fix.printed) for fix in found]
    assert sizes == sorted(sizes)


# -- A pasted table ----------------------------------------------------------


def test_a_pasted_table_gives_the_counts_of_each_row_on_each_base() -> None:
    found = counts_behind("\nChoir 63%\n  Chess, senior 37 %\n\n", [72, 73])
    assert found.to_dict("split")["data"] == [
        ["Choir", 72, [[45]], True, True],  # 62.5: half to even prints 62
        ["Choir", 73, [[46]], True, False],
        ["Chess, senior", 72, [[]], False, True],  # 26 is 36.1 and 27 is 37.5
        ["Chess, senior", 73, [[27]], True, False],
    ]
    assert counts_behind("Chess 37%", [72], rule="half_down")["counts"].tolist() == [[[27]]]
    assert counts_behind("All 100%, nobody 0%", [72])["counts"].tolist() == [[[72], [0]]]


def test_pasted_parts_of_a_whole_must_add_up() -> None:
    row = "Head 76%, officer 21%, other 1%"
    found = counts_behind(row, [70, 71], parts=True)
    assert found["row"].tolist() == ["Head, officer, other"] * 2
    assert found["possible"].tolist() == [False, False]
    assert counts_behind(row, [71])["possible"].tolist() == [True]
    assert counts_behind("57% 43% 0%", [60], parts=True)["possible"].tolist() == [True]
