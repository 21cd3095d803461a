"""A codebook as an XLSForm, with which ODK and KoboToolbox collect answers, and read back from one.

An XLSForm asks in one wave. What it has no place for (the years of an item, its short label) goes
along in columns named ``codebook_...``, which its converters pass over, so that the form read back
is the same codebook. What was changed in the form since, such as the words of a question, counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pandas as pd

from csm_lib.codebook import ANSWERS, Codebook
from csm_lib.descriptor import About
from csm_lib.errors import CodebookError
from csm_lib.files import lines_of, read_text
from csm_lib.own.template import asked_in, identifiers
from csm_lib.own.workbook import cut, each_once, new_workbook, read_workbook
from csm_lib.returns import IDENTIFIERS

OWN = "codebook_"
"""What the columns begin with that hold a cell of the codebook as it stands there."""

TAKEN = ("data", "meta", "name", "label", *IDENTIFIERS)
"""Names that mean something else in a form."""

WORDLESS = "…"
"""What is asked where nothing of a text can be shown: a form takes no question without words."""

COLUMNS = ("type", "name", "label", "hint", "required", "relevant", "calculation")
CHOICES = ("list_name", "name", "label")

UNASKED = (
    "note calculate hidden start end today deviceid username audit phonenumber email"
).split()
"""Types of rows that nobody answers."""

REFERENCE = ("${", "$\N{WORD JOINER}{")
"""What begins the answer to another question, in any cell, and what reads the same and does not."""

NEVER = "false()"
"""The condition of what is not asked in the year of the form."""

NUMBERS = ("integer", "decimal", "range")

_SELECT = re.compile(r"select[ _](one|multiple) (\S+)( or[ _]other)?")
_GROUP = re.compile(r"(begin|end)[ _](group|repeat)")
_IF_YES = re.compile(r"""\s*\$\{\s*([^}]+?)\s*\}\s*=\s*['"]yes['"]\s*""")

Row = dict[str, str]


# -- Writing --------------------------------------------------------------------------------------


def write_xlsform(
    codebook: Codebook,
    path: Path,
    *,
    year: int,
    about: About | None = None,
    regions: Sequence[str] = (),
    types: Sequence[str] = (),
) -> None:
    """Write an XLSForm that asks one respondent the questions of one year.

    Parameters
    ----------
    codebook, year, about, regions, types
        As for `csm_lib.own.template.write_template`. An item that is not asked in that year is in
        the form, too, under a condition that is never met.
    path
        The ``.xlsx`` file to write.

    Raises
    ------
    CodebookError
        Nothing is asked in that year.
    OSError
        The file cannot be written.
    """
    asked_in(codebook, year)  # refuses a year without any
    about = About(title="") if about is None else about
    title = _shown(about.title) or "Survey"
    settings = {
        "form_title": f"{title}, {about.wave(year)}",
        "form_id": _names([f"{title}_{year}"])[f"{title}_{year}"],
        "version": str(year),
    }
    known = {"region": regions, "authority_type": types}
    lists = _names([item.response for item in codebook.values()], taken=known)
    with new_workbook(path, settings["form_title"]) as book:
        for name, first, rows in (
            ("survey", COLUMNS, [*_who(about, year, known), *_questions(codebook, year, lists)]),
            ("choices", CHOICES, [*_choices(codebook, lists, known)]),
            ("settings", (), [settings]),
        ):
            sheet = book.add_worksheet(name)
            columns = list(dict.fromkeys([*first, *(key for row in rows for key in row)]))
            for at, row in enumerate([dict(zip(columns, columns, strict=True)), *rows]):
                for column, key in enumerate(columns):
                    if text := row.get(key):
                        own = key.startswith(OWN)
                        sheet.write_string(at, column, text.replace(*REFERENCE) if own else text)
            sheet.freeze_panes(1, 0)


def _who(about: About, year: int, known: Mapping[str, Sequence[str]]) -> list[Row]:
    """Return the rows that ask whose answers they are; the year is known."""
    rows = []
    for name, hint in identifiers(about).items():
        one = {"type": "text", "name": name, "label": _shown(about.called(name)), "hint": hint}
        if name == "authority":
            one |= {"label": _shown(about.one), "required": "yes"}
        elif name == "year":
            one = {"type": "calculate", "name": name, "calculation": str(year)}
        elif known[name]:
            one["type"] = f"select_one {name}"
        rows.append(one)
    return rows


def _questions(codebook: Codebook, year: int, lists: Mapping[str, str]) -> list[Row]:
    """Return the rows of the items, in groups by section."""
    raw = _raw(codebook.path)
    blank = {f"{OWN}{column}": "" for column in raw[0]}  # keeps them in their order
    cells = iter(raw)
    names = _names(codebook, taken=TAKEN)
    groups = [(s, list(items)) for s, items in groupby(codebook.values(), lambda i: i.section)]
    taken = {*TAKEN, *names.values()}
    rows: list[Row] = []
    for section, items in groups:
        off = {} if any(year in item.held for item in items) else {"relevant": NEVER}
        name = _names([section], taken=taken)[section]
        taken |= {name, f"{name}.about"}
        begin = {
            "type": "begin_group",
            "name": name,
            "label": _shown(codebook.title(section)) or WORDLESS,
        }
        rows.append(blank | begin | {f"{OWN}section": section} | off)
        if introduction := _shown(codebook.about(section)):
            rows.append({"type": "note", "name": f"{name}.about", "label": introduction})
        for item in items:
            one = {f"{OWN}{column}": cell for column, cell in next(cells).items()}
            one["type"] = f"select_one {lists[item.response]}" if item.answers else "decimal"
            one |= {
                "name": names[item.item],
                "label": _shown(item.question or item.label) or WORDLESS,
            }
            if year not in item.held:
                one["relevant"] = NEVER
            elif item.asked_if is not None:
                one["relevant"] = f"${{{names[item.asked_if]}}} = 'yes'"
            rows.append(one)
        rows.append({"type": "end_group"})
    return rows


def _choices(
    codebook: Codebook, lists: Mapping[str, str], known: Mapping[str, Sequence[str]]
) -> list[Row]:
    """Return the rows of the answers: what is known of respondents, and the kinds of answers."""
    rows = [
        {"list_name": k, "name": n, "label": _shown(n)} for k, some in known.items() for n in some
    ]
    path = codebook.path.with_name("answers.csv")
    for cells in _raw(path) if path.exists() else []:
        one = {f"{OWN}{column}": cell for column, cell in cells.items()}
        one |= {"list_name": lists.get(cells["response"], cells["response"])}
        rows.append(one | {"name": cells["answer"], "label": _shown(cells["label"]) or WORDLESS})
    for kind in [kind for kind in lists if kind in ANSWERS]:
        rows += [
            {"list_name": lists[kind], "name": n, "label": t} for n, t in ANSWERS[kind].items()
        ]
    return rows


def _raw(path: Path) -> list[Row]:
    """Return the cells of a file of the codebook, as far as space around them does not count."""
    cells = read_text(path, CodebookError).apply(lambda column: column.str.strip())
    return [row for _, row in lines_of(cells)]


def _shown(text: str) -> str:
    """Return text as a form shows it."""
    return cut(text).strip().replace(*REFERENCE)


def _names(texts: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """Return a name for each text that XLSForm takes, that no other has, in capitals or not."""
    texts = list(dict.fromkeys(texts))
    plain = [re.sub(r"[^A-Za-z0-9_.-]+", "_", text) for text in texts]
    wanted = [name if re.match("[A-Za-z_]", name) else f"_{name}" for name in plain]
    return dict(zip(texts, each_once(wanted, joint="_", taken=taken), strict=True))


# -- Reading --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Questionnaire:
    """What an XLSForm asks, as the files of a codebook.

    Attributes
    ----------
    codebook, answers, sections
        The rows of ``codebook.csv``, ``answers.csv`` and ``sections.csv``, every cell text. The
        last two may have no row, and are then no file.
    left_out
        The labels of questions that no codebook holds: free text, dates, places, files.
    """

    codebook: pd.DataFrame
    answers: pd.DataFrame
    sections: pd.DataFrame
    left_out: tuple[str, ...]

    @property
    def files(self) -> dict[str, str]:
        """The content of each file by its name."""
        tables = {"codebook": self.codebook, "answers": self.answers, "sections": self.sections}
        return {
            f"{name}.csv": table.to_csv(index=False, lineterminator="\n")
            for name, table in tables.items()
            if len(table)
        }


def read_xlsform(path: Path) -> Questionnaire:
    """Read an XLSForm, whoever made it, as a codebook.

    Parameters
    ----------
    path
        A workbook with the sheets ``survey`` and ``choices``. A question of which several answers
        may be ticked becomes a yes/no item for each of them, ``question/answer``, as the exports
        of ODK and KoboToolbox name their columns. A condition other than the yes to one item is
        told in the item's note. ``years`` is the year of the form, if it says one, else empty.

    Raises
    ------
    CodebookError
        The file cannot be read, is no XLSForm, or asks nothing that a codebook holds.
    """
    survey, choices = _read(path)
    lists: dict[str, list[Row]] = {}
    for row in choices:
        lists.setdefault(row.get("list_name") or row.get("list name", ""), []).append(row)
    kinds = {name: _response(name, some) for name, some in lists.items()}
    year = next((r.get("calculation", "") for r in survey if r.get("name") == "year"), "")
    items: dict[str, Row] = {}
    opens: dict[str, str] = {}
    left_out = []
    for row, groups in _walk(survey):
        kind, name = row["type"], row.get("name", "")
        off = row.get("relevant") == NEVER and not row.get(f"{OWN}item")
        if off or kind in UNASKED or name in IDENTIFIERS or _GROUP.fullmatch(kind):
            continue
        select = _SELECT.fullmatch(kind)
        repeated = any("repeat" in group["type"] for group in groups)
        if repeated or not (kind in NUMBERS or (select and select[2] in lists)):
            left_out.append(_said(row) or name)
            continue
        one = _item(row, groups, year, opens)
        if one["item"] in items:  # a copy of a question, made in the form
            one["item"] = name
        if select and select[1] == "multiple":
            for choice in lists[select[2]]:
                item, label = f"{name}/{choice.get('name', '')}", _said(choice)
                items[item] = one | {"item": item, "label": label, "response": "yes_no"}
            continue
        one["response"] = kinds[select[2]] if select else "number"
        items[one["item"]] = one
        if one["response"] == "yes_no":
            opens[name] = one["item"]
    if not items:
        raise CodebookError(f"{path}: asks nothing to choose from, so there is no codebook in it.")
    answers = [
        _own(row)
        | {"response": kinds[name], "answer": row.get("name", ""), "label": _kept(row, "label")}
        for name, some in lists.items()
        for row in some
        if row.get(f"{OWN}response") or kinds[name] in {one["response"] for one in items.values()}
    ]
    answers = [one for one in answers if one["response"] not in ANSWERS]
    sections = _headings(survey, {one["section"] for one in items.values()})
    return Questionnaire(_table(items.values()), _table(answers), _table(sections), tuple(left_out))


def _read(path: Path) -> tuple[list[Row], list[Row]]:
    """Return the rows of the sheets ``survey`` and ``choices``, each a cell by its column."""
    sheets = read_workbook(path, CodebookError, dtype=str, keep_default_na=False)
    tables = []
    for name, column in (("survey", "type"), ("choices", "name")):
        table = sheets.get(name, pd.DataFrame())
        table.columns = table.columns.astype(str).str.strip()
        if column not in table:
            raise CodebookError(
                f"{path}: is no XLSForm, as it has no sheet {name!r} with a column {column!r}."
            )
        table = table.fillna("").apply(lambda cells: cells.str.strip())
        tables.append(table[table[column] != ""].to_dict("records"))
    survey, choices = tables
    for row in survey:
        row["type"] = " ".join(row["type"].split())
    return survey, choices


def _walk(survey: Sequence[Row]) -> Iterator[tuple[Row, list[Row]]]:
    """Yield each row but ends of groups, and the groups it stands in, the outermost first."""
    groups: list[Row] = []
    for row in survey:
        group = _GROUP.fullmatch(row["type"])
        if group and group[1] == "end":
            groups = groups[:-1]
            continue
        yield row, groups
        groups = [*groups, row] if group else groups


def _item(row: Row, groups: Sequence[Row], year: str, opens: Mapping[str, str]) -> Row:
    """Return the row of the codebook that a question makes, without its response."""
    own = _own(row)
    name = row.get("name", "")
    conditions = [c for group in (*groups, row) if (c := group.get("relevant", ""))]
    opener = _IF_YES.fullmatch(conditions[-1]) if conditions else None
    asked_if = opens.get(opener[1], "") if opener else ""
    if NEVER in conditions:  # what opens it in other years is known to the codebook alone
        asked_if, conditions = own.get("asked_if", ""), []
    untold = conditions[:-1] if asked_if else conditions
    notes = [own.get("note", ""), *(f"Asked only if {condition}." for condition in untold)]
    found = {
        "item": own.get("item") or name,
        "section": _section(groups[0]) if groups else own.get("section") or "questions",
        "label": own.get("label") or _said(row) or name,
        "question": _kept(row, "question", "label"),
        "response": "",
        "years": own.get("years") or year,
    }
    told = {"asked_if": asked_if, "note": " ".join(filter(None, notes))}
    return own | found | {key: text for key, text in told.items() if text or key in own}


def _response(name: str, choices: Sequence[Row]) -> str:
    """Return what a codebook calls the answers of a list."""
    labels = {row.get("name", ""): _said(row) for row in choices}
    if own := choices[0].get(f"{OWN}response"):
        return own
    if {*labels} == {*ANSWERS["yes_no"]}:
        return "yes_no"
    return f"own_{name}" if name in ANSWERS and labels != ANSWERS[name] else name


def _headings(survey: Sequence[Row], used: set[str]) -> list[Row]:
    """Return what the form calls its sections, and what a note at their beginning says of them."""
    found: dict[str, Row] = {}
    before: Row = {}
    for row, groups in _walk(survey):
        if _GROUP.fullmatch(row["type"]) and not groups:
            title = _said(row) or row.get("name", "")
            found.setdefault(_section(row), {"section": _section(row), "title": title, "about": ""})
        elif row["type"] == "note" and groups == [before]:
            found[_section(before)]["about"] = _said(row)
        before = row
    return [row for section, row in found.items() if section in used]


def _section(group: Row) -> str:
    return group.get(f"{OWN}section") or group.get("name", "")


def _own(row: Row) -> Row:
    """Return the cells of the codebook in a row, by their columns there."""
    return {
        key.removeprefix(OWN): cell.replace(*REFERENCE[::-1])
        for key, cell in row.items()
        if key.startswith(OWN)
    }


def _said(row: Row) -> str:
    """Return the label of a row, in the first language of the form."""
    labels = (text for key, text in row.items() if key.split(":")[0].strip() == "label" and text)
    return next(labels, "")


def _kept(row: Row, *columns: str) -> str:
    """Return a cell of the codebook as it stands there, or the label that took its place since."""
    cells = [_own(row).get(column, "") for column in columns]
    said = _said(row)
    return cells[0] if said == (_shown(next(filter(None, cells), "")) or WORDLESS) else said


def _table(rows: Iterable[Row]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), dtype="str").fillna("")
