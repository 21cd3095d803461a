"""Let the search of the site find findings and their rows by name.

Sphinx indexes the words of a page, and takes raw HTML, which every finding is, for one text: it
drops the tags, and with them what kept two cells of a table apart.

- `index_words` hands it the words of raw HTML apart, and leaves drawings out, whose texts
  stand in the table as well, and what stands under every finding alike.
- `add_addresses` adds every finding, by its title, and every row of its table, such as an agency,
  to what can be found by name, with its address. They come before pages that hold the word. So
  does it with the items of the list from A to Z.
- `skip_excerpts` has a search from a folder ask for none: no page may read another there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from bs4.element import Tag
from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from csm_lib.download import TO_READ

START, END = "Search.setIndex(", ")"
KINDS = ("figures", "finding", "item")
"""What can be found by name."""
NO_EXCERPTS = """if (location.protocol === "file:")
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;"""
DRAWING = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
NAMING = re.compile(
    r'</?figure\b[^>]*>|<(dt|th)\b.*?</\1>|<(\w+)[^>]* class="csm-title".*?</\2>', re.DOTALL
)
"""What of a page `named` looks at, which is little of it."""
FIRST, NEXT, LAST = 0, 1, 2
"""How early Sphinx shows what it finds by name: before, among and after words in headings."""


def undrawn(html: str) -> BeautifulSoup:
    """Some HTML without its drawings, which are most of it and would take most of the time."""
    return BeautifulSoup(DRAWING.sub("", html), "html.parser")


def words_of(html: str) -> str:
    """The text of some HTML, the parts of which stay apart."""
    soup = undrawn(html)
    for unread in soup.select("style, script, .csm-definition, .csm-take"):
        unread.decompose()
    return " ".join(soup.get_text(" ").split())


def index_words(app: Sphinx) -> None:
    """Have pages indexed with the words of their raw HTML apart."""
    builder: Any = app.builder
    if builder.format != "html":
        return
    index_page = builder.index_page

    def index_apart(name: str, page: nodes.document, title: str) -> None:
        page = page.deepcopy()
        for raw in [node for node in page.findall(nodes.raw) if "html" in node["format"].split()]:
            raw.replace_self(nodes.paragraph("", words_of(raw.astext())))
        index_page(name, page, title)

    builder.index_page = index_apart


def findings_of(soup: BeautifulSoup) -> Iterator[Tag]:
    """The findings of a page, less those of other pages that an exercise gives to read."""
    for figure in soup("figure", class_="csm-finding"):
        if not str(figure["id"]).endswith(TO_READ):
            yield figure


def named(html: str) -> dict[tuple[str, str], str]:
    """What can be found on a page by name: kind and name, and the anchor that it leads to.

    A row leads to the first finding that has one of this name.
    """
    parts = (part[0] for part in NAMING.finditer(DRAWING.sub("", html)))
    soup = BeautifulSoup("".join(parts), "html.parser")
    found = {
        ("item", " ".join(term.get_text().split())): str(term["id"])
        for term in soup.select("dt.csm-item[id]")
    }
    for figure in findings_of(soup):
        anchor = str(figure["id"])
        titles = [caption.get_text() for caption in figure(class_="csm-title")]
        rows = [row.get_text() for row in figure("th", scope="row")]
        names = [("finding", name) for name in titles] + [("figures", name) for name in rows]
        for kind, name in names:
            if re.search(r"[^\W\d_]", name):
                found.setdefault((kind, name.strip()), anchor)
    return found


def with_addresses(index: str, pages: Mapping[str, str], front: str) -> str:
    """The index of the search, with findings and their rows, and its headings as HTML.

    The script that shows what was found sets names and headings as HTML, and Sphinx writes them as
    text.

    Parameters
    ----------
    index
        The script that Sphinx wrote.
    pages
        The written pages, by name, in the order of the book. The first that has a row of a name
        is where it is at home, and is found first; ids are found last.
    front
        The front page, which only repeats the others.
    """
    found = json.loads(index.removeprefix(START).removesuffix(END))
    at_home: set[str] = set()
    objects = []
    for page in (name for name in pages if name in found["docnames"]):
        for (kind, name), anchor in named(pages[page]).items():
            rank = LAST if kind == "item" else NEXT  # after the chapter that shows it
            if kind == "figures":
                repeated = page == front or name in at_home or "." in name.strip(".")
                rank = LAST if repeated else FIRST
                at_home |= {name} if page != front else set()
            where = found["docnames"].index(page)
            objects.append([where, KINDS.index(kind), rank, anchor, escape(name, quote=False)])
    found |= {
        "alltitles": {escape(title): where for title, where in found["alltitles"].items()},
        "objects": {"": objects},
        "objnames": {str(n): ["csm", kind, kind] for n, kind in enumerate(KINDS)},
        "objtypes": {str(n): f"csm:{kind}" for n, kind in enumerate(KINDS)},
    }
    return f"{START}{json.dumps(found, separators=(',', ':'))}{END}"


def in_order(env: BuildEnvironment, page: str) -> Iterator[str]:
    """A page and those under it, in the order of the book."""
    yield page
    for below in env.toctree_includes.get(page, []):
        yield from in_order(env, below)


def add_addresses(app: Sphinx, exception: Exception | None) -> None:
    """Add findings and their rows to the index that was written."""
    if exception or app.builder.format != "html":
        return
    site, front = Path(app.outdir), app.config.root_doc
    index = site / "searchindex.js"
    pages = {
        name: (site / app.builder.get_target_uri(name)).read_text("utf-8")
        for name in in_order(app.env, front)
    }
    index.write_text(with_addresses(index.read_text("utf-8"), pages, front), "utf-8")


def skip_excerpts(app: Sphinx, page: str, *_: object) -> None:
    """Let the page of the search ask for no excerpts where the browser would refuse them."""
    if page == "search":
        app.add_js_file(None, body=NO_EXCERPTS, priority=900)  # after the options that it sets


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx when to call what stands above."""
    app.connect("builder-inited", index_words)
    app.connect("html-page-context", skip_excerpts)
    app.connect("build-finished", add_addresses, priority=901)  # after csm_book's
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
