"""Reading and writing returns: what is accepted, and what every kind of bad input is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csm_lib.codebook import Codebook
from csm_lib.collection import SHIPPED, Collection
from csm_lib.errors import CollectionError, ReturnsError
from csm_lib.returns import check_returns, read_returns, write_returns

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


@pytest.fixture
def read(tmp_path: Path, questionnaire: Codebook) -> Reader:
    def run(*rows: str, header: str = HEADER) -> pd.DataFrame:
        path = tmp_path / "returns.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return read_returns(path, questionnaire)

    return run


@pytest.fixture
def refused(read: Reader, tmp_path: Path) -> Callable[..., str]:
    def run(*rows: str, header: str = HEADER) -> str:
        with pytest.raises(ReturnsError) as caught:
            read(*rows, header=header)
        assert str(caught.value).startswith(f"{tmp_path / 'returns.csv'}")
        return str(caught.value)

    return run


# --- what is accepted --------------------------------------------------------------------------


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


# --- writing -----------------------------------------------------------------------------------


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


# --- files that are no returns ------------------------------------------------------------------


def test_a_missing_file_is_refused(tmp_path: Path, questionnaire: Codebook) -> None:
    path = tmp_path / "none.csv"
    with pytest.raises(ReturnsError) as caught:
        read_returns(path, questionnaire)
    assert str(caught.value) == f"{path}: there is no such file. Check the name and the folder."


def test_a_folder_is_refused(tmp_path: Path, questionnaire: Codebook) -> None:
    with pytest.raises(ReturnsError, match=r"is a folder\. Name the CSV file in it\."):
        read_returns(tmp_path, questionnaire)


def test_a_file_that_may_not_be_read_is_refused(
    tmp_path: Path, questionnaire: Codebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", forbidden)
    with pytest.raises(ReturnsError, match=r"may not be read \(Permission denied\)\. Check its"):
        read_returns(tmp_path / "returns.csv", questionnaire)


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        (b"", ["is empty", "Give it a line with the names of its columns"]),
        (HEADER.encode(), ["a header and nothing under it", "then rows"]),
        (f"{HEADER}\nA1,2008,Caf\xe9,,,,,,\n".encode("latin-1"), ["line 2", "UTF-8", r"\xe9"]),
        (f"{HEADER}\nA1,2008,,,,,,,\n".encode("utf-16"), ["line 1", "is not UTF-8 text"]),
        (f'{HEADER}\nA1,2008,"N,,,,,,\n'.encode(), ["is not regular CSV", "quotation marks"]),
        (HEADER.replace(",", ";").encode() + b"\nA1;2008\n", ["line 1", "separated by commas"]),
        (HEADER.replace(",", "\t").encode() + b"\nA1\n", ["line 1", "separated by commas"]),
    ],
)
def test_a_file_that_is_no_table_is_refused(
    tmp_path: Path, questionnaire: Codebook, content: bytes, parts: list[str]
) -> None:
    path = tmp_path / "returns.csv"
    path.write_bytes(content)
    with pytest.raises(ReturnsError) as caught:
        read_returns(path, questionnaire)
    for part in [str(path), *parts]:
        assert part in str(caught.value)


def test_lines_of_the_wrong_length_are_refused_together(refused: Callable[..., str]) -> None:
    found = refused(GOOD[0], GOOD[1] + ",", "", GOOD[2], "A2,2009")
    assert "3 faults" in found
    assert "line 3: has 10 cells; expected 9, as in the header." in found
    assert "line 4: is blank. Delete it." in found
    assert "line 6: has 2 cells; expected 9" in found


def test_every_error_of_returns_is_an_error_of_a_collection() -> None:
    assert issubclass(ReturnsError, CollectionError)
    assert issubclass(CollectionError, ValueError)


# --- columns ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["authority", "year", "region", "authority_type"])
def test_a_missing_identifier_is_named(refused: Callable[..., str], name: str) -> None:
    at = COLUMNS.index(name)
    header = ",".join(c for c in COLUMNS if c != name)
    rows = [",".join(c for i, c in enumerate(row.split(",")) if i != at) for row in GOOD]
    assert (
        f"line 1, column '{name}': expected a column of this name. "
        f"Add the column '{name}', even if its cells are empty."
    ) in refused(*rows, header=header)


def test_an_unknown_column_is_named_with_the_nearest(refused: Callable[..., str]) -> None:
    found = refused(GOOD[0], header=HEADER.replace("seat", "Seat"))
    assert "line 1, column 'Seat': expected an item of the codebook." in found
    assert "Rename it" in found
    assert "Did you mean 'seat'?" in found


def test_a_double_column_is_named(refused: Callable[..., str]) -> None:
    found = refused(*(row + "," for row in GOOD), header=HEADER + ",seat")
    assert "1 fault." in found
    assert "column 'seat': expected one column of this name. Two columns are named" in found


def test_faults_of_several_columns_come_together(refused: Callable[..., str]) -> None:
    found = refused("A1,2008,,,,", header="authority,year,year,what,authority_type,seat")
    assert "3 faults" in found
    for name in ("region", "year", "what"):
        assert f"column '{name}'" in found


# --- cells --------------------------------------------------------------------------------------

BAD_CELLS = {
    "an unknown year": ("year", 0, "2010", "one of 2008, 2009", "Correct the year"),
    "a year with a point": ("year", 0, "2008.0", "one of 2008, 2009", "Correct the year"),
    "a year with a space": ("year", 0, " 2008", "one of 2008, 2009", "Correct the year"),
    "no year": ("year", 0, "", "one of 2008, 2009", "Correct the year"),
    "no authority": ("authority", 2, "", "a name or code", "Fill it in"),
    "an authority with a space": ("authority", 2, "A2 ", "no space before or", "another name"),
    "a region with a space": ("region", 0, " North", "no space before or", "another name"),
    "a type with a space": ("authority_type", 0, "City ", "no space before or", "another name"),
    "a capital": ("seat", 0, "Yes", "yes, no or an empty cell", "in lower case"),
    "a spreadsheet's truth": ("seat", 0, "TRUE", "yes, no or an empty cell", "in lower case"),
    "a space": ("seat", 0, " yes", "yes, no or an empty cell", "empty for no answer"),
    "a number": ("seat", 0, "1", "yes, no or an empty cell", "empty for no answer"),
    "a word for nothing": ("seat", 3, "N/A", "yes, no or an empty cell", "empty for no answer"),
    "only a space": ("seat", 3, " ", "yes, no or an empty cell", "empty for no answer"),
    "another item's answer": ("chair", 0, "head", "lead_member, director, other", "as shown"),
    "an unknown level": ("level", 0, "chief", "head, senior_officer, other", "as shown"),
    "an answer in a year not asked": (
        "late", 0, "yes", "an empty cell: answers are held for 2009", "correct 'years' and",
    ),
    "an answer in a year not held": (
        "unheld", 0, "no", "an empty cell: answers are held for 2009", "correct 'years' and",
    ),
    "a level of somebody not on the Board": (
        "level", 2, "head", "an empty cell, as 'seat' is not yes", "or correct 'seat'",
    ),
    "a level where the seat is not answered": (
        "level", 3, "head", "an empty cell, as 'seat' is not yes", "or correct 'seat'",
    ),
    "a component of a need not assessed": (
        "unheld", 3, "no", "an empty cell, as 'seat' is not yes", "Empty the cell",
    ),
}  # fmt: skip


def with_cell(row: int, column: str, value: str) -> list[str]:
    """The good rows with one cell changed."""
    cells = [line.split(",") for line in GOOD]
    cells[row][COLUMNS.index(column)] = value
    return [",".join(line) for line in cells]


@pytest.mark.parametrize(
    ("column", "row", "value", "expected", "remedy"), BAD_CELLS.values(), ids=BAD_CELLS.keys()
)
def test_a_bad_cell_is_one_fault_with_line_column_value_and_remedy(
    refused: Callable[..., str], column: str, row: int, value: str, expected: str, remedy: str
) -> None:
    found = refused(*with_cell(row, column, value))
    head, fault = found.splitlines()
    assert head.endswith(": 1 fault.")
    assert fault.startswith(f"  line {row + 2}, column {column!r}: the value is {value!r}; ")
    assert f"expected {expected}" in fault
    assert remedy in fault


def test_an_authority_that_has_the_year_twice_is_refused_with_the_first_line(
    refused: Callable[..., str],
) -> None:
    found = refused(*GOOD, "A3,2008,,,,,,,", GOOD[0], GOOD[0])
    assert "2 faults" in found
    assert "line 7, column 'authority': the value is 'A1'; expected one row for each" in found
    assert "Line 2 has 'A1' in 2008 already" in found
    assert "line 8, column 'authority'" in found


def test_an_opener_that_cannot_be_read_is_the_only_fault(refused: Callable[..., str]) -> None:
    assert "1 fault." in refused(*with_cell(0, "seat", "YES"))


def test_an_opener_of_another_column_order_is_found_by_name(read: Reader) -> None:
    header = "level,authority,year,region,authority_type,seat"
    assert read("head,A1,2008,,,yes", header=header)["level"].tolist() == ["head"]


def test_a_level_without_its_opener_s_column_is_refused(refused: Callable[..., str]) -> None:
    found = refused("head,A1,2008,,", header="level,authority,year,region,authority_type")
    assert "line 2, column 'level'" in found
    assert "'seat' is not yes" in found


def test_all_faults_come_in_one_report_by_line(refused: Callable[..., str]) -> None:
    rows = [line.split(",") for line in GOOD]
    rows[3][COLUMNS.index("chair")] = "nobody"
    rows[0][COLUMNS.index("seat")] = "Y"
    rows[1][COLUMNS.index("year")] = "1999"
    rows[1][COLUMNS.index("late")] = "maybe"
    report = refused(*[",".join(row) for row in rows]).splitlines()
    assert report[0].endswith(": 4 faults.")
    assert [line.strip().split(":")[0] for line in report[1:]] == [
        "line 2, column 'seat'",
        "line 3, column 'year'",
        "line 3, column 'late'",
        "line 5, column 'chair'",
    ]


def test_a_long_report_shows_twenty_faults_and_counts_the_rest(
    refused: Callable[..., str],
) -> None:
    report = refused(*(f"A{number},2008,,,,x,,," for number in range(25))).splitlines()
    assert report[0].endswith(": 25 faults.")
    assert len(report) == 22
    assert report[-1].strip() == "and 5 more."


def test_the_faults_as_a_frame_name_line_column_value_expected_and_remedy(
    questionnaire: Codebook,
) -> None:
    rows = [line.split(",") for line in with_cell(2, "seat", "Nein")]
    raw = pd.DataFrame(rows, columns=COLUMNS, index=[2, 3, 4, 5], dtype="str")
    faults = check_returns(raw, questionnaire)
    assert list(faults.columns) == ["line", "column", "value", "expected", "remedy"]
    assert faults.iloc[0, :3].tolist() == [4, "seat", "Nein"]
    raw.loc[4, "seat"] = "no"
    assert check_returns(raw, questionnaire).empty


# --- any cell -----------------------------------------------------------------------------------

NAMES = st.text("ABCdé ,\"'0", min_size=1, max_size=4).filter(lambda text: text == text.strip())


@st.composite
def valid_rows(draw: st.DrawFn) -> list[list[str]]:
    """Returns that agree with the questionnaire, as cells."""
    rows = []
    for authority in draw(st.lists(NAMES, min_size=1, max_size=3, unique=True)):
        for year in draw(st.sampled_from([(2008,), (2009,), (2008, 2009)])):
            row = dict.fromkeys(COLUMNS, "")
            row |= {"authority": authority, "year": str(year), "region": draw(NAMES | st.just(""))}
            row["chair"] = draw(st.sampled_from(["", *ANSWERS["chair"]]))
            row["seat"] = draw(st.sampled_from(["", "yes", "no"]))
            if row["seat"] == "yes":
                row["level"] = draw(st.sampled_from(["", *ANSWERS["level"]]))
            if year == 2009:
                row["late"] = draw(st.sampled_from(["", "yes", "no"]))
                if row["seat"] == "yes":
                    row["unheld"] = draw(st.sampled_from(["", "yes", "no"]))
            rows.append([row[name] for name in COLUMNS])
    return rows


def as_frame(rows: list[list[str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS, index=range(2, len(rows) + 2), dtype="str")


def as_csv(rows: list[list[str]]) -> str:
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    return "\n".join([HEADER, *quoted]) + "\n"


@settings(deadline=None, max_examples=60, suppress_health_check=[
    HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much])  # fmt: skip
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

    faults = check_returns(as_frame(rows), questionnaire)
    if not len(faults):
        after = read_returns(path, questionnaire)
        key = ["authority", "year"]
        if column in key:  # another row altogether
            assert sorted(after["authority"]) == sorted(row[0] for row in rows)
            return
        pd.testing.assert_index_equal(after.columns, before.columns)
        differs = (after.astype(object).fillna("") != before.astype(object).fillna("")).to_numpy()
        assert differs.sum() == changed
        if changed:
            assert before.columns[differs.any(axis=0)].tolist() == [column]
        return
    with pytest.raises(ReturnsError) as caught:
        read_returns(path, questionnaire)
    # the fault is the cell's own, or of one that the cell opens, or of its year's or its twin's
    places = set(zip(faults["line"], faults["column"], strict=True))
    for line, name in places:
        assert f"line {line}, column {name!r}: the value is" in str(caught.value)
    blamed = {(at + 2, column)}
    if column == "seat":
        blamed |= {(at + 2, "level"), (at + 2, "unheld")}
    if column in ("authority", "year"):
        blamed |= {(line, "authority") for line in faults["line"]}
        blamed |= {(at + 2, name) for name in ("late", "unheld")}
    assert places <= blamed
    assert places


@settings(deadline=None, max_examples=60,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(rows=valid_rows())
def test_whatever_is_written_is_read_back(
    rows: list[list[str]], tmp_path: Path, questionnaire: Codebook
) -> None:
    path = tmp_path / "returns.csv"
    path.write_text(as_csv(rows), encoding="utf-8")
    frame = read_returns(path, questionnaire)
    cells = frame.astype(object).where(frame.notna(), "")
    for name in ("seat", "late", "unheld"):
        cells[name] = cells[name].map({True: "yes", False: "no", "": ""})
    found = sorted([str(cell) for cell in row] for row in cells.to_numpy().tolist())
    assert found == sorted(rows)
    write_returns(frame, path, questionnaire)
    pd.testing.assert_frame_equal(read_returns(path, questionnaire), frame)
