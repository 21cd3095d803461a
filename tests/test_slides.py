"""Slides: what their files say, and how a slide shows a finding or an exercise."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from test_notebooks import numbers_in

from csm_lib.chapters import commissioning, jsna
from csm_lib.collection import Collection
from csm_lib.findings import Finding
from csm_lib.status import DRAWN_NOTE
from csm_lib.teaching import LESSONS
from csm_lib.teaching.shown import standing, table
from csm_lib.teaching.slides import (
    SLIDES,
    Deck,
    Slide,
    SlideError,
    ask,
    deck,
    find,
    linked,
    read_slide,
)

each_lesson = pytest.mark.parametrize("name", LESSONS)


@pytest.fixture(scope="module", params=LESSONS)
def lesson(request: pytest.FixtureRequest, collection: Collection) -> Deck:
    return deck(request.param, collection)


def soup(text: str) -> BeautifulSoup:
    return BeautifulSoup(text, "html.parser")


def finding(rows: int = 2, **more: object) -> Finding:
    given: dict[str, object] = {
        "key": "fruit",
        "title": "Two apples & a pear",
        "question": "Which fruit?",
        "data": pd.DataFrame({"fruit": ["<apple>"] * rows, "count": range(rows)}),
        "base": "all baskets.",
        "source": "A market",
        "caveat": "Some were bruised.",
    }
    return Finding(**{**given, **more})  # type: ignore[arg-type]


# -- Reading -----------------------------------------------------------------


def test_a_slide_is_read_with_its_title_text_notes_and_finding(collection: Collection) -> None:
    slide = read_slide(
        "## Of what?\n\n- one\n- two\n\n{finding} jsna.components\n\nNotes:\nSay this.\nThen that.",
        collection,
    )

    assert slide.title == "Of what?"
    assert slide.text == "- one\n- two"
    assert slide.notes == "Say this.\nThen that."
    assert slide.finding is not None
    assert slide.finding.title == jsna.components(collection).title
    assert slide.exercise is None


def test_slides_are_parted_by_a_line_of_dashes(collection: Collection, tmp_path: Path) -> None:
    (tmp_path / "few.md").write_text("# First\n\ntext\n\n---\n## Second\n\n---\n\n## Third\n")

    made = deck("few", collection, tmp_path)

    assert [slide.title for slide in made.slides] == ["First", "Second", "Third"]
    assert made.title == "First"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("no title", "It begins 'no title'. Begin with a title"),
        ("## A\n## B", "second title, '## B'"),
        ("## A\n{finding} jsna.components\n{finding} jsna.carried_out", "second finding"),
        ("## A\n{picture} cat", "no {picture}"),
        ("## A\n{finding} jsna.componets", "jsna has no 'componets'. Did you mean 'components'?"),
        ("## A\n{finding} jnsa.components", "no module 'jnsa'"),
        ("## A\n{finding} components", "Write module.function"),
        ("## A\n{finding} jsna.components(len([]))", "plain values"),
        ("## A\n{finding} change.LEVEL", "'change.LEVEL' gives no finding but a float"),
        ("## A\n{finding} lesson_table.printed_row", "no finding but a Series"),
        ("## A\n{exercise} table-99", "no exercise 'table-99'"),
        ("## A\n{exercise} cooking-1", "no exercise 'cooking-1'"),
    ],
)
def test_a_slide_that_is_not_as_it_must_be_is_refused_and_named(
    collection: Collection, tmp_path: Path, text: str, told: str
) -> None:
    (tmp_path / "bad.md").write_text(f"# Fine\n\n---\n\n{text}\n")

    with pytest.raises(SlideError, match=f"bad.md, slide 2: .*{re.escape(told)}"):
        deck("bad", collection, tmp_path)


def test_a_deck_shows_no_finding_twice(collection: Collection, tmp_path: Path) -> None:
    once = "## A\n{finding} jsna.carried_out\n"
    (tmp_path / "twice.md").write_text(f"{once}\n---\n{once}")

    with pytest.raises(SlideError, match="twice"):
        deck("twice", collection, tmp_path)


def test_a_finding_is_found_by_its_module_and_its_function(collection: Collection) -> None:
    title = commissioning.areas(collection).title

    assert find("commissioning.areas", collection).title == title
    assert find("commissioning.areas()", collection).title == title


def test_arguments_after_the_collection_are_taken_as_values(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[object] = []

    def told(*args: object, **named: object) -> Finding:
        given.extend([*args[1:], named])
        return finding()

    monkeypatch.setattr(jsna, "told", told, raising=False)
    find("jsna.told('board', 3, last=True)", collection)

    assert given == ["board", 3, {"last": True}]


def test_an_exercise_is_found_by_its_key(collection: Collection) -> None:
    assert ask(" table-1 ", collection).key == "table-1"


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


# -- Showing -----------------------------------------------------------------


def test_a_table_on_a_slide_is_text_and_says_what_its_headers_head() -> None:
    made = soup(table(finding(), "A caption"))

    assert made.caption is not None
    assert made.caption.text == "A caption"
    assert [head["scope"] for head in made.select("th")] == ["col", "col", "row", "row"]
    assert made.select("tbody th")[0].text == "<apple>"


def test_a_table_too_long_for_a_slide_is_cut_and_says_so() -> None:
    made = soup(table(finding(19), "", 18, 12))
    whole = soup(table(finding(18), "", 18, 12))

    assert len(made.select("tbody tr")) == 12
    assert "The first 12 of 19 rows." in made.text
    assert len(whole.select("tbody tr")) == 18
    assert "The first" not in whole.text


def test_base_status_and_source_stand_under_what_is_shown() -> None:
    told = soup(standing(finding())).text

    assert told == "Base: all baskets. Status: 2 derived. Source: A market."


def test_a_drawn_table_carries_its_label() -> None:
    drawn = finding(data=pd.DataFrame({"fruit": ["plum"], "status": ["drawn"]}))

    assert soup(table(drawn, "")).select(".csm-label")[0].text == DRAWN_NOTE
    assert soup(table(finding(), "")).select(".csm-label") == []


def test_a_slide_tells_the_result_and_the_speaker_what_to_beware_of() -> None:
    slide = Slide("Fruit", notes="One.\nTwo.", finding=finding())
    shown, notes = soup(slide.html), soup(slide.notes_html)

    assert shown.select("h2")[0].text == "Fruit"
    assert shown.select(".csm-title")[0].text == "Two apples & a pear"
    assert [p.text for p in notes.select("p")] == ["One.", "Two.", "Beware: Some were bruised."]
    assert "bruised" not in shown.text


def test_a_high_chart_stands_beside_the_text_and_a_low_one_under_it(
    collection: Collection,
) -> None:
    high = soup(Slide("A", finding=commissioning.change(collection)).html)
    low = soup(Slide("A", finding=jsna.carried_out(collection)).html)

    assert high.div is not None
    assert high.div["data-layout"] == "beside"
    assert low.div is not None
    assert low.div["data-layout"] == "under"


def test_a_chart_too_high_to_be_read_gives_way_to_its_table(collection: Collection) -> None:
    shown = soup(Slide("A", finding=find("change.verdicts", collection)).html)

    assert shown.select("svg") == []
    assert len(shown.select("tbody tr")) == 12


def test_an_exercise_on_a_slide_shows_its_task_and_no_solution(collection: Collection) -> None:
    exercise = ask("table-1", collection)
    shown = soup(Slide("A", exercise=exercise).html).text

    assert exercise.finding is not None
    assert exercise.finding.title not in shown
    assert " ".join(exercise.task.split("\n\n")[0].split()) in " ".join(shown.split())
    assert soup(Slide("A", exercise=exercise).html).select("details") == []


# -- The lessons -------------------------------------------------------------


@each_lesson
def test_no_result_is_typed_into_slides(name: str) -> None:
    text = (SLIDES / f"{name}.md").read_text("utf-8")

    assert numbers_in(re.sub(r"(?m)^\{\w+\}.*$", "", text)) == []


def test_a_deck_tells_a_lesson_with_findings_and_tasks(lesson: Deck) -> None:
    slides = lesson.slides

    assert 8 <= len(slides) <= 20
    assert sum(slide.finding is not None for slide in slides) >= 4
    assert sum(slide.exercise is not None for slide in slides) >= 1
    assert [slide.title for slide in slides if not slide.notes] == []


def test_a_deck_starts_with_book_and_licence_and_ends_with_its_sources(lesson: Deck) -> None:
    made = soup(lesson.html(book="The book", foot="<p>Version 7</p>"))
    sections = made.select("section")
    first, last = sections[0].text, sections[-1].text

    assert len(sections) == len(lesson.slides) + 1
    assert [h1.text for h1 in made.select("h1")] == [lesson.title]
    assert "The book" in first
    assert "CC BY 4.0" in first
    assert "Version 7" in last
    assert "Mapping the implementation of Children's Trust arrangements" in last
    assert f'href="../notebooks/lesson_{lesson.name}.html"' in str(sections[-1])


def test_each_slide_has_an_address_and_a_label_of_its_own(lesson: Deck) -> None:
    sections = soup(lesson.html(book="", foot="")).select("section")
    ids = [str(one["id"]) for one in sections]

    assert len(set(ids)) == len(ids)
    assert str(sections[1]["aria-label"]).startswith(f"Slide 2 of {len(sections)}: ")


def test_slides_of_one_name_keep_addresses_of_their_own() -> None:
    made = Deck("table", (Slide("T"), Slide("Your turn"), Slide("Your turn")))

    ids = [one["id"] for one in soup(made.html(book="", foot="")).select("section")]
    assert ids == ["t", "your-turn", "your-turn-2", "sources"]


def test_the_same_lesson_gives_the_same_bytes(lesson: Deck, collection: Collection) -> None:
    again = deck(lesson.name, collection)

    assert again.html(book="B", foot="F") == lesson.html(book="B", foot="F")
