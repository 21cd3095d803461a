"""The chapters of the book of any collection, and which of its findings come first.

They follow its data: what does not apply to it has no entry. (The chapters that follow the paper
are notebooks; see `csm_lib.notebooks`.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
from csm_lib.survey.evidence import LARGER, count, evidence
from csm_lib.survey.sentences import Row

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

EACH = "Item by item"
"""The heading of the answers to several items."""

VERY_BLANK = 0.25
"""An item left blank by this part is a main point, if that is more than chance."""


class Entry(NamedTuple):
    """One finding of a chapter: what stands above it, the call that makes it, and its maker.

    Text from a codebook may be in the heading; the call is Python source, as in
    ``pages.answers(collection, 'membership')``.
    """

    heading: str
    call: str
    make: Callable[[], Finding]


class Chapter(NamedTuple):
    """Some findings that belong together, one or more.

    Its name is that of a file: small letters, digits, dashes and underscores; unique. Text from a
    codebook may be in ``title`` and in ``about``, what is said of it, which may be empty.
    """

    name: str
    title: str
    about: str
    entries: Sequence[Entry]


def chapters_of(collection: Collection) -> tuple[Chapter, ...]:
    """Return the chapters that fit a collection, in the order in which a book has them.

    Nothing is drawn or worded here: each entry makes its finding when asked.
    """
    codebook, table, by = collection.codebook, evidence(collection), _characteristics(collection)
    many, entry = collection.many, partial(_entry, collection)
    who = [entry("How many", "answered")]
    who += [entry(f"By {collection.called(one)}", "answered_by", one) for one in by]
    who += [entry("What was left blank", "blanks")] * bool((table["kind"] == "blank").any())
    changed = list(dict.fromkeys(row["section"] for row in pages.rows_of(collection, "change")))
    change = [entry("All together", "changes")] * (len(changed) > 1)
    change += [entry(codebook.title(one), "changes", one) for one in changed]
    numbers = [row["item"] for row in pages.rows_of(collection, "number", by="year")]
    change += [entry(codebook[item].name, "numbers", item) for item in numbers]
    names = pages.names(codebook.sections, taken=(*FIXED, *DEVICES))
    sections = [
        Chapter(names[one], codebook.title(one), codebook.about(one), _section(collection, one, by))
        for one in codebook.sections
    ]
    warning = [entry("What is falling", "falling")] * bool(changed)
    for row in pages.rows_of(collection, "number", by="year", verdict=LARGER):
        item = codebook[row["item"]]
        if row["direction"] == (1 if item.direction == "bad" else -1):
            warning.append(entry(item.name, "numbers", item.item))
    front = [point.entry for point in _ranked(collection)]
    items = [entry("Items", "items")]
    tested = [entry("Every comparison", "tested")] * bool(len(table))
    chapters = [
        Chapter(FINDINGS, "Findings at a glance", "", front),
        Chapter(WHO, "Who answered", f"How many {many} answered, and what was left blank.", who),
        *sections,
        Chapter(CHANGE, "What changed", "What rose, what fell, and how certain that is.", change),
        Chapter(WARNING, "Early warning", "What fell, or rose though it is bad.", warning),
        Chapter(CODEBOOK, "Codebook", "Every item of the questionnaire.", items),
        Chapter(EVIDENCE, "What was tested", "Every comparison this book speaks of.", tested),
    ]
    asked = any(chapter.entries for chapter in sections)
    return tuple(one for one in chapters if one.entries and (asked or one.name == CODEBOOK))


def main_points(collection: Collection) -> MainPoints:
    """Return the main points of a collection: the titles of the findings at its front."""
    told, rows = dict[str, str](), dict[str, pd.DataFrame | None]()
    for point in _ranked(collection):
        made = point.entry.make()
        sentence = f"{made.title}."
        if point.section:
            lead = f"{sentences.plain(point.section)}: {sentence[0].lower()}{sentence[1:]}"
            sentence = sentences.fitting(lead, sentence)
        if len(sentence.split()) <= MOST_WORDS:
            told[made.key] = sentence
            rows[made.key] = point.drawn()
    return MainPoints(told, rows, pages=dict.fromkeys(told, ""))


class _Point(NamedTuple):
    """A finding at the front: how it ranks, what its point draws, if anything, and its section.

    Of those with the same ``once``, one is enough.
    """

    tier: int
    size: float
    entry: Entry
    drawn: Callable[[], pd.DataFrame | None]
    once: str
    section: str = ""


@lru_cache(maxsize=2)
def _ranked(collection: Collection) -> list[_Point]:
    """The findings that come first, by evidence and then by size; who answered comes last."""
    found: dict[str, _Point] = {}
    for point in sorted(_points(collection), key=lambda point: (point.tier, -point.size)):
        found.setdefault(point.once, point)
    last = _Point(4, 0, _entry(collection, "Who answered", "answered"), lambda: None, "")
    return [*list(found.values())[: MOST_POINTS - 1], last]


def _points(collection: Collection) -> Iterator[_Point]:
    """What may come first, by tiers.

    First what is more than chance explains; then, where there are several waves, that no change
    is; then what the sections hold, those whose items are furthest apart first; then what was left
    blank.
    """
    codebook, title, table = collection.codebook, collection.codebook.title, evidence(collection)

    def point(tier: int, rows: Sequence[Row], *told: str, once: str = "") -> _Point:
        entry = _entry(collection, *told)
        size = max(map(sentences.size, rows), default=0)
        return _Point(tier, size, entry, partial(_drawn, collection, rows), once or entry.call)

    changed = pages.rows_of(collection, "change")
    sections = list(dict.fromkeys(row["section"] for row in changed))
    if changed:
        only = sections if len(sections) == 1 else []
        tier = 0 if any(row["verdict"] == LARGER for row in changed) else 1
        yield point(tier, sentences.leading(changed), "What changed", "changes", *only)
    told = table["change"].notna() | (table["kind"] == "group")
    for row in pages.dicts(table[(table["verdict"] == LARGER) & told]):
        kind, section, by, item = (row[name] for name in ("kind", "section", "by", "item"))
        if kind == "section" and pages.told_together(row, changed) and sections != [section]:
            yield point(0, [row], f"{title(section)}: what changed", "changes", section)
        elif kind == "group":
            heading = f"{title(section)}: by {collection.called(by)}"
            yield point(0, [row], heading, "groups", section, by, once=by)
        elif kind == "number":
            yield point(0, [row], codebook[item].name, "numbers", item, *[by] * (by != "year"))
        elif by == "item" and row["to_yes"] >= VERY_BLANK * row["to_base"]:
            yield point(3, [row], "What was left blank", "blanks")
    for section in codebook.sections:
        asked = _asked(collection, section)
        who = all(item.kind == CHARACTERISTIC for item in asked)
        for heading, call, make in _section(collection, section, [])[: not who]:
            ends, drawn, apart = _ends(collection, section), None, 0.0
            if ends is not None:
                apart = float(np.ptp(ends["share"]))
                drawn = ends[ends["counted"]].drop(columns="counted")
                drawn = drawn if len(drawn) else None
            entry, first = Entry(title(section), call, make), asked[0]
            named = heading == EACH or first.is_number or first.sides or first.response == "yes_no"
            lead = title(section) if named else heading  # of one question, the title has no name
            yield _Point(2, apart, entry, partial(lambda drawn: drawn, drawn), call, lead)


def _drawn(collection: Collection, rows: Sequence[Row]) -> pd.DataFrame | None:
    """The shares that rows of the evidence compare, as a tally; ``None`` where none is shown."""
    if not rows or bool(pd.isna(rows[0]["change"])) or rows[0]["kind"] == "number":
        return None
    row = rows[0]
    if row["kind"] == "change":
        years = {int(row[side]) for row in rows for side in ("from", "turn", "to") if row[side]}
        return count(collection, [row["measure"] for row in rows], years=sorted(years))
    shares = [(row[s], int(row[f"{s}_yes"]), int(row[f"{s}_base"])) for s in ("from", "to")]
    data = pd.DataFrame(shares, columns=["item", "yes", "base"])
    called = data["item"].map(collection.wave) if row["by"] == "year" else data["item"]
    data = data.assign(label=called, answer="yes", no_answer=0, status=row["status"])
    return data.assign(share=data["yes"] / data["base"])


def _ends(collection: Collection, section: str) -> pd.DataFrame | None:
    """The items of a section that its title names, in its last wave; ``None`` where it names none.

    Their order is that of the title: the most on balance first. ``counted`` is false of an item
    of which the title tells how many stand against it.
    """
    asked = [item for item in _asked(collection, section) if not item.is_number]
    some = [item.item for item in asked if item.response == asked[0].response]
    if not some or not (asked[0].sides or asked[0].response == "yes_no"):
        return None
    rows = pages.enough(pages.last_of(count(collection, some)))
    rows = rows.sort_values("share", kind="stable").assign(counted=True)
    if asked[0].sides:
        last = pages.last_of(collection.tally(some))
        if last.empty:
            return None
        table = pages.balance(collection, last)
        rows = rows.set_index("item").reindex(table.index).dropna(subset="share").reset_index()
        rows["counted"] = (table["for"] >= table["against"])[rows["item"]].to_numpy()
    return rows.iloc[[-1, 0][: len(rows)]] if len(rows) else None


def _asked(collection: Collection, section: str) -> list[Item]:
    """The items of a section that were asked in a wave of these returns."""
    items = map(collection.codebook.__getitem__, collection.codebook.section(section))
    return [item for item in items if {*collection.years} & {*item.held}]


def _section(collection: Collection, section: str, by: list[str]) -> list[Entry]:
    """The findings of a section: its answers by kind, and its groups where two are large enough."""
    asked, entry, found = _asked(collection, section), partial(_entry, collection), []
    for kind in dict.fromkeys(item.response for item in asked if not item.is_number):
        some = [item.label for item in asked if item.response == kind]
        heading = some[0] if len(some) == 1 else EACH
        told = (section,) if kind == "yes_no" else (section, kind)
        found.append(entry(heading, "answers", *told))
    for one in by:
        if pages.rows_of(collection, "group", section=section, by=one):
            found.append(entry(f"By {collection.called(one)}", "groups", section, one))
    for name, item in ((one.name, one.item) for one in asked if one.is_number):
        rows = pages.rows_of(collection, "number", item=item)
        split = {row["by"] for row in rows if pd.notna(row["change"]) or row["verdict"] == LARGER}
        found.append(entry(name, "numbers", item))
        for one in (one for one in by if one in split):
            found.append(entry(f"{name}: by {collection.called(one)}", "numbers", item, one))
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
