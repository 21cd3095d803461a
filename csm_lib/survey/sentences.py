"""How a row of the evidence, or a figure, is said: the labels verbatim, and no more than it bears.

No page words a result in another way. A *row* is one of `csm_lib.survey.evidence.evidence`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import pandas as pd

from csm_lib import words
from csm_lib.collection import Collection
from csm_lib.counts import format_percent
from csm_lib.points import MOST_WORDS
from csm_lib.survey.evidence import CHANCE, LARGER, UNTESTED, measures

Row: TypeAlias = Mapping[str, Any]
Told: TypeAlias = Callable[[Row, str], str]

MOST_NAMED = 2
"""So many are named in a sentence; of more, those that stand out, and how many there are."""

LITTLE = 0.01
"""A smaller change is called little, whichever way it went."""

STEMS = {"agree": "agreement with ", "satisf": "satisfaction with "}
"""What a scale measures, by a part of the words of all answers that stand for it."""


def quoted(label: str) -> str:
    """A label as a sentence has it: verbatim, on one line, in quotation marks."""
    return f"“{plain(label)}”"


def plain(text: object) -> str:
    """A name of others inside a sentence: verbatim, on one line, isolated where it has to be."""
    return words.isolated(" ".join(words.legible(str(text)).split()))


def names(collection: Collection, measured: Iterable[str]) -> dict[str, str]:
    """What a sentence calls some measures, by their names.

    Of items with the same label each has its section behind it; where all of them are one item,
    its answers do without it.
    """
    codebook, found = collection.codebook, {}
    known = {one.name: one for one in measures(list(codebook.values()))}
    items = {name: known[name].item if name in known else codebook[name] for name in measured}
    labels = Counter(item.name.casefold() for item in {i.item: i for i in items.values()}.values())
    for name, item in items.items():
        label, answer = quoted(item.name), known[name].answer if name in known else ""
        if labels[item.name.casefold()] > 1:
            label = f"{label} ({plain(codebook.title(item.section))})"
        if answer:
            answer = quoted(item.answers[answer])
            found[name] = f"{answer} for {label}" if labels.total() > 1 else answer
            continue
        fore = [item.answers[one].casefold() for one in item.agreed] or [""]
        stems = [said for stem, said in STEMS.items() if all(stem in one for one in fore)]
        found[name] = "".join([*stems[:1], label])
    return found


def bearing(row: Row) -> str:
    """What a result bears: ``more than chance explains (p = 0.012)``."""
    told = ""
    if pd.notna(row["holm"]):
        p = words.p_value(float(row["holm"]))
        told = f" (p {p[0]} {p[1:]})" if p[0] == "<" else f" (p = {p})"
    if row["verdict"] == LARGER:
        return f"more than chance explains{told}"
    return f"which could be chance{told}" if row["verdict"] == CHANCE else "which was not tested"


def share(row: Row, side: str) -> str:
    """A share of a row: ``72%``."""
    return format_percent(int(row[f"{side}_yes"]), int(row[f"{side}_base"]))


def full(row: Row, side: str) -> str:
    """A share of a row with its counts: ``72% (107 of 148)``."""
    return words.of(int(row[f"{side}_yes"]), int(row[f"{side}_base"]))


def moved(
    who: str, row: Row, told: Told = share, *, years: bool = False, steady: bool = True
) -> str:
    """What a measure did: ``“Design code” rose from 35% to 56%``."""
    when = {side: f" in {row[side]}" if years else "" for side in ("from", "to")}
    ends = f"from {told(row, 'from')}{when['from']} to {told(row, 'to')}{when['to']}"
    if row["turn"]:
        peak, start = (int(row[f"{s}_yes"]) / int(row[f"{s}_base"]) for s in ("turn", "from"))
        way = "peaked" if peak > start else "was lowest"
        rest = f", {ends}" if years else ""
        return f"{who} {way} at {told(row, 'turn')} in {row['turn']}{rest}"
    if abs(row["change"]) < LITTLE:
        return f"{who} {'changed little' if row['direction'] else 'did not change'}, {ends}"
    always = " in every wave," if steady and row["same_way"] and row["waves"] > 2 else ""
    return f"{who} {words.went(pd.Series(row))}{always} {ends}"


def changes(collection: Collection, rows: Sequence[Row], what: str = "change") -> str:
    """What some measures did, and how much of it is more than chance explains.

    ``what`` is said where no change is: ``fall``, or ``change in “Housing”``.
    """
    firm = [row for row in rows if row["verdict"] == LARGER]
    ends = leading(rows)
    said = names(collection, (row["measure"] for row in rows))
    if len(firm) == 1 or len(rows) == 1:
        row = (firm or rows)[0]
        who, bears = said[row["measure"]], f", {bearing(row)}"
        if statement := collection.codebook[row["item"]].statement:
            who = f"the share that {statement}" if row["item"] == row["measure"] else who
        if not firm and size(row) < LITTLE:
            bears = ""
        versions = [moved(who, row, told, years=True) for told in (full, share)]
        return words.sentence(fitting(*(f"{version}{bears}" for version in versions)))
    if firm:
        many = counts(len(firm), len(rows), _noun(rows))
        many = f"{many[0].lower()}{many[1:]} changed more than chance explains"
        all_of = "both more than chance explains" if len(firm) == len(ends) else many
        told, brief = (
            [moved(said[row["measure"]], row, steady=steady) for row in ends]
            for steady in (True, False)
        )
        versions = [f"{'; '.join(one)}; {all_of}" for one in (told, brief)]
        return words.sentence(fitting(*versions, f"{told[0]}; {many}", f"{brief[0]}; {many}"))
    if not any(size(row) for row in rows):
        return f"No share changed{what.removeprefix('change').removeprefix(' of a share')}"
    untested = all(row["verdict"] == UNTESTED for row in rows)
    none = f"No {what} was tested" if untested else f"No single {what} is more than chance explains"
    told = [f"{said[row['measure']]}, {share(row, 'from')} to {share(row, 'to')}" for row in ends]
    return fitting(
        *(f"{none}; the largest: {'; '.join(told[:n])}" for n in (2, 1) if told[:n]), none
    )


def leading(rows: Sequence[Row]) -> list[Row]:
    """The changes that a sentence names: the largest rise and fall of what is not chance, if any.

    Where all of that went the same way, the two largest; where nothing is, of all there are.
    """
    rows = sorted(rows, key=lambda row: -size(row))
    firm = [row for row in rows if row["verdict"] == LARGER]
    ways = [next((row for row in firm or rows if row["direction"] == way), None) for way in (1, -1)]
    ends = [row for row in ways if row is not None and size(row) >= LITTLE]
    ends += [row for row in firm if row not in ends]
    return sorted(ends[:MOST_NAMED], key=lambda row: -size(row))


def fitting(*versions: str) -> str:
    """Return the first that is short enough to be a main point, or else the last."""
    return next((one for one in versions if len(one.split()) <= MOST_WORDS), versions[-1])


def size(row: Row) -> float:
    """How large a difference is: of a change that turned, up to its turn."""
    if row["kind"] == "change" and row["turn"]:
        return float(abs(row["turn_yes"] / row["turn_base"] - row["from_yes"] / row["from_base"]))
    return 0.0 if pd.isna(row["change"]) else abs(float(row["change"]))


def numbers(*all_of: int) -> list[str]:
    """Numbers of one sentence: all in words, or all in figures."""
    spelt = max(all_of) <= words.MOST_SPELT
    return [words.number(one) if spelt else f"{one:,}" for one in all_of]


def counts(some: int, of: int, noun: str) -> str:
    """How many of how many: ``Two of nine items``, ``None of the 12 items``."""
    few, all_of = numbers(some, of)
    if some == of:
        return f"Both {noun}" if of == 2 else f"All {all_of} {noun}"
    return words.sentence(f"{few} of {all_of} {noun}" if some else f"none of the {all_of} {noun}")


def _noun(rows: Sequence[Row]) -> str:
    return "items" if all(row["item"] == row["measure"] for row in rows) else "shares"


def differs(collection: Collection, rows: Sequence[Row], by: str) -> str:
    """What some measures do between the groups of a characteristic."""
    kind = plain(collection.called(by))
    firm = sorted((row for row in rows if row["verdict"] == LARGER), key=lambda row: -size(row))
    if not firm:
        return f"No difference by {kind} is more than chance explains"
    top, said = firm[0], names(collection, (row["measure"] for row in rows))
    ends = ""
    if pd.notna(top["change"]):
        low, high = (f"{share(top, side)} ({plain(top[side])})" for side in ("from", "to"))
        ends = f", from {low} to {high}"
    if len(firm) > 1:
        many = counts(len(firm), len(rows), _noun(rows))
        return (
            f"{many} differ by {kind} more than chance explains: most, {said[top['measure']]}{ends}"
        )
    who = words.sentence(said[top["measure"]])
    return f"{who} differs by {kind}{ends}{',' if ends else ''} {bearing(top)}"


def mean(row: Row, side: str) -> str:
    """A mean of a row: ``39.8``."""
    return words.quantity(row[f"{side}_mean"])


def apart(row: Row) -> str:
    """How far the two shares of a row are apart, or its means: ``7 points``, ``4.15``."""
    if row["kind"] == "number":
        return words.quantity(abs(row["to_mean"] - row["from_mean"]))
    return words.points(pd.Series(row))


def mean_and_median(row: Row, side: str) -> str:
    """A mean of a row with its median: ``39.8 (median 41)``."""
    return f"{mean(row, side)} (median {words.quantity(row[f'{side}_median'])})"


def means(name: str, row: Row, kind: str) -> str:
    """What a mean did, or how it differs between the groups of a kind."""
    if row["by"] == "year":
        little = size(row) < LITTLE and row["verdict"] != LARGER
        bears = "" if little else f", {bearing(row)}"
        versions = [moved(name, row, told, years=True) for told in (mean_and_median, mean)]
        return fitting(*(f"The mean of {version}{bears}" for version in versions))
    if pd.isna(row["change"]):
        return f"{name} differs by {kind} {bearing(row)}; no mean can be shown"
    ends = " to ".join(f"{mean(row, side)} ({plain(row[side])})" for side in ("from", "to"))
    if row["verdict"] != LARGER:
        return f"No difference in {name} by {kind} is more than chance explains; means, {ends}"
    return f"{name} differs by {kind}, from a mean of {ends}, {bearing(row)}"


def answering(collection: Collection, which: str = "") -> str:
    """Those that answered, or people who did; or ``which`` of them."""
    return f"{which or collection.many} {'who' if collection.unit == 'person' else 'that'} answered"
