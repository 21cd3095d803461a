"""The ledger: the print beside the returns, figure by figure and statement by statement.

The one place where published figures and returns meet. A row of the ledger is a published figure
or a statement, what the returns give for it, and a verdict:

``reproduced``
    The returns give what is printed, on the base that is stated or implied.
``reproduced on another base``
    They give it, but on another base.
``impossible as printed``
    No count gives it.
``contradicted``
    The returns, or other figures, say otherwise.
``cannot be checked``
    What it would take is not printed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from csm_lib import words
from csm_lib.claims import (
    ANOTHER_BASE,
    CONTRADICTED,
    IMPOSSIBLE,
    REPRODUCED,
    UNCHECKED,
    Verdict,
    decide,
    read_claims,
)
from csm_lib.claims.cells import Cell, by_direction, moves, printed, value
from csm_lib.claims.jsna import components_rest_on_the_rest
from csm_lib.codebook import ANSWERS
from csm_lib.counts import (
    closing_splits,
    one_cell_corrections,
    points_change,
    possible_counts,
    rounded_percent,
)
from csm_lib.errors import CollectionError
from csm_lib.files import read_text, require_columns
from csm_lib.published import CHARACTERISTICS, stated_sample
from csm_lib.recovery import sample_list

if TYPE_CHECKING:
    from collections.abc import Hashable

    from csm_lib.collection import Collection
    from csm_lib.frame import FrameList

COLUMNS = (
    "entry",
    "kind",
    "item",
    "year",
    "place",
    "printed",
    "computed",
    "verdict",
    "because",
    "status",
)
FIGURE, CLAIM = "figure", "claim"
STATUSES = ("published", "recovered", "assumed", "impossible")

Row = Mapping["Hashable", Any]


class Judgement(NamedTuple):
    """What the returns give for a figure, as text; the verdict; and why."""

    computed: str
    verdict: Verdict
    because: str


Cells = Mapping[tuple[str, int, str], Cell]


# -- The ledger ---------------------------------------------------------------------------------


def ledger(collection: Collection) -> pd.DataFrame:
    """Hold every published figure and every statement against the returns.

    Returns
    -------
    DataFrame
        One row is a published figure or a statement: ``entry`` (its id), ``kind`` (``figure`` or
        ``claim``), ``item`` and ``year`` (of a figure), ``place``, ``printed`` (the figure as
        printed, or the statement in our words), ``computed`` (what the returns give, as text;
        empty for a statement), ``verdict``, ``because`` (the reason, made from the numbers) and
        ``status`` (of the figure; of a statement, that of the weakest figure it rests on).

    Raises
    ------
    CollectionError
        The collection has no published figures, or its statements cannot be read.
    """
    return pd.concat([figures(collection), claims(collection)], ignore_index=True)


def recorded(collection: Collection) -> pd.DataFrame:
    """Read the verdicts last recorded: one row an entry, with ``entry`` and ``verdict``.

    Raises
    ------
    CollectionError
        ``ledger.csv`` is missing or not as it must be.
    """
    path = collection.path / "ledger.csv"
    found = read_text(path, CollectionError)
    require_columns(found, ["entry", "verdict"], path, CollectionError)
    return found[["entry", "verdict"]].reset_index(drop=True)


def record(collection: Collection, rows: pd.DataFrame) -> None:
    """Write the verdicts of a ledger to the collection's ``ledger.csv``."""
    path = collection.path / "ledger.csv"
    rows[["entry", "verdict"]].to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def differences(rows: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Compare a ledger with the recorded verdicts.

    Returns
    -------
    DataFrame
        One row is an entry whose verdict is another: ``entry, recorded, verdict``; ``none``
        where the entry is on one side only. Empty where all agree.
    """
    both = rows[["entry", "verdict"]].merge(
        before.rename(columns={"verdict": "recorded"}), on="entry", how="outer"
    )
    both = both[["entry", "recorded", "verdict"]].fillna("none")
    return both[both["recorded"] != both["verdict"]].reset_index(drop=True)


def claims(collection: Collection) -> pd.DataFrame:
    """Hold every statement of `claims.csv` against the returns: those rows of the `ledger`."""
    path = collection.path / "claims.csv"
    if not path.exists():
        return pd.DataFrame(columns=list(COLUMNS))
    status = printed(collection).set_index("figure")["status"]
    rows = []
    for claim in read_claims(path, printed(collection)).to_dict("records"):
        ruling = decide(collection, claim["check"])
        behind = set(status[claim["figures"].split()])
        rows.append(
            {
                "entry": claim["claim"],
                "kind": CLAIM,
                "item": "",
                "year": pd.NA,
                "place": claim["place"],
                "printed": claim["statement"],
                "computed": "",
                "verdict": ruling.verdict,
                "because": ruling.evidence,
                "status": max(behind, key=STATUSES.index, default=""),
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"year": "Int64"})


def figures(collection: Collection) -> pd.DataFrame:
    """Hold every published figure against the returns: those rows of the `ledger`."""
    published = printed(collection)
    tally = collection.tally(list(collection.codebook))
    key, counts = ["item", "year", "answer"], ["item", "label", "yes", "base", "no_answer"]
    cells: Cells = {
        tuple(at): Cell(*found)
        for at, found in zip(
            tally[key].to_numpy().tolist(), tally[counts].to_numpy().tolist(), strict=True
        )
    }
    fitting = cache(lambda: frame_list(collection))
    rows = []
    for row in published.to_dict("records"):
        judged = _judge(row, cells, collection, fitting)
        rows.append(
            {
                "entry": row["figure"],
                "kind": FIGURE,
                **{name: row[name] for name in ("item", "year", "place", "printed", "status")},
                **judged._asdict(),
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"year": "Int64"})


# -- Judging a figure ---------------------------------------------------------------------------


def _judge(
    row: Row, cells: Cells, collection: Collection, fitting: Callable[[], FrameList]
) -> Judgement:
    """Hand a figure to the function for what it states."""
    statistic, item = row["statistic"], row["item"]
    if statistic == "share" and item == "sample":
        return _sample_share(row, collection)
    if statistic == "share" and item in CHARACTERISTICS:
        return _group_share(row, collection, fitting())
    if statistic == "share":
        return _share(row, cells, collection)
    if statistic == "change":
        return _change(row, cells, collection)
    if statistic in ("no_response", "not_stated", "absent"):
        return _number_of_boards(row, cells, collection)
    if statistic == "excluded":
        return _excluded(row, cells, collection)
    if statistic == "date":
        return Judgement(
            "", UNCHECKED, "A date. Neither the returns nor the other figures tell it."
        )
    if item == "sample":
        return _sample_size(row, collection)
    return _number_of_items(row, collection)


def _share(row: Row, cells: Cells, collection: Collection) -> Judgement:
    """A share of an item, on the base that the print states or implies."""
    cell = cells.get((row["item"], row["year"], row["answer"]))
    if cell is None:
        return Judgement("", UNCHECKED, "The returns hold no answers to it in that year.")
    stated, in_words = _stated_base(row, cells, collection)
    if row["status"] == "impossible":
        return Judgement(str(cell), IMPOSSIBLE, _why_impossible(row, cell, collection))
    if not cell.base or rounded_percent(cell.yes, cell.base) != row["value"]:
        return Judgement(str(cell), CONTRADICTED, f"The returns give {cell}.")
    if cell.base == stated:
        return Judgement(str(cell), REPRODUCED, f"Of {in_words}.")
    return Judgement(
        str(cell), ANOTHER_BASE, _why_another_base(row, cell, collection, stated, in_words)
    )


def _stated_base(row: Row, cells: Cells, collection: Collection) -> tuple[int, str]:
    """The base that the print states or implies, and how it comes about."""
    published, item, year = printed(collection), row["item"], row["year"]
    size = stated_sample(published)
    if pd.notna(row["base"]):
        return int(row["base"]), f"the {row['base']} printed beside it"
    opener = collection.codebook[item].asked_if
    if collection.codebook[item].response == "level" and opener is not None:
        on_board = cells[opener, year, "yes"].yes
        unknown = _beside(published, item, year, "not_stated") or 0
        in_words = f"the {on_board} on the Board"
        return on_board - unknown, _less(in_words, unknown, "whose level is not stated")
    silent = _beside(published, item, year, "no_response")
    if silent is not None:
        return size - silent, _less(f"all {size}", silent, "without an answer")
    left_out = _beside(published, collection.codebook[item].section, year, "excluded")
    if left_out is not None:
        return size - left_out, _less(f"all {size}", left_out, "left out")
    return size, f"all {size}"


def _less(whole: str, number: int, which: str) -> str:
    return f"{whole} less {number} {which}" if number else whole


def _beside(published: pd.DataFrame, item: str, year: int, statistic: str) -> int | None:
    """A number printed for the same item and year, if one is."""
    at = (published["item"] == item) & (published["year"] == year)
    values = published.loc[at & (published["statistic"] == statistic), "value"]
    return int(values.iloc[0]) if len(values) else None


def _block(row: Row, published: pd.DataFrame) -> pd.DataFrame:
    """The figures that rest on one base with this one, itself included."""
    name = "block" if row["block"] else "figure"
    return published[published[name].isin([row[name]])]


def _why_another_base(
    row: Row, cell: Cell, collection: Collection, stated: int, in_words: str
) -> str:
    block = _block(row, printed(collection))
    holes = block.loc[[not possible_counts(int(v), stated) for v in block["value"]], "printed"]
    taken = f" {cell.base} is the {row['basis']}." if row["of"] == cell.base else ""
    if holes.empty:
        return f"The base is not {in_words}, but {cell.base}.{taken}"
    whole = in_words if str(stated) in in_words else f"{stated} ({in_words})"
    return f"No count of {whole} gives {words.listed(list(dict.fromkeys(holes)))}.{taken}"


def _why_impossible(row: Row, cell: Cell, collection: Collection) -> str:
    """No count gives it: the nearest correction, and the others that would do."""
    answers = ANSWERS.get(collection.codebook[row["item"]].response, {})
    published = printed(collection)
    at = (published["item"] == row["item"]) & (published["year"] == row["year"])
    parts = published[at & (published["statistic"] == "share")]
    values = parts["value"].astype(int).tolist()
    mended = one_cell_corrections(values, cell.base) if len(parts) > 1 and cell.base else ()
    if not mended:
        return f"No count of {row['of']} gives {row['printed']}. The returns give {cell}."
    names = [words.within(answers[answer]) for answer in parts["answer"]]
    changes = [f"{one.corrected}% for {names[one.position]}" for one in mended]
    largest = stated_sample(published)
    other = [base for base in range(1, largest + 1) if closing_splits(values, base)]
    elsewhere = (
        f"They would on {words.listed([str(base) for base in other])}"
        if other
        else f"They do on no base up to {largest}"
    )
    rest = f" ({words.listed(changes[1:])} would mend it as well)" if changes[1:] else ""
    return (
        f"The parts {words.listed(parts['printed'].tolist())} do not add up to {cell.base}, nor "
        f"to 100%. {elsewhere}. Nearest correction: {changes[0]}{rest}."
    )


def _change(row: Row, cells: Cells, collection: Collection) -> Judgement:
    """A change in points, from the counts of the two years."""
    first, last = collection.years[0], collection.years[-1]
    before, after = (cells.get((row["item"], year, "yes")) for year in (first, last))
    if before is None or after is None or first == last or not (before.base and after.base):
        return Judgement("", UNCHECKED, "The returns do not hold both years.")
    counts = (before.yes, before.base, after.yes, after.base)
    change = points_change(*counts)
    computed = f"{change} {'point' if abs(change) == 1 else 'points'}"
    moved = f"from {before} to {after}"
    if change == row["value"]:
        return Judgement(computed, REPRODUCED, words.sentence(f"{moved}."))
    tenths = points_change(*counts, digits=1)
    exact = f"{'-' if tenths < 0 else ''}{abs(tenths) // 10}.{abs(tenths) % 10}"
    of_rounded = rounded_percent(after.yes, after.base) - rounded_percent(before.yes, before.base)
    slip = (
        f" {row['printed']} is the difference of the two rounded percentages."
        if of_rounded == row["value"]
        else ""
    )
    because = f"{words.sentence(moved)} is a change of {exact} points.{slip}"
    return Judgement(computed, CONTRADICTED, because)


def _number_of_boards(row: Row, cells: Cells, collection: Collection) -> Judgement:
    """How many did not answer, or are not on the Board."""
    answer = collection.codebook[row["item"]].counted[0]
    cell = cells.get((row["item"], row["year"], answer))
    if cell is None:
        return Judgement("", UNCHECKED, "The returns hold no answers to it in that year.")
    if row["statistic"] == "absent":
        return _compare(cell.base - cell.yes, row, f"On the Board: {cell}.")
    return _compare(cell.blank, row, f"{cell.base} of {cell.base + cell.blank} answered.")


def _compare(found: int, row: Row, because: str) -> Judgement:
    verdict = REPRODUCED if found == row["value"] else CONTRADICTED
    return Judgement(str(found), verdict, because)


def _excluded(row: Row, cells: Cells, collection: Collection) -> Judgement:
    """How many of the sample are left out of a section: those that its items do not rest on."""
    section = collection.codebook.section(row["item"])
    bases = [
        c.base for (item, year, _), c in cells.items() if item in section and year == row["year"]
    ]
    if not bases:
        return Judgement("", UNCHECKED, "The returns hold no answers to it in that year.")
    return _compare(
        collection.size - max(bases), row, components_rest_on_the_rest(collection).evidence
    )


def _number_of_items(row: Row, collection: Collection) -> Judgement:
    """How many items of a section were asked, rose, fell or stayed the same."""
    section = collection.codebook.section(row["item"])
    stated = printed(collection)
    asked = stated.loc[(stated["item"] == row["item"]) & (stated["statistic"] == "count"), "value"]
    pairs = moves(collection, section)
    if len(asked) and len(section) < asked.iloc[0]:
        with_both = words.number(len(pairs)) if pairs else "none"
        because = f"Only {len(section)} are named in print, {with_both} of them with both years."
        return Judgement("", UNCHECKED, because)
    if row["statistic"] == "count":
        return _compare(len(section), row, "Items in the codebook.")
    if not pairs:
        return Judgement("", UNCHECKED, "The returns do not hold both years.")
    rose, fell, same = (len(found) for found in by_direction(pairs))
    because = f"Of {len(pairs)} in both years {rose} rose, {fell} fell and {same} stayed the same."
    return _compare({"rose": rose, "fell": fell, "same": same}[row["statistic"]], row, because)


def _sample_size(row: Row, collection: Collection) -> Judgement:
    """How many authorities answered, or (`sample.frame`) how many there were."""
    if row["figure"] != "sample.frame":
        years = collection.returns.groupby("authority")["year"].nunique()
        steady = int((years == len(collection.years)).sum())
        return _compare(steady, row, "Authorities with returns in every year.")
    one = frame_list(collection)
    return _compare(int(one.cells["authorities"].sum()), row, f"The {one.name}.")


def _sample_share(row: Row, collection: Collection) -> Judgement:
    """The sample as a share of all authorities."""
    whole = value(collection, "sample.frame")
    same = rounded_percent(collection.size, whole) == row["value"]
    verdict = REPRODUCED if same else CONTRADICTED
    return Judgement(words.of(collection.size, whole), verdict, f"The base is {whole}, as printed.")


def _group_share(row: Row, collection: Collection, one: FrameList) -> Judgement:
    """The authorities answering in a region or of a type, of all that there were."""
    base = one.size(row["item"], row["answer"])
    groups = collection.returns.drop_duplicates("authority")[row["item"]]
    count = int((groups == row["answer"]).sum())
    computed = words.of(count, base)
    if not possible_counts(row["value"], base):
        near = [c for v in (row["value"] - 1, row["value"] + 1) for c in possible_counts(v, base)]
        nearest = (
            f": {words.listed([words.of(c, base) for c in near])} come nearest" if near else ""
        )
        because = (
            f"No count of {base} gives {row['printed']}{nearest}. The other groups leave {count} "
            f"of the {collection.size}: {computed}. On the {one.name}."
        )
        return Judgement(computed, IMPOSSIBLE, because)
    same = rounded_percent(count, base) == row["value"]
    return Judgement(computed, REPRODUCED if same else CONTRADICTED, f"On the {one.name}.")


def frame_list(collection: Collection) -> FrameList:
    """The list of authorities on which the print fits best."""
    if collection.frame is None:
        raise CollectionError(f"{collection.path}: has no frame.csv. The ledger needs it. Add it.")
    return sample_list(printed(collection), collection.frame)
