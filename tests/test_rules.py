"""What no reader of a report may miss: ticks, notes, names of two waves, financial years."""

from __future__ import annotations

from pathlib import Path

import pytest
from long_table import joined, table_of

from csm_lib.codebook import Codebook, read_codebook
from csm_lib.own.check import check_table
from csm_lib.own.report import Report
from csm_lib.own.rules import core

CODEBOOK = """\
item,section,label,question,response,years
police,board,Police,Are they?,yes_no,2023;2024
schools,board,Schools,Are they?,yes_no,2023;2024
health,board,Health,Is it?,yes_no,2023;2024
made,plan,Made,Is it?,yes_no,2023;2024
"""


@pytest.fixture(scope="module")
def codebook(tmp_path_factory: pytest.TempPathFactory) -> Codebook:
    path = tmp_path_factory.mktemp("rules") / "codebook.csv"
    path.write_text(CODEBOOK, encoding="utf-8")
    return read_codebook(path)


def of(year: str = "2023", names: str = "R{}", **items: str) -> dict[str, list[str]]:
    """Columns of one wave, a sign a cell: y is yes, n is no, a blank is empty."""
    size = len(next(iter(items.values())))
    words = {"y": "yes", "n": "no", " ": ""}
    cells = {name: [words.get(sign, sign) for sign in signs] for name, signs in items.items()}
    who = [names.format(number) for number in range(size)]
    return {"authority": who, "year": [year] * size, **cells}


def rows(report: Report) -> list[tuple[object, ...]]:
    faults = report.faults[["severity", "rule", "row", "column", "value"]].astype(object)
    return [tuple(row) for row in faults.where(faults.notna(), None).to_numpy().tolist()]


def ticks(*columns: str) -> list[tuple[object, ...]]:
    return [("error", "ticks_only", None, name, "") for name in columns]


# -- ticks ----------------------------------------------------------------------------------------


def test_columns_in_which_nobody_says_no_are_errors(codebook: Codebook) -> None:
    table = table_of(of(police="yy ", schools=" yy", health="nyn", made="nnn"))
    report = check_table(table, codebook)
    assert rows(report) == ticks("police", "schools")
    assert report.returns is None
    assert "a row with this column, its item, no code and the answer no" in " ".join(
        str(report).split()
    )


def test_blanks_that_the_crosswalk_reads_as_no_are_no_fault(codebook: Codebook) -> None:
    answers = {"Q1": {"Police": "yes", "": "no"}}
    columns = of(Q1="   ", made="nnn") | {"Q1": ["Police", "", "Police"]}
    report = check_table(table_of(columns, items={"Q1": "police"}, answers=answers), codebook)
    assert report.returns is not None
    assert report.returns["police"].tolist() == [True, False, True]


@pytest.mark.parametrize("text", ["Police", "x", "1", "✓"])
def test_one_column_is_enough_where_its_tick_is_no_word_for_yes(
    codebook: Codebook, text: str
) -> None:
    columns = of(Q1="   ", made="nnn") | {"Q1": [text, "", ""]}
    coded = {"answers": {"Q1": {text: "yes"}}} if text == "Police" else {}
    report = check_table(table_of(columns, items={"Q1": "police"}, **coded), codebook)
    assert rows(report) == ticks("Q1")


@pytest.mark.parametrize(
    ("police", "faults"),
    [
        ("yyyyy     ", ticks("police")),
        ("yyyy      ", []),  # too few to say
        ("yyyyyyyyy ", []),  # one who did not answer
        ("yyyyyyyyyy", []),
        ("yyyyyn    ", []),
    ],
)
def test_one_column_of_yes_and_blanks_is_an_error_where_many_are_silent(
    codebook: Codebook, police: str, faults: list[tuple[object, ...]]
) -> None:
    assert rows(check_table(table_of(of(police=police, made="n" * 10)), codebook)) == faults


def test_a_wave_of_ticks_beside_a_wave_of_yes_and_no_is_an_error(codebook: Codebook) -> None:
    first = of("2023", police="ynynyn", schools="nynyny", made="nnnnnn")
    second = of("2024", police="yyyyy ", schools=" yyyyy", made="nnnnnn")
    report = check_table(joined(table_of(first, sheet="1"), table_of(second, sheet="2")), codebook)
    assert rows(report)[0][:2] == ("error", "ticks_only")
    assert {(row[1], row[4]) for row in rows(report)} == {("ticks_only", "2024")}


def test_who_answered_nothing_is_no_sign_of_ticking(codebook: Codebook) -> None:
    assert rows(check_table(table_of(of(police="yy ", schools="yy ", made="nn ")), codebook)) == []


# -- notes, years ---------------------------------------------------------------------------------


def test_a_text_in_the_first_column_alone_is_told_as_a_note(codebook: Codebook) -> None:
    columns = of(police="yn  ")
    columns["authority"][2:] = ["Note: figures are provisional", "Source: us"]
    columns["year"][2:] = ["", ""]
    report = check_table(table_of(columns), codebook)
    assert rows(report) == [
        ("error", "note_row", 4, "authority", "Note: figures are provisional"),
        ("error", "note_row", 5, "authority", "Source: us"),
    ]
    assert report.faults.loc[0, "remedy"] == (
        "Such a row holds a text in the first column alone: delete it if it is a note."
    )


@pytest.mark.parametrize("text", ["2023-24", "2023/24", "202324", "FY2023-24", "2023 - 2024"])
def test_a_financial_year_is_the_wave_that_begins_in_it(codebook: Codebook, text: str) -> None:
    report = check_table(table_of(of(text, police="yn")), codebook)
    assert report.returns is not None
    assert report.returns["year"].tolist() == [2023, 2023]
    assert report.notices == (f"years such as {text!r} were read as the wave that begins in 2023.",)


def test_financial_and_plain_years_in_one_column_are_an_error(codebook: Codebook) -> None:
    columns = of(police="yn") | {"year": ["2023-24", "2024"]}
    report = check_table(table_of(columns), codebook)
    assert rows(report) == [("error", "unknown_year", 2, "year", "2023-24")]
    assert report.faults.loc[0, "remedy"] == (
        "The column holds years such as '2024' and such as '2023-24', which runs over two: write "
        "all in one way, or say in a columns.csv which year each is."
    )


def test_the_one_year_of_a_codebook_need_not_be_written(tmp_path: Path) -> None:
    path = tmp_path / "codebook.csv"
    path.write_text(CODEBOOK.replace("2023;2024", "2023"), encoding="utf-8")
    columns = of(police="yn")
    del columns["year"]
    report = check_table(table_of(columns), read_codebook(path))
    assert report.returns is not None
    assert report.returns["year"].tolist() == [2023, 2023]
    assert report.notices == (
        "there is no column 'year': every row is taken for 2023, the one year of the codebook.",
    )


# -- one respondent, two spellings ----------------------------------------------------------------


def waves(codebook: Codebook, before: list[str], after: list[str], **aliases: str) -> Report:
    names = [*before, *after]
    columns = {"authority": names, "police": ["yes", "no"] * (len(names) // 2) + ["no"]}
    columns["police"] = columns["police"][: len(names)]
    columns["year"] = ["2023"] * len(before) + ["2024"] * len(after)
    return check_table(table_of(columns), codebook, aliases=aliases)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("St. Helens", "St Helens"),
        ("Bath & North East Somerset", "Bath and North East Somerset"),
        ("Kingston upon Hull, City of", "Kingston upon Hull"),
        ("Durham", "County Durham"),
        ("Bristol City Council", "Bristol"),
        ("Stoke-on-Trent", "Stoke on Trent"),
        ("London Borough of Hackney", "Hackney"),
        ("Westmorland and Furness", "Westmoreland and Furness"),
        ("King's Lynn", "Kings Lynn"),
    ],
)
def test_two_ways_to_write_a_name_are_likely_one(codebook: Codebook, one: str, other: str) -> None:
    report = waves(codebook, ["Leeds", one], ["Leeds", other])
    assert rows(report) == [("warning", "likely_same", 5, "authority", other)]
    assert report.faults.loc[0, "remedy"] == (
        f"{other!r} (2024) is likely {one!r} (2023). If so, write it one way, or say in "
        f"aliases.csv: name {other!r}, called {one!r}."
    )
    assert rows(waves(codebook, ["Leeds", one], ["Leeds", other], **{other: one})) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("North Yorkshire", "South Yorkshire"),
        ("South West Yorkshire Partnership NHS Foundation Trust",
         "South East Yorkshire Partnership NHS Foundation Trust"),
        ("Trust 1", "Trust 2"),
        ("Derby", "Derbyshire"),
        ("Kingston upon Hull", "Kingston upon Thames"),
        ("Anna Smith", "Anne Smith"),
    ],
)  # fmt: skip
def test_two_names_are_not_taken_for_one(codebook: Codebook, one: str, other: str) -> None:
    assert rows(waves(codebook, ["Leeds", one], ["Leeds", other])) == []


def test_two_that_answer_in_one_year_are_two(codebook: Codebook) -> None:
    assert rows(waves(codebook, ["Durham", "County Durham"], ["Durham"])) == []


def test_a_name_of_nothing_but_common_words_keeps_them() -> None:
    assert core("District Council") == ("council", "district")
    assert core("City of London") == ("london",)


def test_an_alias_is_read_and_said(codebook: Codebook) -> None:
    report = waves(codebook, ["Leeds"], ["City of Leeds"], **{"City of Leeds": "Leeds"})
    assert report.returns is not None
    assert report.returns["authority"].tolist() == ["Leeds", "Leeds"]
    assert report.notices == ("read by aliases.csv: 'City of Leeds' as 'Leeds'.",)


def test_a_wave_that_shares_few_respondents_is_told(codebook: Codebook) -> None:
    before = [f"A{number}" for number in range(8)]
    report = waves(codebook, before, [*before[:3], *(f"B{number}" for number in range(7))])
    assert rows(report) == [("warning", "shared_few", 10, "authority", "2024")]
    assert report.faults.loc[0, "expected"] == (
        "more respondents in both waves: 3 are, of 8 in 2023 and 10 in 2024"
    )
    half = waves(codebook, before, [*before[:4], *(f"B{number}" for number in range(4))])
    assert rows(half) == []
    few = waves(codebook, before[:7], [before[0], *(f"B{number}" for number in range(6))])
    assert rows(few) == []


def test_samples_are_separate_though_one_holds_a_name_in_two_spellings(codebook: Codebook) -> None:
    first = ["St Helens", "St. Helens", *(f"A{n}" for n in range(6))]
    report = waves(codebook, first, [f"B{n}" for n in range(8)])
    assert [row[1] for row in rows(report)] == ["likely_same"]
    assert "the waves are read as separate samples." in report.notices[0]


def test_separate_samples_are_noticed_and_not_warned_of(codebook: Codebook) -> None:
    report = waves(codebook, [f"A{n}" for n in range(8)], [f"B{n}" for n in range(8)])
    assert rows(report) == []
    assert report.notices == (
        "no respondent of a wave is in the next one: the waves are read as separate samples.",
    )
