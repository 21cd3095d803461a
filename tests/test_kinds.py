"""Files of the kinds of ``tests/cases`` that differ on the surface, as real ones do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest
from xlsxwriter import Workbook

from csm_lib.own import open_collection
from csm_lib.own.__main__ import main

CODEBOOK = """item,section,label,question,response,years
board.police,board,Police,Are the police on the board?,yes_no,2023;2024
board.schools,board,Schools,Are schools on the board?,yes_no,2023;2024
plan.trust,plan,Trust,We trust each other,agree,2023;2024
"""
ANSWERS = "response,answer,label\nagree,1,Agree\nagree,2,Disagree\n"
HEAD = "authority,year,board.police,board.schools,plan.trust\n"
TWO = HEAD + "A,2023,yes,no,1\nB,2023,no,no,2\n"
CROSSWALK = "column,item,code,answer\n"


def made(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """A collection of some files."""
    for name, text in ({"codebook.csv": CODEBOOK, "answers.csv": ANSWERS} | dict(files)).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def held(folder: Path, *columns: str) -> list[list[object]]:
    """What the returns of a collection hold, row by row."""
    return open_collection(folder).returns[[*columns]].astype("object").to_numpy().tolist()


def said(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """What a command says, in one line."""
    main([*map(str, arguments)])
    told = capsys.readouterr()
    return " ".join((told.out + told.err).split())


@pytest.mark.parametrize("suffix", ["fods", "numbers"])
def test_returns_of_a_format_that_is_not_read_are_told_what_to_do(
    tmp_path: Path, suffix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = made(tmp_path, {f"returns.{suffix}": "PK"})

    told = said(capsys, "check", folder)
    assert f"files .{suffix} are not read. Open it in Excel or LibreOffice" in told


@pytest.mark.parametrize("end", ["\n\ufeff\n", "\x1a", " \u200b,,,,\n"])
def test_a_line_of_which_nothing_can_be_seen_is_left_out(tmp_path: Path, end: str) -> None:
    folder = made(tmp_path, {"returns.csv": TWO + end, "codebook.csv": CODEBOOK + end.strip(" ,")})

    assert held(folder, "authority") == [["A"], ["B"]]


def test_a_row_of_spaces_in_a_workbook_is_left_out(tmp_path: Path) -> None:
    with Workbook(str(tmp_path / "returns.xlsx")) as book:
        sheet = book.add_worksheet()
        for row, line in enumerate([*TWO.splitlines(), "  , , , , "]):
            sheet.write_row(row, 0, line.split(","))

    assert held(made(tmp_path, {}), "authority") == [["A"], ["B"]]


def test_columns_that_a_spreadsheet_left_without_name_or_text_are_no_columns(
    tmp_path: Path,
) -> None:
    def widened(text: str) -> str:
        return "".join(f"{line},,\r\n" for line in [*text.splitlines(), ""])

    files = {"codebook.csv": widened(CODEBOOK), "answers.csv": widened(ANSWERS)}
    files |= {"aliases.csv": widened("name,called\nA,Alpha\n")}
    files |= {"sections.csv": widened("section,title,about\nboard,The Board,\n")}
    files |= {"columns.csv": widened(CROSSWALK + "who,authority,,\n")}
    folder = made(tmp_path, files | {"returns.csv": TWO.replace("authority", "who")})

    assert held(folder, "authority") == [["Alpha"], ["B"]]
    assert open_collection(folder).codebook.title("board") == "The Board"


YEARS = {
    "23/24": 2023, "FY23-24": 2023, "2023_24": 2023, "2023 to 2024": 2023, "2023‑24": 2023,
    "Financial year 2023/24": 2023, "2023/24 financial year": 2023, "AY2023-24": 2023,
    "2023.0": 2023,
}  # fmt: skip


@pytest.mark.parametrize("text", YEARS)
def test_a_year_is_read_however_it_is_written(
    tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = made(tmp_path, {"returns.csv": TWO.replace("2023", text)})

    assert held(folder, "year") == [[YEARS[text]], [YEARS[text]]]
    assert repr(text) in said(capsys, "check", folder)


@pytest.mark.parametrize("text", ["2021", "FY2021", "2023-25", "-1", "2023-4", "1/2"])
def test_what_is_no_year_of_the_codebook_is_none(tmp_path: Path, text: str) -> None:
    codebook = CODEBOOK.replace("2023;2024", "1;2;2020;2023")
    files = {"codebook.csv": codebook, "returns.csv": TWO.replace("2023", text)}
    with pytest.raises(Exception, match="A year that the codebook does not know"):
        open_collection(made(tmp_path, files))


@pytest.mark.parametrize("text", ["Wave 1", "wave 01", "W1", "1.0", "01", "2024 Q1", "q1 2024"])
def test_a_wave_is_read_by_its_name_or_number(tmp_path: Path, text: str) -> None:
    files = {
        "codebook.csv": CODEBOOK.replace("2023;2024", "1;2"),
        "datapackage.json": json.dumps({"waves": {"1": "Q1 2024", "2": "Q2 2024"}}),
        "returns.csv": TWO.replace("2023", text),
    }
    assert held(made(tmp_path, files), "year") == [[1], [1]]


@pytest.mark.parametrize("text", ["2024/25", "202425"])
def test_the_name_of_a_wave_goes_before_the_year_in_which_it_begins(
    tmp_path: Path, text: str
) -> None:
    waves = {"waves": {"2024": "2023-24", "2025": "2024-25"}}
    files = {
        "codebook.csv": CODEBOOK.replace("2023;2024", "2024;2025"),
        "datapackage.json": json.dumps(waves),
        "returns.csv": TWO.replace("2023", text),
    }
    assert held(made(tmp_path, files), "year") == [[2025], [2025]]


NAMES = ["2023-24", "202324", "FY2023-24", "2023-2024", "Returns 2023-24", "FY23-24", "23-24",
         "2023 to 2024", "Survey (2023)", "Returns 2023-24, saved 2024-11-02"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_sheet_or_file_is_of_the_year_in_its_name(tmp_path: Path, name: str) -> None:
    bare = "authority,board.police\n{},yes\n"
    later = "Survey (2024)" if name == "Survey (2023)" else "Returns 2024-25"
    files = {f"returns/{name}.csv": bare.format("A"), f"returns/{later}.csv": bare.format("B")}
    assert held(made(tmp_path / "files", files), "authority", "year") == [["A", 2023], ["B", 2024]]

    folder = made(tmp_path / "sheets", {})
    with Workbook(str(folder / "returns.xlsx")) as book:
        for sheet, who in ((name, "A"), (later, "B")):
            page = book.add_worksheet(sheet[:31])
            for row, line in enumerate(bare.format(who).splitlines()):
                page.write_row(row, 0, line.split(","))
    assert held(folder, "authority", "year") == [["A", 2023], ["B", 2024]]


def test_two_quarters_are_not_taken_for_one_year(tmp_path: Path) -> None:
    bare = "authority,board.police\n{},yes\n"
    files = {f"returns/Q{n} 2023.csv": bare.format(f"A{n}") for n in (1, 2)}
    with pytest.raises(Exception, match="has no column 'year'"):
        open_collection(made(tmp_path, files))


@pytest.mark.parametrize(
    ("in_file", "in_crosswalk"),
    [("1", "01"), ("1.0", "01"), ("001", "1"), (" 1", "1"), ('"=""01"""', "1"), ("1", "1.0")],
)
def test_a_code_is_the_same_with_noughts_and_without(
    tmp_path: Path, in_file: str, in_crosswalk: str
) -> None:
    two = in_crosswalk.replace("1", "2")
    rows = [f"board.police,board.police,{in_crosswalk},yes", f"board.police,board.police,{two},no"]
    returns = TWO.replace("yes", in_file).replace("3,no,", f"3,{in_file.replace('1', '2')},")
    files = {"returns.csv": returns, "columns.csv": CROSSWALK + "\n".join(rows) + "\n"}

    assert held(made(tmp_path, files), "board.police") == [[True], [False]]


def test_codes_that_differ_in_noughts_alone_stay_two(tmp_path: Path) -> None:
    rows = [f"plan.trust,plan.trust,{code},{answer}\n" for code, answer in (("1", 1), ("01", 2))]
    returns = HEAD + "A,2023,yes,no,1\nB,2023,no,no,01\n"
    files = {"returns.csv": returns, "columns.csv": CROSSWALK + "".join(rows)}

    assert held(made(tmp_path, files), "plan.trust") == [["1"], ["2"]]


def test_noughts_are_no_matter_in_ticks_and_aliases(tmp_path: Path) -> None:
    rows = [f"who,board.{name},{n},yes,;\n" for n, name in ((1, "police"), (2, "schools"))]
    files = {
        "returns.csv": "authority,year,who\n0301,2023,01;02\n0302,2023,2\n",
        "columns.csv": "column,item,code,answer,separator\n" + "".join(rows),
        "aliases.csv": "name,called\n301,Alpha\n302,Beta\n",
    }
    found = held(made(tmp_path, files), "authority", "board.police", "board.schools")
    assert found == [["Alpha", True, True], ["Beta", False, True]]


def test_an_answer_that_is_a_number_is_offered_without_its_noughts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = made(tmp_path, {"returns.csv": TWO.replace(",1\n", ",01\n")})

    assert "'01' as '1' (1 cell, noughts before it)" in said(capsys, "check", folder)


@pytest.mark.parametrize("more", [{}, {"comment": "x"}])
def test_an_old_crosswalk_beside_clean_returns_is_said_to_be_one(
    tmp_path: Path, more: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    (head, *rows), cells = TWO.splitlines(), ["", *more.values()]
    lines = [",".join([head, *more]), *(row + ",".join(cells) for row in rows), ""]
    files = {"returns.csv": "\n".join(lines), "columns.csv": CROSSWALK + "Partner,authority,,\n"}

    assert "Move columns.csv away." in said(capsys, "check", made(tmp_path, files))


def drafted(folder: Path, name: str = "returns.csv") -> pd.DataFrame:
    """The crosswalk that is drafted for a file of a collection."""
    arguments = ["columns", folder / name, "--codebook", folder / "codebook.csv"]
    assert main([*map(str, arguments), "--out", str(folder / "drafted.csv")]) == 0
    return pd.read_csv(folder / "drafted.csv", dtype="str", keep_default_na=False)


def test_a_long_file_is_drafted_by_what_its_columns_hold(tmp_path: Path) -> None:
    returns = (
        "weight,Response,Council,Question,Wave\n"
        "1.2,Yes,A,Are the police on the board?,2023\n"
        "1.2,Disagree,A,We trust each other,2023\n"
        "0.8,No,B,Police,2023\n"
    )
    folder = made(tmp_path, {"returns.csv": returns})
    table = drafted(folder)
    items = table.drop_duplicates("column").set_index("column")["item"]
    assert items.to_dict() == {
        "weight": "", "Response": "answer", "Council": "authority", "Question": "item",
        "Wave": "year",
    }  # fmt: skip

    (folder / "drafted.csv").rename(folder / "columns.csv")
    out = folder / "clean.csv"
    assert main(["check", str(folder), "--repair", "--out", str(out)]) == 0
    found = pd.read_csv(out, dtype="str", keep_default_na=False)
    assert found["board.police"].tolist() == ["yes", "no"]
    assert found["plan.trust"].tolist() == ["2", ""]


def test_a_wide_file_whose_answers_are_called_as_items_is_no_long_one(tmp_path: Path) -> None:
    rows = ["authority,year,Police,Who leads?,board.schools"]
    rows += ["A,2023,yes,Police,yes", "B,2023,no,Schools,no", ""]
    returns = "\n".join(rows)
    items = drafted(made(tmp_path, {"returns.csv": returns})).drop_duplicates("column")["item"]

    assert items.tolist() == ["authority", "year", "board.police", "", "board.schools"]


def test_texts_that_name_no_year_are_drafted_for_the_analyst_to_decide(tmp_path: Path) -> None:
    returns = HEAD + "A,Autumn 2023,yes,no,1\nB,First,no,no,2\nC,2024,no,no,2\n"
    table = drafted(made(tmp_path, {"returns.csv": returns}))
    rows = table[(table["item"] == "year") & (table["code"] != "")]

    assert rows[["code", "answer"]].to_numpy().tolist() == [
        ["Autumn 2023", "? 2023"],
        ["First", "?"],
    ]


PAIRS = [
    ("Do you use C?", "Do you use C++?"),
    ("Q1. Do you meet?", "Q2. Do you meet?"),
    ("Children aged 5-", "Children aged 5+"),
]


@pytest.mark.parametrize("pair", PAIRS)
def test_a_heading_that_is_a_question_to_the_letter_is_sure(
    tmp_path: Path, pair: tuple[str, str]
) -> None:
    first, second = pair
    codebook = (
        CODEBOOK.splitlines()[0] + f"\nt.a,t,A,{first},yes_no,2023\nt.b,t,B,{second},yes_no,2023\n"
    )
    returns = f"authority,year,{second},{first}\nA,2023,yes,no\n"
    items = drafted(made(tmp_path, {"codebook.csv": codebook, "returns.csv": returns}))["item"]

    assert items.tolist() == ["authority", "year", "t.b", "t.a"]


def test_the_markup_of_a_heading_is_no_part_of_the_question(tmp_path: Path) -> None:
    returns = "authority,year,<p>Are the <b>police</b> on the board?</p>\nA,2023,yes\n"
    items = drafted(made(tmp_path, {"returns.csv": returns}))["item"]

    assert items.tolist() == ["authority", "year", "board.police"]
