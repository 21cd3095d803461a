"""Returns in their clean form, as notebooks read them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from small import item

from csm_lib.codebook import Codebook
from csm_lib.errors import ReturnsError
from csm_lib.own import check
from csm_lib.returns import read_returns, write_returns

HEAD = "authority,year,region,authority_type,board.seat,board.level,board.chair\n"


@pytest.fixture
def codebook() -> Codebook:
    items = [
        item("board.seat"),
        item("board.level", response="stage", asked_if="board.seat"),
        item("board.chair", years=(2022,)),
    ]
    return Codebook({one.item: one for one in items}, Path("codebook.csv"), {})


def written(folder: Path, rows: str, head: str = HEAD) -> Path:
    path = folder / "returns.csv"
    path.write_text(head + rows, "utf-8")
    return path


def test_yes_no_and_nothing_are_three_things(tmp_path: Path, codebook: Codebook) -> None:
    rows = "B,2022,North,County,yes,draft,no\nB,2021,North,County,,,\nA,2021,,,no,,\n"
    found = read_returns(written(tmp_path, rows), codebook)
    assert found["authority"].tolist() == ["A", "B", "B"]
    assert found["year"].tolist() == [2021, 2021, 2022]
    assert found["region"].isna().tolist() == [True, False, False]
    assert found["board.seat"].tolist() == [False, pd.NA, True]
    assert found["board.level"].dropna().tolist() == ["draft"]
    assert str(found["board.seat"].dtype) == "boolean"


def test_a_column_that_nobody_answered_may_be_left_out(tmp_path: Path, codebook: Codebook) -> None:
    head = "authority,year,region,authority_type,board.seat\n"
    found = read_returns(written(tmp_path, "A,2021,,,yes\n", head), codebook)
    assert list(found)[4:] == ["board.seat", "board.level", "board.chair"]
    assert found["board.chair"].isna().all()


@pytest.mark.parametrize("name", ["again.csv", "again.parquet"])
def test_what_is_written_is_read_and_is_what_the_door_makes_of_it(
    tmp_path: Path, codebook: Codebook, name: str
) -> None:
    rows = "A,2021,North,,yes,none,\nA,2022,North,,no,,yes\nB,2022,,County,,,no\n"
    path = written(tmp_path, rows)
    found = read_returns(path, codebook)
    pd.testing.assert_frame_equal(found, check.read_returns(path, codebook))
    write_returns(found, tmp_path / name, codebook)
    pd.testing.assert_frame_equal(read_returns(tmp_path / name, codebook), found)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            "A,2021,,,Yes,,\n",
            "line 2, column 'board.seat': 'Yes' is none of yes, no. Use one, or none",
        ),
        ("A,2021,,,,,\nA,2020,,,,,\n", "line 3, column 'year': '2020' is none of 2021, 2022, 2023"),
        (" ,2021,,,,,\n", "line 2, column 'authority': ' ' is empty"),
        ("A,2021,,,,,\nA,2021,,,,,\n", "line 3, column 'authority': 'A' stands in line 2 already"),
        ("A,2021,,,,,yes\n", "line 2, column 'board.chair': 'yes' was not asked"),
        ("A,2021,,,no,draft,\n", "line 2, column 'board.level': 'draft' was not asked"),
        ("A,2021,,,,draft,\n", "line 2, column 'board.level': 'draft' was not asked"),
        ("A,2021,East,,,,\n", "line 2, column 'region': 'East' is none of North"),
    ],
)
def test_what_is_not_clean_is_refused_with_its_place_and_the_way_to_mend_it(
    tmp_path: Path, codebook: Codebook, rows: str, told: str
) -> None:
    frame = pd.DataFrame({"region": ["North"], "authority_type": ["County"]})
    with pytest.raises(ReturnsError) as caught:
        read_returns(written(tmp_path, rows), codebook, frame=frame)
    for part in (told, "python -m csm_lib check"):
        assert part in str(caught.value)


def test_a_column_that_is_no_item_is_refused(tmp_path: Path, codebook: Codebook) -> None:
    head = HEAD.replace("board.level", "Q7")
    with pytest.raises(ReturnsError, match=r"'Q7' is no item of the codebook\.\n.*csm_lib check"):
        read_returns(written(tmp_path, "A,2021,,,,x,\n", head), codebook)


def test_a_file_that_is_no_parquet_is_refused_by_name_with_the_remedy(
    tmp_path: Path, codebook: Codebook
) -> None:
    path = tmp_path / "returns.parquet"
    path.write_bytes(b"authority,year\n")
    with pytest.raises(ReturnsError, match=r"returns\.parquet: .*Write it"):
        read_returns(path, codebook)
