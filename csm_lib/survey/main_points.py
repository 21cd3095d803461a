"""The main points of any collection: what moved most, what is common and rare, and who answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from csm_lib import words
from csm_lib.points import MOST_POINTS, MOST_WORDS, MainPoints
from csm_lib.survey.catalogue import FINDINGS, chapters_of
from csm_lib.survey.section import figures, heading, name

if TYPE_CHECKING:
    import pandas as pd

    from csm_lib.collection import Collection
    from csm_lib.findings import Finding


def main_points(collection: Collection) -> MainPoints:
    """Return the main points of a collection's findings at a glance.

    Returns
    -------
    MainPoints
        Of each section whose change stands there, the item that moved most; of each whose shares
        do, the most and the least common item of its last wave; and how many answered. Each leads
        to its finding on the same page. What is withheld is in none of them, and what takes more
        than 25 words is left out.
    """
    (glance,) = (chapter for chapter in chapters_of(collection) if chapter.name == FINDINGS)
    made = [entry.make() for entry in glance.entries]
    points = {
        finding.key: point
        for kind, tell in _KINDS.items()
        for finding in made
        if finding.key.startswith(kind) and (point := tell(collection, finding))
        if len(point[0].split()) <= MOST_WORDS
    }
    kept = dict([*points.items()][:MOST_POINTS])
    return MainPoints(
        {key: sentence for key, (sentence, _) in kept.items()},
        {key: rows for key, (_, rows) in kept.items()},
        pages=dict.fromkeys(kept, ""),
    )


def _moved(collection: Collection, finding: Finding) -> tuple[str, pd.DataFrame]:
    """The item that moved most."""
    row = finding.data.iloc[int(finding.data["change"].abs().argmax())]
    first, last = int(row["from_year"]), int(row["to_year"])
    return (
        f"{name(row['label'])} {words.went(row)} most in {heading(collection, row['section'])}: "
        f"from {row['from_yes']} of {row['from_base']} {collection.many} in {first} to "
        f"{row['to_yes']} of {row['to_base']} in {last}.",
        collection.tally([row["item"]], years=[first, last]),
    )


def _ranked(collection: Collection, finding: Finding) -> tuple[str, pd.DataFrame] | None:
    """The most and the least common item of the last wave, if there are two."""
    rows = figures(finding.data)
    rows = rows[rows["year"] == rows["year"].max()].sort_values("share", kind="stable")
    if len(rows) < 2:
        return None
    low, high = rows.iloc[0], rows.iloc[-1]
    return (
        f"{heading(collection, high['section'])}, {high['year']}: {name(high['label'])} in "
        f"{high['yes']} of {high['base']} {collection.many}, {name(low['label'])} in "
        f"{low['yes']} of {low['base']}.",
        rows.iloc[[-1, 0]],
    )


_KINDS: Mapping[str, Callable[[Collection, Finding], tuple[str, pd.DataFrame] | None]] = {
    "change-": _moved,
    "shares-": _ranked,
    "response": lambda _, finding: (f"{finding.title}.", finding.data),
}
"""How a finding is told whose key begins so, the most important first."""
