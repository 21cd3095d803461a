"""Slides and handouts: what their files say, what is shown, and that no answer is given away."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lesson_pages
import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup, Tag
from lesson_pages import (
    Slide,
    ask,
    handout,
    introduction,
    linked,
    part_of,
    read_deck,
    slides_html,
    without_roles,
)
from matplotlib.figure import Figure

from csm_lib.findings import Finding
from csm_lib.lesson import NAMES, Exercise, Lesson, LessonError
from csm_lib.status import DRAWN, LABELS


def chart(inches: float) -> Callable[[], Any]:
    """Draws a chart of that height."""
    return lambda: Figure(figsize=(6, inches)).add_subplot()


def finding(rows: int = 3, **more: Any) -> Finding:
    names = ["<apple>", "pear", "plum"] * rows
    given: dict[str, Any] = {
        "key": "fruit",
        "title": "Two apples & a pear",
        "question": "Which fruit?",
        "data": pd.DataFrame({"fruit": names[:rows], "ripe": "2 of 3"}),
        "base": "all baskets.",
        "source": "A market",
        "caveat": "Some were bruised.",
        "alt": "A bowl of fruit.",
    }
    return Finding(**{**given, **more})


FRUIT = {
    "fruit": finding(),
    "chart": finding(key="chart", draw=chart(3)),
    "ripe": finding(19),
    "wide": finding(shown=pd.DataFrame({"apple": ["2 of 3"], "pear": ["3 of 3"]})),
}


@pytest.fixture
def fruit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lesson_pages, "take", FRUIT.__getitem__)


def soup(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def one(page: Tag, selector: str) -> Tag:
    (found,) = page.select(selector)
    return found


# -- Reading slides ----------------------------------------------------------


@pytest.mark.usefixtures("fruit")
def test_a_deck_is_read_with_title_text_notes_and_what_each_slide_shows(tmp_path: Path) -> None:
    (tmp_path / "few.md").write_text(
        "# Only a title\n\n---\n## Of what?\n\n- one\n- two --- three\n\n{finding} fruit\n\n"
        "Notes:\nSay this.\nNotes: again.\n\n--- \n\n## A\n{exercise} table-4 \n"
    )
    assert read_deck("few", tmp_path) == (
        Slide("Only a title"),
        Slide("Of what?", "- one\n- two --- three", "Say this.\nNotes: again.", FRUIT["fruit"]),
        Slide("A", exercise=Lesson("table").exercise("table-4")),
    )


@pytest.mark.usefixtures("fruit")
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("no title", "'no title': give it one title"),
        ("### Low", "'### Low': give it one title"),
        ("## A\n## B", "'## A': give it one title"),
        ("## A\n{finding} fruit\n{finding} ripe", "shows finding, finding: one finding and one"),
        ("## A\n{picture} cat", "shows picture: one finding and one exercise"),
        ("## A\n{finding} fruits", "fruits"),
        ("## A\n{finding} fruit: kiwi; fig", "No cell of 'fruit' holds kiwi or fig."),
        ("## A\n{exercise} table-99", "has no exercise 'table-99'"),
        ("## A\n{exercise} cooking-1", "There is no lesson 'cooking'"),
    ],
)
def test_a_slide_that_is_not_as_it_must_be_is_refused_and_named(
    tmp_path: Path, text: str, told: str
) -> None:
    (tmp_path / "bad.md").write_text(f"# Fine\n\n---\n\n{text}\n")
    with pytest.raises(LessonError, match=rf"bad\.md, slide 2: .*{re.escape(told)}"):
        read_deck("bad", tmp_path)


@pytest.mark.usefixtures("fruit")
@pytest.mark.parametrize("text", ["\n---\n", "## A\n{finding} fruit\n\n---\n## B\n{finding} fruit"])
def test_a_deck_shows_something_and_no_finding_twice(tmp_path: Path, text: str) -> None:
    (tmp_path / "deck.md").write_text(text)
    with pytest.raises(LessonError, match=r"deck\.md holds no slide, or"):
        read_deck("deck", tmp_path)


@pytest.mark.usefixtures("fruit")
def test_a_part_of_a_finding_may_follow_it(tmp_path: Path) -> None:
    (tmp_path / "parts.md").write_text(
        "## A\n{finding} fruit\n\n---\n## B\n{finding} fruit: pear\n"
    )
    assert len(read_deck("parts", tmp_path)) == 2


@pytest.mark.usefixtures("fruit")
def test_part_of_a_finding_is_the_rows_that_hold_one_of_the_cells_named() -> None:
    part = part_of("chart: plum; <apple>; fig")
    assert part.table["fruit"].tolist() == part.data["fruit"].tolist() == ["<apple>", "plum"]
    assert part.draw is None
    assert (part.key, part.title) == ("chart-plum-apple-fig", FRUIT["chart"].title)
    assert part_of(" chart ") is FRUIT["chart"]
    wide = part_of("wide: 2 of 3")  # its table has rows of its own
    assert (len(wide.data), len(wide.table)) == (3, 1)


# -- Showing slides ----------------------------------------------------------


def test_a_slide_tells_the_result_and_the_speaker_what_to_note() -> None:
    slide = Slide("Fruit", "*Ripe?*", notes="One.\n\nTwo.", finding=finding())
    shown = soup(slide.html)
    told = [one(shown, tag).text for tag in ("h2", ".csm-title", "em")]
    assert told == ["Fruit", "Two apples & a pear", "Ripe?"]
    assert "bruised" not in shown.text
    assert slide.told == "One.\n\nTwo.\n\n**Note:** Some were bruised."
    assert Slide("A", exercise=ask("table-4")).told == "**Time:** 7 minutes."


def test_a_table_on_a_slide_is_text_with_its_headers_and_cut_where_it_is_too_long() -> None:
    cut, whole = (soup(Slide("A", finding=finding(rows)).html) for rows in (19, 18))
    made = one(cut, "table")
    assert one(made, "caption").text == "Two apples & a pear"
    assert [head["scope"] for head in made.select("th")][:3] == ["col", "col", "row"]
    assert [cell.text for cell in made.select("tbody tr")[0]] == ["<apple>", "2 of 3"]
    assert [len(page.select("tbody tr")) for page in (cut, whole)] == [12, 18]
    assert "The first 12 of 19 rows." in cut.text
    assert "The first" not in whole.text


def test_base_status_and_source_stand_under_what_is_shown() -> None:
    data = pd.DataFrame({"fruit": ["plum"], "status": ["drawn"]})
    told = soup(Slide("A", finding=finding()).html)
    drawn = soup(Slide("A", finding=finding(data=data, source="x" * 91)).html)
    assert one(told, ".csm-base").text == (
        "Base: all baskets. Status: 3 derived. Source: A market."
    )
    assert told.select(".csm-label") == []
    assert one(drawn, ".csm-base").text == "Base: all baskets. Status: 1 drawn."  # too long
    assert one(drawn, ".csm-label").text == LABELS[DRAWN]
    assert "status" not in one(drawn, "table").text


@pytest.mark.parametrize(
    ("inches", "text", "layout", "drawn"),
    [
        (3, "", "under", True),
        (3, "Words.", "beside", True),
        (4, "", "beside", True),
        (7, "Words.", "beside", True),
        (8, "Words.", "under", False),
    ],
)
def test_a_high_chart_stands_beside_the_text_and_too_high_a_one_gives_way_to_its_table(
    inches: float, text: str, layout: str, drawn: bool
) -> None:
    shown = soup(Slide("A", text, finding=finding(draw=chart(inches))).html)
    assert one(shown, ".csm-slide")["data-layout"] == layout
    assert (bool(shown.select("svg")), bool(shown.select("table"))) == (drawn, not drawn)


def test_an_exercise_on_a_slide_shows_its_task_and_no_solution() -> None:
    exercise = Exercise("a-1", "compute", "T", "Do it.", "Done!", "Try.", finding=finding())
    shown = soup(Slide("A", exercise=exercise).html)
    assert one(shown, ".csm-task").text == "Do it."
    assert one(shown, ".csm-base").text.endswith("Which fruit?")
    assert not [word for word in ("Two apples", "Done!", "Try.") if word in shown.text]


@pytest.mark.usefixtures("fruit")
def test_a_deck_starts_with_book_and_licence_and_ends_with_its_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_deck, "__defaults__", (tmp_path,))
    turns = "## Your turn!\n\nNotes:\nGo **on**.\n\n---\n" * 2
    (tmp_path / "few.md").write_text(f"# T\n\nSub\n\n---\n{turns}## A\n{{finding}} fruit\n")
    page = soup(slides_html("few", book="The <b>", foot="<p>Version 7</p>"))
    first, turn, *_, last = page.select("section")
    ids = [section["id"] for section in page.select("section")]
    assert ids == ["t", "your-turn", "your-turn-2", "a", "sources"]
    assert turn["aria-label"] == "Slide 2 of 5: Your turn!"
    assert one(page, "h1").text == "T"
    assert all(word in first.text for word in ("The <b>", "Sub", "CC BY 4.0"))
    assert [aside.strong.text for aside in page.select("aside.notes")[:2]] == ["on", "on"]
    assert [item.text for item in last.select("li")] == ["A market"]
    assert "Version 7" in last.text
    assert one(last, "a")["href"] == "../notebooks/lesson_few.html"


@pytest.mark.parametrize("name", NAMES)
def test_the_slides_of_a_lesson_have_addresses_of_their_own_and_cite_the_paper(name: str) -> None:
    sections = soup(slides_html(name, book="B", foot="F")).select("section")
    ids = [str(section["id"]) for section in sections]
    assert len(set(ids)) == len(ids) == len(read_deck(name)) + 1
    assert "Mapping the implementation of Children's Trust arrangements" in sections[-1].text


def test_links_are_written_from_the_root_of_the_site() -> None:
    assert linked('<a href="notebooks/a.html">') == '<a href="../notebooks/a.html">'
    for kept in ("https://example.org", "#here", "?print-pdf", "../book/a.html"):
        assert linked(f'<a href="{kept}">') == f'<a href="{kept}">'


# -- Handouts ----------------------------------------------------------------


@pytest.fixture(scope="module", params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def sheet(name: str) -> BeautifulSoup:
    return soup(handout(name))


@pytest.fixture(scope="module")
def exercises(name: str) -> list[Exercise]:
    lesson = Lesson(name)
    return [lesson.exercise(key) for key in lesson.exercises]


def words(text: str) -> str:
    return " ".join(text.split())


def test_what_only_the_site_can_resolve_becomes_words() -> None:
    text = (
        "a {term}`base`, the {term}`bases <base>` of it {cite:p}`holm1979`, {doc}`/book/cite`, "
        "[this page](lesson_fall.ipynb#time), `code` and *words*."
    )
    told = "a base, the bases of it, /book/cite, this page, `code` and *words*."
    assert without_roles(text) == told


INTRODUCTION = (
    "# A lesson\n\nIts {term}`story`,\nin short.\n\nMore of it.\n\n"
    "## Objectives\n\nYou can\n\n- read,\n- write.\n\n## Prerequisites\n\nnone"
)


def notebook(folder: Path, text: str) -> Path:
    path = folder / "lesson.ipynb"
    cells = [nbformat.v4.new_code_cell("# a"), nbformat.v4.new_markdown_cell(text)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def test_a_handout_takes_the_first_paragraph_and_the_objectives(tmp_path: Path) -> None:
    assert introduction(notebook(tmp_path, INTRODUCTION)) == (
        "A lesson",
        "Its story,\nin short.",
        "You can\n\n- read,\n- write.",
    )


@pytest.mark.parametrize("missing", ["# A lesson", "Its", "Objectives"])
def test_a_lesson_without_title_story_or_objectives_is_refused(
    tmp_path: Path, missing: str
) -> None:
    told = INTRODUCTION.replace(missing, "") if missing != "Its" else "# A lesson\n\n## Objectives"
    with pytest.raises(LessonError, match=r"lesson\.ipynb needs a title.* a section 'Objectives'"):
        introduction(notebook(tmp_path, told))


def test_a_handout_holds_the_tasks_to_read_and_to_reason_about_and_no_screen(
    sheet: BeautifulSoup, exercises: list[Exercise]
) -> None:
    asked = [task for task in exercises if task.level != "compute"]
    assert len(asked) >= 4
    assert [head.text for head in sheet.select("h3")] == [
        f"{number}. {task.title} {task.level}, {task.minutes} minutes"
        for number, task in enumerate(asked, 1)
    ]
    assert f"Exercises ({sum(task.minutes for task in asked)} minutes)" in sheet.text
    assert sheet.select("script, details, button, input, form, a") == []
    assert len(sheet.select("h1")) == 1


def test_a_handout_gives_no_answer_away(sheet: BeautifulSoup, exercises: list[Exercise]) -> None:
    said = words(sheet.text)
    for task in exercises:
        lines = [line.removeprefix("- ") for line in task.solution.splitlines() if len(line) > 30]
        assert [line for line in lines if words(line) in said] == []
        assert not task.hint or words(task.hint) not in said
        assert task.finding is None or task.finding.title not in said


def test_each_question_of_a_handout_has_room_for_an_answer(sheet: BeautifulSoup) -> None:
    for task in sheet.select(".csm-exercise-sheet"):
        lines = 1 if "read" in one(task, "small").text else 2
        rooms = [item.select(".csm-room") for item in task.select("li")]
        if rooms:
            assert {len(room) for room in rooms} == {1}
        assert {len(room.select("span")) for room in task.select(".csm-room")} == {lines}


def test_a_handout_shows_the_data_that_its_tasks_are_about(
    sheet: BeautifulSoup, exercises: list[Exercise]
) -> None:
    shown = [task.finding for task in exercises if task.level != "compute" and task.finding]
    looks = sheet.select(".csm-look")
    assert [title.text for title in sheet.select(".csm-title")] == [one.question for one in shown]
    assert [look for look in looks if not look.select("svg, table")] == []
    for made, look in zip(shown, looks, strict=True):
        counts = re.findall(r"\d+ of \d+", made.table.to_string())
        assert [count for count in counts if count not in look.get_text(" ")] == []


def test_a_chart_that_tells_every_count_needs_no_table_on_paper() -> None:
    components, alarms = soup(handout("measured")).select(".csm-look")[:2]
    assert (len(components.select("svg")), components.select("table")) == (1, [])
    assert len(alarms.select("table")) == 1
