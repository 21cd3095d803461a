"""What a reader sees in a chart: its words, its marks, and that they can be told apart."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
from collections.abc import Callable
from xml.etree import ElementTree

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import seaborn as sns
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from csm_lib import charts
from csm_lib.charts import DARK, PALETTE
from csm_lib.charts._sheet import RING, Scale, balance, fit, measure, wrap
from csm_lib.charts._style import shades, text_on
from csm_lib.charts._tile_map import PLACES, classes

Row = tuple[str, int, str, int | None, int | None]  # label, year, answer, yes, base


def tally(*rows: Row) -> pd.DataFrame:
    """A tally whose items are named by their labels."""
    frame = pd.DataFrame(rows, columns=["label", "year", "answer", "yes", "base"])
    share = frame["yes"].astype("Float64") / frame["base"].astype("Float64")
    return frame.assign(item=frame["label"], section="section", no_answer=0, share=share)


def two_years(**items: tuple[int, int, int, int]) -> pd.DataFrame:
    """Counts and bases of 2008, then of 2009."""
    return tally(
        *(
            row
            for label, (yes1, base1, yes2, base2) in items.items()
            for row in ((label, 2008, "yes", yes1, base1), (label, 2009, "yes", yes2, base2))
        )
    )


BOARD = tally(
    ("Police", 2008, "yes", 74, 74),
    ("Police", 2009, "yes", 73, 74),
    ("Further Education and Sixth Form colleges", 2008, "yes", 46, 73),
    ("Further Education and Sixth Form colleges", 2009, "yes", 67, 74),
    ("Jobcentre Plus", 2008, "yes", 26, 72),
    ("Jobcentre Plus", 2009, "yes", 50, 72),
    ("School representation", 2009, "yes", 72, 74),
    ("Local Connexions Partnership", 2008, "yes", 63, 74),
)
OTHERS = tally(
    ("Faith groups", 2009, "yes", 20, 73),
    ("Housing sector", 2009, "yes", 45, 72),
    ("Third sector", 2009, "yes", 74, 74),
)
LEVELS = tally(
    *(
        ("Jobcentre Plus", year, answer, yes, base)
        for year, base, counts in ((2008, 24, (5, 17, 2)), (2009, 46, (8, 38, 0)))
        for answer, yes in zip(("head", "senior_officer", "other"), counts, strict=True)
    )
)
ANSWERS = ("head", "senior_officer", "other")
CHAIRS = tally(
    *(
        ("Chair", year, answer, yes, base)
        for year, base, counts in ((2008, 73, (41, 23, 9)), (2009, 74, (40, 24, 10)))
        for answer, yes in zip(("lead_member", "director", "other"), counts, strict=True)
    )
)
REGIONS = pd.DataFrame(
    {
        "region": list(PLACES),
        "yes": [5, 12, 7, 6, 4, 5, 12, 10, 13],
        "base": [12, 22, 15, 14, 9, 10, 16, 19, 33],
    }
)

DRAWN: dict[str, Callable[..., Figure]] = {
    "dumbbell": lambda **options: charts.dumbbell(BOARD, **options),
    "ranked_dots": lambda **options: charts.ranked_dots(OTHERS, **options),
    "stacked_bars": lambda **options: charts.stacked_bars(LEVELS, answers=ANSWERS, **options),
    "bars": lambda **options: charts.bars(CHAIRS, **options),
    "tile_map": lambda **options: charts.tile_map(REGIONS, **options),
    "change_bars": lambda **options: charts.change_bars(BOARD, **options),
}
every_chart = pytest.mark.parametrize("chart", DRAWN)


def texts(figure: Figure) -> list[str]:
    """Every text of a figure, line by line from the top, each line from the left."""
    root = ElementTree.fromstring(charts.svg(figure, key="key", alt="alt"))
    found = root.findall(".//{*}text")
    found.sort(key=lambda text: (round(float(text.attrib["y"])), float(text.attrib["x"])))
    return ["".join(text.itertext()) for text in found]


# -- What the charts say ------------------------------------------------------


def test_dumbbell_names_the_years_and_labels_every_value() -> None:
    assert texts(charts.dumbbell(BOARD)) == [
        *("2008", "2009"),
        *("Police", "99%", "100%"),
        *("School representation", "97%"),
        "Further Education and",
        *("63%", "91%"),
        "Sixth Form colleges",
        *("Jobcentre Plus", "36%", "69%"),
        "Local Connexions",
        "85%",
        "Partnership",
        *("0%", "50%", "100%"),
    ]


def test_a_tie_is_rounded_up() -> None:
    assert "63%" in texts(charts.ranked_dots(OTHERS))  # 45 of 72 is 62.5 exactly
    assert "63%" in texts(charts.dumbbell(two_years(Housing=(45, 72, 50, 72))))
    assert "63%" in texts(charts.tile_map(REGIONS.assign(yes=45, base=72)))
    assert "63%" in texts(charts.bars(OTHERS))
    split = tally(("A", 2009, "x", 45, 72), ("A", 2009, "y", 27, 72))
    assert "63%" in texts(charts.stacked_bars(split, answers=["x", "y"]))


def test_ranked_dots_come_largest_first_with_their_counts() -> None:
    assert texts(charts.ranked_dots(OTHERS)) == [
        *("Third sector", "100%", "74 of 74"),
        *("Housing sector", "63%", "45 of 72"),
        *("Faith groups", "27%", "20 of 73"),
        *("0%", "50%", "100%"),
    ]


def test_stacked_bars_carry_years_percentages_and_bases() -> None:
    labels = {"head": "Head of organisation", "senior_officer": "Senior officer"}
    assert texts(charts.stacked_bars(LEVELS, answers=ANSWERS, labels=labels)) == [
        *("Head of organisation", "Senior officer", "Other"),
        "Jobcentre Plus",
        *("2008", "21%", "71%", "8%", "n = 24"),
        *("2009", "17%", "83%", "n = 46"),
    ]


def test_a_part_too_small_for_its_percentage_has_none() -> None:
    split = tally(("Police", 2009, "x", 71, 73), ("Police", 2009, "y", 2, 73))
    assert texts(charts.stacked_bars(split, answers=["x", "y"])) == [
        *("X", "Y"),
        "Police",
        *("97%", "n = 73"),
    ]


def test_bars_show_each_category_in_each_year() -> None:
    assert texts(charts.bars(CHAIRS, labels={"director": "Director of Children’s Services"})) == [
        "Lead member",
        *("2008", "56%", "41 of 73"),
        *("2009", "54%", "40 of 74"),
        "Director of Children’s Services",
        *("2008", "32%", "23 of 73"),
        *("2009", "32%", "24 of 74"),
        "Other",
        *("2008", "12%", "9 of 73"),
        *("2009", "14%", "10 of 74"),
    ]


def test_bars_of_one_year_name_no_year() -> None:
    assert "2009" not in texts(charts.bars(OTHERS))


def test_change_is_in_points_from_counts_with_a_true_minus_sign() -> None:
    changes = two_years(
        CAMHS=(67, 74, 62, 74),
        Jobcentre=(26, 72, 50, 72),
        Same=(55, 74, 55, 74),
        Close=(50, 74, 49, 74),  # prints as 68% and 66%, yet fell by 1.35 points
    )
    assert texts(charts.change_bars(changes)) == [
        "Change from 2008 to 2009, in percentage points",
        *("Jobcentre", "+33"),
        *("Same", "0"),
        *("Close", "\u22121"),
        *("CAMHS", "\u22127"),
    ]


def test_change_of_an_item_asked_once_is_not_drawn_but_explained() -> None:
    shown = texts(charts.change_bars(BOARD))
    assert shown[shown.index("School representation") + 1] == "2009 only"
    assert "2008 only" in shown


def test_tile_map_shows_each_region_with_its_count() -> None:
    shown = texts(charts.tile_map(REGIONS))
    assert shown[:6] == ["Per cent", "North East", "30", "40", "50", "60"]
    for words in ("75%", "12 of 16", "Yorkshire and the", "Humber", "39%", "13 of 33"):
        assert words in shown
    assert shown[-3:] == ["12 of 16", "10 of 19", "13 of 33"]


def test_tile_map_keeps_the_geography() -> None:
    place = PLACES
    assert len(set(place.values())) == len(place) == 9
    north_to_south = ("North East", "Yorkshire and the Humber", "East Midlands", "South East")
    rows = [place[name][1] for name in north_to_south]
    assert rows == sorted(set(rows))
    for row in (
        ("North West", "Yorkshire and the Humber"),
        ("West Midlands", "East Midlands", "East of England"),
        ("South West", "South East", "London"),
    ):
        assert len({place[name][1] for name in row}) == 1
        columns = [place[name][0] for name in row]
        assert columns == sorted(set(columns))


@pytest.mark.parametrize(
    ("percents", "expected"),
    [
        ([39, 75], (30, 10)),
        ([50, 52, 74], (50, 5)),
        ([0, 100], (0, 20)),
        ([98, 100], (75, 5)),
        ([100], (75, 5)),
        ([29, 80], (0, 20)),
        ([], (0, 20)),
    ],
)
def test_shades_of_a_map_use_the_narrowest_classes_that_hold_it(
    percents: list[int], expected: tuple[int, int]
) -> None:
    assert classes(percents) == expected


@every_chart
def test_a_note_stands_in_the_figure_above_everything(chart: str) -> None:
    plain, noted = DRAWN[chart](), DRAWN[chart](note="Drawn panel: illustration")
    assert texts(noted) == ["Drawn panel: illustration", *texts(plain)]
    assert noted.get_size_inches()[1] > plain.get_size_inches()[1]


def test_items_follow_the_order_given() -> None:
    frame = two_years(A=(1, 74, 2, 74), B=(3, 74, 4, 74), C=(5, 74, 6, 74))
    shown = texts(charts.dumbbell(frame, order=["B", "C", "A"]))
    assert [word for word in shown if word in "ABC"] == ["B", "C", "A"]


def test_the_first_and_last_of_several_years_are_drawn() -> None:
    frame = tally(*(("A", year, "yes", yes, 10) for year, yes in ((2011, 1), (2012, 5), (2014, 9))))
    assert texts(charts.dumbbell(frame)) == ["2011", "2014", "A", "10%", "90%", "0%", "50%", "100%"]


def test_nobody_answered_and_a_withheld_cell_are_said_in_words() -> None:
    frame = tally(
        ("A", 2009, "yes", 0, 0), ("B", 2009, "yes", None, None), ("C", 2009, "yes", 1, 2)
    )
    for draw in (charts.dumbbell, charts.ranked_dots, charts.bars):
        shown = texts(draw(frame))
        assert shown.count("no answers") == shown.count("withheld") == 1
    regions = REGIONS.assign(yes=0, base=[0, *[10] * 8]).drop(index=8)
    shown = texts(charts.tile_map(regions))
    assert shown.count("no answers") == shown.count("no figure") == 1
    blank = two_years(A=(0, 0, 1, 2), B=(1, 2, 2, 2))
    assert "no answers" in texts(charts.change_bars(blank))


# -- Marks --------------------------------------------------------------------


def circles(figure: Figure) -> list[tuple[float, float, str, str]]:
    """Place, fill and outline of every round marker."""
    found = []
    for axes in figure.axes:
        for marks in axes.collections:
            if isinstance(marks, PathCollection):
                fill, edge = (
                    mpl.colors.to_hex(colours[0])
                    for colours in (marks.get_facecolor(), marks.get_edgecolor())
                )
                places = axes.transData.transform(np.asarray(marks.get_offsets()))
                found += [(float(x), float(y), fill, edge) for x, y in places]
    return found


def test_years_differ_in_shape_as_well_as_colour() -> None:
    kinds = {(fill, edge) for _, _, fill, edge in circles(charts.dumbbell(BOARD))}
    assert kinds == {
        (PALETTE["surface"], PALETTE["earlier"]),  # open
        (PALETTE["later"], PALETTE["later"]),  # filled
    }


def test_markers_stand_at_their_share_of_the_scale() -> None:
    figure = charts.ranked_dots(OTHERS)
    ticks = {
        text.get_text(): text.get_transform().transform(text.get_position())[0]
        for text in figure.texts
        if text.get_text() in ("0%", "100%") and text.get_ha() == "center"
    }
    span = ticks["100%"] - ticks["0%"]
    places = sorted((x - ticks["0%"]) / span for x, *_ in circles(figure))
    assert places == pytest.approx([20 / 73, 45 / 72, 1])


def test_bars_are_as_long_as_their_changes() -> None:
    figure = charts.change_bars(two_years(Up=(10, 100, 50, 100), Down=(30, 100, 10, 100)))
    up, down = (bar for bar in figure.axes[0].patches if isinstance(bar, Rectangle))
    assert (up.get_x(), up.get_width()) == pytest.approx((0, 0.4))
    assert (down.get_x(), down.get_width()) == pytest.approx((-0.2, 0.2))


def test_intervals_are_drawn_where_there_are_any() -> None:
    without = charts.svg(charts.ranked_dots(OTHERS), key="k", alt="a")
    empty = OTHERS.assign(low=np.nan, high=np.nan)
    assert charts.svg(charts.ranked_dots(empty), key="k", alt="a") == without
    figure = charts.ranked_dots(OTHERS.assign(low=[0.18, 0.51, np.nan], high=[0.38, 0.73, np.nan]))
    ends = {
        tuple(np.round(segment[:, 0], 2))
        for lines in figure.axes[0].collections
        if hasattr(lines, "get_segments")
        for segment in lines.get_segments()
    }
    assert {(0.18, 0.38), (0.51, 0.73)} <= ends


# -- Nothing collides, nothing leaves the figure -----------------------------


def widest(names: int) -> pd.DataFrame:
    counts = (0, 1, 37, 73, 74)
    pairs = list(itertools.product(counts, counts))[:names]
    return two_years(**{f"From {a} to {b} of all": (a, 74, b, 74) for a, b in pairs})


LONG = "Complex and continuing health care for children_and_young people with $5 & more needs"
CROWDED: dict[str, Callable[[], Figure]] = {
    **{name: lambda name=name: DRAWN[name]() for name in DRAWN},  # type: ignore[misc]
    "noted": lambda: charts.dumbbell(BOARD, note=f"Drawn panel: illustration. {LONG} {LONG}"),
    "every pair of extremes": lambda: charts.dumbbell(widest(25)),
    "close shares": lambda: charts.dumbbell(
        two_years(A=(53, 100, 49, 100), B=(100, 100, 99, 100), C=(50, 100, 50, 100))
    ),
    "all at the top": lambda: charts.dumbbell(two_years(A=(100, 100, 99, 100))),
    "all at the bottom": lambda: charts.dumbbell(two_years(A=(0, 100, 1, 100))),
    "intervals": lambda: charts.dumbbell(widest(25).assign(low=0.0, high=1.0)),
    "long labels": lambda: charts.dumbbell(
        two_years(**{LONG: (1, 2, 2, 2), "W" * 70: (1, 2, 0, 2)})
    ),
    "large counts": lambda: charts.ranked_dots(tally((LONG, 2009, "yes", 123456, 123456))),
    "large bars": lambda: charts.bars(tally((LONG * 2, 2009, "yes", 123456, 123456))),
    "large base": lambda: charts.stacked_bars(
        tally((LONG * 2, 2009, "x", 6, 123456), (LONG * 2, 2009, "y", 123450, 123456)),
        answers=["x", "y"],
        labels={"x": LONG, "y": "W" * 70},
    ),
    "only falls": lambda: charts.change_bars(two_years(A=(9, 9, 0, 9), B=(9, 9, 8, 9))),
    "only rises": lambda: charts.change_bars(two_years(A=(0, 9, 9, 9), B=(8, 9, 9, 9))),
    "rises and falls": lambda: charts.change_bars(widest(25)),
    "no change": lambda: charts.change_bars(two_years(A=(9, 9, 9, 9))),
    "large tiles": lambda: charts.tile_map(REGIONS.assign(yes=99999, base=99999)),
}


@pytest.mark.parametrize("case", CROWDED)
def test_no_text_leaves_the_figure_or_meets_another_text_or_a_marker(case: str) -> None:
    figure = CROWDED[case]()
    figure.set_dpi(720)  # fine enough that no letter is moved to a pixel; a point is 10 dots
    renderer = FigureCanvasAgg(figure).get_renderer()
    width, height = figure.bbox.width / 10, figure.bbox.height / 10
    boxes = []
    for text in figure.texts:
        (left, bottom), (right, top) = text.get_window_extent(renderer).get_points() / 10
        boxes.append((text.get_text(), left, right, bottom, top))
    assert boxes
    for words, left, right, bottom, top in boxes:
        assert left >= -0.5, words
        assert right <= width + 0.5, words
        assert bottom >= -0.5, words
        assert top <= height + 0.5, words
    for (one, *a), (other, *b) in itertools.combinations(boxes, 2):
        across = min(a[1], b[1]) - max(a[0], b[0])
        down = min(a[3], b[3]) - max(a[2], b[2])
        assert across <= 0 or down <= 1, (one, other)
    for x, y, *_ in circles(figure):
        for words, left, right, bottom, top in boxes:
            across = max(left - x / 10, 0, x / 10 - right)
            down = max(bottom - y / 10, 0, y / 10 - top)
            assert np.hypot(across, down) >= RING - 0.5, words


def test_a_scale_leaves_every_row_the_room_it_needs() -> None:
    random = np.random.default_rng(1)
    for _ in range(100):
        rows = [
            (min(pair), random.uniform(0, 60), max(pair), random.uniform(0, 60))
            for pair in random.uniform(-0.5, 1, (8, 2))
        ]
        scale = fit(Scale(100, 380, -0.5, 1), rows)
        lefts = [scale(first) - before for first, before, _, _ in rows]
        rights = [scale(last) + after for _, _, last, after in rows]
        assert min(lefts) >= 100 - 0.01
        assert max(rights) <= 380 + 0.01
        assert min(lefts) == pytest.approx(100, abs=0.01) or scale.left == 100
        assert max(rights) == pytest.approx(380, abs=0.01) or scale.right == 380


def test_text_is_broken_to_the_width_it_has() -> None:
    lines = wrap(LONG, 134)
    assert " ".join(lines) == LONG
    assert max(map(measure, lines)) <= 134
    assert "".join(wrap("W" * 70, 134)) == "W" * 70
    assert wrap("Voluntary provision and use", 134) == ["Voluntary provision and", "use"]
    assert balance("Voluntary provision and use", 134) == ["Voluntary", "provision and use"]
    assert balance("Police", 134) == ["Police"]
    assert balance("", 134) == [""]
    assert max(map(measure, wrap("W" * 70, 134))) <= 134


@every_chart
def test_figures_are_legible_on_a_phone(chart: str) -> None:
    figure = DRAWN[chart]()
    width = figure.get_size_inches()[0] * 72
    smallest = min(text.get_fontsize() for text in figure.texts)
    assert smallest * 330 / width >= 9  # px, in a text column 330 px wide


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
        for one, other in itertools.pairwise(shades(count)):
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
    sheet = charts.css()
    light, rest = sheet.split('html[data-theme="dark"] {', 1)
    dark, printed = rest.split("@media print", 1)
    for block, palette in ((light, PALETTE), (dark, DARK), (printed, PALETTE)):
        assert dict(re.findall(r"--csm-([\w-]+): (#\w+);", block)) == palette


# -- SVG ----------------------------------------------------------------------


@every_chart
def test_svg_is_the_same_bytes_every_time(chart: str) -> None:
    first = charts.svg(DRAWN[chart](), key="board", alt="Alt")
    figure = DRAWN[chart]()
    assert charts.svg(figure, key="board", alt="Alt") == first
    assert charts.svg(figure, key="board", alt="Alt") == first


def test_svg_is_the_same_bytes_in_another_process() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from test_charts import BOARD, charts\n"
        "drawing = charts.svg(charts.dumbbell(BOARD), key='k', alt='a')\n"
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
        assert done.stdout.decode() == charts.svg(charts.dumbbell(BOARD), key="k", alt="a")


@every_chart
def test_svg_stands_inline_in_a_page(chart: str) -> None:
    drawing = charts.svg(DRAWN[chart](), key="board", alt="Police on 99% of Boards")
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
    drawing = charts.svg(DRAWN[chart](note="Note"), key="board", alt="Alt")
    named = re.findall(r"var\(--csm-([\w-]+),(#\w+)\)", drawing)
    assert len(named) == len(re.findall(r"(?<!href=\")#[0-9a-f]{3,8}\b(?!-)", drawing))
    assert all(PALETTE[role] == value for role, value in named)
    assert not re.search(r"\b(black|white|rgb|opacity)\b", drawing)


@every_chart
def test_text_in_svg_is_text_in_the_fonts_of_the_page(chart: str) -> None:
    drawing = charts.svg(DRAWN[chart](), key="board", alt="Alt")
    assert drawing.count("font-family") == 1
    assert "font-family:var(--csm-font," in drawing
    assert drawing.count("<text ") == sum(bool(text.get_text()) for text in DRAWN[chart]().texts)


def test_ids_in_svg_are_its_own() -> None:
    figure = charts.dumbbell(BOARD)
    ids = [re.findall(r' id="([^"]+)"', charts.svg(figure, key=key, alt="a")) for key in ("a", "b")]
    assert ids[0]
    assert len(set(ids[0] + ids[1])) == len(ids[0] + ids[1])
    drawing = charts.svg(figure, key="a", alt="a")
    assert set(re.findall(r'href="#([^"]+)"', drawing)) == set(ids[0])


def test_words_of_strangers_are_shown_as_they_are() -> None:
    label = '<script>alert("$x_2$")</script> & $\\frac'
    frame = tally((label, 2009, "yes", 1, 2))
    for draw in (charts.dumbbell, charts.ranked_dots, charts.bars):
        root = ElementTree.fromstring(charts.svg(draw(frame), key="k", alt="a"))
        assert label.replace(" ", "") in "".join("".join(root.itertext()).split())
    drawing = charts.svg(
        charts.ranked_dots(frame, note="<b>$\\note$</b>"), key='"><b>', alt='"quoted" <b>\n& more'
    )
    assert "<b>" not in drawing
    assert "<script" not in drawing
    assert ElementTree.fromstring(drawing).attrib["aria-label"] == '"quoted" <b> & more'
    FigureCanvasAgg(charts.ranked_dots(frame)).draw()  # no formula is read into it either


def test_characters_that_cannot_be_set_are_left_out() -> None:
    frame = tally(("Po\x00li\u202ece\n board", 2009, "yes", 1, 2))
    assert "Police board" in texts(charts.ranked_dots(frame))


def test_half_a_character_is_left_out_wherever_it_can_stand() -> None:
    # a text column refuses it (and so does every reader), Python's own text and objects do not
    half = "Police\ud800"
    with pytest.raises(UnicodeEncodeError):
        pd.Series([half], dtype="str")
    frame = tally(("A", 2009, "yes", 1, 2)).astype({"label": object, "answer": object})
    frame["label"] = pd.Series([half], dtype=object)
    figure = charts.ranked_dots(frame, note=f"Drawn {half}")
    assert {"Police", "Drawn Police"} <= set(texts(figure))
    words = charts.bars(CHAIRS, labels={"director": half})
    assert "Police" in texts(words)
    for drawing in (figure, words):
        charts.svg(drawing, key="k", alt=half).encode()


def test_each_line_of_a_note_starts_a_new_line() -> None:
    figure = charts.ranked_dots(tally(("A", 2009, "yes", 1, 2)), note="Invented\nTwo withheld")
    assert texts(figure)[:2] == ["Invented", "Two withheld"]


@pytest.mark.filterwarnings("error")
def test_a_script_that_the_drawing_font_lacks_is_no_warning() -> None:
    assert "\u6771\u4eac" in texts(charts.ranked_dots(tally(("\u6771\u4eac", 2009, "yes", 1, 2))))


@pytest.mark.parametrize(("key", "alt"), [("", "Alt"), ("key", " \n")])
def test_a_drawing_without_key_or_alternative_text_is_refused(key: str, alt: str) -> None:
    with pytest.raises(ValueError, match="alternative text"):
        charts.svg(charts.dumbbell(BOARD), key=key, alt=alt)


# -- Good manners -------------------------------------------------------------


@every_chart
def test_charts_leave_pyplot_the_settings_and_the_tally_alone(chart: str) -> None:
    frames = [BOARD, OTHERS, LEVELS, CHAIRS, REGIONS]
    before, settings = [frame.copy() for frame in frames], dict(mpl.rcParams)
    charts.svg(DRAWN[chart](), key="k", alt="a")
    assert plt.get_fignums() == []
    assert dict(mpl.rcParams) == settings
    for frame, copy in zip(frames, before, strict=True):
        pd.testing.assert_frame_equal(frame, copy)


@every_chart
def test_charts_look_the_same_under_a_style_of_the_reader(chart: str) -> None:
    expected = charts.svg(DRAWN[chart](), key="k", alt="a")
    with mpl.rc_context():
        sns.set_theme(style="darkgrid", context="poster", font="serif")
        mpl.rcParams["savefig.bbox"] = "tight"
        assert charts.svg(DRAWN[chart](), key="k", alt="a") == expected


# -- Bad input ----------------------------------------------------------------

BY_REGION = pd.concat([OTHERS.assign(region="London"), OTHERS.assign(region="South East")])


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: charts.dumbbell(BOARD.drop(columns="yes")), "dumbbell needs the columns yes"),
        (lambda: charts.dumbbell(BOARD.head(0)), "without rows"),
        (lambda: charts.dumbbell(BY_REGION), "several for Faith groups, 2009. Keep one group"),
        (lambda: charts.dumbbell(LEVELS), "several for Jobcentre Plus, 2008"),
        (lambda: charts.dumbbell(BOARD, order=["Police"]), "name each item of the tally once"),
        (lambda: charts.dumbbell(two_years(A=(3, 2, 1, 2))), "A has 3 of 2"),
        (lambda: charts.ranked_dots(BOARD), "one year, and the tally has 2008, 2009"),
        (lambda: charts.change_bars(OTHERS), "needs two years, and the tally has only 2009"),
        (lambda: charts.bars(pd.concat([LEVELS, CHAIRS])), "several items"),
        (lambda: charts.stacked_bars(LEVELS, answers=["chief"]), "no answer chief"),
        (lambda: charts.stacked_bars(LEVELS, answers=[]), "give 1 to 5"),
        (
            lambda: charts.stacked_bars(LEVELS.assign(yes=20), answers=ANSWERS),
            "Jobcentre Plus in 2008 add up to more than their base",
        ),
        (lambda: charts.tile_map(REGIONS.assign(region="Wales")), "no place for Wales"),
        (lambda: charts.tile_map(OTHERS), "needs the columns region"),
    ],
)
def test_a_frame_that_cannot_be_drawn_is_refused_with_the_remedy(
    draw: Callable[[], Figure], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        draw()
