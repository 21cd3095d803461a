"""The terms of what others made and the site ships: the directive ``csm-notices`` sets them.

``notices.toml`` says which files of the site are whose. The terms themselves are read from what is
installed, and so are those of the version that the site ships.
"""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import csm_lib

ROOT = Path(csm_lib.__file__).resolve().parent.parent
"""The project; the book of a collection is built from a copy of this folder elsewhere."""
PARTS: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("notices.toml").read_text("utf-8")
)["part"]


def terms_of(part: dict[str, Any]) -> str:
    """Return the terms of a part, with whose they are."""
    installed = distribution(part["package"])
    if "terms" not in part:
        own = [file for file in installed.files or () if re.search(r"LICEN[CS]E", file.name)]
        return Path(str(own[0].locate())).read_text("utf-8")
    file = ROOT / part["terms"]
    text = (file if file.exists() else Path(str(installed.locate_file(part["terms"])))).read_text(
        "utf-8"
    )
    if "notice" not in part:
        return text
    # the same terms as another's: in place of its copyright stands this one's
    return re.sub(r"(?m)^Copyright .*$", part["notice"], text, count=1)


class Notices(SphinxDirective):
    """Each part under its name: version, licence, what it is used for, and its terms, folded."""

    def run(self) -> list[nodes.Node]:
        """Set them."""
        return [node for part in PARTS for node in self._set(part)]

    def _set(self, part: dict[str, Any]) -> list[nodes.Node]:
        said = f"{part['licence']}; {part['use']}. Brought by {part['package']} "
        said += distribution(part["package"]).version + "."
        title = nodes.paragraph("", "", nodes.strong("", part["name"]), nodes.Text(f": {said}"))
        opening = f'<details class="csm-notice"><summary>Terms of {part["name"]}</summary>'
        terms = nodes.literal_block(
            "", terms_of(part).strip(), language="text", classes=["csm-terms"]
        )
        return [
            title,
            nodes.raw("", opening, format="html"),
            terms,
            nodes.raw("", "</details>", format="html"),
        ]


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx of the directive."""
    app.add_directive("csm-notices", Notices)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
