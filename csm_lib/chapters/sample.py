"""Who answered: how many authorities, in which regions and of which types."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from csm_lib import words
from csm_lib.errors import CollectionError
from csm_lib.findings import Finding, alt_of
from csm_lib.frame import FrameList
from csm_lib.recovery import sample_list
from csm_lib.status import DRAWN, OWN

if TYPE_CHECKING:
    from csm_lib.collection import Collection

SOURCE = "Devanney and Wistow (2013), Results, Sub-set"
SELECTED = (
    "The authorities chose to answer, so those that did may differ from those that did not. "
    "These shares say how many answered; they do not make the answers representative."
)


def answered(collection: Collection) -> Finding:
    """How many authorities answered, of how many there were."""
    one = _list(collection)
    everyone = int(one.cells["authorities"].sum())
    years = words.listed([str(year) for year in collection.years])
    data = pd.DataFrame(
        {
            "item": ["sample"],
            "label": ["Authorities answering in every year"],
            "answer": ["yes"],
            "yes": [collection.size],
            "base": [everyone],
            "no_answer": [0],
            "share": [collection.size / everyone],
            "status": [OWN if collection.status == OWN else "published"],
        }
    )
    return Finding(
        key="answered",
        title=(
            f"{words.of(collection.size, everyone)} of the authorities of England answered "
            f"in {years}"
        ),
        question="How many authorities answered in both years?",
        data=data,
        base=f"all {everyone} top-tier authorities in England ({one.name})",
        source=_source(collection),
        caveat=SELECTED,
    )


def by_region(collection: Collection) -> Finding:
    """The share of authorities that answered, by region, on a map of tiles."""
    from csm_lib.charts import tile_map

    data = _answering(collection, "region")
    ranked = data.sort_values("share", ascending=False)
    most, least = ranked.iloc[0], ranked.iloc[-1]
    return Finding(
        key="answered-by-region",
        title=(
            f"The {most['region']} answered most, {words.of(most['yes'], most['base'])}; "
            f"{least['region']} least, {words.of(least['yes'], least['base'])}"
        ),
        question="How many of each region's authorities answered?",
        data=data,
        base=f"all authorities of each region ({_list(collection).name})",
        source=_source(collection),
        caveat=SELECTED,
        alt=alt_of("Map of the nine English regions by share of authorities answering", data),
        draw=lambda: tile_map(data),
    )


def by_type(collection: Collection) -> Finding:
    """The share of authorities that answered, by type of authority."""
    from csm_lib.charts import ranked_dots

    data = _answering(collection, "authority_type")
    ranked = data.sort_values("share", ascending=False)
    most, least = ranked.iloc[0], ranked.iloc[-1]
    drawn = data.assign(label=data["authority_type"], item=data["authority_type"])
    return Finding(
        key="answered-by-type",
        title=(
            f"{_plural(most['authority_type'])} answered most, "
            f"{words.of(most['yes'], most['base'])}; "
            f"{words.within(_plural(least['authority_type']))} least, "
            f"{words.of(least['yes'], least['base'])}"
        ),
        question="How many authorities of each type answered?",
        data=data,
        base=f"all authorities of each type ({_list(collection).name})",
        source=_source(collection),
        caveat=SELECTED,
        alt=alt_of("Chart of the share of authorities answering, by type", data),
        draw=lambda: ranked_dots(drawn),
    )


def _list(collection: Collection) -> FrameList:
    if collection.published is None or collection.frame is None:
        raise CollectionError(
            f"{collection.path}: holds no published figures and frame, so nobody can say of how "
            "many authorities these are. Add published.csv and frame.csv."
        )
    return sample_list(collection.published, collection.frame)


def _answering(collection: Collection, characteristic: str) -> pd.DataFrame:
    """A tally without years: how many authorities of each group answered, of how many."""
    one = _list(collection)
    groups = list(dict.fromkeys(one.cells[characteristic]))
    counts = collection.returns.drop_duplicates("authority")[characteristic].value_counts()
    data = pd.DataFrame(
        {
            "item": "sample",
            "label": "Authorities answering",
            "answer": "yes",
            characteristic: groups,
            "yes": [int(counts.get(group, 0)) for group in groups],
            "base": [one.size(characteristic, group) for group in groups],
            "no_answer": 0,
        }
    )
    data["share"] = data["yes"] / data["base"]
    data["status"] = [_status(collection, characteristic, row) for row in data.itertuples()]
    return data


def _status(collection: Collection, characteristic: str, row: object) -> str:
    """What a count of authorities answering is: the status of the printed share it reproduces."""
    if collection.status == OWN or collection.published is None:
        return OWN
    printed = collection.published
    at = (printed["item"] == characteristic) & (printed["answer"] == getattr(row, characteristic))
    at &= (printed["count"] == row.yes) & (printed["of"] == row.base)  # type: ignore[attr-defined]
    return str(printed.loc[at, "status"].iloc[0]) if at.any() else DRAWN


def _source(collection: Collection) -> str:
    return collection.title if collection.status == OWN else SOURCE


def _plural(kind: str) -> str:
    return f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}s"
