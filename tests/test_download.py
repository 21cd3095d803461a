"""The zip that a reader takes away, and the words to cite a finding."""

from __future__ import annotations

import dataclasses
import hashlib
import html
import importlib.util
import io
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path, PurePosixPath
from types import ModuleType, SimpleNamespace

import openpyxl
import pandas as pd
import pytest
import yaml
from bs4 import BeautifulSoup

from csm_lib import download
from csm_lib.collection import Collection
from csm_lib.download import meaning
from csm_lib.findings import Finding
from csm_lib.notebooks import FOLDER, findings, take
from csm_lib.status import DRAWN, LABELS

ROOT = Path(__file__).parent.parent


def _finding(**more: object) -> Finding:
    words = {"key": "police", "title": "T", "question": "Q?", "base": "all 74", "source": "s"}
    data = pd.DataFrame({"label": ["Police"], "yes": [73], "share": [0.5], "status": ["recovered"]})
    return Finding(**{**words, "data": data, **more})  # type: ignore[arg-type]


def _files(finding: Finding) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(finding.archive)) as archive:
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


# -- What is in it -----------------------------------------------------------


def test_the_zip_holds_data_metadata_and_words_in_a_folder_of_its_own() -> None:
    files = _files(_finding())
    assert list(files) == ["police/README.txt", "police/police.csv", "police/metadata.json"]


def test_every_row_of_the_data_says_where_it_comes_from() -> None:
    files = _files(_finding(source="Devanney and Wistow (2013), Table 1"))
    assert files["police/police.csv"] == (
        "label,yes,share,status,source\n"
        'Police,73,0.5,recovered,"Devanney and Wistow (2013), Table 1"\n'
    )


def test_the_metadata_tell_all_that_the_page_tells() -> None:
    finding = _finding(source="Devanney and Wistow (2013), Table 1", caveat="Mind.")
    assert json.loads(_files(finding)["police/metadata.json"]) == {
        "key": "police",
        "title": "T",
        "label": "",
        "question": "Q?",
        "base": "all 74",
        "status": [
            {
                "status": "recovered",
                "rows": 1,
                "meaning": "the one count that gives the printed percentage",
            }
        ],
        "source": "Devanney and Wistow (2013), Table 1",
        "caveat": "Mind.",
        "licence": [
            {
                "covers": "numbers (recovered)",
                "licence": "Facts: stating them needs no licence. Cite their source.",
            },
            {
                "covers": "text, in cells too, and the figure",
                "licence": "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/",
            },
        ],
        "cite": [finding.citation, download.PAPER],
        "columns": [
            {"name": "label", "description": "name of the item", "unit": "text"},
            {"name": "yes", "description": "how many gave the answer", "unit": "authorities"},
            {
                "name": "share",
                "description": "yes divided by base; empty where nobody answered",
                "unit": "proportion, 0 to 1",
            },
            {
                "name": "status",
                "description": "status of the numbers in the row; see the meanings under status",
                "unit": "text",
            },
            {"name": "source", "description": "where the row comes from", "unit": "text"},
        ],
    }


def test_the_read_me_says_the_same_in_plain_words() -> None:
    finding = _finding(source="Devanney and Wistow (2013)", caveat="Mind.")
    text = _files(finding)["police/README.txt"]
    assert text.startswith(
        "T\n\nQuestion: Q?\nBase: all 74\n"
        "Status of the rows: 1 recovered (the one count that gives the printed percentage)\n"
        "Source: Devanney and Wistow (2013)\nNote: Mind.\n\nFiles\n- police.csv: "
    )
    assert "- yes: how many gave the answer (authorities)\n" in text
    heads = [part.partition("\n")[0] for part in text.split("\n\n")[2:]]
    assert heads == ["Files", "Columns of police.csv", "Licence", "How to cite"]
    flat = " ".join(text.split())
    assert finding.citation in flat
    assert download.PAPER in flat
    assert "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/" in flat
    assert "Label:" not in text
    assert "CC0" not in text


def test_what_is_drawn_carries_its_label_and_is_cc0() -> None:
    data = pd.DataFrame({"yes": [1, 2], "status": ["drawn", "recovered"]})
    finding = _finding(data=data, source="Reconstructed panel of Devanney and Wistow (2013)")
    files = _files(finding)
    about = json.loads(files["police/metadata.json"])
    label = LABELS[DRAWN]
    assert about["label"] == label
    assert f"\nLabel: {label}\n" in files["police/README.txt"]
    assert f"[{label}]" in finding.citation
    assert about["licence"][0]["covers"] == "numbers (recovered)"
    assert about["licence"][1] == {
        "covers": "numbers (drawn)",
        "licence": "CC0 1.0, https://creativecommons.org/publicdomain/zero/1.0/. "
        f"Keep the label: {label}",
    }


def test_own_returns_are_neither_ours_to_license_nor_the_paper_s_to_be_cited_for() -> None:
    finding = _finding(data=pd.DataFrame({"yes": [1], "status": ["own returns"]}), source="Ours")
    about = finding.about
    assert about["licence"] == [
        {
            "covers": "numbers and text",
            "licence": "Set by whoever holds the returns. Ask before you pass them on.",
        }
    ]
    assert about["cite"] == [finding.citation]
    assert finding.citation.startswith('Ours. "T". Worked out with csm_lib, version')


def test_a_collection_s_own_terms_and_words_go_with_its_numbers(collection: Collection) -> None:
    ours = dataclasses.replace(
        collection, status="own returns", licence="", one="hub", many="family hubs"
    )
    data = pd.DataFrame({"yes": [1], "base": [9], "worst_low": [0.1]})
    about = _finding(data=data, origin=ours.origin).about
    assert about["licence"] == [{"covers": "numbers and text", "licence": download.UNSAID}]
    assert [column["unit"] for column in about["columns"][:2]] == ["family hubs"] * 2  # type: ignore[index]
    worst = about["columns"][2]["description"]  # type: ignore[index]
    assert worst == "share if every hub that did not answer had said no"
    named = dataclasses.replace(ours, licence="CC0 1.0")
    (terms,) = _finding(data=data, origin=named.origin).about["licence"]  # type: ignore[misc]
    assert terms["licence"] == "CC0 1.0"
    drawn = _finding(data=data, origin=collection.origin).about["licence"]
    assert drawn == _finding(data=data).about["licence"]


def test_what_is_withheld_is_no_fact_to_be_licensed() -> None:
    data = pd.DataFrame({"yes": [9, None], "status": ["published", "withheld"]})
    assert _finding(data=data).about["licence"][0]["covers"] == "numbers (published)"  # type: ignore[index]


# -- The same bytes ----------------------------------------------------------


def test_the_same_finding_gives_the_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib; from csm_lib.notebooks import take; "
        "finding = take('commissioning-areas'); "
        "print(hashlib.sha256(finding.archive + finding.workbook).hexdigest())"
    )
    settings = {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=settings
    )
    finding = take("commissioning-areas")
    made = hashlib.sha256(finding.archive + finding.workbook).hexdigest()
    assert run.stdout.strip() == made


def test_the_zip_tells_neither_time_nor_machine() -> None:
    with zipfile.ZipFile(io.BytesIO(_finding().archive)) as archive:
        for entry in archive.infolist():
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)
            assert entry.create_system == 3
            assert oct(entry.external_attr >> 16) == "0o100644"
            assert entry.extra == b""


# -- What others may have written --------------------------------------------


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("/root", "root"),
        ("C:\\Windows\\x", "c-windows-x"),
        ("a\x00b\nc", "a-b-c"),
        ("..", "finding"),
        ("", "finding"),
        ("two--dashes", "two--dashes"),
        ("Écoles", "coles"),
    ],
)
def test_no_key_leads_out_of_the_zip(key: str, name: str) -> None:
    assert download.file_name(key) == name
    for file in _files(_finding(key=key)):
        folder, _ = PurePosixPath(file).parts
        assert folder == name


@pytest.mark.parametrize(
    "text",
    ['=HYPERLINK("http://x")', "+1+1", "-1+A1", "@SUM(A1)", "\t=1", "\n=1", " =1", "-2+3|' /C'!A0"],
)
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    taken = pd.read_csv(io.StringIO(download.as_csv(pd.DataFrame({"label": [text], text: [1]}))))
    assert list(taken.columns) == ["label", f"'{text}"]
    assert taken["label"].tolist() == [f"'{text}"]


def test_a_carriage_return_cannot_begin_a_row_of_its_own() -> None:
    assert download.as_csv(pd.DataFrame({"label": ["a\r=1", "b\r\n@c"]})) == (
        'label\n"a\n=1"\n"b\n@c"\n'
    )


@pytest.mark.parametrize("text", ["-7%", "+3 points", "-1 point", "-2%; -5%; -10%", "-0.5", "A=B"])
def test_numbers_written_as_text_and_harmless_text_stay_as_they_are(text: str) -> None:
    assert download.as_csv(pd.DataFrame({"printed": [text]})) == f"printed\n{text}\n"


def test_numbers_and_missing_values_stay_as_they_are() -> None:
    data = pd.DataFrame({"change": [-0.25, None], "label": ["a", None], "fell": [True, False]})
    assert download.as_csv(data) == "change,label,fell\n-0.25,a,True\n,,False\n"


def test_a_title_cannot_add_lines_to_the_read_me() -> None:
    text = _files(_finding(title="T\nLicence\n- none\x1b[2J\u2028x"))["police/README.txt"]
    assert text.startswith("T Licence - none [2J x\n\nQuestion:")


def test_a_column_that_is_not_on_record_is_named_all_the_same() -> None:
    finding = _finding(data=pd.DataFrame({"zeal": [1]}))
    assert finding.about["columns"][0] == {"name": "zeal"}  # type: ignore[index]
    assert "\n- zeal\n" in _files(finding)["police/README.txt"]


# -- What is on record -------------------------------------------------------

CHAPTERS = [path for path in sorted(FOLDER.glob("*.ipynb")) if "lesson_" not in path.name]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_column_of_every_finding_is_described(path: Path) -> None:
    unknown = [
        (key, name)
        for key, finding in findings(path).items()
        for name in finding.data
        if meaning(key, str(name)) is None
    ]
    assert unknown == [], "say in csm_lib/columns.csv what they hold"


@pytest.mark.parametrize(
    ("key", "name", "respondents", "found"),
    [
        ("support", "base", None, ("drawn panels", "panels")),
        ("support-to-read", "base", None, ("drawn panels", "panels")),
        ("chairs", "base", None, ("how many gave any answer", "authorities")),
        ("chairs", "base", ("hub", "hubs"), ("how many gave any answer", "hubs")),
        ("k", "region", None, ("region of England", "text")),
        ("k", "region", ("hub", "hubs"), ("region", "text")),
        ("heads", "of members 2008", None,
         ("Boards on which the agency sat and its level is stated", "Boards")),
        ("heads", "of members 74", None, None),
        ("k", "nothing", ("hub", "hubs"), None),
    ],
)  # fmt: skip
def test_a_column_means_what_it_means_in_its_finding_and_to_its_respondents(
    key: str, name: str, respondents: tuple[str, str] | None, found: tuple[str, str] | None
) -> None:
    said = meaning(key, name, respondents=respondents or download.RESPONDENTS)
    assert said == (found and dict(zip(("description", "unit"), found, strict=True)))


# -- How to cite -------------------------------------------------------------


def test_a_citation_names_result_book_version_and_address() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    finding = _finding(title="All sat", source="Devanney and Wistow (2013), Table 1")
    assert finding.citation == (
        "The Children's Trust mapping book contributors. \"All sat\". Mapping Children's Trusts, "
        f"version {project['version']}, #finding-police. "
        "From figures published by Devanney and Wistow (2013)."
    )


def test_book_and_version_are_the_same_wherever_they_stand() -> None:
    cff = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert cff["version"] == project["version"] == download.version()
    assert project["name"] == download.PROJECT
    assert {cff["title"], config["title"]} == {download.BOOK}
    assert cff["authors"] == [{"name": download.AUTHORS}]
    assert cff["references"][0]["doi"] in download.PAPER


# -- On the site -------------------------------------------------------------


@pytest.fixture(scope="module")
def extension() -> ModuleType:
    path = ROOT / "book/_ext/csm_downloads.py"
    spec = importlib.util.spec_from_file_location("csm_downloads", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _build(
    extension: ModuleType, site: Path, pages: dict[str, str], root: str = "", front: str = "top"
) -> list[str]:
    """Write some pages, finish them, and return the warnings; their notebooks lie in the site."""
    for name, page in pages.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(page, "utf-8")
    said: list[str] = []
    extension.logger = SimpleNamespace(warning=said.append)
    names = [name.removesuffix(".html") for name in pages]
    app = SimpleNamespace(
        outdir=site,
        srcdir=site,
        builder=SimpleNamespace(format="html", get_target_uri=lambda name: f"{name}.html"),
        config=SimpleNamespace(html_baseurl=root, root_doc=front if front in names else names[0]),
        env=SimpleNamespace(toctree_includes={names[0]: names[1:]}),
    )
    extension.finish(app, None)
    return said


def test_pages_at_every_depth_lead_to_one_file(extension: ModuleType, tmp_path: Path) -> None:
    finding = _finding()
    names = ["top.html", "notebooks/board.html", "book/a/deep.html"]
    assert _build(extension, tmp_path, dict.fromkeys(names, finding.html)) == []
    for name in names:
        page = (tmp_path / name).read_text("utf-8")
        links = re.findall(r'download="[^"]*" href="([^"]*)"', page)
        targets = [((tmp_path / name).parent / link).resolve() for link in links]
        folder = tmp_path.resolve() / "downloads"
        assert targets == [folder / "police.xlsx", folder / "police.zip"]
    assert (tmp_path / "downloads/police.zip").read_bytes() == finding.archive
    assert (tmp_path / "downloads/police.xlsx").read_bytes() == finding.workbook


HERE = "#finding-police"


def _permalink(page: Path) -> tuple[str, str]:
    """Where the citation on a page leads to, and what it names."""
    found = re.search(r'class="csm-permalink" href="([^"]*)">([^<]*)<', page.read_text("utf-8"))
    assert found
    return found[1], found[2]


def test_a_finding_has_the_address_of_the_page_whose_notebook_makes_it(
    extension: ModuleType, tmp_path: Path
) -> None:
    cells = [{"cell_type": "code", "source": 'csm.finding(board, key="police")'}]
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks/board.ipynb").write_text(json.dumps({"cells": cells}), "utf-8")
    names = ["top.html", "book/first.html", "notebooks/board.html"]
    _build(extension, tmp_path, dict.fromkeys(names, _finding().html))

    assert [_permalink(tmp_path / name) for name in names] == [
        (f"notebooks/board.html{HERE}", HERE),
        (f"../notebooks/board.html{HERE}", HERE),
        (HERE, HERE),
    ]


def test_where_no_notebook_makes_it_the_front_page_is_its_home_last(
    extension: ModuleType, tmp_path: Path
) -> None:
    names = ["top.html", "a.html", "b.html"]
    _build(extension, tmp_path, dict.fromkeys(names, _finding().html))

    assert [_permalink(tmp_path / name)[0] for name in names] == [
        f"a.html{HERE}", HERE, f"a.html{HERE}"
    ]  # fmt: skip


def test_page_zip_and_workbook_name_the_whole_address_where_it_is_known(
    extension: ModuleType, tmp_path: Path
) -> None:
    finding, pages = _finding(), {"top.html": "", "notebooks/board.html": _finding().html}
    root = "https://example.org/a&b/"
    _build(extension, tmp_path, pages, root=root)

    full = f"{root}notebooks/board.html{HERE}"
    cited = finding.citation.replace(HERE, full)
    assert cited != finding.citation
    assert full in " ".join(html.unescape((tmp_path / "notebooks/board.html").read_text()).split())
    with zipfile.ZipFile(tmp_path / "downloads/police.zip") as archive:
        about = json.loads(archive.read("police/metadata.json"))
        told = " ".join(archive.read("police/README.txt").decode().split())
        for entry in archive.infolist():  # as in the zip that no address was put into
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)
    assert about["cite"][0] == cited
    assert cited in told
    read = pd.read_excel(
        tmp_path / "downloads/police.xlsx", "About", index_col="What", engine="openpyxl"
    )
    assert read.loc["Cite", "Text"] == cited


def test_no_address_stays_from_a_site_elsewhere(extension: ModuleType, tmp_path: Path) -> None:
    pages = {"a.html": _finding().html}  # as a notebook's result is kept from build to build
    for root in ("https://one.example/", "https://two.example/", ""):
        _build(extension, tmp_path, pages, root=root)
        read = pd.read_excel(
            tmp_path / "downloads/police.xlsx", "About", index_col="What", engine="openpyxl"
        )
        cited = _finding().citation.replace(HERE, f"{root}{HERE}")
        assert read.loc["Cite", "Text"] == cited
        assert _permalink(tmp_path / "a.html") == (HERE, f"{root}{HERE}")


def test_a_finding_stands_a_level_below_the_heading_above_it(extension: ModuleType) -> None:
    title = '<h3 class="csm-title">T</h3>'
    page = f"<h1>A</h1>{title}<h2>B</h2>{title}{title}<h3>C</h3>{title}"
    assert re.findall(r"<h(\d)", extension.outlined(page)) == [*"1223334"]


def test_the_folds_of_code_are_told_apart_by_their_heading(extension: ModuleType) -> None:
    fold = '<details><summary><p class="admonition-title">Show the code</p></summary></details>'
    head = '<h2>The <em>chair</em><a class="headerlink" href="#c">#</a></h2>'
    page = BeautifulSoup(extension.outlined(f"<h1>All</h1>{fold}{head}{fold}"), "lxml")
    assert [summary.text for summary in page.select("summary")] == [
        "Show the code: All",
        "Show the code: The chair",
    ]


# -- The workbook ------------------------------------------------------------


def test_the_workbook_tells_what_the_zip_tells_and_its_numbers_are_numbers() -> None:
    source = "Devanney and Wistow (2013), Table 1"
    data = pd.DataFrame({
        "label": ["Police", "=1+1"],
        "yes": pd.array([73, None], dtype="Int64"),
        "share": [0.5, None],
        "status": ["drawn", "withheld"],
    })  # fmt: skip
    finding = _finding(data=data, source=source, caveat="Mind.")
    book = openpyxl.load_workbook(io.BytesIO(finding.workbook))
    assert book.sheetnames == ["About", "Table", "Data", "Columns"]
    about = [[cell.value for cell in row] for row in book["About"].iter_rows(min_row=2)]
    assert about[:7] == [
        ["Title", "T"],
        ["Label", "Drawn: an illustration, not the data"],
        ["Question", "Q?"],
        ["Base", "all 74"],
        ["Status", "1 drawn: at random, to fit the totals: an illustration"],
        ["Status", "1 withheld: not shown, as so small a count could point to somebody"],
        ["Source", source],
    ]
    assert about[7] == ["Note", "Mind."]
    assert about[-2:] == [["Cite", finding.citation], ["Cite", download.PAPER]]
    assert [[cell.value for cell in row] for row in book["Data"].iter_rows()] == [
        ["label", "yes", "share", "status", "source"],
        ["Police", 73, 0.5, "drawn", source],
        ["=1+1", None, None, "withheld", source],
    ]
    assert book["Data"]["A3"].data_type == "s"  # text, which no spreadsheet runs
    assert book["Data"]["C2"].number_format == "0%"
    columns = {row[0].value: row[1].value for row in book["Columns"].iter_rows(min_row=2)}
    assert columns["share"] == "yes divided by base; empty where nobody answered"


def test_other_data_under_the_same_key_is_a_warning(extension: ModuleType, tmp_path: Path) -> None:
    pages = {"a.html": _finding().html, "b.html": _finding(title="Other").html}
    warnings = _build(extension, tmp_path, pages)
    assert [warning.partition(". ")[0] for warning in warnings] == [
        f"a.html and b.html offer different data as downloads/police.{kind}"
        for kind in ("xlsx", "zip")
    ]


def test_other_data_on_the_same_page_is_a_warning(extension: ModuleType, tmp_path: Path) -> None:
    pages = {"a.html": _finding().html + _finding(title="Other").html}
    warnings = _build(extension, tmp_path, pages)
    assert len(warnings) == 2
    assert all("a.html and a.html offer different data" in warning for warning in warnings)


@pytest.mark.parametrize(
    "link",
    [
        '<a download="../x.zip" href="data:application/zip;base64,AAAA">',
        '<a href="data:application/zip;base64,AAAA" download="x.zip">',
    ],
)
def test_a_download_that_stays_in_its_page_is_a_warning(
    extension: ModuleType, tmp_path: Path, link: str
) -> None:
    (warning,) = _build(extension, tmp_path, {"a.html": link})
    assert "a.html still carries a download in a link" in warning
    assert [path.name for path in tmp_path.rglob("*")] == ["a.html"]


def test_the_front_page_is_copied_to_the_root_after_its_links_are_made() -> None:
    priorities = {
        name: int(match.group(1))
        for name in ("csm_book", "csm_downloads", "csm_workbook")
        if (
            match := re.search(
                r'"build-finished", finish, priority=(\d+)',
                (ROOT / f"book/_ext/{name}.py").read_text("utf-8"),
            )
        )
    }
    # and the workbook is made of the downloads
    assert priorities["csm_downloads"] < priorities["csm_workbook"] < priorities["csm_book"]
