"""What is withheld is not worked out, and what an older rule gave away is found."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from csm_lib.collection import Collection
from csm_lib.own import commands
from csm_lib.own.attack import BOOK, NOUGHT, RULE, WHO, attack, broken, certificate, publication
from tests.attack_many import random_collection
from tests.small import item, small

YEAR = 2023
REGIONS = {"A": (10, 20), "B": (10, 25), "C": (0, 1), "D": (0, 12)}


def survey(regions: Mapping[str, tuple[int, int]] = REGIONS, threshold: int = 5) -> Collection:
    """One question; by region how many said yes, of how many."""
    answers = "".join("y" * yes + "n" * (base - yes) for yes, base in regions.values())
    region = [name for name, (_, base) in regions.items() for _ in range(base)]
    return small([item("s.x")], {YEAR: {"s.x": answers}}, region=region, threshold=threshold)


def leaky(collection: Collection, shown: Mapping[str, tuple[int, int]]) -> pd.DataFrame:
    """What is published by a rule that shows some regions and withholds the others."""
    rows = publication(collection)
    for name, counts in shown.items():
        rows.loc[(rows["item"] == "s.x") & (rows["group"] == name), ["yes", "base"]] = counts
    return rows


def told(found: pd.DataFrame, attacker: str, group: str) -> tuple[int, int]:
    row = found[(found["attacker"] == attacker) & (found["group"] == group)].iloc[0]
    return int(row["low"]), int(row["high"])


def test_a_group_that_is_told_by_subtraction_is_found_by_whoever_has_the_book() -> None:
    collection = survey()
    found = attack(collection, leaky(collection, {"A": (10, 20), "B": (10, 25)}))
    assert {told(found, who, group) for who in (BOOK, WHO) for group in "CD"} == {(0, 0)}
    assert {*broken(found, 5)["group"]} == {"C", "D"}
    assert "Knowing the book: two withheld counts attacked, 2 exact" in certificate(found, 5)


def test_a_small_group_told_to_a_few_values_is_found() -> None:
    regions = {"A": (10, 20), "B": (10, 25), "C": (2, 20), "D": (1, 20)}
    collection = survey(regions)
    found = attack(collection, leaky(collection, {"A": (10, 20), "B": (10, 25)}))
    assert told(found, WHO, "C") == told(found, BOOK, "C") == (0, 3)
    assert {*broken(found, 5)["group"]} == {"C", "D"}


def test_who_knows_the_rule_is_stronger_than_who_does_not() -> None:
    collection = survey({"A": (2, 20), "B": (3, 25)})
    found = attack(collection)
    assert told(found, WHO, "A") == (0, 5)
    assert told(found, RULE, "A") == (0, 5)  # a total that is the threshold is never split
    collection = survey({"A": (2, 20), "B": (4, 25)})
    found = attack(collection)
    assert told(found, WHO, "A") == (0, 6)
    assert told(found, RULE, "A") == (1, 5)  # none and six would have been shown
    assert broken(found, 5).empty


def test_what_a_total_of_nobody_tells_is_set_apart() -> None:
    found = attack(survey({"A": (0, 2), "B": (0, 30)}))
    assert found["attacker"].tolist() == [NOUGHT, NOUGHT]
    assert broken(found, 5).empty


@pytest.mark.parametrize("seed", range(10))
def test_nothing_that_is_withheld_of_a_random_collection_is_worked_out(seed: int) -> None:
    collection = random_collection(seed)
    found = attack(collection)
    assert {*found["attacker"]} >= {BOOK, WHO, RULE}
    assert broken(found, collection.threshold).empty


def test_nothing_that_is_withheld_of_the_example_is_worked_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = Path(__file__).parent.parent / "examples" / "partnership-board"
    assert commands.attack(folder) == 0
    told = capsys.readouterr().out
    assert told.count(", 0 exact, 0 small and narrower than the threshold of 3") == 3


def test_the_command_fails_where_something_is_worked_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    collection = survey()
    rows = leaky(collection, {"A": (10, 20), "B": (10, 25)})
    monkeypatch.setattr("csm_lib.own.door.open_collection", lambda _: collection)
    monkeypatch.setattr("csm_lib.own.attack.publication", lambda _: rows)
    assert commands.attack(Path("folder")) == 1
    assert "  s.x 2023 answers region C yes: 0 to 0, knowing the book" in capsys.readouterr().out


def test_only_who_has_the_book_alone_does_not_know_what_a_respondent_is() -> None:
    found = attack(random_collection(1086))  # whose roles by type are withheld
    assert {*found.loc[found["item"] == "who.role", "attacker"]} - {NOUGHT} == {BOOK}
    assert {*found["attacker"]} >= {BOOK, WHO, RULE}
