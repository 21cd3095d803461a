"""What the findings of the walk through own returns carry besides what the page shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_chapters import _over

from csm_lib.download import meaning
from csm_lib.notebooks import FOLDER, keys, take

KEYS = keys(FOLDER / "own_returns.ipynb")


def test_each_step_of_the_walk_makes_a_finding() -> None:
    assert KEYS == (
        "own-files",
        "own-form",
        "own-crosswalk",
        "own-faults",
        "own-repairs",
        "own-compared",
        "own-falling",
        "falling",
        "own-withheld",
    )


@pytest.mark.parametrize("key", [key for key in KEYS if key != "falling"])
def test_a_finding_of_the_example_is_called_invented_and_explains_its_columns(key: str) -> None:
    finding = take(key)

    assert finding.label == "Invented returns: an example, not data"
    assert [name for name in finding.data if meaning(key, str(name)) is None] == []


def test_the_repairs_to_take_along_are_those_shown_by_column() -> None:
    repairs = take("own-repairs")
    by_kind = repairs.data.groupby(["found", "becomes"])["count"].sum()

    assert sorted(by_kind) == sorted(repairs.table["cells"])
    assert len(repairs.data) > len(repairs.table)


def test_the_falls_in_the_paper_are_told_with_what_its_totals_bear() -> None:
    falling = take("falling")
    data = falling.data.set_index("item")
    fell = data[data["direction"] < 0]

    assert falling.title == (
        "13 of 24 items fell, none beyond chance whoever moved; palliative care fell most, "
        "from 26% to 16%"
    )
    assert falling.base == (
        "shares: all that answered, 72 to 74 of 74 authorities; test: 70 to 74 that answered in "
        "both years"
    )
    assert (len(data), len(fell)) == (24, 13)
    # if six stopped and none began, p is 2 in 64; if five, 2 in 32
    assert fell.index[fell["verdict"] == "depends"].tolist() == [
        "commissioning.palliative_care",
        "commissioning.complex_and_continuing_care",
        "board.children_and_families",
    ]
    assert set(fell["holm_verdict"]) == {"never"}
    assert falling.table["authorities fewer"].tolist() == [
        "7", "6", "5 to 6", "5", "5", "5", "3", "3", "3", "1 to 2", "1", "1", "1",
    ]  # fmt: skip


def test_the_falls_in_the_paper_are_of_the_paper_and_explain_their_columns() -> None:
    falling = take("falling")

    assert falling.source.startswith("Devanney and Wistow (2013), Table 1")
    assert falling.label == ""
    assert falling.status == {"recovered": 18, "assumed": 6}
    assert [name for name in falling.data if meaning("falling", str(name)) is None] == []


def test_a_fall_that_no_account_can_put_down_to_chance_is_told_in_the_title(
    tmp_path: Path,
) -> None:
    falling = _over("own_returns", tmp_path, {"commissioning.camhs": 0})["falling"]

    assert falling.title == (
        "13 of 24 items fell, one beyond chance whoever moved; CAMHS fell most, from 91% to 0%"
    )
    assert falling.table.iloc[0].tolist() == [
        "CAMHS", "91% (67 of 74)", "0% (0 of 74)", "67", "yes, whoever moved", "yes, whoever moved",
    ]  # fmt: skip
    assert falling.status["drawn"] == 1
