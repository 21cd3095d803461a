"""The population frame, against totals typed from the sources, and which list fits the paper."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from printed import REGIONS, TYPES, counts_by_hand

from csm_lib.collection import SHIPPED
from csm_lib.errors import CollectionError
from csm_lib.frame import compare_lists, frame_lists, read_frame

# Region: county, unitary, metropolitan, London, City, Scilly; 2008, then April 2009.
KINDS = (
    "County council",
    "Unitary authority",
    "Metropolitan district",
    "London borough",
    "City of London",
    "Isles of Scilly",
)
FRAME = {
    "North East": ((2, 5, 5, 0, 0, 0), (0, 7, 5, 0, 0, 0)),
    "North West": ((3, 4, 15, 0, 0, 0), (2, 6, 15, 0, 0, 0)),
    "Yorkshire and the Humber": ((1, 5, 9, 0, 0, 0), (1, 5, 9, 0, 0, 0)),
    "East Midlands": ((5, 4, 0, 0, 0, 0), (5, 4, 0, 0, 0, 0)),
    "West Midlands": ((4, 3, 7, 0, 0, 0), (3, 4, 7, 0, 0, 0)),
    "East of England": ((6, 4, 0, 0, 0, 0), (5, 6, 0, 0, 0, 0)),
    "London": ((0, 0, 0, 32, 1, 0), (0, 0, 0, 32, 1, 0)),
    "South East": ((7, 12, 0, 0, 0, 0), (7, 12, 0, 0, 0, 0)),
    "South West": ((6, 9, 0, 0, 0, 1), (4, 11, 0, 0, 0, 1)),
}
BY_REGION = {2008: (12, 22, 15, 9, 14, 10, 33, 19, 16), 2009: (12, 23, 15, 9, 14, 11, 33, 19, 16)}
BY_KIND = {2008: (34, 46, 36, 32, 1, 1), 2009: (27, 55, 36, 32, 1, 1)}
ENGLAND = {2008: 150, 2009: 152}

PRINTED = {"authority_type": TYPES, "region": REGIONS}


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return read_frame(SHIPPED / "frame.csv")


@pytest.fixture(scope="module")
def fits(frame: pd.DataFrame) -> pd.DataFrame:
    printed = pd.DataFrame(
        [
            (item, group, value)
            for item, groups in PRINTED.items()
            for group, (value, *_) in groups.items()
        ],
        columns=["item", "answer", "value"],
    )
    return compare_lists(frame, printed)


def authorities(frame: pd.DataFrame, **at: object) -> int:
    at = {"labelled": at.get("year")} | at
    for name, value in at.items():
        frame = frame[frame[name] == value]
    return int(frame["authorities"].sum())


# --- the shipped frame -----------------------------------------------------------------------


def test_every_cell_is_as_the_sources_have_it(frame: pd.DataFrame) -> None:
    for region, (in_2008, in_2009) in FRAME.items():
        for kind, first, second in zip(KINDS, in_2008, in_2009, strict=True):
            at = {"region": region, "authority_type": kind}
            assert authorities(frame, year=2008, **at) == first, at
            assert authorities(frame, year=2009, **at) == second, at


@pytest.mark.parametrize("year", [2008, 2009])
def test_the_margins_are_as_the_sources_have_them(frame: pd.DataFrame, year: int) -> None:
    assert authorities(frame, year=year) == ENGLAND[year]
    for region, number in zip(FRAME, BY_REGION[year], strict=True):
        assert authorities(frame, year=year, region=region) == number
    for kind, number in zip(KINDS, BY_KIND[year], strict=True):
        assert authorities(frame, year=year, authority_type=kind) == number


def test_the_areas_of_2008_labelled_in_2009_have_seven_counties_as_unitaries(
    frame: pd.DataFrame,
) -> None:
    """Northumberland and Durham; Cheshire; Shropshire; Bedfordshire; Cornwall and Wiltshire."""
    gone = {
        "North East": 2, "North West": 1, "West Midlands": 1, "East of England": 1, "South West": 2
    }  # fmt: skip
    for region, (in_2008, _) in FRAME.items():
        county, unitary, *others = in_2008
        moved = gone.get(region, 0)
        expected = (county - moved, unitary + moved, *others)
        for kind, number in zip(KINDS, expected, strict=True):
            at = {"region": region, "authority_type": kind}
            assert authorities(frame, year=2008, labelled=2009, **at) == number, at
    assert authorities(frame, year=2008, labelled=2009) == 150
    assert authorities(frame, year=2008, labelled=2009, authority_type="Unitary authority") == 53
    assert authorities(frame, year=2008, labelled=2009, authority_type="County council") == 27


def test_the_frame_has_whole_numbers_and_an_index_from_0(frame: pd.DataFrame) -> None:
    assert list(frame.columns) == ["year", "labelled", "region", "authority_type", "authorities"]
    assert frame["year"].dtype == frame["labelled"].dtype == frame["authorities"].dtype == "int64"
    assert list(frame.index) == list(range(67))


def test_a_frame_without_a_year_of_labels_labels_areas_by_their_own_year(tmp_path: Path) -> None:
    path = tmp_path / "frame.csv"
    path.write_text(f"{HEADER}\n2024,North,County,3\n", encoding="utf-8")
    assert read_frame(path).to_dict("records") == [
        {
            "year": 2024, "labelled": 2024, "region": "North", "authority_type": "County",
            "authorities": 3,
        }
    ]  # fmt: skip


# --- lists ------------------------------------------------------------------------------------


def test_there_are_36_lists_each_named(frame: pd.DataFrame) -> None:
    """Three pairs of years, by three places for the City, by four for Scilly."""
    before = frame.copy()
    names = frame_lists(frame)["name"].unique().tolist()
    pd.testing.assert_frame_equal(frame, before)
    assert len(names) == 36
    assert names[0] == "areas of 2008, without City of London, without Isles of Scilly"
    assert sum(name.startswith("areas of 2008 with their types of 2009, ") for name in names) == 12
    assert sum(name.startswith("areas of 2009, ") for name in names) == 12


@pytest.mark.parametrize(
    ("city", "scilly", "size", "london", "county", "unitary"),
    [
        ("without City of London", "without Isles of Scilly", 148, 32, 34, 46),
        ("City of London counted as London borough", "without Isles of Scilly", 149, 33, 34, 46),
        ("without City of London", "Isles of Scilly counted as county council", 149, 32, 35, 46),
        ("City of London of its own type", "Isles of Scilly of its own type", 150, 32, 34, 46),
        (
            "City of London counted as London borough",
            "Isles of Scilly counted as unitary authority", 150, 33, 34, 47,
        ),
    ],
)  # fmt: skip
def test_a_list_counts_the_odd_two_where_it_says(
    frame: pd.DataFrame, city: str, scilly: str, size: int, london: int, county: int, unitary: int
) -> None:
    name = f"areas of 2008, {city}, {scilly}"
    lists = frame_lists(frame)
    one = lists[lists["name"] == name]
    assert int(one["authorities"].sum()) == size
    types = one.groupby("authority_type")["authorities"].sum()
    assert types["London borough"] == london
    assert types["County council"] == county
    assert types["Unitary authority"] == unitary
    regions = one.groupby("region")["authorities"].sum()
    assert regions["London"] == 33 - city.startswith("without")
    assert regions["South West"] == 16 - scilly.startswith("without")


# --- which list fits --------------------------------------------------------------------------


def test_one_list_makes_all_shares_possible_and_adds_up_to_74_both_ways(
    fits: pd.DataFrame,
) -> None:
    best = (
        "areas of 2008 with their types of 2009, City of London counted as London borough, "
        "Isles of Scilly counted as county council"
    )
    assert fits["name"].iloc[0] == best
    rows = fits[fits["name"] == best].set_index("characteristic")
    assert rows["possible"].to_dict() == {"region": 9, "authority_type": 4}
    assert rows["answering"].to_dict() == {"region": 74, "authority_type": 74}
    whole = fits.groupby("name")["possible"].sum()
    assert whole[whole == 13].index.tolist() == [best]
    assert whole.drop(best).max() == 12


def test_every_verdict_agrees_with_trying_every_count(
    frame: pd.DataFrame, fits: pd.DataFrame
) -> None:
    lists = dict(list(frame_lists(frame).groupby("name")))
    for row in fits.to_dict("records"):
        sizes = lists[row["name"]].groupby(row["characteristic"])["authorities"].sum()
        counts = [
            counts_by_hand(value, int(sizes[group]))
            for group, (value, *_) in PRINTED[row["characteristic"]].items()
        ]
        assert (row["possible"], row["figures"]) == (sum(map(bool, counts)), len(counts))
        assert row["answering"] == (sum(some[0] for some in counts) if all(counts) else None)


def test_without_a_single_count_each_nothing_is_said_of_how_many_answered() -> None:
    frame = pd.DataFrame(
        [(2024, 2024, "North", "County", 300), (2024, 2024, "South", "County", 20)],
        columns=["year", "labelled", "region", "authority_type", "authorities"],
    )
    shares = pd.DataFrame(
        {"item": "region", "answer": ["North", "South", "Wales"], "value": [50, 50, 50]}
    )
    for printed, possible, answering in (
        (shares[1:2], 1, 10),
        (shares[:2], 2, None),
        (shares, 2, None),
    ):
        table = compare_lists(frame, printed)
        assert set(table["possible"]) == {possible}
        assert set(table["answering"].dropna()) == ({answering} if answering else set())


# --- reading ----------------------------------------------------------------------------------

HEADER = "year,region,authority_type,authorities"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("2008,North,County,two", "line 2, column 'authorities': 'two' is no whole number"),
        ("2008,North,County,-1", "line 2, column 'authorities': '-1' is no whole number"),
        ("2008,North,County,2.0", "line 2, column 'authorities': '2.0' is no whole number"),
        ("2008,N,County,2\n,N,Unitary,3", "line 3, column 'year': '' is no whole number"),
        ("2008,,County,2", "line 2, column 'region': '' is empty or has spaces"),
        ("2008,North ,County,2", "line 2, column 'region': 'North ' is empty or has spaces"),
        (
            "2008,N,County,2\n2008,N,County,3",
            "line 3, column 'authority_type': 'County' stands in line 2",
        ),
        ("2008,N,County", "line 2: has 3 cells; expected 4"),
        ("", "nothing under it"),
    ],
)
def test_a_bad_row_is_refused_with_its_place(tmp_path: Path, rows: str, told: str) -> None:
    path = tmp_path / "frame.csv"
    path.write_text(f"{HEADER}\n{rows}", encoding="utf-8")
    with pytest.raises(CollectionError) as caught:
        read_frame(path)
    assert str(path) in str(caught.value)
    assert told in str(caught.value)
