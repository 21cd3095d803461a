"""The numbers of the lesson *seats*, by the names that seats.md calls them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import csm_lib as csm
from csm_lib import words
from csm_lib.counts import format_percent, points_change
from csm_lib.lesson import WrongAnswer

if TYPE_CHECKING:
    from random import Random

    import pandas as pd

    from csm_lib.collection import Collection

JOBCENTRE, PRACTICE = "board.jobcentre_plus", "board.general_practice"
PROBATION, COLLEGES, POLICE = "board.probation", "board.further_education", "board.police"
FAMILIES, HEALTH = "board.children_and_families", "board.pct_commissioner"
TWINS = ("board.adult_services", "board.fire_and_rescue")
"""Two agencies with the same number of seats in the last year."""


def numbers(trusts: Collection, rng: Random) -> dict[str, Any]:
    """Return what the words of the lesson may name."""
    heads = heads_of(trusts)
    jobcentre, practice = seat(trusts, JOBCENTRE), seat(trusts, PRACTICE)
    both = [one for one in heads.values() if one["smaller"] and one["more"]]
    gap = jobcentre["rise"] - practice["rise"]
    exact = jobcentre["share"] - practice["share"]
    apart = jobcentre["after_share"] - practice["after_share"]
    on_all = Fraction(100 * (jobcentre["more"] - practice["more"]), trusts.size)
    rows = board(trusts)
    duty = rows["item"].map(lambda item: trusts.codebook[item].duty)
    once = [
        words.within(trusts.codebook[item].label)
        for item in trusts.items("statutory_agencies")
        if len(trusts.codebook[item].held) == 1
    ]
    twin, other = (in_the_end(trusts, item) for item in TWINS)
    police = seat(trusts, POLICE)
    return {
        "size": trusts.size,
        "population": trusts.population,
        "first": trusts.years[0],
        "last": trusts.years[-1],
        "health": seat(trusts, HEALTH),
        "colleges": seat(trusts, COLLEGES),
        "families": seat(trusts, FAMILIES),
        "probation": seat(trusts, PROBATION),
        "jobcentre": jobcentre,
        "practice": practice,
        "heads": heads,
        "both": both,
        "added": names(rows[duty == "statutory_2010"].sort_values("change", ascending=False)),
        "lost": lost(rows[(duty == "statutory") & (rows["direction"] < 0)]),
        "full": names(rows[rows["from_yes"] == rows["from_base"]]),
        "near": names(rows[rows["from_base"] - rows["from_yes"] == 1]),
        "once": words.listed(once),
        "rose": [one["label"] for one in heads.values() if not one["smaller"]],
        "most": [one["label"] for one in heads.values() if 2 * one["heads"][1] > one["members"][1]],
        "steepest": max(heads.values(), key=lambda one: one["fall"]),
        "lowest": min(heads.values(), key=lambda one: one["shares"][1]),
        "gone": police["from_yes"] - heads["police"]["members"][1],
        "gap": {
            "points": one_decimal(gap),
            "whole": one_decimal(gap, 0),
            "printed": jobcentre["printed"] - practice["printed"],
            "exact": float(gap),
            "of_shares": float(exact),
            "added": float(jobcentre["rise"] + practice["rise"]),
            "of_all": float(on_all),
            "apart": float(apart),
        },
        "together": together(trusts, JOBCENTRE, PROBATION),
        "twins": {"one": twin, "other": other} | together(trusts, *TWINS),
        "in_panel": in_panel(trusts),
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


def in_the_end(trusts: Collection, item: str) -> dict[str, Any]:
    """Return the share of one agency in the last year: label, yes and base."""
    (row,) = trusts.tally(item, years=trusts.years[-1]).to_dict("records")
    return {str(name): value for name, value in row.items()}


def heads_of(trusts: Collection) -> dict[str, dict[str, Any]]:
    """Return the members of each agency and the heads among them, in both years."""
    levels = trusts.tally("seniority")
    found = {}
    for row in csm.changes(levels[levels["answer"] == "head"]).to_dict("records"):
        members, heads = (row["from_base"], row["to_base"]), (row["from_yes"], row["to_yes"])
        before, after = (Fraction(*pair) for pair in zip(heads, members, strict=True))
        found[row["item"].removeprefix("level.")] = {
            "label": row["label"],
            "members": members,
            "heads": heads,
            "shares": (before, after),
            "percents": [format_percent(*p) for p in zip(heads, members, strict=True)],
            "smaller": after < before,
            "more": heads[1] > heads[0],
            "newcomers": members[1] - members[0],
            "new_heads": heads[1] - heads[0],
            "fall": 100 * (before - after),
            "fell": int(100 * (before - after) + Fraction(1, 2)),
        }
    return found


def together(trusts: Collection, first: str, second: str) -> dict[str, int]:
    """Return the fewest and the most Boards that can have had both of two agencies.

    Who left a question blank may have had the agency or not, but is not counted as having it.
    """
    one, two = (in_the_end(trusts, item) for item in (first, second))
    yes = one["yes"], two["yes"]
    return {
        "low": max(0, sum(yes) - trusts.size),
        "high": min(yes),
        "by_lot": round(yes[0] * yes[1] / one["base"]),
        "by_lot_of_all": round(yes[0] * yes[1] / trusts.size),
        "seats": sum(yes),
        "of_one_base": sum(yes) - one["base"],
        "of_other_base": sum(yes) - two["base"],
    }


def in_panel(trusts: Collection) -> int:
    """Return on how many Boards both sat in the last year, in the returns."""
    rows = trusts.returns[trusts.returns["year"] == trusts.years[-1]]
    return int((rows[JOBCENTRE] & rows[PROBATION]).fillna(value=False).sum())


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


def smaller_but_more(trusts: Collection, names: dict[str, Any], answer: Any) -> str:
    """Check the agencies at which the share of heads fell while their number rose."""
    found = heads_of(trusts)
    if isinstance(answer, str) or not hasattr(answer, "__iter__"):
        raise WrongAnswer(f"Give a list of agencies, such as ['police']; yours is {answer!r}.")
    given = {str(one) for one in answer}
    stray = sorted(given - set(found))
    if stray:
        raise WrongAnswer(
            f"{stray[0]!r} is not an agency in the table. Use the ids in its column 'agency'."
        )
    smaller = {name for name, one in found.items() if one["smaller"]}
    more = {name for name, one in found.items() if one["more"]}
    right = smaller & more
    if given == right:
        labels = [words.within(one["label"]) for name, one in found.items() if name in right]
        return f"Members grew faster than heads at {words.listed(labels)}."
    told = {
        frozenset(smaller): f"At these {words.number(len(smaller))} the share fell. At which of "
        "them did the number rise?",
        frozenset(more): f"At these {words.number(len(more))} the number rose. At which of them "
        "did the share fall?",
        frozenset(smaller - more): "Both fell there. Find where the share fell and the number "
        "rose.",
        frozenset(more - smaller): "Both rose there. Find where the share fell and the number "
        "rose.",
    }
    if frozenset(given) in told:
        raise WrongAnswer(told[frozenset(given)])
    for name, one in found.items():
        if name in given - right:
            raise WrongAnswer(
                f"{one['label']}: heads went from {one['heads'][0]} of {one['members'][0]} to "
                f"{one['heads'][1]} of {one['members'][1]}. That is not a smaller share with "
                "more heads."
            )
    missing = len(right - given)
    raise WrongAnswer(
        f"{words.sentence(words.number(missing))} of them {'is' if missing == 1 else 'are'} not on "
        "your list. Compare exact shares, not rounded ones."
    )


CHECKS = {"smaller-but-more": smaller_but_more}
