"""How sure anyone can be, against the literature and against independent routes.

Intervals are held against the equations that define them, p-values against exact fractions, and
everything said of totals against a list of all tables that have them: every table of yes, no and
no answer in two years for few authorities, every table without no answers for up to thirty.
"""

from __future__ import annotations

import doctest
import functools
import itertools
import math
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.stats.contingency_tables
import statsmodels.stats.multitest
import statsmodels.stats.proportion
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.stats import beta, binom, norm

from csm_lib import inference
from csm_lib.collection import Collection
from csm_lib.inference import (
    FINITE,
    METHODS,
    SignTest,
    breakdown,
    change_range,
    group_bounds,
    holm,
    interval,
    interval_range,
    least_churn_p,
    losers_of_at_least,
    mcnemar,
    newcombe,
    paired,
    sign_test,
    verdicts,
    worst_case,
    year_swap,
    year_swap_range,
)

Z = norm.ppf(0.975)


def test_examples_in_the_docstrings_hold() -> None:
    result = doctest.testmod(inference)
    assert result.attempted > 0
    assert result.failed == 0


def test_scipy_is_loaded_when_it_is_needed() -> None:
    code = "import csm_lib.inference, sys; print({'scipy'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


# -- One share --------------------------------------------------------------


def ends(count: Any, base: Any, method: Any, population: Any = 150, level: float = 0.95) -> Any:
    chosen = population if method in FINITE else None
    return interval(count, base, method=method, population=chosen, level=level)


@pytest.mark.parametrize(
    ("method", "percent"),
    [
        ("wilson", [81.7, 95.3]),
        ("clopper_pearson", [81.5, 96.1]),
        ("jeffreys", [82.3, 95.7]),
        ("wilson_finite", [84.7, 94.3]),
        ("hypergeometric", [84.0, 94.7]),
    ],
)
def test_67_of_74_in_150(method: str, percent: list[float]) -> None:
    assert [round(100 * end, 1) for end in ends(67, 74, method)] == percent


@pytest.mark.parametrize(
    ("method", "name"),
    [("wilson", "wilson"), ("jeffreys", "jeffreys"), ("clopper_pearson", "beta")],
)
def test_intervals_are_those_of_statsmodels(method: Any, name: str) -> None:
    k = np.arange(1, 74)
    expected = statsmodels.stats.proportion.proportion_confint(k, 74, method=name)
    np.testing.assert_allclose(interval(k, 74, method=method), expected, rtol=1e-9)


@pytest.mark.parametrize("level", [0.9, 0.95])
@pytest.mark.parametrize("base", [1, 2, 9, 74])
def test_the_ends_solve_the_equations_that_define_them(base: int, level: float) -> None:
    k = np.arange(base + 1)
    share, half = k / base, (1 - level) / 2
    z = norm.ppf(1 - half)
    low, high = interval(k, base, level=level)
    assert_wilson(share, low, high, z**2 / base)
    low, high = ends(k, base, "wilson_finite", population=1000, level=level)
    assert_wilson(share, low, high, z**2 / base * (1000 - base) / 999)
    low, high = ends(k, base, "clopper_pearson", level=level)
    np.testing.assert_allclose(binom.sf(k[1:] - 1, base, low[1:]), half)
    np.testing.assert_allclose(binom.cdf(k[:-1], base, high[:-1]), half)
    low, high = ends(k, base, "jeffreys", level=level)
    law = beta(k + 0.5, base - k + 0.5)
    np.testing.assert_allclose(law.cdf(low)[1:], half)
    np.testing.assert_allclose(law.sf(high)[:-1], half)


def assert_wilson(share: Any, low: Any, high: Any, spread: float) -> None:
    """Each end is so far from the share as its own variance says; at none and all, one is."""
    np.testing.assert_allclose((share - low)[1:] ** 2, (spread * low * (1 - low))[1:])
    np.testing.assert_allclose((high - share)[:-1] ** 2, (spread * high * (1 - high))[:-1])


def tail(least: int, drawn: int, marked: int, size: int) -> Fraction:
    """Return the chance that at least so many of those drawn are marked, exactly."""
    ways = sum(
        math.comb(marked, i) * math.comb(size - marked, drawn - i)
        for i in range(least, min(drawn, marked) + 1)
    )
    return Fraction(ways, math.comb(size, drawn))


@pytest.mark.parametrize("level", [Fraction(1, 2), Fraction(9, 10), Fraction(19, 20)])
def test_the_hypergeometric_interval_holds_what_no_test_rejects(level: Fraction) -> None:
    half = (1 - level) / 2
    for size in range(1, 11):
        for base in range(1, size + 1):
            found = ends(np.arange(base + 1), base, "hypergeometric", size, float(level))
            for k, low, high in zip(range(base + 1), *found, strict=True):
                kept = [
                    marked
                    for marked in range(size + 1)
                    if tail(k, base, marked, size) > half
                    and tail(base - k, base, size - marked, size) > half
                ]
                assert (low, high) == (min(kept) / size, max(kept) / size), (k, base, size)


@pytest.mark.parametrize(
    ("yes", "base", "size", "beyond"), [(3, 10, 50, (4, 32)), (45, 100, 300, (110, 161))]
)
def test_the_hypergeometric_interval_ends_short_of_what_samplingbook_rejects(
    yes: int, base: int, size: int, beyond: tuple[int, int]
) -> None:
    # Examples of Sprop in the R package samplingbook, which prints the first numbers with a tail
    # of at most 2.5% on either side; the interval holds those between.
    low, high = ends(yes, base, "hypergeometric", size)
    assert (round(low * size) - 1, round(high * size) + 1) == beyond


def test_the_hypergeometric_interval_covers_at_least_as_often_as_it_says() -> None:
    size, base = 60, 25
    low, high = ends(np.arange(base + 1), base, "hypergeometric", size)
    for marked in range(size + 1):
        covering = [
            tail(k, base, marked, size) - tail(k + 1, base, marked, size)
            for k in range(base + 1)
            if low[k] <= marked / size <= high[k]
        ]
        assert sum(covering) >= Fraction(19, 20)


@pytest.mark.parametrize("method", METHODS)
def test_none_and_all_reach_the_ends_of_the_scale(method: str) -> None:
    low, high = ends([0, 5, 10], 10, method)
    assert (low[0], high[2]) == (0.0, 1.0)
    assert 0 < high[0] < 0.5 < low[2] < 1
    assert 0 < low[1] < 0.5 < high[1] < 1
    np.testing.assert_allclose(low, 1 - high[::-1])  # no and yes are treated alike


@pytest.mark.parametrize("method", METHODS)
def test_nobody_answering_gives_no_interval(method: str) -> None:
    assert all(math.isnan(end) for end in ends(0, 0, method))
    low, high = ends([0, 1], [0, 2], method)
    assert np.isnan([low[0], high[0]]).all()
    assert low[1] < 0.5 < high[1]


@pytest.mark.parametrize("method", FINITE)
def test_a_whole_population_leaves_nothing_open(method: str) -> None:
    low, high = ends([0, 3, 10], 10, method, population=10)
    assert low.tolist() == high.tolist() == [0.0, 0.3, 1.0]
    assert ends(1, 1, method, population=1) == (1.0, 1.0)
    # 1 of 2 in 3: between 1 and 2 of 3, whatever a formula for many would say
    assert ends(1, 2, method, population=3) == (1 / 3, 2 / 3)


@pytest.mark.parametrize("method", METHODS)
def test_an_interval_widens_with_its_level_and_keeps_the_form_of_what_was_given(
    method: str,
) -> None:
    yes = pd.Series([67, 0, 3], index=["camhs", "nobody", "few"])
    base = pd.Series([74, 0, 70], index=yes.index)
    low, high = ends(yes, base, method)
    narrow = ends(yes, base, method, level=0.5)
    assert low.index.tolist() == high.index.tolist() == ["camhs", "nobody", "few"]
    assert (low.dropna() < narrow[0].dropna()).all()
    assert (narrow[1].dropna() < high.dropna()).all()
    one = ends(67, 74, method)
    assert [type(end) for end in one] == [float, float]
    assert one == (low["camhs"], high["camhs"])
    grid = ends([[67], [3]], [74, 70], method)
    assert grid[0].shape == (2, 2)
    assert grid[0][0, 0] == low["camhs"]
    assert grid[1][1, 1] == high["few"]


def test_the_silent_may_all_have_said_no_or_all_yes() -> None:
    assert worst_case(67, 74, 150) == (67 / 150, 143 / 150)
    assert worst_case(45, 72, 74) == (45 / 74, 47 / 74)  # only those who left the item out
    assert worst_case(45, 72, 150) == (0.3, 123 / 150)
    assert worst_case(0, 0, 150) == (0.0, 1.0)
    assert worst_case(74, 74, 74) == (1.0, 1.0)
    low, high = worst_case(pd.Series([1, 2], index=["a", "b"]), 3, 4)
    assert low.to_dict() == {"a": 0.25, "b": 0.5}
    assert high.to_dict() == {"a": 0.5, "b": 0.75}


def test_a_population_goes_with_the_methods_that_use_it() -> None:
    for method, population in (("hypergeometric", None), ("wilson", 150)):
        with pytest.raises(ValueError, match=f"with wilson_finite or hyper.* only; got '{method}'"):
            interval(1, 2, method=method, population=population)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no method 'wald'; use one of wilson, jeffreys"):
        interval(1, 2, method="wald")  # type: ignore[arg-type]
    for call in (worst_case, functools.partial(ends, method="hypergeometric")):
        with pytest.raises(ValueError, match="base must be at most population; got 75 of 74"):
            call(1, 75, population=74)
    with pytest.raises(ValueError, match="population must be from 1 to"):
        worst_case([1, 0], [1, 0], [2, 0])


# -- Rows -------------------------------------------------------------------


def test_the_paired_table_counts_each_authority_once() -> None:
    yes, no = True, False
    first = pd.DataFrame(
        {"camhs": [yes, yes, no, no, None, yes, None], "housing": [yes, None, None, no, no, no, no]}
    )
    second = pd.DataFrame(
        {"camhs": [yes, no, yes, no, yes, None, None], "housing": [no, no, None, no, yes, yes, yes]}
    )
    expected = pd.DataFrame(
        [(1, 1, 1, 1, 3), (3, 1, 0, 1, 2)],
        columns=["gainers", "losers", "stayed_yes", "stayed_no", "unpaired"],
        index=["camhs", "housing"],
    )
    for dtype in ("boolean", "object"):
        found = paired(first.astype(dtype), second.astype(dtype))
        pd.testing.assert_frame_equal(found, expected)
    blank = paired(first.assign(camhs=None), second.assign(camhs=math.nan)).loc["camhs"]
    assert blank.tolist() == [0, 0, 0, 0, 7]
    assert paired(first[:0], second[:0]).to_numpy().tolist() == [[0] * 5] * 2
    assert paired(first[[]], second[[]]).empty


def test_the_rows_of_the_panel_agree_with_its_totals(collection: Collection) -> None:
    returns = collection.returns.set_index("authority")
    years = [returns[returns["year"] == year] for year in collection.years]
    items = ["commissioning.camhs", "board.jobcentre_plus"]
    table = paired(*(year[items] for year in years))
    bounds = change_range([67, 26], [74, 72], [62, 50], [74, 72], authorities=74)
    bounds.index = table.index
    for name in ("gainers", "losers"):
        assert (bounds[f"{name}_low"] <= table[name]).all()
        assert (table[name] <= bounds[f"{name}_high"]).all()
    p = mcnemar(table["gainers"], table["losers"])
    assert (bounds["exact_low"] <= p).all()
    assert (p <= bounds["exact_high"]).all()


def test_answers_out_of_step_or_of_another_kind_are_refused() -> None:
    yes = pd.DataFrame({"camhs": [True, False]}, index=["A1", "A2"])
    for other in (yes[::-1], yes.rename(columns={"camhs": "housing"}), yes[:1]):
        with pytest.raises(ValueError, match=r"differ in their authorities or items; index both"):
            paired(yes, other)
    for answers in ([1, 0], ["yes", "no"], [0.0, 1.0], [True, 1], [False, "no"]):
        for years in ((yes, yes.assign(camhs=answers)), (yes.assign(camhs=answers), yes)):
            with pytest.raises(TypeError, match="camhs: answers must be true, false or missing"):
                paired(*years)


def exact_p(gainers: int, losers: int) -> Fraction:
    """Return the two-sided p of McNemar's exact test, by counting tosses of a coin."""
    n, far = gainers + losers, abs(gainers - losers)
    ways = sum(math.comb(n, i) for i in range(n + 1) if abs(2 * i - n) >= far)
    return Fraction(ways, 2**n)


def mid_p(gainers: int, losers: int) -> Fraction:
    """Return the chance of a more uneven toss, and half that of one as uneven."""
    n, far = gainers + losers, abs(gainers - losers)
    if n == 0:
        return Fraction(1)
    beyond = sum(math.comb(n, i) for i in range(n + 1) if abs(2 * i - n) > far)
    level = sum(math.comb(n, i) for i in range(n + 1) if abs(2 * i - n) == far)
    return Fraction(2 * beyond + level, 2 ** (n + 1))


def test_mcnemar_agrees_with_counting_and_with_statsmodels() -> None:
    grid = np.arange(31)
    exact = mcnemar(grid[:, None], grid)
    mid = mcnemar(grid[:, None], grid, test="mid_p")
    for b, c in itertools.product(range(31), repeat=2):
        assert exact[b, c] == pytest.approx(float(exact_p(b, c)), rel=1e-12)
        assert mid[b, c] == pytest.approx(float(mid_p(b, c)), rel=1e-12)
        other = statsmodels.stats.contingency_tables.mcnemar([[3, b], [c, 5]], exact=True)
        assert exact[b, c] == pytest.approx(other.pvalue, rel=1e-12)


def test_mcnemar_on_published_examples() -> None:
    # Fagerland, Lydersen and Laake 2013, Table 1 (Bentur et al.): 1 and 7 changed.
    assert mcnemar(7, 1) == pytest.approx(0.0703, abs=5e-5)
    assert mcnemar(7, 1, test="mid_p") == pytest.approx(0.0391, abs=5e-5)
    # Cavo et al. 2012, in the tests of the R package contingencytables: 6 and 16 changed.
    assert mcnemar(16, 6) == pytest.approx(0.052479, abs=5e-7)
    assert mcnemar(16, 6, test="mid_p") == pytest.approx(0.034690, abs=5e-7)


def test_nobody_changing_gives_p_1() -> None:
    assert mcnemar(0, 0) == mcnemar(0, 0, test="mid_p") == 1.0
    assert mcnemar(1, 0) == 1.0
    assert mcnemar(1, 0, test="mid_p") == 0.5
    p = mcnemar(pd.Series([0, 7], index=["a", "b"]), 1)
    assert p.to_dict() == {"a": 1.0, "b": 0.0703125}
    with pytest.raises(ValueError, match="no test 'chi2'; use one of exact, mid_p"):
        mcnemar(1, 2, test="chi2")  # type: ignore[arg-type]


# Newcombe 1998, Table III, method 10: both, first only, second only, neither, and the interval
# for first less second. One limit is left out: 1 97 1 1 is printed with 0.8736 below, though its
# formula is that of method 8 there, for which 0.8737 is printed.
TABLE_III = [
    (36, 12, 2, 0, 0.0569, 0.3404),
    (20, 12, 2, 16, 0.0562, 0.3292),
    (18, 12, 2, 18, 0.0562, 0.3290),
    (36, 14, 0, 0, 0.1528, 0.4167),
    (35, 14, 0, 1, 0.1461, 0.4175),
    (18, 14, 0, 18, 0.1441, 0.3963),
    (2, 97, 1, 0, 0.8721, 0.9854),
    (1, 97, 1, 1, None, 0.9850),
    (0, 29, 1, 0, 0.6666, 0.9882),
    (2, 98, 0, 0, 0.9178, 0.9945),
    (1, 98, 0, 1, 0.9171, 0.9916),
    (0, 30, 0, 0, 0.8395, 1.0),
    (54, 0, 0, 0, -0.0664, 0.0664),
    (53, 0, 0, 1, -0.0729, 0.0729),
    (30, 0, 0, 24, -0.0358, 0.0358),
    (29, 0, 0, 25, -0.0354, 0.0354),
    (28, 0, 0, 26, -0.0352, 0.0352),
    (27, 0, 0, 27, -0.0351, 0.0351),
]


@pytest.mark.parametrize("row", TABLE_III, ids=lambda row: "-".join(map(str, row[:4])))
def test_newcombe_gives_the_table_of_newcombe(row: tuple[Any, ...]) -> None:
    both, gained, lost, neither, low, high = row
    found = newcombe(both, gained, lost, neither)
    assert low is None or found[0] == pytest.approx(low, abs=5.1e-5)
    assert found[1] == pytest.approx(high, abs=5.1e-5)
    mirrored = newcombe(both, lost, gained, neither)
    assert mirrored == pytest.approx((-found[1], -found[0]))
    assert newcombe(neither, lost, gained, both) == pytest.approx(mirrored, abs=1e-12)  # no for yes


def test_newcombe_on_a_published_example_and_in_the_form_of_what_was_given() -> None:
    # Cavo et al. 2012, in the tests of the R package contingencytables.
    low, high = newcombe(59, 6, 16, 80)
    assert (low, high) == pytest.approx((-0.1186, -0.0046), abs=5e-5)
    assert type(low) is float
    series = newcombe(pd.Series([59, 20], index=["cavo", "other"]), [6, 12], [16, 2], [80, 16])
    assert series[0].round(4).to_dict() == {"cavo": -0.1186, "other": 0.0562}
    narrow = newcombe(59, 6, 16, 80, level=0.5)
    assert low < narrow[0] < narrow[1] < high


cells = st.integers(0, 40) | st.integers(0, 3)


@given(st.tuples(cells, cells, cells, cells).filter(any), st.sampled_from([0.9, 0.95]))
def test_newcombe_follows_the_steps_of_the_paper(table: tuple[int, ...], level: float) -> None:
    e, f, g, h = table
    n, z = sum(table), norm.ppf((1 + level) / 2)
    # l and u: the roots of |pi - share| = z sqrt(pi (1 - pi) / n)
    arms = []
    for count in (e + f, e + g):
        square = [1 + z**2 / n, -(2 * count / n + z**2 / n), (count / n) ** 2]
        low, high = np.sort(np.roots(square).real)
        arms.append((count / n - low, high - count / n))
    (dl2, du2), (dl3, du3) = arms
    cross = max(e * h - f * g - n / 2, 0) if e * h > f * g else e * h - f * g
    spread = math.sqrt((e + f) * (g + h) * (e + g) * (f + h))
    phi = cross / spread if spread else 0
    delta = math.sqrt(max(dl2**2 - 2 * phi * dl2 * du3 + du3**2, 0))
    epsilon = math.sqrt(max(du2**2 - 2 * phi * du2 * dl3 + dl3**2, 0))
    expected = ((f - g) / n - delta, (f - g) / n + epsilon)
    assert newcombe(e, f, g, h, level=level) == pytest.approx(expected, abs=1e-7)


def test_newcombe_without_pairs_is_missing_and_with_many_does_not_overflow() -> None:
    assert all(math.isnan(end) for end in newcombe(0, 0, 0, 0))
    few = newcombe(300, 30, 10, 200, level=0.9999)
    many = newcombe(300 * 10**6, 30 * 10**6, 10 * 10**6, 200 * 10**6)
    assert few[0] < many[0] < 20 / 540 < many[1] < few[1]
    assert many[1] - many[0] < 1e-4
    assert newcombe(0, 1, 0, 0)[1] == 1.0


# -- Totals -----------------------------------------------------------------


def all_tables(size: int, *, blanks: int | None = None) -> np.ndarray[Any, Any]:
    """Return every way to put so many authorities into nine cells, one row a way.

    The cells are yes-yes, yes-no, yes-blank, no-yes, ... blank-blank, by first and second year.
    With `blanks`, only those with at most so many no answers in each year.
    """
    found: list[tuple[int, ...]] = []

    def place(cells: tuple[int, ...], left: int) -> None:
        cell = len(cells)
        if blanks is not None and cell:
            first = sum(cells[6:])
            second = sum(cells[2::3])
            if first > blanks or second > blanks:
                return
        if cell == 8:
            last = (*cells, left)
            if blanks is None or (sum(last[6:]) <= blanks and sum(last[2::3]) <= blanks):
                found.append(last)
            return
        for number in range(left + 1):
            place((*cells, number), left - number)

    place((), size)
    return np.array(found)


def described(tables: np.ndarray[Any, Any]) -> pd.DataFrame:
    """Return what is to be bounded, one row a table, with its totals."""
    yy, yn, yx, ny, nn, nx, xy, xn, _ = tables.T
    low, high = newcombe(yy, ny, yn, nn)
    return pd.DataFrame(
        {
            "k1": yy + yn + yx,
            "n1": yy + yn + yx + ny + nn + nx,
            "k2": yy + ny + xy,
            "n2": yy + ny + xy + yn + nn + xn,
            "paired": yy + yn + ny + nn,
            "gainers": ny,
            "losers": yn,
            "net": ny - yn,
            "churn": ny + yn,
            "exact": mcnemar(ny, yn),
            "mid_p": mcnemar(ny, yn, test="mid_p"),
            "low": low,
            "high": high,
            "width": high - low,
        }
    )


TOTALS = ["k1", "n1", "k2", "n2"]
BOUNDED = ["paired", "gainers", "losers", "net", "churn", "exact", "mid_p"]


def assert_bounds_are_those_of_all_tables(tables: np.ndarray[Any, Any]) -> None:
    size = int(tables[0].sum())
    every = described(tables)
    groups = every.groupby(TOTALS)
    least, most = groups.min(), groups.max()
    given_totals = [least.index.get_level_values(name).to_numpy() for name in TOTALS]
    found = change_range(*given_totals, authorities=size, level=0.25)
    for name in BOUNDED:
        np.testing.assert_allclose(found[f"{name}_low"], least[name], rtol=1e-12, err_msg=name)
        np.testing.assert_allclose(found[f"{name}_high"], most[name], rtol=1e-12, err_msg=name)
    for test in ("exact", "mid_p"):
        below = groups[test].agg(lambda p: (p <= 0.25 + 1e-12).mean()).to_numpy()
        expected = np.where(below == 1, "always", np.where(below == 0, "never", "depends"))
        assert verdicts(found[f"{test}_low"], found[f"{test}_high"], 0.25).tolist() == [*expected]
        if test == "exact":
            assert found["verdict"].tolist() == [*expected]
    ranges = interval_range(*given_totals, authorities=size)
    for name, width in (("tightest", least["width"]), ("widest", most["width"])):
        low, high = ranges[f"{name}_low"], ranges[f"{name}_high"]
        np.testing.assert_allclose(high - low, width, rtol=1e-9)
        totals_of = dict(zip(TOTALS, given_totals, strict=True))
        assert_some_table_has(every, pd.DataFrame({**totals_of, "low": low, "high": high}))
    np.testing.assert_allclose(ranges["lowest"], least["low"], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(ranges["highest"], most["high"], rtol=1e-9, atol=1e-12)


def assert_some_table_has(every: pd.DataFrame, claimed: pd.DataFrame) -> None:
    """Each claimed interval is that of some table with its totals."""
    both = every.merge(claimed, on=TOTALS, suffixes=("", "_claimed"))
    apart = (both["low"] - both["low_claimed"]).abs() + (both["high"] - both["high_claimed"]).abs()
    nearest = apart.groupby([both[name] for name in TOTALS]).min()
    assert len(nearest) == len(claimed)
    assert (nearest.dropna() < 1e-9).all()
    assert int(nearest.isna().sum()) == int(claimed["low"].isna().sum())


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 8, 10])
def test_bounds_are_those_of_all_tables_with_no_answers(size: int) -> None:
    assert_bounds_are_those_of_all_tables(all_tables(size))


@pytest.mark.parametrize("size", [11, 17, 30])
def test_bounds_are_those_of_all_tables_without_no_answers(size: int) -> None:
    assert_bounds_are_those_of_all_tables(all_tables(size, blanks=0))


def test_bounds_are_those_of_all_tables_with_few_no_answers_among_thirty() -> None:
    assert_bounds_are_those_of_all_tables(all_tables(30, blanks=1))


def test_p_rises_with_churn_for_any_net_change() -> None:
    losers = np.arange(1, 60)
    for net in range(41):
        exact = np.diff(mcnemar(losers + net, losers))
        mid = np.diff(mcnemar(losers + net, losers, test="mid_p"))
        assert (exact > 0).all() if net > 1 else (exact == 0).all()
        assert (mid > 0).all()


def test_joint_commissioning_of_camhs() -> None:
    row = change_range(67, 74, 62, 74, authorities=74).iloc[0]
    assert (row["losers_low"], row["losers_high"]) == (5, 12)
    assert (row["gainers_low"], row["gainers_high"]) == (0, 7)
    assert (row["net_low"], row["net_high"]) == (-5, -5)
    assert (row["paired_low"], row["paired_high"]) == (74, 74)
    assert (row["churn_low"], row["churn_high"]) == (5, 19)
    assert row["exact_low"] == 0.0625
    assert row["exact_high"] == pytest.approx(float(exact_p(7, 12)))
    assert round(row["exact_high"], 2) == 0.36
    assert row["mid_p_low"] == 0.03125
    assert row["verdict"] == "never"
    assert change_range(67, 74, 62, 74, authorities=74, level=0.1)["verdict"][0] == "depends"
    assert verdicts(row["mid_p_low"], row["mid_p_high"], 0.05) == "depends"
    ranges = interval_range(67, 74, 62, 74, authorities=74).iloc[0]
    assert tuple(ranges[["tightest_low", "tightest_high"]]) == newcombe(62, 0, 5, 7)
    assert tuple(ranges[["widest_low", "widest_high"]]) == newcombe(55, 7, 12, 0)
    assert tuple(ranges[["lowest", "highest"]]) == newcombe(55, 7, 12, 0)


def test_jobcentre_plus_on_boards() -> None:
    row = change_range(26, 72, 50, 72, authorities=74).iloc[0]
    assert row["verdict"] == "always"
    assert (row["net_low"], row["net_high"]) == (22, 26)
    assert (row["paired_low"], row["paired_high"]) == (70, 72)
    assert row["exact_low"] == 2.0**-25
    assert row["exact_high"] == pytest.approx(float(exact_p(44, 22)))
    assert 0.001 < row["exact_high"] < 0.05
    assert interval_range(26, 72, 50, 72, authorities=74)["lowest"][0] > 0


def test_a_p_at_the_level_counts_as_below_it() -> None:
    at = change_range([67, 7], 74, [62, 0], [74, 74], authorities=74, level=2.0**-6)
    assert at["exact_low"].tolist() == [0.0625, 2.0**-6]
    assert at["verdict"].tolist() == ["never", "always"]
    assert verdicts([0.05, 0.05001], [0.05 + 1e-12, 0.06], 0.05).tolist() == ["always", "never"]


def test_what_nobody_answered_in_a_year_can_say_nothing() -> None:
    # asked once; no answers at all; one authority, which changed, stayed, or did not answer
    given = ([40, 0, 1, 1, 1], [74, 0, 1, 1, 1], [0, 0, 0, 1, 0], [0, 0, 1, 1, 0])
    size = [74, 74, 1, 1, 1]
    found = change_range(*given, authorities=size)
    assert found["paired_high"].tolist() == [0, 0, 1, 1, 0]
    assert found["churn_high"].tolist() == [0, 0, 1, 0, 0]
    assert found["net_low"].tolist() == [0, 0, -1, 0, 0]
    assert found["exact_low"].tolist() == [1.0] * 5
    assert found["mid_p_low"].tolist() == [1.0, 1.0, 0.5, 1.0, 1.0]
    assert found["verdict"].tolist() == ["never"] * 5
    ranges = interval_range(*given, authorities=size)
    assert ranges.isna().all(axis=1).tolist() == [True, True, False, False, True]
    assert ranges.loc[2, "lowest"] == -1.0
    silent = breakdown(*given, authorities=size, population=150)
    assert silent["needed_high"].tolist() == [0, 0, 1, 0, 0]


def test_all_yes_and_all_no_leave_no_choice() -> None:
    found = change_range([74, 0, 74, 0], 74, [74, 0, 0, 74], 74, authorities=74)
    assert found["churn_low"].tolist() == found["churn_high"].tolist() == [0, 0, 74, 74]
    assert found["exact_high"].tolist() == [1.0, 1.0, 2.0**-73, 2.0**-73]
    assert found["verdict"].tolist() == ["never", "never", "always", "always"]
    ranges = interval_range([74, 0, 74, 0], 74, [74, 0, 0, 74], 74, authorities=74)
    assert (ranges["tightest_low"] == ranges["widest_low"]).all()


def test_comparisons_keep_their_index_and_numbers_give_one_row() -> None:
    yes = pd.Series([67, 26], index=["camhs", "jobcentre"])
    for table in (
        change_range(yes, [74, 72], [62, 50], [74, 72], authorities=74),
        interval_range(yes, [74, 72], [62, 50], [74, 72], authorities=74),
        breakdown(yes, [74, 72], [62, 50], [74, 72], authorities=74, population=150),
    ):
        assert table.index.tolist() == ["camhs", "jobcentre"]
        assert not table.isna().any().any()
    assert len(change_range(67, 74, 62, 74, authorities=74)) == 1
    assert change_range([], [], [], [], authorities=74).empty
    with pytest.raises(ValueError, match="different indexes; align them first"):
        change_range(yes, 74, yes[::-1], 74, authorities=74)
    with pytest.raises(ValueError, match="one row of comparisons, not a table"):
        change_range([[1]], 2, 1, 2, authorities=2)


def test_the_silent_could_undo_a_change() -> None:
    found = breakdown(
        [67, 26, 0, 70, 37, 36], [74, 72, 74, 74, 74, 73], [62, 50, 74, 70, 36, 36],
        [74, 72, 74, 74, 73, 73], authorities=74, population=[150, 150, 150, 150, 74, 74],
    )  # fmt: skip
    assert found["silent"].tolist() == [76, 76, 76, 76, 0, 0]
    assert found["needed_low"].tolist() == [5, 22, 74, 0, 0, 0]
    assert found["needed_high"].tolist() == [5, 26, 74, 0, 1, 1]
    assert found["undone"].tolist() == ["always"] * 4 + ["depends"] * 2
    assert found["change_low"].tolist() == pytest.approx(
        [-81 / 150, -54 / 150, -2 / 150, -76 / 150, -1 / 74, -1 / 74]
    )
    assert found["change_high"].tolist() == pytest.approx(
        [71 / 150, 102 / 150, 1, 76 / 150, 0, 1 / 74]
    )
    undone = breakdown(0, 9, [3, 4], 9, authorities=9, population=12)["undone"]
    assert undone.tolist() == ["always", "never"]
    with pytest.raises(ValueError, match="authorities must be at most population; got 74 of 73"):
        breakdown(67, 74, 62, 74, authorities=74, population=73)


def test_the_bounds_for_all_authorities_are_those_of_every_filling_in() -> None:
    changes: dict[tuple[int, ...], set[float]] = {}
    for answers in itertools.product([0, 1, None], repeat=4):
        years = answers[:2], answers[2:]
        totals_of = tuple(n for year in years for n in (year.count(1), 2 - year.count(None)))
        holes = [2 - year.count(0) - year.count(1) + 1 for year in years]  # and one is silent
        for filled in itertools.product([0, 1], repeat=sum(holes)):
            yes = years[0].count(1) + sum(filled[: holes[0]])
            yes_later = years[1].count(1) + sum(filled[holes[0] :])
            changes.setdefault(totals_of, set()).add((yes_later - yes) / 3)
    found = breakdown(*np.array(list(changes)).T, authorities=2, population=3)
    np.testing.assert_allclose(found["change_low"], [min(seen) for seen in changes.values()])
    np.testing.assert_allclose(found["change_high"], [max(seen) for seen in changes.values()])


# -- Batteries --------------------------------------------------------------

# Joint commissioning in 2008 and 2009, of 74: the eleven areas with both years.
AREAS_2008 = [67, 66, 55, 50, 47, 43, 39, 35, 30, 14, 19]
AREAS_2009 = [62, 61, 55, 49, 42, 37, 36, 34, 27, 16, 12]


def test_holm_multiplies_the_smallest_by_their_number_and_never_falls() -> None:
    found = holm([0.01, 0.04, 0.03, 0.005], [0.01, 0.04, 0.03, 0.005])
    assert found["holm_low"].tolist() == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert found["holm_high"].tolist() == found["holm_low"].tolist()
    assert found["verdict"].tolist() == ["always", "never", "never", "always"]
    both = holm(pd.Series([0.01, 0.001], index=["a", "b"]), [0.04, 0.3])
    assert both["holm_low"].to_dict() == pytest.approx({"a": 0.01, "b": 0.002})
    assert both["holm_high"].to_dict() == pytest.approx({"a": 0.08, "b": 0.3})
    assert both["verdict"].tolist() == ["depends", "depends"]
    assert holm([0.3], [0.4], level=0.5)["verdict"].tolist() == ["always"]
    assert holm([], []).empty
    assert holm([0.0, 0.5], [0.0, 0.5])["verdict"].tolist() == ["always", "never"]


def test_holm_adjusted_p_is_the_largest_of_the_steps_up_to_it() -> None:
    batteries = np.random.default_rng(74).random((6, 9)) ** 3
    batteries[0, :4] = batteries[0, 4]  # ties
    batteries[1, :] = 0
    for p in batteries:
        steps = [
            max((p >= step).sum() * step for step in p[p <= own])  # of so many at least as large
            for own in p
        ]
        np.testing.assert_allclose(holm(p, p)["holm_low"], np.minimum(steps, 1))
        other = statsmodels.stats.multitest.multipletests(p, method="holm")[1]
        np.testing.assert_allclose(holm(p, p)["holm_low"], other)


chances = st.floats(0, 1)


@given(st.lists(st.tuples(chances, chances, chances), min_size=1, max_size=6))
def test_holm_at_the_ends_bounds_holm_in_between(triples: list[tuple[float, ...]]) -> None:
    low, between, high = np.sort(np.array(triples), axis=1).T
    ends = holm(low, high)
    inside = holm(between, between)["holm_low"]
    assert (ends["holm_low"] <= inside + 1e-12).all()
    assert (inside <= ends["holm_high"] + 1e-12).all()


def test_p_values_that_are_none_are_refused() -> None:
    for low, high in (([0.0], [math.nan]), ([0.0], [1.1]), ([-0.1], [0.0]), ([0.05], [0.04])):
        with pytest.raises(ValueError, match=r"from 0 to 1, p_low not above p_high\. Leave out"):
            holm(low, high)
    for low, high in ((0.1, 0.2), ([0.1], [[0.1]]), ([0.05], [0.1, 0.2])):
        with pytest.raises(ValueError, match="two lists of one length"):
            holm(low, high)  # type: ignore[arg-type]


def test_no_area_of_joint_commissioning_survives_holm() -> None:
    areas = change_range(AREAS_2008, 74, AREAS_2009, 74, authorities=74)
    found = holm(areas["exact_low"], areas["exact_high"])
    assert found["verdict"].tolist() == ["never"] * 11
    assert found["holm_low"].min() == 11 * 2.0**-6  # palliative care, 19 to 12


def test_the_sign_test_counts_items_and_drops_ties() -> None:
    falls = np.array(AREAS_2009) - AREAS_2008
    assert sign_test(falls) == SignTest(rose=1, fell=9, same=1, p=2 * 11 / 2**10)
    assert sign_test(pd.Series([1, 1, 1, 0])) == SignTest(3, 0, 1, 0.25)
    assert sign_test([0, 0]) == SignTest(0, 0, 2, 1.0)
    assert sign_test([]) == SignTest(0, 0, 0, 1.0)
    assert sign_test([2, -7]).p == 1.0
    with pytest.raises(TypeError, match="changes must be whole numbers; got floating ones"):
        sign_test([0.5, -0.5])


@functools.cache
def swapped(net: tuple[int, ...]) -> float:
    """Return the p of the year-swap test by swapping in every way."""
    far = abs(sum(net))
    ways = sum(
        abs(sum(sign * d for sign, d in zip(signs, net, strict=True))) >= far
        for signs in itertools.product([-1, 1], repeat=len(net))
    )
    return ways / 2 ** len(net)


@given(st.lists(st.integers(-12, 12), min_size=1, max_size=8))
def test_the_year_swap_test_agrees_with_swapping_in_every_way(net: list[int]) -> None:
    assert year_swap(net) == swapped(tuple(net))


def test_the_year_swap_test_of_many_panels_at_once() -> None:
    panels = np.array([[-1, -1, -1], [3, 0, 0], [1, -1, 0], [0, 0, 0]])
    assert year_swap(panels).tolist() == [0.25, 1.0, 1.0, 1.0]
    assert year_swap(panels.reshape(2, 2, 3)).tolist() == [[0.25, 1.0], [1.0, 1.0]]
    assert year_swap(pd.Series([-1] * 30, index=range(30, 60))) == 2.0**-29
    assert year_swap([]) == year_swap([0]) == year_swap([5]) == 1.0
    assert year_swap([1] * 200 + [-1] * 200 + [2] * 100) < 1e-9
    for beyond in (10_001, -10_001):
        with pytest.raises(ValueError, match="net must be from -10,000 to 10,000"):
            year_swap([beyond])


def test_the_least_churn_lies_with_as_few_authorities_as_can_be() -> None:
    # three items fall, by 2, 3 and 3, and one rises by 2: three authorities lose 3, 3 and 2 items,
    # two others gain one
    assert least_churn_p([9, 9, 9, 0, 4], [7, 6, 6, 2, 4]) == swapped((-3, -3, -2, 1, 1))
    assert least_churn_p(pd.Series([5, 1]), pd.Series([1, 1])) == 2.0**-3
    assert least_churn_p([2, 3], [3, 2]) == least_churn_p([], []) == 1.0
    assert least_churn_p([0, 0], [4, 4]) == 2.0**-3
    with pytest.raises(TypeError, match="to_yes must be whole numbers"):
        least_churn_p([1], [0.5])


def movements(size: int, *, blanks: bool) -> dict[tuple[int, ...], set[tuple[int, ...]]]:
    """Return, for each totals of an item, all ways it can move the authorities."""
    answers = [0, 1, None] if blanks else [0, 1]
    ways: dict[tuple[int, ...], set[tuple[int, ...]]] = {}
    for years in itertools.product(itertools.product(answers, repeat=size), repeat=2):
        totals_of = tuple(n for year in years for n in (year.count(1), size - year.count(None)))
        move = tuple(0 if None in (a, b) else b - a for a, b in zip(*years, strict=True))
        ways.setdefault(totals_of, set()).add(move)
    return ways


def panels(size: int, items: int, *, blanks: bool) -> Iterator[tuple[Any, set[tuple[int, ...]]]]:
    """Yield batteries of totals with the net changes, in order of size, of all their panels."""
    ways = movements(size, blanks=blanks)
    for chosen in itertools.combinations_with_replacement(ways, items):
        nets = {(0,) * size}
        for item in chosen:
            nets = {
                tuple(sorted(a + b for a, b in zip(net, move, strict=True)))
                for net in nets
                for move in ways[item]
            }
        yield chosen, nets


@pytest.mark.parametrize(
    ("size", "items", "blanks"),
    [(1, 2, True), (2, 1, True), (2, 2, True), (3, 1, True), (3, 2, False), (4, 2, False),
     (3, 3, False), (2, 4, False)],
)  # fmt: skip
def test_the_range_of_the_year_swap_test_is_that_of_all_panels(
    size: int, items: int, blanks: bool
) -> None:
    for chosen, nets in panels(size, items, blanks=blanks):
        found = year_swap_range(*zip(*chosen, strict=True), authorities=size)
        sums = [sum(net) for net in nets]
        p = {swapped(net) for net in nets}
        assert (found.total_low, found.total_high) == (min(sums), max(sums)), chosen
        assert found.p_low == min(p), chosen
        assert found.p_high == max(p), chosen  # the family holds the best of so small ones
        assert found.p_high <= found.p_bound <= 1.0


def test_what_is_said_of_the_largest_p_holds_where_it_is_not_the_largest() -> None:
    short = 0
    for chosen, nets in itertools.islice(panels(5, 2, blanks=False), 0, None, 5):
        found = year_swap_range(*zip(*chosen, strict=True), authorities=5)
        p = {swapped(net) for net in nets}
        assert found.p_low == min(p)
        assert found.p_high in p
        assert max(p) <= found.p_bound
        short += found.p_high < max(p)
    assert short == 0


def test_the_net_changes_of_all_panels_are_those_that_the_most_uneven_one_majorises() -> None:
    for chosen, nets in panels(4, 2, blanks=False):
        k1, n1, k2, n2 = (np.array(column) for column in zip(*chosen, strict=True))
        gainers, losers = np.minimum(n1 - k1, k2), np.minimum(k1, n2 - k2)
        uneven = inference._most_uneven(gainers, losers, 4)
        most = np.sort(uneven)[::-1].cumsum()
        assert (uneven.cumsum() == most).all()
        majorised = {
            net
            for net in itertools.combinations_with_replacement(range(-2, 3), 4)
            if (np.sort(net)[::-1].cumsum() <= most).all() and sum(net) == most[-1]
        }
        assert nets == majorised, chosen


@pytest.mark.parametrize("count_2", [0, 20, 33, 36, 37, 38, 60, 70])
@pytest.mark.parametrize(("base_1", "base_2"), [(74, 74), (73, 74), (72, 71)])
def test_of_one_item_the_year_swap_test_is_mcnemars(count_2: int, base_1: int, base_2: int) -> None:
    found = year_swap_range([36], base_1, [count_2], base_2, authorities=74)
    same = change_range([36], base_1, [count_2], base_2, authorities=74).iloc[0]
    assert found.p_low == same["exact_low"]
    assert found.p_high == pytest.approx(same["exact_high"], rel=1e-9)
    assert found.p_high <= found.p_bound <= 1.0
    assert (found.total_low, found.total_high) == (same["net_low"], same["net_high"])


def test_the_range_of_the_year_swap_test_by_hand() -> None:
    # 60 to 30 of 74: at most 14 gain and 44 lose, which is the variance.
    found = year_swap_range([60], 74, [30], 74, authorities=74)
    assert found.p_bound == pytest.approx(2 * 3.178 * norm.sf(30 / math.sqrt(58)), rel=1e-3)
    # Two items: 7 gain both and 1 gains one, 12 lose both and 1 one: 4 (7 + 12) + 2 is below 10^2.
    assert year_swap_range([67, 66], 74, [62, 61], 74, authorities=74).p_bound == 0.5
    # The most uneven is 3, 2, -1, -3, -3, -3. Better is 3, 1, 0, -3, -3, -3.
    assert year_swap_range([4, 3, 4], 6, [2, 3, 1], 6, authorities=6).p_high == 0.625
    # No answers leave the net change open, so that it may have been none at all.
    open_ended = year_swap_range([10], 18, [10], 19, authorities=20)
    assert (open_ended.total_low, open_ended.total_high) == (-2, 1)
    assert (open_ended.p_low, open_ended.p_high, open_ended.p_bound) == (0.5, 1.0, 1.0)
    turned = year_swap_range([10], 19, [10], 18, authorities=20)
    assert (turned.total_low, turned.total_high, turned.p_high) == (-1, 2, 1.0)


def test_the_range_of_the_year_swap_test_on_joint_commissioning() -> None:
    found = year_swap_range(AREAS_2008, 74, AREAS_2009, 74, authorities=74)
    assert found.total_low == found.total_high == -34
    assert found.p_low == 2.0**-33
    assert found.p_high == pytest.approx(0.618, abs=0.0005)
    assert found.p_bound == 1.0
    assert verdicts(found.p_low, found.p_high, 0.05) == "depends"
    # The other way round, and the same in the mirror.
    assert year_swap_range(AREAS_2009, 74, AREAS_2008, 74, authorities=74).p_high == found.p_high
    mirrored = [74 - yes for yes in AREAS_2008], [74 - yes for yes in AREAS_2009]
    assert year_swap_range(mirrored[0], 74, mirrored[1], 74, authorities=74).p_high == found.p_high


def test_the_year_swap_test_of_everybody_moving_and_of_nobody() -> None:
    everybody = year_swap_range([74] * 3, 74, [0] * 3, 74, authorities=74)
    assert everybody.p_low == everybody.p_high == 2.0**-73
    assert everybody.p_bound < 1e-15
    assert year_swap_range(1, 1, 0, 1, authorities=1).p_low == 1.0
    nothing = year_swap_range([], [], [], [], authorities=74)
    assert (nothing.p_low, nothing.p_high, nothing.p_bound) == (1.0, 1.0, 1.0)
    with pytest.raises(TypeError, match="authorities must be whole numbers"):
        year_swap_range([1], [2], [1], [2], authorities=2.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="authorities must be from 1"):
        year_swap_range([0], [0], [0], [0], authorities=0)


# -- Extremes over all panels -----------------------------------------------


def _extreme(number: int, low: list[int], high: list[int], size: int, *, fewest: bool) -> int:
    """The same by integer programming (HiGHS), which proves its optimum."""
    items = len(low)
    losses = size * items  # first a 0/1 for each authority and item, then one for each authority
    rows, least, most = [], [], []
    for item in range(items):
        row = np.zeros(losses + size)
        row[item:losses:items] = 1
        rows.append(row)
        least.append(low[item])
        most.append(high[item])
    for authority in range(size):
        row = np.zeros(losses + size)
        row[authority * items : (authority + 1) * items] = 1
        enough, short = row.copy(), row.copy()
        enough[losses + authority] = -number
        short[losses + authority] = -items
        rows += [enough, short]
        least += [0, -np.inf]
        most += [np.inf, number - 1]
    sign = 1 if fewest else -1
    goal = np.r_[np.zeros(losses), np.full(size, sign)]
    found = milp(
        goal,
        constraints=LinearConstraint(np.array(rows), least, most),
        integrality=np.ones(losses + size),
        bounds=Bounds(0, 1),
    )
    assert found.status == 0
    return sign * round(found.fun)


def test_extremes_agree_with_integer_programming() -> None:
    rng = np.random.default_rng(7)
    for _ in range(40):
        size, items = int(rng.integers(1, 8)), int(rng.integers(1, 6))
        low = rng.integers(0, size + 1, items)
        high = np.minimum(size, low + rng.integers(0, 4, items))
        for number in range(1, items + 1):
            proved = tuple(
                _extreme(number, low.tolist(), high.tolist(), size, fewest=fewest)
                for fewest in (True, False)
            )
            assert losers_of_at_least(number, low, high, size) == proved


@pytest.mark.parametrize(
    ("size", "low", "high"),
    [(3, [1, 2], [2, 3]), (3, [0, 0], [0, 1]), (3, [3, 1], [3, 2]), (2, [0, 1, 1], [1, 1, 2])],
)
def test_the_extremes_of_losers_agree_with_trying_every_table(
    size: int, low: list[int], high: list[int]
) -> None:
    items = len(low)
    tables = np.array(list(itertools.product([0, 1], repeat=size * items)))
    tables = tables.reshape(-1, size, items)
    lost = tables.sum(axis=1)
    tables = tables[((lost >= low) & (lost <= high)).all(axis=1)]
    for number in range(1, items + 1):
        counts = (tables.sum(axis=2) >= number).sum(axis=1)
        expected = (counts.min(), counts.max())
        assert losers_of_at_least(number, low, high, size) == expected
    with pytest.raises(ValueError, match="at least 1"):
        losers_of_at_least(0, low, high, size)


# -- What is refused --------------------------------------------------------

FROM_TOTALS: list[Callable[..., object]] = [
    functools.partial(change_range, authorities=74),
    functools.partial(interval_range, authorities=74),
    functools.partial(breakdown, authorities=74, population=150),
    functools.partial(year_swap_range, authorities=74),
]


of_150 = functools.partial(worst_case, population=150)


@pytest.mark.parametrize("call", FROM_TOTALS, ids=lambda call: call.func.__name__)
def test_impossible_totals_are_refused(call: Callable[..., object]) -> None:
    for count_1, base_1, count_2, base_2, fault in (
        (75, 74, 62, 74, "count_1 must be at most base_1; got 75 of 74"),
        (67, 74, 73, 72, "count_2 must be at most base_2; got 73 of 72"),
        (67, 75, 62, 74, "base_1 must be at most authorities; got 75 of 74"),
        (67, 74, 62, 75, "base_2 must be at most authorities; got 75 of 74"),
    ):
        with pytest.raises(ValueError, match=fault):
            call([count_1], base_1, [count_2], base_2)
    for arguments in (([-1], 74, [62], 74), ([67], 74, [62], -74)):
        with pytest.raises(ValueError, match="must be from 0 to"):
            call(*arguments)
    for wrong in (67.0, 66.5, True, None, math.nan, pd.NA, "67"):
        for arguments in (([wrong], 74, [62], 74), ([67], 74, [62], [wrong])):
            with pytest.raises(TypeError, match="must be whole numbers; got"):
                call(*arguments)


@pytest.mark.parametrize(
    "call",
    [interval, of_150, mcnemar, lambda b, c: newcombe(1, b, c, 1)],
    ids=["interval", "worst_case", "mcnemar", "newcombe"],
)
def test_impossible_counts_are_refused(call: Callable[..., object]) -> None:
    for wrong in (1.0, True, None, math.nan, np.array([1.5]), pd.Series([1, None], dtype="Int64")):
        for arguments in ((wrong, 74), (1, wrong)):
            with pytest.raises(TypeError, match="must be whole numbers; got"):
                call(*arguments)
    for arguments in ((-1, 74), (0, -1), ([1, -1], 74)):
        with pytest.raises(ValueError, match="must be from 0 to"):
            call(*arguments)
    if call in (interval, of_150):
        with pytest.raises(ValueError, match=r"got 75 of 74\. Are they swapped"):
            call([1, 75], 74)


@pytest.mark.parametrize("level", [0, 1, -0.1, 95, math.nan])
def test_a_level_beyond_0_and_1_is_refused(level: float) -> None:
    for call in LEVELS:
        with pytest.raises(ValueError, match="level must be between 0 and 1"):
            call(level=level)


@pytest.mark.parametrize("level", ["0.95", None, True])
def test_a_level_that_is_no_number_is_refused(level: object) -> None:
    for call in LEVELS:
        with pytest.raises(TypeError, match="level must be a number between 0 and 1"):
            call(level=level)


LEVELS: list[Callable[..., object]] = [
    functools.partial(interval, 1, 2),
    functools.partial(newcombe, 1, 2, 3, 4),
    functools.partial(change_range, 1, 2, 1, 2, authorities=2),
    functools.partial(interval_range, 1, 2, 1, 2, authorities=2),
    functools.partial(holm, [0.1], [0.2]),
]


# -- Bounds from totals ----------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 5, 12])
def test_bounds_of_a_group_are_those_of_every_way_to_answer(size: int) -> None:
    """The first so many authorities are the group; any of all may say yes."""
    for group in range(size + 1):
        inside = [0] * (size + 1), [size] * (size + 1)
        for who in range(2**size):
            yes = who.bit_count()
            within = (who & (2**group - 1)).bit_count()
            inside[1][yes] = min(inside[1][yes], within)
            inside[0][yes] = max(inside[0][yes], within)
        for yes in range(size + 1):
            found = group_bounds(yes, group, size).iloc[0]
            assert (found["low"], found["high"]) == (inside[1][yes], inside[0][yes])


@pytest.mark.parametrize("size", [1, 5, 12])
def test_bounds_of_a_pair_are_those_of_every_way_to_answer_the_second(size: int) -> None:
    """The first so many say yes to one item, whoever they are; any may to the other."""
    for yes_1 in range(size + 1):
        both: dict[int, list[int]] = {}
        for two in range(2**size):
            both.setdefault(two.bit_count(), []).append((two & (2**yes_1 - 1)).bit_count())
        for yes_2, counts in both.items():
            found = group_bounds(yes_1, yes_2, size).iloc[0]
            assert (found["low"], found["high"]) == (min(counts), max(counts))
