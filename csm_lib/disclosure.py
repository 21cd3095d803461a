"""Keeping counts of a few respondents out of what is published.

Who knows a region with two partnerships in it can read a count of one as an answer with a name.
So a small count is withheld, and with it whatever would give it back by subtraction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from csm_lib.aggregate import SUMMARY
from csm_lib.status import WITHHELD

COUNTS = ("yes", "base", "no_answer")
SHARES = ("share", "low", "high")

LEAST, LARGEST_PART = 10, 0.5
"""A mean or a quartile rests on so many numbers at least, and no number makes up more of their sum.

The rules of thumb of Bond, Brandt and de Wolf, *Guidelines for the checking of output based on
microdata research* (2015), for tables of magnitudes.
"""

Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


def protect(
    rows: pd.DataFrame,
    threshold: int,
    by: Sequence[str],
    *,
    opened_by: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Withhold the small counts of a tally, and those that would give them back.

    Parameters
    ----------
    rows
        A tally with the column ``status``, as `csm_lib.collection.Collection.tally` makes it:
        every group of the characteristics it is split by.
    threshold
        Counts of 1 to one less than this are small. 0 changes nothing.
    by
        The columns it is split by.
    opened_by
        By item, the item whose yes opens it. Who was asked an item is who said yes to its
        opener, so where the opener is withheld, the item is.

    Returns
    -------
    DataFrame
        The same rows. Those withheld have the status ``withheld`` and no ``yes``, ``base``,
        ``no_answer``, ``share``, ``low`` or ``high``; so counts are nullable integers
        (``Int64``) wherever the threshold is not 0. Withheld are, in each item and year:

        - a group in which a number of respondents who gave an answer, or who gave any other, is
          small, with all its answers;
        - a group that is withheld as a whole, in all its parts (region, then region and type);
        - the next smallest group, while in a line of groups that add up to a total just one is
          withheld, or those withheld add up to a small count themselves.

        A group in which nobody answered has no counts to withhold and stays.

    Notes
    -----
    What is withheld cannot be had by taking published counts from a published total, along any
    characteristic. With two characteristics it may be had, now and then, by solving the equations
    of several totals together. Nor is one tally held against another by another characteristic:
    where a region is a type (London, and its boroughs), what is withheld by region may be shown by
    type. A count of 0 is not small: it is shown that nobody in a group gave
    an answer. Rows withheld before keep an item and year as it is, so that to protect twice is to
    protect once.
    """
    if threshold == 0:
        return rows
    rows = rows.astype(dict.fromkeys(COUNTS, "Int64"))
    hidden = _withheld(rows, threshold, by, opened_by or {})
    for name in (*COUNTS, *SHARES):
        if name in rows:
            rows[name] = rows[name].mask(hidden)
    rows["status"] = rows["status"].mask(hidden, WITHHELD)
    return rows


def protect_numbers(rows: pd.DataFrame, threshold: int) -> pd.DataFrame:
    """Withhold means and quartiles that would tell of one respondent, or of a few.

    Parameters
    ----------
    rows
        As `csm_lib.aggregate.numbers` gives them, with the column ``status``; withheld already
        are those whose ``base`` `protect` withholds.
    threshold
        As for `protect`. 0 withholds nothing.

    Returns
    -------
    DataFrame
        The same rows without ``dominance``. Those withheld have the status ``withheld`` and no
        figure. A group is unsafe in which fewer than ten gave a number, or fewer than the
        threshold if that is more; or in which one number makes up more than half of the sum, as
        who knows the others then knows that one nearly. Where one group of an item and year is
        unsafe, none of that item and year is shown: as each that is shown could be taken from the
        whole. The whole stays where it is safe itself, and so does a group in which nobody
        answered.
    """
    figures = rows.drop(columns="dominance")
    if threshold == 0:
        return figures
    figures = figures.astype({"base": "Int64", "no_answer": "Int64"})
    few = rows["base"].between(1, max(threshold, LEAST) - 1).fillna(value=False)
    unsafe = few | (rows["dominance"] > LARGEST_PART) | (rows["status"] == WITHHELD)
    block = [rows["item"], rows["year"]]
    hidden = unsafe.astype(bool).groupby(block).transform("any") & rows["base"].ne(0).fillna(True)
    for name in ("base", "no_answer", *SUMMARY):
        figures[name] = figures[name].mask(hidden)
    figures["status"] = figures["status"].mask(hidden, WITHHELD)
    return figures


def _withheld(
    rows: pd.DataFrame, threshold: int, by: Sequence[str], opened_by: Mapping[str, str]
) -> Flags:
    """Say of each row of a tally whether it is to be withheld."""
    hidden = np.zeros(len(rows), bool)
    done = (rows["status"] == WITHHELD).to_numpy()
    yes, base = (rows[name].fillna(0).to_numpy(np.int64) for name in ("yes", "base"))
    codes = [pd.factorize(rows[name])[0] for name in by]
    blocks: Mapping[Any, Any] = rows.groupby(["item", "year"], sort=False).indices
    shut: dict[tuple[str, int], dict[tuple[int, ...], Flags]] = {}
    for item, year in sorted(blocks, key=lambda block: _depth(block[0], opened_by)):
        rows_here = blocks[item, year]
        if done[rows_here].any():
            continue
        answer = pd.factorize(rows["answer"].iloc[rows_here])[0]
        cell = (answer, *(code[rows_here] for code in codes))
        # by answer and group: how many gave it, then how many gave any other
        counts = np.zeros((2, answer.max() + 1, *(code.max() + 1 for code in codes)), np.int64)
        counts[0][cell] = yes[rows_here]
        counts[1][cell] = base[rows_here] - yes[rows_here]
        opener = shut.get((opened_by.get(item, ""), year))
        shut[item, year] = levels = _levels(counts, threshold, opener)
        hidden[rows_here] = levels[tuple(range(len(by)))][cell[1:]]
    return hidden


def _levels(
    counts: Ints, threshold: int, opener: Mapping[tuple[int, ...], Flags] | None
) -> dict[tuple[int, ...], Flags]:
    """Withhold the groups of one item and year, from the total down to the smallest groups.

    Parameters
    ----------
    counts
        Given or not, by answer and then by each characteristic.
    opener
        What this function gave for the item that opens this one, if any does.

    Returns
    -------
    dict
        By the characteristics kept, by number: which groups are withheld.
    """
    axes = range(counts.ndim - 2)
    found: dict[tuple[int, ...], Flags] = {}
    for kept in (kept for size in range(len(axes) + 1) for kept in combinations(axes, size)):
        here = counts.sum(axis=tuple(axis + 2 for axis in axes if axis not in kept))
        answered = here[:, 0].sum(axis=0) > 0
        shut = np.asarray(_small(here, threshold))
        for place, axis in enumerate(kept):
            whole = found[tuple(other for other in kept if other != axis)]
            shut |= np.expand_dims(whole, place) & answered
        if opener is not None:
            shut |= opener[kept]
        _close(here, shut, threshold)
        found[kept] = shut
    return found


def _close(counts: Ints, shut: Flags, threshold: int) -> None:
    """Withhold what would give back what is withheld, in every line of groups."""
    base = counts[:, 0].sum(axis=0)
    before = -1
    while before != shut.sum():
        before = shut.sum()
        for axis in range(shut.ndim):
            numbers = np.moveaxis(counts, axis + 2, -1)
            bases, flags = np.moveaxis(base, axis, -1), np.moveaxis(shut, axis, -1)
            for line in np.ndindex(flags.shape[:-1]):
                _close_line(numbers[:, :, *line], bases[line], flags[line], threshold)


def _close_line(counts: Ints, base: Ints, shut: Flags, threshold: int) -> None:
    """Withhold the next smallest group until those withheld are several and not small together."""
    while shut.any():
        left = np.flatnonzero(~shut & (base > 0))
        safe = shut.sum() > 1 and not _small(counts[..., shut].sum(axis=-1), threshold)
        if safe or not len(left):
            break
        shut[left[np.argmin(base[left])]] = True


def _small(counts: Ints, threshold: int) -> Flags | np.bool_:
    """Say of each group whether any count in it is small."""
    found: Flags | np.bool_ = ((counts > 0) & (counts < threshold)).any(axis=(0, 1))
    return found


def _depth(item: str, opened_by: Mapping[str, str]) -> int:
    """How many items open one another before this one."""
    return 1 + _depth(opened_by[item], opened_by) if item in opened_by else 0
