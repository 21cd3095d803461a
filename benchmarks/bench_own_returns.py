"""A million returns of 70 items tallied by region, beside a plain way, and by other engines."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
from measuring import Row, apart, timed

from csm_lib.aggregate import tally
from csm_lib.codebook import ANSWERS, Codebook, read_codebook
from csm_lib.own.check import check_file
from csm_lib.returns import read_returns, write_returns

RETURNS, ITEMS, LEVELS = 1_000_000, 70, 15
YEARS = (2008, 2009)
PART = 100
"""The plain way is timed on one row in so many: a whole run would need too much memory."""


def make(folder: Path) -> None:
    """Write a codebook and returns: yes/no items, some of which open an item of three answers."""
    rng = np.random.default_rng(20130201)
    lines = ["item,section,label,question,response,years,asked_if"]
    openers = ITEMS - LEVELS
    lines += [f"q{n},part_{n % 5},Item {n},Is it?,yes_no,2008;2009," for n in range(openers)]
    lines += [f"level{n},levels,Level {n},Who?,level,2008;2009,q{n}" for n in range(LEVELS)]
    (folder / "codebook.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    half = RETURNS // len(YEARS)
    who = np.repeat(np.array([f"Place {n:06}" for n in range(half)]), len(YEARS))
    columns = {
        "authority": pd.Series(who, dtype="str"),
        "year": np.tile(np.array(YEARS, dtype=np.int64), half),
        "region": pd.Series(np.repeat(_choose(rng, [f"Region {n}" for n in range(9)], half), 2)),
        "authority_type": pd.Series(np.repeat(_choose(rng, ["County", "City"], half), 2)),
    }
    for n in range(openers):
        answer = rng.choice(3, RETURNS, p=[0.55, 0.4, 0.05])
        columns[f"q{n}"] = pd.Series(pd.arrays.BooleanArray(answer == 0, answer == 2))
    for n in range(LEVELS):
        level = _choose(rng, list(ANSWERS["level"]), RETURNS)
        level[~columns[f"q{n}"].fillna(False).to_numpy(dtype=bool)] = None
        columns[f"level{n}"] = pd.Series(level, dtype="str")
    codebook = read_codebook(folder / "codebook.csv")
    write_returns(pd.DataFrame(columns), folder / "returns.parquet", codebook)


def _choose(rng: np.random.Generator, words: list[str], size: int) -> np.ndarray:
    return np.array(words, dtype=object)[rng.integers(0, len(words), size)]


def plain(returns: pd.DataFrame) -> pd.Series:
    """Count the answers the plain way: one row for each answer, then grouped."""
    long = returns.melt(["authority", "year", "region", "authority_type"], var_name="item")
    answers = long.dropna(subset="value").astype({"value": "str"})
    return answers.groupby(["item", "year", "region", "value"]).size()


def check(folder: Path) -> None:
    """Read and check the file."""
    report = check_file(folder / "returns.parquet", read_codebook(folder / "codebook.csv"))
    if report.returns is None or len(report.returns) != RETURNS:
        raise SystemExit("The returns were not read: the times mean nothing.")


def load(folder: Path) -> None:
    """Read the file without a look at what is in it."""
    pd.read_parquet(folder / "returns.parquet")


def rows() -> Iterator[Row]:
    """Write the returns, and measure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        apart(make, folder)
        what = f"{RETURNS:,} returns of {ITEMS} items: read and checked, Parquet"
        yield Row(what, apart(check, folder), "pandas, unchecked", apart(load, folder))
        codebook = read_codebook(folder / "codebook.csv")
        yield from tallied(folder / "returns.parquet", codebook)


def tallied(path: Path, codebook: Codebook) -> Iterator[Row]:
    """Measure the tally in memory, and by engines that read the file as they count."""
    returns = read_returns(path, codebook)
    by = {"by": ["region"]}
    found = tally(returns, codebook, list(codebook), **by)
    part = returns.iloc[::PART]
    counted = plain(part).drop("False", level="value").sum()
    if counted != tally(part, codebook, list(codebook), **by)["yes"].sum():
        raise SystemExit("The two ways to tally disagree: the times mean nothing.")
    slow = timed(lambda: plain(part)).times(PART)
    ours = timed(lambda: tally(returns, codebook, list(codebook), **by))
    yield Row("the same tallied by region, in memory", ours, "melt and groupby", slow)
    for name, lazy in (("DuckDB", duckdb.read_parquet), ("Polars", pl.scan_parquet)):
        if not tally(lazy(str(path)), codebook, list(codebook), **by).equals(found):
            raise SystemExit(f"{name} counts otherwise: the times mean nothing.")
        file = timed(lambda lazy=lazy: tally(lazy(str(path)), codebook, list(codebook), **by))
        yield Row(f"the same by {name}, from the file", file, "melt and groupby", slow)
