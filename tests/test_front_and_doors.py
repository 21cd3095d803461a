"""The front page at the root of a site, and what the foot of a page says of its publisher."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx

ROOT = Path(__file__).parent.parent
EXTENSIONS = ROOT / "book" / "_ext"


@pytest.fixture(scope="module")
def publisher() -> Iterator[ModuleType]:
    sys.path.insert(0, str(EXTENSIONS))
    yield importlib.import_module("csm_publisher")
    sys.path.remove(str(EXTENSIONS))


def lines(html: str) -> list[str]:
    return [p.get_text() for p in BeautifulSoup(html, "html.parser")("p")]


# -- The foot of a page -------------------------------------------------------

EDITION = {
    "publisher": "The County",
    "version": "2.1",
    "released": "2027-02-05",
    "next_release": "2028-02-05",
    "revisions": "Once a year.",
}


def test_the_foot_names_publisher_release_next_release_and_revisions(publisher: ModuleType) -> None:
    html = publisher.foot(
        {**EDITION, "data": "3.0", "contact": "data@example.org"}, changes="../book/changes.html"
    )

    assert lines(html) == [
        "Published by The County",
        "Version 2.1, 5 February 2027",
        "Data: version 3.0",
        "Next release: 5 February 2028",
        "Revisions: Once a year. The changes so far",
        "Contact: data@example.org",
    ]
    assert 'href="../book/changes.html"' in html
    assert 'href="mailto:data@example.org"' in html


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ({"version": "2.1"}, "Version 2.1"),
        ({"released": "2027-02-05"}, "Released 5 February 2027"),
        ({"next_release": "in the spring"}, "Next release: in the spring"),
    ],
)
def test_what_is_said_of_an_edition_stands_alone_too(
    publisher: ModuleType, said: dict[str, str], line: str
) -> None:
    assert [one.strip() for one in lines(publisher.foot(said, own=True))] == [line]


def test_an_own_book_of_which_nothing_is_said_has_an_empty_foot(publisher: ModuleType) -> None:
    assert lines(publisher.foot({}, own=True)) == []


def test_without_a_contact_the_book_leads_to_its_repository_or_says_it_names_none(
    publisher: ModuleType,
) -> None:
    known = publisher.foot({}, repository="https://example.org/book")

    assert 'href="https://example.org/book/issues"' in known
    assert lines(publisher.foot({})) == [
        "Contact: this copy names none. Tell whoever gave it to you of a mistake, with the page "
        "and the number"
    ]


def test_what_an_edition_says_is_text_and_its_address_is_one_address(publisher: ModuleType) -> None:
    html = publisher.foot(
        {"publisher": "<img src=x onerror=alert(1)>", "contact": 'a"?cc=x@example.org'}, own=True
    )
    soup = BeautifulSoup(html, "html.parser")

    assert soup.select("img") == []
    assert [a["href"] for a in soup("a")] == ["mailto:a%22%3Fcc%3Dx@example.org"]


# -- How to cite the book -----------------------------------------------------


@pytest.mark.parametrize("address", ["", "https://example.org/trusts/"])
def test_how_to_cite_names_version_year_and_the_address_of_the_site_if_it_has_one(
    publisher: ModuleType, address: str
) -> None:
    config = SimpleNamespace(html_baseurl=address, csm_own=False, csm_edition={})
    app = SimpleNamespace(srcdir=ROOT, config=config)
    page = [(ROOT / "book/cite.md").read_text("utf-8")]
    publisher.read_edition(app, config)
    config.csm_edition |= {"version": "9.8.7", "released": "2031-02-05", "data": "6.5.4"}

    publisher.cite(app, "book/cite", page)
    quoted, bibtex, _ = re.findall(r"(?ms)^```\w+\n(.*?)^```", page[0])

    assert "contributors (2031).\nMapping Children's Trusts (version 9.8.7) [" in quoted
    assert quoted.endswith(f"\n{address}\n" if address else "software].\n")
    assert 'note         = "Version 9.8.7",' in bibtex
    assert re.findall(r'url += "(.*)",', bibtex) == [one for one in [address] if one]
    assert "This is version 9.8.7 of 5 February 2031, with version 6.5.4 of its data." in page[0]
    assert "{{" not in page[0]
    assert "{%" not in page[0]


# -- The front page -----------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small book whose front page lies in a folder, built."""
    source = tmp_path_factory.mktemp("book")
    (source / "part").mkdir()
    for name, text in {
        "conf.py": f"import sys\nsys.path.insert(0, {str(EXTENSIONS)!r})\n"
        "extensions = ['csm_front']\nroot_doc = 'part/front'\n"
        "html_baseurl = 'https://example.org/a/'\n",
        "part/front.rst": "Front & <b>\n===========\n\nQuokka. See :doc:`/plain`.\n\n"
        ".. raw:: html\n\n   <p><a href='#x'>x</a> <a href=\"more.html#y\">y</a></p>\n\n"
        ".. toctree::\n\n   more\n   /plain\n",
        "part/more.rst": "More\n====\n\nBack to the :doc:`front`.\n",
        "plain.rst": "Plain\n=====\n\nThe :doc:`part/front`.\n",
    }.items():
        (source / name).write_text(text)
    out = source / "html"
    Sphinx(source, source, out, source / "tree", "html", status=None, warning=None).build()
    return out


def addresses(path: Path, where: str) -> list[str]:
    return [str(a["href"]) for a in BeautifulSoup(path.read_text("utf-8"), "lxml").select(where)]


def test_the_front_page_stands_at_the_root_and_links_go_both_ways(site: Path) -> None:
    body = ".body p a"

    assert addresses(site / "index.html", body) == ["plain.html", "#x", "part/more.html#y"]
    assert addresses(site / "part/more.html", body) == ["../index.html"]
    assert addresses(site / "plain.html", body) == ["index.html"]


def test_its_former_address_leads_on_and_is_no_second_page(site: Path) -> None:
    moved = (site / "part/front.html").read_text("utf-8")

    assert 'location.replace("../index.html" + location.search + location.hash)' in moved
    assert (
        '<noscript><meta http-equiv="refresh" content="0; url=../index.html"></noscript>' in moved
    )
    assert '<link rel="canonical" href="https://example.org/a/">' in moved
    assert "<title>Front &amp; &lt;b&gt;</title>" in moved
    assert "Quokka" not in moved


def test_a_second_build_finds_no_page_at_the_former_address_until_its_end(site: Path) -> None:
    source = site.parent
    app = Sphinx(source, source, site, source / "tree", "html", status=None, warning=None)
    there = (site / "part/front.html").exists()
    app.build()

    assert not there
    assert (site / "part/front.html").exists()


def test_the_search_finds_the_front_page_at_the_root(site: Path) -> None:
    index = (site / "searchindex.js").read_text("utf-8")

    assert '"docnames":["index","part/more","plain"]' in index
