"""Lesson 3, did joint commissioning fall? Panels, gainers and losers, and what totals can bear.

Its examples are CAMHS, to see two stories behind one pair of totals, and Jobcentre Plus, a change
that is beyond chance whoever moved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from csm_lib import inference, words
from csm_lib.aggregate import changes
from csm_lib.chapters import change
from csm_lib.claims.cells import value
from csm_lib.counts import points_change
from csm_lib.findings import Finding, source_of
from csm_lib.published import rows_of
from csm_lib.survey import early_warning
from csm_lib.teaching.check import Check, WrongAnswer, whole_number
from csm_lib.teaching.exercise import Exercise
from csm_lib.teaching.lesson_table import STEEPEST, relative
from csm_lib.teaching.quiz import Choice, Question, Quiz

if TYPE_CHECKING:
    from csm_lib.collection import Collection

SECTION = "commissioning_areas"
EXAMPLE = "commissioning.camhs"
"""The service whose two totals are looked at closely."""
BEYOND = "board.jobcentre_plus"
"""A change that is beyond chance whoever moved."""
LEVEL = change.LEVEL
CLOSE = 0.0005
"""How near a p-value has to be to count as right: a student may round to three decimals."""


class Story(NamedTuple):
    """One course of events that two totals allow, in numbers of authorities."""

    kept: int
    stopped: int
    began: int
    never: int


# -- What is known --------------------------------------------------------------------------------


def totals(collection: Collection) -> pd.DataFrame:
    """The totals of the services asked about in both years, for the notebook.

    Returns
    -------
    DataFrame
        One row is a service: ``service``, and ``yes_...`` of ``base_...`` authorities that
        commissioned it jointly, for the first and the last year.
    """
    first, last = collection.years[0], collection.years[-1]
    moved = changes(collection.section(SECTION))
    return pd.DataFrame(
        {
            "service": moved["label"],
            f"yes_{first}": moved["from_yes"],
            f"base_{first}": moved["from_base"],
            f"yes_{last}": moved["to_yes"],
            f"base_{last}": moved["to_base"],
        }
    )


def smallest_p(collection: Collection) -> pd.Series[float]:
    """The smallest exact p that the totals of each service allow, for the notebook."""
    data = ranges(collection)
    return pd.Series(data["exact_low"].tolist(), index=data["label"].tolist(), name="smallest p")


def ranges(collection: Collection, items: Iterable[str] = ()) -> pd.DataFrame:
    """What the totals of some items allow; of the services of joint commissioning if left out."""
    wanted = list(items) or collection.codebook.section(SECTION)
    moved = changes(collection.tally(wanted))
    sides = [moved[name] for name in ("from_yes", "from_base", "to_yes", "to_base")]
    allowed = inference.change_range(*sides, authorities=collection.size, level=LEVEL)
    return pd.concat([moved, allowed], axis=1)


def stories(collection: Collection) -> list[Story]:
    """Every course of events that the totals of the example allow, the fewest moves first."""
    one = _one(collection, EXAMPLE)
    return [
        Story(
            kept=one["from_yes"] - stopped,
            stopped=stopped,
            began=one["to_yes"] - one["from_yes"] + stopped,
            never=one["from_base"] - one["to_yes"] - stopped,
        )
        for stopped in range(one["losers_low"], one["losers_high"] + 1)
    ]


# -- The story ------------------------------------------------------------------------------------


def moves(collection: Collection) -> Finding:
    """How many authorities can have stopped and begun each service."""
    return change.moves(collection, SECTION, stopped="stopped", began="began")


def falling(collection: Collection) -> Finding:
    """Which services fall, and how much of that the totals can bear."""
    # a key of its own, as other pages show the falls of other items
    return replace(
        early_warning.falling(collection, [SECTION], noun="services"), key="falling-areas"
    )


def two_stories(collection: Collection) -> Finding:
    """The two ends of what can have happened between two totals."""
    one = _one(collection, EXAMPLE)
    calm, busy = stories(collection)[0], stories(collection)[-1]
    first, last = collection.years[0], collection.years[-1]
    data = pd.DataFrame(
        [
            {
                "story": name,
                **told._asdict(),
                "from_yes": told.kept + told.stopped,
                "to_yes": told.kept + told.began,
            }
            for name, told in (("as little as can be", calm), ("as much as can be", busy))
        ]
    )
    return Finding(
        key="two-stories",
        title=(
            f"{one['label']}, from {one['from_yes']} to {one['to_yes']}: {_told(calm)}, or "
            f"{_told(busy)}, or anything between"
        ),
        question="What can have happened between the two totals?",
        data=data,
        base=f"the {one['from_base']} authorities that answered in both years",
        source=_source(collection),
        caveat=(
            "Both stories have the same totals in either year, so nothing that is printed can "
            f"tell them apart. The net change, {words.number(one['from_yes'] - one['to_yes'])} "
            "fewer, is not the number that stopped."
        ),
        shown=data.rename(columns={"from_yes": f"total {first}", "to_yes": f"total {last}"}),
    )


def every_p(collection: Collection) -> Finding:
    """The p-value of each course of events that the totals of the example allow."""
    one, told = _one(collection, EXAMPLE), stories(collection)
    p = inference.mcnemar([s.began for s in told], [s.stopped for s in told])
    data = pd.DataFrame(
        {
            "stopped": [story.stopped for story in told],
            "began": [story.began for story in told],
            "moved": [story.stopped + story.began for story in told],
            "p": p,
        }
    )
    below = int((data["p"] <= LEVEL).sum())
    return Finding(
        key="every-p",
        title=(
            f"{one['label']}: p is {words.p_span(data['p'].min(), data['p'].max())}, "
            f"{'in no case' if not below else f'in {below} of {len(data)} cases'} at or below "
            f"{LEVEL}"
        ),
        question="Had stopping and beginning been equally likely, how odd is each story?",
        data=data,
        base=f"the {one['from_base']} authorities that answered in both years",
        source=_source(collection),
        caveat=(
            "McNemar's exact test, two-sided: toss a coin for each authority that moved. The "
            "more moved in all, the less a given difference between stopped and began says."
        ),
        shown=data.assign(p=[words.p_value(one_p) for one_p in data["p"]]),
    )


def three_verdicts(collection: Collection) -> Finding:
    """A change of each verdict: they fit on a slide."""
    data = pd.concat([ranges(collection, [item]) for item in (BEYOND, STEEPEST, EXAMPLE)])
    data = data.reset_index(drop=True)
    rows = rows_of(data)
    return Finding(
        key="three-verdicts",
        title="; ".join(
            f"{one['label'] if not at else words.within(one['label'])}: {one['verdict']}"
            for at, one in enumerate(rows)
        ),
        question=f"Is p at or below {LEVEL}, whoever moved?",
        data=data,
        base="authorities that answered in both years, "
        f"{words.span(int(data['paired_low'].min()), int(data['paired_high'].max()))} of "
        f"{collection.size}",
        source=source_of(data.assign(status="derived"), collection.origin),
        caveat="McNemar's exact test, two-sided, one comparison at a time.",
        shown=pd.DataFrame(
            {
                "item": data["label"],
                "from": [words.of(one["from_yes"], one["from_base"]) for one in rows],
                "to": [words.of(one["to_yes"], one["to_base"]) for one in rows],
                "p": [_p_span(one) for one in rows],
                f"at or below {LEVEL}": data["verdict"],
            }
        ),
    )


def undone(collection: Collection) -> Finding:
    """How many silent authorities would undo a few changes: they fit on a slide."""
    whole = change.silent(collection)
    kept = whole.data["item"].isin([BEYOND, STEEPEST, EXAMPLE])
    one = next(row for row in rows_of(whole.data) if row["item"] == EXAMPLE)
    return replace(
        whole,
        key="silent-examples",
        title=(
            f"{words.sentence(words.number(one['needed_high']))} of the {one['silent']} silent "
            f"authorities moving the other way would undo the fall of "
            f"{words.within(one['label'])}"
        ),
        data=whole.data[kept].reset_index(drop=True),
        shown=whole.table[kept].reset_index(drop=True),
    )


def did_it_fall(collection: Collection) -> Finding:
    """What can be said of the fall, from what is certain to what is not known."""
    data = ranges(collection)
    fell = data[data["direction"] < 0]
    steepest, example = _one(collection, STEEPEST), _one(collection, EXAMPLE)
    holm = inference.holm(data["exact_low"], data["exact_high"], level=LEVEL)
    sides = [data[name] for name in ("from_yes", "from_base", "to_yes", "to_base")]
    swap = inference.year_swap_range(*sides, authorities=collection.size)
    everyone = _population(collection)
    silent = everyone - collection.size
    rows = [
        (
            f"Fewer of the {collection.size} commissioned jointly in {words.number(len(fell))} "
            f"of {len(data)} services",
            "certain",
            "It is in the totals.",
        ),
        (
            f"{example['label']} fell by more than chance",
            _SAID[example["verdict"]],
            f"p is {_p_span(example)}, whoever moved.",
        ),
        (
            f"{steepest['label']} fell by more than chance",
            _SAID[steepest["verdict"]],
            f"p is {_p_span(steepest)}, tested alone.",
        ),
        (
            f"Some service fell by more than chance, {len(data)} having been looked at",
            _SAID[_verdict(holm["holm_low"].min(), holm["holm_high"].min())],
            f"Holm's smallest p is {words.p_value(holm['holm_low'].min())} at the least.",
        ),
        (
            "Joint commissioning as a whole fell by more than chance",
            _SAID[_verdict(swap.p_low, swap.p_high)],
            f"p of the year-swap test is {words.p_span(swap.p_low, swap.p_high)}.",
        ),
        (
            "Joint commissioning fell in England",
            "not known",
            f"{silent} of {everyone} authorities did not answer, and those that did chose "
            "themselves.",
        ),
    ]
    table = pd.DataFrame(rows, columns=["statement", "verdict", "because"])
    return Finding(
        key="did-it-fall",
        title=(
            f"Among the {collection.size}, joint commissioning fell for {words.number(len(fell))} "
            f"of {len(data)} services; the totals leave open whether that is more than chance, and "
            "say nothing of the rest of England"
        ),
        question="Did joint commissioning fall?",
        data=table,
        base=f"{len(data)} services asked about in both years, by {collection.size} authorities",
        source=_source(collection),
        caveat=(
            "Not shown to be more than chance is not shown to be nothing. With totals alone a "
            "real fall and a chance one can look the same."
        ),
    )


# -- Exercises ------------------------------------------------------------------------------------


def _who_joined(collection: Collection) -> Exercise:
    finding = change.moves(collection, "statutory_agencies", stopped="left", began="joined")
    data = rows_of(finding.data)
    most = max(data, key=lambda one: one["gainers_low"])
    wide = max(data, key=lambda one: one["losers_high"] - one["losers_low"])
    need_not = [one["label"] for one in data if not one["gainers_low"]]
    must = [one["label"] for one in data if one["losers_low"]]
    return Exercise(
        key="fall-1",
        level="read",
        title="Must have, may have",
        finding=finding,
        task=(
            "The solid part of a bar must have happened, the open part may have.\n\n"
            "- Which agency must have joined most Boards, and how many at least?\n"
            "- Which agencies need not have joined any Board?\n"
            "- Which must have left some?\n"
            "- For which agency is it least clear how many Boards it left? Why for that one?"
        ),
        solution=(
            f"- {most['label']}: at least {most['gainers_low']}.\n"
            f"- {'; '.join(need_not)}.\n"
            f"- {'; '.join(must)}.\n"
            f"- {wide['label']}: {words.span(wide['losers_low'], wide['losers_high'])}. It was on "
            f"{words.of(wide['from_yes'], wide['from_base'])} of Boards and then on "
            f"{words.of(wide['to_yes'], wide['to_base'])}, so there was room to move both ways. "
            "Where nearly every "
            "Board has an agency, few are left to join."
        ),
        minutes=6,
    )


def _given_up(collection: Collection) -> Exercise:
    finding = change.stopped_somewhere(collection)
    some = next(one for one in rows_of(finding.data) if one["services stopped, at least"] == 1)
    fewest, most = some["fewest"], some["most"]
    largest = max(rows_of(ranges(collection)), key=lambda one: one["losers_low"])
    return Exercise(
        key="fall-2",
        level="read",
        title="How many gave something up?",
        finding=finding,
        task=(
            "- How many authorities must have stopped some service?\n"
            "- How many may have stopped one? Is that compatible with the totals?\n"
            f"- The lowest number is also the net fall of {words.within(largest['label'])}. Is "
            "that a coincidence?"
        ),
        solution=(
            f"- At least {words.number(fewest)}.\n"
            f"- As many as {most} of {collection.size}. Yes: if enough of them began other "
            "services, the totals come out the same.\n"
            f"- No. {words.sentence(words.number(largest['losers_low']))} must have stopped "
            "that service, the most of any. All other stops may lie with the same authorities, so "
            "no more than these are certain."
        ),
        minutes=5,
    )


def _only_five(collection: Collection) -> Exercise:
    one = _one(collection, EXAMPLE)
    net = one["from_yes"] - one["to_yes"]
    return Exercise(
        key="fall-3",
        level="reason",
        title=f"Only {words.number(net)}?",
        task=(
            f"A briefing says: only {words.number(net)} authorities stopped commissioning "
            f"{words.within(one['label'])} jointly. The totals are {one['from_yes']} and "
            f"{one['to_yes']} of {one['to_base']}.\n\n"
            "- What does the briefing take for granted?\n"
            "- What is the most that can have stopped, and what sets that limit?\n"
            "- The collection carried last year's answers forward, to be revised. Which end of the "
            "range does that make more likely?"
        ),
        solution=(
            "- That none began. The totals give the balance of those that stopped and those that "
            "began, not either of them.\n"
            f"- At most {one['losers_high']}: so many did not commission it jointly in the last "
            f"year ({one['to_base']} less {one['to_yes']}), and whoever stopped is among them. "
            f"Then {words.number(one['gainers_high'])} began, all that did not have it before.\n"
            "- The low end: leaving an answer as it stands takes no effort. That is this book's "
            "inference, as answers were carried forward to build accuracy. It is a reason to "
            "expect few moves and no proof, and it would hide real changes, too."
        ),
        hint="Draw a square: yes or no in the first year, yes or no in the last.",
        minutes=7,
    )


def _picked(collection: Collection) -> Exercise:
    data = rows_of(ranges(collection))
    best = min(data, key=lambda one: one["exact_low"])
    adjusted = float(inference.holm_adjusted([one["exact_low"] for one in data]).min())
    return Exercise(
        key="fall-4",
        level="reason",
        title="The one that stands out",
        task=(
            f"An analyst looks at {len(data)} services, sees that "
            f"{words.within(best['label'])} fell most, tests it, finds that p may be as low "
            f"as {words.p_value(best['exact_low'])}, and reports that service alone as a "
            "finding.\n\n"
            "- What is wrong with testing the one that stands out?\n"
            f"- Holm's method makes of it {words.p_value(adjusted)} at the least. Where does that "
            "number come from?\n"
            "- What would you expect of that service in the next year, had there been one?"
        ),
        solution=(
            "- It was picked because it fell most. Among several services that move by chance one "
            "always moves most, and a test that forgets the others takes its luck for a result.\n"
            f"- The smallest p is multiplied by the number of services: {len(data)} times "
            f"{best['exact_low']:.4f}. The next one is multiplied by one fewer, and "
            "so on.\n"
            "- Part of a large fall often comes back by itself (regression to the mean). So a "
            "list of what fell most is a list of what to ask about, and not of failures."
        ),
        hint="How many services had the chance to be the one?",
        minutes=7,
    )


def _the_silent(collection: Collection) -> Exercise:
    one, everyone = _one(collection, EXAMPLE), _population(collection)
    silent, net = everyone - collection.size, one["from_yes"] - one["to_yes"]
    return Exercise(
        key="fall-5",
        level="reason",
        title="Those who did not answer",
        task=(
            f"{collection.size} of {everyone} authorities answered in both years. On "
            f"{words.within(one['label'])} the balance among them is {words.number(net)} fewer. "
            f"Nothing is known of the other {silent}.\n\n"
            f"- How many of the {silent} would have had to begin, more than stopped, for there "
            "to be no fall in all?\n"
            "- Tell one story in which the silent fell by more, and one in which they rose.\n"
            "- What could a researcher have done to find out?"
        ),
        solution=(
            f"- {words.sentence(words.number(net))}.\n"
            "- For instance: arrangements were breaking up, and staff had other things to do than "
            "to fill in a voluntary form. Or: those with arrangements in order answered at once, "
            "had nothing left to begin, and could only fall, while others were still building "
            "theirs. Both fit what is printed.\n"
            "- Ask the silent a few questions by telephone, compare those who answered early and "
            "late, or look for what is on record about all: plans, budgets, inspections."
        ),
        minutes=8,
    )


def _compute_points(collection: Collection) -> Exercise:
    one = _one(collection, STEEPEST)
    return Exercise(
        key="fall-6",
        level="compute",
        title="From counts to points",
        task=(
            f"By how many percentage points did {words.within(one['label'])} change? Make it from "
            "the counts and round once, at the end, to a whole number. A fall is negative. In "
            "the notebook this is `fall.points`."
        ),
        solution=(
            f"{one['to_yes']} of {one['to_base']} less {one['from_yes']} of {one['from_base']} is "
            f"{_signed(_points(one))} points. The paper has "
            f"{_signed(_printed_change(collection))}, the difference of two percentages that "
            "were rounded first."
        ),
        minutes=5,
    )


def _compute_stopped(collection: Collection) -> Exercise:
    one = _one(collection, EXAMPLE)
    return Exercise(
        key="fall-7",
        level="compute",
        title="How many can have stopped?",
        task=(
            f"For {words.within(one['label'])}, find the fewest and the most authorities that "
            "can have stopped between the years. In the notebook this is `fall.stopped`."
        ),
        solution=(
            f"From {one['losers_low']} to {one['losers_high']}. The fewest is the net fall, if "
            "nobody began. The most is the smaller of two numbers: those that had it in the first "
            f"year, {one['from_yes']}, and those that did not in the last, "
            f"{one['to_base'] - one['to_yes']}."
        ),
        hint="Whoever stopped had it before and does not have it after.",
        minutes=8,
    )


def _compute_p(collection: Collection) -> Exercise:
    one = _one(collection, EXAMPLE)
    return Exercise(
        key="fall-8",
        level="compute",
        title="The range of p",
        task=(
            f"Toss a coin for each authority that moved on {words.within(one['label'])}. How "
            "often would the coins fall as unevenly as the moves did, or more so, in either "
            "direction? Work it out for the fewest moves and for the most. In the notebook this "
            "is `fall.p-range`."
        ),
        solution=(
            f"If {words.number(one['losers_low'])} stopped and none began: 2 of "
            f"{2 ** one['churn_low']} ways to fall, {words.p_value(one['exact_low'])}. If "
            f"{one['losers_high']} stopped and {words.number(one['gainers_high'])} began: "
            f"{words.p_value(one['exact_high'])}. Neither is at or below {LEVEL}, nor is anything "
            "between."
        ),
        hint="`math.comb(n, k)` counts the ways in which k of n coins show heads.",
        minutes=12,
    )


def _compute_holm(collection: Collection) -> Exercise:
    p = smallest_p(collection)
    return Exercise(
        key="fall-9",
        level="compute",
        title="Allow for their number",
        task=(
            f"Take the smallest p that the totals of each of the {len(p)} services allow. What "
            "does Holm's method make of the smallest of them all? In the notebook this is "
            "`fall.holm`."
        ),
        solution=(
            f"{p.min():.4f} times {len(p)} is {p.min() * len(p):.4f}. So "
            "even if every service moved in the way that makes its fall look least like chance, "
            f"none is at or below {LEVEL} once all are counted."
        ),
        hint="The smallest p is multiplied by how many there are.",
        minutes=6,
    )


_MAKE: dict[str, Callable[[Collection], Exercise]] = {
    "fall-1": _who_joined,
    "fall-2": _given_up,
    "fall-3": _only_five,
    "fall-4": _picked,
    "fall-5": _the_silent,
    "fall-6": _compute_points,
    "fall-7": _compute_stopped,
    "fall-8": _compute_p,
    "fall-9": _compute_holm,
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
        key="quiz-fall",
        title="Did joint commissioning fall? What did you take away?",
        questions=(
            _ask_stopped(collection),
            _ask_meaning(collection),
            _ask_always(collection),
            _ask_sign(collection),
            _ask_many(collection),
            _ask_england(collection),
        ),
    )


def _ask_stopped(collection: Collection) -> Question:
    one = _one(collection, EXAMPLE)
    low, high, net = one["losers_low"], one["losers_high"], one["from_yes"] - one["to_yes"]
    return Question(
        "stopped",
        f"{one['label']} went from {one['from_yes']} to {one['to_yes']} of the same "
        f"{one['to_base']} authorities. How many stopped?",
        (
            Choice(
                f"Exactly {words.number(net)}",
                right=False,
                feedback="That is the balance. If some began, more than that stopped.",
            ),
            Choice(
                f"At most {words.number(net)}",
                right=False,
                feedback=f"At least. {words.sentence(words.number(net))} fewer in the end takes "
                f"{words.number(net)} that stopped, or more.",
            ),
            Choice(
                f"At least {words.number(low)} and at most {high}",
                right=True,
                feedback=f"{high} is all that did not commission it jointly in the last year; "
                "whoever stopped is among them.",
            ),
            Choice(
                f"Anything from 0 to {one['from_yes']}",
                right=False,
                feedback="Totals rule a good deal out: most authorities had it in both years.",
            ),
        ),
    )


def _ask_meaning(collection: Collection) -> Question:
    one = _one(collection, EXAMPLE)
    return Question(
        "meaning",
        f"For {words.within(one['label'])} p lies {_p_span(one)}, whoever moved. What does that "
        "say?",
        (
            Choice(
                "The fall did not happen",
                right=False,
                feedback=f"It did: {one['to_yes']} is less than {one['from_yes']}. The test asks "
                "whether chance alone could do as much.",
            ),
            Choice(
                f"Chance cannot be ruled out at {LEVEL}, whatever the authorities did",
                right=True,
                feedback="The whole range lies above the level. That is no proof of chance.",
            ),
            Choice(
                f"The fall is due to chance with a probability of {words.p_value(one['exact_low'])}"
                " or more",
                right=False,
                feedback="p is how often chance alone would do as much. It is not how likely "
                "chance is to be the cause.",
            ),
            Choice(
                "Somebody has to collect the totals more carefully",
                right=False,
                feedback="The range comes from not knowing who moved, not from errors in the "
                "totals. Returns of each authority would make it one number.",
            ),
        ),
    )


def _ask_always(collection: Collection) -> Question:
    one = _one(collection, BEYOND)
    return Question(
        "always",
        f"{one['label']} went from {words.of(one['from_yes'], one['from_base'])} of Boards to "
        f"{words.of(one['to_yes'], one['to_base'])}. Why is that beyond chance whoever moved?",
        (
            Choice(
                "Because a change of so many points is always significant",
                right=False,
                feedback="Of very few Boards it would not be. What counts is how many moved each "
                "way.",
            ),
            Choice(
                "Because nobody can have left",
                right=False,
                feedback=f"Up to {one['losers_high']} can have left, if more joined. Even then "
                f"p is {words.p_value(one['exact_high'])}.",
            ),
            Choice(
                "Because an Act put it under the duty",
                right=False,
                feedback="That may be why it joined. No test knows of it.",
            ),
            Choice(
                "Because with as many leaving as the totals allow, p is still "
                f"{words.p_value(one['exact_high'])}",
                right=True,
                feedback=f"The largest p of all stories is below {LEVEL}, so it does not matter "
                "which is true.",
            ),
        ),
    )


def _ask_sign(collection: Collection) -> Question:
    data = ranges(collection)
    signs = inference.sign_test(data["direction"])
    return Question(
        "sign",
        f"Joint commissioning fell for {words.counted(signs.fell, 'service')}, rose for "
        f"{words.number(signs.rose)} and stayed the same for {words.number(signs.same)}. The sign "
        f"test gives {words.p_value(signs.p)}. Why may that be too sure of itself?",
        (
            Choice(
                "It takes each service for a coin of its own, and an authority may drop several at "
                "once",
                right=True,
                feedback="If services move together, there is less evidence than there are "
                "services. The year-swap test keeps each authority whole.",
            ),
            Choice(
                "It leaves out the service that stayed the same",
                right=False,
                feedback="A service that did not move speaks for neither side. Leaving it out is "
                "what the test does, and does little here.",
            ),
            Choice(
                "It should be one-sided",
                right=False,
                feedback="A one-sided p would be smaller still. One has to choose the side "
                "before looking.",
            ),
            Choice(
                "It does not know how large the falls are",
                right=False,
                feedback="True, but that makes it weaker, not too sure of itself.",
            ),
        ),
    )


def _ask_many(collection: Collection) -> Question:
    p = smallest_p(collection)
    adjusted = inference.holm_adjusted(p.to_numpy())
    alone = int((p <= LEVEL).sum())
    return Question(
        "many",
        f"Tested one at a time, {words.number(alone)} of {len(p)} services could be at or below "
        f"{LEVEL}; the smallest p is {words.p_value(p.min())}. How many are left once their "
        "number is allowed for, by Holm's method?",
        (
            Choice(
                words.sentence(words.number(alone)),
                right=False,
                feedback="Looking at many makes it likely that one looks striking by luck. A "
                "test of one cannot know of the others.",
            ),
            Choice(
                "One, the smallest",
                right=False,
                feedback=f"The smallest is multiplied by {len(p)}, which makes "
                f"{words.p_value(adjusted.min())}.",
            ),
            Choice(
                "None",
                right=True,
                feedback=f"The smallest becomes {words.p_value(adjusted.min())}, and no other "
                "becomes smaller than that.",
            ),
            Choice(
                "All of them, as nearly all fell",
                right=False,
                feedback="That nearly all fell is a question about all of them together. Holm's "
                "method speaks of each on its own.",
            ),
        ),
    )


def _ask_england(collection: Collection) -> Question:
    everyone = _population(collection)
    silent = everyone - collection.size
    return Question(
        "england",
        f"{collection.size} of {everyone} authorities answered in both years. Which statements "
        "hold?",
        (
            Choice(
                f"Among the {collection.size}, it fell for most services",
                right=True,
                feedback="That is what the totals say, and it needs no test.",
            ),
            Choice(
                f"As {words.of(collection.size, everyone)} answered, England fell as well",
                right=False,
                feedback="A large sample that chose itself can still be unlike the rest.",
            ),
            Choice(
                f"The {silent} silent authorities could have made up for every fall",
                right=True,
                feedback="Each fall is a few authorities on balance, and there are many more "
                "silent ones. It is possible; whether it is likely is another matter.",
            ),
            Choice(
                "An interval around each share makes up for those who did not answer",
                right=False,
                feedback="An interval assumes that those who answered were drawn by lot.",
            ),
        ),
    )


# -- Checks of the notebook -----------------------------------------------------------------------


def _check_points(collection: Collection, answer: Any) -> str:
    one = _one(collection, STEEPEST)
    right, in_print = _points(one), _printed_change(collection)
    exact = 100 * (one["to_yes"] / one["to_base"] - one["from_yes"] / one["from_base"])
    if isinstance(answer, float) and answer != int(answer):
        if abs(answer - exact / 100) < CLOSE:
            raise WrongAnswer("That is a difference of shares. A point is a hundredth of that.")
        if abs(answer - exact) < 0.1:
            raise WrongAnswer(f"Nearly: that is the change before rounding, {_decimal(exact)}.")
    change_ = whole_number(answer)
    if change_ == right:
        return (
            f"{_signed(right)} points, from counts; the paper has {_signed(in_print)}, made from "
            "rounded percentages."
        )
    told = {
        -right: "The size is right. A fall is negative.",
        in_print: "That is the difference of the two rounded percentages. Subtract the shares "
        "first, and round once.",
        relative(one["from_yes"], one["from_base"], one["to_yes"], one["to_base"]): "That is the "
        "change in per cent of the first share. Asked are percentage points.",
        one["to_yes"] - one["from_yes"]: "That is the change in authorities. Divide by the base.",
    }
    raise WrongAnswer(told.get(change_, "Subtract the first share from the last, times 100."))


def _check_stopped(collection: Collection, answer: Any) -> str:
    one = _one(collection, EXAMPLE)
    low, high = _two(answer, "(fewest, most), such as (1, 2)")
    given = whole_number(low), whole_number(high)
    right = one["losers_low"], one["losers_high"]
    net = one["from_yes"] - one["to_yes"]
    if given == right:
        return f"From {right[0]}, if nobody began, to {right[1]}, if {one['gainers_high']} began."
    if given == right[::-1]:
        raise WrongAnswer("The other way round: the fewest first.")
    if given == (net, net):
        raise WrongAnswer(
            "That is the net change. Some may have begun, and then more than that stopped."
        )
    if given == (one["gainers_low"], one["gainers_high"]):
        raise WrongAnswer("Those are the authorities that may have begun. How many stopped?")
    if given == (one["churn_low"], one["churn_high"]):
        raise WrongAnswer(
            "The most is the churn: those that stopped and those that began together."
        )
    if given[0] != right[0]:
        raise WrongAnswer(
            f"From {one['from_yes']} to {one['to_yes']}, how many at least must have stopped? "
            f"Yours is {given[0]}."
        )
    if given[1] == one["from_yes"]:
        raise WrongAnswer(
            f"Had all {one['from_yes']} stopped, at most "
            f"{one['from_base'] - one['from_yes']} others could have it in the last year; "
            f"{one['to_yes']} had. Who did not have it then?"
        )
    raise WrongAnswer(
        "The fewest is right. For the most: whoever stopped had it in the first year and not in "
        f"the last. How many are there of each? Yours is {given[1]}."
    )


def _check_p(collection: Collection, answer: Any) -> str:
    one = _one(collection, EXAMPLE)
    low, high = (_chance(p) for p in _two(answer, "(smallest, largest), such as (0.1, 0.2)"))
    right = one["exact_low"], one["exact_high"]

    def near(first: float, second: float) -> bool:
        return abs(low - first) < CLOSE and abs(high - second) < CLOSE

    if near(*right):
        return f"p is {_p_span(one)}, so never at or below {LEVEL}, whoever moved."
    if near(*right[::-1]):
        raise WrongAnswer("The other way round: the smallest first.")
    if near(right[0] / 2, right[1] / 2):
        raise WrongAnswer(
            "That is one-sided. Nobody said beforehand that it would fall: double it."
        )
    if near(one["mid_p_low"], one["mid_p_high"]):
        raise WrongAnswer("That is the mid-p. Count the chance of what was seen in full.")
    if abs(low - right[0]) < CLOSE:
        raise WrongAnswer(
            f"The smallest is right. For the largest, {one['losers_high']} stopped and "
            f"{one['gainers_high']} began: how often do {one['churn_high']} coins fall as "
            "unevenly as that, or more so?"
        )
    if abs(high - right[1]) < CLOSE:
        raise WrongAnswer(
            f"The largest is right. For the smallest, {one['losers_low']} stopped and none began."
        )
    raise WrongAnswer(
        "Only those that moved are tossed for. With the fewest moves that is "
        f"{one['churn_low']} coins, with the most {one['churn_high']}."
    )


def _check_holm(collection: Collection, answer: Any) -> str:
    p = smallest_p(collection)
    right = float(inference.holm_adjusted(p.to_numpy()).min())
    given = _chance(answer)
    if abs(given - right) < CLOSE:
        return (
            f"{len(p)} times {p.min():.4f}: above {LEVEL}, so no service stands out once "
            "all are counted."
        )
    everything = len(change.verdicts(collection).data)
    told = {
        float(p.min()): "That is the smallest p as it was. Allow for the number of services.",
        LEVEL / len(p): "That is a level, made smaller. Leave the level, and make p larger.",
        float(p.min()) * everything: f"You counted all {everything} comparisons of the book. "
        f"Take the {len(p)} services.",
        min(float(p.sum()), 1.0): "Do not add them up. The smallest is multiplied.",
    }
    for mistake, words_ in told.items():
        if abs(given - mistake) < CLOSE:
            raise WrongAnswer(words_)
    raise WrongAnswer(f"Multiply the smallest p by how many there are, {len(p)}.")


CHECKS: dict[str, Check] = {
    "points": _check_points,
    "stopped": _check_stopped,
    "p-range": _check_p,
    "holm": _check_holm,
}
"""The checks of the notebook, by name."""


# -- Small numbers and words ----------------------------------------------------------------------

_SAID = {"always": "yes, whoever moved", "never": "not shown, whoever moved", "depends": "depends"}
"""How the last table words a verdict."""


def _one(collection: Collection, item: str) -> dict[str, Any]:
    (row,) = rows_of(ranges(collection, [item]))
    return row


def _verdict(p_low: float, p_high: float) -> str:
    """As `csm_lib.inference.change_range` gives it."""
    return "always" if p_high <= LEVEL else "never" if p_low > LEVEL else "depends"


def _told(story: Story) -> str:
    began = "none" if not story.began else words.number(story.began)
    return f"{words.number(story.stopped)} stopped and {began} began"


def _two(answer: Any, form: str) -> tuple[Any, Any]:
    """Take an answer of two numbers apart."""
    if isinstance(answer, str) or not isinstance(answer, Iterable) or len(list(answer)) != 2:
        raise WrongAnswer(f"Two numbers are asked for, {form}; yours is {answer!r}.")
    first, second = answer
    return first, second


def _chance(answer: Any) -> float:
    """Return an answer as a probability, or say that it is none."""
    try:
        p = float(answer)
    except (TypeError, ValueError):
        p = -1.0
    if isinstance(answer, bool) or not 0 <= p <= 1:
        raise WrongAnswer(f"A p-value is a number from 0 to 1; yours is {answer!r}.")
    return p


def _p_span(row: dict[str, Any]) -> str:
    return words.p_span(row["exact_low"], row["exact_high"])


def _points(row: dict[str, Any]) -> int:
    sides: list[int] = [row[name] for name in ("from_yes", "from_base", "to_yes", "to_base")]
    first, base_1, last, base_2 = sides
    return points_change(first, base_1, last, base_2)


def _printed_change(collection: Collection) -> int:
    return int(value(collection, f"{STEEPEST}.change"))


def _signed(number: int) -> str:
    return f"+{number}" if number > 0 else str(number).replace("-", "\N{MINUS SIGN}")


def _decimal(number: float) -> str:
    return f"{number:.2f}".replace("-", "\N{MINUS SIGN}")


def _population(collection: Collection) -> int:
    everyone = collection.population
    if everyone is None:
        raise ValueError("This lesson needs the number of all authorities: frame.csv.")
    return everyone


def _source(collection: Collection) -> str:
    return source_of(ranges(collection), collection.origin)
