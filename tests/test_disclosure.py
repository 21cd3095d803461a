"""Small counts are withheld, and nothing that is shown gives them back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csm_lib.disclosure import narrow, protect
from csm_lib.status import WITHHELD
from tests.attack_many import random_collection
from tests.small import item
from tests.small import small as small_collection

NUMBERS = ["yes", "base", "no_answer", "share", "low", "high"]


def tally(
    cells: Mapping[object, Sequence[int]], by: Sequence[str], *, item: str = "x"
) -> pd.DataFrame:
    """A tally of one item in one year: by group, how many gave each answer and, last, the base."""
    rows = []
    for group, (*counts, base) in cells.items():
        names = group if isinstance(group, tuple) else (group,)
        for number, yes in enumerate(counts):
            rows.append(
                {
                    "item": item,
                    "label": item.upper(),
                    "section": "s",
                    "year": 2024,
                    "answer": "yes" if len(counts) == 1 else f"answer {number}",
                    **dict(zip(by, names, strict=False)),
                    "yes": yes,
                    "base": base,
                    "no_answer": 1,
                    "share": yes / base if base else float("nan"),
                    "status": "own returns",
                }
            )
    return pd.DataFrame(rows)


def hidden(rows: pd.DataFrame, by: Sequence[str]) -> list[object]:
    """The groups that are withheld."""
    names = rows.loc[rows["status"] == WITHHELD, list(by)].drop_duplicates()
    return [row[0] if len(by) == 1 else row for row in names.itertuples(index=False, name=None)]


def withheld(cells: Mapping[object, Sequence[int]], threshold: int = 5) -> list[object]:
    """The regions that are withheld of one item in one year."""
    return hidden(protect(tally(cells, ["region"]), threshold, ["region"]), ["region"])


# --- what is withheld -----------------------------------------------------------------------------


def test_a_withheld_row_has_no_number_and_its_status_says_why() -> None:
    rows = tally({"": [3, 20]}, []).assign(low=0.1, high=0.4)
    (row,) = protect(rows, 5, []).to_dict("records")
    assert all(pd.isna(row.pop(name)) for name in NUMBERS)
    assert row == {
        "item": "x",
        "label": "X",
        "section": "s",
        "year": 2024,
        "answer": "yes",
        "status": "withheld",
    }


@pytest.mark.parametrize(
    ("yes", "base", "shown"),
    [
        (0, 20, True),
        (1, 20, False),
        (4, 20, False),
        (5, 20, True),
        (15, 20, True),
        (16, 20, False),
        (19, 20, False),
        (20, 20, True),
        (0, 4, False),
        (4, 4, False),
        (0, 5, True),
        (5, 5, True),
        (0, 0, True),
    ],
)
def test_a_count_and_what_it_leaves_of_the_base_are_each_none_or_large(
    yes: int, base: int, shown: bool
) -> None:
    found = protect(tally({"": [yes, base]}, []), 5, [])
    assert found["status"].tolist() == ["own returns" if shown else "withheld"]


@pytest.mark.parametrize(("threshold", "shown"), [(1, True), (3, True), (4, False)])
def test_the_threshold_decides_what_is_small(threshold: int, shown: bool) -> None:
    found = protect(tally({"": [3, 20]}, []), threshold, [])
    assert found["status"].tolist() == ["own returns" if shown else "withheld"]


def test_one_small_answer_withholds_all_groups_and_answers_but_those_nobody_gave() -> None:
    cells = {"A": [8, 8, 2, 18], "B": [9, 9, 9, 27], "C": [9, 0, 9, 18], "D": [0, 0, 0, 0]}
    assert withheld(cells) == ["A", "B", "C"]


def test_with_zero_an_answer_of_nobody_or_of_everybody_is_small_too() -> None:
    for yes in (0, 20):
        rows = tally({"A": [yes, 20], "B": [10, 20], "C": [0, 0]}, ["region"])
        assert hidden(protect(rows, 5, ["region"]), ["region"]) == []
        assert hidden(protect(rows, 5, ["region"], zero=True), ["region"]) == ["A", "B"]


def test_what_is_shut_is_withheld_whatever_its_counts() -> None:
    rows = tally({"A": [10, 20], "B": [10, 20]}, ["region"])
    assert hidden(protect(rows, 5, ["region"], shut={("x", 2024)}), ["region"]) == ["A", "B"]
    assert hidden(protect(rows, 5, ["region"], shut={("x", 2023)}), ["region"]) == []


def test_threshold_0_changes_nothing() -> None:
    rows = tally({"A": [1, 2], "B": [0, 0]}, ["region"])
    assert protect(rows, 0, ["region"]) is rows


def test_what_is_shown_keeps_its_numbers_and_the_rows_their_order() -> None:
    rows = tally({"B": [10, 20], "A": [6, 30], "C": [0, 9]}, ["region"]).set_index(
        pd.Index([7, 3, 5])
    )
    before = rows.copy()
    found = protect(rows, 5, ["region"])
    assert found.index.tolist() == [7, 3, 5]
    assert found["status"].tolist() == ["own returns"] * 3
    assert found.loc[3, ["yes", "base", "no_answer", "share"]].tolist() == [6, 30, 1, 0.2]
    assert {str(found[name].dtype) for name in ("yes", "base", "no_answer")} == {"Int64"}
    pd.testing.assert_frame_equal(rows, before)


def test_an_empty_tally_stays_empty() -> None:
    rows = tally({"A": [1, 2]}, ["region"]).iloc[:0]
    assert protect(rows, 5, ["region"]).empty


# --- all or nothing -------------------------------------------------------------------------------


def test_a_small_count_in_one_group_withholds_every_group_with_answers() -> None:
    cells = {"A": [10, 20], "B": [10, 25], "C": [0, 1], "D": [0, 12], "E": [0, 0]}
    assert withheld(cells) == ["A", "B", "C", "D"]
    assert withheld({"A": [10, 20], "B": [10, 25], "D": [0, 12]}) == []


def test_each_item_and_year_stands_alone() -> None:
    one = tally({"A": [2, 20], "B": [10, 30], "C": [10, 25]}, ["region"])
    other = tally({"A": [10, 20], "B": [10, 30], "C": [10, 25]}, ["region"], item="y")
    later = other.assign(item="x", year=2025)
    found = protect(pd.concat([one, other, later], ignore_index=True), 5, ["region"])
    assert found.index[found["status"] == WITHHELD].tolist() == [0, 1, 2]


def test_two_characteristics_are_withheld_together() -> None:
    by = ["region", "authority_type"]
    cells = {pair: [10, 20] for pair in product("AB", "xyz")}
    assert hidden(protect(tally(cells, by), 5, by), by) == []
    cells["A", "x"] = [2, 20]
    assert hidden(protect(tally(cells, by), 5, by), by) == list(product("AB", "xyz"))


def test_who_was_asked_does_not_tell_how_many_said_yes() -> None:
    opener = tally({"A": [17, 20], "B": [10, 20], "C": [15, 30]}, ["region"], item="opener")
    opened = tally({"A": [8, 17], "B": [0, 0], "C": [7, 15]}, ["region"], item="opened")
    rows = pd.concat([opened, opener], ignore_index=True)
    alone = protect(rows, 5, ["region"])
    assert hidden(alone[alone["item"] == "opened"], ["region"]) == []
    found = protect(rows, 5, ["region"], opened_by={"opened": "opener"})
    assert hidden(found[found["item"] == "opener"], ["region"]) == ["A", "B", "C"]
    assert hidden(found[found["item"] == "opened"], ["region"]) == ["A", "B", "C"]


# --- over anything --------------------------------------------------------------------------------

GROUPS = {"region": "ABCD", "authority_type": "xyz"}


@st.composite
def tallies(draw: st.DrawFn) -> tuple[pd.DataFrame, list[str], int]:
    by = draw(st.sampled_from([[], ["region"], ["region", "authority_type"]]))
    sizes = [draw(st.integers(1, len(GROUPS[name]))) for name in by]
    groups = list(product(*(GROUPS[name][:size] for name, size in zip(by, sizes, strict=True))))
    answers = draw(st.integers(1, 3))
    count = st.one_of(st.just(0), st.integers(0, 6), st.integers(0, 30))
    cells: dict[object, Sequence[int]] = {}
    for group in groups:
        counts = [draw(count) for _ in range(answers)]
        cells[group] = [*counts, sum(counts) + (draw(count) if answers == 1 else 0)]
    return tally(cells, by), by, draw(st.integers(1, 8))


def small(yes: int, base: int, threshold: int) -> bool:
    return 0 < yes < threshold or 0 < base - yes < threshold


@settings(max_examples=300)
@given(tallies())
def test_nothing_small_is_shown(case: tuple[pd.DataFrame, list[str], int]) -> None:
    rows, by, threshold = case
    shown = protect(rows, threshold, by)
    shown = shown[shown["status"] != WITHHELD]
    assert not any(
        small(*pair, threshold) for pair in zip(shown["yes"], shown["base"], strict=True)
    )


@settings(max_examples=300)
@given(tallies())
def test_all_groups_with_answers_are_shown_or_none(
    case: tuple[pd.DataFrame, list[str], int],
) -> None:
    rows, by, threshold = case
    found = protect(rows, threshold, by)
    assert found.loc[rows["base"] > 0, "status"].nunique() <= 1
    assert (found.loc[rows["base"] == 0, "status"] != WITHHELD).all()


@settings(max_examples=150)
@given(tallies())
def test_to_protect_twice_is_to_protect_once(case: tuple[pd.DataFrame, list[str], int]) -> None:
    rows, by, threshold = case
    once = protect(rows, threshold, by)
    pd.testing.assert_frame_equal(protect(once, threshold, by), once)


@settings(max_examples=150)
@given(tallies())
def test_the_answers_to_a_question_are_withheld_together(
    case: tuple[pd.DataFrame, list[str], int],
) -> None:
    rows, by, threshold = case
    found = protect(rows, threshold, by)
    flags = found["status"].eq(WITHHELD).groupby([found[name] for name in ("item", *by)])
    assert (flags.nunique() == 1).all()
    shown = found["status"] != WITHHELD
    assert (found.loc[shown, "yes"] == rows.loc[shown, "yes"]).all()
    assert (rows.loc[~shown, "base"] > 0).all()


# --- what a collection shows beside what ----------------------------------------------------------

YEAR = 2024


def shown(
    regions: Mapping[str, str], types: Mapping[str, str] | None = None, threshold: int = 5
) -> set[str]:
    """Whether all, region and type are shown of an item; its answers by name of a group."""
    answers = "".join(regions.values())
    region = [name for name, given in regions.items() for _ in given]
    kinds = [name for name, places in (types or {}).items() for _ in places]
    collection = small_collection(
        [item("s.x", years=[YEAR])],
        {YEAR: {"s.x": answers}},
        region=region,
        authority_type=kinds or None,
        threshold=threshold,
    )
    return {
        by
        for by in ("", "region", "authority_type")
        if (collection.tally("s.x", by=by or ())["status"] != WITHHELD).all()
    } - ({"authority_type"} if types is None else set())


def test_where_a_region_is_small_the_total_stays() -> None:
    regions = {"A": "y" * 10 + "n" * 10, "B": "y" * 10 + "n" * 15, "C": "n", "D": "n" * 12}
    assert shown(regions) == {""}


def test_a_total_or_a_base_that_is_the_threshold_is_not_split() -> None:
    assert shown({"A": "y" * 5 + "n" * 10, "B": "n" * 20}) == {""}
    assert shown({"A": "y" * 6 + "n" * 10, "B": "n" * 20}) == {"", "region"}
    assert shown({"A": "y" * 5, "B": "y" * 10 + "n" * 20}) == {""}
    assert shown({"A": "y" * 6, "B": "y" * 10 + "n" * 20}) == {"", "region"}


def test_what_an_opener_hides_of_a_type_is_not_told_by_the_regions_that_make_it_up() -> None:
    collection = random_collection(1096)  # a type is two regions, among those asked s.opened
    split = {by: collection.tally("s.opened", by=by)["yes"] for by in collection.split}
    assert all(found.isna().all() for found in split.values())


def test_of_a_region_that_is_almost_a_type_only_the_region_is_shown() -> None:
    regions = {"London": "y" * 20 + "n" * 13, "North": "y" * 20 + "n" * 20}
    assert shown(regions, {"borough": "b" * 33, "county": "c" * 40}) == {
        "",
        "region",
        "authority_type",
    }
    assert shown(regions, {"borough": "b" * 32, "county": "c" * 41}) == {"", "region"}


def test_a_type_is_shown_beside_a_small_region_only_where_it_leaves_it_open() -> None:
    # eight of the ten of A are of type x, of whom nobody said yes: that leaves A two at most
    regions = {"B": "n" * 12, "A": "nnnnnnnnyy", "C": "y" * 13 + "n" * 15}
    assert shown(regions, {"x": "x" * 20, "y": "y" * 30}) == {""}
    spread = {"B": ("y" * 3 + "n" * 3) * 3, "A": "ynnnnnnnny", "C": ("y" * 3 + "n" * 3) * 3}
    assert shown(spread, {"x": "x" * 23, "y": "y" * 23}) == {"", "authority_type"}


@pytest.mark.parametrize(
    ("counts", "both", "told"),
    [  # by group shown: yes and no; and how many of it are of each group of the other kind
        ([[4, 0], [7, 13]], [[0, 4], [10, 10]], [True, False]),  # one cell alone may be small
        ([[16, 0], [8, 11]], [[10, 0, 6], [11, 0, 8]], [False, False, True]),
        ([[5, 5]], [[2, 8]], [False, False]),  # eight of ten have three yes at least
        ([[4, 4]], [[2, 6]], [False, True]),  # six of eight have two to four
        ([[3, 7], [7, 3]], [[10, 0]], [False, False]),  # of nobody nothing is told
        ([[5, 5], [5, 5]], [[10, 0], [0, 10]], [False, False]),  # both are shown themselves
    ],
)
def test_groups_shown_tell_of_another_kind_what_can_only_be_small(
    counts: list[list[int]], both: list[list[int]], told: list[bool]
) -> None:
    found = narrow(np.array(counts)[:, None], np.array(both), 3)
    assert found.tolist() == told


@pytest.mark.parametrize(
    ("seed", "everyone", "by_region", "by_type"),
    [
        (20, "opener opened rare scale stage who.role", "rare scale who.role", ""),
        (26, "opener opened rare scale stage", "opener rare", "opener"),
        (56, "opener opened rare stage", "opener", "opener rare"),
        (74, "opener opened rare scale", "", ""),
        (78, "opener opened rare scale stage who.role", "opener rare stage who.role", ""),
    ],
)
def test_no_more_and_no_less_of_a_random_collection_is_withheld_than_ever(
    seed: int, everyone: str, by_region: str, by_type: str
) -> None:
    collection = random_collection(seed)
    shown = [
        " ".join(name.removeprefix("s.") for name in collection.codebook if (name, 2023) not in one)
        for one in collection.not_shown.values()
    ]
    assert shown[:3] == [everyone, by_region, by_type]
