"""The ledger: the paper beside the returns, figure by figure and statement by statement.

The one place where published figures and returns meet. A row of the ledger is a published figure
or a statement, what the returns give for it, and a verdict:

``tested and passed``
    It could have failed and did not. Beside a figure stands the chance that another one, drawn at
    random, would have passed as well.
``possible``
    Nothing speaks against it, but nothing tested it: it was copied into the returns, or any
    figure would fit some base.
``disagrees``
    No count gives it, or other figures say otherwise.
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
    DISAGREES,
    PASSED,
    POSSIBLE,
    UNCHECKED,
    Verdict,
    decide,
    read_claims,
)
from csm_lib.claims.cells import Cell, by_direction, moves, printed, value
from csm_lib.claims.jsna import components_rest_on_the_rest
from csm_lib.codebook import ANSWERS
from csm_lib.counts import (
    closing_chance,
    closing_splits,
    expected_by_chance,
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
    "chance",
    "because",
    "status",
)
TYPES = {"year": "Int64", "chance": "float64"}
FIGURE, CLAIM = "figure", "claim"
STATUSES = ("published", "recovered", "assumed", "impossible")

Row = Mapping["Hashable", Any]


BY_LUCK = 0.05
"""A base that is not stated counts as tested where its figures fit with a chance below this."""


class Judgement(NamedTuple):
    """What the returns give for a figure, as text; the verdict; why; and the chance of luck."""

    computed: str
    verdict: Verdict
    because: str
    chance: float | None = None


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
        empty for a statement), ``verdict``, ``chance`` (0-1, of a figure that passed: that one
        drawn at random would pass; missing where that is not known), ``because`` (the reason, made
        from the numbers) and ``status`` (of the figure; of a statement, that of the weakest figure
        it rests on).

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
                "chance": None,
                "because": ruling.evidence,
                "status": max(behind, key=STATUSES.index, default=""),
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(TYPES)


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
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(TYPES)


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
        return _excluded(collection)
    if statistic == "date":
        return Judgement(
            "", UNCHECKED, "A date. Neither the returns nor the other figures tell it."
        )
    if item == "sample":
        return _sample_size(row, collection)
    return _number_of_items(row, collection)


def _share(row: Row, cells: Cells, collection: Collection) -> Judgement:
    """A share of an item, on the base that the paper states, or on one that fits its block."""
    cell = cells.get((row["item"], row["year"], row["answer"]))
    if cell is None:
        return Judgement("", UNCHECKED, "The returns hold no answers to it in that year.")
    if row["status"] == "impossible":
        return Judgement(str(cell), DISAGREES, _why_impossible(row, cell, collection))
    if not cell.base or rounded_percent(cell.yes, cell.base) != row["value"]:
        return Judgement(str(cell), DISAGREES, f"The returns give {cell}.")
    stated, in_words = _stated_base(row, cells, collection)
    if stated is None:
        return _share_of_no_base(row, cell, collection)
    if cell.base != stated:
        return Judgement(
            str(cell), DISAGREES, f"The base is {in_words}, and in the returns {cell.base}."
        )
    if pd.notna(row["numerator"]):
        chance = 1 / 101  # of all whole percentages one belongs to the fraction
    elif collection.codebook[row["item"]].response == "level":
        chance = closing_chance(stated)
    else:
        chance = expected_by_chance(1, stated, smallest=stated)
    return Judgement(str(cell), PASSED, f"Of {in_words}.", chance)


def _share_of_no_base(row: Row, cell: Cell, collection: Collection) -> Judgement:
    """A share whose base is not stated: tested only together with the others on its base."""
    published = printed(collection)
    size = stated_sample(published)
    left_out = _beside(published, collection.codebook[row["item"]].section, row["year"], "excluded")
    whole = size - (left_out or 0)
    in_words = _less(f"all {size}", left_out or 0, "left out")
    values = list(dict.fromkeys(_block(row, published)["value"].astype(int)))
    holes = [value for value in values if not possible_counts(value, whole)]
    alone = len(values) == 1
    all_of_them = "both" if len(values) == 2 else f"all {len(values)} different"
    which = "it" if alone else f"{all_of_them} percentages on its base"
    if cell.base == whole:
        chance = expected_by_chance(len(values), whole, smallest=whole)
        because = f"Base not stated; {in_words} can give {which}."
        if chance < BY_LUCK:
            return Judgement(str(cell), PASSED, because, chance)
        return Judgement(str(cell), POSSIBLE, because)
    if not holes:
        return Judgement(str(cell), POSSIBLE, f"Base not stated; in the returns it is {cell.base}.")
    no = f"{whole} ({in_words})" if left_out else str(whole)
    told = words.listed([f"{value}%" for value in holes])
    because = f"Base not stated. {no} cannot give {told}; {cell.base} can give {which}."
    if left_out and not alone:
        because += " Blanks in single questions would explain it."
    return Judgement(str(cell), POSSIBLE, because)


def _stated_base(row: Row, cells: Cells, collection: Collection) -> tuple[int | None, str]:
    """The base that the paper states, and how it comes about; none where it states none."""
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
    return None, ""


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
    counts = [possible_counts(value, cell.base) for value in values]
    short = cell.base - sum(max(found) for found in counts) if all(counts) else 0
    silent = (
        f" Or no figure is misprinted, and {words.number(short)} more of the {cell.base} did not "
        f"state the level: {' + '.join(str(max(found)) for found in counts)} is "
        f"{cell.base - short}."
        if short > 0
        else ""
    )
    return (
        f"The parts {words.listed(parts['printed'].tolist())} do not add up to {cell.base}, nor "
        f"to 100%. {elsewhere}. Nearest correction: {changes[0]}{rest}.{silent}"
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
        return Judgement(computed, PASSED, words.sentence(f"{moved}."))
    of_rounded = rounded_percent(after.yes, after.base) - rounded_percent(before.yes, before.base)
    tenths = points_change(*counts, digits=1)
    exact = f"{'-' if tenths < 0 else ''}{abs(tenths) // 10}.{abs(tenths) % 10}"
    because = f"{words.sentence(moved)} is a change of {exact} points."
    if of_rounded == row["value"]:
        slip = f" The difference of the two printed percentages is {row['printed']}: a point out "
        return Judgement(computed, PASSED, f"{because}{slip}through rounding.")
    return Judgement(computed, DISAGREES, because)


def _number_of_boards(row: Row, cells: Cells, collection: Collection) -> Judgement:
    """How many did not answer, or are not on the Board."""
    answer = collection.codebook[row["item"]].counted[0]
    cell = cells.get((row["item"], row["year"], answer))
    if cell is None:
        return Judgement("", UNCHECKED, "The returns hold no answers to it in that year.")
    if row["statistic"] == "absent":
        chance = 1 / (cell.base + 1) if cell.base else None
        return _compare(cell.base - cell.yes, row, f"On the Board: {cell}.", chance=chance)
    because = f"Copied in: {cell.base} of {cell.base + cell.blank} answered."
    return _compare(cell.blank, row, because, same=POSSIBLE)


def _compare(
    found: int, row: Row, because: str, *, same: Verdict = PASSED, chance: float | None = None
) -> Judgement:
    """Compare a number that was found with the printed one; ``same`` is the verdict if equal."""
    if found != row["value"]:
        return Judgement(str(found), DISAGREES, because)
    return Judgement(str(found), same, because, chance)


def _excluded(collection: Collection) -> Judgement:
    """How many of the sample are left out of a section, which nothing else printed tests."""
    ruling = components_rest_on_the_rest(collection)
    return Judgement("", ruling.verdict, ruling.evidence)


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
        because = "Copied in: authorities with returns in every year."
        return _compare(steady, row, because, same=POSSIBLE)
    one = frame_list(collection)
    because = f"The list is not stated. On the one that fits best: {one.name}."
    return _compare(int(one.cells["authorities"].sum()), row, because)


def _sample_share(row: Row, collection: Collection) -> Judgement:
    """The sample as a share of all authorities."""
    whole = value(collection, "sample.frame")
    same = rounded_percent(collection.size, whole) == row["value"]
    verdict = PASSED if same else DISAGREES
    because = f"The base is {whole}, as printed."
    return Judgement(words.of(collection.size, whole), verdict, because, 1 / 101 if same else None)


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
            f"of the {collection.size}: {computed}. On the list that fits best: {one.name}."
        )
        return Judgement(computed, DISAGREES, because)
    because = f"The list is not stated. On the one that fits best: {one.name}."
    if rounded_percent(count, base) != row["value"]:
        return Judgement(computed, DISAGREES, because)
    return Judgement(computed, PASSED, because, expected_by_chance(1, base, smallest=base))


def frame_list(collection: Collection) -> FrameList:
    """The list of authorities on which the print fits best."""
    if collection.frame is None:
        raise CollectionError(f"{collection.path}: has no frame.csv. The ledger needs it. Add it.")
    return sample_list(printed(collection), collection.frame)
