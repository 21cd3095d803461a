"""The chapters of the book of any collection, and which of its findings come first.

They follow its data: what does not apply to it has no entry. (The chapters that follow the paper
are notebooks; see `csm_lib.notebooks`.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from csm_lib.codebook import CHARACTERISTIC, Item
from csm_lib.collection import Collection
from csm_lib.findings import Finding
from csm_lib.points import MOST_WORDS, MainPoints
from csm_lib.status import DRAWN
from csm_lib.survey import pages, sentences
from csm_lib.survey.evidence import LARGER, count, evidence, measures, named

FINDINGS, WHO, CHANGE, WARNING, EVIDENCE, CODEBOOK = (
    "findings", "who_answered", "change", "early_warning", "evidence", "codebook",
)  # fmt: skip
FIXED = (FINDINGS, WHO, CHANGE, WARNING, EVIDENCE, CODEBOOK, "explore")
"""Names of chapters that no section may have."""

_PORTS = (f"{port}{number}" for port in ("com", "lpt") for number in range(10))
DEVICES = (*"con prn aux nul".split(), *_PORTS)
"""Names that no file may have on some systems."""

MOST_POINTS = 5
"""So many main points, who answered among them."""

VERY_BLANK = 0.25
"""An item left blank by this part is a main point, if that is more than chance."""


@dataclass(frozen=True)
class Entry:
    """One finding of a chapter.

    Attributes
    ----------
    heading
        What stands above it; text from a codebook may be in it.
    call
        The call that makes it, as Python source: ``pages.shares(collection, 'membership')``.
    make
        Makes it.
    """

    heading: str
    call: str
    make: Callable[[], Finding] = field(repr=False, compare=False)


@dataclass(frozen=True)
class Chapter:
    """A chapter: some findings that belong together.

    Attributes
    ----------
    name
        Its name as a file: small letters, digits, dashes and underscores; unique.
    title, about
        What it is called, and what is said of it; text from a codebook may be in both, and
        ``about`` may be empty.
    entries
        Its findings, one or more.
    """

    name: str
    title: str
    about: str
    entries: Sequence[Entry]


def chapters_of(collection: Collection) -> tuple[Chapter, ...]:
    """Return the chapters that fit a collection, in the order in which a book has them.

    Nothing is drawn or worded here: each entry makes its finding when asked.
    """
    codebook = collection.codebook
    table = evidence(collection)
    by = _characteristics(collection)
    many = collection.many
    who = [_entry(collection, "How many", "answered")]
    who += [_entry(collection, f"By {collection.called(one)}", "answered_by", one) for one in by]
    if (table["kind"] == "blank").any():
        who.append(_entry(collection, "What was left blank", "blanks"))
    changed = list(dict.fromkeys(row["section"] for row in pages.rows_of(collection, "change")))
    change = [_entry(collection, codebook.title(one), "changes", one) for one in changed]
    if len(changed) > 1:
        change.insert(0, _entry(collection, "All together", "changes"))
    for row in pages.rows_of(collection, "number", by="year"):
        change.append(_entry(collection, codebook[row["item"]].name, "numbers", row["item"]))
    names = pages.names(codebook.sections, taken=(*FIXED, *DEVICES))
    sections = [
        Chapter(names[one], codebook.title(one), codebook.about(one), _section(collection, one, by))
        for one in codebook.sections
    ]
    warning = [_entry(collection, "What is falling", "falling")] if changed else []
    front = tuple(point.entry for point in _ranked(collection))
    items = (_entry(collection, "Items", "items"),)
    tested = (_entry(collection, "Every comparison", "tested"),) if len(table) else ()
    chapters = [
        Chapter(FINDINGS, "Findings at a glance", "", front),
        Chapter(WHO, "Who answered", f"How many {many} answered, and what was left blank.", who),
        *sections,
        Chapter(CHANGE, "What changed", "What rose, what fell, and how certain that is.", change),
        Chapter(WARNING, "Early warning", "What becomes rarer, and how certain that is.", warning),
        Chapter(CODEBOOK, "Codebook", "Every item of the questionnaire.", items),
        Chapter(EVIDENCE, "What was tested", "Every comparison this book speaks of.", tested),
    ]
    asked = any(chapter.entries for chapter in sections)
    return tuple(
        chapter for chapter in chapters if chapter.entries and (asked or chapter.name == CODEBOOK)
    )


def main_points(collection: Collection) -> MainPoints:
    """Return the main points of a collection: the titles of the findings at its front."""
    told: dict[str, str] = {}
    rows: dict[str, pd.DataFrame | None] = {}
    for point in _ranked(collection):
        made = point.entry.make()
        lead = point.section and f"{sentences.plain(point.section)}: "
        title = made.title[0].lower() + made.title[1:] if lead else made.title
        sentence = sentences.fitting(f"{lead}{title}.", f"{made.title}.")
        if len(sentence.split()) <= MOST_WORDS:
            told[made.key] = sentence
            rows[made.key] = point.rows
    return MainPoints(told, rows, pages=dict.fromkeys(told, ""))


class _Point(NamedTuple):
    """A finding at the front: how it ranks, the rows that its point draws, and its section."""

    tier: int
    size: float
    entry: Entry
    rows: pd.DataFrame | None
    section: str = ""


@lru_cache(maxsize=2)
def _ranked(collection: Collection) -> list[_Point]:
    """The findings that come first, by evidence and then by size.

    First what is more than chance explains; then, where there are several waves, that no change
    is; then what the sections hold, those whose items are furthest apart first; then what was left
    blank; last, who answered.
    """
    table, title = evidence(collection), collection.codebook.title
    told = table["change"].notna() | (table["kind"] == "group")
    firm = pages.dicts(table[(table["verdict"] == LARGER) & told])
    found = []

    def add(tier: int, rows: Sequence[sentences.Row], heading: str, call: str, *told: str) -> None:
        entry = _entry(collection, heading, call, *told)
        size = max(map(sentences.size, rows), default=0)
        found.append(_Point(tier, size, entry, _drawn(collection, rows)))

    changed = pages.rows_of(collection, "change")
    sections = list(dict.fromkeys(row["section"] for row in changed))
    if changed:
        only = sections if len(sections) == 1 else []
        tier = 0 if any(row["verdict"] == LARGER for row in changed) else 1
        add(tier, sentences.leading(changed), "What changed", "changes", *only)
    for row in firm:
        together = row["kind"] == "section" and pages.told_together(row, changed)
        if together and sections != [row["section"]]:
            heading = f"{title(row['section'])}: what changed"
            add(0, [row], heading, "changes", row["section"])
    for by in _characteristics(collection):
        differ = [row for row in firm if row["kind"] == "group" and row["by"] == by]
        if differ:
            top = max(differ, key=sentences.size)
            heading = f"{title(top['section'])}: by {collection.called(by)}"
            add(0, [top], heading, "groups", top["section"], by)
    for row in firm:
        if row["kind"] == "number":
            split = [] if row["by"] == "year" else [row["by"]]
            name = collection.codebook[row["item"]].name
            add(0, [row], name, "numbers", row["item"], *split)
    for section in collection.codebook.sections:
        who = all(item.kind == CHARACTERISTIC for item in _asked(collection, section))
        for entry in _section(collection, section, [])[:1]:
            if who or entry.call in {point.entry.call for point in found}:
                continue
            ends = _ends(collection, section)
            apart = 0.0 if ends is None else float(np.ptp(ends["share"]))
            entry = Entry(title(section), entry.call, entry.make)
            found.append(_Point(2, apart, entry, ends, title(section)))
    for row in firm:
        if row["by"] == "item" and row["to_yes"] >= VERY_BLANK * row["to_base"]:
            add(3, [row], "What was left blank", "blanks")
            break
    found.sort(key=lambda point: (point.tier, -point.size))
    last = _Point(4, 0, _entry(collection, "Who answered", "answered"), None)  # a line, no chart
    return [*found[: MOST_POINTS - 1], last]


def _drawn(collection: Collection, rows: Sequence[sentences.Row]) -> pd.DataFrame | None:
    """The shares that rows of the evidence compare, as a tally; ``None`` where none is shown."""
    if not rows or bool(pd.isna(rows[0]["change"])) or rows[0]["kind"] == "number":
        return None
    row = rows[0]
    if row["kind"] == "change":
        names = {one["measure"] for one in rows}
        some = [one for one in named(collection).values() if one.name in names]
        years = {int(row[side]) for row in rows for side in ("from", "turn", "to") if row[side]}
        return count(collection, some, years=sorted(years))
    shares = [(row[s], int(row[f"{s}_yes"]), int(row[f"{s}_base"])) for s in ("from", "to")]
    data = pd.DataFrame(shares, columns=["item", "yes", "base"])
    data = data.assign(label=data["item"], answer="yes", no_answer=0, status=row["status"])
    return data.assign(share=data["yes"] / data["base"])


def _ends(collection: Collection, section: str) -> pd.DataFrame | None:
    """The items of a section that its title names, in its last wave; ``None`` where it names none.

    Their order is that of the title: the most on balance first.
    """
    asked = [item for item in _asked(collection, section) if not item.is_number]
    if not asked:
        return None
    kind = asked[0].response
    some = [item for item in asked if item.response == kind]
    rows = pages.last_of(count(collection, measures(some))).sort_values("share", kind="stable")
    if kind != "yes_no" and len(rows):
        last = pages.last_of(collection.tally([item.item for item in some]))
        if last.empty or not some[0].sides:
            return None
        order = pages.balance(collection, last).index
        rows = rows.set_index("item").reindex(order).dropna(subset="share").reset_index()
    return rows.iloc[[-1, 0][: len(rows)]] if len(rows) else None


def _asked(collection: Collection, section: str) -> list[Item]:
    """The items of a section that were asked in a wave of these returns."""
    items = map(collection.codebook.__getitem__, collection.codebook.section(section))
    return [item for item in items if {*collection.years} & {*item.held}]


def _section(collection: Collection, section: str, by: list[str]) -> list[Entry]:
    """The findings of a section: its answers by kind, and its groups where two are large enough."""
    asked, found = _asked(collection, section), []
    for kind in dict.fromkeys(item.response for item in asked if not item.is_number):
        some = [item.label for item in asked if item.response == kind]
        heading = some[0] if len(some) == 1 else "Item by item"
        told = (section,) if kind == "yes_no" else (section, kind)
        found.append(_entry(collection, heading, "answers", *told))
    for one in by:
        if pages.rows_of(collection, "group", section=section, by=one):
            found.append(_entry(collection, f"By {collection.called(one)}", "groups", section, one))
    for item in asked:
        if item.is_number:
            rows = pages.rows_of(collection, "number", item=item.item)
            split = [r["by"] for r in rows if pd.notna(r["change"]) or r["verdict"] == LARGER]
            found.append(_entry(collection, item.name, "numbers", item.item))
            for one in (one for one in by if one in split):
                heading = f"{item.name}: by {collection.called(one)}"
                found.append(_entry(collection, heading, "numbers", item.item, one))
    return found


def _characteristics(collection: Collection) -> list[str]:
    """The characteristics by which a collection is split: known, with several groups, not drawn."""
    if collection.status == DRAWN:
        return []
    return [by for by in collection.split if collection.groups(by).nunique() > 1]


def _entry(collection: Collection, heading: str, function: str, *told: str) -> Entry:
    """An entry whose call and whose maker are one and the same."""
    call = ", ".join(["collection", *map(repr, told)])
    make = partial(getattr(pages, function), collection, *told)
    return Entry(heading, f"pages.{function}({call})", make)
