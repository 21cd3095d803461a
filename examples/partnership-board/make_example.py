"""Make the invented example: a survey of Children and Families Partnership Boards.

Everything in this folder but the README and this script is made here, from one seed, and the same
each time. No answer was given by anybody: shares were chosen, and answers drawn with them.

Usage: python examples/partnership-board/make_example.py [folder]
"""

from __future__ import annotations

import csv
import datetime
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import xlsxwriter
from numpy.random import PCG64, Generator

FOLDER = Path(__file__).resolve().parent
SEED = 2010
YEARS = (2022, 2023, 2024)
PARTNERSHIPS = tuple(f"P{number:02}" for number in range(1, 43))
REGIONS = ("Uplands", "Lowlands", "Coast")
TYPES = ("City", "County")

LATE = ("P41", "P42")  # answered from the second wave on
LEFT = ("P05",)  # did not answer the last wave
GAP = ("P19",)  # missed the wave in between
TICKED = "P33"  # left a section's no unsaid in the first wave: ticks and blanks

PERSISTENCE = 0.8  # how often an answer of one wave rests on the same ground as the last
BLANK = 0.02  # how often an answer is missing

ANSWERS = {
    "attendance": {
        "chief": "Chief officer",
        "manager": "Senior manager",
        "delegate": "Another delegate",
    },
    "chaired_by": {
        "councillor": "Lead councillor for children",
        "director": "Director of children's services",
        "health": "Executive of the integrated care board",
        "independent": "Independent chair",
    },
}

SECTIONS = {
    "chair": ("Chair", "Who chairs the Board."),
    "membership": ("Membership", "Which partners are members of the Board."),
    "attendance": ("Level of attendance", "Whom a partner sends, where it is a member."),
    "needs": (
        "Shared needs assessment",
        "Whether the partners assessed the needs of children together, and which needs.",
    ),
    "pooled": (
        "Pooled budgets and joint commissioning",
        "For which services the partners pool money or commission together.",
    ),
    "voice": ("Voice of children and families", "How children and families are heard."),
}


@dataclass(frozen=True)
class Question:
    """An item, how the messy workbook heads its column, and the shares its answers are drawn with.

    `shares` holds, for each of `years`, the share of yes, or the shares of all answers but the
    last.
    """

    item: str
    label: str
    question: str
    heading: str
    shares: tuple[float | tuple[float, ...], ...]
    response: str = "yes_no"
    years: tuple[int, ...] = YEARS
    asked_if: str = ""

    @property
    def section(self) -> str:
        """The section it belongs to."""
        return self.item.partition(".")[0]

    def share(self, year: int) -> tuple[float, ...]:
        """The shares of a year: one of yes, or one of each answer but the last."""
        share = self.shares[self.years.index(year)]
        return share if isinstance(share, tuple) else (share,)


def _membership() -> Iterable[Question]:
    rows: list[tuple[str, str, tuple[float, ...], tuple[int, ...]]] = [
        ("public_health", "Public health", (0.95, 0.97, 0.97), YEARS),
        ("care_board", "Integrated care board", (1, 1, 1), YEARS),
        ("voluntary", "Voluntary and community sector", (0.7, 0.75, 0.8), YEARS),
        ("police", "Police", (0.85, 0.85, 0.8), YEARS),
        ("schools", "Schools", (0.75, 0.75, 0.7), YEARS),
        ("hospital", "Hospital trust", (0.6, 0.6, 0.55), YEARS),
        ("youth_justice", "Youth justice service", (0.65, 0.6, 0.6), YEARS),
        ("healthwatch", "Healthwatch", (0.4, 0.45, 0.55), YEARS),
        ("housing", "Housing", (0.55, 0.55, 0.5), YEARS),
        ("family_hubs", "Family hubs", (0.4, 0.6), (2023, 2024)),
        ("probation", "Probation", (0.3, 0.3, 0.25), YEARS),
        ("careers", "Careers service", (0.3, 0.25), (2022, 2023)),
        ("faith", "Faith groups", (0.05, 0.05, 0.06), YEARS),
    ]
    for place, (name, label, shares, years) in enumerate(rows):
        yield Question(
            item=f"membership.{name}",
            label=label,
            question=f"Is this partner a member of the Board: {_within(label)}?",
            heading=f"Q2{chr(ord('a') + place)} {label} on board?",
            shares=shares,
            years=years,
        )


def _attendance() -> Iterable[Question]:
    shares = {
        "care_board": ("Integrated care board", ((0.35, 0.4), (0.3, 0.45), (0.25, 0.45))),
        "police": ("Police", ((0.3, 0.4), (0.3, 0.4), (0.25, 0.45))),
        "voluntary": ("Voluntary and community sector", ((0.5, 0.25), (0.5, 0.25), (0.5, 0.25))),
        "schools": ("Schools", ((0.45, 0.3), (0.4, 0.3), (0.4, 0.3))),
    }
    for place, (name, (label, each)) in enumerate(shares.items()):
        yield Question(
            item=f"attendance.{name}",
            label=label,
            question=f"Whom does this partner mostly send: {_within(label)}?",
            heading=f"Q3{chr(ord('a') + place)} {label}: who comes?",
            shares=each,
            response="attendance",
            asked_if=f"membership.{name}",
        )


def _needs() -> Iterable[Question]:
    yield Question(
        item="needs.carried_out",
        label="Shared assessment made",
        question="Have the partners assessed the needs of children together?",
        heading="Q4 Needs assessed together?",
        shares=(0.8, 0.8, 0.85),
    )
    topics = {
        "poverty": ("Child poverty", (0.85, 0.9, 0.9)),
        "mental_health": ("Mental health", (0.75, 0.8, 0.85)),
        "special_needs": ("Special educational needs and disability", (0.7, 0.7, 0.75)),
        "early_years": ("Early years", (0.6, 0.65, 0.65)),
        "healthy_weight": ("Healthy weight", (0.55, 0.5, 0.5)),
        "school_absence": ("School absence", (0.3, 0.45, 0.6)),
        "housing": ("Housing and homelessness", (0.4, 0.45, 0.5)),
        "online_harm": ("Harm online", (0.2, 0.25, 0.3)),
    }
    for place, (name, (label, shares)) in enumerate(topics.items()):
        yield Question(
            item=f"needs.{name}",
            label=label,
            question=f"Does the assessment cover this need: {_within(label)}?",
            heading=f"Q4{chr(ord('a') + place)} {label} covered?",
            shares=shares,
            asked_if="needs.carried_out",
        )


def _pooled() -> Iterable[Question]:
    areas = {
        "disability": ("Disabled children", (0.8, 0.75, 0.7)),
        "mental_health": ("Mental health services", (0.85, 0.75, 0.65)),
        "speech": ("Speech and language therapy", (0.7, 0.6, 0.5)),
        "substance_misuse": ("Substance misuse", (0.65, 0.55, 0.4)),
        "domestic_abuse": ("Domestic abuse", (0.5, 0.5, 0.55)),
        "young_carers": ("Young carers", (0.55, 0.5, 0.4)),
        "care_leavers": ("Care leavers", (0.6, 0.55, 0.5)),
        "health_visiting": ("Health visiting", (0.7, 0.65, 0.6)),
        "youth_work": ("Youth work", (0.5, 0.35, 0.25)),
        "short_breaks": ("Short breaks", (0.75, 0.65, 0.55)),
    }
    for place, (name, (label, shares)) in enumerate(areas.items()):
        yield Question(
            item=f"pooled.{name}",
            label=label,
            question=f"Do partners pool money or commission together: {_within(label)}?",
            heading=f"Q5{chr(ord('a') + place)} {label} - pooled/joint?",
            shares=shares,
        )


def _voice() -> Iterable[Question]:
    rows = {
        "young_members": (
            "Young people on the Board",
            "Do young people sit on the Board?",
            "Q6a YP on board?",
            (0.25, 0.3, 0.35),
        ),
        "parent_forum": (
            "Parent carer forum",
            "Is the parent carer forum represented on the Board?",
            "Q6b Parent carer forum?",
            (0.6, 0.65, 0.65),
        ),
        "youth_forum": (
            "Youth forum reports to the Board",
            "Does a youth forum report to the Board?",
            "Q6c Youth forum reports?",
            (0.55, 0.5, 0.5),
        ),
        "told_back": (
            "Families are told what changed",
            "Are families told what changed because of them?",
            "Q6d Families told what changed?",
            (0.35, 0.35, 0.4),
        ),
    }
    for name, (label, question, heading, shares) in rows.items():
        yield Question(f"voice.{name}", label, question, heading, shares)


def _within(label: str) -> str:
    """A label as it stands inside a sentence."""
    return label if label.startswith("Healthwatch") else label[0].lower() + label[1:]


QUESTIONS: tuple[Question, ...] = (
    Question(
        item="chair.held_by",
        label="Chair of the Board",
        question="Who chairs the Board?",
        heading="Q1 Who chairs?",
        shares=((0.35, 0.25, 0.2), (0.35, 0.25, 0.2), (0.3, 0.25, 0.25)),
        response="chaired_by",
    ),
    *_membership(),
    *_attendance(),
    *_needs(),
    *_pooled(),
    *_voice(),
)
"""The questionnaire, in its order."""

Row = dict[str, str]
"""One return: text by column, empty where nothing was answered."""


# -- The returns --------------------------------------------------------------


def draw_returns() -> list[Row]:
    """Draw the returns: one row a partnership and wave, sorted by both."""
    random = Generator(PCG64(SEED))
    rows = []
    for number, partnership in enumerate(PARTNERSHIPS):
        who = {
            "region": REGIONS[number % len(REGIONS)],
            "authority_type": TYPES[number // len(REGIONS) % 2],
        }
        ground = random.random(len(QUESTIONS))
        for year in YEARS:
            fresh = random.random(len(QUESTIONS))
            moved = random.random(len(QUESTIONS)) >= PERSISTENCE
            ground = np.where(moved, fresh, ground)
            blank = random.random(len(QUESTIONS)) < BLANK
            if _answered(partnership, year):
                row = {"authority": partnership, "year": str(year)} | who
                rows.append(row | _answers(year, ground, blank))
    for row in rows:
        if (row["authority"], row["year"]) == (TICKED, str(YEARS[0])):
            row.update(
                {q.item: "" for q in QUESTIONS if q.section == "pooled" and row[q.item] == "no"}
            )
    return rows


def _answered(partnership: str, year: int) -> bool:
    first, middle, last = YEARS
    silent = {first: LATE, middle: GAP, last: LEFT}
    return partnership not in silent[year]


def _answers(year: int, ground: np.ndarray, blank: np.ndarray) -> Row:
    answers: Row = {}
    for question, at, missing in zip(QUESTIONS, ground, blank, strict=True):
        asked = year in question.years and (
            not question.asked_if or answers[question.asked_if] == "yes"
        )
        whole = question.asked_if == "needs.carried_out"  # who gives topics gives all of them
        if not asked or (missing and not whole):
            answers[question.item] = ""
        else:
            answers[question.item] = _answer(question, year, float(at))
    return answers


def _answer(question: Question, year: int, at: float) -> str:
    if question.response == "yes_no":
        return "yes" if at < question.share(year)[0] else "no"
    known = list(ANSWERS[question.response])
    return known[int(np.searchsorted(np.cumsum(question.share(year)), at, side="right"))]


# -- The collection -----------------------------------------------------------


def codebook() -> list[Row]:
    """The codebook: one row an item."""
    return [
        {
            "item": question.item,
            "section": question.section,
            "label": question.label,
            "question": question.question,
            "response": question.response,
            "years": ";".join(map(str, question.years)),
            "asked_if": question.asked_if,
            "note": NOTES.get(question.item, ""),
        }
        for question in QUESTIONS
    ]


NOTES = {
    "membership.family_hubs": "Asked from the second wave on.",
    "membership.careers": "Dropped from the last wave.",
}


def answers() -> list[Row]:
    """The response kinds of this survey's own: one row an answer."""
    return [
        {"response": response, "answer": answer, "label": label}
        for response, labels in ANSWERS.items()
        for answer, label in labels.items()
    ]


def sections() -> list[Row]:
    """The sections: one row each."""
    return [
        {"section": section, "title": title, "about": about}
        for section, (title, about) in SECTIONS.items()
    ]


def descriptor() -> str:
    """The Frictionless descriptor of the collection."""
    about = {
        "profile": "data-package",
        "name": "partnership-board",
        "title": "Partnership Board survey (invented example)",
        "description": "An invented example. What Children and Families Partnership Boards might "
        "have answered in three waves: drawn by a script from shares that were made up. No "
        "partnership, place or answer in it is real.",
        "returns_status": "invented",
        "respondents": ["partnership", "partnerships"],
        "licenses": [
            {
                "name": "CC0-1.0",
                "title": "CC0 1.0 Universal",
                "path": "https://creativecommons.org/publicdomain/zero/1.0/",
            }
        ],
        "contributors": [
            {"title": "The Children's Trust mapping book contributors", "role": "publisher"}
        ],
        "next_release": "none is planned",
        "revisions": "Mistakes are put right in the next version of the book.",
        "resources": [
            _resource("codebook", "One row is an item.", codebook(), "item"),
            _resource("answers", "One row is an answer.", answers(), ["response", "answer"]),
            _resource("sections", "One row is a section.", sections(), "section"),
            _resource(
                "returns",
                "One row is one invented partnership in one wave. Empty: no answer, or not asked.",
                draw_returns(),
                ["authority", "year"],
            ),
        ],
    }
    return json.dumps(about, indent=1) + "\n"


def _resource(
    name: str, description: str, rows: Sequence[Row], key: str | list[str]
) -> dict[str, object]:
    fields = [{"name": c, "type": "integer" if c == "year" else "string"} for c in rows[0]]
    return {
        "name": name,
        "path": f"{name}.csv",
        "description": description,
        "format": "csv",
        "encoding": "utf-8",
        "profile": "tabular-data-resource",
        "schema": {"fields": fields, "missingValues": [""], "primaryKey": key},
    }


# -- The same returns, as they might arrive -----------------------------------

SPELLINGS: tuple[Mapping[str, object], ...] = (
    {"yes": "Yes", "no": "No"},
    {"yes": "Yes", "no": "No"},
    {"yes": "Y", "no": "N"},
    {"yes": "yes", "no": "no"},
    {"yes": True, "no": False},
    {"yes": "YES", "no": "NO"},
    {"yes": " Yes", "no": "No "},
)
"""How one partnership or another writes yes and no in the workbook."""

NUMBERS: Mapping[str, object] = {"yes": 1, "no": 0}
"""How all of them do in the section on voice, which came from another form."""

SPACED = 6
"""The place of the spelling with spaces, which also spaces names."""

HEADINGS = {"authority": "Partnership", "region": "Region", "authority_type": "Type"}

REMARKS = "Remarks"
REMARK = {("P02", "2022"): "rang, will send the rest in May", ("P28", "2024"): "new form"}

PLANTED: tuple[tuple[str, str, str, str], ...] = (
    ("P03", "2022", "membership.family_hubs", "Yes"),  # not asked in that wave
    ("P12", "2023", "pooled.short_breaks", "partly"),  # no answer of this question
    ("P07", "2024", "authority", "p07"),  # P07 in every other wave
)
"""The faults of the workbook: partnership, year, item and what stands there."""


def write_workbook(rows: Iterable[Row], path: Path) -> None:
    """Write the returns as a messy workbook: a sheet a wave, foreign headings, mixed spellings."""
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"created": datetime.datetime(2024, 11, 1, tzinfo=datetime.UTC)})
        bold = book.add_format({"bold": True})
        ruled = book.add_format({"bottom": 1})
        notes = book.add_worksheet("Notes")
        for line, text in enumerate(NOTES_SHEET):
            notes.write_string(line, 0, text)
        for year in map(str, YEARS):
            sheet = book.add_worksheet(year)
            asked = [q for q in QUESTIONS if int(year) in q.years or _planted(q.item, year)]
            columns = [*HEADINGS, *(question.item for question in asked)]
            headings = [*HEADINGS.values(), *(question.heading for question in asked), REMARKS]
            sheet.write_row(0, 0, headings, bold)
            wave = [row for row in rows if row["year"] == year]
            for line, row in enumerate(wave, start=1):
                cells = [_messy(row, column) for column in columns]
                cells.append(REMARK.get((row["authority"], year), ""))
                for place, cell in enumerate(cells):
                    if cell != "":
                        sheet.write(line, place, cell)
            for line in range(len(wave) + 1, len(wave) + 4):  # ruled, and never filled in
                for place in range(len(headings)):
                    sheet.write_blank(line, place, None, ruled)


NOTES_SHEET = (
    "Partnership Board survey: an invented example",
    "One sheet for each wave. Sheets were put together from the forms as they came in.",
    "Family hubs were asked about from 2023 on, the careers service until 2023.",
)


def _planted(item: str, year: str) -> bool:
    return any((item, year) == (at, wave) for _, wave, at, _ in PLANTED)


def _messy(row: Row, column: str) -> object:
    """A cell of the workbook as its partnership would write it."""
    for partnership, year, item, found in PLANTED:
        if (row["authority"], row["year"], column) == (partnership, year, item):
            return found
    value = row[column]
    style = (PARTNERSHIPS.index(row["authority"]) * 3 + int(row["year"])) % len(SPELLINGS)
    if column in HEADINGS:
        return f"{value} " if style == SPACED else value
    response = next(q.response for q in QUESTIONS if q.item == column)
    if response == "yes_no" and column.startswith("voice."):
        return NUMBERS.get(value, "")
    if response == "yes_no" or not value:
        return SPELLINGS[style].get(value, "")
    label = ANSWERS[response][value]
    return value if style % 3 == 0 else label.upper() if style == 4 else label


def workbook_crosswalk() -> list[Row]:
    """Which column of the workbook is which item; an empty item drops the column."""
    named = {heading: column for column, heading in HEADINGS.items()}
    named |= {question.heading: question.item for question in QUESTIONS}
    named[REMARKS] = ""
    return [_cross(column, item) for column, item in named.items()]


NO_ANSWER = 9


def write_spss(rows: Sequence[Row], path: Path) -> None:
    """Write the returns as SPSS would hold them: numbers, with labels and a code for no answer."""
    columns: dict[str, list[object]] = {}
    labels: dict[str, str] = {}
    values: dict[str, dict[float, str]] = {}
    for variable, (column, label, codes) in _variables().items():
        labels[variable] = label
        if codes is None:
            columns[variable] = [
                row[column] if column == "authority" else float(row[column]) for row in rows
            ]
            continue
        code_of = {answer: float(code) for code, (answer, _) in codes.items()}
        asked = {(r["authority"], r["year"]) for r in rows if _was_asked(r, column)}
        columns[variable] = [
            code_of.get(row[column], float(NO_ANSWER))
            if (row["authority"], row["year"]) in asked
            else float("nan")
            for row in rows
        ]
        values[variable] = {float(code): text for code, (_, text) in codes.items()}
        if column not in HEADINGS:
            values[variable][float(NO_ANSWER)] = "No answer"
    columns[UNUSED] = [1.0] * len(rows)
    labels[UNUSED] = "Form complete"
    pyreadstat.write_sav(
        pd.DataFrame(columns),
        str(path),
        file_label="Partnership Board survey (invented)",
        column_labels=labels,
        variable_value_labels=values,
        missing_ranges={name: [NO_ANSWER] for name, codes in values.items() if NO_ANSWER in codes},
    )
    data = bytearray(path.read_bytes())
    data[92:109] = b"01 Nov 2400:00:00"  # when it was written: the one thing that would differ
    path.write_bytes(data)


UNUSED = "V99"
"""A variable that is no item, as such files have them."""


def _variables() -> dict[str, tuple[str, str, dict[int, tuple[str, str]] | None]]:
    """The variables: the column each holds, its label, and what its codes stand for."""
    found: list[tuple[str, str, dict[int, tuple[str, str]] | None]] = [
        ("authority", "Partnership", None),
        ("year", "Wave", None),
        ("region", "Region", {n: (name, name) for n, name in enumerate(REGIONS, start=1)}),
        (
            "authority_type",
            "Type of area",
            {n: (name, name) for n, name in enumerate(TYPES, start=1)},
        ),
    ]
    for question in QUESTIONS:
        if question.response == "yes_no":
            codes = {1: ("yes", "Yes"), 2: ("no", "No")}
        else:
            codes = dict(enumerate(ANSWERS[question.response].items(), start=1))
        found.append((question.item, question.question, codes))
    return {f"V{number}": variable for number, variable in enumerate(found, start=1)}


def _was_asked(row: Row, column: str) -> bool:
    question = next((q for q in QUESTIONS if q.item == column), None)
    if question is None:
        return True
    opened = not question.asked_if or row[question.asked_if] == "yes"
    return int(row["year"]) in question.years and opened


def spss_crosswalk() -> list[Row]:
    """Which variable is which item, and what each of its codes stands for."""
    rows = []
    for variable, (column, _, codes) in _variables().items():
        if codes is None:
            rows.append(_cross(variable, column))
            continue
        rows += [_cross(variable, column, str(code), answer) for code, (answer, _) in codes.items()]
        if column not in HEADINGS:
            rows.append(_cross(variable, column, str(NO_ANSWER), ""))
    return [*rows, _cross(UNUSED, "")]


def _cross(column: str, item: str, code: str = "", answer: str = "") -> Row:
    return {"column": column, "item": item, "code": code, "answer": answer}


# -- Writing ------------------------------------------------------------------


def main(folder: Path = FOLDER) -> None:
    """Write everything."""
    messy = folder / "messy"
    messy.mkdir(parents=True, exist_ok=True)
    returns = draw_returns()
    _write_csv(folder / "codebook.csv", codebook())
    _write_csv(folder / "answers.csv", answers())
    _write_csv(folder / "sections.csv", sections())
    _write_csv(folder / "returns.csv", returns)
    (folder / "datapackage.json").write_text(descriptor(), encoding="utf-8", newline="\n")
    write_workbook(returns, messy / "returns.xlsx")
    _write_csv(messy / "columns.csv", workbook_crosswalk())
    write_spss(returns, messy / "returns.sav")
    _write_csv(messy / "columns-sav.csv", spss_crosswalk())


def _write_csv(path: Path, rows: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
