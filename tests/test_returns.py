"""Reading, checking and writing returns: what is accepted, and what every fault is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from long_table import joined, table_of

from csm_lib.codebook import Codebook, read_codebook
from csm_lib.collection import SHIPPED, Collection
from csm_lib.errors import CollectionError, ReturnsError
from csm_lib.own.check import check_file, check_table, read_returns
from csm_lib.own.report import LISTED, RULES, Report
from csm_lib.returns import write_returns

HEADER = "authority,year,region,authority_type,chair,seat,late,level,unheld"
GOOD = (
    "A1,2008,North,County council,director,yes,,head,",
    "A1,2009,North,County council,,yes,no,,yes",
    "A2,2008,,,lead_member,no,,,",
    "A2,2009,,,other,,,,",
)
ANSWERS = {
    "chair": ("lead_member", "director", "other"),
    "seat": ("yes", "no"),
    "late": ("yes", "no"),
    "level": ("head", "senior_officer", "other"),
    "unheld": ("yes", "no"),
}
COLUMNS = HEADER.split(",")

Reader = Callable[..., pd.DataFrame]
Checker = Callable[..., Report]


@pytest.fixture
def read(tmp_path: Path, questionnaire: Codebook) -> Reader:
    def run(*rows: str, header: str = HEADER, repair: bool = False) -> pd.DataFrame:
        path = tmp_path / "returns.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return read_returns(path, questionnaire, repair=repair)

    return run


@pytest.fixture
def check(tmp_path: Path, questionnaire: Codebook) -> Checker:
    def run(
        *rows: str,
        header: str = HEADER,
        codebook: Codebook = questionnaire,
        frame: pd.DataFrame | None = None,
        repair: bool = False,
    ) -> Report:
        path = tmp_path / "returns.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return check_file(path, codebook, frame=frame, repair=repair)

    return run


def listed(report: Report) -> list[tuple[object, ...]]:
    """The faults without what they have in common: severity, rule, row, column, value."""
    faults = report.faults[["severity", "rule", "row", "column", "value"]].astype(object)
    return [tuple(row) for row in faults.where(faults.notna(), None).to_numpy().tolist()]


def with_cell(row: int, column: str, value: str) -> list[str]:
    """The good rows with one cell changed."""
    cells = [line.split(",") for line in GOOD]
    cells[row][COLUMNS.index(column)] = value
    return [",".join(line) for line in cells]


# --- what is accepted ---------------------------------------------------------------------------


def test_good_returns_are_read_as_they_stand(read: Reader) -> None:
    frame = read(*GOOD)
    assert list(frame.columns) == COLUMNS
    assert frame["authority"].tolist() == ["A1", "A1", "A2", "A2"]
    assert frame["year"].tolist() == [2008, 2009, 2008, 2009]
    assert frame["region"].fillna("-").tolist() == ["North", "North", "-", "-"]
    assert frame["chair"].fillna("-").tolist() == ["director", "-", "lead_member", "other"]
    assert frame["seat"].tolist() == [True, True, False, pd.NA]
    assert frame["late"].tolist() == [pd.NA, False, pd.NA, pd.NA]
    assert frame["level"].fillna("-").tolist() == ["head", "-", "-", "-"]
    assert frame["unheld"].tolist() == [pd.NA, True, pd.NA, pd.NA]


def test_the_columns_have_the_types_that_are_promised(read: Reader) -> None:
    types = read(*GOOD).dtypes.astype(str).to_dict()
    boolean = {"seat", "late", "unheld"}
    assert types == {
        name: "boolean" if name in boolean else "int64" if name == "year" else "str"
        for name in COLUMNS
    }


def test_rows_and_columns_may_come_in_any_order(read: Reader) -> None:
    header = ",".join(reversed(COLUMNS))
    rows = [",".join(reversed(row.split(","))) for row in reversed(GOOD)]
    pd.testing.assert_frame_equal(read(*rows, header=header), read(*GOOD))


def test_a_column_of_an_item_never_answered_may_be_left_out(read: Reader) -> None:
    frame = read("A1,2008,,,yes", header="authority,year,region,authority_type,seat")
    assert list(frame.columns) == COLUMNS
    assert frame["chair"].isna().all()
    assert frame["late"].isna().all()
    assert str(frame["late"].dtype) == "boolean"


def test_a_byte_order_mark_and_windows_line_ends_are_read(
    read: Reader, tmp_path: Path, questionnaire: Codebook
) -> None:
    expected = read(*GOOD)
    path = tmp_path / "windows.csv"
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join([HEADER, *GOOD]).encode() + b"\r\n")
    pd.testing.assert_frame_equal(read_returns(path, questionnaire), expected)


def test_a_last_line_without_its_end_is_read(tmp_path: Path, questionnaire: Codebook) -> None:
    path = tmp_path / "returns.csv"
    path.write_text("\n".join([HEADER, *GOOD]), encoding="utf-8")
    assert len(read_returns(path, questionnaire)) == 4


def test_names_may_hold_commas_quotes_and_any_letters(read: Reader) -> None:
    frame = read('"Bournemouth, ""Poole"" & Ynys Môn",2008,,,,,,,')
    assert frame["authority"].tolist() == ['Bournemouth, "Poole" & Ynys Môn']


def test_a_name_of_digits_stays_text(read: Reader) -> None:
    assert read("007,2008,1,2,,,,,").iloc[0, :4].tolist() == ["007", 2008, "1", "2"]


# --- writing ------------------------------------------------------------------------------------


def test_written_returns_are_read_back_the_same(
    read: Reader, tmp_path: Path, questionnaire: Codebook
) -> None:
    frame = read(*GOOD)
    before = frame.copy()
    write_returns(frame, tmp_path / "again.csv", questionnaire)
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(read_returns(tmp_path / "again.csv", questionnaire), frame)
    text = (tmp_path / "again.csv").read_bytes().decode()
    assert text == "\n".join([HEADER, *GOOD]) + "\n"


def test_the_shipped_returns_are_written_back_byte_for_byte(
    collection: Collection, tmp_path: Path
) -> None:
    write_returns(collection.returns, tmp_path / "returns.csv", collection.codebook)
    assert (tmp_path / "returns.csv").read_bytes() == (SHIPPED / "returns.csv").read_bytes()


# --- Parquet and the other formats --------------------------------------------------------------


def test_written_parquet_is_read_back_the_same(collection: Collection, tmp_path: Path) -> None:
    path = tmp_path / "returns.parquet"
    write_returns(collection.returns, path, collection.codebook)
    pd.testing.assert_frame_equal(read_returns(path, collection.codebook), collection.returns)


def test_parquet_holds_truth_values_and_dictionaries(
    collection: Collection, tmp_path: Path
) -> None:
    path = tmp_path / "returns.parquet"
    write_returns(collection.returns, path, collection.codebook)
    types = pd.read_parquet(path).dtypes.astype(str)
    assert types["board.police"] == "boolean"
    assert types["level.police"] == "category"
    assert types["year"] == "int64"


# --- files that are no returns ------------------------------------------------------------------


def test_a_missing_file_is_refused(tmp_path: Path, questionnaire: Codebook) -> None:
    path = tmp_path / "none.csv"
    with pytest.raises(ReturnsError, match="there is no such file") as caught:
        read_returns(path, questionnaire)
    assert str(path) in str(caught.value)


def test_every_error_of_returns_is_an_error_of_a_collection() -> None:
    assert issubclass(ReturnsError, CollectionError)
    assert issubclass(CollectionError, ValueError)


def test_what_cannot_be_read_is_refused_with_the_report(check: Checker, read: Reader) -> None:
    with pytest.raises(ReturnsError) as caught:
        read(*with_cell(0, "seat", "Nein"))
    report = check(*with_cell(0, "seat", "Nein"))
    assert report.returns is None
    assert not report.ok
    assert str(caught.value) == str(report)
    assert str(report).startswith(f"{report.path}: 1 error.")


# --- columns ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["authority", "year"])
def test_a_missing_identifier_is_named(check: Checker, name: str) -> None:
    at = COLUMNS.index(name)
    header = ",".join(c for c in COLUMNS if c != name)
    rows = [",".join(c for i, c in enumerate(row.split(",")) if i != at) for row in GOOD]
    report = check(*rows, header=header)
    assert listed(report) == [("error", "missing_column", None, name, "")]
    assert report.faults.loc[0, "expected"] == "a column of this name"
    assert report.faults.loc[0, "remedy"] == (
        f"Add the column {name!r}, even if its cells are empty, or say in a columns.csv which one "
        "it is."
    )


def test_an_unknown_column_is_named_with_the_nearest(check: Checker) -> None:
    report = check(GOOD[0], header=HEADER.replace("seat", "Seat"))
    assert listed(report) == [("error", "unknown_column", None, "Seat", "")]
    assert report.faults.loc[0, "remedy"] == (
        "Rename it to the item's id, or say in a columns.csv which item it is, if any. "
        "Did you mean 'seat'?"
    )


def test_a_double_column_is_named_once(check: Checker) -> None:
    report = check(*(row + "," for row in GOOD), header=HEADER + ",chair")
    assert listed(report) == [("error", "double_column", None, "chair", "")]
    assert report.faults.loc[0, "expected"] == "one column of this name"


def test_faults_of_columns_and_cells_come_together(check: Checker) -> None:
    report = check("x,2008,x,,,maybe", header="who,year,year,what,authority_type,seat")
    assert listed(report) == [
        ("error", "missing_column", None, "authority", ""),
        ("error", "double_column", None, "year", ""),
        ("error", "unknown_column", None, "who", ""),
        ("error", "unknown_column", None, "what", ""),
        ("error", "unknown_answer", 2, "seat", "maybe"),
    ]


# --- each rule, in full -------------------------------------------------------------------------

WAVES = """\
item,section,label,question,response,years,asked_if
chair,board,Chair,Who?,chair,2008;2009;2010,
seat,board,Seat,Is it?,yes_no,2008;2009;2010,
one,needs,One,Is it?,yes_no,2008;2009;2010,seat
two,needs,Two,Is it?,yes_no,2008;2009;2010,seat
three,needs,Three,Is it?,yes_no,2008;2009;2010,seat
four,needs,Four,Is it?,yes_no,2008;2009;2010,seat
free,needs,Free,Is it?,yes_no,2008;2009;2010,
"""
WAVES_HEADER = "authority,year,region,authority_type,chair,seat,one,two,three"


@pytest.fixture(scope="session")
def waves(tmp_path_factory: pytest.TempPathFactory) -> Codebook:
    """A codebook of three years, with a battery."""
    path = tmp_path_factory.mktemp("waves") / "codebook.csv"
    path.write_text(WAVES, encoding="utf-8")
    return read_codebook(path)


ANSWER = "Write the answer as shown; leave the cell empty for no answer."
NUMBER = (
    "Say in a columns.csv which answer each number stands for; 'python -m csm_lib columns' "
    "drafts one."
)
YEAR = "Correct the year, or add it to 'years' of the items asked in it."
HELD = "Empty the cell, or correct 'years' and 'not_held' in the codebook."
NO_ANSWER = "a name or code"

BROKEN = {
    "an unknown year": (
        with_cell(0, "year", "2010"),
        ("error", "unknown_year", 2, "year", "2010", "one of 2008, 2009", YEAR),
    ),
    "a year with a point": (
        with_cell(0, "year", "2008.5"),
        ("error", "unknown_year", 2, "year", "2008.5", "one of 2008, 2009", YEAR),
    ),
    "no year": (
        with_cell(0, "year", ""),
        ("error", "unknown_year", 2, "year", "", "one of 2008, 2009", YEAR),
    ),
    "no authority": (
        with_cell(2, "authority", ""),
        ("error", "no_authority", 4, "authority", "", "a name or code", "Fill it in."),
    ),
    "another word": (
        with_cell(0, "seat", "Nein"),
        ("error", "unknown_answer", 2, "seat", "Nein", "yes, no or an empty cell", ANSWER),
    ),
    "a word for nothing": (
        with_cell(3, "seat", "N/A"),
        ("error", "unknown_answer", 5, "seat", "N/A", "yes, no or an empty cell", ANSWER),
    ),
    "a number that is no truth value": (
        with_cell(3, "seat", "2"),
        ("error", "unknown_answer", 5, "seat", "2", "yes, no or an empty cell", NUMBER),
    ),
    "another item's answer": (
        with_cell(0, "chair", "head"),
        ("error", "unknown_answer", 2, "chair", "head",
         "lead_member, director, other or an empty cell", ANSWER),
    ),
    "a slip": (
        with_cell(0, "level", "senior_oficer"),
        ("error", "unknown_answer", 2, "level", "senior_oficer",
         "head, senior_officer, other or an empty cell",
         f"{ANSWER} Did you mean 'senior_officer'?"),
    ),
    "an answer in a year not asked": (
        with_cell(0, "late", "yes"),
        ("error", "not_asked", 2, "late", "yes",
         "an empty cell: answers are held for 2009", HELD),
    ),
    "an answer in a year not held": (
        with_cell(0, "unheld", "no"),
        ("error", "not_asked", 2, "unheld", "no",
         "an empty cell: answers are held for 2009", HELD),
    ),
    "an answer neither held nor opened": (
        with_cell(2, "unheld", "yes"),
        ("error", "not_asked", 4, "unheld", "yes",
         "an empty cell: answers are held for 2009", HELD),
    ),
    "a level of somebody not on the Board": (
        with_cell(2, "level", "head"),
        ("error", "not_opened", 4, "level", "head", "an empty cell, as 'seat' is not yes",
         "Empty the cell, or correct 'seat'."),
    ),
    "a level where the seat is not answered": (
        with_cell(3, "level", "head"),
        ("error", "not_opened", 5, "level", "head", "an empty cell, as 'seat' is not yes",
         "Empty the cell, or correct 'seat'."),
    ),
    "a return given twice": (
        [GOOD[0], "A1,2008,,,,,,,", *GOOD[1:]],
        ("error", "double_return", 3, "authority", "A1",
         "one return for each authority and year",
         "'A1' has a return for 2008 in line 2 already: delete or correct one of the two."),
    ),
    "a name with a capital less": (
        [*GOOD, "A3,2008,,,,,,,", "A3,2009,,,,,,,", "a 3,2008,,,,,,,"],
        ("error", "near_duplicate", 8, "authority", "a 3", "one way to write a name",
         "Write it one way everywhere: 'A3' and 'a 3' count as different names."),
    ),
    "a region with a capital less": (
        [*GOOD, "A3,2008,north,,,,,,"],
        ("error", "near_duplicate", 6, "region", "north", "one way to write a name",
         "Write it one way everywhere: 'North' and 'north' count as different names."),
    ),
    "a type with a space less": (
        [*GOOD, "A3,2008,,Countycouncil,,,,,"],
        ("error", "near_duplicate", 6, "authority_type", "Countycouncil",
         "one way to write a name",
         "Write it one way everywhere: 'County council' and 'Countycouncil' count as different "
         "names."),
    ),
    "years in another order": (
        [GOOD[1], GOOD[0], *GOOD[2:]],
        ("warning", "out_of_order", 3, "year", "2008",
         "the years of an authority from the first to the last",
         "Nothing, if the years are right: they are put in order as they are read."),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "fault"), BROKEN.values(), ids=BROKEN.keys())
def test_a_fault_is_told_in_full(
    check: Checker, rows: list[str], fault: tuple[object, ...]
) -> None:
    report = check(*rows)
    faults = report.faults.drop(columns=["file", "sheet"]).to_numpy().tolist()
    assert [tuple(row) for row in faults] == [fault]
    assert report.faults.loc[0, "file"] == "returns.csv"
    assert report.faults.loc[0, "sheet"] == ""
    assert (report.returns is None) == (fault[0] == "error")
    assert len(report.repairs) == 0


WAVE_BROKEN = {
    "one authority in two regions": (
        ["A,2008,North,,,,,,", "A,2009,North,,,,,,", "A,2010,South,,,,,,"],
        ("error", "region_moves", 4, "region", "South", "the same in every row of an authority",
         "'A' has 'North' and 'South': write one of them in all its rows."),
    ),
    "one authority with two types": (
        ["A,2008,,City,,,,,", "A,2009,,County,,,,,", "A,2010,,County,,,,,"],
        ("warning", "type_moves", 2, "authority_type", "City",
         "the same in every row of an authority",
         "'A' has 'City' and 'County': write one of them in all its rows."),
    ),
    "ticks only": (
        ["A,2008,,,,yes,yes,,", "B,2008,,,,yes,yes,yes,yes", "C,2008,,,,yes,no,no,no"],
        ("warning", "ticked_row", 2, "one", "",
         "yes or no for each question of the section 'Needs'",
         "Ask whether its blanks mean no. If so, write no in them."),
    ),
    "a single blank is no sign of ticking": (
        ["A,2008,,,,yes,yes,yes,"],
        ("warning", "part_battery", 2, "three", "",
         "an answer, as to the other questions that 'seat' opens",
         "Ask for the answer; leave the cell empty if there is none."),
    ),
    "a battery answered in part": (
        ["A,2008,,,,yes,yes,no,", "B,2008,,,,no,,,", "C,2008,,,,yes,,,"],
        ("warning", "part_battery", 2, "three", "",
         "an answer, as to the other questions that 'seat' opens",
         "Ask for the answer; leave the cell empty if there is none."),
    ),
    "a year left out": (
        ["A,2008,,,other,,,,", "A,2010,,,other,,,,", "B,2009,,,other,,,,", "C,2010,,,other,,,,"],
        ("warning", "wave_gap", 3, "authority", "A", "answers for 2009 as well",
         "Check whether a return is missing, or stands under another name."),
    ),
    "a year without any answer": (
        ["A,2008,,,other,,,,", "A,2009,,,,,,,", "A,2010,,,other,,,,", "B,2009,,,other,,,,"],
        ("warning", "wave_gap", 4, "authority", "A", "answers for 2009 as well",
         "Check whether a return is missing, or stands under another name."),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "fault"), WAVE_BROKEN.values(), ids=WAVE_BROKEN.keys())
def test_a_fault_between_rows_and_columns_is_told_in_full(
    check: Checker, waves: Codebook, rows: list[str], fault: tuple[object, ...]
) -> None:
    report = check(*rows, header=WAVES_HEADER, codebook=waves)
    faults = report.faults.drop(columns=["file", "sheet"]).to_numpy().tolist()
    assert [tuple(row) for row in faults] == [fault]


FRAME = pd.DataFrame(
    {
        "year": [2008, 2008],
        "region": ["North", "South"],
        "authority_type": ["County council", "City"],
        "authorities": [5, 6],
    }
)


@pytest.mark.parametrize(
    ("column", "value", "fault"),
    [
        ("region", "Nrth", ("unknown_region", 2, "region", "Nrth")),
        ("authority_type", "Town", ("unknown_type", 2, "authority_type", "Town")),
    ],
)
def test_a_name_that_the_frame_does_not_know_is_refused(
    check: Checker, column: str, value: str, fault: tuple[object, ...]
) -> None:
    rows = with_cell(0, column, value)[:1]
    assert check(*rows).ok
    report = check(*rows, frame=FRAME)
    assert listed(report) == [("error", *fault)]
    assert report.faults.loc[0, "expected"] == "a name of the frame, or an empty cell"
    assert report.faults.loc[0, "remedy"] == "Write it as frame.csv does, or add it there."


def test_every_rule_is_met_in_these_tests() -> None:
    met = {fault[1] for _, fault in [*BROKEN.values(), *WAVE_BROKEN.values()]}
    columns = {"missing_column", "double_column", "unknown_column"}
    elsewhere = {"unknown_region", "unknown_type", "note_row", "likely_same", "shared_few"}
    elsewhere |= {"ticks_only", "total_row", "stands_for_none"}
    assert met | columns | elsewhere | {"double_answer"} == set(RULES)


# --- what is no fault ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rows",
    [
        ["A,2008,,,,yes,yes,no,no"],  # a battery in full
        ["A,2008,,,,yes,,,"],  # a battery left out
        ["A,2008,,,,no,,,"],  # a battery not asked
        ["A,2008,,,,yes,yes,yes,yes"],  # yes to all
        ["A,2008,,,,,,,", "B,2008,,,,no,,,"],  # nothing asked, nothing answered
        ["A,2008,North,City,,,,,", "A,2009,,,,,,,"],  # a region left out
        ["A,2008,,,other,,,,", "A,2009,,,other,,,,", "A,2010,,,other,,,,"],
        ["A,2008,,,other,,,,", "A,2010,,,other,,,,"],  # a year in which nobody answered
        ["A,2010,,,other,,,,", "B,2008,,,other,,,,"],  # years out of order, but not of one
        ["A,2008,,,other,,,,", "A,2009,,,other,,,,", "B,2009,,,other,,,,"],  # comes later
    ],
)
def test_no_warning_without_cause(check: Checker, waves: Codebook, rows: list[str]) -> None:
    assert listed(check(*rows, header=WAVES_HEADER, codebook=waves)) == []


def test_a_no_among_the_answers_shows_that_blanks_are_no_ticks(
    check: Checker, waves: Codebook
) -> None:
    rows = ["A,2008,,,,yes,yes,no,,"]
    report = check(*rows, header=f"{WAVES_HEADER},four", codebook=waves)
    assert [row[1] for row in listed(report)] == ["part_battery", "part_battery"]


def test_blanks_to_what_was_not_asked_are_no_ticks(check: Checker, waves: Codebook) -> None:
    rows = ["A,2008,,,,no,,,,yes", "B,2008,,,,,,,,yes", "C,2008,,,,yes,,,,yes"]
    report = check(*rows, header=f"{WAVES_HEADER},free", codebook=waves)
    assert listed(report) == [("warning", "ticked_row", 4, "one", "")]


def test_names_that_the_frame_does_not_know_are_told_once(check: Checker) -> None:
    rows = ["A1,2008,Nrth,,,,,,", "A2,2008,nrth,,,,,,"]
    assert [row[1] for row in listed(check(*rows, frame=FRAME))] == ["unknown_region"] * 2
    assert [row[1] for row in listed(check(*rows))] == ["near_duplicate"] * 2


def test_where_no_way_to_write_is_rarer_all_are_listed(check: Checker, waves: Codebook) -> None:
    rows = ["A,2008,North,,,,,,", "A,2009,South,,,,,,", "b,2008,,,,,,,", "B,2009,,,,,,,"]
    report = check(*rows, header=WAVES_HEADER, codebook=waves)
    assert listed(report) == [
        ("error", "near_duplicate", 4, "authority", "b"),
        ("error", "near_duplicate", 5, "authority", "B"),
        ("error", "region_moves", 2, "region", "North"),
        ("error", "region_moves", 3, "region", "South"),
    ]


def test_an_opener_that_cannot_be_read_is_the_only_fault(check: Checker) -> None:
    report = check(*with_cell(0, "seat", "Nein"))
    assert listed(report) == [("error", "unknown_answer", 2, "seat", "Nein")]


def test_an_unknown_year_is_no_ground_to_fault_the_answers(check: Checker) -> None:
    report = check(*with_cell(1, "year", "1999"))
    assert listed(report) == [("error", "unknown_year", 3, "year", "1999")]


def test_an_opener_of_another_column_order_is_found_by_name(read: Reader) -> None:
    header = "level,authority,year,region,authority_type,seat"
    assert read("head,A1,2008,,,yes", header=header)["level"].tolist() == ["head"]


def test_a_level_without_its_opener_s_column_is_refused(check: Checker) -> None:
    report = check("head,A1,2008,,", header="level,authority,year,region,authority_type")
    assert listed(report) == [("error", "not_opened", 2, "level", "head")]


def test_what_is_repaired_opens_what_hangs_on_it(check: Checker) -> None:
    report = check(*with_cell(0, "seat", "Yes"))
    assert listed(report) == []
    assert listed(check(*with_cell(0, "seat", "No"))) == [
        ("error", "not_opened", 2, "level", "head")
    ]


def test_all_faults_come_in_one_report_errors_first(check: Checker) -> None:
    rows = [line.split(",") for line in GOOD]
    rows[3][COLUMNS.index("chair")] = "nobody"
    rows[0][COLUMNS.index("seat")] = "Ja"
    rows[1][COLUMNS.index("year")] = "1999"
    rows[1][COLUMNS.index("late")] = "maybe"
    rows[2][COLUMNS.index("authority_type")] = "Town"
    rows[3][COLUMNS.index("authority_type")] = "City"
    assert listed(check(*[",".join(row) for row in rows])) == [
        ("error", "unknown_year", 3, "year", "1999"),
        ("error", "unknown_answer", 5, "chair", "nobody"),
        ("error", "unknown_answer", 2, "seat", "Ja"),
        ("error", "unknown_answer", 3, "late", "maybe"),
        ("warning", "type_moves", 4, "authority_type", "Town"),
        ("warning", "type_moves", 5, "authority_type", "City"),
    ]


def test_warnings_do_not_stop_the_reading(check: Checker, read: Reader) -> None:
    report = check(GOOD[1], GOOD[0])
    assert report.ok
    assert (report.errors, report.warnings) == (0, 1)
    pd.testing.assert_frame_equal(report.returns, read(GOOD[0], GOOD[1]))


# --- many faults --------------------------------------------------------------------------------


def test_of_many_faults_the_first_are_listed_and_all_are_counted(check: Checker) -> None:
    report = check(*(f"A{number},2008,,,,Nein,,," for number in range(LISTED + 200)))
    assert len(report.faults) == LISTED
    assert report.faults["row"].tolist() == list(range(2, LISTED + 2))
    assert report.errors == LISTED + 200
    assert report.grouped["count"].tolist() == [LISTED + 200]
    assert report.grouped.loc[0, "rows"] == "lines 2, 3, 4, 5, 6, 7, 8, 9 and 1,192 more"


def test_each_of_many_values_is_listed(check: Checker) -> None:
    words = ["Nein"] * 900 + ["Ja"] * 900 + ["Oui"] * 900
    report = check(*(f"A{number},2008,,,,{word},,," for number, word in enumerate(words)))
    assert report.faults["value"].value_counts().to_dict() == {"Nein": 900, "Ja": 900, "Oui": 900}
    assert report.grouped["count"].tolist() == [900, 900, 900]


def test_of_many_values_the_last_are_put_together(check: Checker) -> None:
    report = check(*(f"A{number},2008,,,,Nein{number},,," for number in range(LISTED + 200)))
    assert report.errors == LISTED + 200
    assert len(report.grouped) == LISTED + 1
    assert report.grouped["value"].tolist()[-2:] == ["Nein999", "200 other values"]
    assert report.grouped["count"].tolist()[-2:] == [1, 200]


def test_a_column_of_more_texts_than_answers_can_have_is_checked_all_the_same(
    questionnaire: Codebook,
) -> None:
    size = 12_000
    seat = [f"text {number}" for number in range(size)]
    seat[5_000] = "yes"
    columns = {
        "authority": [f"A{number}" for number in range(size)],
        "year": ["2008"] * size,
        "region": [""] * size,
        "authority_type": [""] * size,
        "seat": seat,
    }
    report = check_table(table_of(columns), questionnaire)
    assert report.errors == size - 1
    assert 5_002 not in set(report.faults["row"])


# --- where a fault stands -----------------------------------------------------------------------


def test_a_fault_names_the_file_s_own_column_sheet_and_row(questionnaire: Codebook) -> None:
    first = table_of(identified(seat=["yes"]), file="a.xlsx", sheet="Main")
    second = table_of(
        {"authority": ["B"], "year": ["2008"], "V12_3": ["9"]},
        items={"V12_3": "seat"},
        file="b.xlsx",
        sheet="Rest",
        first=7,
    )
    notice = "Sheet 'Notes' was not read: it has no column 'authority'."
    report = check_table(joined(first, second, notices=(notice,)), questionnaire)
    names = ["file", "sheet", "row", "column", "value"]
    assert report.faults[names].to_numpy().tolist() == [["b.xlsx", "Rest", 7, "V12_3", "9"]]
    assert report.grouped.loc[0, "rows"] == "file 'b.xlsx', sheet 'Rest', row 7"
    assert report.notices == (notice,)
    assert "Sheet 'Notes' was not read" in str(report)


def test_years_of_different_sheets_are_in_no_order(questionnaire: Codebook) -> None:
    rows = {"authority": ["A", "A"], "year": ["2009", "2008"], "chair": ["other", "other"]}
    apart = [
        table_of({name: texts[at : at + 1] for name, texts in rows.items()}, sheet=f"S{at}")
        for at in (0, 1)
    ]
    assert listed(check_table(joined(*apart), questionnaire)) == []
    assert len(check_table(table_of(rows), questionnaire).faults) == 1


def test_sheets_that_hold_other_items_are_laid_together(questionnaire: Codebook) -> None:
    who = {"authority": ["A", "B"], "year": ["2008", "2008"]}
    board = table_of({**who, "seat": ["yes", "no"], "region": ["North", ""]}, sheet="Board")
    levels = table_of({**who, "level": ["head", ""], "region": ["", "South"]}, sheet="Levels")
    report = check_table(joined(board, levels), questionnaire)
    assert listed(report) == []
    assert report.returns is not None
    found = report.returns[["authority", "region", "seat", "level"]].fillna("-")
    assert found.astype("object").to_numpy().tolist() == [
        ["A", "North", True, "head"],
        ["B", "South", False, "-"],
    ]


def test_two_sheets_that_answer_one_question_otherwise_are_at_fault(
    questionnaire: Codebook,
) -> None:
    who = {"authority": ["A", "B"], "year": ["2008", "2008"]}
    board = table_of({**who, "seat": ["yes", "no"]}, sheet="Board")
    both = table_of({**who, "seat": ["yes", "yes"], "chair": ["other", ""]}, sheet="Both")
    report = check_table(joined(board, both), questionnaire)
    assert listed(report) == [("error", "double_answer", 3, "seat", "yes")]
    assert report.faults.loc[0, "remedy"] == (
        "The same authority and year has 'no' in line 3 of sheet 'Board', column 'seat': delete or "
        "correct one of the two."
    )


def test_two_columns_may_be_one_item_where_no_row_holds_both(questionnaire: Codebook) -> None:
    columns = identified(Q1=["yes", ""], Q7=["", "no"])
    items = {"Q1": "seat", "Q7": "seat"}
    report = check_table(table_of(columns, items=items), questionnaire)
    assert report.returns is not None
    assert report.returns["seat"].tolist() == [True, False]
    columns["Q7"][0] = "yes"
    report = check_table(table_of(columns, items=items), questionnaire)
    assert listed(report) == [("error", "double_answer", 2, "Q7", "yes")]


# --- repairs ------------------------------------------------------------------------------------


def test_a_repair_on_offer_is_listed_and_not_made(check: Checker, read: Reader) -> None:
    rows = [GOOD[0].replace("yes", "Yes"), GOOD[1].replace("yes", "Yes"), *GOOD[2:]]
    report = check(*rows)
    assert report.returns is None
    assert not report.ok
    assert len(report.faults) == 0
    assert report.repairs.to_numpy().tolist() == [
        ["seat", "Yes", "yes", "case", 2],
        ["unheld", "Yes", "yes", "case", 1],
    ]
    assert "3 cells would be read with --repair" in str(report)
    with pytest.raises(ReturnsError, match="3 cells would be read with --repair"):
        read(*rows)


def test_an_accepted_repair_gives_exactly_the_truth(check: Checker, read: Reader) -> None:
    rows = [
        "A1 ,2008, North,County council ,Director of Children's Services,YES,,HEAD,",
        "A1,2009 ,North,County council,,✓,N,,x",
        "A2,2008,,,LEAD_MEMBER,FALSE,,,",
        "A2,2009,,, other, ,,,",
    ]
    report = check(*rows, repair=True)
    pd.testing.assert_frame_equal(report.returns, read(*GOOD))
    assert report.repairs["count"].sum() == 14
    assert "14 cells were repaired" in str(report)
    pd.testing.assert_frame_equal(read(*rows, repair=True), read(*GOOD))


def test_a_cell_of_spaces_is_no_answer_wherever_it_stands(check: Checker, read: Reader) -> None:
    rows = ["A1,2008,,, ,Yes,,,", "A2,2008,,,Director,  ,,,", "A3,2008,,,OTHER,No,,,"]
    truth = ["A1,2008,,,,yes,,,", "A2,2008,,,director,,,,", "A3,2008,,,other,no,,,"]
    pd.testing.assert_frame_equal(check(*rows, repair=True).returns, read(*truth))
    pd.testing.assert_frame_equal(check(*rows[::-1], repair=True).returns, read(*truth))


def test_a_repair_does_not_hide_an_error(check: Checker) -> None:
    rows = [*GOOD[:2], "A1 ,2009,,,,,,,"]
    report = check(*rows, repair=True)
    assert report.returns is None
    assert listed(report) == [("error", "double_return", 4, "authority", "A1 ")]


def test_names_of_the_frame_are_offered_for_other_ways_to_write_them(check: Checker) -> None:
    rows = ["A1,2008,north,COUNTY  COUNCIL,,,,,"]
    report = check(*rows, frame=FRAME)
    assert report.repairs.to_numpy().tolist() == [
        ["region", "north", "North", "name", 1],
        ["authority_type", "COUNTY  COUNCIL", "County council", "name", 1],
    ]
    read = check(*rows, frame=FRAME, repair=True).returns
    assert read.loc[0, ["region", "authority_type"]].tolist() == ["North", "County council"]


NUMBERED = {
    "noughts and ones": (["1", "0", ""], ["1", "", ""], ["1", "0"]),
    "ones alone": (["1", "", "1"], ["1", "", ""], ["1"]),
    "a two in the same column": (["1", "2", ""], ["1", "", ""], []),
    "a nine in another column": (["1", "0", ""], ["9", "", ""], []),
    "a word beside them": (["1", "yes", ""], ["1", "", ""], []),
}


@pytest.mark.parametrize(("seat", "late", "read"), NUMBERED.values(), ids=NUMBERED.keys())
def test_ones_and_noughts_are_answers_only_where_nothing_speaks_against_it(
    questionnaire: Codebook, seat: list[str], late: list[str], read: list[str]
) -> None:
    report = check_table(table_of(identified(seat=seat, late=late)), questionnaire)
    offered = report.repairs[report.repairs["column"] == "seat"]
    assert offered["found"].tolist() == read
    assert offered["becomes"].tolist() == [{"1": "yes", "0": "no"}[text] for text in read]


def identified(**columns: list[str]) -> dict[str, list[str]]:
    size = len(next(iter(columns.values())))
    names = [f"A{number}" for number in range(size)]
    return {
        "authority": names,
        "year": ["2009"] * size,
        "region": [""] * size,
        "authority_type": [""] * size,
        **columns,
    }


def test_codes_of_a_crosswalk_are_never_guessed(questionnaire: Codebook) -> None:
    assert len(check_table(table_of(identified(seat=["1", "0"])), questionnaire).repairs) == 2
    table = table_of(
        identified(seat=["1", "0", "01"]),
        labels={"seat": {"1": "Yes"}},
        answers={"seat": {"01": "yes"}},
    )
    report = check_table(table, questionnaire)
    assert len(report.repairs) == 0
    assert [row[1:] for row in listed(report)] == [
        ("unknown_answer", 2, "seat", "1"),
        ("unknown_answer", 3, "seat", "0"),
    ]
    assert report.faults.loc[0, "remedy"] == (
        "columns.csv does not explain this code of the column, and does '01': add a row for it, "
        "with the code as it stands in the file, or correct the cell."
    )


def test_codes_that_the_file_explains_are_read_as_it_says(questionnaire: Codebook) -> None:
    table = table_of(
        identified(seat=["1", "2", "", "7", "5"], late=["1", "0", "1", "", ""]),
        labels={"seat": {"1": "Yes", "2": "No", "7": "Perhaps"}},
    )
    report = check_table(table, questionnaire)
    assert report.repairs.to_numpy().tolist() == [
        ["seat", "1", "yes", "code", 1],
        ["seat", "2", "no", "code", 1],
        ["late", "1", "yes", "number", 2],
        ["late", "0", "no", "number", 1],
    ]
    assert [row[2:] for row in listed(report)] == [(5, "seat", "7"), (6, "seat", "5")]


# --- progress -----------------------------------------------------------------------------------


def test_what_is_being_done_is_told(tmp_path: Path, questionnaire: Codebook) -> None:
    path = tmp_path / "returns.csv"
    path.write_text("\n".join([HEADER, *GOOD]) + "\n", encoding="utf-8")
    told: list[str] = []
    read_returns(path, questionnaire, progress=told.append)
    assert told[0] == "Reading returns.csv"
    assert len(told) == 3


# --- any cell -----------------------------------------------------------------------------------

NAMES = st.text("ABCdé ,\"'0", min_size=1, max_size=4).filter(lambda text: text == text.strip())
REGIONS = ("", "North", 'The "Far" South, and West')


def plain(name: str) -> str:
    return name.replace(" ", "").lower()


@st.composite
def valid_rows(draw: st.DrawFn) -> list[list[str]]:
    """Returns that agree with the questionnaire, as cells, in order."""
    rows = []
    for authority in draw(st.lists(NAMES, min_size=1, max_size=3, unique_by=plain)):
        region = draw(st.sampled_from(REGIONS))
        for year in draw(st.sampled_from([(2008,), (2009,), (2008, 2009)])):
            row = dict.fromkeys(COLUMNS, "")
            row |= {"authority": authority, "year": str(year), "region": region}
            row["chair"] = draw(st.sampled_from(["", *ANSWERS["chair"]]))
            row["seat"] = draw(st.sampled_from(["", "yes", "no"]))
            if row["seat"] == "yes":
                row["level"] = draw(st.sampled_from(["", *ANSWERS["level"]]))
            if year == 2009:
                row["late"] = draw(st.sampled_from(["", "yes", "no"]))
                if row["seat"] == "yes":
                    row["unheld"] = draw(st.sampled_from(["", "yes", "no"]))
            rows.append([row[name] for name in COLUMNS])
    # where nobody says no, a blank may mean it: that is a fault of its own
    for name in ("seat", "late", "unheld"):
        assume({row[COLUMNS.index(name)] for row in rows} != {"yes", ""})
    return rows


def as_csv(rows: list[list[str]]) -> str:
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    return "\n".join([HEADER, *quoted]) + "\n"


def differences(one: pd.DataFrame, other: pd.DataFrame) -> list[str]:
    """The columns of the cells in which two frames of the same rows differ."""
    pd.testing.assert_index_equal(one.columns, other.columns)
    differs = (one.astype(object).fillna("") != other.astype(object).fillna("")).to_numpy()
    return [str(name) for name in one.columns[np.nonzero(differs)[1]]]


slow = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)


@slow
@given(rows=valid_rows(), data=st.data())
def test_a_corrupted_cell_is_reported_at_its_place_or_is_the_one_difference(
    rows: list[list[str]], data: st.DataObject, tmp_path: Path, questionnaire: Codebook
) -> None:
    path = tmp_path / "returns.csv"
    path.write_text(as_csv(rows), encoding="utf-8")
    before = read_returns(path, questionnaire)

    at = data.draw(st.integers(0, len(rows) - 1), label="row")
    column = data.draw(st.sampled_from(COLUMNS), label="column")
    alphabet = [*ANSWERS.get(column, ()), "", "Yes", " yes", "0", "head", "2008", "2009", "A"]
    value = data.draw(st.sampled_from(alphabet) | st.text("yesno é", max_size=4), label="value")
    rows = [list(row) for row in rows]
    changed = rows[at][COLUMNS.index(column)] != value
    rows[at][COLUMNS.index(column)] = value
    path.write_text(as_csv(rows), encoding="utf-8")

    report = check_file(path, questionnaire)
    faults = report.faults[report.faults["severity"] == "error"]
    if len(faults):
        assert report.returns is None
        # the fault is the cell's own, or of one that it opens, or of its year's or its twin's
        blamed = {(at + 2, column)}
        if column == "seat":
            blamed |= {(at + 2, "level"), (at + 2, "unheld")}
        if column in ("authority", "year", "region"):
            blamed |= {(row, name) for row in faults["row"] for name in ("authority", "region")}
            blamed |= {(at + 2, name) for name in ("late", "unheld")}
        assert set(zip(faults["row"], faults["column"], strict=True)) <= blamed
        return
    if len(report.repairs):
        assert report.returns is None
        assert report.repairs[["column", "found", "count"]].to_numpy().tolist() == [
            [column, value, 1]
        ]
        report = check_file(path, questionnaire, repair=True)
    assert report.returns is not None
    if column in ("authority", "year"):  # another row altogether
        assert len(report.returns) == len(before)
        return
    found = differences(report.returns, before)
    assert found in ([column], [])
    assert changed or not found


DISGUISES = {
    "yes": ("Yes", "YES ", "y", "TRUE", "✓"),
    "no": ("No", " no", "N", "false"),
    "lead_member": ("Lead Member for Children", "LEAD_MEMBER"),
    "director": ("director of children's services", "Director "),
    "head": ("Head of the organisation", "HEAD"),
    "senior_officer": ("Senior officer", "senior  officer"),
}


@slow
@given(rows=valid_rows(), data=st.data())
def test_answers_written_otherwise_are_repaired_to_exactly_the_truth(
    rows: list[list[str]], data: st.DataObject, tmp_path: Path, questionnaire: Codebook
) -> None:
    path = tmp_path / "returns.csv"
    path.write_text(as_csv(rows), encoding="utf-8")
    before = read_returns(path, questionnaire)
    cells = [
        [data.draw(st.sampled_from((cell, *DISGUISES.get(cell, (f"{cell} ",))))) for cell in row]
        for row in rows
    ]
    path.write_text(as_csv(cells), encoding="utf-8")
    report = check_file(path, questionnaire, repair=True)
    pd.testing.assert_frame_equal(report.returns, before)
    changed = sum(
        new != old for one, other in zip(cells, rows, strict=True)
        for new, old in zip(one, other, strict=True)
    )  # fmt: skip
    assert report.repairs["count"].sum() == changed
    assert (check_file(path, questionnaire).returns is None) == bool(changed)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@slow
@given(rows=valid_rows())
def test_whatever_is_written_is_read_back(
    rows: list[list[str]], tmp_path: Path, questionnaire: Codebook, suffix: str
) -> None:
    path = tmp_path / "returns.csv"
    path.write_text(as_csv(rows), encoding="utf-8")
    frame = read_returns(path, questionnaire)
    cells = frame.astype(object).where(frame.notna(), "")
    for name in ("seat", "late", "unheld"):
        cells[name] = cells[name].map({True: "yes", False: "no", "": ""})
    found = sorted([str(cell) for cell in row] for row in cells.to_numpy().tolist())
    assert found == sorted(rows)
    write_returns(frame, tmp_path / f"again{suffix}", questionnaire)
    pd.testing.assert_frame_equal(read_returns(tmp_path / f"again{suffix}", questionnaire), frame)
