"""The ledger: the paper beside the returns, figure by figure and statement by statement.

The one place where published figures and returns meet. A row of the ledger is a published figure
or a statement, what the returns give for it, and a verdict:

- ``tested and passed``: it could have failed and did not. Beside a figure stands the chance that
  another one, drawn at random, would have passed as well.
- ``possible``: nothing speaks against it, but nothing tested it. It was copied into the returns,
  or any figure would fit some base.
- ``disagrees``: no count gives it, or other figures say otherwise.
- ``cannot be checked``: what it would take is not printed.

Which case a figure is, is told here; the verdict and the reason of each case are in `reasons.csv`.
Statements are decided by `csm_lib.predicates`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from csm_lib import counts, words
from csm_lib.errors import CollectionError
from csm_lib.files import is_there, lines_of, read_text, report, require_columns
from csm_lib.predicates import NO_FIGURE, PASSED, Known, decide
from csm_lib.published import CHARACTERISTICS, rows_of, stated_sample
from csm_lib.status import least_firm

if TYPE_CHECKING:
    from csm_lib.collection import Collection

COLUMNS = "entry kind item year place printed computed verdict chance because status".split()
CLAIM_COLUMNS = "claim statement place figures check note".split()

REASONS = Path(__file__).with_name("reasons.csv")
GROUPS = ("sample", *CHARACTERISTICS)  # of their shares the base is a number of authorities

BY_LUCK = 0.05
"""A base that is not stated counts as tested where its figures fit with a chance below this."""

Row = dict[str, Any]


def ledger(collection: Collection) -> pd.DataFrame:
    """Hold every published figure, and every statement of `claims.csv`, against the returns.

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
        The collection has no published figures, or `claims.csv` is not as it must be: an id
        stands twice or is a figure's, a cell is empty, a figure or a check is unknown; every
        fault with its line and remedy.
    """
    known = Known(collection)
    known.judged = _figures(known)
    rows = pd.concat([known.judged, _claims(known)], ignore_index=True)
    rows = rows.fillna({"item": "", "computed": ""})
    return rows[COLUMNS].astype({"year": "Int64", "chance": "float64"})


def _claims(known: Known) -> pd.DataFrame:
    """Decide every statement of `claims.csv`, if there are any."""
    path = known.collection.path / "claims.csv"
    if not is_there(path):
        return pd.DataFrame()
    rows = read_text(path, CollectionError)
    require_columns(rows, CLAIM_COLUMNS, path, CollectionError)
    status = known.published.set_index("figure")["status"]
    taken, found, faults = set(status.index), [], []
    for line, row in lines_of(rows):
        behind = row["figures"].split()
        empty = [name for name in CLAIM_COLUMNS[:3] if not row[name].strip()]
        told = [f"the cell {name!r} is empty. Fill it in." for name in empty]
        told += [NO_FIGURE.format(figure) for figure in behind if figure not in status]
        if row["claim"] in taken:
            told.append(f"the id {row['claim']!r} is taken. Give it another.")
        taken.add(row["claim"])
        try:
            verdict, because = decide(row["check"], known)
        except CollectionError as reason:
            told.append(str(reason))
        faults += [f"line {line}: {fault}" for fault in told]
        if not faults:
            firmness = least_firm(status[behind]) if behind else ""
            found.append((verdict, f"{row['note']} {because}".strip(), firmness))
    if faults:
        raise CollectionError(report(path, faults))
    rows[["verdict", "because", "status"]] = found
    return rows.rename(columns={"claim": "entry", "statement": "printed"}).assign(kind="claim")


def _figures(known: Known) -> pd.DataFrame:
    """Hold every published figure against the returns."""
    held = known.rows["share"].rename(columns={"base": "answered"})
    held = held.set_index(["item", "year", "answer"])[["yes", "answered"]].astype("Int64")
    beside = known.published.join(held, on=["item", "year", "answer"])
    rows = [row | _case(row, known) for row in rows_of(beside)]
    reasons = pd.read_csv(REASONS, index_col="case").loc[[row["case"] for row in rows]]
    because = [text.format(**row) for text, row in zip(reasons["because"], rows, strict=True)]
    found = pd.DataFrame(rows).rename(columns={"figure": "entry"})
    found = found.assign(kind="figure", verdict=reasons["verdict"].tolist(), because=because)
    return found.assign(chance=found["chance"].where(found["verdict"] == PASSED))


def _case(row: Row, known: Known) -> Row:
    """Tell which case a figure is, what the returns give and the chance that luck would pass it."""
    statistic, item, collection = row["statistic"], row["item"], known.collection
    if statistic == "date":
        return {"case": "date"}
    if statistic in ("share", "change", "excluded"):
        return {"share": _share, "change": _change, "excluded": _excluded}[statistic](row, known)
    if item in collection.codebook.sections:
        return _of_section(row, known)
    if row["figure"] == "sample.frame":
        return _compared(row, collection.population, case="frame")
    if item == "sample":
        years = collection.returns.groupby("authority")["year"].nunique()
        return _compared(row, sum(years == len(collection.years)), case="respondents")
    held, _ = known.look([f"{item}.{row['year']}"], "share")
    if held.empty:
        return {"case": "not held"}
    yes, base, blank = held[["yes", "base", "no_answer"]].iloc[0].tolist()
    if statistic == "absent":
        return _compared(row, base - yes, chance=1 / (base + 1), share=words.of(yes, base))
    return _compared(row, blank, answered=base, asked=base + blank)


def _compared(row: Row, found: int | None, **told: Any) -> Row:
    """Compare a number with the one printed; the case is the kind of figure, or the one told."""
    case = {} if found == row["value"] else {"case": "otherwise"}
    return {"case": row["statistic"], "computed": str(found), **told, **case}


def _share(row: Row, known: Known) -> Row:
    """A share of the answers to an item, or of the authorities of a group."""
    item, of, level = row["item"], row["of"], False
    if item in GROUPS:
        who = known.collection.returns.drop_duplicates("authority").assign(sample="")
        yes, base = sum(who[item] == row["answer"]), of or 0
    else:
        yes, base = row["yes"], row["answered"]
        level = known.collection.codebook[item].response == "level"
    found = {"computed": words.of(yes, base) if base else "", "answered": base}
    if row["status"] == "impossible":
        return found | (_parts(row, known) if level else {"case": "no count"})
    if not base:
        return found | {"case": "not held"}
    if counts.rounded_percent(yes, base) != row["value"]:
        return found | {"case": "otherwise"}
    stated = item in GROUPS or level or row["base"]
    if not stated and (item, row["year"], "no_response") not in known.printed:
        return found | _on_no_base(row, base, known)
    if base != of:
        return found | {"case": "other base"}
    chance = counts.closing_chance(of) if level else counts.expected_by_chance(1, of, smallest=of)
    if row["numerator"] is not None or item == "sample":
        chance = 1 / 101  # of all whole percentages one belongs to the fraction
    return found | {"case": "group" if item in CHARACTERISTICS else "share", "chance": chance}


def _on_no_base(row: Row, base: int, known: Known) -> Row:
    """A share whose base is not stated: tested only together with the others on its base."""
    rows, section = known.published, known.collection.codebook[row["item"]].section
    whole = stated_sample(rows) - known.printed.get((section, row["year"], "excluded"), 0)
    block = "block" if row["block"] else "figure"
    together = rows.loc[rows[block] == row[block], "value"].nunique()
    chance = counts.expected_by_chance(together, whole, smallest=whole)
    case = "one base" if base == whole and chance < BY_LUCK else "some base"
    return {"case": case, "chance": chance}


def _parts(row: Row, known: Known) -> Row:
    """The parts of a whole that do not add up: how they could be mended."""
    rows, of, size = known.published, row["of"], stated_sample(known.published)
    same = (rows["item"] == row["item"]) & (rows["year"] == row["year"])
    rows = rows[same & (rows["statistic"] == "share")]
    values, answers = rows["value"].tolist(), known.collection.codebook[row["item"]].answers
    names = [words.within(answers[answer]) for answer in rows["answer"]]
    mended = counts.one_cell_corrections(values, of)
    closing = [str(base) for base in range(1, size + 1) if counts.closing_splits(values, base)]
    most = [max(counts.possible_counts(value, of), default=of) for value in values]
    return {
        "case": "parts" if sum(most) >= of else "parts short",
        "parts": words.listed(rows["printed"].tolist()),
        "closing": f"{words.listed(closing)} of the bases up to {size}",
        "mended": words.listed([f"{one.corrected}% for {names[one.position]}" for one in mended]),
        "short": words.number(of - sum(most)),
        "sum": f"{' + '.join(map(str, most))} is {sum(most)}",
    }


def _change(row: Row, known: Known) -> Row:
    """A change in points, by the counts of the two years or by the two printed percentages."""
    move, _ = known.look([row["item"]], "change")
    if move.empty:
        return {"case": "not held"}
    totals = move[["from_yes", "from_base", "yes", "base"]].iloc[0].tolist()
    first, last, change = totals[:2], totals[2:], counts.points_change(*totals)
    printed = counts.rounded_percent(*last) - counts.rounded_percent(*first)
    return {
        "case": {printed: "rounded change", change: "change"}.get(row["value"], "other change"),
        "computed": f"{change} {'point' if abs(change) == 1 else 'points'}",
        "move": f"From {words.of(*first)} to {words.of(*last)}",
        "exact": counts.points_change(*totals, digits=1) / 10,
    }


def _excluded(row: Row, known: Known) -> Row:
    """How many are left out of a section, whose figures are possible on many a base."""
    rows, section = known.published, known.collection.codebook.section(row["item"])
    shares = rows[rows["item"].isin(section) & (rows["statistic"] == "share")]
    size = stated_sample(rows)
    return {
        "case": "excluded",
        "size": size,
        "luck": counts.expected_by_chance(shares["value"].nunique(), size - row["value"]),
        "others": words.listed(shares["alternatives"].iloc[0].split()),
        **shares[["of", "basis"]].iloc[0],
    }


def _of_section(row: Row, known: Known) -> Row:
    """How many items of a section were asked, rose, fell or stayed the same."""
    section = known.collection.codebook.section(row["item"])
    moved = known.look([row["item"]], "change")[0]["value"]
    asked = known.printed.get((row["item"], None, "count"), 0)
    told = {"named": len(section), "asked": asked, "moved": len(moved)}
    if len(section) < asked:
        return {"case": "named in part", **told}
    if row["statistic"] == "count":
        return _compared(row, len(section))
    if not len(moved):
        return {"case": "not held"}
    ways = {"rose": sum(moved > 0), "fell": sum(moved < 0), "same": sum(moved == 0)}
    return _compared(row, ways[row["statistic"]], case="moved", **told, **ways)
