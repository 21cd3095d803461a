"""What a reader sees in a chart, and what an analyst can do with it."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.text import Text

from csm_lib import charts
from csm_lib.style import DARK, PALETTE, css, figure_of, house_style, svg, text_on

Row = tuple[str, int, str, int | None, int | None]  # label, year, answer, yes, base
ROLES = {value: role for role, value in PALETTE.items()}
NOTE = "Drawn panels: an illustration"
moves = partial(charts.moves, losers="stopped", gainers="began")
support = partial(charts.support, what="that support each claim")


@pytest.fixture(autouse=True)
def close() -> Iterator[None]:
    yield
    plt.close("all")


def tally(*rows: Row) -> pd.DataFrame:
    """A tally whose items are named by their labels."""
    frame = pd.DataFrame(rows, columns=["label", "year", "answer", "yes", "base"])
    frame = frame.astype({"yes": "Int64", "base": "Int64"})
    return frame.assign(item=frame["label"], section="section", no_answer=0)


def yearly(
    years: tuple[int, ...] = (2008, 2009), /, **items: tuple[int | None, ...]
) -> pd.DataFrame:
    """For each item a count and its base, year after year; a year with None, None has no row."""
    return tally(
        *(
            (label, year, "yes", yes, base)
            for label, counts in items.items()
            for year, yes, base in zip(years, counts[::2], counts[1::2], strict=True)
            if base != -1
        )
    )


def frame(columns: str, **items: tuple[Any, ...]) -> pd.DataFrame:
    """One row per comparison, of items named by their labels."""
    rows = pd.DataFrame(list(items.values()), columns=columns.split())
    return rows.assign(item=list(items), label=list(items))


def moved(**items: tuple[int, ...]) -> pd.DataFrame:
    return frame("losers_low losers_high gainers_low gainers_high", **items)


def supported(base: int, persistence: list[float], **claims: list[int]) -> pd.DataFrame:
    rows = [
        (claim, claim, value, yes, base)
        for claim, counts in claims.items()
        for value, yes in zip(persistence, counts, strict=True)
    ]
    return pd.DataFrame(rows, columns=["claim", "label", "persistence", "yes", "base"])


COLLEGES = "Further Education and Sixth Form colleges"
BOARD = yearly(
    **{
        "Police": (74, 74, 73, 74),
        COLLEGES: (46, 73, 67, 74),
        "Jobcentre Plus": (26, 72, 50, 72),
        "School representation": (0, -1, 72, 74),
        "Local Connexions Partnership": (63, 74, 0, -1),
    }
)
OTHERS = tally(
    ("Faith groups", 2009, "yes", 20, 73),
    ("Housing sector", 2009, "yes", 45, 72),
    ("Third sector", 2009, "yes", 74, 74),
)
ANSWERS = ("head", "senior_officer", "other")
LEVELS = tally(
    *(
        ("Jobcentre Plus", year, answer, yes, base)
        for year, base, counts in ((2008, 24, (5, 17, 2)), (2009, 46, (8, 38, 0)))
        for answer, yes in zip(ANSWERS, counts, strict=True)
    )
)
CHAIRS = tally(
    *(
        ("Chair", year, answer, yes, base)
        for year, base, counts in ((2008, 73, (41, 23, 9)), (2009, 74, (40, 24, 10)))
        for answer, yes in zip(("lead_member", "director", "other"), counts, strict=True)
    )
)
REGIONS = pd.DataFrame(
    {
        "region": [
            *("North East", "North West", "Yorkshire and the Humber", "West Midlands"),
            *("East Midlands", "East of England", "South West", "South East", "London"),
        ],
        "yes": [5, 12, 7, 6, 4, 5, 12, 10, 13],
        "base": [12, 22, 15, 14, 9, 10, 16, 19, 33],
    }
)
WAVES = yearly((2021, 2022, 2023), Housing=(20, 40, 10, 40, 16, 40), Police=(4, 40, 30, 40, 36, 40))
MOVES = moved(CAMHS=(5, 12, 0, 7), Police=(1, 1, 0, 0), Jobcentre=(0, 22, 22, 46))
P = frame(
    "p_low p_high",
    CAMHS=(0.0625, 0.359283),
    Palliative=(0.015625, 0.28),
    Police=(1.0, 1.0),
    Jobcentre=(0.0, 0.00921),
)
BOUNDS = frame("low high base", North=(0, 12, 12), South=(5, 5, 13), East=(3, 9, 10))
CLAIMS = supported(
    10_000, [1, 3, 10, 1000], Less=[0, 3, 4550, 9_997], Fewer=[10_000, 8_000, 6_000, 2_000]
)

NUMBERS = pd.DataFrame(
    {
        "item": "hours",
        "label": "Hours",
        "year": [2023, 2023, 2025, 2025, 2025],
        "region": ["Coast", "Hills", "Coast", "Hills", "Plain"],
        "base": pd.array([39, 40, 36, None, 0], dtype="Int64"),
        "mean": [42.1, 39.0, 38.0, None, None],
        "median": [43.5, 39.75, 1038.25, None, None],
        "lower_quartile": [38.5, 33.75, 34.125, None, None],
        "upper_quartile": [46.5, 46.0, 1244.0, None, None],
        "status": ["own returns", "own returns", "own returns", "withheld", "own returns"],
    }
)
LEDGER = pd.DataFrame(
    {
        "part": ["Table 1", "Text"],
        "passed": [25, 1],
        "possible": [2, 0],
        "wrong": [1, 0],
        "open": [0, 2],
    }
)

DRAWN: dict[str, Callable[..., Any]] = {
    "dumbbell": lambda **options: charts.dumbbell(BOARD, **options),
    "ranked_dots": lambda **options: charts.ranked_dots(OTHERS, **options),
    "stacked_bars": lambda **options: charts.stacked_bars(LEVELS, answers=ANSWERS, **options),
    "bars": lambda **options: charts.bars(CHAIRS, **options),
    "tile_map": lambda **options: charts.tile_map(REGIONS, **options),
    "change_bars": lambda **options: charts.change_bars(BOARD, **options),
    "waves": lambda **options: charts.waves(WAVES, **options),
    "moves": lambda **options: moves(MOVES, **options),
    "p_ranges": lambda **options: charts.p_ranges(P, **options),
    "quartiles": lambda **options: charts.quartiles(NUMBERS.drop(index=3), **options),
    "ranges": lambda **options: charts.ranges(BOUNDS, what="Authorities with one", **options),
    "support": lambda **options: support(CLAIMS, **({"note": NOTE} | options)),
    "squares": lambda **options: charts.squares(LEDGER, **options),
}
every_chart = pytest.mark.parametrize("chart", DRAWN)


def texts(drawing: Any) -> list[Text]:
    """Every text that shows, line by line from the top, each line from the left."""
    figure = figure_of(drawing)
    figure.draw_without_rendering()
    found = [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
    found.sort(key=lambda text: -middle(text)[1])
    rows: list[list[Text]] = []
    for text in found:
        if not rows or middle(rows[-1][0])[1] - middle(text)[1] > 7:
            rows.append([])
        rows[-1].append(text)
    return [text for row in rows for text in sorted(row, key=lambda text: middle(text)[0])]


def middle(text: Text) -> tuple[float, float]:
    box = text.get_window_extent()
    return (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2


def words(drawing: Any) -> list[str]:
    return [text.get_text().replace("\n", " ") for text in texts(drawing)]


def said(drawing: Any) -> str:
    """All words of a chart, in the order in which they are read."""
    return " ".join(words(drawing))


def dots(ax: Axes) -> list[tuple[float, float, str, bool]]:
    """Place, role and whether it is filled, of every round mark."""
    return [
        (float(x), float(y), ROLES[line.get_markeredgecolor()], face != PALETTE["surface"])
        for line in ax.lines
        if line.get_marker() == "o" and (face := line.get_markerfacecolor())
        for x, y in zip(*line.get_data(), strict=True)
        if not np.isnan(x)
    ]


def rectangles(ax: Axes) -> list[tuple[float, float, str, bool]]:
    """Left and right end, role of the outline and whether it is filled, of every bar."""
    return [
        (
            bar.get_x(),
            bar.get_x() + bar.get_width(),
            ROLES[to_hex(bar.get_edgecolor())],
            to_hex(bar.get_facecolor()) != PALETTE["surface"],
        )
        for bar in ax.patches
    ]


def segments(ax: Axes, role: str) -> list[tuple[float, float]]:
    """Ends along x of the lines of a colour."""
    return [
        (round(segment[0][0], 6), round(segment[-1][0], 6))
        for lines in ax.collections
        if isinstance(lines, LineCollection) and to_hex(lines.get_color()[0]) == PALETTE[role]
        for segment in lines.get_segments()
    ]


# -- What the charts say ------------------------------------------------------


def test_dumbbell_names_the_years_and_labels_every_value() -> None:
    assert said(charts.dumbbell(BOARD)) == (
        f"2008 2009 Police 99% 100% School representation 97% {COLLEGES} 63% 91% "
        "Jobcentre Plus 36% 69% Local Connexions Partnership 85% 0% 50% 100%"
    )


def test_dumbbell_draws_the_first_and_the_last_of_several_years() -> None:
    three = yearly((2011, 2012, 2014), A=(1, 10, 5, 10, 9, 10))
    assert said(charts.dumbbell(three)) == "2011 2014 A 10% 90% 0% 50% 100%"


def test_a_tie_is_rounded_up() -> None:
    half = tally(("A", 2009, "yes", 45, 72))  # 62.5 exactly
    split = tally(("A", 2009, "x", 45, 72), ("A", 2009, "y", 27, 72))
    for drawing in (
        charts.ranked_dots(half),
        charts.dumbbell(half),
        charts.bars(half),
        charts.tile_map(REGIONS.assign(yes=45, base=72)),
        charts.stacked_bars(split, answers=["x", "y"]),
    ):
        assert "63%" in words(drawing)


def test_ranked_dots_come_largest_first_with_their_counts() -> None:
    assert said(charts.ranked_dots(OTHERS)) == (
        "Third sector 100% 74 of 74 Housing sector 63% 45 of 72 Faith groups 27% 20 of 73 "
        "0% 50% 100%"
    )


def test_stacked_bars_carry_years_percentages_and_bases() -> None:
    labels = {"head": "Head of organisation", "senior_officer": "Senior officer"}
    assert said(charts.stacked_bars(LEVELS, answers=ANSWERS, labels=labels)) == (
        "Head of organisation Senior officer Other Jobcentre Plus "
        "2008 21% 71% 8% n = 24 2009 17% 83% n = 46"
    )
    split = tally(("Police", 2009, "x", 71, 73), ("Police", 2009, "y", 2, 73))  # 3% has no room
    assert said(charts.stacked_bars(split, answers=["x", "y"])) == "X Y Police 97% n = 73"


def test_bars_show_each_category_in_each_year() -> None:
    assert said(charts.bars(CHAIRS, labels={"director": "Director of Services"})) == (
        "Lead member 2008 56% 41 of 73 2009 54% 40 of 74 "
        "Director of Services 2008 32% 23 of 73 2009 32% 24 of 74 "
        "Other 2008 12% 9 of 73 2009 14% 10 of 74"
    )
    assert "2009" not in words(charts.bars(OTHERS))  # one year is not named


def test_change_is_in_points_from_counts_with_a_true_minus_sign() -> None:
    changes = yearly(
        CAMHS=(67, 74, 62, 74),
        Jobcentre=(26, 72, 50, 72),
        Same=(55, 74, 55, 74),
        Close=(50, 74, 49, 74),  # prints as 68% and 66%, yet fell by 1.35 points
        Late=(0, -1, 49, 74),
        Hidden=(None, None, 49, 74),
    )
    assert said(charts.change_bars(changes)) == (
        "Change from 2008 to 2009, in percentage points Jobcentre +33 Same 0 "
        "Close \u22121 CAMHS \u22127 Late 2009 only Hidden withheld"
    )


def test_where_the_largest_change_is_a_fall_falls_come_first() -> None:
    changes = yearly(Up=(14, 74, 16, 74), Same=(55, 74, 55, 74), Down=(19, 74, 12, 74))
    assert said(charts.change_bars(changes)) == (
        "Change from 2008 to 2009, in percentage points Down \u22129 Same 0 Up +3"
    )


def test_bounds_are_drawn_as_wide_as_they_are_and_named() -> None:
    one = tally(("Schools", 2009, "yes", 72, 74)).assign(low=0.93, high=0.99)
    ax = charts.ranked_dots(one.assign(worst_low=0.48, worst_high=0.987))
    assert [bar[:2] for bar in rectangles(ax)] == [pytest.approx((0.48, 0.987))]
    assert said(ax).startswith("interval with nothing assumed Schools")


def test_tile_map_keeps_the_geography_and_shows_counts() -> None:
    shown = words(charts.tile_map(REGIONS.iloc[:-1]))
    assert ", ".join(word for word in shown if word in [*REGIONS["region"]]) == (
        "North East, North West, Yorkshire and the Humber, West Midlands, East Midlands, "
        "East of England, South West, South East, London"
    )
    assert {"Per cent", "75%", "12 of 16", "no figure"} <= set(shown)


@pytest.mark.parametrize(
    ("counts", "classes"),
    [
        ((39, 75), "30 to 39, 40 to 49, 50 to 59, 60 to 69, 70 to 79"),
        ((50, 74), "50 to 54, 55 to 59, 60 to 64, 65 to 69, 70 to 74"),
        ((98, 100), "75 to 79, 80 to 84, 85 to 89, 90 to 94, 95 to 100"),
        ((29, 80), "0 to 19, 20 to 39, 40 to 59, 60 to 79, 80 to 100"),
        ((0, 100), "0 to 19, 20 to 39, 40 to 59, 60 to 79, 80 to 100"),
    ],
)
def test_shades_of_a_map_use_the_narrowest_classes_that_hold_it(
    counts: tuple[int, int], classes: str
) -> None:
    ax = charts.tile_map(REGIONS.iloc[:2].assign(yes=counts, base=100))
    assert ", ".join(text.get_text() for text in ax.get_legend().get_texts()) == classes
    fills = [int(ROLES[to_hex(tile.get_facecolor())][-1]) for tile in ax.patches[:2]]
    lows = [int(part.split(" ")[0]) for part in classes.split(", ")]
    assert fills == [sum(low <= count for low in lows) for count in counts]


def test_waves_label_the_first_and_the_last() -> None:
    assert said(charts.waves(WAVES)) == (
        "2021 2022 2023 Police 10% 90% Housing 50% 40% 0% 50% 100%"
    )


def test_moves_label_the_least_and_the_most_on_both_sides() -> None:
    assert said(charts.moves(MOVES, losers="left", gainers="joined")) == (
        "Number of authorities that left at least joined at least left at most joined at most "
        "CAMHS 5 to 12 0 to 7 Police 1 0 Jobcentre 0 to 22 22 to 46"
    )


def test_medians_are_told_with_their_bases_and_why_there_is_none() -> None:
    assert said(charts.quartiles(NUMBERS.assign(status="own returns"))) == (
        "median lower to upper quartile Coast, 2023 43.5 n = 39 Hills, 2023 39.8 n = 40 "
        "Coast, 2025 1,038 n = 36 Hills, 2025 withheld Plain, 2025 no answers 400 800 1,200"
    )


def test_a_median_is_a_dot_on_a_line_from_quartile_to_quartile() -> None:
    ax = charts.quartiles(NUMBERS)
    (first, *_, last) = segments(ax, "muted")

    assert [(x, filled) for x, _, _, filled in dots(ax)] == [
        (43.5, True),
        (39.75, True),
        (1038.25, True),
    ]
    assert (first, last) == ((38.5, 46.5), (34.125, 1244.0))


def test_one_year_is_named_where_there_are_no_groups_and_left_out_where_there_are() -> None:
    whole = charts.quartiles(NUMBERS.drop(columns="region").iloc[[0]])
    split = charts.quartiles(NUMBERS.iloc[[0, 1]])

    assert "2023 43.5 n = 39" in said(whole)
    assert "Coast 43.5 n = 39 Hills 39.8 n = 40" in said(split)


def test_quartiles_of_several_items_or_of_none_are_not_drawn() -> None:
    with pytest.raises(ValueError, match="draws one item and was given 5"):
        charts.quartiles(NUMBERS.assign(item=[*"abcde"]))
    with pytest.raises(ValueError, match="nothing to draw"):
        charts.quartiles(NUMBERS.iloc[[3]])


def test_ranges_are_told_with_their_base() -> None:
    assert said(charts.ranges(BOUNDS, what="Authorities with one")) == (
        "Authorities with one at least at most North 0 to 12 of 12 South 5 of 13 East 3 to 9 of 10"
    )


def test_ranges_without_a_base_are_told_alone() -> None:
    assert said(charts.ranges(BOUNDS.drop(columns="base"), what="Any")) == (
        "Any at least at most North 0 to 12 South 5 East 3 to 9"
    )


def test_p_ranges_say_the_range_and_the_verdict_in_words() -> None:
    assert said(charts.p_ranges(P)) == (
        "lowest p possible highest p possible 0.05 Below 0.05? never CAMHS 0.063 to 0.36 "
        "depends Palliative 0.016 to 0.28 never Police 1 always Jobcentre <0.0001 to 0.0092 "
        "0.0001 0.01 1"
    )


@pytest.mark.parametrize(
    ("level", "verdict"), [(0.01, "never"), (0.02, "depends"), (0.4, "always")]
)
def test_a_p_at_the_level_counts_as_below_it(level: float, verdict: str) -> None:
    shown = words(charts.p_ranges(frame("p_low p_high", A=(0.02, 0.4)), level=level))
    assert verdict in shown
    assert f"Below {level}?" in shown


def test_support_has_a_percentage_in_every_cell_and_says_all_of_all_only() -> None:
    assert said(charts.support(CLAIMS, what="that do", note=NOTE)) == (
        f"{NOTE} Less 0% <1% 46% >99% Fewer 100% 80% 60% 20% none (1) 3 10 1,000 "
        "Share of 10,000 drawn panels that do, by persistence"
    )


def test_a_cell_without_panels_has_a_dash_and_persistences_come_in_order() -> None:
    some = supported(10, [1, 0.5], A=[1, 2], B=[3, 4]).iloc[::-1].drop(index=3)
    shown = words(support(some, note=NOTE))
    assert shown[1:-1] == ["B", "–", "30%", "A", "20%", "10%", "0.5", "none (1)"]
    none = support(supported(0, [1], A=[0]), note=NOTE)
    assert words(none)[1:3] == ["A", "–"]


def test_rows_of_comparisons_come_in_the_order_given_and_are_named_by_item_without_labels() -> None:
    for draw, rows in ((moves, MOVES), (charts.p_ranges, P)):
        shown = words(draw(rows.iloc[::-1].drop(columns="label")))
        assert [word for word in shown if word in [*rows["item"]]] == [*rows["item"]][::-1]


def test_items_follow_the_order_given() -> None:
    items = yearly(A=(1, 74, 2, 74), B=(3, 74, 4, 74), C=(5, 74, 6, 74))
    shown = words(charts.dumbbell(items, order=["B", "C", "A"]))
    assert [word for word in shown if word in "ABC"] == ["B", "C", "A"]


def test_nobody_answered_withheld_and_not_asked_are_said_in_words() -> None:
    blank = tally(
        ("A", 2009, "yes", 0, 0), ("B", 2009, "yes", None, None), ("C", 2009, "yes", 1, 2)
    )
    for draw in (charts.dumbbell, charts.ranked_dots, charts.bars):
        shown = words(draw(blank))
        assert shown.count("no answers") == shown.count("withheld") == 1
    middle_only = yearly((2021, 2022, 2023), A=(1, 2, 1, 2, 1, 2), B=(0, -1, 1, 2, 0, -1))
    assert "not asked in 2021 or 2023" in words(charts.dumbbell(middle_only))
    gaps = yearly((2021, 2022), A=(0, -1, 1, 2), B=(1, 2, None, None), C=(1, 2, 0, 0))
    assert {"not asked", "withheld", "no answers"} <= set(words(charts.waves(gaps)))
    hidden = tally(*(("A", 2009, answer, None, None) for answer in "xy"))
    assert words(charts.stacked_bars(hidden, answers=["x", "y"])) == ["X", "Y", "A", "withheld"]


@every_chart
def test_a_note_stands_in_the_figure_above_everything_line_by_line(chart: str) -> None:
    plain, noted = DRAWN[chart](), DRAWN[chart](note="Drawn panel\nTwo withheld")
    assert texts(noted)[0].get_text() == "Drawn panel\nTwo withheld"
    assert words(noted)[1:] == words(plain)[chart == "support" :]


# -- Marks --------------------------------------------------------------------


def test_marks_stand_at_their_shares_and_years_differ_in_shape_as_well_as_colour() -> None:
    ax = charts.dumbbell(yearly(Up=(1, 4, 3, 4), Down=(4, 5, 2, 5)))
    assert {(x, role, filled) for x, _, role, filled in dots(ax)} == {
        *((0.25, "earlier", False), (0.75, "later", True)),
        *((0.8, "earlier", False), (0.4, "later", True)),
    }
    up, down = ax.get_yticks()
    assert [y for x, y, *_ in dots(ax) if x in (0.25, 0.75)] == [up, up]
    assert [y for x, y, *_ in dots(ax) if x in (0.8, 0.4)] == [down, down]
    assert [x for x, *_ in dots(charts.ranked_dots(OTHERS))] == [20 / 73, 45 / 72, 1]


def test_the_last_wave_is_filled_and_bold_and_time_runs_downwards() -> None:
    ax = charts.waves(WAVES)
    found = sorted(dots(ax), key=lambda mark: mark[1])
    assert [mark[0] for mark in found] == [0.1, 0.75, 0.9, 0.5, 0.25, 0.4]
    assert [mark[2:] for mark in found[:3]] == [
        *(("earlier", False), ("muted", False), ("later", True))
    ]
    weights = {text.get_text(): text.get_fontweight() for text in texts(ax)}
    assert (weights["90%"], weights["10%"]) == ("bold", "normal")
    assert ax.yaxis_inverted()


def test_bars_are_as_long_as_what_they_show() -> None:
    ax = charts.change_bars(yearly(Up=(10, 100, 50, 100), Down=(30, 100, 10, 100)))
    (up, down) = (bar[:2] for bar in rectangles(ax))
    assert up == pytest.approx((0, 0.4))
    assert down == pytest.approx((0, -0.2))
    earlier, later = rectangles(charts.bars(yearly(A=(1, 4, 3, 4))))
    assert earlier == (0, 0.25, "earlier", False)
    assert later == (0, 0.75, "later", True)
    parts = tally(("A", 2009, "x", 1, 4), ("A", 2009, "y", 2, 4))
    ends = [bar[:2] for bar in rectangles(charts.stacked_bars(parts, answers=["y", "x"]))]
    assert ends == [(0, 0.5), (0.5, 0.75)]


def test_a_range_is_filled_to_the_least_and_open_to_the_most() -> None:
    drawn = rectangles(charts.ranges(BOUNDS, what="Any"))
    assert set(drawn) == {
        *((0, 12, "accent", False), (0, 9, "accent", False)),
        *((0, 5, "accent", True), (0, 3, "accent", True)),
    }
    both = rectangles(moves(moved(A=(20, 40, 10, 30), B=(0, 0, 7, 7))))
    assert set(both) == {
        *((0, -40, "earlier", False), (0, -20, "earlier", True)),
        *((0, 30, "later", False), (0, 10, "later", True), (0, 7, "later", True)),
    }


def test_a_filled_bar_shows_beside_an_open_one_that_is_as_good_as_equal() -> None:
    ax = moves(moved(A=(20, 21, 0, 0)))
    open_one, filled = sorted(ax.patches, key=lambda bar: bar.get_height())
    assert filled.get_height() >= open_one.get_height() + 4
    assert filled.get_zorder() > open_one.get_zorder()


def test_p_stands_on_a_log_scale_with_a_line_at_the_level() -> None:
    ax = charts.p_ranges(frame("p_low p_high", A=(0.01, 0.1)))
    assert ax.get_xscale() == "log"
    assert segments(ax, "accent") == [(0.01, 0.1)]
    assert segments(ax, "ink") == [(0.05, 0.05)]
    assert [(x, filled) for x, *_, filled in dots(ax)] == [(0.01, True), (0.1, False)]


def test_verdicts_differ_in_line_and_a_p_below_the_scale_is_an_arrow() -> None:
    ax = charts.p_ranges(frame("p_low p_high", A=(0, 0.01), B=(0.01, 0.1), C=(0.1, 0.5)))
    lines = [c for c in ax.collections if to_hex(c.get_color()[0]) == PALETTE["accent"]]
    (never,) = [c for c in ax.collections if to_hex(c.get_color()[0]) == PALETTE["muted"]]
    assert lines[0].get_linewidth()[0] >= 2 * lines[1].get_linewidth()[0]
    assert never.get_linestyle()[0][1]  # broken
    (arrow,) = [line for line in ax.lines if line.get_marker() == "<"]
    assert arrow.get_xdata() == pytest.approx([0.0001])


def test_each_one_counted_is_a_mark_in_its_row_and_kinds_differ_in_shape_or_fill() -> None:
    ax = charts.squares(LEDGER)
    found = {
        line.get_label(): (
            line.get_marker(),
            ROLES[str(line.get_markerfacecolor())],
            [len(set(line.get_ydata())), len(line.get_ydata())],
        )
        for line in ax.lines
    }
    assert found == {
        "passed": ("s", "shade-4", [2, 26]),  # in two rows
        "possible": ("s", "shade-2", [2, 2]),  # 26 fit side by side, so the second begins a line
        "wrong": ("D", "earlier", [1, 1]),
        "open": ("s", "surface", [1, 2]),
    }
    assert len({(x, y) for line in ax.lines for x, y in zip(*line.get_data(), strict=True)}) == 31
    assert words(ax)[-4:] == ["Table 1", "28", "Text", "3"]


def test_intervals_are_drawn_where_there_are_any_and_keep_apart() -> None:
    some = OTHERS.assign(low=[0.18, 0.51, np.nan], high=[0.38, 0.73, np.nan])
    assert segments(charts.ranked_dots(some), "accent") == [(0.18, 0.38), (0.51, 0.73)]
    both = charts.dumbbell(yearly(A=(1, 2, 1, 2)).assign(low=0.2, high=0.8))
    assert segments(both, "earlier") == segments(both, "later") == [(0.2, 0.8)]
    assert len({y for _, y, *_ in dots(both)}) == 2
    assert len(segments(charts.waves(WAVES.assign(low=0.05, high=0.95)), "muted")) == 2


def test_cells_are_shaded_in_fifths_and_their_text_can_be_read_on_them() -> None:
    ax = support(supported(100, [1, 2, 3, 4, 5, 6, 7], A=[0, 19, 20, 40, 60, 80, 100]), note=NOTE)
    figure_of(ax).draw_without_rendering()
    fills = [ROLES[to_hex(cell.get_facecolor())] for cell in ax.patches]
    assert [fill[-1] for fill in fills] == ["1", "1", "2", "3", "4", "5", "5"]
    inks = [ROLES[text.get_color()] for text in texts(ax) if "%" in text.get_text()]
    for ink, fill in zip(inks, fills, strict=True):
        for palette in (PALETTE, DARK):
            assert contrast(palette[ink], palette[fill]) >= 4.5


# -- Nothing collides, nothing leaves the figure -----------------------------

LONG = "Complex and continuing health care for children_and_young people with $5 & more needs"
WIDE = "W" * 40
EXTREMES = yearly(
    **{
        f"From {a} to {b} of all": (a, 74, b, 74)
        for a, b in itertools.product((0, 1, 37, 73, 74), repeat=2)
    }
)
BY_REGION = pd.concat(
    [
        EXTREMES.head(12).assign(region=region, yes=EXTREMES["yes"].head(12) // part)
        for part, region in enumerate(("London", "North East", "Yorkshire and the Humber"), 1)
    ]
)
CROWDED: dict[str, Callable[[], Any]] = {
    **{name: lambda name=name: DRAWN[name](note=f"{NOTE} {LONG}") for name in DRAWN},
    "every pair of extremes": lambda: charts.dumbbell(EXTREMES),
    "intervals": lambda: charts.dumbbell(EXTREMES.assign(low=0.0, high=1.0)),
    "all at the bottom": lambda: charts.dumbbell(yearly(A=(0, 100, 1, 100))),
    "long labels": lambda: charts.dumbbell(yearly(**{LONG: (1, 2, 2, 2), WIDE: (1, 2, 0, 2)})),
    "nothing known": lambda: charts.dumbbell(yearly(**{LONG: (None, None, 0, 0)})),
    "many waves": lambda: charts.waves(
        yearly(
            tuple(range(2018, 2024)),
            **{
                f"{LONG} {number}": tuple(
                    count for year in range(6) for count in ((number * 7 + year * number) % 43, 42)
                )
                for number in range(8)
            },
        )
    ),
    "large counts": lambda: charts.ranked_dots(tally((LONG, 2009, "yes", 123456, 123456))),
    "large bars": lambda: charts.bars(tally((LONG * 2, 2009, "yes", 123456, 123456))),
    "large base": lambda: charts.stacked_bars(
        tally((LONG * 2, 2009, "x", 6, 123456), (LONG * 2, 2009, "y", 123450, 123456)),
        answers=["x", "y"],
        labels={"x": LONG, "y": WIDE},
    ),
    "only falls": lambda: charts.change_bars(yearly(A=(9, 9, 0, 9), B=(9, 9, 8, 9))),
    "rises and falls": lambda: charts.change_bars(EXTREMES),
    "no change": lambda: charts.change_bars(yearly(A=(9, 9, 9, 9), B=(0, -1, 1, 2))),
    "large tiles": lambda: charts.tile_map(REGIONS.assign(yes=99999, base=99999)),
    "0 to 74": lambda: moves(moved(A=(0, 74, 0, 74), B=(74, 74, 74, 74), C=(0, 0, 0, 0))),
    "nobody moved": lambda: moves(moved(A=(0, 0, 0, 0))),
    "long words": lambda: charts.moves(
        moved(**{LONG: (99998, 99999, 99998, 99999), WIDE: (0, 1, 0, 1)}), losers=LONG, gainers=WIDE
    ),
    "only none": lambda: charts.ranges(frame("low high base", A=(0, 0, 0)), what=LONG * 2),
    "p at every extreme": lambda: charts.p_ranges(
        frame(
            "p_low p_high",
            **{LONG: (0, 0), WIDE: (1, 1), "all": (0, 1), "close": (0.04999999, 0.05000001)},
        )
    ),
    "level near 1": lambda: charts.p_ranges(frame("p_low p_high", A=(0, 1)), level=0.9123457),
    "large and small": lambda: support(
        supported(10**9, [1e-5, 1, 123456.0], **{LONG: [1] * 3}), note=NOTE
    ),
    "groups of rows": lambda: charts.dumbbell(BY_REGION, note=LONG),
    "groups of bars": lambda: charts.bars(
        pd.concat([CHAIRS.assign(region=region) for region in ("London", LONG, "South East")])
    ),
}


def boxes(drawing: Any) -> list[tuple[str, float, float, float, float]]:
    """Left, right, bottom and top of every text, in points from the figure's corner."""
    point = figure_of(drawing).dpi / 72
    return [
        (text.get_text(), box.x0 / point, box.x1 / point, box.y0 / point, box.y1 / point)
        for text in texts(drawing)
        if (box := text.get_window_extent())
    ]


@pytest.mark.parametrize("case", CROWDED)
def test_no_text_leaves_the_figure_or_meets_another_text_or_a_mark(case: str) -> None:
    drawing = CROWDED[case]()
    figure = figure_of(drawing)
    width, height = figure.get_size_inches() * 72
    assert width == pytest.approx(380)
    found = boxes(drawing)
    for text, left, right, bottom, top in found:
        assert left >= -0.5, text
        assert right <= width + 0.5, text
        assert bottom >= -0.5, text
        assert top <= height + 0.5, text
    for (one, *a), (other, *b) in itertools.combinations(found, 2):
        across = min(a[1], b[1]) - max(a[0], b[0])
        down = min(a[3], b[3]) - max(a[2], b[2])
        assert across <= 0.5 or down <= 2, (one, other)
    for ax in figure.axes:
        for x, y, *_ in dots(ax):
            x, y = ax.transData.transform((x, y)) / figure.dpi * 72
            for text, left, right, bottom, top in found:
                away = max(left - x, x - right, 0), max(bottom - y, y - top, 0)
                assert np.hypot(*away) >= 4.5, text


@every_chart
def test_a_tight_box_holds_all_text_and_what_the_analyst_adds_under_a_theme(chart: str) -> None:
    sns.set_theme()
    ax = DRAWN[chart](note="A note")
    ax.set_title("A title of $x^2$")
    ax.set_xlabel("A label")
    figure = ax.figure
    shown = texts(ax)
    tight = figure.get_tightbbox().padded(0.02)
    for text in shown:
        box = text.get_window_extent().transformed(figure.dpi_scale_trans.inverted())
        assert tight.x0 <= box.x0, text
        assert box.x1 <= tight.x1, text
        assert tight.y0 <= box.y0, text
        assert box.y1 <= tight.y1, text
    title = ax.title.get_window_extent()
    for text in shown:
        if text is not ax.title:
            assert not title.padded(-1).overlaps(text.get_window_extent()), text
    sns.reset_orig()


@every_chart
def test_figures_are_legible_on_a_phone(chart: str) -> None:
    drawing = DRAWN[chart]()
    smallest = min(text.get_fontsize() for text in texts(drawing))
    assert smallest * 330 / 380 >= 9  # px, in a text column 330 px wide


# -- What an analyst can do ---------------------------------------------------


@every_chart
def test_a_chart_is_a_figure_of_pyplot_so_that_a_notebook_shows_it(chart: str) -> None:
    ax = DRAWN[chart]()
    assert isinstance(ax, Axes)
    assert plt.get_fignums() == [ax.figure.number]


def test_the_interactive_mode_that_the_first_figure_of_a_notebook_turns_on_stays_on() -> None:
    try:
        with house_style():
            mpl.interactive(True)
        assert mpl.is_interactive()
    finally:
        mpl.interactive(False)


@every_chart
def test_a_chart_draws_on_the_axes_it_is_given_and_on_no_other(chart: str) -> None:
    figure, (left, right) = plt.subplots(1, 2, figsize=(14, 6))
    size = [*figure.get_size_inches()]
    assert DRAWN[chart](ax=left) is left
    assert left.texts
    assert not right.texts
    assert not right.lines
    assert [*figure.get_size_inches()] == size
    assert plt.get_fignums() == [figure.number]


@pytest.mark.parametrize(
    "draw",
    [
        lambda tally, **options: charts.dumbbell(tally, **options),
        lambda tally, **options: charts.waves(tally, **options),
        lambda tally, **options: charts.ranked_dots(tally[tally["year"] == 2009], **options),
        lambda tally, **options: charts.bars(tally, **options),
        lambda tally, **options: charts.stacked_bars(tally, answers=["yes"], **options),
    ],
)
def test_groups_are_small_multiples_on_one_scale(draw: Callable[..., Any]) -> None:
    panels = draw(BY_REGION)
    assert [" ".join(ax.get_title().split()) for ax in panels] == [*BY_REGION["region"].unique()]
    assert len({ax.figure for ax in panels}) == 1
    assert len(panels[0].figure.axes) == 3
    assert len({ax.get_xlim() for ax in panels}) == 1
    ticks = [[text.get_text() for text in ax.get_yticklabels()] for ax in panels]
    assert ticks[0] == ticks[1] == ticks[2]
    with pytest.raises(ValueError, match=r"split by region .* Leave ax out, or keep one group"):
        draw(BY_REGION, ax=plt.figure().add_subplot())
    assert isinstance(draw(BY_REGION[BY_REGION["region"] == "London"]), Axes)


def test_each_group_shows_its_own_values() -> None:
    rows = [
        yearly(A=(1, 4, 3, 4)).assign(region="North"), yearly(A=(0, 4, 2, 4)).assign(region="South")
    ]  # fmt: skip
    north, south = charts.dumbbell(pd.concat(rows))
    assert [x for x, *_ in dots(north)] == [0.25, 0.75]
    assert [x for x, *_ in dots(south)] == [0, 0.5]
    drawing = svg(np.array([north, south]), key="k", alt="a")
    assert drawing.index(">North<") < drawing.index(">South<")
    assert plt.get_fignums() == []


@every_chart
def test_charts_leave_pyplot_the_settings_and_the_tally_alone(chart: str) -> None:
    frames = [BOARD, OTHERS, LEVELS, CHAIRS, REGIONS, WAVES, MOVES, P, BOUNDS, CLAIMS]
    before, settings = [one.copy() for one in frames], dict(mpl.rcParams)
    svg(DRAWN[chart](), key="k", alt="a")
    assert plt.get_fignums() == []  # closed, as the page has it
    assert dict(mpl.rcParams) == settings
    for one, copy in zip(frames, before, strict=True):
        pd.testing.assert_frame_equal(one, copy)


@every_chart
def test_charts_look_the_same_under_a_style_of_the_reader(chart: str) -> None:
    expected = svg(DRAWN[chart](), key="k", alt="a")
    with mpl.rc_context():
        sns.set_theme(style="darkgrid", context="poster", font="serif")
        mpl.rcParams["savefig.bbox"] = "tight"
        assert svg(DRAWN[chart](), key="k", alt="a") == expected


def test_a_chart_can_be_restyled_after_it_is_drawn() -> None:
    ax = charts.dumbbell(BOARD)
    ax.tick_params(axis="y", labelsize=8, labelcolor="red")
    ax.set_xlabel("Share of Boards")
    ax.lines[-1].set_markerfacecolor("green")
    plt.setp(ax.texts, fontsize=9)
    ax.figure.set_size_inches(8, 5)
    labels = [text for text in texts(ax) if text.get_text() in ("Police", "Jobcentre Plus")]
    assert {(text.get_fontsize(), text.get_color()) for text in labels} == {(8, "red")}
    assert "Share of Boards" in words(ax)


# -- Colours ------------------------------------------------------------------

MODES = {"light": PALETTE, "dark": DARK}
# Machado, Oliveira and Fernandes (2009), IEEE TVCG 15:1291-1298, severity 1.0, linear RGB.
BLINDNESS = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def linear(colour: str) -> np.ndarray:
    """Linear RGB of a hex colour, as WCAG 2.2 defines it."""
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* (D65) of linear RGB."""
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    x, y, z = np.cbrt(np.maximum(np.array(to_xyz) @ rgb / [0.9505, 1, 1.089], 216 / 24389))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("mode", MODES)
def test_text_and_marks_have_the_contrast_of_wcag_aa(mode: str) -> None:
    palette = MODES[mode]
    for role in ("ink", "muted", "earlier", "later", "accent"):  # all but accent are text too
        assert contrast(palette[role], palette["surface"]) >= 4.5, role
    for role in ("shade-4", "shade-5"):  # filled, and the outline of shades 1 to 3
        assert contrast(palette[role], palette["surface"]) >= 3, role


@pytest.mark.parametrize("mode", MODES)
def test_text_on_every_shade_has_the_contrast_of_wcag_aa(mode: str) -> None:
    palette = MODES[mode]
    for step in range(1, 6):
        text = text_on(f"shade-{step}")
        assert contrast(palette[text], palette[f"shade-{step}"]) >= 4.5, step


@pytest.mark.parametrize("mode", MODES)
def test_neighbouring_parts_differ_in_shade_not_by_hue_alone(mode: str) -> None:
    palette = MODES[mode]
    steps = [luminance(palette[f"shade-{step}"]) for step in range(1, 6)]
    assert steps == sorted(steps, reverse=mode == "light")
    for count, least in ((2, 3), (3, 1.7), (4, 1.25), (5, 1.25)):
        split = tally(*(("A", 2009, str(n), 1, count) for n in range(count)))
        axes = charts.stacked_bars(split, answers=[str(n) for n in range(count)])
        shades = [ROLES[to_hex(part.get_facecolor())] for part in axes.patches]
        assert len(shades) == count
        for one, other in itertools.pairwise(shades):
            assert contrast(palette[one], palette[other]) >= least, (one, other)


@pytest.mark.parametrize("kind", BLINDNESS)
@pytest.mark.parametrize("mode", MODES)
def test_the_two_years_stay_apart_for_the_colour_blind(mode: str, kind: str) -> None:
    earlier, later = (
        lab(np.clip(np.array(BLINDNESS[kind]) @ linear(MODES[mode][role]), 0, 1))
        for role in ("earlier", "later")
    )
    assert np.linalg.norm(earlier - later) >= 30  # 2.3 is just noticeable


def test_palettes_have_the_same_roles_and_no_colour_twice() -> None:
    assert list(PALETTE) == list(DARK)
    assert len(set(PALETTE.values())) == len(PALETTE)
    assert all(re.fullmatch("#[0-9a-f]{6}", value) for value in [*PALETTE.values(), *DARK.values()])


def test_the_style_sheet_declares_both_palettes_and_prints_the_light_one() -> None:
    sheet = css()
    light, rest = sheet.split('html[data-theme="dark"] {', 1)
    dark, printed = rest.split("@media print", 1)
    for block, palette in ((light, PALETTE), (dark, DARK), (printed, PALETTE)):
        assert dict(re.findall(r"--csm-([\w-]+): (#\w+);", block)) == palette


# -- SVG ----------------------------------------------------------------------


@every_chart
def test_svg_is_the_same_bytes_every_time(chart: str) -> None:
    first = svg(DRAWN[chart](), key="board", alt="Alt")
    figure = DRAWN[chart]()
    assert svg(figure, key="board", alt="Alt") == first
    assert svg(figure, key="board", alt="Alt") == first


def test_svg_is_the_same_bytes_in_another_process() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from test_charts import BOARD, charts, svg\n"
        "drawing = svg(charts.dumbbell(BOARD), key='k', alt='a')\n"
        "sys.stdout.buffer.write(drawing.encode())"
    )
    here = os.path.dirname(__file__)
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code, here],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        assert done.stdout.decode() == svg(charts.dumbbell(BOARD), key="k", alt="a")


@every_chart
def test_svg_stands_inline_in_a_page(chart: str) -> None:
    drawing = svg(DRAWN[chart](), key="board", alt="Police on 99% of Boards")
    assert drawing.startswith("<svg ")
    assert "<!" not in drawing
    assert "<style" not in drawing  # its rules would hold for the whole page
    assert "<metadata" not in drawing
    assert "xlink" not in drawing
    assert re.findall(r"https?://[^\"]*", drawing) == ["http://www.w3.org/2000/svg"]
    root = ElementTree.fromstring(drawing)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == "Police on 99% of Boards"
    assert root.attrib["width"] == "100%"
    assert "height" not in root.attrib
    assert root.attrib["viewBox"].split()[:3] == ["0", "0", "380"]
    assert len(drawing) < 20_000


@every_chart
def test_every_colour_in_svg_is_a_custom_property_of_the_palette(chart: str) -> None:
    drawing = svg(DRAWN[chart](note="Note"), key="board", alt="Alt")
    named = re.findall(r"var\(--csm-([\w-]+),(#\w+)\)", drawing)
    assert len(named) == len(re.findall(r"(?<!href=\")#[0-9a-f]{3,8}\b(?!-)", drawing))
    assert all(PALETTE[role] == value for role, value in named)
    assert not re.search(r"\b(black|white|rgb|opacity)\b", drawing)


@every_chart
def test_text_in_svg_is_text_in_the_fonts_of_the_page(chart: str) -> None:
    drawing = svg(DRAWN[chart](), key="board", alt="Alt")
    assert drawing.count("font-family") == 1
    assert "font-family:var(--csm-font," in drawing
    root = ElementTree.fromstring(drawing)
    lines = ["".join(text.itertext()) for text in root.iter() if text.tag.endswith("text")]
    assert sorted(" ".join(lines).split()) == sorted(" ".join(words(DRAWN[chart]())).split())


def test_ids_in_svg_are_its_own() -> None:
    figure = charts.dumbbell(BOARD)
    ids = [re.findall(r' id="([^"]+)"', svg(figure, key=key, alt="a")) for key in ("a", "b")]
    assert ids[0]
    assert len(set(ids[0] + ids[1])) == len(ids[0] + ids[1])
    drawing = svg(figure, key="a", alt="a")
    assert set(re.findall(r"""(?:href="|url\()#([^")]+)[")]""", drawing)) == set(ids[0])


def test_words_of_strangers_are_shown_as_they_are() -> None:
    label = '<script>alert("$x_2$")</script> & $\\frac'
    frame = tally((label, 2009, "yes", 1, 2))
    for draw in (charts.dumbbell, charts.ranked_dots, charts.bars):
        root = ElementTree.fromstring(svg(draw(frame), key="k", alt="a"))
        assert label.replace(" ", "") in "".join("".join(root.itertext()).split())
    drawing = svg(
        charts.ranked_dots(frame, note="<b>$\\note$</b>"), key='"><b>', alt='"quoted" <b>\n& more'
    )
    assert "<b>" not in drawing
    assert "<script" not in drawing
    assert ElementTree.fromstring(drawing).attrib["aria-label"] == '"quoted" <b> & more'
    charts.ranked_dots(frame).figure.draw_without_rendering()  # no formula is read into it either


def test_characters_that_cannot_be_set_are_left_out() -> None:
    frame = tally(("Po\x00li\u202ece\n board", 2009, "yes", 1, 2))
    assert "Police board" in words(charts.ranked_dots(frame))


def test_half_a_character_is_left_out_wherever_it_can_stand() -> None:
    # a text column refuses it (and so does every reader), Python's own text and objects do not
    half = "Police\ud800"
    with pytest.raises(UnicodeEncodeError):
        pd.Series([half], dtype="str")
    frame = tally(("A", 2009, "yes", 1, 2)).astype({"label": object, "answer": object})
    frame["label"] = pd.Series([half], dtype=object)
    figure = charts.ranked_dots(frame, note=f"Drawn {half}")
    assert {"Police", "Drawn Police"} <= set(words(figure))
    named = charts.bars(CHAIRS, labels={"director": half})
    assert "Police" in words(named)
    for drawing in (figure, named):
        svg(drawing, key="k", alt=half).encode()


@pytest.mark.filterwarnings("error")
def test_a_script_that_the_drawing_font_lacks_is_no_warning() -> None:
    assert "\u6771\u4eac" in words(charts.ranked_dots(tally(("\u6771\u4eac", 2009, "yes", 1, 2))))


@pytest.mark.parametrize(("key", "alt"), [("", "Alt"), ("key", " \n")])
def test_a_drawing_without_key_or_alternative_text_is_refused(key: str, alt: str) -> None:
    with pytest.raises(ValueError, match="alternative text"):
        svg(charts.dumbbell(BOARD), key=key, alt=alt)


# -- Bad input ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: charts.dumbbell(BOARD.drop(columns="yes")), "dumbbell needs the columns yes"),
        (lambda: charts.dumbbell(BOARD.head(0)), "nothing to draw"),
        (lambda: charts.dumbbell(LEVELS), "several for Jobcentre Plus, 2008. Keep one"),
        (lambda: charts.change_bars(BY_REGION), "several for From 0 to 0 of all, 2008. Keep one"),
        (lambda: charts.dumbbell(BOARD, order=["Police"]), "name each item once. Check .*Jobcen"),
        (lambda: charts.dumbbell(yearly(A=(3, 2, 1, 2))), "A has 3 of 2"),
        (lambda: charts.ranked_dots(BOARD), "draws one year and was given 2"),
        (lambda: charts.change_bars(OTHERS), "needs two years, and the tally has only 2009"),
        (lambda: charts.waves(OTHERS), "needs two years, and the tally has only 2009"),
        (lambda: charts.bars(pd.concat([LEVELS, CHAIRS])), "draws one item and was given"),
        (lambda: charts.stacked_bars(LEVELS, answers=["chief"]), "no answer chief"),
        (lambda: charts.stacked_bars(LEVELS, answers=[]), "give 1 to 5"),
        (lambda: charts.tile_map(REGIONS.assign(region="Wales")), "no place for Wales"),
        (lambda: charts.tile_map(OTHERS), "needs the columns region"),
        (lambda: moves(MOVES.drop(columns="losers_low")), "needs the columns losers_low"),
        (lambda: charts.p_ranges(P, level=0), "scale from 0.0001 to 1"),
        (lambda: charts.squares(LEDGER.assign(fifth=1)), "1 to 4 kinds, and 5 were given"),
    ],
)
def test_a_frame_that_cannot_be_drawn_is_refused_with_the_remedy(
    draw: Callable[[], Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        draw()
    assert plt.get_fignums() == []
