"""The published figures: each as it stands in print, with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from csm_lib.codebook import did_you_mean
from csm_lib.errors import PublishedError
from csm_lib.files import lines_of, read_text, report, require_columns

if TYPE_CHECKING:
    from csm_lib.codebook import Codebook

COLUMNS = (
    "figure", "item", "year", "answer", "statistic", "printed", "value", "unit", "numerator",
    "base", "block", "place",
)  # fmt: skip
STATISTICS = (
    "share", "change", "no_response", "not_stated", "absent", "excluded", "count", "rose", "fell",
    "same", "date",
)  # fmt: skip
"""What a figure is; ``not_stated`` is on the Board at no stated level, ``absent`` not on it."""
UNITS = ("percent", "points", "count", "year")
CHARACTERISTICS = ("region", "authority_type")


def read_published(path: str | Path, codebook: Codebook) -> pd.DataFrame:
    """Read the published figures from CSV: one row is one figure as it stands in print.

    Parameters
    ----------
    path
        A UTF-8 CSV file with the columns of `COLUMNS`. ``printed`` is the figure as printed,
        ``value`` the number it states (100 for "all"), ``numerator`` and ``base`` what is
        printed beside it. Figures with the same ``block`` are taken to rest on one base.
        ``item`` is an item or a section of the codebook, ``sample`` (the authorities
        answering), ``collection`` (the exercise itself) or one of `CHARACTERISTICS`.

    Returns
    -------
    DataFrame
        As the file; ``year, value, numerator, base`` are nullable integers, the rest is text,
        empty where nothing is given.

    Raises
    ------
    PublishedError
        The file is missing or unreadable, or rows are not as they must be: every fault with its
        line, column, value and remedy.
    """
    path = Path(path)
    raw = read_text(path, PublishedError)
    require_columns(raw, COLUMNS, path, PublishedError)
    faults: list[str] = []
    lines: dict[str, int] = {}
    for line, row in lines_of(raw):
        first = lines.setdefault(row["figure"], line)
        if first != line:
            fault = (
                f"column 'figure' holds {row['figure']!r}, as line {first} does. "
                "Give each figure an id of its own."
            )
        else:
            fault = _number_fault(row) or _item_fault(row, codebook)
        if fault:
            faults.append(f"line {line}: {fault}")
    if faults:
        raise PublishedError(report(path, faults))
    numbers = {
        name: pd.to_numeric(raw[name].where(raw[name] != "")).astype("Int64")
        for name in ("year", "value", "numerator", "base")
    }
    return raw.assign(**numbers)[list(COLUMNS)].reset_index(drop=True)


def _number_fault(row: Mapping[str, str]) -> str:
    """Return what is wrong with the figure of a row, and its remedy; nothing where nothing is."""
    if not row["figure"]:
        return "column 'figure' is empty. Give each figure an id."
    for name, form in (("value", r"-?\d{1,9}"), ("year", r"\d{0,4}"), ("numerator", r"\d{0,9}"),
                       ("base", r"\d{0,9}")):  # fmt: skip
        if not re.fullmatch(form, row[name], re.ASCII):
            return f"column {name!r} holds {row[name]!r}. Write a whole number."
    for name, known in (("statistic", STATISTICS), ("unit", UNITS)):
        if row[name] not in known:
            return f"column {name!r} holds {row[name]!r}. Use one of {', '.join(known)}."
    printed, value = row["printed"], int(row["value"])
    digits = re.fullmatch(r"(-?\d+)(\.\d+)?%?", printed, re.ASCII)
    if digits and digits[2]:
        return f"column 'printed' holds {printed!r}. Only whole numbers can be recorded."
    if digits and int(digits[1]) != value:
        return f"{printed!r} is printed, but 'value' is {value}. Correct one of them."
    if value < 0 and row["unit"] != "points":
        return f"column 'value' holds {value}. Only a change in points may be below 0."
    if row["statistic"] == "share" and (row["unit"] != "percent" or value > 100):
        return f"a share of {value} {row['unit']}. Give it in percent, from 0 to 100."
    if row["base"] and int(row["base"]) == 0:
        return "column 'base' holds 0. Leave it empty where no base is printed."
    if row["numerator"] and (not row["base"] or int(row["numerator"]) > int(row["base"])):
        return (
            f"{row['numerator']} of {row['base'] or 'no base'}: a numerator needs a base of at "
            "least its size. Correct 'numerator' or 'base'."
        )
    return ""


def _item_fault(row: Mapping[str, str], codebook: Codebook) -> str:
    """Return what is wrong with what a row speaks of, and its remedy."""
    if row["item"] not in codebook:
        known = ("sample", "collection", *CHARACTERISTICS, *codebook.sections)
        if row["item"] in known:
            return ""
        return (
            f"column 'item' holds {row['item']!r}, which is not in the codebook. Add it there, or "
            f"correct the id.{did_you_mean(row['item'], [*known, *codebook])}"
        )
    if row["statistic"] != "share":
        return ""
    item = codebook[row["item"]]
    if row["answer"] not in item.counted:
        return (
            f"column 'answer' holds {row['answer']!r}, which is no answer to {item.item!r}. Use "
            f"one of {', '.join(item.counted)}."
        )
    if int(row["year"] or 0) not in item.held:
        return (
            f"column 'year' holds {row['year']!r}, of which {item.item!r} has no answers. Correct "
            f"it, or the item's years; now it has {', '.join(map(str, item.held)) or 'none'}."
        )
    return ""


def stated_sample(published: pd.DataFrame) -> int:
    """Return how many authorities answered; a `PublishedError` where no figure says so."""
    number = value_of(published, "sample.authorities")
    if not number:
        raise PublishedError(
            "No published figure says how many authorities answered. Add the figure "
            "'sample.authorities', in the unit count."
        )
    return number


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of published figures by column; an empty number is ``None``."""
    plain = table.astype(object).where(table.notna(), None)
    return [{str(name): cell for name, cell in row.items()} for row in plain.to_dict("records")]


def by_item_and_year(shares: pd.DataFrame) -> Iterator[tuple[str, int, pd.DataFrame]]:
    """Yield each item and year with its rows; what speaks of no year is left out."""
    for (item, year), cells in shares.groupby(["item", "year"], sort=False):
        yield str(item), int(str(year)), cells


def values_of(published: pd.DataFrame) -> dict[tuple[str, int | None, str], int]:
    """Return the value printed for each item, year and statistic."""
    rows = rows_of(published)
    return {(row["item"], row["year"], row["statistic"]): row["value"] for row in rows}


def value_of(published: pd.DataFrame, figure: str) -> int | None:
    """Return the value of a figure; ``None`` where it is not published."""
    values = published.loc[published["figure"] == figure, "value"].tolist()
    return values[0] if values else None
