"""The numbers of the lesson *table*, by the names that table.md calls them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product
from typing import TYPE_CHECKING, Any

import pandas as pd

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
from csm_lib.lesson import EXAMPLE, WrongAnswer, as_number

if TYPE_CHECKING:
    from random import Random

    from csm_lib.collection import Collection

TOLD = [("further_education", 2008), ("pct_commissioner", 2008)]
"""The rows of Table 1 that the story takes apart."""
TOLD_SERVICES = [f"commissioning.{name}" for name in ("palliative_care", "maternity")]
GREW = ["jobcentre_plus", "probation"]
"""Agencies whose share of heads fell while their number rose."""
TWINS = "board.adult_services", "board.fire_and_rescue"
"""Two agencies with the same share on the same base."""
PARTS = ("head", "senior_officer", "other")
SURVEYED = 60
"""How many partnerships an invented report has."""
LARGEST = 100
"""The largest base that is tried."""


def numbers(trusts: Collection, rng: Random) -> dict[str, Any]:
    """Return what the words of the lesson may name."""
    rows = [one for one in levels(trusts) if (one["agency"], one["year"]) not in TOLD]
    grew = rng.choice(GREW)
    others = [one for one in rows if one["agency"] != grew]
    rng.shuffle(others)
    whom = next(one for one in others if four_bases(one))
    near = next(one for one in others if one is not whom and sum(one["parts"]) != 100)
    left = [one for one in others if one is not whom and one is not near]
    counts = [part for one in left for part in parts_to_count(one)]
    count = rng.choice(counts)
    asked = rng.choice([one for one in counts if one["label"] != count["label"]])
    many, more = rng.sample([4, 5, 6], 2)
    year = rng.choice(trusts.years)
    headline, unit = rng.sample(falls(trusts), 2)
    others_last = trusts.tally("other_agencies", years=trusts.years[-1])
    single = others_last[~others_last["item"].isin(TWINS)].to_dict("records")
    pair = sorted(rng.sample(single[1:], 2), key=lambda one: -one["yes"])
    table, slip = copied(rng)
    return {
        "size": trusts.size,
        "regions": regions(trusts, rng),
        "pair": pair,
        "twins": [one for one in others_last.to_dict("records") if one["item"] in TWINS],
        "fewest": others_last.loc[others_last["base"].idxmin()].to_dict(),
        "many": summed(many, rng),
        "more": summed(more, rng),
        "near": near | {"split": closing_splits(near["parts"], near["stated"])[0]},
        "care": headline,
        "unit": unit,
        "grew": {"first": row(trusts, grew), "last": row(trusts, grew, last=True)},
        "count": count,
        "asked": asked,
        "tie": halfway(trusts),
        "block": {"year": year, "fits": block_bases(trusts, year), "largest": LARGEST},
        "copied": table,
        "slip": slip,
        "rows": len(table),
        "surveyed": SURVEYED,
        "whom": whom,
        "rule": even_report(rng),
        "report": impossible_figure(rng),
        "elsewhere": elsewhere(rng),
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
    return {
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


def levels(trusts: Collection) -> list[dict[str, Any]]:
    """Return the levels printed in Table 1: one an agency and year."""
    asked = [item for item in trusts.items("seniority") if trusts.codebook[item].held]
    years = [(item, year) for item in asked for year in trusts.codebook[item].held]
    return [
        {"agency": item.removeprefix("level."), "year": year}
        | row(trusts, item.removeprefix("level."), last=year == trusts.years[-1])
        for item, year in years
    ]


def four_bases(one: dict[str, Any]) -> bool:
    """Whether the bases of a row are all different, and its levels fit only the right one."""
    bases = {one["authorities"], one["answered"], one["on_board"], one["stated"]}
    return len(bases) == 4 and not closing_splits(one["parts"], one["on_board"])


def parts_to_count(one: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the levels of a row whose count is not found by the usual mistakes."""
    found = []
    for part, percent in zip(PARTS, one["parts"], strict=True):
        counts = possible_counts(percent, one["stated"])
        of_all = rounded_percent(percent * one["on_board"], 10_000)
        cut = percent * one["stated"] // 100
        if len(counts) == 1 and len({counts[0], counts[0] - 1, of_all, percent}) == 4:
            told = {"count": counts[0], "percent": percent, "of_all": of_all, "cut": cut}
            exactly = {"exact": exact(counts[0], one["stated"])}
            found.append(one | told | exactly | {"part": part.replace("_", " ")})
    return found


def falls(trusts: Collection) -> list[dict[str, Any]]:
    """Return services that fell, by a different number of points, of per cent and of authorities.

    The story does not tell of them.
    """
    found = []
    for one in csm.changes(trusts.tally("commissioning_areas")).to_dict("records"):
        sides = [int(one[side]) for side in ("from_yes", "from_base", "to_yes", "to_base")]
        told = {
            "fewer": sides[0] - sides[2],
            "points": -points_change(*sides),
            "per_cent": -relative(*sides),
        }
        printed = -int(figures(trusts).loc[f"{one['item']}.change", "value"])
        different = len({*told.values()}) == len(told) and told["fewer"] > 1
        if different and one["item"] not in TOLD_SERVICES:
            found.append(one | told | {"printed": printed})
    return found


def regions(trusts: Collection, rng: Random) -> dict[str, Any]:
    """Return what can be read from the chart of who answered, region by region."""
    printed = figures(trusts)
    rows = printed.loc[printed["item"] == "region", ["answer", "count", "of"]]
    rows = rows.set_axis(["region", "yes", "base"], axis=1).astype({"yes": int, "base": int})
    same = [group for _, group in rows.groupby("yes") if group["base"].nunique() > 1]
    pair = rng.choice(same).sort_values("base")
    return {
        "highest": rows.loc[(rows["yes"] / rows["base"]).idxmax()].to_dict(),
        "most": rows.loc[rows["yes"].idxmax()].to_dict(),
        "small": rows.loc[rows["base"].idxmin()].to_dict(),
        "pair": [pair.iloc[0].to_dict(), pair.iloc[-1].to_dict()],
    }


def summed(parts: int, rng: Random) -> dict[str, int]:
    """Return between what some rounded parts of a whole add up, and a sum that cannot be right."""
    low, high = rounding_room(parts)
    return {"parts": parts, "low": low, "high": high, "sum": rng.choice([low - 1, high + 1])}


def report_rows(rng: Random) -> list[dict[str, Any]]:
    """Return the levels in an invented report: one row an agency and year, with its counts."""
    boards = csm.open_collection(EXAMPLE)
    rows = []
    for item, year in product(rng.sample(boards.items("membership"), 6), boards.years[-2:]):
        stated, silent, other = rng.randint(30, 52), rng.randint(0, 4), rng.randint(1, 5)
        head = rng.randint(stated // 5, 2 * stated // 3)
        counts = (head, stated - head - other, other)
        rows.append(
            {
                "label": boards.codebook[item].label,
                "agency": item.removeprefix("membership."),
                "year": year,
                "parts": tuple(rounded_percent(k, stated) for k in counts),
                "on_board": stated + silent,
                "not_stated": silent,
                "stated": stated,
            }
        )
    return rows


def copied(rng: Random) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the levels in an invented report, with one slip put in, and the row that has it.

    The slip does not show in the sum of the row, though the sum of another is not 100.
    """
    rows = report_rows(rng)
    slips = [
        (one, place, step)
        for one in rows
        for place in range(len(PARTS))
        for step in (-2, -1, 1, 2)
        if 99 <= sum(one["parts"]) + step <= 101
        and not closing_splits(changed(one["parts"], place, step), one["stated"])
    ]
    if not slips or all(sum(one["parts"]) == 100 for one in rows):
        return copied(rng)
    slip, place, step = rng.choice(slips)
    slipped = changed(slip["parts"], place, step)
    table = pd.DataFrame(
        [
            {"agency": one["agency"], "year": one["year"]}
            | dict(zip(PARTS, slipped if one is slip else one["parts"], strict=True))
            | {"on_board": one["on_board"], "not_stated": one["not_stated"]}
            for one in rows
        ]
    )
    right = {"part": PARTS[place].replace("_", " "), "percent": slip["parts"][place]}
    return table, slip | right | {"copied": slip["parts"][place] + step}


def changed(parts: tuple[int, ...], place: int, step: int) -> tuple[int, ...]:
    """Return percentages one of which is changed, none of them below 0.

    >>> changed((40, 55, 5), 1, -2)
    (40, 53, 5)
    """
    return tuple(max(part + step * (at == place), 0) for at, part in enumerate(parts))


def even_report(rng: Random) -> dict[str, Any]:
    """Return two shares of a supposed report that lie halfway and go to the even neighbour."""
    base = 40  # of which every odd count lies halfway
    counts = rng.sample(range(1, base, 2), base // 2)
    up = next(k for k in counts if rounded_percent(k, base) % 2 == 0)
    down = next(k for k in counts if rounded_percent(k, base) % 2 == 1)
    return {
        name: {
            "count": k,
            "base": base,
            "exact": exact(k, base),
            "printed": rounded_percent(k, base, rule="half_even"),
        }
        for name, k in (("up", up), ("down", down))
    }


def impossible_figure(rng: Random) -> dict[str, Any]:
    """Return a percentage of a supposed report that no count of its base gives."""
    base = rng.randint(45, 65)
    printed = {rounded_percent(k, base) for k in range(base + 1)}
    percent = rng.choice([one for one in range(55, 96) if one not in printed])
    below = max(k for k in range(base + 1) if rounded_percent(k, base) < percent)
    fits = [one.base for one in fitting_bases([percent], base) if one.base > base - 10]
    return {"base": base, "percent": percent, "below": below, "fits": fits[-1]}


def elsewhere(rng: Random) -> dict[str, Any]:
    """Return a share of the second collection that the usual wrong bases would not give."""
    boards = csm.open_collection(EXAMPLE)
    rows = boards.tally("membership").dropna(subset="yes").query("no_answer > 0")
    found = []
    for one in rows.to_dict("records"):
        k, n = int(one["yes"]), int(one["base"])
        returned = n + int(one["no_answer"])
        percents = [rounded_percent(k, base) for base in (n, returned, boards.size)]
        if len({*percents}) == 3 == len({n, returned, boards.size}):
            told = {"percent": percents[0], "returned": returned, "of_returned": percents[1]}
            found.append(one | told | {"size": boards.size, "of_size": percents[2]})
    return rng.choice(found)


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


def block_percentages(trusts: Collection, year: int) -> list[int]:
    """Return the percentages that Table 2 prints for a year, each once."""
    printed = figures(trusts)
    block = printed["place"].str.startswith("Table 2") & (printed["year"] == year)
    shares = printed[block & (printed["statistic"] == "share")]
    return [int(one) for one in shares["value"].drop_duplicates()]


def block_bases(trusts: Collection, year: int) -> list[int]:
    """Return every base on which all of them are possible."""
    return [fit.base for fit in fitting_bases(block_percentages(trusts, year), LARGEST)]


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


def exact(count: int, base: int) -> str:
    """Return a share to two decimals, fewer where it ends before: ``63.01%``, ``62.5%``."""
    whole, rest = divmod(rounded_percent(count, base, digits=2), 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + "%"


# -- What a list of answers cannot check -----------------------------------------------------------


def count_behind(_: Collection, names: dict[str, Any], answer: Any) -> str:
    """Check the count behind a percentage."""
    one = names["count"]
    if isinstance(answer, float) and 0 < answer < 1:
        raise WrongAnswer("That is a share. How many Boards is it? Give a whole number.")
    count = int(as_number(answer))
    k, n, printed = one["count"], one["stated"], one["percent"]
    if count == k:
        return f"{k} of {n} is {one['exact']}, and no other count of {n} rounds to {printed}%."
    if count == printed:
        raise WrongAnswer("That is the percentage. How many Boards is it?")
    if count == one["of_all"]:
        raise WrongAnswer(
            f"{count} is {printed}% of {one['on_board']}, all with the agency on the Board. Leave "
            "out those whose level is not stated."
        )
    if count == one["cut"]:
        raise WrongAnswer(
            f"{printed}% of {n} is {printed * n / 100:g}, and int() cuts the rest off. {count} of "
            f"{n} is {format_percent(count, n)}: try the count next to it."
        )
    if not 0 <= count <= n:
        raise WrongAnswer(f"The base is {n}; yours is {count}.")
    raise WrongAnswer(f"{count} of {n} would be printed as {format_percent(count, n)}.")


def rounding(trusts: Collection, names: dict[str, Any], answer: Any) -> str:
    """Check a function that rounds as the paper does, on every count of every base."""
    tie = names["tie"]
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
    fits = names["block"]["fits"]
    printed = block_percentages(trusts, names["block"]["year"])
    if isinstance(answer, str) or not isinstance(answer, Iterable):
        raise WrongAnswer(f"Give a list of every base, such as [70, 71]; yours is {answer!r}.")
    bases = sorted({int(as_number(one)) for one in answer})
    for base in bases:
        if not 1 <= base <= LARGEST:
            raise WrongAnswer(f"{base} is not a base from 1 to {LARGEST}.")
        missing = [f"{figure}%" for figure in printed if not possible_counts(figure, base)]
        if missing:
            raise WrongAnswer(
                f"{base} is impossible. No count of {base} gives {words.listed(missing)}."
            )
    if not bases:
        raise WrongAnswer(
            "There are some. For each base, does every printed percentage come from some count, "
            "rounded to the nearest?"
        )
    shown = words.listed([str(base) for base in bases])
    if bases != fits:
        raise WrongAnswer(
            f"{shown} will do, and there are others up to {LARGEST}. A base that fits "
            "need not be the right one."
        )
    return (
        f"All {len(printed)} percentages are possible on {shown}, and on no other base up to "
        f"{LARGEST}. The paper has {trusts.size}, the smallest."
    )


def impossible(_: Collection, names: dict[str, Any], answer: Any) -> str:
    """Check the rows of the copied table whose levels do not add up."""
    known = {
        (one["agency"], one["year"]): {
            "parts": tuple(one[part] for part in PARTS),
            "on_board": one["on_board"],
            "stated": one["on_board"] - one["not_stated"],
        }
        for one in names["copied"].to_dict("records")
    }
    example = "[('police', 2024)]"
    try:
        rows = {(str(agency), int(year)) for agency, year in answer}
    except (TypeError, ValueError):
        raise WrongAnswer(
            f"Give a list of pairs, such as {example}; yours is {answer!r}."
        ) from None
    stray = sorted(rows - set(known))
    if stray:
        raise WrongAnswer(f"The table has no row {stray[0]}. Give agency and year.")

    def open_on(base: Callable[[dict[str, Any]], int]) -> set[tuple[str, int]]:
        return {key for key, one in known.items() if not closing_splits(one["parts"], base(one))}

    right = open_on(lambda one: one["stated"])
    if rows == right:
        name, year = next(iter(right))
        return f"Only {name}, {year}: no counts give these percentages and add up to its base."
    if rows == open_on(lambda one: one["on_board"]):
        raise WrongAnswer(
            "You used all boards with the agency as the base. Leave out those that do not "
            "state its level."
        )
    if rows == open_on(lambda _: SURVEYED):
        raise WrongAnswer(
            f"You used all {SURVEYED} partnerships as the base. Use the boards that have the "
            "agency and state its level."
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
