"""The numbers checked: the ledger, what does not agree, and how the paper was read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from csm_lib import words
from csm_lib.counts import RULES, closing_chance, rounded_percent
from csm_lib.errors import CollectionError
from csm_lib.findings import Finding
from csm_lib.frame import FrameList, compare_lists
from csm_lib.ledger import CLAIM, FIGURE, claims, figures, ledger
from csm_lib.predicates import DISAGREES, PASSED, POSSIBLE, UNCHECKED, VERDICTS, published_of
from csm_lib.published import CHARACTERISTICS, stated_sample
from csm_lib.recovery import compare_bases, tie_rules

if TYPE_CHECKING:
    from csm_lib.collection import Collection

PAPER = "Devanney and Wistow (2013)"
SOURCE = f"{PAPER}, held against the panel that reproduces its totals"
STANDS = (
    "A figure that passed agrees with the arithmetic of the paper. Whether the answers behind it "
    "were right, no arithmetic can tell."
)


def strongest(collection: Collection) -> Finding:
    """What the paper's figures passed that few figures drawn at random would have passed."""
    rows = published_of(collection)
    found = figures(collection).merge(
        rows[["figure", "block", "numerator"]], left_on="entry", right_on="figure"
    )
    levels = compare_bases(rows, collection.codebook).iloc[-1]
    by_luck = sum(closing_chance(base) for base in _level_bases(collection))
    table = found[found["block"].fillna("").str.startswith("table")]
    fractions = found[found["numerator"].notna()]
    groups = rows[rows["item"].isin(CHARACTERISTICS)]
    lists = _lists(collection)
    tests = [
        (
            "The levels of an agency add up to the Boards that state one",
            f"{levels['closing']} of {levels['splits']} rows",
            f"{by_luck:.1f} rows",
        ),
        (
            f"All of Table 2 on one base, all {stated_sample(rows)}",
            f"{(table['verdict'] == PASSED).sum()} of {len(table)} percentages",
            f"all of them with a chance of {words.p_value(table['chance'].max())}",
        ),
        (
            "Percentages printed beside their fractions",
            f"{(fractions['verdict'] == PASSED).sum()} of {len(fractions)}",
            f"{fractions['chance'].sum():.2f}",
        ),
        (
            "Regions and types on one list of authorities",
            f"{_whole(lists)} of {len(lists)} lists gives all {len(groups)} shares",
            f"{words.p_value(_lists_by_luck(lists, groups))} lists",
        ),
    ]
    data = pd.DataFrame(tests, columns=["test", "passed", "expected by luck"])
    return Finding(
        key="strongest-evidence",
        title=(
            f"{levels['closing']} of {levels['splits']} rows of levels add up, where "
            f"{by_luck:.1f} would by luck; all of Table 2 fits one base"
        ),
        question="Which checks would figures drawn at random have failed?",
        data=data,
        base="the figures of Tables 1 and 2, the fractions in the text and the shares by group",
        source=PAPER,
        caveat=(
            "By luck: whole percentages drawn at random, for levels three that add up to 99, 100 "
            "or 101. The authorities and their answers play no part in this."
        ),
    )


def _level_bases(collection: Collection) -> list[int]:
    """How many Boards state the level, of each agency and year whose levels are printed."""
    rows = published_of(collection)
    levels = rows[rows["item"].isin(collection.codebook.section("seniority"))]
    levels = levels[levels["statistic"] == "share"]
    return [int(base) for base in levels.groupby(["item", "year"])["of"].first()]


def _lists(collection: Collection) -> list[tuple[FrameList, int]]:
    """Each list of authorities, with the number of shares by group that it makes possible."""
    table = _compared(collection)
    fits = table.groupby("name", sort=False)["possible"].sum()
    lists = table.drop_duplicates("name")["list"]
    return list(zip(lists, fits.astype(int), strict=True))


def _compared(collection: Collection) -> pd.DataFrame:
    """What `csm_lib.frame.compare_lists` says of the printed shares by group."""
    rows = published_of(collection)
    if collection.frame is None:
        raise CollectionError(f"{collection.path}: has no frame.csv, the lists to compare. Add it.")
    return compare_lists(collection.frame, rows[rows["item"].isin(CHARACTERISTICS)])


def _whole(lists: Sequence[tuple[FrameList, int]]) -> str:
    most = max(number for _, number in lists)
    return words.number(sum(number == most for _, number in lists))


def _lists_by_luck(lists: Sequence[tuple[FrameList, int]], groups: pd.DataFrame) -> float:
    """How many of the lists would be expected to make shares drawn at random possible."""
    return sum(
        math.prod(
            (one.size(item, group) + 1) / 101
            for item, group in zip(groups["item"], groups["answer"], strict=True)
        )
        for one, _ in lists
    )


def summary(collection: Collection) -> Finding:
    """How many published figures and statements there are of each verdict."""
    rows = ledger(collection)
    counts = pd.crosstab(rows["verdict"], rows["kind"]).reindex(
        index=list(VERDICTS), columns=[FIGURE, CLAIM], fill_value=0
    )
    data = counts.rename(columns={FIGURE: "figures", CLAIM: "statements"}).reset_index()
    data.columns.name = None
    n_figures, n_statements = int(data["figures"].sum()), int(data["statements"].sum())
    named = data.set_index("verdict")
    passed, possible = named.loc[PASSED], named.loc[POSSIBLE]
    return Finding(
        key="ledger-summary",
        title=(
            f"{passed['figures']} of {n_figures} figures and {passed['statements']} of "
            f"{n_statements} statements were tested and passed; {possible['figures']} figures are "
            f"possible and could hardly have failed"
        ),
        question="What becomes of each figure and each statement, worked out again?",
        data=data,
        base=f"all {n_figures} published figures, and {n_statements} statements that rest on them",
        source=SOURCE,
        caveat=STANDS,
    )


def figures_ledger(collection: Collection) -> Finding:
    """Every published figure: what is printed, what the returns give, and the verdict."""
    rows = figures(collection)
    counts = rows["verdict"].value_counts()
    return Finding(
        key="ledger-figures",
        title=(
            f"Of {len(rows)} published figures {counts.get(PASSED, 0)} were tested and passed, "
            f"and {words.number(int(counts.get(DISAGREES, 0)))} "
            f"{'disagrees' if counts.get(DISAGREES, 0) == 1 else 'disagree'}"
        ),
        question="What do the returns give for each published figure?",
        data=_columns(
            rows,
            figure="entry",
            place="place",
            printed="printed",
            returns="computed",
            verdict="verdict",
            chance="chance",
            because="because",
            status="status",
        ).assign(chance=lambda data: [_chance(chance) for chance in data["chance"]]),
        base="percentages, counts and changes of the paper, and the dates it gives of the Trusts",
        source=SOURCE,
        caveat=STANDS,
    )


def claims_ledger(collection: Collection) -> Finding:
    """Every statement that can be held against the figures, and what becomes of it."""
    rows = claims(collection)
    counts = rows["verdict"].value_counts()
    parts = [
        f"{counts[verdict]} {_IN_A_SENTENCE[verdict]}"
        for verdict in VERDICTS
        if verdict in counts.index
    ]
    return Finding(
        key="ledger-statements",
        title=f"Of {len(rows)} statements, {words.listed(parts)}",
        question="Does each statement of the paper agree with its figures?",
        data=_columns(
            rows,
            statement="printed",
            place="place",
            verdict="verdict",
            evidence="because",
            status="status",
        ),
        base="statements about shares, changes and dates, in this book's words",
        source=SOURCE,
        caveat=(
            "Most and high are read as more than half, low as fewer. The paper names no test for "
            "what it calls significant. No verdict reaches beyond the authorities that answered."
        ),
    )


def errata(collection: Collection) -> Finding:
    """Everything that does not stand as printed, the gravest first."""
    rows = ledger(collection)
    rows = rows[rows["verdict"].isin([DISAGREES, UNCHECKED])]
    statistic = published_of(collection).set_index("figure")["statistic"].reindex(rows["entry"])
    # one cause: the same reason, or the same slip in a column of differences
    cause = rows["because"].where((statistic != "change").to_numpy(), "change")
    groups = [
        group
        for verdict in (DISAGREES, UNCHECKED)
        for _, group in rows[rows["verdict"] == verdict].groupby(cause, sort=False)
    ]
    data = pd.DataFrame(
        [
            {
                "place": "; ".join(dict.fromkeys(group["place"])),
                "printed": "; ".join(dict.fromkeys(group["printed"])),
                "verdict": group["verdict"].iloc[0],
                "because": " ".join(dict.fromkeys(group["because"])),
                "entries": len(group),
            }
            for group in groups
        ],
        columns=["place", "printed", "verdict", "because", "entries"],
    )
    wrong = data[data["verdict"] != UNCHECKED]
    return Finding(
        key="errata",
        title=(
            f"{words.sentence(words.counted(len(wrong), 'matter'))} in which the print does not "
            f"agree with itself, and {words.number(len(data) - len(wrong))} that cannot be checked"
        ),
        question="What does not come out as printed, and why?",
        data=data,
        base="every figure and statement that disagrees or cannot be checked",
        source=SOURCE,
        caveat=(
            "Figures that share one cause stand together. A nearest correction is the smallest "
            "change of one cell that mends the row; what was meant is not known."
        ),
    )


def rounding(collection: Collection) -> Finding:
    """Which rule of rounding the print follows, learned from percentages with their fractions."""
    rows = published_of(collection)
    rows = rows[rows["numerator"].notna() & (rows["unit"] == "percent")]
    data = pd.DataFrame(
        {
            "place": rows["place"],
            "count": rows["numerator"].astype(int),
            "base": rows["base"].astype(int),
            "printed": rows["printed"],
        }
    ).drop_duplicates(["count", "base", "printed"], ignore_index=True)
    for rule in RULES:
        data[rule.replace("_", " ")] = [
            f"{rounded_percent(count, base, rule=rule)}%"
            for count, base in zip(data["count"], data["base"], strict=True)
        ]
    rules = [rule.replace("_", " ") for rule in tie_rules(published_of(collection))]
    exact = 200 * data["count"] % data["base"] == 0
    ties = data[exact & (200 * data["count"] // data["base"] % 2 == 1)]
    which = f"{words.listed(rules)}" if rules else "no single rule"
    shown = "".join(
        f": {tie['count']} of {tie['base']} lies halfway and is printed as {tie['printed']}"
        for tie in ties.head(1).to_dict("records")
    )
    return Finding(
        key="rounding",
        title=f"The print rounds {which}{shown}",
        question="Which rule of rounding gives every percentage printed with its fraction?",
        data=data,
        base=f"{words.counted(len(data), 'percentage')} printed with their fractions",
        source=SOURCE,
        caveat=(
            "Much software rounds halves to the even neighbour, and would print another figure "
            "here. The rule is learned from few figures and taken to hold for all."
        ),
    )


def bases(collection: Collection) -> Finding:
    """What the percentages of the table of agencies are percentages of."""
    data = compare_bases(published_of(collection), collection.codebook)
    best = [
        group.sort_values("possible", ascending=False, kind="stable").iloc[0]
        for _, group in data.groupby("figures", sort=False)
    ]
    parts = [
        f"{row['possible']} of {row['printed']} {_WHAT[row['figures']]} are possible on the base "
        f"'{row['base']}'"
        for row in best
    ]
    last = best[-1]
    return Finding(
        key="table-1-bases",
        title=words.sentence(words.listed(parts)),
        question="Of whom are the percentages of Table 1?",
        data=data,
        base="the percentages of Table 1",
        source=SOURCE,
        caveat=(
            f"The levels of an agency must also add up. On the base that fits, {last['closing']} "
            f"of {last['splits']} rows do."
        ),
    )


def lists(collection: Collection) -> Finding:
    """On which list of authorities the shares by region and by type are possible."""
    rows = published_of(collection)
    groups = rows[rows["item"].isin(CHARACTERISTICS)]
    found = _lists(collection)
    table = _compared(collection)
    table["fits"] = table["possible"].astype(str) + " of " + table["figures"].astype(str)
    table["sum"] = table["answering"].astype("string").fillna("not one sum")
    data = pd.DataFrame({"list of authorities": list(dict.fromkeys(table["name"]))})
    for name, label in zip(CHARACTERISTICS, ("regions", "types"), strict=True):
        one = table[table["characteristic"] == name].set_index("name")
        data[f"{label} possible"] = data["list of authorities"].map(one["fits"])
        data[f"{label} add up to"] = data["list of authorities"].map(one["sum"])
    most = max(number for _, number in found)
    number = sum(possible == most for _, possible in found)
    near = sum(possible >= most - 1 for _, possible in found)  # the best come first
    return Finding(
        key="authority-lists",
        title=(
            f"{words.sentence(words.number(number))} of {len(found)} lists "
            f"{'makes' if number == 1 else 'make'} {most} of {len(groups)} shares possible: "
            f"{found[0][0].name}"
        ),
        question="Of which list of authorities are the shares by region and by type?",
        data=data,
        base=f"{len(groups)} shares by region and type, of the {stated_sample(rows)} answering",
        source=PAPER,
        caveat=(
            "The list is not stated. Tried are the areas of either year, the old ones with the "
            "types of either year, and every place for the City of London and the Isles of Scilly. "
            f"Shown are the {near} lists that make at least {most - 1} shares possible; the data "
            "have all."
        ),
        shown=data.head(near),
    )


_IN_A_SENTENCE = {
    PASSED: "were tested and passed",
    POSSIBLE: "are possible",
    DISAGREES: "disagree",
    UNCHECKED: "cannot be checked",
}


def _chance(chance: float) -> str:
    """A chance as text; a dash where it is not known."""
    return "–" if pd.isna(chance) else words.p_value(chance)


_WHAT = {"on the Board": "shares on the Board", "level": "levels"}


def _columns(rows: pd.DataFrame, **names: str) -> pd.DataFrame:
    return pd.DataFrame({new: rows[old] for new, old in names.items()}).reset_index(drop=True)
