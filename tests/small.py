"""Small collections, made in memory, for tests of what holds for any collection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from csm_lib.codebook import ANSWERS, Codebook, Item
from csm_lib.collection import Collection
from csm_lib.scales import sides_of
from csm_lib.status import OWN

Answers = Sequence[str]
"""What each respondent answered: ``y``, ``n``, ``-`` for none, a space where no return came; or, to
an item of another kind, the answers or numbers."""

KINDS: Mapping[str, Mapping[str, str]] = {
    **ANSWERS,
    "stage": {"none": "Not begun", "draft": "Drafted", "signed": "Signed"},
    "agree": {"a": "Agree", "n": "Neither agree nor disagree", "d": "Disagree"},
    "good": {"1": "Very good", "2": "Good", "3": "Poor", "4": "Very poor"},
    "sure": {
        "1": "Very confident",
        "2": "Fairly confident",
        "3": "Not very confident",
        "4": "Not at all confident",
    },
    "many": {str(number): f"Answer {number}" for number in range(7)},
}


def item(
    name: str,
    *,
    label: str = "",
    response: str = "yes_no",
    years: Sequence[int] = (2021, 2022, 2023),
    asked_if: str | None = None,
    statement: str = "",
    direction: str = "neutral",
    short: str = "",
    kind: str = "",
) -> Item:
    """An item whose section stands before the dot of its name; its kind as a codebook has it."""
    sides = {} if response in ANSWERS else sides_of(KINDS[response])
    return Item(
        item=name,
        section=name.partition(".")[0],
        label=label or name.partition(".")[2].capitalize(),
        question=f"Is it so: {name}?",
        response=response,
        answers=KINDS[response],
        duty="none",
        years=tuple(years),
        not_held=(),
        asked_if=asked_if,
        place="",
        note="",
        statement=statement,
        direction=direction,
        short=short,
        kind=kind or ("opinion" if sides else "practice"),
        sides=sides,
    )


def small(
    items: Sequence[Item],
    waves: Mapping[int, Mapping[str, Answers]],
    *,
    region: Sequence[str | None] | None = None,
    authority_type: Sequence[str | None] | None = None,
    titles: Mapping[str, str] | None = None,
    frame: pd.DataFrame | None = None,
    threshold: int = 0,
    zero: bool = False,
    status: str = OWN,
    unit: str = "organisation",
    populations: Mapping[int, int] | None = None,
    characteristics: Mapping[str, str] | None = None,
) -> Collection:
    """A collection of partnerships.

    Parameters
    ----------
    items
        Its codebook.
    waves
        By year and item, the answers of all respondents; an item left out was answered by none.
        A respondent with a space for an answer to every item sent no return.
    """
    parts = []
    for year, answered in waves.items():
        number = max((len(answers) for answers in answered.values()), default=4)
        data: dict[str, object] = {
            "authority": [f"P{place:02}" for place in range(number)],
            "year": year,
            "region": pd.array(list(region or [None] * number)[:number], dtype="str"),
            "authority_type": pd.array(
                list(authority_type or [None] * number)[:number], dtype="str"
            ),
        }
        sent = [
            any(list(answers)[place] != " " for answers in answered.values()) or not answered
            for place in range(number)
        ]
        for one in items:
            answers = list(answered.get(one.item, "-" * number))
            if one.response == "yes_no":
                known = {"y": True, "n": False}
                data[one.item] = pd.array([known.get(a) for a in answers], dtype="boolean")
            elif one.is_number:
                given = [None if a == "-" else float(a) for a in answers]
                data[one.item] = pd.array(given, dtype="Float64")
            else:
                data[one.item] = pd.array(
                    [a if a in one.answers else None for a in answers], dtype="str"
                )
        parts.append(pd.DataFrame(data)[sent])
    headings = {section: {"title": title} for section, title in (titles or {}).items()}
    return Collection(
        path=Path("small"),
        title="A survey of partnerships",
        codebook=Codebook({one.item: one for one in items}, Path("small/codebook.csv"), headings),
        returns=pd.concat(parts, ignore_index=True),
        status=status,
        frame=frame,
        one="partnership",
        many="partnerships",
        threshold=threshold,
        zero=zero,
        unit=unit,
        populations=populations or {},
        characteristics=characteristics or {},
    )


def answers(yes: int, no: int, blank: int = 0) -> str:
    """So many yes, then no, then no answer."""
    return "y" * yes + "n" * no + "-" * blank
