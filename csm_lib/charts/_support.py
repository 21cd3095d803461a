"""How many drawn panels support each claim, as the panels hang together more and more."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from csm_lib.charts._cells import Cell, plain, read_cells
from csm_lib.charts._sheet import Scale, Sheet, balance, bar, measure, wrap
from csm_lib.charts._style import LINE, SMALL, WIDTH, house_style, text_on
from csm_lib.words import of_panels

TALL = 22.0  # pt; height of a cell
SPACE = 2.0  # pt between cells
STEPS = 5


@house_style()
def support(frame: pd.DataFrame, *, what: str = "that support each claim", note: str) -> Figure:
    """Draw what share of the drawn panels supports each claim, by their persistence.

    Parameters
    ----------
    frame
        One row per claim and persistence: ``claim`` (its id), ``label``, ``persistence`` (the
        odds ratio that ties an authority's answers in the two years; 1 is none), ``yes``
        (panels that support the claim) and ``base`` (panels drawn). Claims come in its order.
    what
        Which panels a cell counts, as the heading goes on after "drawn panels".
    note
        The label that says that these are drawn panels; it stands in the figure.

    Returns
    -------
    Figure
        Under each claim a strip of cells, one per persistence, each shaded by its share and with
        its percentage. 100% means all panels and 0% none, however many were drawn: short of that
        a cell says ">99%" or "<1%".

    Raises
    ------
    ValueError
        The frame is not as described, has more persistences than fit, or the note is empty.
    """
    if not plain(note):
        raise ValueError("support shows drawn panels: give it a note that says so in the figure.")
    missing = [n for n in ("claim", "label", "persistence", "yes", "base") if n not in frame]
    if missing:
        raise ValueError(
            f"support needs the columns {', '.join(missing)}, which this frame lacks. Give it one "
            "row per claim and persistence, with the panels that support it and those drawn."
        )
    if frame["persistence"].isna().any():
        raise ValueError("support: a row has no persistence. Give it one, or leave it out.")
    cells = read_cells(frame, chart="support", by=("claim", "persistence"))
    values = sorted(frame["persistence"].unique())
    most = int((WIDTH + SPACE) // (measure(">99%") + 4 + SPACE))
    if len(values) > most:
        raise ValueError(
            f"support has room for {most} persistences, and the frame has {len(values)}. "
            "Keep fewer of them."
        )
    strips: dict[object, tuple[str, dict[float, Cell]]] = {}
    for claim, value, cell in zip(frame["claim"], frame["persistence"], cells, strict=True):
        strips.setdefault(claim, (cell.label, {}))[1][value] = cell

    width = (WIDTH + SPACE) / len(values) - SPACE
    places = {value: number * (width + SPACE) for number, value in enumerate(values)}
    heading = wrap(_heading(cells, what), WIDTH, SMALL)
    names = {value: wrap(persistence_text(value), width, SMALL, "bold") for value in values}
    head = (len(heading) + max(map(len, names.values()))) * LINE + 10
    labels = {claim: balance(label, WIDTH) for claim, (label, _) in strips.items()}
    tops, y = {}, head
    for claim, lines in labels.items():
        tops[claim] = y
        y += len(lines) * LINE + 4 + TALL + 10

    sheet = Sheet(y - 9, note=note)
    sheet.lines(0, len(heading) * LINE / 2, heading, size=SMALL, role="muted")
    for value, lines in names.items():
        middle = places[value] + width / 2
        bottom = head - 6 - len(lines) * LINE / 2
        sheet.lines(middle, bottom, lines, size=SMALL, weight="bold", align="center")
    axes = sheet.plot(Scale(0, WIDTH, 0, WIDTH), head, y)
    for claim, (_, row) in strips.items():
        block = len(labels[claim]) * LINE
        sheet.lines(0, tops[claim] + block / 2, labels[claim])
        for value, left in places.items():
            _draw(sheet, axes, row.get(value), left, width, tops[claim] + block + 4 + TALL / 2)
    return sheet.figure


def _heading(cells: list[Cell], what: str) -> str:
    """Say what a cell holds, with the number of panels where it is the same in all."""
    bases = {cell.base for cell in cells}
    base = bases.pop() if len(bases) == 1 else None
    panels = f"{base:,} drawn panels" if base else "drawn panels"
    return f"Share of {panels} {what}, by persistence"


def persistence_text(value: float) -> str:
    """Write a persistence: none (1), 3, 1,000 or 0.5."""
    if value == 1:
        return "none (1)"
    return f"{value:,.0f}" if value == round(value) and value < 1e6 else f"{value:g}"


def _draw(sheet: Sheet, axes: Axes, cell: Cell | None, left: float, width: float, y: float) -> None:
    """Draw one cell: its shade and its percentage, or an open one where no panel was drawn."""
    if cell is None or cell.yes is None or not cell.base:
        bar(axes, left, left + width, y, "grid", hollow=True, thickness=TALL)
        sheet.text(left + width / 2, y, "–", role="muted", align="center")
        return
    shade = f"shade-{min(STEPS * cell.yes // cell.base, STEPS - 1) + 1}"
    bar(axes, left, left + width, y, shade, thickness=TALL)
    text = of_panels(cell.yes, cell.base)
    sheet.text(left + width / 2, y, text, role=text_on(shade), align="center")
