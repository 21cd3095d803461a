"""The built site: whole, described, and dependent on no other host.

`make book` builds it; these tests read the pages as written.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup
from bs4.element import Tag

from csm_lib.finding import STATUSES

ROOT = Path(__file__).parent.parent
SITE = ROOT / "_build" / "html"
PAGES = sorted(SITE.rglob("*.html"))
STYLES = sorted((SITE / "_static").rglob("*.css"))

# Attributes that a browser follows by itself; those of <a> wait for the reader.
FETCHED = {
    "audio": ["src"],
    "embed": ["src"],
    "iframe": ["src"],
    "image": ["href", "xlink:href"],
    "img": ["src", "srcset"],
    "input": ["src"],
    "link": ["href"],
    "object": ["data"],
    "script": ["src"],
    "source": ["src", "srcset"],
    "use": ["href", "xlink:href"],
    "video": ["src", "poster"],
}

MOST_BYTES = 1_500_000  # fetched by one page, uncompressed


@cache
def read(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_bytes(), "lxml")


@cache
def anchors(path: Path) -> frozenset[str]:
    """Everything on a page that a link can point to."""
    page = read(path)
    return frozenset(tag["id"] for tag in page.select("[id]")) | {
        tag["name"] for tag in page.select("a[name]")
    }


def by_name(path: Path) -> str:
    return path.relative_to(SITE).as_posix()


each_page = pytest.mark.parametrize("path", PAGES, ids=by_name)


def fetched(page: BeautifulSoup) -> list[str]:
    """Addresses that a browser fetches when it opens a page."""
    return [
        part.split()[0]
        for name, attributes in FETCHED.items()
        for tag in page.find_all(name)
        for attribute in attributes
        for part in tag.get(attribute, "").split(",")
        if part.strip() and not part.startswith(("data:", "#"))
    ]


def target(path: Path, address: str) -> tuple[Path, str]:
    """The file that an address of a page leads to, and the anchor in it."""
    parts = urlsplit(address)
    if not parts.path:
        return path, unquote(parts.fragment)
    file = (path.parent / unquote(parts.path)).resolve()
    return (file / "index.html" if file.is_dir() else file), unquote(parts.fragment)


def is_local(address: str) -> bool:
    parts = urlsplit(address)
    return not parts.scheme and not parts.netloc


def text(tag: Tag | None) -> str:
    return " ".join(tag.get_text(" ").split()) if tag else ""


# -- The whole ---------------------------------------------------------------


def test_every_page_of_the_contents_was_built() -> None:
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    names = [contents["root"], *(p["file"] for part in contents["parts"] for p in part["chapters"])]

    assert [name for name in names if not (SITE / f"{name}.html").is_file()] == [], "run: make book"


def test_the_front_page_stands_at_the_root_and_reads_as_in_its_folder() -> None:
    root = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))["root"]
    front, page = read(SITE / "index.html"), read(SITE / f"{root}.html")

    assert text(front.article) == text(page.article)
    assert not front.select('meta[http-equiv="refresh" i]')


def test_no_two_pages_have_the_same_title() -> None:
    titles = [text(read(path).title) for path in PAGES if path != SITE / "index.html"]

    assert sorted(titles) == sorted(set(titles))


# -- Each page ---------------------------------------------------------------


@each_page
def test_a_page_says_its_language_title_and_one_heading(path: Path) -> None:
    page = read(path)

    assert page.html is not None
    assert page.html["lang"] == "en"
    assert text(page.title)
    assert len(page.find_all("h1")) == 1
    assert page.find("main") is not None


@each_page
def test_headings_skip_no_level(path: Path) -> None:
    levels = [int(tag.name[1]) for tag in read(path).select("main :is(h1, h2, h3, h4, h5, h6)")]

    assert all(after - before <= 1 for before, after in pairwise(levels))


@each_page
def test_a_page_shows_no_message_of_the_build(path: Path) -> None:
    assert read(path).select(".system-message, .problematic, .traceback, .stderr") == []


@each_page
def test_a_page_has_no_id_twice(path: Path) -> None:
    ids = [tag["id"] for tag in read(path).select("[id]")]

    assert {name for name in ids if ids.count(name) > 1} == set()


@each_page
def test_a_page_fetches_nothing_from_another_host(path: Path) -> None:
    foreign = [address for address in fetched(read(path)) if not is_local(address)]

    assert foreign == []
    assert not re.search(r"url\(['\"]?(?:https?:)?//", path.read_text("utf-8"))


@each_page
def test_what_a_page_fetches_is_there_and_is_not_heavy(path: Path) -> None:
    files = {target(path, address)[0] for address in fetched(read(path))}

    assert [by_name(file) for file in files if not file.is_file()] == []
    assert path.stat().st_size + sum(file.stat().st_size for file in files) <= MOST_BYTES


@each_page
def test_no_link_within_the_site_is_dead(path: Path) -> None:
    dead = []
    for link in read(path).select("a[href]"):
        address = str(link["href"])
        if not is_local(address):
            continue
        file, anchor = target(path, address)
        if not file.is_file() or (
            anchor and file.suffix == ".html" and anchor not in anchors(file)
        ):
            dead.append(address)

    assert dead == []


@each_page
def test_every_link_and_button_has_a_name(path: Path) -> None:
    nameless = [
        str(tag)[:200]
        for tag in read(path).select("a[href], button, summary")
        if not (text(tag) or tag.get("aria-label") or tag.get("title") or tag.select("img[alt]"))
    ]

    assert nameless == []


@each_page
def test_every_picture_is_described_in_its_own_words(path: Path) -> None:
    page = read(path)
    said = []
    for picture in page.select("main img, main svg:not([aria-hidden=true])"):
        words = str(picture.get("alt") or picture.get("aria-label") or "")
        assert len(words) > 20, f"not described: {str(picture)[:200]}"
        assert not re.search(r"\.(png|svg|jpe?g)$", words), f"a file name: {words}"
        if picture.name == "svg":
            assert picture.get("role") == "img"
        said.append(words)

    assert sorted(said) == sorted(set(said))


@each_page
def test_every_table_has_headers_that_say_what_they_head(path: Path) -> None:
    for table in read(path).select("main table"):
        heads = table.select("th")
        assert heads, str(table)[:200]
        assert [str(head) for head in heads if not text(head)] == []
    for head in read(path).select(".csm-table th"):
        assert head.get("scope") in ("col", "row")


# -- Findings ----------------------------------------------------------------

FINDINGS = {
    f"{by_name(path)}#{figure.get('id')}": figure
    for path in PAGES
    for figure in read(path).select("figure.csm-finding")
}

each_finding = pytest.mark.parametrize("figure", FINDINGS.values(), ids=FINDINGS)


def test_every_chapter_on_the_answers_shows_findings() -> None:
    shown = {Path(name.partition("#")[0]).stem for name in FINDINGS}

    assert {"index", "findings", "who_answered", "board", "jsna", "commissioning"} <= shown


@each_finding
def test_a_finding_states_its_result_and_its_base(figure: Tag) -> None:
    assert str(figure["id"]).startswith("finding-")
    assert len(text(figure.select_one("figcaption"))) > 20
    assert len(text(figure.select_one(".csm-base")).removeprefix("Base:")) > 5


@each_finding
def test_a_finding_shows_the_status_of_its_numbers(figure: Tag) -> None:
    badges = figure.select(".csm-status")

    assert badges
    for badge in badges:
        assert badge["data-status"] in STATUSES
        assert str(badge["data-status"]) in text(badge)


@each_finding
def test_a_drawn_result_says_so_in_the_figure_itself(figure: Tag) -> None:
    drawing = figure.select_one("svg")
    if figure.select('.csm-status[data-status="drawn"]') and drawing is not None:
        assert "drawn" in text(drawing).lower()


@each_finding
def test_a_finding_has_its_table_and_its_data(figure: Tag) -> None:
    link = figure.select_one("a.csm-download")

    assert figure.select("table caption")
    assert link is not None
    assert str(link["download"]).endswith(".csv")


# -- Styles and scripts ------------------------------------------------------


@pytest.mark.parametrize("path", STYLES, ids=by_name)
def test_a_style_sheet_fetches_nothing_from_another_host(path: Path) -> None:
    style = path.read_text("utf-8")

    assert not re.search(r"url\(\s*['\"]?(?:https?:)?//|@import\s+['\"](?:https?:)?//", style)


@pytest.mark.parametrize("name", ["require.js", "thebe", "mathjax", "fontawesome.js", "jsdelivr"])
def test_no_page_loads_what_the_book_does_not_use(name: str) -> None:
    loading = [by_name(path) for path in PAGES for a in fetched(read(path)) if name in a.lower()]

    assert loading == []


def test_every_colour_of_a_chart_is_declared_in_a_style_sheet() -> None:
    own = set(re.findall(r"--csm-[\w-]+(?=:)", "".join(p.read_text("utf-8") for p in STYLES)))
    used = {
        name
        for path in PAGES
        for name in re.findall(r"var\((--csm-[\w-]+), *#", path.read_text("utf-8"))
    }

    assert used
    assert used <= own
