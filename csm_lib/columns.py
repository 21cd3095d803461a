"""What the columns of a finding's data mean, for those who take the data away."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple


class Meaning(NamedTuple):
    """What a column holds, and in which unit; ``text`` where it holds no numbers."""

    description: str
    unit: str = "text"


AUTHORITIES, SHARE, P = "authorities", "proportion, 0 to 1", "probability, 0 to 1"
CHANGE = "difference of shares, -1 to 1; 0.01 is one percentage point"

COLUMNS: Mapping[str, Meaning] = {
    # a tally
    "item": Meaning("id of the item in the codebook"),
    "label": Meaning("name of the item"),
    "section": Meaning("section of the questionnaire"),
    "year": Meaning("year of the answers", "year"),
    "answer": Meaning("the answer that is counted"),
    "region": Meaning("region of England"),
    "authority_type": Meaning("type of authority"),
    "yes": Meaning("how many gave the answer", AUTHORITIES),
    "base": Meaning("how many gave any answer", AUTHORITIES),
    "no_answer": Meaning("how many were asked and gave no answer", AUTHORITIES),
    "share": Meaning("yes divided by base; empty where nobody answered", SHARE),
    "low": Meaning("lower end of the 95% interval of the share; empty where not known", SHARE),
    "high": Meaning("upper end of the 95% interval of the share; empty where not known", SHARE),
    "worst_low": Meaning("share if every silent authority would have said no", SHARE),
    "worst_high": Meaning("share if every silent authority would have said yes", SHARE),
    "status": Meaning("what the numbers of the row are; see the meanings under status"),
    "source": Meaning("where the row comes from"),
    # changes, and what totals allow
    "from_yes": Meaning("how many gave the answer in the first year", AUTHORITIES),
    "from_base": Meaning("how many gave any answer in the first year", AUTHORITIES),
    "to_yes": Meaning("how many gave the answer in the last year", AUTHORITIES),
    "to_base": Meaning("how many gave any answer in the last year", AUTHORITIES),
    "change": Meaning("share in the last year less share in the first", CHANGE),
    "direction": Meaning("1 rose, 0 the same, -1 fell", "sign"),
    "from_year": Meaning("the first of the two years that are compared", "year"),
    "to_year": Meaning("the last of the two years that are compared", "year"),
    "falls": Meaning("how many times in a row the share fell, up to the last year", "falls"),
    "holm_low": Meaning("least that Holm's adjusted p can be, over all rows", P),
    "holm_high": Meaning("most that Holm's adjusted p can be, over all rows", P),
    "holm_verdict": Meaning(
        "whether Holm's adjusted p is at most 0.05: always (whatever happened), never, or depends"
    ),
    "items": Meaning("items of which the group has figures to compare", "items"),
    "fell": Meaning("items of which the share fell", "items"),
    "rose": Meaning("items of which the share rose", "items"),
    "same": Meaning("items of which the share stayed the same", "items"),
    "withheld": Meaning("items that cannot be compared, as a figure is withheld", "items"),
    "paired_low": Meaning("fewest that can have answered in both years", AUTHORITIES),
    "paired_high": Meaning("most that can have answered in both years", AUTHORITIES),
    "gainers_low": Meaning("fewest that can have gone from no to yes", AUTHORITIES),
    "gainers_high": Meaning("most that can have gone from no to yes", AUTHORITIES),
    "losers_low": Meaning("fewest that can have gone from yes to no", AUTHORITIES),
    "losers_high": Meaning("most that can have gone from yes to no", AUTHORITIES),
    "net_low": Meaning("least that gainers less losers can be", AUTHORITIES),
    "net_high": Meaning("most that gainers less losers can be", AUTHORITIES),
    "churn_low": Meaning("fewest that can have gained or lost", AUTHORITIES),
    "churn_high": Meaning("most that can have gained or lost", AUTHORITIES),
    "exact_low": Meaning("least that p of McNemar's exact test, two-sided, can be", P),
    "exact_high": Meaning("most that p of McNemar's exact test, two-sided, can be", P),
    "mid_p_low": Meaning("least that the mid-p of McNemar's test, two-sided, can be", P),
    "mid_p_high": Meaning("most that the mid-p of McNemar's test, two-sided, can be", P),
    "tightest_low": Meaning("lower end of the tightest 95% interval of the change", CHANGE),
    "tightest_high": Meaning("upper end of the tightest 95% interval of the change", CHANGE),
    "widest_low": Meaning("lower end of the widest 95% interval of the change", CHANGE),
    "widest_high": Meaning("upper end of the widest 95% interval of the change", CHANGE),
    "lowest": Meaning("the lowest end of all possible 95% intervals of the change", CHANGE),
    "highest": Meaning("the highest end of all possible 95% intervals of the change", CHANGE),
    # any questionnaire
    "paired": Meaning("how many answered in both years", AUTHORITIES),
    "gainers": Meaning("how many went from no to yes", AUTHORITIES),
    "losers": Meaning("how many went from yes to no", AUTHORITIES),
    "p": Meaning("p of McNemar's exact test, two-sided", P),
    "verdict": Meaning(
        "whether p is at most 0.05: always (whatever happened), never, or depends (on who moved)"
    ),
    "test": Meaning("the test"),
    "assumes that": Meaning("what the test takes for granted"),
    "p_low": Meaning("least that p can be", P),
    "p_high": Meaning("most that p can be", P),
    "services stopped, at least": Meaning(
        "number of services that an authority stopped", "services"
    ),
    "fewest": Meaning("fewest that can have stopped so many", AUTHORITIES),
    "most": Meaning("most that can have stopped so many", AUTHORITIES),
    "silent": Meaning("how many did not answer the questionnaire", AUTHORITIES),
    "needed_low": Meaning(
        "fewest silent ones that must have moved the other way to undo the change", AUTHORITIES
    ),
    "needed_high": Meaning("most silent ones that may be needed to undo the change", AUTHORITIES),
    "undone": Meaning("whether there are that many silent ones: always, never or depends"),
    "change_low": Meaning("least that the change among all authorities can be", CHANGE),
    "change_high": Meaning("most that the change among all authorities can be", CHANGE),
    "claim": Meaning("id of the claim"),
    "persistence": Meaning(
        "odds ratio between an authority's answers in the two years; 1 is none", "ratio"
    ),
    # seniority
    "agency": Meaning("the agency"),
    "heads {year}": Meaning("Boards on which the head of the organisation sat", "Boards"),
    "of members {year}": Meaning(
        "Boards on which the agency sat and its level is stated", "Boards"
    ),
    # the questionnaire
    "question": Meaning("the question, in this book's words"),
    "answers": Meaning("the answers that could be given"),
    "years": Meaning("years in which it was asked"),
    "asked if": Meaning("the item whose yes opens this one"),
    "duty": Meaning("the duty to cooperate behind it"),
    "place and note": Meaning("where the source speaks of it, and what to know"),
    # the ledger
    "figure": Meaning("id of the published figure"),
    "figures": Meaning("published figures with the verdict", "figures"),
    "statement": Meaning("the statement, in this book's words"),
    "statements": Meaning("statements with the verdict", "statements"),
    "entries": Meaning("figures and statements that share the cause", "entries"),
    "place": Meaning("where it stands in the source"),
    "printed": Meaning("as it is printed"),
    "returns": Meaning("what the returns give"),
    "because": Meaning("why the verdict is what it is"),
    "chance": Meaning("chance that a figure drawn at random would pass; a dash where not known"),
    "passed": Meaning("how many passed"),
    "expected by luck": Meaning("how many figures drawn at random would be expected to pass"),
    "evidence": Meaning("why the verdict is what it is"),
    # how the print was read
    "count": Meaning("the count that is printed with the percentage", AUTHORITIES),
    "half up": Meaning("the percentage, halves rounded up"),
    "half even": Meaning("the percentage, halves rounded to the even neighbour"),
    "half down": Meaning("the percentage, halves rounded down"),
    "truncated": Meaning("the percentage, cut off"),
    "up": Meaning("the percentage, always rounded up"),
    "list of authorities": Meaning("the list, and how two authorities of their own are counted"),
    "regions possible": Meaning("shares by region for which the list has a count"),
    "regions add up to": Meaning("sum of those counts"),
    "types possible": Meaning("shares by type for which the list has a count"),
    "types add up to": Meaning("sum of those counts"),
    "counts": Meaning("the counts that give each printed percentage on the base"),
    "taken": Meaning("whether the book takes this base"),
    # your own returns
    "own-files/file": Meaning("the file"),
    "own-files/holds": Meaning("what one row of it is, or what it holds"),
    "own-files/needed": Meaning("whether a collection must have it"),
    "own-files/here": Meaning("whether this collection has it"),
    "own-form/sheet": Meaning("the sheet of the workbook"),
    "own-form/questions": Meaning("how many questions stand on it", "questions"),
    "own-form/asked of some": Meaning("those that another answer opens", "questions"),
    "own-form/answers to choose from": Meaning("the answers in the lists of its cells"),
    "own-crosswalk/column": Meaning("the column, as the file names it"),
    "own-crosswalk/draft": Meaning("the item that the draft gives it"),
    "own-crosswalk/finished": Meaning("the item that the finished crosswalk gives it"),
    "own-crosswalk/right": Meaning("whether the two are the same"),
    "own-faults/severity": Meaning("error, which stops the reading, or warning, which does not"),
    "own-faults/rule": Meaning("id of the rule that is broken"),
    "own-faults/column": Meaning("the column, as the file names it"),
    "own-faults/value": Meaning("what stands there"),
    "own-faults/expected": Meaning("what was expected"),
    "own-faults/remedy": Meaning("what to do"),
    "own-faults/count": Meaning("how many cells there are of it", "cells"),
    "own-faults/rows": Meaning("where the first of them stand"),
    "own-repairs/column": Meaning("the column, as the file names it"),
    "own-repairs/found": Meaning("what stands there"),
    "own-repairs/becomes": Meaning("what it would be read as"),
    "own-repairs/rule": Meaning("why"),
    "own-repairs/count": Meaning("how many cells there are of it", "cells"),
    "own-compared/returns": Meaning("returns of the year", "returns"),
    "own-compared/answers": Meaning("answers in them", "cells"),
    "own-compared/answers there": Meaning("answers in the other file", "cells"),
    "own-compared/differing": Meaning("cells that say another thing there", "cells"),
    "own-withheld/shown": Meaning("for whom"),
    "own-withheld/cells": Meaning("items by year, and by group", "cells"),
    "own-withheld/withheld": Meaning("those of them that are not shown", "cells"),
    # columns that mean something else in one finding
    "support/label": Meaning("the claim, in words"),
    "support/yes": Meaning("drawn panels in which the claim holds", "panels"),
    "support/base": Meaning("drawn panels", "panels"),
    "answered/base": Meaning("authorities in all", AUTHORITIES),
    "response/base": Meaning(
        "all there are in that year, or all that answered in any", AUTHORITIES
    ),
    "response/yes": Meaning("how many answered in that year", AUTHORITIES),
    "response-by-region/yes": Meaning("how many of the region answered", AUTHORITIES),
    "response-by-region/base": Meaning(
        "all of the region there are, or all that answered in that year", AUTHORITIES
    ),
    "response-by-authority-type/yes": Meaning("how many of the type answered", AUTHORITIES),
    "response-by-authority-type/base": Meaning(
        "all of the type there are, or all that answered in that year", AUTHORITIES
    ),
    "blanks/items": Meaning("items whose figures are counted", "items"),
    "blanks/withheld": Meaning("items whose figures are withheld and not counted", "items"),
    "blanks/yes": Meaning("questions left blank", "questions"),
    "blanks/base": Meaning("questions put: items times those that were asked", "questions"),
    "changes-by-section/label": Meaning("title of the section"),
    "changes-by-section/items": Meaning("items with figures in two years", "items"),
    "changes-by-section/rose": Meaning("items whose share rose", "items"),
    "changes-by-section/fell": Meaning("items whose share fell", "items"),
    "changes-by-section/same": Meaning("items whose share stayed", "items"),
    "changes-by-section/significant": Meaning(
        "items whose change is significant by McNemar's exact test at 5%", "items"
    ),
    "changes-by-section/always": Meaning(
        "items whose change is significant whoever moved", "items"
    ),
    "changes-by-section/depends": Meaning(
        "items whose change is significant depending on who moved", "items"
    ),
    "changes-by-section/never": Meaning("items whose change is significant in no case", "items"),
    "answered-by-region/base": Meaning("authorities of the region", AUTHORITIES),
    "answered-by-type/base": Meaning("authorities of the type", AUTHORITIES),
    "falling-by-region/item": Meaning("id of the item that fell most; empty where none fell"),
    "falling-by-region/label": Meaning("name of the item that fell most"),
    "falling-by-authority-type/item": Meaning(
        "id of the item that fell most; empty where none fell"
    ),
    "falling-by-authority-type/label": Meaning("name of the item that fell most"),
    "ledger-summary/verdict": Meaning("what becomes of a figure or statement worked out again"),
    "ledger-figures/verdict": Meaning("what becomes of the figure worked out again"),
    "ledger-statements/verdict": Meaning("what becomes of the statement held against the figures"),
    "errata/verdict": Meaning("what becomes of it worked out again"),
    "rounding/base": Meaning("of how many the count is", AUTHORITIES),
    "jsna-bases/base": Meaning("a base on which every printed percentage is possible", AUTHORITIES),
    "table-1-bases/figures": Meaning("which percentages of the table"),
    "table-1-bases/base": Meaning("of whom they would be"),
    "table-1-bases/printed": Meaning("percentages printed", "figures"),
    "table-1-bases/possible": Meaning("percentages for which the base has a count", "figures"),
    "table-1-bases/splits": Meaning("rows whose parts are all possible", "rows"),
    "table-1-bases/closing": Meaning("rows whose parts add up to the base", "rows"),
    # lessons: reading a published table, and did joint commissioning fall
    "table-1-as-printed/on the Board": Meaning("share with the agency on the Board, as printed"),
    "table-1-first-year/on the Board": Meaning("share with the agency on the Board, as printed"),
    "table-1-as-printed/no response": Meaning("gave no response about the agency, as printed"),
    "table-1-first-year/no response": Meaning("gave no response about the agency, as printed"),
    "table-1-as-printed/head": Meaning("share represented by the head, as printed"),
    "table-1-first-year/head": Meaning("share represented by the head, as printed"),
    "table-1-as-printed/senior officer": Meaning("share with a senior officer, as printed"),
    "table-1-first-year/senior officer": Meaning("share with a senior officer, as printed"),
    "table-1-as-printed/other": Meaning("share represented by somebody else, as printed"),
    "table-1-first-year/other": Meaning("share represented by somebody else, as printed"),
    "table-1-as-printed/not stated": Meaning("did not state the level, as printed"),
    "table-1-first-year/not stated": Meaning("did not state the level, as printed"),
    "count-behind/count": Meaning("a possible number of Boards", "Boards"),
    "count-behind/base": Meaning("out of how many", "Boards"),
    "count-behind/share": Meaning("count divided by base", SHARE),
    "count-behind/percent": Meaning("the share as a rounded percentage", "percent"),
    "bases-of-a-row/authorities that": Meaning("which authorities"),
    "bases-of-a-row/number": Meaning("how many they are", AUTHORITIES),
    "bases-of-a-row/how it is known": Meaning("printed, or from which numbers"),
    "impossible-split/level": Meaning("level of the representatives"),
    "impossible-split/count": Meaning("the count that is printed so"),
    "impossible-split/base": Meaning("members whose level is stated", "members"),
    "impossible-split/would mend it": Meaning("what could stand in place of the printed figure"),
    "one-fall-three-numbers/printed change": Meaning("change as printed", "as printed: %"),
    "printed-apart/printed change": Meaning("change as printed", "as printed: %"),
    "one-fall-three-numbers/points": Meaning("change from counts", "percentage points"),
    "printed-apart/points": Meaning("change from counts", "percentage points"),
    "one-fall-three-numbers/per cent": Meaning("change of the first share", "percent"),
    "printed-apart/per cent": Meaning("change of the first share", "percent"),
    "two-stories/story": Meaning("how much moved"),
    "two-stories/kept": Meaning("had it in both years", AUTHORITIES),
    "two-stories/never": Meaning("had it in neither year", AUTHORITIES),
    "stopped": Meaning("had it in the first year and not in the last", AUTHORITIES),
    "began": Meaning("had it in the last year and not in the first", AUTHORITIES),
    "every-p/moved": Meaning("stopped or began", AUTHORITIES),
    "did-it-fall/verdict": Meaning("how far the totals support the statement"),
    # lessons: what counts is what is measured
    "kind": Meaning("presence: who is at the table; activity: what has been made or done"),
    "measured-evidence/side": Meaning("which side of the debate it serves"),
    "measured-evidence/point": Meaning("the point"),
    "measured-evidence/said by": Meaning("who makes it"),
    "measured-evidence/published as": Meaning("where it is made"),
    "measured-without-strategy/fewest": Meaning("fewest without a strategy", AUTHORITIES),
    "measured-without-strategy/most": Meaning("most without a strategy", AUTHORITIES),
    "measured-damped/item": Meaning("the percentage of answers carried forward"),
    "measured-damped/label": Meaning("the percentage of answers carried forward, in words"),
    "measured-damped/yes": Meaning("answers yes, all drawn panels added up", "answers"),
    "measured-damped/base": Meaning("answers, all drawn panels added up", "answers"),
    "measured-false-alarms/rule": Meaning(
        "flagged if so many fewer, or more than that", AUTHORITIES
    ),
    "measured-false-alarms/items": Meaning("items on joint commissioning", "items"),
    "measured-false-alarms/flagged": Meaning("items flagged in the print", "items"),
    "measured-false-alarms/by chance": Meaning(
        "items flagged with nothing going on, mean of the drawn panels", "items"
    ),
}
"""By name of the column; ``key/name`` where it means something else in the finding ``key``, and
``{year}`` for any year in the name."""


TO_READ = "-to-read"
"""What the key of a finding ends in that stands in an exercise, under its question."""


def meaning(
    key: str, name: str, *, respondents: tuple[str, str] = ("authority", "authorities")
) -> Meaning | None:
    """Return what a column of a finding holds, or ``None`` where nothing is on record.

    Parameters
    ----------
    key
        The finding's key; one that is to be read in an exercise has the columns it always has.
    name
        The column's name.
    respondents
        What one respondent and several are called.
    """
    words = ("{year}" if word.isdecimal() and len(word) == 4 else word for word in name.split(" "))
    general = " ".join(words)
    for known in (f"{key.removesuffix(TO_READ)}/{name}", name, general):
        if known in COLUMNS:
            found = COLUMNS[known]
            return Meaning(*(_call(text, *respondents) for text in found))
    return None


def _call(text: str, one: str, many: str) -> str:
    """Call authorities what a collection calls its respondents."""
    if many == AUTHORITIES:
        return text
    called = {AUTHORITIES: many, "authority": one, " of England": ""}
    return re.sub("|".join(called), lambda found: called[found[0]], text)
