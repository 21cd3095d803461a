"""A stand-in for `csm_lib.own.table.read_table` on today's readers. Goes when that is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csm_lib.codebook import did_you_mean
from csm_lib.errors import ReturnsError
from csm_lib.files import report
from csm_lib.own.crosswalk import Crosswalk, apply, read_crosswalk
from csm_lib.own.table import Table
from csm_lib.own.tables import read_sheets
from csm_lib.own.tables.raw import Raw
from csm_lib.own.tables.shape import (
    IDENTIFIERS,
    _dated,
    _is_long,
    _refuse_undated,
    _sheet,
    without_missing,
)

if TYPE_CHECKING:
    from csm_lib.codebook import Codebook


def read_table(
    path: str | Path | Sequence[str | Path],
    codebook: Codebook,
    *,
    crosswalk: str | Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> Table:
    """Read files of returns into one long table."""
    paths = [Path(path)] if isinstance(path, str | Path) else [Path(one) for one in path]
    key = None if crosswalk is None else read_crosswalk(crosswalk, codebook)
    raws: list[tuple[Raw, Raw]] = []
    notices: list[str] = []
    for one in paths:
        before = read_sheets(one, progress=progress)
        if key is not None:
            held = dict.fromkeys(str(name) for raw in before for name in raw.frame.columns)
            faults = [
                f"column {name!r}: {one} has no such column.{did_you_mean(name, held)} Correct "
                "the name, as it stands in the file, or delete its rows."
                for name in key.items
                if name not in held
            ]
            if faults:
                raise ReturnsError(report(key.path, faults))
            after = [without_missing(_dated(apply(raw, key, codebook))) for raw in before]
        else:
            after = [without_missing(_dated(raw)) for raw in before]
        used = [raw for raw in after if "authority" in raw.frame] if len(after) > 1 else after
        without = [repr(_sheet(raw)) for raw in after if "authority" not in raw.frame]
        if not used:
            raise ReturnsError(
                f"{one}: no sheet has a column 'authority' (sheets: {', '.join(without)}). Name "
                "the column so, or say in a crosswalk, columns.csv, which one it is."
            )
        notices += [notice for raw in after for notice in raw.notices]
        if len(used) < len(after):
            what = ", ".join(without)
            notices.append(
                f"not read, as they have no column 'authority': sheets {what}."
                if len(without) > 1
                else f"not read, as it has no column 'authority': sheet {what}."
            )
        if len(used) > 1:
            _refuse_undated(used)
        raws += [
            (raw, old)
            for raw, old in zip(after, before, strict=True)
            if any(raw is u for u in used)
        ]
    return _table(paths[0] if len(paths) == 1 else paths[0].parent, raws, key, notices)


def _table(
    path: Path,
    raws: Sequence[tuple[Raw, Raw]],
    key: Crosswalk | None,
    notices: Sequence[str],
) -> Table:
    cells, records, columns = [], [], []
    start = 0
    for raw, before in raws:
        file, sheet = raw.path.name, _sheet(raw)
        codes = {} if key is None else key.codes
        for name in raw.frame.columns:
            own = raw.names.get(name, name)
            columns.append((file, sheet, own, name, bool(codes.get(own)),
                            dict(raw.value_labels.get(own, {}))))  # fmt: skip
        parts = []
        size = len(raw.frame)
        for at in range(len(raw.frame.columns)):
            name = str(raw.frame.columns[at])
            own = raw.names.get(name, name)
            answer = raw.frame.iloc[:, at].astype("object")
            old = answer
            if own in before.frame.columns and before.frame.columns.is_unique:
                old = before.frame[own].astype("object")
            given = answer.notna()
            parts.append(pd.DataFrame({
                "row": raw.rows[name][given.to_numpy()], "at": np.flatnonzero(given),
                "column": own, "item": name,
                "text": old[given].where(old[given].notna(), answer[given]),
                "answer": answer[given],
            }))  # fmt: skip
        part = pd.concat(parts).sort_values("at", kind="stable")
        rows = pd.Series(next(iter(raw.rows.values())))
        number = pd.Series(np.arange(size))
        if _is_long(raw):
            who = raw.frame[["authority", "year"]].astype("str")
            faults = [
                f"row {raw.rows['item'][at]}: has no {name}. Fill it in, or delete the row."
                for name in ("authority", "year", "item")
                for at in np.flatnonzero(raw.frame[name].isna() & (
                    raw.frame["answer"].notna() | (name != "item")))
            ]  # fmt: skip
            if faults:
                raise ReturnsError(report(raw.path, faults))
            number = who.groupby(["authority", "year"], sort=False).ngroup()
            rows = rows.groupby(number).first()
            said = part[part["item"].isin(["item", "answer"])].pivot(
                index=["at", "row"], columns="item", values="answer"
            )
            said = said.dropna().reset_index()
            part = pd.concat([
                part[part["item"].isin(IDENTIFIERS)],
                said.assign(column=said["item"], text=said["answer"]),
            ]).sort_values("at", kind="stable")  # fmt: skip
        records.append(pd.DataFrame({
            "record": np.arange(len(rows)) + start, "file": file, "sheet": sheet,
            "row": rows.to_numpy(),
        }))  # fmt: skip
        cells.append(part.assign(
            file=file, sheet=sheet, record=number.to_numpy()[part["at"]] + start
        ))  # fmt: skip
        start += len(rows)
    names = ["file", "sheet", "row", "record", "column", "item", "text", "answer"]
    texts = dict.fromkeys(("file", "sheet", "column", "item", "text", "answer"), "str")
    frame = pd.concat(cells, ignore_index=True)[names].astype(texts)
    return Table(
        frame.astype({"row": "int64", "record": "int64"}),
        pd.concat(records, ignore_index=True),
        pd.DataFrame(columns, columns=["file", "sheet", "column", "item", "coded", "labels"]),
        path,
        tuple(dict.fromkeys(notices)),
    )
