"""What the index of the site's search is given: words that stay apart, findings and their rows."""

from __future__ import annotations

import json

import csm_search

PAGE = """
<figure class="csm-finding" id="finding-{key}"><h3 class="csm-title">{title}</h3>
<svg><text>drawn</text></svg>
<table><tbody><tr><th scope="row">Fire and rescue</th><td>2008</td></tr>
<tr><th scope="row">board.<wbr>fire</th></tr></tbody></table>
<span class="csm-definition" hidden>at random</span>
<div class="csm-take"><a>Excel</a></div></figure>
"""
AGENCIES = PAGE.format(key="agencies", title="Some &lt; others")
INDEX = {"docnames": ["front", "board", "later"], "alltitles": {"<b> & co": [[1, "co"]]}}


def addressed(**pages: str) -> dict[str, list[list[object]]]:
    """By name, what the index says of it: page, rank and anchor."""
    script = f"{csm_search.START}{json.dumps(INDEX)}{csm_search.END}"
    made = csm_search.with_addresses(script, pages, "front")
    index = json.loads(made.removeprefix(csm_search.START).removesuffix(csm_search.END))
    assert index["alltitles"] == {"&lt;b&gt; &amp; co": [[1, "co"]]}
    found: dict[str, list[list[object]]] = {}
    for page, _, rank, anchor, name in index["objects"][""]:
        found.setdefault(name, []).append([INDEX["docnames"][page], rank, anchor])
    return found


def test_words_of_neighbouring_cells_stay_apart_and_what_tells_nothing_is_left_out() -> None:
    assert csm_search.words_of(AGENCIES) == "Some < others Fire and rescue 2008 board. fire"


def test_a_finding_is_found_by_its_title_which_is_no_html() -> None:
    found = addressed(board=AGENCIES)

    assert found["Some &lt; others"] == [["board", csm_search.NEXT, "finding-agencies"]]


def test_a_row_is_found_first_on_the_first_page_that_is_not_the_front_page() -> None:
    found = addressed(front=AGENCIES, board=AGENCIES, later=AGENCIES)

    assert found["Fire and rescue"] == [
        ["front", csm_search.LAST, "finding-agencies"],
        ["board", csm_search.FIRST, "finding-agencies"],
        ["later", csm_search.LAST, "finding-agencies"],
    ]
    assert found["board.fire"][1] == ["board", csm_search.LAST, "finding-agencies"]


def test_what_an_exercise_gives_to_read_is_not_found_again() -> None:
    task = PAGE.format(key="agencies-to-read", title="A task")

    assert addressed(board=task) == {}


def test_an_item_of_the_list_from_a_to_z_is_found_by_its_name_after_the_rows_at_home() -> None:
    items = (
        '<dl><dt class="csm-item" id="item-board.fire">Fire and\n rescue</dt><dd>Is it?</dd></dl>'
    )

    assert addressed(board=AGENCIES, later=items)["Fire and rescue"] == [
        ["board", csm_search.FIRST, "finding-agencies"],
        ["later", csm_search.LAST, "item-board.fire"],
    ]
