"""The texts of the books of invented collections, as they are kept under review.

`python tests/book_texts.py` writes ``tests/books/<collection>.txt`` anew. A change of wording is
then read as a diff; `tests/test_book_texts.py` fails until that is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from csm_lib.collection import Collection, open_collection
from csm_lib.findings import Finding
from csm_lib.points import MainPoints
from csm_lib.survey.catalogue import Chapter, chapters_of, main_points
from csm_lib.survey.evidence import evidence

TESTS = Path(__file__).parent
BOOKS = TESTS / "books"
INVENTED = [
    "councils", "family-hubs", "icb-boards", "libraries", "residents", "school-staff",
    "schools-mixed",
]  # fmt: skip
EXAMPLE = "partnership-board"


class Book(NamedTuple):
    """A book, made once."""

    collection: Collection
    evidence: pd.DataFrame
    chapters: tuple[Chapter, ...]
    found: Mapping[str, Finding]  # by the call that makes it
    points: MainPoints

    def finding(self, key: str) -> Finding:
        """The finding with that key."""
        return next(finding for finding in self.found.values() if finding.key == key)

    def row(self, kind: str, measure: str, by: str = "year") -> dict[str, Any]:
        """The row of the evidence on a measure."""
        return row_of(self.evidence, kind, measure, by)


def row_of(rows: pd.DataFrame, kind: str, measure: str, by: str = "year") -> dict[str, Any]:
    """The one row of some evidence on a measure, or on a section taken together."""
    names = rows["measure"].mask(rows["measure"] == "", rows["section"])
    same = (rows["kind"] == kind) & (names == measure) & (rows["by"] == by)
    (found,) = rows[same].to_dict("records")
    return found


@lru_cache
def book(name: str) -> Book:
    """The book of a collection in ``tests/collections``, or of the example."""
    example = TESTS.parent / "examples" / name
    collection = open_collection(example if name == EXAMPLE else TESTS / "collections" / name)
    chapters = chapters_of(collection)
    makers = {entry.call: entry.make for chapter in chapters for entry in chapter.entries}
    found = {call: make() for call, make in makers.items()}
    return Book(collection, evidence(collection), chapters, found, main_points(collection))


def text_of(name: str) -> str:
    """The whole text of a book, one thing a line; a finding told before is named by its key."""
    return "\n".join([*_lines(name), ""])


def _lines(name: str) -> Iterator[str]:
    yield f"= {book(name).collection.title}"
    for sentence in book(name).points.sentences.values():
        yield f"* {sentence}"
    before: set[str] = set()
    for chapter in book(name).chapters:
        yield from ("", f"== {chapter.title} ({chapter.name})")
        if chapter.about:
            yield chapter.about
        for entry in chapter.entries:
            found = book(name).found[entry.call]
            yield from ("", f"=== {entry.heading} ({found.key})")
            if found.key not in before:
                yield from _parts(found)
            before.add(found.key)


def _parts(found: Finding) -> Iterator[str]:
    parts = {
        "title": found.title,
        "question": found.question,
        "base": found.base,
        "note": found.caveat,
        "alt": found.alt,
        "status": "; ".join(f"{count} {status}" for status, count in found.status.items()),
        "label": found.label,
    }
    for what, text in parts.items():
        if text:
            yield f"{what}: {text}"


if __name__ == "__main__":
    BOOKS.mkdir(exist_ok=True)
    for name in (*INVENTED, EXAMPLE):
        # bytes, as a text would end its lines by the system's rules
        (BOOKS / f"{name}.txt").write_bytes(text_of(name).encode())
