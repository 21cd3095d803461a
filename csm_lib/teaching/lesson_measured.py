"""Lesson 4, what counts is what is measured: ticks, answers carried forward, and early warning.

What is simulated here starts from panels that are drawn to reproduce the print. It shows how an
instrument behaves, and tells nothing of any authority.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from csm_lib import panel, words
from csm_lib.aggregate import changes
from csm_lib.chapters import jsna
from csm_lib.claims.cells import Cell, cells, move, moves, printed, value
from csm_lib.counts import format_percent, rounded_percent
from csm_lib.findings import Finding, source_of
from csm_lib.recovery import targets
from csm_lib.status import DRAWN_NOTE
from csm_lib.survey import early_warning
from csm_lib.teaching.check import Check, WrongAnswer, whole_number
from csm_lib.teaching.exercise import Exercise
from csm_lib.teaching.quiz import Choice, Question, Quiz

if TYPE_CHECKING:
    from csm_lib.codebook import Item
    from csm_lib.collection import Collection

KINDS: Mapping[str, str] = {
    "presence": "who is at the table",
    "activity": "what has been made or done",
    "outcome": "what came of it for children",
}
"""What a question can ask."""

PLACES = ("chair", "statutory_agencies", "seniority", "other_agencies")
"""The sections that ask who is at the table; so does any item whose id begins with ``board.``."""

STEEPEST = "commissioning.palliative_care"
"""The item that fell most: what happens to it if answers are carried forward?"""

STRATEGY = "commissioning.strategy"
POVERTY = "jsna.child_poverty"

CARRIED = (0, 25, 50, 75, 90)
"""Per cent of the answers that are carried forward."""

FLAG = 5
"""The rule of the exercise: an item is flagged if it fell by so many points or more."""

RULES = (1, 3, 5, 7)
"""Rules for an alarm: so many authorities fewer, or more than that."""

PERSISTENCES = (3.0, panel.PERSISTENCE, 100.0)
PANELS = 1000
SOURCE = "Panels drawn to reproduce Devanney and Wistow (2013)"

KEEP, END, BOTH = "for keeping it", "for ending it", "for either side"
EVIDENCE = (
    (
        KEEP,
        "A yearly count could have shown early that joint commissioning was slipping",
        "Devanney and Wistow (2013)",
        "the paper",
    ),
    (
        KEEP,
        "Leaders of children's services need data to decide where resources go",
        "Frost (2009)",
        "journal article",
    ),
    (
        KEEP,
        "A government may want to follow whether its policy is delivered",
        "Barber (2007)",
        "book",
    ),
    (
        KEEP,
        "Money trouble in the NHS and in councils has held joint commissioning back before",
        "Bachmann and others (2009)",
        "journal article",
    ),
    (
        KEEP,
        "When budgets are cut, it matters more to know which services there are, and for whom",
        "Devanney and Wistow (2013)",
        "the paper",
    ),
    (
        KEEP,
        "Without a national count nobody sees how provision is spread over the country",
        "Devanney and Wistow (2013)",
        "the paper",
    ),
    (
        END,
        "What is measured becomes what counts, and behaviour bends to it",
        "Hood (2007)",
        "journal article",
    ),
    (
        END,
        "Such regimes take up process and activity, and make people serve the regime, not its aim",
        "Seddon (2008)",
        "book",
    ),
    (
        END,
        "Research is picked to justify a policy, where policy should follow what works",
        "Byrne (2011)",
        "book",
    ),
    (
        END,
        "Working together is treated as an end in itself, whatever comes of it",
        "Wistow (2011)",
        "report",
    ),
    (
        END,
        "There is little to show that joint assessments led to joint buying that works",
        "Hudson (2011)",
        "journal article",
    ),
    (
        END,
        "There is little to show that partnership as such improves outcomes",
        "Allnock and others (2006), Ball and others (2010)",
        "journal articles",
    ),
    (
        END,
        "What a Trust was for was unclear locally, so that answers may not mean the same",
        "Audit Commission (2008), Ofsted (2010), O'Brien and others (2006)",
        "reports, journal article",
    ),
    (
        END,
        "Local use of the figures was never fully realised",
        "Devanney and Wistow (2013)",
        "the paper",
    ),
    (
        BOTH,
        "Targets detect what is done, and effect compliance; a yearly form can do both",
        "James (2004), of targets; Devanney and Wistow (2013), of this form",
        "journal article, the paper",
    ),
    (
        BOTH,
        "The collection is a small part of an audit society",
        "Power (1999), for the term",
        "book",
    ),
)
"""For each point its side, who makes it, and where."""

Answers = npt.NDArray[np.bool_]


# -- What the form asks ---------------------------------------------------------------------------


def kind_of(item: Item) -> str:
    """Return what an item asks: a key of `KINDS`. No item of this codebook asks for an outcome."""
    at_table = item.section in PLACES or item.item.startswith("board.")
    return "presence" if at_table else "activity"


def questions(collection: Collection) -> pd.DataFrame:
    """The questions of the form, for the notebook.

    Returns
    -------
    DataFrame
        One row is an item: ``item, section, label, question``.
    """
    return pd.DataFrame(
        [
            {"item": name, "section": item.section, "label": item.label, "question": item.question}
            for name, item in collection.codebook.items()
        ]
    )


def what_is_asked(collection: Collection) -> Finding:
    """How many items ask who is there, what was done, and what came of it."""
    data = questions(collection)
    data["kind"] = [kind_of(item) for item in collection.codebook.values()]
    counts = {kind: int((data["kind"] == kind).sum()) for kind in KINDS}
    asked = value(collection, "jsna_components.asked")
    named = len(collection.codebook.section("jsna_components"))
    return Finding(
        key="measured-what-is-asked",
        title=(
            f"Of {len(data)} items {counts['presence']} ask {KINDS['presence']}, "
            f"{counts['activity']} {KINDS['activity']}, and "
            f"{_how_many(counts['outcome']).lower()} "
            f"{KINDS['outcome']}"
        ),
        question="What do the items of the questionnaire ask?",
        data=data,
        base=f"{len(data)} items of the codebook",
        source=source_of(data.assign(status="derived"), collection.origin),
        caveat=(
            "The sorting is ours. The codebook holds what the paper prints: it names "
            f"{words.number(named)} of {asked} JSNA components, for instance. The paper says of "
            "the whole that it recorded whether arrangements were there, and not their impact. "
            "Outcomes were followed elsewhere, by other indicators."
        ),
        shown=pd.DataFrame(
            [
                {
                    "asks": asks,
                    "items": counts[kind],
                    "for instance": next(iter(data.loc[data["kind"] == kind, "question"]), "–"),
                }
                for kind, asks in KINDS.items()
            ]
        ),
    )


def without_strategy(collection: Collection) -> Finding:
    """Joint commissioning by authorities that have no strategy for it."""
    had = _strategy(collection)
    services = cells(
        collection, collection.codebook.section("commissioning_areas"), collection.years[-1]
    )
    more = [one for one in services if one.yes > had.yes]
    rows = [(one, *outside(one.yes, had.yes, had.base)) for one in more]
    top, low, high = rows[0]
    return Finding(
        key="measured-without-strategy",
        title=(
            f"At least {words.number(low)} authorities commissioned "
            f"{words.within(top.label)} jointly without a joint commissioning strategy, and as "
            f"many as {words.number(high)} may have"
        ),
        question="How many authorities buy together without a strategy for it?",
        data=pd.DataFrame(
            [
                {
                    "item": one.item,
                    "label": one.label,
                    "yes": one.yes,
                    "base": one.base,
                    "fewest": fewest,
                    "most": most,
                    "status": "assumed",
                }
                for one, fewest, most in rows
            ]
        ),
        base=f"all {had.base} authorities, {had.yes} of which reported a strategy in "
        f"{collection.years[-1]}",
        source=source_of(pd.DataFrame({"item": [STRATEGY, top.item]}), collection.origin),
        caveat=(
            "Only the services that more authorities ticked than have a strategy are shown; the "
            "base of the strategy is not stated. The two ticks need not mean the same in two "
            "authorities: a tick can stand for one shared contract or for a whole pooled budget."
        ),
        shown=pd.DataFrame(
            {
                "service": [one.label for one, _, _ in rows],
                "jointly commissioned": [str(one) for one, _, _ in rows],
                "without a strategy": [words.span(*ends) for _, *ends in rows],
            }
        ),
    )


def outside(yes: int, within: int, size: int) -> tuple[int, int]:
    """Return the fewest and the most of `yes` that can lie outside a group of `within`.

    >>> outside(62, 54, 74)
    (8, 20)
    """
    return max(0, yes - within), min(yes, size - within)


# -- Answers carried forward ----------------------------------------------------------------------


def two_waves(collection: Collection) -> tuple[Answers, Answers]:
    """Answers to the item that fell most, taken as what really was the case.

    Returns
    -------
    tuple
        Two arrays of true and false, for the first and the last year: one row a drawn panel, one
        column an authority. Every panel has the printed totals.
    """
    wanted = _targets(collection, [STEEPEST])
    drawn = panel.draw_answers(
        wanted,
        collection.codebook,
        collection.size,
        persistence=panel.PERSISTENCE,
        rng=np.random.default_rng([panel.SEED, 1]),
        panels=PANELS,
    )
    first, last = (drawn[STEEPEST, year] == 0 for year in _ends(collection))
    return first, last


def reported(first: Answers, last: Answers, carried: Answers) -> Answers:
    """Return what the form shows: last year's answer where it is carried, else the true one."""
    return np.where(carried, first, last)


def damped(collection: Collection) -> Finding:
    """What becomes of a real fall if some of last year's answers are left standing."""
    from csm_lib.charts import dumbbell

    first, last = two_waves(collection)
    # not the stream that drew the panels; the same numbers for every share
    chance = np.random.default_rng([panel.SEED, 2]).random(first.shape)
    years = _ends(collection)
    rows, told = [], []
    for percent in CARRIED:
        shown = reported(first, last, chance < percent / 100)
        fall = first.sum(axis=1) - shown.sum(axis=1)
        told.append((percent, int(fall.sum()), int((fall <= 0).sum())))
        rows += [
            {
                "item": f"carried.{percent}",
                "label": f"{percent}% carried forward" if percent else "Nothing carried forward",
                "year": year,
                "answer": "yes",
                "yes": int(answers.sum()),
                "base": answers.size,
                "no_answer": 0,
                "share": answers.mean(),
                "status": "drawn",
            }
            for year, answers in zip(years, (first, shown), strict=True)
        ]
    data = pd.DataFrame(rows)
    label = words.within(collection.codebook[STEEPEST].label)
    points = {percent: rounded_percent(fall, first.size) for percent, fall, _ in told}
    half = points[50]
    return Finding(
        key="measured-damped",
        title=(
            f"In drawn panels, with half of the answers on {label} carried forward, a fall of "
            f"{points[0]} points would be reported as one of {half}"
        ),
        question="What would the form show of a real fall if last year's answers were left?",
        data=data,
        base=(
            f"{PANELS} drawn panels of {first.shape[1]} authorities, in each of which the real "
            "fall is the printed one; the answers carried forward are picked by lot"
        ),
        source=SOURCE,
        caveat=(
            "The printed fall is taken for the real one here, to see what an instrument does to "
            "it. Answers were carried forward to build accuracy; that this damps change is this "
            "book's inference. Nothing printed tells how many were left as they stood. If it was "
            "those of authorities with something to hide, or none at all, the picture is another."
        ),
        alt=(
            f"Chart over drawn panels: the share of authorities commissioning {label} jointly in "
            f"{years[0]} and as reported in {years[1]}. "
            + "; ".join(
                f"{percent}% carried forward: a fall of {points[percent]} points reported"
                for percent, _, _ in told
            )
            + "."
        ),
        draw=lambda: dumbbell(
            data, order=[f"carried.{percent}" for percent in CARRIED], note=DRAWN_NOTE
        ),
        shown=pd.DataFrame(
            {
                "carried forward": [f"{percent}%" for percent, _, _ in told],
                f"{years[0]}": format_percent(int(first.sum()), first.size),
                f"reported in {years[1]}": [
                    format_percent(int(first.sum()) - fall, first.size) for _, fall, _ in told
                ],
                "reported fall": [
                    words.counted(points[percent], "point") for percent, _, _ in told
                ],
                "panels that show no fall": [words.of_panels(none, PANELS) for _, _, none in told],
            }
        ),
    )


# -- Early warning --------------------------------------------------------------------------------


def waves(collection: Collection) -> pd.DataFrame:
    """The totals of every item asked of everyone in both years, for the notebook.

    Returns
    -------
    DataFrame
        One row is an item in a year: ``item, label, section, year``, how many said ``yes`` and
        how many answered, the ``base``.
    """
    items = [
        name
        for name, item in collection.codebook.items()
        if item.response == "yes_no" and item.asked_if is None and len(item.held) > 1
    ]
    return collection.tally(items)[["item", "label", "section", "year", "yes", "base"]]


def flagged(collection: Collection) -> Finding:
    """What an early warning on joint commissioning would have listed, with what it can bear."""
    found = early_warning.falling(collection, ["joint_commissioning", "commissioning_areas"])
    return replace(found, key="falling-commissioning")


def false_alarms(collection: Collection) -> Finding:
    """How often an alarm goes off on joint commissioning with nothing going on."""
    items = _commissioning(collection)
    found = moves(collection, items)
    fell = [one.before.yes - one.after.yes for one in found]
    chance = {odds: _by_chance(collection, tuple(items), odds) for odds in PERSISTENCES}
    data = pd.DataFrame(
        [
            {
                "rule": rule,
                "persistence": odds,
                "items": len(found),
                "flagged": sum(size >= rule for size in fell),
                "by chance": float((falls >= rule).sum(axis=1).mean()),
                "status": "drawn",
            }
            for rule in RULES
            for odds, falls in chance.items()
        ]
    )
    by_rule = data.pivot(index="rule", columns="persistence", values="by chance")
    flags = data.drop_duplicates("rule")["flagged"].tolist()
    as_many = [
        int(((falls >= RULES[0]).sum(axis=1) >= flags[0]).sum()) for falls in chance.values()
    ]
    return Finding(
        key="measured-false-alarms",
        title=(
            f"{words.sentence(words.number(flags[0]))} of {len(found)} items on "
            "joint commissioning fell; in drawn panels with nothing going on, about "
            f"{words.number(round(_chance(data, RULES[0])))} would fall all the same"
        ),
        question="How many items does a rule flag, and how many in drawn panels by chance?",
        data=data,
        base=(
            f"{len(found)} items on joint commissioning asked in both years; {PANELS} drawn "
            "panels, in each of which a coin decides for every authority which of its years came "
            "first"
        ),
        source=SOURCE,
        caveat=(
            "With the years at the toss of a coin, no real trend is left. As many items as in the "
            f"paper, or more, then fall in {_share_of(as_many)} of panels. But nothing printed "
            "tells persistence, nor whether services fall together: in drawn panels each is drawn "
            "on its own. If authorities drop several at once, many falls come more often by "
            "chance."
        ),
        shown=pd.DataFrame(
            {
                "rule: authorities fewer": [
                    "any fall" if rule == 1 else f"{words.number(rule)} or more" for rule in RULES
                ],
                "flagged in the print": [f"{count} of {len(found)}" for count in flags],
                **{
                    f"by chance, persistence {odds:g}": [f"{mean:.1f}" for mean in by_rule[odds]]
                    for odds in PERSISTENCES
                },
            }
        ),
        origin=collection.origin,
    )


def _by_chance(
    collection: Collection, items: tuple[str, ...], odds: float
) -> npt.NDArray[np.int64]:
    """By how many authorities each item falls, panels by items, where a coin orders the years."""
    rng = np.random.default_rng(panel.SEED)
    drawn = panel.draw_answers(
        _targets(collection, items),
        collection.codebook,
        collection.size,
        persistence=odds,
        rng=rng,
        panels=PANELS,
    )
    coin = np.where(rng.random((PANELS, collection.size)) < 0.5, 1, -1)
    first, last = _ends(collection)
    falls = []
    for item in items:
        gained, lost = panel.moves(drawn[item, first], drawn[item, last])
        falls.append((coin * (lost.astype(np.int64) - gained)).sum(axis=1))
    return np.stack(falls, axis=1)


# -- The debate -----------------------------------------------------------------------------------


def evidence(collection: Collection, side: str = "") -> Finding:
    """What the literature brings to both sides, or to one of them, as the paper cites it."""
    data = pd.DataFrame(EVIDENCE, columns=["side", "point", "said by", "published as"])
    counts = {name: int(count) for name, count in data["side"].value_counts().items()}
    if side:
        data = data[data["side"].isin([side, BOTH])].reset_index(drop=True)
        title = (
            f"{words.sentence(words.number(counts[side]))} points {side}, and "
            f"{words.number(counts[BOTH])} for either side"
        )
    else:
        title = (
            f"{words.sentence(words.number(counts[KEEP]))} points for keeping the collection, "
            f"{words.number(counts[END])} for ending it, and "
            f"{words.number(counts[BOTH])} for either side"
        )
    return Finding(
        key=f"measured-evidence{'-' * bool(side)}{side.replace(' ', '-')}",
        title=title,
        question="What speaks for such a collection, and what against?",
        data=data,
        base=f"{len(data)} points from the paper and from works it cites",
        source="Devanney and Wistow (2013), and works cited there",
        caveat=(
            "Each point is put as the paper puts it, in other words. Before you quote a work, "
            "read it. The list of references of this book has them all."
        ),
        origin=collection.origin,
    )


# -- Exercises ------------------------------------------------------------------------------------


def _what_it_asks(collection: Collection) -> Exercise:
    finding = jsna.components(collection)
    data = finding.data
    poverty = data[data["item"] == POVERTY].iloc[0]
    low = data[2 * data["yes"] < data["base"]]
    return Exercise(
        key="measured-1",
        level="read",
        title="What the form could see",
        finding=finding,
        task=(
            "- Child poverty stands near the top. Put its figure into one sentence that says of "
            "whom it is and what they did.\n"
            "- Which needs were assessed by fewer than half of the authorities? May one say that "
            "they are neglected?\n"
            "- One authority reads its assessment and acts on it, another puts it into a drawer. "
            "Where in the chart do they differ?\n"
            "- Suppose that Trusts made children healthier, and nothing else changed. Which item "
            "of the form would show it?"
        ),
        solution=(
            f"- For instance: in {poverty['year']}, {poverty['yes']} of the {poverty['base']} "
            "authorities that gave details said that their JSNA had looked at children living in "
            "poverty. It is not a share of children.\n"
            f"- {_labels(low)}. No. An authority may have assessed them elsewhere, or left them to "
            "the hospitals or to a region, and one that never assessed a need may serve it well.\n"
            "- Nowhere. Both have a tick.\n"
            "- None. The form records arrangements. A Trust that helped and one that did not "
            "could fill it in alike."
        ),
        minutes=6,
    )


def _where_to_set_it(collection: Collection) -> Exercise:
    finding = false_alarms(collection)
    data = finding.data
    flags = dict(zip(data["rule"], data["flagged"], strict=True))
    items = int(data["items"].iloc[0])
    loose, middle, strict = RULES[0], RULES[2], RULES[-1]
    steady, restless = PERSISTENCES[-1], PERSISTENCES[0]
    return Exercise(
        key="measured-2",
        level="read",
        title="Where to set the alarm",
        finding=finding,
        task=(
            "Take the middle persistence, with which the shipped panel is drawn.\n\n"
            "- If any fall raises the alarm, how many items are flagged in the print, and how many "
            "would be by chance?\n"
            f"- And with a fall by {words.number(strict)} authorities or more? What is the "
            "price of so strict a rule?\n"
            "- How much does the answer turn on persistence, which nobody knows?\n"
            "- Who should choose the rule, and when?"
        ),
        solution=(
            f"- {flags[loose]} of {items}, and about {_chance(data, loose):.1f}: with nothing "
            "going on, such a rule would still raise an alarm on about "
            f"{round(100 * _chance(data, loose) / items)}% of the items.\n"
            f"- {words.sentence(words.number(flags[strict]))}, and {_chance(data, strict):.1f}. "
            "Few false alarms, and real falls that are smaller go unheard.\n"
            f"- For a fall by {words.number(middle)} or more, chance alone flags from "
            f"{_chance(data, middle, steady):.1f} to {_chance(data, middle, restless):.1f} "
            "items. The more authorities change their answers to and fro, the more items fall for "
            "no reason.\n"
            "- Those who would act on it, before they see the figures. What a missed fall costs "
            "and what a needless enquiry costs is for them to say, not for the statistician."
        ),
        minutes=9,
    )


def _carried(collection: Collection) -> Exercise:
    one = move(collection, STEEPEST)
    fall = one.before.yes - one.after.yes
    most = Fraction(one.before.yes - fall, one.before.yes)
    return Exercise(
        key="measured-3",
        level="reason",
        title="Behind a damped fall",
        task=(
            "The collection carried last year's answers into the new form, to be revised and so "
            "to build accuracy. Suppose "
            f"that some were left standing, picked as if by lot. {one.after.label} is printed at "
            f"{one.before.yes} authorities of {one.before.base}, then {one.after.yes}.\n\n"
            "- If half of the answers were carried forward, how large a real fall would you "
            "expect behind the printed one?\n"
            "- What is the largest share that can have been carried forward, if the real fall was "
            "no more than all there was?\n"
            "- Now suppose that it was not by lot: authorities that had stopped were the readiest "
            "to leave last year's tick. What then?\n"
            "- What would you ask the collectors for?"
        ),
        solution=(
            f"- {2 * fall}: only half of the real changes show, and {words.number(fall)} showed.\n"
            f"- About {rounded_percent(most.numerator, most.denominator)}%. Then all "
            f"{one.before.yes} had stopped and {words.number(fall)} of them showed. As expected "
            "values go: by luck a few more or fewer would show.\n"
            "- Then the form hides losses more than gains. The printed fall is too small by more "
            "than the first answer says, and items that seem to rise may have fallen.\n"
            "- The date on which each answer was last touched. That one column tells an answer "
            "given again from an answer left alone."
        ),
        hint="A change that is carried forward does not show. Which part of them does?",
        minutes=8,
    )


def _towards_outcomes(collection: Collection) -> Exercise:
    items = (STRATEGY, POVERTY, "board.general_practice")
    asked = [f"- *{collection.codebook[item].question}*" for item in items]
    return Exercise(
        key="measured-4",
        level="reason",
        title="From ticks to outcomes",
        task=(
            "Rewrite each of these questions twice: once so that it asks how well the thing was "
            "done, once so that it asks what came of it for children.\n\n"
            + "\n".join(asked)
            + "\n\nFor each of your questions: who could answer it, what would it cost, and how "
            "long would you have to wait for the answer? What could move it apart from the Trust?"
        ),
        solution=(
            "There is no one answer. For the first, for instance:\n\n"
            "- *How well:* Which decisions on buying were taken under the strategy this year, and "
            "with how much money of each partner? The accounts can tell, after the year is over.\n"
            "- *What came of it:* Do children wait less long for the services bought together? "
            "That takes records of waiting, for years before and after, and of places that bought "
            "apart. Staff, demand and the economy move it as well.\n\n"
            "The nearer a question comes to children, the dearer and slower the answer, and the "
            "harder it is to credit anybody with it. That is a reason why monitoring settles for "
            "ticks. It is no reason to take a tick for a result."
        ),
        minutes=9,
    )


def _why_it_ended(collection: Collection) -> Exercise:
    stopped, ended = (
        _as_printed(collection, f"collection.{name}") for name in ("discontinued", "funding_ended")
    )
    return Exercise(
        key="measured-5",
        level="reason",
        title="Why did it end?",
        task=(
            f"The decision to end the collection was taken in {stopped}, and its money ran out in "
            f"{ended}. The paper's authors, who had worked on it, give two arguments side by side. "
            "One is about cost: such a survey has to be put to much more use if it is to be worth "
            "what it takes to collect. The other is about the message: a count paid for by the "
            "state is safe while it tells of growth, and at risk when it tells of decline, unless "
            "those who could use it have made it part of their work.\n\n"
            "- Can both be true? Can you think of a third?\n"
            "- For each: which fact, if you found it, would speak against it?\n"
            "- Suppose that the falls became known shortly before the decision. Would that be "
            "evidence for the second argument?\n"
            "- Who speaks here, and what follows from it?"
        ),
        solution=(
            "- Yes: a survey that few use has few defenders when its news is bad. A third: the "
            "new government wanted less prescription and less central collecting altogether, "
            "whatever this one showed. The paper says this, too.\n"
            "- Against the first: papers that show other collections, as dear and as little used, "
            "being kept. Against the second: collections with good news that ended with it, or a "
            "review that had recommended the end before any fall was known. The paper mentions "
            "such a review, begun under the government before, and not what it found.\n"
            "- Weak evidence. Much was cut in those years, and what comes first need not be the "
            "cause.\n"
            "- People whose project was ended. That does not make them wrong; it makes one want "
            "another source. The same holds for those who ended it."
        ),
        minutes=8,
    )


def _debate(collection: Collection) -> Exercise:
    return Exercise(
        key="measured-6",
        level="reason",
        title="Debate: was it right to end it?",
        finding=evidence(collection),
        task=(
            "The motion is: *It was right to end the collection.* Draw lots for who speaks for it "
            "and who against.\n\n"
            "- Ten minutes: each side picks three points. For each, write down what it shows, "
            "what it does not, and what the other side will say to it.\n"
            "- Two minutes a side to make the case, then five minutes of questions. Whoever makes "
            "a point names its source. The other side may ask: is that a finding or an opinion, "
            "and how would we know?\n"
            "- Change sides for one minute: make the best point of your opponents.\n"
            "- Vote, and write down which piece of evidence would have changed your vote."
        ),
        solution=(
            "There is no one answer. What a good debate finds:\n\n"
            "- The table does not tell findings from opinions; that takes reading the sources. "
            "Little of it is about this collection.\n"
            "- The strongest point against the collection is not that it was false, but that it "
            "could not show what mattered. The strongest for it is that what is not counted is "
            "not missed: when it is cut, nobody sees.\n"
            "- Both sides speak of what would have been. Those for keeping it assume that "
            "somebody would have read the figures; those for ending it, that effort and money "
            "saved would have gone to children.\n"
            "- Nobody in this table knows what the collection cost, who used it, or whether "
            "Trusts with more ticks did better by children. Such facts would decide it.\n"
            "- The motion may be the wrong question: the choice was not only between this form "
            "and none."
        ),
        hint="What is not in the table, and would help your side?",
        minutes=25,
    )


def _compute_kinds(collection: Collection) -> Exercise:
    data = what_is_asked(collection).data
    counts = {kind: int((data["kind"] == kind).sum()) for kind in KINDS}
    return Exercise(
        key="measured-7",
        level="compute",
        title="Sort the questions",
        task=(
            "Write a function that takes the text of a question and says what it asks: "
            + words.listed([f"`{kind}` ({asks})" for kind, asks in KINDS.items()])
            + ". It is tried on every question of the codebook. In the notebook this is "
            "`measured.kinds`."
        ),
        solution=(
            "A question about who is *represented* on the Board, or who *chairs* it, asks for "
            f"presence ({counts['presence']} items). Every other asks whether something was made "
            f"or done ({counts['activity']}). {_how_many(counts['outcome'])} asks what came of "
            "it: a question that names poverty asks whether poverty was assessed."
        ),
        hint="Look at the verb, not at the topic.",
        minutes=8,
    )


def _compute_flagged(collection: Collection) -> Exercise:
    right = _flagged(collection)
    labels = [words.within(collection.codebook[item].label) for item in right]
    total = len(waves(collection)["item"].unique())
    return Exercise(
        key="measured-8",
        level="compute",
        title="Raise the alarm",
        task=(
            f"List the items, of all {total} asked of everyone in both years, that fell by "
            f"{words.number(FLAG)} percentage points or more. Work from counts. In the notebook "
            "this is `measured.flagged`."
        ),
        solution=(
            f"{words.sentence(words.listed(labels))}. From printed percentages the list would be "
            f"longer by {words.listed(_only_in_print(collection))}: two rounded figures can be "
            f"{words.number(FLAG)} apart when the shares are not."
        ),
        hint="One row an item, one column a year.",
        minutes=6,
    )


def _compute_damped(collection: Collection) -> Exercise:
    full = _real_change(collection)
    return Exercise(
        key="measured-9",
        level="compute",
        title="Carry answers forward",
        task=(
            f"{words.number(PANELS)} drawn panels stand in for what was really the case. Let each "
            "answer of the first year be carried into the last with a chance of 0, 0.25, 0.5 and "
            "0.75, and work out the change that the form would show on average, in percentage "
            "points. In the notebook this is `measured.damped`."
        ),
        solution=(
            "What is carried forward cannot change, so a share of the real change is lost that is "
            "as large as the share carried: "
            + words.listed(
                [f"{_points(full * (1 - Fraction(c, 100)))} at {c / 100:g}" for c in CARRIED[:4]]
            )
            + ". One panel strays from this, and the mean of many comes close."
        ),
        hint="Draw a random number for each answer, and keep last year's where it is small.",
        minutes=10,
    )


def _compute_without(collection: Collection) -> Exercise:
    top, had = _top_service(collection), _strategy(collection)
    low, high = outside(top.yes, had.yes, had.base)
    return Exercise(
        key="measured-10",
        level="compute",
        title="A tick without a plan",
        task=(
            f"Of {had.base} authorities {top.yes} commissioned {words.within(top.label)} jointly "
            f"in {collection.years[-1]}, and {had.yes} had a joint commissioning strategy. How "
            "many can have done the first without the second, at the least and at the most? In "
            "the notebook this is `measured.without-strategy`."
        ),
        solution=(
            f"From {low} to {high}. At the least, all {had.yes} with a strategy are among the "
            f"{top.yes}. At the most, all {high} without one are. So a tick for a service does not "
            "mean that there was a plan behind it."
        ),
        hint="Of those without a strategy, how many are there at all?",
        minutes=6,
    )


_MAKE: dict[str, Callable[[Collection], Exercise]] = {
    "measured-1": _what_it_asks,
    "measured-2": _where_to_set_it,
    "measured-3": _carried,
    "measured-4": _towards_outcomes,
    "measured-5": _why_it_ended,
    "measured-6": _debate,
    "measured-7": _compute_kinds,
    "measured-8": _compute_flagged,
    "measured-9": _compute_damped,
    "measured-10": _compute_without,
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
        key="quiz-measured",
        title="What counts is what is measured: what did you take away?",
        questions=(
            _ask_topic(collection),
            _ask_carried(collection),
            _ask_effects(),
            _ask_warning(collection),
            _ask_gaming(),
            _ask_end(collection),
        ),
    )


def _ask_topic(collection: Collection) -> Question:
    year = collection.years[-1]
    share = _as_printed(collection, f"{POVERTY}.{year}")
    return Question(
        "topic",
        f"*{collection.codebook[POVERTY].label}* is printed at {share} for {year}. What is "
        f"{share}?",
        (
            Choice(
                "Children who live in poverty",
                right=False,
                feedback="That is the topic of the item. The question is whether the JSNA looked "
                "at it.",
            ),
            Choice(
                "Authorities that reduced child poverty",
                right=False,
                feedback="That would be an outcome, and the form asks for none.",
            ),
            Choice(
                "Authorities, of those that gave details, whose JSNA assessed child poverty",
                right=True,
                feedback="Whether the assessment was good, or read, is another matter.",
            ),
            Choice(
                "Authorities that agree that child poverty matters",
                right=False,
                feedback="The form asks for what was done, and not for opinions.",
            ),
        ),
    )


def _ask_carried(collection: Collection) -> Question:
    one = move(collection, STEEPEST)
    fall = one.before.yes - one.after.yes
    return Question(
        "carried",
        f"The form shows {words.number(fall)} authorities fewer. If half of last year's answers, "
        "picked as if by lot, had been left standing, about how many fewer would there really "
        "have been?",
        (
            Choice(
                f"About {fall / 2:g}",
                right=False,
                feedback="That halves what was seen. It is what really happened that was halved "
                "to give what was seen.",
            ),
            Choice(
                words.sentence(words.number(fall)),
                right=False,
                feedback="Then nothing would have been hidden, and half of the changes were.",
            ),
            Choice(
                f"About {2 * fall}",
                right=True,
                feedback="Half of the real changes show. Nobody knows the share, so the figure is "
                "an if, not an estimate.",
            ),
            Choice(
                "None: carried answers cancel out",
                right=False,
                feedback="They hide gains and losses alike, so what shows is smaller. It does "
                "not vanish.",
            ),
        ),
    )


def _ask_effects() -> Question:
    return Question(
        "effects",
        "Each year's form opens with last year's answers. What may that do to the data?",
        (
            Choice(
                "Reported change tends to be smaller than real change",
                right=True,
                feedback="An answer left alone costs nothing. That is the book's inference, and "
                "nothing printed measures it.",
            ),
            Choice(
                "The same authority tends to give the same answer twice",
                right=True,
                feedback="So persistence in the data is partly made by the form.",
            ),
            Choice(
                "Every share is too high",
                right=False,
                feedback="It lags behind. A falling share is too high, a rising one too low.",
            ),
            Choice(
                "A change that is reported anyway is no longer to be trusted",
                right=False,
                feedback="The other way round: somebody took the trouble to alter the answer.",
            ),
        ),
    )


def _ask_warning(collection: Collection) -> Question:
    data = flagged(collection).data
    fell = data[data["direction"] < 0]
    beyond = int((fell["holm_verdict"] == "always").sum())
    return Question(
        "warning",
        f"{words.sentence(words.number(len(fell)))} of {len(data)} items on joint commissioning "
        f"fell. Allowing for all that were looked at, {_how_many(beyond).lower()} of the falls is "
        "beyond chance whoever moved. As an early warning, what is that worth?",
        (
            Choice(
                "Nothing: what is not significant did not happen",
                right=False,
                feedback="With so few movers no test of one item could tell. That is not "
                "knowing, and not a no.",
            ),
            Choice(
                "It is proof that partnership was breaking down",
                right=False,
                feedback="The form counts arrangements, and totals do not show who stopped what, "
                "or why.",
            ),
            Choice(
                "It is a reason to ask the authorities what changed",
                right=True,
                feedback="That is what a warning is for: cheap to look into, dear to miss.",
            ),
            Choice(
                "One should act on the item that fell most, and only on that",
                right=False,
                feedback="Some item always falls most. It was picked for that, and part of such a "
                "fall often comes back by itself.",
            ),
        ),
    )


def _ask_gaming() -> Question:
    return Question(
        "gaming",
        "A week before the form is due, an authority adds two agencies to the list of members of "
        "its Board. They are told by letter and never come. Which worry does this show?",
        (
            Choice(
                "Sampling error",
                right=False,
                feedback="It would be the same if every authority in England had answered.",
            ),
            Choice(
                "What is measured is what counts",
                right=True,
                feedback="The figure improves because it is counted, and nothing else does. Hood "
                "(2007) has the phrase, and Seddon (2008) the criticism of such regimes.",
            ),
            Choice(
                "Item nonresponse",
                right=False,
                feedback="The question was answered, and even truthfully.",
            ),
            Choice(
                "A false answer, which checking would find",
                right=False,
                feedback="The two are on the list. A check of the minutes would show that they "
                "do not come, and the form does not ask for that.",
            ),
        ),
    )


def _ask_end(collection: Collection) -> Question:
    return Question(
        "end",
        "Which reasons does the paper give for the end of the collection in "
        f"{_as_printed(collection, 'collection.discontinued')}?",
        (
            Choice(
                "It would have had to be used far more to be worth its cost",
                right=True,
                feedback="Cost is the first of its arguments. The authors add that local use was "
                "never fully realised.",
            ),
            Choice(
                "A count that tells of decline is easily dropped by the state that pays for it",
                right=True,
                feedback="The message is the second. The paper makes an exception: where those who "
                "could use a collection have made it part of their work.",
            ),
            Choice(
                "The answers had been shown to be wrong",
                right=False,
                feedback="The paper says that it measured the wrong thing for judging effects, "
                "not that the answers were false.",
            ),
            Choice(
                "A better collection took its place",
                right=False,
                feedback="When the authors wrote, nothing had.",
            ),
        ),
    )


# -- Checks of the notebook -----------------------------------------------------------------------


def _check_kinds(collection: Collection, answer: Any) -> str:
    if not callable(answer):
        raise WrongAnswer(
            "A function is asked for: answer_kind(question) must give "
            f"{words.listed([repr(kind) for kind in KINDS]).replace(' and ', ' or ')}."
        )
    items = list(collection.codebook.values())
    given = {item.item: answer(item.question) for item in items}
    for item in items:
        kind, right = given[item.item], kind_of(item)
        if kind == right:
            continue
        asked = f"{item.question!r}"
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
        f"or done, and {_how_many(counts['outcome']).lower()} what came of it."
    )


def _check_flagged(collection: Collection, answer: Any) -> str:
    rows = waves(collection)
    if isinstance(answer, str) or not isinstance(answer, Iterable):
        raise WrongAnswer(f"A list of items is asked for, such as [{STRATEGY!r}].")
    given = {str(one) for one in answer}
    stray = sorted(given - set(rows["item"]))
    if stray:
        raise WrongAnswer(f"{stray[0]!r} is no item of the table. Use the ids of its column item.")
    moved = changes(_tally_of(rows)).set_index("item")
    right = set(_flagged(collection))
    if given == right:
        return (
            f"{words.sentence(words.number(len(right)))} of {len(moved)} items. They are reasons "
            "to ask, not findings."
        )
    steep = moved["change"].abs() >= FLAG / 100
    fell = moved["direction"] < 0
    relative = (moved["change"] / (moved["from_yes"] / moved["from_base"])) <= -FLAG / 100
    in_print = right | {item for item in moved.index if _print_fall(moved.loc[item]) >= FLAG}
    told = {
        frozenset(in_print): "That is made from percentages rounded before. "
        f"{words.sentence(words.listed(_only_in_print(collection)))} did not fall by that much: "
        "work from yes / base.",
        frozenset(moved.index[fell]): f"These are all that fell, by however little. Take those "
        f"that fell by {words.number(FLAG)} points or more.",
        frozenset(moved.index[steep]): "Some of these rose. A change in either direction is not a "
        "fall.",
        frozenset(moved.index[steep & ~fell]): "These rose. Look at the sign: the last year less "
        "the first is below 0 for a fall.",
        frozenset(moved.index[relative]): "That is a fall in per cent of the first share. In "
        "percentage points it is the difference of the two shares.",
    }
    if frozenset(given) in told:
        raise WrongAnswer(told[frozenset(given)])
    extra = [item for item in moved.index if item in given - right]
    if extra:
        one = moved.loc[extra[0]]
        raise WrongAnswer(
            f"{extra[0]} went from {words.of(one['from_yes'], one['from_base'])} to "
            f"{words.of(one['to_yes'], one['to_base'])}. That is no fall by "
            f"{words.number(FLAG)} points."
        )
    left = right - given
    outside_section = [item for item in left if not item.startswith("commissioning.")]
    if left == set(outside_section):
        raise WrongAnswer("Joint commissioning is not all that fell. Look at the Board as well.")
    raise WrongAnswer(f"{words.sentence(words.number(len(left)))} more fell by that much.")


def _check_damped(collection: Collection, answer: Any) -> str:
    wanted = [percent / 100 for percent in CARRIED[:4]]
    full = float(_real_change(collection))
    example = "{0: -9.9, 0.25: -9.9, 0.5: -9.9, 0.75: -9.9}"
    if not isinstance(answer, Mapping):
        raise WrongAnswer(f"A dictionary is asked for, such as {example}; yours is {answer!r}.")
    if sorted(answer) != wanted:
        raise WrongAnswer(f"Give one change for each of {', '.join(f'{c:g}' for c in wanted)}.")
    given = np.array([float(answer[share]) for share in wanted])
    right = np.array([full * (1 - share) for share in wanted])

    def close(other: npt.NDArray[np.float64]) -> bool:
        return bool((np.abs(given - other) < NEAR).all())

    if close(right):
        return (
            "As much of the change is lost as is carried forward: "
            f"{words.listed([_points(Fraction(one)) for one in right.tolist()])} points."
        )
    if close(-right):
        raise WrongAnswer("A fall is below 0: the reported share less that of the first year.")
    if close(right / 100):
        raise WrongAnswer("That is a difference of shares. In percentage points it is 100 times.")
    if close(full * np.array(wanted)):
        raise WrongAnswer(
            "Kept and carried are swapped: with nothing carried forward the whole change shows."
        )
    if close(np.full(len(wanted), full)):
        raise WrongAnswer(
            "Nothing is carried forward here. Where the random number is below the share, the "
            "form shows the answer of the first year."
        )
    if close(right - full):
        raise WrongAnswer(
            "You compared the form with what is true in the last year. Compare it with the first "
            "year, as a reader of both forms would."
        )
    if abs(given[0] - full) >= NEAR:
        raise WrongAnswer(
            f"With nothing carried forward the form shows the real change. Yours is "
            f"{given[0]:.1f}: compare the mean of all panels with the mean of the first year."
        )
    place = int(np.argmax(np.abs(given - right)))
    raise WrongAnswer(
        f"At {wanted[place]:g} yours is {given[place]:.1f}, which is off by more than chance in "
        f"{PANELS} panels. Each answer is carried on its own, and with fresh random numbers."
    )


def _check_without(collection: Collection, answer: Any) -> str:
    top, had = _top_service(collection), _strategy(collection)
    low, high = outside(top.yes, had.yes, had.base)
    if isinstance(answer, str) or not isinstance(answer, Iterable):
        raise WrongAnswer(
            f"Two numbers are asked for, the fewest and the most, such as (10, 30); yours is "
            f"{answer!r}."
        )
    given = [whole_number(number) for number in answer]
    if len(given) != 2:
        raise WrongAnswer(f"Two numbers are asked for; yours are {len(given)}.")
    fewest, most = given
    if (fewest, most) == (low, high):
        return f"{top.yes} less {had.yes}, and all {high} that have no strategy."
    if fewest > most:
        raise WrongAnswer("The fewest come first, then the most.")
    if fewest == 0:
        raise WrongAnswer(
            f"They cannot all have had one: {top.yes} is more than the {had.yes} that did."
        )
    if fewest != low:
        raise WrongAnswer(
            f"The fewest is not {fewest}. What if every authority with a strategy is among the "
            f"{top.yes}?"
        )
    if most == top.yes:
        raise WrongAnswer(f"There are only {had.base} less {had.yes} without a strategy.")
    if most == had.base - top.yes:
        raise WrongAnswer(
            f"{most} do not commission {words.within(top.label)} jointly. Asked is how many have "
            "no strategy."
        )
    if most == low:
        raise WrongAnswer(
            f"{low} is the fewest. Some with a strategy may not commission this service at all, "
            "and then there are more without."
        )
    raise WrongAnswer(f"The most is not {most}. How many authorities have no strategy?")


CHECKS: dict[str, Check] = {
    "kinds": _check_kinds,
    "flagged": _check_flagged,
    "damped": _check_damped,
    "without-strategy": _check_without,
}
"""The checks of the notebook, by name."""

NEAR = 0.4
"""How far, in points, the mean of a simulation may be from what is expected."""


# -- Small numbers and words ----------------------------------------------------------------------


def _ends(collection: Collection) -> tuple[int, int]:
    return collection.years[0], collection.years[-1]


def _targets(collection: Collection, items: Iterable[str]) -> pd.DataFrame:
    wanted = targets(printed(collection), collection.codebook)
    return wanted[wanted["item"].isin(list(items))]


def _commissioning(collection: Collection) -> list[str]:
    """The items on joint commissioning that were asked in both years."""
    rows = waves(collection)
    kept = rows["section"].isin(["joint_commissioning", "commissioning_areas"])
    return list(dict.fromkeys(rows.loc[kept, "item"]))


def _strategy(collection: Collection) -> Cell:
    return move(collection, STRATEGY).after


def _top_service(collection: Collection) -> Cell:
    """The service that most authorities commissioned jointly in the last year."""
    items = collection.codebook.section("commissioning_areas")
    return cells(collection, items, collection.years[-1])[0]


def _flagged(collection: Collection) -> list[str]:
    """The items that fell by so many points or more, the steepest first."""
    moved = changes(_tally_of(waves(collection)))
    exact = [
        Fraction(to, of) - Fraction(yes, base)
        for yes, base, to, of in moved[["from_yes", "from_base", "to_yes", "to_base"]].itertuples(
            index=False
        )
    ]
    steep = [at for at, change in enumerate(exact) if change <= -Fraction(FLAG, 100)]
    return [str(moved["item"].iloc[at]) for at in sorted(steep, key=lambda at: exact[at])]


def _only_in_print(collection: Collection) -> list[str]:
    """The items that fell by so many points in print, and by fewer when worked out from counts."""
    moved = changes(_tally_of(waves(collection)))
    right = _flagged(collection)
    return [
        words.within(row["label"])
        for _, row in moved.iterrows()
        if _print_fall(row) >= FLAG and row["item"] not in right
    ]


def _print_fall(row: pd.Series[Any]) -> int:
    """A fall as the difference of two rounded percentages."""
    before, after = (
        rounded_percent(int(row[f"{side}_yes"]), int(row[f"{side}_base"]))
        for side in ("from", "to")
    )
    return before - after


def _tally_of(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(answer="yes")


def _real_change(collection: Collection) -> Fraction:
    """The printed change of the item that fell most, in points."""
    one = move(collection, STEEPEST)
    return 100 * (one.after.share - one.before.share)


def _chance(data: pd.DataFrame, rule: int, odds: float = panel.PERSISTENCE) -> float:
    """How many items a rule flags by chance, on average."""
    row = data[(data["rule"] == rule) & (data["persistence"] == odds)]
    return float(row["by chance"].iloc[0])


def _as_printed(collection: Collection, figure: str) -> str:
    rows = printed(collection)
    return str(rows.loc[rows["figure"] == figure, "printed"].iloc[0])


def _points(number: Fraction) -> str:
    """A change in points, to one decimal."""
    tenths = int(abs(number) * 10 + Fraction(1, 2))
    sign = "\N{MINUS SIGN}" if number < 0 else ""
    return f"{sign}{tenths // 10}.{tenths % 10}"


def _share_of(panels: Iterable[int]) -> str:
    """The share of panels at one persistence or another: ``1% to 2%``."""
    found = list(dict.fromkeys(words.of_panels(k, PANELS) for k in sorted(panels)))
    return found[0] if len(found) == 1 else f"{found[0]} to {found[-1]}"


def _labels(rows: pd.DataFrame) -> str:
    return words.sentence(words.listed([words.within(label) for label in rows["label"]]))


def _how_many(count: int) -> str:
    return words.sentence(words.number(count)) if count else "None"
