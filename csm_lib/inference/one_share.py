"""One share: intervals around it, and its bounds when nothing is assumed of the silent."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from scipy.stats import hypergeom
from statsmodels.stats.proportion import proportion_confint

from csm_lib.counts import Ints
from csm_lib.inference._counted import (
    Counts,
    Floats,
    Shares,
    at_most,
    counted,
    shares_as_given,
    whole,
)
from csm_lib.inference.verdict import TIE, checked_level

IntervalMethod = Literal["wilson", "jeffreys", "clopper_pearson", "wilson_finite", "hypergeometric"]
"""The last two know how many authorities there are, and are narrower the more of them answered."""
METHODS: tuple[IntervalMethod, ...] = get_args(IntervalMethod)
FINITE: tuple[IntervalMethod, ...] = ("wilson_finite", "hypergeometric")

_STATSMODELS = {"wilson": "wilson", "jeffreys": "jeffreys", "clopper_pearson": "beta"}


def interval(
    count: Counts,
    base: Counts,
    *,
    method: IntervalMethod = "wilson",
    population: Counts | None = None,
    level: float = 0.95,
) -> tuple[Shares, Shares]:
    """Return the lower and the upper end of an interval around a share.

    It takes those who answered for a random sample. They chose themselves, so set `worst_case`
    beside it.

    Parameters
    ----------
    count, base
        So many yes of so many who answered.
    method
        ``wilson``, ``jeffreys`` and ``clopper_pearson`` take the sample to be of endlessly many.
        ``wilson_finite`` is Wilson's with the base n(N-1)/(N-n), ``hypergeometric`` the exact
        test of each possible number in the population turned round, half of 1 - level a side.
    population
        How many there are in all, for the last two methods only.
    level
        How often, from 0 to 1, such an interval is meant to hold the share of all.

    Returns
    -------
    tuple
        Two shares from 0 to 1; missing where the base is 0. Where nobody said yes the lower end
        is 0, where everybody did the upper end is 1. With a population, neither end is beyond
        what the answers alone rule out: at least `count` said yes, at least base - count did not.

    Raises
    ------
    ValueError
        A count is above its base or a base above its population, the method is unknown, or it
        lacks a population or has one it cannot use.

    Notes
    -----
    Wilson (1927), JASA 22:209-212; Clopper and Pearson (1934), Biometrika 26:404-413; Brown, Cai
    and DasGupta (2001), Statistical Science 16:101-133, also for Jeffreys' interval and its ends
    at none and all. They come from `statsmodels.stats.proportion.proportion_confint`. In a finite
    population the variance of a share is (N-n)/(N-1) of that in an endless one: Cochran (1977),
    Sampling Techniques, chapter 3, whence Wilson's with n(N-1)/(N-n). For the exact form: Konijn
    (1973), Statistical Theory of Sample Survey Design and Analysis.

    Examples
    --------
    >>> [round(100 * end, 1) for end in interval(67, 74)]
    [81.7, 95.3]
    >>> [round(100 * end, 1) for end in interval(67, 74, method="hypergeometric", population=150)]
    [84.0, 94.7]
    """
    k, n = counted(count, base)
    alpha = 1 - checked_level(level)
    if method not in METHODS:
        raise ValueError(f"There is no method {method!r}; use one of {', '.join(METHODS)}.")
    if (population is None) == (method in FINITE):
        raise ValueError(
            f"Method {method!r} needs the population: how many there are in all."
            if population is None
            else f"Method {method!r} takes no population; use {' or '.join(FINITE)}."
        )
    if population is None:
        low, high = _endless(k, n, _STATSMODELS[method], alpha)
    else:
        known_low, known_high = worst_case(count, base, population)
        size = whole(population, "population")
        ends = _hypergeometric if method == "hypergeometric" else _wilson_finite
        low, high = ends(k, n, size, alpha)
        low, high = np.maximum(low, known_low), np.minimum(high, known_high)
    nobody = np.broadcast_to(n == 0, np.shape(low))
    low = np.where(nobody, np.nan, np.where(k == 0, 0.0, low))
    high = np.where(nobody, np.nan, np.where(k == n, 1.0, high))
    given = (count, base, population)
    return shares_as_given(low, *given), shares_as_given(high, *given)


def worst_case(count: Counts, base: Counts, population: Counts) -> tuple[Shares, Shares]:
    """Return the lowest and the highest share that all of the population can have.

    Nothing is assumed of those whose answer is not known: they may all have said no, or all yes.
    They are all but the base: authorities that did not answer the questionnaire as well as those
    that answered it and left the item out. With the number of respondents for a population, the
    bounds speak of the latter alone.

    Notes
    -----
    Manski (1990), American Economic Review 80(2):319-323; Horowitz and Manski (2000), JASA
    95:77-84.

    Examples
    --------
    >>> [round(100 * end, 1) for end in worst_case(67, 74, 150)]
    [44.7, 95.3]
    """
    k, n = counted(count, base)
    size = whole(population, "population")
    at_most(n, size, "A base is at most its population")
    if (size == 0).any():
        raise ValueError("The population is 0, which has no share. Leave such rows out.")
    given = (count, base, population)
    return shares_as_given(k / size, *given), shares_as_given((k + size - n) / size, *given)


def _endless(k: Ints, n: Ints, method: str, alpha: float) -> tuple[Floats, Floats]:
    with np.errstate(divide="ignore", invalid="ignore"):  # a base of 0 gives no interval
        k, n = np.broadcast_arrays(k, n)
        low, high = proportion_confint(k, n, alpha=alpha, method=method)
    return np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)


def _wilson_finite(k: Ints, n: Ints, size: Ints, alpha: float) -> tuple[Floats, Floats]:
    """Wilson's interval as if n(N-1)/(N-n) had answered, with the share that was seen."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = k / n
        as_if = n * (size - 1) / (size - n)
        low, high = proportion_confint(share * as_if, as_if, alpha=alpha, method="wilson")
    everybody = n == size
    return np.where(everybody, share, low), np.where(everybody, share, high)


def _hypergeometric(k: Ints, n: Ints, size: Ints, alpha: float) -> tuple[Floats, Floats]:
    low = _fewest(k, n, size, alpha / 2)
    high = size - _fewest(n - k, n, size, alpha / 2)
    return low / size, high / size


def _fewest(k: Ints, n: Ints, size: Ints, tail: float) -> Ints:
    """Return the fewest in the population of which k or more come up with a chance above tail.

    That chance rises with their number, so halving the range finds it.
    """
    low, high = np.broadcast_arrays(k, k + size - n)
    while (low < high).any():
        middle = (low + high) // 2
        enough = hypergeom.sf(k - 1, size, middle, n) > tail * (1 + TIE)
        low, high = np.where(enough, low, middle + 1), np.where(enough, middle, high)
    return low
