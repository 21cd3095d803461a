"""Damage many files and read them: `python tests/damage_many.py [HOW MANY] [SEED]`.

The properties of `test_corruption` take turns until so many files were tried, or Ctrl+C. The table
has, by property and form, what became of them, and the seconds of processor that the slowest took.
The exit status is 1 if a property failed (as it does at a traceback and at a silent change) or a
file took over ten seconds.
"""

from __future__ import annotations

import os
import re
import sys
import traceback
from contextlib import suppress
from inspect import signature
from itertools import count
from pathlib import Path
from time import process_time
from typing import Any

import pandas as pd
import test_corruption as small
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from conftest import Readers
from csm_lib.errors import CollectionError
from csm_lib.own import read
from csm_lib.own.check import check_file
from csm_lib.own.report import Report

MOST = 10.0  # seconds of processor for a file
AT_ONCE = 10  # files that a property spoils before the next has its turn
BYTES = re.compile("spoilt|short")  # the names of those that spoil bytes: ten times as many
DRAWN = {"data": st.data(), "text": small.nonsense}
PROPERTIES = {name: test for name, test in vars(small).items() if hasattr(test, "hypothesis")}

readers = Readers()
tried: list[tuple[str, str, str, float]] = []


def seconds() -> float:
    """Seconds of processor that this process has taken, and (on Linux) the readers that ended."""
    stat = Path(f"/proc/{readers.forks.server.pid if readers.forks.server else 0}/stat")
    ended = stat.read_text().rpartition(")")[2].split()[13:15] if stat.exists() else ()
    return process_time() + sum(map(int, ended)) / os.sysconf("SC_CLK_TCK")


def noted(path: Path, codebook: Any, **options: Any) -> Report:
    """Check a file as ever, and note what became of it."""
    became, begun = "traceback", seconds()
    true = next(small.TRUTH[n] for n, table in small.TABLES.items() if table.codebook is codebook)
    try:
        report = check_file(path, codebook, **options)
        became = "reported" if report.returns is None else "read otherwise"
        if report.returns is not None and report.returns.equals(true):
            became = "read as true"
    except CollectionError:
        became = "refused"
        raise
    except KeyboardInterrupt:
        became = "stopped"
        raise
    finally:
        tried.append((of, path.suffix, became, seconds() - begun))
    return report


def main(number: int = 20_000, first: int = 0) -> int:
    """Try so many files, and print what came of it."""
    global of
    failed = 0
    with suppress(KeyboardInterrupt):
        for turn in count(first):
            for of, test in PROPERTIES.items():
                inner = test.hypothesis.inner_test
                drawn = {name: DRAWN[name] for name in signature(inner).parameters}
                number_of = AT_ONCE * (10 if BYTES.search(of) else 1)
                many = settings(small.slow, max_examples=number_of, database=None, deadline=None)
                try:
                    seed(f"{turn} {of}")(many(given(**drawn)(inner)))()
                except Exception:
                    failed += 1
                    traceback.print_exc()
            print(f"{len(tried)} files, {failed} failed", file=sys.stderr, flush=True)
            if len(tried) >= number:
                break
    table = pd.DataFrame(tried, columns=["property", "form", "became", "slowest"])
    by = [table["property"], table["form"]]
    slowest = table["slowest"].groupby(by).max().round(2)
    print(pd.crosstab(by, table["became"], margins=True).join(slowest).to_string())
    return 1 if failed or slowest.max() > MOST else 0


if __name__ == "__main__":
    small.check_file, read.subprocess = noted, readers  # readers start warm, as in the tests
    sys.exit(main(*map(int, sys.argv[1:])))
