"""What a number is: published, recovered, drawn, ...; and what must be said wherever it goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from csv import DictReader
from pathlib import Path

import pandas as pd

from csm_lib import aggregate
from csm_lib.words import counted, sentence

DRAWN, OWN, INVENTED = "drawn", "own returns", "invented"
DERIVED, WITHHELD = "derived", "withheld"

LABELS: Mapping[str, str] = {
    DRAWN: "Drawn: an illustration, not the data",
    INVENTED: "Invented returns: an example, not data",
    OWN: "",
}
"""By status of the returns: what every figure made from them must be called."""

with Path(__file__).with_name("status.csv").open(encoding="utf-8", newline="") as _file:
    STATUSES: Mapping[str, str] = {row["status"]: row["meaning"] for row in DictReader(_file)}
"""What a number is, from the firmest to the least firm, and how a page explains it.

A finding is as firm as the last of those it holds.
"""

FIRM = (OWN, "published", "recovered")
"""What a reader takes a number for unless told otherwise."""

TALLY = (*aggregate.TALLY, *aggregate.SUMMARY, "low", "high", "status", "source")
"""The columns a tally, or a sum of numbers, may have, and its saved file.

Any other is one by which it is split.
"""


def groups_of(data: pd.DataFrame) -> list[str]:
    """Return the characteristics by which a tally is split."""
    return [name for name in data.columns if name not in TALLY]


def wave_of(data: pd.DataFrame, year: object) -> str:
    """Return what a wave is called where some rows come from: ``2023-24``, or its number."""
    return str(data.attrs.get("origin", {}).get("waves", {}).get(str(year), year))


def least_firm(statuses: Iterable[str]) -> str:
    """Return the least firm of some statuses, which is that of what is made from all of them."""
    return max(statuses, key=list(STATUSES).index)


def drawn_note(data: pd.DataFrame) -> str | None:
    """The label a chart of these rows must carry, or ``None``.

    Its first line says that rows are drawn or invented, its last how many figures are withheld.
    """
    labels = [LABELS[name] for name in (INVENTED, DRAWN) if (data["status"] == name).any()][:1]
    count = withheld(data)
    if count:
        labels.append(f"{sentence(counted(count, 'figure'))} withheld: small counts")
    return "\n".join(labels) or None


def label_of(data: pd.DataFrame) -> str | None:
    """The label a chart of some rows must carry, or ``None``; rows without a status need none."""
    if "label" in data.attrs:  # of more rows than a chart draws
        return str(data.attrs["label"]) or None
    return drawn_note(data) if "status" in data else None


def withheld(data: pd.DataFrame) -> int:
    """How many figures of a tally are withheld, the answers to one question taken as one."""
    rows = data[data["status"] == WITHHELD]
    return len(rows.drop_duplicates([n for n in ("item", "year", *groups_of(data)) if n in rows]))


def drawable(data: pd.DataFrame) -> pd.DataFrame:
    """The rows of a tally that a chart draws: those of items, or groups, with any figure shown.

    An item that keeps a figure in one year keeps its withheld years too, so that a chart does not
    take them for years in which it was not asked.
    """
    shown = (data["status"] != WITHHELD).groupby(
        [data[name] for name in ("item", *groups_of(data))], dropna=False
    )
    return data[shown.transform("any")].reset_index(drop=True)
