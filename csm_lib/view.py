"""Any items of a collection side by side: live in a notebook, and on a page without a kernel.

Who sits at a notebook gets controls that answer from the kernel. A published page holds a table of
all items, of which ``book/assets/explore.js`` shows what is chosen, and has Vega draw it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import pandas as pd

from csm_lib import words
from csm_lib.aggregate import NOT_KNOWN, changes
from csm_lib.collection import Collection
from csm_lib.disclosure import COUNTS
from csm_lib.download import as_csv
from csm_lib.errors import CollectionError
from csm_lib.findings import told_apart
from csm_lib.status import DRAWN, INVENTED, STATUSES, WITHHELD
from csm_lib.style import COLOUR, PALETTE, ROLES
from csm_lib.templates import render

if TYPE_CHECKING:
    import altair as alt
    from ipywidgets import Widget  # type: ignore[import-untyped]

EACH, CHANGE = "Each year", "Change"
NOT_ASKED, NOT_HELD = "not asked", "not held"
ROW = ["item", "answer"]
SYMBOLS = {"circle": "●", "square": "■", "diamond": "◆", "triangle-up": "▲"}


def explore(collection: Collection, items: str | Sequence[str] = ()) -> View:
    """View any items of a collection side by side, in any year, or how they changed.

    Parameters
    ----------
    items
        What is shown first: a section, an item, a label, or a list of them; by default the
        largest section. Items that are answered by a number have no share to show, and are left
        out.

    Raises
    ------
    CollectionError
        All items are answered by a number.

    Examples
    --------
    >>> from csm_lib import open_collection
    >>> view = explore(open_collection())
    >>> view.choose("board.jobcentre_plus", "Change")["told"].tolist()
    ['36% (26 of 72)', '69% (50 of 72)', '+33 points']
    """
    codebook = collection.codebook
    counted = [item for item in codebook.values() if not item.is_number]
    if not counted:
        raise CollectionError(
            f"{collection.path}: every item is answered by a number, so there are no shares to "
            "explore. Ask .numbers() for means and medians."
        )
    rows = collection.tally(list(codebook.sections)).astype(dict.fromkeys(COUNTS, "Int64"))
    answers = [codebook[i].answers[a] for i, a in zip(rows["item"], rows["answer"], strict=True)]
    named = rows["label"] + ": " + pd.Series(answers, dtype="str")
    named = rows["label"].where(rows["answer"] == "yes", named)
    rows["label"] = named.map(lambda text: words.legible(text, keep=""))
    rows["section"] = rows["section"].map(codebook.title)
    called = {year: collection.wave(year) for year in collection.years}
    rows = told_apart(rows).assign(column=rows["year"].map(called))
    counts = zip(rows["yes"], rows["base"], strict=True)
    rows["told"] = [WITHHELD if pd.isna(yes) else words.of(yes, base) for yes, base in counts]
    moved = changes(rows).assign(column=CHANGE)
    moved["told"] = [words.signed_points(row) for _, row in moved.iterrows()]
    ends = rows[rows["year"].isin([collection.years[0], collection.years[-1]])]
    firm = ends.groupby(ROW)["status"].agg(_firm)
    found = pd.concat([rows, moved.join(firm, on=ROW)])

    columns = [*called.values(), *moved["column"].head(1)]
    cells = rows[[*ROW, "label", "section"]].drop_duplicates()
    cells = cells.merge(pd.DataFrame({"column": columns}), how="cross")
    kept = [*ROW, "column", *COUNTS, "share", "change", "told", "status"]
    cells = cells.merge(found[kept], how="left", on=[*ROW, "column"])
    put = {(item, called.get(year)) for item in codebook for year in codebook[item].years}
    asked = [key in put for key in zip(cells["item"], cells["column"], strict=True)]
    silent = pd.Series(asked).map({True: NOT_HELD, False: NOT_ASKED})
    silent = silent.where(cells["column"] != CHANGE, NOT_KNOWN)
    cells = cells.fillna({"told": silent, "status": silent})
    made = collection.status == INVENTED or DRAWN in set(rows["status"])
    label = collection.label if made else ""
    cells["source"] = ". ".join(filter(None, [collection.source or collection.title, label]))
    largest = Counter(item.section for item in counted).most_common(1)[0][0]
    shown = {item.item for item in counted}
    chosen = [item for item in collection.items(items or largest) if item in shown]
    return View(collection, cells, chosen, label)


def _firm(statuses: pd.Series) -> str:
    """What the numbers of some cells are; where none has a number, why."""
    firm = statuses[~statuses.str.startswith("not ")]
    return ", ".join((firm if len(firm) else statuses).unique())


@dataclass(frozen=True, repr=False, eq=False)
class View:
    """Some items of a collection, chosen from all; `explore` makes it.

    Attributes
    ----------
    collection, chosen
        Whose items they are, and which are shown first.
    cells
        One row an item, answer and ``column``, a year or the change: what is ``told`` of it, and
        its numbers, missing where there are none.
    label
        What a picture of them must be called; may be empty.
    """

    collection: Collection
    cells: pd.DataFrame
    chosen: Sequence[str]
    label: str

    @property
    def columns(self) -> list[str]:
        """The years, and the change if there is any."""
        return list(dict.fromkeys(self.cells["column"]))

    @property
    def shows(self) -> dict[str, list[str]]:
        """What can be shown, and in which columns."""
        years = [name for name in self.columns if name != CHANGE]
        shows = ({EACH: years} if len(years) > 1 else {}) | {year: [year] for year in years}
        return shows | ({CHANGE: [years[0], years[-1], CHANGE]} if CHANGE in self.columns else {})

    def choose(self, items: str | Sequence[str], show: str, sort: str = "") -> pd.DataFrame:
        """Return the cells of some items in the columns of what is shown.

        They stand in the order of the book, or of a column to ``sort`` by, from the highest.
        """
        cells = self.cells[self.cells["item"].isin(self.collection.items(items))]
        if sort:
            number = "change" if sort == CHANGE else "share"
            by = cells[cells["column"] == sort].sort_values(number, ascending=False, kind="stable")
            cells = by[ROW].merge(cells, on=ROW)
        cells = cells[cells["column"].isin(self.shows[show])]
        return cells.assign(order=range(len(cells)))

    def table(self, cells: pd.DataFrame) -> pd.DataFrame:
        """Return cells that `choose` gave as a table to read, one column a year."""
        key = ["label", "section"]
        wide = cells.set_index([*key, "column"])["told"].unstack(sort=False)
        firm = cells.groupby(key, sort=False)["status"].agg(_firm)
        return wide.assign(status=firm).rename_axis(columns=None).reset_index()

    def chart(self, cells: pd.DataFrame | None = None, *, change: bool = False) -> alt.HConcatChart:
        """Draw cells that `choose` gave; without them, what Vega gets later as ``cells``."""
        import altair as alt

        # Vega breaks no lines by itself: a label after some letters, a share before its counts.
        def broken(text: str, letters: str) -> str:
            lines = rf"replace({text}, regexp('(.{{1,' + {letters} + '}})( +|$)', 'g'), '$1\n')"
            return rf"split(trim({lines}), '\n')"

        told = "split(replace(datum.told, ')', ''), ' (')"
        years = [name for name in self.columns if name != CHANGE]
        ink, muted = PALETTE["ink"], PALETTE["muted"]

        data = alt.NamedData("cells") if cells is None else cells
        longest = 0 if cells is None else max(map(len, cells["label"]))
        row = alt.Y("label:N", title=None).sort(field="order", op="min")
        every = alt.Chart(data, height=alt.Step(max(36, 0.75 * longest)))
        plot = every.encode(
            row.axis(labelExpr=broken("datum.label", "letters"), labelLimit=0, labelPadding=10)
        )
        sign = "''"
        if change:
            x = alt.X("change:Q", title="Change in percentage points", stack=None)
            x = x.axis(labelExpr="format(100 * datum.value, datum.value ? '+d' : 'd')", tickCount=5)
            marks = [plot.mark_bar(height=12, color=PALETTE["accent"]).encode(x)]
        else:
            signs = [f"{sign} " for sign in SYMBOLS.values()]
            sign = f"{signs}[indexof({json.dumps(years)}, datum.label) % 4]"
            x = alt.X("share:Q", title="Share of those that answered").scale(domain=[0, 1])
            x = x.axis(format="%", tickCount=5)
            between = [muted] * (len(years) - 2)
            colours = [PALETTE["earlier"], *between, PALETTE["later"]][-len(years) :]
            colour = alt.Color("column:N", legend=None).scale(domain=years, range=colours)
            shape = alt.Shape("column:N", legend=None).scale(domain=years, range=list(SYMBOLS))
            marks = [
                plot.mark_line(color=muted).encode(x, detail="label:N"),
                plot.mark_point(filled=True, size=90, opacity=1).encode(x, colour, shape),
            ]
        high = max(len(wrap(f"● {name}", 11, break_long_words=False)) for name in self.columns)
        name = broken(f"{sign} + datum.label", "11")
        head = alt.Axis(orient="top", labelAngle=0, labelExpr=name, labelPadding=14 * high - 12)
        column = alt.X("column:N", title=None, sort=None, axis=head)
        said = every.transform_calculate(lines=told).mark_text(color=ink, fontSize=12, dy=-7)
        said = said.encode(row.axis(None), column, text="lines:N").properties(width=alt.Step(66))
        guide = plot.mark_rule(color=PALETTE["grid"])
        heading = alt.Title(alt.expr("title"), anchor="start", color=ink)
        axis: dict[str, Any] = {
            "labelColor": ink,
            "titleColor": muted,
            "gridColor": PALETTE["grid"],
        }
        axis |= {"labelFontSize": 12, "titleFontSize": 12, "ticks": False, "domain": False}
        both = alt.hconcat(alt.layer(guide, *marks, width=330), said, bounds="flush", spacing=16)
        chart: alt.HConcatChart = (
            both.properties(title=heading, background=PALETTE["surface"])
            .add_params(alt.param("title", value=self.label), alt.param("letters", value=26))
            .configure_view(stroke=None)
            .configure_axis(**axis)
        )
        return chart

    @property
    def html(self) -> str:
        """All items as they stand on a page, and what its script needs to show what is chosen."""
        from vl_convert import vegalite_to_vega

        drawn = [vegalite_to_vega(self.chart(change=change).to_dict()) for change in (False, True)]
        numbers = {self.collection.wave(year): str(year) for year in self.collection.years}
        data = self.cells.assign(column=self.cells["column"].replace(numbers))
        roles = COLOUR.sub(lambda of: f"var(--csm-{ROLES[of[0]]},{of[0]})", json.dumps(drawn))
        return render(
            "view.html",
            view=self,
            rows=[cells.to_dict("records") for _, cells in self.cells.groupby(ROW, sort=False)],
            codebook=self.collection.codebook,
            statuses=[one for one in STATUSES if self.cells["status"].str.contains(one).any()],
            meanings=STATUSES,
            given={
                "drawn": json.loads(roles),
                "csv": as_csv(data.drop(columns=["told", "source"])).split("\n"),
                "source": as_csv(self.cells[["source"]].head(1)).split("\n"),
            },
        )

    def live(self) -> Widget:
        """Controls that answer from the kernel, for a front end that shows Jupyter widgets."""
        import ipywidgets
        from IPython.display import HTML
        from vl_convert import vegalite_to_svg

        def shown(items: Sequence[str], show: str, sort: str) -> HTML:
            cells = self.choose(items, show, sort)
            chart = self.chart(cells, change=show == CHANGE).to_dict() if len(cells) else None
            drawn = vegalite_to_svg(chart) if chart else ""
            html = render("view_live.html", drawn=drawn, table=self.table(cells))
            return HTML(html)  # type: ignore[no-untyped-call]

        each = self.cells.drop_duplicates("item")
        labels = [self.collection.codebook[item].label for item in each["item"]]
        names = each["section"] + ": " + labels
        return ipywidgets.interactive(
            shown,
            {"auto_display": True},  # else the result is kept, and shown to nobody
            items=ipywidgets.SelectMultiple(
                options=list(zip(names, each["item"], strict=True)),
                value=self.chosen,
                rows=10,
                layout={"width": "32rem"},
            ),
            show=ipywidgets.ToggleButtons(options=list(self.shows)),
            sort=[("in the order of the book", ""), *((name, name) for name in self.columns)],
        )

    def __str__(self) -> str:
        cells = self.choose(self.chosen, next(iter(self.shows)))
        table = self.table(cells).drop(columns="section").to_string(index=False)
        return words.legible(f"{self.cells['item'].nunique()} items, of which:\n\n{table}")

    __repr__ = __str__

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        bundle: dict[str, Any] = {"text/plain": str(self), "text/html": self.html}
        return (self.live()._repr_mimebundle_() if somebody_is_there() else {}) | bundle


def somebody_is_there() -> bool:
    """Whether the cell that runs was sent by a front end that its reader can type into."""
    from IPython import get_ipython

    kernel = getattr(get_ipython(), "kernel", None)
    request = kernel.get_parent("shell") if kernel is not None else {}
    return bool(request.get("content", {}).get("allow_stdin", False))
