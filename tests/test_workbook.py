"""Workbooks for everyone: the same values in every format, by the rules for accessible sheets."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csm_lib.collection import open_collection
from csm_lib.findings import Finding
from csm_lib.own.export import write_all
from csm_lib.own.sheets import Column, Line, Number, Sheet, write_ods, write_xlsx
from csm_lib.own.workbook import height, sheet_names
from csm_lib.survey.catalogue import chapters_of

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "partnership-board"
SHORTHAND = {"[c]", "[x]", "[z]"}

Grid = list[list[Any]]


def finding(**changes: object) -> Finding:
    given: dict[str, object] = {
        "key": "seats",
        "title": "Half have seats",
        "question": "Who has one?",
        "data": pd.DataFrame(
            {
                "label": ["=1+1", "007", "two  spaces\nand a line", "–"],
                "year": [2008, 2009, 2010, 2011],
                "yes": pd.array([4, 12_345, pd.NA, 0], dtype="Int64"),
                "share": [0.763157894736842, 1 / 3, None, 1.0],
                "change": [-0.0973, 0.5, None, 0.0],
                "holm_low": [0.04996, 1.0, None, 0.00002],
                "code": ["01", "2", "", "30"],
                "found in": [1066, 2008, 2009, 2010],
                "status": ["own returns", "own returns", "withheld", "own returns"],
            }
        ),
        "base": "all",
        "source": "Our survey",
        "caveat": "A note.",
        "alt": "",
        "draw": None,
    }
    return Finding(**(given | changes))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one finding whose cells are of every kind."""
    folder = tmp_path_factory.mktemp("taken")
    write_all(folder, EXAMPLE, {finding().archive: ["Chapter"]})
    return folder


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the findings of the example."""
    folder = tmp_path_factory.mktemp("example")
    found: dict[bytes, list[str]] = {}
    for chapter in chapters_of(open_collection(EXAMPLE)):
        for entry in chapter.entries:
            found.setdefault(entry.make().archive, []).append(chapter.title)
    write_all(folder, EXAMPLE, found)
    return folder


def in_excel(path: Path) -> dict[str, Grid]:
    """The cells of each sheet, as openpyxl reads them."""
    return {
        sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)]
        for sheet in openpyxl.load_workbook(path)
    }


def in_ods(path: Path) -> dict[str, Grid]:
    """The cells of each sheet, as pandas reads them with odfpy."""
    sheets = pd.read_excel(path, engine="odf", sheet_name=None, header=None, keep_default_na=False)
    return {name: frame.astype(object).to_numpy().tolist() for name, frame in sheets.items()}


def in_csv(folder: Path) -> Iterator[Grid]:
    """The data of each finding, in the order of the contents."""
    with zipfile.ZipFile(folder / "findings.zip") as archive:
        for name in archive.namelist():
            if re.fullmatch(r"findings/tables/.*\.csv", name):
                yield list(csv.reader(io.StringIO(archive.read(name).decode())))


def table_in(grid: Grid, header: list[str]) -> Grid:
    """The rows under a header."""
    return [
        row[: len(header)] for row in grid[[r[: len(header)] for r in grid].index(header) + 1 :]
    ]


@pytest.mark.parametrize("which", ["taken", "example"])
def test_excel_opendocument_and_csv_hold_equal_values(
    which: str, request: pytest.FixtureRequest
) -> None:
    folder: Path = request.getfixturevalue(which)
    excel, ods = in_excel(folder / "findings.xlsx"), in_ods(folder / "findings.ods")
    assert list(excel) == list(ods)
    compared = 0
    for (header, *rows), sheet in zip(in_csv(folder), list(excel)[4:], strict=True):
        tables = (table_in(excel[sheet], header), table_in(ods[sheet], header))
        assert [len(table) for table in tables] == [len(rows)] * 2
        for place, row in enumerate(rows):
            for text, one, other in zip(row, tables[0][place], tables[1][place], strict=True):
                compared += 1
                if text in ("", "–"):
                    assert one == other
                    assert one in SHORTHAND
                elif isinstance(one, str):
                    assert one == other == text
                else:
                    assert float(text) == pytest.approx(one, rel=1e-15)
                    assert float(other) == float(text)
    assert compared > 25


def test_the_sheets_that_are_no_findings_are_the_same_in_both(example: Path) -> None:
    excel, ods = in_excel(example / "findings.xlsx"), in_ods(example / "findings.ods")
    for name in ("Cover", "Contents", "Notes", "Columns"):
        shown = [[("" if cell is None else cell) for cell in row] for row in excel[name]]
        assert shown == ods[name]


def test_numbers_are_numbers_and_text_stays_as_it_is(taken: Path) -> None:
    header = [*finding().data, "source"]
    rows = table_in(in_excel(taken / "findings.xlsx")["seats"], header)
    own, ours = "own returns", "Our survey"
    assert rows == [
        ["'=1+1", 2008, 4, 0.763157894736842, -0.0973, 0.04996, "01", 1066, own, ours],
        ["007", 2009, 12345, 1 / 3, 0.5, 1, "2", 2008, own, ours],
        ["two  spaces\nand a line", 2010, *["[c]"] * 4, "[z]", 2009, "withheld", ours],
        ["[z]", 2011, 0, 1, 0, 0.00002, "30", 2010, own, ours],
    ]


def test_a_share_is_shown_as_a_percentage_a_year_without_a_comma(taken: Path) -> None:
    sheet = openpyxl.load_workbook(taken / "findings.xlsx")["seats"]
    first = next(row for row in sheet.iter_rows() if row[1].value == 2008)
    formats = ["General", "0", "#,##0", "0%", "0.000", "0.0000", "General", "0", "General"]
    assert [cell.number_format for cell in first[:9]] == formats
    with zipfile.ZipFile(taken / "findings.ods") as parts:
        page = BeautifulSoup(parts.read("content.xml"), "xml")
    table = page.find("table", {"table:name": "seats"})
    row = next(row for row in table.find_all("table-row") if "2008" in row.text)
    shown = [(cell.get("office:value-type"), cell.text) for cell in row.find_all("table-cell")]
    assert shown[1:6] == [
        *(("float", "2008"), ("float", "4"), ("percentage", "76%")),
        *(("float", "-0.097"), ("float", "0.0500")),
    ]


def test_each_table_is_marked_up_and_begins_under_its_title_in_the_first_column(
    example: Path,
) -> None:
    book = openpyxl.load_workbook(example / "findings.xlsx")
    names = []
    for sheet in book:
        assert sheet["A1"].value
        assert sheet["A1"].font.b
        if sheet.title == "Cover":
            assert not sheet.tables
            continue
        (table,) = sheet.tables.values()
        names.append(table.displayName)
        assert re.fullmatch(r"table_\d+_\w+", table.displayName)
        assert table.ref.startswith("A")
        assert table.ref.endswith(f"{sheet.cell(1, sheet.max_column).column_letter}{sheet.max_row}")
        assert table.autoFilter is None
        assert "one table" in str(sheet["A2"].value)
        first = int(re.findall(r"\d+", table.ref)[0])
        assert sheet.print_title_rows == f"${first}:${first}"
        headers = [str(cell.value).lower() for cell in sheet[first]]
        assert len(set(headers)) == len(headers)
        for row in sheet.iter_rows(min_row=first):
            assert all(cell.value not in (None, "") for cell in row), (sheet.title, row[0].row)
        above = [cell for row in sheet.iter_rows(max_row=first - 1) for cell in row]
        assert all((cell.value is not None) == (cell.column == 1) for cell in above)
    assert len(set(names)) == len(names)
    with zipfile.ZipFile(example / "findings.ods") as parts:
        page = BeautifulSoup(parts.read("content.xml"), "xml")
    marked = {one["table:name"]: one for one in page.find_all("database-range")}
    assert list(marked) == names
    assert all(one["table:contains-header"] == "true" for one in marked.values())
    assert len(page.find_all("table-header-rows")) == len(names)


def test_nothing_is_merged_hidden_frozen_filled_or_drawn(example: Path) -> None:
    book = openpyxl.load_workbook(example / "findings.xlsx")
    for sheet in book:
        assert not sheet.merged_cells.ranges
        assert sheet.sheet_state == "visible"
        assert sheet.freeze_panes is None
        assert not sheet._images
        assert not any(one.hidden for one in sheet.row_dimensions.values())
        assert not any(one.hidden for one in sheet.column_dimensions.values())
        fills = {cell.fill.fill_type for row in sheet.iter_rows() for cell in row}
        assert fills == {None}
    with zipfile.ZipFile(example / "findings.ods") as parts:
        content = parts.read("content.xml").decode()
    for forbidden in ("spanned", "covered-table-cell", "background-color", "visibility", "filter"):
        assert forbidden not in content


def test_rows_are_as_high_as_their_text_is_long(example: Path) -> None:
    """A line of 12 points takes some 15; wrapped text has more of them."""
    book = openpyxl.load_workbook(example / "findings.xlsx")
    several = 0
    for sheet in book:
        widths = {
            number: one.width
            for one in sheet.column_dimensions.values()
            for number in range(one.min, one.max + 1)
        }
        for row in sheet.iter_rows():
            high = sheet.row_dimensions[row[0].row].height
            assert high is not None
            for cell in row:
                if not cell.alignment.wrap_text or not isinstance(cell.value, str):
                    continue
                width = int(widths[cell.column])
                needed = sum(-(-len(part) // width) or 1 for part in cell.value.split("\n"))
                assert high >= min(15 * needed, 400), (sheet.title, cell.coordinate)
                several += needed > 1
    assert several > 20


def test_links_lead_to_sheets_that_are_there(example: Path) -> None:
    names = set(openpyxl.load_workbook(example / "findings.xlsx").sheetnames)
    with zipfile.ZipFile(example / "findings.ods") as parts:
        content = parts.read("content.xml").decode()
    targets = set(re.findall(r"xlink:href=\"#'([^']*)'\.A1\"", content))
    assert targets == names - {"Cover"}
    for sheet in openpyxl.load_workbook(example / "findings.xlsx"):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.hyperlink:
                    assert cell.hyperlink.target is None
                    assert cell.hyperlink.location.strip("'").partition("'!")[0] in names


def test_another_process_writes_the_same_bytes(taken: Path, tmp_path: Path) -> None:
    """Hashes of text, and so the order of sets, differ from process to process."""
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, 'tests')\n"
        "from test_workbook import EXAMPLE, finding, write_all\n"
        "write_all(Path(sys.argv[1]), EXAMPLE, {finding().archive: ['Chapter']})"
    )
    subprocess.run([sys.executable, "-c", code, tmp_path], cwd=ROOT, check=True)
    for name in ("findings.xlsx", "findings.ods", "findings.zip"):
        assert (tmp_path / name).read_bytes() == (taken / name).read_bytes(), name


def test_an_opendocument_file_says_first_and_plainly_what_it_is(taken: Path) -> None:
    with zipfile.ZipFile(taken / "findings.ods") as parts:
        first = parts.infolist()[0]
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    beginning = (taken / "findings.ods").read_bytes()[38:84]
    assert beginning == b"application/vnd.oasis.opendocument.spreadsheet"


def test_spaces_that_stand_together_are_told_to_opendocument_which_else_drops_them(
    taken: Path,
) -> None:
    with zipfile.ZipFile(taken / "findings.ods") as parts:
        content = parts.read("content.xml").decode()
    assert '<text:p>two<text:s text:c="2"/>spaces</text:p><text:p>and a line</text:p>' in content


# -- Sheets of any content -------------------------------------------------------------------------


def test_columns_that_excel_takes_for_the_same_are_told_apart(tmp_path: Path) -> None:
    columns = [Column(name, ["x"]) for name in ("Yes", "yes", "", "two\nlines", "y" * 400)]
    sheet = Sheet("s", [Line("Title", "title")], columns)
    assert sheet.headers[:4] == ["Yes", "yes (2)", "Column 3", "two lines"]
    write_xlsx(tmp_path / "x.xlsx", "t", [sheet])
    (table,) = openpyxl.load_workbook(tmp_path / "x.xlsx")["s"].tables.values()
    assert [column.name for column in table.tableColumns] == sheet.headers
    assert len(sheet.headers[4]) <= 255


def test_a_table_without_rows_has_its_header_and_no_mark_up(tmp_path: Path) -> None:
    sheet = Sheet("s", [Line("Title", "title")], [Column("a", []), Column("b", [])])
    write_xlsx(tmp_path / "x.xlsx", "t", [sheet])
    write_ods(tmp_path / "x.ods", "t", [sheet])
    page = openpyxl.load_workbook(tmp_path / "x.xlsx")["s"]
    assert [[cell.value for cell in row] for row in page.iter_rows()] == [
        ["Title", None],
        ["a", "b"],
    ]
    assert not page.tables
    assert in_ods(tmp_path / "x.ods")["s"] == [["Title", ""], ["a", "b"]]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.text(max_size=40),
    text=st.text(max_size=60),
    number=st.floats(-1e300, 1e300),  # a cell of Excel holds no larger one
)
def test_any_text_and_number_come_back_from_both_formats(
    tmp_path: Path, name: str, text: str, number: float
) -> None:
    (given,) = sheet_names([name])
    columns = [Column("text", [f"({text})"]), Column("number", [number], Number(places=2))]
    sheet = Sheet(given, [Line("Title", "title"), Line("Back", to=given)], columns)
    write_xlsx(tmp_path / "x.xlsx", name, [sheet])
    write_ods(tmp_path / "x.ods", name, [sheet])
    excel, ods = in_excel(tmp_path / "x.xlsx"), in_ods(tmp_path / "x.ods")
    assert list(excel) == list(ods) == [given]
    (shown, value), (other, same) = excel[given][-1], ods[given][-1]
    assert shown == other
    assert value == pytest.approx(number, rel=1e-15)
    assert float(same) == number


@pytest.mark.parametrize(
    ("cells", "high"),
    [
        ([("short", 20)], 15),
        ([("", 20)], 15),
        ([("one two three four", 10)], 30),
        ([("a\nb\nc", 20), ("short", 20)], 45),
        ([("x" * 41, 20)], 45),
        ([("x" * 10_000, 1)], 400),
    ],
)
def test_a_row_is_as_high_as_the_longest_of_its_cells(
    cells: list[tuple[str, float]], high: float
) -> None:
    assert height(cells, 15) == high
