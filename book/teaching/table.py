"""The numbers of the lesson *table*, by the names that table.md calls them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import csm_lib as csm
from csm_lib import words
from csm_lib.counts import (
    RoundingRule,
    closing_splits,
    fitting_bases,
    format_percent,
    points_change,
    possible_counts,
    rounded_percent,
)
from csm_lib.lesson import WrongAnswer, as_number

if TYPE_CHECKING:
    from random import Random

    import pandas as pd

    from csm_lib.collection import Collection

COLLEGES, ODD, JOBCENTRE = "further_education", "pct_commissioner", "jobcentre_plus"
"""The row that is the example; the one that does not add up; the one that grew."""
CARE = "commissioning.palliative_care"
"""The service in which three numbers stand for one fall."""
PARTS = ("head", "senior_officer", "other")


def numbers(trusts: Collection, rng: Random) -> dict[str, Any]:
    """Return what the words of the lesson may name."""
    example, odd = row(trusts, COLLEGES), row(trusts, ODD)
    low, high = rounding_room(len(PARTS))
    sums = [sum(one["parts"]) for one in levels(trusts)]
    fits, stated = component_bases(trusts), stated_base(trusts)
    top = max(component_percentages(trusts))
    below = max(k for k in range(stated + 1) if rounded_percent(k, stated) < top)
    tie, above = halfway(trusts), printed_below(trusts)
    moved = csm.changes(trusts.tally("statutory_agencies"))
    others = trusts.tally("other_agencies", years=trusts.years[-1]).set_index("item")
    named = ("housing", "leisure", "adult_services", "fire_and_rescue")
    return {
        "size": trusts.size,
        "colleges": example,
        "odd": odd
        | {"total": sum(possible_counts(part, odd["stated"])[0] for part in odd["parts"])},
        "jobcentre": {"first": row(trusts, JOBCENTRE), "last": row(trusts, JOBCENTRE, last=True)},
        "top": rose_most(trusts, moved),
        "fell": fewer(moved[moved["direction"] < 0]),
        **{name: others.loc[f"board.{name}"].to_dict() for name in named},
        "fewest": others.loc[others["base"].idxmin()].to_dict(),
        "parts": len(PARTS),
        "lowest": low,
        "highest": high,
        "fair": sorted(total for total in sums if total != 100 and low <= total <= high),
        "rows": len(sums),
        "care": fall(trusts),
        "tie": tie,
        "above": above,
        "stated": {
            "base": stated,
            "excluded": trusts.size - stated,
            "fits": [str(base) for base in fits],
            "top": top,
            "below": below,
        },
    }


def figures(trusts: Collection) -> pd.DataFrame:
    """Return the published figures, by their ids."""
    assert trusts.published is not None
    return trusts.published.set_index("figure", drop=False)


def row(trusts: Collection, agency: str, *, last: bool = False) -> dict[str, Any]:
    """Return one row of Table 1: what is printed, and the bases that it does not print."""
    year, printed = trusts.years[-1 if last else 0], figures(trusts)
    board = printed.loc[f"board.{agency}.{year}"]
    shares = printed.loc[[f"level.{agency}.{part}.{year}" for part in PARTS]]
    silent = int(printed.loc[f"board.{agency}.no_response.{year}", "value"])
    on_board = int(board["count"])
    found = {
        "label": trusts.codebook[f"board.{agency}"].label,
        "year": year,
        "authorities": trusts.size,
        "printed": int(board["value"]),
        "no_response": silent,
        "answered": int(board["of"]),
        "on_board": on_board,
        "not_stated": int(printed.loc[f"level.{agency}.not_stated.{year}", "value"]),
        "stated": int(shares["of"].iloc[0]),
        "parts": tuple(map(int, shares["value"])),
        "counts": [None if one != one else int(one) for one in shares["count"]],
    }
    answered = found["answered"]
    return found | {
        "exact": exact(on_board, answered),
        "below": exact(on_board - 1, answered),
        "of_all": rounded_percent(found["printed"] * trusts.size, 10_000),
        "cut": found["printed"] * answered // 100,
    }


def levels(trusts: Collection) -> list[dict[str, Any]]:
    """Return the levels printed in Table 1: one an agency and year."""
    asked = [item for item in trusts.items("seniority") if trusts.codebook[item].held]
    years = [(item, year) for item in asked for year in trusts.codebook[item].held]
    return [
        {"agency": item.removeprefix("level."), "year": year}
        | row(trusts, item.removeprefix("level."), last=year == trusts.years[-1])
        for item, year in years
    ]


def rose_most(trusts: Collection, moved: pd.DataFrame) -> dict[str, Any]:
    """Return the agency that rose most, and how many left its question blank at first."""
    top = moved.loc[moved["change"].idxmax()]
    return top.to_dict() | {
        "points": words.points(top),
        "blank": trusts.size - int(top["from_base"]),
    }


def fewer(fell: pd.DataFrame) -> str:
    """Return by how many Boards each of some agencies fell."""
    return words.listed(
        [
            f"{words.within(one['label'])} "
            f"({words.counted(one['from_yes'] - one['to_yes'], 'Board')} fewer)"
            for one in fell.to_dict("records")
        ]
    )


def fall(trusts: Collection) -> dict[str, Any]:
    """Return the fall of one service: in counts, points, per cent, and as printed."""
    (one,) = csm.changes(trusts.tally(CARE)).to_dict("records")
    sides = [int(one[side]) for side in ("from_yes", "from_base", "to_yes", "to_base")]
    return one | {
        "fewer": sides[0] - sides[2],
        "points": abs(points_change(*sides)),
        "per_cent": abs(relative(*sides)),
        "printed": abs(int(figures(trusts).loc[f"{CARE}.change", "value"])),
    }


def relative(first: int, base_1: int, last: int, base_2: int) -> int:
    """Return a change in per cent of the first share, rounded.

    >>> relative(19, 74, 12, 74)
    -37
    """
    return rounded_percent(last * base_1 - first * base_2, first * base_2)


def rounding_room(parts: int) -> tuple[int, int]:
    """Return the lowest and the highest sum of some rounded percentages of one whole.

    Each is rounded half up, so it is at most half a point above what it stands for, and less than
    half a point below.

    >>> rounding_room(3)
    (99, 101)
    """
    return 100 - (parts - 1) // 2, 100 + parts // 2


def component_percentages(trusts: Collection) -> list[int]:
    """Return the percentages printed for the JSNA components, each once."""
    printed = figures(trusts)
    block = printed["block"] == "jsna_components"
    return [int(one) for one in printed.loc[block, "value"].drop_duplicates()]


def component_bases(trusts: Collection) -> list[int]:
    """Return every base on which all of them are possible."""
    return [fit.base for fit in fitting_bases(component_percentages(trusts), trusts.size)]


def stated_base(trusts: Collection) -> int:
    """Return how many authorities the paper leaves after those that it excludes."""
    return trusts.size - int(figures(trusts).loc["jsna_components.excluded", "value"])


def fractions(trusts: Collection) -> list[tuple[int, int, int]]:
    """Return each share that is printed with its count and base: count, base, percentage."""
    printed = figures(trusts)
    whole = printed.loc[printed["numerator"].notna(), ["numerator", "base", "value"]]
    return [(int(k), int(n), int(p)) for k, n, p in whole.itertuples(index=False)]


def halfway(trusts: Collection) -> dict[str, Any]:
    """Return the printed fraction that lies halfway between two percentages."""
    k, n, printed = next(
        (k, n, p)
        for k, n, p in fractions(trusts)
        if rounded_percent(k, n) != rounded_percent(k, n, rule="half_down")
    )
    share = {"exact": exact(k, n), "python": round(100 * k / n)}
    return {"count": k, "base": n, "printed": printed} | share


def printed_below(trusts: Collection) -> dict[str, Any]:
    """Return a printed fraction that is printed below what it is."""
    k, n = next((k, n) for k, n, p in fractions(trusts) if p < rounded_percent(k, n, rule="up"))
    return {
        "count": k,
        "base": n,
        "exact": exact(k, n),
        "percent": format_percent(k, n),
        "up": rounded_percent(k, n, rule="up"),
    }


def exact(count: int, base: int) -> str:
    """Return a share to two decimals, fewer where it ends before: ``63.01%``, ``62.5%``."""
    whole, rest = divmod(rounded_percent(count, base, digits=2), 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + "%"


# -- What a list of answers cannot check -----------------------------------------------------------


def count_behind(trusts: Collection, names: dict[str, Any], answer: Any) -> str:
    """Check the count behind a percentage."""
    one = row(trusts, COLLEGES)
    if isinstance(answer, float) and 0 < answer < 1:
        raise WrongAnswer("That is a share. How many Boards is it? Give a whole number.")
    count = int(as_number(answer))
    k, n, printed = one["on_board"], one["answered"], one["printed"]
    if count == k:
        return f"{k} of {n} is {one['exact']}, and no other count of {n} rounds to {printed}%."
    if count == printed:
        raise WrongAnswer("That is the percentage. How many Boards is it?")
    if count == one["of_all"]:
        raise WrongAnswer(
            f"{count} is {printed}% of {trusts.size}, all that returned the form. Leave out those "
            "that gave no response to the question."
        )
    if count == one["cut"]:
        raise WrongAnswer(
            f"{printed}% of {n} is {printed * n / 100:g}, and int() cuts the rest off. {count} of "
            f"{n} is {format_percent(count, n)}: try the count next to it."
        )
    if not 0 <= count <= n:
        raise WrongAnswer(f"There were {n} Boards; yours is {count}.")
    raise WrongAnswer(f"{count} of {n} would be printed as {format_percent(count, n)}.")


def rounding(trusts: Collection, names: dict[str, Any], answer: Any) -> str:
    """Check a function that rounds as the paper does, on every count of every base."""
    tie = halfway(trusts)
    if not callable(answer):
        raise WrongAnswer(
            f"Write a function: answer_rounded({tie['count']}, {tie['base']}) must give "
            f"{tie['printed']}."
        )
    largest = trusts.population or trusts.size
    pairs = [(k, n) for n in range(1, largest + 1) for k in range(n + 1)]
    given = [answer(k, n) for k, n in pairs]
    wrong = [
        (k, n, one)
        for (k, n), one in zip(pairs, given, strict=True)
        if isinstance(one, str) or one != rounded_percent(k, n)
    ]
    if not wrong:
        ties = sum(
            rounded_percent(k, n) != rounded_percent(k, n, rule="half_down") for k, n in pairs
        )
        return f"It agrees on every count of every base up to {largest}, including {ties} ties."
    rules: dict[RoundingRule, str] = {
        "half_even": "Ties go to the nearest even number, as with Python's round().",
        "truncated": "It cuts off instead of rounding to the nearest.",
        "up": "It always rounds up instead of to the nearest.",
    }
    k, n, one = wrong[0]
    start = f"{k} of {n} is {exact(k, n)}; yours gives {one}."
    for rule, told in rules.items():
        if given == [rounded_percent(k, n, rule=rule) for k, n in pairs]:
            raise WrongAnswer(f"{told} {start}")
    if given == [k / n for k, n in pairs]:
        raise WrongAnswer(f"That is the share, from 0 to 1. Give a whole percentage. {start}")
    if len(wrong) < len(pairs) // 100:
        raise WrongAnswer(
            f"Nearly. {start} A fraction such as 0.575 has no exact float, so a tie may fall "
            "short. Use whole numbers, with //."
        )
    raise WrongAnswer(start)


def shared_base(trusts: Collection, names: dict[str, Any], answer: Any) -> str:
    """Check the list of bases on which all percentages of a block are possible."""
    fits, stated = component_bases(trusts), stated_base(trusts)
    printed = component_percentages(trusts)
    if isinstance(answer, str) or not isinstance(answer, Iterable):
        raise WrongAnswer(f"Give a list of every base, such as [70, 71]; yours is {answer!r}.")
    bases = sorted({int(as_number(one)) for one in answer})
    for base in bases:
        if not 1 <= base <= trusts.size:
            raise WrongAnswer(f"{base} is not a base from 1 to {trusts.size}.")
        missing = [f"{figure}%" for figure in printed if not possible_counts(figure, base)]
        if missing:
            told = " That is what the paper leaves." if base == stated else ""
            raise WrongAnswer(
                f"{base} is impossible.{told} No count of {base} gives {words.listed(missing)}."
            )
    if not bases:
        raise WrongAnswer(
            "There are some. For each base, does every printed percentage come from some count, "
            "rounded to the nearest?"
        )
    shown = words.listed([str(base) for base in bases])
    if bases != fits:
        raise WrongAnswer(
            f"{shown} will do, and there are others up to {trusts.size}. A base that fits "
            "need not be the right one."
        )
    return (
        f"All {len(printed)} percentages are possible on {shown}, and on no other base up to "
        f"{trusts.size}: not on {stated}, which the paper leaves."
    )


def impossible(trusts: Collection, names: dict[str, Any], answer: Any) -> str:
    """Check the rows of Table 1 whose levels do not add up."""
    known = {(one["agency"], one["year"]): one for one in levels(trusts)}
    example = "[('police', 2008)]"
    try:
        rows = {(str(agency), int(year)) for agency, year in answer}
    except (TypeError, ValueError):
        raise WrongAnswer(
            f"Give a list of pairs, such as {example}; yours is {answer!r}."
        ) from None
    stray = sorted(rows - set(known))
    if stray:
        raise WrongAnswer(f"Table 1 has no levels for {stray[0]}. Give agency and year.")

    def open_on(base: Callable[[dict[str, Any]], int]) -> set[tuple[str, int]]:
        return {key for key, one in known.items() if not closing_splits(one["parts"], base(one))}

    right = open_on(lambda one: one["stated"])
    if rows == right:
        name, year = next(iter(right))
        return f"Only {name}, {year}: no counts give these percentages and add up to its base."
    if rows == open_on(lambda one: one["on_board"]):
        raise WrongAnswer(
            "You used all on the Board as the base. Leave out those whose level is not stated."
        )
    if rows == open_on(lambda _: trusts.size):
        raise WrongAnswer(
            f"You used all {trusts.size} authorities as the base. Use those on the "
            "Board whose level is stated."
        )
    if rows == {key for key, one in known.items() if sum(one["parts"]) != 100}:
        raise WrongAnswer(
            "These are the rows whose percentages do not make 100. A sum of 99 or 101 can come "
            "from rounding alone: find the counts, and add those up."
        )
    if not rows:
        raise WrongAnswer("There is one. Do the counts of each row add up to its base?")
    extra = sorted(rows - right)
    if extra:
        one = known[extra[0]]
        split = closing_splits(one["parts"], one["stated"])[0]
        raise WrongAnswer(
            f"{extra[0][0]}, {extra[0][1]}, is possible: {words.listed([str(k) for k in split])} "
            f"give these percentages and make {one['stated']}."
        )
    raise WrongAnswer(f"{words.sentence(words.number(len(right - rows)))} more does not add up.")


CHECKS = {
    "count-behind": count_behind,
    "rounding": rounding,
    "shared-base": shared_base,
    "impossible": impossible,
}
