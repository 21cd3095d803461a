"""Tally ever more returns by engines that read the file as they count: ``make scale``.

The file is the same for all, and so must their tallies be. What each took, in a process of its own,
is printed, and written to the table of the page *When the data outgrow one machine*.
"""

from __future__ import annotations

import csv
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
from bench_own_returns import ITEMS, make
from measuring import Cost, Row, apart, table

from csm_lib.aggregate import tally
from csm_lib.codebook import read_codebook

SIZES = (1_000_000, 10_000_000)
HEAD = ("Returns", "Engine", "CPU s", "Clock s", "MB")
TABLE = Path(__file__).parents[1] / "book" / "scale.csv"


def count(frame: object, folder: Path) -> None:
    """Tally all items by region, whatever holds the returns, and keep the tally for comparison."""
    codebook = read_codebook(folder / "codebook.csv")
    tally(frame, codebook, list(codebook), by=["region"]).to_pickle(folder / "tally.pkl")


def by_pandas(folder: Path) -> None:
    """Load the columns whole."""
    items = read_codebook(folder / "codebook.csv")
    columns = ["year", "region", *items]
    count(pd.read_parquet(folder / "returns.parquet", columns=columns), folder)


def by_duckdb(folder: Path) -> None:
    """Let DuckDB read the file."""
    duckdb.execute("SET enable_progress_bar = false")
    count(duckdb.read_parquet(str(folder / "returns.parquet")), folder)


def by_polars(folder: Path) -> None:
    """Let Polars read the file."""
    count(pl.scan_parquet(folder / "returns.parquet"), folder)


def by_pyspark(folder: Path) -> None:
    """Let Spark read the file, on this machine, and wait until its Java has ended."""
    from pyspark.sql import SparkSession

    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.memory": "1g",
    }
    spark = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
    try:
        count(spark.read.parquet(str(folder / "returns.parquet")), folder)
    finally:
        gateway = spark.sparkContext._gateway
        spark.stop()
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait()


ENGINES = {"DuckDB": by_duckdb, "Polars": by_polars, "PySpark": by_pyspark}


def measured(size: int) -> Iterator[tuple[str, Cost]]:
    """Yield what each engine took, pandas first; stop where two of them disagree."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"{size:,} returns of {ITEMS} items ...", file=sys.stderr, flush=True)
        yield "written", apart(make, folder, size)
        yield "pandas", apart(by_pandas, folder)
        expected = pd.read_pickle(folder / "tally.pkl")
        for engine, task in ENGINES.items():
            (folder / "tally.pkl").unlink()
            yield engine, apart(task, folder)
            if not pd.read_pickle(folder / "tally.pkl").equals(expected):
                raise SystemExit(f"{engine} counts otherwise than pandas: the times mean nothing.")


def main() -> None:
    """Measure, print the table, and write it for the page."""
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise SystemExit(
            "PySpark needs Java 17 or newer, which is not here. "
            "On Debian and Ubuntu: apt install openjdk-17-jre-headless"
        )
    rows, lines = [], []
    for size in SIZES:
        costs = dict(measured(size))
        for engine in ENGINES:
            rows.append(
                Row(f"{size:,} returns, {engine}", costs[engine], "pandas", costs["pandas"])
            )
        for engine in ("pandas", *ENGINES):
            told = (f"{figure:,.0f}" for figure in costs[engine])
            lines.append((f"{size:,}", engine, *told))
    print(table(rows))
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        written = csv.writer(file, lineterminator="\n")
        written.writerow(HEAD)
        written.writerows(lines)


if __name__ == "__main__":
    main()
