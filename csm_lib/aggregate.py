"""From returns to the tally: how many gave each answer, of how many who answered.

One expression serves every item, year and characteristic, and every engine of frames: whether an
answer was given is a column of ones and noughts, and one grouped sum of all of them is the tally.
It is written in narwhals, so whoever holds the rows counts them, a data frame in memory, a lazy
one or a database, and only the counts are collected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from csm_lib.codebook import ANSWERS, Codebook
from csm_lib.errors import CollectionError

if TYPE_CHECKING:
    import numpy.typing as npt
    from narwhals.stable.v2.typing import IntoFrame

    from csm_lib.codebook import Item

TALLY = ("item", "label", "section", "year", "answer", "yes", "base", "no_answer", "share")
"""The columns of every tally; groups stand after ``answer``."""

SUMMARY: Mapping[str, float | None] = {
    "mean": None, "median": 0.5, "lower_quartile": 0.25, "upper_quartile": 0.75,
}  # fmt: skip
"""What `numbers` tells, and of which part of the answers it is the quantile."""

CHARACTERISTICS = ("region", "authority_type")
"""The characteristics of an authority by which a tally can be split."""

NOT_KNOWN = "not known"
"""The group of the authorities whose characteristic is missing."""

Cell = tuple[Any, ...]
Found = dict[Any, int]
Counts = dict[Cell, Counter[Any]]
"""How many gave each answer, by year and characteristics."""

BINS = 1 << 16
"""So many sums are kept at once in memory: numbers below it take two bytes."""


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
        What to split by: columns of the returns, such as ``["region"]``, or items that have
        answers to choose from. The groups of an item are called by the labels of its answers.
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
        An item, a characteristic or a year is unknown, or an item is answered by a number: see
        `numbers`.

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
    for item in asked:
        if item.is_number:
            raise CollectionError(
                f"{item.item!r} is answered by a number, so there is no answer to count. Its mean, "
                f"median and quartiles: numbers({item.item!r})"
            )
    frame = nw.from_native(returns)
    columns = frame.collect_schema().names()
    for name in by:
        number = name in codebook and codebook[name].is_number
        if name not in columns or number or name == "year" or by.count(name) > 1:
            splits = [c for c in (*CHARACTERISTICS, *codebook.characteristics) if c in columns]
            raise CollectionError(
                f"Returns cannot be split by {name!r}. Name each characteristic once: "
                f"{', '.join(splits)}."
            )
    pandas = frame.implementation.is_pandas()
    count: Callable[..., Iterator[tuple[Cell, Found]]] = _held if pandas else _queried
    called = [{}, *(codebook[name].groups if name in codebook else {} for name in by)]
    counts: Counts = {}
    for cell, numbers in count(frame.to_native(), codebook, asked, by):
        given = (NOT_KNOWN if bool(pd.isna(value)) else value for value in cell)
        known = tuple(names.get(value, value) for names, value in zip(called, given, strict=True))
        counts.setdefault(known, Counter()).update(numbers)
    # years and groups are those of all returns: a group silent in one year keeps its row
    known_years, *levels = (
        in_order({cell[n] for cell in counts}, names.values()) for n, names in enumerate(called)
    )
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


def numbers(
    returns: IntoFrame,
    codebook: Codebook,
    items: Sequence[str],
    *,
    by: Sequence[str] = (),
    years: Sequence[int] | None = None,
) -> pd.DataFrame:
    """Sum up the answers to items that are answered by a number, by year and any characteristic.

    Parameters
    ----------
    returns, codebook, by, years
        As for `tally`.
    items
        Ids of items that are answered by a number.

    Returns
    -------
    DataFrame
        One row is one item in one year (in one group), in the order of a `tally`: ``item, label,
        section, year``, the groups, ``base`` (how many gave a number), ``no_answer`` (how many
        were asked and gave none), ``mean``, ``median``, ``lower_quartile`` and
        ``upper_quartile``, in the unit of the question; missing where nobody answered.
        ``dominance`` is what part of the sum of all numbers, taken without their signs, the
        largest makes up, from 0 to 1: by it `csm_lib.disclosure.protect_numbers` knows a mean
        that tells of one respondent.

    Raises
    ------
    CollectionError
        As for `tally`; or an item is not answered by a number.

    Notes
    -----
    A quantile is the one that spreadsheets (``QUARTILE.INC``), pandas and R give by default, the
    seventh of Hyndman and Fan (1996): of n numbers in order that of the part p is the one at place
    1 + p (n - 1), counted from 1; between two places it lies on the straight line that joins them.
    """
    items = [items] if isinstance(items, str) else list(items)
    by = [by] if isinstance(by, str) else list(by)
    for name in items:
        if not codebook[name].is_number:
            raise CollectionError(
                f"{name!r} is not answered by a number. How often each answer was given: "
                f"tally({name!r})"
            )
    rows = tally(*answered(returns, codebook), items, by=by, years=years)
    rows = rows.drop(columns=["answer", "yes", "share"])
    key = ["item", "year", *by]
    given = _given(returns, codebook, items, by)
    grouped = given.groupby(key)["number"]
    found = {
        name: grouped.mean() if part is None else grouped.quantile(part)
        for name, part in SUMMARY.items()
    }
    sizes = given.assign(size=given["number"].abs()).groupby(key)["size"]
    found["dominance"] = sizes.max() / sizes.sum()
    summed: pd.DataFrame = rows.join(pd.DataFrame(found, dtype="float64"), on=key)
    return summed


def answered(returns: IntoFrame, codebook: Codebook) -> tuple[Any, Codebook]:
    """Return returns in which a number stands for yes, and the codebook to count them by."""
    asked = {
        name: replace(item, response="yes_no", answers=ANSWERS["yes_no"])
        for name, item in codebook.items()
        if item.is_number
    }
    frame = nw.from_native(returns)
    known = [name for name in asked if name in frame.collect_schema().names()]
    given = [nw.when(~nw.col(name).is_null()).then(nw.lit(True)).alias(name) for name in known]
    counted = frame.with_columns(*given).to_native()
    return counted, Codebook({**codebook, **asked}, codebook.path, codebook.headings)


def in_order(groups: Iterable[Any], answers: Iterable[str]) -> list[Any]:
    """Return groups in the order of the answers that they are called by; others sorted, behind."""
    places = {answer: place for place, answer in enumerate(dict.fromkeys(answers))}
    return sorted(groups, key=lambda group: (places.get(group, len(places)), group))


def _given(
    returns: IntoFrame, codebook: Codebook, items: Sequence[str], by: Sequence[str]
) -> pd.DataFrame:
    """Return the numbers that were given where they were asked for: one row is one of them."""
    asked = [codebook[name] for name in dict.fromkeys(items)]
    openers = dict.fromkeys(item.asked_if for item in asked if item.asked_if)
    numbers = [nw.col(item.item).cast(nw.Float64) for item in asked]
    frame = nw.from_native(returns).select("year", *by, *openers, *numbers)
    held = frame.lazy().collect().to_pandas()
    for item in asked:
        if item.asked_if is not None:
            opened = held[item.asked_if].astype("object").isin([True, "yes"])
            held[item.item] = held[item.item].where(opened)
    for name in by:
        held[name] = held[name].astype("object").where(held[name].notna(), NOT_KNOWN)
        held[name] = held[name].replace(codebook[name].groups if name in codebook else {})
    names = [item.item for item in asked]
    long = held.melt(["year", *by], names, var_name="item", value_name="number")
    return long.astype({"number": "float64"}).dropna(subset="number")


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


def _queried(
    returns: Any, codebook: Codebook, asked: Sequence[Item], by: Sequence[str]
) -> Iterator[tuple[Cell, Found]]:
    """Count every answer in every cell that has returns, in one query."""
    frame = nw.from_native(returns)
    columns = frame.collect_schema()
    quote = "`" if frame.implementation.is_spark_like() else ""  # else a dot parts a name for it

    def gave(item: Item, answer: str) -> nw.Expr:
        column, kind = nw.col(f"{quote}{item.item}{quote}"), columns[item.item]
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
    # not every database sums true and false
    named = {f"hit {number}": hit.cast(nw.Int64) for number, hit in enumerate(hits.values())}
    key = {
        f"key {number}": nw.col(f"{quote}{name}{quote}")
        for number, name in enumerate(["year", *by])
    }
    groups = frame.lazy().select(**key, **named).group_by(*key)
    counted = groups.agg(nw.len().alias("hit"), *(nw.col(name).sum() for name in named))
    # Polars holds all rows at once if it is not told to stream them
    how: dict[str, Any] = {"engine": "streaming"} if counted.implementation.is_polars() else {}
    for row in counted.collect(**how).rows():
        cell, sums = row[: len(key)], map(int, row[len(key) :])
        yield cell, dict(zip([None, *hits], sums, strict=True))


def _held(
    returns: pd.DataFrame, codebook: Codebook, asked: Sequence[Item], by: Sequence[str]
) -> Iterator[tuple[Cell, Found]]:
    """Count the same in memory: answers are small numbers, and each batch of them one number."""
    place = np.zeros(len(returns), np.intp)
    cells: list[Cell] = [()]
    for name in ("year", *by):
        numbers, values = pd.factorize(returns[name], use_na_sentinel=False)
        place = place * len(values) + numbers
        cells = [(*cell, value) for cell in cells for value in values]
    needed = dict.fromkeys(name for item in asked for name in (item.item, item.asked_if) if name)
    codes = {name: _codes(returns[name], codebook[name]) for name in needed}
    columns: dict[Cell, npt.NDArray[Any]] = {(None,): np.ones(len(returns), bool)}
    for item in asked:
        given = codes[item.item]
        if item.asked_if is not None:
            opened = columns[item.asked_if,] = codes[item.asked_if] == 1
            given = given * opened
        columns[tuple((item.item, answer) for answer in item.answers)] = given
    found: list[Found] = [{} for _ in cells]
    widest = len(cells) * (1 + max(map(len, columns)))
    place = place.astype(np.uint16 if widest <= BINS else np.intp)
    waiting = list(columns.items())
    while waiting:
        batch: list[Cell] = []
        sizes, joint = [len(cells)], place
        while waiting and (not batch or prod(sizes) * (1 + len(waiting[-1][0])) <= BINS):
            keys, given = waiting.pop()
            batch.append(keys)
            sizes.append(1 + len(keys))
            joint = joint * sizes[-1] + given
        table = np.bincount(joint, minlength=prod(sizes)).reshape(sizes)
        for axis, keys in enumerate(batch, 1):
            others = tuple({*range(1, len(sizes))} - {axis})
            for cell, row in zip(found, table.sum(axis=others).tolist(), strict=True):
                cell.update(zip(keys, row[1:], strict=True))
    return zip(cells, found, strict=True)


def _codes(column: pd.Series, item: Item) -> npt.NDArray[Any]:
    """Number each answer by its place among those of the item, from 1; anything else is 0."""
    numbers: dict[Any, int] = {answer: number for number, answer in enumerate(item.answers, 1)}
    if item.response == "yes_no":
        numbers |= {True: 1, False: 2}
        if pd.api.types.is_bool_dtype(column.dtype):
            given = column.notna().to_numpy()
            return (2 - (column & given).to_numpy(bool).view(np.uint8)) * given
    if getattr(column.dtype, "storage", "") == "pyarrow" and len(numbers) < 8:  # of more: dearer
        import pyarrow as pa
        import pyarrow.compute as pc

        words = pa.array(column)
        hits = (pc.and_kleene(pc.equal(words, answer), words.is_valid()) for answer in item.answers)
        found = (number * hit.cast("uint8").to_numpy() for number, hit in enumerate(hits, 1))
        return sum(found, np.zeros(len(column), np.uint8))
    if isinstance(column.dtype, pd.CategoricalDtype):
        places, values = column.cat.codes.to_numpy(), column.cat.categories
    else:
        places, values = pd.factorize(column)
    kind = np.min_scalar_type(len(numbers))  # a place of -1, the last, is a missing value
    return np.array([*(numbers.get(value, 0) for value in values), 0], kind)[places]


def _rows(asked: Sequence[Item], cells: Sequence[Cell], counts: Counts) -> Iterator[Cell]:
    """Give the rows of a tally, without the share."""
    for item in asked:
        held = item.held
        for year, *group in cells:
            if year not in held:
                continue
            found = counts.get((year, *group), Counter())
            base = sum(found[item.item, answer] for answer in item.answers)
            for answer in item.counted:
                yes, blank = found[item.item, answer], found[item.asked_if] - base
                yield (item.item, item.label, item.section, year, answer, *group, yes, base, blank)
