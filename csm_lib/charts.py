"""A tally drawn: ordinary matplotlib functions, data in and Axes out, in one house style.

The first argument is a tally (`csm_lib.aggregate.tally`) or a frame of comparisons, in which an
item without a ``label`` is called by its id. Options that every chart takes:

ax
    The Axes to draw on. Without it a figure is made through pyplot, 380 pt wide and as tall as
    its rows need, so that a notebook's cell that ends with the call shows the chart.
note
    A label that stands in the figure; by default the one that drawn or withheld rows must carry.

What is returned is the Axes. `bars`, `dumbbell`, `ranked_dots`, `stacked_bars` and `waves` draw a
tally that is split by a characteristic in small multiples, and return an array of Axes, one a
group. Data that a chart cannot draw raise a ValueError that says what to do.

Percentages are made from counts, and stand beside their marks. Years differ in shape (open, then
filled) as well as in colour, answers in shade. A cell without a figure says why in words. Along y
one unit is a point, 1/72 inch.
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
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import offset_copy
from pandas.api.types import is_float_dtype

from csm_lib.counts import format_percent, points_change
from csm_lib.status import groups_of, label_of
from csm_lib.style import (
    FONT,
    LARGE,
    LINE,
    PALETTE,
    SMALL,
    TEXT,
    WIDTH,
    figure_of,
    house_style,
    measure,
    plain,
    text_on,
    wrap,
)
from csm_lib.words import SMALLEST_P, of_panels, p_value, quantity, signed, spans

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

Look = dict[str, Any]
Panels = npt.NDArray[Any]  # an Axes for each group
Draw = Callable[[Axes, pd.DataFrame], None]
Bars = tuple[int, str, pd.DataFrame, Look]  # side, role, rows, and how their text looks


LABELS = 134.0  # pt; the most a column of labels takes
GAP = 4.0  # pt between a mark and its value
BAR = 17.0  # pt; thickness of a bar that holds or stands beside text
MARKS = {"ring": 5.8, "dot": 3.6, "small ring": 3.6, "disc": 4.6}  # pt; radii; a ring is open
INK, MUTED, SURFACE, GRID = (PALETTE[role] for role in ("ink", "muted", "surface", "grid"))
QUIET: Look = {"size": SMALL, "color": MUTED}
OUTSIDE: Look = {"xycoords": ("axes fraction", "data")}  # along x, 1 is the right end of the plot
# What stands for a cell without a count, with a base of 0, and for none.
WITHHELD, NO_ANSWERS, NOT_ASKED = "withheld", "no answers", "not asked"


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
    """
    cells, groups = _read(tally, "dumbbell", ["item", "year"])
    first, last = cells["year"].min(), cells["year"].max()
    looks = {first: ("earlier", "ring")} | {last: ("later", "dot")}  # one year is the later
    # two intervals on one line would hide each other
    apart = {first: -3.5, last: 3.5} if cells["low"].notna().any() and first < last else {}

    def values(ax: Axes, rows: pd.DataFrame, y: float) -> None:
        held = rows.dropna(subset="share").sort_values("share", kind="stable")
        if held.empty:
            why = " or ".join(sorted(set(rows["value"]))) or f"{NOT_ASKED} in {first} or {last}"
            _beside(ax, 0, y, why, 6, **QUIET)
        reach, gap = held[["share", "low", "high"]], MARKS["ring"] + GAP
        ends = (reach.max().max(), gap), (reach.min().min(), -gap)
        for cell, (end, side) in zip(_each(held[::-1]), ends, strict=False):
            _beside(ax, end, y, cell.value, side, **_year_look(looks[cell.year][0]))

    drawn = cells[cells["year"].isin(looks)]
    return _shares(
        drawn, groups, _ordered(cells, order), looks, values, ax=ax, note=note, down=apart
    )


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
    """
    cells, groups = _read(tally, "waves", ["item", "year"])
    years = _years(cells, "waves")
    looks = dict.fromkeys(years, ("muted", "small ring"))
    looks |= {years[0]: ("earlier", "small ring"), years[-1]: ("later", "disc")}
    down = {year: 8.0 * (number - (len(years) - 1) / 2) for number, year in enumerate(years)}
    left = max(map(measure, cells.loc[cells["year"] == years[0], "value"]))

    def values(ax: Axes, rows: pd.DataFrame, y: float) -> None:
        told = rows.set_index("year")["value"].reindex([years[0], years[-1]]).fillna(NOT_ASKED)
        was, now = told
        _beside(ax, 0, y, was, -8, **OUTSIDE, **_year_look("earlier", was))
        _after(ax, y, now, **_year_look("later", now))

    items = _ordered(cells, order)
    return _shares(
        cells, groups, items, looks, values, ax=ax, note=note, down=down, beside=left + 8
    )


def ranked_dots(
    tally: pd.DataFrame,
    *,
    order: Sequence[str] | None = None,
    ax: Axes | None = None,
    note: str | None = None,
) -> Axes | Panels:
    """Draw the share of each item in one year, the largest first, with its count.

    Parameters
    ----------
    tally
        A tally of yes/no items in one year: one row per item. Where it has ``low`` and ``high``,
        the interval is drawn, and behind it a pale bar from ``worst_low`` to ``worst_high``,
        the bounds with nothing assumed of those that did not answer.
    order
        The items in the order to draw them, where it is not that of the shares.
    """
    cells, groups = _read(tally, "ranked_dots", [*{"year"}.intersection(tally), "item"])
    bounded = {"worst_low", "worst_high"} <= set(cells)
    pale = _look("shade-2")
    year = _one(cells, "ranked_dots", "year", ", or use dumbbell")

    def values(ax: Axes, rows: pd.DataFrame, y: float) -> None:
        for cell in _each(rows):
            look: Look = {"weight": "bold"} if cell.count else QUIET
            _after(ax, y, cell.value, **look)
            _beside(ax, 1, y, cell.count, 46, **OUTSIDE, **QUIET)
            if bounded:
                width = cell.worst_high - cell.worst_low
                ax.barh(y, width, 11, cell.worst_low, zorder=0.5, **pale)

    looks = {year: ("accent", "disc")}
    ends: list[Any] = [Line2D([], [], color=PALETTE["accent"], marker="|", label="interval")]
    ends += [Patch(**pale, label="with nothing assumed")]
    key: Look | None = {"handles": ends} if bounded else None
    return _shares(cells, groups, _ordered(cells, order), looks, values, ax=ax, note=note, key=key)


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
    """
    by = [name for name in ("item", "year", "answer") if name in tally]
    cells, groups = _read(tally, "bars", by)
    key = "answer" if cells["answer"].nunique() > 1 else "item"
    if key == "answer":
        _one(cells, "bars", "item", ", or use stacked_bars")
        cells["label"] = [_answer(answer, labels) for answer in cells["answer"]]
    years = sorted(cells["year"].unique())
    roles = dict.fromkeys(years, "muted") | {years[0]: "earlier", years[-1]: "later"}
    if len(years) == 1:
        roles = {years[0]: "accent"}
    width = WIDTH / (2 if groups else 1) - 12

    def draw(ax: Axes, part: pd.DataFrame) -> None:
        part = part.merge(_headed(ax, cells, key, width), on=[key, "year"])
        for year, rows in part.groupby("year"):
            hollow = roles[year] == "earlier"
            _bars(ax, rows["y"], rows["share"].fillna(0), roles[year], hollow=hollow)
        edges = part["y"] - BAR / 2 - 2, part["y"] + BAR / 2 + 2
        ax.vlines(0 * part["y"], *edges, color=MUTED, linewidth=1, zorder=4)
        ax.update_datalim([(1, 0)])
        for cell in _each(part):
            if not cell.count:
                _beside(ax, 0, cell.y, cell.value, GAP, **QUIET)
                continue
            _beside(ax, cell.share, cell.y, cell.value, GAP, weight="bold")
            gap = GAP + measure(cell.value, TEXT, "bold") + 6
            _beside(ax, cell.share, cell.y, cell.count, gap, **QUIET)

    return _panels(draw, cells, groups, ax=ax, note=note, columns=2)


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
    cells = cells.set_index("answer").loc[[*answers]].reset_index()  # from left to right
    width = WIDTH / (2 if groups else 1) - 12

    def draw(ax: Axes, part: pd.DataFrame) -> None:
        part = part.merge(_headed(ax, cells, "item", width, "bold"), on=["item", "year"])
        for cell in _each(part.drop_duplicates("y")):
            if not pd.isna(cell.base):
                _beside(ax, 1, cell.y, f"n = {cell.base}", GAP, **OUTSIDE, **QUIET)
            if not cell.count:
                _beside(ax, 0, cell.y, cell.value, GAP, **QUIET)
        part["left"] = part.groupby("y")["share"].cumsum() - part["share"]
        for cell in _each(part[part["share"] > 0]):
            _bars(ax, cell.y, cell.share, roles[cell.answer], left=cell.left)
            if measure(cell.value) + 3 <= cell.share * (width - 76):
                color = PALETTE[text_on(roles[cell.answer])]
                _inside(ax, cell.left + cell.share / 2, cell.y, cell.value, color=color)
        ax.set_xlim(0, 1)

    handles = [Patch(**_look(roles[name]), label=_answer(name, labels)) for name in answers]
    key: Look = {"handles": handles}
    return _panels(draw, cells, groups, ax=ax, note=note, columns=2, key=key, margin=None)


def change_bars(tally: pd.DataFrame, *, ax: Axes | None = None, note: str | None = None) -> Axes:
    """Draw how far the share of each item rose or fell, in points, the largest change first.

    Parameters
    ----------
    tally
        A tally of yes/no items: one row per item and year. The change is from its first to its
        last year, made from the counts. Rises come before falls, or after them where the largest
        change is a fall. An item without a share in both years stands below the others, and says
        why it has no bar.
    """
    cells, _ = _read(tally, "change_bars", ["item", "year"], split=False)
    first, *_, last = _years(cells, "change_bars")
    rows = cells.drop_duplicates("item").set_index("item")[["label"]]
    for year, end in ((first, "_1"), (last, "_2")):
        side = cells[cells["year"] == year].set_index("item")
        rows = rows.join(side[["yes", "base", "share", "value"]].add_suffix(end))
    cross = rows["yes_2"] * rows["base_1"] - rows["yes_1"] * rows["base_2"]
    held = rows["share_1"].notna() & rows["share_2"].notna()
    rows["change"] = (cross / (rows["base_1"] * rows["base_2"])).where(held).astype("float64")
    rows["text"] = [
        _why({first: row.value_1, last: row.value_2})
        if np.isnan(row.change)
        else signed(points_change(row.yes_1, row.base_1, row.yes_2, row.base_2))
        for row in _each(rows)
    ]
    rows["most"] = rows["least"] = rows["change"].abs().fillna(0)
    fell_most = rows["change"].min() < -rows["change"].max()
    rows = rows.sort_values("change", ascending=fell_most, kind="stable")
    falls, none = rows["change"] < 0, rows["change"].isna()
    aside = -1 if fell_most else 1  # where there is more room
    bold = {"weight": "bold"}
    sides = [(1, ~falls & ~none, bold), (-1, falls, bold), (aside, none, QUIET)]
    bars = [(side, "accent", rows[chosen], look) for side, chosen, look in sides]
    title = f"Change from {first} to {last}, in percentage points"
    return _from_zero(rows, bars, ax, note or label_of(cells), title=title)


def quartiles(numbers: pd.DataFrame, *, ax: Axes | None = None, note: str | None = None) -> Axes:
    """Draw the median of an item, and a line from its lower to its upper quartile.

    Parameters
    ----------
    numbers
        What `csm_lib.aggregate.numbers` gives for one item: one row a year, or a group, or a
        group in a year. Rows come in its order.
    """
    ends = ["lower_quartile", "upper_quartile"]
    source = "csm_lib.aggregate.numbers gives them"
    _need(numbers, "quartiles", ["item", "year", "base", "median", *ends], source)
    _one(numbers, "quartiles", "item")  # each has a unit of its own
    heads = groups_of(numbers)
    heads += ["year"] if numbers["year"].nunique() > 1 or not heads else []
    labels = [", ".join(map(str, told)) for told in numbers[heads].itertuples(index=False)]
    rows = numbers.reset_index(drop=True).assign(label=[*map(plain, labels)])
    held = rows["median"].notna()
    _some(rows[held], "quartiles")

    def draw(ax: Axes, rows: pd.DataFrame) -> None:
        places = _rows(ax, rows["label"])
        for y, row in zip(places, _each(rows), strict=True):
            if pd.isna(row.median):
                why = WITHHELD if pd.isna(row.base) else NO_ANSWERS
                _beside(ax, 0, y, why, 6, **OUTSIDE, **QUIET)
                continue
            ax.hlines(y, row.lower_quartile, row.upper_quartile, color=MUTED, linewidth=4)
            _beside(ax, 1, y, quantity(row.median), GAP, **OUTSIDE, weight="bold")
            _beside(ax, 1, y, f"n = {row.base}", GAP + wide + 8, **OUTSIDE, **QUIET)
        _marks(ax, rows["median"], places, "accent", "disc")
        ax.set_xticks(ticks, [*map(quantity, ticks)])

    wide = max(measure(quantity(value), TEXT, "bold") for value in rows.loc[held, "median"])
    low, high = rows["lower_quartile"].min(), rows["upper_quartile"].max()
    ticks = [tick for tick in MaxNLocator(4).tick_values(low, high) if low <= tick <= high]
    dot: Look = {"ls": "", "marker": "o", "ms": 2 * MARKS["disc"] - 1.5, "c": PALETTE["accent"]}
    bar: Look = {"c": MUTED, "lw": 4, "solid_capstyle": "butt", "label": "lower to upper quartile"}
    handles = [Line2D([], [], **dot, label="median"), Line2D([], [], **bar)]
    return _chart(draw, rows, ax=ax, note=note, key={"handles": handles}, margin=(12, 16))[0]


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
        One row per comparison: ``item`` and the ends of two ranges as
        `csm_lib.inference.change_range` gives them, ``losers_low``, ``losers_high``,
        ``gainers_low`` and ``gainers_high`` (numbers of authorities). Rows come in its order.
    losers, gainers
        What the two did, in the past tense: ``left`` and ``joined`` for a Board.
    """
    ends = ["losers_low", "losers_high", "gainers_low", "gainers_high"]
    rows = _comparisons(frame, "moves", ends)
    bars: list[Bars] = []
    for name, side, role in (("losers", -1, "earlier"), ("gainers", 1, "later")):
        low, high = rows[f"{name}_low"], rows[f"{name}_high"]
        part = pd.DataFrame({"least": low, "most": high, "text": spans(low, high)})
        bars.append((side, role, part, {}))
    key: Look = {"handles": [*_ends("earlier", losers), *_ends("later", gainers)], "columns": 2}
    return _from_zero(rows, bars, ax, note, title="Number of authorities that", **key)


def ranges(
    frame: pd.DataFrame, *, what: str, ax: Axes | None = None, note: str | None = None
) -> Axes:
    """Draw how many there can be: filled at the least, open at the most.

    Parameters
    ----------
    frame
        One row per range: ``item``, ``low`` and ``high``, as `csm_lib.inference.group_bounds`
        gives them, and, where it is told beside each, ``base``, of how many. Rows come in its
        order.
    what
        What is counted, with no number: ``Authorities that said yes``.
    """
    rows = _comparisons(frame, "ranges", ["low", "high"])
    rows["text"] = spans(rows["low"], rows["high"])
    if "base" in rows:
        rows["text"] += " of " + rows["base"].astype(str)
    bars: list[Bars] = [(1, "accent", rows.assign(least=rows["low"], most=rows["high"]), {})]
    return _from_zero(rows, bars, ax, note, title=what, handles=_ends("accent"))


def p_ranges(
    frame: pd.DataFrame, *, level: float = 0.05, ax: Axes | None = None, note: str | None = None
) -> Axes:
    """Draw the range of p for each comparison, on a log scale, and whether it is below a level.

    Parameters
    ----------
    frame
        One row per comparison: ``item``, ``p_low`` and ``p_high`` (a pair of columns of
        `csm_lib.inference.change_range`, such as ``exact_low`` and ``exact_high``). Rows come in
        its order. An arrow stands for a p below 0.0001, where the scale ends.
    level
        The level of the test, from 0.0001 to 1. A p at the level counts as below it.
    """
    if not SMALLEST_P <= level <= 1:
        raise ValueError(f"p_ranges has a scale from {SMALLEST_P:g} to 1: {level!r} is not on it.")
    frame = _comparisons(frame, "p_ranges", ["p_low", "p_high"])

    def draw(ax: Axes, rows: pd.DataFrame) -> None:
        places = _rows(ax, rows["label"], pitch=34.0)
        bottom = ax.get_ylim()[0]
        ax.set(xscale="log", xlim=(SMALLEST_P, 1), ylim=(bottom, -LINE - 4))
        ax.set_xticks([1e-4, 1e-2, 1], ["0.0001", "0.01", "1"])
        ax.minorticks_off()
        _grid(ax, 10.0 ** np.arange(-4, 1), places)
        ax.vlines(level, 0, bottom, color=INK, linewidth=1.4, zorder=1)
        head, name = -LINE / 2 - 2, f"{level:g}"
        _beside(ax, level, head, name, 0, weight="bold", ha="center" if level < 0.3 else "right")
        _beside(ax, 1, head, f"Below {name}?", 16, **OUTSIDE, **QUIET)
        for y, low, high in zip(places, rows["p_low"], rows["p_high"], strict=True):
            always, never = high <= level, low > level
            role, quiet = ("muted", {"color": MUTED}) if never else ("accent", {"weight": "bold"})
            style: Look = {"lw": 4.0 if always else 1.8, "ls": (0, (2, 1.5)) if never else "-"}
            ax.hlines(y, *np.maximum((low, high), SMALLEST_P), color=PALETTE[role], **style)
            if low < SMALLEST_P:
                ax.plot(SMALLEST_P, y, "<", ms=8, mew=0, c=PALETTE[role], clip_on=False)
            for p, mark in ((low, "dot"), (high, "ring")):
                _marks(ax, p if p >= SMALLEST_P else np.nan, y, role, mark)
            word = "always" if always else "never" if never else "depends"
            _beside(ax, 1, y - LINE / 2, word, 16, **OUTSIDE, **quiet)
            told = dict.fromkeys(p_value(p, level=level) for p in (low, high))
            _beside(ax, 1, y + LINE / 2, " to ".join(told), 16, **OUTSIDE, **QUIET)
        for end, mark in (("lowest", "dot"), ("highest", "ring")):
            _marks(ax, [], [], "accent", mark, f"{end} p possible")

    return _chart(draw, frame, ax=ax, note=note, key={}, margin=None)[0]


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
        One row per claim and persistence: ``claim`` (its id), ``persistence`` (the odds ratio
        that ties an authority's answers in the two years; 1 is none), ``yes`` (panels that
        support the claim) and ``base`` (panels drawn). Claims come in its order.
    what
        Which panels a cell counts, as the axis goes on after "drawn panels".
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
    texts = [wrap(label, LABELS) for label in labels]
    pitch = 26.0 + max(text.count("\n") for text in texts) * LINE

    def draw(ax: Axes, _: pd.DataFrame) -> None:
        ramp = ListedColormap([PALETTE[f"shade-{step}"] for step in range(1, 6)])
        look: Look = {"cmap": ramp, "vmin": -0.5, "vmax": 4.5, "cbar": False, "clip_on": False}
        look |= {"linewidths": 1.2, "linecolor": PALETTE["shade-4"], "yticklabels": False}
        names = ["none (1)" if value == 1 else f"{value:,g}" for value in shades.columns]
        sns.heatmap(shades.astype("float64"), ax=ax, xticklabels=names, **look)
        for (row, column), shade in np.ndenumerate(shades.to_numpy()):
            known = not pd.isna(shade)
            text = of_panels(yes.iloc[row, column], base.iloc[row, column]) if known else "–"
            color = PALETTE[text_on(f"shade-{shade + 1}") if known else "muted"]
            _inside(ax, column + 0.5, row + 0.5, text, color=color)
        _ticks(ax, np.arange(len(texts)) + 0.5, texts)
        words = f"Share of {panels} {what}, by persistence"
        ax.set(ylabel="", xlabel=wrap(words, WIDTH - LABELS, SMALL))

    return _chart(draw, cells, ax=ax, note=note, unit=pitch, margin=None)[0]


def squares(counts: pd.DataFrame, *, ax: Axes | None = None, note: str | None = None) -> Axes:
    """Draw a mark for each one that is counted, kind after kind, with the number of a row.

    Parameters
    ----------
    counts
        One row a category: its name, then a column of counts for each of up to four kinds. The
        third kind stands out; the fourth is open.
    """
    name, *kinds = counts.columns
    looks: list[Look] = [
        {"marker": "s", "mfc": PALETTE["shade-4"], "mec": PALETTE["shade-4"]},
        {"marker": "s", "mfc": PALETTE["shade-2"], "mec": PALETTE["shade-4"]},
        {"marker": "D", "mfc": PALETTE["earlier"], "mec": PALETTE["earlier"]},
        {"marker": "s", "mfc": SURFACE, "mec": PALETTE["muted"]},
    ]
    if not 1 <= len(kinds) <= len(looks):
        raise ValueError(f"squares: draws 1 to {len(looks)} kinds, and {len(kinds)} were given.")
    rows = counts.assign(label=counts[name].astype(str)).reset_index(drop=True)
    across, side = 26, 9.0

    def draw(ax: Axes, rows: pd.DataFrame) -> None:
        counted = rows[kinds].to_numpy(np.intp)
        total = counted.sum(axis=1)
        deep = np.ceil(total / across)
        places = _rows(ax, rows["label"], pitch=deep * side + 9).to_numpy()
        row = np.repeat(np.arange(len(rows)), total)
        kind = np.repeat(np.tile(np.arange(len(kinds)), len(rows)), counted.ravel())
        at = np.arange(len(row)) - (total.cumsum() - total)[row]  # its number in its row
        x, y = at % across * side, places[row] + (at // across - (deep[row] - 1) / 2) * side
        for number, (label, look) in enumerate(zip(kinds, looks, strict=False)):
            of = kind == number
            ax.plot(x[of], y[of], ls="", ms=6, mew=1.2, label=label, **look)
        for place, count in zip(places, total, strict=True):
            _beside(ax, 1, place, str(count), GAP, **OUTSIDE, **QUIET)
        ax.set_xlim(-side, across * side)

    return _chart(draw, rows, ax=ax, note=note, key={}, margin=None)[0]


def tile_map(frame: pd.DataFrame, *, ax: Axes | None = None, note: str | None = None) -> Axes:
    """Draw the share of each region of England on a map of equal tiles.

    Parameters
    ----------
    frame
        One row per region: ``region`` (one of the nine), ``yes`` and ``base``, as in a tally by
        region of one item in one year. A region without a row is blank.
    """
    stray = sorted(set(map(str, frame.get("region", []))) - set(PLACES))
    if stray:
        raise ValueError(
            f"tile_map has no place for {', '.join(stray)}. Leave it out, or name one of: "
            f"{', '.join(PLACES)}."
        )
    cells, _ = _read(frame, "tile_map", ["region"], split=False)
    cells = cells.set_index("region").reindex(list(PLACES))
    percent = pd.to_numeric(cells["value"].str.removesuffix("%"), errors="coerce")
    least, most = percent.agg(["min", "max"]).fillna(0).astype(int)
    for step in (5, 10, 20):  # the narrowest five classes that hold all
        lows = min(least // step * step, 100 - 5 * step) + step * np.arange(5)
        if most < lows[-1] + step or lows[-1] + step == 100:
            break
    highs = lows + step - 1 + (lows + step == 100)
    cells["shade"] = np.digitize(percent, lows)
    space, tall, wide = 4.0, 80.0, (WIDTH - 10) / 3

    def draw(ax: Axes, cells: pd.DataFrame) -> None:
        ax.set(xlim=(0, 3 * wide + 2 * space), ylim=(4 * tall + 3 * space, 0))
        for cell in _each(cells):
            column, row = PLACES[cell.Index]
            x, y = column * (wide + space), row * (tall + space)
            known = isinstance(cell.count, str) and cell.count != ""
            role = f"shade-{cell.shade}" if known else "grid"
            _bars(ax, y + tall / 2, wide, role, left=x, thick=tall, hollow=not known)
            name = wrap(cell.Index, wide - 8, TEXT, "bold")
            value = "no figure" if pd.isna(cell.value) else cell.value
            texts = [(20, name, TEXT, "bold"), (50, value, SMALL, "normal")]
            if known:
                texts[1:] = [(48, value, LARGE, "bold"), (67, cell.count, SMALL, "normal")]
            color = PALETTE[text_on(role)]
            for down, text, size, weight in texts:
                _inside(ax, x + wide / 2, y + down, text, size=size, weight=weight, color=color)
        classes = enumerate(spans(lows, highs), 1)
        key = [Patch(**_look(f"shade-{shade}"), label=name) for shade, name in classes]
        ax.legend(handles=key, title="Per cent", loc="upper right", alignment="left")

    return _chart(draw, cells, ax=ax, note=note, margin=None)[0]


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
    cells = frame.reset_index(drop=True).astype({"yes": "Int64", "base": "Int64"})
    item = cells.get("item", cells[by[0]])
    blank: Look = dict.fromkeys(("item", "label"), item) | {"year": 0, "answer": ""}
    blank |= dict.fromkeys(("low", "high"), np.nan)
    cells = cells.assign(**{name: found for name, found in blank.items() if name not in cells})
    cells["label"] = cells["label"].map(plain)
    wrong = ((cells["yes"] < 0) | (cells["yes"] > cells["base"])).fillna(value=False)
    if wrong.any():
        row = cells[wrong].iloc[0]
        raise ValueError(
            f"{chart}: {row['label']} has {row['yes']} of {row['base']}. A count lies between 0 "
            "and its base."
        )
    told = [_told(yes, base) for yes, base in zip(cells["yes"], cells["base"], strict=True)]
    cells["value"], cells["count"] = zip(*told, strict=True)
    share = (cells["yes"] / cells["base"]).where(cells["count"] != "")
    return cells.assign(share=share.astype("float64")), groups


def _told(yes: Any, base: Any) -> tuple[str, str]:
    """Say a share and its count, or why there is none."""
    if pd.isna(yes) or pd.isna(base):
        return WITHHELD, ""
    return (format_percent(yes, base), f"{yes} of {base}") if base else (NO_ANSWERS, "")


def _comparisons(frame: pd.DataFrame, chart: str, columns: list[str]) -> pd.DataFrame:
    """Read one row per comparison, in its order."""
    _need(frame, chart, ["item", *columns], "csm_lib.inference gives them for the items")
    return frame.assign(label=frame.get("label", frame["item"]).map(plain))


def _need(frame: pd.DataFrame, chart: str, columns: list[str], source: str) -> None:
    missing = [name for name in columns if name not in frame]
    if missing:
        raise ValueError(f"{chart} needs the columns {', '.join(missing)}: {source}.")
    _some(frame, chart)


def _some(frame: pd.DataFrame, chart: str) -> None:
    if frame.empty:
        raise ValueError(f"{chart} was given nothing to draw. Check the items and years.")


def _one(frame: pd.DataFrame, chart: str, column: str, or_else: str = "") -> Any:
    """The one item, or year, of some rows."""
    found = frame[column].unique()
    if len(found) > 1:
        raise ValueError(
            f"{chart} draws one {column} and was given {len(found)}. Keep one{or_else}."
        )
    return found[0]


def _years(cells: pd.DataFrame, chart: str) -> list[int]:
    """The years of a tally, of which there must be two."""
    years = sorted(cells["year"].unique())
    if len(years) < 2:
        raise ValueError(f"{chart} needs two years, and the tally has only {years[0]}.")
    return years


def _ordered(cells: pd.DataFrame, order: Sequence[str] | None = None) -> pd.Series:
    """Labels by item, in the order given or by share: the largest of the last year first.

    Items without a share in that year come after. Groups are taken together.
    """
    labels = cells.drop_duplicates("item").set_index("item")["label"]
    if order is not None:
        stray = sorted(set(order) ^ set(labels.index))
        if stray or len(order) > len(labels):
            raise ValueError(f"order must name each item once. Check {', '.join(stray or order)}.")
        return labels[list(order)]
    held = cells[cells["count"] != ""].groupby(["item", "year"])[["yes", "base"]].sum()
    latest = held.reset_index("year").groupby("item").last()  # years come in order
    rank = latest.assign(share=latest["yes"] / latest["base"]).reindex(labels.index)
    rank = rank.sort_values(["year", "share"], ascending=False, kind="stable")
    return labels[rank.index]


def _each(rows: pd.DataFrame) -> Iterator[Any]:
    return rows.itertuples()


def _answer(answer: str, labels: Mapping[str, str] | None) -> str:
    return plain((labels or {}).get(answer, answer.replace("_", " ").capitalize()))


def _why(values: dict[int, Any]) -> str:
    """Say why an item has no change, from what stands for it in two years."""
    told = {year: str(value) for year, value in values.items() if not pd.isna(value)}
    without = [value for value in told.values() if value in (WITHHELD, NO_ANSWERS)]
    return [*without, *(f"{year} only" for year in told), NOT_ASKED][0]


# -- The drawing ---------------------------------------------------------------


@house_style()
def _chart(
    draw: Draw,
    cells: pd.DataFrame,
    groups: Sequence[str] = (),
    *,
    ax: Axes | None = None,
    note: str | None = None,
    key: Look | None = None,
    columns: int = 1,
    unit: float = 1.0,
    margin: tuple[float, float] | None = (1, 1),
) -> list[Axes]:
    """Draw rows on one Axes, or each group of them on one of its own.

    ``key`` holds options of `_key`. On a figure of the chart's own, one of y takes ``unit``
    points. ``margin`` is what stands free of the data, left and right, in points; without it
    the chart has set its x axis.
    """
    if groups and ax is not None:
        raise ValueError(
            f"A tally split by {', '.join(groups)} takes an Axes for each group. Leave ax out, or "
            "keep one group."
        )
    parts = [*cells.groupby([*groups], sort=False, dropna=False)] if groups else [((), cells)]
    if ax is not None:
        grid: Panels = np.array([[ax]])
    else:
        shape = (ceil(len(parts) / columns), columns) if groups else (1, 1)
        size = (WIDTH / 72, 5 * shape[0])
        figure, grid = plt.subplots(
            *shape, figsize=size, layout="constrained", sharex=True, sharey="row", squeeze=False
        )
        if groups:
            figure.set_layout_engine("constrained", h_pad=8 / 72, w_pad=4 / 72)
        for spare in grid.flat[len(parts) :]:
            spare.remove()
    axes: list[Axes] = [*grid.flat[: len(parts)]]
    for panel, (_, part) in zip(axes, parts, strict=True):
        draw(_bare(panel), part)
    if margin is not None:
        _fit(axes, margin)
    width, _ = _size(axes[0])
    whole: Any = axes[0].get_tightbbox()
    point = figure_of(axes[0]).dpi / 72
    left, reach = (axes[0].bbox.x0 - whole.x0) / point, whole.width / point
    if key is not None:
        _key(axes[0], left, reach, **key)
    for panel, (names, _) in zip(axes, parts, strict=True):
        if names:
            title = wrap(", ".join(map(str, names)), WIDTH / columns - 20, TEXT, "bold")
            panel.set_title(title, x=-left / width, ha="left")
    if note := note or label_of(cells):
        _note(axes[0], note, left, reach)
    if ax is None:
        _heighten(grid, unit)
    figure_of(axes[0]).draw_without_rendering()  # as whoever measures it finds it
    return axes


def _panels(draw: Draw, cells: pd.DataFrame, groups: list[str], **options: Any) -> Axes | Panels:
    axes = _chart(draw, cells, groups, **options)
    return np.array(axes, dtype=object) if groups else axes[0]


def _shares(
    cells: pd.DataFrame,
    groups: list[str],
    items: pd.Series,
    looks: dict[int, tuple[str, str]],
    values: Callable[[Axes, pd.DataFrame, float], None],
    *,
    down: Mapping[int, float] | None = None,
    beside: float = 0.0,
    **options: Any,
) -> Axes | Panels:
    """Draw a row of marks for each item: what `dumbbell`, `waves` and `ranked_dots` share.

    ``looks`` has the role and the mark of each year, ``down`` how far below the middle of a row
    it stands. ``values`` writes the values of an item at its row.
    """
    years, down = [*looks], down or {}
    names = {years[:2][-1]: ", ".join(map(str, years[1:-1]))}
    names |= {years[0]: str(years[0]), years[-1]: str(years[-1])}
    pitch = max(24.0, max(down.values(), default=0) * 2 + 17)

    def draw(ax: Axes, part: pd.DataFrame) -> None:
        places = _rows(ax, items, pitch, beside)
        _grid(ax, [0, 0.5, 1], places)
        ax.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"])
        part = part.assign(y=part["item"].map(places) + part["year"].map(down).fillna(0))
        for item, y in places.items():
            rows = part[part["item"] == item].sort_values("year")
            path = rows.dropna(subset="share")
            ax.plot(path["share"], path["y"], color=MUTED, linewidth=1.4, zorder=1)
            values(ax, rows, y)
        for year, (role, mark) in looks.items():
            rows = part[part["year"] == year].dropna(subset="share")
            if (whiskers := rows.dropna(subset=["low", "high"])).size:
                ends = whiskers[["low", "high"]].sub(whiskers["share"], axis=0).abs().T
                look: Look = {"ecolor": PALETTE[role], "elinewidth": 1.4, "capsize": 3}
                ax.errorbar(whiskers["share"], whiskers["y"], xerr=ends, fmt="none", **look)
            _marks(ax, rows["share"], rows["y"], role, mark, names.get(year, ""))

    if all(role != "accent" for role, _ in looks.values()):
        options["key"] = {}
    return _panels(draw, cells, groups, **options, margin=(12, 16))


def _bare(ax: Axes) -> Axes:
    """Take the furniture off an Axes, and say how its ticks are labelled."""
    ax.set_facecolor(SURFACE)
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0, labelsize=SMALL, labelcolor=MUTED, labelfontfamily=FONT)
    ax.tick_params(labelleft=True, labelbottom=True)  # of every panel
    ax.set(xticks=[], yticks=[])
    return ax


def _size(ax: Axes) -> tuple[float, float]:
    """Width and height of the plot in points, once the layout has made room for its labels."""
    figure = figure_of(ax)
    _lay_out(figure)
    return ax.bbox.width / figure.dpi * 72, ax.bbox.height / figure.dpi * 72


def _lay_out(figure: Figure) -> None:
    """Make room for the labels, as drawing the figure would, which takes twice as long."""
    if engine := figure.get_layout_engine():
        engine.execute(figure)
        for ax in figure.axes:
            ax.apply_aspect()


def _fit(axes: list[Axes], margin: tuple[float, float]) -> None:
    """Give every Axes the same x axis, wide enough for the text beside its marks."""
    width, _ = _size(axes[0])
    point = figure_of(axes[0]).dpi / 72
    places = []
    for ax in axes:
        low, high = ax.dataLim.intervalx
        places += [(low, margin[0], 0.0), (max(high, low + 1e-9), 0.0, margin[1])]
        texts: list[Any] = [*ax.texts]
        for text in texts:
            if text.xycoords == "data":
                box, at = text.get_window_extent(), ax.transData.transform(text.xy)[0]
                places.append((text.xy[0], (at - box.x0) / point + 2, (box.x1 - at) / point + 2))
    x, before, after = np.array(places).T
    low, high = x.min(), x.max()
    width = max(width, 1.5 * (before.max() + after.max()))
    for _ in range(40):  # each end moves a little when the other does
        unit = (high - low) / width
        low, high = (x - before * unit).min(), (x + after * unit).max()
    for ax in axes:
        ax.set_xlim(low, high)


def _heighten(grid: Panels, unit: float) -> None:
    """Give a figure of the chart's own the height at which one of y takes ``unit`` points."""
    first = grid[0, 0]
    heights = np.array([abs(np.ptp(row[0].get_ylim())) * unit for row in grid])
    first.get_gridspec().set_height_ratios(heights)
    lacking = heights.sum() * (1 - _size(first)[1] / heights[0])
    figure = figure_of(first)
    figure.set_figheight(figure.get_figheight() + lacking / 72)


def _ticks(ax: Axes, places: npt.ArrayLike, texts: Sequence[str], beside: float = 0.0) -> None:
    """Label rows in a column to the left of the plot, with room beside it."""
    ax.set_yticks(places, texts)
    pad = max(measure(text) for text in texts) + 2 * GAP + beside
    ax.tick_params(axis="y", pad=pad, labelsize=TEXT, labelcolor=INK)
    for label in ax.get_yticklabels():
        label.set(ha="left", va="center_baseline", rotation=0)


def _rows(
    ax: Axes, labels: pd.Series, pitch: npt.ArrayLike = 24.0, beside: float = 0.0
) -> pd.Series:
    """Give every label a row of the height that it needs, and return where rows are."""
    texts = [wrap(label, LABELS) for label in labels]
    heights = np.maximum(pitch, [(text.count("\n") + 1) * LINE + 8 for text in texts])
    ends = heights.cumsum()
    _ticks(ax, ends - heights / 2, texts, beside)
    ax.set_ylim(ends[-1], 0)
    return pd.Series(ends - heights / 2, labels.index)


def _grid(ax: Axes, along: npt.ArrayLike, places: pd.Series) -> None:
    """Draw a light line at some places along x and one through each row."""
    along = np.asarray(along)
    look: Look = {"color": GRID, "linewidth": 1, "zorder": 0}
    ax.vlines(along, 0, ax.get_ylim()[0], **look)
    ax.hlines(places, along[0], along[-1], **look)


def _headed(
    ax: Axes, cells: pd.DataFrame, key: str, width: float, weight: str = "normal"
) -> pd.DataFrame:
    """Set a heading above the bars of each category, and return where each of its years is."""
    heads = cells.drop_duplicates([key, "year"])
    years = heads["year"].nunique() > 1
    left = measure("2008", SMALL) + 2 * GAP if years else 0.0
    places, y = [], 0.0
    for name, rows in heads.groupby(key, sort=False):
        text = wrap(rows["label"].iloc[0], width, TEXT, weight)
        at: Look = {"textcoords": "offset points", "va": "top", "weight": weight}
        ax.annotate(text, (0, y), (-left, 0), **OUTSIDE, **at)
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


def _beside(ax: Axes, x: float, y: float, text: str, gap: float, **style: Any) -> None:
    """Set text ``gap`` points right of a place, or left of it if negative."""
    style = {"ha": "left" if gap > 0 else "right", "color": INK, "size": TEXT} | style
    patch: Look = {"facecolor": SURFACE, "edgecolor": "none", "boxstyle": "square,pad=0.15"}
    at: Look = {"textcoords": "offset points", "va": "center_baseline", "zorder": 2.5}
    ax.annotate(text, (x, y), (gap, 0), bbox=patch, **at, **style)


def _after(ax: Axes, y: float, text: str, **style: Any) -> None:
    """Set a value in a column to the right of the plot, figures flush right and words left."""
    number = text.endswith("%")
    side: Look = {"ha": "right" if number else "left"}
    _beside(ax, 1, y, text, 40 if number else GAP, **OUTSIDE, **side, **style)


def _inside(ax: Axes, x: float, y: float, text: str, **style: Any) -> None:
    ax.annotate(text, (x, y), ha="center", va="center_baseline", zorder=4, **style)


def _year_look(role: str, value: str = "%") -> Look:
    """How the value of a year looks, or the words for none."""
    look: Look = {"color": PALETTE[role], "weight": "bold" if role == "later" else "normal"}
    return look if value.endswith("%") else QUIET


def _marks(
    ax: Axes, x: npt.ArrayLike, y: npt.ArrayLike, role: str, mark: str, name: str = ""
) -> None:
    """Draw round marks, open or filled."""
    color, hollow = PALETTE[role], "ring" in mark
    look: Look = {"ms": 2 * MARKS[mark] - 1.5, "mew": 1.5, "zorder": 3 if hollow else 4}
    look |= {"mec": color, "mfc": SURFACE if hollow else color, "clip_on": False}
    (drawn,) = ax.plot(x, y, "o", label=name or None, **look)
    drawn.set_in_layout(False)


def _bars(
    ax: Axes,
    y: npt.ArrayLike,
    width: npt.ArrayLike,
    role: str,
    *,
    left: npt.ArrayLike = 0.0,
    thick: float = BAR,
    hollow: bool = False,
) -> None:
    """Draw bars along x, filled or open, the open ones behind."""
    look: Look = {"zorder": 2.9 if hollow else 3, "clip_on": False}
    ax.barh(y, width, thick, left, **look, **_look(role, hollow=hollow))


def _look(role: str, *, hollow: bool = False) -> Look:
    """How a bar looks: filled, or open; a light one has an outline."""
    shade = role.startswith("shade")
    return {
        "facecolor": SURFACE if hollow else PALETTE[role],
        "edgecolor": PALETTE["shade-4" if shade else role],
        "linewidth": 1.2 if hollow or shade else 0.0,
    }


def _from_zero(
    rows: pd.DataFrame, bars: Sequence[Bars], ax: Axes | None, note: str | None, **key: Any
) -> Axes:
    """Draw bars from zero, filled to the least and thinner, open, to the most, with a text.

    A part of ``bars`` has the side, the role, ``least``, ``most`` and ``text`` of some rows, and
    how the text looks.
    """

    def draw(ax: Axes, rows: pd.DataFrame) -> None:
        places = _rows(ax, rows["label"])
        ax.vlines(0, 0, ax.get_ylim()[0], color=MUTED, linewidth=1, zorder=4)
        for side, role, part, look in bars:
            part = part.assign(y=places[part.index])
            sure, wide = part[part["least"] != 0], part[part["most"] != part["least"]]
            _bars(ax, wide["y"], side * wide["most"], role, hollow=True, thick=9)
            _bars(ax, sure["y"], side * sure["least"], role, thick=15)
            for row in _each(part):
                _beside(ax, side * row.most, row.y, row.text, side * GAP, **look)

    return _chart(draw, rows, ax=ax, note=note, key=key)[0]


def _ends(role: str, word: str = "") -> list[Patch]:
    """Name what `_from_zero` draws."""
    looks = {"at least": _look(role), "at most": _look(role, hollow=True)}
    return [Patch(**look, label=f"{word} {end}".strip()) for end, look in looks.items()]


def _key(
    ax: Axes,
    left: float,
    reach: float,
    *,
    handles: Sequence[Any] = (),
    title: str = "",
    columns: int = 0,
) -> None:
    """Name the marks in a strip of its own above the rows; a filled mark is the latest year's.

    It begins ``left`` points left of the plot, and is no wider than ``reach`` points.
    """
    figure = figure_of(ax)
    color = None if handles else "markeredgecolor"
    handles = handles or ax.get_legend_handles_labels()[0]
    names = [wrap(str(handle.get_label()), reach / (columns or 1) - 22) for handle in handles]
    flat = sum(map(measure, names)) + 34 * len(names) - 14 <= reach
    legend = ax.legend(
        handles,
        names,
        title=wrap(title, reach, SMALL),
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


def _note(ax: Axes, note: str, left: float, reach: float) -> None:
    """Set a label in a frame above everything; each of its lines starts a new one."""
    lines = [wrap(line, reach - 14, SMALL, "bold") for line in note.splitlines() if plain(line)]
    frame: Look = {"boxstyle": "round,pad=0.3", "facecolor": SURFACE, "edgecolor": MUTED}
    above: Look = {"xycoords": ("axes fraction", ax.title), "textcoords": "offset points"}
    style: Look = {"size": SMALL, "weight": "bold", "bbox": frame}
    ax.annotate("\n".join(lines), (0, 1), (6 - left, 8), **above, **style)
