"""A section of any questionnaire: what was answered, what changed, and how groups differ.

Nothing here knows what a section is about. Titles and sentences follow from the codebook, the
counts and what the collection calls its respondents.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pandas as pd

from csm_lib import download, inference, words
from csm_lib.aggregate import NOT_KNOWN, changes
from csm_lib.counts import format_percent
from csm_lib.errors import CollectionError
from csm_lib.findings import Finding, alt_of, described, finding, source_of, told_apart
from csm_lib.status import DRAWN, STATUSES, WITHHELD, drawn_note

if TYPE_CHECKING:
    from csm_lib.codebook import Codebook
    from csm_lib.collection import Collection
    from csm_lib.style import Drawing

LEVEL = 0.05
MOST_ANSWERS = 5
"""Up to so many answers can be told apart in one bar."""

MOST_NAMED = 3
"""Up to so many items are called by their names in a sentence."""

LONGEST_NAME = 60
"""So many signs of a section's id stand in the name of its file."""


def shares(collection: Collection, section: str) -> Finding:
    """What share said yes to each yes/no item of a section, in every wave.

    Parameters
    ----------
    section
        A section of the codebook.

    Returns
    -------
    Finding
        Its data is the tally of those items.

    Raises
    ------
    CollectionError
        There is no such section, or it has no yes/no item that was asked.
    """
    items = items_of(collection, section, "yes_no")
    data = _tally(collection, section, items, "yes/no item")
    return finding(
        data,
        key=f"shares-{name_of(collection.codebook, section)}",
        title=_shares_title(collection, section, data),
        question=_question(
            collection, data, f"What share of the {collection.many} said yes to each item?"
        ),
        alt=alt_of(f"Chart of the share that said yes: {heading(collection, section)}", data),
        chart=levels if len(figures(data)) else None,
        note=_told(
            _not_last(collection, data),
            "Some items are asked only of those that answered another with yes; the base of "
            f"each says of how many {collection.many} its share is."
            if any(collection.codebook[item].asked_if for item in data["item"])
            else "",
        ),
    )


def answers(collection: Collection, section: str, response: str | None = None) -> Finding:
    """How the answers divide where there are more of them than yes and no.

    Parameters
    ----------
    section
        A section of the codebook.
    response
        A kind of response. It may be left out where the section has but one besides yes and no.

    Returns
    -------
    Finding
        Its data is the tally of the items of that kind, one row an answer.

    Raises
    ------
    CollectionError
        There is no such section, it has no such item that was asked, or the kind is left out and
        there are several.
    """
    kinds = kinds_of(collection, section)
    if response is None and len(kinds) > 1:
        raise CollectionError(
            f"{collection.codebook.path}: section {section!r} has items with several kinds of "
            f"answers. Name one: {', '.join(kinds)}."
        )
    kind = response or (kinds[0] if kinds else "")
    items = items_of(collection, section, kind) if kind != "yes_no" else []
    data = _tally(collection, section, items, f"item of the kind {kind!r}" if kind else "such item")
    labels = collection.codebook[data["item"].iloc[0]].answers
    one = data["item"].nunique() == 1
    options = list(labels)

    def draw(rows: pd.DataFrame, *, note: str | None = None) -> Drawing:
        from csm_lib import charts

        if one:
            return charts.bars(rows, labels=labels, note=note)
        return charts.stacked_bars(rows, answers=options, labels=labels, note=note)

    key = f"answers-{name_of(collection.codebook, section)}"
    drawable = len(figures(data)) and (one or len(options) <= MOST_ANSWERS)
    return finding(
        data,
        key=f"{key}-{download.file_name(kind)}" if len(kinds) > 1 else key,
        title=_answers_title(collection, section, data),
        question=_question(collection, data, "Which answer was given to each item?"),
        alt=alt_of(f"Chart of how the answers divide: {heading(collection, section)}", data),
        chart=draw if drawable else None,
        note=_not_last(collection, data),
    )


def change(collection: Collection, section: str) -> Finding:
    """Which items of a section rose and which fell, and what the numbers can bear.

    Parameters
    ----------
    section
        A section of the codebook.

    Returns
    -------
    Finding
        One row of its data is a yes/no item that was asked of everyone and has a figure in the
        first and in the last of the section's waves: as `csm_lib.aggregate.changes` and
        `csm_lib.inference.change_range` give it, and, where the returns are respondents' own and
        nothing is withheld, how many are ``paired``, ``gainers``, ``losers`` and ``p`` of
        McNemar's exact test.

    Raises
    ------
    CollectionError
        There is no such section, or nothing in it can be compared between two waves.
    """
    rows = _open_tally(collection, [section])
    data = compared(collection, rows)
    if data.empty:
        raise CollectionError(
            f"{collection.path}: no yes/no item of section {section!r} has figures in two waves, "
            "so there is no change to look at. Leave it out."
        )
    first, last = int(data["from_year"].iloc[0]), int(data["to_year"].iloc[0])
    drawn = rows[rows["item"].isin(data["item"]) & rows["year"].isin([first, last])]
    drawn = drawn.reset_index(drop=True)

    def draw() -> Drawing:
        from csm_lib import charts

        return charts.change_bars(drawn, note=drawn_note(drawn))

    hidden = set(rows.loc[rows["status"] == WITHHELD, "item"]) - set(data["item"])
    low, high = (data["paired" if "p" in data else f"paired_{end}"] for end in ("low", "high"))
    both = words.span(int(low.min()), int(high.max()))
    return Finding(
        key=f"change-{name_of(collection.codebook, section)}",
        title=f"{heading(collection, section)}: {_change_title(data, first, last)}",
        question=f"Which answers became more frequent between {first} and {last}, and which less?",
        data=data,
        base=(
            f"{collection.many} that answered in {first} and in {last}, {both} of {collection.size}"
        ),
        source=source_of(drawn, collection.origin),
        caveat=_told(
            _borne(data),
            f"{_counted(len(hidden), 'more item')} cannot be compared, as figures are withheld."
            if hidden
            else "",
        ),
        alt=_change_alt(collection, section, data, first, last),
        draw=draw if len(data) > 1 else None,  # one bar has nothing to be compared with
        shown=_change_table(data, first, last),
        origin=collection.origin,
    )


def changes_by_section(collection: Collection) -> Finding:
    """How many items of each section rose and fell, and how many of these changes are firm.

    Returns
    -------
    Finding
        One row of its data is a section with items that can be compared: ``items``, how many
        ``rose``, ``fell`` and stayed the ``same``, and for how many the change is
        ``significant`` by McNemar's exact test at 5%. Where only totals may be told: for how
        many it is so ``always`` (whoever moved), ``never``, or it ``depends``.

    Raises
    ------
    CollectionError
        Nothing can be compared between two waves.
    """
    rows = []
    for section in collection.codebook.sections:
        tally = _open_tally(collection, [section])
        data = compared(collection, tally)
        if len(data):
            rows.append(
                {
                    "section": section,
                    "label": heading(collection, section),
                    "from_year": data["from_year"].iloc[0],
                    "to_year": data["to_year"].iloc[0],
                    "items": len(data),
                    "rose": int((data["direction"] > 0).sum()),
                    "fell": int((data["direction"] < 0).sum()),
                    "same": int((data["direction"] == 0).sum()),
                    **_significant(data),
                    "status": _least_firm(data["status"]),
                }
            )
    if not rows:
        raise CollectionError(
            f"{collection.path}: no yes/no item has figures in two waves, so there is no change "
            "to look at. This chapter needs a second wave."
        )
    data = pd.DataFrame(rows)
    told = [column for column in _SIGNIFICANT if column in data]
    items, rose, fell, firm = (
        int(data[column].sum()) for column in ("items", "rose", "fell", told[0])
    )
    same = len(data[["from_year", "to_year"]].drop_duplicates()) == 1
    when = (
        f"between {rows[0]['from_year']} and {rows[0]['to_year']}"
        if same
        else "between the first and the last wave that asked"
    )
    return Finding(
        key="changes-by-section",
        title=(
            f"{rose} of {items} items rose {when} and {fell} fell; {_how_many(firm)} of these "
            f"changes {'is' if firm == 1 else 'are'} {_SIGNIFICANT[told[0]]}"
            if rose or fell
            else f"None of {words.number(items)} items moved {when}"
        ),
        question="How many items rose and how many fell, section by section?",
        data=data,
        base=f"yes/no items asked of every {collection.one} with figures in two waves, {items}",
        source=source_of(tally, collection.origin),
        caveat=_told(
            "Significant: McNemar's exact test, two-sided, at 5%, one item at a time. About one "
            "test in twenty passes by chance alone.",
            "" if told[0] == "significant" else "Totals do not tell who moved.",
        ),
        shown=data[
            ["label", "from_year", "to_year", "items", "rose", "fell", "same", *told]
        ].rename(
            columns={"label": "section", "from_year": "from", "to_year": "to", "same": "the same"}
            | _SIGNIFICANT
        ),
        origin=collection.origin,
    )


def groups(collection: Collection, section: str, by: str) -> Finding:
    """What share said yes to each item of a section, group by group, in its last wave.

    Parameters
    ----------
    section
        A section of the codebook.
    by
        A characteristic: ``region`` or ``authority_type``.

    Returns
    -------
    Finding
        Its data is the tally of the section's yes/no items by that characteristic. A figure that
        is withheld says so.

    Raises
    ------
    CollectionError
        There is no such section or characteristic, or the section has no yes/no item that was
        asked.
    """
    items = items_of(collection, section, "yes_no")
    whole = _tally(collection, section, items, "yes/no item")
    year = int(whole["year"].max())
    data = told_apart(collection.tally(items, by=[by], years=[year]))
    empty = (data[by] == NOT_KNOWN) & (data["base"] == 0).fillna(value=False)
    data = data[~empty].reset_index(drop=True)
    kind = spoken(by)
    bases = data["base"].dropna()
    base = words.span(int(bases.min()), int(bases.max())) if len(bases) else "withheld"
    return finding(
        data,
        key=f"groups-{name_of(collection.codebook, section)}-{download.file_name(by)}",
        title=f"{heading(collection, section)}: {_groups_title(data, by, year)}",
        question=f"What share said yes to each item in {year}, {kind} by {kind}?",
        base=f"{collection.many} of each {kind} that answered, {base} of {collection.size}",
        note=(
            f"A group holds few {collection.many}, so one answer moves its share by many points. "
            f"A list of many figures always has a largest difference."
        ),
        table=_by_group(data, by),
    )


# -- What a section holds -------------------------------------------------------------------------


def items_of(collection: Collection, section: str, response: str) -> list[str]:
    """Return the items of a section with this kind of response."""
    codebook = collection.codebook
    return [item for item in codebook.section(section) if codebook[item].response == response]


def kinds_of(collection: Collection, section: str) -> list[str]:
    """Return the kinds of response besides yes and no that some wave asked for in a section."""
    codebook, years = collection.codebook, set(collection.years)
    asked = [codebook[item] for item in codebook.section(section)]
    kinds = [item.response for item in asked if years & set(item.held)]
    return [kind for kind in dict.fromkeys(kinds) if kind != "yes_no"]


def compared(collection: Collection, rows: pd.DataFrame) -> pd.DataFrame:
    """Set the first and the last wave of a tally side by side, with what the numbers can bear.

    Parameters
    ----------
    rows
        A tally of yes/no items that were asked of everyone.

    Returns
    -------
    DataFrame
        As `change` describes; without rows where nothing can be compared.
    """
    held = figures(rows)
    moved = changes(rows)
    if moved.empty:
        return moved.assign(from_year=0, to_year=0, verdict="", status="")
    first, last = int(held["year"].min()), int(held["year"].max())
    returns = collection.returns
    waves = [returns[returns["year"] == year] for year in (first, last)]
    size = pd.concat(waves)["authority"].nunique()
    totals = [moved[name] for name in ("from_yes", "from_base", "to_yes", "to_base")]
    allowed = inference.change_range(*totals, authorities=size, level=LEVEL)
    parts = [moved.assign(from_year=first, to_year=last), allowed]
    if not collection.threshold and collection.status != DRAWN:
        sides = [wave.set_index("authority")[moved["item"].tolist()] for wave in waves]
        both = sides[0].index.intersection(sides[1].index)
        told = inference.paired(*(side.loc[both] for side in sides))
        told["paired"] = len(both) - told["unpaired"]
        told = told[["paired", "gainers", "losers"]].set_axis(moved.index)
        told["p"] = inference.mcnemar(told["gainers"], told["losers"])
        parts.append(told)
    firm = held[held["year"].isin([first, last])].groupby("item")["status"].agg(_least_firm)
    return pd.concat([*parts, moved["item"].map(firm).rename("status")], axis=1)


def levels(rows: pd.DataFrame, *, note: str | None = None) -> Drawing:
    """Draw the shares of a tally of yes/no items, by the chart that suits its number of waves."""
    from csm_lib import charts

    years = rows["year"].nunique()
    if years == 1:
        return charts.ranked_dots(rows, note=note)
    # an open mark and a filled one do not say why one of them is missing
    whole = len(figures(rows)) == len(rows) == years * rows["item"].nunique()
    return (charts.dumbbell if years == 2 and whole else charts.waves)(rows, note=note)


def figures(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a tally that have a figure: not withheld, and somebody answered."""
    held = rows[rows["yes"].notna() & (rows["base"] > 0).fillna(value=False)]
    return held.astype({"yes": "int64", "base": "int64"})


def heading(collection: Collection, section: str) -> str:
    """Return what a sentence calls a section, to be followed by a colon."""
    return name(collection.codebook.title(section)).rstrip(" .:;?!") or section


def name(label: str) -> str:
    """Return a label as a sentence has it: on one line, its first letter large."""
    line = "".join(sign if sign.isprintable() else " " for sign in label)
    return words.sentence(" ".join(line.split()))


def of_each(rows: pd.DataFrame) -> str:
    """Return the share that some rows have in common, with its counts where these are the same."""
    yes, base = int(rows["yes"].iloc[0]), int(rows["base"].iloc[0])
    same = rows["base"].nunique() == 1
    share = words.of(yes, base) if same else format_percent(yes, base)
    return f"{share} each" if len(rows) > 1 else share


def spoken(by: str) -> str:
    """Return what a sentence calls a characteristic."""
    return "type" if by == "authority_type" else by.replace("_", " ")


def named(labels: Sequence[str], what: str = "items") -> str:
    """Return a few labels by name, more of them by number: ``A and B``, ``five items``."""
    if len(labels) > MOST_NAMED:
        return f"{words.number(len(labels))} {what}"
    return words.listed([name(label) for label in labels])


def name_of(codebook: Codebook, section: str) -> str:
    """Return a section as the name of a file, which no other section of the codebook has."""
    return names(codebook.sections)[section]


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


def _tally(collection: Collection, section: str, items: Sequence[str], what: str) -> pd.DataFrame:
    """Count the answers to some items of a section; refuse if none was asked."""
    data = collection.tally(items) if items else pd.DataFrame()
    if data.empty:
        raise CollectionError(
            f"{collection.path}: section {section!r} has no {what} that was asked in any wave of "
            "these returns. Leave it out."
        )
    return told_apart(data)


def _open_tally(collection: Collection, sections: Sequence[str]) -> pd.DataFrame:
    """Count the yes/no items that were asked of everyone: of others the base moves by itself."""
    codebook = collection.codebook
    items = [item for section in sections for item in items_of(collection, section, "yes_no")]
    return told_apart(collection.tally([i for i in items if codebook[i].asked_if is None]))


def _significant(data: pd.DataFrame) -> dict[str, int]:
    """Count the changes that are significant, or those that are by what the totals allow."""
    if "p" in data:
        return {"significant": int((data["p"] <= LEVEL).sum())}
    return {word: int((data["verdict"] == word).sum()) for word in _VERDICTS}


# -- In words -------------------------------------------------------------------------------------


def _told(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _how_many(count: int) -> str:
    return words.number(count) if count else "none"


def _counted(count: int, noun: str) -> str:
    return words.sentence(words.counted(count, noun))


def _share(row: dict[str, Any]) -> Fraction:
    return Fraction(int(row["yes"]), int(row["base"]))


def _rows(data: pd.DataFrame) -> list[dict[str, Any]]:
    return data.to_dict("records")  # type: ignore[return-value]


def _no_figure(collection: Collection, rows: pd.DataFrame) -> str:
    """Say why nothing of a section can be told."""
    year = rows["year"].max()
    if (rows["status"] == WITHHELD).any():
        return f"no figure of {year} can be shown, as the counts are small"
    return f"no {collection.one} answered in {year}"


def _shares_title(collection: Collection, section: str, data: pd.DataFrame) -> str:
    title, held = heading(collection, section), figures(data)
    if held.empty:
        return f"{title}: {_no_figure(collection, data)}"
    year = held["year"].max()
    rows = _rows(held[held["year"] == year])
    if len(rows) == 1:
        return f"{title}: {_one_title(rows[0], _rows(held))}"
    best, worst = max(map(_share, rows)), min(map(_share, rows))
    top, low = ([row for row in rows if _share(row) == end] for end in (best, worst))
    of_top, of_low = (of_each(pd.DataFrame(end)) for end in (top, low))
    if best == worst:
        return f"{title}: all {words.number(len(rows))} items stand at {of_top} in {year}"
    leads = "leads" if len(top) == 1 else "lead"
    return (
        f"{title}: {words.sentence(named([row['label'] for row in top]))} {leads} with {of_top} "
        f"in {year}; lowest, {named([row['label'] for row in low])}, {of_low}"
    )


def _one_title(row: dict[str, Any], rows: Sequence[dict[str, Any]]) -> str:
    """The share of one item in its last wave, and where it stood in the first."""
    told = f"{name(row['label'])}, {words.of(row['yes'], row['base'])} in {row['year']}"
    earlier = [one for one in rows if one["item"] == row["item"] and one["year"] < row["year"]]
    if not earlier:
        return told
    first = min(earlier, key=lambda one: one["year"])
    moved = _share(row) - _share(first)
    way = "up from" if moved > 0 else "down from" if moved < 0 else "as in"
    share = "" if not moved else f"{words.of(first['yes'], first['base'])} in "
    return f"{told}, {way} {share}{first['year']}"


def _answers_title(collection: Collection, section: str, data: pd.DataFrame) -> str:
    title, held = heading(collection, section), figures(data)
    if held.empty:
        return f"{title}: {_no_figure(collection, data)}"
    year = held["year"].max()
    labels = collection.codebook[held["item"].iloc[0]].answers
    items = [_rows(rows) for _, rows in held[held["year"] == year].groupby("item", sort=False)]
    # of each item the answer that more gave than any other, if there is such
    tops = []
    for rows in items:
        most = max(row["yes"] for row in rows)
        top = [row for row in rows if row["yes"] == most]
        tops.append(top)
    if len(items) == 1:
        said = words.listed([name(labels[row["answer"]]) for row in tops[0]])
        each = "most often" if len(tops[0]) == 1 else "equally often"
        share = words.of(tops[0][0]["yes"], tops[0][0]["base"])
        return f"{title}: {name(tops[0][0]['label'])}, {each} {said}, {share} in {year}"
    single = [top[0] for top in tops if len(top) == 1]
    if not single:
        return f"{title}: no answer stands out at any of {len(items)} items in {year}"
    answer, times = Counter(row["answer"] for row in single).most_common(1)[0]
    highest = max((row for row in single if row["answer"] == answer), key=_share)
    return (
        f"{title}: {name(labels[answer])} is the most frequent answer to {words.number(times)} of "
        f"{words.number(len(items))} items in {year}; highest, {name(highest['label'])}, "
        f"{words.of(highest['yes'], highest['base'])}"
    )


def _question(collection: Collection, data: pd.DataFrame, several: str) -> str:
    """The question of the one item there is, or what is asked of several."""
    items = data["item"].unique()
    own = collection.codebook[items[0]].question if len(items) == 1 else ""
    return own or several


def _not_last(collection: Collection, data: pd.DataFrame) -> str:
    """Say which waves of the collection did not ask these items, or have no answer to them."""
    missing = [year for year in collection.years if year not in set(data["year"])]
    nobody = (data["base"] == 0).fillna(value=False).groupby(data["year"]).all()
    silent = [year for year in collection.years if year not in missing and nobody[year]]
    told = (("was asked", missing), ("has an answer", silent))
    return _told(
        *(
            f"None of these items {what} in {words.listed([str(y) for y in years], 'or')}."
            for what, years in told
            if years
        )
    )


def _change_title(data: pd.DataFrame, first: int, last: int) -> str:
    up, down = data[data["direction"] > 0], data[data["direction"] < 0]
    if len(data) == 1:
        row = data.iloc[0]
        way = {1: "rose", 0: "stayed", -1: "fell"}[int(row["direction"])]
        if not row["direction"]:
            return f"{name(row['label'])} stayed at {words.after(row)} between {first} and {last}"
        return (
            f"{name(row['label'])} {way} by {words.points(row)}, from {words.before(row)} in "
            f"{first} to {words.after(row)} in {last}"
        )
    if not len(up) and not len(down):
        return f"none of {words.number(len(data))} items moved between {first} and {last}"
    told = (
        f"of {words.number(len(data))} items {_how_many(len(up))} rose and "
        f"{_how_many(len(down))} fell between {first} and {last}"
    )
    most = data.iloc[int(data["change"].abs().argmax())]
    way = "rose" if most["direction"] > 0 else "fell"
    return (
        f"{told}; {name(most['label'])} {way} most, from {words.before(most)} to "
        f"{words.after(most)}"
    )


def _borne(data: pd.DataFrame) -> str:
    """What the numbers can bear, one change at a time."""
    test = "By McNemar's exact test at 5%, one item at a time,"
    luck = "About one such test in twenty passes by chance alone." if len(data) > 1 else ""
    if "p" in data:
        firm = data.loc[data["p"] <= LEVEL, "label"].tolist()
        if len(data) == 1:
            return f"{test} the change {'is' if firm else 'is not'} significant."
        which = f": {named(firm)}" if 0 < len(firm) <= MOST_NAMED else ""
        verb = "is" if len(firm) == 1 else "are"
        return _told(
            f"{test} {_how_many(len(firm))} of {words.number(len(data))} changes {verb} "
            f"significant{which}.",
            luck,
        )
    unknown = "Totals do not tell who moved."
    counts = {word: data.loc[data["verdict"] == word, "label"].tolist() for word in _VERDICTS}
    if len(data) == 1:
        verdict = next(word for word, found in counts.items() if found)
        return f"{test} the change is significant {_VERDICTS[verdict]}. {unknown}"
    always = counts["always"]
    which = f" ({named(always)})" if 0 < len(always) <= MOST_NAMED else ""
    parts = [
        f"significant {phrase}, {_how_many(len(counts[word]))}{which if word == 'always' else ''}"
        for word, phrase in _VERDICTS.items()
    ]
    return _told(
        f"{test} {words.number(len(data))} changes divide so: {'; '.join(parts)}.",
        unknown,
        luck,
    )


_SIGNIFICANT = {
    "significant": "significant",
    "always": "significant whoever moved",
    "depends": "significant depending on who moved",
    "never": "significant in no case",
}

_VERDICTS = {
    "always": "whoever moved",
    "depends": "depending on who moved",
    "never": "in no case",
}


def _change_table(data: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    sign = {1: "+", 0: "", -1: "\N{MINUS SIGN}"}
    shown = pd.DataFrame(
        {
            "item": data["label"],
            str(first): [words.of(row["from_yes"], row["from_base"]) for row in _rows(data)],
            str(last): [words.of(row["to_yes"], row["to_base"]) for row in _rows(data)],
            "change": [
                f"{sign[int(row['direction'])]}{words.points(row)}" for _, row in data.iterrows()
            ],
        }
    )
    if "p" in data:
        return shown.assign(
            gained=data["gainers"], lost=data["losers"], p=[words.p_value(p) for p in data["p"]]
        )
    ends = zip(data["exact_low"], data["exact_high"], strict=True)
    shown["p"] = [words.p_span(low, high) for low, high in ends]
    shown["significant at 5%"] = data["verdict"].map(_VERDICTS)
    return shown


def _change_alt(
    collection: Collection, section: str, data: pd.DataFrame, first: int, last: int
) -> str:
    told = [
        f"{name(row['label'])}: {words.before(row)} to {words.after(row)}"
        for _, row in data.sort_values("change", ascending=False, kind="stable").iterrows()
    ]
    what = f"Chart of the change in points between {first} and {last}"
    return described(f"{what}, {heading(collection, section)}", told)


def _groups_title(data: pd.DataFrame, by: str, year: int) -> str:
    kind = spoken(by)
    held = figures(data[data[by] != NOT_KNOWN])
    if held.empty:
        why = "is withheld" if (data["status"] == WITHHELD).any() else "has a base of none"
        return f"by {kind}, every figure of {year} {why}"
    widest: tuple[Fraction, dict[str, Any], dict[str, Any]] | None = None
    for _, found in held.groupby("item", sort=False):
        rows = _rows(found)
        low, high = min(rows, key=_share), max(rows, key=_share)
        apart = _share(high) - _share(low)
        if len(rows) > 1 and (widest is None or apart > widest[0]):
            widest = apart, low, high
    if widest is None:
        return f"by {kind}, no item has figures of two groups in {year}"
    apart, low, high = widest
    if not apart:
        return f"by {kind}, no item differs between the groups in {year}"
    ends = [f"{name(str(end[by]))} {words.of(end['yes'], end['base'])}" for end in (low, high)]
    return f"by {kind}, {name(high['label'])} differs most in {year}: {ends[0]}, {ends[1]}"


def _by_group(data: pd.DataFrame, by: str) -> pd.DataFrame:
    """One row an item, one column a group."""
    texts = [
        WITHHELD
        if pd.isna(row["yes"])
        else words.of(row["yes"], row["base"])
        if row["base"]
        else "no answers"
        for row in _rows(data)
    ]
    cells = data[["item", by]].assign(text=texts)
    wide = cells.set_index(["item", by])["text"].unstack(by, sort=False)
    labels = data.drop_duplicates("item").set_index("item")["label"]
    wide = wide.rename_axis(index=None, columns=None)
    wide.insert(0, "item", labels.reindex(wide.index), allow_duplicates=True)
    return wide.reset_index(drop=True)


def _least_firm(statuses: pd.Series) -> str:
    return str(max(statuses, key=list(STATUSES).index))
