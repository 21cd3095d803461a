import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest
import xlsxwriter

from csm_lib.collection import SHIPPED
from csm_lib.errors import ReturnsError
from csm_lib.own.tables import Raw, combine, read_sheets
from csm_lib.own.tables import shape as shape_module

IDS = ["authority", "year", "region", "authority_type"]


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    """The shipped returns as text, missing where a cell is empty."""
    return pd.read_csv(SHIPPED / "returns.csv", dtype="str")


def wide(path: Path) -> Raw:
    return combine(read_sheets(path))


def text_of(raw: Raw) -> pd.DataFrame:
    return raw.frame.astype("str")


def write_text(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def write_sheets(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime.date):
                    form = book.add_format({"num_format": "yyyy-mm-dd"})
                    sheet.write_datetime(number, column, cell, form)
                elif cell is not None:
                    sheet.write(number, column, cell)
    book.close()
    return path


def grid(frame: pd.DataFrame) -> list[list[object]]:
    return [list(frame.columns), *frame.astype(object).where(frame.notna(), None).values.tolist()]


# ---------------------------------------------------------------- round trips


@pytest.mark.parametrize(
    ("name", "separator", "encoding"),
    [
        ("a.csv", ",", "utf-8"),
        ("a.csv", ",", "utf-8-sig"),
        ("a.csv", ";", "utf-8"),
        ("a.txt", "\t", "utf-8"),
        ("a.tsv", "\t", "cp1252"),
    ],
)
def test_text_reads_back_as_it_was(panel, tmp_path, name, separator, encoding):
    path = write_text(tmp_path / name, panel.to_csv(index=False, sep=separator), encoding)
    raw = wide(path)
    pd.testing.assert_frame_equal(text_of(raw), panel)
    assert all(isinstance(kind, pd.CategoricalDtype) for kind in raw.frame.dtypes)
    assert raw.rows["year"][:2].tolist() == [2, 3]
    assert set(raw.sheets.values()) == {""}


def test_old_line_ends_read_back_as_they_were(panel, tmp_path):
    for end in ("\r\n", "\r"):
        path = write_text(tmp_path / "a.csv", panel.to_csv(index=False, lineterminator=end))
        pd.testing.assert_frame_equal(text_of(wide(path)), panel)


def test_excel_reads_back_as_it_was(panel, tmp_path):
    numbers = panel.assign(year=panel["year"].astype(int))
    raw = wide(write_sheets(tmp_path / "a.xlsx", {"Returns": grid(numbers)}))
    pd.testing.assert_frame_equal(text_of(raw), panel)
    assert raw.rows["board.police"][-1] == 149
    assert raw.sheets["board.police"] == "Returns"


@pytest.mark.parametrize("name", ["a.sav", "a.zsav", "a.dta"])
def test_spss_and_stata_read_back_as_they_were(panel, tmp_path, name):
    coded = panel.assign(year=panel["year"].astype(float)).fillna("")
    coded.columns = [f"v{number}" for number in range(len(coded.columns))]
    if name.endswith("dta"):
        pyreadstat.write_dta(coded, tmp_path / name)
    else:
        pyreadstat.write_sav(coded, tmp_path / name, compress=name.endswith("zsav"))
    (raw,) = read_sheets(tmp_path / name)
    assert list(raw.frame.columns) == list(coded.columns)
    found = text_of(raw).set_axis(panel.columns, axis=1)
    pd.testing.assert_frame_equal(found, panel)
    assert raw.rows["v0"].tolist() == list(range(1, 149))


@pytest.mark.parametrize("kind", ["text", "category", "typed"])
def test_parquet_reads_back_as_it_was(panel, tmp_path, kind):
    typed = panel.assign(year=panel["year"].astype("int64"))
    if kind == "category":
        typed = typed.astype({name: "category" for name in panel.columns if name != "year"})
    if kind == "typed":
        for name in panel.columns:
            if panel[name].isin(["yes", "no"]).any():
                typed[name] = panel[name].map({"yes": True, "no": False}).astype("boolean")
    typed.to_parquet(tmp_path / "a.parquet", index=False)
    pd.testing.assert_frame_equal(text_of(wide(tmp_path / "a.parquet")), panel)


def test_parquet_of_several_row_groups_and_like_names_reads_back(tmp_path):
    table = pa.table({"board": ["yes", None, "no"], "board.police": [1.0, 2.5, None]})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=1)
    (raw,) = read_sheets(tmp_path / "a.parquet")
    assert raw.frame["board"].astype("str").fillna("-").tolist() == ["yes", "-", "no"]
    assert raw.frame["board.police"].astype("str").fillna("-").tolist() == ["1", "2.5", "-"]


def test_the_index_of_a_data_frame_is_left_out_of_parquet(panel, tmp_path):
    panel.iloc[[5, 3, 9]].to_parquet(tmp_path / "a.parquet")
    (raw,) = read_sheets(tmp_path / "a.parquet")
    assert list(raw.frame.columns) == list(panel.columns)
    assert "__index_level_0__" in raw.notices[0]


def long_of(panel: pd.DataFrame) -> pd.DataFrame:
    return panel.melt(IDS, var_name="item", value_name="answer")


def test_long_form_becomes_the_same_wide_table(panel, tmp_path):
    long = long_of(panel)
    path = write_text(tmp_path / "a.csv", long.to_csv(index=False))
    raw = wide(path)
    pd.testing.assert_frame_equal(text_of(raw), panel)
    for at, item in ((0, "board.chair"), (100, panel.columns[-1])):
        line = raw.rows[item][at] - 2
        assert long.loc[line, ["authority", "year", "item"]].tolist() == [
            *panel.loc[at, ["authority", "year"]],
            item,
        ]


def test_long_form_in_any_order_and_without_the_blanks_is_the_same(panel, tmp_path):
    long = long_of(panel).dropna(subset="answer").sample(frac=1, random_state=1)
    raw = wide(write_text(tmp_path / "a.csv", long.to_csv(index=False)))
    found = text_of(raw).sort_values(["authority", "year"], ignore_index=True)
    given = [name for name in panel.columns if panel[name].notna().any()]
    pd.testing.assert_frame_equal(found[given], panel[given])


def test_a_sheet_per_year_is_stacked(panel, tmp_path):
    parts = {year: part.drop(columns="year") for year, part in panel.groupby("year")}
    sheets = {year: grid(part) for year, part in parts.items()}
    raw = wide(write_sheets(tmp_path / "a.xlsx", sheets))
    found = text_of(raw)[panel.columns].sort_values(["authority", "year"], ignore_index=True)
    pd.testing.assert_frame_equal(found, panel)
    assert raw.sheets["year"][0] == "2008"
    assert raw.rows["board.chair"][[0, 74]].tolist() == [2, 2]
    assert "its name was taken for the year" in raw.notices[0]


def test_sheets_with_other_items_are_joined(panel, tmp_path):
    items = list(panel.columns[4:])
    first, second = panel[IDS + items[:20]], panel[["authority", "year", *items[20:]]]
    sheets = {"Board": grid(first), "JSNA": grid(second.iloc[::-1])}
    raw = wide(write_sheets(tmp_path / "a.xlsx", sheets))
    pd.testing.assert_frame_equal(text_of(raw), panel)
    assert set(raw.sheets[items[0]]) == {"Board"}
    assert set(raw.sheets[items[-1]]) == {"JSNA"}
    assert raw.rows[items[-1]][0] == 149


# ---------------------------------------------------------------- text


def fault(path: Path) -> str:
    with pytest.raises(ReturnsError) as caught:
        wide(path)
    assert str(path) in str(caught.value)
    return str(caught.value)


GOOD = "authority,year,x\nA,2008,yes\n"


@pytest.mark.parametrize(
    ("data", "parts"),
    [
        (b"", ["is empty"]),
        (b"authority,year,x\n", ["has a header and nothing under it"]),
        (GOOD.encode() + b"B,2008\n", ["line 3: has 2 cells; expected 3"]),
        (GOOD.encode() + b"B,2008,yes,no\n", ["line 3: has 4 cells", "quotation marks"]),
        (GOOD.encode() + b"\nB,2008,yes\n", ["line 3: is blank. Delete it."]),
        (GOOD.encode() + b"\n", ["line 3: is blank. Delete it."]),
        (GOOD.encode() + b'"B,2008,yes\nC,2008,no\n', ["line 3", "not regular CSV"]),
        (GOOD.encode() + b'"B"b,2008,yes\n', ["line 3", "not regular CSV", "quotation marks"]),
        (GOOD.encode() + b"B\0,2008,yes\n", ["line 3: holds a NUL byte"]),
        (GOOD.encode("utf-16"), ["is UTF-16 text", "Save it as CSV, UTF-8"]),
        (GOOD.encode() + "é,2008,yes\n".encode() + b"\xe9,2008,no\n", ["mixed", "3", "line 4"]),
        (GOOD.encode() + b"\x81,2008,yes\n", ["line 3: is neither UTF-8 nor Windows text"]),
        (b"authority;year,x\nA;2008,yes\n", ["line 1: holds comma and semicolon"]),
        (b"authority,year,,x\nA,2008,yes,no\n", ["column 3: has no name", "row 2"]),
        (b"authority,year,x\nA,2008," + b"y" * 40_000 + b"\n", ["row 2", "'x'", "longer than"]),
        (b"authority,year,x\nA,2008," + b"y" * 200_000 + b"\n", ["line 2", "longer than"]),
    ],
)
def test_irregular_text_is_refused_with_its_line(tmp_path, data, parts):
    (tmp_path / "a.csv").write_bytes(data)
    message = fault(tmp_path / "a.csv")
    for part in parts:
        assert part in message


def test_windows_text_is_read_and_said_to_be(tmp_path):
    path = write_text(
        tmp_path / "a.csv", "authority,year,x\nCaf\u00e9 \u2019s,2008,yes\n", "cp1252"
    )
    raw = wide(path)
    assert raw.frame["authority"][0] == "Café ’s"
    assert "line 2 is not UTF-8" in raw.notices[0]


def test_a_mark_within_quotation_marks_separates_nothing(tmp_path):
    path = write_text(tmp_path / "a.csv", 'authority;year;"a, or ""b"""\nA;2008;x,y\n')
    raw = wide(path)
    assert list(raw.frame.columns) == ["authority", "year", 'a, or "b"']
    assert raw.frame.iloc[0, 2] == "x,y"


def test_rows_and_columns_without_a_cell_are_left_out_and_the_lines_stay_true(tmp_path):
    path = write_text(tmp_path / "a.csv", 'authority,year,x,\nA,2008,"y\ny",\n,,,\nB,2008,no,\n')
    raw = wide(path)
    assert list(raw.frame.columns) == ["authority", "year", "x"]
    assert raw.rows["x"].tolist() == [2, 5]


def test_two_columns_of_one_name_are_kept_for_the_checks(tmp_path):
    raw = wide(write_text(tmp_path / "a.csv", "authority,year,x,x\nA,2008,yes,no\n"))
    assert list(raw.frame.columns) == ["authority", "year", "x", "x"]
    assert raw.frame.iloc[0].tolist() == ["A", "2008", "yes", "no"]


def test_cells_are_kept_to_the_letter(tmp_path):
    raw = wide(write_text(tmp_path / "a.csv", "authority,year,x\n Ä ,2008.0,=1+1\nB,02008,1e3\n"))
    assert raw.frame.iloc[0].tolist() == [" Ä ", "2008.0", "=1+1"]
    assert raw.frame.iloc[1].tolist() == ["B", "02008", "1e3"]


# ---------------------------------------------------------------- Excel


def test_cells_of_excel_are_written_as_a_person_writes_them(tmp_path):
    cells: list[object] = [1, 2008.0, 0.5, 1e20, True, False, datetime.date(2008, 3, 1), " x", ""]
    rows = [["authority", *"abcdefgh"], cells]
    raw = wide(write_sheets(tmp_path / "a.xlsx", {"S": rows}))
    assert raw.frame.iloc[0].fillna("-").tolist() == [
        *["1", "2008", "0.5", "1e+20", "TRUE", "FALSE", "2008-03-01", " x", "-"]
    ]


def test_rows_of_excel_are_counted_as_excel_counts_them(tmp_path):
    rows: list[list[object]] = [[], [None, "authority", "year", None, "x"], []]
    rows += [[None, "A", 2008, None, "yes"], [], [None, "B", 2008, None, "no"]]
    raw = wide(write_sheets(tmp_path / "a.xlsx", {"S": rows}))
    assert list(raw.frame.columns) == ["authority", "year", "x"]
    assert raw.rows["x"].tolist() == [4, 6]


def test_an_error_in_a_cell_is_no_empty_cell(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet("S")
    sheet.write_row(0, 0, ["authority", "year", "x", "y"])
    sheet.write_row(1, 0, ["A", 2008])
    sheet.write_formula(1, 2, "=NA()", None, "#N/A")
    sheet.write_formula(1, 3, '="y"&"es"', None, "yes")
    book.close()
    raw = wide(tmp_path / "a.xlsx")
    assert raw.frame.iloc[0].tolist() == ["A", "2008", "#N/A", "yes"]
    assert "'#N/A' in C2" in raw.notices[0]


def test_a_formula_without_a_stored_value_is_no_empty_cell(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["authority", "year", "x"])
    book.active.append(["A", 2008, '=IF(1=1,"yes","no")'])
    book.save(tmp_path / "a.xlsx")
    raw = wide(tmp_path / "a.xlsx")
    assert raw.frame["x"][0] == '=IF(1=1,"yes","no")'
    assert "in C2" in raw.notices[0]
    assert "save it, or paste the values" in raw.notices[0]


@pytest.mark.parametrize(
    "rows",
    [
        [["Returns of 2008"], ["authority", "year", "x"], ["A", 2008, "yes"]],
        [["Returns"], [], ["Unit", "Wave", "x"], ["A", 2008, "yes"]],
    ],
)
def test_a_title_above_the_table_is_refused(tmp_path, rows):
    message = fault(write_sheets(tmp_path / "a.xlsx", {"S": rows}))
    assert "sheet 'S'" in message
    assert "delete the rows above" in message


def test_a_title_in_one_of_two_sheets_does_not_lose_the_sheet(tmp_path):
    table = [["Unit", "Wave", "x"], ["A", 2008, "yes"]]
    path = write_sheets(tmp_path / "a.xlsx", {"1": table, "2": [["Title"], *table]})
    message = fault(path)
    assert "sheet '2'" in message
    assert "row 2" in message


def test_sheets_that_hold_no_table_of_returns_are_named_and_left_out(tmp_path):
    table = [["authority", "year", "x"], ["A", 2008, "yes"]]
    notes = [["Notes"], ["Please", "read"], ["this", "first", "of", "all"]]
    lists = [["yes", "no"], ["1", "2"]]
    path = write_sheets(
        tmp_path / "a.xlsx", {"Notes": notes, "R": table, "Lists": lists, "Empty": []}
    )
    raw = wide(path)
    assert raw.frame.iloc[0].tolist() == ["A", "2008", "yes"]
    assert any("'Notes'" in notice for notice in raw.notices)
    assert any("'Lists'" in notice and "'authority'" in notice for notice in raw.notices)


def test_merged_answers_are_refused(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet("S")
    sheet.write_column(0, 0, ["authority", "A", "B"])
    sheet.write_column(0, 1, ["year", 2008, 2008])
    sheet.write(0, 2, "x")
    sheet.merge_range(1, 2, 2, 2, "yes")
    book.close()
    message = fault(tmp_path / "a.xlsx")
    assert "rows 2 to 3, columns 3 to 3" in message
    assert "Unmerge" in message


# ---------------------------------------------------------------- SPSS and Stata


def test_labels_and_missing_codes_of_spss_are_read(tmp_path):
    frame = pd.DataFrame({"authority": ["A", "B", "C"], "v": [1.0, 9.0, 98.5], "w": [1.5, None, 2]})
    pyreadstat.write_sav(
        frame,
        tmp_path / "a.sav",
        column_labels={"v": "Police on the Board"},
        variable_value_labels={"v": {1: "Yes", 2: "No", 9: "No answer"}},
        missing_ranges={"v": [9, {"lo": 97, "hi": 99}]},
    )
    (raw,) = read_sheets(tmp_path / "a.sav")
    assert raw.frame["v"].tolist() == ["1", "9", "98.5"]
    assert raw.frame["w"].astype("str").fillna("-").tolist() == ["1.5", "-", "2"]
    assert raw.labels == {"v": "Police on the Board"}
    assert raw.value_labels == {"v": {"1": "Yes", "2": "No", "9": "No answer"}}
    assert raw.missing == {"v": {"9", "98.5"}}
    whole = combine([raw])
    assert whole.frame["v"].astype("str").fillna("-").tolist() == ["1", "-", "-"]
    assert whole.notices == (
        "'9' stands for no answer, as the file says: in 1 cell of 1 column.",
        "'98.5' stands for no answer, as the file says: in 1 cell of 1 column.",
    )


def test_missing_codes_of_stata_are_read(tmp_path):
    frame = pd.DataFrame({"authority": ["A", "B"], "v": [1, "a"]})
    pyreadstat.write_dta(frame, tmp_path / "a.dta", missing_user_values={"v": ["a"]})
    (raw,) = read_sheets(tmp_path / "a.dta")
    assert raw.frame["v"].tolist() == ["1", "a"]
    assert raw.missing == {"v": {"a"}}


def test_a_file_is_read_in_parts_where_it_is_long(tmp_path, monkeypatch):
    from csm_lib.own.readers import labelled

    monkeypatch.setattr(labelled, "CHUNK", 20)
    frame = pd.DataFrame({"a": np.arange(100) % 7, "b": [str(n) for n in range(100)]})
    pyreadstat.write_sav(frame, tmp_path / "a.sav")
    (found,) = labelled.read_labelled(str(tmp_path / "a.sav"), "spss")
    assert found.columns[1].texts == [str(n) for n in range(100)]
    codes = np.frombuffer(found.columns[0].codes, dtype=found.columns[0].kind)
    assert [found.columns[0].texts[code] for code in codes] == [str(n % 7) for n in range(100)]


# ---------------------------------------------------------------- shape


def test_the_same_question_answered_twice_in_long_form_is_refused(tmp_path):
    rows = ["authority,year,item,answer", "A,2008,x,yes", "B,2008,x,no", "A,2008,x,yes"]
    message = fault(write_text(tmp_path / "a.csv", "\n".join(rows) + "\n"))
    assert "row 4: answers 'x' of 'A' in 2008, as row 2 does" in message


@pytest.mark.parametrize(
    ("row", "part"),
    [
        (",2008,x,yes,N", "row 3: has no authority"),
        ("B,,x,yes,N", "row 3: has no year"),
        ("B,2008,,yes,N", "row 3: has no item"),
        ("A,2008,y,yes,S", "row 3, column 'region': the value is 'S', but row 2"),
        ("B,2008,region,N,N", "row 3, column 'item': 'region' is no item"),
    ],
)
def test_rows_of_the_long_form_that_make_no_sense_are_refused(tmp_path, row, part):
    rows = ["authority,year,item,answer,region", "A,2008,x,yes,N", row]
    assert part in fault(write_text(tmp_path / "a.csv", "\n".join(rows) + "\n"))


def test_a_long_row_without_item_and_answer_says_only_who_answered(tmp_path):
    rows = ["authority,year,item,answer", "A,2008,x,yes", "B,2008,,"]
    raw = wide(write_text(tmp_path / "a.csv", "\n".join(rows) + "\n"))
    assert raw.frame["authority"].tolist() == ["A", "B"]
    assert raw.frame["x"].astype("str").fillna("-").tolist() == ["yes", "-"]


def test_an_authority_on_one_sheet_only_has_blanks_from_the_other(tmp_path):
    one = [["authority", "year", "region", "x"], ["A", 2008, "N", "yes"], ["B", 2008, None, "no"]]
    two = [["authority", "year", "region", "y"], ["B", 2008, "S", "no"], ["C", 2008, "S", "yes"]]
    raw = wide(write_sheets(tmp_path / "a.xlsx", {"one": one, "two": two}))
    found = text_of(raw).fillna("-")
    assert found.to_numpy().tolist() == [
        ["A", "2008", "N", "yes", "-"],
        ["B", "2008", "S", "no", "no"],
        ["C", "2008", "S", "-", "yes"],
    ]
    assert list(zip(raw.sheets["region"], raw.rows["region"].tolist(), strict=True)) == [
        ("one", 2),
        ("two", 2),
        ("two", 3),
    ]


def test_a_return_that_is_there_twice_stays_twice(tmp_path):
    one = [["authority", "year", "x"], ["A", 2008, "yes"], ["A", 2008, "no"]]
    two = [["authority", "year", "y"], ["A", 2008, "yes"]]
    raw = wide(write_sheets(tmp_path / "a.xlsx", {"one": one, "two": two}))
    assert text_of(raw).fillna("-").to_numpy().tolist() == [
        ["A", "2008", "yes", "yes"],
        ["A", "2008", "no", "-"],
    ]


def test_two_sheets_that_contradict_one_another_are_refused(tmp_path):
    one = [["authority", "year", "x", "y"], ["A", 2008, "yes", "no"]]
    two = [["authority", "year", "y", "z"], ["A", 2008, "yes", "no"]]
    message = fault(write_sheets(tmp_path / "a.xlsx", {"one": one, "two": two}))
    assert "sheet 'two', row 2, column 'y': the value is 'yes', but sheet 'one', row 2" in message


def test_rows_without_an_authority_are_not_joined(tmp_path):
    one = [["authority", "year", "x"], [None, 2008, "yes"], ["A", 2008, "no"]]
    two = [["authority", "year", "y"], [None, 2008, "no"]]
    raw = wide(write_sheets(tmp_path / "a.xlsx", {"one": one, "two": two}))
    assert len(raw.frame) == 3


def test_a_sheet_among_several_needs_a_year(tmp_path):
    one = [["authority", "year", "x"], ["A", 2008, "yes"]]
    two = [["authority", "y"], ["A", "yes"]]
    message = fault(write_sheets(tmp_path / "a.xlsx", {"one": one, "two": two}))
    assert "sheet 'two': has no column 'year'" in message


def test_several_sheets_without_an_authority_are_refused(tmp_path):
    sheets = {"one": [["a", "b"], ["1", "2"]], "two": [["c", "d"], ["1", "2"]]}
    message = fault(write_sheets(tmp_path / "a.xlsx", sheets))
    assert "no sheet has a column 'authority' (sheets: 'one', 'two')" in message


def test_the_identifiers_are_those_of_returns():
    from csm_lib.returns import IDENTIFIERS

    assert shape_module.IDENTIFIERS == IDENTIFIERS


def test_progress_is_told(tmp_path):
    said: list[str] = []
    read_sheets(write_text(tmp_path / "a.csv", GOOD), progress=said.append)
    assert said == ["Reading a.csv"]
