"""Who answered, of any collection: how many, in which groups, and what was left blank."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from csm_lib import words
from csm_lib.aggregate import NOT_KNOWN
from csm_lib.errors import CollectionError
from csm_lib.findings import DRAWN_SOURCE, Finding, alt_of, withheld_text
from csm_lib.status import DRAWN, WITHHELD, drawable, drawn_note
from csm_lib.survey import section

if TYPE_CHECKING:
    from csm_lib.collection import Collection
    from csm_lib.style import Drawing

SELECTED = "Those that did not answer may differ from those that did."


def answered(collection: Collection) -> Finding:
    """How many respondents answered in each wave, and how many in every one.

    Returns
    -------
    Finding
        One row of its data is a wave: ``yes`` is how many answered, ``base`` the population in
        that wave where a frame is there, else all that answered in any wave.
    """
    returns, many = collection.returns, words.sentence(collection.many)
    sizes = [population(collection, year) for year in collection.years]
    known = all(sizes)
    data = pd.DataFrame(
        {
            "item": "sample",
            "label": f"{many} answering",
            "answer": "yes",
            "year": list(collection.years),
            "yes": [int((returns["year"] == year).sum()) for year in collection.years],
            "base": [size if known and size else collection.size for size in sizes],
            "no_answer": 0,
        }
    )
    if known and (data["yes"] > data["base"]).any():  # the frame knows fewer than answered
        known, data["base"] = False, collection.size
    data["share"] = data["yes"] / data["base"]
    data["status"] = collection.status
    bars = data.assign(item=data["year"].astype(str), label=data["year"].astype(str))
    bars = bars.drop(columns="year")
    several = len(data) > 1
    return Finding(
        key="response",
        title=_answered_title(collection, data, known=known),
        question=f"How many {collection.many} answered{' in each wave' if several else ''}?",
        data=data,
        base=(
            f"all {collection.many} there are, {words.span(*_ends(data['base']))}"
            if known
            else f"the one {collection.one} that answered"
            if collection.size == 1
            else f"all {collection.size} {collection.many} that answered in any wave"
        ),
        source=_source(collection),
        caveat=" ".join(
            [
                *(
                    ()
                    if known
                    else (f"How many {collection.many} there are in all is not known here.",)
                ),
                SELECTED,
                *_blank_throughout(collection),
            ]
        ),
        alt=alt_of(f"Chart of how many {collection.many} answered in each wave", data),
        draw=partial(_bars, bars, drawn_note(data)) if several else None,
        shown=pd.DataFrame(
            {
                "year": data["year"],
                "answered": data["yes"],
                "share": [
                    words.of(yes, base) for yes, base in zip(data["yes"], data["base"], strict=True)
                ],
            }
        )
        if known
        else data[["year", "yes"]].rename(columns={"yes": "answered"}),
        origin=collection.origin,
    )


def by_region(collection: Collection) -> Finding:
    """How many respondents of each region answered in each wave."""
    return _by(collection, "region")


def by_type(collection: Collection) -> Finding:
    """How many respondents of each type answered in each wave."""
    return _by(collection, "authority_type")


def blanks(collection: Collection) -> Finding:
    """What part of the questions put to respondents was left blank, by section and wave.

    Returns
    -------
    Finding
        One row of its data is a section in a wave: ``items`` whose figures are shown, how many
        more are ``withheld``, ``base`` (questions put: items times those asked), ``yes`` (of
        these left blank), and their ``share``.

    Raises
    ------
    CollectionError
        Nothing was asked.
    """
    rows = collection.tally(list(collection.codebook))
    if rows.empty:
        raise CollectionError(
            f"{collection.path}: no item of the codebook was asked in a year of the returns. "
            "Check the column 'years' of the codebook."
        )
    one = rows.drop_duplicates(["item", "year"])
    shown = one["yes"].notna()
    asked = (one["base"] + one["no_answer"]).where(shown, 0)
    data = (
        one.assign(
            items=shown.astype("int64"),
            withheld=(~shown).astype("int64"),
            blank=one["no_answer"].where(shown, 0).astype("int64"),
            asked=asked.astype("int64"),
        )
        .groupby(["section", "year"], sort=False)[["items", "withheld", "blank", "asked"]]
        .sum()
        .reset_index()
        .rename(columns={"blank": "yes", "asked": "base"})
    )
    data.insert(0, "item", data["section"])
    data.insert(1, "label", [section.heading(collection, one) for one in data["section"]])
    data["share"] = (data["yes"] / data["base"]).where(data["base"] > 0)
    data["status"] = [WITHHELD if not items else collection.status for items in data["items"]]
    for column in ("yes", "base"):
        data[column] = data[column].astype("Int64").where(data["items"] > 0)
    held = section.figures(data)
    drawn = data[data["item"].isin(held["item"])].reset_index(drop=True)
    hidden = int(data["withheld"].sum())
    columns = ["item", "label", "year", "answer", "yes", "base", "no_answer"]
    what = f"Chart of the share of questions left blank, by section{_waves(collection)}"
    return Finding(
        key="blanks",
        title=_blanks_title(collection, data),
        question="What part of the questions was left blank, section by section?",
        data=data,
        base=(f"questions put to {collection.many}: each item, times those that were asked it"),
        source=_source(collection),
        caveat=(
            "A blank is no answer. It is not counted as a no."
            + (
                f" {words.sentence(words.counted(hidden, 'figure'))} of single items "
                f"{'is' if hidden == 1 else 'are'} withheld and not counted here."
                if hidden
                else ""
            )
        ),
        alt=alt_of(what, drawn.assign(answer="blank", no_answer=0)[columns]) if len(drawn) else "",
        draw=partial(section.levels, drawn, note=drawn_note(drawn)) if len(drawn) else None,
        shown=_blanks_table(data),
        origin=collection.origin,
    )


def _blank_throughout(collection: Collection) -> list[str]:
    """Say in which waves there are returns, but no answers."""
    returns = collection.returns
    items = [item for item in collection.codebook if item in returns]
    filled = returns[items].notna().any(axis=1).groupby(returns["year"]).any()
    empty = [str(year) for year in collection.years if not filled[year]]
    return [f"The returns of {words.listed(empty)} are blank throughout."] if empty else []


def population(collection: Collection, year: int) -> int | None:
    """Return how many respondents there were in all in a year; ``None`` where no frame says so.

    The frame's list of that year counts, or else the one before it, or the first.
    """
    cells = collection.frame_of(year)
    return None if cells is None else int(cells["authorities"].sum())


# -- By group -------------------------------------------------------------------------------------


def _by(collection: Collection, by: str) -> Finding:
    """How many answered in each group and wave: of all there are, or of all that answered."""
    if by not in collection.returns or collection.returns[by].isna().all():
        raise CollectionError(
            f"{collection.path}: the returns say nothing of {by!r}. Fill in that column, or leave "
            "this finding out."
        )
    sizes = [_sizes(collection, by, year) for year in collection.years]
    known = [one for one in sizes if one is not None]
    of_all = len(known) == len(sizes)
    parts = []
    for place, year in enumerate(collection.years):
        counts = _counts(collection, by, year)
        parts.append(
            pd.DataFrame(
                {
                    "item": "sample",
                    "label": f"{words.sentence(collection.many)} answering",
                    "year": year,
                    "answer": "yes",
                    by: list(known[place] if of_all else counts),
                    "yes": [counts.get(group, 0) for group in known[place]]
                    if of_all
                    else list(counts.values()),
                }
            ).assign(no_answer=0, status=collection.status)
        )
        if of_all:
            parts[-1]["base"] = list(known[place].values())
        else:
            parts[-1]["base"] = sum(counts.values())
        parts[-1]["share"] = parts[-1]["yes"] / parts[-1]["base"]
    data = _protected(collection, pd.concat(parts, ignore_index=True), by)
    last = collection.years[-1]
    now = data[data["year"] == last].reset_index(drop=True)
    drawn = drawable(now).assign(item=lambda rows: rows[by], label=lambda rows: rows[by])
    kind = section.spoken(by)
    missing = int(collection.returns.loc[collection.returns["year"] == last, by].isna().sum())
    hidden = _hidden(collection, by)
    what = (
        f"Chart of the share of {collection.many} that answered"
        if of_all
        else f"Chart of where the {collection.many} that answered are"
    )
    return Finding(
        key=f"response-by-{by.replace('_', '-')}",
        title=_by_title(now, by, of_all=of_all),
        question=f"How many {collection.many} of each {kind} answered?",
        data=data,
        base=(
            f"all {collection.many} of each {kind}"
            if of_all
            else f"all {collection.many} that answered in the wave"
        ),
        source=_source(collection),
        caveat=" ".join(
            part
            for part in (
                SELECTED
                if of_all
                else f"How many {collection.many} each {kind} has in all is "
                "not known here, so this is where the answers come from, not how many answered.",
                _missing_text(missing, f"of {last}", kind, (last, NOT_KNOWN) in hidden)
                if missing and of_all
                else "",
                withheld_text(data, collection.origin),
            )
            if part
        ),
        alt=alt_of(f"{what}, by {kind}, {last}", now),
        draw=partial(section.levels, drawn, note=drawn_note(now)) if len(drawn) else None,
        origin=collection.origin,
    )


def _sizes(collection: Collection, by: str, year: int) -> dict[str, int] | None:
    """Return how many each group has in all; ``None`` where the frame does not fit the returns."""
    cells = collection.frame_of(year)
    if cells is None:
        return None
    summed = cells.groupby(by, sort=False)["authorities"].sum()
    sizes = {str(group): int(size) for group, size in summed.items() if size}
    counts = _counts(collection, by, year)
    fits = all(n <= sizes.get(group, 0) for group, n in counts.items() if group != NOT_KNOWN)
    return sizes if fits else None


def _counts(collection: Collection, by: str, year: int) -> dict[str, int]:
    """Return how many of each group answered; a group that answered in another wave has 0."""
    groups = collection.returns[by].astype("object").fillna(NOT_KNOWN).astype(str)
    counts = groups[collection.returns["year"] == year].value_counts()
    return {group: int(counts.get(group, 0)) for group in sorted(groups.unique())}


def _protected(collection: Collection, data: pd.DataFrame, by: str) -> pd.DataFrame:
    """Withhold small numbers of respondents, and what would give them back."""
    if not collection.threshold:
        return data
    # as every tally does, or the bases of one would tell what is withheld here; and not the rest
    # of the population: that somebody did not answer betrays no answer
    hidden = _hidden(collection, by)
    shut = pd.Series([pair in hidden for pair in zip(data["year"], data[by], strict=True)])
    for column in ("yes", "base"):
        data[column] = data[column].astype("Int64").mask(shut)
    data["share"] = data["share"].mask(shut)
    data["status"] = data["status"].mask(shut, WITHHELD)
    return data


def _hidden(collection: Collection, by: str) -> set[tuple[int, str]]:
    """The years and groups whose number of respondents is withheld."""
    rows = collection.respondents([by])
    rows = rows[rows["status"] == WITHHELD]
    return set(zip(rows["year"], rows[by], strict=True))


# -- In words -------------------------------------------------------------------------------------


def _answered_title(collection: Collection, data: pd.DataFrame, *, known: bool) -> str:
    first, *rest = [
        words.of(yes, base) if known else str(yes)
        for yes, base in zip(data["yes"], data["base"], strict=True)
    ]
    years = [str(year) for year in data["year"]]
    called = collection.one if len(data) == 1 and data["yes"].iloc[0] == 1 else collection.many
    told = [
        f"{first} {called if not known else f'of the {collection.many}'} answered in {years[0]}"
    ]
    told += [f"{count} in {year}" for count, year in zip(rest, years[1:], strict=True)]
    title = words.listed(told)
    if rest:
        waves = collection.returns.groupby("authority", observed=True)["year"].nunique()
        title += f"; {int((waves == len(years)).sum()) or 'none'} in every wave"
    return title


def _missing_text(missing: int, when: str, kind: str, hidden: bool) -> str:
    """Say how many returns give no group; not so where that number would give one back."""
    if hidden:
        return f"Some returns {when} give no {kind}; how many is withheld."
    verb = "gives" if missing == 1 else "give"
    return f"{words.sentence(words.counted(missing, 'return'))} {when} {verb} no {kind}."


def _by_title(now: pd.DataFrame, by: str, *, of_all: bool) -> str:
    year = int(now["year"].iloc[0])
    held = section.figures(now[now[by] != NOT_KNOWN])
    if held.empty:
        return f"How many answered by {section.spoken(by)} in {year} is withheld"
    ranked = held.sort_values("share", ascending=False, kind="stable")
    most, least = ranked.iloc[0], ranked.iloc[-1]
    top, low = (
        section.named(held.loc[held["share"] == end["share"], by].tolist(), "groups")
        for end in (most, least)
    )
    of_most, of_least = (
        section.of_each(held[held["share"] == end["share"]]) for end in (most, least)
    )
    if most["share"] == least["share"]:
        which = f"{words.sentence(top)}: {of_most}"
        return (
            f"{which} answered in {year}" if of_all else f"{which} of those that answered in {year}"
        )
    if of_all:
        return f"{words.sentence(top)} answered most in {year}, {of_most}; {low} least, {of_least}"
    return (
        f"The largest group of those that answered in {year}: {top}, {of_most}; the smallest: "
        f"{low}, {of_least}"
    )


def _blanks_title(collection: Collection, data: pd.DataFrame) -> str:
    held = section.figures(data)
    last = collection.years[-1]
    now = held[held["year"] == last]
    if now.empty:
        return f"How much was left blank in {last} is withheld"
    blank, put = int(now["yes"].sum()), int(now["base"].sum())
    if not blank:
        return f"No question was left blank in {last}"
    whole = f"{words.of(blank, put)} of the questions were left blank in {last}"
    parts = now["yes"] / now["base"]
    if parts.min() == parts.max():
        return whole
    most = now.iloc[int(parts.argmax())]
    return f"{whole}; most under {most['label']}, {words.of(most['yes'], most['base'])}"


def _blanks_table(data: pd.DataFrame) -> pd.DataFrame:
    texts = [
        WITHHELD if pd.isna(yes) else words.of(yes, base) if base else "nobody asked"
        for yes, base in zip(data["yes"], data["base"], strict=True)
    ]
    cells = data.assign(text=texts, year=data["year"].astype(str))
    wide = cells.set_index(["section", "year"])["text"].unstack("year")
    order = data.drop_duplicates("section")
    wide = wide.loc[order["section"]].fillna("not asked").rename_axis(columns=None)
    wide.insert(0, "in the section", order["label"].tolist())
    return wide.reset_index(drop=True)


def _waves(collection: Collection) -> str:
    return " and wave" if len(collection.years) > 1 else ""


def _ends(values: pd.Series) -> tuple[int, int]:
    return int(values.min()), int(values.max())


def _source(collection: Collection) -> str:
    if collection.status != DRAWN:
        return collection.title
    return DRAWN_SOURCE


def _bars(rows: pd.DataFrame, note: str | None) -> Drawing:
    from csm_lib import charts

    return charts.bars(rows, note=note)
