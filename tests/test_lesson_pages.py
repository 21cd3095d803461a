"""Slides and handouts: what their files say, what is shown, and that no answer is given away."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
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
    task_of,
    without_roles,
)
from matplotlib.figure import Figure

from csm_lib.collection import open_collection
from csm_lib.findings import Finding
from csm_lib.lesson import NAMES, Exercise, Lesson, LessonError
from csm_lib.status import DRAWN, LABELS


def chart(inches: float) -> Callable[[], Any]:
    """Draws a chart of that height."""
    return lambda: Figure(figsize=(6, inches)).add_subplot()


def told_chart() -> Any:
    """A chart in which every count of the table stands."""
    ax = Figure(figsize=(6, 2)).add_subplot()
    ax.text(0.5, 0.5, "2 of 3")
    return ax


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
    "told": finding(key="told", draw=lambda: told_chart()),
    "ripe": finding(19, key="ripe"),
    "years": finding(
        data=pd.DataFrame(
            {"fruit": ["plum", "pear", "fig", "plum"], "year": [2009, 2009, 2009, 2008]}
        )
    ),
}


@pytest.fixture
def fruit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lesson_pages, "take", FRUIT.__getitem__)


def soup(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def visible(page: Tag) -> str:
    """What stands on a slide before a key is pressed, charts and their descriptions too.

    What does not is taken from the page.
    """
    for hidden in page.select(".fragment:not(.fade-out)"):
        hidden.decompose()
    described = [str(drawing["aria-label"]) for drawing in page.select("svg")]
    return "\n".join([page.get_text(" "), *described])


@cache
def shown(name: str) -> list[tuple[Slide, str]]:
    """The slides of a lesson, each with what stands on it before a key is pressed."""
    return [(slide, visible(soup(slide.html))) for slide in read_deck(name)]


def one(page: Tag, selector: str) -> Tag:
    (found,) = page.select(selector)
    return found


# -- Reading slides ----------------------------------------------------------


@pytest.mark.usefixtures("fruit")
def test_a_deck_is_read_with_what_each_slide_shows_and_says(tmp_path: Path) -> None:
    (tmp_path / "few.md").write_text(
        "# Only a title\n\n---\n## Of what?\n\n- one\n- two --- three\n\n. . .\nfour\n\n"
        "Handout:\n{finding} fruit\nWhich?\n\nNotes:\nSay this.\nNotes: again.\n\n"
        "--- \n\n## A\n\n. . .\n\n{finding} fruit\n\n---\n## B\n{exercise} table-4 \n\nIn pairs."
    )
    assert read_deck("few", tmp_path) == (
        Slide("Only a title"),
        Slide(
            "Of what?",
            "- one\n- two --- three",
            "four",
            "Say this.\nNotes: again.",
            "{finding} fruit\nWhich?",
            number=1,
        ),
        Slide("A", finding=FRUIT["fruit"], waits=True),
        Slide("B", "In pairs.", exercise=Lesson("table").exercise("table-4"), number=2),
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
        ("## A\n{finding} fruit\nSweet.", "It has words of its own and fruit"),
        ("## A\n{finding} ripe", "ripe has 19 rows: name 5 at the most"),
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
def test_part_of_a_finding_is_the_rows_that_hold_what_is_named_in_every_column() -> None:
    part = part_of("chart: plum; <apple>; fig")
    assert part.table["fruit"].tolist() == part.data["fruit"].tolist() == ["<apple>", "plum"]
    assert part.draw is None
    assert part.base == "all baskets; some of them here"
    assert part_of(" chart ") is FRUIT["chart"]
    years = part_of("years: 2009; plum; pear")
    assert years.data.to_dict("list") == {"fruit": ["plum", "pear"], "year": [2009, 2009]}
    assert list(years.table) == ["fruit"]
    assert years.question == "Which fruit? (2009)"


# -- Showing slides ----------------------------------------------------------


def test_a_slide_asks_and_tells_the_result_only_when_a_key_is_pressed() -> None:
    shown = soup(Slide("Fruit", notes="One.\n\nTwo.", finding=finding()).html)
    assert [one(shown, tag).text for tag in ("h2", ".csm-question")] == ["Fruit", "Which fruit?"]
    assert one(shown, ".csm-answer").text == "Two apples & a pear"
    assert "<apple>" in visible(shown)
    assert "Two apples & a pear" not in visible(shown)
    waits = soup(Slide("Fruit", finding=finding(), waits=True).html)
    assert "Which fruit?" in visible(waits)
    assert "<apple>" not in visible(waits)
    words = soup(Slide("Fruit", "*Ripe?*", "Yes.").html)
    assert visible(words).split() == ["Fruit", "Ripe?"]


def test_the_speaker_is_told_base_status_source_and_note_which_the_slide_leaves_out() -> None:
    slide = Slide("Fruit", notes="One.\n\nTwo.", finding=finding())
    assert slide.told == (
        "One.\n\nTwo.\n\n**Base:** all baskets. **Status:** 3 derived. **Source:** A market.\n\n"
        "**Note:** Some were bruised."
    )
    assert not [word for word in ("baskets", "market", "bruised") if word in slide.html]
    assert Slide("A", exercise=ask("table-4")).told == "**Time:** 7 minutes."


def test_a_table_on_a_slide_is_text_with_its_headers() -> None:
    made = one(soup(Slide("A", finding=finding()).html), "table")
    assert [head["scope"] for head in made.select("th")][:3] == ["col", "col", "row"]
    assert [cell.text for cell in made.select("tbody tr")[0]] == ["<apple>", "2 of 3"]


def test_what_is_drawn_is_called_so_on_the_slide() -> None:
    data = pd.DataFrame({"fruit": ["plum"], "status": ["drawn"]})
    assert soup(Slide("A", finding=finding()).html).select(".csm-label") == []
    drawn = soup(Slide("A", finding=finding(data=data)).html)
    assert one(drawn, ".csm-label").text == LABELS[DRAWN]
    assert LABELS[DRAWN] in visible(drawn)


def test_a_chart_is_drawn_and_too_high_a_one_refused() -> None:
    shown = soup(Slide("A", finding=finding(draw=chart(2))).html)
    assert (len(shown.select("svg")), shown.select("table")) == (1, [])
    with pytest.raises(LessonError, match=r"chart of fruit is too high to be read: name fewer"):
        _ = Slide("A", finding=finding(draw=chart(4))).html


def test_a_picture_stands_for_the_table_and_a_blank_one_until_the_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def drawing(_: Finding) -> Any:
        return chart(1)()

    monkeypatch.setattr(lesson_pages, "PICTURES", {"fruit": drawing})
    monkeypatch.setattr(lesson_pages, "BLANK", {"fruit": drawing})
    now = soup(Slide("A", finding=finding()).html)
    assert (len(now.select("svg")), now.select("table")) == (1, [])
    waits = soup(Slide("A", finding=finding(), waits=True).html)
    blank, told = waits.select(".csm-shown")
    assert {"fade-out", "csm-blank"} <= set(blank["class"])
    assert one(blank, "svg")["aria-label"] == "Which fruit?"
    assert "2 of 3" in one(told, "svg")["aria-label"]


def test_an_exercise_on_a_slide_shows_where_it_stands_and_how_long_it_takes() -> None:
    exercise = Exercise("a-1", "reason", "T", "Do it.", "Done!", "Try.", finding=finding())
    shown = soup(Slide("A", "In pairs.", exercise=exercise, number=3).html)
    assert one(shown, ".csm-turn").text == "Handout, number 3, 5 minutes"
    computed = Slide("A", exercise=replace(exercise, level="compute"))
    assert one(soup(computed.html), ".csm-turn").text == "In the notebook, 5 minutes"
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


# -- What the decks tell, and when -------------------------------------------

TOLD = re.compile(r"\d+ of \d+|\d+(?:\.\d+)?%?")
NO_ANSWER = re.compile(r"\b(?:\d{1,2} [A-Z][a-z]+ )?(?:19|20)\d\d\b|\b0\.05\b")
"""Dates, and the level of a test."""


LABELS_OF_ITEMS = {item.label for item in open_collection().codebook.values()}


def named_in(text: str) -> set[str]:
    """The items of the collection that a text names."""
    return {label for label in LABELS_OF_ITEMS if label.lower() in text.lower()}


def given_away(shown: str, task: str, answer: str) -> set[str]:
    """The numbers of an answer, and not of its task, that stand beside what it is about.

    Percentages alone are what the paper prints: what is asked for is behind them.
    """
    numbers, known, seen = (
        set(TOLD.findall(NO_ANSWER.sub("", text))) for text in (answer, task, shown)
    )
    wanted = {one for one in numbers - known if len(one) > 1 and not one.endswith("%")}
    return wanted & seen if named_in(shown) & named_in(task + answer) else set()


def test_a_number_of_an_answer_is_found_beside_what_it_is_about() -> None:
    task, answer = "How many Boards is 36% for Jobcentre Plus?", "26 of 72, which is 36.1%."
    assert given_away("Jobcentre Plus 36% (26 of 72)", task, answer) == {"26 of 72"}
    assert given_away("Police 36% (26 of 72)", task, answer) == set()
    assert given_away("Jobcentre Plus 36%", task, answer) == set()


@pytest.mark.parametrize("name", NAMES)
def test_no_slide_shows_an_answer_before_its_exercise(name: str) -> None:
    told = {
        (slide.title, before.title): found
        for place, (slide, _) in enumerate(shown(name))
        if slide.exercise is not None
        for before, seen in shown(name)[1:place]
        if (found := given_away(seen, slide.exercise.task, slide.exercise.solution))
    }
    assert told == {}


@pytest.mark.parametrize("name", NAMES)
def test_no_conclusion_stands_on_a_slide_until_a_key_is_pressed(name: str) -> None:
    told = [slide.finding.title for slide, seen in shown(name) if slide.finding
            and slide.finding.title in seen]  # fmt: skip
    assert told == []
    assert sum(slide.finding is not None for slide, _ in shown(name)) >= 3


@pytest.mark.parametrize("name", NAMES)
def test_the_slides_of_a_lesson_have_addresses_of_their_own_and_cite_the_paper(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lesson_pages, "picture", lambda *_, **__: "<svg/>")
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


@pytest.fixture(scope="module")
def deck(name: str) -> list[Slide]:
    return [slide for slide in read_deck(name) if slide.on_paper]


def test_a_handout_holds_what_its_deck_asks_on_paper_in_that_order(
    sheet: BeautifulSoup, deck: list[Slide]
) -> None:
    assert len(deck) >= 4
    assert [head.text.split(" minutes")[0] for head in sheet.select("h2")] == [
        f"{number}. {slide.exercise.title} {slide.exercise.minutes}"
        if slide.exercise
        else f"{number}. {slide.title}"
        for number, slide in enumerate(deck, 1)
    ]
    assert sheet.select("script, details, button, input, form, a") == []
    assert len(sheet.select("h1")) == 1


def test_no_answer_of_a_task_stands_on_the_handout(
    sheet: BeautifulSoup, deck: list[Slide], exercises: list[Exercise]
) -> None:
    said = words(sheet.text)
    for task in exercises:
        lines = [line.removeprefix("- ") for line in task.solution.splitlines() if len(line) > 30]
        assert [line for line in lines if words(line) in said] == []
        assert not task.hint or words(task.hint) not in said
        assert task.finding is None or task.finding.title not in said
    tasks = sheet.select(".csm-exercise-sheet")
    for slide in deck:
        if slide.exercise is None and slide.finding is not None:
            title = slide.finding.title
            counts = re.findall(r"\d+ of \d+", title)
            assert title not in said
            assert [count for count in counts if count in said] == [], slide.title
        elif slide.exercise is not None:
            # what is to be read off a chart or table stands in its own, and nowhere else
            own = slide.exercise.finding.table.to_string() if slide.exercise.finding else ""
            for other in tasks:
                shown = words(other.text)
                found = given_away(shown, slide.exercise.task + own, slide.exercise.solution)
                counts = {one for one in found if " of " in one}  # others may be alike by chance
                assert counts == set(), (slide.title, words(other.h2.text) if other.h2 else "")


def test_the_table_that_the_first_activity_needs_stands_on_the_handout_as_printed() -> None:
    rows = one(soup(handout("table")), "table").select("tbody tr")
    cells = [[cell.text for cell in row] for row in rows]
    assert len(cells) == 9
    assert ["Jobcentre Plus", "36%", "2", "21%", "71%", "8%", "2"] in cells


def test_each_question_of_a_handout_has_room_for_an_answer(sheet: BeautifulSoup) -> None:
    for task in sheet.select(".csm-exercise-sheet"):
        rooms = [item.select(".csm-room") for item in task.select("li")]
        assert {len(room) for room in rooms} <= {1}
        assert task.select(".csm-room span")


def test_a_chart_that_tells_every_count_needs_no_table_on_paper() -> None:
    charted = Exercise("a-1", "read", "T", "Read.", "S", finding=FRUIT["told"])
    tabled = Exercise("a-2", "read", "T", "Read.", "S", finding=FRUIT["chart"])
    assert [task_of(Slide("A", exercise=one))["tabled"] for one in (charted, tabled)] == [
        False,
        True,
    ]
