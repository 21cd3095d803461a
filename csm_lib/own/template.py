"""The workbook that respondents fill in: made from the codebook, and read back without loss.

One sheet holds the questions of one section, one row the answers of one respondent. The first
row names the columns as the returns name them, so that nothing has to be translated on the way
back; what a column asks stands in the note on its name, in the message beside each of its cells,
and in the list on the first sheet. An answer is chosen from a list, by the code that the returns
hold.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from xlsxwriter.utility import xl_col_to_name

from csm_lib.codebook import LARGEST
from csm_lib.descriptor import About
from csm_lib.errors import CodebookError
from csm_lib.own.workbook import (
    cut,
    height,
    length,
    link_to,
    new_workbook,
    print_across,
    sheet_names,
)
from csm_lib.returns import IDENTIFIERS
from csm_lib.templates import render

if TYPE_CHECKING:
    from xlsxwriter import Workbook

    from csm_lib.codebook import Codebook, Item

ROWS = 500
"""For how many respondents a sheet has drop-downs, unless told otherwise."""

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
TITLE, MESSAGE, CODE = 32, 255, 255
"""The longest title and text of a message beside a cell, and of an answer in a drop-down."""

LISTS = "Lists"
LINE = 15.0
"""The height of a line of text, in points."""

COLOURS = {"who": "#d9dfe5", "asked": "#dce8f3"}
"""Behind the names of the columns: of those that say whose answers they are, and of questions."""

A_NUMBER = "A number, with no unit."
HEADINGS = {
    "Start here": 30, "Short name": 34, "What is asked": 60,
    "Answers to choose from": 44, "Who is asked": 44,
}  # fmt: skip
"""The columns of the first sheet, and how wide they are. With a name over every column, whoever
reads the workbook sees a table of no answers."""


class Asked(NamedTuple):
    """A column of a sheet that is filled in.

    Attributes
    ----------
    name
        Its name in the returns.
    title, message, note
        What stands beside each of its cells, and in the note on its name.
    choices
        What its cells offer; empty where anything may be written.
    rule
        What is more to be said of it to `xlsxwriter.Worksheet.data_validation`.
    as_text
        Whether Excel must take what is written for text: else it makes 3-4 a date and 01 a 1.
    """

    name: str
    title: str
    message: str
    note: str
    choices: Sequence[str | int]
    rule: Mapping[str, Any]
    as_text: bool = True


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
    known: Mapping[str, Sequence[str | int]]
    known = {"year": [year], "region": regions, "authority_type": types}
    who = [_who(name, told, known.get(name, ())) for name, told in identifiers(about).items()]
    start, lists, *titles = sheet_names(["Start here", LISTS, *map(codebook.title, asked)])
    sheets = dict(zip(asked, titles, strict=True))
    title = f"Answers of {about.wave(year)}"
    with new_workbook(Path(path), title) as book:
        _write_start(book, start, list(_start(codebook, asked, sheets, year, about)), title)
        begin: dict[tuple[str | int, ...], int] = {}
        for section, items in asked.items():
            columns = [*who, *(_question(item, codebook) for item in items)]
            _write_sheet(book, sheets[section], columns, begin, rows)
        _write_lists(book, lists, begin)


def asked_in(codebook: Codebook, year: int) -> dict[str, list[Item]]:
    """Return the items that a year has answers to, by section; there is no year without any."""
    asked = {
        section: items
        for section in codebook.sections
        if (items := [codebook[i] for i in codebook.section(section) if year in codebook[i].held])
    }
    if not asked:
        known = ", ".join(
            f"{one} ({codebook.waves[str(one)]})" if str(one) in codebook.waves else str(one)
            for one in codebook.years
        )
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
    for item in (item for items in asked.values() for item in items):
        for kind, code in (("item", item.item), *(("answer", answer) for answer in item.answers)):
            control = any(unicodedata.category(sign) in ("Cc", "Cs") for sign in code)
            if control or length(code) > CODE:
                raise CodebookError(
                    f"{codebook.path}: the {kind} {cut(code, 60)!r} is longer than {CODE} signs "
                    "or holds a control sign, which no drop-down takes. Rename it."
                )


# -- What a column asks ---------------------------------------------------------------------------


def identifiers(about: About) -> dict[str, str]:
    """Return what belongs in the columns that say whose answers a row holds."""
    one, kind = about.one, about.characteristics.get("authority_type")
    named = "code" if about.unit == "person" else "name or code"
    told = {
        "authority": f"The {named} of the {one}, written alike on every sheet.",
        "year": "The year of the answers.",
        "region": f"The {about.called('region')} of the {one}, alike on every sheet. May stay "
        "empty.",
        "authority_type": f"The {f'{kind} of the' if kind else 'kind of'} {one}, alike on every "
        "sheet. May stay empty.",
    }
    return {name: cut(text, MESSAGE) for name, text in told.items()}


def _who(name: str, told: str, choices: Sequence[str | int]) -> Asked:
    """Return a column that says whose answers a row holds."""
    rule = {
        "error_title": "Not on the list",
        "error_message": "This is not on the list. Choose from the list, unless it is new.",
        # asks, and takes it if it is meant
        "error_type": "stop" if name == "year" else "warning",
    }
    note = f"{name}\n{told}"
    return Asked(name, name, told, note, choices, rule if choices else {}, name != "year")


def _question(item: Item, codebook: Codebook) -> Asked:
    """Return the column of an item."""
    rule: dict[str, Any] = {
        "error_title": "Not on the list",
        "error_message": cut(
            f"Choose {', '.join(item.answers)} from the list, or leave the cell empty for no "
            "answer.",
            MESSAGE,
        ),
    }
    if item.is_number:
        rule = {
            "validate": "decimal", "criteria": "between", "minimum": -LARGEST, "maximum": LARGEST,
            "error_title": "Not a number",
            "error_message": "Write a number with no unit, or leave the cell empty for no answer.",
        }  # fmt: skip
    message = _explained(item, codebook, item.question, MESSAGE)
    note = _explained(item, codebook, cut(item.question, 800), 2_000)
    title = f"{cut(item.label, 200)}\n"
    choices = list(item.answers)
    return Asked(item.item, item.name, message, title + note, choices, rule, not item.is_number)


def _explained(item: Item, codebook: Codebook, question: str, limit: int) -> str:
    """Say what an item asks and takes; where that is too long, the question is what gives way."""
    meant = "; ".join(f"{c}: {label}" for c, label in item.answers.items() if c != label.lower())
    condition = _condition(item, codebook)
    parts = [meant, A_NUMBER if item.is_number else "", f"{condition}." if condition else ""]
    rest = cut("\n".join([*filter(None, parts), "Empty: no answer."]), limit - 30)
    return f"{cut(question, limit - length(rest) - 1)}\n{rest}" if question else rest


def _condition(item: Item, codebook: Codebook) -> str:
    if item.asked_if is None:
        return ""
    opener = cut(codebook[item.asked_if].label, 60)
    return f"Only if {item.asked_if} ({opener}) is yes"


# -- The sheets -----------------------------------------------------------------------------------


def _write_sheet(
    book: Workbook,
    name: str,
    columns: Sequence[Asked],
    begin: dict[tuple[str | int, ...], int],
    rows: int,
) -> None:
    """Write a sheet to fill in; `begin` says in which row of the lists each begins."""
    sheet = book.add_worksheet(name)
    bold = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
    heads = {kind: book.add_format({**bold, "bg_color": at}) for kind, at in COLOURS.items()}
    as_text = book.add_format({"num_format": "@"})
    for at, one in enumerate(columns):
        width = min(max(len(one.name) + 2, 14), 34)
        sheet.set_column(at, at, width, as_text if one.as_text else None)
        sheet.write_string(0, at, one.name, heads["who" if at < len(IDENTIFIERS) else "asked"])
        lines = sum(1 + len(line) // 42 for line in one.note.split("\n"))
        sheet.write_comment(0, at, one.note, {"width": 300, "height": 18 + 16 * lines})
        rule = {"validate": "any", **one.rule}
        if one.choices:
            free = 1 + sum(len(other) + 1 for other in begin)
            first = begin.setdefault(tuple(one.choices), free) + 1  # a reference counts from 1
            source = f"={LISTS}!$A${first}:$A${first + len(one.choices) - 1}"
            rule |= {"validate": "list", "source": source}
        rule |= {"input_title": cut(one.title, TITLE), "input_message": cut(one.message, MESSAGE)}
        sheet.data_validation(1, at, rows, at, rule)
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    print_across(sheet)


def _write_lists(book: Workbook, name: str, begin: Mapping[tuple[str | int, ...], int]) -> None:
    """Write the lists behind the drop-downs on a hidden sheet: in a cell, one has 255 signs."""
    sheet = book.add_worksheet(name)
    as_text = book.add_format({"num_format": "@"})
    sheet.write_string(0, 0, "The lists behind the drop-downs")
    for choices, first in begin.items():
        for row, choice in enumerate(choices, start=first):
            if isinstance(choice, int):
                sheet.write_number(row, 0, choice)
            else:
                sheet.write_string(row, 0, choice, as_text)
    sheet.hide()


def _start(
    codebook: Codebook,
    asked: Mapping[str, Sequence[Item]],
    sheets: Mapping[str, str],
    year: int,
    about: About,
) -> Iterator[tuple[list[str], str]]:
    """Yield the rows that say how to fill in the others, and list every question.

    Each is its cells, and the sheet that it leads to, if it is a link.
    """
    named = "code" if about.unit == "person" else "name"
    one, many = (" ".join(word.split()) for word in (about.one, about.many))
    told = {"one": one, "many": many, "named": named, "year": year, "wave": about.wave(year)}
    lines = render("template.txt", **told).splitlines()
    yield from (([f"{n}. {line}"], "") for n, line in enumerate(lines, start=1))
    yield [], ""
    for section, items in asked.items():
        yield [sheets[section]], sheets[section]
        if introduction := codebook.about(section):
            yield [introduction], ""
        for number, item in enumerate(items, start=len(IDENTIFIERS)):
            answers = "\n".join(
                f"{code}: {label}" if code != label.lower() else code
                for code, label in item.answers.items()
            )
            place = f"{xl_col_to_name(number)}: {item.item}"
            condition = _condition(item, codebook) or "Of everyone"
            yield [place, item.label, item.question, answers or A_NUMBER, condition], ""
        yield [], ""


def _write_start(
    book: Workbook, name: str, lines: Sequence[tuple[list[str], str]], title: str
) -> None:
    sheet = book.add_worksheet(name)
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True})
    head = book.add_format({"bold": True, "bottom": 1, "bg_color": COLOURS["asked"]})
    for at, (word, width) in enumerate(HEADINGS.items()):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, word, head)
    sheet.freeze_panes(1, 0)
    large = book.add_format({"bold": True, "font_size": 16})
    sheet.write_string(2, 0, title, large)
    for row, (cells, to) in enumerate(lines, start=4):
        texts = [cut(text) for text in cells]
        if to:
            sheet.write_url(row, 0, link_to(to), bold, texts[0])
        elif len(texts) == 1:  # what stands alone runs on over the cells beside it
            sheet.write_string(row, 0, texts[0])
        elif texts:
            for at, text in enumerate(texts):
                sheet.write_string(row, at, text, wrap)
            sheet.set_row(row, height(zip(texts, HEADINGS.values(), strict=True), LINE))
    sheet.hide_gridlines(2)
    print_across(sheet)
    sheet.activate()
