"""The paper's tables and text, typed by hand for the tests, apart from data/published.csv.

Beside each percentage stands the count behind it, found by trying every count with exact
fractions (`counts_by_hand`), which shares nothing with `csm_lib`.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import floor

HALF = Fraction(1, 2)


def percent(count: int, base: int) -> int:
    """A share as whole percent, half up."""
    return floor(Fraction(100 * count, base) + HALF)


def counts_by_hand(printed: int, base: int) -> list[int]:
    """Every count that prints so on this base."""
    return [count for count in range(base + 1) if percent(count, base) == printed]


def bases_by_hand(printed: list[int], largest: int) -> list[int]:
    """Every base on which all of these are possible, the largest first."""
    return [
        base
        for base in range(largest, 0, -1)
        if all(counts_by_hand(figure, base) for figure in printed)
    ]


def splits_by_hand(printed: list[int], base: int) -> list[tuple[int, ...]]:
    """Every way in which parts that print so add up to the base."""
    choices = [counts_by_hand(figure, base) for figure in printed]
    return [split for split in product(*choices) if sum(split) == base]


# Agency and year: % on Board, no response, % head, % senior officer, % other, level not stated;
# then how many were on the Board, of how many, and how many of each level.
TABLE_1 = {
    ("police", 2008): ((100, 0, 40, 55, 5, 1), 74, 74, (29, 40, 4)),
    ("police", 2009): ((99, 0, 25, 72, 3, 1), 73, 74, (18, 52, 2)),
    ("pct_commissioner", 2008): ((99, 0, 76, 21, 1, 2), 73, 74, None),
    ("pct_commissioner", 2009): ((99, 0, 69, 28, 3, 2), 73, 74, (49, 20, 2)),
    ("further_education", 2008): ((63, 1, 57, 36, 7, 2), 46, 73, (25, 16, 3)),
    ("further_education", 2009): ((91, 0, 70, 25, 5, 3), 67, 74, (45, 16, 3)),
    ("youth_offending_team", 2008): ((85, 0, 27, 67, 7, 3), 63, 74, (16, 40, 4)),
    ("youth_offending_team", 2009): ((89, 1, 39, 52, 9, 1), 65, 73, (25, 33, 6)),
    ("pct_provider", 2008): ((85, 1, 56, 44, 0, 3), 62, 73, (33, 26, 0)),
    ("pct_provider", 2009): ((82, 0, 38, 59, 3, 3), 61, 74, (22, 34, 2)),
    ("jobcentre_plus", 2008): ((36, 2, 21, 71, 8, 2), 26, 72, (5, 17, 2)),
    ("jobcentre_plus", 2009): ((69, 2, 17, 83, 0, 4), 50, 72, (8, 38, 0)),
    ("probation", 2008): ((48, 1, 23, 71, 6, 0), 35, 73, (8, 25, 2)),
    ("probation", 2009): ((58, 1, 22, 73, 5, 1), 42, 73, (9, 30, 2)),
    ("learning_and_skills_council", 2008): ((95, 1, 43, 55, 2, 4), 69, 73, (28, 36, 1)),
    ("connexions", 2008): ((85, 0, 48, 43, 8, 3), 63, 74, (29, 26, 5)),
}
SCHOOLS_2009 = (97, 72, 74)
LEVELS = ("head", "senior_officer", "other")

# Area: % in 2008, % in 2009, printed change; then the counts of 74.
TABLE_2 = {
    "camhs": ((91, 84, -7), (67, 62)),
    "disability": ((89, 82, -7), (66, 61)),
    "teenage_pregnancy": ((None, 81, None), (None, 60)),
    "substance_misuse": ((74, 74, 0), (55, 55)),
    "youth_offending": ((68, 66, -2), (50, 49)),
    "looked_after_children": ((64, 57, -7), (47, 42)),
    "complex_and_continuing_care": ((58, 50, -8), (43, 37)),
    "family_support": ((53, 49, -4), (39, 36)),
    "targeted_youth_support": ((47, 46, -1), (35, 34)),
    "healthy_child_programme": ((None, 42, None), (None, 31)),
    "public_health": ((41, 36, -5), (30, 27)),
    "breastfeeding": ((None, 34, None), (None, 25)),
    "maternity": ((19, 22, 3), (14, 16)),
    "palliative_care": ((26, 16, -10), (19, 12)),
}

# Counts printed beside the percentage, 2009.
FRACTIONS = {
    "sure_start": (72, 53, 74),
    "housing": (63, 45, 72),
    "leisure": (62, 44, 71),
    "adult_services": (49, 36, 73),
    "fire_and_rescue": (49, 36, 73),
    "faith_groups": (27, 20, 73),
}

# Item and year whose base is not printed: the percentage, the count, the largest base that fits.
ALONE = {
    ("board.third_sector", 2008): (100, 74, 74),
    ("board.third_sector", 2009): (100, 74, 74),
    ("board.private_sector", 2008): (19, 14, 74),
    ("board.private_sector", 2009): (22, 16, 74),
    ("board.general_practice", 2008): (36, 27, 74),
    ("board.general_practice", 2009): (44, 32, 73),
    ("board.children_and_families", 2008): (51, 38, 74),
    ("board.children_and_families", 2009): (44, 32, 73),
    ("jsna.carried_out", 2008): (93, 69, 74),
    ("jsna.carried_out", 2009): (97, 72, 74),
    ("commissioning.strategy", 2008): (77, 57, 74),
    ("commissioning.strategy", 2009): (73, 54, 74),
}

# The whole of 74 is printed beside these.
PLANS = {("cypp.views", 2008): (100, 74, 74), ("cypp.consulted", 2009): (100, 74, 74)}

# Year: % Lead Member, % Director; their counts and everybody else's; the largest base that fits.
CHAIRS = {2008: ((56, 32), (41, 23, 9), 73), 2009: ((54, 32), (40, 24, 10), 74)}

# Percentage in 2009, and the count of 64.
JSNA = {
    "child_population": (98, 63),
    "breastfeeding": (95, 61),
    "sexual_behaviour": (95, 61),
    "ethnic_profiles": (94, 60),
    "child_poverty": (94, 60),
    "healthy_weight": (94, 60),
    "diabetes": (50, 32),
    "cancer": (44, 28),
    "infectious_diseases": (42, 27),
    "private_provision": (34, 22),
    "voluntary_provision": (39, 25),
}

# Printed share, authorities answering, authorities on the list of 2008.
REGIONS = {
    "South West": (75, 12, 16),
    "North West": (55, 12, 22),
    "South East": (53, 10, 19),
    "East of England": (50, 5, 10),
    "Yorkshire and the Humber": (47, 7, 15),
    "East Midlands": (44, 4, 9),
    "West Midlands": (43, 6, 14),
    "North East": (42, 5, 12),
    "London": (39, 13, 33),
}
TYPES = {
    "Unitary authority": (58, 31, 53),
    "Metropolitan district": (47, 17, 36),
    "London borough": (39, 13, 33),
    "County council": (46, 13, 28),
}


def totals() -> dict[tuple[str, int, str], tuple[int, int]]:
    """Every total that a panel must reproduce: item, year and answer, to count and base."""
    found: dict[tuple[str, int, str], tuple[int, int]] = {}
    for (agency, year), (_, count, base, levels) in TABLE_1.items():
        found[f"board.{agency}", year, "yes"] = count, base
        # 77% head instead of the 76% printed is the correction that closes the split
        levels = levels or (55, 15, 1)
        for level, number in zip(LEVELS, levels, strict=True):
            found[f"level.{agency}", year, level] = number, sum(levels)
    found["board.schools", 2009, "yes"] = SCHOOLS_2009[1:]
    for area, (_, counts) in TABLE_2.items():
        for year, count in zip((2008, 2009), counts, strict=True):
            if count is not None:
                found[f"commissioning.{area}", year, "yes"] = count, 74
    for agency, (_, count, base) in FRACTIONS.items():
        found[f"board.{agency}", 2009, "yes"] = count, base
    for (item, year), (_, count, base) in (ALONE | PLANS).items():
        found[item, year, "yes"] = count, base
    for year, (_, counts, base) in CHAIRS.items():
        for answer, count in zip(("lead_member", "director", "other"), counts, strict=True):
            found["board.chair", year, answer] = count, base
    for component, (_, count) in JSNA.items():
        found[f"jsna.{component}", 2009, "yes"] = count, 64
    return found
