"""A tally drawn: ordinary matplotlib functions, data in and Axes out, in one house style.

The first argument is a tally (`csm_lib.aggregate.tally`) or a frame of comparisons. Options that
every chart takes:

ax
    The Axes to draw on. Without it a figure is made through pyplot, 380 pt wide and as tall as
    its rows need, so that a notebook's cell that ends with the call shows the chart.
note
    A label that stands in the figure; by default the one that drawn or withheld rows must carry.

What is returned is the Axes. `bars`, `dumbbell`, `ranked_dots`, `stacked_bars` and `waves` draw a
tally that is split by a characteristic in small multiples, and return an array of Axes, one a
group. Data that a chart cannot draw raise a ValueError that says what to do.

A percentage is `csm_lib.counts.rounded_percent` of a count and its base, and stands beside its
mark. Years differ in shape (open, then filled) as well as in colour, answers in shade. A cell
without a figure says why in words. Along y one unit is a point, 1/72 inch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import ceil
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.container import BarContainer
from matplotlib.patches import Patch
from matplotlib.transforms import offset_copy
from pandas.api.types import is_float_dtype

from csm_lib.counts import points_change, rounded_percent
from csm_lib.status import groups_of, label_of
from csm_lib.style import DARK as DARK
from csm_lib.style import (
    FONT,
    LARGE,
    LINE,
    SMALL,
    TEXT,
    WIDTH,
    house_style,
    measure,
    plain,
    text_on,
    wrap,
)  # fmt: skip
from csm_lib.style import PALETTE as PALETTE
from csm_lib.style import css as css
from csm_lib.style import figure_of as figure_of
from csm_lib.style import svg as svg
from csm_lib.words import SMALLEST_P, of_panels, p_value, span

# The nine regions of England, by column and row, so that neighbours lie as on a map.
PLACES = {
    "North East": (1, 0),
    "North West": (0, 1),
    "Yorkshire and the Humber": (1, 1),
    "West Midlands": (0, 2),
    "East Midlands": (1, 2),
    "East of England": (2, 2),
    "South West": (0, 3),
    "South East": (1, 3),
    "London": (2, 3),
}

LABELS = 134.0  # pt; the most a column of labels takes
GAP = 4.0  # pt between a mark and its value
MARKS = {"ring": 5.8, "dot": 3.6, "small ring": 3.6, "disc": 4.6}  # pt; radii; a ring is open
BAR = 17.0  # pt; thickness of a bar that holds or stands beside text
Look = dict[str, Any]
INK, MUTED, SURFACE, GRID = (PALETTE[role] for role in ("ink", "muted", "surface", "grid"))
QUIET: Look = {"size": SMALL, "color": MUTED}
OUTSIDE = ("axes fraction", "data")  # along x, 0 is the left end of the plot and 1 its right
# What stands for a cell without a count, with a base of 0, and for none.
WITHHELD, NO_ANSWERS, NOT_ASKED = "withheld", "no answers", "not asked"

Panels = npt.NDArray[Any]  # an Axes for each group
Place = tuple[float, float, float]  # a place along x, and the points needed left and right of it
Draw = Callable[[Axes, pd.DataFrame], list[Place]]


@house_style()
def dumbbell(
    tally: pd.DataFrame,
    *,
    order: Sequence[str] | None = None,
    ax: Axes | None = None,
    note: str | None = None,
) -> Axes | Panels:
    """Draw the share of each item in two years, the largest in the last year first.

    Parameters
    ----------
    tally
        A tally of yes/no items: one row per item and year. Its first and last year are drawn;
        where it has ``low`` and ``high``, so is the interval.
    order
        Ids of the items from top to bottom, each once.
    ax, note
        The Axes to draw on, and a label to set in the figure, as for every chart.
    """
    cells, groups = _read(tally, "dumbbell", ["item", "year"])
    items = _ordered(cells, order)
    first, last = cells["year"].min(), cells["year"].max()
    roles = {first: "earlier"} | {last: "later"}  # with one year, that is the later

    def draw(ax: Axes, part: pd.DataFrame) -> list[Place]:
        places = _rows(ax, items)
        room = _percent_axis(ax)
        part = part[part["year"].isin(roles)].assign(y=part["item"].map(places))
        both = part.groupby("item")["share"].transform("count") == 2
        if part["low"].notna().any():  # two intervals on one line would hide each other
            part["y"] += part["year"].map({first: -3.5, last: 3.5}).where(both, 0)
        for item, y in places.items():
            row = part[part["item"] == item].sort_values("year")
            marks = row[row["share"].notna()].sort_values("share", kind="stable")
            if marks.empty:
                why = " or ".join(sorted(set(row["value"]))) or f"{NOT_ASKED} in {first} or {last}"
                room.append(_beside(ax, 0, y, why, 6, **QUIET))
                continue
            reach = marks[["share", "low", "high"]]
            low, high = reach.min().min(), reach.max().max()
            ax.hlines(y, 0, low, color=GRID, linewidth=1, zorder=0)
            ax.plot(marks["share"], marks["y"], color=MUTED, linewidth=1.6, zorder=1)
            ends = zip(_each(marks[::-1]), (high, low), (1, -1), strict=False)
            for cell, end, side in ends:
                look = _year_look(roles[cell.year])
                room.append(_beside(ax, end, y, cell.value, side * (MARKS["ring"] + GAP), **look))
        for year, role in roles.items():
            mark = "ring" if role == "earlier" else "dot"
            _dots(ax, part[part["year"] == year], role, mark, str(year))
        return room

    return _panels(draw, cells, groups, ax=ax, note=note, key={})


@house_style()
def waves(
    tally: pd.DataFrame,
    *,
    order: Sequence[str] | None = None,
    ax: Axes | None = None,
    note: str | None = None,
) -> Axes | Panels:
    """Draw the share of each item in every wave, the largest in the last wave first.

    The waves of an item stand one below the other, joined: open marks, and a filled one for the
    last. The value of the first wave stands to the left of the plot, that of the last to its
    right.

    Parameters
    ----------
    tally, order
        As for `dumbbell`, with two years or more.
    ax, note
        The Axes to draw on, and a label to set in the figure, as for every chart.
    """
    cells, groups = _read(tally, "waves", ["item", "year"])
    items = _ordered(cells, order)
    years = sorted(cells["year"].unique())
    if len(years) < 2:
        raise ValueError(f"waves needs two years, and the tally has only {years[0]}.")
    first, last = years[0], years[-1]
    roles = dict.fromkeys(years, "muted") | {first: "earlier", last: "later"}
    names = {years[1]: ", ".join(map(str, years[1:-1])), first: str(first), last: str(last)}
    step = 8.0  # pt from one wave down to the next
    down = {year: (number - (len(years) - 1) / 2) * step for number, year in enumerate(years)}
    grid = cells.pivot(index=[*groups, "item"], columns="year", values="value")
    widths = {year: max(map(_breadth, grid[year].fillna(NOT_ASKED))) for year in (first, last)}

    def draw(ax: Axes, part: pd.DataFrame) -> list[Place]:
        pitch = max(24.0, step * (len(years) - 1) + 17)
        places = _rows(ax, items, pitch=pitch, beside=widths[first] + 10)
        room = _percent_axis(ax)
        for year, x, gap in ((first, 0, -8), (last, 1, widths[last] + 2)):
            found = part[part["year"] == year].set_index("item").reindex(items.index)
            for cell in _each(found):
                look = QUIET if np.isnan(cell.share) else _year_look(roles[year])
                text = NOT_ASKED if pd.isna(cell.value) else cell.value
                style: Look = {"ha": "right", "xycoords": OUTSIDE, **look}
                _beside(ax, x, places[cell.Index], text, gap, **style)
        part = part.assign(y=part["item"].map(places) + part["year"].map(down))
        for _, path in part[part["share"].notna()].sort_values("year").groupby("item"):
            ax.plot(path["share"], path["y"], color=MUTED, linewidth=1.2, zorder=1)
        for year, role in roles.items():
            mark = "disc" if year == last else "small ring"
            _dots(ax, part[part["year"] == year], role, mark, names.get(year, ""))
        return room

    return _panels(draw, cells, groups, ax=ax, note=note, key={})


@house_style()
def ranked_dots(
    tally: pd.DataFrame, *, ax: Axes | None = None, note: str | None = None
) -> Axes | Panels:
    """Draw the share of each item in one year, the largest first, with its count.

    Parameters
    ----------
    tally
        A tally of yes/no items in one year: one row per item. Where it has ``low`` and ``high``,
        the interval is drawn.
    ax, note
        The Axes to draw on, and a label to set in the figure, as for every chart.
    """
    cells, groups = _read(tally, "ranked_dots", [*{"year"}.intersection(tally), "item"])
    years = sorted(cells["year"].unique())
    if len(years) > 1:
        raise ValueError(
            f"ranked_dots draws one year, and the tally has {', '.join(map(str, years))}. "
            "Keep one of them, or use dumbbell."
        )
    items = _ordered(cells)
    percent = max(map(_breadth, cells["value"])) + 4
    count = percent + max(measure(text, SMALL) for text in cells["count"]) + 8

    def draw(ax: Axes, part: pd.DataFrame) -> list[Place]:
        part = part.assign(y=part["item"].map(_rows(ax, items)))
        room = _percent_axis(ax)
        at: Look = {"ha": "right", "xycoords": OUTSIDE}
        for cell in _each(part):
            if np.isnan(cell.share):
                _beside(ax, 1, cell.y, cell.value, count, **at, **QUIET)
                continue
            _beside(ax, 1, cell.y, cell.value, percent, weight="bold", **at)
            _beside(ax, 1, cell.y, cell.count, count, **at, **QUIET)
        ax.hlines(part["y"], 0, part["share"], color=GRID, linewidth=1, zorder=0)
        _dots(ax, part, "accent", "disc")
        return room

    return _panels(draw, cells, groups, ax=ax, note=note)


@house_style()
def bars(
    tally: pd.DataFrame,
    *,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    note: str | None = None,
) -> Axes | Panels:
    """Draw a bar for each category, and for each year in it, on a scale from 0 to 100%.

    Parameters
    ----------
    tally
        A tally of one item with several answers, whose answers are then the categories, or of
        several yes/no items. Categories come in its order.
    labels
        What to call an answer; by default its id in words.
    ax, note
        The Axes to draw on, and a label to set in the figure, as for every chart.
    """
    by = [name for name in ("item", "year", "answer") if name in tally]
    cells, groups = _read(tally, "bars", by)
    key = "answer" if cells["answer"].nunique() > 1 else "item"
    if key == "answer":
        if cells["item"].nunique() > 1:
            raise ValueError(
                "bars draws the answers to one item, and this tally has several items. Keep one "
                "of them, or use stacked_bars."
            )
        cells["label"] = [_answer(answer, labels) for answer in cells["answer"]]
    years = sorted(cells["year"].unique())
    roles = dict.fromkeys(years, "muted") | {years[0]: "earlier", years[-1]: "later"}
    if len(years) == 1:
        roles = {years[0]: "accent"}
    width = _wide(ax, groups)

    def draw(ax: Axes, part: pd.DataFrame) -> list[Place]:
        part = part.merge(_headed(ax, cells, key, width), on=[key, "year"])
        room = [(0.0, 1.0, 1.0), (1.0, 0.0, 1.0)]
        for year, rows in part.groupby("year"):
            hollow = roles[year] == "earlier"
            _bars(ax, rows["y"], rows["share"].fillna(0), roles[year], hollow=hollow)
        edges = part["y"] - BAR / 2 - 2, part["y"] + BAR / 2 + 2
        ax.vlines(0 * part["y"], *edges, color=MUTED, linewidth=1, zorder=4)
        for cell in _each(part):
            if np.isnan(cell.share):
                room.append(_beside(ax, 0, cell.y, cell.value, GAP, **QUIET))
                continue
            _beside(ax, cell.share, cell.y, cell.value, GAP, weight="bold")
            gap = GAP + measure(cell.value, TEXT, "bold") + 6
            room.append(_beside(ax, cell.share, cell.y, cell.count, gap, **QUIET))
        return room

    return _panels(draw, cells, groups, ax=ax, note=note, columns=2)


@house_style()
def stacked_bars(
    tally: pd.DataFrame,
    *,
    answers: Sequence[str],
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    note: str | None = None,
) -> Axes | Panels:
    """Draw how the answers to each item divide, in each year, with the base.

    Parameters
    ----------
    tally
        A tally of items with several answers: one row per item, year and answer. Items come in
        its order.
    answers
        The answers to draw, from left to right, one to five of them. What they leave of the
        base stays blank, and a part too small for its percentage has none.
    labels
        What to call an answer; by default its id in words.
    ax, note
        The Axes to draw on, and a label to set in the figure, as for every chart.
    """
    cells, groups = _read(tally, "stacked_bars", ["item", "year", "answer"])
    unknown = [answer for answer in answers if answer not in set(cells["answer"])]
    if unknown:
        raise ValueError(
            f"stacked_bars: the tally has no answer {', '.join(unknown)}. Its answers: "
            f"{', '.join(sorted(set(cells['answer'])))}."
        )
    ramp = {1: "5", 2: "52", 3: "531", 4: "5421", 5: "54321"}  # the strongest shade first
    if len(answers) not in ramp:
        raise ValueError(f"{len(answers)} answers cannot be told apart in a bar: give 1 to 5.")
    roles = {answer: f"shade-{n}" for answer, n in zip(answers, ramp[len(answers)], strict=True)}
    cells = cells[cells["answer"].isin(answers)]
    width = _wide(ax, groups)

    def draw(ax: Axes, part: pd.DataFrame) -> list[Place]:
        part = part.merge(_headed(ax, cells, "item", width, weight="bold"), on=["item", "year"])
        bases = part.drop_duplicates("y")
        gap = max(measure(f"n = {base}", SMALL) for base in bases["base"]) + 8
        for cell in _each(bases):
            if not pd.isna(cell.base):
                style: Look = {"ha": "right", "xycoords": OUTSIDE, **QUIET}
                _beside(ax, 1, cell.y, f"n = {cell.base}", gap, **style)
            if np.isnan(cell.share):
                _beside(ax, 0, cell.y, cell.value, GAP, **QUIET)
        end = pd.Series(0.0, bases["y"])
        for answer, role in roles.items():
            rows = part[(part["answer"] == answer) & (part["share"] > 0)].set_index("y")
            start = end[rows.index]
            _bars(ax, rows.index, rows["share"], role, left=start)
            for cell, left in zip(_each(rows), start, strict=True):
                if measure(cell.value) + 3 <= cell.share * (width - gap - 38):
                    color = PALETTE[text_on(role)]
                    _inside(ax, left + cell.share / 2, cell.Index, cell.value, color=color)
            end = end.add(rows["share"], fill_value=0)
        return [(0, 1, 1), (1, 1, 1)]

    marks = [Patch(**_look(roles[name]), label=_answer(name, labels)) for name in answers]
    key: Look = {"handles": marks}
    return _panels(draw, cells, groups, ax=ax, note=note, columns=2, key=key)


@house_style()
def change_bars(tally: pd.DataFrame, *, ax: Axes | None = None, note: str | None = None) -> Axes:
    """Draw how far the share of each item rose or fell, in points, the largest rise first.

    Parameters
    ----------
    tally
        A tally of yes/no items: one row per item and year. The change is from its first to its
        last year, made from the counts. An item without a share in both years stands below the
        others, and says why it has no bar.
    ax, note
        The Axes to draw on, and a label to set in the figure, as for every chart.
    """
    cells, _ = _read(tally, "change_bars", ["item", "year"], split=False)
    first, last = cells["year"].min(), cells["year"].max()
    if first == last:
        raise ValueError(f"change_bars needs two years, and the tally has only {first}.")
    sides = [cells[cells["year"] == year].set_index("item") for year in (first, last)]
    both = sides[0].merge(sides[1], "outer", on="item", suffixes=("_1", "_2"))
    both = both.reindex(cells["item"].unique())
    both["label"] = cells.drop_duplicates("item").set_index("item")["label"]
    cross = both["yes_2"] * both["base_1"] - both["yes_1"] * both["base_2"]
    held = both["share_1"].notna() & both["share_2"].notna()
    both["change"] = (cross / (both["base_1"] * both["base_2"])).where(held).astype(float)
    both = both.sort_values("change", ascending=False, kind="stable")

    def draw(ax: Axes, rows: pd.DataFrame) -> list[Place]:
        rows = _from_zero(ax, rows)
        _bars(ax, rows["y"], rows["change"].fillna(0), "accent", thick=13)
        room = [(0.0, 1.0, 1.0)]
        falls = rows["change"].min() < -rows["change"].max()  # more room on the left
        for row in _each(rows):
            if np.isnan(row.change):
                why = _why({first: row.value_1, last: row.value_2})
                room.append(_beside(ax, 0, row.y, why, -6 if falls else 6, **QUIET))
                continue
            points = points_change(row.yes_1, row.base_1, row.yes_2, row.base_2)
            text = f"{'+' if points > 0 else '−' if points < 0 else ''}{abs(points)}"
            gap = -GAP if row.change < 0 else GAP
            room.append(_beside(ax, row.change, row.y, text, gap, weight="bold"))
        return room

    title = f"Change from {first} to {last}, in percentage points"
    key: Look = {"title": title}
    return _chart(draw, both, [], ax=ax, note=note, key=key)[0]


@house_style()
def moves(
    frame: pd.DataFrame,
    *,
    losers: str = "stopped",
    gainers: str = "began",
    ax: Axes | None = None,
    note: str | None = None,
) -> Axes:
    """Draw how many authorities moved each way: filled at the least, open at the most.

    Parameters
    ----------
    frame
        One row per comparison: ``item``, ``label``, and the ends of two ranges as
        `csm_lib.inference.change_range` gives them, ``losers_low``, ``losers_high``,
        ``gainers_low`` and ``gainers_high`` (numbers of authorities). Rows come in its order.
    losers, gainers
        What the two did, in the past tense: ``left`` and ``joined`` for a Board.
    ax, note
        The Axes to draw on, and a label to set in the figure, as for every chart.
    """
    columns = ["losers_low", "losers_high", "gainers_low", "gainers_high"]
    frame = _comparisons(frame, "moves", columns)

    def draw(ax: Axes, rows: pd.DataFrame) -> list[Place]:
        rows = _from_zero(ax, rows)
        room = [(0.0, 1.0, 1.0)]
        for name, side, role in (("losers", -1, "earlier"), ("gainers", 1, "later")):
            low, high = rows[f"{name}_low"], rows[f"{name}_high"]
            _extent(ax, rows["y"], side * low, side * high, role)
            for y, least, most in zip(rows["y"], low, high, strict=True):
                room.append(_beside(ax, side * most, y, span(least, most), side * GAP))
        return room

    marks = [*_ends("earlier", f"{losers} "), *_ends("later", f"{gainers} ")]
    title = "Number of authorities that"
    key: Look = {"handles": marks, "title": title, "columns": 2}
    return _chart(draw, frame, [], ax=ax, note=note, key=key)[0]


@house_style()
def ranges(
    frame: pd.DataFrame, *, what: str, ax: Axes | None = None, note: str | None = None
) -> Axes:
    """Draw how many there can be: filled at the least, open at the most.

    Parameters
    ----------
    frame
        One row per range: ``item``, ``label``, ``low`` and ``high``, as
        `csm_lib.inference.group_bounds` gives them, and ``base``, of how many. Rows come in its
        order.
    what
        What is counted, with no number: ``Authorities that said yes``.
    ax, note
        The Axes to draw on, and a label to set in the figure, as for every chart.
    """
    frame = _comparisons(frame, "ranges", ["low", "high", "base"])

    def draw(ax: Axes, rows: pd.DataFrame) -> list[Place]:
        rows = _from_zero(ax, rows)
        _extent(ax, rows["y"], rows["low"], rows["high"], "accent")
        room = [(0.0, 1.0, 1.0)]
        for row in _each(rows):
            text = f"{span(row.low, row.high)} of {row.base}"
            room.append(_beside(ax, row.high, row.y, text, GAP))
        return room

    key: Look = {"handles": _ends("accent"), "title": what}
    return _chart(draw, frame, [], ax=ax, note=note, key=key)[0]


@house_style()
def p_ranges(
    frame: pd.DataFrame,
    *,
    level: float = 0.05,
    ax: Axes | None = None,
    note: str | None = None,
) -> Axes:
    """Draw the range of p for each comparison, on a log scale, and whether it is below a level.

    Parameters
    ----------
    frame
        One row per comparison: ``item``, ``label``, ``p_low`` and ``p_high`` (a pair of columns
        of `csm_lib.inference.change_range`, such as ``exact_low`` and ``exact_high``). Rows come
        in its order. An arrow stands for a p below 0.0001, where the scale ends.
    level
        The level of the test, from 0.0001 to 1. A p at the level counts as below it.
    ax, note
        The Axes to draw on, and a label to set in the figure, as for every chart.
    """
    if not SMALLEST_P <= level <= 1:
        raise ValueError(
            f"p_ranges has a scale from {SMALLEST_P:g} to 1, which does not hold {level!r}. Give "
            "it a level such as 0.05."
        )
    frame = _comparisons(frame, "p_ranges", ["p_low", "p_high"])

    def draw(ax: Axes, rows: pd.DataFrame) -> list[Place]:
        rows = rows.assign(y=_rows(ax, rows["label"], pitch=34).to_numpy())
        bottom = ax.get_ylim()[0]
        ax.set(xscale="log", xlim=(SMALLEST_P, 1), ylim=(bottom, -LINE - 4))
        ax.set_xticks([1e-4, 1e-2, 1], ["0.0001", "0.01", "1"])
        ax.minorticks_off()
        ax.vlines(10.0 ** np.arange(-4, 1), 0, bottom, color=GRID, linewidth=1, zorder=0)
        ax.hlines(rows["y"], SMALLEST_P, 1, color=GRID, linewidth=1, zorder=0)
        ax.vlines(level, 0, bottom, color=INK, linewidth=1.4, zorder=1)
        head, name = -LINE / 2 - 2, f"{level:g}"
        side = "center" if level < 0.3 else "right"
        _beside(ax, level, head, name, 0, weight="bold", ha=side)
        _beside(ax, 1, head, f"Below {name}?", 16, xycoords=OUTSIDE, **QUIET)
        for row in _each(rows):
            ends = row.p_low, row.p_high
            word = "always" if ends[1] <= level else "never" if ends[0] > level else "depends"
            quiet, role = word == "never", "muted" if word == "never" else "accent"
            ax.hlines(
                row.y, *np.maximum(ends, SMALLEST_P), color=PALETTE[role],
                linewidth=4.0 if word == "always" else 1.8,
                linestyle=(0, (2, 1.5)) if quiet else "solid",
            )  # fmt: skip
            for end, mark in zip(ends, ("dot", "ring"), strict=True):
                if end >= SMALLEST_P:
                    _dots(ax, pd.DataFrame({"share": [end], "y": row.y}), role, mark)
                elif mark == "dot":
                    ax.plot(SMALLEST_P, row.y, "<", ms=8, mew=0, c=PALETTE[role], clip_on=False)
            look: Look = {"color": MUTED} if quiet else {"weight": "bold"}
            _beside(ax, 1, row.y - LINE / 2, word, 16, xycoords=OUTSIDE, **look)
            text = " to ".join(dict.fromkeys(p_value(end, level=level) for end in ends))
            _beside(ax, 1, row.y + LINE / 2, text, 16, xycoords=OUTSIDE, **QUIET)
        for end, mark in (("lowest", "dot"), ("highest", "ring")):
            _dots(ax, rows[:0].assign(share=0), "accent", mark, f"{end} p possible")
        return []

    return _chart(draw, frame, [], ax=ax, note=note, key={})[0]


@house_style()
def support(
    frame: pd.DataFrame,
    *,
    what: str = "that support each claim",
    ax: Axes | None = None,
    note: str | None = None,
) -> Axes:
    """Draw what share of drawn panels supports each claim, by their persistence.

    Parameters
    ----------
    frame
        One row per claim and persistence: ``claim`` (its id), ``label``, ``persistence`` (the
        odds ratio that ties an authority's answers in the two years; 1 is none), ``yes``
        (panels that support the claim) and ``base`` (panels drawn). Claims come in its order.
    what
        Which panels a cell counts, as the axis goes on after "drawn panels".
    ax, note
        The Axes to draw on, and a label to set in the figure, as for every chart.
    """
    import seaborn as sns

    cells, _ = _read(frame, "support", ["claim", "persistence"], split=False)
    # fifths of the base in whole numbers, as a share of 0.6 may be a hair less
    cells["shade"] = (5 * cells["yes"] // cells["base"].replace(0, pd.NA)).clip(upper=4)
    labels = cells.drop_duplicates("claim").set_index("claim")["label"]
    wide: Any = cells.pivot(index="claim", columns="persistence").loc[labels.index]
    shades, yes, base = (wide[name] for name in ("shade", "yes", "base"))
    bases = cells["base"].unique()
    panels = f"{bases[0]:,} drawn panels" if len(bases) == 1 and bases[0] else "drawn panels"
    labels = labels.map(lambda label: wrap(label, LABELS))
    pitch = 26.0 + labels.str.count("\n").max() * LINE
    names = ["none (1)" if value == 1 else f"{value:,g}" for value in shades.columns]

    def draw(ax: Axes, _: pd.DataFrame) -> list[Place]:
        ramp = ListedColormap([PALETTE[f"shade-{step}"] for step in range(1, 6)])
        look: Look = {"cmap": ramp, "vmin": -0.5, "vmax": 4.5, "cbar": False, "clip_on": False}
        outline: Look = {"linewidths": 1.2, "linecolor": PALETTE["shade-4"]}
        bare: Look = {"xticklabels": False, "yticklabels": False}
        sns.heatmap(shades.astype("float64"), ax=ax, **look, **outline, **bare)
        for (row, column), shade in np.ndenumerate(shades.to_numpy()):
            known = not pd.isna(shade)
            text = of_panels(yes.iloc[row, column], base.iloc[row, column]) if known else "–"
            color = PALETTE[text_on(f"shade-{shade + 1}") if known else "muted"]
            _inside(ax, column + 0.5, row + 0.5, text, color=color)
        _ticks(ax, np.arange(len(labels)) + 0.5, [*labels])
        ax.set_xticks(np.arange(len(names)) + 0.5, names)
        ax.set_ylabel("")
        words = f"Share of {panels} {what}, by persistence"
        ax.set_xlabel(wrap(words, _size(ax)[0], SMALL))
        return []

    return _chart(draw, cells, [], ax=ax, note=note, unit=pitch)[0]


@house_style()
def tile_map(frame: pd.DataFrame, *, ax: Axes | None = None, note: str | None = None) -> Axes:
    """Draw the share of each region of England on a map of equal tiles.

    Parameters
    ----------
    frame
        One row per region: ``region`` (one of the nine), ``yes`` and ``base``, as in a tally by
        region of one item in one year. A region without a row is blank.
    ax, note
        The Axes to draw on, and a label to set in the figure, as for every chart.
    """
    stray = sorted(set(map(str, frame.get("region", []))) - set(PLACES))
    if stray:
        raise ValueError(
            f"tile_map has no place for {', '.join(stray)}. Leave it out, or name one of: "
            f"{', '.join(PLACES)}."
        )
    cells, _ = _read(frame, "tile_map", ["region"], split=False)
    cells = cells.set_index("region").reindex(list(PLACES))
    cells["percent"] = pd.to_numeric(cells["value"].str.removesuffix("%"), errors="coerce")
    start, step = _classes(cells["percent"].dropna())
    space, tall, wide = 4.0, 80.0, (WIDTH - 10) / 3

    def draw(ax: Axes, cells: pd.DataFrame) -> list[Place]:
        ax.set(xlim=(0, 3 * wide + 2 * space), ylim=(4 * tall + 3 * space, 0))
        breadth = _size(ax)[0] / 3 - 12
        for cell in _each(cells):
            column, row = PLACES[cell.Index]
            x, y = column * (wide + space), row * (tall + space)
            known = not np.isnan(cell.percent)
            role = f"shade-{min((cell.percent - start) // step, 4) + 1:.0f}" if known else "grid"
            _bars(ax, y + tall / 2, wide, role, left=x, thick=tall, hollow=not known)
            color = PALETTE[text_on(role)]
            name = wrap(cell.Index, breadth, TEXT, "bold")
            _inside(ax, x + wide / 2, y + 20, name, color=color, weight="bold")
            if known:
                big: Look = {"size": LARGE, "weight": "bold", "color": color}
                _inside(ax, x + wide / 2, y + 48, cell.value, **big)
                _inside(ax, x + wide / 2, y + 67, cell.count, size=SMALL, color=color)
            else:
                value = "no figure" if pd.isna(cell.value) else cell.value
                _inside(ax, x + wide / 2, y + 50, value, **QUIET)
        if cells["percent"].notna().any():
            lows = [start + step * n for n in range(5)]
            highs = [low + step - 1 + (low + step == 100) for low in lows]
            key = [
                Patch(**_look(f"shade-{n + 1}"), label=f"{low} to {high}")
                for n, (low, high) in enumerate(zip(lows, highs, strict=True))
            ]
            ax.legend(handles=key, title="Per cent", loc="upper right", alignment="left")
        return []

    return _chart(draw, cells, [], ax=ax, note=note)[0]


# -- The data ------------------------------------------------------------------


def _read(
    frame: pd.DataFrame, chart: str, by: list[str], *, split: bool = True
) -> tuple[pd.DataFrame, list[str]]:
    """Read a tally, and name the columns that tell rows apart which ``by`` alone does not.

    The tally gets ``share`` (missing where there is none), ``value``, the percentage or why there
    is none, and ``count``, such as ``46 of 73``.
    """
    _need(frame, chart, [*by, "yes", "base"], "csm_lib.aggregate.tally gives them")
    groups: list[str] = []
    if split and frame.duplicated(by).any():
        groups = [name for name in groups_of(frame) if not is_float_dtype(frame[name])]
    double = frame.duplicated([*groups, *by])
    if double.any():
        cell = ", ".join(str(value) for value in frame.loc[double, by].iloc[0])
        raise ValueError(
            f"{chart} draws one row per {' and '.join(by)}, and the tally has several for "
            f"{cell}. Keep one group or one answer of it."
        )
    cells = frame.reset_index(drop=True)
    yes, base = (cells[name].astype("Int64") for name in ("yes", "base"))
    wrong = ((yes < 0) | (yes > base)).fillna(value=False)
    if wrong.any():
        row = cells[wrong].iloc[0]
        raise ValueError(
            f"{chart}: {row.get('item', row[by[0]])} has {row['yes']} of {row['base']}. A count "
            "lies between 0 and its base."
        )
    held = (yes.notna() & (base > 0)).fillna(value=False).astype(bool)
    counts: Any = yes[held].to_numpy("int64"), base[held].to_numpy("int64")
    defaults: Look = {"item": cells[by[0]], "year": 0, "answer": "", "low": np.nan, "high": np.nan}
    cells = cells.assign(**{name: found for name, found in defaults.items() if name not in cells})
    cells["label"] = cells.get("label", cells["item"]).map(plain)
    cells = cells.assign(yes=yes, base=base, share=(yes / base).where(held).astype("float64"))
    cells["value"] = np.where(yes.notna() & base.notna(), NO_ANSWERS, WITHHELD)
    where: Any = held
    cells.loc[where, "value"] = [f"{percent}%" for percent in rounded_percent(*counts)]
    cells["count"] = ""
    cells.loc[where, "count"] = [f"{count} of {of}" for count, of in zip(*counts, strict=True)]
    return cells, groups


def _comparisons(frame: pd.DataFrame, chart: str, columns: list[str]) -> pd.DataFrame:
    """Read one row per comparison, in its order."""
    _need(frame, chart, ["item", *columns], "csm_lib.inference gives them for the items")
    blank = frame[columns].isna().any(axis=1)
    if blank.any():
        raise ValueError(
            f"{chart}: {frame.loc[blank, 'item'].iloc[0]} lacks a value. Leave it out."
        )
    return frame.assign(label=frame.get("label", frame["item"]).map(plain))


def _need(frame: pd.DataFrame, chart: str, columns: list[str], source: str) -> None:
    missing = [name for name in columns if name not in frame]
    if missing:
        raise ValueError(f"{chart} needs the columns {', '.join(missing)}: {source}.")
    if frame.empty:
        raise ValueError(f"{chart} was given no rows. Check the items and years.")


def _ordered(cells: pd.DataFrame, order: Sequence[str] | None = None) -> pd.Series:
    """Labels by item, in the order given or by share: the largest of the last year first.

    Items without a share in that year come after, by the latest that they have. Groups are taken
    together.
    """
    labels = cells.drop_duplicates("item").set_index("item")["label"]
    if order is not None:
        stray = sorted(set(order) ^ set(labels.index))
        if stray or len(order) > len(labels):
            raise ValueError(f"order must name each item once. Check {', '.join(stray or order)}.")
        return labels[list(order)]
    held = cells[cells["share"].notna()].groupby(["item", "year"])[["yes", "base"]].sum()
    shares = (held["yes"] / held["base"]).astype("float64").unstack("year")
    shares = shares.reindex(index=labels.index, columns=sorted(cells["year"].unique()))
    latest = shares.ffill(axis=1).iloc[:, -1]
    rank = pd.DataFrame({"late": shares.iloc[:, -1].isna(), "less": -latest.fillna(-1)})
    return labels[rank.sort_values(["late", "less"], kind="stable").index]


def _each(rows: pd.DataFrame) -> Iterator[Any]:
    return rows.itertuples()


def _answer(answer: str, labels: Mapping[str, str] | None) -> str:
    return plain((labels or {}).get(answer, answer.replace("_", " ").capitalize()))


def _why(values: dict[int, Any]) -> str:
    """Say why an item has no change, from what stands for it in two years."""
    told = {year: str(value) for year, value in values.items() if not pd.isna(value)}
    without = [value for value in told.values() if value in (WITHHELD, NO_ANSWERS)]
    return [*without, *(f"{year} only" for year in told), NOT_ASKED][0]


def _classes(percents: pd.Series) -> tuple[int, int]:
    """Where five classes start and how wide they are, to hold some whole percentages.

    The narrowest of 5, 10 and 20 points that will do: a step of shade then means a step that a
    reader can name.
    """
    for step in (5, 10):
        start = min(int(percents.min()) // step * step, 100 - 5 * step) if len(percents) else 100
        if percents.max() < start + 5 * step or percents.max() == 100 == start + 5 * step:
            return start, step
    return 0, 20


# -- The drawing ---------------------------------------------------------------


def _chart(
    draw: Draw,
    cells: pd.DataFrame,
    groups: list[str],
    *,
    ax: Axes | None,
    note: str | None,
    key: Look | None = None,
    columns: int = 1,
    unit: float = 1.0,
) -> list[Axes]:
    """Draw rows on one Axes, or each group of them on one of its own.

    ``key`` holds options of `_key`. A figure of the chart's own gets the height at which one of
    y takes ``unit`` points.
    """
    if groups and ax is not None:
        raise ValueError(
            f"A tally split by {', '.join(groups)} takes an Axes for each group. Leave ax out, or "
            "keep one group."
        )
    parts = [*cells.groupby(groups, sort=False, dropna=False)] if groups else [((), cells)]
    axes = [] if ax is None else [ax]
    if ax is None:
        grid = (ceil(len(parts) / columns), columns) if groups else (1, 1)
        size = (WIDTH / 72, 5 * grid[0])
        figure, panels = plt.subplots(*grid, figsize=size, layout="constrained", squeeze=False)
        if groups:
            figure.set_layout_engine("constrained", h_pad=8 / 72, w_pad=4 / 72)
        axes = [*panels.flat]
        for spare in axes[len(parts) :]:
            spare.remove()
        axes = axes[: len(parts)]
    room: list[Place] = []
    for panel, (_, part) in zip(axes, parts, strict=True):
        room += draw(_bare(panel), part)
    if room:
        _fit(axes, room)
    if key is not None:
        _key(axes[0], **key)
    if groups:
        _size(axes[0])
        for panel, (names, _) in zip(axes, parts, strict=True):
            title = wrap(", ".join(map(str, names)), WIDTH / columns - 20, TEXT, "bold")
            whole: Any = panel.get_tightbbox()
            left = (whole.x0 - panel.bbox.x0) / panel.bbox.width
            panel.set_title(title, x=left, ha="left")
    if note := note or label_of(cells):
        _note(axes[0], note)
    if ax is None:
        _heighten(axes, unit)
    return axes


def _panels(draw: Draw, cells: pd.DataFrame, groups: list[str], **options: Any) -> Axes | Panels:
    axes = _chart(draw, cells, groups, **options)
    return np.array(axes, dtype=object) if groups else axes[0]


def _bare(ax: Axes) -> Axes:
    """Take the furniture off an Axes, and say how its ticks are labelled."""
    ax.set_facecolor(SURFACE)
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0, labelsize=SMALL, labelcolor=MUTED, labelfontfamily=FONT)
    ax.set(xticks=[], yticks=[])
    return ax


def _size(ax: Axes) -> tuple[float, float]:
    """Width and height of the plot in points, once the layout has made room for its labels."""
    figure = figure_of(ax)
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
    return ax.bbox.width / figure.dpi * 72, ax.bbox.height / figure.dpi * 72


def _wide(ax: Axes | None, groups: list[str]) -> float:
    """Points that a heading above bars has."""
    return _size(ax)[0] if ax is not None else WIDTH / 2 - 12 if groups else WIDTH - 2


def _fit(axes: Sequence[Axes], room: list[Place]) -> None:
    """Give every Axes the same x axis, wide enough for what stands beside its marks."""
    x, before, after = np.array(room, dtype=float).T
    if (x == x[0]).all():
        x, before, after = np.r_[x, x[0] + 1], np.r_[before, 0], np.r_[after, 0]
    low, high = x.min(), x.max()
    width = max(_size(axes[0])[0], 1.5 * (before.max() + after.max()))
    for _ in range(40):  # each end moves a little when the other does
        point = (high - low) / width
        low, high = (x - before * point).min(), (x + after * point).max()
    for ax in axes:
        ax.set_xlim(low, high)


def _heighten(axes: Sequence[Axes], unit: float) -> None:
    """Give a figure of the chart's own the height at which one of y takes ``unit`` points."""
    grid: Any = axes[0].get_gridspec()
    spans = np.zeros(grid.nrows)
    for start in range(0, len(axes), grid.ncols):
        row = axes[start : start + grid.ncols]
        bottoms, tops = zip(*(ax.get_ylim() for ax in row), strict=True)
        for ax in row:
            ax.set_ylim(max(bottoms), min(tops))
        spans[start // grid.ncols] = (max(bottoms) - min(tops)) * unit
    grid.set_height_ratios(spans)
    figure = figure_of(axes[0])
    lacking = sum(spans) - sum(spans) / spans[0] * _size(axes[0])[1]
    figure.set_figheight(figure.get_figheight() + lacking / 72)
    _size(axes[0])


def _ticks(ax: Axes, places: npt.ArrayLike, texts: Sequence[str], beside: float = 0.0) -> None:
    """Label rows in a column to the left of the plot, with room beside it."""
    ax.set_yticks(places, texts)
    pad = max(measure(text) for text in texts) + 2 * GAP + beside
    ax.tick_params(axis="y", pad=pad, labelsize=TEXT, labelcolor=INK)
    for label in ax.get_yticklabels():
        label.set(ha="left", va="center_baseline", rotation=0)


def _rows(ax: Axes, labels: pd.Series, *, pitch: float = 24.0, beside: float = 0.0) -> pd.Series:
    """Give every label a row of the height that it needs, and return where rows are."""
    texts = [wrap(label, LABELS) for label in labels]
    heights = np.array([max(pitch, (text.count("\n") + 1) * LINE + 8) for text in texts])
    ends = heights.cumsum()
    _ticks(ax, ends - heights / 2, texts, beside)
    ax.set_ylim(ends[-1], 0)
    return pd.Series(ends - heights / 2, labels.index)


def _from_zero(ax: Axes, rows: pd.DataFrame) -> pd.DataFrame:
    """Give every comparison its row, and draw the line that bars start from."""
    rows = rows.assign(y=_rows(ax, rows["label"]).to_numpy())
    ax.vlines(0, 0, ax.get_ylim()[0], color=MUTED, linewidth=1, zorder=4)
    return rows


def _headed(
    ax: Axes, cells: pd.DataFrame, key: str, width: float, *, weight: str = "normal"
) -> pd.DataFrame:
    """Set a heading above the bars of each category, and return where each of its years is."""
    heads = cells.drop_duplicates([key, "year"])
    years = heads["year"].nunique() > 1
    left = measure("2008", SMALL) + 2 * GAP if years else 0.0
    places, y = [], 0.0
    for name, rows in heads.groupby(key, sort=False):
        text = wrap(rows["label"].iloc[0], width, TEXT, weight)
        at: Look = {"xycoords": OUTSIDE, "textcoords": "offset points"}
        ax.annotate(text, (0, y), (-left, 0), va="top", weight=weight, **at)
        y += (text.count("\n") + 1) * LINE + 4
        for year in sorted(rows["year"]):
            places.append((name, year, y + BAR / 2))
            y += BAR + 3
        y += 8
    ax.set_ylim(y - 9, 0)
    if years:
        ax.set_yticks([at for *_, at in places], [str(year) for _, year, _ in places])
        ax.tick_params(axis="y", pad=GAP)
    return pd.DataFrame(places, columns=[key, "year", "y"])


def _beside(ax: Axes, x: float, y: float, text: str, gap: float, **style: Any) -> Place:
    """Set text ``gap`` points right of a place, or left if negative, and return what it takes."""
    style = {"ha": "left" if gap > 0 else "right", "color": INK, "size": TEXT} | style
    patch: Look = {"facecolor": SURFACE, "edgecolor": "none", "boxstyle": "square,pad=0.15"}
    at: Look = {"textcoords": "offset points", "va": "center_baseline", "zorder": 2.5}
    ax.annotate(text, (x, y), (gap, 0), bbox=patch, **at, **style)
    room = abs(gap) + measure(text, style["size"], style.get("weight", "normal")) + 2
    return (x, 0, room) if gap > 0 else (x, room, 0)


def _inside(ax: Axes, x: float, y: float, text: str, **style: Any) -> None:
    ax.annotate(text, (x, y), ha="center", va="center_baseline", zorder=4, **style)


def _breadth(value: str) -> float:
    """Points that a percentage takes, or the words for none."""
    return measure(value, TEXT, "bold") if value.endswith("%") else measure(value, SMALL)


def _year_look(role: str) -> Look:
    return {"color": PALETTE[role], "weight": "bold" if role == "later" else "normal"}


def _percent_axis(ax: Axes) -> list[Place]:
    """Draw a light grid from 0 to 100 percent behind rows, with its figures below."""
    ax.vlines([0, 0.5, 1], 0, ax.get_ylim()[0], color=GRID, linewidth=1, zorder=0)
    ax.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"])
    return [(0, 12, 0), (1, 0, measure("100%", SMALL) / 2 + 1)]


def _dots(ax: Axes, part: pd.DataFrame, role: str, mark: str, name: str = "") -> None:
    """Draw the mark of each share and its interval, if it has one."""
    reach = part.dropna(subset=["share", "low", "high"]) if "low" in part else part[:0]
    if len(reach):
        ends = reach[["low", "high"]].sub(reach["share"], axis=0).abs().T
        style: Look = {"ecolor": PALETTE[role], "elinewidth": 1.4, "capsize": 3, "capthick": 1.4}
        ax.errorbar(reach["share"], reach["y"], xerr=ends, fmt="none", zorder=2, **style)
    size, hollow, color = 2 * MARKS[mark] - 1.5, "ring" in mark, PALETTE[role]
    look: Look = {"ms": size, "mew": 1.5, "mec": color, "zorder": 3 if hollow else 4}
    look["mfc"] = SURFACE if hollow else color
    (marks,) = ax.plot(part["share"], part["y"], "o", label=name or None, clip_on=False, **look)
    marks.set_in_layout(False)


def _bars(
    ax: Axes,
    y: npt.ArrayLike,
    width: npt.ArrayLike,
    role: str,
    *,
    left: npt.ArrayLike = 0.0,
    thick: float = BAR,
    hollow: bool = False,
) -> BarContainer:
    """Draw bars along x, filled or open, the open ones behind."""
    look = _look(role, hollow=hollow)
    return ax.barh(y, width, thick, left, zorder=2.9 if hollow else 3, **look)


def _look(role: str, *, hollow: bool = False) -> Look:
    """How a bar looks: filled, or open; a light one has an outline."""
    shade = role.startswith("shade")
    return {
        "facecolor": SURFACE if hollow else PALETTE[role],
        "edgecolor": PALETTE["shade-4" if shade else role],
        "linewidth": 1.2 if hollow or shade else 0.0,
    }


def _extent(ax: Axes, y: pd.Series, least: pd.Series, most: pd.Series, role: str) -> None:
    """Draw ranges from 0 on: a bar filled to the least and a thinner one, open, to the most."""
    sure, wide = least != 0, (most != 0) & (most != least)
    _bars(ax, y[wide], most[wide], role, hollow=True, thick=9)
    _bars(ax, y[sure], least[sure], role, thick=15)


def _ends(role: str, word: str = "") -> list[Patch]:
    """Name what `_extent` draws."""
    filled, hollow = (_look(role, hollow=hollow) for hollow in (False, True))
    return [Patch(**filled, label=f"{word}at least"), Patch(**hollow, label=f"{word}at most")]


def _key(ax: Axes, handles: Sequence[Any] = (), *, title: str = "", columns: int = 0) -> None:
    """Name the marks in a strip of its own above the rows; a filled mark is the latest year's."""
    figure = figure_of(ax)
    left, width = _reach(ax)
    color = None if handles else "markeredgecolor"
    handles = handles or ax.get_legend_handles_labels()[0]
    names = [wrap(str(handle.get_label()), width / (columns or 1) - 22) for handle in handles]
    flat = sum(map(measure, names)) + 34 * len(names) - 14 <= width
    legend = ax.legend(
        handles,
        names,
        title=wrap(title, width, SMALL),
        loc="upper left",
        bbox_to_anchor=(0, 1),
        bbox_transform=offset_copy(ax.transAxes, figure, -left, 0, "points"),
        alignment="left",
        labelcolor=color,
        ncols=columns or (len(names) if flat else 1),
    )
    legend.get_title().set_color(MUTED)
    legend.set_in_layout(False)
    for text in legend.get_texts():
        if text.get_color() == PALETTE["later"]:
            text.set_fontweight("bold")
    bottom, top = ax.get_ylim()
    ax.set_ylim(bottom, top - legend.get_window_extent().height / figure.dpi * 72 - 8)


def _note(ax: Axes, note: str) -> None:
    """Set a label in a frame above everything; each of its lines starts a new one."""
    left, width = _reach(ax)
    lines = [wrap(line, width - 14, SMALL, "bold") for line in note.splitlines() if plain(line)]
    frame: Look = {"boxstyle": "round,pad=0.3", "facecolor": SURFACE, "edgecolor": MUTED}
    above: Look = {"xycoords": ("axes fraction", ax.title), "textcoords": "offset points"}
    style: Look = {"size": SMALL, "weight": "bold", "bbox": frame}
    ax.annotate("\n".join(lines), (0, 1), (6 - left, 8), **above, **style)


def _reach(ax: Axes) -> tuple[float, float]:
    """Points from the left of the labels to the plot, and from there to the right of all."""
    _size(ax)
    point = figure_of(ax).dpi / 72
    whole: Any = ax.get_tightbbox()
    return (ax.bbox.x0 - whole.x0) / point, whole.width / point
