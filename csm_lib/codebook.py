"""The questionnaire: its items, their sections and the answers each item takes.

The only module that knows what was asked. Everything else asks it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from csm_lib.errors import CodebookError
from csm_lib.files import lines_of, read_text, require_columns

ANSWERS: Mapping[str, Mapping[str, str]] = {
    "yes_no": {"yes": "Yes", "no": "No"},
    "level": {
        "head": "Head of the organisation",
        "senior_officer": "Senior officer",
        "other": "Other",
    },
    "chair": {
        "lead_member": "Lead Member for Children",
        "director": "Director of Children's Services",
        "other": "Somebody else",
    },
}
"""The response kinds every codebook knows: the answers each takes and how a page names them."""

DUTIES: Mapping[str, str] = {
    "statutory": "Duty to cooperate by the 2004 Act",
    "statutory_2010": "Duty to cooperate added by the 2009 Act",
    "none": "No agency under the duty",
}

REQUIRED = ("item", "section", "label", "question", "response", "years")
"""The columns every codebook has."""

OPTIONAL: Mapping[str, str] = {
    "duty": "none", "not_held": "", "asked_if": "", "place": "", "note": ""
}  # fmt: skip
"""The columns a codebook may have, and what a cell holds where the column is left out."""

ANSWERS_FILE = ("response", "answer", "label")
"""The columns of ``answers.csv``, which defines further response kinds: one row an answer."""

SECTIONS_FILE = ("section", "title", "about")
"""The columns of ``sections.csv``, which says what a page calls a section: one row a section."""

RESERVED = (
    "authority", "year", "region", "authority_type", "item", "answer", "sample", "collection",
)  # fmt: skip
"""Words that mean something else in the returns or the published figures: no id of an item."""


@dataclass(frozen=True)
class Item:
    """One question of the questionnaire.

    Attributes
    ----------
    item
        Its id, such as ``board.police``: the column of the returns that holds the answers.
    question
        In this project's words.
    response
        The kind of answer: a key of `ANSWERS`, or a kind that ``answers.csv`` defines.
    answers
        The answers it takes, and how a page names them.
    duty
        The duty to cooperate behind it: a key of `DUTIES`.
    years, not_held
        The years in which it was asked, and those of them whose answers are not in the returns.
    asked_if
        The item that opens this one: it is asked only where that one is answered yes.
        ``None`` where it is asked of everyone.
    place, note
        Where the source speaks of it, and what a reader must know.
    """

    item: str
    section: str
    label: str
    question: str
    response: str
    answers: Mapping[str, str]
    duty: str
    years: tuple[int, ...]
    not_held: tuple[int, ...]
    asked_if: str | None
    place: str
    note: str

    @property
    def held(self) -> tuple[int, ...]:
        """The years for which a collection holds answers: asked, and not `not_held`."""
        return tuple(year for year in self.years if year not in self.not_held)

    @property
    def counted(self) -> tuple[str, ...]:
        """The answers a tally counts: ``yes`` alone for yes/no items, else every answer."""
        return ("yes",) if self.response == "yes_no" else tuple(self.answers)


class Heading(NamedTuple):
    """What a page calls a section, and what it says of it."""

    title: str
    about: str


NO_HEADING = Heading("", "")


@dataclass(frozen=True)
class Codebook(Mapping[str, Item]):
    """The items of a questionnaire, by id, in the order of the file."""

    items_by_id: Mapping[str, Item]
    path: Path
    headings: Mapping[str, Heading] = field(default_factory=dict)

    def __getitem__(self, item: str) -> Item:
        try:
            return self.items_by_id[item]
        except KeyError:
            raise CodebookError(
                f"{self.path}: there is no item {item!r}.{did_you_mean(item, self)} "
                "Use an id of the codebook's column 'item'."
            ) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self.items_by_id)

    def __len__(self) -> int:
        return len(self.items_by_id)

    def __contains__(self, item: object) -> bool:
        return item in self.items_by_id

    def get(self, item: str, default: Any = None) -> Any:
        """Return an item, or `default` where there is none of this id."""
        return self.items_by_id.get(item, default)

    @property
    def years(self) -> tuple[int, ...]:
        """Every year in which some item was asked, in order."""
        return tuple(sorted({year for item in self.values() for year in item.years}))

    @property
    def sections(self) -> tuple[str, ...]:
        """The sections, in the order of the file."""
        return tuple(dict.fromkeys(item.section for item in self.values()))

    def section(self, section: str) -> tuple[str, ...]:
        """The ids of a section's items, in the order of the file."""
        if section not in self.sections:
            raise CodebookError(
                f"{self.path}: there is no section {section!r}."
                f"{did_you_mean(section, self.sections)} Sections: {', '.join(self.sections)}."
            )
        return tuple(item.item for item in self.values() if item.section == section)

    def title(self, section: str) -> str:
        """What a page calls a section: as ``sections.csv`` says, or its id in words."""
        words = section.replace("_", " ")
        return self.headings.get(section, NO_HEADING).title or words[:1].upper() + words[1:]

    def about(self, section: str) -> str:
        """What ``sections.csv`` says of a section; empty where it says nothing."""
        return self.headings.get(section, NO_HEADING).about

    def battery(self, item: str) -> tuple[str, ...]:
        """The items that are answered together with `item`, itself included.

        Items of one section that the same item opens make a battery: an authority that is
        asked answers all of them or none (the components of a JSNA).
        """
        one = self[item]
        if one.asked_if is None:
            return (item,)
        return tuple(i for i in self.section(one.section) if self[i].asked_if == one.asked_if)


def read_codebook(path: str | Path) -> Codebook:
    """Read a codebook from a CSV file, one row an item.

    Parameters
    ----------
    path
        A UTF-8 CSV file with the columns of `REQUIRED` and any of `OPTIONAL`. ``years`` and
        ``not_held`` hold years separated by semicolons. Beside it may lie ``answers.csv``, which
        defines response kinds of this codebook, and ``sections.csv``, which gives its sections
        titles and words of introduction.

    Raises
    ------
    CodebookError
        A file is missing or unreadable, or does not hold together: with file, line, column, value
        and remedy.
    """
    path = Path(path)
    table = read_text(path, CodebookError)
    require_columns(table, REQUIRED, path, CodebookError)
    absent = [name for name in OPTIONAL if name not in table]
    for name in table.columns:  # else a slip in a column's name would quietly drop it
        near = did_you_mean(str(name), absent)
        if near and name not in (*REQUIRED, *OPTIONAL):
            raise CodebookError(f"{path}, line 1: the column {name!r} is unknown.{near} Rename it.")
    kinds = {**ANSWERS, **_read_answers(path.with_name("answers.csv"))}
    items: dict[str, Item] = {}
    lines: dict[str, int] = {}
    for line, row in lines_of(table):
        item = _read_item({**OPTIONAL, **row}, kinds, f"{path}, line {line}")
        if item.item in items:
            raise CodebookError(
                f"{path}, line {line}, column 'item': {item.item!r} stands in line "
                f"{lines[item.item]} already. Give each item an id of its own."
            )
        items[item.item] = item
        lines[item.item] = line
    for item in items.values():
        _check_opener(item, items, f"{path}, line {lines[item.item]}, column 'asked_if'")
    sections = tuple(dict.fromkeys(item.section for item in items.values()))
    return Codebook(items, path, _read_headings(path.with_name("sections.csv"), sections))


def _rows_beside(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[str, list[str]]]:
    """Yield the place and the cells of each row of a file that need not be there."""
    if path.exists():
        table = read_text(path, CodebookError)
        require_columns(table, columns, path, CodebookError)
        for line, row in lines_of(table):
            yield f"{path}, line {line}", [row[name].strip() for name in columns]


def _read_answers(path: Path) -> dict[str, dict[str, str]]:
    """Read the response kinds that a codebook defines."""
    kinds: dict[str, dict[str, str]] = {}
    for place, (response, answer, label) in _rows_beside(path, ANSWERS_FILE):
        for name, value in zip(ANSWERS_FILE, (response, answer, label), strict=True):
            if not value:
                raise CodebookError(f"{place}, column {name!r}: the cell is empty. Fill it in.")
        if response in ANSWERS:
            raise CodebookError(
                f"{place}, column 'response': {response!r} is a kind that every codebook knows. "
                "Give yours another name."
            )
        kind = kinds.setdefault(response, {})
        for name, value, known in (("answer", answer, kind), ("label", label, kind.values())):
            if value in known:
                raise CodebookError(
                    f"{place}, column {name!r}: {response!r} has {value!r} already. Give each "
                    f"{name} of a kind once."
                )
        kind[answer] = label
    return kinds


def _read_headings(path: Path, sections: tuple[str, ...]) -> dict[str, Heading]:
    """Read what pages call the sections."""
    headings: dict[str, Heading] = {}
    for place, (section, title, about) in _rows_beside(path, SECTIONS_FILE):
        if section not in sections:
            raise CodebookError(
                f"{place}, column 'section': {section!r} is no section of the codebook."
                f"{did_you_mean(section, sections)} Sections: {', '.join(sections)}."
            )
        if section in headings:
            raise CodebookError(
                f"{place}, column 'section': {section!r} stands twice. Delete one of the lines."
            )
        headings[section] = Heading(title, about)
    return headings


def _check_opener(item: Item, items: Mapping[str, Item], place: str) -> None:
    """Refuse an opener that is no yes/no item, was not held in time or is opened by the item."""
    if item.asked_if is None:
        return
    opener = items.get(item.asked_if)
    if opener is None or opener.response != "yes_no":
        raise CodebookError(
            f"{place}: {item.asked_if!r} is no yes/no item of this codebook. Name the item whose "
            "yes opens this one, or leave the cell empty."
        )
    early = sorted(set(item.held) - set(opener.held))
    if early:
        raise CodebookError(
            f"{place}: {item.asked_if!r} has no answers of {early[0]}, so it cannot have opened "
            "this item then. Correct the years of one of them."
        )
    seen = {item.item}
    while opener is not None:
        if opener.item in seen:
            raise CodebookError(
                f"{place}: the items that open one another run in a circle through "
                f"{opener.item!r}. Break it."
            )
        seen.add(opener.item)
        opener = items.get(opener.asked_if) if opener.asked_if else None


def _read_item(row: Mapping[str, str], kinds: Mapping[str, Mapping[str, str]], place: str) -> Item:
    cells: dict[str, Any] = {name: row[name].strip() for name in (*REQUIRED, *OPTIONAL)}
    cells["duty"] = cells["duty"] or OPTIONAL["duty"]
    known: tuple[tuple[str, Iterable[str]], ...] = (("response", kinds), ("duty", DUTIES))
    for name, words in known:
        if cells[name] not in words:
            raise CodebookError(
                f"{place}, column {name!r}: {cells[name]!r} is unknown. "
                f"Use one of {', '.join(words)}."
            )
    for name in ("item", "section", "label"):
        if not cells[name]:
            raise CodebookError(f"{place}, column {name!r}: the cell is empty. Fill it in.")
    if cells["item"] in RESERVED:
        raise CodebookError(
            f"{place}, column 'item': {cells['item']!r} has a meaning of its own in returns and "
            "published figures. Use another id."
        )
    years, not_held = (
        _read_years(cells[name], f"{place}, column {name!r}") for name in ("years", "not_held")
    )
    if not years or not set(not_held) <= set(years):
        raise CodebookError(
            f"{place}: 'years' is {cells['years']!r} and 'not_held' {cells['not_held']!r}. "
            "'years' lists every year in which the item was asked; 'not_held' those of them "
            "whose answers are not in the returns."
        )
    cells |= {"years": years, "not_held": not_held, "asked_if": cells["asked_if"] or None}
    return Item(answers=kinds[cells["response"]], **cells)


def _read_years(text: str, place: str) -> tuple[int, ...]:
    parts = [part.strip() for part in text.split(";") if part.strip()]
    regular = all(part.isascii() and part.isdigit() and len(part) == 4 for part in parts)
    if not regular or len(set(parts)) < len(parts):
        raise CodebookError(
            f"{place}: {text!r} is no list of years. Write each once, as in 2008;2009."
        )
    return tuple(sorted(int(part) for part in parts))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a question that offers the nearest known word, with a space before it, or nothing."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f" Did you mean {near[0]!r}?" if near else ""
