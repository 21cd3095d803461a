"""A list of the items of the codebook from A to Z, each with the findings that hold it.

The directive ``csm-items`` sets the list. Its lines give other words for items, and the items that
each leads to::

    ```{csm-items}
    GP: board.general_practice
    ```

Which findings hold an item, they say themselves (``data-items`` of their HTML). Links lead to each
finding where the book has it first; to a long table, filtered for the item (see tables.js).

The items are those of ``csm_items`` in the settings, which ``book/_tools/collection_book.py``
writes for the book of somebody's own collection, or of the collection that ships.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import quote

from csm_search import findings_of, in_order, undrawn
from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from csm_lib.collection import SHIPPED, open_collection
from csm_lib.download import file_name
from csm_lib.words import counted

logger = logging.getLogger(__name__)


class Entry(NamedTuple):
    """What stands under a letter: an item, or another word that leads to some."""

    name: str
    anchor: str
    said: str
    items: list[str]


class Held(NamedTuple):
    """A finding that holds an item."""

    page: str
    anchor: str
    title: str
    rows: int
    """How many rows of a long table are of the item; they are filtered for it."""


class Links(nodes.General, nodes.Element):  # type: ignore[misc]
    """Stands for the links to the findings of an item until all pages are read."""


def know_items(_app: Sphinx, config: Config) -> None:
    """Take the items of the collection that ships, unless the settings have others."""
    if config.csm_items is None:
        codebook = open_collection(SHIPPED).codebook
        config.csm_items = [
            [one.item, one.label, codebook.title(one.section), one.question]
            for one in codebook.values()
        ]


class Items(SphinxDirective):
    """The list, with a section for each letter."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Set the items, and what the lines of the directive say, in the order of the alphabet."""
        alike = Counter(label.casefold() for _, label, *_ in self.config.csm_items)
        # Found by their names (csm_search), not by the words of all that they lead to.
        self.env.metadata[self.env.docname]["nosearch"] = True
        labels = {
            item: f"{label} ({section})" if alike[label.casefold()] > 1 else label
            for item, label, section, _ in self.config.csm_items
        }
        entries = [
            Entry(labels[item], f"item-{item}", f"{section}. {question}", [item])
            for item, _, section, question in self.config.csm_items
        ]
        for line in self.content:
            name, _, goals = line.partition(":")
            items = goals.split()
            if not items or not labels.keys() >= set(items):
                message = f"{line!r}: write a word, a colon, and items of the codebook."
                logger.warning(message, location=self.env.docname)
                continue
            entries.append(Entry(name.strip(), f"word-{file_name(name)}", "", items))
        entries.sort(key=lambda entry: entry.name.casefold())
        sections = []
        for letter, under in groupby(entries, lambda entry: _letter(entry.name)):
            anchor = f"letter-{letter.lower() if letter.isalpha() else 'other'}"
            section = nodes.section("", nodes.title("", letter), ids=[anchor], names=[])
            terms = [self._term(entry, labels) for entry in under]
            section += nodes.definition_list("", *terms, classes=["csm-items"])
            sections.append(section)
        return sections

    def _term(self, entry: Entry, labels: dict[str, str]) -> nodes.Node:
        term = nodes.term("", entry.name, ids=[entry.anchor], classes=["csm-item"])
        if entry.said:
            (item,) = entry.items
            about = nodes.paragraph("", f"{entry.said} ", nodes.literal("", item))
            return nodes.definition_list_item(
                "", term, nodes.definition("", about, Links(item=item))
            )
        see = nodes.paragraph("", "See ")
        for number, item in enumerate(entry.items):
            see += nodes.Text("; " if number else "")
            see += nodes.reference("", labels[item], refuri=f"#item-{item}", internal=True)
        return nodes.definition_list_item("", term, nodes.definition("", see))


def _letter(name: str) -> str:
    first = name[:1].upper()
    return first if first.isalpha() else "#"


def findings_by_item(env: BuildEnvironment, items: set[str], front: str) -> dict[str, list[Held]]:
    """The findings that hold each item, in the order of the book.

    Parameters
    ----------
    env
        What Sphinx has read.
    items
        The ids of the items.
    front
        The front page, which only repeats the others.
    """
    found: dict[str, list[Held]] = {item: [] for item in items}
    seen = set()
    for page in in_order(env, front):
        for html in _findings(env, page) if page != front else ():
            for figure in findings_of(undrawn(html)):
                anchor, title = str(figure["id"]), figure.find(class_="csm-title")
                if anchor in seen or title is None:
                    continue
                seen.add(anchor)
                heads = [head.get_text() for head in figure.select(".csm-long th[scope=row]")]
                for item in items & set(str(figure.get("data-items", "")).split()):
                    rows = sum(head == item or head.startswith(f"{item}.") for head in heads)
                    found[item].append(Held(page, anchor, " ".join(title.get_text().split()), rows))
    return found


def _findings(env: BuildEnvironment, page: str) -> Iterator[str]:
    for raw in env.get_doctree(page).findall(nodes.raw):
        if "csm-finding" in raw.astext():
            yield raw.astext()


def link(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put the links to the findings of each item in their places."""
    places = list(doctree.findall(Links))
    if not places:
        return
    items = {str(place["item"]) for place in places}
    found = findings_by_item(app.env, items, app.config.root_doc)
    for place in places:
        links = nodes.bullet_list()
        for held in found[str(place["item"])]:
            goal = app.builder.get_relative_uri(page, held.page)
            text, where = held.title, app.env.titles[held.page].astext()
            if held.rows:
                goal += f"?{held.anchor.removeprefix('finding-')}.q={quote(str(place['item']))}"
                text = counted(held.rows, "row")
            refer = nodes.reference("", text, refuri=f"{goal}#{held.anchor}", internal=True)
            links += nodes.list_item("", nodes.paragraph("", "", refer, nodes.Text(f" ({where})")))
        if links:
            head = f"<summary>Shown in {counted(len(links), 'place')}</summary>"
            opened = nodes.raw("", f'<details class="csm-found">{head}', format="html")
            place.replace_self([opened, links, nodes.raw("", "</details>", format="html")])
        else:
            place.replace_self([])


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx of the directive and when to call what stands above."""
    app.add_config_value("csm_items", default=None, rebuild="env", types=[list])
    app.add_directive("csm-items", Items)
    app.connect("config-inited", know_items)
    app.connect("doctree-resolved", link)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
