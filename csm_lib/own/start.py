"""A collection drafted from the files people have: codebook, crosswalk and all."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from csm_lib import words
from csm_lib.codebook import WAVE
from csm_lib.descriptor import LONGEST_WAVE
from csm_lib.errors import CollectionError
from csm_lib.own import OWN, hide_from_git
from csm_lib.own.align import Source, aligned, as_in_files
from csm_lib.own.check import TOTAL
from csm_lib.own.columns import MOST_ANSWERS, Column, columns_of
from csm_lib.own.crosswalk import COLUMNS, MORE
from csm_lib.own.dictionary import Asked, beside, read_dictionary
from csm_lib.own.draft import GSS, plain, write_draft
from csm_lib.own.headed import Headed, all_headed
from csm_lib.own.questions import Draft, ask, several, short, slug
from csm_lib.own.read import read_sheets
from csm_lib.own.repairs import begins_in, key, plain_number, years_in
from csm_lib.own.rules import authorities, core
from csm_lib.own.wording import refusal, worded
from csm_lib.scales import sides_of
from csm_lib.templates import render

PLACE = re.compile(r"\b(region|country|nation|county|district|locality|area|borough)\b", re.I)
TYPE = re.compile(
    r"\b(types? of \w+|organisation type|authority type|sector|phase|age (?:group|band)|gender|sex"
    r"|role|setting|type)\b",
    re.I,
)
OPENS = re.compile(
    r"(?:(?:which|what|your|in which|in what|select|please)\b|\w+\W*$|\w+ \w+\W*$)", re.I
)
"""How the heading of a characteristic begins, or one or two words that are it."""

_KINDS = (
    "organisation|partnership|council|authority|school|academy|trust|board|charity|provider"
    "|practice"
)
NAMED = re.compile(
    rf"\bname of (?:your|the) (?:\w+ )?({_KINDS}|institution|university|college|hospital"
    rf"|agency)\W*$|\b({_KINDS})(?: name)?\W*$",
    re.I,
)
"""The heading of a column that names an organisation."""

PERSONAL = re.compile(
    r"\b(e-?mail|telephone|phone|postcode|surname|(?:your|full) name|date of birth|born|birthday)\b"
    r"| - name\W*$",
    re.I,
)
LISTS = re.compile(r"(?:the )?(?:question|item|statement|indicator|measure)s?(?: text)?", re.I)
"""The heading of a column under which questions are listed."""

MAIL = re.compile(r"\S+@\S+\.\w+")
MOST = 0.8
"""Respondents are councils where so many of them are known by name."""
DAY = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}(?:[ T].*)?")
YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9]{3})")
YEARS = re.compile(r"\W*(?:FY)?\W*((?:19|20)[0-9]{2})(?:\s?[-/–]\s?(?:[0-9]{2}){1,2}|[0-9]{2})?\W*")
ASKED_WHEN = re.compile(
    r"wave|(?:(?:survey|financial|academic|school|reporting|collection) )?year"
    r"(?: of (?:the |this )?(?:return|survey|report|collection)s?)?",
    re.I,
)
"""The heading of the year of a return; any other year is an answer."""

WAVES = re.compile(
    r"(?:(?:survey|collection|reporting) )?(?:wave|round|period|quarter)|survey", re.I
)
"""The heading of a column that may name waves otherwise than by years."""

_YEAR = "(?:19|20)[0-9]{2}(?:[-/–]?[0-9]{2})?"
PERIOD = re.compile(
    rf"(?:Q[1-4]|H[12])[\W_]*{_YEAR}(?![0-9])|(?<![0-9]){_YEAR}[\W_]*(?:Q[1-4]|H[12])"
    r"|(?<![0-9])[0-9]{4}[-/–](?:[0-9]{2}){1,2}(?![-/_.]?[0-9])",
    re.I,
)
"""A quarter or half of a year, or what may be a financial year."""

EXPORT = re.compile(
    r"[ -]*(?:\(responses\)|\(\d+-\d+\)| data(?: labels)? (?=\d{4}-)| - all versions"
    r"|results-survey\d|\d{4}-\d\d-\d\d"
    r"|(?:january|february|march|april|may|june|july|august|september|october|november|december)"
    r" \d{1,2}\b).*|[ (]+\d+\)?$",
    re.I,
)
"""What form tools add to the name of a survey."""


OF_QUIZ = re.compile(r"(?:Points|Feedback) - (.+)|(.+) \[(?:Score|Feedback)\]")
"""What form tools call the marks of a question, if there is one of that name."""

OF_TOOL = re.compile(
    r"^(?:group|question) time: |^q_(?:recaptchascore|relevantid\w+|totalduration)$"
    r"| - display order - "
    r"|\btiming - (?:first click|last click|page submit|click count)$|_nps_group$",
    re.I,
)
"""What form tools call columns that they add to questions."""

UNFINISHED: Mapping[str, str] = {
    "finished": "false|0|no|",
    "submitdate|date submitted|date de soumission|datum abgeschickt|(fecha|data) de env[ií]o": "",
    ".*_complete|complete": "0|1|incomplete|unverified",
}
"""What form tools call a column that says whether a form was sent, and what it holds if not."""

LEFT_OUT: Mapping[str, str] = {
    "personal": "personal",
    "email": "personal",
    "moment": "dates",
    "dropped": "of the form tool",
    "repeated": "a heading that stands twice",
    "respondent": "other numbers of respondents",
    "code": "codes of respondents",
    "counter": "other numbers of respondents",
}
"""By what a column holds, why it is left out."""


def _tools() -> dict[str, str]:
    """By what form tools call a column of their own: what it holds."""
    table = pd.read_csv(Path(__file__).with_name("form_tools.csv"), keep_default_na=False)
    return dict(zip(table["name"], table["role"], strict=True))


# -- Whose returns, and of when ---------------------------------------------------------------


def _roles(columns: Mapping[str, Column], form: Mapping[str, Asked]) -> dict[str, str]:
    """Say of each column whether it is a tool's own, personal, a moment or a question."""
    tools, roles = _tools(), {}
    mails = [name for name, column in columns.items() if _mails(column)]
    if not ({"Completion time", "Timestamp"} & {*columns} or mails):
        tools["name"] = "respondent"  # of forms it is the name of whoever filled them in
    redcap = any(re.search("^record_id$|^redcap_|___", name) for name in columns)
    for name, column in columns.items():
        texts = [str(text) for text in column.counts.index]
        low = name.split("/")[-1].casefold().strip(" :?")
        role = tools.get(low) or tools.get(column.label.casefold().strip(" :?"), "question")
        if role == "dropped" and column.kind in ("one", "several", "number"):
            role = "question"  # the form asks it, such as for weight or status
        if column.repeated:
            role = "repeated"
        elif name in mails:
            role = "email"
        elif (met := OF_QUIZ.fullmatch(name)) and (met[1] or met[2]) in columns:
            role = "dropped"
        elif texts and all(DAY.fullmatch(text) for text in texts):
            role = "personal" if PERSONAL.search(column.label) else "moment"
        elif texts and all(map(GSS.fullmatch, texts)) and not column.closed:
            role = "code"
        elif OF_TOOL.search(name) or OF_TOOL.search(column.label):
            role = "dropped"
        elif redcap and low.endswith(("_timestamp", "_complete")) and low not in form:
            role = "moment" if low.endswith("_timestamp") else "dropped"
        elif role == "question" and low.startswith("_"):
            role = "dropped"
        elif role == "question" and PERSONAL.search(column.label) and not _counts(column):
            role = "personal"
        elif role == "question" and column.kind == "dropped":
            role = "moment" if all(DAY.fullmatch(text) for text in texts) else "dropped"
        elif ASKED_WHEN.fullmatch(short(column.label)):
            waves = bool(texts) and all(_begins(text) for text in texts)
            role = "year" if waves and len(texts) <= MOST_ANSWERS else role
        roles[name] = role
    if "year" not in roles.values():
        asked = [name for name, role in roles.items() if role == "question"]
        named = [name for name in asked if _names_waves(columns[name])]
        roles |= dict.fromkeys(named[:1], "year")
    return roles


def _mails(column: Column) -> bool:
    """Whether most of what a column holds are e-mail addresses."""
    met = [bool(MAIL.fullmatch(str(text))) for text in column.counts.index]
    return 2 * sum(met) > len(met)


def _counts(column: Column) -> bool:
    """Whether a column is to be counted, though it speaks of a phone or the like."""
    amount = re.search(r"\bhow (?:many|much)\b", column.label, re.I)
    return bool(column.closed or column.marks or several(column) or amount)


def _begins(text: str) -> int | None:
    """Return the year that a text is, or in which what it names begins."""
    met = YEARS.fullmatch(plain_number(text))
    return begins_in(text) or (int(met[1]) if met else None)


def _names_waves(column: Column) -> bool:
    texts, heading = [*map(str, column.texts.unique())], short(column.label)
    fit = 0 < len(texts) <= MOST_ANSWERS and max(map(len, texts)) <= LONGEST_WAVE
    quarters = ASKED_WHEN.fullmatch(heading) and all(map(PERIOD.fullmatch, texts))
    return fit and bool(WAVES.fullmatch(heading) or quarters)


def _waves(texts: pd.Series, draft: Draft, column: Column | None = None) -> pd.Series:
    """Number the waves that some texts name, and write down what they are called.

    A year is its own number, a financial year that in which it begins, a small number itself.
    Others count from 1, by the numbers in them if nothing else tells them apart, or as they come.
    """
    codes, kind = (column.codes, short(column.label)) if column else ({}, "")
    met = {str(text): codes.get(text, plain_number(str(text))) for text in texts.unique()}
    names = {text: " ".join(name.split()) for text, name in met.items()}
    begin = {name: year for name in names.values() if (year := _begins(name)) is not None}
    odd = [name for name in begin if len(name) > 4 and begins_in(name) is None]  # 2023-25
    if years := {*begin} == {*names.values()} and not (odd and len({*begin.values()}) < len(begin)):
        numbers = begin
    elif all(re.fullmatch("[1-9][0-9]?", text) for text in names):
        numbers = {name: int(text) for text, name in names.items()}
    else:
        # of two numbers in a name, such as those of a quarter, the longer is the year
        parts = {n: sorted(re.findall("[0-9]+", n), key=len, reverse=True) for n in names.values()}
        stems = {re.sub(r"[\W\d_]", "", name.casefold()) for name in parts}
        places = {name: (*map(int, part),) for name, part in parts.items()}
        alike = len(stems) == 1 and all(places.values())
        same: dict[str, Any] = {name: places[name] if alike else key(name) for name in parts}
        each = sorted({*same.values()}) if alike else [*dict.fromkeys(same.values())]
        numbers = {name: each.index(one) + 1 for name, one in same.items()}
    called: dict[int, str] = {}
    for text, name in names.items():
        number = numbers[name]
        if re.fullmatch(WAVE, name):
            name = "" if years else words.sentence(f"{kind} {name}")
        elif name.isdecimal() and begins_in(name):
            name = f"{name[:4]}-{name[4:]}"
        known = (str(number), key(called.setdefault(number, name)))
        if column and key(text) not in known and begins_in(text) != number:
            draft.row(column.name, "year", text, str(number))
    if waves := {str(number): called[number] for number in sorted(called) if called[number]}:
        draft.descriptor["waves"] = waves
        draft.unsure("waves_in_order", waves=[*waves.values()])
    return texts.map(lambda text: numbers[names[str(text)]]).astype("int64")


def _spoken(one: Headed) -> str:
    """Return the part of a year, or the financial year, that a sheet or else its file names."""
    found = [
        text
        for name in (one.sheet.name, one.sheet.path.stem)
        for text in (*PERIOD.findall(name), *years_in(name))
    ]
    return next((text for text in found if re.search("[hq]", text, re.I) or begins_in(text)), "")


def _years(
    found: Sequence[Headed],
    columns: Mapping[str, Column],
    roles: Mapping[str, str],
    given: Sequence[int],
    draft: Draft,
) -> pd.Series:
    """Return the year of each record, and say where it was read."""
    path = found[0].sheet.path
    records = [(n, row) for n, one in enumerate(found) for row in one.cells["row"].unique()]
    moments = [column.texts for name, column in columns.items() if roles[name] == "moment"]
    dates = [text.map(_year_in).dropna() for text in moments if len(text)]
    # those of returns are of few years, others may be of any
    shares = [years.value_counts(normalize=True) for years in dates]
    few = [years for years, of in zip(dates, shares, strict=True) if of[of > 0.05].sum() > 0.9]
    dated = few[0].astype(int) if few else pd.Series(dtype="int64")
    year: int | None
    for name, role in roles.items():
        texts = columns[name].texts
        if role == "year":
            draft.row(name, "year")
            return _waves(texts, draft, columns[name])
        if role == "wave" and texts.nunique() > 1:
            years = _of_waves(texts, dated, given, path)
            for wave, year in years.items():
                draft.row(name, "year", wave, str(year))
            told = words.listed([f"{wave} as {year}" for wave, year in years.items()])
            draft.unsure("waves_as_years", waves=told)
            return texts.map(years)
        if role == "wave":
            draft.row(name, "")
    spoken = [_spoken(one) for one in found]
    if all(spoken) and not given:
        index = pd.Index(records, tupleize_cols=False)
        return _waves(pd.Series([spoken[number] for number, _ in records], index), draft)
    of_file = [_year_in(one.sheet.name) or _year_in(one.sheet.path.stem) for one in found]
    if len(found) > 1 and None not in of_file and not given:
        draft.unsure("years_of_names")
        for year in {of for of in of_file if of_file.count(of) > 1}:
            of_year = [one for one, of in zip(found, of_file, strict=True) if of == year]
            names = [one.sheet.name or one.sheet.path.name for one in of_year]
            draft.unsure("one_wave_of_several", names=names, year=year)
        years_of = [of_file[number] for number, _ in records]
        return pd.Series(years_of, index=pd.Index(records, tupleize_cols=False))
    year = given[0] if given else of_file[0]
    if not given and len(dated):
        share = dated.value_counts(normalize=True)
        year, often = int(share.index[0]), [str(one) for one in sorted(share.index[share > 0.1])]
        if len(often) > 1:
            said = {"years": words.listed(often), "last": often[-1]}
            raise refusal(path, "dates_of_several_years", **said)
        draft.unsure("year_of_dates", year=year)
    elif year is not None and not given:
        draft.unsure("years_of_names")
    if year is None:
        raise refusal(path, "no_year_said")
    return pd.Series(year, index=pd.Index(records, tupleize_cols=False))


def _of_waves(
    texts: pd.Series, dated: pd.Series, given: Sequence[int], path: Path
) -> dict[str, int]:
    """Return the year of each wave: those given, in their order, or those of most of its dates."""
    waves = [str(text) for text in texts.unique()]
    if given:
        years = dict(zip(waves, given, strict=False))
    else:
        by_wave = dated.groupby(texts.reindex(dated.index))
        years = {str(wave): int(some.mode().iloc[0]) for wave, some in by_wave}
    if len({*years.values()}) < len(waves):
        example = ",".join(str(2021 + n) for n in range(len(waves)))
        raise refusal(path, "waves_without_year", waves=waves, example=example)
    return {wave: years[wave] for wave in waves}


def _year_in(text: object) -> int | None:
    """Return the year in a text, of two digits in a date with strokes."""
    met = YEAR.search(str(text))
    if str(text).startswith("1980-01-01"):  # LimeSurvey, where dates are not kept
        return None
    if met:
        return int(met.group())
    brief = re.match(r"\d{1,2}/\d{1,2}/(\d\d)\b", str(text))
    return 2000 + int(brief[1]) if brief else None


def _respondents(
    columns: Mapping[str, Column], roles: dict[str, str], years: pd.Series, draft: Draft
) -> str:
    """Find the column that names the respondent, or number them; return what one is called."""
    of_file = [number for number, _ in years.index]

    def doubtful(column: Column) -> dict[str, int]:
        texts = column.texts.reindex(years.index)
        rows = pd.DataFrame({"file": of_file, "text": texts, "year": years}).dropna()
        return {"blank": len(years) - len(rows), "again": int(rows.duplicated().sum())}

    def fits(column: Column) -> bool:
        return not any(doubtful(column).values())

    first = sorted(columns, key=lambda name: "name" not in columns[name].label.casefold())
    for name, column in ((name, columns[name]) for name in first):
        met = None if column.numeric else NAMED.search(plain(column.label))
        names = column.texts.value_counts()
        # one that stands twice is for the check to name, not for two respondents
        alone = len(names) > 0.8 * len(column.texts) / max(1, years.nunique())
        if roles[name] == "question" and met and alone and len(column.texts) > 0.9 * len(years):
            roles[name] = "authority"
            draft.row(name, "authority")
            draft.who = column.texts
            return (met[1] or met[2]).casefold()
    order = {"code": 0, "respondent": 1, "counter": 2}
    for name in sorted((n for n in columns if roles[n] in order), key=lambda n: order[roles[n]]):
        alone = len({*of_file}) == 1 or roles[name] != "counter"
        if alone and fits(columns[name]):
            noun = "area" if roles[name] == "code" else ""
            roles[name] = "authority"
            draft.row(name, "authority")
            draft.who = columns[name].texts
            draft.unsure("respondents_by_column", name=name)
            return noun
        doubt = doubtful(columns[name])
        if alone and 0 < sum(doubt.values()) < 0.2 * len(years):
            draft.unsure("rows_not_told_apart", name=name, **doubt)
    mails = [c for n, c in columns.items() if roles[n] == "email" and fits(c)]
    key = (
        mails[0].texts.reindex(years.index).str.casefold()
        if mails
        else pd.Series([*years.index], index=years.index)
    )
    number, _ = pd.factorize(key)
    numbers = pd.Series([f"R{one + 1:03}" for one in number], index=years.index)
    draft.who = draft.added["respondent"] = numbers
    draft.row("respondent", "authority")
    if years.nunique() > 1 and not {"year", "wave"} & {*roles.values()}:
        draft.added["year"] = years  # the names of the files, which told it, are lost
        draft.row("year", "year")
    draft.unsure("numbered_by_mail" if mails else "numbered_by_row")
    return ""


def _spellings(
    columns: Mapping[str, Column], roles: Mapping[str, str], years: pd.Series, draft: Draft
) -> None:
    """Call respondents of one code by one name, the last that stands in the files.

    A code that several have in one year is that of their place.
    """
    for code in (columns[name].texts for name, role in roles.items() if role == "code"):
        if draft.aliases:
            break
        names = pd.DataFrame({"name": draft.who, "code": code, "year": years}).dropna()
        if (names.groupby(["code", "year"])["name"].nunique() > 1).any():
            continue
        names["called"] = names.groupby("code")["name"].transform("last")
        several = names[names["name"] != names["called"]].drop_duplicates("name")
        pairs = zip(several["name"], several["called"], strict=True)
        draft.aliases += [{"name": name, "called": called} for name, called in pairs]
    if draft.aliases:
        draft.unsure("named_by_code", names=[one["name"] for one in draft.aliases])


# -- The questionnaire ------------------------------------------------------------------------


def _characteristics(columns: Mapping[str, Column], roles: dict[str, str], draft: Draft) -> None:
    """Make of the first columns that say where and what a respondent is its region and type.

    What others say of it are items, by which the answers are split as well.
    """
    called = {}
    for name, column in columns.items():
        asked = short(column.label)
        kinds = {"region": PLACE.search(asked), "authority_type": TYPE.search(asked)}
        if (
            roles[name] != "question"
            or not any(kinds.values())
            or not OPENS.match(asked)
            or column.stem
            or not (column.closed and 2 <= len(column.counts) <= MOST_ANSWERS)
            or column.yes_no
            or sides_of({text: text for text in column.meanings.values()})
        ):
            continue
        moves = (column.texts.groupby(draft.who).nunique() > 1).any()  # it changes with the wave
        by = next((by for by, met in kinds.items() if met and by not in called and not moves), "")
        word = next(met[1].casefold() for one, met in kinds.items() if met and by in ("", one))
        if by:
            roles[name], called[by] = by, word
            draft.row(name, by)
            for text, means in {**column.meanings, **dict.fromkeys(column.shorthand, "")}.items():
                draft.row(name, by, text, means)
        else:
            draft.splits[name] = word
        draft.unsure("groups_by" if by else "groups_by_item", question=asked, called=word)
    if called:
        draft.descriptor["characteristics"] = called


def _places(years: pd.Series, roles: Mapping[str, str], draft: Draft) -> None:
    """Add region and type, where the files tell neither, of councils that are known by name."""
    who = draft.who.astype("str").map(core).reindex(years.index)
    known = pd.DataFrame({"core": who, "year": years}).reset_index(names="record")
    known = known.merge(authorities(), on="core")
    known = known[known["year"].between(known["first"], known["last"])].set_index("record")
    told = {"region", "authority_type"} & {*roles.values()}
    if told or known["core"].nunique() < MOST * who.nunique():
        return
    for name in ("region", "authority_type"):
        draft.added[name] = known[name].reindex(years.index).fillna("")
        draft.row(name, name)
    if years.nunique() > 1 and not {"year", "wave"} & {*roles.values()}:
        draft.added["year"] = years  # the names of the files, which told it, are lost
        draft.row("year", "year")
    draft.unsure("places_added", known=known["core"].nunique(), count=who.nunique())


# -- The collection ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Started:
    """What was made of files: the folder, and what to say of it."""

    folder: Path
    records: int
    items: int
    confirm: tuple[str, ...]
    left_out: Mapping[str, Sequence[str]]

    def __str__(self) -> str:
        short_of = {why: [short(name) for name in names] for why, names in self.left_out.items()}
        return render("started.txt", made=self, left_out=short_of)


def start(
    files: Sequence[str | Path],
    *,
    out: str | Path | None = None,
    years: Sequence[int] = (),
    unit: str | None = None,
) -> Started:
    """Make a collection of files as people have them.

    Parameters
    ----------
    files
        Files of returns, in any form that `csm_lib.own.read` reads. An XLSForm or a data
        dictionary of REDCap that lies beside them, or is one of them, says what their columns are.
    out
        A new folder for the collection; left out, one in ``own``, named as the first file.
    years
        The year of the returns; of several waves in a column of events, the year of each.
    unit
        ``person`` or ``organisation``; left out, what the column of the respondents names.

    Returns
    -------
    Started
        What was made, what was left out, and what to confirm. Free text, names, addresses and what
        the form tool itself writes are left out by the crosswalk.

    Raises
    ------
    CollectionError
        A file cannot be read; nothing in them can be counted; a year is missing; the folder is
        there already.
    """
    paths = [Path(file) for file in files]
    forms = {path: read_dictionary(path) for path in paths}
    paths = [path for path in paths if not forms[path]]
    if not paths:
        raise CollectionError(worded("form_alone"))
    found = [one for path in paths for one in all_headed(read_sheets(path)) if len(one.cells)]
    largest = {*max(found, key=lambda one: len(one.cells)).names.values()}
    found = [one for one in found if largest & {*one.names.values()}]  # no lists, no notes
    held = {name for one in found for name in one.names.values()}
    by, form = beside(paths, held)
    form = {**form, **{name: asked for some in forms.values() for name, asked in some.items()}}
    found, totals = _without_totals(found)
    found, sources = aligned(found)
    draft = Draft(confirm=[*dict.fromkeys(told for one in found for told in one.notices)])
    for row, place in totals:
        draft.unsure("total", row=row, place=place)
    if by is not None:
        draft.unsure("named_by_form", name=by.name)
    columns = columns_of(found, form)
    _refuse_turned(columns, paths[0])
    roles = _roles(columns, form)
    records = _years(found, columns, roles, years, draft)
    noun = _respondents(columns, roles, records, draft)
    _spellings(columns, roles, records, draft)
    _characteristics(columns, roles, draft)
    _places(records, roles, draft)
    asked = [name for name, role in roles.items() if role == "question"]
    _side_by_side([columns[name].label for name in asked], draft)
    ask(columns, asked, records, draft)
    for name, role in roles.items():
        if role in LEFT_OUT:
            draft.drop(columns[name], LEFT_OUT[role])
        kept = columns[name].texts.value_counts()
        repeats = name == "redcap_repeat_instrument" and len(kept) > 0
        if role == "dropped" and (repeats or (name.casefold() == "status" and len(kept) > 1)):
            rows = words.listed([f"{text!r} in {count} rows" for text, count in kept.items()])
            draft.unsure("trials", name=name, rows=rows)
        elif role in LEFT_OUT and (count := _unfinished(columns[name], records.index)):
            draft.unsure("unfinished", name=name, count=count)
    if not draft.items:
        raise refusal(paths[0], "nothing_to_count")
    given = [columns[name].texts.index for name in asked]
    if silent := [*records.index.difference(pd.Index([]).append(given))]:
        places = [f"row {row} of {found[number].places[-1]}" for number, row in silent[:5]]
        draft.unsure("silent", count=len(silent), rows=words.listed(places))
    title = _title(paths[0])
    unit = unit or ("organisation" if noun else "person")
    one = noun or ("respondent" if unit == "person" else "organisation")
    many = f"{one[:-1]}ies" if one.endswith("y") else f"{one}s"
    draft.descriptor |= {"title": title, "respondents": [one, many], "respondent_unit": unit}
    draft.confirm.insert(0, worded("title_and_unit", title=title, unit=unit))
    folder = Path(out) if out is not None else OWN / slug(title, 6)
    personal = {name for name, role in roles.items() if LEFT_OUT.get(role) == "personal"}
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise refusal(folder, "folder_is_there")
    hide_from_git(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".starting-", dir=folder.parent) as beside_it:
        made = Path(beside_it, folder.name)  # the folder is whole, or not there
        _write(draft, found, sources, paths, personal, made)
        if folder.exists():
            folder.rmdir()
        made.rename(folder)
    left_out = {why: names for why, names in draft.left_out.items() if why != LEFT_OUT["dropped"]}
    return Started(folder, len(records), len(draft.items), tuple(draft.confirm), left_out)


def _refuse_turned(columns: Mapping[str, Column], path: Path) -> None:
    """Refuse a table in which a column is a respondent and a row a question."""
    councils = {*authorities()["core"]}
    named = sum(core(column.label) in councils for column in columns.values())
    first = next(iter(columns.values()))
    texts = first.texts.astype("str").str.strip()
    cells = pd.DataFrame({"file": [number for number, _ in texts.index], "text": texts.array})
    asks = texts.str.endswith("?").mean() > 0.5 and not first.label.endswith("?")
    asks |= bool(LISTS.fullmatch(short(first.label)))
    if (named > 2 and 2 * named > len(columns)) or (asks and not cells.duplicated().any()):
        raise refusal(path, "turned")


def _side_by_side(labels: Sequence[str], draft: Draft) -> None:
    """Tell of questions that stand once for each of several years."""
    alike: dict[str, list[str]] = {}
    for label in labels:
        if YEAR.search(label):
            alike.setdefault(YEAR.sub("", label), []).append(label)
    if several := [some for some in alike.values() if len(some) > 1]:
        draft.unsure("years_side_by_side", count=len(several), labels=several[0])


def _without_totals(found: Sequence[Headed]) -> tuple[list[Headed], list[tuple[int, str]]]:
    """Leave out rows that sum up others, which the check would name, and tell where they stand."""
    kept, totals = [], []
    for one in found:
        first = one.cells.drop_duplicates("row")
        rows = [*first.loc[first["text"].str.fullmatch(TOTAL), "row"]]
        kept.append(replace(one, cells=one.cells[~one.cells["row"].isin(rows)]))
        totals += [(row, one.places[-1]) for row in rows]
    return kept, totals


def _unfinished(column: Column, records: pd.Index) -> int:
    """Return how many rows were not finished, if a column of the form tool tells."""
    names = [text.strip(" ?") for text in (column.name, column.label)]
    for called, unsent in UNFINISHED.items():
        if any(re.fullmatch(called, name, re.I) for name in names):
            held = column.texts.reindex(records).fillna("").astype("str")
            return int(held.str.fullmatch(unsent, case=False).sum())
    return 0


def _title(path: Path) -> str:
    bare = EXPORT.sub("", re.sub("[_+]+", " ", path.stem)).strip(" -_")
    return bare[:1].upper() + bare[1:] or path.stem


def _write(
    draft: Draft,
    found: Sequence[Headed],
    sources: Mapping[str, Sequence[Source]],
    paths: Sequence[Path],
    personal: set[str],
    folder: Path,
) -> None:
    """Write the files of the collection to a new folder."""
    folder.mkdir()
    answers = [
        {"response": kind, "answer": answer, "label": label}
        for kind, labels in draft.answers.items()
        for answer, label in labels.items()
    ]
    sections = [{"section": name, "title": title} for name, title in draft.sections.items()]
    used = {item["section"] for item in draft.items}
    tables = {
        "codebook.csv": draft.items,
        "answers.csv": answers,
        "sections.csv": [{**one, "about": ""} for one in sections if one["section"] in used],
        "aliases.csv": draft.aliases,
    }
    for name, rows in tables.items():
        if rows:
            pd.DataFrame(rows).fillna("").to_csv(folder / name, index=False, lineterminator="\n")
    rows = draft.crosswalk if draft.added else as_in_files(draft.crosswalk, sources)
    crosswalk = pd.DataFrame(rows, columns=[*COLUMNS, *MORE], dtype="str")
    if draft.added:
        crosswalk = crosswalk[~crosswalk["column"].isin(personal)]
        table = _numbered(found, draft.added, personal)
        table.to_csv(folder / "returns.csv", index=False, lineterminator="\n")
    elif len(paths) == 1:
        shutil.copyfile(paths[0], folder / f"returns{paths[0].suffix.lower()}")
    else:
        (folder / "returns").mkdir()
        for path in paths:
            shutil.copyfile(path, folder / "returns" / path.name)
    write_draft(crosswalk, folder / "columns.csv")
    text = json.dumps(draft.descriptor, indent=2, ensure_ascii=False)
    (folder / "datapackage.json").write_text(f"{text}\n", encoding="utf-8")
    text = render("confirm.txt", confirm=draft.confirm, left_out=draft.left_out)
    (folder / "CONFIRM.md").write_text(f"{text}\n", encoding="utf-8")


def _numbered(
    found: Sequence[Headed], added: Mapping[str, pd.Series], personal: set[str]
) -> pd.DataFrame:
    """Return the returns of files as one table, with added columns and without personal ones."""
    tables = []
    for number, one in enumerate(found):
        table = one.wide().rename(columns=dict(one.names))
        table = table.loc[:, ~(table.columns.duplicated() | table.columns.isin([*personal]))]
        for name, values in added.items():
            table.insert(0, name, [values[(number, row)] for row in table.index])
        tables.append(table)
    return pd.concat(tables, ignore_index=True)
