"""Questions drafted from columns: what each asks, and which answer each of its codes is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from csm_lib.codebook import CHARACTERISTIC, REQUIRED, RESERVED
from csm_lib.own.columns import NUMBER, Column, code_of
from csm_lib.own.crosswalk import COLUMNS, MORE, parts
from csm_lib.own.dictionary import steps
from csm_lib.own.draft import SEPARATORS, plain, several_ticks
from csm_lib.own.repairs import plain as same
from csm_lib.own.wording import vocabulary, worded
from csm_lib.scales import sides_of

_OTHER = "other|specify|autres?|sonstige[rs]?|anderes?|otr[oa]s?|outr[oa]s?"
WRITTEN_IN = re.compile(rf"\b({_OTHER}|text|comments?)\b", re.I)
"""An option beside which respondents write what they like."""

OTHER = re.compile(rf"\b({_OTHER})\b", re.I)
"""Such an option that is an answer to the question, and no remark on it."""

ONLY_YES = "one answer and blanks, which cannot be told from no"
"""Why a column is left out that the check would refuse."""

CODED = re.compile(r"(?:q|v|var|question|sq)?_?[0-9].*|.{1,2}", re.I)
"""A name of a column that says nothing."""

LAST_PAGE: Sequence[str] = vocabulary()["last_page"]
IDLE = frozenset(vocabulary()["idle"].split())
LAST = re.compile("|".join(vocabulary()["last"]), re.I)
DEGREES: Sequence[str] = vocabulary()["degrees"]
TIMES: Sequence[str] = vocabulary()["times"]


@dataclass
class Draft:
    """A collection as it is drafted: the rows of its files, and what to say of them.

    ``splits`` are the columns that ask what a respondent is, and what that is called.
    """

    items: list[dict[str, str]] = field(default_factory=list)
    answers: dict[str, dict[str, str]] = field(default_factory=dict)
    sections: dict[str, str] = field(default_factory=dict)
    crosswalk: list[dict[str, str]] = field(default_factory=list)
    descriptor: dict[str, object] = field(default_factory=dict)
    confirm: list[str] = field(default_factory=list)
    left_out: dict[str, list[str]] = field(default_factory=dict)
    added: dict[str, pd.Series] = field(default_factory=dict)
    splits: dict[str, str] = field(default_factory=dict)
    aliases: list[dict[str, str]] = field(default_factory=list)
    who: pd.Series = field(default_factory=lambda: pd.Series(dtype="str"))

    def unsure(self, key: str, **values: object) -> None:
        """Ask the analyst to confirm what a sentence says."""
        if (told := worded(key, **values)) not in self.confirm:
            self.confirm.append(told)

    def row(self, column: str, item: str, code: str = "", answer: str = "", **more: str) -> None:
        """Add a row of the crosswalk."""
        cells = {"column": column, "item": item, "code": code, "answer": answer, **more}
        self.crosswalk.append(dict.fromkeys((*COLUMNS, *MORE), "") | cells)

    def drop(self, column: Column, why: str, group: str = "") -> None:
        """Leave a column out, and say why."""
        self.row(column.name, "", group=group)
        self.left_out.setdefault(why, []).append(column.label)


def slug(text: str, most: int = 3) -> str:
    """Return the id that a text gets: its first words that say something.

    Examples
    --------
    >>> slug("3. Which agencies sit on your Board? (Tick all that apply)")
    'agencies_sit_board'
    """
    bare = re.sub(r"\([^)]*\)", " ", text.replace("'", "").replace("’", ""))
    found = re.findall(
        "[a-z0-9]+", re.sub(r"^\W*(?:q?[0-9]+[a-z]?[.):])", "", bare, flags=re.I).lower()
    )
    telling = [word for word in found if word not in IDLE] or found
    return "_".join(telling[:most])[:40] or "item"


def short(text: str) -> str:
    """Return a label for a question: without its number, hints and question mark."""
    bare = re.sub(r"^\s*(?:Q?[0-9]+[a-z]?[.):]\s+)|\s*\([^)]*\)\s*$", "", text, flags=re.I)
    bare = bare.strip().rstrip("?:. ")
    return bare if len(bare) <= 80 else f"{bare[:78].rsplit(' ', 1)[0]} …"


def unique(name: str, taken: Iterable[str]) -> str:
    """Return a name that is not taken yet, with a number behind it if need be."""
    taken = {*taken, *RESERVED}
    numbers = (f"{name}_{number}" for number in range(2, 10_000))
    return name if name not in taken else next(one for one in numbers if one not in taken)


def in_order(labels: Sequence[str]) -> tuple[list[str], bool]:
    """Return answers in their natural order, and whether one was found.

    Scales go from those for to those against, the strongest first; times from the most often;
    what begins with a number or names one by number. Without such an order: by alphabet. Answers
    such as *Other* and *Don't know* come last.
    """
    last = [label for label in labels if LAST.fullmatch(label)]
    rest = [label for label in labels if label not in last]
    sides = sides_of({label: label for label in labels})

    def degree(label: str, ranks: Sequence[str]) -> int | None:
        low = label.casefold()
        return next((n for n, of in enumerate(ranks) if re.search(rf"\b(?:{of})", low)), None)

    def number(label: str) -> float | None:
        met = re.search(r"[0-9][0-9,]*(?:\.[0-9]+)?", label)
        edge = -0.5 if re.match(r"(?:under|less|up to|fewer|below)\b", label, re.I) else 0.0
        return float(met.group().replace(",", "")) + edge if met else None

    def sided(label: str) -> float | None:
        at = degree(label, DEGREES)
        level = 2 if at is None else at
        side = sides.get(label, "between")
        # those against go from the mildest on
        return 20 + (4, 3, 2, 1, 5)[level] if side == "against" else level + 10 * (side != "for")

    keys: list[Callable[[str], float | None]] = [number, lambda label: degree(label, TIMES)]
    keys = [sided, *keys] if sides else [*keys, lambda label: degree(label, DEGREES)]
    for key in keys:
        found = {label: key(label) for label in rest}
        if None not in found.values() and (sides or len({*found.values()}) == len(rest)):
            return [*sorted(rest, key=lambda label: found[label] or 0), *sorted(last)], True
    settled = len(rest) < 2 or {plain(one) for one in rest} == {"yes", "no"}
    by = (lambda label: plain(label) != "yes") if settled else str.casefold
    return [*sorted(rest, key=by), *sorted(last)], settled


# -- The questionnaire ------------------------------------------------------------------------


@dataclass
class _Kind:
    """Answers that several columns take, whether they are sure to be in order, and their id."""

    labels: list[str]
    sure: bool
    name: str = ""
    stem: str = ""
    columns: list[str] = field(default_factory=list)


@dataclass
class _Questionnaire:
    """What gives questions their sections, ids, kinds of answers and years."""

    draft: Draft
    years: pd.Series
    marked: bool
    """Whether the tool marks what is not ticked, also where the question was passed over."""
    groups: list[str] = field(default_factory=list)
    kinds: list[_Kind] = field(default_factory=list)

    def section(self, title: str, name: str = "") -> str:
        """Return the id of a section, which is made where it is not there yet."""
        known = {text: section for section, text in self.draft.sections.items()}
        title = short(title) or "Questions"
        if title not in known:
            known[title] = unique(name or slug(title), self.draft.sections)
            self.draft.sections[known[title]] = title
        return known[title]

    def item(
        self, section: str, name: str, label: str, question: str, response: str, filled: pd.Index
    ) -> str:
        """Add an item, asked in the years in which somebody answered; return its id."""
        ids = [one["item"] for one in self.draft.items]
        asked = sorted({int(year) for year in self.years.reindex(filled).dropna()})
        item = unique(f"{section}.{name}", ids)
        cells = (item, section, label, question, response, ";".join(map(str, asked)))
        self.draft.items.append(dict(zip(REQUIRED, cells, strict=True)))
        return item

    def empty(self, column: Column, item: str, texts: Iterable[str] | None = None) -> None:
        """Say which texts of a column stand for no answer: its shorthand, or those given."""
        for text in sorted(column.shorthand if texts is None else texts):
            self.draft.row(column.name, item, text, "")
            self.draft.unsure("shorthand_read", text=column.codes.get(text, text))

    def kind(self, column: Column, name: str) -> tuple[str, dict[str, str]]:
        """Return the kind of a column's answers, and by text the answer."""
        meanings = column.meanings
        kind = next(one for one in self.kinds if column.name in one.columns)
        if not kind.name:
            known = [*self.draft.answers, "yes_no", "level", "chair", "number"]
            kind.name = unique(name, known)
            answers = self.draft.answers[kind.name] = {}
            for label in kind.labels:
                answers[unique(slug(label, 5), answers)] = label
            question = short(column.label)
            if not kind.sure:
                self.draft.unsure("by_alphabet", question=question)
            if all(NUMBER.fullmatch(label) for label in kind.labels):
                ends = {"first": kind.labels[0], "last": kind.labels[-1]}
                self.draft.unsure("points_without_meaning", question=question, **ends)
        ids = {label: answer for answer, label in self.draft.answers[kind.name].items()}
        return kind.name, {text: ids[means] for text, means in meanings.items()}

    def gather(self, columns: Iterable[Column]) -> None:
        """Lay together the answers of columns that take the same, or parts of one scale."""
        for column in columns:
            labels = [*dict.fromkeys(column.meanings.values())]
            for kind in self.kinds:
                both = [*dict.fromkeys([*kind.labels, *labels])]
                scale = all(sides_of({one: one for one in ls}) for ls in (kind.labels, both))
                if all(NUMBER.fullmatch(one) for one in both):  # a question says what points mean
                    scale = column.stem == kind.stem != ""
                shared = {*kind.labels} & {*labels}
                if {*kind.labels} == {*labels} or (scale and len(shared) > 1):
                    kind.labels, kind.sure = both, kind.sure or bool(column.codes)
                    break
            else:
                kind = _Kind(labels, bool(column.codes), stem=column.stem)
                self.kinds.append(kind)
            kind.columns.append(column.name)
        for kind in self.kinds:
            if not kind.sure:
                kind.labels, kind.sure = in_order(kind.labels)


def _name(column: Column, text: str) -> str:
    """Return the name of a column where it says something, or else an id from its text."""
    name = steps(column.name)[-1].casefold()
    return (
        name
        if column.label != column.name
        and not CODED.fullmatch(name)
        and re.fullmatch("[a-z][a-z0-9_]{2,30}", name)
        else slug(text)
    )


def ask(
    columns: Mapping[str, Column], asked: Iterable[str], years: pd.Series, draft: Draft
) -> None:
    """Draft the items of the columns that hold answers, in the order of the file.

    Parameters
    ----------
    columns
        All columns of the files.
    asked
        The names of those that hold answers.
    years
        The year of each record.
    draft
        What the items and the rows of the crosswalk are added to.
    """
    lime = any(plain(column.label) in LAST_PAGE for column in columns.values())
    make = _Questionnaire(draft, years, lime)
    stems: dict[str, list[Column]] = {}
    some = [columns[name] for name in asked]
    options = Counter((*steps(one.name)[:-1],) for one in some if one.marks)
    for one in some:  # one that no others share is of its own
        if options[(*steps(one.name),)] > 1:
            draft.drop(one, "told by a column for each option")
        else:
            stems.setdefault(one.stem or one.name, []).append(one)
    ticks = {stem for stem, some in stems.items() if len(some) > 1 and _are_ticks(some)}
    single = [column for stem in stems for column in stems[stem] if stem not in ticks]
    held = {column.name: several(column) for column in single}
    make.gather(
        one for one in single if one.closed and not (one.numeric or one.yes_no or held[one.name])
    )
    for stem, some in stems.items():
        if stem in ticks:
            _tick_group(some, make)
            continue
        for column in some:
            found = held[column.name]
            if found is not None:
                _several(column, *found, make)
            else:
                _single(column, make)


def _are_ticks(some: Sequence[Column]) -> bool:
    """Whether columns are the options of one question, beside what respondents wrote in."""
    others = [column for column in some if not column.marks and len(column.counts)]
    free = all(WRITTEN_IN.search(column.option) for column in others)
    return free and sum(bool(column.marks) for column in some) > 1


def _tick_group(some: Sequence[Column], make: _Questionnaire) -> None:
    """Draft the items of the options of one question, one a column."""
    draft, stem = make.draft, some[0].stem
    # an option that nobody ticked is an option; a place to write in that nobody used is none
    free = [c for c in some if not c.marks and (len(c.counts) or WRITTEN_IN.search(c.option))]
    options = [column for column in some if column not in free]
    said_no = any("no" in column.marks.values() for column in options)
    filled = pd.DataFrame({column.name: column.texts for column in options}).notna()
    # of ticks all are marked or none; where some are, each option was answered by itself
    partly = bool((filled.any(axis=1) & ~filled.all(axis=1)).any())
    blank = not said_no or (make.marked and not partly)
    blank |= any(c.kind == "several" or c.counted or "Unchecked" in c.marks for c in options)
    section = make.section(stem, _name_of_group(some))
    make.groups.append(unique(section, make.groups))
    for column in free:  # who wrote in another option has answered
        group = make.groups[-1] if blank and OTHER.search(column.option) else ""
        draft.drop(column, "free text" if len(column.counts) else "nobody answered", group)
    for column in options:
        only_yes = not blank and {*column.marks.values()} == {"yes"}
        if only_yes and len(column.texts) < len(filled):
            draft.drop(column, ONLY_YES)
            continue
        if not (blank or column.marks):
            draft.drop(column, "nobody answered")
            continue
        option = short(column.option)
        told = f"{stem}: {option}"
        # it was asked where it stands: another wave may lack it
        there = filled.index[[file in column.files for file, _ in filled.index]]
        item = make.item(section, slug(option), option, told, "yes_no", there)
        # of one ticked by all whom the question was put to, a blank tells that it was not put
        if blank or only_yes:
            draft.row(column.name, item, "", "no", group=make.groups[-1])
        for text, answer in column.marks.items():
            draft.row(column.name, item, text, "" if blank and answer == "no" else answer)
        make.empty(column, item)
    key = "ticks_blank_no" if blank else "ticks_yes_no"
    draft.unsure(key, question=draft.sections[section], count=len(options))


def _name_of_group(some: Sequence[Column]) -> str:
    """Return the name that the columns of a group share, where it says something."""
    names = {code_of(column.name).casefold() for column in some}
    shared = names.pop() if len(names) == 1 else ""
    return shared if re.fullmatch("[a-z][a-z_]{2,30}", shared) and some[0].kind else ""


def several(column: Column) -> tuple[Sequence[str], dict[str, str]] | None:
    """Return the separators of several ticks in a cell, and by code the options; else ``None``."""
    counts = column.counts
    if column.kind == "several" and column.codes:
        return [" "], column.codes
    if column.kind or column.codes or counts.empty or column.numeric:
        return None
    found = several_ticks(counts)
    if found is None or found[0] == " ":
        return None
    separator, options = found[0], in_order(found[1])[0]
    met, alone = {same(str(text)) for text in counts.index}, {*map(same, options)}
    singly = any(text.strip(f"{separator.strip()} ") in alone for text in met)
    # an answer that holds a comma is no list: lists are of many kinds, and of one option too
    many = len(met) > len(options) and (singly or separator == "\n")
    if not (many or separator.startswith(";")):
        return None
    by_file = column.texts[column.texts.isin(counts.index)].groupby(lambda record: record[0])
    each = [one for _, texts in by_file if (one := several_ticks(texts.value_counts()))]
    separators = [one for one in SEPARATORS if one in {own for own, _ in each}]
    if len(separators) < 2:
        return [separator], {option: option for option in options}
    options, _ = in_order([*{same(one): one for _, own in each for one in own}.values()])
    return separators, {option: option for option in options}


def _several(
    column: Column, separators: Sequence[str], options: Mapping[str, str], make: _Questionnaire
) -> None:
    """Draft the items of the options of one question, several of them ticked in a cell."""
    known = {*map(same, options)}  # an option may look like shorthand, such as the language R
    silent = [text for text in column.shorthand if same(text) not in known]
    texts = column.texts[~column.texts.isin(silent)]
    split = [parts(str(text), separators, options) for text in texts]
    met = Counter(code for ticked, _ in split for code in ticked)
    strange = {part for _, some in split for part in some}
    few = max(3, 0.02 * len(split))
    rare = [code for code in options if not column.codes and met[code] < few]
    if len(options) > 1 and min(met[code] for code in options) == len(split):
        make.draft.drop(column, "an order of options")
        return
    make.empty(column, "", silent)
    title, filled = short(column.label), texts.index
    section = make.section(title, _name(column, column.label))
    for place, code in enumerate([*options, *sorted(strange)]):
        separator = separators[min(place, len(separators) - 1)]  # each in one row at least
        item, option = "", options.get(code, code)
        if code not in rare and code not in strange:
            told = f"{column.label}: {option}"
            item = make.item(section, slug(option), short(option), told, "yes_no", filled)
        make.draft.row(column.name, item, code, "yes" if item else "", separator=separator)
    if rare or strange:
        make.draft.left_out.setdefault("what few wrote in themselves", []).append(title)
    ticks = {"separator": " or ".join(map(repr, separators)), "count": len(options) - len(rare)}
    make.draft.unsure("several_ticks", question=title, **ticks)


def _single(column: Column, make: _Questionnaire) -> None:
    """Draft the item of a column that holds one answer, unless there is nothing to count."""
    draft, counts, why = make.draft, column.counts, ""
    if counts.empty:
        why = "nobody answered"
    elif not (column.numeric or column.closed):
        why = "free text"
    elif not column.numeric and len(counts) == 1 and len(column.meanings) == 1:
        why = ONLY_YES if counts.sum() < len(make.years) else "the same answer from all"
    if why:
        draft.drop(column, why)
        return
    label = short(column.option or column.label)
    told = f"{column.stem}: {column.option}" if column.stem else column.label
    section = make.section(column.section or column.stem or "Questions")
    name = _name(column, column.option or column.label)
    answers, response = column.yes_no, "number" if column.numeric else "yes_no"
    if not (answers or column.numeric):
        response, answers = make.kind(column, section if column.stem else name)
    item = make.item(section, name, label, told, response, column.texts.index)
    if column.name in draft.splits:
        draft.items[-1] |= {"short": draft.splits[column.name], "kind": CHARACTERISTIC}
    if not answers:
        draft.row(column.name, item)
    for text, answer in answers.items():
        draft.row(column.name, item, text, answer)
    make.empty(column, item)
