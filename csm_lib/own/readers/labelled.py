"""Reading SPSS (.sav, .zsav) and Stata (.dta) files: values as text, with their labels."""

from __future__ import annotations

import datetime
import math
from array import array
from collections.abc import Iterable
from typing import Any

import pyreadstat

from csm_lib.own.readers.grid import Coder, Grid, Refused, number_text, refuse_size

CHUNK = 10_000_000
"""Cells read at a time, each of which is a Python object until it is coded."""


def read_labelled(path: str, form: str) -> list[Grid]:
    """Read an SPSS or a Stata file (`form` ``spss`` or ``stata``)."""
    reader = pyreadstat.read_sav if form == "spss" else pyreadstat.read_dta
    try:
        _, about = reader(path, metadataonly=True, output_format="dict")
        names = [name or "" for name in about.column_names]
        rows = about.number_rows  # None or below 0 where the file does not say
        refuse_size(len(names), max(rows or 0, 0))
        if not names:
            raise Refused("has no columns. Save the returns again.")
        again = sorted({name for name in names if names.count(name) > 1})
        if again:
            raise Refused(f"has two columns named {again[0]!r}. Rename one and save it again.")
        step = max(CHUNK // len(names), 1)
        coders = {name: Coder() for name in names}
        codes = {name: array("i") for name in names}
        done = 0
        while True:
            part, about = reader(
                path, user_missing=True, output_format="dict", row_offset=done, row_limit=step
            )
            count = 0
            for name, values in zip(names, part.values(), strict=True):
                count = len(values)
                codes[name].extend(_coded(values, coders[name]))
            done += count
            refuse_size(len(names), done)
            if count < step or done == rows:
                break
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeError) as reason:
        said = " ".join(str(reason).split())
        raise Refused(
            f"cannot be read ({said}). It may be damaged or of an unknown encoding: save it "
            "again, in Unicode, or as CSV."
        ) from None
    labels = {name: label for name, label in about.column_names_to_labels.items() if label}
    value_labels = {
        name: {_text(code): str(label) for code, label in known.items()}
        for name, known in about.variable_value_labels.items()
        if name in coders
    }
    return [
        Grid(
            "",
            [coders[name].column(codes[name]) for name in names],
            names=names,
            labels=labels,
            value_labels=value_labels,
            missing=_missing(about, coders),
        )
    ]


def _coded(values: Iterable[Any], coder: Coder) -> list[int]:
    """Return the code of each value. Equal values are turned into text once."""
    known: dict[Any, int] = {}
    result = []
    for value in values:
        code = known.get(value)
        if code is None:
            code = known[value] = coder[_text(value)]
        result.append(code)
    return result


def _text(value: Any) -> str:
    """Return a value as a person writes it; empty text where it is missing."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    try:
        return number_text(float(value))
    except (TypeError, ValueError, OverflowError):
        return str(value)


def _missing(about: Any, coders: dict[str, Coder]) -> dict[str, list[str]]:
    """Return the codes that stand for no answer: those named, and those met in a named range."""
    found: dict[str, set[str]] = {}
    for name, codes in about.missing_user_values.items():
        found[name] = {_text(code) for code in codes}
    for name, ranges in about.missing_ranges.items():
        met = found.setdefault(name, set())
        for one in ranges:
            low, high = one["lo"], one["hi"]
            if low == high:
                met.add(_text(low))
            elif isinstance(low, int | float) and name in coders:
                met.update(text for text in coders[name].texts if _within(text, low, high))
    return {name: sorted(codes - {""}) for name, codes in found.items() if name in coders}


def _within(text: str, low: float, high: float) -> bool:
    try:
        return low <= float(text) <= high
    except ValueError:
        return False
