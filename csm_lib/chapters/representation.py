"""Who sat on the Board: its chair, the agencies under a duty, their seniority, everybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from csm_lib import words
from csm_lib.aggregate import changes
from csm_lib.codebook import ANSWERS
from csm_lib.counts import fitting_bases, format_percent
from csm_lib.findings import Finding, alt_of, base_of, source_of
from csm_lib.status import STATUSES, drawn_note

if TYPE_CHECKING:
    from csm_lib.collection import Collection

PRESENCE = "A seat on the Board is presence. It tells nothing of influence or of work done."


def chairs(collection: Collection) -> Finding:
    """Who chaired the Board."""
    from csm_lib.charts import bars

    data = collection.section("chair")
    labels = ANSWERS["chair"]
    lead = data[data["answer"] == "lead_member"]
    shares = [
        format_percent(yes, base) for yes, base in zip(lead["yes"], lead["base"], strict=True)
    ]
    years = [str(year) for year in lead["year"]]
    most = (2 * lead["yes"] > lead["base"]).all()
    return Finding(
        key="chairs",
        title=(
            f"The Lead Member for Children chaired {'most' if most else 'part of the'} Boards: "
            f"{words.listed(shares)} in {words.listed(years)}"
        ),
        question="Who chaired the Children's Trust Board?",
        data=data,
        base=base_of(data, collection.origin),
        source=source_of(data, collection.origin),
        caveat=_chair_bases(collection),
        alt=alt_of("Chart of who chaired the Board", data, labels),
        draw=lambda: bars(data, labels=labels, note=drawn_note(data)),
        labels=labels,
    )


def statutory_agencies(collection: Collection) -> Finding:
    """The agencies under the duty to cooperate: on how many Boards they sat in each year."""
    from csm_lib.charts import dumbbell

    data = collection.section("statutory_agencies")
    moved = changes(data)
    rose = moved[moved["direction"] > 0]
    top = moved.iloc[int(moved["change"].argmax())]
    return Finding(
        key="statutory-agencies",
        title=(
            f"{words.sentence(words.number(len(rose)))} of {words.number(len(moved))} agencies "
            f"under the duty sat on more Boards in {data['year'].max()}; {top['label']} rose "
            f"most, from {words.before(top)} to {words.after(top)}"
        ),
        question="Is the agency represented on the Board?",
        data=data,
        base=base_of(data, collection.origin),
        source=source_of(data, collection.origin),
        caveat=(
            f"{PRESENCE} {_later_duty(collection)} were added to the duty by an Act of 2009. It "
            "reached them on 12 January 2010, probably while the last forms were being filled in. "
            "Table 1 leaves out district councils and strategic health authorities, though they "
            "had the duty. An agency with one mark has figures for one year."
        ),
        alt=alt_of("Chart of the share of Boards with each agency", data),
        draw=lambda: dumbbell(data, note=drawn_note(data)),
    )


def seniority(collection: Collection) -> Finding:
    """At what level the agencies on the Board were represented."""
    from csm_lib.charts import stacked_bars

    data = collection.section("seniority")
    labels = ANSWERS["level"]
    heads = changes(data[data["answer"] == "head"])
    smaller = int((heads["direction"] < 0).sum())
    fewer = int((heads["to_yes"] < heads["from_yes"]).sum())
    return Finding(
        key="seniority",
        title=(
            f"Heads became a smaller share of members at {words.number(smaller)} of "
            f"{words.number(len(heads))} agencies, but fewer in number at only "
            f"{words.number(fewer)}"
        ),
        question="At what level is the agency represented on the Board?",
        data=data,
        base=f"agencies on the Board whose level is stated, {_span(data)} by agency and year",
        source=source_of(data, collection.origin),
        caveat=(
            "The members of two years are not the same people or the same Boards: an agency that "
            "joins more Boards brings new members. A smaller share of heads can go with more of "
            "them."
        ),
        alt=alt_of("Chart of the level of members, by agency and year", data, labels),
        draw=lambda: stacked_bars(data, answers=list(labels), labels=labels, note=drawn_note(data)),
        labels=labels,
    )


def heads(collection: Collection) -> Finding:
    """The number of heads of organisation on the Boards, which the paper does not give."""
    data = collection.section("seniority")
    moved = changes(data[data["answer"] == "head"])
    more = moved[moved["to_yes"] > moved["from_yes"]]
    first, last = data["year"].min(), data["year"].max()
    found = data[data["answer"] == "head"].groupby("item")["status"].agg(set)
    kept = pd.DataFrame(
        {
            "agency": moved["label"],
            f"heads {first}": moved["from_yes"],
            f"of members {first}": moved["from_base"],
            f"heads {last}": moved["to_yes"],
            f"of members {last}": moved["to_base"],
            "status": [_least_firm(found[item]) for item in moved["item"]],
        }
    )
    return Finding(
        key="heads",
        title=(
            f"More heads sat on Boards in {last} for "
            f"{words.listed([words.within(label) for label in more['label']])}"
        ),
        question="How many heads of organisation sat on the Boards?",
        data=kept,
        base=f"agencies on the Board whose level is stated, {_span(data)} by agency and year",
        source=source_of(data, collection.origin),
        caveat="These are numbers of Boards, not shares. The paper gives shares alone.",
    )


def other_agencies(collection: Collection) -> Finding:
    """The agencies under no duty: on how many Boards they sat in the last year."""
    from csm_lib.charts import ranked_dots

    year = collection.years[-1]
    data = collection.section("other_agencies", years=[year])
    open_bases = unstated(collection, list(data["item"]), [year])
    ranked = data.sort_values("share", ascending=False)
    top, low = ranked.iloc[0], ranked.iloc[-1]
    return Finding(
        key="other-agencies",
        title=(
            f"Without a duty, presence ran from {format_percent(top['yes'], top['base'])} "
            f"({words.within(top['label'])}) down to {format_percent(low['yes'], low['base'])} "
            f"({words.within(low['label'])}) in {year}"
        ),
        question=f"Is the agency represented on the Board? ({year})",
        data=data,
        base=base_of(data, collection.origin),
        source=source_of(data, collection.origin),
        caveat=(
            f"{PRESENCE} For most of these the count itself is printed; where it is not, the "
            f"base is the largest that makes the percentage possible. {open_bases}".rstrip()
        ),
        alt=alt_of(f"Chart of the share of Boards with each agency in {year}", data),
        draw=lambda: ranked_dots(data, note=drawn_note(data)),
    )


def rising_agencies(collection: Collection) -> Finding:
    """The agencies under no duty whose presence is printed for both years."""
    from csm_lib.charts import dumbbell

    whole = collection.section("other_agencies")
    moved = changes(whole)
    data = whole[whole["item"].isin(moved["item"])].reset_index(drop=True)
    rose = moved[moved["direction"] > 0]
    parts = [
        f"{words.within(row['label'])} from {words.before(row)} to {words.after(row)}"
        for _, row in rose.iterrows()
    ]
    few = (2 * rose["to_yes"] < rose["to_base"]).all()
    return Finding(
        key="rising-agencies",
        title=f"On more Boards{', but fewer than half' if few else ''}: {words.listed(parts)}",
        question="Is the agency represented on the Board?",
        data=data,
        base=base_of(data, collection.origin),
        source=source_of(data, collection.origin),
        caveat=f"{PRESENCE} {unstated(collection, list(moved['item']))}".rstrip(),
        alt=alt_of("Chart of the share of Boards with each agency in both years", data),
        draw=lambda: dumbbell(data, note=drawn_note(data)),
    )


def children_and_families(collection: Collection) -> Finding:
    """Children, young people and families: on the Board, and heard for the Plan."""
    from csm_lib.charts import dumbbell

    data = collection.section("children_and_families")
    on_board = changes(data).iloc[0]
    verb = {1: "rose", 0: "stayed the same", -1: "fell"}[int(on_board["direction"])]
    plans = data[data["item"].str.startswith("cypp.")]
    heard = "every Plan" if (plans["yes"] == plans["base"]).all() else "most Plans"
    return Finding(
        key="children-and-families",
        title=(
            f"Children, young people and families were heard for {heard}; their presence "
            f"on Boards {verb} from {words.before(on_board)} to {words.after(on_board)}"
        ),
        question="Were children, young people and families on the Board, and heard for the Plan?",
        data=data,
        base=base_of(data, collection.origin),
        source=source_of(data, collection.origin),
        caveat=(
            "The Plan was asked about in other words in each year, so its two marks are two "
            "questions. A seat for families was never required. "
            f"{unstated(collection, list(data['item'].unique()))}".rstrip()
        ),
        alt=alt_of("Chart of how children, young people and families took part", data),
        draw=lambda: dumbbell(data, note=drawn_note(data)),
    )


def unstated(collection: Collection, items: list[str], years: list[int] | None = None) -> str:
    """What the paper leaves open of the bases of some items, in sentences.

    Told are bases that it does not state and that cannot be everybody, and shares of all who
    responded. Empty where there are none, and for returns that no paper stands behind.
    """
    if collection.published is None:
        return ""
    figures = collection.published
    rows = figures[figures["item"].isin(items) & (figures["status"] == "assumed")]
    if years is not None:
        rows = rows[rows["year"].isin(years)]
    everybody, codebook = collection.size, collection.codebook
    said = [
        f"{codebook[item].label}: the paper says all responding Boards, and not how many "
        f"responded; {everybody} is the most there can be."
        for item in rows[rows["printed"] == "all"]["item"].unique()
    ] + [
        f"The base of {words.within(codebook[item].label)} in {year} is not stated: {everybody} "
        f"does not fit, {base} does."
        for item, year, base in rows[rows["of"] < everybody][["item", "year", "of"]].itertuples(
            index=False
        )
    ]
    return " ".join(said)


def _chair_bases(collection: Collection) -> str:
    """What is not known of the chairs: the bases, and with them how many somebody else chaired."""
    if collection.published is None:
        return ""
    figures = collection.published[collection.published["item"] == "board.chair"]
    short, left = [], []
    for year, block in figures.groupby("year"):
        fits = fitting_bases(list(block["printed"]), collection.size)
        fewest = min(one.base - sum(map(max, one.counts)) for one in fits)
        most = max(one.base - sum(map(min, one.counts)) for one in fits)
        left.append(f"from {fewest} to {most} in {year}")
        if fits[-1].base < collection.size:
            short.append(
                f"In {year} {collection.size} does not fit both, and {fits[-1].base} does. "
            )
    return (
        "The paper does not state the bases. Each is the largest on which both shares of its year "
        f"are possible. {''.join(short)}Somebody else is what two rounded shares leave: "
        f"{words.listed(left)} over every base that fits, and the high end of that if few left "
        "the question blank."
    )


def _least_firm(statuses: set[str]) -> str:
    """The status of a row whose numbers have these."""
    return max(statuses, key=list(STATUSES).index)


def _later_duty(collection: Collection) -> str:
    codebook = collection.codebook
    names = [
        words.within(codebook[item].label)
        for item in codebook.section("statutory_agencies")
        if codebook[item].duty == "statutory_2010"
    ]
    return words.sentence(words.listed(names))


def _span(data: pd.DataFrame) -> str:
    return words.span(int(data["base"].min()), int(data["base"].max()))
