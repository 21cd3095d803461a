"""The codebook as an XLSForm: what it asks, that ODK's converter takes it, and the way back."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from pyxform.xls2xform import convert
from test_template import HEADER, made

from csm_lib.codebook import read_codebook
from csm_lib.collection import SHIPPED
from csm_lib.descriptor import About
from csm_lib.errors import CodebookError
from csm_lib.own import __main__ as cli
from csm_lib.own.xlsform import read_xlsform, write_xlsform

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "partnership-board"
COLLECTIONS = [SHIPPED, EXAMPLE, *sorted((ROOT / "tests" / "collections").glob("*/"))]

Rows = list[dict[str, str]]


def sheet(path: Path, name: str) -> Rows:
    """The rows of a sheet, each without its empty cells."""
    cells = pd.read_excel(path, name, dtype=str, keep_default_na=False, engine="calamine")
    return [{str(k): c for k, c in row.items() if c} for row in cells.to_dict("records")]


def without_own(rows: Rows) -> Rows:
    return [{k: v for k, v in row.items() if not k.startswith("codebook_")} for row in rows]


def foreign(path: Path, survey: Rows, choices: Rows) -> Path:
    with pd.ExcelWriter(path) as book:
        pd.DataFrame(survey).to_excel(book, sheet_name="survey", index=False)
        pd.DataFrame(choices).to_excel(book, sheet_name="choices", index=False)
    return path


@pytest.mark.parametrize(
    "folder",
    [folder for folder in COLLECTIONS if (folder / "codebook.csv").exists()],
    ids=lambda folder: folder.name,
)
def test_a_codebook_comes_back_from_its_form_byte_for_byte_and_the_converter_takes_the_form(
    folder: Path, tmp_path: Path
) -> None:
    codebook = read_codebook(folder / "codebook.csv")
    for year in codebook.years:
        form = tmp_path / f"{year}.xlsx"
        write_xlsform(codebook, form, year=year, regions=["North East", "South"])
        assert convert(str(form)).warnings == []
        found = read_xlsform(form)
        names = ("codebook.csv", "answers.csv", "sections.csv")
        there = {name: folder / name for name in names if (folder / name).exists()}
        assert found.files == {name: path.read_text("utf-8") for name, path in there.items()}
        assert found.left_out == ()


def test_a_form_asks_who_answers_then_section_by_section_what_is_asked_that_year(
    tmp_path: Path,
) -> None:
    path = made(
        tmp_path / "own",
        "seat,board,Seat,Has it a seat?,yes_no,2008;2009,,\n"
        "level,board,Level,,often,2008;2009,,seat\n"
        "late,needs,Late,Is it late?,yes_no,2009,,\n",
        "often,01,Once\noften,2,Twice\n",
        "board,The Board,Who sits on it.\nneeds,Needs,\n",
    )
    form = tmp_path / "form.xlsx"
    about = About(title="Ours", one="partnership", many="partnerships")
    write_xlsform(read_codebook(path), form, year=2008, about=about, types=["City", "County"])
    rows = without_own(sheet(form, "survey"))
    hints = [row.pop("hint", None) for row in rows]
    assert hints[0] == "The name or code of the partnership, written alike on every sheet."
    assert rows == [
        {"type": "text", "name": "authority", "label": "partnership", "required": "yes"},
        {"type": "calculate", "name": "year", "calculation": "2008"},
        {"type": "text", "name": "region", "label": "region"},
        {"type": "select_one authority_type", "name": "authority_type", "label": "type"},
        {"type": "begin_group", "name": "board", "label": "The Board"},
        {"type": "note", "name": "board.about", "label": "Who sits on it."},
        {"type": "select_one yes_no", "name": "seat", "label": "Has it a seat?"},
        {
            "type": "select_one often",
            "name": "level",
            "label": "Level",
            "relevant": "${seat} = 'yes'",
        },
        {"type": "end_group"},
        {"type": "begin_group", "name": "needs", "label": "Needs", "relevant": "false()"},
        {
            "type": "select_one yes_no",
            "name": "late",
            "label": "Is it late?",
            "relevant": "false()",
        },
        {"type": "end_group"},
    ]
    assert without_own(sheet(form, "choices")) == [
        {"list_name": "authority_type", "name": "City", "label": "City"},
        {"list_name": "authority_type", "name": "County", "label": "County"},
        {"list_name": "often", "name": "01", "label": "Once"},
        {"list_name": "often", "name": "2", "label": "Twice"},
        {"list_name": "yes_no", "name": "yes", "label": "Yes"},
        {"list_name": "yes_no", "name": "no", "label": "No"},
    ]
    assert sheet(form, "settings") == [
        {"form_title": "Ours, 2008", "form_id": "Ours_2008", "version": "2008"}
    ]


def test_ids_that_no_form_takes_get_names_and_come_back_as_they_were(tmp_path: Path) -> None:
    path = made(
        tmp_path / "own",
        "1 Café?,data,A ${b},=1+1,how often,2025,,\n"
        "1 Café!,year,B,,yes_no,2025,,\n"
        "meta,data,C,Asked ${c}?,yes_no,2025,,1 Café!\n"
        "META,data,D,D?,chair,2025,,meta\n",
        "how often,=1+1,Once\nhow often,3-4,Often\nspare,a,A\n",
    )
    form = tmp_path / "form.xlsx"
    codebook = read_codebook(path)
    write_xlsform(codebook, form, year=2025)
    assert convert(str(form)).warnings == []
    for name, content in read_xlsform(form).files.items():
        (tmp_path / name).write_text(content, "utf-8")
    assert (tmp_path / "codebook.csv").read_bytes() == path.read_bytes()
    assert (tmp_path / "answers.csv").read_bytes() == path.with_name("answers.csv").read_bytes()
    again = read_codebook(tmp_path / "codebook.csv")
    assert again == codebook
    assert [again.title(name) for name in ("data", "year")] == ["Data", "Year"]


def test_what_was_changed_in_a_form_counts_and_what_was_added_is_of_its_year(
    tmp_path: Path,
) -> None:
    path = made(
        tmp_path / "own",
        "seat,board,Seat,Has it a seat?,yes_no,2024;2025,,\n"
        "level,board,Level,Which?,often,2024;2025,,seat\n",
        "often,01,Once\noften,2,Twice\n",
    )
    form = tmp_path / "form.xlsx"
    write_xlsform(read_codebook(path), form, year=2025)
    book = load_workbook(form)
    survey, choices = book["survey"], book["choices"]
    columns = {cell.value: cell.column for cell in survey[1]}
    for row in range(2, survey.max_row + 1):
        if survey.cell(row, columns["name"]).value == "level":
            survey.cell(row, columns["label"], "How often?")
            survey.cell(row, columns["relevant"]).value = None
    survey.append(["select_one often", "new", "A new one?"])
    choices["C2"] = "Only once"
    book.save(form)
    found = read_xlsform(form)
    assert found.files["codebook.csv"] == (
        HEADER + "seat,board,Seat,Has it a seat?,yes_no,2024;2025,,\n"
        "level,board,Level,How often?,often,2024;2025,,\n"
        "new,questions,A new one?,A new one?,often,2025,,\n"
    )
    assert (
        found.files["answers.csv"] == "response,answer,label\noften,01,Only once\noften,2,Twice\n"
    )


def test_a_form_that_somebody_else_made_is_read_as_far_as_a_codebook_holds_it(
    tmp_path: Path,
) -> None:
    ask = "select_one"
    survey: Rows = [
        {"type": "start", "name": "start"},
        {"type": "text", "name": "who", "label": "Your name"},
        {"type": "begin group", "name": "page_1", "label": "About the Board"},
        {"type": f"{ask} yn", "name": "police", "label": "Is the police there?"},
        {"type": f"{ask}  rank", "name": "level", "label": "Whom?", "relevant": "${police}='yes'"},
        {"type": f"{ask} yn", "name": "old", "label": "Old?", "relevant": "${level} != 'a'"},
        {"type": "end group"},
        {"type": "begin_group", "name": "inner", "label": "Needs", "relevant": '${police} = "yes"'},
        {"type": "note", "name": "n", "label": "What is needed."},
        {"type": "begin_group", "name": "deep", "label": "Deep"},
        {"type": "select_multiple need", "name": "needs", "label": "Which needs?"},
        {"type": "end_group"},
        {"type": "end_group"},
        {"type": "integer", "name": "staff", "label": "How many staff?"},
        {"type": "begin_repeat", "name": "child", "label": "Child"},
        {"type": f"{ask} yn", "name": "well", "label": "Is it well?"},
        {"type": "end_repeat"},
    ]
    choices = [
        {"list_name": kind, "name": name, "label": label}
        for kind, name, label in (
            ("yn", "yes", "Oui"), ("yn", "no", "Non"), ("rank", "a", "Chief"),
            ("rank", "b", "Other"), ("need", "food", "Food"), ("need", "home", "Home"),
            ("spare", "x", "X"),
        )
    ]  # fmt: skip
    form = foreign(tmp_path / "form.xlsx", survey, choices)
    assert convert(str(form)).xform
    found = read_xlsform(form)
    assert found.files == {
        "codebook.csv": "item,section,label,question,response,years,asked_if,note\n"
        "police,page_1,Is the police there?,Is the police there?,yes_no,,,\n"
        "level,page_1,Whom?,Whom?,rank,,police,\n"
        "old,page_1,Old?,Old?,yes_no,,,Asked only if ${level} != 'a'.\n"
        "needs/food,inner,Food,Which needs?,yes_no,,police,\n"
        "needs/home,inner,Home,Which needs?,yes_no,,police,\n"
        "staff,questions,How many staff?,How many staff?,number,,,\n",
        "answers.csv": "response,answer,label\nrank,a,Chief\nrank,b,Other\n",
        "sections.csv": "section,title,about\n"
        "page_1,About the Board,\ninner,Needs,What is needed.\n",
    }
    assert found.left_out == ("Your name", "Is it well?")


def test_the_labels_of_the_first_language_are_taken_and_a_list_of_another_meaning_is_renamed(
    tmp_path: Path,
) -> None:
    english, welsh = "label::English (en)", "label::Welsh (cy)"
    survey = [{"type": "select_one level", "name": "a", english: "Whom?", welsh: "Pwy?"}]
    choices = [
        {"list_name": "level", "name": n, english: t, welsh: "x"}
        for n, t in (("head", "The head"), ("none", "Nobody"))
    ]
    found = read_xlsform(foreign(tmp_path / "form.xlsx", survey, choices))
    assert found.codebook.to_dict("records") == [
        {
            **{"item": "a", "section": "questions", "label": "Whom?", "question": "Whom?"},
            **{"response": "own_level", "years": ""},
        }
    ]
    assert found.answers["label"].tolist() == ["The head", "Nobody"]


def test_what_is_no_form_is_refused_in_one_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK no workbook")
    with pytest.raises(CodebookError, match=r"broken\.xlsx: cannot be read as a workbook"):
        read_xlsform(broken)
    other = tmp_path / "other.xlsx"
    pd.DataFrame({"type": ["x"]}).to_excel(other, sheet_name="data", index=False)
    with pytest.raises(CodebookError, match="no sheet 'survey' with a column 'type'"):
        read_xlsform(other)
    text = foreign(tmp_path / "t.xlsx", [{"type": "text", "name": "a"}], [{"name": "b"}])
    with pytest.raises(CodebookError, match="asks nothing to choose from"):
        read_xlsform(text)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(max_size=30), min_size=6, max_size=6))
def test_a_codebook_of_any_words_comes_back_the_same(tmp_path: Path, texts: list[str]) -> None:
    item, label, question, answer, title, introduction = texts
    row = {"item": [item], "section": ["s"], "label": [label], "question": [question]}
    pd.DataFrame(row | {"response": ["own"], "years": ["2025"]}).to_csv(
        tmp_path / "codebook.csv", index=False
    )
    pd.DataFrame({"response": ["own"], "answer": [answer], "label": ["A"]}).to_csv(
        tmp_path / "answers.csv", index=False
    )
    pd.DataFrame({"section": ["s"], "title": [title], "about": [introduction]}).to_csv(
        tmp_path / "sections.csv", index=False
    )
    try:
        codebook = read_codebook(tmp_path / "codebook.csv")
    except (CodebookError, UnicodeEncodeError):
        return
    write_xlsform(codebook, tmp_path / "form.xlsx", year=2025)
    convert(str(tmp_path / "form.xlsx"))
    (tmp_path / "again").mkdir(exist_ok=True)
    for name, content in read_xlsform(tmp_path / "form.xlsx").files.items():
        (tmp_path / "again" / name).write_bytes(content.encode())
    assert read_codebook(tmp_path / "again" / "codebook.csv") == codebook


def test_the_command_writes_a_form_and_refuses_a_year_that_nobody_was_asked_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "form.xlsx"
    asked = ["template", "--collection", str(EXAMPLE), "--out", str(out), "--xlsform"]
    assert cli.main([*asked, "--year", "1999"]) == 1
    assert "nothing is asked in 1999" in capsys.readouterr().err
    assert not out.exists()
    assert cli.main([*asked, "--year", "2024"]) == 0
    assert "an XLSForm for 2024 with 40 questions is written." in capsys.readouterr().out
    assert {row["form_id"] for row in sheet(out, "settings")}
    assert cli.main([*asked, "--year", "2024"]) == 1
    assert "is there already" in capsys.readouterr().err
    with pytest.raises(SystemExit) as raised:
        cli.main([*asked, "--year", "2024", "--rows", "9"])
    assert raised.value.code == 2
