"""The counts behind the published figures, and how each was arrived at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd

from csm_lib import counts, words
from csm_lib.codebook import did_you_mean
from csm_lib.errors import PublishedError
from csm_lib.frame import compare_lists, frame_lists
from csm_lib.published import (
    CHARACTERISTICS,
    COLUMNS,
    by_item_and_year,
    rows_of,
    stated_sample,
    value_of,
)

if TYPE_CHECKING:
    from csm_lib.codebook import Codebook

Row: TypeAlias = Mapping[str, Any]
Said: TypeAlias = Mapping[tuple[str, int | None, str], int]  # by item, year and statistic

# How a number was arrived at: `recover` says what each word means.
PUBLISHED, RECOVERED, ASSUMED, IMPOSSIBLE = "published", "recovered", "assumed", "impossible"


def tie_rules(published: pd.DataFrame) -> tuple[counts.RoundingRule, ...]:
    """Return the rounding rules under which each printed fraction gives its percentage."""
    given = published[published["numerator"].notna() & (published["unit"] == "percent")]
    count, base, value = (given[name] for name in ("numerator", "base", "value"))
    shown = {rule: counts.rounded_percent(count, base, rule=rule) for rule in counts.RULES}
    return tuple(rule for rule, percent in shown.items() if (percent == value).all())


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

    Returns
    -------
    DataFrame
        `published` with the columns ``count`` (how many gave the answer), ``of`` (the base it
        rests on), ``status``, ``basis`` (how the base was arrived at) and ``alternatives``
        (other possible bases, separated by spaces). ``status`` is ``published`` where the count
        itself is printed, ``recovered`` where exactly one count is possible, ``assumed`` where a
        base had to be chosen, and ``impossible`` where no count gives what is printed; there
        ``count`` is the nearest one-cell correction, if any. Only shares have a base.

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
            f"The percentages printed beside counts are rounded {words.listed(rules)}; recovered "
            "are only those rounded half up. Check the fractions against the paper."
        )
    answering, whole = stated_sample(published), value_of(published, "sample.frame")
    said = {
        (row["item"], row["year"], row["statistic"]): row["value"] for row in rows_of(published)
    }
    found = {
        row["figure"]: Recovery(row["value"], None, PUBLISHED, "printed")
        for row in rows_of(published[published["unit"] == "count"])
    }
    shares = published[published["statistic"] == "share"]
    for row in rows_of(shares[shares["item"] == "sample"]):
        found[row["figure"]] = _as_printed(answering, whole, row["value"], "printed beside it")
    groups = shares[shares["item"].isin(CHARACTERISTICS)]
    if len(groups):
        found |= _group_shares(groups, sample_list(published, frame), answering)
    items = _of_items(shares, codebook)
    is_level = items["response"] == "level"
    found |= _item_shares(rows_of(items[~is_level]), said, answering)
    seats = {(row["item"], row["year"]): found[row["figure"]] for row in rows_of(items[~is_level])}
    found |= _level_shares(items[is_level], said, seats)
    nothing = Recovery(None, None, PUBLISHED, "printed")
    rows = [found.get(figure, nothing) for figure in published["figure"]]
    columns = pd.DataFrame(rows, index=published.index).astype({"count": "Int64", "of": "Int64"})
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
        The figures of an item in a year give an answer different counts, rest on different bases
        or are more than their base.
    """
    key = ["item", "year", "answer"]
    shares = recovered[recovered["statistic"] == "share"].dropna(subset=["count", "of"])
    rows = shares.loc[shares["item"].isin(list(codebook)), [*key, "count", "of", "status"]]
    once = rows.drop_duplicates([*key, "count", "of"])
    rest = []
    for name, year, cells in by_item_and_year(once):
        base, total = int(cells["of"].iloc[0]), int(cells["count"].sum())
        if cells["answer"].duplicated().any() or cells["of"].nunique() > 1 or total > base:
            told = [f"{one['count']} of {one['of']}" for one in rows_of(cells)]
            raise PublishedError(
                f"{name}, {year}: the published figures contradict one another "
                f"({words.listed(told)}). Correct one, or give them one block or base."
            )
        left = [answer for answer in codebook[name].counted if answer not in set(cells["answer"])]
        if len(left) == 1:
            rest.append({**cells.iloc[0].to_dict(), "answer": left[0], "count": base - total})
    whole = pd.concat([once, pd.DataFrame(rest)]) if rest else once
    return whole.astype({"year": int, "count": int, "of": int}).reset_index(drop=True)


def sample_list(published: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the list of authorities on which most of the printed regions and types are possible.

    One row is a region and a type: ``name`` (of the list), ``region, authority_type,
    authorities``. A `PublishedError` where no share of a region or a type is published.
    """
    shares = published[published["statistic"] == "share"]
    printed = shares[shares["item"].isin(CHARACTERISTICS)]
    if printed.empty:
        raise PublishedError(
            "No share of a region or a type of authority is published, which would tell one list "
            "of authorities from another. Add such figures."
        )
    lists, best = frame_lists(frame), compare_lists(frame, printed)["name"].iloc[0]
    groups = lists[lists["name"] == best].groupby(["name", *CHARACTERISTICS])
    cells: pd.DataFrame = groups[["authorities"]].sum()
    return cells.reset_index()


def compare_bases(recovered: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Test what the percentages of a table with printed no-responses rest on.

    Returns
    -------
    DataFrame
        One row is a hypothesis: ``figures`` (``on the Board`` or ``level``), ``base`` (in
        words), ``printed`` (how many percentages), ``possible`` (how many of them some count
        gives), ``splits`` and ``closing`` (for levels: how many splits there are, and how many
        of them add up to the base).
    """
    answering, everyone = stated_sample(recovered), "all who answered the questionnaire"
    shares = _of_items(recovered[recovered["statistic"] == "share"], codebook)
    shares = shares.drop_duplicates(["item", "year", "answer"])
    silent = recovered.loc[recovered["statistic"] == "no_response", ["item", "year"]]
    seats = shares[shares["base"].isna()].merge(silent)
    boards = seats[["item", "year", "count"]].set_axis(["asked_if", "year", "board"], axis=1)
    levels = shares[shares["response"] == "level"].merge(boards)
    rows = []
    for figures, base, cells in (
        ("on the Board", everyone, seats.assign(of=answering)),
        ("on the Board", "those less no response", seats),
        ("level", everyone, levels.assign(of=answering)),
        ("level", "on the Board", levels.assign(of=levels["board"])),
        ("level", "on the Board, level stated", levels),
    ):
        low, high = counts.count_range(cells["value"], cells["of"])
        parts = cells[cells["response"] == "level"].groupby(["item", "year"])
        closing = [counts.closing_splits([*one["value"]], one["of"].iloc[0]) for _, one in parts]
        possible = (low <= high).sum()
        rows.append((figures, base, len(cells), possible, len(closing), sum(map(bool, closing))))
    names = ["figures", "base", "printed", "possible", "splits", "closing"]
    return pd.DataFrame(rows, columns=names)


def _of_items(shares: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Return the shares of items, each with what the codebook says of its item."""
    items = pd.DataFrame(list(codebook.values()))
    return shares.merge(items[["item", "section", "response", "asked_if"]])


def _group_shares(groups: pd.DataFrame, best: pd.DataFrame, answering: int) -> dict[str, Recovery]:
    """Return the shares of regions and types, on the list that fits best."""
    found: dict[str, Recovery] = {}
    for characteristic, rows in groups.groupby("item", sort=False):
        sums = best.groupby(characteristic, sort=False)["authorities"].sum()
        sizes = dict(zip(sums.index, sums.tolist(), strict=True))
        for row in rows_of(rows):
            if row["answer"] not in sizes:
                raise PublishedError(
                    f"{row['figure']}: the frame has no {characteristic} {row['answer']!r}."
                    f"{did_you_mean(row['answer'], sizes)} Use one of {', '.join(sizes)}."
                )
            # the list is not stated, so that even the only count of a group is assumed
            name, base = best["name"].iloc[0], sizes[row["answer"]]
            found[row["figure"]] = _on_base(row, base, name, only=ASSUMED)
        holes = [figure for figure in rows["figure"] if found[figure].count is None]
        if len(holes) == 1:  # what the others leave of the sample is the one-cell correction
            rest = answering - sum(found[figure].count or 0 for figure in rows["figure"])
            hole = found[holes[0]]
            if 0 <= rest <= (hole.of or 0):
                found[holes[0]] = replace(hole, count=rest)
    return found


def _item_shares(rows: Sequence[Row], said: Said, answering: int) -> dict[str, Recovery]:
    """Return the shares of items asked of everyone, or of a battery."""
    found: dict[str, Recovery] = {}
    silent: dict[str, list[Row]] = {}
    for row in rows:
        figure, blank = row["figure"], said.get((row["item"], row["year"], "no_response"))
        if row["numerator"] is not None:
            found[figure] = _as_printed(row["numerator"], row["base"], row["value"], "printed")
        elif row["base"] is not None:
            found[figure] = _on_base(row, row["base"], "printed")
        elif blank is not None:
            basis = _less(f"{answering} answering", blank, "without an answer")
            found[figure] = _on_base(row, answering - blank, basis)
        else:
            silent.setdefault(row["block"] or figure, []).append(row)
    for block in silent.values():
        left_out = said.get((block[-1]["section"], block[-1]["year"], "excluded"), 0)
        stated = _less(f"{answering} answering", left_out, "left out")
        found |= _on_largest_base(block, answering - left_out, stated)
    return found


def _level_shares(
    shares: pd.DataFrame, said: Said, seats: Mapping[tuple[str, int], Recovery]
) -> dict[str, Recovery]:
    """Return the levels of those on the Board: parts of a whole, which must close."""
    levels: dict[str, Recovery] = {}
    for name, year, cells in by_item_and_year(shares):
        opener = cells["asked_if"].iloc[0]
        seat = seats.get((opener, year))
        if seat is None or seat.count is None:
            raise PublishedError(
                f"{name}, {year}: it is not published how many were on the Board. Add a possible "
                f"share of {opener!r} for {year}."
            )
        not_stated = said.get((name, year, "not_stated"), 0)
        base = _above_0(seat.count - not_stated, f"{name}, {year}")
        basis = _less(f"{seat.count} on the Board", not_stated, "whose level is not stated")
        values, status = cells["value"].tolist(), RECOVERED
        splits = counts.closing_splits(values, base)
        if len(splits) > 1:
            status = ASSUMED
        elif not splits:
            splits = tuple(one.counts for one in counts.one_cell_corrections(values, base))
            basis, status = f"{basis}; the parts as printed do not add up to it", IMPOSSIBLE
        if not splits:
            raise PublishedError(
                f"{name}, {year}: the levels {values} do not add up to {base} on the Board, nor "
                "with any one corrected. Check the row against the paper."
            )
        for figure, count in zip(cells["figure"], splits[0], strict=True):
            levels[figure] = Recovery(count, base, status, basis)
    return levels


def _as_printed(count: int, base: int | None, printed: int, basis: str) -> Recovery:
    fits = not base or counts.rounded_percent(count, base) == printed
    return Recovery(count, base, PUBLISHED if fits else IMPOSSIBLE, basis)


def _on_base(
    row: Row, base: int, basis: str, *, only: str = RECOVERED, others: str = ""
) -> Recovery:
    """Return the lowest count that prints as shown, with the status `only` if it is the only."""
    found = counts.possible_counts(row["value"], _above_0(base, row["figure"]))
    status = IMPOSSIBLE if not found else only if len(found) == 1 else ASSUMED
    return Recovery(found[0] if found else None, base, status, basis, others)


def _on_largest_base(rows: Sequence[Row], largest: int, stated: str) -> dict[str, Recovery]:
    """Take the largest base, not above the stated one, that makes all of a block possible."""
    values, many = [row["value"] for row in rows], len(rows)
    fits = counts.fitting_bases(values, _above_0(largest, rows[-1]["figure"]))
    if not fits:
        nothing = Recovery(None, None, IMPOSSIBLE, f"no base up to {largest} ({stated}) fits")
        return {row["figure"]: nothing for row in rows}
    *others, base = [one.base for one in fits]
    which, only = ("largest", ASSUMED) if others else ("only", RECOVERED)
    block = {1: "it", 2: "both figures of the block"}.get(many, f"all {many} figures of the block")
    basis = f"{which} base up to {largest} ({stated}) that makes {block} possible"
    listed = " ".join(map(str, reversed(others)))
    return {row["figure"]: _on_base(row, base, basis, only=only, others=listed) for row in rows}


def _less(whole: str, number: int, which: str) -> str:
    """Say of whom a base is: of all, or of all less some."""
    return f"{whole} less {number} {which}" if number else f"all {whole}"


def _above_0(base: int, what: str) -> int:
    if base < 1:
        raise PublishedError(f"{what}: a base of {base} is left. Correct what is taken off.")
    return base
