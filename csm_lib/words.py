"""Numbers and lists as a sentence has them. A *change* is a row of `csm_lib.aggregate.changes`."""

from __future__ import annotations

import html
import math
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from csm_lib.counts import format_percent, points_change

if TYPE_CHECKING:
    import pandas as pd

_NUMBERS = "no one two three four five six seven eight nine".split()
_NAMES = "Healthy Jobcentre Learning Local London Primary Probation Sure Youth".split()
MINUS = "\N{MINUS SIGN}"
_WAYS = {1: ("rose", "+"), 0: ("stayed the same", ""), -1: ("fell", MINUS)}

MOST_SPELT = 9
"""Numbers up to this are words in a sentence."""

ISOLATES = "\N{FIRST STRONG ISOLATE}\N{POP DIRECTIONAL ISOLATE}"
"""Signs around a name that may be written from right to left; they turn nothing outside it."""

SMALLEST_P = 0.0001
"""A p below this is not told apart from smaller ones."""


def number(count: int) -> str:
    """A whole number: a word up to nine, figures above: ``nine``, ``11``, ``1,200``."""
    return _NUMBERS[count] if 0 <= count <= MOST_SPELT else f"{count:,}"


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """A number and its noun: ``one area``, ``nine areas``."""
    return f"{number(count)} {noun if count == 1 else plural or noun + 's'}"


def of(count: int, base: int) -> str:
    """A share with its counts: ``63% (46 of 73)``."""
    return f"{format_percent(count, base)} ({count:,} of {base:,})"


def quantity(value: float, *beside: float) -> str:
    """A number of any size, to three figures, and whole from 100 on.

    With others ``beside`` it, it has as many decimals as the largest of all needs.

    >>> [quantity(value) for value in (41.0, 39.8067, 7298.97, -0.05046)]
    ['41', '39.8', '7,299', '−0.0505']
    >>> quantity(7.0556, 20.7), quantity(38, 34.3)
    ('7.1', '38.0')
    """
    some = [Decimal(repr(float(one))) for one in (value, *beside)]
    most = max(map(abs, some))
    places = 0 if not most or most >= 100 else max(0, 2 - most.adjusted())
    each = [one.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP) + 0 for one in some]
    while places and all(one == round(one, places - 1) for one in each):
        places -= 1
    return f"{each[0]:,.{places}f}".replace("-", MINUS)


def of_panels(yes: int, panels: int) -> str:
    """A share of panels, of which ``100%`` means all and ``0%`` none: ``>99%``, ``<1%``."""
    percent = format_percent(yes, panels)
    if yes in (0, panels):
        return percent
    return {"100%": ">99%", "0%": "<1%"}.get(percent, percent)


def percent(share: float) -> int:
    """A share that is no count over a base, or a change of one, in whole percent, half away from 0.

    >>> percent(0.125), percent(-0.125)
    (13, -13)
    """
    return int(math.copysign(math.floor(100 * abs(share) + 0.5), share))


def listed(words: Sequence[str], joint: str = "and") -> str:
    """A list in a sentence: ``a, b and c``; ``none`` where it is empty."""
    *others, last = list(words) or ["none"]
    return f"{', '.join(others)} {joint} {last}" if others else last


def sentence(text: str) -> str:
    """A sentence, its first letter large, the rest as it is: ``Nine of 11 in CAMHS``."""
    return text[:1].upper() + text[1:]


def within(label: str) -> str:
    """A label inside a sentence: ``police``, but names keep their capital: ``Jobcentre Plus``."""
    first = label.split()[0]
    keeps = first in _NAMES or first[:2].isupper()
    return label if keeps else label[:1].lower() + label[1:]


def before(change: pd.Series) -> str:
    """The share in the first year of a change: ``63%``."""
    return format_percent(change["from_yes"], change["from_base"])


def after(change: pd.Series) -> str:
    """The share in the last year of a change: ``49%``."""
    return format_percent(change["to_yes"], change["to_base"])


def points(change: pd.Series) -> str:
    """The size of a change, without its sign: ``7 points``."""
    sides = (int(change[side]) for side in ("from_yes", "from_base", "to_yes", "to_base"))
    size = abs(points_change(*sides))
    return f"{size} {'point' if size == 1 else 'points'}"


def signed_points(change: pd.Series) -> str:
    """A change with its sign: ``+7 points``."""
    return _WAYS[int(change["direction"])][1] + points(change)


def went(change: pd.Series) -> str:
    """Which way a share went: ``rose``, ``fell``, ``stayed the same``."""
    return _WAYS[int(change["direction"])][0]


def signed(number: int) -> str:
    """A whole number with its sign: ``+3``, ``−3``, ``0``."""
    return f"+{number}" if number > 0 else str(number).replace("-", MINUS)


def span(lowest: object, highest: object) -> str:
    """A range: ``71 to 74``, or ``74`` where both ends read the same."""
    return str(lowest) if str(lowest) == str(highest) else f"{lowest} to {highest}"


def spans(lows: Iterable[object], highs: Iterable[object]) -> list[str]:
    """Ranges, from two columns: ``5 to 12``."""
    return list(map(span, lows, highs))


def p_value(p: float, *, level: float = 0.05) -> str:
    """Write p to two figures, to four decimals at most, or to as many as its meaning takes.

    What is not the level, or not 1, is never written as if it were, nor on the other side of it.

    >>> [p_value(p) for p in (0.0625, 0.00921, 0.04996, 0.00002)]
    ['0.063', '0.0092', '0.04996', '<0.0001']
    """
    if p < SMALLEST_P:
        return f"<{SMALLEST_P:g}"
    exact = Decimal(float(p))
    for places in range(min(1 - exact.adjusted(), 4), 15):
        rounded = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
        text = f"{rounded.normalize():f}"
        shown = float(text)
        if all((shown < edge, shown > edge) == (p < edge, p > edge) for edge in (level, 1)):
            return text
    return repr(float(p))


def p_span(lowest: float, highest: float) -> str:
    """A range of p-values: ``from 0.063 to 0.36``, or one value where both read the same."""
    first, last = p_value(lowest), p_value(highest)
    return first if first == last else f"from {first} to {last}"


def p_spans(lows: Iterable[float], highs: Iterable[float]) -> list[str]:
    """Ranges of p, from two columns: ``from 0.063 to 0.36``."""
    return list(map(p_span, lows, highs))


def isolated(text: str) -> str:
    """Text of others that turns nothing around it, if any of it is written from right to left."""
    turns = any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in text)
    return f"{ISOLATES[0]}{text}{ISOLATES[1]}" if turns else text


def legible(text: str, *, keep: str = "\n") -> str:
    r"""Text of others, fit to be shown: spaces for hidden signs, but for those in `keep`.

    >>> legible("a\x1b[31mb")
    'a [31mb'
    """
    if text.isprintable():  # nearly every text, and there are very many
        return text
    kept = keep + ISOLATES
    return "".join(sign if sign.isprintable() or sign in kept else " " for sign in text)


def escaped(text: str) -> str:
    """Text of others as HTML that shows it and runs nothing: ``<b>`` as ``&lt;b&gt;``."""
    return html.escape(legible(text))
