"""How often a book says that something is larger than chance where nothing is, and where it is.

Collections are drawn in which all is left to chance: how many answered, how often, what they were
asked, how they lean, how long they keep to an answer, who leaves much blank. In others something
was put in, and it is counted how often it is found.

Usage: python tests/simulate_evidence.py [collections without signals] [with, of each size]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from math import sqrt
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from numpy.random import PCG64, Generator, SeedSequence
from small import item

from csm_lib.codebook import Codebook, Item
from csm_lib.collection import Collection
from csm_lib.status import OWN
from csm_lib.survey.evidence import LARGER, LEVEL, UNTESTED, evidence

SEED, PROCESSES = 2010, 2
SIZES = (40, 100, 250)
DESIGNS = ("paired", "partly paired", "separate")
RESPONSES = ("yes_no", "agree", "stage", "many")

Array = npt.NDArray[np.float64]
Answers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


RISES = {"put.rise_15": 0.15, "put.rise_20": 0.20, "put.rise_30": 0.30}
MORE = {"put.more_20": 0.20, "put.more_30": 0.30, "put.more_40": 0.40}
BLANK, FACTOR = "put.blank", 3
SECTION, TOGETHER, EIGHT = "together", 0.08, 8
"""What is put in: items that rise, items with more yes in one region, one that is blank more often
than the others, and a section whose items rise together."""


class Plan(NamedTuple):
    """What may differ from one collection to the next."""

    size: int
    waves: int
    items: int
    design: str
    stays: float
    lean: float
    blank: float
    threshold: int


def planned(rng: Generator) -> Plan:
    """Draw a plan: of 12 to 300 respondents a wave, few as often as many."""
    return Plan(
        size=int(np.exp(rng.uniform(np.log(12), np.log(301)))),
        waves=int(rng.integers(1, 6)),
        items=int(rng.integers(5, 61)),
        design=str(rng.choice(DESIGNS)),
        stays=float(rng.choice([0, 0.5, 0.8, 0.95])),
        lean=float(rng.choice([0, 1, 2])),
        blank=float(rng.choice([0, 0.03, 0.1, 0.3])),
        threshold=int(rng.choice([0, 5])),
    )


def drawn(rng: Generator, plan: Plan, *, signals: bool = False) -> Collection:
    """Draw a collection by a plan, with all signals or none."""
    asked = list(_asked(rng, plan, signals=signals))
    sent = _sent(rng, plan)
    size = len(sent)
    region = rng.choice(list("ABCDEF"), size, p=rng.dirichlet([4] * 6))
    kind = rng.choice(["", "X", "Y", "Z"], size, p=[0.05, 0.4, 0.35, 0.2])
    largest = region == max("ABCDEF", key=list(region).count)
    lean = plan.lean * rng.normal(size=size)
    blank = _blank(rng, plan, asked, size)
    given: dict[str, Answers] = {}
    for place, one in enumerate(asked):
        left = blank[place]
        share = 0.4 if one.section in ("put", SECTION) else None
        number = 2 if one.response == "yes_no" else len(one.answers)
        answers = _kept(rng, plan, number, share, lean)
        if rise := TOGETHER if one.section == SECTION else RISES.get(one.item):
            since = rng.random(size) * max(plan.waves - 1, 1)  # a steady rise
            later = np.arange(plan.waves) >= since[:, None]
            answers[later & _turned(rng, answers, rise)] = 1
        if one.item in MORE:
            answers[largest[:, None] & _turned(rng, answers, MORE[one.item])] = 1
        if one.item == BLANK:
            left = rng.random(left.shape) < FACTOR * blank.mean()
        answers[left] = -1
        if one.asked_if:
            answers[given[one.asked_if] != 1] = -1
        given[one.item] = answers
    who, wave = np.nonzero(sent)
    data: dict[str, object] = {
        "authority": [f"P{place:04}" for place in who],
        "year": 2021 + wave,
        "region": pd.array(region[who], dtype="str"),
        "authority_type": pd.array([name or None for name in kind[who]], dtype="str"),
    }
    for one in asked:
        names = np.array([False, True] if one.response == "yes_no" else [*one.answers])
        answers = given[one.item][sent]
        kept = [None if at < 0 else names[at] for at in answers]
        data[one.item] = pd.array(kept, "boolean" if one.response == "yes_no" else "str")
    return Collection(
        path=Path("drawn"),
        title="Drawn",
        codebook=Codebook({one.item: one for one in asked}, Path("drawn/codebook.csv"), {}),
        returns=pd.DataFrame(data),
        status=OWN,
        threshold=plan.threshold,
    )


def _asked(rng: Generator, plan: Plan, *, signals: bool) -> Iterator[Item]:
    """Sections of up to twelve items of all kinds; some yes/no items open the one after them."""
    years = range(2021, 2021 + plan.waves)
    if signals:
        for name in (*RISES, *MORE, BLANK, *(f"{SECTION}.{at}" for at in range(EIGHT))):
            yield item(name, years=years)
    length, opener = int(rng.integers(4, 13)), None
    for place in range(plan.items):
        name = f"s{place // length}.i{place}"
        response = str(rng.choice(RESPONSES, p=[0.6, 0.2, 0.1, 0.1]))
        opened = opener if place % length else None
        yield item(name, response=response, years=years, asked_if=opened)
        opener = name if response == "yes_no" and not opened and rng.random() < 0.15 else None


def _sent(rng: Generator, plan: Plan) -> Flags:
    """Say who (row) answered in which wave (column)."""
    if plan.design == "paired":
        return np.ones((plan.size, plan.waves), dtype=bool)
    if plan.design == "separate":
        return np.repeat(np.eye(plan.waves, dtype=bool), plan.size, axis=0)
    often = rng.uniform(0.3, 0.9)
    return rng.random((int(plan.size / often), plan.waves)) < often


def _kept(rng: Generator, plan: Plan, number: int, share: float | None, lean: Array) -> Answers:
    """Draw answers, from 0, that are kept from one wave to the next or given anew.

    So their shares stay as they are: a share of ones, if given, or any, rare ones among them.
    """
    shares = rng.dirichlet([0.5] * number) if share is None else np.array([1 - share, share])
    tilt = rng.normal() * np.outer(lean, np.linspace(-0.5, 0.5, number))
    weights = shares * np.exp(0 * tilt if share else tilt)
    ends = weights.cumsum(axis=1) / weights.sum(axis=1, keepdims=True)
    found = (rng.random((len(lean), plan.waves, 1)) > ends[:, None, :-1]).sum(axis=2)
    for wave in range(1, plan.waves):
        keeps = rng.random(len(lean)) < plan.stays
        found[keeps, wave] = found[keeps, wave - 1]
    return found


def _blank(rng: Generator, plan: Plan, asked: list[Item], size: int) -> Flags:
    """Say which item, respondent and wave is left blank: singly, or by section; by some more."""
    forgets = np.minimum(1, plan.blank * rng.gamma(0.5, 2, size)[:, None] * np.ones(plan.waves))
    forgets *= rng.uniform(0.5, 1, plan.waves)
    sections = list(dict.fromkeys(one.section for one in asked))
    if rng.random() < 0.3:
        skipped = rng.random((len(sections), size, plan.waves)) < forgets
        return skipped[[sections.index(one.section) for one in asked]]
    return rng.random((len(asked), size, plan.waves)) < forgets


def _turned(rng: Generator, answers: Answers, rise: float) -> Flags:
    """Choose respondents who say yes where they said no, so that the share rises by so much."""
    turns = rng.random(len(answers)) < rise / (answers == 0).mean()
    return turns[:, None] & (answers == 0)


# -- Counting -----------------------------------------------------------------


def false_alarms(seed: SeedSequence, **changed: object) -> dict[str, bool]:
    """Say of each family that was tested in a book without signals whether it found any."""
    rng = Generator(PCG64(seed))
    plan = planned(rng)._replace(**changed)
    table = evidence(drawn(rng, plan))
    table = table[table["verdict"] != UNTESTED]
    return (table["verdict"] == LARGER).groupby(table["family"]).any().to_dict()


def found(seed: SeedSequence, size: int) -> dict[str, bool]:
    """Say of each signal that was put in whether the book finds it, where it points."""
    rng = Generator(PCG64(seed))
    plan = planned(rng)
    plan = plan._replace(size=size, waves=max(plan.waves, 2), blank=0.05)
    table = evidence(drawn(rng, plan, signals=True))
    larger = table[(table["verdict"] == LARGER) & (table["direction"] >= 0)]
    changed = set(larger.loc[larger["kind"] == "change", "measure"])
    grouped = set(larger.loc[(larger["kind"] == "group") & (larger["by"] == "region"), "measure"])
    told = {f"{item}, {plan.design}": item in changed for item in RISES}
    told |= {item: item in grouped for item in MORE}
    told[BLANK] = BLANK in set(larger.loc[larger["kind"] == "blank", "measure"])
    moved = set(larger.loc[larger["kind"] == "section", "section"])
    return told | {f"{SECTION}, {plan.design}": SECTION in moved}


def counted(told: list[dict[str, bool]]) -> pd.DataFrame:
    """Count, by what is told of: in how many ``books``, in how many of them ``told``, ``share``."""
    rows = pd.DataFrame(told)
    table = pd.DataFrame({"books": rows.notna().sum(), "told": (rows == True).sum()})  # noqa: E712
    return table.assign(share=table["told"] / table["books"]).sort_index()


def at_most(books: int) -> float:
    """The share of books that may be told of: the level and two standard errors of the count."""
    return LEVEL + 2 * sqrt(LEVEL * (1 - LEVEL) / books)


def main(without: int, with_signals: int) -> None:
    """Print both tables."""
    with ProcessPoolExecutor(PROCESSES) as pool:
        table = counted(
            list(pool.map(false_alarms, SeedSequence(SEED).spawn(without), chunksize=5))
        )
        table["at most"] = table["books"].map(at_most)
        print(table.round(3).to_string(), flush=True)
        for size in SIZES:
            seeds = SeedSequence([SEED, size]).spawn(with_signals)
            table = counted(list(pool.map(found, seeds, repeat(size), chunksize=2)))
            print(f"\n{size} respondents a wave\n{table.round(2)}", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:] or ("500", "100")))
