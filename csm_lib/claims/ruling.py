"""What a verdict is, the register of the functions that give one, and the file that names them."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from csm_lib.errors import CollectionError
from csm_lib.files import read_text, report, require_columns

if TYPE_CHECKING:
    import pandas as pd

    from csm_lib.collection import Collection

Verdict = Literal["tested and passed", "possible", "disagrees", "cannot be checked"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
PASSED, POSSIBLE, DISAGREES, UNCHECKED = VERDICTS

COLUMNS = ("claim", "statement", "place", "figures", "check")


@dataclass(frozen=True)
class Ruling:
    """What became of a statement.

    Attributes
    ----------
    verdict
        One of `VERDICTS`.
    evidence
        One or more sentences made from the counts.
    figures
        Ids of the published figures that disagree with the statement; empty where none does.
    """

    verdict: Verdict
    evidence: str
    figures: tuple[str, ...] = ()


Check = Callable[["Collection"], Ruling]
CHECKS: dict[str, Check] = {}
"""The functions that decide, by the name `claims.csv` calls them."""


def check(function: Check) -> Check:
    """Enter a function in the register under its own name."""
    CHECKS[function.__name__] = function
    return function


def decide(collection: Collection, name: str) -> Ruling:
    """Decide a statement by the name of its check.

    Raises
    ------
    CollectionError
        There is no such check, or the collection lacks what it needs.
    """
    if name not in CHECKS:
        raise CollectionError(_unknown(name))
    return CHECKS[name](collection)


def holds(true: bool, evidence: str, figures: tuple[str, ...] = ()) -> Ruling:
    """Tested and passed where it is true, else these figures disagree."""
    return Ruling(PASSED, evidence) if true else Ruling(DISAGREES, evidence, figures)


def read_claims(path: str | Path, published: pd.DataFrame) -> pd.DataFrame:
    """Read the statements from CSV: one row is one statement.

    Parameters
    ----------
    path
        A UTF-8 CSV file with the columns of `COLUMNS`. ``figures`` holds the ids of the figures
        that the statement rests on, separated by spaces, and may be empty; ``check`` is a name
        of `CHECKS`.
    published
        The published figures.

    Returns
    -------
    DataFrame
        As the file, all of it text.

    Raises
    ------
    CollectionError
        The file cannot be read, an id stands twice or is a figure's, a cell is empty, or a
        figure or a check is unknown: every fault with its line and remedy.
    """
    path = Path(path)
    claims = read_text(path, CollectionError)
    require_columns(claims, COLUMNS, path, CollectionError)
    known = set(published["figure"])
    taken, faults = set(known), []
    for line, row in zip(claims.index, claims[list(COLUMNS)].to_dict("records"), strict=True):
        empty = [name for name in COLUMNS if name != "figures" and not row[name].strip()]
        faults += [f"line {line}: the cell {name!r} is empty. Fill it in." for name in empty]
        if row["claim"] in taken:
            faults.append(f"line {line}: the id {row['claim']!r} is taken. Give it another.")
        taken.add(row["claim"])
        for figure in sorted(set(row["figures"].split()) - known):
            faults.append(f"line {line}: there is no figure {figure!r}. Use ids of published.csv.")
        if row["check"].strip() and row["check"] not in CHECKS:
            faults.append(f"line {line}: {_unknown(row['check'])}")
    if faults:
        raise CollectionError(report(path, faults))
    return claims[list(COLUMNS)].reset_index(drop=True)


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, CHECKS, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"there is no check {name!r}.{hint} Use the name of a function in csm_lib.claims."
