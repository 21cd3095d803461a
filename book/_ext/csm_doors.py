"""Give the book its front doors, findings, teaching and reference, each with its own navigation.

A reader of the findings is not led through lessons and pages to look things up in, nor a teacher
through chapters. The setting ``csm_doors`` names the parts of the contents that are doors of their
own; all other parts, with the front page, are the findings. On each page the contents show what
lies behind its door and the way to the other doors, and the previous and the next page lie behind
the same one. The search covers all, and the PDF of the book keeps the order of the contents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from jinja2 import Environment, FileSystemLoader, select_autoescape
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

FINDINGS = "Findings"
"""The door of the front page, and of every part that is no door of its own."""

Doors = Mapping[str, Sequence[str]]
"""The pages behind each door, by its name."""

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=select_autoescape(),
    trim_blocks=True,
    lstrip_blocks=True,
)


def doors_of(env: BuildEnvironment, own: Sequence[str]) -> Doors:
    """The pages behind each door that there is, in the order of the contents.

    Parameters
    ----------
    env
        What Sphinx has read.
    own
        Captions of the parts that are doors of their own.
    """
    root = env.config.root_doc
    doors = {FINDINGS: [root]}
    for part in env.tocs[root].findall(addnodes.toctree):
        door = part["caption"] if part["caption"] in own else FINDINGS
        for page in part["includefiles"]:
            doors.setdefault(door, []).extend(_with_those_under(env, page))
    return doors


def _with_those_under(env: BuildEnvironment, page: str) -> Iterator[str]:
    yield page
    for below in env.toctree_includes.get(page, []):
        yield from _with_those_under(env, below)


def behind(contents: str, door: str, doors: Doors) -> str:
    """The contents of the book, less what lies behind other doors.

    Parameters
    ----------
    contents
        As the theme writes them: for each part its caption, and a list.
    door, doors
        The door to show, and all.
    """
    soup = BeautifulSoup(contents, "html.parser")
    for caption in soup("p", class_="caption"):
        name = caption.get_text()
        its_door = name if name in doors else FINDINGS
        pages = caption.find_next_sibling("ul")
        if its_door != door and pages is not None:
            pages.decompose()
        if its_door != door or name == door:  # the name of the door stands above
            caption.decompose()
    for toggle in soup("summary"):  # it opens the pages under one, and shows an arrow only
        if page := toggle.find_previous("a"):
            toggle["aria-label"] = page.get_text()
    return str(soup)


def open_door(
    app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Narrow the navigation of a page to what lies behind its door."""
    doors = doors_of(app.env, app.config.csm_doors)
    door_of = {name: door for door, pages in doors.items() for name in pages}
    current = door_of.get(page)  # none of the search and the like, which stand at all doors
    shown = current or FINDINGS
    _, before, after = getattr(app.builder, "relations", {}).get(page, (None, None, None))
    if door_of.get(before) != current:
        context["prev"] = None
    if door_of.get(after) != current:
        context["next"] = None

    root, whole = app.config.root_doc, context["generate_toctree_html"]
    switch = TEMPLATES.get_template("doors.html").render(
        doors={door: context["pathto"](pages[0]) for door, pages in doors.items()},
        current=current,
        front=context["pathto"](root) if shown == FINDINGS else "",
        title=app.env.titles[root].astext(),
    )

    def narrowed(**how: Any) -> str:
        return switch + behind(str(whole(**how)), shown, doors)

    context["generate_toctree_html"] = narrowed
    context["theme_home_page_in_toc"] = False  # the switch stands before it


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx when to call what stands above."""
    app.add_config_value("csm_doors", default=[], rebuild="html", types=[list])
    app.add_css_file("doors.css", priority=900)  # after book.css, which it builds on
    app.connect("html-page-context", open_door, priority=900)  # after the theme's
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
