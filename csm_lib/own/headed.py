"""Where the names of a sheet's columns stand, and what lies under them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from csm_lib.errors import ReturnsError
from csm_lib.files import report
from csm_lib.own.repairs import is_number
from csm_lib.own.wording import refusal, worded
from csm_lib.words import listed

if TYPE_CHECKING:
    from csm_lib.own.read import Sheet

LOOKED_AT = 50
"""Rows in which the names of columns are looked for."""

FEW, USUAL = 2, 0.9
"""Up to so many cells a row under a table may be none of it, where so large a share fill most."""

RESPONSE = frozenset({"response", "open ended response", "open-ended response"})
"""What SurveyMonkey writes under a question that has no options."""

_IMPORT = re.compile(r'\{"ImportId"')  # the third line of Qualtrics
_NOTE = re.compile(
    r"(?i)\W*(notes?|sources?|footnotes?|prepared by)\b|\d+[.)]\s|\([a-z0-9]\)\s|[*†©]|\[[a-z0-9]\]"
)


class NoHeader(Exception):
    """A sheet whose columns have no names. The message says where, and what to do."""


@dataclass(frozen=True)
class Headed:
    """A sheet whose columns have names.

    Attributes
    ----------
    sheet
        The sheet as it was read.
    names, labels
        By number of a column its name, which several may have; by name, what the file calls the
        column besides.
    cells
        One row is one cell under a name that is not empty: ``row``, ``column`` (its number),
        ``name`` and ``text``.
    notices
        How the sheet was read, as far as its author would not expect it.
    """

    sheet: Sheet
    names: Mapping[int, str]
    labels: Mapping[str, str]
    cells: pd.DataFrame
    notices: tuple[str, ...]

    @property
    def place(self) -> str:
        """Its file and sheet, as a message begins."""
        name = self.sheet.name
        return f"{self.sheet.path}, sheet {name!r}" if name else str(self.sheet.path)

    @property
    def places(self) -> tuple[str, ...]:
        """What a crosswalk may call it: its sheet, its file, or both."""
        name, file = self.sheet.name, self.sheet.path.name
        return (name, file, f"{file}/{name}") if name else (file,)

    def wide(self) -> pd.DataFrame:
        """Return its cells as a table: a row for each row, a column for each number of one."""
        return self.cells.pivot(index="row", columns="column", values="text").reindex(
            columns=[*self.names]
        )


def headed(sheet: Sheet) -> Headed | None:
    """Find the names of the columns of a sheet; ``None`` where it holds nothing.

    They stand in the first row that holds anything. Of a title above them, of two rows of names
    (question and option, as SurveyMonkey writes them), of the three of Qualtrics, and of notes
    under the table, a notice tells.

    Raises
    ------
    NoHeader
        There are cells under no name, or merged cells where no returns are.
    ReturnsError
        Rows are hidden or have more or fewer cells than there are names; or merged cells.
    """
    where = f"sheet {sheet.name!r}: " if sheet.name else ""
    body, labels = sheet.cells, dict(sheet.labels)
    told: list[str] = []
    if body.empty and not sheet.names:
        return None
    if sheet.names is not None:
        names = {number: name for number, name in enumerate(sheet.names, 1) if name.strip()}
    else:
        last, names, told, found = _header(body)
        labels |= found
        body, notes = _without_notes(body[body["row"] > last], names, where, sheet.widths)
        told += notes
        first = body[body["column"] == 1]
        numbered = first["text"].str.isdecimal().all() and first["text"].is_unique
        if 1 not in names and 0 < len(first) == body["row"].nunique() and numbered:  # R's
            body = body[body["column"] > 1]
            told.append(worded("row_numbers"))
        _refuse_irregular(sheet, names, last, body)
        _refuse_second_table(sheet, names, body)
    unseen = sorted({*body["row"]} & {*sheet.hidden_rows})
    if unseen:
        rows = _rows(unseen, "row")
        raise refusal(f"{sheet.path}, sheet {sheet.name!r}", "hidden_rows", rows=rows)
    columns = [names[column] for column in sorted(sheet.hidden_columns) if column in names]
    told += [worded("hidden_columns", columns=columns)] if columns else []
    notices = (*sheet.notices, *(f"{where}{one}" for one in told))
    body = body.assign(name=body["column"].map(names))[["row", "column", "name", "text"]]
    return Headed(sheet, names, labels, body, notices)


def _header(cells: pd.DataFrame) -> tuple[int, dict[int, str], list[str], dict[str, str]]:
    """Return the last row of the names, the names, what to say of them, and labels."""
    top = cells[cells["row"].isin(cells["row"].unique()[:LOOKED_AT])]
    rows = {int(str(row)): dict(zip(some["column"], some["text"], strict=True))
            for row, some in top.groupby("row")}  # fmt: skip
    numbers = [*rows]
    at = last = _first_of_table(cells, rows)
    first, second, third = [*(rows[number] for number in numbers[at : at + 3]), {}, {}][:3]
    names, told, labels = {c: text for c, text in first.items() if text.strip()}, [], {}
    if at:
        above = [next(iter(rows[row].values()))[:60] for row in numbers[:at]]
        told.append(worded("names_below", row=numbers[at], above=above[:3]))
    if any(map(_IMPORT.match, second.values())):
        last = at + 1
    elif any(map(_IMPORT.match, third.values())):
        last = at + 2
        labels = {names[c]: text for c, text in second.items() if c in names}
    if last > at:
        told.append(worded("names_of_qualtrics", first=numbers[at], last=numbers[last]))
    elif _are_options(first, second, third):
        names, last = _joined(_once(first), second), at + 1
        told.append(worded("names_of_two_rows", first=numbers[at], second=numbers[last]))
    return numbers[last], names, told, labels


def _first_of_table(cells: pd.DataFrame, rows: Mapping[int, Mapping[int, str]]) -> int:
    """Return the place of the row that names the columns: the first one, or one under a title."""
    numbers = [*rows]
    used = cells["column"].nunique()
    if 2 * len(rows[numbers[0]]) > used or used < 3:
        return 0
    for at, number in enumerate(numbers):
        row, second, third = [*(rows[n] for n in numbers[at : at + 3]), {}, {}][:3]
        under, named = cells[cells["row"] > number], {*row}
        if _are_options(row, second, third):
            named |= {*second}
        # names are said once; of a row of answers many are alike, and some are numbers
        elif at and (len({*row.values()}) < len(row) or any(map(is_number, row.values()))):
            continue
        if 2 * len(named) > used and len(under) and under["column"].isin(named).mean() > 0.9:
            return at
    return 0


def _once(row: Mapping[int, str]) -> dict[int, str]:
    """Return the names of a row without those that repeat the one before, and blanks."""
    return {c: text for c, text in row.items() if text.strip() and row.get(c - 1) != text}


def _are_options(
    first: Mapping[int, str], second: Mapping[int, str], third: Mapping[int, str]
) -> bool:
    """Whether the second row completes the first: it fills each gap, and is no row of answers."""
    names = _once(first)
    gaps = [c for c in {**second, **third} if c not in names]
    if not gaps:  # no question has options
        return bool(second) and all(text.casefold() in RESPONSE for text in second.values())
    if not all(c in second for c in gaps) or min(gaps) < min(names):
        return False
    texts = {c: second.get(c, "") for c in names}
    named = ["" if text == names[c] else text for c, text in texts.items()]
    # what identifies a respondent has nothing under it; a question without options, a word
    return not {"", *RESPONSE}.isdisjoint(map(str.casefold, named)) and all(
        not text or column + 1 in gaps or column - 1 in names or text.casefold() in RESPONSE
        for column, text in zip(names, named, strict=True)
    )


def _joined(names: Mapping[int, str], second: Mapping[int, str]) -> dict[int, str]:
    """Return the names of two rows as one, each question over all of its options."""
    found, question = {}, ""
    for column in sorted({*names, *second}):
        question = names.get(column, question)
        option = second.get(column, "").strip()
        plain = option in ("", question) or option.casefold() in RESPONSE
        found[column] = question if plain else f"{question} - {option}"
    return found


def _without_notes(
    body: pd.DataFrame, names: Mapping[int, str], sheet: str, widths: Mapping[int, int]
) -> tuple[pd.DataFrame, list[str]]:
    """Leave out the notes under a table: texts in its first column alone, after all other rows.

    After an empty line one of a single cell is a note; one who answered nothing has empty ones.
    """
    body, told = _without_strays(body, names, sheet)
    filled = body.groupby("row")["column"].agg(["size", "min"])
    full = filled.index[filled["size"] > 1]
    if not len(full):
        return body, told
    under = body[body["row"] > full.max()].set_index("row")
    first = under["column"] == min(names)
    # what could be a respondent who answered nothing is left for the checks to name
    note = under["text"].str.match(_NOTE) | (under["text"].str.len() > 40)
    apart = under.index.min() > full.max() + 1  # else it may be a line that is cut off
    note = first & (note | (apart & (under.index.map(widths.get) == 1)))
    if under.empty or not note.all():
        return body, told
    return _left_out(body, {*under.index}, "notes_left_out", sheet, told)


def _without_strays(
    body: pd.DataFrame, names: Mapping[int, str], sheet: str
) -> tuple[pd.DataFrame, list[str]]:
    """Leave out rows of nobody, and tell of others, apart under a table and with little in them.

    Above them nearly all rows fill the first column and most others.
    """
    filled = body.groupby("row")["column"].agg(["size", "min"])
    last = filled.index[filled["size"] > FEW].max()
    above, under = filled.loc[:last], body[body["row"] > last]
    usual = (2 * above["size"] > len(names)) & (above["min"] == min(names))
    if len(names) <= 2 * FEW or under.empty or usual.mean() < USUAL:
        return body, []
    if under["row"].min() == last + 1:
        return body, []
    # an answer that others give may be that of a respondent
    given = under.merge(body.loc[body["row"] <= last, ["column", "text"]])
    named = under.loc[under["column"] == min(names), "row"]
    strays = {*under["row"]} - {*given["row"]} - {*named}
    several = filled.index[filled["size"] == FEW]
    body, told = _left_out(body, strays, "strays_left_out", sheet, [])
    return body, told + _left_out(body, {*named} & {*several}, "strays_kept", sheet, [])[1]


def _left_out(
    body: pd.DataFrame, left: set[int], key: str, sheet: str, told: list[str]
) -> tuple[pd.DataFrame, list[str]]:
    """Leave out rows, if there are any, and say which."""
    some = body[body["row"].isin(left)]
    rows, shown = _rows(sorted(left), "row" if sheet else "line"), [*some["text"].str[:60][:3]]
    more = [worded(key, rows=rows, shown=shown)] if left else []
    return body[~body["row"].isin(left)], told + more


def _rows(rows: list[int], unit: str) -> str:
    """Name rows, at most eight of them."""
    few = listed([str(row) for row in rows[:8]]) + (" ..." if len(rows) > 8 else "")
    return f"{unit}{'s' * (len(rows) > 1)} {few}"


def _refuse_irregular(
    sheet: Sheet, names: Mapping[int, str], header: int, body: pd.DataFrame
) -> None:
    """Refuse merged cells, lines longer or shorter than the header, and cells under no name."""
    for top, left, bottom, right in sheet.merged:  # all but the first would pass for empty
        if bottom <= header or not any(column in names for column in range(left, right + 1)):
            continue
        area = {"top": top, "bottom": bottom, "left": left, "right": right}
        fault = worded("merged", sheet=sheet.name, **area)
        if len(names) < 3:  # authority, year and an item at least: else it is no table of returns
            raise NoHeader(fault)
        raise ReturnsError(f"{sheet.path}, {fault}")
    rows, expected = {*body["row"]}, sheet.widths.get(header, 0)
    begin = body.drop_duplicates("row").set_index("row")["text"]
    ragged = [
        worded("ragged", line=row, count=cells, expected=expected, begin=begin[row][:40])
        for row, cells in sheet.widths.items()
        if row in rows and cells != expected
    ]
    if ragged:
        raise ReturnsError(report(sheet.path, ragged))
    nameless = body[~body["column"].isin(names)]
    if len(nameless):
        row, column = nameless.iloc[0][["row", "column"]]
        place = f"sheet {sheet.name!r}, " if sheet.name else ""
        raise NoHeader(worded("nameless", place=place, column=column, row=row))


def _refuse_second_table(sheet: Sheet, names: Mapping[int, str], body: pd.DataFrame) -> None:
    """Refuse rows that repeat the names; that of an option may be its tick as well."""
    same = body[body["text"] == body["column"].map(names)]
    filled = same.groupby("row").size()
    again = filled.index[filled == len(names)]
    if len(again) and len(names) > FEW and same.groupby("column").size().min() == len(again):
        where = f"{sheet.path}, sheet {sheet.name!r}" if sheet.name else sheet.path
        unit = "row" if sheet.name else "line"
        raise refusal(where, "second_table", rows=_rows([*again], unit))


def all_headed(sheets: Iterable[Sheet]) -> list[Headed]:
    """Find the names of every sheet of a file; one without any is left out if another has them.

    Raises
    ------
    ReturnsError
        No sheet holds a table; or as `headed` raises it.
    """
    sheets = [*sheets]
    path, found, without = sheets[0].path, [], []
    hidden = [sheet.name for sheet in sheets if sheet.hidden]
    for sheet in sheets:
        try:
            one = None if sheet.hidden else headed(sheet)
        except NoHeader as reason:
            without.append(str(reason))
        except ReturnsError as reason:
            more = f" {worded('sheet_of_no_returns')}" if len(sheets) > 1 + len(hidden) else ""
            raise ReturnsError(f"{reason}{more}") from None
        else:
            found += [one] if one is not None and one.names else []
    if without and not found:
        raise ReturnsError(f"{path}, {without[0]}" if sheets[0].name else f"{path}: {without[0]}")
    if not any(len(one.cells) for one in found):
        what = worded("header_alone" if found else "empty_first_row")
        more = f" {worded('hidden_sheets', names=hidden)}" if hidden else ""
        raise ReturnsError(f"{path}: {what}{more}")
    told = [worded("no_table", fault=fault) for fault in without]
    told += [worded("not_read_hidden", names=hidden)] if hidden else []
    return [replace(found[0], notices=(*found[0].notices, *told)), *found[1:]]


def places(found: Sequence[Headed]) -> list[str]:
    """Return what a crosswalk calls each sheet, so that it means no other."""
    met = Counter(place for one in found for place in one.places)
    return [next((p for p in one.places if met[p] == 1), one.places[-1]) for one in found]
