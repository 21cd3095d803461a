"""The findings as files: what is in them, that they open by themselves, and what they replace."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import openpyxl
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread
from openpyxl.worksheet.worksheet import Worksheet

from csm_lib.collection import SHIPPED, Collection, open_collection
from csm_lib.errors import CollectionError
from csm_lib.findings import Finding
from csm_lib.notebooks import take
from csm_lib.own.export import _widths, export, standalone
from csm_lib.style import svg
from csm_lib.survey.catalogue import Chapter, Entry

EXAMPLE = Path(__file__).parent.parent / "examples" / "partnership-board"
DRAWN_LABEL = "Drawn: an illustration, not the data"


def draw() -> Figure:
    figure = Figure(figsize=(2, 1), dpi=72)
    figure.text(0.1, 0.5, "drawn", parse_math=False)
    return figure


def finding(key: str = "seats", **changes: object) -> Finding:
    given: dict[str, object] = {
        "key": key,
        "title": f"Half have {key}",
        "question": "Who has one?",
        "data": pd.DataFrame(
            {
                "item": ["a", "b"],
                "yes": pd.array([4, pd.NA], dtype="Int64"),
                "share": [0.5, np.nan],
                "odd": [True, None],
                "status": ["own returns", "own returns"],
            }
        ),
        "base": "all 8",
        "source": "Our survey",
        "caveat": "Beware of it.",
        "alt": "Chart: a 50%.",
        "draw": draw,
        "shown": pd.DataFrame({"item": ["a", "b"], "share": ["50% (4 of 8)", "withheld"]}),
    }
    return Finding(**(given | changes))  # type: ignore[arg-type]


def chapter(*findings: Finding, title: str = "One") -> Chapter:
    def made(one: Finding) -> Callable[[], Finding]:
        return lambda: one

    return Chapter(
        name=title.lower(),
        title=title,
        about="",
        imports=(),
        entries=tuple(Entry(heading=one.key, call="", make=made(one)) for one in findings),
    )


def cells(sheet: Worksheet) -> list[list[object]]:
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    return [row for row in rows if any(cell is not None for cell in row)]


def files_in(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_everything_is_written_and_listed(collection: Collection, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    table = finding("plain-table", draw=None)
    written = export(collection, out, chapters=[chapter(finding(), table)])
    names = {
        "findings.xlsx",
        "tables/seats.csv",
        "figures/seats.svg",
        "figures/seats.png",
        "tables/plain-table.csv",
        "README.txt",
        "manifest.json",
    }
    assert {path.relative_to(out).as_posix() for path in written} == names
    assert files_in(out) == names
    assert (out / "tables/seats.csv").read_text("utf-8") == finding().csv
    readme = (out / "README.txt").read_text("utf-8")
    assert "\nOne\n- Half have seats (tables/seats.csv, figures/seats.svg," in readme
    assert "own returns: as answered" in readme
    assert "Set by whoever holds the returns." in readme
    assert "How to cite" in readme


def test_a_sheet_says_all_that_must_be_said_of_a_finding(
    collection: Collection, tmp_path: Path
) -> None:
    drawn = finding(
        "drawn-seats", data=finding().data.assign(status="drawn"), source="Reconstructed panel"
    )
    export(collection, tmp_path / "out", chapters=[chapter(drawn)])
    sheet = openpyxl.load_workbook(tmp_path / "out/findings.xlsx")["drawn seats"]
    lines = cells(sheet)
    assert [line[0] for line in lines[:3]] == [
        "Half have drawn-seats",
        DRAWN_LABEL,
        "Back to the contents",
    ]
    assert sheet.freeze_panes == "A3"
    facts = {line[0]: line[1] for line in lines if line[0] != "Cite"}
    assert facts["Question"] == "Who has one?"
    assert facts["Base"] == "all 8"
    assert facts["Status"] == "2 drawn (at random, to fit the totals: an illustration)"
    assert facts["Source"] == "Reconstructed panel"
    assert facts["Beware"] == "Beware of it."
    assert "Licence" in facts
    place = lines.index(next(line for line in lines if line[0] == "Table"))
    assert [line[:2] for line in lines[place + 1 : place + 4]] == [
        ["item", "share"],
        ["a", "50% (4 of 8)"],
        ["b", "withheld"],
    ]
    assert [line[:5] for line in lines[place + 4 : place + 8]] == [
        ["Data", None, None, None, None],
        ["item", "yes", "share", "odd", "status"],
        ["a", 4, 0.5, True, "drawn"],
        ["b", None, None, None, "drawn"],
    ]
    (picture,) = sheet._images
    assert picture.anchor._from.row > 0
    with zipfile.ZipFile(tmp_path / "out/findings.xlsx") as parts:
        drawing = parts.read("xl/drawings/drawing1.xml").decode()
    assert 'descr="Chart: a 50%."' in drawing


def test_a_table_that_is_the_data_stands_there_once(collection: Collection, tmp_path: Path) -> None:
    export(collection, tmp_path / "out", chapters=[chapter(finding(shown=None))])
    sheet = openpyxl.load_workbook(tmp_path / "out/findings.xlsx")["seats"]
    names = [line[0] for line in cells(sheet)]
    assert names.count("Data") == 1
    assert "Table" not in names


def test_the_contents_link_to_every_sheet(collection: Collection, tmp_path: Path) -> None:
    one, other = finding("it's-one"), finding("other")
    chapters = [chapter(one, title="First"), chapter(one, other, title="Second"), chapter()]
    export(collection, tmp_path / "out", chapters=chapters)
    book = openpyxl.load_workbook(tmp_path / "out/findings.xlsx")
    assert book.sheetnames == ["Contents", "it's one", "other"]
    links = [
        (cell.value, cell.hyperlink.location)
        for row in book["Contents"].iter_rows()
        for cell in row
        if cell.hyperlink
    ]
    assert links == [
        ("Half have it's-one", "'it''s one'!A1"),
        ("Half have it's-one", "'it''s one'!A1"),
        ("Half have other", "'other'!A1"),
    ]


def test_findings_of_one_key_that_differ_are_both_written(
    collection: Collection, tmp_path: Path
) -> None:
    findings = [finding("Seats!"), finding("seats?", title="Other"), finding("con")]
    export(collection, tmp_path / "out", chapters=[chapter(*findings)])
    tables = {path.name for path in (tmp_path / "out/tables").iterdir()}
    assert tables == {"seats.csv", "seats-2.csv", "con-finding.csv"}


def test_hostile_names_stay_in_the_folder_and_hostile_text_stays_text(
    collection: Collection, tmp_path: Path
) -> None:
    bad = "=cmd|'/c calc'!A0 <b>&\" \x00\x1b[31m \u202e http://a.b"
    data = pd.DataFrame({"=name": [bad, "x" * 40_000], "n": [1e400, 1], "m": [2**60, 1]})
    hostile = finding("../../" + "k" * 300, title=bad, question=bad, data=data, alt=bad, shown=None)
    export(collection, tmp_path / "out", chapters=[chapter(hostile, title=bad)])
    assert {path.name for path in tmp_path.iterdir()} == {"out"}
    names = files_in(tmp_path / "out")
    assert f"tables/{'k' * 80}.csv" in names
    with zipfile.ZipFile(tmp_path / "out/findings.xlsx") as parts:
        content = {name: parts.read(name).decode("utf-8", "replace") for name in parts.namelist()}
    assert not any("<f>" in text for name, text in content.items() if "worksheets" in name)
    assert not any("http://a.b" in text for name, text in content.items() if "_rels" in name)
    sheet = openpyxl.load_workbook(tmp_path / "out/findings.xlsx").worksheets[1]
    found = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in found} <= {"s", "n"}
    assert "inf" in [cell.value for cell in found]
    assert str(2**60) in [cell.value for cell in found]
    assert "\x1b" not in (tmp_path / "out/README.txt").read_text("utf-8")
    ElementTree.parse(next((tmp_path / "out/figures").glob("*.svg")))


def test_a_figure_opens_by_itself_in_its_colours() -> None:
    seats = take("statutory-agencies")
    assert seats.draw is not None
    drawing = standalone(svg(seats.draw(), key="seats", alt="Seats."))
    root = ElementTree.fromstring(drawing)
    assert "var(" not in drawing
    assert "#b45309" in drawing
    assert root.attrib["width"] == "398pt"
    assert root.attrib["viewBox"].startswith("-9 -9 398 ")
    assert root.attrib["aria-label"] == "Seats."
    assert root[0].attrib["style"] == "fill:#ffffff"
    assert "font-family:-apple-system" in root.attrib["style"]


def test_text_that_looks_like_a_colour_of_the_page_is_kept() -> None:
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10" style="height:auto;a:b">'
        '<text style="fill:var(--csm-ink,#1f2933)">var(--csm-ink,red)</text></svg>'
    )
    text = ElementTree.fromstring(standalone(drawing))[1]
    assert text.text == "var(--csm-ink,red)"
    assert text.attrib["style"] == "fill:#1f2933"


def test_a_png_has_200_dots_an_inch_on_white_and_says_what_it_shows(
    collection: Collection, tmp_path: Path
) -> None:
    export(collection, tmp_path / "out", chapters=[chapter(finding())])
    path = tmp_path / "out/figures/seats.png"
    pixels = imread(path)
    assert pixels.shape[:2] == (200 + 50, 400 + 50)
    assert pixels[0, 0].tolist() == [1, 1, 1, 1]
    assert (pixels[..., :3] < 0.5).any()
    assert b"Chart: a 50%." in path.read_bytes()
    assert b"Matplotlib" not in path.read_bytes()


def test_the_same_findings_give_the_same_bytes(collection: Collection, tmp_path: Path) -> None:
    chapters = [chapter(finding(), finding("other"))]
    export(collection, tmp_path / "one", chapters=chapters)
    export(collection, tmp_path / "two", chapters=chapters)
    for name in files_in(tmp_path / "one"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), (
            name
        )


def test_progress_names_each_finding(collection: Collection, tmp_path: Path) -> None:
    said: list[str] = []
    chapters = [chapter(finding("a"), finding("b"), title="First")]
    export(collection, tmp_path / "out", chapters=chapters, progress=said.append)
    assert said == ["1 of 2: First, a", "2 of 2: First, b"]


def test_an_export_replaces_the_one_before_and_nothing_else(
    collection: Collection, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    export(collection, out, chapters=[chapter(finding("old"), finding("both"))])
    (out / "notes.txt").write_text("mine")
    (out / "tables/mine.csv").write_text("mine")
    export(collection, out, chapters=[chapter(finding("new"), finding("both"))])
    tables = {path.name for path in (out / "tables").iterdir()}
    assert tables == {"new.csv", "both.csv", "mine.csv"}
    assert (out / "notes.txt").read_text() == "mine"


def test_a_file_of_somebody_else_is_never_overwritten(
    collection: Collection, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    export(collection, out, chapters=[chapter(finding("old"))])
    (out / "tables/new.csv").write_text("mine")
    before = files_in(out)
    with pytest.raises(CollectionError, match=r"tables/new.csv: is not from an earlier export"):
        export(collection, out, chapters=[chapter(finding("new"))])
    assert (out / "tables/new.csv").read_text() == "mine"
    assert files_in(out) == before


@pytest.mark.parametrize(
    "mark",
    [
        None,
        "",
        "[]",
        "{}",
        '{"made_by": "x", "files": []}',
        '{"made_by": "csm_lib.own.export"}',
        "\xff",
    ],
)
def test_a_folder_with_anything_else_in_it_is_refused(
    collection: Collection, tmp_path: Path, mark: str | None
) -> None:
    (tmp_path / "README.txt").write_text("mine")
    if mark is not None:
        (tmp_path / "manifest.json").write_text(mark, encoding="latin-1")
    with pytest.raises(CollectionError, match=r"Name a new or empty folder."):
        export(collection, tmp_path, chapters=[chapter(finding())])
    assert (tmp_path / "README.txt").read_text() == "mine"


def test_a_manifest_that_was_tampered_with_takes_nothing_away(
    collection: Collection, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    export(collection, out, chapters=[chapter(finding("old"))])
    (tmp_path / "precious.csv").write_text("mine")
    (out / "data.csv").write_text("mine")
    mark = json.loads((out / "manifest.json").read_text())
    mark["files"] += ["../precious.csv", "tables/../../precious.csv", "data.csv", "/etc/hosts"]
    (out / "manifest.json").write_text(json.dumps(mark))
    export(collection, out, chapters=[chapter(finding("new"))])
    assert (tmp_path / "precious.csv").read_text() == "mine"
    assert (out / "data.csv").read_text() == "mine"


def test_a_link_is_not_followed(collection: Collection, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(collection, out, chapters=[chapter(finding())])
    (tmp_path / "elsewhere").mkdir()
    (out / "tables/seats.csv").unlink()
    (out / "tables").rmdir()
    (out / "tables").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CollectionError, match="is a link"):
        export(collection, out, chapters=[chapter(finding())])
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_finding_that_cannot_be_made_leaves_what_was_there(
    collection: Collection, tmp_path: Path
) -> None:
    def broken() -> Finding:
        raise CollectionError("there is nothing to show")

    out = tmp_path / "out"
    export(collection, out, chapters=[chapter(finding())])
    before = {name: (out / name).read_bytes() for name in files_in(out)}
    one = Chapter("x", "X", "", (), (Entry("x", "", broken),))
    with pytest.raises(CollectionError, match="nothing to show"):
        export(collection, out, chapters=[one])
    assert {name: (out / name).read_bytes() for name in files_in(out)} == before


@pytest.mark.parametrize("folder", [SHIPPED, EXAMPLE], ids=lambda folder: folder.name)
def test_a_collection_goes_out_whole_and_without_a_respondents_row(
    folder: Path, tmp_path: Path
) -> None:
    collection = open_collection(folder)
    export(collection, tmp_path / "out")
    names = files_in(tmp_path / "out")
    tables = [name for name in names if name.startswith("tables/")]
    assert len(tables) > 20
    respondent = re.compile(rf"\b({'|'.join(collection.returns['authority'].unique())})\b")
    for name in tables:
        text = (tmp_path / "out" / name).read_text("utf-8")
        assert not respondent.search(text), name
    book = openpyxl.load_workbook(tmp_path / "out/findings.xlsx", read_only=True)
    assert len(book.sheetnames) == len(tables) + 1


def test_a_missing_cell_has_a_width() -> None:
    frame = pd.DataFrame({"item": ["a", "b"], "share": pd.array([pd.NA, pd.NA], dtype="string")})
    assert _widths([frame, frame.iloc[:0]])[:2] == [20.0, 12.0]
