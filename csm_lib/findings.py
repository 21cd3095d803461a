"""A finding: one question answered, with everything its reader needs, and how it shows itself.

The same object shows in JupyterLab and on the page: its title states the result, under it stand
the chart, what it shows in words, the base with a mark of numbers less firm than a print, and a
note where one is needed; then, folded away, the table behind the chart, and what can be taken
along. As text (`str`, and what is stored in a notebook) it is the same without the chart.
"""

from __future__ import annotations

import base64
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from csm_lib import download
from csm_lib.aggregate import SUMMARY
from csm_lib.collection import Collection, Origin, origin_of
from csm_lib.disclosure import LEAST
from csm_lib.files import whole
from csm_lib.status import (
    DERIVED,
    DRAWN,
    FIRM,
    INVENTED,
    LABELS,
    OWN,
    STATUSES,
    WITHHELD,
    drawable,
    groups_of,
    label_of,
    wave_of,
    withheld,
)
from csm_lib.templates import render
from csm_lib.words import counted, legible, listed, number, of, quantity, sentence, span

LONGEST_ALT = 40
"""The most words of a chart's description that tells every figure; a longer one tells the ends."""

KINDS = {
    "bars": "Bar chart",
    "change_bars": "Bar chart",
    "dumbbell": "Dot chart",
    "levels": "Dot chart",
    "quartiles": "Dot chart",
    "ranked_dots": "Dot chart",
    "stacked_bars": "Stacked bar chart",
    "tile_map": "Map",
    "waves": "Line chart",
}
"""What a chart is called in words, by the name of the function that draws it."""

TALLIED = ("item", "label", "answer", "yes", "base", "no_answer")
"""The columns by which a table is known for a tally."""

DRAWN_SOURCE = "One panel, drawn to reproduce the totals of Devanney and Wistow (2013)"
"""Where a number comes from that no figure of the paper stands behind."""


def finding(
    data: pd.DataFrame,
    *,
    key: str,
    title: str,
    question: str,
    chart: Callable[[pd.DataFrame], Any] | None = None,
    note: str = "",
    of: pd.DataFrame | Collection | None = None,
    base: str = "",
    source: str = "",
    alt: str = "",
    table: pd.DataFrame | None = None,
) -> Finding:
    """Answer one question.

    Parameters
    ----------
    data
        What is drawn: a tally, or a table of its own shape.
    key
        Its id, unique in the book: ``statutory-agencies``.
    title
        A sentence that states the result, made from the numbers.
    question
        The question it answers.
    chart
        Draws the data, such as `csm_lib.charts.dumbbell`; ``None`` where the table is the
        finding. Items and groups of a tally of which every figure is withheld are not drawn; if
        that is all of them, there is no chart.
    note
        What changes the reading of this finding, and of no other. Where figures are withheld, it
        goes on to say so.
    of
        What it is made from, where `data` does not say: a tally, or the collection. From it come
        base and source.
    base, source, alt, table
        Of whom the shares are, where the numbers come from, what stands under the chart for
        those who do not see it, and the table as a page sets it, in text. Left out, they are
        worked out from the data: see `base_of`, `source_of`, `alt_of` and `as_table`.

    Returns
    -------
    Finding
        It shows itself in a notebook, and has the parts ``chart``, ``table``, ``data`` and
        ``save``.
    """
    made_from = data if of is None else of
    origin = made_from.origin if isinstance(made_from, Collection) else origin_of(made_from)
    tally = made_from if isinstance(made_from, pd.DataFrame) else data
    drawn = drawable(data) if {"status", "item", "base"} <= set(data) else data.copy()
    label = label_of(data) or ""  # of what is withheld and not drawn, too
    drawn.attrs["label"] = label
    kind = KINDS.get(getattr(chart, "__name__", ""), "Chart")
    what = ". ".join([*label.splitlines(), kind])
    return Finding(
        key=key,
        title=title,
        question=question,
        data=data,
        base=base or base_of(tally, origin),
        source=source or source_of(tally, origin),
        caveat=" ".join(part for part in (note, withheld_text(data, origin)) if part),
        alt=alt or (alt_of(what, data) if chart else ""),
        draw=None if chart is None or drawn.empty else (lambda: chart(drawn)),
        shown=table,
        origin=origin,
    )


@dataclass(frozen=True)
class Finding:
    """One question answered; `finding` makes it.

    Attributes
    ----------
    key, title, question, data, base, source, alt
        As for `finding`.
    caveat
        What changes how it is read; may be empty.
    draw
        Draws the chart; ``None`` where the table is the finding.
    shown
        The data as the page sets it, in text; by default `as_table` lays it out.
    origin
        The collection it is made from: its label, its terms, what respondents are called.
    """

    key: str
    title: str
    question: str
    data: pd.DataFrame
    base: str
    source: str
    caveat: str = ""
    alt: str = ""
    draw: Callable[[], Any] | None = None
    shown: pd.DataFrame | None = None
    origin: Origin | None = None

    @property
    def status(self) -> dict[str, int]:
        """How many of its rows there are of each status, from the firmest on.

        Rows without a column ``status`` are neither printed nor answered: they are ``derived``.
        """
        if "status" not in self.data:
            return {DERIVED: len(self.data)}
        found = self.data["status"].value_counts()
        return {status: int(found[status]) for status in STATUSES if status in found.index}

    @property
    def chart(self) -> Any:
        """The chart, drawn anew; as what `csm_lib.charts` gives, it can be restyled."""
        if self.draw is None:
            raise ValueError(f"{self.key} has no chart: its table is the finding. See .table")
        return self.draw()

    @property
    def table(self) -> pd.DataFrame:
        """The table behind the chart, as a page sets it: text, with counts beside percentages."""
        return as_table(self.data) if self.shown is None else self.shown

    def save(self, path: str | Path) -> Path:
        """Write the chart (``.png``, ``.svg``) or the data (``.xlsx``, ``.csv``) to a file.

        Raises
        ------
        ValueError
            The name ends in something else, or there is no chart.
        """
        path = Path(path)
        kind = path.suffix.lower()
        with whole(path) as made:
            if kind == ".csv":
                made.write_text(self.csv, "utf-8")
            elif kind == ".xlsx":
                made.write_bytes(self.workbook)
            elif kind == ".svg":
                made.write_text(self.drawing, "utf-8")
            elif kind == ".png":
                from matplotlib import pyplot as plt

                from csm_lib.style import figure_of

                figure = figure_of(self.chart)
                figure.savefig(made, dpi=200, bbox_inches="tight")
                plt.close(figure)
            else:
                raise ValueError(f"{path}: end the name in .png, .svg, .xlsx or .csv.")
        return path

    @property
    def drawing(self) -> str:
        """The chart as SVG, with its alternative text."""
        from csm_lib.style import svg  # heavy; a text-only reader does without

        return svg(self.chart, key=self.key, alt=self.alt)

    @property
    def csv(self) -> str:
        """The data to take away; every row says where it comes from."""
        return download.as_csv(self._sourced)

    @property
    def workbook(self) -> bytes:
        """The data as an Excel file, with what goes along with them, the same each time."""
        return download.workbook(self.about, self.table, self._sourced)

    @property
    def marks(self) -> dict[str, int]:
        """The statuses that a reader must be told of, as `status` counts them."""
        return {name: rows for name, rows in self.status.items() if name not in FIRM}

    @property
    def label(self) -> str:
        """What it must be called wherever it goes; empty where nothing is drawn or invented."""
        made = INVENTED if self.origin and self.origin["status"] == INVENTED else None
        return next((LABELS[one] for one in (INVENTED, DRAWN) if one in (made, *self.status)), "")

    @property
    def about(self) -> dict[str, Any]:
        """What goes along with the data."""
        paper = [download.PAPER] if download.PAPER_SHORT in self.source else []
        called = (self.origin["one"], self.origin["many"]) if self.origin else download.RESPONDENTS
        columns = download.columns(self.key, self._sourced, respondents=called)
        waves = self.origin["waves"].items() if self.origin else ()
        for one in (one for one in columns if waves and one["name"] == "year"):
            one["description"] += f": {'; '.join(f'{wave} is {name}' for wave, name in waves)}"
        return {
            "key": self.key,
            "title": self.title,
            "label": self.label,
            "question": self.question,
            "base": self.base,
            "status": [
                {"status": name, "rows": rows, "meaning": STATUSES[name]}
                for name, rows in self.status.items()
            ],
            "source": self.source,
            "caveat": self.caveat,
            "licence": download.licences(self.status, label=self.label, origin=self.origin),
            "cite": [self.citation, *paper],
            "columns": columns,
        }

    @property
    def citation(self) -> str:
        """How to cite it, as plain text; under its source, if that does not name the paper."""
        version = f"version {download.version()}, #finding-{self.key}."
        result = f'"{self.title}"{f" [{self.label}]" if self.label else ""}.'
        if download.PAPER_SHORT not in self.source:
            return f"{self.source}. {result} Worked out with csm_lib, {version}"
        return (
            f"{download.AUTHORS}. {result} {download.BOOK}, {version} "
            f"From figures published by {download.PAPER_SHORT}."
        )

    @property
    def archive(self) -> bytes:
        """The download: a zip of the data and of what goes along with them, the same each time."""
        return download.pack(self.about, self.csv)

    @property
    def _sourced(self) -> pd.DataFrame:
        return self.data.assign(source=self.source)

    def __str__(self) -> str:
        lines = [
            self.title,
            "",
            f"Question: {self.question}",
            f"Base: {self.base}",
            *([f"Status: {_status_text(self.status)}"] if {*self.status} != {OWN} else []),
            f"Source: {self.source}",
        ]
        if self.caveat:
            lines.append(f"Note: {self.caveat}")
        wrapped = [textwrap.fill(line, 96, subsequent_indent="  ") for line in lines]
        table = self.table
        rows = str(table.to_string(index=False)) if len(table) else "(no rows)"
        return legible("\n".join([*wrapped, "", rows]))

    __repr__ = __str__

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.html}

    @property
    def html(self) -> str:
        """The finding as it stands on a page."""
        return render(
            "finding.html",
            f=self,
            drawing=self.drawing if self.draw else "",
            status="" if {*self.status} == {OWN} else _status_text(self.status),
            meanings=STATUSES,
            file=download.file_name(self.key),
            # book/_ext/csm_downloads.py makes files of them on the site
            carried={
                kind: base64.b64encode(data).decode()
                for kind, data in (("xlsx", self.workbook), ("zip", self.archive))
            },
            excel=download.EXCEL,
        )


def as_table(data: pd.DataFrame) -> pd.DataFrame:
    """Lay a tally out for reading: one row an item (or group), one column a year (or answer).

    Parameters
    ----------
    data
        A tally, with or without years, or what `csm_lib.aggregate.numbers` gives. A frame of any
        other shape is returned as it is.

    Returns
    -------
    DataFrame
        Text. A cell holds the share and its counts, ``63% (46 of 73)``; a column ``no answer``
        stands beside it where somebody gave none. A cell without a figure says so, and so does
        one that is withheld. Of numbers, one row is an item, group and year.
    """
    if {*SUMMARY} <= {*data.columns}:
        return _summed(data)
    if not set(TALLIED) <= set(data.columns):
        return data.reset_index(drop=True)
    groups = groups_of(data)
    one_item = data["item"].nunique() == 1 and bool(groups)
    several_answers = bool(data.groupby("item")["answer"].nunique().max() > 1)
    heads = pd.DataFrame(index=data.index)
    if not one_item:
        heads["item"] = told_apart(data)["label"]
    called = (origin_of(data) or Origin()).get("characteristics", {})
    for name in groups:
        heads[called.get(name) or name.replace("_", " ")] = data[name]
    years = _waves(data) if "year" in data else None
    if several_answers and years is not None:
        heads["year"] = years
    if several_answers:
        column = _called(data)
        silent = pd.Series("no answer", index=data.index)
    else:
        column = pd.Series("share", index=data.index) if years is None else years
        silent = column + ": no answer"
    share = [
        WITHHELD if pd.isna(yes) else of(yes, base)
        for yes, base in zip(data["yes"], data["base"], strict=True)
    ]
    body = _spread(heads, column, pd.Series(share, index=data.index)).fillna("no figure")
    if data["no_answer"].any():
        told = data["no_answer"].astype("string").fillna(WITHHELD).astype(str)
        blanks = _spread(heads, silent, told).fillna("–")
        body = body.join(blanks.loc[:, (~blanks.isin(["0", WITHHELD])).any()])
    if "status" in data:
        words = data["status"].groupby([heads[name] for name in heads], sort=False)
        body["status"] = words.agg(lambda found: ", ".join(dict.fromkeys(found)))
    return body.reset_index()


def _summed(data: pd.DataFrame) -> pd.DataFrame:
    """Lay sums of numbers out for reading."""
    why = ["no answers" if found else WITHHELD for found in data["base"].eq(0).fillna(value=False)]

    def told(*names: str) -> list[str]:
        cells = zip(*(data[name] for name in names), why, strict=True)
        return [
            no if pd.isna(found[0]) else " to ".join(map(quantity, found)) for *found, no in cells
        ]

    groups = groups_of(data)
    heads = ["label"] if data["item"].nunique() > 1 else []
    heads += [*groups, "year"] if data["year"].nunique() > 1 or not groups else groups
    called = _waves(data)
    years = data["year"] if (called == data["year"].astype(str)).all() else called
    table = told_apart(data).assign(year=years)[heads].rename(columns={"label": "item"})
    table["median"] = told("median")
    table["quartiles"] = told("lower_quartile", "upper_quartile")
    table["mean"] = told("mean")
    for name in ("base", "no_answer"):
        table[name.replace("_", " ")] = data[name].astype("string").fillna(WITHHELD).astype(str)
    table = table.rename(columns=lambda name: str(name).replace("_", " "))
    return table.join(data[["status"]]).reset_index(drop=True)


def _waves(data: pd.DataFrame) -> pd.Series:
    """What the waves of some rows are called where these come from."""
    return data["year"].map({year: wave_of(data, year) for year in data["year"].unique()})


def _called(data: pd.DataFrame) -> pd.Series:
    """What the answers of a tally are called where it comes from."""
    answers = (origin_of(data) or Origin()).get("answers", {})
    found = [
        answers.get(item, {}).get(answer, answer.replace("_", " "))
        for item, answer in zip(data["item"], data["answer"], strict=True)
    ]
    return pd.Series(found, index=data.index)


def told_apart(data: pd.DataFrame) -> pd.DataFrame:
    """Return a tally in which items of one label have their ids behind it: ``Police (board.a)``."""
    alike = data["label"].astype(str).str.casefold()
    double = data["item"].groupby(alike).transform("nunique") > 1
    ids = data["item"].astype(str)
    return data.assign(label=data["label"].where(~double, data["label"] + " (" + ids + ")"))


def _spread(heads: pd.DataFrame, column: pd.Series, value: pd.Series) -> pd.DataFrame:
    """One row a head, one column a name, all in the order in which they come."""
    cells = heads.assign(_column=column, _value=value).drop_duplicates([*heads, "_column"])
    wide = cells.set_index([*heads, "_column"])["_value"].unstack("_column", sort=False)
    return wide.rename_axis(columns=None)


def base_of(data: pd.DataFrame, origin: Origin | None) -> str:
    """Of whom the shares of a tally are, in words; empty where there is no telling."""
    if origin is None or "base" not in data:
        return ""
    many, bases = origin["many"], data["base"].dropna()
    whiskers = f"; whiskers: {origin['intervals']}" if "low" in data else ""
    if bases.empty:
        return f"{many} that answered the question; how many is withheld{whiskers}"
    base = span(int(bases.min()), int(bases.max()))
    if base == str(origin["size"]):
        who = f"the one {origin['one']}" if origin["size"] == 1 else f"all {base} {many}"
        return f"{who}{whiskers}"
    return f"{base} of {origin['size']} {many}{whiskers}"


def source_of(data: pd.DataFrame, origin: Origin | None) -> str:
    """Where the numbers of a tally come from, in words."""
    if origin is None:
        return ""
    if origin["status"] != DRAWN:
        return str(origin["source"] or origin["title"])
    places = dict.fromkeys(
        origin["places"][item] for item in data.get("item", ()) if item in origin["places"]
    )
    drawn = data["status"] == DRAWN if "status" in data else pd.Series(False, index=data.index)
    if drawn.all() or not places:
        return DRAWN_SOURCE
    source = f"Devanney and Wistow (2013), {'; '.join(places)}"
    if drawn.any():
        source += "; what is marked drawn, one panel drawn to reproduce its totals"
    return source


def withheld_text(data: pd.DataFrame, origin: Origin | None) -> str:
    """A sentence on the figures of a tally that are withheld; empty where none is."""
    count = withheld(data) if origin and {"status", "item"} <= set(data) else 0
    if not origin or not count:
        return ""
    verb = "is" if count == 1 else "are"
    why = f"a count from 1 to {origin['threshold'] - 1}, or what stands beside one"
    if {*SUMMARY} <= {*data}:
        few = number(max(origin["threshold"], LEAST))
        why = f"fewer than {few} answered in some group, or one number is more than half of all"
    return f"{sentence(counted(count, 'figure'))} {verb} withheld: {why}."


def alt_of(what: str, data: pd.DataFrame) -> str:
    """What a chart shows in words: what it is, and its figures or, of many, the ends of them.

    Of a tally these are the highest and the lowest share of its last year, of any other table its
    first row and its last, as charts are drawn in order.
    """
    table = as_table(data).drop(columns="status", errors="ignore")
    shown = table[[name for name in table if "no answer" not in str(name)]]
    rows = [_row_text(row) for row in shown.to_dict("records")]
    if not set(TALLIED) <= set(data) or len(" ".join([what, *rows]).split()) <= LONGEST_ALT:
        return described(what, rows)
    held = data[(data["yes"].notna() & (data["base"] > 0)).astype(bool)]
    if held.empty:
        return described(what, rows)
    held = held.assign(answer=_called(held), share=(held["yes"] / held["base"]).astype(float))
    years = sorted(data["year"].unique()) if "year" in data else []
    last = held[held["year"] == held["year"].max()] if years else held
    apart = [name for name in ("label", *groups_of(data), "answer") if held[name].nunique() > 1]
    apart = apart or ["label"]
    noun = {"label": "item", "answer": "answer"}.get(apart[0], "group")
    ends = pd.concat([last.nlargest(1, "share"), last.nsmallest(1, "share")]).to_dict("records")
    high, low = (
        f"{', '.join(str(row[name]) for name in apart)} {of(row['yes'], row['base'])}"
        for row in ends
    )
    some = counted(data[apart[0]].nunique(), noun)
    if years:
        told = [wave_of(data, year) for year in years]
        some += f" in {listed(told) if len(told) < 3 else span(told[0], told[-1])}"
    when = f" in {wave_of(data, last['year'].max())}" if len(years) > 1 else ""
    return f"{what}{_joint(what)}{some}. Highest{when}: {high}; lowest: {low}."


def described(what: str, rows: Sequence[str]) -> str:
    """What a chart shows in words, from a text on each of its rows."""
    told = f"{what}. {'; '.join(rows)}."
    if len(rows) < 3 or len(told.split()) <= LONGEST_ALT:
        return told
    return f"{what}{_joint(what)}{len(rows)} rows. First, {rows[0]}; last, {rows[-1]}."


def _joint(what: str) -> str:
    return ", " if " of " in what else " of "


def _row_text(row: Mapping[Any, Any]) -> str:
    (_, first), *rest = row.items()
    return f"{first}: {', '.join(f'{name} {value}' for name, value in rest)}"


def _status_text(status: Mapping[str, int]) -> str:
    return "; ".join(f"{count} {name} ({STATUSES[name]})" for name, count in status.items())
