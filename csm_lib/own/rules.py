"""The rules that returns are held to: each is a query on the long table, joined to the codebook.

A rule yields frames of faults, as `told` makes them: one row is one cell, with its place, what
stands there, what was expected and what to do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

from csm_lib.codebook import did_you_mean
from csm_lib.own.repairs import NO_ANSWER, YES, begins_in, is_number, is_shorthand, key, plain
from csm_lib.own.report import FAULTS, LISTED, RULES, unit_of
from csm_lib.own.wording import filled, worded
from csm_lib.words import listed

if TYPE_CHECKING:
    from csm_lib.codebook import Codebook, Item

Faults = Iterator[pd.DataFrame]

NO_NAME = {*NO_ANSWER, "#n/a", "tbc"}
"""What is written where a region or type is not known, besides the shorthand of statistics."""

NO_YEAR = -1
"""In place of a year: none is given, or one that the codebook does not know."""

PLACE = ["file", "sheet"]

PANEL = 8
"""From so many respondents on, a wave is held against the one before."""

TICKED = 5
"""From so many yes on, and no no, an item by itself may be one that was only ticked."""

SILENT = 0.2
"""And from this share of blanks on: fewer may be people who did not answer."""


@dataclass(frozen=True)
class Laid:
    """Returns laid out for the rules, as far as they can be read, repairs included.

    Attributes
    ----------
    cells
        One row is one filled cell of an identifier or item: its place (``file, sheet, row,
        record, column``), ``item``, ``text`` (in the file), ``value`` (what it is read as),
        ``unit``, ``year``; of items ``fits`` (whether the codebook knows the answer), ``held``
        (whether answers are held of that year) and ``closed`` (another answer did not open it).
    records
        One row is one row of a sheet: ``record, file, sheet, row, unit, authority, year, region,
        authority_type``, and ``year_text``. Rows of one authority and year that hold other items
        make one unit.
    columns
        One row is one column of a sheet that can be judged: ``file, sheet, column, item, coded``.
    grid
        By unit and item that has a column: its value, empty text for none.
    asked
        The same: whether it was asked, and the answers are held.
    known
        The regions and types there are, by identifier; empty where they are not known.
    """

    codebook: Codebook
    cells: pd.DataFrame
    records: pd.DataFrame
    columns: pd.DataFrame
    grid: pd.DataFrame
    asked: pd.DataFrame
    known: Mapping[str, list[str]]

    @cached_property
    def said(self) -> pd.Series:
        """By unit, whether it answered anything."""
        return (self.grid != "").any(axis=1)

    @cached_property
    def yes(self) -> pd.DataFrame:
        """By unit and item that has a column: whether it was asked, and the answer is yes."""
        return self.asked & (self.grid == "yes")

    @cached_property
    def blank(self) -> pd.DataFrame:
        """The same: whether it was asked, and there is no answer."""
        return self.asked & (self.grid == "")

    @cached_property
    def by_wave(self) -> list[pd.DataFrame]:
        """By year and item, how many say yes; are silent and answered another; say another thing.

        Who answered nothing at all is silent, and no sign of ticking.
        """
        other = self.asked & ~self.yes & ~self.blank
        counted = (self.yes, self.blank.mul(self.said, axis=0), other)
        return [some.groupby(self.years).sum() for some in counted]

    @cached_property
    def read_as_no(self) -> pd.DataFrame:
        """The blanks that the crosswalk reads as no."""
        return self.cells[(self.cells["text"] == "") & (self.cells["value"] == "no")]

    @cached_property
    def there(self) -> pd.DataFrame:
        """By authority and year in which anybody answered: whether this one did."""
        records = self.records.drop_duplicates("unit")
        known = (records["authority"] != "") & (records["year"] != NO_YEAR)
        records = records[known & records["unit"].map(self.said).astype(bool)]
        return records.groupby(["authority", "year"]).size().unstack(fill_value=0) > 0

    @cached_property
    def shared(self) -> dict[tuple[int, int], int]:
        """How many respondents each two waves that follow one another share."""
        waves = pairwise([int(year) for year in self.there.columns])
        return {(one, two): int((self.there[one] & self.there[two]).sum()) for one, two in waves}

    @cached_property
    def likely_same(self) -> list[tuple[str, str]]:
        """Pairs of names that likely are one respondent."""
        return likely_same(self.there)

    @cached_property
    def separate(self) -> bool:
        """Whether no respondent of a wave is in the next one, nor likely is by another name."""
        both = [(self.there.loc[a] & self.there.loc[b]).any() for a, b in self.likely_same]
        return all(both) and not any(self.shared.values())

    @cached_property
    def years(self) -> pd.Series:
        """By unit, its year."""
        units = self.records.drop_duplicates("unit").set_index("unit")
        return units["year"].reindex(self.grid.index)

    @cached_property
    def by_item(self) -> dict[str, pd.DataFrame]:
        """The filled cells of each identifier and item that has any."""
        return {str(item): cells for item, cells in self.cells.groupby("item", observed=True)}

    def of(self, item: str) -> pd.DataFrame:
        """Return the filled cells of an identifier or item."""
        return self.by_item.get(item, self.cells.iloc[:0])

    def at(self, records: pd.DataFrame, item: str, text: str | pd.Series = "") -> pd.DataFrame:
        """Return where the cells of some records stand, filled or not."""
        if records.empty:
            return records
        named = self.columns.loc[self.columns["item"] == item, ["file", "sheet", "column"]]
        if named.empty and item in self.codebook:  # in the long form an item is no column
            return records.assign(column=item, text=text)
        named = named.drop_duplicates(["file", "sheet"])
        return records.assign(text=text).merge(named, on=["file", "sheet"])

    def called(self, item: str) -> str:
        """Return what the file calls an item."""
        named = self.columns.loc[self.columns["item"] == item, "column"]
        return str(named.iloc[0]) if len(named) else item

    def in_units(self, units: pd.Series, item: str) -> pd.DataFrame:
        """Return where the cells of an item stand of the units for which a flag is set."""
        if not units.any():
            return self.records.iloc[:0]
        records = self.records[self.records["unit"].map(units)]
        return self.at(records, item).drop_duplicates("unit")


def fits(item: Item, texts: pd.Series) -> pd.Series:
    """Whether each text is an answer to an item."""
    if item.is_number:
        return texts.astype("str").map(item.fits).astype(bool)
    return texts.isin(list(item.answers))


NONE = pd.DataFrame(columns=[*FAULTS, "cells"])
"""No faults."""


def told(
    rule: str, cells: pd.DataFrame, remedy: Callable[[str], str] | None = None, **values: Any
) -> pd.DataFrame:
    """Return cells that break a rule as faults.

    Parameters
    ----------
    rule
        A key of `RULES`.
    cells
        With ``file, sheet, row, column, text``; a missing row means the whole column.
    remedy
        What gives the remedy for a text, where the rule has none.
    **values
        What fills in the sentences of the rule; in its remedy a list or Series row by row.

    Returns
    -------
    DataFrame
        `FAULTS` and ``cells``: how many cells a row stands for. Of the same fault at most `LISTED`
        rows are listed; beyond as many values all others are put together.
    """
    if cells.empty:
        return NONE
    by_row = {name: [*some] for name, some in values.items() if isinstance(some, list | pd.Series)}
    one = {name: value for name, value in values.items() if name not in by_row}
    faults = cells[["file", "sheet", "row", "column", "text"]].rename(columns={"text": "value"})
    faults = faults.reset_index(drop=True).astype(
        {"row": "Int64"} | dict.fromkeys(("file", "sheet", "value"), "str")
    )
    severity, _, expected, standing = RULES[rule]
    faults = faults.assign(severity=severity, rule=rule, expected=filled(expected, **one))
    number = faults.groupby(["column", "value"], sort=False, observed=True).ngroup()
    rest = number >= LISTED
    if remedy is not None:
        texts = faults.loc[~rest, "value"].unique()
        faults["remedy"] = faults["value"].map({text: remedy(text) for text in texts})
    elif by_row:
        rows = zip(*by_row.values(), strict=True)
        faults["remedy"] = [
            filled(standing, **one, **dict(zip(by_row, row, strict=True))) for row in rows
        ]
    else:
        faults["remedy"] = filled(standing, **one)
    if rest.any():
        faults.loc[rest, "value"] = f"{int(number.max()) + 1 - LISTED:,} other values"
        faults.loc[rest, "remedy"] = "Correct these as the ones before."
    same = faults.groupby(["column", "value", "remedy"], sort=False, observed=True)
    place, size = same.cumcount(), same["row"].transform("size")
    faults["cells"] = np.where(place == 0, 1 + (size - LISTED).clip(lower=0), 1)
    return faults.loc[place < LISTED, [*FAULTS, "cells"]]


def found(laid: Laid) -> Faults:
    """Yield every fault of the cells of some returns, rule by rule."""
    yield from identified(laid)
    for name, rule in (("region", "unknown_region"), ("authority_type", "unknown_type")):
        cells = laid.of(name)
        if name in laid.known:
            yield told(rule, cells[~cells["value"].isin(laid.known[name])])
        else:
            yield near_duplicates(cells)
            yield stand_for_none(cells)
    yield near_duplicates(laid.of("authority"))
    yield double_returns(laid)
    yield double_answers(laid)
    yield moves(laid, "region", "region_moves")
    yield moves(laid, "authority_type", "type_moves")
    cells = laid.cells
    wrong = {*cells.loc[~(cells["fits"] & cells["held"] & ~cells["closed"]), "item"]}
    for item in filter(wrong.__contains__, laid.grid):
        yield from answers(laid, laid.codebook[str(item)])
    for section in laid.codebook.sections:
        yield from blanks(laid, section)
    yield from gaps(laid)
    yield out_of_order(laid)
    yield from panels(laid)


def identified(laid: Laid) -> Faults:
    """Rows of nobody, or of no year that is known."""
    records = laid.records
    yield told("no_authority", laid.at(records[records["authority"] == ""], "authority"))
    undated = records[records["year"] == NO_YEAR]
    if "year" not in set(laid.columns["item"]):
        return
    written = laid.of("year")["text"].drop_duplicates().astype("str")
    ordinary = next((text for text in written if re.fullmatch("[0-9]{4}", text.strip())), "")

    def remedy(text: str) -> str:
        if begins_in(text) is not None and ordinary:
            return worded("two_kinds_of_year", ordinary=ordinary, text=text)
        in_words = text and not re.fullmatch("[0-9.]+", text)
        return worded("year_in_words" if in_words else "year_in_digits")

    years = ", ".join(laid.codebook.called(laid.codebook.years))
    yield told("unknown_year", laid.at(undated, "year", undated["year_text"]), remedy, years=years)


def rarer(cells: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return the cells of groups that hold several values, but for the one that is most frequent.

    All of a group where none is; ``written`` lists its values.
    """
    pairs = cells.groupby([by, "value"], sort=False, observed=True)
    values = pairs.size().reset_index(name="count")
    values = values[values.duplicated(by, keep=False)]
    if values.empty:
        return cells.iloc[:0].assign(written="")
    of_group = values.groupby(by)
    values["most"] = values["count"] == of_group["count"].transform("max")
    alone = values.groupby(by)["most"].transform("sum") == 1
    names = {one: listed([repr(name) for name in some[:5]]) for one, some in of_group["value"]}
    values["written"] = values[by].map(names)
    return cells.merge(values[~(values["most"] & alone)], on=[by, "value"])


def near_duplicates(cells: pd.DataFrame) -> pd.DataFrame:
    """Names that differ by case or spaces only; the rarer ones, or all where none is rarer."""
    keys = {name: key(name) for name in cells["value"].unique().tolist()}
    if len({*keys.values()}) == len(keys):
        return NONE
    names = cells["value"].astype("str")
    blamed = rarer(cells.assign(value=names, key=names.map(keys)), "key")
    return told("near_duplicate", blamed, written=blamed["written"])


def stand_for_none(cells: pd.DataFrame) -> pd.DataFrame:
    """Names of regions and types that mean "not known"; a letter only where others are no letters.

    Each would be a group by itself.
    """
    names = {str(name) for name in cells["value"].unique()}
    letters = {name for name in names if len(name) == 1 and name.isalpha()}
    signs = {name for name in names if is_shorthand(name) or plain(name) in NO_NAME}
    none = signs - letters if letters - signs else signs
    cells = cells[cells["value"].isin(none)]
    return told("stands_for_none", cells, text=cells["value"].astype("str"))


def double_returns(laid: Laid) -> pd.DataFrame:
    """A second row of an authority and year among sheets that hold the same items."""
    records = laid.records
    firsts = records[records["turn"] == 0].drop_duplicates(["authority", "year", "kind"])
    later = records.loc[records["turn"] > 0, ["record", "authority", "kind"]]
    if later.empty:
        return NONE
    again = laid.of("authority").drop_duplicates("record").merge(later)
    again = again.merge(firsts, on=["authority", "year", "kind"], suffixes=("", "_first"))
    who, places = again["authority"], [place(one) for one in again.itertuples()]
    years = pd.Series(laid.codebook.called(again["year"]))
    return told("double_return", again, who=who, year=years, place=places)


def double_answers(laid: Laid) -> pd.DataFrame:
    """A second answer of an authority and year to an item, in another row, column or sheet."""
    cells = laid.cells[~laid.cells["item"].isin(["authority", "year", "region"])]
    again = cells[cells.duplicated(["unit", "item"])]
    if again.empty:
        return NONE
    firsts = cells.drop_duplicates(["unit", "item"])
    again = again.merge(firsts, on=["unit", "item"], suffixes=("", "_first"))
    of_item = again["item"].isin(list(laid.codebook))
    other = again["value"].astype("str") != again["value_first"].astype("str")
    again = again[other | (of_item & (again["record"] == again["record_first"]))]
    places, texts = [place(one) for one in again.itertuples()], again["text_first"].astype("str")
    return told("double_answer", again, text=texts, place=places, column=again["column_first"])


def place(one: Any) -> str:
    """Say where the first of two cells stands, as seen from the file of the second."""
    of_sheet = f" of sheet {one.sheet_first!r}" if one.sheet_first else ""
    of_file = f" of {one.file_first!r}" if one.file_first != one.file else ""
    return f"{unit_of(one.file_first)} {one.row_first}{of_sheet}{of_file}"


def moves(laid: Laid, name: str, rule: str) -> pd.DataFrame:
    """One authority with two regions or types; the rarer, or all where none is rarer."""
    cells = laid.of(name).merge(laid.records[["record", "authority"]])
    pairs = cells[["authority", "value"]].drop_duplicates()
    if not pairs["authority"].duplicated().any():
        return NONE
    blamed = rarer(cells[cells["authority"] != ""].astype({"value": "str"}), "authority")
    return told(rule, blamed, who=blamed["authority"], written=blamed["written"])


def answers(laid: Laid, item: Item) -> Faults:
    """Answers that the codebook does not know, or to what was not asked."""
    cells = laid.of(item.item)
    words = [*item.answers, *item.answers.values()]
    explained = cells.loc[cells["fits"] & (cells["text"].astype("str") != cells["value"]), "text"]
    codes = [repr(text) for text in explained.astype("str").unique() if is_number(text)][:8]
    columns = laid.columns.loc[laid.columns["item"] == item.item]

    def remedy(text: str) -> str:
        if is_number(text) and columns["coded"].any():
            known = f", and does {listed(codes)}" if codes else ""
            return worded("code_not_explained", known=known)
        if is_number(text):
            return worded("code_of_no_crosswalk")
        if is_shorthand(text):
            return worded("shorthand", text=text.strip())
        if item.is_number:
            return worded("no_number")
        near = did_you_mean(text, words) if len(text) <= 60 else ""
        return worded("no_answer_of_item", near=near)

    known = "a number" if item.is_number else ", ".join(item.answers)
    yield told("unknown_answer", cells[~cells["fits"]], remedy, answers=known)
    # an unknown year or opener is a fault of its own, and no ground to fault what hangs on it
    unasked = cells["fits"] & ~cells["held"] & (cells["year"] != NO_YEAR)
    years = ", ".join(laid.codebook.called(item.held)) or "no year"
    yield told("not_asked", cells[unasked], years=years)
    unopened = cells["fits"] & cells["held"] & cells["closed"]
    yield told("not_opened", cells[unopened], opener=laid.called(str(item.asked_if)))


def blanks(laid: Laid, section: str) -> Faults:
    """Ticks only, and batteries answered in part."""
    items = [laid.codebook[i] for i in laid.codebook.section(section) if i in laid.grid]
    choices = [item.item for item in items if item.response == "yes_no"]
    yes, blank = laid.yes[choices], laid.blank[choices]
    ticked = pd.Series(False, laid.grid.index)
    for year, names in only_ticked(laid, choices).items():
        (when,) = laid.codebook.called([year])
        for name in names:
            named = laid.columns[laid.columns["item"] == name]
            named = laid.of(name).drop_duplicates([*PLACE, "column"]) if named.empty else named
            yield told("ticks_only", named.assign(row=None, text=when))
            ticked |= blank[name]
    if not ticked.any() and len(choices) > 2:
        other = (laid.asked[choices] & ~yes & ~blank).any(axis=1)
        ticked = yes.any(axis=1) & (blank.sum(axis=1) >= 2) & ~other
        title = laid.codebook.title(section)
        yield told("ticked_row", laid.in_units(ticked, choices[0]), section=title)
    for opener in dict.fromkeys(item.asked_if for item in items if item.asked_if in laid.grid):
        battery = [item.item for item in items if item.asked_if == opener]
        blank = laid.blank[battery]
        some = (laid.asked[battery] & ~blank).any(axis=1) & ~ticked
        missing = blank.mul(some, axis=0)
        for name in missing.columns[missing.any()]:
            cells = laid.in_units(missing[name], name)
            yield told("part_battery", cells, opener=laid.called(str(opener)))


def only_ticked(laid: Laid, choices: list[str]) -> dict[str, list[str]]:
    """Return by wave ("": all) the items of a section that look as if they had only been ticked.

    Nobody said no, some said yes, and some are silent who answered something else. Several such
    items of a section are enough; one is where many are silent, or its tick is no word for yes, or
    the crosswalk reads blanks of another as no. What it says of an item's own blanks is not asked.
    """
    unsaid = [*laid.columns.loc[~laid.columns["blank_no"].eq(True), "item"]]
    yes, blank, other = (some[choices] for some in laid.by_wave)
    blank = blank * blank.columns.isin(unsaid)
    if not (yes.any() & blank.any()).any():
        return {}
    every = (yes.sum() > 0) & (blank.sum() > 0) & (other.sum() == 0)
    often = (yes.sum() >= TICKED) & (blank.sum() >= SILENT * (yes.sum() + blank.sum()))
    settled = {*laid.read_as_no.loc[laid.read_as_no["item"].isin(choices), "year"]}
    alone = [
        name
        for name in choices
        if every[name] and (settled or often[name] or not in_words(laid, name))
    ]
    in_wave = (yes > 0) & (blank > 0) & (other == 0) & ~every  # what all waves tell, once
    several = in_wave & (yes >= TICKED)
    waves = {"": alone if every.sum() < 2 else [*every.index[every]]}
    for year in yes.index:
        if year in settled or (year != NO_YEAR and several.loc[year].sum() > 1):
            waves[str(year)] = [*in_wave.columns[in_wave.loc[year]]]
    return waves


def in_words(laid: Laid, name: str) -> bool:
    """Whether a yes/no item holds nothing but words for yes, and numbers that are explained."""
    cells = laid.of(name).astype({"text": "str"})
    words = YES | {plain(laid.codebook[name].answers["yes"])}
    number = cells["text"].map(is_number).astype(bool) & cells["explained"]
    return bool(cells.loc[~number, "text"].map(plain).isin(words).all())


def gaps(laid: Laid) -> Faults:
    """Respondents who answered before and after a year, and not in it."""
    there = laid.there
    waves = list(there)
    first = laid.records.drop_duplicates("unit")
    for number, back in enumerate(waves):
        for start in range(number - 1):
            missed = waves[start + 1 : number]
            gap = there[waves[start]] & there[back] & ~there[missed].any(axis=1)
            # told at the return that comes after the gap
            late = first[first["authority"].isin(gap.index[gap]) & (first["year"] == back)]
            yield told(
                "wave_gap",
                laid.of("authority").drop_duplicates("record").merge(late[["record"]]),
                years=listed(laid.codebook.called(missed)),
            )


def out_of_order(laid: Laid) -> pd.DataFrame:
    """Rows of an authority in which an earlier year follows a later one of the same sheet."""
    records = laid.records
    records = records[(records["authority"] != "") & (records["year"] != NO_YEAR)]
    before = records.groupby(["file", "sheet", "authority"], sort=False)["year"].shift()
    back = records.loc[records["year"] < before, ["record"]]
    return told("out_of_order", laid.of("year").drop_duplicates("record").merge(back))


# -- one respondent, two spellings ----------------------------------------------------------------


def panels(laid: Laid) -> Faults:
    """Names that are likely one respondent, and waves that share few respondents."""
    there, pairs = laid.there, laid.likely_same
    cells = laid.of("authority")
    cells = cells[cells["value"].isin([name for pair in pairs for name in pair])]
    cells = cells.astype({"value": "str"})
    named = cells.drop_duplicates("value").set_index("value", drop=False)
    waves = {
        name: listed(laid.codebook.called(there.columns[there.loc[name].to_numpy()]))
        for pair in pairs
        for name in pair
    }
    yield told(
        "likely_same",
        named.loc[[other for _, other in pairs]],
        one=[one for one, _ in pairs],
        other=[other for _, other in pairs],
        early=[waves[one] for one, _ in pairs],
        late=[waves[other] for _, other in pairs],
    )
    if laid.separate:
        return
    for (before, year), shared in laid.shared.items():
        sizes = there[before].sum(), there[year].sum()
        if min(sizes) < PANEL or shared >= min(sizes) / 2:
            continue
        first = laid.records[laid.records["year"] == year].head(1)
        one, two = laid.codebook.called([before, year])
        yield told(
            "shared_few",
            laid.at(first, "authority", two),
            shared=shared,
            size_before=sizes[0],
            before=one,
            size=sizes[1],
            year=two,
        )


def samples(laid: Laid) -> list[str]:
    """Return the notice that the waves share no respondent, where that is so."""
    large = len(laid.there.columns) > 1 and laid.there.sum().min() >= PANEL
    return [worded("separate_samples")] if large and laid.separate else []


_KIND = re.compile(
    r"\b(?:(?:london|royal|metropolitan) borough|the|of|city|county|borough|metropolitan|district"
    r"|council|lb|rb|mbc|mdc|bc|cc|dc|ua)\b"
)
"""What a council's name has in one list, and not in another."""

ALIKE, WORD_ALIKE, FUZZY = 95, 85, 3_000
"""How alike (of 100) two names must be, and the words in which they differ; and up to how many
names are compared so."""


def _words(name: str) -> str:
    """Return a name without signs."""
    return re.sub(r"[\W_]+", " ", re.sub(r"['’]", "", plain(name).replace("&", " and "))).strip()


def core(name: str) -> tuple[str, ...]:
    """Return the words of a name that tell it from others, whatever their order.

    >>> core("Kingston upon Hull, City of") == core("City of Kingston-upon-Hull Council")
    True
    """
    words = _words(name)
    return tuple(sorted(_KIND.sub(" ", words).split() or words.split()))


def authorities() -> pd.DataFrame:
    """Return the top-tier councils of England since 2008, with region and type, by `core` name.

    One row is a council, of one type, under one of its names, from the year ``first`` to ``last``.
    The City of London is among the London boroughs, the Isles of Scilly among the unitary
    authorities: a group of its own would tell of each.
    """
    path = Path(__file__).with_name("authorities.csv")
    table = pd.read_csv(path, dtype="str", keep_default_na=False)
    table["core"] = (table["name"] + ";" + table["also"]).str.strip(";").str.split(";")
    table["first"], table["last"] = (
        pd.to_numeric(table[name]).fillna(end) for name, end in (("first", 0), ("last", 9999))
    )
    table = table.explode("core", ignore_index=True)
    return table.assign(core=table["core"].map(core))


def likely_same(there: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the pairs of names that likely are one respondent, the earlier first.

    Two that answer in the same year are two, unless it is signs alone in which they differ.
    """
    names = [str(name) for name in there.index]
    waves = {name: frozenset(there.columns[there.loc[name].to_numpy()]) for name in names}
    councils = authorities()
    called = dict(zip(councils["core"], councils["name"].map(core), strict=True))
    cores = {name: called.get(of, of) for name, of in zip(names, map(core, names), strict=True)}
    by_core: dict[tuple[str, ...], list[str]] = {}
    for name in names:
        by_core.setdefault(cores[name], []).append(name)
    pairs = [(a, b) for some in by_core.values() for at, a in enumerate(some) for b in some[:at]]
    numbered = {name for name in names if re.search("[0-9]", name)}
    written = {name: name if name in numbered else _words(name) for name in names}
    plain_names = [n for n in names if n not in numbered and len(waves[n]) < there.shape[1]]
    if len(set(waves.values())) > 1 and len(plain_names) <= FUZZY:
        texts = [" ".join(cores[name]) for name in plain_names]
        alike = process.cdist(texts, texts, scorer=fuzz.ratio, score_cutoff=ALIKE, dtype=np.uint8)
        for one, other in zip(*np.nonzero(np.triu(alike, 1)), strict=True):
            a, b = plain_names[one], plain_names[other]
            left, right = (sorted({*cores[x]} - {*cores[y]}) for x, y in ((a, b), (b, a)))
            close = [fuzz.ratio(p, q) >= WORD_ALIKE for p, q in zip(left, right, strict=False)]
            # North and South Yorkshire are alike as a whole, and not in the word that counts
            if left and len(left) == len(right) and all(close):
                pairs.append((a, b))
    order = {name: (min(waves[name]), name) for name in names}
    found = [
        (min(pair, key=order.__getitem__), max(pair, key=order.__getitem__))
        for pair in pairs
        if key(pair[0]) != key(pair[1])
        and (not waves[pair[0]] & waves[pair[1]] or written[pair[0]] == written[pair[1]])
    ]
    return sorted(found, key=lambda pair: [order[name] for name in pair])
