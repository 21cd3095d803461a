"""The tally, against counts made by hand, counting one at a time, and on every engine."""

from __future__ import annotations

import dataclasses
import doctest
import math
import subprocess
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csm_lib import aggregate, collection
from csm_lib.aggregate import changes, tally
from csm_lib.codebook import Codebook, read_codebook
from csm_lib.collection import Collection
from csm_lib.errors import CollectionError
from csm_lib.own.check import read_returns
from csm_lib.returns import write_returns

ROWS = """\
authority,year,region,authority_type,chair,seat,late,level,unheld
A1,2008,North,County council,director,yes,,head,
A1,2009,North,County council,other,yes,no,other,yes
A2,2008,North,,lead_member,no,,,
A2,2009,North,,,yes,yes,,
A3,2008,South,County council,director,,,,
A3,2009,South,County council,director,no,,,
"""
FIRST = ["item", "label", "section", "year", "answer"]
LAST = ["yes", "base", "no_answer", "share"]


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory, questionnaire: Codebook) -> pd.DataFrame:
    path = tmp_path_factory.mktemp("aggregate") / "returns.csv"
    path.write_text(ROWS, encoding="utf-8")
    return read_returns(path, questionnaire)


@pytest.fixture
def returns(once: pd.DataFrame) -> pd.DataFrame:
    return once.copy()


def numbers(rows: pd.DataFrame, *names: str) -> list[tuple[object, ...]]:
    return list(rows[[*names, "yes", "base", "no_answer"]].itertuples(index=False, name=None))


# --- by hand ------------------------------------------------------------------------------------


def test_a_yes_no_item_has_a_row_a_year(returns: pd.DataFrame, questionnaire: Codebook) -> None:
    rows = tally(returns, questionnaire, ["seat"])
    assert list(rows.columns) == FIRST + LAST
    assert rows.iloc[0, :5].tolist() == ["seat", "Seat", "board", 2008, "yes"]
    assert numbers(rows, "year") == [(2008, 1, 2, 1), (2009, 2, 3, 0)]
    assert rows["share"].tolist() == [1 / 2, 2 / 3]


def test_an_item_of_several_answers_has_a_row_for_each(
    returns: pd.DataFrame, questionnaire: Codebook
) -> None:
    rows = tally(returns, questionnaire, ["chair"])
    assert numbers(rows, "year", "answer") == [
        (2008, "lead_member", 1, 3, 0),
        (2008, "director", 2, 3, 0),
        (2008, "other", 0, 3, 0),
        (2009, "lead_member", 0, 2, 1),
        (2009, "director", 1, 2, 1),
        (2009, "other", 1, 2, 1),
    ]


def test_an_item_is_asked_only_where_its_opener_is_answered_yes(
    returns: pd.DataFrame, questionnaire: Codebook
) -> None:
    rows = tally(returns, questionnaire, ["level"])
    assert numbers(rows, "year", "answer") == [
        (2008, "head", 1, 1, 0),
        (2008, "senior_officer", 0, 1, 0),
        (2008, "other", 0, 1, 0),
        (2009, "head", 0, 1, 1),
        (2009, "senior_officer", 0, 1, 1),
        (2009, "other", 1, 1, 1),
    ]


def test_an_answer_to_what_was_not_asked_is_not_counted(
    returns: pd.DataFrame, questionnaire: Codebook
) -> None:
    stray = returns.copy()
    stray.loc[stray["seat"].eq(False).fillna(False), "level"] = "head"
    pd.testing.assert_frame_equal(
        tally(stray, questionnaire, ["level"]), tally(returns, questionnaire, ["level"])
    )


def test_a_year_in_which_an_item_was_not_asked_or_not_held_has_no_row(
    returns: pd.DataFrame, questionnaire: Codebook
) -> None:
    rows = tally(returns, questionnaire, ["late", "unheld"])
    assert numbers(rows, "item", "year") == [("late", 2009, 1, 2, 1), ("unheld", 2009, 1, 1, 1)]


def test_groups_come_after_the_answer_and_each_has_its_rows(
    returns: pd.DataFrame, questionnaire: Codebook
) -> None:
    rows = tally(returns, questionnaire, ["seat"], by=["region"])
    assert list(rows.columns) == [*FIRST, "region", *LAST]
    assert numbers(rows, "year", "region") == [
        (2008, "North", 1, 2, 0),
        (2008, "South", 0, 0, 1),
        (2009, "North", 2, 2, 0),
        (2009, "South", 0, 1, 0),
    ]
    assert math.isnan(rows["share"].iloc[1])  # nobody answered
    assert rows["share"].iloc[3] == 0.0


def test_a_group_that_nobody_asked_or_that_has_nobody_is_kept(
    returns: pd.DataFrame, questionnaire: Codebook
) -> None:
    rows = tally(returns, questionnaire, ["level"], by=["region", "authority_type"], years=[2009])
    assert numbers(rows, "region", "authority_type", "answer") == [
        ("North", "County council", "head", 0, 1, 0),
        ("North", "County council", "senior_officer", 0, 1, 0),
        ("North", "County council", "other", 1, 1, 0),
        ("North", "not known", "head", 0, 0, 1),
        ("North", "not known", "senior_officer", 0, 0, 1),
        ("North", "not known", "other", 0, 0, 1),
        ("South", "County council", "head", 0, 0, 0),
        ("South", "County council", "senior_officer", 0, 0, 0),
        ("South", "County council", "other", 0, 0, 0),
        ("South", "not known", "head", 0, 0, 0),
        ("South", "not known", "senior_officer", 0, 0, 0),
        ("South", "not known", "other", 0, 0, 0),
    ]


def test_a_group_silent_in_the_year_chosen_keeps_its_row(
    returns: pd.DataFrame, questionnaire: Codebook
) -> None:
    left = returns[(returns["authority"] != "A3") | (returns["year"] == 2008)]
    rows = tally(left, questionnaire, ["seat"], by=["region"], years=[2009])
    assert numbers(rows, "region") == [("North", 2, 2, 0), ("South", 0, 0, 0)]


def test_items_and_years_keep_the_order_they_are_asked_in(
    returns: pd.DataFrame, questionnaire: Codebook
) -> None:
    rows = tally(returns, questionnaire, ["seat", "late", "chair"], years=[2009, 2008])
    order = list(dict.fromkeys(zip(rows["item"], rows["year"], strict=True)))
    assert order == [
        ("seat", 2009), ("seat", 2008), ("late", 2009), ("chair", 2009), ("chair", 2008),
    ]  # fmt: skip


def test_a_year_of_the_codebook_that_the_returns_lack_has_no_row(
    returns: pd.DataFrame, questionnaire: Codebook
) -> None:
    later = returns[returns["year"] == 2009]
    assert tally(later, questionnaire, ["seat"], years=[2008, 2009])["year"].tolist() == [2009]
    empty = tally(later, questionnaire, ["seat"], by=["region"], years=[2008])
    assert list(empty.columns) == [*FIRST, "region", *LAST]
    assert empty.empty


def test_one_item_or_characteristic_may_be_given_as_a_word(
    returns: pd.DataFrame, questionnaire: Codebook
) -> None:
    pd.testing.assert_frame_equal(
        tally(returns, questionnaire, "seat", by="region"),
        tally(returns, questionnaire, ["seat"], by=["region"]),
    )


def test_the_columns_have_the_same_types_whatever_is_asked(
    returns: pd.DataFrame, questionnaire: Codebook
) -> None:
    whole = tally(returns, questionnaire, list(questionnaire), by=["region"])
    none = tally(returns, questionnaire, ["late"], by=["region"], years=[2008])
    text = dict.fromkeys(["item", "label", "section", "answer", "region"], "str")
    ints = dict.fromkeys(["year", "yes", "base", "no_answer"], "int64")
    assert whole.dtypes.astype(str).to_dict() == text | ints | {"share": "float64"}
    assert none[[*ints]].dtypes.equals(whole[[*ints]].dtypes)
    assert list(tally(returns, questionnaire, []).columns) == FIRST + LAST


def test_counting_leaves_the_returns_as_they_were(
    returns: pd.DataFrame, questionnaire: Codebook
) -> None:
    before = returns.copy()
    tally(returns, questionnaire, list(questionnaire), by=["authority_type"], years=[2009])
    pd.testing.assert_frame_equal(returns, before)


# --- what cannot be asked -------------------------------------------------------------------------


@pytest.mark.parametrize("by", [["county"], ["year"], ["region", "region"]])
def test_returns_cannot_be_split_by_what_is_no_characteristic(
    returns: pd.DataFrame, questionnaire: Codebook, by: list[str]
) -> None:
    with pytest.raises(CollectionError, match=rf"split by '{by[0]}'.*: region, authority_type\."):
        tally(returns, questionnaire, ["seat"], by=by)


def test_an_unknown_item_or_year_is_refused(returns: pd.DataFrame, questionnaire: Codebook) -> None:
    with pytest.raises(CollectionError, match=r"no item 'seats'\. Did you mean 'seat'\?"):
        tally(returns, questionnaire, ["seat", "seats"])
    with pytest.raises(CollectionError, match=r"no year 2010 in these returns\. Years: 2008, 2009"):
        tally(returns, questionnaire, ["seat"], years=[2009, 2010])


# --- any returns ----------------------------------------------------------------------------------


def counted_one_by_one(
    returns: pd.DataFrame, codebook: Codebook, by: list[str]
) -> dict[tuple[object, ...], tuple[int, int, int]]:
    """Item, year, answer and groups to yes, base and no answer, by a loop over every cell."""
    records = returns.astype(object).where(returns.notna(), None).to_dict("records")
    groups: list[tuple[object, ...]] = [()]
    for name in by:
        known = {row[name] or "not known" for row in records}
        groups = [(*group, value) for group in groups for value in known]
    found = {}
    for name in codebook:
        item = codebook[name]
        for year in {row["year"] for row in records} & set(item.held):
            for group in groups:
                answers = []
                for row in records:
                    if row["year"] != year:
                        continue
                    if tuple(row[each] or "not known" for each in by) != group:
                        continue
                    if item.asked_if and row[item.asked_if] is not True:
                        continue
                    answer = row[name]
                    answers.append({True: "yes", False: "no"}.get(answer, answer))
                base = sum(answer is not None for answer in answers)
                for answer in item.counted:
                    yes = sum(one == answer for one in answers)
                    found[name, year, answer, *group] = yes, base, len(answers) - base
    return found


@pytest.fixture(scope="module")
def codebook(tmp_path_factory: pytest.TempPathFactory, collection: Collection) -> Codebook:
    path = tmp_path_factory.mktemp("codebook") / "codebook.csv"
    kept = ("item", "board.chair", "board.police", "level.police", "board.schools",
            "level.connexions", "board.connexions", "jsna.carried_out", "jsna.cancer")  # fmt: skip
    lines = (collection.codebook.path).read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line for line in lines if line.split(",")[0] in kept), "utf-8")
    return read_codebook(path)


@st.composite
def any_returns(draw: st.DrawFn, codebook: Codebook) -> pd.DataFrame:
    """Returns of the right types with any answer, asked or not, and any blank."""
    size = draw(st.integers(1, 8))
    columns: dict[str, object] = {
        "authority": [f"A{number}" for number in range(size)],
        "year": draw(st.lists(st.sampled_from([2008, 2009]), min_size=size, max_size=size)),
    }
    for name in ("region", "authority_type"):
        values = st.sampled_from(["North", "South", "East", None])
        drawn = draw(st.lists(values, min_size=size, max_size=size))
        columns[name] = pd.Series(drawn, dtype="str")
    for item in codebook.values():
        boolean = item.response == "yes_no"
        values = st.sampled_from([None, True, False] if boolean else [None, *item.answers])
        drawn = draw(st.lists(values, min_size=size, max_size=size))
        columns[item.item] = pd.Series(drawn, dtype="boolean" if boolean else "str")
    return pd.DataFrame(columns)


IN_PANDAS: list[Callable[[pd.DataFrame], pd.DataFrame]] = [
    lambda returns: texts(returns, "category"),
    lambda returns: texts(returns, "object"),
    lambda returns: as_objects(returns),
    lambda returns: as_objects(returns).replace({True: "yes", False: "no"}),
    lambda returns: returns.convert_dtypes(dtype_backend="pyarrow"),
]


@pytest.mark.parametrize(
    "by", [[], ["region"], ["authority_type"], ["region", "authority_type"]], ids=str
)
@settings(max_examples=30)
@given(data=st.data())
def test_the_tally_is_what_counting_one_by_one_gives(
    by: list[str], codebook: Codebook, data: st.DataObject
) -> None:
    returns = data.draw(any_returns(codebook))
    expected = counted_one_by_one(returns, codebook, by)
    kind = data.draw(st.sampled_from([pd.DataFrame, *IN_PANDAS]))
    rows = tally(kind(returns), codebook, list(codebook), by=by)
    found = {}
    for row in rows.to_dict("records"):
        key = (row["item"], row["year"], row["answer"], *(row[name] for name in by))
        found[key] = row["yes"], row["base"], row["no_answer"]
        if row["base"]:
            assert row["share"] == row["yes"] / row["base"]
        else:
            assert math.isnan(row["share"])
    assert len(found) == len(rows)
    assert found == expected


@settings(max_examples=30)
@given(data=st.data())
def test_arrays_in_memory_and_a_query_count_the_same(
    codebook: Codebook, data: st.DataObject
) -> None:
    returns = data.draw(any_returns(codebook))
    items = data.draw(st.lists(st.sampled_from([*codebook]), unique=True))
    by = data.draw(st.sampled_from([[], ["region"], ["authority_type", "region"]]))
    with pytest.MonkeyPatch.context() as patch:  # one item at a time, some, or all in one sum
        patch.setattr(aggregate, "BINS", data.draw(st.sampled_from([1, 300, 1 << 16])))
        rows = tally(returns, codebook, items, by=by)
    pd.testing.assert_frame_equal(
        rows, tally(pl.from_pandas(returns).lazy(), codebook, items, by=by)
    )


def test_an_item_may_have_more_answers_than_a_byte_can_number(
    returns: pd.DataFrame, questionnaire: Codebook
) -> None:
    answers = {f"answer {number}": "" for number in range(300)}
    wide = dataclasses.replace(questionnaire["chair"], answers=answers)
    rows = tally(
        returns.assign(chair="answer 299"),
        Codebook(questionnaire | {"chair": wide}, questionnaire.path, questionnaire.headings),
        ["chair"],
    )
    assert numbers(rows[rows["yes"] > 0], "year", "answer") == [
        (2008, "answer 299", 3, 3, 0),
        (2009, "answer 299", 3, 3, 0),
    ]


def test_the_groups_of_a_tally_add_up_to_the_whole(collection: Collection) -> None:
    key = ["item", "year", "answer"]
    whole = collection.tally(list(collection.codebook)).set_index(key)
    for by in ("region", "authority_type"):
        parts = collection.tally(list(collection.codebook), by=[by])
        summed = parts.groupby(key)[["yes", "base", "no_answer"]].sum()
        pd.testing.assert_frame_equal(
            summed.sort_index(), whole[["yes", "base", "no_answer"]].sort_index()
        )


# --- every engine ---------------------------------------------------------------------------------


def texts(returns: pd.DataFrame, dtype: str) -> pd.DataFrame:
    return returns.astype(dict.fromkeys(returns.select_dtypes("str").columns, dtype))


def as_objects(returns: pd.DataFrame) -> pd.DataFrame:
    return returns.astype(object).where(returns.notna(), None).astype({"year": "int64"})


ENGINES: dict[str, Callable[[pd.DataFrame, str], Any]] = {  # of the returns, or of a file of them
    "pandas, categories": lambda returns, _: texts(returns, "category"),
    "pandas, texts as objects": lambda returns, _: texts(returns, "object"),
    "pandas, all objects": lambda returns, _: as_objects(returns),
    "pandas, arrow": lambda returns, _: returns.convert_dtypes(dtype_backend="pyarrow"),
    "pandas, words": lambda _, file: pd.read_csv(f"{file}.csv"),
    "polars": lambda returns, _: pl.from_pandas(returns),
    "polars, lazy": lambda returns, _: pl.from_pandas(returns).lazy(),
    "polars, categories": lambda returns, _: pl.from_pandas(texts(returns, "category")),
    "polars, words": lambda _, file: pl.scan_csv(f"{file}.csv", infer_schema_length=None),
    "polars, Parquet": lambda _, file: pl.scan_parquet(f"{file}.parquet"),
    "duckdb": lambda returns, _: duckdb.from_df(returns),
    "duckdb, words": lambda _, file: duckdb.read_csv(f"{file}.csv"),
    "duckdb, Parquet": lambda _, file: duckdb.read_parquet(f"{file}.parquet"),
    "pyarrow": lambda returns, _: pa.Table.from_pandas(returns),
}


@pytest.fixture(scope="module")
def gaps(collection: Collection) -> pd.DataFrame:
    """The shipped returns, where some have no region, and some an answer they were not asked."""
    returns = collection.returns.copy()
    returns.loc[:4, "region"] = None
    returns.loc[returns["board.police"].eq(False).fillna(False), "level.police"] = "head"
    return returns


@pytest.fixture(scope="module")
def file(
    gaps: pd.DataFrame, collection: Collection, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The same in files, without the end of their names. A CSV file holds the words yes and no."""
    path = tmp_path_factory.mktemp("files") / "returns"
    for suffix in (".csv", ".parquet"):
        write_returns(gaps, path.with_suffix(suffix), collection.codebook)
    return str(path)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_gives_the_same_tally(
    engine: str, gaps: pd.DataFrame, file: str, collection: Collection
) -> None:
    frame = ENGINES[engine](gaps, file)
    items = list(collection.codebook)
    for by, years in ([], None), (["authority_type", "region"], [2009]):
        pd.testing.assert_frame_equal(
            tally(frame, collection.codebook, items, by=by, years=years),
            tally(gaps, collection.codebook, items, by=by, years=years),
        )


def test_only_counts_leave_a_lazy_engine_and_it_is_asked_once(
    returns: pd.DataFrame, questionnaire: Codebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    lazy = pl.from_pandas(pd.concat([returns] * 5)).lazy()
    asked = []
    collect = pl.LazyFrame.collect

    def noted(self: pl.LazyFrame, *args: Any, **kwargs: Any) -> Any:
        frame = collect(self, *args, **kwargs)
        asked.append((frame.height, kwargs.get("engine")))
        return frame

    monkeypatch.setattr(pl.LazyFrame, "collect", noted)
    tally(lazy, questionnaire, list(questionnaire), by=["region"])
    assert asked == [(4, "streaming")]  # two years, two regions; never all rows in memory


def test_a_group_that_is_called_not_known_holds_those_that_are_not_known(
    returns: pd.DataFrame, questionnaire: Codebook
) -> None:
    named = returns.assign(region=["not known", None, "not known", "not known", None, "North"])
    rows = tally(named, questionnaire, ["seat"], by=["region"], years=[2009])
    assert numbers(rows, "region") == [("North", 0, 1, 0), ("not known", 2, 2, 0)]


def test_counting_loads_no_engine_but_the_one_of_the_frame() -> None:
    code = """if True:
        import sys, pandas, narwhals.stable.v2
        before = set(sys.modules)
        import csm_lib.aggregate
        loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
        print(*loaded - sys.stdlib_module_names)"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["csm_lib"]


# --- changes --------------------------------------------------------------------------------------


def test_changes_set_the_first_and_the_last_year_side_by_side(
    returns: pd.DataFrame, questionnaire: Codebook
) -> None:
    rows = changes(tally(returns, questionnaire, list(questionnaire)))
    sides = ["from_yes", "from_base", "to_yes", "to_base"]
    assert rows[["item", "answer", *sides, "direction"]].to_numpy().tolist() == [
        ["chair", "lead_member", 1, 3, 0, 2, -1],
        ["chair", "director", 2, 3, 1, 2, -1],
        ["chair", "other", 0, 3, 1, 2, 1],
        ["seat", "yes", 1, 2, 2, 3, 1],
        ["level", "head", 1, 1, 0, 1, -1],
        ["level", "senior_officer", 0, 1, 0, 1, 0],
        ["level", "other", 0, 1, 1, 1, 1],
    ]
    assert rows.loc[3, "change"] == pytest.approx(2 / 3 - 1 / 2)


def test_a_change_that_rounding_hides_is_seen() -> None:
    rows = pd.DataFrame(
        {"item": "seat", "label": "Seat", "section": "board", "answer": "yes",
         "year": [2008, 2009], "yes": [500, 501], "base": [1000, 1001]}
    )  # fmt: skip
    assert changes(rows)["direction"].tolist() == [1]


def test_groups_have_no_changes_and_neither_has_one_year_alone(
    returns: pd.DataFrame, questionnaire: Codebook
) -> None:
    with pytest.raises(CollectionError, match="a tally without groups"):
        changes(tally(returns, questionnaire, ["seat"], by=["region"]))
    rows = changes(tally(returns, questionnaire, ["seat"], years=[2008]))
    assert rows.empty
    assert list(rows.columns)[-2:] == ["change", "direction"]


def test_changes_of_three_waves_are_those_of_the_first_and_the_last(
    collection: Collection,
) -> None:
    rows = collection.tally(["board.police"]).head(1)
    rows = pd.concat(
        [rows.assign(year=year, yes=yes) for year, yes in ((2010, 30), (2008, 10), (2009, 70))]
    )
    (row,) = changes(rows).to_dict("records")
    assert (row["from_yes"], row["to_yes"], row["direction"]) == (10, 30, 1)


def test_what_is_withheld_has_no_change_and_no_say_in_the_years() -> None:
    rows = pd.DataFrame(
        {
            "item": ["a", "a", "a", "b", "b", "b"],
            "label": ["A"] * 3 + ["B"] * 3,
            "section": ["s"] * 6,
            "year": [2022, 2023, 2024] * 2,
            "answer": ["yes"] * 6,
            "yes": pd.array([None, 10, 20, None, None, 30], dtype="Int64"),
            "base": pd.array([None, 40, 40, None, None, 40], dtype="Int64"),
        }
    )
    (row,) = changes(rows).to_dict("records")
    assert (row["item"], row["from_yes"], row["to_yes"], row["change"]) == ("a", 10, 20, 0.25)
    assert changes(rows)["from_yes"].dtype == "int64"
    assert changes(rows.assign(yes=pd.NA, base=pd.NA)).empty


@pytest.mark.parametrize("module", [aggregate, collection])
def test_examples_in_the_docstrings_hold(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0
