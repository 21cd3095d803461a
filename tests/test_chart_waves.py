"""Several waves of items in one chart: their words, their marks, and what is missing."""

from __future__ import annotations

from xml.etree import ElementTree

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from csm_lib import charts
from csm_lib.charts import PALETTE

Figures = dict[int, tuple[int | None, int | None]]


def tally(**items: Figures) -> pd.DataFrame:
    """A tally of items named by their labels: by year, yes and base."""
    rows = [
        {"item": label, "label": label.replace("_", " "), "year": year, "yes": yes, "base": base}
        for label, waves in items.items()
        for year, (yes, base) in waves.items()
    ]
    return pd.DataFrame(rows).assign(answer="yes").astype({"yes": "Int64", "base": "Int64"})


THREE = tally(
    Housing={2021: (20, 40), 2022: (10, 40), 2023: (16, 40)},
    Police={2021: (4, 40), 2022: (30, 40), 2023: (36, 40)},
)


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.texts]


def marks(figure: Figure, role: str) -> list[tuple[float, float, bool]]:
    """Share, height and whether it is filled, of the marks in a colour, without the key's."""
    found = []
    for collection in figure.axes[-1].collections:
        if isinstance(collection, PathCollection):
            edge, face = (
                to_hex(colours[0])
                for colours in (collection.get_edgecolor(), collection.get_facecolor())
            )
            if edge == PALETTE[role]:
                places = [tuple(map(float, place)) for place in collection.get_offsets()]
                found += [(round(x, 3), y, face == edge) for x, y in places]
    return found


def row_of(figure: Figure, word: str) -> float:
    return next(text.get_position()[1] for text in figure.texts if text.get_text() == word)


def test_the_first_and_the_last_wave_are_labelled_and_the_last_leads() -> None:
    figure = charts.waves(THREE)

    assert {"2021", "2022", "2023", "50%", "40%", "10%", "90%"} <= set(texts(figure))
    assert "25%" not in texts(figure)
    assert row_of(figure, "Police") < row_of(figure, "Housing")  # points from the top


def test_the_last_wave_is_filled_and_bold_and_earlier_ones_are_open() -> None:
    figure = charts.waves(THREE)

    assert {filled for *_, filled in marks(figure, "later")} == {True}
    assert {filled for *_, filled in marks(figure, "earlier")} == {False}
    assert {filled for *_, filled in marks(figure, "muted")} == {False}
    weights = {t.get_text(): t.get_fontweight() for t in figure.texts}
    assert weights["90%"] == "bold"
    assert weights["10%"] == "normal"


def test_marks_stand_at_their_shares_and_time_runs_downwards() -> None:
    figure = charts.waves(THREE)
    first, between, last = (marks(figure, role) for role in ("earlier", "muted", "later"))

    assert [x for x, *_ in first] == [0.1, 0.5]  # Police above Housing
    assert [x for x, *_ in between] == [0.75, 0.25]
    assert [x for x, *_ in last] == [0.9, 0.4]
    assert all(a[1] < b[1] < c[1] for a, b, c in zip(first, between, last, strict=True))


def test_waves_that_were_not_asked_withheld_or_not_answered_say_so() -> None:
    figure = charts.waves(
        tally(
            Whole={2021: (1, 4), 2022: (2, 4), 2023: (3, 4)},
            New={2022: (2, 4), 2023: (2, 4)},
            Hidden={2021: (2, 4), 2022: (2, 4), 2023: (None, None)},
            Blank={2021: (2, 4), 2022: (2, 4), 2023: (0, 0)},
        )
    )
    found = " ".join(texts(figure))

    assert "not asked" in found
    assert "withheld" in found
    assert "no answers" in found
    assert len(marks(figure, "later")) == 2
    assert len(marks(figure, "earlier")) == 3


def test_an_item_without_any_figure_still_has_its_row() -> None:
    figure = charts.waves(
        tally(Whole={2021: (1, 4), 2023: (3, 4)}, Hidden={2021: (None, None), 2023: (None, None)})
    )

    assert row_of(figure, "Hidden") > row_of(figure, "Whole")
    assert texts(figure).count("withheld") == 2


def test_two_waves_need_no_mark_between() -> None:
    figure = charts.waves(tally(Housing={2021: (1, 4), 2023: (3, 4)}))

    assert marks(figure, "muted") == []
    assert "2022" not in " ".join(texts(figure))


def test_one_wave_is_refused() -> None:
    with pytest.raises(ValueError, match="waves needs two years, and the tally has only 2023"):
        charts.waves(tally(Housing={2023: (1, 4)}))


def test_a_note_stands_in_the_figure() -> None:
    assert "Invented" in texts(charts.waves(THREE, note="Invented"))


def test_intervals_are_drawn_where_the_tally_has_them() -> None:
    plain = charts.waves(THREE)
    whole = charts.waves(THREE.assign(low=0.1, high=0.9))

    assert len(whole.axes[-1].collections) - len(plain.axes[-1].collections) == 12  # 2 x 6 waves


LONG = "Integrated care board, with its place-based partnerships and their many committees"


def many() -> pd.DataFrame:
    return tally(
        **{
            f"{LONG}_{number}" if number % 3 else f"Item_{number}": {
                year: ((number * 7 + year * number) % 43, 42) for year in range(2018, 2024)
            }
            for number in range(20)
        }
    )


def test_many_items_with_long_labels_keep_within_the_sheet_and_apart() -> None:
    figure = charts.waves(many())
    FigureCanvasAgg(figure).draw()
    renderer = FigureCanvasAgg(figure).get_renderer()
    boxes = [text.get_window_extent(renderer) for text in figure.texts]
    width = figure.get_figwidth() * figure.dpi

    assert width == 380
    assert all(box.x0 >= -1 and box.x1 <= width + 1 for box in boxes)
    overlaps = [
        (one.get_text(), other.get_text())
        for place, one in enumerate(figure.texts)
        for at, other in enumerate(figure.texts)
        if at > place
        and boxes[at].x0 < boxes[place].x1 - 1
        and boxes[place].x0 < boxes[at].x1 - 1
        and boxes[at].y0 < boxes[place].y1 - 3
        and boxes[place].y0 < boxes[at].y1 - 3
    ]
    assert overlaps == []


def test_marks_of_neighbouring_rows_keep_apart() -> None:
    figure = charts.waves(many())
    last, first = marks(figure, "later"), marks(figure, "earlier")

    assert all(below[1] - above[1] > 10 for above, below in zip(last, first[1:], strict=False))


def test_the_drawing_is_the_same_every_time_and_leaves_settings_alone() -> None:
    before = dict(mpl.rcParams)
    drawings = [charts.svg(charts.waves(THREE), key="waves", alt="Two items") for _ in range(2)]

    assert drawings[0] == drawings[1]
    assert dict(mpl.rcParams) == before
    assert ElementTree.fromstring(drawings[0]).attrib["aria-label"] == "Two items"


def test_text_that_looks_like_markup_or_a_formula_is_text() -> None:
    label = "<b>$x^2$</b>"
    figure = charts.waves(tally(**{label: {2021: (1, 4), 2023: (3, 4)}}))

    assert label in texts(figure)
    assert "<b>" not in charts.svg(figure, key="k", alt="a")
