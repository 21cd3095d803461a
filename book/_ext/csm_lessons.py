"""The pages of a lesson: its story, its exercises and its quiz, each linked to the others.

The story is the notebook ``notebooks/lesson_<name>.ipynb``. The other two are Markdown pages,
``book/exercises/<name>.md`` and ``book/quizzes/<name>.md``, with a directive each, which takes
what it sets from the lesson's Markdown (`csm_lib.lesson`)::

    ```{csm-exercises} table
    ```

The setting ``csm_solutions`` tells whether the site has the solutions of exercises.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from csm_doors import TEMPLATES
from csm_runs import kept
from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from csm_lib.lesson import opened

PAGES = {
    "Story": "notebooks/lesson_{}",
    "Exercises": "book/exercises/{}",
    "Quiz": "book/quizzes/{}",
}
"""The pages of a lesson, by what they are called."""


def exercises(name: str, *, solutions: bool) -> str:
    """The exercises of a lesson as Markdown, from the easiest on, with their solutions or not."""
    lesson = opened(name)
    made = [lesson.exercise(key) for key in lesson.exercises]
    if not solutions:
        made = [replace(one, solution="") for one in made]
    template = TEMPLATES.get_template("exercises.md")
    return template.render(name=name, exercises=made, solutions=solutions)


def quiz(name: str) -> str:
    """The quiz of a lesson as Markdown."""
    return TEMPLATES.get_template("quiz.md").render(quiz=opened(name).quiz)


class Exercises(SphinxDirective):
    """The exercises of a lesson."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Set them, each under what it takes."""
        told = {"solutions": self.config.csm_solutions}
        text = kept(self.env.app, exercises, self.arguments[0], **told)
        return self.parse_text_to_nodes(text, allow_section_headings=True)


class Questions(SphinxDirective):
    """The quiz of a lesson."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Set it."""
        return self.parse_text_to_nodes(kept(self.env.app, quiz, self.arguments[0]))


def link_parts(
    _app: Sphinx, page: str, _template: str, context: dict[str, Any], doctree: object
) -> None:
    """Put under the title of a lesson's page what else belongs to the lesson."""
    own = re.fullmatch("|".join(f"(?:{place.format('(.+)')})" for place in PAGES.values()), page)
    if own is None or doctree is None:
        return
    lesson = own[own.lastindex or 0]
    places = {name: place.format(lesson) for name, place in PAGES.items()}
    links = TEMPLATES.get_template("parts.html").render(
        lesson=lesson,
        pages={name: context["pathto"](place) for name, place in places.items()},
        current=next(name for name, place in places.items() if place == page),
        root="../" * page.count("/"),
    )
    context["body"] = context["body"].replace("</h1>", f"</h1>\n{links}", 1)


def read_again(app: Sphinx, *_: object) -> Sequence[str]:
    """The pages of exercises and quizzes: Sphinx does not know what they are made from."""
    made = tuple(place.format("") for name, place in PAGES.items() if name != "Story")
    return [page for page in app.env.found_docs if page.startswith(made)]


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx of the directives and when to call what stands above."""
    app.add_config_value("csm_solutions", default=True, rebuild="env", types=[bool])
    app.add_directive("csm-exercises", Exercises)
    app.add_directive("csm-quiz", Questions)
    app.connect("env-get-outdated", read_again)
    app.connect("html-page-context", link_parts)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
