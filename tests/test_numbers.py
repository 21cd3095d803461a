"""Items that are answered by a number: read, summed up, and withheld where they tell of few."""

from __future__ import annotations

import doctest
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import numpy as np
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy.stats import f_oneway
from small import item, small

import csm_lib.codebook
import csm_lib.returns
from csm_lib import charts
from csm_lib.aggregate import numbers, tally
from csm_lib.codebook import Codebook, number, read_codebook
from csm_lib.collection import Collection, open_collection
from csm_lib.disclosure import protect_numbers
from csm_lib.errors import CodebookError, CollectionError, ReturnsError
from csm_lib.findings import finding
from csm_lib.own.changes import _of_collection
from csm_lib.own.profile import profile
from csm_lib.own.template import write_template
from csm_lib.permutation import groups_p
from csm_lib.returns import read_returns, write_returns
from csm_lib.survey import pages
from csm_lib.survey.catalogue import chapters_of, main_points
from csm_lib.survey.evidence import evidence
from csm_lib.view import explore
from csm_lib.words import quantity

LIBRARIES = Path(__file__).parent / "collections" / "libraries"

CODEBOOK = """\
item,section,label,question,response,years,asked_if
has,staff,Has volunteers,Has it?,yes_no,2020;2021,
hours,staff,Hours,How many hours?,number,2020;2021,has
cost,money,Cost,What did it cost?,number,2021,
"""
RETURNS = """\
authority,year,region,authority_type,has,hours,cost
A,2020,North,,yes,1,
B,2020,North,,yes,2,
C,2020,North,,yes,4,
D,2020,North,,yes,100,
E,2020,South,,yes,,
F,2020,,,no,,
A,2021,North,,yes,-1.5,"1,250"
B,2021,South,,,,0.00001
"""
SUMMED = ["mean", "median", "lower_quartile", "upper_quartile", "dominance"]


@pytest.fixture
def codebook(tmp_path: Path) -> Codebook:
    (tmp_path / "codebook.csv").write_text(CODEBOOK, "utf-8")
    return read_codebook(tmp_path / "codebook.csv")


@pytest.fixture
def returns(tmp_path: Path, codebook: Codebook) -> pd.DataFrame:
    (tmp_path / "returns.csv").write_text(RETURNS, "utf-8")
    return read_returns(tmp_path / "returns.csv", codebook)


@pytest.fixture(scope="module")
def libraries() -> Collection:
    return open_collection(LIBRARIES)


def table(rows: pd.DataFrame, *names: str) -> list[tuple[Any, ...]]:
    """Rows by some columns; ``None`` for what is missing."""
    cells = rows[[*names]].astype("object")
    return list(cells.where(cells.notna(), None).itertuples(index=False, name=None))


# -- What a number is ----------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12.0),
        ("12.50", 12.5),
        ("0", 0.0),
        ("-3", -3.0),
        ("\N{MINUS SIGN}3", -3.0),
        ("+3", 3.0),
        ("1,234,567.5", 1234567.5),
        ("007", 7.0),
        ("1000000000000", 1e12),
    ],
)
def test_a_number_is_written_plainly(text: str, value: float) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "", " 3", "3 ", "12%", "£5", "5 hours", "about 3", "3-4", "1e3", "1,23", "12,34,567",
        ",5", ".5", "5.", "1.234,5", "--3", "nan", "inf", "0x1f", "١٢", "½", "1_000",
        "1000000000001", "-1000000000001", "9" * 400,
    ],
)  # fmt: skip
def test_anything_else_is_no_number(text: str) -> None:
    assert number(text) is None


def test_there_is_no_minus_nought() -> None:
    assert str(number("-0")) == "0.0"


def test_an_item_knows_what_fits_it(codebook: Codebook) -> None:
    fits = codebook["hours"].fits, codebook["has"].fits

    assert [fit(text) for fit in fits for text in ("3", "yes", "")] == [
        True, False, False, False, True, False,
    ]  # fmt: skip


def test_an_item_that_is_answered_by_a_number_lists_no_answers(codebook: Codebook) -> None:
    hours = codebook["hours"]

    assert (hours.is_number, hours.answers, hours.counted, hours.agreed) == (True, {}, (), ())
    assert not codebook["has"].is_number


def test_a_codebook_cannot_give_numbers_another_meaning(tmp_path: Path) -> None:
    (tmp_path / "codebook.csv").write_text(CODEBOOK, "utf-8")
    (tmp_path / "answers.csv").write_text("response,answer,label\nnumber,1,One\n", "utf-8")

    with pytest.raises(CodebookError, match="'number' is a kind that every codebook knows"):
        read_codebook(tmp_path / "codebook.csv")


def test_a_number_opens_no_other_item(tmp_path: Path) -> None:
    rows = CODEBOOK + "more,money,More,More?,yes_no,2021,cost\n"
    (tmp_path / "codebook.csv").write_text(rows, "utf-8")

    with pytest.raises(CodebookError, match="'cost' is no yes/no item of this codebook"):
        read_codebook(tmp_path / "codebook.csv")


@pytest.mark.parametrize("module", [csm_lib.codebook, csm_lib.returns])
def test_examples_in_the_docstrings_hold(module: ModuleType) -> None:
    result = doctest.testmod(module)

    assert (result.attempted, result.failed) == (1, 0)


# -- The clean form ------------------------------------------------------------


def test_numbers_are_read_as_numbers_and_nothing_as_none(returns: pd.DataFrame) -> None:
    assert returns.dtypes[["has", "hours", "cost"]].astype(str).to_list() == [
        "boolean", "Float64", "Float64",
    ]  # fmt: skip
    assert table(returns[returns["authority"].isin(["A", "B"])], "hours", "cost") == [
        (1.0, None), (-1.5, 1250.0), (2.0, None), (None, 0.00001),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["returns.csv", "returns.parquet"])
def test_returns_with_numbers_are_written_and_read_again_the_same(
    name: str, tmp_path: Path, codebook: Codebook, returns: pd.DataFrame
) -> None:
    returns["hours"] = returns["hours"].mask(returns["authority"] == "D", 0.1 + 0.2)

    write_returns(returns, tmp_path / name, codebook)

    pd.testing.assert_frame_equal(read_returns(tmp_path / name, codebook), returns)


def test_numbers_are_written_as_a_person_writes_them(
    tmp_path: Path, codebook: Codebook, returns: pd.DataFrame
) -> None:
    write_returns(returns, tmp_path / "clean.csv", codebook)

    lines = (tmp_path / "clean.csv").read_text("utf-8").splitlines()
    assert lines[1:3] == ["A,2020,North,,yes,1,", "A,2021,North,,yes,-1.5,1250"]
    assert lines[4] == "B,2021,South,,,,0.00001"


def test_what_is_no_number_is_refused_with_its_place(tmp_path: Path, codebook: Codebook) -> None:
    (tmp_path / "bad.csv").write_text(RETURNS.replace("yes,4,", "yes,4 h,"), "utf-8")

    with pytest.raises(ReturnsError) as refused:
        read_returns(tmp_path / "bad.csv", codebook)

    assert (
        "line 4, column 'hours': '4 h' is no number up to 1,000,000,000,000. Write it plainly, as "
        "in 12.5, or empty it."
    ) in str(refused.value)


def test_a_parquet_file_holds_no_number_without_end(
    tmp_path: Path, codebook: Codebook, returns: pd.DataFrame
) -> None:
    returns["hours"] = returns["hours"].mask(returns["authority"] == "D", float("inf"))
    write_returns(returns, tmp_path / "returns.parquet", codebook)

    with pytest.raises(ReturnsError, match="'inf' is no number"):
        read_returns(tmp_path / "returns.parquet", codebook)


def test_a_number_where_nothing_was_asked_is_refused(tmp_path: Path, codebook: Codebook) -> None:
    (tmp_path / "bad.csv").write_text(RETURNS.replace("F,2020,,,no,,", "F,2020,,,no,3,"), "utf-8")

    with pytest.raises(ReturnsError, match="line 7, column 'hours': '3' was not asked"):
        read_returns(tmp_path / "bad.csv", codebook)


# -- Summed up -----------------------------------------------------------------


def test_an_item_has_a_row_a_year_with_mean_median_and_quartiles(
    returns: pd.DataFrame, codebook: Codebook
) -> None:
    rows = numbers(returns, codebook, ["hours"])

    assert list(rows) == ["item", "label", "section", "year", "base", "no_answer", *SUMMED]
    assert table(rows, "item", "year", "base", "no_answer", *SUMMED[:4]) == [
        ("hours", 2020, 4, 1, 26.75, 3.0, 1.75, 28.0),
        ("hours", 2021, 1, 0, -1.5, -1.5, -1.5, -1.5),
    ]


def test_quartiles_are_those_that_spreadsheets_give(
    returns: pd.DataFrame, codebook: Codebook
) -> None:
    hours = numbers(returns, codebook, ["hours"], years=[2020])
    given = [1, 2, 4, 100]

    assert hours["lower_quartile"].item() == given[0] + 0.75 * (given[1] - given[0])
    assert hours["upper_quartile"].item() == given[2] + 0.25 * (given[3] - given[2])


def test_a_group_in_which_nobody_answered_has_a_row_without_figures(
    returns: pd.DataFrame, codebook: Codebook
) -> None:
    rows = numbers(returns, codebook, "hours", by="region", years=[2020])

    assert table(rows, "region", "base", "no_answer", "mean", "median") == [
        ("North", 4, 0, 26.75, 3.0),
        ("South", 0, 1, None, None),
        ("not known", 0, 0, None, None),
    ]


def test_dominance_is_the_part_of_the_largest_whatever_its_sign(
    returns: pd.DataFrame, codebook: Codebook
) -> None:
    returns["hours"] = returns["hours"].mask(returns["authority"] == "D", -93)
    rows = numbers(returns, codebook, "hours")
    nothing = numbers(returns.assign(hours=returns["hours"] * 0), codebook, "hours")

    assert rows["dominance"].to_list() == [0.93, 1.0]
    assert nothing["dominance"].isna().all()


def test_a_number_counts_only_where_its_opener_is_yes(
    returns: pd.DataFrame, codebook: Codebook
) -> None:
    returns["has"] = returns["has"].mask(returns["authority"] == "D", False)

    rows = numbers(returns, codebook, "hours", years=[2020])

    assert table(rows, "base", "no_answer", "median") == [(3, 1, 2.0)]


ENGINES: dict[str, Callable[[pd.DataFrame], Any]] = {
    "polars": pl.from_pandas,
    "polars, lazy": lambda rows: pl.from_pandas(rows).lazy(),
    "duckdb": duckdb.from_df,
    "pyarrow": pa.Table.from_pandas,
    "pandas, text": lambda rows: rows.assign(
        has=rows["has"].map({True: "yes", False: "no"}), hours=rows["hours"].astype("float64")
    ),
}


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_gives_the_same_numbers(
    engine: str, returns: pd.DataFrame, codebook: Codebook
) -> None:
    asked: Sequence[Any] = (codebook, ["hours", "cost"])
    rows = numbers(ENGINES[engine](returns), *asked, by=["region"])

    pd.testing.assert_frame_equal(rows, numbers(returns, *asked, by=["region"]))


def test_a_number_is_not_tallied_and_the_rest_not_summed_up(
    returns: pd.DataFrame, codebook: Codebook
) -> None:
    with pytest.raises(CollectionError, match=r"'hours' is answered by a number.*numbers\('hours'"):
        tally(returns, codebook, ["has", "hours"])
    with pytest.raises(CollectionError, match=r"'has' is not answered by a number.*tally\('has'"):
        numbers(returns, codebook, ["hours", "has"])


# -- Of a collection -----------------------------------------------------------


def test_a_collection_tells_of_each_number_what_it_is(libraries: Collection) -> None:
    rows = libraries.numbers("Opening hours")

    assert list(rows) == [
        "item", "label", "section", "year", "base", "no_answer", *SUMMED[:4], "status",
    ]  # fmt: skip
    assert table(rows.round(2), "year", "base", "no_answer", *SUMMED[:4], "status") == [
        (2023, 119, 1, 39.81, 41.0, 34.0, 46.0, "own returns"),
        (2025, 110, 2, 35.65, 36.5, 29.0, 42.0, "own returns"),
    ]
    assert rows.attrs["origin"]["many"] == "libraries"


def test_of_a_section_each_kind_is_told_by_its_own_function(libraries: Collection) -> None:
    assert libraries.tally("staff")["item"].unique().tolist() == ["staff.training"]
    assert libraries.numbers("staff")["item"].unique().tolist() == [
        "staff.volunteers", "staff.posts", "staff.change",
    ]  # fmt: skip
    assert libraries.tally(list(libraries.codebook.sections))["item"].unique().tolist() == [
        "open.sunday", "staff.training",
    ]  # fmt: skip


@pytest.mark.parametrize("named", ["open.hours", ["open", "open.hours", "staff.posts"], "money"])
def test_a_number_that_is_named_is_not_tallied_in_silence(
    named: str | list[str], libraries: Collection
) -> None:
    with pytest.raises(CollectionError, match=r"is answered by a number. Ask \.numbers\('"):
        libraries.tally(["open.sunday", *named] if isinstance(named, list) else named)


def test_what_is_named_and_is_no_number_is_not_summed_up(libraries: Collection) -> None:
    with pytest.raises(CollectionError, match=r"Ask \.tally\('open.sunday'\) instead"):
        libraries.numbers(["open.hours", "open.sunday"])


def test_a_number_not_asked_in_a_year_says_so(libraries: Collection) -> None:
    with pytest.raises(CollectionError, match="not asked in 2023; answers are held for 2025"):
        libraries.numbers("staff.change", years=2023)


# -- What is withheld ----------------------------------------------------------


def summed(bases: Sequence[int], dominance: Sequence[float], status: str = "") -> pd.DataFrame:
    """Groups of one item and year."""
    found = [status or "own returns", *["own returns"] * (len(bases) - 1)]
    rows = pd.DataFrame({"item": "x", "year": 2020, "region": [*"ABCDE"][: len(bases)]})
    rows = rows.assign(base=bases, no_answer=1, dominance=dominance, status=found)
    return rows.assign(**dict.fromkeys(SUMMED[:4], 7.0))


@pytest.mark.parametrize(
    ("bases", "dominance", "shown"),
    [
        ([10, 30], [0.5, 0.2], [True, True]),
        ([9, 30], [0.2, 0.2], [False, False]),
        ([1, 30, 40], [1.0, 0.2, 0.2], [False, False, False]),
        ([10, 30], [0.51, 0.2], [False, False]),
        ([0, 30], [float("nan"), 0.2], [True, True]),
        ([0, 9], [float("nan"), 0.2], [True, False]),
        ([10, 30], [float("nan"), 0.2], [True, True]),
    ],
)
def test_of_an_item_and_year_all_groups_are_shown_or_none(
    bases: list[int], dominance: list[float], shown: list[bool]
) -> None:
    rows = protect_numbers(summed(bases, dominance), 5)

    assert (rows["status"] != "withheld").to_list() == shown
    for name in ("base", "no_answer", *SUMMED[:4]):
        assert rows[name].notna().to_list() == shown
    assert "dominance" not in rows


def test_more_than_ten_are_asked_for_where_the_threshold_is_higher() -> None:
    rows = protect_numbers(summed([14, 30], [0.2, 0.2]), 15)

    assert rows["status"].to_list() == ["withheld", "withheld"]


def test_a_group_whose_base_is_withheld_takes_the_others_with_it() -> None:
    rows = protect_numbers(summed([20, 30], [0.2, 0.2], status="withheld"), 5)

    assert rows["status"].to_list() == ["withheld", "withheld"]


def test_nothing_is_withheld_where_all_agreed_to_be_named() -> None:
    rows = protect_numbers(summed([1, 30], [1.0, 0.2]), 0)

    assert rows["status"].to_list() == ["own returns", "own returns"]
    assert rows["mean"].to_list() == [7.0, 7.0]


def test_another_item_or_year_is_not_withheld_with_it() -> None:
    small, large = summed([9, 30], [0.2, 0.2]), summed([10, 30], [0.2, 0.2])
    rows = pd.concat([small, large.assign(year=2021), large.assign(item="y")])

    shown = protect_numbers(rows, 5)["status"] != "withheld"

    assert shown.to_list() == [False, False, True, True, True, True]


def test_one_large_donation_hides_all_districts_and_not_the_whole(libraries: Collection) -> None:
    whole = libraries.numbers("Donations", years=2025)
    split = libraries.numbers("Donations", by="region", years=2025)

    assert table(whole.round(), "base", "mean", "median") == [(97, 7299.0, 3280.0)]
    assert split["status"].to_list() == ["withheld"] * 3
    assert split[["base", "no_answer", *SUMMED[:4]]].isna().all(axis=None)


def test_a_kind_with_few_libraries_hides_the_other_kinds(libraries: Collection) -> None:
    split = libraries.numbers("open.hours", by="authority_type", years=2025)

    assert table(split, "authority_type", "median", "status") == [
        (kind, None, "withheld") for kind in ("Branch", "Central", "Mobile")
    ]


# -- Told ----------------------------------------------------------------------


def test_a_finding_of_numbers_says_median_quartiles_mean_and_base(libraries: Collection) -> None:
    rows = libraries.numbers("open.hours")
    made = finding(rows, key="hours", title="T", question="Q?", chart=charts.quartiles)

    assert made.table.to_dict("records") == [
        {
            "year": 2023, "median": "41", "quartiles": "34 to 46", "mean": "39.8", "base": "119",
            "no answer": "1", "status": "own returns",
        },
        {
            "year": 2025, "median": "36.5", "quartiles": "29 to 42", "mean": "35.7", "base": "110",
            "no answer": "2", "status": "own returns",
        },
    ]  # fmt: skip
    assert made.base == "110 to 119 of 128 libraries"
    assert made.alt == (
        "Dot chart. 2023: median 41, quartiles 34 to 46, mean 39.8, base 119; "
        "2025: median 36.5, quartiles 29 to 42, mean 35.7, base 110."
    )
    assert made.csv.splitlines()[0] == (
        "item,label,section,year,base,no_answer,mean,median,lower_quartile,upper_quartile,status,"
        "source"
    )


def test_a_finding_says_why_numbers_are_withheld(libraries: Collection) -> None:
    rows = libraries.numbers("money.donations", by="region")
    made = finding(rows, key="gifts", title="T", question="Q?", chart=charts.quartiles)

    assert made.draw is None
    assert made.caveat == (
        "Six figures are withheld: fewer than 10 answered in some group, or one number is more "
        "than half of all."
    )
    assert made.table.iloc[0].to_dict() == {
        "region": "Coast", "year": 2023, "median": "withheld", "quartiles": "withheld",
        "mean": "withheld", "base": "withheld", "no answer": "withheld", "status": "withheld",
    }  # fmt: skip


def test_every_column_of_numbers_has_a_meaning(libraries: Collection) -> None:
    made = finding(libraries.numbers("open", by="region"), key="x", title="T", question="Q?")

    assert [one["name"] for one in made.about["columns"] if "description" not in one] == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (41.0, "41"),
        (39.806723, "39.8"),
        (0.5, "0.5"),
        (12.25, "12.3"),
        (99.96, "100"),
        (100.5, "101"),
        (7298.969, "7,299"),
        (1e12, "1,000,000,000,000"),
        (-0.05046, "\N{MINUS SIGN}0.0505"),
        (0.0, "0"),
        (0.00001, "0.00001"),
    ],
)
def test_a_quantity_is_told_to_three_figures(value: float, text: str) -> None:
    assert quantity(value) == text


# -- What lists items lives with numbers ---------------------------------------


def test_explore_shows_what_can_be_counted(libraries: Collection) -> None:
    view = explore(libraries, ["open", "open.hours"])

    assert view.cells["item"].unique().tolist() == ["open.sunday", "staff.training"]
    assert view.chosen == ["open.sunday"]


def test_there_is_nothing_to_explore_where_all_items_are_numbers(tmp_path: Path) -> None:
    (tmp_path / "codebook.csv").write_text(
        "item,section,label,question,response,years\nhours,a,Hours,How many?,number,2020\n", "utf-8"
    )
    rows = "authority,year,region,authority_type,hours\nA,2020,,,3\n"
    (tmp_path / "returns.csv").write_text(rows, "utf-8")
    only = open_collection(tmp_path)

    with pytest.raises(CollectionError, match="every item is answered by a number"):
        explore(only)
    assert _of_collection(only)["items"].empty
    assert [chapter.name for chapter in chapters_of(only)] == [
        "findings", "who_answered", "a", "codebook",
    ]  # fmt: skip


def test_a_profile_leaves_numbers_out(libraries: Collection) -> None:
    answered = profile(libraries, "Library 004").answers

    assert [one.item.item for one in answered] == ["open.sunday", "staff.training"]


def test_a_cell_of_the_form_takes_a_number_and_no_text(
    libraries: Collection, tmp_path: Path
) -> None:
    write_template(libraries.codebook, tmp_path / "form.xlsx", year=2025, rows=20)
    sheet = openpyxl.load_workbook(tmp_path / "form.xlsx")["Opening"]
    (rule,) = [one for one in sheet.data_validations.dataValidation if str(one.sqref) == "E2:E21"]

    assert sheet["E1"].value == "open.hours"
    assert (rule.type, rule.operator, rule.formula1, rule.formula2) == (
        "decimal", None, "-1000000000000.0", "1000000000000.0",
    )  # fmt: skip
    assert rule.prompt.endswith("A number, with no unit.\nEmpty: no answer.")
    assert sheet.column_dimensions["E"].number_format == "General"  # a text passes no such rule
    assert sheet.column_dimensions["F"].number_format == "@"


def test_the_codebook_of_the_book_says_that_a_number_is_asked_for(libraries: Collection) -> None:
    made = pages.items(libraries)

    assert made.data.set_index("item")["answers"].to_dict() | {"open.sunday": ""} == {
        name: "" if name == "open.sunday" else "yes, no" if name == "staff.training" else "a number"
        for name in libraries.codebook
    }


# -- What the evidence bears ---------------------------------------------------


def row_of(collection: Collection, item: str, by: str = "year") -> dict[str, Any]:
    rows = evidence(collection)
    (row,) = rows[rows["kind"].eq("number") & rows["item"].eq(item) & rows["by"].eq(by)].to_dict(
        "records"
    )
    return row


def test_a_mean_that_was_planted_to_fall_is_found(libraries: Collection) -> None:
    row = row_of(libraries, "open.hours")

    assert (row["from"], row["from_base"], row["to"], row["to_base"]) == ("2023", 119, "2025", 110)
    assert (round(row["from_mean"], 2), row["from_median"]) == (39.81, 41.0)
    assert (round(row["to_mean"], 2), row["to_median"]) == (35.65, 36.5)
    assert (row["direction"], row["verdict"], row["family"]) == (
        -1, "larger than chance", "change, number",
    )  # fmt: skip
    assert pd.isna(row["from_yes"])


def test_a_group_that_was_planted_to_have_more_is_found(libraries: Collection) -> None:
    row = row_of(libraries, "staff.volunteers", "region")

    assert (row["from"], row["to"], row["turn"]) == ("Coast", "Hills", "2025")
    assert (round(row["from_mean"], 2), round(row["to_mean"], 2)) == (7.06, 20.69)
    assert row["verdict"] == "larger than chance"


def test_nothing_else_of_the_numbers_is_larger_than_chance(libraries: Collection) -> None:
    rows = evidence(libraries)
    firm = rows[(rows["verdict"] == "larger than chance") & (rows["kind"] == "number")]

    assert table(firm, "item", "by") == [("open.hours", "year"), ("staff.volunteers", "region")]


def test_of_means_that_are_withheld_there_is_a_verdict_and_nothing_else(
    libraries: Collection,
) -> None:
    row = row_of(libraries, "money.donations", "region")

    assert (row["verdict"], row["status"]) == ("could be chance", "withheld")
    assert [row[name] for name in ("from", "to", "direction")] == ["", "", 0]
    names = ("p", "holm", "change", "from_mean", "to_mean", "from_median", "from_base", "to_base")
    assert all(pd.isna(row[name]) for name in names)


def test_the_change_of_a_number_is_how_much_more_often_it_is_higher_than_lower(
    tmp_path: Path,
) -> None:
    (tmp_path / "codebook.csv").write_text(
        "item,section,label,question,response,years\nhours,a,Hours,Hours?,number,2020;2021\n",
        "utf-8",
    )
    waves = {2020: (1, 1, 2, 3, 9), 2021: (2, 2, 3, 4, 5)}
    rows = [f"A{n},{y},,,{v}" for y, given in waves.items() for n, v in enumerate(given)]
    (tmp_path / "datapackage.json").write_text('{"disclosure_threshold": 0}', "utf-8")
    text = "\n".join(["authority,year,region,authority_type,hours", *rows, ""])
    (tmp_path / "returns.csv").write_text(text, "utf-8")

    row = row_of(open_collection(tmp_path), "hours")

    # of 25 pairs the later number is higher in 15, the same in 3 and lower in 7
    assert row["change"] == pytest.approx(8 / 25)
    assert (row["from_mean"], row["to_mean"], row["base"]) == (3.2, 3.2, 5)


def test_blanks_of_a_number_are_looked_at_as_those_of_any_item(libraries: Collection) -> None:
    rows = evidence(libraries)
    blank = rows[(rows["kind"] == "blank") & (rows["by"] == "item")].set_index("item")

    assert blank.loc["money.donations", ["to_yes", "to_base", "verdict"]].to_list() == [
        15, 112, "larger than chance",
    ]  # fmt: skip
    assert len(blank) == 8


@pytest.mark.parametrize(
    ("told", "title"),
    [
        (
            ("open.hours",),
            "The mean of “Opening hours” fell from 39.8 (median 41) in 2023 to 35.7 (median 36.5) "
            "in 2025, more than chance explains (p = 0.0003)",
        ),
        (
            ("staff.volunteers", "region"),
            "“Volunteers” differs by district, from a mean of 7.1 (Coast) to 20.7 (Hills), more "
            "than chance explains (p = 0.0006)",
        ),
        (
            ("open.hours", "region"),
            "No difference in “Opening hours” by district is more than chance explains; the "
            "means run from 34.3 (Plain) to 38.0 (Coast)",
        ),
        (
            ("staff.change",),
            "The median of “Change in paid posts” is 0 in 2025; half of the answers lie from "
            "\N{MINUS SIGN}0.5 to 0.5",
        ),
        (
            ("staff.posts",),
            "The mean of “Paid posts” changed little, from 3.16 (median 3) in 2023 to 3.19 "
            "(median 3) in 2025",
        ),
    ],
)
def test_a_finding_of_a_number_says_what_its_evidence_bears(
    told: tuple[str, ...], title: str, libraries: Collection
) -> None:
    assert pages.numbers(libraries, *told).title == title


def test_what_was_planted_stands_at_the_front_and_each_finding_once(
    libraries: Collection,
) -> None:
    points = main_points(libraries)

    assert list(points.sentences) == [
        "numbers-staff-volunteers-region", "numbers-open-hours", "changes", "shares-open",
        "response",
    ]  # fmt: skip
    assert points.sentences["changes"] == (
        "No single change of a share is more than chance explains; the largest: “Training”, "
        "59% to 54%."
    )


def test_a_number_that_fell_or_is_bad_and_rose_is_told_among_what_is_falling() -> None:
    ways = {"bad": (3, 9), "good": (3, 9), "neutral": (9, 3)}
    items = [
        item(f"day.{way}", response="number", direction=way, years=[2021, 2023]) for way in ways
    ]
    waves = {
        year: {f"day.{way}": [str(ends[n])] * 8 for way, ends in ways.items()}
        for n, year in enumerate((2021, 2023))
    }
    (warning,) = [one for one in chapters_of(small(items, waves)) if one.name == "early_warning"]

    assert [entry.call for entry in warning.entries] == [
        "pages.numbers(collection, 'day.bad')", "pages.numbers(collection, 'day.neutral')",
    ]  # fmt: skip


def test_no_fall_of_a_share_is_not_told_as_no_fall_where_a_mean_fell(
    libraries: Collection,
) -> None:
    assert pages.falling(libraries).title.startswith("No single fall of a share is more than")


def test_the_mean_of_groups_is_tested_by_shuffling() -> None:
    apart, numbers_of = [0] * 5 + [1] * 5, [1.0, 2, 3, 4, 5, 11, 12, 13, 14, 15]

    # 2 of the 252 ways to deal ten numbers into two fives are as far apart
    assert groups_p(np.array(numbers_of), apart) == pytest.approx(2 / 252, abs=0.002)
    assert groups_p(np.array([7.0] * 10), apart) == 1.0
    many = np.concatenate([np.arange(150.0), np.arange(150.0) + 60])
    assert groups_p(many, [0] * 150 + [1] * 150) == pytest.approx(
        f_oneway(many[:150], many[150:]).pvalue
    )
