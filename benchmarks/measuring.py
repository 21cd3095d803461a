"""What every benchmark is measured with, seconds of processor and of clock and memory, and told."""

from __future__ import annotations

import multiprocessing
import resource
import sys
import traceback
from collections.abc import Callable, Iterable
from multiprocessing.connection import Connection
from statistics import median
from time import perf_counter, process_time
from typing import NamedTuple

REPEATS = 5

HEAD = ("", "CPU s", "clock s", "MB", "beside", "CPU s", "clock s", "MB", "ratio")


class Cost(NamedTuple):
    """What some work took: seconds, and the most megabytes held, where that was looked at."""

    cpu: float
    wall: float
    memory: float | None = None

    def times(self, factor: float) -> Cost:
        """The cost of so much more work, where a slow way is timed on a part of it."""
        return Cost(self.cpu * factor, self.wall * factor, self.memory)


class Row(NamedTuple):
    """One line of the table: what was done, by us and in another way, and what each took."""

    what: str
    ours: Cost
    beside: str
    theirs: Cost


def timed(task: Callable[[], object], *, repeats: int = REPEATS) -> Cost:
    """Return the median cost of several runs in this process."""
    runs = []
    for _ in range(repeats):
        cpu, wall = process_time(), perf_counter()
        task()
        runs.append((process_time() - cpu, perf_counter() - wall))
    return Cost(*(median(ends) for ends in zip(*runs, strict=True)))


def apart(task: Callable[..., object], *told: object, repeats: int = 1) -> Cost:
    """Return the median cost, memory too, of a task that is done in a process of its own.

    The task is a function of a module, as another process has to find it. Processes that it starts
    count.
    """
    runs = [_apart(task, told) for _ in range(repeats)]
    return Cost(*(median(ends) for ends in zip(*runs, strict=True)))


def _apart(task: Callable[..., object], told: tuple[object, ...]) -> tuple[float, float, float]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_measured, args=(theirs, task, told))
    process.start()
    theirs.close()
    try:
        found: tuple[float, float, float] = ours.recv()
    except EOFError:
        raise SystemExit(f"{task.__name__}{told} failed: the times mean nothing.") from None
    process.join()
    return found


def _measured(answer: Connection, task: Callable[..., object], told: tuple[object, ...]) -> None:
    both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)

    def used() -> float:
        return sum(sum(resource.getrusage(one)[:2]) for one in both)

    cpu, wall = used(), perf_counter()
    try:
        task(*told)
    except Exception:
        traceback.print_exc()
        sys.exit(1)
    most = max(resource.getrusage(one).ru_maxrss for one in both) / 1024
    answer.send((used() - cpu, perf_counter() - wall, most))


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
