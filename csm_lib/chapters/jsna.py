"""Needs assessment: whether a JSNA was made, about what, and what its percentages rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from csm_lib import words
from csm_lib.aggregate import changes
from csm_lib.counts import expected_by_chance, fitting_bases
from csm_lib.errors import CollectionError
from csm_lib.findings import Finding, alt_of, base_of, source_of
from csm_lib.status import drawn_note

if TYPE_CHECKING:
    from csm_lib.collection import Collection


def carried_out(collection: Collection) -> Finding:
    """How many authorities had made a JSNA."""
    from csm_lib.charts import dumbbell

    data = collection.section("jsna")
    made = changes(data).iloc[0]
    first, last = data["year"].min(), data["year"].max()
    without = int(made["to_base"] - made["to_yes"])
    return Finding(
        key="jsna-carried-out",
        title=(
            f"{words.before(made)} of authorities had made a JSNA in {first} and "
            f"{words.after(made)} in {last}; "
            f"{words.counted(without, 'authority was', 'authorities were')} without"
        ),
        question="Has a JSNA been made that identifies the needs of children and families?",
        data=data,
        base=base_of(data, collection.origin),
        source=source_of(data, collection.origin),
        caveat=(
            "A JSNA was a statutory duty from April 2008, so this is near to what the law "
            "required of everyone. It does not tell how good the assessment was."
        ),
        alt=alt_of("Chart of the share of authorities with a JSNA", data),
        draw=lambda: dumbbell(data, note=drawn_note(data)),
    )


def components(collection: Collection) -> Finding:
    """What the JSNAs were about, of the components that the paper names."""
    from csm_lib.charts import ranked_dots

    data = collection.section("jsna_components")
    year = data["year"].max()
    common = data[10 * data["yes"] > 9 * data["base"]]
    rare = data[2 * data["yes"] <= data["base"]]
    return Finding(
        key="jsna-components",
        title=(
            f"{words.sentence(words.number(len(common)))} of the {words.number(len(data))} "
            f"named components were assessed by more than nine in ten authorities in {year}, "
            f"{words.number(len(rare))} by half or fewer"
        ),
        question="Does the JSNA assess this need?",
        data=data,
        base=f"authorities that gave details of their JSNA in both years, {data['base'].max()} "
        f"of {collection.size}",
        source=source_of(data, collection.origin),
        caveat=(
            f"{_unnamed(collection)}The base of each is not stated, and they cannot all rest on "
            "everybody whom the paper did not exclude: see the next finding."
        ),
        alt=alt_of(
            f"Chart of the share of authorities whose JSNA assesses each need, {year}", data
        ),
        draw=lambda: ranked_dots(data, note=drawn_note(data)),
    )


def component_bases(collection: Collection) -> Finding:
    """Which bases can give all the printed percentages of the components."""
    if collection.published is None:
        raise CollectionError(f"{collection.path}: has no published figures to test. Add some.")
    block = collection.published[collection.published["block"] == "jsna_components"]
    printed = block["value"].drop_duplicates().astype(int).tolist()
    left_out = collection.published.set_index("figure")["value"]["jsna_components.excluded"]
    stated = collection.size - int(left_out)
    fits = fitting_bases(printed, collection.size)
    luck = expected_by_chance(len(printed), collection.size)
    impossible = [value for value in printed if not fitting_bases([value], stated, smallest=stated)]
    data = pd.DataFrame(
        [
            {
                "base": one.base,
                "counts": ", ".join(
                    f"{value}%: {words.listed([str(k) for k in counts])}"
                    for value, counts in zip(printed, one.counts, strict=True)
                ),
                "taken": "yes" if one.base == max(f.base for f in fits) else "no",
            }
            for one in reversed(fits)
        ]
    )
    return Finding(
        key="jsna-bases",
        title=(
            f"No common base of {stated} is possible: it cannot give "
            f"{words.listed([f'{value}%' for value in impossible])}; "
            f"{words.listed([str(base) for base in data['base']])} can give them all"
        ),
        question="Of how many authorities are the percentages of the components?",
        data=data,
        base=f"every base up to {collection.size}",
        source="Devanney and Wistow (2013), Results, Joint Strategic Needs Assessments",
        caveat=(
            f"The paper excludes {words.number(int(left_out))} of {collection.size}, which leaves "
            f"{stated}; it does not say that every component rests on all of these. Blanks on "
            "single components would explain the figures, as would more exclusions. By chance one "
            "would expect "
            f"{'less than one base' if luck < 1 else 'more than one base'} to fit this many "
            "percentages, so a common base that fits is some evidence and no proof. The book "
            "takes the largest."
        ),
    )


def _unnamed(collection: Collection) -> str:
    """How many components the paper does not name, as a sentence; empty for own returns."""
    if collection.published is None:
        return ""
    asked = collection.published.set_index("figure")["value"].get("jsna_components.asked")
    named = len(collection.codebook.section("jsna_components"))
    if asked is None:
        return ""
    return (
        f"The questionnaire had {asked} components. The paper names {words.number(named)} of "
        "them, the highest and the lowest, and gives no value for the earlier year. "
    )
