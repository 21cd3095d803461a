"""The report on files of returns: every fault at once, in words that can be acted on.

The same report shows in a terminal (`str`), as a page (`Report.html`) and as a table to sort and
tick off (`Report.csv`). Its words stand in ``templates/report.txt`` and ``report.html``.
"""

from __future__ import annotations

import textwrap
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from csm_lib.templates import render
from csm_lib.words import legible

ERROR, WARNING = "error", "warning"


class Rule(NamedTuple):
    """A rule that returns are held to, of ``rules.toml``.

    Its severity (a breach stops the reading, `ERROR`, or not, `WARNING`) and title; and what is
    expected of a cell and what to do, as `csm_lib.own.wording.filled` takes them.
    """

    severity: str
    title: str
    expected: str
    remedy: str = ""


TOLD = tomllib.loads(Path(__file__).with_name("report.toml").read_text("utf-8"))

RULES: Mapping[str, Rule] = {
    name: Rule(**told)
    for name, told in tomllib.loads(
        Path(__file__).with_name("rules.toml").read_text("utf-8")
    ).items()
}
"""Every rule that returns are held to, in the order of the report."""

TITLES = {ERROR: "Errors: the returns cannot be read", WARNING: "Warnings: worth a look"}

LISTED = 1000
"""At most so many cells that hold the same are listed, and so many values of a column."""

WIDTH = 80
ROWS_SHOWN, VALUES_SHOWN, REMEDIES_SHOWN, BLOCKS_SHOWN, SIGNS_SHOWN = 8, 8, 8, 40, 48
MANY_COLUMNS = 4
"""A repair of so many columns is told once for all of them."""

PAGE_ROWS = 2000
"""A page lists at most so many rows in a table."""

FAULTS = ("severity", "rule", "file", "sheet", "row", "column", "value", "expected", "remedy")
GROUPED = ("severity", "rule", "column", "value", "expected", "remedy", "count", "rows")
REPAIRS = ("column", "found", "becomes", "rule", "count")

WHOLE = "whole column"


@dataclass(frozen=True)
class Report:
    """What was found in a file of returns, or in several.

    Attributes
    ----------
    path
        The file, or the folder that holds them.
    found
        The faults, as `csm_lib.own.rules.told` gives them.
    repairs
        One row is a value that can be read as another: ``column`` (its name in the file),
        ``found``, ``becomes`` (empty text: no answer), ``rule`` (why) and ``count`` (cells).
    returns
        The returns, as `csm_lib.own.check.read_returns` gives them; ``None`` where an error stops
        the reading, or where there are repairs that were not asked for.
    notices
        What a reader must know of how the file was read.
    """

    path: Path
    found: pd.DataFrame
    repairs: pd.DataFrame
    returns: pd.DataFrame | None
    notices: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the returns were read."""
        return self.returns is not None

    @property
    def errors(self) -> int:
        """How many cells and columns stop the reading."""
        return int(self.found.loc[self.found["severity"] == ERROR, "cells"].sum())

    @property
    def warnings(self) -> int:
        """How many cells ought to be looked at."""
        return int(self.found.loc[self.found["severity"] == WARNING, "cells"].sum())

    @property
    def repairable(self) -> int:
        """How many cells are repaired, or would be."""
        return int(self.repairs["count"].sum())

    @cached_property
    def faults(self) -> pd.DataFrame:
        """The faults one by one, those that stop the reading first.

        One row is one cell, or one column: ``severity`` (``error`` or ``warning``), ``rule`` (a
        key of `RULES`), ``file``, ``sheet`` (empty text where the file has none), ``row`` (line
        of a text file, row of a sheet, case in other files; missing where the whole column is
        meant), ``column`` (its name in the file), ``value``, ``expected`` and ``remedy``. Of many
        cells that hold the same the first `LISTED` are listed; `grouped` counts all.
        """
        return self._sorted[list(FAULTS)]

    @cached_property
    def _sorted(self) -> pd.DataFrame:
        order = {name: at for at, name in enumerate((ERROR, WARNING, *RULES))}
        types = {name: "Int64" if name == "row" else "str" for name in FAULTS} | {"cells": "int64"}
        return self.found.sort_values(
            ["severity", "rule"], key=lambda names: names.map(order), kind="stable"
        ).astype(types).reset_index(drop=True)  # fmt: skip

    @cached_property
    def grouped(self) -> pd.DataFrame:
        """The faults counted: one row a rule, column, value and what was expected.

        ``count`` is how many cells there are, ``rows`` where the first of them stand, in words.
        """
        by = self._sorted.groupby(list(GROUPED[:6]), sort=False)
        rows = [(*names, some["cells"].sum(), self._where(some)) for names, some in by]
        frame = pd.DataFrame(rows, columns=list(GROUPED))
        return frame.astype({name: "int64" if name == "count" else "str" for name in GROUPED})

    @property
    def summary(self) -> str:
        """The result in one sentence."""
        parts = [
            number(count, name)
            for count, name in ((self.errors, ERROR), (self.warnings, WARNING))
            if count
        ] or ["no faults"]
        if self.repairable:
            cells = number(self.repairable, "cell")
            were = "was" if self.repairable == 1 else "were"
            parts.append(
                f"{cells} {were} repaired" if self.ok else f"{cells} would be read with --repair"
            )
        return f"{'; '.join(parts)}."

    def __str__(self) -> str:
        return render("report.txt", **self._values())

    @property
    def html(self) -> str:
        """The report as one page that needs nothing else: no script, and no other file."""
        return render("report.html", **self._values())

    @property
    def csv(self) -> str:
        """The faults of `faults` as CSV that a spreadsheet shows and does not run."""
        from csm_lib.download import as_csv  # stands above: it also knows collections

        return as_csv(self.faults)

    def _where(self, cells: pd.DataFrame) -> str:
        """Where the first of some cells stand, in words."""
        shown, parts = cells.head(ROWS_SHOWN), []
        for names, some in shown.groupby(["file", "sheet"], sort=False):
            file, sheet = map(str, names)
            rows = some["row"].dropna()
            where = [f"file {quoted(file)}"] if file != self.path.name else []
            where += [f"sheet {quoted(sheet)}"] if sheet else []
            unit = f"{unit_of(file)}{'s' if len(rows) > 1 else ''} {', '.join(map(str, rows))}"
            parts.append(", ".join([*where, unit if len(rows) else WHOLE]))
        more = int(cells["cells"].sum()) - len(shown)
        return "; ".join(parts) + (f" and {more:,} more" if more else "")

    def _values(self) -> dict[str, Any]:
        """What the templates show."""
        faults, repairs = self.grouped, self.repairs
        shown = apart([*faults["column"], *faults["value"], *repairs["column"],
                       *repairs["found"], *repairs["becomes"]])  # fmt: skip
        parts = []
        for severity, title in TITLES.items():
            rows = faults[faults["severity"] == severity]
            if len(rows):
                whole = rows["rows"].str.endswith(WHOLE)
                by = [rows[name].mask(whole & (name != "rule"), "")
                      for name in ("rule", "column", "expected")]  # fmt: skip
                blocks = [some for _, some in rows.assign(whole=whole).groupby(by, sort=False)]
                parts.append({"key": severity, "title": title, "rows": rows, "blocks": blocks})
        meaning = ["found", "becomes", "rule"]
        many = repairs.groupby(meaning)["column"].transform("nunique") >= MANY_COLUMNS
        once = repairs[many].groupby(meaning, sort=False)["count"].agg(["sum", "size"])
        return {
            "path": self.path, "summary": self.summary, "parts": parts, "shown": shown,
            "repairs": repairs, "read": "Repaired" if self.ok else "Would be read with --repair",
            "once": once.reset_index(), "notices": self.notices, "rules": RULES, "why": TOLD["why"],
            "each": [some for _, some in repairs[~many].groupby("column", sort=False)],
            "most": {"blocks": BLOCKS_SHOWN, "remedies": REMEDIES_SHOWN, "found": VALUES_SHOWN,
                     "rows": PAGE_ROWS},
            "number": number, "wrap": wrap,
        }  # fmt: skip


def unit_of(file: str) -> str:
    """Return what a row of a file is called."""
    suffix = Path(file).suffix.lower()
    return next((unit for unit, suffixes in TOLD["units"].items() if suffix in suffixes), "row")


def number(count: int, word: str, plural: str = "") -> str:
    """Return a count and its noun."""
    return f"{count:,} {word if count == 1 else plural or word + 's'}"


def quoted(text: str) -> str:
    """Return a text of the file in quotation marks, on one line, cut if it is long."""
    return repr(text if len(text) <= SIGNS_SHOWN else f"{text[: SIGNS_SHOWN - 1]}…")


def apart(texts: Iterable[str]) -> dict[str, str]:
    """Return texts as `quoted`; of those that begin alike what follows is shown."""
    ordered = sorted({*texts})
    shared = [0, *(_alike(*pair) for pair in pairwise(ordered)), 0]
    shown = {}
    for at, text in enumerate(ordered):
        alike = max(shared[at], shared[at + 1])
        if len(text) > SIGNS_SHOWN and alike >= SIGNS_SHOWN - 1:
            start = alike - SIGNS_SHOWN // 2
            text_from = text[text.find(" ", start, alike) + 1 or start :]
            shown[text] = quoted(f"…{text_from}")
        else:
            shown[text] = quoted(text)
    return shown


def _alike(one: str, other: str) -> int:
    """Return how many signs two texts have in common at their beginning."""
    differ = (at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1])
    return next(differ, min(len(one), len(other)))


def wrap(text: str, first: str, rest: int) -> str:
    """Return a text on lines that fit a terminal, without anything that steers it."""
    return textwrap.fill(
        legible(text, keep=""), WIDTH, initial_indent=first, subsequent_indent=" " * rest,
        break_on_hyphens=False,
    )  # fmt: skip
