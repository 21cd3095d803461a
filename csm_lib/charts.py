"""A tally drawn: ordinary matplotlib functions, data in and Axes out, in one house style.

The first argument is a tally (`csm_lib.aggregate.tally`) or a frame of comparisons, in which an
item without a ``label`` is called by its id. Options that every chart takes:

ax
    The Axes to draw on. Without it pyplot makes a figure, 380 pt wide and as tall as its rows need,
    so that a notebook's cell that ends with the call shows the chart.
note
    A label that stands in the figure; by default the one that drawn or withheld rows must carry.

`bars`, `dumbbell`, `ranked_dots`, `stacked_bars` and `waves` draw a tally that is split by a
characteristic in small multiples, and return an array of Axes, one a group. Data that a chart
cannot draw raise a ValueError that says what to do.

Years differ in shape (open, then filled) as well as in colour, answers in shade. A cell without a
figure says why in words. Along y one unit is a point, 1/72 inch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import offset_copy
from pandas.api.types import is_float_dtype

from csm_lib.counts import format_percent, points_change
from csm_lib.status import groups_of, label_of, wave_of
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

# The nine regions of England, so that neighbours lie as on a map.
MAP = (
    ("", "North East", ""),
    ("North West", "Yorkshire and the Humber", ""),
    ("West Midlands", "East Midlands", "East of England"),
    ("South West", "South East", "London"),
)
PLACES = {name: (x, y) for y, names in enumerate(MAP) for x, name in enumerate(names) if name}

Look = dict[str, Any]
Panels = npt.NDArray[Any]  # an Axes for each group
Draw = Callable[[Axes, pd.DataFrame], None]
Label = tuple[float, str, Look]  # how far below a middle, text, and how it looks

LABELS = 134.0  # pt; the most a column of labels takes
GAP = 4.0  # pt between a mark and its value
BAR = 17.0  # pt; thickness of a bar that holds or stands beside text
MARKS = {"ring": 5.8, "dot": 3.6, "small ring": 3.6, "disc": 4.6}  # pt; radii; a ring is open
INK, MUTED, SURFACE, ACCENT = (PALETTE[role] for role in ("ink", "muted", "surface", "accent"))
BOLD: Look = {"weight": "bold"}
QUIET: Look = {"size": SMALL, "color": MUTED}
OUTSIDE: Look = {"xycoords": ("axes fraction", "data")}  # along x, 1 is the right end of the plot
KINDS = ("shade-4", "shade-2", "earlier", "muted")  # of squares; the last is open
# What stands for a cell without a count, with a base of 0, and for none.
WITHHELD, NO_ANSWERS, NOT_ASKED = "withheld", "no answers", "not asked"


def dumbbell(
    tally: pd.DataFrame, *, order: Sequence[str] = (), ax: Axes | None = None, note: str = ""
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
    told = [wrap(wave_of(cells, year), WIDTH) for year in (first, last)]
    looks = {first: ("earlier", "ring")} | {last: ("later", "dot")}  # one year is the later
    # two intervals on one line would hide each other
    apart = {first: -3.5, last: 3.5} if cells["low"].notna().any() and first < last else {}

    def values(ax: Axes, rows: pd.DataFrame, y: float) -> None:
        held = rows.dropna(subset="share").sort_values("share", kind="stable")
        if held.empty:
            why = " or ".join(sorted(set(rows["value"]))) or f"{NOT_ASKED} in {' or '.join(told)}"
            _beside(ax, 0, y, why, 6, **QUIET)
        reach, gap = held[["share", "low", "high"]], MARKS["ring"] + GAP
        ends = (reach.max().max(), gap), (reach.min().min(), -gap)
        for cell, (end, side) in zip(_each(held[::-1]), ends, strict=False):
            _beside(ax, end, y, cell.value, side, **_year_look(looks[cell.year][0]))

    return _shares(cells, groups, order, looks, values, ax=ax, note=note, key={}, down=apart)


def waves(
    tally: pd.DataFrame, *, order: Sequence[str] = (), ax: Axes | None = None, note: str = ""
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
    left = 8 + max(map(measure, cells.loc[cells["year"] == years[0], "value"]))

    def values(ax: Axes, rows: pd.DataFrame, y: float) -> None:
        was, now = rows.set_index("year")["value"].reindex([years[0], years[-1]]).fillna(NOT_ASKED)
        _beside(ax, 0, y, was, -8, **OUTSIDE, **_year_look("earlier", was))
        _after(ax, y, now, **_year_look("later", now))

    more: Look = {"ax": ax, "note": note, "key": {}, "down": down, "beside": left}
    return _shares(cells, groups, order, looks, values, **more)


def ranked_dots(
    tally: pd.DataFrame, *, order: Sequence[str] = (), ax: Axes | None = None, note: str = ""
) -> Axes | Panels:
    """Draw the share of each item in one year, the largest first, with its count.

    Parameters
    ----------
    tally
        A tally of yes/no items in one year: one row per item. Where it has ``low`` and ``high``,
        the interval is drawn, and behind it a pale bar from ``worst_low`` to ``worst_high``,
        the bounds with nothing assumed of those that did not answer.
    order
        As for `dumbbell`.
    """
    cells, groups = _read(tally, "ranked_dots", [*{"year"}.intersection(tally), "item"])
    year = _one(cells, "ranked_dots", "year", ", or use dumbbell")
    bounded, pale = {"worst_low", "worst_high"} <= set(cells), _look("shade-2") | {"zorder": 0.5}

    def values(ax: Axes, rows: pd.DataFrame, y: float) -> None:
        for cell in _each(rows):
            _after(ax, y, cell.value, **(BOLD if cell.count else QUIET))
            _beside(ax, 1, y, cell.count, 46, **OUTSIDE, **QUIET)
            if bounded:
                ax.barh(y, cell.worst_high - cell.worst_low, 11, cell.worst_low, **pale)

    ends: list[Any] = [Line2D([], [], color=ACCENT, marker="|", label="interval")]
    ends += [Patch(**pale, label="with nothing assumed")]
    key: Look | None = {"handles": ends} if bounded else None
    looks = {year: ("accent", "disc")}
    return _shares(cells, groups, order, looks, values, ax=ax, note=note, key=key)


def bars(
    tally: pd.DataFrame, *, labels: Mapping[str, str] = {}, ax: Axes | None = None, note: str = ""
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
    first, last = cells["year"].min(), cells["year"].max()
    roles = {first: "earlier", last: "later" if first < last else "accent"}

    def draw(ax: Axes, part: pd.DataFrame) -> None:
        for cell in _each(_headed(ax, cells, part, key)):
            share, role = cell.share if cell.count else 0, roles.get(cell.year, "muted")
            ax.barh(cell.y, share, BAR, **_look(role, hollow=role == "earlier"))
            ax.plot([0, 0], [cell.y - 10.5, cell.y + 10.5], color=MUTED, lw=1, zorder=4)
            _beside(ax, share, cell.y, cell.value, GAP, **(BOLD if cell.count else QUIET))
            gap = GAP + measure(cell.value, TEXT, "bold") + 6
            _beside(ax, share, cell.y, cell.count, gap, **QUIET)
        ax.update_datalim([(1, 0)])

    return _panels(draw, cells, groups, ax=ax, note=note)


def stacked_bars(
    tally: pd.DataFrame,
    *,
    answers: Sequence[str],
    labels: Mapping[str, str] = {},
    ax: Axes | None = None,
    note: str = "",
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
        As for `bars`.
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

    def draw(ax: Axes, part: pd.DataFrame) -> None:
        part = _headed(ax, cells, part, "item", "bold")
        for cell in _each(part.drop_duplicates("y")):
            _beside(ax, 0, cell.y, "" if cell.count else cell.value, GAP, **QUIET)
            base = "" if pd.isna(cell.base) else f"n = {cell.base:,}"
            _beside(ax, 1, cell.y, base, GAP, **OUTSIDE, **QUIET)
        part["left"] = part.groupby("y")["share"].cumsum() - part["share"]
        for cell in _each(part[part["share"] > 0]):
            fits = measure(cell.value) + 3 <= cell.share * (WIDTH - 88)
            texts: list[Label] = [(0, cell.value, {})] if fits else []
            _tile(ax, cell.left, cell.y, cell.share, BAR, roles[cell.answer], *texts)
        ax.set_xlim(0, 1)

    handles = [Patch(**_look(roles[name]), label=_answer(name, labels)) for name in answers]
    return _panels(draw, cells, groups, ax=ax, note=note, key={"handles": handles})


def change_bars(tally: pd.DataFrame, *, ax: Axes | None = None, note: str = "") -> Axes:
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
    told = [wave_of(cells, first), wave_of(cells, last)]
    rows = cells.drop_duplicates("item").set_index("item")[["label"]]
    was, now = (cells[cells["year"] == end].set_index("item") for end in (first, last))
    rows["change"] = (now["share"] - was["share"]).round(12)  # what is equal is a tie
    held = rows.index[rows["change"].notna()]
    counts = [end.loc[held, name] for end in (was, now) for name in ("yes", "base")]
    ends = pd.concat([was, now]).sort_values("share", na_position="first", kind="stable")
    only = [f"{wave_of(cells, year)} only" for year in ends["year"]]
    why = ends["value"].where(ends["share"].isna(), only).map(lambda text: wrap(text, WIDTH))
    why = why[~why.index.duplicated()].reindex(rows.index).fillna(NOT_ASKED)
    rows["text"] = points_change(*counts).map(signed).reindex(rows.index).fillna(why)
    fell_most = rows["change"].min() < -rows["change"].max()
    left = (rows["change"] < 0) | (rows["change"].isna() & fell_most)  # words, where there is room
    rows = rows.assign(side=np.where(left, -1, 1), role="accent", least=rows["change"].abs())
    rows = rows.assign(most=rows["least"].fillna(0))
    rows = rows.sort_values("change", ascending=bool(fell_most), kind="stable")
    title = f"Change from {' to '.join(told)}, in percentage points"
    return _from_zero(cells, rows, ax, note, title=title)


def quartiles(numbers: pd.DataFrame, *, ax: Axes | None = None, note: str = "") -> Axes:
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
    named = numbers.assign(year=[wave_of(numbers, year) for year in numbers["year"]])[heads]
    labels = [", ".join(map(str, told)) for told in named.itertuples(index=False)]
    rows = numbers.reset_index(drop=True).assign(label=[*map(plain, labels)])
    held = rows.dropna(subset="median")
    _need(held, "quartiles")
    wide = max(measure(quantity(value), TEXT, "bold") for value in held["median"])
    low, high = rows["lower_quartile"].min(), rows["upper_quartile"].max()
    ticks = [tick for tick in MaxNLocator(4).tick_values(low, high) if low <= tick <= high]

    def draw(ax: Axes, rows: pd.DataFrame) -> None:
        places = _rows(ax, rows["label"])
        _marks(ax, rows["median"], places, "accent", "disc", "median")
        line: Look = {"color": MUTED, "linewidth": 4, "label": "lower to upper quartile"}
        ax.hlines(places[held.index], held["lower_quartile"], held["upper_quartile"], **line)
        ax.set_xticks(ticks, [*map(quantity, ticks)])
        for y, row in zip(places, _each(rows), strict=True):
            if pd.isna(row.median):
                why = WITHHELD if pd.isna(row.base) else NO_ANSWERS
                _beside(ax, 0, y, why, 6, **OUTSIDE, **QUIET)
            else:
                _beside(ax, 1, y, quantity(row.median), GAP, **OUTSIDE, **BOLD)
                _beside(ax, 1, y, f"n = {row.base:,}", GAP + wide + 8, **OUTSIDE, **QUIET)

    return _chart(draw, rows, ax=ax, note=note, key={})[0]


def moves(
    frame: pd.DataFrame, *, losers: str, gainers: str, ax: Axes | None = None, note: str = ""
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
    left, right = _range(rows, -1, "earlier", *ends[:2]), _range(rows, 1, "later", *ends[2:])
    key: Look = {"handles": [*_ends("earlier", losers), *_ends("later", gainers)], "columns": 2}
    title = "Number of authorities that"
    return _from_zero(frame, pd.concat([left, right]), ax, note, title=title, **key)


def ranges(frame: pd.DataFrame, *, what: str, ax: Axes | None = None, note: str = "") -> Axes:
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
    rows = _range(_comparisons(frame, "ranges", ["low", "high"]), 1, "accent", "low", "high")
    if "base" in rows:
        rows["text"] += " of " + rows["base"].astype(str)
    return _from_zero(frame, rows, ax, note, title=what, handles=_ends("accent"))


def p_ranges(
    frame: pd.DataFrame, *, level: float = 0.05, ax: Axes | None = None, note: str = ""
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
        head, side = -LINE / 2 - 2, "center" if level < 0.3 else "right"
        _beside(ax, level, head, f"{level:g}", 0, ha=side, **BOLD)
        _beside(ax, 1, head, f"Below {level:g}?", 16, **OUTSIDE, **QUIET)
        for y, low, high in zip(places, rows["p_low"], rows["p_high"], strict=True):
            always, never = high <= level, low > level
            role, look = ("muted", {"color": MUTED}) if never else ("accent", BOLD)
            line: Look = {"lw": 4.0 if always else 1.8, "ls": (0, (2, 1.5)) if never else "-"}
            ax.hlines(y, *np.maximum((low, high), SMALLEST_P), color=PALETTE[role], **line)
            if low < SMALLEST_P:
                ax.plot(SMALLEST_P, y, "<", ms=8, mew=0, c=PALETTE[role], clip_on=False)
            for p, mark in ((low, "dot"), (high, "ring")):
                _marks(ax, p if p >= SMALLEST_P else np.nan, y, role, mark)
            word = "always" if always else "never" if never else "depends"
            _beside(ax, 1, y - LINE / 2, word, 16, **OUTSIDE, **look)
            told = dict.fromkeys(p_value(p, level=level) for p in (low, high))
            _beside(ax, 1, y + LINE / 2, " to ".join(told), 16, **OUTSIDE, **QUIET)
        for end, mark in (("lowest", "dot"), ("highest", "ring")):
            _marks(ax, [], [], "accent", mark, f"{end} p possible")

    return _chart(draw, frame, ax=ax, note=note, key={})[0]


def support(frame: pd.DataFrame, *, what: str, ax: Axes | None = None, note: str = "") -> Axes:
    """Draw what share of drawn panels supports each claim, by their persistence.

    Parameters
    ----------
    frame
        One row per claim and persistence: ``claim`` (its id), ``persistence`` (the odds ratio
        that ties an authority's answers in the two years; 1 is none), ``yes`` (panels that
        support the claim) and ``base`` (panels drawn). Claims come in its order.
    what
        Which panels a cell counts, after "drawn panels": ``that support each claim``.
    """
    cells, _ = _read(frame, "support", ["claim", "persistence"], split=False)
    labels = cells.drop_duplicates("claim").set_index("claim")["label"]
    across = sorted(cells["persistence"].unique())
    every = pd.MultiIndex.from_product([labels.index, across], names=["claim", "persistence"])
    grid = cells.set_index(every.names).reindex(every).reset_index()
    base = cells["base"].iloc[0] if cells["base"].nunique() == 1 else 0
    panels = f"{base:,} drawn panels" if base else "drawn panels"
    pitch = 26.0 + max(wrap(label, LABELS).count("\n") for label in labels) * LINE

    def draw(ax: Axes, _: pd.DataFrame) -> None:
        places = _rows(ax, labels, pitch)
        for cell in _each(grid):
            role, text = "grid", "–"
            if not pd.isna(cell.share):
                # fifths of the base in whole numbers, as a share of 0.6 may be a hair less
                role = f"shade-{min(5 * cell.yes // cell.base, 4) + 1}"
                text = of_panels(cell.yes, cell.base)
            at = across.index(cell.persistence)
            _tile(ax, at, places[cell.claim], 1, pitch, role, (0, text, {}))
        names = ["none (1)" if value == 1 else f"{value:,g}" for value in across]
        words = f"Share of {panels} {what}, by persistence"
        ax.set_xticks(np.arange(len(across)) + 0.5, names)
        ax.set(xlim=(0, len(across)), xlabel=wrap(words, WIDTH - LABELS, SMALL))

    return _chart(draw, cells, ax=ax, note=note)[0]


def squares(counts: pd.DataFrame, *, ax: Axes | None = None, note: str = "") -> Axes:
    """Draw a mark for each one that is counted, kind after kind, with the number of a row.

    Parameters
    ----------
    counts
        One row a category: its name, then a column of counts for each of up to four kinds. The
        third kind stands out; the fourth is open.
    """
    name, *kinds = counts.columns
    if not 1 <= len(kinds) <= len(KINDS):
        raise ValueError(f"squares: draws 1 to {len(KINDS)} kinds, and {len(kinds)} were given.")
    counted = counts[kinds].to_numpy(np.intp)
    total, across, side = counted.sum(axis=1), 26, 9.0
    deep = np.ceil(total / across)
    row = np.repeat(np.arange(len(counts)), total)
    kind = np.repeat(np.tile(np.arange(len(kinds)), len(counts)), counted.ravel())
    at = np.arange(len(row)) - (total.cumsum() - total)[row]  # its number in its row

    def draw(ax: Axes, _: pd.DataFrame) -> None:
        places = _rows(ax, counts[name].astype(str), pitch=deep * side + 9).to_numpy()
        x, y = at % across * side, places[row] + (at // across - (deep[row] - 1) / 2) * side
        for number, (label, role) in enumerate(zip(kinds, KINDS, strict=False)):
            look = _look(role, hollow=role == "muted")
            style: Look = {"mfc": look["facecolor"], "mec": look["edgecolor"], "label": label}
            style |= {"ls": "", "marker": "D" if role == "earlier" else "s", "ms": 6, "mew": 1.2}
            ax.plot(x[kind == number], y[kind == number], **style)
        for place, count in zip(places, total, strict=True):
            _beside(ax, 1, place, str(count), GAP, **OUTSIDE, **QUIET)
        ax.set_xlim(-side, across * side)

    return _chart(draw, counts, ax=ax, note=note, key={})[0]


def tile_map(frame: pd.DataFrame, *, ax: Axes | None = None, note: str = "") -> Axes:
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
    tiles = cells.set_index("region").reindex(list(PLACES))
    percent = pd.to_numeric(tiles["value"].str.removesuffix("%"), errors="coerce")
    least, most = percent.agg(["min", "max"]).fillna(0).astype(int)
    for step in (5, 10, 20):  # the narrowest five classes that hold all
        lows = min(least // step * step, 100 - 5 * step) + step * np.arange(5)
        if most < lows[-1] + step or lows[-1] + step == 100:
            break
    highs = lows + step - 1 + (lows + step == 100)
    tiles["shade"] = np.digitize(percent, lows)
    space, tall, wide = 4.0, 80.0, (WIDTH - 10) / 3

    def draw(ax: Axes, _: pd.DataFrame) -> None:
        ax.set(xlim=(0, 3 * wide + 2 * space), ylim=(4 * tall + 3 * space, 0))
        for tile in _each(tiles.fillna({"value": "no figure"})):
            column, row = PLACES[tile.Index]
            role, texts = "grid", [(10.0, tile.value, {"size": SMALL})]
            if not pd.isna(tile.share):
                role = f"shade-{tile.shade}"
                texts = [(8, tile.value, {"size": LARGE} | BOLD), (27, tile.count, {"size": SMALL})]
            texts += [(-20, wrap(tile.Index, wide - 8, TEXT, "bold"), BOLD)]
            x, y = column * (wide + space), row * (tall + space) + tall / 2
            _tile(ax, x, y, wide, tall, role, *texts)
        classes = enumerate(spans(lows, highs), 1)
        key = [Patch(**_look(f"shade-{shade}"), label=name) for shade, name in classes]
        ax.legend(handles=key, title="Per cent", loc="upper right", alignment="left")

    return _chart(draw, cells, ax=ax, note=note)[0]


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
    blank: Look = {"item": item, "label": item, "year": 0, "answer": ""}
    blank |= {"low": np.nan, "high": np.nan}
    cells = cells.assign(**{name: found for name, found in blank.items() if name not in cells})
    cells["label"] = cells["label"].map(plain)
    for row in _each(cells[((cells["yes"] < 0) | (cells["yes"] > cells["base"])).fillna(False)]):
        count = f"{row.label} has {row.yes} of {row.base}"
        raise ValueError(f"{chart}: {count}. A count lies between 0 and its base.")
    told = [_told(yes, base) for yes, base in zip(cells["yes"], cells["base"], strict=True)]
    cells["value"], cells["count"] = zip(*told, strict=True)
    share = (cells["yes"] / cells["base"]).where(cells["count"] != "")
    return cells.assign(share=share.astype("float64")), groups


def _told(yes: Any, base: Any) -> tuple[str, str]:
    """Say a share and its count, or why there is none."""
    if pd.isna(yes) or pd.isna(base):
        return WITHHELD, ""
    return (format_percent(yes, base), f"{yes:,} of {base:,}") if base else (NO_ANSWERS, "")


def _comparisons(frame: pd.DataFrame, chart: str, columns: list[str]) -> pd.DataFrame:
    """Read one row per comparison, in its order."""
    _need(frame, chart, ["item", *columns], "csm_lib.inference gives them for the items")
    return frame.assign(label=frame.get("label", frame["item"]).map(plain))


def _range(rows: pd.DataFrame, side: int, role: str, low: str, high: str) -> pd.DataFrame:
    """Bars for `_from_zero`, of two columns."""
    ends: Look = {"least": rows[low], "most": rows[high], "text": spans(rows[low], rows[high])}
    return rows.assign(side=side, role=role, **ends)


def _need(frame: pd.DataFrame, chart: str, columns: Sequence[str] = (), source: str = "") -> None:
    missing = [name for name in columns if name not in frame]
    if missing:
        raise ValueError(f"{chart} needs the columns {', '.join(missing)}: {source}.")
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
        raise ValueError(
            f"{chart} needs two years, and the tally has only {wave_of(cells, years[0])}."
        )
    return years


def _ordered(cells: pd.DataFrame, order: Sequence[str]) -> pd.Series:
    """Labels by item, in the order given or by share: the largest of the last year first.

    Items without a share in that year come after. Groups are taken together.
    """
    labels = cells.drop_duplicates("item").set_index("item")["label"]
    stray = sorted(set(order) ^ set(labels.index))
    if len(order) and (stray or len(order) > len(labels)):
        raise ValueError(f"order must name each item once. Check {', '.join(stray or order)}.")
    held = cells[cells["count"] != ""].groupby(["item", "year"], sort=False)[["yes", "base"]].sum()
    rank = held.assign(share=held["yes"] / held["base"]).reset_index()
    rank = rank.sort_values(["year", "share"], ascending=False, kind="stable")
    return labels[[*dict.fromkeys([*order, *rank["item"], *labels.index])]]


def _each(rows: pd.DataFrame) -> Iterator[Any]:
    return rows.itertuples()


def _answer(answer: str, labels: Mapping[str, str]) -> str:
    return plain(labels.get(answer, answer.replace("_", " ").capitalize()))


# -- The drawing ---------------------------------------------------------------


@house_style()
def _chart(
    draw: Draw,
    cells: pd.DataFrame,
    groups: Sequence[str] = (),
    *,
    ax: Axes | None,
    note: str,
    key: Look | None = None,
) -> list[Axes]:
    """Draw rows on one Axes, or each group of them on one of its own; ``key`` is for `_key`.

    A chart that does not set its x axis gets one.
    """
    if groups and ax is not None:
        raise ValueError(
            f"A tally split by {', '.join(groups)} takes an Axes for each group. Leave ax out, or "
            "keep one group."
        )
    parts = [*cells.groupby([*groups], sort=False, dropna=False)] if groups else [((), cells)]
    axes: list[Any] = [ax] if ax else [*plt.subplots(len(parts), squeeze=False)[1].flat]
    figure = figure_of(axes[0])
    if ax is None:
        figure.set_size_inches(WIDTH / 72, 5 * len(parts))
        figure.set_layout_engine("constrained", h_pad=(8 if groups else 4) / 72)
    for panel, (_, part) in zip(axes, parts, strict=True):
        draw(_bare(panel), part)
    if axes[0].get_autoscalex_on():
        _fit(axes)
    (width, _), point = _size(axes[0]), figure.dpi / 72
    whole: Any = axes[0].get_tightbbox()
    left, reach = (axes[0].bbox.x0 - whole.x0) / point, whole.width / point
    if key is not None:
        _key(axes[0], left, reach, **key)
    for panel, (names, _) in zip(axes, parts, strict=True):
        if names:
            title = wrap(", ".join(map(str, names)), WIDTH - 20, TEXT, "bold")
            panel.set_title(title, x=-left / width, ha="left")
    if note := note or label_of(cells) or "":
        _note(axes[0], note, left, reach)
    if ax is None:  # as high as one of y takes a point
        heights = [abs(np.ptp(panel.get_ylim())) for panel in axes]
        axes[0].get_gridspec().set_height_ratios(heights)
        lacking = sum(heights) * (1 - _size(axes[0])[1] / heights[0])
        figure.set_figheight(figure.get_figheight() + lacking / 72)
    _size(axes[0])  # as whoever measures it finds it
    return axes


def _panels(draw: Draw, cells: pd.DataFrame, groups: list[str], **options: Any) -> Axes | Panels:
    axes = _chart(draw, cells, groups, **options)
    return np.array(axes, dtype=object) if groups else axes[0]


def _shares(
    cells: pd.DataFrame,
    groups: list[str],
    order: Sequence[str],
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
    items, years, down = _ordered(cells, order), [*looks], down or {}
    called = {year: wave_of(cells, year) for year in years}
    names = {years[:2][-1]: ", ".join(called[year] for year in years[1:-1])}
    names |= {year: called[year] for year in (years[0], years[-1])}
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

    shown = cells[cells["year"].isin(years)]
    return _panels(draw, shown, groups, **options)


def _bare(ax: Axes) -> Axes:
    """Take the furniture off an Axes, and say how its ticks are labelled."""
    ax.set(facecolor=SURFACE, xticks=[], yticks=[])
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0, labelsize=SMALL, labelcolor=MUTED, labelfontfamily=FONT)
    return ax


def _size(ax: Axes) -> tuple[float, float]:
    """Width and height of the plot in points, once the layout has made room for its labels."""
    figure = figure_of(ax)
    if engine := figure.get_layout_engine():
        engine.execute(figure)  # as drawing the figure would, which takes twice as long
        for each in figure.axes:
            each.apply_aspect()
    return ax.bbox.width / figure.dpi * 72, ax.bbox.height / figure.dpi * 72


def _fit(axes: list[Axes]) -> None:
    """Give every Axes the same x axis, wide enough for its marks and the text beside them."""
    width, point = _size(axes[0])[0], figure_of(axes[0]).dpi / 72
    round_ones = any(line.get_marker() == "o" for line in axes[0].lines)
    low, high = min(ax.dataLim.x0 for ax in axes), max(ax.dataLim.x1 for ax in axes)
    places = [(low, 12.0 if round_ones else 1.0, 0.0)]
    places += [(max(high, low + 1e-9), 0.0, 16.0 if round_ones else 1.0)]
    texts: list[Any] = [text for ax in axes for text in ax.texts]
    for text in texts:
        if text.xycoords == "data":
            box, at = text.get_window_extent(), text.axes.transData.transform(text.xy)[0]
            places.append((text.xy[0], (at - box.x0) / point + 2, (box.x1 - at) / point + 2))
    x, before, after = np.array(places).T
    low, high = x.min(), x.max()
    width = max(width, 1.5 * (before.max() + after.max()))
    for _ in range(40):  # each end moves a little when the other does
        unit = (high - low) / width
        low, high = (x - before * unit).min(), (x + after * unit).max()
    for ax in axes:
        ax.set_xlim(low, high)


def _rows(
    ax: Axes, labels: pd.Series, pitch: npt.ArrayLike = 24.0, beside: float = 0.0
) -> pd.Series:
    """Label rows in a column to the left of the plot, with room beside it, and say where they are.

    Each has the height that its label needs, or ``pitch`` where that is more.
    """
    texts = [wrap(label, LABELS) for label in labels]
    heights = np.maximum(pitch, [(text.count("\n") + 1) * LINE + 8 for text in texts])
    ends = heights.cumsum()
    places = pd.Series(ends - heights / 2, labels.index)
    ax.set_yticks(places, texts)
    pad = max(map(measure, texts)) + 2 * GAP + beside
    ax.tick_params(axis="y", pad=pad, labelsize=TEXT, labelcolor=INK)
    for label in ax.get_yticklabels():
        label.set(ha="left", va="center_baseline", rotation=0)
    ax.set_ylim(ends[-1], 0)
    return places


def _grid(ax: Axes, along: npt.ArrayLike, places: pd.Series) -> None:
    """Draw a light line at some places along x and one through each row."""
    along = np.asarray(along)
    look: Look = {"color": PALETTE["grid"], "linewidth": 1, "zorder": 0}
    ax.vlines(along, 0, ax.get_ylim()[0], **look)
    ax.hlines(places, along[0], along[-1], **look)


def _headed(
    ax: Axes, cells: pd.DataFrame, part: pd.DataFrame, key: str, weight: str = "normal"
) -> pd.DataFrame:
    """Set a heading above the bars of each category, and tell where each row of a part is."""
    heads = cells.drop_duplicates([key, "year"])
    years = heads["year"].nunique() > 1
    called = {year: wrap(wave_of(cells, year), WIDTH, SMALL) for year in heads["year"]}
    widest = max(measure(name, SMALL) for name in ("2008", *called.values()))
    left = widest + 2 * GAP if years else 0.0
    found, y = [], 0.0
    for name, rows in heads.groupby(key, sort=False):
        text = wrap(rows["label"].iloc[0], WIDTH - 12, TEXT, weight)
        at: Look = {"textcoords": "offset points", "va": "top", "weight": weight}
        ax.annotate(text, (0, y), (-left, 0), **OUTSIDE, **at)
        y += (text.count("\n") + 1) * LINE + 4
        for year in sorted(rows["year"]):
            found.append((name, year, y + BAR / 2))
            y += BAR + 3
        y += 8
    ax.set_ylim(y - 9, 0)
    places = pd.DataFrame(found, columns=[key, "year", "y"])
    if years:
        ax.set_yticks(places["y"], places["year"].map(called))
        ax.tick_params(axis="y", pad=GAP)
    return part.merge(places, on=[key, "year"])


def _beside(ax: Axes, x: float, y: float, text: str, gap: float, **style: Any) -> None:
    """Set text, if any, ``gap`` points right of a place, or left of it if negative."""
    patch: Look = {"facecolor": SURFACE, "edgecolor": "none", "boxstyle": "square,pad=0.15"}
    at: Look = {"textcoords": "offset points", "va": "center_baseline", "zorder": 2.5}
    style = {"ha": "left" if gap > 0 else "right"} | style
    if text:
        ax.annotate(text, (x, y), (gap, 0), bbox=patch, **at, **style)


def _after(ax: Axes, y: float, text: str, **style: Any) -> None:
    """Set a value in a column to the right of the plot, figures flush right and words left."""
    number = text.endswith("%")
    side: Look = {"ha": "right" if number else "left"}
    _beside(ax, 1, y, text, 40 if number else GAP, **OUTSIDE, **side, **style)


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


def _tile(ax: Axes, x: float, y: float, wide: float, tall: float, role: str, *texts: Label) -> None:
    """Draw a tile of a shade, or an open one, with texts so far below its middle."""
    ax.barh(y, wide, tall, x, **_look(role, hollow=role == "grid"))
    at: Look = {"ha": "center", "va": "center_baseline", "color": PALETTE[text_on(role)]}
    for down, text, look in texts:
        ax.annotate(text, (x + wide / 2, y + down), zorder=4, **at, **look)


def _look(role: str, *, hollow: bool = False) -> Look:
    """How a bar looks: filled, or open and behind; a light one has an outline."""
    shade = role.startswith("shade")
    look: Look = {"zorder": 2.9 if hollow else 3, "linewidth": 1.2 if hollow or shade else 0.0}
    look |= {"facecolor": SURFACE if hollow else PALETTE[role], "clip_on": False}
    return look | {"edgecolor": PALETTE["shade-4" if shade else role]}


def _from_zero(
    cells: pd.DataFrame, bars: pd.DataFrame, ax: Axes | None, note: str, **key: Any
) -> Axes:
    """Draw bars from zero, filled to the least and thinner, open, to the most, with a text.

    A row of ``bars`` is one, on the line of its index: its ``label``, ``side`` (-1 is left),
    ``role``, ``least``, ``most`` and ``text``. Without a least there is no bar.
    """

    def draw(ax: Axes, _: pd.DataFrame) -> None:
        places = _rows(ax, bars.loc[~bars.index.duplicated(), "label"])
        ax.vlines(0, 0, ax.get_ylim()[0], color=MUTED, linewidth=1, zorder=4)
        for bar in _each(bars):
            y, end = places[bar.Index], bar.side * bar.most
            if bar.most > bar.least:
                ax.barh(y, end, 9, **_look(bar.role, hollow=True))
            if bar.least > 0:
                ax.barh(y, bar.side * bar.least, 15, **_look(bar.role))
            look = QUIET if np.isnan(bar.least) else BOLD if bar.least == bar.most else {}
            _beside(ax, end, y, bar.text, bar.side * GAP, **look)

    return _chart(draw, cells, ax=ax, note=note, key=key)[0]


def _ends(role: str, word: str = "") -> list[Patch]:
    """Name what `_from_zero` draws."""
    looks = {"at least": _look(role), "at most": _look(role, hollow=True)}
    return [Patch(**look, label=f"{word} {end}".strip()) for end, look in looks.items()]


def _key(
    ax: Axes, left: float, reach: float, handles: Any = (), title: str = "", columns: int = 0
) -> None:
    """Name the marks in a strip of its own above the rows; a filled mark is the latest year's.

    It begins ``left`` points left of the plot, and is no wider than ``reach`` points.
    """
    figure = figure_of(ax)
    look: Look = {} if handles else {"labelcolor": "markeredgecolor"}
    handles = handles or ax.get_legend_handles_labels()[0]
    names = [wrap(str(handle.get_label()), reach / (columns or 1) - 22) for handle in handles]
    flat = sum(map(measure, names)) + 34 * len(names) - 14 <= reach
    look |= {"ncols": columns or (len(names) if flat else 1), "title": wrap(title, reach, SMALL)}
    look |= {"loc": "upper left", "bbox_to_anchor": (0, 1), "alignment": "left"}
    start = offset_copy(ax.transAxes, figure, -left, 0, "points")
    legend = ax.legend(handles, names, bbox_transform=start, **look)
    legend.get_title().set_color(MUTED)
    legend.set_in_layout(False)
    for text in legend.get_texts():
        if str(text.get_color()) == PALETTE["later"]:
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
