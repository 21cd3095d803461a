"""Statements about joint commissioning."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from csm_lib.claims.cells import (
    Move,
    both_years,
    by_direction,
    cells,
    ends,
    move,
    moves,
    named,
    printed,
    shares,
    value,
)
from csm_lib.claims.change import allowed, as_a_battery, lasting, net_change
from csm_lib.claims.ruling import DISAGREES, PASSED, UNCHECKED, Ruling, check, holds
from csm_lib.counts import format_percent
from csm_lib.words import counted, listed, number, sentence, span

if TYPE_CHECKING:
    from csm_lib.collection import Collection

AREAS = "commissioning_areas"
STRATEGY = "commissioning.strategy"
SECTIONS = ("joint_commissioning", AREAS)

STILL_HIGH = (
    "commissioning.camhs",
    "commissioning.disability",
    "commissioning.teenage_pregnancy",
    "commissioning.substance_misuse",
)
EXAMPLES = ("commissioning.maternity", "commissioning.palliative_care")
# The areas that are health services by their name. Which ones the paper means is not printed.
HEALTH = (
    "commissioning.camhs",
    "commissioning.healthy_child_programme",
    "commissioning.public_health",
    "commissioning.breastfeeding",
    *EXAMPLES,
)


def outside(collection: Collection) -> list[Move]:
    """The yes/no items of other sections, held in both years."""
    book = collection.codebook
    items = [name for name, item in book.items() if item.section not in SECTIONS]
    return moves(collection, [name for name in items if book[name].response == "yes_no"])


@check
def strategy_fell(collection: Collection) -> Ruling:
    """Fewer authorities had a joint commissioning strategy in the last year."""
    one = move(collection, STRATEGY)
    evidence = f"{both_years(collection, one)}, {one.change}.{lasting(collection, [one])}"
    return holds(one.up < 0, evidence, shares(collection, [STRATEGY]))


@check
def only_joint_commissioning_fell(collection: Collection) -> Ruling:
    """Nothing outside joint commissioning fell."""
    found = outside(collection)
    _, fell, _ = by_direction(found)
    lead = move(collection, "board.chair", "lead_member")
    also = (
        f" So did the share of Boards that the Lead Member chaired: {both_years(collection, lead)}."
    )
    evidence = (
        "If a seat on the Board counts as activity: "
        f"outside joint commissioning {number(len(fell))} of {len(found)} shares held in both "
        f"years fell{f': {listed([str(one) for one in fell])}' if fell else ''}."
        f"{also if lead.up < 0 else ''}"
        f"{lasting(collection, [*fell, lead] if lead.up < 0 else fell)}"
    )
    return holds(not fell, evidence, shares(collection, [one.after.item for one in fell]))


@check
def areas_fell_as_stated(collection: Collection) -> Ruling:
    """As many areas fell as the text says."""
    found = moves(collection, collection.codebook.section(AREAS))
    rose, fell, same = by_direction(found)
    evidence = (
        f"Of {len(found)} areas in both years {number(len(fell))} fell, {number(len(rose))} rose "
        f"and {number(len(same))} stayed the same.{lasting(collection, found)}"
    )
    return holds(len(fell) == value(collection, f"{AREAS}.fell"), evidence, (f"{AREAS}.fell",))


@check
def four_areas_still_high(collection: Collection) -> Ruling:
    """The four areas named are the four highest of the last year, each above half."""
    year = ends(collection)[1]
    top = cells(collection, collection.codebook.section(AREAS), year)[: len(STILL_HIGH)]
    true = {cell.item for cell in top} == set(STILL_HIGH) and 2 * top[-1].yes > top[-1].base
    evidence = f"The {number(len(top))} highest in {year}: {named(top)}."
    return holds(true, evidence, shares(collection, STILL_HIGH))


@check
def maternity_and_palliative_care_lowest(collection: Collection) -> Ruling:
    """They stand below every other area in the last year."""
    year = ends(collection)[1]
    lowest = cells(collection, collection.codebook.section(AREAS), year)[-len(EXAMPLES) :]
    evidence = f"The lowest {number(len(lowest))} in {year}: {named(lowest)}."
    true = {cell.item for cell in lowest} == set(EXAMPLES)
    return holds(true, evidence, shares(collection, EXAMPLES))


@check
def health_led_areas_lower(collection: Collection) -> Ruling:
    """Decided only where every reading of "health-led" gives the same answer."""
    years = ends(collection)
    found = cells(collection, collection.codebook.section(AREAS), years[1])
    others = [cell.share for cell in found if cell.item not in HEALTH]
    readings = [
        all(cell.share < min(others) for cell in found if cell.item in group)
        for group in (EXAMPLES, HEALTH)
    ]
    top = [cells(collection, collection.codebook.section(AREAS), year)[0] for year in years]
    highest = [f"{named([cell])} in {year}" for cell, year in zip(top, years, strict=True)]
    evidence = (
        "Which areas are health-led is not printed. The two given as examples, "
        f"{named([cell for cell in found if cell.item in EXAMPLES])}, stand "
        f"{'' if readings[0] else 'not '}below all that are no health service by name; the "
        f"highest area is {listed(list(dict.fromkeys(highest)))}."
    )
    if all(readings):
        return Ruling(PASSED, evidence)
    if not any(readings):
        return Ruling(DISAGREES, evidence, shares(collection, EXAMPLES))
    return Ruling(UNCHECKED, evidence)


@check
def only_maternity_rose(collection: Collection) -> Ruling:
    """Maternity is the one area that rose, of those held in both years."""
    found = moves(collection, collection.codebook.section(AREAS))
    rose = [one for one in found if one.up > 0]
    evidence = (
        f"Of {len(found)} areas in both years {number(len(rose))} rose"
        f"{f': {listed([str(one) for one in rose])}' if rose else ''}.{lasting(collection, found)}"
    )
    true = [one.after.item for one in rose] == ["commissioning.maternity"]
    return holds(true, evidence, shares(collection, [one.after.item for one in rose]))


@check
def last_column_is_a_percentage_change(collection: Collection) -> Ruling:
    """Each printed change is the relative change, in percent, of its area."""
    rows = printed(collection)
    changes = rows[rows["statistic"] == "change"]
    change = dict(zip(changes["item"], changes["value"].astype(int), strict=True))
    found = [one for one in moves(collection, list(change)) if one.before.yes]
    half = Fraction(1, 2)
    relative, points = [], []
    for one in found:
        first, last, said = one.before.share, one.after.share, change[one.after.item]
        relative.append(abs(100 * (last / first - 1) - said) <= half)
        points.append(abs(100 * (last - first) - said) <= 1)
    most = min(found, key=lambda one: one.after.share / one.before.share)
    lost = most.before.yes * most.after.base - most.after.yes * most.before.base
    evidence = (
        f"{sentence(number(sum(points)))} of {len(found)} changes are differences in percentage "
        f"points, give or take rounding, so read as points the column holds; "
        f"{number(sum(relative))} could be relative changes, as its heading says. "
        f"{most.after.label} is printed as {change[most.after.item]}; its relative fall is "
        f"{format_percent(max(lost, 0), most.before.yes * most.after.base)}."
    )
    against = [one.after.item for one, fits in zip(found, relative, strict=True) if not fits]
    ids = tuple(changes.loc[changes["item"].isin(against), "figure"])
    return holds(all(relative), evidence, ids)


@check
def fewer_arrangements(collection: Collection) -> Ruling:
    """Added up over the areas held in both years, there were fewer arrangements."""
    items = collection.codebook.section(AREAS)
    found = moves(collection, items)
    before, after = (sum(one[place].yes for one in found) for place in (0, 1))
    new = cells(collection, items, ends(collection)[1])
    added = [cell for cell in new if cell.item not in {one.after.item for one in found}]
    ranges = allowed(collection, found)
    net = net_change(int(ranges["net_low"].sum()), int(ranges["net_high"].sum()))
    evidence = (
        f"{before} arrangements in {ends(collection)[0]} and {after} in {ends(collection)[1]}, "
        f"over the {len(found)} areas in both years ({counted(len(added), 'area')} asked about "
        f"only in {ends(collection)[1]} would add {sum(c.yes for c in added)}). Those who answered "
        f"in both years come to {net}.{as_a_battery(collection, found)}"
    )
    return holds(after < before, evidence, shares(collection, [one.after.item for one in found]))


@check
def fewer_authorities_with_arrangements(collection: Collection) -> Ruling:
    """Decided only where totals by area leave no doubt how many had any arrangement."""
    years = ends(collection)
    ranges = []
    for year in years:
        found = cells(collection, collection.codebook.section(AREAS), year)
        most = min(sum(cell.yes for cell in found), collection.size)
        ranges.append((max(cell.yes for cell in found), most))
    (least_before, most_before), (least_after, most_after) = ranges
    parts = [f"{span(*one)} in {year}" for one, year in zip(ranges, years, strict=True)]
    strategy = move(collection, STRATEGY)
    evidence = (
        "How many authorities had any arrangement is not printed; by the totals it is "
        f"{listed(parts)}. With a strategy: {both_years(collection, strategy)}."
    )
    if most_after < least_before:
        return Ruling(PASSED, evidence)
    if least_after >= most_before:
        return Ruling(DISAGREES, evidence, shares(collection, collection.codebook.section(AREAS)))
    return Ruling(UNCHECKED, evidence)
