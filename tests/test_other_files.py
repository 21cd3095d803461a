"""Files of the kinds in ``tests/cases``, as other tools and offices leave them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from test_cases import checked

from csm_lib.own import open_collection
from csm_lib.own.__main__ import main

CODEBOOK = """\
item,section,label,question,response,years
board.police,board,Police,Are the police on the board?,yes_no,2023;2024
board.schools,board,Schools,Are schools on the board?,yes_no,2023;2024
board.health,board,Health,Is health on the board?,yes_no,2023;2024
plan.made,plan,Plan made,Has a joint plan been made?,yes_no,2023;2024
"""
ITEMS = ("board.police", "board.schools", "board.health", "plan.made")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a codebook, and one for its returns."""
    (tmp_path / "own" / "returns").mkdir(parents=True)
    (tmp_path / "own" / "codebook.csv").write_text(CODEBOOK)
    return tmp_path / "own"


def drafted(folder: Path, *files: Path) -> pd.DataFrame:
    """The crosswalk that is drafted for some files, which is written beside the codebook."""
    out, codebook = folder / "columns.csv", folder / "codebook.csv"
    status = main(["columns", *map(str, files), "--codebook", str(codebook), "--out", str(out)])
    assert status == 0
    return pd.read_csv(out, dtype="str", keep_default_na=False)


def ticked(folder: Path, item: str) -> dict[int, tuple[int, int]]:
    """By year, how many say yes to an item or label, of how many who answered."""
    collection = open_collection(folder)
    name = next(n for n, one in collection.codebook.items() if item in (n, one.label))
    by_year = collection.returns.groupby("year")[name]
    return {int(str(year)): (int(some.sum()), int(some.count())) for year, some in by_year}


def spss(
    path: Path, labels: Sequence[str], codes: Mapping[int, str], answers: Sequence[Sequence[int]]
) -> None:
    """Write a file of SPSS whose variables are q1, q2 and so on, a row a partnership."""
    names = [f"q{number}" for number in range(1, len(labels) + 1)]
    table = pd.DataFrame(answers, columns=names)
    table.insert(0, "partnership", [f"P{row}" for row in range(len(table))])
    told = {"partnership": "Partnership", **dict(zip(names, labels, strict=True))}
    pyreadstat.write_sav(
        table, path, column_labels=told, variable_value_labels={name: dict(codes) for name in names}
    )


# -- Questions that are renumbered, and codes that are given out anew, between waves ---------------

RENUMBERED = (
    (["Police", "Schools"], {1: "Yes", 2: "No"}, [[1, 2], [1, 2], [2, 1]]),
    (["Schools", "Police"], {0: "Yes", 1: "No"}, [[1, 0], [1, 0], [1, 1]]),
)
POLICE, SCHOOLS = {2023: (2, 3), 2024: (2, 3)}, {2023: (1, 3), 2024: (0, 3)}


@pytest.fixture
def renumbered(folder: Path) -> list[Path]:
    """A file of SPSS a wave: q1 is q2 in the next, and 1 means yes in one and no in the other."""
    files = [folder / "returns" / f"wave {year}.sav" for year in (2023, 2024)]
    for file, (labels, codes, answers) in zip(files, RENUMBERED, strict=True):
        spss(file, labels, codes, answers)
    return files


def test_one_name_and_code_of_two_files_is_drafted_file_by_file(
    folder: Path, renumbered: list[Path]
) -> None:
    table = drafted(folder, *renumbered)

    assert {*table.loc[table["column"] == "q1", "sheet"]} == {"wave 2023.sav", "wave 2024.sav"}
    assert ticked(folder, "board.police") == POLICE
    assert ticked(folder, "board.schools") == SCHOOLS


def test_a_collection_of_renumbered_files_follows_the_questions(
    tmp_path: Path, renumbered: list[Path]
) -> None:
    assert main(["start", *map(str, renumbered), "--out", str(tmp_path / "made")]) == 0

    assert ticked(tmp_path / "made", "Police") == POLICE
    assert ticked(tmp_path / "made", "Schools") == SCHOOLS


def test_a_collection_lays_together_questions_whose_number_moved(tmp_path: Path) -> None:
    for year, number in ((2023, 2), (2024, 3)):
        head = f"Partnership,Q{number}a Are the police on the board?,Q{number + 1} Is there a plan?"
        rows = [
            f"P{row},{'yes' if row < number else 'no'},{'yes' if row else 'no'}" for row in range(6)
        ]
        (tmp_path / f"{year}.csv").write_text("\n".join([head, *rows]) + "\n")
    files = [str(tmp_path / f"{year}.csv") for year in (2023, 2024)]
    assert main(["start", *files, "--out", str(tmp_path / "made")]) == 0

    assert len(open_collection(tmp_path / "made").codebook) == 2
    police = "Q2a Are the police on the board"
    assert ticked(tmp_path / "made", police) == {2023: (2, 6), 2024: (3, 6)}


# -- Two rows of names, titles above and notes under a table ---------------------------------------

ANSWERS = "P1,2023,yes,no,yes,yes\nP2,2023,no,no,yes,no\n"
NAMES = f"authority,year,{','.join(ITEMS)}\n"
TICKED = "P1,Police,,Health,yes\nP2,,Schools,Health,no\n"


@pytest.mark.parametrize(
    "names",
    [
        "Partnership,On the board,On the board,On the board,Plan made\n,Police,Schools,Health,\n",
        "Partnership,On the board,On the board,On the board,Plan made\n"
        "Partnership,Police,Schools,Health,Plan made\n",
        "Survey of 2023\n\nPartnership,On the board,,,Plan made\n,Police,Schools,Health,Response\n",
        ",Who,,,What\nPartnership,On the board,,,Plan made\n,Police,Schools,Health,\n",
    ],
    ids=["repeated", "repeated and copied", "title above", "group above"],
)
def test_two_rows_of_names_are_joined_however_they_are_laid_out(folder: Path, names: str) -> None:
    (folder / "codebook.csv").write_text(CODEBOOK.replace(";2024", ""))
    file = folder / "returns" / "2023.csv"
    file.write_text(names + TICKED)
    items = drafted(folder, file).drop_duplicates("column")["item"].str.lstrip("? ")

    assert items.tolist() == ["authority", *ITEMS]


def test_a_collection_counts_no_row_of_options(tmp_path: Path) -> None:
    names = (
        "Partnership,On the board,On the board,On the board,Plan made\n,Police,Schools,Health,\n"
    )
    (tmp_path / "2023.csv").write_text(names + TICKED)
    assert main(["start", str(tmp_path / "2023.csv"), "--out", str(tmp_path / "made")]) == 0

    assert ticked(tmp_path / "made", "Police") == {2023: (1, 2)}


@pytest.mark.parametrize(
    "above",
    ["Boards, 2023, England\n", "Survey,,2023,,\n\n", ",,Board,,,Plan\n"],
    ids=["commas", "several cells", "groups of columns"],
)
def test_a_title_of_several_cells_is_no_row_of_names(
    folder: Path, above: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "returns" / "r.csv").write_text(above + NAMES + ANSWERS)
    status, said = checked(capsys, folder)

    assert status == 0
    assert "the names of the columns were read in row" in said
    assert ticked(folder, "board.police") == {2023: (1, 2)}


def test_a_row_of_answers_is_never_taken_for_names(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "returns" / "r.csv").write_text(f"authority,year\n{ANSWERS}")
    status, said = checked(capsys, folder)

    assert status == 1
    assert "line 2: has 6 cells; expected 2, as in the header. It begins 'P1'" in said


@pytest.mark.parametrize(
    "note",
    ["© Crown copyright 2023", "End of table", "(3 rows affected)", "Ffynhonnell: arolwg"],
)
def test_a_line_of_one_cell_apart_from_the_table_is_a_note(
    folder: Path, note: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "returns" / "r.csv").write_text(f"{NAMES}{ANSWERS}\n{note}\n")
    status, said = checked(capsys, folder)

    assert status == 0
    assert f"line 5 with a text in the first column alone ({note!r}): left out as notes" in said


def test_a_note_of_several_cells_is_shown_with_its_text(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "returns" / "r.csv").write_text(f"{NAMES}{ANSWERS}\nNote: provisional, for now\n")
    status, said = checked(capsys, folder)

    assert status == 1
    assert "It begins 'Note: provisional': delete it if it is a note" in said


# -- Stray rows and a second table under a table ---------------------------------------------------

ASKED = ["Partnership", "Police on the board?", "Schools on the board?", "Plan?", "Budget?"]
GIVEN = [[f"P{row}", *("yes" if (row + at) % 3 else "no" for at in range(4))] for row in range(9)]


def start_with(
    tmp_path: Path, under: Sequence[Sequence[str | None]], capsys: pytest.CaptureFixture[str]
) -> tuple[int, str, int]:
    """Begin a collection of a workbook with rows under its table: what is said, how many count."""
    blank = [None] * 5
    rows = [*GIVEN, blank, *([*row, *blank[len(row) :]] for row in under)]
    file = tmp_path / "2023.xlsx"
    pd.DataFrame(rows, columns=ASKED).to_excel(file, sheet_name="Returns", index=False)
    status = main(["start", str(file), "--out", str(tmp_path / "made")])
    said = capsys.readouterr()
    records = 0 if status else len(open_collection(tmp_path / "made").returns)
    return status, " ".join((said.out + said.err).split()), records


@pytest.mark.parametrize("column", [1, 3])
def test_a_stray_text_of_nobody_under_a_table_is_left_out_and_told(
    tmp_path: Path, column: int, capsys: pytest.CaptureFixture[str]
) -> None:
    under = [[*[None] * column, "Provisional"]]
    status, said, records = start_with(tmp_path, under, capsys)

    assert (status, records) == (0, 9)
    assert "row 12 apart under the table, of nobody and with little in them ('Provisional')" in said
    labels = ["Police on the board", "Plan"]
    assert [ticked(tmp_path / "made", label) for label in labels] == [{2023: (6, 9)}] * 2


@pytest.mark.parametrize(
    ("under", "told"),
    [
        (["Provisional"], "1 row with no answer to any question (such as row 12 of 2023.xlsx/"),
        (["P9", "maybe"], "row 12 apart under the table, with little in them ('P9' and 'maybe')"),
    ],
)
def test_a_row_under_a_table_that_may_be_a_return_is_put_to_the_analyst(
    tmp_path: Path, under: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said, records = start_with(tmp_path, [under], capsys)

    assert (status, records) == (0, 10)
    assert told in said


def test_an_answer_that_others_give_is_no_stray_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    under = [[None, "yes"], ["P9", "yes", "no", "no", "no"]]

    assert "apart under the table" not in start_with(tmp_path, under, capsys)[1]
    assert "apart under the table" not in start_with(tmp_path, under[:1], capsys)[1]


def test_a_second_table_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, said, _ = start_with(tmp_path, [ASKED, *GIVEN], capsys)

    assert status == 1
    assert "the names of the columns stand again in row 12. Delete such a row" in said


def test_names_of_options_are_their_ticks_and_no_second_table(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = ["Police,,Health", "Police,Schools,Health", ",Schools,", "Police,,"]
    file = folder / "2023.csv"
    file.write_text("\n".join(["Police,Schools,Health", *rows]) + "\n")
    drafted(folder, file)

    assert "stand again" not in capsys.readouterr().err


# -- Rows and names that stand for nobody ----------------------------------------------------------


@pytest.mark.parametrize("name", ["Total", "Grand total", "Total responses: 2", "Average"])
def test_a_row_that_sums_up_others_is_no_return(
    folder: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "returns" / "r.csv").write_text(f"{NAMES}{ANSWERS}{name},,1,0,2,1\n")
    status, said = checked(capsys, folder)

    assert status == 1
    assert "r.csv: 1 error." in said
    assert f"Delete the row: {name!r} is no respondent." in said


def test_a_collection_says_of_a_total_that_it_is_no_return(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "".join(f"Council {row},{'yes' if row % 2 else 'no'}\n" for row in range(8))
    (tmp_path / "2023.csv").write_text(f"Council,Police on the board?\n{rows}Total,4\n")

    assert main(["start", str(tmp_path / "2023.csv"), "--out", str(tmp_path / "made")]) == 1
    assert "'Total' is no respondent" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("regions", "told"),
    [
        (["North", "[x]", "z"], ["'[x]'", "'z'"]),
        (["North", "N/A", "Unknown"], ["'N/A'", "'Unknown'"]),
        (["A", "B", "C"], []),
    ],
)
def test_a_region_that_stands_for_none_is_told(
    folder: Path, regions: list[str], told: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "".join(f"P{row},2023,{name},yes\n" for row, name in enumerate(regions))
    (folder / "returns" / "r.csv").write_text(f"authority,year,region,plan.made\n{rows}")
    status, said = checked(capsys, folder)

    assert status == 0
    assert [
        name for name in map(repr, regions) if f"else {name} is a group of its own" in said
    ] == (told)


NAMED_TWICE = [
    ("Bournemouth, Christchurch and Poole", "BCP Council"),
    ("Bath & NE Somerset", "BANES"),
    ("Hull City Council", "Kingston upon Hull, City of"),
]


@pytest.mark.parametrize(("one", "other"), NAMED_TWICE)
def test_a_council_under_another_of_its_names_is_told(
    folder: Path, one: str, other: str, capsys: pytest.CaptureFixture[str]
) -> None:
    table = pd.DataFrame(
        {"authority": ["Leeds", one, "Leeds", other], "plan.made": ["yes", "no"] * 2}
    )
    table.assign(year=[2023, 2023, 2024, 2024]).to_csv(folder / "returns" / "r.csv", index=False)
    status, said = checked(capsys, folder)

    assert status == 0
    assert f"{other!r} (2024) is likely {one!r} (2023)" in said


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["St Helens", "St. Helens"], True),
        (["Bath & NE Somerset", "Bath and NE Somerset"], True),
        (["Durham", "County Durham"], False),
        (["School 1-2", "School 1.2"], False),
    ],
)
def test_two_spellings_in_one_wave_are_told_where_signs_alone_differ(
    folder: Path, names: list[str], told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    table = pd.DataFrame({"authority": names, "year": 2023, "plan.made": ["yes", "no"]})
    table.to_csv(folder / "returns" / "r.csv", index=False)
    status, said = checked(capsys, folder)

    assert status == 0
    assert ("Two names that are likely one respondent" in said) is told


def test_a_column_of_codes_of_places_is_drafted_and_what_is_left_out_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = folder / "2023.csv"
    codes = ["E06000010", "E08000035", "E09000002", "E10000016", "E12000003"]
    table = pd.DataFrame({"Area": codes, "Remarks": ["a", "b", "c", "d", "e"], "plan.made": "yes"})
    table.to_csv(file, index=False)

    assert drafted(folder, file)["item"].tolist() == ["? authority", "", "plan.made"]
    assert "like nothing in the codebook: 1\n    'Remarks'\n" in capsys.readouterr().out


def test_codes_beside_the_names_of_respondents_are_named_as_left_out(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = folder / "2023.csv"
    file.write_text("Council,ONS,plan.made\nHull,E06000010,yes\nLeeds,E08000035,no\n")

    assert drafted(folder, file)["item"].tolist() == ["authority", "", "plan.made"]
    assert "like nothing in the codebook: 1\n    'ONS'\n" in capsys.readouterr().out


# -- What a draft makes of shorthand and ticks -----------------------------------------------------


def drafted_answer(folder: Path, texts: Sequence[str]) -> dict[str, str]:
    """By text of a column about the police: the answer that is drafted for it."""
    rows = "".join(f"P{row},2023,{text},yes\n" for row, text in enumerate(texts))
    file = folder / "returns" / "r.csv"
    file.write_text(f"Partnership,Year,Are the police on the board?,plan.made\n{rows}")
    table = drafted(folder, file)
    return dict(table.loc[table["code"] != "", ["code", "answer"]].to_numpy().tolist())


@pytest.mark.parametrize("tick", ["P", "[x]", "[X]"])
def test_a_shorthand_that_stands_alone_is_to_be_decided(folder: Path, tick: str) -> None:
    assert drafted_answer(folder, [tick, "", tick, ""]) == {tick: "?"}


def test_a_cross_beside_a_dash_is_to_be_decided(folder: Path) -> None:
    assert drafted_answer(folder, ["x", "-", "x", "-"]) == {"x": "?", "'-": ""}


@pytest.mark.parametrize("text", ["Don't know", "N/A", "null", "NaN"])
def test_words_for_no_answer_are_known_in_a_draft(folder: Path, text: str) -> None:
    assert drafted_answer(folder, ["yes", "no", text]) == {text: ""}


def test_the_label_low_is_an_answer_where_the_codebook_has_it(folder: Path) -> None:
    (folder / "codebook.csv").write_text(
        CODEBOOK + "plan.risk,plan,Risk,How high is the risk?,risk,2023;2024\n"
    )
    (folder / "answers.csv").write_text("response,answer,label\nrisk,low,Low\nrisk,high,High\n")
    file = folder / "returns" / "r 2023.sav"
    spss(file, ["How high is the risk?"], {1: "Low", 2: "High"}, [[1], [2], [1]])
    table = drafted(folder, file)
    assert table.loc[table["code"] != "", "answer"].tolist() == ["low", "high"]


def test_an_answer_with_the_mark_of_a_footnote_is_drafted(folder: Path) -> None:
    assert drafted_answer(folder, ["yes", "no", "yes*"]) == {"yes*": "yes"}


@pytest.mark.parametrize("year", ["2023", "2024"], ids=["of all waves", "of one wave"])
def test_few_ticks_beside_columns_that_were_settled_are_an_error(
    folder: Path, year: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ticks = ["yes,,yes,no", "yes,,,yes", ",yes,yes,no", "yes,yes,,no", ",yes,,yes", "yes,,,no"]
    rows = "".join(f"P{row},2023,{of}\n" for row, of in enumerate(ticks))
    (folder / "returns" / "2023.csv").write_text(NAMES + rows)
    (folder / "returns" / "2024.csv").write_text(
        NAMES + (rows if year == "2023" else "P1,2024,yes,no,no,yes\n").replace("2023", "2024")
    )
    settled = [f"{item},{item},,no,board,2023.csv" for item in ITEMS[:2]]
    if year == "2023":
        settled += [row.replace("2023", "2024") for row in settled]
    (folder / "columns.csv").write_text(
        "\n".join(["column,item,code,answer,group,sheet", *settled]) + "\n"
    )
    status, said = checked(capsys, folder)

    assert status == 1
    assert "Only yes and blanks, as if a blank meant no: 1 column" in said
    assert "'board.health'" in said


def test_few_ticks_of_a_wave_are_told_with_those_of_their_question(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = "".join(f"P{row},2023,yes,no,no,no\nQ{row},2023,no,yes,yes,no\n" for row in range(4))
    ticks = ["yes,,yes,no", "yes,yes,,yes", ",yes,,no", "yes,yes,yes,no", "yes,yes,,yes"]
    rows = "".join(f"P{row},2024,{of}\n" for row, of in enumerate([*ticks, "yes,yes,,no"]))
    (folder / "returns" / "r.csv").write_text(NAMES + first + rows)
    status, said = checked(capsys, folder)

    assert status == 1
    assert "Only yes and blanks, as if a blank meant no: 3 columns" in said


# -- Several ticks in one cell ---------------------------------------------------------------------

BOARD = """\
item,section,label,question,response,years
board.police,board,Police,Are the police on the board?,yes_no,2023
board.schools,board,"Schools, colleges",Are schools on the board?,yes_no,2023
board.health,board,Health,Is health on the board?,yes_no,2023
"""
ON_BOARD = ["P", "S", "PS", "H", "PH", "SH", "PSH", "ps", "P", "Sh", "PS", "sH"]
BY_LETTER = {"P": "Police", "S": "Schools, colleges", "H": "Health"}


def of_ticks(path: Path, separator: str) -> Path:
    """Write a file of one question, whose cells hold several of three options."""
    told = BY_LETTER | {one.lower(): of.lower() for one, of in BY_LETTER.items()}
    cells = [separator.join(told[one] for one in of) for of in ON_BOARD]
    names = [f"P{row}" for row in range(len(cells))]
    table = pd.DataFrame({"Partnership": names, "Who is on the board?": cells})
    table.to_csv(path, index=False)
    return path


SEPARATORS = pytest.mark.parametrize(
    "separator", [";#", ";", "\n", "\r\n", ", ", ",", " / ", " | "]
)


@SEPARATORS
def test_a_collection_counts_several_ticks_whatever_parts_them(
    tmp_path: Path, separator: str
) -> None:
    file = of_ticks(tmp_path / "2023.csv", separator)
    assert main(["start", str(file), "--out", str(tmp_path / "made")]) == 0

    assert len(open_collection(tmp_path / "made").codebook) == 3
    assert ticked(tmp_path / "made", "Police") == {2023: (7, 12)}
    assert ticked(tmp_path / "made", "Schools, colleges") == {2023: (8, 12)}
    assert ticked(tmp_path / "made", "Health") == {2023: (6, 12)}


@SEPARATORS
def test_a_draft_knows_options_that_hold_a_comma_or_other_capitals(
    folder: Path, separator: str
) -> None:
    (folder / "codebook.csv").write_text(BOARD)
    table = drafted(folder, of_ticks(folder / "returns" / "2023.csv", separator))

    assert {*table.loc[table["code"] != "", "item"]} == {
        "board.police", "board.schools", "board.health"
    }  # fmt: skip
    assert ticked(folder, "board.schools") == {2023: (8, 12)}


def test_options_of_the_codebook_that_stand_together_alone_stay_two(folder: Path) -> None:
    cells = ["Police, Schools", "Health", "Police, Schools", "Police, Schools, Health"]
    file = folder / "returns" / "2023.csv"
    table = pd.DataFrame({"Partnership": [f"P{row}" for row in range(4)], "Board": cells})
    table.to_csv(file, index=False)
    drafted(folder, file)

    assert ticked(folder, "board.police") == {2023: (3, 4)}
    assert ticked(folder, "board.schools") == {2023: (3, 4)}


@pytest.mark.parametrize("between", [", ", " / ", "\n"])
def test_one_answer_that_holds_a_separator_is_no_list(tmp_path: Path, between: str) -> None:
    answers = [f"Yes{between}fully", f"Yes{between}in part", "No", f"yes{between}fully"]
    names = [f"P{row}" for row in range(12)]
    table = pd.DataFrame({"Partnership": names, "Is there a plan?": answers * 3})
    table.to_csv(tmp_path / "2023.csv", index=False)
    assert main(["start", str(tmp_path / "2023.csv"), "--out", str(tmp_path / "made")]) == 0

    assert len(open_collection(tmp_path / "made").codebook) == 1


def test_the_number_of_an_option_is_a_tick_where_the_file_names_the_option(folder: Path) -> None:
    file = folder / "returns" / "2023.sav"
    table = pd.DataFrame({"partnership": ["P1", "P2", "P3"], "q1": [1.0, None, 1.0]})
    table["q2"] = [None, 2.0, 2.0]
    told = {"partnership": "Partnership", "q1": "Board - Police", "q2": "Board - Schools"}
    meant = {"q1": {1: "Police"}, "q2": {2: "Schools"}}
    pyreadstat.write_sav(table, file, column_labels=told, variable_value_labels=meant)
    drafted(folder, file)

    assert ticked(folder, "board.police") == {2023: (2, 3)}
    assert ticked(folder, "board.schools") == {2023: (2, 3)}


def test_a_year_in_the_name_of_a_workbook_is_said_to_be_the_file_s(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = pd.DataFrame({"authority": ["P1", "P2"], "plan.made": ["yes", "no"]})
    table.to_excel(folder / "returns" / "2023.xlsx", sheet_name="Sheet1", index=False)
    table.to_csv(folder / "returns" / "2024.csv", index=False)
    (folder / "returns" / "Thumbs.db").write_bytes(b"\0")
    (folder / "returns" / "desktop.ini").write_text("[.ShellClassInfo]\n")
    status, said = checked(capsys, folder)

    assert status == 0
    assert "file '2023.xlsx': its name was taken for the year of its rows" in said


def test_a_file_a_wave_that_sums_up_below_is_drafted_from_its_returns_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head = "Partnership,Is there a plan?,What is shared?"
    rows = [f"P{n},{'Yes' if n < 5 else 'No'},Homes;Schools" for n in range(6)]
    rows += ["P6,Yes,Homes", "P7,No,Schools"]
    for year in (2023, 2024):
        total = ["Total,6,"] if year == 2024 else []
        (tmp_path / f"{year}.csv").write_text("\n".join([head, *rows, *total]) + "\n")
    files = [str(tmp_path / f"{year}.csv") for year in (2023, 2024)]
    made = tmp_path / "made"
    assert main(["start", *files, "--out", str(made)]) == 1
    assert "Row 10 of 2024.csv sums up others" in capsys.readouterr().out
    status, said = checked(capsys, made)

    assert status == 1
    assert "'Total' in file '2024.csv', line 10" in said
    copy = made / "returns" / "2024.csv"
    copy.write_text(copy.read_text().replace("Total,6,\n", ""))
    assert checked(capsys, made)[0] == 0
    assert ticked(made, "Is there a plan") == {2023: (6, 8), 2024: (6, 8)}
    assert ticked(made, "Homes") == {2023: (7, 8), 2024: (7, 8)}
