"""Small counts are withheld, and nothing that is shown gives them back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csm_lib.disclosure import protect
from csm_lib.status import WITHHELD

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


def test_one_small_answer_withholds_all_answers_of_its_group() -> None:
    cells = {"A": [8, 8, 2, 18], "B": [9, 9, 9, 27], "C": [9, 0, 9, 18], "D": [0, 0, 0, 0]}
    found = protect(tally(cells, ["region"]), 5, ["region"])
    # with A the smallest that leaves two: together 11 of the third answer
    assert found.groupby("region")["status"].agg(list).to_dict() == {
        "A": ["withheld"] * 3,
        "B": ["own returns"] * 3,
        "C": ["withheld"] * 3,
        "D": ["own returns"] * 3,
    }


def test_threshold_0_changes_nothing() -> None:
    rows = tally({"A": [1, 2], "B": [0, 0]}, ["region"])
    assert protect(rows, 0, ["region"]) is rows


def test_what_is_shown_keeps_its_numbers_and_the_rows_their_order() -> None:
    rows = tally({"B": [10, 20], "A": [6, 30], "C": [1, 9]}, ["region"]).set_index(
        pd.Index([7, 3, 5])
    )
    before = rows.copy()
    found = protect(rows, 5, ["region"])
    assert found.index.tolist() == [7, 3, 5]
    assert found["status"].tolist() == ["withheld", "own returns", "withheld"]
    assert found.loc[3, ["yes", "base", "no_answer", "share"]].tolist() == [6, 30, 1, 0.2]
    assert {str(found[name].dtype) for name in ("yes", "base", "no_answer")} == {"Int64"}
    pd.testing.assert_frame_equal(rows, before)


def test_an_empty_tally_stays_empty() -> None:
    rows = tally({"A": [1, 2]}, ["region"]).iloc[:0]
    assert protect(rows, 5, ["region"]).empty


# --- what would give it back ----------------------------------------------------------------------


def test_no_group_is_withheld_alone_while_another_has_answers() -> None:
    assert withheld({"A": [2, 20], "B": [10, 30], "C": [10, 25]}) == ["A", "C"]


def test_the_smallest_group_is_taken_and_the_first_of_equals() -> None:
    assert withheld({"A": [2, 20], "B": [10, 20], "C": [10, 20]}) == ["A", "B"]
    assert withheld({"A": [10, 20], "B": [2, 20], "C": [10, 20]}) == ["A", "B"]


def test_a_group_without_answers_hides_nobody() -> None:
    assert withheld({"A": [2, 20], "B": [0, 0], "C": [10, 30]}) == ["A", "C"]


def test_withheld_groups_that_are_small_together_take_in_another() -> None:
    # 2 + 2 would be told by the total; with C it is 12
    assert withheld({"A": [2, 20], "B": [2, 20], "C": [8, 40], "D": [20, 50]}) == ["A", "B", "C"]
    # 18 + 18 leaves 4; with C it is 44
    assert withheld({"A": [18, 20], "B": [18, 20], "C": [0, 40], "D": [20, 50]}) == ["A", "B", "C"]


def test_withheld_groups_that_are_large_together_take_in_none() -> None:
    assert withheld({"A": [3, 20], "B": [2, 20], "C": [8, 40]}) == ["A", "B"]


def test_a_small_total_withholds_every_group_with_answers() -> None:
    assert withheld({"A": [3, 20], "B": [0, 30], "C": [0, 0]}) == ["A", "B"]


def test_each_item_and_year_stands_alone() -> None:
    one = tally({"A": [2, 20], "B": [10, 30], "C": [10, 25]}, ["region"])
    other = tally({"A": [10, 20], "B": [10, 30], "C": [10, 25]}, ["region"], item="y")
    later = other.assign(item="x", year=2025)
    found = protect(pd.concat([one, other, later], ignore_index=True), 5, ["region"])
    assert found.index[found["status"] == WITHHELD].tolist() == [0, 2]


def test_two_characteristics_are_closed_along_both() -> None:
    by = ["region", "authority_type"]
    cells = {
        (region, kind): [base // 2, base]
        for (region, kind), base in zip(
            product("ABC", "xyz"), (40, 50, 60, 52, 42, 62, 54, 64, 44), strict=True
        )
    }
    cells["A", "x"] = [2, 40]
    # A x is small; y is the next smallest in A; in column x it is B, in column y it is B
    assert hidden(protect(tally(cells, by), 5, by), by) == [
        ("A", "x"),
        ("A", "y"),
        ("B", "x"),
        ("B", "y"),
    ]


def test_a_group_that_is_withheld_as_a_whole_is_withheld_in_its_parts() -> None:
    by = ["region", "authority_type"]
    cells = {
        ("A", "x"): [2, 20],
        ("A", "y"): [0, 20],
        ("A", "z"): [0, 0],
        ("B", "x"): [10, 20],
        ("B", "y"): [10, 20],
        ("B", "z"): [0, 0],
        ("C", "x"): [7, 15],
        ("C", "y"): [7, 15],
        ("C", "z"): [30, 60],
    }
    regions = tally({"A": [2, 40], "B": [20, 40], "C": [44, 90]}, ["region"])
    assert hidden(protect(regions, 5, ["region"]), ["region"]) == ["A", "B"]
    # C x and C y would do to hide the parts of A; but those of B add up to B, and so tell A
    shown = {("A", "z"), ("B", "z"), ("C", "x"), ("C", "y"), ("C", "z")}
    assert set(hidden(protect(tally(cells, by), 5, by), by)) == set(cells) - shown


def test_who_was_asked_does_not_tell_how_many_said_yes() -> None:
    opener = tally({"A": [17, 20], "B": [10, 20], "C": [15, 30]}, ["region"], item="opener")
    opened = tally({"A": [8, 17], "B": [0, 0], "C": [7, 15]}, ["region"], item="opened")
    rows = pd.concat([opened, opener], ignore_index=True)
    alone = protect(rows, 5, ["region"])
    assert hidden(alone[alone["item"] == "opened"], ["region"]) == []
    found = protect(rows, 5, ["region"], opened_by={"opened": "opener"})
    assert hidden(found[found["item"] == "opener"], ["region"]) == ["A", "B"]
    assert hidden(found[found["item"] == "opened"], ["region"]) == ["A", "B"]


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


def summed(rows: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """The tally of the same returns, split by fewer characteristics."""
    key = ["item", "label", "section", "year", "answer", *by, "status"]
    return rows.groupby(key, sort=False, as_index=False)[["yes", "base", "no_answer"]].sum()


def small(yes: int, base: int, threshold: int) -> bool:
    return 0 < yes < threshold or 0 < base - yes < threshold


@settings(max_examples=300, deadline=None)
@given(tallies())
def test_nothing_small_is_shown(case: tuple[pd.DataFrame, list[str], int]) -> None:
    rows, by, threshold = case
    shown = protect(rows, threshold, by)
    shown = shown[shown["status"] != WITHHELD]
    assert not any(
        small(*pair, threshold) for pair in zip(shown["yes"], shown["base"], strict=True)
    )


@settings(max_examples=300, deadline=None)
@given(tallies())
def test_no_total_less_what_is_shown_is_small_or_one_group_alone(
    case: tuple[pd.DataFrame, list[str], int],
) -> None:
    rows, by, threshold = case
    found = protect(rows, threshold, by)
    for name in by:
        rest = [other for other in by if other != name]
        whole = protect(summed(rows, rest), threshold, rest)
        for total in whole.to_dict("records"):
            line = found
            for column in ("answer", *rest):
                line = line[line[column] == total[column]]
            shown = line[line["status"] != WITHHELD]
            missing = len(line) - len(shown)
            if total["status"] == WITHHELD:
                with_answers = rows.loc[line.index, "base"] > 0
                assert (line["status"] == WITHHELD).equals(with_answers)
            elif missing:
                assert missing > 1 or len(line[rows.loc[line.index, "base"] > 0]) == 1
                left = (total["yes"] - shown["yes"].sum(), total["base"] - shown["base"].sum())
                assert not small(*left, threshold)


@settings(max_examples=150, deadline=None)
@given(tallies())
def test_to_protect_twice_is_to_protect_once(case: tuple[pd.DataFrame, list[str], int]) -> None:
    rows, by, threshold = case
    once = protect(rows, threshold, by)
    pd.testing.assert_frame_equal(protect(once, threshold, by), once)


@settings(max_examples=150, deadline=None)
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
