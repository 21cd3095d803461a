"""The findings of a collection, chapter by chapter.

They follow its data: what does not apply to it has no entry. (The chapters that follow the paper
are notebooks; see `csm_lib.notebooks`.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING

from csm_lib.aggregate import CHARACTERISTICS, NOT_KNOWN
from csm_lib.collection import Collection
from csm_lib.status import DRAWN

if TYPE_CHECKING:
    import pandas as pd

    from csm_lib.findings import Finding

FINDINGS, WHO, CHANGE, WARNING, CODEBOOK = (
    "findings",
    "who_answered",
    "change",
    "early_warning",
    "codebook",
)
FIXED = (FINDINGS, WHO, CHANGE, WARNING, CODEBOOK, "explore")
"""Names of chapters that no section may have."""

# Names that no file may have on some systems.
DEVICES = (
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)),
)

TELLING = 2
"""So many sections stand among the findings at a glance for what changed, and as many others
for what they hold."""


@dataclass(frozen=True)
class Entry:
    """One finding of a chapter.

    Attributes
    ----------
    heading
        What stands above it; text from a codebook may be in it.
    call
        The call that makes it, as Python source: ``section.shares(collection, 'membership')``.
        It needs the modules that its chapter names, and ``collection``.
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
    imports
        Modules of `csm_lib.survey` that its calls need.
    entries
        Its findings, one or more.
    """

    name: str
    title: str
    about: str
    imports: tuple[str, ...]
    entries: tuple[Entry, ...]


def chapters_of(collection: Collection) -> tuple[Chapter, ...]:
    """Return the chapters that fit a collection, in the order in which a book has them.

    Nothing is drawn or worded here: each entry makes its finding when asked. What a wave, a
    region or a section can bear is looked up in the counts.
    """
    from csm_lib.survey import section  # heavy; the chapters that ship do without

    codebook = collection.codebook
    names = section.names(codebook.sections, taken=(*FIXED, *DEVICES))
    held = {one: _Held(collection, one) for one in codebook.sections}
    held = {one: found for one, found in held.items() if found.asked}
    by = [one for one in CHARACTERISTICS if len(_groups(collection, one)) > 1]
    # which drawn row stands in which group was drawn, too
    split = [] if collection.status == DRAWN else by

    who = [
        _entry(collection, "How many", "response.answered"),
        *(
            _entry(collection, heading, f"response.{function}")
            for characteristic, heading, function in (
                ("region", "By region", "by_region"),
                ("authority_type", "By type", "by_type"),
            )
            if characteristic in by
        ),
    ]
    if held:
        who.append(_entry(collection, "What was left blank", "response.blanks"))
    sections = [
        _chapter(names[one], codebook.title(one), codebook.about(one), found.entries(split))
        for one, found in held.items()
    ]
    moved = [one for one, found in held.items() if found.moved is not None]
    change = [_entry(collection, codebook.title(one), "section.change", one) for one in moved]
    if len(change) > 1:
        change.insert(0, _entry(collection, "Section by section", "section.changes_by_section"))
    chapters = [
        _chapter(FINDINGS, "Findings at a glance", "", _glance(collection, held)),
        _chapter(
            WHO,
            "Who answered",
            f"How many {collection.many} answered, and what they left out.",
            who,
        ),
        *sections,
        _chapter(CHANGE, "What changed", "What rose, what fell, and what is firm in it.", change),
        _chapter(
            WARNING,
            "Early warning",
            "What falls from wave to wave.",
            _warning(collection, held, split),
        ),
        _chapter(
            CODEBOOK,
            "Codebook",
            "Every item of the questionnaire.",
            [_entry(collection, "Items", "reference.items")],
        ),
    ]
    return tuple(chapter for chapter in chapters if chapter.entries)


class _Held:
    """What a section of a collection has to show."""

    def __init__(self, collection: Collection, name: str) -> None:
        from csm_lib.survey import section

        self.collection, self.name = collection, name
        self.kinds = section.kinds_of(collection, name)
        self.yes_no = collection.tally(section.items_of(collection, name, "yes_no"))
        self.figures = section.figures(self.yes_no)
        opener = self.figures["item"].map(lambda item: collection.codebook[item].asked_if)
        self.open = self.figures[opener.isna()]
        self.moved = _largest_change(self.open)

    @property
    def asked(self) -> bool:
        """Whether anything of it was asked in a wave of these returns."""
        return bool(self.kinds) or len(self.yes_no) > 0

    @property
    def spread(self) -> float:
        """How far apart its items are in its last wave."""
        rows = self.figures[self.figures["year"] == self.figures["year"].max()]
        shares = rows["yes"] / rows["base"]
        return float(shares.max() - shares.min()) if len(rows) else -1.0

    def lead(self) -> Entry:
        """The entry that tells most of it."""
        return self.entries([])[0]

    def entries(self, by: list[str]) -> list[Entry]:
        """Its findings, with those by group where figures of two groups can be shown."""
        from csm_lib.survey import section

        collection, name = self.collection, self.name
        codebook = collection.codebook
        found = []
        if len(self.yes_no):
            found.append(_entry(collection, "Item by item", "section.shares", name))
        for kind in self.kinds:
            told = [name] if len(self.kinds) == 1 else [name, kind]
            labels = [
                codebook[item].label
                for item in codebook.section(name)
                if codebook[item].response == kind
            ]
            heading = labels[0] if len(labels) == 1 else "Answer by answer"
            found.append(_entry(collection, heading, "section.answers", *told))
        for one in by if len(self.figures) else ():
            if self._shown_by(one):
                heading = f"By {section.spoken(one)}"
                found.append(_entry(collection, heading, "section.groups", name, one))
        return found

    def _shown_by(self, one: str) -> bool:
        from csm_lib.survey import section

        last = int(self.yes_no["year"].max())
        items = section.items_of(self.collection, self.name, "yes_no")
        rows = section.figures(self.collection.tally(items, by=[one], years=[last]))
        groups = rows[rows[one] != NOT_KNOWN].groupby("item")[one].nunique()
        return bool((groups > 1).any())


def _glance(collection: Collection, held: dict[str, _Held]) -> list[Entry]:
    """The findings at a glance: who answered, what moved most, where answers differ most."""
    codebook = collection.codebook
    found = [_entry(collection, "Who answered", "response.answered")]
    sizes = {one: size for one in held if (size := held[one].moved)}
    told = sorted(sizes, key=lambda one: -sizes[one])[:TELLING]
    others = sorted((one for one in held if one not in told), key=lambda one: -held[one].spread)
    leads = [one for one in held if one in others[:TELLING]]
    found += [
        _renamed(held[one].lead(), codebook.title(one)) for one in leads
    ]  # in the order of the codebook
    found += [
        _entry(collection, f"{codebook.title(one)}: what changed", "section.change", one)
        for one in told
    ]
    warning = _warning(collection, held, [])
    return found + [_renamed(entry, "What is falling") for entry in warning]


def _warning(collection: Collection, held: dict[str, _Held], by: list[str]) -> list[Entry]:
    """The early warning, where an item has a figure in the last wave and in one before."""
    from csm_lib.survey import section

    last = collection.years[-1]
    waves: dict[str, set[int]] = {}
    for found in held.values():
        for item, year in zip(found.open["item"], found.open["year"], strict=True):
            waves.setdefault(item, set()).add(int(year))
    items = [item for item, years in waves.items() if last in years and len(years) > 1]
    if not items:
        return []
    entries = [_entry(collection, "What is falling", "early_warning.falling")]
    for one in by:
        rows = collection.tally(items, by=[one])
        rows = section.figures(rows[rows[one] != NOT_KNOWN])
        years = rows.groupby(["item", one], observed=True)["year"].agg(set)
        if any(last in seen and len(seen) > 1 for seen in years):
            heading = f"By {section.spoken(one)}"
            entries.append(_entry(collection, heading, "early_warning.falling_by", one))
    return entries


def _largest_change(rows: pd.DataFrame) -> float | None:
    """Return the largest change of a share from the first wave to the last; ``None`` without."""
    from csm_lib.aggregate import changes

    moved = changes(rows)
    return float(moved["change"].abs().max()) if len(moved) else None


def _groups(collection: Collection, by: str) -> list[str]:
    """Return the groups of a characteristic that the returns know."""
    if by not in collection.returns:
        return []
    return [str(group) for group in collection.returns[by].dropna().unique()]


# -- Entries --------------------------------------------------------------------------------------


def _entry(collection: Collection, heading: str, function: str, *told: str, **named: str) -> Entry:
    """An entry whose call and whose maker are one and the same."""
    module, _, name = function.partition(".")
    words = [*map(repr, told), *(f"{key}={value!r}" for key, value in named.items())]

    def make() -> Finding:
        call = getattr(import_module(f"csm_lib.survey.{module}"), name)
        finding: Finding = call(collection, *told, **named)
        return finding

    return Entry(heading, f"{function}({', '.join(['collection', *words])})", make)


def _renamed(entry: Entry, heading: str) -> Entry:
    return Entry(heading, entry.call, entry.make)


def _chapter(name: str, title: str, about: str, entries: list[Entry]) -> Chapter:
    modules = sorted({entry.call.partition(".")[0] for entry in entries})
    return Chapter(name, title, about, tuple(modules), tuple(entries))
