"""Where the names of a sheet's columns stand, and what lies under them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from csm_lib.errors import ReturnsError
from csm_lib.files import report
from csm_lib.words import listed

if TYPE_CHECKING:
    from csm_lib.own.read import Sheet

LOOKED_AT = 50
"""Rows in which the names of columns are looked for."""

RESPONSE = frozenset({"response", "open ended response", "open-ended response"})
"""What SurveyMonkey writes under a question that has no options."""

_IMPORT = re.compile(r'\{"ImportId"')  # the third line of Qualtrics
_NOTE = re.compile(r"(?i)\W*(notes?|sources?|footnotes?|prepared by|\d+[.)])\b|[*†]|\[[a-z0-9]\]")


class NoHeader(Exception):
    """A sheet whose columns have no names. The message says where, and what to do."""


@dataclass(frozen=True)
class Headed:
    """A sheet whose columns have names.

    Attributes
    ----------
    sheet
        The sheet as it was read.
    names
        By number of a column, its name; several may have one.
    labels
        By name, what the file calls the column besides.
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
        There are cells under no name, or merged cells among the answers.
    ReturnsError
        A row has more or fewer cells than there are names, or rows are hidden.
    """
    where = f"sheet {sheet.name!r}: " if sheet.name else ""
    cells, notices, labels = sheet.cells, [*sheet.notices], dict(sheet.labels)
    if cells.empty and not sheet.names:
        return None
    if sheet.names is not None:
        names = {number: name for number, name in enumerate(sheet.names, 1) if name.strip()}
        body = cells
    else:
        last, names, told, found = _header(cells)
        labels |= found
        notices += [f"{where}{one}" for one in told]
        body = cells[cells["row"] > last]
        _refuse_merged(sheet, names, last)
        body, notes = _without_notes(body, names, _word(sheet))
        notices += [f"{where}{one}" for one in notes]
        _refuse_ragged(sheet, last, {*body["row"]})
        nameless = body[~body["column"].isin(names)]
        if len(nameless):
            at = nameless.iloc[0]
            raise NoHeader(
                f"{f'sheet {sheet.name!r}, ' if sheet.name else ''}column {at['column']}: has no "
                f"name in the first row, though there are cells under it (row {at['row']}). Give "
                "it a name, or empty it. If the table has a title, delete the rows above the "
                "names of the columns."
            )
    notices += _hidden(sheet, names, body)
    body = body.assign(name=body["column"].map(names))[["row", "column", "name", "text"]]
    return Headed(sheet, names, labels, body, tuple(notices))


def _word(sheet: Sheet) -> str:
    return "row" if sheet.name else "line"


def _header(cells: pd.DataFrame) -> tuple[int, dict[int, str], list[str], dict[str, str]]:
    """Return the last row of the names, the names, what to say of them, and labels."""
    first = cells[cells["row"].isin(cells["row"].unique()[:LOOKED_AT])]
    rows = {int(str(row)): dict(zip(some["column"], some["text"], strict=True))
            for row, some in first.groupby("row")}  # fmt: skip
    numbers = [*rows]
    at = _first_of_table(cells, rows)
    names, told, labels = {c: t for c, t in rows[numbers[at]].items() if t.strip()}, [], {}
    if at:
        above = [next(iter(rows[row].values())) for row in numbers[:at]]
        told.append(
            f"the names of the columns were read in row {numbers[at]}; above stands "
            f"{listed([repr(text[:60]) for text in above[:3]])}."
        )
    last = at
    second = rows[numbers[at + 1]] if at + 1 < len(numbers) else {}
    third = rows[numbers[at + 2]] if at + 2 < len(numbers) else {}
    if any(map(_IMPORT.match, [*second.values(), *third.values()])):
        json = at + 1 if any(map(_IMPORT.match, second.values())) else at + 2
        if json == at + 2:
            labels = {names[c]: text for c, text in second.items() if c in names}
        last = json
        told.append(f"rows {numbers[at]} to {numbers[json]} were read as the names of Qualtrics.")
    elif _are_options(names, second, third):
        names, last = _joined(names, second), at + 1
        told.append(
            f"rows {numbers[at]} and {numbers[last]} were read as questions and their options, "
            "and the names of the columns are 'question - option'."
        )
    return numbers[last], names, told, labels


def _first_of_table(cells: pd.DataFrame, rows: Mapping[int, Mapping[int, str]]) -> int:
    """Return the place of the row that names the columns: the first one, or one under a title."""
    numbers = [*rows]
    used = cells["column"].nunique()
    if len(rows[numbers[0]]) > 2 or used < 3:
        return 0
    for at, number in enumerate(numbers):
        row = rows[number]
        under = cells[cells["row"] > number]
        if 2 * len(row) > used and len(under) and under["column"].isin(row).mean() > 0.9:
            return at
    return 0


def _are_options(
    names: Mapping[int, str], second: Mapping[int, str], third: Mapping[int, str]
) -> bool:
    """Whether the second row completes the first: it fills each gap, and is no row of answers."""
    gaps = [c for c in {**second, **third} if c not in names]
    if not gaps or not all(c in second for c in gaps) or min(gaps) < min(names):
        return False
    named = [second.get(column, "") for column in names]
    # what identifies a respondent has nothing under it; a question without options, a word
    return "" in named and all(
        not text or column + 1 in gaps or column - 1 in names or text.casefold() in RESPONSE
        for column, text in zip(names, named, strict=True)
    )


def _joined(names: Mapping[int, str], second: Mapping[int, str]) -> dict[int, str]:
    """Return the names of two rows as one, each question over all of its options."""
    found, question = {}, ""
    for column in sorted({*names, *second}):
        question = names.get(column, question)
        option = second.get(column, "")
        plain = not option or option.casefold() in RESPONSE
        found[column] = question if plain else f"{question} - {option}"
    return found


def _without_notes(
    body: pd.DataFrame, names: Mapping[int, str], word: str
) -> tuple[pd.DataFrame, list[str]]:
    """Leave out the notes under a table: texts in its first column alone, after all other rows."""
    filled = body.groupby("row")["column"].agg(["size", "min"])
    full = filled.index[filled["size"] > 1]
    if not len(full):
        return body, []
    under = body[body["row"] > full.max()].set_index("row")
    first = under["column"] == min(names)
    # what could be a respondent who answered nothing is left for the checks to name
    note = first & (under["text"].str.match(_NOTE) | (under["text"].str.len() > 40))
    if under.empty or not note.all():
        return body, []
    notes, texts = [*under.index], under["text"]
    shown = [repr(str(texts[row])[:60]) for row in notes[:3]]
    rows = f"{word} {notes[0]} holds" if len(notes) == 1 else f"{word}s {_numbers(notes)} hold"
    return body[~body["row"].isin(notes)], [
        f"{rows} a text in the first column alone ({listed(shown)}) and "
        f"{'was' if len(notes) == 1 else 'were'} left out as notes under the table."
    ]


def _numbers(rows: Sequence[int]) -> str:
    return listed([str(row) for row in rows[:8]]) + (" ..." if len(rows) > 8 else "")


def _hidden(sheet: Sheet, names: Mapping[int, str], body: pd.DataFrame) -> list[str]:
    """Refuse rows that nobody sees, and name such columns."""
    rows = sorted({*body["row"]} & sheet.hidden_rows)
    if rows:
        are, them = ("is", "it") if len(rows) == 1 else ("are", "them")
        raise ReturnsError(
            f"{sheet.path}, sheet {sheet.name!r}: row{'s' * (len(rows) > 1)} {_numbers(rows)} "
            f"{are} hidden, perhaps by a filter, and whoever looks at the sheet does not see "
            f"{them}. Show {them} to have {them} read, or delete {them}."
        )
    columns = [repr(names[column]) for column in sorted(sheet.hidden_columns) if column in names]
    if not columns:
        return []
    return [f"sheet {sheet.name!r}: hidden columns were read as well: {', '.join(columns)}."]


def _refuse_ragged(sheet: Sheet, header: int, rows: set[int]) -> None:
    """Refuse lines of text that have more or fewer cells than the header, but for notes."""
    expected = sheet.widths.get(header, 0)
    faults = [
        f"line {row}: has {cells} cell{'s' * (cells != 1)}; expected {expected}, as in the "
        "header. Give every line as many cells, and put a cell that holds the separator in "
        "quotation marks."
        for row, cells in sheet.widths.items()
        if row in rows and cells != expected
    ]
    if faults:
        raise ReturnsError(report(sheet.path, faults))


def _refuse_merged(sheet: Sheet, names: Mapping[int, str], header: int) -> None:
    """Refuse cells that are merged into one: all but the first would pass for empty."""
    for top, left, bottom, right in sheet.merged:
        if bottom <= header or not any(column in names for column in range(left, right + 1)):
            continue
        fault = (
            f"sheet {sheet.name!r}, rows {top} to {bottom}, columns {left} to {right}: are "
            "merged into one cell, which gives only the first of them a value. Unmerge them "
            "and fill in each."
        )
        if len(names) < 3:  # authority, year and an item at least: else it is no table of returns
            raise NoHeader(fault)
        raise ReturnsError(f"{sheet.path}, {fault}")


def all_headed(sheets: Iterable[Sheet]) -> list[Headed]:
    """Find the names of every sheet of a file; one without any is left out if another has them.

    Raises
    ------
    ReturnsError
        No sheet holds a table; or as `headed` raises it.
    """
    sheets = [*sheets]
    path, found, without = sheets[0].path, [], []
    hidden = [repr(sheet.name) for sheet in sheets if sheet.hidden]
    for sheet in sheets:
        if sheet.hidden:
            continue
        try:
            one = headed(sheet)
        except NoHeader as reason:
            without.append(str(reason))
        else:
            found += [one] if one is not None and one.names else []
    if without and not found:
        raise ReturnsError(f"{path}, {without[0]}" if sheets[0].name else f"{path}: {without[0]}")
    if not any(len(one.cells) for one in found):
        what = "has a header and nothing under it" if found else "is empty, or its first row is"
        raise ReturnsError(
            f"{path}: {what}. Give it a row with the names of its columns, then rows."
            + (f" Its hidden sheets are not read: {listed(hidden)}." if hidden else "")
        )
    notices = [f"not read: {fault}" for fault in without]
    if hidden:
        them = "it is hidden" if len(hidden) == 1 else "they are hidden"
        notices.append(f"not read, as {them}: {listed(hidden)}. Show it to have it read.")
    first = found[0]
    found[0] = Headed(first.sheet, first.names, first.labels, first.cells,
                      (*first.notices, *notices))  # fmt: skip
    return found
