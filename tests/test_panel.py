"""Drawn panels: every total of the paper holds, and chance is what it is said to be.

Distributions are compared on a fixed seed, so these tests cannot fail by chance; the bounds are
such that a right sampler passes on nearly every other seed as well.
"""

from __future__ import annotations

import itertools
from collections import Counter
from fractions import Fraction
from math import comb
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from printed import JSNA, REGIONS, TABLE_1, TYPES, totals
from scipy.stats import chisquare, hypergeom, nchypergeom_fisher

from csm_lib.codebook import Codebook, read_codebook
from csm_lib.collection import SHIPPED, Collection
from csm_lib.errors import PublishedError
from csm_lib.panel import (
    PERSISTENCE,
    SEED,
    draw,
    draw_answers,
    draw_net_changes,
    draw_places,
    overlap_law,
)
from csm_lib.recovery import sample_list, targets
from csm_lib.returns import write_returns

Answers = dict[tuple[str, int], npt.NDArray[np.int8]]


def stream(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


@pytest.fixture(scope="module")
def wanted(collection: Collection) -> pd.DataFrame:
    assert collection.published is not None
    return targets(collection.published, collection.codebook)


def redraw(
    collection: Collection, *, persistence: float = PERSISTENCE, seed: int = SEED
) -> pd.DataFrame:
    assert collection.published is not None
    assert collection.frame is not None
    return draw(
        collection.published, collection.codebook, collection.frame,
        persistence=persistence, seed=seed,
    )  # fmt: skip


def rows_of(*cells: tuple[str, int, str, int, int]) -> pd.DataFrame:
    """Totals typed in a test: item, year, answer, count and base."""
    return pd.DataFrame(cells, columns=["item", "year", "answer", "count", "of"])


# --- the shipped panel --------------------------------------------------------------------------


def test_the_shipped_returns_are_what_is_drawn_byte_for_byte(
    collection: Collection, tmp_path: Path
) -> None:
    panel = redraw(collection)
    pd.testing.assert_frame_equal(panel, collection.returns)
    write_returns(panel, tmp_path / "returns.csv", collection.codebook)
    assert (tmp_path / "returns.csv").read_bytes() == (SHIPPED / "returns.csv").read_bytes()


def test_another_seed_or_persistence_gives_another_panel(collection: Collection) -> None:
    assert not redraw(collection, seed=SEED + 1).equals(collection.returns)
    assert not redraw(collection, persistence=1).equals(collection.returns)
    names = [f"A{number:02d}" for number in range(1, 75)]
    assert collection.returns["authority"].tolist() == [name for name in names for _ in range(2)]
    assert collection.returns["year"].tolist() == [2008, 2009] * 74


def test_the_regions_and_types_of_a_panel_are_those_printed(collection: Collection) -> None:
    assert collection.published is not None
    assert collection.frame is not None
    one = sample_list(collection.published, collection.frame)
    for seed in (SEED, 1, 2):
        places = redraw(collection, seed=seed).drop_duplicates("authority")
        regions = places["region"].value_counts().to_dict()
        types = places["authority_type"].value_counts().to_dict()
        assert regions == {name: count for name, (_, count, _) in REGIONS.items()}
        assert types == {name: count for name, (_, count, _) in TYPES.items()}
        cells = places.groupby(["region", "authority_type"]).size()
        limits = one.set_index(["region", "authority_type"])["authorities"]
        assert (cells <= limits.reindex(cells.index).fillna(0)).all()


# --- every panel --------------------------------------------------------------------------------


def check_totals(answers: Answers, codebook: Codebook) -> None:
    """Hold every total of every panel against the paper's, and every item against its opener."""
    expected = totals()
    assert {key[:2] for key in expected} == set(answers)
    for (item, year, answer), (count, base) in expected.items():
        code = list(codebook[item].answers).index(answer)
        drawn = answers[item, year]
        assert (np.sum(drawn == code, axis=1) == count).all(), (item, year, answer)
        assert (np.sum(drawn >= 0, axis=1) == base).all(), (item, year)
    for agency, year in TABLE_1:
        on_board = answers[f"board.{agency}", year] == 0
        assert on_board[answers[f"level.{agency}", year] >= 0].all()
    asked = np.logical_and(*(answers["jsna.carried_out", year] == 0 for year in (2008, 2009)))
    first = answers["jsna.child_population", 2009] >= 0
    assert asked[first].all()
    for component in JSNA:
        assert ((answers[f"jsna.{component}", 2009] >= 0) == first).all()


@settings(max_examples=25)
@given(
    seed=st.integers(0, 2**63),
    persistence=st.sampled_from([0.001, 0.5, 1, 20, 1000, 1e6]) | st.floats(0.01, 100),
)
def test_every_total_holds_in_every_panel(
    collection: Collection, wanted: pd.DataFrame, seed: int, persistence: float
) -> None:
    answers = draw_answers(
        wanted, collection.codebook, 74, persistence=persistence, rng=stream(seed), panels=20
    )
    check_totals(answers, collection.codebook)
    assert len(np.unique(answers["commissioning.camhs", 2008], axis=0)) == 20


def test_chance_comes_from_uniform_numbers_alone(
    collection: Collection, wanted: pd.DataFrame
) -> None:
    class OnlyRandom:
        def __init__(self) -> None:
            self.stream = stream(SEED)

        def random(self, size: object = None) -> object:
            return self.stream.random(size)  # type: ignore[arg-type]

    stub: np.random.Generator = OnlyRandom()  # type: ignore[assignment]
    answers = draw_answers(wanted, collection.codebook, 74, persistence=20, rng=stub)
    check_totals(answers, collection.codebook)


# --- persistence ----------------------------------------------------------------------------------


def overlaps(
    questionnaire: Codebook, size: int, before: int, after: int, odds: float, panels: int
) -> npt.NDArray[np.int64]:
    """How many of those who said yes in 2008 said it again in 2009, panel by panel."""
    wanted = rows_of(("seat", 2008, "yes", before, size), ("seat", 2009, "yes", after, size))
    answers = draw_answers(
        wanted, questionnaire, size, persistence=odds, rng=stream(3), panels=panels
    )
    again = (answers["seat", 2008] == 0) & (answers["seat", 2009] == 0)
    return again.sum(axis=1)


@pytest.mark.parametrize("odds", [0.2, 1, 2, 50])
def test_the_overlap_is_distributed_as_the_law_says(questionnaire: Codebook, odds: float) -> None:
    panels = 20_000
    found = Counter(overlaps(questionnaire, 12, 5, 6, odds, panels).tolist())
    law = hypergeom(12, 5, 6) if odds == 1 else nchypergeom_fisher(12, 5, 6, odds)
    expected = [panels * law.pmf(number) for number in range(6)]
    assert sum(found.values()) == sum(found[number] for number in range(6))
    assert chisquare([found[number] for number in range(6)], expected).pvalue > 0.001


def test_those_who_answer_anew_are_neither_favoured_nor_passed_over(
    questionnaire: Codebook,
) -> None:
    # of 10 authorities 8 answered in 2008 and 8 in 2009, so some of 2009 are new
    wanted = rows_of(("seat", 2008, "yes", 4, 8), ("seat", 2009, "yes", 4, 8))
    answers = draw_answers(wanted, questionnaire, 10, persistence=50, rng=stream(5), panels=20_000)
    before, after = answers["seat", 2008], answers["seat", 2009]
    share_of_no = (after[(before == 1) & (after >= 0)] == 0).mean()
    share_of_new = (after[(before == -1) & (after >= 0)] == 0).mean()
    share_of_yes = (after[(before == 0) & (after >= 0)] == 0).mean()
    assert abs(share_of_no - share_of_new) < 0.02
    assert share_of_yes > share_of_no + 0.4


def test_each_of_several_answers_persists(questionnaire: Codebook) -> None:
    cells = [
        ("chair", year, answer, 10, 30)
        for year in (2008, 2009)
        for answer in ("lead_member", "director", "other")
    ]
    for odds, least, most in ((1, 0.25, 0.42), (1000, 0.8, 1.0)):
        answers = draw_answers(
            rows_of(*cells), questionnaire, 30, persistence=odds, rng=stream(2), panels=500
        )
        before, after = answers["chair", 2008], answers["chair", 2009]
        for code in range(3):
            assert least < (after[before == code] == code).mean() <= most, (odds, code)


@given(
    total=st.integers(1, 74),
    marked=st.integers(0, 74),
    count=st.integers(0, 74),
    odds=st.sampled_from([0.01, 0.5, 1.0, 2.0, 20.0, 1000.0]),
)
def test_the_law_of_overlaps_is_fishers(total: int, marked: int, count: int, odds: float) -> None:
    marked, count = min(marked, total), min(count, total)
    lowest, chances = overlap_law(total, marked, count, odds)
    highest = lowest + len(chances) - 1
    assert (lowest, highest) == (max(0, marked + count - total), min(marked, count))
    weights = [
        comb(marked, k) * comb(total - marked, count - k) * Fraction(odds) ** k
        for k in range(lowest, highest + 1)
    ]
    expected = [float(weight / sum(weights)) for weight in weights]
    np.testing.assert_allclose(chances, expected, rtol=1e-9, atol=1e-300)


def test_the_law_of_overlaps_holds_for_many_thousands() -> None:
    lowest, chances = overlap_law(20_000, 9_000, 8_000, 3.0)
    assert chances.sum() == pytest.approx(1)
    mean = lowest + (np.arange(len(chances)) * chances).sum()
    # the mode of the law solves (m - x)(n - x) * odds = x (N - m - n + x)
    assert (9_000 - mean) * (8_000 - mean) * 3 == pytest.approx(mean * (3_000 + mean), rel=0.01)


# --- every choice is equally likely ---------------------------------------------------------------


def test_every_set_of_authorities_is_equally_likely(questionnaire: Codebook) -> None:
    panels = 20_000
    wanted = rows_of(
        ("seat", 2008, "yes", 2, 5),
        ("level", 2008, "head", 1, 1),
        ("level", 2008, "senior_officer", 0, 1),
        ("level", 2008, "other", 0, 1),
    )
    answers = draw_answers(wanted, questionnaire, 5, persistence=1, rng=stream(11), panels=panels)
    seats = Counter(map(tuple, (answers["seat", 2008] == 0).astype(int).tolist()))
    assert len(seats) == comb(5, 2)
    assert chisquare(list(seats.values())).pvalue > 0.001
    pairs = Counter(
        zip(
            map(tuple, (answers["seat", 2008] == 0).tolist()),
            (answers["level", 2008] == 0).argmax(axis=1).tolist(),
            strict=True,
        )
    )
    assert len(pairs) == 2 * comb(5, 2)
    assert chisquare(list(pairs.values())).pvalue > 0.001


def test_whoever_gives_no_answer_is_anybody(questionnaire: Codebook) -> None:
    wanted = rows_of(("seat", 2008, "yes", 3, 4))
    answers = draw_answers(wanted, questionnaire, 5, persistence=20, rng=stream(12), panels=10_000)
    silent = Counter((answers["seat", 2008] < 0).argmax(axis=1).tolist())
    assert len(silent) == 5
    assert chisquare(list(silent.values())).pvalue > 0.001


def tiny_list() -> pd.DataFrame:
    cells = [
        ("North", "County council", 2), ("North", "Unitary authority", 1),
        ("South", "County council", 1), ("South", "Unitary authority", 3),
    ]  # fmt: skip
    return pd.DataFrame(cells, columns=["region", "authority_type", "authorities"])


def test_every_possible_choice_of_places_is_equally_likely() -> None:
    authorities = [
        (region, kind, number)
        for region, kind, size in tiny_list().itertuples(index=False)
        for number in range(size)
    ]
    regions, types = {"North": 2, "South": 2}, {"County council": 2, "Unitary authority": 2}
    ways: Counter[tuple[tuple[str, str], ...]] = Counter()
    for chosen in itertools.combinations(authorities, 4):
        margins = Counter(one[0] for one in chosen), Counter(one[1] for one in chosen)
        if margins == (Counter(regions), Counter(types)):
            ways[tuple(sorted(one[:2] for one in chosen))] += 1
    assert len(ways) == 2
    rng = stream(4)
    draws = 1500
    found: Counter[tuple[tuple[str, str], ...]] = Counter()
    for _ in range(draws):
        places = draw_places(tiny_list(), regions, types, rng)
        found[tuple(sorted(zip(places["region"], places["authority_type"], strict=True)))] += 1
    assert set(found) <= set(ways)
    expected = [draws * ways[way] / sum(ways.values()) for way in ways]
    assert chisquare([found[way] for way in ways], expected).pvalue > 0.001


@pytest.mark.parametrize(
    ("regions", "types"),
    [
        ((3, 1), (1, 3)),  # three of the North are on the list, but only one of them is unitary
        ((2, 2), (2, 3)),  # four by region, five by type
        ((2, 2), (1, 2)),
    ],
)
def test_places_that_cannot_be_are_refused(
    regions: tuple[int, int], types: tuple[int, int]
) -> None:
    wanted = dict(zip(("North", "South"), regions, strict=True))
    kinds = dict(zip(("County council", "Unitary authority"), types, strict=True))
    with pytest.raises(PublishedError, match=r"No choice of authorities .* Check the shares"):
        draw_places(tiny_list(), wanted, kinds, stream(1))


# --- change over the items of a battery -----------------------------------------------------------


def net_changes(
    before: list[int], after: list[int], persistence: float, concentration: float
) -> npt.NDArray[np.int64]:
    return draw_net_changes(
        before, after, 74, persistence=persistence, concentration=concentration,
        rng=stream(1), panels=200,
    )  # fmt: skip


@pytest.mark.parametrize("concentration", [0, 0.5, 1])
def test_net_changes_keep_every_total_and_persist(concentration: float) -> None:
    net, still = (net_changes([67, 30, 14], [62, 27, 16], w, concentration) for w in (20, 1e9))
    for one in (net, still):
        assert one.shape == (200, 74)
        assert (one.sum(axis=1) == 105 - 111).all()
        assert np.abs(one).max() <= 3
    assert (np.abs(still).sum(axis=1) <= 5 + 3 + 2).all()  # nobody moves who need not
    assert np.abs(net).sum(axis=1).mean() > 12


def test_losses_are_heaped_on_one_ranking_or_each_item_is_for_itself() -> None:
    apart, half, heaped = (net_changes([74, 74], [60, 50], 1, w) for w in (0, 0.7, 1))
    twice = [(one == -2).sum(axis=1) for one in (apart, half, heaped)]
    assert abs(twice[0].mean() - 14 * 24 / 74) < 0.5
    assert twice[0].mean() + 1 < twice[1].mean() < 13
    assert (twice[2] == 14).all()


# --- totals that cannot hold ----------------------------------------------------------------------


@pytest.mark.parametrize("persistence", [0, -1, float("nan"), float("inf")])
def test_a_persistence_that_is_no_odds_ratio_is_refused(
    collection: Collection, persistence: float
) -> None:
    with pytest.raises(ValueError, match=rf"persistence is {persistence}.*above 0, 1 for none"):
        redraw(collection, persistence=persistence)


SEATS = ("seat", 2008, "yes", 4, 8)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([("seat", 2008, "yes", 9, 8)], "seat, 2008: 9 answers .* from 8 authorities"),
        ([("seat", 2008, "yes", 4, 11)], "seat, 2008: 11 answers .* from 10 authorities"),
        ([SEATS, ("level", 2008, "head", 5, 5)], "level, 2008: 5 answers .* from 4 authorities"),
        (
            [("chair", 2008, "lead_member", 4, 8)],
            "chair, 2008: the answers add up to 4 of 8. Correct",
        ),
        ([("level", 2008, "head", 5, 5)], "level, 2008: is opened by 'seat', .* 2008 .* Add it"),
    ],
)
def test_totals_that_cannot_hold_together_are_refused(
    questionnaire: Codebook, cells: list[tuple[str, int, str, int, int]], message: str
) -> None:
    with pytest.raises(PublishedError, match=message):
        draw_answers(rows_of(*cells), questionnaire, 10, persistence=1, rng=stream(1))


def test_a_battery_on_two_bases_is_refused(collection: Collection, wanted: pd.DataFrame) -> None:
    two = wanted.copy()
    two.loc[two["item"] == "jsna.cancer", "of"] = 62
    with pytest.raises(PublishedError, match=r"jsna\.cancer, 2009: its base is 62, .* rest on 64"):
        draw_answers(two, collection.codebook, 74, persistence=1, rng=stream(1))


def test_a_panel_without_a_count_for_a_region_is_refused(collection: Collection) -> None:
    assert collection.published is not None
    assert collection.frame is not None
    without = collection.published[~collection.published["figure"].str.startswith("region.")]
    with pytest.raises(PublishedError, match="any share by region"):
        draw(without, collection.codebook, collection.frame)


# --- edges ----------------------------------------------------------------------------------------


def test_an_opener_is_drawn_first_wherever_it_stands(
    questionnaire: Codebook, tmp_path: Path
) -> None:
    header, *rows = questionnaire.path.read_text(encoding="utf-8").splitlines()
    (tmp_path / "codebook.csv").write_text("\n".join([header, *reversed(rows)]), encoding="utf-8")
    backwards = read_codebook(tmp_path / "codebook.csv")
    assert list(backwards).index("level") < list(backwards).index("seat")
    wanted = rows_of(
        ("level", 2008, "head", 2, 3),
        ("level", 2008, "senior_officer", 0, 3),
        ("level", 2008, "other", 1, 3),
        ("seat", 2008, "yes", 4, 9),
    )
    answers = draw_answers(wanted, backwards, 10, persistence=1, rng=stream(1), panels=20)
    assert (answers["seat", 2008] == 0)[answers["level", 2008] >= 0].all()


def test_a_battery_is_answered_by_those_who_said_yes_in_every_year_in_any_panel(
    tmp_path: Path,
) -> None:
    rows = ("open,s,O,?,yes_no,2008;2009,", "a,t,A,?,yes_no,2009,open", "b,t,B,?,yes_no,2009,open")
    header = "item,section,label,question,response,years,asked_if"
    path = tmp_path / "codebook.csv"
    path.write_text("\n".join([header, *rows]), encoding="utf-8")

    def answers(yes: int, base: int) -> Answers:
        opened = [("open", year, "yes", yes, 10) for year in (2008, 2009)]
        wanted = rows_of(*opened, ("a", 2009, "yes", 3, base), ("b", 2009, "yes", 1, base))
        return draw_answers(
            wanted, read_codebook(path), 10, persistence=1, rng=stream(1), panels=300
        )

    drawn = answers(9, 8)  # eight or nine said yes in both years
    both = (drawn["open", 2008] == 0) & (drawn["open", 2009] == 0)
    assert set(both.sum(axis=1).tolist()) == {8, 9}
    for item in ("a", "b"):
        answered = drawn[item, 2009] >= 0
        assert (answered.sum(axis=1) == 8).all()
        assert both[answered].all()
    with pytest.raises(PublishedError, match=r"a, 2009: 4 answers .* from [0-3] authorities"):
        answers(5, 4)


def test_all_none_and_a_single_authority_can_be_drawn(questionnaire: Codebook) -> None:
    wanted = rows_of(
        ("seat", 2008, "yes", 0, 1), ("seat", 2009, "yes", 1, 1), ("late", 2009, "yes", 1, 1)
    )
    answers = draw_answers(wanted, questionnaire, 1, persistence=20, rng=stream(1), panels=3)
    assert answers["seat", 2008].tolist() == [[1]] * 3
    assert answers["seat", 2009].tolist() == [[0]] * 3
    assert answers["late", 2009].tolist() == [[0]] * 3
