"""The findings that the chapters of any collection's book hold, each made from its data.

Every one takes a collection, and says nothing of a change, a difference or a blank that
`csm_lib.survey.evidence` does not bear.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from itertools import count as numbered
from typing import TYPE_CHECKING, Any

import pandas as pd

import csm_lib as csm
from csm_lib import download, words
from csm_lib.aggregate import NOT_KNOWN
from csm_lib.codebook import ANSWERS, CHARACTERISTIC, DUTIES, Item
from csm_lib.collection import Collection
from csm_lib.counts import format_percent
from csm_lib.errors import CollectionError
from csm_lib.findings import Finding, alt_of, told_apart
from csm_lib.scales import said_of
from csm_lib.status import WITHHELD
from csm_lib.survey import sentences
from csm_lib.survey.evidence import ENOUGH, LARGER, UNTESTED, count, evidence, figures, named
from csm_lib.survey.sentences import Row, said

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


def dicts(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table, by the names of its columns."""
    return rows.to_dict("records")  # type: ignore[return-value]


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
    codebook, several = collection.codebook, kind != "yes_no"
    items = [item for item in codebook.section(section) if codebook[item].response == kind]
    data = collection.tally(items) if items else pd.DataFrame()
    if data.empty:
        raise CollectionError(
            f"{collection.path}: section {section!r} has no item of the kind {kind!r} that was "
            "asked in a wave of these returns. Leave it out."
        )
    data = told_apart(data.assign(label=[codebook[item].name for item in data["item"]]))
    first, one, last = codebook[data["item"].iloc[0]], data["item"].nunique() == 1, last_of(data)

    def draw(rows: pd.DataFrame) -> Drawing:
        if not several:
            return levels(rows)
        if one:
            return csm.bars(rows, labels=first.answers)
        return csm.stacked_bars(rows, answers=list(first.answers), labels=first.answers)

    key = ["answers" if several else "shares", name_of(collection, section)]
    others = {codebook[item].response for item in codebook.section(section)}
    if several and others - {"yes_no", "number", kind}:
        key.append(download.file_name(kind))
    drawable = len(last) and not (several and not one and len(first.answers) > MOST_ANSWERS)
    page, found = "level", _level
    if several:
        page, found = ("balance", _balance) if first.sides else ("most frequent", _most_frequent)
    context = _noted(collection, data, last) | ({} if last.empty else found(collection, last))
    context |= {"empty": last.empty, "hidden": (data["status"] == WITHHELD).any()}
    context |= {"year": collection.wave((data if last.empty else last)["year"].max())}
    context |= {"items": 0 if one else len(items), "question": first.question if one else ""}
    chart = draw if drawable else None
    return said(page, collection, data, context, key="-".join(key), chart=chart)


def last_of(data: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of the last wave that has any."""
    rows = figures(data)
    last: pd.DataFrame = rows[rows["year"] == rows["year"].max()]
    return last


def levels(rows: pd.DataFrame) -> Drawing:
    """Draw shares by the chart that suits their number of waves."""
    years = rows["year"].nunique()
    # an open mark and a filled one do not say why one of them is missing
    whole = len(figures(rows)) == len(rows) == years * rows["item"].nunique()
    pair = csm.dumbbell if years == 2 and whole else csm.waves
    return csm.ranked_dots(rows) if years == 1 else pair(rows)


def _level(collection: Collection, last: pd.DataFrame) -> dict[str, Any]:
    """The lowest and the highest of some shares in their last wave."""
    last = enough(last)
    rows = last.assign(said=last["item"].map(sentences.names(collection, last["item"])))
    parts = last["yes"] / last["base"]
    lowest, highest = (dicts(rows[parts == end]) for end in (parts.min(), parts.max()))
    statement = collection.codebook[last["item"].iloc[0]].statement
    return {"last": dicts(rows), "lowest": lowest, "highest": highest, "statement": statement}


def enough(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose share rests on enough to be named, if there are any."""
    large = rows["base"] >= ENOUGH
    return rows[large] if large.any() else rows


def balance(collection: Collection, last: pd.DataFrame) -> pd.DataFrame:
    """Return how many stand on each side of a scale, by item, with the least on balance first."""
    last = enough(last)
    keys = zip(last["item"], last["answer"], strict=True)
    rows = last.assign(side=[collection.codebook[item].sides[answer] for item, answer in keys])
    table = rows.pivot_table("yes", "item", "side", "sum", fill_value=0, sort=False, observed=True)
    table = table.reindex(columns=["for", "against"], fill_value=0)
    table["base"] = rows.groupby("item", sort=False)["base"].first()
    net = (table["for"] - table["against"]) / table["base"]
    return table.assign(net=net).sort_values("net", kind="stable")


def _balance(collection: Collection, last: pd.DataFrame) -> dict[str, Any]:
    """Of the items of a scale, those with the most and the least on balance for them."""
    table, ends = balance(collection, last), []
    for item in (table.index[0], table.index[-1]):
        one, row = collection.codebook[item], table.loc[item]
        side = "against" if row["against"] > row["for"] else "for"
        labels = [one.answers[answer] for answer, of in one.sides.items() if of == side]
        end = {"yes": int(row[side]), "base": int(row["base"]), "name": one.name}
        did = said_of(labels, f"those {side}") or f"answered {sentences.standing(one, side)} to"
        ends.append(end | {"did": did})
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
        "missing": [
            collection.wave(year) for year in collection.years if year not in set(data["year"])
        ],
        "openers": [sentences.quoted(codebook[one].name) for one in dict.fromkeys(openers)],
        "all_opened": len(openers) == len(asked),
        "often_blank": [row for row in blank if row["item"] in asked and _often_blank(row)],
        "divided": divided,
    }


def _often_blank(row: Row) -> bool:
    return bool(row["verdict"] == LARGER and row["to_yes"] >= OFTEN_BLANK * row["to_base"])


def numbers(collection: Collection, item: str, by: str = "") -> Finding:
    """The median and the quartiles of what is answered by a number: by wave, or by group."""
    rows = rows_of(collection, "number", item=item, by=by or "year")
    data = collection.numbers([item], by=by or (), years=int(rows[0]["turn"]) if by else None)
    held = dicts(data.dropna(subset="median"))

    def quartiles(shown: pd.DataFrame) -> Drawing:
        return csm.quartiles(shown)

    context = _noted(collection, data, data.iloc[:0])
    context |= {"row": rows[0] if rows else {}, "held": held[-1] if held else {}, "by": by}
    context |= {"name": sentences.names(collection, [item])[item]}
    context |= {"question": "" if by else collection.codebook[item].question}
    key = "-".join(map(download.file_name, filter(None, ["numbers", item, by])))
    chart = quartiles if held else None
    return said("numbers", collection, data, context, key=key, chart=chart)


# -- What changed, and what differs ---------------------------------------------------------------


def changes(collection: Collection, section: str | None = None) -> Finding:
    """What rose and what fell from the first wave to the last: of a section, or of all items."""
    key, where, these = "changes", "", {}
    if section is not None:
        key, these = f"changes-{name_of(collection, section)}", {"section": section}
        where = f" in {sentences.quoted(collection.codebook.title(section))}"
    rows = _some(collection, rows_of(collection, "change", **these))
    sections = rows_of(collection, "section", section=section)
    row = next((one for one in sections if told_together(one, rows)), None)
    found = {"what": "change", "where": where, "row": row}
    return _comparison("together" if row else "changes", collection, rows, key, found)


def told_together(section: Row, changed: Sequence[Row]) -> bool:
    """Whether a section is told as one: all of it moved one way, or most is of no firm item."""
    some = [row for row in changed if row["section"] == section["section"]]
    some = [row for row in some if row["family"] == "change, yes/no"]
    alone = sum(row["change"] for row in some if row["verdict"] == LARGER)
    most = 2 * abs(alone) < abs(sum(row["change"] for row in some))
    return bool(section["verdict"] == LARGER and (section["same_way"] or most))


def falling(collection: Collection) -> Finding:
    """What went the unwelcome way: what fell, and of what is bad, what rose."""
    rows = _some(collection, rows_of(collection, "change"))
    bad = {name for name, item in collection.codebook.items() if item.direction == "bad"}
    worse = [
        row
        for row in rows
        if row["item"] == row["measure"]  # one of several answers gives way to another
        and row["direction"] == (1 if row["item"] in bad else -1)
        and abs(row["change"]) >= sentences.LITTLE
    ]
    found = {"what": "fall", "where": "", "bad": bad, "worse": worse}
    return _comparison("falling", collection, worse or rows, "falling", found)


def _comparison(
    page: str, collection: Collection, rows: Sequence[Row], key: str, found: dict[str, Any]
) -> Finding:
    """A finding of some changes, what is more than chance first, with their chart and table."""
    rows = sorted(rows, key=_by_evidence)
    names = list(dict.fromkeys(row["measure"] for row in rows))
    drawn = count(collection, names)
    several = drawn["year"].nunique() > 2

    def draw(_: pd.DataFrame) -> Drawing:
        if not several:
            return csm.change_bars(drawn)
        most = names[:MOST_DRAWN]
        return csm.waves(drawn[drawn["item"].isin(most)].reset_index(drop=True), order=most)

    paired = not several and {row["design"] for row in rows if row["base"]} == {"paired"}
    other = any(item.is_number for item in collection.codebook.values())
    what = found["what"] + " of a share" * other
    what += ", or rise of what is bad," * bool(found.get("bad"))
    return said(
        page,
        collection,
        pd.DataFrame(rows),
        found | {"rows": rows, "paired": paired, "what": what},
        key=key,
        chart=draw if len(drawn) and (len(rows) > 1 or several) else None,
        of=drawn if len(drawn) else collection,
        table=comparisons(collection, rows),
    )


def _by_evidence(row: Row) -> tuple[bool, float]:
    """What is more than chance first, and then what is larger."""
    return row["verdict"] != LARGER, -sentences.size(row)


def comparisons(collection: Collection, rows: Sequence[Row]) -> pd.DataFrame:
    """Set comparisons out as a page has them, in text."""
    cells = []
    for row in rows:
        told = sentences.share if row["kind"] == "number" else sentences.full
        without = WITHHELD if row["status"] == WITHHELD else "–"
        cell = {"item": row["label"]}
        for name, side in (("from", "from"), ("between", "turn"), ("to", "to")):
            cell[name] = "–" if name == "between" else without
            if bool(pd.notna(row[f"{side}_base"])):
                called = collection.wave(row[side]) if row["by"] == "year" else row[side]
                cell[name] = f"{called}: {told(row, side)}"
        sign = {1: "+", 0: "", -1: words.MINUS}[row["direction"]]
        cell["change"] = "–" if bool(pd.isna(row["change"])) else sign + sentences.apart(row)
        cell["p"] = WITHHELD if bool(pd.isna(row["holm"])) else words.p_value(row["holm"])
        cell["p"] = "–" if row["verdict"] == UNTESTED else cell["p"]
        cells.append(cell | {"verdict": row["verdict"]})
    table = pd.DataFrame(cells)
    empty = [name for name in ("between", "p") if table[name].isin(["–", WITHHELD]).all()]
    return table.drop(columns=empty)


def groups(collection: Collection, section: str, by: str) -> Finding:
    """What share of each group said yes to the items of a section, or agreed, in its last wave."""
    rows = _some(collection, rows_of(collection, "group", section=section, by=by))
    year = max(int(row["turn"]) for row in rows)
    rows = sorted((row for row in rows if row["turn"] == str(year)), key=_by_evidence)
    some = {
        name: one for name, one in named(collection).items()
        if one.item.section == section and one.item.kind != CHARACTERISTIC
    }  # fmt: skip
    data = count(collection, some, (by,), (year,))
    data = data[~((data[by] == NOT_KNOWN) & data["base"].eq(0).fillna(value=False))]
    names = [row["measure"] for row in rows if pd.notna(row["change"])][:MOST_DRAWN]
    large = data["base"].groupby(data[by]).max()
    small = large.index[large.lt(ENOUGH).fillna(value=False)]  # in no item enough to compare
    shown = data[data["item"].isin(names) & ~data[by].isin([*small, NOT_KNOWN])]
    shown = shown.sort_values("item", key=lambda item: item.map(names.index), kind="stable")
    shown.attrs = {}  # what a measure counts is told by its label
    panels = shown.assign(item=shown[by], label=shown[by], of=shown["label"]).drop(columns=by)
    if panels["of"].nunique() == 1:
        panels = panels.drop(columns="of")

    def draw(_: pd.DataFrame) -> Drawing:
        return csm.ranked_dots(panels, order=[*panels["item"].unique()])

    drawn = figures(shown)
    enough = drawn[drawn["base"] >= ENOUGH]
    cells = data.assign(told=_counts(data)).set_index(["item", "label", by])["told"]
    wide = cells.unstack(by, sort=False).rename_axis(columns=None).droplevel("item")
    counted = [some[name] for name in data["item"]]  # as a tally has it, from here on
    data = data.assign(item=[one.item.item for one in counted])
    data = data.assign(answer=[one.answer or "yes" for one in counted]).reset_index(drop=True)
    found = {
        "rows": rows,
        "by": by,
        "year": collection.wave(year),
        "smaller": bool((figures(data)["base"] < ENOUGH).any()),
        "bases": sentences.span(data["base"].where(~(data["base"] < ENOUGH).fillna(value=False))),
        "unequal": rows_of(collection, "blank", section=section, by=by, verdict=LARGER),
        "shown": alt_of("Dot chart", enough) if len(enough) else "",
    }
    return said(
        "groups",
        collection,
        data,
        found,
        key=f"groups-{name_of(collection, section)}-{download.file_name(by)}",
        chart=draw if drawn[by].nunique() > 1 else None,
        table=wide.rename_axis("item").reset_index(allow_duplicates=True),
    )


def _counts(data: pd.DataFrame) -> list[str]:
    """Counts as a table has them: of all, where that is known."""

    def told(yes: Any, base: Any) -> str:
        if pd.isna(yes) or pd.isna(base):
            return WITHHELD if pd.isna(yes) else f"{yes:,}"
        return words.of(yes, base) if base else "no answers"

    return [*map(told, data["yes"], data["base"])]


# -- Who answered ---------------------------------------------------------------------------------


def answered(collection: Collection) -> Finding:
    """How many respondents answered in each wave: of all there are, where that is known."""
    returns, years = collection.returns, collection.years
    sizes = [collection.population_of(year) or 0 for year in years]
    called = [*map(collection.wave, years)]
    counts = [int((returns["year"] == year).sum()) for year in years]
    known = all(size >= yes for size, yes in zip(sizes, counts, strict=True))
    often = returns.groupby("authority", observed=True)["year"].nunique()
    *spelt, again = sentences.numbers(*counts, int((often == len(years)).sum()))
    told = [(yes, "") for yes in spelt]
    if known:
        each = zip(counts, sizes, strict=True)
        told = [(f"{yes:,} of {of:,}", f" ({format_percent(yes, of)})") for yes, of in each]
    filled = returns[list(collection.codebook)].notna().any(axis=1).groupby(returns["year"]).any()
    data = pd.DataFrame({"year": years, "yes": counts})
    data = _answering(collection, data, sizes, pd.Series(known, data.index))
    found = {
        "waves": [(*one, name) for one, name in zip(told, called, strict=True)],
        "who": collection.one if max(sizes if known else counts[:1]) == 1 else collection.many,
        "again": again,
        "twice": (often > 1).any(),
        "whole": known,
        "empty": [name for name, year in zip(called, years, strict=True) if not filled[year]],
    }
    table = pd.DataFrame({"year": called, "answered": [*map("".join, told)]})
    data["status"] = collection.status
    return said("response", collection, data, found, key="response", table=table)


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
    data = _answering(collection, data, bases, known & whole)
    size, rank = ("base", "share") if whole else ("yes", "yes")
    now = data[known & (data["year"] == collection.years[-1]) & data[size].ge(ENOUGH)]
    now = now.sort_values(rank, kind="stable")
    told = data.assign(told=_counts(data)).set_index([by, "year"])["told"]
    wide = told.unstack("year", sort=False).rename(columns=collection.wave)
    wide = wide.fillna("0").rename_axis(columns=None).reset_index().rename(columns={by: kind})
    found = {"by": by, "year": collection.wave(collection.years[-1]), "whole": whole}
    found |= {"ends": dicts(now) if now[rank].nunique() > 1 else []}
    found |= {"smaller": len(now) < (known & (data["year"] == collection.years[-1])).sum()}
    key = f"response-by-{download.file_name(by)}"
    return said("response by", collection, data, found, key=key, table=wide.astype(str))


def _answering(
    collection: Collection, data: pd.DataFrame, sizes: Sequence[int], known: pd.Series[bool]
) -> pd.DataFrame:
    """How many answered, as a tally, of the sizes that are known."""
    base = pd.Series(sizes, data.index, dtype="Int64").where(known)
    data = data.assign(base=base, share=(data["yes"] / base).astype("float64"), item="sample")
    label = f"{words.sentence(collection.many)} answering"
    return data.assign(label=label, answer="yes", no_answer=0)


def blanks(collection: Collection) -> Finding:
    """Which items were left blank, in the last wave of each, and which more often than chance."""
    rows = _some(collection, rows_of(collection, "blank", by="item"))
    rows = sorted(rows, key=lambda row: -row["to_yes"] / row["to_base"])
    some = [row for row in rows if row["to_yes"]] or rows[:1]
    table = comparisons(collection, some).drop(columns="change")
    unequal = [row for row in rows_of(collection, "blank", verdict=LARGER) if row["by"] != "item"]
    found = {"asked": rows, "often": [*filter(_often_blank, rows)], "unequal": unequal}
    return said("blanks", collection, pd.DataFrame(rows), found, key="blanks", table=table)


# -- What was tested, and what was asked ----------------------------------------------------------


def tested(collection: Collection) -> Finding:
    """Everything that was tested, with its verdict: what all the other pages read."""
    table = evidence(collection)
    table = table.sort_values("verdict", key=lambda found: found != LARGER, kind="stable")
    shown = comparisons(collection, dicts(table))
    by = {one: f" by {collection.called(one)}" for one in collection.split}
    shown.insert(0, "what", (table["kind"] + table["by"].map(by).fillna("")).tolist())
    verdicts = Counter(table["verdict"])
    found = {"firm": verdicts[LARGER], "number": len(table) - verdicts[UNTESTED]}
    return said("tested", collection, table, found, key="tested", table=shown)


def items(collection: Collection) -> Finding:
    """Every item: what was asked, in which years, of whom, and where the source speaks of it."""
    rows = []
    for item in collection.codebook.values():
        known = item.answers if item.response in ANSWERS else item.answers.values()
        rows.append(
            {
                "item": item.item,
                "section": collection.codebook.title(item.section),
                "question": item.question,
                "answers": ", ".join(known) or "a number",
                "years": _asked(item, str),
                "asked if": item.asked_if or "–",
                "duty": DUTIES[item.duty],
                "place and note": " ".join(
                    filter(None, [item.place and f"{item.place}.", item.note])
                ),
            }
        )
    data = pd.DataFrame(rows)
    nothing = {"asked if": "–", "duty": DUTIES["none"], "place and note": ""}
    data = data.drop(columns=[name for name, no in nothing.items() if (data[name] == no).all()])
    years = [_asked(item, collection.wave) for item in collection.codebook.values()]
    return said("items", collection, data, {}, key="codebook", table=data.assign(years=years))


def _asked(item: Item, called: Callable[[int], str]) -> str:
    return ", ".join(called(y) + " (not held)" * (y in item.not_held) for y in item.years)


# -- Names ----------------------------------------------------------------------------------------


def name_of(collection: Collection, section: str) -> str:
    """Return a section as the name of a file, which no other section of the codebook has."""
    return names(collection.codebook.sections)[section]


def names(sections: Sequence[str], taken: Sequence[str] = ()) -> dict[str, str]:
    """Return sections as names of files, no two of them alike, nor like those taken.

    A dash and an underscore count as alike.
    """
    kept, found = {one.replace("_", "-") for one in taken}, dict[str, str]()
    for section in sections:
        first = download.file_name(section)[:LONGEST_NAME].strip("-")
        first = f"section-{first}" if first in kept else first
        several = chain([first], (f"{first}-{number}" for number in numbered(2)))
        found[section] = next(one for one in several if one not in found.values())
    return found
