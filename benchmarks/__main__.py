"""Run all benchmarks, or those named, and print one table: ``python benchmarks [counts ...]``."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from measuring import Row, table


def main(names: list[str]) -> None:
    """Measure, tell what is being measured, and print the table at the end."""
    known = [path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py")]
    for name in names:
        if name not in known:
            raise SystemExit(f"There is no benchmark {name!r}; there are {', '.join(known)}.")
    rows: list[Row] = []
    for name in names or sorted(known):
        print(f"{name} ...", file=sys.stderr, flush=True)
        rows += import_module(f"bench_{name}").rows()
    print(table(rows))


if __name__ == "__main__":
    main(sys.argv[1:])
