"""Returns in any form, read and checked: all their faults, or the clean returns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

import numpy as np
import pandas as pd

from csm_lib.codebook import did_you_mean
from csm_lib.errors import ReturnsError
from csm_lib.files import filled, read_text, require_cells, require_columns, unique
from csm_lib.own import repairs, rules
from csm_lib.own.clean import clean_text, laid_out
from csm_lib.own.report import REPAIRS, Report
from csm_lib.own.rules import NO_YEAR, Laid, told
from csm_lib.own.wording import worded
from csm_lib.returns import IDENTIFIERS, typed

if TYPE_CHECKING:
    from csm_lib.codebook import Codebook
    from csm_lib.own.read import Progress
    from csm_lib.own.table import Table

LONG = {"item", "answer"}
"""The columns of the long form, besides the identifiers."""

STAGES = ("Looking at each column", "Comparing columns and rows")
"""What is told while returns are checked."""

SHEET = ["file", "sheet"]
KIND = [*SHEET, "column", "item", "text", "answer"]
REPAIRED = dict.fromkeys(REPAIRS[:4], "str") | {"count": "int64"}
NOTE = re.compile(r"\W*(?:foot)?(?:notes?|sources?|key|symbols?)\b|.{40,}\.$", re.IGNORECASE)
"""How a note under a table begins, or that it ends as a sentence."""


TOTAL = re.compile(
    r"\W*(?:(?:grand|sub|overall)[ -]?)?(?:totals?|averages?|mean|median|sum|count|percentage)"
    r"(?: (?:of )?(?:responses|respondents|returns|answers|yes))?\W*[0-9.,%]*\W*",
    re.IGNORECASE,
)
"""What stands for a name in a row that sums up others."""


class How(TypedDict, total=False):
    """By what returns are read and checked, besides the codebook; each may be left out.

    Attributes
    ----------
    frame
        The regions and types there are, as `csm_lib.frame.read_frame` gives them. Others are
        then refused.
    repair
        Whether to read what is written otherwise but has one meaning, such as ``Yes``; see
        `csm_lib.own.repairs`. The report lists what that is, or would be.
    progress
        Told what is being done.
    """

    frame: pd.DataFrame | None
    repair: bool
    progress: Progress | None


class Beside(How, total=False):
    """What lies beside files of returns, too.

    Attributes
    ----------
    crosswalk
        A ``columns.csv`` that says which item each column of the file is, and which answer each
        of its codes; see `csm_lib.own.crosswalk`.
    aliases
        An ``aliases.csv`` that says which names mean one respondent; see `read_aliases`.
    """

    crosswalk: str | Path | None
    aliases: str | Path | None


def read_returns(
    path: str | Path | Sequence[str | Path], codebook: Codebook, **beside: Unpack[Beside]
) -> pd.DataFrame:
    """Read returns from a file, or several, and check them against the codebook.

    Parameters
    ----------
    path
        A file of any format that `csm_lib.own.table` reads, with the columns ``authority, year``
        and one column per item, named by the item's id; ``region`` and ``authority_type`` where
        they are known. Yes/no items hold ``yes``, ``no`` or nothing; other items one of their
        answers or nothing. Nothing else is understood unless ``repair`` is given. A column for an
        item that was never answered may be left out, and ``year`` where the codebook knows one.
    codebook
        The questionnaire the returns answer.
    **beside
        As `Beside` lists them.

    Returns
    -------
    DataFrame
        One row is one authority in one year, sorted by authority and year. ``year`` is an
        integer, yes/no items are nullable booleans, everything else is text. Missing means no
        answer. Every item of the codebook has its column, in the codebook's order.

    Raises
    ------
    ReturnsError
        The file cannot be read, or does not agree with the codebook. Every fault is listed with
        its row, column, value and remedy.
    """
    report = check_file(path, codebook, **beside)
    if report.returns is None:
        raise ReturnsError(str(report))
    return report.returns


def check_file(
    path: str | Path | Sequence[str | Path],
    codebook: Codebook,
    *,
    crosswalk: str | Path | None = None,
    aliases: str | Path | None = None,
    **how: Unpack[How],
) -> Report:
    """Find every fault of a file of returns; the parameters are those of `read_returns`.

    Raises
    ------
    ReturnsError
        The file cannot be read at all.
    CollectionError
        The crosswalk is not as it must be.
    """
    from csm_lib.own.crosswalk import read_crosswalk
    from csm_lib.own.table import read_table

    key = None if crosswalk is None else read_crosswalk(crosswalk, codebook)
    names = None if aliases is None else read_aliases(Path(aliases))
    files = [Path(path)] if isinstance(path, str | Path) else [Path(one) for one in path]
    if crosswalk is None and aliases is None and len(files) == 1:
        text = clean_text(files[0], codebook, how.get("frame"))
        if text is not None and not any(map(TOTAL.fullmatch, text["authority"].unique())):
            return _check_clean(files[0], text, codebook, **how)
    table = read_table(files, codebook, crosswalk=key, progress=how.get("progress"))
    return check_table(table, codebook, aliases=names, **how)


def read_aliases(path: Path) -> dict[str, str]:
    """Read which names mean one respondent.

    Parameters
    ----------
    path
        A CSV file, ``aliases.csv``, with the columns ``name`` (as the returns have it) and
        ``called`` (the name to use).

    Raises
    ------
    ReturnsError
        It cannot be read, or a name is empty or stands twice.
    """
    table = read_text(path, ReturnsError)
    require_columns(table, ("name", "called"), path, ReturnsError)
    table = table.apply(lambda column: column.str.strip())
    rules_of = [*filled(table, "name", "called"), unique(table, "name")]
    require_cells(table, rules_of, path, ReturnsError)
    return dict(zip(table["name"], table["called"], strict=True))


def check_table(
    table: Table,
    codebook: Codebook,
    *,
    aliases: Mapping[str, str] | None = None,
    frame: pd.DataFrame | None = None,
    repair: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Find every fault of returns that were read into one long table.

    Parameters
    ----------
    table
        The returns.
    codebook, frame, repair, progress
        As in `read_returns`.
    aliases
        By name of a respondent as the returns have it: the name to use.
    """
    if progress is not None:
        progress(STAGES[0])
    known = _known(frame)
    structure, columns, notices = _columns(table, codebook)
    notes, totals = _notes(table, columns), _totals(table)
    no_return = [*notes["record"], *totals["record"]]
    cells = table.cells[~table.cells["record"].isin(no_return)]
    cells = cells[cells["item"].isin([*IDENTIFIERS, *codebook])]
    gone = table.columns[table.columns.duplicated(KIND[:4], keep=False)]
    # of two columns of one name it is not known which is meant
    cells = cells[~_in(cells, gone[KIND[:3]])] if len(gone) else cells
    cells, offers, more = _read(cells, columns, codebook, known, aliases or {})
    if progress is not None:
        progress(STAGES[1])
    records = table.records[~table.records["record"].isin(no_return)]
    laid = _laid(records, cells, columns, codebook, known, complete=not structure)
    found = rules.found(laid) if len(records) else []
    rows = [told("note_row", notes), told("total_row", totals, text=totals["text"])]
    faults = pd.concat([*structure, *rows, *found], ignore_index=True)
    stopped = faults["severity"].eq("error").any() or (len(offers) and not repair)
    returns = None if stopped else _typed(laid)
    notices = [*table.notices, *notices, *more, *rules.samples(laid)]
    return Report(table.path, faults, offers, returns, tuple(notices))


def _check_clean(path: Path, text: pd.DataFrame, codebook: Codebook, **how: Unpack[How]) -> Report:
    """Find what a file whose cells are all in the clean form may still have wrong with it."""
    if (progress := how.get("progress")) is not None:
        for said in (f"Reading {path.name}", *STAGES):
            progress(said)
    laid = laid_out(path, text, codebook, _known(how.get("frame")))
    faults = pd.concat([rules.NONE, *rules.found(laid)], ignore_index=True)
    returns = None if faults["severity"].eq("error").any() else typed(text, codebook)
    repairs = pd.DataFrame(columns=[*REPAIRED]).astype(REPAIRED)
    return Report(path, faults, repairs, returns, tuple(rules.samples(laid)))


def _known(frame: pd.DataFrame | None) -> dict[str, list[str]]:
    """Return the regions and types there are, where that is known."""
    if frame is None:
        return {}
    return {name: sorted(frame[name].unique()) for name in ("region", "authority_type")}


def _in(cells: pd.DataFrame, some: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Whether each row is one of some others, by the columns these have."""
    met = cells[[*some]].merge(some.drop_duplicates(), how="left", indicator=True)["_merge"]
    return (met == "both").to_numpy()


def _columns(
    table: Table, codebook: Codebook
) -> tuple[list[pd.DataFrame], pd.DataFrame, list[str]]:
    """Return the faults of whole columns, the columns that can be judged, and notices."""
    columns = table.columns.assign(row=None, text="")
    sheets = columns.drop_duplicates(SHEET)
    faults, notices = [], []
    for name in ("authority", "year"):
        lacking = sheets[~_in(sheets, columns.loc[columns["item"] == name, SHEET])]
        if name == "authority" or len(codebook.years) > 1:
            faults.append(told("missing_column", lacking.assign(column=name), name=name))
        elif len(lacking):
            notices.append(worded("no_year_needed", year=codebook.years[0]))
    own = [*IDENTIFIERS, *codebook]
    in_sheet = columns.groupby(SHEET)["item"].transform(lambda some: {*some} >= LONG)
    met = table.cells[KIND[:4]].drop_duplicates()  # of the long form
    strange = pd.concat([columns[~(in_sheet & columns["item"].isin(LONG))], met])
    strange = strange[~strange["item"].isin(own)].drop_duplicates(KIND[:3])
    strange = strange.assign(row=None, text="")
    near = [
        did_you_mean(name, [*own, *LONG]) if len(name) <= 60 else "" for name in strange["column"]
    ]
    faults.append(told("unknown_column", strange, near=near))
    double = columns.duplicated(KIND[:4], keep=False)
    twice = columns[double].drop_duplicates(KIND[:3])
    faults.append(told("double_column", twice, name=twice["column"]))
    judged = table.columns[~double & columns["item"].isin(own)]
    return [one for one in faults if len(one)], judged, notices


def _notes(table: Table, columns: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with a text in the first column alone: most likely notes under the table."""
    first = table.columns.drop_duplicates(SHEET)[[*SHEET, "column"]]
    alone = table.cells[~table.cells["record"].duplicated(keep=False)].reset_index(names="at")
    alone = alone.merge(first)
    with_year = _in(alone, columns.loc[columns["item"] == "year", SHEET])
    # where a row needs no year, it may be a respondent who did not answer
    note = with_year | alone["text"].str.match(NOTE)
    return alone[note & ~alone["text"].map(repairs.is_number).astype(bool)]


def _totals(table: Table) -> pd.DataFrame:
    """Return where the rows are named that sum up others."""
    named = table.cells[table.cells["item"] == "authority"]
    return named[named["text"].isin([t for t in named["text"].unique() if TOTAL.fullmatch(t)])]


def _read(
    cells: pd.DataFrame,
    columns: pd.DataFrame,
    codebook: Codebook,
    known: Mapping[str, Sequence[str]],
    aliases: Mapping[str, str],
) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Return the cells with what each is read as; the repairs that takes; and notices.

    Only different texts are looked at, not their millions of cells.
    """
    cells = cells.astype(dict.fromkeys(KIND, "category"))
    which = cells.groupby(KIND, observed=True, sort=False).ngroup().to_numpy(np.intp)
    kinds = cells[KIND].iloc[np.unique(which, return_index=True)[1]].astype("str")
    kinds["count"] = np.bincount(which, minlength=len(kinds))
    said = columns[[*KIND[:4], "coded", "labels"]].drop_duplicates(KIND[:4])
    kinds = kinds.merge(said, how="left", on=KIND[:4])  # in the long form an item is no column
    kinds["coded"] = kinds["coded"].eq(True)
    kinds["labels"] = kinds["labels"].map(lambda one: one if isinstance(one, dict) else {})
    kinds["explained"] = kinds["coded"] | kinds["labels"].map(bool)
    kinds["value"], kinds["fits"] = kinds["answer"].astype("object"), True
    who = kinds.loc[kinds["item"] == "authority", "value"]
    called = who.map(repairs.meant_by(who.unique(), aliases)).dropna()
    kinds.loc[called.index, "value"] = called
    waves = _waves(kinds, codebook)
    yes_no = [name for name, item in codebook.items() if item.response == "yes_no"]
    free = kinds.loc[kinds["item"].isin(yes_no) & ~kinds["explained"], "value"]
    numbers = repairs.speaks_in_noughts_and_ones(free)
    by_item = {str(item): [*some] for item, some in kinds.groupby("item")["value"]}
    known = {**known, "year": [str(year) for year in codebook.years]}
    offers: dict[Any, repairs.Repair] = {}
    for names, some in kinds.groupby(KIND[:4], sort=False):
        name = str(names[-1])
        labels = {} if some["coded"].iloc[0] else some["labels"].iloc[0]
        if name in codebook:
            speaks = numbers and not some["explained"].iloc[0]
            offered = repairs.of_answers(
                [*some["value"]], codebook[name],
                value_labels=labels, numbers=speaks, beside=by_item[name],
            )  # fmt: skip
        else:
            labels = labels if name in ("region", "authority_type") else {}
            offered = repairs.of_names(
                [*some["value"]], known=known.get(name, ()), value_labels=labels
            )
        offers |= {at: offered[text] for at, text in some["value"].items() if text in offered}
    for at, one in offers.items():
        kinds.loc[at, "value"] = one.becomes
    for item, texts in kinds[kinds["item"].isin(list(codebook))].groupby("item")["value"]:
        kinds.loc[list(texts.index), "fits"] = rules.fits(codebook[str(item)], texts)
    read = [f"{one.text!r} as {one.value!r}" for one in kinds.loc[called.index].itertuples()]
    read = [*dict.fromkeys(read)]
    notices = [worded("by_aliases", names=", ".join(read))] if read else []
    notices += waves
    for name in ("value", "explained", "fits"):
        column = kinds[name]
        cells[name] = pd.Categorical(column)[which] if name == "value" else column.to_numpy()[which]
    listed = kinds.rename(columns={"text": "found", "value": "becomes"}).loc[[*offers]]
    listed["rule"] = [one.rule for one in offers.values()]
    listed = listed.groupby(list(REPAIRS[:4]), sort=False)["count"].sum().reset_index()
    order = {name: at for at, name in enumerate(dict.fromkeys(columns["column"]))}
    listed = listed.sort_values("column", key=lambda some: some.map(order), kind="stable")
    return cells[cells["value"] != ""], listed.reset_index(drop=True).astype(REPAIRED), notices


def _waves(kinds: pd.DataFrame, codebook: Codebook) -> list[str]:
    """Read waves by their names, and financial years, and say so."""
    years = kinds.loc[kinds["item"] == "year", "value"]
    called = {int(wave): name for wave, name in codebook.waves.items()}
    found = repairs.waves_of([*years.unique()], codebook.years, called)
    read = years.map(found).dropna().astype("int64").astype("str")
    kinds.loc[read.index, "value"] = read
    begun = {text: wave for text, wave in found.items() if repairs.begins_in(text) == wave}
    begun = {text: wave for text, wave in begun.items() if wave not in called}
    notices = [
        worded("financial_years", text=text, year=wave)
        for wave, text in {wave: text for text, wave in reversed(begun.items())}.items()
    ]
    named = [f"{text!r} as {wave}" for text, wave in found.items() if text not in begun]
    return [*notices, worded("named_waves", names=", ".join(named))] if named else notices


def _laid(
    records: pd.DataFrame,
    cells: pd.DataFrame,
    columns: pd.DataFrame,
    codebook: Codebook,
    known: Mapping[str, list[str]],
    complete: bool,
) -> Laid:
    """Lay the cells of one authority and year together, and join them to the codebook."""
    own = cells[cells["item"].isin(IDENTIFIERS)].drop_duplicates(["record", "item"])
    own = own.astype({"item": "str", "value": "str", "text": "str"})
    wide = own.pivot(index="record", columns="item", values="value").reindex(columns=IDENTIFIERS)
    wide["year_text"] = own[own["item"] == "year"].set_index("record")["text"]
    records = records.merge(wide, how="left", left_on="record", right_index=True)
    records = records.astype(dict.fromkeys(wide, "object")).fillna(dict.fromkeys(wide, ""))
    dated = records["year"].map({str(year): year for year in codebook.years})
    if len(codebook.years) == 1:
        said = _in(records, columns.loc[columns["item"] == "year", SHEET])
        dated = dated.where(said, codebook.years[0])
    records["year"] = dated.fillna(NO_YEAR).astype("int64")
    items = pd.concat([columns[[*SHEET, "item"]], cells[[*SHEET, "item"]].drop_duplicates()])
    kind = items.astype("str").groupby(SHEET)["item"].agg(lambda some: " ".join(sorted({*some})))
    records = records.merge(kind.rename("kind"), how="left", left_on=SHEET, right_index=True)
    # the second return of one authority and year among sheets with the same items is another
    known_row = (records["authority"] != "") & (records["year"] != NO_YEAR)
    alone = records["record"].mask(known_row, NO_YEAR)
    who = ["authority", "year", alone]
    records["turn"] = records.groupby(["kind", *who], dropna=False).cumcount()
    records["unit"] = records.groupby([*who, records["turn"]], sort=False).ngroup()
    of_record = records.set_index("record")
    cells = cells[cells["record"].isin(of_record.index)].assign(
        unit=lambda some: some["record"].map(of_record["unit"]),
        year=lambda some: some["record"].map(of_record["year"]),
    )

    there = {*columns["item"], *cells["item"].unique()}
    names = [name for name in codebook if name in there]
    units = of_record.drop_duplicates("unit").set_index("unit").sort_index()
    shape = len(units), len(names)
    grid, closed = np.full(shape, "", dtype=object), np.zeros(shape, dtype=bool)
    held = np.stack(
        [units["year"].isin(codebook[name].held) for name in names], axis=1
    ) if names else np.zeros(shape, dtype=bool)  # fmt: skip
    place = cells["item"].map({name: at for at, name in enumerate(names)}).astype("float")
    mine = cells[place.notna()].drop_duplicates(["unit", "item"])
    grid[mine["unit"], place[mine.index].astype(int)] = mine["value"].astype("object")
    asked = held.copy()
    for at, name in enumerate(names):
        opener = codebook[name].asked_if
        if opener is not None and opener in there:
            answer = grid[:, [names.index(opener)]][:, 0]
            asked[:, at] &= answer == "yes"
            closed[:, at] = np.isin(answer, ["", *codebook[opener].answers]) & (answer != "yes")
        elif opener is not None:
            asked[:, at] = False
            closed[:, at] = complete
    where = cells["unit"].to_numpy(int), place.fillna(0).to_numpy(int)
    cells = cells.assign(
        held=held[where] if names else False, closed=closed[where] if names else False
    )
    # that a blank is no holds where the question was put
    unasked = (cells["text"] == "") & place.notna() & (~cells["held"] | cells["closed"])
    grid[where[0][unasked], where[1][unasked]] = ""
    cells = cells[~unasked]
    answers, asks = (pd.DataFrame(one, units.index, names) for one in (grid, asked))
    return Laid(codebook, cells, records, columns, answers, asks, known)


def _typed(laid: Laid) -> pd.DataFrame:
    """Return returns without faults in their clean form."""
    who = laid.records.replace("", None).groupby("unit")[list(IDENTIFIERS)].first().fillna("")
    return typed(pd.concat([who, laid.grid], axis=1), laid.codebook)
