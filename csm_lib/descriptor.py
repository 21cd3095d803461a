"""What the descriptor of a collection, ``datapackage.json``, says of it."""

from __future__ import annotations

import datetime
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from csm_lib.codebook import WAVE
from csm_lib.errors import CollectionError
from csm_lib.files import is_there, read_bytes
from csm_lib.status import DRAWN, INVENTED, OWN
from csm_lib.words import isolated

UNITS = ("organisation", "person")
"""What a respondent may be."""

THRESHOLDS: Mapping[str, int] = {"organisation": 3, "person": 5}
"""The least number of respondents that may be told of, unless a descriptor names another.

Three contributors to a figure are usual in statistics of organisations: with two, each knows the
other.
"""


@dataclass(frozen=True, kw_only=True)
class Edition:
    """Who publishes a collection, and when; each is empty where nobody says so.

    Attributes
    ----------
    publisher, contact
        Of the contributors with the role ``publisher`` the ``title``; and the ``email``, or the
        web address (``path``), of the first of them that has one.
    version, released
        ``version``, and the day of ``created``.
    next_release, revisions
        In words, or a day: when figures come next, and how mistakes are put right.
    """

    publisher: str = ""
    contact: str = ""
    version: str = ""
    released: datetime.date | None = None
    next_release: str = ""
    revisions: str = ""


@dataclass(frozen=True, kw_only=True)
class About:
    """What is said of a collection.

    Attributes
    ----------
    title, about, licence, source
        ``title`` (left out: the name of the folder), ``description``, and the titles of
        ``licenses`` and of ``sources`` (left out: the title).
    status
        ``returns_status``: ``drawn`` for a reconstructed panel, ``invented`` for an example,
        ``own returns``, if left out, for what respondents answered.
    one, many
        ``respondents``: what one and several are called, ``["partnership", "partnerships"]``.
    unit
        ``respondent_unit``: whether a respondent is an ``organisation`` or a ``person``.
    populations
        ``population``: by year, how many could have answered; one number for every year has the
        key 0. Empty where nobody says so.
    waves
        ``waves``: by number of a wave what it is called, ``{"2023": "2023-24"}``.
    characteristics
        ``characteristics``: what is called otherwise than its column, ``{"region": "nation"}``.
    threshold
        ``disclosure_threshold``: counts of 1 to one less than this are withheld, see
        `csm_lib.disclosure.protect`. Left out, it is that of `THRESHOLDS`; or 0 for drawn returns,
        which are nobody's.
    zero
        ``disclosure_zero``: whether an answer that nobody gave, or everybody, is withheld as well.
    authority_pages
        Whether its book has a page for each authority.
    edition
        Who publishes it, and when.
    """

    title: str
    about: str = ""
    licence: str = ""
    source: str = ""
    status: str = OWN
    one: str = "authority"
    many: str = "authorities"
    unit: str = "organisation"
    populations: Mapping[int, int] = field(default_factory=dict)
    waves: Mapping[str, str] = field(default_factory=dict)
    characteristics: Mapping[str, str] = field(default_factory=dict)
    threshold: int = 3
    zero: bool = False
    authority_pages: bool = False
    edition: Edition = Edition()

    def called(self, by: str) -> str:
        """Return what a sentence calls a characteristic, such as ``region``."""
        own = {"authority_type": "type", **self.characteristics}
        return own.get(by) or by.replace("_", " ")

    def wave(self, year: object) -> str:
        """Return what a sentence calls a wave: ``2023-24``, or its number."""
        return isolated(self.waves.get(str(year), str(year)))


def read_descriptor(path: Path) -> About:
    """Read what ``datapackage.json`` says of a collection; the defaults where there is none.

    A slip must not pass for leaving a thing out: a key that is almost one of ours, a key twice, or
    a link to a file that is gone is a CollectionError.
    """
    found: dict[str, Any] = {}
    if is_there(path):
        data = read_bytes(path, CollectionError)
        try:
            text = data.decode("utf-8-sig")
            found = {**json.loads(text, object_pairs_hook=_each_once)}
        except (TypeError, ValueError, RecursionError) as error:
            raise CollectionError(
                f"{path}: cannot be read as a JSON object ({error}). Correct or delete it."
            ) from None
    for key in found.keys() - _DESCRIPTOR.keys() - {"resources"}:  # like sources, and no slip
        if meant := _meant(key):
            raise CollectionError(f"{path}: {key!r} is not known. Did you mean {meant!r}?")
    for key, (expected, fits) in _DESCRIPTOR.items():
        if key in found and not fits(found[key]):
            raise CollectionError(f"{path}: {key!r} is {found[key]!r}. Use {expected}.")
    title = found.get("title") or path.resolve().parent.name
    status = found.get("returns_status", About.status)
    unit = found.get("respondent_unit", About.unit)
    one, many = found.get("respondents", (About.one, About.many))
    population = found.get("population", {})
    by_year = population if isinstance(population, dict) else {0: population}
    waves = {wave: " ".join(name.split()) for wave, name in found.get("waves", {}).items()}
    if any(0 < int(year) < 100 and year not in waves for year in by_year):
        raise CollectionError(f"{path}: 'population' is {population!r}. Name its waves in 'waves'.")
    return About(
        title=title,
        about=found.get("description", ""),
        licence=_titles(found.get("licenses", [])),
        source=_titles(found.get("sources", [])) or title,
        status=status,
        one=one,
        many=many,
        unit=unit,
        populations={int(year): number for year, number in by_year.items()},
        waves=waves,
        characteristics=found.get("characteristics", {}),
        threshold=found.get("disclosure_threshold", 0 if status == DRAWN else THRESHOLDS[unit]),
        zero=found.get("disclosure_zero", False),
        authority_pages=found.get("authority_pages", False),
        edition=_edition(found),
    )


def _each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Return what an object of JSON holds, of which the last of two alike would silently count."""
    for key, times in Counter(key for key, _ in pairs).items():
        if times > 1:
            raise ValueError(f"{key!r} stands there twice; keep one of them")
    return dict(pairs)


def _meant(key: str) -> str:
    """Return the key that another one is almost, if any; most keys of others are not."""
    known = {name.replace("_", ""): name for name in _DESCRIPTOR}
    bare = re.sub("[^a-z]", "", key.casefold())
    for word in ("threshold", "zero"):  # what decides how much is shown
        if bare in (word, f"disclosure{word}s"):
            return f"disclosure_{word}"
    return "".join(known[name] for name in get_close_matches(bare, known, n=1, cutoff=0.85))


def _edition(found: Mapping[str, Any]) -> Edition:
    publishers = [one for one in found.get("contributors", []) if one.get("role") == "publisher"]
    contacts = [one.get("email") or one.get("path", "") for one in publishers]
    created = found.get("created")
    return Edition(
        publisher=_titles(publishers),
        contact=next(filter(None, contacts), ""),
        version=found.get("version", ""),
        released=datetime.datetime.fromisoformat(created).date() if created else None,
        next_release=found.get("next_release", ""),
        revisions=found.get("revisions", ""),
    )


def _is_text(value: object) -> bool:
    """Whether it is text that can be written: JSON lets half a character pass, UTF-8 does not."""
    return isinstance(value, str) and not re.search("[\ud800-\udfff]", value)


def _is_listed(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, dict) and _is_text(one.get("title", "")) and _is_text(one.get("name", ""))
        for one in value
    )


def _are_contributors(value: Any) -> bool:
    return _is_listed(value) and all(
        _is_text(one.get("role", ""))
        and re.fullmatch(_MAIL, str(one.get("email", "a@b.c")))
        and re.fullmatch(_WEB, str(one.get("path", "https://a")))
        for one in value
    )


def _is_day(value: Any) -> bool:
    try:
        return bool(datetime.datetime.fromisoformat(value))
    except (TypeError, ValueError):
        return False


def _are_two_words(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(_is_text(word) and word.strip() for word in value)
    )


def _is_number(value: object) -> bool:
    return type(value) is int and value > 0


def _is_population(value: object) -> bool:
    if not isinstance(value, dict):
        return _is_number(value)
    return bool(value) and all(
        re.fullmatch(WAVE, year) and _is_number(number) for year, number in value.items()
    )


def _are_waves(value: object) -> bool:
    if not isinstance(value, dict) or not all(map(_is_text, value.values())):
        return False
    names = ["".join(name.casefold().split()) for name in value.values()]
    taken = {*_NO_WAVE, *(wave for wave in names if re.fullmatch(WAVE, wave))}
    return len({*names}) == len(names) and all(
        re.fullmatch(WAVE, wave)
        and value[wave].isprintable()
        and re.search(r"[^\W_]", name)
        and 0 < len(name) <= LONGEST_WAVE
        and name not in taken - {wave}
        for wave, name in zip(value, names, strict=True)
    )


def _are_characteristics(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() <= {"region", "authority_type"}
        and all(_is_text(word) and word.strip() for word in value.values())
    )


LONGEST_WAVE = 30
"""So many signs, without spaces, the name of a wave may have."""

_NO_WAVE = {"change", "eachyear", "item", "label", "section", "status", "year"}
"""What tables and *Explore* call other things than a wave, without spaces."""

_MAIL, _WEB = r"[\w.%+-]+@[\w-]+(\.[\w-]+)+", r"https?://[^\s\"'<>]+"
_TEXT = ("text", _is_text)
_LISTED = ('a list of objects, as in [{"title": "..."}]', _is_listed)

_DESCRIPTOR: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "title": _TEXT,
    "description": _TEXT,
    "licenses": _LISTED,
    "sources": _LISTED,
    "returns_status": (
        f"{DRAWN!r} or {OWN!r}, or {INVENTED!r} for an example",
        [DRAWN, OWN, INVENTED].__contains__,
    ),
    "respondents": ('two words, as in ["partnership", "partnerships"]', _are_two_words),
    "respondent_unit": (" or ".join(map(repr, UNITS)), UNITS.__contains__),
    "population": (
        'a whole number above 0, or one by year, as in {"2022": 150}',
        _is_population,
    ),
    "waves": (
        f"a name for each number of a wave, no two alike, of at most {LONGEST_WAVE} signs and no "
        'other number: {"2023": "2023-24", "2024": "2024-25"} or {"1": "Baseline"}',
        _are_waves,
    ),
    "characteristics": (
        'names of the columns region and authority_type, as in {"region": "nation", '
        '"authority_type": "age group"}',
        _are_characteristics,
    ),
    "disclosure_threshold": (
        "a whole number, 0 or more",
        lambda value: type(value) is int and value >= 0,
    ),
    "disclosure_zero": ("true or false", lambda value: type(value) is bool),
    "authority_pages": ("true or false", lambda value: type(value) is bool),
    "contributors": (
        'a list of objects, as in [{"title": "...", "role": "publisher", "email": "a@example.org", '
        '"path": "https://example.org"}]',
        _are_contributors,
    ),
    "version": _TEXT,
    "created": ('a day, as in "2026-11-21"', _is_day),
    "next_release": _TEXT,
    "revisions": _TEXT,
}
"""By key of a descriptor: what it takes, and whether a value is that."""


def _titles(listed: Sequence[Mapping[str, str]]) -> str:
    """Return the titles of sources or licences, or their names where they have no title."""
    titles = [one.get("title") or one.get("name", "") for one in listed]
    return "; ".join(filter(None, titles))
