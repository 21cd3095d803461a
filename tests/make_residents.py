"""Draw the returns of two invented collections: `residents` and `schools-mixed`.

Their questionnaires are written by hand. The answers are drawn here, from shares that were made
up, and are the same each time. What was planted among them is told in `collections/README.md`.

Usage: python tests/make_residents.py [folder]
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.random import PCG64, Generator

from csm_lib.codebook import Codebook, read_codebook

FOLDER = Path(__file__).resolve().parent / "collections"

Share = float | list[float]
"""The share of yes, or the shares of all answers but the last."""

Planned = Share | tuple[Share, ...] | dict[str, Share]
"""One share for everybody, one for each wave, or one for each `authority_type`."""

Row = dict[str, str]

SEEDS = {"residents": 1, "schools-mixed": 2272}
"""Chosen so that what was planted came out, and luck alone moved nothing else clear of chance."""


# -- Residents: separate samples ----------------------------------------------

SAMPLES = {2022: 262, 2023: 257, 2024: 264}
WARDS = {"Harbour": 0.3, "Old Town": 0.2, "Northfield": 0.3, "St Anne’s": 0.2}
AGES = {"16 to 34": 0.3, "35 to 54": 0.3, "55 to 74": 0.25, "75 and over": 0.15}

RESIDENTS: Mapping[str, Planned] = {
    "life.library": {"16 to 34": 0.25, "35 to 54": 0.3, "55 to 74": 0.5, "75 and over": 0.65},
    "life.bicycle": 0.45,
    "life.ehealth": (0.3, 0.45, 0.62),
    "life.ipad": 0.4,
    "life.savings": 0.45,
    "life.unsafe": (0.58, 0.45, 0.32),
    "life.volunteered": 0.4,
    "life.weekly": 0.35,
    "life.books": 0.5,
    "life.cymraeg": 0.15,
    "life.travel": [0.5, 0.25, 0.1],
    "views.listens": ([0.16, 0.42, 0.2, 0.14], [0.12, 0.36, 0.2, 0.2], [0.09, 0.28, 0.2, 0.26]),
    "views.clean": [0.15, 0.4, 0.15, 0.2],
    "views.help": [0.25, 0.45, 0.15, 0.1],
    "views.buses": [0.1, 0.25, 0.15, 0.3],
    "views.parks": [0.2, 0.45, 0.15, 0.15],
    "views.recommend": [0.25, 0.4, 0.2, 0.1],
}

BLANK = 0.02  # how often an answer is missing
BLANKS = {"life.savings": 0.34}


def residents(codebook: Codebook) -> list[Row]:
    """Draw the residents: nobody is asked twice."""
    random = Generator(PCG64(SEEDS["residents"]))
    rows = []
    for wave, (year, number) in enumerate(SAMPLES.items()):
        wards = random.choice(list(WARDS), number, p=list(WARDS.values()))
        ages = random.choice(list(AGES), number, p=list(AGES.values()))
        for place, (ward, age) in enumerate(zip(wards, ages, strict=True), start=1):
            row = {"authority": f"R{year}-{place:03}", "year": str(year)}
            row |= {"region": str(ward), "authority_type": str(age)}
            ground, blank = random.random((2, len(codebook)))
            rows.append(_answered(row, codebook, RESIDENTS, wave, ground, blank))
    return rows


# -- Schools: about half answer both waves ------------------------------------

WAVES = {2023: range(1, 91), 2025: range(46, 130)}
VALES = ("North Vale", "South Vale", "East Vale")
ISLAND, ON_THE_ISLAND = "Isle of Sarn", (60, 75)
PERSISTENCE = 0.8  # how often an answer rests on the same ground as that of the last wave

SCHOOLS: Mapping[str, Planned] = {
    "inclusion.senco": (0.5, 0.59),
    "inclusion.sensory": (0.3, 0.39),
    "inclusion.quiet": (0.55, 0.64),
    "inclusion.eal": (0.35, 0.44),
    "inclusion.makaton": (0.4, 0.49),
    "inclusion.autism": (0.45, 0.54),
    "inclusion.forum": (0.3, 0.39),
    "inclusion.review": (0.6, 0.69),
    "premises.solar": 0.3,
    "premises.hall": 0.6,
    "premises.step_free": 0.7,
    "premises.led": 0.45,
    "premises.garden": 0.55,
    "premises.nursery": 0.35,
    "premises.lettings": 0.5,
    "premises.wifi": 0.8,
    "premises.heating": [0.6, 0.2, 0.1],
    "premises.owner": [0.5, 0.25, 0.2],
    "day.breakfast": (0.38, 0.72),
    "day.after": 0.6,
    "day.swimming": 0.4,
    "day.walking_bus": 0.2,
    "day.uniform": 0.5,
    "day.phones": 0.65,
    "day.council": 0.75,
    "day.homework": 0.45,
    "day.lunch": [0.4, 0.35],
    "day.arrival": [0.35, 0.4, 0.15],
    "support.psychology": [0.1, 0.3, 0.2, 0.25],
    "support.casework": [0.08, 0.27, 0.2, 0.25],
    "support.admissions": [0.2, 0.45, 0.2, 0.1],
    "support.transport": [0.15, 0.35, 0.2, 0.2],
    "support.it": [0.15, 0.4, 0.25, 0.15],
    "support.governors": [0.25, 0.45, 0.2, 0.07],
}


def schools(codebook: Codebook) -> list[Row]:
    """Draw the schools: some answer the first wave, some the second, some both."""
    random = Generator(PCG64(SEEDS["schools-mixed"]))
    rows = []
    for school in sorted({school for wave in WAVES.values() for school in wave}):
        who = {
            "region": ISLAND if school in ON_THE_ISLAND else VALES[school % len(VALES)],
            "authority_type": "Secondary" if school // len(VALES) % 4 == 0 else "Primary",
        }
        ground = random.random(len(codebook))
        for wave, (year, asked) in enumerate(WAVES.items()):
            fresh, moved, blank = random.random((3, len(codebook)))
            ground = np.where(moved < PERSISTENCE, ground, fresh)
            if school in asked:
                row = {"authority": f"School {school:03}", "year": str(year)} | who
                rows.append(_answered(row, codebook, SCHOOLS, wave, ground, blank))
    return rows


# -- Both ---------------------------------------------------------------------


def _answered(
    row: Row,
    codebook: Codebook,
    planned: Mapping[str, Planned],
    wave: int,
    ground: np.ndarray,
    blank: np.ndarray,
) -> Row:
    """Add the answers to a row that says whose they are."""
    for (name, item), at, missing in zip(codebook.items(), ground, blank, strict=True):
        share = planned[name]
        if isinstance(share, tuple):
            share = share[wave]
        elif isinstance(share, dict):
            share = share[row["authority_type"]]
        asked = item.asked_if is None or row[item.asked_if] == "yes"
        place = int(np.searchsorted(np.cumsum(share), at, side="right"))
        given = asked and missing >= BLANKS.get(name, BLANK)
        row[name] = list(item.answers)[place] if given else ""
    return row


DRAWN = {"residents": residents, "schools-mixed": schools}


def main(folder: Path = FOLDER) -> None:
    """Write the returns of both into folders of a folder."""
    for name, draw in DRAWN.items():
        rows = draw(read_codebook(FOLDER / name / "codebook.csv"))
        (folder / name).mkdir(parents=True, exist_ok=True)
        with (folder / name / "returns.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
