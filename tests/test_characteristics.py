"""Items that ask what a respondent is, and by which the answers to others are split."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import polars as pl
import pytest
from small import item, small

from csm_lib import own
from csm_lib.aggregate import NOT_KNOWN, tally
from csm_lib.codebook import read_codebook
from csm_lib.collection import Collection, open_collection
from csm_lib.errors import CodebookError, CollectionError
from csm_lib.findings import as_table
from csm_lib.own.profile import profile
from csm_lib.own.start import start
from csm_lib.survey import pages
from csm_lib.survey.catalogue import chapters_of, main_points
from csm_lib.survey.evidence import evidence

ROLE = item("who.role", response="stage", kind="characteristic", short="role")
LATE = item("a.late")


def asked(threshold: int = 0) -> Collection:
    """Thirty of each of two roles, of whom nearly all and few say yes; one gives no role."""
    roles = ["none"] * 30 + ["draft"] * 30 + ["-"]
    answered = {"who.role": roles, "a.late": "y" * 26 + "n" * 4 + "y" * 6 + "n" * 24 + "y"}
    return small([LATE, ROLE], {2023: answered}, threshold=threshold)


def test_a_tally_is_split_by_the_labels_of_an_item_in_the_order_of_its_answers() -> None:
    rows = asked().tally("a.late", by="who.role")
    assert [*as_table(rows)] == ["role", "2023", "status"]
    found = rows[["who.role", "yes", "base"]].to_numpy().tolist()
    assert found == [["Not begun", 26, 30], ["Drafted", 6, 30], [NOT_KNOWN, 1, 1]]


def test_every_engine_splits_by_an_item_as_pandas_does() -> None:
    collection = asked()
    counted = [
        tally(returns, collection.codebook, "a.late", by="who.role")
        for returns in (collection.returns, pl.from_pandas(collection.returns).lazy())
    ]
    pd.testing.assert_frame_equal(*counted)


def test_numbers_are_summed_up_by_the_labels_of_an_item() -> None:
    answered = {"who.role": ["none", "none", "draft"], "n.days": ["1", "3", "8"]}
    days = item("n.days", response="number")
    rows = small([days, ROLE], {2023: answered}).numbers("n.days", by="who.role")
    found = rows[["who.role", "base", "mean"]].to_numpy().tolist()
    assert found == [["Not begun", 2, 2.0], ["Drafted", 1, 8.0]]


def test_any_item_with_answers_splits_where_nothing_is_withheld() -> None:
    rows = asked().tally("who.role", by="a.late")
    drafted = rows[rows["answer"] == "draft"]
    assert drafted[["a.late", "yes"]].to_numpy().tolist() == [["Yes", 6], ["No", 24]]


def test_with_a_threshold_only_a_characteristic_splits() -> None:
    with pytest.raises(CollectionError, match=r"'a\.late' is no characteristic"):
        asked(threshold=3).tally("who.role", by="a.late")


def test_one_who_gives_no_role_is_not_told_by_the_others() -> None:
    rows = asked(threshold=3).tally("a.late", by="who.role")
    assert rows["yes"].isna().all()


def test_who_left_a_characteristic_blank_is_not_told_where_its_answers_are_withheld() -> None:
    roles = ["none"] * 30 + ["draft"] * 2 + ["-"] * 8
    answered = {"who.role": roles, "a.late": "y" * 20 + "n" * 20, "a.b": "y" * 10 + "n" * 30}
    shown = small([LATE, ROLE, item("a.b")], {2023: answered})
    hidden = small([LATE, ROLE, item("a.b")], {2023: answered}, threshold=3)
    assert hidden.tally("who.role")["base"].isna().all()
    for collection, told in ((shown, True), (hidden, False)):
        rows = evidence(collection)
        assert ("who.role" in {*rows.loc[rows["kind"] == "blank", "item"]}) == told


def test_a_book_tells_the_difference_between_the_answers_to_a_characteristic() -> None:
    collection = asked()
    calls = [entry.call for one in chapters_of(collection) for entry in one.entries]
    assert "pages.groups(collection, 'a', 'who.role')" in calls
    assert "pages.answered_by(collection, 'who.role')" in calls
    title = pages.groups(collection, "a", "who.role").title
    assert title.startswith("“Late” differs by role, from 20% (Drafted) to 87% (Not begun), more")
    assert any("differs by role" in told for told in main_points(collection).sentences.values())


def test_a_characteristic_is_not_told_as_a_finding_of_its_own() -> None:
    rows = evidence(asked())
    assert {*rows.loc[rows["kind"] == "group", "item"]} == {"a.late"}
    assert not any("Role" in told for told in main_points(asked()).sentences.values())


def test_a_profile_sets_its_answers_beside_those_of_its_role() -> None:
    found = profile(asked(), "P00")
    assert found.own == {"who.role": "Not begun"}
    assert found.others == {"who.role": 29, "everyone": 60}
    assert [one.item.item for one in found.answers] == ["a.late"]
    assert str(found.answers[0].shares["who.role"]) == "86% (25 of 29)"


@pytest.mark.parametrize("cells", ["number,,characteristic", "yes_no,a.late,characteristic"])
def test_a_characteristic_has_answers_and_is_asked_of_everyone(tmp_path: Path, cells: str) -> None:
    response, opener, kind = cells.split(",")
    (tmp_path / "codebook.csv").write_text(
        "item,section,label,question,response,years,asked_if,kind\n"
        "a.late,a,Late,Late?,yes_no,2023,,\n"
        f"a.who,a,Who,Who?,{response},2023,{opener},{kind}\n",
        "utf-8",
    )
    with pytest.raises(CodebookError, match=r"line 3, column 'kind'.* everyone asked"):
        read_codebook(tmp_path / "codebook.csv")


def test_start_takes_further_questions_about_the_respondent_for_characteristics(
    tmp_path: Path,
) -> None:
    phases, roles, sexes = ("Primary", "Secondary"), ("Teacher", "Leader", "Assistant"), "FM"
    lines = ["Respondent ID,Which phase?,Your role,Gender,Is it safe?"]
    lines += [
        f"{n},{phases[n % 2]},{roles[n % 3]},{sexes[n // 2 % 2]},{'Yes' if n % 5 else 'No'}"
        for n in range(60)
    ]
    (tmp_path / "staff 2023.csv").write_text("\n".join(lines), "utf-8")
    made = start([tmp_path / "staff 2023.csv"], out=tmp_path / "staff", unit="person")
    codebook = read_codebook(made.folder / "codebook.csv")
    assert [codebook[name].name for name in codebook.characteristics] == ["role", "gender"]
    assert codebook[codebook.characteristics[0]].answers == {
        "assistant": "Assistant", "leader": "Leader", "teacher": "Teacher",
    }  # fmt: skip
    assert sum("Groups are formed by" in told for told in made.confirm) == 3
    rows = own.open_collection(made.folder).tally("questions.safe", by="questions.role")
    assert rows["questions.role"].tolist() == ["Assistant", "Leader", "Teacher"]


def test_a_yes_no_item_of_a_file_may_be_a_characteristic(tmp_path: Path) -> None:
    (tmp_path / "codebook.csv").write_text(
        "item,section,label,question,response,years,kind\n"
        "a.late,a,Late,Late?,yes_no,2023,\n"
        "who.head,who,Head,Are you a head?,yes_no,2023,characteristic\n",
        "utf-8",
    )
    (tmp_path / "returns.csv").write_text(
        "authority,year,region,authority_type,a.late,who.head\n"
        "A,2023,,,yes,yes\nB,2023,,,no,no\nC,2023,,,no,yes\n",
        "utf-8",
    )
    (tmp_path / "datapackage.json").write_text('{"disclosure_threshold": 0}', "utf-8")
    collection = open_collection(tmp_path)
    assert collection.called("who.head") == "Head"
    assert collection.respondents(["who.head"])[["who.head", "yes"]].to_numpy().tolist() == [
        ["Yes", 2], ["No", 1],
    ]  # fmt: skip
