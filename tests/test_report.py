"""How a report reads: in a terminal, as a page and as a table."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from csm_lib.codebook import Codebook
from csm_lib.own.check import check_file
from csm_lib.own.report import BLOCKS_SHOWN, FAULTS, GROUPED, REPAIRS, RULES, Report, apart

HEADER = "authority,year,region,authority_type,chair,seat,late,level,unheld"
ROWS = (
    "A1,2009,North,City,director,yes,,head,",
    "A1,2008,North,City,director,Yes,,Senior officer,",
    "A2,2008,South,,nobody,Nein,,,",
    "A3,2008,South,,nobody,Nein,,,",
    "A3,2008,South,,,no,,,",
)


@pytest.fixture
def report(tmp_path: Path, questionnaire: Codebook) -> Report:
    path = tmp_path / "returns.csv"
    path.write_text("\n".join([HEADER, *ROWS]) + "\n", encoding="utf-8")
    return check_file(path, questionnaire)


def made(
    *faults: dict[str, object],
    repairs: tuple[tuple[str, str, str, str, int], ...] = (),
    returns: pd.DataFrame | None = None,
    path: str = "returns.csv",
    notices: tuple[str, ...] = (),
) -> Report:
    found = pd.DataFrame(faults, columns=[*FAULTS, "cells"])
    frame = pd.DataFrame(repairs, columns=list(REPAIRS))
    return Report(Path(path), found, frame, returns, notices)


def fault(**changes: object) -> dict[str, object]:
    given = {
        "severity": "error",
        "rule": "unknown_answer",
        "file": "returns.csv",
        "sheet": "",
        "row": 4,
        "column": "seat",
        "value": "Nein",
        "expected": "yes, no or an empty cell",
        "remedy": "Write the answer as shown.",
        "cells": 1,
    }
    return {**given, **changes}


TEXT = """\
{path}: 5 errors; 1 warning; 2 cells would be read with --repair.

Errors: the returns cannot be read
----------------------------------

Two returns for one year: column 'authority', 1 cell
  expected  one return for each authority and year
  found     'A3' in line 6
  do        'A3' has a return for 2008 in line 5 already: delete or correct one
            of the two.

An answer that the codebook does not know: column 'chair', 2 cells
  expected  lead_member, director, other or an empty cell
  found     'nobody' in lines 4, 5
  do        Write the answer as shown; leave the cell empty for no answer.

An answer that the codebook does not know: column 'seat', 2 cells
  expected  yes, no or an empty cell
  found     'Nein' in lines 4, 5
  do        Write the answer as shown; leave the cell empty for no answer.

Warnings: worth a look
----------------------

Years out of order: column 'year', 1 cell
  expected  the years of an authority from the first to the last
  found     '2008' in line 3
  do        Nothing, if the years are right: they are put in order as they are
            read.

Would be read with --repair
---------------------------

- column 'seat': 'Yes' as 'yes' (1 cell, capital or small letters)
- column 'level': 'Senior officer' as 'senior_officer' (1 cell, the label of an
  answer)"""


def test_a_report_reads_by_rule_and_column_errors_first(report: Report) -> None:
    assert str(report) == TEXT.format(path=report.path)


def test_the_frames_have_the_columns_that_are_promised(report: Report) -> None:
    assert tuple(report.faults.columns) == FAULTS
    assert tuple(report.grouped.columns) == GROUPED
    assert tuple(report.repairs.columns) == REPAIRS
    assert (report.errors, report.warnings, report.repairable) == (5, 1, 2)
    assert report.grouped[["rule", "value", "count", "rows"]].to_numpy().tolist() == [
        ["double_return", "A3", 1, "line 6"],
        ["unknown_answer", "nobody", 2, "lines 4, 5"],
        ["unknown_answer", "Nein", 2, "lines 4, 5"],
        ["out_of_order", "2008", 1, "line 3"],
    ]
    assert report.faults["row"].tolist() == [6, 4, 5, 4, 5, 3]


def test_frames_of_a_report_without_faults_have_their_columns_and_types() -> None:
    empty = made(returns=pd.DataFrame())
    assert tuple(empty.faults.columns) == FAULTS
    assert str(empty.faults["row"].dtype) == "Int64"
    assert str(empty.grouped["count"].dtype) == "int64"
    assert empty.csv.splitlines() == [",".join(FAULTS)]
    assert str(empty) == "returns.csv: no faults."
    assert empty.ok


def test_every_rule_has_a_severity_and_a_title() -> None:
    assert {rule.severity for rule in RULES.values()} == {"error", "warning"}
    assert all(rule.title for rule in RULES.values())
    warnings = {name for name, rule in RULES.items() if rule.severity == "warning"}
    assert warnings == {
        "type_moves", "part_battery", "likely_same", "shared_few", "wave_gap", "out_of_order",
        "stands_for_none",
        "ticked_row",
    }  # fmt: skip


def test_lines_fit_a_terminal(report: Report) -> None:
    assert max(len(line) for line in str(report).splitlines()[1:]) <= 80


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("a.csv", "line 4"),
        ("a.TSV", "line 4"),
        ("a.xlsx", "row 4"),
        ("a.ods", "row 4"),
        ("a.sav", "case 4"),
        ("a.parquet", "case 4"),
    ],
)
def test_a_row_is_called_as_the_program_calls_it(path: str, where: str) -> None:
    assert made(fault(file=path), path=path).grouped.loc[0, "rows"] == where


def test_places_in_several_sheets_name_each() -> None:
    places = (("One", 4, 38), ("One", 6, 1), ("Two", 5, 1))
    faults = [fault(file="a.xlsx", sheet=s, row=row, cells=n) for s, row, n in places]
    found = made(*faults, path="a.xlsx").grouped
    assert found["rows"].tolist() == ["sheet 'One', rows 4, 6; sheet 'Two', row 5 and 37 more"]
    assert found["count"].tolist() == [40]


def test_places_in_several_files_name_each() -> None:
    faults = [fault(), fault(file="b.xlsx", sheet="One"), fault(file="b.xlsx", sheet="One", row=6)]
    report = made(*faults, path="returns")
    where = "file 'returns.csv', line 4; file 'b.xlsx', sheet 'One', rows 4, 6"
    assert report.grouped["rows"].tolist() == [where]
    assert report.faults["file"].tolist() == ["returns.csv", "b.xlsx", "b.xlsx"]
    assert "found     'Nein' in file 'returns.csv', line 4; file 'b.xlsx'" in str(report)


def test_columns_that_are_no_items_are_told_together() -> None:
    whole = {"value": "", "row": None, "rule": "unknown_column"}
    text = str(made(*(fault(column=f"V{number}", **whole) for number in range(12))))
    assert "A column that is no item of the codebook: 12 columns" in text
    assert "'V0'; 'V1'; 'V2'; 'V3'; 'V4'; 'V5'; 'V6'; 'V7'; 4 more" in text
    faults = made(fault(**whole)).faults
    assert faults["row"].isna().all()


def test_remedies_of_their_own_stand_under_each_value() -> None:
    text = str(made(*(fault(value=f"A{n}", remedy=f"Do {n}.") for n in range(10))))
    assert "found     'A0' in line 4\n  do        Do 0.\n  found     'A1'" in text
    assert "Do 8." not in text
    assert "and 2 more like these" in text


def test_a_very_long_report_is_cut_short_and_says_so() -> None:
    text = str(made(*(fault(column=f"q{number}") for number in range(BLOCKS_SHOWN + 3))))
    assert "And 3 more of this kind." in text
    assert f"'q{BLOCKS_SHOWN}'" not in text


def test_repairs_are_told_as_made_once_they_are() -> None:
    repairs = (("seat", " ", "", "spaces", 1),)
    assert str(made(repairs=repairs)) == (
        "returns.csv: no faults; 1 cell would be read with --repair.\n\n"
        "Would be read with --repair\n---------------------------\n\n"
        "- column 'seat': ' ' as no answer (1 cell, spaces around it)"
    )
    text = str(made(repairs=repairs, returns=pd.DataFrame()))
    assert text.startswith("returns.csv: no faults; 1 cell was repaired.\n\nRepaired\n--------\n")


# --- hostile text ---------------------------------------------------------------------------------

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "=cmd|' /C calc'!A0",
    "a\nb\r\x00\x1b[31mred",
    "\u202egnp.exe",
    "{role}`x` $x$ {0}",
    "x" * 5_000,
)


@pytest.fixture(params=HOSTILE)
def hostile(request: pytest.FixtureRequest) -> Report:
    text = request.param
    return made(
        fault(value=text, column=text, remedy=f"Did you mean {text}?", expected=text),
        repairs=((text, text, text, "label", 3),),
        path="returns<b>.csv",
        notices=(text,),
    )


def test_nothing_that_a_cell_holds_steers_the_terminal(hostile: Report) -> None:
    assert all(sign.isprintable() or sign == "\n" for sign in str(hostile))


def test_nothing_that_a_cell_holds_runs_in_the_page(hostile: Report) -> None:
    page = BeautifulSoup(hostile.html, "lxml")
    assert page.find(["script", "img", "b", "iframe", "link", "object"]) is None
    allowed = {"lang", "charset", "http-equiv", "content", "name", "id", "class", "role",
               "aria-labelledby", "tabindex", "scope"}  # fmt: skip
    for tag in page.find_all(True):
        assert set(tag.attrs) <= allowed
    assert all(sign.isprintable() or sign == "\n" for sign in hostile.html)


def test_nothing_that_a_cell_holds_is_a_formula_in_the_table(hostile: Report) -> None:
    rows = list(csv.DictReader(io.StringIO(hostile.csv)))
    assert len(rows) == 1
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in rows[0].values())


# --- the page -------------------------------------------------------------------------------------


@pytest.fixture
def page(report: Report) -> BeautifulSoup:
    return BeautifulSoup(report.html, "lxml")


def test_the_page_stands_alone(report: Report, page: BeautifulSoup) -> None:
    assert report.html.startswith("<!DOCTYPE html>")
    assert page.html["lang"] == "en"
    assert page.title.text == "Report on returns.csv"
    assert not page.find_all(["script", "link", "img", "iframe"])
    assert not page.find_all(src=True)
    assert not page.find_all(href=True)
    assert "url(" not in report.html
    assert "default-src 'none'" in page.find("meta", {"http-equiv": True})["content"]


def test_the_page_can_be_read_without_seeing_it_and_in_the_dark(page: BeautifulSoup) -> None:
    assert [heading.text for heading in page.find_all("h1")] == ["returns.csv"]
    tables = page.find_all("table")
    assert len(tables) == 3
    for table in tables:
        assert table.caption.text
        assert all(head["scope"] == "col" for head in table.thead.find_all("th"))
        assert all(row.th["scope"] == "row" for row in table.tbody.find_all("tr"))
        assert table.parent["tabindex"] == "0"
        assert page.find(id=table.parent["aria-labelledby"]).name == "h2"
    assert "prefers-color-scheme: dark" in page.style.text
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))


def test_the_page_tells_what_the_terminal_tells(page: BeautifulSoup) -> None:
    errors, _warnings, repairs = (
        [[cell.text for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")]
        for table in page.find_all("table")
    )
    assert errors[1:3] == [
        ["Two returns for one year", "'authority'", "'A3'", "1", "line 6",
         "one return for each authority and year",
         "'A3' has a return for 2008 in line 5 already: delete or correct one of the two."],
        ["An answer that the codebook does not know", "'chair'", "'nobody'", "2", "lines 4, 5",
         "lead_member, director, other or an empty cell",
         "Write the answer as shown; leave the cell empty for no answer."],
    ]  # fmt: skip
    assert repairs[1:] == [
        ["'seat'", "'Yes'", "'yes'", "capital or small letters", "1"],
        ["'level'", "'Senior officer'", "'senior_officer'", "the label of an answer", "1"],
    ]


def test_the_table_lists_every_fault_with_its_place(report: Report) -> None:
    rows = list(csv.DictReader(io.StringIO(report.csv)))
    assert len(rows) == 6
    assert rows[1] == {
        "severity": "error",
        "rule": "unknown_answer",
        "file": "returns.csv",
        "sheet": "",
        "row": "4",
        "column": "chair",
        "value": "nobody",
        "expected": "lead_member, director, other or an empty cell",
        "remedy": "Write the answer as shown; leave the cell empty for no answer.",
    }


def test_a_repair_of_many_columns_is_told_once() -> None:
    codes = ["a", "b", "c", "d", "e"]
    rows = [(column, "Yes", "yes", "case", 2) for column in codes]
    text = str(made(repairs=(*rows, ("a", "N", "no", "synonym", 1))))
    assert "- 5 columns: 'Yes' as 'yes' (10 cells, capital or small letters)" in text
    assert "- column 'a': 'N' as 'no' (1 cell, another word for it)" in text
    assert text.count("'Yes'") == 1


SAME = "Some experts say it is important to drink milk, but the data {} inconclusive."


def test_repairs_that_begin_alike_show_where_they_differ() -> None:
    rows = (
        ("q", SAME.format("is"), "is", "label", 1),
        ("q", SAME.format("are"), "are", "label", 1),
    )
    text = " ".join(str(made(repairs=rows)).split())
    assert "'…milk, but the data is inconclusive.' as 'is'" in text
    assert "'…milk, but the data are inconclusive.' as 'are'" in text
    page = made(repairs=rows).html
    assert "milk, but the data is inconclusive." in page
    assert "milk, but the data are inconclusive." in page


def test_values_that_differ_far_behind_show_where_they_differ() -> None:
    found = apart(["a " * 100 + "one" + " b" * 50, "a " * 100 + "two" + " b" * 50, "short", ""])
    assert list(found.values()) == [
        "''",
        "'…a a a a a a a a a a a one b b b b b b b b b b …'",
        "'…a a a a a a a a a a a two b b b b b b b b b b …'",
        "'short'",
    ]


def test_a_long_value_like_no_other_is_cut_at_its_end() -> None:
    assert apart(["b" * 60, "a" * 48]) == {"a" * 48: repr("a" * 48), "b" * 60: repr("b" * 47 + "…")}


def test_a_value_that_another_goes_on_from_is_told_from_it() -> None:
    short, long = "c" * 60, "c" * 60 + "d"
    found = apart([short, long])
    assert found[short] != found[long]
