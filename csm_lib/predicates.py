"""The statements of the paper, as `claims.csv` puts them: what is said, of what, beside what.

A check is made of clauses, which must all hold::

    few: board.private_sector.2009; rose: board.private_sector
    below: commissioning.maternity.2009 / commissioning_areas.2009

A clause names a predicate (a key of `GENERAL` or `SPECIAL`) and, after the colon, of what it is
said: items or sections, each with an answer where it has others than yes and no, and with a year
where one is meant. An item that is named must be held, or the clause cannot be checked; a section
counts as far as it is held, and cannot pass where the paper has more of it than it prints. After
a slash stands what these are compared with in the same year, themselves left out. ``together``
before a predicate adds them up. A clause in brackets is told and not judged. A bar stands between
two readings of a statement: where they come out differently it cannot be checked.

Most is more than half and few is fewer, in each year named; far is 25 points or more; nearly all
is 19 in 20. That a share rose or fell is decided by those answering in either year, and beside it
stands whether it is so among those who answered in both.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from csm_lib import words
from csm_lib.codebook import did_you_mean
from csm_lib.errors import CollectionError
from csm_lib.recovery import sample_list

if TYPE_CHECKING:
    from csm_lib.collection import Collection
    from csm_lib.frame import FrameList

Verdict = Literal["tested and passed", "possible", "disagrees", "cannot be checked"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
PASSED, POSSIBLE, DISAGREES, UNCHECKED = VERDICTS
GRAVITY = (PASSED, POSSIBLE, UNCHECKED, DISAGREES)

HALF, FAR, NEARLY_ALL = Fraction(1, 2), Fraction(1, 4), Fraction(19, 20)
LEVEL = 0.05
LISTED = 6  # of more than so many only the one nearest to failing is told


class Cell(NamedTuple):
    """How many gave an answer, of how many who answered, in a year; or before and in it."""

    item: str
    label: str
    answer: str
    year: int
    yes: int
    base: int
    blank: int
    before: Cell | None = None

    @property
    def value(self) -> Fraction:
        """The share, or how it changed, exactly."""
        return Fraction(self.yes, self.base) - (self.before.value if self.before else 0)

    @property
    def text(self) -> str:
        """The share with its counts: ``63% (46 of 73)``."""
        return words.of(self.yes, self.base)

    def __str__(self) -> str:
        label = words.within(self.label)
        if self.before is None:
            return f"{label} {self.text} in {self.year}"
        return f"{label} from {self.before.text} to {self.text}"


class Ruling(NamedTuple):
    """What becomes of a figure or a statement, and why.

    Of a figure also what the returns give, as text, and the chance that luck would pass it.
    """

    verdict: Verdict
    because: str
    computed: str = ""
    chance: float | None = None


@dataclass
class Known:
    """What figures and statements are held against: a collection, and the figures once judged."""

    collection: Collection
    judged: pd.DataFrame = field(default_factory=pd.DataFrame)

    @cached_property
    def published(self) -> pd.DataFrame:
        """The published figures."""
        return published_of(self.collection)

    @cached_property
    def cells(self) -> Mapping[tuple[str, int, str], Cell]:
        """The answers to all items, counted, by item, year and answer."""
        book = self.collection.codebook
        columns = ["item", "year", "answer", "yes", "base", "no_answer"]
        found = {}
        rows = self.collection.tally(list(book))[columns].to_numpy().tolist()
        for item, year, answer, *n in rows:
            which = "" if answer == "yes" else f" ({book[item].answers[answer]})"
            found[item, year, answer] = Cell(item, f"{book[item].label}{which}", answer, year, *n)
        return found

    @cached_property
    def best_list(self) -> FrameList:
        """The list of authorities on which the print fits best."""
        if self.collection.frame is None:
            path = self.collection.path
            raise CollectionError(f"{path}: has no frame.csv. The ledger needs it. Add it.")
        return sample_list(self.published, self.collection.frame)


def published_of(collection: Collection) -> pd.DataFrame:
    """Return the published figures of a collection, which must be there."""
    if collection.published is None:
        raise CollectionError(
            f"{collection.path}: has no published.csv, with which statements are compared. Add it."
        )
    return collection.published


def moves_of(cells: Iterable[Cell], years: Sequence[int]) -> list[Cell]:
    """Return the shares of the last year, with those of the first, of what is held in both."""
    held = {(one.item, one.answer, one.year): one for one in cells if one.base}
    pairs = [
        (held.get((item, answer, years[0])), one)
        for (item, answer, year), one in held.items()
        if year == years[-1] != years[0]
    ]
    return [one._replace(before=before) for before, one in pairs if before is not None]


def asked_of(published: pd.DataFrame, section: str) -> int:
    """Return how many items a section has as printed; 0 where that is not printed."""
    found = (published["item"] == section) & (published["statistic"] == "count")
    return int(published.loc[found, "value"].sum())


# -- Reading a check ----------------------------------------------------------------------------


class Clause(NamedTuple):
    """One clause of a check: what is said of the subjects, beside the others."""

    judged: bool
    together: bool
    predicate: str
    subjects: Sequence[str]
    others: Sequence[str]


def readings(check: str) -> list[list[Clause]]:
    """Read a check: the clauses of each of its readings."""
    return [[_clause(text.strip()) for text in reading.split(";")] for reading in check.split("|")]


def _clause(text: str) -> Clause:
    said, _, of = text.strip("()").partition(":")
    subjects, _, others = of.partition("/")
    predicate = said.removeprefix("together ")
    return Clause(
        not text.startswith("("), predicate != said, predicate, subjects.split(), others.split()
    )


def understood(check: str, collection: Collection) -> None:
    """Raise a CollectionError, with the remedy, for what a check says and nobody knows."""
    predicates = [*GENERAL, *SPECIAL]
    published = published_of(collection)
    figures = {*published["figure"], *published["item"]}
    for clause in [one for clauses in readings(check) for one in clauses]:
        if clause.predicate not in predicates:
            raise CollectionError(
                f"there is no predicate {clause.predicate!r}."
                f"{did_you_mean(clause.predicate, predicates)} Use one of {', '.join(predicates)}."
            )
        for name in [*clause.subjects, *clause.others]:
            if clause.predicate not in OF_FIGURES:
                collection.items(_named(name, collection)[0])
            elif name not in figures:
                raise CollectionError(f"there is no figure {name!r}. Use ids of published.csv.")


def _named(name: str, collection: Collection) -> tuple[str, str, int | None]:
    """Return the item or section that a name begins with, its answer and its year, if any."""
    book = collection.codebook
    stem, _, last = name.rpartition(".")
    stem, year = (stem, int(last)) if last.isdigit() else (name, None)
    if stem in book or stem in book.sections:
        return stem, "", year
    start, _, answer = stem.rpartition(".")
    items = [start] if start in book else book.section(start) if start in book.sections else []
    if not any(answer in book[item].counted for item in items):
        collection.items(stem)  # says which names there are
    return start, answer, year


# -- Predicates that hold share by share, or change by change -----------------------------------

Of = Literal["share", "answering", "change"]


class Predicate(NamedTuple):
    """What is looked at, and by how much it is as said: above 0, or from 0 on."""

    of: Of
    margin: Callable[[Fraction, Sequence[Fraction]], Fraction]
    from_0: bool = False


GENERAL: Mapping[str, Predicate] = {
    "most": Predicate("share", lambda one, _: one - HALF),
    "few": Predicate("share", lambda one, _: HALF - one),
    "all": Predicate("share", lambda one, _: one - 1, from_0=True),
    "not_all": Predicate("share", lambda one, _: 1 - one),
    "above": Predicate("share", lambda one, others: one - max(others)),
    "below": Predicate("share", lambda one, others: min(others) - one),
    "far_below": Predicate("share", lambda one, others: min(others) - one - FAR, from_0=True),
    "most_of_rest": Predicate("share", lambda one, others: 2 * one + sum(others) - 1),
    "answered": Predicate("answering", lambda one, _: one - NEARLY_ALL, from_0=True),
    "rose": Predicate("change", lambda one, _: one),
    "fell": Predicate("change", lambda one, _: -one),
    "none_fell": Predicate("change", lambda one, _: one, from_0=True),
    "rose_most": Predicate("change", lambda one, others: min(one, one - max(others))),
    "only_rose": Predicate("change", lambda one, others: one if max(others) <= 0 else -one),
}


def _in_general(known: Known, clause: Clause) -> Ruling:
    """Judge a general predicate of each share or change, or of all added up."""
    predicate = GENERAL[clause.predicate]
    subjects, short = _looked_at(known, clause.subjects, predicate.of)
    others, _ = _looked_at(known, clause.others, predicate.of)
    others = [one for one in others if one not in subjects]
    if not subjects:
        return _open(known, clause)
    lasting = _lasting(known, subjects)
    if clause.together:
        subjects, others = _added(subjects), _added(others)
    beside = {one: [other for other in others if other.year == one.year] for one in subjects}
    if clause.others:
        short |= not all(beside.values())
        subjects = [one for one in subjects if beside[one]]
    margins = {one: predicate.margin(one.value, [o.value for o in beside[one]]) for one in subjects}
    as_said = operator.ge if predicate.from_0 else operator.gt
    wrong = [one for one in subjects if not as_said(margins[one], 0)]
    told, of_all = wrong or subjects, ""
    if len(told) > LISTED:
        told, of_all = [min(told, key=margins.__getitem__)], f"nearest to failing of {len(told)}: "
    elif wrong and len(subjects) > 1:
        of_all = f"otherwise {len(wrong)} of {len(subjects)}: "
    near = [_nearest(one, beside[one]) for one in told if beside[one]]
    because = of_all + _listed(told)
    because += f"; beside {_listed(near)}" if near else ""
    because += "; the rest is not printed" if short else ""
    verdict = DISAGREES if wrong else UNCHECKED if short else PASSED
    return Ruling(verdict, f"{words.sentence(because)}.{lasting}")


def _nearest(one: Cell, others: Sequence[Cell]) -> Cell:
    return min(others, key=lambda other: abs(other.value - one.value))


def _listed(cells: Sequence[Cell]) -> str:
    return words.listed(list(dict.fromkeys(map(str, cells))))


def _looked_at(known: Known, names: Sequence[str], of: Of) -> tuple[list[Cell], bool]:
    """Return what is held of some names, and whether something of them is not held."""
    found: dict[Cell, None] = {}
    short = False
    for stem, answer, year in [_named(name, known.collection) for name in names]:
        items = known.collection.items(stem)
        cells = [
            one
            for one in known.cells.values()
            if one.item in items and answer in ("", one.answer) and year in (None, one.year)
        ]
        if of == "answering":
            cells = [one._replace(yes=one.base, base=one.base + one.blank) for one in cells]
        cells = [one for one in cells if one.base]
        if of == "change":
            cells = moves_of(cells, known.collection.years)
        asked = 1 if stem in known.collection.codebook else asked_of(known.published, stem)
        short |= len({one.item for one in cells}) < asked
        found |= dict.fromkeys(cells)
    return list(found), short


def _added(cells: Sequence[Cell]) -> list[Cell]:
    """Add up shares year by year, or changes."""
    added = []
    for year in dict.fromkeys(one.year for one in cells):
        of_year = [one for one in cells if one.year == year]
        before = _added([one.before for one in of_year if one.before is not None])
        yes, base = sum(one.yes for one in of_year), sum(one.base for one in of_year)
        added.append(Cell("", "together", "", year, yes, base, 0, *before))
    return added


def _ranges(known: Known, moves: Sequence[Cell]) -> pd.DataFrame:
    """What the totals of changes allow: rows of `csm_lib.inference.change_range`."""
    from csm_lib.inference import change_range  # heavy

    befores = [one.before for one in moves if one.before is not None]
    counts = [[(one.yes, one.base) for one in wave] for wave in (befores, moves)]
    return change_range(*np.hstack(counts).T, authorities=known.collection.size)


def _lasting(known: Known, moves: Sequence[Cell]) -> str:
    """Whether those who answered in both years went the same way, as a sentence."""
    if not any(one.before is not None for one in moves):
        return ""
    ends = _ranges(known, moves)[["net_low", "net_high"]].to_numpy()
    doubtful = [
        words.within(one.label)
        for one, (low, high) in zip(moves, ends, strict=True)
        if low <= 0 <= high and low < high
    ]
    if doubtful:
        return f" Those who answered in both years may differ on {words.listed(doubtful)}."
    return " Those who answered in both years went the same way, whatever the panel was."


# -- Predicates of their own --------------------------------------------------------------------


def _open(known: Known, clause: Clause) -> Ruling:
    """What it would take is not printed: the shares are told."""
    cells, _ = _looked_at(known, clause.subjects, "share")
    return Ruling(UNCHECKED, f"{words.sentence(_listed(cells))}." if cells else "")


def _as_figures(known: Known, clause: Clause) -> Ruling:
    """Stand as these figures do, or all the figures of these items."""
    rows = known.judged
    rows = rows[rows["entry"].isin(clause.subjects) | rows["item"].isin(clause.subjects)]
    verdict = max(rows["verdict"], key=GRAVITY.index)
    because = rows.loc[rows["verdict"] == verdict, "because"]
    if because.nunique() == 1:
        return Ruling(verdict, because.iloc[0])
    return Ruling(verdict, f"{len(because)} of {len(rows)} figures: {verdict}.")


def _add_up(known: Known, clause: Clause) -> Ruling:
    """These figures make that one."""
    values = known.published.set_index("figure")["value"].to_dict()
    parts, whole = [values[one] for one in clause.subjects], values[clause.others[0]]
    evidence = f"{' + '.join(map(str, parts))} is {sum(parts)}, beside {whole}."
    return Ruling(PASSED if sum(parts) == whole else DISAGREES, evidence)


def _in_order(known: Known, clause: Clause) -> Ruling:
    """One date comes before another, which does not tell whether they are right."""
    values = known.published.set_index("figure")["value"].to_dict()
    first, then = values[clause.subjects[0]], values[clause.others[0]]
    return Ruling(POSSIBLE if first < then else DISAGREES, f"First {first}, then {then}.")


def _most_rose(known: Known, clause: Clause) -> Ruling:
    """More than half rose; open where what is printed as totals only may decide it."""
    moves, short = _looked_at(known, clause.subjects, "change")
    rose, fell = sum(one.value > 0 for one in moves), sum(one.value < 0 for one in moves)
    rows = known.published[known.published["item"].isin(clause.subjects)]
    more, asked = (
        int(rows.loc[rows["statistic"] == name, "value"].sum()) for name in ("rose", "count")
    )
    evidence = f"{rose} of {len(moves)} rose and {fell} fell."
    if short:
        evidence += f" With what is printed as totals {rose + more} of {len(moves) + asked} rose."
    evidence += _lasting(known, moves)
    if 2 * rose > len(moves):
        return Ruling(PASSED, evidence)
    is_open = short and 2 * (rose + more) > len(moves) + asked
    return Ruling(UNCHECKED if is_open else DISAGREES, evidence)


def _rose_significantly(known: Known, clause: Clause) -> Ruling:
    """It rose, and McNemar's exact test finds so at 5%: in every panel, in none or in some.

    Beside it stands p with all changes of yes/no items put to everyone as one family (Holm).
    """
    from csm_lib.inference import holm_adjusted, mcnemar  # heavy

    book = known.collection.codebook
    family = [
        one
        for one in moves_of(known.cells.values(), known.collection.years)
        if book[one.item].response == "yes_no" and book[one.item].asked_if is None
    ]
    at = next((at for at, one in enumerate(family) if one.item in clause.subjects), None)
    if at is None:
        return _open(known, clause)
    one, ranges = family[at], _ranges(known, family)
    row, worst = ranges.iloc[at], holm_adjusted(ranges["exact_high"].to_numpy())[at]
    evidence = (
        f"{words.sentence(str(one))}; McNemar's exact test, two-sided: p "
        f"{words.p_span(row['exact_low'], row['exact_high'])} over all panels with these totals, "
        f"up to {words.p_value(worst)} with all {len(family)} changes as one family (Holm)."
    )
    # a rise is at its clearest where it is largest and nothing moves against it
    if one.value <= 0 or mcnemar(int(row["net_high"]), 0) > LEVEL:
        return Ruling(DISAGREES, evidence)
    return Ruling(POSSIBLE if row["verdict"] == "always" else UNCHECKED, evidence)


def _gave_way(known: Known, clause: Clause) -> Ruling:
    """At two items or more one answer fell and another rose."""
    before, _ = _looked_at(known, clause.subjects, "change")
    after, _ = _looked_at(known, clause.others, "change")
    fell = [one.item for one in before if one.value < 0]
    both = [str(one) for one in after if one.item in fell and one.value > 0]
    verdict = PASSED if len(both) > 1 else DISAGREES
    return Ruling(verdict, f"At {len(both)} of {len(after)}: {words.listed(both)}.")


def _relative_change(known: Known, clause: Clause) -> Ruling:
    """The changes printed are relative changes, in percent, give or take rounding."""
    moves, _ = _looked_at(known, clause.subjects, "change")
    rows = known.published[known.published["statistic"] == "change"]
    printed = dict(zip(rows["item"], rows["value"].astype(int), strict=True))
    could_be = [
        abs(100 * one.value / one.before.value - printed[one.item]) <= HALF
        for one in moves
        if one.item in printed and one.before is not None and one.before.yes
    ]
    verdict = PASSED if all(could_be) else DISAGREES
    return Ruling(verdict, f"{sum(could_be)} of {len(could_be)} could be relative changes.")


SPECIAL: Mapping[str, Callable[[Known, Clause], Ruling]] = {
    "open": _open,
    "figures": _as_figures,
    "add_up": _add_up,
    "in_order": _in_order,
    "most_rose": _most_rose,
    "rose_significantly": _rose_significantly,
    "gave_way": _gave_way,
    "relative_change": _relative_change,
}
OF_FIGURES = ("figures", "add_up", "in_order")


def decide(check: str, known: Known) -> Ruling:
    """Decide a statement by its check."""
    verdicts, told = set(), []
    for clauses in readings(check):
        judged = []
        for clause in clauses:
            ruling = SPECIAL.get(clause.predicate, _in_general)(known, clause)
            judged += [ruling.verdict] if clause.judged else []
            told.append(ruling.because if clause.judged else f"Not judged: {ruling.because}")
        verdicts.add(max(judged, key=GRAVITY.index, default=UNCHECKED))
    return Ruling(verdicts.pop() if len(verdicts) == 1 else UNCHECKED, " ".join(told).strip())
