"""What a form says of its questions: an XLSForm, or a data dictionary of REDCap."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from csm_lib.errors import ReturnsError
from csm_lib.own.headed import Headed, all_headed
from csm_lib.own.read import FORMS, read_sheets

REDCAP = "Variable / Field Name"
"""The first column of every data dictionary of REDCap."""

KINDS: Mapping[str, str] = {
    **dict.fromkeys("select_one radio dropdown yesno truefalse slider".split(), "one"),
    **dict.fromkeys("select_multiple checkbox".split(), "several"),
    **dict.fromkeys("integer decimal range number".split(), "number"),
    **dict.fromkeys("start end today datetime date time calc calculate".split(), "dropped"),
}
"""By type of a question in either form: one answer of a list, several of one, or a number."""


@dataclass(frozen=True)
class Asked:
    """A question, as its form has it.

    Attributes
    ----------
    label
        Its text.
    kind
        ``one``, ``several``, ``number``, ``dropped`` or ``text``.
    codes
        What its codes mean, in the order of the form.
    section
        The title of the part of the form in which it stands; empty where there are none.
    """

    label: str
    kind: str
    codes: Mapping[str, str] = field(default_factory=dict)
    section: str = ""


def read_dictionary(path: Path) -> dict[str, Asked]:
    """Return by name the questions of a form; none where the file is no form."""
    if path.suffix.lower() not in (".csv", ".xlsx", ".xls", ".ods"):
        return {}
    if FORMS[path.suffix.lower()] == "text":
        with path.open("rb") as file:  # most files beside returns are no form: look before reading
            if REDCAP.encode() not in file.read(1_000):
                return {}
    try:
        tables = {one.sheet.name: _table(one) for one in all_headed(read_sheets(path))}
    except (ReturnsError, ValueError):
        return {}
    if "survey" in tables and {"type", "name"} <= {*tables["survey"]}:
        return dict(_of_xlsform(tables["survey"], tables.get("choices", pd.DataFrame())))
    for table in tables.values():
        if REDCAP in table and "Field Type" in table:
            return dict(_of_redcap(table))
    return {}


def _table(one: Headed) -> pd.DataFrame:
    return one.wide().astype("str").fillna("").rename(columns=dict(one.names))


def _label(table: pd.DataFrame) -> str:
    """Return the column of the labels: the first where there is one a language."""
    return next((str(name) for name in table if str(name).split("::")[0] == "label"), "name")


def _of_xlsform(survey: pd.DataFrame, choices: pd.DataFrame) -> Iterator[tuple[str, Asked]]:
    lists: dict[str, dict[str, str]] = {}
    of = next((name for name in ("list_name", "list name") if name in choices), "")
    for row in choices.to_dict("records") if of else []:
        lists.setdefault(row[of], {})[row["name"]] = row[_label(choices)] or row["name"]
    groups: list[str] = []
    for row in survey.to_dict("records"):
        words = row["type"].replace("begin ", "begin_").replace("end ", "end_").split()
        if not words:
            continue
        if words[0] in ("begin_group", "begin_repeat"):
            groups.append(row[_label(survey)] or row["name"])
        elif words[0] in ("end_group", "end_repeat"):
            groups = groups[:-1]
        elif row["name"]:
            codes = lists.get(words[1], {}) if len(words) > 1 else {}
            section = next(filter(None, reversed(groups)), "")
            label, kind = row[_label(survey)] or row["name"], KINDS.get(words[0], "text")
            yield row["name"], Asked(label, kind, codes, section)


def _of_redcap(table: pd.DataFrame) -> Iterator[tuple[str, Asked]]:
    section = before = form = ""
    for row in table.to_dict("records"):
        name = str(row[REDCAP])
        if row.get("Form Name", form) != form:  # another form begins without a header
            form = row["Form Name"]
            section = before = form.replace("_", " ").capitalize()
        header, matrix = text_of(row.get("Section Header", "")), row.get("Matrix Group Name", "")
        section = header or (section if matrix else before)
        before = before if matrix else section  # the header of a matrix is its question
        kind = str(row["Field Type"])
        listed = str(row.get("Choices, Calculations, OR Slider Labels", ""))
        pairs = [one.partition(",") for one in listed.split("|") if "," in one]
        codes = {code.strip(): text_of(label) for code, _, label in pairs}
        if kind in ("yesno", "truefalse"):
            codes = {"1": "Yes", "0": "No"} if kind == "yesno" else {"1": "True", "0": "False"}
        told = KINDS.get(kind, "text")
        if str(row.get("Text Validation Type OR Show Slider Number", "")) in KINDS:
            told = KINDS[row["Text Validation Type OR Show Slider Number"]]
        if row.get("Identifier?", "") == "y":
            told = "dropped"
        coded = codes if told in ("one", "several") else {}
        yield name, Asked(text_of(row["Field Label"]) or name, told, coded, section)


def text_of(markup: str) -> str:
    """Return the words of a label, which form tools let be HTML."""
    bare = re.sub("</?[a-zA-Z][^<>]*>", " ", markup)
    return " ".join(re.sub("&#?[a-zA-Z0-9]+;", lambda met: html.unescape(met[0]), bare).split())


def steps(name: str) -> list[str]:
    """Return the groups in which a column stands, and its own name, of ``a/b`` or ``a.b``."""
    return name.split("." if re.fullmatch(r"\w+(?:\.\w+)+", name) else "/")


def beside(files: Iterable[Path], names: Iterable[str]) -> tuple[Path | None, dict[str, Asked]]:
    """Return the form that fits best the columns of files, of those that lie beside them."""
    files, names = [*files], {steps(name)[-1].split("___")[0] for name in names}
    best: tuple[Path | None, dict[str, Asked]] = None, {}
    folders = dict.fromkeys(file.parent for file in files)
    for path in sorted(one for folder in folders for one in folder.iterdir() if one.is_file()):
        found = {} if path in files else read_dictionary(path)
        fit = len(names.intersection(found))
        if 2 * fit > len(found) and fit > len(names.intersection(best[1])):
            best = path, found
    return best
