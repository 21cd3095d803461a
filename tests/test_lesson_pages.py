"""Slides and handouts: what their files say, what is shown, and that no answer is given away."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lesson_pages
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
    read_slide,
    slides_html,
    without_roles,
)
from matplotlib.figure import Figure

from csm_lib.findings import Finding
from csm_lib.lesson import NAMES, Exercise, Lesson, LessonError
from csm_lib.status import DRAWN_NOTE


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
def test_a_slide_is_read_with_its_title_text_notes_and_finding() -> None:
    text = "## Of what?\n\n- one\n- two\n\n{finding} fruit\n\nNotes:\nSay this.\nNotes: again."
    slide = read_slide(text)
    assert slide == Slide("Of what?", "- one\n- two", "Say this.\nNotes: again.", FRUIT["fruit"])
    assert read_slide("# Only a title") == Slide("Only a title")


def test_a_slide_shows_an_exercise_by_its_key() -> None:
    assert read_slide("## A\n{exercise} table-4 ").exercise == Lesson("table").exercise("table-4")


@pytest.mark.usefixtures("fruit")
def test_slides_are_parted_by_a_line_of_dashes(tmp_path: Path) -> None:
    (tmp_path / "few.md").write_text("# First\n\na --- b\n\n---\n## Second\n\n--- \n\n## Third\n")
    assert [slide.title for slide in read_deck("few", tmp_path)] == ["First", "Second", "Third"]


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
def test_a_deck_shows_something_and_no_finding_twice(tmp_path: Path) -> None:
    once = "## A\n{finding} fruit\n"
    (tmp_path / "twice.md").write_text(f"{once}\n---\n{once}")
    (tmp_path / "parts.md").write_text(f"{once}\n---\n## B\n{{finding}} fruit: pear\n")
    (tmp_path / "none.md").write_text("\n---\n")
    assert len(read_deck("parts", tmp_path)) == 2
    for name in ("twice", "none"):
        with pytest.raises(LessonError, match=rf"{name}\.md holds no slide, or"):
            read_deck(name, tmp_path)


@pytest.mark.usefixtures("fruit")
def test_part_of_a_finding_is_the_rows_that_hold_one_of_the_cells_named() -> None:
    part = part_of("chart: plum; <apple>; fig")
    assert part.table["fruit"].tolist() == part.data["fruit"].tolist() == ["<apple>", "plum"]
    assert part.draw is None
    assert (part.key, part.title) == ("chart-plum-apple-fig", FRUIT["chart"].title)
    assert part_of(" chart ") is FRUIT["chart"]


@pytest.mark.usefixtures("fruit")
def test_part_of_a_table_with_rows_of_its_own_keeps_all_data() -> None:
    part = part_of("wide: 2 of 3")
    assert (len(part.data), len(part.table)) == (3, 1)


# -- Showing slides ----------------------------------------------------------


def test_a_slide_tells_the_result_and_the_speaker_what_to_beware_of() -> None:
    slide = Slide("Fruit", "*Ripe?*", notes="One.\n\nTwo.", finding=finding())
    shown = soup(slide.html)
    assert one(shown, "h2").text == "Fruit"
    assert one(shown, ".csm-title").text == "Two apples & a pear"
    assert one(shown, "em").text == "Ripe?"
    assert "bruised" not in shown.text
    assert slide.told == "One.\n\nTwo.\n\n**Beware:** Some were bruised."
    assert Slide("A", exercise=ask("table-4")).told == "**Time:** 7 minutes."


def test_a_table_on_a_slide_is_text_and_says_what_its_headers_head() -> None:
    made = one(soup(Slide("A", finding=finding(2)).html), "table")
    assert one(made, "caption").text == "Two apples & a pear"
    assert [head["scope"] for head in made.select("th")] == ["col", "col", "row", "row"]
    assert [cell.text for cell in made.select("tbody tr")[0].select("th, td")] == [
        "<apple>", "2 of 3",
    ]  # fmt: skip


def test_a_table_too_long_for_a_slide_is_cut_and_says_so() -> None:
    cut, whole = (soup(Slide("A", finding=finding(rows)).html) for rows in (19, 18))
    assert len(cut.select("tbody tr")) == 12
    assert "The first 12 of 19 rows." in cut.text
    assert len(whole.select("tbody tr")) == 18
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
    assert one(drawn, ".csm-label").text == DRAWN_NOTE
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
    assert "Two apples" not in shown.text
    assert "Done!" not in shown.text
    assert "Try." not in shown.text


@pytest.mark.usefixtures("fruit")
def test_a_deck_starts_with_book_and_licence_and_ends_with_its_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lesson_pages, "SLIDES", tmp_path)
    monkeypatch.setattr(read_deck, "__defaults__", (tmp_path,))
    turns = "## Your turn!\n\nNotes:\nGo **on**.\n\n---\n" * 2
    (tmp_path / "few.md").write_text(f"# T\n\nSub\n\n---\n{turns}## A\n{{finding}} fruit\n")
    page = soup(slides_html("few", book="The <b>", foot="<p>Version 7</p>"))
    sections = page.select("section")
    assert [section["id"] for section in sections] == [
        "t", "your-turn", "your-turn-2", "a", "sources",
    ]  # fmt: skip
    assert sections[1]["aria-label"] == "Slide 2 of 5: Your turn!"
    assert one(page, "h1").text == "T"
    assert all(word in sections[0].text for word in ("The <b>", "Sub", "CC BY 4.0"))
    assert [aside.strong.text for aside in page.select("aside.notes")[:2]] == ["on", "on"]
    assert [item.text for item in sections[-1].select("li")] == ["A market"]
    assert "Version 7" in sections[-1].text
    assert one(sections[-1], "a")["href"] == "../notebooks/lesson_few.html"


@pytest.mark.parametrize("name", NAMES)
def test_the_slides_of_a_lesson_have_addresses_of_their_own_and_cite_the_paper(name: str) -> None:
    sections = soup(slides_html(name, book="B", foot="F")).select("section")
    ids = [str(section["id"]) for section in sections]
    assert len(set(ids)) == len(ids) == len(read_deck(name)) + 1
    assert "Mapping the implementation of Children's Trust arrangements" in sections[-1].text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('href="notebooks/a.html"', 'href="../notebooks/a.html"'),
        ('href="https://example.org"', 'href="https://example.org"'),
        ('href="#here"', 'href="#here"'),
        ('href="?print-pdf"', 'href="?print-pdf"'),
        ('href="../book/a.html"', 'href="../book/a.html"'),
    ],
)
def test_links_are_written_from_the_root_of_the_site(before: str, after: str) -> None:
    assert linked(f"<a {before}>") == f"<a {after}>"


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


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a {term}`base`", "a base"),
        ("the {term}`bases <base>` of it", "the bases of it"),
        ("as was shown {cite:p}`holm1979`.", "as was shown."),
        ("{doc}`/book/background`", "/book/background"),
        ("[this page](lesson_fall.ipynb#time)", "this page"),
        ("`code` and *words*", "`code` and *words*"),
    ],
)
def test_what_only_the_site_can_resolve_becomes_words(before: str, after: str) -> None:
    assert without_roles(before) == after


def notebook(folder: Path, *cells: str) -> Path:
    path = folder / "lesson.ipynb"
    made = [{"cell_type": "markdown", "source": [cell]} for cell in cells]
    path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": ["# a"]}, *made]}))
    return path


def test_a_handout_takes_the_first_paragraph_and_the_objectives(tmp_path: Path) -> None:
    path = notebook(
        tmp_path,
        "# A lesson\n\nIts {term}`story`,\nin short.\n\nMore of it.",
        "## Objectives\n\nYou can\n\n- read,\n- write.\n\n## Prerequisites\n\nnone",
    )
    assert introduction(path) == (
        "A lesson",
        "Its story,\nin short.",
        "You can\n\n- read,\n- write.",
    )


@pytest.mark.parametrize("text", ["# A\n\nStory.\n\n## B", "## Objectives\n\nA\n\n## B"])
def test_a_lesson_without_title_story_or_objectives_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(LessonError, match=r"lesson\.ipynb needs a title.* a section 'Objectives'"):
        introduction(notebook(tmp_path, text))


def test_a_handout_holds_the_tasks_to_read_and_to_reason_about(
    sheet: BeautifulSoup, exercises: list[Exercise]
) -> None:
    asked = [task for task in exercises if task.level != "compute"]
    assert len(asked) >= 4
    assert [head.text for head in sheet.select("h3")] == [
        f"{number}. {task.title} {task.level}, {task.minutes} minutes"
        for number, task in enumerate(asked, 1)
    ]
    assert f"Exercises ({sum(task.minutes for task in asked)} minutes)" in sheet.text


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


def test_a_handout_needs_no_script_and_no_screen(sheet: BeautifulSoup) -> None:
    assert sheet.select("script, details, button, input, form, a") == []
    assert len(sheet.select("h1")) == 1
