"""Percentages and the counts behind them, in whole numbers only.

A printed percentage on a known base can come from few counts, often from one, sometimes from
none. This module finds them, and it holds the only rounding of a percentage in the package:
45 of 72 is 62.5 exactly and prints as 63, where Python, numpy and format strings give 62.

A *count* of a *base* (46 of 73 Boards) is *printed* as a percentage (63): a whole number, or text
where decimals were printed (``"62.5"``, ``"62.5%"``). In arrays a figure stands in units of its
last digit, with ``digits`` after the point: 625 and ``digits=1`` is 62.5. Numbers give numbers,
arrays int64 arrays, a Series a Series with its index. A float, a boolean or a missing value is a
TypeError, a number out of range or an unknown rule a ValueError. The largest base is 10**9.

The search for counts follows Brown and Heathers (2017), "The GRIM test", Social Psychological and
Personality Science 8:363-369, whose tools answer yes or no where these return the counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import comb, prod
from typing import Any, Literal, TypeAlias, TypeVar, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

RoundingRule = Literal["half_up", "half_even", "half_down", "truncated", "up"]
"""To the nearest, a tie going up, to the even neighbour or down; or always down; or always up."""
RULES: tuple[RoundingRule, ...] = get_args(RoundingRule)
LARGEST_BASE = 10**9
MOST_DIGITS = 6

Ints: TypeAlias = npt.NDArray[np.int64]
Whole = TypeVar("Whole", int, Ints, "pd.Series[Any]")

# The numbers that round to a figure lie between two edges: for each, its distance from the figure
# in halves of the last digit, and whether it rounds there itself (None: if the figure is even).
_EDGES: dict[RoundingRule, tuple[int, bool | None, int, bool | None]] = {
    "half_up": (-1, True, 1, False),
    "half_even": (-1, None, 1, None),
    "half_down": (-1, False, 1, True),
    "truncated": (0, True, 2, False),
    "up": (-2, False, 0, True),
}


def rounded_percent(
    count: Whole, base: Whole | int, *, digits: int = 0, rule: RoundingRule = "half_up"
) -> Whole:
    """Return 100 * count / base, rounded, in units of the last digit.

    A negative count (a fall) rounds as its size does: -62.5 gives -63. Here a base may be as
    large as 10**18, the product of two bases.

    >>> rounded_percent(45, 72), rounded_percent(45, 72, digits=1)
    (63, 625)
    """
    scale = _scale(digits)
    k, n = _counted(count, base, fewest=-(LARGEST_BASE**2), largest=LARGEST_BASE**2)
    size = np.abs(k)
    if n.size and 3 * scale * int(n.max()) >= 2**63:  # too large for int64: Python's own integers
        size, n = size.astype(object), n.astype(object)
    whole = scale * size // n
    rest = scale * size - whole * n
    tie_goes_up = {"half_up": 1, "half_even": whole % 2, "half_down": 0}
    if _known(rule) in tie_goes_up:
        whole = whole + (2 * rest + tie_goes_up[rule] > n)
    elif rule == "up":
        whole = whole + (rest > 0)
    answer: Whole = _as_given(np.sign(k) * whole, count, base)
    return answer


def points_change(
    count_1: Whole, base_1: Whole | int, count_2: Whole, base_2: Whole | int,
    *, digits: int = 0, rule: RoundingRule = "half_up",
) -> Whole:  # fmt: skip
    """Return the change from the first share to the second in percentage points, rounded once.

    Made from the counts, it may differ from the difference of the two printed percentages.

    >>> points_change(50, 74, 49, 74)  # printed as 68% and 66%
    -1
    """
    k1, n1 = _counted(count_1, base_1)
    k2, n2 = _counted(count_2, base_2)
    change = rounded_percent(k2 * n1 - k1 * n2, n1 * n2, digits=digits, rule=rule)
    answer: Whole = _as_given(change, count_1, base_1, count_2, base_2)
    return answer


def format_percent(count: int, base: int, *, digits: int = 0) -> str:
    """Return one share as text for display, rounded half up; a dash where nobody answered.

    >>> format_percent(45, 72), format_percent(0, 0)
    ('63%', '–')
    """
    if count == base == 0:
        return "–"
    _counted(count, base)
    return _text(rounded_percent(count, base, digits=digits), digits) + "%"


def count_range(
    printed: Whole, base: Whole | int, *, digits: int = 0, rule: RoundingRule = "half_up"
) -> tuple[Whole, Whole]:
    """Return the lowest and the highest count that print as shown; lowest > highest: none does.

    Every count between them prints the same. Half up, in whole percentages, k of n prints as p
    if (2p-1)n <= 200k < (2p+1)n.
    """
    scale = _scale(digits)
    p = checked_whole(printed, "printed", 0, scale, f"With digits={digits} that is 0% to 100%.")
    n = checked_whole(base, "base", 1, LARGEST_BASE, "Leave out rows that nobody answered.")
    below, has_low, above, has_high = _EDGES[_known(rule)]
    even = p % 2 == 0
    low = ((2 * p + below) * n - (even if has_low is None else has_low)) // (2 * scale) + 1
    high = ((2 * p + above) * n - 1 + (even if has_high is None else has_high)) // (2 * scale)
    low, high = np.maximum(low, 0), np.minimum(high, n)
    return _as_given(low, printed, base), _as_given(high, printed, base)


def possible_counts(
    printed: int | str, base: int, *, rule: RoundingRule = "half_up"
) -> tuple[int, ...]:
    """Return every count that prints as shown on this base; none: it cannot have that base.

    >>> possible_counts(63, 73), possible_counts("62.5%", 72), possible_counts(44, 74)
    ((46,), (45,), ())
    """
    ((low, high),) = _ranges([printed], base, rule)
    return tuple(range(low, high + 1))


@dataclass(frozen=True)
class FittingBase:
    """A base on which a whole block of figures is possible.

    For each figure in turn it has the possible ``counts``. ``chance`` is the probability (0-1)
    that as many figures, each drawn at random from all that could be printed with its digits (101
    whole percentages), would all be possible on this base.
    """

    base: int
    counts: tuple[tuple[int, ...], ...]
    chance: float


def fitting_bases(
    printed: Sequence[int | str], largest: int, *, smallest: int = 1, rule: RoundingRule = "half_up"
) -> tuple[FittingBase, ...]:
    """Return the bases from smallest to largest on which every figure is possible at once.

    A base may fit by luck: hold their number against `expected_by_chance`. Give a figure that is
    printed several times once, for a repetition fits wherever the first does.
    """
    figures = _read_all(printed)
    bases = _bases(smallest, largest)
    for figure, digits in figures:
        low, high = count_range(np.full_like(bases, figure), bases, digits=digits, rule=rule)
        bases = bases[low <= high]
    return tuple(
        FittingBase(
            base,
            tuple(possible_counts(figure, base, rule=rule) for figure in printed),
            prod(expected_by_chance(1, base, smallest=base, digits=d) for _, d in figures),
        )
        for base in bases.tolist()
    )


def expected_by_chance(
    n_figures: int, largest: int, *, smallest: int = 1, digits: int = 0
) -> float:
    """Return how many bases would be expected to fit a block of figures drawn at random.

    That is ``FittingBase.chance`` added up over the bases, the same under every rule: the counts
    0..n print as n + 1 different figures, until there are more counts than figures.
    """
    power = int(checked_whole(n_figures, "n_figures", 1, LARGEST_BASE))
    possible = np.minimum(_bases(smallest, largest), _scale(digits)) + 1
    return float(((possible / (_scale(digits) + 1)) ** power).sum())


def closing_splits(
    printed: Sequence[int | str], base: int, *, rule: RoundingRule = "half_up"
) -> tuple[tuple[int, ...], ...]:
    """Return every split of the base into parts that print as shown and add up to it.

    >>> closing_splits([57, 43, 0], 60), closing_splits([76, 21, 1], 71)
    (((34, 26, 0),), ())
    """
    return tuple(_splits(_ranges(printed, base, rule), base))


@cache
def closing_chance(base: int) -> float:
    """Return the chance (0-1) that three parts drawn at random would close on this base.

    Drawn are three whole percentages that add up to 99, 100 or 101, as three parts of a whole do
    once they are rounded. A split that closes where few would is evidence for its base.
    """
    first, second = np.meshgrid(np.arange(base + 1), np.arange(base + 1), indexing="ij")
    inside = first + second <= base
    parts = np.stack([first[inside], second[inside], base - (first + second)[inside]])
    closing = len(np.unique(rounded_percent(parts, base), axis=1).T)
    drawn = sum(comb(total + 2, 2) - 3 * max(0, total - 100) for total in (99, 100, 101))
    return closing / drawn


@dataclass(frozen=True)
class Correction:
    """One part of a whole replaced, so that the parts add up.

    ``position`` says which part, from 0. ``corrected`` is what stands there in place of
    ``printed``: a number for a number, text for text. ``counts`` are those of all parts then.
    """

    position: int
    printed: int | str
    corrected: int | str
    counts: tuple[int, ...]


def one_cell_corrections(
    printed: Sequence[int | str], base: int, *, rule: RoundingRule = "half_up"
) -> tuple[Correction, ...]:
    """Return every replacement of one figure that makes the split close, the smallest first.

    None where the split closes as printed, or where no single replacement mends it. One that
    closes in several ways (on a base above 100) comes once with each.
    """
    ranges = _ranges(printed, base, rule)
    if any(_splits(ranges, base)):
        return ()
    found: list[tuple[int, Correction]] = []
    for position, (figure, digits) in enumerate(_read_all(printed)):
        for counts in _splits([*ranges[:position], (0, base), *ranges[position + 1 :]], base):
            mended = rounded_percent(counts[position], base, digits=digits, rule=rule)
            size = abs(mended - figure) * 10 ** (MOST_DIGITS - digits)
            shown = _text(mended, digits) if isinstance(printed[position], str) else mended
            found.append((size, Correction(position, printed[position], shown, counts)))
    found.sort(key=lambda pair: (pair[0], pair[1].position, pair[1].counts))
    return tuple(correction for _, correction in found)


def consistent_rules(evidence: Iterable[tuple[int | str, int, int]]) -> tuple[RoundingRule, ...]:
    """Return the rules under which every (printed, count, base) rounds as printed.

    >>> consistent_rules([(63, 45, 72), (27, 20, 73)])
    ('half_up',)
    """
    seen = [(count, base, *_read(printed)) for printed, count, base in evidence]
    return tuple(
        rule
        for rule in RULES
        if all(rounded_percent(k, n, digits=d, rule=rule) == figure for k, n, figure, d in seen)
    )


def _splits(ranges: Sequence[tuple[int, int]], total: int) -> Iterator[tuple[int, ...]]:
    """Yield the ways to take one number from each range so that they add up to the total."""
    if not ranges:
        yield ()  # the last part has taken exactly what was left
        return
    (low, high), rest = ranges[0], ranges[1:]
    low = max(low, total - sum(last for _, last in rest))
    high = min(high, total - sum(first for first, _ in rest))
    for number in range(low, high + 1):
        for others in _splits(rest, total - number):
            yield (number, *others)


def _ranges(printed: Sequence[int | str], base: int, rule: RoundingRule) -> list[tuple[int, int]]:
    return [count_range(p, base, digits=d, rule=rule) for p, d in _read_all(printed)]


def _bases(smallest: int, largest: int) -> Ints:
    first = int(checked_whole(smallest, "smallest", 1, LARGEST_BASE))
    return np.arange(first, int(checked_whole(largest, "largest", first, LARGEST_BASE)) + 1)


def _read_all(printed: Sequence[int | str]) -> list[tuple[int, int]]:
    if isinstance(printed, str) or len(printed) == 0:
        raise ValueError(f"Give a list of printed percentages, such as [63, 37]; got {printed!r}.")
    return [_read(figure) for figure in printed]


def _read(printed: int | str) -> tuple[int, int]:
    """Return a printed figure in units of its last digit, and the digits after its point."""
    decimals, figure = "", printed
    if isinstance(printed, float | np.floating):
        raise TypeError(
            f"A printed percentage is a whole number or text; got {printed!r}. "
            f"Give it as text, '{printed}', so that the digits printed are known."
        )
    if isinstance(printed, str):
        text = re.fullmatch(r"([0-9]+)(?:\.([0-9]+))?\s*%?", printed.strip())
        if text is None:
            raise ValueError(f"A percentage reads like '63', '62.5' or '62.5%'; got {printed!r}.")
        decimals = text[2] or ""
        figure = int(text[1] + decimals)
    value = int(checked_whole(figure, "printed", -LARGEST_BASE, LARGEST_BASE))
    if not 0 <= value <= _scale(len(decimals)):
        raise ValueError(f"A share is printed as 0% to 100%; got {printed!r}. Check the figure.")
    return value, len(decimals)


def _text(figure: int, digits: int) -> str:
    whole, decimals = divmod(figure, 10**digits)
    return f"{whole}.{decimals:0{digits}d}" if digits else str(whole)


def _known(rule: RoundingRule) -> RoundingRule:
    if rule not in RULES:
        raise ValueError(f"There is no rounding rule {rule!r}; use one of {', '.join(RULES)}.")
    return rule


def _scale(digits: int) -> int:
    scale: int = 100 * 10 ** int(checked_whole(digits, "digits", 0, MOST_DIGITS))
    return scale


def _counted(
    count: object, base: object, *, fewest: int = 0, largest: int = LARGEST_BASE
) -> tuple[Ints, Ints]:
    """Return counts and their bases, checked against each other."""
    k = checked_whole(count, "count", fewest, largest)
    n = checked_whole(base, "base", 1, largest, "Leave out rows that nobody answered.")
    wrong = np.abs(k) > n
    if wrong.any():
        many, few = (array[wrong].flat[0] for array in np.broadcast_arrays(k, n))
        raise ValueError(f"A count is at most its base; got {many} of {few}. Are they swapped?")
    return k, n


def checked_whole(values: object, name: str, low: int, high: int, remedy: str = "") -> Ints:
    """Return the values as int64; refuse all but whole numbers from low to high."""
    array = np.asarray(values) if hasattr(values, "dtype") else np.asarray(values, dtype=object)
    if array.dtype.kind not in "iu":
        for value in np.asarray(values, dtype=object).flat:
            if isinstance(value, bool) or not isinstance(value, int | np.integer):
                raise TypeError(
                    f"{name} must be whole numbers; got {value!r}. "
                    "Leave out missing ones, then convert with int() or .astype('int64')."
                )
    for value in array[(array < low) | (array > high)].flat:
        raise ValueError(
            f"{name} must be from {low:,} to {high:,}; got {value:,}. {remedy}".rstrip()
        )
    return array.astype(np.int64)


def _as_given(result: Any, *given: object) -> Any:
    """Return a number as int, an array as int64, and a Series where a Series was given."""
    indexes = [value.index for value in given if isinstance(value, pd.Series)]
    if any(not index.equals(indexes[0]) for index in indexes):
        raise ValueError("The Series have different indexes; align them first, with .align().")
    array = np.asarray(result, dtype=np.int64)
    if indexes:
        return pd.Series(array, index=indexes[0])
    return array if array.ndim else int(array)
