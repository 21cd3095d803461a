"""What changed, and how sure anyone can be: the findings that the lesson *fall* shows.

Only the totals of each year are printed. What is worked out here is therefore a range: over every
course of events that the totals allow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from csm_lib import inference, words
from csm_lib.aggregate import changes
from csm_lib.errors import CollectionError
from csm_lib.findings import Finding, source_of

if TYPE_CHECKING:
    from csm_lib.collection import Collection

LEVEL = 0.05
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
                "change": [words.signed_points(row) for _, row in data.iterrows()],
                stopped: words.spans(data["losers_low"], data["losers_high"]),
                began: words.spans(data["gainers_low"], data["gainers_high"]),
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
                "exact p": words.p_spans(data["exact_low"], data["exact_high"]),
                "mid-p": words.p_spans(data["mid_p_low"], data["mid_p_high"]),
                f"below {LEVEL}": data["verdict"],
            }
        ),
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
                "needed to undo": words.spans(data["needed_low"], data["needed_high"]),
                "silent": data["silent"],
                "change among all, at least": _signed(data["change_low"]),
                "at most": _signed(data["change_high"]),
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
    return inference.comparisons(moved, authorities=collection.size, level=LEVEL)


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


def _ends(data: pd.DataFrame, name: str) -> list[str]:
    return words.spans(_signed(data[f"{name}_low"]), _signed(data[f"{name}_high"]))


def _signed(changes: pd.Series) -> pd.Series:
    """Changes that are no differences of counts, in whole points with their sign."""
    return changes.map(words.percent).map(words.signed)


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
