"""The report on a file of returns: every fault at once, in words that can be acted on.

The same report shows in a terminal (`str`), as a page (`Report.html`) and as a table to sort and
tick off (`Report.csv`).
"""

from __future__ import annotations

import html
import textwrap
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from csm_lib.words import legible

ERROR, WARNING = "error", "warning"


class Rule(NamedTuple):
    """What a rule is about, and whether a breach stops the reading (error) or not (warning)."""

    severity: str
    title: str


RULES: Mapping[str, Rule] = {
    "missing_column": Rule(ERROR, "A column is missing"),
    "double_column": Rule(ERROR, "Two columns have one name"),
    "unknown_column": Rule(ERROR, "A column that is no item of the codebook"),
    "no_authority": Rule(ERROR, "Nobody is named"),
    "unknown_year": Rule(ERROR, "A year that the codebook does not know"),
    "unknown_region": Rule(ERROR, "A region that the frame does not know"),
    "unknown_type": Rule(ERROR, "A type that the frame does not know"),
    "near_duplicate": Rule(ERROR, "Names that differ by case or spaces only"),
    "double_return": Rule(ERROR, "Two returns for one year"),
    "region_moves": Rule(ERROR, "One name in two regions"),
    "unknown_answer": Rule(ERROR, "An answer that the codebook does not know"),
    "not_asked": Rule(ERROR, "An answer to what was not asked that year"),
    "not_opened": Rule(ERROR, "An answer to what another answer did not open"),
    "type_moves": Rule(WARNING, "One name with two types"),
    "ticks_only": Rule(WARNING, "Only yes and blanks, as if a blank meant no"),
    "part_battery": Rule(WARNING, "Questions asked together, answered in part"),
    "wave_gap": Rule(WARNING, "Answers before and after, none in a year between"),
    "out_of_order": Rule(WARNING, "Years out of order"),
}
"""Every rule that returns are held to, in the order of the report."""

LISTED = 1000
"""At most so many rows are listed for a rule and a column, and one for each further value."""

WIDTH = 80
ROWS_SHOWN, VALUES_SHOWN, REMEDIES_SHOWN, BLOCKS_SHOWN, SIGNS_SHOWN = 8, 8, 4, 40, 48
MANY_COLUMNS = 4
"""A repair of so many columns is told once for all of them."""

PAGE_ROWS = 2000
"""A page lists at most so many rows in a table."""

FAULTS = ("severity", "rule", "file", "sheet", "row", "column", "value", "expected", "remedy")
GROUPED = ("severity", "rule", "column", "value", "expected", "remedy", "count", "rows")
REPAIRS = ("column", "found", "becomes", "rule", "count")


class Place(NamedTuple):
    """Where a cell stands; the row is missing where the whole column is meant."""

    sheet: str
    row: int | None


@dataclass(frozen=True)
class Fault:
    """One value of one column that breaks one rule, wherever it stands.

    Attributes
    ----------
    rule
        A key of `RULES`.
    column
        Its name in the file.
    value, expected, remedy
        What stands there, what was expected and what to do.
    count
        How many cells there are.
    places
        The first of them.
    """

    rule: str
    column: str
    value: str
    expected: str
    remedy: str
    count: int
    places: tuple[Place, ...]

    @property
    def whole(self) -> bool:
        """Whether a whole column is meant, not its cells."""
        return self.places[0].row is None


@dataclass(frozen=True)
class Report:
    """What was found in a file of returns.

    Attributes
    ----------
    path
        The file.
    groups
        The faults, those that stop the reading first.
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
    groups: tuple[Fault, ...]
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
        return self._count(ERROR)

    @property
    def warnings(self) -> int:
        """How many cells ought to be looked at."""
        return self._count(WARNING)

    @property
    def repairable(self) -> int:
        """How many cells are repaired, or would be."""
        return int(self.repairs["count"].sum())

    @cached_property
    def faults(self) -> pd.DataFrame:
        """The faults one by one.

        One row is one cell, or one column: ``severity`` (``error`` or ``warning``), ``rule`` (a
        key of `RULES`), ``file``, ``sheet`` (empty text where the file has none), ``row`` (line
        of a text file, row in Excel, case in other files; missing where the whole column is
        meant), ``column`` (its name in the file), ``value``, ``expected`` and ``remedy``. Of many
        faults of one rule in one column the first `LISTED` are listed; `grouped` counts all.
        """
        rows = [
            (
                RULES[one.rule].severity,
                one.rule,
                str(self.path),
                place.sheet,
                place.row,
                one.column,
                one.value,
                one.expected,
                one.remedy,
            )
            for one in self.groups
            for place in one.places
        ]
        frame = pd.DataFrame(rows, columns=list(FAULTS))
        return frame.astype({name: "Int64" if name == "row" else "str" for name in FAULTS})

    @cached_property
    def grouped(self) -> pd.DataFrame:
        """The faults counted: one row a rule, column, value and what was expected.

        ``count`` is how many cells there are, ``rows`` where the first of them stand, in words.
        """
        rows = [
            (
                RULES[one.rule].severity,
                one.rule,
                one.column,
                one.value,
                one.expected,
                one.remedy,
                one.count,
                self._where(one.places, one.count),
            )
            for one in self.groups
        ]
        frame = pd.DataFrame(rows, columns=list(GROUPED))
        return frame.astype({name: "int64" if name == "count" else "str" for name in GROUPED})

    @property
    def summary(self) -> str:
        """The result in one sentence."""
        parts = [
            _number(count, name)
            for count, name in ((self.errors, ERROR), (self.warnings, WARNING))
            if count
        ] or ["no faults"]
        cells = _number(self.repairable, "cell")
        if self.repairable:
            applied = "was repaired" if self.repairable == 1 else "were repaired"
            done = self.returns is not None
            parts.append(f"{cells} {applied}" if done else f"{cells} would be read with --repair")
        return f"{'; '.join(parts)}."

    def __str__(self) -> str:
        lines = [f"{_plain(str(self.path))}: {self.summary}"]
        for severity, title in _TITLES.items():
            blocks = [
                block for block in _blocks(self.groups) if RULES[block[0].rule].severity == severity
            ]
            if not blocks:
                continue
            lines += ["", title, "-" * len(title)]
            for block in blocks[:BLOCKS_SHOWN]:
                lines += ["", *self._block(block)]
            if len(blocks) > BLOCKS_SHOWN:
                lines += ["", f"And {len(blocks) - BLOCKS_SHOWN} more of this kind."]
        if self.repairable:
            lines += ["", *self._repairs()]
        if self.notices:
            title = "How the file was read"
            lines += ["", title, "-" * len(title), ""]
            lines += [_wrap(_plain(notice), "- ", "  ") for notice in self.notices]
        return "\n".join(lines)

    @property
    def html(self) -> str:
        """The report as one page that needs nothing else: no script, and no other file."""
        e = html.escape
        name = e(_plain(self.path.name))
        body = [
            f"<h1>{name}</h1>",
            f'<p class="summary">{e(self.summary[:1].upper() + self.summary[1:])}</p>',
        ]
        for severity, title in _TITLES.items():
            table = self.grouped[self.grouped["severity"] == severity]
            if len(table):
                rows = (
                    (
                        RULES[row["rule"]].title,
                        _html_code(row["column"]),
                        _html_code(row["value"]) if row["value"] else "",
                        f"{row['count']:,}",
                        e(row["rows"]),
                        e(_plain(row["expected"])),
                        e(_plain(row["remedy"])),
                    )
                    for row in table.head(PAGE_ROWS).to_dict("records")
                )
                heads = ("What", "Column", "Value", "Cells", "Where", "Expected", "What to do")
                body.append(_html_table(severity, title, heads, rows, len(table)))
        if self.repairable:
            read = (
                (
                    _html_code(row["column"]),
                    _html_code(row["found"]),
                    _html_code(row["becomes"]) if row["becomes"] else "no answer",
                    e(_REPAIR_WORDS.get(row["rule"], row["rule"])),
                    f"{row['count']:,}",
                )
                for row in self.repairs.head(PAGE_ROWS).to_dict("records")
            )
            columns = ("Column", "Found", "Read as", "Why", "Cells")
            body.append(
                _html_table("repairs", self._repairs_title, columns, read, len(self.repairs))
            )
        if self.notices:
            notices = "".join(f"<li>{e(_plain(notice))}</li>" for notice in self.notices)
            body.append(f"<h2>How the file was read</h2><ul>{notices}</ul>")
        return _PAGE.format(title=name, style=_STYLE, body="\n".join(body))

    @property
    def csv(self) -> str:
        """The faults of `faults` as CSV that a spreadsheet shows and does not run."""
        from csm_lib.download import as_csv  # stands above: it also knows collections

        return as_csv(self.faults)

    def _count(self, severity: str) -> int:
        return sum(one.count for one in self.groups if RULES[one.rule].severity == severity)

    def _where(self, places: Sequence[Place], count: int) -> str:
        """Where the first of some cells stand, in words."""
        word = unit_of(self.path)
        shown = places[:ROWS_SHOWN]
        parts = []
        for sheet in dict.fromkeys(place.sheet for place in shown):
            rows = [place.row for place in shown if place.sheet == sheet and place.row is not None]
            numbers = ", ".join(map(str, rows))
            unit = f"{word}{'s' if len(rows) > 1 else ''} {numbers}" if rows else "whole column"
            parts.append(f"sheet {_show(sheet)}, {unit}" if sheet else unit)
        more = f" and {count - len(shown):,} more" if count > len(shown) else ""
        return f"{'; '.join(parts)}{more}"

    def _block(self, block: Sequence[Fault]) -> Iterator[str]:
        """The faults of one rule in one column, or the columns that break one rule as a whole."""
        first = block[0]
        title = RULES[first.rule].title
        if first.whole:
            yield f"{title}: {_number(len(block), 'column')}"
        else:
            cells = _number(sum(one.count for one in block), "cell")
            yield _wrap(f"{title}: column {_show(first.column)}, {cells}", "", "  ")
        yield _wrap(_plain(first.expected), "  expected  ", " " * 12)
        remedies: dict[str, list[Fault]] = {}
        for one in block:
            remedies.setdefault(one.remedy, []).append(one)
        for remedy, some in list(remedies.items())[:REMEDIES_SHOWN]:
            found = [self._found(one) for one in some[:VALUES_SHOWN]]
            if len(some) > len(found):
                found.append(f"{len(some) - len(found):,} more")
            yield _wrap("; ".join(found), "  found     ", " " * 12)
            yield _wrap(_plain(remedy), "  do        ", " " * 12)
        if len(remedies) > REMEDIES_SHOWN:
            yield f"  and {len(remedies) - REMEDIES_SHOWN:,} more like these"

    def _found(self, one: Fault) -> str:
        if one.whole:
            sheet = f" in sheet {_show(one.places[0].sheet)}" if one.places[0].sheet else ""
            return (
                f"{_show(one.column)}{sheet}" if one.rule != "missing_column" else "no such column"
            )
        where = self._where(one.places, one.count)
        return f"{_show(one.value)} in {where}" if one.value else where

    @property
    def _repairs_title(self) -> str:
        return "Repaired" if self.returns is not None else "Would be read with --repair"

    def _repairs(self) -> Iterator[str]:
        title = self._repairs_title
        yield title
        yield "-" * len(title)
        yield ""
        meaning = ["found", "becomes", "rule"]
        columns = self.repairs.groupby(meaning)["column"].transform("nunique")
        many = columns >= MANY_COLUMNS  # said once, not under each of forty questions
        for _, some in self.repairs[many].groupby(meaning, sort=False):
            one = some.iloc[0].to_dict() | {"count": int(some["count"].sum())}
            yield _wrap(f"{len(some):,} columns: {_repaired(one)}", "- ", "  ")
        for column, some in self.repairs[~many].groupby("column", sort=False):
            rows = some.to_dict("records")
            parts = [_repaired(row) for row in rows[:VALUES_SHOWN]]
            if len(rows) > VALUES_SHOWN:
                parts.append(f"{len(rows) - VALUES_SHOWN:,} more values")
            yield _wrap(f"column {_show(str(column))}: {'; '.join(parts)}", "- ", "  ")


def _repaired(row: Mapping[Hashable, Any]) -> str:
    """One repair in words: what stands there, what it is read as, how often and why."""
    becomes = _show(row["becomes"]) if row["becomes"] else "no answer"
    why = _REPAIR_WORDS.get(row["rule"], row["rule"])
    return f"{_show(row['found'])} as {becomes} ({_number(row['count'], 'cell')}, {why})"


_TITLES = {ERROR: "Errors: the returns cannot be read", WARNING: "Warnings: worth a look"}

_UNITS = {".csv": "line", ".tsv": "line", ".txt": "line", ".xlsx": "row", ".xlsm": "row"}

_REPAIR_WORDS = {
    "spaces": "spaces around it",
    "case": "capital or small letters",
    "label": "the label of an answer",
    "synonym": "another word for it",
    "number": "0 and 1 for no and yes",
    "name": "a name of the frame, written otherwise",
    "code": "a code that the file explains",
}


def _blocks(groups: Iterable[Fault]) -> list[list[Fault]]:
    """Faults of one rule and column that expect the same, together; whole columns by rule."""
    blocks: dict[tuple[str, ...], list[Fault]] = {}
    for one in groups:
        key = (one.rule,) if one.whole else (one.rule, one.column, one.expected)
        blocks.setdefault(key, []).append(one)
    return list(blocks.values())


def unit_of(path: Path) -> str:
    """Return what a row of a file is called."""
    return _UNITS.get(path.suffix.lower(), "case")


def _number(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _show(text: str) -> str:
    """A text of the file in quotation marks, on one line, without anything that steers."""
    return repr(text if len(text) <= SIGNS_SHOWN else f"{text[: SIGNS_SHOWN - 1]}…")


def _plain(text: str) -> str:
    """Text on one line: what does not print becomes a space."""
    return legible(text, keep="")


def _wrap(text: str, first: str, rest: str) -> str:
    return textwrap.fill(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    )


def _html_code(text: str) -> str:
    return f"<bdi><code>{html.escape(_show(text))}</code></bdi>"


def _html_table(
    key: str, title: str, heads: Sequence[str], rows: Iterable[Sequence[str]], count: int
) -> str:
    """A table under its heading; the cells are HTML already."""
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in heads)
    lines = []
    for first, *rest in rows:
        cells = "".join(f"<td>{cell}</td>" for cell in rest)
        lines.append(f'<tr><th scope="row">{first}</th>{cells}</tr>')
    more = f"<p>The first {PAGE_ROWS:,} of {count:,} rows.</p>" if count > PAGE_ROWS else ""
    return (
        f'<h2 id="{key}">{html.escape(title)}</h2>{more}'
        f'<div class="table" role="region" aria-labelledby="{key}" tabindex="0"><table>'
        f"<caption>{html.escape(title)}: {_number(count, 'row')}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>\n{chr(10).join(lines)}\n</tbody></table></div>"
    )


_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Report on {title}</title>
<style>{style}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""

_STYLE = """
:root { color-scheme: light dark; --ink: #1a1a1a; --paper: #fff; --line: #767676; --head: #eee }
@media (prefers-color-scheme: dark) {
  :root { --ink: #eee; --paper: #161616; --line: #8c8c8c; --head: #2b2b2b }
}
body { font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  margin: 0 auto; max-width: 80rem; padding: 1rem }
h1 { overflow-wrap: anywhere }
.summary { font-weight: bold }
.table { overflow-x: auto }
table { border-collapse: collapse; width: 100% }
caption { text-align: left; padding: .25rem 0 }
th, td { border: 1px solid var(--line); padding: .25rem .5rem; text-align: left;
  vertical-align: top }
thead th { background: var(--head) }
tbody th { font-weight: normal }
code { overflow-wrap: break-word }
:focus-visible { outline: 3px solid #2563eb; outline-offset: 2px }
@media print { .table { overflow: visible } }
"""
