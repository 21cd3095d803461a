"""Statements about the Board: its chair, the agencies on it, and how senior their members are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from csm_lib.claims.cells import (
    Move,
    both_years,
    cells,
    ends,
    move,
    moves,
    shares,
)
from csm_lib.claims.change import lasting, tested
from csm_lib.claims.ruling import CHECKS, UNCHECKED, Ruling, check, holds
from csm_lib.words import listed, number, sentence, span, within

if TYPE_CHECKING:
    from csm_lib.collection import Collection

AGENCIES = "statutory_agencies"

OF_PATHFINDERS = (
    "The paper names one study, of the 35 pathfinders (O'Brien and others 2006), and prints no "
    "number of it."
)


@check
def lead_member_chairs_most(collection: Collection) -> Ruling:
    """More than half of the Boards in both years."""
    lead = move(collection, "board.chair", "lead_member")
    evidence = f"The Lead Member chaired {both_years(collection, lead)}."
    most = all(2 * cell.yes > cell.base for cell in lead)
    return holds(most, evidence, shares(collection, ["board.chair"]))


@check
def director_chairs_most_others(collection: Collection) -> Ruling:
    """More than half of the Boards that the Lead Member does not chair."""
    lead = move(collection, "board.chair", "lead_member")
    director = move(collection, "board.chair", "director")
    others = Move(
        *(one._replace(base=one.base - lead[place].yes) for place, one in enumerate(director))
    )
    evidence = f"Of the other Boards the Director chaired {both_years(collection, others)}."
    most = all(2 * cell.yes > cell.base for cell in others)
    return holds(most, evidence, shares(collection, ["board.chair"]))


def missing_from(collection: Collection, *, item: str, expected: tuple[int, int]) -> Ruling:
    """Missing from as many Boards as stated, in the first and in the last year."""
    one = move(collection, item)
    missing = tuple(cell.base - cell.yes for cell in one)
    parts = [
        f"from {number(gap) if gap else 'none'} of {cell.base} Boards in {year}"
        for gap, cell, year in zip(missing, one, ends(collection), strict=True)
    ]
    evidence = f"{one.after.label}: missing {listed(parts)}."
    return holds(missing == expected, evidence, shares(collection, [item]))


def beside_another_study(
    collection: Collection, *, items: Sequence[str], answer: str = "yes", known: str
) -> Ruling:
    """A comparison with a study whose numbers the paper does not print.

    What could be had of it is told, in `known`, and then the panel's own numbers.
    """
    own = [
        f"{_label(collection, item, answer)} {cell} in {year}"
        for item in items
        for year in ends(collection)
        for cell in cells(collection, [item], year, answer)
    ]
    return Ruling(UNCHECKED, f"{known} In this panel: {listed(own)}.")


def police_beside_another_study(collection: Collection, *, known: str) -> Ruling:
    """Significantly more than in another study; what a test makes of the panel's own years."""
    ruling = beside_another_study(collection, items=["board.police"], known=known)
    own = tested(collection, move(collection, "board.police"))
    return replace(ruling, evidence=f"{ruling.evidence} Between its two years {own}.")


@check
def heads_gave_way_to_senior_officers(collection: Collection) -> Ruling:
    """At two agencies or more the share of heads fell and that of senior officers rose."""
    items = collection.codebook.section("seniority")
    heads = moves(collection, items, "head")
    officers = moves(collection, items, "senior_officer")
    moved = sum(head.up < 0 < one.up for head, one in zip(heads, officers, strict=True))
    fewer = sum(one.after.yes < one.before.yes for one in heads)
    more = sum(one.after.yes > one.before.yes for one in heads)
    evidence = (
        f"Heads fell and senior officers rose as a share at {moved} of {len(heads)} agencies; "
        f"as a number, heads fell at {fewer} and rose at {more}. "
        f"{_went_from_one_to_the_other(collection, heads, officers)}"
    )
    return holds(moved > 1, evidence, shares(collection, items))


@check
def members_were_senior(collection: Collection) -> Ruling:
    """Heads and senior officers are more than half of the members of every agency."""
    items = collection.codebook.section("seniority")
    others = [(c, y) for y in ends(collection) for c in cells(collection, items, y, "other")]
    most, year = max(others, key=lambda pair: pair[0].share)
    least = most._replace(yes=most.base - most.yes)
    evidence = (
        f"Heads and senior officers make up at least {least} of the members whose level is "
        f"stated: the lowest of {len(others)} rows is {within(least.label)} in {year}."
    )
    return holds(2 * least.yes > least.base, evidence, shares(collection, items))


@check
def boards_were_multiagency(collection: Collection) -> Ruling:
    """The average Board held more than half of the agencies of Table 1."""
    parts, most = [], True
    for year in ends(collection):
        found = cells(collection, collection.codebook.section(AGENCIES), year)
        mean = sum(cell.share for cell in found)
        most &= 2 * mean > len(found)
        parts.append(f"{float(mean):.1f} of {len(found)} in {year}")
    evidence = f"On average a Board held {listed(parts)} of the agencies with a duty."
    return holds(most, evidence, shares(collection, collection.codebook.section(AGENCIES)))


@check
def every_plan_heard_families(collection: Collection) -> Ruling:
    """Views in the Plan in the first year, and consulted in the last: all authorities."""
    first, last = ends(collection)
    found = [
        *((cell, first) for cell in cells(collection, ["cypp.views"], first)),
        *((cell, last) for cell in cells(collection, ["cypp.consulted"], last)),
    ]
    evidence = listed([f"{within(cell.label)} {cell} in {year}" for cell, year in found])
    every = len(found) == 2 and all(cell.yes == collection.size for cell, _ in found)
    return holds(
        every, f"{sentence(evidence)}.", shares(collection, ["cypp.views", "cypp.consulted"])
    )


@check
def families_on_board_fell(collection: Collection) -> Ruling:
    """The share of Boards with children, young people and families fell."""
    one = move(collection, "board.children_and_families")
    evidence = f"{both_years(collection, one)}, {one.change}.{lasting(collection, [one])}"
    return holds(one.up < 0, evidence, shares(collection, ["board.children_and_families"]))


@check
def families_on_board_below_plan(collection: Collection) -> Ruling:
    """In each year fewer Boards held families than Plans heard them."""
    board = move(collection, "board.children_and_families")
    plans = [
        *cells(collection, ["cypp.views"], ends(collection)[0]),
        *cells(collection, ["cypp.consulted"], ends(collection)[1]),
    ]
    evidence = (
        f"On the Board {both_years(collection, board)}; heard for the Plan "
        f"{listed([str(plan) for plan in plans])}."
    )
    below = all(one.share < plan.share for one, plan in zip(board, plans, strict=True))
    return holds(below, evidence, shares(collection, ["board.children_and_families"]))


def low_but_rising(collection: Collection, *, item: str) -> Ruling:
    """Below half in the last year, and above the first."""
    one = move(collection, item)
    true = one.up > 0 and 2 * one.after.yes < one.after.base
    evidence = f"{one.after.label}: {both_years(collection, one)}.{lasting(collection, [one])}"
    return holds(true, evidence, shares(collection, [item]))


def _went_from_one_to_the_other(
    collection: Collection, before: Sequence[Move], after: Sequence[Move]
) -> str:
    """How many Boards had the one answer first and the other last, where that is surest."""
    ranges = [
        (max(one.before.yes + other.after.yes - collection.size, 0),
         min(one.before.yes, other.after.yes), within(one.after.label))
        for one, other in zip(before, after, strict=True)
    ]  # fmt: skip
    least, most, label = max(ranges, key=lambda one: one[0], default=(0, 0, ""))
    surest = f"it is surest for {label}, at {span(least, most)}" if least else "none need have"
    return f"Totals do not tell how many Boards went from the one to the other; {surest}."


def _label(collection: Collection, item: str, answer: str) -> str:
    one = collection.codebook[item]
    return within(one.label) if answer == "yes" else one.answers[answer]


CHECKS |= {
    "pct_commissioner_on_all_but_one": partial(
        missing_from, item="board.pct_commissioner", expected=(1, 1)
    ),
    "police_on_all_then_all_but_one": partial(missing_from, item="board.police", expected=(0, 1)),
    "third_sector_on_all": partial(missing_from, item="board.third_sector", expected=(0, 0)),
    "private_sector_low_but_rising": partial(low_but_rising, item="board.private_sector"),
    "general_practice_low_but_rising": partial(low_but_rising, item="board.general_practice"),
    "chairs_beside_earlier_research": partial(
        beside_another_study,
        items=["board.chair"],
        answer="lead_member",
        known="The paper names two studies, the final report on the pathfinders (2007) and the "
        "Audit Commission's (2008), and prints no number of theirs. Abstracts, summaries and news "
        "of both were searched for a share of Boards by chair; none was found.",
    ),
    "police_beside_earlier_research": partial(
        police_beside_another_study,
        known=f"{OF_PATHFINDERS} Its abstract has no share of Boards with the police. The abstract "
        "of a survey of the same 35 says that all their Boards had health, education and social "
        "services, and that other agencies varied (Bachmann and others 2006).",
    ),
    "others_beside_earlier_research": partial(
        beside_another_study,
        items=["board.private_sector", "board.general_practice"],
        known=f"{OF_PATHFINDERS} Neither its abstract nor those of other papers on the pathfinders "
        "has a share of Boards with the private sector or with general practice.",
    ),
    "plans_beside_earlier_research": partial(
        beside_another_study,
        items=["cypp.views", "cypp.consulted"],
        known="The paper names one study (National Foundation for Educational Research 2006) and "
        "prints no number of it. The Foundation's summary tells of 75 plans, and not of how many "
        "heard families. A later page of the Foundation says that most authorities held "
        "consultations for the purpose and that a smaller share used what they had from before.",
    ),
}
