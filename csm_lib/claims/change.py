"""What the totals of two years bear: whether a direction holds, and what a test makes of it.

Only totals are printed. So a statement about change is looked at in every panel that has these
totals, by `csm_lib.inference`. That a share rose or fell is decided by those answering in either
year; `lasting` adds whether it is so among those who answered in both. That a change is
significant is held against McNemar's exact test, which takes authorities to act each on its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from csm_lib.claims.cells import Move, cells, ends, moves, named, shares
from csm_lib.claims.ruling import DISAGREES, POSSIBLE, UNCHECKED, Ruling
from csm_lib.inference import (
    change_range,
    holm_adjusted,
    mcnemar,
    sign_test,
    year_swap_range,
)
from csm_lib.words import listed, p_span, p_value, sentence, span, within

if TYPE_CHECKING:
    import pandas as pd

    from csm_lib.collection import Collection

LEVEL = 0.05
FOUND = {
    "always": "whatever the panel was",
    "never": "in no panel with these totals",
    "depends": "in some panels with these totals and not in others",
}


def allowed(collection: Collection, found: Sequence[Move]) -> pd.DataFrame:
    """What the totals of each allow: the rows of `csm_lib.inference.change_range`."""
    return change_range(*_totals(found), authorities=collection.size, level=LEVEL)


def lasting(collection: Collection, found: Sequence[Move]) -> str:
    """Whether the directions hold among those who answered in both years, as a sentence.

    It begins with a space, to stand after another; empty where there is nothing to say it of.
    """
    if not found:
        return ""
    size, single, ranges = collection.size, len(found) == 1, allowed(collection, found)
    if (ranges["paired_low"] == size).all():
        which = "the direction holds" if single else "each direction holds"
        return f" All {size} answered in both years, so {which} whatever the panel was."
    low, high = ranges["net_low"], ranges["net_high"]
    still = (low > 0) | (high < 0) | (low == high)
    doubtful = [within(one.after.label) for one, sure in zip(found, still, strict=True) if not sure]
    if single:
        end = "so it holds only for the totals of those answering"
        return (
            f" Those who answered in both years come to {net_change(int(low[0]), int(high[0]))}, "
            f"{end if doubtful else FOUND['always']}."
        )
    if doubtful:
        return (
            " Among those who answered in both years the direction may be another for "
            f"{listed(doubtful)}."
        )
    return f" Those who answered in both years went the same way on each, {FOUND['always']}."


def net_change(low: int, high: int) -> str:
    """A range of net changes: ``a net gain of 6 to 8``."""
    if low > 0:
        return f"a net gain of {span(low, high)}"
    if high < 0:
        return f"a net loss of {span(-high, -low)}"
    return f"a net change of {low:+d} to {high:+d}" if low < high else "no net change"


def tested(collection: Collection, one: Move) -> str:
    """What the test makes of a change over all panels, to stand in a sentence."""
    row = allowed(collection, [one]).iloc[0]
    return (
        "McNemar's exact test, two-sided at 5%, finds the change significant "
        f"{FOUND[row['verdict']]} (p {p_span(row['exact_low'], row['exact_high'])})"
    )


def rose_significantly(collection: Collection, *, item: str) -> Ruling:
    """It rose, and McNemar's exact test finds so at 5%: in every panel, in none or in some."""
    found = moves(collection, [item])
    if not found:
        first, last = ends(collection)
        own = named(cells(collection, [item], last))
        evidence = (
            f"For {first} nothing is printed of it, so there is no change to test. In {last}: "
            f"{own}."
        )
        return Ruling(UNCHECKED, evidence)
    [one] = found
    row = allowed(collection, found).iloc[0]
    evidence = (
        f"{sentence(str(one))}. The paper names no test. {sentence(tested(collection, one))}. "
        f"It takes authorities to act each on its own. {_among_all(collection, one)}"
    )
    if one.up <= 0:
        return Ruling(DISAGREES, f"{evidence} The share did not rise.", shares(collection, [item]))
    if row["verdict"] == "always":
        consistent = "Consistent with McNemar's exact test, unadjusted. "
        return Ruling(POSSIBLE, consistent + evidence)
    # a rise is at its clearest where it is largest and nothing moves against it
    if mcnemar(int(row["net_high"]), 0) > LEVEL:
        fall = " Where it does, it is a fall." if row["verdict"] == "depends" else ""
        return Ruling(DISAGREES, f"{evidence}{fall}", shares(collection, [item]))
    return Ruling(UNCHECKED, f"{evidence} Who gave which answer in both years would decide it.")


def _among_all(collection: Collection, one: Move) -> str:
    """What is left of a change once all comparisons of the two years are one family."""
    book = collection.codebook
    items = [name for name, item in book.items() if item.response == "yes_no"]
    items = [name for name in items if book[name].asked_if is None]
    found = moves(collection, items)
    ranges = allowed(collection, found)
    worst = holm_adjusted(ranges["exact_high"].to_numpy())
    at = [other.after.item for other in found].index(one.after.item)
    return (
        f"With all {len(found)} comparisons taken as one family (Holm), p is up to "
        f"{p_value(float(worst[at]))}."
    )


def as_a_battery(collection: Collection, found: Sequence[Move]) -> str:
    """What two tests make of all changes together, and what they take for granted: a sentence.

    It begins with a space, to stand after another; empty where there are none.
    """
    if not found:
        return ""
    swap = year_swap_range(*_totals(found), authorities=collection.size)
    more = " or more" if swap.p_high < swap.p_bound else ""
    return (
        f" The sign test gives p {p_value(sign_test([one.up for one in found]).p)}, taking items "
        "to be independent of each other; the year-swap test takes authorities to be so instead, "
        f"and gives p {p_span(swap.p_low, swap.p_high)}{more} over all panels: small where the "
        "change was spread over many authorities, large where it was heaped on few."
    )


def _totals(found: Sequence[Move]) -> list[list[int]]:
    """Counts and bases in the first and in the last year."""
    return [
        [one.before.yes for one in found],
        [one.before.base for one in found],
        [one.after.yes for one in found],
        [one.after.base for one in found],
    ]
