"""Words of the glossary: their definitions on the pages, and that none is missing."""

from __future__ import annotations

import importlib.util
import json
import re
from functools import cache
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx

ROOT = Path(__file__).parent.parent
GLOSSARY = ROOT / "book" / "glossary.md"
LESSONS = ("table", "seats", "fall", "chance", "measured")
WRITTEN = [
    *sorted((ROOT / "notebooks").glob("*.ipynb")),
    *sorted((ROOT / "book").glob("*.md")),
    *sorted((ROOT / "book" / "exercises").glob("*.md")),
    *sorted((ROOT / "book" / "quizzes").glob("*.md")),
    *sorted((ROOT / "book" / "teaching" / "slides").glob("*.md")),
]


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("csm_terms", ROOT / "book/_ext/csm_terms.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


csm_terms = load()

# -- The text of a definition ------------------------------------------------


def test_a_definition_is_as_many_whole_sentences_as_fit() -> None:
    text = "A count divided\nby its base. Shown as a percentage. And more."

    assert csm_terms.shortened(text, most=53) == (
        "A count divided by its base. Shown as a percentage."
    )
    assert csm_terms.shortened(text, most=50) == "A count divided by its base."


def test_a_first_sentence_is_given_whole_however_long_it_is() -> None:
    assert csm_terms.shortened("One that is long. Two.", most=5) == "One that is long."


def test_a_sentence_that_sends_readers_elsewhere_is_left_out() -> None:
    assert csm_terms.shortened("A local council. See top-tier authority.") == "A local council."


# -- A page ------------------------------------------------------------------


def link(anchor: str, text: str = "word", page: str = "glossary.html") -> str:
    return (
        f'<a class="reference internal" href="{page}#{anchor}">'
        f'<span class="xref std std-term">{text}</span></a>'
    )


def test_a_link_to_a_term_is_tied_to_its_definition() -> None:
    html = csm_terms.explained(f"<p>The {link('term-base')}.</p>", {"term-base": "Out of <what>."})

    page = BeautifulSoup(html, "lxml")
    (definition,) = page.select(".csm-term > a + .csm-definition")
    assert definition.get_text() == "Out of <what>."
    assert definition["id"] == page.select_one("a")["aria-describedby"] == "definition-base"
    assert definition["role"] == "tooltip"
    assert definition.has_attr("hidden")
    assert page.select_one("a").get_text() == "word"


def test_a_definition_stands_on_a_page_once_and_every_link_is_tied_to_it() -> None:
    html = csm_terms.explained(
        link("term-base") + link("term-item") + link("term-base", "bases"),
        {"term-base": "Out of what.", "term-item": "A question."},
    )

    page = BeautifulSoup(html, "lxml")
    names = [tag["aria-describedby"] for tag in page.select(".csm-term > a")]
    assert names == ["definition-base", "definition-item", "definition-base"]
    assert [tag["id"] for tag in page.select(".csm-definition")] == names[:2]


@pytest.mark.parametrize(
    "html",
    [
        link("term-unknown"),
        '<a class="reference internal" href="a.html#term-base">a link of another kind</a>',
        '<span class="xref std std-term">no link</span>',
    ],
)
def test_what_leads_to_no_definition_stays_as_it_is(html: str) -> None:
    assert csm_terms.explained(html, {"term-base": "Out of what."}) == html


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small book with a glossary, built."""
    source = tmp_path_factory.mktemp("book")
    (source / "part").mkdir()
    for name, text in {
        "conf.py": f"import sys\nsys.path.insert(0, {str(ROOT / 'book/_ext')!r})\n"
        "extensions = ['csm_terms', 'csm_loads']\nroot_doc = 'index'\n",
        "index.rst": "Front\n=====\n\nThe :term:`base` and a :term:`pair <twin>`.\n\n"
        ".. toctree::\n\n   part/words\n   plain\n   names\n",
        "plain.rst": "Plain\n=====\n\nNo such words.\n",
        "names.rst": "Names\n=====\n\n:term:`twin`, :term:`double`\n",
        "part/words.rst": "Words\n=====\n\n.. glossary::\n\n   base\n"
        "      Out of how many a :term:`pair <twin>` is.\n      Quokka comes second.\n\n"
        "      A further paragraph.\n\n   twin\n   double\n      One of two. See base.\n",
    }.items():
        (source / name).write_text(text)
    out = source / "html"
    Sphinx(source, source, out, source / "tree", "html", status=None, warning=None).build()
    return out


def read(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text("utf-8"), "lxml")


def test_definitions_come_from_the_glossary_as_plain_text(site: Path) -> None:
    found = [tag.get_text() for tag in read(site / "index.html").select(".csm-definition")]

    assert found == ["Out of how many a pair is. Quokka comes second.", "One of two."]


def test_a_glossary_explains_its_own_words_too(site: Path) -> None:
    found = [tag.get_text() for tag in read(site / "part/words.html").select(".csm-definition")]

    assert found == ["One of two."]


def test_either_name_of_an_entry_has_its_meaning(site: Path) -> None:
    shown = {
        tag["id"]: tag.get_text() for tag in read(site / "names.html").select(".csm-definition")
    }

    assert shown == {"definition-twin": "One of two.", "definition-double": "One of two."}


@pytest.mark.parametrize(("page", "loaded"), [("index.html", True), ("plain.html", False)])
def test_only_pages_with_such_words_load_style_and_script(
    site: Path, page: str, loaded: bool
) -> None:
    html = (site / page).read_text("utf-8")

    assert ("terms.css" in html, "terms.js" in html) == (loaded, loaded)


def test_the_search_knows_a_definition_on_the_page_of_the_glossary_only(site: Path) -> None:
    index = (site / "searchindex.js").read_text("utf-8")
    found = json.loads(index.removeprefix("Search.setIndex(").removesuffix(")"))

    pages = found["terms"]["quokka"]
    assert found["docnames"][pages] == "part/words"


def test_the_search_shows_no_hidden_text_of_what_it_found(site: Path) -> None:
    script = (site / "_static" / "searchtools.js").read_text("utf-8")

    assert 'for (const removalQuery of [".headerlink", "[hidden]", "script", "style"])' in script


# -- The glossary of the book ------------------------------------------------


def prose(path: Path) -> str:
    if path.suffix == ".md":
        return path.read_text("utf-8")
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def known() -> list[str]:
    """The terms of the glossary."""
    blocks = re.findall(r"(?s)```\{glossary\}\n:sorted:\n(.*?)```", GLOSSARY.read_text("utf-8"))
    return [line.replace("\\", "") for block in blocks for line in re.findall(r"(?m)^\S.*", block)]


def used(text: str) -> list[str]:
    """The terms that a text links to."""
    found = re.findall(r"\{term\}`(?:[^`<]*<([^`>]+)>|([^`]+))`", text)
    return [target or shown for target, shown in found]


def test_no_term_has_two_entries() -> None:
    terms = [term.lower() for term in known()]

    assert sorted(terms) == sorted(set(terms))
    assert len(terms) > 90


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_every_term_that_a_text_links_to_is_in_the_glossary(path: Path) -> None:
    terms = {term.lower() for term in known()}

    assert [term for term in used(prose(path)) if term.lower() not in terms] == []


def test_a_definition_is_short_enough_to_be_shown_whole() -> None:
    text = GLOSSARY.read_text("utf-8")
    long = {
        term: first
        for term, first in re.findall(r"(?m)^(\S.*)\n  (\S.*)$", text)
        if len(first) > csm_terms.MOST
    }

    assert long == {}


# -- The words of the lessons ------------------------------------------------

# Words of the field and of method that the lessons use, as they write them, and the entry of each.
KEY_WORDS = {
    "agency": "agency",
    "answers carried forward": "carried forward",
    "audit society": "audit society",
    "base": "base",
    "before and after": "before and after",
    "Board": "Board",
    "CAMHS": "CAMHS",
    "ceiling": "ceiling",
    "churn": "churn",
    "control group": "control group",
    "detects": "detector and effector",
    "duty to cooperate": "duty to cooperate",
    "early warning": "early warning",
    "false alarm": "false alarm",
    "Fréchet bounds": "Fréchet bounds",
    "gainers and losers": "gainers and losers",
    "general practice": "general practice",
    "heads": "head",
    "Holm's method": "Holm's method",
    "impossible": "impossible",
    "integration": "integration",
    "Jobcentre Plus": "Jobcentre Plus",
    "joint commissioning": "joint commissioning",
    "JSNA": "JSNA",
    "level": "level",
    "margins": "margin",
    "many comparisons": "multiple comparisons",
    "McNemar's test": "McNemar's test",
    "net change": "net change",
    "no answer": "no answer",
    "outcome": "outcome",
    "p-value": "p-value",
    "panel": "panel",
    "partnership": "partnership",
    "per cent": "per cent",
    "percentage point": "percentage point",
    "persistence": "persistence",
    "policy monitoring": "policy monitoring",
    "policy-based evidence": "policy-based evidence",
    "pooled budget": "pooled budget",
    "probation": "probation",
    "process": "process",
    "recovered": "recovered",
    "regression to the mean": "regression to the mean",
    "relevant partner": "relevant partner",
    "rounding": "rounding",
    "simulat": "simulation",
    "seat": "seat",
    "self-report": "self-report",
    "senior officer": "senior officer",
    "share": "share",
    "sign test": "sign test",
    "Significant": "significant",
    "third sector": "third sector",
    "tick": "tick box",
    "tie": "tie",
    "total": "total",
    "unit nonresponse": "unit nonresponse",
    "year-swap test": "year-swap test",
}

# What the lessons presume that no glossary need explain.
EVERYDAY = {
    "Percentages and rounding",
    "Tossing coins",
    "Python functions",
    "Python functions and lists",
    "Python with pandas",
    "Python with NumPy and pandas",
}


@cache
def lesson_words() -> str:
    """All that the lessons say: pages, exercises, quizzes and slides."""
    texts = []
    for lesson in LESSONS:
        texts += [
            prose(ROOT / "notebooks" / f"lesson_{lesson}.ipynb"),
            prose(ROOT / "book" / "teaching" / "slides" / f"{lesson}.md"),
            (ROOT / "book" / "teaching" / f"{lesson}.md").read_text("utf-8"),
        ]
    return " ".join(" ".join(texts).split())


@pytest.mark.parametrize(("word", "term"), KEY_WORDS.items())
def test_a_key_word_of_the_lessons_is_in_the_glossary(word: str, term: str) -> None:
    assert word.lower() in lesson_words().lower(), "no lesson uses it: take it off the list"
    assert term in [entry.replace("\\", "") for entry in known()]


@pytest.mark.parametrize("lesson", LESSONS)
def test_what_a_lesson_presumes_is_explained_somewhere_or_known_to_everyone(lesson: str) -> None:
    text = prose(ROOT / "notebooks" / f"lesson_{lesson}.ipynb")
    table = text.partition("## Prerequisites\n")[2].partition("\n## ")[0]
    rows = [row for row in re.findall(r"(?m)^\|.+\|$", table)[1:] if not row.startswith("|--")]

    assert rows
    for row in rows:
        assert row.split("|")[1].strip() in EVERYDAY or re.search(r"\{\w+\}`|\]\(", row), row
