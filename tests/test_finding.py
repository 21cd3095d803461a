"""How a finding shows itself: the same on the page, as text and in its download."""

from __future__ import annotations

import base64
import dataclasses
import re
from functools import partial
from typing import Any

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from matplotlib.text import Text

from csm_lib import charts
from csm_lib.collection import Collection, open_collection
from csm_lib.findings import Finding, alt_of, as_table, base_of, finding, source_of, withheld_text
from csm_lib.notebooks import take
from csm_lib.status import drawable, drawn_note


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
    data.attrs["origin"] = {"answers": {"x": {"head": "Head"}}}
    (row,) = as_table(data).to_dict("records")
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


def test_an_id_may_break_after_its_dots_and_dashes_on_the_page() -> None:
    page = take("codebook").html
    assert "board.<wbr>pct_<wbr>commissioner" in page
    assert "&lt;wbr" not in page


def test_the_downloads_are_carried_in_their_links() -> None:
    finding = take("statutory-agencies")
    page = BeautifulSoup(finding.html, "lxml")
    links = {link.text: link for link in page.select("a.csm-download")}
    assert {text: link.get("download") for text, link in links.items()} == {
        "Excel": "statutory-agencies.xlsx",
        "CSV": "statutory-agencies.zip",
    }
    taken = {text: str(link.get("href")).split(";base64,") for text, link in links.items()}
    assert taken["CSV"][0] == "data:application/zip"
    assert taken["Excel"][0].startswith("data:application/vnd.openxmlformats")
    assert base64.b64decode(taken["CSV"][1]) == finding.archive
    assert base64.b64decode(taken["Excel"][1]) == finding.workbook


def test_what_needs_a_script_is_hidden_until_one_shows_it() -> None:
    page = BeautifulSoup(take("statutory-agencies").html, "lxml")
    buttons = page.select("button")
    assert [button.text for button in buttons] == ["PNG", "SVG", "Copy link", "Copy citation"]
    assert all(button.has_attr("hidden") for button in buttons)


def test_a_finding_without_a_chart_offers_no_picture() -> None:
    page = BeautifulSoup(_finding(HOUSING).html, "lxml")
    assert [button.text for button in page.select("button")] == ["Copy link", "Copy citation"]
    assert not page.select(".csm-alt")


def test_a_fold_under_the_chart_says_how_to_cite() -> None:
    finding = take("statutory-agencies")
    (cite,) = BeautifulSoup(finding.html, "lxml").select("details.csm-cite p")
    assert cite.text == finding.citation
    assert cite.select("a")[0].get("href") == "#finding-statutory-agencies"
    assert finding.title in finding.citation
    assert "#finding-statutory-agencies." in finding.citation


def test_a_finding_shows_title_chart_base_status_and_table() -> None:
    finding = take("jsna-components")
    page = BeautifulSoup(finding.html, "lxml")
    assert page.select("h3")[0].text == finding.title
    (drawing,) = page.select("[aria-hidden=true] svg")
    assert drawing.get("aria-label") == finding.alt  # which a picture of it takes along
    assert [node.text for node in page.select(".csm-alt")] == [finding.alt]
    text = " ".join(node.text for node in page.select(".csm-base"))
    assert "64 of 74" in text
    assert "11 assumed" in text
    assert "11 assumed (" in page.select("details.csm-table .csm-source")[0].text
    rows = page.select("details table tbody tr")
    assert next(row.text for row in rows).startswith("Child population")
    assert all(row.contents[0].name == "th" for row in rows)
    assert all(row.contents[0].get("scope") == "row" for row in rows)
    assert page.select("table caption")[0].text == finding.question


def test_the_text_form_holds_all_but_the_chart() -> None:
    finding = take("jsna-components")
    text = finding._repr_mimebundle_()["text/plain"]
    assert text == str(finding) == repr(finding)
    for part in (finding.title.split(",")[0], "Question:", "Base:", "Status:", "Source:", "Note:"):
        assert part in text
    assert re.search(r"Cancer\s+44% \(28 of 64\)\s+8\s+assumed", text)
    assert "<" not in text


def test_status_counts_go_from_the_firmest_to_the_least_firm() -> None:
    data = HOUSING.assign(status=["drawn", "recovered"])
    assert list(_finding(data).status.items()) == [("recovered", 1), ("drawn", 1)]


def test_only_numbers_less_firm_than_a_print_or_an_answer_are_marked() -> None:
    firm = ["published", "recovered"]
    assert not BeautifulSoup(_finding(HOUSING.assign(status=firm)).html, "lxml").select(
        ".csm-status"
    )
    own = _finding(HOUSING.assign(status="own returns"))
    assert own.marks == {}
    page = BeautifulSoup(_finding(HOUSING.assign(status=["drawn", "published"])).html, "lxml")
    (mark,) = page.select(".csm-status")
    assert mark.text == "1 drawn"
    (meaning,) = page.select(f"[id={mark['aria-describedby']}]")
    assert meaning.text == "Drawn: at random, to fit the totals: an illustration."
    (status,) = page.select(str(mark["href"]))  # where it leads without style and script
    assert status.text == (
        "Status: 1 published (count printed); "
        "1 drawn (at random, to fit the totals: an illustration)"
    )


def test_the_text_of_a_few_numbers_tells_every_one() -> None:
    assert alt_of("Chart", HOUSING) == (
        "Chart. X & <b>Y</b>: 2008 60% (44 of 73), 2009 63% (45 of 72)."
    )


def test_the_text_of_many_numbers_tells_the_ends_of_the_last_year() -> None:
    many = _tally(
        item=[*"abcdefgh"] * 2,
        label=[*"ABCDEFGH"] * 2,
        year=[2008] * 8 + [2009] * 8,
        yes=[9, 8, 7, 6, 5, 4, 3, 2, 4, 8, 7, 6, 5, 1, 3, 2],
        base=[10] * 16,
        no_answer=[0] * 16,
    )
    assert alt_of("Dot chart", many) == (
        "Dot chart of eight items in 2008 and 2009. Highest in 2009: B 80% (8 of 10); "
        "lowest: F 10% (1 of 10)."
    )
    hidden = many.assign(yes=many["yes"].astype("Int64").where(many["label"] != "B"))
    assert "Highest in 2009: C 70% (7 of 10)" in alt_of("Dot chart", hidden)
    answers = many.assign(item="a", label="A", answer=[*"abcdefgh"] * 2)
    assert alt_of("Chart of one", answers) == (
        "Chart of one, eight answers in 2008 and 2009. Highest in 2009: b 80% (8 of 10); "
        "lowest: f 10% (1 of 10)."
    )


def test_the_text_of_another_table_tells_its_first_row_and_its_last() -> None:
    wide = pd.DataFrame({"p": [f"about 0.0{n}" for n in range(10)]}, index=range(10))
    wide.insert(0, "item", [f"The item {n}" for n in range(10)])
    assert alt_of("Chart of p", wide) == (
        "Chart of p, 10 rows. First, The item 0: p about 0.00; last, The item 9: p about 0.09."
    )


# --- returns of another collection, and figures that are withheld ---------------------------------

WITHHELD = _tally(
    item=["x", "x", "z", "z"],
    label=["X", "X", "Z", "Z"],
    year=[2008, 2009, 2008, 2009],
    yes=pd.array([None, 10, None, None], dtype="Int64"),
    base=pd.array([None, 20, None, None], dtype="Int64"),
    no_answer=pd.array([None, 2, None, None], dtype="Int64"),
    status=["withheld", "invented", "withheld", "withheld"],
)


@pytest.fixture
def invented(collection: Collection) -> Collection:
    return dataclasses.replace(
        collection,
        status="invented",
        threshold=5,
        one="partnership",
        many="partnerships",
        title="An example",
        source="",
        licence="CC0 1.0",
        published=None,
        frame=None,
    )


def made(invented: Collection, data: pd.DataFrame = WITHHELD, **more: str) -> Finding:
    return finding(
        data, of=invented, key="k", title="T", question="Q?", chart=charts.dumbbell, **more
    )


def test_a_table_says_which_figures_are_withheld() -> None:
    assert as_table(WITHHELD).to_dict("records") == [
        {
            "item": "X",
            "2008": "withheld",
            "2009": "50% (10 of 20)",
            "2009: no answer": "2",
            "status": "withheld, invented",
        },
        {
            "item": "Z",
            "2008": "withheld",
            "2009": "withheld",
            "2009: no answer": "withheld",
            "status": "withheld",
        },
    ]


def test_the_alternative_text_says_which_figures_are_withheld() -> None:
    assert alt_of("Chart", WITHHELD) == (
        "Chart. X: 2008 withheld, 2009 50% (10 of 20); Z: 2008 withheld, 2009 withheld."
    )


def test_the_note_of_a_figure_says_what_is_drawn_invented_and_withheld() -> None:
    rows = HOUSING.assign(status=["own returns", "own returns"])
    assert drawn_note(rows) is None
    assert drawn_note(rows.assign(status=["recovered", "drawn"])) == (
        "Drawn: an illustration, not the data"
    )
    assert drawn_note(rows.assign(status="invented")) == "Invented returns: an example, not data"
    assert drawn_note(rows.assign(status=["own returns", "withheld"])) == (
        "One figure withheld: small counts"
    )
    assert drawn_note(WITHHELD) == (
        "Invented returns: an example, not data\nThree figures withheld: small counts"
    )


def test_drawn_rows_of_any_shape_label_their_chart() -> None:
    panels = pd.DataFrame({
        "claim": ["fall"], "label": ["The fall"], "persistence": [20.0], "yes": [3], "base": [4],
        "status": ["drawn"],
    })  # fmt: skip
    draw = partial(charts.support, what="that do")
    made = finding(
        panels, key="k", title="T", question="Q?", chart=draw, base="b", source="s",
        alt="a", table=panels.astype("str"),
    )  # fmt: skip
    label = "Drawn: an illustration, not the data"
    assert label in _said(draw(panels))
    assert made.draw is not None
    assert label in _said(made.draw())


def _said(chart: Any) -> list[str]:
    figure = getattr(chart, "figure", chart)
    return [text.get_text() for text in figure.findobj(Text)]


def test_the_answers_to_one_question_are_one_figure_and_each_group_is_another() -> None:
    data = _tally(
        answer=["a", "b", "a", "b"], region=["N", "N", "S", "S"], year=[2008] * 4,
        yes=pd.array([None] * 4, dtype="Int64"), status=["withheld"] * 4,
    )  # fmt: skip
    assert drawn_note(data) == "Two figures withheld: small counts"


def test_what_has_no_figure_at_all_is_not_drawn() -> None:
    assert drawable(WITHHELD)[["item", "year"]].to_numpy().tolist() == [["x", 2008], ["x", 2009]]
    assert drawable(WITHHELD.iloc[2:]).empty
    by = WITHHELD.assign(item="x", region=["N", "N", "S", "S"])
    assert drawable(by)["region"].tolist() == ["N", "N"]


def test_a_tally_makes_a_finding_that_says_what_is_withheld(invented: Collection) -> None:
    found = made(invented, note="Few.")
    page = BeautifulSoup(found.html, "lxml")
    (drawing,) = page.select("svg")
    words = [text.text for text in drawing.select("text")]
    assert "Invented returns: an example, not data" in words
    assert "Three figures withheld: small counts" in words
    assert "X" in words
    assert "Z" not in words
    assert found.caveat == (
        "Few. Three figures are withheld: a count from 1 to 4, or what stands beside one."
    )
    assert found.base == "20 of 74 partnerships"
    assert found.source == "An example"
    assert found.status == {"invented": 1, "withheld": 3}
    text = " ".join(str(found).split())
    assert "3 withheld (not shown, as so small a count could point to somebody)" in text


def test_a_finding_of_which_all_is_withheld_has_a_table_and_no_chart(
    invented: Collection,
) -> None:
    found = made(invented, WITHHELD.iloc[2:])
    assert found.draw is None
    page = BeautifulSoup(found.html, "lxml")
    assert not page.select("svg")
    assert [cell.text for cell in page.select("td")] == ["withheld"] * 3
    assert page.select("p")[0].text == "Invented returns: an example, not data"
    assert found.base == "partnerships that answered the question; how many is withheld"


def test_a_finding_of_invented_returns_is_called_so_whatever_its_rows_are(
    invented: Collection,
) -> None:
    label = "Invented returns: an example, not data"
    found = _finding(HOUSING)
    assert found.label == ""
    ours = dataclasses.replace(found, origin=invented.origin)
    assert ours.status == {"derived": 2}
    assert ours.label == ours.about["label"] == label
    assert f"[{label}]" in ours.citation
    own = dataclasses.replace(invented, status="own returns")
    assert dataclasses.replace(found, origin=own.origin).label == ""


def test_a_finding_calls_respondents_what_their_collection_does(invented: Collection) -> None:
    about = made(invented).about
    columns = {column["name"]: column for column in about["columns"]}  # type: ignore[attr-defined]
    assert columns["yes"]["unit"] == "partnerships"
    assert columns["base"]["description"] == "how many gave any answer"
    assert about["licence"] == [{"covers": "numbers and text", "licence": "CC0 1.0"}]


def test_nothing_withheld_is_not_spoken_of(invented: Collection) -> None:
    data = invented.tally(["board.housing"])
    assert withheld_text(data, invented.origin) == ""
    assert made(invented, data).caveat == ""


def test_the_base_is_that_of_the_figures_shown(invented: Collection) -> None:
    data = invented.tally(["board.housing"])
    assert base_of(data, invented.origin) == "72 of 74 partnerships"
    hidden = pd.concat([data, data.assign(base=pd.NA)])
    assert base_of(hidden, invented.origin) == "72 of 74 partnerships"
    whole = invented.tally(["board.third_sector"], years=[2009])
    assert base_of(whole.assign(base=74), invented.origin) == "all 74 partnerships"


def test_the_source_is_the_paper_save_for_what_is_drawn() -> None:
    collection = open_collection()
    police = pd.DataFrame({"item": ["board.police"] * 2, "status": ["recovered", "derived"]})
    printed = "Devanney and Wistow (2013), Table 1"

    assert source_of(police, collection.origin) == printed
    assert source_of(police.assign(status=["recovered", "drawn"]), collection.origin) == (
        f"{printed}; what is marked drawn, one panel drawn to reproduce its totals"
    )
    assert source_of(police.assign(status="drawn"), collection.origin) == (
        "One panel, drawn to reproduce the totals of Devanney and Wistow (2013)"
    )


def test_the_source_of_own_returns_is_what_their_collection_names(invented: Collection) -> None:
    named = dataclasses.replace(invented, status="own returns", source="A survey")
    assert source_of(WITHHELD, named.origin) == "A survey"
    assert source_of(WITHHELD, invented.origin) == "An example"


def test_signs_that_steer_a_terminal_or_break_a_page_are_replaced() -> None:
    data = HOUSING.assign(label="a\x00b\x1b[31mc")
    found = _finding(data, title="x\x07y")
    for text in (found.html, str(found)):
        assert not set(text) & {"\x00", "\x07", "\x1b"}
    assert "a b [31mc" in found.html


def test_half_a_character_does_not_stop_a_download() -> None:
    found = _finding(HOUSING, title="half \ud800")
    assert found.archive
    found.html.encode()
