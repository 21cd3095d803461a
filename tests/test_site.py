"""The built site: whole, described, and dependent on no other host.

`make book` builds it; these tests read the pages as written. CSM_SITE_DIR names another site than
that of the book on the paper: one that `make book COLLECTION=...` built. What holds for one kind
only is marked ``paper`` or ``own``, and `make test` leaves the other kind out.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import html5lib
import pytest
import yaml
from bs4 import BeautifulSoup
from bs4.element import Tag
from site_pages import read

from csm_lib.collection import Collection, open_collection
from csm_lib.download import version
from csm_lib.status import STATUSES

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "_build" / "html"
SITE = Path(os.environ.get("CSM_SITE_DIR") or SHIPPED).resolve()
SOURCE = ROOT if SITE == SHIPPED else SITE.parent / "source"
CONTENTS = yaml.safe_load((SOURCE / "_toc.yml").read_text("utf-8"))
MOVED = SITE / f"{CONTENTS['root']}.html"
"""What leads on to the front page, from the address that it would have as a notebook."""
PAGES = sorted(path for path in SITE.rglob("*.html") if path != MOVED)
STYLES = sorted((SITE / "_static").rglob("*.css"))

NOTICES = tomllib.loads((ROOT / "book/_ext/notices.toml").read_text("utf-8"))["part"]

BLOCKS_AMONG_WORDS = ", ".join(
    f"{words} {block}"
    for words in ("summary", "button", "label", "h1", "h2", "h3", "p", "pre")
    for block in ("p", "div", "ul", "ol", "table", "details", "section")
)

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

# Of <link>, those that a browser follows by itself.
FETCHED_LINKS = {"icon", "preload", "stylesheet"}

# The fonts of the icons, each fetched by a page that shows an icon of its kind.
ICON_FONTS = {
    "fa-brands-400.woff2": ".fa-brands, .fab",
    "fa-regular-400.woff2": ".fa-regular, .far",
    "fa-solid-900.woff2": ".fa, .fa-solid, .fas",
}

MOST_BYTES = 1_000_000  # fetched by one page, uncompressed
MOST_BYTES_WITH_VIEWS = 1_500_000  # of a page that is explored: it brings Vega
MOST_BYTES_OF_SITE = 25_000_000

# Where the site was told that it will stand. Both are empty unless the publisher said so.
SETTINGS = yaml.safe_load((SOURCE / "_config.yml").read_text("utf-8"))
ADDRESS = (os.environ.get("CSM_SITE_URL") or SETTINGS["html"]["baseurl"]).rstrip("/")
REPOSITORY = os.environ.get("CSM_REPOSITORY_URL") or SETTINGS["repository"]["url"]


def below(chapters: list[dict[str, Any]]) -> Iterator[str]:
    """The pages of a part of the contents, in their order."""
    for page in chapters:
        yield page["file"]
        yield from below(page.get("sections", []))


NAMES = [
    CONTENTS["root"],
    *(name for part in CONTENTS["parts"] for name in below(part["chapters"])),
]

BASE = f"{urlsplit(ADDRESS).path}/"


@pytest.fixture(scope="module")
def collection() -> Collection:
    """The collection that the site is made from."""
    return open_collection()


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
        if name != "link" or FETCHED_LINKS & set(tag.get("rel", []))
        for attribute in attributes
        for part in tag.get(attribute, "").split(",")
        if part.strip() and not part.startswith(("data:", "#"))
    ]


def imported(style: Path) -> set[Path]:
    """The style sheets that a style sheet fetches."""
    names = re.findall(r"@import\s+(?:url\()?['\"]([^'\"]+)", style.read_text("utf-8"))
    return {(style.parent / name).resolve() for name in names}


def target(path: Path, address: str) -> tuple[Path, str]:
    """The file that an address of a page leads to, and the anchor in it."""
    parts = urlsplit(address)
    if not parts.path:
        return path, unquote(parts.fragment)
    if parts.path.startswith("/"):  # on the page for missing pages, of a site that has an address
        path, parts = SITE / "404.html", parts._replace(path=parts.path.removeprefix(BASE))
    file = (path.parent / unquote(parts.path)).resolve()
    return (file / "index.html" if file.is_dir() else file), unquote(parts.fragment)


def is_local(address: str) -> bool:
    parts = urlsplit(address)
    return not parts.scheme and not parts.netloc


def text(tag: Tag | None) -> str:
    return " ".join(tag.get_text(" ").split()) if tag else ""


# -- The whole ---------------------------------------------------------------


def test_every_page_of_the_contents_was_built() -> None:
    assert [name for name in NAMES if not (SITE / f"{name}.html").is_file()] == [], "run: make book"


def test_the_front_page_has_one_address_and_every_link_leads_to_it() -> None:
    front, moved = read(SITE / "index.html"), read(MOVED)
    leading = [
        (by_name(path), str(a["href"]))
        for path in PAGES
        for a in read(path).select("a[href]")
        if is_local(str(a["href"])) and target(path, str(a["href"]))[0] == MOVED
    ]

    assert front.article is not None
    assert not front.select('meta[http-equiv="refresh" i]')
    assert leading == []
    assert moved.article is None
    assert [target(MOVED, str(a["href"]))[0] for a in moved.select("a")] == [SITE / "index.html"]
    (refresh,) = moved.select('noscript > meta[http-equiv="refresh"]')
    assert target(MOVED, str(refresh["content"]).partition("url=")[2])[0] == SITE / "index.html"
    canonical = [str(tag["href"]) for tag in moved.select('link[rel="canonical"]')]
    assert canonical == ([f"{ADDRESS}/"] if ADDRESS else [])


def test_the_search_knows_the_front_page_by_its_address() -> None:
    index = (SITE / "searchindex.js").read_text("utf-8")
    found = json.loads(index.removeprefix("Search.setIndex(").removesuffix(")"))

    assert set(found["docnames"]) == {"index", *NAMES} - {CONTENTS["root"]}


def test_no_two_pages_have_the_same_title() -> None:
    titles = [text(read(path).title) for path in PAGES]

    assert sorted(titles) == sorted(set(titles))


def test_the_site_is_not_heavy() -> None:
    files = [path for path in SITE.rglob("*") if path.is_file()]

    assert sum(path.stat().st_size for path in files) <= MOST_BYTES_OF_SITE


def test_the_page_for_missing_pages_leads_back_into_the_book() -> None:
    missing = read(SITE / "404.html")

    assert text(missing.h1).startswith("Page not found")
    leads = {
        target(SITE / "404.html", str(a["href"]))[0] for a in missing.select("article a[href]")
    }
    assert {SITE / "index.html", SITE / "search.html"} <= leads


def test_what_search_engines_are_told_names_only_the_address_of_the_site() -> None:
    robots = (SITE / "robots.txt").read_text("utf-8")
    sitemap = SITE / "sitemap.xml"

    assert robots.startswith("User-agent: *\nAllow: /\n")
    assert ("Sitemap:" in robots) == sitemap.is_file() == bool(ADDRESS)
    if ADDRESS:
        places = re.findall("<loc>(.*?)</loc>", sitemap.read_text("utf-8"))
        pages = {place.removeprefix(f"{ADDRESS}/") or "index.html" for place in places}
        unlisted = {"404.html", "search.html"}
        assert pages == {by_name(path) for path in PAGES} - unlisted


def test_a_second_build_gives_the_same_bytes(tmp_path: Path, collection: Collection) -> None:
    """From a copy in another folder, with the notebooks run again and sets in another order.

    Of the book on the paper, that of a copy in which pages were changed, and put back.
    """
    copy = tmp_path / "copy"
    made = shutil.ignore_patterns(".*", "_build", "__pycache__", "tests", "benchmarks")
    shutil.copytree(ROOT, copy, ignore=made)
    settings = {**os.environ, "PYTHONPATH": str(copy), "PYTHONHASHSEED": "7"}
    settings.pop("PYTHONDONTWRITEBYTECODE", None)  # else each kernel compiles the package anew
    build = [sys.executable, "book/_tools/collection_book.py"]
    if SOURCE == ROOT:
        # Made of other pages first. What is read anew then is what changed, however old it is.
        pages = {path: path.read_text("utf-8") for path in (copy / "book").glob("*.md")}
        for path, text in pages.items():
            other = re.sub(r"(?m)^((?:  )?[A-Z].*\.)$", r"\1 Another.", text)
            path.write_text(re.sub(r"\A# .+", r"\g<0> too", other), "utf-8")
        subprocess.run(build, cwd=copy, env=settings, check=True, capture_output=True)
        for path, text in pages.items():
            path.write_text(text, "utf-8")
            os.utime(path, (0, 0))
    else:
        build.append(str(collection.path.resolve()))
    ran = subprocess.run(build, cwd=copy, env=settings, check=True, capture_output=True)
    assert (b"Reading the pages" in ran.stdout) == (SOURCE == ROOT)

    assert not (SITE / ".buildinfo").exists()  # a digest of settings, which hold where packages lie
    first, second = contents(SITE), contents(copy / SITE.relative_to(ROOT))
    assert set(first) == set(second)
    assert [name for name in first if first[name] != second[name]] == []


def contents(site: Path) -> dict[str, bytes]:
    """All files of a site by name, without the PDF, which `make pdf` adds."""
    files = [path for path in site.rglob("*") if path.is_file() and path.suffix != ".pdf"]
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in files}


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
def test_a_page_is_described_where_it_is_found_and_shared(path: Path) -> None:
    page = read(path)
    if path.name in ("404.html", "search.html"):
        assert page.select('meta[name="robots"][content="noindex"]')
        return
    described = [str(tag["content"]) for tag in page.select('meta[name="description"]')]
    shared = {str(tag["property"]): str(tag["content"]) for tag in page.select("meta[property]")}

    assert len(described) == 1
    assert 20 <= len(described[0]) <= 200
    assert shared["og:description"] == described[0]
    assert shared["og:title"]
    assert {"og:type", "og:site_name", "og:locale"} <= set(shared)


@each_page
def test_a_page_names_an_address_of_its_own_only_where_one_is_set(path: Path) -> None:
    page = read(path)
    said = [str(tag["href"]) for tag in page.select('link[rel="canonical"]')]
    said += [str(tag["content"]) for tag in page.select('meta[property^="og:"][content^="http"]')]

    assert bool(said) == (bool(ADDRESS) and path.name not in ("404.html", "search.html"))
    assert [address for address in said if not address.startswith(f"{ADDRESS}/")] == []


@pytest.mark.own
@each_page
def test_a_page_tells_whose_it_is_and_the_version_it_was_made_with(
    path: Path, collection: Collection
) -> None:
    footer = text(read(path).select_one("footer .extra_footer"))

    assert f"{collection.title}. Made with csm_lib {version()}." in footer
    assert footer.startswith(collection.label)


@pytest.mark.paper
@each_page
def test_a_page_tells_the_version_and_date_of_the_book(path: Path) -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    year, _, day = str(cited["date-released"]).split("-")
    footer = text(read(path).select_one("footer .extra_footer"))

    assert re.search(
        rf"Version {re.escape(cited['version'])}, {int(day)} [A-Z][a-z]+ {year}", footer
    )


@each_page
def test_a_page_tells_who_publishes_it_when_and_what_comes_next(
    path: Path, collection: Collection
) -> None:
    footer = text(read(path).select_one("footer .extra_footer"))
    edition = collection.edition

    assert (f"Published by {edition.publisher}" in footer) == bool(edition.publisher)
    assert (f"Next release: {edition.next_release}" in footer) == bool(edition.next_release)
    assert (f"Revisions: {edition.revisions}" in footer) == bool(edition.revisions)
    assert (str(edition.released.year) in footer) if edition.released else True


@pytest.mark.paper
@each_page
def test_a_page_tells_where_to_send_a_correction(path: Path) -> None:
    lines = read(path).select("footer .csm-publisher p")
    issues = [str(a["href"]) for line in lines for a in line.select('a[href$="/issues"]')]

    assert issues == ([f"{REPOSITORY.removesuffix('.git')}/issues"] if REPOSITORY else [])
    assert any("with the page and the number" in text(line) for line in lines)


# -- Doors -------------------------------------------------------------------

DOORS: dict[str, list[str]] = {"Findings": [CONTENTS["root"]]}
for part in CONTENTS["parts"]:
    own = part["caption"] in ("Teaching", "Reference")
    pages = DOORS.setdefault(part["caption"] if own else "Findings", [])
    pages.extend(below(part["chapters"]))


def file_of(name: str) -> Path:
    return SITE / ("index.html" if name == CONTENTS["root"] else f"{name}.html")


def leads(path: Path, part: str) -> list[Path]:
    """Where the links of a part of a page lead."""
    return [target(path, str(a["href"]))[0] for a in read(path).select(f"{part} a[href]")]


@pytest.mark.parametrize("name", NAMES)
def test_the_contents_of_a_page_show_its_door_alone_and_the_way_to_the_others(name: str) -> None:
    path = file_of(name)
    (door,) = [door for door, pages in DOORS.items() if name in pages]
    switch = read(path).select(".bd-links > div > ul:first-child > li > a")

    assert [text(a) for a in switch] == list(DOORS)
    assert [text(a) for a in switch if a.get("aria-current")] == [door]
    assert leads(path, ".csm-doors") == [file_of(pages[0]) for pages in DOORS.values()]
    assert leads(path, ".bd-sidenav") == list(map(file_of, DOORS[door]))


@pytest.mark.parametrize("name", NAMES)
def test_the_pages_before_and_after_lie_behind_the_same_door(name: str) -> None:
    (pages,) = [pages for pages in DOORS.values() if name in pages]
    at = pages.index(name)
    beside = [*pages[max(at - 1, 0) : at], *pages[at + 1 : at + 2]]
    path = file_of(name)

    assert leads(path, ".prev-next-footer") == list(map(file_of, beside))
    heads = read(path).select('link[rel="prev"], link[rel="next"]')
    assert {target(path, str(tag["href"]))[0] for tag in heads} == set(map(file_of, beside))


@pytest.mark.parametrize("name", ["404.html", "search.html"])
def test_a_page_behind_no_door_shows_them_all_and_the_findings(name: str) -> None:
    switch = read(SITE / name).select(".csm-doors a")

    assert [text(a) for a in switch] == list(DOORS)
    assert not [a for a in switch if a.get("aria-current")]
    assert leads(SITE / name, ".bd-sidenav") == list(map(file_of, DOORS["Findings"]))


@each_page
def test_a_notebook_page_offers_the_notebook_and_a_place_to_run_it(path: Path) -> None:
    page = CONTENTS["root"] if path.parent == SITE else by_name(path).removesuffix(".html")
    name = f"{page}.ipynb"
    offers = read(path).select(".csm-notebook a")
    if not (SOURCE / name).is_file() or path.name in ("404.html", "search.html"):
        assert offers == []
        return
    places = [str(a["href"]) for a in offers]

    assert target(path, places[0])[0] == SITE / "_sources" / name
    assert all(place.replace("%2F", "/").endswith(f"/{name}") for place in places[1:])
    assert bool(places[1:]) == (bool(REPOSITORY) and SOURCE == ROOT)


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
    page = read(path)
    files = {path} | {target(path, address)[0] for address in fetched(page)}
    files |= {file for style in files if style.suffix == ".css" for file in imported(style)}
    fonts = SITE / "_static/vendor/fontawesome/webfonts"
    files |= {fonts / font for font, icons in ICON_FONTS.items() if page.select(icons)}

    assert [by_name(file) for file in files if not file.is_file()] == []
    most = MOST_BYTES_WITH_VIEWS if page.select(".csm-explore") else MOST_BYTES
    assert sum(file.stat().st_size for file in files) <= most


@each_page
def test_a_page_is_valid_html(path: Path) -> None:
    parser = html5lib.HTMLParser()
    parser.parse(path.read_bytes())

    assert parser.errors == []
    # what no parser minds: a block where only words may stand
    assert read(path).select(BLOCKS_AMONG_WORDS) == []


def test_every_file_that_the_site_ships_is_ours_or_has_the_terms_of_its_maker() -> None:
    theirs = [name for part in NOTICES for name in part["files"]]
    ours = {file.name for file in (ROOT / "book" / "assets").iterdir()} | {"charts.css"}
    static = SITE / "_static"
    shipped = [file.relative_to(static) for file in static.rglob("*") if file.is_file()]

    assert [
        str(one) for one in shipped if one.name not in ours and not any(map(one.match, theirs))
    ] == []


def test_nothing_is_shipped_in_languages_or_for_services_that_no_page_names() -> None:
    names = {file.name for file in (SITE / "_static").rglob("*")}

    assert names.isdisjoint({"booktheme.mo", "logo_deepnote.svg", "fa-solid-900.ttf"})


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


def test_every_notebook_shows_a_finding() -> None:
    shown = {name.partition("#")[0].removesuffix(".html") for name in FINDINGS}
    if "index" in shown:
        shown.add(CONTENTS["root"])
    notebooks = {
        name
        for name in NAMES
        if name.startswith("notebooks/") and (SOURCE / f"{name}.ipynb").is_file()
    }

    assert notebooks
    assert notebooks - shown <= {"notebooks/explore"} & notebooks


@pytest.mark.paper
def test_every_chapter_on_the_answers_shows_findings() -> None:
    shown = {Path(name.partition("#")[0]).stem for name in FINDINGS}

    assert {"index", "who_answered", "board", "jsna", "commissioning"} <= shown


@each_finding
def test_a_finding_states_its_result_and_its_base(figure: Tag) -> None:
    assert str(figure["id"]).startswith("finding-")
    assert len(text(figure.select_one(".csm-title"))) > 20
    assert len(text(figure.select_one(".csm-base")).removeprefix("Base:")) > 5


@each_finding
def test_a_finding_shows_the_status_of_its_numbers(figure: Tag) -> None:
    (full,) = figure.select(f"details #status-{str(figure['id']).removeprefix('finding-')}")
    counts = {name: rows for rows, name in re.findall(r"(\d+) ([a-z ]+?) \(", text(full))}
    marked = {str(mark["data-status"]): text(mark) for mark in figure.select(".csm-status")}

    assert counts
    assert set(counts) <= set(STATUSES)
    firm = {"published", "recovered", "own returns"}
    assert marked == {name: f"{rows} {name}" for name, rows in counts.items() if name not in firm}


@each_finding
@pytest.mark.parametrize("status", ["drawn", "invented"])
def test_a_result_that_is_drawn_or_invented_says_so_in_the_figure_itself(
    figure: Tag, status: str
) -> None:
    drawing = figure.select_one("svg")
    if figure.select(f'.csm-status[data-status="{status}"]') and drawing is not None:
        assert status in text(drawing).lower()


@each_finding
def test_a_finding_has_its_table_and_its_data(figure: Tag) -> None:
    links = figure.select("a.csm-download")

    assert figure.select("table caption")
    assert [str(link["download"]).rpartition(".")[2] for link in links] == ["xlsx", "zip"]


# -- Respondents -------------------------------------------------------------


@pytest.mark.own
def test_no_file_of_returns_is_on_the_site_and_no_row_of_one(collection: Collection) -> None:
    files = [path for path in SITE.rglob("*") if path.is_file()]
    columns = ",".join(list(collection.codebook)[:3])

    assert [by_name(path) for path in files if path.stem in ("returns", "columns")] == []
    assert [name for name, words in published().items() if columns in words] == []


@pytest.mark.own
def test_a_respondent_is_named_on_the_site_only_if_it_shall_have_pages(
    collection: Collection,
) -> None:
    names = "|".join(map(re.escape, collection.returns["authority"].astype(str).unique()))
    named = [
        name
        for name, words in published().items()
        if re.search(rf"(?<!\w)(?:{names})(?!\w)", words, re.IGNORECASE)
    ]

    assert bool(named) == collection.authority_pages, named


@cache
def published() -> dict[str, str]:
    """All text of the site by the name of its file, that within its downloads too."""
    found = {}
    for path in SITE.rglob("*"):
        if path.is_file():
            found |= dict(texts_in(by_name(path), path.read_bytes()))
    return found


def texts_in(name: str, data: bytes) -> Iterator[tuple[str, str]]:
    """The texts of a file by name: its own, or those of all files in it."""
    suffix = Path(name).suffix
    if suffix in (".ods", ".xlsx", ".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for part in archive.namelist():
                yield from texts_in(f"{name}/{part}", archive.read(part))
    elif suffix in (".csv", ".html", ".ipynb", ".json", ".md", ".rels", ".txt", ".xml") or (
        Path(name).stem == "searchindex"
    ):
        words = data.decode("utf-8")
        # of a workbook, whose cells have names like A10
        yield name, re.sub("<[^>]*>", "\n", words) if suffix == ".xml" else words


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
