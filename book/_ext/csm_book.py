"""What the book needs from Sphinx beyond its settings.

- `forget_stale_results` empties the execution cache when the package or the data have changed.
  The cache itself looks at notebooks only and would go on showing old figures.
- `finish` mends the written pages: what the theme gets wrong for screen readers, a script that
  repeats a style sheet, and a front page at the root.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util import logging

from csm_lib.charts import css

logger = logging.getLogger(__name__)

# Where a notebook's results come from, besides the notebook.
SOURCES = ("csm_lib", "data", "requirements.txt")

# What the themes copy into _static and no page uses: the icons of the style sheet once more, as
# 1.5 MB of script, templates of their own, and maps for those who develop the themes.
UNUSED = ("scripts/fontawesome.js*", "*macros.html", "**/*.map")

# Mends to every page: what to find, and what to put in its place.
MENDS: tuple[tuple[str, str], ...] = (
    (r'\s*<script defer src="[^"]*/fontawesome\.js[^"]*"></script>', ""),
    # A second title and contents list for paper; the page has its own.
    (r'(?s)<div id="jb-print-docs-body".*?(?=<div id="searchbox">)', ""),
    (r'(<meta name="viewport"[^>]*>)<meta name="viewport"[^>]*>', r"\1"),
    (r'\s*<meta name="viewport" content="width=device-width, initial-scale=1"/>', ""),
    # A name that differs from the words on the button cannot be spoken to it.
    (r'(<button class="btn search-button-field[^>]*?) aria-label="Search"', r"\1"),
    (r'<summary aria-label="Toggle hidden content">', "<summary>"),
    (r"Color mode", "Colour mode"),
    # The theme switch holds one icon per mode, whose titles would be read as its text.
    (r'(<i class="theme-switch [^>]*?) title="[^"]*"', r'\1 aria-hidden="true"'),
    (
        r'(<div class="sidebar-primary-item")(>\s*<a class="navbar-brand)',
        r'\1 role="region" aria-label="Book"\2',
    ),
    (r'(<button class="sidebar-toggle [^>]*?title="([^"]*)")', r'\1 aria-label="\2"'),
    (r'(<button onclick="toggleFullScreen\(\)"[^>]*?title="([^"]*)")', r'\1 aria-label="\2"'),
    # Roles that docutils gives to references and no element there may have.
    (r'<div role="list" class="citation-list">', '<div class="citation-list">'),
    (r' role="doc-(?:biblioentry|backlink|noteref)"', ""),
    # What can be scrolled must be reached by keyboard.
    (
        r'<div class="csm-table csm-scroll">',
        '<div class="csm-table csm-scroll" role="group" aria-label="Table" tabindex="0">',
    ),
    # The empty corner of a pandas table heads nothing.
    (r"<th></th>", "<td></td>"),
)


def fingerprint(root: Path, sources: Iterable[str] = SOURCES) -> str:
    """Digest of the names and contents of all files under some paths of the project.

    Parameters
    ----------
    root
        The project's folder.
    sources
        Files and folders in it; one that is missing counts as empty.
    """
    digest = hashlib.sha256()
    for source in sources:
        path = root / source
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(f"{file.relative_to(root).as_posix()}\0".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def forget_stale_results(app: Sphinx) -> None:
    """Empty the execution cache unless it was filled from the sources as they are now."""
    cache = Path(app.config.nb_execution_cache_path or Path(app.outdir).parent / ".jupyter_cache")
    note = cache / "made_from"
    now = fingerprint(Path(app.srcdir))
    if cache.is_dir() and (not note.is_file() or note.read_text() != now):
        logger.info("csm_lib, data or the environment changed: all notebooks run again")
        shutil.rmtree(cache)
    cache.mkdir(parents=True, exist_ok=True)
    note.write_text(now)


def mend(html: str) -> str:
    """A page as the theme writes it, put right."""
    for wrong, right in MENDS:
        html = re.sub(wrong, right, html)
    return html


def moved_to_root(html: str, folder: str) -> str:
    """A page of ``folder`` as it must read in the folder above: its links led from here to there.

    Parameters
    ----------
    html
        The page.
    folder
        Name of the folder that the page was written for.
    """

    def relink(match: re.Match[str]) -> str:
        attribute, address = match.groups()
        path, mark, anchor = address.partition("#")
        if not path or re.match(r"[a-z][a-z0-9+.-]*:|/", path):
            return match.group(0)
        return f'{attribute}="{posixpath.normpath(posixpath.join(folder, path))}{mark}{anchor}"'

    html = re.sub(r'\b(href|src|action)="([^"]*)"', relink, html)
    return html.replace('data-content_root="../"', 'data-content_root="./"')


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Mend all written pages, and set the front page at the root of the site."""
    if exception or app.builder.format != "html":
        return
    site = Path(app.outdir)
    for pattern in UNUSED:
        for file in (site / "_static").glob(pattern):
            file.unlink()
    for page in sorted(site.rglob("*.html")):
        page.write_text(mend(page.read_text("utf-8")), "utf-8")
    (site / "_static" / "charts.css").write_text(css(), "utf-8")

    front = site / f"{app.config.root_doc}.html"
    if front.parent != site and front.is_file():
        folder = front.parent.relative_to(site).as_posix()
        (site / "index.html").write_text(moved_to_root(front.read_text("utf-8"), folder), "utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx when to call what stands above."""
    app.add_css_file("charts.css", priority=400)  # before book.css, which builds on it
    app.connect("builder-inited", forget_stale_results, priority=100)  # before the cache is opened
    app.connect("build-finished", finish, priority=900)  # after the redirect at the root is written
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
