"""Your own returns: what to bring, what a check finds, and what stays out of sight."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from csm_lib import words
from csm_lib.findings import Finding
from csm_lib.status import WITHHELD

if TYPE_CHECKING:
    from csm_lib.collection import Collection
    from csm_lib.own.report import Report

FILES = {
    "codebook.csv": ("an item: what was asked, when, and which answers it takes", "yes"),
    "returns": ("a respondent in a year: .csv, .xlsx, .sav, .dta or .parquet", "yes"),
    "columns.csv": ("a column of a foreign file, or one of its codes: the crosswalk", "no"),
    "answers.csv": ("an answer of a response kind of your own", "no"),
    "sections.csv": ("a section: its title, and a word about it", "no"),
    "datapackage.json": ("the title, the source, and what a respondent is called", "no"),
}
"""The files of a collection: what each holds, and whether it must be there."""


def files(collection: Collection) -> Finding:
    """Which files make a collection, and which of them this one has."""
    data = pd.DataFrame(
        [
            {
                "file": name,
                "holds": holds,
                "needed": needed,
                "here": "yes" if list(collection.path.glob(_pattern(name))) else "no",
                "status": collection.status,
            }
            for name, (holds, needed) in FILES.items()
        ]
    )
    needed = data[data["needed"] == "yes"]
    here = data[data["here"] == "yes"]
    return Finding(
        key="own-files",
        origin=collection.origin,
        title=(
            f"{words.sentence(words.counted(len(needed), 'file'))} in a folder are enough; the "
            f"example has {words.number(len(here))}"
        ),
        question="What does the book need to be built from your returns?",
        data=data,
        base="every file the book looks for in a folder of your own",
        source=_source(collection),
        caveat=(
            "Published figures and a list of everyone who could have answered may lie beside "
            "them, as they do for the paper."
        ),
        shown=data.drop(columns="status"),
    )


def form(collection: Collection, year: int) -> Finding:
    """What respondents find in the workbook that is made for them, for one year."""
    codebook = collection.codebook
    rows = []
    for name in codebook.sections:
        asked = [codebook[i] for i in codebook.section(name) if year in codebook[i].held]
        if asked:
            rows.append(
                {
                    "sheet": codebook.title(name),
                    "questions": len(asked),
                    "asked of some": sum(item.asked_if is not None for item in asked),
                    "answers to choose from": "; ".join(
                        dict.fromkeys(", ".join(item.answers.values()) for item in asked)
                    ),
                    "status": collection.status,
                }
            )
    data = pd.DataFrame(rows)
    return Finding(
        key="own-form",
        origin=collection.origin,
        title=(
            f"The form for {year} has {words.counted(len(data), 'sheet')} with "
            f"{data['questions'].sum()} questions, each with its answers to choose from"
        ),
        question="What does the workbook for respondents ask?",
        data=data,
        base=f"the items of the codebook that are asked in {year}",
        source=_source(collection),
        caveat="A drop-down guides the hand. What is pasted over it arrives as it was pasted.",
        shown=data.drop(columns="status"),
    )


def drafted(collection: Collection, path: str | Path, finished: str | Path) -> Finding:
    """How far a drafted crosswalk gets, beside the one an analyst finished.

    Parameters
    ----------
    collection
        The collection the returns are for.
    path
        A file of returns with columns of its own.
    finished
        The finished crosswalk of that file.
    """
    from csm_lib.own.crosswalk import UNDECIDED, draft, read_crosswalk
    from csm_lib.own.tables import read_sheets

    known = collection.codebook
    drafts = pd.concat([draft(sheet, known) for sheet in read_sheets(path)], ignore_index=True)
    first = drafts.drop_duplicates("column")
    guess = dict(zip(first["column"], first["item"], strict=True))
    data = pd.DataFrame(
        [
            {
                "column": column,
                "draft": guess.get(column) or "–",
                "finished": item or "–",
                "right": "yes" if guess.get(column, "").strip(f"{UNDECIDED} ") == item else "no",
                "status": collection.status,
            }
            for column, item in read_crosswalk(finished, known).items.items()
        ]
    )
    right, sure = data["right"] == "yes", ~data["draft"].str.startswith(UNDECIDED)
    wrong = int((sure & ~right).sum())
    title = (
        f"The draft is sure of {sure.sum()} of {len(data)} columns, and "
        f"{f'wrong in {words.number(wrong)}' if wrong else 'right in all of them'}"
    )
    if not sure.all():
        title += f"; of the {(~sure).sum()} it only guesses, {(~sure & right).sum()} are right"
    return Finding(
        key="own-crosswalk",
        origin=collection.origin,
        title=title,
        question="Which item is each column of the foreign file?",
        data=data,
        base="every column of the file",
        source=_source(collection, path),
        caveat=(
            "A draft goes by likeness of words and knows nothing of what was meant. A guess has a "
            "question mark, which must be taken off before the crosswalk is read. A dash means "
            "that the column is left out."
        ),
        shown=data.drop(columns="status"),
    )


def faults(collection: Collection, report: Report) -> Finding:
    """What a check found wrong or odd, the same faults of a column together."""
    data = report.grouped.assign(status=collection.status)
    errors, warnings = report.errors, report.warnings
    shown = pd.DataFrame(
        {
            "severity": data["severity"],
            "column": data["column"],
            "where": data["rows"],
            "found": data["value"].map(_quoted),
            "expected": data["expected"],
            "what to do": data["remedy"],
        }
    )
    return Finding(
        key="own-faults",
        origin=collection.origin,
        title=(
            f"{words.sentence(words.counted(errors, 'error'))} "
            f"{'stops' if errors == 1 else 'stop'} the file; "
            f"{words.counted(warnings, 'warning')} "
            f"{'does' if warnings == 1 else 'do'} not"
        ),
        question="What is wrong with the file, where, and what is to be done?",
        data=data,
        base="every cell of the file",
        source=_source(collection, report.path),
        caveat=("A check sees what cannot be. An answer that could be and is not true passes."),
        shown=shown,
    )


def repairs(collection: Collection, report: Report) -> Finding:
    """Which repairs a check offers, and how many cells each would change."""
    data = report.repairs.assign(status=collection.status)
    kinds = data.groupby(["found", "becomes"], sort=False)["count"].sum().reset_index()
    cells = int(data["count"].sum())
    shown = kinds.sort_values("count", ascending=False, kind="stable").assign(
        found=lambda frame: frame["found"].map(_quoted),
        becomes=lambda frame: frame["becomes"].map(_quoted),
    )
    return Finding(
        key="own-repairs",
        origin=collection.origin,
        title=(
            f"{words.sentence(words.counted(len(kinds), 'repair'))} would put {cells:,} cells in "
            "order; none is made unasked"
        ),
        question="What would be changed in the file, how often, if you agree?",
        data=data,
        base="every cell whose meaning is plain and whose spelling is not the codebook's",
        source=_source(collection, report.path),
        caveat="Read the list before you agree. The file itself is never changed.",
        shown=shown.rename(columns={"count": "cells"}),
    )


def compared(collection: Collection, path: str | Path, crosswalk: str | Path) -> Finding:
    """Whether another file, read with its crosswalk, says the same as the collection's returns."""
    from csm_lib.own.check import read_returns

    items = list(collection.codebook)
    here, there = (
        returns.set_index(["authority", "year"])[items].astype("string")
        for returns in (
            collection.returns,
            read_returns(path, collection.codebook, crosswalk=crosswalk, repair=True),
        )
    )
    everyone = here.index.union(there.index)
    here, there = here.reindex(everyone), there.reindex(everyone)
    year = everyone.get_level_values("year")
    data = pd.DataFrame(
        {
            "returns": here.notna().any(axis=1).groupby(year).sum(),
            "answers": here.notna().sum(axis=1).groupby(year).sum(),
            "answers there": there.notna().sum(axis=1).groupby(year).sum(),
            "differing": (here.fillna("") != there.fillna("")).sum(axis=1).groupby(year).sum(),
        }
    ).reset_index()
    data["status"] = collection.status
    answers, differing = int(data["answers"].sum()), int(data["differing"].sum())
    return Finding(
        key="own-compared",
        origin=collection.origin,
        title=(
            f"{differing:,} of {answers:,} answers differ between the two files"
            if differing
            else f"All {answers:,} answers are the same in both files"
        ),
        question="Do the two files say the same?",
        data=data,
        base="every cell of every return",
        source=_source(collection, path),
        shown=data.drop(columns="status"),
    )


def falling(collection: Collection) -> Finding:
    """What falls from wave to wave in returns of your own; see `early_warning.falling`."""
    from csm_lib.survey import early_warning

    return dataclasses.replace(early_warning.falling(collection), key="own-falling")


def withheld(collection: Collection) -> Finding:
    """How many cells are withheld, for everyone and by region and type."""
    ways = {"everyone": [], "by region": ["region"], "by type": ["authority_type"]}
    rows = []
    for way, by in ways.items():
        if by and collection.returns[by[0]].isna().all():
            continue
        tally = collection.tally(list(collection.codebook), by=by)
        cells = tally.assign(hidden=tally["status"] == WITHHELD).groupby(
            ["section", "item", "year", *by], sort=False
        )["hidden"]
        hidden = cells.any()
        rows.append(
            {
                "shown": way,
                "cells": len(hidden),
                "withheld": int(hidden.sum()),
                "status": collection.status,
            }
        )
    data = pd.DataFrame(rows)
    first = data.iloc[0]
    return Finding(
        key="own-withheld",
        origin=collection.origin,
        title=(
            f"Of {first['cells']} cells for everyone {first['withheld']} are withheld"
            + "".join(f"; of {row['cells']} {row['shown']}, {row['withheld']}" for row in rows[1:])
        ),
        question=f"What is not shown, so that nobody can be told from a count below "
        f"{words.number(collection.threshold)}?",
        data=data,
        base="a cell is an item in a year, for everyone or for a region or type",
        source=_source(collection),
        caveat=(
            "A cell is withheld where it is small, and where it could be worked out from the "
            "others. The smaller the groups, the less can be shown."
        ),
        shown=data.drop(columns="status"),
    )


def _pattern(name: str) -> str:
    """The files that go by a name: returns come in several formats."""
    return name if "." in name else f"{name}.*"


def _source(collection: Collection, path: str | Path | None = None) -> str:
    """Where it comes from; of the path only the name of the file, as the rest is nobody's."""
    return collection.title if path is None else f"{collection.title}, {Path(path).name}"


def _quoted(text: str) -> str:
    """A text of a file in quotation marks, so that a space beside it is seen."""
    return f"“{text}”" if text else "–"
