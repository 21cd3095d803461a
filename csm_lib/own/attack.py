"""An attack on what a collection publishes, to see whether anything withheld can be worked out.

Every count that a book, its downloads, its workbook or a profile may show is a sum over cells: the
respondents who are alike in every characteristic, by their answer. Integer programming finds the
least and the greatest that a withheld sum can be, given all that is shown, for three attackers:

- *the book*: has what is published, how many answered at all among it;
- *who answered*: knows besides who answered which item, and so every base;
- *the rule*: knows besides by which rule it was withheld, and so that something there is small.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from csm_lib.collection import Collection
from csm_lib.disclosure import RESPONDENTS, TOTAL, Key, differ_by_few
from csm_lib.survey.evidence import measured
from csm_lib.templates import render

BOOK, WHO, RULE = "the book", "who answered", "the rule"
NOUGHT = "a nought"
"""In place of an attacker: a shown answer of nobody, or of everybody, tells it of each group."""

ANSWERS, SCALE = "answers", "scale"
COLUMNS = ("item", "year", "table", "split", "group", "answers")

Ints: TypeAlias = npt.NDArray[np.int64]
Bounded: TypeAlias = tuple[Ints, float, float]
"""Which unknowns a sum is of, and the least and the most that it can be."""


def publication(collection: Collection) -> pd.DataFrame:
    """Return every count that may be published of a collection.

    Returns
    -------
    DataFrame
        One row is one sum: of an ``item`` and ``year``, in a ``group`` of a ``split`` (both empty
        for the total), how many gave one of some ``answers``, ``yes``, of how many, ``base``; both
        missing where it is withheld. ``table`` is *scale* for the answers that stand for a scale,
        or else *answers*. Who answered at all has an empty item.
    """
    codebook, found = collection.codebook, []
    scales = {name: item.agreed for name, item in codebook.items() if item.agreed}
    for split in (TOTAL, *collection.cells[1]):
        by = [split] if split else []
        who = collection.respondents(by).assign(item=RESPONDENTS, answer="yes")
        rows = pd.concat([collection.tally(list(codebook), by=by), who.assign(base=who["yes"])])
        rows["table"], rows["answers"] = ANSWERS, [(answer,) for answer in rows["answer"]]
        if scales:
            more = measured(collection).tally(list(scales), by=by)
            more["table"], more["answers"] = SCALE, more["item"].map(scales)
            rows = pd.concat([rows, more])
        found.append(rows.assign(split=split, group=rows[split] if split else ""))
    table = pd.concat(found, ignore_index=True)[[*COLUMNS, "yes", "base"]]
    return table.astype({"yes": "Int64", "base": "Int64"})


def attack(
    collection: Collection,
    published: pd.DataFrame | None = None,
    *,
    progress: Callable[[int, int, str], object] | None = None,
) -> pd.DataFrame:
    """Find how closely each withheld count can be told.

    Parameters
    ----------
    published
        What is published, if it is not what `publication` gives.
    progress
        Is told of each item how many are done, of how many, and its name and year.

    Returns
    -------
    DataFrame
        One row is a withheld count and an ``attacker``: ``item, year, table, split, group,
        answers`` as `publication` has them; ``low`` and ``high``, between which the attacker finds
        it to be; ``before``, how many values would be possible to the attacker without the book,
        missing where that has no end; and ``small``, whether it, or its base less it, is below the
        threshold in truth, so that this table itself is not to be published. A count that a shown
        answer of nobody, or of everybody, tells is set apart: it has one row, for `NOUGHT`.
    """
    published = publication(collection) if published is None else published
    rows, cells = collection.cells
    shown: Mapping[Any, pd.DataFrame] = dict(list(published.groupby(["item", "year"], sort=False)))
    true: Mapping[Any, pd.DataFrame] = dict(list(rows.groupby(["item", "year"], sort=False)))
    found: list[dict[str, Any]] = []
    keys = [key for key in true if key[0] != RESPONDENTS]
    for done, key in enumerate(keys):
        if progress is not None:
            progress(done, len(keys), " ".join(map(str, key)))
        found += _Attacked(collection, cells, true[key], shown, key).rows()
    table = pd.DataFrame(found, columns=[*COLUMNS, "attacker", "low", "high", "before", "small"])
    return table.astype({"low": "Int64", "high": "Int64", "before": "Int64", "small": bool})


def broken(found: pd.DataFrame, threshold: int) -> pd.DataFrame:
    """Return the rows of an attack that succeed: exact, or small and narrower than the threshold.

    Where fewer values were possible before, narrower than those.
    """
    tried = found[found["attacker"] != NOUGHT]
    values, before = tried["high"] - tried["low"] + 1, tried["before"].fillna(threshold)
    return tried[values.eq(1) | tried["small"] & (values < before.clip(upper=threshold))]


def certificate(found: pd.DataFrame, threshold: int) -> str:
    """Say in words what came of an attack, and list the rows that succeed."""
    bad = broken(found, threshold)
    values = found["high"] - found["low"] + 1
    free = found["small"] & found["before"].fillna(threshold).ge(threshold)
    attackers = []
    for name in (BOOK, WHO, RULE):
        mine = found["attacker"] == name
        exact = int((bad["attacker"].eq(name) & values[bad.index].eq(1)).sum())
        narrow, least = int(bad["attacker"].eq(name).sum()) - exact, values[mine & free].min()
        many = int(mine.sum())
        one = {"name": name, "many": many, "exact": exact, "narrow": narrow}
        attackers.append(one | {"least": None if pd.isna(least) else least})
    return render(
        "certificate.txt",
        attackers=attackers,
        threshold=threshold,
        alone=int((found["attacker"] == NOUGHT).sum()),
        worked_out=bad.to_dict("records"),
    )


@dataclass
class _Sum:
    """A row of a publication: which unknowns its count is of, and which its base."""

    of: Mapping[Any, Any]
    yes: Ints
    base: Ints

    @property
    def sides(self) -> tuple[Ints, Ints]:
        """Who gave the answers, and who gave others."""
        return self.yes, self.base - self.yes

    @property
    def shown(self) -> tuple[int, int] | None:
        """How many are on either side, if that is shown."""
        yes, base = self.of["yes"], self.of["base"]
        return None if pd.isna(yes) else (int(yes), int(base - yes))


class _Attacked:
    """One item and year, as the attackers see it: unknowns are cells by answer."""

    def __init__(
        self,
        collection: Collection,
        cells: pd.DataFrame,
        true: pd.DataFrame,
        published: Mapping[Any, pd.DataFrame],
        key: Key,
    ) -> None:
        self.threshold, self.zero = collection.threshold, collection.zero
        item = collection.codebook[key[0]]
        self.key, self.answers, self.splits = key, list(item.answers), [str(name) for name in cells]
        seen = list(cells.itertuples(index=False, name=None))
        self.groups = [sorted(cells[split].unique()) for split in self.splits]
        self.cells = list(product(*self.groups))
        self.gave = np.zeros((len(self.cells), len(self.answers)), np.int64)
        for cell, part in true.groupby("cell"):
            given = part.set_index("answer")["yes"]
            rest = part["base"].iloc[0] - given.sum()
            counts = [given.get(answer, rest) for answer in self.answers]
            self.gave[self.cells.index(seen[int(str(cell))])] = counts
        self.base = self.gave.sum(axis=1)
        self.there = np.repeat(self.base > 0, len(self.answers))
        self.held = self._sums(published[key])
        openers = [RESPONDENTS, *([item.asked_if] if item.asked_if else [])]
        self.openers = [one for name in openers for one in self._sums(published[name, key[1]])]
        self.most = len(collection.returns)

    def _sums(self, rows: pd.DataFrame) -> list[_Sum]:
        found = []
        for row in rows.to_dict("records"):
            place = self.splits.index(row["split"]) if row["split"] else None
            inside = [place is None or cell[place] == row["group"] for cell in self.cells]
            chosen = [answer in row["answers"] for answer in self.answers]
            every = [True] * len(self.answers)
            some, all_of = (
                np.outer(inside, one).ravel().astype(np.int64) for one in (chosen, every)
            )
            found.append(_Sum(row, some, all_of))
        return found

    def rows(self) -> Iterator[dict[str, Any]]:
        """What each attacker finds of each count that is withheld, and not shown otherwise."""
        facts: list[Bounded] = []
        nobody = np.zeros(self.there.shape, bool)
        for one in self.held:
            for side, many in zip(one.sides, one.shown or (), strict=False):
                facts.append((side, many, many))
                nobody |= (side > 0) & (many == 0)
        seen = self.there & ~nobody
        told = {(side * seen).tobytes() for one in self.held if one.shown for side in one.sides}
        hidden = {(one.yes * self.there).tobytes(): one for one in self.held if one.shown is None}
        told.discard(np.zeros_like(nobody, np.int64).tobytes())
        left = [one for one in hidden.values() if one.base @ self.true]
        left = [one for one in left if (one.yes * seen).tobytes() not in told]
        known: dict[str, tuple[list[Bounded], list[list[Bounded]]]] = {}
        if left:
            asked = [(one.base, 0, sum(one.shown)) for one in self.openers if one.shown]
            known[BOOK] = [*facts, *asked, (np.ones_like(nobody, int), 0, self.most)], []
            cells = np.repeat(np.eye(len(self.base), dtype=int), len(self.answers), axis=1)
            facts += zip(cells, self.base, self.base, strict=True)
            if self.key[0] not in self.splits:  # who knows who answered, knows what each one is
                known |= {WHO: (facts, []), RULE: (facts, self.rules())}
        for one in left:
            yes, rest = (int(side @ self.true) for side in one.sides)
            few = any(0 < count < self.threshold for count in (yes, rest))
            row = {name: one.of[name] for name in COLUMNS} | {"small": few}
            if self.by_noughts(one, seen):
                yield row | {"attacker": NOUGHT, "low": yes, "high": yes}
                continue
            for attacker, (given, rules) in known.items():
                if attacker != RULE or rules:  # else it is no better than the one before
                    ends = [self.end(one.yes * way, given, rules) for way in (1, -1)]
                row |= {"before": None if attacker == BOOK else yes + rest + 1}
                yield row | {"attacker": attacker, "low": ends[0], "high": ends[1]}

    def by_noughts(self, hidden: _Sum, seen: npt.NDArray[np.bool_]) -> bool:
        """Whether answers that nobody gave tell a sum, but for groups of it that are shown.

        A cell of which one answer alone is ``seen``, as nobody gave any other, is as large as its
        base.
        """
        several = seen.reshape(len(self.cells), -1).sum(axis=1) > 1
        free = seen & np.repeat(several, len(self.answers))
        left = hidden.yes * free
        if (left == hidden.yes * self.there).all():
            return False
        for split in self.splits:
            shown = [one.yes * free for one in self.held if one.shown and one.of["split"] == split]
            inside = {part.tobytes(): part for part in shown if (part <= left).all()}
            if (sum(inside.values(), np.zeros_like(left)) == left).all():
                return True
        return not left.any()

    @property
    def true(self) -> Ints:
        """The unknowns as they are."""
        return self.gave.ravel()

    # -- What the rule tells ----------------------------------------------------------------------

    def rules(self) -> list[list[Bounded]]:
        """What the rule tells: lists of sums of which one at least lies between its ends.

        Where bases and what is shown are reason enough to withhold, it tells nothing.
        """
        found = []
        for table in {one.of["table"] for one in self.held}:
            splits = [split for split in self.splits if self.shut(self.of(table, split))]
            shut = [*splits, *([TOTAL] if self.shut(self.of(table, TOTAL)) else [])]
            shut = shut if TOTAL not in shut else [TOTAL]  # of which the others are parts
            own = {one: self.unsafe(table, one) for one in shut if not self.reason(table, one)}
            if own and {*shut} <= own.keys():  # else one may be shut for the sake of another
                found.append([one for unsafe in own.values() for one in unsafe])
        return found

    def of(self, table: str, split: str) -> list[_Sum]:
        """The rows of a table."""
        return [one for one in self.held if (one.of["table"], one.of["split"]) == (table, split)]

    @staticmethod
    def shut(rows: Sequence[_Sum]) -> bool:
        """Whether a table is withheld as a whole."""
        return any(one.shown is None for one in rows) and not any(
            sum(one.shown or ()) for one in rows
        )

    def reason(self, table: str, split: str) -> bool:
        """Whether a table is withheld whatever the small counts in it are."""
        sizes = [one.base @ self.true for one in self.of(ANSWERS, split)] + [self.base.sum()]
        sums = self.of(table, TOTAL) + self.of(SCALE, TOTAL) if split else []
        sums += self.of(SCALE, split) if table == ANSWERS else []
        return (
            any(0 < size < self.threshold for size in sizes)
            or any(size == self.threshold for size in sizes)
            or any(self.threshold in (one.shown or ()) for one in sums)
            or any(one.shown is None for one in self.openers if one.of["split"] == split)
            or any(self.alike(split, other) for other in self.splits if split not in (TOTAL, other))
        )

    def both(self, split: str, other: str) -> Ints:
        """How many of each group of one split are in each of another."""
        table = np.zeros([len(self.groups[self.splits.index(one)]) for one in (split, other)], int)
        places = [self.splits.index(one) for one in (split, other)]
        for cell, size in zip(self.cells, self.base, strict=True):
            at = tuple(self.groups[place].index(cell[place]) for place in places)
            table[at] += size
        return table

    def alike(self, split: str, other: str) -> bool:
        """Whether two splits are not shown beside each other, whatever the counts."""
        both = self.both(split, other)
        free = np.minimum(both, both.sum(axis=1, keepdims=True) - both).sum(axis=0)
        few = free < np.minimum(both.sum(axis=0), self.threshold + 1)
        return bool(few.any()) or differ_by_few(both, self.threshold)

    def unsafe(self, table: str, split: str) -> list[Bounded]:
        """What may be small in a table, or in a scale of it the threshold."""
        least, most = 0 if self.zero else 1, self.threshold - 1
        if split == TOTAL:
            sizes = [one.base @ self.true for one in self.of(ANSWERS, TOTAL) + self.held]
            few = [self.base.sum() - size for size in sizes if self.base.sum() - size <= most + 1]
            most += max(few)
        found: list[Bounded] = [
            (side, least, most)
            for one in self.of(table, split)
            if one.base @ self.true
            for side in one.sides
        ]
        scale = self.of(SCALE, split) if table == ANSWERS else []
        end = self.threshold
        return found + [(side, end, end) for one in scale for side in one.sides]

    # -- The programme ----------------------------------------------------------------------------

    def end(self, aim: Ints, given: Sequence[Bounded], rules: Sequence[Sequence[Bounded]]) -> int:
        """The least that a sum can be or, with its sign turned, the most.

        A switch for each sum of a rule says that the sum lies between its ends.
        """
        from scipy.optimize import Bounds, LinearConstraint, milp

        number, switches = len(aim), sum(map(len, rules))
        lines = [(np.append(one, np.zeros(switches)), low, high) for one, low, high in given]
        switch = iter(np.eye(number + switches)[number:])
        for rule in rules:
            on = [next(switch) for _ in rule]
            lines.append((np.sum(on, axis=0), 1, np.inf))
            for (one, low, high), flag in zip(rule, on, strict=True):
                some, most = np.append(one, np.zeros(switches)), float(self.base.sum())
                lines += [(some - low * flag, 0, np.inf), (some + most * flag, 0, high + most)]
        table, lows, highs = zip(*lines, strict=True)
        found = milp(
            np.append(aim, np.zeros(switches)),
            constraints=LinearConstraint(np.array(table), lows, highs),
            bounds=Bounds(0, np.append(np.full(number, np.inf), np.ones(switches))),
            integrality=np.ones(number + switches),
        )
        if found.x is None:
            raise RuntimeError(f"{self.key}: what is published cannot be so ({found.message})")
        return abs(round(float(found.fun)))
