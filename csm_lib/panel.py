"""Drawing panels: respondent-level returns that reproduce every published figure.

A published figure is a column total: so many of those who answered said yes. Every way to spread
that total over the authorities is consistent with the paper, and a panel is one of them. Drawn
uniformly, the two years know nothing of each other. `persistence` is the odds ratio with which an
authority that gave an answer in one year gives it again in the next (Fisher's noncentral
hypergeometric distribution); 1 is uniform, given who was asked. Nothing in print identifies it.
Who answers at all does not persist. `book/methods.md` says what is drawn independently of what.

All chance comes from one stream of uniform numbers (PCG64), turned into choices here and not by a
library's samplers, so that a seed gives the same panel with every version of numpy and scipy.
"""

from __future__ import annotations

import bisect
import itertools
import math
import operator
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from csm_lib.counts import Ints
from csm_lib.errors import PublishedError
from csm_lib.published import CHARACTERISTICS, by_item_and_year, stated_sample
from csm_lib.recovery import recover, sample_list, targets

if TYPE_CHECKING:
    from csm_lib.codebook import Codebook, Item

SEED = 2013
PERSISTENCE = 20.0
"""What the shipped panel is drawn with: high, as the collection carried answers forward."""

Mask = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]


def draw(
    published: pd.DataFrame,
    codebook: Codebook,
    frame: pd.DataFrame,
    *,
    persistence: float = PERSISTENCE,
    seed: int = SEED,
) -> pd.DataFrame:
    """Draw one panel that reproduces every published figure that has a possible count.

    Returns
    -------
    DataFrame
        Returns, as `csm_lib.returns.read_returns` gives them: one row an authority in a year.
        Authorities are numbered (``A01``...): a drawn authority is nobody in particular.

    Raises
    ------
    PublishedError
        The published figures cannot hold together, or say nothing of regions and types.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    recovered, size = recover(published, codebook, frame), stated_sample(published)
    regions, types = (_margin(recovered, name) for name in CHARACTERISTICS)
    places = draw_places(sample_list(published, frame), regions, types, rng)
    wanted = targets(recovered, codebook)
    answers = draw_answers(wanted, codebook, size, persistence=persistence, rng=rng)
    silence = np.full((1, size), -1, dtype=np.int8)
    authority = [f"A{number + 1:0{len(str(size))}d}" for number in range(size)]
    waves = []
    for year in sorted(wanted["year"].unique().tolist()):
        columns: dict[str, object] = {"authority": authority, "year": year, **places}
        for name, item in codebook.items():
            columns[name] = _column(answers.get((name, year), silence)[0], item)
        waves.append(pd.DataFrame(columns))
    return pd.concat(waves).sort_values(["authority", "year"], ignore_index=True)


def draw_answers(
    wanted: pd.DataFrame,
    codebook: Codebook,
    size: int,
    *,
    persistence: float,
    rng: np.random.Generator,
    panels: int = 1,
) -> dict[tuple[str, int], Codes]:
    """Draw the answers of many panels at once.

    Parameters
    ----------
    wanted
        The totals to reproduce, as `csm_lib.recovery.targets` gives them. Where they cannot hold
        together, as with more answers than authorities asked, a PublishedError says so.
    size, panels
        How many authorities, and how many panels.
    rng
        Where the chance comes from; only its `random` is used.

    Returns
    -------
    dict
        For each item and year an array, panels by authorities, of the answer's place among
        `Item.answers`; -1 where nothing is answered (not asked, or no answer).
    """
    if not 0 < persistence < math.inf:
        raise ValueError(
            f"persistence is {persistence}. It is an odds ratio: give a number above 0, 1 for none."
        )
    drawn: dict[tuple[str, int], Codes] = {}
    batteries: dict[tuple[tuple[str, ...], int], Mask] = {}
    silence = np.full((panels, size), -1, dtype=np.int8)
    nobody = silence >= 0
    for name, year, rows in _openers_first(wanted, codebook):
        item, place, base = codebook[name], f"{name}, {year}", int(rows["of"].iloc[0])
        battery = codebook.battery(name)
        if (battery, year) not in batteries:
            asked, opener = ~nobody, item.asked_if or ""
            # a battery left out whoever lacked it in either year; one item, that year alone
            held = codebook[opener].held if opener and len(battery) > 1 else (year,)
            for one in held if opener else ():
                if (opener, one) not in drawn:
                    raise PublishedError(
                        f"{place}: is opened by {opener!r}, of which no share of {one} is "
                        "published. Add it."
                    )
                asked &= drawn[opener, one] == 0
            batteries[battery, year] = _choose(asked, base, nobody, 1.0, rng, place)
        left = batteries[battery, year]
        if (found := int(left[0].sum())) != base:
            raise PublishedError(
                f"{place}: its base is {base}, but others of its battery rest on {found}. "
                "Give all of a battery one block."
            )
        code, order = silence.copy(), list(item.answers)
        before = drawn.get((name, max((y for y in item.held if y < year), default=0)), silence)
        for answer, count in zip(rows["answer"], rows["count"].tolist(), strict=True):
            at = order.index(answer)
            chosen = _choose(left, count, before == at, persistence, rng, place)
            code[chosen] = at
            left = left & ~chosen
        rest = [at for at, answer in enumerate(order) if answer not in set(rows["answer"])]
        if left.any() and len(rest) != 1:
            raise PublishedError(
                f"{place}: the answers add up to {rows['count'].sum()} of {base}. "
                "Correct a count or the base."
            )
        code[left] = rest[0] if rest else -1
        drawn[name, year] = code
    return drawn


def draw_places(
    listed: pd.DataFrame,
    regions: Mapping[str, int],
    types: Mapping[str, int],
    rng: np.random.Generator,
) -> dict[str, list[str]]:
    """Draw a region and a type for each authority: ``region`` and ``authority_type``.

    Each region and each type gets its number of authorities, and no cell more than the list has.
    Every set of authorities of the list with these margins is equally likely. Where there is none
    a PublishedError says so.
    """
    cells = listed.pivot_table("authorities", "region", ["authority_type"], "sum", 0)
    limits = cells.reindex(index=list(regions), columns=list(types), fill_value=0)
    rows = list(zip(regions.values(), limits.to_numpy().tolist(), strict=True))

    @cache
    def splits(row: int, left: tuple[int, ...]) -> dict[tuple[int, ...], int]:
        """The ways to fill a region by type, and how many sets of authorities begin with each."""
        total, most = rows[row]
        ways = itertools.product(*(range(min(pair) + 1) for pair in zip(most, left, strict=True)))
        return {
            way: math.prod(map(math.comb, most, way)) * sets(row + 1, _less(left, way))
            for way in ways
            if sum(way) == total
        }

    def sets(row: int, left: tuple[int, ...]) -> int:
        return sum(splits(row, left).values()) if row < len(rows) else not any(left)

    left = tuple(types.values())
    if not sets(0, left):
        raise PublishedError(
            "No choice of authorities gives these numbers by region and by type at once. "
            "Check the shares of regions and types, and the frame."
        )
    places: dict[str, list[str]] = {"region": [], "authority_type": []}
    for row, region in enumerate(regions):
        ways = splits(row, left)
        totals = list(itertools.accumulate(ways.values()))
        way = list(ways)[bisect.bisect_right(totals, rng.random() * totals[-1])]
        left = _less(left, way)
        places["region"] += [region] * sum(way)
        places["authority_type"] += np.repeat(list(types), way).tolist()
    return places


def _less(left: tuple[int, ...], taken: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(map(operator.sub, left, taken))


def draw_net_changes(
    before: npt.ArrayLike,
    after: npt.ArrayLike,
    authorities: int,
    *,
    persistence: float,
    concentration: float,
    rng: np.random.Generator,
    panels: int,
) -> npt.NDArray[np.int64]:
    """Draw how many items of a battery each authority gained less how many it lost.

    `before` and `after` are how many had each item, when every authority answered. How many keep
    one follows `persistence`, as in `draw_answers`; who loses or gains it, a score of each
    authority on the item: the highest lose it, the lowest gain it. The scores of an authority
    share one factor, with which each is correlated by `concentration`: 0 is each item for itself,
    1 one ranking for all items. One row is a panel with the totals given, one column an authority.
    """
    from scipy.stats import nchypergeom_fisher

    first, last = np.asarray(before), np.asarray(after)
    kept = nchypergeom_fisher.rvs(
        authorities, first, last, persistence, size=(panels, len(first)), random_state=rng
    )
    lost, gained = (first - kept)[..., None], (last - kept)[..., None]
    factor = rng.standard_normal((panels, 1, authorities))
    own = rng.standard_normal((panels, len(first), authorities))
    score = concentration * factor + math.sqrt(1 - concentration**2) * own
    rank = score.argsort(axis=-1).argsort(axis=-1)
    net = (rank < gained).astype(np.int64) - (rank >= authorities - lost)
    whole: npt.NDArray[np.int64] = net.sum(axis=1)
    return whole


def falls_by_chance(
    wanted: pd.DataFrame,
    codebook: Codebook,
    size: int,
    *,
    persistence: float,
    rng: np.random.Generator,
    panels: int,
) -> pd.DataFrame:
    """Return by how many authorities each item falls in drawn panels with nothing going on.

    A coin decides for every authority which of its two years came first, so that no real trend is
    left. What is wanted is of yes/no items asked in the first and in the last year, else all is as
    for `draw_answers`. One row is a panel, one column an item; a rise is below 0.
    """
    drawn = draw_answers(wanted, codebook, size, persistence=persistence, rng=rng, panels=panels)
    coin = np.where(rng.random((panels, size)) < 0.5, 1, -1)
    first, last = wanted["year"].min(), wanted["year"].max()
    falls = {}
    for item in dict.fromkeys(wanted["item"]):
        before, after = drawn[item, first], drawn[item, last]  # 0 is yes, 1 is no, -1 no answer
        moved = np.where((before < 0) | (after < 0), 0, after - before)
        falls[item] = (coin * moved).sum(axis=1)
    return pd.DataFrame(falls)


def _choose(
    eligible: Mask, count: int, same: Mask, odds: float, rng: np.random.Generator, place: str
) -> Mask:
    """Choose `count` of the eligible in each panel; those marked `same` at the given odds."""
    available = eligible.sum(axis=1)
    if (available < count).any():
        raise PublishedError(
            f"{place}: {count} answers are to be drawn from {available.min()} authorities. "
            "Correct the count, or the figure it is a part of."
        )
    if count == 0:
        return np.zeros_like(eligible)
    if (available == count).all():
        return eligible
    favoured = eligible & same if odds != 1 else np.zeros_like(eligible)
    marked = favoured.sum(axis=1)
    again = _overlaps(available, marked, count, odds, rng)
    # the favoured are sorted before the others, and these before whoever may not be chosen
    keys = rng.random(eligible.shape)
    keys += ~favoured
    keys += ~eligible
    ranked = np.pad(np.sort(keys, axis=1), ((0, 0), (1, 0)), constant_values=-1)
    panels = np.arange(len(keys))
    last_favoured = ranked[panels, again][:, None]
    last_other = ranked[panels, marked + count - again][:, None]
    chosen: Mask = (keys <= last_favoured) | ((keys >= 1) & (keys <= last_other))
    return chosen


def _overlaps(
    available: Ints, marked: Ints, count: int, odds: float, rng: np.random.Generator
) -> Ints:
    """Draw for each panel how many of the `count` chosen are among the marked."""
    overlaps = np.zeros_like(marked)
    if not marked.any():
        return overlaps
    uniform = rng.random(len(available))
    for total, favoured in set(zip(available.tolist(), marked.tolist(), strict=True)):
        at = (available == total) & (marked == favoured)
        lowest, chances = overlap_law(total, favoured, count, odds)
        place = np.searchsorted(chances.cumsum(), uniform[at], side="right")
        overlaps[at] = lowest + np.minimum(place, len(chances) - 1)
    return overlaps


def overlap_law(
    total: int, marked: int, count: int, odds: float
) -> tuple[int, npt.NDArray[np.float64]]:
    """Return the fewest of `count` drawn that can be marked, and Fisher's law from there on."""
    lowest, highest = max(0, marked + count - total), min(marked, count)
    k = np.arange(lowest, highest, dtype=np.float64)
    rise = odds * (marked - k) * (count - k) / ((k + 1) * (total - marked - count + k + 1))
    logs = np.concatenate([[0.0], np.log(rise).cumsum()])
    weights = np.exp(logs - logs.max())
    return lowest, weights / weights.sum()


def _openers_first(wanted: pd.DataFrame, codebook: Codebook) -> list[tuple[str, int, pd.DataFrame]]:
    """Return the totals by item and year: openers before what they open, then by year."""

    def place(one: tuple[str, int, pd.DataFrame]) -> tuple[int, int, int]:
        opener, depth = codebook[one[0]].asked_if, 0
        while opener is not None:
            opener, depth = codebook[opener].asked_if, depth + 1
        return depth, list(codebook).index(one[0]), one[1]

    return sorted(by_item_and_year(wanted), key=place)


def _margin(recovered: pd.DataFrame, characteristic: str) -> dict[str, int]:
    """How many authorities of each region or of each type answered."""
    rows = recovered[(recovered["item"] == characteristic) & (recovered["statistic"] == "share")]
    unknown = ", ".join(rows.loc[rows["count"].isna(), "figure"])
    if unknown or rows.empty:
        raise PublishedError(
            "The authorities cannot be placed: no count is known behind "
            f"{unknown or 'any share by ' + characteristic}. Correct or add the figures."
        )
    return dict(zip(rows["answer"], rows["count"].tolist(), strict=True))


def _column(codes: Codes, item: Item) -> pd.Series:
    """Return the answers of a panel as a column of returns."""
    if item.response == "yes_no":
        return pd.Series(codes == 0, dtype="boolean").mask(codes < 0)
    return pd.Series(np.array([*item.answers, None], dtype=object)[codes], dtype="str")
