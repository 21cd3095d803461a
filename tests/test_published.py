"""The published figures and the counts behind them, against the paper read a second time."""

from __future__ import annotations

import csv
from collections.abc import Callable
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

PAGE = "74 answering"


@pytest.fixture(scope="module")
def figures(collection: Collection) -> pd.DataFrame:
    assert collection.published is not None
    return collection.published


def shares(figures: pd.DataFrame, item: str, year: int, answer: str = "yes") -> pd.DataFrame:
    """The rows of a share, in whatever places it is printed."""
    at = (figures["item"] == item) & (figures["year"] == year) & (figures["answer"] == answer)
    found = figures[at & (figures["statistic"] == "share")]
    assert len(found), (item, year, answer)
    return found


def check(
    figures: pd.DataFrame,
    at: tuple[str, int, str],
    expected: tuple[int, int, int, str],
) -> pd.DataFrame:
    """Hold every printed place of a share against its percentage, count, base and status."""
    found = shares(figures, *at)
    for row in found.to_dict("records"):
        assert (row["value"], row["count"], row["of"], row["status"]) == expected, row["figure"]
    return found


# --- counts typed by hand are what trying every count gives ------------------------------------


def test_the_counts_typed_for_table_1_are_the_only_ones_possible() -> None:
    for (board, _, *levels, not_stated), on_board, base, split in TABLE_1.values():
        assert counts_by_hand(board, base) == [on_board]
        assert splits_by_hand(levels, on_board - not_stated) == ([split] if split else [])


def test_the_counts_typed_for_table_2_are_the_only_ones_possible() -> None:
    for printed, counts in TABLE_2.values():
        for figure, count in zip(printed, counts, strict=False):
            assert figure is None or counts_by_hand(figure, 74) == [count]


def test_the_counts_typed_for_the_text_are_the_only_ones_possible() -> None:
    for printed, count, base in (
        *ALONE.values(), *PLANS.values(), *REGIONS.values(), SCHOOLS_2009,
        *[(figure, count, 64) for figure, count in JSNA.values()],
    ):  # fmt: skip
        assert counts_by_hand(printed, base) == [count]
    for (lead, director), counts, base in CHAIRS.values():
        assert counts_by_hand(lead, base) == [counts[0]]
        assert counts_by_hand(director, base) == [counts[1]]
        assert sum(counts) == base


# --- Table 1 -----------------------------------------------------------------------------------


@pytest.mark.parametrize("row", TABLE_1, ids=lambda row: f"{row[0]} {row[1]}")
def test_each_board_share_of_table_1_is_recovered(
    figures: pd.DataFrame, row: tuple[str, int]
) -> None:
    (board, silent, *_), on_board, base, _ = TABLE_1[row]
    agency, year = row
    found = check(figures, (f"board.{agency}", year, "yes"), (board, on_board, base, "recovered"))
    assert base == 74 - silent
    assert set(found["basis"]) == {"74 less the no response beside it"}


def test_the_schools_are_recovered(figures: pd.DataFrame) -> None:
    check(figures, ("board.schools", 2009, "yes"), (*SCHOOLS_2009, "recovered"))


@pytest.mark.parametrize(
    "row", [row for row in TABLE_1 if TABLE_1[row][3]], ids=lambda row: f"{row[0]} {row[1]}"
)
def test_each_split_of_table_1_that_closes_is_recovered(
    figures: pd.DataFrame, row: tuple[str, int]
) -> None:
    (_, _, *levels, not_stated), on_board, _, split = TABLE_1[row]
    agency, year = row
    assert split is not None
    base = on_board - not_stated
    for level, printed, count in zip(LEVELS, levels, split, strict=True):
        found = check(
            figures, (f"level.{agency}", year, level), (printed, count, base, "recovered")
        )
        assert set(found["basis"]) == {
            f"{on_board} on the Board less {not_stated} whose level is not stated"
        }


def test_one_split_is_impossible_and_77_percent_head_mends_it_nearest(
    figures: pd.DataFrame,
) -> None:
    assert [row for row in TABLE_1 if TABLE_1[row][3] is None] == [("pct_commissioner", 2008)]
    mended = []
    for position in range(3):
        for other in range(101):
            printed = [76, 21, 1]
            printed[position] = other
            mended += [(abs(other - [76, 21, 1][position]), position, other)] * len(
                splits_by_hand(printed, 71)
            )
    assert min(mended) == (1, 0, 77)
    assert splits_by_hand([77, 21, 1], 71) == [(55, 15, 1)]
    for level, printed, count in zip(LEVELS, (76, 21, 1), (55, 15, 1), strict=True):
        found = check(
            figures, ("level.pct_commissioner", 2008, level), (printed, count, 71, "impossible")
        )
        assert "do not add up" in found["basis"].iloc[0]


# --- Table 2 -----------------------------------------------------------------------------------


@pytest.mark.parametrize("area", TABLE_2)
def test_each_share_of_table_2_is_recovered_on_74(figures: pd.DataFrame, area: str) -> None:
    printed, counts = TABLE_2[area]
    item = f"commissioning.{area}"
    for year, figure, count in zip((2008, 2009), printed, counts, strict=False):
        if figure is None:
            assert not ((figures["item"] == item) & (figures["year"] == year)).any()
            continue
        assert count is not None
        found = check(figures, (item, year, "yes"), (figure, count, 74, "recovered"))
        assert set(found["alternatives"]) == {""}
        assert found["basis"].str.startswith("only base up to 74 ").all()


def test_74_is_the_only_base_up_to_74_that_table_2_can_have() -> None:
    block = [figure for printed, _ in TABLE_2.values() for figure in printed[:2] if figure]
    assert bases_by_hand(block, 74) == [74]


def test_the_printed_changes_are_differences_of_the_printed_percentages(
    figures: pd.DataFrame,
) -> None:
    changes = figures[figures["statistic"] == "change"].set_index("item")
    expected = {
        f"commissioning.{area}": printed[2]
        for area, (printed, _) in TABLE_2.items()
        if printed[2] is not None
    }
    assert changes["value"].to_dict() == expected
    assert set(changes["unit"]) == {"points"}
    assert changes["count"].isna().all()
    assert changes["of"].isna().all()
    for first, second, change in (printed for printed, _ in TABLE_2.values()):
        assert change is None or second - first == change


# --- the text ----------------------------------------------------------------------------------


@pytest.mark.parametrize("agency", FRACTIONS)
def test_a_count_printed_beside_its_percentage_is_published(
    figures: pd.DataFrame, agency: str
) -> None:
    printed, count, base = FRACTIONS[agency]
    assert percent(count, base) == printed
    found = check(figures, (f"board.{agency}", 2009, "yes"), (printed, count, base, "published"))
    assert found[["numerator", "base"]].astype(int).to_numpy().tolist() == [[count, base]]


@pytest.mark.parametrize("row", ALONE, ids=lambda row: f"{row[0]} {row[1]}")
def test_a_share_without_base_takes_the_largest_that_fits_and_lists_the_others(
    figures: pd.DataFrame, row: tuple[str, int]
) -> None:
    printed, count, base = ALONE[row]
    found = check(figures, (*row, "yes"), (printed, count, base, "assumed"))
    bases = bases_by_hand([printed], 74)
    assert bases[0] == base
    assert set(found["alternatives"]) == {" ".join(map(str, bases[1:]))}
    assert set(found["basis"]) == {f"largest base up to 74 ({PAGE}) that makes it possible"}


@pytest.mark.parametrize("row", PLANS, ids=lambda row: f"{row[0]} {row[1]}")
def test_the_plans_rest_on_the_74_printed_with_them(
    figures: pd.DataFrame, row: tuple[str, int]
) -> None:
    found = check(figures, (*row, "yes"), (*PLANS[row], "recovered"))
    assert set(found["basis"]) == {"printed"}


@pytest.mark.parametrize("year", CHAIRS)
def test_the_chairs_of_a_year_share_the_largest_base_that_fits_both(
    figures: pd.DataFrame, year: int
) -> None:
    printed, counts, base = CHAIRS[year]
    bases = bases_by_hand(list(printed), 74)
    assert bases[0] == base
    for answer, figure, count in zip(("lead_member", "director"), printed, counts, strict=False):
        found = check(figures, ("board.chair", year, answer), (figure, count, base, "assumed"))
        assert set(found["alternatives"]) == {" ".join(map(str, bases[1:]))}
        assert "all 2 figures of the block" in found["basis"].iloc[0]


@pytest.mark.parametrize("component", JSNA)
def test_the_components_rest_on_64_with_62_the_alternative(
    figures: pd.DataFrame, component: str
) -> None:
    printed, count = JSNA[component]
    found = check(figures, (f"jsna.{component}", 2009, "yes"), (printed, count, 64, "assumed"))
    assert set(found["alternatives"]) == {"62"}
    assert "68 (74 answering less 6 left out)" in found["basis"].iloc[0]


def test_only_64_and_62_of_the_bases_up_to_68_fit_the_components() -> None:
    assert bases_by_hand(sorted({printed for printed, _ in JSNA.values()}), 68) == [64, 62]


def test_regions_are_recovered_and_add_up_to_74(figures: pd.DataFrame) -> None:
    rows = figures[figures["item"] == "region"]
    found = {
        row["answer"]: (row["value"], row["count"], row["of"]) for row in rows.to_dict("records")
    }
    assert found == REGIONS
    assert set(rows["status"]) == {"assumed"}  # the list is not stated
    assert rows["count"].sum() == 74


def test_types_are_recovered_on_the_list_that_fits_and_add_up_to_74(
    figures: pd.DataFrame,
) -> None:
    rows = figures[figures["item"] == "authority_type"].set_index("answer")
    found = {str(name): (row["value"], row["count"], row["of"]) for name, row in rows.iterrows()}
    assert found == TYPES
    assert counts_by_hand(58, 53) == [31]
    assert set(rows["status"]) == {"assumed"}
    assert rows["count"].sum() == 74


def test_the_sample_is_74_of_150_as_printed(figures: pd.DataFrame) -> None:
    rows = figures[(figures["item"] == "sample") & (figures["statistic"] == "share")]
    assert len(rows) == 2
    assert set(rows["count"]) == {74}
    assert set(rows["of"]) == {150}
    assert set(rows["status"]) == {"published"}
    assert percent(74, 150) == 49
    assert stated_sample(figures) == 74


def test_numbers_printed_as_such_are_published(figures: pd.DataFrame) -> None:
    rows = figures[figures["unit"] == "count"]
    assert (rows["count"] == rows["value"]).all()
    assert set(rows["status"]) == {"published"}
    assert rows["of"].isna().all()


def test_the_no_responses_and_not_stated_of_table_1_are_recorded(figures: pd.DataFrame) -> None:
    for (agency, year), ((_, silent, *_, not_stated), *_) in TABLE_1.items():
        for item, statistic, number in (
            (f"board.{agency}", "no_response", silent),
            (f"level.{agency}", "not_stated", not_stated),
        ):
            at = (figures["item"] == item) & (figures["year"] == year)
            found = figures[at & (figures["statistic"] == statistic)]
            assert found["value"].tolist() == [number], (item, year)


def test_nothing_else_is_impossible_and_nothing_is_left_without_a_count(
    figures: pd.DataFrame,
) -> None:
    impossible = set(figures.loc[figures["status"] == "impossible", "item"])
    assert impossible == {"level.pct_commissioner"}
    assert figures.loc[figures["statistic"] == "share", ["count", "of"]].notna().all().all()


# --- what the print says of itself -------------------------------------------------------------


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
        row = table.loc[("on the Board", name)]
        assert row["printed"] == 17
        assert row["possible"] == sum(
            bool(counts_by_hand(printed, base_of(base))) for printed, base in boards
        )
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


def test_recovering_twice_changes_nothing(figures: pd.DataFrame, collection: Collection) -> None:
    assert collection.frame is not None
    again = recover(figures, collection.codebook, collection.frame)
    pd.testing.assert_frame_equal(again, figures)


def test_recovering_leaves_the_printed_figures_as_they_were(collection: Collection) -> None:
    assert collection.frame is not None
    printed = read_published(SHIPPED / "published.csv", collection.codebook)
    before = printed.copy()
    recover(printed, collection.codebook, collection.frame)
    pd.testing.assert_frame_equal(printed, before)
    assert list(printed.columns) == list(COLUMNS)


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


def test_a_printed_base_on_which_no_count_fits_is_impossible(recovered: Recovered) -> None:
    figures = recovered(*SMALL, "late,late,2009,yes,share,51%,51,percent,,40,,").set_index("figure")
    row = figures.loc["late"]
    assert (row["status"], row["of"]) == ("impossible", 40)
    assert pd.isna(row["count"])


def test_a_printed_fraction_that_gives_another_percentage_is_impossible(
    recovered: Recovered,
) -> None:
    row = recovered(*SMALL, "late,late,2009,yes,share,51%,51,percent,20,40,,").iloc[-1]
    assert (row["status"], row["count"], row["of"]) == ("impossible", 20, 40)


def test_a_sample_share_that_its_numbers_do_not_give_is_impossible(recovered: Recovered) -> None:
    good = recovered(*SMALL, "share,sample,,,share,50%,50,percent,,,,").iloc[-1]
    bad = recovered(*SMALL, "share,sample,,,share,49%,49,percent,,,,").iloc[-1]
    assert (good["status"], bad["status"]) == ("published", "impossible")


def test_a_figure_with_several_possible_counts_is_assumed(recovered: Recovered) -> None:
    rows = [row.replace("40,40", "400,400") for row in SMALL]
    row = recovered(*rows).set_index("figure").loc["seat"]
    possible = counts_by_hand(50, 400)
    assert len(possible) > 1
    assert (row["status"], row["count"]) == ("assumed", possible[0])


def test_a_block_that_fits_no_base_has_no_count(recovered: Recovered) -> None:
    rows = recovered(
        *(row.replace("40,40", "3,3") for row in SMALL[:2]),
        "late,late,2009,yes,share,98%,98,percent,,,,",
    )
    row = rows.iloc[-1]
    assert row["status"] == "impossible"
    assert "no base up to 3 (3 answering) fits" in row["basis"]


def test_one_region_that_does_not_fit_takes_what_the_others_leave(recovered: Recovered) -> None:
    rows = recovered(
        *SMALL,
        "north,region,,North,share,50%,50,percent,,,,",
        "south,region,,South,share,51%,51,percent,,,,",
    ).set_index("figure")
    assert rows.loc["north", ["count", "of", "status"]].tolist() == [15, 30, "assumed"]
    assert rows.loc["south", ["count", "of", "status"]].tolist() == [25, 50, "impossible"]


def test_what_the_others_leave_is_no_count_where_the_region_is_smaller(
    recovered: Recovered,
) -> None:
    rows = recovered(
        *(row.replace("40,40", "70,70") for row in SMALL),
        "north,region,,North,share,50%,50,percent,,,,",
        "south,region,,South,share,51%,51,percent,,,,",
    ).set_index("figure")
    assert rows.loc["south", "status"] == "impossible"
    assert pd.isna(rows.loc["south", "count"])


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
            ["seat", "leaves 0", "Correct"],
        ),
        (
            (*SMALL, "level,level,2009,head,share,50%,50,percent,,,,"),
            ["level, 2009", "not how many were on the Board", "'seat'"],
        ),
        (
            (
                *SMALL,
                "head,level,2008,head,share,50%,50,percent,,,,",
                "officer,level,2008,senior_officer,share,10%,10,percent,,,,",
                "other,level,2008,other,share,10%,10,percent,,,,",
                "not_stated,level,2008,,not_stated,20,20,count,,,,",
            ),
            ["level, 2008", "20 less not stated leaves 0", "Correct"],
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


def test_two_counts_for_one_answer_are_refused(
    recovered: Recovered, questionnaire: Codebook
) -> None:
    rows = recovered(*SMALL, "again,seat,2008,yes,share,55%,55,percent,,,,")
    with pytest.raises(PublishedError, match=r"seat, 2008: two published figures"):
        targets(rows, questionnaire)


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("50%,50,percent,,40,,", "50%,50,percent,,38,,", "39 answers on the bases 40, 38"),
        ("80%,80,percent,,40,,", "30%,30,percent,,40,,", "44 answers on the bases 40"),
    ],
)
def test_answers_that_do_not_share_a_base_or_exceed_it_are_refused(
    recovered: Recovered, questionnaire: Codebook, first: str, second: str, found: str
) -> None:
    rows = recovered(
        *SMALL, f"a,chair,2008,lead_member,share,{first}", f"b,chair,2008,director,share,{second}"
    )
    with pytest.raises(PublishedError, match=f"chair, 2008: .*{found}"):
        targets(rows, questionnaire)


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
    for row, cells in zip(rows, table.to_dict("records"), strict=True):
        for name in COLUMNS:
            cell = cells[name]
            assert row[name] == ("" if pd.isna(cell) else str(cell)), (row["figure"], name)


BAD_ROWS = {
    "no whole number": ("late,late,2009,yes,share,5%,5.0,percent,,,,", ["'value'", "'5.0'"]),
    "a year that is none": ("late,late,09/10,yes,share,5%,5,percent,,,,", ["'year'", "'09/10'"]),
    "no value": ("late,late,2009,yes,share,some,,percent,,,,", ["'value'", "''"]),
    "an unknown statistic": (
        "late,late,2009,yes,part,5%,5,percent,,,,", ["'statistic'", "'part'", "share, change"],
    ),
    "an unknown unit": ("late,late,2009,yes,share,5%,5,%,,,,", ["'unit'", "'%'", "percent"]),
    "a value that is not what is printed": (
        "late,late,2009,yes,share,5%,6,percent,,,,", ["'5%' is printed, but 'value' is 6"],
    ),
    "a percentage with decimals": (
        "late,late,2009,yes,share,5.4%,5,percent,,,,", ["'printed'", "'5.4%'", "whole numbers"],
    ),
    "a share above 100": (
        "late,late,2009,yes,share,101%,101,percent,,,,", ["a share of 101", "from 0 to 100"],
    ),
    "a share that is no percentage": (
        "late,late,2009,yes,share,5,5,count,,,,", ["a share of 5 count", "in percent"],
    ),
    "a negative count": ("x,seat,2008,,no_response,-1,-1,count,,,,", ["'value' holds -1"]),
    "a base of 0": ("late,late,2009,yes,share,5%,5,percent,,0,,", ["'base' holds 0"]),
    "a numerator without a base": (
        "late,late,2009,yes,share,5%,5,percent,2,,,", ["2 of no base", "Correct 'numerator'"],
    ),
    "a numerator above its base": (
        "late,late,2009,yes,share,5%,5,percent,9,8,,", ["9 of 8", "Correct 'numerator'"],
    ),
    "an unknown item": (
        "late,lat,2009,yes,share,5%,5,percent,,,,", ["'item'", "'lat'", "Did you mean 'late'?"],
    ),
    "an unknown answer": (
        "late,late,2009,no,share,5%,5,percent,,,,", ["'answer'", "'no'", "Use one of yes"],
    ),
    "a year in which it was not asked": (
        "late,late,2008,yes,share,5%,5,percent,,,,", ["'year'", "'2008'", "now it has 2009"],
    ),
    "no year": ("late,late,,yes,share,5%,5,percent,,,,", ["'year'", "''", "now it has 2009"]),
    "an id that stands twice": (
        "seat,late,2009,yes,share,5%,5,percent,,,,", ["'figure'", "'seat'", "as line 4 does"],
    ),
    "no id": (",late,2009,yes,share,5%,5,percent,,,,", ["'figure' is empty"]),
}  # fmt: skip


@pytest.mark.parametrize(("row", "parts"), BAD_ROWS.values(), ids=BAD_ROWS.keys())
def test_a_bad_row_is_refused_with_its_line_and_a_remedy(
    tmp_path: Path, questionnaire: Codebook, row: str, parts: list[str]
) -> None:
    path = write(tmp_path, (*SMALL, row))
    with pytest.raises(PublishedError) as caught:
        read_published(path, questionnaire)
    for part in [str(path), "1 fault", "line 6: ", *parts]:
        assert part in str(caught.value)


def test_every_bad_row_is_in_one_report(tmp_path: Path, questionnaire: Codebook) -> None:
    rows = (*SMALL, BAD_ROWS["an unknown item"][0], SMALL[2].replace("seat,seat", "ok,seat"),
            BAD_ROWS["an unknown unit"][0])  # fmt: skip
    with pytest.raises(PublishedError) as caught:
        read_published(write(tmp_path, rows), questionnaire)
    assert "2 faults" in str(caught.value)
    assert "line 6: " in str(caught.value)
    assert "line 8: " in str(caught.value)
    assert "line 7: " not in str(caught.value)


def test_a_missing_column_and_a_missing_file_are_refused(
    tmp_path: Path, questionnaire: Codebook
) -> None:
    path = tmp_path / "published.csv"
    with pytest.raises(PublishedError, match="there is no such file"):
        read_published(path, questionnaire)
    path.write_text("figure,item\na,b\n", encoding="utf-8")
    with pytest.raises(PublishedError, match="columns year, answer, statistic"):
        read_published(path, questionnaire)


def test_a_print_that_does_not_round_half_up_is_refused(collection: Collection) -> None:
    printed = read_published(SHIPPED / "published.csv", collection.codebook)
    assert collection.frame is not None
    at = printed["figure"] == "board.housing.2009"
    truncated = printed.assign(value=printed["value"].mask(at, 62))  # 45 of 72 is 62.5%
    with pytest.raises(PublishedError, match="rounded half_even and half_down"):
        recover(truncated, collection.codebook, collection.frame)
