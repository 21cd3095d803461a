"""The command line: what it writes, what it says, and its exit status."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from csm_lib import __main__ as cli
from csm_lib.collection import SHIPPED, Collection, open_collection


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
    monkeypatch.setattr(cli, "open_collection", lambda: collection)
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
    assert "board.housing.2009: 63%, returns 63% (45 of 72): reproduced" in lines
    assert "duty.extended: April 2010, returns -: cannot be checked" in lines
    assert "commissioning.only_falls: contradicted" in lines
    assert "  reproduced                   179 figures   35 statements" in lines
    assert lines[-1] == "All 264 verdicts are as recorded."
    assert max(map(len, lines)) <= 160


def test_reproduce_fails_and_lists_what_differs_from_the_record(
    opened: Collection, capsys: pytest.CaptureFixture[str]
) -> None:
    path = opened.path / "ledger.csv"
    known = pd.read_csv(path)
    known.loc[known["entry"] == "board.housing.2009", "verdict"] = "contradicted"
    known[known["entry"] != "jsna.rose"].to_csv(path, index=False)
    assert cli.main(["reproduce"]) == 1
    said = capsys.readouterr().err
    assert "2 verdicts differ" in said
    assert "board.housing.2009: recorded contradicted, now reproduced" in said
    assert "jsna.rose: recorded none, now reproduced" in said
    assert "reproduce --record" in said


def test_reproduce_fails_when_the_returns_change(
    opened: Collection, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    returns = opened.returns.copy()
    row = returns.index[(returns["year"] == 2009) & ~returns["board.housing"].fillna(True)][0]
    returns.loc[row, "board.housing"] = True
    changed = dataclasses.replace(opened, returns=returns)
    monkeypatch.setattr(cli, "open_collection", lambda: changed)
    assert cli.main(["reproduce"]) == 1
    said = capsys.readouterr().err
    assert "board.housing.2009: recorded reproduced, now contradicted" in said


def test_reproduce_records_and_is_then_content(
    opened: Collection, capsys: pytest.CaptureFixture[str]
) -> None:
    path = opened.path / "ledger.csv"
    path.unlink()
    assert cli.main(["reproduce"]) == 1
    assert "there is no such file" in capsys.readouterr().err
    assert cli.main(["reproduce", "--record"]) == 0
    assert "264 verdicts recorded" in capsys.readouterr().out
    assert path.read_bytes() == (SHIPPED / "ledger.csv").read_bytes()
    assert cli.main(["reproduce"]) == 0


def test_check_says_what_it_found(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "148 returns from 74 authorities (2008, 2009), 59 items. No fault found." in said


def test_check_lists_every_fault_of_the_returns(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "returns.csv"
    header, first, *rest = path.read_text(encoding="utf-8").splitlines()
    cells = first.split(",")
    cells[1] = "1908"
    place = header.split(",").index("board.police")
    cells[place] = "perhaps"
    path.write_text("\n".join([header, ",".join(cells), *rest]) + "\n", encoding="utf-8")
    assert cli.main(["check", str(folder)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "line 2" in said.err
    assert "'1908'" in said.err
    assert "'perhaps'" in said.err


def test_check_refuses_a_folder_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "no/such/folder"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("no/such/folder: there is no such folder.")
    assert said.count("\n") == 1


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
    ],
    ids=" ".join,
)
def test_wrong_usage_is_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        cli.main(arguments)
    assert raised.value.code == 2
    assert "usage: python -m csm_lib" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["panel", "reproduce", "check"])
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        cli.main([command, "--help"])
    assert raised.value.code == 0
    assert len(capsys.readouterr().out.splitlines()) > 4


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
