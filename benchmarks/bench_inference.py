"""Time the bounds for every pair of totals of 150 authorities, and of other things drawn in bulk.

Each beside the obvious alternative, in the same run: a loop over `mcnemar` of statsmodels, at
both ends of every range; and swapping years at random. Run it from the root:
``python benchmarks/bench_inference.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import numpy as np
import pandas as pd
from statsmodels.stats.contingency_tables import mcnemar

from csm_lib.inference import change_range, interval_range, year_swap, year_swap_range

AUTHORITIES = 150
IN_LOOP = 1_000  # the loop is slow, so it is timed on a part and scaled up
SWAPS = 10_000  # at random: p to about two digits
AREAS_2008 = [67, 66, 55, 50, 47, 43, 39, 35, 30, 14, 19]
AREAS_2009 = [62, 61, 55, 49, 42, 37, 36, 34, 27, 16, 12]


def seconds(task: Callable[[], object], *, repeats: int) -> float:
    """Return the shortest time of several runs."""
    times = []
    for _ in range(repeats):
        start = perf_counter()
        task()
        times.append(perf_counter() - start)
    return min(times)


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


def main() -> None:
    """Print all times, and how many times faster than its alternative each is."""
    totals = np.arange(AUTHORITIES + 1)
    yes_1, yes_2 = (grid.ravel() for grid in np.meshgrid(totals, totals))

    def bounds() -> pd.DataFrame:
        return change_range(yes_1, AUTHORITIES, yes_2, AUTHORITIES, authorities=AUTHORITIES)

    some = np.random.default_rng(150).choice(len(yes_1), IN_LOOP, replace=False)
    pairs = yes_1[some].tolist(), yes_2[some].tolist()
    found = bounds().loc[some, ["exact_low", "exact_high"]].to_numpy()
    if not np.allclose(found, loop(*pairs), rtol=1e-10, atol=0):
        raise SystemExit("The loop and the bounds disagree: the times mean nothing.")
    looped = seconds(lambda: loop(*pairs), repeats=3) * len(yes_1) / IN_LOOP
    print(f"{len(yes_1):,} pairs of totals of {AUTHORITIES}: bounds of p")
    print(f"loop over statsmodels' mcnemar (exact p) {1e3 * looped:9.1f} ms")
    for name, task in (
        ("change_range (exact, mid p, verdict)", bounds),
        (
            "interval_range (Newcombe)",
            lambda: interval_range(yes_1, AUTHORITIES, yes_2, AUTHORITIES, authorities=AUTHORITIES),
        ),
    ):
        time = seconds(task, repeats=7)
        print(f"{name:<40} {1e3 * time:9.1f} ms   {looped / time:7.0f} times")

    rng = np.random.default_rng(74)
    net = rng.integers(-11, 12, 74) - 1
    exact, sampled = year_swap(net), swap_at_random(net, rng)
    if abs(exact - sampled) > 0.03:
        raise SystemExit("Swapping at random and the exact test disagree.")
    at_random = seconds(lambda: swap_at_random(net, rng), repeats=5)
    time = seconds(lambda: year_swap(net), repeats=20)
    print("\nOne year-swap test: 74 authorities, 11 items")
    print(f"{SWAPS:,} swaps at random                  {1e3 * at_random:9.1f} ms")
    print(f"{'year_swap (exact)':<40} {1e3 * time:9.1f} ms   {at_random / time:7.0f} times")
    time = seconds(
        lambda: year_swap_range(AREAS_2008, 74, AREAS_2009, 74, authorities=74), repeats=3
    )
    print(f"{'year_swap_range (over all panels)':<40} {1e3 * time:9.1f} ms")


if __name__ == "__main__":
    main()
