"""A table as text: what a file holds, and where in it each cell stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

Rows = npt.NDArray[np.int64]
Progress = Callable[[str], None]
"""Told, in words, what is being done."""


@dataclass(frozen=True)
class Raw:
    """A table read as text, with the place of every cell in its file.

    Attributes
    ----------
    path
        The file.
    frame
        One row is one row of the file that holds anything. Every column is categorical, its
        categories text; missing means an empty cell. Two columns of a file may have one name.
    rows
        By column of `frame`: the row of each cell in its file, from 1. The line where a record
        begins in a text file, the row in Excel, the case in other formats.
    sheets
        By column of `frame`: the sheet, or the sheet of each cell; empty where there are none.
    names
        By column of `frame`: its name in the file.
    labels, value_labels, missing
        By column of the file, where it says so (.sav, .dta): what the variable is called, what
        its codes mean, and which codes stand for no answer.
    notices
        What a reader must know of how the file was read: each goes on after the name of the file
        and a colon.
    """

    path: Path
    frame: pd.DataFrame
    rows: Mapping[str, Rows]
    sheets: Mapping[str, str | npt.NDArray[np.object_]]
    names: Mapping[str, str]
    labels: Mapping[str, str] = field(default_factory=dict)
    value_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    missing: Mapping[str, frozenset[str]] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
