"""The invented example is rebuilt byte for byte, opens, and says the same in every form."""

from __future__ import annotations

import importlib.util
import re
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import openpyxl
import pandas as pd
import pytest
from frictionless import Package

from csm_lib.codebook import Codebook, read_codebook
from csm_lib.collection import Collection, open_collection
from csm_lib.errors import ReturnsError
from csm_lib.own.check import check_file, read_returns
from csm_lib.own.report import Report
from csm_lib.status import INVENTED

FOLDER = Path(__file__).parent.parent / "examples" / "partnership-board"
MESSY = FOLDER / "messy"
MADE = [
    "codebook.csv",
    "answers.csv",
    "sections.csv",
    "returns.csv",
    "datapackage.json",
    "messy/columns.csv",
    "messy/columns-sav.csv",
    "messy/returns.sav",
]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_example", FOLDER / "make_example.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_example"] = module  # dataclasses look their module up by name
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def again(script: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("again")
    script.main(folder)
    return folder


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return read_codebook(FOLDER / "codebook.csv")


@pytest.fixture(scope="module")
def example() -> Collection:
    return open_collection(FOLDER)


@pytest.fixture(scope="module")
def truth(codebook: Codebook) -> pd.DataFrame:
    return read_returns(FOLDER / "returns.csv", codebook)


def from_workbook(path: Path, codebook: Codebook, *, repair: bool) -> Report:
    crosswalk = MESSY / "columns.csv"
    return check_file(path, codebook, crosswalk=crosswalk, repair=repair)


# -- It is rebuilt ------------------------------------------------------------


@pytest.mark.parametrize("name", MADE)
def test_a_file_is_rebuilt_byte_for_byte(name: str, again: Path) -> None:
    assert (again / name).read_bytes() == (FOLDER / name).read_bytes()


def test_the_workbook_is_rebuilt_byte_for_byte_within_its_zip(again: Path) -> None:
    # how tightly a zip is packed is up to the zlib of the machine
    with (
        zipfile.ZipFile(again / "messy/returns.xlsx") as new,
        zipfile.ZipFile(MESSY / "returns.xlsx") as old,
    ):
        assert new.namelist() == old.namelist()
        assert [new.read(name) for name in new.namelist()] == [
            old.read(name) for name in old.namelist()
        ]


def test_nothing_lies_in_the_folder_that_is_not_made_or_written_by_hand() -> None:
    found = {p.relative_to(FOLDER).as_posix() for p in FOLDER.rglob("*") if p.is_file()}
    found = {name for name in found if "__pycache__" not in name}

    assert found == {*MADE, "messy/returns.xlsx", "README.md", "make_example.py"}


def test_the_files_are_small() -> None:
    assert max(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 100_000


# -- It is what it says -------------------------------------------------------


def test_it_is_called_invented_wherever_it_goes(example: Collection) -> None:
    assert example.status == INVENTED
    assert "invented example" in example.title
    assert "nvented" in example.label
    assert "nvented" in example.about


def test_it_has_three_waves_of_up_to_42_partnerships(example: Collection) -> None:
    answered = example.returns.groupby("year")["authority"].nunique()

    assert answered.to_dict() == {2022: 40, 2023: 41, 2024: 41}
    assert example.size == 42
    assert (example.one, example.many) == ("partnership", "partnerships")


def test_an_item_was_added_and_one_dropped(codebook: Codebook) -> None:
    assert codebook["membership.family_hubs"].years == (2023, 2024)
    assert codebook["membership.careers"].years == (2022, 2023)


def test_joint_commissioning_falls_from_wave_to_wave(example: Collection) -> None:
    items = list(example.codebook.section("pooled"))
    shares = [
        example.returns.loc[example.returns["year"] == year, items].astype("Float64").mean().mean()
        for year in example.years
    ]

    assert shares[0] > shares[1] > shares[2]


def test_some_cells_are_withheld_and_most_are_not(example: Collection) -> None:
    rows = example.tally(list(example.codebook))
    withheld = rows["status"].eq("withheld").groupby([rows["item"], rows["year"]]).any()

    assert example.threshold == 3
    assert 5 <= withheld.sum() <= len(withheld) / 5


def test_its_descriptor_is_valid() -> None:
    package = Package(str(FOLDER / "datapackage.json"))
    result = package.validate()

    assert result.valid, result.flatten(["rowNumber", "fieldName", "message"])


def test_it_names_no_real_place(example: Collection) -> None:
    assert set(example.returns["region"]) == {"Uplands", "Lowlands", "Coast"}
    assert set(example.returns["authority_type"]) == {"City", "County"}
    assert all(re.fullmatch(r"P\d\d", name) for name in example.returns["authority"])


# -- It says the same in every form -------------------------------------------


def test_the_returns_have_no_fault_and_two_oddities(codebook: Codebook) -> None:
    report = check_file(FOLDER / "returns.csv", codebook)

    assert report.errors == 0
    assert set(report.faults["rule"]) == {"ticked_row", "wave_gap"}


def test_the_spss_file_holds_exactly_the_returns(codebook: Codebook, truth: pd.DataFrame) -> None:
    crosswalk = MESSY / "columns-sav.csv"
    found = read_returns(MESSY / "returns.sav", codebook, crosswalk=crosswalk)

    pd.testing.assert_frame_equal(found, truth)


def test_the_workbook_has_exactly_the_planted_faults(codebook: Codebook) -> None:
    report = from_workbook(MESSY / "returns.xlsx", codebook, repair=True)

    errors = report.faults[report.faults["severity"] == "error"]
    found = set(errors[["rule", "sheet", "column", "value"]].itertuples(index=False, name=None))
    assert found == {
        ("not_asked", "2022", "Q2j Family hubs on board?", "Yes"),
        ("unknown_answer", "2023", "Q5j Short breaks - pooled/joint?", "partly"),
        ("near_duplicate", "2024", "Partnership", "p07"),
    }
    assert report.errors == 3
    assert set(report.faults["rule"]) - set(errors["rule"]) == {"ticked_row", "wave_gap"}
    assert report.returns is None


def test_the_workbook_offers_repairs_and_makes_none_unasked(codebook: Codebook) -> None:
    report = from_workbook(MESSY / "returns.xlsx", codebook, repair=False)

    offered = set(zip(report.repairs["found"], report.repairs["becomes"], strict=True))
    assert {("Y", "yes"), ("TRUE", "yes"), ("1", "yes"), (" Yes", "yes"), ("NO", "no")} <= offered
    assert {("FALSE", "no"), ("0", "no"), ("No ", "no"), ("Coast ", "Coast")} <= offered
    assert ("Senior manager", "manager") in offered
    assert report.returns is None


def test_the_workbook_mended_by_hand_holds_exactly_the_returns(
    codebook: Codebook, truth: pd.DataFrame, tmp_path: Path
) -> None:
    faults = from_workbook(MESSY / "returns.xlsx", codebook, repair=True).faults
    faults = faults[faults["severity"] == "error"]
    right = {"Yes": None, "partly": None, "p07": "P07"}
    wanted = truth.set_index(["authority", "year"]).loc[("P12", 2023), "pooled.short_breaks"]
    right["partly"] = "yes" if wanted else "no"

    book = openpyxl.load_workbook(MESSY / "returns.xlsx")
    for fault in faults.to_dict("records"):
        sheet = book[fault["sheet"]]
        place = [cell.value for cell in sheet[1]].index(fault["column"]) + 1
        cell = sheet.cell(int(fault["row"]), place)
        assert cell.value == fault["value"]
        cell.value = right[fault["value"]]
    book.save(tmp_path / "returns.xlsx")

    report = from_workbook(tmp_path / "returns.xlsx", codebook, repair=True)
    assert report.ok, str(report)
    assert report.returns is not None
    pd.testing.assert_frame_equal(report.returns, truth)


def test_the_workbook_is_refused_as_it_stands(codebook: Codebook) -> None:
    crosswalk = MESSY / "columns.csv"
    with pytest.raises(ReturnsError, match="partly"):
        read_returns(MESSY / "returns.xlsx", codebook, crosswalk=crosswalk, repair=True)
