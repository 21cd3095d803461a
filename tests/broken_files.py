"""The broken files that are no text: built anew for each test, each by the function of its name.

What must be said of each stands in ``tests/broken/NAME``, as for the files that lie there.
"""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import xlsxwriter

FOLDER = Path(__file__).parent / "broken"

with (FOLDER / "valid.csv").open(encoding="utf-8", newline="") as valid:
    HEADER, *ROWS = list(csv.reader(valid))

Builder = Callable[[Path], None]
BUILDERS: dict[str, tuple[str, Builder]] = {}
"""By name of the case: how the file's name ends, and what builds it."""


def builds(suffix: str) -> Callable[[Builder], Builder]:
    """Put a function among the builders under its own name."""

    def note(builder: Builder) -> Builder:
        BUILDERS[builder.__name__] = (suffix, builder)
        return builder

    return note


def cells(changed: Mapping[tuple[int, str], Any] | None = None) -> list[list[Any]]:
    """The valid table with its header, some cells changed; the header is row 1."""
    table: list[list[Any]] = [list(HEADER), *([*row] for row in ROWS)]
    for (row, column), value in (changed or {}).items():
        table[row - 1][HEADER.index(column)] = value
    return table


def workbook(path: Path, **sheets: list[list[Any]]) -> None:
    """Write sheets; an empty text is an empty cell. ``_`` before a year is taken off."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, table in sheets.items():
        sheet = book.create_sheet(name.removeprefix("_"))
        for row in table:
            sheet.append([None if cell == "" else cell for cell in row])
    book.save(path)


def frame(changed: Mapping[tuple[int, str], Any] | None = None) -> pd.DataFrame:
    """The valid table as a frame, ``None`` for an empty cell; the first case is row 1."""
    _, *rows = cells({(row + 1, column): v for (row, column), v in (changed or {}).items()})
    table = pd.DataFrame(rows, columns=HEADER, dtype=object)
    return table.where(table != "", None)


def coded(table: pd.DataFrame) -> pd.DataFrame:
    """The same as statistics programs hold it: 1 for yes, 2 for no, years as numbers."""
    for name in table.columns.drop(["authority", "region", "authority_type", "chair", "level"]):
        table[name] = table[name].map({"yes": 1.0, "no": 2.0, **{y: float(y) for y in YEARS}})
    return table


YEARS = ("2008", "2009", "2010")
PERHAPS = {(5, "home"): "perhaps"}


# -- Excel --------------------------------------------------------------------


@builds(".xlsx")
def excel_unknown_answer(path: Path) -> None:
    workbook(path, Answers=cells(PERHAPS))


@builds(".xlsx")
def excel_years_as_numbers(path: Path) -> None:
    years = {(row, "year"): int(ROWS[row - 2][1]) for row in range(2, 8)}
    workbook(path, Answers=cells(years | PERHAPS))


@builds(".xlsx")
def excel_year_as_date(path: Path) -> None:
    workbook(path, Answers=cells({(4, "year"): datetime.date(2010, 1, 1)}))


@builds(".xlsx")
def excel_date_in_an_answer(path: Path) -> None:
    workbook(path, Answers=cells({(5, "home"): datetime.datetime(2009, 3, 1, 12)}))


@builds(".xlsx")
def excel_fraction_in_an_answer(path: Path) -> None:
    workbook(path, Answers=cells({(5, "home"): 0.5}))


@builds(".xlsx")
def excel_error_cell(path: Path) -> None:
    book = openpyxl.Workbook()
    for row in cells():
        book.active.append([None if cell == "" else cell for cell in row])
    cell = book.active.cell(5, HEADER.index("home") + 1, "#N/A")
    cell.data_type = "e"
    book.active.title = "Answers"
    book.save(path)


@builds(".xlsx")
def excel_formula_never_worked_out(path: Path) -> None:
    workbook(path, Answers=cells({(5, "home"): '="y"&"es"'}))


@builds(".xlsx")
def excel_formula_with_a_wrong_result(path: Path) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Answers")
        for number, row in enumerate(cells()):
            for place, cell in enumerate(row):
                if cell != "":
                    sheet.write_string(number, place, cell)
        sheet.write_formula(4, HEADER.index("home"), "=D1", value="perhaps")


@builds(".xlsx")
def excel_booleans_and_numbers(path: Path) -> None:
    workbook(
        path, Answers=cells({(2, "home"): False, (3, "home"): 0, (5, "home"): True, (6, "home"): 1})
    )


@builds(".xlsx")
def excel_merged_names(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Answers"
    for row in cells():
        book.active.append([None if cell == "" else cell for cell in row])
    book.active.merge_cells("A2:A4")
    book.save(path)


@builds(".xlsx")
def excel_title_above_the_header(path: Path) -> None:
    workbook(path, Answers=[["Survey of Boards"], [], *cells()])


@builds(".xlsx")
def excel_second_header(path: Path) -> None:
    head, *rows = cells()
    workbook(path, Answers=[head, ["Name", "Wave", *["Tick"] * (len(head) - 2)], *rows])


@builds(".xlsx")
def excel_empty_rows_between(path: Path) -> None:
    head, *rows = cells({(5, "home"): "perhaps"})
    workbook(path, Answers=[head, *rows[:2], [""], [""], *rows[2:]])


@builds(".xlsx")
def excel_total_below(path: Path) -> None:
    workbook(path, Answers=[*cells(), [""], ["Total", "", "", "", "", 4]])


@builds(".xlsx")
def excel_column_without_name(path: Path) -> None:
    workbook(path, Answers=cells({(1, "home"): ""}))


@builds(".xlsx")
def excel_double_column(path: Path) -> None:
    workbook(path, Answers=cells({(1, "home"): "seat"}))


@builds(".xlsx")
def excel_return_on_two_sheets(path: Path) -> None:
    head, *rows = cells()
    workbook(path, First=[head, *rows[:4]], Second=[head, rows[1], *rows[4:]])


@builds(".xlsx")
def excel_fault_on_the_second_sheet(path: Path) -> None:
    head, *rows = cells({(6, "home"): "perhaps"})
    workbook(path, First=[head, *rows[:3]], Second=[head, *rows[3:]])


@builds(".xlsx")
def excel_sheets_by_year(path: Path) -> None:
    head, *rows = cells({(6, "home"): "perhaps"})
    without = {
        f"_{year}": [
            [head[0], *head[2:]],
            *([row[0], *row[2:]] for row in rows if row[1] == year),
        ]
        for year in YEARS
    }
    workbook(path, **without)


@builds(".xlsx")
def excel_sheet_of_a_year_not_asked(path: Path) -> None:
    head, *rows = cells()
    workbook(path, _1999=[[head[0], *head[2:]], *([row[0], *row[2:]] for row in rows[:1])])


@builds(".xlsx")
def excel_sections_disagree_about_the_region(path: Path) -> None:
    table = cells()
    board = [row[:9] for row in table]
    needs = [[*row[:4], *row[9:]] for row in table]
    needs[2][2] = "South"
    workbook(path, Board=board, Needs=needs)


@builds(".xlsx")
def excel_section_lacks_a_return(path: Path) -> None:
    table = cells({(5, "joint_a"): "perhaps"})
    workbook(
        path, Board=[row[:9] for row in table[:-1]], Needs=[[*row[:4], *row[9:]] for row in table]
    )


@builds(".xlsx")
def excel_no_sheet_of_returns(path: Path) -> None:
    workbook(path, Notes=[["Please fill in"], ["Thank you"]])


@builds(".xlsx")
def excel_empty_workbook(path: Path) -> None:
    workbook(path, Answers=[])


@builds(".xlsx")
def excel_is_a_page(path: Path) -> None:
    path.write_text("<html><table><tr><td>authority</td></tr></table></html>", encoding="utf-8")


@builds(".xlsx")
def excel_with_a_password(path: Path) -> None:
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2_000))


@builds(".xlsx")
def excel_cut_short(path: Path) -> None:
    workbook(path, Answers=cells())
    path.write_bytes(path.read_bytes()[:2_000])


@builds(".xlsx")
def excel_damaged_sheet(path: Path) -> None:
    repack(path, lambda xml: xml[: len(xml) // 2])


@builds(".xlsx")
def excel_zip_bomb(path: Path) -> None:
    repack(path, lambda xml: xml.replace(b"</sheetData>", b" " * 600_000_000 + b"</sheetData>"))


@builds(".xlsx")
def excel_entities(path: Path) -> None:
    laughs = b"".join(
        b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10 if n else b"ha") for n in range(10)
    )
    declared = b'<?xml version="1.0"?><!DOCTYPE x [' + laughs + b"]>"
    repack(
        path,
        lambda xml: declared + xml[xml.index(b"<worksheet") :].replace(b"</v>", b"&l9;</v>"),
    )


@builds(".xlsx")
def excel_far_cell(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Answers"
    for row in cells(PERHAPS):
        book.active.append([None if cell == "" else cell for cell in row])
    book.active["XFD1048576"] = "x"
    book.save(path)


def repack(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Write the valid workbook with the XML of its sheet changed."""
    whole = io.BytesIO()
    book = openpyxl.Workbook()
    for row in cells():
        book.active.append([None if cell == "" else cell for cell in row])
    book.save(whole)
    with (
        zipfile.ZipFile(whole) as old,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data) if name.endswith("sheet1.xml") else data)


# -- SPSS and Stata -----------------------------------------------------------


def spss(path: Path, table: pd.DataFrame, **more: Any) -> None:
    pyreadstat.write_sav(table, str(path), **more)


@builds(".sav")
def spss_text_answers(path: Path) -> None:
    spss(path, frame({(4, "home"): "perhaps"}).fillna(""))


@builds(".sav")
def spss_codes_without_a_crosswalk(path: Path) -> None:
    spss(path, coded(frame()))


@builds(".sav")
def spss_code_without_an_answer(path: Path) -> None:
    table = coded(frame())
    table.loc[3, "home"] = 3.0
    spss(path, table)


@builds(".sav")
def spss_fraction(path: Path) -> None:
    table = coded(frame())
    table.loc[3, "home"] = 1.5
    spss(path, table)


@builds(".sav")
def spss_no_answer_codes(path: Path) -> None:
    """9 is said to be missing in one variable, and not in another."""
    table = coded(frame())
    table.loc[[3, 4], "home"] = 9.0
    table.loc[3, "joint_a"] = 9.0
    spss(path, table, missing_ranges={"home": [9]})


@builds(".sav")
def spss_date_for_the_year(path: Path) -> None:
    table = coded(frame())
    table["year"] = [datetime.date(int(year), 1, 1) for year in table["year"]]
    spss(path, table)


@builds(".sav")
def spss_cut_short(path: Path) -> None:
    spss(path, coded(frame()))
    path.write_bytes(path.read_bytes()[:700])


@builds(".sav")
def spss_is_text(path: Path) -> None:
    path.write_text("authority,year\nA1,2008\n", encoding="utf-8")


@builds(".sav")
def spss_no_cases(path: Path) -> None:
    spss(path, coded(frame()).iloc[:0])


@builds(".dta")
def stata_code_without_an_answer(path: Path) -> None:
    table = coded(frame())
    table.loc[3, "home"] = 3.0
    pyreadstat.write_dta(table, str(path))


@builds(".dta")
def stata_extended_missing(path: Path) -> None:
    """`.a` means that something is missing and why; here, of one variable."""
    table = coded(frame())
    table["home"] = table["home"].astype(object)
    table.loc[3, "home"] = "a"
    pyreadstat.write_dta(table, str(path), missing_user_values={"home": ["a"]})


@builds(".dta")
def stata_cut_short(path: Path) -> None:
    pyreadstat.write_dta(coded(frame()), str(path))
    path.write_bytes(path.read_bytes()[:300])


# -- Parquet ------------------------------------------------------------------


def parquet(path: Path, **columns: pa.Array) -> None:
    """Write the valid table, some columns of it replaced."""
    table = pa.table({name: pa.array(column) for name, column in frame().items()})
    for name, column in columns.items():
        table = table.set_column(HEADER.index(name), name, column)
    pq.write_table(table, path)


@builds(".parquet")
def parquet_unknown_answer(path: Path) -> None:
    parquet(path, home=pa.array(["no", "no", "no", "perhaps", "yes", "yes"]))


@builds(".parquet")
def parquet_whole_numbers(path: Path) -> None:
    parquet(path, home=pa.array([0, 0, 0, 1, 1, 1]))


@builds(".parquet")
def parquet_numbers_with_points(path: Path) -> None:
    parquet(path, home=pa.array([0.0, None, 0.0, 1.0, 2.5, 1.0]))


@builds(".parquet")
def parquet_years_with_points(path: Path) -> None:
    parquet(path, year=pa.array([2008.0, 2009.0, 2010.5, 2008.0, 2009.0, 2010.0]))


@builds(".parquet")
def parquet_dates(path: Path) -> None:
    day = datetime.datetime(2009, 3, 1)
    parquet(path, home=pa.array([None, None, None, day, None, None]))


@builds(".parquet")
def parquet_lists(path: Path) -> None:
    parquet(path, home=pa.array([["no"], ["no"], None, ["yes"], [], None]))


@builds(".parquet")
def parquet_bytes(path: Path) -> None:
    parquet(path, home=pa.array([b"no", b"no", b"no", b"\xff\xfe", b"yes", b"yes"]))


@builds(".parquet")
def parquet_double_column(path: Path) -> None:
    table = pa.table([pa.array(column) for _, column in frame().items()], names=HEADER)
    names = ["seat" if name == "home" else name for name in HEADER]
    pq.write_table(table.rename_columns(names), path)


@builds(".parquet")
def parquet_no_rows(path: Path) -> None:
    pq.write_table(pa.table({name: pa.array([], pa.string()) for name in HEADER}), path)


@builds(".parquet")
def parquet_cut_short(path: Path) -> None:
    parquet(path)
    path.write_bytes(path.read_bytes()[:-40])


@builds(".parquet")
def parquet_is_text(path: Path) -> None:
    path.write_text("authority,year\nA1,2008\n", encoding="utf-8")


# -- Other files --------------------------------------------------------------


@builds(".ods")
def other_format(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04")


@builds(".csv")
def csv_is_a_workbook(path: Path) -> None:
    workbook(path.with_suffix(".xlsx"), Answers=cells())
    path.with_suffix(".xlsx").rename(path)


@builds(".csv")
def csv_is_a_folder(path: Path) -> None:
    path.mkdir()


@builds(".csv")
def csv_is_not_there(path: Path) -> None:
    assert not path.exists()


@builds(".csv")
def csv_of_many_columns(path: Path) -> None:
    path.write_text(f"authority,year,{','.join(f'V{n}' for n in range(200_000))}\n", "utf-8")
