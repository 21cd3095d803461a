"""The columns of several sheets, laid side by side by what they ask: names alone may mislead.

From one wave to the next questions are renumbered, and codes are given out anew.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from csm_lib.own.draft import own_part, plain
from csm_lib.own.headed import Headed, places
from csm_lib.own.repairs import plain as same

NUMBER = re.compile(
    r"\W*(?:(?:question|[qsv])\s*\d{1,3}(?:[._]?\d+)*[a-z]?|\d{1,2}(?:[._]\d{1,2})*[a-z]?(?=[.):])"
    r"|\d{1,2}(?:\.\d{1,2})+[a-z]?)(?![a-z0-9])[\W_]*(?=\w)",
    re.I,
)
"""The number of a question, before its text."""

ALIKE = 70.0
"""How alike (of 100) two texts under one name must be to be one question, reworded."""


class Source(NamedTuple):
    """Where a column stands: its name there, its sheet if other sheets mean another by the name.

    `codes` are the codes of each text that was put in their place.
    """

    column: str
    sheet: str = ""
    codes: Mapping[str, Sequence[str]] = {}


def aligned(found: Sequence[Headed]) -> tuple[list[Headed], dict[str, list[Source]]]:
    """Give the same name to columns that ask the same, and the same meaning to their codes.

    Returns
    -------
    list of Headed, dict
        The sheets, renamed, with labels in place of codes that mean one thing here and another
        there; and by new name where the column stands.
    """
    if len(found) == 1:
        return [*found], {}
    names = _names(found)
    clash = _clashes(found, names)
    met = Counter((old, new) for one in names for old, new in {*one.items()})
    moved = {name for name, count in Counter(old for old, _ in met).items() if count > 1}
    sheets, sources = [], dict[str, list[Source]]()
    for one, named, place in zip(found, names, places(found), strict=True):
        said = {
            name: {code: text for code, text in codes.items() if code not in _missing(one, name)}
            if named[name] in clash
            else {}
            for name, codes in one.sheet.value_labels.items()
            if name in named
        }
        for old, new in named.items():
            codes: dict[str, list[str]] = {}
            for code, text in said.get(old, {}).items():
                codes.setdefault(text, []).append(code)
            source = Source(old, place if codes or old in moved else "", codes)
            if source not in (there := sources.setdefault(new, [])):
                there.append(source)
        sheets.append(_renamed(one, named, said))
    return sheets, sources


def _names(found: Sequence[Headed]) -> list[dict[str, str]]:
    """Return for each sheet the new name of each column: that under which it was first met."""
    by_text: dict[str, str] = {}
    asked: dict[str, str] = {}
    names: list[dict[str, str]] = []
    for one, place in zip(found, places(found), strict=True):
        own = [*dict.fromkeys(one.names.values())]
        labels = {name: " ".join((one.labels.get(name) or name).split()) for name in own}
        texts = {name: plain(NUMBER.sub("", text, 1)) for name, text in labels.items()}
        once = Counter(texts.values())
        options = own_part(labels.values())
        named = {n: by_text[t] for n, t in texts.items() if once[t] == 1 and t in by_text}
        for name in own:
            option = plain(NUMBER.sub("", options[labels[name]], 1))
            if name not in named:
                free = name not in asked or name not in named.values()
                known = free and (name not in asked or _alike(option, asked[name]))
                named[name] = name if known else f"{name} ({place})"
            asked.setdefault(named[name], option)
            if once[texts[name]] == 1:
                by_text.setdefault(texts[name], named[name])
        names.append(named)
    return names


def _alike(one: str, other: str) -> bool:
    from rapidfuzz import fuzz

    return fuzz.ratio(one, other) >= ALIKE


def _missing(one: Headed, name: str) -> Sequence[str]:
    return one.sheet.missing.get(name, ())


def _clashes(found: Sequence[Headed], names: Sequence[Mapping[str, str]]) -> set[str]:
    """Return the new names of columns of which a code means one thing here and another there."""
    meant: dict[tuple[str, str], str] = {}
    clash = set()
    for one, named in zip(found, names, strict=True):
        for name, codes in one.sheet.value_labels.items():
            for code, text in codes.items() if name in named else ():
                if meant.setdefault((named[name], code), same(text)) != same(text):
                    clash.add(named[name])
    return clash


def _renamed(
    one: Headed, named: Mapping[str, str], said: Mapping[str, Mapping[str, str]]
) -> Headed:
    """Return a sheet with other names, and with texts in place of codes."""

    def by_new_name(of: Mapping[str, Any]) -> dict[str, Any]:
        return {named[name]: what for name, what in of.items() if name in named}

    pairs = zip(one.cells["name"], one.cells["text"], strict=True)
    texts = [said.get(name, {}).get(text, text) for name, text in pairs]
    codes = {name: of for name, of in one.sheet.value_labels.items() if not said.get(name)}
    sheet = replace(
        one.sheet,
        value_labels=by_new_name(codes),
        missing=by_new_name(one.sheet.missing),
        sets=[of._replace(columns=[named[n] for n in of.columns]) for of in one.sheet.sets],
    )
    return replace(
        one,
        sheet=sheet,
        names={number: named[name] for number, name in one.names.items()},
        labels={new: old for old, new in named.items() if new != old} | by_new_name(one.labels),
        cells=one.cells.assign(name=one.cells["name"].map(named), text=texts),
    )


def as_in_files(
    rows: Iterable[Mapping[str, str]], sources: Mapping[str, Sequence[Source]]
) -> list[dict[str, str]]:
    """Return the rows of a crosswalk with the columns and codes as they stand in the files."""
    return [
        {**row, "column": one.column, "sheet": one.sheet, "code": code}
        for row in rows
        for one in sources.get(row["column"], [Source(row["column"])])
        for code in one.codes.get(row["code"], [row["code"]])
    ]
