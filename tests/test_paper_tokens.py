"""The published figures against an independent transcription of the paper, both ways.

`paper_tokens.csv` lists the numbers of the paper in the order in which they stand, transcribed
by itself. One row is one number as printed; where one number speaks of several items or years,
they are separated by semicolons.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from csm_lib.collection import Collection

TOKENS = Path(__file__).parent / "paper_tokens.csv"

STATISTICS = {
    "share": "share",
    "chair share": "share",
    "level share": "share",
    "no response": "no_response",
    "not stated": "not_stated",
    "change": "change",
    "count": "count",
    "base": "count",
}
GROUPS = {
    "authority_type.unitary": "Unitary authority",
    "authority_type.metropolitan": "Metropolitan district",
    "authority_type.london": "London borough",
    "authority_type.county": "County council",
    "region.south_west": "South West",
    "region.north_west": "North West",
    "region.south_east": "South East",
    "region.east_of_england": "East of England",
    "region.yorkshire_and_the_humber": "Yorkshire and the Humber",
    "region.east_midlands": "East Midlands",
    "region.west_midlands": "West Midlands",
    "region.north_east": "North East",
    "region.london": "London",
}
# Numbers that speak of a section as a whole: what is printed, and what it states.
SECTIONS = {
    "six": ("jsna_components", 2009, "excluded"),
    "31": ("jsna_components", None, "count"),
    "29": ("jsna_components", None, "rose"),
    "two": ("jsna_components", None, "same"),
    "Nine": ("commissioning_areas", None, "fell"),
}
# Words for a number: what is printed, and the statistic and text of the published figure.
WORDS = {
    "all but one": ("absent", "all but one"),
    "all": ("share", "all"),
    "All responding": ("share", "all"),
    "All 74": ("share", "all"),
}
# States a number without printing one; it is the claim jsna.none_universal.
NO_FIGURE = "No component"
# The abstract on the publisher's page repeats that of the paper.
SECOND_ABSTRACT = "Published abstract"


class Figure(NamedTuple):
    place: str
    item: str
    year: int | None
    statistic: str
    answer: str
    printed: str


def tokens() -> list[dict[str, str]]:
    with TOKENS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def in_the_paper() -> list[dict[str, str]]:
    return [token for token in tokens() if not token["place"].startswith(SECOND_ABSTRACT)]


def about(token: dict[str, str]) -> list[tuple[str, int]]:
    """The items and years of a token: in pairs where both are many, else every combination."""
    items = token["item"].split(";")
    years = [int(year) for year in token["year"].split(";")]
    if len(items) == len(years) > 1:
        return list(zip(items, years, strict=True))
    return [(item, year) for item in items for year in years]


def place_of(token: dict[str, str]) -> str:
    one_paragraph = "Results, Sub-set of local authorities"
    return one_paragraph if token["place"].startswith(one_paragraph) else token["place"]


def figures_of(token: dict[str, str], collection: Collection) -> list[Figure]:
    """The published figures that a token should have."""
    place, printed = place_of(token), token["printed"]
    if token["kind"] in ("na", "fraction") or printed == NO_FIGURE:
        return []
    if not token["item"]:
        item, year, statistic = SECTIONS[printed]
        return [Figure(place, item, year, statistic, "", printed.lower())]
    if token["item"] in GROUPS:
        characteristic = token["item"].split(".")[0]
        return [Figure(place, characteristic, None, "share", GROUPS[token["item"]], printed)]
    statistic = STATISTICS[token["statistic"]]
    if token["item"] == "sample":
        return [Figure(place, "sample", None, statistic, "", printed)]
    if printed in WORDS:
        statistic, printed = WORDS[printed]
    pairs = about(token)
    if statistic == "change":
        pairs = pairs[-1:]
    found = []
    for item, year in pairs:
        answer = token["answer"]
        if statistic == "share" and collection.codebook[item].response == "yes_no":
            answer = "yes"
        found.append(Figure(place, item, year, statistic, answer, printed))
    return found


def published_figures(collection: Collection) -> list[Figure]:
    """The published figures but for dates, which the transcription leaves out."""
    assert collection.published is not None
    rows = collection.published[collection.published["statistic"] != "date"]
    columns = list(Figure._fields)
    return [
        Figure(*(None if value != value else value for value in row))
        for row in rows[columns].astype(object).where(rows[columns].notna(), None).to_numpy()
    ]


def test_every_token_has_its_figure_and_every_figure_its_token(collection: Collection) -> None:
    expected = Counter(f for token in in_the_paper() for f in figures_of(token, collection))
    found = Counter(published_figures(collection))
    assert expected - found == Counter(), "printed, but not in published.csv"
    assert found - expected == Counter(), "in published.csv, but not printed"


def test_the_value_is_the_number_that_is_printed(collection: Collection) -> None:
    assert collection.published is not None
    words = {"all": 100, "all but one": 1, "six": 6, "two": 2, "nine": 9}
    for row in collection.published.itertuples():
        if row.statistic != "date":
            assert row.value == words.get(row.printed) or f"{row.value}" == row.printed.rstrip("%")


def test_dates_are_those_that_the_paper_gives_of_trusts_and_itself(collection: Collection) -> None:
    assert collection.published is not None
    dates = collection.published[collection.published["statistic"] == "date"]
    assert dict(zip(dates["figure"], dates["printed"], strict=True)) == {
        "trusts.first_date": "April 2008",
        "trusts.revised_date": "April 2010",
        "jsna.duty": "April 2008",
        "collection.introduced": "2008",
        "duty.extended": "April 2010",
        "collection.funding_ended": "June 2011",
        "collection.discontinued": "June 2010",
    }


def test_fractions_are_numerators_and_bases(collection: Collection) -> None:
    assert collection.published is not None
    rows = collection.published[collection.published["numerator"].notna()]
    found = {row.item: f"{row.numerator}/{row.base}" for row in rows.itertuples()}
    expected = {t["item"]: t["printed"] for t in in_the_paper() if t["kind"] == "fraction"}
    assert found == expected
    assert len(found) == 6


def test_bases_without_a_numerator_are_those_that_the_text_names(collection: Collection) -> None:
    assert collection.published is not None
    rows = collection.published
    rows = rows[rows["base"].notna() & rows["numerator"].isna()]
    assert dict(zip(rows["figure"], rows["base"], strict=True)) == {
        "sample.share": 150,  # "49% of the 150"
        "cypp.views.2008": 74,  # "All 74"
        "cypp.consulted.2009": 74,
    }


def test_a_cell_without_a_figure_was_not_asked(collection: Collection) -> None:
    empty = {
        (item, year)
        for token in in_the_paper()
        if token["kind"] == "na" and token["statistic"] != "change"
        for item, year in about(token)
    }
    book = collection.codebook
    for item, year in empty:
        assert item not in book or year not in book[item].years
    tables = [i for i in book.values() if i.place.startswith("Table")]
    not_asked = {(i.item, year) for i in tables for year in (2008, 2009) if year not in i.years}
    assert not_asked == {pair for pair in empty if pair[0] in book}
    assert {item for item, _ in empty if item not in book} == {"level.schools"}


def test_a_change_is_missing_where_one_year_is(collection: Collection) -> None:
    missing = {
        t["item"] for t in in_the_paper() if t["kind"] == "na" and t["statistic"] == "change"
    }
    areas = collection.codebook.section("commissioning_areas")
    assert missing == {i for i in areas if len(collection.codebook[i].years) == 1}
    assert len(missing) == 3


def test_only_one_word_states_a_number_without_a_figure(collection: Collection) -> None:
    without = [
        token["printed"]
        for token in in_the_paper()
        if token["kind"] not in ("na", "fraction") and not figures_of(token, collection)
    ]
    assert without == [NO_FIGURE]


@pytest.mark.parametrize("printed", ["74", "49 per cent"])
def test_the_second_abstract_repeats_the_first(printed: str, collection: Collection) -> None:
    second = [t for t in tokens() if t["place"].startswith(SECOND_ABSTRACT)]
    assert [token["printed"] for token in second] == ["74", "49 per cent"]
    first = {f.printed for f in published_figures(collection) if "abstract" in f.place}
    assert printed.replace(" per cent", "%") in first
