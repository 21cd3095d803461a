"""A change of which only the totals of the two years are known.

The same authorities were asked in both years, and it is known how many said yes and how many
answered in each, but not who. Then neither the gainers nor the losers are known. What can they
have been?

Of N authorities k1 said yes and l1 no in the first year, k2 and l2 in the second; r1 and r2 gave
no answer. An authority is *paired* if it answered in both years; gainers b and losers c are among
the paired. The numbers that some 3 x 3 table (yes, no, no answer, by year) has are exactly those
with

    0 <= b <= min(l1, k2),  0 <= c <= min(k1, l2),  k2 - k1 - r1 <= b - c <= k2 - k1 + r2.

Once b and c are set, what is left is a transport problem in which two cells are barred, and the
conditions are Hall's for it. Both upper limits can be reached together. Without no answers,
b - c is k2 - k1 and only the churn b + c is free.

McNemar's p falls with the larger of b and c. It rises with the churn where the net change stays:
it is P(|S| >= |b - c|) of a walk of b + c steps, and two more steps change that by a quarter of
P(S = d - 2) - P(S = d), which is not below 0. The same goes for mid-p. So p is smallest where
the net change is largest and nothing moves against it, and largest where the net change is
nearest 0 and the churn, with that net change, largest. Given the two shares among the paired,
Newcombe's interval only widens as the churn grows, so it needs looking at both ends only.

On bounds of a table by its margins: Fréchet (1951), Annales de l'Université de Lyon A 14:53-77.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from csm_lib.counts import Ints
from csm_lib.inference._counted import Counts, Floats, at_most, counted, index_of, whole
from csm_lib.inference.rows import TESTS, PairedTest, checked_test, newcombe_ends, paired_p
from csm_lib.inference.verdict import checked_level, verdicts


class Totals(NamedTuple):
    """The totals of some comparisons, one entry of each array a comparison."""

    yes_1: Ints
    no_1: Ints
    blank_1: Ints
    yes_2: Ints
    no_2: Ints
    blank_2: Ints
    authorities: Ints
    labels: pd.Index[Any]


class Moves(NamedTuple):
    """All gainers and losers that totals allow: up to the most of either, with this net change."""

    most_gainers: Ints
    most_losers: Ints
    net_low: Ints
    net_high: Ints


def change_range(
    count_1: Counts,
    base_1: Counts,
    count_2: Counts,
    base_2: Counts,
    *,
    authorities: Counts,
    test: PairedTest = "exact",
    level: float = 0.05,
) -> pd.DataFrame:
    """Return what can have happened between two totals, and what a test makes of it.

    Parameters
    ----------
    count_1, base_1, count_2, base_2
        So many yes of so many who answered, in the first and in the second year.
    authorities
        How many there are, the same in both years; those above a base gave no answer (or were not
        asked) in that year.
    test, level
        The test behind ``verdict`` and the level at or below which its p-value is to be.

    Returns
    -------
    DataFrame
        One row is one comparison; plain numbers give one row, Series keep their index. Each pair
        of columns ``_low`` and ``_high`` holds the least and the most of a number over all that
        the totals allow, and some course of events reaches each end:

        - ``paired``: authorities that answered in both years;
        - ``gainers``, ``losers``, ``net`` (gainers less losers), ``churn`` (gainers and losers
          together);
        - ``exact`` and ``mid_p``: the two-sided p-value of McNemar's exact test and its mid-p.

        ``verdict`` is ``always`` where the p-value of `test` is at or below `level` whatever
        happened, ``never`` where in no case, else ``depends``.

    Raises
    ------
    ValueError
        A count is above its base, a base above the number of authorities, or there is no such
        test.

    Notes
    -----
    For the range of gainers and losers and for why p has its extremes where it has, see
    `csm_lib.inference.totals`; for the tests `csm_lib.inference.mcnemar`.

    Examples
    --------
    >>> areas = change_range([67, 26], [74, 72], [62, 50], [74, 72], authorities=74)
    >>> areas[["losers_low", "losers_high", "exact_low", "exact_high", "verdict"]].round(4)
       losers_low  losers_high  exact_low  exact_high verdict
    0           5           12     0.0625      0.3593   never
    1           0           22     0.0000      0.0092  always
    """
    checked_test(test)
    totals = read_totals(count_1, base_1, count_2, base_2, authorities)
    most_gainers, most_losers, net_low, net_high = possible_moves(totals)
    far = np.maximum(net_high, -net_low)  # nothing need move against a net change
    near = np.clip(0, net_low, net_high)
    losers = np.minimum(most_losers, most_gainers - near)
    columns: dict[str, Any] = {
        "paired_low": np.maximum(totals.authorities - totals.blank_1 - totals.blank_2, 0),
        "paired_high": totals.authorities - np.maximum(totals.blank_1, totals.blank_2),
        "gainers_low": np.maximum(net_low, 0),
        "gainers_high": most_gainers,
        "losers_low": np.maximum(-net_high, 0),
        "losers_high": most_losers,
        "net_low": net_low,
        "net_high": net_high,
        "churn_low": np.abs(near),
        "churn_high": most_gainers + most_losers,
    }
    for name in TESTS:
        columns[f"{name}_low"] = paired_p(far, np.zeros_like(far), name)
        columns[f"{name}_high"] = paired_p(near + losers, losers, name)
    # With a net change of 0, nobody need have moved, which mid-p takes for 1 and not for 1/2.
    columns["mid_p_high"] = np.where(near == 0, 1.0, columns["mid_p_high"])
    one_each = (far == 0) & (most_gainers > 0)
    columns["mid_p_low"] = np.where(one_each, 0.75, columns["mid_p_low"])
    columns["verdict"] = verdicts(columns[f"{test}_low"], columns[f"{test}_high"], level)
    return pd.DataFrame(columns, index=totals.labels)


def interval_range(
    count_1: Counts,
    base_1: Counts,
    count_2: Counts,
    base_2: Counts,
    *,
    authorities: Counts,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return the tightest and the widest interval for a change that two totals allow.

    Parameters
    ----------
    count_1, base_1, count_2, base_2, authorities
        As for `change_range`.
    level
        The level of the interval.

    Returns
    -------
    DataFrame
        One row is one comparison, as in `change_range`, with the ends of Newcombe's interval (see
        `csm_lib.inference.newcombe`) for the change of the share among the paired:
        ``tightest_low, tightest_high, widest_low, widest_high``, and ``lowest`` and ``highest``,
        the ends that no possible interval is beyond. Shares, from -1 to 1; missing where nobody
        can be paired. Tables without a pair have no interval and are left out. Where all answered
        in both years every possible interval lies within the widest.

    Notes
    -----
    Where there are no answers, the shares among the paired differ from one course of events to
    the next. All are looked at, so time grows with the third power of the no answers: a
    thousandth of a second for two in each year, some hundredths for 75.
    """
    totals = read_totals(count_1, base_1, count_2, base_2, authorities)
    level = checked_level(level)
    names = ["tightest_low", "tightest_high", "widest_low", "widest_high", "lowest", "highest"]
    tight, wide = _by_churn(totals.yes_1, totals.yes_2, totals.authorities, level)
    ends = np.stack([*tight, *wide, *wide])
    for place in np.flatnonzero(totals.blank_1 + totals.blank_2):
        ends[:, place] = _over_pairs(*(int(array[place]) for array in totals[:-1]), level=level)
    return pd.DataFrame(ends.T, index=totals.labels, columns=names)


def breakdown(
    count_1: Counts,
    base_1: Counts,
    count_2: Counts,
    base_2: Counts,
    *,
    authorities: Counts,
    population: Counts,
) -> pd.DataFrame:
    """Return how many silent authorities would have had to move the other way to undo a change.

    Parameters
    ----------
    count_1, base_1, count_2, base_2, authorities
        As for `change_range`.
    population
        How many authorities there are in all. Those above `authorities` are silent.

    Returns
    -------
    DataFrame
        One row is one comparison, as in `change_range`. ``silent`` is how many authorities did not
        answer the questionnaire. ``needed_low`` and ``needed_high`` are how many of them, more
        than moved the same way, would have to have moved the other way to bring the net change
        to 0: as many as it has, which no answers leave open. ``undone`` says whether there are
        that many: ``always``, ``never`` or ``depends``. ``change_low`` and ``change_high`` are the
        bounds of the change in the share of all the population, from -1 to 1, with nothing
        assumed of any answer not given; missing where the population is 0.

    Notes
    -----
    The bounds are those of Manski (1990), American Economic Review 80(2):319-323, for each year.

    Examples
    --------
    >>> silent = breakdown(67, 74, 62, 74, authorities=74, population=150)
    >>> silent[["silent", "needed_low", "undone", "change_low", "change_high"]].round(3)
       silent  needed_low  undone  change_low  change_high
    0      76           5  always       -0.54        0.473
    """
    totals = read_totals(count_1, base_1, count_2, base_2, authorities)
    size = whole(population, "population")
    at_most(totals.authorities, size, "The authorities answering are at most the population")
    moves = possible_moves(totals)
    silent = size - totals.authorities
    least = np.abs(np.clip(0, moves.net_low, moves.net_high))
    most = np.maximum(moves.net_high, -moves.net_low)
    net = totals.yes_2 - totals.yes_1
    with np.errstate(divide="ignore", invalid="ignore"):
        low = (net - totals.blank_1 - silent) / size
        high = (net + totals.blank_2 + silent) / size
    columns = {
        "silent": silent,
        "needed_low": least,
        "needed_high": most,
        "undone": np.select([most <= silent, least > silent], ["always", "never"], "depends"),
        "change_low": low,
        "change_high": high,
    }
    return pd.DataFrame(columns, index=totals.labels)


def read_totals(
    count_1: Counts, base_1: Counts, count_2: Counts, base_2: Counts, authorities: Counts
) -> Totals:
    """Return totals, checked, as arrays of one length."""
    k1, n1 = counted(count_1, base_1, suffix="_1")
    k2, n2 = counted(count_2, base_2, suffix="_2")
    size = whole(authorities, "authorities")
    for base, name in ((n1, "base_1"), (n2, "base_2")):
        at_most(base, size, f"A base is at most the number of authorities ({name})")
    given = (count_1, base_1, count_2, base_2, authorities)
    k1, n1, k2, n2, size = np.broadcast_arrays(*np.atleast_1d(k1, n1, k2, n2, size))
    if k1.ndim > 1:
        raise ValueError(
            f"Give one row of comparisons; got an array of {k1.ndim} dimensions. Use .ravel()."
        )
    index = index_of(*given)
    rows = pd.RangeIndex(len(k1)) if index is None else index
    return Totals(k1, n1 - k1, size - n1, k2, n2 - k2, size - n2, size, rows)


def possible_moves(totals: Totals) -> Moves:
    """Return the limits of gainers, losers and their difference; see the head of this module."""
    yes_1, no_1, blank_1, yes_2, no_2, blank_2, _, _ = totals
    most_gainers, most_losers = np.minimum(no_1, yes_2), np.minimum(yes_1, no_2)
    net = yes_2 - yes_1
    net_low = np.maximum(net - blank_1, -most_losers)
    return Moves(most_gainers, most_losers, net_low, np.minimum(net + blank_2, most_gainers))


def _by_churn(
    yes_1: Ints, yes_2: Ints, pairs: Ints, level: float
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Return the interval with the least churn that two totals of pairs allow, and the most."""
    least = np.maximum(yes_1 - yes_2, 0)
    most = np.minimum(yes_1, pairs - yes_2)

    def ends(losers: Ints) -> tuple[Floats, Floats]:
        gainers = yes_2 - yes_1 + losers
        return newcombe_ends(yes_1 - losers, gainers, losers, pairs - yes_1 - gainers, level=level)

    return ends(least), ends(most)


def _over_pairs(
    yes_1: int, no_1: int, blank_1: int, yes_2: int, no_2: int, blank_2: int, size: int,
    *, level: float,
) -> tuple[float, ...]:  # fmt: skip
    """Return the tightest, the widest and the outermost ends over all that can be paired.

    Which m authorities are paired, and how many of them said yes in either year, are free of each
    other but for what is left over in each year: at most r1 and r2 without a pair.
    """
    fewest, most = max(size - blank_1 - blank_2, 1), size - max(blank_1, blank_2)
    found = []
    for pairs in range(fewest, most + 1):
        among_1 = np.arange(max(pairs - no_1, 0), min(yes_1, pairs) + 1)
        among_2 = np.arange(max(pairs - no_2, 0), min(yes_2, pairs) + 1)
        first, second = (grid.ravel() for grid in np.meshgrid(among_1, among_2))
        tight, wide = _by_churn(first, second, np.full_like(first, pairs), level)
        narrow, broad = np.argmin(tight[1] - tight[0]), np.argmax(wide[1] - wide[0])
        found.append(
            (tight[0][narrow], tight[1][narrow], wide[0][broad], wide[1][broad],
             wide[0].min(), wide[1].max())
        )  # fmt: skip
    if not found:
        return (np.nan,) * 6
    rows = np.array(found)
    tightest = rows[np.argmin(rows[:, 1] - rows[:, 0]), :2]
    widest = rows[np.argmax(rows[:, 3] - rows[:, 2]), 2:4]
    return (*tightest, *widest, rows[:, 4].min(), rows[:, 5].max())
