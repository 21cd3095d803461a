"""How a finding shows itself: the same on the page, as text and in its download."""

from __future__ import annotations

import base64
import re

import pandas as pd
from bs4 import BeautifulSoup

from csm_lib.chapters import jsna, representation
from csm_lib.collection import Collection
from csm_lib.finding import Finding, alt_of, as_table


def _tally(**columns: object) -> pd.DataFrame:
    frame = pd.DataFrame(columns)
    rows = len(frame)
    fixed = {"item": "x", "label": "X & <b>Y</b>", "section": "s", "answer": "yes"}
    for name, value in fixed.items():
        if name not in frame:
            frame[name] = [value] * rows
    return frame


def _finding(data: pd.DataFrame, **more: str) -> Finding:
    words = {"key": "k", "title": "T", "question": "Q?", "base": "b", "source": "s", **more}
    return Finding(data=data, **words)  # type: ignore[arg-type]


HOUSING = _tally(year=[2008, 2009], yes=[44, 45], base=[73, 72], no_answer=[1, 2])


def test_a_table_rounds_half_up_and_keeps_counts_beside_percentages() -> None:
    table = as_table(HOUSING)
    assert table.to_dict("records") == [
        {
            "item": "X & <b>Y</b>",
            "2008": "60% (44 of 73)",
            "2009": "63% (45 of 72)",
            "2008: no answer": "1",
            "2009: no answer": "2",
        }
    ]


def test_a_table_of_several_answers_has_a_column_for_each() -> None:
    data = _tally(
        year=[2008, 2008], answer=["head", "other"], yes=[3, 1], base=[4, 4], no_answer=[0, 0],
        status=["recovered", "assumed"],
    )  # fmt: skip
    (row,) = as_table(data, {"head": "Head"}).to_dict("records")
    assert row == {
        "item": "X & <b>Y</b>",
        "year": "2008",
        "Head": "75% (3 of 4)",
        "other": "25% (1 of 4)",
        "status": "recovered, assumed",
    }


def test_a_table_by_group_names_the_groups_and_not_the_one_item() -> None:
    data = _tally(year=[2008] * 2, region=["B", "A"], yes=[1, 0], base=[2, 0], no_answer=[0, 0])
    assert as_table(data).to_dict("records") == [
        {"region": "B", "2008": "50% (1 of 2)"},
        {"region": "A", "2008": "– (0 of 0)"},
    ]


def test_a_year_without_a_figure_says_so() -> None:
    data = _tally(
        item=["x", "x", "z"], label=["X", "X", "Z"], year=[2008, 2009, 2009], yes=[1, 2, 3],
        base=[4, 4, 4], no_answer=[0, 0, 0],
    )  # fmt: skip
    assert as_table(data).set_index("item").loc["Z", "2008"] == "no figure"


def test_labels_and_words_are_escaped_on_the_page() -> None:
    page = _finding(HOUSING, title="<script>alert(1)</script>", key='k"><i>').html
    assert "<script>" not in page
    assert "<i>" not in page
    assert "<b>Y</b>" not in page
    assert "&lt;script&gt;" in page
    assert "X &amp; &lt;b&gt;Y&lt;/b&gt;" in page


def test_the_download_is_carried_in_the_link(collection: Collection) -> None:
    finding = representation.statutory_agencies(collection)
    page = BeautifulSoup(finding.html, "lxml")
    (link,) = page.select("a.csm-download")
    assert link.get("download") == "statutory-agencies.zip"
    kind, _, data = str(link.get("href")).partition(";base64,")
    assert kind == "data:application/zip"
    assert base64.b64decode(data) == finding.archive


def test_the_folded_part_says_how_to_cite(collection: Collection) -> None:
    finding = representation.statutory_agencies(collection)
    (cite,) = BeautifulSoup(finding.html, "lxml").select("details .csm-cite")
    assert cite.text == f"Cite this finding: {finding.citation}"
    assert finding.title in finding.citation
    assert "#finding-statutory-agencies." in finding.citation


def test_a_finding_shows_title_chart_base_status_and_table(collection: Collection) -> None:
    finding = jsna.components(collection)
    page = BeautifulSoup(finding.html, "lxml")
    assert page.select("figcaption")[0].text == finding.title
    assert page.select("svg[role=img]")[0].get("aria-label") == finding.alt
    text = " ".join(node.text for node in page.select(".csm-base"))
    assert "64 of 74" in text
    assert "11 assumed" in text
    rows = page.select("details table tbody tr")
    assert next(row.text for row in rows).startswith("Child population")
    assert all(row.contents[0].name == "th" for row in rows)
    assert all(row.contents[0].get("scope") == "row" for row in rows)
    assert page.select("table caption")[0].text == finding.title


def test_the_text_form_holds_all_but_the_chart(collection: Collection) -> None:
    finding = jsna.components(collection)
    text = finding._repr_mimebundle_()["text/plain"]
    assert text == str(finding) == repr(finding)
    for part in (finding.title.split(",")[0], "Question:", "Base:", "Status:", "Source:", "Beware"):
        assert part in text
    assert re.search(r"Cancer\s+44% \(28 of 64\)\s+8\s+assumed", text)
    assert "<" not in text


def test_status_counts_go_from_the_firmest_to_the_least_firm() -> None:
    data = HOUSING.assign(status=["drawn", "recovered"])
    assert list(_finding(data).status.items()) == [("recovered", 1), ("drawn", 1)]


def test_the_alternative_text_tells_every_number() -> None:
    assert alt_of("Chart", HOUSING) == (
        "Chart. X & <b>Y</b>: 2008 60% (44 of 73), 2009 63% (45 of 72)."
    )
