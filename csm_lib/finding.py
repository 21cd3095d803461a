"""A finding: one question answered, with everything its reader needs, and how it shows itself.

The same object shows in JupyterLab and on the page: its title states the result, under it stand
the chart, the base, the status of the numbers and what to beware of, and folded away the table
behind the chart and the data to take along. As text (`str`, and what is stored in a notebook) it
is the same without the chart.
"""

from __future__ import annotations

import base64
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from csm_lib import download
from csm_lib.counts import format_percent
from csm_lib.status import (
    DERIVED,
    DRAWN,
    INVENTED,
    LABELS,
    STATUSES,
    WITHHELD,
    drawable,
    drawn_note,
    groups_of,
    withheld,
)
from csm_lib.words import counted, escaped, legible, sentence, span

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from csm_lib.collection import Collection

DRAWN_SOURCE = "One panel, drawn to reproduce the totals of Devanney and Wistow (2013)"
"""Where a number comes from that no figure of the paper stands behind."""

LONG = 60
"""A table of more rows than this scrolls in its box."""


@dataclass(frozen=True)
class Finding:
    """One question answered.

    Attributes
    ----------
    key
        Its id, unique in the book: ``statutory-agencies``.
    title
        A sentence that states the result, made from the numbers.
    question
        The question it answers.
    data
        What is drawn: a tally, or a table of its own shape.
    base
        Of whom the shares are, in words.
    source
        Where the numbers come from.
    caveat
        What the reader must beware of; may be empty.
    alt
        The result for those who do not see the chart, made from the numbers.
    draw
        Draws the chart; ``None`` where the table is the finding.
    labels
        What the page calls the answers of a tally.
    shown
        The data as the page sets it, in text; by default `as_table` lays it out.
    collection
        The collection it is made from, where that is not the drawn panel: it gives the
        label of invented returns, the terms, and what respondents are called.
    """

    key: str
    title: str
    question: str
    data: pd.DataFrame
    base: str
    source: str
    caveat: str = ""
    alt: str = ""
    draw: Callable[[], Figure] | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    shown: pd.DataFrame | None = None
    collection: Collection | None = None

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
    def table(self) -> pd.DataFrame:
        """The table behind the chart, as a page sets it: text, with counts beside percentages."""
        return as_table(self.data, self.labels) if self.shown is None else self.shown

    @property
    def csv(self) -> str:
        """The data to take away; every row says where it comes from."""
        return download.as_csv(self._sourced)

    @property
    def label(self) -> str:
        """What it must be called wherever it goes; empty where nothing is drawn or invented."""
        made = INVENTED if self.collection and self.collection.status == INVENTED else None
        return next((LABELS[one] for one in (INVENTED, DRAWN) if one in (made, *self.status)), "")

    @property
    def about(self) -> dict[str, object]:
        """What goes along with the data."""
        paper = [download.PAPER] if download.PAPER_SHORT in self.source else []
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
            "licence": download.licences(
                self.status, label=self.label, terms=download.terms_of(self.collection)
            ),
            "cite": [self.citation, *paper],
            "columns": download.columns(self.key, self._sourced, respondents=self._respondents),
        }

    @property
    def citation(self) -> str:
        """How to cite it, as plain text."""
        return download.citation(self.key, self.title, self.source, label=self.label)

    @property
    def archive(self) -> bytes:
        """The download: a zip of the data and of what goes along with them, the same each time."""
        return download.pack(self.about, self.csv)

    @property
    def _sourced(self) -> pd.DataFrame:
        return self.data.assign(source=self.source)

    @property
    def _respondents(self) -> tuple[str, str]:
        if self.collection is None:
            return "authority", "authorities"
        return self.collection.one, self.collection.many

    def __str__(self) -> str:
        lines = [
            self.title,
            "",
            f"Question: {self.question}",
            f"Base: {self.base}",
            f"Status: {_status_text(self.status)}",
            f"Source: {self.source}",
        ]
        if self.caveat:
            lines.append(f"Beware: {self.caveat}")
        wrapped = [textwrap.fill(line, 96, subsequent_indent="  ") for line in lines]
        return legible("\n".join([*wrapped, "", _plain(self.table)]))

    __repr__ = __str__

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.html}

    @property
    def html(self) -> str:
        """The finding as it stands on a page."""
        e = escaped
        address = base64.b64encode(self.archive).decode()
        table = _html_table(self.table, self.title)
        parts = [
            f'<figure class="csm-finding" id="finding-{e(self.key)}">',
            f'<figcaption class="csm-title"><b>{e(self.title)}</b></figcaption>',
        ]
        if self.draw is None:
            if self.collection is not None and self.label:  # no chart carries it
                parts.append(f'<p class="csm-caveat"><b>{e(self.label)}</b></p>')
            parts.append(table)
        else:
            from csm_lib.charts import svg  # heavy; a text-only reader does without

            drawing = svg(self.draw(), key=self.key, alt=self.alt)
            parts.append(f'<div class="csm-chart">{drawing}</div>')
        parts.append(f'<p class="csm-base"><b>Base:</b> {e(self.base)}</p>')
        badges = " ".join(
            f'<span class="csm-status" data-status="{e(name)}">{count} {e(name)}</span>'
            for name, count in self.status.items()
        )
        parts.append(f'<p class="csm-base"><b>Status:</b> {badges}</p>')
        if self.caveat:
            parts.append(f'<p class="csm-caveat"><b>Beware:</b> {e(self.caveat)}</p>')
        parts += [
            '<details class="csm-table"><summary>'
            f"{'Question and data' if self.draw is None else 'Question, table and data'}"
            f'</summary><p class="csm-question"><b>Question:</b> {e(self.question)}</p>',
            "" if self.draw is None else table,
            f'<p class="csm-source"><b>Status:</b> {e(_status_text(self.status))}</p>',
            f'<p class="csm-source"><b>Source:</b> {e(self.source)}</p>',
            f'<p class="csm-source csm-cite"><b>Cite this finding:</b> {e(self.citation)}</p>',
            # book/_ext/csm_downloads.py makes a file of it on the site
            f'<a class="csm-download" download="{download.file_name(self.key)}.zip" '
            f'href="data:application/zip;base64,{address}">Download the data (zip)</a>',
            "</details></figure>",
        ]
        return "\n".join(part for part in parts if part)


def as_table(data: pd.DataFrame, labels: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Lay a tally out for reading: one row an item (or group), one column a year (or answer).

    Parameters
    ----------
    data
        A tally, with or without years. A frame of any other shape is returned as it is.
    labels
        What to call the answers.

    Returns
    -------
    DataFrame
        Text. A cell holds the share and its counts, ``63% (46 of 73)``; a column ``no answer``
        stands beside it where somebody gave none. A cell without a figure says so, and so does
        one that is withheld.
    """
    needed = {"item", "label", "answer", "yes", "base", "no_answer"}
    if not needed <= set(data.columns):
        return data.reset_index(drop=True)
    groups = groups_of(data)
    one_item = data["item"].nunique() == 1 and bool(groups)
    several_answers = bool(data.groupby("item")["answer"].nunique().max() > 1)
    heads = pd.DataFrame(index=data.index)
    if not one_item:
        heads["item"] = told_apart(data)["label"]
    for name in groups:
        heads[name.replace("_", " ")] = data[name]
    years = data["year"].astype(str) if "year" in data else None
    if several_answers and years is not None:
        heads["year"] = years
    if several_answers:
        column = data["answer"].map(lambda a: (labels or {}).get(a, a.replace("_", " ")))
        silent = pd.Series("no answer", index=data.index)
    else:
        column = pd.Series("share", index=data.index) if years is None else years
        silent = column + ": no answer"
    share = [
        WITHHELD if pd.isna(yes) else f"{format_percent(yes, base)} ({yes} of {base})"
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


def of_tally(
    collection: Collection,
    data: pd.DataFrame,
    *,
    key: str,
    title: str,
    question: str,
    what: str,
    draw: Callable[..., Figure] | None,
    base: str = "",
    caveat: str = "",
    labels: Mapping[str, str] | None = None,
) -> Finding:
    """Make a finding of a tally, with all that follows from the collection.

    Parameters
    ----------
    collection
        The collection.
    data
        A tally of it.
    key, title, question, caveat, labels
        As for a `Finding`. Where figures are withheld, the caveat goes on to say so.
    what
        What the chart is, for those who do not see it: ``Chart of the share of Boards``.
    draw
        A chart of `csm_lib.charts`: called with the rows to draw and ``note``. Items and groups
        of which every figure is withheld are not drawn; if that is all of them, the finding has
        no chart.
    base
        Of whom the shares are; by default as `base_of` says.
    """
    drawn, note = drawable(data), drawn_note(data)
    return Finding(
        key=key,
        title=title,
        question=question,
        data=data,
        base=base or base_of(data, collection),
        source=source_of(collection, data),
        caveat=" ".join(part for part in (caveat, withheld_text(collection, data)) if part),
        alt=alt_of(what, data, labels),
        draw=None if draw is None or drawn.empty else (lambda: draw(drawn, note=note)),
        labels=labels or {},
        collection=collection,
    )


def withheld_text(collection: Collection, data: pd.DataFrame) -> str:
    """A sentence on the figures of a tally that are withheld; empty where none is."""
    count = withheld(data)
    if not count:
        return ""
    verb = "is" if count == 1 else "are"
    return (
        f"{sentence(counted(count, 'figure'))} {verb} withheld: a count from 1 to "
        f"{collection.threshold - 1}, or what would give one back by subtraction."
    )


def source_of(collection: Collection, data: pd.DataFrame) -> str:
    """Where the numbers of a tally come from, in words."""
    if collection.status != DRAWN:
        return collection.source or collection.title
    places = dict.fromkeys(
        collection.codebook[item].place for item in data["item"] if item in collection.codebook
    )
    if (data["status"] == DRAWN).all():
        return DRAWN_SOURCE
    source = f"Devanney and Wistow (2013), {'; '.join(places)}"
    if (data["status"] == DRAWN).any():
        source += "; what is marked drawn, one panel drawn to reproduce its totals"
    return source


def base_of(data: pd.DataFrame, collection: Collection) -> str:
    """Of whom the shares of a tally are, in words."""
    many, bases = collection.many, data["base"].dropna()
    whiskers = f"; whiskers: {collection.intervals_text}" if "low" in data else ""
    if bases.empty:
        return f"{many} that answered the question; how many is withheld{whiskers}"
    base = span(int(bases.min()), int(bases.max()))
    if base == str(collection.size):
        who = f"the one {collection.one}" if collection.size == 1 else f"all {base} {many}"
        return f"{who}{whiskers}"
    each = " by item and year" if " to " in base else ""
    return f"{many} that answered the question, {base} of {collection.size}{each}{whiskers}"


def alt_of(what: str, data: pd.DataFrame, labels: Mapping[str, str] | None = None) -> str:
    """The numbers of a chart in words: what it is, then each row of its table."""
    table = as_table(data, labels)
    rows = []
    for row in table.drop(columns="status", errors="ignore").to_dict("records"):
        first, *rest = row.items()
        values = ", ".join(
            f"{name} {value}" for name, value in rest if "no answer" not in str(name)
        )
        rows.append(f"{first[1]}: {values}")
    return f"{what}. {'; '.join(rows)}."


def _status_text(status: Mapping[str, int]) -> str:
    return "; ".join(f"{count} {name} ({STATUSES[name]})" for name, count in status.items())


def _plain(table: pd.DataFrame) -> str:
    return str(table.to_string(index=False)) if len(table) else "(no rows)"


def _html_table(table: pd.DataFrame, caption: str) -> str:
    """A table in a box of its own, in which a long or a wide one scrolls."""
    head = "".join(f'<th scope="col">{escaped(str(name))}</th>' for name in table.columns)
    body = []
    for row in table.itertuples(index=False):
        first, *rest = map(_cell, row)
        cells = "".join(f"<td>{value}</td>" for value in rest)
        body.append(f'<tr><th scope="row">{first}</th>{cells}</tr>')
    kind = "csm-table csm-scroll csm-long" if len(table) > LONG else "csm-table csm-scroll"
    return (
        f'<div class="{kind}"><table><caption>{escaped(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def _cell(value: object) -> str:
    """A cell's text; an id, which has no spaces, may break after its dots and dashes."""
    text = escaped(str(value))
    return text if " " in text else re.sub(r"([._])(?=\w)", r"\1<wbr>", text)
