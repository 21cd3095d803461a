"""The published figures: each as it stands in print, with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from csm_lib.codebook import did_you_mean
from csm_lib.errors import PublishedError
from csm_lib.files import Rule, filled, one_of, read_text, require_cells, require_columns, unique

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
WHOLE = {
    "year": "[0-9]{0,4}",
    "value": "-?[0-9]{1,9}",
    "numerator": "[0-9]{0,9}",
    "base": "([1-9][0-9]{0,8})?",
}
"""The columns of whole numbers, and how each is written; all but ``value`` may be empty."""
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
    whole = {name: raw[name].str.fullmatch(form) for name, form in WHOLE.items()}
    number = {
        name: pd.to_numeric(raw[name].where(whole[name]), errors="coerce").astype("Int64")
        for name in WHOLE
    }
    value, numerator, base = number["value"], number["numerator"], number["base"]
    printed = raw["printed"].str.extract(r"^(-?[0-9.]+)%?$")[0]
    another = printed.notna() & (printed != raw["value"])
    share = raw["statistic"] == "share"
    rules = [
        *filled(raw, "figure"),
        unique(raw, "figure"),
        *((name, ~whole[name], "is no whole number for this column. Write one.") for name in WHOLE),
        one_of(raw, "statistic", STATISTICS),
        one_of(raw, "unit", UNITS),
        ("unit", share & (raw["unit"] != "percent"), "is no unit of a share. Use percent."),
        ("value", (value > 100) & share, "is no share. Give one from 0 to 100."),
        ("value", (value < 0) & (raw["unit"] != "points"), "is below 0, as only points may be."),
        ("value", another, "is not as printed. Correct it, or 'printed'."),
        ("numerator", numerator.notna() & base.isna(), "has no base. Add it."),
        ("numerator", numerator > base, "is above its base. Correct one of them."),
        *_item_rules(raw, share, codebook),
    ]
    require_cells(raw, rules, path, PublishedError)
    return raw.assign(**number)[list(COLUMNS)].reset_index(drop=True)


def _item_rules(raw: pd.DataFrame, share: pd.Series[bool], codebook: Codebook) -> Iterator[Rule]:
    """Yield the rules for what a figure speaks of."""
    known = [*codebook, *codebook.sections, "sample", "collection", *CHARACTERISTICS]

    def unknown(row: Mapping[str, str]) -> str:
        return f"is not in the codebook.{did_you_mean(row['item'], known)} Add it, or correct it."

    def not_held(row: Mapping[str, str]) -> str:
        item = codebook[row["item"]]
        held = ", ".join([*item.counted, *map(str, item.held)])
        return f"is not held of {item.item!r} (held are {held}). Correct it, or the codebook."

    yield "item", ~raw["item"].isin(known), unknown
    share = share & raw["item"].isin(list(codebook))
    answers = [(name, answer) for name, item in codebook.items() for answer in item.counted]
    years = [(name, str(year)) for name, item in codebook.items() for year in item.held]
    for column, pairs in (("answer", answers), ("year", years)):
        yield column, share & ~pd.MultiIndex.from_frame(raw[["item", column]]).isin(pairs), not_held


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


def value_of(published: pd.DataFrame, figure: str) -> int | None:
    """Return the value of a figure; ``None`` where it is not published."""
    values = published.loc[published["figure"] == figure, "value"].tolist()
    return values[0] if values else None
