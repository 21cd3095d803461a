"""What changed, and how sure anyone can be: what totals of the same authorities can bear.

Only the totals of each year are printed. What is worked out here is therefore a range: over every
course of events that the totals allow, or over many drawn panels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from csm_lib import inference, panel, words
from csm_lib.aggregate import changes
from csm_lib.errors import CollectionError
from csm_lib.findings import Finding, source_of
from csm_lib.status import DRAWN_NOTE

if TYPE_CHECKING:
    from csm_lib.collection import Collection

LEVEL = 0.05
PERSISTENCES = (10.0, 20.0, 100.0)
CONCENTRATIONS = (0.0, 0.3, 0.5, 0.7)
PANELS = 300
PASSING = f"with a year-swap p of {LEVEL} or less"
PAIRED = (
    "The same authorities answered in both years. Only those that changed count, and the totals "
    "do not tell how many did."
)
# Every section whose items are asked of everyone and answered yes or no.
SECTIONS = (
    "statutory_agencies",
    "other_agencies",
    "children_and_families",
    "jsna",
    "joint_commissioning",
    "commissioning_areas",
)


def moves(collection: Collection, section: str, *, stopped: str, began: str) -> Finding:
    """How many authorities can have gained and lost each item of a section.

    Parameters
    ----------
    section
        A section of the codebook.
    stopped, began
        What to call a loss and a gain, in the past tense: ``left`` and ``joined``.
    """
    from csm_lib import charts

    data = _comparisons(collection, [section])
    up = data["gainers_low"].max() > data["losers_low"].max()
    side, verb = ("gainers", began) if up else ("losers", stopped)
    low, high = data[f"{side}_low"], data[f"{side}_high"]
    most, widest = int(low.argmax()), int((high - low).argmax())
    labels = data["label"].tolist()
    return Finding(
        key=f"moves-{section.replace('_', '-')}",
        title=(
            f"{words.sentence(labels[most])}: at least {words.number(int(low.iloc[most]))} {verb}; "
            f"{words.within(labels[widest])}: anywhere from "
            f"{words.span(int(low.iloc[widest]), int(high.iloc[widest]))} {verb}"
        ),
        question=f"How many authorities {stopped}, and how many {began}, between the years?",
        data=data,
        base=_base(data, collection),
        source=_source(collection, data),
        caveat=(
            f"{PAIRED} A no answer in either year widens the range, as that authority may have "
            "answered anything."
        ),
        alt=_moves_alt(data, stopped, began),
        draw=lambda: charts.moves(data, losers=stopped, gainers=began),
        shown=pd.DataFrame(
            {
                "item": data["label"],
                "change": [_points(row) for _, row in data.iterrows()],
                stopped: _spans(data, "losers"),
                began: _spans(data, "gainers"),
                "95% interval, tightest": _ends(data, "tightest"),
                "95% interval, widest": _ends(data, "widest"),
            }
        ),
    )


def verdicts(collection: Collection) -> Finding:
    """For which comparisons a change is significant, whatever happened between the years."""
    from csm_lib import charts

    data = _comparisons(collection, SECTIONS)
    always = data.loc[data["verdict"] == "always", "label"]
    counts = data["verdict"].value_counts()
    drawn = data.rename(columns={"exact_low": "p_low", "exact_high": "p_high"})
    which = words.listed([words.within(label) for label in always]) if len(always) else "none"
    return Finding(
        key="verdicts",
        title=(
            f"By McNemar's exact test at 5%, {words.number(len(always))} of {len(data)} changes "
            f"{'is' if len(always) == 1 else 'are'} significant whatever happened ({which}), "
            f"{counts.get('never', 0)} in no case, and "
            f"{words.number(int(counts.get('depends', 0)))} depending on who moved"
        ),
        question="Could a change as large come about if gaining and losing were equally likely?",
        data=data,
        base=_base(data, collection),
        source=_source(collection, data),
        caveat=(
            "The test is two-sided and takes one comparison at a time; what survives an allowance "
            "for their number stands further down. It takes authorities to act each on its own, "
            "and says nothing of those that did not answer."
        ),
        alt=_verdicts_alt(data),
        draw=lambda: charts.p_ranges(drawn, level=LEVEL),
        shown=pd.DataFrame(
            {
                "item": data["label"],
                "from": [words.of(*_pair(row, "from")) for _, row in data.iterrows()],
                "to": [words.of(*_pair(row, "to")) for _, row in data.iterrows()],
                "exact p": _p_spans(data, "exact"),
                "mid-p": _p_spans(data, "mid_p"),
                f"below {LEVEL}": data["verdict"],
            }
        ),
    )


def battery(collection: Collection) -> Finding:
    """What the falls in joint commissioning come to as a whole, by tests that assume less."""
    data = _comparisons(collection, ["commissioning_areas"])
    totals = [data[name] for name in ("from_yes", "from_base", "to_yes", "to_base")]
    corrected = inference.holm(data["exact_low"], data["exact_high"], level=LEVEL)
    signs = inference.sign_test(data["direction"])
    swap = inference.year_swap_range(*totals, authorities=collection.size)
    rows = pd.DataFrame(
        [
            (
                "Each service on its own, allowing for their number (Holm)",
                "authorities act each on its own",
                corrected["holm_low"].min(),
                corrected["holm_high"].min(),
            ),
            (
                "More services fell than rose (sign test)",
                "services, too, move each on its own, which is implausible",
                signs.p,
                signs.p,
            ),
            (
                "More ticks were lost than won (year-swap test)",
                "authorities act each on its own; services may move together",
                swap.p_low,
                swap.p_high,
            ),
        ],
        columns=["test", "assumes that", "p_low", "p_high"],
    )
    return Finding(
        key="battery",
        title=(
            f"{words.sentence(words.number(signs.fell))} of {len(data)} services fell and "
            f"{words.number(signs.rose)} rose, yet totals alone leave p anywhere "
            f"{words.p_span(swap.p_low, swap.p_high)}"
        ),
        question="Did joint commissioning as a whole fall by more than chance would have it?",
        data=rows,
        base=f"{len(data)} services asked about in both years, {_base(data, collection)}",
        source=_source(collection, data),
        caveat=(
            "The low end of the year-swap test belongs to panels in which nobody began what "
            "others stopped; the high end to panels in which a few authorities gave up nearly "
            "everything and a few took up nearly everything. What decides between them is how "
            "concentrated the moves were, and that is not printed."
        ),
        shown=rows[["test", "assumes that"]].assign(p=_p_spans(rows, "p")),
    )


def stopped_somewhere(collection: Collection) -> Finding:
    """How many authorities must have stopped some service, and how many may have several."""
    data = _comparisons(collection, ["commissioning_areas"])
    low, high = data["losers_low"].to_numpy(), data["losers_high"].to_numpy()
    rows = pd.DataFrame(
        [
            (number, *inference.losers_of_at_least(number, low, high, collection.size))
            for number in (1, 2, 3, 5)
        ],
        columns=["services stopped, at least", "fewest", "most"],
    )
    first = rows.iloc[0]
    return Finding(
        key="stopped-somewhere",
        title=(
            f"At least {words.number(int(first['fewest']))} authorities stopped commissioning some "
            f"service jointly, and as many as {first['most']} may have"
        ),
        question="How many authorities stopped at least so many services?",
        data=rows,
        base=f"{len(data)} services asked about in both years, {_base(data, collection)}",
        source=_source(collection, data),
        caveat=(
            "Fewest and most over all panels with these totals. Each end is reached by some panel; "
            "none goes beyond it."
        ),
    )


def support(collection: Collection) -> Finding:
    """In what share of drawn panels joint commissioning fell by more than chance, two ways on."""
    from csm_lib import charts

    items = _comparisons(collection, ["commissioning_areas"])
    rows = []
    for concentration in CONCENTRATIONS:
        for persistence in PERSISTENCES:
            net = panel.draw_net_changes(
                items["from_yes"],
                items["to_yes"],
                collection.size,
                persistence=persistence,
                concentration=concentration,
                rng=np.random.default_rng(panel.SEED),
                panels=PANELS,
            )
            holds = int((np.asarray(inference.year_swap(net)) <= LEVEL).sum())
            label = f"Concentration {concentration:g}"
            rows.append((label.lower(), label, persistence, holds, PANELS))
    data = pd.DataFrame(rows, columns=["claim", "label", "persistence", "yes", "base"])
    data["status"] = "drawn"
    wide = data.pivot(index="label", columns="persistence", values="yes")
    shipped = wide[panel.PERSISTENCE]
    least = inference.least_churn_p(items["from_yes"], items["to_yes"])
    return Finding(
        key="support",
        title=(
            f"Drawn panels do not settle it: at persistence {panel.PERSISTENCE:g} the share that "
            f"calls the fall more than chance runs from {_share(shipped.max())} to "
            f"{_share(shipped.min())} as moves concentrate"
        ),
        question=f"What share of drawn panels comes {PASSING}?",
        data=data,
        base=f"{PANELS} drawn panels for each pair, all with the published totals",
        source="Panels drawn to reproduce Devanney and Wistow (2013)",
        caveat=(
            "Persistence is the odds ratio of an authority's two answers. Concentration is how "
            "closely its services follow one factor of its own. Nothing in the paper identifies "
            "either and neither is estimated, so these shares tell of the way of drawing, not of "
            "the authorities. What the totals prove is the range above; with the least churn, on "
            f"as few authorities as can be, p is {words.p_value(least)}."
        ),
        alt=_support_alt(data),
        draw=lambda: charts.support(data, what=PASSING, note=DRAWN_NOTE),
        shown=pd.DataFrame(
            {"concentration": [f"{one:g}" for one in CONCENTRATIONS]}
            | {
                f"persistence {name:g}": [_share(yes) for yes in wide[name]]
                for name in wide.columns
            }
        ),
    )


def survivors(collection: Collection) -> Finding:
    """Which claims on change survive which assumption: the test, their number, who moved, silence.

    One row a claim: each change that is significant whatever happened, and joint commissioning as
    a whole.
    """
    data = _comparisons(collection, SECTIONS)
    agencies = data["item"].isin(collection.codebook.section("statutory_agencies"))
    population = _population(collection)
    totals = [data[name] for name in ("from_yes", "from_base", "to_yes", "to_base")]
    found = inference.breakdown(*totals, authorities=collection.size, population=population)
    data["needed"] = found["needed_high"]
    for name, some in (("all", data.index == data.index), ("table", agencies)):
        family = data.loc[some]
        adjusted = inference.holm(family["exact_low"], family["exact_high"], level=LEVEL)
        data[[f"{name}_low", f"{name}_high"]] = adjusted[["holm_low", "holm_high"]]
    silent_ones = population - collection.size
    table, whole = f"of {int(agencies.sum())} in Table 1", f"of all {len(data)} comparisons"
    rows = [
        {
            "claim": f"{words.sentence(row['label'])} {'rose' if row['direction'] > 0 else 'fell'}",
            "totals": f"{row['from_yes']} of {row['from_base']} to {row['to_yes']} of "
            f"{row['to_base']}",
            "one test alone": _survives(row["exact_low"], row["exact_high"]),
            table: _survives(row["table_low"], row["table_high"]),
            whole: _survives(row["all_low"], row["all_high"]),
            "concentration": "plays no part",
            "nonresponse": _undone(row["needed"], silent_ones),
        }
        for row in data[data["verdict"] == "always"].to_dict("records")
    ]
    safe = [str(row["claim"]) for row in rows if row[whole].startswith("survives")]
    services = _comparisons(collection, ["commissioning_areas"])
    totals = [services[name] for name in ("from_yes", "from_base", "to_yes", "to_base")]
    swap = inference.year_swap_range(*totals, authorities=collection.size)
    before, after = int(services["from_yes"].sum()), int(services["to_yes"].sum())
    few = -(-abs(after - before) // len(services))
    rows.append(
        {
            "claim": "Joint commissioning fell as a whole",
            "totals": f"{before} to {after} arrangements, {len(services)} services",
            "one test alone": _survives(swap.p_low, swap.p_high),
            **dict.fromkeys((table, whole), "not in a family"),
            "concentration": "decides it",
            "nonresponse": _undone(few, silent_ones),
        }
    )
    which = words.listed([words.within(claim) for claim in safe]) or "none"
    claims = f"only one claim survives: {which}" if len(safe) == 1 else f"these survive: {which}"
    return Finding(
        key="what-survives",
        title=f"Over all {len(data)} comparisons {claims}",
        question="Which claim survives which assumption?",
        data=pd.DataFrame(rows),
        base=_base(data, collection),
        source=_source(collection, data),
        caveat=(
            "p over everything that the totals allow; it survives if the largest is 0.05 or less. "
            "McNemar's exact test for one item, the year-swap test for the services together; "
            "Holm's method for the number of comparisons. Nonresponse assumes nothing of the "
            "silent authorities."
        ),
    )


def _survives(low: float, high: float) -> str:
    """A range of p, and what it means for a claim."""
    if pd.isna(low):
        return "not one of them"
    if high <= LEVEL:
        return f"survives (p at most {words.p_value(high)})"
    return f"{'does not' if low > LEVEL else 'depends'} (p {words.p_span(low, high)})"


def _undone(needed: int, silent: int) -> str:
    """How many silent authorities would undo a change, and whether there are so many."""
    word = "does not" if needed <= silent else "survives"
    return f"{word} ({needed} of {silent} silent would undo it)"


def silent(collection: Collection) -> Finding:
    """How many authorities that did not answer would undo each change by moving the other way."""
    everyone = _population(collection)
    data = _comparisons(collection, SECTIONS)
    totals = [data[name] for name in ("from_yes", "from_base", "to_yes", "to_base")]
    found = inference.breakdown(*totals, authorities=collection.size, population=everyone)
    data = pd.concat([data[["item", "label"]], found], axis=1)
    largest = data.iloc[int(data["needed_high"].argmax())]
    missing = everyone - collection.size
    return Finding(
        key="silent",
        title=(
            f"The {missing} silent authorities could undo every change: the largest, "
            f"{words.within(largest['label'])}, needs {largest['needed_high']} of them to have "
            "moved the other way"
        ),
        question="How many silent authorities moving the other way would undo the change?",
        data=data,
        base=f"all {everyone} authorities, {collection.size} of which answered",
        source=_source(collection, data),
        caveat=(
            "This assumes nothing of the silent, which is as pessimistic as can be. It shows what "
            "the answers alone do not rule out, not what is likely."
        ),
        shown=pd.DataFrame(
            {
                "item": data["label"],
                "needed to undo": _spans(data, "needed"),
                "silent": data["silent"],
                "change among all, at least": [_signed(x) for x in data["change_low"]],
                "at most": [_signed(x) for x in data["change_high"]],
            }
        ),
    )


def everyone(collection: Collection) -> Finding:
    """Shares in the last year with an interval, and with no assumption about the silent."""
    from csm_lib import charts

    population = _population(collection)
    year = collection.years[-1]
    data = collection.section("statutory_agencies", years=[year])
    low, high = inference.interval(
        data["yes"], data["base"], method="wilson_finite", population=population
    )
    worst = inference.worst_case(data["yes"], data["base"], population)
    data = data.assign(low=low, high=high, worst_low=worst[0], worst_high=worst[1])
    wide = data["worst_high"] - data["worst_low"]
    return Finding(
        key="everyone",
        title=(
            f"If those who answered were drawn by lot, a share would be known to within "
            f"{_percent(((data['high'] - data['low']) / 2).max())} points; with nothing assumed, "
            f"to within {_percent((wide / 2).max())}"
        ),
        question=f"What was the share among all {population} authorities in {year}?",
        data=data,
        base=f"all {population} authorities, {collection.size} of which answered; whiskers: 95% "
        "intervals (Wilson, for a finite population)",
        source=source_of(data, collection.origin),
        caveat=(
            "The interval takes those who answered for a random sample, and they chose "
            "themselves. The bounds assume nothing: all the silent without the agency, or all "
            "with it."
        ),
        alt=_everyone_alt(data, year),
        draw=lambda: charts.ranked_dots(data),
        shown=pd.DataFrame(
            {
                "item": data["label"],
                "share": [
                    words.of(yes, base) for yes, base in zip(data["yes"], data["base"], strict=True)
                ],
                "95% interval": _shares(data, "low", "high"),
                "whatever the silent did": _shares(data, "worst_low", "worst_high"),
            }
        ),
    )


# -- What the findings share ----------------------------------------------------------------------


def _comparisons(collection: Collection, sections: Sequence[str]) -> pd.DataFrame:
    """One row an item asked in both years: its totals, and what they allow."""
    codebook = collection.codebook
    items = [
        item
        for section in sections
        if section in codebook.sections
        for item in codebook.section(section)
        if codebook[item].response == "yes_no" and codebook[item].asked_if is None
    ]
    moved = changes(collection.tally(items))
    if moved.empty:
        raise CollectionError(
            f"{collection.path}: no item of {', '.join(sections)} was answered in two years, so "
            "there is no change to look at. This chapter needs a second wave."
        )
    totals = [moved[name] for name in ("from_yes", "from_base", "to_yes", "to_base")]
    ranges = inference.change_range(*totals, authorities=collection.size, level=LEVEL)
    intervals = inference.interval_range(*totals, authorities=collection.size)
    return pd.concat([moved, ranges, intervals], axis=1)


def _population(collection: Collection) -> int:
    if collection.population is None:
        raise CollectionError(
            f"{collection.path}: the number of all authorities is not known. Add published.csv "
            "and frame.csv."
        )
    return collection.population


def _base(data: pd.DataFrame, collection: Collection) -> str:
    base = words.span(int(data["paired_low"].min()), int(data["paired_high"].max()))
    return f"authorities that answered in both years, {base} of {collection.size}"


def _source(collection: Collection, data: pd.DataFrame) -> str:
    return source_of(data.assign(status="derived"), collection.origin)


def _pair(row: pd.Series, side: str) -> tuple[int, int]:
    return int(row[f"{side}_yes"]), int(row[f"{side}_base"])


def _points(row: pd.Series) -> str:
    sign = {1: "+", 0: "", -1: "\N{MINUS SIGN}"}[int(row["direction"])]
    return f"{sign}{words.points(row)}"


def _spans(data: pd.DataFrame, name: str) -> list[str]:
    ends = zip(data[f"{name}_low"], data[f"{name}_high"], strict=True)
    return [words.span(int(low), int(high)) for low, high in ends]


def _p_spans(data: pd.DataFrame, name: str) -> list[str]:
    ends = zip(data[f"{name}_low"], data[f"{name}_high"], strict=True)
    return [words.p_span(low, high) for low, high in ends]


def _ends(data: pd.DataFrame, name: str) -> list[str]:
    ends = zip(data[f"{name}_low"], data[f"{name}_high"], strict=True)
    return [f"{_signed(low)} to {_signed(high)}" for low, high in ends]


def _shares(data: pd.DataFrame, low: str, high: str) -> list[str]:
    ends = zip(data[low], data[high], strict=True)
    return [f"{_percent(first)}% to {_percent(last)}%" for first, last in ends]


def _percent(share: float) -> int:
    """A share that is no count over a base, in whole percent, half up."""
    return int(np.floor(100 * share + 0.5))


def _signed(change: float) -> str:
    """A change that is no difference of counts, in whole points with its sign."""
    size = _percent(abs(change))
    return f"{'' if not size else '+' if change > 0 else chr(0x2212)}{size}"


def _share(yes: int) -> str:
    return words.of_panels(yes, PANELS)


def _alt(what: str, data: pd.DataFrame, row_text: Callable[[Any], str]) -> str:
    return f"{what}. {'; '.join(row_text(row) for row in data.itertuples())}."


def _moves_alt(data: pd.DataFrame, stopped: str, began: str) -> str:
    return _alt(
        f"Chart of how many authorities {stopped} and {began}",
        data,
        lambda row: (
            f"{row.label}: {words.span(row.losers_low, row.losers_high)} {stopped}, "
            f"{words.span(row.gainers_low, row.gainers_high)} {began}"
        ),
    )


def _verdicts_alt(data: pd.DataFrame) -> str:
    return _alt(
        f"Chart of the range of p-values of each change, with a line at {LEVEL}",
        data,
        lambda row: f"{row.label}: {words.p_span(row.exact_low, row.exact_high)}, {row.verdict}",
    )


def _support_alt(data: pd.DataFrame) -> str:
    return _alt(
        f"Chart of the share of drawn panels {PASSING}, by concentration and persistence",
        data,
        lambda row: f"{row.label}, persistence {row.persistence:g}: {_share(row.yes)}",
    )


def _everyone_alt(data: pd.DataFrame, year: int) -> str:
    return _alt(
        f"Chart of the share of Boards with each agency in {year}, with 95% intervals",
        data,
        lambda row: (
            f"{row.label}: {words.of(row.yes, row.base)}, interval {_percent(row.low)}% to "
            f"{_percent(row.high)}%"
        ),
    )
