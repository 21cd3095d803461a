"""Write the script of Vega, which draws the views of any items.

Vega comes from the Python package vl-convert, as one plain script, so that it works from a folder
too. Its charts are compiled from Vega-Lite when the book is built; on a page Vega draws them, by an
interpreter of expressions that does without ``eval``, which a host may forbid.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from csm_runs import installed, remembered
from sphinx.application import Sphinx
from vl_convert import get_vega_version, javascript_bundle

# The modules of the package that draw, without those that no page needs: Vega-Lite and vega-embed
# are another 315 kB. The addresses are the names by which vl-convert knows the modules that it
# holds: nothing is fetched, and another version would end the build.
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
    said = [SCRIPT, installed()]
    bundle = remembered(app, "vega.js", said, lambda: str(javascript_bundle(SCRIPT)))
    script = f"{NOTICE}(() => {{\n{bundle}\n}})();\n"
    (static / "vega.js").write_text(script, "utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx when to call what stands above."""
    app.connect("builder-inited", write_vega)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
