"""Each broken file gets the report it must get, and no traceback.

A case is a folder in ``tests/broken``: the file, or a function of that name in `broken_files`
that builds it; ``expected.csv`` with the faults that must be reported, all of them and no other,
or ``error.txt`` with words the error must hold; ``repairs.csv`` with the repairs that must be
offered, where there are any. ``columns.csv`` there is the file's crosswalk and ``frame.csv`` its
frame.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from broken_files import BUILDERS, FOLDER

from csm_lib.codebook import read_codebook
from csm_lib.errors import CollectionError
from csm_lib.frame import read_frame
from csm_lib.own.check import check_file, read_returns
from csm_lib.own.report import Report

CASES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
FAULT = ["severity", "rule", "sheet", "row", "column", "value"]
CODEBOOK = read_codebook(FOLDER / "codebook.csv")
REPAIR = ["column", "found", "becomes", "count"]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("broken")


def file_of(case: str, scratch: Path) -> Path:
    """The broken file of a case: where it lies, or built anew."""
    if case not in BUILDERS:
        return next((FOLDER / case).glob("returns.*"))
    suffix, build = BUILDERS[case]
    path = scratch / f"returns{suffix}"
    build(path)
    return path


@cache
def checked(case: str, scratch: Path) -> Report:
    """The report on a case, which two tests look at."""
    folder = FOLDER / case
    crosswalk = frame = None
    if (folder / "columns.csv").exists():
        crosswalk = folder / "columns.csv"
    if (folder / "frame.csv").exists():
        frame = read_frame(folder / "frame.csv")
    (scratch / case).mkdir()
    return check_file(file_of(case, scratch / case), CODEBOOK, crosswalk=crosswalk, frame=frame)


def rows_of(path: Path) -> list[tuple[str, ...]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [tuple(row) for row in list(csv.reader(file))[1:]]


def as_rows(table: pd.DataFrame, columns: list[str]) -> list[tuple[str, ...]]:
    text = table[columns].astype(object).where(table[columns].notna(), "")
    return [tuple(map(str, row)) for row in text.itertuples(index=False, name=None)]


def errors_expected(case: str) -> bool:
    return (FOLDER / case / "error.txt").exists()


def test_there_are_at_least_sixty_and_each_says_what_is_expected() -> None:
    assert len(CASES) >= 60
    assert set(BUILDERS) <= set(CASES)
    for case in CASES:
        named = {path.name for path in (FOLDER / case).iterdir()}
        assert len(named & {"expected.csv", "error.txt"}) == 1, case
        assert (case in BUILDERS) != any(name.startswith("returns.") for name in named), case


@pytest.mark.parametrize("case", [case for case in CASES if not errors_expected(case)])
def test_a_broken_file_gets_the_report_it_must_get(case: str, scratch: Path) -> None:
    report = checked(case, scratch)

    assert sorted(as_rows(report.faults, FAULT)) == sorted(rows_of(FOLDER / case / "expected.csv"))
    assert sorted(as_rows(report.repairs, REPAIR)) == sorted(rows_of(FOLDER / case / "repairs.csv"))
    stopped = report.errors > 0 or len(report.repairs) > 0
    assert (report.returns is None) == stopped
    assert report.faults["expected"].ne("").all()
    assert report.faults["remedy"].str.endswith((".", "?")).all()


@pytest.mark.parametrize("case", [case for case in CASES if errors_expected(case)])
def test_a_file_that_cannot_be_read_ends_in_one_clear_error(case: str, scratch: Path) -> None:
    with pytest.raises(CollectionError) as raised:
        checked(case, scratch)

    for words in (FOLDER / case / "error.txt").read_text("utf-8").splitlines():
        assert words in str(raised.value)
    assert len(str(raised.value)) < 2_000


@pytest.mark.parametrize("case", [case for case in CASES if not errors_expected(case)])
def test_a_report_shows_what_the_file_holds_and_runs_none_of_it(case: str, scratch: Path) -> None:
    report = checked(case, scratch)

    assert not re.search(r"<(script|img|iframe|svg)\b", report.html)
    assert not any(ord(mark) < 32 and mark != "\n" for mark in str(report))
    cells = [cell for row in csv.reader(report.csv.splitlines()) for cell in row]
    assert not [cell for cell in cells if re.match(r"[=+@\t]|-[^\d]", cell)]


def test_the_table_they_are_made_from_has_no_fault() -> None:
    report = check_file(FOLDER / "valid.csv", CODEBOOK)

    assert report.ok
    assert report.faults.empty
    assert report.returns is not None
    assert len(report.returns) == 6


def test_a_broken_file_is_never_read_as_returns(tmp_path: Path) -> None:
    with pytest.raises(CollectionError, match="perhaps"):
        read_returns(file_of("unknown_answer", tmp_path), CODEBOOK)
