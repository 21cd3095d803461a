"""The workbook that respondents fill in: made from the codebook, and read back without loss.

One sheet holds the questions of one section, one row the answers of one respondent. The first
row names the columns as the returns name them, so that nothing has to be translated on the way
back; what a column asks stands in the note on its name, in the message beside each of its cells,
and in the list on the first sheet. An answer is chosen from a list, by the code that the returns
hold.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from csm_lib.codebook import LARGEST
from csm_lib.descriptor import About
from csm_lib.errors import CodebookError
from csm_lib.own.workbook import (
    SheetNames,
    cut,
    height,
    length,
    link_to,
    new_workbook,
    print_across,
)
from csm_lib.returns import IDENTIFIERS
from csm_lib.templates import render

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

    from csm_lib.codebook import Codebook, Item

ROWS = 500
"""For how many respondents a sheet has drop-downs, unless told otherwise."""

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
TITLE, MESSAGE, CODE = 32, 255, 255
"""The longest title and text of a message beside a cell, and of an answer in a drop-down."""

LISTS = "Lists"
LINE = 15.0
"""The height of a line of text, in points."""

A_NUMBER = "A number, with no unit."
HEADINGS = ("Start here", "Short name", "What is asked", "Answers to choose from", "Who is asked")


def write_template(
    codebook: Codebook,
    path: str | Path,
    *,
    year: int,
    about: About | None = None,
    regions: Sequence[str] = (),
    types: Sequence[str] = (),
    rows: int = ROWS,
) -> None:
    """Write an Excel workbook in which respondents answer the questions of one year.

    Parameters
    ----------
    codebook
        The questionnaire.
    path
        The ``.xlsx`` file to write. What is there is replaced.
    year
        The year of the answers. Only what was asked in it, and is held of it, has a column.
    about
        What is said of the collection: what a respondent and its characteristics are called.
        Left out, the defaults.
    regions, types
        The regions and types to choose from. Another may be written, once Excel has asked
        whether it is meant. Without them the cell takes any text.
    rows
        For how many respondents a sheet has drop-downs.

    Notes
    -----
    The sheets: ``Start here``, which says how to fill in the others and lists every question;
    one for each section, with the columns ``authority, year, region, authority_type`` and the
    section's items; and, hidden, the lists behind the drop-downs. `csm_lib.own.check.read_returns`
    reads the filled workbook. The same codebook gives the same bytes.

    Raises
    ------
    CodebookError
        Nothing is asked in that year, an id or an answer holds what no cell of a workbook can,
        or there are too many questions or rows for a sheet.
    OSError
        The file cannot be written.
    """
    asked = asked_in(codebook, year)
    _check(codebook, asked, rows)
    about = About(title="") if about is None else about
    notes = identifiers(about)
    names = SheetNames()
    start, lists = names.give("Start here"), names.give(LISTS)
    sheets = {section: names.give(codebook.title(section)) for section in asked}
    with new_workbook(Path(path), f"Answers of {year}") as book:
        _write_start(book, start, codebook, asked, sheets, year, about)
        choices = _Choices(lists)
        for section, items in asked.items():
            sheet = book.add_worksheet(sheets[section])
            choose: Mapping[str, Sequence[str | int]] = {
                "year": [year],
                "region": regions,
                "authority_type": types,
            }
            _write_headers(book, sheet, items, codebook, notes)
            _write_cells(sheet, items, codebook, notes, choose, choices, rows)
        choices.write(book)


def asked_in(codebook: Codebook, year: int) -> dict[str, list[Item]]:
    """Return the items that a year has answers to, by section; there is no year without any."""
    asked = {
        section: items
        for section in codebook.sections
        if (items := [codebook[i] for i in codebook.section(section) if year in codebook[i].held])
    }
    if not asked:
        known = ", ".join(map(str, codebook.years))
        raise CodebookError(
            f"{codebook.path}: nothing is asked in {year}. Use one of {known}, or add {year} to "
            "the column 'years' of the items that are asked in it."
        )
    return asked


def _check(codebook: Codebook, asked: dict[str, list[Item]], rows: int) -> None:
    if not 1 <= rows < LAST_ROW:
        raise CodebookError(
            f"A sheet has room for 1 to {LAST_ROW - 1} rows of answers, not {rows}."
        )
    for section, items in asked.items():
        if len(items) > LAST_COLUMN - len(IDENTIFIERS):
            raise CodebookError(
                f"{codebook.path}: the section {section!r} asks {len(items)} questions, more than "
                "a sheet has columns for. Divide it."
            )
        for item in items:
            for kind, code in (("item", item.item), *(("answer", a) for a in item.answers)):
                control = any(unicodedata.category(sign) in ("Cc", "Cs") for sign in code)
                if control or length(code) > CODE:
                    raise CodebookError(
                        f"{codebook.path}: the {kind} {cut(code, 60)!r} is longer than {CODE} "
                        "signs or holds a control sign, which no drop-down takes. Rename it."
                    )


class _Choices:
    """The lists behind the drop-downs, on a hidden sheet: typed in a cell, a list has 255 signs."""

    def __init__(self, sheet: str) -> None:
        self._sheet = sheet
        self._begin: dict[tuple[str | int, ...], int] = {}
        self._free = 1

    def source(self, choices: Sequence[str | int]) -> str:
        """Return the cells that will hold these choices."""
        key = tuple(choices)
        if key not in self._begin:
            self._begin[key] = self._free
            self._free += len(key) + 1
        first = self._begin[key] + 1  # a reference counts rows from 1
        return f"={self._sheet}!$A${first}:$A${first + len(key) - 1}"

    def write(self, book: Workbook) -> None:
        """Write the sheet."""
        sheet = book.add_worksheet(self._sheet)
        as_text = book.add_format({"num_format": "@"})
        sheet.write_string(0, 0, "The lists behind the drop-downs")
        for choices, begin in self._begin.items():
            for row, choice in enumerate(choices, start=begin):
                if isinstance(choice, int):
                    sheet.write_number(row, 0, choice)
                else:
                    sheet.write_string(row, 0, choice, as_text)
        sheet.hide()


def _write_headers(
    book: Workbook,
    sheet: Worksheet,
    items: Sequence[Item],
    codebook: Codebook,
    notes: Mapping[str, str],
) -> None:
    """Name the columns in the first row, say in a note what each asks, and keep both in view."""
    bold = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
    about = book.add_format({**bold, "bg_color": "#d9dfe5"})
    asks = book.add_format({**bold, "bg_color": "#dce8f3"})
    as_text = book.add_format({"num_format": "@"})  # else Excel makes 3-4 a date and 01 a 1
    for column, name in enumerate([*IDENTIFIERS, *(item.item for item in items)]):
        width = min(max(len(name) + 2, 14), 34)
        plain = name == "year" or (name in codebook and codebook[name].is_number)
        sheet.set_column(column, column, width, None if plain else as_text)
        if name in notes:
            label, text = name, notes[name]
        else:
            item = codebook[name]
            label, text = item.label, _explain(item, codebook, cut(item.question, 800), 2_000)
        sheet.write_string(0, column, name, about if name in notes else asks)
        note = f"{cut(label, 200)}\n{text}"
        lines = sum(1 + len(line) // 42 for line in note.split("\n"))
        sheet.write_comment(0, column, note, {"width": 300, "height": 18 + 16 * lines})
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    print_across(sheet)


def _write_cells(
    sheet: Worksheet,
    items: Sequence[Item],
    codebook: Codebook,
    notes: Mapping[str, str],
    choose: Mapping[str, Sequence[str | int]],
    choices: _Choices,
    rows: int,
) -> None:
    """Give every cell its message, and its list where it takes one of a few answers."""
    for column, name in enumerate(IDENTIFIERS):
        rule = _message(name, notes[name])
        if choose.get(name):
            new = "This is not on the list. Choose from the list, unless it is new."
            rule |= _from_list(choices.source(choose[name]), new)
            if name != "year":
                rule["error_type"] = "warning"  # asks, and takes it if it is meant
        else:
            rule |= {"validate": "any"}
        sheet.data_validation(1, column, rows, column, rule)
    for column, item in enumerate(items, start=len(IDENTIFIERS)):
        rule = _message(item.name, _explain(item, codebook, item.question, MESSAGE))
        codes = ", ".join(item.answers)
        wrong = cut(
            f"Choose {codes} from the list, or leave the cell empty for no answer.", MESSAGE
        )
        if item.is_number:
            rule |= NUMBER
        else:
            rule |= _from_list(choices.source(list(item.answers)), wrong)
        sheet.data_validation(1, column, rows, column, rule)


NUMBER = {
    "validate": "decimal", "criteria": "between", "minimum": -LARGEST, "maximum": LARGEST,
    "error_title": "Not a number",
    "error_message": "Write a number with no unit, or leave the cell empty for no answer.",
}  # fmt: skip
"""What a cell takes that asks for a number."""


def _message(title: str, text: str) -> dict[str, Any]:
    return {"input_title": cut(title, TITLE), "input_message": cut(text, MESSAGE)}


def _from_list(source: str, wrong: str) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": source,
        "error_title": "Not on the list",
        "error_message": wrong,
    }


def identifiers(about: About) -> dict[str, str]:
    """Return what belongs in the columns that say whose answers a row holds."""
    one, kind = about.one, about.characteristics.get("authority_type")
    named = "code" if about.unit == "person" else "name or code"
    return {
        "authority": cut(f"The {named} of the {one}, written alike on every sheet.", MESSAGE),
        "year": "The year of the answers.",
        "region": cut(
            f"The {about.called('region')} of the {one}, alike on every sheet. May stay empty.",
            MESSAGE,
        ),
        "authority_type": cut(
            f"The {f'{kind} of the' if kind else 'kind of'} {one}, alike on every sheet. "
            "May stay empty.",
            MESSAGE,
        ),
    }


def _explain(item: Item, codebook: Codebook, question: str, limit: int) -> str:
    """Say what an item asks and takes; where that is too long, the question is what gives way."""
    parts = []
    meant = [f"{code}: {label}" for code, label in _meanings(item)]
    if meant:
        parts.append("; ".join(meant))
    if item.is_number:
        parts.append(A_NUMBER)
    if condition := _condition(item, codebook):
        parts.append(f"{condition}.")
    parts.append("Empty: no answer.")
    rest = cut("\n".join(parts), limit - 30)
    room = limit - length(rest) - 1
    return f"{cut(question, room)}\n{rest}" if question else rest


def _meanings(item: Item) -> list[tuple[str, str]]:
    """The answers whose names say more than their codes."""
    return [(code, label) for code, label in item.answers.items() if code != label.lower()]


def _condition(item: Item, codebook: Codebook) -> str:
    if item.asked_if is None:
        return ""
    opener = cut(codebook[item.asked_if].label, 60)
    return f"Only if {item.asked_if} ({opener}) is yes"


def _write_start(
    book: Workbook,
    name: str,
    codebook: Codebook,
    asked: dict[str, list[Item]],
    sheets: dict[str, str],
    year: int,
    about: About,
) -> None:
    """Write the sheet that says how to fill in the others, and lists every question."""
    from xlsxwriter.utility import xl_col_to_name

    sheet = book.add_worksheet(name)
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True})
    large = book.add_format({"bold": True, "font_size": 16})
    head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#dce8f3"})
    widths = (30, 34, 60, 44, 44)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    # with a name over every column, whoever reads the workbook sees a table of no answers
    for column, word in enumerate(HEADINGS):
        sheet.write_string(0, column, word, head)
    sheet.freeze_panes(1, 0)
    sheet.write_string(2, 0, f"Answers of {year}", large)
    named = "code" if about.unit == "person" else "name"
    one, many = (" ".join(word.split()) for word in (about.one, about.many))
    told = render("template.txt", one=one, many=many, named=named, year=year)
    row = 4
    for number, line in enumerate(told.splitlines(), start=1):
        sheet.write_string(row, 0, cut(f"{number}. {line}"))
        row += 1
    row += 1
    for section, items in asked.items():
        sheet.write_url(row, 0, link_to(sheets[section]), bold, cut(sheets[section]))
        row += 1
        if introduction := codebook.about(section):
            sheet.write_string(row, 0, cut(introduction))
            row += 1
        for number, item in enumerate(items, start=len(IDENTIFIERS)):
            place = f"{xl_col_to_name(number)}: {item.item}"
            answers = "\n".join(
                f"{code}: {label}" if code != label.lower() else code
                for code, label in item.answers.items()
            )
            answers = answers or A_NUMBER
            condition = _condition(item, codebook) or "Of everyone"
            texts = [cut(text) for text in (place, item.label, item.question, answers, condition)]
            for column, text in enumerate(texts):
                sheet.write_string(row, column, text, wrap)
            sheet.set_row(row, height(zip(texts, widths, strict=True), LINE))
            row += 1
        row += 1
    sheet.hide_gridlines(2)
    print_across(sheet)
    sheet.activate()
