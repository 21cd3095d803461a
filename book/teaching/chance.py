"""The numbers of the lesson *chance*, by the names that chance.md calls them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import csm_lib as csm
from csm_lib import inference, words
from csm_lib.lesson import EXAMPLE

if TYPE_CHECKING:
    from random import Random

    import pandas as pd

    from csm_lib.collection import Collection

LEVEL = 0.05

TOLD = ["commissioning.disability", "commissioning.palliative_care", "commissioning.maternity"]
"""The services of which the story tells the p-values."""
ADDED = "board.further_education", "board.jobcentre_plus"
"""The agencies that the Act of 2009 added."""


def numbers(trusts: Collection, rng: Random) -> dict[str, Any]:
    """Return what the words of the lesson may name."""
    services = compared(trusts, ["commissioning_areas"])
    board = compared(trusts, ["statutory_agencies", "other_agencies", "children_and_families"])
    board = board[board["item"].str.startswith("board.")]
    twins, others = twice_two(services, rng)
    known = board[~board["item"].isin(ADDED)]
    steepest = top(known, -known["exact_low"])
    alone = int((board["exact_low"] <= LEVEL).sum())
    left = inference.holm(board["exact_low"], board["exact_high"], level=LEVEL)["verdict"]
    return {
        "level": LEVEL,
        "size": trusts.size,
        "twins": twins,
        "ranged": others[0],
        "meant": others[1],
        "added": of_item(board, ADDED[0]),
        "known": len(known),
        "steepest": steepest,
        "adjusted": len(known) * steepest["exact_low"],
        "depends": labels(known[known["verdict"] == "depends"]),
        "never": labels(known[(known["verdict"] == "never") & (known["direction"] != 0)]),
        "one_story": labels(known[(known["direction"] != 0) & (known["exact_low"] == 1)]),
        "looked": looked_at(services, rng),
        "comparisons": len(services),
        "board": {
            "asked": len(board),
            "alone": alone,
            "left": int((left == "always").sum()),
            "signs": inference.sign_test(board["direction"]),
        },
        "coins": coins(rng),
        "elsewhere": elsewhere(rng),
    }


def compared(trusts: Collection, sections: list[str]) -> pd.DataFrame:
    """Return what the totals of the items of some sections allow: one row an item."""
    moved = csm.changes(trusts.tally(sections))
    return inference.comparisons(moved, authorities=trusts.size, level=LEVEL)


def of_item(rows: pd.DataFrame, item: str) -> dict[str, Any]:
    """Return what the totals of an item allow, with its range of p in words."""
    return top(rows, rows["item"] == item)


def top(rows: pd.DataFrame, by: pd.Series[Any]) -> dict[str, Any]:
    """Return the first row at which a column is largest, with its range of p in words."""
    row = {str(name): value for name, value in rows.loc[by.idxmax()].items()}
    p = words.p_span(row["exact_low"], row["exact_high"])
    return row | {"net": abs(row["to_yes"] - row["from_yes"]), "p": p}


def twice_two(services: pd.DataFrame, rng: Random) -> tuple[list[Any], list[Any]]:
    """Return two services that fell by the same number, and two others, none beyond chance."""
    untold = services[~services["item"].isin(TOLD) & (services["verdict"] == "never")]
    fell = untold[untold["losers_low"] > 1]
    by_fall = [list(group["item"]) for _, group in fell.groupby("losers_low") if len(group) > 1]
    first, second = rng.sample(by_fall, 2)
    some, others = (rng.sample(items, 2) for items in (first, second))
    found = [[of_item(services, item) for item in items] for items in (some, others)]
    return sorted(found[0], key=lambda one: one["exact_high"]), found[1]


def looked_at(services: pd.DataFrame, rng: Random) -> dict[str, Any]:
    """Return some services that a report looks at, one of which may be beyond chance by itself."""
    untold = services[~services["item"].isin(TOLD)]
    striking = untold["exact_low"] <= LEVEL
    some = rng.sample(list(untold.loc[~striking, "label"]), rng.randint(4, 6))
    rows = untold[untold["label"].isin(some) | striking]
    smallest = float(rows["exact_low"].min())
    return {
        "labels": [words.within(label) for label in rows["label"]],
        "items": list(rows["item"]),
        "smallest": smallest,
        "times": len(rows),
        "holm": len(rows) * smallest,
        "added_up": min(float(rows["exact_low"].sum()), 1.0),
    }


def coins(rng: Random) -> dict[str, Any]:
    """Return two lots of coins: few that all fall alike, and many that fall more unevenly."""
    few, some = rng.randint(6, 8), rng.randint(11, 16)
    net = few + 1
    few_p, many_p = inference.mcnemar([few, some + net], [0, some])
    return {
        "few": few,
        "one_way": some + net,
        "other": some,
        "many": 2 * some + net,
        "few_p": few_p,
        "many_p": many_p,
        "net": net,
    }


def elsewhere(rng: Random) -> dict[str, Any]:
    """Return who joined and left a board between two waves of the second collection.

    One partner of which some did either, and p is neither 1 nor too small to tell from others.
    """
    boards = csm.open_collection(EXAMPLE)
    items, found = [i for i in boards.items("membership") if boards.codebook[i].held], []
    for first, last in pairwise(boards.years):
        before, after = (
            boards.returns[boards.returns["year"] == year].set_index("authority")[items]
            for year in (first, last)
        )
        moved = inference.paired(*before.align(after, join="inner"))
        p = inference.mcnemar(moved["gainers"], moved["losers"])
        moved = moved.assign(p=p, one_sided=p / 2, first=first, last=last)
        moved = moved[(moved["p"] < 1) & (moved["gainers"] > 0) & (moved["losers"] > 0)]
        found += moved.rename_axis("item").reset_index().to_dict("records")
    one = rng.choice(found)
    net = abs(one["gainers"] - one["losers"])
    least = float(inference.mcnemar([net], [0])[0])
    return one | {"label": boards.codebook[one["item"]].label, "net": net, "least": least}


def labels(rows: pd.DataFrame) -> str:
    """Return the labels of some rows as a list in a sentence."""
    return words.listed([words.within(label) for label in rows["label"]])
