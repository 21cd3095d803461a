"""Statements about who answered, about the findings as a whole, and about the exercise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from csm_lib.claims.cells import by_direction, cells, ends, moves, named, printed, value
from csm_lib.claims.change import as_a_battery, lasting
from csm_lib.claims.commissioning import SECTIONS, outside
from csm_lib.claims.ruling import DISAGREES, PASSED, POSSIBLE, UNCHECKED, Ruling, check, holds
from csm_lib.errors import CollectionError
from csm_lib.frame import compare_lists
from csm_lib.published import CHARACTERISTICS, stated_sample
from csm_lib.words import counted, listed, number, sentence

if TYPE_CHECKING:
    from csm_lib.collection import Collection


@check
def returns_nearly_complete(collection: Collection) -> Ruling:
    """No question put to every authority was left blank by more than one in twenty."""
    everyone = [name for name, item in collection.codebook.items() if item.asked_if is None]
    rows = collection.tally(everyone)
    rows["asked"] = rows["base"] + rows["no_answer"]
    blankest = rows.sort_values("no_answer", ascending=False, kind="stable").iloc[0]
    evidence = (
        f"No question put to everyone was left blank by more than {blankest['no_answer']} of "
        f"{blankest['asked']} ({blankest['label']}, {blankest['year']})."
    )
    return holds(bool((20 * rows["no_answer"] <= rows["asked"]).all()), evidence)


@check
def coverage_reasonable(collection: Collection) -> Ruling:
    """No yardstick is printed; a region or type without any authority would decide it."""
    rows = printed(collection)
    parts, none = [], []
    for characteristic in CHARACTERISTICS:
        groups = rows[rows["item"] == characteristic]
        low, high = groups["value"].min(), groups["value"].max()
        parts.append(f"{low}% to {high}% by {characteristic.replace('_', ' ')}")
        there = set(collection.returns[characteristic].dropna())
        none += [str(group) for group in groups["answer"] if group not in there]
    evidence = f"No yardstick is printed. The shares printed run from {listed(parts)}."
    if none:
        return Ruling(DISAGREES, f"{evidence} Nobody answered in {listed(none)}.")
    return Ruling(UNCHECKED, evidence)


@check
def regions_and_types_fit_one_list(collection: Collection) -> Ruling:
    """Some list of authorities makes all regions and types possible and adds up to the sample."""
    rows = printed(collection)
    if collection.frame is None:
        raise CollectionError(f"{collection.path}: has no frame.csv. This check needs it. Add it.")
    groups = rows[rows["item"].isin(CHARACTERISTICS)]
    table = compare_lists(collection.frame, groups)
    fits = table.groupby("name", sort=False)["possible"].sum()
    size = stated_sample(rows)
    whole = table[table["name"].map(fits) == len(groups)]
    adds_up = whole["answering"].fillna(size) == size
    found = [str(name) for name, some in adds_up.groupby(whole["name"], sort=False) if some.all()]
    which = f": {listed(found)}" if found else ""
    others = fits[~fits.index.isin(found)]
    evidence = (
        f"The list is not stated. Of {len(fits)} tried {number(len(found)) if found else 'none'} "
        f"makes all {len(groups)} shares possible and adds up to {size}, by region and by type"
        f"{which}. The next best makes {others.max()} possible."
    )
    return holds(bool(found), evidence, tuple(groups["figure"]))


@check
def most_findings_rose(collection: Collection) -> Ruling:
    """Outside joint commissioning more than half of the shares held in both years rose."""
    found = outside(collection)
    rose, fell, same = by_direction(found)
    more = value(collection, "jsna_components.rose")
    evidence = (
        f"Outside joint commissioning {number(len(rose))} of {len(found)} shares held in both "
        f"years rose, {number(len(fell))} fell and {number(len(same))} stayed the same; with the "
        f"components, {len(rose) + more} of "
        f"{len(found) + value(collection, 'jsna_components.asked')} rose."
        f"{lasting(collection, found)}{as_a_battery(collection, found)}"
    )
    return holds(2 * len(rose) > len(found), evidence)


@check
def most_findings_rose_joint_commissioning_included(collection: Collection) -> Ruling:
    """More than half of all shares rose; decided only where the components do not matter."""
    book = collection.codebook
    commissioning = [name for section in SECTIONS for name in book.section(section)]
    found = [*outside(collection), *moves(collection, commissioning)]
    rose, fell, same = by_direction(found)
    more, asked = (value(collection, f"jsna_components.{name}") for name in ("rose", "asked"))
    with_components, of_all = len(rose) + more, len(found) + asked
    evidence = (
        f"Of {len(found)} shares held in both years {len(rose)} rose, {len(fell)} fell and "
        f"{len(same)} stayed the same. With the components, which are not printed, "
        f"{with_components} of {of_all}.{lasting(collection, found)}"
    )
    if 2 * len(rose) > len(found):
        return Ruling(PASSED, evidence)
    if 2 * with_components <= of_all:
        return Ruling(DISAGREES, evidence)
    return Ruling(UNCHECKED, evidence)


@check
def arrangements_not_everywhere(collection: Collection) -> Ruling:
    """Some authority had no JSNA, and some no joint commissioning strategy, in the last year."""
    year = ends(collection)[1]
    found = cells(collection, ["jsna.carried_out", "commissioning.strategy"], year)
    short = len(found) == 2 and all(cell.yes < cell.base for cell in found)
    return holds(short, f"In {year}: {named(found)}.")


@check
def text_repeats_tables(collection: Collection) -> Ruling:
    """Wherever a share is printed twice, it is the same."""
    rows = printed(collection)
    shares = rows[(rows["statistic"] == "share") & rows["year"].notna()]
    groups = shares.groupby(["item", "year", "answer"])["value"].agg(["size", "nunique"])
    twice = groups[groups["size"] > 1]
    differ = twice.index[twice["nunique"] > 1]
    evidence = (
        f"{sentence(counted(len(twice), 'share'))} are printed in the text and in a table; "
        f"{number(len(differ)) if len(differ) else 'none'} of them differ."
    )
    keys = pd.MultiIndex.from_frame(shares[["item", "year", "answer"]])
    return holds(not len(differ), evidence, tuple(shares.loc[keys.isin(differ), "figure"]))


@check
def trusts_put_off(collection: Collection) -> Ruling:
    """The revised date comes after the first; nothing else printed tests either."""
    first, revised = (
        value(collection, f"trusts.{name}") for name in ("first_date", "revised_date")
    )
    evidence = f"First {first}, then {revised}. Nothing else printed tells either date."
    if revised <= first:
        return Ruling(DISAGREES, evidence, ("trusts.first_date", "trusts.revised_date"))
    return Ruling(POSSIBLE, evidence)


@check
def exercise_ended_once(collection: Collection) -> Ruling:
    """The decision does not come after the end of the funding; nothing else printed tests it."""
    decided, ended = (
        value(collection, f"collection.{name}") for name in ("discontinued", "funding_ended")
    )
    evidence = (
        f"The year of the decision is {decided}, that of the end of the funding {ended}. They are "
        "two events, and nothing else printed tells when they were."
    )
    if ended < decided:
        ids = ("collection.discontinued", "collection.funding_ended")
        return Ruling(DISAGREES, evidence, ids)
    return Ruling(POSSIBLE, evidence)
