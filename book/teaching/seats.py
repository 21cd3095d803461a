"""The numbers of the lesson *seats*, by the names that seats.md calls them."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, permutations
from typing import TYPE_CHECKING, Any

import csm_lib as csm
from csm_lib import words
from csm_lib.counts import format_percent, points_change
from csm_lib.lesson import EXAMPLE, WrongAnswer

if TYPE_CHECKING:
    from random import Random

    import pandas as pd

    from csm_lib.collection import Collection

TOLD = ["police", "jobcentre_plus"]
"""The agencies whose heads the story counts."""
ADDED = ["board.further_education", "board.jobcentre_plus"]
"""The agencies that the Act of 2009 added; the story tells of them."""
FAMILIES = "board.children_and_families"
PRACTICE = "board.general_practice"
"""The agency that the story compares with these."""
STEADY = [
    {"part": part, "count": count, "members": members}
    for part, count, members in (
        ("senior officers", 16, (44, 64)),
        ("heads", 17, (52, 70)),
        ("senior officers", 21, (60, 78)),
        ("heads", 14, (38, 57)),
    )
]
"""What a question supposes of another survey: a number that stays, of more and more members."""
CLOSE = Fraction(6, 100)
"""How near two shares are that begin level."""


def numbers(trusts: Collection, rng: Random) -> dict[str, Any]:
    """Return what the words of the lesson may name."""
    heads = parts_of(trusts, "head")
    rows = board(trusts)
    duty = rows["item"].map(lambda item: trusts.codebook[item].duty)
    untold = [one for one in heads.values() if one["agency"] not in TOLD]
    level, other_level = rng.sample(pairs_from_a_level_start(untold), 2)
    part = rng.choice(["senior_officer", "other"])
    old = rows[duty != "statutory_2010"]
    law, beside = (
        seat(trusts, item) for item in (ADDED[0], old.loc[old["change"].idxmax(), "item"])
    )
    nearly = rows[(rows["to_base"] - rows["to_yes"] == 1) & (rows["to_base"] == trusts.size)]
    return {
        "size": trusts.size,
        "population": trusts.population,
        "first": trusts.years[0],
        "last": trusts.years[-1],
        "families": seat(trusts, FAMILIES),
        "heads": heads,
        "grew": heads["probation"],
        "joined": heads["further_education"],
        "shrank": heads["pct_provider"],
        "gone": provider_gone(trusts, heads["pct_provider"]),
        "law": law,
        "beside": beside,
        "apart": one_decimal(law["rise"] - beside["rise"], 0),
        "room": same_room(trusts, old),
        "lost": lost(rows[(duty == "statutory") & (rows["direction"] < 0)]),
        "full": names(rows[rows["from_yes"] == rows["from_base"]]),
        "near": names(rows[rows["from_base"] - rows["from_yes"] == 1]),
        "senior": senior(trusts),
        "part": {"id": part, "called": part.replace("_", " ")},
        "replaced": parts_of(trusts, part),
        "level": level,
        "other_level": other_level,
        "nearly": rng.choice(nearly.to_dict("records")),
        "together": together(trusts, *rng.choice(crowded(trusts))),
        "twins": together(trusts, *rng.choice(same_number(trusts))),
        "elsewhere": elsewhere(rng),
        "steady": rng.choice(STEADY),
    }


def board(trusts: Collection) -> pd.DataFrame:
    """Return the change of every agency asked about in both years, by its duty and its change."""
    rows = csm.changes(trusts.tally(["statutory_agencies", "other_agencies"]))
    return rows.sort_values(
        ["item", "change"],
        key=lambda column: (
            column.map(lambda item: order(trusts, item)) if column.name == "item" else -column
        ),
        kind="stable",
    ).reset_index(drop=True)


def order(trusts: Collection, item: str) -> int:
    """Return the place of an agency's duty: by the Act of 2009, by that of 2004, none."""
    return ["statutory_2010", "statutory", "none"].index(trusts.codebook[item].duty)


def seat(trusts: Collection, item: str) -> dict[str, Any]:
    """Return the change of one agency, with its shares and rises, exactly and as printed."""
    rows = trusts.tally(item)
    (row,) = csm.changes(rows).to_dict("records")
    sides = [int(row[side]) for side in ("from_yes", "from_base", "to_yes", "to_base")]
    before, after = (Fraction(yes, base) for yes, base in (sides[:2], sides[2:]))
    shown = [format_percent(*sides[:2]), format_percent(*sides[2:])]
    first, last = (int(text.removesuffix("%")) for text in shown)
    rise = 100 * (after - before)
    return row | {
        "before": words.of(*sides[:2]),
        "after": words.of(*sides[2:]),
        "from_percent": shown[0],
        "to_percent": shown[1],
        "blank": int(rows["no_answer"].iloc[-1]),
        "more": sides[2] - sides[0],
        "fewer": sides[0] - sides[2],
        "points": abs(points_change(*sides)),
        "share": after - before,
        "after_share": 100 * after,
        "rise": rise,
        "rose": one_decimal(rise),
        "printed": last - first,
    }


def same_room(trusts: Collection, rows: pd.DataFrame) -> dict[str, Any]:
    """Return two agencies that could have joined as many Boards, of which one did, and one left."""
    for one, other in permutations(rows.to_dict("records"), 2):
        free = one["from_base"] - one["from_yes"]
        rose, fell = one["to_yes"] > one["from_yes"], other["to_yes"] < other["from_yes"]
        if free == other["from_base"] - other["from_yes"] and rose and fell:
            both = {"one": seat(trusts, one["item"]), "other": seat(trusts, other["item"])}
            return both | {"free": free}
    raise AssertionError


def senior(trusts: Collection) -> dict[str, Any]:
    """Return what can be read of senior officers, at the agencies of which the story tells not."""
    parts = parts_of(trusts, "senior_officer")
    untold = [one for one in parts.values() if one["agency"] not in TOLD]
    steepest = max(untold, key=lambda one: Fraction(one["change"]))
    return {
        "fell": [words.within(one["label"]) for one in untold if one["smaller"]],
        "most": [words.within(one["label"]) for one in untold if one["shares"][1] > Fraction(1, 2)],
        "steepest": steepest | {"rose": one_decimal(steepest["change"], 0)},
        "largest": max(untold, key=lambda one: Fraction(one["shares"][1])),
    }


def in_the_end(trusts: Collection) -> list[dict[str, Any]]:
    """Return the agencies on the Board in the last year, but those that sat on nearly all.

    The story does not tell how many Boards they sat on.
    """
    rows = trusts.tally(["statutory_agencies", "other_agencies"], years=trusts.years[-1])
    rows = rows[~rows["item"].isin([*ADDED, PRACTICE])]
    return list(rows[rows["base"] - rows["yes"] > 2].to_dict("records"))


def parts_of(trusts: Collection, part: str) -> dict[str, dict[str, Any]]:
    """Return the members of each agency and those at a level among them, in both years."""
    levels = trusts.tally("seniority")
    found = {}
    for row in csm.changes(levels[levels["answer"] == part]).to_dict("records"):
        members, heads = (row["from_base"], row["to_base"]), (row["from_yes"], row["to_yes"])
        before, after = (Fraction(*pair) for pair in zip(heads, members, strict=True))
        smaller, more = after < before, heads[1] > heads[0]
        agency = row["item"].removeprefix("level.")
        found[agency] = {
            "agency": agency,
            "label": row["label"],
            "members": members,
            "heads": heads,
            "shares": (before, after),
            "percents": [format_percent(*p) for p in zip(heads, members, strict=True)],
            "smaller": smaller,
            "more": more,
            "newcomers": members[1] - members[0],
            "new_heads": heads[1] - heads[0],
            "change": 100 * (after - before),
        }
    return found


def pairs_from_a_level_start(untold: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return pairs of agencies whose share of heads began nearly level and then moved apart."""
    found = []
    for one, other in permutations(untold, 2):
        gap = one["change"] - other["change"]
        if abs(one["shares"][0] - other["shares"][0]) < CLOSE and gap > 10:
            whole = [int(text.removesuffix("%")) for text in one["percents"] + other["percents"]]
            found.append(
                {
                    "one": one,
                    "other": other,
                    "points": one_decimal(gap),
                    "whole": one_decimal(gap, 0),
                    "printed": whole[1] - whole[0] - (whole[3] - whole[2]),
                    "exact": float(gap),
                    "added": float(one["change"] + other["change"]),
                    "apart": float(100 * (one["shares"][1] - other["shares"][1])),
                    "alone": float(one["change"]),
                }
            )
    return found


def newcomers_alone(one: dict[str, Any]) -> bool:
    """Whether those who joined or left can explain the change at a level, nobody replaced."""
    low, high = sorted((0, one["newcomers"]))
    return bool(low <= one["new_heads"] <= high)


def provider_gone(trusts: Collection, heads: dict[str, Any]) -> int:
    """Return how many heads at most an agency lost with Boards that it left or left unstated."""
    on_board = seat(trusts, "board." + heads["agency"])
    return int(on_board["from_yes"] - heads["members"][1])


def crowded(trusts: Collection) -> list[tuple[Any, Any]]:
    """Return pairs of agencies that must have met on some Boards, and need not on others."""
    return [
        (one, other)
        for one, other in combinations(in_the_end(trusts), 2)
        if trusts.size + 5 < one["yes"] + other["yes"] and one["yes"] != other["yes"]
        if len({trusts.size, one["base"], other["base"]}) > 1
    ]


def same_number(trusts: Collection) -> list[tuple[Any, Any]]:
    """Return pairs of agencies on nearly as many Boards, which need not have met."""
    return [
        (one, other)
        for one, other in combinations(in_the_end(trusts), 2)
        if one["yes"] + other["yes"] <= trusts.size and abs(one["yes"] - other["yes"]) < 5
    ]


def together(trusts: Collection, one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Return the fewest and the most Boards that can have had both of two agencies.

    Who left a question blank may have had the agency or not, but is not counted as having it.
    """
    one, other = sorted((one, other), key=lambda agency: -int(agency["yes"]))
    yes = one["yes"], other["yes"]
    rows = trusts.returns[trusts.returns["year"] == trusts.years[-1]]
    in_panel = (rows[one["item"]] & rows[other["item"]]).fillna(value=False).sum()
    return {
        "one": one,
        "other": other,
        "low": max(0, sum(yes) - trusts.size),
        "high": min(yes),
        "by_lot": round(yes[0] * yes[1] / trusts.size),
        "seats": sum(yes),
        "of_one_base": sum(yes) - one["base"],
        "of_other_base": sum(yes) - other["base"],
        "in_panel": int(in_panel),
    }


def elsewhere(rng: Random) -> dict[str, Any]:
    """Return how often two members of the second collection's boards met, by its rows."""
    boards = csm.open_collection(EXAMPLE)
    year = boards.years[-1]
    rows = boards.returns[boards.returns["year"] == year]
    asked = ["hospital", "youth_justice", "healthwatch", "housing", "family_hubs", "schools"]
    one, other = (f"membership.{name}" for name in rng.sample(asked, 2))
    both = rows[[one, other]].dropna().astype(bool)
    seats = [int(both[item].sum()) for item in (one, other)]
    return {
        "labels": [boards.codebook[item].label for item in (one, other)],
        "items": (one, other),
        "year": year,
        "base": len(both),
        "seats": seats,
        "met": int(both.all(axis=1).sum()),
        "low": max(0, sum(seats) - len(both)),
        "high": min(seats),
    }


def names(rows: pd.DataFrame) -> str:
    """Return the labels of some rows as a list in a sentence."""
    return words.listed([words.within(label) for label in rows["label"]])


def lost(rows: pd.DataFrame) -> str:
    """Return by how many Boards each of some agencies fell."""
    return words.listed(
        [
            f"{words.within(row['label'])} "
            f"({words.counted(row['from_yes'] - row['to_yes'], 'Board')} fewer)"
            for row in rows.to_dict("records")
        ]
    )


def one_decimal(number: Fraction, digits: int = 1) -> str:
    """Return a number of points with so many decimals, halves going up."""
    scale = 10**digits
    return f"{int(number * scale + Fraction(1, 2)) / scale:.{digits}f}"


# -- What a list of answers cannot check -----------------------------------------------------------


def replaced(_: Collection, names: dict[str, Any], answer: Any) -> str:
    """Check the agencies at which newcomers alone cannot explain the change at a level."""
    found, called = names["replaced"], names["part"]["called"]
    if isinstance(answer, str) or not hasattr(answer, "__iter__"):
        raise WrongAnswer(f"Give a list of agencies, such as ['police']; yours is {answer!r}.")
    given = {str(one) for one in answer}
    stray = sorted(given - set(found))
    if stray:
        raise WrongAnswer(
            f"{stray[0]!r} is not an agency in the table. Use the ids in its column 'agency'."
        )
    right = {name for name, one in found.items() if not newcomers_alone(one)}
    if given == right:
        labels = [words.within(found[name]["label"]) for name in found if name in right]
        return f"Someone was replaced, or described differently, at {words.listed(labels)}."
    if given == set(found) - right:
        raise WrongAnswer("At these newcomers alone can explain it. At which can they not?")
    for name, one in found.items():
        if name in given ^ right:
            change = (
                f"{one['label']}: members went from {one['members'][0]} to {one['members'][1]}, "
                f"{called} from {one['heads'][0]} to {one['heads'][1]}."
            )
            can = "They can explain that." if name in given else "Can they explain that?"
            raise WrongAnswer(f"{change} Suppose that nobody was replaced. {can}")
    raise AssertionError


CHECKS = {"replaced": replaced}
