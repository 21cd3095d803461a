"""Show at the foot of each page who publishes the figures, when, and whom to tell of a mistake.

It stands in the collection's ``datapackage.json``, which `csm_lib.descriptor` reads. The book of
somebody's own collection hands it over in the setting ``csm_edition``. The book that ships reads
``data/datapackage.json``, whose version is that of the data, and has its own version and date from
``CITATION.cff``; its page on how to cite it names them, and the address of the site.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml  # type: ignore[import-untyped]
from csm_doors import TEMPLATES
from jinja2 import Template
from sphinx.application import Sphinx
from sphinx.config import Config

from csm_lib.descriptor import read_descriptor

CHANGES = "book/changes"
"""The page that lists what has changed, of the book that has one."""

CITE = "book/cite"
"""The page that says how to cite the book."""

# By name, since Sphinx sets the machine's locale, and months by strftime would follow it.
MONTHS = (
    "January February March April May June July August September October November December".split()
)


def in_words(text: str) -> str:
    """A day, if the text is one, as in "5 February 2027"; any other text as it is."""
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def read_edition(app: Sphinx, config: Config) -> None:
    """Read who publishes the book that ships, and when.

    The date is that of the release, not of the build, so that each build gives the same pages.
    """
    if config.csm_own:
        return
    root = Path(app.srcdir)
    data = asdict(read_descriptor(root / "data" / "datapackage.json").edition)
    cited = yaml.safe_load((root / "CITATION.cff").read_text("utf-8"))
    config.csm_edition = {
        **{key: str(value or "") for key, value in data.items()},
        "version": cited["version"],
        "released": cited["date-released"],
        "data": data["version"],
    }


def cite(app: Sphinx, page: str, source: list[str]) -> None:
    """Say in the page on how to cite the book which version it is, and where it stands."""
    if page == CITE and not app.config.csm_own:
        edition = app.config.csm_edition
        said = {
            **edition,
            "released": in_words(edition["released"]),
            "year": edition["released"][:4],
            "site": app.config.html_baseurl,
        }
        source[0] = Template(source[0]).render(said)


def foot(
    edition: Mapping[str, str], *, repository: str = "", own: bool = False, changes: str = ""
) -> str:
    """What the foot of a page says of an edition, as HTML.

    Parameters
    ----------
    edition
        What `csm_lib.descriptor.Edition` holds, each as text, and the version of the ``data``
        where it is another.
    repository
        Where the source of the book is, if known: there mistakes can be told.
    own
        Whether it is somebody's own collection, which may keep its contact to itself.
    changes
        Address of the page that lists what has changed, if there is one.
    """
    contact = edition.get("contact", "")
    said = {
        **edition,
        "released": in_words(edition.get("released", "")),
        "next_release": in_words(edition.get("next_release", "")),
        "address": f"mailto:{quote(contact, safe='@+')}" if "@" in contact else contact,
        "issues": f"{repository}/issues" if repository else "",
    }
    return TEMPLATES.get_template("publisher.html").render(said, own=own, changes=changes)


def foot_of(app: Sphinx, to_root: str) -> str:
    """What the foot of a page says of this book, as HTML.

    Parameters
    ----------
    app
        Sphinx, which builds it.
    to_root
        The way from the page's folder to the root of the site: empty, or ``../`` as often as
        needed.
    """
    config = app.config
    return foot(
        config.csm_edition,
        repository="" if config.csm_own else config.html_theme_options["repository_url"],
        own=config.csm_own,
        changes=f"{to_root}{CHANGES}.html" if CHANGES in app.env.found_docs else "",
    )


def sign(app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    """Set the publisher's lines at the foot of a page."""
    to_root = "../" * app.builder.get_target_uri(page).count("/")
    context["theme_extra_footer"] = context.get("theme_extra_footer", "") + foot_of(app, to_root)


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx when to call what stands above."""
    app.add_config_value("csm_edition", default={}, rebuild="html", types=[dict])
    app.connect("config-inited", read_edition)
    app.connect("source-read", cite)
    app.connect("html-page-context", sign)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
