"""From returns to the tally: how many gave each answer, of how many who answered.

One expression serves every item, year and characteristic, and every engine of frames: whether an
answer was given is a column of ones and noughts, and one grouped sum of all of them is the tally.
It is written in narwhals, so whoever holds the rows counts them, a data frame in memory, a lazy
one or a database, and only the counts are collected.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from csm_lib.errors import CollectionError

if TYPE_CHECKING:
    from narwhals.stable.v2.typing import IntoFrame

    from csm_lib.codebook import Codebook, Item

TALLY = ("item", "label", "section", "year", "answer", "yes", "base", "no_answer", "share")
"""The columns of every tally; groups stand after ``answer``."""

CHARACTERISTICS = ("region", "authority_type")
"""The characteristics of an authority by which a tally can be split."""

NOT_KNOWN = "not known"
"""The group of the authorities whose characteristic is missing."""

Cell = tuple[Any, ...]
Counts = dict[Cell, Counter[Any]]
"""How many gave each answer, by year and characteristics."""


def tally(
    returns: IntoFrame,
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
        Returns as `csm_lib.returns.read_returns` gives them, or the same columns in any frame
        that narwhals knows: of Polars (eager or lazy), DuckDB, PyArrow, Ibis or Spark. A yes/no
        item is true and false, or the words ``yes`` and ``no``.
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

    Examples
    --------
    >>> import duckdb
    >>> from csm_lib.collection import open_collection
    >>> trusts = open_collection()
    >>> rows = tally(duckdb.from_df(trusts.returns), trusts.codebook, ["board.police"])
    >>> rows[["year", "yes", "base"]].to_dict("list")
    {'year': [2008, 2009], 'yes': [74, 73], 'base': [74, 74]}
    """
    items = [items] if isinstance(items, str) else list(items)
    by = [by] if isinstance(by, str) else list(by)
    asked = [codebook[name] for name in items]
    frame = nw.from_native(returns)
    columns = frame.collect_schema().names()
    for name in by:
        if name not in columns or name in codebook or name == "year" or by.count(name) > 1:
            raise CollectionError(
                f"Returns cannot be split by {name!r}. Name each characteristic once: "
                f"{', '.join(c for c in CHARACTERISTICS if c in columns)}."
            )
    counts = _count(frame, codebook, asked, by)
    # years and groups are those of all returns: a group silent in one year keeps its row
    known_years, *levels = (sorted({cell[n] for cell in counts}) for n in range(1 + len(by)))
    years = known_years if years is None else list(dict.fromkeys(years))
    stray = sorted(set(years) - set(codebook.years) - set(known_years))
    if stray:
        raise CollectionError(
            f"There is no year {stray[0]} in these returns. Years: "
            f"{', '.join(map(str, known_years))}."
        )
    cells = list(product([year for year in years if year in known_years], *levels))
    names = [*TALLY[:5], *by, *TALLY[5:8]]
    kinds = dict.fromkeys(names, "str") | dict.fromkeys(["year", *TALLY[5:8]], "int64")
    kinds |= {name: pd.Index(level).dtype for name, level in zip(by, levels, strict=True)}
    rows = pd.DataFrame(_rows(asked, cells, counts), columns=names).astype(kinds)
    rows["share"] = rows["yes"] / rows["base"]  # 0 / 0 is missing
    return rows


def changes(rows: pd.DataFrame) -> pd.DataFrame:
    """Set the first and the last year of a tally side by side.

    Parameters
    ----------
    rows
        A tally without groups, of any number of years; one with groups is a CollectionError.

    Returns
    -------
    DataFrame
        One row is an item and answer with a share in the first and in the last of the years in
        which any row has one; a row that is withheld has none. Columns: ``item, label, section,
        answer, from_yes, from_base, to_yes, to_base``, ``change`` (difference of the shares, as
        a proportion: 0.01 is one percentage point) and ``direction`` (1 rose, 0 same, -1 fell).
        Made from counts, so a change that rounding would hide or make up is seen as it is.
    """
    key = ["item", "label", "section", "answer"]
    if rows.duplicated([*key, "year"]).any():
        raise CollectionError("Changes are told of a tally without groups; this one has groups.")
    held = rows[rows["base"].gt(0) & rows["yes"].notna()]
    first, last = held["year"].min(), held["year"].max()
    sides = held.set_index(key)[["yes", "base"]].astype("int64")
    start = sides[(held["year"] == first).to_numpy()].add_prefix("from_").reset_index()
    end = sides[((held["year"] == last) & (first < last)).to_numpy()].add_prefix("to_")
    both: pd.DataFrame = start.merge(end.reset_index(), on=key)
    cross = both["to_yes"] * both["from_base"] - both["from_yes"] * both["to_base"]
    both["change"] = cross / (both["from_base"] * both["to_base"])
    both["direction"] = np.sign(cross)
    return both


def _count(
    frame: nw.DataFrame[Any] | nw.LazyFrame[Any],
    codebook: Codebook,
    asked: Sequence[Item],
    by: Sequence[str],
) -> Counts:
    """Count every answer in every cell that has returns, in one query."""
    columns = frame.collect_schema()

    def gave(item: Item, answer: str) -> nw.Expr:
        column, kind = nw.col(item.item), columns[item.item]
        if item.response == "yes_no" and kind == nw.Boolean:
            return column if answer == "yes" else ~column
        words = item.response != "yes_no" or kind in (nw.String, nw.Categorical, nw.Enum)
        return column == (answer if words else answer == "yes")

    hits: dict[Any, nw.Expr] = {}
    for item in asked:
        given = {answer: gave(item, answer) for answer in item.answers}
        if item.asked_if is not None:
            opened = hits[item.asked_if] = gave(codebook[item.asked_if], "yes")
            given = {answer: hit & opened for answer, hit in given.items()}
        hits.update(((item.item, answer), hit) for answer, hit in given.items())
    if isinstance(frame, nw.LazyFrame):  # not every database sums true and false
        hits = {key: hit.cast(nw.Int64) for key, hit in hits.items()}
    named = {f"hit {number}": hit for number, hit in enumerate(hits.values())}
    with warnings.catch_warnings():  # pandas warns of what has many columns
        warnings.simplefilter("ignore", pd.errors.PerformanceWarning)
        groups = frame.select("year", *by, **named).group_by("year", *by)
        counted = groups.agg(nw.len().alias("hit"), nw.col(*named).sum()).lazy().collect()
    counts: Counts = {}
    for row in counted.rows():
        cell = tuple(NOT_KNOWN if pd.isna(value) else value for value in row[: 1 + len(by)])
        found = dict(zip([None, *hits], map(int, row[1 + len(by) :]), strict=True))
        counts.setdefault(cell, Counter()).update(found)
    return counts


def _rows(asked: Sequence[Item], cells: Sequence[Cell], counts: Counts) -> Iterator[Cell]:
    """Give the rows of a tally, without the share."""
    for item in asked:
        for year, *group in cells:
            if year not in item.held:
                continue
            found = counts.get((year, *group), Counter())
            base = sum(found[item.item, answer] for answer in item.answers)
            for answer in item.counted:
                yes, blank = found[item.item, answer], found[item.asked_if] - base
                yield (item.item, item.label, item.section, year, answer, *group, yes, base, blank)
