"""What the book's own Sphinx extension does to results and pages."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import nbformat
import pytest
from docutils import nodes  # type: ignore[import-untyped]
from sphinx.errors import ConfigError

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def csm_book() -> ModuleType:
    spec = importlib.util.spec_from_file_location("csm_book", ROOT / "book/_ext/csm_book.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<a href="board.html#chair">', '<a href="notebooks/board.html#chair">'),
        ('<a href="../book/cite.html">', '<a href="book/cite.html">'),
        ('<script src="../_static/a.js?v=1">', '<script src="_static/a.js?v=1">'),
        ('<form action="../search.html">', '<form action="search.html">'),
        ('<a href="#time">', '<a href="#time">'),
        ('<a href="https://doi.org/10.1">', '<a href="https://doi.org/10.1">'),
        ('<a href="data:text/csv;base64,YQ==">', '<a href="data:text/csv;base64,YQ==">'),
        ('<a href="mailto:a@b.c">', '<a href="mailto:a@b.c">'),
        ('<html data-content_root="../">', '<html data-content_root="./">'),
    ],
)
def test_a_page_moved_to_the_root_keeps_its_links(
    csm_book: ModuleType, before: str, after: str
) -> None:
    assert csm_book.relinked(before, "notebooks") == after


@pytest.mark.parametrize(
    ("folder", "before", "after"),
    [
        ("/trusts/", '<a href="book/cite.html">', '<a href="/trusts/book/cite.html">'),
        ("/trusts/", '<html data-content_root="./">', '<html data-content_root="/trusts/">'),
        ("/", '<img src="_static/logo.svg">', '<img src="/_static/logo.svg">'),
        ("/", '<html data-content_root="./">', '<html data-content_root="/">'),
    ],
)
def test_a_page_shown_at_any_address_links_from_the_root_of_its_host(
    csm_book: ModuleType, folder: str, before: str, after: str
) -> None:
    assert csm_book.relinked(before, folder) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<tr><th></th><th>yes</th></tr>", "<tr><td></td><th>yes</th></tr>"),
        ('<summary aria-label="Toggle hidden content">', "<summary>"),
        ('<div class="citation" role="doc-biblioentry">', '<div class="citation">'),
        ('<script defer src="../_static/scripts/fontawesome.js?d=1"></script>', ""),
    ],
)
def test_what_the_theme_gets_wrong_is_mended(csm_book: ModuleType, before: str, after: str) -> None:
    assert csm_book.mend(before) == after


# -- Addresses, description, edition -----------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("", ""),
        ("https://example.org/", "https://example.org"),
        ("http://example.org/trusts/book/", "http://example.org/trusts/book"),
    ],
)
def test_an_address_is_kept_without_its_last_slash(
    csm_book: ModuleType, given: str, kept: str
) -> None:
    assert csm_book.address(given, name="site") == kept


@pytest.mark.parametrize("given", ["example.org", "//example.org", "file:///site", "https://a b"])
def test_an_address_that_is_not_whole_is_refused(csm_book: ModuleType, given: str) -> None:
    with pytest.raises(ConfigError, match=r"address of the site.*must be whole"):
        csm_book.address(given, name="site")


UNUSED = SimpleNamespace()
"""In place of the Sphinx application, which reading the settings does not need."""


def settings(site: str = "", source: str = "", *, own: bool = False) -> SimpleNamespace:
    options = {"repository_url": source}
    return SimpleNamespace(html_baseurl=site, html_theme_options=options, csm_own=own)


def test_addresses_of_the_environment_go_before_those_of_the_settings(
    csm_book: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CSM_SITE_URL", "https://example.org/trusts")
    monkeypatch.setenv("CSM_REPOSITORY_URL", "https://github.com/someone/trusts.git")
    config = settings("https://example.com", "https://example.com/source")

    csm_book.configure(UNUSED, config)

    assert config.html_baseurl == "https://example.org/trusts/"
    assert config.html_theme_options["repository_url"] == "https://github.com/someone/trusts"


def test_without_addresses_there_are_none(
    csm_book: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CSM_SITE_URL", raising=False)
    monkeypatch.setenv("CSM_REPOSITORY_URL", "")
    config = settings()

    csm_book.configure(UNUSED, config)

    assert config.html_baseurl == ""
    assert config.html_theme_options["repository_url"] == ""


def test_a_collection_chosen_for_the_book_on_the_paper_is_refused_with_the_remedy(
    csm_book: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CSM_COLLECTION", "examples/other")

    with pytest.raises(ConfigError, match=r"make book COLLECTION=examples/other .*unset CSM_COLL"):
        csm_book.configure(UNUSED, settings())
    csm_book.configure(UNUSED, settings(own=True))


def page(*paragraphs: str) -> nodes.document:
    """A page with a note, and then some paragraphs."""
    note = nodes.note("", nodes.paragraph("", "Before you start"))
    running = [nodes.paragraph("", words) for words in paragraphs]
    document = nodes.document(None, None)
    document += nodes.section("", nodes.title("", "Board"), note, *running)
    return document


@pytest.mark.parametrize(
    ("words", "described"),
    [
        ("Who sat on\nthe Board.", "Who sat on the Board."),
        ("Who sat there? And who did not?", "Who sat there?"),
        ("Whoever sat there for longest", "Whoever sat there…"),
    ],
)
def test_a_description_is_the_first_paragraph_cut_where_it_may_be(
    csm_book: ModuleType, words: str, described: str
) -> None:
    assert csm_book.first_words(page(words, "More."), most=22) == described


def test_a_page_without_running_text_has_no_words_of_its_own(csm_book: ModuleType) -> None:
    assert csm_book.first_words(page()) == ""


def described(csm_book: ModuleType, *, own: bool) -> str:
    """What the head of the front page says of a site whose address is known."""
    config = SimpleNamespace(
        root_doc="findings",
        html_title="A <b> book",
        html_baseurl="https://example.org/",
        csm_own=own,
    )
    context: dict[str, object] = {}
    csm_book.describe(SimpleNamespace(config=config), "findings", "", context, page("It & this."))
    return str(context["metatags"])


def test_only_the_book_that_ships_is_shared_with_its_picture(csm_book: ModuleType) -> None:
    assert "https://example.org/_static/card.png" in described(csm_book, own=False)
    assert "og:image" not in described(csm_book, own=True)


def test_a_description_is_text_whatever_it_holds(csm_book: ModuleType) -> None:
    said = described(csm_book, own=True)

    assert '<meta property="og:title" content="A &lt;b&gt; book"/>' in said
    assert '<meta name="description" content="It &amp; this."/>' in said


# -- Search engines, notebooks, weight ---------------------------------------


def test_a_site_without_an_address_has_no_sitemap(csm_book: ModuleType) -> None:
    assert csm_book.for_robots("", ["board.html"]) == {"robots.txt": "User-agent: *\nAllow: /\n"}


def test_a_sitemap_lists_each_page_at_its_address(csm_book: ModuleType) -> None:
    files = csm_book.for_robots("https://example.org/a&b/", ["board.html", ""])

    assert files["robots.txt"].endswith("\nSitemap: https://example.org/a&b/sitemap.xml\n")
    assert "<loc>https://example.org/a&amp;b/</loc>" in files["sitemap.xml"]
    assert "<loc>https://example.org/a&amp;b/board.html</loc>" in files["sitemap.xml"]
    assert files["sitemap.xml"].count("<url>") == 2


def test_a_notebook_on_github_opens_in_binder_and_colab(csm_book: ModuleType) -> None:
    links = csm_book.running_links("https://github.com/some/book", "main", "notebooks/board.ipynb")

    assert links == {
        "Binder": "https://mybinder.org/v2/gh/some/book/main"
        "?urlpath=lab%2Ftree%2Fnotebooks%2Fboard.ipynb",
        "Colab": "https://colab.research.google.com/github/some/book/blob/main/"
        "notebooks/board.ipynb",
    }


def test_a_notebook_elsewhere_opens_in_binder_only(csm_book: ModuleType) -> None:
    links = csm_book.running_links("https://example.org/some/book", "main", "board.ipynb")

    assert links == {
        "Binder": "https://mybinder.org/v2/git/https%3A%2F%2Fexample.org%2Fsome%2Fbook/main"
        "?urlpath=lab%2Ftree%2Fboard.ipynb"
    }


def offered_to_colab(csm_book: ModuleType, page: str) -> list[str]:
    """The lines that the page of a notebook on GitHub gives to run first."""
    theme = {"repository_url": "https://github.com/some/book"}
    config = SimpleNamespace(html_theme_options=theme, csm_own=False)
    context = {"body": "", "pathto": lambda path, _: path}
    csm_book.offer_notebook(SimpleNamespace(config=config, srcdir=ROOT), page, "", context, None)
    blocks = re.findall(r"<pre[^>]*>(.*?)</pre>", context["body"], re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def test_a_notebook_runs_from_a_bare_folder_after_the_lines_that_colab_is_offered(
    csm_book: ModuleType, tmp_path: Path
) -> None:
    """With a copy in place of the clone, and without installing what is installed."""
    clone, bare = tmp_path / "content" / "book", tmp_path / "bare"
    bare.mkdir()
    for name in ("csm_lib", "data", "examples", "notebooks"):
        shutil.copytree(ROOT / name, clone / name)
    fetch, install, *enter = offered_to_colab(csm_book, "notebooks/own_returns")
    cells = nbformat.read(ROOT / "notebooks" / "own_returns.ipynb", 4).cells
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    lines = [line.replace("/content", str(tmp_path / "content")) for line in enter]
    (bare / "first.ipy").write_text("\n".join([*lines, *code[:2]]), "utf-8")

    run = subprocess.run(
        [sys.executable, "-m", "IPython", "first.ipy"],
        cwd=bare,
        env={**os.environ, "PYTHONPATH": str(clone), "IPYTHONDIR": str(bare)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert fetch == "!git clone --branch main https://github.com/some/book /content/book"
    assert install == "%pip install --quiet --editable /content/book"
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]
    assert str(clone / "notebooks") in run.stdout


def test_icons_that_no_page_and_no_script_names_leave_the_style_sheet(
    csm_book: ModuleType,
) -> None:
    style = (
        '.fa-lg{font-size:2em}.fa-bars:before,.fa-navicon:before{content:"\\f0c9"}'
        '.fa-moon:before{content:"\\f186"}.fa-bug:before{content:"\\f188"}a{color:red}'
    )

    kept = csm_book.without_unused_icons(style, ['<i class="fa-navicon">', 'add("fa-moon")'])

    assert kept == style.replace('.fa-bug:before{content:"\\f188"}', "")


def test_a_font_of_icons_that_are_nowhere_leaves_the_style_sheet_and_so_does_a_second_form(
    csm_book: ModuleType,
) -> None:
    face = '@font-face{{src:url(f/{0}.woff2) format("woff2"),url(f/{0}.ttf) format("truetype")}}'
    solid, regular = (face.format(name) for name in ("fa-solid-900", "fa-regular-400"))

    kept = csm_book.without_unused_fonts(
        f"{solid}{regular}a{{}}", ['<i class="fa-solid fa-moon">', "<p>how far it went"]
    )

    assert kept == '@font-face{src:url(f/fa-solid-900.woff2) format("woff2")}a{}'


@pytest.mark.parametrize(
    ("script", "use"),
    [
        ('<script src="../_static/searchtools.js"></script>', '<div id="search-results"></div>'),
        ('<script src="../searchindex.js"></script>', '<div id="search-results"></div>'),
        ('<script data-a="b" src="_static/design-tabs.js?v=1"></script>', '<p class="sd-tab-set">'),
        ('<script src="_static/copybutton.js?v=1"></script>', '<div class="highlight-sh">'),
    ],
)
def test_a_script_is_loaded_only_where_it_has_something_to_do(
    csm_book: ModuleType, script: str, use: str
) -> None:
    other = '<script src="_static/doctools.js"></script>'

    assert csm_book.without_unused_scripts(f"{other} {script}") == other
    assert csm_book.without_unused_scripts(f"{other} {script}{use}") == f"{other} {script}{use}"


def test_the_style_of_cards_is_loaded_where_there_are_cards_only(csm_book: ModuleType) -> None:
    style = '<link rel="stylesheet" type="text/css" href="../_static/sphinx-design.min.css?v=6a" />'
    other = '<link rel="stylesheet" type="text/css" href="../_static/book.css?v=6a" />'
    card = '<div class="docutils sd-card">'

    assert csm_book.without_unused_scripts(f"{other}{style}") == other
    assert csm_book.without_unused_scripts(f"{style}{card}") == f"{style}{card}"
