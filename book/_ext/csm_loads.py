"""Load the scripts and styles of what a page holds on the pages that hold it, and on no other."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

LOADS = (
    ('class="csm-finding"', "take.css", "take.js"),
    ('class="csm-explore"', "explore.css", "vega.js", "explore.js"),
    (" csm-cards", "cards.css", "cards.js"),
    (" csm-long", "tables.css", "tables.js"),
    ('class="csm-exercise"', "teaching.css"),
    ('class="csm-parts"', "teaching.css"),
    ('class="csm-quiz"', "teaching.css", "quiz.js"),
    ('class="csm-term"', "terms.css", "terms.js"),
)
"""What a page holds, and the files that it needs for it."""


def load_where_used(
    app: Sphinx, _name: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Add to a page what it needs, each file once."""
    body = context.get("body", "")
    for file in dict.fromkeys(name for mark, *names in LOADS if mark in body for name in names):
        if file.endswith(".css"):
            app.add_css_file(file, priority=900)  # after book.css, which it builds on
        else:
            app.add_js_file(file, loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx when to call what stands above."""
    # after those that change what a page holds
    app.connect("html-page-context", load_where_used, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
