"""Sheets of any shape become one long table: names found, files laid together, places kept."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from csm_lib.codebook import Codebook, read_codebook
from csm_lib.collection import SHIPPED
from csm_lib.errors import ReturnsError
from csm_lib.own.table import Table, read_table

CODEBOOK = """\
item,section,label,question,response,years
x,s,X,Is it x?,yes_no,2008;2009
y,s,Y,Is it y?,yes_no,2008;2009
"""


@pytest.fixture
def codebook(tmp_path: Path) -> Codebook:
    path = tmp_path / "codebook.csv"
    path.write_text(CODEBOOK)
    return read_codebook(path)


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    """The shipped returns as text, missing where a cell is empty."""
    return pd.read_csv(SHIPPED / "returns.csv", dtype="str")


def write_text(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def write_sheets(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()
    return path


def wide(table: Table) -> pd.DataFrame:
    """One row is one record, one column is one item; empty where there is no answer."""
    cells = table.cells[table.cells["answer"] != ""]
    return cells.pivot(index="record", columns="item", values="answer").fillna("")


def told(path: Path | list[Path], codebook: Codebook) -> str:
    with pytest.raises(ReturnsError) as caught:
        read_table(path, codebook)
    return str(caught.value)


def places(table: Table, item: str) -> list[tuple[str, str, int, str]]:
    some = table.cells.loc[table.cells["item"] == item, ["file", "sheet", "row", "answer"]]
    return [tuple(row) for row in some.to_numpy().tolist()]


GOOD = "authority,year,x\nA,2008,yes\n"


# -- Names of columns ---------------------------------------------------------


def test_a_title_above_the_table_is_passed_over_and_told(tmp_path: Path, codebook: Codebook):
    path = write_text(tmp_path / "a.csv", "Partnership survey,,\n" + GOOD)
    table = read_table(path, codebook)
    assert places(table, "x") == [("a.csv", "", 3, "yes")]
    assert table.notices == (
        "the names of the columns were read in row 2; above stands 'Partnership survey'.",
    )


def test_a_title_of_one_cell_in_a_text_file_is_passed_over(tmp_path: Path, codebook: Codebook):
    path = write_text(tmp_path / "a.csv", "Partnership survey 2008: responses\n" + GOOD)
    assert places(read_table(path, codebook), "x") == [("a.csv", "", 3, "yes")]


def test_two_rows_of_names_are_question_and_option(tmp_path: Path, codebook: Codebook):
    lines = [
        "id,Who answers?,Who sits there?,,,Is there a plan?",
        ",Open-Ended Response,Police,Schools,Health,Response",
        "1,A,Police,,Health,Yes",
        "2,B,,Schools,,No",
    ]
    table = read_table(write_text(tmp_path / "a.csv", "\n".join(lines) + "\n"), codebook)
    assert table.columns["column"].tolist() == [
        "id",
        "Who answers?",
        "Who sits there? - Police",
        "Who sits there? - Schools",
        "Who sits there? - Health",
        "Is there a plan?",
    ]
    assert places(table, "Who sits there? - Police") == [("a.csv", "", 3, "Police")]


def test_the_three_rows_of_qualtrics_are_names_and_labels(tmp_path: Path, codebook: Codebook):
    lines = [
        "authority,year,x",
        "Who answers?,Which year?,Is it x?",
        '"{""ImportId"":""QID1""}","{""ImportId"":""QID2""}","{""ImportId"":""QID3""}"',
        "A,2008,yes",
    ]
    table = read_table(write_text(tmp_path / "a.csv", "\n".join(lines) + "\n"), codebook)
    assert places(table, "x") == [("a.csv", "", 4, "yes")]
    assert "rows 1 to 3 were read as the names of Qualtrics" in table.notices[0]


def test_a_row_of_answers_is_never_taken_for_options(tmp_path: Path, codebook: Codebook):
    text = "authority,year,,x\nA,2008,yes,no\nB,2008,no,no\n"
    assert "column 3: has no name in the first row" in told(
        write_text(tmp_path / "a.csv", text), codebook
    )


@pytest.mark.parametrize("gap", [0, 1])
def test_notes_under_the_table_are_left_out_and_shown(tmp_path: Path, codebook: Codebook, gap: int):
    rows = [["authority", "year", "x"], ["A", 2008, "yes"], *[[]] * gap, ["Note: provisional"]]
    table = read_table(write_sheets(tmp_path / "a.xlsx", {"S": rows}), codebook)
    assert len(table.records) == 1
    assert table.notices == (
        f"sheet 'S': row {3 + gap} with a text in the first column alone ('Note: provisional'): "
        "left out as notes under the table.",
    )


def test_a_name_alone_under_the_table_is_no_note(tmp_path: Path, codebook: Codebook):
    rows = [["authority", "year", "x"], ["A", 2008, "yes"], ["Barnet"]]
    table = read_table(write_sheets(tmp_path / "a.xlsx", {"S": rows}), codebook)
    assert wide(table)["authority"].tolist() == ["A", "Barnet"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (GOOD + "B,2008\n", ["line 3: has 2 cells; expected 3"]),
        (GOOD + "B,2008,yes,no\n", ["line 3: has 4 cells", "quotation marks"]),
        ("authority,year,x\n", ["has a header and nothing under it"]),
        ("authority,year,x\nA,2008," + "y" * 40_000 + "\n", ["longer than"]),
    ],
)
def test_irregular_text_is_refused_with_its_line(
    tmp_path: Path, codebook: Codebook, text: str, parts: list[str]
):
    message = told(write_text(tmp_path / "a.csv", text), codebook)
    assert all(part in message for part in parts)


def test_merged_answers_are_refused(tmp_path: Path, codebook: Codebook):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet("S")
    sheet.write_column(0, 0, ["authority", "A", "B"])
    sheet.write_column(0, 1, ["year", 2008, 2008])
    sheet.write(0, 2, "x")
    sheet.merge_range(1, 2, 2, 2, "yes")
    book.close()
    message = told(tmp_path / "a.xlsx", codebook)
    assert "rows 2 to 3, columns 3 to 3" in message
    assert "Unmerge" in message


def test_hidden_rows_are_refused_and_hidden_columns_named(tmp_path: Path, codebook: Codebook):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet("S")
    for number, row in enumerate([["authority", "year", "x"], ["A", 2008, "yes"], ["B", 2008]]):
        sheet.write_row(number, 0, row)
    sheet.set_column(2, 2, None, None, {"hidden": True})
    book.close()
    table = read_table(tmp_path / "a.xlsx", codebook)
    assert table.notices == ("sheet 'S': hidden columns were read as well: 'x'.",)

    book = xlsxwriter.Workbook(tmp_path / "b.xlsx")
    sheet = book.add_worksheet("S")
    for number, row in enumerate([["authority", "year", "x"], ["A", 2008, "yes"], ["B", 2008]]):
        sheet.write_row(number, 0, row)
    sheet.set_row(2, None, None, {"hidden": True})
    book.close()
    message = told(tmp_path / "b.xlsx", codebook)
    assert "sheet 'S': nobody sees row 3" in message
    assert "delete it" in message


def test_a_hidden_sheet_is_not_read_and_told(tmp_path: Path, codebook: Codebook):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    for name, who in (("Data", "A"), ("test", "Z")):
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, ["authority", "year", "x"])
        sheet.write_row(1, 0, [who, 2008, "yes"])
    sheet.hide()
    book.close()
    table = read_table(tmp_path / "a.xlsx", codebook)
    assert wide(table)["authority"].tolist() == ["A"]
    assert any("'test'" in notice and "hidden" in notice for notice in table.notices)


# -- Sheets and files ---------------------------------------------------------


def test_long_form_becomes_the_same_wide_table(panel: pd.DataFrame, tmp_path: Path):
    ids = ["authority", "year", "region", "authority_type"]
    long = panel.melt(ids, var_name="item", value_name="answer").dropna(subset="answer")
    long = long.sample(frac=1, random_state=1)
    path = tmp_path / "a.csv"
    long.to_csv(path, index=False)
    codebook = read_codebook(SHIPPED / "codebook.csv")
    table = read_table(path, codebook)
    cells = table.cells.drop_duplicates(["record", "item"])
    found = cells.pivot(index="record", columns="item", values="answer").fillna("")
    found = found.sort_values(["authority", "year"], ignore_index=True)
    given = [name for name in panel.columns if panel[name].notna().any()]
    expected = panel.fillna("").sort_values(["authority", "year"], ignore_index=True)
    pd.testing.assert_frame_equal(found[given], expected[given], check_names=False)


def test_a_column_beside_the_long_form_is_a_column_of_its_own(tmp_path: Path, codebook: Codebook):
    text = "authority,year,item,answer,comment\nA,2008,x,yes,fine\nA,2008,y,no,\n"
    table = read_table(write_text(tmp_path / "a.csv", text), codebook)
    assert places(table, "y") == [("a.csv", "", 3, "no")]
    assert {*table.columns["item"]} == {"authority", "year", "x", "y", "comment"}


@pytest.mark.parametrize(
    ("row", "part"),
    [
        (",2008,x,yes", "row 3: has no authority"),
        ("B,,x,yes", "row 3: has no year"),
        ("B,2008,,yes", "row 3: has no item"),
        ("B,2008,region,N", "row 3, column 'item': 'region' is no item"),
    ],
)
def test_rows_of_the_long_form_that_make_no_sense_are_refused(
    tmp_path: Path, codebook: Codebook, row: str, part: str
):
    text = f"authority,year,item,answer\nA,2008,x,yes\n{row}\n"
    assert part in told(write_text(tmp_path / "a.csv", text), codebook)


def test_a_long_row_without_item_and_answer_says_only_who_answered(
    tmp_path: Path, codebook: Codebook
):
    text = "authority,year,item,answer\nA,2008,x,yes\nB,2008,,\n"
    table = read_table(write_text(tmp_path / "a.csv", text), codebook)
    assert [answer for *_, answer in places(table, "authority")] == ["A", "B"]


def test_a_sheet_or_file_gives_its_rows_the_year_of_its_name(tmp_path: Path, codebook: Codebook):
    rows = [["authority", "x"], ["A", "yes"]]
    table = read_table(write_sheets(tmp_path / "a.xlsx", {"2008": rows, "2009-10": rows}), codebook)
    assert wide(table)["year"].tolist() == ["2008", "2009-10"]
    text = "authority,x\nA,yes\n"
    files = [write_text(tmp_path / f"returns-{year}.csv", text) for year in (2008, 2009)]
    assert wide(read_table(files, codebook))["year"].tolist() == ["2008", "2009"]


def test_several_files_keep_their_names_and_their_rows(tmp_path: Path, codebook: Codebook):
    files = [
        write_text(tmp_path / "one.csv", "authority,year,x\nA,2008,yes\n"),
        write_sheets(tmp_path / "two.xlsx", {"S": [["authority", "year", "x"], ["B", 2008, "no"]]}),
    ]
    table = read_table(files, codebook)
    assert places(table, "x") == [("one.csv", "", 2, "yes"), ("two.xlsx", "S", 2, "no")]
    assert table.records["record"].tolist() == [0, 1]
    assert table.path == tmp_path


def test_a_sheet_among_several_needs_a_year(tmp_path: Path, codebook: Codebook):
    one = [["authority", "year", "x"], ["A", 2008, "yes"]]
    two = [["authority", "y"], ["A", "yes"]]
    message = told(write_sheets(tmp_path / "a.xlsx", {"one": one, "two": two}), codebook)
    assert "sheet 'two': has no column 'year'" in message


def test_sheets_that_hold_no_table_of_returns_are_named_and_left_out(
    tmp_path: Path, codebook: Codebook
):
    table = [["authority", "year", "x"], ["A", 2008, "yes"]]
    notes = [["Notes"], ["Please", "read"], ["this", "first", "of", "all"]]
    lists = [["yes", "no"], ["1", "2"]]
    path = write_sheets(tmp_path / "a.xlsx", {"Notes": notes, "R": table, "Lists": lists})
    found = read_table(path, codebook)
    assert places(found, "x") == [("a.xlsx", "R", 2, "yes")]
    assert any("'Notes'" in notice for notice in found.notices)
    assert any("'Lists'" in notice and "'authority'" in notice for notice in found.notices)


def test_several_sheets_without_an_authority_are_refused(tmp_path: Path, codebook: Codebook):
    sheets: dict[str, list[list[object]]] = {
        "one": [["a", "b"], ["1", "2"]],
        "two": [["c", "d"], ["1", "2"]],
    }
    message = told(write_sheets(tmp_path / "a.xlsx", sheets), codebook)
    assert "no sheet has a column 'authority' (sheets: 'one' and 'two')" in message


def test_a_row_of_which_all_is_left_out_still_counts(tmp_path: Path, codebook: Codebook):
    table = read_table(write_text(tmp_path / "a.csv", GOOD + ",,\n,,no\n"), codebook)
    assert table.records["row"].tolist() == [2, 4]


def test_a_line_that_is_cut_off_is_refused_though_it_could_be_a_name(
    tmp_path: Path, codebook: Codebook
) -> None:
    path = write_text(tmp_path / "a.csv", GOOD + "B\nC,2008,no\n")
    assert "line 3: has 1 cell; expected 3" in told(path, codebook)
    path = write_text(tmp_path / "b.csv", GOOD + "Barnet\n")
    assert "line 3: has 1 cell; expected 3" in told(path, codebook)
