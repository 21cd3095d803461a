"""Run all benchmarks, or those named, and print one table: ``python benchmarks [counts ...]``."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from measuring import Cost, Row

HEAD = ("", "CPU s", "clock s", "MB", "beside", "CPU s", "clock s", "MB", "ratio")


def cells(row: Row) -> tuple[str, ...]:
    """A row as text; the ratio is how many times our processor time the other way takes."""

    def cost(one: Cost) -> tuple[str, str, str]:
        memory = "" if one.memory is None else f"{one.memory:,.0f}"
        return f"{one.cpu:,.3g}", f"{one.wall:,.3g}", memory

    ratio = row.theirs.cpu / row.ours.cpu if row.ours.cpu else float("inf")
    return row.what, *cost(row.ours), row.beside, *cost(row.theirs), f"{ratio:,.2g}"


def table(rows: Iterable[Row]) -> str:
    """The table in Markdown."""
    lines = [HEAD, *map(cells, rows)]
    lines.insert(1, tuple("---:" if head not in ("", "beside") else "---" for head in HEAD))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


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
