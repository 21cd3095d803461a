"""The bounds for every pair of totals of 150 authorities, and one exact test of swapped years.

Each beside the obvious alternative: a loop over `mcnemar` of statsmodels, at both ends of every
range; and swapping years at random.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from measuring import Row, timed
from statsmodels.stats.contingency_tables import mcnemar

from csm_lib.inference import change_range, year_swap

AUTHORITIES = 150
IN_LOOP = 1_000  # the loop is slow, so it is timed on a part and scaled up
SWAPS = 10_000  # at random: p to about two digits


def loop(yes_1: list[int], yes_2: list[int]) -> list[tuple[float, float]]:
    """Return the lowest and highest exact p of each pair of totals, one table at a time."""
    ranges = []
    for before, after in zip(yes_1, yes_2, strict=True):
        ends = []
        for losers in (max(before - after, 0), min(before, AUTHORITIES - after)):
            gainers = after - before + losers
            table = [[before - losers, losers], [gainers, AUTHORITIES - before - gainers]]
            ends.append(mcnemar(table, exact=True).pvalue)
        ranges.append((ends[0], ends[1]))
    return ranges


def swap_at_random(net: np.ndarray, rng: np.random.Generator) -> float:
    """Return p of the year-swap test from many random swaps."""
    signs = rng.choice([-1, 1], size=(SWAPS, len(net)))
    return float((np.abs(signs @ net) >= abs(net.sum())).mean())


def rows() -> Iterator[Row]:
    """Measure each with its alternative, which must agree."""
    totals = np.arange(AUTHORITIES + 1)
    yes_1, yes_2 = (grid.ravel() for grid in np.meshgrid(totals, totals))

    def bounds() -> pd.DataFrame:
        return change_range(yes_1, AUTHORITIES, yes_2, AUTHORITIES, authorities=AUTHORITIES)

    some = np.random.default_rng(150).choice(len(yes_1), IN_LOOP, replace=False)
    pairs = yes_1[some].tolist(), yes_2[some].tolist()
    found = bounds().loc[some, ["exact_low", "exact_high"]].to_numpy()
    if not np.allclose(found, loop(*pairs), rtol=1e-10, atol=0):
        raise SystemExit("The loop and the bounds disagree: the times mean nothing.")
    looped = timed(lambda: loop(*pairs), repeats=3).times(len(yes_1) / IN_LOOP)
    what = f"bounds of p, {len(yes_1):,} pairs of totals"
    yield Row(what, timed(bounds), "loop over mcnemar", looped)

    rng = np.random.default_rng(74)
    net = rng.integers(-11, 12, 74) - 1
    if abs(year_swap(net) - swap_at_random(net, rng)) > 0.03:
        raise SystemExit("Swapping at random and the exact test disagree.")
    at_random = timed(lambda: swap_at_random(net, rng))
    exact = timed(lambda: year_swap(net), repeats=20)
    yield Row("one exact test of swapped years", exact, f"{SWAPS:,} swaps at random", at_random)
