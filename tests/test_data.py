"""The files of data/: their form, their descriptor, and that they speak of one another rightly."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from frictionless import Package
from printed import totals

from csm_lib.codebook import ANSWERS, DUTIES, Codebook
from csm_lib.collection import SHIPPED, Collection
from csm_lib.panel import PERSISTENCE, SEED
from csm_lib.published import STATISTICS, UNITS

CSV = sorted(SHIPPED.glob("*.csv"))
PLACE = re.compile(
    r"Structured abstract, [\w/]+|(Introduction|Method), paragraph \d|Discussion, [\w ]+"
    r"|Children's services reform, Children's Trusts partnerships, paragraph \d"
    r"|Results, [\w '-]+(, paragraph \d)?|Table [12](, .+)?"
)


def rows_of(name: str) -> list[dict[str, str]]:
    with (SHIPPED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@pytest.fixture(scope="module")
def descriptor() -> dict[str, Any]:
    about: dict[str, Any] = json.loads((SHIPPED / "datapackage.json").read_text("utf-8"))
    return about


@pytest.fixture(scope="module")
def schemas(descriptor: dict[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    """Of each file, its fields by name."""
    return {
        each["path"]: {field["name"]: field for field in each["schema"]["fields"]}
        for each in descriptor["resources"]
    }


@pytest.fixture
def codebook(collection: Collection) -> Codebook:
    return collection.codebook


# --- form ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*CSV, SHIPPED / "datapackage.json"], ids=lambda path: path.name)
def test_a_file_is_utf_8_with_unix_line_ends_and_one_at_its_end(path: Path) -> None:
    text = path.read_bytes().decode("utf-8")
    assert not re.search("[\ufeff\r\t\u00a0]", text)
    assert text == text.rstrip("\n") + "\n"


@pytest.mark.parametrize("path", CSV, ids=lambda path: path.name)
def test_a_csv_file_has_no_space_too_many_and_is_as_the_csv_module_writes_it(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert all(any(row) for row in rows)
    assert [cell for row in rows for cell in row if cell != " ".join(cell.split())] == []
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    assert written.getvalue() == path.read_text("utf-8")


def test_returns_are_sorted_by_authority_and_year() -> None:
    keys = [(row["authority"], int(row["year"])) for row in rows_of("returns.csv")]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys) == 148


# --- the descriptor -----------------------------------------------------------------------------


def test_the_package_is_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.socket.connect", None)  # nothing is fetched
    report = Package(str(SHIPPED / "datapackage.json")).validate()
    assert report.valid, report.flatten(["resourceName", "rowNumber", "fieldName", "message"])
    assert len(report.tasks) == len(CSV)


def test_every_file_is_described_once_and_every_description_has_its_file(
    descriptor: dict[str, Any],
) -> None:
    assert sorted(each["path"] for each in descriptor["resources"]) == [path.name for path in CSV]
    for each in descriptor["resources"]:
        assert each["encoding"] == "utf-8"
        assert each["title"]
        assert each["description"]
        assert each["sources"]
        for field in each["schema"]["fields"]:
            assert field["description"], (each["path"], field["name"])


@pytest.mark.parametrize("path", CSV, ids=lambda path: path.name)
def test_the_fields_are_the_columns_in_their_order(
    schemas: dict[str, dict[str, dict[str, Any]]], path: Path
) -> None:
    header = path.read_text("utf-8").splitlines()[0]
    assert ",".join(schemas[path.name]) == header


def test_the_fields_of_the_returns_are_the_items_of_the_codebook(
    schemas: dict[str, dict[str, dict[str, Any]]], codebook: Codebook
) -> None:
    fields = schemas["returns.csv"]
    assert list(fields) == ["authority", "year", "region", "authority_type", *codebook]
    assert fields["year"]["constraints"]["enum"] == list(codebook.years)
    for item in codebook.values():
        assert fields[item.item]["constraints"]["enum"] == list(item.answers), item.item
        assert fields[item.item]["description"] == item.question, item.item


def test_the_lists_of_known_words_are_those_of_the_package(
    schemas: dict[str, dict[str, dict[str, Any]]],
) -> None:
    def known(path: str, name: str) -> list[str]:
        words: list[str] = schemas[path][name]["constraints"]["enum"]
        return words

    assert known("codebook.csv", "response") == list(ANSWERS)
    assert known("codebook.csv", "duty") == list(DUTIES)
    assert known("published.csv", "statistic") == list(STATISTICS)
    assert known("published.csv", "unit") == list(UNITS)


def test_the_panel_is_called_what_it_is(descriptor: dict[str, Any]) -> None:
    assert descriptor["returns_status"] == "drawn"
    assert "reconstructed panel" in descriptor["title"]
    assert "not the data" in descriptor["description"]
    (returns,) = [each for each in descriptor["resources"] if each["path"] == "returns.csv"]
    assert f"seed {SEED} and persistence {PERSISTENCE:g};" in returns["description"]
    assert [licence["name"] for licence in returns["licenses"]] == ["CC0-1.0"]
    assert [licence["name"] for licence in descriptor["licenses"]] == ["CC-BY-4.0"]


# --- what the files say of one another ------------------------------------------------------------


def test_every_figure_speaks_of_an_item_and_an_answer_that_exist(codebook: Codebook) -> None:
    regions = {row["region"] for row in rows_of("frame.csv")}
    types = {row["authority_type"] for row in rows_of("frame.csv")}
    groups = {"region": regions, "authority_type": types}
    for row in rows_of("published.csv"):
        if row["item"] in codebook:
            item = codebook[row["item"]]
            assert int(row["year"]) in item.years, row["figure"]
            assert row["answer"] in ("", *item.answers), row["figure"]
        elif row["item"] in groups:
            assert row["answer"] in groups[row["item"]], row["figure"]
            assert row["year"] == ""
        else:
            assert row["item"] in ("sample", "collection", *codebook.sections), row["figure"]
            assert row["answer"] == ""


def test_every_share_of_an_item_is_held_and_every_item_has_a_share(codebook: Codebook) -> None:
    printed = {
        (row["item"], int(row["year"]))
        for row in rows_of("published.csv")
        if row["item"] in codebook and row["statistic"] == "share"
    }
    assert printed == {(item, year) for item in codebook for year in codebook[item].held}


def test_what_is_printed_as_a_number_is_its_value() -> None:
    words = {"all": 100, "all but one": 1, "two": 2, "six": 6, "nine": 9}
    days = ("2008", "April 2008", "April 2010", "June 2010", "June 2011")
    months = {day: int(day.split()[-1]) for day in days}
    units = {"percent": r"\d+%", "points": r"-?\d+%", "count": r"\d+"}
    for row in rows_of("published.csv"):
        value = (words | months).get(row["printed"])
        if value is None:
            assert re.fullmatch(units[row["unit"]], row["printed"]), row["figure"]
            value = int(row["printed"].rstrip("%"))
        assert int(row["value"]) == value, row["figure"]


def test_every_figure_has_its_place_and_every_item_too() -> None:
    for name in ("codebook.csv", "published.csv"):
        for row in rows_of(name):
            assert PLACE.fullmatch(row["place"]), row["place"]


def test_the_returns_hold_every_total_of_the_paper(codebook: Codebook) -> None:
    rows = rows_of("returns.csv")
    for (item, year, answer), (count, base) in totals().items():
        cells = [row[item] for row in rows if row["year"] == str(year)]
        assert cells.count(answer) == count, (item, year, answer)
        assert len(cells) - cells.count("") == base, (item, year)
    for row in rows:
        for name, item in codebook.items():
            if int(row["year"]) not in item.held:
                assert row[name] == "", (row["authority"], name)
            if item.asked_if and row[item.asked_if] != "yes":
                assert row[name] == "", (row["authority"], name)
