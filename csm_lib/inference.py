"""How sure anyone can be: of one share, of one change, and of many changes together.

With **rows**, who answered what in both years, the ordinary paired answers hold. With two
**totals** many things can have happened in between: what is given is the range of a test or an
interval over all of them, and a verdict. Formulae, proofs and sources are in `book/methods.md`.

Everywhere `count` of the `base` (it may be 0) who answered said yes; `authorities` took part in
both years, of a `population`. They are whole numbers, arrays or Series, and results have the form
of what was given. Shares are from 0 to 1. An authority is *paired* on an item if it answered it in
both years. The impossible is a ValueError, what is no whole number a TypeError.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from csm_lib.counts import Ints, as_given, check_at_most, checked_whole, counted, index_of

Counts: TypeAlias = "int | npt.ArrayLike | pd.Series[Any]"
"""A whole number, or a sequence, an array or a Series of them."""

Shares: TypeAlias = Any
"""A float for numbers, a float64 array for arrays, a Series with its index for a Series."""

IntervalMethod = Literal["wilson", "jeffreys", "clopper_pearson", "wilson_finite", "hypergeometric"]
"""The last two know how many authorities there are, and are narrower the more of them answered."""
METHODS: tuple[IntervalMethod, ...] = get_args(IntervalMethod)
FINITE = METHODS[3:]

PairedTest = Literal["exact", "mid_p"]
"""McNemar's exact test, which never errs above its level, or its mid-p, which seldom does."""
TESTS: tuple[PairedTest, ...] = get_args(PairedTest)

VERDICTS = ["always", "never"], "depends"
"""Is p at or below the level whatever happened, in no case, or in some cases and not in others?"""

# Two numbers this close, relatively, are taken for a tie, so that none hangs on the last bit.
TIE = 1e-9


def verdicts(p_low: Any, p_high: Any, level: float) -> npt.NDArray[np.str_]:
    """Return the verdict for each range of p-values; p at the level counts as below it."""
    limit = _checked_level(level) * (1 + TIE)
    return np.select([np.asarray(p_high) <= limit, np.asarray(p_low) > limit], *VERDICTS)


def _checked_level(level: float) -> float:
    if isinstance(level, bool) or not isinstance(level, int | float | np.floating):
        raise TypeError(f"level must be a number between 0 and 1; got {level!r}.")
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, such as 0.05 for 5%; got {level!r}.")
    return level


def _require_one_of(name: str, names: tuple[str, ...], what: str) -> None:
    if name not in names:
        raise ValueError(f"There is no {what} {name!r}; use one of {', '.join(names)}.")


# -- One share ------------------------------------------------------------------------------------


def interval(
    count: Counts, base: Counts,
    *, method: IntervalMethod = "wilson", population: Counts | None = None, level: float = 0.95,
) -> tuple[Shares, Shares]:  # fmt: skip
    """Return the lower and the upper end of an interval around a share.

    It takes those who answered for a random sample: of endlessly many, or, by `wilson_finite` and
    `hypergeometric`, of a population. They chose themselves, so set `worst_case` beside it. Where
    nobody said yes the lower end is 0, where everybody did the upper end is 1, where the base is
    0 both are missing.

    >>> [round(100 * end, 1) for end in interval(67, 74)]
    [81.7, 95.3]
    >>> [round(100 * end, 1) for end in interval(67, 74, method="hypergeometric", population=150)]
    [84.0, 94.7]
    """
    from scipy.stats import beta

    _require_one_of(method, METHODS, "method")
    if (population is None) == (method in FINITE):
        raise ValueError(f"Give the population with {' or '.join(FINITE)} only; got {method!r}.")
    k, n = counted(count, base)
    alpha = 1 - _checked_level(level)
    with np.errstate(divide="ignore", invalid="ignore"):  # a base of 0 gives no interval
        if method == "wilson":
            low, high = _wilson(k / n, n, alpha)
        elif population is None:  # Jeffreys' prior is half a yes and half a no
            more, less = (0.5, 0.5) if method == "jeffreys" else (1, 0)
            low = beta.ppf(alpha / 2, k + less, n - k + more)
            high = beta.isf(alpha / 2, k + more, n - k + less)
        else:
            size = checked_whole(population, "population")
            known_low, known_high = worst_case(k, n, size)
            if method == "hypergeometric":
                low = _fewest(k, n, size, alpha / 2) / size
                high = (size - _fewest(n - k, n, size, alpha / 2)) / size
            else:  # Wilson's as if n(N-1)/(N-n) had answered, with the share that was seen
                as_if = n * (size - 1) / (size - n)
                low, high = _wilson(k / n, as_if, alpha)
            # not maximum and minimum: where all answered Wilson's is missing, and all is known
            low, high = np.fmax(low, known_low), np.fmin(high, known_high)
    low = np.where(n == 0, np.nan, np.where(k == 0, 0.0, low))
    high = np.where(n == 0, np.nan, np.where(k == n, 1.0, high))
    given = (count, base, population)
    return as_given(low, *given), as_given(high, *given)


def _wilson(share: Any, n: Any, alpha: float) -> tuple[Any, Any]:
    """Wilson's (1927) interval, whose ends are the shares that a score test would not reject."""
    from scipy.stats import norm

    z2 = norm.isf(alpha / 2) ** 2
    arm = np.sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n**2)))
    ends = [(share + z2 / (2 * n) + side * arm) / (1 + z2 / n) for side in (-1, 1)]
    return ends[0], ends[1]


def worst_case(count: Counts, base: Counts, population: Counts) -> tuple[Shares, Shares]:
    """Return the lowest and the highest share that all of the population can have.

    Those whose answer is not known may all have said no, or all yes (Manski 1990).

    >>> [round(100 * end, 1) for end in worst_case(67, 74, 150)]
    [44.7, 95.3]
    """
    k, n = counted(count, base)
    size = checked_whole(population, "population", 1)
    check_at_most(n, size, "base", "population")
    given = (count, base, population)
    return as_given(k / size, *given), as_given((k + size - n) / size, *given)


def _fewest(k: Ints, n: Ints, size: Ints, tail: float) -> Ints:
    """The fewest in the population of which k or more come up with a chance above tail."""
    from scipy.stats import hypergeom

    low, high = np.broadcast_arrays(k, k + size - n)
    while (low < high).any():  # the chance rises with their number
        middle = (low + high) // 2
        enough = hypergeom.sf(k - 1, size, middle, n) > tail * (1 + TIE)
        low, high = np.where(enough, low, middle + 1), np.where(enough, middle, high)
    return low


# -- One change, from rows ------------------------------------------------------------------------


def paired(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Count who gained, lost and stayed the same on each of some items, between two years.

    The answers are true, false or missing: one row an authority and one column an item, the same
    in both years. One row of the result is one item, which is its index. ``gainers`` went from no
    to yes, ``losers`` from yes to no, ``stayed_yes`` and ``stayed_no`` did neither; ``unpaired``
    lack an answer in one of the years or in both, and stand in no other number.

    >>> first = pd.DataFrame({"camhs": [True, True, False, None]})
    >>> paired(first, pd.DataFrame({"camhs": [True, False, True, True]}))
           gainers  losers  stayed_yes  stayed_no  unpaired
    camhs        1       1           1          0         1
    """
    if not all(map(pd.Index.equals, first.axes, second.axes)):
        raise ValueError(
            "The two years differ in their authorities or items; index both by authority, then "
            "align them with .align()."
        )
    for item, answers in [*first.items(), *second.items()]:
        if pd.api.types.infer_dtype(answers.astype(object)) not in ("boolean", "empty"):
            raise TypeError(
                f"{item}: answers must be true, false or missing. Compare first, for example with "
                "== 'yes'."
            )
    before, after = first.astype("boolean"), second.astype("boolean")
    cells = {  # where an answer is missing none of the first four is true
        "gainers": ~before & after,
        "losers": before & ~after,
        "stayed_yes": before & after,
        "stayed_no": ~before & ~after,
        "unpaired": before.isna() | after.isna(),
    }
    return pd.DataFrame({name: cell.sum() for name, cell in cells.items()}, dtype="int64")


def mcnemar(gainers: Counts, losers: Counts, *, test: PairedTest = "exact") -> Shares:
    """Return the two-sided p-value of McNemar's test of no change; 1 where nobody changed.

    Only those who changed tell anything: were gaining and losing as likely as each other, how
    often would they part as unevenly as this, or more so? The mid-p is that of Fagerland,
    Lydersen and Laake (2013), whose example this is.

    >>> mcnemar(1, 7), mcnemar(1, 7, test="mid_p")
    (0.0703125, 0.0390625)
    """
    from scipy.stats import binom

    _require_one_of(test, TESTS, "test")
    b, c = checked_whole(gainers, "gainers"), checked_whole(losers, "losers")
    fewer, changed, apart = np.minimum(b, c), b + c, abs(b - c)
    p = binom.cdf(fewer, changed, 0.5)
    if test == "exact":
        p = np.where(apart > 1, 2 * p, 1.0)  # 1: as even as can be
    else:
        p = np.where(apart > 0, p + binom.cdf(fewer - 1, changed, 0.5), 1.0)
        p = np.where((apart == 0) & (changed > 0), 1 - binom.pmf(fewer, changed, 0.5) / 2, p)
    return as_given(p, gainers, losers)


def newcombe(
    stayed_yes: Counts, gainers: Counts, losers: Counts, stayed_no: Counts, *, level: float = 0.95
) -> tuple[Shares, Shares]:
    """Return the ends of an interval for the change of a share, from its paired table.

    Of the share in the second year less that in the first, so from -1 to 1; missing where there
    is no pair. Method 10 of Newcombe (1998); the example is the second row of his Table III.

    >>> [round(end, 4) for end in newcombe(20, 12, 2, 16)]
    [0.0562, 0.3292]
    """
    names = ("stayed_yes", "gainers", "losers", "stayed_no")
    given = (stayed_yes, gainers, losers, stayed_no)
    a, b, c, d = map(checked_whole, given, names)
    pairs, alpha = a + b + c + d, 1 - _checked_level(level)
    with np.errstate(divide="ignore", invalid="ignore"):  # without pairs there is no interval
        yes = np.stack(np.broadcast_arrays(a + c, a + b))  # in the first and in the second year
        low, high = _wilson(yes / pairs, pairs, alpha)
        below, above = np.maximum(yes / pairs - low, 0), np.maximum(high - yes / pairs, 0)
        cross = np.asarray(a * d - b * c, dtype=np.float64)
        cross = np.where(cross > 0, np.maximum(cross - pairs / 2, 0), cross)
        # as floats, for the product of the four margins is beyond int64 from 55,000 pairs on
        spread = np.prod(np.sqrt(1.0 * yes * (pairs - yes)), axis=0)
        phi = np.where(spread > 0, cross / spread, 0.0)
        change = (b - c) / pairs
    arms = (below[1], above[0]), (above[1], below[0])
    down, up = (np.sqrt(np.maximum(x**2 - 2 * phi * x * y + y**2, 0)) for x, y in arms)
    return as_given(change - down, *given), as_given(change + up, *given)


# -- One change, from totals ----------------------------------------------------------------------


def change_range(
    count_1: Counts, base_1: Counts, count_2: Counts, base_2: Counts,
    *, authorities: Counts, level: float = 0.05,
) -> pd.DataFrame:  # fmt: skip
    """Return what can have happened between two totals, and what a test makes of it.

    One row is one comparison. Each pair of columns ``_low`` and ``_high`` holds the least and the
    most of a number over all that the totals allow, and some course of events reaches each end:
    authorities ``paired``, ``gainers``, ``losers``, ``net`` (gainers less losers) and ``churn``
    (both together), and the two-sided p-values of McNemar's test, ``exact`` and ``mid_p``.
    ``verdict`` is that on the exact p-value at `level`; for that on the mid-p, see `verdicts`.

    >>> areas = change_range([67, 26], [74, 72], [62, 50], [74, 72], authorities=74)
    >>> areas[["losers_low", "losers_high", "exact_low", "exact_high", "verdict"]].round(4)
       losers_low  losers_high  exact_low  exact_high verdict
    0           5           12     0.0625      0.3593   never
    1           0           22     0.0000      0.0092  always
    """
    *totals, labels = _totals(count_1, base_1, count_2, base_2, authorities)
    columns: dict[str, Any] = _moves(*totals)
    far = np.maximum(columns["net_high"], -columns["net_low"])  # and nothing moves against it
    near = np.clip(0, columns["net_low"], columns["net_high"])
    losers = np.minimum(columns["losers_high"], columns["gainers_high"] - near)
    for name in TESTS:
        columns[f"{name}_low"] = mcnemar(far, np.zeros_like(far), test=name)
        columns[f"{name}_high"] = mcnemar(near + losers, losers, test=name)
    # With a net change of 0, nobody need have moved, which mid-p takes for 1 and not for 1/2.
    columns["mid_p_high"] = np.where(near == 0, 1.0, columns["mid_p_high"])
    one_each = (far == 0) & (columns["gainers_high"] > 0)
    columns["mid_p_low"] = np.where(one_each, 0.75, columns["mid_p_low"])
    columns["verdict"] = verdicts(columns["exact_low"], columns["exact_high"], level)
    return pd.DataFrame(columns, index=labels)


def interval_range(
    count_1: Counts, base_1: Counts, count_2: Counts, base_2: Counts,
    *, authorities: Counts, level: float = 0.95,
) -> pd.DataFrame:  # fmt: skip
    """Return the tightest and the widest interval for a change that two totals allow.

    One row is one comparison, with ends of Newcombe's interval for the change of the share among
    the paired: ``tightest_low, tightest_high, widest_low, widest_high``, and ``lowest, highest``
    that none is beyond. From -1 to 1; missing where nobody can be paired. Time grows with the
    third power of the no answers.
    """
    *totals, labels = _totals(count_1, base_1, count_2, base_2, authorities)
    # Who is paired and who of them said yes is free, but for what no answers leave over.
    cases = (
        (place, pairs, yes_1, yes_2)
        for place, (k1, n1, k2, n2, size) in enumerate(np.transpose(totals).tolist())
        for pairs in range(max(n1 + n2 - size, 1), min(n1, n2) + 1)
        for yes_2 in range(max(pairs - n2 + k2, 0), min(k2, pairs) + 1)
        for yes_1 in range(max(pairs - n1 + k1, 0), min(k1, pairs) + 1)
    )
    place, pairs, yes_1, yes_2 = np.fromiter(cases, np.dtype((np.int64, 4))).T
    least, most = np.maximum(yes_1 - yes_2, 0), np.minimum(yes_1, pairs - yes_2)
    tables = []  # an interval widens with the churn
    for name, losers, way in (("tightest", least, 1), ("widest", most, -1)):
        gainers, stayed_no = yes_2 - yes_1 + losers, pairs - yes_2 - losers
        low, high = newcombe(yes_1 - losers, gainers, losers, stayed_no, level=level)
        ends = pd.DataFrame({f"{name}_low": low, f"{name}_high": high}, index=place)
        tables.append(ends.iloc[np.argsort(way * (high - low), kind="stable")].groupby(level=0))
    lowest, highest = tables[1]["widest_low"].min(), tables[1]["widest_high"].max()
    table = pd.concat([one.first() for one in tables], axis="columns")
    table = table.assign(lowest=lowest, highest=highest)
    return table.reindex(range(len(labels))).set_axis(labels)


def comparisons(moved: pd.DataFrame, *, authorities: int, level: float = 0.05) -> pd.DataFrame:
    """Set beside changes, as `csm_lib.changes` gives them, what their totals allow.

    The columns of `change_range`, with its verdict at `level`, and of `interval_range`, for 95%,
    stand behind those of `moved`, which keeps where it comes from, as a tally does.

    >>> import csm_lib as csm
    >>> trusts = csm.open_collection()
    >>> moved = csm.changes(trusts.tally("commissioning.camhs"))
    >>> comparisons(moved, authorities=trusts.size)[["losers_low", "losers_high", "verdict"]]
       losers_low  losers_high verdict
    0           5           12   never
    """
    totals = [moved[name] for name in ("from_yes", "from_base", "to_yes", "to_base")]
    ranges = change_range(*totals, authorities=authorities, level=level)
    intervals = interval_range(*totals, authorities=authorities)
    return moved.assign(**ranges, **intervals)


def breakdown(
    count_1: Counts, base_1: Counts, count_2: Counts, base_2: Counts,
    *, authorities: Counts, population: Counts,
) -> pd.DataFrame:  # fmt: skip
    """Return how many silent authorities would have had to move the other way to undo a change.

    One row is one comparison: ``silent``, how many of the population did not take part;
    ``needed_low`` and ``needed_high``, how many of them, more than moved the same way, would have
    to have moved the other way to bring the net change to 0; ``undone``, whether there are so
    many: ``always``, ``never`` or ``depends``; ``change_low`` and ``change_high``, the bounds of
    the change in the share of the population, from -1 to 1, with nothing assumed of any answer
    not given (Manski 1990).

    >>> silent = breakdown(67, 74, 62, 74, authorities=74, population=150)
    >>> silent[["silent", "needed_low", "undone", "change_low", "change_high"]].round(3)
       silent  needed_low  undone  change_low  change_high
    0      76           5  always       -0.54        0.473
    """
    *totals, labels = _totals(count_1, base_1, count_2, base_2, authorities)
    yes_1, answers_1, yes_2, answers_2, took_part = totals
    everyone = checked_whole(population, "population")
    check_at_most(took_part, everyone, "authorities", "population")
    moves, silent = _moves(*totals), everyone - took_part
    least, most = moves["churn_low"], np.maximum(moves["net_high"], -moves["net_low"])
    with np.errstate(divide="ignore", invalid="ignore"):
        low = (yes_2 - yes_1 - (everyone - answers_1)) / everyone
        high = (yes_2 - yes_1 + (everyone - answers_2)) / everyone
    columns = {"silent": silent, "needed_low": least, "needed_high": most}
    columns["undone"] = np.select([most <= silent, least > silent], *VERDICTS)
    return pd.DataFrame(columns | {"change_low": low, "change_high": high}, index=labels)


def _totals(
    count_1: Counts, base_1: Counts, count_2: Counts, base_2: Counts, authorities: Counts
) -> tuple[Any, ...]:
    """Counts and bases of the two years and the authorities, one entry a comparison; its labels."""
    (k1, n1), (k2, n2) = counted(count_1, base_1, "_1"), counted(count_2, base_2, "_2")
    size = checked_whole(authorities, "authorities")
    check_at_most(n1, size, "base_1", "authorities")
    check_at_most(n2, size, "base_2", "authorities")
    arrays = np.broadcast_arrays(*np.atleast_1d(k1, n1, k2, n2, size))
    if arrays[0].ndim > 1:
        raise ValueError("Give one row of comparisons, not a table of them. Use .ravel().")
    index = index_of(count_1, base_1, count_2, base_2, authorities)
    return *arrays, pd.RangeIndex(len(arrays[0])) if index is None else index


def _moves(k1: Ints, n1: Ints, k2: Ints, n2: Ints, size: Ints) -> dict[str, Ints]:
    """All pairs, gainers and losers that totals allow, as columns of `change_range`."""
    gainers, losers = np.minimum(n1 - k1, k2), np.minimum(k1, n2 - k2)
    low = np.maximum(k2 - k1 - (size - n1), -losers)
    high = np.minimum(k2 - k1 + (size - n2), gainers)
    return {
        "paired_low": np.maximum(n1 + n2 - size, 0),
        "paired_high": np.minimum(n1, n2),
        "gainers_low": np.maximum(low, 0),
        "gainers_high": gainers,
        "losers_low": np.maximum(-high, 0),
        "losers_high": losers,
        "net_low": low,
        "net_high": high,
        "churn_low": np.abs(np.clip(0, low, high)),
        "churn_high": gainers + losers,
    }


# -- Many changes together ------------------------------------------------------------------------


def holm(p_low: npt.ArrayLike, p_high: npt.ArrayLike, *, level: float = 0.05) -> pd.DataFrame:
    """Adjust the p-values of a battery for their number (Holm 1979), at either end of their ranges.

    One row is one comparison: ``holm_low, holm_high``, the least and the most that the adjusted
    p-value can be, and its ``verdict`` at `level`. Where rows are known, give the p-values twice.
    To call significant what is at or below a level is to make one or more false findings in the
    battery with a chance of at most that level, however the comparisons hang together.

    >>> p = [0.01, 0.04, 0.03]
    >>> holm(p, p)["holm_low"].tolist()
    [0.03, 0.06, 0.06]
    """
    low, high = np.asarray(p_low, dtype=np.float64), np.asarray(p_high, dtype=np.float64)
    if low.ndim != 1 or low.shape != high.shape:
        raise ValueError("Give p_low and p_high as two lists of one length, a pair a comparison.")
    if not ((low >= 0) & (low <= high * (1 + TIE)) & (high <= 1)).all():
        raise ValueError("p must be from 0 to 1, p_low not above p_high. Leave out missing ones.")
    low, high = _holm(low), _holm(high)
    columns = {"holm_low": low, "holm_high": high, "verdict": verdicts(low, high, level)}
    return pd.DataFrame(columns, index=index_of(p_low, p_high))


def _holm(p: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The smallest times their number, the next times one fewer, and none below one before it."""
    order = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    adjusted[order] = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    return np.minimum(adjusted, 1)


class SignTest(NamedTuple):
    """How many items rose, fell and stayed the same, and the p-value of the sign test."""

    rose: int
    fell: int
    same: int
    p: float


def sign_test(changes: Counts) -> SignTest:
    """Test, two-sided, whether more items rose than fell, or fewer, than a coin would have it.

    Of each item's change only the sign counts; those that stayed the same are left out. It takes
    each item for a coin of its own. Items answered by the same authorities are not: where one
    falls others tend to, and p is then too small. `year_swap` does without that.

    >>> sign_test([-5, -5, 0, -1, -5, -6, -3, -1, -3, 2, -7])
    SignTest(rose=1, fell=9, same=1, p=0.021484375)
    """
    signs = np.sign(checked_whole(changes, "changes", -(10**9)))
    rose, fell, same = (int((signs == sign).sum()) for sign in (1, -1, 0))
    return SignTest(rose, fell, same, mcnemar(rose, fell))


def year_swap(net: Counts) -> Shares:
    """Return the two-sided p-value of the year-swap test, exactly.

    Had nothing changed but by chance, an authority's two returns might as well have come in the
    other order: how often would the net changes, each with its sign drawn anew, add up to as much
    as they do? It takes authorities, along the last axis, to be independent, and nothing of the
    items of one: Fisher's (1935) randomisation test of paired differences.

    >>> year_swap([-1, -1, -1, -1, -1, 0]), year_swap([-5, 0, 0, 0, 0, 0])
    (0.0625, 1.0)
    """
    array = checked_whole(net, "net", -10_000, 10_000)  # no battery has more items
    return as_given(np.apply_along_axis(_swap_p, -1, np.atleast_1d(array)))


def least_churn_p(from_yes: Counts, to_yes: Counts) -> float:
    """Return the year-swap p where nobody moves against a change and few make all the moves.

    One entry an item: how many said yes in the first and in the second year. The items that fell
    are lost by the same authorities, those that rose gained by others.

    >>> least_churn_p([5, 4, 3], [3, 3, 4]) == year_swap([-2, -1, 1])
    True
    """
    net = np.atleast_1d(checked_whole(to_yes, "to_yes") - checked_whole(from_yes, "from_yes"))
    movers = int(np.abs(net).sum())
    return _swap_p(_most_uneven(np.maximum(net, 0), np.maximum(-net, 0), movers))


class YearSwapRange(NamedTuple):
    """What the year-swap test can say of a battery of which only totals are known.

    ``total_low`` and ``total_high`` are the least and the most the net change can be, over all
    authorities. ``p_low`` is the smallest p-value of all panels. ``p_high`` is one that a panel
    reaches; none reaches more than ``p_bound``.
    """

    total_low: int
    total_high: int
    p_low: float
    p_high: float
    p_bound: float


def year_swap_range(
    count_1: Counts, base_1: Counts, count_2: Counts, base_2: Counts, *, authorities: int
) -> YearSwapRange:
    """Return the range of the year-swap test over all panels with the given totals.

    One entry an item; the answers to one item are taken to say nothing of those to another. The
    smallest p is exact, the largest is given to within what is known of it.

    >>> year_swap_range([67, 66], 74, [62, 61], 74, authorities=74)
    ... # doctest: +NORMALIZE_WHITESPACE
    YearSwapRange(total_low=-10, total_high=-10,
                  p_low=0.001953125, p_high=0.359283447265625, p_bound=0.5)
    """
    size = int(checked_whole(authorities, "authorities", 1))
    moves = _moves(*_totals(count_1, base_1, count_2, base_2, size)[:-1])
    low, high = int(moves["net_low"].sum()), int(moves["net_high"].sum())
    far, near = max(high, -low), min(max(0, low), high)  # the totals farthest from and nearest to 0
    p_high, p_bound = (1.0, 1.0) if near == 0 else _largest(moves, near, size)
    p_low = min(1.0, 2.0 ** (1 - min(far, size)))
    return YearSwapRange(low, high, p_low, p_high, p_bound)


def losers_of_at_least(
    number: int, fewest: npt.ArrayLike, most: npt.ArrayLike, size: int
) -> tuple[int, int]:
    """Return the fewest and the most authorities that lost at least so many items of a battery.

    For each item, `fewest` and `most` are the least and the most of `size` authorities that lost
    it, as `change_range` gives them; the items are free of each other. Each of the two numbers is
    reached by some panel (Gale 1957, Ryser 1957).
    """
    low, high = np.asarray(fewest, dtype=np.int64), np.asarray(most, dtype=np.int64)
    if number < 1:
        raise ValueError(f"number is {number}; ask for at least 1 item lost.")
    authorities = np.arange(size + 1, dtype=np.int64)
    placed = np.maximum(low - authorities[:, None], 0).sum(axis=1)
    enough = np.minimum(high, authorities[:, None]).sum(axis=1) >= number * authorities
    room = (size - authorities) * (number - 1)
    return int(np.argmax(placed <= room)), int(np.flatnonzero(enough).max())


def _swap_p(net: Ints) -> float:
    """The chance that the signed sum of the sizes is as far from 0 as it is, or farther."""
    total = abs(int(net.sum()))
    if total == 0:
        return 1.0
    sizes = np.abs(net[net != 0])
    fewer = (int(sizes.sum()) - total) // 2
    against = np.ones(1)  # the chances that 0, 1, 2, ... in all have a minus
    for size in sizes.tolist():
        against = np.convolve(against, [0.5, *[0] * (size - 1), 0.5])[: fewer + 1]
    return min(1.0, 2 * float(against.sum()))


def _most_uneven(gainers: Ints, losers: Ints, size: int) -> Ints:
    """Net changes of authorities, all gains at the head of the list and all losses at its end."""
    place = np.arange(size)[:, None]
    moves = (place < gainers).astype(np.int64) - (place >= size - losers)
    net: Ints = moves.sum(axis=1)
    return net


def _largest(moves: dict[str, Ints], total: int, size: int) -> tuple[float, float]:
    """The largest p of a family of panels with this total, not 0, and what no panel's is above."""
    from scipy.stats import norm

    gainers, losers = moves["gainers_high"], moves["losers_high"]
    none = np.zeros_like(gainers)
    heaped = np.stack([_most_uneven(gainers, none, size), _most_uneven(none, losers, size)])
    variance = int((heaped**2).sum())  # no panel's is above it
    bound = 2 * norm.sf(abs(total) / np.sqrt(variance)) / (4 * norm.sf(np.sqrt(2)))
    bound = float(min(bound, 0.5 if total**2 > variance else 1.0))

    net = moves["net_low"] if total > 0 else moves["net_high"]
    losers = np.minimum(losers, gainers - net)
    uneven = _most_uneven(losers + net, losers, size)
    if total < 0:
        uneven = -uneven[::-1]
    if uneven.cumsum().min() >= abs(total):
        return 1.0, bound  # all of it may lie with one authority, the others coming out even
    cuts = [0, *(np.flatnonzero(np.diff(uneven)) + 1).tolist(), size]
    reached = 0.0
    for start, stop in combinations(cuts, 2):
        evened = uneven.copy()
        each, rest = divmod(int(uneven[start:stop].sum()), stop - start)
        evened[start:stop] = each
        evened[start : start + rest] += 1
        reached = max(reached, _swap_p(evened))
    return reached, bound


# -- Bounds of groups and pairs -------------------------------------------------------------------


def group_bounds(yes: Counts, group: Counts, authorities: Counts) -> pd.DataFrame:
    """Return how many of a group can have said yes, by how many of all authorities did.

    One row is one pair: ``low`` and ``high``, in authorities, each reached by some returns with
    these totals (Fréchet 1951). Whoever gave no answer may stand in any group. Those who said yes
    to another item are a group too, which bounds how many said yes to both.

    >>> group_bounds(67, 12, 74).values.tolist(), group_bounds(5, 12, 74).values.tolist()
    ([[5, 12]], [[0, 5]])
    """
    k, size = checked_whole(yes, "yes"), checked_whole(group, "group")
    n = checked_whole(authorities, "authorities")
    low, high = np.atleast_1d(np.maximum(0, k + size - n), np.minimum(k, size))
    return pd.DataFrame({"low": low, "high": high}, index=index_of(yes, group))
