"""What the book needs from Sphinx beyond its settings.

- `configure` reads where the book is published.
- `know_references` lets notebooks link to a work in the list of references.
- `describe` and `offer_notebook` add to each page what search engines and other sites show of it,
  and the ways to take its notebook away.
- `finish` mends the written pages: what the theme gets wrong for screen readers, scripts and icons
  that no page uses; it writes robots.txt and sitemap.xml.
- `missing_page` is what a host shows in place of a page that is not there.

The setting ``csm_own`` tells the book of somebody's own collection, which
``book/_tools/collection_book.py`` writes the source of, from the book that ships.

Two settings say where the book is: `html.baseurl` and `repository.url` in `_config.yml`, or
CSM_SITE_URL and CSM_REPOSITORY_URL in the environment, which go first. Both may stay empty. Then
no page holds an address of its own, and the site works wherever it is put.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pybtex.plugin  # type: ignore[import-untyped]
from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import ConfigError
from sphinx.util import logging

from csm_lib.collection import CHOSEN
from csm_lib.own.profile import CSS as PROFILE_CSS
from csm_lib.style import css

logger = logging.getLogger(__name__)

REFERENCES = "book/references"
"""The page with the list of references."""

# What the themes copy into _static and no page uses: the icons of the style sheet once more, as
# 1.5 MB of script, templates of their own, maps for those who develop the themes, and their words
# in other languages, which are on the pages already where a book is in one.
UNUSED = ("scripts/fontawesome.js*", "*macros.html", "**/*.map", "locales/**/*.[mp]o")

# The fonts of icons, and the class that an icon of each has.
FONTS = {
    "fa-solid-900": r"\bfa-solid\b|class=\"[^\"]*\b(fas?)\b",
    "fa-regular-400": r"\bfa-regular\b|class=\"[^\"]*\bfar\b",
    "fa-brands-400": r"\bfa-brands\b|\bfab\b",
}
FACE = re.compile(r"@font-face\s*\{[^}]*/(fa-[a-z]+-\d+)\.woff2[^}]*\}")

# Scripts that the themes load on every page, and what a page must hold to need them.
SCRIPTS = {
    r"searchtools|language_data|searchindex": 'id="search-results"',
    r"design-tabs": "sd-tab-set",
    r"clipboard\.min|copybutton": 'class="highlight',
}

# The style of cards and tabs, 55 kB on every page, and what a page must hold to need it.
DESIGN = re.compile(r'\s*<link\b[^>]*href="[^"]*/sphinx-design\.min\.css[^"]*"[^>]*>')
DESIGNED = re.compile(r'class="(?:[^"]* )?sd-')

# A rule of the theme's style sheet for one icon of some two thousand.
ICON = re.compile(r'(?:\.fa-[\w-]+:before,?)+\{content:"[^"]*"\}')

DESCRIPTION = 200
"""The most characters of a page's description; search engines cut what is longer."""

NOT_LISTED = '<meta name="robots" content="noindex"/>'
"""What a page holds that search engines shall leave out."""

MISSING = """
<section id="page-not-found">
<h1>Page not found</h1>
<p>There is no page at this address. It may have been moved or renamed.</p>
<p>Start from <a href="index.html">the findings at a glance</a>, choose a page from the contents,
or <a href="search.html">search the book</a>.</p>
</section>
"""

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
    # A summary holds no paragraphs.
    (
        r'<p class="((?:collapsed|expanded) admonition-title)">(.*?)</p>(?=\s*(?:<p|</summary>))',
        r'<span class="\1">\2</span>',
    ),
    (r"Color mode", "Colour mode"),  # codespell:ignore
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
        r'<div class="((?:csm-table )?csm-scroll[^"]*)">',
        r'<div class="\1" role="group" aria-label="Table" tabindex="0">',
    ),
    # The empty corner of a pandas table heads nothing.
    (r"<th></th>", "<td></td>"),
)


def address(url: str, *, name: str) -> str:
    """An address as set by the publisher, without the slash at its end.

    Parameters
    ----------
    url
        The address; may be empty.
    name
        What it is the address of, for the message.

    Raises
    ------
    ConfigError
        If it is not empty and not a whole web address.
    """
    url = url.strip().rstrip("/")
    if url and not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", url):
        raise ConfigError(
            f"The address of the {name} is {url!r}. It must be whole, such as "
            "https://example.org/book, or empty"
        )
    return url


def configure(_app: Sphinx, config: Config) -> None:
    """Read the two addresses.

    Raises
    ------
    ConfigError
        An address is not whole, or the environment chooses a collection for the book on the paper.
    """
    other = os.environ.get(CHOSEN)
    if other and not config.csm_own:
        raise ConfigError(
            f"{CHOSEN} is set to {other!r}, but this is the book on the paper, and its text tells "
            "of the paper's figures. Build the book of that collection (make book "
            f"COLLECTION={other} or python book/_tools/collection_book.py {other}), "
            f"or unset {CHOSEN}"
        )
    options = config.html_theme_options
    site = os.environ.get("CSM_SITE_URL") or config.html_baseurl
    source = os.environ.get("CSM_REPOSITORY_URL") or options.get("repository_url", "")
    site = address(site, name="site")
    config.html_baseurl = f"{site}/" if site else ""
    options["repository_url"] = address(source, name="repository").removesuffix(".git")


def know_references(_app: Sphinx, env: BuildEnvironment) -> None:
    """Let Markdown link to a work in the list of references: ``references.md#holm1979``.

    Notebooks cite so, as the role ``cite`` shows as a warning in JupyterLab. A link to a work that
    is not in the list is refused, as one to a heading that is not there.
    """
    if REFERENCES not in env.found_docs:  # the book of somebody's own collection cites nothing
        return
    works: Any = env.get_domain("cite")
    headings = env.metadata[REFERENCES].setdefault("myst_slugs", {})
    headings |= {key: (0, key, key) for key in works.bibdata.data.entries}


def first_words(doctree: nodes.document, most: int = DESCRIPTION) -> str:
    """The first paragraph of a page's running text, cut at the end of a sentence or of a word.

    Parameters
    ----------
    doctree
        The page. Paragraphs in notes, lists and tables do not count.
    most
        The most characters to give.
    """
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section):
            words = " ".join(paragraph.astext().split())
            if len(words) <= most:
                return words
            sentences = re.match(rf"(?s).{{1,{most - 1}}}[.?!](?=\s)", words)
            return sentences[0] if sentences else f"{words[: most - 1].rpartition(' ')[0]}…"
    return ""


def describe(
    app: Sphinx, page: str, _template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Add a page's description, and how it shows where it is shared, to its head."""
    if doctree is None:  # search results and the like
        context["metatags"] = context.get("metatags", "") + NOT_LISTED
        context["pageurl"] = None
        return
    front = page == app.config.root_doc
    words = first_words(doctree) or app.config.html_title
    title = app.config.html_title if front else app.env.titles[page].astext()
    place = "" if front else app.builder.get_target_uri(page)
    tags = tags_of(app, title, words, place)
    if app.config.html_baseurl:
        context["pageurl"] = app.config.html_baseurl + place
    context["metatags"] = "\n    ".join([context.get("metatags", ""), *tags])


def tags_of(app: Sphinx, title: str, words: str, place: str) -> list[str]:
    """The tags that say what a page is, for search engines and where it is shared.

    Parameters
    ----------
    title, words
        Of the page: its title and its description.
    place
        Its address within the site; empty for the front page.
    """
    tags = {
        "og:title": title,
        "og:description": words,
        "og:type": "article" if place else "website",
        "og:site_name": app.config.html_title,
        "og:locale": "en_GB",
    }
    site = app.config.html_baseurl
    if site:
        tags["og:url"] = site + place
        if not app.config.csm_own:
            tags["og:image"] = f"{site}_static/card.png"
            tags["og:image:alt"] = (
                "The front page of the book: its contents, and the first of its main points"
            )
    lines = [f'<meta name="description" content="{escape(words)}"/>']
    lines += [f'<meta property="{name}" content="{escape(text)}"/>' for name, text in tags.items()]
    return lines


def running_links(repository: str, branch: str, path: str) -> dict[str, str]:
    """Addresses that open a notebook on a server of others, by the name of the service.

    Parameters
    ----------
    repository
        Address of the repository. Colab opens notebooks from GitHub only, Binder from any host.
    branch
        The branch to open.
    path
        The notebook's path in the repository.
    """
    name = repository.removeprefix("https://github.com/")
    binder = f"gh/{name}" if name != repository else f"git/{quote(repository, safe='')}"
    lab = quote(f"lab/tree/{path}", safe="")
    links = {"Binder": f"https://mybinder.org/v2/{binder}/{quote(branch)}?urlpath={lab}"}
    if name != repository:
        colab = "https://colab.research.google.com/github"
        links["Colab"] = f"{colab}/{name}/blob/{quote(branch)}/{path}"
    return links


def offer_notebook(
    app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Say at the end of a notebook's page how to take it away, and where it can be run.

    No repository holds the notebooks of an own book, so no service can open them.
    """
    source = f"{page}.ipynb"
    if not (Path(app.srcdir) / source).is_file() or "body" not in context:
        return
    copy = context["pathto"](f"_sources/{source}", 1)
    text = f'This page is a notebook: <a href="{escape(copy)}" download>download it</a>'
    repository = app.config.html_theme_options["repository_url"] * (not app.config.csm_own)
    setup = ""
    if repository:
        branch = app.config.html_theme_options.get("repository_branch") or "main"
        links = running_links(repository, branch, source)
        text += ", or run it in " + " or ".join(
            f'<a href="{escape(link)}">{name}</a>' for name, link in links.items()
        )
        if "Colab" in links:
            setup = (
                "<details><summary>What Colab needs first</summary><p>Put this into a cell at the "
                "top and run it. Then choose <em>Restart session</em> from the menu "
                '<em>Runtime</em>.</p><pre style="white-space: pre-wrap">'
                f"!git clone --branch {escape(branch)} {escape(repository)} /content/book\n"
                "%pip install --quiet --editable /content/book</pre>"
                "<p>Now run this line, and then the rest.</p>"
                f"<pre>%cd /content/book/{posixpath.dirname(source)}</pre></details>"
            )
    context["body"] += f'<div class="csm-notebook"><p>{text}.</p>{setup}</div>'


def write_palette(app: Sphinx) -> None:
    """Write the style of what csm_lib shows, before pages are: these hold a digest of the sheet."""
    static = Path(app.outdir) / "_static"
    static.mkdir(parents=True, exist_ok=True)
    (static / "charts.css").write_text(css() + PROFILE_CSS, "utf-8")


def missing_page(_app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """The page that a host shows for an address that leads nowhere."""
    yield "404", {"title": "Page not found", "body": MISSING}, "page.html"


def without_unused_scripts(html: str) -> str:
    """A page without the scripts, and the style of cards, that have nothing to do on it."""
    for names, needed in SCRIPTS.items():
        if needed not in html:
            html = re.sub(
                rf'\s*<script\b[^>]* ?src="[^"]*/?(?:{names})\.js[^"]*"></script>', "", html
            )
    return html if DESIGNED.search(html) else DESIGN.sub("", html)


def without_unused_icons(style: str, texts: Iterable[str]) -> str:
    """The theme's style sheet without the icons that appear in none of some pages and scripts."""
    used = {name for text in texts for name in re.findall(r"\bfa-[\w-]+", text)}

    def keep(rule: re.Match[str]) -> str:
        return rule[0] if used & set(re.findall(r"fa-[\w-]+", rule[0])) else ""

    return ICON.sub(keep, style)


def without_unused_fonts(style: str, texts: Sequence[str]) -> str:
    """The style sheet without fonts of icons that are nowhere, and without a second form of any."""

    def keep(face: re.Match[str]) -> str:
        used = any(re.search(FONTS[face[1]], text) for text in texts)
        return re.sub(r",\s*url\([^)]*\.ttf\) format\(\"truetype\"\)", "", face[0]) if used else ""

    return FACE.sub(keep, style)


def for_robots(site: str, pages: Iterable[str]) -> dict[str, str]:
    """The files for search engines, by name: ``sitemap.xml`` only where the address is known.

    Parameters
    ----------
    site
        The site's address with a slash at its end, or empty.
    pages
        The pages' addresses within the site.
    """
    robots = "User-agent: *\nAllow: /\n"
    if not site:
        return {"robots.txt": robots}
    places = "".join(f"  <url><loc>{escape(site + page)}</loc></url>\n" for page in sorted(pages))
    return {
        "robots.txt": f"{robots}Sitemap: {site}sitemap.xml\n",
        "sitemap.xml": '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{places}</urlset>\n',
    }


def mend(html: str) -> str:
    """A page as the theme writes it, put right."""
    for wrong, right in MENDS:
        html = re.sub(wrong, right, html)
    return html


def relinked(html: str, folder: str) -> str:
    """A page as it must read elsewhere: its links led from a folder that is ``folder`` from there.

    Parameters
    ----------
    html
        The page.
    folder
        Where its links start from: the name of a folder below, or a path from the host's root.
    """

    def relink(match: re.Match[str]) -> str:
        attribute, address = match.groups()
        path, mark, anchor = address.partition("#")
        if not path or re.match(r"[a-z][a-z0-9+.-]*:|/", path):
            return match.group(0)
        return f'{attribute}="{posixpath.normpath(posixpath.join(folder, path))}{mark}{anchor}"'

    def content(match: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join(folder, match[1])).rstrip("/")
        return f'data-content_root="{path}/"'

    html = re.sub(r'data-content_root="([^"]*)"', content, html)
    return re.sub(r'\b(href|src|action)="([^"]*)"', relink, html)


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Mend all written pages, and write what search engines read."""
    if exception or app.builder.format != "html":
        return
    site = Path(app.outdir)
    (site / ".buildinfo").unlink(missing_ok=True)  # depends on where the environment lies
    for pattern in UNUSED:
        for file in (site / "_static").glob(pattern):
            file.unlink()
    texts = [script.read_text("utf-8") for script in (site / "_static").rglob("*.js")]
    pages = []
    for page in sorted(site.rglob("*.html")):
        html = without_unused_scripts(mend(page.read_text("utf-8")))
        page.write_text(html, "utf-8")
        texts.append(html)
        if NOT_LISTED not in html:
            pages.append(page.relative_to(site).as_posix())
    style = site / "_static" / "styles" / "pydata-sphinx-theme.css"
    icons = without_unused_icons(style.read_text("utf-8"), texts)
    style.write_text(without_unused_fonts(icons, texts), "utf-8")
    texts += [sheet.read_text("utf-8") for sheet in (site / "_static").rglob("*.css")]
    # the signs of services that no page links to, and the fonts that no style sheet loads
    for place in ("images/*", "vendor/fontawesome/webfonts/*"):
        for file in (site / "_static").glob(place):
            if not any(file.name in text for text in texts):
                file.unlink()

    pages = ["" if page == "index.html" else page for page in pages]
    for name, text in for_robots(app.config.html_baseurl, pages).items():
        (site / name).write_text(text, "utf-8")
    (site / ".nojekyll").touch()  # else GitHub would leave out folders named _…
    if app.config.html_baseurl:  # a missing page may be missed from any folder
        missing, path = site / "404.html", urlsplit(app.config.html_baseurl).path
        missing.write_text(relinked(missing.read_text("utf-8"), path), "utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx when to call what stands above."""
    # Each citation asks for the same, and is answered by a search through all that is installed.
    pybtex.plugin.find_plugin = cache(pybtex.plugin.find_plugin)
    app.add_config_value("csm_own", default=False, rebuild="html", types=[bool])
    app.add_css_file("charts.css", priority=400)  # before book.css, which builds on it
    app.connect("config-inited", configure)
    app.connect("env-updated", know_references)
    app.connect("html-collect-pages", missing_page)
    app.connect("html-page-context", describe)
    app.connect("html-page-context", offer_notebook)
    app.connect("builder-inited", write_palette)
    app.connect("build-finished", finish, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
