"""A million returns of 70 items tallied by region, beside a plain way, and by other engines."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from measuring import Row, apart, timed

from csm_lib.aggregate import tally
from csm_lib.codebook import ANSWERS, Codebook, read_codebook
from csm_lib.returns import read_returns

RETURNS, OPENERS, LEVELS = 1_000_000, 55, 15
ITEMS = OPENERS + LEVELS
DRAWN = 100_000
"""So many returns are drawn at once."""
YEARS = (2008, 2009)
PART = 100
"""The plain way is timed on one row in so many: a whole run would need too much memory."""


def make(folder: Path, returns: int) -> None:
    """Write a codebook and returns: yes/no items, some of which open an item of three answers.

    The returns are drawn and written in parts, so that they need not fit into memory.
    """
    lines = ["item,section,label,question,response,years,asked_if"]
    lines += [f"part.q{n},part_{n % 5},Item {n},Is it?,yes_no,2008;2009," for n in range(OPENERS)]
    lines += [f"level.q{n},levels,Level {n},Who?,level,2008;2009,part.q{n}" for n in range(LEVELS)]
    (folder / "codebook.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    rng = np.random.default_rng(20130201)
    first = draw(rng, 0)
    with pq.ParquetWriter(folder / "returns.parquet", first.schema) as file:
        file.write_table(first)
        for start in range(DRAWN, returns, DRAWN):
            file.write_table(draw(rng, start))


def draw(rng: np.random.Generator, start: int) -> pa.Table:
    """Draw some returns, each respondent's of all years, in the types that the file has."""
    half = DRAWN // len(YEARS)

    def chosen(words: Iterable[str], size: int, asked: np.ndarray | None = None) -> pd.Categorical:
        places = rng.integers(0, len(names := list(words)), size)
        places = np.repeat(places, len(YEARS)) if asked is None else np.where(asked, places, -1)
        return pd.Categorical.from_codes(places, names)

    who = pd.Categorical.from_codes(
        np.repeat(np.arange(half), len(YEARS)),
        [f"Place {number:08}" for number in range(start, start + half)],
    )
    columns = {
        "authority": who,
        "year": np.tile(np.array(YEARS, dtype=np.int64), half),
        "region": chosen([f"Region {n}" for n in range(9)], half),
        "authority_type": chosen(["County", "City"], half),
    }
    for n in range(OPENERS):
        answer = rng.integers(0, 20, DRAWN)
        columns[f"part.q{n}"] = pd.arrays.BooleanArray(answer < 11, answer == 19)
    for n in range(LEVELS):
        asked = columns[f"part.q{n}"].to_numpy(bool, na_value=False)
        columns[f"level.q{n}"] = chosen(ANSWERS["level"], DRAWN, asked)
    return pa.Table.from_pandas(pd.DataFrame(columns), preserve_index=False)


def plain(returns: pd.DataFrame) -> pd.Series:
    """Count the answers the plain way: one row for each answer, then grouped."""
    long = returns.melt(["authority", "year", "region", "authority_type"], var_name="item")
    answers = long.dropna(subset="value").astype({"value": "str"})
    return answers.groupby(["item", "year", "region", "value"]).size()


def touched(returns: pd.DataFrame) -> int:
    """Read once every byte that some columns take up in memory: the floor of a tally of them.

    Of a text column these are its letters, where each text starts, and which are missing; of a
    yes/no column its answers, and which are missing.
    """
    total = 0
    for _, column in returns.items():
        array = column.array
        if isinstance(array, pd.arrays.BooleanArray):
            held = [array._data, array._mask]
        elif column.dtype == "str":
            held = [np.frombuffer(part, np.uint8) for part in pa.array(column).buffers() if part]
        else:
            held = [column.to_numpy()]
        for part in held:
            full = part.view(np.uint8)
            total += int(full[: len(full) // 8 * 8].view(np.uint64).max())
    return total


def check(folder: Path) -> None:
    """Read the file and check that it is clean: the door for others' files takes smaller ones."""
    read_returns(folder / "returns.parquet", read_codebook(folder / "codebook.csv"))


def load(folder: Path) -> None:
    """Read the file without a look at what is in it."""
    pd.read_parquet(folder / "returns.parquet")


def rows() -> Iterator[Row]:
    """Write the returns, and measure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        apart(make, folder, RETURNS)
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
    columns = returns[["year", "region", *codebook]]
    floor = timed(lambda: touched(columns))
    times = f"the same: {ours.cpu / floor.cpu:.1f} times the floor"
    yield Row(times, ours, "every byte of its columns read once", floor)
    for name, lazy in (("DuckDB", duckdb.read_parquet), ("Polars", pl.scan_parquet)):
        if not tally(lazy(str(path)), codebook, list(codebook), **by).equals(found):
            raise SystemExit(f"{name} counts otherwise: the times mean nothing.")
        file = timed(lambda lazy=lazy: tally(lazy(str(path)), codebook, list(codebook), **by))
        yield Row(f"the same by {name}, from the file", file, "melt and groupby", slow)
