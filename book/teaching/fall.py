"""The numbers of the lesson *fall*, by the names that fall.md calls them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import csm_lib as csm
from csm_lib import inference, words
from csm_lib.counts import points_change

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from csm_lib.collection import Collection

LEVEL = 0.05
SIDES = ["from_yes", "from_base", "to_yes", "to_base"]


def numbers(trusts: Collection) -> dict[str, Any]:
    """Return what the words of the lesson may name."""
    agencies = allowed(trusts, "statutory_agencies")
    services = allowed(trusts, "commissioning_areas")
    low, high = services["losers_low"], services["losers_high"]
    fewest, most = inference.losers_of_at_least(1, low, high, trusts.size)
    p = services["exact_low"]
    silent = (trusts.population or trusts.size) - trusts.size
    return {
        "level": LEVEL,
        "size": trusts.size,
        "everyone": trusts.size + silent,
        "silent": silent,
        "camhs": one(trusts, "commissioning.camhs"),
        "jobcentre": one(trusts, "board.jobcentre_plus"),
        "care": one(trusts, "commissioning.palliative_care"),
        "joined_most": top(agencies, agencies["gainers_low"]),
        "need_not_have_joined": agencies.loc[agencies["gainers_low"] == 0, "label"].tolist(),
        "must_have_left": agencies.loc[agencies["losers_low"] > 0, "label"].tolist(),
        "least_clear": top(agencies, agencies["losers_high"] - agencies["losers_low"]),
        "stopped": {"fewest": fewest, "most": most},
        "most_stopped": top(services, low),
        "steepest": top(services, -p),
        "services": len(services),
        "signs": inference.sign_test(services["direction"]),
        "smallest": float(p.min()),
        "holm": float(inference.holm(p, p)["holm_low"].min()),
        "alone": int((p <= LEVEL).sum()),
        "added_up": min(float(p.sum()), 1.0),
        "comparisons": len(allowed(trusts, COMPARED)),
    }


COMPARED = [
    "statutory_agencies",
    "other_agencies",
    "children_and_families",
    "jsna",
    "joint_commissioning",
    "commissioning_areas",
]
"""The sections whose items are asked of everyone and answered yes or no."""


def allowed(trusts: Collection, items: str | Sequence[str]) -> pd.DataFrame:
    """Return what the totals of some items allow: one row an item answered in both years."""
    asked = [item for item in trusts.items(items) if trusts.codebook[item].asked_if is None]
    moved = csm.changes(trusts.tally(asked))
    found = inference.change_range(
        *(moved[side] for side in SIDES), authorities=trusts.size, level=LEVEL
    )
    return moved.join(found)


def one(trusts: Collection, item: str) -> dict[str, Any]:
    """Return what the totals of an item allow, and its change in several units."""
    (row,) = allowed(trusts, [item]).to_dict("records")
    before, base_1, after, base_2 = (int(row[side]) for side in SIDES)
    exact = 100 * (after / base_2 - before / base_1)
    in_print = trusts.published
    assert in_print is not None
    printed = in_print.loc[in_print["figure"] == f"{item}.change", "value"]
    return row | {
        "net": before - after,
        "without": base_2 - after,
        "points": points_change(before, base_1, after, base_2),
        "exact": exact,
        "per_cent": round(exact / (before / base_1)),
        "printed": int(printed.iloc[0]) if len(printed) else None,
        "p": words.p_span(row["exact_low"], row["exact_high"]),
    }


def top(rows: pd.DataFrame, by: pd.Series[Any]) -> dict[str, Any]:
    """Return the first row at which a column is largest."""
    return {str(name): value for name, value in rows.loc[by.idxmax()].items()}
