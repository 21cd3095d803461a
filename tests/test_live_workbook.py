"""The reader's browser reads Excel as this Python does: `live_workbook` beside python_calamine.

The same files go through `read_sheets` with either, each in a process of its own that takes itself
for a tab of a browser.
"""

from __future__ import annotations

import datetime
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from broken_files import BUILDERS
from exports import kobo, microsoft, survey

from csm_lib.codebook import read_codebook
from csm_lib.collection import SHIPPED
from csm_lib.own.read import read_sheets
from csm_lib.own.template import write_template

ROOT = Path(__file__).parents[1]

READ = """
import json, sys
from dataclasses import asdict
from pathlib import Path

import csm_lib.own.read as read

if sys.argv[1] == "browser":
    import live_workbook
    sys.modules["python_calamine"] = live_workbook
sys.platform = "emscripten"

def told(path):
    try:
        sheets = read.read_sheets(path)
    except read.ReturnsError as refusal:
        return str(refusal)
    return [asdict(one) | {"path": "", "cells": one.cells.values.tolist()} for one in sheets]

print(json.dumps({path.name: told(path) for path in sorted(Path(sys.argv[2]).iterdir())}))
"""

SHEET = "xl/worksheets/sheet1.xml"

ROWS = {
    "out_of_order": b"""<row><c r="B5"><v>2</v></c><c r="A5"><v>1</v></c></row>
        <row><c r="A2"><v>3</v></c></row>""",
    "without_places": b"""<row><c t="inlineStr"><is><t>a</t></is></c></row>
        <row><c/><c><v>3</v></c></row>""",
    "values_under_merged": b"""<row><c r="A1"><v>0</v></c><c r="B1"><v>1</v></c></row>
        <row><c r="A2"><v>2</v></c><c r="B2"><v>3</v></c></row></sheetData>
        <mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells>""",
}
"""By name of a workbook, the rows of its sheet, and what stands behind them."""


def read_with(which: str, folder: Path) -> dict[str, Any]:
    """What every file in a folder says, read in this way."""
    # as in a browser, without the faster parser
    environment = {**os.environ, "OPENPYXL_LXML": "False"}
    environment["PYTHONPATH"] = os.pathsep.join(map(str, (ROOT, ROOT / "book" / "_tools")))
    command = [sys.executable, "-c", READ, which, str(folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def rewritten(path: Path, change: Callable[[bytes], bytes], part: str = SHEET) -> None:
    """Write a small workbook, and change one of its parts, or all."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("S")
        for number, row in enumerate([["authority", "year"], ["A", 2008], ["B", 2009]]):
            sheet.write_row(number, 0, row)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, change(text) if part in ("", name) else text)


def rows(xml: bytes) -> Callable[[bytes], bytes]:
    """Put these rows into a sheet."""
    whole = b"<sheetData>" + xml + (b"" if b"</sheetData>" in xml else b"</sheetData>")
    return lambda text: re.sub(rb"<sheetData>.*</sheetData>", whole, text)


def strict(text: bytes) -> bytes:
    """A part of a workbook as Excel saves it in the form "Strict Open XML Spreadsheet"."""
    text = text.replace(
        b"schemas.openxmlformats.org/spreadsheetml/2006", b"purl.oclc.org/ooxml/spreadsheetml"
    )
    return text.replace(
        b"schemas.openxmlformats.org/officeDocument/2006", b"purl.oclc.org/ooxml/officeDocument"
    )


def all_kinds(path: Path) -> None:
    """Write each kind of cell and of sheet, and what no cell is."""
    numbers = [0, 1, 0.25, 59, 60, 61, 366, 39508, 39508.5, 39508.123456789, 20080301, 1e15, 0.1]
    forms = ["General", "0.00", "dd/mm/yyyy", "d-mmm-yy", "mmm yyyy", "yyyy", "h:mm", "[h]:mm"]
    forms += ["dd/mm/yy hh:mm", "[$-809]dd mmmm yyyy", "[$-F400]h:mm:ss AM/PM", '0 "days"', "0_d"]
    forms += ["[Red]0", "[Red]d/m/yy", "[$£-809]#,##0", "0;dd/mm/yy", "0000"]
    with xlsxwriter.Workbook(path) as book:
        for form in forms:
            sheet, style = book.add_worksheet(), book.add_format({"num_format": form})
            fits = numbers if "d" not in form and "[h]" not in form else numbers[:11]
            sheet.write_column(2, 3, fits, style)
        bold, sheet = book.add_format({"bold": True}), book.add_worksheet(" Ünder & <over>")
        texts = [
            " before",
            "after ",
            "two\nlines",
            "two\r\nlines",
            "a\x0bb",
            "&amp;",
            "\u200b",
            "007",
        ]
        for number, text in enumerate(texts):
            sheet.write_string(number, 0, text)
        sheet.write_rich_string(0, 1, "plain ", bold, "bold", " plain")
        sheet.write_formula(1, 1, "=A1", None, " worked out ")
        sheet.write_formula(2, 1, "=A1", None, "")
        sheet.write_formula(3, 1, "=1=1", None, True)
        sheet.write_formula(4, 1, "=NA()", None, "#N/A")
        sheet.write_boolean(5, 1, False)
        sheet.write_blank(6, 1, None, bold)
        sheet.write_comment(7, 1, "a comment")
        sheet.write_datetime(
            8, 1, datetime.datetime(2008, 3, 1), book.add_format({"num_format": 14})
        )
        sheet.data_validation(0, 2, 9, 2, {"validate": "list", "source": ["yes", "no"]})
        sheet.conditional_format(0, 2, 9, 2, {"type": "duplicate", "format": bold})
        sheet.set_row(3, None, None, {"hidden": True})
        sheet.set_column(1, 1, None, None, {"hidden": True})
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=Sheet1!$D$3:$D$5"})
        book.add_chartsheet().set_chart(chart)
        for hide in ("hide", "very_hidden"):
            sheet = book.add_worksheet()
            sheet.merge_range("B2:C3", "merged")
            getattr(sheet, hide)()
        book.add_worksheet()


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    """Every workbook, by its name, read here and as in a browser."""
    folder = tmp_path_factory.mktemp("workbooks")
    for name, (suffix, build) in BUILDERS.items():
        if suffix == ".xlsx":
            build(folder / f"{name}.xlsx")
    for path in (*ROOT.glob("tests/cases/*/*.xls[xm]"), *ROOT.glob("examples/*/*/*.xlsx")):
        (folder / f"{path.parent.name}-{path.name}").write_bytes(path.read_bytes())
    microsoft(folder, survey(30))
    kobo(folder, survey(30))
    write_template(read_codebook(SHIPPED / "codebook.csv"), folder / "form.xlsx", year=2008, rows=9)
    all_kinds(folder / "all_kinds.xlsx")
    (folder / "all_kinds.xlsm").write_bytes((folder / "all_kinds.xlsx").read_bytes())
    with xlsxwriter.Workbook(folder / "from_1904.xlsx", {"date_1904": True}) as book:
        style = book.add_format({"num_format": "dd/mm/yy"})
        book.add_worksheet().write_column(0, 0, [0, 1, 39508, 39508.75], style)
    for name, xml in ROWS.items():
        rewritten(folder / f"{name}.xlsx", rows(xml))
    rewritten(folder / "wrong_size.xlsx", lambda text: text.replace(b'"A1:B3"', b'"A1"'))
    return read_with("here", folder), read_with("browser", folder)


def test_every_workbook_says_the_same(read: tuple[dict[str, Any], dict[str, Any]]) -> None:
    here, browser = ({name: of_any_reader(told) for name, told in one.items()} for one in read)

    assert len(here) > 40
    assert here == browser


def of_any_reader(told: Any) -> Any:
    """What is told of a file; of a damaged one not in which words a library found the damage."""
    return re.sub(r"\(CalamineError: .*\)", "", told) if isinstance(told, str) else told


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("out_of_order", [[2, 1, "3"], [5, 1, "1"], [5, 2, "2"]]),
        ("without_places", [[1, 1, "a"], [2, 2, "3"]]),
        ("values_under_merged", [[1, 1, "0"], [1, 2, "1"], [2, 1, "2"], [2, 2, "3"]]),
    ],
)
def test_cells_are_where_the_file_puts_them(
    read: tuple[dict[str, Any], dict[str, Any]], name: str, cells: list[list[Any]]
) -> None:
    (sheet,) = read[1][f"{name}.xlsx"]
    assert sheet["cells"] == cells


def test_what_is_read_in_this_process_is_what_is_read_in_another(
    read: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    path = ROOT / "examples" / "partnership-board" / "messy" / "returns.xlsx"
    apart = [(one.name, one.cells.values.tolist(), one.notices) for one in read_sheets(path)]
    told = read[0]["messy-returns.xlsx"]
    assert [(one["name"], one["cells"], one["notices"]) for one in told] == apart


def test_what_only_another_place_can_read_is_refused_with_a_remedy(tmp_path: Path) -> None:
    rewritten(tmp_path / "strict.xlsx", strict, part="")
    rewritten(
        tmp_path / "odd.xlsx", lambda text: text.replace(b'"none"', b'"odd"'), "xl/styles.xml"
    )
    shutil.copy(ROOT / "tests" / "workbooks" / "old.xls", tmp_path / "old.xlsx")
    shutil.copy(ROOT / "tests" / "workbooks" / "libreoffice.ods", tmp_path / "opened.xlsx")

    here, browser = read_with("here", tmp_path), read_with("browser", tmp_path)

    assert not any(isinstance(told, str) for told in here.values())
    for told in browser.values():
        assert re.search(r"\.xlsx: cannot be read \(.*\)\. .* save it again, or as CSV\.$", told)


@pytest.mark.locked  # before 0.9, calamine kept them, too
def test_spaces_that_a_file_does_not_ask_to_keep_are_kept_there(tmp_path: Path) -> None:
    xml = b'<row><c t="inlineStr"><is><t> a </t></is></c></row>'
    rewritten(tmp_path / "a.xlsx", rows(xml))

    texts = [read_with(which, tmp_path)["a.xlsx"][0]["cells"] for which in ("here", "browser")]
    assert texts == [[[1, 1, "a"]], [[1, 1, " a "]]]
