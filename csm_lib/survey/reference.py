"""The questionnaire, section by section, for looking things up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from csm_lib import words
from csm_lib.codebook import ANSWERS, DUTIES
from csm_lib.findings import Finding

if TYPE_CHECKING:
    from csm_lib.codebook import Codebook, Item
    from csm_lib.collection import Collection


def items(collection: Collection) -> Finding:
    """Every item: what was asked, in which years, of whom, and where the source speaks of it.

    Returns
    -------
    Finding
        One row of its data is an item. Columns that would say nothing of any item are left out.
    """
    codebook = collection.codebook
    data = pd.DataFrame([_row(codebook, item) for item in codebook.values()])
    for column, nothing in (("asked if", "–"), ("duty", DUTIES["none"]), ("place and note", "")):
        if (data[column] == nothing).all():
            data = data.drop(columns=column)
    return Finding(
        key="codebook",
        title=(
            f"The book knows {len(codebook)} item{'' if len(codebook) == 1 else 's'} in "
            f"{words.counted(len(codebook.sections), 'section')}"
        ),
        question="What was asked, in which years, and of whom?",
        data=data,
        base="every item of the codebook",
        source=collection.title,
        caveat="",
        origin=collection.origin,
    )


def _row(codebook: Codebook, item: Item) -> dict[str, str]:
    own = codebook.headings.get(item.section)
    known = item.response in ANSWERS
    place = f"{item.place}. " if item.place else ""
    return {
        "item": item.item,
        "section": codebook.title(item.section) if own else item.section.replace("_", " "),
        "question": item.question,
        "answers": ", ".join(item.answers if known else item.answers.values()),
        "years": ", ".join(
            f"{year} (not held)" if year in item.not_held else str(year) for year in item.years
        ),
        "asked if": item.asked_if or "–",
        "duty": DUTIES[item.duty],
        "place and note": f"{place}{item.note}".strip(),
    }
