"""The rules that returns are held to, beyond the list of answers of each column.

Every rule looks at whole columns at once: a column is a few different texts and, for each row, the
place of its text among them. Words are found only for what breaks a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from csm_lib.codebook import did_you_mean
from csm_lib.own.repairs import is_number, keys
from csm_lib.own.report import LISTED, Fault, Place

if TYPE_CHECKING:
    from csm_lib.codebook import Codebook, Item

Ints = npt.NDArray[Any]  # of whole numbers, as narrow as they fit
Flags = npt.NDArray[np.bool_]

BLANK, UNREADABLE = -1, -2
"""In place of an answer: none was given; what was given is not understood."""


@dataclass(frozen=True)
class Column:
    """A column of the file.

    Attributes
    ----------
    name
        Its name in the file.
    found, found_texts
        For each row the place of its text among the texts as they stand; -1 for an empty cell.
    codes, texts
        The same after repair.
    rows, sheets
        Where each cell stands.
    unit
        What a row of the file is called: line, row or case.
    """

    name: str
    found: Ints
    found_texts: pd.Index
    codes: Ints
    texts: pd.Index
    rows: Ints
    sheets: str | npt.NDArray[np.object_]
    unit: str

    def text(self, at: int) -> str:
        """Return what stands in a cell; empty text where nothing does."""
        code = int(self.found[at])
        return str(self.found_texts[code]) if code >= 0 else ""

    def place(self, at: int) -> Place:
        """Return where a cell stands."""
        sheet = self.sheets if isinstance(self.sheets, str) else str(self.sheets[at])
        return Place(sheet, int(self.rows[at]))

    def faults(
        self,
        rule: str,
        at: Ints,
        expected: str,
        remedy: str | Callable[[int], str],
        by: Ints | None = None,
        value: str | None = None,
    ) -> Iterator[Fault]:
        """Gather cells that break a rule: one fault a text.

        Parameters
        ----------
        at
            The rows, in order.
        remedy
            What to do, or what gives it for the first row of a fault.
        by
            For each of these rows, which fault it belongs to; by default its text.
        value
            What to give as the value; by default the text of the first row of a fault.
        """
        if not len(at):
            return
        key = self.found[at] if by is None else by
        _, first, group, counts = np.unique(
            key, return_index=True, return_inverse=True, return_counts=True
        )
        together, ends = at[np.argsort(group, kind="stable")], np.cumsum(counts)
        order = np.argsort(first)  # as they come in the file
        left = LISTED
        for number in order[:LISTED]:
            rows = together[ends[number] - counts[number] : ends[number]]
            shown = rows[: max(1, left)]
            left -= len(shown)
            yield Fault(
                rule,
                self.name,
                self.text(int(rows[0])) if value is None else value,
                expected,
                remedy if isinstance(remedy, str) else remedy(int(rows[0])),
                len(rows),
                tuple(self.place(row) for row in shown),
            )
        if len(order) > LISTED:
            further = np.zeros(len(order), dtype=np.bool_)
            further[order[LISTED:]] = True
            rest = at[further[group]]
            yield Fault(
                rule,
                self.name,
                f"{len(order) - LISTED:,} other values",
                expected,
                "Correct these as the ones before.",
                len(rest),
                tuple(self.place(row) for row in rest[: max(1, left)]),
            )


@dataclass(frozen=True)
class Table:
    """Returns as far as they can be read.

    Attributes
    ----------
    codebook
        The questionnaire.
    columns
        By identifier or item: its column. What cannot be judged, such as a double column, is not
        among them.
    misfits
        By identifier or item: the places, among its texts, of those that its schema refuses.
    complete
        Whether every column of the file was understood, so that an item without a column is known
        to be without answers.
    known_names
        Whether there is a list of the regions and types, to which `misfits` holds them.
    """

    codebook: Codebook
    columns: Mapping[str, Column]
    misfits: Mapping[str, Ints]
    complete: bool
    known_names: bool

    @cached_property
    def years(self) -> Ints:
        """The place of each row's year among the codebook's; -1 where it is not known."""
        return self._places("year", [str(year) for year in self.codebook.years], BLANK)

    @cached_property
    def answers(self) -> Mapping[str, Ints]:
        """By item that has a column: the place of each row's answer; `BLANK` or `UNREADABLE`."""
        return {
            item.item: self._places(item.item, list(item.answers), UNREADABLE)
            for item in self.codebook.values()
            if item.item in self.columns
        }

    def _places(self, name: str, known: list[str], stranger: int) -> Ints:
        column, small = self.columns[name], np.int8 if len(known) < 100 else np.int32
        by_text = np.full(len(column.texts) + 1, stranger, dtype=small)
        by_text[-1] = BLANK  # where the code of an empty cell, -1, looks it up
        fits = np.ones(len(column.texts), dtype=np.bool_)
        fits[self.misfits.get(name, [])] = False
        for number in np.flatnonzero(fits).tolist():
            by_text[number] = known.index(str(column.texts[number]))
        return by_text[column.codes]

    def held(self, item: Item) -> Flags:
        """Whether answers to an item are held of each row's year."""
        if item.held not in self._held:
            of_year = np.array([*(year in item.held for year in self.codebook.years), False])
            self._held[item.held] = of_year[self.years]
        return self._held[item.held]

    @cached_property
    def _held(self) -> dict[tuple[int, ...], Flags]:
        return {}

    def asked(self, item: Item) -> Flags:
        """Whether each row was asked an item, and its answers are held."""
        held = self.held(item)
        if item.asked_if is None:
            return held
        if item.asked_if not in self.answers:
            return np.zeros_like(held)
        opened: Flags = held & (self.answers[item.asked_if] == 0)
        return opened


def faults(table: Table) -> Iterator[Fault]:
    """Yield every fault of the cells of a table, rule by rule."""
    codebook = table.codebook
    identified = "authority" in table.columns and "year" in table.columns
    if "authority" in table.columns:
        authority = table.columns["authority"]
        nobody = np.flatnonzero(authority.codes < 0)
        yield from authority.faults("no_authority", nobody, "a name or code", "Fill it in.")
    if "year" in table.columns:
        known = ", ".join(map(str, codebook.years))
        yield from table.columns["year"].faults(
            "unknown_year",
            np.flatnonzero(table.years < 0),
            f"one of {known}",
            "Correct the year, or add it to 'years' of the items asked in it.",
        )
    for name, rule in (("region", "unknown_region"), ("authority_type", "unknown_type")):
        if name in table.misfits:
            yield from _unknown_names(table.columns[name], table.misfits[name], rule)
    for name in ("authority", "region", "authority_type"):
        if name in table.columns and (name == "authority" or not table.known_names):
            yield from _near_duplicates(table.columns[name])
    if identified:
        yield from _double_returns(table)
    for name, rule in (("region", "region_moves"), ("authority_type", "type_moves")):
        if "authority" in table.columns and name in table.columns:
            yield from _moves(table.columns["authority"], table.columns[name], rule)
    for item in codebook.values():
        if item.item in table.columns:
            yield from _answers(table, item)
    if "year" in table.columns:
        yield from _blanks(table)
    if identified:
        yield from _gaps(table)
        yield from _order(table)


def _unknown_names(column: Column, misfits: Ints, rule: str) -> Iterator[Fault]:
    strange = np.zeros(len(column.texts) + 1, dtype=np.bool_)
    strange[misfits] = True
    yield from column.faults(
        rule,
        np.flatnonzero(strange[column.codes]),
        "a name of the frame, or an empty cell",
        "Write it as frame.csv does, or add it there.",
    )


def _near_duplicates(column: Column) -> Iterator[Fault]:
    """Names that differ by case or spaces only; the rarer ones, or all where none is rarer."""
    shared, _ = pd.factorize(np.array(keys(column.texts), dtype=object))
    if not len(shared) or shared.max() + 1 == len(shared):
        return
    count = np.bincount(column.codes.astype(np.int64) + 1, minlength=len(column.texts) + 1)[1:]
    several = np.bincount(shared)[shared] > 1
    table = pd.DataFrame({"key": shared, "text": column.texts, "count": count})[several]
    most = table.groupby("key")["count"].transform("max")
    at_most = (table["count"] == most).groupby(table["key"]).transform("sum")
    blamed = np.zeros(len(column.texts) + 1, dtype=np.bool_)
    blamed[table.index[(table["count"] < most) | (at_most > 1)]] = True
    names = {key: list(some) for key, some in table.groupby("key")["text"]}

    def remedy(row: int) -> str:
        found = names[int(shared[column.codes[row]])]
        written = " and ".join(repr(name) for name in found[:5])
        return f"Write it one way everywhere: {written} count as different names."

    yield from column.faults(
        "near_duplicate",
        np.flatnonzero(blamed[column.codes]),
        "one way to write a name",
        remedy,
    )


def _double_returns(table: Table) -> Iterator[Fault]:
    authority, years = table.columns["authority"], table.years
    known = np.flatnonzero((authority.codes >= 0) & (years >= 0))
    width = len(table.codebook.years)
    key = authority.codes[known].astype(np.int64) * width + years[known]
    times = np.bincount(key, minlength=1)
    if times.max() <= 1:
        return
    some = times[key] > 1
    key, known = key[some], known[some]
    _, first, group = np.unique(key, return_index=True, return_inverse=True)
    again = np.ones(len(known), dtype=np.bool_)
    again[first] = False
    firsts = dict(zip(known.tolist(), known[first[group]].tolist(), strict=True))

    def remedy(row: int) -> str:
        place = authority.place(firsts[row])
        sheet = f" of sheet {place.sheet!r}" if place.sheet else ""
        where = f"{authority.unit} {place.row}{sheet}"
        return (
            f"{authority.text(row)!r} has a return for {table.codebook.years[years[row]]} in "
            f"{where} already: delete or correct one of the two."
        )

    yield from authority.faults(
        "double_return",
        known[again],
        "one return for each authority and year",
        remedy,
        by=key[again],
    )


def _moves(authority: Column, column: Column, rule: str) -> Iterator[Fault]:
    """One authority with two regions or types; the rarer, or all where none is rarer."""
    known = np.flatnonzero((authority.codes >= 0) & (column.codes >= 0))
    who, what = authority.codes[known].astype(np.int64), column.codes[known].astype(np.int64)
    first = np.full(len(authority.texts) + 1, -1, dtype=what.dtype)
    first[who[::-1]] = what[::-1]
    moved = np.zeros(len(first), dtype=np.bool_)
    moved[who[what != first[who]]] = True
    if not moved.any():
        return
    some = moved[who]
    table = pd.DataFrame({"who": who[some], "what": what[some], "at": known[some]})
    times = table.groupby(["who", "what"])["at"].transform("size")
    most = times.groupby(table["who"]).transform("max")
    # how many of its names an authority has most often
    common = table[times == most].groupby("who")["what"].nunique()
    tied = table["who"].map(common) > 1
    pairs = table.drop_duplicates(["who", "what"])
    names: dict[int, list[str]] = {}
    for one, code in zip(pairs["who"].tolist(), pairs["what"].tolist(), strict=True):
        names.setdefault(one, []).append(str(column.texts[code]))
    blamed = table[(times < most) | tied]

    def remedy(row: int) -> str:
        one = int(authority.codes[row])
        found = " and ".join(repr(name) for name in names[one][:5])
        return f"{str(authority.texts[one])!r} has {found}: write one of them in all its rows."

    yield from column.faults(
        rule,
        blamed["at"].to_numpy(),
        "the same in every row of an authority",
        remedy,
        by=(blamed["who"] * (len(column.texts) + 1) + blamed["what"]).to_numpy(),
    )


def _answers(table: Table, item: Item) -> Iterator[Fault]:
    column, given = table.columns[item.item], table.answers[item.item]
    known = ", ".join(item.answers)
    if (given == UNREADABLE).any():
        words = [*item.answers, *item.answers.values()]

        def remedy(row: int) -> str:
            text = column.text(row)
            if is_number(text):
                return (
                    "Say in a columns.csv which answer each number stands for; "
                    "'python -m csm_lib columns' drafts one."
                )
            near = did_you_mean(text, words) if len(text) <= 60 else ""
            return f"Write the answer as shown; leave the cell empty for no answer.{near}"

        yield from column.faults(
            "unknown_answer",
            np.flatnonzero(given == UNREADABLE),
            f"{known} or an empty cell",
            remedy,
        )
    answered = given >= 0
    if "year" not in table.columns:
        return
    # an unknown year or opener is a fault of its own, and no ground to fault what hangs on it
    held = table.held(item)
    yield from column.faults(
        "not_asked",
        np.flatnonzero(answered & ~held & (table.years >= 0)),
        f"an empty cell: answers are held for {', '.join(map(str, item.held)) or 'no year'}",
        "Empty the cell, or correct 'years' and 'not_held' in the codebook.",
    )
    if item.asked_if is None:
        return
    if item.asked_if in table.answers:
        opener = table.answers[item.asked_if]
        closed = (opener == BLANK) | (opener > 0)
    elif table.complete:
        closed = np.ones(len(given), dtype=np.bool_)
    else:
        return
    opener_name = table.columns[item.asked_if].name if item.asked_if in table.columns else ""
    opener_name = opener_name or item.asked_if
    yield from column.faults(
        "not_opened",
        np.flatnonzero(answered & held & closed),
        f"an empty cell, as {opener_name!r} is not yes",
        f"Empty the cell, or correct {opener_name!r}.",
    )


def _blanks(table: Table) -> Iterator[Fault]:
    """Ticks only, and batteries answered in part."""
    codebook, size = table.codebook, len(table.years)
    for section in codebook.sections:
        items = [codebook[i] for i in codebook.section(section) if i in table.answers]
        ticked = np.zeros(size, dtype=np.bool_)
        choices = [item for item in items if item.response == "yes_no"]
        if len(choices) > 2:
            yes, blank = np.zeros((2, size), dtype=np.int32)
            other = np.zeros(size, dtype=np.bool_)
            for item in choices:
                given, asked = table.answers[item.item], table.asked(item)
                yes += asked & (given == 0)
                blank += asked & (given == BLANK)
                other |= asked & ((given > 0) | (given == UNREADABLE))
            ticked = (yes >= 1) & (blank >= 2) & ~other
            yield from table.columns[choices[0].item].faults(
                "ticks_only",
                np.flatnonzero(ticked),
                f"yes or no for each question of the section {codebook.title(section)!r}",
                "Ask whether its blanks mean no. If so, write no in them.",
                by=np.zeros(int(ticked.sum()), dtype=np.int64),
                value="",
            )
        for opener in dict.fromkeys(item.asked_if for item in items if item.asked_if):
            battery = [item for item in items if item.asked_if == opener]
            if len(battery) > 1 and opener in table.answers:
                yield from _part_battery(table, battery, ticked)


def _part_battery(table: Table, battery: list[Item], ticked: Flags) -> Iterator[Fault]:
    some = np.zeros(len(ticked), dtype=np.bool_)
    for item in battery:
        some |= table.asked(item) & (table.answers[item.item] != BLANK)
    some &= ~ticked
    for item in battery:
        column = table.columns[item.item]
        opener = table.columns[item.asked_if or ""].name
        yield from column.faults(
            "part_battery",
            np.flatnonzero(some & table.asked(item) & (table.answers[item.item] == BLANK)),
            f"an answer, as to the other questions that {opener!r} opens",
            "Ask for the answer; leave the cell empty if there is none.",
        )


def _gaps(table: Table) -> Iterator[Fault]:
    """Respondents who answered before and after a year, and not in it."""
    authority, years = table.columns["authority"], table.codebook.years
    answered = (authority.codes >= 0) & (table.years >= 0)
    given = np.zeros(len(answered), dtype=np.bool_)
    for answers in table.answers.values():
        given |= answers != BLANK
    at = np.flatnonzero(answered & given)
    there = np.zeros((len(authority.texts), len(years)), dtype=np.bool_)
    there[authority.codes[at], table.years[at]] = True
    waves = np.flatnonzero(there.any(axis=0)).tolist()  # a year nobody answered in is no gap
    for number, back in enumerate(waves):
        for start in range(number):
            missed = waves[start + 1 : number]
            if not missed:
                continue
            gap = there[:, waves[start]] & there[:, back] & ~there[:, missed].any(axis=1)
            # told at the return that comes after the gap
            rows = at[gap[authority.codes[at]] & (table.years[at] == back)]
            yield from authority.faults(
                "wave_gap",
                rows,
                f"answers for {' and '.join(str(years[place]) for place in missed)} as well",
                "Check whether a return is missing, or stands under another name.",
            )


def _order(table: Table) -> Iterator[Fault]:
    """Rows of an authority in which an earlier year follows a later one of the same sheet."""
    authority = table.columns["authority"]
    order = np.argsort(authority.codes, kind="stable")
    who, year = authority.codes[order], table.years[order]
    back = (who[1:] == who[:-1]) & (who[1:] >= 0) & (year[1:] >= 0) & (year[1:] < year[:-1])
    if not back.any():
        return
    column = table.columns["year"]
    at, before = order[1:][back], order[:-1][back]
    if not isinstance(column.sheets, str):
        same = column.sheets[at] == column.sheets[before]
        at = at[same]
    yield from column.faults(
        "out_of_order",
        np.sort(at),
        "the years of an authority from the first to the last",
        "Nothing, if the years are right: they are put in order as they are read.",
    )
