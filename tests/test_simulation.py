"""A small run of `simulate_evidence`: what it draws is what it says, and what it counts is right.

Few collections tell little of five in a hundred. `make simulate` draws hundreds.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.random import PCG64, Generator, SeedSequence
from simulate_evidence import (
    BLANK,
    DESIGNS,
    MORE,
    RISES,
    SECTION,
    Plan,
    at_most,
    counted,
    drawn,
    false_alarms,
    found,
    planned,
)

from csm_lib.collection import Collection

PLAN = Plan(
    size=2_000, waves=3, items=12, design="paired", stays=0.8, lean=1, blank=0.05, threshold=0
)


def one(seed: int = 1, *, planted: bool = False, **changed: object) -> Collection:
    plan = PLAN._replace(**changed)
    return drawn(Generator(PCG64(seed)), plan, signals=planted)


def shares(collection: Collection, item: str) -> list[float]:
    return collection.returns.groupby("year")[item].mean().astype(float).tolist()


def test_plans_are_small_and_large_and_of_every_design() -> None:
    plans = [planned(Generator(PCG64(seed))) for seed in range(400)]
    sizes, items = [plan.size for plan in plans], [plan.items for plan in plans]
    assert 12 <= min(sizes) < 14 < 60 < np.median(sizes) + 20 < 290 < max(sizes) <= 300
    assert (min(items), max(items)) == (5, 60)
    assert {plan.waves for plan in plans} == {1, 2, 3, 4, 5}
    assert {plan.design for plan in plans} == set(DESIGNS)


@pytest.mark.parametrize(("design", "often"), [("paired", {3}), ("separate", {1})])
def test_respondents_answer_as_often_as_the_design_says(design: str, often: set[int]) -> None:
    returns = one(design=design).returns
    assert set(returns.groupby("authority").size()) == often
    assert returns.groupby("year").size().tolist() == [2_000] * 3


def test_the_same_seed_draws_the_same_and_another_does_not() -> None:
    pd.testing.assert_frame_equal(one(size=50).returns, one(size=50).returns)
    assert not one(size=50).returns.equals(one(2, size=50).returns)


def test_without_a_signal_shares_stay_and_answers_are_kept() -> None:
    collection = one(blank=0)
    asked = [i for i in collection.codebook.values() if i.response == "yes_no" and not i.asked_if]
    assert len(asked) > 3
    for item in asked:
        rates = shares(collection, item.item)
        assert max(rates) - min(rates) < 0.045  # some three standard errors
        wide = collection.returns.pivot(index="authority", columns="year", values=item.item)
        same = (wide[2021] == wide[2022]).mean()
        assert same > 0.8  # kept, and some of those that were given anew


def test_blanks_cluster_by_respondent_and_who_said_no_is_not_asked_on() -> None:
    collection = one(blank=0.3, items=40)
    book, returns = collection.codebook, collection.returns
    asked = [name for name in book if not book[name].asked_if]
    blank = returns[asked].isna()
    assert 0.1 < blank.to_numpy().mean() < 0.3
    assert blank.mean(axis=1).std() > 2 * np.sqrt(0.25 / len(asked))  # than if each were a coin
    opened = [name for name in book if book[name].asked_if]
    assert opened
    for name in opened:
        assert returns[name].isna()[~returns[book[name].asked_if].eq(True).fillna(False)].all()


def test_what_is_put_in_is_in_the_answers() -> None:
    collection = one(planted=True)
    for item, rise in RISES.items():
        assert shares(collection, item) == pytest.approx(
            [0.4, 0.4 + rise / 2, 0.4 + rise], abs=0.045
        )
    returns = collection.returns
    largest = returns["region"] == returns["region"].mode()[0]
    for item, more in MORE.items():
        assert returns.loc[largest, item].mean() == pytest.approx(0.4 + more, abs=0.06)
        assert returns.loc[~largest, item].mean() == pytest.approx(0.4, abs=0.045)
    section = [shares(collection, item) for item in collection.codebook.section(SECTION)]
    assert np.mean(section, axis=0) == pytest.approx([0.4, 0.44, 0.48], abs=0.02)
    blank = returns[[BLANK, *RISES, *MORE]].isna().mean()
    assert blank[BLANK] / blank.drop(BLANK).mean() == pytest.approx(3, abs=0.5)


def test_told_books_are_counted_of_those_that_tested_the_family() -> None:
    table = counted([{"blank": True, "section": False}, {"blank": False}, {"blank": False}])
    assert table.loc["blank"].tolist() == [3, 1, pytest.approx(1 / 3)]
    assert table.loc["section"].tolist() == [1, 0, 0]
    assert at_most(475) == pytest.approx(0.07)


def test_books_on_nothing_seldom_tell_of_anything() -> None:
    told = [false_alarms(seed, size=40, waves=2, items=8) for seed in SeedSequence(4).spawn(8)]
    table = counted(told)
    assert {"blank", "change, yes/no", "group, yes/no"} <= set(table.index)
    assert table["told"].max() <= 3  # at 5%, four of eight come once in two thousand


def test_strong_signals_are_found() -> None:
    told = counted([found(seed, 250) for seed in SeedSequence(5).spawn(3)])
    assert told.filter(like="rise_30", axis=0)["share"].min() == 1
    assert told.loc["put.more_40", "share"] == 1
    assert told.loc["put.blank", "share"] == 1
