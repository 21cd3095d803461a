"""Keeping counts of a few respondents out of what is published: all groups are shown, or none.

Who knows a region with two partnerships in it can read a count of one as an answer with a name.
To withhold that count alone does not do, as the total less the others gives it back. So an item is
shown by region in a year only where no region has a small count. What is withheld is then no part
of any sum but the total, and of the total all groups are withheld.

`csm_lib.own.attack` attacks what comes of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations, compress, permutations, product
from typing import Any, TypeAlias

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

RESPONDENTS = ""
"""In place of an item: that somebody answered at all. It opens what everyone is asked."""

TOTAL = ""
"""In place of a characteristic: everyone together."""

MANY = 12
"""Of more groups than this, not every union is looked at: only each group."""

Key: TypeAlias = tuple[str, int]
"""An item and a year."""

Flags: TypeAlias = npt.NDArray[np.bool_]
Ints: TypeAlias = npt.NDArray[np.int64]


def protect(
    rows: pd.DataFrame,
    threshold: int,
    by: Sequence[str],
    *,
    opened_by: Mapping[str, str] | None = None,
    zero: bool = False,
    shut: Collection[Key] = (),
) -> pd.DataFrame:
    """Withhold every group of an item and year in which any count is small.

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
    zero
        Whether an answer that nobody in a group gave, or everybody, is small, too.
    shut
        What is to be withheld whatever its counts; see `not_shown`.

    Returns
    -------
    DataFrame
        The same rows. Those withheld have the status ``withheld`` and no ``yes``, ``base``,
        ``no_answer``, ``share``, ``low`` or ``high``; so counts are nullable integers
        (``Int64``) wherever the threshold is not 0. An item and year is withheld in all its groups
        and answers where, in any group, the number of respondents who gave an answer, or who gave
        any other, is small, and where its opener is withheld. A group in which nobody answered
        has no counts to withhold and stays, unless what opens the item withholds it.
    """
    if threshold == 0:
        return rows
    opened_by = opened_by or {}
    rows = rows.astype(dict.fromkeys(COUNTS, "Int64"))
    yes, base = (rows[name].fillna(0).to_numpy(np.int64) for name in ("yes", "base"))
    keys = list(zip(rows["item"], rows["year"], strict=True))
    groups = list(zip(*(rows[name] for name in by), strict=True)) if by else [()] * len(rows)
    counts = np.stack([yes, base - yes], axis=1)
    few = _small(counts, threshold)
    if zero:
        few |= (counts == 0) & ((base > 0) & rows["item"].ne(RESPONDENTS).to_numpy())[:, None]
    found = _opened(
        {*shut} | {key for key, one in zip(keys, few, strict=True) if one.any()},
        keys,
        opened_by,
    )
    given: dict[Key, set[Any]] = {}
    for key, group in zip(compress(keys, base), compress(groups, base), strict=True):
        given.setdefault(key, set()).add(group)
    hidden = rows["status"].eq(WITHHELD).to_numpy(bool, copy=True)
    for place, (key, group) in enumerate(zip(keys, groups, strict=True)):
        shutting = (one for one in _openers(key, opened_by) if one in found)
        hidden[place] |= any(group in given.get(one, ()) for one in shutting)
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


def not_shown(
    rows: pd.DataFrame,
    cells: pd.DataFrame,
    threshold: int,
    *,
    opened_by: Mapping[str, str] | None = None,
    sums: Mapping[str, Sequence[str]] | None = None,
    zero: bool = False,
) -> dict[str, set[Key]]:
    """Say which items and years are shown neither in all nor by which characteristic.

    Parameters
    ----------
    rows
        A tally by the column ``cell``: those who are alike in every characteristic.
    cells
        By ``cell``, the characteristics: what is published is split by one of them at a time.
    sums
        By item, answers whose sum is published, too: those that stand for a scale.
    threshold, opened_by, zero
        As `protect` has them.

    Returns
    -------
    dict
        By characteristic, and for the total under `TOTAL`, the items and years not shown.

    Notes
    -----
    What is small is withheld as in `protect`. Besides, so that a reader who knows this rule, and
    who answered what, cannot work backwards:

    - a base, a total, or a sum of answers, that is the threshold itself is not split further: that
      its parts are withheld would tell that neither holds all of it;
    - a total is withheld where a group has all but a few of its respondents, and may have a small
      count that the total would tell to within the few;
    - a characteristic is shown beside one that is not only where it leaves the number of each
      withheld group more than threshold values, or all that it could have had, and leaves more
      than one number that may be small;
    - where two characteristics have a group, or groups together, that differ by fewer respondents
      than the threshold, only the first is shown: one table less the other is their answers.
    """
    opened_by, sums = opened_by or {}, sums or {}
    names = [str(name) for name in cells]
    onehot = {name: pd.get_dummies(cells[name]).to_numpy(np.int64) for name in names}
    shut: dict[str, set[Key]] = {name: set() for name in (TOTAL, *names)}
    leaves: dict[tuple[str, str], set[Key]] = {pair: set() for pair in permutations(names, 2)}
    alike: dict[tuple[str, str], set[Key]] = {pair: set() for pair in combinations(names, 2)}
    keys: list[Key] = []
    parts: Iterable[tuple[Any, pd.DataFrame]] = rows.groupby(["item", "year"], sort=False)
    for (item, year), part in parts:
        keys.append((item, year))
        yes = part["yes"].to_numpy(np.int64).reshape(len(cells), -1)
        base = part["base"].to_numpy(np.int64).reshape(len(cells), -1)[:, 0]
        kept = yes.shape[1]
        if item in sums:
            summed = part["answer"].isin(sums[item]).to_numpy().reshape(len(cells), -1)
            yes = np.column_stack([yes, (yes * summed).sum(axis=1)])
        counts = np.stack([yes, base[:, None] - yes], axis=2)
        whole = np.ones((len(cells), 1), np.int64)
        for name, member in {TOTAL: whole, **onehot}.items():
            here, size = np.tensordot(member, counts, (0, 0)), base @ member
            bad = _small(here, threshold).any()
            if item != RESPONDENTS:
                bad |= zero and (here[size > 0] == 0).any()
                bad |= (size == threshold).any() or (here[:, kept:] == threshold).any()
                bad |= name != TOTAL and (counts.sum(axis=0) == threshold).any()
            if bad:
                shut[name].add((item, year))
        if item == RESPONDENTS:
            continue
        some = counts.sum(axis=0)[None, counts.sum(axis=0).min(axis=1) > 0]
        for size in chain.from_iterable(base @ member for member in onehot.values()):
            ends = np.array([[size, base.sum() - size]])
            if 0 < ends[0, 1] <= threshold and narrow(some, ends, threshold)[0]:
                shut[TOTAL].add((item, year))
        for first, second in leaves:
            here = np.tensordot(onehot[first], counts, (0, 0))
            both = onehot[first].T @ (base[:, None] * onehot[second])
            if narrow(here, both, threshold).any():
                leaves[first, second].add((item, year))
            if (first, second) in alike and differ_by_few(both, threshold):
                alike[first, second].add((item, year))
    for name in names:
        shut[name] |= shut[TOTAL]
    _close(shut, keys, leaves, opened_by)
    alone: set[Key] = set()
    for key in keys:
        shown = [name for name in names if key not in shut[name]]
        if any(key in alike[pair] for pair in combinations(shown, 2)):
            alone.add(key)
            for name in shown[1:]:
                shut[name].add(key)
    _close(shut, keys, leaves, opened_by, alone)
    return shut


def _close(
    shut: dict[str, set[Key]],
    keys: Sequence[Key],
    leaves: Mapping[tuple[str, str], set[Key]],
    opened_by: Mapping[str, str],
    alone: Collection[Key] = (),
) -> None:
    """Withhold what is opened by what is withheld, and what is no safe company for it.

    Of those shown alone, beside what differs from them by few, that has been decided.
    """
    names, before = [name for name in shut if name != TOTAL], -1
    while before != (before := sum(map(len, shut.values()))):
        for name in shut:
            shut[name] = _opened(shut[name], keys, opened_by)
        for key in keys:
            without = [name for name in names if key in shut[name]]
            if not without or key in alone:
                continue
            safe = [
                name
                for name in names
                if key not in shut[name]
                and not any(key in leaves[name, other] for other in without)
            ]
            for name in names:
                if name not in safe[:1]:
                    shut[name].add(key)


def narrow(counts: Ints, both: Ints, threshold: int) -> Flags:
    """Say of which groups of another kind groups that are shown leave too few values.

    Parameters
    ----------
    counts
        By group shown, answer, and whether it is that answer or any other.
    both
        How many of a group shown are of a group of the other kind.

    Returns
    -------
    ndarray
        By group of the other kind, whether an answer to it is told, or may be small and has no more
        values than the threshold, though more were possible, or alone may be small. A group that
        is one shown is not.
    """
    size, answered = both.sum(axis=0), both.sum(axis=1, keepdims=True)
    free = np.minimum(both, answered - both)[:, None, :]
    left = np.minimum(free, counts.min(axis=2)[:, :, None]).sum(axis=0)
    least = np.maximum(0, counts[..., None] - (answered - both)[:, None, None, :]).sum(axis=0)
    may = (least < threshold) & (size > 0)
    alone = may.any(axis=1) & (may.sum() == 1)  # then it must be what is withheld for
    few = (left < np.minimum(size, threshold + 1)) & (least.min(axis=1) < threshold)
    same = ((both == size) & (both == answered)).any(axis=0)
    return np.asarray(((few | alone | (left == 0)) & (size > 0)).any(axis=0) & ~same)


def differ_by_few(both: Ints, threshold: int) -> bool:
    """Whether groups of one kind together are almost, but not quite, groups of another."""
    both = both if both.shape[1] <= both.shape[0] else both.T
    number = both.shape[1]
    sets = list(product((0, 1), repeat=number)) if number <= MANY else np.eye(number, dtype=int)
    inside = both @ np.asarray(sets, np.int64).T
    differ = np.minimum(inside, both.sum(axis=1, keepdims=True) - inside).sum(axis=0)
    return bool(_small(differ, threshold).any())


def _small(counts: Ints, threshold: int) -> Flags:
    return (counts > 0) & (counts < threshold)


def _opened(shut: set[Key], keys: Iterable[Key], opened_by: Mapping[str, str]) -> set[Key]:
    """Return what is shut, with all that it opens."""
    return {key for key in keys if any(one in shut for one in _openers(key, opened_by))}


def _openers(key: Key, opened_by: Mapping[str, str]) -> Iterator[Key]:
    """An item and year, what opens it, what opens that, and so on."""
    item, year = key
    while True:
        yield item, year
        if item not in opened_by:
            return
        item = opened_by[item]
