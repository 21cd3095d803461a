"""The numbers of the lesson *measured*, by the names that measured.md calls them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

import csm_lib as csm
from csm_lib import panel, words
from csm_lib.counts import rounded_percent
from csm_lib.lesson import WrongAnswer
from csm_lib.notebooks import take

if TYPE_CHECKING:
    from random import Random

    from csm_lib.codebook import Item
    from csm_lib.collection import Collection

KINDS: Mapping[str, str] = {
    "presence": "who is at the table",
    "activity": "what has been made or done",
    "outcome": "what difference it made to children",
}
"""What a question can ask."""

PLACES = ("chair", "statutory_agencies", "seniority", "other_agencies")
"""The sections that ask who is at the table; so does any item whose id begins with ``board.``."""

STEEPEST, STRATEGY = "commissioning.palliative_care", "commissioning.strategy"
POVERTY, PRACTICE = "jsna.child_poverty", "board.general_practice"
CARRIED = (0.0, 0.25, 0.5, 0.75)
"""Shares of the answers that are carried forward."""

FLAG = 5
"""The rule of the exercise: an item is flagged if it fell by so many points or more."""

PANELS = 1000
NEAR = 0.4
"""How far, in points, the mean of a simulation may be from what is expected."""


def numbers(trusts: Collection, rng: Random) -> dict[str, Any]:
    """Return what the words of the lesson may name."""
    needs = take("jsna-components").data.set_index("item")
    alarms = take("measured-false-alarms").data
    falls = take("falling-commissioning").data
    fell = falls[falls["direction"] < 0]
    beyond = int((fell["holm_verdict"] == "always").sum())
    care = csm.changes(trusts.tally(STEEPEST)).iloc[0]
    lost = int(care["from_yes"] - care["to_yes"])
    real = real_change(trusts)
    kinds = [kind_of(item) for item in trusts.codebook.values()]
    by_chance = alarms.set_index(["rule", "persistence"])["by chance"]
    flags = alarms.drop_duplicates("rule").set_index("rule")["flagged"]
    items = int(alarms["items"].iloc[0])
    loose, _, middle, strict = flags.index
    steady, restless = alarms["persistence"].max(), alarms["persistence"].min()
    usual = panel.PERSISTENCE
    return {
        "last": trusts.years[-1],
        "poverty": needs.loc[POVERTY].to_dict(),
        "low": labels(needs[2 * needs["yes"] < needs["base"]]),
        "strict": strict,
        "middle": middle,
        "alarm": {
            "items": items,
            "flags": flags.loc[loose],
            "by_chance": f"{by_chance[loose, usual]:.1f}",
            "percent": round(100 * by_chance[loose, usual] / items),
            "strict_flags": int(flags.loc[strict]),
            "strict_by_chance": f"{by_chance[strict, usual]:.1f}",
            "steady": f"{by_chance[middle, steady]:.1f}",
            "restless": f"{by_chance[middle, restless]:.1f}",
        },
        "care": care.to_dict()
        | {"lost": lost, "most": rounded_percent(int(care["to_yes"]), int(care["from_yes"]))},
        "asked": {
            name: trusts.codebook[item].question
            for name, item in (("strategy", STRATEGY), ("poverty", POVERTY), ("practice", PRACTICE))
        },
        "printed": printed(trusts),
        "kinds": [f"`{kind}` ({asks})" for kind, asks in KINDS.items()],
        "counts": {kind: kinds.count(kind) for kind in KINDS},
        "outcomes": how_many(kinds.count("outcome")),
        "flag": FLAG,
        "items": len(both_years(trusts)),
        "flagged": [words.within(trusts.codebook[item].label) for item in flagged(trusts)],
        "only_in_print": only_in_print(trusts),
        "panels": PANELS,
        "damped": [f"{tenths(real * (1 - Fraction(c)))} at {c:g}" for c in CARRIED],
        "strategy": strategy(trusts),
        "fell": len(fell),
        "looked_at": len(falls),
        "beyond": how_many(beyond).lower(),
        "poverty_label": trusts.codebook[POVERTY].label,
    }


def kind_of(item: Item) -> str:
    """Return what an item asks: a key of `KINDS`. No item of this codebook asks for an outcome."""
    at_table = item.section in PLACES or item.item.startswith("board.")
    return "presence" if at_table else "activity"


def labels(rows: pd.DataFrame) -> str:
    """Return the labels of some rows as a sentence begins with them."""
    return words.sentence(words.listed([words.within(label) for label in rows["label"]]))


def how_many(count: int) -> str:
    """Return a number as a sentence begins with it."""
    return words.sentence(words.number(count)) if count else "None"


def printed(trusts: Collection) -> dict[str, str]:
    """Return some figures as they stand in print."""
    assert trusts.published is not None
    shown = trusts.published.set_index("figure")["printed"]
    return {
        "stopped": shown["collection.discontinued"],
        "ended": shown["collection.funding_ended"],
        "poverty": shown[f"{POVERTY}.{trusts.years[-1]}"],
    }


def both_years(trusts: Collection) -> list[str]:
    """Return the items asked of everyone in both years."""
    return [
        name
        for name, item in trusts.codebook.items()
        if item.response == "yes_no" and item.asked_if is None and len(item.held) > 1
    ]


def moved(trusts: Collection) -> pd.DataFrame:
    """Return the changes of these items, with the change in points, exactly and as printed."""
    rows = csm.changes(trusts.tally(both_years(trusts))).set_index("item")
    rows["exact"] = [
        100 * (Fraction(to, of) - Fraction(yes, base))
        for yes, base, to, of in rows[["from_yes", "from_base", "to_yes", "to_base"]].itertuples(
            index=False
        )
    ]
    before = rounded_percent(rows["from_yes"], rows["from_base"])
    return rows.assign(
        in_print=rounded_percent(rows["to_yes"], rows["to_base"]) - before,
        relative=rows["change"] / (rows["from_yes"] / rows["from_base"]),
    )


def flagged(trusts: Collection) -> list[str]:
    """Return the items that fell by so many points or more, the steepest first."""
    rows = moved(trusts)
    return list(rows[rows["exact"] <= -FLAG].sort_values("exact", kind="stable").index)


def only_in_print(trusts: Collection) -> str:
    """Return the items that fell by so many points in print, and by fewer from counts."""
    rows = moved(trusts)
    apart = rows[(rows["in_print"] <= -FLAG) & (rows["exact"] > -FLAG)]
    return words.listed([words.within(label) for label in apart["label"]])


def real_change(trusts: Collection) -> Fraction:
    """Return the printed change of the item that fell most, in points."""
    return Fraction(moved(trusts).loc[STEEPEST, "exact"])


def tenths(number: Fraction) -> str:
    """Return a change in points, to one decimal."""
    whole, rest = divmod(int(abs(number) * 10 + Fraction(1, 2)), 10)
    return ("\N{MINUS SIGN}" if number < 0 else "") + f"{whole}.{rest}"


def strategy(trusts: Collection) -> dict[str, Any]:
    """Return the service that most commissioned jointly, beside those with a strategy."""
    last = trusts.years[-1]
    had = trusts.tally(STRATEGY, years=last).iloc[0]
    services = trusts.tally("commissioning_areas", years=last)
    top = services.loc[services["yes"].idxmax()]
    yes, within, size = int(top["yes"]), int(had["yes"]), int(had["base"])
    return {
        "label": top["label"],
        "yes": yes,
        "had": within,
        "size": size,
        "low": max(0, yes - within),
        "high": min(yes, size - within),
        "not_commissioned": size - yes,
    }


# -- What a list of answers cannot check -----------------------------------------------------------


def kinds(trusts: Collection, names: dict[str, Any], answer: Any) -> str:
    """Check a function that says what a question asks, on every question."""
    if not callable(answer):
        raise WrongAnswer(
            "Write a function: answer_kind(question) must give "
            f"{words.listed([repr(kind) for kind in KINDS], 'or')}."
        )
    items = list(trusts.codebook.values())
    given = {item.item: answer(item.question) for item in items}
    for item in items:
        kind, right, asked = given[item.item], kind_of(item), f"{item.question!r}"
        if kind == right:
            continue
        if kind not in KINDS:
            raise WrongAnswer(
                f"For {asked} yours gives {kind!r}. Use one of {', '.join(map(repr, KINDS))}."
            )
        if kind == "outcome":
            raise WrongAnswer(
                f"{asked} may name something that happens to children. It asks whether something "
                "is there or was done about it. Look at the verb."
            )
        if right == "presence":
            raise WrongAnswer(f"{asked} asks who is at the table, and how senior they are.")
        raise WrongAnswer(f"{asked} asks whether something was made or done, not who is there.")
    counts = {kind: sum(one == kind for one in given.values()) for kind in KINDS}
    return (
        f"{counts['presence']} items ask who is at the table, {counts['activity']} what was made "
        f"or done, and {how_many(counts['outcome']).lower()} what difference it made."
    )


def alarm(trusts: Collection, names: dict[str, Any], answer: Any) -> str:
    """Check the list of items that fell by so many points or more."""
    rows = moved(trusts)
    if isinstance(answer, str) or not isinstance(answer, Iterable):
        raise WrongAnswer(f"Give a list of items, such as [{STRATEGY!r}].")
    given = frozenset(str(one) for one in answer)
    stray = sorted(given - set(rows.index))
    if stray:
        raise WrongAnswer(
            f"{stray[0]!r} is not an item in the table. Use the ids in its column item."
        )
    right = set(flagged(trusts))
    if given == right:
        return (
            f"{words.sentence(words.number(len(right)))} of {len(rows)} items. They are reasons "
            "to ask, not findings."
        )
    steep, fell = rows["change"].abs() >= FLAG / 100, rows["direction"] < 0
    told = {
        frozenset(rows.index[rows["in_print"] <= -FLAG]): "That uses percentages already "
        f"rounded. {words.sentence(only_in_print(trusts))} did not fall by that much: work from "
        "yes / base.",
        frozenset(rows.index[fell]): "These are all that fell, by however little. Take those that "
        f"fell by {words.number(FLAG)} points or more.",
        frozenset(rows.index[steep]): "Some of these rose. A change in either direction is not a "
        "fall.",
        frozenset(rows.index[steep & ~fell]): "These rose. Look at the sign: the last year less "
        "the first is below 0 for a fall.",
        frozenset(rows.index[rows["relative"] <= -FLAG / 100]): "That is a fall in per cent of the "
        "first share. In percentage points it is the difference between the two shares.",
    }
    if given in told:
        raise WrongAnswer(told[given])
    extra = [item for item in rows.index if item in given - right]
    if extra:
        one = rows.loc[extra[0]]
        raise WrongAnswer(
            f"{extra[0]} went from {words.of(one['from_yes'], one['from_base'])} to "
            f"{words.of(one['to_yes'], one['to_base'])}. That is not a fall of "
            f"{words.number(FLAG)} points."
        )
    left = right - given
    if not any(item.startswith("commissioning.") for item in left):
        raise WrongAnswer("Joint commissioning is not all that fell. Look at the Board as well.")
    raise WrongAnswer(f"{words.sentence(words.number(len(left)))} more fell by that much.")


def damped(trusts: Collection, names: dict[str, Any], answer: Any) -> str:
    """Check what the form would show of a real fall, by the share of answers carried forward."""
    full = float(real_change(trusts))
    example = "{0: -9.9, 0.25: -9.9, 0.5: -9.9, 0.75: -9.9}"
    if not isinstance(answer, Mapping):
        raise WrongAnswer(f"Give a dictionary, such as {example}; yours is {answer!r}.")
    if sorted(answer) != list(CARRIED):
        raise WrongAnswer(f"Give one change for each of {', '.join(f'{c:g}' for c in CARRIED)}.")
    carried = np.array(CARRIED)
    given = np.array([float(answer[share]) for share in CARRIED])
    right = full * (1 - carried)
    mistakes = [
        (-right, "A fall is below 0: the reported share less that of the first year."),
        (
            right / 100,
            "That is a difference of shares. Multiply by 100 for percentage points.",
        ),
        (
            full * carried,
            "Kept and carried are swapped: with nothing carried forward the whole change shows.",
        ),
        (
            np.full(len(CARRIED), full),
            "Nothing is carried forward here. Where the random number is below the share, the "
            "form shows the first year's answer.",
        ),
        (
            right - full,
            "You compared the form with the truth in the last year. Compare it with the first "
            "year, as a reader of both forms would.",
        ),
    ]
    if (np.abs(given - right) < NEAR).all():
        shown = words.listed([tenths(Fraction(one)) for one in right.tolist()])
        return f"The share of the change lost equals the share carried forward: {shown} points."
    for mistake, told in mistakes:
        if (np.abs(given - mistake) < NEAR).all():
            raise WrongAnswer(told)
    if abs(given[0] - full) >= NEAR:
        raise WrongAnswer(
            "With nothing carried forward the form shows the real change. Yours is "
            f"{given[0]:.1f}: compare the mean of all panels with the mean of the first year."
        )
    place = int(np.argmax(np.abs(given - right)))
    raise WrongAnswer(
        f"At {CARRIED[place]:g} yours is {given[place]:.1f}, which is off by more than chance in "
        f"{PANELS} panels. Carry each answer separately, with fresh random numbers."
    )


CHECKS = {"kinds": kinds, "flagged": alarm, "damped": damped}
