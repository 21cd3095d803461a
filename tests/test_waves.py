"""Waves by name: financial years, quarters and others, from a file to the sentences of a book."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from csm_lib import charts, view
from csm_lib.codebook import read_codebook
from csm_lib.collection import Collection, open_collection
from csm_lib.errors import CollectionError
from csm_lib.findings import as_table, finding
from csm_lib.own import open_collection as open_any
from csm_lib.own.__main__ import main
from csm_lib.own.check import check_file
from csm_lib.own.door import codebook_of
from csm_lib.own.profile import profile
from csm_lib.own.start import start
from csm_lib.survey import pages
from csm_lib.survey.catalogue import main_points

SEASONS = {"1": "Winter", "2": "Autumn", "3": "Spring 2024"}
"""Three waves whose order is that of no alphabet."""

YES = {"1": 6, "2": 12, "3": 20}
"""By wave, how many of 24 said yes to the item that moves."""


def written(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    """Write a CSV file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def described(folder: Path, **about: object) -> Path:
    """Write what a collection says of itself."""
    (folder / "datapackage.json").write_text(json.dumps(about), encoding="utf-8")
    return folder


def collected(folder: Path, waves: Mapping[str, str], *, called: bool = False) -> Path:
    """Write a collection of two items, whose returns hold the numbers or the names of waves."""
    folder.mkdir(exist_ok=True)
    years = ";".join(YES)
    head = ["item", "section", "label", "question", "response", "years"]
    rows = [
        ["plans.plan", "plans", "A plan", "Is there a plan?", "yes_no", years],
        ["plans.lead", "plans", "A lead", "Is there a lead?", "yes_no", "2;3"],
    ]
    written(folder / "codebook.csv", [head, *rows])
    rows = [["authority", "year", "region", "authority_type", "plans.plan", "plans.lead"]]
    for wave, yes in YES.items():
        lead = ["yes", "no"] if wave != "1" else ["", ""]
        rows += [
            [
                f"A{n:02}",
                waves[wave] if called else wave,
                "",
                "",
                "yes" if n < yes else "no",
                lead[n % 2],
            ]
            for n in range(24)
        ]
    written(folder / "returns.csv", rows)
    return described(folder, title="Plans", waves=waves)


@pytest.fixture
def seasons(tmp_path: Path) -> Collection:
    """The collection of three waves that have names."""
    return open_collection(collected(tmp_path / "plans", SEASONS))


def of_file(folder: Path, heading: str, waves: Sequence[object]) -> Collection:
    """Start a collection from a file in which so many more say yes in each wave, and open it."""
    rows: list[list[object]] = [["Council", heading, "Do you have a plan?", "Do you meet?"]]
    for more, wave in enumerate(waves):
        rows += [
            [f"C{n:02}", wave, "Yes" if n < 4 + 8 * more else "No", "Yes" if n % 3 else "No"]
            for n in range(24)
        ]
    start([written(folder / "survey.csv", rows)], out=folder / "made")
    return open_any(folder / "made")


def descriptor(folder: Path) -> dict[str, object]:
    """What a started collection says of itself."""
    found: dict[str, object] = json.loads((folder / "made" / "datapackage.json").read_text("utf-8"))
    return found


# -- From a file ----------------------------------------------------------------------------------


def test_financial_years_keep_their_number_and_are_called_as_in_the_file(tmp_path: Path) -> None:
    found = of_file(tmp_path, "Financial year", ["2022-23", "202324"])
    assert descriptor(tmp_path)["waves"] == {"2022": "2022-23", "2023": "2023-24"}
    assert found.years == (2022, 2023)
    assert pages.changes(found).title.startswith(
        "“Do you have a plan” rose from 17% in 2022-23 to 50% in 2023-24, more than chance "
    )


def test_financial_years_with_a_stroke_keep_it(tmp_path: Path) -> None:
    found = of_file(tmp_path, "Year", ["2022/23", "2023/24"])
    assert [found.wave(year) for year in found.years] == ["2022/23", "2023/24"]


def test_plain_years_get_no_names(tmp_path: Path) -> None:
    assert of_file(tmp_path, "Year", [2022, 2023]).waves == {}
    assert "waves" not in descriptor(tmp_path)


@pytest.mark.parametrize("heading", ["Quarter", "Year"])
def test_quarters_become_waves_by_time(tmp_path: Path, heading: str) -> None:
    found = of_file(tmp_path, heading, ["2024 Q1", "Q3 2023", "Q4 2023"])
    assert descriptor(tmp_path)["waves"] == {"1": "Q3 2023", "2": "Q4 2023", "3": "2024 Q1"}
    assert found.tally("Do you have a plan")[["year", "yes"]].to_dict("list") == {
        "year": [1, 2, 3],
        "yes": [12, 20, 4],
    }
    assert pages.answers(found, "questions").title.endswith(" in 2024 Q1")


def test_quarters_of_financial_years_follow_their_years(tmp_path: Path) -> None:
    found = of_file(tmp_path, "period", ["Q1 2024-25", "Q4 2023-24", "2023-24 Q3"])
    assert [*map(found.wave, found.years)] == ["2023-24 Q3", "Q4 2023-24", "Q1 2024-25"]


@pytest.mark.parametrize("name", ["Survey 2023_H{}", "H{} 2023"])
def test_files_of_two_halves_of_a_year_are_two_waves(tmp_path: Path, name: str) -> None:
    rows = [["Council", "Glad?"], *[[f"C{n}", "Yes" if n % 2 else "No"] for n in range(12)]]
    files = [written(tmp_path / f"{name.format(half)}.csv", rows) for half in (2, 1)]
    start(files, out=tmp_path / "made")
    found = open_any(tmp_path / "made")
    assert found.returns["year"].value_counts().to_dict() == {1: 12, 2: 12}
    assert found.wave(1) == name.format(1).removeprefix("Survey ")


def test_files_that_are_read_as_one_wave_are_told(tmp_path: Path) -> None:
    rows = [["Council", "Glad?"], *[[f"C{n}", "Yes" if n % 2 else "No"] for n in range(12)]]
    names = ["May 2023", "June 2023", "May 2024"]
    start([written(tmp_path / f"{n}.csv", rows) for n in names], out=tmp_path / "made")
    confirm = (tmp_path / "made" / "CONFIRM.md").read_text("utf-8")
    assert "'May 2023.csv' and 'June 2023.csv' are read as one wave, 2023;" in " ".join(
        confirm.split()
    )
    assert "one wave, 2024" not in confirm


def test_one_quarter_written_in_two_ways_is_one_wave(tmp_path: Path) -> None:
    rows = [["Council", "Quarter", "Glad?"]]
    waves = ["Q1 2024", "2024-Q1", "Q2 2024", "q2  2024"]
    rows += [[f"C{n}", waves[n % 2 + 2 * (n > 11)], "Yes" if n % 5 else "No"] for n in range(24)]
    start([written(tmp_path / "survey.csv", rows)], out=tmp_path / "made")
    assert descriptor(tmp_path)["waves"] == {"1": "Q1 2024", "2": "Q2 2024"}
    assert open_any(tmp_path / "made").returns["year"].value_counts().to_dict() == {1: 12, 2: 12}
    crosswalk = (tmp_path / "made" / "columns.csv").read_text("utf-8")
    assert "Quarter,year,2024-Q1,1," in crosswalk
    assert "Q2 2024" not in crosswalk  # it is read by its name


def test_named_waves_come_in_the_order_of_the_file_which_is_to_be_confirmed(tmp_path: Path) -> None:
    found = of_file(tmp_path, "Wave", ["Start", "Middle", "End"])
    assert descriptor(tmp_path)["waves"] == {"1": "Start", "2": "Middle", "3": "End"}
    assert pages.changes(found).title.startswith(
        "“Do you have a plan” rose in every wave, from 17% in Start to 83% in End, more than chance"
    )
    confirm = (tmp_path / "made" / "CONFIRM.md").read_text("utf-8")
    assert "Waves, in their order: 'Start', 'Middle' and 'End' ('waves' in data" in confirm


def test_names_that_differ_in_a_number_follow_it(tmp_path: Path) -> None:
    found = of_file(tmp_path, "Survey", ["Wave 10", "wave 2", "Wave 9"])
    assert [*map(found.wave, found.years)] == ["wave 2", "Wave 9", "Wave 10"]


def test_other_names_come_as_in_the_file(tmp_path: Path) -> None:
    found = of_file(tmp_path, "Round", ["Spring 2024", "Autumn 2023", "spring  2024"])
    assert [*map(found.wave, found.years)] == ["Spring 2024", "Autumn 2023"]


def test_small_numbers_stay_and_are_called_by_the_heading(tmp_path: Path) -> None:
    found = of_file(tmp_path, "round", [1, 3])
    assert found.years == (1, 3)
    assert [*map(found.wave, found.years)] == ["Round 1", "Round 3"]


def test_a_span_that_is_no_financial_year_is_read_by_its_name(tmp_path: Path) -> None:
    found = of_file(tmp_path, "Year", ["2021-23", "2023-25"])
    assert descriptor(tmp_path)["waves"] == {"2021": "2021-23", "2023": "2023-25"}
    assert found.years == (2021, 2023)


def test_a_column_of_years_goes_before_one_of_names(tmp_path: Path) -> None:
    rows = [["Council", "Wave", "Year", "Glad?"]]
    for year, wave in ((2023, "Start"), (2024, "End")):
        rows += [[f"C{n}", wave, year, "Yes" if n % 5 else "No"] for n in range(24)]
    start([written(tmp_path / "survey.csv", rows)], out=tmp_path / "made")
    assert open_any(tmp_path / "made").years == (2023, 2024)


@pytest.mark.parametrize("names", [["Staff 2022-23", "Staff 2023-24"], ["2024 Q1", "2024 Q2"]])
def test_files_named_by_financial_years_or_quarters_are_waves(
    tmp_path: Path, names: Sequence[str]
) -> None:
    files = []
    for name in names:
        rows = [["Council", "Glad?"], *[[f"C{n}", "Yes" if n % 5 else "No"] for n in range(24)]]
        files.append(written(tmp_path / f"{name}.csv", rows))
    start(files, out=tmp_path / "made")
    found = open_any(tmp_path / "made")
    assert [*map(found.wave, found.years)] == [name.removeprefix("Staff ") for name in names]
    assert found.returns["year"].value_counts().tolist() == [24, 24]


# -- Read by name ---------------------------------------------------------------------------------


def test_names_are_read_as_numbers_case_and_spaces_aside_and_told(tmp_path: Path) -> None:
    folder = collected(tmp_path / "plans", SEASONS, called=True)
    text = (folder / "returns.csv").read_text("utf-8").replace("Spring 2024", " spring  2024")
    (folder / "returns.csv").write_text(text, "utf-8")
    report = check_file(folder / "returns.csv", codebook_of(folder))
    assert report.returns is not None
    assert report.returns["year"].value_counts().to_dict() == {1: 24, 2: 24, 3: 24}
    assert report.notices == (
        "waves were read by their names or numbers: 'Winter' as 1, 'Autumn' as 2, "
        "' spring  2024' as 3.",
    )


def test_a_name_that_is_not_known_is_told_beside_those_that_are(tmp_path: Path) -> None:
    folder = collected(tmp_path / "plans", SEASONS, called=True)
    text = (folder / "returns.csv").read_text("utf-8").replace("Autumn", "Summer")
    (folder / "returns.csv").write_text(text, "utf-8")
    report = check_file(folder / "returns.csv", codebook_of(folder))
    assert report.returns is None
    assert {*report.faults["rule"]} == {"unknown_year"}
    assert {*report.faults["expected"]} == {"one of Winter, Autumn, Spring 2024"}


def test_a_financial_year_called_by_name_beside_a_plain_year_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "made"
    of_file(tmp_path, "Year", ["2022-23", "2023-24"])
    text = (folder / "returns.csv").read_text("utf-8").replace("2023-24", "2023")
    (folder / "returns.csv").write_text(text, "utf-8")
    report = check_file(
        folder / "returns.csv", codebook_of(folder), crosswalk=folder / "columns.csv"
    )
    assert report.returns is None  # 2023 may be the year in which 2022-23 ends
    assert {*report.faults["value"]} == {"2022-23"}


def test_clean_returns_hold_numbers_only(tmp_path: Path) -> None:
    folder = collected(tmp_path / "plans", SEASONS, called=True)
    with pytest.raises(CollectionError, match="'Winter' is none of 1, 2, 3"):
        open_collection(folder)


def test_a_sheet_or_a_file_named_by_a_wave_is_that_wave(tmp_path: Path) -> None:
    folder = collected(tmp_path / "plans", SEASONS)
    (folder / "returns.csv").unlink()
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name in ("winter", "AUTUMN ", "Spring-2024"):
        sheet = book.create_sheet(name)
        sheet.append(["authority", "plans.plan"])
        for n in range(9):
            sheet.append([f"A{n}", "yes" if n % 2 else "no"])
    book.save(folder / "returns.xlsx")
    assert open_any(folder).returns["year"].value_counts().to_dict() == {1: 9, 2: 9, 3: 9}
    (folder / "returns.xlsx").unlink()
    (folder / "returns").mkdir()
    for name in ("plans_winter", "plans_autumn"):
        rows = [["authority", "plans.plan"], *[[f"A{n}", "yes"] for n in range(8)], ["B", "no"]]
        written(folder / "returns" / f"{name}.csv", rows)
    assert open_any(folder).returns["year"].value_counts().to_dict() == {1: 9, 2: 9}


# -- Shown ----------------------------------------------------------------------------------------


def test_sentences_name_waves(seasons: Collection) -> None:
    assert str(seasons).splitlines()[1] == (
        "Own returns. 24 authorities in Winter, Autumn and Spring 2024; beside the returns: none"
    )
    shares = pages.answers(seasons, "plans")
    assert shares.title == "From 50% (“A lead”) to 83% (“A plan”) in Spring 2024"
    assert [*shares.table] == ["item", "Winter", "Autumn", "Spring 2024", "status"]
    assert pages.answered(seasons).title == (
        "24 authorities answered in Winter, 24 in Autumn and 24 in Spring 2024; 24 in every wave"
    )
    changed = pages.changes(seasons)
    assert changed.table.loc[0, ["from", "to"]].tolist() == [
        "Winter: 25% (6 of 24)",
        "Spring 2024: 83% (20 of 24)",
    ]
    assert " ".join(main_points(seasons).sentences.values()).count("Winter") == 2
    assert pages.items(seasons).table["years"].tolist() == [
        "Winter, Autumn, Spring 2024",
        "Autumn, Spring 2024",
    ]


def test_downloads_keep_numbers_and_say_what_they_are_called(seasons: Collection) -> None:
    found = pages.answers(seasons, "plans")
    assert found.csv.splitlines()[1].startswith("plans.plan,A plan,plans,1,yes,6,24,")
    with zipfile.ZipFile(BytesIO(found.archive)) as archive:
        about = json.loads(archive.read("shares-plans/metadata.json"))
    described = {column["name"]: column.get("description") for column in about["columns"]}
    assert described["year"] == "year of the answers: 1 is Winter; 2 is Autumn; 3 is Spring 2024"
    assert pages.items(seasons).data["years"].tolist() == ["1, 2, 3", "2, 3"]
    assert pages.tested(seasons).data["from"].tolist() == ["1", "2"]


def test_charts_name_waves(seasons: Collection) -> None:
    tally = seasons.tally("plans")

    def texts(drawn: charts.Axes) -> list[str]:
        legend = drawn.get_legend()
        told = [*legend.get_texts(), legend.get_title()] if legend else drawn.get_yticklabels()
        return [text.get_text() for text in [*told, *drawn.texts]]

    assert texts(charts.waves(tally))[:3] == ["Winter", "Autumn", "Spring 2024"]
    assert texts(charts.dumbbell(tally))[:2] == ["Winter", "Spring 2024"]
    changed = texts(charts.change_bars(tally))
    assert changed[0] == "Change from Winter to Spring 2024, in percentage points"
    assert "Spring 2024 only" in changed  # of the item that was not asked in the first wave
    assert texts(charts.bars(tally))[:3] == ["Winter", "Autumn", "Spring 2024"]


def test_a_chart_of_a_tally_that_parquet_kept_names_waves(
    seasons: Collection, tmp_path: Path
) -> None:
    import pandas as pd

    seasons.tally("plans").to_parquet(tmp_path / "tally.parquet")
    kept = as_table(pd.read_parquet(tmp_path / "tally.parquet"))
    assert [*kept] == ["item", "Winter", "Autumn", "Spring 2024", "status"]


def test_a_description_of_a_chart_names_waves(seasons: Collection) -> None:
    shown = finding(
        seasons.tally("plans.plan"), key="plan", title="A", question="B?", chart=charts.bars
    )
    assert shown.alt == (
        "Bar chart. A plan: Winter 25% (6 of 24), Autumn 50% (12 of 24), "
        "Spring 2024 83% (20 of 24)."
    )


def test_explore_names_waves_and_its_data_keep_numbers(seasons: Collection) -> None:
    shown = view.explore(seasons)
    assert [*shown.shows] == ["Each year", "Winter", "Autumn", "Spring 2024", "Change"]
    assert shown.table(shown.choose("plans.lead", "Each year")).loc[0].tolist() == [
        "A lead", "Plans", "not asked", "50% (12 of 24)", "50% (12 of 24)", "own returns",
    ]  # fmt: skip
    assert '<th scope="col">Winter</th>' in shown.html
    assert "plans.plan,yes,A plan,Plans,1,6,24,0,0.25,,own returns" in shown.html


def test_a_profile_names_waves(seasons: Collection) -> None:
    told = str(profile(seasons, "A07"))
    assert told.startswith("A07: profile Spring 2024\n")
    assert "In Spring 2024 this authority answered two of two questions asked" in told
    assert "one answer given in both Autumn and Spring 2024" not in told
    assert "given in both Autumn and Spring 2024" in told


def test_a_template_says_which_wave_its_number_is(tmp_path: Path) -> None:
    folder = collected(tmp_path / "plans", SEASONS)
    out = tmp_path / "form.xlsx"
    typed = ["template", "--collection", str(folder), "--year", "2", "--out", str(out)]
    assert main(typed) == 0
    sheet = openpyxl.load_workbook(out)["Start here"]
    cells = [str(cell.value) for (cell, *_) in sheet.iter_rows()]
    assert "Answers of Autumn" in cells
    assert any("the number of the wave, 2 for Autumn, alike on every sheet" in c for c in cells)


def test_a_template_of_no_wave_lists_numbers_and_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = collected(tmp_path / "plans", SEASONS)
    typed = ["template", "--collection", str(folder), "--year", "4"]
    assert main([*typed, "--out", str(tmp_path / "form.xlsx")]) == 1
    said = capsys.readouterr().err
    assert "Use one of 1 (Winter), 2 (Autumn), 3 (Spring 2024)" in said


# -- Said of a collection -------------------------------------------------------------------------

WRONG: Mapping[str, object] = {
    "a list": ["Start", "End"],
    "a name that is no text": {"1": 1},
    "a blank name": {"1": " "},
    "a name without a letter": {"1": "--"},
    "two alike but for case and spaces": {"1": "Wave One", "2": "wave one"},
    "a number that is none": {"first": "Start"},
    "a nought": {"0": "Start"},
    "three digits": {"202": "Start"},
    "a name that is the number of another": {"1": "2", "2": "Start"},
    "a name of two lines": {"1": "Start\nof it"},
    "a long name": {"1": "a" * 31},
    "what a table calls another column": {"1": "Status"},
    "what Explore calls the change": {"1": "change"},
}


@pytest.mark.parametrize("waves", WRONG.values(), ids=WRONG.keys())
def test_wrong_names_of_waves_are_refused_with_a_remedy(tmp_path: Path, waves: object) -> None:
    folder = described(collected(tmp_path / "plans", SEASONS), waves=waves)
    with pytest.raises(CollectionError) as error:
        open_collection(folder)
    assert str(error.value) == (
        f"{folder / 'datapackage.json'}: 'waves' is {waves!r}. Use a name for each number of a "
        "wave, no two alike, of at most 30 signs and no other number: "
        '{"2023": "2023-24", "2024": "2024-25"} or {"1": "Baseline"}.'
    )


def test_a_name_for_a_wave_in_which_nothing_is_asked_is_refused(tmp_path: Path) -> None:
    folder = described(collected(tmp_path / "plans", SEASONS), waves={**SEASONS, "4": "Summer"})
    with pytest.raises(CollectionError) as error:
        open_collection(folder)
    assert str(error.value) == (
        f"{folder / 'codebook.csv'}: nothing is asked in 4, which 'waves' in datapackage.json "
        "names. Correct it, or 'years' here, which are 1, 2, 3."
    )


def test_a_key_that_is_almost_waves_is_a_slip(tmp_path: Path) -> None:
    folder = described(collected(tmp_path / "plans", SEASONS), wave=SEASONS)
    with pytest.raises(CollectionError, match=r"'wave' is not known. Did you mean 'waves'"):
        open_collection(folder)


def test_a_population_may_be_given_by_named_wave(tmp_path: Path) -> None:
    folder = collected(tmp_path / "plans", SEASONS)
    numbers = {"1": 30, "2": 40, "3": 60}
    found = open_collection(described(folder, waves=SEASONS, population=numbers))
    assert found.population == 60
    described(folder, waves=SEASONS, population={"2": 20})
    with pytest.raises(CollectionError, match=r"is 20, but 24 answered in Autumn. Correct it"):
        open_collection(folder)
    described(folder, population=numbers)
    with pytest.raises(CollectionError, match=r"'population' is .*. Name its waves in 'waves'"):
        open_collection(folder)


def test_waves_without_names_are_called_by_their_numbers(tmp_path: Path) -> None:
    found = open_collection(described(collected(tmp_path / "plans", SEASONS), title="Plans"))
    assert found.waves == {}
    assert pages.answers(found, "plans").title.endswith(" in 3")


@pytest.mark.parametrize("years", ["0", "100", "01", "1;1"])
def test_what_numbers_no_wave_is_refused(tmp_path: Path, years: str) -> None:
    folder = collected(tmp_path / "plans", SEASONS)
    text = (folder / "codebook.csv").read_text("utf-8").replace("2;3\n", f"{years}\n")
    (folder / "codebook.csv").write_text(text, "utf-8")
    with pytest.raises(CollectionError, match=r"is no list of years. Write each once, as in 2008"):
        read_codebook(folder / "codebook.csv")


def test_the_chart_of_a_section_taken_together_names_its_waves() -> None:
    folder = Path(__file__).parent / "collections" / "schools-mixed"
    named = replace(open_collection(folder), waves={"2023": "2023-24", "2025": "Spring term 2025"})
    rows = main_points(named).rows["changes-inclusion"]
    assert rows is not None
    assert rows["label"].tolist() == ["2023-24", "Spring term 2025"]
