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

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from operator import ge, gt
from typing import TYPE_CHECKING

import pandas as pd

from csm_lib import words
from csm_lib.aggregate import changes
from csm_lib.codebook import did_you_mean
from csm_lib.errors import CollectionError
from csm_lib.published import rows_of
from csm_lib.words import listed, of, sentence, within

if TYPE_CHECKING:
    from csm_lib.collection import Collection

VERDICTS = ("tested and passed", "possible", "disagrees", "cannot be checked")
PASSED, POSSIBLE, DISAGREES, UNCHECKED = VERDICTS
GRAVITY = (PASSED, POSSIBLE, UNCHECKED, DISAGREES)

HALF, FAR, NEARLY_ALL = Fraction(1, 2), Fraction(1, 4), Fraction(19, 20)
LEVEL = 0.05
LISTED = 6  # of more than so many only the one nearest to failing is told

NO_FIGURE = "there is no figure {!r}. Use ids of published.csv."
COUNTS = ["yes", "base", "no_answer", "from_yes", "from_base"]

Ruling = tuple[str, str]
"""The verdict on a statement, or on a clause of it, and why."""


@dataclass
class Known:
    """A collection, its published figures, and what became of these in the ledger."""

    collection: Collection
    judged: pd.DataFrame = field(default_factory=pd.DataFrame)

    @cached_property
    def published(self) -> pd.DataFrame:
        """The published figures, which must be there."""
        if self.collection.published is None:
            raise CollectionError(f"{self.collection.path}: has no published.csv. Add it.")
        return self.collection.published

    @cached_property
    def printed(self) -> Mapping[tuple[str, int | None, str], int]:
        """The number printed of each item, year and statistic."""
        rows = rows_of(self.published)
        return {(row["item"], row["year"], row["statistic"]): row["value"] for row in rows}

    @cached_property
    def rows(self) -> Mapping[str, pd.DataFrame]:
        """The `_valued` rows of shares, of those answering, of changes, and of misfits.

        Beside a change stands what the totals allow, as `csm_lib.inference.change_range` gives
        it. A misfit is how far a printed change is from a relative one, in percent.
        """
        from csm_lib.inference import change_range  # heavy

        book = self.collection.codebook
        shares = self.collection.tally(list(book))
        shares["label"] = shares["label"].map(within)
        asked = shares["base"] + shares["no_answer"]
        answering = shares.assign(yes=shares["base"], base=asked).drop_duplicates(["item", "year"])
        shares["label"] += [
            "" if answer == "yes" else f" ({book[item].answers[answer]})"
            for item, answer in zip(shares["item"], shares["answer"], strict=True)
        ]
        moves = changes(shares).rename(columns={"to_yes": "yes", "to_base": "base"})
        moves = _valued(moves.assign(year=self.collection.years[-1]))
        totals = [moves[name] for name in ("from_yes", "from_base", "yes", "base")]
        moves = moves.join(change_range(*totals, authorities=self.collection.size))
        printed = self.published[self.published["statistic"] == "change"].set_index("item")["value"]
        told = moves[moves["before"] > 0].join(printed.rename("printed"), on="item", how="inner")
        off = abs(100 * told["value"] / told["before"] - told["printed"])
        return {
            "share": _valued(shares),
            "answering": _valued(answering),
            "change": moves,
            "misfit": told.assign(value=off),
        }

    def look(self, names: Sequence[str], at: str) -> tuple[pd.DataFrame, bool]:
        """Return what is held of some names, and whether something of them is not held."""
        rows, book, short = self.rows[at], self.collection.codebook, False
        places: list[int] = []
        for stem, answer, year in [_named(name, self.collection) for name in names]:
            chosen = rows["item"].isin(self.collection.items(stem))
            chosen &= (rows["answer"] == answer) | (not answer)
            chosen &= (rows["year"] == year) | (not year)
            asked = 1 if stem in book else self.printed.get((stem, None, "count"), 0)
            short |= rows["item"][chosen].nunique() < asked
            places += chosen[chosen].index.tolist()
        return rows.loc[list(dict.fromkeys(places))], short


def _named(name: str, collection: Collection) -> tuple[str, str, int]:
    """Return the item or section that a name begins with, its answer and its year, if any."""
    book = collection.codebook
    stem, _, last = name.rpartition(".")
    stem, year = (stem, int(last)) if last.isdigit() else (name, 0)
    start, _, answer = stem.rpartition(".")
    items = collection.items(start) if start in [*book, *book.sections] else []
    if stem not in book and any(answer in book[item].counted for item in items):
        return start, answer, year
    collection.items(stem)  # says which names there are
    return stem, "", year


def _valued(rows: pd.DataFrame) -> pd.DataFrame:
    """Add the share or the change, exactly, and as a sentence has it, where there is a base."""
    columns = ["item", "answer", "label", "year", *COUNTS]
    rows = rows[rows["base"] > 0].reindex(columns=columns, fill_value=0)
    before = rows["from_yes"].map(Fraction) / rows["from_base"].clip(lower=1)
    texts = [
        f"{label} from {of(*first)} to {of(yes, base)}"
        if first[1]
        else f"{label} {of(yes, base)} in {year}"
        for _, _, label, year, yes, base, _, *first in rows.to_numpy().tolist()
    ]
    value = rows["yes"].map(Fraction) / rows["base"] - before
    return rows.assign(before=before, value=value, text=texts)


def _added(rows: pd.DataFrame) -> pd.DataFrame:
    """Add up shares year by year, or changes."""
    added = rows.groupby("year", as_index=False)[COUNTS].sum()
    return _valued(added.assign(item="", answer="", label="together"))


Margin = Callable[[Fraction, Sequence[Fraction]], Fraction]
"""By how much a share or change is as said, beside the others: above 0, or from 0 on."""

GENERAL: Mapping[str, tuple[str, Margin, Callable[[Fraction, int], bool]]] = {
    "most": ("share", lambda one, _: one - HALF, gt),
    "few": ("share", lambda one, _: HALF - one, gt),
    "all": ("share", lambda one, _: one - 1, ge),
    "not_all": ("share", lambda one, _: 1 - one, gt),
    "above": ("share", lambda one, others: one - max(others), gt),
    "below": ("share", lambda one, others: min(others) - one, gt),
    "far_below": ("share", lambda one, others: min(others) - one - FAR, ge),
    "most_of_rest": ("share", lambda one, others: 2 * one + sum(others) - 1, gt),
    "answered": ("answering", lambda one, _: one - NEARLY_ALL, ge),
    "rose": ("change", lambda one, _: one, gt),
    "fell": ("change", lambda one, _: -one, gt),
    "none_fell": ("change", lambda one, _: one, ge),
    "rose_most": ("change", lambda one, others: min(one, one - max(others)), gt),
    "only_rose": ("change", lambda one, others: one if max(others) <= 0 else -one, gt),
    "relative": ("misfit", lambda one, _: HALF - one, ge),
}


def _in_general(known: Known, said: str, names: Sequence[str], beside: Sequence[str]) -> Ruling:
    """Judge a general predicate of each share or change, or of all added up."""
    at, margin, holds = GENERAL[said.removeprefix("together ")]
    subjects, short = known.look(names, at)
    others = known.look(beside, at)[0].drop(subjects.index, errors="ignore")
    if subjects.empty:
        return _open(known, names)
    lasting = _lasting(subjects) if at == "change" else ""
    if said.startswith("together "):
        subjects, others = _added(subjects), _added(others)
    judged = []  # by how much each is as said, how it is told, and what stands nearest to it
    for value, text, year in subjects[["value", "text", "year"]].itertuples(index=False):
        same = others.loc[others["year"] == year, ["value", "text"]].to_numpy().tolist()
        short |= bool(beside and not same)
        if same or not beside:
            near = min(same, key=lambda other: abs(other[0] - value))[1:] if same else []
            judged.append((margin(value, [other for other, _ in same]), text, near))
    wrong = [one for one in judged if not holds(one[0], 0)]
    told, because = wrong or judged, ""
    many = len(told) > LISTED
    if wrong and len(judged) > 1:
        because = f"otherwise {len(wrong)} of {len(judged)}{', most of all ' if many else ': '}"
    elif many:
        because = f"nearest to failing of {len(told)}: "
    told = [min(told)] if many else told
    because += listed([text for _, text, _ in told])
    nearest = list(dict.fromkeys(text for *_, near in told for text in near))
    because += f"; beside {listed(nearest)}" if nearest else ""
    because += "; the rest is not in the paper" if short else ""
    verdict = DISAGREES if wrong else UNCHECKED if short else PASSED
    return verdict, f"{sentence(because)}.{lasting}"


def _lasting(moves: pd.DataFrame) -> str:
    """Whether those who answered in both years went the same way, as a sentence."""
    low, high = moves["net_low"], moves["net_high"]
    doubtful = moves.loc[(low <= 0) & (high >= 0) & (low < high), "label"].tolist()
    told = f"may differ on {listed(doubtful)}" if doubtful else "went the same way, whoever moved"
    return f" Those who answered in both years {told}."


def _open(known: Known, names: Sequence[str], _: Sequence[str] = ()) -> Ruling:
    """What it would take is not printed: the shares are told."""
    texts = known.look(names, "share")[0]["text"].tolist()
    return UNCHECKED, f"{sentence(listed(texts))}." if texts else ""


def _published(known: Known, names: Sequence[str]) -> pd.DataFrame:
    """Return the published figures of these ids, and all of these items."""
    rows = known.published
    unknown = set(names) - {*rows["figure"], *rows["item"]}
    if unknown:
        raise CollectionError(NO_FIGURE.format(min(unknown)))
    return rows[rows["figure"].isin(names) | rows["item"].isin(names)]


def _figures(known: Known, names: Sequence[str], _: Sequence[str]) -> Ruling:
    """Stand as these figures do, or all the figures of these items."""
    rows = known.judged[known.judged["entry"].isin(_published(known, names)["figure"])]
    verdict = max(rows["verdict"], key=GRAVITY.index)
    because = rows.loc[rows["verdict"] == verdict, "because"]
    if because.nunique() == 1:
        return verdict, because.iloc[0]
    return verdict, f"{len(because)} of {len(rows)} figures: {verdict}."


def _add_up(known: Known, names: Sequence[str], beside: Sequence[str]) -> Ruling:
    """These figures make that one."""
    parts, whole = (_published(known, ids)["value"] for ids in (names, beside))
    verdict = PASSED if parts.sum() == whole.sum() else DISAGREES
    return verdict, f"{' + '.join(map(str, parts))} is {parts.sum()}, beside {whole.sum()}."


def _in_order(known: Known, names: Sequence[str], beside: Sequence[str]) -> Ruling:
    """One date comes before another, which does not tell whether they are right."""
    first, then = (_published(known, ids)["value"].max() for ids in (names, beside))
    return POSSIBLE if first < then else DISAGREES, f"First {first}, then {then}."


def _most_rose(known: Known, names: Sequence[str], _: Sequence[str]) -> Ruling:
    """More than half rose; open where what is printed as totals only may decide it."""
    moves, short = known.look(names, "change")
    rose, fell, of_all = (moves["value"] > 0).sum(), (moves["value"] < 0).sum(), len(moves)
    evidence = f"{rose} of {of_all} rose and {fell} fell."
    verdict = PASSED if 2 * rose > of_all else DISAGREES
    if short:
        rose += sum(known.printed.get((name, None, "rose"), 0) for name in names)
        of_all += sum(known.printed.get((name, None, "count"), 0) for name in names)
        evidence += f" With what is printed as totals {rose} of {of_all} rose."
        verdict = UNCHECKED if verdict == DISAGREES and 2 * rose > of_all else verdict
    return verdict, evidence + _lasting(moves)


def _gave_way(known: Known, names: Sequence[str], beside: Sequence[str]) -> Ruling:
    """At two items or more one answer fell and another rose."""
    before, after = (known.look(answers, "change")[0] for answers in (names, beside))
    fell = before.loc[before["value"] < 0, "item"]
    both = after.loc[(after["value"] > 0) & after["item"].isin(fell), "text"].tolist()
    evidence = f"At {len(both)} of {len(after)}: {listed(both)}."
    return PASSED if len(both) > 1 else DISAGREES, evidence


def _rose_significantly(known: Known, names: Sequence[str], _: Sequence[str]) -> Ruling:
    """It rose, and McNemar's exact test finds so at 5%: in every panel, in none or in some."""
    from csm_lib.inference import holm, mcnemar  # heavy

    book, moves = known.collection.codebook, known.rows["change"]
    asked = [one.item for one in book.values() if one.response == "yes_no" and not one.asked_if]
    family = moves[moves["item"].isin(asked)]
    family = family.assign(holm=holm(family["exact_low"], family["exact_high"])["holm_high"])
    found = family[family["item"].isin(names)]
    if found.empty:
        return _open(known, names)
    one = found.iloc[0]
    evidence = (
        f"{sentence(one['text'])}; McNemar's exact test, two-sided: p "
        f"{words.p_span(one['exact_low'], one['exact_high'])} over all panels with these totals, "
        f"up to {words.p_value(one['holm'])} with all {len(family)} changes as one family (Holm)."
    )
    # a rise is at its clearest where it is largest and nothing moves against it
    if one["value"] <= 0 or mcnemar(int(one["net_high"]), 0) > LEVEL:
        return DISAGREES, evidence
    return POSSIBLE if one["verdict"] == "always" else UNCHECKED, evidence


SPECIAL: Mapping[str, Callable[[Known, Sequence[str], Sequence[str]], Ruling]] = {
    rule.__name__.removeprefix("_"): rule
    for rule in (
        _open, _figures, _add_up, _in_order, _most_rose, _gave_way, _rose_significantly,
    )
}  # fmt: skip


def decide(check: str, known: Known) -> Ruling:
    """Decide a statement by its check; a CollectionError where that names what is unknown."""
    verdicts, told = set(), []
    for reading in check.split("|"):
        judged = []
        for clause in map(str.strip, reading.split(";")):
            verdict, because = _decided(clause.strip("()"), known)
            if clause.startswith("("):
                because = f"Not judged: {because}"
            else:
                judged.append(verdict)
            told.append(because)
        verdicts.add(max(judged, key=GRAVITY.index, default=UNCHECKED))
    return verdicts.pop() if len(verdicts) == 1 else UNCHECKED, " ".join(told).strip()


def _decided(clause: str, known: Known) -> Ruling:
    """Decide one clause of a check."""
    said, _, about = clause.partition(":")
    names, _, beside = about.partition("/")
    predicate, known_ones = said.removeprefix("together "), [*GENERAL, *SPECIAL]
    if predicate in SPECIAL:
        return SPECIAL[predicate](known, names.split(), beside.split())
    if predicate in GENERAL:
        return _in_general(known, said, names.split(), beside.split())
    raise CollectionError(
        f"there is no predicate {predicate!r}.{did_you_mean(predicate, known_ones)} "
        f"Use one of {', '.join(known_ones)}."
    )
