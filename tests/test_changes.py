"""What changed from one edition to the next, whatever form the two have."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from csm_lib.collection import SHIPPED
from csm_lib.errors import CollectionError
from csm_lib.own import __main__ as cli
from csm_lib.own.changes import changes

EXAMPLE = Path(__file__).parent.parent / "examples" / "partnership-board"

Sheets = dict[str, Sequence[Sequence[object]]]

TOLD = ["Who sat on the Board", "This sheet holds one table.", ""]
HEAD = ["item", "label", "year", "yes", "share"]
POLICE = ["board.police", "Police", 2008, 46, 46 / 73]
SCHOOLS = ["board.schools", "Schools", 2008, 50, 50 / 74]


def listed(found: pd.DataFrame) -> list[tuple[str, ...]]:
    return [tuple(row) for row in found.itertuples(index=False)]


def workbook(path: Path, sheets: Sheets) -> Path:
    with pd.ExcelWriter(path) as book:
        for name, rows in sheets.items():
            wide = max(map(len, rows))
            cells = [[*row, *[None] * (wide - len(row))] for row in rows]
            pd.DataFrame(cells).to_excel(book, sheet_name=name, header=False, index=False)
    return path


def with_lines(*rows: Sequence[object]) -> list[Sequence[object]]:
    """A sheet as they are published: lines of text in the first column, then the table."""
    return [*([line] for line in TOLD), *rows]


def table(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_an_edition_beside_itself_has_no_changes() -> None:
    assert changes(SHIPPED, SHIPPED).empty
    assert changes(EXAMPLE, EXAMPLE).empty


def test_a_verdict_that_changed_is_listed_with_both(tmp_path: Path) -> None:
    old = table(tmp_path / "ledger-1.csv", "entry,verdict\na,possible\nb,possible\nc,agrees\n")
    new = table(tmp_path / "ledger-2.csv", "entry,verdict\nd,possible\nb,disagrees\nc,agrees\n")

    assert listed(changes(old, new)) == [
        ("", "a", "verdict", "gone", "possible", ""),
        ("", "b", "verdict", "changed", "possible", "disagrees"),
        ("", "d", "verdict", "new", "", "possible"),
    ]


def test_of_two_collections_the_counts_and_the_ledger_are_compared(tmp_path: Path) -> None:
    new = tmp_path / "new"
    shutil.copytree(SHIPPED, new)
    returns = pd.read_csv(new / "returns.csv", dtype=str, keep_default_na=False)
    row = returns.index[(returns["year"] == "2009") & (returns["board.housing"] == "yes")][0]
    returns.loc[row, "board.housing"] = "no"
    returns.to_csv(new / "returns.csv", index=False)
    ledger = (new / "ledger.csv").read_text("utf-8")
    assert ledger.count("jsna.rose,tested and passed\n") == 1
    (new / "ledger.csv").write_text(ledger.replace("jsna.rose,tested and passed\n", ""), "utf-8")

    assert listed(changes(SHIPPED, new)) == [
        ("items", "board.housing, 2009, yes", "yes", "changed", "45", "44"),
        ("items", "board.housing, 2009, yes", "status", "changed", "published", "drawn"),
        ("ledger", "jsna.rose", "verdict", "gone", "tested and passed", ""),
    ]


def test_what_a_collection_withholds_is_not_told_by_a_comparison(tmp_path: Path) -> None:
    new = tmp_path / "new"
    shutil.copytree(EXAMPLE, new)
    lines = (new / "returns.csv").read_text("utf-8").splitlines(keepends=True)
    (new / "returns.csv").write_text("".join([lines[0], *lines[2:]]), "utf-8")

    found = changes(EXAMPLE, new)
    withheld = found[found["row"].str.startswith("needs.poverty, 2022")]
    assert not found.empty
    assert withheld.empty


@pytest.mark.parametrize("ending", [".xlsx", ".ods"])
def test_a_table_is_found_in_its_sheet_whatever_stands_above_it(
    tmp_path: Path, ending: str
) -> None:
    old = workbook(tmp_path / f"old{ending}", {"board": with_lines(HEAD, POLICE, SCHOOLS)})
    moved = [["Another title"], [""], HEAD, SCHOOLS, [*POLICE[:3], 45, 45 / 73], ["A note below"]]
    new = workbook(tmp_path / f"new{ending}", {"board": moved})

    assert listed(changes(old, new)) == [
        ("board", "board.police", "yes", "changed", "46", "45"),
        ("board", "board.police", "share", "changed", "0.6301369863", "0.6164383562"),
    ]


def test_of_several_blocks_on_a_sheet_the_widest_is_the_table(tmp_path: Path) -> None:
    story = [["Question", "Who?"], ["Base", "all 74"], [""]]
    columns = [[""], ["item", "id of the item"], ["yes", "how many"]]
    old = workbook(tmp_path / "old.xlsx", {"board": [*story, HEAD, POLICE, *columns]})
    new = workbook(tmp_path / "new.xlsx", {"board": [*story[1:], HEAD, SCHOOLS, *columns]})

    assert set(changes(old, new)["row"]) == {"board.police", "board.schools"}


def test_a_sheet_and_a_column_that_are_new_or_gone_take_one_line(tmp_path: Path) -> None:
    old = workbook(
        tmp_path / "old.xlsx",
        {"board": with_lines(HEAD, POLICE), "chair": with_lines(HEAD, POLICE)},
    )
    new = workbook(
        tmp_path / "new.xlsx",
        {
            "board": with_lines([*HEAD[:4], "base"], [*POLICE[:4], 73]),
            "jsna": with_lines(HEAD, SCHOOLS),
        },
    )

    assert listed(changes(old, new)) == [
        ("chair", "all", "all", "gone", "", ""),
        ("board", "all", "share", "gone", "", ""),
        ("board", "all", "base", "new", "", ""),
        ("jsna", "all", "all", "new", "", ""),
    ]


def test_rows_are_known_by_as_many_columns_as_tell_them_apart(tmp_path: Path) -> None:
    old = table(tmp_path / "old.csv", "item,year,yes\na,2008,1\na,2009,2\nb,2008,3\n")
    new = table(tmp_path / "new.csv", "item,year,yes\na,2008,1\nb,2008,3\na,2009,4\n")

    assert listed(changes(old, new)) == [("", "a, 2009", "yes", "changed", "2", "4")]


def test_rows_that_nothing_tells_apart_are_counted(tmp_path: Path) -> None:
    old = table(tmp_path / "old.csv", "item,answer\na,yes\na,yes\nb,no\n")
    new = table(tmp_path / "new.csv", "item,answer\na,yes\nb,no\n")

    assert listed(changes(old, new)) == [("", "a, yes", "rows", "changed", "2", "1")]


def test_two_exports_are_compared_table_by_table(tmp_path: Path) -> None:
    for edition, yes in (("old", 46), ("new", 45)):
        folder = tmp_path / edition / "tables"
        folder.mkdir(parents=True)
        table(folder / "board.csv", f"item,yes\nboard.police,{yes}\n")
        table(folder / "chair.csv", "item,yes\nchair,9\n")

    assert listed(changes(tmp_path / "old", tmp_path / "new")) == [
        ("board", "board.police", "yes", "changed", "46", "45")
    ]


def test_two_of_different_kinds_and_what_is_no_edition_are_refused_with_the_remedy(
    tmp_path: Path,
) -> None:
    text = table(tmp_path / "notes.txt", "no table\n")
    broken = table(tmp_path / "broken.xlsx", "no workbook\n")

    with pytest.raises(CollectionError, match=r"no table in common.*Compare two of a kind"):
        changes(SHIPPED / "ledger.csv", EXAMPLE)
    with pytest.raises(CollectionError, match=r"none: there is no such .*Check the"):
        changes(tmp_path / "none", SHIPPED)
    for no_edition in (text, tmp_path):
        with pytest.raises(CollectionError, match=r"is no edition\. Name the folder of a"):
            changes(no_edition, SHIPPED)
    with pytest.raises(CollectionError, match=r"broken\.xlsx: cannot be read as a workbook.*save"):
        changes(broken, broken)


def test_the_command_lists_a_row_a_line_and_writes_the_same_as_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = table(tmp_path / "old.csv", "item,yes,base\na,1,9\nb,2,9\nc,3,9\n")
    new = table(tmp_path / "new.csv", "item,yes,base\na,1,9\nb,4,8\nd,5,9\n")
    out = tmp_path / "changes.csv"

    assert cli.main(["changes", str(old), str(new), "--csv", str(out)]) == 0

    assert capsys.readouterr().out.splitlines() == [
        f"{out}: the changes are written.",
        "changed: b: yes 2 -> 4; base 9 -> 8",
        "gone: c: yes 3; base 9",
        "new: d: yes 5; base 9",
        "",
        "Figures: 2 changed, 2 new, 2 gone.",
    ]
    assert out.read_text("utf-8") == (
        "table,row,column,change,old,new\n"
        ",b,yes,changed,2,4\n,b,base,changed,9,8\n"
        ",c,yes,gone,3,\n,c,base,gone,9,\n"
        ",d,yes,new,,5\n,d,base,new,,9\n"
    )


def test_the_command_says_so_when_nothing_changed_and_fails_when_it_cannot_compare(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = str(SHIPPED / "ledger.csv")

    assert cli.main(["changes", ledger, ledger]) == 0
    assert capsys.readouterr().out == "No figure has changed.\n"
    assert cli.main(["changes", ledger, str(tmp_path / "none.csv")]) == 1
    assert "Check the name." in capsys.readouterr().err
