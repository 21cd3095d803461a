"""The sheet a chart is drawn on: text and plots, placed in points from the top left."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyBboxPatch, Rectangle
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D

from csm_lib.charts._cells import Cell, plain
from csm_lib.charts._style import FONT, LINE, PALETTE, SMALL, TEXT, WIDTH, Weight

Align = Literal["left", "center", "right"]

LABELS = 134.0  # pt; the most a column of labels takes
GAP = 4.0  # pt between a mark and its value
RING, DOT = 5.8, 3.6  # pt; radius of an open and of a filled marker
BAR = 17.0  # pt; thickness of a bar that holds or stands beside text


@lru_cache(maxsize=4096)
def measure(text: str, size: float = TEXT, weight: Weight = "normal") -> float:
    """Return the width of a line of text, in points."""
    font = FontProperties(family=FONT, size=size, weight=weight)
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(width)


def wrap(text: str, width: float, size: float = TEXT, weight: Weight = "normal") -> list[str]:
    """Break text into lines no wider than ``width`` points, inside a word if it must be."""
    lines: list[str] = []
    line = ""
    for word in plain(text).split(" "):
        longer = f"{line} {word}".strip()
        if measure(longer, size, weight) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        line = ""
        for character in word:
            if line and measure(line + character, size, weight) > width:
                lines.append(line)
                line = ""
            line += character
    return [*lines, line]


def balance(text: str, width: float) -> list[str]:
    """Break text into as few lines as `wrap` does, of lengths as even as they can be."""
    lines = wrap(text, width)
    while len(lines) > 1:
        narrower = wrap(text, max(map(measure, lines)) - 1)
        if len(narrower) > len(lines):
            break
        lines = narrower
    return lines


@dataclass(frozen=True)
class Scale:
    """Shares on a line across the sheet: ``left`` is ``low`` and ``right`` is ``high``."""

    left: float
    right: float
    low: float = 0.0
    high: float = 1.0

    def __call__(self, share: float) -> float:
        """Return the place of a share, in points from the left."""
        return self.left + (share - self.low) / (self.high - self.low) * (self.right - self.left)


class Sheet:
    """A figure of the house width, measured in points from the top left.

    Parameters
    ----------
    height
        Height of the chart in points. The note's strip comes on top of it, above 0.
    note
        A label that stands visibly in the figure, such as that of a drawn panel; each of its
        lines starts a new one.
    """

    def __init__(self, height: float, *, note: str | None) -> None:
        parts = [part for part in (note or "").splitlines() if plain(part)]
        lines = [line for part in parts for line in wrap(part, WIDTH - 14, SMALL, "bold")]
        strip = len(lines) * LINE + 16 if lines else 0.0
        self.height = height + strip
        self.figure = Figure(
            figsize=(WIDTH / 72, self.height / 72), dpi=72, facecolor=PALETTE["surface"]
        )
        self._strip = strip
        self._points = (
            Affine2D().scale(1 / 72, -1 / 72).translate(0, height / 72)
            + self.figure.dpi_scale_trans
        )
        if lines:
            self._note(lines)

    def _note(self, lines: Sequence[str]) -> None:
        width = max(measure(line, SMALL, "bold") for line in lines)
        box = FancyBboxPatch(
            (1, 3 - self._strip),
            width + 12,
            len(lines) * LINE + 2,
            boxstyle="round,pad=0,rounding_size=3",
            facecolor="none",
            edgecolor=PALETTE["muted"],
            linewidth=1,
            transform=self._points,
        )
        self.figure.add_artist(box)
        for number, line in enumerate(lines):
            y = 4 - self._strip + (number + 0.5) * LINE
            self.text(width / 2 + 7, y, line, size=SMALL, weight="bold", align="center")

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = TEXT,
        role: str = "ink",
        weight: Weight = "normal",
        align: Align = "left",
    ) -> None:
        """Set one line of text, its capitals centred on ``y``."""
        self.figure.text(
            x,
            y + 0.36 * size,
            text,
            transform=self._points,
            fontsize=size,
            color=PALETTE[role],
            fontweight=weight,
            ha=align,
            va="baseline",
            parse_math=False,
        )

    def beside(
        self,
        x: float,
        y: float,
        text: str,
        *,
        gap: float,
        size: float = TEXT,
        role: str = "ink",
        weight: Weight = "normal",
    ) -> None:
        """Set the value of a mark ``gap`` points to the right of ``x``, or left if negative.

        It stands on a patch of surface, so that no grid line strikes it through.
        """
        align: Align = "left" if gap > 0 else "right"
        width = measure(text, size, weight)
        patch = Rectangle(
            (x + gap - 1 if gap > 0 else x + gap - width - 1, y - size / 2 - 1),
            width + 2,
            size + 2,
            facecolor=PALETTE["surface"],
            linewidth=0,
            transform=self._points,
            zorder=2.5,
        )
        self.figure.add_artist(patch)
        self.text(x + gap, y, text, size=size, role=role, weight=weight, align=align)

    def lines(
        self,
        x: float,
        y: float,
        lines: Sequence[str],
        *,
        size: float = TEXT,
        role: str = "ink",
        weight: Weight = "normal",
        align: Align = "left",
    ) -> None:
        """Set some lines of text, centred on ``y`` as a block."""
        first = y - (len(lines) - 1) / 2 * LINE
        for number, line in enumerate(lines):
            self.text(
                x, first + number * LINE, line, size=size, role=role, weight=weight, align=align
            )

    def plot(self, scale: Scale, top: float, bottom: float) -> Axes:
        """Axes without any furniture; y is points from the top of the sheet, x is shares."""
        above = self._strip
        axes = self.figure.add_axes(
            (
                scale.left / WIDTH,
                1 - (bottom + above) / self.height,
                (scale.right - scale.left) / WIDTH,
                (bottom - top) / self.height,
            )
        )
        axes.set_axis_off()
        axes.set_xlim(scale.low, scale.high)
        axes.set_ylim(bottom, top)
        axes.set_autoscale_on(False)
        return axes


@dataclass(frozen=True)
class Key:
    """Marks with their names, in as many lines as they need.

    Attributes
    ----------
    places
        For each entry its mark (``ring``, ``dot``, ``open`` or ``filled``, the last two bars), its
        role, its name, and where it stands: points from the left and from the top of the key.
    height
        Height of the key, with the space below it.
    """

    places: list[tuple[str, str, str, float, float]]
    height: float

    @classmethod
    def of(cls, entries: Iterable[tuple[str, str, str]], *, width: float = WIDTH) -> Key:
        """Place entries, each a mark, its role and its name, from left to right."""
        places, x, y = [], 0.0, LINE / 2 + 1
        for mark, role, name in entries:
            for number, line in enumerate(wrap(name, width - 18)):
                needed = 18 + measure(line, weight="bold" if mark == "dot" else "normal") + 16
                if x and (number or x + needed - 16 > width):
                    x, y = 0.0, y + LINE + 3
                places.append(("" if number else mark, role, line, x, y))
                x += needed
        return cls(places, y + LINE / 2 + 8)

    def draw(self, sheet: Sheet, left: float = 0.0) -> None:
        """Draw the key at the top of a sheet."""
        axes = sheet.plot(Scale(0, WIDTH, 0, WIDTH), 0, self.height)
        for mark, role, name, x, y in self.places:
            if mark in ("ring", "dot"):
                dots(axes, [(left + x + 7, y)], role, hollow=mark == "ring")
            elif mark:
                bar(axes, left + x, left + x + 13, y, role, hollow=mark == "open", thickness=10)
            if mark in ("ring", "dot"):  # years: as the values below them
                weight: Weight = "bold" if mark == "dot" else "normal"
                sheet.text(left + x + 18, y, name, role=role, weight=weight)
            else:
                sheet.text(left + x + 18, y, name)


def dots(
    axes: Axes,
    places: Sequence[tuple[float, float]],
    role: str,
    *,
    hollow: bool = False,
    radius: float | None = None,
) -> None:
    """Draw round markers: filled, or open and so much wider that a filled one fits inside."""
    line = 1.5
    radius = radius or (RING if hollow else DOT)
    sns.scatterplot(
        x=[x for x, _ in places],
        y=[y for _, y in places],
        ax=axes,
        s=(2 * radius - line) ** 2,
        color=PALETTE["surface"] if hollow else PALETTE[role],
        edgecolor=PALETTE[role],
        linewidth=line,
        clip_on=False,
        zorder=3 if hollow else 4,
        legend=False,
    )


def bar(
    axes: Axes,
    start: float,
    end: float,
    y: float,
    role: str,
    *,
    hollow: bool = False,
    thickness: float = BAR,
) -> None:
    """Draw a horizontal bar: filled, or open, with its outline inside its length."""
    light = role in ("shade-1", "shade-2", "shade-3")
    line = 1.2 if hollow or light else 0.0
    low, high = axes.get_xlim()
    inset = line / 2 * (high - low) / axes.bbox.width
    axes.add_patch(
        Rectangle(
            (start + inset, y - (thickness - line) / 2),
            max(end - start - 2 * inset, 0),
            thickness - line,
            facecolor=PALETTE["surface" if hollow else role],
            edgecolor=PALETTE["shade-4" if light else role],
            linewidth=line,
            clip_on=False,
            zorder=3,
        )
    )


def whisker(axes: Axes, cell: Cell, y: float, role: str) -> None:
    """Draw the interval of a cell, if it has one."""
    if cell.low is None or cell.high is None:
        return
    axes.hlines(y, cell.low, cell.high, color=PALETTE[role], linewidth=1.4, zorder=2, clip_on=False)
    axes.vlines(
        [cell.low, cell.high], y - 3, y + 3, color=PALETTE[role], linewidth=1.4, zorder=2,
        clip_on=False,
    )  # fmt: skip


@dataclass(frozen=True)
class Rows:
    """A column of labels down the left of a sheet, one to a row.

    Attributes
    ----------
    lines
        The lines of each label.
    centres
        The middle of each row, in points from the top.
    right, bottom
        Where the column of labels and the last row end.
    """

    lines: list[list[str]]
    centres: list[float]
    right: float
    bottom: float

    @classmethod
    def of(cls, labels: Iterable[str], *, top: float, pitch: float = 24.0) -> Rows:
        """Break labels into lines, and give every row the height it needs."""
        lines = [balance(label, LABELS) for label in labels]
        centres, y = [], top
        for label in lines:
            height = max(pitch, len(label) * LINE + 8)
            centres.append(y + height / 2)
            y += height
        widest = max(measure(line) for label in lines for line in label)
        return cls(lines, centres, widest, y)

    def set(self, sheet: Sheet) -> None:
        """Set the labels on a sheet."""
        for label, y in zip(self.lines, self.centres, strict=True):
            sheet.lines(0, y, label)


def fit(scale: Scale, marks: Collection[tuple[float, float, float, float]]) -> Scale:
    """Narrow a scale until all that stands beside its marks lies within the ends it had.

    Parameters
    ----------
    scale
        The widest that the scale may be.
    marks
        For each row its leftmost mark, the points needed to the left of that, its rightmost
        mark, and the points needed to the right of that.
    """
    span = scale.high - scale.low
    left, right = scale.left, scale.right
    for _ in range(10):  # each end moves a little when the other does; a few rounds settle it
        for first, before, last, after in marks:
            start, end = (first - scale.low) / span, (last - scale.low) / span
            if start < 1:
                left = max(left, (scale.left + before - start * right) / (1 - start))
            if end > 0:
                right = min(right, (scale.right - after - (1 - end) * left) / end)
    return Scale(left, right, scale.low, scale.high)


def percent_axis(sheet: Sheet, axes: Axes, scale: Scale, rows: Rows, ends: Sequence[float]) -> None:
    """Draw a light grid from 0 to 100 percent behind rows, with its figures below.

    Each row has a line that leads the eye from its label to what comes first in it, ``ends``
    points from the left of the sheet.
    """
    grid = PALETTE["grid"]
    axes.vlines([0, 0.5, 1], *axes.get_ylim(), color=grid, linewidth=1, zorder=0, clip_on=False)
    span = scale.right - scale.left
    leads = [max(0.0, (end - scale.left) / span) for end in ends]
    axes.hlines(rows.centres, 0, leads, color=grid, linewidth=1, zorder=0, clip_on=False)
    for tick in (0, 50, 100):
        place = scale(tick / 100)
        sheet.text(place, rows.bottom + 10, f"{tick}%", size=SMALL, role="muted", align="center")
