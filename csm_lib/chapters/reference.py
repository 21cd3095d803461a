"""The questionnaire, section by section, for looking things up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from csm_lib import words
from csm_lib.codebook import DUTIES
from csm_lib.finding import Finding

if TYPE_CHECKING:
    from csm_lib.collection import Collection


def items(collection: Collection) -> Finding:
    """Every item: what was asked, in which years, of whom, and where the source speaks of it."""
    codebook = collection.codebook
    data = pd.DataFrame(
        [
            {
                "item": item.item,
                "section": item.section.replace("_", " "),
                "question": item.question,
                "answers": ", ".join(item.answers),
                "years": ", ".join(
                    f"{year} (not held)" if year in item.not_held else str(year)
                    for year in item.years
                ),
                "asked if": item.asked_if or "–",
                "duty": DUTIES[item.duty],
                "place and note": f"{item.place}. {item.note}".strip(),
            }
            for item in codebook.values()
        ]
    )
    return Finding(
        key="codebook",
        title=(
            f"The book knows {len(codebook)} items in "
            f"{words.counted(len(codebook.sections), 'section')}"
        ),
        question="What was asked, in which years, and of whom?",
        data=data,
        base="every item whose name and at least one value are printed",
        source="Devanney and Wistow (2013); the questions are in this book's words",
        caveat=(
            "The questionnaire itself is not printed. An item without a printed name is not here."
        ),
    )
