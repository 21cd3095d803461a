"""Counts and bases checked, and results given back in the form of what was given.

Unlike in `csm_lib.counts` a base may be 0 here: that nobody answered is something to say of an
item, where nothing can be said of its printed percentage.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from csm_lib.counts import LARGEST_BASE, Ints, checked_whole

Floats: TypeAlias = npt.NDArray[np.float64]

Counts: TypeAlias = "int | npt.ArrayLike | pd.Series[Any]"
"""A whole number, or a sequence, an array or a Series of them."""

Shares: TypeAlias = Any
"""A float for numbers, a float64 array for arrays, a Series with its index for a Series."""


def whole(values: Counts, name: str, *, low: int = 0, high: int = LARGEST_BASE) -> Ints:
    """Return whole numbers as int64; refuse all else, naming what they are."""
    return checked_whole(values, name, low, high)


def counted(count: Counts, base: Counts, *, suffix: str = "") -> tuple[Ints, Ints]:
    """Return counts and their bases, checked against each other."""
    k, n = whole(count, f"count{suffix}"), whole(base, f"base{suffix}")
    at_most(k, n, f"A count is at most its base (count{suffix}, base{suffix})")
    return k, n


def at_most(part: Ints, most: Ints, rule: str) -> None:
    """Refuse parts that are larger than what they are a part of, quoting the rule and the first."""
    wrong = part > most
    if wrong.any():
        many, few = (array[wrong].flat[0] for array in np.broadcast_arrays(part, most))
        raise ValueError(f"{rule}; got {many} of {few}. Are they swapped?")


def shares_as_given(result: Any, *given: object) -> Shares:
    """Return a number as float, an array as float64, and a Series where a Series was given."""
    array = np.asarray(result, dtype=np.float64)
    index = index_of(*given)
    if index is not None:
        return pd.Series(array, index=index)
    return array if array.ndim else float(array)


def index_of(*given: object) -> pd.Index[Any] | None:
    """Return the index that all Series among the given share; none, if there is no Series."""
    indexes = [value.index for value in given if isinstance(value, pd.Series)]
    if any(not index.equals(indexes[0]) for index in indexes):
        raise ValueError("The Series have different indexes; align them first, with .align().")
    return indexes[0] if indexes else None
