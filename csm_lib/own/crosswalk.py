"""Crosswalks: which item a column of a foreign file is, and which answer each of its codes.

A crosswalk is a small CSV file, ``columns.csv``, with the columns ``column,item,code,answer``
and, where there is use for them, ``group``, ``separator`` and ``sheet``.

- One row is one code of one column. A row without a code says only which item the column is; a
  column without an item is dropped on purpose; a code without an answer stands for no answer.
- A row without a code whose answer is ``no`` says that a blank is no: of a column by itself in
  every row, of columns with one ``group`` where any of them is ticked (else it is no answer).
  A code that stands for no answer is a blank, too. A column of the group without an item is left
  out, but whoever wrote something in it has answered.
- A row with a ``separator`` is one option of a column whose cells hold several ticks: the code is
  the option, the item its own. What is ticked is yes, the column's other options are no, and an
  empty cell is no answer, and so is one that is a code of the column without a separator. An
  option without an item is left out. Of two separators the first that stands in a cell parts it.
- A row with a ``sheet`` holds for that sheet alone, or for that file; for one sheet of one of
  several files it is ``file/sheet``.

`csm_lib.own.draft` writes a first version for the analyst to finish: what it is not sure of
begins with a question mark, and is refused until decided.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from csm_lib.codebook import did_you_mean
from csm_lib.errors import ReturnsError
from csm_lib.files import lines_of, read_text, report, require_columns
from csm_lib.own.repairs import bare, is_none, meant_by, plain_number
from csm_lib.own.repairs import plain as same
from csm_lib.own.wording import refusal, worded
from csm_lib.returns import IDENTIFIERS

if TYPE_CHECKING:
    from csm_lib.codebook import Codebook
    from csm_lib.own.headed import Headed

COLUMNS = ("column", "item", "code", "answer")
MORE = ("group", "separator", "sheet")
HELP = ("label", "question")
"""Further columns of a draft, which help the analyst and are not read."""

UNDECIDED = "?"
"""How a cell begins that the analyst must decide."""

KNOWN = (*IDENTIFIERS, "item", "answer")
"""What a column can be besides an item: an identifier, or a column of the long form."""


@dataclass(frozen=True)
class Crosswalk:
    """What the columns of a foreign file mean.

    Attributes
    ----------
    path
        Its file.
    rows
        One row is one row of it: ``column, item, code, answer, group, separator, sheet``, all
        text.
    """

    path: Path
    rows: pd.DataFrame

    def refuse_what_is_not_in(self, found: Sequence[Headed], codebook: Codebook) -> None:
        """Refuse columns and sheets that no file has.

        Raises
        ------
        ReturnsError
            There are some.
        """
        held = dict.fromkeys(name for one in found for name in one.names.values())
        path, sheets = found[0].sheet.path, {"", *(place for one in found for place in one.places)}
        gone = [name for name in dict.fromkeys(self.rows["column"]) if name not in held]
        near = {name: did_you_mean(name, held) for name in gone}
        faults = [worded("no_such_column", name=n, path=path, near=near[n]) for n in gone]
        # it names no column of a file that names items itself, nor nearly one
        foreign = {*gone} == {*self.rows["column"]} and not any(near.values())
        foreign &= not {*held}.isdisjoint(codebook)
        if gone and (foreign or {*held} <= {*KNOWN, *codebook}):
            raise refusal(self.path, "needs_no_crosswalk", path=path, name=self.path.name)
        faults += [
            worded("no_such_sheet", name=name, path=path)
            for name in dict.fromkeys(self.rows["sheet"])
            if name not in sheets
        ]
        if faults:
            raise ReturnsError(report(self.path, faults))

    def applied(
        self, one: Headed, codebook: Codebook
    ) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
        """Name the cells of one sheet by item, and their codes by answer.

        Returns
        -------
        DataFrame, DataFrame, list of str
            The cells (``row, name, text, item, answer``) without those of columns that are
            dropped; the columns that are not (``column, item, coded, blank_no``); and notices.
            A column that is not named here stays as it is, and so does a text that has no
            answer: the checks name both, as they stand in the file.

        Raises
        ------
        ReturnsError
            A row of the sheet has an answer to one item in two columns; a cell holds an option
            that is not listed; or the crosswalk is one to another codebook.
        """
        known = (*KNOWN, *codebook)
        stray = [item for item in self.rows["item"] if item and item not in known]
        if stray:
            raise refusal(self.path, "other_codebook", item=stray[0], path=codebook.path)
        rows = self.rows[self.rows["sheet"].isin(["", *one.places])]
        split = rows[rows["separator"] != ""]
        plain = rows[rows["separator"] == ""]
        items = dict(zip(plain["column"], plain["item"], strict=True))
        several = {*split["column"]}
        columns = pd.DataFrame({"column": [n for n in one.names.values() if n not in several]})
        columns["item"] = columns["column"].map(lambda name: items.get(name, name))
        dropped = [*columns.loc[columns["item"] == "", "column"]]
        columns = columns[columns["item"] != ""]
        codes = plain[plain["code"] != ""]
        columns["coded"] = columns["column"].isin(codes["column"])
        options = split[split["item"] != ""][["column", "item"]].drop_duplicates()
        columns = pd.concat([columns, options.assign(coded=True)], ignore_index=True)

        cells = one.cells[~one.cells["name"].isin({*several, *dropped})]
        cells = cells.assign(item=cells["name"].map(lambda name: items.get(name, name)))
        cells["answer"] = _answers(cells, codes)
        empty = cells[(cells["answer"] == "") & (cells["text"] != "")]
        told = no_answer(empty, "the crosswalk", one.sheet.name)
        if dropped:
            told.insert(0, worded("dropped", names=dropped))
        as_no = plain[(plain["code"] == "") & (plain["answer"] == "no")]
        columns["blank_no"] = columns["column"].isin([*as_no["column"], *several])
        beside = plain[(plain["group"] != "") & (plain["item"] == "")]
        blanks_no, said = _blanks(one, cells, as_no, beside)
        unticked = pd.MultiIndex.from_frame(blanks_no[["row", "name"]])
        cells = cells[~pd.MultiIndex.from_frame(cells[["row", "name"]]).isin(unticked)]
        silent = zip(codes["column"], codes["code"].str.strip(), strict=True)
        ticks = self._ticks(one, split, {*silent})
        cells = pd.concat([cells, blanks_no, ticks], ignore_index=True)
        self._refuse_two(one, cells, plain)
        return cells, columns, told + said

    def _ticks(
        self, one: Headed, split: pd.DataFrame, silent: Collection[tuple[str, str]]
    ) -> pd.DataFrame:
        """Return a cell for each option of the columns whose cells hold several ticks."""
        found, faults = [], []
        for name, options in split.groupby("column", sort=False):
            separators = [*dict.fromkeys(options["separator"])]
            codes = dict(zip(options["code"], options["item"], strict=True))
            for row, text in one.cells.loc[one.cells["name"] == name, ["row", "text"]].to_numpy():
                if (name, text.strip()) in silent:
                    continue
                ticked, strange = parts(text, separators, codes)
                place = f"{one.place}, {'row' if one.sheet.name else 'line'} {row}, column {name!r}"
                faults += [
                    f"{place}: {worded('no_option', text=part, name=self.path.name)}"
                    for part in strange
                ]
                found += [
                    (row, name, text, item, "yes" if code.strip() in ticked else "no")
                    for code, item in codes.items()
                    if item
                ]
        if faults:
            raise ReturnsError(report(self.path, faults))
        cells = pd.DataFrame(found, columns=["row", "name", "text", "item", "answer"])
        return cells.astype(dict.fromkeys(["name", "text", "item", "answer"], "str"))

    def _refuse_two(self, one: Headed, cells: pd.DataFrame, plain: pd.DataFrame) -> None:
        """Refuse a row that answers one item in two columns; that two are one item is fine."""
        both = cells.drop_duplicates(["row", "item", "name"])
        both = both[both.duplicated(["row", "item"], keep=False)]
        both = both[both["item"].isin({*plain["item"]})]
        if len(both):
            at = both.iloc[0]
            names = both.loc[(both["row"] == at["row"]) & (both["item"] == at["item"]), "name"]
            said = {"names": [*names], "item": at["item"], "row": at["row"]}
            raise refusal(one.place, "two_columns", **said, path=self.path)


def parts(text: str, separators: Sequence[str], codes: Iterable[str]) -> tuple[set[str], list[str]]:
    """Return the options in a cell that holds several, and what is none of them.

    Of several separators the first that stands in the cell parts it: a later wave may have another.
    An option may hold the separator itself: the longest one that fits is taken.
    """
    separator = next((one for one in separators if one in text), separators[0])
    codes = {code.strip() for code in codes}
    known: dict[str, str] = {}
    for way in (same, bare, str):  # without capitals, without noughts, as it is
        ways = {way(code): code for code in codes}
        known |= ways if len(ways) == len(codes) else {}
    pieces = [piece.strip() for piece in text.split(separator)]
    found: set[str] = set()
    strange: list[str] = []
    at = 0
    while at < len(pieces):
        wholes = (
            (known.get(whole) or known.get(bare(whole)) or known.get(same(whole), ""), end)
            for end in range(len(pieces), at, -1)
            for whole in (j.join(pieces[at:end]) for j in (f"{separator.strip()} ", separator))
        )
        code, end = next((one for one in wholes if one[0]), ("", at + 1))
        if code:
            found.add(code)
        elif pieces[at]:
            strange.append(pieces[at])
        at = end
    return found, strange


def _answers(cells: pd.DataFrame, codes: pd.DataFrame) -> pd.Series:
    """Return the answer of each cell: that of its code, or the text itself."""
    answers = cells["text"].copy()
    for name, some in codes.groupby("column"):
        texts = cells.loc[cells["name"] == name, "text"]
        found = meant_by(texts.unique(), dict(zip(some["code"], some["answer"], strict=True)))
        answers[texts.index] = texts.map(lambda text, found=found: found.get(text, text))
    return answers


def _blanks(
    one: Headed, cells: pd.DataFrame, said: pd.DataFrame, beside: pd.DataFrame
) -> tuple[pd.DataFrame, list[str]]:
    """Return the answers that blanks stand for, and say how many there are.

    A code that stands for no answer is a blank: REDCap marks with 0 what is not ticked, also
    where the whole question was passed over. What is written in `beside` options answers it too.
    """
    rows = one.cells["row"].drop_duplicates()
    filled = cells.loc[cells["answer"] != "", ["row", "name"]]
    written = one.cells[~one.cells["text"].map(is_none)]
    found = []
    for group, some in said.groupby("group", sort=False):
        for names in [[*some["column"]]] if group else [[name] for name in some["column"]]:
            names = [name for name in names if name in {*one.names.values()}]
            ticked = filled[filled["name"].isin(names)]
            also = written["name"].isin(beside.loc[beside["group"] == group, "column"])
            asked = rows[rows.isin([*ticked["row"], *written.loc[also, "row"]])] if group else rows
            grid = pd.MultiIndex.from_product([asked, names], names=["row", "name"])
            blank = grid.difference(pd.MultiIndex.from_frame(ticked), sort=False)
            found.append(blank.to_frame(index=False))
    if not found:
        return one.cells.iloc[:0].assign(item="", answer=""), []
    blanks_no = pd.concat(found, ignore_index=True)
    items = dict(zip(said["column"], said["item"], strict=True))
    blanks_no = blanks_no.assign(text="", item=blanks_no["name"].map(items), answer="no")
    told = worded("blanks_no", count=len(blanks_no), columns=said["column"].nunique())
    return blanks_no, [told] if len(blanks_no) else []


def no_answer(cells: pd.DataFrame, who: str, sheet: str) -> list[str]:
    """Say of each text that stands for no answer in how many cells of how many columns it was."""
    place = f"sheet {sheet!r}: " if sheet else ""
    return [
        place
        + worded(
            "no_answer_cells", text=text, who=who, count=len(some), columns=some["name"].nunique()
        )
        for text, some in cells.groupby("text", sort=True)
    ]


def read_crosswalk(path: str | Path, codebook: Codebook) -> Crosswalk:
    """Read a crosswalk.

    Parameters
    ----------
    path
        A UTF-8 CSV file, as the head of this module says; ``label`` and ``question`` may stand
        beside the other columns and are not read.
    codebook
        The questionnaire whose items and answers it names.

    Raises
    ------
    ReturnsError
        The file cannot be read, or a row does not agree with the codebook or another row, or is
        still undecided: every fault with line, value and remedy.
    """
    path = Path(path)
    table = read_text(path, ReturnsError)
    require_columns(table, COLUMNS, path, ReturnsError)
    for name in table.columns:
        if name not in (*COLUMNS, *MORE, *HELP):
            known = ", ".join((*COLUMNS, *MORE, *HELP))
            raise refusal(f"{path}, line 1", "unknown_column", name=name, known=known)
    table = table.reindex(columns=[*COLUMNS, *MORE], fill_value="").map(unguarded)
    for name in ("item", "answer", "group", "sheet"):
        table[name] = table[name].str.strip()
    items: dict[tuple[str, str], tuple[str, int]] = {}
    codes: set[tuple[str, str, str]] = set()
    faults: list[str] = []
    for line, row in lines_of(table):
        column = (row["column"], row["sheet"])
        fault = _row_fault(row, codebook)
        item, first = items.setdefault(column, (row["item"], line))
        if not fault and not row["separator"] and item != row["item"]:
            fault = worded("two_items", **row, other=item, line=first)
        code = plain_number(row["code"])
        if not fault and code and (*column, code) in codes:
            fault = worded("code_twice", **row)
        codes.add((*column, code))
        if fault:
            faults.append(f"line {line}: {fault}")
    if faults:
        raise ReturnsError(report(path, faults))
    return Crosswalk(path, table.reset_index(drop=True))


def _row_fault(row: Mapping[str, str], codebook: Codebook) -> str:
    """Return the first thing that is wrong with a row by itself, or empty text."""
    column, item, code, answer, group, separator, _ = row.values()
    known, of = (*KNOWN, *codebook), codebook.get(item)
    yes_no, answers = of is not None and of.response == "yes_no", of.answers if of else {}
    wrong = {
        "no_column": not column,
        "undecided_item": item.startswith(UNDECIDED),
        "undecided_answer": answer.startswith(UNDECIDED),
        "no_such_item": item and item not in known,
        "no_such_option": separator
        and (not code or (item and not yes_no) or answer not in ("", "yes")),
        "answer_without_code": answer and not code and not (answer == "no" and yes_no),
        "group_of_code": group and (code or answer != ("no" if item else "")),
        "answer_without_item": answer and not item,
        "no_such_answer": code and answer and of and answer not in answers,
    }
    key = next((key for key, is_so in wrong.items() if is_so), "")
    if not key:
        return ""
    near = did_you_mean(answer, answers) if of else did_you_mean(item, known)
    more = {"near": near, "answers": ", ".join(answers), "own": ", ".join(IDENTIFIERS)}
    return worded(key, **row, **more)


_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?[0-9.]+")


def guarded(cell: str) -> str:
    """Return a text that no spreadsheet runs."""
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


def unguarded(cell: str) -> str:
    """Return the text that `guarded` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
