"""The drawing of many panels beside a loop over single ones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from measuring import Row, timed

from csm_lib.collection import open_collection
from csm_lib.panel import PERSISTENCE, draw_answers
from csm_lib.recovery import targets

PANELS = 10_000
IN_LOOP = 100  # the loop is slow, so it is timed on a part and scaled up


def rows() -> Iterator[Row]:
    """Draw the panels both ways."""
    collection = open_collection()
    assert collection.published is not None
    codebook, size = collection.codebook, collection.size
    wanted = targets(collection.published, codebook)

    def draw(panels: int, times: int) -> None:
        rng = np.random.default_rng(1)
        for _ in range(times):
            draw_answers(
                wanted, codebook, size, persistence=PERSISTENCE, rng=rng, panels=panels
            )  # fmt: skip

    looped = timed(lambda: draw(1, IN_LOOP), repeats=3).times(PANELS / IN_LOOP)
    together = timed(lambda: draw(PANELS, 1), repeats=3)
    yield Row(f"{PANELS:,} panels of {size} authorities", together, "loop over panels", looped)
