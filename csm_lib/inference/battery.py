"""A battery: many changes at once, looked at item by item or authority by authority.

**The year-swap test from totals.** Had nothing changed but by chance, the two returns of an
authority might as well have come in the other order. So swap each authority's years at random: how
often is the net change of the battery (items gained less items lost, over all authorities) as far
from 0 as it was? The answer depends on d = (d_1, ..., d_N), the net change of each authority,
of which totals give only the sum T. Yet *which* d they allow is known exactly.

*Theorem.* Set each item's churn to the most its totals allow, b gainers and c losers, put all
gainers at the head of the list of authorities and all losers at its end, and call the net changes
u. A whole-numbered d is possible if, and only if, u majorises it: the sums are the same, and no r
entries of d add up to more than the first r of u. *Why:* r authorities can gain no more on an item
than min(r, b, b - c + N - r), which is what it adds to the first r of u. And whether a d can be
reached is a question of flow, from items to authorities and back, with whole capacities: by
max-flow min-cut those conditions are enough. (No answers leave each item's own net change open;
the smallest p is looked for where T is farthest from 0, the largest where it is nearest.)

*The smallest p* is 2 to the power 1 - min(|T|, N), or 1 if T is 0. The evenest d has it, with
every authority moving one way or not at all, so that only swapping all or none is as extreme. And
none is smaller. Let a_1, a_2, ... be the sizes of the d_i that are not 0, S their sum with random
signs. At most N signs matter, so P(S >= T) is at least 2^-N. It is at least 2^-T too, by
induction: with chance 1/2 a_1 has its plus; if a_1 < T the others have T - a_1 left to reach; if
not, they have at least an even chance, which is enough unless T is 1; then S is odd, and above 0
half the time.

*The largest p* has no closed form. What is given is the largest of a family of panels, and a bound
that no panel is above. The family is u with any one stretch of it evened out; and p is 1 if all net
change may lie with one authority. The bound takes a variance of S that no panel exceeds
(all gains, and all losses, heaped on the same authorities): P(|S| >= T) is at most 2 x 3.18
times the normal tail (Bentkus and Dzindzalieta 2015, Bernoulli 21:1231-1237), and at most 1/2
beyond one standard deviation (Keller and Klein 2020, arXiv:2006.16834).

So one assumption drives the test: whether change was spread over many authorities or heaped on few.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import binomtest, norm

from csm_lib.counts import LARGEST_BASE, Ints
from csm_lib.inference._counted import Counts, Floats, Shares, index_of, whole
from csm_lib.inference.rows import known_answers, same_labels
from csm_lib.inference.totals import Moves, possible_moves, read_totals
from csm_lib.inference.verdict import TIE, Verdict, checked_level, verdicts

LARGEST_NET = 10_000
"""The largest net change of one authority that is taken: a battery has no more items."""


def holm(p_low: npt.ArrayLike, p_high: npt.ArrayLike, *, level: float = 0.05) -> pd.DataFrame:
    """Adjust the p-values of a battery for their number, at either end of their ranges.

    Parameters
    ----------
    p_low, p_high
        The least and the most each p-value can be, one entry a comparison. Where rows are known,
        give the p-values twice.
    level
        The chance, at most, of one or more false findings in the whole battery.

    Returns
    -------
    DataFrame
        One row is one comparison: ``holm_low, holm_high``, the least and the most that Holm's
        adjusted p-value can be, and ``verdict`` for it at `level`: ``always``, ``never`` or
        ``depends``. Series keep their index.

    Raises
    ------
    ValueError
        A p-value is missing or not between 0 and 1, or a low one is above its high one.

    Notes
    -----
    See `holm_adjusted`. No adjusted p-value falls when a p-value rises, so the two ends are those
    of all cases; both are reached where each item's course is free of the others', as with totals
    it is.
    """
    low, high = _chances(p_low, "p_low"), _chances(p_high, "p_high")
    if low.ndim != 1 or low.shape != high.shape or (low > high * (1 + TIE)).any():
        raise ValueError("Each comparison needs a p_low and a p_high at or above it, in two lists.")
    low, high = holm_adjusted(low), holm_adjusted(high)
    columns = {"holm_low": low, "holm_high": high, "verdict": verdicts(low, high, level)}
    return pd.DataFrame(columns, index=index_of(p_low, p_high))


def holm_adjusted(p: npt.ArrayLike) -> Floats:
    """Return Holm's adjusted p-values of a battery, or of many: one along the last axis each.

    To call significant what is at or below a level is to make one or more false findings in the
    battery with a chance of at most that level, however the comparisons hang together.

    Notes
    -----
    Holm (1979), Scandinavian Journal of Statistics 6:65-70. `multipletests` of statsmodels does
    the same for one battery a call.

    Examples
    --------
    >>> holm_adjusted([0.01, 0.04, 0.03])
    array([0.03, 0.06, 0.06])
    """
    chances = _chances(p, "p")
    order = np.argsort(chances, axis=-1, kind="stable")
    left = np.arange(chances.shape[-1], 0, -1)  # how many are at least as large
    steps = np.maximum.accumulate(np.take_along_axis(chances, order, axis=-1) * left, axis=-1)
    adjusted = np.empty_like(chances)
    np.put_along_axis(adjusted, order, np.minimum(steps, 1.0), axis=-1)
    return adjusted


@dataclass(frozen=True)
class SignTest:
    """How many items rose, fell and stayed the same, and the p-value of the sign test."""

    rose: int
    fell: int
    same: int
    p: float


def sign_test(changes: Counts) -> SignTest:
    """Test whether more items rose than fell, or fewer, than a coin would have it.

    It takes each item for a coin of its own. Items answered by the same authorities on the same
    day are not independent: where one falls others tend to, and p is then too small. `year_swap`
    does without that.

    Parameters
    ----------
    changes
        One whole number an item, of which only the sign counts: a change in counts, or the
        ``direction`` of `csm_lib.aggregate.changes`. Items that stayed the same are left out.

    Returns
    -------
    SignTest
        With the two-sided p-value; 1 where all stayed the same.

    Notes
    -----
    Dixon and Mood (1946), JASA 41:557-566, by `scipy.stats.binomtest`.

    Examples
    --------
    >>> sign_test([-5, -5, 0, -1, -5, -6, -3, -1, -3, 2, -7])
    SignTest(rose=1, fell=9, same=1, p=0.021484375)
    """
    signs = np.sign(whole(changes, "changes", low=-LARGEST_BASE)).ravel()
    rose, fell = int((signs > 0).sum()), int((signs < 0).sum())
    p = binomtest(rose, rose + fell).pvalue if rose + fell else 1.0
    return SignTest(rose, fell, int((signs == 0).sum()), float(p))


def net_changes(first: pd.DataFrame, second: pd.DataFrame) -> pd.Series[int]:
    """Return each authority's net change over a battery: items gained less items lost.

    Parameters
    ----------
    first, second
        The answers in either year, as for `csm_lib.inference.paired_items`.

    Returns
    -------
    Series
        One whole number an authority. An item that it did not answer in both years counts as
        no change.
    """
    same_labels(first.index, second.index, "indexes")
    same_labels(first.columns, second.columns, "columns")
    net = np.zeros(len(first), dtype=np.int64)
    for item in first.columns:
        yes_1, known_1 = known_answers(first[item], f"first, {item}")
        yes_2, known_2 = known_answers(second[item], f"second, {item}")
        net += (yes_2.astype(np.int64) - yes_1) * (known_1 & known_2)
    return pd.Series(net, index=first.index)


def year_swap(net: Counts) -> Shares:
    """Return the two-sided p-value of the year-swap test, exactly.

    Parameters
    ----------
    net
        Each authority's net change over a battery, as `net_changes` gives it: one entry an
        authority, or an array with the authorities along its last axis.

    Returns
    -------
    float or array
        The chance that the net changes, each with its sign drawn anew, add up to as much as they
        do or more, in either direction. 1 where they add up to nothing.

    Notes
    -----
    Fisher (1935), The Design of Experiments, section 21: the randomisation test of paired
    differences. The distribution is computed whole, not sampled. Authorities are taken to be
    independent of each other, the items of one authority are not.

    Examples
    --------
    >>> year_swap([-1, -1, -1, -1, -1, 0]), year_swap([-5, 0, 0, 0, 0, 0])
    (0.0625, 1.0)
    """
    array = whole(net, "net", low=-LARGEST_NET, high=LARGEST_NET)
    if array.ndim < 2:
        return _swap_p(np.atleast_1d(array))
    p: Floats = np.apply_along_axis(_swap_p, -1, array)
    return p


@dataclass(frozen=True)
class YearSwapRange:
    """What the year-swap test can say of a battery of which only totals are known.

    ``total_low`` and ``total_high`` are the least and the most the net change can be: items
    gained less items lost, over all authorities (the same where there are no no answers).
    ``p_low`` is the smallest p-value of all panels. ``p_high`` is one that a panel reaches;
    none reaches more than ``p_bound``.
    """

    items: int
    authorities: int
    total_low: int
    total_high: int
    p_low: float
    p_high: float
    p_bound: float

    def verdict(self, level: float = 0.05) -> Verdict | None:
        """Is p at or below the level, whatever the panel? ``None`` where that is not known."""
        limit = checked_level(level) * (1 + TIE)
        if self.p_low > limit:
            return "never"
        if self.p_bound <= limit:
            return "always"
        return "depends" if self.p_high > limit else None


def year_swap_range(
    count_1: Counts, base_1: Counts, count_2: Counts, base_2: Counts, *, authorities: int
) -> YearSwapRange:
    """Return the range of the year-swap test over all panels with the given totals.

    Parameters
    ----------
    count_1, base_1, count_2, base_2
        One entry an item: so many yes of so many who answered, in the first and second year.
    authorities
        How many authorities there are, the same for all items and in both years.

    Returns
    -------
    YearSwapRange
        The smallest p exactly, and the largest to within what is known of it.

    Notes
    -----
    See the head of `csm_lib.inference.battery` for what is proved and how. It is taken that the
    answers to one item say nothing of those to another, as they do where one is only asked of
    those who said yes to the other.

    Examples
    --------
    >>> year_swap_range([67, 66], 74, [62, 61], 74, authorities=74)
    ... # doctest: +NORMALIZE_WHITESPACE
    YearSwapRange(items=2, authorities=74, total_low=-10, total_high=-10,
                  p_low=0.001953125, p_high=0.359283447265625, p_bound=0.5)
    """
    size = int(whole(authorities, "authorities", low=1))
    moves = possible_moves(read_totals(count_1, base_1, count_2, base_2, size))
    total_low, total_high = int(moves.net_low.sum()), int(moves.net_high.sum())
    least = min(max(0, total_low), total_high)  # the total nearest to 0
    most = max(total_high, -total_low)
    return YearSwapRange(
        items=len(moves.net_low),
        authorities=size,
        total_low=total_low,
        total_high=total_high,
        p_low=min(1.0, 2.0 ** (1 - min(most, size))),
        p_high=1.0 if least == 0 else _largest_reached(moves, least, size),
        p_bound=_bound(moves, least, size),
    )


def _swap_p(net: Ints) -> float:
    """The chance that the signed sum of the sizes is as far from 0 as it is, or farther."""
    total = abs(int(net.sum()))
    if total == 0:
        return 1.0
    sizes = np.abs(net[net != 0])
    fewer = (int(sizes.sum()) - total) // 2
    against = np.ones(1)  # the chances that 0, 1, 2, ... in all have a minus
    for size in sizes.tolist():
        longer = np.append(against, np.zeros(size)) / 2
        longer[size:] += against / 2
        against = longer[: fewer + 1]
    return min(1.0, 2 * float(against.sum()))


def _most_uneven(gainers: Ints, losers: Ints, size: int) -> Ints:
    """Return net changes with all gains at the head of the list and all losses at its end."""
    place = np.arange(size)[:, np.newaxis]
    net: Ints = (place < gainers).sum(axis=1) - (place >= size - losers).sum(axis=1)
    return net


def _largest_reached(moves: Moves, total: int, size: int) -> float:
    """Return the largest p of a family of panels with the total nearest to 0 (not 0)."""
    net = moves.net_low if total > 0 else moves.net_high
    losers = np.minimum(moves.most_losers, moves.most_gainers - net)
    uneven = _most_uneven(losers + net, losers, size)
    if total < 0:
        uneven = -uneven[::-1]
    if uneven.cumsum().min() >= abs(total):
        return 1.0  # all of it may lie with one authority, the others coming out even
    cuts = [0, *(np.flatnonzero(np.diff(uneven)) + 1).tolist(), size]
    best = 0.0
    for start, stop in combinations(cuts, 2):
        evened = uneven.copy()
        each, rest = divmod(int(uneven[start:stop].sum()), stop - start)
        evened[start:stop] = each
        evened[start : start + rest] += 1
        best = max(best, _swap_p(evened))
    return best


def _bound(moves: Moves, total: int, size: int) -> float:
    """Return what no panel's p is above, from a variance that none exceeds."""
    if total == 0:
        return 1.0
    gains, losses = (
        _most_uneven(most, np.zeros_like(most), size)
        for most in (moves.most_gainers, moves.most_losers)
    )
    variance = int((gains**2).sum() + (losses**2).sum())
    bound = 2 * norm.sf(abs(total) / np.sqrt(variance)) / (4 * norm.sf(np.sqrt(2)))
    return float(min(bound, 0.5 if total**2 > variance else 1.0))


def _chances(values: npt.ArrayLike, name: str) -> Floats:
    array: Any = np.asarray(values, dtype=np.float64)
    if array.ndim == 0:
        raise ValueError(f"{name} must be a list of p-values, one a comparison; got {values!r}.")
    for value in array[~((array >= 0) & (array <= 1))]:
        raise ValueError(f"{name} must be from 0 to 1; got {value}. Leave out missing ones.")
    chances: Floats = array
    return chances
