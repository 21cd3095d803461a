"""A first version of a crosswalk, from what a file says of itself, for the analyst to finish."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from csm_lib.files import is_there, whole
from csm_lib.own import repairs
from csm_lib.own.crosswalk import COLUMNS, HELP, KNOWN, MORE, UNDECIDED, guarded
from csm_lib.own.headed import places
from csm_lib.own.repairs import CROSS, NO, TICKS, YES, is_number, is_shorthand, plain_number
from csm_lib.own.wording import refusal, vocabulary
from csm_lib.returns import IDENTIFIERS

if TYPE_CHECKING:
    from csm_lib.codebook import Codebook, Item
    from csm_lib.own.headed import Headed

CODES_DRAFTED = 30
"""Distinct texts up to which a column without value labels is taken for coded."""

SURE, UNSURE, MARGIN = 90.0, 60.0, 5.0
"""How alike (0 to 100) two names must be to be taken for one another, and to be offered; and by
how much the best match must beat the next to be sure."""

_CALLED: Mapping[str, Sequence[str]] = vocabulary()["called"]
_YES = {*YES, *TICKS, *vocabulary()["ticked"]}
_NO = {*NO, *vocabulary()["unticked"]}

GSS = re.compile("[EWSN][0-9]{8}")
"""The code of a place in official statistics: E08000013."""

BOXES = {CROSS, "p", "r"}
"""Shorthand that may be a tick where no answer stands in its column: a cross, or what Wingdings 2
shows as a tick.
"""

SEPARATORS = (";#", ";", "\n", ", ", ",", "|", " / ")
"""What stands between several ticks in a cell."""


def draft(sheets: Sequence[Headed], codebook: Codebook) -> pd.DataFrame:
    """Draft a crosswalk from the names, labels and codes of a file.

    Parameters
    ----------
    sheets
        The sheets of a file, or of several.
    codebook
        The questionnaire.

    Returns
    -------
    DataFrame
        ``column, item, code, answer`` as in the crosswalk, ``group, separator, sheet`` where
        there is use for them, in the order of the file; and to help ``label`` (what the file
        calls the column or the code) and ``question`` (of the item). A match that is not sure
        begins with a question mark; a column that matches nothing has an empty item.
    """
    named = zip(sheets, places(sheets), strict=True)
    drafts = [_of_sheet(one, codebook).assign(sheet=place) for one, place in named]
    whole = pd.concat(drafts, ignore_index=True)
    # what means one thing in one sheet and another in the next is said sheet by sheet
    meant = whole.groupby(["column", "code"])[["item", "answer", "group"]].nunique().max(axis=1)
    several = whole["column"].isin(meant.index[meant > 1].get_level_values(0))
    whole["sheet"] = whole["sheet"].where(several, "")
    whole = whole.drop_duplicates(["column", "sheet", "code"], ignore_index=True)
    return whole.drop(columns=[name for name in MORE if not whole[name].any()])


def _of_sheet(one: Headed, codebook: Codebook) -> pd.DataFrame:
    columns = [*dict.fromkeys(one.names.values())]
    texts = {str(name): some["text"].value_counts() for name, some in one.cells.groupby("name")}
    nothing = pd.Series(dtype="int64")
    matches = _matches(columns, one.labels, codebook)
    if not {"authority", f"{UNDECIDED} authority"} & {*matches.values()}:
        coded = [n for n in columns if n in texts and all(map(GSS.fullmatch, texts[n].index))]
        matches |= {name: f"{UNDECIDED} authority" for name in coded[:1] if not matches[name]}
    if not any(item in codebook for item in matches.values()):
        matches |= _long_form(columns, texts, codebook)
    ticks = _ticked_groups(columns, texts, matches, one, codebook)
    named = _items_named(codebook)
    rows: list[dict[str, str]] = []
    for column in columns:
        item = matches[column]
        guess = item.lstrip(f"{UNDECIDED} ")
        met, label = texts.get(column, nothing), one.labels.get(column, "")
        several = None if guess in IDENTIFIERS else several_ticks(met, named)
        if several is not None and (options := _options(several[1], codebook)):
            rows += [{"column": column, "separator": several[0], **option} for option in options]
            continue
        question = codebook[guess].question if guess in codebook else ""
        blank = ticks.get(column)
        rows.append(
            {"column": column, "item": item, "label": label, "question": question}
            | ({} if blank is None else {"answer": "no" if blank else f"{UNDECIDED} no"})
            | ({"group": blank} if blank else {})
        )
        # without an item there is nothing to say of its codes yet
        for code, answer, told in _codes(one, column, [*met.index], codebook, guess):
            rows.append(
                {"column": column, "item": item, "code": code, "answer": answer, "label": told}
            )
    return pd.DataFrame(rows, columns=[*COLUMNS, *MORE, *HELP], dtype="str").fillna("")


def plain(text: str) -> str:
    """Return the words of a name or label, in lower case and without HTML."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|</?[a-z][^<>]*>", " ", text)
    words = " ".join(re.findall(r"[^\W_]+", spaced.casefold()))
    return re.sub("^q[0-9]+[a-z]? (?=.)", "", words)  # the number of a question


def pieces(name: str) -> list[str]:
    """Return the parts of a heading such as "Option - Question", "Question [Option]", "q/a"."""
    return [part.strip() for part in re.split(r"\s[-–|:]\s|[/\[\]]|:\s", name) if part.strip()]


def own_part(columns: Iterable[str]) -> dict[str, str]:
    """Return of each heading what it does not share with others: the option, not the question."""
    columns = [*columns]
    shared = Counter(part for name in columns for part in {*pieces(name)})
    own = {
        name: " ".join(part for part in pieces(name) if shared[part] == 1 or len(columns) == 1)
        for name in columns
    }
    return {name: part or name for name, part in own.items()}


def _matches(
    columns: Sequence[str], labels: Mapping[str, str], items: Mapping[str, Item]
) -> dict[str, str]:
    """Return the item of each column: sure, marked as unsure, or empty; no item twice."""
    from rapidfuzz import fuzz

    matches = dict.fromkeys(columns, "")
    names = {
        item.item: {plain(text) for text in (item.item, item.label, item.question)} - {""}
        for item in items.values()
    }
    letters = {n: {*map(repairs.plain, (one.label, one.question))} for n, one in items.items()}
    own, shared = own_part(columns), Counter(part for name in columns for part in pieces(name))
    own_labels = own_part(labels[name] for name in columns if labels.get(name))
    scores: list[tuple[float, float, str, str]] = []
    for column in columns:
        label = labels.get(column, "")
        told = {plain(text) for text in (column, label, own[column], own_labels.get(label, ""))}
        told.discard("")
        alone = {plain(part) for part in pieces(column) if shared[part] == 1}
        exact = [item for item, known in letters.items() if repairs.plain(column) in known]
        exact = exact or [n for n, known in names.items() if not known.isdisjoint(told | alone)]
        called = [name for name, known in _CALLED.items() if not told.isdisjoint(known)]
        if column in (*IDENTIFIERS, *items) or called or len(exact) == 1:
            first = column if column in (*IDENTIFIERS, *items) else (*called, *exact)[0]
            scores.append((200.0 if first == column else 101.0, 101.0, column, first))
            continue
        found = []
        for item, known in names.items():
            ratio = max((fuzz.ratio(a, b) for a in known for b in told), default=0.0)
            # words within a longer text are worth offering, never sure
            within = max((fuzz.token_set_ratio(a, b) for a in known for b in told), default=0.0)
            found.append((max(ratio, min(within, SURE - 1) - 5), ratio, item))
        found.sort(key=lambda row: (-row[0], -row[1]))
        for place, (score, _, item) in enumerate(found[:5]):
            ahead = score - (found[place + 1][0] if place + 1 < len(found) else 0.0)
            scores.append((score, ahead if not place else 0.0, column, item))
    taken: set[str] = set()
    for best, ahead, column, item in sorted(scores, key=lambda row: (-row[0], -row[1])):
        if matches[column] or item in taken or best < UNSURE:
            continue
        sure = best >= SURE and ahead >= MARGIN
        matches[column] = item if sure else f"{UNDECIDED} {item}"
        taken.add(item)
    return matches


def ticked(met: pd.Series, rows: int) -> bool:
    """Whether a column holds one text and blanks, as one option of "tick all that apply" does."""
    return len(met) == 1 and int(met.sum()) < rows and is_tick(str(met.index[0]))


def is_tick(text: str) -> bool:
    """Whether a text can be a tick: no word for no, no number but 1, no shorthand but a cross."""
    text = text.strip()
    if is_number(text):
        return plain_number(text) == "1"
    return text.casefold() == CROSS or not (plain(text) in _NO or is_shorthand(text))


def _ticked_groups(
    columns: Sequence[str],
    texts: Mapping[str, pd.Series],
    matches: Mapping[str, str],
    one: Headed,
    codebook: Codebook,
) -> dict[str, str]:
    """Return, of columns that hold ticks, the group: empty where one stands alone.

    Columns of one question are those that a multiple-response set lists, whose headings share a
    part, or whose items are of one section.
    """
    rows = one.cells["row"].nunique()
    found = {}
    for column in columns:
        item = codebook.get(matches[column].lstrip(f"{UNDECIDED} "))
        if item is None or item.response != "yes_no":
            continue
        labels = one.sheet.value_labels.get(column, {})
        if column in texts and ticked(texts[column].rename(index=labels), rows):
            found[column] = item.section
    for number, of_one in enumerate(one.sheet.sets, 1):
        for column in of_one.columns:
            if column in found:
                found[column] = of_one.label or f"set {number}"
    shared = Counter(part for column in found for part in {*pieces(column)})
    declared = {column for of_one in one.sheet.sets for column in of_one.columns}
    for column in [*found]:
        common = [part for part in pieces(column) if shared[part] > 1]
        if common:
            found[column] = common[0]
        elif column not in declared and plain(str(texts[column].index[0])) in _YES:
            del found[column]  # everyone who answered may well have said yes
    size = Counter(found.values())
    return {column: group if size[group] > 1 else "" for column, group in found.items()}


def several_ticks(met: pd.Series, known: Collection[str] = ()) -> tuple[str, list[str]] | None:
    """Return the separator and the options of a column whose cells hold several ticks.

    Such cells are made of the same few parts again and again, however these are capitalised. Parts
    that never stand but together are one option, which holds the separator: where none is `known`.
    """
    # a comma without a space parts options, of which some may hold one with a space
    tight = any(re.search(r",[^\s\d]", text) for text in met.index)
    tight |= not any(", " in text for text in met.index)
    found_by: dict[str, list[str]] = {}
    for separator in SEPARATORS:
        if separator in (", ", ",") and tight == (separator == ", "):
            continue
        split = [[p.strip() for p in text.split(separator) if p.strip()] for text in met.index]
        written: Counter[str] = Counter()
        for found, count in zip(split, met, strict=True):
            written.update(dict.fromkeys(found, int(count)))
        spelt = {repairs.plain(part): part for part, _ in reversed(written.most_common())}
        split = [[spelt[repairs.plain(part)] for part in found] for found in split]
        counts: Counter[str] = Counter()
        for part, count in written.items():
            counts[spelt[repairs.plain(part)]] += count
        if max(map(len, split), default=0) < 2:
            continue
        often = [part for part, count in counts.items() if count > 1 and len(part) <= 200]
        # Microsoft Forms ends each cell with the mark; of free text the parts do not come again
        ended = separator[0] == ";" and all(t.rstrip().endswith(separator) for t in met.index)
        again = sum(counts[part] for part in often) >= 0.8 * counts.total()
        if ended or (again and 2 <= len(often) <= 60):
            found_by[separator] = _whole(split, separator, known)
    # what stands within options cuts them into more
    return min(found_by.items(), key=lambda one: len(one[1]), default=None)


def _whole(split: Sequence[Sequence[str]], separator: str, known: Collection[str]) -> list[str]:
    """Return the options of cells: parts, and those that never stand but together as one."""
    after = Counter(pair for cell in split for pair in pairwise(cell))
    met = Counter(part for cell in split for part in cell)
    alone = {part for part in met if plain(part) in known}
    follows = {
        a: b
        for (a, b), count in after.items()
        if count == met[a] == met[b] and a != b and alone.isdisjoint((a, b))
    }
    wholes = []
    for option in met:
        if option not in follows.values():
            whole = [option]
            while whole[-1] in follows:
                whole.append(follows[whole[-1]])
            wholes.append(f"{separator.strip()} ".join(whole))
    return wholes


def _options(options: Sequence[str], codebook: Codebook) -> list[dict[str, str]]:
    """Return the rows of the options of several ticks; none where they are not in the codebook."""
    matches = _matches(
        options, {}, {name: one for name, one in codebook.items() if one.response == "yes_no"}
    )
    if 2 * sum(item != "" for item in matches.values()) < len(options):
        return []
    return [
        {"item": item, "code": name, "answer": "yes" if item else ""}
        for name, item in matches.items()
    ]


def _items_named(codebook: Codebook) -> dict[str, str]:
    """Return the items by what names them."""
    items = codebook.values()
    return {plain(t): one.item for one in items for t in (one.label, one.question, one.item)}


def _long_form(
    columns: Sequence[str], texts: Mapping[str, pd.Series], codebook: Codebook
) -> dict[str, str]:
    """Return the columns of a long file: that which names items, and that of their answers."""
    item, answer = KNOWN[-2:]
    if {item, answer} <= {*columns}:  # by the names of this project
        return {item: item, answer: answer}
    pairs = [pair for one in codebook.values() for pair in one.answers.items()]
    answers = {*_YES, *_NO, *(plain(text) for pair in pairs for text in pair)}

    def most(known: Collection[str]) -> str:
        shares = {n: met.index.map(plain).isin(known).mean() for n, met in texts.items()}
        name = max(shares, key=lambda name: shares[name], default="")
        return name if shares.get(name, 0) > 0.5 and len(texts[name]) > 1 else ""

    named, given = most(_items_named(codebook)), most(answers)
    given = next((n for n in columns if plain(n) in ("answer", "response", "value")), given)
    return {named: item, given: answer} if named and given and named != given else {}


def _codes(
    one: Headed, column: str, met: Sequence[str], codebook: Codebook, guess: str
) -> list[tuple[str, str, str]]:
    """Return the codes of a column, the answer drafted for each, and what the file calls it."""
    labels, item = one.sheet.value_labels.get(column, {}), codebook.get(guess)
    if guess == KNOWN[-2]:
        named = _items_named(codebook)
        return [(t, named.get(plain(t), UNDECIDED), "") for t in met if t not in codebook]
    if guess == "year" and not labels:
        called = {int(wave): name for wave, name in codebook.waves.items()}
        known = {*map(str, codebook.years), *repairs.waves_of(met, codebook.years, called)}
        strange = [t for t in met if t.strip() not in known] if len(met) <= CODES_DRAFTED else []
        near = {t: [str(year) for year in codebook.years if str(year) in t] for t in strange}
        return [
            (t, f"{UNDECIDED} {y[0] if len(y) == 1 else ''}".strip(), "") for t, y in near.items()
        ]
    missing = one.sheet.missing.get(column, ())
    codes = [*dict.fromkeys([*labels, *(met if len(met) <= CODES_DRAFTED else [])])]
    if item is None and not (guess in IDENTIFIERS and labels):
        return []
    if item is not None and not labels:
        # what needs no more than a repair is left to the checks, which offer and count it
        codes = [code for code in codes if not _understood(code, item)]
    drafted = []
    for code in sorted(codes, key=_by_number):
        label = labels.get(code, "")
        if code in missing or repairs.plain(label or code) in repairs.NO_ANSWER:
            answer = ""
        elif item is None:
            answer = label
        elif item.response == "yes_no" and codes == [*met] == [code] and is_tick(label or code):
            answer = "yes"  # it stands alone in its column, whatever it is
        elif is_shorthand(label or code) and not _understood(label or code, item):
            box = repairs.plain(code).strip("[]() ") in BOXES
            may_be_tick = box and all(map(is_shorthand, met))
            answer = UNDECIDED if may_be_tick else ""
        else:
            answer = _answer(label or code, item)
        drafted.append((code, answer, label))
    return drafted


def _understood(code: str, item: Item) -> bool:
    known = {repairs.plain(text) for pair in item.answers.items() for text in pair}
    known |= YES | NO if item.response == "yes_no" else set()
    return repairs.plain(code) in known


def _by_number(code: str) -> tuple[int, float, str]:
    try:
        return (0, float(code), code)
    except ValueError:
        return (1, 0.0, code)


def _answer(text: str, item: Item) -> str:
    """Return the answer that a label means, or a question mark with the nearest."""
    from rapidfuzz import fuzz, process

    meant = plain(text) or text
    for answer, label in item.answers.items():
        if meant in (plain(answer), plain(label)):
            return answer
    if item.response == "yes_no":
        return "yes" if meant in _YES else "no" if meant in _NO else UNDECIDED
    names = {plain(label): answer for answer, label in item.answers.items()}
    near = process.extractOne(meant, [*names], scorer=fuzz.ratio, score_cutoff=UNSURE)
    return f"{UNDECIDED} {names[near[0]]}" if near else UNDECIDED


def write_draft(table: pd.DataFrame, path: str | Path) -> Path:
    """Write a drafted crosswalk as CSV.

    A cell that a spreadsheet would take for a formula gets an apostrophe before it, which
    `csm_lib.own.crosswalk.read_crosswalk` takes off again.

    Raises
    ------
    ReturnsError
        There is a file of this name: an analyst's work is not overwritten.
    OSError
        It cannot be written.
    """
    path = Path(path)
    if is_there(path):
        raise refusal(path, "draft_is_there")
    with whole(path) as made, made.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table.columns)
        writer.writerows(map(guarded, row) for row in table.to_numpy().tolist())
    return path
