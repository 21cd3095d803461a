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

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from csm_lib import counts, words
from csm_lib.errors import CollectionError
from csm_lib.files import read_text, report, require_columns
from csm_lib.predicates import (
    DISAGREES,
    PASSED,
    POSSIBLE,
    UNCHECKED,
    Cell,
    Known,
    Ruling,
    Verdict,
    asked_of,
    decide,
    moves_of,
    published_of,
    understood,
)
from csm_lib.published import CHARACTERISTICS, stated_sample, value_of

if TYPE_CHECKING:
    from collections.abc import Hashable

    from csm_lib.collection import Collection

COLUMNS = (
    "entry", "kind", "item", "year", "place", "printed", "computed", "verdict", "chance",
    "because", "status",
)  # fmt: skip
CLAIM_COLUMNS = ("claim", "statement", "place", "figures", "check", "note")
FIGURE, CLAIM = "figure", "claim"
STATUSES = ("published", "recovered", "assumed", "impossible")

BY_LUCK = 0.05
"""A base that is not stated counts as tested where its figures fit with a chance below this."""

Row = Mapping["Hashable", Any]


NOT_HELD = Ruling(UNCHECKED, "The returns hold no answers to it in that year.")
NOT_BOTH = Ruling(UNCHECKED, "The returns do not hold both years.")


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
    found = figures(collection)
    return pd.concat([found, claims(collection, found)], ignore_index=True)


def figures(collection: Collection) -> pd.DataFrame:
    """Hold every published figure against the returns: those rows of the `ledger`."""
    known = Known(collection)
    rows = known.published.rename(columns={"figure": "entry"}).assign(kind=FIGURE)
    rulings = [_judge(row, known) for row in known.published.to_dict("records")]
    return _ruled(rows, rulings)


def claims(collection: Collection, judged: pd.DataFrame | None = None) -> pd.DataFrame:
    """Hold every statement of `claims.csv` against the returns: those rows of the `ledger`.

    ``judged`` are the rows of `figures`, where they are at hand.
    """
    if not (collection.path / "claims.csv").exists():
        return pd.DataFrame(columns=list(COLUMNS))
    known = Known(collection, figures(collection) if judged is None else judged)
    rows = read_claims(collection)
    rulings = [decide(check, known) for check in rows["check"]]
    status = known.published.set_index("figure")["status"]
    rows["status"] = [
        max(status[behind.split()], key=STATUSES.index, default="") for behind in rows["figures"]
    ]
    rows = rows.rename(columns={"claim": "entry", "statement": "printed"})
    found = _ruled(rows.assign(kind=CLAIM, item="", year=None), rulings)
    return found.assign(because=(rows["note"] + " " + found["because"]).str.strip())


def _ruled(rows: pd.DataFrame, rulings: Sequence[Ruling]) -> pd.DataFrame:
    """Put rulings beside what they are of, in the columns of the ledger."""
    found = rows.join(pd.DataFrame(rulings, columns=list(Ruling._fields)))
    return found[list(COLUMNS)].astype({"year": "Int64", "chance": "float64"})


def read_claims(collection: Collection) -> pd.DataFrame:
    """Read the statements of a collection from its `claims.csv`: one row is one statement.

    Returns
    -------
    DataFrame
        As the file, all of it text: ``claim`` (its id), ``statement``, ``place``, ``figures`` (ids
        of the figures it rests on, separated by spaces), ``check`` (see `csm_lib.predicates`) and
        ``note`` (what the numbers do not tell). ``figures`` and ``note`` may be empty.

    Raises
    ------
    CollectionError
        The file cannot be read, an id stands twice or is a figure's, a cell is empty, or a
        figure or a check is unknown: every fault with its line and remedy.
    """
    path = collection.path / "claims.csv"
    rows = read_text(path, CollectionError)
    require_columns(rows, CLAIM_COLUMNS, path, CollectionError)
    known = set(published_of(collection)["figure"])
    taken, wrong = set(known), []
    for line, row in zip(rows.index, rows.to_dict("records"), strict=True):
        empty = [name for name in CLAIM_COLUMNS[:3] if not row[name].strip()]
        told = [f"the cell {name!r} is empty. Fill it in." for name in empty]
        if row["claim"] in taken:
            told.append(f"the id {row['claim']!r} is taken. Give it another.")
        taken.add(row["claim"])
        for figure in sorted(set(row["figures"].split()) - known):
            told.append(f"there is no figure {figure!r}. Use ids of published.csv.")
        try:
            understood(row["check"], collection)
        except CollectionError as reason:
            told.append(str(reason))
        wrong += [f"line {line}: {fault}" for fault in told]
    if wrong:
        raise CollectionError(report(path, wrong))
    return rows[list(CLAIM_COLUMNS)].reset_index(drop=True)


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


# -- Judging a figure ---------------------------------------------------------------------------


def _judge(row: Row, known: Known) -> Ruling:
    """Hand a figure to the function for what it states."""
    statistic, item = row["statistic"], row["item"]
    if statistic == "date":
        return Ruling(UNCHECKED, "A date. Neither the returns nor the other figures tell it.")
    if statistic == "excluded":
        return _excluded(row, known)
    if item == "sample":
        return _sample(row, known)
    if item in CHARACTERISTICS:
        return _group_share(row, known)
    if statistic == "change":
        return _change(row, known)
    if item in known.collection.codebook.sections:
        return _number_of_items(row, known)
    answer = row["answer"] or known.collection.codebook[item].counted[0]
    cell = known.cells.get((item, row["year"], answer))
    if cell is None:
        return NOT_HELD
    return (_share if statistic == "share" else _number_of_boards)(row, cell, known)


def _share(row: Row, cell: Cell, known: Known) -> Ruling:
    """A share of an item, on the base that the paper states, or on one that fits its block."""
    if row["status"] == "impossible":
        return Ruling(DISAGREES, _why_impossible(row, cell, known), cell.text)
    if not cell.base or counts.rounded_percent(cell.yes, cell.base) != row["value"]:
        return Ruling(DISAGREES, f"The returns give {cell.text}.", cell.text)
    stated, in_words = _stated_base(row, known)
    if stated is None:
        return _share_of_no_base(row, cell, known)
    if cell.base != stated:
        because = f"The base is {in_words}, and in the returns {cell.base}."
        return Ruling(DISAGREES, because, cell.text)
    if pd.notna(row["numerator"]):
        chance = 1 / 101  # of all whole percentages one belongs to the fraction
    elif known.collection.codebook[row["item"]].response == "level":
        chance = counts.closing_chance(stated)
    else:
        chance = counts.expected_by_chance(1, stated, smallest=stated)
    return Ruling(PASSED, f"Of {in_words}.", cell.text, chance)


def _share_of_no_base(row: Row, cell: Cell, known: Known) -> Ruling:
    """A share whose base is not stated: tested only together with the others on its base."""
    size = stated_sample(known.published)
    section = known.collection.codebook[row["item"]].section
    left_out = _printed(known, section, row["year"], "excluded") or 0
    whole, in_words = size - left_out, _less(f"all {size}", left_out, "left out")
    block = "block" if row["block"] else "figure"
    on_base = known.published[known.published[block] == row[block]]
    values = list(dict.fromkeys(on_base["value"].astype(int)))
    holes = [f"{value}%" for value in values if not counts.possible_counts(value, whole)]
    alone = len(values) == 1
    all_of_them = "both" if len(values) == 2 else f"all {len(values)} different"
    which = "it" if alone else f"{all_of_them} percentages on its base"
    if cell.base == whole:
        chance = counts.expected_by_chance(len(values), whole, smallest=whole)
        because = f"Base not stated; {in_words} can give {which}."
        if chance < BY_LUCK:
            return Ruling(PASSED, because, cell.text, chance)
        return Ruling(POSSIBLE, because, cell.text)
    if not holes:
        because = f"Base not stated; in the returns it is {cell.base}."
        return Ruling(POSSIBLE, because, cell.text)
    no = f"{whole} ({in_words})" if left_out else str(whole)
    because = (
        f"Base not stated. {no} cannot give {words.listed(holes)}; {cell.base} can give {which}."
    )
    if left_out and not alone:
        because += " Blanks in single questions would explain it."
    return Ruling(POSSIBLE, because, cell.text)


def _stated_base(row: Row, known: Known) -> tuple[int | None, str]:
    """The base that the paper states, and how it comes about; none where it states none."""
    item, year = known.collection.codebook[row["item"]], row["year"]
    if pd.notna(row["base"]):
        return int(row["base"]), f"the {row['base']} printed beside it"
    if item.response == "level" and item.asked_if is not None:
        on_board = known.cells[item.asked_if, year, "yes"].yes
        unknown = _printed(known, item.item, year, "not_stated") or 0
        in_words = _less(f"the {on_board} on the Board", unknown, "whose level is not stated")
        return on_board - unknown, in_words
    size = stated_sample(known.published)
    silent = _printed(known, item.item, year, "no_response")
    if silent is None:
        return None, ""
    return size - silent, _less(f"all {size}", silent, "without an answer")


def _less(whole: str, number: int, which: str) -> str:
    return f"{whole} less {number} {which}" if number else whole


def _printed(known: Known, item: str, year: int, statistic: str) -> int | None:
    """A number printed of an item and year, if one is."""
    rows = known.published
    at = (rows["item"] == item) & (rows["year"] == year) & (rows["statistic"] == statistic)
    return next(iter(rows.loc[at, "value"].astype(int)), None)


def _why_impossible(row: Row, cell: Cell, known: Known) -> str:
    """No count gives it: the nearest correction, and the others that would do."""
    rows = known.published
    at = (rows["item"] == row["item"]) & (rows["year"] == row["year"])
    parts = rows[at & (rows["statistic"] == "share")]
    values = parts["value"].astype(int).tolist()
    mended = counts.one_cell_corrections(values, cell.base) if len(parts) > 1 and cell.base else ()
    if not mended:
        return f"No count of {row['of']} gives {row['printed']}. The returns give {cell.text}."
    answers = known.collection.codebook[row["item"]].answers
    names = [words.within(answers[answer]) for answer in parts["answer"]]
    changes = [f"{one.corrected}% for {names[one.position]}" for one in mended]
    largest = stated_sample(rows)
    other = [str(base) for base in range(1, largest + 1) if counts.closing_splits(values, base)]
    elsewhere = (
        f"They would on {words.listed(other)}" if other else f"They do on no base up to {largest}"
    )
    rest = f" ({words.listed(changes[1:])} would mend it as well)" if changes[1:] else ""
    because = (
        f"The parts {words.listed(parts['printed'].tolist())} do not add up to {cell.base}, nor "
        f"to 100%. {elsewhere}. Nearest correction: {changes[0]}{rest}."
    )
    most = [max(counts.possible_counts(value, cell.base), default=cell.base) for value in values]
    short = cell.base - sum(most)
    if short > 0:
        because += (
            f" Or no figure is misprinted, and {words.number(short)} more of the {cell.base} did "
            f"not state the level: {' + '.join(map(str, most))} is {sum(most)}."
        )
    return because


def _change(row: Row, known: Known) -> Ruling:
    """A change in points, from the counts of the two years."""
    years = known.collection.years
    before, after = (known.cells.get((row["item"], years[at], "yes")) for at in (0, -1))
    if before is None or after is None or len(years) < 2 or not (before.base and after.base):
        return NOT_BOTH
    totals = (before.yes, before.base, after.yes, after.base)
    change = counts.points_change(*totals)
    computed = f"{change} {'point' if abs(change) == 1 else 'points'}"
    because = f"From {before.text} to {after.text}"
    if change == row["value"]:
        return Ruling(PASSED, f"{because}.", computed)
    whole, tenth = divmod(abs(counts.points_change(*totals, digits=1)), 10)
    because += f" is a change of {'-' if change < 0 else ''}{whole}.{tenth} points."
    first, last = (counts.rounded_percent(one.yes, one.base) for one in (before, after))
    if last - first == row["value"]:
        slip = f" The difference of the two printed percentages is {row['printed']}: a point out "
        return Ruling(PASSED, f"{because}{slip}through rounding.", computed)
    return Ruling(DISAGREES, because, computed)


def _number_of_boards(row: Row, cell: Cell, _: Known) -> Ruling:
    """How many did not answer, or are not on the Board."""
    if row["statistic"] == "absent":
        chance = 1 / (cell.base + 1) if cell.base else None
        return _compare(cell.base - cell.yes, row, f"On the Board: {cell.text}.", chance=chance)
    because = f"Copied in: {cell.base} of {cell.base + cell.blank} answered."
    return _compare(cell.blank, row, because, same=POSSIBLE)


def _compare(
    found: int, row: Row, because: str, *, same: Verdict = PASSED, chance: float | None = None
) -> Ruling:
    """Compare a number that was found with the printed one; ``same`` is the verdict if equal."""
    if found != row["value"]:
        return Ruling(DISAGREES, because, str(found))
    return Ruling(same, because, str(found), chance)


def _excluded(row: Row, known: Known) -> Ruling:
    """How many are left out of a section, whose figures are possible on many a base."""
    rows, size, left_out = known.published, stated_sample(known.published), int(row["value"])
    block = rows[rows["item"].isin(known.collection.codebook.section(row["item"]))]
    values = list(dict.fromkeys(block.loc[block["statistic"] == "share", "value"].astype(int)))
    base = size - left_out
    holes = [f"{value}%" for value in values if not counts.possible_counts(value, base)]
    fits = [str(one.base) for one in reversed(counts.fitting_bases(values, base))]
    common = (
        f"It cannot be a common base of {base}, no count of which gives {words.listed(holes)}; "
        "blanks in single questions would explain that."
        if holes
        else f"Every figure is possible on {base}."
    )
    because = (
        f"{words.number(left_out)} left out of {size} leave {base}. On what base the components "
        f"rest is not stated. {common} Of the bases up to {base}, those that make all "
        f"{len(values)} different percentages possible: {words.listed(fits)}. By chance alone "
        f"{counts.expected_by_chance(len(values), base):.1f} would be expected to."
    )
    return Ruling(POSSIBLE, words.sentence(because))


def _number_of_items(row: Row, known: Known) -> Ruling:
    """How many items of a section were asked, rose, fell or stayed the same."""
    section = known.collection.codebook.section(row["item"])
    of_section = [one for one in known.cells.values() if one.item in section]
    changes = [one.value for one in moves_of(of_section, known.collection.years)]
    if len(section) < asked_of(known.published, row["item"]):
        with_both = words.number(len(changes)) if changes else "none"
        because = f"Only {len(section)} are named in print, {with_both} of them with both years."
        return Ruling(UNCHECKED, because)
    if row["statistic"] == "count":
        return _compare(len(section), row, "Items in the codebook.")
    if not changes:
        return NOT_BOTH
    rose, fell = sum(one > 0 for one in changes), sum(one < 0 for one in changes)
    found = {"rose": rose, "fell": fell, "same": len(changes) - rose - fell}
    because = (
        f"Of {len(changes)} in both years {rose} rose, {fell} fell and {found['same']} stayed the "
        "same."
    )
    return _compare(found[row["statistic"]], row, because)


def _sample(row: Row, known: Known) -> Ruling:
    """How many answered; of how many (`sample.frame`); and that share."""
    collection = known.collection
    if row["statistic"] == "share":
        whole = value_of(known.published, "sample.frame") or 0
        computed, because = words.of(collection.size, whole), f"The base is {whole}, as printed."
        if counts.rounded_percent(collection.size, whole) != row["value"]:
            return Ruling(DISAGREES, because, computed)
        return Ruling(PASSED, because, computed, 1 / 101)
    if row["figure"] == "sample.frame":
        one = known.best_list
        because = f"The list is not stated. On the one that fits best: {one.name}."
        return _compare(int(one.cells["authorities"].sum()), row, because)
    years = collection.returns.groupby("authority")["year"].nunique()
    steady = int((years == len(collection.years)).sum())
    because = "Copied in: authorities with returns in every year."
    return _compare(steady, row, because, same=POSSIBLE)


def _group_share(row: Row, known: Known) -> Ruling:
    """The authorities answering in a region or of a type, of all that there were."""
    one = known.best_list
    base = one.size(row["item"], row["answer"])
    groups = known.collection.returns.drop_duplicates("authority")[row["item"]]
    count = int((groups == row["answer"]).sum())
    computed = words.of(count, base)
    because = f"The list is not stated. On the one that fits best: {one.name}."
    if not counts.possible_counts(row["value"], base):
        beside_it = (row["value"] - 1, row["value"] + 1)
        near = [words.of(c, base) for v in beside_it for c in counts.possible_counts(v, base)]
        nearest = f": {words.listed(near)} come nearest" if near else ""
        because = (
            f"No count of {base} gives {row['printed']}{nearest}. The other groups leave {count} "
            f"of the {known.collection.size}: {computed}. On the list that fits best: {one.name}."
        )
    if counts.rounded_percent(count, base) != row["value"]:
        return Ruling(DISAGREES, because, computed)
    return Ruling(PASSED, because, computed, counts.expected_by_chance(1, base, smallest=base))
