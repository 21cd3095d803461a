"""Slides, handouts and students' notebooks of the lessons, as pages and files of the site.

- The role ``site`` links to what the site holds and Sphinx does not know of, by its path in the
  site, from a page in any folder: ``{site}`the slides <slides/table.html>` ``.
- `write` writes, for each lesson whose page is in the book, ``slides/<lesson>.html``,
  ``handouts/<lesson>.html`` and ``exercises/<lesson>.ipynb``, and copies reveal.js, which shows
  the slides, from the package that carries it.
- `pack` puts the students' pack of all lessons at ``packs/students.zip``.

A lesson is about the collection that ships, so the book of another collection has none.
"""

from __future__ import annotations

import shutil
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from csm_book import tags_of
from csm_publisher import foot_of
from csm_runs import kept
from docutils import nodes  # type: ignore[import-untyped]
from lesson_packs import STUDENTS, students
from lesson_pages import description, handout, lessons, slides_html
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import ReferenceRole
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)

SAVED = (".ipynb", ".zip", ".csv", ".xlsx", ".ods")
"""Files that a browser would otherwise show as text."""

REVEAL = {
    "dist/reveal.js": "reveal.js",
    "dist/reveal.css": "reveal.css",
    "plugin/notes/notes.js": "notes.js",
    "LICENSE": "LICENSE",
}
"""The files of reveal.js that slides use: where the package has them, and where the site."""

FRAME = """<!DOCTYPE html>
<html lang="{lang}" data-theme="light">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>{title} — {book}</title>
{tags}
<link rel="icon" href="../_static/favicon.svg"/>
{head}
</head>
<body>
{body}
</body>
</html>
"""

DECK_HEAD = """<link rel="stylesheet" href="../_static/charts.css"/>
<link rel="stylesheet" media="not all" id="reveal-style" href="../_static/reveal/reveal.css"/>
<link rel="stylesheet" href="../_static/slides.css"/>
<script src="../_static/slides.js"></script>
<script defer src="../_static/reveal/reveal.js"></script>
<script defer src="../_static/reveal/notes.js"></script>"""

DECK_BODY = """<nav class="csm-bar" aria-label="Slides">
<a href="../notebooks/lesson_{name}.html">The lesson</a>
<a class="csm-back" href="{name}.html">Back to the slides</a>
<a class="csm-print" href="?print-pdf">To print</a>
<a class="csm-print" href="?print-pdf&amp;with-notes">To print with notes</a>
<span class="csm-keys">Keys: arrows to move, <kbd>S</kbd> for notes, <kbd>F</kbd> for the full
screen, <kbd>?</kbd> for all</span>
<span class="csm-paper-hint">Print this page from the browser: one slide a page.</span>
</nav>
<main class="reveal-viewport"><div class="reveal"><div class="slides">
{sections}
</div></div></main>"""

SHEET_HEAD = """<link rel="stylesheet" href="../_static/charts.css"/>
<link rel="stylesheet" href="../_static/handout.css"/>"""

SHEET_BODY = """<nav class="csm-bar" aria-label="Handout">
<a href="../notebooks/lesson_{name}.html">The lesson</a>
<span>Print this page from the browser, on A4.</span>
</nav>
<main>
{sheet}
</main>
<footer><div class="extra_footer"><p class="csm-from">{book}{place}</p>{foot}</div></footer>"""


class site_link(nodes.inline):  # type: ignore[misc]
    """A link to a file of the site."""


class SiteRole(ReferenceRole):
    """Link to a file of the site by its path from the root of the site."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link, led to the file from the folder of the page."""
        up = "../" * self.env.docname.count("/")
        return [site_link("", self.title, href=up + self.target)], []


def visit_site_link(self: HTML5Translator, node: site_link) -> None:
    """Open the link."""
    save = " download" if node["href"].partition("#")[0].endswith(SAVED) else ""
    self.body.append(f'<a class="reference internal" href="{escape(node["href"])}"{save}>')


def depart_site_link(self: HTML5Translator, _node: site_link) -> None:
    """Close the link."""
    self.body.append("</a>")


def framed(app: Sphinx, place: str, title: str, words: str, *, head: str, body: str) -> str:
    """A page of the site that has a form of its own.

    Parameters
    ----------
    place
        Its address within the site.
    title, words
        Its title and its description.
    head, body
        What it loads, and what stands on it, as HTML.
    """
    tags = tags_of(app, title, words, place)
    if app.config.html_baseurl:
        tags.append(f'<link rel="canonical" href="{escape(app.config.html_baseurl + place)}"/>')
    return FRAME.format(
        lang=app.config.language,
        title=escape(title),
        book=escape(app.config.html_title),
        tags="\n".join(tags),
        head=head,
        body=body,
    )


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write slides, handout and notebook of each lesson in the book."""
    if exception or app.builder.format != "html":
        return
    found = lessons(list(app.env.all_docs))
    if not found:
        return
    site, source = Path(app.outdir), Path(app.srcdir)
    for folder in ("slides", "handouts", "exercises", "_static/reveal"):
        (site / folder).mkdir(parents=True, exist_ok=True)
    carried = files("sphinx_revealjs").joinpath("_static/revealjs")
    for name, short in REVEAL.items():
        (site / "_static/reveal" / short).write_bytes(carried.joinpath(name).read_bytes())

    for name in found:
        try:
            for place, html in pages_of(app, name).items():
                (site / place).write_text(html, "utf-8")
            notebook = f"exercises/{name}.ipynb"
            shutil.copyfile(source / notebook, site / notebook)
        except (OSError, KeyError, ValueError) as fault:
            logger.warning(f"The lesson {name!r} is not whole: {fault}")


def pack(app: Sphinx, exception: Exception | None) -> None:
    """Write the students' pack, with the slides and handouts as they are in the end."""
    if exception or app.builder.format != "html":
        return
    if found := lessons(list(app.env.all_docs)):
        made = Path(app.outdir) / "packs" / STUDENTS
        made.parent.mkdir(exist_ok=True)
        site = Path(app.outdir)
        made.write_bytes(students(Path(app.srcdir), site, found, app.config.html_baseurl))


def pages_of(app: Sphinx, name: str) -> dict[str, str]:
    """The pages of a lesson that have a form of their own, by their address."""
    book, address = app.config.html_title, app.config.html_baseurl
    foot = app.config.html_theme_options.get("extra_footer", "") + foot_of(app, "../")
    title = app.env.titles[f"notebooks/lesson_{name}"].astext()
    sections = kept(app, slides_html, name, book=book, foot=foot)
    sheet = SHEET_BODY.format(
        name=name,
        sheet=kept(app, handout, name),
        book=escape(book),
        place=f", {escape(address)}" if address else "",
        foot=foot,
    )
    words = (
        f"Exercises of the lesson “{title}” on paper, with their charts and tables and with room "
        "for the answers."
    )
    return {
        f"slides/{name}.html": framed(
            app,
            f"slides/{name}.html",
            f"Slides: {title}",
            kept(app, description, name),
            head=DECK_HEAD,
            body=DECK_BODY.format(name=name, sections=sections),
        ),
        f"handouts/{name}.html": framed(
            app, f"handouts/{name}.html", f"Handout: {title}", words, head=SHEET_HEAD, body=sheet
        ),
    }


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx when to call what stands above."""
    app.add_node(site_link, html=(visit_site_link, depart_site_link))
    app.add_role("site", SiteRole())
    app.connect("build-finished", write, priority=700)  # before csm_book mends and lists all pages
    app.connect("build-finished", pack, priority=950)  # after all pages are mended
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
