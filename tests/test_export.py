"""The findings to take away: what is in the zip and on a sheet, and what an export replaces."""

from __future__ import annotations

import io
import json
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import frictionless
import numpy as np
import openpyxl
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread
from openpyxl.worksheet.worksheet import Worksheet

from csm_lib.codebook import read_codebook
from csm_lib.collection import SHIPPED, Collection, open_collection
from csm_lib.descriptor import read_descriptor
from csm_lib.errors import CollectionError
from csm_lib.findings import Finding
from csm_lib.notebooks import take
from csm_lib.own.export import export, standalone, write_all
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
        "caveat": "Mind it.",
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
        entries=tuple(Entry(heading=one.key, call="", make=made(one)) for one in findings),
    )


FILES = {"findings.xlsx", "findings.ods", "findings.zip"}


def cells(sheet: Worksheet) -> list[list[object]]:
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    return [row for row in rows if any(cell is not None for cell in row)]


def zipped(folder: Path) -> dict[str, bytes]:
    """The files of the zip of an export, by their path in it."""
    with zipfile.ZipFile(folder / "findings.zip") as archive:
        assert archive.testzip() is None
        return {n.removeprefix("findings/"): archive.read(n) for n in archive.namelist()}


def files_in(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_everything_is_written_and_listed(collection: Collection, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    table = finding("plain-table", draw=None)
    written = export(collection, out, chapters=[chapter(finding(), table)])
    assert {path.relative_to(out).as_posix() for path in written} == files_in(out) == FILES
    files = zipped(out)
    assert {name for name in files if not name.startswith("collection/")} == {
        *("README.txt", "columns.csv", "findings.xlsx", "findings.ods"),
        *(f"tables/seats/{name}" for name in ("README.txt", "metadata.json")),
        *(f"tables/seats/seats.{kind}" for kind in ("csv", "svg", "png")),
        *(f"tables/plain-table/{name}" for name in ("README.txt", "metadata.json")),
        "tables/plain-table/plain-table.csv",
    }
    for name in ("findings.xlsx", "findings.ods"):
        assert files[name] == (out / name).read_bytes()
    assert files["tables/seats/seats.csv"].decode() == finding().csv
    readme = files["README.txt"].decode()
    assert "\nOne\n- Half have seats (tables/seats)\n- Half have plain-table (tables/" in readme
    assert "own returns: as answered" in readme
    assert "How to cite" in readme


def test_a_sheet_says_all_that_must_be_said_of_a_finding(
    collection: Collection, tmp_path: Path
) -> None:
    drawn = finding(
        "drawn-seats", data=finding().data.assign(status="drawn"), source="Reconstructed panel"
    )
    export(collection, tmp_path / "out", chapters=[chapter(drawn)])
    book = openpyxl.load_workbook(tmp_path / "out/findings.xlsx")
    assert book.sheetnames == ["Cover", "Contents", "Notes", "Columns", "drawn_seats"]
    assert cells(book["drawn_seats"]) == [
        ["Half have drawn-seats [note 1]", *[None] * 5],
        ["This sheet has one table, of two rows. It answers: Who has one?", *[None] * 5],
        [DRAWN_LABEL, *[None] * 5],
        ["Base: all 8", *[None] * 5],
        ["Status: 2 drawn (at random, to fit the totals: an illustration)", *[None] * 5],
        ["Source: Reconstructed panel", *[None] * 5],
        ["[x]: not available: the number is not known, or was not asked for", *[None] * 5],
        ["[z]: not applicable", *[None] * 5],
        ["Note 1 is on the sheet Notes", *[None] * 5],
        ["Back to the contents", *[None] * 5],
        ["item", "yes", "share", "odd", "status", "source"],
        ["a", 4, 0.5, "True", "drawn", "Reconstructed panel"],
        ["b", "[x]", "[x]", "[z]", "drawn", "Reconstructed panel"],
    ]
    assert cells(book["Notes"])[-1] == ["note 1", "Mind it.", "drawn_seats"]
    assert cells(book["Contents"])[-1][:4] == [
        *("drawn_seats", "One", "Half have drawn-seats", DRAWN_LABEL)
    ]
    cover = [line[0] for line in cells(book["Cover"])]
    assert f"Keep the label of a finding wherever it goes: {DRAWN_LABEL}" in cover
    assert "drawn: at random, to fit the totals: an illustration" in cover


def test_a_withheld_number_is_told_from_one_that_is_not_there(
    collection: Collection, tmp_path: Path
) -> None:
    data = finding().data.assign(status=["own returns", "withheld"], odd="–")
    export(collection, tmp_path / "out", chapters=[chapter(finding(data=data))])
    sheet = openpyxl.load_workbook(tmp_path / "out/findings.xlsx")["seats"]
    assert cells(sheet)[-1][:4] == ["b", "[c]", "[c]", "[z]"]


def test_the_contents_link_to_every_sheet_and_each_sheet_back(
    collection: Collection, tmp_path: Path
) -> None:
    one, other = finding("it's-one"), finding("other")
    chapters = [chapter(one, title="First"), chapter(one, other, title="Second"), chapter()]
    export(collection, tmp_path / "out", chapters=chapters)
    book = openpyxl.load_workbook(tmp_path / "out/findings.xlsx")
    links = {
        sheet.title: [
            (cell.value, cell.hyperlink.location)
            for row in sheet.iter_rows()
            for cell in row
            if cell.hyperlink
        ]
        for sheet in book
    }
    assert links["Contents"] == [("it_s_one", "'it_s_one'!A1"), ("other", "'other'!A1")]
    assert [row[1] for row in cells(book["Contents"])[-2:]] == ["First; Second", "Second"]
    assert [where for _, where in links["Cover"]] == ["'Contents'!A1", "'Notes'!A1", "'Columns'!A1"]
    for sheet in ("it_s_one", "other"):
        assert [where for _, where in links[sheet]] == ["'Notes'!A1", "'Contents'!A1"]


def test_findings_of_one_key_that_differ_are_both_written(
    collection: Collection, tmp_path: Path
) -> None:
    findings = [finding("Seats!"), finding("seats?", title="Other"), finding("con")]
    export(collection, tmp_path / "out", chapters=[chapter(*findings)])
    tables = {name.split("/")[1] for name in zipped(tmp_path / "out") if name.startswith("tables/")}
    assert tables == {"seats", "seats-2", "con-finding"}
    book = openpyxl.load_workbook(tmp_path / "out/findings.xlsx")
    assert book.sheetnames[-3:] == ["seats", "seats_2", "con_finding"]


def test_hostile_names_stay_in_the_folder_and_hostile_text_stays_text(
    collection: Collection, tmp_path: Path
) -> None:
    bad = "=cmd|'/c calc'!A0 <b>&\" \x00\x1b[31m \u202e http://a.b"
    data = pd.DataFrame({"=name": [bad, "x" * 40_000], "n": [1e400, 1], "m": [2**60, 1]})
    hostile = finding("../../" + "k" * 300, title=bad, question=bad, data=data, alt=bad, shown=None)
    export(collection, tmp_path / "out", chapters=[chapter(hostile, title=bad)])
    assert {path.name for path in tmp_path.iterdir()} == {"out"}
    files = zipped(tmp_path / "out")
    assert f"tables/{'k' * 80}/{'k' * 80}.svg" in files
    assert not any(".." in name or name.startswith("/") for name in files)
    with zipfile.ZipFile(tmp_path / "out/findings.xlsx") as parts:
        content = {name: parts.read(name).decode("utf-8", "replace") for name in parts.namelist()}
    assert not any("<f>" in text for name, text in content.items() if "worksheets" in name)
    assert not any("http://a.b" in text for name, text in content.items() if "_rels" in name)
    sheet = openpyxl.load_workbook(tmp_path / "out/findings.xlsx").worksheets[-1]
    found = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in found} <= {"s", "n"}
    assert "inf" in [cell.value for cell in found]
    assert str(2**60) in [cell.value for cell in found]
    with zipfile.ZipFile(tmp_path / "out/findings.ods") as parts:
        content = {name: parts.read(name).decode("utf-8") for name in parts.namelist()}
    assert "table:formula" not in content["content.xml"]
    links = set(re.findall(r'xlink:href="([^"]*)"', content["content.xml"]))
    assert links == {f"#'{name}'.A1" for name in ("Contents", "Notes", "Columns", "k" * 31)}
    assert "\x1b" not in files["README.txt"].decode()
    ElementTree.fromstring(files[f"tables/{'k' * 80}/{'k' * 80}.svg"])


@pytest.fixture(scope="module")
def stated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is exported of a collection that states its terms and what its respondents are."""
    folder = tmp_path_factory.mktemp("stated")
    about = {"licenses": [{"title": "Ours alone"}], "respondents": ["hub", "hubs"]}
    export(own_collection(folder / "mine", **about), folder / "out")
    return folder / "out"


def test_the_terms_are_those_of_the_collection_and_no_others_stand_beside_them(
    stated: Path,
) -> None:
    readme = zipped(stated)["README.txt"].decode()
    assert "numbers and text: Ours alone" in readme
    cover = openpyxl.load_workbook(stated / "findings.xlsx")["Cover"]
    told = readme + " ".join(str(line[0]) for line in cells(cover))
    assert "CC0" not in told
    assert "CC BY" not in told


def test_respondents_are_called_what_the_collection_calls_them(stated: Path) -> None:
    columns = pd.read_csv(io.BytesIO(zipped(stated)["columns.csv"]))
    assert "hubs" in set(columns["Unit"])
    assert not columns["Unit"].str.contains("authorit").any()
    assert not columns["What it holds"].str.contains("authorit").any()


def test_the_files_of_a_collection_go_along_where_it_states_terms_and_its_returns_never(
    tmp_path: Path, stated: Path
) -> None:
    silent = own_collection(tmp_path / "silent")
    export(silent, tmp_path / "one")
    files = zipped(tmp_path / "one")
    assert not any(name.startswith("collection/") for name in files)
    assert "states no terms" in files["README.txt"].decode()

    files = zipped(stated)
    theirs = {name for name in files if name.startswith("collection/")}
    assert theirs == {f"collection/{n}" for n in ("codebook.csv", "sections.csv", "answers.csv",
                                                  "datapackage.json")}  # fmt: skip
    assert "returns.csv" not in files["collection/datapackage.json"].decode()


def test_what_a_collection_says_for_its_sentences_is_in_what_goes_along(tmp_path: Path) -> None:
    told = {
        "licenses": [{"title": "Open"}],
        "respondent_unit": "person",
        "population": {"2022": 900, "2023": 900},
        "characteristics": {"region": "nation"},
    }
    own = own_collection(tmp_path / "own", **told)
    codebook = pd.read_csv(own.path / "codebook.csv", dtype="str", keep_default_na=False)
    codebook = codebook.assign(statement="did so", direction="bad", short="It", kind="fact")
    codebook.to_csv(own.path / "codebook.csv", index=False)
    answers = pd.read_csv(own.path / "answers.csv", dtype="str")
    sides = {"chief": "for", "delegate": "against"}
    answers.assign(side=answers["answer"].map(sides)).to_csv(own.path / "answers.csv", index=False)
    own = open_collection(own.path)
    found = write_all(tmp_path, own.path, {})
    with zipfile.ZipFile(found[-1]) as packed:
        packed.extractall(tmp_path)
    again = tmp_path / "findings" / "collection"
    assert read_descriptor(again / "datapackage.json") == read_descriptor(
        own.path / "datapackage.json"
    )
    assert read_codebook(again / "codebook.csv") == own.codebook
    item = own.codebook["membership.public_health"]
    assert (item.statement, item.direction, item.name, item.kind) == ("did so", "bad", "It", "fact")
    assert (own.unit, own.population_of(2022), own.called("region")) == ("person", 900, "nation")


def test_the_shipped_panel_goes_along_under_a_name_that_says_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export(open_collection(SHIPPED), tmp_path / "out", chapters=[chapter(finding())])
    files = zipped(tmp_path / "out")
    assert files["collection/drawn-panel.csv"] == (SHIPPED / "returns.csv").read_bytes()
    assert not any(name.endswith("returns.csv") for name in files)
    for name in ("codebook", "published", "claims", "frame", "ledger"):
        assert files[f"collection/{name}.csv"] == (SHIPPED / f"{name}.csv").read_bytes()
    assert "not the data" in " ".join(files["README.txt"].decode().split())
    for name, content in files.items():
        (tmp_path / "all" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "all" / name).write_bytes(content)
    monkeypatch.chdir(tmp_path / "all/collection")
    report = frictionless.validate("datapackage.json")
    assert report.valid, report.to_summary()
    assert len(report.tasks) == len([n for n in files if re.match(r"collection/.*\.csv", n)])


def own_collection(folder: Path, **described: object) -> Collection:
    """The returns of the example as somebody's own, and what its descriptor says."""
    folder.mkdir()
    for name in ("codebook.csv", "sections.csv", "answers.csv", "returns.csv"):
        (folder / name).write_bytes((EXAMPLE / name).read_bytes())
    resources = [{"name": "returns", "path": "returns.csv"}, {"name": "c", "path": "codebook.csv"}]
    told = {"title": "Ours", "resources": resources, **described}
    (folder / "datapackage.json").write_text(json.dumps(told), "utf-8")
    return open_collection(folder)


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
    drawn = zipped(tmp_path / "out")["tables/seats/seats.png"]
    pixels = imread(io.BytesIO(drawn))
    assert pixels.shape[:2] == (200 + 50, 400 + 50)
    assert pixels[0, 0].tolist() == [1, 1, 1, 1]
    assert (pixels[..., :3] < 0.5).any()
    assert b"Chart: a 50%." in drawn
    assert b"Matplotlib" not in drawn


def test_the_same_findings_give_the_same_bytes(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chapters = [chapter(finding(), finding("other"))]
    export(collection, tmp_path / "one", chapters=chapters)
    later = time.localtime(time.time() + 90_000)
    monkeypatch.setattr(time, "localtime", lambda *_: later)  # what a zip dates its parts by
    export(collection, tmp_path / "two", chapters=chapters)
    for name in FILES:
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
    (out / "tables").mkdir()
    (out / "tables/mine.csv").write_text("mine")
    export(collection, out, chapters=[chapter(finding("new"), finding("both"))])
    tables = {name.split("/")[1] for name in zipped(out) if name.startswith("tables/")}
    assert tables == {"new", "both"}
    book = openpyxl.load_workbook(out / "findings.xlsx")
    assert book.sheetnames[-2:] == ["new", "both"]
    assert files_in(out) == FILES | {"notes.txt", "tables/mine.csv"}
    assert (out / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("name", [None, *sorted(FILES)])
@pytest.mark.parametrize("content", [b"", b"mine", b"PK\x05\x06" + bytes(18)])
def test_a_folder_with_anything_else_in_it_is_refused(
    collection: Collection, tmp_path: Path, name: str | None, content: bytes
) -> None:
    (tmp_path / "README.txt").write_text("mine")
    if name is not None:
        (tmp_path / name).write_bytes(content)
    before = {path: (tmp_path / path).read_bytes() for path in files_in(tmp_path)}
    with pytest.raises(CollectionError, match=r"Name a new or empty folder."):
        export(collection, tmp_path, chapters=[chapter(finding())])
    assert {path: (tmp_path / path).read_bytes() for path in files_in(tmp_path)} == before


def test_a_link_is_not_followed(collection: Collection, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(collection, out, chapters=[chapter(finding())])
    (tmp_path / "precious.xlsx").write_text("mine")
    (out / "findings.xlsx").unlink()
    (out / "findings.xlsx").symlink_to(tmp_path / "precious.xlsx")
    export(collection, out, chapters=[chapter(finding())])
    assert (tmp_path / "precious.xlsx").read_text() == "mine"
    assert not (out / "findings.xlsx").is_symlink()
    (tmp_path / "elsewhere").symlink_to(out)
    with pytest.raises(CollectionError, match="is no folder"):
        export(collection, tmp_path / "elsewhere", chapters=[chapter(finding())])


def test_a_finding_that_cannot_be_made_leaves_what_was_there(
    collection: Collection, tmp_path: Path
) -> None:
    def broken() -> Finding:
        raise CollectionError("there is nothing to show")

    out = tmp_path / "out"
    export(collection, out, chapters=[chapter(finding())])
    before = {name: (out / name).read_bytes() for name in files_in(out)}
    one = Chapter("x", "X", "", (Entry("x", "", broken),))
    with pytest.raises(CollectionError, match="nothing to show"):
        export(collection, out, chapters=[one])
    assert {name: (out / name).read_bytes() for name in files_in(out)} == before


@pytest.mark.parametrize("folder", [SHIPPED, EXAMPLE], ids=lambda folder: folder.name)
def test_a_collection_goes_out_whole_and_without_a_respondents_row(
    folder: Path, tmp_path: Path
) -> None:
    collection = open_collection(folder)
    export(collection, tmp_path / "out")
    files = zipped(tmp_path / "out")
    tables = [name for name in files if re.fullmatch(r"tables/.*\.csv", name)]
    assert len(tables) > 20
    respondent = re.compile(rf"\b({'|'.join(collection.returns['authority'].unique())})\b")
    for name, content in files.items():
        if name.endswith((".csv", ".json", ".txt")) and name != "collection/drawn-panel.csv":
            assert not respondent.search(content.decode()), name
    book = openpyxl.load_workbook(tmp_path / "out/findings.xlsx", read_only=True)
    assert len(book.sheetnames) == len(tables) + 4
