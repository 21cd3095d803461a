"""The questionnaire: what was asked, in which years, and what a bad codebook is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from csm_lib.codebook import Codebook, read_codebook
from csm_lib.collection import Collection
from csm_lib.errors import CodebookError

HEADER = "item,section,label,question,response,duty,years,not_held,asked_if,place,note"
GOOD = (
    "board.a,board,A,Is A there?,yes_no,none,2008;2009,,,,",
    "level.a,levels,A,How?,level,none,2008;2009,,board.a,,",
)

SECTIONS = {
    "chair": 1,
    "statutory_agencies": 10,
    "seniority": 9,
    "other_agencies": 9,
    "children_and_families": 3,
    "jsna": 1,
    "jsna_components": 11,
    "joint_commissioning": 1,
    "commissioning_areas": 14,
}


@pytest.fixture
def codebook(collection: Collection) -> Codebook:
    return collection.codebook


def read(tmp_path: Path, *rows: str, header: str = HEADER) -> Codebook:
    path = tmp_path / "codebook.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return read_codebook(path)


def message(tmp_path: Path, *rows: str, header: str = HEADER) -> str:
    with pytest.raises(CodebookError) as caught:
        read(tmp_path, *rows, header=header)
    return str(caught.value)


# --- the shipped questionnaire ---------------------------------------------------------------


def test_every_section_has_its_items(codebook: Codebook) -> None:
    assert codebook.sections == tuple(SECTIONS)
    assert {name: len(codebook.section(name)) for name in SECTIONS} == SECTIONS
    assert len(codebook) == sum(SECTIONS.values()) == len(list(codebook))


def test_the_components_were_asked_in_2008_but_their_answers_are_not_held(
    codebook: Codebook,
) -> None:
    assert codebook.years == (2008, 2009)
    not_held = [item for item in codebook if codebook[item].not_held]
    assert not_held == list(codebook.section("jsna_components"))
    for item in not_held:
        assert (codebook[item].years, codebook[item].held) == ((2008, 2009), (2009,))


def test_three_agencies_came_under_the_duty_in_2010(codebook: Codebook) -> None:
    later = {item for item in codebook if codebook[item].duty == "statutory_2010"}
    assert later == {
        "board.schools",
        "board.further_education",
        "level.further_education",
        "board.jobcentre_plus",
        "level.jobcentre_plus",
    }


def test_each_level_is_opened_by_its_agency(codebook: Codebook) -> None:
    for item in codebook.section("seniority"):
        assert codebook[item].response == "level"
        assert codebook[item].asked_if == "board." + item.removeprefix("level.")
        assert codebook[item].held == codebook[codebook[item].asked_if].held


def test_the_components_make_a_battery_and_everything_else_stands_alone(
    codebook: Codebook,
) -> None:
    components = codebook.section("jsna_components")
    for item in codebook:
        assert codebook.battery(item) == (components if item in components else (item,))


def test_a_yes_no_item_counts_yes_and_any_other_item_every_answer(codebook: Codebook) -> None:
    assert codebook["board.police"].counted == ("yes",)
    assert codebook["level.police"].counted == ("head", "senior_officer", "other")
    assert codebook["board.chair"].counted == ("lead_member", "director", "other")


# --- asking it --------------------------------------------------------------------------------


def test_an_unknown_item_is_an_error_that_offers_the_nearest(codebook: Codebook) -> None:
    with pytest.raises(CodebookError, match=r"no item 'board\.polise'\. Did you mean 'board\.pol"):
        codebook["board.polise"]


def test_an_unknown_section_is_an_error_that_lists_them(codebook: Codebook) -> None:
    with pytest.raises(CodebookError, match=r"no section 'jsnas'.*Did you mean 'jsna'.*seniority"):
        codebook.section("jsnas")


def test_get_gives_the_default_for_an_unknown_item(codebook: Codebook) -> None:
    assert codebook.get("board.polise") is None
    assert codebook.get("board.polise", 1) == 1
    assert codebook.get("board.police") is codebook["board.police"]


# --- reading it -------------------------------------------------------------------------------


def test_a_good_codebook_is_read_in_the_order_of_the_file(tmp_path: Path) -> None:
    codebook = read(tmp_path, *GOOD)
    assert list(codebook) == ["board.a", "level.a"]
    assert codebook["level.a"].asked_if == "board.a"
    assert codebook["board.a"].asked_if is None
    assert codebook["board.a"].question == "Is A there?"
    assert codebook["board.a"].years == (2008, 2009)


def test_columns_may_stand_in_any_order_and_others_beside_them(tmp_path: Path) -> None:
    names = HEADER.split(",")
    rows = [",".join([*reversed(row.split(",")), "own note"]) for row in GOOD]
    codebook = read(tmp_path, *rows, header=",".join([*reversed(names), "mine"]))
    assert codebook["level.a"].asked_if == "board.a"


BAD_ROWS = {
    "an id that stands twice": (
        [*GOOD, "board.a,board,B,?,yes_no,none,2009,,,,"],
        ["line 4, column 'item'", "'board.a'", "line 2", "id of its own"],
    ),
    "an unknown response": (
        ["a,s,A,?,Yes/No,none,2009,,,,"],
        ["line 2, column 'response'", "'Yes/No'", "yes_no, level, chair"],
    ),
    "an unknown duty": (
        [GOOD[0], "a,s,A,?,yes_no,some,2009,,,,"],
        ["line 3, column 'duty'", "'some'", "statutory, statutory_2010, none"],
    ),
    "an empty id": ([",s,A,?,yes_no,none,2009,,,,"], ["line 2, column 'item'", "empty", "Fill"]),
    "an empty section": (["a,,A,?,yes_no,none,2009,,,,"], ["line 2, column 'section'", "Fill"]),
    "an empty label": (["a,s,,?,yes_no,none,2009,,,,"], ["line 2, column 'label'", "Fill"]),
    "an id that means something else": (
        ["region,s,A,?,yes_no,none,2009,,,,"],
        ["line 2, column 'item'", "'region'", "another id"],
    ),
    "no year": (["a,s,A,?,yes_no,none,,,,,"], ["line 2", "'years' is ''", "every year"]),
    "a year that is none": (
        ["a,s,A,?,yes_no,none,2008-2009,,,,"],
        ["line 2, column 'years'", "'2008-2009'", "2008;2009"],
    ),
    "a year twice": (
        ["a,s,A,?,yes_no,none,2009;2009,,,,"],
        ["line 2, column 'years'", "'2009;2009'", "each once"],
    ),
    "a year with other digits": (
        ["a,s,A,?,yes_no,none,²⁰⁰⁹,,,,"],
        ["line 2, column 'years'", "'²⁰⁰⁹'"],
    ),
    "a year not held but not asked": (
        ["a,s,A,?,yes_no,none,2009,2008,,,"],
        ["line 2", "'not_held' '2008'", "those of them"],
    ),
    "an unknown opener": (
        [*GOOD, "b,s,B,?,yes_no,none,2009,,board.x,,"],
        ["line 4, column 'asked_if'", "'board.x'", "no yes/no item", "leave the cell empty"],
    ),
    "an opener with levels": (
        [*GOOD, "b,s,B,?,yes_no,none,2009,,level.a,,"],
        ["line 4, column 'asked_if'", "'level.a'", "no yes/no item"],
    ),
    "an opener of another year": (
        ["a,s,A,?,yes_no,none,2009,,,,", "b,s,B,?,yes_no,none,2008;2009,,a,,"],
        ["line 3, column 'asked_if'", "'a' has no answers of 2008", "Correct the years"],
    ),
    "an opener whose answers of the year are not held": (
        ["a,s,A,?,yes_no,none,2008;2009,2008,,,", "b,s,B,?,yes_no,none,2008;2009,,a,,"],
        ["line 3, column 'asked_if'", "'a' has no answers of 2008"],
    ),
    "an item that opens itself": (
        ["a,s,A,?,yes_no,none,2009,,a,,"],
        ["line 2, column 'asked_if'", "circle", "'a'"],
    ),
    "openers in a circle": (
        ["a,s,A,?,yes_no,none,2009,,b,,", "b,s,B,?,yes_no,none,2009,,a,,"],
        ["line 2, column 'asked_if'", "circle"],
    ),
    "too many cells": (
        [GOOD[0], GOOD[1] + ",extra"],
        ["line 3: has 12 cells; expected 11", "as many cells"],
    ),
    "too few cells": ([GOOD[0], "a,s,A"], ["line 3: has 3 cells; expected 11"]),
    "a blank line": ([GOOD[0], "", GOOD[1]], ["line 3: is blank", "Delete it"]),
    "no row at all": ([], ["nothing under it", "rows"]),
}


@pytest.mark.parametrize(("rows", "parts"), BAD_ROWS.values(), ids=BAD_ROWS.keys())
def test_a_bad_row_is_refused_with_its_place_and_a_remedy(
    tmp_path: Path, rows: list[str], parts: list[str]
) -> None:
    found = message(tmp_path, *rows)
    assert str(tmp_path / "codebook.csv") in found
    for part in parts:
        assert part in found


def test_an_opener_may_be_of_a_year_less_if_that_year_is_not_held(tmp_path: Path) -> None:
    rows = ["a,s,A,?,yes_no,none,2009,,,,", "b,s,B,?,yes_no,none,2008;2009,2008,a,,"]
    assert read(tmp_path, *rows)["b"].held == (2009,)


def test_several_lines_of_the_wrong_length_come_in_one_report(tmp_path: Path) -> None:
    found = message(tmp_path, "a", GOOD[0], "", "b,c")
    assert "3 faults" in found
    for part in ("line 2: has 1 cells", "line 4: is blank", "line 5: has 2 cells"):
        assert part in found


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    found = message(tmp_path, "a,s,A", header="item,section,label")
    assert "line 1: the columns question, response, years are missing" in found


def test_a_double_column_is_named(tmp_path: Path) -> None:
    found = message(tmp_path, GOOD[0] + ",", header=HEADER + ",item")
    assert "line 1: two columns are named 'item'" in found
    assert "Rename or drop one" in found


def test_the_line_is_where_a_row_begins_even_after_cells_of_several_lines(tmp_path: Path) -> None:
    long = 'a,s,A,"A question\nof three\nlines?",yes_no,none,2009,,,,'
    found = message(tmp_path, long, "b,s,B,?,perhaps,none,2009,,,,")
    assert "line 5, column 'response'" in found


BAD_FILES = [
    (b"", ["is empty", "names of its columns"]),
    (b"\n" + HEADER.encode(), ["is empty, or its first line is"]),
    (b"item,caf\xe9\n", ["line 1", "not UTF-8", "b'\\xe9'", "UTF-8"]),
    (b"a;b;c\n1;2;3\n", ["line 1", "not separated by commas"]),
    (b'a,b\n"1"x,2\n', ["line 2", "not regular CSV", "quotation marks"]),
    (b'a,b\n1,2\n"3,4\n', ["not regular CSV", "quotation marks"]),
]


@pytest.mark.parametrize(("content", "parts"), BAD_FILES)
def test_a_file_that_is_no_table_is_refused(
    tmp_path: Path, content: bytes, parts: list[str]
) -> None:
    path = tmp_path / "codebook.csv"
    path.write_bytes(content)
    with pytest.raises(CodebookError) as caught:
        read_codebook(path)
    for part in [str(path), *parts]:
        assert part in str(caught.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CodebookError, match=r"none\.csv: there is no such file\. Check"):
        read_codebook(tmp_path / "none.csv")
    with pytest.raises(CodebookError, match="is a folder"):
        read_codebook(tmp_path)


# --- what may be left out, and what may lie beside it -----------------------------------------

SHORT = "item,section,label,question,response,years"


def beside(tmp_path: Path, name: str, *rows: str) -> None:
    (tmp_path / name).write_text("\n".join(rows) + "\n", encoding="utf-8")


def test_six_columns_are_enough(tmp_path: Path) -> None:
    item = read(tmp_path, "a,s,A,Is it?,yes_no,2009", header=SHORT)["a"]
    assert (item.duty, item.not_held, item.asked_if) == ("none", (), None)
    assert (item.place, item.note) == ("", "")
    # and so where the column is there but the cell is empty
    assert read(tmp_path, "a,s,A,?,yes_no,2009,", header=f"{SHORT},duty")["a"].duty == "none"


def test_one_optional_column_is_read_where_it_stands(tmp_path: Path) -> None:
    rows = ["b,s,B,?,yes_no,2009,a", "a,s,A,?,yes_no,2009,"]
    assert read(tmp_path, *rows, header=f"{SHORT},asked_if")["b"].asked_if == "a"


def test_a_slip_in_the_name_of_an_optional_column_is_no_column_of_ones_own(tmp_path: Path) -> None:
    rows = ["a,s,A,?,yes_no,2009,", "b,s,B,?,yes_no,2009,a"]
    found = message(tmp_path, *rows, header=f"{SHORT},asked if")
    assert "line 1: the column 'asked if' is unknown. Did you mean 'asked_if'? Rename it." in found


def test_a_codebook_defines_kinds_of_answers_of_its_own(tmp_path: Path) -> None:
    beside(
        tmp_path,
        "answers.csv",
        "response,answer,label",
        "often,never,Never",
        "often,monthly,Every month",
        "led_by,council,The council",
        "often,weekly,Every week",
    )
    rows = ["a,s,A,?,often,2009", "b,s,B,?,yes_no,2009", "c,s,C,?,led_by,2009"]
    codebook = read(tmp_path, *rows, header=SHORT)
    assert codebook["a"].answers == {
        "never": "Never",
        "monthly": "Every month",
        "weekly": "Every week",
    }
    assert codebook["a"].counted == ("never", "monthly", "weekly")
    assert codebook["b"].answers == {"yes": "Yes", "no": "No"}
    assert codebook["c"].counted == ("council",)


@pytest.mark.parametrize(
    ("row", "parts"),
    [
        ("yes_no,maybe,Maybe", ["line 3, column 'response'", "'yes_no'", "another name"]),
        ("often,never,Not ever", ["line 3, column 'answer'", "'often' has 'never' already"]),
        ("often,none,Never", ["line 3, column 'label'", "'often' has 'Never' already"]),
        ("often,,Weekly", ["line 3, column 'answer'", "empty", "Fill it in"]),
        (",weekly,Weekly", ["line 3, column 'response'", "empty"]),
        ("often,weekly, ", ["line 3, column 'label'", "empty"]),
        ("often,weekly", ["line 3: has 2 cells; expected 3"]),
    ],
)
def test_a_bad_row_of_answers_is_refused(tmp_path: Path, row: str, parts: list[str]) -> None:
    beside(tmp_path, "answers.csv", "response,answer,label", "often,never,Never", row)
    found = message(tmp_path, "a,s,A,?,often,2009", header=SHORT)
    for part in [str(tmp_path / "answers.csv"), *parts]:
        assert part in found


def test_a_section_is_called_by_its_title_or_by_its_id_in_words(tmp_path: Path) -> None:
    beside(
        tmp_path,
        "sections.csv",
        "section,title,about",
        's_one,Who sits on the board,"First, this."',
        "s_two,,Then that.",
    )
    rows = [f"{name},s_{name},A,?,yes_no,2009" for name in ("one", "two", "three")]
    codebook = read(tmp_path, *rows, header=SHORT)
    assert [codebook.title(name) for name in codebook.sections] == [
        "Who sits on the board",
        "S two",
        "S three",
    ]
    assert [codebook.about(name) for name in codebook.sections] == [
        "First, this.",
        "Then that.",
        "",
    ]


@pytest.mark.parametrize(
    ("rows", "parts"),
    [
        (["x,X,"], ["line 2, column 'section'", "'x' is no section", "Sections: s."]),
        (["s,S,", "s,T,"], ["line 3, column 'section'", "'s' stands twice", "Delete"]),
    ],
)
def test_a_bad_row_of_sections_is_refused(
    tmp_path: Path, rows: list[str], parts: list[str]
) -> None:
    beside(tmp_path, "sections.csv", "section,title,about", *rows)
    found = message(tmp_path, "a,s,A,?,yes_no,2009", header=SHORT)
    for part in [str(tmp_path / "sections.csv"), *parts]:
        assert part in found


def test_a_file_beside_it_without_its_columns_is_refused(tmp_path: Path) -> None:
    beside(tmp_path, "sections.csv", "a,b", "1,2")
    found = message(tmp_path, "a,s,A,?,yes_no,2009", header=SHORT)
    assert f"{tmp_path / 'sections.csv'}, line 1: the columns" in found
