"""Questions drafted from columns: what each asks, and which answer each of its codes is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import pandas as pd

from csm_lib.codebook import CHARACTERISTIC, REQUIRED, RESERVED
from csm_lib.own import repairs
from csm_lib.own.crosswalk import COLUMNS, MORE, parts
from csm_lib.own.dictionary import Asked, steps, text_of
from csm_lib.own.draft import plain, several_ticks
from csm_lib.own.headed import Headed
from csm_lib.own.repairs import is_none
from csm_lib.own.repairs import plain as same
from csm_lib.own.wording import vocabulary, worded
from csm_lib.scales import sides_of

MOST_ANSWERS = 15
"""Distinct texts up to which a column without a form may hold one answer of a list."""

YES = frozenset(["1", *repairs.YES, *repairs.TICKS, *vocabulary()["ticked"]])
NO = frozenset(["0", *repairs.NO, *vocabulary()["unticked"]])
"""Words and codes for yes and no, as form tools write them."""

WRITTEN_IN = re.compile(r"\b(other|text|comments?|specify)\b", re.I)
"""An option beside which respondents write what they like."""

NUMBER = re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")

COUNTED = re.compile(r"\b(?:how many|how much|number of)\b", re.I)
"""In a question whose answer is a number, however few of them are met."""

WITH_CODE = re.compile(r"[A-Za-z]\w*(?:\[\w+\])?\.(?:\s+|$)")
"""The code of a question, as LimeSurvey can write it before each text."""

ONLY_YES = "one answer and blanks, which cannot be told from no"
"""Why a column is left out that the check would refuse."""

CODED = re.compile(r"(?:q|v|var|question|sq)?_?[0-9].*|.{1,2}", re.I)
"""A name of a column that says nothing."""

IDLE = frozenset(vocabulary()["idle"].split())
LAST = re.compile("|".join(vocabulary()["last"]), re.I)
DEGREES: Sequence[str] = vocabulary()["degrees"]
TIMES: Sequence[str] = vocabulary()["times"]


@dataclass
class Column:
    """What files say of one column.

    Attributes
    ----------
    name, label
        What the file calls it, and its text: a label of the file or of a form, or its name.
    texts
        Its cells that are not empty, by record.
    codes
        What its codes mean, in the order of the form; empty where nothing says so.
    kind, section
        As in `csm_lib.own.dictionary.Asked`; empty where there is no form.
    stem, option
        The question and the option or statement, where the column is one of a group.
    counted
        The code that means ticked, where the file declares a set; else empty.
    repeated
        Whether a sheet has two columns of this name.
    """

    name: str
    label: str
    texts: pd.Series
    codes: dict[str, str] = field(default_factory=dict)
    kind: str = ""
    section: str = ""
    stem: str = ""
    option: str = ""
    counted: str = ""
    repeated: bool = False

    @cached_property
    def counts(self) -> pd.Series:
        """How often each text stands, without the shorthand for no answer."""
        counts = self.texts.value_counts()
        return counts[~counts.index.isin(self.shorthand)]

    @cached_property
    def shorthand(self) -> frozenset[str]:
        """Its texts that stand for no answer: letters only where they are no answers of a list.

        *Low* stands for a figure beside figures alone.
        """
        met = {str(text) for text in self.texts.unique()} - {*self.codes}
        found = {text for text in met if is_none(text)}
        if not all(NUMBER.fullmatch(text) for text in met - found):
            found = {text for text in found if same(text) != "low"}
        letters = {text for text in met if len(text) == 1 and text.isalpha()}
        lone = found == met or letters - found
        return frozenset(found - letters if lone else found)

    @cached_property
    def meanings(self) -> dict[str, str]:
        """By text the answer it stands for: those of the form first, then what else was met.

        Texts that differ in capitals and spaces alone are one answer, as it is written most often.
        """
        found, spelt = dict(self.codes), {same(means): means for means in self.codes.values()}
        for text in map(str, self.counts.index):
            if text not in found:
                found[text] = spelt.setdefault(same(text), text.strip())
        return found

    @property
    def closed(self) -> bool:
        """Whether it holds one answer of a list."""
        counts = self.counts
        if self.kind in ("text", "number", "dropped") or counts.empty:
            return False
        if self.codes and set(counts.index) <= set(self.codes):
            return True
        labels = {str(text): str(text) for text in counts.index}
        few = len(counts) <= MOST_ANSWERS and counts.sum() >= 2.5 * len(counts)
        return bool(sides_of(labels)) or (few and max(map(len, labels)) <= 80)

    @property
    def numeric(self) -> bool:
        """Whether it holds numbers that are no codes."""
        texts = [str(text) for text in self.counts.index]
        if self.codes or not texts or not all(NUMBER.fullmatch(text) for text in texts):
            return False
        # a few whole numbers from 0 or 1 on are the points of a scale
        points = len(texts) <= 11 and all(re.fullmatch("[0-9]|10", text) for text in texts)
        return self.kind == "number" or not points or bool(COUNTED.search(self.label))

    @property
    def yes_no(self) -> dict[str, str]:
        """By text ``yes`` or ``no``, where it holds nothing else; empty where it holds more."""
        # a label says what a number means; without any, 0 and 1 do beside others of one question
        known = YES | NO if self.stem and not self.codes else (YES | NO) - {"0", "1"}
        words = {text: same(means) for text, means in self.meanings.items()}
        if not known.issuperset(words.values()):
            return {}
        return {text: "yes" if word in YES else "no" for text, word in words.items()}

    @property
    def marks(self) -> dict[str, str]:
        """By text ``yes`` or ``no``, where it is one option of several ticks, or else empty."""
        texts = [str(text) for text in self.counts.index]
        if self.counted:
            return {text: "yes" if text == self.counted else "no" for text in texts}
        ticked = [text for text in texts if same(text) not in NO] or texts
        if len(ticked) == 1:  # what is ticked may be marked by the option itself
            own = {plain(self.option), plain(self.label), "x", "✓"} - {""}
            if (plain(self.meanings[ticked[0]]) or ticked[0]) in own:
                return {text: "yes" if text in ticked else "no" for text in texts}
        return self.yes_no


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

    def drop(self, column: Column, why: str) -> None:
        """Leave a column out, and say why."""
        self.row(column.name, "")
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


# -- What the files hold ----------------------------------------------------------------------


def columns_of(found: Sequence[Headed], form: Mapping[str, Asked]) -> dict[str, Column]:
    """Return the columns of files by name, with what a form says of them."""
    cells: pd.DataFrame = pd.concat(
        {number: one.cells for number, one in enumerate(found)}, names=["file", None]
    )
    file = cells.index.get_level_values("file")
    cells["record"] = pd.Series([*zip(file, cells["row"], strict=True)], index=cells.index)
    by_name = {str(name): some.set_index("record")["text"] for name, some in cells.groupby("name")}
    columns: dict[str, Column] = {}
    for one in found:
        coded = all(WITH_CODE.match(name) for name in one.names.values())
        for name in one.names.values():
            label = text_of(one.labels.get(name) or name)
            label = (WITH_CODE.sub("", label, count=1) if coded else label) or label
            missing = one.sheet.missing.get(name, ())
            codes = {
                c: t.strip() or c
                for c, t in one.sheet.value_labels.get(name, {}).items()
                if c not in missing
            }
            texts = by_name.get(name, pd.Series(dtype="str"))
            texts = texts[~texts.index.duplicated() & ~texts.isin(missing)]
            column = columns.setdefault(name, Column(name, label, texts, codes))
            column.repeated |= [*one.names.values()].count(name) > 1
        for many in one.sheet.sets:
            for name in many.columns if many.counted else ():
                of = columns[name]
                of.stem, of.counted = text_of(many.label), many.counted
                of.option = of.label.removeprefix(of.stem).strip(" -:") or of.label
    for name, column in columns.items():
        _described(name, column, form)
    _stems(columns)
    return columns


def _described(name: str, column: Column, form: Mapping[str, Asked]) -> None:
    """Note what a form says of a column, or of the question of which it is an option."""
    *groups, last = steps(name)
    parent, _, code = last.partition("___") if "___" in last else ("/".join(groups[-1:]), "/", last)
    own, of = form.get(last), form.get(parent)
    if of is not None and of.kind == "several" and code.casefold() in map(str.casefold, of.codes):
        labels = {known.casefold(): label for known, label in of.codes.items()}
        column.stem, column.option, column.section = of.label, labels[code.casefold()], of.section
        column.label, column.kind = f"{of.label} - {column.option}", "several"
    elif own is not None:
        column.label, column.kind, column.section = own.label, own.kind, own.section
        column.codes = dict(own.codes)
    elif code and "___" in last:  # of REDCap, without its dictionary
        column.stem, column.option, column.kind = parent, last, "several"


def _code(name: str) -> str:
    """Return the code of a question in the name of one of its columns, if there is one."""
    parted = re.split(r"___|\[|_[0-9]+(?:_TEXT)?$|/(?=[^/]*$)", "/".join(steps(name)), maxsplit=1)
    return parted[0].split("/")[-1] if len(parted) > 1 and " " not in parted[0] else ""


def _stems(columns: Mapping[str, Column]) -> None:
    """Part the headings that several columns share into question and option."""
    parted: dict[str, list[tuple[str, str]]] = {}
    ended: list[str] = []
    for column in columns.values():
        text = re.sub(r" - Selected Choice(?: -)?(?= |$)", " -", column.label).removesuffix(" -")
        text = re.sub(r" - (?:Response|Open-Ended Response|Text|Number)$", "", text)
        if not column.kind and column.label != column.name:
            column.label = text
        if column.stem or column.kind:
            continue
        met = re.fullmatch(r"(.*\S)\s*(?:\[|\(choice=)([^\]]+)[\])]\W*", text)
        cuts = [(met[1], met[2])] if met else []
        if met := re.fullmatch(r"\[([^\]]+)\]\s+(\S.*)", text):  # LimeSurvey, for SPSS
            cuts.append((met[2], met[1]))
        # behind a dash a colon is one of the option
        signs = r"\s[-–—]\s|/" if re.search(r"\s[-–—]\s", text) else r":\s|/"
        cuts += [(text[: at.start()], text[at.end() :]) for at in re.finditer(signs, text)]
        if column.label == column.name and (met := re.fullmatch(r"(.+)_([0-9]+)", text)):
            cuts.append((met[1], text))  # Q3_1, Q3_2: names that say no more
        option = str(column.counts.index[0]).strip() if len(column.counts) == 1 else ""
        if option and text.endswith(option) and text != option:  # the option, ticked by its text
            ended.append(text.removesuffix(option).rstrip(" -–—:/"))
            cuts.append((ended[-1], option))
        parted[column.name] = cuts
    shared = Counter(stem for cuts in parted.values() for stem, _ in cuts)
    for name, cuts in parted.items():
        both = [cut for cut in cuts if shared[cut[0]] > 1 and cut[1].strip()]
        if both:
            stem, option = max(both, key=lambda cut: len(cut[0]))
            columns[name].stem, columns[name].option = stem.strip(), option.strip()
    for column in columns.values():  # beside such options others, whose text is not their heading
        asked = max((stem for stem in ended if column.label.startswith(stem)), key=len, default="")
        few = column.counts.empty or (len(column.counts) == 1 and column.counts.sum() > 1)
        if shared[asked] > 1 and few and not column.kind and column.stem in ("", asked):
            column.stem, column.option = asked, column.label.removeprefix(asked).strip(" -–—:/")
            column.counted = "".join(column.counts.index)
    named = [c for c in columns.values() if c.stem and c.option == c.name and len(c.counts)]
    for stem in dict.fromkeys(column.stem for column in named):
        # where each has a text of its own, it is the option that was ticked
        some = [column for column in named if column.stem == stem]
        ticks = [[text for text in one.counts.index if same(text) not in NO] for one in some]
        sole = {met[0]: one for one, met in zip(some, ticks, strict=True) if len(met) == 1}
        rows = len({row for one in some for row in one.texts.index})
        least = min((column.counts[text] for text, column in sole.items()), default=rows)
        if 1 < sum(map(bool, ticks)) == len(sole) and least < rows:
            for text, column in sole.items():
                column.option = column.name if NUMBER.fullmatch(text) else text
                column.counted = text
    stemmed = [one for one in columns.values() if one.stem]
    met_twice = Counter((one.stem, one.option) for one in stemmed)
    again = {stem for (stem, _), count in met_twice.items() if count > 1}
    of_form = {(one.stem, _code(one.name)) for one in stemmed if one.kind == "several"}
    again |= {stem for stem, count in Counter(stem for stem, _ in of_form).items() if count > 1}
    for column in columns.values():  # what is asked in the same words is told apart by its code
        if column.stem in again and (code := _code(column.name)):
            column.stem = f"{code} – {column.stem}"
    stems: dict[str, list[Column]] = {}
    for column in columns.values():
        if column.stem:
            stems.setdefault(column.stem, []).append(column)
    for group, some in stems.items():
        _numbered(some)
        some = [column for column in some if column.label.startswith(f"{group}/")]
        kinds = [{*one.meanings.values()} for one in some if not one.marks and len(one.counts)]
        if not some or (len(some) > 1 and all(one & other for one, other in pairwise(kinds))):
            continue
        for column in some:  # the questions of one part of a form, not the options of a question
            column.section, column.label = group, column.option
            column.stem = column.option = ""
        for column in columns.values():
            column.stem = column.stem.removeprefix(f"{group}/")


def _numbered(some: Sequence[Column]) -> None:
    """Take numbers for ticks where each column of a question holds that of its own option."""
    held = [column for column in some if len(column.counts) == 1 and not column.codes]
    texts = [str(column.counts.index[0]) for column in held]
    numbers = [int(text) for text in texts if text.isdecimal() and text != "0"]
    if len(numbers) == len(held) > 1 and all(one < other for one, other in pairwise(numbers)):
        for column, text in zip(held, texts, strict=True):
            column.counted = column.counted or text


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

    def empty(self, column: Column, item: str) -> None:
        """Say which texts of a column stand for no answer."""
        for text in sorted(column.shorthand):
            self.draft.row(column.name, item, text, "")
            self.draft.unsure("shorthand_read", text=text)

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
    lime = any(plain(column.label) in ("lastpage", "last page") for column in columns.values())
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
    for column in free:
        draft.drop(column, "free text" if len(column.counts) else "nobody answered")
    said_no = any("no" in column.marks.values() for column in options)
    filled = pd.DataFrame({column.name: column.texts for column in options}).notna()
    # of ticks all are marked or none; where some are, each option was answered by itself
    partly = bool((filled.any(axis=1) & ~filled.all(axis=1)).any())
    blank = not said_no or (make.marked and not partly)
    blank |= any(c.kind == "several" or c.counted or "Unchecked" in c.marks for c in options)
    section = make.section(stem, _name_of_group(some))
    make.groups.append(unique(section, make.groups))
    for column in options:
        only_yes = not blank and {*column.marks.values()} == {"yes"}
        if only_yes and len(column.texts) < len(filled):
            draft.drop(column, ONLY_YES)
            continue
        option = short(column.option)
        told = f"{stem}: {option}"
        item = make.item(section, slug(option), option, told, "yes_no", filled.index)
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
    names = {_code(column.name).casefold() for column in some}
    shared = names.pop() if len(names) == 1 else ""
    return shared if re.fullmatch("[a-z][a-z_]{2,30}", shared) and some[0].kind else ""


def several(column: Column) -> tuple[str, dict[str, str]] | None:
    """Return the separator of several ticks in a cell, and by code the options; else ``None``."""
    counts = column.counts
    if column.kind == "several" and column.codes:
        return " ", column.codes
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
    if many or separator.startswith(";"):
        return separator, {option: option for option in options}
    return None


def _several(
    column: Column, separator: str, options: Mapping[str, str], make: _Questionnaire
) -> None:
    """Draft the items of the options of one question, several of them ticked in a cell."""
    texts = column.texts[~column.texts.isin(column.shorthand)]
    split = [parts(str(text), separator, options) for text in texts]
    met = Counter(code for ticked, _ in split for code in ticked)
    strange = {part for _, some in split for part in some}
    few = max(3, 0.02 * len(split))
    rare = [code for code in options if not column.codes and met[code] < few]
    if len(options) > 1 and min(met[code] for code in options) == len(split):
        make.draft.drop(column, "an order of options")
        return
    make.empty(column, "")
    title, filled = short(column.label), texts.index
    section = make.section(title, _name(column, column.label))
    for code in [*options, *sorted(strange)]:
        item, option = "", options.get(code, code)
        if code not in rare and code not in strange:
            told = f"{column.label}: {option}"
            item = make.item(section, slug(option), short(option), told, "yes_no", filled)
        make.draft.row(column.name, item, code, "yes" if item else "", separator=separator)
    if rare or strange:
        make.draft.left_out.setdefault("what few wrote in themselves", []).append(title)
    ticks = {"separator": separator, "count": len(options) - len(rare)}
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
