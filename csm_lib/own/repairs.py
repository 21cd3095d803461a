"""Repairs on offer: what a cell most likely means where it is not written as the codebook has it.

Nothing is repaired in silence, and nothing is guessed. A repair is offered only where the text has
one meaning: ``2`` is never taken for no, and ``1`` for yes only where the whole file speaks in
noughts and ones. The report lists each repair with how often it would be made.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from csm_lib.own.wording import vocabulary

if TYPE_CHECKING:
    from csm_lib.codebook import Item

MANY = 10_000
"""A column with more different texts than this holds no answers to choose from."""

YES, NO, TICKS = (frozenset(vocabulary()[name]) for name in ("yes", "no", "ticks"))
UNANSWERED = frozenset(vocabulary()["unanswered"])
NO_ANSWER = frozenset([*vocabulary()["no_answer"], *UNANSWERED])
CROSS = "x"
"""A cross means yes, as on a ballot, only where nothing else stands in its column."""

NUMBERS = {"1": "yes", "0": "no"}

_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")
_SYMBOL = r"(?:\.{2,}|…|:|\*+|[-‐–—−~])"
_SHORTHAND = re.compile(rf"[\[(]?\s*(?:[bcefkpruwxz]|low|{_SYMBOL})\s*[\])]?", re.IGNORECASE)
_NO_FIGURE = re.compile(rf"\[(?:[bcefkpruwxz]|low|{_SYMBOL})\]|\.{{2,}}|…|:", re.IGNORECASE)
_DASH = r"\s*(?:[-‐‑–—−/_]|to)\s*"
_KIND = r"(?:[FA]Y|(?:(?:financial|fiscal|academic|school|tax) )?year)"
_FINANCIAL = re.compile(
    rf"(?:{_KIND}\W*)?(?:([0-9]{{4}})(?:{_DASH}|\s*)|([0-9]{{2}}){_DASH})"
    rf"((?:[0-9]{{2}})?[0-9]{{2}})(?: {_KIND})?",
    re.IGNORECASE,
)
_YEAR = "(?:19|20)[0-9]{2}"
_IN_NAME = re.compile(
    rf"(?<![0-9]){_YEAR}(?:{_DASH})?(?:[0-9]{{2}}){{1,2}}(?![-/_.]?[0-9])"
    rf"|FY ?[0-9]{{2}}{_DASH}[0-9]{{2}}(?![0-9])|(?<![0-9]){_YEAR}(?![0-9])",
    re.IGNORECASE,
)
_QUARTER = re.compile("(?<![a-z])(?:q[1-4]|h[12])(?![0-9])", re.IGNORECASE)
_NUMBERED = re.compile("(?:(?:wave|w|round|r|sweep|phase) )?([1-9][0-9]?)")


class Repair(NamedTuple):
    """What a text is read as, and why."""

    becomes: str
    rule: str


def is_number(text: str) -> bool:
    """Whether a text is a number, which may be a code."""
    return bool(_NUMBER.fullmatch(text.strip()))


def is_shorthand(text: str) -> bool:
    """Whether a text is what official statistics put in place of a figure: ``x``, ``[c]``, ``..``.

    It is never an answer, but where the codebook has it as one.
    """
    return bool(_SHORTHAND.fullmatch(text.strip()))


def is_none(text: str) -> bool:
    """Whether a text says that there is no answer: shorthand, words for it, or -99."""
    bare = text.strip()
    return is_shorthand(bare) or plain(bare) in UNANSWERED or bool(re.fullmatch("-9{2,}", bare))


def begins_in(text: str) -> int | None:
    """Return the year in which a financial year begins, if a text is one.

    >>> begins_in("2023-24"), begins_in("FY2023/2024"), begins_in("202324"), begins_in("2023-25")
    (2023, 2023, 2023, None)
    >>> begins_in("99/00"), begins_in("Financial year 2023 to 2024")
    (1999, 2023)
    """
    found = _FINANCIAL.fullmatch(text.strip())
    if found is None:
        return None
    first = int(found[1] or found[2])
    first += 0 if found[1] else 1900 if first > 50 else 2000
    return first if str(first + 1).endswith(found[3]) else None


def years_in(name: str) -> list[str]:
    """Return the years in the name of a file or sheet: financial ones alone, if there are any.

    >>> years_in("Returns 2023-24 (saved 2024-11-02)"), years_in("of 2024"), years_in("Q1 2024")
    (['2023-24'], ['2024'], [])
    """
    if begins_in(name) is not None:
        return [name]
    found = [] if _QUARTER.search(name) else _IN_NAME.findall(name)
    spans = [one for one in found if begins_in(one) is not None]
    return spans or [one for one in found if len(one) == 4]


def _way(text: str) -> str:
    """Return what the ways to write a wave share: ``Q1 2024``, ``2024Q1``; ``W1``, ``Wave 01``."""
    if (year := begins_in(text)) is not None:
        return f"{year}/"
    found = re.findall(r"[^\W\d_]+|[0-9]+", plain_number(text.strip()).casefold())
    words = [word.lstrip("0") or word for word in found]
    if not text.strip()[:1].isalnum() or not words:
        return text
    if re.fullmatch(_YEAR, words[0]):
        words = [*words[1:], words[0]]
    return _NUMBERED.sub(r"\1", " ".join(words)) if len(words) < 3 else " ".join(words)


def waves_of(
    texts: Collection[str], years: Iterable[int], called: Mapping[int, str]
) -> dict[str, int]:
    """Return, of the texts in a column, those that name a wave, and which: ``2023-24``, ``W1``.

    A financial year is the wave that is called so, or else the one that begins in it; it is read
    only where no other year stands in the column.
    """
    ways: dict[str, set[int]] = {}
    for wave in years:
        for name in {str(wave), called.get(wave, str(wave))}:
            ways.setdefault(_way(name), set()).add(wave)
    exact = {key(name): wave for wave, name in called.items()}
    spans = {text: year for text in texts if (year := begins_in(text)) is not None}
    plain_years = any(re.fullmatch("[0-9]{4}", text.strip()) for text in texts)
    found: dict[str, int] = {}
    for text in texts:
        meant = {exact[key(text)]} if key(text) in exact else ways.get(_way(text), set())
        if text in spans and not meant and begins_in(called.get(spans[text], "")) is None:
            meant = ways.get(str(spans[text]), set())
        if len(meant) == 1 and not (text in spans and plain_years):
            found[text] = next(iter(meant))
    return {text: wave for text, wave in found.items() if text.strip() != str(wave)}


def plain_number(text: str) -> str:
    """Return a code without a point that has nothing behind it: ``1.0`` is ``1``."""
    return re.sub(r"^([+-]?[0-9]+)\.0*$", r"\1", text)


def bare(text: str) -> str:
    """Return a code without spaces about it and the noughts before it: ``001`` is ``1``."""
    return re.sub(r"^([+-]?)0+(?=[0-9])", r"\1", plain_number(text.strip()))


def meant_by(texts: Iterable[str], codes: Mapping[str, str]) -> dict[str, str]:
    """Return, of the texts in a column, those that are one of some codes, and what it stands for.

    ``1.0`` is ``1``. So is ``01``, as a spreadsheet takes the noughts from a code: where neither
    the column nor the codes tell the two apart.
    """
    plainly = {text: plain_number(text) for text in texts}
    known = {plain_number(code): of for code, of in codes.items()}
    barely = {bare(code): of for code, of in codes.items()}
    alike = len({*map(bare, plainly)}) == len({*plainly.values()}) and len(barely) == len(known)
    found = {text: known.get(code, barely.get(bare(text)) if alike else None)
             for text, code in plainly.items()}  # fmt: skip
    return {text: of for text, of in found.items() if of is not None}


def speaks_in_noughts_and_ones(texts: Iterable[str]) -> bool:
    """Whether yes/no columns hold no other numbers than 0 and 1, so that these mean no and yes.

    With another number anywhere (2, 9) a key is in use that only its maker knows: there, 0 may
    well mean no answer.
    """
    return not any(is_number(text) and text.strip() not in NUMBERS for text in texts)


def of_answers(
    texts: Collection[str],
    item: Item,
    *,
    value_labels: Mapping[str, str] | None = None,
    numbers: bool = False,
    beside: Collection[str] = (),
) -> dict[str, Repair]:
    """Return the repairs on offer for the different texts of an item's column.

    Parameters
    ----------
    texts
        Every text that stands in the column, once.
    item
        The item.
    value_labels
        What the file itself says of its codes.
    numbers
        Whether 1 and 0 may be read as yes and no, if the item's columns hold nothing else.
    beside
        What other columns of the item hold.
    """
    if len(texts) > MANY:
        return {}
    names: dict[str, set[str]] = {}
    for answer, label in item.answers.items():
        for name in (answer, label):
            names.setdefault(plain(name), set()).add(answer)
    held = {text.strip().casefold() for text in (*texts, *beside)} - {""}
    yes_no = item.response == "yes_no"
    cross = yes_no and held == {CROSS}
    numbers = numbers and yes_no and not value_labels and held <= set(NUMBERS)
    boxes = bool(held & {"[ ]", "[]"})

    def read(text: str) -> Repair | None:
        """Return the one answer that a text can mean, if there is one."""
        stripped, words = text.strip(), plain(text)
        if not stripped or item.fits(stripped):
            return Repair(stripped, "spaces")
        meant = names.get(words, set())
        if len(meant) == 1:
            (answer,) = meant
            return Repair(answer, "case" if words == plain(answer) else "label")
        if meant:
            return None
        same = {a for a in item.answers if is_number(stripped) and bare(a) == bare(stripped)}
        if len(same) == 1:
            return Repair(same.pop(), "nought")
        if yes_no and (words in YES or words in TICKS or cross):
            return Repair("yes", "synonym")
        if yes_no and words in NO:
            return Repair("no", "synonym")
        if numbers and stripped in NUMBERS:
            return Repair(NUMBERS[stripped], "number")
        # beside an empty box, [x] is a ticked one
        return Repair("", "shorthand") if _NO_FIGURE.fullmatch(stripped) and not boxes else None

    repairs = {}
    for text in texts:
        if text and not item.fits(text):
            said = (value_labels or {}).get(text)
            found = read(text if said is None else said)
            if found is not None:
                repairs[text] = found if said is None else Repair(found.becomes, "code")
    return repairs


def of_names(
    texts: Collection[str],
    *,
    known: Collection[str] = (),
    value_labels: Mapping[str, str] | None = None,
) -> dict[str, Repair]:
    """Return the repairs on offer for names: of authorities, regions, types, and for years.

    Parameters
    ----------
    texts
        Every text that stands in the column, once.
    known
        The names there are, where a list of them is at hand.
    value_labels
        What the file itself says of its codes.
    """
    listed: dict[str, set[str]] = {}
    for name in known:
        listed.setdefault(key(name), set()).add(name)
    repairs: dict[str, Repair] = {}
    for text in texts:
        stripped, label = text.strip(), (value_labels or {}).get(text, "").strip()
        meant = listed.get(key(text), set()) if listed and len(texts) <= MANY else set()
        if label and text not in known:
            repairs[text] = Repair(label, "code")
        elif len(meant) == 1 and stripped not in known:
            repairs[text] = Repair(next(iter(meant)), "name")
        elif stripped != text:
            repairs[text] = Repair(stripped, "spaces")
    return repairs


def key(text: str) -> str:
    """Return a text without spaces and capitals: what two ways to write a name share."""
    if text.isascii():
        return "".join(text.lower().split())
    signs = unicodedata.normalize("NFKC", text).lower()
    return "".join(
        sign for sign in signs if not sign.isspace() and unicodedata.category(sign) != "Cf"
    )


def plain(text: str) -> str:
    """Return a text in small letters, with single spaces between its words."""
    return " ".join(text.split()).casefold()
