"""Crosswalks: which item a column of a foreign file is, and which answer each of its codes.

A crosswalk is a small CSV file, ``columns.csv``, with the columns ``column,item,code,answer``.
One row is one code of one column of the foreign file. A row without a code says only which item
the column is; a column without an item is dropped on purpose; a code without an answer stands for
no answer. `draft` writes a first version from what the file says of itself, for the analyst to
finish: what it is not sure of begins with a question mark, and is refused until decided.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from csm_lib.codebook import did_you_mean
from csm_lib.errors import ReturnsError
from csm_lib.files import is_there, lines_of, read_text, report, require_columns, whole
from csm_lib.own.tables import Progress, Raw, combine, read_sheets
from csm_lib.own.tables.shape import IDENTIFIERS, LONG, no_answer_notices, without_missing

if TYPE_CHECKING:
    from csm_lib.codebook import Codebook, Item

COLUMNS = ("column", "item", "code", "answer")
HELP = ("label", "question")
"""Further columns of a draft, which help the analyst and are not read."""

UNDECIDED = "?"
"""How a cell begins that the analyst must decide."""

CODES_DRAFTED = 30
"""Distinct texts up to which a column without value labels is taken for coded."""

SURE, UNSURE = 0.9, 0.6
"""How alike (0 to 1, as `difflib` counts) two names must be to be taken for one another, and to
be offered."""

MARGIN = 0.05
"""By how much the best match must beat the next to be sure."""


@dataclass(frozen=True)
class Crosswalk:
    """What the columns of a foreign file mean.

    Attributes
    ----------
    path
        Its file.
    items
        By column of the foreign file: the item or identifier it holds; empty text where the
        column is dropped on purpose.
    codes
        By column of the foreign file: its codes, and the answer of each; an empty answer means
        no answer.
    """

    path: Path
    items: Mapping[str, str]
    codes: Mapping[str, Mapping[str, str]]


def read_crosswalk(path: str | Path, codebook: Codebook) -> Crosswalk:
    """Read a crosswalk.

    Parameters
    ----------
    path
        A UTF-8 CSV file with the columns ``column, item, code, answer``; ``label`` and
        ``question`` may stand beside them and are not read.
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
        if name not in (*COLUMNS, *HELP):
            raise ReturnsError(
                f"{path}, line 1: the column {name!r} is unknown. Drop it; known are "
                f"{', '.join((*COLUMNS, *HELP))}."
            )
    items: dict[str, str] = {}
    codes: dict[str, dict[str, str]] = {}
    lines: dict[str, int] = {}
    faults: list[str] = []
    for line, row in lines_of(table):
        row = {name: _unguarded(cell) for name, cell in row.items()}
        column, item = row["column"], row["item"].strip()
        fault = _row_fault(row, codebook)
        if not fault and items.get(column, item) != item:
            fault = (
                f"column {column!r} is {items[column]!r} in line {lines[column]}, and {item!r} "
                "here. Give all its rows one item."
            )
        if not fault and item and column not in items and item in items.values():
            other = next(name for name, known in items.items() if known == item)
            fault = (
                f"{item!r} is column {other!r} already (line {lines[other]}). Only one column "
                "can be an item: leave the item of the other empty."
            )
        code, answer = plain_number(row["code"]), row["answer"].strip()
        if not fault and code and code in codes.get(column, {}):
            fault = f"code {row['code']!r} of column {column!r} stands twice. Delete one row."
        if fault:
            faults.append(f"line {line}: {fault}")
            continue
        items[column] = item
        lines.setdefault(column, line)
        if code:
            codes.setdefault(column, {})[code] = answer
    if faults:
        raise ReturnsError(report(path, faults))
    return Crosswalk(path, items, codes)


def _row_fault(row: Mapping[str, str], codebook: Codebook) -> str:
    """Return what is wrong with a row by itself, or empty text."""
    item, code, answer = row["item"].strip(), row["code"], row["answer"].strip()
    if not row["column"]:
        return "the cell of 'column' is empty. Name the column of the file."
    for name, value in (("item", item), ("answer", answer)):
        if value.startswith(UNDECIDED):
            return (
                f"{name!r} of column {row['column']!r} is still undecided ({value!r}). Write the "
                f"{'id of the item' if name == 'item' else 'answer'} without the question mark, "
                f"or empty the cell to {'drop the column' if name == 'item' else 'mean no answer'}."
            )
    known = (*IDENTIFIERS, *LONG, *codebook)
    if item and item not in known:
        return (
            f"there is no item {item!r}.{did_you_mean(item, known)} Use an id of the codebook, "
            f"or one of {', '.join(IDENTIFIERS)}."
        )
    if answer and not code:
        return f"the answer {answer!r} has no code. Name the code, or empty the cell."
    if answer and not item:
        return f"the column {row['column']!r} has an answer but no item. Name the item."
    if answer and item in codebook and answer not in codebook[item].answers:
        answers = codebook[item].answers
        return (
            f"{answer!r} is no answer to {item!r}.{did_you_mean(answer, answers)} Use one of "
            f"{', '.join(answers)}, or empty the cell to mean no answer."
        )
    return ""


def plain_number(text: str) -> str:
    """Return a code without a point that has nothing behind it: ``1.0`` is ``1``."""
    return re.sub(r"^([+-]?[0-9]+)\.0*$", r"\1", text)


def apply(raw: Raw, crosswalk: Crosswalk, codebook: Codebook) -> Raw:
    """Name the columns of one sheet by item, and its codes by answer.

    Parameters
    ----------
    raw
        A sheet, as `csm_lib.own.tables.read_sheets` gives it.
    crosswalk
        What its columns mean.
    codebook
        The questionnaire.

    Returns
    -------
    Raw
        Columns that the crosswalk does not name stay as they are, and so do texts it gives no
        answer for: the checks name both, as they stand in the file. Codes that the file declares
        to stand for no answer are empty cells, unless the crosswalk gives them an answer;
        notices count them.

    Raises
    ------
    ReturnsError
        Two columns of the sheet are, or become, one item; or the crosswalk is one to another
        codebook.
    """
    known = (*IDENTIFIERS, *LONG, *codebook)
    stray = [item for item in crosswalk.items.values() if item and item not in known]
    if stray:
        raise ReturnsError(
            f"{crosswalk.path}: there is no item {stray[0]!r} in {codebook.path}. Read the "
            "crosswalk with the codebook of the returns."
        )
    columns = [str(name) for name in raw.frame.columns]
    targets = [crosswalk.items.get(name, name) for name in columns]
    for number, target in enumerate(targets):
        first = targets.index(target)
        mapped = columns[number] in crosswalk.items or columns[first] in crosswalk.items
        if target and first < number and mapped:
            raise ReturnsError(
                f"{raw.path}: the columns {columns[first]!r} and {columns[number]!r} are both "
                f"{target!r}, by the crosswalk {crosswalk.path}. Drop or rename one of them."
            )
    # a code that the crosswalk explains is no longer the file's to explain
    explained = {
        name: frozenset(code for code in codes if code not in crosswalk.codes.get(name, {}))
        for name, codes in raw.missing.items()
    }
    raw = without_missing(replace(raw, missing=explained))
    kept = [number for number, target in enumerate(targets) if target]
    dropped = [name for name, target in zip(columns, targets, strict=True) if not target]
    notices = list(raw.notices)
    if dropped:
        notices.append(f"dropped by the crosswalk: columns {', '.join(map(repr, dropped))}.")
    series: list[pd.Series] = []
    counts: dict[str, list[int]] = {}
    for number in kept:
        column = raw.frame.iloc[:, number]
        answers = crosswalk.codes.get(columns[number])
        if answers:
            emptied = _count(column, answers)
            column = _translated(column, answers)
            for text, count in emptied.items():
                counts.setdefault(text, []).append(count)
        series.append(column)
    notices += no_answer_notices(raw, counts, "the crosswalk")
    frame = pd.concat(series, axis=1) if series else pd.DataFrame(index=raw.frame.index)
    frame.columns = pd.Index([targets[number] for number in kept], dtype="str")
    names = {targets[number]: columns[number] for number in kept}
    return replace(
        raw,
        frame=frame,
        rows={target: raw.rows[name] for target, name in names.items()},
        sheets={target: raw.sheets[name] for target, name in names.items()},
        names=names,
        notices=tuple(notices),
    )


def _count(column: pd.Series, answers: Mapping[str, str]) -> dict[str, int]:
    """Return how often each text stands that means no answer."""
    counts = column.value_counts()
    return {
        text: int(counts[text])
        for text in column.cat.categories
        if answers.get(plain_number(text)) == "" and counts[text]
    }


def _translated(column: pd.Series, answers: Mapping[str, str]) -> pd.Series:
    """Return a column with answers in place of its codes."""
    texts = [answers.get(plain_number(text), text) for text in column.cat.categories]
    known = {text: number for number, text in enumerate(dict.fromkeys(filter(None, texts)))}
    lookup = pd.array([known.get(text, -1) for text in [*texts, ""]], dtype="int64").to_numpy()
    codes = lookup[column.cat.codes.to_numpy().astype("int64")]
    translated = pd.Categorical.from_codes(codes, categories=pd.Index(list(known), dtype="str"))
    return pd.Series(translated, index=column.index)


def read_file(
    path: str | Path,
    codebook: Codebook,
    *,
    crosswalk: Crosswalk | None = None,
    progress: Progress | None = None,
) -> Raw:
    """Read a file of returns into one wide table of items: sheets, crosswalk, form and all.

    Parameters
    ----------
    path
        The file; see `csm_lib.own.tables.read_sheets`.
    codebook
        The questionnaire.
    crosswalk
        What its columns mean, where they are not named by item.
    progress
        Told what is being done.

    Raises
    ------
    ReturnsError
        As `csm_lib.own.tables.read_sheets`, `apply` and `csm_lib.own.tables.combine` raise it;
        or the crosswalk names a column that the file does not have.
    """
    raws = read_sheets(path, progress=progress)
    if crosswalk is None:
        return combine(raws)
    held = dict.fromkeys(str(name) for raw in raws for name in raw.frame.columns)
    faults = [
        f"column {name!r}: {path} has no such column.{did_you_mean(name, held)} Correct the name, "
        "as it stands in the file, or delete its rows."
        for name in crosswalk.items
        if name not in held
    ]
    if faults:
        raise ReturnsError(report(crosswalk.path, faults))
    return combine([apply(raw, crosswalk, codebook) for raw in raws])


# ---------------------------------------------------------------- drafting

_KNOWN_AS: Mapping[str, frozenset[str]] = {
    "authority": frozenset(
        "organization|"  # codespell:ignore
        "authority|local authority|la|organisation|council|respondent|partnership"
        "|authority name|authority code|la name|la code|local authority name".split("|")
    ),
    "year": frozenset("year|wave|survey year|collection year".split("|")),
    "region": frozenset("region|government office region|gor|region name".split("|")),
    "authority_type": frozenset(
        "authority type|type|type of authority|la type|local authority type".split("|")
    ),
}
"""What identifiers are called in foreign files."""

_YES = frozenset("yes|y|true|ticked|selected|checked|x|✓".split("|"))
_NO = frozenset("no|n|false|not ticked|not selected|unticked|unchecked".split("|"))
_NO_ANSWER = frozenset(
    "no answer|not answered|no response|missing|refused|refusal|don't know|dont know|not stated"
    "|not known|unknown|not applicable|n a|na|nk|dk|not asked|skipped|blank".split("|")
)


def draft(raw: Raw, codebook: Codebook) -> pd.DataFrame:
    """Draft a crosswalk from the names, labels and codes of a file, for the analyst to finish.

    Parameters
    ----------
    raw
        A sheet of the foreign file, as `csm_lib.own.tables.read_sheets` gives it.
    codebook
        The questionnaire.

    Returns
    -------
    DataFrame
        ``column, item, code, answer`` as in the crosswalk, in the order of the file, and to help
        ``label`` (what the file calls the column or the code) and ``question`` (of the item). A
        match that is not sure begins with a question mark; a column that matches nothing has an
        empty item.
    """
    columns = list(dict.fromkeys(str(name) for name in raw.frame.columns))
    named = (*IDENTIFIERS, *LONG)
    matches = _matches(columns, raw, codebook)
    if set(LONG) <= set(columns):  # a long file by the names of this project
        matches.update({name: name for name in LONG})
    rows: list[tuple[str, ...]] = []
    for column in columns:
        item = matches[column]
        guess = item.lstrip(f"{UNDECIDED} ")
        question = codebook[guess].question if guess in codebook else ""
        codes = _codes(raw, column, codebook.get(guess), identifier=guess in named)
        label = raw.labels.get(column, "")
        rows.append((column, item, "", "", label, question))
        # without an item there is nothing to say of its codes yet
        rows += [(column, item, code, answer, text, "") for code, answer, text in codes]
    return pd.DataFrame(rows, columns=[*COLUMNS, *HELP], dtype="str")


def _plain(text: str) -> str:
    """Return the words of a name or label, in lower case."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    words = " ".join(re.findall(r"[^\W_]+", spaced.casefold()))
    return re.sub("^q[0-9]+[a-z]? (?=.)", "", words)  # the number of a question


def _matches(columns: Sequence[str], raw: Raw, codebook: Codebook) -> dict[str, str]:
    """Return the item of each column: sure, marked as unsure, or empty."""
    scores: list[tuple[float, float, str, str]] = []
    for column in columns:
        ranked = _ranked(column, raw.labels.get(column, ""), codebook)
        if ranked:
            (best, item), rest = ranked[0], ranked[1:]
            scores.append((best, best - (rest[0][0] if rest else 0.0), column, item))
    matches = dict.fromkeys(columns, "")
    taken: set[str] = set()
    for best, ahead, column, item in sorted(scores, key=lambda row: (-row[0], -row[1])):
        if best >= SURE and ahead >= MARGIN and item not in taken:
            matches[column] = item
            taken.add(item)
        elif best >= UNSURE:
            matches[column] = f"{UNDECIDED} {item}"
    return matches


def _ranked(column: str, label: str, codebook: Codebook) -> list[tuple[float, str]]:
    """Return the items by how alike they are to a column, the best first."""
    texts = [text for text in (_plain(column), _plain(label)) if text]
    for name, known in _KNOWN_AS.items():
        if column == name or not known.isdisjoint(texts):
            return [(1.0, name)]
    if column in codebook:
        return [(1.0, column)]
    scores = dict.fromkeys(codebook, 0.0)
    for text in texts:
        matcher = difflib.SequenceMatcher(None, "", text[:200], autojunk=False)
        for item in codebook.values():
            for name in (item.item, item.label, item.question):
                score = _alike(matcher, _plain(name)[:200], text)
                scores[item.item] = max(scores[item.item], score)
    return sorted(((score, item) for item, score in scores.items()), key=lambda pair: -pair[0])


def _alike(matcher: difflib.SequenceMatcher[str], name: str, text: str) -> float:
    """Return how alike a name is to the text the matcher holds; 0 where far from it."""
    if not name:
        return 0.0
    # a label within a longer question is a guess worth offering, never a sure one
    within = UNSURE + 0.2 * len(name) / len(text) if f" {name} " in f" {text} " else 0.0
    matcher.set_seq1(name)
    if matcher.real_quick_ratio() < UNSURE or matcher.quick_ratio() < UNSURE:
        return within
    return max(within, matcher.ratio())


def _codes(
    raw: Raw, column: str, item: Item | None, *, identifier: bool
) -> list[tuple[str, str, str]]:
    """Return the codes of a column, the answer drafted for each, and what the file calls it."""
    labels = raw.value_labels.get(column, {})
    missing = raw.missing.get(column, frozenset())
    place = list(raw.frame.columns).index(column)
    met = [str(text) for text in raw.frame.iloc[:, place].cat.categories]
    codes = list(dict.fromkeys([*labels, *(met if len(met) <= CODES_DRAFTED else [])]))
    if item is None and not (identifier and labels):
        return []
    if item is not None and not labels:
        # what needs no more than a repair is left to the checks, which offer and count it
        codes = [code for code in codes if not _understood(code, item)]
    drafted = []
    for code in sorted(codes, key=_by_number):
        label = labels.get(code, "")
        if code in missing or _plain(label or code) in _NO_ANSWER:
            answer = ""
        elif item is None:
            answer = label
        else:
            answer = _answer(label or code, item)
        drafted.append((code, answer, label))
    return drafted


def _understood(code: str, item: Item) -> bool:
    known = {_plain(text) for pair in item.answers.items() for text in pair}
    if item.response == "yes_no":
        known |= {"y", "true", "n", "false"}
    return _plain(code) in known


def _by_number(code: str) -> tuple[int, float, str]:
    try:
        return (0, float(code), code)
    except ValueError:
        return (1, 0.0, code)


def _answer(text: str, item: Item) -> str:
    """Return the answer that a label means, or a question mark with the nearest."""
    plain = _plain(text) or text
    for answer, label in item.answers.items():
        if plain in (_plain(answer), _plain(label)):
            return answer
    if item.response == "yes_no":
        return "yes" if plain in _YES else "no" if plain in _NO else UNDECIDED
    names = {_plain(label): answer for answer, label in item.answers.items()}
    near = difflib.get_close_matches(plain, list(names), n=1)
    return f"{UNDECIDED} {names[near[0]]}" if near else UNDECIDED


def write_draft(table: pd.DataFrame, path: str | Path) -> Path:
    """Write a drafted crosswalk as CSV.

    Parameters
    ----------
    table
        As `draft` gives it.
    path
        The file to write. It must not exist: an analyst's work is not overwritten.

    Notes
    -----
    A cell that a spreadsheet would take for a formula gets an apostrophe before it, which
    `read_crosswalk` takes off again.

    Raises
    ------
    ReturnsError
        There is a file of this name.
    OSError
        It cannot be written.
    """
    path = Path(path)
    if is_there(path):
        raise ReturnsError(f"{path}: is there already, and may hold your work. Name another file.")
    with whole(path) as made, made.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table.columns)
        for row in table.itertuples(index=False, name=None):
            writer.writerow(map(_guarded, row))
    return path


_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?[0-9.]+")


def _guarded(cell: str) -> str:
    """Return a text that no spreadsheet runs."""
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


def _unguarded(cell: str) -> str:
    """Return the text that `_guarded` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
