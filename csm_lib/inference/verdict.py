"""What a range of p-values says at a named level: always, never, or it depends."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

Verdict = Literal["always", "never", "depends"]
"""Is p at or below the level whatever happened, in no case, or in some cases and not in others?"""
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

# Two numbers this close, relatively, are taken for a tie, so that none hangs on the last bit.
TIE = 1e-9


def verdicts(p_low: Any, p_high: Any, level: float) -> npt.NDArray[np.str_]:
    """Return the verdict for each range of p-values; p at the level counts as below it."""
    limit = checked_level(level) * (1 + TIE)
    below = [np.asarray(p_high) <= limit, np.asarray(p_low) > limit]
    return np.select(below, VERDICTS[:2], VERDICTS[2])


def checked_level(level: float) -> float:
    """Return a level (of a test or an interval), refusing all but a number between 0 and 1."""
    if isinstance(level, bool) or not isinstance(level, int | float | np.floating):
        raise TypeError(f"level must be a number between 0 and 1; got {level!r}.")
    if not 0 < level < 1:
        raise ValueError(
            f"level must be between 0 and 1, such as 0.05 or 0.95; got {level!r}. "
            "Divide a percentage by 100."
        )
    return float(level)
