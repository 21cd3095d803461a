"""A change where the rows are there: who answered what in both years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import binom
from statsmodels.stats.proportion import proportion_confint

from csm_lib.counts import Ints
from csm_lib.inference._counted import Counts, Floats, Shares, shares_as_given, whole
from csm_lib.inference.verdict import checked_level

PairedTest = Literal["exact", "mid_p"]
"""McNemar's exact test, which never errs above its level, or its mid-p, which seldom does."""
TESTS: tuple[PairedTest, ...] = get_args(PairedTest)

Answers: TypeAlias = "pd.Series[Any] | npt.NDArray[Any] | Sequence[bool | None]"
"""One answer an authority: true, false or missing (no answer, or not asked)."""

Mask: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class PairedTable:
    """What the same authorities answered to one item in two years, as numbers of authorities.

    ``gainers`` went from no to yes, ``losers`` from yes to no. ``unpaired`` lack an answer in one
    of the years or in both, and stand in no other number.
    """

    gainers: int
    losers: int
    stayed_yes: int
    stayed_no: int
    unpaired: int


def paired(first: Answers, second: Answers) -> PairedTable:
    """Count who gained, lost and stayed the same on one item, between two years.

    Parameters
    ----------
    first, second
        The answers in either year, one an authority, in the same order: booleans that may be
        missing. Two Series must have the same index.

    Raises
    ------
    TypeError
        An answer is neither true, false nor missing.
    ValueError
        The years differ in length, or two Series in their index.

    Examples
    --------
    >>> paired([True, True, False, None], [True, False, True, True])
    PairedTable(gainers=1, losers=1, stayed_yes=1, stayed_no=0, unpaired=1)
    """
    if isinstance(first, pd.Series) and isinstance(second, pd.Series):
        same_labels(first.index, second.index, "indexes")
    yes_1, known_1 = known_answers(first, "first")
    yes_2, known_2 = known_answers(second, "second")
    if len(yes_1) != len(yes_2):
        raise ValueError(
            f"There are {len(yes_1)} answers in the first year and {len(yes_2)} in the second. "
            "Give one an authority in both, missing where there is none."
        )
    both = known_1 & known_2
    return PairedTable(
        gainers=int((both & ~yes_1 & yes_2).sum()),
        losers=int((both & yes_1 & ~yes_2).sum()),
        stayed_yes=int((both & yes_1 & yes_2).sum()),
        stayed_no=int((both & ~yes_1 & ~yes_2).sum()),
        unpaired=int((~both).sum()),
    )


def paired_items(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Count who gained, lost and stayed the same on each of some items, between two years.

    Parameters
    ----------
    first, second
        The answers in either year: one row an authority, one column an item, as for `paired`,
        with the same index and the same columns.

    Returns
    -------
    DataFrame
        One row is one item, which is its index: ``gainers, losers, stayed_yes, stayed_no,
        unpaired``, as in `PairedTable`.
    """
    same_labels(first.index, second.index, "indexes")
    same_labels(first.columns, second.columns, "columns")
    tables = [paired(first[item], second[item]) for item in first.columns]
    names = list(PairedTable.__dataclass_fields__)
    return pd.DataFrame(tables, index=first.columns, columns=names).astype("int64")


def mcnemar(gainers: Counts, losers: Counts, *, test: PairedTest = "exact") -> Shares:
    """Return the two-sided p-value of McNemar's test of no change.

    Only those who changed tell anything: were gaining and losing as likely as each other, how
    often would they part as unevenly as this, or more so? Nobody changed: p is 1.

    Notes
    -----
    McNemar (1947), Psychometrika 12:153-157; mid-p as in Fagerland, Lydersen and Laake (2013),
    BMC Medical Research Methodology 13:91: the exact p less the chance of just what was seen, or,
    where gainers and losers are equally many, 1 less half of it.

    Examples
    --------
    >>> mcnemar(1, 7), mcnemar(1, 7, test="mid_p")  # the example of Fagerland et al.
    (0.0703125, 0.0390625)
    """
    p = paired_p(whole(gainers, "gainers"), whole(losers, "losers"), test)
    return shares_as_given(p, gainers, losers)


def newcombe(
    stayed_yes: Counts, gainers: Counts, losers: Counts, stayed_no: Counts, *, level: float = 0.95
) -> tuple[Shares, Shares]:
    """Return an interval for the change of a share, from its paired table.

    Returns
    -------
    tuple
        The lower and the upper end of share in the second year less share in the first, each from
        -1 to 1; missing where there is no pair.

    Notes
    -----
    Method 10 of Newcombe (1998), Statistics in Medicine 17:2635-2650: Wilson's intervals of the
    two shares, squared and added, less what their correlation (phi, with half the number of pairs
    taken off its numerator, though not below 0) takes away.

    Examples
    --------
    >>> [round(end, 4) for end in newcombe(20, 12, 2, 16)]  # the second row of Table III there
    [0.0562, 0.3292]
    """
    names = ("stayed_yes", "gainers", "losers", "stayed_no")
    given = (stayed_yes, gainers, losers, stayed_no)
    cells = [whole(value, name) for value, name in zip(given, names, strict=True)]
    low, high = newcombe_ends(*cells, level=checked_level(level))
    return shares_as_given(low, *given), shares_as_given(high, *given)


def paired_p(gainers: Ints, losers: Ints, test: PairedTest) -> Floats:
    """As `mcnemar`, for counts that have been checked."""
    fewer, changed, apart = np.minimum(gainers, losers), gainers + losers, abs(gainers - losers)
    if checked_test(test) == "exact":
        p = np.where(apart > 1, 2 * binom.cdf(fewer, changed, 0.5), 1.0)  # 1: as even as can be
    else:
        p = binom.cdf(fewer, changed, 0.5) + binom.cdf(fewer - 1, changed, 0.5)
        p = np.where(apart > 0, p, 1 - binom.pmf(fewer, changed, 0.5) / 2)
        p = np.where(changed > 0, p, 1.0)
    return p


def checked_test(test: PairedTest) -> PairedTest:
    """Return the name of a test, refusing one there is not."""
    if test not in TESTS:
        raise ValueError(f"There is no test {test!r}; use one of {', '.join(TESTS)}.")
    return test


def newcombe_ends(
    stayed_yes: Ints, gainers: Ints, losers: Ints, stayed_no: Ints, *, level: float
) -> tuple[Floats, Floats]:
    """As `newcombe`, for counts that have been checked."""
    yes_1, yes_2 = stayed_yes + losers, stayed_yes + gainers
    pairs = yes_1 + gainers + stayed_no
    with np.errstate(divide="ignore", invalid="ignore"):  # without pairs there is no interval
        below_1, above_1 = _wilson_arms(yes_1, pairs, level)
        below_2, above_2 = _wilson_arms(yes_2, pairs, level)
        cross = np.asarray(stayed_yes * stayed_no - gainers * losers, dtype=np.float64)
        cross = np.where(cross > 0, np.maximum(cross - pairs / 2, 0), cross)
        # as floats, for the product of the four margins is beyond int64 from 55,000 pairs on
        spread = np.sqrt(1.0 * yes_1 * (pairs - yes_1)) * np.sqrt(1.0 * yes_2 * (pairs - yes_2))
        phi = np.where(spread > 0, cross / spread, 0.0)
        change = (gainers - losers) / pairs
        arms = (below_2, above_1), (above_2, below_1)
        down, up = (np.sqrt(np.maximum(a**2 - 2 * phi * a * b + b**2, 0)) for a, b in arms)
        return change - down, change + up


def _wilson_arms(count: Ints, base: Ints, level: float) -> tuple[Floats, Floats]:
    """Return how far Wilson's interval reaches below a share and above it."""
    low, high = proportion_confint(count, base, alpha=1 - level, method="wilson")
    share = count / base
    return np.maximum(share - low, 0), np.maximum(high - share, 0)


def known_answers(answers: Answers, name: str) -> tuple[Mask, Mask]:
    """Return which answers are yes, and which are known."""
    if not isinstance(answers, pd.Series):
        answers = pd.Series(list(answers), dtype=object)
    known = answers.notna().to_numpy(dtype=bool)
    for value in () if answers.dtype in ("bool", "boolean") else answers[known]:
        if not isinstance(value, bool | np.bool_):
            raise TypeError(
                f"{name}: answers must be true, false or missing; got {value!r}. "
                "Compare first, for example with == 'yes'."
            )
    return answers.fillna(False).to_numpy(dtype=bool), known


def same_labels(first: pd.Index[Any], second: pd.Index[Any], what: str) -> None:
    """Refuse two years whose labels differ."""
    if not first.equals(second):
        raise ValueError(
            f"The two years have different {what}; index both by authority, then align them "
            "with .align()."
        )
