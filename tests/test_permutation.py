"""Tests of a change and of a difference, each held against another way to the same p-value.

For few respondents that is a list of all that could have happened; else a test of scipy, a
published formula, or how often it raises an alarm where there is nothing.
"""

from __future__ import annotations

import doctest
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, product
from math import comb, sqrt

import numpy as np
import numpy.typing as npt
import pytest
from numpy.random import PCG64, Generator
from scipy.stats import PermutationMethod, chi2_contingency, fisher_exact, norm, permutation_test

from csm_lib import permutation
from csm_lib.inference import mcnemar
from csm_lib.permutation import FEW, MORE_DRAWS, any_p, ends_p, groups_p, score_p

Values = npt.NDArray[np.float64]

NAN = np.nan


def rng(seed: int) -> Generator:
    return Generator(PCG64(seed))


def answers(text: str) -> Values:
    """y, n, or a dash for no answer; a letter a respondent."""
    return np.array([{"y": 1.0, "n": 0.0, "-": NAN}[letter] for letter in text])


def two_waves(pairs: str, once_1: str, once_2: str) -> tuple[Values, Values]:
    """Answers of pairs, as in ``nn ny``, and of those that answered in one of the waves."""
    both = pairs.split()
    first = "".join(pair[0] for pair in both) + once_1 + "-" * len(once_2)
    second = "".join(pair[1] for pair in both) + "-" * len(once_1) + once_2
    return answers(first), answers(second)


def near(p: float, draws: int = MORE_DRAWS) -> object:
    """What a share of so many draws may be where p is expected: four standard errors."""
    return pytest.approx(p, abs=4 * sqrt(p * (1 - p) / draws) + 1 / draws)


def few_alarms(p: Values, level: float = 0.05) -> bool:
    """Is the share of p at the level at most the level, and two standard errors of it?"""
    return bool((p <= level).mean() <= level + 2 * sqrt(level * (1 - level) / len(p)))


def test_examples_in_the_docstrings_hold() -> None:
    result = doctest.testmod(permutation)
    assert result.attempted > 0
    assert result.failed == 0


# -- Two waves ----------------------------------------------------------------


def listed(first: Values, second: Values) -> float:
    """P by a list of all that could have happened, each as likely as any other.

    Who answered twice may have done so in the other order. Of who answered once, any may be those
    that did in the second wave. What is compared is the difference of the means.
    """
    one, two = ~np.isnan(first), ~np.isnan(second)
    pairs = np.column_stack([first, second])[one & two]
    once = np.concatenate([second[two & ~one], first[one & ~two]])
    late = int((two & ~one).sum())

    def outcomes() -> Iterator[float]:
        for turned in product([False, True], repeat=len(pairs)):
            sides = np.where(np.array(turned, dtype=bool)[:, None], pairs[:, ::-1], pairs)
            for chosen in combinations(range(len(once)), late):
                early = [at for at in range(len(once)) if at not in chosen]
                yield (
                    np.concatenate([sides[:, 1], once[list(chosen)]]).mean()
                    - np.concatenate([sides[:, 0], once[early]]).mean()
                )

    all_of_them = np.array(list(outcomes()))  # what was seen is the first
    away = np.abs(all_of_them - all_of_them.mean())
    return float((away >= away[0] - 1e-9).mean())


PARTLY = [
    (("ny ny", "nn", "yyn"), (2, 0, 0, 2, 2, 1)),
    (("ny yn nn yy", "nny", "yyy"), (1, 1, 1, 2, 3, 0)),
    (("ny ny yn", "nnnyn", "y"), (2, 1, 1, 4, 1, 0)),
    (("yn yn yn nn", "", "nnynn"), (0, 3, 0, 0, 1, 4)),
    (("nn yy", "ynn", "nyy"), (0, 0, 1, 2, 2, 1)),
]


@pytest.mark.parametrize(("given", "cells"), PARTLY)
def test_a_partly_paired_change_is_tested_as_a_list_of_all_outcomes_does(
    given: tuple[str, str, str], cells: tuple[int, ...]
) -> None:
    first, second = two_waves(*given)
    found = ends_p(first, second)
    assert found[1:] == (len(first), "partly paired", cells)
    assert found.p == pytest.approx(listed(first, second))


@pytest.mark.parametrize("seed", range(40))
def test_any_few_answers_are_tested_as_a_list_of_all_outcomes_does(seed: int) -> None:
    first, second = rng(seed).choice([0, 1, NAN], (2, 8), p=[0.35, 0.35, 0.3])
    found = ends_p(first, second)
    if found.design == "paired":  # of those with two answers alone
        both = ~np.isnan(first + second)
        first, second = first[both], second[both]
    assert found.p == pytest.approx(listed(first, second))


@pytest.mark.parametrize(("gained", "lost", "p"), [(7, 1, 0.0703125), (0, 6, 0.03125), (3, 3, 1)])
def test_who_answered_twice_is_tested_by_mcnemar_whatever_few_others_answered(
    gained: int, lost: int, p: float
) -> None:
    pairs = " ".join(["ny"] * gained + ["yn"] * lost + ["yy"] * 9)
    for once in ("", "ynny"):  # 4 of the 34 or more answers, less than a fifth
        found = ends_p(*two_waves(pairs, once, ""))
        assert found == (p, gained + lost + 9, "paired", (gained, lost))
        assert found.p == mcnemar(gained, lost)


def test_four_fifths_of_all_answers_from_pairs_are_nearly_all() -> None:
    pairs = "ny ny ny yy"  # eight answers
    assert ends_p(*two_waves(pairs, "n", "y")).design == "paired"  # of ten
    assert ends_p(*two_waves(pairs, "n", "yy")).design == "partly paired"  # of eleven


@pytest.mark.parametrize(
    ("once_1", "once_2"), [("ynnnn", "yyyyn"), ("nnnnnny", "yyy"), ("yy", "nnynnnn"), ("yn", "yn")]
)
def test_separate_samples_are_tested_as_the_exact_permutation_test_of_scipy_does(
    once_1: str, once_2: str
) -> None:
    found = ends_p(*two_waves("", once_1, once_2))
    apart = permutation_test(
        (answers(once_1), answers(once_2)),
        lambda a, b, axis: np.abs(a.mean(axis=axis) - b.mean(axis=axis)),
        vectorized=True,
        n_resamples=np.inf,
        alternative="greater",
    )
    assert found[1:3] == (len(once_1 + once_2), "separate")
    assert found.p == pytest.approx(apart.pvalue)


@pytest.mark.parametrize(("yes_1", "yes_2"), [(10, 30), (20, 29), (0, 5), (40, 40)])
def test_separate_samples_of_one_size_are_tested_as_fisher_does(yes_1: int, yes_2: int) -> None:
    found = ends_p(
        *two_waves("", "y" * yes_1 + "n" * (40 - yes_1), "y" * yes_2 + "n" * (40 - yes_2))
    )
    fisher = fisher_exact([[yes_1, 40 - yes_1], [yes_2, 40 - yes_2]])
    assert found.p == pytest.approx(fisher.pvalue)
    assert found.cells == (0, 0, yes_1, 40 - yes_1, yes_2, 40 - yes_2)


def test_a_test_that_points_the_other_way_than_the_shares_finds_nothing() -> None:
    # Of the pairs all six that moved gained; of all that answered fewer said yes than before.
    against = two_waves("ny " * 6 + "nn " * 2, "yyy", "n")
    assert ends_p(*against).p == 0.03125
    assert ends_p(*against, direction=1).p == 0.03125
    assert ends_p(*against, direction=-1).p == 1
    apart = two_waves("", "yyyyy", "nnnnn")
    assert ends_p(*apart).p == ends_p(*apart, direction=-1).p == pytest.approx(2 / 252)
    assert ends_p(*apart, direction=1).p == 1
    moved = two_waves("ny " * 6, "yyn", "nnyyyyyy")
    assert ends_p(*moved, direction=1).p == ends_p(*moved).p < 0.05
    assert ends_p(*moved, direction=-1).p == 1


@pytest.mark.parametrize(
    "given", [("", "", ""), ("yy nn", "", ""), ("", "nnn", "nn"), ("", "", "yn")]
)
def test_where_nothing_moved_nothing_is_found(given: tuple[str, str, str]) -> None:
    first, second = two_waves(*given)
    assert ends_p(first, second).p == score_p(first, second) == 1


def overlapping_z(first: Values, second: Values) -> float:
    """P of the z of Derrick, Toher and White for partly overlapping samples of two shares.

    The difference of the shares of all that answered, over its standard error where both are the
    pooled share, less what the correlation of the pairs takes from it.
    """
    one, two = ~np.isnan(first), ~np.isnan(second)
    n_1, n_2, pairs = one.sum(), two.sum(), one & two
    share = (first[one].sum() + second[two].sum()) / (n_1 + n_2)
    variance = share * (1 - share)
    if not variance:
        return 1.0
    phi = 0.0
    if pairs.any() and first[pairs].std() and second[pairs].std():
        phi = float(np.corrcoef(first[pairs], second[pairs])[0, 1])
    spread = variance * (1 / n_1 + 1 / n_2 - 2 * phi * pairs.sum() / (n_1 * n_2))
    if spread < 1e-12:
        return 1.0
    return float(2 * norm.sf(abs(second[two].mean() - first[one].mean()) / sqrt(spread)))


def overlapping(
    seed: int, size: int, shares: tuple[float, float], keep: float
) -> Iterator[tuple[Values, Values]]:
    """Draw two waves. A third answers twice and may keep to an answer, two thirds answer once."""
    chance = rng(seed)
    for _ in range(1_000):
        first, second = ((chance.random(size) < share).astype(float) for share in shares)
        again = chance.random(size) < keep
        if shares[0] == shares[1]:
            second = np.where(again, first, second)
        first[size // 3 : 2 * size // 3] = NAN
        second[: size // 3] = NAN
        yield first, second


@pytest.mark.parametrize(
    ("size", "share", "keep"), [(30, 0.5, 0.8), (90, 0.2, 0.5), (240, 0.5, 0.8)]
)
def test_without_a_change_a_test_of_partly_overlapping_samples_seldom_finds_one(
    size: int, share: float, keep: float
) -> None:
    drawn = list(overlapping(size, size, (share, share), keep))
    assert few_alarms(np.array([ends_p(*both).p for both in drawn]))
    z = np.array([overlapping_z(*both) for both in drawn])
    assert 0.03 < (z <= 0.05).mean() < 0.075  # so the draws are what the formula is meant for


def test_with_a_change_it_finds_nearly_as_many_as_the_z_of_overlapping_samples() -> None:
    drawn = list(overlapping(1, 180, (0.4, 0.57), 0))
    exact = np.mean([ends_p(*both).p <= 0.05 for both in drawn])
    z = np.mean([overlapping_z(*both) <= 0.05 for both in drawn])
    assert 0.6 < exact < 0.95
    assert z - 0.08 < exact < z + 0.02


# -- Several waves --------------------------------------------------------------


def listed_of_several(waves: Values) -> float:
    """P by a list of all that could have happened to the totals of the waves.

    How the answers of one row lie about their mean may be the other way round. Of those that
    answered once, any may be those that said yes.
    """
    answered = ~np.isnan(waves)
    singles = np.flatnonzero(answered.sum(axis=1) == 1)
    several = np.nan_to_num(waves - np.nanmean(waves, axis=1, keepdims=True))
    sides = [(row, -row) for row in np.delete(several, singles, axis=0)]
    yes = int(np.nansum(waves[singles]))
    mixed = [answered[list(c)].sum(axis=0) for c in combinations(singles, yes)]
    mixed = [one - np.mean(mixed, axis=0) for one in mixed]
    totals = np.array([sum(one) for one in product(*sides, mixed)])
    far = (totals**2 / answered.sum(axis=0)).sum(axis=1)
    said = np.nansum(waves[singles], axis=0)
    said = said - yes * answered[singles].sum(axis=0) / max(len(singles), 1)
    seen = ((several.sum(axis=0) + said) ** 2 / answered.sum(axis=0)).sum()
    return float((far >= seen - 1e-9).mean())


@pytest.mark.parametrize(
    "rows",
    [
        ("nyy", "nny", "nyy", "yny", "nny", "yyy"),
        ("nnyy", "nyyy", "-nyy", "nyny", "nnny"),
        ("nny", "n-y", "-ny", "nyy", "n--", "--y", "-y-", "n--"),
        ("yn-", "yy-", "-ny", "--n", "y--"),
        ("ny-n", "ynnn", "n-nn", "yn-y", "ynyy", "yynn", "y---", "y---", "---y", "y---"),
        ("nyyy", "y-yn", "-ny-", "n---", "---y", "n---", "n---", "--y-", "y---"),
    ],
)
def test_few_answers_in_several_waves_are_tested_as_a_list_of_all_outcomes_does(
    rows: tuple[str, ...],
) -> None:
    waves = np.array([answers(row) for row in rows])
    assert any_p(waves) == near(listed_of_several(waves), draws=999)


@pytest.mark.parametrize(("gained", "lost", "p"), [(9, 1, 0.0215), (8, 2, 0.1094), (12, 2, 0.0129)])
def test_of_two_waves_a_test_of_several_is_that_of_mcnemar(
    gained: int, lost: int, p: float
) -> None:
    first, second = two_waves("ny " * gained + "yn " * lost + "yy nn nn", "", "")
    assert mcnemar(gained, lost) == pytest.approx(p, abs=5e-5)
    assert any_p(np.column_stack([first, second])) == near(p)


def test_a_peak_in_the_middle_is_found_though_the_ends_are_alike() -> None:
    waves = np.tile(answers("nyn"), (15, 1))
    waves[:3] = answers("yyy")
    assert ends_p(waves[:, 0], waves[:, 2]).p == 1
    assert any_p(waves) == near(2 / 2**12)  # the twelve that moved did so alike


def persistent(chance: Generator, size: int, waves: int, keep: float) -> Values:
    """Draw answers that are kept from one wave to the next, or given anew: half of them yes."""
    found = (chance.random((size, waves)) < 0.5).astype(float)
    for wave in range(1, waves):
        kept = chance.random(size) < keep
        found[kept, wave] = found[kept, wave - 1]
    return found


@pytest.mark.parametrize(
    ("waves", "size", "keep"),
    [(3, 12, 0.8), (3, 40, 0.8), (5, 40, 0.8), (5, 150, 0.95), (15, 12, 0.8), (15, 150, 0.95)],
)
def test_answers_that_are_kept_for_long_are_no_change(
    monkeypatch: pytest.MonkeyPatch, waves: int, size: int, keep: float
) -> None:
    monkeypatch.setattr(permutation, "MORE_DRAWS", 999)
    chance = rng(waves + size)
    p = np.array([any_p(persistent(chance, size, waves, keep)) for _ in range(400)])
    assert few_alarms(p)
    assert few_alarms(p, 0.01)


# -- Groups -----------------------------------------------------------------------


def listed_of_groups(yes: list[int], base: list[int]) -> float:
    """P by a list of all tables with the same totals, each as likely as the ways to make it."""
    total, size = sum(yes), sum(base)

    def far(found: tuple[int, ...]) -> float:
        expected = [total * n / size for n in base]
        return sum(
            (k - e) ** 2 * (1 / e + 1 / (n - e))
            for k, e, n in zip(found, expected, base, strict=True)
        )

    tables = [t for t in product(*(range(n + 1) for n in base)) if sum(t) == total]
    ways = [np.prod([comb(n, k) for n, k in zip(base, t, strict=True)]) for t in tables]
    as_far = [far(table) >= far(tuple(yes)) - 1e-9 for table in tables]
    return float(np.dot(ways, as_far) / sum(ways))


def compared(yes: Sequence[int], base: Sequence[int]) -> float:
    """The p of groups in which so many of so many said yes."""
    given = [np.repeat([1, 0], [k, n - k]) for k, n in zip(yes, base, strict=True)]
    return groups_p(np.concatenate(given), np.repeat(range(len(base)), base))


@pytest.mark.parametrize(
    ("yes", "base"),
    [
        ([1, 6, 4], [8, 8, 5]),
        ([9, 2], [10, 9]),
        ([0, 3, 1, 6], [6, 6, 6, 7]),
        ([5, 9], [30, 20]),
        ([6, 17, 15], [6, 19, 15]),
    ],
)
def test_groups_are_compared_as_a_list_of_all_their_tables_does(
    yes: list[int], base: list[int]
) -> None:
    assert compared(yes, base) == near(listed_of_groups(yes, base), draws=999)


def test_two_groups_of_one_size_are_compared_as_fisher_does() -> None:
    fisher = fisher_exact([[10, 20], [20, 10]]).pvalue
    assert fisher == pytest.approx(0.0194, abs=5e-5)
    assert compared([10, 20], [30, 30]) == near(fisher)


def test_three_groups_are_compared_as_the_shuffled_chi_squared_of_scipy_does() -> None:
    yes, base = np.array([12, 25, 15]), np.array([40, 45, 30])
    shuffled = PermutationMethod(n_resamples=9_999, rng=rng(1))
    expected = chi2_contingency([yes, base - yes], correction=False, method=shuffled).pvalue
    assert compared(yes, base) == near(expected, draws=4_000)
    assert compared(yes[::-1], base[::-1]) == near(expected, draws=4_000)  # in any order


def test_few_numbers_are_shuffled_and_so_are_shares_of_many() -> None:
    # the one that is large is alone in its group in a quarter of all orders
    assert groups_p([1, 2, 3, 10], [*"aaab"]) == pytest.approx(0.25, abs=0.03)
    # a p of the F test would be nought
    assert groups_p([1] * FEW + [0] * FEW, [*"a" * FEW, *"b" * FEW]) == 1 / (1 + MORE_DRAWS)


def test_groups_that_all_say_the_same_do_not_differ() -> None:
    assert compared([0, 0], [5, 9]) == compared([5, 9], [5, 9]) == 1


# -- Scores -----------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_few_scores_are_tested_as_a_list_of_all_outcomes_does(seed: int) -> None:
    chance = rng(seed)
    first, second = chance.normal(size=9), chance.normal(0.8, size=9)
    first[:2], second[2:5] = NAN, NAN
    assert score_p(first, second) == near(listed(first, second), draws=999)


@pytest.mark.parametrize(
    "given",
    [
        ("ny " * 9 + "yn yy nn", "", ""),
        ("ny " * 5 + "yn yn yy", "nnnyn", "yyyyny"),
        ("", "nnnnnnny", "yyyyynn"),
    ],
)
def test_scores_of_one_and_nought_are_tested_as_shares_are(given: tuple[str, str, str]) -> None:
    first, second = two_waves(*given)
    assert score_p(first, second) == near(ends_p(first, second).p, draws=999)
    assert score_p(first * 8 - 3, second * 8 - 3) == near(ends_p(first, second).p, draws=999)


def test_a_score_that_points_the_other_way_than_its_section_finds_nothing() -> None:
    first, second = np.arange(8.0), np.arange(8.0) + 1
    assert score_p(first, second) == score_p(first, second, 1) == near(2 / 256)
    assert score_p(first, second, -1) == 1
    assert score_p(second, first, 1) == 1


@pytest.mark.parametrize("apart", [0.15, 0.25, 0.35])
def test_of_many_scores_the_normal_curve_gives_what_draws_give(
    monkeypatch: pytest.MonkeyPatch, apart: float
) -> None:
    chance = rng(9)
    first, second = chance.normal(size=(2, FEW))
    second += apart
    first[:60], second[60:110] = NAN, NAN
    drawn = score_p(first, second)
    monkeypatch.setattr(permutation, "FEW", FEW - 1)
    by_the_curve = score_p(first, second)
    assert by_the_curve != drawn
    assert by_the_curve == near(drawn, draws=3_000)


def test_scores_of_many_that_all_stayed_do_not_differ() -> None:
    first = np.ones(FEW + 1)
    assert score_p(first, first) == 1
    assert score_p(first * [1, *[NAN] * FEW], first * [NAN, *[1] * FEW]) == 1


@pytest.mark.parametrize("alone", [(3.0, NAN), (NAN, 3.0)])
def test_one_more_score_of_who_answered_once_leaves_many_pairs_as_they_are(
    alone: tuple[float, float],
) -> None:
    first, second = rng(3).normal(size=(2, FEW + 1))
    p = score_p(first, second)
    assert 0 < p < 1
    assert score_p(np.append(first, alone[0]), np.append(second, alone[1])) == p


# -- Draws ------------------------------------------------------------------------


def test_the_same_answers_give_the_same_p_and_a_small_p_is_told_apart() -> None:
    calls: list[Callable[[], float]] = [
        lambda: compared([30, 0], [30, 30]),
        lambda: any_p(np.tile(answers("nny"), (30, 1))),
        lambda: score_p(np.zeros(30), np.ones(30)),
    ]
    for call in calls:
        assert call() == call() == 1 / 20_000
