"""Early warning: what falls from wave to wave, and how much of that the totals can bear.

Made from the totals of each wave alone, so it shows nothing of a respondent that the totals do
not. A cell that is withheld from the totals is withheld here too.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from csm_lib import inference, words
from csm_lib.aggregate import NOT_KNOWN
from csm_lib.counts import format_percent
from csm_lib.errors import CollectionError
from csm_lib.findings import Finding, described, source_of, told_apart
from csm_lib.status import STATUSES, drawn_note
from csm_lib.survey.section import spoken

if TYPE_CHECKING:
    from csm_lib.collection import Collection

LEVEL = 0.05

VERDICTS = {
    "always": "beyond chance, whoever moved",
    "depends": "depends on who moved",
    "never": "cannot be told from chance",
}
"""How a page words the verdict on a fall."""

TESTED = {
    "always": ("is beyond chance whoever moved", "are beyond chance whoever moved"),
    "depends": ("depends on who moved", "depend on who moved"),
    "never": ("cannot be told from chance", "cannot be told from chance"),
}

TOP = (
    "A list of falls always has a top. What stands there was picked because it fell most, and "
    "part of a large fall often comes back by itself (regression to the mean)."
)


def falling(
    collection: Collection, sections: Sequence[str] | None = None, *, noun: str = "items"
) -> Finding:
    """Which items fall from wave to wave, the longest and then the largest fall first.

    Parameters
    ----------
    sections
        The sections to look at; all of them if left out.
    noun
        What the items are, in the plural, for the title: ``services``.

    Returns
    -------
    Finding
        One row of its data is a yes/no item that was asked of everyone, with a figure in the last
        wave and in one before: ``falls``, how many times in a row it fell up to the last wave;
        ``from_...`` and ``to_...``, the wave before the first of these falls (the last but one
        where there is none) and the last; ``change`` between the two; what their totals allow, as
        `csm_lib.inference.change_range` gives it; and Holm's p over all the rows, as
        `csm_lib.inference.holm` gives it. Waves in which an item has no figure are passed over.

    Raises
    ------
    CollectionError
        A section is unknown, or no item has a figure in the last wave and in one before.
    """
    from csm_lib import charts

    tally = collection.tally(_items(collection, sections))
    figures = _figures(tally)
    last = collection.years[-1]
    runs = [run for _, rows in figures.groupby("item", sort=False) if (run := _run(rows, last))]
    if not runs:
        raise CollectionError(
            f"{collection.path}: no item asked of every {collection.one} has a figure in {last} "
            "and in a wave before, so nothing can be seen to fall. An early warning needs a "
            "second wave."
        )
    data = _weighed(_told_apart(pd.DataFrame(runs), collection), collection)
    fell = data[data["falls"] > 0]
    paths = _paths(figures, fell)
    chart = charts.dumbbell if figures["year"].nunique() == 2 else charts.waves
    order = fell["item"].tolist()
    withheld = set(tally.loc[tally["yes"].isna(), "item"]) - set(data["item"])
    others = set(figures["item"]) - set(data["item"]) - withheld
    return Finding(
        key="falling",
        title=_title(data, _waves(figures, data), noun),
        question="Which answers become rarer from wave to wave?",
        data=data,
        base=f"{collection.many} that answered the question, {_bases(data)} of {collection.size}",
        source=source_of(data, collection.origin),
        caveat=_sentences(
            _borne(data, noun),
            "A fall over several waves is measured from its highest point, which makes it look "
            "larger."
            if (data["falls"] > 1).any()
            else "",
            *(
                (
                    TOP,
                    f"Totals do not tell which {collection.many} stopped. Ask them why before "
                    "you act.",
                )
                if len(fell)
                else ()
            ),
            f"{words.sentence(words.counted(len(withheld), 'more item'))} cannot be judged, as "
            "figures of a few respondents are withheld."
            if withheld
            else "",
            f"{words.sentence(words.counted(len(others), 'more item'))} cannot be judged, for want "
            f"of a figure in {last} or in a wave before."
            if others
            else "",
        ),
        alt=_alt(fell, paths) if len(fell) else "",
        draw=(lambda: chart(paths, order=order, note=drawn_note(paths))) if order else None,
        shown=_table(fell if len(fell) else data, collection.many),
        origin=collection.origin,
    )


def falling_by(
    collection: Collection, by: str, sections: Sequence[str] | None = None, *, noun: str = "items"
) -> Finding:
    """In how many items each region, or each type, fell from the first wave to the last.

    Parameters
    ----------
    by
        A characteristic: ``region`` or ``authority_type``.
    sections, noun
        As for `falling`.

    Returns
    -------
    Finding
        One row of its data is a group: ``items``, how many yes/no items asked of everyone have a
        figure in the last wave and in one before; how many of them ``fell``, ``rose`` and stayed
        the ``same`` since the first wave that has a figure; how many more are ``withheld``; and
        the item that fell most, with its totals. A group of which all is withheld has 0 items.

    Raises
    ------
    CollectionError
        A section or the characteristic is unknown, or no group has figures of two waves.
    """
    from csm_lib import charts

    tally = collection.tally(_items(collection, sections), by=[by])
    last = collection.years[-1]
    groups = [
        {by: group, **_moved(rows, last)} for group, rows in tally.groupby(by) if group != NOT_KNOWN
    ]
    counts = ("from_year", "from_yes", "from_base", "to_year", "to_yes", "to_base")
    data = pd.DataFrame(groups).astype(dict.fromkeys(counts, "Int64") if groups else {})
    if data.empty or not data["items"].any():
        raise CollectionError(
            f"{collection.path}: no group of {by!r} has figures of two waves to compare"
            f"{', as small counts are withheld' if (tally['yes'].isna()).any() else ''}. Fill in "
            f"the column {by!r} of the returns, or leave this finding out."
        )
    parts = [
        Fraction(f, max(n, 1)) - (n == 0) for f, n in zip(data["fell"], data["items"], strict=True)
    ]
    data = data.iloc[sorted(range(len(data)), key=lambda at: -parts[at])].reset_index(drop=True)
    seen = data[data["items"] > 0]
    drawn = seen.assign(item=seen[by], label=seen[by], yes=seen["fell"], base=seen["items"])
    first = int(tally["year"].min())
    one = format_percent(1, int(_figures(tally)["base"].min())).removesuffix("%")
    kind = spoken(by)
    return Finding(
        key=f"falling-by-{by.replace('_', '-')}",
        title=_group_title(seen, by, first, noun),
        question=f"In how many {noun} did each {kind} fall between {first} and {last}?",
        data=data,
        base=(
            f"{noun} asked of every {collection.one} with a figure in {last} and in a wave before, "
            f"{words.span(int(seen['items'].min()), int(seen['items'].max()))} by {kind}"
        ),
        source=source_of(tally, collection.origin),
        caveat=_sentences(
            f"In the smallest group one answer moves a share by {one} points, so some "
            "of its falls are bound to be chance. No test is made here.",
            TOP,
            "Figures of a few respondents are withheld, so each group is judged by other items."
            if data["withheld"].any()
            else "",
            f"Nothing is left to show of {words.listed(hidden)}."
            if (hidden := data.loc[data["items"] == 0, by].tolist())
            else "",
        ),
        alt=described(
            f"Chart of the share of {noun} that fell, by {kind}",
            [f"{row[by]}: {row['fell']} of {row['items']}" for row in _rows(seen)],
        ),
        draw=lambda: charts.ranked_dots(drawn, note=drawn_note(data)),
        shown=_group_table(data, by, kind),
        origin=collection.origin,
    )


# -- From a tally to runs of falls ----------------------------------------------------------------


def _items(collection: Collection, sections: Sequence[str] | None) -> list[str]:
    """The yes/no items that were asked of everyone: only their base is the same in each wave."""
    codebook = collection.codebook
    return [
        item
        for section in (codebook.sections if sections is None else sections)
        for item in codebook.section(section)
        if codebook[item].response == "yes_no" and codebook[item].asked_if is None
    ]


def _figures(tally: pd.DataFrame) -> pd.DataFrame:
    """The rows of a tally that have a figure: not withheld, and somebody answered."""
    held = tally[(tally["yes"].notna() & (tally["base"] > 0)).fillna(False).astype(bool)]
    return held.astype({"yes": "int64", "base": "int64"})


def _share(row: dict[str, Any]) -> Fraction:
    return Fraction(row["yes"], row["base"])


def _rows(data: pd.DataFrame) -> list[dict[str, Any]]:
    return data.to_dict("records")  # type: ignore[return-value]


def _run(rows: pd.DataFrame, last: int) -> dict[str, Any] | None:
    """The falls of one item up to the last wave; ``None`` without a figure in two waves."""
    waves = _rows(rows.sort_values("year"))
    if len(waves) < 2 or waves[-1]["year"] != last:
        return None
    start = len(waves) - 1
    while start > 0 and _share(waves[start]) < _share(waves[start - 1]):
        start -= 1
    falls = len(waves) - 1 - start
    return {"falls": falls, **_pair(waves[start if falls else -2], waves[-1])}


def _pair(first: dict[str, Any], last: dict[str, Any]) -> dict[str, Any]:
    """Two waves of an item side by side, as `csm_lib.aggregate.changes` sets them."""
    change = _share(last) - _share(first)
    firm = list(STATUSES)
    return {
        **{name: last[name] for name in ("item", "label", "section")},
        **{
            f"{side}_{name}": row[name]
            for side, row in (("from", first), ("to", last))
            for name in ("year", "yes", "base")
        },
        "change": float(change),
        "direction": (change > 0) - (change < 0),
        "status": max(first["status"], last["status"], key=firm.index),
    }


def _told_apart(runs: pd.DataFrame, collection: Collection) -> pd.DataFrame:
    """Items of one name get the name of their section behind it."""
    double = runs["label"].duplicated(keep=False)
    titles = runs["section"].map(collection.codebook.title)
    named = runs.assign(label=runs["label"].where(~double, runs["label"] + " (" + titles + ")"))
    return told_apart(named)  # by their ids, where one section has a name twice


def _weighed(runs: pd.DataFrame, collection: Collection) -> pd.DataFrame:
    """Rank the items, and say what the totals of each can bear."""
    ranked = runs.sort_values(["falls", "change"], ascending=[False, True], kind="stable")
    ranked = ranked.reset_index(drop=True)
    returns = collection.returns
    either = [
        returns.loc[returns["year"].isin(years), "authority"].nunique()
        for years in zip(ranked["from_year"], ranked["to_year"], strict=True)
    ]
    totals = [ranked[name] for name in ("from_yes", "from_base", "to_yes", "to_base")]
    allowed = inference.change_range(*totals, authorities=np.array(either), level=LEVEL)
    holm = inference.holm(allowed["exact_low"], allowed["exact_high"], level=LEVEL)
    first = [name for name in ranked.columns if name != "status"]
    return pd.concat(
        [
            ranked[first],
            allowed,
            holm.rename(columns={"verdict": "holm_verdict"}),
            ranked["status"],
        ],
        axis=1,
    )


def _paths(figures: pd.DataFrame, fell: pd.DataFrame) -> pd.DataFrame:
    """All figures of the items that fell, with their names told apart."""
    names = fell.set_index("item")["label"]
    rows = figures[figures["item"].isin(names.index)]
    return rows.assign(label=rows["item"].map(names)).reset_index(drop=True)


def _moved(rows: pd.DataFrame, last: int) -> dict[str, Any]:
    """What moved in one group since the first wave of each item that has a figure."""
    pairs = []
    for _, of_item in _figures(rows).groupby("item", sort=False):
        waves = _rows(of_item.sort_values("year"))
        if len(waves) > 1 and waves[-1]["year"] == last:
            pairs.append(_pair(waves[0], waves[-1]))
    signs = [pair["direction"] for pair in pairs]
    hidden = set(rows.loc[rows["yes"].isna(), "item"]) - {pair["item"] for pair in pairs}
    steepest = min(pairs, key=lambda pair: pair["change"], default=None)
    if steepest is None or steepest["direction"] >= 0:
        steepest = {}
    names = ("from_year", "from_yes", "from_base", "to_year", "to_yes", "to_base", "change")
    return {
        "items": len(pairs),
        "fell": signs.count(-1),
        "rose": signs.count(1),
        "same": signs.count(0),
        "withheld": len(hidden),
        "item": steepest.get("item", ""),
        "label": steepest.get("label", ""),
        **{name: steepest.get(name) for name in names},
        "status": max((pair["status"] for pair in pairs), key=list(STATUSES).index)
        if pairs
        else str(rows["status"].iloc[-1]),
    }


# -- In words -------------------------------------------------------------------------------------


def _sentences(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _bases(data: pd.DataFrame) -> str:
    bases = data[["from_base", "to_base"]].to_numpy()
    return words.span(int(bases.min()), int(bases.max()))


def _waves(figures: pd.DataFrame, data: pd.DataFrame) -> list[int]:
    """The waves in which an item that is judged has a figure; others may have asked other items."""
    return sorted(figures.loc[figures["item"].isin(data["item"]), "year"].unique())


def _title(data: pd.DataFrame, years: Sequence[int], noun: str) -> str:
    intervals = len(years) - 1
    fell, throughout = data[data["falls"] > 0], data[data["falls"] == intervals]
    if fell.empty:
        if len(data) == 1:
            return f"{words.sentence(data['label'].iloc[0])} did not fall in {years[-1]}"
        return f"None of {words.number(len(data))} {noun} fell in {years[-1]}"
    some = throughout if len(throughout) else fell
    if intervals == 1:
        when = f"since {years[0]}"
    elif len(throughout):
        when = (
            "in both intervals" if intervals == 2 else f"in all {words.number(intervals)} intervals"
        )
    else:
        when = "at the last wave, but not at every wave before"
    top = some.sort_values("change", kind="stable").iloc[0]
    start = "" if len(throughout) else f" in {top['from_year']}"
    size = f"from {words.before(top)}{start} to {words.after(top)}"
    name = words.sentence(top["label"])
    if len(data) == 1:
        return f"{name} fell {when}, {size}"
    how_many = (
        f"{words.sentence(words.number(len(some)))} of {words.number(len(data))} {noun} fell {when}"
    )
    return (
        f"{how_many}: {name}, {size}" if len(some) == 1 else f"{how_many}. {name} fell most, {size}"
    )


def _borne(data: pd.DataFrame, noun: str) -> str:
    """How many falls the totals can bear, one at a time and all together."""
    fell = data[data["falls"] > 0]
    if fell.empty:
        return ""
    alone, together = (
        words.listed(
            [
                f"{words.number(count)} {singular if count == 1 else plural}"
                for verdict, (singular, plural) in TESTED.items()
                if (count := int((fell[name] == verdict).sum()))
            ]
        )
        for name in ("verdict", "holm_verdict")
    )
    falls = "one fall" if len(fell) == 1 else f"{words.number(len(fell))} falls"
    return (
        f"Of {falls}, tested one at a time (McNemar's exact test at 5%), {alone}. Allowing for "
        f"all {len(data)} {noun} looked at (Holm), {together}."
        if len(data) > 1
        else f"By McNemar's exact test at 5%, the fall {TESTED[fell['verdict'].iloc[0]][0]}."
    )


def _table(data: pd.DataFrame, many: str) -> pd.DataFrame:
    starts = data["from_year"].nunique() > 1
    return pd.DataFrame(
        {
            "item": data["label"],
            "falls in a row": data["falls"],
            "from": [
                f"{words.of(row['from_yes'], row['from_base'])}"
                + (f" in {row['from_year']}" if starts else "")
                for row in _rows(data)
            ],
            f"to, in {data['to_year'].iloc[0]}": [
                words.of(row["to_yes"], row["to_base"]) for row in _rows(data)
            ],
            "change": [_points(row) for _, row in data.iterrows()],
            f"fewer {many}, on balance": [
                words.span(-row["net_high"], -row["net_low"]).replace("-", "\N{MINUS SIGN}")
                for row in _rows(data)
            ],
            "the fall alone": data["verdict"].map(VERDICTS),
            "among all items": data["holm_verdict"].map(VERDICTS),
        }
    )


def _points(row: pd.Series) -> str:
    sign = {1: "+", 0: "", -1: "\N{MINUS SIGN}"}[int(row["direction"])]
    return f"{sign}{words.points(row)}"


def _alt(fell: pd.DataFrame, paths: pd.DataFrame) -> str:
    told = []
    for item, label in zip(fell["item"], fell["label"], strict=True):
        waves = _rows(paths[paths["item"] == item].iloc[[0, -1]])
        shares = [f"{words.of(row['yes'], row['base'])} in {row['year']}" for row in waves]
        told.append(f"{label}: {', then '.join(shares)}")
    return described("Chart of the items that fell, most falls first", told)


def _group_title(seen: pd.DataFrame, by: str, first: int, noun: str) -> str:
    top, low = seen.iloc[0], seen.iloc[-1]
    most = f"{top['fell']} of {top['items']}"
    if not top["fell"]:
        return f"None of the {noun} fell in any group since {first}"
    if Fraction(int(top["fell"]), int(top["items"])) == Fraction(
        int(low["fell"]), int(low["items"])
    ):
        return f"{most} {noun} fell since {first} in {'every group' if len(seen) > 1 else top[by]}"
    tops, lows = (
        words.listed(
            seen.loc[(seen["fell"] == one["fell"]) & (seen["items"] == one["items"]), by].tolist()
        )
        for one in (top, low)
    )
    return (
        f"{tops}: {most} {noun} fell since {first}, the most; {lows}: "
        f"{low['fell']} of {low['items']}, the fewest"
    )


def _group_table(data: pd.DataFrame, by: str, kind: str) -> pd.DataFrame:
    shown = pd.DataFrame({kind: data[by], "fell": [_fell(row) for row in _rows(data)]})
    for name in ("rose", "same"):
        shown[name] = data[name].astype(str).where(data["items"] > 0, "")
    if data["withheld"].any():
        shown["items withheld"] = data["withheld"]
    shown["fell most"] = [
        f"{row['label']}: {words.before(row)} to {words.after(row)}" if row["label"] else ""
        for _, row in data.iterrows()
    ]
    return shown


def _fell(row: dict[str, Any]) -> str:
    return f"{row['fell']} of {row['items']}" if row["items"] else "withheld"
