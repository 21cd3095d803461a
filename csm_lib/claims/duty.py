"""Statements about the duty to cooperate, and the agencies under it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from csm_lib.claims.cells import (
    by_direction,
    cells,
    ends,
    moves,
    named,
    pooled,
    shares,
    value,
)
from csm_lib.claims.change import allowed, lasting, rose_significantly
from csm_lib.claims.ruling import CHECKS, UNCHECKED, Ruling, check, holds
from csm_lib.words import counted, listed, number, sentence, within

if TYPE_CHECKING:
    from csm_lib.collection import Collection

AGENCIES = "statutory_agencies"
THROUGHOUT, LATER = "statutory", "statutory_2010"


@check
def extended_duty_rose(collection: Collection) -> Ruling:
    """Every agency brought under the duty in 2010 rose, of those held in both years."""
    items = _under(collection, LATER)
    found = moves(collection, items)
    evidence = (
        f"{sentence(listed([str(one) for one in found]))}. "
        f"{sentence(number(len(found)))} of {counted(len(items), 'agency', 'agencies')} "
        f"brought under the duty later can be compared.{lasting(collection, found)}"
    )
    return holds(all(one.up > 0 for one in found), evidence, shares(collection, items))


@check
def some_boards_lacked_agencies(collection: Collection) -> Ruling:
    """Some agency under the duty is missing from some Board, in each year."""
    parts, lacking = [], True
    for year in ends(collection):
        found = cells(collection, _under(collection, THROUGHOUT), year)
        short = [cell for cell in found if cell.yes < cell.base]
        lacking &= bool(short)
        parts.append(f"{len(short)} of {len(found)} in {year}")
    evidence = (
        "Of the agencies under the duty throughout, missing from at least one Board: "
        f"{listed(parts)}."
    )
    return holds(lacking, evidence, shares(collection, _under(collection, THROUGHOUT)))


@check
def probation_and_jobcentre_lowest(collection: Collection) -> Ruling:
    """Both rose, and no other agency of Table 1 stands lower in the last year."""
    pair = ["board.probation", "board.jobcentre_plus"]
    found = cells(collection, collection.codebook.section(AGENCIES), ends(collection)[1])
    rose = [one for one in moves(collection, pair) if one.up > 0]
    lowest = {cell.item for cell in found[-len(pair) :]} == set(pair)
    evidence = (
        f"The lowest two in {ends(collection)[1]}: {named(found[-len(pair) :])}. "
        f"{sentence(number(len(rose)))} of the two rose.{lasting(collection, rose)}"
    )
    return holds(lowest and len(rose) == len(pair), evidence, shares(collection, pair))


@check
def duty_agencies_rose(collection: Collection) -> Ruling:
    """More agencies rose than fell, and those brought under the duty later rose most."""
    items = collection.codebook.section(AGENCIES)
    found = moves(collection, items)
    rose, fell, same = by_direction(found)
    later = _under(collection, LATER)
    ranked = sorted(rose, key=lambda one: one.before.share - one.after.share)
    of_later = [one for one in ranked if one.after.item in later]
    points = [f"{within(one.after.label)} {one.points}" for one in ranked]
    others = [one for one in found if one not in of_later]
    net = ""
    if of_later and others:
        least = allowed(collection, of_later)["net_low"].min()
        most = allowed(collection, others)["net_high"].max()
        net = (
            f" Those brought under the duty later come to a net gain of at least {least} each, "
            f"the others of at most {most}."
        )
    evidence = (
        f"Of the agencies in both years {number(len(rose))} rose, {number(len(fell))} fell and "
        f"{number(len(same))} stayed the same; rises in points: "
        f"{listed(points) if points else 'none'}.{lasting(collection, found)}{net}"
    )
    true = len(rose) > len(fell) and ranked[: len(of_later)] == of_later != []
    return holds(true, evidence, shares(collection, items))


@check
def duty_agencies_high(collection: Collection) -> Ruling:
    """Taken together, the agencies of Table 1 sat on more than half of the Boards each year."""
    items = collection.codebook.section(AGENCIES)
    found = [cells(collection, items, year) for year in ends(collection)]
    parts = [
        f"{pooled(one)} in {year}, the lowest {named(one[-1:])}"
        for one, year in zip(found, ends(collection), strict=True)
    ]
    high = all(2 * pooled(one).yes > pooled(one).base for one in found)
    return holds(high, f"Taken together {listed(parts)}.", shares(collection, items))


@check
def later_duty_agencies_highest(collection: Collection) -> Ruling:
    """Taken together, agencies brought under the duty later stand above the others in the end.

    The paper does not say of which year it speaks; the other is told.
    """
    parts, above = [], True
    for year in ends(collection):
        later = pooled(cells(collection, _under(collection, LATER), year))
        others = pooled(cells(collection, _under(collection, THROUGHOUT), year))
        above = later.share > others.share
        parts.append(f"{later} against {others} in {year}")
    evidence = (
        f"Taken together, those brought under the duty later against the others: {listed(parts)}. "
        f"Read of {ends(collection)[1]}; which year is meant is not stated."
    )
    return holds(above, evidence, shares(collection, _under(collection, LATER)))


@check
def lower_without_duty(collection: Collection) -> Ruling:
    """In the last year agencies without a duty, taken together, stand below those with one."""
    book, year = collection.codebook, ends(collection)[1]
    without = cells(collection, book.section("other_agencies"), year)
    under = cells(collection, book.section(AGENCIES), year)
    above = [cell for cell in without if cell.share > under[-1].share]
    evidence = (
        f"Taken together in {year}: {pooled(without)} without a duty, {pooled(under)} with one. "
        f"Above the lowest with a duty, {named(under[-1:])}: {named(above) if above else 'none'}."
    )
    true = pooled(without).share < pooled(under).share
    return holds(true, evidence, shares(collection, book.section("other_agencies")))


@check
def duty_extended_between_years(collection: Collection) -> Ruling:
    """Two dates can be meant, and when the forms were filled in is not printed."""
    return Ruling(UNCHECKED, _two_readings(collection))


@check
def table_1_agencies_under_duty(collection: Collection) -> Ruling:
    """Whether the agencies added by the Act were under the duty when counted is not known."""
    later = _under(collection, LATER)
    labels = [within(collection.codebook[item].label) for item in later]
    evidence = (
        f"{sentence(counted(len(later), 'agency', 'agencies'))} of "
        f"{len(collection.codebook.section(AGENCIES))} were added by the Act of 2009: "
        f"{listed(labels)}. {_two_readings(collection)}"
    )
    return Ruling(UNCHECKED, evidence)


def _two_readings(collection: Collection) -> str:
    """What the paper, the law and the project's own page say of the date."""
    last, said = ends(collection)[1], value(collection, "duty.extended")
    return (
        f"The paper says April {said} in one place and during the two years in another. The Act "
        "got Royal Assent on 12 November 2009. An order (SI 2009/3317) put the duty of the new "
        "partners into force on 12 January 2010, another (SI 2010/303) that to have a Board on 1 "
        f"April 2010. The forms of {last} were filled in from November to February, as far as the "
        "project's page tells, so some came before the duty and some after it: either statement "
        "can be defended."
    )


def _under(collection: Collection, duty: str) -> list[str]:
    book = collection.codebook
    return [item for item in book.section(AGENCIES) if book[item].duty == duty]


CHECKS |= {
    "jobcentre_plus_rose_significantly": partial(rose_significantly, item="board.jobcentre_plus"),
    "further_education_rose_significantly": partial(
        rose_significantly, item="board.further_education"
    ),
    "schools_rose_significantly": partial(rose_significantly, item="board.schools"),
}
