"""The published figures and the counts behind them, against the paper read a second time."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from printed import (
    ALONE,
    CHAIRS,
    FRACTIONS,
    JSNA,
    LEVELS,
    PLANS,
    REGIONS,
    SCHOOLS_2009,
    TABLE_1,
    TABLE_2,
    TYPES,
    bases_by_hand,
    counts_by_hand,
    percent,
    splits_by_hand,
    totals,
)

from csm_lib.codebook import Codebook
from csm_lib.collection import SHIPPED, Collection
from csm_lib.errors import PublishedError
from csm_lib.published import COLUMNS, read_published, stated_sample
from csm_lib.recovery import compare_bases, recover, sample_list, targets, tie_rules


@pytest.fixture(scope="module")
def figures(collection: Collection) -> pd.DataFrame:
    assert collection.published is not None
    return collection.published


# --- every share of the paper --------------------------------------------------------------------


def paper() -> Iterator[tuple[str, int, str, int, int, int, str, str, str]]:
    """Item, year, answer, percentage, count, base, status, basis and the other bases possible.

    Every count is the only one that prints so on its base: counts, bases and splits are tried one
    by one, by exact fractions.
    """
    for (agency, year), ((board, silent, *levels, other), seats, base, split) in TABLE_1.items():
        assert (counts_by_hand(board, base), base) == ([seats], 74 - silent)
        item = f"board.{agency}", year, "yes"
        basis = f"74 answering less {silent} without an answer" if silent else "all 74 answering"
        yield *item, board, seats, base, "recovered", basis, ""
        stated = seats - other
        assert splits_by_hand(levels, stated) == ([split] if split else [])
        basis = f"{seats} on the Board less {other} whose level is not stated"
        basis = basis if other else f"all {seats} on the Board"
        status = "recovered" if split else "impossible"
        if split is None:
            basis += "; the parts as printed do not add up to it"
        for level, printed, count in zip(LEVELS, levels, split or (55, 15, 1), strict=True):
            yield f"level.{agency}", year, level, printed, count, stated, status, basis, ""
    item = "board.schools", 2009, "yes"
    yield *item, *SCHOOLS_2009, "recovered", "all 74 answering", ""
    block = [figure for printed, _ in TABLE_2.values() for figure in printed[:2] if figure]
    assert bases_by_hand(block, 74) == [74]
    # the 25 of the table, and two that the text has once more
    basis = "only base up to 74 (all 74 answering) that makes all 27 figures of the block possible"
    for area, (printed, counts) in TABLE_2.items():
        for year, figure, count in zip((2008, 2009), printed, counts, strict=False):
            if figure is not None and count is not None:
                assert counts_by_hand(figure, 74) == [count]
                item = f"commissioning.{area}", year, "yes"
                yield *item, figure, count, 74, "recovered", basis, ""
    for agency, (figure, count, base) in FRACTIONS.items():
        assert percent(count, base) == figure
        yield f"board.{agency}", 2009, "yes", figure, count, base, "published", "printed", ""
    for (name, year), (figure, count, base) in PLANS.items():
        yield name, year, "yes", figure, count, base, "recovered", "printed", ""
    largest = "largest base up to 74 (all 74 answering) that makes"
    for (name, year), (figure, count, base) in ALONE.items():
        assert counts_by_hand(figure, base) == [count]
        first, *others = bases_by_hand([figure], 74)
        assert first == base
        basis = f"{largest} it possible"
        yield name, year, "yes", figure, count, base, "assumed", basis, " ".join(map(str, others))
    for year, (figures, counts, base) in CHAIRS.items():
        first, *others = bases_by_hand(list(figures), 74)
        assert (first, sum(counts)) == (base, base)
        basis = f"{largest} both figures of the block possible"
        for answer, figure, count in zip(
            ("lead_member", "director"), figures, counts, strict=False
        ):
            item = "board.chair", year, answer
            yield *item, figure, count, base, "assumed", basis, " ".join(map(str, others))
    assert bases_by_hand(sorted({figure for figure, _ in JSNA.values()}), 68) == [64, 62]
    largest = f"largest base up to 68 (74 answering less 6 left out) that makes all {len(JSNA)}"
    for component, (figure, count) in JSNA.items():
        assert counts_by_hand(figure, 64) == [count]
        item = f"jsna.{component}", 2009, "yes"
        yield *item, figure, count, 64, "assumed", f"{largest} figures of the block possible", "62"


def test_every_share_of_an_item_is_recovered_as_by_trying_every_count(
    figures: pd.DataFrame, collection: Collection
) -> None:
    shares = figures[figures["statistic"] == "share"]
    shares = shares[shares["item"].isin(list(collection.codebook))]
    columns = ["item", "year", "answer", "value", "count", "of", "status", "basis", "alternatives"]
    assert {tuple(row) for row in shares[columns].to_numpy().tolist()} == set(paper())


def test_one_split_is_impossible_and_77_percent_head_mends_it_nearest() -> None:
    assert [row for row in TABLE_1 if TABLE_1[row][3] is None] == [("pct_commissioner", 2008)]
    mended = []
    for position, other in itertools.product(range(3), range(101)):
        printed = [76, 21, 1]
        mended_by = abs(other - printed[position]), position, other
        printed[position] = other
        mended += [mended_by] * len(splits_by_hand(printed, 71))
    assert min(mended) == (1, 0, 77)
    assert splits_by_hand([77, 21, 1], 71) == [(55, 15, 1)]


def test_the_printed_changes_are_differences_of_the_printed_percentages(
    figures: pd.DataFrame,
) -> None:
    changes = figures[figures["statistic"] == "change"].set_index("item")
    expected = {
        f"commissioning.{area}": printed[1] - printed[0]
        for area, (printed, _) in TABLE_2.items()
        if printed[0] is not None and printed[1] is not None
    }
    assert changes["value"].to_dict() == expected
    assert changes[["count", "of"]].isna().all(axis=None)


@pytest.mark.parametrize(("item", "expected"), [("region", REGIONS), ("authority_type", TYPES)])
def test_regions_and_types_fit_one_list_that_is_not_stated_and_add_up_to_74(
    figures: pd.DataFrame, item: str, expected: dict[str, tuple[int, int, int]]
) -> None:
    rows = figures[figures["item"] == item]
    found = rows[["answer", "value", "count", "of"]].to_numpy().tolist()
    assert {group: tuple(numbers) for group, *numbers in found} == expected
    assert set(rows["status"]) == {"assumed"}
    assert rows["count"].sum() == 74
    assert set(rows["basis"]) == {
        "areas of 2008 with their types of 2009, City of London counted as London borough, "
        "Isles of Scilly counted as county council"
    }


def test_the_sample_is_74_of_150_as_printed(figures: pd.DataFrame) -> None:
    rows = figures[(figures["item"] == "sample") & (figures["statistic"] == "share")]
    assert set(zip(rows["count"], rows["of"], rows["status"], strict=True)) == {
        (74, 150, "published")
    }
    assert percent(74, 150) == 49
    assert stated_sample(figures) == 74


def test_numbers_printed_as_such_are_published(figures: pd.DataFrame) -> None:
    rows = figures[figures["unit"] == "count"]
    assert (rows["count"] == rows["value"]).all()
    assert set(rows["status"]) == {"published"}
    assert rows["of"].isna().all()


def test_the_no_responses_and_not_stated_of_table_1_are_recorded(figures: pd.DataFrame) -> None:
    said = figures.set_index(["item", "year", "statistic"])["value"].to_dict()
    for (agency, year), ((_, silent, *_, not_stated), *_) in TABLE_1.items():
        assert said[f"board.{agency}", year, "no_response"] == silent
        assert said[f"level.{agency}", year, "not_stated"] == not_stated


# --- what the paper says of itself -------------------------------------------------------------


def test_only_half_up_gives_every_printed_fraction_its_percentage(figures: pd.DataFrame) -> None:
    assert tie_rules(figures) == ("half_up",)


def test_table_1_rests_on_the_answers_less_no_response_and_less_not_stated(
    figures: pd.DataFrame, collection: Collection
) -> None:
    table = compare_bases(figures, collection.codebook).set_index(["figures", "base"])
    boards = [(row[0][0], 74 - row[0][1]) for row in TABLE_1.values()] + [(97, 74)]
    for name, base_of in (
        ("all who answered the questionnaire", lambda base: 74),  # noqa: ARG005
        ("those less no response", lambda base: base),
    ):
        possible = sum(bool(counts_by_hand(printed, base_of(base))) for printed, base in boards)
        assert table.loc[("on the Board", name)].tolist() == [17, possible, 0, 0]
    for name, base_of_row in (
        ("all who answered the questionnaire", lambda on_board, not_stated: 74),  # noqa: ARG005
        ("on the Board", lambda on_board, not_stated: on_board),  # noqa: ARG005
        ("on the Board, level stated", lambda on_board, not_stated: on_board - not_stated),
    ):
        possible = closing = 0
        for (_, _, *levels, not_stated), on_board, _, _ in TABLE_1.values():
            base = base_of_row(on_board, not_stated)
            possible += sum(bool(counts_by_hand(level, base)) for level in levels)
            closing += bool(splits_by_hand(levels, base))
        row = table.loc[("level", name)]
        assert row.tolist() == [48, possible, 16, closing], name
    assert table.loc[("on the Board", "those less no response"), "possible"] == 17
    assert table.loc[("level", "on the Board, level stated")].tolist() == [48, 48, 16, 15]


# --- targets -----------------------------------------------------------------------------------


def test_the_targets_are_every_total_of_the_paper_once(
    figures: pd.DataFrame, collection: Collection
) -> None:
    wanted = targets(figures, collection.codebook)
    assert list(wanted.columns) == ["item", "year", "answer", "count", "of", "status"]
    assert list(wanted.index) == list(range(len(wanted)))
    keys = list(zip(wanted["item"], wanted["year"], wanted["answer"], strict=True))
    assert len(set(keys)) == len(keys)
    found = dict(zip(keys, zip(wanted["count"], wanted["of"], strict=True), strict=True))
    assert found == totals()


def test_a_target_keeps_its_status_and_the_rest_takes_that_of_the_others(
    figures: pd.DataFrame, collection: Collection
) -> None:
    wanted = targets(figures, collection.codebook).set_index(["item", "year", "answer"])["status"]
    assert wanted["board.chair", 2008, "other"] == "assumed"
    assert wanted["board.housing", 2009, "yes"] == "published"
    assert wanted["level.pct_commissioner", 2008, "head"] == "impossible"
    assert wanted["level.police", 2008, "other"] == "recovered"


def test_the_rest_takes_the_status_of_the_first_of_the_others(
    recovered: Recovered, questionnaire: Codebook
) -> None:
    rows = recovered(
        *SMALL,
        "a,chair,2008,lead_member,share,50%,50,percent,,40,,",
        "b,chair,2008,director,share,30%,30,percent,12,40,,",
    )
    wanted = targets(rows, questionnaire).set_index("answer")
    assert wanted["status"].to_dict() == {
        "yes": "recovered", "lead_member": "recovered", "director": "published",
        "other": "recovered",
    }  # fmt: skip
    assert wanted.loc["other", ["count", "of"]].tolist() == [8, 40]


def test_regions_alone_tell_which_list_is_taken(
    figures: pd.DataFrame, collection: Collection
) -> None:
    assert collection.frame is not None
    one = sample_list(figures[figures["item"] != "authority_type"], collection.frame)
    assert set(one["name"]) == {
        "areas of 2008, City of London of its own type, Isles of Scilly of its own type"
    }


def test_recovering_twice_changes_nothing(figures: pd.DataFrame, collection: Collection) -> None:
    before = figures.copy()
    assert collection.frame is not None
    again = recover(figures, collection.codebook, collection.frame)
    pd.testing.assert_frame_equal(again, before)
    pd.testing.assert_frame_equal(figures, before)


# --- figures that cannot be, in a paper of four answers -----------------------------------------

SMALL = (
    "sample.authorities,sample,,,count,40,40,count,,,,",
    "sample.frame,sample,,,count,80,80,count,,,,",
    "seat,seat,2008,yes,share,50%,50,percent,,,,",
    "seat.none,seat,2008,,no_response,0,0,count,,,,",
)


def write(folder: Path, rows: tuple[str, ...]) -> Path:
    path = folder / "published.csv"
    path.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame(
        [(2008, 2008, "North", "County council", 30), (2008, 2008, "South", "County council", 50)],
        columns=["year", "labelled", "region", "authority_type", "authorities"],
    )


Recovered = Callable[..., pd.DataFrame]


@pytest.fixture
def recovered(tmp_path: Path, questionnaire: Codebook, frame: pd.DataFrame) -> Recovered:
    def run(*rows: str) -> pd.DataFrame:
        path = write(tmp_path, rows)
        return recover(read_published(path, questionnaire), questionnaire, frame)

    return run


@pytest.mark.parametrize(
    ("answering", "row", "expected"),
    [
        (40, "late,late,2009,yes,share,51%,51,percent,,40,,", ("impossible", None, 40)),
        (40, "late,late,2009,yes,share,51%,51,percent,20,40,,", ("impossible", 20, 40)),
        (40, "share,sample,,,share,50%,50,percent,,,,", ("published", 40, 80)),
        (40, "share,sample,,,share,49%,49,percent,,,,", ("impossible", 40, 80)),
        (3, "late,late,2009,yes,share,98%,98,percent,,,,", ("impossible", None, None)),
        (1, "late,late,2009,yes,share,100%,100,percent,,,,", ("recovered", 1, 1)),
        (400, "late,late,2009,yes,share,50%,50,percent,,400,,", ("assumed", 198, 400)),
    ],
)
def test_the_status_of_a_share(
    recovered: Recovered, answering: int, row: str, expected: tuple[str, int | None, int | None]
) -> None:
    rows = [one.replace("40,40", f"{answering},{answering}") for one in SMALL[:2]]
    status, *numbers = recovered(*rows, row).iloc[-1][["status", "count", "of"]]
    assert (status, *(None if pd.isna(one) else one for one in numbers)) == expected
    assert counts_by_hand(50, 400)[0] == 198 < counts_by_hand(50, 400)[-1]


def test_levels_that_close_in_several_ways_are_assumed_the_first_of_them(
    recovered: Recovered,
) -> None:
    rows = [row.replace("40,40", "400,400").replace("50%,50", "100%,100") for row in SMALL]
    levels = (("head", 50), ("senior_officer", 50), ("other", 0))
    rows += [f"{name},level,2008,{name},share,{p}%,{p},percent,,,," for name, p in levels]
    found = recovered(*rows).tail(3)
    assert found["count"].tolist() == [198, 199, 1] == list(splits_by_hand([50, 50, 0], 398)[0])
    assert set(found["status"]) == {"assumed"}


@pytest.mark.parametrize(
    ("answering", "left"), [(66, None), (65, 50), (40, 25), (15, 0), (14, None)]
)
def test_what_the_others_leave_is_a_count_where_the_region_can_have_it(
    recovered: Recovered, answering: int, left: int | None
) -> None:
    rows = recovered(
        *(row.replace("40,40", f"{answering},{answering}") for row in SMALL[:2]),
        "north,region,,North,share,50%,50,percent,,,,",
        "south,region,,South,share,51%,51,percent,,,,",
    ).set_index("figure")
    assert rows.loc["north", ["count", "of", "status"]].tolist() == [15, 30, "assumed"]
    assert rows.loc["south", ["of", "status"]].tolist() == [50, "impossible"]
    assert (None if pd.isna(rows.loc["south", "count"]) else rows.loc["south", "count"]) == left


@pytest.mark.parametrize(
    ("rows", "parts"),
    [
        (SMALL[1:], ["sample.authorities", "how many authorities answered", "Add"]),
        (
            (*SMALL, "wales,region,,Wales,share,50%,50,percent,,,,"),
            ["wales", "no region 'Wales'", "North, South"],
        ),
        (
            (*SMALL[:3], "seat.none,seat,2008,,no_response,40,40,count,,,,"),
            ["seat", "a base of 0 is left", "Correct"],
        ),
        (
            (*SMALL, "level,level,2009,head,share,50%,50,percent,,,,"),
            ["level, 2009", "not published how many were on the Board", "'seat'"],
        ),
        (
            (
                *SMALL,
                "head,level,2008,head,share,50%,50,percent,,,,",
                "officer,level,2008,senior_officer,share,10%,10,percent,,,,",
                "other,level,2008,other,share,10%,10,percent,,,,",
                "not_stated,level,2008,,not_stated,20,20,count,,,,",
            ),
            ["level, 2008", "a base of 0 is left", "Correct"],
        ),
        (
            (
                *SMALL,
                "head,level,2008,head,share,33%,33,percent,,,,",
                "officer,level,2008,senior_officer,share,33%,33,percent,,,,",
                "other,level,2008,other,share,33%,33,percent,,,,",
            ),
            ["level, 2008", "[33, 33, 33] do not add up to 20", "Check the row"],
        ),
    ],
)
def test_figures_that_cannot_be_recovered_are_refused(
    recovered: Recovered, rows: tuple[str, ...], parts: list[str]
) -> None:
    with pytest.raises(PublishedError) as caught:
        recovered(*rows)
    for part in parts:
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (("seat,2008,yes,share,45%,45,percent,,,,",), "seat, 2008: .*20 of 40 and 18 of 40"),
        (
            ("chair,2008,lead_member,share,50%,50,percent,,40,,",
             "chair,2008,director,share,50%,50,percent,,38,,"),
            "chair, 2008: .*20 of 40 and 19 of 38",
        ),
        (
            ("chair,2008,lead_member,share,80%,80,percent,,40,,",
             "chair,2008,director,share,30%,30,percent,,40,,"),
            "chair, 2008: .*32 of 40 and 12 of 40",
        ),
    ],
)  # fmt: skip
def test_totals_that_contradict_one_another_are_refused(
    recovered: Recovered, questionnaire: Codebook, rows: tuple[str, ...], told: str
) -> None:
    found = recovered(*SMALL, *(f"row{number},{row}" for number, row in enumerate(rows)))
    with pytest.raises(PublishedError, match=told):
        targets(found, questionnaire)


def test_without_regions_or_types_there_is_no_list(
    recovered: Recovered, frame: pd.DataFrame
) -> None:
    with pytest.raises(PublishedError, match="No share of a region or a type"):
        sample_list(recovered(*SMALL), frame)


# --- reading -----------------------------------------------------------------------------------


def test_every_row_of_the_file_is_read_as_it_stands(collection: Collection) -> None:
    path = SHIPPED / "published.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    table = read_published(path, collection.codebook)
    assert len(table) == len(rows)
    assert list(table.columns) == list(COLUMNS)
    for row, cells in zip(rows, table.to_dict("records"), strict=True):
        for name in COLUMNS:
            cell = cells[name]
            assert row[name] == ("" if pd.isna(cell) else str(cell)), (row["figure"], name)


GOOD = {
    "figure": "new", "item": "late", "year": "2009", "answer": "yes", "statistic": "share",
    "printed": "5%", "value": "5", "unit": "percent", "numerator": "", "base": "",
}  # fmt: skip


def read(folder: Path, questionnaire: Codebook, *rows: dict[str, str]) -> pd.DataFrame:
    """Read figures, of which is said what differs from the good one, as lines 6 and following."""
    whole = [",".join([*(GOOD | row).values(), "", ""]) for row in rows]
    return read_published(write(folder, (*SMALL, *whole)), questionnaire)


BAD_CELLS = [
    ("figure", "", "is empty"),
    ("figure", "seat", "stands in line 4 already"),
    ("year", "09/10", "is no whole number"),
    ("year", "", "is not held of 'late' (held are yes, 2009)"),
    ("year", "2008", "is not held of 'late' (held are yes, 2009)"),
    ("value", "", "is no whole number"),
    ("value", "5.0", "is no whole number"),
    ("value", "6", "is not as printed"),
    ("value", "101", "is no share"),
    ("value", "-1", "is below 0"),
    ("numerator", "2", "has no base"),
    ("numerator", "0", "has no base"),
    ("base", "0", "is no whole number for this column"),
    ("item", "lat", "is not in the codebook. Did you mean 'late'?"),
    ("answer", "no", "is not held of 'late' (held are yes, 2009)"),
    ("statistic", "part", "is none of share, change"),
    ("unit", "%", "is none of percent"),
    ("unit", "count", "is no unit of a share"),
]


@pytest.mark.parametrize(("column", "cell", "told"), BAD_CELLS)
def test_a_bad_cell_is_refused_with_its_place_and_a_remedy(
    tmp_path: Path, questionnaire: Codebook, column: str, cell: str, told: str
) -> None:
    printed = {"printed": f"{cell}%"} if told in ("is no share", "is below 0") else {}
    with pytest.raises(PublishedError) as caught:
        read(tmp_path, questionnaire, {column: cell, **printed})
    assert f"published.csv: 1 fault.\n  line 6, column {column!r}: {cell!r}" in str(caught.value)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"printed": "5.4%"}, "column 'value': '5' is not as printed"),
        ({"numerator": "9", "base": "8"}, "column 'numerator': '9' is above its base"),
        ({"statistic": "change", "value": "-5", "printed": "-5"}, "column 'value': '-5' is below"),
    ],
)
def test_cells_that_contradict_one_another_are_refused(
    tmp_path: Path, questionnaire: Codebook, row: dict[str, str], told: str
) -> None:
    with pytest.raises(PublishedError, match=f"1 fault.\n  line 6, {told}"):
        read(tmp_path, questionnaire, row)


def test_a_row_at_the_edge_of_what_is_allowed_is_read(
    tmp_path: Path, questionnaire: Codebook
) -> None:
    rows = (
        {"printed": "all", "value": "100", "numerator": "1", "base": "1"},
        {"figure": "none", "printed": "0%", "value": "0", "numerator": "0", "base": "1"},
        {
            "figure": "fell",
            "statistic": "change",
            "printed": "-1%",
            "value": "-1",
            "unit": "points",
        },
    )
    table = read(tmp_path, questionnaire, *rows).tail(3)
    assert table["value"].tolist() == [100, 0, -1]
    assert table["numerator"].tolist() == [1, 0, pd.NA]


def test_every_fault_is_in_one_report(tmp_path: Path, questionnaire: Codebook) -> None:
    rows = ({"item": "lat", "unit": "%"}, {"figure": "good"}, {"figure": "bad", "value": "x"})
    with pytest.raises(PublishedError) as caught:
        read(tmp_path, questionnaire, *rows)
    places = re.findall("line [0-9]+, column '[a-z]+'", str(caught.value))
    assert places == ["line 6, column 'item'", "line 6, column 'unit'", "line 8, column 'value'"]


def test_a_print_that_does_not_round_half_up_is_refused(collection: Collection) -> None:
    printed = read_published(SHIPPED / "published.csv", collection.codebook)
    assert collection.frame is not None
    at = printed["figure"] == "board.housing.2009"
    truncated = printed.assign(value=printed["value"].mask(at, 62))  # 45 of 72 is 62.5%
    with pytest.raises(PublishedError, match="rounded half_even and half_down"):
        recover(truncated, collection.codebook, collection.frame)
