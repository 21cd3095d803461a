"""Numbers and lists as a sentence has them."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from csm_lib.counts import format_percent, points_change

if TYPE_CHECKING:
    import pandas as pd

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def number(count: int) -> str:
    """A whole number: a word up to ten, digits above: ``nine``, ``11``."""
    return _NUMBERS[count] if 0 <= count < len(_NUMBERS) else str(count)


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """A number and its noun: ``one area``, ``nine areas``."""
    return f"{number(count)} {noun if count == 1 else plural or noun + 's'}"


def of(count: int, base: int) -> str:
    """A share with its counts: ``63% (46 of 73)``."""
    return f"{format_percent(count, base)} ({count} of {base})"


def listed(words: Sequence[str], joint: str = "and") -> str:
    """A list in a sentence: ``a, b and c``; ``none`` where it is empty."""
    *others, last = list(words) or ["none"]
    return f"{', '.join(others)} {joint} {last}" if others else last


def sentence(text: str) -> str:
    """A sentence, its first letter large, the rest as it is: ``Nine of 11 in CAMHS``."""
    return text[:1].upper() + text[1:]


def span(lowest: int, highest: int) -> str:
    """A range of whole numbers: ``71 to 74``, or ``74`` where there is but one."""
    return str(lowest) if lowest == highest else f"{lowest} to {highest}"


def before(change: pd.Series) -> str:
    """The share in the first year, of a row of `csm_lib.aggregate.changes`: ``63%``."""
    return format_percent(change["from_yes"], change["from_base"])


def after(change: pd.Series) -> str:
    """The share in the last year, of a row of `csm_lib.aggregate.changes`: ``49%``."""
    return format_percent(change["to_yes"], change["to_base"])


def points(change: pd.Series) -> str:
    """The change of a row of `csm_lib.aggregate.changes`, without its sign: ``7 points``."""
    size = points_change(
        int(change["from_yes"]), int(change["from_base"]),
        int(change["to_yes"]), int(change["to_base"]),
    )  # fmt: skip
    return f"{abs(size)} {'point' if abs(size) == 1 else 'points'}"


def signed_points(change: pd.Series) -> str:
    """The change of a row of `csm_lib.aggregate.changes`, with its sign: ``+7 points``."""
    sign = {1: "+", 0: "", -1: "\N{MINUS SIGN}"}[int(change["direction"])]
    return f"{sign}{points(change)}"


def signed(number: int) -> str:
    """A whole number with its sign: ``+3``, ``−3``, ``0``."""
    return f"+{number}" if number > 0 else str(number).replace("-", "\N{MINUS SIGN}")


def within(label: str) -> str:
    """A label inside a sentence: ``police``, but names keep their capital: ``Jobcentre Plus``."""
    first = label.split()[0]
    keeps = first in _NAMES or first[:2].isupper()
    return label if keeps else label[:1].lower() + label[1:]


_NAMES = {
    "Healthy", "Jobcentre", "Learning", "Local", "London", "Primary", "Probation", "Sure", "Youth",
}  # fmt: skip


def legible(text: str, *, keep: str = "\n") -> str:
    r"""Text of others, fit to be shown: spaces for control characters and other hidden signs.

    Those in `keep` stay.

    >>> legible("a\x1b[31mb")
    'a [31mb'
    """
    return "".join(sign if sign.isprintable() or sign in keep else " " for sign in text)


def escaped(text: str) -> str:
    """Text of others as HTML that shows it and runs nothing: ``<b>`` as ``&lt;b&gt;``."""
    return html.escape(legible(text))


SMALLEST_P = 0.0001
"""A p below this is not told apart from smaller ones."""


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


def of_panels(yes: int, panels: int) -> str:
    """Write a share of panels so that 100% means all and 0% none.

    >>> of_panels(9_999, 10_000), of_panels(10_000, 10_000), of_panels(1, 10_000)
    ('>99%', '100%', '<1%')
    """
    percent = format_percent(yes, panels)
    if percent == "100%" and yes < panels:
        return ">99%"
    return "<1%" if percent == "0%" and yes else percent


def went(change: pd.Series) -> str:
    """Which way a share went, of a row of `csm_lib.aggregate.changes`: ``rose``, ``fell``."""
    return {1: "rose", 0: "stayed the same", -1: "fell"}[int(change["direction"])]


def spans(lows: Iterable[object], highs: Iterable[object]) -> list[str]:
    """Ranges, from two columns: ``5 to 12``, or ``5`` where both ends read the same."""
    return [
        str(low) if str(low) == str(high) else f"{low} to {high}"
        for low, high in zip(lows, highs, strict=True)
    ]


def p_spans(lows: Iterable[float], highs: Iterable[float]) -> list[str]:
    """Ranges of p, from two columns: ``from 0.063 to 0.36``."""
    return [p_span(low, high) for low, high in zip(lows, highs, strict=True)]


def percent(share: float) -> int:
    """A share that is no count over a base, or a change of one, in whole percent, half away from 0.

    >>> percent(0.125), percent(-0.125)
    (13, -13)
    """
    return int(math.copysign(math.floor(100 * abs(share) + 0.5), share))
