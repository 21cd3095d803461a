"""Time the drawing of many panels beside a loop over single ones, in the same run.

Run it from the root: ``python benchmarks/bench_panel.py``.
"""

from __future__ import annotations

from time import perf_counter

import numpy as np

from csm_lib.collection import open_collection
from csm_lib.panel import PERSISTENCE, draw_answers
from csm_lib.recovery import targets

PANELS = 10_000
IN_LOOP = 100  # the loop is slow, so it is timed on a part and scaled up


def main() -> None:
    """Draw the panels both ways and print what each took."""
    collection = open_collection()
    assert collection.published is not None
    wanted = targets(collection.published, collection.codebook)
    columns = len(wanted.drop_duplicates(["item", "year"]))

    def seconds(panels: int, times: int) -> float:
        rng = np.random.default_rng(1)
        start = perf_counter()
        for _ in range(times):
            draw_answers(
                wanted,
                collection.codebook,
                collection.size,
                persistence=PERSISTENCE,
                rng=rng,
                panels=panels,
            )
        return perf_counter() - start

    together = min(seconds(PANELS, 1) for _ in range(3))
    loop = seconds(1, IN_LOOP) * PANELS / IN_LOOP
    print(f"{PANELS:,} panels of {collection.size} authorities x {columns} item-years")
    print(f"loop over panels      {loop:8.2f} s")
    print(f"draw_answers, at once {together:8.2f} s  {loop / together:8.0f} times")


if __name__ == "__main__":
    main()
