"""Give every download of a finding a stable address on the site.

A finding carries its download in itself, as a link with the data in it: so it works in JupyterLab,
where there is no site. Here each becomes a file, ``downloads/<key>.zip``, which is in the site
once however many pages show the finding.
"""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)

FOLDER = "downloads"
CARRIED = "data:application/zip"
LINK = re.compile(rf'download="([a-z0-9-]+\.zip)" href="{CARRIED};base64,([A-Za-z0-9+/]+={{0,2}})"')


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


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Write the downloads of all pages, and lead the pages' links to them."""
    if exception or app.builder.format != "html":
        return
    site = Path(app.outdir)
    written: dict[str, tuple[bytes, str]] = {}
    for path in sorted(site.rglob("*.html")):
        place = path.relative_to(site).as_posix()
        before = path.read_text("utf-8")
        page, found = taken_out(before, "../" * place.count("/"))
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
        (site / FOLDER / name).write_bytes(data)


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx when to call what stands above."""
    app.connect("build-finished", finish, priority=800)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
