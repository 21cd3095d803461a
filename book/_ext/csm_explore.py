"""Bring Vega to the pages that hold a view of any items, and to no other.

Vega comes from the Python package vl-convert, as one plain script, so that it works from a folder
too. Its charts are compiled from Vega-Lite when the book is built; on a page Vega draws them, by an
interpreter of expressions that does without ``eval``, which a host may forbid.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from vl_convert import get_vega_version, javascript_bundle

# The modules of the package that draw, without those that no page needs: Vega-Lite and vega-embed
# are another 315 kB. Another version would end the build, as nothing is fetched for it.
SCRIPT = f"""\
import {{View, parse}} from "https://cdn.jsdelivr.net/npm/vega@{get_vega_version()}/+esm";
import {{expressionInterpreter}} from "https://cdn.jsdelivr.net/npm/vega-interpreter@2.0.0/+esm";
window.vega = {{View, parse, expressionInterpreter}};
"""

NOTICE = "/* Copyright and terms: see vega.txt beside this file. */\n"


def write_vega(app: Sphinx) -> None:
    """Write Vega as a script whose names stay its own, before pages hold a digest of it."""
    if app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    static.mkdir(parents=True, exist_ok=True)
    script = f"{NOTICE}(() => {{\n{javascript_bundle(SCRIPT)}\n}})();\n"
    (static / "vega.js").write_text(script, "utf-8")


def load_where_used(
    app: Sphinx, _name: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Add to a page that holds a view what the view needs."""
    if 'class="csm-explore"' in context.get("body", ""):
        app.add_css_file("explore.css", priority=900)  # after book.css, which it builds on
        app.add_js_file("vega.js", loading_method="defer")
        app.add_js_file("explore.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx when to call what stands above."""
    app.connect("builder-inited", write_vega)
    app.connect("html-page-context", load_where_used)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
