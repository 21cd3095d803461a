import datetime
import struct
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest
import xlsxwriter

from csm_lib.collection import SHIPPED
from csm_lib.errors import ReturnsError
from csm_lib.own.read import MultipleSet, Sheet, read_sheets


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    """The shipped returns as text, missing where a cell is empty."""
    return pd.read_csv(SHIPPED / "returns.csv", dtype="str")


def only(path: Path) -> Sheet:
    (sheet,) = read_sheets(path)
    return sheet


def cells(sheet: Sheet) -> list[tuple[int, int, str]]:
    return list(sheet.cells.itertuples(index=False, name=None))


def rows(sheet: Sheet) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = {}
    for row, column, text in cells(sheet):
        found.setdefault(row, {})[column] = text
    return found


def frame_of(sheet: Sheet) -> pd.DataFrame:
    """The cells laid out again; the first row gives the names where the format has none."""
    table = sheet.cells.pivot(index="row", columns="column", values="text")
    if sheet.names is None:
        names, table = table.iloc[0], table.iloc[1:]
    else:
        table = table.reindex(columns=range(1, len(sheet.names) + 1))
        names = sheet.names
    return table.reset_index(drop=True).set_axis(pd.Index(list(names)), axis=1).astype("str")


def write(path: Path, text: str | bytes, encoding: str = "utf-8") -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def write_sheets(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False})
    for name, table in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(table):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime.date):
                    form = book.add_format({"num_format": "yyyy-mm-dd"})
                    sheet.write_datetime(number, column, cell, form)
                elif cell is not None:
                    sheet.write(number, column, cell)
    book.close()
    return path


def grid(frame: pd.DataFrame) -> list[list[Any]]:
    return [list(frame.columns), *frame.astype(object).where(frame.notna(), None).values.tolist()]


def fault(path: Path) -> str:
    with pytest.raises(ReturnsError) as caught:
        read_sheets(path)
    assert str(path) in str(caught.value)
    return str(caught.value)


# ---------------------------------------------------------------- round trips


@pytest.mark.parametrize(
    ("name", "separator", "encoding"),
    [
        ("a.csv", ",", "utf-8"),
        ("a.csv", ",", "utf-8-sig"),
        ("a.csv", ";", "utf-8"),
        ("a.csv", "|", "utf-8"),
        ("a.txt", "\t", "utf-8"),
        ("a.txt", "\t", "utf-16"),
        ("a.tsv", "\t", "cp1252"),
    ],
)
def test_text_reads_back_as_it_was(panel, tmp_path, name, separator, encoding):
    path = write(tmp_path / name, panel.to_csv(index=False, sep=separator), encoding)
    sheet = only(path)
    pd.testing.assert_frame_equal(frame_of(sheet), panel)
    assert (sheet.name, sheet.names, sheet.path) == ("", None, path)
    assert sheet.cells.dtypes.astype(str).to_dict() == {
        "row": "int64",
        "column": "int64",
        "text": "str",
    }
    assert sheet.widths == dict.fromkeys(range(1, 150), 63)


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_old_line_ends_read_back_as_they_were(panel, tmp_path, end):
    path = write(tmp_path / "a.csv", panel.to_csv(index=False, lineterminator=end))
    pd.testing.assert_frame_equal(frame_of(only(path)), panel)


def test_excel_reads_back_as_it_was(panel, tmp_path):
    numbers = panel.assign(year=panel["year"].astype(int))
    sheet = only(write_sheets(tmp_path / "a.xlsx", {"Returns": grid(numbers)}))
    pd.testing.assert_frame_equal(frame_of(sheet), panel)
    assert sheet.name == "Returns"
    assert sheet.cells["row"].iloc[-1] == 149
    assert sheet.widths == {}


@pytest.mark.parametrize("name", ["a.sav", "a.zsav", "a.dta", "a.por"])
def test_spss_and_stata_read_back_as_they_were(panel, tmp_path, name):
    coded = panel.assign(year=panel["year"].astype(float)).fillna("")
    coded.columns = [f"V{number}" for number in range(len(coded.columns))]
    if name.endswith("dta"):
        pyreadstat.write_dta(coded, tmp_path / name)
    elif name.endswith("por"):
        pyreadstat.write_por(coded, tmp_path / name)
    else:
        pyreadstat.write_sav(coded, tmp_path / name, compress=name.endswith("zsav"))
    sheet = only(tmp_path / name)
    assert sheet.names == list(coded.columns)
    pd.testing.assert_frame_equal(frame_of(sheet).set_axis(panel.columns, axis=1), panel)
    assert sheet.cells["row"].unique().tolist() == list(range(1, 149))


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
    pd.testing.assert_frame_equal(frame_of(only(tmp_path / "a.parquet")), panel)


def test_parquet_of_several_row_groups_and_like_names_reads_back(tmp_path):
    table = pa.table({"board": ["yes", None, "no"], "board.police": [1.0, 2.5, None]})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=1)
    sheet = only(tmp_path / "a.parquet")
    assert rows(sheet) == {1: {1: "yes", 2: "1"}, 2: {2: "2.5"}, 3: {1: "no"}}
    assert sheet.names == ["board", "board.police"]


def test_the_index_of_a_data_frame_is_left_out_of_parquet(panel, tmp_path):
    panel.iloc[[5, 3, 9]].to_parquet(tmp_path / "a.parquet")
    sheet = only(tmp_path / "a.parquet")
    assert sheet.names == list(panel.columns)
    assert "__index_level_0__" in sheet.notices[0]


def test_a_date_of_parquet_that_cannot_be_one_stays_a_number(tmp_path):
    table = pa.table(
        {
            "d": pa.array([13_939, 6_700_000, None], pa.date32()),
            "t": pa.array([0, 10**18, None], pa.timestamp("us")),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    assert rows(only(tmp_path / "a.parquet")) == {
        1: {1: "2008-03-01", 2: "1970-01-01 00:00:00"},
        2: {1: "6700000", 2: "1000000000000000000"},
    }


# ---------------------------------------------------------------- text


GOOD = "authority,year,x\nA,2008,yes\n"


@pytest.mark.parametrize(
    ("data", "parts"),
    [
        (b"", ["is empty"]),
        (b"\n\n", ["is empty", "names of its columns"]),
        (GOOD.encode() + b'"B,2008,yes\nC,2008,no\n', ["line 3", "not regular CSV"]),
        (GOOD.encode() + b'"B"b,2008,yes\n', ["line 3", "not regular CSV", "quotation marks"]),
        (GOOD.encode() + b"B\0,2008,yes\n", ["line 3: holds a NUL byte"]),
        (GOOD.encode("utf-16") + b"x", ["begins as UTF-16 text and is none"]),
        (GOOD.encode() + "é,2008,yes\n".encode() + b"\xe9,2008,no\n", ["mixed", "3", "line 4"]),
        (GOOD.encode() + b"\x81,2008,yes\n", ["line 3: is neither UTF-8 nor Windows text"]),
        (b"A, a;2008\nB, b;2009\n", ["line 1: comma and semicolon", "not clear"]),
        (b"authority,year,x\nA,2008," + b"y" * 40_000 + b"\n", ["line 2, column 3: is longer"]),
        (b"authority,year,x\nA,2008," + b"y" * 200_000 + b"\n", ["line 2", "longer than"]),
    ],
)
def test_irregular_text_is_refused_with_its_line(tmp_path, data, parts):
    message = fault(write(tmp_path / "a.csv", data))
    for part in parts:
        assert part in message


def test_windows_text_is_read_and_said_to_be(tmp_path):
    text = "authority,year,x\nCaf\u00e9 \u2019s,2008,yes\n"
    sheet = only(write(tmp_path / "a.csv", text, "cp1252"))
    assert rows(sheet)[2][1] == "Café ’s"
    assert "line 2 is not UTF-8" in sheet.notices[0]


def test_a_mark_within_quotation_marks_separates_nothing(tmp_path):
    sheet = only(write(tmp_path / "a.csv", 'authority;year;"a, or ""b"""\nA;2008;x,y\n'))
    assert rows(sheet) == {
        1: {1: "authority", 2: "year", 3: 'a, or "b"'},
        2: {1: "A", 2: "2008", 3: "x,y"},
    }


@pytest.mark.parametrize(
    ("text", "last"),
    [
        # a semicolon in a heading, and several ticks in each cell
        ("authority,year,Police; on it?\nA,2008,Police;\nB,2008,no\n", (3, 3, "no")),
        ("id,when,which\n1,9:00,Police;Schools;\n2,9:05,Police;\n", (3, 3, "Police;")),
        # a title above, notes below, most lines of them
        ("Title, of 2023; draft\n\na,b,c\nA,1,2\n\nNote: a; b\nMore: c, d\nEnd\n", (8, 1, "End")),
        ("One\nTwo\nThree\nFour\n\na;b;c\nA;1,5;2\nB;2;3,5\n", (8, 3, "3,5")),
        # decimal commas, and commas in each name
        ("name;share;level\nA;1,5;2,5\nB;2,5;3,1\n", (3, 3, "3,1")),
        ("authority;year;x\nDurham, A;2008;yes\nHull, B;2008;no\n", (3, 3, "no")),
        # a line break in a cell
        ('a;b;"x\ny, z"\nA;2008;"p\nq,r"\nB;2009;no\n', (5, 3, "no")),
        # one column
        ("authority\nA; B\nC\n", (3, 1, "C")),
        ("a|b\nA, x|2008\nB|2009\n", (3, 2, "2009")),
    ],
)
def test_what_gives_every_line_as_many_cells_separates_them(tmp_path, text, last):
    assert cells(only(write(tmp_path / "a.csv", text)))[-1] == last


@pytest.mark.parametrize("told", ["sep=;", "SEP=;\r", '"sep=;"', "\ufeffsep=;"])
def test_a_first_line_that_tells_the_separator_is_followed_and_left_out(tmp_path, told):
    sheet = only(write(tmp_path / "a.csv", f"{told}\na;b,c\nA,x;1,5\n"))
    assert rows(sheet) == {2: {1: "a", 2: "b,c"}, 3: {1: "A,x", 2: "1,5"}}


def test_lines_without_a_cell_are_left_out_and_the_lines_stay_true(tmp_path):
    text = '\nauthority,year,x,\n\nA,2008,"y\ny",\n,,,\n , ,,\nB,2008,no,\n\n\n'
    sheet = only(write(tmp_path / "a.csv", text))
    assert rows(sheet) == {
        2: {1: "authority", 2: "year", 3: "x"},
        4: {1: "A", 2: "2008", 3: "y\ny"},
        8: {1: "B", 2: "2008", 3: "no"},
    }
    assert sheet.widths == {2: 4, 4: 4, 8: 4}


def test_lines_of_other_lengths_are_given_as_they_are(tmp_path):
    sheet = only(write(tmp_path / "a.csv", GOOD + "B,2008\nC,2008,yes,no,\n"))
    assert rows(sheet)[3] == {1: "B", 2: "2008"}
    assert rows(sheet)[4] == {1: "C", 2: "2008", 3: "yes", 4: "no"}
    assert sheet.widths == {1: 3, 2: 3, 3: 2, 4: 5}


def test_cells_are_kept_to_the_letter(tmp_path):
    sheet = only(write(tmp_path / "a.csv", "authority,year,x\n Ä ,2008.0,=1+1\nB,02008,1e3\n"))
    assert rows(sheet)[2] == {1: " Ä ", 2: "2008.0", 3: "=1+1"}
    assert rows(sheet)[3] == {1: "B", 2: "02008", 3: "1e3"}


# ---------------------------------------------------------------- workbooks


def test_cells_of_excel_are_written_as_a_person_writes_them(tmp_path):
    row: list[Any] = [1, 2008.0, 0.5, 1e20, True, False, datetime.date(2008, 3, 1), " x", ""]
    row.append(datetime.datetime(2008, 3, 1, 12, 30))
    book = write_sheets(tmp_path / "a.xlsx", {"S": [row]})
    assert rows(only(book))[1] == dict(
        enumerate(["1", "2008", "0.5", "1e+20", "TRUE", "FALSE", "2008-03-01", " x"], start=1)
    ) | {10: "2008-03-01 12:30:00"}


def test_rows_and_columns_are_counted_as_excel_counts_them(tmp_path):
    table: list[list[Any]] = [[], [None, "authority", "year", None, "x"], []]
    table += [[None, "A", 2008, None, "yes"]]
    sheet = only(write_sheets(tmp_path / "a.xlsx", {"S": table}))
    assert cells(sheet) == [
        *[(2, 2, "authority"), (2, 3, "year"), (2, 5, "x")],
        *[(4, 2, "A"), (4, 3, "2008"), (4, 5, "yes")],
    ]


def test_sheets_come_in_their_order_without_the_empty_ones(tmp_path):
    book = write_sheets(tmp_path / "a.xlsx", {"Z": [["a"]], "Empty": [], "B": [[None, "b"]]})
    assert [(sheet.name, cells(sheet)) for sheet in read_sheets(book)] == [
        ("Z", [(1, 1, "a")]),
        ("B", [(1, 2, "b")]),
    ]
    assert "is empty" in fault(write_sheets(tmp_path / "b.xlsx", {"S": []}))


def test_an_error_in_a_cell_is_no_empty_cell(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet("S")
    sheet.write_row(0, 0, ["authority", "year"])
    sheet.write_formula(1, 0, "=NA()", None, "#N/A")
    sheet.write_formula(1, 1, '="y"&"es"', None, "yes")
    book.close()
    found = only(tmp_path / "a.xlsx")
    assert rows(found)[2] == {1: "#N/A", 2: "yes"}
    assert found.notices == [
        "sheet 'S': an error in place of a value stands in 1 cell, such as '#N/A' in A2. Correct "
        "the formulas.",
    ]


def test_a_formula_without_a_stored_value_is_no_empty_cell(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["authority", "year", "x"])
    book.active.append(["A", 2008, '=IF(1=1,"yes","no")'])
    book.active.append(["B", 2008, '=IF(1=1,"yes","no")'])
    book.save(tmp_path / "a.xlsx")
    found = only(tmp_path / "a.xlsx")
    assert rows(found)[2][3] == '=IF(1=1,"yes","no")'
    assert "stands in 2 cells" in found.notices[0]
    assert "in C2" in found.notices[0]
    assert "save it, or paste the values" in found.notices[0]


@pytest.mark.parametrize("form", ["0000", "[$-809]0000", "0000;-0000", "0000_)"])
def test_noughts_that_are_shown_and_not_stored_get_a_notice(tmp_path, form):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet("S")
    sheet.write_column(0, 0, ["code", 1234, 7, 8], book.add_format({"num_format": form}))
    sheet.write(4, 0, 9, book.add_format({"num_format": "0"}))
    sheet.write(5, 0, 9, book.add_format({"num_format": "0.00"}))
    book.close()
    found = only(tmp_path / "a.xlsx")
    assert [text for _, _, text in cells(found)] == ["code", "1234", "7", "8", "9", "9"]
    assert found.notices == [
        "sheet 'S': noughts are shown that are not stored, and are not read, in 2 cells, such as "
        "'0007' in A3. If they are part of a code, make it text.",
    ]


def test_hidden_sheets_rows_and_columns_of_excel_are_told(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    for name in ("Seen", "Hidden", "Very"):
        sheet = book.add_worksheet(name)
        for row in range(6):
            sheet.write_row(row, 0, ["a", "b", "c", "d"])
    seen, hidden, very = book.worksheets()
    hidden.hide()
    very.very_hidden()
    seen.set_row(2, None, None, {"hidden": True})
    seen.set_row(9, None, None, {"hidden": True})  # nothing stands in it
    seen.set_column(1, 2, None, None, {"hidden": True})
    seen.set_column(6, 16_383, None, None, {"hidden": True})
    book.close()
    found = read_sheets(tmp_path / "a.xlsx")
    assert [(sheet.name, sheet.hidden) for sheet in found] == [
        ("Seen", False),
        ("Hidden", True),
        ("Very", True),
    ]
    assert found[0].hidden_rows == [3]
    assert found[0].hidden_columns == [2, 3]
    assert found[1].hidden_rows == found[1].hidden_columns == []
    assert len(found[0].cells) == 24  # they are given all the same


def test_filtered_rows_are_hidden_rows(tmp_path):
    book = openpyxl.Workbook()
    for row in (["authority"], ["A"], ["B"]):
        book.active.append(row)
    book.active.auto_filter.ref = "A1:A3"
    book.active.auto_filter.add_filter_column(0, ["A"])
    book.active.row_dimensions[3].hidden = True
    book.save(tmp_path / "a.xlsm")
    assert only(tmp_path / "a.xlsm").hidden_rows == [3]


def test_merged_cells_are_told(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet("S")
    sheet.merge_range(1, 2, 3, 2, "yes")
    sheet.merge_range(5, 0, 5, 1, "no")
    book.close()
    found = only(tmp_path / "a.xlsx")
    assert found.merged == [[2, 3, 4, 3], [6, 1, 6, 2]]
    assert cells(found) == [(2, 3, "yes"), (6, 1, "no")]


@pytest.mark.parametrize(
    ("place", "part"),
    [
        (
            "ZZZZ2",
            "row 2 and column 475,254; a sheet ends at row 1,048,576 and column 16,384 (XFD)",
        ),
        ("XFE2", "column 16,385; a sheet ends"),
        ("A1048577", "row 1,048,577 and column 1; a sheet ends"),
        ("XFD1048576", "as far as row 1,048,576 and column 16,384; up to 20,000,000 cells"),
    ],
)
def test_a_cell_beyond_the_end_of_a_sheet_is_refused(tmp_path, place, part):
    book = write_sheets(tmp_path / "b.xlsx", {"S": [["a", "b"], ["A", 1]]})
    with (
        zipfile.ZipFile(book) as old,
        zipfile.ZipFile(tmp_path / "a.xlsx", "w") as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'"B2"', f'"{place}"'.encode()))
    assert part in fault(tmp_path / "a.xlsx")


ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">
<office:automatic-styles>
 <style:style style:name="away" style:family="table"><style:table-properties table:display="false"/>
 </style:style>
</office:automatic-styles>
<office:body><office:spreadsheet>SHEETS</office:spreadsheet></office:body>
</office:document-content>"""


def write_ods(path: Path, sheets: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", ODS.replace("SHEETS", sheets))
    return path


def ods_cell(text: str, more: str = 'office:value-type="string"') -> str:
    return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"


def ods_row(*texts: str, seen: str = "visible") -> str:
    content = "".join(map(ods_cell, texts))
    return f'<table:table-row table:visibility="{seen}">{content}</table:table-row>'


def test_what_is_hidden_and_merged_in_ods_is_told(tmp_path):
    columns = (
        '<table:table-column/><table:table-column table:visibility="collapse" '
        'table:number-columns-repeated="2"/><table:table-column/>'
    )
    gap = '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
    wide = ods_cell(
        "w",
        'office:value-type="string" table:number-columns-spanned="2" table:number-rows-spanned="3"',
    )
    sheet = (
        f'<table:table table:name="S">{columns}{ods_row(*"abcd")}{gap}'
        f"{ods_row(*'efgh', seen='filter')}"
        f"{ods_row(*'ijkl', seen='collapse')}"
        f"<table:table-row>{wide}</table:table-row></table:table>"
        f'<table:table table:name="H" table:style-name="away">{ods_row("x")}</table:table>'
    )
    found = read_sheets(write_ods(tmp_path / "a.ods", sheet))
    assert [(one.name, one.hidden) for one in found] == [("S", False), ("H", True)]
    assert found[0].hidden_rows == [4, 5]
    assert found[0].hidden_columns == [2, 3]
    assert found[0].merged == [[6, 1, 8, 2]]
    assert cells(found[0])[3:6] == [(1, 4, "d"), (4, 1, "e"), (4, 2, "f")]


def test_errors_formulas_and_noughts_of_ods_get_a_notice(tmp_path):
    row = "".join(
        [
            ods_cell("A"),
            ods_cell(
                "#N/A",
                'table:formula="of:=NA()" office:value-type="string" office:string-value="" '
                'calcext:value-type="error"',
            ),
            '<table:table-cell table:formula="of:=[.A1]"/>',
            ods_cell("0007", 'office:value-type="float" office:value="7"'),
            ods_cell("1.50", 'office:value-type="float" office:value="1.5"'),
            ods_cell("#1", 'table:formula="of:=[.A2]" office:value-type="string"'),
        ]
    )
    sheet = f'<table:table table:name="S"><table:table-row>{row}</table:table-row></table:table>'
    found = only(write_ods(tmp_path / "a.ods", sheet))
    assert rows(found) == {1: {1: "A", 2: "#N/A", 3: "of:=[.A1]", 4: "7", 5: "1.5", 6: "#1"}}
    places = ("'#N/A' in B1", "'of:=[.A1]' in C1", "'0007' in D1")
    assert len(found.notices) == 3
    for notice, place in zip(found.notices, places, strict=True):
        assert f"in 1 cell, such as {place}." in notice


def test_a_cell_of_ods_that_is_repeated_a_million_times_is_refused(tmp_path):
    row = ods_row("x").replace(
        "<table:table-cell", '<table:table-cell table:number-columns-repeated="30"'
    )
    row = row.replace("<table:table-row", '<table:table-row table:number-rows-repeated="1000000"')
    path = write_ods(tmp_path / "a.ods", f'<table:table table:name="S">{row}</table:table>')
    assert "as far as row 1,000,000 and column 30" in fault(path)


def record(kind: int, data: bytes = b"") -> bytes:
    """Return a record of .xlsb."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
    return head + bytes([len(data)]) + data


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def write_xlsb(path: Path, sheets: dict[str, list[list[Any]]], hidden: str) -> Path:
    book = record(131) + record(143)
    links = ""
    with zipfile.ZipFile(path, "w") as archive:
        for number, (name, table) in enumerate(sheets.items(), start=1):
            state = struct.pack("<2I", int(name == hidden), number)
            book += record(156, state + wide(f"rId{number}") + wide(name))
            links += (
                f'<Relationship Id="rId{number}" Type="http://schemas.openxmlformats.org/'
                'officeDocument/2006/relationships/worksheet" '
                f'Target="worksheets/sheet{number}.bin"/>'
            )
            size = struct.pack("<4I", 0, len(table) - 1, 0, len(table[0]) - 1)
            data = record(129) + record(148, size) + record(145)
            for place, row in enumerate(table):
                data += record(0, struct.pack("<I", place) + bytes(13))
                for column, cell in enumerate(row):
                    at = struct.pack("<2I", column, 0)
                    text = isinstance(cell, str)
                    data += (
                        record(6, at + wide(cell))
                        if text
                        else record(5, at + struct.pack("<d", cell))
                    )
            archive.writestr(f"xl/worksheets/sheet{number}.bin", data + record(146) + record(130))
        archive.writestr("xl/workbook.bin", book + record(144) + record(132))
        schema = "http://schemas.openxmlformats.org/package/2006/relationships"
        archive.writestr(
            "xl/_rels/workbook.bin.rels", f'<Relationships xmlns="{schema}">{links}</Relationships>'
        )
        archive.writestr("[Content_Types].xml", "<Types/>")
    return path


def test_xlsb_is_read_and_its_hidden_sheet_told(tmp_path):
    sheets = {"S": [["authority", "year"], ["A", 2008], ["B", 0.5]], "H": [["x"]]}
    found = read_sheets(write_xlsb(tmp_path / "a.xlsb", sheets, "H"))
    assert [(one.name, one.hidden) for one in found] == [("S", False), ("H", True)]
    assert rows(found[0]) == {
        1: {1: "authority", 2: "year"},
        2: {1: "A", 2: "2008"},
        3: {1: "B", 2: "0.5"},
    }
    assert "hidden rows and columns" in found[0].notices[0]


@pytest.mark.parametrize("name", ["old.xls", "libreoffice.ods"])
def test_workbooks_that_libreoffice_wrote_are_read(name):
    found = read_sheets(Path(__file__).parent / "workbooks" / name)
    assert [(one.name, one.hidden) for one in found] == [
        ("Data", False),
        ("Hid", True),
        ("Very", True),
    ]
    # LibreOffice holds a truth value of another program as the number 1
    truth = "TRUE" if name == "old.xls" else "1"
    assert {1: "A", 2: "2008", 3: truth, 4: "2008-03-01", 5: "7"}.items() <= rows(found[0])[
        2
    ].items()
    assert found[0].merged == [[3, 7, 4, 7]]
    told = name == "libreoffice.ods"
    assert found[0].hidden_rows == ([3] if told else [])
    assert found[0].hidden_columns == ([2] if told else [])
    assert rows(found[0])[2].get(6) == ("#N/A" if told else None)
    assert told or "hidden rows and columns" in found[0].notices[0]


def test_a_workbook_under_the_suffix_of_another_workbook_is_read(tmp_path):
    book = write_sheets(tmp_path / "a.xlsx", {"S": [["a"]]})
    assert cells(only(book.rename(tmp_path / "a.xls"))) == [(1, 1, "a")]


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
    sheet = only(tmp_path / "a.sav")
    assert rows(sheet) == {
        1: {1: "A", 2: "1", 3: "1.5"},
        2: {1: "B", 2: "9"},
        3: {1: "C", 2: "98.5", 3: "2"},
    }
    assert sheet.labels == {"v": "Police on the Board"}
    assert sheet.value_labels == {"v": {"1": "Yes", "2": "No", "9": "No answer"}}
    assert sheet.missing == {"v": ["9", "98.5"]}


def test_missing_codes_of_stata_are_read(tmp_path):
    frame = pd.DataFrame({"authority": ["A", "B"], "v": [1, "a"]})
    pyreadstat.write_dta(frame, tmp_path / "a.dta", missing_user_values={"v": ["a"]})
    sheet = only(tmp_path / "a.dta")
    assert rows(sheet) == {1: {1: "A", 2: "1"}, 2: {1: "B", 2: "a"}}
    assert sheet.missing == {"v": ["a"]}


DAY = datetime.date(2008, 3, 1)
NOON = datetime.datetime(2008, 3, 1, 12, 0, 5)


@pytest.mark.parametrize("suffix", ["sav", "dta"])
def test_dates_and_times_are_written_as_in_iso_8601(tmp_path, suffix):
    frame = pd.DataFrame({"d": [DAY, None], "m": [NOON, None], "t": [NOON.time(), None]})
    writer = pyreadstat.write_sav if suffix == "sav" else pyreadstat.write_dta
    writer(frame, tmp_path / f"a.{suffix}")
    sheet = only(tmp_path / f"a.{suffix}")
    assert rows(sheet) == {1: {1: "2008-03-01", 2: "2008-03-01 12:00:05", 3: "12:00:05"}}
    assert sheet.notices == []


def test_a_date_that_cannot_be_one_stays_a_number_and_its_file_is_read(tmp_path):
    seconds = (DAY - datetime.date(1582, 10, 14)).days * 86_400.0
    frame = pd.DataFrame(
        {"d": [seconds, 590_000_000_000.0, None, -9e300], "t": [60.0, 90_000.0, -1.0, None]}
    )
    pyreadstat.write_sav(frame, tmp_path / "a.sav", variable_format={"d": "DATE11", "t": "TIME8"})
    sheet = only(tmp_path / "a.sav")
    assert rows(sheet) == {
        1: {1: "2008-03-01", 2: "00:01:00"},
        2: {1: "590000000000", 2: "90000"},
        3: {2: "-1"},
        4: {1: "-9e+300"},
    }
    assert "column 'd'" in sheet.notices[0]
    assert "'590000000000' in row 2" in sheet.notices[0]
    assert "'90000' in row 2" in sheet.notices[1]


def test_a_code_for_no_answer_is_no_date(tmp_path):
    seconds = (DAY - datetime.date(1582, 10, 14)).days * 86_400.0
    frame = pd.DataFrame({"d": [seconds, 99.0]})
    pyreadstat.write_sav(
        frame, tmp_path / "a.sav", variable_format={"d": "DATE11"}, missing_ranges={"d": [99]}
    )
    sheet = only(tmp_path / "a.sav")
    assert rows(sheet) == {1: {1: "2008-03-01"}, 2: {1: "99"}}
    assert sheet.missing == {"d": ["99"]}


def with_sets(path: Path, text: bytes) -> Path:
    """Put a record that declares multiple-response sets into an SPSS file."""
    data = path.read_bytes()
    at = data.index(struct.pack("<2i", 999, 0))
    path.write_bytes(data[:at] + struct.pack("<4i", 7, 7, 1, len(text)) + text + data[at:])
    return path


@pytest.mark.parametrize(
    ("declared", "found"),
    [
        (
            b"$t=D1 1 13 On the board? q1_police q1_schools\n$c=C 4 Cats first second\n",
            [
                MultipleSet("On the board?", ["Q1_police", "Q1_schools"], "1"),
                MultipleSet("Cats", ["First", "Second"], ""),
            ],
        ),
        # pyreadstat does not give a counted value that is no number: it is what is there alone
        (b"$n=D3 Yes 5 Names name other\n", [MultipleSet("Names", ["Name", "Other"], "Yes")]),
        (b"$n=D3 Yes 5 Names name mixed\n", []),
        (b"$n=D1 1 5 Names q1_police gone\n", []),
    ],
)
def test_multiple_response_sets_of_spss_are_read(tmp_path, declared, found):
    frame = pd.DataFrame(
        {
            **{"Q1_police": [1.0, None], "Q1_schools": [1.0, 1.0]},
            **{"First": [3.0, 2.0], "Second": [1.0, None]},
            **{"Name": ["Yes", ""], "Other": ["", "Yes"], "Mixed": ["No", "Yes"]},
        }
    )
    pyreadstat.write_sav(frame, tmp_path / "a.sav")
    assert only(with_sets(tmp_path / "a.sav", declared)).sets == found


def test_a_file_with_names_and_no_case_is_refused(tmp_path):
    pyreadstat.write_sav(pd.DataFrame({"a": [1.0]}).iloc[:0], tmp_path / "a.sav")
    assert "has a header and nothing under it" in fault(tmp_path / "a.sav")


def test_progress_is_told(tmp_path):
    said: list[str] = []
    read_sheets(write(tmp_path / "a.csv", GOOD), progress=said.append)
    assert said == ["Reading a.csv"]
