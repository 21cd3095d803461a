"""What a book's findings cost as its data grow: in items, waves, groups and respondents.

A row is a collection with all that its book finds: it is opened and tested, its chapters and main
points are made out, every finding is made, and it is asked what a threshold of 5 would withhold.
Nothing is drawn. Beside it stands the next smaller one, with the power by which the cost grew from
it: 1 where it grew as the data did, 2 where twice the data cost four times as much. The part that
grew fastest, of those that are a tenth of the cost, is named.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from math import log
from pathlib import Path
from time import perf_counter, process_time

from invented import Size, make
from measuring import Cost, Row, apart

from csm_lib.collection import open_collection
from csm_lib.survey.catalogue import chapters_of, main_points
from csm_lib.survey.evidence import evidence

THRESHOLD = 5
GROWN = {
    "items": (Size(150, 3, 10), (10, 30, 100, 300)),
    "waves": (Size(150, 1, 20), (1, 3, 7, 15)),
    "groups": (Size(1_500, 2, 10), (2, 6, 18, 50, 150)),
    "respondents": (Size(50, 2, 10), (50, 500, 5_000, 24_000)),
}


def findings(folder: Path, warm: Path) -> None:
    """Find all that the book of a collection says, and write beside it what each part took."""
    if warm != folder:  # else the first call of a library would count
        findings(warm, warm)
    took, before, clock = {}, process_time(), perf_counter()

    def done(part: str) -> None:
        nonlocal before
        now = process_time()
        took[part], before = now - before, now

    collection = open_collection(folder)
    done("opening")
    evidence(collection)
    done("tests")
    chapters = chapters_of(collection)
    main_points(collection)
    done("chapters")
    for chapter in chapters:
        for entry in chapter.entries:
            entry.make()
    done("findings")
    assert replace(collection, threshold=THRESHOLD).not_shown
    done("disclosure")
    (folder / "took.json").write_text(json.dumps([perf_counter() - clock, took]), "utf-8")


def rows() -> Iterator[Row]:
    """Make the collections, and measure."""
    with tempfile.TemporaryDirectory() as name:
        warm = Path(name) / "warm"
        make(warm, Size(40, 2, 10, 3))
        for what, (size, steps) in GROWN.items():
            known: list[tuple[int, Cost, dict[str, float]]] = []
            for step in steps:
                folder = Path(name) / f"{what}-{step}"
                grown = size._replace(**{what: step})
                make(folder, grown)
                cost = apart(findings, folder, warm)
                clock, took = json.loads((folder / "took.json").read_text("utf-8"))
                cost = Cost(sum(took.values()), clock, cost.memory)
                known.append((step, cost, took))
            for (less, cheap, was), (more, dear, took) in pairwise(known):
                much = log(more / less)
                power = {
                    part: log(took[part] / was[part]) / much
                    for part in took
                    if took[part] > dear.cpu / 10
                }
                fastest = max(power, key=lambda part: power[part])
                grew = log(dear.cpu / cheap.cpu) / much
                beside = f"{less:,}: power {grew:.2f}, {fastest} {power[fastest]:.2f}"
                yield Row(f"{size._replace(**{what: more})}", dear, beside, cheap)
