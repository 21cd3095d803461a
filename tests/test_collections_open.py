"""The invented collections open, hold what their README says was planted, and little more."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import make_residents
import pandas as pd
import pytest

from csm_lib.codebook import read_codebook
from csm_lib.own import open_collection

FOLDER = Path(__file__).parent / "collections"
MANY = ["councils", "family-hubs", "icb-boards", "residents", "school-staff", "schools-mixed"]
EDGE = ["cross", "crossT", "empty", "multi", "notlast", "one", "ties"]


def returns(folder: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / folder / "returns.csv", dtype=str, keep_default_na=False)


def test_no_folder_of_these_is_left_out() -> None:
    found = sorted(path.parent.name for path in FOLDER.rglob("codebook.csv"))

    assert found == sorted([*MANY, *EDGE, "libraries"])  # of the last, see test_numbers


@pytest.mark.parametrize("folder", [*MANY, *(f"edge/{name}" for name in EDGE)])
def test_a_folder_opens_with_all_its_returns(folder: str) -> None:
    opened = open_collection(FOLDER / folder)

    assert len(opened.returns) == len(returns(folder))
    assert opened.status == "own returns"


def test_the_script_draws_the_same_bytes_again(tmp_path: Path) -> None:
    make_residents.main(tmp_path)

    for name in ("residents", "schools-mixed"):
        again = (tmp_path / name / "returns.csv").read_bytes()
        assert again == (FOLDER / name / "returns.csv").read_bytes()


# -- What was planted ----------------------------------------------------------

Counts = list[tuple[int, int]]

AGREE = ("sa", "a", "ta")
DISAGREE = ("sd", "d")
BLANK = ("",)
LARGE = "year == '2024' and authority_type not in ['Scotland', 'Sui generis']"

PLANTED: list[tuple[str, str, dict[str, Any], Counts]] = [
    ("councils", "housing.3", {}, [(107, 148), (57, 124)]),
    ("councils", "climate.13", {}, [(60, 145), (90, 127)]),
    ("councils", "planning.6", {}, [(52, 148), (68, 122)]),
    ("councils", "planning.11", {}, [(50, 150), (64, 126)]),
    (
        "councils",
        "climate.14",
        {"by": "authority_type", "rows": LARGE},
        [(7, 95), (3, 8), (11, 18)],
    ),
    ("family-hubs", "hub", {}, [(4, 10), (5, 11), (7, 12), (10, 12), (10, 10)]),
    ("family-hubs", "remote", {}, [(1, 10), (10, 11), (10, 12), (3, 12), (2, 10)]),
    ("family-hubs", "board_parents", {}, [(6, 9), (6, 11), (6, 12), (5, 12), (3, 9)]),
    ("family-hubs", "perinatal", {}, [(1, 4), (1, 5), (1, 7), (4, 10), (7, 10)]),
    ("icb-boards", "m_ph", {}, [(27, 42), (18, 39)]),
    ("icb-boards", "m_mh", {}, [(27, 42), (34, 39)]),
    ("icb-boards", "m_dcs", {}, [(10, 42), (8, 39)]),
    (
        "icb-boards",
        "m_carer",
        {"by": "region", "group": "London", "rows": "year == '2025'"},
        [(3, 5), (4, 34)],
    ),
    ("icb-boards", "chair_bg: nhs", {"answers": ("nhs",)}, [(20, 42), (12, 39)]),
    ("icb-boards", "chair_bg: lg", {"answers": ("lg",)}, [(9, 42), (15, 39)]),
    ("school-staff", "q1", {"answers": DISAGREE}, [(221, 308)]),
    ("school-staff", "q8", {"answers": AGREE}, [(262, 313)]),
    (
        "school-staff",
        "q11",
        {"answers": AGREE, "by": "authority_type", "group": "Academy"},
        [(75, 244), (54, 68)],
    ),
    (
        "school-staff",
        "q10",
        {"answers": AGREE, "by": "region", "group": "North"},
        [(21, 93), (134, 223)],
    ),
    ("school-staff", "q13: sa", {"answers": ("sa",)}, [(50, 218)]),
    ("school-staff", "q13: sd", {"answers": ("sd",)}, [(82, 218)]),
    ("school-staff", "q13: blank", {"answers": BLANK}, [(102, 320)]),
    ("residents", "life.ehealth", {}, [(65, 259), (104, 252), (151, 255)]),
    ("residents", "life.unsafe", {}, [(145, 254), (114, 255), (85, 260)]),
    ("residents", "views.listens", {"answers": AGREE}, [(150, 256), (120, 250), (101, 260)]),
    (
        "residents",
        "life.library",
        {"by": "authority_type"},
        [(69, 247), (57, 219), (96, 196), (69, 106)],
    ),
    ("residents", "life.savings: blank", {"answers": BLANK}, [(84, 262), (78, 257), (96, 264)]),
    ("schools-mixed", "day.breakfast", {}, [(33, 89), (59, 82)]),
    ("schools-mixed", "inclusion", {}, [(284, 704), (329, 661)]),
]
"""What the README names, where it is to be found, and by group those that count and their base."""

planted = pytest.mark.parametrize(
    ("folder", "name", "where", "expected"), PLANTED, ids=[f"{one[0]}-{one[1]}" for one in PLANTED]
)


def drawn(
    folder: str,
    name: str,
    answers: tuple[str, ...] = ("yes",),
    by: str = "year",
    group: str = "",
    rows: str = "",
) -> Counts:
    """By group, or for one group and all others: how many gave the answers, and how many any.

    The name is that of an item or of a section, all of whose answers are then counted.
    """
    found = returns(folder)
    name = name.partition(":")[0]
    items = [one for one in found if one == name or one.startswith(f"{name}.")]
    cells = (found.query(rows) if rows else found).melt(["year", "region", "authority_type"], items)
    cells = cells if answers == BLANK else cells[cells["value"] != ""]
    groups = cells[by] != group if group else cells[by]
    return [(int(of.sum()), len(of)) for _, of in cells["value"].isin(answers).groupby(groups)]


@planted
def test_what_was_planted_stands_in_the_returns(
    folder: str, name: str, where: dict[str, Any], expected: Counts
) -> None:
    assert drawn(folder, name, **where) == expected


@planted
def test_the_table_of_the_readme_tells_it(
    folder: str, name: str, where: dict[str, Any], expected: Counts
) -> None:
    del where
    readme = (FOLDER / "README.md").read_text("utf-8")
    (row,) = re.findall(rf"^\| `{folder}` \| `{re.escape(name)}` \| .* \| (.*) \|$", readme, re.M)
    told = row.partition("(planned")[0]

    assert re.findall(r"(\d+)%", told) == [f"{100 * count / base:.0f}" for count, base in expected]


def test_the_table_of_the_readme_tells_nothing_else() -> None:
    readme = (FOLDER / "README.md").read_text("utf-8")

    told = re.findall(r"^\| `(.+?)` \| `(.+?)` \|", readme, re.M)

    assert told == [(folder, name) for folder, name, _, _ in PLANTED]


# -- Who answered, and what was left alone -------------------------------------


@pytest.mark.parametrize(
    ("folder", "sizes", "twice"),
    [
        ("councils", [150, 127], 127),
        ("icb-boards", [42, 39], 39),
        ("residents", [262, 257, 264], 0),
        ("schools-mixed", [90, 84], 45),
        ("edge/cross", [20, 20], 0),
    ],
)
def test_as_many_answer_and_answer_again_as_the_readme_says(
    folder: str, sizes: list[int], twice: int
) -> None:
    found = returns(folder)

    assert found.groupby("year").size().to_list() == sizes
    assert found["authority"].duplicated().sum() == twice


@pytest.mark.parametrize(
    ("folder", "region", "sizes"),
    [
        ("councils", "Scotland", [3, 3]),
        ("councils", "Isles", [1, 1]),
        ("schools-mixed", "Isle of Sarn", [2, 2]),
    ],
)
def test_a_region_that_is_a_trap_holds_few(folder: str, region: str, sizes: list[int]) -> None:
    found = returns(folder)

    assert found[found["region"] == region].groupby("year").size().to_list() == sizes


@pytest.mark.parametrize(
    ("folder", "moved"),
    [
        ("residents", {"life.ehealth", "life.unsafe", "views.listens"}),
        ("schools-mixed", {"day.breakfast"}),
    ],
)
def test_nothing_moves_by_13_points_but_what_was_planted(folder: str, moved: set[str]) -> None:
    yes = {"yes_no": ("yes",), "agree": AGREE, "satisfied": ("vs", "fs")}
    found = set()
    for item in read_codebook(FOLDER / folder / "codebook.csv").values():
        each = [yes[item.response]] if item.response in yes else [(one,) for one in item.answers]
        for answers in each:
            shares = [count / base for count, base in drawn(folder, item.item, answers)]
            if abs(shares[-1] - shares[0]) >= 0.13:
                found.add(item.item)

    assert found == moved


def test_each_item_of_the_section_that_rises_together_rises_by_5_to_13_points() -> None:
    items = [item for item in returns("schools-mixed") if item.startswith("inclusion.")]
    rises = []
    for item in items:
        (before, base), (after, new_base) = drawn("schools-mixed", item)
        rises.append(after / new_base - before / base)

    assert len(rises) == 8
    assert min(rises) > 0.05
    assert max(rises) < 0.13
