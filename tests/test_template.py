"""The template for respondents: what it asks, how it asks it, and that nothing is lost in it."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from csm_lib.codebook import Codebook, read_codebook
from csm_lib.collection import Collection
from csm_lib.descriptor import About
from csm_lib.errors import CodebookError
from csm_lib.own.check import read_returns
from csm_lib.own.template import write_template
from csm_lib.returns import IDENTIFIERS

PARTNERSHIPS = About(title="", one="partnership", many="partnerships")
HEADER = "item,section,label,question,response,years,not_held,asked_if\n"


def made(folder: Path, rows: str, answers: str = "", sections: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "codebook.csv").write_text(HEADER + rows, encoding="utf-8")
    if answers:
        (folder / "answers.csv").write_text("response,answer,label\n" + answers, encoding="utf-8")
    if sections:
        (folder / "sections.csv").write_text("section,title,about\n" + sections, encoding="utf-8")
    return folder / "codebook.csv"


def book_of(folder: Path, rows: str, answers: str = "", sections: str = "") -> Codebook:
    return read_codebook(made(folder, rows, answers, sections))


def sheets_of(path: Path) -> dict[str, Worksheet]:
    """The sheets a respondent fills in."""
    book = openpyxl.load_workbook(path)
    return {s.title: s for s in book.worksheets if s["A1"].value == "authority"}


def header(sheet: Worksheet) -> list[object]:
    return [cell.value for cell in sheet[1]]


def fill(template: Path, returns: pd.DataFrame, filled: Path) -> None:
    """Fill a template in as a spreadsheet program would: each cell by itself, then save."""
    book = openpyxl.load_workbook(template)
    for sheet in book.worksheets:
        if sheet["A1"].value != "authority":
            continue
        for column, name in enumerate(header(sheet), start=1):
            for row, value in enumerate(returns[name].tolist(), start=2):
                if value is pd.NA or value != value:
                    continue
                if isinstance(value, bool):
                    value = "yes" if value else "no"
                cell = sheet.cell(row, column, value)
                if isinstance(value, str):
                    cell.data_type = "s"
    book.save(filled)


def rules(sheet: Worksheet) -> dict[str, object]:
    """The validation of each column, by the name in its first row."""
    found = sheet.data_validations.dataValidation
    return {str(sheet.cell(1, next(iter(rule.sqref.ranges)).min_col).value): rule for rule in found}


@pytest.mark.parametrize("year", [2008, 2009])
def test_a_template_filled_and_read_gives_identical_returns(
    collection: Collection, tmp_path: Path, year: int
) -> None:
    returns = collection.returns[collection.returns["year"] == year].reset_index(drop=True)
    write_template(collection.codebook, tmp_path / "template.xlsx", year=year)
    fill(tmp_path / "template.xlsx", returns, tmp_path / "filled.xlsx")
    found = read_returns(tmp_path / "filled.xlsx", collection.codebook)
    pd.testing.assert_frame_equal(found, returns)


def test_codes_that_excel_would_change_are_read_as_they_were_chosen(tmp_path: Path) -> None:
    codebook = book_of(
        tmp_path / "own",
        "often,use,Often,How often?,often,2025,,\n",
        "often,01,Once\noften,1,One\noften,TRUE,True\noften,3-4,Three\noften,=1+1,Formula\n"
        'often,"a, b",Comma\noften,1e5,Many\n',
    )
    returns = pd.DataFrame(
        {
            "authority": ["007", "1-2", "=A1", "TRUE", "e", "f", "g", "h"],
            "year": [2025] * 8,
            "region": pd.Series(["1", None, "01", "x", "x", "x", "x", "x"], dtype="str"),
            "authority_type": pd.Series([None] * 8, dtype="str"),
            "often": pd.Series(
                ["01", "1", "TRUE", "3-4", "=1+1", "a, b", "1e5", None], dtype="str"
            ),
        }
    ).sort_values("authority", ignore_index=True)
    write_template(codebook, tmp_path / "template.xlsx", year=2025)
    fill(tmp_path / "template.xlsx", returns, tmp_path / "filled.xlsx")
    pd.testing.assert_frame_equal(read_returns(tmp_path / "filled.xlsx", codebook), returns)


def test_a_codebook_whose_words_are_all_alike_reads_back_too(tmp_path: Path) -> None:
    names = ["Column", "Short name", "Lists", "yes", "no", "Start here"]
    rows = "".join(f"{n},{n},{n},{n},{'like' if n == 'no' else 'yes_no'},2025,,\n" for n in names)
    codebook = book_of(tmp_path / "own", rows, "".join(f"like,{n},{n}\n" for n in names))
    returns = pd.DataFrame(
        {
            "authority": ["yes", "no"][::-1],
            "year": [2025, 2025],
            "region": pd.Series(["Lists", "Column"], dtype="str"),
            "authority_type": pd.Series([None, "year"], dtype="str"),
        }
        | {n: pd.array([True, None], dtype="boolean") for n in names}
        | {"no": pd.Series(["Start here", "Column"], dtype="str")}
    )
    regions = ["Lists", "Column", "authority"]
    write_template(codebook, tmp_path / "template.xlsx", year=2025, regions=regions, types=["year"])
    fill(tmp_path / "template.xlsx", returns, tmp_path / "filled.xlsx")
    pd.testing.assert_frame_equal(read_returns(tmp_path / "filled.xlsx", codebook), returns)


def test_there_is_a_sheet_for_each_section_and_only_what_was_asked_then(
    questionnaire: Codebook, tmp_path: Path
) -> None:
    names = list(IDENTIFIERS)
    for year, expected in (
        (2008, {"Board": ["chair", "seat"], "Levels": ["level"]}),
        (2009, {"Board": ["chair", "seat", "late"], "Levels": ["level"], "Needs": ["unheld"]}),
    ):
        path = tmp_path / f"{year}.xlsx"
        write_template(questionnaire, path, year=year)
        found = {title: header(sheet) for title, sheet in sheets_of(path).items()}
        assert found == {title: names + items for title, items in expected.items()}
        assert openpyxl.load_workbook(path).sheetnames[0] == "Start here"


def test_a_cell_says_what_is_asked_and_offers_the_answers(
    collection: Collection, tmp_path: Path
) -> None:
    path = tmp_path / "template.xlsx"
    write_template(collection.codebook, path, year=2009, regions=["London", "North East"], rows=80)
    book = openpyxl.load_workbook(path)
    rule = rules(book["Seniority"])["level.police"]
    assert str(rule.sqref) == "E2:E81"
    assert rule.promptTitle == "Police"
    assert "senior_officer: Senior officer" in rule.prompt
    assert "Only if board.police (Police) is yes." in rule.prompt
    assert rule.prompt.endswith("Empty: no answer.")
    assert rule.errorStyle in (None, "stop")
    assert "head, senior_officer, other" in rule.error
    note = book["Seniority"]["E1"].comment.text
    assert collection.codebook["level.police"].question in note

    formats = {
        letter: book["Seniority"].column_dimensions[letter].number_format for letter in "ABE"
    }
    assert formats == {"A": "@", "B": "General", "E": "@"}  # else Excel makes 3-4 a date

    assert choices(book, "Seniority", "level.police") == ["head", "senior_officer", "other"]
    assert choices(book, "Agencies under the duty", "board.police") == ["yes", "no"]
    assert choices(book, "Chair of the Board", "year") == [2009]
    assert choices(book, "Chair of the Board", "region") == ["London", "North East"]
    assert rules(book["Chair of the Board"])["region"].errorStyle == "warning"
    assert rules(book["Chair of the Board"])["authority_type"].formula1 is None


def choices(book: openpyxl.Workbook, sheet: str, column: str) -> list[object]:
    """What a drop-down offers."""
    name, _, cells = rules(book[sheet])[column].formula1.partition("!")
    found = book[name][cells]
    assert book[name].sheet_state == "hidden"
    rows = found if isinstance(found, tuple) else ((found,),)
    return [cell.value for row in rows for cell in row]


def test_the_names_of_the_columns_stay_in_view(questionnaire: Codebook, tmp_path: Path) -> None:
    write_template(questionnaire, tmp_path / "t.xlsx", year=2009)
    for sheet in sheets_of(tmp_path / "t.xlsx").values():
        assert sheet.freeze_panes == "B2"
        assert sheet.print_title_rows == "$1:$1"
        assert all(cell.alignment.wrap_text for cell in sheet[1])


def test_the_first_sheet_explains_and_lists_every_question(
    questionnaire: Codebook, tmp_path: Path
) -> None:
    path = tmp_path / "t.xlsx"
    write_template(questionnaire, path, year=2009, about=PARTNERSHIPS)
    start = openpyxl.load_workbook(path)["Start here"]
    lines = [[cell.value for cell in row] for row in start.iter_rows()]
    text = "\n".join(str(cell) for line in lines for cell in line if cell is not None)
    assert lines[0][0] == "Start here"
    assert lines[2][0] == "Answers of 2009"
    assert "One row is one partnership." in text
    assert "The answers of several partnerships" in text
    assert "An empty cell means no answer, which is not a no." in text
    assert "authority" not in text
    levels = "head: Head of the organisation\nsenior_officer: Senior officer\nother"
    assert ["E: level", "Level", "Which?", levels, "Only if seat (Seat) is yes"] in lines
    assert ["G: late", "Late", "Is it?", "yes\nno", "Of everyone"] in lines
    links = [cell.hyperlink for row in start.iter_rows() for cell in row if cell.hyperlink]
    assert [link.location for link in links] == [
        "'Board'!A1",
        "'Levels'!A1",
        "'Needs'!A1",
    ]


def test_persons_are_asked_for_a_code_and_characteristics_have_their_own_names(
    questionnaire: Codebook, tmp_path: Path
) -> None:
    ages = {"region": "nation", "authority_type": "age group"}
    people = About(title="", one="resident", many="residents", unit="person", characteristics=ages)
    write_template(questionnaire, tmp_path / "people.xlsx", year=2009, about=people)
    write_template(questionnaire, tmp_path / "boards.xlsx", year=2009, about=PARTNERSHIPS)
    start = openpyxl.load_workbook(tmp_path / "people.xlsx")["Start here"]
    told = "3. Begin each row with the code of the resident and the year, 2009, alike on every"
    assert any(str(cell.value).startswith(told) for cell in start["A"])
    asked = {
        name: [rules(sheet)[column].prompt for column in ("authority", "region", "authority_type")]
        for name in ("people", "boards")
        for sheet in list(sheets_of(tmp_path / f"{name}.xlsx").values())[:1]
    }
    empty = "alike on every sheet. May stay empty."
    assert asked["people"] == [
        "The code of the resident, written alike on every sheet.",
        f"The nation of the resident, {empty}",
        f"The age group of the resident, {empty}",
    ]
    assert asked["boards"] == [
        "The name or code of the partnership, written alike on every sheet.",
        f"The region of the partnership, {empty}",
        f"The kind of partnership, {empty}",
    ]


def test_a_short_label_stands_whole_above_the_message_where_the_label_would_be_cut(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    label = "Mental health support in every school"
    (folder / "codebook.csv").write_text(
        f"{HEADER.strip()},short\na,use,{label},?,yes_no,2025,,,In schools\n"
        f"b,use,{label},?,yes_no,2025,,,\n",
        encoding="utf-8",
    )
    write_template(read_codebook(folder / "codebook.csv"), tmp_path / "t.xlsx", year=2025)
    (sheet,) = sheets_of(tmp_path / "t.xlsx").values()
    titles = [rules(sheet)[item].promptTitle for item in "ab"]
    assert titles == ["In schools", "Mental health support in every…"]


def test_the_same_codebook_gives_the_same_bytes(questionnaire: Codebook, tmp_path: Path) -> None:
    write_template(questionnaire, tmp_path / "one.xlsx", year=2009)
    time.sleep(2.1)  # at least: the clock of a zip has steps of two seconds
    write_template(questionnaire, tmp_path / "two.xlsx", year=2009)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_a_year_in_which_nothing_was_asked_is_refused(
    questionnaire: Codebook, tmp_path: Path
) -> None:
    with pytest.raises(CodebookError, match=r"nothing is asked in 2011. Use one of 2008, 2009"):
        write_template(questionnaire, tmp_path / "t.xlsx", year=2011)
    assert not (tmp_path / "t.xlsx").exists()


@pytest.mark.parametrize("rows", [0, -1, 1_048_576])
def test_a_sheet_has_room_for_so_many_rows(
    questionnaire: Codebook, tmp_path: Path, rows: int
) -> None:
    with pytest.raises(CodebookError, match=f"not {rows}"):
        write_template(questionnaire, tmp_path / "t.xlsx", year=2009, rows=rows)


def test_an_answer_that_no_cell_can_hold_is_refused(tmp_path: Path) -> None:
    row = "often,use,Often,How often?,often,2025,,\n"
    for answer in ("a\x00b", "x" * 256):
        codebook = book_of(tmp_path / "own", row, f"often,{answer},Often\n")
        with pytest.raises(CodebookError, match=r"no drop-down takes. Rename it."):
            write_template(codebook, tmp_path / "t.xlsx", year=2025)


def test_titles_that_excel_forbids_or_confuses_get_names_of_their_own(tmp_path: Path) -> None:
    titles = {
        "a": "Who? [sits]: on/the\\Board*",
        "b": "X" * 40,
        "c": "x" * 31 + "y",
        "d": "Start here",
        "e": "Lists",
        "f": "'History'",
        "g": "history",
        "h": "'''",
        "i": "😀" * 20,
        "j": "\u202eright\tto left",
    }
    rows = "".join(f"item.{s},{s},Label,Question?,yes_no,2025,,\n" for s in titles)
    sections = "".join(f'{s},"{title}",\n' for s, title in titles.items())
    write_template(
        book_of(tmp_path / "own", rows, sections=sections), tmp_path / "t.xlsx", year=2025
    )
    names = list(sheets_of(tmp_path / "t.xlsx"))
    assert names == [
        "Who sits on the Board",
        "X" * 30 + "…",
        "x" * 28 + "… 2",
        "Start here 2",
        "Lists 2",
        "History 2",
        "history 3",
        "Sheet",
        "😀" * 15 + "…",
        "right to left",
    ]


HOSTILE = "=cmd|'/c calc'!A0 <script>alert(1)</script> \x00\x07\u202e {role} $x$ http://a.b & \"q\""


def test_what_labels_hold_is_text_and_nothing_else(tmp_path: Path) -> None:
    label = HOSTILE.replace('"', '""')
    codebook = book_of(
        tmp_path / "own",
        f'a,use,"{label}","{label}",often,2025,,\n'
        f'b,use,"={"x" * 400}","{"q" * 40000}",yes_no,2025,,\n',
        f'often,=1+1,"{label}"\n',
        f'use,"{label}","{label}"\n',
    )
    path = tmp_path / "t.xlsx"
    write_template(
        codebook, path, year=2025, about=About(title="", one=HOSTILE), regions=["=1+1", HOSTILE]
    )
    with zipfile.ZipFile(path) as parts:
        content = {name: parts.read(name).decode("utf-8") for name in parts.namelist()}
    assert not any("<f>" in text for name, text in content.items() if "worksheets" in name)
    assert not any("http://a.b" in text for name, text in content.items() if "_rels" in name)
    book = openpyxl.load_workbook(path)
    assert {c.data_type for c in book["Lists"]["A"] if c.value not in (None, 2025)} == {"s"}
    for sheet in sheets_of(path).values():
        for rule in sheet.data_validations.dataValidation:
            assert len(rule.promptTitle) <= 32
            assert len(rule.prompt) <= 255
            assert len(rule.error or "") <= 255
    assert rules(next(iter(sheets_of(path).values())))["b"].prompt.endswith("…\nEmpty: no answer.")


def test_a_drop_down_longer_than_excel_lets_one_be_typed_is_offered_whole(tmp_path: Path) -> None:
    answers = [f"answer_{number:03}" for number in range(100)]
    codebook = book_of(
        tmp_path / "own",
        "a,use,Use,Which?,many,2025,,\n",
        "".join(f"many,{answer},Label {answer}\n" for answer in answers),
    )
    write_template(codebook, tmp_path / "t.xlsx", year=2025)
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert choices(book, "Use", "a") == answers


text = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=60)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(label=text, question=text, title=text, one=text)
def test_any_label_makes_a_workbook_that_opens(
    tmp_path: Path, label: str, question: str, title: str, one: str
) -> None:
    frame = pd.DataFrame(
        {
            "item": ["a"],
            "section": ["use"],
            "label": [label if label.strip() else "Label"],
            "question": [question],
            "response": ["yes_no"],
            "years": ["2025"],
        }
    )
    frame.to_csv(tmp_path / "codebook.csv", index=False)
    pd.DataFrame({"section": ["use"], "title": [title], "about": [question]}).to_csv(
        tmp_path / "sections.csv", index=False
    )
    try:
        codebook = read_codebook(tmp_path / "codebook.csv")
    except CodebookError:
        return
    path = tmp_path / "t.xlsx"
    write_template(codebook, path, year=2025, about=About(title="", one=one))
    (sheet,) = sheets_of(path).values()
    assert header(sheet) == [*IDENTIFIERS, "a"]
    assert 1 <= len(sheet.title.encode("utf-16-le")) // 2 <= 31


def test_no_row_of_the_first_sheet_is_lower_than_its_text(
    questionnaire: Codebook, tmp_path: Path
) -> None:
    """LibreOffice would print the lines of a cell over the row below."""
    write_template(questionnaire, tmp_path / "template.xlsx", year=2009)
    sheet = openpyxl.load_workbook(tmp_path / "template.xlsx")["Start here"]
    several = 0
    for row in sheet.iter_rows():
        for cell in row:
            if cell.alignment.wrap_text and isinstance(cell.value, str):
                lines = cell.value.count("\n") + 1
                several += lines > 1
                assert (sheet.row_dimensions[cell.row].height or 0) >= 15 * lines
    assert several > 2
