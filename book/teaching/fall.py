"""The numbers of the lesson *fall*, by the names that fall.md calls them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import csm_lib as csm
from csm_lib import inference
from csm_lib.counts import points_change, rounded_percent
from csm_lib.lesson import EXAMPLE

if TYPE_CHECKING:
    from random import Random

    import pandas as pd

    from csm_lib.collection import Collection

SIDES = ["from_yes", "from_base", "to_yes", "to_base"]

TOLD = [
    "commissioning.camhs",
    "commissioning.targeted_youth_support",
    "commissioning.public_health",
    "commissioning.maternity",
]
"""The services of which the story tells how many can have stopped."""


def numbers(trusts: Collection, rng: Random) -> dict[str, Any]:
    """Return what the words of the lesson may name."""
    agencies = allowed(trusts, "statutory_agencies")
    services = allowed(trusts, "commissioning_areas")
    low, high = services["losers_low"], services["losers_high"]
    fewest, most = inference.losers_of_at_least(1, low, high, trusts.size)
    everyone = trusts.population or trusts.size
    most_stopped = top(services, low)  # an exercise tells how many
    untold = services[~services["item"].isin([*TOLD, most_stopped["item"]]) & (low > 0)]
    shown = (untold["from_yes"] == untold["losers_high"]) | (
        untold["to_yes"] == untold["losers_high"]
    )
    only, stopped, asked = rng.sample(list(untold.loc[~shown, "item"]), 3)
    undone = rng.choice([item for item in untold["item"] if item not in (only, stopped, asked)])
    return {
        "size": trusts.size,
        "everyone": everyone,
        "silent": everyone - trusts.size,
        "only": of_item(services, only),
        "undone": of_item(services, undone),
        "stopped": of_item(services, stopped),
        "asked": of_item(services, asked),
        "moved": rng.choice(rounded_apart(trusts)),
        "joined_most": top(agencies, agencies["gainers_low"]),
        "need_not_have_joined": agencies.loc[agencies["gainers_low"] == 0, "label"].tolist(),
        "must_have_left": agencies.loc[agencies["losers_low"] > 0, "label"].tolist(),
        "least_clear": top(agencies, agencies["losers_high"] - agencies["losers_low"]),
        "some": {"fewest": fewest, "most": most},
        "most_stopped": most_stopped,
        "services": len(services),
        "same": of_item(services, services.loc[services["direction"] == 0, "item"].iloc[0]),
        "clubs": clubs(rng),
        "elsewhere": elsewhere(rng),
    }


def allowed(trusts: Collection, section: str) -> pd.DataFrame:
    """Return what the totals of a section's items allow: one row an item asked in both years."""
    return inference.comparisons(csm.changes(trusts.tally(section)), authorities=trusts.size)


def of_item(rows: pd.DataFrame, item: str) -> dict[str, Any]:
    """Return what the totals of an item allow, and its net fall."""
    (row,) = rows[rows["item"] == item].to_dict("records")
    return row | {"net": row["from_yes"] - row["to_yes"], "without": row["to_base"] - row["to_yes"]}


def rounded_apart(trusts: Collection) -> list[dict[str, Any]]:
    """Return the changes on the Board that differ from those of the rounded percentages.

    Those of which two usual mistakes would give the same number are left out.
    """
    sections = ["statutory_agencies", "other_agencies", "children_and_families"]
    board = [item for item in trusts.items(sections) if item.startswith("board.")]
    found = []
    for row in csm.changes(trusts.tally(board)).to_dict("records"):
        before, base_1, after, base_2 = (int(row[side]) for side in SIDES)
        shares = rounded_percent(after, base_2), rounded_percent(before, base_1)
        exact = 100 * (after / base_2 - before / base_1)
        one = {
            "points": points_change(before, base_1, after, base_2),
            "rounded": shares[0] - shares[1],
            "per_cent": round(exact / (before / base_1)),
            "net": after - before,
        }
        if one["points"] != one["rounded"] and len({*one.values()}) == len(one):
            found.append(row | one | {"exact": exact})
    return found


def clubs(rng: Random) -> dict[str, int]:
    """Return what two questions of the quiz suppose of some schools and their clubs."""
    stopped, net, size = rng.randint(12, 20), rng.randint(2, 5), 2 * rng.randint(20, 30)
    return {
        "stopped": stopped,
        "began": stopped - net,
        "net": net,
        "moved": 2 * stopped - net,
        "size": size,
        "all": 2 * size + net,
        "silent": size + net,
        "half": size // 2,
        "few": net + 3,
    }


def elsewhere(rng: Random) -> dict[str, Any]:
    """Return how many stopped and began between two waves of the second collection, of one item.

    One of which more stopped than began, and some began: neither is then the net change.
    """
    boards = csm.open_collection(EXAMPLE)
    items, found = boards.items("pooled"), []
    for first, last in pairwise(boards.years):
        before, after = (
            boards.returns[boards.returns["year"] == year].set_index("authority")[items]
            for year in (first, last)
        )
        moved = inference.paired(*before.align(after, join="inner"))
        moved = moved.query("losers > gainers > 0").assign(first=first, last=last)
        found += moved.rename_axis("item").reset_index().to_dict("records")
    one = rng.choice(found)
    most = min(one["losers"] + one["stayed_yes"], one["losers"] + one["stayed_no"])
    return one | {"label": boards.codebook[one["item"]].label, "most": most}


def top(rows: pd.DataFrame, by: pd.Series[Any]) -> dict[str, Any]:
    """Return the first row at which a column is largest."""
    return {str(name): value for name, value in rows.loc[by.idxmax()].items()}
