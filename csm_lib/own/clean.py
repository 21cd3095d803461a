"""Returns that are in the clean form already: read column by column, and laid out for the rules.

Of a file that is not, nothing is told here: it is read with care, and each fault with its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csm_lib.errors import ReturnsError
from csm_lib.own.child import MAX_CELLS, MAX_COLUMNS
from csm_lib.own.read import form_of
from csm_lib.own.rules import Laid
from csm_lib.returns import IDENTIFIERS, clean_rules, regular_text

if TYPE_CHECKING:
    from csm_lib.codebook import Codebook

CELL = ["file", "sheet", "row", "record", "unit", "year"]
OF_CELL = ["column", "item", "text", "value", "explained", "fits", "held", "closed"]


class Clean(Laid):
    """Returns in the clean form, laid out. All answers fit, so no rule looks at their cells."""

    def of(self, item: str) -> pd.DataFrame:
        """Return the filled cells of an identifier."""
        if item not in {*IDENTIFIERS} & {*self.columns["item"]}:
            return self.cells
        texts = self.records["year_text" if item == "year" else item]
        cells = self.records[CELL].assign(column=item, item=item, text=texts, value=texts)
        return cells[texts != ""]


def clean_text(path: Path, codebook: Codebook, frame: pd.DataFrame | None) -> pd.DataFrame | None:
    """Return the text of a file if all of it is in the clean form, and else ``None``."""
    try:
        text = regular_text(path, codebook) if form_of(path) == "text" else None
    except (ReturnsError, OSError):  # who reads with care says so
        text = None
    if text is None or text.shape[1] > MAX_COLUMNS or text.shape[1] * (len(text) + 1) > MAX_CELLS:
        return None
    closed = [n for n, item in codebook.items() if n in text and item.asked_if not in {None, *text}]
    wrong = any(cells.any() for _, cells, _ in clean_rules(text, codebook, frame))
    return None if wrong or (text[closed] != "").any(axis=None) else text


def laid_out(
    path: Path, text: pd.DataFrame, codebook: Codebook, known: Mapping[str, list[str]]
) -> Clean:
    """Lay the text of a clean file out for the rules."""
    place, at = {"file": path.name, "sheet": ""}, np.arange(len(text))
    columns = pd.DataFrame({**place, "column": [*text], "item": [*text]})
    columns = columns.assign(coded=False, blank_no=False)
    records = text.reindex(columns=[*IDENTIFIERS], fill_value="").set_index(at)
    records = records.assign(
        **place, row=text.index, record=at, unit=at, turn=0, kind="",
        year_text=records["year"], year=records["year"].astype("int64"),
    )  # fmt: skip
    names = [name for name in codebook if name in text]
    grid = text[names].set_index(at)
    held = {name: records["year"].isin(codebook[name].held) for name in names}
    asked = pd.DataFrame(held, index=at)
    for name in names:
        opener = codebook[name].asked_if
        if opener is not None:
            asked[name] &= grid[opener] == "yes" if opener in grid else False
    cells = pd.DataFrame(columns=[*CELL, *OF_CELL])
    return Clean(codebook, cells, records, columns, grid, asked, known)
