"""Files as people have them, each with what must come of it.

A case is a folder in ``tests/cases``: a codebook, answers, and returns as some tool, office or wave
left them. Each went wrong once: it was read wrongly in silence, refused, or refused with a remedy
that did not help.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from csm_lib.codebook import read_codebook
from csm_lib.own import open_collection
from csm_lib.own.__main__ import main

CASES = Path(__file__).parent / "cases"


@pytest.fixture
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of the case that a test names."""
    return Path(shutil.copytree(CASES / request.param, tmp_path / request.param))


def of(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [name], indirect=True, ids=[name])


def checked(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    """The exit status of a check, and what it says in one line."""
    status = main(["check", *map(str, arguments)])
    said = capsys.readouterr()
    return status, " ".join((said.out + said.err).split())


def drafted(case: Path, *files: str) -> pd.DataFrame:
    """The crosswalk that is drafted for the files of a case."""
    out, codebook = case / "drafted.csv", case / "codebook.csv"
    paths = [str(case / name) for name in files]
    assert main(["columns", *paths, "--codebook", str(codebook), "--out", str(out)]) == 0
    return pd.read_csv(out, dtype="str", keep_default_na=False)


@pytest.mark.parametrize(
    ("case", "returns"),
    [
        ("blank-line-at-the-end", "2 returns from 2 authorities (2023)"),
        ("codebook-with-a-line-of-commas", "2 returns from 2 authorities (2023)"),
        ("codes-with-a-leading-nought", "2 returns from 2 authorities (2023)"),
        ("no-region-no-type", "1 return from 1 authority (2023)"),
        ("ods-is-refused", "2 returns from 2 authorities (2023)"),
        ("title-row-in-csv", "2 returns from 2 authorities (2023)"),
    ],
    indirect=["case"],
)
def test_a_sound_file_is_read(case: Path, returns: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, said = checked(capsys, case)

    assert status == 0
    assert "no faults" in said
    assert returns in said


@of("codes-with-a-leading-nought")
def test_a_code_is_read_whose_nought_a_spreadsheet_took(case: Path) -> None:
    returns = open_collection(case).returns

    assert returns["board.police"].tolist() == [True, False]
    assert returns["board.schools"].tolist() == [False, False]


@of("tick-columns-say-100-percent")
def test_ticks_alone_are_an_error_and_no_share(
    case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = checked(capsys, case)

    assert status == 1
    assert "Only yes and blanks, as if a blank meant no: 3 columns" in said
    assert "say so in columns.csv" in said


@of("tick-columns-say-100-percent")
def test_a_blank_is_no_where_the_crosswalk_says_so(case: Path) -> None:
    path = case / "columns.csv"
    head, *rows = path.read_text().splitlines()
    grouped = [f"{row},On the board" if row.endswith(",,") else f"{row}," for row in rows]
    grouped = [row.replace(",,,On the board", ",,no,On the board") for row in grouped]
    grouped[0] = "RespondentID,authority,,,"
    path.write_text("\n".join([f"{head},group", *grouped]) + "\n")
    out = case.parent / "clean.csv"
    assert main(["check", str(case), "--repair", "--out", str(out)]) == 0
    police = pd.read_csv(out, keep_default_na=False)["board.police"]

    found = pd.read_csv(case / "returns.csv", keep_default_na=False)
    ticked = found[[name for name in found if name.startswith("On the board")]] != ""
    answered = ticked.any(axis=1)
    assert (police == "yes").sum() == ticked.iloc[:, 0].sum()
    assert (police == "no").sum() == (answered & ~ticked.iloc[:, 0]).sum()
    assert (police == "").sum() == (~answered).sum() > 0


@of("x-means-not-available")
def test_the_shorthand_of_statistics_is_no_answer(
    case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = checked(capsys, case, "--repair", "--out", case / "clean.csv")

    assert status == 1
    assert "'x' is the shorthand of official statistics for no figure" in said
    assert "'x' as 'yes'" not in said
    assert not (case / "clean.csv").exists()


@of("hidden-sheet-is-counted")
def test_a_hidden_sheet_is_not_counted_and_is_named(
    case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = checked(capsys, case)

    assert status == 0
    assert "2 returns from 2 authorities" in said
    assert "not read, as hidden: 'test do not use'" in said


@of("council-names-of-two-waves")
def test_one_council_written_in_two_ways_is_told_and_settled_by_aliases(
    case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = checked(capsys, case)

    assert status == 0
    assert "Two names that are likely one respondent: column 'authority', 8 cells" in said
    assert "'St Helens' (2024) is likely 'St. Helens' (2023)" in said
    pairs = [
        ("St Helens", "St. Helens"),
        ("Bath and North East Somerset", "Bath & North East Somerset"),
        ("Kingston upon Hull", '"Kingston upon Hull, City of"'),
        ("County Durham", "Durham"),
        ("Bristol", "Bristol City Council"),
        ("Stoke on Trent", "Stoke-on-Trent"),
        ("Telford and Wrekin", "Telford & Wrekin"),
    ]
    lines = ["name,called", *(",".join(pair) for pair in pairs)]
    (case / "aliases.csv").write_text("\n".join(lines) + "\n")
    _, said = checked(capsys, case)
    assert "column 'authority', 1 cell" in said
    assert "24 returns from 13 authorities" in said


@of("financial-years")
def test_a_financial_year_is_the_wave_that_begins_in_it(
    case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = checked(capsys, case)

    assert status == 0
    assert "years such as '2023-24' were read as the wave that begins in 2023" in said
    assert open_collection(case).returns["year"].tolist() == [2023, 2023, 2023]


@of("footnotes-under-the-table")
def test_notes_under_a_table_are_left_out_and_shown(
    case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = checked(capsys, case)

    assert status == 0
    assert "rows 5 and 6 with a text in the first column alone" in said
    assert "'Note: figures are provisional'" in said
    assert "2 returns from 2 authorities" in said


@of("one-form-from-each-partner")
def test_one_form_from_each_partner_is_read_together(
    case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forms = [case / "P01.xlsx", case / "P02.xlsx"]
    status, said = checked(capsys, case)
    assert status == 1
    assert "Put P01.xlsx and P02.xlsx into a folder of that name, returns/" in said

    status, said = checked(capsys, *forms, "--codebook", case / "codebook.csv")
    assert status == 0
    assert "2 returns from 2 authorities" in said

    (case / "returns").mkdir()
    for form in forms:
        form.rename(case / "returns" / form.name)
    assert len(open_collection(case).returns) == 2


@of("long-file-with-one-column-more")
def test_a_column_beside_the_long_form_is_the_one_fault(
    case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = checked(capsys, case)

    assert status == 1
    assert "returns.csv: 1 error." in said
    assert "found 'comment'" in said


@of("repairs-that-look-alike")
def test_two_repairs_can_be_told_apart(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, said = checked(capsys, case)

    assert "is inconclusive.' as 'is'" in said
    assert "are inconclusive.' as 'are'" in said


@of("clean-returns-and-the-old-crosswalk")
def test_clean_returns_beside_an_old_crosswalk_are_said_to_need_none(
    case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = checked(capsys, case)

    assert status == 1
    assert "such returns need no crosswalk. Move columns.csv away." in said


@of("draft-takes-every-option-for-one")
def test_the_option_of_a_heading_decides(case: Path) -> None:
    items = drafted(case, "r.csv").set_index("column")["item"]

    assert items["Police - Who is on the board?"] == "board.police"
    assert items["Schools - Who is on the board?"] == "board.schools"
    assert items["Health - Who is on the board?"] == "board.health"


@of("heading-equals-the-question-and-is-unsure")
def test_a_heading_that_is_the_question_is_sure(case: Path) -> None:
    items = drafted(case, "r.csv")["item"].tolist()

    assert items[4:] == ["pie.apple", "pie.apples", "pie.peach", "pie.pecan"]


@of("semicolon-in-a-heading")
def test_a_semicolon_in_a_heading_separates_nothing(case: Path) -> None:
    items = drafted(case, "r.csv").set_index("column")["item"]

    assert items["Police; on the board?"].lstrip("? ") == "board.police"
    assert items["board.schools"] == "board.schools"


@of("questions-renumbered-between-waves")
def test_the_check_takes_the_draft_of_a_sheet_for_each_wave(
    case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = drafted(case, "returns.xlsx")
    assert not table["item"].str.startswith("?").any()
    (case / "drafted.csv").rename(case / "columns.csv")
    status, said = checked(capsys, case)

    assert status == 0
    assert "4 returns from 2 authorities (2023, 2024)" in said
    assert open_collection(case).returns["board.police"].notna().all()


@of("microsoft-forms-several-ticks")
def test_several_ticks_in_a_cell_are_drafted_an_option_an_item(case: Path) -> None:
    table = drafted(case, "returns.xlsx")
    rows = table[table["separator"] == ";"][["item", "code", "answer"]].to_numpy().tolist()

    assert rows == [["board.police", "Police", "yes"], ["board.schools", "Schools", "yes"]]


@of("surveymonkey-two-header-rows")
def test_two_rows_of_names_are_drafted_as_question_and_option(case: Path) -> None:
    table = drafted(case, "returns.csv")
    items = table.drop_duplicates("column").set_index("column")["item"]

    assert items["Who is on the board? (tick all that apply) - Police"] == "board.police"
    assert items["Has a joint plan been made?"] == "plan.made"
    assert items["How far do you agree? - We trust each other"] == "plan.trust"


@of("one-bad-date-stops-an-spss-file")
def test_one_date_that_cannot_be_stops_no_file(case: Path) -> None:
    items = drafted(case, "returns.sav").set_index("column")["item"]

    assert "done" in items.index


@of("scales-have-no-groups")
def test_a_scale_is_shown_by_group(case: Path) -> None:
    from csm_lib.survey import pages

    collection = open_collection(case)
    assert read_codebook(case / "codebook.csv")["plan.trust"].agreed
    found = pages.groups(collection, "plan", "region")

    assert "plan.trust" in set(found.data["item"])
