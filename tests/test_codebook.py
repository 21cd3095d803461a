"""The questionnaire: what was asked, in which years, and what a bad codebook is told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from csm_lib.codebook import Codebook, read_codebook
from csm_lib.collection import Collection
from csm_lib.errors import CodebookError

GOOD = {
    "item": "a", "section": "s", "label": "A", "question": "Is it?", "response": "yes_no",
    "duty": "none", "years": "2009", "not_held": "", "asked_if": "", "place": "", "note": "",
}  # fmt: skip
SHORT = "item,section,label,question,response,years"

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


def read(folder: Path, *rows: dict[str, str], beside: Mapping[str, str] = {}) -> Codebook:
    """Read a codebook of these rows, of which is said what differs from the good one."""
    whole = [GOOD | row for row in rows]
    return written(folder, pd.DataFrame(whole).to_csv(index=False), **beside)


def written(folder: Path, codebook: str | bytes, **beside: str) -> Codebook:
    path = folder / "codebook.csv"
    path.write_bytes(codebook if isinstance(codebook, bytes) else codebook.encode())
    for name, text in beside.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return read_codebook(path)


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


def test_what_is_unknown_is_an_error_that_offers_the_nearest(codebook: Codebook) -> None:
    with pytest.raises(CodebookError, match=r"no item 'board\.polise'\. Did you mean 'board\.pol"):
        codebook["board.polise"]
    with pytest.raises(CodebookError, match=r"no section 'jsnas'.*Did you mean 'jsna'.*seniority"):
        codebook.section("jsnas")
    assert codebook.get("board.polise") is None


# --- reading it -------------------------------------------------------------------------------


def test_a_good_codebook_is_read_in_the_order_of_the_file(tmp_path: Path) -> None:
    rows = [
        {"item": "level.a", "response": "level", "asked_if": "board.a", "years": "2009;2008"},
        {"item": "board.a", "years": "2008; 2009 ;2010", "not_held": "2010", "mine": "a note"},
    ]
    codebook = read(tmp_path, *rows)
    assert list(codebook) == ["level.a", "board.a"]
    assert [item.asked_if for item in codebook.values()] == ["board.a", None]
    assert codebook["board.a"].question == "Is it?"
    assert codebook["board.a"].years == (2008, 2009, 2010)
    assert codebook["board.a"].held == codebook["level.a"].held == (2008, 2009)


def test_an_opener_may_be_of_a_year_less_if_that_year_is_not_held(tmp_path: Path) -> None:
    opened = {"item": "b", "asked_if": "a", "years": "2008;2009", "not_held": "2008"}
    assert read(tmp_path, {}, opened)["b"].held == (2009,)


BROKEN = {
    "an id that stands twice": ([{}, {}], "line 3, column 'item': 'a' stands in line 2 already"),
    "an unknown response": ([{"response": "Yes/No"}], "'Yes/No' is none of yes_no, level, chair"),
    "an unknown duty": (
        [{}, {"item": "b", "duty": "some"}],
        "line 3, column 'duty': 'some' is none of statutory, statutory_2010, none",
    ),
    "an empty id": ([{"item": " "}], "line 2, column 'item': '' is empty. Fill it in."),
    "an empty section": ([{"section": ""}], "line 2, column 'section': '' is empty"),
    "an empty label": ([{"label": ""}], "line 2, column 'label': '' is empty"),
    "an id of another meaning": ([{"item": "region"}], "column 'item': 'region' has a meaning"),
    "no year": ([{"years": ""}], "line 2, column 'years': '' is no list of years"),
    "a year that is none": ([{"years": "2008-2009"}], "'2008-2009' is no list of years. Write"),
    "a year twice": ([{"years": "2009;2009"}], "column 'years': '2009;2009' is no list of years"),
    "other digits": ([{"years": "²⁰⁰⁹"}], "column 'years': '²⁰⁰⁹' is no list of years"),
    "not held and not asked": ([{"not_held": "2008"}], "column 'not_held': '2008' was not asked"),
    "an unknown opener": (
        [{"asked_if": "x"}],
        "column 'asked_if': 'x' is no yes/no item of this codebook. Name one, or leave the cell",
    ),
    "an opener with levels": (
        [{"response": "level"}, {"item": "b", "asked_if": "a"}],
        "line 3, column 'asked_if': 'a' is no yes/no item",
    ),
    "an opener of another year": (
        [{}, {"item": "b", "asked_if": "a", "years": "2008;2009"}],
        "line 3, column 'asked_if': 'a' has no answers of 2008. Correct the years",
    ),
    "an opener whose answers of the year are not held": (
        [{"years": "2008;2009", "not_held": "2009"}, {"item": "b", "asked_if": "a"}],
        "line 3, column 'asked_if': 'a' has no answers of 2009. Correct the years",
    ),
    "an item that opens itself": ([{"asked_if": "a"}], "line 2, column 'asked_if': 'a' runs in a"),
    "openers in a circle": (
        [{"asked_if": "b"}, {"item": "b", "asked_if": "a"}],
        "line 2, column 'asked_if': 'b' runs in a circle",
    ),
    "a line of its own": (
        [{"question": "Of\nthree\nlines?"}, {"item": "b", "response": "perhaps"}],
        "line 5, column 'response'",
    ),
    "an unknown direction": (
        [{"direction": "Good"}],
        "line 2, column 'direction': 'Good' is none of good, bad, neutral. Use one.",
    ),
    "an unknown kind": (
        [{}, {"item": "b", "kind": "view"}],
        "line 3, column 'kind': 'view' is none of practice, opinion, fact, characteristic. "
        "Use one, or none.",
    ),
    "several faults": (
        [{"label": "", "years": "no"}, {"duty": "some"}],
        "codebook.csv: 4 faults.\n  line 2, column 'label'",
    ),
}


@pytest.mark.parametrize(("rows", "told"), BROKEN.values(), ids=BROKEN.keys())
def test_a_bad_row_is_refused_with_its_place_and_a_remedy(
    tmp_path: Path, rows: list[dict[str, str]], told: str
) -> None:
    with pytest.raises(CodebookError) as caught:
        read(tmp_path, *rows)
    assert str(tmp_path / "codebook.csv") in str(caught.value)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty, or its first line is. Give it a line with the names of its columns"),
        (b"\na,b\n1,2\n", "is empty, or its first line is"),
        (f"{SHORT}\n".encode(), "has a header and nothing under it"),
        (b"item,caf\xe9\n", r"line 1: is not UTF-8 text (byte b'\xe9')"),
        (b"a;b;c\n1;2;3\n", "line 1: the cells are not separated by commas"),
        (b'a,b\n"1"x,2\n', "line 2: is not regular CSV"),
        (b'a,b\n1,2\n"3,4\n', "is not regular CSV"),
        (b"a,b\n1\n1,2\n\n1,2,3\n", "2 faults.\n  line 2: has 1 cells; expected 2"),
        (b"a,b\n1\n1,2\n\n1,2,3\n", "line 5: has 3 cells; expected 2"),
        (b"a,b\n,\n\n", "has a header and nothing under it"),
        (b"a,b\n1,2,3\n", "line 2: has 3 cells; expected 2"),
        (b"item,section,label\na,s,A\n", "line 1: the columns question, response, years are miss"),
        (f"{SHORT},item\na,s,A,?,yes_no,2009,a\n".encode(), "two columns are named 'item'"),
        (
            f"{SHORT},asked if\na,s,A,?,yes_no,2009,\n".encode(),
            "line 1: the column 'asked if' is unknown. Did you mean 'asked_if'? Rename it.",
        ),
        *(
            (
                f"{SHORT},{slip}\na,s,A,?,yes_no,2009,\n".encode(),
                f"line 1: the column {slip!r} is unknown. Did you mean {meant!r}? Rename it.",
            )
            for slip, meant in (
                ("statment", "statement"),
                ("Statement (past)", "statement"),
                ("direcion", "direction"),
                ("short_label", "short"),
                ("Kind", "kind"),
                ("kinds", "kind"),
            )
        ),
    ],
)
def test_a_file_that_is_no_table_of_items_is_refused(
    tmp_path: Path, content: bytes, told: str
) -> None:
    with pytest.raises(CodebookError) as caught:
        written(tmp_path, content)
    assert str(tmp_path / "codebook.csv") in str(caught.value)
    assert told in str(caught.value)


@pytest.mark.parametrize("name", ["none.csv", ""])
def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(CodebookError, match=r"cannot be read \(.*\)\. Check its name, folder and"):
        read_codebook(tmp_path / name)


# --- what may be left out, and what may lie beside it -----------------------------------------


def test_six_columns_are_enough_and_any_other_may_be_added(tmp_path: Path) -> None:
    item = written(tmp_path, f"{SHORT}\na,s,A,Is it?,yes_no,2009\n")["a"]
    assert (item.duty, item.not_held, item.asked_if) == ("none", (), None)
    assert (item.place, item.note) == ("", "")
    rows = f"{SHORT},asked_if\nb,s,B,?,yes_no,2009,a\na,s,A,?,yes_no,2009,\n"
    assert written(tmp_path, rows)["b"].asked_if == "a"
    assert read(tmp_path, {"duty": ""})["a"].duty == "none"


def test_what_sentences_make_of_an_item_is_read_and_has_defaults(tmp_path: Path) -> None:
    said = {"statement": " had a hub ", "direction": "good", "short": "Hub", "kind": "fact"}
    codebook = read(tmp_path, {"label": "Has a family hub", **said}, {"item": "b", "label": "Bus"})
    hub, bus = codebook.values()
    assert (hub.statement, hub.direction, hub.kind) == ("had a hub", "good", "fact")
    assert (hub.short, hub.name) == ("Hub", "Hub")
    assert (bus.statement, bus.direction, bus.kind) == ("", "neutral", "practice")
    assert (bus.short, bus.name) == ("", "Bus")


@pytest.mark.parametrize("column", ["description", "state", "find", "condition", "region"])
def test_a_column_of_ones_own_that_is_like_an_everyday_word_may_stay(
    tmp_path: Path, column: str
) -> None:
    assert list(written(tmp_path, f"{SHORT},{column}\na,s,A,?,yes_no,2009,x\n")) == ["a"]


AGREE = """\
response,answer,label
agree,sa,Strongly agree
agree,n,Neither agree nor disagree
agree,d,Disagree
agree,dk,Don't know
lead,council,The council
lead,nhs,The NHS
"""


def test_a_scale_is_known_by_its_labels_and_asks_for_opinions(tmp_path: Path) -> None:
    rows = [
        {"response": "agree"},
        {"item": "b", "response": "lead"},
        {"item": "c"},
        {"item": "d", "response": "level"},
        {"item": "e", "response": "agree", "kind": "practice"},
    ]
    codebook = read(tmp_path, *rows, beside={"answers": AGREE})
    told = {"sa": "for", "n": "between", "d": "against", "dk": "between"}
    assert codebook["a"].sides == codebook["e"].sides == told
    assert codebook["a"].agreed == ("sa",)
    assert codebook["a"].counted == ("sa", "n", "d", "dk")
    assert [codebook[item].sides for item in "bcd"] == [{}, {}, {}]
    assert [codebook[item].agreed for item in "bcd"] == [(), (), ()]
    kinds = [item.kind for item in codebook.values()]
    assert kinds == ["opinion", "practice", "practice", "practice", "practice"]


def test_sides_make_a_scale_of_any_answers_and_then_labels_make_none(tmp_path: Path) -> None:
    answers = (
        "response,answer,label,side\n"
        "pace,fast,Cyflym,for\npace,so,Gweddol,\npace,slow,Araf,against\npace,no,Dim,between\n"
        "view,a,Agree,\nview,d,Disagree,\n"
    )
    rows = [{"response": "pace"}, {"item": "b", "response": "view"}]
    codebook = read(tmp_path, *rows, beside={"answers": answers})
    told = {"fast": "for", "so": "between", "slow": "against", "no": "between"}
    assert (codebook["a"].sides, codebook["a"].agreed) == (told, ("fast",))
    assert codebook["a"].answers == {"fast": "Cyflym", "so": "Gweddol", "slow": "Araf", "no": "Dim"}
    assert codebook["b"].sides == {}
    assert [item.kind for item in codebook.values()] == ["opinion", "practice"]


def test_a_codebook_defines_kinds_of_answers_of_its_own(tmp_path: Path) -> None:
    answers = (
        "response,answer,label\noften,never,Never\noften,monthly,Every month\n"
        "led_by,council,The council\noften,weekly,Every week\n"
    )
    rows = [{"response": "often"}, {"item": "b"}, {"item": "c", "response": "led_by"}]
    codebook = read(tmp_path, *rows, beside={"answers": answers})
    assert codebook["a"].answers == {
        "never": "Never",
        "monthly": "Every month",
        "weekly": "Every week",
    }
    assert codebook["a"].counted == ("never", "monthly", "weekly")
    assert codebook["b"].answers == {"yes": "Yes", "no": "No"}
    assert codebook["c"].counted == ("council",)


def test_a_section_is_called_by_its_title_or_by_its_id_in_words(tmp_path: Path) -> None:
    sections = 'section,title,about\ns_one,Who sits on it,"First, this."\ns_two,,Then that.\n'
    rows = [{"item": name, "section": f"s_{name}"} for name in ("one", "two", "three")]
    codebook = read(tmp_path, *rows, beside={"sections": sections})
    told = [(codebook.title(name), codebook.about(name)) for name in codebook.sections]
    assert told == [("Who sits on it", "First, this."), ("S two", "Then that."), ("S three", "")]


OFTEN = "response,answer,label\noften,never,Never\n"
SIDED = "response,answer,label,side\nlead,x,X,\n"
NO_SCALE = "makes 'lead' a scale without both sides. Let an answer stand 'for' and one 'against', "
LOPSIDED = [
    ("lead,a,A,for\nlead,b,B,\n", f"1 fault.\n  line 3, column 'side': 'for' {NO_SCALE}or leave"),
    ("lead,a,A,against\nlead,b,B,between\n", f"line 3, column 'side': 'against' {NO_SCALE}"),
    ("lead,a,A,between\nother,b,B,for\nother,c,C,against\n", f"'between' {NO_SCALE}"),
    ("lead,a,A,For\nlead,b,B,against\n", "'For' is none of for, against, between. Use one, or n"),
]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("answers", OFTEN + "yes_no,maybe,Maybe", "line 3, column 'response': 'yes_no' is a kind"),
        (
            "answers",
            OFTEN + "often,never,Not ever",
            "line 3, column 'answer': 'never' stands in line 2 already",
        ),
        ("answers", OFTEN + "often,none,Never", "line 3, column 'label': 'Never' stands in line 2"),
        ("answers", OFTEN + "often,,Weekly", "line 3, column 'answer': '' is empty. Fill it in."),
        ("answers", OFTEN + ",weekly,Weekly", "line 3, column 'response': '' is empty"),
        ("answers", OFTEN + "often,weekly, ", "line 3, column 'label': '' is empty"),
        ("answers", OFTEN + "often,weekly", "line 3: has 2 cells; expected 3"),
        *(("answers", SIDED + text, told) for text, told in LOPSIDED),
        (
            "answers",
            "response,answer,label,sides\nlead,a,A,for",
            "line 1: the column 'sides' is unknown. Did you mean 'side'? Rename it.",
        ),
        ("sections", "section,title,about\nx,X,", "line 2, column 'section': 'x' is none of s."),
        (
            "sections",
            "section,title,about\ns,S,\ns,T,",
            "line 3, column 'section': 's' stands in line 2",
        ),
        ("sections", "a,b\n1,2", "line 1: the columns section, title, about are missing"),
    ],
)
def test_a_bad_file_beside_it_is_refused(tmp_path: Path, name: str, text: str, told: str) -> None:
    with pytest.raises(CodebookError) as caught:
        read(tmp_path, {}, beside={name: text})
    assert str(tmp_path / f"{name}.csv") in str(caught.value)
    assert told in str(caught.value)
