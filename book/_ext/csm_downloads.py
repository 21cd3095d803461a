"""What readers take away of a finding, on the site: files, and the address of the finding.

A finding carries its downloads in itself, as links with the data in them: so they work in
JupyterLab, where there is no site. Here each becomes a file, ``downloads/<key>.zip`` or ``.xlsx``,
which is in the site once however many pages show the finding.

A finding is at home on the page whose notebook makes it, and its address is that of this page
wherever it is shown. The address is put into the written pages and files, and not into the results
of notebooks, which are kept from one build to the next: so it is never that of another site.

The heading of a finding is put one level below the one it stands under, and the folded code of a
cell is told apart from others by the heading it stands under.
"""

from __future__ import annotations

import base64
import io
import json
import posixpath
import re
import zipfile
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from typing import Any

from csm_search import in_order
from sphinx.application import Sphinx
from sphinx.util import logging

from csm_lib.notebooks import keys

logger = logging.getLogger(__name__)

FOLDER = "downloads"
CARRIED = "data:application/"
LINK = re.compile(
    rf'download="([a-z0-9-]+\.(?:xlsx|zip))" '
    rf'href="{CARRIED}[a-z.-]+;base64,([A-Za-z0-9+/]+={{0,2}})"'
)
PERMALINK = re.compile(r'<a class="csm-permalink" href="#(finding-[\w-]+)">#\1</a>')
"""Where a citation names the address of its finding, as csm_lib writes it."""

ANCHOR = re.compile(r"#(finding-[\w-]+)")

HEADING = re.compile(r"(?s)<h([1-6])([^>]*)>(.*?)</h\1>")
TITLE = ' class="csm-title"'
CODE = re.compile(r"(?<= the code)(?=</p>)")

Escape = Callable[[str], str]
ESCAPES: Mapping[str, Escape] = {
    ".txt": str,
    ".json": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    ".xml": escape,
}
"""The kinds of files in a download that hold a citation, and how they write text."""


def taken_out(page: str, to_root: str) -> tuple[str, dict[str, set[bytes]]]:
    """Return a page with links to files for the downloads it carried, and the downloads by name.

    Parameters
    ----------
    page
        The page as it was written.
    to_root
        The way from its folder to the root of the site: empty, or ``../`` as often as needed.
    """
    found: dict[str, set[bytes]] = {}

    def relink(match: re.Match[str]) -> str:
        name, data = match.groups()
        found.setdefault(name, set()).add(base64.b64decode(data))
        return f'download="{name}" href="{to_root}{FOLDER}/{name}"'

    return LINK.sub(relink, page), found


def homes(app: Sphinx) -> dict[str, str]:
    """By the anchor of each finding of a book, the page that it is at home on.

    That is the page whose notebook makes it; of findings that no notebook names, as in the book of
    an own collection, it is the first page in the order of the book that shows it, and the front
    page only if no other does.
    """
    front = app.config.root_doc
    shown: dict[str, list[str]] = {}
    for page in in_order(app.env, front):
        text = (Path(app.outdir) / app.builder.get_target_uri(page)).read_text("utf-8")
        for anchor in PERMALINK.findall(text):
            shown.setdefault(anchor, []).append(page)

    def makes(page: str, anchor: str) -> bool:
        notebook = Path(app.srcdir) / f"{page}.ipynb"
        return notebook.is_file() and anchor.removeprefix("finding-") in keys(notebook)

    return {
        anchor: min(pages, key=lambda page: (not makes(page, anchor), page == front))
        for anchor, pages in shown.items()
    }


def addressed(page: str, place: str, places: Mapping[str, str], full: Mapping[str, str]) -> str:
    """Return a page whose citations lead to the findings, and name their addresses if known.

    Parameters
    ----------
    page
        The page as it was written.
    place
        Its path in the site.
    places
        By the anchor of a finding, the path of the page that it is at home on.
    full
        By the same anchors, the whole addresses; empty where the address of the site is unknown.
    """

    def lead(match: re.Match[str]) -> str:
        anchor = match[1]
        there = places.get(anchor, place)
        way = "" if there == place else posixpath.relpath(there, posixpath.dirname(place) or ".")
        text = escape(full.get(anchor, f"#{anchor}"))
        return f'<a class="csm-permalink" href="{escape(way)}#{anchor}">{text}</a>'

    return PERMALINK.sub(lead, page)


def with_addresses(download: bytes, full: Mapping[str, str]) -> bytes:
    """Return a zip or a workbook whose citations name the whole address of their finding."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(download)) as source, zipfile.ZipFile(out, "w") as made:
        for entry in source.infolist():
            data = source.read(entry)
            if write := ESCAPES.get(Path(entry.filename).suffix):
                said = ANCHOR.split(data.decode())  # every second part is an anchor
                said[1::2] = [write(full.get(anchor, f"#{anchor}")) for anchor in said[1::2]]
                data = "".join(said).encode()
            made.writestr(entry, data, compresslevel=9)
    return out.getvalue()


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Write the downloads of all pages, and lead the pages' links to them and to the findings."""
    if exception or app.builder.format != "html":
        return
    site, root = Path(app.outdir), app.config.html_baseurl
    home = homes(app)
    places = {anchor: app.builder.get_target_uri(page) for anchor, page in home.items()}
    full = {
        anchor: f"{root}{'' if page == app.config.root_doc else places[anchor]}#{anchor}"
        for anchor, page in home.items()
        if root
    }
    written: dict[str, tuple[bytes, str]] = {}
    for path in sorted(site.rglob("*.html")):
        place = path.relative_to(site).as_posix()
        before = path.read_text("utf-8")
        page, found = taken_out(before, "../" * place.count("/"))
        page = addressed(page, place, places, full)
        for name, downloads in sorted(found.items()):
            for data in sorted(downloads):
                first, where = written.setdefault(name, (data, place))
                if first != data:
                    logger.warning(
                        f"{where} and {place} offer different data as {FOLDER}/{name}. Give the "
                        "findings keys of their own, or show the same one."
                    )
        if CARRIED in page:
            logger.warning(
                f"{place} still carries a download in a link. Write it as download=..., then "
                "href=..., as csm_lib.findings does."
            )
        if page != before:
            path.write_text(page, "utf-8")
    for name, (data, _) in written.items():
        (site / FOLDER).mkdir(exist_ok=True)
        (site / FOLDER / name).write_bytes(with_addresses(data, full) if full else data)


def outlined(body: str) -> str:
    """Return a page on which each finding is a level below the heading that it stands under.

    The buttons that unfold the code of a cell name that heading too.
    """
    above, level = "", 0

    def place(found: re.Match[str]) -> str:
        nonlocal above, level
        if found[2] == TITLE:
            return f"<h{level + 1}{TITLE}>{found[3]}</h{level + 1}>"
        level = int(found[1])
        text = found[3].partition('<a class="headerlink"')[0]
        above = " ".join(re.sub("<[^>]*>", "", text).split())
        return found[0]

    made = []
    for part in re.split(r"(?=<summary)", body):
        named = f'<span class="csm-unseen">: {above}</span>'.join(CODE.split(part))
        made.append(HEADING.sub(place, named))
    return "".join(made)


def prepare(
    _app: Sphinx, _name: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Set the headings of a page that holds findings."""
    if 'class="csm-finding"' in context.get("body", ""):
        context["body"] = outlined(context["body"])


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx when to call what stands above."""
    app.connect("html-page-context", prepare)
    app.connect("build-finished", finish, priority=800)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
