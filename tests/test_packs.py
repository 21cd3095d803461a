"""The packs of the lessons: what goes into them, and quizzes as Moodle reads them."""

from __future__ import annotations

import io
import zipfile
from html import unescape
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree

import lesson_packs
import pytest
from bs4 import BeautifulSoup
from moodle import moodle_xml

from csm_lib.lesson import NAMES, Answer, Question, Quiz, opened

ROOT = Path(__file__).parent.parent

LESSON = """\
# Fruit

## exercise | fruit-1 | read | 5 minutes | Apples
How many?
### Solution
Seven.

## check | apples | a whole number
- [x] {{ apples }}
  > Counted.

## quiz | pears
Which?
- [x] This
  > Yes.

## check | plums | a whole number
- otherwise
  > Count them.
"""


def test_of_a_lesson_students_get_the_checks_and_neither_exercises_nor_quiz() -> None:
    assert lesson_packs.checks_of(LESSON) == (
        "# Fruit\n\n"
        "## check | apples | a whole number\n- [x] {{ apples }}\n  > Counted.\n\n"
        "## check | plums | a whole number\n- otherwise\n  > Count them.\n"
    )


@pytest.mark.locked
def test_a_pack_names_the_versions_that_it_was_tested_with() -> None:
    *pins, package, end = lesson_packs.requirements(ROOT).split("\n")
    named = dict(pin.split("==") for pin in pins)

    assert (package, end) == ("-e .", "")
    assert {"numpy", "pandas", "matplotlib", "jinja2", "jupyterlab"} <= set(named)
    assert {name: version(name) for name in named} == named
    assert "sphinx" not in named


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site with a style, a script and its licence."""
    for place in ("_static/look.css", "_static/show/show.js", "_static/show/LICENSE", "other.html"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text(place)
    return tmp_path


PAGE = """\
<link href="../_static/look.css?v=12" rel="stylesheet"/>
<script src="../_static/show/show.js"></script>
<nav><a href="../other.html">Up</a></nav>
<p><a href="?print">Print</a> <a href="#end">End</a> <a href="https://example.org/a">A</a>
<a href="../handouts/few.html#two">Handout</a> <a href="../other.html#three">Other</a></p>
<aside class="notes">The answer.</aside>
"""


def links(page: bytes) -> dict[str, str]:
    found = BeautifulSoup(page, "html.parser")("a")
    return {a.get_text(): str(a["href"]) for a in found}


def test_a_page_in_a_pack_brings_what_it_loads_and_leads_nowhere_else(site: Path) -> None:
    pages = {"slides/few.html": PAGE, "handouts/few.html": ""}
    files = lesson_packs.standalone(pages, site, "", without="aside")
    page = files["slides/few.html"]

    assert set(files) == {
        *pages, "_static/look.css", "_static/show/show.js", "_static/show/LICENSE",
    }  # fmt: skip
    assert files["_static/look.css"] == b"_static/look.css"
    assert links(page) == {
        "Print": "?print",
        "End": "#end",
        "A": "https://example.org/a",
        "Handout": "../handouts/few.html#two",
    }
    assert b"Other" in page
    assert b"answer" not in page


def test_where_the_address_of_the_site_is_known_a_page_in_a_pack_leads_there(site: Path) -> None:
    files = lesson_packs.standalone({"slides/few.html": PAGE}, site, "https://example.org/book/")

    assert links(files["slides/few.html"])["Other"] == "https://example.org/book/other.html#three"
    assert links(files["slides/few.html"])["Up"] == "https://example.org/book/other.html"


def test_the_same_files_make_the_same_pack_in_any_order() -> None:
    one = lesson_packs.packed({"b": b"2", "a": b"1"})

    assert one == lesson_packs.packed({"a": b"1", "b": b"2"})
    with zipfile.ZipFile(io.BytesIO(one)) as pack:
        assert pack.namelist() == ["childrens-trust-lessons/a", "childrens-trust-lessons/b"]
        assert {entry.date_time for entry in pack.infolist()} == {(1980, 1, 1, 0, 0, 0)}


# -- Moodle ------------------------------------------------------------------

FEW = Quiz(
    "quiz-fruit",
    "Fruit",
    [
        Question(
            "one",
            "Is 1 < 2, *really*?",
            [Answer("A", "Yes & no", False, "No."), Answer("B", "Yes", True, "Count.")],
        ),
        Question(
            "two",
            "Which?",
            [
                Answer("A", "Apple", True, "A fruit."),
                Answer("B", "Stone", False, "A stone."),
                Answer("C", "Brick", False, "A brick."),
                Answer("D", "Clay", False, "Clay."),
                Answer("E", "Pear", True, "A fruit, too."),
            ],
        ),
    ],
)

Read = dict[str, tuple[str, str, list[tuple[str, str, str]]]]


def questions(xml: bytes) -> Read:
    """Of each question its text, whether one is right, and text, share and reason of answers."""
    found: Read = {}
    for one in ElementTree.fromstring(xml).iterfind("question[@type='multichoice']"):
        answers = [
            (text(answer, "text"), answer.attrib["fraction"], text(answer, "feedback/text"))
            for answer in one.iterfind("answer")
        ]
        found[text(one, "name/text")] = text(one, "questiontext/text"), text(one, "single"), answers
    return found


def text(part: ElementTree.Element, path: str) -> str:
    return part.findtext(path) or ""


def test_moodle_gets_one_right_answer_in_full_and_several_in_parts() -> None:
    assert questions(moodle_xml(FEW)) == {
        "quiz-fruit-one": (
            "<p>Is 1 &lt; 2, <em>really</em>?</p>",
            "true",
            [
                ("<p>Yes &amp; no</p>", "0", "<p>No.</p>"),
                ("<p>Yes</p>", "100", "<p>Count.</p>"),
            ],
        ),
        "quiz-fruit-two": (
            "<p>Which?</p>",
            "false",
            [
                ("<p>Apple</p>", "50", "<p>A fruit.</p>"),
                ("<p>Stone</p>", "-33.33333", "<p>A stone.</p>"),
                ("<p>Brick</p>", "-33.33333", "<p>A brick.</p>"),
                ("<p>Clay</p>", "-33.33333", "<p>Clay.</p>"),
                ("<p>Pear</p>", "50", "<p>A fruit, too.</p>"),
            ],
        ),
    }


SHARES = ["100", "50", "33.33333", "25", "20", "0", "-100", "-50", "-33.33333", "-25", "-20"]
"""Of those that Moodle takes: it refuses a question with any other."""


@pytest.mark.parametrize("name", NAMES)
def test_moodle_gets_each_question_of_a_lesson_with_its_reasons(name: str) -> None:
    quiz = opened(name).quiz
    read = questions(moodle_xml(quiz))
    asked = BeautifulSoup(quiz.html, "html.parser").select(".csm-question")

    assert list(read) == [str(one["id"]) for one in asked]
    for one, (told, single, answers) in zip(asked, read.values(), strict=True):
        shown = [choice.select_one("span").get_text() for choice in one.select(".csm-choice")]
        why = [" ".join(p.get_text().split()) for p in one.select(".csm-feedback")]
        right = [choice["data-right"] == "yes" for choice in one.select(".csm-choice")]

        assert words(told) in one.legend.get_text()
        assert [words(answer) for answer, *_ in answers] == [s.partition(". ")[2] for s in shown]
        assert [words(reason) for *_, reason in answers] == [w.partition("ight. ")[2] for w in why]
        assert [float(share) > 0 for _, share, _ in answers] == right
        assert sum(float(s) for _, s, _ in answers if float(s) > 0) == pytest.approx(100, abs=1e-4)
        assert (single == "true") == (right.count(True) == 1)
        assert {share for _, share, _ in answers} <= set(SHARES)


def words(html: str) -> str:
    return unescape(BeautifulSoup(html, "html.parser").get_text()).strip()
