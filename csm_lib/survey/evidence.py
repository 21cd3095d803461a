"""What the returns bear: every change and every difference that is told, tested in one place.

Each page that speaks of a change, of a difference between groups or of blanks reads it here, so
that no two pages can differ. What is published of an item is its tally; the tests look at the
returns, and publish no more than a verdict where a p-value would give a small count back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from csm_lib import inference
from csm_lib.codebook import ANSWERS, CHARACTERISTIC, Codebook, Item
from csm_lib.collection import Collection
from csm_lib.disclosure import RESPONDENTS, TOTAL
from csm_lib.permutation import Ends, Values, any_p, ends_p, groups_p, score_p
from csm_lib.status import DRAWN, WITHHELD, least_firm

LEVEL = 0.05
ENOUGH = 5
"""A wave or a group in which fewer answered is not tested, and no sentence names it."""

KINDS = ("change", "group", "blank", "section", "number")
"""The kinds of comparison, in the order of the table."""

SIDES = ("from", "to")
"""The two that are compared."""

LARGER, CHANCE, UNTESTED = "larger than chance", "could be chance", "not tested"

_COLUMNS = {
    "kind": "str", "by": "str", "measure": "str", "item": "str", "label": "str", "section": "str",
    "from": "str", "from_yes": "Int64", "from_base": "Int64",
    "to": "str", "to_yes": "Int64", "to_base": "Int64", "change": "float64", "direction": "int64",
    "from_mean": "float64", "from_median": "float64", "to_mean": "float64", "to_median": "float64",
    "turn": "str", "turn_yes": "Int64", "turn_base": "Int64", "waves": "int64", "same_way": "bool",
    "base": "int64", "design": "str", "family": "str", "p": "float64", "quiet": "bool",
    "status": "str",
}  # fmt: skip
_EMPTY = {"str": "", "int64": 0, "bool": False, "Int64": pd.NA, "float64": np.nan}
Row: TypeAlias = dict[str, Any]


class Measure(NamedTuple):
    """What is counted of an item: those that gave any of some answers, of those that gave one.

    Of a yes/no item that is yes; of a scale, the answers that stand for it; of an item with other
    answers, each of them makes a measure of its own, with its ``answer``. Of one that is answered
    by a number nothing is counted: its mean is compared. No other measure has its ``name``; a
    table calls it by its ``label``.
    """

    item: Item
    name: str
    label: str
    family: str
    answer: str = ""


@lru_cache(maxsize=2)
def named(collection: Collection) -> dict[str, Measure]:
    """Return everything that is compared of a collection, by name."""
    found = []
    for item in collection.codebook.values():
        if item.agreed or item.response in ("yes_no", "number"):
            family = "scale" if item.agreed else item.response.replace("_", "/")
            found.append(Measure(item, item.item, item.name, family))
            continue
        for answer, label in item.answers.items():
            name, label = f"{item.item}: {answer}", f"{label} ({item.name})"
            found.append(Measure(item, name, label, "answers", answer))
    return {one.name: one for one in found}


@lru_cache(maxsize=2)
def measured(collection: Collection) -> Collection:
    """Return a collection whose scales are yes/no items: whether the answer stood for it.

    So that a share is withheld where its own counts are small, not those of the answers in it,
    which no page shows by group.
    """
    items, returns = dict(collection.codebook), collection.returns.copy()
    for name, item in items.items():
        if item.agreed:
            items[name] = replace(item, response="yes_no", answers=ANSWERS["yes_no"], sides={})
            given = returns[name]
            returns[name] = given.isin(item.agreed).astype("boolean").mask(given.isna())
    codebook = Codebook(items, collection.codebook.path, collection.codebook.headings)
    return replace(collection, codebook=codebook, returns=returns)


def count(
    collection: Collection,
    names: Iterable[str],
    by: Sequence[str] = (),
    years: Sequence[int] | None = None,
) -> pd.DataFrame:
    """Count measures as they can be shown: a tally whose ``item`` is the name of a measure."""
    wanted, known = {*names}, named(collection)
    items = [one.item for name, one in known.items() if name in wanted and not one.item.is_number]
    rows = measured(collection).tally([one.item for one in items], by=by, years=years)
    keys = zip(rows["item"], rows["answer"], strict=True)
    rows["item"] = [item if item in known else f"{item}: {answer}" for item, answer in keys]
    rows = rows[rows["item"].isin(wanted)].reset_index(drop=True)
    rows["label"] = [known[name].label for name in rows["item"]]
    return rows.assign(answer="yes").drop(columns=["low", "high"], errors="ignore")


def figures(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a tally that have a figure: not withheld, and somebody answered."""
    counts = [name for name in ("yes", "base") if name in rows]
    held = rows.dropna(subset=counts).astype(dict.fromkeys(counts, "int64"))
    return held[held["base"] > 0]


@lru_cache(maxsize=2)
def evidence(collection: Collection) -> pd.DataFrame:
    """Test every change and every difference that a book may tell.

    Returns
    -------
    DataFrame
        One row is one comparison, with the columns that `columns.csv` explains.

        - ``kind``: *change* of a measure from its first wave to its last; *group*, the difference
          between the groups of a characteristic, ``by``, in its last wave; *blank*, an item left
          blank more often than the others of its wave, or not equally often by the groups of
          ``by``; *section*, the yes/no items of a section taken together, first wave to last;
          *number*, the mean of an item that is answered by a number, in its first and its last
          wave, or in the groups of ``by`` in its last wave.
        - Groups are those in which five or more answered. Figures that are withheld are missing.
          Of numbers, ``change`` is how much more often a number of the second is higher than one
          of the first than lower (Cliff's delta), which of yes and no is the change of the share.
        - ``p`` and ``holm``, before and after Holm's rule for the ``family``, are missing where
          nothing was tested, or where they would tell a count under the threshold. ``verdict`` is
          by ``holm`` at 5%: *larger than chance*, *could be chance* or *not tested*.

    Notes
    -----
    Changes are tested by `csm_lib.permutation.ends_p`; where there are more than two waves, half
    of the level goes to it, and half to `csm_lib.permutation.any_p`. Waves in which fewer than
    five answered are left out. A change whose figures are withheld is tested with the others, as
    to test only what is not small would be to choose; of it there is no more than a verdict.
    Groups are compared by `csm_lib.permutation.groups_p`, of those whose figures are shown; where
    fewer than two are, of all with five or more. Means of waves are compared by
    `csm_lib.permutation.score_p`. Nothing is tested of a drawn panel.
    """
    given = _Given(collection)
    rows = [row for measure in given.known.values() for row in _change(given, measure)]
    if collection.status != DRAWN:
        rows += [*_blanks(given), *_sections(given, rows)]
        split = product(given.split, given.known.values())
        rows += [row for by, measure in split for row in _group(given, measure, by)]
    rows.sort(key=lambda row: KINDS.index(row["kind"]))
    empty = {name: _EMPTY[kind] for name, kind in _COLUMNS.items()}
    table = pd.DataFrame([empty | row for row in rows], columns=list(empty)).astype(_COLUMNS)
    table = table.assign(tests=pd.array([pd.NA] * len(table), dtype="Int64"), holm=np.nan)
    tested = table["p"].notna()
    for _, family in table[tested].groupby("family"):
        table.loc[family.index, "tests"] = len(family)
        table.loc[family.index, "holm"] = inference.holm(family["p"], family["p"])["holm_low"]
    larger = table["holm"] <= LEVEL * (1 + inference.TIE)
    table["verdict"] = np.select([~tested, larger], [UNTESTED, LARGER], CHANCE)
    table[["p", "holm"]] = table[["p", "holm"]].mask(table["quiet"])
    return table.drop(columns="quiet")


class _Given:
    """The returns, as the tests take them: 1, 0, a number or missing; and what is shown of them."""

    def __init__(self, collection: Collection) -> None:
        self.collection, self.returns = collection, measured(collection).returns
        self.codebook, known = collection.codebook, named(collection).items()
        self.known = {name: one for name, one in known if one.item.kind != CHARACTERISTIC}
        self.split = {by: collection.groups(by) for by in collection.split}
        who = pd.factorize(self.returns["authority"].astype(str), sort=True)[0]
        self.who = pd.MultiIndex.from_arrays([who, self.returns["year"]])
        self.answers = {name: self._answers(one) for name, one in self.known.items()}
        self._shown: dict[tuple[str, int | None], dict[Any, pd.DataFrame]] = {}
        self.withheld = {
            (self.known[name].item.item, year)
            for rows in self.told()
            for name, year in rows.loc[rows["status"] == WITHHELD, ["item", "year"]].to_numpy()
        }
        shut = collection.not_shown.get(TOTAL, ())  # of characteristics, which no test compares
        self.withheld |= {key for key in shut if key[0] in self.codebook.characteristics}

    def told(self, by: str = "year", year: int | None = None) -> list[pd.DataFrame]:
        """What is told of all measures, by wave or by the groups of a wave: counts, and means."""
        split, years = ([], None) if year is None else ([by], [year])
        numbers = [name for name, one in self.known.items() if one.item.is_number]
        tables = [count(self.collection, self.known, split, years)]
        return tables + [self.collection.numbers(numbers, by=split, years=years)] * bool(numbers)

    def shown(self, measure: Measure, by: str = "year", year: int | None = None) -> pd.DataFrame:
        """The figures of a measure that can be shown, by wave or by the groups of a wave."""
        if (by, year) not in self._shown:
            rows = [figures(one).set_index(by) for one in self.told(by, year)]
            self._shown[by, year] = {item: r for one in rows for item, r in one.groupby("item")}
        return self._shown[by, year].get(measure.name, pd.DataFrame(columns=["base"]))

    def asked(self, item: str) -> pd.Series[bool]:
        """Say of each return whether an item was asked in it."""
        one = self.codebook[item]
        asked = self.returns["year"].isin(one.held)
        if one.asked_if is None:
            return asked
        opened = self.returns[one.asked_if].eq(True).fillna(value=False)
        return asked & self.asked(one.asked_if) & opened

    def _answers(self, measure: Measure) -> pd.Series[float]:
        """Of each return 1 if it gave an answer, 0 if another, or its number; missing if none."""
        given = self.returns[measure.item.item]
        hit = given == measure.answer if measure.answer else given
        return hit.astype("float64").where(given.notna() & self.asked(measure.item.item))

    def waves(self, measure: Measure) -> pd.DataFrame:
        """The answers to a measure, one row a respondent and one column a wave that has any."""
        wide = self.answers[measure.name].set_axis(self.who).unstack()
        return wide.dropna(how="all").dropna(how="all", axis=1)

    def row(self, measure: Measure, kind: str, **more: Any) -> Row:
        """What every row of the table says of a measure."""
        item = measure.item
        row = {"kind": kind, "measure": measure.name, "label": measure.label, "item": item.item}
        return row | {"section": item.section, "status": self.collection.status} | more


def _compared(ends: pd.DataFrame, *answers: pd.Series[float]) -> Row:
    """Two rows of figures side by side: counts with their bases, or the means of `answers`."""
    first, last = ends.to_dict("records")
    names = [name for name in ("yes", "mean", "median", "base") if name in ends]
    found = {f"from_{name}": first[name] for name in names}
    found |= {f"to_{name}": last[name] for name in names}
    if "mean" not in names:
        moved = last["yes"] * first["base"] - first["yes"] * last["base"]
        change = moved / (first["base"] * last["base"])
    else:
        from scipy.stats import mannwhitneyu

        one, two = (some.dropna() for some in answers)
        higher = float(mannwhitneyu(two, one, method="asymptotic").statistic)
        moved, change = last["mean"] - first["mean"], 2 * higher / (len(one) * len(two)) - 1
    return found | {"change": change, "direction": int(np.sign(moved))}


def _change(given: _Given, measure: Measure) -> Iterator[Row]:
    """Compare the first and the last wave of a measure in which enough answered."""
    waves, number = given.waves(measure), measure.item.is_number
    enough = [year for year in waves if waves[year].notna().sum() >= ENOUGH]
    shown = given.shown(measure)
    years = enough if number or len(enough) > 1 else shown.index.tolist()
    if len(years) < 2:
        return
    told = shown.reindex(years)
    family, kind = f"change, {measure.family}", "number" if number else "change"
    row = given.row(measure, kind, by="year", status=WITHHELD, family=family, waves=len(years))
    row |= {"from": str(years[0]), "to": str(years[-1])}
    ends = told.iloc[[0, -1]]
    if ends["base"].notna().all():
        row |= _compared(ends, waves[years[0]], waves[years[-1]])
        row["status"] = least_firm(told["status"].dropna())
        row |= {} if number else _turn(told, row)
    if given.collection.status != DRAWN and len(enough) > 1:
        # Waves that are withheld, too: to test only what is not small would be to choose.
        answers = waves[years].to_numpy()
        way = int(np.sign(np.nanmean(answers[:, -1]) - np.nanmean(answers[:, 0])))
        p, base, design, cells = _waves_p(answers, way, "means" if number else "")
        small = any(0 < cell < given.collection.threshold for cell in cells)
        quiet = small or bool(told["base"].isna().any())
        row |= {"p": p, "base": base, "design": design, "quiet": quiet}
    yield row


def _waves_p(answers: Values, way: int, scores: str = "") -> Ends:
    """Test the answers of some waves, its columns; or the first and the last of some scores."""
    first, last = answers[:, 0], answers[:, -1]
    if scores:
        base = int((~np.isnan(first) | ~np.isnan(last)).sum())
        return Ends(score_p(first, last, way), base, scores, ())
    found = ends_p(first, last, way)
    if answers.shape[1] == 2:
        return found
    return found._replace(p=min(1.0, 2 * min(found.p, any_p(answers))), base=len(answers))


def _turn(told: pd.DataFrame, row: Row) -> Row:
    """Say of the shares of some waves whether all went one way, and where they turned."""
    shares = told["share"]
    found = {"same_way": bool((np.sign(shares.diff().iloc[1:]) == row["direction"]).all())}
    low, high = sorted(shares.iloc[[0, -1]])
    beyond = np.maximum(shares - high, low - shares)
    if beyond.max() <= abs(row["change"]) + inference.TIE:
        return found
    turn = told.loc[beyond.idxmax()]
    return found | {"turn": str(turn.name), "turn_yes": turn["yes"], "turn_base": turn["base"]}


def _group(given: _Given, measure: Measure, by: str) -> Iterator[Row]:
    """Compare the groups of a characteristic, in the last wave in which anyone answered."""
    answers = given.answers[measure.name]
    years = given.returns["year"].where(answers.notna())
    now = answers[years == years.max()]
    groups = _large(now, given.split[by])
    if groups.nunique() < 2:
        return
    year, number = int(years.max()), measure.item.is_number
    shown = given.shown(measure, by, year)
    shown = shown[shown.index.isin(groups)]
    kind, design, value = ("number", "means", "mean") if number else ("group", "groups", "share")
    row = given.row(measure, kind, by=by, turn=str(year), design=design, status=WITHHELD)
    row |= {"family": f"group, {measure.family}", "quiet": True}
    if len(shown) > 1:  # what is shown gives nothing away
        groups = groups[groups.isin(shown.index)]
        ends = shown.sort_values(value, kind="stable").iloc[[0, -1]]
        row |= {"from": str(ends.index[0]), "to": str(ends.index[1]), "quiet": False}
        row |= _compared(ends, *(now[groups.index[groups == group]] for group in ends.index))
        # of how many there is a verdict would tell how large the groups are that are not shown
        row |= {"status": least_firm(shown["status"]), "base": len(groups)}
    yield row | {"p": groups_p(now[groups.index], groups)}


def _large(answers: pd.Series[float], groups: pd.Series[str]) -> pd.Series[str]:
    """The group of each that answered, where those of it are enough to compare."""
    held = groups[answers.index[answers.notna()]].dropna().astype("object")
    return held[held.map(held.value_counts()) >= ENOUGH]


def _blanks(given: _Given) -> Iterator[Row]:
    """Ask of each item, in its last wave, whether it was left blank more often than the others.

    And of each characteristic, whether its groups left the item blank equally often.
    """
    from scipy.stats import binom

    asked = pd.DataFrame({item: given.asked(item) for item in given.codebook})
    blank = given.returns[list(asked)].isna().astype("float64").where(asked)
    for year in given.collection.years:
        held = [item for item, one in given.codebook.items() if year in one.held]
        now = [item for item in held if (item, year) not in given.withheld]
        wave = blank.loc[given.returns["year"] == year, now]
        if len(now) < 3 or len(wave) < ENOUGH:
            continue
        often, left, put = wave.mean(axis=1), wave.sum(), wave.notna().sum()
        for item in now:
            one, yes, base = given.codebook[item], int(left[item]), int(put[item])
            if year < max({*one.held} & {*given.collection.years}) or base < ENOUGH:
                continue
            row = given.row(Measure(one, item, one.name, "blank"), "blank", turn=str(year))
            row |= {"design": "blanks"}
            ends = {"from": "other items", "to": "this item", "by": "item", "base": base}
            others = {"yes": left.sum() - yes, "base": put.sum() - base}
            ends |= _compared(pd.DataFrame([others, {"yes": yes, "base": base}], dtype="int64"))
            # Who leaves much blank leaves this blank, too. Were each of its items as likely to be
            # blank, no spread would be wider than the binomial one (Hoeffding 1956).
            chance = float(often[wave[item].notna()].mean())
            p = float(binom.sf(yes - 1, base, chance))
            yield row | ends | {"p": p, "family": "blank"}
            opener = (one.asked_if or RESPONDENTS, year)
            for by in given.split if yes else ():
                if by == item or opener in given.collection.not_shown.get(by, ()):
                    continue  # how many of each group were asked is not told
                groups = _large(wave[item], given.split[by])
                if groups.nunique() > 1:
                    p = groups_p(wave.loc[groups.index, item], groups)
                    row |= {"by": by, "family": f"blank, {by}", "base": len(groups)}
                    yield row | {"p": p, "quiet": bool(given.collection.threshold)}


def _sections(given: _Given, changed: Sequence[Row]) -> Iterator[Row]:
    """Ask of each section whether its yes/no items that everyone was asked moved together."""
    codebook = given.codebook
    for section in codebook.sections:
        some = [
            row for row in changed
            if row["section"] == section and row["family"] == "change, yes/no"
            and codebook[row["item"]].asked_if is None
        ]  # fmt: skip
        if len(some) < 3 or len({(row["from"], row["to"]) for row in some}) > 1:
            continue
        years = [some[0]["from"], some[0]["to"]]
        row: Row = {"kind": "section", "by": "year", "family": "section", "section": section}
        row |= {"from": years[0], "to": years[1], "design": "scores", "status": WITHHELD}
        row |= {"label": codebook.title(section)}
        if all("change" in one for one in some):
            told = pd.DataFrame(some)
            sums = [[told[f"{side}_{n}"].sum() for n in ("yes", "base")] for side in ("from", "to")]
            row |= _compared(pd.DataFrame(sums, columns=["yes", "base"]))
            row |= {"status": least_firm(told["status"])}
            row |= {"same_way": {*told["direction"]} == {row["direction"]} - {0}}
        waves = [given.waves(given.known[one["measure"]])[map(int, years)] for one in some]
        centred = pd.concat([wave - np.nanmean(wave.to_numpy()) for wave in waves])
        score = centred.groupby(level=0).sum(min_count=1).to_numpy()
        if (~np.isnan(score)).sum(axis=0).min() >= ENOUGH:
            found = _waves_p(score, row.get("direction", 0), "scores")
            row |= {"p": found.p, "base": found.base}
        yield row
