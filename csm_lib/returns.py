"""Returns in their one clean form: what each authority answered in each year.

Returns are wide: one row is one authority in one year, one column is one item. A yes/no item is
a nullable boolean column, any other item a text column. A missing value means *no answer*;
*not asked* is known from the codebook (`Item.years`, `Item.asked_if`), never from the returns.
Files in any other form enter by `csm_lib.own`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from csm_lib.errors import ReturnsError
from csm_lib.files import read_text, report, require_columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from csm_lib.codebook import Codebook

IDENTIFIERS = ("authority", "year", "region", "authority_type")
"""The columns that say whose answers a row holds. The last two may be empty."""


def read_returns(
    path: Path, codebook: Codebook, *, frame: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Read clean returns.

    Parameters
    ----------
    path
        A CSV or Parquet file as `write_returns` writes it: yes/no items hold ``yes``, ``no`` or
        nothing, other items one of their answers or nothing. A column for an item that was never
        answered may be left out.
    codebook
        The questionnaire the returns answer.
    frame
        The regions and types there are, as `csm_lib.frame.read_frame` gives them. Others are
        then refused.

    Returns
    -------
    DataFrame
        One row is one authority in one year, sorted by authority and year. ``year`` is an
        integer, yes/no items are nullable booleans, everything else is text. Missing means no
        answer. Every item of the codebook has its column, in the codebook's order.

    Raises
    ------
    ReturnsError
        The file cannot be read, or is not clean. The message lists the faults.
    """
    if path.suffix.lower() == ".parquet":
        try:
            text = _as_text(pd.read_parquet(path))
        except (OSError, ValueError) as error:
            raise ReturnsError(
                f"{path}: cannot be read as Parquet ({error}). Write it again, or give the "
                "returns as returns.csv."
            ) from error
    else:
        text = read_text(path, ReturnsError)
    require_columns(text, IDENTIFIERS, path, ReturnsError)
    faults = list(_faults(text, codebook, frame))
    if faults:
        raise ReturnsError(
            f"{report(path, faults)}\nThis is not the clean form. Every fault, with what to do: "
            f"python -m csm_lib check {path.parent}"
        )
    columns = {
        name: text[name] if name in text else pd.Series("", index=text.index)
        for name in (*IDENTIFIERS, *codebook)
    }
    returns = pd.DataFrame(columns).replace("", None).astype("str").astype({"year": "int64"})
    for item in codebook.values():
        if item.response == "yes_no":
            answers = returns[item.item].map({"yes": True, "no": False})
            returns[item.item] = answers.astype("boolean")
    return returns.sort_values(["authority", "year"], ignore_index=True)


def _faults(text: pd.DataFrame, codebook: Codebook, frame: pd.DataFrame | None) -> Iterator[str]:
    """Say what of a table read as text is not in the clean form."""
    known: dict[str, list[str]] = {"year": [str(year) for year in codebook.years]}
    if frame is not None:
        known |= {name: ["", *frame[name].unique()] for name in IDENTIFIERS[2:]}
    known |= {item.item: ["", *item.answers] for item in codebook.values()}
    for name in text.columns:
        if name not in (*IDENTIFIERS, *codebook):
            yield f"column {name!r}: is no item of the codebook"
        elif name in known:
            wrong = text.loc[~text[name].isin(known[name]), name]
            for line, value in wrong.items():
                yield f"line {line}, {name}: {value!r} is none of {', '.join(known[name])}"
    for line in text.index[text["authority"].str.strip() == ""]:
        yield f"line {line}, authority: nobody is named"
    for line in text.index[text.duplicated(["authority", "year"])]:
        yield f"line {line}, authority: has a return for this year already"
    for item in codebook.values():
        if item.item in text:
            given = text[item.item] != ""
            asked = text["year"].isin([str(year) for year in item.held])
            if item.asked_if in text:
                asked &= text[item.asked_if] == "yes"
            for line in text.index[given & ~asked]:
                yield f"line {line}, {item.item}: was answered, and was not asked"


def _as_text(table: pd.DataFrame) -> pd.DataFrame:
    """Return a Parquet file's table as the text that its CSV file would hold."""
    table.index = pd.RangeIndex(2, len(table) + 2)
    words = {True: "yes", False: "no"}
    text = {
        name: column.map(words) if pd.api.types.is_bool_dtype(column) else column.astype("string")
        for name, column in table.items()
    }
    return pd.DataFrame(text).astype("str").fillna("")


def write_returns(returns: pd.DataFrame, path: str | Path, codebook: Codebook) -> None:
    """Write returns as CSV or, where the name ends in ``.parquet``, as Parquet.

    Parameters
    ----------
    returns
        Returns as `read_returns` gives them.
    path
        The file to write. `read_returns` reads the same returns from it; the same returns give
        the same bytes of CSV.
    codebook
        The questionnaire.
    """
    names = [*IDENTIFIERS, *codebook]
    if Path(path).suffix.lower() == ".parquet":
        texts = [name for name in names if str(returns[name].dtype) == "str"]
        returns[names].astype(dict.fromkeys(texts, "category")).to_parquet(path, index=False)
        return
    text = returns[names].astype(object)
    for item in codebook.values():
        if item.response == "yes_no":
            text[item.item] = returns[item.item].map({True: "yes", False: "no"}).astype(object)
    text = text.where(returns[names].notna(), "")
    text.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
