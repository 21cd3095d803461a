"""Attack what many random collections publish: `python tests/attack_many.py [HOW MANY] [FROM]`.

Each is of few respondents, with blanks, openers, scales, rare answers, small and nested groups, so
that what is small is common. The exit status is 1 if anything withheld is worked out.
"""

from __future__ import annotations

import sys
from collections import Counter

import numpy as np
import pandas as pd

from csm_lib.collection import Collection
from csm_lib.own.attack import NOUGHT, attack, broken
from tests.small import item, small

ITEMS = [
    item("s.opener"),
    item("s.opened", asked_if="s.opener"),
    item("s.rare"),
    item("s.scale", response="agree"),
    item("s.stage", response="stage"),
]
ROLE = item("who.role", response="stage", kind="characteristic")
YEAR = 2023


def random_collection(seed: int) -> Collection:
    """A collection of 12 to 90 respondents, with one to three characteristics."""
    rng = np.random.default_rng(seed)
    number = int(rng.integers(12, 91))
    region = rng.choice(list("ABC"[: rng.integers(2, 4)]), number, p=None)
    kind = rng.choice(["x", "y"], number, p=[0.7, 0.3])
    if rng.random() < 0.3:  # a type that is a region, or almost
        kind = np.where(region == "A", "x", "y")
        kind[: rng.integers(0, 4)] = "y"
    answered: dict[str, list[str]] = {}
    for one in ITEMS:
        choices = ["y", "n"] if one.response == "yes_no" else list(one.answers)
        weights = rng.dirichlet(np.full(len(choices), rng.choice([0.3, 1, 5])))
        tilt = rng.dirichlet(np.full(len(choices), 1), size=3)[pd.factorize(region)[0]]
        lean = rng.choice([0, 0.5])
        chance = (1 - lean) * weights + lean * tilt
        given = [str(rng.choice(choices, p=row)) for row in chance]
        blank = rng.random(number) < rng.choice([0, 0.05, 0.2])
        answered[one.item] = ["-" if no else one for one, no in zip(given, blank, strict=True)]
    opened = [
        a if o == "y" else "-"
        for a, o in zip(answered["s.opened"], answered["s.opener"], strict=True)
    ]
    answered["s.opened"] = opened
    typed, threshold, zero = rng.random() < 0.8, int(rng.choice([3, 5])), rng.random() < 0.2
    role = rng.choice([*ROLE.answers, "-"], number, p=[0.5, 0.3, 0.2, 0])
    role[: rng.integers(0, 3)] = "-"  # who left it blank is a group, too
    held = rng.random() < 0.5
    return small(
        [*ITEMS, *([ROLE] if held else [])],
        {YEAR: answered | ({ROLE.item: list(role)} if held else {})},
        region=list(region),
        authority_type=list(kind) if typed else None,
        threshold=threshold,
        zero=bool(zero),
    )


def main(number: int = 200, first: int = 0) -> int:
    """Attack so many collections, and print what came of it."""
    tried, failed, narrowest = Counter[str](), 0, dict[tuple[str, int], int]()
    for seed in range(first, first + number):
        collection = random_collection(seed)
        found = attack(collection)
        bad = broken(found, collection.threshold)
        if len(bad):
            failed += 1
            print(f"seed {seed}, threshold {collection.threshold}:", bad.to_string(), sep="\n")
        tried.update(found["attacker"])
        tight = found[found["small"] & found["before"].fillna(99).ge(collection.threshold)]
        tight = tight[tight["attacker"] != NOUGHT]
        for attacker, rows in tight.groupby("attacker"):
            key = (str(attacker), collection.threshold)
            narrowest[key] = min(
                narrowest.get(key, 999), int((rows["high"] - rows["low"]).min()) + 1
            )
    print(f"{number} collections, {failed} broken; withheld counts attacked: {dict(tried)}")
    print(f"narrowest interval of a small count, in values, by attacker and threshold: {narrowest}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
