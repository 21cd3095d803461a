"""Percentages and the counts behind them, in whole numbers only.

A printed percentage on a known base can come from few counts, often from one, sometimes from
none. This module finds them, and it holds the only rounding of a percentage in the package:
45 of 72 is 62.5 exactly and prints as 63, where Python, numpy and format strings give 62.

Numbers give numbers, arrays int64 arrays, a Series a Series with its index. A float, a boolean or
a missing value is a TypeError, a number out of range a ValueError. The largest base is 10**9.

The search for counts follows Brown and Heathers (2017), "The GRIM test", Social Psychological and
Personality Science 8:363-369, whose tools answer yes or no where these return the counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import product
from math import comb
from typing import Any, Literal, NamedTuple, TypeAlias, TypeVar, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

RoundingRule = Literal["half_up", "half_even", "half_down", "truncated", "up"]
"""To the nearest, a tie going up, to the even neighbour or down; or always down; or always up."""
RULES: tuple[RoundingRule, ...] = get_args(RoundingRule)
LARGEST_BASE = 10**9

Ints: TypeAlias = npt.NDArray[np.int64]
Whole = TypeVar("Whole", int, Ints, "pd.Series[Any]")


def rounded_percent(
    count: Whole, base: Whole | int, *, digits: int = 0, rule: RoundingRule = "half_up"
) -> Whole:
    """Return 100 * count / base, rounded, in units of the last of so many digits (0 to 6).

    A negative count (a fall) rounds as its size does: -62.5 gives -63. Here a base may be as
    large as 10**18, the product of two bases.

    >>> rounded_percent(45, 72), rounded_percent(45, 72, digits=1)
    (63, 625)
    """
    if rule not in RULES:
        raise ValueError(f"There is no rounding rule {rule!r}; use one of {', '.join(RULES)}.")
    scale = 100 * 10 ** int(checked_whole(digits, "digits", 0, 6))
    largest = LARGEST_BASE**2
    k, n = checked_whole(count, "count", -largest, largest), checked_whole(base, "base", 1, largest)
    check_at_most(k, n, "count", "base")
    # Python's own integers: a product of two bases, times the scale, may be too large for int64
    size, n = scale * np.abs(k).astype(object), n.astype(object)
    whole, rest = size // n, size % n
    further = {
        "half_up": 2 * rest >= n,
        "half_even": 2 * rest + whole % 2 > n,
        "half_down": 2 * rest > n,
        "truncated": rest < 0,
        "up": rest > 0,
    }[rule]
    rounded = np.asarray(np.sign(k) * (whole + further), dtype=np.int64)
    answer: Whole = as_given(rounded, count, base)
    return answer


def points_change(
    count_1: Whole, base_1: Whole | int, count_2: Whole, base_2: Whole | int, *, digits: int = 0
) -> Whole:
    """Return the change from the first share to the second in percentage points, rounded once.

    Made from the counts, it may differ from the difference of the two printed percentages.

    >>> points_change(50, 74, 49, 74)  # printed as 68% and 66%
    -1
    """
    (k1, n1), (k2, n2) = counted(count_1, base_1, "_1", 1), counted(count_2, base_2, "_2", 1)
    change = rounded_percent(k2 * n1 - k1 * n2, n1 * n2, digits=digits)
    answer: Whole = as_given(change, count_1, base_1, count_2, base_2)
    return answer


def format_percent(count: int, base: int) -> str:
    """Return one share as text for display, rounded half up; a dash where nobody answered.

    >>> format_percent(45, 72), format_percent(0, 0)
    ('63%', '–')
    """
    return "–" if count == base == 0 else f"{rounded_percent(count, base)}%"


def count_range(printed: Whole, base: Whole | int) -> tuple[Whole, Whole]:
    """Return the lowest and the highest count that print as shown; lowest > highest: none does.

    Rounded half up, k of n prints as the whole percentage p if (2p-1)n <= 200k < (2p+1)n.

    >>> count_range(63, 73), count_range(63, 200)
    ((46, 46), (125, 126))
    """
    p = checked_whole(printed, "printed", 0, 100)
    n = checked_whole(base, "base", 1)
    low = np.maximum(-((1 - 2 * p) * n // 200), 0)
    high = np.minimum(((2 * p + 1) * n - 1) // 200, n)
    return as_given(low, printed, base), as_given(high, printed, base)


@lru_cache(maxsize=None, typed=True)  # one list of authorities after another asks the same
def possible_counts(printed: int, base: int) -> tuple[int, ...]:
    """Return every count that prints as shown on this base; none: it cannot have that base.

    >>> possible_counts(63, 73), possible_counts(44, 74)
    ((46,), ())
    """
    low, high = count_range(printed, base)
    return tuple(range(low, high + 1))


class FittingBase(NamedTuple):
    """A base on which a whole block of figures is possible, and the counts of each in turn."""

    base: int
    counts: tuple[tuple[int, ...], ...]


def fitting_bases(printed: Sequence[int], largest: int) -> tuple[FittingBase, ...]:
    """Return the bases up to the largest on which every figure is possible at once.

    A base may fit by luck: hold their number against `expected_by_chance`. Give a figure that is
    printed several times once, for a repetition fits wherever the first does.

    >>> [fit.base for fit in fitting_bases([98, 95, 94, 50, 44, 42, 34, 39], 74)]
    [62, 64]
    """
    bases = np.arange(1, largest + 1)
    low, high = count_range(np.asarray(printed)[:, None], bases)
    return tuple(
        FittingBase(base, tuple(possible_counts(figure, base) for figure in printed))
        for base in bases[(low <= high).all(axis=0)].tolist()
    )


def expected_by_chance(n_figures: int, largest: int, *, smallest: int = 1) -> float:
    """Return how many bases would be expected to fit a block of figures drawn at random.

    The counts 0..n of a base print as n + 1 of the 101 percentages, until all of them do.

    >>> round(expected_by_chance(8, 74), 2)
    0.82
    """
    possible = np.minimum(np.arange(smallest, largest + 1), 100) + 1
    return float(((possible / 101) ** n_figures).sum())


def closing_splits(printed: Sequence[int], base: int) -> tuple[tuple[int, ...], ...]:
    """Return every split of the base into parts that print as shown and add up to it.

    >>> closing_splits([57, 43, 0], 60), closing_splits([76, 21, 1], 71)
    (((34, 26, 0),), ())
    """
    return _closing([possible_counts(figure, base) for figure in printed], base)


def _closing(parts: Iterable[Iterable[int]], base: int) -> tuple[tuple[int, ...], ...]:
    return tuple(counts for counts in product(*parts) if sum(counts) == base)


@lru_cache
def closing_chance(base: int) -> float:
    """Return the chance (0-1) that three parts drawn at random would close on this base.

    Drawn are three whole percentages that add up to 99, 100 or 101, as three parts of a whole do
    once they are rounded. A split that closes where few would is evidence for its base.
    """
    first, second = np.triu_indices(base + 1)
    parts = np.stack([first, second - first, base - second])
    closing = len(np.unique(rounded_percent(parts, base), axis=1).T)
    drawn = sum(comb(total + 2, 2) - 3 * max(0, total - 100) for total in (99, 100, 101))
    return closing / drawn


class Correction(NamedTuple):
    """One part of a whole (the ``position``, from 0) replaced, and the counts of all parts then."""

    position: int
    printed: int
    corrected: int
    counts: tuple[int, ...]


def one_cell_corrections(printed: Sequence[int], base: int) -> tuple[Correction, ...]:
    """Return every replacement of one figure that makes the split close, the smallest first.

    None where the split closes as printed, or where no single replacement mends it. One that
    closes in several ways (on a base above 100) comes once with each.

    >>> [(one.printed, one.corrected) for one in one_cell_corrections([76, 21, 1], 71)]
    [(76, 77), (21, 23), (1, 3)]
    """
    parts: list[Iterable[int]] = [possible_counts(figure, base) for figure in printed]
    if _closing(parts, base):
        return ()
    found = [
        Correction(place, figure, rounded_percent(counts[place], base), counts)
        for place, figure in enumerate(printed)
        for counts in _closing([*parts[:place], range(base + 1), *parts[place + 1 :]], base)
    ]
    return tuple(sorted(found, key=lambda one: abs(one.corrected - one.printed)))


def counts_behind(
    pasted: str, bases: Iterable[int], *, parts: bool = False, rule: RoundingRule = "half_up"
) -> pd.DataFrame:
    """Return the counts behind the percentages of a pasted table, on each base that it may have.

    A line is a label and its whole percentages, each with its sign; with `parts` they are the
    parts of one whole and must add up. One row of the result is a line on a base: its counts, one
    list a percentage; whether it is ``possible``; and whether the rule for ties decides that.

    >>> counts_behind("Head 76%, officer 21%, other 1%", [70, 71], parts=True)
                        row  base             counts  possible  tie_decides
    0  Head, officer, other    70  [[53], [15], [1]]     False        False
    1  Head, officer, other    71  [[54], [15], [1]]     False        False
    """
    found = []
    for line, base in product(filter(str.strip, pasted.splitlines()), bases):
        printed = [int(figure) for figure in re.findall(r"(\d+)\s*%", line)]
        by_rule = {}
        for one in (*RULES[:3], rule):
            shown = rounded_percent(np.arange(base + 1), base, rule=one)
            counts = [np.flatnonzero(shown == figure).tolist() for figure in printed]
            by_rule[one] = counts, bool(_closing(counts, base)) if parts else all(counts)
        tie_decides = len({by_rule[one][1] for one in RULES[:3]}) > 1
        label = re.sub(r"\s*\d+\s*%", "", line).strip()
        found.append((label, base, *by_rule[rule], tie_decides))
    return pd.DataFrame(found, columns=["row", "base", "counts", "possible", "tie_decides"])


# -- What is given, and the form of what is returned ----------------------------------------------


def checked_whole(values: object, name: str, low: int = 0, high: int = LARGEST_BASE) -> Ints:
    """Return the values as int64; refuse all but whole numbers from low to high."""
    array = np.asarray(values) if hasattr(values, "dtype") else np.asarray(values, dtype=object)
    if (kind := pd.api.types.infer_dtype(array, skipna=False)) not in ("integer", "empty"):
        raise TypeError(
            f"{name} must be whole numbers; got {kind} ones. Leave out missing ones, then convert "
            "with int() or .astype('int64')."
        )
    for value in array[(array < low) | (array > high)]:
        raise ValueError(
            f"{name} must be from {low:,} to {high:,}; got {value:,}. Correct it or leave it out."
        )
    return array.astype(np.int64)


def counted(count: object, base: object, year: str = "", smallest: int = 0) -> tuple[Ints, Ints]:
    """Return counts and their bases, checked against each other."""
    k, n = checked_whole(count, f"count{year}"), checked_whole(base, f"base{year}", smallest)
    check_at_most(k, n, f"count{year}", f"base{year}")
    return k, n


def check_at_most(part: Ints, most: Ints, name: str, limit: str) -> None:
    """Refuse a part, or a fall by one, that is larger than what it is a part of."""
    wrong = abs(part) > most
    if wrong.any():
        many, few = (array[wrong].flat[0] for array in np.broadcast_arrays(part, most))
        raise ValueError(f"{name} must be at most {limit}; got {many} of {few}. Are they swapped?")


def index_of(*given: object) -> pd.Index[Any] | None:
    """Return the index that all Series among the given share, if there is a Series."""
    indexes = [value.index for value in given if isinstance(value, pd.Series)]
    if any(not index.equals(indexes[0]) for index in indexes):
        raise ValueError("The Series have different indexes; align them first, with .align().")
    return indexes[0] if indexes else None


def as_given(result: Ints | npt.NDArray[np.float64], *given: object) -> Any:
    """Return a number for numbers, an array for arrays, and a Series where one was given."""
    index = index_of(*given)
    if index is not None:
        return pd.Series(result, index=index)
    array = np.asarray(result)
    return array if array.ndim else array.item()
