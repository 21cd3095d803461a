"""The findings that the chapters of any collection's book hold, each made from its data.

Every one takes a collection, and says nothing of a change, a difference or a blank that
`csm_lib.survey.evidence` does not bear.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from csm_lib import download, words
from csm_lib.aggregate import NOT_KNOWN
from csm_lib.codebook import ANSWERS, DUTIES
from csm_lib.collection import Collection
from csm_lib.counts import format_percent
from csm_lib.errors import CollectionError
from csm_lib.findings import Finding, alt_of, finding
from csm_lib.status import WITHHELD
from csm_lib.survey import sentences
from csm_lib.survey.evidence import (
    ENOUGH,
    LARGER,
    UNTESTED,
    Measure,
    count,
    evidence,
    figures,
    measures,
)

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

SIDES = {
    "agree": ("agreed with", "disagreed with"),
    "satisf": ("were satisfied with", "were dissatisfied with"),
}
"""What those do that stand for a scale and against it, by a part of the words of their answers."""

Row = sentences.Row


def rows_of(collection: Collection, kind: str, **these: object) -> list[dict[str, Any]]:
    """Return the rows of the evidence of one kind that a page has something to say of.

    Of a difference whose figures are withheld that is a verdict, where it is more than chance.
    """
    table = evidence(collection)
    table = table[table["kind"] == kind]
    if kind in ("change", "section"):
        table = table[table["change"].notna()]
    if kind == "group":
        table = table[table["change"].notna() | (table["verdict"] == LARGER)]
    for name, value in these.items():
        table = table[table[name] == value]
    return dicts(table)


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
    names = {item: codebook[item].name for item in items}
    double = {name for name, times in Counter(names.values()).items() if times > 1}
    names = {item: f"{name} ({item})" if name in double else name for item, name in names.items()}
    data, first = data.assign(label=data["item"].map(names)), codebook[data["item"].iloc[0]]
    one, several = data["item"].nunique() == 1, kind != "yes_no"
    last = figures(data)
    last = last[last["year"] == last["year"].max()]

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
    asked = "Which answers were given to each item?" if several else "What share said yes to each?"
    drawable = len(last) and not (several and not one and len(first.answers) > MOST_ANSWERS)
    tell = _balance if first.sides else _most_frequent if several else _level
    title = tell(collection, last) if len(last) else ""
    year = data["year"].max()
    nothing = f"Nobody answered in {year}"
    if (data["status"] == WITHHELD).any():
        nothing = f"No figure of {year} can be shown, as the counts are small"
    return finding(
        data,
        key="-".join(key),
        title=title or nothing,
        question=(first.question if one else "") or asked,
        chart=draw if drawable else None,
        base=f"{sentences.answering(collection)}, {_span(data['base'])}",
        alt=_labelled(collection, f"Chart of {len(items)} items. {title}.")
        if title and first.sides and not one
        else "",
        note=_note(collection, data, last),
    )


def _labelled(collection: Collection, alt: str) -> str:
    return f"{collection.label}. {alt}" if collection.label else alt


def _span(bases: pd.Series[Any]) -> str:
    held = bases[bases.gt(0).fillna(value=False)]
    if held.empty:
        return "none" if bases.eq(0).any() else WITHHELD
    return words.span(int(held.min()), int(held.max()))


def levels(rows: pd.DataFrame) -> Drawing:
    """Draw shares by the chart that suits their number of waves."""
    from csm_lib import charts

    years = rows["year"].nunique()
    if years == 1:
        return charts.ranked_dots(rows)
    # an open mark and a filled one do not say why one of them is missing
    whole = len(figures(rows)) == len(rows) == years * rows["item"].nunique()
    return (charts.dumbbell if years == 2 and whole else charts.waves)(rows)


def _level(collection: Collection, last: pd.DataFrame) -> str:
    """The range of some shares in their last wave."""
    year, parts = last["year"].iloc[0], last["yes"] / last["base"]
    rows, said = dicts(last), sentences.names(collection, last["item"])
    if len(rows) == 1:
        told = words.of(rows[0]["yes"], rows[0]["base"])
        if statement := collection.codebook[rows[0]["item"]].statement:
            return f"{told} of the {collection.many} {statement} in {year}"
        return f"{said[rows[0]['item']]} stands at {told} in {year}"
    ends = []
    for end in (parts.min(), parts.max()):
        some = [row for row, part in zip(rows, parts, strict=True) if part == end]
        names = words.listed([said[row["item"]] for row in some])
        if len(some) > sentences.MOST_NAMED:
            names = words.counted(len(some), "item")
        ends.append((format_percent(some[0]["yes"], some[0]["base"]), names))
    (low, lows), (high, highs) = ends
    if parts.min() == parts.max():
        return f"{sentences.counts(len(rows), len(rows), 'items')} stand at {high} in {year}"
    return f"From {low} ({lows}) to {high} ({highs}) in {year}"


def balance(collection: Collection, last: pd.DataFrame) -> pd.DataFrame:
    """Return how many stand on each side of a scale, by item, with the least on balance first."""
    keys = zip(last["item"], last["answer"], strict=True)
    rows = last.assign(side=[collection.codebook[item].sides[answer] for item, answer in keys])
    table = rows.pivot_table("yes", "item", "side", "sum", fill_value=0, sort=False, observed=True)
    table = table.reindex(columns=["for", "against"], fill_value=0)
    table["base"] = rows.drop_duplicates("item").set_index("item")["base"]
    net = (table["for"] - table["against"]) / table["base"]
    return table.assign(net=net).sort_values("net", kind="stable")


def _balance(collection: Collection, last: pd.DataFrame) -> str:
    """Of the items of a scale, those with the most and the least on balance for them."""
    table, told = balance(collection, last), []
    for item in (table.index[0], table.index[-1]):
        one, row = collection.codebook[item], table.loc[item]
        way = int(row["against"] > row["for"])
        side = ("for", "against")[way]
        labels = [one.answers[answer] for answer, of in one.sides.items() if of == side]
        stems = (say for stem, say in SIDES.items() if all(stem in s.casefold() for s in labels))
        answered = f"answered {words.listed([*map(sentences.quoted, labels)], 'or')} to"
        said = next(stems, (answered, answered))[way]
        told.append(
            f"{words.of(int(row[side]), int(row['base']))} {said} {sentences.quoted(one.name)}"
        )
    low, high = table["net"].iloc[[0, -1]]
    if low == high:
        return f"{told[1]} in {last['year'].iloc[0]}"
    return "; at the other end, ".join(told if -low > high else reversed(told))


def _most_frequent(collection: Collection, last: pd.DataFrame) -> str:
    """The answer that most gave, or that is most often the most frequent."""
    year, tops = last["year"].iloc[0], []
    for item, rows in last.groupby("item", sort=False):
        top = rows[rows["yes"] == rows["yes"].max()]
        known = collection.codebook[str(item)].answers
        of = words.of(top["yes"].iloc[0], top["base"].iloc[0])
        tops.append(([sentences.quoted(known[answer]) for answer in top["answer"]], of))
    single = [labels[0] for labels, _ in tops if len(labels) == 1]
    if len(tops) == 1:
        labels, of = tops[0]
        if single:
            return f"{single[0]} is the most frequent answer, {of}, in {year}"
        return f"{words.listed(labels)} are equally frequent, {of} each, in {year}"
    if not single:
        return f"No item has one answer that is given most often in {year}"
    answer, times = Counter(single).most_common(1)[0]
    many = sentences.counts(times, len(tops), "items")
    return f"{answer} is the most frequent answer for {many[0].lower()}{many[1:]} in {year}"


def _note(collection: Collection, data: pd.DataFrame, last: pd.DataFrame) -> str:
    """What changes how some answers are read: waves, openers, blanks, and what divides."""
    codebook, asked = collection.codebook, list(dict.fromkeys(data["item"]))
    names = {item: sentences.quoted(codebook[item].name) for item in codebook}
    missing = [str(year) for year in collection.years if year not in set(data["year"])]
    told = [f"Not asked in {words.listed(missing, 'or')}."] if missing else []
    openers = [opener for item in asked if (opener := codebook[item].asked_if)]
    if openers:
        which = [names[opener] for opener in dict.fromkeys(openers)]
        one = words.listed(which, "or") if len(which) <= sentences.MOST_NAMED else "another item"
        some = "Asked" if len(openers) == len(asked) else "Some are asked"
        told.append(f"{some} only where the answer to {one} was yes.")
    told += [
        f"{names[row['item']]} was left blank by {sentences.full(row, 'to')}."
        for row in rows_of(collection, "blank", by="item")
        if row["item"] in asked and _often_blank(row)
    ]
    for name, rows in last.groupby("item", sort=False):
        item, ends = codebook[str(name)], rows.iloc[[0, -1]]
        parts = ends["yes"] / ends["base"]
        if len(item.sides) > 3 and parts.min() >= DIVIDED and parts.sum() > HALF:
            each = [
                f"{format_percent(yes, base)} {sentences.quoted(item.answers[answer])}"
                for yes, base, answer in zip(ends["yes"], ends["base"], ends["answer"], strict=True)
            ]
            told.append(f"{names[item.item]} divides: {words.listed(each)}.")
    return " ".join(told)


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
    where = ""
    if section is not None:
        where = f" in {sentences.quoted(collection.codebook.title(section))}"
    other = any(item.is_number for item in collection.codebook.values())
    what = "change of a share" if other else "change"
    title = sentences.changes(collection, rows, f"{what}{where}")
    for row in rows_of(collection, "section", section=section):
        if told_together(row, rows):
            who = f"Yes to the items{where}, taken together,"
            title = sentences.fitting(
                *(
                    f"{sentences.moved(who, row, years=years)}, {sentences.bearing(row)}"
                    for years in (True, False)
                )
            )
    return _comparison(
        collection,
        rows,
        key=f"changes-{name_of(collection, section)}" if section is not None else "changes",
        title=title,
        question="What became more frequent, and what less?",
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
        collection,
        worse or rows,
        key="falling",
        title=sentences.changes(collection, worse, what)
        if worse
        else f"There was no {what.strip(',')}",
        question="What became worse?" if bad else "What became rarer?",
    )


def _comparison(
    collection: Collection, rows: Sequence[Row], *, key: str, title: str, question: str
) -> Finding:
    """A finding of some changes, what is more than chance first, with their chart and table."""
    rows = sorted(rows, key=lambda row: (row["verdict"] != LARGER, -sentences.size(row)))
    names = [row["measure"] for row in rows]
    drawn = count(collection, [one for one in measures_of(collection) if one.name in names])
    several = drawn["year"].nunique() > 2

    def draw(_: pd.DataFrame) -> Drawing:
        from csm_lib import charts

        most = names[: MOST_DRAWN if several else None]
        shown = drawn[drawn["item"].isin(most)].reset_index(drop=True)
        return charts.waves(shown, order=most) if several else charts.change_bars(shown)

    ends = [
        words.span(min(bases), max(bases))
        for side in ("from_base", "to_base")
        if (bases := [int(row[side]) for row in rows])
    ]
    all_of = sentences.answering(collection, "all")
    base = f"{all_of}, {ends[0]} in the first wave and {ends[1]} in the last"
    tested = [row["base"] for row in rows if row["verdict"] != UNTESTED]
    if tested:
        paired = not several and {row["design"] for row in rows if row["base"]} == {"paired"}
        both = "both times" if paired else "in any wave"
        number = words.span(min(tested), max(tested))
        base += f"; tested, {sentences.answering(collection, number)} {both}"
    said = sentences.names(collection, names)
    told = "; ".join(sentences.moved(said[row["measure"]], row) for row in rows[:2])
    many = f"{words.number(len(rows))} changes, the largest first" if len(rows) > 1 else "a change"
    return finding(
        pd.DataFrame(rows),
        key=key,
        title=title,
        question=question,
        chart=draw if len(drawn) and (len(rows) > 1 or several) else None,
        of=drawn if len(drawn) else collection,
        base=base,
        alt=_labelled(collection, f"Chart of {many}: {told}."),
        table=comparisons(rows),
    )


def measures_of(collection: Collection) -> list[Measure]:
    """Return what is counted of every item."""
    return measures(list(collection.codebook.values()))


def comparisons(rows: Sequence[Row]) -> pd.DataFrame:
    """Set comparisons out as a page has them, in text."""

    def end(row: Row, side: str) -> str:
        if pd.notna(row[f"{side}_mean"] if side != "turn" else pd.NA):
            return f"{row[side]}: {sentences.mean(row, side)}"
        if pd.isna(row[f"{side}_yes"]):
            return WITHHELD if side != "turn" and row["status"] == WITHHELD else "–"
        return f"{row[side]}: {sentences.full(row, side)}"

    def p(row: Row) -> str:
        if row["verdict"] == UNTESTED:
            return "–"
        return WITHHELD if pd.isna(row["holm"]) else words.p_value(row["holm"])

    signs = {1: "+", 0: "", -1: "\N{MINUS SIGN}"}
    table = pd.DataFrame(
        {
            "item": [row["label"] for row in rows],
            "from": [end(row, "from") for row in rows],
            "between": [end(row, "turn") for row in rows],
            "to": [end(row, "to") for row in rows],
            "change": [
                "–" if pd.isna(row["change"]) else signs[row["direction"]] + sentences.apart(row)
                for row in rows
            ],
            "p": [p(row) for row in rows],
            "verdict": [row["verdict"] for row in rows],
        }
    )
    empty = [name for name in ("between", "p") if table[name].isin(["–", WITHHELD]).all()]
    return table.drop(columns=empty)


def groups(collection: Collection, section: str, by: str) -> Finding:
    """What share of each group said yes to the items of a section, or agreed, in its last wave."""
    rows = _some(collection, rows_of(collection, "group", section=section, by=by))
    year = max(int(row["turn"]) for row in rows)
    rows = [row for row in rows if row["turn"] == str(year)]
    rows = sorted(rows, key=lambda row: (row["verdict"] != LARGER, -sentences.size(row)))
    some = [one for one in measures_of(collection) if one.item.section == section]
    data = count(collection, some, (by,), (year,))
    data = data[~((data[by] == NOT_KNOWN) & data["base"].eq(0).fillna(value=False))]
    kind = sentences.plain(collection.called(by))
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
    unequal = rows_of(collection, "blank", section=section, by=by, verdict=LARGER)
    blank = [
        f"{sentences.quoted(row['label'])} was left blank unequally by {kind}." for row in unequal
    ]
    told = figures(shown)
    told = told[told["base"] >= ENOUGH]
    wide = data.assign(text=texts).set_index(["item", by])["text"].unstack(by, sort=False)
    labels = data.drop_duplicates("item").set_index("item")["label"].reindex(wide.index)
    wide = wide.rename_axis(index=None, columns=None)
    wide.insert(0, "item", labels, allow_duplicates=True)
    counted = data["item"].map({one.name: one for one in some})  # as a tally has it, from here on
    data = data.assign(item=[one.item.item for one in counted])
    data["answer"] = [one.answer or "yes" for one in counted]
    return finding(
        data.reset_index(drop=True),
        key=f"groups-{name_of(collection, section)}-{download.file_name(by)}",
        title=sentences.differs(collection, rows, by),
        note=" ".join(blank),
        question=f"Do answers differ by {kind} in {year}?",
        chart=draw if figures(shown)[by].nunique() > 1 else None,
        base=f"{sentences.answering(collection)}, {_span(data['base'])} in each {kind}",
        alt=_labelled(collection, alt_of("Dot chart", told)) if len(told) else "",
        table=wide.reset_index(drop=True),
    )


def numbers(collection: Collection, item: str, by: str = "") -> Finding:
    """The median and the quartiles of what is answered by a number: by wave, or by group."""
    one, table = collection.codebook[item], rows_of(collection, "number", item=item)
    rows = [row for row in table if row["by"] == (by or "year")]
    name, kind = sentences.names(collection, [item])[item], sentences.plain(collection.called(by))
    data = collection.numbers([item], by=by or (), years=int(rows[0]["turn"]) if by else None)
    held = data.dropna(subset="median")
    title, base = f"Of {name} no figure can be shown, as few answered", _span(data["base"])
    if rows and (by or pd.notna(rows[0]["change"])):
        title = sentences.means(name, rows[0], kind)
    elif len(held):
        last = held.iloc[-1]
        ends = ("median", "lower_quartile", "upper_quartile")
        middle, low, high = (words.quantity(last[end]) for end in ends)
        title = f"The median of {name} is {middle} in {last['year']}; half lie from {low} to {high}"

    def quartiles(shown: pd.DataFrame) -> Drawing:
        from csm_lib import charts

        return charts.quartiles(shown)

    return finding(
        data,
        key="-".join(map(download.file_name, ["numbers", item, *filter(None, [by])])),
        title=title,
        question=f"Do answers differ by {kind} in {rows[0]['turn']}?" if by else one.question,
        chart=quartiles if len(held) else None,
        base=f"{sentences.answering(collection)}, {base}{f' in each {kind}' if by else ''}",
        note="" if by else _note(collection, data, data.iloc[:0]),
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
    *told, again = sentences.numbers(*counts, each)
    who = collection.one if max(sizes if known else counts[:1]) == 1 else many
    shares = ["" for _ in years]
    if known:
        told = [f"{yes:,} of {size:,}" for yes, size in zip(counts, sizes, strict=True)]
        percents = map(format_percent, counts, sizes)
        shares = [f" ({percent})" for percent in percents]
    parts = [f"{told[0]} {who}{shares[0]} answered in {years[0]}"]
    waves = zip(told[1:], shares[1:], years[1:], strict=True)
    parts += [f"{number}{share} in {year}" for number, share, year in waves]
    rest = ""
    if len(years) > 1:
        every = "both" if len(years) == 2 else "every wave"
        rest = f"; {again} in {every}" if (often > 1).any() else "; none answered twice"
    last = f"{told[-1]} {who}{shares[-1]} answered in {years[-1]}"
    title = words.sentence(sentences.fitting(words.listed(parts) + rest, last + rest))
    filled = returns[list(collection.codebook)].notna().any(axis=1).groupby(returns["year"]).any()
    empty = [str(year) for year in years if not filled[year]]
    data = pd.DataFrame({"item": "sample", "answer": "yes", "year": years, "yes": counts})
    data = data.assign(label=f"{words.sentence(many)} answering", no_answer=0)
    data["base"] = pd.array(sizes if known else [pd.NA] * len(years), dtype="Int64")
    data["share"] = (data["yes"] / data["base"]).astype("float64")
    return finding(
        data.assign(status=collection.status),
        key="response",
        title=title,
        question=f"How many {many} answered?",
        of=collection,
        base=f"all {many} there are" if known else sentences.answering(collection),
        note=f"The returns of {words.listed(empty)} are blank throughout." if empty else "",
        table=pd.DataFrame(
            {"year": years, "answered": [*map("".join, zip(told, shares, strict=True))]}
        ),
    )


def answered_by(collection: Collection, by: str) -> Finding:
    """How many respondents of each group answered: of all there are, where that is known."""
    kind, sizes = sentences.plain(collection.called(by)), dict[tuple[int, str], int]()
    for year in collection.years:
        if (cells := collection.frame_of(year)) is not None:
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
    title, told = f"How many answered, by {kind}", []
    for row in dicts(now):
        group, yes = sentences.plain(row[by]), int(row["yes"])
        of_all = f"{sentences.plain(row[by])}, {yes:,} of {row['base']:,}" if whole else group
        told.append(f"{format_percent(yes, int(row['base'])) if whole else f'{yes:,}'} ({of_all})")
    if now[rank].nunique() > 1:
        title = f"By {kind}, from {told[0]} to {told[-1]} answered in {collection.years[-1]}"
    wide = data.set_index([by, "year"])["told"].unstack("year").fillna("0")
    label = f"{words.sentence(collection.many)} answering"
    return finding(
        data.drop(columns="told").assign(item="sample", label=label, answer="yes", no_answer=0),
        key=f"response-by-{download.file_name(by)}",
        title=title,
        question=f"How many {collection.many} of each {kind} answered?",
        of=collection,
        base=f"all {collection.many} of each {kind}" if whole else sentences.answering(collection),
        note=""
        if whole
        else f"This shows where answers come from. How many {collection.many} each {kind} has "
        "is not known.",
        table=wide.rename_axis(columns=None).reset_index().rename(columns={by: kind}).astype(str),
    )


def blanks(collection: Collection) -> Finding:
    """Which items were left blank, in the last wave of each, and which more often than chance."""
    rows = _some(collection, rows_of(collection, "blank", by="item"))
    rows = sorted(rows, key=lambda row: -row["to_yes"] / row["to_base"])
    left, put = (sum(int(row[f"to_{name}"]) for row in rows) for name in ("yes", "base"))
    title = f"{words.of(left, put)} of the questions put were left blank"
    often = [row for row in rows if _often_blank(row)]
    if often:
        name, top = sentences.quoted(often[0]["label"]), often[0]
        others = sentences.share(top, "from")
        title = f"{name} was left blank by {sentences.full(top, 'to')}, other items by {others}"
    some = [row for row in rows if row["to_yes"]]
    return finding(
        pd.DataFrame(rows),
        key="blanks",
        title=title if left else "No question was left blank",
        question="What was left blank?",
        of=collection,
        base=f"{collection.many} asked, each item in its last wave",
        table=comparisons(some or rows[:1]).drop(columns="change"),
    )


# -- What was tested, and what was asked ----------------------------------------------------------


def tested(collection: Collection) -> Finding:
    """Everything that was tested, with its verdict: what all the other pages read."""
    table = evidence(collection)
    table = table.sort_values("verdict", key=lambda found: found != LARGER, kind="stable")
    rows = dicts(table)
    firm, number = (table["verdict"] == LARGER).sum(), (table["verdict"] != UNTESTED).sum()
    shown = comparisons(rows)
    split = [row["by"] not in ("year", "item") for row in rows]
    by = [
        f" by {collection.called(row['by'])}" if one else ""
        for row, one in zip(rows, split, strict=True)
    ]
    kinds = [row["kind"] + how for row, how in zip(rows, by, strict=True)]
    shown.insert(0, "what", kinds)
    many = sentences.counts(int(firm), int(number), "comparisons") if firm else "No comparison"
    many = "The one comparison" if firm == number == 1 else many
    return finding(
        table,
        key="tested",
        title=f"{many} {'shows' if firm < 2 else 'show'} more than chance explains"
        if number
        else "Nothing was tested",
        question="What was tested, and what came of it?",
        of=collection,
        base="every change, every difference between groups, and every item that was left blank",
        table=shown,
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
            "years": ", ".join(
                f"{year} (not held)" if year in item.not_held else str(year) for year in item.years
            ),
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
    many = words.counted(len(codebook), "item")
    parts = words.counted(len(codebook.sections), "section")
    return finding(
        data,
        key="codebook",
        title=f"The questionnaire has {many} in {parts}",
        question="What was asked, in which years, and of whom?",
        of=collection,
        base="every item of the codebook",
    )


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
