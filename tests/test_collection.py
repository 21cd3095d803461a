"""Opening a collection, and what each number of its tallies is said to be."""

from __future__ import annotations

import dataclasses
import datetime
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from csm_lib.codebook import Codebook
from csm_lib.collection import SHIPPED, Collection, open_collection, origin_of
from csm_lib.descriptor import Edition, read_descriptor
from csm_lib.errors import CodebookError, CollectionError, PublishedError, ReturnsError
from csm_lib.own import door

OWN_RETURNS = """\
authority,year,region,authority_type,seat
A,2008,North,,yes
A,2009,North,,no
B,2009,South,,yes
"""


@pytest.fixture
def own(tmp_path: Path, questionnaire: Codebook) -> Path:
    """A folder with no more than it needs."""
    shutil.copy(questionnaire.path, tmp_path / "codebook.csv")
    (tmp_path / "returns.csv").write_text(OWN_RETURNS, encoding="utf-8")
    return tmp_path


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the shipped collection, to be spoilt."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "copy"))


def describe(folder: Path, **about: object) -> None:
    (folder / "datapackage.json").write_text(json.dumps(about), encoding="utf-8")


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


# --- what is opened -------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def none_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CSM_COLLECTION", raising=False)


def test_the_shipped_collection_is_the_default() -> None:
    collection = open_collection()
    assert collection.path == SHIPPED
    assert collection.status == "drawn"
    assert collection.years == (2008, 2009)
    assert collection.size == 74
    assert collection.title.startswith("The reconstructed panel")
    assert collection.published is not None
    assert collection.frame is not None
    assert len(collection.returns) == 148


def test_a_folder_of_codebook_and_returns_is_enough(own: Path) -> None:
    found = open_collection(own)
    assert found.status == "own returns"
    assert found.title == own.name
    assert found.published is None
    assert found.frame is None
    assert found.years == (2008, 2009)
    assert found.size == 2


def test_the_environment_may_choose_the_collection(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CSM_COLLECTION", str(own))
    assert open_collection().path == own
    assert open_collection(str(SHIPPED)).path == SHIPPED
    monkeypatch.setenv("CSM_COLLECTION", "")
    assert open_collection().path == SHIPPED


@pytest.mark.parametrize("text", [None, "{}"])
def test_what_nobody_says_of_a_collection_has_its_default(own: Path, text: str | None) -> None:
    if text is not None:
        (own / "datapackage.json").write_text(text, encoding="utf-8")
    found = open_collection(own)
    assert (found.title, found.status) == (own.name, "own returns")
    assert (found.one, found.many) == ("authority", "authorities")
    assert (found.threshold, found.authority_pages) == (3, False)
    assert (found.about, found.licence, found.source, found.label) == ("", "", own.name, "")


def test_the_descriptor_says_who_answered_and_what_may_be_shown(own: Path) -> None:
    describe(
        own,
        title="Our boards",
        description="What they said.",
        returns_status="invented",
        respondents=["partnership", "partnerships"],
        disclosure_threshold=3,
        authority_pages=True,
        licenses=[{"name": "CC0-1.0", "title": "CC0 1.0"}, {"name": "MIT"}],
        sources=[{"title": "A survey", "path": "x"}, {"title": "Another"}, {"path": "y"}],
    )
    found = open_collection(own)
    assert (found.title, found.status) == ("Our boards", "invented")
    assert (found.one, found.many) == ("partnership", "partnerships")
    assert (found.threshold, found.authority_pages) == (3, True)
    assert (found.about, found.licence) == ("What they said.", "CC0 1.0; MIT")
    assert found.source == "A survey; Another"
    assert found.label == "Invented returns: an example, not data"


def test_what_sentences_call_a_respondent_and_its_characteristics_has_defaults(own: Path) -> None:
    plain = open_collection(own)
    assert (plain.unit, plain.populations, plain.characteristics) == ("organisation", {}, {})
    assert (plain.called("region"), plain.called("authority_type")) == ("region", "type")
    assert plain.called("size_of_place") == "size of place"
    describe(own, respondent_unit="person", characteristics={"authority_type": "age group"})
    found = open_collection(own)
    assert (found.unit, found.characteristics) == ("person", {"authority_type": "age group"})
    assert (found.called("region"), found.called("authority_type")) == ("region", "age group")
    assert found.tally("seat").attrs["origin"]["characteristics"] == found.characteristics


def test_the_population_is_what_the_descriptor_says_of_every_year_or_of_each(own: Path) -> None:
    assert open_collection(own).population is None
    describe(own, population=12)
    always = open_collection(own)
    assert always.populations == {0: 12}
    assert (always.population_of(2008), always.population_of(2009), always.population) == (
        12,
        12,
        12,
    )
    describe(own, population={"2008": 10})
    once = open_collection(own)
    assert once.populations == {2008: 10}
    assert (once.population_of(2008), once.population_of(2009), once.population) == (10, None, None)


def test_the_population_of_the_frame_goes_before_that_of_the_descriptor(own: Path) -> None:
    rows = "2008,North,,4\n2008,South,,3\n2009,South,,5\n".replace(",,", ",Any,")
    (own / "frame.csv").write_text("year,region,authority_type,authorities\n" + rows, "utf-8")
    describe(own, population={"2008": 99, "2009": 99, "2010": 99})
    found = open_collection(own)
    assert [found.population_of(year) for year in (2008, 2009, 2010)] == [7, 5, 5]


def test_a_population_smaller_than_the_number_that_answered_is_refused(own: Path) -> None:
    describe(own, population={"2008": 1, "2009": 1})
    refused(own, CollectionError, "datapackage.json: 'population' is 1, but 2 answered in 2009.")
    describe(own, population=1)
    refused(own, CollectionError, "'population' is 1, but 2 answered in 2009. Correct it.")
    describe(own, population=2)
    assert open_collection(own).population == 2


def test_intervals_for_a_finite_population_are_of_the_population_of_the_year(own: Path) -> None:
    describe(own, population={"2008": 1, "2009": 40}, disclosure_threshold=0)
    rows = open_collection(own, intervals="hypergeometric").tally("seat")
    assert rows[["low", "high"]].iloc[0].tolist() == [1.0, 1.0]  # all there were said yes
    assert rows["high"].iloc[1] - rows["low"].iloc[1] > 0.5
    describe(own, population={"2008": 1}, disclosure_threshold=0)
    rows = open_collection(own, intervals="hypergeometric").tally("seat")
    assert rows["low"].isna().tolist() == [False, True]


def test_a_tally_that_knows_its_origin_is_written_as_parquet_whatever_is_said(own: Path) -> None:
    describe(
        own, population={"2009": 40}, characteristics={"region": "nation"}, created="2024-06-30"
    )
    rows = open_collection(own).tally("seat")
    rows.to_parquet(own / "rows.parquet")
    assert origin_of(pd.read_parquet(own / "rows.parquet")) == rows.attrs["origin"]


def test_the_descriptor_says_who_publishes_when_and_what_comes_next(own: Path) -> None:
    describe(
        own,
        contributors=[
            {"title": "A Writer", "role": "author", "email": "writer@example.org"},
            {"title": "The County", "role": "publisher", "path": "https://example.org/data"},
            {"title": "The Board", "role": "publisher", "email": "board+data@example.org"},
        ],
        version="2024.1",
        created="2024-06-30T09:30:00Z",
        next_release="2025-06-30",
        revisions="Once a year.",
    )
    assert open_collection(own).edition == Edition(
        publisher="The County; The Board",
        contact="https://example.org/data",
        version="2024.1",
        released=datetime.date(2024, 6, 30),
        next_release="2025-06-30",
        revisions="Once a year.",
    )


def test_of_an_edition_nothing_need_be_said(own: Path) -> None:
    assert open_collection(own).edition == Edition()


def test_a_mail_address_goes_before_a_web_address(own: Path) -> None:
    one = {"title": "A", "role": "publisher", "path": "https://a.example", "email": "a@b.example"}
    describe(own, contributors=[one])
    assert open_collection(own).edition.contact == "a@b.example"


def test_a_tally_is_written_as_parquet_with_all_that_travels_with_it(
    collection: Collection, tmp_path: Path
) -> None:
    tally = collection.tally("chair")
    tally.to_parquet(tmp_path / "chair.parquet")
    assert pd.read_parquet(tmp_path / "chair.parquet").attrs == json.loads(json.dumps(tally.attrs))


def test_the_shipped_panel_is_labelled_and_withholds_nothing(collection: Collection) -> None:
    assert collection.label == "Drawn: an illustration, not the data"
    assert collection.threshold == 0
    assert collection.source.startswith("Devanney and Wistow (2013)")
    assert collection.licence == "Creative Commons Attribution 4.0"
    assert collection.about.startswith("What 74 English authorities said")


@pytest.mark.parametrize(
    ("status", "threshold"), [("drawn", 0), ("own returns", 3), ("invented", 3)]
)
def test_all_but_drawn_returns_are_protected_unless_told_otherwise(
    own: Path, status: str, threshold: int
) -> None:
    describe(own, returns_status=status)
    assert open_collection(own).threshold == threshold
    describe(own, returns_status=status, disclosure_threshold=0)
    assert open_collection(own).threshold == 0


def test_a_collection_cannot_be_changed_by_accident(collection: Collection) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        collection.status = "own returns"  # type: ignore[misc]


# --- what is refused ------------------------------------------------------------------------------


def refused(
    folder: Path,
    kind: type[CollectionError],
    *parts: str,
    opened: Callable[[Path], Collection] = open_collection,
) -> None:
    with pytest.raises(kind) as caught:
        opened(folder)
    for part in parts:
        assert part in str(caught.value)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "none"
    refused(folder, CollectionError, str(folder), "no such folder", "codebook.csv and returns.csv")


def test_a_file_is_no_collection(own: Path) -> None:
    refused(own / "returns.csv", CollectionError, "no such folder", "A collection is a folder")


@pytest.mark.parametrize("opened", [open_collection, door.open_collection])
def test_a_missing_codebook_is_named(own: Path, opened: Callable[[Path], Collection]) -> None:
    (own / "codebook.csv").unlink()
    lacking = str(own / "codebook.csv")
    refused(own, CodebookError, lacking, "cannot be read", "Check", opened=opened)


def test_missing_returns_are_asked_for_in_every_form_that_is_read(own: Path) -> None:
    (own / "returns.csv").unlink()
    refused(own, ReturnsError, str(own), "holds no returns", "returns.csv or returns.parquet")
    refused(
        own, ReturnsError, ".ods, .sav, .zsav, .por, .dta, .parquet", opened=door.open_collection
    )


def test_returns_in_another_form_are_shown_to_the_door_and_enter_there(own: Path) -> None:
    plain = open_collection(own)
    edit(own / "returns.csv", "authority_type,seat", "authority_type,V12_3")
    refused(own, ReturnsError, "V12_3", "check", str(own))
    (own / "columns.csv").write_text(
        "column,item,code,answer\nV12_3,seat,yes,yes\nV12_3,seat,no,no\n", encoding="utf-8"
    )
    refused(own, ReturnsError, "columns.csv", "csm_lib.own.open_collection")
    found = door.open_collection(own)
    pd.testing.assert_frame_equal(found.returns, plain.returns)
    assert (found.title, found.status) == (plain.title, plain.status)


def test_a_region_that_the_frame_does_not_know_is_refused(copy: Path) -> None:
    edit(copy / "returns.csv", ",London,", ",Londinium,")
    refused(copy, ReturnsError, "Londinium")


def test_a_file_beside_the_returns_that_holds_none_is_no_second_file_of_returns(own: Path) -> None:
    for name in ("returns.csv.bak", "returns.md", "returns-old.csv"):
        (own / name).write_text("kept", encoding="utf-8")
    assert len(open_collection(own).returns) == len(door.open_collection(own).returns) > 0


def test_two_files_of_returns_are_refused(own: Path) -> None:
    (own / "returns.XLSX").write_bytes(b"")
    refused(own, ReturnsError, str(own), "returns.XLSX and returns.csv", "one file")
    told = "returns.XLSX and returns.csv"
    refused(own, ReturnsError, told, "Keep one file", opened=door.open_collection)


def test_published_figures_need_the_frame(copy: Path) -> None:
    (copy / "frame.csv").unlink()
    refused(copy, CollectionError, str(copy), "published.csv needs frame.csv", "Add it")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("{", ["datapackage.json", "cannot be read as a JSON object", "Correct or delete it"]),
        ("[1]", ["datapackage.json", "cannot be read as a JSON object", "list"]),
        ('{"returns_status": "real"}', ["'returns_status' is 'real'", "'drawn' or 'own returns'"]),
        ('{"returns_status": null}', ["'returns_status' is None", "'drawn' or 'own returns'"]),
        ('{"returns_status": ["drawn"]}', ["'returns_status' is ['drawn']"]),
        ('{"title": 5}', ["'title' is 5", "Use text"]),
        ('{"title": "half \\ud800"}', ["'title' is 'half \\ud800'", "Use text"]),
        ('{"description": []}', ["'description' is []", "Use text"]),
        ('{"sources": "a survey"}', ["'sources' is 'a survey'", "a list of objects"]),
        ('{"licenses": [{"title": 1}]}', ["'licenses' is", "a list of objects"]),
        ('{"respondents": "partnership"}', ["'respondents' is 'partnership'", "two words"]),
        ('{"respondents": ["partnership"]}', ["'respondents'", '["partnership", "partnerships"]']),
        ('{"respondents": ["partnership", " "]}', ["'respondents'", "two words"]),
        ('{"disclosure_treshold": 9}', ["'disclosure_treshold'", "mean 'disclosure_threshold'?"]),
        ('{"Disclosure_Threshold": 9}', ["mean 'disclosure_threshold'?"]),
        ('{"title": "a", "title": "b"}', ["'title' stands there twice"]),
        ('{"disclosure_zero": 1}', ["'disclosure_zero' is 1", "true or false"]),
        ('{"disclosure_threshold": -1}', ["'disclosure_threshold' is -1", "a whole number"]),
        ('{"disclosure_threshold": 2.5}', ["'disclosure_threshold' is 2.5"]),
        ('{"disclosure_threshold": true}', ["'disclosure_threshold' is True"]),
        ('{"contributors": "The County"}', ["'contributors' is 'The County'", "a list of objects"]),
        ('{"contributors": [{"title": "A", "role": 1}]}', ["'contributors'", "list of objects"]),
        ('{"contributors": [{"email": "a b@example.org"}]}', ["'contributors'", "a@example.org"]),
        ('{"contributors": [{"email": "a@b.org?cc=c@d.org"}]}', ["'contributors'"]),
        ('{"contributors": [{"path": "javascript:alert(1)"}]}', ["'contributors'", "https://"]),
        ('{"version": 2}', ["'version' is 2", "Use text"]),
        ('{"created": "June"}', ["'created' is 'June'", 'a day, as in "2026-11-21"']),
        ('{"created": 2026}', ["'created' is 2026", "a day"]),
        ('{"next_release": ["2025"]}', ["'next_release'", "Use text"]),
        ('{"revisions": null}', ["'revisions' is None", "Use text"]),
        ('{"authority_pages": "yes"}', ["'authority_pages' is 'yes'", "true or false"]),
        (
            '{"respondent_unit": "people"}',
            ["'respondent_unit' is 'people'", "Use 'organisation' or 'person'."],
        ),
        ('{"respondent_unit": ["person"]}', ["'respondent_unit' is ['person']"]),
        (
            '{"population": 0}',
            ["'population' is 0", 'a whole number above 0, or one by year, as in {"2022": 150}'],
        ),
        ('{"population": true}', ["'population' is True"]),
        ('{"population": 150.0}', ["'population' is 150.0"]),
        ('{"population": "150"}', ["'population' is '150'"]),
        ('{"population": null}', ["'population' is None"]),
        ('{"population": {}}', ["'population' is {}"]),
        ('{"population": {"22": 150}}', ["'population' is {'22': 150}"]),
        ('{"population": {"2022": 150, "2023": -1}}', ["'population' is {'2022'"]),
        ('{"population": {"2022": {"2023": 1}}}', ["'population' is {'2022'"]),
        ('{"characteristics": "nation"}', ["'characteristics' is 'nation'"]),
        (
            '{"characteristics": {"type": "age group"}}',
            ["'characteristics' is {'type'", "names of the columns region and authority_type"],
        ),
        ('{"characteristics": {"region": " "}}', ["'characteristics' is {'region': ' '}"]),
        ('{"characteristics": {"region": 1}}', ["'characteristics' is {'region': 1}"]),
    ],
)
def test_a_bad_descriptor_is_refused(own: Path, text: str, parts: list[str]) -> None:
    (own / "datapackage.json").write_text(text, encoding="utf-8")
    refused(own, CollectionError, *parts)


def test_a_descriptor_that_is_a_folder_is_refused(own: Path) -> None:
    (own / "datapackage.json").mkdir()
    refused(own, CollectionError, "datapackage.json", "cannot be read")


@pytest.mark.parametrize(
    ("name", "before", "after", "kind", "part"),
    [
        ("codebook.csv", ",yes_no,", ",yesno,", CodebookError, "'yesno'"),
        ("returns.csv", ",yes,", ",Yes,", ReturnsError, "'Yes'"),
        ("published.csv", ",percent,", ",per cent,", PublishedError, "'per cent'"),
        ("frame.csv", "2008,", "2008a,", CollectionError, "'2008a'"),
    ],
)
def test_a_fault_in_any_file_is_refused_with_its_name(
    copy: Path, name: str, before: str, after: str, kind: type[CollectionError], part: str
) -> None:
    edit(copy / name, before, after)
    refused(copy, kind, str(copy / name), part)


# --- what a number is -----------------------------------------------------------------------------


def status_of(rows: pd.DataFrame, **at: object) -> set[str]:
    for name, value in at.items():
        rows = rows[rows[name] == value]
    assert len(rows), at
    return set(rows["status"])


@pytest.mark.parametrize(
    ("item", "status"),
    [
        ("board.police", "recovered"),
        ("board.housing", "published"),
        ("board.chair", "assumed"),
        ("jsna.cancer", "assumed"),
        ("level.police", "recovered"),
        ("commissioning.camhs", "recovered"),
    ],
)
def test_a_row_that_reproduces_a_printed_figure_has_its_status(
    collection: Collection, item: str, status: str
) -> None:
    assert status_of(collection.tally([item])) == {status}


def test_the_split_that_does_not_close_is_impossible_in_its_year_alone(
    collection: Collection,
) -> None:
    rows = collection.tally(["level.pct_commissioner"])
    assert status_of(rows, year=2008) == {"impossible"}
    assert status_of(rows, year=2009) == {"recovered"}


def test_every_row_without_groups_has_a_printed_figure_behind_it(collection: Collection) -> None:
    rows = collection.tally(list(collection.codebook))
    assert status_of(rows) == {"published", "recovered", "assumed", "impossible"}
    # 17 rows of agencies, 48 levels, 6 chairs, 12 others, 4 + 2 + 11 + 2 + 25 more
    assert len(rows) == 127
    assert list(rows.columns)[-2:] == ["share", "status"]


@pytest.mark.parametrize("by", [["region"], ["authority_type"], ["region", "authority_type"]])
def test_every_row_by_group_is_drawn(collection: Collection, by: list[str]) -> None:
    rows = collection.tally(["board.police", "board.chair"], by=by)
    assert status_of(rows) == {"drawn"}


@pytest.mark.parametrize(
    ("before", "after"),
    [(False, True), (False, None), (None, False)],
    ids=["one more yes", "a smaller base", "a larger base"],
)
def test_a_row_that_misses_the_printed_count_or_base_is_drawn(
    collection: Collection, before: bool | None, after: bool | None
) -> None:
    item = "board.jobcentre_plus"
    returns = collection.returns.copy()
    same = returns[item].isna() if before is None else returns[item].eq(before).fillna(value=False)
    first = returns.index[same & (returns["year"] == 2008)][0]
    returns.loc[first, item] = pd.NA if after is None else after
    other = dataclasses.replace(collection, returns=returns)
    assert status_of(other.tally([item]), year=2008) == {"drawn"}
    assert status_of(other.tally([item]), year=2009) == {"recovered"}


@pytest.mark.parametrize("status", ["own returns", "invented"])
def test_other_returns_are_called_so_whatever_is_published(
    collection: Collection, status: str
) -> None:
    other = dataclasses.replace(collection, status=status)
    assert status_of(other.tally(["board.police"])) == {status}
    assert status_of(other.tally(["board.police"], by=["region"])) == {status}


def test_a_drawn_panel_without_published_figures_is_all_drawn(collection: Collection) -> None:
    bare = dataclasses.replace(collection, published=None)
    assert status_of(bare.tally(list(bare.codebook))) == {"drawn"}


def test_a_section_is_the_tally_of_its_items(collection: Collection) -> None:
    items = collection.codebook.section("seniority")
    pd.testing.assert_frame_equal(
        collection.tally("seniority", years=[2009]), collection.tally(items, years=[2009])
    )
    by = collection.tally("chair", by=["region"])
    pd.testing.assert_frame_equal(by, collection.tally(["board.chair"], by=["region"]))


def test_an_unknown_section_item_or_characteristic_is_refused(collection: Collection) -> None:
    with pytest.raises(CollectionError, match="no section, item or label 'boards'"):
        collection.tally("boards")
    with pytest.raises(CollectionError, match=r"label of board\.police and level\.police"):
        collection.tally(["police"])
    with pytest.raises(CollectionError, match=r"no section, item or label 'Polise'.*'Police'"):
        collection.tally("Polise")
    with pytest.raises(CollectionError, match="not asked in 2009; answers are held for 2008"):
        collection.tally("board.connexions", years=2009)
    with pytest.raises(CollectionError, match="cannot be split by 'county'"):
        collection.tally("chair", by=["county"])


def test_what_is_counted_can_be_named_as_an_analyst_would(collection: Collection) -> None:
    by_label, by_id = collection.tally("third sector"), collection.tally(["board.third_sector"])
    pd.testing.assert_frame_equal(by_label, by_id)
    both = collection.tally(["jsna", "board.third_sector"], years=2009)
    assert both["item"].tolist() == ["jsna.carried_out", "board.third_sector"]
    assert collection.find("THIRD sector")["item"].tolist() == ["board.third_sector"]
    assert str(collection).startswith(f"{collection.title}\nDrawn: an illustration")


def test_the_threshold_follows_who_answers_unless_it_is_set(own: Path) -> None:
    describe(own, respondent_unit="person")
    assert open_collection(own).threshold == 5
    describe(own, respondent_unit="organisation")
    assert open_collection(own).threshold == 3


def test_a_descriptor_that_is_a_link_to_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "datapackage.json").symlink_to("gone.json")
    with pytest.raises(CollectionError, match="cannot be read"):
        read_descriptor(tmp_path / "datapackage.json")


def test_a_small_count_is_withheld_by_the_threshold_and_shown_without(own: Path) -> None:
    describe(own, disclosure_threshold=3)
    shown = open_collection(own).tally(["seat"])
    assert shown["status"].tolist() == ["withheld", "withheld"]
    assert shown[["yes", "base", "no_answer", "share"]].isna().all(axis=None)
    describe(own, disclosure_threshold=0)
    shown = open_collection(own).tally(["seat"])
    assert shown[["yes", "base"]].to_numpy().tolist() == [[1, 1], [1, 2]]
    assert set(shown["status"]) == {"own returns"}


def test_what_is_withheld_of_an_item_withholds_what_it_opens(collection: Collection) -> None:
    own = dataclasses.replace(collection, status="own returns", threshold=5)
    returns = collection.returns.copy()
    late = returns.index[returns["year"] == 2009]
    returns.loc[late, "board.police"] = [True] * 71 + [False] * 3
    returns.loc[late, "level.police"] = ["head"] * 20 + ["senior_officer"] * 51 + [None] * 3
    own = dataclasses.replace(own, returns=returns)
    rows = own.tally(["level.police"], years=[2009])  # the base would tell that 3 said no
    assert rows["item"].tolist() == ["level.police"] * 3
    assert set(rows["status"]) == {"withheld"}
    bare = dataclasses.replace(own, threshold=0).tally(["level.police"], years=[2009])
    assert bare["yes"].tolist() == [20, 51, 0]


def test_intervals_of_what_is_withheld_are_withheld(collection: Collection) -> None:
    own = dataclasses.replace(collection, status="invented", threshold=5, intervals="wilson")
    rows = own.tally(["board.police"], by=["region"])
    hidden = rows["status"] == "withheld"
    assert hidden.any()
    assert rows.loc[hidden, ["low", "high"]].isna().all(axis=None)
    assert not own.tally(["board.housing"])[["low", "high"]].isna().any(axis=None)


def test_an_item_asked_for_twice_is_counted_once_where_counts_are_protected(
    collection: Collection,
) -> None:
    own = dataclasses.replace(collection, status="own returns", threshold=5)
    once = own.tally(["board.chair"], by=["region"])
    pd.testing.assert_frame_equal(own.tally(["board.chair"] * 2, by=["region"]), once)
    pd.testing.assert_frame_equal(own.tally("board.chair", by="region"), once)


def test_a_tally_leaves_the_collection_as_it_was(collection: Collection) -> None:
    before = collection.returns.copy()
    rows = collection.tally(["board.police"])
    rows["yes"] = 0
    pd.testing.assert_frame_equal(collection.returns, before)
    assert (collection.tally(["board.police"])["yes"] > 0).all()


def test_a_tally_keeps_its_origin_when_it_is_cut_and_where_parquet_writes_it(
    collection: Collection, tmp_path: Path
) -> None:
    rows = collection.tally("jsna")
    assert origin_of(rows[rows["year"] == 2009].copy()) is not None
    rows.to_parquet(tmp_path / "rows.parquet")
    assert origin_of(pd.read_parquet(tmp_path / "rows.parquet")) == collection.origin
    assert origin_of(pd.DataFrame()) is None
