"""The built site's lessons in a real browser: quizzes, slides, handouts, students' notebooks.

`make book` builds the site; the browser is that of `test_site_browser`. Lessons are about the
collection that ships, so the site of another has none.
"""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any

import lesson_pages
import pytest
import test_site_browser as site
from playwright.sync_api import Browser, Page
from printed_pdf import told
from pypdf import PdfReader
from site_pages import read

from csm_lib.lesson import NAMES, Lesson, Question, Quiz

pytestmark = pytest.mark.paper

ROOT = Path(__file__).parent.parent
SITE = site.SITE

# The fixtures of the browser's tests, and its reader.
browser, home, reader, folder_reader = site.browser, site.home, site.reader, site.folder_reader
Reader = site.Reader

each_lesson = pytest.mark.parametrize("name", NAMES)

SMALLEST = 24  # px of any text on a slide of 1280 by 720
MOST_ROWS, MOST_WORDS = 5, 30


# -- Files -------------------------------------------------------------------


def pages_of(name: str) -> list[str]:
    """Story, exercises and quiz."""
    return [
        f"notebooks/lesson_{name}.html",
        f"book/exercises/{name}.html",
        f"book/quizzes/{name}.html",
    ]


@each_lesson
def test_a_lesson_has_its_slides_its_handout_and_its_notebook(name: str) -> None:
    made = [*pages_of(name), f"slides/{name}.html", f"handouts/{name}.html"]

    assert [one for one in made if not (SITE / one).is_file()] == [], "run: make book"
    copied = (SITE / "exercises" / f"{name}.ipynb").read_bytes()
    assert copied == (ROOT / "exercises" / f"{name}.ipynb").read_bytes()


def test_no_solution_notebook_is_on_the_site() -> None:
    notebooks = {path.name for path in (SITE / "exercises").iterdir()}
    solved = {path.read_bytes() for path in (ROOT / "exercises" / "solutions").glob("*.ipynb")} & {
        path.read_bytes() for path in SITE.rglob("*.ipynb")
    }

    assert notebooks == {f"{name}.ipynb" for name in NAMES}
    assert solved == set()


@each_lesson
def test_each_page_of_a_lesson_links_to_all_that_belongs_to_it(name: str) -> None:
    for at, place in enumerate(pages_of(name)):
        page = read(SITE / place)
        links = page.select("article nav.csm-parts a")
        ways = [(SITE / place).parent.joinpath(str(a["href"]).rstrip("#")) for a in links]
        there = [(SITE / place).parent if str(a["href"]) == "#" else way.resolve()
                 for a, way in zip(links, ways, strict=True)]  # fmt: skip
        goals = [*pages_of(name), f"slides/{name}.html", f"handouts/{name}.html",
                 f"exercises/{name}.ipynb"]  # fmt: skip

        assert [a.get_text() for a in links] == [
            "Story", "Exercises", "Quiz", "Slides", "Handout", "Notebook",
        ]  # fmt: skip
        assert links[at]["aria-current"] == "page"
        assert [one for one in there if one.is_file()] == [
            SITE / goal for n, goal in enumerate(goals) if n != at
        ]
        assert links[-1].has_attr("download")


@each_lesson
def test_a_story_shows_no_exercise_and_no_quiz_and_a_page_of_its_own_shows_all(name: str) -> None:
    story, exercises, quiz = (read(SITE / place) for place in pages_of(name))
    lesson = Lesson(name)

    assert story.select(".csm-exercise, .csm-question") == []
    assert [one["id"] for one in exercises.select(".csm-exercise")] == [
        f"exercise-{key}" for key in lesson.exercises
    ]
    levels = [h2.get_text().removesuffix("#") for h2 in exercises.select("article h2")]
    assert levels[:3] == ["Read", "Reason", "Compute"]
    assert [one["id"] for one in quiz.select(".csm-question")] == [
        f"quiz-{name}-{question.key}" for question in lesson.quiz.questions
    ]


@each_lesson
@pytest.mark.parametrize("width", [site.LAPTOP, 800, site.PHONE])
def test_the_table_of_an_exercise_shows_all_its_columns(
    reader: Reader, name: str, width: int
) -> None:
    page = reader.open(f"book/exercises/{name}.html", width=width)
    page.evaluate(site.UNFOLD)

    assert reader.cut_off() == []


def test_reveal_brings_its_licence() -> None:
    licence = (SITE / "_static/reveal/LICENSE").read_text("utf-8")

    assert "reveal.js contributors" in licence
    assert "Permission is hereby granted" in licence


def test_what_quizzes_need_is_loaded_where_there_is_one_and_nowhere_else() -> None:
    wrong = []
    for path in SITE.rglob("*.html"):
        page = read(path)
        quizzes, lessons = page.select(".csm-quiz"), page.select(".csm-parts")
        script = page.select('script[src*="quiz.js"]')
        style = page.select('link[href*="teaching.css"]')
        if bool(quizzes) != bool(script) or bool(lessons) != bool(style):
            wrong.append(path.name)

    assert wrong == []


# -- Quizzes -----------------------------------------------------------------


@pytest.fixture(scope="module")
def quizzes() -> dict[str, Quiz]:
    return {name: Lesson(name).quiz for name in NAMES}


def place(quiz: Quiz, question: Question) -> str:
    return f"#{quiz.key}-{question.key}"


def right_letters(question: Question) -> list[str]:
    return [answer.letter for answer in question.right]


def wrong_letter(question: Question) -> str:
    return next(answer.letter for answer in question.answers if not answer.is_right)


def verdict(page: Page, where: str) -> str:
    """What the live region of a question shows, without the reasons that are only heard."""
    told: str = page.locator(f"{where} .csm-told").evaluate(
        "told => told.firstChild?.textContent ?? ''"
    )
    return told


def heard(page: Page, where: str) -> bool:
    """Whether the live region has the reason of each answer that was chosen."""
    every: bool = page.locator(where).evaluate(
        """form => [...form.querySelectorAll('input:checked')].every(one => {
          const feedback = one.closest('.csm-choice').querySelector('.csm-feedback');
          const reason = feedback.textContent.replace(feedback.firstChild.textContent, '').trim();
          return reason && form.querySelector('.csm-told').textContent.includes(reason);
        })"""
    )
    return every


def shown(page: Page, where: str) -> list[str]:
    """The feedback that a reader sees at a question, by letter."""
    found: list[str] = page.locator(where).evaluate(
        """form => [...form.querySelectorAll('.csm-choice')]
          .filter(one => one.querySelector('.csm-feedback').checkVisibility())
          .map(one => one.querySelector('input').value)"""
    )
    return found


@each_lesson
def test_right_answers_are_called_right_and_add_up_to_the_score(
    reader: Reader, quizzes: dict[str, Quiz], name: str
) -> None:
    quiz = quizzes[name]
    page = reader.open(f"book/quizzes/{name}.html")
    total = len(quiz.questions)

    for number, question in enumerate(quiz.questions, 1):
        where = place(quiz, question)
        for letter in right_letters(question):
            page.locator(f"{where} input[value={letter}]").check()
        page.locator(f"{where} button[type=submit]").click()
        assert verdict(page, where) == "Right."
        assert heard(page, where)
        assert shown(page, where) == right_letters(question)
        score = page.locator(f"#{quiz.key} .csm-score").inner_text()
        assert score == f"{number} of {total} right, {total - number} to go."
    assert reader.faults == []


@each_lesson
def test_a_wrong_answer_is_met_by_its_own_note_and_can_be_mended(
    reader: Reader, quizzes: dict[str, Quiz], name: str
) -> None:
    quiz = quizzes[name]
    page = reader.open(f"book/quizzes/{name}.html")

    for question in quiz.questions:
        where, letter = place(quiz, question), wrong_letter(question)
        page.locator(f"{where} input[value={letter}]").check()
        page.locator(f"{where} button[type=submit]").click()
        assert verdict(page, where) == "Not right."
        assert heard(page, where)
        assert shown(page, where) == [letter]
        page.locator(f"{where} input[value={right_letters(question)[0]}]").check()
        assert shown(page, where) == []
    score = page.locator(f"#{quiz.key} .csm-score").inner_text()
    assert not score.startswith("1 of")


@each_lesson
def test_checking_without_an_answer_asks_for_one(
    reader: Reader, quizzes: dict[str, Quiz], name: str
) -> None:
    quiz = quizzes[name]
    page = reader.open(f"book/quizzes/{name}.html")
    where = place(quiz, quiz.questions[0])
    page.locator(f"{where} button[type=submit]").click()

    assert page.locator(f"{where} .csm-told").inner_text() == "Choose an answer first."
    assert shown(page, where) == []
    assert page.locator(f"#{quiz.key} .csm-score").inner_text() == ""


@each_lesson
def test_starting_again_forgets_the_answer(
    reader: Reader, quizzes: dict[str, Quiz], name: str
) -> None:
    quiz = quizzes[name]
    page = reader.open(f"book/quizzes/{name}.html")
    question = quiz.questions[0]
    where = place(quiz, question)
    page.locator(f"{where} input[value={right_letters(question)[0]}]").check()
    page.locator(f"{where} button[type=submit]").click()
    page.locator(f"{where} button[type=reset]").click()

    assert page.locator(f"{where} input:checked").count() == 0
    assert page.locator(f"{where} .csm-told").inner_text() == ""
    assert shown(page, where) == []
    assert page.locator(f"#{quiz.key} .csm-score").inner_text() == ""


@each_lesson
def test_a_quiz_is_answered_by_the_keyboard_alone(
    reader: Reader, quizzes: dict[str, Quiz], name: str
) -> None:
    quiz = quizzes[name]
    page = reader.open(f"book/quizzes/{name}.html")
    for question in quiz.questions:
        where = place(quiz, question)
        page.locator(f"{where} input").first.focus()
        for at, letter in enumerate(answer.letter for answer in question.answers):
            if letter in right_letters(question):
                page.keyboard.press("Space")
            last = at == len(question.answers) - 1
            if len(question.right) > 1 or last:
                page.keyboard.press("Tab")
            elif letter in right_letters(question):  # arrows would choose the next one
                page.keyboard.press("Tab")
                break
            else:
                page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        assert verdict(page, where) == "Right."


@each_lesson
def test_without_scripts_the_answers_stand_under_the_questions(
    browser: Browser, home: str, quizzes: dict[str, Quiz], name: str
) -> None:
    page = site.window(browser, java_script_enabled=False)
    page.goto(f"{home}book/quizzes/{name}.html")
    answers = page.locator(f"#{quizzes[name].key} .csm-answers")
    answers.locator("summary").click()
    told = answers.locator("li b").all_inner_texts()
    buttons = page.locator(".csm-quiz button:visible").count()
    page.context.close()

    assert told == [
        f"{', '.join(right_letters(question))}." for question in quizzes[name].questions
    ]
    assert buttons == 0


# -- Slides ------------------------------------------------------------------

Deck = tuple[lesson_pages.Slide, ...]


@pytest.fixture(scope="module")
def decks() -> dict[str, Deck]:
    return {name: lesson_pages.read_deck(name) for name in NAMES}


def show(page: Page) -> None:
    page.wait_for_function("window.Reveal && Reveal.isReady()")


def present(page: Page) -> str:
    return page.locator("section.present :is(h1, h2)").inner_text().replace("\n", " ")


def turn(page: Page) -> None:
    """Go to the next slide, past what waits for a key on this one."""
    page.evaluate("while (Reveal.availableFragments().next) Reveal.nextFragment()")
    page.keyboard.press("ArrowRight")


# What of the slide that is shown does not fit, is too small to be read, or is too much.
AMISS = """([smallest, rows, words]) => {
  const slide = document.querySelector('section.present .csm-slide');
  const box = slide.getBoundingClientRect(), scale = box.width / 1280, wrong = [];
  if (slide.scrollHeight > slide.clientHeight) wrong.push('higher than the slide');
  if (slide.scrollWidth > slide.clientWidth) wrong.push('wider than the slide');
  const outside = r => r.left < box.left - 1 || r.right > box.right + 1
    || r.top < box.top - 1 || r.bottom > box.bottom + 1;
  const buttons = [...document.querySelectorAll('.controls button, .slide-number')]
    .map(b => b.getBoundingClientRect()).filter(r => r.width);
  const under = r => buttons.some(b => r.right > b.left && r.left < b.right
    && r.bottom > b.top && r.top < b.bottom);
  const seen = e => e.checkVisibility({visibilityProperty: true});
  for (const text of slide.querySelectorAll('svg text')) {
    if (!seen(text)) continue;
    const size = parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a;
    if (size < (smallest - 0.5) * scale) wrong.push(`${size} px: ${text.textContent}`);
    const r = text.getBoundingClientRect();
    if (outside(r) || under(r)) wrong.push(`outside or covered: ${text.textContent}`);
  }
  const said = [];
  const walker = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || parent.closest('svg, caption')) continue;
    if (!seen(parent)) continue;
    if (!parent.closest('h1, h2, table, .csm-cut')) said.push(walker.currentNode.data);
    const size = parseFloat(getComputedStyle(parent).fontSize), range = new Range();
    range.selectNodeContents(walker.currentNode);
    const what = walker.currentNode.data.slice(0, 60);
    if (size < smallest) wrong.push(`${size} px: ${what}`);
    for (const r of range.getClientRects())
      if (outside(r) || under(r)) wrong.push(`outside or covered: ${what}`);
  }
  if (slide.dataset.layout === 'sources') return wrong;
  const count = said.join(' ').split(/\\s+/).filter(Boolean).length;
  if (count > words) wrong.push(`${count} words`);
  for (const name of ['tbody tr', 'li']) {
    const found = [...slide.querySelectorAll(name)].filter(seen).length;
    if (found > rows) wrong.push(`${found} rows`);
  }
  return wrong;
}"""
LIMITS = [SMALLEST, MOST_ROWS, MOST_WORDS]


@each_lesson
@pytest.mark.parametrize("size", [(1280, 754), (1024, 768), (1920, 1080)])
def test_every_slide_fits_and_can_be_read_before_and_after_its_answer(
    browser: Browser, home: str, decks: dict[str, Deck], name: str, size: tuple[int, int]
) -> None:
    page = site.window(browser, viewport={"width": size[0], "height": size[1]})
    page.goto(f"{home}slides/{name}.html")
    show(page)
    wrong, titles = {}, []
    for _ in range(len(decks[name]) + 1):
        titles.append(present(page))
        wrong[titles[-1], "asked"] = page.evaluate(AMISS, LIMITS)
        page.evaluate("while (Reveal.availableFragments().next) Reveal.nextFragment()")
        wrong[titles[-1], "told"] = page.evaluate(AMISS, LIMITS)
        turn(page)
    page.context.close()

    assert titles == [*(slide.title for slide in decks[name]), "Sources"]
    assert {title: found for title, found in wrong.items() if found} == {}


def test_a_slide_that_is_too_full_would_be_found(reader: Reader) -> None:
    page = reader.open(f"slides/{NAMES[0]}.html")
    show(page)
    page.evaluate(
        "document.querySelector('section.present .csm-told')"
        ".insertAdjacentHTML('beforeend', '<ul><li style=\"font-size:9px\">x</li></ul>'.repeat(60))"
    )

    found = page.evaluate(AMISS, LIMITS)
    assert "higher than the slide" in found
    assert "9 px: x" in found
    assert "60 rows" in found
    assert [one for one in found if one.endswith(" words")]


@each_lesson
def test_the_answer_to_a_slide_waits_for_a_key_and_takes_the_place_of_its_question(
    reader: Reader, decks: dict[str, Deck], name: str
) -> None:
    page = reader.open(f"slides/{name}.html")
    show(page)
    asked = "document.querySelector('section.present .csm-question')"
    told = "document.querySelector('section.present .csm-answer')"
    seen = "?.checkVisibility({visibilityProperty: true})"
    found = []
    for slide in decks[name]:
        if slide.finding is not None:
            found.append(page.evaluate(f"[{asked}{seen}, {told}{seen}]"))
            for _ in range(1 + slide.waits):
                page.keyboard.press("ArrowRight")
            assert present(page) == slide.title
            found.append(page.evaluate(f"[{asked}{seen}, {told}{seen}]"))
        turn(page)

    assert len(found) >= 6
    assert found == [[True, False], [False, True]] * (len(found) // 2)


@each_lesson
def test_slides_go_on_and_back_by_keyboard_and_have_addresses(reader: Reader, name: str) -> None:
    page = reader.open(f"slides/{name}.html")
    show(page)
    first = present(page)
    page.keyboard.press("ArrowRight")
    second = present(page)
    page.evaluate("while (Reveal.availableFragments().next) Reveal.nextFragment()")
    page.keyboard.press("Space")
    third = present(page)
    page.wait_for_function(
        "location.hash.startsWith('#/' + document.querySelector('section.present').id)"
    )
    address = page.url
    page.evaluate("while (Reveal.availableFragments().prev) Reveal.prevFragment()")
    page.keyboard.press("ArrowLeft")
    assert present(page) == second
    page.keyboard.press("End")
    assert present(page) == "Sources"
    page.keyboard.press("Home")
    assert present(page) == first

    assert len({first, second, third}) == 3
    page.goto("about:blank")
    page.goto(address)
    show(page)
    assert present(page) == third
    assert reader.faults == []


@each_lesson
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_axe_finds_nothing_on_any_slide(reader: Reader, name: str, mode: site.Mode) -> None:
    page = reader.open(f"slides/{name}.html", mode=mode)
    show(page)
    wrong = {}
    for _ in range(page.evaluate("Reveal.getTotalSlides()")):
        page.evaluate("while (Reveal.availableFragments().next) Reveal.nextFragment()")
        found = [one for one in reader.axe() if not one.startswith("page-has-heading-one")]
        if found:
            wrong[present(page)] = found
        turn(page)

    assert wrong == {}
    assert reader.faults == []


@each_lesson
def test_slides_never_move_by_themselves(reader: Reader, name: str) -> None:
    page = reader.open(f"slides/{name}.html")
    show(page)

    config: dict[str, Any] = page.evaluate("Reveal.getConfig()")
    assert config["transition"] == "none"
    assert config["backgroundTransition"] == "none"
    assert not config["autoSlide"]


@each_lesson
def test_the_speaker_has_notes_in_a_window_of_their_own(
    reader: Reader, decks: dict[str, Deck], name: str
) -> None:
    page = reader.open(f"slides/{name}.html")
    show(page)
    page.keyboard.press("ArrowRight")
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    first = decks[name][1].notes.splitlines()[0]
    notes = opened.value.locator(".speaker-controls-notes .value")
    notes.get_by_text(first).wait_for()
    turn(page)
    notes.get_by_text(decks[name][2].notes.splitlines()[0]).wait_for()
    opened.value.close()

    assert asked
    assert [url for url in asked if not url.startswith((reader.home, "about:", "blob:"))] == []


PRINTS = {"as shown": "", "for print": "?print-pdf", "with notes": "?print-pdf&with-notes"}


@each_lesson
@pytest.mark.parametrize("form", PRINTS)
@pytest.mark.parametrize("scripts", [True, False])
def test_slides_print_one_to_a_page(
    browser: Browser, home: str, decks: dict[str, Deck], name: str, form: str, scripts: bool
) -> None:
    page = site.window(browser, java_script_enabled=scripts, color_scheme="dark")
    page.goto(f"{home}slides/{name}.html{PRINTS[form]}")
    if scripts and not PRINTS[form]:
        show(page)
        page.keyboard.press("ArrowRight")
    printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    page.context.close()
    slides = decks[name]
    said = [told(one) for one in printed.pages]

    assert len(said) == len(slides) + 1
    assert [s.title for s, text in zip(slides, said, strict=False) if s.title not in text] == []
    with_notes = form == "with notes" and scripts
    sides = {(round(float(one.mediabox.width)), round(float(one.mediabox.height)))
             for one in printed.pages}  # fmt: skip
    assert sides == ({(595, 842)} if with_notes else {(960, 540)})
    assert (slides[1].notes.splitlines()[0] in said[1]) == with_notes


@each_lesson
def test_without_scripts_all_slides_and_notes_stand_on_one_page(
    browser: Browser, home: str, decks: dict[str, Deck], name: str
) -> None:
    page = site.window(browser, java_script_enabled=False)
    page.goto(f"{home}slides/{name}.html")
    text = " ".join(page.locator("main").inner_text().split())
    hidden = page.locator("main section:not(:visible)").count()
    page.context.close()

    assert hidden == 0
    for slide in decks[name]:
        assert slide.title in text
        if slide.notes and "[" not in slide.notes:
            assert slide.notes.splitlines()[0] in text


@each_lesson
def test_slides_open_from_a_folder(folder_reader: Reader, name: str) -> None:
    page = folder_reader.open(f"slides/{name}.html")
    show(page)
    page.keyboard.press("ArrowRight")

    assert page.evaluate("Reveal.getIndices().h") == 1
    assert folder_reader.faults == []


# -- Handouts ----------------------------------------------------------------


@each_lesson
def test_a_handout_prints_on_two_to_four_sheets_of_a4(
    browser: Browser, home: str, name: str
) -> None:
    page = site.window(browser)
    page.goto(f"{home}handouts/{name}.html")
    printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    page.context.close()
    text = " ".join(map(told, printed.pages))

    assert 2 <= len(printed.pages) <= 4
    assert {(round(float(p.mediabox.width)), round(float(p.mediabox.height)))
            for p in printed.pages} == {(595, 842)}  # fmt: skip
    assert "Name:" in text
    assert "CC BY 4.0" in text
    assert "Solution" not in text


@each_lesson
def test_a_handout_loads_no_script(name: str) -> None:
    page = read(SITE / f"handouts/{name}.html")

    assert page.select("script, details, button, input") == []


# -- Notebooks ---------------------------------------------------------------


@each_lesson
def test_a_students_notebook_on_the_site_has_no_outputs(name: str, tmp_path: Path) -> None:
    copy = shutil.copy(SITE / "exercises" / f"{name}.ipynb", tmp_path)
    cells = json.loads(Path(copy).read_text("utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]

    assert code
    assert [cell["source"] for cell in code if cell["outputs"]] == []
    assert any("..." in "".join(cell["source"]) for cell in code)
