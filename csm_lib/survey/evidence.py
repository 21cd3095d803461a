"""What the returns bear: every change and every difference that is told, tested in one place.

Each page that speaks of a change, of a difference between groups or of blanks reads it here, so
that no two pages can differ. What is published of an item is its tally; the tests look at the
returns, and publish no more than a verdict where a p-value would give a small count back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from csm_lib import inference
from csm_lib.aggregate import CHARACTERISTICS
from csm_lib.codebook import ANSWERS, Codebook, Item
from csm_lib.collection import Collection
from csm_lib.disclosure import RESPONDENTS
from csm_lib.permutation import any_p, ends_p, groups_p, means_p, score_p
from csm_lib.status import DRAWN, WITHHELD, least_firm

LEVEL = 0.05
ENOUGH = 5
"""A wave or a group in which fewer answered is not tested, and no sentence names it."""

LARGER, CHANCE, UNTESTED = "larger than chance", "could be chance", "not tested"
VERDICTS = (LARGER, CHANCE, UNTESTED)

_COLUMNS: Mapping[str, str] = {
    "kind": "str", "by": "str", "measure": "str", "item": "str", "label": "str", "section": "str",
    "from": "str", "from_yes": "Int64", "from_base": "Int64",
    "to": "str", "to_yes": "Int64", "to_base": "Int64", "change": "float64", "direction": "int64",
    "from_mean": "float64", "from_median": "float64", "to_mean": "float64", "to_median": "float64",
    "turn": "str", "turn_yes": "Int64", "turn_base": "Int64", "waves": "int64", "same_way": "bool",
    "base": "int64", "design": "str", "family": "str", "p": "float64", "quiet": "bool",
    "status": "str",
}  # fmt: skip
_EMPTY = {"str": "", "int64": 0, "bool": False, "Int64": pd.NA, "float64": np.nan}


@dataclass(frozen=True)
class Measure:
    """What is counted of an item: those that gave any of some answers, of those that gave one.

    Of a yes/no item that is yes; of a scale, the answers that stand for it; of an item with other
    answers, each of them makes a measure of its own, with its ``answer``. Of one that is answered
    by a number, of the family *number*, nothing is counted: its mean is compared.
    """

    item: Item = field(repr=False)
    family: str
    answer: str = ""

    @property
    def name(self) -> str:
        """Its id, which no other measure has."""
        return f"{self.item.item}: {self.answer}" if self.answer else self.item.item

    @property
    def label(self) -> str:
        """What a table calls it."""
        name = self.item.name
        return f"{self.item.answers[self.answer]} ({name})" if self.answer else name


def measures(items: Sequence[Item]) -> list[Measure]:
    """Return what is counted of some items, in their order; of numbers, nothing is."""
    found: list[Measure] = []
    for item in items:
        if item.response == "yes_no":
            found.append(Measure(item, "yes/no"))
        elif item.agreed:
            found.append(Measure(item, "scale"))
        else:
            found += [Measure(item, "answers", one) for one in item.counted]
    return found


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
    counted: Sequence[Measure],
    by: Sequence[str] = (),
    years: Sequence[int] | None = None,
) -> pd.DataFrame:
    """Count measures as they can be shown: a tally whose ``item`` is the name of a measure."""
    items = list(dict.fromkeys(one.item.item for one in counted))
    rows = measured(collection).tally(items, by=by, years=years)
    named = {(one.item.item, one.answer or "yes"): one for one in counted}
    keys = zip(rows["item"], rows["answer"], strict=True)
    found = [named.get(key) for key in keys]
    rows = rows[np.array([one is not None for one in found], dtype=bool)].reset_index(drop=True)
    rows["item"] = [one.name for one in found if one is not None]
    rows["label"] = [one.label for one in found if one is not None]
    return rows.assign(answer="yes").drop(columns=["low", "high"], errors="ignore")


def figures(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a tally that have a figure: not withheld, and somebody answered."""
    held = rows[rows["yes"].notna() & rows["base"].gt(0).fillna(value=False)]
    return held.astype({"yes": "int64", "base": "int64"})


@lru_cache(maxsize=2)
def evidence(collection: Collection) -> pd.DataFrame:
    """Test every change and every difference that a book may tell.

    Returns
    -------
    DataFrame
        One row is one comparison.

        - ``kind``: *change* of a measure from its first wave to its last; *group*, the difference
          between the groups of a characteristic, ``by``, in its last wave; *blank*, an item left
          blank more often than the others of its wave, or not equally often by the groups of
          ``by``; *section*, the yes/no items of a section taken together, first wave to last;
          *number*, the mean of an item that is answered by a number, in its first and its last
          wave, or in the groups of ``by`` in its last wave.
        - ``measure`` is an item, or an item with one of its answers; ``item, label, section``.
        - ``from`` and ``to`` are what is compared: waves, or the groups with the lowest and the
          highest share of those in which five or more answered; with ``_yes`` and ``_base``,
          ``change`` (a proportion) and ``direction``, as in `csm_lib.changes`. Missing where
          figures are withheld. Of numbers there are ``_mean`` and ``_median`` in place of
          ``_yes``, and ``change`` is how much more often a number of the second is higher than
          one of the first than lower (Cliff's delta), which of yes and no is that proportion.
        - ``turn`` is the wave between that lies beyond both by more than they differ, with its
          counts; of groups and blanks, their wave. ``waves`` is how many are looked at;
          ``same_way``, whether each step, or each item of a section, went the way of the change.
        - ``base`` is how many respondents the test rests on, ``design`` what it is. ``family`` are
          the comparisons that Holm's rule takes together, ``tests`` how many.
        - ``p`` and ``holm`` stand before and after that rule: missing where nothing was tested, or
          where they would tell a count under the threshold. ``verdict`` is one of `VERDICTS`, by
          ``holm`` at 5%. ``status`` is that of the figures.

    Notes
    -----
    Changes are tested by `csm_lib.permutation.ends_p`; where there are more than two waves, half
    of the level goes to it, and half to `csm_lib.permutation.any_p`. Waves in which fewer than
    five answered are left out. A change whose figures are withheld is tested with the others, as
    to test only what is not small would be to choose; of it there is no more than a verdict.
    Groups are compared by `csm_lib.permutation.groups_p`, of those whose figures are shown; where
    fewer than two are, of all with five or more. Means are compared by
    `csm_lib.permutation.score_p` and `csm_lib.permutation.means_p`. Nothing is tested of a drawn
    panel.
    """
    given = _Given(collection)
    rows = [*_changes(given)]
    if collection.status != DRAWN:
        rows += [row for by in CHARACTERISTICS for row in _groups(given, by)]
        rows += [*_blanks(given), *_sections(given, rows), *_numbers(given)]
    known = _COLUMNS.items()
    cells = [{name: row.get(name, _EMPTY[kind]) for name, kind in known} for row in rows]
    table = pd.DataFrame(cells, columns=list(_COLUMNS)).astype(_COLUMNS)
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
    """The returns, as the tests take them: 1, 0 or missing."""

    def __init__(self, collection: Collection) -> None:
        self.collection, self.returns = collection, measured(collection).returns
        self.codebook = collection.codebook
        self.measures = measures(list(self.codebook.values()))
        self.numbers = [Measure(one, "number") for one in self.codebook.values() if one.is_number]
        rows = count(collection, self.measures)
        shut = rows[rows["yes"].isna()]
        self.withheld = {*zip(shut["item"], shut["year"], strict=True)}
        summed = collection.numbers([one.name for one in self.numbers])
        shut = summed[summed["status"] == WITHHELD]
        self.withheld |= {*zip(shut["item"], shut["year"], strict=True)}
        self.shown = dict(list(figures(rows).groupby("item", sort=False)))
        told = [*self.measures, *self.numbers]
        self.answers = {measure.name: self._answers(measure) for measure in told}

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

    def blank(self, item: str) -> pd.Series[float]:
        """Of each return 1 if it left an item blank, 0 if not, missing if it was not asked."""
        return self.returns[item].isna().astype("float64").where(self.asked(item))

    def waves(self, measure: Measure) -> pd.DataFrame:
        """The answers to a measure, one row a respondent and one column a wave that has any."""
        who = [self.returns["authority"].astype(str), self.returns["year"]]
        wide = self.answers[measure.name].groupby(who).first().unstack()
        return wide.dropna(how="all").dropna(how="all", axis=1)

    def row(self, measure: Measure, **more: Any) -> dict[str, Any]:
        """What every row of the table says of a measure."""
        item = measure.item
        row = {"measure": measure.name, "label": measure.label, "item": item.item}
        return row | {"section": item.section, "status": self.collection.status} | more


def _compared(first: Any, second: Any) -> dict[str, Any]:
    """Two counts with their bases side by side."""
    (k1, n1), (k2, n2) = first, second
    cross = int(k2 * n1 - k1 * n2)
    return {
        "from_yes": k1, "from_base": n1, "to_yes": k2, "to_base": n2,
        "change": cross / (n1 * n2), "direction": int(np.sign(cross)),
    }  # fmt: skip


def _changes(given: _Given) -> Iterator[dict[str, Any]]:
    for measure in given.measures:
        waves = given.waves(measure)
        enough = [year for year in waves if waves[year].notna().sum() >= ENOUGH]
        nothing = pd.DataFrame(columns=["year", "yes", "base", "status"])
        figures_of = given.shown.get(measure.name, nothing).set_index("year")
        years = enough if len(enough) > 1 else figures_of.index.tolist()
        if len(years) < 2:
            continue
        told = figures_of.reindex(years)
        row = given.row(measure, kind="change", by="year", family=f"change, {measure.family}")
        row |= {"from": str(years[0]), "to": str(years[-1]), "waves": len(years)}
        shares = told["yes"] / told["base"]
        if shares.iloc[[0, -1]].notna().all():
            row |= _compared(*told[["yes", "base"]].iloc[[0, -1]].to_numpy(np.int64))
            row["status"] = least_firm(told["status"].dropna())
            row["same_way"] = bool((np.sign(shares.diff().iloc[1:]) == row["direction"]).all())
            low, high = sorted(shares.iloc[[0, -1]])
            beyond = np.maximum(shares - high, low - shares)
            if beyond.max() > abs(row["change"]) + inference.TIE:
                turn = told.loc[beyond.idxmax()]
                row |= {"turn": str(turn.name), "turn_yes": turn["yes"], "turn_base": turn["base"]}
        else:
            row["status"] = WITHHELD
        if given.collection.status != DRAWN and len(enough) > 1:
            # Waves that are withheld, too: to test only what is not small would be to choose.
            answers = waves[years].to_numpy()
            way = int(np.sign(np.nanmean(answers[:, -1]) - np.nanmean(answers[:, 0])))
            p, base, design, cells = ends_p(answers[:, 0], answers[:, -1], way)
            if len(years) > 2:
                p, base = min(1.0, 2 * min(p, any_p(answers))), len(answers)
            small = any(0 < cell < given.collection.threshold for cell in cells)
            quiet = small or bool(shares.isna().any())
            row |= {"p": p, "base": base, "design": design, "quiet": quiet}
        yield row


def _groups(given: _Given, by: str) -> Iterator[dict[str, Any]]:
    if by not in given.returns:
        return
    shown: dict[int, pd.DataFrame] = {}
    for measure in given.measures:
        answers = given.answers[measure.name]
        years = given.returns.loc[answers.notna(), "year"]
        if years.empty:
            continue
        year = int(years.max())
        sizes = _sizes(answers[given.returns["year"] == year], given.returns[by])
        if len(sizes) < 2:
            continue
        if year not in shown:
            shown[year] = figures(count(given.collection, given.measures, (by,), (year,)))
        rows = shown[year]
        rows = rows[(rows["item"] == measure.name) & rows[by].isin(sizes.index)]
        row = given.row(measure, kind="group", by=by, turn=str(year), design="groups")
        row |= {"family": f"group, {measure.family}", "quiet": len(rows) < 2, "status": WITHHELD}
        if len(rows) > 1:  # what is shown gives nothing away
            sizes = sizes.loc[rows[by]]
            ranked = rows.iloc[(rows["yes"] / rows["base"]).argsort(kind="stable")]
            low, high = ranked.iloc[0], ranked.iloc[-1]
            row |= {"from": str(low[by]), "to": str(high[by])}
            row |= _compared((low["yes"], low["base"]), (high["yes"], high["base"]))
            row["status"] = least_firm(rows["status"])
        p, base = groups_p(sizes["sum"], sizes["count"]), int(sizes["count"].sum())
        # of how many there is a verdict would tell how large the groups are that are not shown
        yield row | {"p": p, "base": base if len(rows) > 1 else 0}


def _blanks(given: _Given) -> Iterator[dict[str, Any]]:
    """Ask of each item, in its last wave, whether it was left blank more often than the others.

    And of each characteristic, whether its groups left the item blank equally often.
    """
    from scipy.stats import binom

    told = [*given.numbers, *given.measures]
    first = {measure.item.item: measure for measure in reversed(told)}
    blank = {item: given.blank(item) for item in given.codebook}
    for year in given.collection.years:
        held = [item for item, one in given.codebook.items() if year in one.held]
        now = [item for item in held if (first[item].name, year) not in given.withheld]
        wave = pd.DataFrame({item: blank[item] for item in now}, index=given.returns.index)
        wave = wave[given.returns["year"] == year]
        if len(now) < 3 or len(wave) < ENOUGH:
            continue
        often, left, put = wave.mean(axis=1), wave.sum(), wave.notna().sum()
        for item in now:
            years = {*given.codebook[item].held} & {*given.collection.years}
            if year < max(years) or put[item] < ENOUGH:
                continue
            yes, base = int(left[item]), int(put[item])
            row = given.row(first[item], kind="blank", family="blank", turn=str(year))
            row |= {"measure": item, "label": given.codebook[item].name, "design": "blanks"}
            ends = {"from": "other items", "to": "this item", "by": "item", "base": base}
            ends |= _compared((int(left.sum()) - yes, int(put.sum()) - base), (yes, base))
            # Who leaves much blank leaves this blank, too. Were each of its items as likely to be
            # blank, no spread would be wider than the binomial one (Hoeffding 1956).
            chance = float(often[wave[item].notna()].mean())
            yield row | ends | {"p": float(binom.sf(yes - 1, base, chance))}
            asked = (given.codebook[item].asked_if or RESPONDENTS, year)
            for by in CHARACTERISTICS if yes else ():
                if asked in given.collection.not_shown.get(by, ()):
                    continue  # how many of each group were asked is not told
                sizes = _sizes(wave[item], given.returns.get(by))
                if len(sizes) > 1:
                    p = groups_p(sizes["sum"], sizes["count"])
                    row |= {"by": by, "family": f"blank, {by}", "base": int(sizes["count"].sum())}
                    yield row | {"p": p, "quiet": bool(given.collection.threshold)}


def _sizes(answers: pd.Series[float], groups: pd.Series[Any] | None) -> pd.DataFrame:
    """How many ones and how many answers the groups have that are large enough to compare."""
    if groups is None:
        return pd.DataFrame()
    found = answers.groupby(groups.astype("object")).agg(["sum", "count"]).astype("int64")
    return found[found["count"] >= ENOUGH]


def _sections(given: _Given, changed: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Ask of each section whether its yes/no items that everyone was asked moved together."""
    codebook, by_name = given.codebook, {measure.name: measure for measure in given.measures}
    for section in codebook.sections:
        some = [
            row for row in changed
            if row["section"] == section and row["family"] == "change, yes/no"
            and codebook[row["item"]].asked_if is None
        ]  # fmt: skip
        if len(some) < 3 or len({(row["from"], row["to"]) for row in some}) > 1:
            continue
        ends = {side: some[0][side] for side in ("from", "to")}
        row = {"kind": "section", "by": "year", "family": "section", "section": section} | ends
        row |= {"label": codebook.title(section), "design": "scores", "status": WITHHELD}
        if not any(pd.isna(one.get("change")) for one in some):
            sums = (
                [sum(one[f"{side}_{n}"] for one in some) for n in ("yes", "base")] for side in ends
            )
            row |= _compared(*sums) | {"status": least_firm(one["status"] for one in some)}
            row |= {"same_way": {one["direction"] for one in some} == {row["direction"]} - {0}}
        years = [int(year) for year in ends.values()]
        waves = [given.waves(by_name[one["measure"]])[years] for one in some]
        centred = pd.concat([wave - np.nanmean(wave.to_numpy()) for wave in waves])
        score = centred.groupby(level=0).sum(min_count=1).to_numpy()
        score = score[~np.isnan(score).all(axis=1)]
        if (~np.isnan(score)).sum(axis=0).min() >= ENOUGH:
            p = score_p(score[:, 0], score[:, 1], row.get("direction", 0))
            row |= {"p": p, "base": len(score)}
        yield row


def _numbers(given: _Given) -> Iterator[dict[str, Any]]:
    """Compare the means of what is answered by a number: of two waves, and of groups."""
    for measure in given.numbers:
        answers, item = given.answers[measure.name], measure.item.item
        waves = given.waves(measure)
        years = [int(str(year)) for year in waves if waves[year].notna().sum() >= ENOUGH]
        if not years:
            continue
        told = given.collection.numbers([item]).set_index("year")
        if len(years) > 1:
            first, last = (waves[year] for year in (years[0], years[-1]))
            row = given.row(measure, kind="number", by="year", family="change, number")
            row |= _means(told, years[0], first, years[-1], last) | {"waves": len(years)}
            way = int(np.sign(last.mean() - first.mean()))
            p = score_p(first.to_numpy(), last.to_numpy(), way)
            base = int((first.notna() | last.notna()).sum())
            yield row | {"p": p, "base": base, "design": "means"}
        now = answers[given.returns["year"] == years[-1]].dropna()
        for by in CHARACTERISTICS:
            sizes = _sizes(now, given.returns.get(by))
            if len(sizes) < 2:
                continue
            told = given.collection.numbers([item], by=by, years=years[-1]).set_index(by)
            groups = given.returns.loc[now.index, by]
            some = now[groups.isin(sizes.index)]
            means = some.groupby(groups[some.index]).mean().sort_values(kind="stable")
            ends = [(group, some[groups == group]) for group in means.index[[0, -1]]]
            row = given.row(measure, kind="number", by=by, family="group, number")
            row |= _means(told, *ends[0], *ends[1]) | {"turn": str(years[-1]), "design": "means"}
            p = means_p(some.to_numpy(), groups[some.index].to_numpy())
            yield row | {"p": p, "base": len(some)}


def _means(
    told: pd.DataFrame, low: Any, first: pd.Series[float], high: Any, last: pd.Series[float]
) -> dict[str, Any]:
    """Two means side by side, if both are shown."""
    from scipy.stats import mannwhitneyu

    ends = told.loc[[low, high]]
    if ends["mean"].isna().any():
        hidden = {"quiet": True, "status": WITHHELD}
        # that a group has the highest mean is a figure, too
        return hidden | ({"from": str(low), "to": str(high)} if told.index.name == "year" else {})
    found = {
        "from": str(low),
        "to": str(high),
        "direction": int(np.sign(ends["mean"].diff().iloc[1])),
    }
    for side, (_, row) in zip(("from", "to"), ends.iterrows(), strict=True):
        found |= {f"{side}_{name}": row[name] for name in ("mean", "median", "base")}
    higher = mannwhitneyu(last.dropna(), first.dropna(), method="asymptotic").statistic
    return found | {"change": 2 * float(higher) / (first.count() * last.count()) - 1}
