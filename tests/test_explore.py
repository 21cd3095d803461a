"""Views with choices: declared right, rendered in every state, and live where somebody is there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ipywidgets
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from bs4.element import Tag
from jupyter_client.manager import KernelManager, start_new_kernel

from csm_lib import view as view_module
from csm_lib.findings import Finding
from csm_lib.view import View

CHOICES = {"who": {"a.b": "One", "c": "Two"}, "when": {"2009": "2009", "2008": "2008"}}


def told(who: str, when: str) -> Finding:
    """A finding that repeats what was chosen."""
    data = pd.DataFrame({"who": [who], "when": [when]})
    return Finding("told", f"{who} in {when}", "What?", data, "all", "nobody", alt="as chosen")


def a_view(**changed: Any) -> View:
    declared: dict[str, Any] = {
        "key": "try", "title": "A try", "question": "Which?", "choices": CHOICES, "finding": told,
    }  # fmt: skip
    return View(**(declared | changed))


def page(view: View) -> BeautifulSoup:
    return BeautifulSoup(view.html, "lxml")


# -- The declaration ---------------------------------------------------------


@pytest.mark.parametrize("options", [{"a.b": "One", "a_b": "Two"}, {"!": "One"}])
def test_options_whose_findings_could_not_be_told_apart_are_refused(
    options: dict[str, str],
) -> None:
    with pytest.raises(ValueError, match=r"cannot be told apart .*: .* Rename one"):
        a_view(choices={"item": options})


@pytest.mark.parametrize(
    "chosen",
    [
        {"who": "c"},
        {"who": "c", "when": "2007"},
        {"who": "c", "when": "2008", "why": "so"},
    ],
)
def test_a_choice_that_was_not_declared_is_refused(chosen: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"who: a\.b, c; when: 2009, 2008\."):
        a_view().at(**chosen)


def test_states_are_all_combinations_with_the_first_options_first() -> None:
    assert [tuple(state.values()) for state in a_view().states()] == [
        ("a.b", "2009"), ("a.b", "2008"), ("c", "2009"), ("c", "2008"),
    ]  # fmt: skip


def test_a_finding_gets_the_key_of_its_state_and_is_made_once() -> None:
    made = []

    def counted(who: str, when: str) -> Finding:
        made.append((who, when))
        return told(who, when)

    view = a_view(finding=counted)

    assert view.at(who="a.b", when="2008").key == "try--a-b--2008"
    assert view.at(when="2008", who="a.b").title == "a.b in 2008"
    assert made == [("a.b", "2008")]


def test_an_error_in_a_finding_names_the_state_it_belongs_to() -> None:
    def broken(**_: str) -> Finding:
        raise KeyError("nothing there")

    with pytest.raises(KeyError) as caught:
        a_view(finding=broken).at(who="c", when="2009")

    assert caught.value.__notes__ == ["While making try--c--2009 of the view 'A try'."]


# -- Without a kernel --------------------------------------------------------


def test_as_text_a_view_lists_its_choices_and_says_its_first_state() -> None:
    lines = str(a_view()).splitlines()

    assert lines[:9] == [
        "A try",
        "",
        "Question: Which?",
        "Choose who: One; Two",
        "Choose when: 2009; 2008",
        "",
        "Shown first: One; 2009",
        "",
        "a.b in 2009",
    ]
    assert repr(a_view()) == str(a_view())


def test_without_scripts_the_first_state_is_shown_and_no_control() -> None:
    found = page(a_view())
    hidden = {state["data-state"]: state.has_attr("hidden") for state in found.select(".csm-state")}

    assert hidden == {"0-0": False, "0-1": True, "1-0": True, "1-1": True}
    assert all(form.has_attr("hidden") for form in found.select("form"))
    for control in found.select("input, select, button"):
        assert control.find_parent("form", hidden=True)
    said = found.select_one(".csm-unswitched")
    assert said is not None
    assert said.text.startswith("A try. Shown: One; 2009.")


def test_few_options_are_radio_buttons_and_many_a_list_all_named() -> None:
    years = {str(year): str(year) for year in range(2000, 2009)}
    found = page(a_view(choices={"who": CHOICES["who"], "when": years}))
    buttons = found.select("input[type=radio]")

    assert [legend.text for legend in found.select("legend")] == ["A try", "Who"]
    assert [button.find_parent("label").text for button in buttons] == ["One", "Two"]
    assert [button.has_attr("checked") for button in buttons] == [True, False]
    (listed,) = found.select("select")
    assert found.select(f'label[for="{listed["id"]}"]')[0].text == "When"
    assert [option["value"] for option in listed.select("option")] == [*map(str, range(9))]


def test_labels_that_look_like_code_are_shown_as_they_are() -> None:
    bad = '"><script>alert(1)</script>'
    view = a_view(
        title=bad, question=bad, choices={"who": {"c": bad}, "when": {"2009": f"{bad} & co"}}
    )
    found = page(view)

    assert not found.select("script")
    assert [label.text for label in found.select("label")] == [bad, f"{bad} & co"]
    live = view.live()
    assert "<script" not in live.children[0].value


@pytest.mark.parametrize(
    "key",
    [f"explore-{name}" for name in "board seniority components areas groups pairs moves".split()],
)
def test_a_view_of_the_book_renders_each_state_with_its_own_finding(
    views: dict[str, View], key: str
) -> None:
    view = views[key]
    found = page(view)
    ids = [tag["id"] for tag in found.select("[id]")]
    figures = {
        state["data-state"]: _figure(state) for state in found.select(".csm-explore > .csm-state")
    }
    places = {name: list(options) for name, options in view.choices.items()}

    assert view.key == key
    assert len(ids) == len(set(ids))
    assert len(figures) == len(list(view.states()))
    alts = [figure.svg["aria-label"] for figure in figures.values() if figure.svg]
    assert len(set(alts)) == len(figures)
    assert len({figure.figcaption.text for figure in figures.values()}) == len(figures)
    for state in view.states():
        number = "-".join(str(places[name].index(value)) for name, value in state.items())
        finding = view.at(**state)
        assert figures[number]["id"] == f"finding-{finding.key}"
        assert figures[number].figcaption.text == finding.title
        cells = [cell.text for cell in figures[number].select("tbody tr > *")]
        assert cells == [str(value) for value in finding.table.to_numpy().ravel()]


def _figure(state: Tag) -> Any:
    (figure,) = state.select("figure")
    return figure


def test_no_two_states_of_the_book_say_the_same(views: dict[str, View]) -> None:
    titles = [view.at(**state).title for view in views.values() for state in view.states()]

    assert len(titles) == len(set(titles))


# -- What the views say ------------------------------------------------------


def rows(view: View, **chosen: str) -> Iterator[tuple[Any, ...]]:
    data = view.at(**chosen).data
    return data[["label", "year", "yes", "base"]].itertuples(index=False, name=None)


def test_the_board_shows_the_printed_counts_of_the_year_chosen(views: dict[str, View]) -> None:
    view = views["explore-board"]

    assert ("Jobcentre Plus", 2008, 26, 72) in rows(view, agencies="duty", show="2008")
    assert ("Jobcentre Plus", 2009, 50, 72) in rows(view, agencies="duty", show="2009")
    assert {year for _, year, *_ in rows(view, agencies="no-duty", show="2008")} == {2008}
    assert ("Children, young people and families on the Board", 2009, 32, 73) in rows(
        view, agencies="no-duty", show="2009"
    )


def test_the_change_leaves_out_what_was_asked_in_one_year(views: dict[str, View]) -> None:
    finding = views["explore-board"].at(agencies="duty", show="change")

    assert "Schools" not in set(finding.data["label"])
    assert finding.title == (
        "Jobcentre Plus rose most, by 33 points; Primary Care Trust, provider fell most, "
        "by 2 points"
    )


@pytest.mark.parametrize(
    ("agencies", "show", "title"),
    [
        ("duty", "both", "Of seven asked about in both years, four rose, two fell and one stayed "
         "the same"),
        ("duty", "2009", "From 58% of Boards (Probation Board or Service) to 99% (police and "
         "Primary Care Trust, commissioner) in 2009"),
        ("no-duty", "2008", "From 19% of Boards (private sector) to 100% (third sector) in 2008"),
    ],
)  # fmt: skip
def test_a_title_tells_the_ends_of_a_year_or_who_went_which_way(
    views: dict[str, View], agencies: str, show: str, title: str
) -> None:
    assert views["explore-board"].at(agencies=agencies, show=show).title == title


def test_components_are_split_by_counts(views: dict[str, View]) -> None:
    view = views["explore-components"]
    sizes = {
        band: len(view.at(components=band).data) for band in view.choices["components"]
    }  # the print names no component in between, so nothing is offered there

    assert sizes == {"all": 11, "most": 6, "few": 5}
    assert "Diabetes" in set(view.at(components="few").data["label"])  # 32 of 64 is just half


def test_groups_show_what_the_totals_allow_and_nothing_drawn(views: dict[str, View]) -> None:
    view = views["explore-groups"]
    for state in view.states():
        finding = view.at(**state)
        assert finding.status.keys() == {"derived"}
        assert finding.data["base"].sum() == 74
    regions = view.at(item="commissioning.maternity", by="region").data.set_index("region")
    # 16 of 74 have it: a region of 12 may have none or 12, a region of 13 none or 13
    assert regions.loc["North West", ["low", "high", "base"]].tolist() == [0, 12, 12]
    types = view.at(item="commissioning.camhs", by="authority_type").data
    unitary = types.set_index("authority_type").loc["Unitary authority"]
    # 62 of 74 have it, so at most 12 of the 31 have not
    assert unitary[["low", "high", "base"]].tolist() == [19, 31, 31]
    # 50 of the 72 that answered, and any of the 31 may be one of the two that did not
    types = view.at(item="board.jobcentre_plus", by="authority_type").data
    unitary = types.set_index("authority_type").loc["Unitary authority"]
    assert unitary[["low", "high", "base"]].tolist() == [7, 31, 31]


def test_pairs_show_how_many_boards_can_have_had_both(views: dict[str, View]) -> None:
    found = views["explore-pairs"].at(agency="board.jobcentre_plus").data.set_index("item")
    # 50 Boards had Jobcentre Plus and 42 probation: at least 18 of 74 both, at most 42
    assert found.loc["board.probation", ["low", "high"]].tolist() == [18, 42]
    assert "board.jobcentre_plus" not in found.index
    assert len(found) == 7


def test_moves_are_what_the_totals_of_one_item_allow(views: dict[str, View]) -> None:
    finding = views["explore-moves"].at(item="commissioning.camhs")
    row, widest = finding.data.to_dict("records")

    # 67 of 74, then 62: at least 5 stopped, at most the 12 that say no in 2009
    assert (row["losers_low"], row["losers_high"]) == (5, 12)
    assert (row["gainers_low"], row["gainers_high"]) == (0, 7)
    assert finding.table["lost by"].tolist()[0] == "5 to 12"
    assert widest["label"].endswith("(widest of all, for scale)")


def test_moves_stand_beside_the_widest_of_all_so_that_one_is_not_drawn_as_many(
    views: dict[str, View],
) -> None:
    view = views["explore-moves"]
    last = [view.at(item=item).data["item"].iloc[-1] for item in view.choices["item"]]

    assert set(last) == {"commissioning.family_support"}  # 38 lost at most, 35 gained: 73 in all


# -- With a kernel -----------------------------------------------------------


def test_turning_a_live_control_shows_the_finding_chosen(views: dict[str, View]) -> None:
    view = views["explore-areas"]
    _, show, shown = view.live().children

    assert view.at(show="both").title in shown.value
    show.value = "2008"
    assert view.at(show="2008").title in shown.value
    assert view.at(show="both").title not in shown.value


def test_each_live_control_counts(views: dict[str, View]) -> None:
    view = views["explore-board"]
    _, agencies, show, shown = view.live().children
    for state in view.states():
        agencies.value, show.value = state["agencies"], state["show"]
        assert f'id="finding-{view.at(**state).key}"' in shown.value


def test_a_live_view_has_the_controls_of_the_page(views: dict[str, View]) -> None:
    _, item, by, _ = views["explore-groups"].live().children
    _, listed, _ = views["explore-moves"].live().children

    assert isinstance(item, ipywidgets.ToggleButtons)
    assert [label for label, _ in by.options] == ["Region", "Type of authority"]
    assert isinstance(listed, ipywidgets.Dropdown)
    assert [value for _, value in listed.options] == list(views["explore-moves"].choices["item"])


def test_without_a_reader_a_view_is_a_page_and_no_widget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view_module, "somebody_is_there", lambda: False)

    assert set(a_view()._repr_mimebundle_()) == {"text/plain", "text/html"}


def test_with_a_reader_one_object_carries_both_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view_module, "somebody_is_there", lambda: True)
    bundle = a_view()._repr_mimebundle_()

    assert set(bundle) == {
        "text/plain", "text/html", "application/vnd.jupyter.widget-view+json",
    }  # fmt: skip
    assert bundle["text/plain"] == str(a_view())
    assert bundle["text/html"] == a_view().html


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
