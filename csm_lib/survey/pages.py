"""The findings that the chapters of any collection's book hold, each made from its data.

Every one takes a collection, and says nothing of a change, a difference or a blank that
`csm_lib.survey.evidence` does not bear.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from csm_lib import download, words
from csm_lib.aggregate import NOT_KNOWN
from csm_lib.codebook import ANSWERS, CHARACTERISTIC, DUTIES
from csm_lib.collection import Collection
from csm_lib.counts import format_percent
from csm_lib.errors import CollectionError
from csm_lib.findings import Finding, alt_of, told_apart
from csm_lib.scales import said_of
from csm_lib.status import WITHHELD
from csm_lib.survey import sentences
from csm_lib.survey.evidence import (
    ENOUGH,
    LARGER,
    UNTESTED,
    count,
    evidence,
    figures,
    named,
)
from csm_lib.survey.sentences import said

if TYPE_CHECKING:
    from csm_lib.style import Drawing

MOST_ANSWERS, MOST_DRAWN = 5, 6
"""Up to so many answers can be told apart in one bar, and so many items in small multiples."""

LONGEST_NAME = 60
"""So many signs of a section's id stand in the name of its file."""

OFTEN_BLANK = 0.1
"""An item left blank by this part is told, if that is more than chance."""

DIVIDED, HALF = 0.2, 0.5
"""An item divides where this part stands at either end of its scale, and more than half at both."""

Row = sentences.Row


def rows_of(collection: Collection, kind: str, **these: object) -> list[dict[str, Any]]:
    """Return the rows of the evidence of one kind that a page has something to say of.

    Of a difference whose figures are withheld that is a verdict, where it is more than chance.
    """
    wanted = {"kind": kind, **these}.items()
    return [row for row in _told(collection) if all(row[name] == one for name, one in wanted)]


@lru_cache(maxsize=2)
def _told(collection: Collection) -> list[dict[str, Any]]:
    table = evidence(collection)
    told = table["change"].notna() | table["kind"].isin(["number", "blank"])
    return dicts(table[told | ((table["kind"] == "group") & (table["verdict"] == LARGER))])


def _some(collection: Collection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows, of which there must be some."""
    if not rows:
        raise CollectionError(
            f"{collection.path}: nothing here can be compared: it takes two waves, or two groups, "
            "in each of which some answered. Leave this finding out."
        )
    return rows


# -- What was answered ----------------------------------------------------------------------------


def answers(collection: Collection, section: str, kind: str = "yes_no") -> Finding:
    """How the items of a section that take one kind of answer were answered, in every wave."""
    codebook = collection.codebook
    items = [item for item in codebook.section(section) if codebook[item].response == kind]
    data = collection.tally(items) if items else pd.DataFrame()
    if data.empty:
        raise CollectionError(
            f"{collection.path}: section {section!r} has no item of the kind {kind!r} that was "
            "asked in a wave of these returns. Leave it out."
        )
    short = data["item"].map(lambda item: codebook[item].name)
    data, first = told_apart(data.assign(label=short)), codebook[data["item"].iloc[0]]
    one, several = data["item"].nunique() == 1, kind != "yes_no"
    last = last_of(data)

    def draw(rows: pd.DataFrame) -> Drawing:
        from csm_lib import charts

        if not several:
            return levels(rows)
        if one:
            return charts.bars(rows, labels=first.answers)
        return charts.stacked_bars(rows, answers=list(first.answers), labels=first.answers)

    key = ["answers" if several else "shares", name_of(collection, section)]
    kinds = {codebook[item].response for item in codebook.section(section)} - {"yes_no", "number"}
    if several and len(kinds) > 1:
        key.append(download.file_name(kind))
    drawable = len(last) and not (several and not one and len(first.answers) > MOST_ANSWERS)
    page, found = "level", _level
    if several:
        page, found = ("balance", _balance) if first.sides else ("most frequent", _most_frequent)
    return said(
        page,
        collection,
        data,
        key="-".join(key),
        chart=draw if drawable else None,
        question=first.question if one else "",
        year=(last if len(last) else data)["year"].max(),
        empty=last.empty,
        hidden=(data["status"] == WITHHELD).any(),
        items=0 if one else len(items),
        **_noted(collection, data, last),
        **({} if last.empty else found(collection, last)),
    )


def last_of(data: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of the last wave that has any."""
    rows = figures(data)
    last: pd.DataFrame = rows[rows["year"] == rows["year"].max()]
    return last


def levels(rows: pd.DataFrame) -> Drawing:
    """Draw shares by the chart that suits their number of waves."""
    from csm_lib import charts

    years = rows["year"].nunique()
    if years == 1:
        return charts.ranked_dots(rows)
    # an open mark and a filled one do not say why one of them is missing
    whole = len(figures(rows)) == len(rows) == years * rows["item"].nunique()
    return (charts.dumbbell if years == 2 and whole else charts.waves)(rows)


def _level(collection: Collection, last: pd.DataFrame) -> dict[str, Any]:
    """The lowest and the highest of some shares in their last wave."""
    said = last["item"].map(sentences.names(collection, last["item"]))
    parts, rows = last["yes"] / last["base"], last.assign(said=said)
    lowest, highest = (dicts(rows[parts == end]) for end in (parts.min(), parts.max()))
    statement = collection.codebook[last["item"].iloc[0]].statement
    return {"last": dicts(rows), "lowest": lowest, "highest": highest, "statement": statement}


def balance(collection: Collection, last: pd.DataFrame) -> pd.DataFrame:
    """Return how many stand on each side of a scale, by item, with the least on balance first."""
    keys = zip(last["item"], last["answer"], strict=True)
    rows = last.assign(side=[collection.codebook[item].sides[answer] for item, answer in keys])
    table = rows.pivot_table("yes", "item", "side", "sum", fill_value=0, sort=False, observed=True)
    table = table.reindex(columns=["for", "against"], fill_value=0)
    table["base"] = rows.drop_duplicates("item").set_index("item")["base"]
    net = (table["for"] - table["against"]) / table["base"]
    return table.assign(net=net).sort_values("net", kind="stable")


def _balance(collection: Collection, last: pd.DataFrame) -> dict[str, Any]:
    """Of the items of a scale, those with the most and the least on balance for them."""
    table, ends = balance(collection, last), []
    for item in (table.index[0], table.index[-1]):
        one, row = collection.codebook[item], table.loc[item]
        side = "against" if row["against"] > row["for"] else "for"
        labels = [one.answers[answer] for answer, of in one.sides.items() if of == side]
        quoted = [*map(sentences.quoted, labels)]
        end = {"yes": int(row[side]), "base": int(row["base"]), "name": one.name}
        ends.append(end | {"labels": quoted, "did": said_of(labels, f"those {side}")})
    low, high = table["net"].iloc[[0, -1]]
    if low == high:
        return {"ends": ends[1:]}
    return {"ends": ends if -low > high else ends[::-1]}


def _most_frequent(collection: Collection, last: pd.DataFrame) -> dict[str, Any]:
    """Of each item the answers that most gave, and which of them most items have alone."""
    tops = []
    for item, rows in last.groupby("item", sort=False):
        top = rows[rows["yes"] == rows["yes"].max()]
        known = collection.codebook[str(item)].answers
        labels = [sentences.quoted(known[answer]) for answer in top["answer"]]
        tops.append({"labels": labels, "yes": top["yes"].iloc[0], "base": top["base"].iloc[0]})
    alone = Counter(top["labels"][0] for top in tops if len(top["labels"]) == 1)
    answer, times = alone.most_common(1)[0] if alone else ("", 0)
    return {"tops": tops, "single": answer, "times": times}


def _noted(collection: Collection, data: pd.DataFrame, last: pd.DataFrame) -> dict[str, Any]:
    """What changes how some answers are read: waves, openers, blanks, and what divides."""
    codebook, asked = collection.codebook, list(dict.fromkeys(data["item"]))
    openers = [opener for item in asked if (opener := codebook[item].asked_if)]
    blank, divided = rows_of(collection, "blank", by="item"), []
    for name, rows in last.groupby("item", sort=False):
        item, ends = codebook[str(name)], rows.iloc[[0, -1]]
        parts = ends["yes"] / ends["base"]
        if len(item.sides) > 3 and parts.min() >= DIVIDED and parts.sum() > HALF:
            labels = [item.answers[answer] for answer in ends["answer"]]
            divided.append((item.name, dicts(ends.assign(label=labels))))
    return {
        "missing": [str(year) for year in collection.years if year not in set(data["year"])],
        "openers": [sentences.quoted(codebook[one].name) for one in dict.fromkeys(openers)],
        "all_opened": len(openers) == len(asked),
        "often_blank": [row for row in blank if row["item"] in asked and _often_blank(row)],
        "divided": divided,
    }


def dicts(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table, by the names of its columns."""
    return rows.to_dict("records")  # type: ignore[return-value]


def _often_blank(row: Row) -> bool:
    return bool(row["verdict"] == LARGER and row["to_yes"] >= OFTEN_BLANK * row["to_base"])


# -- What changed, and what differs ---------------------------------------------------------------


def changes(collection: Collection, section: str | None = None) -> Finding:
    """What rose and what fell from the first wave to the last: of a section, or of all items."""
    these = {} if section is None else {"section": section}
    rows = _some(collection, rows_of(collection, "change", **these))
    where = "" if section is None else collection.codebook.title(section)
    other = any(item.is_number for item in collection.codebook.values())
    sections = rows_of(collection, "section", section=section)
    together = next((row for row in sections if told_together(row, rows)), None)
    return _comparison(
        "together" if together else "changes",
        collection,
        rows,
        key=f"changes-{name_of(collection, section)}" if section is not None else "changes",
        what="change of a share" if other else "change",
        where=f" in {sentences.quoted(where)}" if where else "",
        row=together,
    )


def told_together(section: Row, changed: Sequence[Row]) -> bool:
    """Whether a section is told as one: all of it moved one way, or no item of it is firm alone."""
    firm = [row for row in changed if row["verdict"] == LARGER]
    alone = any(row["section"] == section["section"] for row in firm)
    return bool(section["verdict"] == LARGER and (section["same_way"] or not alone))


def falling(collection: Collection) -> Finding:
    """What went the unwelcome way: what fell, and of what is bad, what rose."""
    codebook, rows = collection.codebook, _some(collection, rows_of(collection, "change"))
    bad = {name for name, item in codebook.items() if item.direction == "bad"}
    worse = [
        row
        for row in rows
        if row["item"] == row["measure"]  # one of several answers gives way to another
        and row["direction"] == (1 if row["item"] in bad else -1)
        and abs(row["change"]) >= sentences.LITTLE
    ]
    what = "fall, or rise of what is bad," if bad else "fall"
    return _comparison(
        "falling",
        collection,
        worse or rows,
        key="falling",
        what=what,
        where="",
        bad=bad,
        worse=worse,
    )


def _comparison(page: str, collection: Collection, rows: Sequence[Row], **found: Any) -> Finding:
    """A finding of some changes, what is more than chance first, with their chart and table."""
    rows = sorted(rows, key=_by_evidence)
    names = dict.fromkeys(row["measure"] for row in rows)
    drawn = count(collection, [one for one in named(collection).values() if one.name in names])
    several = drawn["year"].nunique() > 2

    def draw(_: pd.DataFrame) -> Drawing:
        from csm_lib import charts

        most = [*names][: MOST_DRAWN if several else None]
        shown = drawn[drawn["item"].isin(most)].reset_index(drop=True)
        return charts.waves(shown, order=most) if several else charts.change_bars(shown)

    designs = {row["design"] for row in rows if row["base"]}
    return said(
        page,
        collection,
        pd.DataFrame(rows),
        chart=draw if len(drawn) and (len(rows) > 1 or several) else None,
        of=drawn if len(drawn) else collection,
        table=comparisons(rows),
        rows=rows,
        paired=not several and designs == {"paired"},
        **found,
    )


def _by_evidence(row: Row) -> tuple[bool, float]:
    """What is more than chance first, and then what is larger."""
    return row["verdict"] != LARGER, -sentences.size(row)


def comparisons(rows: Sequence[Row]) -> pd.DataFrame:
    """Set comparisons out as a page has them, in text."""

    def end(row: Row, side: str) -> str:
        if bool(pd.isna(row[f"{side}_base"])):
            return WITHHELD if side != "turn" and row["status"] == WITHHELD else "–"
        told = sentences.share if row["kind"] == "number" else sentences.full
        return f"{row[side]}: {told(row, side)}"

    def p(row: Row) -> str:
        if row["verdict"] == UNTESTED:
            return "–"
        return WITHHELD if bool(pd.isna(row["holm"])) else words.p_value(row["holm"])

    def change(row: Row) -> str:
        sign = {1: "+", 0: "", -1: words.MINUS}[row["direction"]]
        return "–" if bool(pd.isna(row["change"])) else sign + sentences.apart(row)

    sides = {"from": "from", "between": "turn", "to": "to"}
    cells = [
        {"item": row["label"]}
        | {name: end(row, side) for name, side in sides.items()}
        | {"change": change(row), "p": p(row), "verdict": row["verdict"]}
        for row in rows
    ]
    table = pd.DataFrame(cells)
    empty = [name for name in ("between", "p") if table[name].isin(["–", WITHHELD]).all()]
    return table.drop(columns=empty)


def groups(collection: Collection, section: str, by: str) -> Finding:
    """What share of each group said yes to the items of a section, or agreed, in its last wave."""
    rows = _some(collection, rows_of(collection, "group", section=section, by=by))
    year = max(int(row["turn"]) for row in rows)
    rows = [row for row in rows if row["turn"] == str(year)]
    rows = sorted(rows, key=_by_evidence)
    some = [
        one for one in named(collection).values()
        if one.item.section == section and one.item.kind != CHARACTERISTIC
    ]  # fmt: skip
    data = count(collection, some, (by,), (year,))
    data = data[~((data[by] == NOT_KNOWN) & data["base"].eq(0).fillna(value=False))]
    names = [row["measure"] for row in rows if pd.notna(row["change"])][:MOST_DRAWN]
    large = data["base"].groupby(data[by]).max()
    small = large.index[large.lt(ENOUGH).fillna(value=False)]  # in no item enough to compare
    shown = data[data["item"].isin(names) & ~data[by].isin([*small, NOT_KNOWN])]
    order = shown["item"].map({name: place for place, name in enumerate(names)})
    shown = shown.iloc[order.argsort(kind="stable")]
    shown.attrs = {}  # what a measure counts is told by its label
    panels = shown.assign(item=shown[by], label=shown[by], of=shown["label"]).drop(columns=by)
    if panels["of"].nunique() == 1:
        panels = panels.drop(columns="of")

    def draw(_: pd.DataFrame) -> Drawing:
        from csm_lib import charts

        return charts.ranked_dots(panels, order=sorted(panels["item"].unique()))

    texts = [
        WITHHELD if pd.isna(yes) else words.of(yes, base) if base else "no answers"
        for yes, base in zip(data["yes"], data["base"], strict=True)
    ]
    drawn = figures(shown)
    drawn = drawn[drawn["base"] >= ENOUGH]
    wide = data.assign(text=texts).set_index(["item", by])["text"].unstack(by, sort=False)
    labels = data.drop_duplicates("item").set_index("item")["label"].reindex(wide.index)
    wide = wide.rename_axis(index=None, columns=None)
    wide.insert(0, "item", labels, allow_duplicates=True)
    counted = data["item"].map({one.name: one for one in some})  # as a tally has it, from here on
    data = data.assign(item=[one.item.item for one in counted])
    data["answer"] = [one.answer or "yes" for one in counted]
    return said(
        "groups",
        collection,
        data.reset_index(drop=True),
        key=f"groups-{name_of(collection, section)}-{download.file_name(by)}",
        chart=draw if figures(shown)[by].nunique() > 1 else None,
        table=wide.reset_index(drop=True),
        rows=rows,
        by=by,
        year=year,
        unequal=rows_of(collection, "blank", section=section, by=by, verdict=LARGER),
        shown=alt_of("Dot chart", drawn) if len(drawn) else "",
    )


def numbers(collection: Collection, item: str, by: str = "") -> Finding:
    """The median and the quartiles of what is answered by a number: by wave, or by group."""
    one, table = collection.codebook[item], rows_of(collection, "number", item=item)
    rows = [row for row in table if row["by"] == (by or "year")]
    data = collection.numbers([item], by=by or (), years=int(rows[0]["turn"]) if by else None)
    held = dicts(data.dropna(subset="median"))

    def quartiles(shown: pd.DataFrame) -> Drawing:
        from csm_lib import charts

        return charts.quartiles(shown)

    return said(
        "numbers",
        collection,
        data,
        key="-".join(map(download.file_name, ["numbers", item, *filter(None, [by])])),
        chart=quartiles if held else None,
        question="" if by else one.question,
        name=sentences.names(collection, [item])[item],
        by=by,
        row=rows[0] if rows else {},
        held=held[-1] if held else {},
        **_noted(collection, data, data.iloc[:0]),
    )


# -- Who answered ---------------------------------------------------------------------------------


def answered(collection: Collection) -> Finding:
    """How many respondents answered in each wave: of all there are, where that is known."""
    returns, years, many = collection.returns, collection.years, collection.many
    sizes = [collection.population_of(year) or 0 for year in years]
    counts = [int((returns["year"] == year).sum()) for year in years]
    known = all(size >= yes for size, yes in zip(sizes, counts, strict=True))
    often = returns.groupby("authority", observed=True)["year"].nunique()
    each = int((often == len(years)).sum())
    *spelt, again = sentences.numbers(*counts, each)
    shares = ["" for _ in years]
    if known:
        spelt = [f"{yes:,} of {size:,}" for yes, size in zip(counts, sizes, strict=True)]
        shares = [f" ({percent})" for percent in map(format_percent, counts, sizes)]
    filled = returns[list(collection.codebook)].notna().any(axis=1).groupby(returns["year"]).any()
    data = pd.DataFrame({"item": "sample", "answer": "yes", "year": years, "yes": counts})
    data = data.assign(label=f"{words.sentence(many)} answering", no_answer=0)
    data["base"] = pd.array(sizes if known else [pd.NA] * len(years), dtype="Int64")
    data["share"] = (data["yes"] / data["base"]).astype("float64")
    return said(
        "response",
        collection,
        data.assign(status=collection.status),
        key="response",
        of=collection,
        table=pd.DataFrame(
            {"year": years, "answered": [*map("".join, zip(spelt, shares, strict=True))]}
        ),
        waves=[*zip(spelt, shares, years, strict=True)],
        who=collection.one if max(sizes if known else counts[:1]) == 1 else many,
        again=again,
        twice=(often > 1).any(),
        whole=known,
        empty=[str(year) for year in years if not filled[year]],
    )


def answered_by(collection: Collection, by: str) -> Finding:
    """How many respondents of each group answered: of all there are, where that is known."""
    kind, sizes = sentences.plain(collection.called(by)), dict[tuple[int, str], int]()
    for year in collection.years:
        if (cells := collection.frame_of(year)) is not None and by in cells:
            sums = cells.groupby(by)["authorities"].sum()
            sizes |= {(year, str(group)): int(size) for group, size in sums.items()}
    data = collection.respondents([by])
    silent = sizes.keys() - {*zip(data["year"], data[by], strict=True)}
    rows = [{"year": year, by: group, "yes": 0} for year, group in sorted(silent)]
    data = pd.concat([data, pd.DataFrame(rows).assign(status=collection.status)]) if rows else data
    data = data.reset_index(drop=True).astype({"yes": "Int64"})
    bases = [sizes.get(key, 0) for key in zip(data["year"], data[by], strict=True)]
    known = (data[by] != NOT_KNOWN) & data["yes"].notna()
    whole = bool((data["yes"].fillna(0) <= bases)[known].all()) and bool(sizes)
    data["base"] = pd.array(bases, dtype="Int64")
    data["base"] = data["base"].where(known & whole)
    data["share"] = (data["yes"] / data["base"]).astype("float64")
    data["told"] = [
        WITHHELD if pd.isna(yes) else f"{yes:,}" if pd.isna(base) else words.of(yes, base)
        for yes, base in zip(data["yes"], data["base"], strict=True)
    ]
    size, rank = ("base", "share") if whole else ("yes", "yes")
    now = data[known & (data["year"] == collection.years[-1]) & data[size].ge(ENOUGH)]
    now = now.sort_values(rank, kind="stable")
    ends = []
    for row in dicts(now):
        group, yes = sentences.plain(row[by]), int(row["yes"])
        of_all = f"{group}, {yes:,} of {row['base']:,}" if whole else group
        ends.append(f"{format_percent(yes, int(row['base'])) if whole else f'{yes:,}'} ({of_all})")
    wide = data.set_index([by, "year"])["told"].unstack("year", sort=False).fillna("0")
    label = f"{words.sentence(collection.many)} answering"
    return said(
        "response by",
        collection,
        data.drop(columns="told").assign(item="sample", label=label, answer="yes", no_answer=0),
        key=f"response-by-{download.file_name(by)}",
        of=collection,
        table=wide.rename_axis(columns=None).reset_index().rename(columns={by: kind}).astype(str),
        by=by,
        year=collection.years[-1],
        ends=ends if now[rank].nunique() > 1 else [],
        whole=whole,
    )


def blanks(collection: Collection) -> Finding:
    """Which items were left blank, in the last wave of each, and which more often than chance."""
    rows = _some(collection, rows_of(collection, "blank", by="item"))
    rows = sorted(rows, key=lambda row: -row["to_yes"] / row["to_base"])
    some = [row for row in rows if row["to_yes"]]
    return said(
        "blanks",
        collection,
        pd.DataFrame(rows),
        key="blanks",
        of=collection,
        table=comparisons(some or rows[:1]).drop(columns="change"),
        asked=rows,
        often=[row for row in rows if _often_blank(row)],
    )


# -- What was tested, and what was asked ----------------------------------------------------------


def tested(collection: Collection) -> Finding:
    """Everything that was tested, with its verdict: what all the other pages read."""
    table = evidence(collection)
    table = table.sort_values("verdict", key=lambda found: found != LARGER, kind="stable")
    rows = dicts(table)
    shown = comparisons(rows)
    by = {one: f" by {collection.called(one)}" for one in collection.split}
    shown.insert(0, "what", [row["kind"] + by.get(row["by"], "") for row in rows])
    return said(
        "tested",
        collection,
        table,
        key="tested",
        of=collection,
        table=shown,
        firm=int((table["verdict"] == LARGER).sum()),
        number=int((table["verdict"] != UNTESTED).sum()),
    )


def items(collection: Collection) -> Finding:
    """Every item: what was asked, in which years, of whom, and where the source speaks of it."""
    codebook = collection.codebook
    rows = [
        {
            "item": item.item,
            "section": codebook.title(item.section),
            "question": item.question,
            "answers": ", ".join(
                item.answers if item.response in ANSWERS else item.answers.values()
            )
            or "a number",
            "years": ", ".join(str(y) + " (not held)" * (y in item.not_held) for y in item.years),
            "asked if": item.asked_if or "–",
            "duty": DUTIES[item.duty],
            "place and note": " ".join(filter(None, [item.place and f"{item.place}.", item.note])),
        }
        for item in codebook.values()
    ]
    data = pd.DataFrame(rows)
    for column, nothing in (("asked if", "–"), ("duty", DUTIES["none"]), ("place and note", "")):
        if (data[column] == nothing).all():
            data = data.drop(columns=column)
    return said("items", collection, data, key="codebook", of=collection)


# -- Names ----------------------------------------------------------------------------------------


def name_of(collection: Collection, section: str) -> str:
    """Return a section as the name of a file, which no other section of the codebook has."""
    return names(collection.codebook.sections)[section]


def names(sections: Sequence[str], taken: Sequence[str] = ()) -> dict[str, str]:
    """Return sections as names of files, no two of them alike, nor like those taken.

    A dash and an underscore count as alike.
    """
    kept = {one.replace("_", "-") for one in taken}
    used: set[str] = set()
    found = {}
    for section in sections:
        first = download.file_name(section)[:LONGEST_NAME].strip("-")
        first = f"section-{first}" if first in kept else first
        one, number = first, 1
        while one in used:
            number += 1
            one = f"{first}-{number}"
        used.add(one)
        found[section] = one
    return found
