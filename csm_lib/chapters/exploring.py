"""Views to explore: what the chapters show, with the choice of whom, what and when."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd

from csm_lib import words
from csm_lib.aggregate import NOT_KNOWN, changes
from csm_lib.chapters import change, commissioning, jsna, representation
from csm_lib.codebook import ANSWERS
from csm_lib.counts import format_percent
from csm_lib.errors import CollectionError
from csm_lib.explore import View
from csm_lib.finding import Finding, alt_of, base_of, drawn_note, source_of

if TYPE_CHECKING:
    from csm_lib.collection import Collection

BOARD_GROUPS: Mapping[str, tuple[str, Sequence[str]]] = {
    "duty": ("Under the duty", ["statutory_agencies"]),
    "no-duty": ("Under no duty", ["other_agencies", "children_and_families"]),
}
"""Groups of those who may sit on the Board: what a control calls them, and their sections."""

PARTS: Mapping[str, str] = {
    "statutory_agencies": "Board",
    "other_agencies": "Board",
    "children_and_families": "Board",
    "jsna": "JSNA",
    "joint_commissioning": "Commissioning",
    "commissioning_areas": "Commissioning",
}
"""The sections whose items can be gained and lost, and the part of the questionnaire they are."""

GROUPED_ITEMS = (
    "board.jobcentre_plus",
    "board.general_practice",
    "commissioning.camhs",
    "commissioning.maternity",
)
"""The items shown by region and type: one that rose much, one under no duty, a fall, a low one."""

CHARACTERISTIC: Mapping[str, str] = {"region": "Region", "authority_type": "Type of authority"}

BANDS: Mapping[str, tuple[str, str, Callable[[pd.DataFrame], pd.Series]]] = {
    "most": (
        "By more than nine in ten",
        "were assessed by more than nine in ten areas",
        lambda data: 10 * data["yes"] > 9 * data["base"],
    ),
    "between": (
        "By more than half, up to nine in ten",
        "were assessed by more than half the areas and at most nine in ten",
        lambda data: (10 * data["yes"] <= 9 * data["base"]) & (2 * data["yes"] > data["base"]),
    ),
    "few": (
        "By half or fewer",
        "were assessed by half the areas or fewer",
        lambda data: 2 * data["yes"] <= data["base"],
    ),
}
"""Components by how many areas assess them: label, words of a title, and which rows."""


def board(collection: Collection) -> View:
    """Who sat on the Board: a group of agencies, in one year or two."""
    seats = {name: _seats(collection, sections) for name, (_, sections) in BOARD_GROUPS.items()}
    return View(
        key="explore-board",
        title="Seats on the Board, by agency",
        question="On what share of Boards did each agency sit?",
        choices={
            "agencies": {name: BOARD_GROUPS[name][0] for name, items in seats.items() if items},
            "show": _years(collection),
        },
        finding=lambda agencies, show: shares(
            collection,
            seats[agencies],
            show=show,
            what="Boards",
            question=f"Is the agency represented on the Board? ({BOARD_GROUPS[agencies][0]})",
            caveat=representation.PRESENCE,
        ),
    )


def seniority(collection: Collection) -> View:
    """At what level one agency was represented."""
    items = collection.codebook.section("seniority")
    return View(
        key="explore-seniority",
        title="Level of the members of an agency",
        question="At what level was the agency represented?",
        choices={"agency": {item: collection.codebook[item].label for item in items}},
        finding=lambda agency: seniority_of(collection, agency),
    )


def components(collection: Collection) -> View:
    """What the JSNAs were about: all components, or those most or few assessed."""
    found = jsna.components(collection)
    elsewhere = found.caveat.replace("the next finding", "the chapter on needs assessment")
    whole = replace(found, caveat=elsewhere)
    bands = {name: label for name, (label, _, inside) in BANDS.items() if inside(whole.data).any()}
    return View(
        key="explore-components",
        title="Needs that were assessed",
        question="Which needs were assessed by how many areas?",
        choices={"components": {"all": "All that are named", **bands}},
        finding=lambda components: components_in(whole, components),
    )


def areas(collection: Collection) -> View:
    """Which areas were commissioned jointly, in one year, in two, or how that changed."""
    return View(
        key="explore-areas",
        title="Areas commissioned jointly",
        question="What share of authorities commissioned each area jointly?",
        choices={"show": _years(collection)},
        finding=lambda show: shares(
            collection,
            collection.codebook.section("commissioning_areas"),
            show=show,
            what="authorities",
            question="Is the area jointly commissioned, or its budget pooled?",
            caveat=commissioning.NOT_DEPTH,
        ),
    )


def groups(collection: Collection) -> View:
    """One item by region or by type of authority, in the returns at hand."""
    codebook = collection.codebook
    items = {
        item: _place(collection, item)
        for item in GROUPED_ITEMS
        if item in codebook and collection.years[-1] in codebook[item].held
    }
    by = {name: label for name, label in CHARACTERISTIC.items() if name in collection.returns}
    return View(
        key="explore-groups",
        title="An item by region or by type",
        question=f"What share said yes in each group in {collection.years[-1]}?",
        choices={"item": items, "by": by},
        finding=lambda item, by: grouped(collection, item, by=by),
    )


def moves(collection: Collection) -> View:
    """How many authorities can have gained and lost one item."""
    found = {section: _moved(collection, section) for section in PARTS}

    @cache
    def by_section() -> dict[str, Finding]:
        return {
            section: change.moves(collection, section, stopped="lost by", began="gained by")
            for section, items in found.items()
            if items
        }

    return View(
        key="explore-moves",
        title="Gainers and losers of an item",
        question="How many authorities can have moved each way between the years?",
        choices={
            "item": {item: _place(collection, item) for items in found.values() for item in items}
        },
        finding=lambda item: moves_of(list(by_section().values()), item),
    )


# -- The findings behind them ---------------------------------------------------------------------


def shares(
    collection: Collection,
    items: Sequence[str],
    *,
    show: str,
    what: str,
    question: str,
    caveat: str,
) -> Finding:
    """The shares of some items.

    Parameters
    ----------
    items
        Ids of yes/no items.
    show
        A year, ``both`` (the first and the last), or ``change`` between them.
    what
        Of what the shares are: ``Boards``.
    question, caveat
        As for a `Finding`.
    """
    from csm_lib import charts

    whole = collection.tally(items)
    moved = changes(whole)
    if show == "change":
        data = whole[whole["item"].isin(moved["item"])].reset_index(drop=True)
        title, chart = _change_title(moved), charts.change_bars
        alt = f"Chart of the change in points in the share of {what}"
    elif show == "both":
        data, title, chart = whole, _both_title(moved), charts.dumbbell
        alt = f"Chart of the share of {what} in both years"
    else:
        data = whole[whole["year"] == int(show)].reset_index(drop=True)
        title, chart = f"{_ends(data, 'label', what)} in {show}", charts.ranked_dots
        alt = f"Chart of the share of {what} in {show}"
    return Finding(
        key="shares",
        title=title,
        question=question,
        data=data,
        base=base_of(data, collection),
        source=source_of(collection, data),
        caveat=caveat,
        alt=alt_of(alt, data),
        draw=lambda: chart(data, note=drawn_note(data)),
    )


def seniority_of(collection: Collection, item: str) -> Finding:
    """At what level one agency was represented in each year."""
    from csm_lib.charts import stacked_bars

    data = collection.tally([item])
    labels = ANSWERS["level"]
    heads = data[(data["answer"] == "head") & (data["base"] > 0)]
    told = [f"{words.of(row['yes'], row['base'])} in {row['year']}" for _, row in heads.iterrows()]
    label = collection.codebook[item].label
    base = words.span(int(data["base"].min()), int(data["base"].max()))
    base += " by year" if " to " in base else ""
    return Finding(
        key="seniority",
        title=f"{label}: a head of organisation on {words.listed(told)}",
        question=collection.codebook[item].question,
        data=data,
        base=f"Boards with the agency whose level is stated, {base}",
        source=source_of(collection, data),
        caveat=(
            "The members of two years are not the same people or the same Boards. A smaller share "
            "of heads can go with more of them."
        ),
        alt=alt_of(f"Chart of the level of members, {words.within(label)}", data, labels),
        draw=lambda: stacked_bars(
            data,
            answers=[answer for answer in labels if answer in set(data["answer"])],
            labels=labels,
            note=drawn_note(data),
        ),
        labels=labels,
    )


def components_in(whole: Finding, band: str) -> Finding:
    """The finding on components, kept to those in a band of `BANDS`, or ``all`` of them."""
    if band == "all":
        return whole
    from csm_lib.charts import ranked_dots

    _, told, inside = BANDS[band]
    data = whole.data[inside(whole.data)].reset_index(drop=True)
    year = data["year"].max()
    number = words.sentence(words.number(len(data)))
    return replace(
        whole,
        title=f"{number} of {len(whole.data)} named components {told} in {year}",
        data=data,
        alt=alt_of(f"Chart of the components that {told}, {year}", data),
        draw=lambda: ranked_dots(data, note=drawn_note(data)),
    )


def grouped(collection: Collection, item: str, *, by: str) -> Finding:
    """The share that said yes to one item, by a characteristic, in the last year."""
    from csm_lib import charts
    from csm_lib.charts._tile_map import PLACES

    year = collection.years[-1]
    whole = collection.tally([item], by=[by], years=[year])
    data = whole[(whole[by] != NOT_KNOWN) | (whole["base"] > 0)].reset_index(drop=True)
    ranked = data.assign(item=data[by], label=data[by])
    on_map = by == "region" and set(data[by]) <= set(PLACES)
    one = collection.codebook[item]
    group = CHARACTERISTIC[by].lower()
    return Finding(
        key="grouped",
        title=f"{one.label}, {year}: {words.within(_ends(data, by, 'those that answered'))}",
        question=f"{one.question} ({year}, by {group})",
        data=data,
        base=(
            f"authorities of each {group} that answered, {int(data['base'].min())} to "
            f"{int(data['base'].max())} of {collection.size}"
        ),
        source=source_of(collection, data),
        caveat=(
            "A group holds few authorities, so one answer moves its share by many points. "
            + (
                ""
                if drawn_note(data) is None
                else "The print tells nothing of groups. Another panel with the same totals would "
                "put other groups on top."
            )
        ).strip(),
        alt=alt_of(f"{'Map' if on_map else 'Chart'} of the share by {group}, {one.label}", data),
        draw=lambda: (
            charts.tile_map(data, note=drawn_note(data))
            if on_map
            else charts.ranked_dots(ranked, note=drawn_note(data))
        ),
    )


def moves_of(sections: Sequence[Finding], item: str) -> Finding:
    """How many can have gained and lost one item, beside the widest range.

    Parameters
    ----------
    sections
        What `csm_lib.chapters.change.moves` finds in each section.
    item
        The id of the item.
    """
    from csm_lib import charts

    whole = pd.concat([section.data for section in sections], ignore_index=True)
    shown = pd.concat([section.table for section in sections], ignore_index=True)
    widest = int((whole["losers_high"] + whole["gainers_high"]).argmax())
    at = int((whole["item"] == item).argmax())
    scale = [] if at == widest else [widest]
    note = " (widest of all, for scale)"
    data, table = whole.loc[[at, *scale]].copy(), shown.loc[[at, *scale]].copy()
    data.loc[scale, "label"] += note
    table.loc[scale, "item"] += note
    row = whole.iloc[at]
    lost = words.span(int(row["losers_low"]), int(row["losers_high"]))
    won = words.span(int(row["gainers_low"]), int(row["gainers_high"]))
    own = next(section for section in sections if item in set(section.data["item"]))
    behind = [one for one in sections if set(one.data["item"]) & set(data["item"])]
    return replace(
        own,
        title=(
            f"{words.sentence(row['label'])}: lost by {lost} and gained by {won} authorities, as "
            f"the share went from {words.before(row)} to {words.after(row)}"
        ),
        question="How many authorities lost the item, and how many gained it, between the years?",
        data=data.reset_index(drop=True),
        base=(
            "authorities that answered in both years, "
            f"{words.span(int(row['paired_low']), int(row['paired_high']))}"
        ),
        source="; ".join(dict.fromkeys(section.source for section in behind)),
        alt=(
            f"Chart of what the totals allow, {words.within(row['label'])}: lost by {lost}, "
            f"gained by {won}. The widest of all, {words.within(whole['label'][widest])}, stands "
            "beside it for scale."
        ),
        draw=lambda: charts.moves(data, losers="lost it", gainers="gained it"),
        shown=table.reset_index(drop=True),
    )


# -- What they share ------------------------------------------------------------------------------


def _years(collection: Collection) -> dict[str, str]:
    """Return what can be shown of a collection: both years, each of them, and the change."""
    first, last = collection.years[0], collection.years[-1]
    if first == last:
        raise CollectionError(
            f"{collection.path}: holds one year, and this view sets two beside each other. "
            "Add the returns of a second wave."
        )
    return {
        "both": "Both years",
        str(last): str(last),
        str(first): str(first),
        "change": "Change",
    }


def _seats(collection: Collection, sections: Sequence[str]) -> list[str]:
    """Return the items about a seat on the Board, if one of them was answered in two years."""
    moved = [item for section in sections for item in _moved(collection, section)]
    codebook = collection.codebook
    return [
        item
        for section in sections
        if moved and section in codebook.sections
        for item in codebook.section(section)
        if item.startswith("board.")
    ]


def _moved(collection: Collection, section: str) -> list[str]:
    """Return the yes/no items of a section that were answered in two years."""
    codebook = collection.codebook
    if section not in codebook.sections:
        return []
    items = [
        item
        for item in codebook.section(section)
        if codebook[item].response == "yes_no" and codebook[item].asked_if is None
    ]
    return [str(item) for item in changes(collection.tally(items))["item"]] if items else []


def _place(collection: Collection, item: str) -> str:
    """Return an item's label with the part of the questionnaire: ``Board: Police``."""
    one = collection.codebook[item]
    return f"{PARTS[one.section]}: {one.label}" if one.section in PARTS else one.label


def _ends(data: pd.DataFrame, name: str, what: str) -> str:
    """Return the lowest and the highest share of a tally, with whose they are."""
    held = data[data["base"] > 0]
    low, high = (held[held["share"] == end] for end in (held["share"].min(), held["share"].max()))
    if len(low) == len(held):
        return words.sentence(f"{_whose(held, name, 'all')}: {_share(held)} of {what}")
    return (
        f"From {_share(low)} of {what} ({_whose(low, name)}) to {_share(high)} "
        f"({_whose(high, name)})"
    )


def _whose(rows: pd.DataFrame, name: str, many: str = "") -> str:
    labels = [words.within(label) if name == "label" else label for label in rows[name]]
    return words.listed(labels) if len(labels) < 4 else many or f"{words.number(len(rows))} of them"


def _share(rows: pd.DataFrame) -> str:
    return format_percent(int(rows["yes"].iloc[0]), int(rows["base"].iloc[0]))


def _both_title(moved: pd.DataFrame) -> str:
    if len(moved) == 1:
        row = moved.iloc[0]
        return f"{row['label']}: from {words.before(row)} to {words.after(row)}"
    told = [
        f"{words.number(int((moved['direction'] == way).sum()))} {verb}"
        for way, verb in ((1, "rose"), (-1, "fell"), (0, "stayed the same"))
        if (moved["direction"] == way).any()
    ]
    asked = words.number(len(moved))
    return f"Of {asked} asked about in both years, {words.listed(told)}"


def _change_title(moved: pd.DataFrame) -> str:
    """Say what rose most and what fell most, or least."""

    def told(row: pd.Series, degree: str) -> str:
        way = {1: "rose", -1: "fell", 0: "stayed the same"}[int(row["direction"])]
        if not row["direction"]:
            return f"{words.within(row['label'])} stayed the same"
        return f"{words.within(row['label'])} {way}{degree} by {words.points(row)}"

    most = moved.iloc[int(moved["change"].argmax())]
    least = moved.iloc[int(moved["change"].argmin())]
    if len(moved) == 1:
        return words.sentence(told(most, ""))
    up = told(most, " most," if most["direction"] > 0 else " least,")
    down = told(least, " most," if least["direction"] < 0 else " least,")
    return words.sentence(f"{up}; {down}")
