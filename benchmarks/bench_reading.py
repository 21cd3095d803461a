"""A clean CSV of 200,000 returns of 25 items, read column by column, and cell by cell."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import bench_own_returns
import polars as pl
from measuring import Row, apart

from csm_lib.codebook import read_codebook
from csm_lib.own import check, table
from csm_lib.returns import read_returns, write_returns

RETURNS, OPENERS, LEVELS = 200_000, 20, 5
ITEMS = OPENERS + LEVELS
REPEATS = 3


def make(folder: Path) -> None:
    """Write a codebook and clean returns."""
    with patch.multiple(bench_own_returns, OPENERS=OPENERS, LEVELS=LEVELS):
        bench_own_returns.make(folder, RETURNS)
    codebook = read_codebook(folder / "codebook.csv")
    returns = read_returns(folder / "returns.parquet", codebook)
    write_returns(returns, folder / "returns.csv", codebook)


def by_column(folder: Path) -> None:
    """Read and check the file, and fail if it is read cell by cell."""
    with patch.object(table, "read_table", side_effect=AssertionError):
        _check(folder)


def cell_by_cell(folder: Path) -> None:
    """Read and check the file as one that has something wrong with it."""
    with patch.object(check, "clean_text", return_value=None):
        _check(folder)


def _check(folder: Path) -> None:
    report = check.check_file(folder / "returns.csv", read_codebook(folder / "codebook.csv"))
    if report.returns is None or len(report.returns) != RETURNS:
        raise SystemExit("The returns were not read: the times mean nothing.")


def for_notebooks(folder: Path) -> None:
    """Read the file as a collection that is opened."""
    read_returns(folder / "returns.csv", read_codebook(folder / "codebook.csv"))


def unchecked(folder: Path) -> None:
    """Read the file without a look at what is in it."""
    pl.read_csv(folder / "returns.csv")


def rows() -> Iterator[Row]:
    """Write the file, and measure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        apart(make, folder)
        ours = apart(by_column, folder, repeats=REPEATS)
        what = f"CSV of {RETURNS:,} returns of {ITEMS} items: read and checked"
        yield Row(what, ours, "cell by cell", apart(cell_by_cell, folder))
        theirs = apart(unchecked, folder, repeats=REPEATS)
        yield Row("the same", ours, "Polars, unchecked", theirs)
        clean = apart(for_notebooks, folder, repeats=REPEATS)
        yield Row("the same, opened as a collection", clean, "Polars, unchecked", theirs)
