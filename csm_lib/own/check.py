"""Returns in any form, read and checked: all their faults, or the clean returns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csm_lib.codebook import did_you_mean
from csm_lib.errors import ReturnsError
from csm_lib.own import repairs, rules
from csm_lib.own.report import REPAIRS, RULES, Fault, Place, Report, unit_of
from csm_lib.own.rules import Column, Table
from csm_lib.returns import IDENTIFIERS

if TYPE_CHECKING:
    from pandera.pandas import DataFrameSchema

    from csm_lib.codebook import Codebook
    from csm_lib.own.rules import Ints
    from csm_lib.own.tables import Raw

Progress = Callable[[int, int, str], None]
"""Told how many steps are done, of how many, and what is being done."""

STEPS = ("reading the file", "looking at each column", "comparing columns and rows", "setting up")


def read_returns(
    path: str | Path,
    codebook: Codebook,
    *,
    crosswalk: str | Path | None = None,
    frame: pd.DataFrame | None = None,
    repair: bool = False,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Read returns from a file and check them against the codebook.

    Parameters
    ----------
    path
        A file of any format that `csm_lib.own.tables` reads, with the columns ``authority, year,
        region, authority_type`` and one column per item, named by the item's id. Yes/no items
        hold ``yes``, ``no`` or nothing; other items one of their answers or nothing. Nothing
        else is understood unless `repair` is given. A column for an item that was never answered
        may be left out.
    codebook
        The questionnaire the returns answer.
    crosswalk
        A ``columns.csv`` that says which item each column of the file is, and which answer each
        of its codes; see `csm_lib.own.crosswalk`.
    frame
        The regions and types there are, as `csm_lib.frame.read_frame` gives them. Others are
        then refused.
    repair
        Whether to read what is written otherwise but has one meaning, such as ``Yes``; see
        `csm_lib.own.repairs`. `check_file` lists what that would be.
    progress
        Told how far the work is.

    Returns
    -------
    DataFrame
        One row is one authority in one year, sorted by authority and year. ``year`` is an
        integer, yes/no items are nullable booleans, everything else is text. Missing means no
        answer. Every item of the codebook has its column, in the codebook's order.

    Raises
    ------
    ReturnsError
        The file cannot be read, or does not agree with the codebook. Every fault is listed with
        its row, column, value and remedy.
    """
    report = check_file(
        path, codebook, crosswalk=crosswalk, frame=frame, repair=repair, progress=progress
    )
    if report.returns is None:
        raise ReturnsError(str(report))
    return report.returns


def check_file(
    path: str | Path,
    codebook: Codebook,
    *,
    crosswalk: str | Path | None = None,
    frame: pd.DataFrame | None = None,
    repair: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Find every fault of a file of returns; the parameters are those of `read_returns`.

    Raises
    ------
    ReturnsError
        The file cannot be read at all.
    CollectionError
        The crosswalk is not as it must be.
    """
    from csm_lib.own.crosswalk import (  # knows the formats, which are heavy
        read_crosswalk,
        read_file,
    )

    key = None if crosswalk is None else read_crosswalk(crosswalk, codebook)
    tell = progress or _silent
    tell(0, len(STEPS), STEPS[0])
    raw = read_file(path, codebook, crosswalk=key, progress=lambda what: tell(0, len(STEPS), what))
    coded = () if key is None else [name for name, codes in key.codes.items() if codes]
    return check_raw(raw, codebook, coded=coded, frame=frame, repair=repair, progress=progress)


def check_raw(
    raw: Raw,
    codebook: Codebook,
    *,
    coded: Collection[str] = (),
    frame: pd.DataFrame | None = None,
    repair: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Find every fault of returns that were read as text.

    Parameters
    ----------
    raw
        Returns as text, as `csm_lib.own.crosswalk.read_file` gives them.
    codebook, frame, repair, progress
        As in `read_returns`.
    coded
        Columns of the file whose codes a crosswalk explains. A number left in one of them is
        never taken for an answer.
    """
    tell = progress or _silent
    tell(1, len(STEPS), STEPS[1])
    rulebook = schema(codebook, frame)
    double = set(raw.frame.columns[raw.frame.columns.duplicated()])
    found = [
        str(name)
        for name in raw.frame.columns
        if name not in double and (name in IDENTIFIERS or name in codebook)
    ]
    columns = {name: _column(raw, name) for name in found}
    offers = _offers(raw, columns, codebook, coded, frame)
    columns = {name: _repaired(column, offers[name]) for name, column in columns.items()}
    structure, misfits = _validate(raw, columns, rulebook)

    tell(2, len(STEPS), STEPS[2])
    table = Table(
        codebook=codebook,
        columns=columns,
        misfits=misfits,
        complete=not structure,
        known_names=frame is not None,
    )
    order = list(RULES)
    groups = sorted([*structure, *rules.faults(table)], key=lambda one: order.index(one.rule))

    tell(3, len(STEPS), STEPS[3])
    listed = _listed(columns, offers)
    stopped = any(RULES[one.rule].severity == "error" for one in groups)
    returns = None if stopped or (len(listed) and not repair) else _typed(table)
    tell(4, len(STEPS), "done")
    return Report(raw.path, tuple(groups), listed, returns, raw.notices)


def schema(codebook: Codebook, frame: pd.DataFrame | None = None) -> DataFrameSchema:
    """Return the schema that a codebook asks returns to follow, as text.

    Parameters
    ----------
    codebook
        The questionnaire.
    frame
        The regions and types there are, if known.

    Returns
    -------
    DataFrameSchema
        The columns there must be and may be, and the texts each may hold. The name of a check is
        the rule it stands for.
    """
    import pandera.pandas as pa  # heavy, and only needed where returns are read

    def one_of(known: Sequence[str], rule: str) -> pa.Check:
        return pa.Check.isin(known, name=rule, error=rule)

    columns = {name: pa.Column("str", nullable=True) for name in IDENTIFIERS}
    years = [str(year) for year in codebook.years]
    columns["year"] = pa.Column("str", one_of(years, "unknown_year"), nullable=True)
    if frame is not None:
        for name, rule in (("region", "unknown_region"), ("authority_type", "unknown_type")):
            known = sorted(frame[name].unique())
            columns[name] = pa.Column("str", one_of(known, rule), nullable=True)
    for item in codebook.values():
        columns[item.item] = pa.Column(
            "str", one_of(list(item.answers), "unknown_answer"), nullable=True, required=False
        )
    return pa.DataFrameSchema(columns, strict=True, unique_column_names=True)


def _silent(_done: int, _total: int, _what: str) -> None:
    """Tell nobody."""


def _used(column: pd.Series) -> tuple[Ints, pd.Index[str]]:
    """Return the texts that stand in a column, and for each row the place of its own."""
    codes: Ints = column.cat.codes.to_numpy()
    texts = pd.Index(column.cat.categories, dtype="str")
    times = np.bincount(codes.astype(np.int64) + 1, minlength=len(texts) + 1)[1:]
    if times.all() and "" not in texts:
        return codes, texts
    kept = (times > 0) & (texts != "")
    place = np.full(len(texts) + 1, -1, dtype=np.int64)
    place[:-1][kept] = np.arange(kept.sum())
    return place[codes], texts[kept]


def _offers(
    raw: Raw,
    columns: Mapping[str, Column],
    codebook: Codebook,
    coded: Collection[str],
    frame: pd.DataFrame | None,
) -> dict[str, dict[str, repairs.Repair]]:
    """Return, by column, the repairs on offer for its texts."""
    explained = {
        name
        for name, column in columns.items()
        if column.name in coded or raw.value_labels.get(column.name)
    }
    numbers = repairs.speaks_in_noughts_and_ones(
        column.texts[: repairs.MANY].tolist()
        for name, column in columns.items()
        if name in codebook and codebook[name].response == "yes_no" and name not in explained
    )
    known = {"year": [str(year) for year in codebook.years]}
    if frame is not None:
        known |= {name: sorted(frame[name].unique()) for name in ("region", "authority_type")}
    offers = {}
    for name, column in columns.items():
        labels = {} if column.name in coded else raw.value_labels.get(column.name, {})
        if name in IDENTIFIERS:
            offers[name] = repairs.of_names(
                column.texts,
                known=known.get(name, ()),
                value_labels=labels if name in ("region", "authority_type") else None,
            )
        else:
            offers[name] = repairs.of_answers(
                column.texts.tolist(),
                codebook[name],
                value_labels=labels,
                numbers=numbers and name not in explained,
            )
    return offers


def _column(raw: Raw, name: str) -> Column:
    """Return a column as it stands."""
    codes, texts = _used(raw.frame[name])
    where = raw.rows[name], raw.sheets[name], unit_of(raw.path)
    return Column(raw.names[name], codes, texts, codes, texts, *where)


def _repaired(column: Column, offers: Mapping[str, repairs.Repair]) -> Column:
    """Return a column as it is once its texts are repaired."""
    if not offers:
        return column
    becomes = [offers[text].becomes if text in offers else text for text in column.found_texts]
    place, unique = pd.factorize(np.array([*becomes, ""], dtype=object))
    blank = place[-1]  # what is read as no answer, and the place of empty cells, -1
    place = np.where(place == blank, -1, place - (place > blank))
    texts = pd.Index(np.delete(unique, blank), dtype="str")
    return replace(column, codes=place[column.found], texts=texts)


def _validate(
    raw: Raw, columns: Mapping[str, Column], rulebook: DataFrameSchema
) -> tuple[list[Fault], dict[str, Ints]]:
    """Hold the different texts of each column to the schema, not its millions of cells.

    Returns
    -------
    tuple
        The faults of whole columns; and by column the places of the texts that do not fit.
    """
    from pandera.errors import SchemaErrors

    few = {
        name: pd.Series(column.texts)
        for name, column in columns.items()
        if rulebook.columns[name].checks and len(column.texts) <= repairs.MANY
    }
    none = pd.Series([], dtype="str")
    names = raw.frame.columns
    sheet = pd.concat([few.get(name, none) for name in names], axis=1).astype("str")
    sheet.columns = names
    misfits: dict[str, list[int]] = {}
    faults: list[Fault] = []
    try:
        rulebook.validate(sheet, lazy=True)
    except SchemaErrors as errors:
        for case in errors.failure_cases.to_dict("records"):
            if case["schema_context"] == "Column":
                misfits.setdefault(str(case["column"]), []).append(int(case["index"]))
        faults = _structure(raw, errors.failure_cases, list(rulebook.columns))
    places = {name: np.array(at, dtype=np.int64) for name, at in misfits.items() if name in few}
    for name, column in columns.items():
        if rulebook.columns[name].checks and name not in few:
            (check,) = rulebook.columns[name].checks
            fits = check(pd.Series(column.texts)).check_output
            places[name] = np.flatnonzero(~fits.to_numpy(dtype=bool))
    return faults, places


def _structure(raw: Raw, cases: pd.DataFrame, known: list[str]) -> list[Fault]:
    """Return the faults of whole columns that a schema found."""
    faults = []
    for case in cases[cases["schema_context"] == "DataFrameSchema"].to_dict("records"):
        name = str(case["failure_case"])
        if case["check"] == "column_in_dataframe":
            remedy = f"Add the column {name!r}, even if its cells are empty."
            faults.append(_of_column("missing_column", name, "", "a column of this name", remedy))
        elif case["check"] == "column_in_schema":
            own = raw.names.get(name, name)
            remedy = (
                "Rename it to the item's id, or say in a columns.csv which item it is, if any."
                f"{did_you_mean(own, known) if len(own) <= 60 else ''}"
            )
            sheet = raw.sheets.get(name, "")
            faults.append(
                _of_column("unknown_column", own, sheet, "an item of the codebook", remedy)
            )
    for name in dict.fromkeys(raw.frame.columns[raw.frame.columns.duplicated()]):
        own = raw.names.get(name, str(name))
        remedy = f"Two columns are named {own!r}: rename or drop one."
        sheet = raw.sheets.get(name, "")
        faults.append(_of_column("double_column", own, sheet, "one column of this name", remedy))
    return faults


def _of_column(rule: str, column: str, sheet: object, expected: str, remedy: str) -> Fault:
    place = Place(sheet if isinstance(sheet, str) else "", None)
    return Fault(rule, column, "", expected, remedy, 1, (place,))


def _listed(
    columns: Mapping[str, Column], offers: Mapping[str, Mapping[str, repairs.Repair]]
) -> pd.DataFrame:
    """Return the repairs on offer with the number of cells each would change."""
    rows = []
    for name, column in columns.items():
        if not offers[name]:
            continue
        times = np.bincount(column.found.astype(np.int64) + 1)[1:]
        for text, count in zip(column.found_texts, times, strict=True):
            if text in offers[name]:
                rows.append((column.name, text, *offers[name][text], count))
    frame = pd.DataFrame(rows, columns=list(REPAIRS))
    return frame.astype({name: "int64" if name == "count" else "str" for name in REPAIRS})


def _typed(table: Table) -> pd.DataFrame:
    """Return a table without faults as returns."""
    years = np.array(table.codebook.years, dtype=np.int64)
    authority = table.columns["authority"]
    rank = np.empty(len(authority.texts), dtype=np.int64)
    rank[authority.texts.argsort()] = np.arange(len(rank))
    order = np.lexsort((table.years, rank[authority.codes]))
    columns: dict[str, pd.Series] = {}
    for name in IDENTIFIERS:
        one = table.columns[name]
        columns[name] = (
            pd.Series(years[table.years[order]])
            if name == "year"
            else _text(one.codes[order], one.texts)
        )
    for item in table.codebook.values():
        given = table.answers.get(item.item)
        given = np.full(len(order), rules.BLANK) if given is None else given[order]
        if item.response == "yes_no":
            columns[item.item] = pd.Series(pd.arrays.BooleanArray(given == 0, given < 0))
        else:
            columns[item.item] = _text(given, pd.Index(list(item.answers), dtype="str"))
    return pd.DataFrame(columns)


def _text(places: Ints, texts: pd.Index) -> pd.Series:
    """Return text by its place among some texts; missing where it has none."""
    return pd.Series(texts.array.take(places.astype(np.int64), allow_fill=True), dtype="str")
