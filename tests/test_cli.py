"""The command line: what it writes, what it says, and its exit status."""

from __future__ import annotations

import dataclasses
import io
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from csm_lib.codebook import read_codebook
from csm_lib.collection import SHIPPED, Collection, open_collection
from csm_lib.errors import CollectionError
from csm_lib.own import __main__ as cli
from csm_lib.own import commands, door, export, profile
from csm_lib.own.check import read_returns


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the collection that ships with the book."""
    copy = tmp_path / "copy"
    shutil.copytree(SHIPPED, copy)
    return copy


@pytest.fixture
def opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Collection:
    """The copy, in place of what ships with the book."""
    collection = open_collection(folder)
    monkeypatch.setattr(door, "open_collection", lambda _: collection)
    return collection


def test_panel_writes_the_returns_that_ship_with_the_book(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "returns.csv"
    assert cli.main(["panel", "--out", str(out)]) == 0
    assert out.read_bytes() == (SHIPPED / "returns.csv").read_bytes()
    said = capsys.readouterr().out
    assert said == (
        f"{out}: 148 returns written, 74 authorities in 2 years, drawn with seed 2013 and "
        "persistence 20.\n"
    )


def test_panel_with_another_seed_or_persistence_is_another_panel(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("seed.csv", "again.csv", "odds.csv")]
    assert cli.main(["panel", "--out", str(files[0]), "--seed", "7"]) == 0
    assert cli.main(["panel", "--out", str(files[1]), "--seed", "7"]) == 0
    assert cli.main(["panel", "--out", str(files[2]), "--seed", "7", "--persistence", "1"]) == 0
    one, again, odds = (path.read_bytes() for path in files)
    assert one == again
    assert one != odds
    assert one != (SHIPPED / "returns.csv").read_bytes()


def test_another_panel_does_not_take_the_place_of_the_shipped_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = (SHIPPED / "returns.csv").read_bytes()
    assert cli.main(["panel", "--seed", "7"]) == 1
    assert "Write another one elsewhere: --out FILE." in capsys.readouterr().err
    assert (SHIPPED / "returns.csv").read_bytes() == before


def test_panel_refuses_a_place_that_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["panel", "--out", str(tmp_path / "none" / "returns.csv")]) == 1
    said = capsys.readouterr().err
    assert "none" in said
    assert "Traceback" not in said


def test_reproduce_prints_the_ledger_and_a_summary(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["reproduce"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert (
        "board.housing.2009: 63%, returns 63% (45 of 72): tested and passed (by luck 0.0099)"
        in lines
    )
    assert "duty.extended: April 2010, returns -: cannot be checked" in lines
    assert "commissioning.only_falls: disagrees" in lines
    assert "  tested and passed            134 figures   35 statements" in lines
    assert lines[-1] == "All 269 verdicts are as recorded."
    assert max(map(len, lines)) <= 160


def test_reproduce_fails_and_lists_what_differs_from_the_record(
    opened: Collection, capsys: pytest.CaptureFixture[str]
) -> None:
    path = opened.path / "ledger.csv"
    known = pd.read_csv(path)
    known.loc[known["entry"] == "board.housing.2009", "verdict"] = "disagrees"
    known[known["entry"] != "jsna.rose"].to_csv(path, index=False)
    assert cli.main(["reproduce"]) == 1
    said = capsys.readouterr().err
    assert "2 verdicts differ" in said
    assert "board.housing.2009: recorded disagrees, now tested and passed" in said
    assert "jsna.rose: recorded none, now tested and passed" in said
    assert "reproduce --record" in said


def test_reproduce_fails_when_the_returns_change(
    opened: Collection, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    returns = opened.returns.copy()
    row = returns.index[(returns["year"] == 2009) & ~returns["board.housing"].fillna(True)][0]
    returns.loc[row, "board.housing"] = True
    changed = dataclasses.replace(opened, returns=returns)
    monkeypatch.setattr(door, "open_collection", lambda _: changed)
    assert cli.main(["reproduce"]) == 1
    said = capsys.readouterr().err
    assert "board.housing.2009: recorded tested and passed, now disagrees" in said


def test_reproduce_records_and_is_then_content(
    opened: Collection, capsys: pytest.CaptureFixture[str]
) -> None:
    path = opened.path / "ledger.csv"
    path.unlink()
    assert cli.main(["reproduce"]) == 1
    assert "cannot be read" in capsys.readouterr().err
    assert cli.main(["reproduce", "--record"]) == 0
    assert "269 verdicts recorded" in capsys.readouterr().out
    assert path.read_bytes() == (SHIPPED / "ledger.csv").read_bytes()
    assert cli.main(["reproduce"]) == 0


def break_returns(folder: Path, **cells: str) -> None:
    """Write other values into the first row of a collection's returns."""
    path = folder / "returns.csv"
    header, first, *rest = path.read_text(encoding="utf-8").splitlines()
    row = dict(zip(header.split(","), first.split(","), strict=True)) | {
        name.replace("__", "."): value for name, value in cells.items()
    }
    path.write_text("\n".join([header, ",".join(row.values()), *rest]) + "\n", encoding="utf-8")


def test_check_says_what_it_found(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(commands, "PATIENCE", float("inf"))  # however slow the machine is
    assert cli.main(["check", str(folder)]) == 0
    said = capsys.readouterr()
    assert f"{folder}: 148 returns from 74 authorities (2008, 2009), 59 items." in said.out
    assert said.err == ""


def test_check_lists_every_fault_of_the_returns(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    break_returns(folder, year="1908", board__police="perhaps")
    assert cli.main(["check", str(folder)]) == 1
    said = capsys.readouterr().out
    assert "line 2" in said
    assert "1908" in said
    assert "perhaps" in said


def test_check_of_a_folder_finds_what_is_wrong_beside_the_returns(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "published.csv"
    path.write_text(path.read_text("utf-8").replace("board.police", "board.pilice"), "utf-8")
    assert cli.main(["check", str(folder)]) == 1
    said = capsys.readouterr()
    assert "published.csv" in said.err
    assert "board.pilice" in said.err


def test_check_of_a_folder_holds_regions_to_its_frame(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    break_returns(folder, region="Atlantis")
    assert cli.main(["check", str(folder)]) == 1
    assert "Atlantis" in capsys.readouterr().out


def test_check_of_a_file_needs_to_be_told_the_codebook(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    returns, codebook = str(folder / "returns.csv"), str(folder / "codebook.csv")
    with pytest.raises(SystemExit) as raised:
        cli.main(["check", returns])
    assert raised.value.code == 2
    assert "name the codebook" in capsys.readouterr().err
    assert cli.main(["check", returns, "--codebook", codebook]) == 0
    with pytest.raises(SystemExit) as raised:
        cli.main(["check", str(folder), "--codebook", codebook])
    assert raised.value.code == 2
    assert "leave --codebook out" in capsys.readouterr().err


def test_a_warning_does_not_change_the_exit_status(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    break_returns(folder, authority_type="County council")
    assert cli.main(["check", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "2 warnings." in said
    assert "148 returns" in said


def test_nothing_is_repaired_unless_asked_and_then_the_returns_are_written(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = open_collection(folder).returns
    break_returns(folder, board__police=" YES ")
    asked = ["check", str(folder), "--out", str(tmp_path / "clean.csv")]
    assert cli.main(asked) == 1
    said = capsys.readouterr()
    assert "--repair" in said.out
    assert "not written" in said.err
    assert not (tmp_path / "clean.csv").exists()

    assert cli.main([*asked, "--repair"]) == 0
    assert "148 clean returns are written." in capsys.readouterr().out
    found = read_returns(tmp_path / "clean.csv", read_codebook(folder / "codebook.csv"))
    pd.testing.assert_frame_equal(found, before)

    assert cli.main([*asked[:-1], str(tmp_path / "clean.parquet"), "--repair"]) == 0
    found = read_returns(tmp_path / "clean.parquet", read_codebook(folder / "codebook.csv"))
    pd.testing.assert_frame_equal(found, before)


def test_check_never_writes_over_the_returns_or_any_other_file(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    (tmp_path / "mine.csv").write_text("mine")
    for option in ("--out", "--html", "--csv"):
        for path in (folder / "returns.csv", folder / "codebook.csv", tmp_path / "mine.csv"):
            assert cli.main(["check", str(folder), option, str(path)]) == 1
            assert "is there already" in capsys.readouterr().err
    assert before == {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    assert (tmp_path / "mine.csv").read_text() == "mine"


def test_check_writes_the_report_as_a_page_and_as_a_table_and_writes_them_anew(
    folder: Path, tmp_path: Path
) -> None:
    html, csv = tmp_path / "report.html", tmp_path / "report.csv"
    for wrong in ("perhaps", "<script>alert(1)</script>"):
        break_returns(folder, board__police=wrong)
        assert cli.main(["check", str(folder), "--html", str(html), "--csv", str(csv)]) == 1
        assert wrong in csv.read_text("utf-8")
    page = html.read_text("utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "perhaps" not in page


def test_what_tells_of_respondents_goes_to_a_folder_that_git_does_not_see(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example = SHIPPED.parent / "examples" / "partnership-board"
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "--quiet"], check=True)

    assert cli.main(["check", str(example), "--html", "--csv"]) == 0
    assert cli.main(["profile", "P09", "--collection", str(example), "--out"]) == 0
    cli.main(["start", str(example / "messy" / "returns.sav")])
    said = capsys.readouterr().out
    git = ["git", "status", "--porcelain", "--untracked-files=all"]
    seen = subprocess.run(git, capture_output=True, text=True, check=True).stdout

    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.glob("own/[!.]*")}
    assert written == {"own/p09.html", "own/report.csv", "own/report.html", "own/returns"}
    assert [path for path in written if f"{path}: " not in said] == []
    assert seen == ""


def test_check_writes_clean_returns_only_in_a_form_it_knows(folder: Path) -> None:
    with pytest.raises(SystemExit) as raised:
        cli.main(["check", str(folder), "--out", "clean.xlsx"])
    assert raised.value.code == 2


def test_what_a_file_holds_cannot_steer_the_terminal(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    break_returns(folder, board__police="\x1b[2J\u202eperhaps")
    assert cli.main(["check", str(folder)]) == 1
    said = capsys.readouterr()
    assert "perhaps" in said.out
    assert "\x1b" not in said.out + said.err
    assert "\u202e" not in said.out + said.err


def test_check_refuses_a_folder_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "no/such/folder", "--codebook", str(SHIPPED / "codebook.csv")]) == 1
    said = capsys.readouterr().err
    assert said.startswith("no/such/folder: there is no such file")
    assert said.count("\n") == 1


FOREIGN = "Council,Wave,Is the police on the Board?,Remarks\nA01,2009,1,none\nA02,2009,2,\n"


def test_columns_drafts_a_crosswalk_beside_the_file_and_never_over_one(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "foreign.csv").write_text(FOREIGN)
    asked = ["columns", str(tmp_path / "foreign.csv"), "--codebook", str(folder / "codebook.csv")]
    assert cli.main(asked) == 0
    said = capsys.readouterr().out
    draft = pd.read_csv(tmp_path / "columns.csv", dtype="str", keep_default_na=False)
    assert list(draft.columns)[:4] == ["column", "item", "code", "answer"]
    assert set(draft["column"]) == {"Council", "Wave", "Is the police on the Board?", "Remarks"}
    assert "a draft for 4 columns." in said
    assert "matched: 2\n" in said
    assert "unsure, marked ?: 1\n" in said
    assert "like nothing in the codebook: 1\n" in said
    assert f"--columns {tmp_path / 'columns.csv'}" in said

    (tmp_path / "columns.csv").write_text("mine")
    assert cli.main(asked) == 1
    assert "is there already" in capsys.readouterr().err
    assert (tmp_path / "columns.csv").read_text() == "mine"


def test_template_writes_a_workbook_for_a_collection_without_returns(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "returns.csv").unlink()
    out = tmp_path / "t.xlsx"
    asked = ["template", "--collection", str(folder), "--out", str(out), "--year", "2009"]
    assert cli.main(asked) == 0
    assert "a template for 2009 with 54 questions is written" in capsys.readouterr().out
    assert out.read_bytes().startswith(b"PK")
    out.write_text("filled in")
    assert cli.main(asked) == 1
    assert "is there already" in capsys.readouterr().err
    assert out.read_text() == "filled in"


def test_a_template_nobody_has_filled_in_is_no_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "t.xlsx"
    assert cli.main(["template", "--out", str(out), "--year", "2009"]) == 0
    assert cli.main(["check", str(out), "--codebook", str(SHIPPED / "codebook.csv")]) == 0
    assert "no returns yet." in capsys.readouterr().out


def test_template_refuses_a_year_that_nobody_was_asked_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["template", "--out", str(tmp_path / "t.xlsx"), "--year", "2011"]) == 1
    assert "nothing is asked in 2011" in capsys.readouterr().err
    with pytest.raises(SystemExit) as raised:
        cli.main(["template", "--out", str(tmp_path / "t.docx"), "--year", "2009"])
    assert raised.value.code == 2


def test_findings_says_where_they_are(
    opened: Collection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked: list[object] = []

    def stand_in(collection: Collection, folder: Path, **_: object) -> list[Path]:
        asked.extend([collection, folder])
        return [folder / "findings.xlsx", folder / "findings.zip"]

    monkeypatch.setattr(export, "export", stand_in)
    assert cli.main(["findings", "--out", str(tmp_path / "out")]) == 0
    assert asked == [opened, tmp_path / "out"]
    assert "out: findings.xlsx and findings.zip are written." in capsys.readouterr().out


def test_findings_refuses_a_folder_with_other_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert cli.main(["findings", "--out", str(tmp_path)]) == 1
    assert "Name a new or empty folder." in capsys.readouterr().err


def test_profile_prints_or_writes_a_page(
    opened: Collection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = profile.profile(opened, "A01")
    assert cli.main(["profile", "A01"]) == 0
    assert capsys.readouterr().out == f"{found}\n"
    out = tmp_path / "a01.html"
    for _ in range(2):  # an earlier page is replaced
        assert cli.main(["profile", "A01", "--out", str(out)]) == 0
        assert out.read_text("utf-8") == found.html


def test_profile_of_nobody_and_into_another_file_is_refused(
    opened: Collection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert opened.size == 74
    assert cli.main(["profile", "Nobody"]) == 1
    assert "Nobody" in capsys.readouterr().err
    (tmp_path / "mine.html").write_text("mine")
    assert cli.main(["profile", "A01", "--out", str(tmp_path / "mine.html")]) == 1
    assert (tmp_path / "mine.html").read_text() == "mine"


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (CollectionError("what is wrong"), 1, "what is wrong"),
        (PermissionError(13, "Permission denied", "f.csv"), 1, "f.csv: Permission denied."),
        (OSError("the disk is full"), 1, "the disk is full"),
        (MemoryError(), 1, "not enough memory"),
        (KeyboardInterrupt(), 130, "Stopped."),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_goes_wrong_is_said_in_words(
    error: BaseException,
    status: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(door, "open_collection", fails)
    assert cli.main(["profile", "A01"]) == status
    said = capsys.readouterr()
    assert words in said.err
    assert "Traceback" not in said.err + said.out


class Terminal(io.StringIO):
    """A stand-in for standard error."""

    def __init__(self, is_one: bool) -> None:
        super().__init__()
        self.is_one = is_one

    def isatty(self) -> bool:
        return self.is_one


def test_progress_is_one_line_of_a_terminal_that_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal(True))
    with commands.Progress() as progress:
        progress("first\x1b[2J")
        progress.step(1, 4, "x" * 500)
    said = sys.stderr.getvalue()  # type: ignore[attr-defined]
    assert said.startswith("\r\x1b[Kfirst [2J\r\x1b[K2 of 4: xxx")
    assert said.endswith("\r\x1b[K")
    assert said.count("x") < 400
    assert "\n" not in said


def test_progress_elsewhere_is_said_only_when_it_takes_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [0.0]
    monkeypatch.setattr(commands, "monotonic", lambda: clock[0])
    monkeypatch.setattr(sys, "stderr", Terminal(False))
    with commands.Progress() as progress:
        for now, text in ((1.0, "soon"), (2.5, "late"), (3.0, "again"), (5.0, "later")):
            clock[0] = now
            progress(text)
    assert sys.stderr.getvalue() == "late ...\nlater ...\n"  # type: ignore[attr-defined]


def test_a_reader_that_has_seen_enough_ends_the_command_in_silence() -> None:
    run = subprocess.run(
        f"{sys.executable} -m csm_lib reproduce | head -1",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout == "Published figures\n"
    assert run.stderr == ""


def test_a_terminal_that_lacks_a_sign_gets_its_number(folder: Path) -> None:
    break_returns(folder, board__police="\u4f60")
    run = subprocess.run(
        [sys.executable, "-m", "csm_lib", "check", str(folder)],
        capture_output=True,
        check=False,
        env={"PYTHONIOENCODING": "ascii", "PATH": ""},
    )
    assert run.returncode == 1
    assert b"\\u4f60" in run.stdout
    assert b"Traceback" not in run.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["unknown"],
        ["check"],
        ["panel", "--seed", "a"],
        ["panel", "--persistence", "0"],
        ["panel", "--persistence", "nan"],
        ["panel", "--persistence", "often"],
        ["columns", "file.csv"],
        ["template", "--year", "2009"],
        ["template", "--out", "t.xlsx"],
        ["template", "--out", "t.xlsx", "--year", "soon"],
        ["findings"],
        ["profile"],
        ["check", __file__],  # a file, and no codebook
    ],
    ids=" ".join,
)
def test_wrong_usage_is_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        cli.main(arguments)
    assert raised.value.code == 2
    assert "usage: python -m csm_lib" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    ["start", "check", "columns", "template", "findings", "profile", "panel", "reproduce"],
)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        cli.main([command, "--help"])
    assert raised.value.code == 0
    said = capsys.readouterr().out.splitlines()
    assert len(said) > 4
    assert max(map(len, said)) <= 100


def test_the_module_runs_and_passes_its_status_on(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "csm_lib", "check", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert "codebook.csv" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_name_that_leads_nowhere_is_said_before_anything_else(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["check", "nowhere"]) == 1
    assert "nowhere: there is no such file or folder" in capsys.readouterr().err
