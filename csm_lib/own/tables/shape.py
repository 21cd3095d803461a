"""From the sheets of a file to one wide table: stacked, joined, or made wide from long."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from csm_lib.errors import ReturnsError
from csm_lib.files import report
from csm_lib.own.readers.grid import Refused, refuse_size
from csm_lib.own.tables.raw import Raw, Rows

IDENTIFIERS = ("authority", "year", "region", "authority_type")
LONG = ("item", "answer")
"""The columns of the long form, besides the identifiers: one row is one answer."""


def combine(raws: Sequence[Raw]) -> Raw:
    """Make one wide table of the sheets of a file.

    Parameters
    ----------
    raws
        The sheets of a file, their columns named by identifier and item.

    Returns
    -------
    Raw
        One row is one authority in one year, as often as the file has it: a second return of
        the same year is kept for the checks to name. Sheets with the same items are stacked;
        sheets with other items are joined on authority and year, and what a sheet does not say
        is an empty cell. Where a sheet has no column ``year`` and its name is a year, that is
        the year of its rows. A sheet in long form (``authority, year, item, answer``, and
        ``region`` and ``authority_type`` if given) becomes wide. A sheet without a column
        ``authority`` is left out, and a notice says so. The codes a file declares to stand for
        no answer are empty cells, and a notice counts them.

    Raises
    ------
    ReturnsError
        No sheet has a column ``authority`` and there are several, a sheet among several has no
        year, two sheets or two rows in long form answer for the same authority, year and item,
        or a row in long form lacks its authority, year or item.
    """
    raws = [without_missing(_dated(raw)) for raw in raws]
    if len(raws) == 1 and not _is_long(raws[0]):
        return raws[0]
    notices = [notice for raw in raws for notice in raw.notices]
    used = [raw for raw in raws if "authority" in raw.frame]
    without = [repr(_sheet(raw)) for raw in raws if "authority" not in raw.frame]
    if not used:
        raise ReturnsError(
            f"{raws[0].path}: no sheet has a column 'authority' (sheets: {', '.join(without)}). "
            "Name the column so, or say in a crosswalk, columns.csv, which one it is."
        )
    if without:
        notices.append(
            f"not read, as they have no column 'authority': sheets {', '.join(without)}."
            if len(without) > 1
            else f"not read, as it has no column 'authority': sheet {without[0]}."
        )
    if len(used) > 1:
        _refuse_undated(used)
    wide = [_wide(raw) if _is_long(raw) else raw for raw in used]
    whole = wide[0] if len(wide) == 1 else _join(wide)
    return replace(whole, notices=tuple(dict.fromkeys(notices)))


def without_missing(raw: Raw) -> Raw:
    """Empty the cells that hold a code which the file declares to stand for no answer."""
    if not raw.missing:
        return raw
    frame = raw.frame.copy(deep=False)
    met: dict[str, list[int]] = {}
    for column, name in raw.names.items():
        codes = raw.missing.get(name)
        if codes and column in frame:
            frame[column], counts = emptied(frame[column], codes)
            for code, count in counts.items():
                met.setdefault(code, []).append(count)
    notices = (*raw.notices, *no_answer_notices(raw, met, "the file"))
    return replace(raw, frame=frame, missing={}, notices=notices)


def emptied(column: pd.Series, codes: Iterable[str]) -> tuple[pd.Series, dict[str, int]]:
    """Return a column without some codes, and how often each of them was met."""
    known = [code for code in codes if code in column.cat.categories]
    counts = column.value_counts()
    met = {code: int(counts[code]) for code in sorted(known)}
    return column.cat.remove_categories(known), met


def no_answer_notices(raw: Raw, met: Mapping[str, list[int]], who: str) -> list[str]:
    """Say of each code that stands for no answer in how many cells of how many columns it was."""
    place = f"sheet {_sheet(raw)!r}: " if _sheet(raw) else ""
    notices = []
    for code, counts in met.items():
        found = [count for count in counts if count]
        if found:
            cells = "1 cell" if sum(found) == 1 else f"{sum(found):,} cells"
            columns = "1 column" if len(found) == 1 else f"{len(found):,} columns"
            notices.append(
                f"{place}{code!r} stands for no answer, as {who} says: in {cells} of {columns}."
            )
    return notices


def _sheet(raw: Raw) -> str:
    """Return the sheet of a table, of which it has one."""
    return next((str(sheet) for sheet in raw.sheets.values()), "")


def _dated(raw: Raw) -> Raw:
    """Return a table with the year in the name of its sheet, where it has no other."""
    sheet = _sheet(raw).strip()
    if "year" in raw.frame or "authority" not in raw.frame or not re.fullmatch("[0-9]{4}", sheet):
        return raw
    size = len(raw.frame)
    year = pd.Categorical.from_codes(np.zeros(size, dtype="int8"), pd.Index([sheet], dtype="str"))
    frame = raw.frame.copy(deep=False)
    frame.insert(0, "year", pd.Series(year, index=frame.index))
    return replace(
        raw,
        frame=frame,
        rows={"year": raw.rows["authority"], **raw.rows},
        sheets={"year": raw.sheets["authority"], **raw.sheets},
        names={"year": "year", **raw.names},
        notices=(*raw.notices, f"sheet {sheet!r}: its name was taken for the year of its rows."),
    )


def _refuse_undated(raws: Sequence[Raw]) -> None:
    for raw in raws:
        again = raw.frame.columns[raw.frame.columns.duplicated()]
        if len(again):
            raise ReturnsError(
                f"{raw.path}, sheet {_sheet(raw)!r}: two columns are named {again[0]!r}. Rename "
                "or drop one."
            )
        if "year" not in raw.frame:
            raise ReturnsError(
                f"{raw.path}, sheet {_sheet(raw)!r}: has no column 'year', so its rows cannot be "
                "laid beside those of the other sheets. Add it, or call the sheet by its year."
            )


# ---------------------------------------------------------------- long form


def _is_long(raw: Raw) -> bool:
    names = set(raw.frame.columns)
    return (
        {"authority", "year", *LONG} <= names
        and names <= {*IDENTIFIERS, *LONG}
        and raw.frame.columns.is_unique
    )


def _codes(column: pd.Series) -> npt.NDArray[np.int64]:
    return column.cat.codes.to_numpy().astype(np.int64)


def _wide(raw: Raw) -> Raw:
    """Make a wide table of a long one. Every cell keeps the row it came from."""
    rows, frame = raw.rows["item"], raw.frame
    place = f"{raw.path}" + (f", sheet {_sheet(raw)!r}" if _sheet(raw) else "")
    authority, year, item, answer = (
        _codes(frame[name]) for name in ("authority", "year", "item", "answer")
    )
    faults = [
        f"row {rows[at]}: has no {name}. Fill it in, or delete the row."
        for name, codes in (("authority", authority), ("year", year), ("item", item))
        for at in np.flatnonzero((codes < 0) & ((answer >= 0) | (name != "item")))
    ]
    if faults:
        raise ReturnsError(report(Path(place), faults))
    clash = [name for name in frame["item"].cat.categories if name in (*IDENTIFIERS, *LONG)]
    if clash:
        at = int((frame["item"] == clash[0]).to_numpy().argmax())
        raise ReturnsError(
            f"{place}, row {rows[at]}, column 'item': {clash[0]!r} is no item, but the name of a "
            "column of returns. Give it a column, or delete the row."
        )
    key = authority * (len(frame["year"].cat.categories) + 1) + year
    group, _ = pd.factorize(key)
    size = int(group.max()) + 1
    items = frame["item"].cat.categories
    try:
        refuse_size(len(items), size)
    except Refused as reason:
        raise ReturnsError(f"{place}: {reason}") from None
    cell = group * len(items) + item
    given = item >= 0
    again = pd.Series(cell).duplicated().to_numpy() & given
    if again.any():
        raise ReturnsError(report(Path(place), _double(raw, np.flatnonzero(again), cell)))
    head = np.zeros(size, dtype=np.int64)  # the first row of each authority and year
    head[group[::-1]] = np.arange(len(group))[::-1]
    columns: dict[str, pd.Categorical] = {}
    places: dict[str, Rows] = {}
    for name in IDENTIFIERS:
        if name in frame:
            columns[name], where = _of_group(raw, name, group, head, place)
            places[name] = rows[where]
    answers = frame["answer"].cat.categories
    order = np.argsort(item, kind="stable")
    ends = np.searchsorted(item[order], np.arange(len(items) + 1))
    for number, name in enumerate(items):
        mine = order[ends[number] : ends[number + 1]]
        codes = np.full(size, -1, dtype=np.int64)
        codes[group[mine]] = answer[mine]
        where = head.copy()
        where[group[mine]] = mine
        column = pd.Categorical.from_codes(codes, categories=answers)
        columns[str(name)] = column.remove_unused_categories()
        places[str(name)] = rows[where]
    return Raw(
        path=raw.path,
        frame=pd.DataFrame(columns),
        rows=places,
        sheets=dict.fromkeys(columns, _sheet(raw)),
        names={name: raw.names.get(name, name) for name in columns},
        notices=raw.notices,
    )


def _of_group(
    raw: Raw,
    name: str,
    group: npt.NDArray[np.int64],
    head: npt.NDArray[np.int64],
    place: str,
) -> tuple[pd.Categorical, npt.NDArray[np.int64]]:
    """Return an identifier of each authority and year, and the row it was taken from."""
    codes = _codes(raw.frame[name])
    where = head.copy()
    given = np.flatnonzero(codes >= 0)
    where[group[given[::-1]]] = given[::-1]  # the first that says it
    taken = codes[where]
    other = given[codes[given] != taken[group[given]]]
    if len(other):
        rows, values = raw.rows[name], raw.frame[name]
        faults = [
            f"row {rows[at]}, column {name!r}: the value is {values[at]!r}, but row "
            f"{rows[where[group[at]]]} of the same authority and year has "
            f"{values[where[group[at]]]!r}. Correct one of the two."
            for at in other
        ]
        raise ReturnsError(report(Path(place), faults))
    return pd.Categorical.from_codes(taken, categories=raw.frame[name].cat.categories), where


def _double(raw: Raw, again: npt.NDArray[np.int64], cell: npt.NDArray[np.int64]) -> list[str]:
    """Say which rows of the long form answer what another has answered."""
    rows, frame = raw.rows["item"], raw.frame
    first: dict[int, int] = {}
    wanted = set(cell[again].tolist())
    for at, number in enumerate(cell.tolist()):
        if number in wanted:
            first.setdefault(number, at)
    return [
        f"row {rows[at]}: answers {frame['item'][at]!r} of {frame['authority'][at]!r} in "
        f"{frame['year'][at]}, as row {rows[first[int(cell[at])]]} does. Delete one of the two."
        for at in again.tolist()
    ]


# ---------------------------------------------------------------- several sheets


@dataclass(frozen=True)
class _Rows:
    """The rows of several sheets, one after the other."""

    raws: Sequence[Raw]
    starts: Sequence[int]
    target: npt.NDArray[np.int64]
    """For each of them, the row of the joined table to which it belongs."""
    size: int
    """Rows of the joined table."""

    def place(self, at: int, name: str) -> str:
        """Say where the cell of a row stands."""
        number = int(np.searchsorted(self.starts, at, side="right")) - 1
        raw = self.raws[number]
        return f"sheet {_sheet(raw)!r}, row {raw.rows[name][at - self.starts[number]]}"


def _join(raws: Sequence[Raw]) -> Raw:
    """Stack sheets with the same items, and lay sheets with other items beside one another."""
    rows = _matched(raws)
    found = dict.fromkeys(name for raw in raws for name in raw.frame.columns)
    names = [name for name in IDENTIFIERS if name in found]
    names += [name for name in found if name not in IDENTIFIERS]
    try:
        refuse_size(len(names), rows.size)
    except Refused as reason:
        raise ReturnsError(f"{raws[0].path}: {reason}") from None
    columns, places, sheets = {}, {}, {}
    for name in names:
        columns[name], source = _joined(rows, name)
        own = [raw.rows.get(name, raw.rows["authority"]) for raw in raws]
        places[name] = np.concatenate(own)[source]
        sheet = [np.full(len(raw.frame), _sheet(raw), dtype=object) for raw in raws]
        sheets[name] = np.concatenate(sheet)[source]
    return Raw(
        path=raws[0].path,
        frame=pd.DataFrame(columns),
        rows=places,
        sheets=sheets,
        names={name: next(r.names[name] for r in raws if name in r.names) for name in names},
    )


def _matched(raws: Sequence[Raw]) -> _Rows:
    """Find which rows of several sheets are of one authority and year."""
    authority, _ = pd.factorize(pd.concat([raw.frame["authority"].astype("str") for raw in raws]))
    year, years = pd.factorize(pd.concat([raw.frame["year"].astype("str") for raw in raws]))
    key = authority.astype(np.int64) * (len(years) + 1) + year
    nobody = (authority < 0) | (year < 0)
    key[nobody] = -1 - np.flatnonzero(nobody)  # joined with no other
    lengths = [len(raw.frame) for raw in raws]
    kinds = [frozenset(set(raw.frame.columns) - set(IDENTIFIERS)) for raw in raws]
    known = {kind: number for number, kind in enumerate(dict.fromkeys(kinds))}
    kind = np.repeat([known[one] for one in kinds], lengths)
    # the second return of one authority and year among sheets with the same items is another row
    turn = pd.DataFrame({"kind": kind, "key": key}).groupby(["kind", "key"]).cumcount().to_numpy()
    target = pd.DataFrame({"key": key, "turn": turn}).groupby(["key", "turn"], sort=False).ngroup()
    starts = np.cumsum([0, *lengths[:-1]]).tolist()
    joined = target.to_numpy().astype(np.int64)
    return _Rows(raws, starts, joined, int(joined.max()) + 1 if len(joined) else 0)


def _joined(rows: _Rows, name: str) -> tuple[pd.Categorical, npt.NDArray[np.int64]]:
    """Return a column of the joined table, and from which row each of its cells is."""
    texts: dict[str, int] = {}
    values = np.full(rows.size, -1, dtype=np.int64)
    source = np.full(rows.size, -1, dtype=np.int64)
    source[rows.target[::-1]] = np.arange(len(rows.target))[::-1]
    seen = np.zeros(rows.size, dtype=bool)
    faults: list[str] = []
    for raw, start in zip(rows.raws, rows.starts, strict=True):
        if name not in raw.frame:
            continue
        column = raw.frame[name]
        lookup = [texts.setdefault(text, len(texts)) for text in column.cat.categories]
        codes = np.array([*lookup, -1], dtype=np.int64)[_codes(column)]
        here = np.arange(start, start + len(codes))
        at = rows.target[here]
        clash = (codes >= 0) & (values[at] >= 0) & (values[at] != codes)
        listed = list(texts)
        faults += [
            f"{rows.place(int(here[one]), name)}, column {raw.names[name]!r}: the value is "
            f"{column[one]!r}, but {rows.place(int(source[at[one]]), name)} has "
            f"{listed[values[at[one]]]!r} for the same authority and year. Correct one of the two."
            for one in np.flatnonzero(clash).tolist()
        ]
        fresh = (values[at] < 0) & ((codes >= 0) | ~seen[at])
        values[at[fresh]] = codes[fresh]
        source[at[fresh]] = here[fresh]
        seen[at] = True
    if faults:
        raise ReturnsError(report(rows.raws[0].path, faults))
    return pd.Categorical.from_codes(values, categories=pd.Index(list(texts), dtype="str")), source
