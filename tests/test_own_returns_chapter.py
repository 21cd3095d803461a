"""What the findings of the walk through own returns carry besides what the page shows."""

from __future__ import annotations

import pytest

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
        "own-withheld",
    )


@pytest.mark.parametrize("key", KEYS)
def test_a_finding_of_the_example_is_called_invented_and_explains_its_columns(key: str) -> None:
    finding = take(key)

    assert finding.label == "Invented returns: an example, not data"
    assert [name for name in finding.data if meaning(key, str(name)) is None] == []


def test_the_repairs_to_take_along_are_those_shown_by_column() -> None:
    repairs = take("own-repairs")
    by_kind = repairs.data.groupby(["found", "becomes"])["count"].sum()

    assert sorted(by_kind) == sorted(repairs.table["cells"])
    assert len(repairs.data) > len(repairs.table)
