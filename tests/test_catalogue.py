"""The chapters that fit a collection."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest
from book_texts import book
from small import Answers, answers, item, small

from csm_lib.collection import Collection, open_collection
from csm_lib.status import DRAWN, INVENTED, OWN
from csm_lib.survey.catalogue import Chapter, chapters_of

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "partnership-board"


def calls(collection: Collection) -> dict[str, list[str]]:
    return {
        chapter.name: [one.call for one in chapter.entries] for chapter in chapters_of(collection)
    }


STRANGE = r"\bnan\b|<NA>|None(?! of)|Devanney|Trust|authorit"
"""What no title of a collection that is not the paper's says."""


def made(collection: Collection) -> dict[str, str]:
    """Make every finding as its page shows it, and return the titles by call."""
    titles = {}
    for chapter in chapters_of(collection):
        for entry in chapter.entries:
            if entry.call in titles:
                continue
            finding = entry.make()
            assert finding.html
            assert str(finding)
            assert re.search(r"\w", finding.title)
            assert not re.search(STRANGE, finding.title)
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
        "findings": ["pages.answers(collection, 'board')", "pages.answered(collection)"],
        "who_answered": ["pages.answered(collection)", "pages.blanks(collection)"],
        "board": ["pages.answers(collection, 'board')"],
        "evidence": ["pages.tested(collection)"],
        "codebook": ["pages.items(collection)"],
    }


def test_several_waves_and_groups_have_all_chapters() -> None:
    found = calls(
        small(BOARD, {2021: WAVE, 2022: WAVE, 2023: LATER}, region=HALVES, authority_type=HALVES)
    )

    assert list(found) == [
        "findings", "who_answered", "board", "change", "early_warning", "codebook", "evidence",
    ]  # fmt: skip
    assert found["who_answered"][1:3] == [
        "pages.answered_by(collection, 'region')",
        "pages.answered_by(collection, 'authority_type')",
    ]
    assert found["board"] == [
        "pages.answers(collection, 'board')",
        "pages.groups(collection, 'board', 'region')",
        "pages.groups(collection, 'board', 'authority_type')",
    ]
    assert found["change"] == ["pages.changes(collection, 'board')"]
    assert found["early_warning"] == ["pages.falling(collection)"]


def test_groups_of_fewer_than_five_have_no_finding() -> None:
    few = small(BOARD, {2023: WAVE}, region=["North"] * 14 + ["South"] * 4)

    assert calls(few)["board"] == ["pages.answers(collection, 'board')"]


def test_several_sections_that_changed_are_first_told_together() -> None:
    items = [*BOARD, item("plan.one")]
    waves = {year: {**WAVE, "plan.one": answers(9, 9)} for year in (2021, 2023)}

    assert calls(small(items, waves))["change"] == [
        "pages.changes(collection)",
        "pages.changes(collection, 'board')",
        "pages.changes(collection, 'plan')",
    ]


def test_items_that_the_last_wave_dropped_are_told_up_to_their_last() -> None:
    items = [item("old.one", years=[2021, 2022]), item("new.one", years=[2023])]
    waves = {
        2021: {"old.one": answers(9, 9)},
        2022: {"old.one": answers(6, 12)},
        2023: {"new.one": answers(9, 9)},
    }
    found = calls(small(items, waves))

    assert found["change"] == ["pages.changes(collection, 'old')"]


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
        "pages.answers(collection, 'plan')",
        "pages.answers(collection, 'plan', 'stage')",
        "pages.answers(collection, 'plan', 'many')",
    ]
    (plan,) = (chapter for chapter in chapters_of(collection) if chapter.name == "plan")
    assert [one.heading for one in plan.entries] == ["One", "Stage", "Many"]


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

    assert "pages.items(collection)" in titles
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
    told = {
        status: {
            call.partition("(")[0]
            for found in calls(
                small(BOARD, {2021: WAVE, 2023: LATER}, region=HALVES, status=status)
            ).values()
            for call in found
        }
        for status in (OWN, DRAWN)
    }

    assert told[OWN] - told[DRAWN] == {"pages.groups", "pages.answered_by", "pages.blanks"}


@pytest.fixture(scope="module")
def example() -> Collection:
    return open_collection(EXAMPLE)


def test_the_example_tells_nothing_of_the_paper() -> None:
    for finding in book("partnership-board").found.values():
        assert not re.search(STRANGE, finding.title)


def test_every_column_of_the_example_is_on_record(example: Collection) -> None:
    unknown = {
        (entry.call, column["name"])
        for chapter in chapters_of(example)
        for entry in chapter.entries
        for column in entry.make().about["columns"]  # type: ignore[attr-defined]
        if "description" not in column
    }

    assert unknown == set()


def titles_of(chapters: tuple[Chapter, ...]) -> list[str]:
    return [chapter.title for chapter in chapters]


def test_chapters_of_the_example_have_the_titles_of_its_sections(example: Collection) -> None:
    titles = titles_of(chapters_of(example))

    assert titles[:2] == ["Findings at a glance", "Who answered"]
    assert titles[2:-4] == [example.codebook.title(s) for s in example.codebook.sections]
    assert titles[-4:] == ["What changed", "Early warning", "Codebook", "What was tested"]
