"""What a reader sees in the charts of change: its words, its marks, and that none collide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import test_charts as house
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from test_charts import LONG, circles, contrast, texts

from csm_lib import charts
from csm_lib.charts import DARK, PALETTE
from csm_lib.charts._support import persistence_text
from csm_lib.inference import change_range
from csm_lib.words import of_panels, p_value

NOTE = "Drawn panels: an illustration"


def change(**items: tuple[int, int, int, int]) -> pd.DataFrame:
    """What two totals of 74 authorities allow, for items named by their labels."""
    names = pd.DataFrame({"item": list(items), "label": list(items)})
    found = names.join(change_range(*np.array(list(items.values())).T, authorities=74))
    return found.assign(p_low=found["exact_low"], p_high=found["exact_high"])


def moved(**items: tuple[int, int, int, int]) -> pd.DataFrame:
    """Least and most losers, then least and most gainers."""
    columns = ["losers_low", "losers_high", "gainers_low", "gainers_high"]
    frame = pd.DataFrame(list(items.values()), columns=columns)
    return frame.assign(item=list(items), label=list(items))


def ranged(**items: tuple[float, float, str]) -> pd.DataFrame:
    frame = pd.DataFrame(list(items.values()), columns=["p_low", "p_high", "verdict"])
    return frame.assign(item=list(items), label=list(items))


def bounded(**items: tuple[int, int, int]) -> pd.DataFrame:
    """The least and the most of a base."""
    frame = pd.DataFrame(list(items.values()), columns=["low", "high", "base"])
    return frame.assign(item=list(items), label=list(items))


def supported(base: int, persistence: list[float], **claims: list[int]) -> pd.DataFrame:
    rows = [
        (claim, claim, value, yes, base)
        for claim, counts in claims.items()
        for value, yes in zip(persistence, counts, strict=True)
    ]
    return pd.DataFrame(rows, columns=["claim", "label", "persistence", "yes", "base"])


CHANGES = change(
    CAMHS=(67, 74, 62, 74),
    Palliative=(19, 74, 12, 74),
    Police=(74, 74, 73, 74),
    Jobcentre=(26, 72, 50, 72),
)
BOUNDS = bounded(North=(0, 12, 12), South=(5, 5, 13), East=(3, 9, 10))
CLAIMS = supported(
    10_000, [1, 3, 10, 1000], Less=[0, 3, 4550, 9_997], Fewer=[10_000, 8_000, 6_000, 2_000]
)

DRAWN: dict[str, Callable[..., Figure]] = {
    "moves": lambda **options: charts.moves(CHANGES, **options),
    "p_ranges": lambda **options: charts.p_ranges(CHANGES, **options),
    "ranges": lambda **options: charts.ranges(BOUNDS, what="Authorities with one", **options),
    "support": lambda note=NOTE: charts.support(CLAIMS, note=note),
}
every_chart = pytest.mark.parametrize("chart", DRAWN)


# -- What the charts say ------------------------------------------------------


def test_moves_label_the_least_and_the_most_on_both_sides() -> None:
    assert texts(charts.moves(CHANGES)) == [
        "Number of authorities that",
        *("stopped at least", "began at least"),
        *("stopped at most", "began at most"),
        *("CAMHS", "5 to 12", "0 to 7"),
        *("Palliative", "7 to 19", "0 to 12"),
        *("Police", "1", "0"),
        *("Jobcentre", "0 to 22", "22 to 46"),
    ]


def test_moves_of_a_board_have_words_of_their_own() -> None:
    shown = texts(charts.moves(CHANGES, losers="left", gainers="joined"))
    assert shown[1:5] == ["left at least", "joined at least", "left at most", "joined at most"]


def test_p_ranges_say_the_range_and_the_verdict_in_words() -> None:
    assert texts(charts.p_ranges(CHANGES)) == [
        *("lowest p possible", "highest p possible"),
        *("0.05", "Below 0.05?"),
        *("never", "CAMHS", "0.063 to 0.36"),
        *("depends", "Palliative", "0.016 to 0.28"),
        *("never", "Police", "1"),
        *("always", "Jobcentre", "<0.0001 to 0.0092"),
        *("0.0001", "0.01", "1"),
    ]


def test_another_level_is_named() -> None:
    shown = texts(charts.p_ranges(ranged(A=(0.001, 0.004, "always")), level=0.005))
    assert shown[2:7] == ["0.005", "Below 0.005?", "always", "A", "0.001 to 0.004"]


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.0625, "0.063"),  # a tie, which a format string takes down
        (0.359283, "0.36"),
        (0.00921, "0.0092"),
        (0.00082, "0.0008"),
        (0.0001, "0.0001"),
        (0.000099, "<0.0001"),
        (0.0, "<0.0001"),
        (1.0, "1"),
        (0.998, "0.998"),  # not 1
        (0.05, "0.05"),
        (0.0499, "0.0499"),  # not 0.05
        (0.05004, "0.05004"),
        (0.1, "0.1"),
    ],
)
def test_p_is_short_but_never_takes_the_place_of_the_level_or_of_1(p: float, text: str) -> None:
    assert p_value(p) == text


def test_p_is_written_on_its_own_side_of_any_level() -> None:
    assert p_value(0.0127, level=0.0128) == "0.0127"
    for p in np.random.default_rng(1).uniform(0.0001, 0.2, 500):
        for level in (0.0128, 0.0501, 0.1):
            assert (float(p_value(p, level=level)) <= level) == (p <= level)


def test_support_has_a_percentage_in_every_cell() -> None:
    assert texts(charts.support(CLAIMS, note=NOTE)) == [
        NOTE,
        "Share of 10,000 drawn panels that support each claim, by persistence",
        *("none (1)", "3", "10", "1,000"),
        "Less",
        *("0%", "<1%", "46%", ">99%"),
        "Fewer",
        *("100%", "80%", "60%", "20%"),
    ]


def test_support_says_which_panels_it_counts() -> None:
    shown = texts(charts.support(CLAIMS, what="with p at 0.05 or less", note=NOTE))
    assert shown[1] == "Share of 10,000 drawn panels with p at 0.05 or less, by persistence"


@pytest.mark.parametrize(
    ("yes", "base", "text"),
    [
        (10_000, 10_000, "100%"),
        (9_999, 10_000, ">99%"),
        (9_950, 10_000, ">99%"),
        (9_949, 10_000, "99%"),
        (45, 72, "63%"),
        (50, 10_000, "1%"),
        (49, 10_000, "<1%"),
        (0, 10_000, "0%"),
    ],
)
def test_all_and_none_are_said_of_all_and_none_only(yes: int, base: int, text: str) -> None:
    assert of_panels(yes, base) == text


def test_persistence_is_named_in_figures_and_none_in_words() -> None:
    values = (0.5, 1, 3.0, 2.5, 1000, 1e7)
    assert [*map(persistence_text, values)] == ["0.5", "none (1)", "3", "2.5", "1,000", "1e+07"]


def test_a_cell_without_panels_has_a_dash_and_persistences_come_in_order() -> None:
    frame = supported(10, [1, 3], A=[1, 2], B=[3, 4]).iloc[::-1].drop(index=2)
    shown = texts(charts.support(frame, note=NOTE))
    assert shown[2:] == ["none (1)", "3", "B", "–", "40%", "A", "10%", "20%"]
    none = supported(0, [1], A=[0])
    assert texts(charts.support(none, note=NOTE))[1:] == [
        "Share of drawn panels that support each claim, by persistence",
        *("none (1)", "A", "–"),
    ]


def test_rows_come_in_the_order_given_and_without_labels_are_named_by_item() -> None:
    backwards = CHANGES.iloc[::-1].drop(columns="label")
    for draw in (charts.moves, charts.p_ranges):
        shown = [word for word in texts(draw(backwards)) if word in set(CHANGES["item"])]
        assert shown == ["Jobcentre", "Police", "Palliative", "CAMHS"]


@pytest.mark.parametrize("chart", ["moves", "p_ranges", "ranges"])
def test_a_note_stands_in_the_figure_above_everything(chart: str) -> None:
    assert texts(DRAWN[chart](note=NOTE)) == [NOTE, *texts(DRAWN[chart]())]


# -- Marks --------------------------------------------------------------------


def bars(figure: Figure) -> list[tuple[float, float, float, bool, str]]:
    """Ends and thickness of every bar, whether it is filled, and its outline or fill."""
    found = []
    for mark in figure.axes[-1].patches:
        assert isinstance(mark, Rectangle)
        fill = mpl.colors.to_hex(mark.get_facecolor())
        edge = mpl.colors.to_hex(mark.get_edgecolor())
        ends = (mark.get_x(), mark.get_x() + mark.get_width())
        found.append((*ends, mark.get_height(), fill != PALETTE["surface"], edge))
    return found


def test_a_bar_is_filled_to_the_least_and_open_to_the_most() -> None:
    lost_most, lost_least, gained_most, gained_least = bars(charts.moves(moved(A=(20, 40, 10, 30))))
    assert lost_least[:2] == pytest.approx((-20, 0))
    assert gained_least[:2] == pytest.approx((0, 10))
    assert lost_most[:2] == pytest.approx((-40, 0), abs=0.3)  # its outline lies inside it
    assert gained_most[:2] == pytest.approx((0, 30), abs=0.3)
    assert [bar[3] for bar in (lost_least, gained_least, lost_most, gained_most)] == [
        *(True, True),
        *(False, False),
    ]


def test_a_range_is_filled_to_the_least_open_to_the_most_and_told_with_its_base() -> None:
    figure = charts.ranges(BOUNDS, what="Authorities with one")
    north, south, east_most, east_least = bars(figure)
    assert north[:2] == pytest.approx((0, 12), abs=0.3)
    assert south[:2] == pytest.approx((0, 5))
    assert east_most[:2] == pytest.approx((0, 9), abs=0.3)
    assert east_least[:2] == pytest.approx((0, 3))
    assert [bar[3] for bar in (north, south, east_most, east_least)] == [False, True, False, True]
    assert texts(figure) == [
        *("Authorities with one", "at least", "at most"),
        *("North", "0 to 12 of 12", "South", "5 of 13", "East", "3 to 9 of 10"),
    ]


def test_sides_and_certainty_differ_without_colour() -> None:
    drawn = bars(charts.moves(moved(A=(20, 40, 10, 30), B=(1, 2, 1, 2))))
    for left, right, _, _, edge in drawn:
        assert edge == PALETTE["earlier" if left < -0.3 else "later"]
        assert (right <= 0.01) != (left >= -0.01)  # the two lie on two sides
    heights = {
        filled: {round(bar[2]) for bar in drawn if bar[3] is filled} for filled in (False, True)
    }
    assert min(heights[True]) >= max(heights[False]) + 4


def test_there_is_no_bar_for_nobody_and_no_open_one_where_all_is_known() -> None:
    assert bars(charts.moves(moved(A=(0, 0, 0, 0)))) == []
    assert [bar[3] for bar in bars(charts.moves(moved(A=(5, 5, 0, 0), B=(0, 0, 3, 3))))] == [
        True,
        True,
    ]


def test_one_authority_is_as_wide_on_either_side_and_in_every_row() -> None:
    figure = charts.moves(moved(A=(7, 7, 0, 0), B=(0, 0, 40, 40)))
    assert len({axes.get_position().width for axes in figure.axes[-1:]}) == 1
    assert [bar[:2] for bar in bars(figure)] == [pytest.approx((-7, 0)), pytest.approx((0, 40))]


def lines(figure: Figure, colours: tuple[str, ...]) -> list[tuple[float, float, float, Any]]:
    """Ends, width and dashes of every horizontal line of some colours."""
    roles = {PALETTE[role] for role in colours}
    return [
        (segment[0][0], segment[1][0], mark.get_linewidth()[0], mark.get_linestyle()[0][1])
        for mark in figure.axes[-1].collections
        if isinstance(mark, LineCollection) and mpl.colors.to_hex(mark.get_color()[0]) in roles
        for segment in mark.get_segments()
    ]


def test_p_stands_on_a_log_scale_with_a_line_at_the_level() -> None:
    figure = charts.p_ranges(ranged(A=(0.01, 0.1, "depends")))
    ((low, high, _, _),) = lines(figure, ("accent",))
    assert (low, high) == pytest.approx((-2, -1))
    ((level, *_),) = lines(figure, ("ink",))
    assert level == pytest.approx(-1.30103)
    assert figure.axes[-1].get_xlim() == pytest.approx((-4, 0))


def test_verdicts_differ_in_line_as_well_as_in_words() -> None:
    frame = ranged(A=(0.01, 0.02, "always"), B=(0.01, 0.1, "depends"), C=(0.1, 0.5, "never"))
    always, depends, never = lines(charts.p_ranges(frame), ("accent", "muted"))
    assert always[2] >= 2 * depends[2]
    assert always[3] is depends[3] is None
    assert never[3]  # broken


def test_the_lowest_p_is_filled_the_highest_open_and_one_below_the_scale_an_arrow() -> None:
    fills = [fill for *_, fill, _ in circles(charts.p_ranges(ranged(A=(0.01, 0.1, "depends"))))]
    known = [PALETTE["accent"], PALETTE["surface"]]  # in the key
    assert fills == [*known, PALETTE["surface"], PALETTE["accent"]]
    for low, high, left in ((0.0, 0.01, 3), (0.0, 0.00001, 2)):
        figure = charts.p_ranges(ranged(A=(low, high, "always")))
        (arrow,) = figure.axes[-1].lines
        assert arrow.get_marker() == "<"
        assert list(arrow.get_xdata()) == pytest.approx([-4])
        assert len(circles(figure)) == left


def test_cells_are_shaded_in_fifths_and_their_text_can_be_read_on_them() -> None:
    frame = supported(100, [1, 2, 3, 4, 5, 6, 7], A=[0, 19, 20, 40, 60, 80, 100])
    figure = charts.support(frame, note=NOTE)
    roles = {value: role for role, value in PALETTE.items()}
    cells = [mpl.colors.to_hex(mark.get_facecolor()) for mark in figure.axes[-1].patches]
    assert [roles[fill][-1] for fill in cells] == ["1", "1", "2", "3", "4", "5", "5"]
    words = [text for text in figure.texts if "%" in text.get_text()]
    assert len(words) == len(cells)
    for text, fill in zip(words, cells, strict=True):
        for palette in (PALETTE, DARK):
            ink = palette[roles[str(text.get_color())]]
            assert contrast(ink, palette[roles[fill]]) >= 4.5, text.get_text()


# -- Nothing collides, nothing leaves the figure -----------------------------

MANY = [1, 3, 10, 30, 100, 300, 1000, 3000, 10000]
CROWDED: dict[str, Callable[[], Figure]] = {
    **{name: lambda name=name: DRAWN[name]() for name in DRAWN},  # type: ignore[misc]
    "0 to 74": lambda: charts.moves(moved(A=(0, 74, 0, 74), B=(74, 74, 74, 74), C=(0, 0, 0, 0))),
    "nobody moved": lambda: charts.moves(moved(A=(0, 0, 0, 0))),
    "all equal": lambda: charts.moves(moved(A=(5, 5, 5, 5), B=(5, 5, 5, 5))),
    "only losers": lambda: charts.moves(moved(A=(1, 74, 0, 0))),
    "only gainers": lambda: charts.moves(moved(A=(0, 0, 1, 74))),
    "long labels": lambda: charts.moves(
        moved(**{LONG: (99998, 99999, 99998, 99999), "W" * 70: (0, 1, 0, 1)}),
        losers=LONG,
        gainers="W" * 40,
        note=LONG,
    ),
    "ranges at every extreme": lambda: charts.ranges(
        bounded(**{LONG: (0, 99999, 99999), "W" * 70: (0, 0, 1), "all": (99999, 99999, 99999)}),
        what=LONG,
        note=LONG,
    ),
    "only none": lambda: charts.ranges(bounded(A=(0, 0, 0)), what="W"),
    "short words": lambda: charts.moves(CHANGES, losers="a", gainers="b"),
    "p at every extreme": lambda: charts.p_ranges(
        ranged(
            **{
                LONG: (0, 0, "always"),
                "W" * 70: (1, 1, "never"),
                "all": (0, 1, "depends"),
                "close": (0.04999999, 0.05000001, "depends"),
                "cut": (0.0001, 0.0001, "always"),
            }
        ),
        note=LONG,
    ),
    "level at the cut": lambda: charts.p_ranges(ranged(A=(0, 1, "depends")), level=0.0001),
    "level near 1": lambda: charts.p_ranges(ranged(A=(0, 1, "depends")), level=0.999),
    "long level": lambda: charts.p_ranges(ranged(A=(0, 1, "depends")), level=0.9123457),
    "many persistences": lambda: charts.support(
        supported(10_000, MANY, **{LONG: [9999] * 9, "W" * 70: [10_000] * 9}), note=LONG
    ),
    "one persistence": lambda: charts.support(supported(1, [1], A=[1]), note=NOTE),
    "large and small": lambda: charts.support(
        supported(10**9, [1e-5, 1, 123456.0, 1.25e8], A=[1] * 4), note=NOTE
    ),
}


@pytest.mark.parametrize("case", CROWDED)
def test_no_text_leaves_the_figure_or_meets_another_text_or_a_marker(
    case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(house.CROWDED, case, CROWDED[case])
    house.test_no_text_leaves_the_figure_or_meets_another_text_or_a_marker(case)


def test_no_range_meets_the_bar_it_stands_beside() -> None:
    for frame in (CHANGES, moved(A=(0, 74, 0, 74), B=(0, 1, 0, 0), C=(74, 74, 0, 0))):
        figure = charts.moves(frame)
        figure.set_dpi(720)
        renderer = FigureCanvasAgg(figure).get_renderer()
        marks = [mark.get_window_extent() for mark in figure.axes[-1].patches]
        for text in figure.texts:
            box = text.get_window_extent(renderer)
            assert not any(box.overlaps(mark) for mark in marks), text.get_text()


# -- Habits of the house ------------------------------------------------------

HABITS: tuple[Callable[[str], None], ...] = (
    house.test_svg_is_the_same_bytes_every_time,
    house.test_svg_stands_inline_in_a_page,
    house.test_every_colour_in_svg_is_a_custom_property_of_the_palette,
    house.test_text_in_svg_is_text_in_the_fonts_of_the_page,
    house.test_charts_leave_pyplot_the_settings_and_the_tally_alone,
    house.test_charts_look_the_same_under_a_style_of_the_reader,
)


@every_chart
@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: habit.__name__.removeprefix("test_"))
def test_charts_of_change_keep_the_habits_of_all_charts(
    chart: str, habit: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(house.DRAWN, chart, DRAWN[chart])
    frames = (CHANGES.copy(), CLAIMS.copy())
    habit(chart)
    pd.testing.assert_frame_equal(CHANGES, frames[0])
    pd.testing.assert_frame_equal(CLAIMS, frames[1])


def test_words_of_strangers_are_shown_as_they_are() -> None:
    label = '<script>alert("$x_2$")</script> & $\\frac'
    for figure in (
        charts.moves(CHANGES.assign(label=label), losers=label, gainers=label, note=label),
        charts.p_ranges(CHANGES.assign(label=label), note=label),
        charts.ranges(BOUNDS.assign(label=label), what=label, note=label),
        charts.support(CLAIMS.assign(label=label), what=label, note=label),
    ):
        drawing = charts.svg(figure, key="k", alt="a")
        assert "<script" not in drawing
        root = ElementTree.fromstring(drawing)
        words = "".join("".join(root.itertext()).split())
        assert words.count(label.replace(" ", "")) >= 2
        FigureCanvasAgg(figure).draw()  # no formula is read into it either


def test_characters_that_cannot_be_set_are_left_out() -> None:
    for label in ("Po\x00li\u202ece\n board", "Police board\ud800"):
        # half a character can stand in a column of objects only: a text column refuses it
        changes = CHANGES.assign(label=pd.Series([label] * len(CHANGES), dtype=object))
        for draw in (charts.moves, charts.p_ranges):
            assert "Police board" in texts(draw(changes))
        claims = CLAIMS.assign(label=pd.Series([label] * len(CLAIMS), dtype=object))
        assert "Police board" in texts(charts.support(claims, note=NOTE))


# -- Bad input ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: charts.moves(CHANGES.drop(columns="losers_low")), "needs the columns losers_low"),
        (lambda: charts.moves(CHANGES.head(0)), "no comparisons. Check the items"),
        (lambda: charts.moves(CHANGES.assign(item="A")), "one row per item, and A has several"),
        (lambda: charts.moves(CHANGES.assign(losers_high=pd.NA)), "CAMHS has no losers_high"),
        (lambda: charts.moves(moved(A=(3, 2, 0, 0))), "A has 3 to 2 losers"),
        (lambda: charts.moves(moved(A=(0, 0, -1, 2))), "A has 0 losers and -1 to 2 gainers"),
        (lambda: charts.moves(CHANGES.assign(gainers_low=0.5)), "two whole numbers"),
        (lambda: charts.moves(CHANGES.assign(gainers_high=np.inf)), "two whole numbers"),
        (lambda: charts.moves(CHANGES, losers=" "), "each need a word"),
        (lambda: charts.ranges(BOUNDS, what="\n"), "say what is counted"),
        (lambda: charts.ranges(bounded(A=(3, 2, 4)), what="x"), "A has 3 to 2 of 4"),
        (lambda: charts.ranges(bounded(A=(-1, 2, 4)), what="x"), "A has -1 to 2 of 4"),
        (lambda: charts.ranges(bounded(A=(1, 5, 4)), what="x"), "the base last"),
        (lambda: charts.ranges(BOUNDS.assign(low=0.5), what="x"), "They are whole numbers"),
        (lambda: charts.p_ranges(CHANGES.drop(columns="p_low")), "p_ranges needs the columns p_l"),
        (lambda: charts.p_ranges(CHANGES, level=0.01), "not 'depends' below 0.01. Give both"),
        (lambda: charts.p_ranges(CHANGES.assign(verdict="maybe")), "always, never, depends"),
        (lambda: charts.p_ranges(CHANGES.assign(p_low=0.9)), "the lowest first"),
        (lambda: charts.p_ranges(CHANGES.assign(p_high=1.5)), "between 0 and 1"),
        (lambda: charts.p_ranges(CHANGES.assign(p_high=np.nan)), "CAMHS has no p_high"),
        (lambda: charts.p_ranges(CHANGES, level=5), "level must be between 0 and 1"),
        (lambda: charts.p_ranges(CHANGES, level=0.00001), "give it a level above that"),
        (lambda: charts.support(CLAIMS, note=" \n"), "give it a note that says so"),
        (lambda: charts.support(CLAIMS.drop(columns="yes"), note=NOTE), "needs the columns yes"),
        (lambda: charts.support(CLAIMS.head(0), note=NOTE), "without rows"),
        (lambda: charts.support(CLAIMS.assign(persistence=3), note=NOTE), "several for Less, 3"),
        (lambda: charts.support(CLAIMS.assign(yes=20_000), note=NOTE), "between 0 and its base"),
        (lambda: charts.support(CLAIMS.assign(persistence=np.nan), note=NOTE), "no persistence"),
        (
            lambda: charts.support(supported(1, [*range(1, 30)], A=[1] * 29), note=NOTE),
            "room for 9 persistences, and the frame has 29",
        ),
    ],
)
def test_a_frame_that_cannot_be_drawn_is_refused_with_the_remedy(
    draw: Callable[[], Figure], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        draw()
