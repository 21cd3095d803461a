"""Any items side by side: the right cells, nothing withheld given away, and live with a reader."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from jupyter_client.manager import KernelManager, start_new_kernel
from small import item, small

import csm_lib as csm
from csm_lib import view as view_module
from csm_lib.collection import Collection, open_collection
from csm_lib.view import View

EXAMPLE = Path(__file__).parent.parent / "examples" / "partnership-board"


@pytest.fixture(scope="module")
def trusts(collection: Collection) -> View:
    return csm.explore(collection, "statutory_agencies")


@pytest.fixture(scope="module")
def example() -> View:
    return csm.explore(open_collection(EXAMPLE))


def page(view: View) -> BeautifulSoup:
    return BeautifulSoup(view.html, "lxml")


def told(view: View, *chosen: Any, **named: Any) -> dict[str, list[str]]:
    """What is told of each row, in order."""
    cells = view.choose(*chosen, **named)
    return {str(label): list(of["told"]) for label, of in cells.groupby("label", sort=False)}


# -- What is chosen ----------------------------------------------------------


def test_each_year_and_the_change_are_told_with_their_counts(trusts: View) -> None:
    assert told(trusts, ["board.police", "commissioning.palliative_care"], "Change") == {
        "Police": ["100% (74 of 74)", "99% (73 of 74)", "−1 point"],
        "Palliative care": ["26% (19 of 74)", "16% (12 of 74)", "−9 points"],
    }
    assert told(trusts, "board.police", "2009") == {"Police": ["99% (73 of 74)"]}


def test_every_item_that_the_paper_gives_a_figure_of_can_be_chosen(
    trusts: View, collection: Collection
) -> None:
    tally = collection.tally(list(collection.codebook))
    pairs = set(zip(tally["item"], tally["answer"], strict=True))

    assert set(zip(trusts.cells["item"], trusts.cells["answer"], strict=True)) == pairs
    shown = trusts.cells.dropna(subset="share").astype({"column": int})
    both = shown.merge(
        tally, left_on=["item", "answer", "column"], right_on=["item", "answer", "year"]
    )
    assert len(both) == len(shown) == len(tally) == 127
    for name in ("yes", "base", "no_answer", "share", "status"):
        assert both[f"{name}_x"].tolist() == both[f"{name}_y"].tolist()


def test_an_item_says_in_which_year_it_was_not_asked_or_its_answers_are_not_held(
    trusts: View,
) -> None:
    found = told(trusts, ["board.schools", "board.connexions", "jsna.diabetes"], "Change")

    assert found == {
        "Schools": ["not asked", "97% (72 of 74)", "not known"],
        "Local Connexions Partnership": ["85% (63 of 74)", "not asked", "not known"],
        "Diabetes": ["not held", "50% (32 of 64)", "not known"],
    }


def test_an_item_with_other_answers_than_yes_has_a_row_for_each(trusts: View) -> None:
    assert told(trusts, "level.police", "2008") == {
        "Police: Head of the organisation": ["40% (29 of 73)"],
        "Police: Senior officer": ["55% (40 of 73)"],
        "Police: Other": ["5% (4 of 73)"],
    }


def test_rows_are_sorted_from_the_highest_and_what_has_no_number_comes_last(trusts: View) -> None:
    items = ["board.schools", "board.jobcentre_plus", "board.police", "board.pct_provider"]

    by_change = ["Jobcentre Plus", "Police", "Primary Care Trust, provider", "Schools"]
    assert list(told(trusts, items, "Each year", "Change")) == by_change
    by_year = ["Police", "Primary Care Trust, provider", "Jobcentre Plus", "Schools"]
    assert list(told(trusts, items, "Each year", "2008")) == by_year
    of_the_book = ["Police", "Schools", "Primary Care Trust, provider", "Jobcentre Plus"]
    assert list(told(trusts, items, "Each year")) == of_the_book


def test_a_table_holds_the_status_of_each_row(trusts: View) -> None:
    table = trusts.table(trusts.choose(["board.schools", "level.pct_commissioner"], "Each year"))

    assert table.columns.tolist() == ["label", "section", "2008", "2009", "status"]
    assert table["status"].tolist() == ["recovered", *["impossible, recovered"] * 3]


def test_what_can_be_shown_follows_the_waves(trusts: View, example: View) -> None:
    assert list(trusts.shows) == ["Each year", "2008", "2009", "Change"]
    assert list(example.shows) == ["Each year", "2022", "2023", "2024", "Change"]
    assert example.shows["Change"] == ["2022", "2024", "Change"]


def test_a_change_is_from_the_first_wave_to_the_last(example: View) -> None:
    assert told(example, "membership.hospital", "Change") == {
        "Hospital trust": ["49% (19 of 39)", "38% (15 of 40)", "−11 points"]
    }


def test_items_of_one_label_are_told_apart() -> None:
    found = csm.explore(
        small(
            [item("a.one", label="Same"), item("b.one", label="same")],
            {2023: {"a.one": "yn", "b.one": "ny"}},
        )
    )
    assert sorted(found.cells["label"]) == ["Same (a.one)", "same (b.one)"]


# -- What is withheld, invented or drawn -------------------------------------


def test_nothing_in_a_page_gives_what_is_withheld(example: View) -> None:
    hidden = example.cells[example.cells["status"] == "withheld"]
    assert len(hidden) == 6
    assert hidden[["yes", "base", "no_answer", "share", "change"]].isna().all(axis=None)
    assert set(hidden["told"]) == {"withheld"}
    found = page(example)
    cells = found.select('td[data-status="withheld"]')
    assert len(cells) == 6
    assert all(not cell.has_attr("data-number") and cell.text == "withheld" for cell in cells)
    given = _given(found)
    rows = pd.read_csv(io.StringIO("\n".join(given["csv"])))
    rows = rows[rows["status"] == "withheld"]
    assert len(rows) == 6
    assert rows[["yes", "base", "no_answer", "share", "change"]].isna().all(axis=None)


def test_a_change_from_or_to_a_withheld_share_is_not_known(example: View) -> None:
    assert told(example, "needs.poverty", "Change") == {
        "Child poverty": ["withheld", "91% (31 of 34)", "not known"]
    }


def test_what_is_invented_is_called_so_on_page_picture_and_data(example: View) -> None:
    label = "Invented returns: an example, not data"

    assert example.label == label
    assert label in example.cells["source"][0]
    assert page(example).select_one(".csm-caveat") is not None
    chart = example.chart(example.choose("membership", "2024")).to_dict()
    assert label in [param["value"] for param in chart["params"]]


def test_what_is_printed_names_the_paper_and_bears_no_label(trusts: View) -> None:
    assert trusts.label == ""
    assert trusts.cells["source"].str.startswith("Devanney and Wistow (2013)").all()


def test_what_is_drawn_bears_its_label(collection: Collection) -> None:
    drawn = csm.explore(replace(collection, published=None))

    assert set(drawn.cells["status"]) >= {"drawn"}
    assert drawn.label == "Drawn: an illustration, not the data"
    assert drawn.cells["source"].str.endswith(drawn.label).all()


# -- On a page ---------------------------------------------------------------


def _given(found: BeautifulSoup) -> dict[str, Any]:
    """What the page's script has at hand besides the table."""
    (place,) = found.select("[data-given]")
    given: dict[str, Any] = json.loads(str(place["data-given"]))
    return given


def test_without_scripts_a_page_is_a_table_of_all_items_and_no_control(trusts: View) -> None:
    found = page(trusts)

    assert all(form.has_attr("hidden") for form in found.select("form"))
    for control in found.select("input, select, button"):
        assert control.find_parent(hidden=True)
    assert len(found.select("tbody tr")) == len(trusts.cells) / 3 == 79
    assert not found.select("tbody [hidden]")
    row = found.select_one('tr[data-item="board.schools"]')
    assert row is not None
    assert [cell.text for cell in row.select("th, td")] == [
        "Schools", "Agencies under the duty",
        "not asked", "97% (72 of 74)", "not known", "recovered",
    ]  # fmt: skip


def test_controls_are_named_form_controls_in_the_sections_of_the_book(trusts: View) -> None:
    found = page(trusts)
    sections = found.select(".csm-items > fieldset")

    assert [section.legend.text for section in sections][:2] == [
        "Chair of the Board", "Agencies under the duty",
    ]  # fmt: skip
    boxes = found.select(".csm-items input[type=checkbox]")
    assert len(boxes) == 59
    checked = {box["value"] for box in boxes if box.has_attr("checked")}
    assert checked == set(trusts.collection.items("statutory_agencies"))
    for control in found.select("input, select"):
        assert control.find_parent("label").get_text(strip=True)


def test_each_cell_of_the_table_has_its_line_of_data(trusts: View) -> None:
    given = _given(page(trusts))
    rows = pd.read_csv(io.StringIO("\n".join(given["csv"])))

    assert len(rows) == len(trusts.cells)
    line = rows[(rows["item"] == "board.jobcentre_plus") & (rows["column"] == "2009")].iloc[0]
    assert line[["yes", "base", "no_answer", "status"]].tolist() == [50, 72, 2, "recovered"]


def test_labels_that_look_like_code_are_shown_as_they_are() -> None:
    bad = '"></script><script>alert(1)</script>'
    found = page(csm.explore(small([item("a.one", label=bad)], {2023: {"a.one": "yn"}})))

    assert not found.select("script")
    row = found.select_one("tbody th")
    assert row is not None
    assert row.text == bad


def test_the_same_view_gives_the_same_page(collection: Collection, trusts: View) -> None:
    assert csm.explore(collection, "statutory_agencies").html == trusts.html


# -- With a kernel -----------------------------------------------------------


def test_turning_a_live_control_shows_what_is_chosen_and_nothing_else(trusts: View) -> None:
    live = trusts.live()
    items, show, sort = live.children[:3]
    assert "Jobcentre Plus" in live.result.data
    assert "CAMHS" not in live.result.data

    items.value, show.value, sort.value = (
        ("commissioning.camhs", "board.police"),
        "Change",
        "Change",
    )

    found = BeautifulSoup(live.result.data, "lxml")
    assert [row.text for row in found.select("tbody th")] == ["Police", "CAMHS"]
    assert "−7 points" in live.result.data
    assert "Jobcentre Plus" not in live.result.data
    drawn = " ".join(text.text for text in found.select("svg text"))
    assert "67 of 74" in drawn
    assert "Change in percentage points" in drawn


def test_nothing_chosen_draws_nothing(trusts: View) -> None:
    live = trusts.live()
    live.children[0].value = ()

    assert "<svg" not in live.result.data


def test_what_is_chosen_is_shown_at_once_and_after_each_choice(
    trusts: View, capsys: pytest.CaptureFixture[str]
) -> None:
    live = trusts.live()
    first = capsys.readouterr().out  # without a kernel an object that is shown is printed
    live.children[0].value = ("board.police",)

    assert first.count("HTML object") == 1
    assert capsys.readouterr().out.count("HTML object") == 1


def test_without_a_reader_a_view_is_a_page_and_no_widget(
    trusts: View, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view_module, "somebody_is_there", lambda: False)

    assert set(trusts._repr_mimebundle_()) == {"text/plain", "text/html"}


def test_with_a_reader_one_object_carries_both_forms(
    trusts: View, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view_module, "somebody_is_there", lambda: True)
    bundle = trusts._repr_mimebundle_()

    assert set(bundle) == {
        "text/plain", "text/html", "application/vnd.jupyter.widget-view+json",
    }  # fmt: skip
    assert bundle["text/plain"] == str(trusts)
    assert bundle["text/html"] == trusts.html


def test_outside_a_notebook_nobody_is_there() -> None:
    assert not view_module.somebody_is_there()


def test_a_kernel_knows_whether_its_front_end_has_a_reader() -> None:
    manager, client = start_new_kernel(startup_timeout=600)
    assert isinstance(manager, KernelManager)
    try:
        said = []
        for there in (True, False):
            client.execute_interactive(
                "from csm_lib import view; print(view.somebody_is_there())",
                allow_stdin=there,
                timeout=600,  # against a hang
                output_hook=lambda message: said.append(message["content"].get("text")),
            )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)

    assert [text for text in said if text] == ["True\n", "False\n"]
