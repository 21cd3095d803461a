"""How the book is cited: `CITATION.cff` holds what its format asks for, and all agree with it."""

from __future__ import annotations

import datetime
import json
import re
import tomllib
from pathlib import Path
from typing import Any

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


def test_package_data_changes_and_citations_name_the_same_version() -> None:
    package = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    data = json.loads((ROOT / "data/datapackage.json").read_text("utf-8"))
    cite = (ROOT / "book/cite.md").read_text("utf-8")
    changes = (ROOT / "book/changes.md").read_text("utf-8")
    version = CITATION["version"]

    assert package["project"]["version"] == version
    assert data["version"] == version
    assert data["created"].startswith(CITATION["date-released"])
    assert set(re.findall(r"[Vv]ersion (\d+\.\d+\.\d+)", cite)) == {version}
    assert re.findall(r"(?m)^## Version (\S+)", changes)[0] == version
