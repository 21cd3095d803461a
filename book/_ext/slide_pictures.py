"""Pictures for the wall: what a finding shows with few marks and large letters.

`PICTURES` has them by the key of the finding. `BLANK` has what stands there before the class has
worked it out: on the slide until the answer is shown, and on the handout. Where neither names a
finding, its own chart or table is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import csm_lib as csm
from csm_lib import words
from csm_lib.counts import rounded_percent
from csm_lib.findings import Finding
from csm_lib.style import PALETTE, TEXT, WIDTH, house_style, measure, wrap

Draw = Callable[[Finding], Any]


def canvas(height: float) -> Axes:
    """Return an Axes that is the whole of a figure, measured in points from its upper left."""
    ax = Figure(figsize=(WIDTH / 72, height / 72)).add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, WIDTH), ylim=(height, 0))
    ax.axis("off")
    return ax


def box(ax: Axes, x: float, y: float, wide: float, high: float, role: str, **look: Any) -> None:
    """Draw a filled box, or with ``fill=False`` an open one."""
    color = PALETTE[role]
    ax.add_patch(Rectangle((x, y), wide, high, facecolor=color, edgecolor=color, **look))


def write(
    ax: Axes, x: float, y: float, text: object, *, bold: bool = False, ha: str = "left"
) -> None:
    """Set text on a line through a place."""
    ax.text(x, y, str(text), ha=ha, va="center", weight="bold" if bold else "normal")


@house_style()
def bars(rows: Iterable[tuple[str, float, float, str]], labels: float = 150.0) -> Axes:
    """Draw parts of wholes: of each a label, the part, the whole, and what is said of it.

    Labels take so many points at the left.
    """
    rows = list(rows)
    longest = max(whole for _, _, whole, _ in rows)
    beside = 10 + max(measure(text, TEXT, "bold") for *_, text in rows)
    room = WIDTH - labels - 10 - beside
    ax = canvas(34 * len(rows))
    for number, (label, part, whole, text) in enumerate(rows):
        middle = 34 * number + 17
        write(ax, 0, middle, wrap(label, labels))
        box(ax, labels + 10, middle - 10, room * whole / longest, 20, "accent", fill=False)
        box(ax, labels + 10, middle - 10, room * part / longest, 20, "accent")
        write(ax, labels + 16 + room * whole / longest, middle, text, bold=True)
    return ax


@house_style()
def number_line(percent: int, bases: Iterable[int], *, told: bool = True) -> Axes:
    """Draw which counts of each base are printed as a percentage; untold, only where they lie."""
    bases = list(bases)
    left, room, pitch, reach = 60.0, 220.0, 46.0, 2.0
    ax = canvas(24 + pitch * len(bases))

    def place(share: float) -> float:
        return left + room * (share - percent + reach) / (2 * reach)

    box(ax, place(percent - 0.5), 18, room / (2 * reach), pitch * len(bases) + 6, "shade-1")
    write(ax, place(percent), 10, f"printed as {percent}%", ha="center")
    for number, base in enumerate(bases):
        y = 18 + pitch * number + 30
        write(ax, 0, y, f"of {base}")
        ax.plot([left, left + room], [y, y], color=PALETTE["muted"], lw=1)
        near = [k for k in range(base + 1) if abs(100 * k / base - percent) < reach]
        right = [k for k in near if rounded_percent(k, base) == percent]
        for count in near if told else []:
            hit = count in right
            face = PALETTE["later" if hit else "surface"]
            ax.plot(place(100 * count / base), y, "o", ms=9, mfc=face, mec=PALETTE["later"])
            write(ax, place(100 * count / base), y - 15, count, bold=hit, ha="center")
        found = f"{words.listed(list(map(str, right)))} of {base}" if right else "no count"
        write(ax, left + room + 14, y, found if told else "?", bold=True)
    return ax


@house_style()
def squares(
    years: tuple[int, int], stories: Iterable[tuple[str, int, int, int, int]], *, told: bool = True
) -> Axes:
    """Draw two-by-two squares: of each a heading, and how many kept, stopped, began, never had it.

    Untold, only the totals stand at its sides.
    """
    ax, wide, high = canvas(174), 66.0, 60.0
    for number, (title, *counts) in enumerate(stories):
        kept, stopped, began, never = counts
        x, y = 196.0 * number + 38, 34.0
        pitch = next(p for p in (8, 7, 6, 5) if (wide - 8) // p * ((high - 17) // p) >= max(counts))
        across = int((wide - 8) // pitch)
        write(ax, x, 8, title if told else "", bold=True)
        for side, name in enumerate(("yes", "no")):
            middle = side + 0.5
            write(ax, x + wide * middle, 26, f"{name} {years[1]}", ha="center")
            write(ax, x - 4, y + high * middle, f"{name}\n{years[0]}", ha="right")
        for place, (name, count) in enumerate(
            zip(("kept", "stopped", "began", "never"), counts, strict=True)
        ):
            left, top = x + place % 2 * wide, y + place // 2 * high
            box(ax, left, top, wide, high, "muted", fill=False)
            if told:
                role = "earlier" if name in ("stopped", "began") else "later"
                face = PALETTE["surface" if name == "never" else role]
                mark = "D" if role == "earlier" else "o"
                at = np.arange(count)
                look: dict[str, Any] = {"ms": pitch - 3, "mfc": face, "mec": PALETTE[role]}
                ax.plot(
                    left + 7 + at % across * pitch, top + 20 + at // across * pitch, mark, **look
                )
                write(ax, left + 3, top + 9, f"{count} {name}")
        for side, total in enumerate((kept + stopped, began + never)):
            ax.text(
                x + 2 * wide + 4, y + high * (side + 0.5), str(total), va="center", weight="bold"
            )
        for side, total in enumerate((kept + began, stopped + never)):
            write(ax, x + wide * (side + 0.5), y + 2 * high + 10, total, bold=True, ha="center")
    return ax


# -- Which finding has which -----------------------------------------------------------------------


def counts_behind(finding: Finding, *, told: bool = True) -> Axes:
    """Which counts of each base give the percentage of the colleges."""
    percent = printed("board.further_education.2008")
    return number_line(percent, finding.data["base"].unique(), told=told)


def printed(figure: str) -> int:
    """Return a percentage as it stands in the paper."""
    published = csm.open_collection().published
    assert published is not None
    (value,) = published.loc[published["figure"] == figure, "value"]
    return int(value)


def funnel(finding: Finding) -> Axes:
    """The bases of a row, each a part of the one above."""
    rows = finding.data[finding.data["how we know"] != "printed in the row"]
    whole = rows["number"].iloc[0]
    return bars(
        (name, number, whole, f"{number}" + (f": {how}" if "%" in how else ""))
        for name, number, how in rows.itertuples(index=False)
    )


def readings(finding: Finding) -> Axes:
    """How many printed figures are possible on each base."""
    rows = finding.data[["figures", "base", "possible", "printed"]].itertuples(index=False)
    told = ((f"{what}: {base}", part, of, f"{part} of {of}") for what, base, part, of in rows)
    return bars(told, labels=200)


def parts(finding: Finding, *, told: bool = True) -> Axes:
    """The parts of a row: as printed, or a mark for each count and for who is missing."""
    rows = finding.data
    if not told:
        shares = [int(text.removesuffix("%")) for text in rows["printed"]]
        return bars(
            (name, share, 100, f"{share}%")
            for name, share in [*zip(rows["level"], shares, strict=True), ("together", sum(shares))]
        )
    base = int(rows["base"].iloc[0])
    counts = dict(zip(rows["level"], map(int, rows["count"]), strict=True))
    whole = {"": "members"} | counts | {"missing": base - sum(counts.values())}
    return csm.squares(pd.DataFrame([whole]))


def common_base(finding: Finding, *, told: bool = True) -> Axes:
    """On which bases the highest percentage of the components is possible."""
    trusts = csm.open_collection()
    named = finding.data["counts"].iloc[0].partition("%")[0]
    left = trusts.size - printed("jsna_components.excluded")
    return number_line(int(named), [left, *finding.data["base"]], told=told)


def halfway(finding: Finding, *, told: bool = True) -> Axes:
    """Where the share lies that one rule rounds up and another down."""
    rows = finding.data
    tie = rows[rows["half up"] != rows["half down"]].iloc[0]
    percent = int(str(tie["half up"]).removesuffix("%"))
    return number_line(percent, [int(tie["base"])], told=told)


def heads(finding: Finding) -> Axes:
    """Heads among the members of each agency, in both years."""
    agency, *columns = finding.data.columns
    years = [name.removeprefix("heads ") for name in columns if name.startswith("heads ")]
    told = [
        (f"{row[agency]}, {year}", row[f"heads {year}"], row[f"of members {year}"])
        for row in finding.data.to_dict("records")
        for year in years
    ]
    return bars((label, part, whole, f"{part} of {whole}") for label, part, whole in told)


def shares_of_heads(finding: Finding) -> Any:
    """The share of heads among the members of each agency."""
    shown = finding.data[finding.data["answer"] == "head"]
    return csm.dumbbell(shown, note="Heads, of all whose level is stated")


def kinds(finding: Finding, *, told: bool = True) -> Axes:
    """How many items ask for what."""
    total = finding.table["items"].sum()
    rows = finding.table[["asks", "items"]].itertuples(index=False)
    return bars(
        (asks, count * told, total, f"{count if told else '?'} of {total}") for asks, count in rows
    )


def damped(finding: Finding) -> Any:
    """A real fall, before any answer is carried forward."""
    return csm.dumbbell(finding.data[finding.data["item"] == finding.data["item"].iloc[0]])


def stories(finding: Finding, *, told: bool = True) -> Axes:
    """Two courses of events with the same totals."""
    rows = finding.data[["story", "kept", "stopped", "began", "never"]].itertuples(index=False)
    first, last = csm.open_collection().years
    return squares((first, last), rows if told else list(rows)[:1], told=told)


def every_p(finding: Finding, *, told: bool = True) -> Axes:
    """The p of some stories, from the fewest moves to the most."""
    some = finding.data.iloc[np.linspace(0, len(finding.data) - 1, 4).round().astype(int)]
    return bars(
        (f"{stopped} stopped, {began} began", p * told, 1, f"p {words.p_value(p) if told else '?'}")
        for stopped, began, p in some[["stopped", "began", "p"]].itertuples(index=False)
    )


def battery(finding: Finding) -> Any:
    """The range of p of each test."""
    return csm.p_ranges(finding.data.assign(item=finding.data["test"].str.partition(" (")[0]))


def again(finding: Finding) -> Any:
    """Both years of the items of a comparison."""
    items = list(finding.data["item"])
    return csm.dumbbell(csm.open_collection().tally(items), order=items)


PICTURES: Mapping[str, Draw] = {
    "battery": battery,
    "bases-of-a-row": funnel,
    "commissioning-change": lambda one: csm.change_bars(one.data),
    "count-behind": counts_behind,
    "every-p": every_p,
    "falling-areas": again,
    "falling-commissioning": again,
    "impossible-split": parts,
    "jsna-bases": common_base,
    "measured-what-is-asked": kinds,
    "measured-without-strategy": lambda one: csm.ranges(
        one.data.rename(columns={"fewest": "low", "most": "high"}),
        what="Authorities without a strategy",
    ),
    "other-agencies": lambda one: csm.ranked_dots(one.data),
    "rounding": halfway,
    "seats-shares-and-numbers": heads,
    "seniority": shares_of_heads,
    "table-1-bases": readings,
    "two-stories": stories,
}

BLANK: Mapping[str, Draw] = {"measured-damped": damped} | {
    key: partial(draw, told=False)
    for key, draw in {
        "count-behind": counts_behind,
        "every-p": every_p,
        "impossible-split": parts,
        "jsna-bases": common_base,
        "measured-what-is-asked": kinds,
        "rounding": halfway,
        "two-stories": stories,
    }.items()
}
