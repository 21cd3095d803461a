"""Lesson 2, who is at the table: seats, duty and seniority, and what a seat does not tell.

Its example is a pair of agencies that began level, one of which an Act put under the duty, and
its puzzle is a share of heads that fell while their number rose. Of the dates it says what is
known: the duty reached the new partners on 12 January 2010, probably while the forms of the
second year were being filled in, and Boards had to seat all partners from 1 April 2010.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from csm_lib import words
from csm_lib.aggregate import changes
from csm_lib.chapters import representation
from csm_lib.claims.cells import Move, move, moves
from csm_lib.counts import format_percent
from csm_lib.findings import Finding, alt_of, base_of, finding, source_of
from csm_lib.status import STATUSES
from csm_lib.teaching.check import Check, WrongAnswer, whole_number
from csm_lib.teaching.exercise import Exercise
from csm_lib.teaching.quiz import Choice, Question, Quiz

if TYPE_CHECKING:
    from csm_lib.collection import Collection

JOBCENTRE = "board.jobcentre_plus"
"""The agency that gained most seats, which the Act of 2009 put under the duty."""
PRACTICE = "board.general_practice"
"""The agency that began level with it and was never under the duty."""
PROBATION = "board.probation"
COLLEGES = "board.further_education"
POLICE = "board.police"
FAMILIES = "board.children_and_families"
TWINS = ("board.adult_services", "board.fire_and_rescue")
"""Two agencies with the same number of seats in the last year."""

DUTY = {
    "statutory_2010": "added by the Act of 2009",
    "statutory": "by the Act of 2004",
    "none": "none",
}
"""What put an agency under the duty, in the order in which the lesson looks at them."""


# -- What is known of a seat ----------------------------------------------------------------------


class Heads(NamedTuple):
    """Members of one agency in both years, and how many of them led their organisation."""

    agency: str
    label: str
    members: tuple[int, int]
    heads: tuple[int, int]

    @property
    def shares(self) -> tuple[Fraction, Fraction]:
        """The share of heads in either year."""
        before, after = (Fraction(*pair) for pair in zip(self.heads, self.members, strict=True))
        return before, after

    @property
    def smaller(self) -> bool:
        """Whether the share of heads fell."""
        return self.shares[1] < self.shares[0]

    @property
    def more(self) -> bool:
        """Whether the number of heads rose."""
        return self.heads[1] > self.heads[0]

    @property
    def newcomers(self) -> int:
        """How many more members there were in the last year."""
        return self.members[1] - self.members[0]

    @property
    def new_heads(self) -> int:
        """How many more heads there were in the last year."""
        return self.heads[1] - self.heads[0]


def heads_of(collection: Collection) -> dict[str, Heads]:
    """Return the heads among the members of each agency asked about in both years, by its id."""
    found = moves(collection, collection.codebook.section("seniority"), "head")
    return {
        one.after.item.removeprefix("level."): Heads(
            one.after.item.removeprefix("level."),
            one.after.label,
            (one.before.base, one.after.base),
            (one.before.yes, one.after.yes),
        )
        for one in found
    }


def levels(collection: Collection) -> pd.DataFrame:
    """The members of each agency and the heads among them, for the notebook.

    Returns
    -------
    DataFrame
        One row is an agency in a year: ``agency, year``, how many ``members`` of it sat on Boards
        with their level stated, and how many of these were ``heads`` of their organisation.
    """
    return pd.DataFrame(
        [
            {"agency": one.agency, "year": year, "members": members, "heads": heads}
            for one in heads_of(collection).values()
            for year, members, heads in zip(_ends(collection), one.members, one.heads, strict=True)
        ]
    )


def seats(collection: Collection) -> pd.DataFrame:
    """The seats of every agency in every year, for the notebook.

    Returns
    -------
    DataFrame
        One row is an agency in a year: ``agency, year``, how many authorities said ``yes``, it is
        on the Board, and how many answered the question, the ``base``.
    """
    tally = _board(collection)
    agency = tally["item"].str.removeprefix("board.")
    return tally.assign(agency=agency)[["agency", "year", "yes", "base"]]


def both_on(collection: Collection, first: str, second: str) -> tuple[int, int]:
    """Return the fewest and the most Boards that can have had both of two agencies.

    Who left a question blank may have had the agency or not, but is not counted as having it.
    """
    year = collection.years[-1]
    one, two = (int(collection.tally([item], years=[year])["yes"].iloc[0]) for item in
                (first, second))  # fmt: skip
    return max(0, one + two - collection.size), min(one, two)


# -- The story ------------------------------------------------------------------------------------


def by_duty(collection: Collection) -> Finding:
    """Who gained and who lost seats, by what put them under the duty."""
    tally = _board(collection)
    moved = changes(tally)
    moved["duty"] = [DUTY[collection.codebook[item].duty] for item in moved["item"]]
    status = tally.groupby("item")["status"].agg(lambda found: max(found, key=_firmness))
    moved["status"] = moved["item"].map(status)
    order = {name: place for place, name in enumerate(DUTY.values())}
    moved = moved.sort_values(
        ["duty", "change"], key=lambda c: c.map(order) if c.name == "duty" else -c, kind="stable"
    ).reset_index(drop=True)
    later, others = (moved[(moved["duty"] == DUTY["statutory_2010"]) == is_later] for is_later in
                     (True, False))  # fmt: skip
    most = others.iloc[int(others["change"].argmax())]
    points = [words.points(row).split()[0] for _, row in later.iterrows()]
    return Finding(
        key="seats-by-duty",
        title=(
            f"The {words.number(len(later))} agencies that the Act of 2009 added to the duty rose "
            f"by {words.listed(points)} points; of {words.number(len(others))} others none by more "
            f"than {words.points(most)}"
        ),
        question="Did agencies that the Act added to the duty gain more seats than others?",
        data=moved,
        base=base_of(tally[tally["item"].isin(moved["item"])], collection.origin),
        source=source_of(tally, collection.origin),
        caveat=(
            "The duty reached these agencies on 12 January 2010, probably while the forms of the "
            f"last year were being filled in. {_unstated(collection, moved)}An agency that sat on "
            "nearly every Board could not rise much. Those asked about in one year are left out."
        ),
        shown=pd.DataFrame(
            {
                "agency": moved["label"],
                "duty to cooperate": moved["duty"],
                f"{_ends(collection)[0]}": _cells(moved, "from"),
                f"{_ends(collection)[1]}": _cells(moved, "to"),
                "change": [_signed(row) for _, row in moved.iterrows()],
                f"Boards without it, {_ends(collection)[0]}": moved["from_base"]
                - moved["from_yes"],
                "status": moved["status"],
            }
        ),
    )


def level_start(collection: Collection) -> Finding:
    """Two agencies that began level, one of which the Act of 2009 put under the duty."""
    from csm_lib.charts import dumbbell

    data = collection.tally([JOBCENTRE, PRACTICE])
    one, two = _pair(collection)
    first, last = _ends(collection)
    return finding(
        data,
        key="seats-level-start",
        title=(
            f"{one.before.label} sat on {_pc(one.before)} of Boards in {first} and "
            f"{words.within(two.before.label)} on {_pc(two.before)}; in {last} it was "
            f"{_pc(one.after)} and {_pc(two.after)}"
        ),
        question="How did two agencies fare that sat on as many Boards at first?",
        alt=alt_of("Chart of the share of Boards with two agencies in both years", data),
        chart=dumbbell,
        note=(
            f"The Act of 2009 put {one.before.label} under the duty, and not "
            f"{words.within(two.before.label)}. They were picked because they began level. "
            "They differ in much else, so neither shows what would have become of the other. "
            f"{_unstated(collection, data)}".rstrip()
        ),
    )


def shares_and_numbers(collection: Collection) -> Finding:
    """The share of heads and the number of heads, side by side."""
    first, last = _ends(collection)
    found = list(heads_of(collection).values())
    both = [one for one in found if one.smaller and one.more]
    tally = collection.section("seniority")
    status = tally[tally["answer"] == "head"].groupby("item")["status"].agg(
        lambda names: max(names, key=_firmness)
    )  # fmt: skip
    data = pd.DataFrame(
        [
            {
                "agency": one.label,
                f"heads {first}": one.heads[0],
                f"of members {first}": one.members[0],
                f"heads {last}": one.heads[1],
                f"of members {last}": one.members[1],
                "status": status[f"level.{one.agency}"],
            }
            for one in found
        ]
    )
    return Finding(
        key="seats-shares-and-numbers",
        title=(
            f"At {words.listed([words.within(one.label) for one in both])} the share of heads "
            "fell while their number rose"
        ),
        question="Were there fewer heads of organisation on the Boards?",
        data=data,
        base=(
            "agencies on the Board whose level is stated, "
            f"{words.span(*_range([n for one in found for n in one.members]))} by agency and year"
        ),
        source=source_of(tally, collection.origin),
        caveat=(
            "Members of two years need not be the same people. The counts are recovered from "
            "printed percentages."
        ),
        shown=pd.DataFrame(
            {
                "agency": [one.label for one in found],
                "members": [_arrow(*one.members) for one in found],
                "heads": [_arrow(*one.heads) for one in found],
                "share of heads": [
                    _arrow(
                        format_percent(one.heads[0], one.members[0]),
                        format_percent(one.heads[1], one.members[1]),
                    )
                    for one in found
                ],
                "so": [
                    f"{'smaller' if one.smaller else 'larger'} share, "
                    f"{'more' if one.more else 'fewer'} heads"
                    for one in found
                ],
                "status": data["status"],
            }
        ),
    )


# -- Exercises ------------------------------------------------------------------------------------


def _added_to_the_duty(collection: Collection) -> Exercise:
    finding = by_duty(collection)
    data = finding.data
    later = data[data["duty"] == DUTY["statutory_2010"]]
    bound = data[data["duty"] == DUTY["statutory"]]
    lost = bound[bound["direction"] < 0]
    full = data[data["from_yes"] == data["from_base"]]
    near = data[(data["from_base"] - data["from_yes"] == 1)]
    codebook = collection.codebook
    once = [
        words.within(codebook[item].label)
        for item in codebook.section("statutory_agencies")
        if len(codebook[item].held) == 1
    ]
    return Exercise(
        key="seats-1",
        level="read",
        title="Whom did the Act add?",
        finding=finding,
        task=(
            "- Which agencies gained most, and which Act put them under the duty?\n"
            "- Which agencies that were under the duty by the Act of 2004 lost seats? How many?\n"
            "- Some agencies could hardly gain. Which, and why?\n"
            "- Which agencies under the duty are missing from the table, and why?"
        ),
        solution=(
            f"- {_names(later)}: the Act of 2009. It was passed on 12 November 2009, and the duty "
            "reached them on 12 January 2010. Whether the last forms were filled in before that "
            "day or after, the paper does not tell.\n"
            f"- {_lost(lost)}\n"
            f"- {_names(full)} sat on every Board that answered in {_ends(collection)[0]}, and "
            f"{_names(near, first=False)} on all but one. An agency cannot rise above all of them. "
            "To compare it with one that began low is unfair to it.\n"
            f"- {words.sentence(words.listed(once))}: the paper prints them for one year only, so "
            "there is no change to see."
        ),
        minutes=5,
    )


def _heard_and_seated(collection: Collection) -> Exercise:
    finding = representation.children_and_families(collection)
    one = move(collection, FAMILIES)
    first, last = _ends(collection)
    fewer = one.before.yes - one.after.yes
    blank = words.counted(one.after.blank, "authority", "authorities")
    return Exercise(
        key="seats-2",
        level="read",
        title="Heard, and seated",
        finding=finding,
        task=(
            "- On how many Boards were families in each year, and out of how many that answered?\n"
            f"- The paper does not state the base of {last}: {collection.size} does not fit, "
            f"{one.after.base} does. Suppose that {blank} left the question blank. By how many "
            "Boards can it have fallen, at the least and at the most?\n"
            "- The two marks for the Plan are not joined. Why?\n"
            "- Somebody writes: *Trusts involve families everywhere.* Which figure backs this, "
            "and which does not?"
        ),
        solution=(
            f"- {one.before.yes} of {one.before.base} in {first}, {one.after.yes} of "
            f"{one.after.base} in {last}, on the largest bases that the percentages allow.\n"
            f"- By {words.number(fewer)}, or by {words.number(fewer - one.after.blank)} if the "
            "Board left blank had families on it.\n"
            "- The question was put in other words in each year: whether their views are in the "
            "Plan, and whether they were consulted on it. Two questions give no change.\n"
            "- The Plan backs it: every authority said that families were heard for it. The Board "
            f"does not: in {last}, {one.after.base - one.after.yes} of {one.after.base} had none "
            "on it. And being heard is the authority's word for it, not the families'."
        ),
        minutes=5,
    )


def _how_senior(collection: Collection) -> Exercise:
    finding = representation.seniority(collection)
    found = list(heads_of(collection).values())
    last = _ends(collection)[1]
    rose = [words.within(one.label) for one in found if not one.smaller]
    most = [words.within(one.label) for one in found if 2 * one.heads[1] > one.members[1]]
    steepest = min(found, key=lambda one: one.shares[1] - one.shares[0])
    fall = Fraction(100) * (steepest.shares[0] - steepest.shares[1])
    lowest = min(found, key=lambda one: one.shares[1])
    return Exercise(
        key="seats-3",
        level="read",
        title="How senior?",
        finding=finding,
        task=(
            "Leave aside the agencies asked about in one year.\n\n"
            "- At which agencies did the share of heads rise?\n"
            f"- Which agencies sent their head to most of the Boards they sat on in {last}?\n"
            "- Where did the share of heads fall most, and by how many points?\n"
            f"- Which agency had the smallest share of heads in {last}? Does that make its "
            "members unimportant?"
        ),
        solution=(
            f"- {words.sentence(words.listed(rose))}.\n"
            f"- {words.sentence(words.listed(most))}.\n"
            f"- {steepest.label}: by {int(fall + Fraction(1, 2))} points, from "
            f"{steepest.heads[0]} of {steepest.members[0]} to {steepest.heads[1]} of "
            f"{steepest.members[1]}.\n"
            f"- {lowest.label}. No. Most of the others were senior officers. A national service "
            "has few heads for many Boards; a college has a head of its own."
        ),
        minutes=6,
    )


def _newcomers(collection: Collection) -> Exercise:
    found = heads_of(collection)
    one, two, police = (
        found[item.removeprefix("board.")] for item in (JOBCENTRE, COLLEGES, POLICE)
    )
    on_board = move(collection, POLICE)
    gone = on_board.before.yes - police.members[1]  # no seat, or no level stated, any more
    return Exercise(
        key="seats-4",
        level="reason",
        title="The newcomers",
        finding=representation.heads(collection),
        task=(
            "Suppose that nobody was replaced: the members of the last year are those of the "
            "first, and newcomers.\n\n"
            f"- How many newcomers had {one.label}, and how many of them were heads? And "
            f"{words.within(two.label)}?\n"
            "- Finish the sentence: the share of heads falls when the share of heads among the "
            "newcomers is ...\n"
            "- Show from the row of the police that the supposition is wrong for them.\n"
            f"- A report says that heads lost interest. For {one.label}, is that fair?"
        ),
        solution=(
            f"- {one.label}: {one.newcomers} newcomers, {words.number(one.new_heads)} of them "
            f"heads. {two.label}: {two.newcomers} newcomers, and {two.new_heads} more heads, so "
            f"{'every one of them would be a head' if two.newcomers == two.new_heads else 'most'}."
            "\n"
            "- ... below the share that there was. It can fall although every head stayed. At "
            f"{one.label} {format_percent(one.new_heads, one.newcomers)} of the newcomers were "
            f"heads, and {format_percent(one.heads[0], one.members[0])} of the members before.\n"
            f"- The police had {_fewer(-police.newcomers, 'member')} and "
            f"{_fewer(-police.new_heads, 'head')}. The Board that they left and the one whose "
            f"level is blank in {_ends(collection)[1]} explain {words.number(gone)} at most. The "
            "other heads were replaced by somebody less senior, or described in another way.\n"
            f"- No. More heads sat on Boards than before, {words.number(one.heads[1])} after "
            f"{words.number(one.heads[0])}. What grew faster is the number of members."
        ),
        hint="Take the members and heads of the first year away from those of the last.",
        minutes=8,
    )


def _did_the_duty(collection: Collection) -> Exercise:
    one, two = _pair(collection)
    more = one.after.yes - one.before.yes
    return Exercise(
        key="seats-5",
        level="reason",
        title="Law, expectation or the form?",
        task=(
            f"{one.after.label} went from {one.before} to {one.after} of Boards, "
            f"{words.within(two.after.label)} from {two.before} to {two.after}. A minister says: "
            f"*The law works. It brought {one.after.label} to {more} more Boards.*\n\n"
            "What is known of the dates: the change was announced in November 2008 and passed on "
            "12 November 2009; the duty to cooperate began on 12 January 2010, the duty to have "
            "all partners on the Board on 1 April 2010. The forms were probably filled in from "
            "November to February.\n\n"
            "- Was it law, expectation or the form? Say what each account would have to claim, "
            "and what speaks for it or against it.\n"
            f"- What does {words.within(two.after.label)} add, as an agency that began level and "
            "was under no duty? Why is it no control group?\n"
            "- Which further figures would help you to decide?"
        ),
        solution=(
            "- *Law:* the duty moved it. Then seats were taken up within weeks, as the duty "
            "probably began while the forms were being filled in; and no Act asked for a seat "
            "before April 2010.\n"
            "- *Expectation:* it came ahead of the law, as guidance or its own head office asked. "
            "The announcement came, probably, as the first forms were being filled in, so there "
            "was a year for it.\n"
            "- *The form:* a new box cannot explain it. There are figures of both years, so the "
            "box was there. But the wording around it may have changed, the draft guidance may "
            "have told authorities whom to name, or somebody else filled in the form.\n"
            "- There may be more: Boards wanted it for reasons of their own, such as their work on "
            "child poverty. The totals fit every one of these.\n"
            f"- Something that raised all agencies alike would have raised "
            f"{words.within(two.after.label)} too, and it rose by "
            f"{words.counted(abs(two.points), 'point')} only. So a general trend is not the whole "
            "of it. But it was not picked by lot. A national service can be told to attend; "
            "general practices are many and independent, and earlier research found family "
            "doctors hard to engage (Allnock and others 2006).\n"
            "- The day on which each form was sent in, to set it before or after 12 January 2010. "
            "The date on which each agency joined each Board. Years before the announcement, to "
            "see whether it rose already. The two forms side by side. Agencies under no duty that "
            "are run from the centre. Another country without the change."
        ),
        hint="Put the dates on a line, and the two forms beside them.",
        minutes=8,
    )


def _seat_and_voice(_: Collection) -> Exercise:
    return Exercise(
        key="seats-6",
        level="reason",
        title="A seat and a voice",
        task=(
            "The form asked whether an agency *is represented* on the Board. Write three "
            "questions that would tell influence from presence. For each, say who should answer "
            "it, and how its answer could still mislead."
        ),
        solution=(
            "There is no one answer. Good ones ask for something that could be looked up, or ask "
            "more than one partner. For instance:\n\n"
            "- *To how many of the last meetings did the agency send somebody?* From the minutes. "
            "Attending is not speaking, and one lively meeting may outweigh the rest.\n"
            "- *Name a decision of the Board that the agency changed.* Asked of the agency and of "
            "the authority, apart from each other. Both may remember what flatters them; where "
            "they differ, that is a finding.\n"
            "- *How much of its own money did the agency commit to the Plan?* From the accounts. "
            "Rules on budgets, not interest, may decide that; and a poor agency can have a strong "
            "voice.\n\n"
            "A weak answer asks the authority to rate influence from one to five. That is "
            "self-report once more, by somebody with a stake in it."
        ),
        minutes=8,
    )


def _compute_smaller(collection: Collection) -> Exercise:
    found = heads_of(collection).values()
    right = [one for one in found if one.smaller and one.more]
    return Exercise(
        key="seats-7",
        level="compute",
        title="Smaller share, larger number",
        task=(
            "At which agencies did the share of heads fall while the number of heads rose? Work "
            "from counts of members and heads. In the notebook this is `seats.smaller-but-more`."
        ),
        solution=" ".join(
            f"{one.label}: {one.heads[0]} of {one.members[0]}, then {one.heads[1]} of "
            f"{one.members[1]}."
            for one in right
        ),
        hint="Put the two years of an agency in one row.",
        minutes=10,
    )


def _compute_same_start(collection: Collection) -> Exercise:
    one, two = _pair(collection)
    return Exercise(
        key="seats-8",
        level="compute",
        title="From a level start",
        task=(
            f"{one.after.label} and {words.within(two.after.label)} began level. By how many "
            f"percentage points more did {one.after.label} rise? Work from counts. In the "
            "notebook this is `seats.same-start`."
        ),
        solution=(
            f"{one.after.label} rose by {_one_decimal(_rise(one))} points and "
            f"{words.within(two.after.label)} by {_one_decimal(_rise(two))}: "
            f"{_one_decimal(_rise(one) - _rise(two))} more. From the printed percentages it would "
            f"be {_from_print(one) - _from_print(two)}. It is a difference of two changes, and a "
            "measure of the duty only if the two would otherwise have changed alike."
        ),
        hint="A share of each year, a change of each agency, then the difference of the two.",
        minutes=8,
    )


def _compute_together(collection: Collection) -> Exercise:
    year = collection.years[-1]
    one, two = (move(collection, item).after for item in (JOBCENTRE, PROBATION))
    low, high = both_on(collection, JOBCENTRE, PROBATION)
    return Exercise(
        key="seats-9",
        level="compute",
        title="Both at one table",
        task=(
            f"In {year}, {one.yes} Boards had {one.label} and {two.yes} had "
            f"{two.label}, of {collection.size}. On how many Boards can both have sat, at "
            "the least and at the most? Then look at one drawn panel, and say why its answer is "
            "not the answer. In the notebook this is `seats.together`."
        ),
        solution=(
            f"From {low} to {high}. At the most, every Board with the rarer of them had the other "
            f"too. At the least, they overlap only because {one.yes} and {two.yes} are more than "
            f"the {collection.size} Boards there are. A drawn panel has one number between these, "
            "and the next panel another."
        ),
        hint="Seat the one agency, then seat the other on the empty Boards first.",
        minutes=12,
    )


_MAKE: dict[str, Callable[[Collection], Exercise]] = {
    "seats-1": _added_to_the_duty,
    "seats-2": _heard_and_seated,
    "seats-3": _how_senior,
    "seats-4": _newcomers,
    "seats-5": _did_the_duty,
    "seats-6": _seat_and_voice,
    "seats-7": _compute_smaller,
    "seats-8": _compute_same_start,
    "seats-9": _compute_together,
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
        key="quiz-seats",
        title="Who is at the table: what did you take away?",
        questions=(
            _ask_tick(collection),
            _ask_duty(collection),
            _ask_control(collection),
            _ask_heads(collection),
            _ask_together(collection),
            _ask_families(collection),
        ),
    )


def _ask_tick(collection: Collection) -> Question:
    health = move(collection, "board.pct_commissioner").after
    return Question(
        "tick",
        f"The {health.label} was on {health.yes} of {health.base} Boards in "
        f"{_ends(collection)[1]}. What does the figure tell?",
        (
            Choice(
                "The health service had a strong voice nearly everywhere",
                right=False,
                feedback="A seat is presence. Nothing on the form asks what was said or decided.",
            ),
            Choice(
                f"{health.yes} authorities said so on the form",
                right=True,
                feedback="One partner answered for all. That is what there is.",
            ),
            Choice(
                f"{health.yes} Primary Care Trusts confirmed that they take part",
                right=False,
                feedback="They were not asked here. The authority answered for its partners, "
                "after talking to them.",
            ),
            Choice(
                f"Health sat on {_pc(health)} of the Boards in England",
                right=False,
                feedback=f"{collection.size} of {collection.population} authorities answered, by "
                "their own choice.",
            ),
        ),
    )


def _ask_duty(collection: Collection) -> Question:
    one = move(collection, COLLEGES)
    first, last = _ends(collection)
    return Question(
        "duty",
        f"{one.after.label} were on {_pc(one.before)} of Boards in {first} and on "
        f"{_pc(one.after)} in {last}. Were they under the duty to cooperate when they were "
        "counted?",
        (
            Choice(
                "Yes, in both years",
                right=False,
                feedback="Police, probation and health were on the first list of 2004. Colleges "
                "were not. The Act that added them was passed on 12 November 2009.",
            ),
            Choice(
                "No, in neither year",
                right=False,
                feedback="That cannot be shown. The duty reached them on 12 January 2010, and the "
                f"forms of {last} were probably filled in from November 2009 to February 2010.",
            ),
            Choice(
                "Not in the first year; of the second the paper does not tell",
                right=True,
                feedback="The duty reached them on 12 January 2010, probably while the forms were "
                "being filled in, and no form has a day. A seat on the Board was not required by "
                "law before April 2010.",
            ),
            Choice(
                "They never came under it",
                right=False,
                feedback="The Act of 2009 added them, with schools and Jobcentre Plus.",
            ),
        ),
    )


def _ask_control(collection: Collection) -> Question:
    one, two = _pair(collection)
    return Question(
        "control",
        f"{one.after.label} and {words.within(two.after.label)} both began at {_pc(one.before)}. "
        f"The one rose by {abs(one.points)} points, the other by {abs(two.points)}. What follows?",
        (
            Choice(
                f"The Act raised {one.after.label} by "
                f"{_one_decimal(_rise(one) - _rise(two), 0)} points",
                right=False,
                feedback="Only if both would have changed alike without it. A national service "
                "and independent practices need not.",
            ),
            Choice(
                "A trend that touched all agencies alike cannot be the whole story",
                right=True,
                feedback="It would have raised both. What else set them apart stays open.",
            ),
            Choice(
                "Nothing can be said without a random experiment",
                right=False,
                feedback="Less can be said than with one. A comparison still rules some accounts "
                "out.",
            ),
            Choice(
                f"{words.sentence(words.within(two.after.label))} resisted the duty",
                right=False,
                feedback="It was never under the duty.",
            ),
        ),
    )


def _ask_heads(collection: Collection) -> Question:
    one = heads_of(collection)[PROBATION.removeprefix("board.")]
    before, after = (
        format_percent(heads, members)
        for heads, members in zip(one.heads, one.members, strict=True)
    )
    return Question(
        "heads",
        f"At the {one.label} the share of heads went from {before} to {after}. The level "
        f"is known of {one.members[0]} members in the first year and of {one.members[1]} in the "
        "last. What became of the number of heads?",
        (
            Choice(
                "It fell, as the share did",
                right=False,
                feedback="A share can fall because its base grew.",
            ),
            Choice(
                f"It rose, from {words.number(one.heads[0])} to {words.number(one.heads[1])}",
                right=True,
                feedback=f"{before} of {one.members[0]}, then {after} of {one.members[1]}. Members "
                "grew faster than heads.",
            ),
            Choice(
                "It stayed the same, as one point is nothing",
                right=False,
                feedback="Work it out from the base of each year: a share that hardly moves can "
                "stand for another number.",
            ),
            Choice(
                "The paper cannot tell",
                right=False,
                feedback="Not as it stands, but on so small a base only one count gives the "
                "printed percentage.",
            ),
        ),
    )


def _ask_together(collection: Collection) -> Question:
    one, two = (collection.tally([item], years=[collection.years[-1]]).iloc[0] for item in TWINS)
    low, high = both_on(collection, *TWINS)
    by_lot = round(int(one["yes"]) * int(two["yes"]) / int(one["base"]))
    return Question(
        "together",
        f"{one['label']} sat on {one['yes']} of {one['base']} Boards in {collection.years[-1]}, "
        f"and {words.within(two['label'])} on {two['yes']} of {two['base']}. On how many Boards "
        "did both sit?",
        (
            Choice(
                str(high),
                right=False,
                feedback="As many Boards need not be the same Boards.",
            ),
            Choice(
                f"About {by_lot}",
                right=False,
                feedback="That takes the two to be independent of each other, which nobody knows.",
            ),
            Choice(
                f"Anywhere from {low} to {high}",
                right=True,
                feedback=f"{one['yes']} and {two['yes']} are not more than the {collection.size} "
                "Boards, so the two need never have met; and they may always have.",
            ),
            Choice(
                str(int(one["yes"]) + int(two["yes"])),
                right=False,
                feedback="That is the number of seats, added up.",
            ),
        ),
    )


def _ask_families(collection: Collection) -> Question:
    one = move(collection, FAMILIES)
    first, last = _ends(collection)
    return Question(
        "families",
        "Every authority said that families were heard for its Plan. Families sat on "
        f"{_pc(one.before)} of Boards in {first} and on {_pc(one.after)} in {last}. What may one "
        "say?",
        (
            Choice(
                f"Fewer authorities reported families on the Board in {last}",
                right=True,
                feedback=f"{one.after.yes} after {one.before.yes}, on the largest bases that the "
                "percentages allow.",
            ),
            Choice(
                "Families had a say everywhere",
                right=False,
                feedback="That they were consulted is the authority's account. Whether anything "
                "changed for it was not asked.",
            ),
            Choice(
                "By the authority's own account, being heard was more common than having a seat",
                right=True,
                feedback="And a seat was never required.",
            ),
            Choice(
                "Families lost interest in Boards",
                right=False,
                feedback="The form does not say who ended it, or why; and families did not "
                "answer it.",
            ),
        ),
    )


# -- Checks of the notebook -----------------------------------------------------------------------


def _check_smaller(collection: Collection, answer: Any) -> str:
    found = heads_of(collection)
    if isinstance(answer, str) or not isinstance(answer, Iterable):
        raise WrongAnswer(
            f"A list of agencies is asked for, such as ['police']; yours is {answer!r}."
        )
    given = {str(one) for one in answer}
    stray = sorted(given - set(found))
    if stray:
        raise WrongAnswer(
            f"{stray[0]!r} is no agency of the table. Use the ids of its column 'agency'."
        )
    right = {name for name, one in found.items() if one.smaller and one.more}
    if given == right:
        return (
            "Members grew faster than heads at "
            f"{words.listed([words.within(found[name].label) for name in found if name in right])}."
        )
    smaller = {name for name, one in found.items() if one.smaller}
    more = {name for name, one in found.items() if one.more}
    if given == smaller:
        raise WrongAnswer(
            f"At these {words.number(len(smaller))} the share fell. At which of them did the "
            "number rise?"
        )
    if given == more:
        raise WrongAnswer(
            f"At these {words.number(len(more))} the number rose. At which of them did the share "
            "fall?"
        )
    if given == smaller - more:
        raise WrongAnswer("There both fell. Asked is where the share fell and the number rose.")
    if given == more - smaller:
        raise WrongAnswer("There both rose. Asked is where the share fell and the number rose.")
    for name in found:
        one = found[name]
        if name in given - right:
            raise WrongAnswer(
                f"{one.label}: heads went from {one.heads[0]} of {one.members[0]} to "
                f"{one.heads[1]} of {one.members[1]}. That is no smaller share with more heads."
            )
    missing = len(right - given)
    raise WrongAnswer(
        f"{words.sentence(words.number(missing))} of them {'is' if missing == 1 else 'are'} not on "
        "your list. Compare exact shares, not rounded ones."
    )


def _check_same_start(collection: Collection, answer: Any) -> str:
    one, two = _pair(collection)
    right = _rise(one) - _rise(two)
    if isinstance(answer, bool | str) or not hasattr(answer, "__float__"):
        raise WrongAnswer(f"A number of percentage points is asked for; yours is {answer!r}.")
    points = float(answer)

    def near(value: Fraction, room: float = 0.5) -> bool:
        return abs(points - float(value)) < room

    if abs(points - float(right)) < 0.1:
        return (
            f"{one.after.label} rose by {_one_decimal(_rise(one))} points, "
            f"{words.within(two.after.label)} by {_one_decimal(_rise(two))}."
        )
    if abs(points - (_from_print(one) - _from_print(two))) < 0.1:
        raise WrongAnswer(
            "That is made from percentages that were rounded before. Work from the counts: yes / "
            "base in each year."
        )
    if abs(points - float(right) / 100) < 0.01:
        raise WrongAnswer("That is a difference of shares. In percentage points it is 100 times.")
    if near(-right):
        raise WrongAnswer("The sign is the wrong way round: who rose by more?")
    if near(_rise(one)):
        raise WrongAnswer(
            f"That is the rise of {one.after.label} alone. Take that of "
            f"{words.within(two.after.label)} off."
        )
    if near(_rise(one) + _rise(two)):
        raise WrongAnswer("Both rose, so the one rise is taken off the other, not added.")
    on_all = Fraction(100) * ((one.after.yes - one.before.yes) - (two.after.yes - two.before.yes))
    if near(on_all / collection.size, 0.03):
        raise WrongAnswer(
            f"You divided by all {collection.size}. A share is of those that answered the "
            "question: use the base of each agency and year."
        )
    if near(100 * (one.after.share - two.after.share), 0.03):
        raise WrongAnswer(
            f"That is how far apart they are in {_ends(collection)[1]}. They began nearly level, "
            "not quite: take each agency's own first year off."
        )
    raise WrongAnswer(
        "A share of each agency in each year, its change, and the difference of the two changes: "
        "one of these steps differs."
    )


def _check_together(collection: Collection, answer: Any) -> str:
    one, two = (move(collection, item).after for item in (JOBCENTRE, PROBATION))
    low, high = both_on(collection, JOBCENTRE, PROBATION)
    if isinstance(answer, str) or not isinstance(answer, Iterable):
        number = whole_number(answer)
        told = (
            " That is how many there are in the drawn panel, which is one of very many."
            if number == _in_panel(collection)
            else ""
        )
        raise WrongAnswer(
            f"Two numbers are asked for, the fewest and the most, such as (10, 20).{told}"
        )
    given = [whole_number(number) for number in answer]
    if len(given) != 2:
        raise WrongAnswer(f"Two numbers are asked for; yours are {len(given)}.")
    fewest, most = given
    if (fewest, most) == (low, high):
        return (
            f"{one.yes} and {two.yes} are {low} more than {collection.size}; and the rarer of the "
            f"two sat on {high}. The drawn panel has {_in_panel(collection)}, which lies between."
        )
    if fewest > most:
        raise WrongAnswer("The fewest come first, then the most.")
    if most != high:
        if most == one.yes:
            raise WrongAnswer(
                f"{most} Boards cannot have had both: only {two.yes} had the other at all."
            )
        raise WrongAnswer(
            f"The most is not {most}. What if every Board with the rarer agency had the other too?"
        )
    if fewest in (one.yes + two.yes - one.base, one.yes + two.yes - two.base):
        raise WrongAnswer(
            f"You took a base for the number of Boards. There are {collection.size}: a Board that "
            "left the question about the one agency blank may have had the other."
        )
    if fewest == 0:
        raise WrongAnswer(
            f"They cannot all have kept apart: {one.yes} and {two.yes} are more than "
            f"{collection.size}."
        )
    if fewest == round(one.yes * two.yes / collection.size):
        raise WrongAnswer(
            "That is what to expect if the two had nothing to do with each other. Asked is the "
            "fewest possible."
        )
    raise WrongAnswer(
        f"The fewest is not {fewest}. Seat the one agency, then the other on the empty Boards "
        "first: how many are left over?"
    )


CHECKS: dict[str, Check] = {
    "smaller-but-more": _check_smaller,
    "same-start": _check_same_start,
    "together": _check_together,
}
"""The checks of the notebook, by name."""


# -- Small numbers and words ----------------------------------------------------------------------


def _ends(collection: Collection) -> tuple[int, int]:
    return collection.years[0], collection.years[-1]


def _board(collection: Collection) -> pd.DataFrame:
    codebook = collection.codebook
    return collection.tally(
        [*codebook.section("statutory_agencies"), *codebook.section("other_agencies")]
    )


def _unstated(collection: Collection, data: pd.DataFrame) -> str:
    """What the paper leaves open of the bases of these items, as a caveat goes on after it."""
    said = representation.unstated(collection, list(data["item"].unique()))
    return f"{said} " if said else ""


def _pair(collection: Collection) -> tuple[Move, Move]:
    """The two agencies that began level."""
    return move(collection, JOBCENTRE), move(collection, PRACTICE)


def _in_panel(collection: Collection) -> int:
    """On how many Boards both sat, in the returns."""
    rows = collection.returns[collection.returns["year"] == collection.years[-1]]
    return int((rows[JOBCENTRE] & rows[PROBATION]).fillna(value=False).sum())


def _rise(one: Move) -> Fraction:
    """A change in percentage points, exactly."""
    return Fraction(100) * (one.after.share - one.before.share)


def _from_print(one: Move) -> int:
    """A change as the difference of two rounded percentages."""
    after, before = (int(_pc(cell).removesuffix("%")) for cell in (one.after, one.before))
    return after - before


def _one_decimal(number: Fraction, digits: int = 1) -> str:
    scale = 10**digits
    tenths = int(number * scale + Fraction(1, 2))
    return f"{tenths / scale:.{digits}f}"


def _pc(cell: Any) -> str:
    return format_percent(cell.yes, cell.base)


def _cells(moved: pd.DataFrame, side: str) -> list[str]:
    pairs = zip(moved[f"{side}_yes"], moved[f"{side}_base"], strict=True)
    return [words.of(yes, base) for yes, base in pairs]


def _signed(row: pd.Series[Any]) -> str:
    sign = {1: "+", 0: "", -1: "\N{MINUS SIGN}"}[int(row["direction"])]
    return f"{sign}{words.points(row)}"


def _arrow(before: object, after: object) -> str:
    return f"{before} to {after}"


def _range(numbers: Iterable[int]) -> tuple[int, int]:
    found = list(numbers)
    return min(found), max(found)


def _firmness(status: str) -> int:
    return list(STATUSES).index(status)


def _names(rows: pd.DataFrame, *, first: bool = True) -> str:
    listed = words.listed([words.within(label) for label in rows["label"]])
    return words.sentence(listed) if first else listed


def _lost(rows: pd.DataFrame) -> str:
    parts = [
        f"{words.within(label)} ({_fewer(before - after, 'Board')})"
        for label, before, after in rows[["label", "from_yes", "to_yes"]].itertuples(index=False)
    ]
    return f"{words.sentence(words.listed(parts))}."


def _fewer(count: int, noun: str) -> str:
    return f"{words.number(count)} {noun if count == 1 else noun + 's'} fewer"
