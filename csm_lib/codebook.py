"""The questionnaire: its items, their sections and the answers each item takes.

The only module that knows what was asked. Everything else asks it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd

from csm_lib.errors import CodebookError
from csm_lib.files import (
    Rule,
    filled,
    is_there,
    lines_of,
    one_of,
    read_text,
    require_cells,
    require_columns,
    unique,
)
from csm_lib.scales import SIDES, sides_of

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
    "number": {},
}
"""The response kinds every codebook knows: the answers each takes and how a page names them.

To ``number`` any number is an answer, so it lists none; see `number`.
"""

LARGEST = 1e12
"""A larger number is no answer but a telephone number, an identifier or a slip."""

DUTIES: Mapping[str, str] = {
    "statutory": "Duty to cooperate by the 2004 Act",
    "statutory_2010": "Duty to cooperate added by the 2009 Act",
    "none": "No agency under the duty",
}

REQUIRED = ("item", "section", "label", "question", "response", "years")
"""The columns every codebook has."""

WORDING = ("statement", "direction", "short", "kind")
"""The columns a codebook may have that say what sentences make of an item."""

OPTIONAL = ("duty", "not_held", "asked_if", "place", "note", *WORDING)
"""The columns a codebook may have; one that is left out is as one of empty cells."""

DIRECTIONS = ("good", "bad", "neutral")
"""What the answers that say yes to an item may be, in the eyes of those who asked."""

CHARACTERISTIC = "characteristic"
KINDS = ("practice", "opinion", "fact", CHARACTERISTIC)
"""What an item may ask for; a characteristic is what a respondent is, and others are split by."""

ANSWERS_FILE = ("response", "answer", "label")
"""The columns of ``answers.csv``, which defines further response kinds: one row an answer."""

SIDE = "side"
"""The column ``answers.csv`` may have: on which side of a scale each answer stands."""

SECTIONS_FILE = ("section", "title", "about")
"""The columns of ``sections.csv``, which says what a page calls a section: one row a section."""

WAVE = "[0-9]{4}|[1-9][0-9]?"
"""How a wave is numbered: by its year, or by its place among others."""

RESERVED = (
    "authority", "year", "region", "authority_type", "item", "answer", "sample", "collection",
)  # fmt: skip
"""Words that mean something else in the returns or the published figures: no id of an item."""

Headings: TypeAlias = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Item:
    """One question of the questionnaire.

    Attributes
    ----------
    item
        Its id, such as ``board.police``: the column of the returns that holds the answers.
    question
        In this project's words.
    response, answers
        The kind of answer, the answers it takes, and how a page names them.
    duty
        The duty to cooperate behind it: a key of `DUTIES`.
    years, not_held
        The years in which it was asked, and those of them whose answers are not in the returns.
    asked_if
        The item that opens this one: it is asked only where that one is answered yes.
        ``None`` where it is asked of everyone.
    place, note
        Where the source speaks of it, and what a reader must know.
    statement
        What saying yes means, as the rest of a sentence in the past: ``had a family hub``.
    direction, kind
        One of `DIRECTIONS`, and one of `KINDS`.
    short
        A short label.
    sides
        By answer its side of the scale, one of `csm_lib.scales.SIDES`; empty where the answers
        are no scale.
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
    statement: str = ""
    direction: str = "neutral"
    short: str = ""
    kind: str = "practice"
    sides: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its short label, or else its label."""
        return self.short or self.label

    @property
    def held(self) -> tuple[int, ...]:
        """The years for which a collection holds answers: asked, and not `not_held`."""
        return tuple(year for year in self.years if year not in self.not_held)

    @property
    def counted(self) -> tuple[str, ...]:
        """The answers a tally counts: ``yes`` alone for yes/no items, else every answer.

        None where it is answered by a number: see `csm_lib.aggregate.numbers`.
        """
        return ("yes",) if self.response == "yes_no" else tuple(self.answers)

    @property
    def agreed(self) -> tuple[str, ...]:
        """The answers that stand ``for`` on its scale; none where the answers are no scale."""
        return tuple(answer for answer, side in self.sides.items() if side == "for")

    @property
    def is_number(self) -> bool:
        """Whether it is answered by a number."""
        return self.response == "number"

    @property
    def groups(self) -> dict[Any, str]:
        """What a group of those that gave an answer is called, by the answer in the returns."""
        flags: dict[Any, str] = {True: "yes", False: "no"} if self.response == "yes_no" else {}
        held = flags | {answer: answer for answer in self.answers}
        return {value: self.answers[answer] for value, answer in held.items()}

    def fits(self, text: str) -> bool:
        """Say whether a text is one of its answers; an empty text is none."""
        return text in self.answers or (self.is_number and number(text) is not None)


class Codebook(dict[str, Item]):
    """The items of a questionnaire, by id, in the order of the file.

    ``headings`` holds, by section, the ``title`` and the ``about`` that ``sections.csv`` gives it;
    ``waves`` what waves are called, by number.
    """

    waves: Mapping[str, str] = {}

    def __init__(self, items: Mapping[str, Item], path: Path, headings: Headings) -> None:
        super().__init__(items)
        self.path = path
        self.headings = headings

    def __missing__(self, item: str) -> Item:
        raise CodebookError(
            f"{self.path}: there is no item {item!r}.{did_you_mean(item, self)} "
            "Use an id of the codebook's column 'item'."
        )

    @property
    def years(self) -> tuple[int, ...]:
        """Every year in which some item was asked, in order."""
        return tuple(sorted({year for item in self.values() for year in item.years}))

    def called(self, years: Iterable[object]) -> list[str]:
        """What some waves are called."""
        return [self.waves.get(str(year), str(year)) for year in years]

    @property
    def characteristics(self) -> tuple[str, ...]:
        """The items that ask what a respondent is, in the order of the file."""
        return tuple(name for name, item in self.items() if item.kind == CHARACTERISTIC)

    @cached_property
    def sections(self) -> tuple[str, ...]:
        """The sections, in the order of the file."""
        return tuple(dict.fromkeys(item.section for item in self.values()))

    def section(self, section: str) -> tuple[str, ...]:
        """The ids of a section's items, in the order of the file."""
        found = tuple(name for name, item in self.items() if item.section == section)
        if not found:
            raise CodebookError(
                f"{self.path}: there is no section {section!r}."
                f"{did_you_mean(section, self.sections)} Sections: {', '.join(self.sections)}."
            )
        return found

    def title(self, section: str) -> str:
        """What a page calls a section: as ``sections.csv`` says, or its id in words."""
        words = section.replace("_", " ")
        return self.headings.get(section, {}).get("title") or words[:1].upper() + words[1:]

    def about(self, section: str) -> str:
        """What ``sections.csv`` says of a section; empty where it says nothing."""
        return self.headings.get(section, {}).get("about", "")

    def battery(self, item: str) -> tuple[str, ...]:
        """The items that are answered together with `item`, itself included.

        Items of one section that the same item opens make a battery: an authority that is
        asked answers all of them or none (the components of a JSNA).
        """
        one = self[item]
        if one.asked_if is None:
            return (item,)
        return tuple(i for i in self.section(one.section) if self[i].asked_if == one.asked_if)


def read_codebook(path: str | Path, *, waves: Mapping[str, str] | None = None) -> Codebook:
    """Read a codebook from a CSV file, one row an item.

    Parameters
    ----------
    path
        A UTF-8 CSV file with the columns of `REQUIRED` and any of `OPTIONAL`. ``years`` and
        ``not_held`` hold years separated by semicolons. Where ``kind`` is empty it is ``opinion``
        for a scale and else ``practice``. Beside it may lie ``answers.csv``, which defines response
        kinds of this codebook, and ``sections.csv``, which gives its sections titles and words of
        introduction. A response kind is a scale where the column ``side`` of ``answers.csv`` says
        so; where there is no such column, where `csm_lib.scales.sides_of` finds one in its labels.
    waves
        What waves are called, by number: see `csm_lib.descriptor.About`.

    Raises
    ------
    CodebookError
        A file is missing or unreadable, or does not hold together: every fault with its line,
        column, value and remedy.
    """
    path = Path(path)
    cells = _read_cells(path, REQUIRED)
    _refuse_slips(cells, [*REQUIRED, *OPTIONAL], WORDING, path)
    cells = cells.reindex(columns=[*REQUIRED, *OPTIONAL], fill_value="")
    cells["duty"] = cells["duty"].replace("", "none")
    cells["direction"] = cells["direction"].replace("", "neutral")
    own, sides = _read_answers(path.with_name("answers.csv"))
    kinds = {**ANSWERS, **own}
    years, not_held = (cells[name].map(_parts) for name in ("years", "not_held"))
    unasked = [not {*off} <= {*of} for of, off in zip(years, not_held, strict=True)]
    unfit = (cells["response"] == "number") | (cells["asked_if"] != "")
    unfit &= cells["kind"] == CHARACTERISTIC
    rules = [
        *filled(cells, "item", "section", "label"),
        unique(cells, "item"),
        ("item", cells["item"].isin(RESERVED), "has a meaning of its own. Use another id."),
        one_of(cells, "response", kinds),
        one_of(cells, "duty", DUTIES),
        one_of(cells, "direction", DIRECTIONS),
        one_of(cells, "kind", ["", *KINDS]),
        ("kind", unfit, "needs answers to choose from, and everyone asked. Use another kind."),
        (
            "years",
            ~years.map(_regular),
            "is no list of years. Write each once, as in 2008;2009 or 1;2; what a wave is called, "
            "such as 2023-24, is said by 'waves' in datapackage.json.",
        ),
        ("not_held", pd.Series(unasked, cells.index), "was not asked. Name some of 'years'."),
    ]
    require_cells(cells, rules, path, CodebookError)
    items: dict[str, Item] = {}
    for _, row in lines_of(cells):
        for name in ("years", "not_held"):
            row[name] = tuple(sorted(map(int, _parts(row[name]))))
        row["asked_if"] = row["asked_if"] or None
        scale = sides.get(row["response"], {}) if row["kind"] != CHARACTERISTIC else {}
        row["kind"] = row["kind"] or ("opinion" if scale else "practice")
        items[row["item"]] = Item(**row, answers=kinds[row["response"]], sides=scale)
    require_cells(cells, _opener_rules(cells, items), path, CodebookError)
    found = Codebook(items, path, _read_headings(path.with_name("sections.csv"), cells["section"]))
    found.waves = waves or {}
    if stray := sorted({*map(int, found.waves)} - {*found.years}):
        raise CodebookError(
            f"{path}: nothing is asked in {stray[0]}, which 'waves' in datapackage.json names. "
            f"Correct it, or 'years' here, which are {', '.join(map(str, found.years))}."
        )
    return found


def _read_cells(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    table = read_text(path, CodebookError)
    require_columns(table, columns, path, CodebookError)
    stripped: pd.DataFrame = table.apply(lambda column: column.str.strip())
    return stripped


def _refuse_slips(
    cells: pd.DataFrame, known: Sequence[str], common: Sequence[str], path: Path
) -> None:
    """Refuse a column whose name is nearly a known one: it would quietly be lost.

    The `common` ones are everyday words, which are like many others: of a name that begins with
    one, or with what is very nearly one, the first word counts.
    """
    absent = {name for name in known if name not in cells}
    for name in cells.columns.difference([*known]):
        first = re.split(r"[\W_]", name.casefold())[0]
        near = did_you_mean(name, absent.difference(common)) or did_you_mean(
            first, absent.intersection(common), cutoff=0.85
        )
        if near:
            raise CodebookError(f"{path}, line 1: the column {name!r} is unknown.{near} Rename it.")


Answers: TypeAlias = dict[str, dict[str, str]]


def _read_answers(path: Path) -> tuple[Answers, Answers]:
    """Read the response kinds that a codebook defines: their labels, and their sides."""
    labels: Answers = {}
    sides: Answers = {}
    if not is_there(path):
        return labels, sides
    cells = _read_cells(path, ANSWERS_FILE)
    columns = [*ANSWERS_FILE, SIDE]
    _refuse_slips(cells, columns, [SIDE], path)
    told = SIDE in cells
    cells = cells.reindex(columns=columns, fill_value="")
    known = cells["response"].isin(list(ANSWERS))
    rules = [
        *filled(cells, *ANSWERS_FILE),
        ("response", known, "is a kind that every codebook knows. Give yours another name."),
        unique(cells, "response", "answer"),
        unique(cells, "response", "label"),
        one_of(cells, SIDE, ["", *SIDES]),
        _both_sides(cells),
    ]
    require_cells(cells, rules, path, CodebookError)
    for _, row in lines_of(cells):
        labels.setdefault(row["response"], {})[row["answer"]] = row["label"]
        sides.setdefault(row["response"], {})[row["answer"]] = row[SIDE] or "between"
    if told:
        scales = {*cells.loc[cells[SIDE] != "", "response"]}
        return labels, {kind: found for kind, found in sides.items() if kind in scales}
    return labels, {kind: sides_of(answers) for kind, answers in labels.items()}


def _both_sides(cells: pd.DataFrame) -> Rule:
    """Return the rule that a scale has both sides; the first of its sides tells that it has not."""
    sided = cells[cells[SIDE] != ""]
    fore, against = ({*sided.loc[sided[SIDE] == side, "response"]} for side in SIDES[:2])
    lacking = ~sided["response"].isin(fore & against) & ~sided["response"].duplicated()

    def told(row: Mapping[str, str]) -> str:
        return (
            f"makes {row['response']!r} a scale without both sides. Let an answer stand 'for' and "
            "one 'against', or leave these cells empty."
        )

    return SIDE, lacking.reindex(cells.index, fill_value=False), told


def _read_headings(path: Path, sections: pd.Series[str]) -> Headings:
    """Read what pages call the sections."""
    if not is_there(path):
        return {}
    cells = _read_cells(path, SECTIONS_FILE)
    rules = [one_of(cells, "section", sections.unique()), unique(cells, "section")]
    require_cells(cells, rules, path, CodebookError)
    return {row["section"]: row for _, row in lines_of(cells)}


def _opener_rules(cells: pd.DataFrame, items: Mapping[str, Item]) -> list[Rule]:
    """Return the rules for openers: a yes/no item, held in time, and not opened by the item."""

    def opens(opener: str) -> bool:
        return opener in items and items[opener].response == "yes_no"

    def early(name: str) -> list[int]:
        """The years of an item in which its opener was not held."""
        opener = items[name].asked_if or ""
        return sorted({*items[name].held} - {*items[opener].held}) if opens(opener) else []

    def too_early(row: Mapping[str, str]) -> str:
        return f"has no answers of {early(row['item'])[0]}. Correct the years of one of them."

    def circular(name: str) -> bool:
        seen = set()
        while name in items and name not in seen:
            seen.add(name)
            name = items[name].asked_if or ""
        return name in seen

    unfit = (cells["asked_if"] != "") & ~cells["asked_if"].map(opens)
    told = "is no yes/no item of this codebook. Name one, or leave the cell empty."
    late = cells["item"].map(early).astype(bool)
    circle = cells["item"].map(circular)
    return [
        ("asked_if", unfit, told),
        ("asked_if", late, too_early),
        ("asked_if", circle, "runs in a circle of items that open one another. Break it."),
    ]


def number(text: str) -> float | None:
    """Return the number that a text is, as an answer to an item of that kind; ``None`` for none.

    A number is written plainly, as by a person: digits, with or without a sign before them, commas
    between thousands, or a point with digits behind it. No unit, per cent or currency stands with
    it: whoever leaves ``12%`` to be read decides whether it is 12 or 0.12. It lies between minus
    and plus `LARGEST`.

    >>> [number(text) for text in ("1,234", "-12.5", "+3", "12%", "1.234,5", "1e3", "about 3", "")]
    [1234.0, -12.5, 3.0, None, None, None, None, None]
    """
    plain = text.replace("\N{MINUS SIGN}", "-")
    if not re.fullmatch(r"[+-]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?", plain):
        return None
    value = float(plain.replace(",", "")) + 0.0  # there is one nought, and no minus nought
    return value if abs(value) <= LARGEST else None


def _parts(years: str) -> list[str]:
    return [part.strip() for part in years.split(";") if part.strip()]


def _regular(years: Sequence[str]) -> bool:
    """Say whether these are years, each once, and at least one."""
    return 0 < len(years) == len({*years}) and all(re.fullmatch(WAVE, y) for y in years)


def did_you_mean(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str:
    """Return a question that offers the nearest known word, with a space before it, or nothing."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=cutoff)
    return f" Did you mean {near[0]!r}?" if near else ""
