"""Load the script and the style of long tables on the pages that hold one, and on no other."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx


def load_where_used(
    app: Sphinx, _name: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Add to a page that holds a long table what lets a reader search, filter and sort it."""
    if " csm-long" in context.get("body", ""):
        app.add_css_file("tables.css", priority=900)  # after book.css, which it builds on
        app.add_js_file("tables.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx when to call what stands above."""
    app.connect("html-page-context", load_where_used)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
