"""Repairs on offer: what a cell most likely means where it is not written as the codebook has it.

Nothing is repaired in silence, and nothing is guessed. A repair is offered only where the text has
one meaning: ``2`` is never taken for no, and ``1`` for yes only where the whole file speaks in
noughts and ones. The report lists each repair with how often it would be made.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from csm_lib.codebook import Item

MANY = 10_000
"""A column with more different texts than this holds no answers to choose from."""

YES, NO = frozenset({"y", "yes", "true"}), frozenset({"n", "no", "false"})
TICKS = frozenset("✓✔☑")
CROSS = "x"
"""A cross means yes, as on a ballot, unless there are ticks beside it in its column."""

NUMBERS = {"1": "yes", "0": "no"}

_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")


class Repair(NamedTuple):
    """What a text is read as, and why."""

    becomes: str
    rule: str


def is_number(text: str) -> bool:
    """Whether a text is a number, which may be a code."""
    return bool(_NUMBER.fullmatch(text.strip()))


def speaks_in_noughts_and_ones(columns: Iterable[Sequence[str]]) -> bool:
    """Whether yes/no columns hold no other numbers than 0 and 1, so that these mean no and yes.

    With another number anywhere (2, 9) a key is in use that only its maker knows: there, 0 may
    well mean no answer.
    """
    return not any(
        is_number(text) and text.strip() not in NUMBERS
        for texts in columns
        for text in texts[:MANY]
    )


def of_answers(
    texts: Sequence[str],
    item: Item,
    *,
    value_labels: Mapping[str, str] | None = None,
    numbers: bool = False,
) -> dict[str, Repair]:
    """Return the repairs on offer for the different texts of an item's column.

    Parameters
    ----------
    texts
        Every text that stands in the column, once.
    item
        The item.
    value_labels
        What the file itself says of its codes.
    numbers
        Whether 1 and 0 may be read as yes and no, if the column holds nothing else.
    """
    if len(texts) > MANY:
        return {}
    names: dict[str, set[str]] = {}
    for answer, label in item.answers.items():
        for name in (answer, label):
            names.setdefault(_plain(name), set()).add(answer)
    yes_no = item.response == "yes_no"
    stripped = {text.strip() for text in texts}
    cross = not stripped & TICKS
    numbers = numbers and yes_no and not value_labels and stripped <= {*NUMBERS, ""}
    repairs = {}
    for text in texts:
        if text in item.answers or not text:
            continue
        if value_labels and text in value_labels:
            found = _answer(value_labels[text], item, names, yes_no=yes_no, cross=cross)
            if found is not None:
                repairs[text] = Repair(found.becomes, "code")
        else:
            found = _answer(text, item, names, yes_no=yes_no, cross=cross)
            if found is not None:
                repairs[text] = found
            elif numbers and text.strip() in NUMBERS:
                repairs[text] = Repair(NUMBERS[text.strip()], "number")
    return repairs


def _answer(
    text: str, item: Item, names: Mapping[str, set[str]], *, yes_no: bool, cross: bool
) -> Repair | None:
    """Return the one answer that a text can mean, if there is one."""
    stripped = text.strip()
    if not stripped or stripped in item.answers:
        return Repair(stripped, "spaces")
    plain = _plain(text)
    meant = names.get(plain, set())
    if len(meant) == 1:
        (answer,) = meant
        return Repair(answer, "case" if plain == _plain(answer) else "label")
    if yes_no and not meant:
        if plain in YES or plain in TICKS or (plain == CROSS and cross):
            return Repair("yes", "synonym")
        if plain in NO:
            return Repair("no", "synonym")
    return None


def of_names(
    texts: pd.Index,
    *,
    known: Collection[str] = (),
    value_labels: Mapping[str, str] | None = None,
) -> dict[str, Repair]:
    """Return the repairs on offer for names: of authorities, regions, types, and for years.

    Parameters
    ----------
    texts
        Every text that stands in the column, once.
    known
        The names there are, where a list of them is at hand.
    value_labels
        What the file itself says of its codes.
    """
    repairs: dict[str, Repair] = {}
    for code, label in (value_labels or {}).items():
        if code in texts and code not in known and label.strip():
            repairs[code] = Repair(label.strip(), "code")
    stripped = texts.str.strip()
    for text, becomes in zip(texts[stripped != texts], stripped[stripped != texts], strict=True):
        repairs.setdefault(str(text), Repair(str(becomes), "spaces"))
    if known and len(texts) <= MANY:
        names: dict[str, set[str]] = {}
        for name, key in zip(known, keys(list(known)), strict=True):
            names.setdefault(key, set()).add(name)
        for text, key in zip(texts, keys(texts), strict=True):
            meant = names.get(key, set())
            if text not in known and len(meant) == 1 and text.strip() not in known:
                repairs[str(text)] = Repair(next(iter(meant)), "name")
    return repairs


def keys(texts: pd.Index | Sequence[str]) -> list[str]:
    """Return each text without spaces and capitals: what two ways to write a name share."""
    plain = pc.utf8_lower(pc.utf8_normalize(pa.array(texts, pa.string()), form="NFKC"))
    spaceless = pc.replace_substring_regex(plain, pattern=r"[\s\p{Z}\p{Cf}]+", replacement="")
    return [str(key) for key in spaceless.to_pylist()]


def _plain(text: str) -> str:
    """Text in small letters, with single spaces between its words."""
    return " ".join(text.split()).casefold()
