"""Views to explore: what the chapters show, with the choice of whom, what and when."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd

from csm_lib import words
from csm_lib.aggregate import changes
from csm_lib.chapters import change, commissioning, jsna, representation
from csm_lib.codebook import ANSWERS
from csm_lib.counts import format_percent
from csm_lib.errors import CollectionError
from csm_lib.explore import View
from csm_lib.findings import Finding, alt_of, base_of, source_of
from csm_lib.inference import group_bounds, pair_bounds
from csm_lib.status import drawn_note

if TYPE_CHECKING:
    from csm_lib.collection import Collection
    from csm_lib.style import Drawing

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
        "were assessed by more than nine in ten authorities",
        lambda data: 10 * data["yes"] > 9 * data["base"],
    ),
    "between": (
        "By more than half, up to nine in ten",
        "were assessed by more than half the authorities and at most nine in ten",
        lambda data: (10 * data["yes"] <= 9 * data["base"]) & (2 * data["yes"] > data["base"]),
    ),
    "few": (
        "By half or fewer",
        "were assessed by half the authorities or fewer",
        lambda data: 2 * data["yes"] <= data["base"],
    ),
}
"""Components by how many authorities assess them: label, words of a title, and which rows."""


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
        question="Which needs were assessed by how many authorities?",
        choices={"components": {"all": "All that are named", **bands}},
        finding=lambda components: components_in(whole, components),
    )


def areas(collection: Collection) -> View:
    """Which services were commissioned jointly, in one year, in two, or how that changed."""
    return View(
        key="explore-areas",
        title="Services commissioned jointly",
        question="What share of authorities commissioned each service jointly?",
        choices={"show": _years(collection)},
        finding=lambda show: shares(
            collection,
            collection.codebook.section("commissioning_areas"),
            show=show,
            what="authorities",
            question="Is the service jointly commissioned, or its budget pooled?",
            caveat=commissioning.NOT_DEPTH,
        ),
    )


def groups(collection: Collection) -> View:
    """What the totals leave open of one item in each region or type of authority."""
    codebook = collection.codebook
    items = {
        item: _place(collection, item)
        for item in GROUPED_ITEMS
        if item in codebook and collection.years[-1] in codebook[item].held
    }
    return View(
        key="explore-groups",
        title="What can be known of regions and types",
        question=f"How many of each group can have said yes in {collection.years[-1]}?",
        choices={"item": items, "by": dict(CHARACTERISTIC)},
        finding=lambda item, by: bounded(collection, item, by=by),
    )


def pairs(collection: Collection) -> View:
    """How many Boards can have had two agencies at once."""
    codebook, year = collection.codebook, collection.years[-1]
    items = [item for item in codebook.section("statutory_agencies") if year in codebook[item].held]
    return View(
        key="explore-pairs",
        title="Two agencies on one Board",
        question=f"On how many Boards can both have sat in {year}?",
        choices={"agency": {item: codebook[item].label for item in items}},
        finding=lambda agency: paired(collection, agency, items),
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
    chart: Callable[..., Drawing]
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
        base=base_of(data, collection.origin),
        source=source_of(data, collection.origin),
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
        source=source_of(data, collection.origin),
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


def bounded(collection: Collection, item: str, *, by: str) -> Finding:
    """How many of each region or type can have said yes to an item in the last year."""
    from csm_lib import charts

    year, one = collection.years[-1], collection.codebook[item]
    whole = collection.tally([item], years=[year])
    yes, base = int(whole["yes"].iloc[0]), int(whole["base"].iloc[0])
    sizes = _answering(collection, by)
    ends = group_bounds([yes] * len(sizes), sizes.tolist(), collection.size)
    data = pd.DataFrame(
        {
            by: sizes.index,
            "low": ends["low"].to_numpy(),
            "high": ends["high"].to_numpy(),
            "base": sizes.to_numpy(),
            "status": "derived",
        }
    )
    wide = data.iloc[int((data["high"] - data["low"]).argmax())]
    drawn = data.assign(item=data[by], label=data[by])
    group = CHARACTERISTIC[by].lower()
    return Finding(
        key="bounded",
        title=(
            f"{one.label}, {year}: {words.of(yes, base)} in all, which leaves "
            f"{wide[by]} anywhere from {wide['low']} to {wide['high']} of {wide['base']}"
        ),
        question=f"{one.question} ({year}, by {group})",
        data=data,
        base=f"authorities of each {group} that answered, {collection.size} in all",
        source=source_of(whole, collection.origin),
        caveat=(
            f"The paper gives no answer by {group}. These are the fewest and the most that its "
            f"totals allow; each is possible. How many of each {group} answered is itself assumed, "
            "as the paper does not state its list of authorities."
        ),
        alt=_bounds_alt(f"can have said yes, {one.label}, {year}", drawn),
        draw=lambda: charts.ranges(drawn, what=f"Authorities that said yes in {year}"),
        shown=pd.DataFrame(
            {
                group: data[by],
                "answered": data["base"],
                "said yes, at least": data["low"],
                "at most": data["high"],
            }
        ),
    )


def paired(collection: Collection, agency: str, items: Sequence[str]) -> Finding:
    """On how many Boards an agency can have sat together with each of the others."""
    from csm_lib import charts

    year, label = collection.years[-1], collection.codebook[agency].label
    whole = collection.tally(items, years=[year]).set_index("item")
    others = whole.drop(agency)
    yes = int(whole["yes"][agency])
    ends = pair_bounds([yes] * len(others), others["yes"].astype(int).tolist(), collection.size)
    data = pd.DataFrame(
        {
            "item": others.index,
            "label": others["label"].to_numpy(),
            "yes": others["yes"].to_numpy(),
            "low": ends["low"].to_numpy(),
            "high": ends["high"].to_numpy(),
            "base": collection.size,
            "status": "derived",
        }
    )
    wide = data.iloc[int((data["high"] - data["low"]).argmax())]
    return Finding(
        key="paired",
        title=(
            f"{label} sat on {yes} Boards in {year}; together with "
            f"{words.within(wide['label'])} on anywhere from {wide['low']} to {wide['high']}"
        ),
        question="On how many Boards can both agencies have sat?",
        data=data,
        base=f"all {collection.size} Boards",
        source=source_of(whole.reset_index(), collection.origin),
        caveat=(
            "The paper gives each agency's total, not which Boards had both. These are the fewest "
            "and the most that the totals allow; each is possible."
        ),
        alt=_bounds_alt(f"can have had both agencies in {year}, {label} and another", data),
        draw=lambda: charts.ranges(
            data, what=f"Boards with {words.within(label)} in {year} that also had"
        ),
        shown=pd.DataFrame(
            {
                "together with": data["label"],
                "on Boards": data["yes"],
                "both, at least": data["low"],
                "at most": data["high"],
            }
        ),
    )


def _bounds_alt(what: str, data: pd.DataFrame) -> str:
    told = [
        f"{label}: {words.span(low, high)} of {base}"
        for label, low, high, base in zip(
            data["label"], data["low"], data["high"], data["base"], strict=True
        )
    ]
    return f"Chart of how many, at the least and at the most, {what}. {'; '.join(told)}."


def _answering(collection: Collection, by: str) -> pd.Series[int]:
    """How many authorities answered in each group, by the published shares."""
    if collection.published is None:
        raise CollectionError(
            f"{collection.path}: publishes no shares by {by}, whose bounds are shown. With rows of "
            "your own, tally them: collection.tally(items, by=...)."
        )
    rows = collection.published
    rows = rows[(rows["item"] == by) & rows["count"].notna()]
    return rows.set_index("answer")["count"].astype(int)


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
