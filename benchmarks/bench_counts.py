"""Time the recovery of counts behind a million percentages: closed form against a Python loop.

Run it from the root: ``python benchmarks/bench_counts.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import numpy as np

from csm_lib.counts import count_range

FIGURES = 1_000_000
IN_LOOP = 50_000  # the loop is slow, so it is timed on a part and scaled up


def seconds(task: Callable[[], object], *, repeats: int) -> float:
    """Return the shortest time of several runs."""
    times = []
    for _ in range(repeats):
        start = perf_counter()
        task()
        times.append(perf_counter() - start)
    return min(times)


def loop(printed: list[int], bases: list[int]) -> list[tuple[int, int]]:
    """Return the lowest and highest count of each figure, one at a time."""
    ranges = []
    for p, n in zip(printed, bases, strict=True):
        low = -((1 - 2 * p) * n // 200)
        high = ((2 * p + 1) * n - 1) // 200
        ranges.append((max(low, 0), min(high, n)))
    return ranges


def main() -> None:
    """Print both times and their ratio."""
    rng = np.random.default_rng(74)
    printed = rng.integers(0, 101, FIGURES)
    bases = rng.integers(1, 2_000, FIGURES)
    some = printed[:IN_LOOP].tolist(), bases[:IN_LOOP].tolist()

    low, high = count_range(printed[:IN_LOOP], bases[:IN_LOOP])
    if loop(*some) != list(zip(low.tolist(), high.tolist(), strict=True)):
        raise SystemExit("The loop and the closed form disagree: the times mean nothing.")

    looped = seconds(lambda: loop(*some), repeats=3) * FIGURES / IN_LOOP
    print(f"{FIGURES:,} percentages, lowest and highest count of each")
    closed = seconds(lambda: count_range(printed, bases), repeats=5)
    print(f"Python loop {1e3 * looped:8.1f} ms")
    print(f"count_range {1e3 * closed:8.1f} ms   {looped / closed:6.0f} times")


if __name__ == "__main__":
    main()
