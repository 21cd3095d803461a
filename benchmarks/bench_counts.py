"""The recovery of counts behind a million percentages: closed form against a Python loop."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from measuring import Row, timed

from csm_lib.counts import count_range

FIGURES = 1_000_000
IN_LOOP = 50_000  # the loop is slow, so it is timed on a part and scaled up


def loop(printed: list[int], bases: list[int]) -> list[tuple[int, int]]:
    """Return the lowest and highest count of each figure, one at a time."""
    ranges = []
    for p, n in zip(printed, bases, strict=True):
        low = -((1 - 2 * p) * n // 200)
        high = ((2 * p + 1) * n - 1) // 200
        ranges.append((max(low, 0), min(high, n)))
    return ranges


def rows() -> Iterator[Row]:
    """Measure both ways, which must agree."""
    rng = np.random.default_rng(74)
    printed = rng.integers(0, 101, FIGURES)
    bases = rng.integers(1, 2_000, FIGURES)
    some = printed[:IN_LOOP].tolist(), bases[:IN_LOOP].tolist()

    low, high = count_range(printed[:IN_LOOP], bases[:IN_LOOP])
    if loop(*some) != list(zip(low.tolist(), high.tolist(), strict=True)):
        raise SystemExit("The loop and the closed form disagree: the times mean nothing.")

    looped = timed(lambda: loop(*some)).times(FIGURES / IN_LOOP)
    what = f"counts behind {FIGURES:,} percentages"
    yield Row(what, timed(lambda: count_range(printed, bases)), "Python loop", looped)
