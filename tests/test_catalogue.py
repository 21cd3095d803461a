"""The chapters that fit a collection."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest
from small import Answers, answers, item, small

from csm_lib.collection import Collection, open_collection
from csm_lib.status import DRAWN, INVENTED, OWN
from csm_lib.survey import reference
from csm_lib.survey.catalogue import Chapter, chapters_of

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "partnership-board"


def calls(collection: Collection) -> dict[str, list[str]]:
    return {
        chapter.name: [one.call for one in chapter.entries] for chapter in chapters_of(collection)
    }


def made(collection: Collection) -> dict[str, str]:
    """Make every finding as its page shows it, and return the titles by call."""
    titles = {}
    for chapter in chapters_of(collection):
        for entry in chapter.entries:
            finding = entry.make()
            assert finding.html
            assert str(finding)
            assert re.search(r"\w", finding.title)
            assert not re.search(r"\bnan\b|<NA>|None(?! of)|Devanney|Trust|authorit", finding.title)
            titles[entry.call] = finding.title
    return titles


# --- any other ------------------------------------------------------------------------------------

BOARD = [item("board.voluntary"), item("board.housing"), item("board.police")]
WAVE: Mapping[str, Answers] = {
    "board.voluntary": answers(9, 9),
    "board.housing": answers(12, 6),
    "board.police": answers(6, 12),
}
LATER: Mapping[str, Answers] = {**WAVE, "board.housing": answers(8, 10)}
HALVES = ["North"] * 9 + ["South"] * 9


def test_one_wave_without_groups_has_no_chapter_on_change_and_no_finding_by_group() -> None:
    found = calls(small(BOARD, {2023: WAVE}))

    assert found == {
        "findings": ["response.answered(collection)", "section.shares(collection, 'board')"],
        "who_answered": ["response.answered(collection)", "response.blanks(collection)"],
        "board": ["section.shares(collection, 'board')"],
        "codebook": ["reference.items(collection)"],
    }


def test_several_waves_and_groups_have_all_chapters() -> None:
    found = calls(
        small(BOARD, {2021: WAVE, 2022: WAVE, 2023: LATER}, region=HALVES, authority_type=HALVES)
    )

    assert list(found) == [
        "findings", "who_answered", "board", "change", "early_warning", "codebook",
    ]  # fmt: skip
    assert found["who_answered"][1:3] == [
        "response.by_region(collection)",
        "response.by_type(collection)",
    ]
    assert found["board"] == [
        "section.shares(collection, 'board')",
        "section.groups(collection, 'board', 'region')",
        "section.groups(collection, 'board', 'authority_type')",
    ]
    assert found["change"] == ["section.change(collection, 'board')"]
    assert found["early_warning"] == [
        "early_warning.falling(collection)",
        "early_warning.falling_by(collection, 'region')",
        "early_warning.falling_by(collection, 'authority_type')",
    ]


def test_several_sections_that_changed_are_first_summed_up() -> None:
    items = [*BOARD, item("plan.one")]
    waves = {year: {**WAVE, "plan.one": answers(9, 9)} for year in (2021, 2023)}

    assert calls(small(items, waves))["change"] == [
        "section.changes_by_section(collection)",
        "section.change(collection, 'board')",
        "section.change(collection, 'plan')",
    ]


def test_the_findings_at_a_glance_are_few_and_each_section_stands_there_once() -> None:
    names = "abcdefg"
    items = [item(f"{name}.{part}") for name in names for part in "xy"]
    waves = {
        year: {
            f"{name}.{part}": answers(2 + place * later + shift, 16 - place * later - shift)
            for place, name in enumerate(names)
            for part, shift in (("x", 0), ("y", 2))
        }
        for year, later in ((2021, 0), (2023, 1))
    }
    found = calls(small(items, waves))["findings"]

    assert found == [
        "response.answered(collection)",
        "section.shares(collection, 'a')",
        "section.shares(collection, 'b')",
        "section.change(collection, 'g')",
        "section.change(collection, 'f')",
        "early_warning.falling(collection)",
    ]


def test_items_that_the_last_wave_dropped_give_no_early_warning() -> None:
    items = [item("old.one", years=[2021, 2022]), item("new.one", years=[2023])]
    waves = {
        2021: {"old.one": answers(9, 9)},
        2022: {"old.one": answers(6, 12)},
        2023: {"new.one": answers(9, 9)},
    }

    assert "early_warning" not in calls(small(items, waves))
    assert calls(small(items, waves))["change"] == ["section.change(collection, 'old')"]


def test_a_section_never_asked_has_no_chapter() -> None:
    assert "old" not in calls(small([*BOARD, item("old.one", years=[2001])], {2023: WAVE}))


def test_a_section_keeps_clear_of_the_fixed_names_and_of_others() -> None:
    items = [
        item("change.one"),
        item("who answered.one"),
        item("CON.one"),
        item("a b.one"),
        item("a-b.one"),
    ]
    found = list(calls(small(items, {2021: {}, 2023: {}})))

    assert found == [
        "findings",
        "who_answered",
        "section-change",
        "section-who-answered",
        "section-con",
        "a-b",
        "a-b-2",
        "codebook",
    ]


def test_a_section_of_several_kinds_of_answers_has_a_finding_for_each() -> None:
    items = [
        item("plan.one"),
        item("plan.stage", response="stage", label="Stage"),
        item("plan.many", response="many"),
    ]
    collection = small(
        items, {2023: {"plan.one": "yyyn", "plan.stage": ["draft"] * 4, "plan.many": list("0112")}}
    )

    assert calls(collection)["plan"] == [
        "section.shares(collection, 'plan')",
        "section.answers(collection, 'plan', 'stage')",
        "section.answers(collection, 'plan', 'many')",
    ]
    assert [one.heading for one in chapters_of(collection)[2].entries][1:] == ["Stage", "Many"]


def test_the_id_of_a_section_cannot_get_out_of_its_call() -> None:
    section = "x'); import os; exit('\n\\"
    found = chapters_of(small([item(f"{section}.one")], {2023: {f"{section}.one": "yn"}}))
    call = next(chapter for chapter in found if chapter.name.startswith("x")).entries[0].call
    tree = ast.parse(call, mode="eval").body

    assert isinstance(tree, ast.Call)
    assert [ast.literal_eval(one) for one in tree.args[1:]] == [section]


def frame() -> pd.DataFrame:
    rows = [(2021, 2021, region, "City", 20) for region in ("North", "South")]
    columns = ["year", "labelled", "region", "authority_type", "authorities"]
    return pd.DataFrame(rows, columns=columns)


ODD: Mapping[str, Collection] = {
    "one wave": small(BOARD, {2023: WAVE}),
    "two waves": small(BOARD, {2021: WAVE, 2023: LATER}),
    "five waves": small(
        [item(f"board.{name}", years=range(2019, 2024)) for name in ("voluntary", "housing")],
        {year: dict(list((LATER if year % 2 else WAVE).items())[:2]) for year in range(2019, 2024)},
    ),
    "regions": small(BOARD, {2021: WAVE, 2023: LATER}, region=HALVES),
    "a frame": small(BOARD, {2021: WAVE, 2023: LATER}, region=HALVES, frame=frame()),
    "one region": small(BOARD, {2021: WAVE, 2023: LATER}, region=["North"] * 18),
    "some of no region": small(BOARD, {2021: WAVE, 2023: LATER}, region=[*HALVES[:-1], None]),
    "withheld": small(BOARD, {2021: WAVE, 2023: LATER}, region=HALVES, threshold=5),
    "all withheld": small(
        BOARD, {2021: WAVE, 2023: LATER}, region=HALVES, authority_type=HALVES, threshold=100
    ),
    "all blank": small(BOARD, {2021: {}, 2023: {}}, region=["North"] * 2 + ["South"] * 2),
    "blank at last": small(BOARD, {2021: WAVE, 2023: {"board.housing": "-" * 18}}, region=HALVES),
    "a section not asked at last": small(
        [*BOARD, item("old.one", years=[2021, 2022]), item("old.two", years=[2021])],
        {
            2021: {**WAVE, "old.one": answers(9, 9), "old.two": answers(1, 17)},
            2022: {**WAVE, "old.one": answers(6, 12)},
            2023: LATER,
        },
        region=HALVES,
    ),
    "opened items": small(
        [*BOARD, item("level.one", asked_if="board.housing")],
        {
            2021: {**WAVE, "level.one": answers(3, 6, 9)},
            2023: {**LATER, "level.one": answers(4, 14)},
        },
        region=HALVES,
    ),
    "answers alone": small(
        [item("plan.a", response="stage"), item("plan.b", response="stage")],
        {
            2021: {"plan.a": ["draft"] * 18, "plan.b": ["none"] * 9 + ["signed"] * 9},
            2023: {"plan.a": ["signed"] * 17 + [""], "plan.b": ["none"] * 9 + ["draft"] * 9},
        },
        region=HALVES,
    ),
    "many answers": small(
        [item("plan.a", response="many"), item("plan.b", response="many")],
        {2023: {"plan.a": list("012345"), "plan.b": list("001122")}},
    ),
    "new respondents each time": small(
        BOARD[:1],
        {
            2021: {"board.voluntary": "yn    "},
            2022: {"board.voluntary": "  yn  "},
            2023: {"board.voluntary": "    yn"},
        },
    ),
    "one respondent": small(
        BOARD[:1], {2021: {"board.voluntary": "y"}, 2023: {"board.voluntary": "n"}}
    ),
    "strange labels": small(
        [
            item("<b>.one", label="<script>alert(1)</script> $x$ \\frac"),
            item("<b>.two", label="=cmd|' /C calc'!A0\n\x07\u202e " + "long " * 40),
        ],
        {
            2021: {"<b>.one": answers(9, 9), "<b>.two": answers(2, 16)},
            2023: {"<b>.one": answers(4, 14)},
        },
        region=["<i>N</i>"] * 9 + ["$S$"] * 9,
        titles={"<b>": "{role}`x` <script>"},
    ),
    "invented": small(BOARD, {2021: WAVE, 2023: LATER}, status=INVENTED),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_every_finding_of_an_odd_collection_can_be_made(name: str) -> None:
    collection = ODD[name]
    titles = made(collection)

    assert "response.answered(collection)" in titles
    assert "reference.items(collection)" in titles
    for chapter in chapters_of(collection):
        assert chapter.entries
        assert re.fullmatch(r"[a-z0-9][a-z0-9_-]*", chapter.name)


def test_keys_of_a_collection_are_unique_and_the_same_finding_keeps_its_key() -> None:
    found: dict[str, set[str]] = {}
    for collection in (ODD["a section not asked at last"], ODD["answers alone"]):
        for chapter in chapters_of(collection):
            for entry in chapter.entries:
                found.setdefault(entry.make().key, set()).add(entry.call)

    assert {key for key, makers in found.items() if len(makers) > 1} == set()


def test_nothing_of_a_label_runs_in_a_finding() -> None:
    for chapter in chapters_of(ODD["strange labels"]):
        for entry in chapter.entries:
            assert not re.search(r"<script|<i>N|\x07", entry.make().html)


def test_a_drawn_panel_of_ones_own_is_told_as_drawn() -> None:
    collection = small(BOARD, {2021: WAVE, 2023: LATER}, status=DRAWN)
    labels = [
        entry.make().label
        for chapter in chapters_of(collection)
        for entry in chapter.entries
        if chapter.name != "codebook"
    ]

    assert set(labels) == {"Drawn: an illustration, not the data"}


def test_nothing_drawn_is_told_by_region() -> None:
    own, drawn = (
        small(BOARD, {2021: WAVE, 2023: LATER}, region=HALVES, status=status)
        for status in (OWN, DRAWN)
    )
    split = {"section.groups", "early_warning.falling_by"}

    assert split <= {call.partition("(")[0] for told in calls(own).values() for call in told}
    told = {call.partition("(")[0] for told in calls(drawn).values() for call in told}
    assert not split & told
    assert "response.by_region" in told


def test_the_codebook_leaves_out_what_it_says_of_no_item() -> None:
    found = reference.items(small([*BOARD, item("plan.stage", response="stage")], {2023: WAVE}))

    assert found.table.columns.tolist() == ["item", "section", "question", "answers", "years"]
    assert found.table["answers"].tolist()[-1] == "Not begun, Drafted, Signed"
    assert found.title == "The book knows 4 items in two sections"
    assert found.source == "A survey of partnerships"
    assert found.caveat == ""


def test_the_codebook_tells_which_item_opens_another_under_the_title_of_its_section() -> None:
    items = [*BOARD, item("level.one", asked_if="board.housing")]
    found = reference.items(small(items, {2023: WAVE}, titles={"level": "Level reached"}))

    assert found.table["asked if"].tolist() == ["–", "–", "–", "board.housing"]
    assert found.table["section"].tolist()[-1] == "Level reached"


@pytest.fixture(scope="module")
def example() -> Collection:
    return open_collection(EXAMPLE)


def test_the_example_tells_nothing_of_the_paper(example: Collection) -> None:
    for title in made(example).values():
        assert "authorit" not in title


def test_every_column_of_the_example_is_on_record(example: Collection) -> None:
    unknown = {
        (entry.call, column["name"])
        for chapter in chapters_of(example)
        for entry in chapter.entries
        for column in entry.make().about["columns"]  # type: ignore[attr-defined]
        if "description" not in column
    }

    assert {one for one in unknown if not one[0].startswith("early_warning")} == set()


def titles_of(chapters: tuple[Chapter, ...]) -> list[str]:
    return [chapter.title for chapter in chapters]


def test_chapters_of_the_example_have_the_titles_of_its_sections(example: Collection) -> None:
    titles = titles_of(chapters_of(example))

    assert titles[:2] == ["Findings at a glance", "Who answered"]
    assert titles[2:-3] == [example.codebook.title(s) for s in example.codebook.sections]
    assert titles[-3:] == ["What changed", "Early warning", "Codebook"]
