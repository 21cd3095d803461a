"""Lesson 1, reading a published table: bases, rounding, and a figure that cannot be.

Its example is one row of Table 1, further education and sixth form colleges in the first year. Its
puzzles are a row that cannot be right, and figures that cannot all rest on one base.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from csm_lib import words
from csm_lib.aggregate import changes
from csm_lib.chapters import representation
from csm_lib.claims.cells import printed, value
from csm_lib.counts import (
    closing_splits,
    fitting_bases,
    format_percent,
    one_cell_corrections,
    points_change,
    possible_counts,
    rounded_percent,
)
from csm_lib.findings import Finding
from csm_lib.published import by_item_and_year, rows_of, stated_sample
from csm_lib.status import STATUSES
from csm_lib.teaching.check import Check, WrongAnswer, whole_number
from csm_lib.teaching.exercise import Exercise
from csm_lib.teaching.quiz import Choice, Question, Quiz

if TYPE_CHECKING:
    from csm_lib.collection import Collection
    from csm_lib.counts import RoundingRule

SOURCE = "Devanney and Wistow (2013), {}"
COLLEGES = "further_education"
"""The agency whose row is the example."""
ODD = "pct_commissioner"
"""The agency one of whose rows does not add up."""
JOBCENTRE = "jobcentre_plus"
STEEPEST = "commissioning.palliative_care"
"""The service in which three numbers stand for one fall."""
PARTS = {"head": "head", "senior_officer": "senior officer", "other": "other"}


# -- What is printed ------------------------------------------------------------------------------


class Row(NamedTuple):
    """One agency in one year of Table 1: what is printed, and the counts behind it.

    ``printed`` and ``parts`` are percentages: on the Board, and of heads, senior officers and
    others. ``answered``, ``on_board`` and ``stated`` are the bases that the row does not print.
    """

    label: str
    year: int
    authorities: int
    printed: int
    no_response: int
    answered: int
    on_board: int
    not_stated: int
    stated: int
    parts: tuple[int, ...]
    counts: tuple[int, ...]


def row(collection: Collection, agency: str = COLLEGES, *, last: bool = False) -> Row:
    """Return one row of Table 1, of the first year or of the last."""
    year = collection.years[-1 if last else 0]
    figures = {one["figure"]: one for one in rows_of(printed(collection))}
    board = figures[f"board.{agency}.{year}"]
    levels = [figures[f"level.{agency}.{part}.{year}"] for part in PARTS]
    return Row(
        label=collection.codebook[f"board.{agency}"].label,
        year=year,
        authorities=stated_sample(printed(collection)),
        printed=board["value"],
        no_response=value(collection, f"board.{agency}.no_response.{year}"),
        answered=board["of"],
        on_board=board["count"],
        not_stated=value(collection, f"level.{agency}.not_stated.{year}"),
        stated=levels[0]["of"],
        parts=tuple(one["value"] for one in levels),
        counts=tuple(one["count"] for one in levels),
    )


def printed_row(collection: Collection) -> pd.Series[int]:
    """What the row of the example prints of the seats on the Board, for the notebook."""
    one = row(collection)
    return pd.Series(
        {
            "authorities answering": one.authorities,
            "no response to the question": one.no_response,
            "percent on the Board": one.printed,
        },
        name=f"{one.label}, {one.year}",
    )


def component_percentages(collection: Collection) -> list[int]:
    """The percentages printed for the JSNA components, each once."""
    block = printed(collection)["block"] == "jsna_components"
    return [int(one) for one in printed(collection).loc[block, "value"].drop_duplicates()]


def levels(collection: Collection) -> pd.DataFrame:
    """The levels printed in Table 1, for the notebook.

    Returns
    -------
    DataFrame
        One row is an agency in a year: ``agency, year``, the percentages ``head, senior_officer,
        other``, and the numbers of authorities ``on_board`` (recovered) and ``not_stated``.
    """
    table = printed(collection)
    shares = table[(table["statistic"] == "share") & table["item"].str.startswith("level.")]
    found = []
    for item, year, cells in by_item_and_year(shares):
        agency = item.removeprefix("level.")
        not_stated = value(collection, f"{item}.not_stated.{year}")
        found.append(
            {
                "agency": agency,
                "year": year,
                **dict(zip(cells["answer"], cells["value"].astype(int), strict=True)),
                "on_board": int(cells["of"].iloc[0]) + not_stated,
                "not_stated": not_stated,
            }
        )
    return pd.DataFrame(found)


# -- The story ------------------------------------------------------------------------------------


def as_printed(collection: Collection) -> Finding:
    """Table 1 as it stands in print."""
    table = printed(collection)
    cells = table[table["place"].str.startswith("Table 1")]
    in_percent = cells[cells["unit"] == "percent"]
    rows = []
    for (label, year), group in cells.assign(
        label=cells["place"].str.removeprefix("Table 1, ")
    ).groupby(["label", "year"], sort=False):
        shares = group["unit"] == "percent"
        by_kind = {
            part or kind: shown
            for part, kind, shown in zip(
                group["answer"], group["statistic"], group["printed"], strict=True
            )
        }
        rows.append(
            {
                "agency": label,
                "year": int(str(year)),
                "on the Board": by_kind["yes"],
                "no response": by_kind["no_response"],
                **{name: by_kind.get(part, "–") for part, name in PARTS.items()},
                "not stated": by_kind.get("not_stated", "–"),
                "status": max(group.loc[shares, "status"], key=list(STATUSES).index),
            }
        )
    data = pd.DataFrame(rows).sort_values(["year", "agency"], kind="stable", ignore_index=True)
    return Finding(
        key="table-1-as-printed",
        title=(
            f"Table 1 prints {len(in_percent)} percentages and "
            f"{words.counted(int(in_percent['base'].notna().sum()), 'base')}"
        ),
        question="What does the table of agencies print?",
        data=data,
        base=f"{len(data)} rows: an agency in a year",
        source=SOURCE.format("Table 1"),
        caveat=(
            "The columns 'no response' and 'not stated' hold numbers of authorities. The others "
            "hold percentages, and not all of the same authorities."
        ),
        shown=data.drop(columns="status"),
    )


def first_year(collection: Collection) -> Finding:
    """Table 1 as it stands in print, of the first year only: it fits on a slide."""
    whole, year = as_printed(collection), collection.years[0]
    data = whole.data[whole.data["year"] == year].reset_index(drop=True)
    told = data[["on the Board", *PARTS.values()]].to_numpy().ravel()
    return replace(
        whole,
        key="table-1-first-year",
        title=f"For {year} Table 1 prints {sum('%' in one for one in told)} percentages",
        data=data,
        base=f"{words.counted(len(data), 'agency', 'agencies')} in {year}",
        shown=data.drop(columns=["year", "status"]),
    )


def count_behind(collection: Collection) -> Finding:
    """Which count gives the printed percentage, on which base."""
    one = row(collection)
    bases = [one.answered - 1, one.answered, one.authorities]
    nearest = range(one.on_board - 2, one.on_board + 3)
    data = pd.DataFrame(
        [
            {
                "count": count,
                "base": base,
                "share": count / base,
                "percent": rounded_percent(count, base),
            }
            for count in nearest
            for base in bases
        ]
    )
    told = [
        f"{words.listed([str(count) for count in counts])} of {base}"
        if (counts := possible_counts(one.printed, base))
        else f"no count of {base}"
        for base in bases
    ]
    return Finding(
        key="count-behind",
        title=f"{one.printed}% is {words.listed(told)}",
        question=f"How many Boards is {one.printed}%?",
        data=data,
        base=f"Boards that answered: {one.answered}, which is {one.authorities} less "
        f"{words.number(one.no_response)} without a response; and two bases to compare",
        source=SOURCE.format("Table 1"),
        caveat=(
            "On a base below 100 a whole percentage has one count behind it, or none. On a "
            "larger base there can be several."
        ),
        shown=pd.DataFrame(
            {"count": nearest}
            | {
                f"of {base}": [f"{_exact(count, base)}, so {_pc(count, base)}" for count in nearest]
                for base in bases
            }
        ),
    )


def bases_of_a_row(collection: Collection) -> Finding:
    """From the authorities that answered to the members whose level is stated."""
    one = row(collection)
    head = one.counts[0]
    steps = [
        ("answered the questionnaire", one.authorities, "printed in the text"),
        ("gave no response about this agency", one.no_response, "printed in the row"),
        ("said whether it is on the Board", one.answered, "the first less the second"),
        ("have it on the Board", one.on_board, f"{one.printed}% of {one.answered}"),
        ("did not state its level", one.not_stated, "printed in the row"),
        ("stated its level", one.stated, "on the Board less not stated"),
        ("are represented by its head", head, f"{one.parts[0]}% of {one.stated}"),
    ]
    data = pd.DataFrame(steps, columns=["authorities that", "number", "how it is known"])
    return Finding(
        key="bases-of-a-row",
        title=(
            f"One row, two bases, neither printed: {one.printed}% is of {one.answered} "
            f"authorities, {one.parts[0]}% is of {one.stated}"
        ),
        question="Of whom are the percentages of one row?",
        data=data,
        base=f"{one.label}, {one.year}",
        source=SOURCE.format("Table 1"),
        caveat=(
            f"So heads sat on {head} of {one.answered} Boards, "
            f"{format_percent(head, one.answered)}, and not on {one.parts[0]}% of them."
        ),
    )


def impossible_split(collection: Collection) -> Finding:
    """The row whose parts cannot be the parts of one whole."""
    one = row(collection, ODD)
    counts = [possible_counts(part, one.stated) for part in one.parts]
    total = sum(found[0] for found in counts)
    mended = one_cell_corrections(one.parts, one.stated)
    fixes: dict[int, str] = {fix.position: f"{fix.corrected}%" for fix in mended}
    data = pd.DataFrame(
        [
            {
                "level": name,
                "printed": f"{part}%",
                "count": words.listed([str(count) for count in found]),
                "base": one.stated,
                "would mend it": fixes.get(position, "–"),
                "status": "impossible",
            }
            for position, (name, part, found) in enumerate(
                zip(PARTS.values(), one.parts, counts, strict=True)
            )
        ]
    )
    lowest, highest = rounding_room(len(one.parts))
    return Finding(
        key="impossible-split",
        title=(
            f"{words.listed([f'{part}%' for part in one.parts])} of {one.stated} members are "
            f"{words.listed([str(found[0]) for found in counts])}: {total}, and "
            f"{words.counted(one.stated - total, 'member')} is nowhere"
        ),
        question="Can these be the parts of one whole?",
        data=data,
        base=(
            f"{one.label}, {one.year}: {one.on_board} on the Board less "
            f"{words.number(one.not_stated)} whose level is not stated"
        ),
        source=SOURCE.format("Table 1"),
        caveat=(
            f"Rounding may make {words.number(len(one.parts))} parts add up to anything from "
            f"{lowest}% to {highest}%, and these make {sum(one.parts)}%. So a figure is "
            "wrong, or a part is missing. Any one of those in the last column would mend the row; "
            "which was meant is not known."
        ),
        shown=data.drop(columns=["base", "status"]).rename(
            columns={"count": f"count of {one.stated}"}
        ),
    )


def one_fall_three_numbers(collection: Collection) -> Finding:
    """Changes in points and in per cent, beside what is printed."""
    moved = changes(collection.section("commissioning_areas"))
    in_print = {
        one["item"]: one["value"]
        for one in rows_of(printed(collection))
        if one["statistic"] == "change"
    }
    data = moved[["item", "label", "from_yes", "from_base", "to_yes", "to_base"]].copy()
    data["printed change"] = data["item"].map(in_print)
    data["points"] = points_change(
        data["from_yes"], data["from_base"], data["to_yes"], data["to_base"]
    )
    data["per cent"] = [
        relative(first, base_1, last, base_2)
        for first, base_1, last, base_2 in data[
            ["from_yes", "from_base", "to_yes", "to_base"]
        ].itertuples(index=False)
    ]
    one = data.set_index("item").loc[STEEPEST]
    apart = data[data["printed change"] != data["points"]]
    return Finding(
        key="one-fall-three-numbers",
        title=(
            f"{one['label']} fell by {abs(one['points'])} points, which is "
            f"{abs(one['per cent'])} per cent of what there was; the paper calls it "
            f"{abs(one['printed change'])}%"
        ),
        question="By how much did joint commissioning change, in points and in per cent?",
        data=data,
        base=f"all {collection.size} authorities, {len(data)} services asked about in both years",
        source=SOURCE.format("Table 2"),
        caveat=(
            f"For {words.number(len(apart))} services "
            f"({words.listed([words.within(label) for label in apart['label']])}) the "
            "difference of two rounded percentages is a point away from the change. Two "
            "percentages known to the nearest whole give a difference that is known to within a "
            "point either way."
        ),
        shown=pd.DataFrame(
            {
                "service": data["label"],
                "first year": [
                    words.of(*pair)
                    for pair in data[["from_yes", "from_base"]].itertuples(index=False)
                ],
                "last year": [
                    words.of(*pair) for pair in data[["to_yes", "to_base"]].itertuples(index=False)
                ],
                "printed": [f"{_signed(one)}%" for one in data["printed change"]],
                "points": [_signed(one) for one in data["points"]],
                "per cent": [_signed(one) for one in data["per cent"]],
            }
        ),
    )


def printed_apart(collection: Collection) -> Finding:
    """The services whose printed change is not the change: they fit on a slide."""
    whole = one_fall_three_numbers(collection)
    apart = whole.data["printed change"] != whole.data["points"]
    return replace(
        whole,
        key="printed-apart",
        data=whole.data[apart].reset_index(drop=True),
        base=f"all {collection.size} authorities; the {words.number(int(apart.sum()))} of "
        f"{len(whole.data)} services whose printed change is a point out",
        shown=whole.table[apart].reset_index(drop=True),
    )


def rounding_room(parts: int) -> tuple[int, int]:
    """Return the lowest and the highest sum of some rounded percentages of one whole.

    Each is rounded half up, so it is at most half a point above what it stands for, and less than
    half a point below.

    >>> rounding_room(3)
    (99, 101)
    """
    return 100 - (parts - 1) // 2, 100 + parts // 2


def relative(first: int, base_1: int, last: int, base_2: int) -> int:
    """Return a change in per cent of the first share, rounded.

    >>> relative(19, 74, 12, 74)
    -37
    """
    return rounded_percent(last * base_1 - first * base_2, first * base_2)


# -- Exercises ------------------------------------------------------------------------------------


def _most_risen(collection: Collection) -> Exercise:
    finding = representation.statutory_agencies(collection)
    moved = changes(finding.data)
    top = moved.iloc[int(moved["change"].argmax())]
    blank = collection.size - int(top["from_base"])
    fell = moved[moved["direction"] < 0]
    return Exercise(
        key="table-1",
        level="read",
        title="A rise, its size and its base",
        finding=finding,
        task=(
            "Use the chart, and the table under it.\n\n"
            "- Which agency rose most, and by how many percentage points?\n"
            "- On how many Boards was it in each year, and out of how many?\n"
            "- Not every base is the number of authorities that answered. Why?\n"
            "- Which agencies fell? On how many Boards fewer did they sit?"
        ),
        solution=(
            f"- {top['label']}: {words.points(top)}.\n"
            f"- {top['from_yes']} of {top['from_base']}, then {top['to_yes']} of "
            f"{top['to_base']}.\n"
            f"- {words.sentence(words.number(blank))} authorities left the question about "
            f"{words.within(top['label'])} blank, and {collection.size} less "
            f"{words.number(blank)} is {top['from_base']}. A base holds those who answered the "
            "question, not all who sent the form back.\n"
            f"- {_fewer(fell)} A fall in the share need not be a fall in the number when the base "
            "differs, so compare the counts."
        ),
        minutes=6,
    )


def _near_twins(collection: Collection) -> Exercise:
    finding = representation.other_agencies(collection)
    data = {one["item"]: one for one in rows_of(finding.data)}
    higher, lower = data["board.housing"], data["board.leisure"]
    twin, other = data["board.adult_services"], data["board.fire_and_rescue"]
    fewest = min(data.values(), key=lambda one: one["base"])
    return Exercise(
        key="table-2",
        level="read",
        title="Two shares, how many Boards?",
        finding=finding,
        task=(
            f"Compare {words.within(higher['label'])} with {words.within(lower['label'])}, and "
            f"{words.within(twin['label'])} with {words.within(other['label'])}.\n\n"
            "- How many Boards lie between the two of each pair?\n"
            "- About which agency did fewest authorities answer, and how many were silent?\n"
            "- If two agencies have the same percentage and the same base, do they sit on the "
            "same Boards?"
        ),
        solution=(
            f"- {higher['yes']} of {higher['base']} and {lower['yes']} of {lower['base']}: "
            f"{words.counted(higher['yes'] - lower['yes'], 'Board')} apart. {twin['yes']} of "
            f"{twin['base']} and {other['yes']} of {other['base']}: "
            f"{words.counted(twin['yes'] - other['yes'], 'Board')} apart.\n"
            f"- {fewest['label']}: {fewest['base']} answered, so "
            f"{words.number(collection.size - fewest['base'])} of {collection.size} did not.\n"
            "- Nobody can tell. The same number of Boards need not be the same Boards, and the "
            "paper gives totals alone."
        ),
        hint="The counts stand to the right of the chart.",
        minutes=5,
    )


def _lost_member(collection: Collection) -> Exercise:
    odd = row(collection, ODD)
    low, high = rounding_room(len(odd.parts))
    sums = {
        (one["agency"], one["year"]): one["head"] + one["senior_officer"] + one["other"]
        for one in rows_of(levels(collection))
    }
    fair = [total for total in sums.values() if total != 100 and low <= total <= high]
    return Exercise(
        key="table-3",
        level="reason",
        title="A sum that gives it away",
        task=(
            f"In the row *{odd.label}* of {odd.year} the levels are printed as "
            f"{words.listed([f'{part}%' for part in odd.parts])}. Suppose that you do not know "
            "the base.\n\n"
            f"- By how much can {words.number(len(odd.parts))} rounded percentages of one whole "
            "miss 100 when they are added up?\n"
            "- Can these be right, on any base?\n"
            f"- Other rows add up to {words.listed([str(total) for total in sorted(fair)])}. Are "
            "those wrong too?"
        ),
        solution=(
            "- Rounded to the nearest whole, each is off by up to half a point. "
            f"{words.sentence(words.number(len(odd.parts)))} are off by up to one and a half "
            "together. The sum is a whole number, and the parts before rounding make 100, so it "
            f"lies from {low} to {high}.\n"
            f"- No. They make {sum(odd.parts)}. At least one figure is wrong, or somebody was "
            "left out of them.\n"
            "- No. That much rounding can do, and with the base at hand one can check: whole "
            "counts give those percentages and add up to the base."
        ),
        hint="A share of 56.5% is printed as 57%. How far apart are they?",
        minutes=6,
    )


def _headlines(collection: Collection) -> Exercise:
    one = _steepest(collection)
    return Exercise(
        key="table-4",
        level="reason",
        title="Four headlines",
        task=(
            f"Joint commissioning of {words.within(one['label'])} went from "
            f"{words.of(one['from_yes'], one['from_base'])} to "
            f"{words.of(one['to_yes'], one['to_base'])}. Which of these headlines are right? "
            "Mend the others.\n\n"
            f"- It fell by {abs(one['printed change'])} per cent.\n"
            f"- It fell by {abs(one['points'])} percentage points.\n"
            f"- {abs(one['per cent'])} per cent fewer authorities commissioned it jointly.\n"
            f"- {words.sentence(words.number(one['from_yes'] - one['to_yes']))} authorities gave "
            "it up."
        ),
        solution=(
            "- Wrong twice. The unit is points, and the difference of two rounded percentages "
            f"({abs(one['printed change'])}) is not the rounded difference "
            f"({abs(one['points'])}).\n"
            "- Right.\n"
            f"- Right: {words.number(one['from_yes'] - one['to_yes'])} fewer, of "
            f"{one['from_yes']}. It also sounds far worse. Say which you mean, and give the "
            "counts.\n"
            f"- Not known. There were {words.number(one['from_yes'] - one['to_yes'])} fewer in "
            "the end. If some began, more than that gave it up. Lesson *Did joint commissioning "
            "fall?* takes this further."
        ),
        minutes=7,
    )


def _smaller_and_more(collection: Collection) -> Exercise:
    first, last = row(collection, JOBCENTRE), row(collection, JOBCENTRE, last=True)
    before, after = first.counts[0], last.counts[0]
    return Exercise(
        key="table-5",
        level="reason",
        title="Smaller share, more heads",
        task=(
            f"A report says: the share of heads among the representatives of {first.label} fell "
            f"from {first.parts[0]}% to {last.parts[0]}%, so it lost interest in the Boards. "
            f"The bases are {first.stated} in {first.year} and {last.stated} in {last.year}.\n\n"
            "- How many heads sat on Boards in each year?\n"
            "- What happened to the base, and why?\n"
            "- Rewrite the sentence so that it is true and fair."
        ),
        solution=(
            f"- {words.sentence(words.number(before))} of {first.stated}, then "
            f"{words.number(after)} of {last.stated}: more.\n"
            f"- It grew, as {first.label} sat on {last.on_board} Boards after {first.on_board}. "
            "Most of the new representatives were not heads.\n"
            f"- For instance: {first.label} joined many Boards. Heads represented it on "
            f"{words.number(after)} of them, up from {words.number(before)}, and senior officers "
            f"on {last.counts[1]}, up from {first.counts[1]}."
        ),
        hint="Heads as a share of what?",
        minutes=7,
    )


def _compute_count(collection: Collection) -> Exercise:
    one = row(collection)
    return Exercise(
        key="table-6",
        level="compute",
        title="The count behind a percentage",
        task=(
            f"Of how many Boards is the {one.printed}% of {words.within(one.label)} in "
            f"{one.year}? Find the base, then the one whole number of it that is printed so. In "
            "the notebook this is `table.count-behind`."
        ),
        solution=(
            f"{one.authorities} less {words.number(one.no_response)} without a response is "
            f"{one.answered}. {one.on_board} of {one.answered} is "
            f"{_exact(one.on_board, one.answered)}, which rounds to {one.printed}%. The counts "
            f"next to it give {_pc(one.on_board - 1, one.answered)} and "
            f"{_pc(one.on_board + 1, one.answered)}."
        ),
        minutes=5,
    )


def _compute_rounding(collection: Collection) -> Exercise:
    tie, base, figure = _tie(collection)
    return Exercise(
        key="table-7",
        level="compute",
        title="Round as the paper does",
        task=(
            f"The paper prints {tie} of {base} as {figure}%. Write a function of a count and a "
            "base that gives the whole percentage the paper would print, for every count of "
            "every base. In the notebook this is `table.rounding`."
        ),
        solution=(
            "Work in whole numbers: `(200 * count + base) // (2 * base)`. Half a point is added "
            "and the rest cut off, so that a tie goes up. Python's `round` sends a tie to the "
            f"even neighbour and gives {round(100 * tie / base)} here."
        ),
        hint="Adding a half and cutting off rounds half up. Keep to whole numbers.",
        minutes=8,
    )


def _compute_bases(collection: Collection) -> Exercise:
    fits, stated = _component_bases(collection), _stated_base(collection)
    return Exercise(
        key="table-8",
        level="compute",
        title="A base for a whole block",
        task=(
            f"The paper excludes {words.number(collection.size - stated)} of {collection.size} "
            f"authorities from the percentages of the JSNA components, which leaves {stated}. "
            f"Find every base up to {collection.size} on which all of them are possible. In the "
            "notebook this is `table.shared-base`."
        ),
        solution=(
            f"{words.listed([str(base) for base in fits])}, and not {stated}. So they cannot all "
            f"be shares of the same {stated}. Blanks on single components would explain it, as "
            "would more exclusions, or a misprint. Nobody can tell which from the paper, which "
            "does not say that every component rests on all that were left."
        ),
        hint="For each base, list what each of its counts is printed as.",
        minutes=10,
    )


def _compute_impossible(collection: Collection) -> Exercise:
    odd, table = row(collection, ODD), levels(collection)
    return Exercise(
        key="table-9",
        level="compute",
        title="Find the impossible row",
        task=(
            f"Table 1 prints the levels of {len(table)} agencies and years. For each, find the "
            "counts behind the parts and see whether they add up to the base. Which do not? In "
            "the notebook this is `table.impossible`."
        ),
        solution=(
            f"One: {odd.label}, {odd.year}. The base of a level is the number on the Board less "
            "those whose level is not stated. On it, each part has one count, and those of this "
            f"row add up to {sum(possible_counts(part, odd.stated)[0] for part in odd.parts)} of "
            f"{odd.stated}."
        ),
        hint="A sum of 99 or 101 is no fault in itself: look at the counts.",
        minutes=12,
    )


_MAKE: dict[str, Callable[[Collection], Exercise]] = {
    "table-1": _most_risen,
    "table-2": _near_twins,
    "table-3": _lost_member,
    "table-4": _headlines,
    "table-5": _smaller_and_more,
    "table-6": _compute_count,
    "table-7": _compute_rounding,
    "table-8": _compute_bases,
    "table-9": _compute_impossible,
}

EXERCISES = tuple(_MAKE)
"""The keys of the exercises, in order."""


def exercise(collection: Collection, key: str) -> Exercise:
    """Return one exercise of this lesson."""
    return _MAKE[key](collection)


# -- Quiz -----------------------------------------------------------------------------------------


def quiz(collection: Collection) -> Quiz:
    """Return the quiz of this lesson."""
    return Quiz(
        key="quiz-table",
        title="Reading a published table: what did you take away?",
        questions=(
            _ask_count(collection),
            _ask_of_whom(collection),
            _ask_rounding(collection),
            _ask_unit(collection),
            _ask_sum(collection),
            _ask_stated_base(collection),
        ),
    )


def _ask_count(collection: Collection) -> Question:
    one = row(collection)
    k, n = one.on_board, one.answered
    return Question(
        "count",
        f"{one.authorities} authorities sent the form back; {words.number(one.no_response)} left "
        f"this question blank. {one.printed}% of the others had the agency on the Board. How "
        "many Boards is that?",
        (
            Choice(
                str(k - 1),
                right=False,
                feedback=f"{k - 1} of {n} is {_exact(k - 1, n)}, printed as {_pc(k - 1, n)}. "
                "Rounding goes to the nearest; it does not cut off.",
            ),
            Choice(
                str(k),
                right=True,
                feedback=f"{k} of {n} is {_exact(k, n)}, and no other count of {n} is printed as "
                f"{one.printed}%.",
            ),
            Choice(
                str(k + 1),
                right=False,
                feedback=f"That takes all {one.authorities} for the base. Those who left the "
                f"question blank are not in it; and {k + 1} of {one.authorities} is "
                f"{_pc(k + 1, one.authorities)}.",
            ),
            Choice(
                str(one.printed),
                right=False,
                feedback="That is the percentage itself: so many in every hundred, not so many "
                "Boards.",
            ),
        ),
    )


def _ask_of_whom(collection: Collection) -> Question:
    one = row(collection)
    return Question(
        "of-whom",
        f"In the row of {words.within(one.label)}, {one.year}, {one.parts[0]}% stands under heads "
        "of organisation. Of whom is it a percentage?",
        (
            Choice(
                f"All {one.authorities} authorities that sent the form back",
                right=False,
                feedback="They include Boards without the agency, which have no representative "
                "to be a head.",
            ),
            Choice(
                f"The {one.answered} that said whether the agency is on the Board",
                right=False,
                feedback=f"That is the base of the {one.printed}% beside it. One row can hold "
                "percentages of different groups.",
            ),
            Choice(
                f"The {one.on_board} with the agency on the Board",
                right=False,
                feedback=f"Nearly. {words.sentence(words.number(one.not_stated))} of them did not "
                f"state the level; on {one.on_board} the parts of the row do not add up.",
            ),
            Choice(
                f"The {one.stated} with the agency on the Board and its level stated",
                right=True,
                feedback=f"{one.counts[0]} of {one.stated} is {one.parts[0]}%, and the "
                f"{words.number(len(one.parts))} parts add up to {one.stated}.",
            ),
        ),
    )


def _ask_rounding(collection: Collection) -> Question:
    tie, base, figure = _tie(collection)
    count, of = _above_whole(collection)
    return Question(
        "rounding",
        f"{tie} of {base} is {_exact(tie, base)} exactly, and the paper prints {figure}%. It "
        f"prints {count} of {of}, which is {_exact(count, of)}, as {_pc(count, of)}. "
        "What does that show?",
        (
            Choice(
                "The paper rounds half up",
                right=True,
                feedback="A tie shows what becomes of a half, and this one went up. The other "
                "figure went down, as less than a half should.",
            ),
            Choice(
                "The paper has made a mistake, for Python gives another figure",
                right=False,
                feedback=f"Python's round gives {round(100 * tie / base)}, as it sends ties to "
                "the even neighbour. Both are rules in use, and neither is a mistake.",
            ),
            Choice(
                "The paper always rounds up",
                right=False,
                feedback=f"Then {count} of {of}, which is {_exact(count, of)}, would be printed "
                f"as {_by(count, of, 'up')}%. It is printed as {_pc(count, of)}.",
            ),
            Choice(
                "Nothing: rounding never matters",
                right=False,
                feedback="It decides which count stands behind a figure, and whether a row can "
                "be right at all.",
            ),
        ),
    )


def _ask_unit(collection: Collection) -> Question:
    one = _steepest(collection)
    fewer = one["from_yes"] - one["to_yes"]
    return Question(
        "unit",
        f"{one['label']} went from {words.of(one['from_yes'], one['from_base'])} to "
        f"{words.of(one['to_yes'], one['to_base'])}. What may one say?",
        (
            Choice(
                f"It fell by {abs(one['points'])} percentage points",
                right=True,
                feedback="A difference of two percentages is in points.",
            ),
            Choice(
                f"It fell by {abs(one['printed change'])} per cent",
                right=False,
                feedback="Per cent of what? That is the difference of two rounded percentages, "
                "given the wrong unit.",
            ),
            Choice(
                f"{abs(one['per cent'])} per cent fewer authorities commissioned it jointly",
                right=True,
                feedback=f"{words.sentence(words.number(fewer))} fewer, of {one['from_yes']}. "
                "Give the counts beside it.",
            ),
            Choice(
                f"It fell by {words.number(fewer)} percentage points",
                right=False,
                feedback=f"{words.sentence(words.number(fewer))} is a number of authorities. "
                f"Each of {one['to_base']} is worth more than a point.",
            ),
        ),
    )


def _ask_sum(collection: Collection) -> Question:
    odd = row(collection, ODD)
    low, high = rounding_room(len(odd.parts))
    total = sum(odd.parts)
    return Question(
        "sum",
        f"{words.sentence(words.number(len(odd.parts)))} parts of one whole are each rounded to "
        "a whole percentage and added up. Which sum cannot be?",
        (
            Choice(
                str(total),
                right=True,
                feedback=f"Rounding moves the sum by one and a half at most. So the row of the "
                f"{odd.label}, {odd.year}, is wrong on any base.",
            ),
            Choice(
                str(low),
                right=False,
                feedback="Each part may have lost up to half a point, so this can be.",
            ),
            Choice(
                "100",
                right=False,
                feedback="Rounding up and rounding down often make good for each other.",
            ),
            Choice(
                str(high),
                right=False,
                feedback="Each part may have gained half a point, so this can be.",
            ),
        ),
    )


def _ask_stated_base(collection: Collection) -> Question:
    stated, fits = _stated_base(collection), _component_bases(collection)
    top = max(component_percentages(collection))
    below = max(k for k in range(stated + 1) if rounded_percent(k, stated) < top)
    return Question(
        "stated-base",
        f"The paper excludes {words.number(collection.size - stated)} of {collection.size} "
        f"authorities from the percentages of the JSNA components, which leaves {stated}. One of "
        f"them is {top}%; but {below} of {stated} is {_pc(below, stated)} and "
        f"{below + 1} is {_pc(below + 1, stated)}. What follows?",
        (
            Choice(
                "The answers were made up",
                right=False,
                feedback="A few blanks on that component, or a slip in typing, would look just "
                "like this.",
            ),
            Choice(
                f"The figure does not rest on all {stated}, or it is misprinted",
                right=True,
                feedback="More than that cannot be had from the paper, which does not say that "
                "every component rests on all of them.",
            ),
            Choice(
                f"The base was {fits[-1]}, for certain",
                right=False,
                feedback=f"All the percentages fit {words.listed([str(base) for base in fits])}. "
                "Fitting is some evidence and no proof; each may also have a base of its own.",
            ),
            Choice(
                "Nothing: it is off by rounding only",
                right=False,
                feedback="The figures on either side are rounded already. No whole number of "
                "authorities lies between.",
            ),
        ),
    )


# -- Checks of the notebook -----------------------------------------------------------------------


def _check_count(collection: Collection, answer: Any) -> str:
    one = row(collection)
    if isinstance(answer, float) and 0 < answer < 1:
        raise WrongAnswer("That is a share. Asked is how many Boards, a whole number.")
    count = whole_number(answer)
    k, n = one.on_board, one.answered
    if count == k:
        return f"{k} of {n} is {_exact(k, n)}, and no other count of {n} rounds to {one.printed}%."
    if count == one.printed:
        raise WrongAnswer("That is the percentage. How many Boards is it?")
    if count == rounded_percent(one.printed * one.authorities, 10_000):
        raise WrongAnswer(
            f"{count} is {one.printed}% of {one.authorities}, all that sent the form back. Take "
            "those off who gave no response to the question."
        )
    if count == one.printed * n // 100:
        raise WrongAnswer(
            f"{one.printed}% of {n} is {_decimal(one.printed * n)}, and int() cuts the rest off. "
            f"{count} of {n} is {_pc(count, n)}: try the count next to it."
        )
    if not 0 <= count <= n:
        raise WrongAnswer(f"There were {n} Boards; yours is {count}.")
    raise WrongAnswer(f"{count} of {n} would be printed as {_pc(count, n)}.")


def _check_rounding(collection: Collection, answer: Any) -> str:
    tie, base, figure = _tie(collection)
    if not callable(answer):
        raise WrongAnswer(
            f"A function is asked for: answer_rounded({tie}, {base}) must give {figure}."
        )
    largest = collection.population or collection.size
    pairs = [(k, n) for n in range(1, largest + 1) for k in range(n + 1)]
    given = [answer(k, n) for k, n in pairs]
    wrong = [
        (k, n, one)
        for (k, n), one in zip(pairs, given, strict=True)
        if isinstance(one, str) or one != rounded_percent(k, n)
    ]
    if not wrong:
        ties = sum(rounded_percent(k, n) != _by(k, n, "half_down") for k, n in pairs)
        return f"It agrees on every count of every base up to {largest}, {ties} ties among them."
    rules: dict[RoundingRule, str] = {
        "half_even": "Ties go to the even neighbour, as with Python's round().",
        "truncated": "It cuts off where it should round to the nearest.",
        "up": "It always rounds up, and should round to the nearest.",
    }
    start = f"{wrong[0][0]} of {wrong[0][1]} is {_exact(*wrong[0][:2])}; yours gives {wrong[0][2]}."
    for rule, told in rules.items():
        if all(one == _by(k, n, rule) for (k, n), one in zip(pairs, given, strict=True)):
            raise WrongAnswer(f"{told} {start}")
    if all(one == k / n for (k, n), one in zip(pairs, given, strict=True)):
        raise WrongAnswer(
            f"That is the share, from 0 to 1. A whole percentage is asked for. {start}"
        )
    if len(wrong) < len(pairs) // 100:
        raise WrongAnswer(
            f"Nearly. {start} A fraction such as 0.575 has no exact float, so a tie may fall "
            "short. Keep to whole numbers, with //."
        )
    raise WrongAnswer(start)


def _check_bases(collection: Collection, answer: Any) -> str:
    fits, stated = _component_bases(collection), _stated_base(collection)
    figures = component_percentages(collection)
    if isinstance(answer, str) or not isinstance(answer, Iterable):
        raise WrongAnswer(
            f"A list of every base is asked for, such as [70, 71]; yours is {answer!r}."
        )
    bases = sorted({whole_number(one) for one in answer})
    for base in bases:
        if not 1 <= base <= collection.size:
            raise WrongAnswer(f"{base} is no base from 1 to {collection.size}.")
        missing = [figure for figure in figures if not possible_counts(figure, base)]
        if missing:
            told = " That is what the paper leaves." if base == stated else ""
            raise WrongAnswer(
                f"{base} cannot be.{told} No count of {base} is printed as "
                f"{words.listed([f'{figure}%' for figure in missing])}."
            )
    if not bases:
        raise WrongAnswer(
            "There are some. For each base, does every printed percentage come from some count, "
            "rounded to the nearest?"
        )
    if bases != fits:
        raise WrongAnswer(
            f"{words.listed([str(base) for base in bases])} will do, and there are others up to "
            f"{collection.size}. One that fits is no proof that it is the one."
        )
    return (
        f"All {len(figures)} percentages are possible on {words.listed([str(b) for b in fits])}, "
        f"and on no other base up to {collection.size}: not on {stated}, which the paper leaves."
    )


def _check_impossible(collection: Collection, answer: Any) -> str:
    table = levels(collection)
    known = {(one["agency"], one["year"]): one for one in rows_of(table)}
    if isinstance(answer, str) or not isinstance(answer, Iterable):
        raise WrongAnswer("A list of pairs is asked for, such as [('police', 2008)].")
    try:
        rows = {(str(agency), int(year)) for agency, year in answer}
    except (TypeError, ValueError):
        raise WrongAnswer(
            f"A list of pairs is asked for, such as [('police', 2008)]; yours is {answer!r}."
        ) from None
    stray = rows - set(known)
    if stray:
        raise WrongAnswer(f"Table 1 has no levels of {sorted(stray)[0]}. Take agency and year.")

    def open_on(base: Callable[[dict[str, Any]], int]) -> set[tuple[str, int]]:
        return {
            key
            for key, one in known.items()
            if not closing_splits([one[part] for part in PARTS], base(one))
        }

    right = open_on(lambda one: one["on_board"] - one["not_stated"])
    if rows == right:
        name, year = next(iter(right))
        return f"Only {name}, {year}: no counts are printed so and add up to its base."
    if rows == open_on(lambda one: one["on_board"]):
        raise WrongAnswer(
            "You took all on the Board for the base. Take off those whose level is not stated."
        )
    if rows == open_on(lambda _: collection.size):
        raise WrongAnswer(
            f"You took all {collection.size} authorities for the base. Levels are of those on the "
            "Board whose level is stated."
        )
    sums = {key: sum(one[part] for part in PARTS) for key, one in known.items()}
    if rows == {key for key, total in sums.items() if total != 100}:
        raise WrongAnswer(
            "These are the rows whose percentages do not make 100. A sum of 99 or 101 can come "
            "from rounding alone: find the counts, and add those up."
        )
    if not rows:
        raise WrongAnswer("There is one. Do the counts of each row add up to its base?")
    extra = sorted(rows - right)
    if extra:
        one = known[extra[0]]
        base = one["on_board"] - one["not_stated"]
        (split, *_) = closing_splits([one[part] for part in PARTS], base)
        raise WrongAnswer(
            f"{extra[0][0]}, {extra[0][1]}, is possible: {words.listed([str(k) for k in split])} "
            f"are printed so and make {base}."
        )
    raise WrongAnswer(f"{words.sentence(words.number(len(right - rows)))} more does not add up.")


CHECKS: dict[str, Check] = {
    "count-behind": _check_count,
    "rounding": _check_rounding,
    "shared-base": _check_bases,
    "impossible": _check_impossible,
}
"""The checks of the notebook, by name."""


# -- Small numbers and words ----------------------------------------------------------------------


def _by(count: int, base: int, rule: RoundingRule) -> int:
    return rounded_percent(count, base, rule=rule)


def _pc(count: int, base: int) -> str:
    return format_percent(count, base)


def _exact(count: int, base: int) -> str:
    """A share to two decimals, fewer where it ends before: ``63.01%``, ``62.5%``."""
    return f"{_decimal(rounded_percent(count, base, digits=2))}%"


def _decimal(hundredths: int) -> str:
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".")


def _signed(change: int) -> str:
    return f"+{change}" if change > 0 else str(change).replace("-", "\N{MINUS SIGN}")


def _tie(collection: Collection) -> tuple[int, int, int]:
    """The printed fraction that lies halfway between two percentages: count, base, percentage."""
    for one in rows_of(printed(collection)):
        k, n = one["numerator"], one["base"]
        if k is not None and rounded_percent(k, n) != rounded_percent(k, n, rule="half_down"):
            return k, n, one["value"]
    raise ValueError("No printed fraction lies halfway, so the rule of rounding does not show.")


def _above_whole(collection: Collection) -> tuple[int, int]:
    """A printed fraction that is printed below what it is: count, base."""
    for one in rows_of(printed(collection)):
        k, n = one["numerator"], one["base"]
        if k is not None and one["value"] < _by(k, n, "up"):
            return k, n
    raise ValueError("No printed fraction is rounded down, so always rounding up is not ruled out.")


def _steepest(collection: Collection) -> dict[str, Any]:
    moved = rows_of(one_fall_three_numbers(collection).data)
    return next(one for one in moved if one["item"] == STEEPEST)


def _stated_base(collection: Collection) -> int:
    return collection.size - value(collection, "jsna_components.excluded")


def _component_bases(collection: Collection) -> list[int]:
    return [fit.base for fit in fitting_bases(component_percentages(collection), collection.size)]


def _fewer(fell: pd.DataFrame) -> str:
    parts = [
        f"{words.within(str(label))} ({words.counted(int(first - last), 'Board')} fewer)"
        for label, first, last in fell[["label", "from_yes", "to_yes"]].itertuples(index=False)
    ]
    return f"{words.sentence(words.listed(parts))}."
