"""What files say of their columns: what each asks, of which question it is an option, its codes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import pandas as pd

from csm_lib.own import align, repairs
from csm_lib.own.dictionary import Asked, steps, text_of
from csm_lib.own.draft import plain
from csm_lib.own.headed import Headed
from csm_lib.own.repairs import is_none
from csm_lib.own.repairs import plain as same
from csm_lib.own.wording import vocabulary
from csm_lib.scales import sides_of

MOST_ANSWERS = 15
"""Distinct texts up to which a column without a form may hold one answer of a list."""

LONGEST_ANSWER = 200
"""Letters up to which a text may be an answer of a list."""

YES = frozenset(["1", *repairs.YES, *repairs.TICKS, *vocabulary()["ticked"]])
NO = frozenset(["0", *repairs.NO, *vocabulary()["unticked"]])
"""Words and codes for yes and no, as form tools write them."""

NUMBER = re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")

COUNTED = re.compile(r"\b(?:how many|how much|number of)\b", re.I)
"""In a question whose answer is a number, however few of them are met."""

EITHER = re.compile(r"\b(?:and|s?he|his|her|him|is|are|was|were|do|does|has|have|yes|no)/$", re.I)
"""A stroke between two words of a question, such as in "is/was"."""

WITH_CODE = re.compile(r"[A-Za-z]\w*(?:\[\w+\])?\.(?:\s+|$)")
"""The code of a question, as LimeSurvey can write it before each text."""


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
        What means ticked, where the file declares it or its columns tell; else empty.
    repeated
        Whether a sheet has two columns of this name.
    files
        The numbers of the sheets in which it stands.
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
    files: set[int] = field(default_factory=set)

    @cached_property
    def counts(self) -> pd.Series:
        """How often each text stands, without the shorthand for no answer."""
        counts = self.texts.value_counts()
        return counts[~counts.index.isin(self.shorthand)]

    @cached_property
    def shorthand(self) -> frozenset[str]:
        """Its texts that stand for no answer: letters only where they are no answers of a list.

        *Low* stands for a figure beside figures alone, and a code for what its label says.
        """
        every = {str(text) for text in self.texts.unique()}
        silent = {text for text in every if same(self.codes.get(text, "")) in repairs.UNANSWERED}
        met = every - {*self.codes}
        found = {text for text in met if is_none(text)}
        if not all(NUMBER.fullmatch(text) for text in met - found):
            found = {text for text in found if same(text) != "low"}
        letters = {text for text in met if len(text) == 1 and text.isalpha()}
        lone = found == met or letters - found
        return frozenset(silent | (found - letters if lone else found))

    @cached_property
    def meanings(self) -> dict[str, str]:
        """By text the answer it stands for: those of the form first, then what else was met.

        Texts that differ in capitals and spaces alone are one answer, as it is written most often.
        """
        found = {c: t for c, t in self.codes.items() if same(t) not in repairs.UNANSWERED}
        spelt = {same(means): means for means in found.values()}
        for text in map(str, self.counts.index):
            twice = (code := repairs.plain_number(text)) != text and code in self.counts.index
            if text not in found and not twice:
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
        return bool(sides_of(labels)) or (few and max(map(len, labels)) <= LONGEST_ANSWER)

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
        if len({*map(same, ticked)}) == 1:  # what is ticked may be marked by the option itself
            own = {plain(self.option), plain(self.label), "x", "✓"} - {""}
            if (plain(self.meanings[ticked[0]]) or ticked[0]) in own:
                return {text: "yes" if text in ticked else "no" for text in texts}
        return self.yes_no


def columns_of(found: Sequence[Headed], form: Mapping[str, Asked]) -> dict[str, Column]:
    """Return the columns of files by name, with what a form says of them."""
    cells: pd.DataFrame = pd.concat(
        {number: one.cells for number, one in enumerate(found)}, names=["file", None]
    )
    file = cells.index.get_level_values("file")
    cells["record"] = pd.Series([*zip(file, cells["row"], strict=True)], index=cells.index)
    by_name = {str(name): some.set_index("record")["text"] for name, some in cells.groupby("name")}
    columns: dict[str, Column] = {}
    for number, one in enumerate(found):
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
            column.files.add(number)
            column.repeated |= [*one.names.values()].count(name) > 1
        for many in one.sheet.sets:
            for name in many.columns if many.counted else ():
                of = columns[name]
                of.stem, of.counted = text_of(many.label), many.counted
                of.option = of.label.removeprefix(of.stem).strip(" -:") or of.label
    for name, column in columns.items():
        _described(name, column, form)
    _part(columns.values(), found)
    _part_by_ticks(columns.values(), found)
    _tell_apart(columns.values())
    for some in _by_stem(columns.values()).values():
        _ticked_by_own(some)
    _sections(columns.values())
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


# -- Questions and their options --------------------------------------------------------------


def _part(columns: Iterable[Column], found: Sequence[Headed]) -> None:
    """Part the headings that several columns share into question and option."""
    cuts = {column.name: _cuts(column) for column in columns if not (column.stem or column.kind)}
    ways = _first_ways([stem for some in cuts.values() for stem, _ in some], found)
    cuts = {name: [(ways[stem], option) for stem, option in some] for name, some in cuts.items()}
    shared = Counter(stem for some in cuts.values() for stem, _ in some)
    for column in columns:
        some = [cut for cut in cuts.get(column.name, ()) if shared[cut[0]] > 1 and cut[1].strip()]
        if some:
            stem, option = max(some, key=lambda cut: len(cut[0]))
            column.stem, column.option = stem.strip(), option.strip()


def _first_ways(stems: Sequence[str], found: Sequence[Headed]) -> dict[str, str]:
    """Return by question how it was first written: another file may number it anew."""
    texts = [[text_of(one.labels.get(n) or n) for n in one.names.values()] for one in found]
    first: dict[str, str] = {}
    known: dict[str, str] = {}
    for stem in dict.fromkeys(stems):
        ways = (stem, first.setdefault(plain(align.NUMBER.sub("", stem, 1)), stem))
        both = False  # two questions of one file are two
        for some in texts if ways[0] != ways[1] else ():
            met = {max((w for w in ways if t.startswith(w)), key=len, default="") for t in some}
            both |= met.issuperset(ways)
        known[stem] = stem if both else ways[1]
    return known


def _cuts(column: Column) -> list[tuple[str, str]]:
    """Return where a heading may part into a question and an option, without what tools add."""
    text = re.sub(r" - Selected Choice(?: -)?(?= |$)", " -", column.label).removesuffix(" -")
    text = re.sub(r" - (?:Response|Open-Ended Response|Text|Number)$", "", text)
    named = column.label == column.name
    column.label = column.label if named else text
    cuts = []
    if met := re.fullmatch(r"(.*\S)\s*(?:\[|\(choice=)([^\]]+)[\])]\W*", text):
        cuts.append((met[1], met[2]))
    if met := re.fullmatch(r"\[([^\]]+)\]\s+(\S.*)", text):  # LimeSurvey, for SPSS
        cuts.append((met[2], met[1]))
    if named and (met := re.fullmatch(r"(.+)_([0-9]+)", text)):
        cuts.append((met[1], text))  # Q3_1, Q3_2: names that say no more
    # behind a dash a colon is one of the option
    signs = r"\s[-–—]\s|/" if re.search(r"\s[-–—]\s", text) else r":\s|/"
    found = [at for at in re.finditer(signs, text) if not EITHER.search(text[: at.end()])]
    return cuts + [(text[: at.start()], text[at.end() :]) for at in found]


def _part_by_ticks(columns: Iterable[Column], found: Sequence[Headed]) -> None:
    """Part headings that end in what is ticked under them, and those beside that begin alike."""
    few = [column for column in columns if len(column.counts) < 2 and not column.kind]
    ticks = {column.name: "".join(column.counts.index).strip() for column in few}
    ended = {
        column.name: column.label.removesuffix(tick).rstrip(" -–—:/")
        for column in few
        if (tick := ticks[column.name]) and column.label.endswith(tick) and column.label != tick
    }
    stems = [stem for stem, count in Counter(ended.values()).items() if count > 1]
    ways = _first_ways([*(column.stem for column in columns), *stems], found)
    for column in few:
        stem = max((one for one in stems if column.label.startswith(one)), key=len, default="")
        alone = column.counts.sum() == 1 and column.name not in ended
        if stem and len(stem) >= len(column.stem) and not alone:
            option = column.label.removeprefix(stem).strip(" -–—:/")
            column.stem, column.option = ways[stem], option
            column.counted = "".join(column.counts.index)


def _tell_apart(columns: Iterable[Column]) -> None:
    """Tell questions that are asked in the same words apart by their codes."""
    some = [column for column in columns if column.stem]
    met = Counter((column.stem, column.option) for column in some)
    of_form = {(one.stem, code_of(one.name)) for one in some if one.kind == "several"}
    met.update(Counter((stem, "") for stem, _ in of_form))
    again = {stem for (stem, _), count in met.items() if count > 1}
    for column in some:
        if column.stem in again and (code := code_of(column.name)):
            column.stem = f"{code} – {column.stem}"


def code_of(name: str) -> str:
    """Return the code of a question in the name of one of its columns, if there is one."""
    parted = re.split(r"___|\[|_[0-9]+(?:_TEXT)?$|/(?=[^/]*$)", "/".join(steps(name)), maxsplit=1)
    return parted[0].split("/")[-1] if len(parted) > 1 and " " not in parted[0] else ""


def _by_stem(columns: Iterable[Column]) -> dict[str, list[Column]]:
    stems: dict[str, list[Column]] = {}
    for column in columns:
        if column.stem:
            stems.setdefault(column.stem, []).append(column)
    return stems


def _ticked_by_own(some: Sequence[Column]) -> None:
    """Take for ticks what tells the options of a question apart: the number or text of each."""
    met = [(one, [str(t) for t in one.counts.index if same(str(t)) not in NO]) for one in some]
    held = [(one, texts[0]) for one, texts in met if len(texts) == 1 and not one.codes]
    rows = len({row for one in some for row in one.texts.index})
    distinct = len({text for _, text in held}) == len(held) > 1
    if not distinct or all(one.counts[text] == rows for one, text in held):
        return
    places = {one.name: str(place) for place, one in enumerate(some, start=1)}
    numbered = all(text == places[one.name] for one, text in held)
    # names that say no more are called by what is ticked under them
    named = all(one.option == one.name and len(texts) < 2 for one, texts in met)
    for one, text in held if numbered or named else ():
        one.counted = one.counted or text
        if named and not NUMBER.fullmatch(text):
            one.option = text


def _sections(columns: Iterable[Column]) -> None:
    """Take what stands before a stroke for a part of a form, if its questions differ."""
    for group, all_of in _by_stem(columns).items():
        some = [column for column in all_of if column.label.startswith(f"{group}/")]
        kinds = [{*one.meanings.values()} for one in some if not one.marks and len(one.counts)]
        if not some or (len(some) > 1 and all(one & other for one, other in pairwise(kinds))):
            continue
        for column in some:
            column.section, column.label = group, column.option
            column.stem = column.option = ""
        for column in columns:
            column.stem = column.stem.removeprefix(f"{group}/")
