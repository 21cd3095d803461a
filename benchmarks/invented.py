"""Invented collections of any size, written as the files that a book is made from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

SEED, FIRST, PER_SECTION, TYPES, BLANK, KEEPS = 2013, 2001, 10, 3, 0.05, 0.8

KINDS = ("yes_no",) * 4 + ("agree", "yes_no", "stage", "agree", "yes_no", "number")
"""What the items of a section are answered by; the second is asked where the first is yes."""

ANSWERS = {
    "yes_no": {"no": "No", "yes": "Yes"},
    "agree": {
        "no": "Strongly disagree",
        "less": "Disagree",
        "mid": "Neither agree nor disagree",
        "more": "Agree",
        "full": "Strongly agree",
    },
    "stage": {"none": "Not begun", "draft": "Drafted", "signed": "Signed"},
    "number": {str(number): "" for number in range(1, 60)},
}


class Size(NamedTuple):
    """How large a collection is; in a wave 85 of 100 respondents answer."""

    respondents: int
    waves: int
    items: int
    groups: int = 6

    def __str__(self) -> str:
        waves = f"{self.waves} wave{'s' * (self.waves > 1)}"
        return f"{self.respondents:,} x {waves} x {self.items} items, {self.groups} regions"


def make(folder: Path, size: Size, *, pages: bool = False) -> None:
    """Write a collection; its book has a page for each respondent, if there are to be `pages`."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(SEED)
    years = FIRST + np.arange(size.waves)
    ids = [f"part_{n // PER_SECTION}.item_{n}" for n in range(size.items)]
    kinds = [KINDS[n % PER_SECTION] for n in range(size.items)]
    rows = [
        {
            "item": one,
            "section": one.partition(".")[0],
            "label": f"Matter {n} of the partnership",
            "question": f"What holds of matter {n}?",
            "response": kind,
            "years": ";".join(map(str, years)),
            "asked_if": ids[n - 1] if n % PER_SECTION == 1 else "",
        }
        for n, (one, kind) in enumerate(zip(ids, kinds, strict=True))
    ]
    pd.DataFrame(rows).to_csv(folder / "codebook.csv", index=False)
    own = [(kind, *one) for kind in ("agree", "stage") for one in ANSWERS[kind].items()]
    answers = pd.DataFrame(own, columns=["response", "answer", "label"])
    answers.to_csv(folder / "answers.csv", index=False)
    about = {
        "title": f"Invented: {size}",
        "returns_status": "own returns",
        "authority_pages": pages,
    }
    about |= {"disclosure_threshold": 0}
    (folder / "datapackage.json").write_text(json.dumps(about), "utf-8")

    who, wave = np.nonzero(rng.random((size.respondents, size.waves)) < 0.85)
    region = rng.integers(0, size.groups, size.respondents)
    kind = rng.integers(0, TYPES, size.respondents)
    columns = {
        "authority": np.char.mod("Place %05d", who),
        "year": years[wave],
        "region": np.char.mod("Region %03d", region[who]),
        "authority_type": np.char.mod("Type %d", kind[who]),
    }
    for n, (one, response) in enumerate(zip(ids, kinds, strict=True)):
        names = np.array([*ANSWERS[response]], dtype=object)
        given = names[_kept(rng, size, len(names))[who, wave]]
        given[rng.random(len(who)) < BLANK] = ""
        if n % PER_SECTION == 1:
            given[columns[ids[n - 1]] != "yes"] = ""
        columns[one] = given
    pd.DataFrame(columns).to_csv(folder / "returns.csv", index=False)


def _kept(rng: np.random.Generator, size: Size, number: int) -> np.ndarray:
    """Answers from 0, by respondent and wave, that most keep from one wave to the next."""
    shares = rng.dirichlet([2] * number)
    found = rng.choice(number, (size.respondents, size.waves), p=shares)
    for wave in range(1, size.waves):
        keeps = rng.random(size.respondents) < KEEPS
        found[keeps, wave] = found[keeps, wave - 1]
    return found
