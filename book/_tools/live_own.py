"""What a reader's browser says of returns of their own: faults, findings, and what is withheld."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment

from csm_lib.collection import Collection, open_collection
from csm_lib.errors import CollectionError
from csm_lib.own.check import check_file
from csm_lib.own.door import beside, codebook_of, returns_files
from csm_lib.own.start import start
from csm_lib.status import WITHHELD
from csm_lib.survey.catalogue import Entry, chapters_of

BESIDE = (
    "aliases.csv", "answers.csv", "codebook.csv", "columns.csv", "datapackage.json", "sections.csv",
)  # fmt: skip
"""Files that go with returns; every other one is returns."""

PAGE = Path(__file__).with_name("own_report.html")


class Told:
    """HTML, as a notebook shows it."""

    def __init__(self, part: str, **values: Any) -> None:
        pieces = Environment(autoescape=True).from_string(PAGE.read_text("utf-8")).module
        self.html = str(getattr(pieces, part)(**values))

    def _repr_html_(self) -> str:
        return self.html


class Look:
    """Files put through the check and, where nothing is wrong, counted.

    Parameters
    ----------
    given
        A folder with returns and, where there is one, their ``codebook.csv``; without one
        it is drafted.
    years, repair
        As `csm_lib.own.start.start` and `csm_lib.own.check.check_file` take them.
    """

    def __init__(self, given: Path, *, years: Sequence[int] = (), repair: bool = False) -> None:
        self.opened: Collection | None = None
        self.entries: list[Entry] = []
        self._told: dict[str, Any] = {"started": None, "report": "", "refused": None}
        made = given.with_name("collection")
        shutil.rmtree(made, ignore_errors=True)
        try:
            if (given / "codebook.csv").exists():
                (made / "returns").mkdir(parents=True)
                for file in given.iterdir():
                    shutil.copy(file, made if file.name in BESIDE else made / "returns")
            else:
                self._told["started"] = start(sorted(given.iterdir()), out=made, years=years)
            by = beside(made)
            by["repair"] = repair
            report = check_file(returns_files(made), codebook_of(made), **by)
            self._told["report"] = deeper(report.html.split("<main>")[1].split("</main>")[0])
            if report.returns is not None:
                self.opened = open_collection(made, returns=report.returns)
        except CollectionError as error:
            self._told["refused"] = error

    def report(self) -> Told:
        """The faults, and what is withheld where there are none that stop the file."""
        opened = self.opened
        rows = withheld(opened) if opened else []
        threshold = opened.threshold if opened else 0
        return Told("report", **self._told, opened=opened, withheld=rows, threshold=threshold)

    def findings(self) -> int:
        """How many findings there are."""
        if self.opened:
            every = [one for chapter in chapters_of(self.opened) for one in chapter.entries]
            self.entries = [*{one.call: one for one in every}.values()]
        return len(self.entries)

    def finding(self, number: int) -> Told:
        """One of them."""
        return Told("finding", entry=self.entries[number], first=number == 0)


def deeper(html: str) -> str:
    """HTML whose headings stand two steps lower."""
    return re.sub(r"(</?h)([12])\b", lambda found: f"{found[1]}{int(found[2]) + 2}", html)


def withheld(collection: Collection) -> list[tuple[str, int, int]]:
    """For everyone and by each characteristic: the items in a year, and how many are withheld."""
    items = [name for name, item in collection.codebook.items() if not item.is_number]
    rows = []
    for by in ((), *((name,) for name in collection.split)):
        if by and collection.groups(by[0]).nunique() < 2:
            continue
        tally = collection.tally(items, by=list(by))
        hidden = (tally["status"] == WITHHELD).groupby(
            [tally[name] for name in ("item", "year", *by)], sort=False, dropna=False
        )
        cells: pd.Series = hidden.any()
        called = collection.called(by[0]) if by else ""
        rows.append((called, len(cells), int(cells.sum())))
    return rows
