"""Statements about the Joint Strategic Needs Assessment and its components."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from csm_lib.claims.cells import (
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
from csm_lib.claims.change import lasting
from csm_lib.claims.ruling import CHECKS, DISAGREES, POSSIBLE, UNCHECKED, Ruling, check, holds
from csm_lib.counts import expected_by_chance, fitting_bases, possible_counts
from csm_lib.published import stated_sample
from csm_lib.words import counted, listed, number, sentence

if TYPE_CHECKING:
    from csm_lib.collection import Collection

COMPONENTS = "jsna_components"
HEALTH = ("jsna.diabetes", "jsna.cancer", "jsna.infectious_diseases")
OUTSIDE = ("jsna.private_provision", "jsna.voluntary_provision")


@check
def jsna_rose(collection: Collection) -> Ruling:
    """More authorities had carried out a JSNA in the last year."""
    one = move(collection, "jsna.carried_out")
    evidence = f"{both_years(collection, one)}, {one.change}.{lasting(collection, [one])}"
    return holds(one.up > 0, evidence, shares(collection, ["jsna.carried_out"]))


@check
def components_rest_on_the_rest(collection: Collection) -> Ruling:
    """Whether the components rest on all that were not left out: possible, and not stated."""
    rows = printed(collection)
    block = rows[rows["item"].isin(collection.codebook.section(COMPONENTS))]
    block = block[block["statistic"] == "share"]
    left_out = value(collection, f"{COMPONENTS}.excluded")
    base = stated_sample(rows) - left_out
    figures = list(dict.fromkeys(int(figure) for figure in block["value"]))
    holes = [figure for figure in figures if not possible_counts(figure, base)]
    fits = [str(one.base) for one in reversed(fitting_bases(figures, base))]
    evidence = (
        f"{number(left_out)} left out of {stated_sample(rows)} leave {base}. On what base the "
        "components rest is not stated. "
        + (
            f"It cannot be a common base of {base}, no count of which gives "
            f"{listed([f'{figure}%' for figure in holes])}; blanks in single questions would "
            "explain that. "
            if holes
            else f"Every figure is possible on {base}. "
        )
        + f"Of the bases up to {base}, those that make all {len(figures)} different percentages "
        f"possible: {listed(fits) if fits else 'none'}. By chance alone "
        f"{expected_by_chance(len(figures), base):.1f} would be expected to."
    )
    return Ruling(POSSIBLE, sentence(evidence))


@check
def components_nearly_all_rose(collection: Collection) -> Ruling:
    """As many components rose, and as many stayed, as stated; needs all of both years."""
    asked = value(collection, f"{COMPONENTS}.asked")
    found = moves(collection, collection.codebook.section(COMPONENTS))
    if len(found) < asked:
        last = cells(collection, collection.codebook.section(COMPONENTS), ends(collection)[1])
        evidence = (
            f"Of {asked} components {len(last)} are printed for {ends(collection)[1]} and "
            f"{number(len(found)) if found else 'none'} for both years."
        )
        return Ruling(UNCHECKED, evidence)
    rose, _, same = by_direction(found)
    stated = [value(collection, f"{COMPONENTS}.{name}") for name in ("rose", "same")]
    evidence = (
        f"Of {len(found)} components {len(rose)} rose and {len(same)} stayed the same."
        f"{lasting(collection, found)}"
    )
    return holds([len(rose), len(same)] == stated, evidence)


@check
def components_add_up(collection: Collection) -> Ruling:
    """The components that rose and those that stayed are all the components."""
    names = ("rose", "same", "asked")
    rose, same, asked = (value(collection, f"{COMPONENTS}.{name}") for name in names)
    evidence = f"{rose} and {same} make {rose + same}, of {asked} components."
    return holds(rose + same == asked, evidence, tuple(f"{COMPONENTS}.{name}" for name in names))


@check
def no_component_universal(collection: Collection) -> Ruling:
    """No component is at all authorities; decided only where all components are held."""
    year, items = ends(collection)[1], collection.codebook.section(COMPONENTS)
    found = cells(collection, items, year)
    asked = value(collection, f"{COMPONENTS}.asked")
    full = [cell for cell in found if cell.yes == cell.base]
    evidence = (
        f"The highest of {counted(len(found), 'component')} printed for {year} is "
        f"{named(found[:1])}; {counted(asked - len(found), 'other')} are not printed."
    )
    if full or len(moves(collection, items)) >= asked:
        return holds(not full, evidence, shares(collection, [cell.item for cell in full]))
    return Ruling(UNCHECKED, evidence)


@check
def some_health_components_lower(collection: Collection) -> Ruling:
    """Diabetes, cancer and infectious diseases are at least 25 points below the six highest."""
    year = ends(collection)[1]
    found = cells(collection, collection.codebook.section(COMPONENTS), year)
    low = [cell for cell in found if cell.item in HEALTH]
    high = found[:6]
    evidence = (
        f"In {year}: {named(low)}. The {number(len(high))} highest reach at least {high[-1]}."
    )
    below = bool(low) and 4 * (high[-1].share - low[0].share) >= 1
    return holds(below, evidence, shares(collection, HEALTH))


def rose_if_held(collection: Collection, *, items: Sequence[str]) -> Ruling:
    """Each rose; cannot be checked unless all are held in both years."""
    found = moves(collection, items)
    first, last = ends(collection)
    if len(found) < len(items):
        own = named(cells(collection, items, last))
        return Ruling(UNCHECKED, f"For {first} nothing is printed of them. In {last}: {own}.")
    evidence = f"{sentence(listed([str(one) for one in found]))}.{lasting(collection, found)}"
    return holds(all(one.up > 0 for one in found), evidence, shares(collection, items))


@check
def outside_provision_low(collection: Collection) -> Ruling:
    """Private and voluntary provision are the lowest two printed, and below half."""
    year = ends(collection)[1]
    found = cells(collection, collection.codebook.section(COMPONENTS), year)
    lowest = found[-len(OUTSIDE) :]
    true = {cell.item for cell in lowest} == set(OUTSIDE) and 2 * lowest[0].yes < lowest[0].base
    evidence = f"The lowest {number(len(lowest))} of those printed for {year}: {named(lowest)}."
    return holds(true, evidence, shares(collection, OUTSIDE))


@check
def single_agency_components_lower(collection: Collection) -> Ruling:
    """Which components are one agency's own is not stated; all high ones would contradict it."""
    year = ends(collection)[1]
    found = cells(collection, collection.codebook.section(COMPONENTS), year)
    evidence = (
        "Which components are the prime concern of one agency is not printed. The components "
        f"printed for {year} run from {found[-1]} to {found[0]}."
    )
    if found[-1].share == found[0].share:
        return Ruling(DISAGREES, evidence, shares(collection, [cell.item for cell in found]))
    return Ruling(UNCHECKED, evidence)


CHECKS |= {
    "health_components_rose": partial(rose_if_held, items=HEALTH),
}
