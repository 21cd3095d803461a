"""No text dates the extended duty to cooperate as nobody can.

Section 193 came into force on 12 January 2010, while the forms were probably being filled in. It
is section 194, on Boards, that began in April; a sentence may speak of that, or of the paper.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parent.parent
TEXTS = [
    *sorted((ROOT / "book").rglob("*.md")),
    *sorted((ROOT / "book").rglob("*.py")),
    *sorted((ROOT / "notebooks").glob("*.ipynb")),
    *sorted((ROOT / "exercises").rglob("*.ipynb")),
    *sorted((ROOT / "csm_lib").rglob("*.py")),
]

APRIL = re.compile(r"(?=.*\bApril 2010\b)(?=.*\b(?:dut(?:y|ies)|bound|extension)\b)", re.I | re.S)
OF_BOARDS = re.compile(r"\bBoards?\b|\bseats?\b|\bthe paper\b", re.I)
NOT_SHOWN = re.compile(
    r"\b(?:after|before) both (?:years|forms)\b|\bafter both[.,;]"
    r"|\babout to be bound\b|\bnot yet come under\b"
    r"|\bcame under (?:it|the duty) (?:only )?in\b",
    re.I,
)


def dates_too_much(text: str) -> list[str]:
    """The sentences that date the extended duty as nobody can."""
    sentences = re.split(r"(?<=[.?!])\s+|\n\s*[-|#:]|\n\n", text)
    return [
        one
        for one in sentences
        if NOT_SHOWN.search(one) or (APRIL.search(one) and not OF_BOARDS.search(one))
    ]


def strings_in(source: str) -> Iterator[str]:
    """The texts of a module, whole, with dots for what is put into them."""
    inside = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            inside |= set(node.values)
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "..." for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in inside:
            yield node.value


def texts(path: Path) -> Iterator[str]:
    if path.suffix == ".py":
        yield from strings_in(path.read_text("utf-8"))
    elif path.suffix == ".ipynb":
        yield from (cell.source for cell in nbformat.read(path, as_version=4).cells)
    else:
        yield path.read_text("utf-8")


def test_no_text_says_that_the_duty_reached_the_new_partners_in_april_2010() -> None:
    assert ROOT / "book" / "teaching" / "seats.md" in TEXTS
    found = [
        (path.relative_to(ROOT).as_posix(), sentence)
        for path in TEXTS
        for text in texts(path)
        for sentence in dates_too_much(text)
    ]
    assert found == []


@pytest.mark.parametrize(
    "sentence",
    [
        "The duty reached them in April 2010, after all.",
        "The duty reached them after both years.",
        "Jobcentre Plus came under the duty only in\nApril 2010.",
        "Two of them had not yet come under the duty when they were counted.",
    ],
)
def test_a_date_that_cannot_be_shown_is_found(sentence: str) -> None:
    assert dates_too_much(f"It began early. {sentence} And so on.") == [sentence]


@pytest.mark.parametrize(
    "sentence",
    [
        "The duty reached them on 12 January 2010.",
        "The duty to have all partners on the Board began on 1 April 2010.",
        "The paper dates the duty to April 2010.",
        "They were counted in April 2010.",
    ],
)
def test_a_date_that_can_be_shown_may_stand(sentence: str) -> None:
    assert dates_too_much(sentence) == []
