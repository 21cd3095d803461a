"""Pages of exercises and quizzes, set from a line that names the lesson."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx

SOURCES = {
    "index": "# Lesson\n\n```{toctree}\nbook/exercises/table\nbook/quizzes/table\n"
    "notebooks/lesson_table\n```\n",
    "book/exercises/table": "# Exercises\n\n```{csm-exercises} table\n```\n\n## After\n\nEnd.\n",
    "book/quizzes/table": "# Quiz\n\n```{csm-quiz} table\n```\n",
    "notebooks/lesson_table": "# Story\n\nOnce.\n",
}
EXTENSIONS = ["myst_parser", "csm_lessons"]


def built(folder: Path, solutions: bool) -> dict[str, BeautifulSoup]:
    """The pages of a small book."""
    for name, text in SOURCES.items():
        path = folder / "source" / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    site = folder / "site"
    book = Sphinx(
        str(folder / "source"),
        None,
        str(site),
        str(folder / "trees"),
        "html",
        confoverrides={
            "extensions": EXTENSIONS,
            "html_theme": "basic",
            "csm_solutions": solutions,
        },
        status=None,
        warning=None,
    )
    # what it links to is of the whole site
    book.add_role("site", lambda *_args, **_options: ([], []), override=True)
    book.build()
    return {
        name: BeautifulSoup((site / f"{name}.html").read_bytes(), "html.parser") for name in SOURCES
    }


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, BeautifulSoup]:
    return built(tmp_path_factory.mktemp("book"), solutions=True)


def test_exercises_stand_under_what_they_take_before_what_the_page_adds(
    pages: dict[str, BeautifulSoup],
) -> None:
    page = pages["book/exercises/table"]
    levels: dict[str, list[str]] = {}
    for one in page.select("h1, h2, .csm-exercise"):
        if one.name != "div":
            levels[one.get_text().rstrip("¶")] = below = []
        else:
            below.append(str(one["data-level"]))

    assert list(levels) == ["Exercises", "Read", "Reason", "Compute", "After"]
    assert [set(of) for of in levels.values()] == [set(), {"read"}, {"reason"}, {"compute"}, set()]
    text = page.get_text()
    assert text.index("Write down") < text.index("(6 minutes)")


def test_each_solution_is_folded_unless_the_site_leaves_them_out(
    pages: dict[str, BeautifulSoup], tmp_path: Path
) -> None:
    shown = pages["book/exercises/table"]
    without = built(tmp_path, solutions=False)
    left = without["book/exercises/table"]

    assert len(shown.select("details.csm-solution:not([open])")) == len(
        shown.select(".csm-exercise")
    )
    assert left.select(".csm-solution") == []
    assert len(left.select(".csm-exercise")) == len(shown.select(".csm-exercise"))
    assert "olution" in shown.get_text()
    assert "olution" not in left.get_text()
    assert len(without["book/quizzes/table"].select(".csm-answers li")) > 3


def test_the_pages_of_a_lesson_link_to_each_other_and_say_which_is_shown(
    pages: dict[str, BeautifulSoup],
) -> None:
    links = pages["book/quizzes/table"].select("nav.csm-parts a")

    assert [(a.get_text(), a["href"], a.get("aria-current")) for a in links] == [
        ("Story", "../../notebooks/lesson_table.html", None),
        ("Exercises", "../exercises/table.html", None),
        ("Quiz", "#", "page"),
        ("Slides", "../../slides/table.html", None),
        ("Handout", "../../handouts/table.html", None),
        ("Notebook", "../../exercises/table.ipynb", None),
    ]
    assert pages["index"].select("nav.csm-parts") == []
