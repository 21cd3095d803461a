"""Set the front page at the root of the site, where it has its one address: ``index.html``.

The front page is a notebook in a folder, and so the address that Sphinx would give it lies in that
folder. `FrontAtRoot` gives it the root instead, so that every link, the contents and the next and
previous pages lead there. What was its address leads on, with the anchor it was called with: links
of others to it, and to a finding on it, stay good.
"""

from __future__ import annotations

import json
from pathlib import Path
from posixpath import relpath
from typing import Any

from csm_book import relinked
from csm_doors import TEMPLATES
from csm_search import END, START
from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

FRONT = "index"
"""The front page's name on the site, without ending."""


class FrontAtRoot(StandaloneHTMLBuilder):
    """Sphinx's builder of the site, with the front page at its root."""

    def _placed(self, name: str) -> str:
        return FRONT if name == self.config.root_doc else name

    def get_target_uri(self, docname: str, typ: str | None = None) -> str:
        """Address of a page within the site."""
        return super().get_target_uri(self._placed(docname), typ)

    def get_outfilename(self, pagename: str) -> str:
        """File of a page."""
        return super().get_outfilename(self._placed(pagename))


def relink_findings(app: Sphinx, page: nodes.document, name: str) -> None:
    """Lead the links within the front page's findings, which Sphinx does not know, from the root.

    They are written as HTML in the notebook, and start from its folder.
    """
    folder = Path(name).parent.as_posix()
    if name == app.config.root_doc and app.builder.name == FrontAtRoot.name:
        for raw in [node for node in page.findall(nodes.raw) if node["format"] == "html"]:
            raw.replace_self(nodes.raw("", relinked(raw.astext(), folder), format="html"))


def forget_moved(app: Sphinx) -> None:
    """Take away what led on after an earlier build, before the pages of the site are listed."""
    if app.builder.name == FrontAtRoot.name and app.config.root_doc != FRONT:
        (Path(app.outdir) / f"{app.config.root_doc}.html").unlink(missing_ok=True)


def lead_on(app: Sphinx, exception: Exception | None) -> None:
    """Write the page that leads on, and have the search name the front page by its address."""
    root, site = app.config.root_doc, Path(app.outdir)
    if exception or app.builder.format != "html" or root == FRONT:
        return
    address = relpath(app.builder.get_target_uri(root), Path(root).parent.as_posix())
    title = app.env.titles[root].astext()
    old = site / f"{root}.html"
    old.parent.mkdir(parents=True, exist_ok=True)
    html = TEMPLATES.get_template("moved.html").render(
        address=address, title=title, language=app.config.language, site=app.config.html_baseurl
    )
    old.write_text(html, "utf-8")
    index = site / "searchindex.js"
    found = json.loads(index.read_text("utf-8").removeprefix(START).removesuffix(END))
    found["docnames"] = [FRONT if name == root else name for name in found["docnames"]]
    index.write_text(f"{START}{json.dumps(found, separators=(',', ':'))}{END}", "utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx when to call what stands above."""
    app.add_builder(FrontAtRoot, override=True)
    app.connect("builder-inited", forget_moved)
    app.connect("doctree-resolved", relink_findings)
    # after the pages are listed and mended, and after the search has its addresses
    app.connect("build-finished", lead_on, priority=950)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
