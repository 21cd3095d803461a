"""From returns to the tally: how many gave each answer, of how many who answered.

One algorithm serves every item, year and characteristic. It stays wide: each row of the returns
has a cell (its year and group), each answer a place among an item's answers, and one pass over the
two numbers counts every answer in every cell. Nothing is melted into one row per answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from csm_lib.errors import CollectionError

if TYPE_CHECKING:
    from csm_lib.codebook import Codebook, Item

TALLY = ("item", "label", "section", "year", "answer", "yes", "base", "no_answer", "share")
"""The columns of every tally; groups stand after ``answer``."""

CHARACTERISTICS = ("region", "authority_type")
"""The characteristics of an authority by which a tally can be split."""

NOT_KNOWN = "not known"
"""The group of the authorities whose characteristic is missing."""

Ints = npt.NDArray[np.int64]


def tally(
    returns: pd.DataFrame,
    codebook: Codebook,
    items: Sequence[str],
    *,
    by: Sequence[str] = (),
    years: Sequence[int] | None = None,
) -> pd.DataFrame:
    """Count the answers to some items, by year and by any characteristic.

    Parameters
    ----------
    returns
        Returns as `csm_lib.returns.read_returns` gives them.
    codebook
        The questionnaire they answer.
    items
        Ids of items. A section's are `codebook.section(...)`.
    by
        Columns of the returns to split by, such as ``["region"]``.
    years
        The years to count; every year of the returns if left out.

    Returns
    -------
    DataFrame
        One row is one item in one year (in one group), or, for an item with other answers than
        yes and no, one answer to it. Items in the order given, then years, groups and answers.
        ``yes`` is how many gave the answer, ``base`` how many gave any, ``no_answer`` how many
        were asked and gave none; ``share`` is yes / base, from 0 to 1, missing where nobody
        answered. A year in which an item was not asked, or for which no answers are held, has
        no row. A group in which nobody answered, or nobody was asked, has a row with base 0.
        Authorities whose characteristic is missing make a group of their own, ``not known``.

    Raises
    ------
    CollectionError
        An item, a characteristic or a year is unknown.
    """
    items = [items] if isinstance(items, str) else list(items)
    by = [by] if isinstance(by, str) else list(by)
    for name in by:
        if name not in returns or name in codebook or name == "year" or by.count(name) > 1:
            raise CollectionError(
                f"Returns cannot be split by {name!r}. Name each characteristic once: "
                f"{', '.join(c for c in CHARACTERISTICS if c in returns)}."
            )
    known_years = sorted(returns["year"].unique().tolist())
    years = known_years if years is None else list(dict.fromkeys(years))
    stray = sorted(set(years) - set(codebook.years) - set(known_years))
    if stray:
        raise CollectionError(
            f"There is no year {stray[0]} in these returns. Years: "
            f"{', '.join(map(str, known_years))}."
        )
    years = [year for year in years if year in known_years]

    # groups come from all the returns, so that a group silent in one year keeps its row
    characteristics = [_known(returns[name]) for name in by]
    levels = [sorted(values.unique()) for values in characteristics]
    cells = pd.MultiIndex.from_product([years, *levels], names=["year", *by])
    if len(years) < len(known_years):
        kept = returns["year"].isin(years)
        returns, characteristics = returns[kept], [values[kept] for values in characteristics]
    cell = _places(returns["year"], years)
    for values, level in zip(characteristics, levels, strict=True):
        cell = cell * len(level) + _places(values, level)

    asked = [codebook[name] for name in items]
    counts = [_count(returns, item, cell, cells) for item in asked]
    number = np.repeat(np.arange(len(asked)), [len(rows) for rows in counts])
    at, answer, yes, base, no_answer = np.concatenate([np.empty((0, 5), np.int64), *counts]).T
    frame = pd.DataFrame(
        {
            "item": pd.Index([item.item for item in asked], dtype="str").take(number),
            "label": pd.Index([item.label for item in asked], dtype="str").take(number),
            "section": pd.Index([item.section for item in asked], dtype="str").take(number),
            "year": cells.get_level_values("year").take(at),
            "answer": [asked[n].counted[a] for n, a in zip(number, answer, strict=True)],
            **{name: cells.get_level_values(name).take(at) for name in by},
            "yes": yes,
            "base": base,
            "no_answer": no_answer,
        }
    )
    frame["share"] = frame["yes"] / frame["base"]  # 0 / 0 is missing
    return frame


def changes(rows: pd.DataFrame) -> pd.DataFrame:
    """Set the first and the last year of a tally side by side.

    Parameters
    ----------
    rows
        A tally without groups, of any number of years.

    Returns
    -------
    DataFrame
        One row is an item and answer with a share in the first and in the last of the years in
        which any row has one; a row that is withheld has none. Columns: ``item, label, section,
        answer, from_yes, from_base, to_yes, to_base``, ``change`` (difference of the shares, as
        a proportion: 0.01 is one percentage point) and ``direction`` (1 rose, 0 same, -1 fell).
        Made from counts, so a change that rounding would hide or make up is seen as it is.

    Raises
    ------
    CollectionError
        The tally has groups.
    """
    key = ["item", "label", "section", "answer"]
    if rows.duplicated([*key, "year"]).any():
        raise CollectionError("Changes are told of a tally without groups; this one has groups.")
    held = rows[(rows["base"] > 0).fillna(value=False) & rows["yes"].notna()]
    held = held.astype({"yes": "int64", "base": "int64"})
    first, last = held["year"].min(), held["year"].max()
    sides = [
        held.loc[held["year"] == year, [*key, "yes", "base"]].rename(
            columns={"yes": f"{name}_yes", "base": f"{name}_base"}
        )
        for year, name in ((first, "from"), (last, "to"))
    ]
    both: pd.DataFrame = sides[0].merge(sides[1], on=key, how="inner")
    if first == last:
        both = both.iloc[:0]
    cross = both["to_yes"] * both["from_base"] - both["from_yes"] * both["to_base"]
    both["change"] = cross / (both["from_base"] * both["to_base"])
    both["direction"] = cross.map(lambda value: (value > 0) - (value < 0)).astype("int64")
    return both


def _count(returns: pd.DataFrame, item: Item, cell: Ints, cells: pd.MultiIndex) -> Ints:
    """Count the answers to one item in every cell.

    Returns
    -------
    array
        One row is a cell of a year for which answers are held, and one of the answers counted:
        the number of the cell, of the answer, how many gave it, how many gave any, how many none.
    """
    values = [True, False] if item.response == "yes_no" else list(item.answers)
    place = _places(returns[item.item], values) + 1  # 0: no answer
    if item.asked_if is not None:
        asked = returns[item.asked_if].fillna(False).to_numpy(dtype=bool)
        cell, place = cell[asked], place[asked]
    width = len(values) + 1
    table = np.bincount(cell * width + place, minlength=len(cells) * width).reshape(-1, width)
    held = np.flatnonzero(cells.get_level_values("year").isin(item.held))
    answers = len(item.counted)  # the first so many of all answers
    yes = table[held, 1 : 1 + answers]
    base, no_answer = table[held, 1:].sum(axis=1), table[held, 0]
    return np.column_stack(
        [
            np.repeat(held, answers),
            np.tile(np.arange(answers), len(held)),
            yes.ravel(),
            np.repeat(base, answers),
            np.repeat(no_answer, answers),
        ]
    )


def _known(values: pd.Series) -> pd.Series:
    """Return a characteristic with a name where it is missing."""
    if isinstance(values.dtype, pd.CategoricalDtype) and NOT_KNOWN not in values.cat.categories:
        values = values.cat.add_categories([NOT_KNOWN])
    return values.fillna(NOT_KNOWN)


def _places(values: pd.Series, known: Sequence[object]) -> Ints:
    """Return the place of each value among the known ones; -1 where it is missing."""
    if isinstance(values.dtype, pd.CategoricalDtype):  # as many codes as rows, and no text
        codes = values.cat.set_categories(list(known)).cat.codes.to_numpy()
    elif isinstance(values.dtype, pd.StringDtype):  # in a sixth of the time of a Categorical
        texts, among = pa.array(values, pa.large_string()), pa.array(known, pa.large_string())
        codes = pc.index_in(texts, among).fill_null(-1).to_numpy(zero_copy_only=False)
    else:
        codes = pd.Categorical(values, categories=list(known)).codes
    return codes.astype(np.int64)
