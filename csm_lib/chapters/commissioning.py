"""Joint commissioning: the strategy, the services, and what fell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csm_lib import words
from csm_lib.aggregate import changes
from csm_lib.findings import Finding, alt_of, base_of, source_of
from csm_lib.status import drawn_note

if TYPE_CHECKING:
    from csm_lib.collection import Collection

NOT_DEPTH = (
    "Joint commissioning was a tick in a box: it can mean one pooled contract or a shared plan."
)


def strategy(collection: Collection) -> Finding:
    """How many authorities had a joint commissioning strategy."""
    from csm_lib.charts import dumbbell

    data = collection.section("joint_commissioning")
    had = changes(data).iloc[0]
    verb = {1: "rose", 0: "stayed the same", -1: "fell"}[int(had["direction"])]
    return Finding(
        key="commissioning-strategy",
        title=(
            f"Authorities with a joint commissioning strategy {verb} from {words.before(had)} "
            f"to {words.after(had)}"
        ),
        question="Is there a joint commissioning strategy for children's services?",
        data=data,
        base=base_of(data, collection.origin),
        source=source_of(data, collection.origin),
        caveat=f"{NOT_DEPTH} The base is not stated; it is the largest that fits.",
        alt=alt_of("Chart of the share of authorities with a strategy", data),
        draw=lambda: dumbbell(data, note=drawn_note(data)),
    )


def areas(collection: Collection) -> Finding:
    """Which services were jointly commissioned in each year."""
    from csm_lib.charts import dumbbell

    data = collection.section("commissioning_areas")
    last = data[data["year"] == data["year"].max()].sort_values("share", ascending=False)
    top, low = last.iloc[0], last.iloc[-1]
    return Finding(
        key="commissioning-areas",
        title=(
            f"{top['label']} was jointly commissioned most in {top['year']}, "
            f"{words.of(top['yes'], top['base'])}, and {words.within(low['label'])} least, "
            f"{words.of(low['yes'], low['base'])}"
        ),
        question="Is the service jointly commissioned, or its budget pooled?",
        data=data,
        base=base_of(data, collection.origin),
        source=source_of(data, collection.origin),
        caveat=f"{NOT_DEPTH} A service with one mark was asked about in one year.",
        alt=alt_of("Chart of the share of authorities that commission each service jointly", data),
        draw=lambda: dumbbell(data, note=drawn_note(data)),
    )


def change(collection: Collection) -> Finding:
    """How far the commissioning of each service rose or fell, from counts."""
    from csm_lib.charts import change_bars

    whole = collection.section("commissioning_areas")
    moved = changes(whole)
    data = whole[whole["item"].isin(moved["item"])].reset_index(drop=True)
    fell = moved[moved["direction"] < 0]
    most = moved.iloc[int(moved["change"].argmin())]
    return Finding(
        key="commissioning-change",
        title=(
            f"Joint commissioning fell for {words.number(len(fell))} of "
            f"{words.number(len(moved))} services asked about in both years, for "
            f"{words.within(most['label'])} most: "
            f"by {words.points(most)}, from {words.before(most)} to {words.after(most)}"
        ),
        question="By how many percentage points did joint commissioning change?",
        data=data,
        base=base_of(data, collection.origin),
        source=source_of(data, collection.origin),
        caveat=(
            "Changes are made from counts. The paper subtracts rounded percentages, which is a "
            "point out in places, and calls the points per cent. Totals do not tell how many "
            "authorities stopped and how many began."
        ),
        alt=alt_of("Chart of the change in points of each service", data),
        draw=lambda: change_bars(data, note=drawn_note(data)),
    )


def areas_and_strategy(collection: Collection) -> Finding:
    """The services that more authorities commissioned jointly than had a strategy for it."""
    last = collection.years[-1]
    data = collection.tally(
        [
            *collection.codebook.section("joint_commissioning"),
            *collection.codebook.section("commissioning_areas"),
        ],
        years=[last],
    )
    had = data.iloc[0]
    more = data[data["yes"] * had["base"] > had["yes"] * data["base"]]
    names = words.listed([words.within(label) for label in more["label"]])
    return Finding(
        key="areas-and-strategy",
        title=(
            f"More authorities commissioned {names} jointly in {last} than had a strategy for "
            "joint commissioning"
        ),
        question="Which services were commissioned by more authorities than had a strategy?",
        data=data,
        base=base_of(data, collection.origin),
        source=source_of(data, collection.origin),
        caveat="Totals do not tell whether those without a strategy are those that commission.",
    )
