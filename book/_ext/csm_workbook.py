"""Offer the whole book to take away: one workbook, in Excel and OpenDocument, and one zip of all.

They are made from the downloads of the findings (`csm_downloads`), in the order of the contents,
by what `python -m csm_lib findings` uses, too: `csm_lib.own.export.write_all`. No notebook runs for
it. Links to them, on any page, are told how large they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util import logging

from csm_lib.collection import chosen
from csm_lib.own.export import NO_FINDINGS, ODS, XLSX, ZIP, write_all

logger = logging.getLogger(__name__)

FOLDER = "take-away"
"""Where the files lie on the site."""

PAGE = "book/take_away"
"""The page that says what they hold."""

FILES = {XLSX: "Excel workbook", ODS: "OpenDocument workbook", ZIP: "all data (zip)"}

FINDING = re.compile(r'/(downloads/[a-z0-9-]+\.zip)"')
LINK = re.compile(rf'(<a [^>]*href="[^"]*\b{FOLDER}/([a-z]+\.[a-z]+)"[^>]*>.*?</a>)')


def in_order(app: Sphinx, page: str) -> Iterator[str]:
    """A page and all below it, as the contents have them."""
    yield page
    for below in app.env.toctree_includes.get(page, ()):
        yield from in_order(app, below)


def findings_of(app: Sphinx) -> dict[bytes, list[str]]:
    """The downloads of the findings, each with the titles of the chapters that show it.

    Lessons, views to choose from and the walk through an example are left out, as are pages of
    one respondent: what they show stands in the chapters, or is no finding.
    """
    site = Path(app.outdir)
    found: dict[bytes, list[str]] = {}
    for page in dict.fromkeys(in_order(app, app.config.root_doc)):
        folder, _, name = page.rpartition("/")
        if folder != "notebooks" or name.startswith(NO_FINDINGS):
            continue
        html = (site / app.builder.get_target_uri(page)).read_text("utf-8")
        for place in dict.fromkeys(FINDING.findall(html)):
            found.setdefault((site / place).read_bytes(), []).append(app.env.titles[page].astext())
    return found


def told(size: int) -> str:
    """A size in words: ``61 kB``, ``2.4 MB``."""
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(round(size / 1e3), 1)} kB"


def offer(
    app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Offer the files at the foot of the front page."""
    if page != app.config.root_doc or app.builder.name != "html" or "body" not in context:
        return
    to = context["pathto"]
    links = [
        f'<a href="{to(f"{FOLDER}/{name}", True)}" download>{kind}</a>'
        for name, kind in FILES.items()
    ]
    about = escape(to(PAGE))
    context["body"] += (
        f'<p class="csm-take-away"><a href="{about}">Take all findings away</a>: '
        f"{', '.join(links)}.</p>"
    )


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Write the files, and tell the links to them how large they are."""
    if exception or app.builder.name != "html":
        return
    site = Path(app.outdir)
    found = findings_of(app)
    if not found:
        if any('class="csm-finding"' in page.read_text("utf-8") for page in site.rglob("*.html")):
            logger.warning("No chapter offers the data of its findings, so none are taken away.")
        return
    (site / FOLDER).mkdir(exist_ok=True)
    sizes = {
        path.name: told(path.stat().st_size)
        for path in write_all(site / FOLDER, chosen(None), found)
    }

    def sized(link: re.Match[str]) -> str:
        return f"{link[1]} ({sizes[link[2]]})" if link[2] in sizes else link[1]

    for path in sorted(site.rglob("*.html")):
        before = path.read_text("utf-8")
        page = LINK.sub(sized, before)
        if page != before:
            path.write_text(page, "utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx when to call what stands above."""
    app.connect("html-page-context", offer)
    # after csm_downloads has written the downloads, before csm_book copies the front page
    app.connect("build-finished", finish, priority=850)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
