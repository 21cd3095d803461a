"""The statements of the paper, each decided by a small function from the returns.

`claims.csv` names the function that decides each statement. They stand in `board`, `duty`, `jsna`,
`commissioning` and `sample`. Where the returns cannot hold an answer the published figures decide,
or the verdict says what is missing. "Most" and "high" are more than half, "low" is fewer. What
totals of two years bear of a change stands in `change`.
"""

from __future__ import annotations

from csm_lib.claims import board, change, commissioning, duty, jsna, sample
from csm_lib.claims.ruling import (
    CHECKS,
    DISAGREES,
    PASSED,
    POSSIBLE,
    UNCHECKED,
    VERDICTS,
    Ruling,
    Verdict,
    decide,
    read_claims,
)

__all__ = [
    "CHECKS",
    "DISAGREES",
    "PASSED",
    "POSSIBLE",
    "UNCHECKED",
    "VERDICTS",
    "Ruling",
    "Verdict",
    "board",
    "change",
    "commissioning",
    "decide",
    "duty",
    "jsna",
    "read_claims",
    "sample",
]
