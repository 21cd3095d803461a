"""Tests of a change and of a difference between groups, where it is known who answered what.

Each asks how often chance alone would give as much as was seen, or more, and leaves to chance only
what the design of the collection leaves to it. Answers are 1, 0 or missing, one row a respondent;
the formulae and their sources are in `book/methods.md`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from csm_lib.inference import TIE, mcnemar

Values: TypeAlias = npt.NDArray[np.float64]
Draw: TypeAlias = Callable[[np.random.Generator, int], Any]

NEARLY_ALL = 0.8
"""Where this part of all answers comes from respondents with two, those alone are tested."""

DRAWS, MORE_DRAWS, DOUBT, SEED = 999, 19_999, 0.1, 2010
"""Random orders that are tried; so many more where p is not above `DOUBT`; the seed of both."""

FEW = 200
"""With more respondents than this, a sum of scores is near enough to a normal one."""


class Ends(NamedTuple):
    """A test of two waves: p, how many respondents it rests on, and the counts it is made from.

    ``design`` is *paired*, *separate* or *partly paired*.
    """

    p: float
    base: int
    design: str
    cells: tuple[int, ...]


def ends_p(first: Values, second: Values, direction: int = 0) -> Ends:
    """Test whether the share of ones differs between two waves, exactly and two-sided.

    Where nearly all answers come from respondents with two, it is McNemar's test of those. Else
    chance also decides in which wave those that answered once did; where nobody answered twice,
    that leaves a two-sample test that holds the number of ones. Between the two it does what the
    z of Derrick and others (2015) does for partly overlapping samples, without its normal
    curve.

    Parameters
    ----------
    first, second
        The answers of the same respondents in the two waves.
    direction
        Which way the shares of all that answered went; p of a test that points the other way is 1.

    Examples
    --------
    >>> ends_p(np.array([0, 0, 0, 0, 0, 0.0]), np.array([1, 1, 1, 1, 1, 1.0]))
    Ends(p=0.03125, base=6, design='paired', cells=(6, 0))
    """
    from scipy.stats import binom, hypergeom

    one, two = ~np.isnan(first), ~np.isnan(second)
    pairs = int((one & two).sum())
    gained = int(((first == 0) & (second == 1)).sum())
    lost = int(((first == 1) & (second == 0)).sum())
    if 2 * pairs >= NEARLY_ALL * (one.sum() + two.sum()):
        p = float(mcnemar(gained, lost)) if direction * (gained - lost) >= 0 else 1.0
        return Ends(p, pairs, "paired", (gained, lost))
    # Let x of those that moved have gained, and y of those that answered once and said yes have
    # done so in the second wave. The difference of the shares rises with x + y, and with no more.
    before, after = first[one & ~two], second[two & ~one]
    yes_1, yes_2 = int(before.sum()), int(after.sum())
    moved, once, yes = gained + lost, len(before) + len(after), yes_1 + yes_2
    centre = moved / 2 + yes * len(after) / once
    seen = gained + yes_2 - centre
    away = abs(seen) * (1 - TIE)
    x, y = np.arange(moved + 1), hypergeom(once, yes, len(after))
    tails = y.sf(np.ceil(centre + away - x) - 1) + y.cdf(np.floor(centre - away - x))
    p = min(1.0, float((binom.pmf(x, moved, 0.5) * tails).sum())) if direction * seen >= 0 else 1.0
    cells = (gained, lost, yes_1, len(before) - yes_1, yes_2, len(after) - yes_2)
    return Ends(p, int((one | two).sum()), "partly paired" if pairs else "separate", cells)


def any_p(waves: Values) -> float:
    """Test whether the share of ones differs between any of several waves, its columns.

    How the answers of a respondent lie about their mean is turned over at random, all at once: so
    waves that are alike, because an answer is kept for long, stay as alike as they are. To shuffle
    them would take that for a change. Of those that answered once it is left to chance in which
    wave. For two waves it is McNemar's test; for more, exact where yes and no are as likely, else
    for many respondents (a wild bootstrap).
    """
    answered = ~np.isnan(waves)
    often = answered.sum(axis=1) > 1
    once, yes_once = answered[~often].sum(axis=0), int(np.nansum(waves[~often]))
    expected = yes_once * once / max(once.sum(), 1)
    several = waves[often]
    apart = np.nan_to_num(several - np.nanmean(several, axis=1, keepdims=True))
    kept, counts = np.unique(apart, axis=0, return_counts=True)
    bases = answered.sum(axis=0)

    def draw(rng: np.random.Generator, draws: int) -> Any:
        mixed = rng.multivariate_hypergeometric(once, yes_once, draws)
        turned = 2 * rng.binomial(counts, 0.5, (draws, len(counts))) - counts
        return mixed - expected + turned @ kept

    seen = apart.sum(axis=0) + np.nansum(waves[~often], axis=0) - expected
    return _drawn_p(seen, draw, lambda totals: (totals**2 / bases).sum(axis=-1))


def groups_p(values: npt.ArrayLike, groups: npt.ArrayLike) -> float:
    """Test whether a share, or a mean, differs between groups: by shuffled values.

    Of ones and noughts it is the test of chi-squared, of other numbers that of F; with more than
    `FEW` of these it is the F test itself.

    >>> groups_p([1, 0, 1, 0], ["North", "North", "South", "South"])
    1.0
    >>> groups_p([1, 2, 3, 1, 2, 3], ["North"] * 3 + ["South"] * 3)
    1.0
    """
    codes = np.unique(np.asarray(groups), return_inverse=True)[1]
    given, sizes = np.asarray(values, dtype=np.float64), np.bincount(codes)
    if not np.ptp(given):
        return 1.0
    shares = bool(np.isin(given, (0, 1)).all())
    if not shares and len(given) > FEW:
        from scipy.stats import f_oneway

        return float(f_oneway(*(given[codes == code] for code in range(len(sizes)))).pvalue)
    given = given if shares else given - given.mean()
    expected = given.sum() * sizes / len(given)
    member = np.equal.outer(codes, np.arange(len(sizes))).astype("float64")

    def draw(rng: np.random.Generator, draws: int) -> Any:
        if shares:
            return rng.multivariate_hypergeometric(sizes, int(given.sum()), draws) - expected
        return rng.permuted(np.tile(given, (draws, 1)), axis=1) @ member - expected

    return _drawn_p(given @ member - expected, draw, lambda far: (far**2 / sizes).sum(axis=-1))


def score_p(first: Values, second: Values, direction: int = 0) -> float:
    """Test whether the mean of a score differs between two waves; as `ends_p`, of any numbers."""
    one, two = ~np.isnan(first), ~np.isnan(second)
    moves = (second - first)[one & two] / 2  # half is what either wave has of it
    alone = np.concatenate([first[one & ~two], second[two & ~one]])
    alone, later = alone - (alone.mean() if len(alone) else 0), int((two & ~one).sum())
    seen = float(moves.sum() + alone[len(alone) - later :].sum())
    if direction * seen < 0:
        return 1.0

    def draw(rng: np.random.Generator, draws: int) -> Any:
        turned = rng.choice([-1.0, 1.0], (draws, len(moves))) @ moves
        mixed = rng.permuted(np.tile(alone, (draws, 1)), axis=1)[:, len(alone) - later :]
        return turned + mixed.sum(axis=1)

    if len(moves) + len(alone) <= FEW:
        return _drawn_p(seen, draw, np.abs)
    from scipy.stats import norm

    variance = float((moves**2).sum())
    if 0 < later < len(alone):
        variance += later * (1 - later / len(alone)) * float(alone.var(ddof=1))
    return float(2 * norm.sf(abs(seen) / np.sqrt(variance))) if variance else 1.0


def _drawn_p(seen: Any, draw: Draw, far: Callable[[Any], Any]) -> float:
    """How often chance is as far off as what was seen; the draws are the same each time."""
    p = 1.0
    for draws in (DRAWS, MORE_DRAWS):
        drawn = far(draw(np.random.Generator(np.random.PCG64(SEED)), draws))
        p = (1 + int((drawn >= far(seen) * (1 - TIE)).sum())) / (1 + draws)
        if p > DOUBT:
            break
    return p
