"""From the file that a form tool exports to a collection, without a cell typed."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import exports
import pandas as pd
import pyreadstat
import pytest
from exports import AGENCIES, AGREE, GRID, OFTEN, REGIONS, TYPES, WANTS, Person
from xlsxwriter import Workbook

from csm_lib import own
from csm_lib.codebook import Codebook, read_codebook
from csm_lib.errors import CollectionError
from csm_lib.frame import read_frame
from csm_lib.own.__main__ import main
from csm_lib.own.crosswalk import read_crosswalk
from csm_lib.own.dictionary import read_dictionary
from csm_lib.own.questions import in_order, short, slug
from csm_lib.own.rules import authorities
from csm_lib.own.start import start
from csm_lib.own.table import read_table

ONE = exports.survey(90)
TWO = {2023: exports.survey(60, year=2023, seed=2), 2024: exports.survey(66, year=2024, seed=3)}
WAYS = (("a", "Visits"), ("b", "Calls"))
EVENTS = {"baseline_arm_1": TWO[2023], "followup_arm_1": TWO[2024][:55]}

Made = Callable[[Path], object]
TOOLS: Mapping[str, tuple[Made, Sequence[Person]]] = {
    "surveymonkey": (lambda folder: exports.surveymonkey(folder, ONE), ONE),
    "qualtrics": (lambda folder: exports.qualtrics(folder, ONE), ONE),
    "microsoft": (lambda folder: exports.microsoft(folder, ONE), ONE),
    "google": (lambda folder: exports.google(folder, TWO), [*TWO[2023], *TWO[2024]]),
    "limesurvey": (lambda folder: exports.limesurvey(folder, ONE), ONE),
    "limesurvey codes": (lambda folder: exports.limesurvey(folder, ONE, full=False), ONE),
    "kobo": (lambda folder: exports.kobo(folder, ONE)[0], ONE),
    "redcap": (
        lambda folder: exports.redcap(folder, EVENTS)[0],
        [*EVENTS["baseline_arm_1"], *EVENTS["followup_arm_1"]],
    ),
}


class Read:
    """A collection that was started, and what its returns say through its crosswalk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.codebook: Codebook = read_codebook(folder / "codebook.csv")
        sections = pd.read_csv(folder / "sections.csv")
        self.sections = dict(zip(sections["section"], sections["title"], strict=True))
        crosswalk = read_crosswalk(folder / "columns.csv", self.codebook)
        many = folder / "returns"
        files = sorted(many.iterdir()) if many.exists() else [*folder.glob("returns.*")]
        table = read_table(files, self.codebook, crosswalk=crosswalk)
        self.cells = table.cells[table.cells["answer"] != ""]

    def counts(self, label: str) -> dict[str, int]:
        """How often each answer was given to the one item of this label."""
        item = self.item(label)
        found = Counter(self.cells.loc[self.cells["item"] == item, "answer"])
        return {answer: found[answer] for answer in self.codebook[item].answers if found[answer]}

    def item(self, label: str) -> str:
        """The id of the one item of this label."""
        (item,) = [one.item for one in self.codebook.values() if one.label == label]
        return item

    def texts(self, item: str) -> list[str]:
        """What stands under an identifier."""
        return sorted({*self.cells.loc[self.cells["item"] == item, "answer"]})


def started(folder: Path, *files: Path, **options: object) -> Read:
    """Start a collection from files and read it."""
    start(files, out=folder / "collection", **options)  # type: ignore[arg-type]
    return Read(folder / "collection")


def written(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    """Write a CSV file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def of_one(column: str, texts: Sequence[object], folder: Path) -> Path:
    """Write a file of one question, whose respondents have numbers."""
    rows = [["respondent", "year", column]]
    rows += [[f"A{n}", 2024, text] for n, text in enumerate(texts)]
    return written(folder / "survey.csv", rows)


@pytest.fixture(scope="module", params=[name for name in TOOLS if name != "limesurvey codes"])
def tool(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple:
    """A collection started from the export of a tool, and the answers behind it."""
    folder = tmp_path_factory.mktemp("tool")
    make, people = TOOLS[request.param]
    return started(folder, make(folder)), people  # type: ignore[arg-type]


def test_ticks_of_each_tool_are_counted_out_of_those_who_ticked_any(tool: tuple) -> None:
    read, people = tool
    for options, field in ((AGENCIES, "board"), (WANTS, "want")):
        for option in options:
            ticked = [getattr(one, field) for one in people if getattr(one, field)]
            yes = sum(option in some for some in ticked)
            found = read.counts(option)
            # a tool that lets one write in another option counts who did nothing but that
            assert found["yes"] == yes
            assert len(ticked) <= sum(found.values()) <= len(ticked) + 2


def test_one_answer_of_each_tool_is_what_was_answered_in_its_natural_order(tool: tuple) -> None:
    read, people = tool
    for number, statement in enumerate(GRID):
        given = Counter(one.far[number] for one in people)
        item = read.codebook[read.item(statement)]
        assert [*item.answers.values()] == [*AGREE]
        assert item.sides[next(iter(item.answers))] == "for"
        ids = {label: answer for answer, label in item.answers.items()}
        assert read.counts(statement) == {ids[label]: given[label] for label in AGREE}
    meets = read.codebook[read.item("How often does the Board meet")]
    assert [*meets.answers.values()] == [*OFTEN]
    plan = Counter(one.plan for one in people)
    assert read.counts("Do you have a written plan") == {"yes": plan["Yes"], "no": plan["No"]}
    pooled = read.codebook[read.item("Is there a pooled budget")]
    assert [*pooled.answers.values()] == ["Yes", "No", "Don't know"]


def test_numbers_are_numbers_and_free_text_is_left_out(tool: tuple) -> None:
    read, people = tool
    item = read.item("How many people work in the partnership team")
    assert read.codebook[item].response == "number"
    given = read.cells.loc[read.cells["item"] == item, "answer"]
    assert sorted(given) == sorted(one.staff for one in people if one.staff)
    assert not any("anything else" in one.question for one in read.codebook.values())
    assert "anything else" in (read.folder / "CONFIRM.md").read_text()


def test_every_respondent_has_region_type_and_year(tool: tuple) -> None:
    read, people = tool
    assert read.texts("region") == sorted(REGIONS)
    assert read.texts("authority_type") == sorted(TYPES)
    said = json.loads((read.folder / "datapackage.json").read_text())
    assert said["characteristics"] == {"region": "region", "authority_type": "type of organisation"}
    assert read.codebook.years == tuple(sorted({one.began.year for one in people}))


def test_what_is_personal_stands_in_no_file_but_the_returns(tool: tuple) -> None:
    read, _ = tool
    for path in read.folder.iterdir():
        if path.stem != "returns":
            text = path.read_text()
            assert "example.org" not in text
            assert not any(f"{start}." in text for start in ("192.0.2", "198.51.100", "203.0.113"))


def test_codes_without_a_form_keep_their_names_and_count_alike(tmp_path: Path) -> None:
    make, people = TOOLS["limesurvey codes"]
    read = started(tmp_path, make(tmp_path))  # type: ignore[arg-type]
    ticked = [one.board for one in people if one.board]
    police = read.cells[read.cells["item"] == "q3.sq001"]
    assert Counter(police["answer"])["yes"] == sum("Police" in some for some in ticked)
    assert len(police) == len(ticked)


def test_ids_are_the_names_of_a_form_or_the_first_words_of_a_question(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    named = started(tmp_path / "a", exports.kobo(tmp_path / "a", ONE)[0])
    assert {"board.police", "want.better_data", "work.plan"} <= {*named.codebook}
    told = started(tmp_path / "b", exports.microsoft(tmp_path / "b", ONE))
    assert {"agencies_sit_board.police", "questions.written_plan"} <= {*told.codebook}
    assert named.codebook.title("work") == "How you work"


def test_labels_of_codes_decide_which_code_is_yes(tmp_path: Path) -> None:
    board = pd.DataFrame({"id": [*range(40)], "b1": [0.0, 1, 1, 1] * 10, "b2": [1.0, 0, 0, 0] * 10})
    labels = {name: {0: "Mentioned", 1: "Not mentioned"} for name in ("b1", "b2")}
    path = tmp_path / "survey 2024.sav"
    texts = ["Number", "Who sits on it? - Police", "Who sits on it? - Schools"]
    pyreadstat.write_sav(board, path, column_labels=texts, variable_value_labels=labels)
    read = started(tmp_path, path)
    assert read.counts("Police") == {"yes": 10, "no": 30}
    assert read.counts("Schools") == {"yes": 30, "no": 10}


def test_an_option_that_nobody_ticked_is_counted(tmp_path: Path) -> None:
    rows = [["respondent", "year", "Who? - Police", "Who? - Schools", "Who? - Coastguard"]]
    rows += [[f"A{n}", 2024, "Police", "Schools" if n % 2 else "", ""] for n in range(20)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))
    assert read.counts("Coastguard") == {"no": 20}
    assert read.counts("Schools") == {"yes": 10, "no": 10}


def test_an_option_may_hold_the_mark_between_options(tmp_path: Path) -> None:
    options = ("Care, and leaving it", "Schools", "Police")
    texts = [
        ", ".join(one for place, one in enumerate(options) if number >> place & 1)
        for number in [*range(8)] * 5
    ]
    read = started(tmp_path, of_one("Whom do you work with?", texts, tmp_path))
    assert [one.label for one in read.codebook.values()] == [*options[:1], "Police", "Schools"]
    assert read.counts("Care, and leaving it") == {"yes": 20, "no": 15}


def test_an_option_may_look_like_shorthand_and_a_blank_may_stand_behind_no_answer(
    tmp_path: Path,
) -> None:
    ticked = ["R", "Python, R", "Python", "Python, Julia", "Julia", "Julia, R", "Python, Julia, R"]
    texts = [*ticked, "N/A ", "NA"] * 6
    read = started(tmp_path, of_one("Which languages?", texts, tmp_path))
    assert read.counts("R") == {"yes": 24, "no": 18}
    assert read.counts("Julia") == {"yes": 24, "no": 18}
    assert own.open_collection(read.folder).size == 54


def test_answers_that_hold_a_comma_are_one_answer_each(tmp_path: Path) -> None:
    texts = ["Yes, always", "Yes, at times", "No, never"] * 10
    read = started(tmp_path, of_one("Do they come?", texts, tmp_path))
    assert read.counts("Do they come") == {"no_never": 10, "yes_always": 10, "yes_times": 10}


def test_shorthand_is_no_answer_and_letters_of_a_list_are_answers(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    figures = of_one("Is it so?", ["Yes", "No", "c", "[x]", ".."] * 8, tmp_path / "a")
    read = started(tmp_path / "a", figures)
    assert read.counts("Is it so") == {"yes": 8, "no": 8}
    assert "'c' is read as no answer" in (read.folder / "CONFIRM.md").read_text()
    grades = started(tmp_path / "b", of_one("Which?", ["a", "b", "c", "d"] * 8, tmp_path / "b"))
    assert grades.counts("Which") == {"a": 8, "b": 8, "c": 8, "d": 8}


def test_low_is_an_answer_beside_words_and_no_figure_beside_figures(tmp_path: Path) -> None:
    rows = [["Which risk?", "How many staff?", "Year"]]
    rows += [
        [("High", "Medium", "Low")[n % 3], "low" if n % 8 == 0 else n, 2024] for n in range(48)
    ]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))
    assert read.counts("Which risk") == {"high": 16, "low": 16, "medium": 16}
    assert "'low' is read as no answer" in (read.folder / "CONFIRM.md").read_text()


@pytest.mark.parametrize("tool", ["surveymonkey", "microsoft"])
def test_an_option_that_all_ticked_who_ticked_any_is_no_fault(tmp_path: Path, tool: str) -> None:
    if tool == "microsoft":
        rows = [["ID", "Do you meet?", "Who sits on it?"]]
        rows += [[n, "Yes", "Police;Schools;" if n % 2 else "Police;"] for n in range(12)]
        rows += [[n, "No", ""] for n in range(12, 15)]
    else:
        rows = [["Respondent ID", "Do you meet?", "Who sits on it?", ""]]
        rows += [["", "Response", "Police", "Schools"]]
        rows += [[n, "Yes", "Police", "Schools" if n % 2 else ""] for n in range(12)]
        rows += [[n, "No", "", ""] for n in range(12, 15)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows), years=[2024])
    assert read.counts("Police") == {"yes": 12}
    assert read.counts("Schools") == {"yes": 6, "no": 6}
    assert len(own.open_collection(read.folder).returns) == 15


def test_two_rows_of_headings_need_no_column_that_says_whose_row_it_is(tmp_path: Path) -> None:
    rows = [["Do you meet?", "Who sits on it?", ""], ["Response", "Police", "Schools"]]
    rows += [[("Yes", "No")[n % 2], "Police", "Schools" if n % 3 else ""] for n in range(12)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows), years=[2024])
    assert read.counts("Do you meet") == {"yes": 6, "no": 6}
    assert read.counts("Schools") == {"yes": 8, "no": 4}


def test_a_second_row_of_headings_without_any_option_is_no_respondent(tmp_path: Path) -> None:
    rows = [["Respondent ID", "Do you meet?", "Why?"], ["", "Response", "Open-Ended Response"]]
    rows += [[n, ("Yes", "No")[n % 2], f"Word {n}"] for n in range(12)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows), years=[2024])
    assert read.counts("Do you meet") == {"yes": 6, "no": 6}
    assert len(own.open_collection(read.folder).returns) == 12


def test_options_that_hold_a_colon_are_ticks_of_one_question(tmp_path: Path) -> None:
    ways = ["Plan: health", "Plan: schools", "Plan: police"]
    rows = [["Respondent ID", "Which do you have?", "", ""], ["", *ways]]
    rows += [[n, *(way if (n + at) % 3 else "" for at, way in enumerate(ways))] for n in range(12)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows), years=[2024])
    assert [read.counts(way) for way in ways] == [{"yes": 8, "no": 4}] * 3


def test_questions_about_post_and_phones_are_counted_and_numbers_are_not(tmp_path: Path) -> None:
    ways = ["Phone", "E-mail", "Letter", "Visit", "Text"]
    ticks = ["".join(f"{way};" for n, way in enumerate(ways) if one >> n & 1) for one in range(32)]
    rows = [["ID", "Do you use phone or e-mail?", "How many e-mails come a day?"]]
    rows[0].append("Phone number of the lead")
    rows += [[n, some, 3 * n, f"01632 9601{n:02}"] for n, some in enumerate(ticks)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows), years=[2024])
    assert [one.label for one in read.codebook.values()][-1] == "How many e-mails come a day"
    assert read.counts("E-mail") == {"yes": 16, "no": 15}
    assert "personal: Phone number of the lead" in (read.folder / "CONFIRM.md").read_text()


@pytest.mark.parametrize("word", ["No answer", "Missing", "Not asked", "NA", "skipped"])
def test_words_for_no_answer_are_none_whether_written_or_a_label(tmp_path: Path, word: str) -> None:
    texts = ["Good", "Poor", "Fair", word] * 6
    read = started(tmp_path / "a", of_one("How is it?", texts, tmp_path))
    assert read.counts("How is it") == {"good": 6, "fair": 6, "poor": 6}
    assert f"{word!r} is read as no answer" in (read.folder / "CONFIRM.md").read_text()

    table = pd.DataFrame({"id": range(24), "how": [1.0, 2.0, 3.0, 9.0] * 6})
    labels = {"how": {1.0: "Good", 2.0: "Fair", 3.0: "Poor", 9.0: word}}
    pyreadstat.write_sav(table, str(tmp_path / "a 2024.sav"), variable_value_labels=labels)
    read = started(tmp_path / "b", tmp_path / "a 2024.sav")
    assert read.counts("how") == {"good": 6, "fair": 6, "poor": 6}


def test_what_respondents_say_who_do_not_know_is_an_answer(tmp_path: Path) -> None:
    texts = ["Good", "Poor", "Don't know", "Refused", "Not applicable"] * 6
    read = started(tmp_path, of_one("How is it?", texts, tmp_path))
    assert sum(read.counts("How is it").values()) == 30


def test_ticks_of_one_column_alone_are_left_out(tmp_path: Path) -> None:
    rows = [["respondent", "year", "Member?", "Glad?"]]
    rows += [[f"A{n}", 2024, "Yes" if n % 3 else "", "Yes" if n % 2 else "No"] for n in range(30)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))
    assert [one.label for one in read.codebook.values()] == ["Glad"]
    assert "cannot be told from no: Member?" in (read.folder / "CONFIRM.md").read_text()


def test_an_option_ticked_by_its_own_number_is_an_option(tmp_path: Path) -> None:
    """As SurveyMonkey exports ticks where values are asked for."""
    options = ("Police", "Schools", "Coastguard", "Health")
    rows = [["respondent", "year", *(f"Who sits on it? - {one}" for one in options)]]
    rows += [[f"A{n}", 2024, "1" if n % 2 else "", "2", "", 4 * (n > 4) or ""] for n in range(20)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))

    assert [read.counts(one).get("yes", 0) for one in options] == [10, 20, 0, 15]
    assert [sum(read.counts(one).values()) for one in options] == [20] * 4


def test_who_ticked_nothing_but_wrote_in_another_option_has_answered(tmp_path: Path) -> None:
    rows = [["respondent", "year", "Who? - Police", "Who? - Schools", "Who? - Other (say which)"]]
    given = [("Police", "Schools", "Courts")] * 4 + [("Police", "", "")] * 5
    given += [("", "", "Us"), ("", "", "Us"), ("", "", "Them"), ("", "", "n/a"), ("", "", "n/a")]
    given += [("", "", "")] * 6
    rows += [[f"A{n}", 2024, *ticks] for n, ticks in enumerate(given)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))

    assert read.counts("Police") == {"yes": 9, "no": 3}
    assert read.counts("Schools") == {"yes": 4, "no": 8}
    assert "free text: Who? - Other" in (read.folder / "CONFIRM.md").read_text()


def test_points_that_stand_alone_in_their_columns_are_no_ticks(tmp_path: Path) -> None:
    rows = [["respondent", "year", "How good? - Police", "How good? - Schools"]]
    rows += [[f"A{n}", 2024, "3" if n % 2 else "", "1"] for n in range(20)]
    rows += [["A20", 2024, "", ""]]
    with pytest.raises(CollectionError, match="can be counted"):
        started(tmp_path, written(tmp_path / "survey.csv", rows))


def test_points_that_few_give_are_no_ticks_though_they_rise(tmp_path: Path) -> None:
    rows = [["respondent", "year", "How good? - Police", "How good? - Schools", "Glad?"]]
    rows += [["A", 2024, "3", "", "Yes"], ["B", 2024, "", "5", "No"]]
    rows += [[f"C{n}", 2024, "", "", "Yes" if n % 2 else "No"] for n in range(8)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))
    assert [one.label for one in read.codebook.values()] == ["Glad"]


def test_options_behind_a_colon_are_those_of_one_question(tmp_path: Path) -> None:
    rows = [["respondent", "year", "Board: Police", "Board: Schools"]]
    rows += [[f"A{n}", 2024, "x" if n % 2 else "", "x" if n > 4 else ""] for n in range(20)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))

    assert read.counts("Police") == {"yes": 10, "no": 7}
    assert read.counts("Schools") == {"yes": 15, "no": 2}


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("Council,Barnet,Camden,Ealing,Leeds", "Plan {}"),
        ("No,A,B,C,D", "Is there plan {}?"),
        ("Question,A,B,C,D", "Plan {}"),
    ],
)
def test_a_table_with_a_question_in_each_row_is_refused_with_a_remedy(
    tmp_path: Path, heading: str, question: str
) -> None:
    rows = [heading.split(",")]
    rows += [[question.format(n), *(["Yes", "No"] if n % 2 else ["No"] * 2) * 2] for n in range(9)]
    files = [written(tmp_path / f"{name}.csv", rows) for name in "ab"]
    with pytest.raises(CollectionError, match="Transpose"):
        started(tmp_path, *files, years=[2024])


def test_a_question_asked_of_two_years_side_by_side_is_told(tmp_path: Path) -> None:
    rows = [["Council", "Police 2023", "Police 2024", "Plan"]]
    rows += [[f"A{n}", "Yes", "No" if n % 2 else "Yes", "No"] for n in range(20)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows), years=[2024])

    told = " ".join((read.folder / "CONFIRM.md").read_text().split())
    assert "1 question asked of several years side by side (such as" in told
    assert "Police 2023" in told
    assert read.counts("Police 2024") == {"yes": 10, "no": 10}


def test_a_number_sent_twice_is_told(tmp_path: Path) -> None:
    rows = [["ID", "Start time", "Glad?"]]
    rows += [[n, "2024-05-01 10:00:00", "Yes" if n % 2 else "No"] for n in (*range(1, 21), 20, 20)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))

    told = " ".join((read.folder / "CONFIRM.md").read_text().split())
    assert "'ID' does not tell all rows apart: 0 have none, 2 that of another row" in told
    assert read.counts("Glad") == {"yes": 10, "no": 12}


def test_marks_of_a_quiz_are_of_the_tool(tmp_path: Path) -> None:
    rows = [
        ["ID", "Is it so?", "Points - Is it so?", "Feedback - Is it so?", "Why? [Score]", "Why?"]
    ]
    rows += [[n, "Yes" if n % 2 else "No", n % 2, "", "1 / 1", f"as {n} says"] for n in range(20)]
    read = started(tmp_path, written(tmp_path / "survey 2024.csv", rows))
    assert [one.label for one in read.codebook.values()] == ["Is it so"]


def test_respondents_known_by_codes_of_places_are_areas(tmp_path: Path) -> None:
    rows = [["Code", "year", "Is there a plan?"]]
    rows += [[f"E0100{n:04}", 2024, "Yes" if n % 2 else "No"] for n in range(20)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))
    about = json.loads((read.folder / "datapackage.json").read_text())
    assert about["respondents"] == ["area", "areas"]
    assert about["respondent_unit"] == "organisation"


def test_a_fault_in_one_of_several_sheets_says_that_it_may_hold_no_returns(tmp_path: Path) -> None:
    with Workbook(str(tmp_path / "survey 2024.xlsx")) as book:
        returns, chart = book.add_worksheet("Returns"), book.add_worksheet("Chart")
        for sheet in (returns, chart):
            for row in range(20):
                sheet.write_row(
                    row, 0, [f"A{row}", "Yes", "No"] if row else ["id", "Glad?", "Sad?"]
                )
        chart.merge_range("B3:C3", "Yes")
    with pytest.raises(CollectionError, match=r"(?s)'Chart'.*holds no returns, delete it"):
        started(tmp_path, tmp_path / "survey 2024.xlsx")


def test_a_name_beside_an_address_is_no_respondent_in_any_language(tmp_path: Path) -> None:
    rows = [["ID", "Fertigstellungszeit", "E-Mail", "Name", "Glad?"]]
    rows += [
        [n, f"2024-05-{n:02}", f"a{n}@example.org", f"Ann {n}", "Yes" if n % 2 else "No"]
        for n in range(1, 21)
    ]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))
    assert "Ann" not in "".join(read.texts("authority"))


def test_a_stroke_between_two_words_parts_no_question(tmp_path: Path) -> None:
    rows = [["respondent", "year", "What is/was your aim, A?", "What is/was your aim, B?"]]
    rows += [[f"A{n}", 2024, "Yes" if n % 2 else "No", "Yes" if n % 3 else "No"] for n in range(20)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))
    assert [one.label for one in read.codebook.values()] == [
        "What is/was your aim, A", "What is/was your aim, B",
    ]  # fmt: skip


def test_who_has_no_name_is_numbered_and_addresses_stay_away(tmp_path: Path) -> None:
    rows = [["Timestamp", "Email", "Glad?"]]
    rows += [[f"0{1 + n % 9}/03/2024 10:00", f"p{n}@example.org", "Yes"] for n in range(9)]
    rows += [["01/04/2024 10:00", "last@example.org", "No"]]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))
    assert read.texts("authority") == [f"R{n:03}" for n in range(1, 11)]
    assert "example.org" not in "".join(path.read_text() for path in read.folder.iterdir())


def test_numbered_returns_of_two_files_keep_their_years(tmp_path: Path) -> None:
    rows = [["Glad?"], *[["Yes"], ["No"]] * 10]
    files = [written(tmp_path / f"wave {year}.csv", rows) for year in (2023, 2024)]
    read = started(tmp_path, *files)
    assert read.texts("year") == ["2023", "2024"]
    assert len(read.texts("authority")) == 40


def test_counters_of_two_forms_are_not_taken_for_the_same_respondents(tmp_path: Path) -> None:
    for year in (2023, 2024):
        people = exports.survey(40, year=year, seed=year)
        exports.microsoft(tmp_path, people, name=f"Survey {year}")
    read = started(tmp_path, *sorted(tmp_path.glob("*.xlsx")))
    assert len(read.texts("authority")) == 80


def test_one_file_a_wave_keeps_its_file(tmp_path: Path) -> None:
    rows = [[f"Council {n}", "Yes" if n % 2 else "No"] for n in range(12)]
    files = [written(tmp_path / f"{y}.csv", [["Council", "Glad?"], *rows]) for y in (2023, 2024)]
    read = started(tmp_path, *files)
    assert sorted(path.name for path in (read.folder / "returns").iterdir()) == [
        "2023.csv",
        "2024.csv",
    ]
    said = json.loads((read.folder / "datapackage.json").read_text())
    assert said["respondents"] == ["council", "councils"]
    assert said["respondent_unit"] == "organisation"
    assert read.counts("Glad") == {"yes": 12, "no": 12}


def test_a_name_that_stands_twice_is_not_two_respondents(tmp_path: Path) -> None:
    rows = [["Council", "year", "Glad?"], *[[f"C{n}", 2024, "Yes"] for n in range(12)]]
    rows += [["C3", 2024, "No"]]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))
    assert len(read.texts("authority")) == 12


def test_dates_of_two_years_are_not_one_wave(tmp_path: Path) -> None:
    rows = [["Timestamp", "Glad?"]]
    rows += [
        [f"{year}-03-0{n} 10:00", "Yes" if n % 2 else "No"]
        for year in (2023, 2024)
        for n in range(1, 9)
    ]
    path = written(tmp_path / "survey.csv", rows)
    with pytest.raises(CollectionError, match="its dates are of 2023 and 2024"):
        start([path], out=tmp_path / "out")
    assert started(tmp_path, path, years=[2024]).codebook.years == (2024,)


def test_returns_of_no_year_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "survey.csv", [["Glad?"], *[["Yes"], ["No"]] * 9])
    with pytest.raises(CollectionError, match="does not say of which year it is: --year 2024"):
        start([path], out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_waves_without_dates_take_the_years_given(tmp_path: Path) -> None:
    rows = [["record_id", "redcap_event_name", "glad"]]
    rows += [[n, wave, n % 2] for wave in ("first_arm_1", "second_arm_1") for n in range(20)]
    head = ["Variable / Field Name", "Form Name", "Field Type", "Field Label"]
    form = [head, ["record_id", "f", "text", "Record"], ["glad", "f", "yesno", "Are you glad?"]]
    written(tmp_path / "dictionary.csv", form)
    path = written(tmp_path / "survey.csv", rows)
    with pytest.raises(CollectionError, match="have no year each"):
        start([path], out=tmp_path / "out")
    read = started(tmp_path, path, years=[2022, 2024])
    assert read.codebook.years == (2022, 2024)
    assert read.counts("Are you glad") == {"yes": 20, "no": 20}


def test_nothing_is_written_over(tmp_path: Path) -> None:
    path = of_one("Glad?", ["Yes", "No"] * 9, tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("kept")
    with pytest.raises(CollectionError, match="is there already"):
        start([path], out=tmp_path / "out")
    assert [one.name for one in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_a_form_of_other_columns_beside_is_left_alone(tmp_path: Path) -> None:
    exports.kobo(tmp_path, ONE)[0].unlink()
    read = started(tmp_path, of_one("Glad?", ["Yes", "No"] * 9, tmp_path))
    assert [one.item for one in read.codebook.values()] == ["questions.glad"]


def test_a_form_alone_is_no_file_of_returns(tmp_path: Path) -> None:
    _, form = exports.kobo(tmp_path, ONE)
    with pytest.raises(CollectionError, match="A form alone has no returns"):
        start([form], out=tmp_path / "out")


def test_forms_say_kinds_codes_and_parts(tmp_path: Path) -> None:
    _, xlsform = exports.kobo(tmp_path, ONE)
    of_kobo = read_dictionary(xlsform)
    assert of_kobo["meets"].section == "The Board"
    assert [*of_kobo["pooled"].codes.items()][2] == ("dont_know", "Don't know")
    _, dictionary = exports.redcap(tmp_path, EVENTS)
    of_redcap = read_dictionary(dictionary)
    assert of_redcap["board"].kind == "several"
    assert of_redcap["plan"].codes == {"1": "Yes", "0": "No"}
    assert of_redcap["far_2"].section == exports.FAR
    assert of_redcap["staff"].section == "How you work"  # the matrix before it has ended


@pytest.mark.parametrize(
    ("answers", "ordered"),
    [
        ("Disagree|Strongly agree|Neutral|Agree", "Strongly agree|Agree|Neutral|Disagree"),
        (
            "Poor|Very good|Good|Very poor|Fair|Don't know",
            "Very good|Good|Fair|Poor|Very poor|Don't know",
        ),
        ("Never|Always|Sometimes|Often|Rarely", "Always|Often|Sometimes|Rarely|Never"),
        ("25-34|Under 18|18-24|65 or over", "Under 18|18-24|25-34|65 or over"),
        ("10|9|1", "1|9|10"),
        ("Yearly|Monthly|Weekly", "Weekly|Monthly|Yearly"),
        ("Never|Less often|Monthly|Daily", "Daily|Monthly|Less often|Never"),
        ("Other|Church|Army", "Army|Church|Other"),
        ("No|Yes|Not sure", "Yes|No|Not sure"),
    ],
)
def test_answers_stand_in_their_natural_order(answers: str, ordered: str) -> None:
    assert in_order(answers.split("|"))[0] == ordered.split("|")


def test_an_order_of_the_alphabet_is_said_to_be_one() -> None:
    assert in_order(["Army", "Church"])[1] is False
    assert in_order(["Monthly", "Weekly"])[1] is True


def test_ids_and_labels_are_short() -> None:
    assert (
        slug("3. Which agencies sit on your Board? (Tick all that apply)") == "agencies_sit_board"
    )
    assert slug("What?") == "what"
    assert short("Q12. Do you have a plan? (one answer)") == "Do you have a plan"
    assert len(short("word " * 40)) <= 80


def test_what_changes_with_the_wave_is_no_characteristic(tmp_path: Path) -> None:
    rows = [["respondent", "year", "What is your role?", "Which region are you in?"]]
    for year in (2023, 2024):
        roles = ("Head", "Teacher", "Nurse")
        rows += [[f"A{n}", year, roles[(n + year) % 3], REGIONS[n % 4]] for n in range(24)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))
    said = json.loads((read.folder / "datapackage.json").read_text())
    assert said["characteristics"] == {"region": "region"}
    assert sum(read.counts("What is your role").values()) == 48


def test_a_sheet_of_lists_beside_the_returns_is_left_alone(tmp_path: Path) -> None:
    rows = [
        ["respondent", "year", "Glad?"],
        *[[n, 2024, "Yes" if n % 2 else "No"] for n in range(9)],
    ]
    lists = [["List", "Code"], ["Agencies", "P"], ["Agencies", "S"]]
    path = exports._workbook(tmp_path / "survey.xlsx", {"Returns": rows, "Lists": lists})
    assert started(tmp_path, path).counts("Glad") == {"yes": 4, "no": 5}


def test_two_columns_of_one_heading_are_left_out(tmp_path: Path) -> None:
    rows = [["respondent", "year", "Glad?", "Why?", "Why?"]]
    rows += [[n, 2024, "Yes" if n % 2 else "No", "a" if n % 3 else "b", ""] for n in range(20)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))
    assert [one.label for one in read.codebook.values()] == ["Glad"]


def test_rows_that_are_trials_are_told(tmp_path: Path) -> None:
    rows = [["respondent", "year", "Status", "Glad?"]]
    rows += [
        [n, 2024, "Survey Preview" if n < 2 else "IP Address", "Yes" if n % 2 else "No"]
        for n in range(9)
    ]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))
    told = (read.folder / "CONFIRM.md").read_text()
    assert "'Status' is 'IP Address' in 7 rows and 'Survey Preview' in 2 rows" in told


UNSENT = {
    "Finished": ("True", "False"),
    "Date submitted": ("2024-03-14 09:30:00", ""),
    "partnership_survey_complete": ("2", "0"),
    "Complete?": ("Complete", "Incomplete"),
}


@pytest.mark.parametrize("heading", UNSENT)
def test_rows_that_were_not_finished_are_told_and_counted(tmp_path: Path, heading: str) -> None:
    sent, unsent = UNSENT[heading]
    rows: list[list[object]] = [["record_id", "year", "Glad?", heading]]
    rows += [[n, 2024, "Yes" if n % 2 else "No", unsent if n < 2 else sent] for n in range(9)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))

    told = (read.folder / "CONFIRM.md").read_text()
    assert f"2 rows not finished, by {heading!r}, counted with what was answered" in told
    assert read.counts("Glad") == {"yes": 4, "no": 5}
    assert [one.label for one in read.codebook.values()] == ["Glad"]


def test_rows_that_answer_no_question_are_told(tmp_path: Path) -> None:
    rows = [["respondent", "year", "Glad?", "Sure?"]]
    rows += [[n, 2024, *(["", ""] if n < 3 else ["Yes", "No"])] for n in range(9)]
    rows[-1][2] = "No"
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))

    told = (read.folder / "CONFIRM.md").read_text()
    assert "3 rows with no answer to any question" in told


def test_the_groups_that_qualtrics_makes_of_points_are_left_out(tmp_path: Path) -> None:
    names = ["ResponseId", "year", "Q1_NPS_GROUP", "Q1"]
    texts = ["Response ID", "year", "Would you recommend us? - Group", "Would you recommend us?"]
    rows = [names, texts, [f'{{"ImportId":"{name}"}}' for name in names]]
    groups = {3: "Detractor", 8: "Passive", 9: "Promoter"}
    rows += [[f"R_{n}", "2024", group, str(n)] for n, group in groups.items()] * 4
    for number, row in enumerate(rows[3:]):
        row[0] += f"_{number}"
    read = started(tmp_path, written(tmp_path / "survey.csv", [[*row] for row in rows]))

    assert read.counts("Would you recommend us") == {"3": 4, "8": 4, "9": 4}
    assert len(read.codebook) == 1


def test_the_markup_of_a_heading_stands_in_no_label(tmp_path: Path) -> None:
    rows = [["respondent", "year", "<p>Are you <b>glad</b>&nbsp;&amp; sure, Q&not X?</p>"]]
    rows += [[n, 2024, "Yes" if n % 2 else "No"] for n in range(9)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))
    (item,) = read.codebook.values()

    assert item.question == "Are you glad & sure, Q&not X?"
    assert read.counts("Are you glad & sure, Q&not X") == {"yes": 4, "no": 5}


LABELS = {
    "qualtrics": "Who is on the Board? - Selected Choice {}",
    "limesurvey": "[{}] Who is on the Board?",
}


@pytest.mark.parametrize("tool", LABELS)
def test_ticks_of_a_file_for_spss_are_options_of_one_question(tmp_path: Path, tool: str) -> None:
    options, nothing = ("Police", "Schools"), float("nan")
    cells = [[1.0, nothing], [1.0, 1.0], [nothing, 1.0], [nothing, nothing], [1.0, nothing]] * 3
    table = pd.DataFrame(cells, columns=["Q1_1", "Q1_2"])
    table.insert(0, "year", 2024.0)
    table.insert(0, "respondent", [f"A{n}" for n in range(len(table))])
    labels = ["", "", *(LABELS[tool].format(option) for option in options)]
    codes = {f"Q1_{n}": {1.0: option} for n, option in enumerate(options, 1)}
    path = tmp_path / "survey.sav"
    pyreadstat.write_sav(table, str(path), column_labels=labels, variable_value_labels=codes)
    read = started(tmp_path, path)

    assert read.counts("Police") == {"yes": 9, "no": 3}
    assert read.counts("Schools") == {"yes": 6, "no": 6}


def test_one_code_and_blanks_are_no_answers_of_all(tmp_path: Path) -> None:
    table = pd.DataFrame({"Q1": [1.0, float("nan")] * 9, "Q2": [1.0, 2.0] * 9})
    table.insert(0, "year", 2024.0)
    labels = ["", "Are you in?", "Are you glad?"]
    codes = {"Q1": {1.0: "In"}, "Q2": {1.0: "Yes", 2.0: "No"}}
    path = tmp_path / "survey.sav"
    pyreadstat.write_sav(table, str(path), column_labels=labels, variable_value_labels=codes)

    assert [one.label for one in started(tmp_path, path).codebook.values()] == ["Are you glad"]


@pytest.mark.parametrize("text", ["FY23/24", "23/24", "2023 to 2024", "2023_24", "2023.0"])
def test_the_year_of_a_return_may_be_written_in_many_ways(tmp_path: Path, text: str) -> None:
    rows = [["respondent", "Financial year", "Glad?"]]
    rows += [[f"A{n}", text, "Yes" if n % 2 else "No"] for n in range(9)]
    start([written(tmp_path / "survey.csv", rows)], out=tmp_path / "collection")

    read = own.open_collection(tmp_path / "collection")
    assert {*read.returns["year"]} == {2023}
    assert [*read.codebook.waves.values()] == ([] if text == "2023.0" else [text])


def test_groups_of_a_form_may_be_parted_by_points(tmp_path: Path) -> None:
    data, _ = exports.kobo(tmp_path, ONE)
    table = pd.read_excel(data, dtype="str", keep_default_na=False, engine="calamine")
    table.columns = [name.replace("/", ".") for name in table]
    points = tmp_path / "points.csv"
    table.to_csv(points, index=False)
    slashes, read = started(tmp_path / "a", data), started(tmp_path / "b", points)

    assert [*read.codebook] == [*slashes.codebook]
    for one in read.codebook.values():
        assert read.counts(one.label) == slashes.counts(one.label)


def test_the_command_ends_by_saying_what_to_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = of_one("Glad?", ["Yes", "No"] * 9, tmp_path)
    assert main(["start", str(path), "--out", str(tmp_path / "mine")]) == 0
    told = capsys.readouterr().out
    assert "no faults" in told
    assert told.endswith(f"make book COLLECTION={tmp_path / 'mine'}\n")


def test_spellings_of_one_answer_are_one_answer(tmp_path: Path) -> None:
    texts = ["Chief officer", "CHIEF OFFICER", "chief officer ", "Delegate", "Chief officer"] * 6
    read = started(tmp_path, of_one("Who comes?", texts, tmp_path))
    assert read.counts("Who comes") == {"chief_officer": 24, "delegate": 6}
    assert [*read.codebook[read.item("Who comes")].answers.values()] == [
        "Chief officer",
        "Delegate",
    ]


def test_answers_that_differ_in_a_sign_are_two(tmp_path: Path) -> None:
    rows = [["respondent", "year", "How? - This", "How? - That"]]
    rows += [[n, 2024, ("-1", "+1")[n % 2], ("< 5", "> 5", "5")[n % 3]] for n in range(18)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))
    assert read.texts(read.item("This")) == ["+1", "-1"]  # numbers
    assert sorted(read.counts("That").values()) == [6, 6, 6]


def test_a_date_of_birth_is_personal_and_says_no_year(tmp_path: Path) -> None:
    rows = [["What is your date of birth?", "Founded on", "Glad?"]]
    rows += [
        [f"{1960 + n}-05-01", f"{1900 + n}-05-01", "Yes" if n % 2 else "No"] for n in range(30)
    ]
    read = started(tmp_path, written(tmp_path / "Survey 2024-03-05.csv", rows))
    assert read.codebook.years == (2024,)
    assert "1960-05-01" not in (read.folder / "returns.csv").read_text()


def test_a_comma_with_no_space_behind_it_parts_options_that_hold_one_with(tmp_path: Path) -> None:
    options = ("Play", "Speech, language and hearing", "Debt advice")
    texts = [
        ",".join(one for place, one in enumerate(options) if number >> place & 1)
        for number in [*range(8)] * 5
    ]
    read = started(tmp_path, of_one("What did you use?", texts, tmp_path))
    assert sorted(one.label for one in read.codebook.values()) == [
        "Debt advice", "Play", "Speech, language and hearing",
    ]  # fmt: skip
    assert read.counts("Speech, language and hearing") == {"yes": 20, "no": 15}


def test_an_order_of_options_is_no_list_of_ticks(tmp_path: Path) -> None:
    orders = ["Play;Advice;Health;", "Health;Play;Advice;", "Advice;Health;Play;"] * 8
    rows = [["respondent", "year", "Put these in order", "Glad?"]]
    rows += [[n, 2024, one, "Yes" if n % 2 else "No"] for n, one in enumerate(orders)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))
    assert [one.label for one in read.codebook.values()] == ["Glad"]
    assert "an order of options: Put these" in (read.folder / "CONFIRM.md").read_text()


def test_points_of_two_questions_are_two_scales_and_a_count_is_a_number(tmp_path: Path) -> None:
    rows = [["respondent", "year", "Would you recommend us?", "How good?", "How many children?"]]
    rows += [[n, 2024, n % 11, 1 + n % 5, 1 + n % 4] for n in range(44)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))
    kinds = {one.label: one.response for one in read.codebook.values()}
    assert kinds["How many children"] == "number"
    assert [*read.counts("How good")] == ["1", "2", "3", "4", "5"]
    assert len(read.counts("Would you recommend us")) == 11


def test_the_parts_of_a_form_in_headings_are_sections_and_not_questions(tmp_path: Path) -> None:
    rows = [["respondent", "year", "You/Which region are you in?", "You/How old are you?",
             "Hub/Which did you use?/Play", "Hub/Which did you use?/Advice",
             "Hub/How far do you agree?/It is warm", "Hub/How far do you agree?/It is near",
             "Hub/Do you come?"]]  # fmt: skip
    ages, far = ("Under 25", "25 to 44", "45 or over"), ("Agree", "Disagree")
    rows += [
        [n, 2024, REGIONS[n % 4], ages[n % 3], n % 2, 1, far[n % 2], far[n % 3 % 2],
         ("Yes", "No", "Not sure")[n % 3]]
        for n in range(36)
    ]  # fmt: skip
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))
    assert read.texts("region") == sorted(REGIONS)
    titles = {one.label: read.codebook.title(one.section) for one in read.codebook.values()}
    assert titles == {
        "How old are you": "You",
        "Play": "Which did you use",
        "Advice": "Which did you use",
        "It is warm": "How far do you agree",
        "It is near": "How far do you agree",
        "Do you come": "Hub",
    }


def test_codes_before_texts_are_no_part_of_questions(tmp_path: Path) -> None:
    rows = [["id. Response ID", "submitdate. Date submitted", "Q1[a]. Who? [Police]",
             "Q1[b]. Who? [Schools]", "Q2. Glad?", "Q2Time. Question time: Q2"]]  # fmt: skip
    rows += [
        [n, "2024-03-01 10:00:00", *(("N/A",) * 2 if n < 5 else ("Yes", "No")), "YN"[n % 2], 7 + n]
        for n in range(20)
    ]
    read = started(tmp_path, written(tmp_path / "results.csv", rows))
    assert [one.label for one in read.codebook.values()] == ["Police", "Schools", "Glad"]
    assert read.counts("Police") == {"yes": 15}


def test_what_a_tool_adds_to_questions_is_left_out(tmp_path: Path) -> None:
    rows = [["respondent", "year", "Timing - Page Submit", "Q1 - Display Order - Police",
             "Q_RecaptchaScore", "Glad?"]]  # fmt: skip
    rows += [[n, 2024, n + 0.5, 1 + n % 2, 0.9, "Yes" if n % 2 else "No"] for n in range(20)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))
    assert [one.label for one in read.codebook.values()] == ["Glad"]


def test_a_year_that_is_an_answer_is_no_wave(tmp_path: Path) -> None:
    rows = [["respondent", "Year", "In which year was it founded?"]]
    rows += [[n, 2024, 1990 + n % 4] for n in range(20)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))
    assert read.codebook.years == (2024,)
    assert read.texts("year") == ["2024"]


def test_a_column_of_names_tells_respondents_apart_where_no_form_wrote_it(tmp_path: Path) -> None:
    rows = [["Name", "year", "Glad?"]]
    rows += [[f"N{n}", year, "Yes" if n % 2 else "No"] for year in (2023, 2024) for n in range(9)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))
    assert len(read.texts("authority")) == 9


def test_ticks_that_redcap_exports_as_labels_are_no_where_another_is_ticked(tmp_path: Path) -> None:
    rows = [["Record ID", "year", *(f"Who sits on it? (choice={one})" for one in AGENCIES[:2])]]
    said = {True: "Checked", False: "Unchecked"}
    rows += [[n, 2024, said[n % 4 == 1], said[n % 4 > 1]] for n in range(20)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))
    assert read.counts("Police") == {"yes": 5, "no": 10}
    assert read.counts("Schools") == {"yes": 10, "no": 5}


def test_a_start_that_is_stopped_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    path = of_one("Glad?", ["Yes", "No"] * 9, tmp_path)
    monkeypatch.setattr("csm_lib.own.start.write_draft", stopped)
    with pytest.raises(KeyboardInterrupt):
        start([path], out=tmp_path / "out")
    assert [one.name for one in tmp_path.iterdir()] == ["survey.csv"]


def test_respondents_of_one_ons_code_are_one_whatever_their_spelling(tmp_path: Path) -> None:
    councils = ["St. Helens", "Bath & NE Somerset", *(f"Town {n}" for n in range(40))]
    later = ["St Helens Council", "Bath and NE Somerset", *councils[2:]]
    for year, names in ((2023, councils), (2024, later)):
        rows = [
            f"{name},E080000{n:02},E060000{n:02},{'Yes' if n % 2 else 'No'}"
            for n, name in enumerate(names)
        ]
        lines = ["Name of council,ONS code,Old ONS code,Is there a plan?", *rows]
        (tmp_path / f"plans {year}.csv").write_text("\n".join(lines), "utf-8")
    made = start([tmp_path / "plans 2023.csv", tmp_path / "plans 2024.csv"], out=tmp_path / "made")
    assert any("'St. Helens' and 'Bath & NE Somerset'" in told for told in made.confirm)
    collection = own.open_collection(made.folder)
    assert collection.size == 42
    assert "St Helens Council" in {*collection.returns["authority"]}


def test_a_code_that_many_share_is_of_their_place_and_no_name_of_theirs(tmp_path: Path) -> None:
    rows = [f"School {n},E0800{n // 2:04},{'Yes' if n % 2 else 'No'}" for n in range(40)]
    lines = ["Name of school,LA code,Is there a plan?", *rows]
    (tmp_path / "schools 2024.csv").write_text("\n".join(lines), "utf-8")
    made = start([tmp_path / "schools 2024.csv"], out=tmp_path / "made")
    assert not (made.folder / "aliases.csv").exists()
    assert own.open_collection(made.folder).size == 40


def test_the_councils_that_start_knows_are_those_of_the_frame() -> None:
    table = authorities().drop_duplicates(["name", "first", "last"])
    frame = read_frame(Path(__file__).parent.parent / "data" / "frame.csv")
    folded = {"City of London": "London borough", "Isles of Scilly": "Unitary authority"}
    for year in (2008, 2009):
        held = table[table["first"].le(year) & table["last"].ge(year)]
        counted = frame[(frame["year"] == year) & (frame["labelled"] == year)]
        counted = counted.assign(authority_type=counted["authority_type"].replace(folded))
        key = ["region", "authority_type"]
        there = counted.groupby(key)["authorities"].sum()
        pd.testing.assert_series_equal(
            held.groupby(key).size(), there[there > 0], check_names=False, check_dtype=False
        )


def test_region_and_type_are_added_of_councils_known_by_name(tmp_path: Path) -> None:
    councils = [
        *("Hull City Council", "Durham County Council", "LB Camden", "Leeds", "Cumbria", "Dorset"),
        *("Royal Borough of Windsor and Maidenhead", "Kent County Council", "St. Helens MBC"),
        "Bath & North East Somerset",
    ]
    lines = ["Name of council,Is there a plan?,Is it public?"]
    lines += [f"{name},{'Yes' if n % 3 else 'No'},Yes" for n, name in enumerate(councils)]
    (tmp_path / "plans 2021.csv").write_text("\n".join(lines), "utf-8")
    made = start([tmp_path / "plans 2021.csv"], out=tmp_path / "made")
    returns = own.open_collection(made.folder).returns.set_index("authority")
    places = returns[["region", "authority_type"]].fillna("").apply(", ".join, axis=1)
    assert places.to_dict() == {
        "Bath & North East Somerset": "South West, Unitary authority",
        "Cumbria": "North West, County council",
        "Dorset": "South West, Unitary authority",
        "Durham County Council": "North East, Unitary authority",
        "Hull City Council": "Yorkshire and the Humber, Unitary authority",
        "Kent County Council": "South East, County council",
        "LB Camden": "London, London borough",
        "Leeds": "Yorkshire and the Humber, Metropolitan district",
        "Royal Borough of Windsor and Maidenhead": "South East, Unitary authority",
        "St. Helens MBC": "North West, Metropolitan district",
    }


def test_nothing_is_added_of_respondents_that_are_no_councils(tmp_path: Path) -> None:
    lines = ["Name of school,Is there a plan?", *(f"School {n},{'YN'[n % 2]}" for n in range(20))]
    (tmp_path / "schools 2021.csv").write_text("\n".join([*lines, "York,Y"]), "utf-8")
    made = start([tmp_path / "schools 2021.csv"], out=tmp_path / "made")
    returns = own.open_collection(made.folder).returns
    assert returns[["region", "authority_type"]].isna().all(axis=None)


def test_an_option_nobody_ticked_beside_one_that_all_ticked_is_not_ticked(tmp_path: Path) -> None:
    rows = [["respondent", "want/a", "want/b", "want/c"]]
    rows += [[f"A{n}", 0, n % 2, 1] for n in range(12)]
    read = started(tmp_path, written(tmp_path / "wants 2024.csv", rows))
    assert [read.counts(option) for option in "abc"] == [
        {"no": 12},
        {"yes": 6, "no": 6},
        {"yes": 12},
    ]


def test_an_option_that_all_ticked_who_were_asked_is_no_fault(tmp_path: Path) -> None:
    choices = "Choices, Calculations, OR Slider Labels"
    form = [["Variable / Field Name", "Field Type", "Field Label", choices]]
    form += [["record_id", "text", "Record", ""], ["why", "checkbox", "Why?", "1, Fast | 2, Cheap"]]
    form += [["glad", "yesno", "Glad?", ""]]
    written(tmp_path / "form.csv", form)
    rows = [["record_id", "why___1", "why___2", "glad"]]
    rows += [[n, int(n % 3 > 0), int(n % 3 > 1), n % 2] for n in range(18)]
    made = start([written(tmp_path / "why 2024.csv", rows)], out=tmp_path / "made")
    returns = own.open_collection(made.folder).returns
    counts = [(returns[item].sum(), returns[item].count()) for item in returns if "why" in item]
    assert counts == [(12, 12), (6, 12)]


def burning(folder: Path) -> Path:
    """Write an export of Kobo: two questions of several ticks, the second put to some only."""
    heads = ["start", "why", "why/1", "why/2", "why/3", "why_001", "why_001/1", "why_001/2", "_id"]
    given = [("1 2", ""), ("1", "1 2"), ("2", "1"), ("1 2", ""), ("1", "1"), ("", "1 2")]
    rows = []
    for number, (why, then) in enumerate(given * 3):
        first = [int(code in why) if why else "" for code in "123"]
        second = [int(code in then) if then else "" for code in "12"]
        start = f"2024-03-{number + 1:02}T10:00:00.000+00:00"
        rows.append([start, why, *first, then, *second, 500 + number])
    return written(folder / "burning.csv", [heads, *rows])


def test_options_of_kobo_without_a_form_are_told_from_the_cell_with_all(tmp_path: Path) -> None:
    made = start([burning(tmp_path)], out=tmp_path / "made")
    assert made.left_out["told by a column for each option"] == ["why", "why_001"]
    returns = own.open_collection(made.folder).returns  # an option that all ticked is no fault
    counts = [(returns[item].sum(), returns[item].count()) for item in returns if "." in item]
    assert counts == [(12, 15), (9, 15), (0, 15), (12, 12), (6, 12)]


def test_two_questions_of_one_text_are_two_in_a_form(tmp_path: Path) -> None:
    data = burning(tmp_path)
    form = [["type", "name", "label"], ["select_multiple w", "why", "Why burn?"]]
    form += [["select_multiple w", "why_001", "Why burn?"], ["text", "end", "End"]]
    choices = [["list_name", "name", "label"]]
    choices += [["w", code, text] for code, text in (("1", "Fast"), ("2", "Cheap"), ("3", "Safe"))]
    exports._workbook(tmp_path / "form.xlsx", {"survey": form, "choices": choices})
    made = start([data], out=tmp_path / "made")
    titles = pd.read_csv(made.folder / "sections.csv")["title"]
    assert [*titles] == ["why – Why burn", "why_001 – Why burn"]
    returns = own.open_collection(made.folder).returns
    counts = [(returns[item].sum(), returns[item].count()) for item in returns if "." in item]
    assert counts == [(12, 15), (9, 15), (0, 15), (12, 12), (6, 12)]


def test_a_code_whose_label_is_empty_is_called_by_its_number(tmp_path: Path) -> None:
    table = pd.DataFrame({"id": range(9), "glad": [1.0, 2.0, 3.0] * 3})
    labels = {"glad": {1.0: "Glad", 2.0: "Sorry", 3.0: " "}}
    pyreadstat.write_sav(table, str(tmp_path / "a 2024.sav"), variable_value_labels=labels)
    read = started(tmp_path, tmp_path / "a 2024.sav")
    assert [*read.codebook[read.item("glad")].answers.values()] == ["Glad", "Sorry", "3"]


def test_redcap_is_known_by_its_ticks_and_says_which_rows_are_repeats(tmp_path: Path) -> None:
    heads = ["study", "redcap_repeat_instrument", "want___1", "want___2", "glad", "intake_complete"]
    rows: list[list[object]] = []
    for number in range(12):
        ticks = [(1, 0), (1, 1), (0, 0)][number % 3]
        rows.append([f"S{number}", "", *ticks, "yes" if number % 2 else "no", number % 3])
        rows.append([f"S{number}", "visit", "", "", "", ""])
    read = started(tmp_path, written(tmp_path / "visits 2024.csv", [heads, *rows]))
    # who ticked nothing has a nought in each column, and gave no answer
    assert read.counts("want___1") == {"yes": 8}
    assert read.counts("want___2") == {"yes": 4, "no": 4}
    assert not any("complete" in item for item in read.codebook)
    confirm = (read.folder / "CONFIRM.md").read_text("utf-8")
    assert "'redcap_repeat_instrument' is 'visit' in 12 rows" in confirm


def test_a_question_of_the_form_is_none_of_the_tools_columns(tmp_path: Path) -> None:
    form = [["Variable / Field Name", "Form Name", "Field Type", "Field Label"]]
    form += [["record_id", "one", "text", "Record"], ["weight", "one", "yesno", "Is it heavy?"]]
    written(tmp_path / "form.csv", form)
    rows = [["record_id", "weight"], *([n, n % 2] for n in range(12))]
    read = started(tmp_path, written(tmp_path / "weights 2024.csv", rows))
    assert read.counts("Is it heavy") == {"yes": 6, "no": 6}


def test_a_file_of_r_has_row_numbers_and_na_for_no_answer(tmp_path: Path) -> None:
    lines = ['"","gender","glad","tools","age"']
    for number in range(1, 25):
        glad = ["yes", "no", "NA"][number % 3]
        tools = ["saw, axe", "saw", "axe", "NA"][number % 4]
        gender = ["female", "male", "female", "male", "NA", "male"][number % 6]
        lines.append(f'"{number}","{gender}",{glad},"{tools}",{"NA" if number > 20 else number}')
    (tmp_path / "tools 2024.csv").write_text("\n".join(lines), "utf-8")
    read = started(tmp_path, tmp_path / "tools 2024.csv")
    assert read.counts("glad") == {"yes": 8, "no": 8}
    assert read.counts("saw") == {"yes": 12, "no": 6}
    assert len(read.cells[read.cells["item"] == read.item("age")]) == 20
    assert read.texts("authority_type") == ["female", "male"]
    confirm = (read.folder / "CONFIRM.md").read_text("utf-8")
    assert "the first column, which has no name and numbers the rows, was left out" in confirm
    assert "'NA' is read as no answer" in confirm


def test_an_option_of_several_in_a_cell_that_all_ticked_is_no_fault(tmp_path: Path) -> None:
    months = ["May, June, July", "May, June", "May, July", "May", "", ""]
    rows = [["respondent", "dry", "months"]]
    rows += [[f"A{n}", "Yes" if n % 2 else "No", months[n % 6]] for n in range(36)]
    made = start([written(tmp_path / "dry 2024.csv", rows)], out=tmp_path / "made")
    returns = own.open_collection(made.folder).returns
    counts = [(returns[item].sum(), returns[item].count()) for item in returns if "months" in item]
    assert counts == [(12, 24), (12, 24), (24, 24)]


def test_questions_in_the_same_words_are_told_apart_by_their_codes(tmp_path: Path) -> None:
    names = [f"{code}[{n}]. If so, how? [{way}]" for code in ("Q3", "Q7") for n, way in WAYS]
    rows = [["id. Response ID", "submitdate. Date submitted", "lastpage. Last page", *names]]
    # every one answers Q3, and one in four Q7
    ticks = [["Y" if n % of == 0 else "" for of in (1, 2, 4, 8)] for n in range(20)]
    rows += [[str(n), "2024-05-01 10:00:00", "4", *some] for n, some in enumerate(ticks)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))
    shares = {
        (read.sections[one.section], one.label): Counter(
            read.cells.loc[read.cells["item"] == one.item, "answer"]
        )
        for one in read.codebook.values()
    }
    assert shares == {
        ("Q3 – If so, how", "Visits"): {"yes": 20},
        ("Q3 – If so, how", "Calls"): {"yes": 10, "no": 10},
        ("Q7 – If so, how", "Visits"): {"yes": 5},
        ("Q7 – If so, how", "Calls"): {"yes": 3, "no": 2},
    }
    assert own.open_collection(read.folder).size == 20  # all who answered may have ticked the same


@pytest.mark.parametrize("said", ["-99", "-999", "N/A", "NA", "NULL"])
def test_what_tools_write_for_a_question_passed_over_is_no_answer(
    tmp_path: Path, said: str
) -> None:
    rows = [["respondent", "year", "How often?", "Who? - Police", "Who? - Schools"]]
    rows += [[f"A{n}", 2024, "Never" if n % 2 else "Daily", "Police", "0"] for n in range(20)]
    rows += [[f"B{n}", 2024, said, said, said] for n in range(5)]
    rows += [[f"C{n}", 2024, "Daily", "0", "Schools"] for n in range(5)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))
    assert read.counts("How often") == {"daily": 15, "never": 10}
    assert read.counts("Police") == {"yes": 20, "no": 5}
    assert read.counts("Schools") == {"yes": 5, "no": 20}
    assert f"{said!r} is read as no answer" in (read.folder / "CONFIRM.md").read_text()


def test_dates_that_limesurvey_does_not_keep_tell_no_year(tmp_path: Path) -> None:
    rows = [["Response ID", "Date submitted", "Last page", "Glad?"]]
    rows += [[str(n), "1980-01-01 00:00:00", "4", "Yes" if n % 2 else "No"] for n in range(20)]
    path = written(tmp_path / "results.csv", rows)
    with pytest.raises(CollectionError, match="--year 2024"):
        start([path], out=tmp_path / "collection")
    assert started(tmp_path, path, years=[2024]).counts("Glad") == {"yes": 10, "no": 10}


@pytest.mark.parametrize("gap", [" ", "  ", "\xa0 "])
def test_codes_before_a_text_are_read_whatever_space_follows(tmp_path: Path, gap: str) -> None:
    rows = [["id. Response ID", "submitdate. Date submitted", "lastpage. Last page"]]
    rows[0] += [f"Q1[a].{gap}Who? [Police]", "Q1[b]. Who? [Schools]", "Q2."]
    ticks = [["No", "Yes", "Glad"] if n % 2 else ["No", "No", "Sad"] for n in range(20)]
    rows += [[str(n), "2024-05-01 10:00:00", "4", *some] for n, some in enumerate(ticks)]
    read = started(tmp_path, written(tmp_path / "results.csv", rows))
    assert read.counts("Police") == {"no": 10}
    assert read.counts("Q2") == {"glad": 10, "sad": 10}
    assert read.texts("authority") == sorted(str(n) for n in range(20))


def test_a_battery_of_yes_and_no_is_no_list_of_ticks(tmp_path: Path) -> None:
    rows = [["Response ID", "Date submitted", "Last page"]]
    rows[0] += [f"Do you use it? [{one}]" for one in ("Visits", "Calls", "Mail")]
    # a service that one does not have is blank, and none has mail but uses it
    given = [["Yes", "No", ""], ["No", "No", ""], ["", "Yes", "Yes"]] * 5
    rows += [[str(n), "2024-05-01 10:00:00", "4", *some] for n, some in enumerate(given)]
    read = started(tmp_path, written(tmp_path / "results.csv", rows))
    assert read.counts("Visits") == {"yes": 5, "no": 5}
    assert read.counts("Calls") == {"yes": 5, "no": 10}
    assert [one.label for one in read.codebook.values()] == ["Visits", "Calls"]
    assert own.open_collection(read.folder).size == 15


@pytest.mark.parametrize(
    ("heads", "yes", "no", "other"),
    [
        (["ID de la réponse", "Date de soumission", "Dernière page"], "Oui", "Non", "Autre"),
        (["Antwort ID", "Datum Abgeschickt", "Letzte Seite"], "Ja", "Nein", "Sonstiges"),
        (["ID de respuesta", "Fecha de envío", "Última página"], "Sí", "No", "Otro"),
        (["ID da resposta", "Data de envio", "Última página"], "Sim", "Não", "Outros"),
    ],
)
def test_ticks_of_limesurvey_are_read_in_other_languages(
    tmp_path: Path, heads: Sequence[str], yes: str, no: str, other: str
) -> None:
    rows = [[*heads, "Q? [A1]", "Q? [B1]", f"Q? [{other}]", "P?"]]
    ticks = [[yes, no, "", yes], [yes, yes, "", no], [no, no, "Zoo", yes]]
    rows += [[str(n), "2024-05-01 10:00:00", "3", *ticks[n % 3]] for n in range(18)]
    # who never came to the question has no for each option too
    rows += [[str(n), "", "1", no, no, "", ""] for n in range(18, 24)]
    read = started(tmp_path, written(tmp_path / "results.csv", rows))
    assert [one.label for one in read.codebook.values()] == ["A1", "B1", "P"]
    assert read.counts("A1") == {"yes": 12, "no": 6}
    assert read.counts("B1") == {"yes": 6, "no": 12}
    assert read.counts("P") == {"yes": 12, "no": 6}
    assert "6 rows not finished" in (read.folder / "CONFIRM.md").read_text()
    assert own.open_collection(read.folder).size == 24


def test_what_nobody_answered_beside_yes_and_no_is_left_out(tmp_path: Path) -> None:
    rows = [["respondent", "year", *(f"Used? [{one}]" for one in ("Visits", "Calls", "Mail"))]]
    rows += [[f"A{n}", 2024, *(["Yes", "No"] if n % 3 else ["No", ""]), ""] for n in range(18)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))
    assert read.counts("Visits") == {"yes": 12, "no": 6}
    assert [one.label for one in read.codebook.values()] == ["Visits", "Calls"]
    assert "nobody answered: Used? [Mail]" in (read.folder / "CONFIRM.md").read_text()
    assert own.open_collection(read.folder).size == 18


@pytest.mark.parametrize("mark", [" ", ": "])
def test_a_tick_that_is_the_end_of_its_heading_is_an_option(tmp_path: Path, mark: str) -> None:
    options = ["Police", "Schools (all)", "Courts", "Nobody else"]
    rows = [["respondent", "year", *(f"4) Who sits on it?{mark}{one}" for one in options)]]
    for n in range(20):
        ticked = ["Police", "", "The courts" if n % 4 == 0 else "", ""]
        ticked[1] = "Schools (all)\xa0" if n % 2 else ""
        rows.append([f"A{n}", 2024, *(["", "", "", ""] if n == 19 else ticked)])
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))
    assert read.counts("Schools") == {"yes": 9, "no": 10}
    assert read.counts("Courts") == {"yes": 5, "no": 14}
    assert read.counts("Nobody else") == {"no": 19}
    assert own.open_collection(read.folder).size == 20


def test_who_is_asked_for_a_name_is_told_from_questions_about_the_place(tmp_path: Path) -> None:
    rows = [["How many sit on your board?", "What is odd in your council?"]]
    rows[0] += ["Please enter the name of your institution:", "Glad?"]
    rows += [[n * 7, f"It is {n}", f"College {n}", "Yes" if n % 2 else "No"] for n in range(20)]
    read = started(tmp_path, written(tmp_path / "survey 2024.csv", rows))
    assert read.texts("authority")[0] == "College 0"
    about = json.loads((read.folder / "datapackage.json").read_text())
    assert about["respondents"] == ["institution", "institutions"]


@pytest.mark.parametrize("heading", ["AuthorityName", "council_name", "Name of authority"])
def test_a_name_is_found_however_its_heading_is_written(tmp_path: Path, heading: str) -> None:
    rows = [[heading, "year", "Glad?"]]
    rows += [[f"Place {n}", 2024, "Yes" if n % 2 else "No"] for n in range(20)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))
    assert read.texts("authority")[:2] == ["Place 0", "Place 1"]


@pytest.mark.parametrize("said", ["-99", "N/A", "NA"])
def test_a_list_of_ticks_that_was_passed_over_is_no_answer(tmp_path: Path, said: str) -> None:
    texts = ["Police, Schools", "Police", "Schools", "Courts, Police", said] * 6
    read = started(tmp_path, of_one("Who sits on it?", texts, tmp_path))
    assert read.counts("Police") == {"yes": 18, "no": 6}
    assert read.counts("Courts") == {"yes": 6, "no": 18}
    assert f"{said!r} is read as no answer" in (read.folder / "CONFIRM.md").read_text()


@pytest.mark.parametrize("unticked", ["", "0"])
def test_ticks_under_names_alone_are_options_called_by_their_text(
    tmp_path: Path, unticked: str
) -> None:
    rows = [["respondent", "year", *(f"board_{n}" for n in range(4)), "far_1", "far_2"]]
    for n in range(20):
        ticked = ["Police", "Schools" if n % 2 else unticked, "Courts" if n % 4 == 0 else unticked]
        rows.append([f"A{n}", 2024, *ticked, unticked, "Glad", "Sad"])
    rows += [[f"B{n}", 2024, *[unticked and "-99"] * 4, "Glad", "Sad"] for n in range(4)]
    read = started(tmp_path, written(tmp_path / "survey.csv", rows))
    labels = [one.label for one in read.codebook.values()]
    assert labels == ["Police", "Schools", "Courts", "board_3"]
    assert read.counts("Police") == {"yes": 20}
    assert read.counts("Schools") == {"yes": 10, "no": 10}
    assert read.counts("Courts") == {"yes": 5, "no": 15}


AREAS = {"Police": 0, "Schools": 1, "Parks": 2, "Roads": 2}


def ticked_in(folder: Path, name: str, question: str, areas: Sequence[str]) -> Path:
    """Write a file in which respondent n ticked the areas whose place in AREAS divides n."""
    rows = [["Council", *(f"{question} - {area}" for area in areas)]]
    rows += [[f"C{n}", *(a if n % 3 == AREAS[a.title()] else "" for a in areas)] for n in range(24)]
    return written(folder / name, rows)


@pytest.mark.parametrize("added", [["Parks"], ["Parks", "Roads"]])
@pytest.mark.parametrize(
    ("first", "later"),
    [("Q4. Who attends?", "Q6. Who attends?"), ("Who Attends?", "Who attends?")],
)
def test_an_option_that_a_later_wave_adds_is_of_the_question_however_it_is_numbered(
    tmp_path: Path, first: str, later: str, added: list[str]
) -> None:
    files = [
        ticked_in(tmp_path, "2023.csv", first, ["Police", "Schools"]),
        ticked_in(tmp_path, "2024.csv", later, ["Police", "Schools", *added]),
    ]
    read = started(tmp_path, *files)
    assert len(read.sections) == 1
    assert read.counts("Police") == {"yes": 16, "no": 24}  # of 16 in 2023 and 24 in 2024
    assert read.counts("Parks") == {"yes": 8, "no": 16}
    assert read.codebook[read.item("Parks")].years == (2024,)
    assert read.counts("Schools") == {"yes": 16, "no": 24}


def test_a_tick_that_a_later_wave_writes_in_capitals_is_a_tick(tmp_path: Path) -> None:
    files = [
        ticked_in(tmp_path, "2023.csv", "Who attends?", ["Police", "Schools"]),
        ticked_in(tmp_path, "2024.csv", "Who attends?", ["POLICE", "Schools"]),
    ]
    read = started(tmp_path, *files)
    assert read.counts("Police") == {"yes": 16, "no": 16}


def test_an_option_is_asked_in_the_waves_whose_file_has_it(tmp_path: Path) -> None:
    for year, areas in ((2023, ["Police", "Schools"]), (2024, ["Police", "Schools", "Parks"])):
        path = ticked_in(tmp_path, f"{year}.csv", "Who attends?", areas)
        path.write_text(path.read_text("utf-8").replace("Council", "Row"), encoding="utf-8")
    start([tmp_path / "2023.csv", tmp_path / "2024.csv"], out=tmp_path / "made")
    assert (tmp_path / "made" / "returns.csv").exists()  # one table of both
    found = own.open_collection(tmp_path / "made")
    tally = found.tally("Parks")
    assert tally[["year", "yes", "base"]].to_dict("list") == {
        "year": [2024],
        "yes": [8],
        "base": [24],
    }


def test_a_code_that_one_wave_writes_with_a_point_is_one_code(tmp_path: Path) -> None:
    ways = {2023: ["1.0", "2.0", "4+"], 2024: ["1", "2", "4+"]}
    files = [
        written(
            tmp_path / f"{year}.csv",
            [["Council", "Staff"], *[[f"C{n}", texts[n % 3]] for n in range(12)]],
        )
        for year, texts in ways.items()
    ]
    read = started(tmp_path, *files)
    assert sorted(read.counts("Staff").values()) == [8, 8, 8]


def test_ticks_that_another_tool_parts_otherwise_in_a_later_wave_are_the_same_options(
    tmp_path: Path,
) -> None:
    options = ("Parks", "Police, fire and rescue", "Schools")
    files = []
    for year, separator in ((2023, ";"), (2024, ", ")):
        texts = [
            separator.join(one for place, one in enumerate(options) if number >> place & 1)
            for number in [*range(8)] * 3
        ]
        rows = [["Council", "Who attends?"], *[[f"C{n}", text] for n, text in enumerate(texts)]]
        files.append(written(tmp_path / f"{year}.csv", rows))
    read = started(tmp_path, *files)
    assert sorted(one.label for one in read.codebook.values()) == [*options]
    assert [read.counts(one) for one in options] == [{"yes": 24, "no": 18}] * 3
    confirm = (read.folder / "CONFIRM.md").read_text("utf-8")
    assert "';' or ', ' between: 3 options" in " ".join(confirm.split())


def test_answers_of_more_than_a_line_are_answers(tmp_path: Path) -> None:
    texts = [f"Option {letter}: {'we would like to see it done ' * 4}" for letter in "ABC"]
    read = started(tmp_path, of_one("What first?", [texts[n % 3] for n in range(18)], tmp_path))
    assert sorted(read.counts("What first").values()) == [6, 6, 6]


def test_one_long_remark_among_ticks_hides_no_question(tmp_path: Path) -> None:
    ticks = ["Police", "Police, Schools", "Schools", "Schools, Housing", "Housing"] * 4
    path = of_one("Which areas?", [*ticks, f"It all {'depends on the place ' * 12}"], tmp_path)
    read = started(tmp_path, path)
    assert read.counts("Schools") == {"yes": 12, "no": 9}
    assert "what few wrote in themselves" in (read.folder / "CONFIRM.md").read_text()
    assert own.open_collection(read.folder).size == 21
