"""The counts behind the published figures, and how each was arrived at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from csm_lib import words
from csm_lib.codebook import did_you_mean
from csm_lib.counts import (
    RULES,
    RoundingRule,
    closing_splits,
    fitting_bases,
    one_cell_corrections,
    possible_counts,
    rounded_percent,
)
from csm_lib.errors import PublishedError
from csm_lib.frame import FrameList, compare_lists
from csm_lib.published import (
    CHARACTERISTICS,
    COLUMNS,
    by_item_and_year,
    rows_of,
    stated_sample,
    value_of,
    values_of,
)

if TYPE_CHECKING:
    from csm_lib.codebook import Codebook

# How a number was arrived at: `recover` says what each word means.
PUBLISHED, RECOVERED, ASSUMED, IMPOSSIBLE = "published", "recovered", "assumed", "impossible"


def tie_rules(published: pd.DataFrame) -> tuple[RoundingRule, ...]:
    """Return the rounding rules under which each printed fraction gives its percentage."""
    with_counts = published[published["numerator"].notna() & (published["unit"] == "percent")]
    return tuple(
        rule
        for rule in RULES
        if rounded_percent(with_counts["numerator"], with_counts["base"], rule=rule)
        .eq(with_counts["value"])
        .all()
    )


@dataclass(frozen=True)
class Recovery:
    """The count behind one printed share, and how it was arrived at: a row of `recover`."""

    count: int | None
    of: int | None
    status: str
    basis: str
    alternatives: str = ""


def recover(published: pd.DataFrame, codebook: Codebook, frame: pd.DataFrame) -> pd.DataFrame:
    """Find the integer behind each published figure.

    Parameters
    ----------
    published
        As `read_published` gives it.
    codebook
        The questionnaire.
    frame
        The authorities of England, as `csm_lib.frame.read_frame` gives them.

    Returns
    -------
    DataFrame
        `published` with the columns ``count`` (how many gave the answer), ``of`` (the base it
        rests on), ``status``, ``basis`` (how the base was arrived at) and ``alternatives``
        (other possible bases, separated by spaces). ``status`` is ``published`` where the count
        itself is printed, ``recovered`` where exactly one count is possible, ``assumed`` where a
        base had to be chosen (the largest, not above the stated one, that makes the whole block
        possible), and ``impossible`` where no count gives what is printed; there ``count`` is
        the nearest one-cell correction, if there is one. Figures other than shares have no base.

    Raises
    ------
    PublishedError
        The fractions in print are not rounded half up, or the figures cannot hold together: with
        the figure and the remedy.
    """
    published = published[list(COLUMNS)]
    rules = tie_rules(published)
    if rules and "half_up" not in rules:
        raise PublishedError(
            f"The percentages printed beside counts are rounded {words.listed(rules)}, and counts "
            "are recovered from figures rounded half up. Check the fractions against the print."
        )
    found = {
        row["figure"]: Recovery(row["value"], None, PUBLISHED, "printed")
        for row in rows_of(published)
        if row["unit"] == "count"
    }
    found |= _sample_shares(published, frame)
    found |= _item_shares(published, codebook)
    found |= _level_shares(published, codebook, found)
    nothing = Recovery(None, None, PUBLISHED, "printed")
    columns = pd.DataFrame(
        [found.get(figure, nothing) for figure in published["figure"]], index=published.index
    ).astype({"count": "Int64", "of": "Int64"})
    return pd.concat([published, columns], axis=1)


def targets(recovered: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Return the totals that a panel must reproduce.

    Returns
    -------
    DataFrame
        One row is an answer to an item in a year: ``item, year, answer, count, of, status``. A
        figure printed in two places comes once. An answer that is not printed but is all that
        the others leave of the base has its row, with their status.

    Raises
    ------
    PublishedError
        Two places give one item, year and answer different counts, or the answers to an item in
        a year rest on different bases or are more than their base.
    """
    rows = recovered[(recovered["statistic"] == "share") & recovered["item"].isin(list(codebook))]
    rows = rows[["item", "year", "answer", "count", "of", "status"]]
    rows = rows.dropna(subset=["count", "of"])
    once = rows.drop_duplicates(["item", "year", "answer", "count", "of"])
    double = once.duplicated(["item", "year", "answer"])
    if double.any():
        row = once[double].iloc[0]
        raise PublishedError(
            f"{row['item']}, {row['year']}: two published figures give different counts. "
            "Decide which to keep and correct the other's base."
        )
    rest = []
    for name, year, cells in by_item_and_year(once):
        base, total = int(cells["of"].iloc[0]), int(cells["count"].sum())
        if cells["of"].nunique() > 1 or total > base:
            raise PublishedError(
                f"{name}, {year}: the published figures give {total} answers on the bases "
                f"{', '.join(map(str, cells['of'].unique()))}. Give the figures one block, or "
                "correct their bases."
            )
        left = [answer for answer in codebook[name].counted if answer not in set(cells["answer"])]
        if len(left) == 1:
            rest.append({**cells.iloc[0].to_dict(), "answer": left[0], "count": base - total})
    whole = pd.concat([once, pd.DataFrame(rest)]) if rest else once
    return whole.astype({"year": int, "count": int, "of": int}).reset_index(drop=True)


def sample_list(published: pd.DataFrame, frame: pd.DataFrame) -> FrameList:
    """Return the list of authorities on which most of the printed regions and types are possible.

    A `PublishedError` where no share of a region or a type is published.
    """
    printed = published[
        published["item"].isin(CHARACTERISTICS) & (published["statistic"] == "share")
    ]
    if printed.empty:
        raise PublishedError(
            "No share of a region or a type of authority is published, so no list of authorities "
            "can be told from another. Add such figures."
        )
    best: FrameList = compare_lists(frame, printed)["list"].iloc[0]
    return best


def compare_bases(published: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Test what the percentages of a table with printed no-responses rest on.

    Returns
    -------
    DataFrame
        One row is a hypothesis: ``figures`` (``on the Board`` or ``level``), ``base`` (in
        words), ``printed`` (how many percentages), ``possible`` (how many of them some count
        gives), ``splits`` and ``closing`` (for levels: how many splits there are, and how many
        of them add up to the base).
    """
    n = stated_sample(published)
    said = values_of(published)
    shares = published[
        (published["statistic"] == "share") & published["item"].isin(list(codebook))
    ].drop_duplicates(["item", "year", "answer"])
    levels = shares["item"].map(lambda item: codebook[item].response == "level")
    seats = {
        (row["item"], row["year"]): (
            row["value"],
            n - said[row["item"], row["year"], "no_response"],
        )
        for row in rows_of(shares[~levels])
        if (row["item"], row["year"], "no_response") in said
    }
    splits = []  # the levels printed together, and the bases they may rest on
    for item, year, cells in by_item_and_year(shares[levels]):
        seat = seats.get((codebook[item].asked_if, year))
        on_board = possible_counts(*seat) if seat else ()
        if len(on_board) == 1:
            stated = on_board[0] - said.get((item, year, "not_stated"), 0)
            splits.append((cells["value"].tolist(), (n, on_board[0], stated)))
    everyone = "all who answered the questionnaire"
    rows = [
        ("on the Board", name, len(seats), sum(map(bool, counts)), 0, 0)
        for name, counts in (
            (everyone, [possible_counts(value, n) for value, _ in seats.values()]),
            ("those less no response", [possible_counts(*seat) for seat in seats.values()]),
        )
    ]
    for place, name in enumerate((everyone, "on the Board", "on the Board, level stated")):
        counts = [possible_counts(v, bases[place]) for values, bases in splits for v in values]
        closing = sum(bool(closing_splits(values, bases[place])) for values, bases in splits)
        rows.append(("level", name, len(counts), sum(map(bool, counts)), len(splits), closing))
    return pd.DataFrame(
        rows, columns=["figures", "base", "printed", "possible", "splits", "closing"]
    )


def _sample_shares(published: pd.DataFrame, frame: pd.DataFrame) -> dict[str, Recovery]:
    """Return the sample as a share of the authorities, whole and by region and type."""
    n = stated_sample(published)
    found: dict[str, Recovery] = {}
    shares = published[published["statistic"] == "share"]
    whole = value_of(published, "sample.frame")
    for row in rows_of(shares[shares["item"] == "sample"]):
        fits = not whole or rounded_percent(n, whole) == row["value"]
        status = PUBLISHED if fits else IMPOSSIBLE
        found[row["figure"]] = Recovery(n, whole, status, "printed beside it")
    groups = shares[shares["item"].isin(CHARACTERISTICS)]
    if groups.empty:
        return found
    best = sample_list(published, frame)
    for characteristic, rows in groups.groupby("item", sort=False):
        sizes = best.sizes(str(characteristic))
        for row in rows_of(rows):
            if row["answer"] not in sizes:
                raise PublishedError(
                    f"{row['figure']}: the frame has no {characteristic} {row['answer']!r}."
                    f"{did_you_mean(row['answer'], sizes)} Use one of {', '.join(sizes)}."
                )
            base = sizes[row["answer"]]
            one = _only_count(row["value"], base, best.name)
            if one.status == RECOVERED:  # the list is not stated: this is the one that fits best
                one = replace(one, status=ASSUMED)
            found[row["figure"]] = one
        holes = [figure for figure in rows["figure"] if found[figure].count is None]
        if len(holes) == 1:  # what the others leave of the sample is the one-cell correction
            rest = n - sum(found[figure].count or 0 for figure in rows["figure"])
            hole = found[holes[0]]
            if hole.of is not None and 0 <= rest <= hole.of:
                found[holes[0]] = replace(hole, count=rest)
    return found


def _item_shares(published: pd.DataFrame, codebook: Codebook) -> dict[str, Recovery]:
    """Return the shares of items asked of everyone, or of a battery."""
    n = stated_sample(published)
    said = values_of(published)
    found: dict[str, Recovery] = {}
    silent: dict[str, list[tuple[str, int]]] = {}
    stated: dict[str, tuple[int, str]] = {}
    for row in rows_of(published[published["statistic"] == "share"]):
        item, year, figure, value = row["item"], row["year"], row["figure"], row["value"]
        if item not in codebook or codebook[item].response == "level":
            continue
        no_response = said.get((item, year, "no_response"))
        if row["numerator"] is not None:
            fits = rounded_percent(row["numerator"], row["base"]) == value
            status = PUBLISHED if fits else IMPOSSIBLE
            found[figure] = Recovery(row["numerator"], row["base"], status, "printed")
        elif row["base"] is not None:
            found[figure] = _only_count(value, row["base"], "printed")
        elif no_response is not None:
            base = _above_0(n - no_response, f"{figure}: {n} answering less no response")
            basis = f"{n} less the no response beside it"
            found[figure] = _only_count(value, base, basis)
        else:
            block = row["block"] or figure
            silent.setdefault(block, []).append((figure, value))
            left_out = said.get((codebook[item].section, year, "excluded"), 0)
            largest = _above_0(n - left_out, f"{figure}: {n} answering less those left out")
            less = f" less {left_out} left out" if left_out else ""
            stated[block] = largest, f"{n} answering{less}"
    for block, figures in silent.items():
        found |= _largest_base(figures, *stated[block])
    return found


def _above_0(base: int, what: str) -> int:
    if base < 1:
        raise PublishedError(f"{what} leaves {base}. Correct the number that is taken off.")
    return base


def _only_count(printed: int, base: int, basis: str) -> Recovery:
    counts = possible_counts(printed, base)
    if not counts:
        return Recovery(None, base, IMPOSSIBLE, basis)
    status = RECOVERED if len(counts) == 1 else ASSUMED
    return Recovery(counts[0], base, status, basis)


def _largest_base(
    figures: Sequence[tuple[str, int]], largest: int, stated: str
) -> dict[str, Recovery]:
    """Take the largest base, not above the stated one, that makes all of a block possible."""
    fits = fitting_bases([value for _, value in figures], largest)
    if not fits:
        basis = f"no base up to {largest} ({stated}) fits"
        return {figure: Recovery(None, None, IMPOSSIBLE, basis) for figure, _ in figures}
    best = fits[-1]
    others = " ".join(str(one.base) for one in reversed(fits[:-1]))
    together = "it" if len(figures) == 1 else f"all {len(figures)} figures of the block"
    # every base from 100 up fits; one that stands alone is no larger, and gives one count each
    which, status = ("largest", ASSUMED) if others else ("only", RECOVERED)
    basis = f"{which} base up to {largest} ({stated}) that makes {together} possible"
    return {
        figure: Recovery(counts[0], best.base, status, basis, others)
        for (figure, _), counts in zip(figures, best.counts, strict=True)
    }


def _level_shares(
    published: pd.DataFrame, codebook: Codebook, found: Mapping[str, Recovery]
) -> dict[str, Recovery]:
    """Return the levels of those on the Board: parts of a whole, which must close."""
    levels: dict[str, Recovery] = {}
    said = values_of(published)
    shares = published[published["statistic"] == "share"]
    boards = {
        (row["item"], row["year"]): found[row["figure"]].count
        for row in rows_of(shares)
        if row["figure"] in found
    }
    for name, year, cells in by_item_and_year(shares):
        if name not in codebook or codebook[name].response != "level":
            continue
        on_board = boards.get((codebook[name].asked_if or "", year))
        if on_board is None:
            raise PublishedError(
                f"{name}, {year}: levels are published, but not how many were on the Board. "
                f"Add a possible share of {codebook[name].asked_if!r} for {year}."
            )
        not_stated = said.get((name, year, "not_stated"), 0)
        base = _above_0(on_board - not_stated, f"{name}, {year}: {on_board} less not stated")
        basis = f"{on_board} on the Board less {not_stated} whose level is not stated"
        values = cells["value"].tolist()
        splits = closing_splits(values, base)
        mended = one_cell_corrections(values, base)
        if splits:
            counts, status = splits[0], RECOVERED if len(splits) == 1 else ASSUMED
        elif mended:
            counts, status = mended[0].counts, IMPOSSIBLE
            basis += "; the parts as printed do not add up to it"
        else:
            raise PublishedError(
                f"{name}, {year}: the levels {values} do not add up to {base} on the Board, and "
                "no correction of one of them mends it. Check the row against the print."
            )
        for figure, count in zip(cells["figure"], counts, strict=True):
            levels[figure] = Recovery(count, base, status, basis)
    return levels
