"""Returns in their one clean form: what each authority answered in each year.

Returns are wide: one row is one authority in one year, one column is one item. A yes/no item is
a nullable boolean column, an item answered by a number a nullable one of floating point, any other
item a text column. A missing value means *no answer*;
*not asked* is known from the codebook (`Item.years`, `Item.asked_if`), never from the returns.
Files in any other form enter by `csm_lib.own`.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from csm_lib.codebook import LARGEST, number
from csm_lib.errors import ReturnsError
from csm_lib.files import (
    Rule,
    filled,
    one_of,
    read_bytes,
    read_text,
    require_cells,
    require_columns,
    require_regular,
    unique,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from csm_lib.codebook import Codebook, Item

IDENTIFIERS = ("authority", "year", "region", "authority_type")
"""The columns that say whose answers a row holds. The last two may be empty."""

LARGE = 1 << 30
"""Bytes of a file of returns: a million of them to 70 items have a third of this."""

LONGEST = 1_000
"""Signs of a name that is nothing out of the ordinary."""

TYPES: Mapping[str, tuple[str, Callable[[str], object]]] = {
    "yes_no": ("boolean", {"yes": True, "no": False}.get),
    "number": ("Float64", number),
}
"""By kind of answer: of what type its column is, and what a text says; others are text."""

YES_NO = {True: "yes", False: "no"}


def read_returns(
    path: Path, codebook: Codebook, *, frame: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Read clean returns.

    Parameters
    ----------
    path
        A CSV or Parquet file as `write_returns` writes it: yes/no items hold ``yes``, ``no`` or
        nothing, those answered by a number what `csm_lib.codebook.number` takes or nothing, other
        items one of their answers or nothing. A column for an item that was never answered may be
        left out.
    codebook
        The questionnaire the returns answer.
    frame
        The regions and types there are, as `csm_lib.frame.read_frame` gives them. Others are
        then refused.

    Returns
    -------
    DataFrame
        One row is one authority in one year, sorted by both, and every item of the codebook has
        its column, in the codebook's order. ``year`` is an integer.

    Raises
    ------
    ReturnsError
        The file cannot be read, or is not clean. The message lists the faults.
    """
    if path.suffix.lower() == ".parquet":
        require_regular(path, ReturnsError, most=LARGE)
        try:
            text = _as_text(pd.read_parquet(path), codebook)
        except (OSError, ValueError):
            raise ReturnsError(
                f"{path}: is no whole Parquet file. Write it again, or give returns.csv."
            ) from None
    else:
        regular = regular_text(path, codebook)
        text = read_text(path, ReturnsError, most=LARGE) if regular is None else regular
    require_columns(text, IDENTIFIERS, path, ReturnsError)
    remedy = f"Every fault, with what to do: python -m csm_lib check {path.parent}"
    for name in text.columns.difference([*IDENTIFIERS, *codebook]):
        raise ReturnsError(f"{path}, line 1: {name!r} is no item of the codebook.\n{remedy}")
    require_cells(text, clean_rules(text, codebook, frame), path, ReturnsError, remedy)
    return typed(text, codebook)


def regular_text(path: Path, codebook: Codebook) -> pd.DataFrame | None:
    """Read a CSV file of returns column by column, where nothing about it is out of the ordinary.

    Returns
    -------
    DataFrame or None
        As `csm_lib.files.read_text` gives it, in categories. ``None`` without pyarrow, and where
        a column is unknown, double, or needed and missing; a line blank or of another length; a
        name with a space about it, very long, or of signs that do not print; an authority without
        one; a quotation mark within a cell; or where another mark than a comma may separate the
        cells. Who then reads cell by cell can tell the place.
    """
    try:
        from pyarrow import ArrowException, BufferReader, dictionary, int32, string
        from pyarrow.csv import ConvertOptions, read_csv
    except ImportError:  # as in a browser
        return None
    data = read_bytes(path, ReturnsError, most=LARGE)
    if not _quoted_whole(data) or any(mark in data for mark in (b"\0", b";", b"\t", b"|")):
        return None
    known = [*IDENTIFIERS, *codebook]
    words = ConvertOptions(column_types=dict.fromkeys(known, dictionary(int32(), string())))
    try:
        table = read_csv(BufferReader(data), convert_options=words)
        names = table.column_names
    except (ArrowException, UnicodeDecodeError):  # of several lengths, or not UTF-8
        return None
    named = {"authority", "year"} <= {*names} <= {*known} and len({*names}) == len(names)
    lines = data.count(b"\n") - data.endswith(b"\n")  # under the header
    if not named or not len(table) == lines > 0:
        return None
    text = table.to_pandas().set_index(pd.RangeIndex(2, lines + 2))
    of_names = {one: text[one].cat for one in IDENTIFIERS if one in text}
    for one, column in of_names.items():
        text[one] = column.reorder_categories(column.categories.sort_values())
    texts = [text for column in of_names.values() for text in column.categories.tolist()]
    joined = "\n".join(["", *texts, ""])
    odd = " \n" in joined or "\n " in joined or not joined.replace("\n", "").isprintable()
    odd |= "" in of_names["authority"].categories or max(map(len, texts)) > LONGEST
    return None if odd else text


def _quoted_whole(data: bytes) -> bool:
    """Say whether quotation marks stand around whole cells alone, and lines end in one way."""
    signs = np.frombuffer(b"\n%b\n" % data.removeprefix(BOM_UTF8), np.uint8)
    marks = np.flatnonzero(signs == ord('"'))
    opened, closed = signs[marks[::2] - 1], signs[marks[1::2] + 1]
    around = np.isin(opened, [*b",\n"]).all() and np.isin(closed, [*b",\r\n"]).all()
    even = len(opened) == len(closed) and data.count(b"\r") == data.count(b"\r\n")
    return bool(around) and even


def typed(text: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Return clean returns that are text, names in order, as `read_returns` gives them."""
    text = text.sort_values(["authority", "year"]).reindex(
        columns=[*IDENTIFIERS, *codebook], fill_value=""
    )
    columns: dict[str, Any] = {}
    for name in (*IDENTIFIERS, *codebook):
        at, words = pd.factorize(text[name])  # the different texts are few
        kind = codebook[name].response if name in codebook else ""
        dtype, value = TYPES.get(kind, ("str", lambda word: word or None))
        columns[name] = pd.Series([value(word) for word in words], dtype=dtype).array.take(at)
    return pd.DataFrame(columns).astype({"year": "int64"})


def clean_rules(
    text: pd.DataFrame, codebook: Codebook, frame: pd.DataFrame | None
) -> Iterator[Rule]:
    """Yield what the cells of a table read as text must be, to be in the clean form."""
    yield from filled(text, "authority")
    yield unique(text, "year", "authority")
    yield one_of(text, "year", map(str, codebook.years))
    if frame is not None:
        for name in ("region", "authority_type"):
            if name in text:
                yield one_of(text, name, ["", *frame[name].unique()])
    for item in codebook.values():
        if item.item in text:
            yield _fitting(text, item)
            asked = text["year"].isin([str(year) for year in item.held])
            if item.asked_if in text:
                asked &= text[item.asked_if] == "yes"
            yield item.item, (text[item.item] != "") & ~asked, "was not asked. Empty it."


def _fitting(text: pd.DataFrame, item: Item) -> Rule:
    """Return the rule that each cell of an item is one of its answers, or empty."""
    if not item.is_number:
        return one_of(text, item.item, ["", *item.answers])
    cells = text[item.item]
    told = f"is no number up to {LARGEST:,.0f}. Write it plainly, as in 12.5, or empty it."
    wrong = [text for text in cells.unique().tolist() if text and not item.fits(text)]
    return item.item, cells.isin(wrong), told


def _as_text(table: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Return a Parquet file's table as the text that its CSV file would hold."""
    numbers = _of_kind(codebook, "number")

    def written(name: str, column: pd.Series) -> pd.Series:
        if pd.api.types.is_bool_dtype(column):
            return column.map(YES_NO)
        if name in numbers and pd.api.types.is_float_dtype(column):
            return column.map(number_text, na_action="ignore")
        return column.astype("string")

    text = {name: written(str(name), column) for name, column in table.items()}
    lines = pd.RangeIndex(2, len(table) + 2)
    return pd.DataFrame(text).astype("str").fillna("").set_index(lines)


def number_text(value: float) -> str:
    """Return a number as a person writes it, and as `csm_lib.codebook.number` reads it again.

    >>> [number_text(value) for value in (12.0, -0.1, 1e-5)]
    ['12', '-0.1', '0.00001']
    """
    return np.format_float_positional(value, trim="-")


def _of_kind(codebook: Codebook, response: str) -> list[str]:
    return [name for name, item in codebook.items() if item.response == response]


def write_returns(returns: pd.DataFrame, path: str | Path, codebook: Codebook) -> None:
    """Write returns as CSV or, where the name ends in ``.parquet``, as Parquet.

    `read_returns` reads the same returns from it; the same returns give the same bytes of CSV. An
    `OSError` where it cannot be written; what was there is then as it was.
    """
    names = [*IDENTIFIERS, *codebook]
    if Path(path).suffix.lower() == ".parquet":
        texts = [name for name in names if str(returns[name].dtype) == "str"]
        with whole(path) as made:
            returns[names].astype(dict.fromkeys(texts, "category")).to_parquet(made, index=False)
        return
    text = returns[names].copy()
    for name in _of_kind(codebook, "yes_no"):
        text[name] = text[name].map(YES_NO)
    for name in _of_kind(codebook, "number"):
        text[name] = text[name].astype("object").map(number_text, na_action="ignore")
    with whole(path) as made:
        text.to_csv(made, index=False, lineterminator="\n", encoding="utf-8")
