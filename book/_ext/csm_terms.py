"""Show what a word of the glossary means where a page uses it.

Each link that the role ``term`` makes is given the definition it leads to: the first sentences of
the entry, as plain text. It shows while the link has the pointer or the focus, by the style sheet
alone; the script lets Escape close it, sets it near its link, and lends the definition of a word
that is used again on the page, since it stands there once. On a touch screen the link leads to the
glossary, as it does everywhere.

The definitions are put into the written page and not into the document, so that neither the
search nor the description of a page holds them. They are ``hidden`` until the style sheet for
screens says otherwise, and so left out on paper and where there are no styles.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes  # type: ignore[import-untyped]
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

MOST = 240
"""The most characters of a definition. The first sentence is given whole, however long it is."""

# A link to an entry of a glossary, as Sphinx writes it, and the anchor it leads to.
LINK = re.compile(
    r'<a class="reference internal" href="[^"#]*#([^"]+)"[^>]*>'
    r'<span class="xref std std-term">.*?</span></a>',
    re.DOTALL,
)

# What the search leaves out when it shows where on a page a word stands.
UNSHOWN = '[".headerlink", "script", "style"]'
UNSHOWN_TOO = '[".headerlink", "[hidden]", "script", "style"]'


def shortened(text: str, most: int = MOST) -> str:
    """As many whole sentences from the start of a text as fit, and one at least.

    A sentence that sends readers to another entry ends it, such as *See tally*.
    """
    kept, *more = re.split(r"(?<=[.?!])\s+", " ".join(text.split()))
    for sentence in more:
        if sentence.startswith(("See ", "Compare ")) or len(kept) + 1 + len(sentence) > most:
            break
        kept += f" {sentence}"
    return kept


def entries(doctree: nodes.document) -> dict[str, str]:
    """The definitions in the glossaries of a page, by the anchors of their terms."""
    found: dict[str, str] = {}
    for glossary in doctree.findall(addnodes.glossary):
        for entry in glossary.findall(nodes.definition_list_item):
            text = next(entry.findall(nodes.paragraph), None)
            if text is not None:
                anchors = [name for term in entry.findall(nodes.term) for name in term["ids"]]
                found |= dict.fromkeys(anchors, shortened(text.astext()))
    return found


@cache
def definitions(env: BuildEnvironment) -> dict[str, str]:
    """The definitions in all glossaries of a book, by the anchors of their terms."""
    objects = env.domains["std"].get_objects()
    pages = {page for _, _, kind, page, _, _ in objects if kind == "term"}
    return {
        name: text
        for page in sorted(pages)
        for name, text in entries(env.get_doctree(page)).items()
    }


def explained(html: str, meanings: dict[str, str]) -> str:
    """A page with the definition of each term behind the first link to it.

    Parameters
    ----------
    html
        The page. Every link to a term is tied to its definition.
    meanings
        The definitions, by anchor.
    """
    told = set()

    def explain(link: re.Match[str]) -> str:
        anchor = link[1]
        if anchor not in meanings:
            return link[0]
        name = f"definition-{anchor.removeprefix('term-')}"
        shown = link[0].replace("<a ", f'<a aria-describedby="{name}" ', 1)
        if anchor not in told:
            told.add(anchor)
            text = escape(meanings[anchor], quote=False)
            shown += f'<span class="csm-definition" id="{name}" role="tooltip" hidden>{text}</span>'
        return f'<span class="csm-term">{shown}</span>'

    return LINK.sub(explain, html)


def explain_terms(
    app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Give a page that uses words of the glossary their definitions."""
    body = context.get("body", "")
    context["body"] = explained(body, definitions(app.env)) if LINK.search(body) else body


def keep_out_of_search(app: Sphinx, exception: Exception | None) -> None:
    """Let the search show no hidden text of a page among what it found there."""
    script = Path(app.outdir) / "_static" / "searchtools.js"
    if exception is None and script.is_file():
        script.write_text(script.read_text("utf-8").replace(UNSHOWN, UNSHOWN_TOO), "utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx when to call what stands above."""
    app.connect("html-page-context", explain_terms)
    app.connect("build-finished", keep_out_of_search)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
