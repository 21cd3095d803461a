"""How the book is cited, and what it cites.

`CITATION.cff` holds what its format asks for, and all agree with it. Every work in the list of
references is cited, and every work that is cited is in the list.
"""

from __future__ import annotations

import datetime
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml

ROOT = Path(__file__).parent.parent
CITATION: dict[str, Any] = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))

# The keys that version 1.2.0 of the format knows, at the top and of a work referred to.
KEYS = set(
    "abstract authors cff-version commit contact date-released doi identifiers keywords license "
    "license-url message preferred-citation references repository repository-artifact "
    "repository-code title type url version".split()
)
REQUIRED = {"authors", "cff-version", "message", "title"}
PERSON = set(
    "address affiliation alias city country email family-names fax given-names name-particle "
    "name-suffix orcid post-code region tel website".split()
)
ENTITY = set("address alias city country date-end date-start email fax location name orcid".split())


# The editions of the book, newest first: version, day, and version of the data.
CHANGES = re.findall(
    r"(?m)^## Version (\S+)\n\n(.*)\.\n.*data version (\d+\.\d+\.\d+)",
    (ROOT / "book/changes.md").read_text("utf-8"),
)


def test_the_citation_has_what_its_format_asks_for_and_nothing_it_does_not_know() -> None:
    assert set(CITATION) >= REQUIRED
    assert set(CITATION) <= KEYS
    assert CITATION["cff-version"] == "1.2.0"
    assert CITATION["type"] in ("software", "dataset")
    assert all(isinstance(word, str) for word in CITATION["keywords"])
    assert len(CITATION["keywords"]) == len(set(CITATION["keywords"]))


@pytest.mark.parametrize("work", [CITATION, *CITATION["references"]], ids=lambda w: w["title"])
def test_the_authors_of_a_work_are_persons_or_bodies(work: dict[str, Any]) -> None:
    assert work["authors"]
    for author in work["authors"]:
        assert set(author) <= (ENTITY if "name" in author else PERSON)
        assert all(isinstance(value, str) and value for value in author.values())


@pytest.mark.parametrize("work", CITATION["references"], ids=lambda w: w["title"])
def test_a_work_referred_to_has_type_title_and_a_bare_doi(work: dict[str, Any]) -> None:
    assert {"authors", "title", "type"} <= set(work)
    assert re.fullmatch(r"10\.\d{4,9}/\S+", work["doi"])


def test_version_and_date_are_text_of_their_form() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", CITATION["version"])
    assert isinstance(CITATION["date-released"], str)
    assert datetime.date.fromisoformat(CITATION["date-released"])


def test_package_changes_and_citation_name_the_same_version_and_day() -> None:
    package = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    released = datetime.date.fromisoformat(CITATION["date-released"])

    assert package["project"]["version"] == CITATION["version"]
    assert CHANGES[0][:2] == (CITATION["version"], f"{released.day} {released:%B %Y}")


def test_the_data_have_a_version_of_their_own_that_the_changes_name() -> None:
    data = json.loads((ROOT / "data/datapackage.json").read_text("utf-8"))

    assert data["version"] == CHANGES[0][2]
    assert data["created"][:10] <= CITATION["date-released"]


def test_the_citation_names_the_addresses_of_site_and_repository_when_they_are_set() -> None:
    settings = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))

    assert CITATION.get("url", "") == settings["html"]["baseurl"]
    assert CITATION.get("repository-code", "") == settings["repository"]["url"]


def test_the_data_name_the_book_s_authors_as_their_publisher() -> None:
    data = json.loads((ROOT / "data/datapackage.json").read_text("utf-8"))
    licence = (ROOT / "LICENSE").read_text("utf-8")
    (author,) = CITATION["authors"]

    assert data["contributors"] == [{"title": author["name"], "role": "publisher"}]
    assert f"Copyright (c) 2026 {author['name']}\n" in licence


# -- What the book cites -----------------------------------------------------

REFERENCES = (ROOT / "book/references.bib").read_text("utf-8")
LIST = ROOT / "book/references.md"
TEXTS = [*sorted((ROOT / "book").rglob("*.md")), *sorted((ROOT / "notebooks").glob("*.ipynb"))]

# The parts of the list, by their numbers, as its head names them.
_PARTED = re.split(r"(?m)^% -{70,}\n% (\d)  .*\n% -{70,}$", REFERENCES)
PARTS = dict(zip(_PARTED[1::2], _PARTED[2::2], strict=True))


def keys(bibtex: str) -> list[str]:
    return re.findall(r"(?m)^@\w+\{([^,\s]+),", bibtex)


def cited(path: Path) -> set[str]:
    """The works that a page or a notebook cites."""
    text = path.read_text("utf-8")
    if path.suffix == ".ipynb":
        cells = nbformat.reads(text, as_version=4).cells
        text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    found = re.findall(r"\{cite:[a-z]+\}`([^`]+)`|/references\.md#(\w+)", text)
    return {key.strip() for some in found for key in "".join(some).split(",")}


def test_no_work_is_in_the_list_twice() -> None:
    assert sorted(keys(REFERENCES)) == sorted(set(keys(REFERENCES)))
    assert len(keys(REFERENCES)) > 90


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_work_that_is_cited_is_in_the_list(path: Path) -> None:
    assert cited(path) - set(keys(REFERENCES)) == set()


def test_every_work_in_the_list_is_cited() -> None:
    everywhere = set[str]().union(*(cited(path) for path in TEXTS))

    assert set(keys(REFERENCES)) - everywhere == set(), "cite it where it belongs, or remove it"


def test_only_the_papers_own_list_is_cited_by_the_page_of_the_list_alone() -> None:
    elsewhere = set[str]().union(*(cited(path) for path in TEXTS if path != LIST))

    assert cited(LIST) - elsewhere <= set(keys(PARTS["3"]))


def test_a_work_without_a_year_says_when_it_was_read() -> None:
    entries = re.findall(r"(?ms)^@\w+\{([^,\s]+),\n(.*?)^\}", REFERENCES)

    assert [key for key, _ in entries] == keys(REFERENCES)
    for key, fields in entries:
        read = re.search(r"(?m)^  note += \{.*accessed [A-Z][a-z]+ \d{4}\},$", fields)
        assert re.search(r"(?m)^  year +=", fields) or read, key
