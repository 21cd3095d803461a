"""The numbers of the lesson *measured*, by the names that measured.md calls them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

import csm_lib as csm
from csm_lib import inference, panel, words
from csm_lib.counts import format_percent, rounded_percent
from csm_lib.lesson import EXAMPLE, WrongAnswer
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

STRATEGY, POVERTY = "commissioning.strategy", "jsna.child_poverty"
PRACTICE = "board.general_practice"
TOLD = "commissioning.palliative_care"
"""The service whose answers the story carries forward."""
PRESENCE = ("chair", "membership", "attendance")
"""The sections of the second collection that ask who is at the table."""
AT_TABLE = ("voice.young_members", "voice.parent_forum")
"""And its other items that do."""
CARRIED = (0.0, 0.25, 0.5, 0.75)
"""Shares of the answers that are carried forward."""

PANELS = 1000
NEAR = 0.4
"""How far, in points, the mean of a simulation may be from what is expected."""


def numbers(trusts: Collection, rng: Random) -> dict[str, Any]:
    """Return what the words of the lesson may name."""
    needs = trusts.tally("jsna_components").to_dict("records")
    high = [one for one in needs if one["yes"] > 0.8 * one["base"]]
    need, topic = rng.sample(high, 2)
    first, second, third = rng.sample(fell_at_random(trusts), 3)
    kinds = [kind_of(item) for item in second_collection()]
    board = fallen(trusts)
    flag = rng.choice([3, 4, 8, 10])  # each with an item that rises by so much in print only
    return {
        "last": trusts.years[-1],
        "need": need,
        "topic": topic | {"printed": format_percent(int(topic["yes"]), int(topic["base"]))},
        "low": labels([one for one in needs if 2 * one["yes"] < one["base"]]),
        "alarm": alarms,  # called where it is named: it takes a while
        "care": first,
        "halved": second,
        "carried": third,
        "asked": {
            name: trusts.codebook[item].question
            for name, item in (("strategy", STRATEGY), ("poverty", POVERTY), ("practice", PRACTICE))
        },
        "printed": printed(trusts),
        "kinds": [f"`{kind}` ({asks})" for kind, asks in KINDS.items()],
        "counts": {kind: kinds.count(kind) for kind in KINDS},
        "outcomes": how_many(kinds.count("outcome")),
        "flag": flag,
        "items": len(both_years(trusts)),
        "flagged": [words.within(trusts.codebook[item].label) for item in flagged(trusts, flag)],
        "only_in_print": only_in_print(trusts, flag),
        "panels": PANELS,
        "damped": [f"{tenths(third['change'] * (1 - Fraction(c)))} at {c:g}" for c in CARRIED],
        "strategy": strategy(trusts, rng),
        "fell": len(board[board["direction"] < 0]),
        "looked_at": len(board),
        "beyond": how_many(int((board["holm_verdict"] == "always").sum())).lower(),
    }


def alarms() -> dict[str, Any]:
    """Return what rules for an alarm flag, in the paper and by chance."""
    found = take("measured-false-alarms").data
    by_chance = found.set_index(["rule", "persistence"])["by chance"]
    flags = found.drop_duplicates("rule").set_index("rule")["flagged"]
    items = int(found["items"].iloc[0])
    _, loose, middle, strict = flags.index  # the story tells how many fell at all
    steady, restless = found["persistence"].max(), found["persistence"].min()
    usual = by_chance[loose, panel.PERSISTENCE]
    return {
        "items": items,
        "loose": loose,
        "strict": strict,
        "middle": middle,
        "flags": int(flags.loc[loose]),
        "by_chance": f"{usual:.1f}",
        "percent": round(100 * usual / items),
        "strict_flags": int(flags.loc[strict]),
        "strict_by_chance": f"{by_chance[strict, panel.PERSISTENCE]:.1f}",
        "steady": f"{by_chance[middle, steady]:.1f}",
        "restless": f"{by_chance[middle, restless]:.1f}",
    }


def fell_at_random(trusts: Collection) -> list[dict[str, Any]]:
    """Return the services that fell by several authorities, but that of the story."""
    rows = moved(trusts).reset_index()
    rows = rows[rows["item"].str.startswith("commissioning.") & (rows["item"] != TOLD)]
    found = []
    for one in rows[rows["from_yes"] - rows["to_yes"] > 4].to_dict("records"):
        lost = int(one["from_yes"] - one["to_yes"])
        most = rounded_percent(int(one["to_yes"]), int(one["from_yes"]))
        found.append(one | {"lost": lost, "most": most, "change": Fraction(one["exact"])})
    return found


def fallen(trusts: Collection) -> pd.DataFrame:
    """Return the changes on the Board, with what Holm's method says of them."""
    sections = ["statutory_agencies", "other_agencies", "children_and_families"]
    rows = csm.changes(trusts.tally(sections))
    rows = rows[rows["item"].str.startswith("board.")]
    each = inference.comparisons(rows, authorities=trusts.size)
    holm = inference.holm(each["exact_low"], each["exact_high"])["verdict"]
    return each.assign(holm_verdict=holm.where(each["direction"] < 0, ""))


def second_collection() -> list[Item]:
    """Return the items of the second collection."""
    return list(csm.open_collection(EXAMPLE).codebook.values())


def kind_of(item: Item) -> str:
    """Return what an item of the second collection asks: a key of `KINDS`. None asks an outcome."""
    return "presence" if item.section in PRESENCE or item.item in AT_TABLE else "activity"


def labels(rows: list[dict[str, Any]]) -> str:
    """Return the labels of some rows as a sentence begins with them."""
    return words.sentence(words.listed([words.within(row["label"]) for row in rows]))


def how_many(count: int) -> str:
    """Return a number as a sentence begins with it."""
    return words.sentence(words.number(count)) if count else "None"


def printed(trusts: Collection) -> dict[str, str]:
    """Return some dates as they stand in print."""
    assert trusts.published is not None
    shown = trusts.published.set_index("figure")["printed"]
    return {
        "stopped": shown["collection.discontinued"],
        "ended": shown["collection.funding_ended"],
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


def flagged(trusts: Collection, flag: int) -> list[str]:
    """Return the items that rose by so many points or more, the steepest first."""
    rows = moved(trusts)
    rose = rows[rows["exact"] >= flag].sort_values("exact", ascending=False, kind="stable")
    return list(rose.index)


def only_in_print(trusts: Collection, flag: int) -> str:
    """Return the items that rose by so many points in print, and by fewer from counts."""
    rows = moved(trusts)
    apart = rows[(rows["in_print"] >= flag) & (rows["exact"] < flag)]
    return words.listed([words.within(label) for label in apart["label"]])


def tenths(number: Fraction) -> str:
    """Return a change in points, to one decimal."""
    whole, rest = divmod(int(abs(number) * 10 + Fraction(1, 2)), 10)
    return ("\N{MINUS SIGN}" if number < 0 else "") + f"{whole}.{rest}"


def strategy(trusts: Collection, rng: Random) -> dict[str, Any]:
    """Return a service that more commissioned jointly in the first year than had a strategy."""
    year = trusts.years[0]
    had = trusts.tally(STRATEGY, years=year).iloc[0]
    services = trusts.tally("commissioning_areas", years=year)
    one = rng.choice(services[services["yes"] > had["yes"]].to_dict("records"))
    yes, within, size = int(one["yes"]), int(had["yes"]), int(had["base"])
    return {
        "label": one["label"],
        "item": one["item"],
        "year": year,
        "yes": yes,
        "had": within,
        "size": size,
        "low": max(0, yes - within),
        "high": min(yes, size - within),
        "not_commissioned": size - yes,
    }


# -- What a list of answers cannot check -----------------------------------------------------------


def kinds(_: Collection, __: dict[str, Any], answer: Any) -> str:
    """Check a function that says what a question asks, on every question."""
    if not callable(answer):
        raise WrongAnswer(
            "Write a function: answer_kind(question) must give "
            f"{words.listed([repr(kind) for kind in KINDS], 'or')}."
        )
    items = second_collection()
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
    """Check the list of items that rose by so many points or more."""
    rows, flag = moved(trusts), names["flag"]
    if isinstance(answer, str) or not isinstance(answer, Iterable):
        raise WrongAnswer(f"Give a list of items, such as [{STRATEGY!r}].")
    given = frozenset(str(one) for one in answer)
    stray = sorted(given - set(rows.index))
    if stray:
        raise WrongAnswer(
            f"{stray[0]!r} is not an item in the table. Use the ids in its column item."
        )
    right = set(flagged(trusts, flag))
    if given == right:
        return (
            f"{words.sentence(words.number(len(right)))} of {len(rows)} items. They are reasons "
            "to ask, not findings."
        )
    steep, rose = rows["exact"].abs() >= flag, rows["direction"] > 0
    told = {
        frozenset(rows.index[rose]): "These are all that rose, by however little. Take those that "
        f"rose by {words.number(flag)} points or more.",
        frozenset(rows.index[steep]): "Some of these fell. A change in either direction is not a "
        "rise.",
        frozenset(rows.index[rows["exact"] <= -flag]): "These fell. Look at the sign: the last "
        "year less the first is above 0 for a rise.",
        frozenset(rows.index[rows["relative"] >= flag / 100]): "That is a rise in per cent of the "
        "first share. In percentage points it is the difference between the two shares.",
        # last, as others may come to the same items by chance
        frozenset(rows.index[rows["in_print"] >= flag]): "That uses percentages already "
        f"rounded. {words.sentence(only_in_print(trusts, flag))} did not rise by that much: work "
        "from yes / base.",
    }
    if given in told and given:
        raise WrongAnswer(told[given])
    extra = [item for item in rows.index if item in given - right]
    if extra:
        one = rows.loc[extra[0]]
        raise WrongAnswer(
            f"{extra[0]} went from {words.of(one['from_yes'], one['from_base'])} to "
            f"{words.of(one['to_yes'], one['to_base'])}. That is not a rise of "
            f"{words.number(flag)} points."
        )
    raise WrongAnswer(f"{words.sentence(words.number(len(right - given)))} more rose by that much.")


def damped(_: Collection, names: dict[str, Any], answer: Any) -> str:
    """Check what the form would show of a real fall, by the share of answers carried forward."""
    full = float(names["carried"]["change"])
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
