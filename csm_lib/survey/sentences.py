"""How a row of the evidence, or a figure, is said: the labels verbatim, and no more than it bears.

The sentences stand in `templates/survey.txt`; here is what they are made with. A *row* is one of
`csm_lib.survey.evidence.evidence`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import pandas as pd

from csm_lib import words
from csm_lib.codebook import Item
from csm_lib.collection import Collection
from csm_lib.counts import format_percent
from csm_lib.findings import Finding, finding
from csm_lib.points import MOST_WORDS
from csm_lib.scales import said_of
from csm_lib.status import WITHHELD
from csm_lib.survey.evidence import CHANCE, LARGER, SIDES, UNTESTED, named
from csm_lib.templates import render

Row: TypeAlias = Mapping[str, Any]

MOST_NAMED = 2
"""So many are named in a sentence; of more, those that stand out, and how many there are."""

LITTLE = 0.01
"""A smaller change is called little, whichever way it went."""


def quoted(label: str) -> str:
    """A label as a sentence has it: verbatim, on one line, in quotation marks."""
    return f"“{plain(label)}”"


def plain(text: object) -> str:
    """A name of others inside a sentence: verbatim, on one line, isolated where it has to be."""
    return words.isolated(" ".join(words.legible(str(text)).split()))


def names(collection: Collection, measured: Iterable[str]) -> dict[str, str]:
    """What a sentence calls some measures, by their names.

    Of items with the same label each has its section behind it; where all of them are one item,
    its answers do without it.
    """
    some, found = {name: named(collection)[name] for name in measured}, {}
    items = {one.item.item: one.item for one in some.values()}
    labels = Counter(item.name.casefold() for item in items.values())
    for name, one in some.items():
        item, label = one.item, quoted(one.item.name)
        if labels[item.name.casefold()] > 1:
            label = f"{label} ({plain(collection.codebook.title(item.section))})"
        stem = said_of([item.answers[answer] for answer in item.agreed], "measure")
        found[name] = f"{stem or standing(item) + ' for'} {label}" if item.agreed else label
        if one.answer:
            of = f" for {label}" if labels.total() > 1 else ""
            found[name] = quoted(item.answers[one.answer]) + of
    return found


def standing(item: Item, side: str = "for") -> str:
    """The answers on a side of a scale, as a sentence has them: ``“Good” or “Very good”``."""
    labels = [quoted(item.answers[answer]) for answer, of in item.sides.items() if of == side]
    return words.listed(labels, "or")


def share(row: Row, side: str) -> str:
    """A figure of a row: ``72%``, or of a number its mean, ``39.8``."""
    if row["kind"] == "number":
        return words.quantity(*(row[f"{one}_mean"] for one in (side, *SIDES)))
    return format_percent(int(row[f"{side}_yes"]), int(row[f"{side}_base"]))


def full(row: Row, side: str) -> str:
    """A figure of a row in full: ``72% (107 of 148)``, or ``39.8 (median 41)``."""
    if row["kind"] == "number":
        return f"{share(row, side)} (median {words.quantity(row[f'{side}_median'])})"
    return words.of(int(row[f"{side}_yes"]), int(row[f"{side}_base"]))


def subject(collection: Collection, row: Row) -> str:
    """What a sentence on one measure calls it: by its statement, if it has one."""
    statement = collection.codebook[row["item"]].statement
    if statement and row["item"] == row["measure"]:
        return f"the share that {' '.join(statement.split())}"
    return names(collection, [row["measure"]])[row["measure"]]


def leading(rows: Sequence[Row]) -> list[Row]:
    """The changes that a sentence names: the largest rise and fall of what is not chance, if any.

    Where all of that went the same way, the two largest; where nothing is, of all there are.
    """
    rows = sorted(rows, key=lambda row: -size(row))
    firm = [row for row in rows if row["verdict"] == LARGER]
    ways = [next((row for row in firm or rows if row["direction"] == way), None) for way in (1, -1)]
    ends = [row for row in ways if row is not None and size(row) >= LITTLE]
    ends += [row for row in firm if row not in ends]
    return sorted(ends[:MOST_NAMED], key=lambda row: -size(row))


def fitting(*versions: str) -> str:
    """Return the first that is short enough to be a main point, or else the last."""
    return next((one for one in versions if len(one.split()) <= MOST_WORDS), versions[-1])


def size(row: Row) -> float:
    """How large a difference is: of a change that turned, up to its turn."""
    if row["kind"] == "change" and row["turn"]:
        return float(abs(row["turn_yes"] / row["turn_base"] - row["from_yes"] / row["from_base"]))
    return 0.0 if bool(pd.isna(row["change"])) else abs(float(row["change"]))


def numbers(*all_of: int) -> list[str]:
    """Numbers of one sentence: all in words, or all in figures."""
    spelt = max(all_of) <= words.MOST_SPELT
    return [words.number(one) if spelt else f"{one:,}" for one in all_of]


def apart(row: Row) -> str:
    """How far the two shares of a row are apart, or its means: ``7 points``, ``4.15``."""
    if row["kind"] == "number":
        return words.quantity(abs(row["to_mean"] - row["from_mean"]))
    return words.points(pd.Series(row))


def span(bases: Iterable[Any]) -> str:
    """The least and the most that answered: ``71 to 74``."""
    known = [int(base) for base in bases if pd.notna(base)]
    held = [base for base in known if base]
    return words.span(f"{min(held):,}", f"{max(held):,}") if held else "none" if known else WITHHELD


def answering(collection: Collection, which: str = "") -> str:
    """Those that answered, or people who did; or ``which`` of them."""
    pronoun = "who" if collection.unit == "person" else "that"
    return f"{which or plain(collection.many)} {pronoun} answered"


PARTS = re.compile(r"^(title|or|question|base|note|alt):", re.MULTILINE)
"""What begins a part of a page of `templates/survey.txt`."""

FUNCTIONS = (quoted, plain, share, full, size, numbers, answering, subject, span)
SAID: Mapping[str, Any] = {
    "larger": LARGER, "chance": CHANCE, "untested": UNTESTED, "little": LITTLE, "most": MOST_NAMED,
    "withheld": WITHHELD,
    "known": pd.notna, "went": words.went, "quantity": words.quantity,
    **{one.__name__: one for one in FUNCTIONS},
}  # fmt: skip
"""What `templates/survey.txt` makes its sentences with."""


def said(
    page: str, collection: Collection, data: pd.DataFrame, found: Mapping[str, Any], **how: Any
) -> Finding:
    """A finding, made as `how` says, whose texts are those of a page of `templates/survey.txt`.

    They are made of what was `found`, such as the ``rows`` of the evidence that it tells and the
    characteristic that it is split ``by``. The title is the first of those given that is short
    enough for a main point, or else the last.
    """
    rows = found.get("rows", ())
    items = [collection.codebook[row["item"]] for row in rows]
    values: dict[str, Any] = {
        "rows": rows,
        "scales": list(dict.fromkeys(standing(item) for item in items if item.agreed)),
        "firm": [row for row in rows if row["verdict"] == LARGER],
        "ends": leading(rows),
        "said": names(collection, (row["measure"] for row in rows)),
        "noun": "items" if all(row["item"] == row["measure"] for row in rows) else "shares",
        "people": plain(collection.many),
        "kind": plain(collection.called(found.get("by", ""))),
        "bases": span(data.get("base", ())),
        **found,
    }
    # a name of others begins no line, and so no part
    flat = {name: re.sub(r"\s+", " ", one) for name, one in values.items() if type(one) is str}
    text = render("survey.txt", page=page, c=collection, **SAID, **(values | flat))
    _, *parts = PARTS.split(text)
    each = [*zip(parts[::2], (" ".join(part.split()) for part in parts[1::2]), strict=True)]
    told = {part: text for part, text in each if text}
    title = fitting(*(text for part, text in each if part in ("title", "or")))
    label = f"{collection.label}. " if collection.label and "alt" in told else ""
    if "origin" not in data.attrs:
        how = {"of": collection} | how
    return finding(
        data,
        title=words.sentence(title),
        question=found.get("question") or told["question"],
        base=told["base"],
        note=told.get("note", ""),
        alt=label + told.get("alt", ""),
        **how,
    )
