"""Time reading, checking and tallying a million returns of 70 items, beside a plain way to tally.

The same tally is then timed over the Parquet file, by engines that read it as they count.

Run it from the root: ``python benchmarks/bench_own_returns.py``. It writes about 20 MB of Parquet
to a temporary folder.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import duckdb
import numpy as np
import pandas as pd
import polars as pl

from csm_lib.aggregate import tally
from csm_lib.codebook import ANSWERS, read_codebook
from csm_lib.own.check import check_file
from csm_lib.returns import write_returns

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


def memory() -> float:
    """Return the most memory this process and the one it reads in ever held, in GB."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(resource.getrusage(one).ru_maxrss for one in who) / 1024**2


def measure(folder: Path) -> None:
    """Read, check and tally; print what each took."""
    codebook = read_codebook(folder / "codebook.csv")
    start = perf_counter()

    def progress(what: str) -> None:
        print(f"  {perf_counter() - start:5.2f} s  {what}", file=sys.stderr)

    report = check_file(folder / "returns.parquet", codebook, progress=progress)
    checked = perf_counter() - start
    if report.returns is None or len(report.returns) != RETURNS:
        raise SystemExit("The returns were not read: the times mean nothing.")
    rows = tally(report.returns, codebook, list(codebook), by=["region"])
    total = perf_counter() - start
    print(f"{RETURNS:,} returns of {ITEMS} items, {report.warnings:,} warnings")
    print(f"  read and check   {checked:6.2f} s")
    print(f"  tally by region  {total - checked:6.2f} s, {len(rows):,} rows")
    print(f"  together         {total:6.2f} s (limit 10 s)")
    print(f"  most memory      {memory():6.2f} GB (limit 4 GB)")

    part = report.returns.iloc[::PART]
    start = perf_counter()
    counted = plain(part)
    slow = (perf_counter() - start) * PART
    yes = tally(part, codebook, list(codebook), by=["region"])["yes"].sum()
    if counted.drop("False", level="value").sum() != yes:
        raise SystemExit("The two ways to tally disagree: the times mean nothing.")
    start = perf_counter()
    tally(report.returns, codebook, list(codebook), by=["region"])
    fast = perf_counter() - start
    print(f"  melt and groupby {slow:6.2f} s (one return in {PART}, times {PART})")
    print(f"  ratio            {slow / fast:6.1f} (tally alone)")

    path = str(folder / "returns.parquet")
    for name, lazy in (("DuckDB", duckdb.read_parquet(path)), ("Polars", pl.scan_parquet(path))):
        start = perf_counter()
        same = tally(lazy, codebook, list(codebook), by=["region"])
        print(f"  {name}, file     {perf_counter() - start:6.2f} s")
        if not same.equals(rows):
            raise SystemExit(f"{name} counts otherwise: the times mean nothing.")


def main() -> None:
    """Make the file and measure, each in a process whose memory is that of its work alone."""
    with tempfile.TemporaryDirectory() as name:
        for step in ("make", "measure"):
            subprocess.run([sys.executable, __file__, step, name], check=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        {"make": make, "measure": measure}[sys.argv[1]](Path(sys.argv[2]))
    else:
        main()
