"""Every number checked: the ledger, what does not stand, and how the print was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from csm_lib import words
from csm_lib.claims import (
    ANOTHER_BASE,
    CONTRADICTED,
    IMPOSSIBLE,
    REPRODUCED,
    UNCHECKED,
    VERDICTS,
)
from csm_lib.claims.cells import printed
from csm_lib.counts import RULES, rounded_percent
from csm_lib.errors import CollectionError
from csm_lib.finding import Finding
from csm_lib.frame import compare_lists
from csm_lib.ledger import CLAIM, FIGURE, claims, figures, ledger
from csm_lib.published import CHARACTERISTICS, stated_sample
from csm_lib.recovery import compare_bases, tie_rules

if TYPE_CHECKING:
    from csm_lib.collection import Collection

SOURCE = "Reconstructed panel, held against Devanney and Wistow (2013)"
STANDS = (
    "A figure that is reproduced agrees with the arithmetic of the print. Whether the answers "
    "behind it were right, no arithmetic can tell."
)
GRAVEST_FIRST = (IMPOSSIBLE, CONTRADICTED, ANOTHER_BASE, UNCHECKED)


def summary(collection: Collection) -> Finding:
    """How many published figures and statements there are of each verdict."""
    rows = ledger(collection)
    counts = pd.crosstab(rows["verdict"], rows["kind"]).reindex(
        index=list(VERDICTS), columns=[FIGURE, CLAIM], fill_value=0
    )
    data = counts.rename(columns={FIGURE: "figures", CLAIM: "statements"}).reset_index()
    data.columns.name = None
    n_figures, n_statements = int(data["figures"].sum()), int(data["statements"].sum())
    whole = data.set_index("verdict").loc[REPRODUCED]
    return Finding(
        key="ledger-summary",
        title=(
            f"{whole['figures']} of {n_figures} published figures and {whole['statements']} of "
            f"{n_statements} statements are reproduced as they stand"
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
    stands = rows["verdict"].isin([REPRODUCED, ANOTHER_BASE])
    other = (rows["verdict"] == ANOTHER_BASE).sum()
    return Finding(
        key="ledger-figures",
        title=(
            f"{stands.sum()} of {len(rows)} published figures come out of the returns as printed, "
            f"{other} of them on another base than the text has"
        ),
        question="What do the returns give for each published figure?",
        data=_columns(
            rows,
            figure="entry",
            place="place",
            printed="printed",
            returns="computed",
            verdict="verdict",
            because="because",
            status="status",
        ),
        base="every percentage, count, change and date of the paper, tables and running text",
        source=SOURCE,
        caveat=STANDS,
    )


def claims_ledger(collection: Collection) -> Finding:
    """Every statement that can be held against the figures, and what becomes of it."""
    rows = claims(collection)
    counts = rows["verdict"].value_counts()
    parts = [
        f"{counts[verdict]} {'' if verdict == UNCHECKED else 'are '}{verdict}"
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
            "Most and high are read as more than half, low as fewer. The paper names no test: "
            "significant is read as found by McNemar's exact test, two-sided at 5%, in every "
            "panel with these totals. No verdict reaches beyond the authorities that answered."
        ),
    )


def errata(collection: Collection) -> Finding:
    """Everything that does not stand as printed, the gravest first."""
    rows = ledger(collection)
    rows = rows[rows["verdict"] != REPRODUCED]
    statistic = printed(collection).set_index("figure")["statistic"].reindex(rows["entry"])
    # one cause: the same reason, or the same slip in a column of differences
    cause = rows["because"].where((statistic != "change").to_numpy(), "change")
    groups = [
        group
        for verdict in GRAVEST_FIRST
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
        base="every figure and statement with another verdict than reproduced",
        source=SOURCE,
        caveat=(
            "Figures that share one cause stand together. A nearest correction is the smallest "
            "change of one cell that mends the row; what was meant is not known."
        ),
    )


def rounding(collection: Collection) -> Finding:
    """Which rule of rounding the print follows, learned from percentages with their fractions."""
    rows = printed(collection)
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
    rules = [rule.replace("_", " ") for rule in tie_rules(printed(collection))]
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
    data = compare_bases(printed(collection), collection.codebook)
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
    rows = printed(collection)
    groups = rows[rows["item"].isin(CHARACTERISTICS)]
    if collection.frame is None:
        raise CollectionError(f"{collection.path}: has no frame.csv, the lists to compare. Add it.")
    table = compare_lists(collection.frame, groups)
    table["fits"] = table["possible"].astype(str) + " of " + table["figures"].astype(str)
    table["sum"] = table["answering"].astype("string").fillna("not one sum")
    data = pd.DataFrame({"list of authorities": list(dict.fromkeys(table["name"]))})
    for name, label in zip(CHARACTERISTICS, ("regions", "types"), strict=True):
        one = table[table["characteristic"] == name].set_index("name")
        data[f"{label} possible"] = data["list of authorities"].map(one["fits"])
        data[f"{label} add up to"] = data["list of authorities"].map(one["sum"])
    whole = table[table["possible"] == table["figures"]]
    parts = []
    for name, label in zip(CHARACTERISTICS, ("regions", "types"), strict=True):
        found = whole[whole["characteristic"] == name]
        years = words.listed(sorted({str(one.year) for one in found["list"]}))
        sums = words.listed(sorted(set(found["sum"])))
        parts.append(
            f"{label} fit the list of {years} and add up to {sums}"
            if len(found)
            else f"{label} fit no list"
        )
    return Finding(
        key="authority-lists",
        title=words.sentence("; ".join(parts)),
        question="Of which list of authorities are the shares by region and by type?",
        data=data,
        base=f"{len(groups)} shares by region and type, of the {stated_sample(rows)} answering",
        source=SOURCE,
        caveat=(
            "Local government was reorganised between the two years. The City of London and the "
            "Isles of Scilly are like no other authority; the print does not say where they count."
        ),
    )


_WHAT = {"on the Board": "shares on the Board", "level": "levels"}


def _columns(rows: pd.DataFrame, **names: str) -> pd.DataFrame:
    return pd.DataFrame({new: rows[old] for new, old in names.items()}).reset_index(drop=True)
