"""The book of any collection: what is written of it, and that no text of others does anything."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from docutils import nodes  # type: ignore[import-untyped]
from docutils.core import publish_doctree  # type: ignore[import-untyped]
from hypothesis import example, given
from hypothesis import strategies as st
from myst_parser.docutils_ import Parser

from csm_lib.collection import Collection, open_collection

ROOT = Path(__file__).parent.parent
TOOL = ROOT / "book" / "_tools" / "collection_book.py"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("collection_book", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look for it there
    spec.loader.exec_module(module)
    return module


collection_book = load()

# -- Text of others ----------------------------------------------------------

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a <!-- comment",
    "{doc}`/index` {math}`x` {raw}`html`",
    "```{raw} html",
    "~~~{raw} html",
    ":::{admonition} Title",
    "::::{grid}",
    "{{ title }} {% raw %} {#id .class}",
    "[evil](javascript:alert(1))",
    "[ref]: https://evil.example",
    "![pic](https://evil.example/a.png)",
    "<https://evil.example>",
    "https://evil.example www.evil.example me@evil.example",
    "$x$ $$y$$ \\(z\\) \\[w\\]",
    "&lt;b&gt; &amp; &#60;",
    "*a* _b_ **c** __d__ ~~e~~ `f`",
    "---",
    "--- \ntitle: x\n---",
    "===",
    "# heading #",
    "1. one",
    "12) twelve",
    "- item",
    "+++",
    "> quote",
    "% comment",
    "(target)=",
    ": definition",
    "| a | b |\n|---|---|",
    "[^1]: note",
    "a\\",
    "\\",
    "two\nlines\r\nand\x00nothing\u2028more",
    "\u202eturned\u2069",
    "=cmd|' /C calc'!A0",
    "/etc/passwd ../../up",
]

SETTINGS = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))


def parsed(source: str) -> nodes.document:
    """Markdown as the book reads it."""
    return publish_doctree(
        source,
        parser=Parser(),
        settings_overrides={
            "myst_enable_extensions": SETTINGS["parse"]["myst_enable_extensions"],
            "doctitle_xform": False,
            "report_level": 2,
            "halt_level": 2,
        },
    )


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "source", ["{}", "# {}", "A word, {}", "- **Lead.** {}", ":::{{admonition}} {}\nInside.\n:::"]
)
def test_text_of_others_is_shown_and_does_nothing(source: str, text: str) -> None:
    document = parsed(source.format(collection_book.markdown(text)))

    assert collection_book.plain(text) in document.astext()
    allowed = (
        nodes.document, nodes.Text, nodes.paragraph, nodes.section, nodes.title, nodes.strong,
        nodes.bullet_list, nodes.list_item, nodes.admonition,
    )  # fmt: skip
    assert [node for node in document.findall() if not isinstance(node, allowed)] == []
    assert len(list(document.findall(nodes.bullet_list))) == source.startswith("-")


@given(st.text(st.sampled_from("ab1 \\`*_{}[]()<>&$|~#+-=:%!.^@'\"/\n")) | st.text())
@example("1\\.")
def test_any_text_is_one_paragraph_of_itself(text: str) -> None:
    document = parsed(collection_book.markdown(text))
    shown = collection_book.plain(text)

    assert document.astext() == shown
    assert len(document.children) == bool(shown)
    for paragraph in document.children:
        assert [type(node) for node in paragraph.children] == [nodes.Text]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("two\nlines\tand\x00nothing", "two lines and nothing"),
        ("\u202eright to left\u202c", "right to left"),
        ("half \ud800 a sign", "half ? a sign"),
        ("Ынтымақ – café", "Ынтымақ – café"),
    ],
)
def test_plain_text_is_one_line_that_can_be_written(text: str, line: str) -> None:
    assert collection_book.plain(text) == line


def test_paragraphs_are_what_blank_lines_part() -> None:
    text = "One\nstill one.\r\n\r\n# Two\n\n\n"

    assert collection_book.paragraphs(text) == ["One still one.", "\\# Two"]


def test_a_name_given_twice_gets_a_number_whatever_its_capitals() -> None:
    assert collection_book.unique(["a", "A", "a", "b"], taken=["B"]) == ["a", "A-2", "a-3", "b-2"]


# -- A collection that means harm --------------------------------------------

EVIL = "<img src=x onerror=alert(1)>"

CODEBOOK = f"""\
item,section,label,question,response,years
seat.a,seats,"{EVIL}",Is it?,yes_no,2021;2022
seat.b,seats,"{{doc}}`/x` $a$ [l](javascript:x)",Is it?,yes_no,2021;2022
seat.c,seats,"=cmd|' /C calc'!A0",Is it?,yes_no,2021;2022
plan.a,plans,"```{{raw}} html",Is it?,yes_no,2021;2022
"""

TEXTS = f"""\
section,title,about
seats,"{EVIL} {{{{ title }}}} `code`","</script><script>alert(2)</script>

:::{{raw}} html

$$x$$"
plans,"---",""
"""

ABOUT = {
    "title": f"{EVIL} & 'quoted' \"title\"",
    "description": f"{EVIL}\n\n```{{raw}} html\n<script>alert(3)</script>\n```",
    "returns_status": "invented",
    "respondents": ["<b>board</b>", "{abbr}`boards`"],
    "disclosure_threshold": 0,
    "licenses": [{"title": f"Ours {EVIL}"}],
    "sources": [{"title": "<script>alert(4)</script>"}],
    "contributors": [
        {"title": f"{EVIL} {{{{ x }}}}", "role": "publisher", "email": "a%22b@example.org"}
    ],
    "version": "<b>1</b>",
    "created": "2022-12-01",
    "next_release": "</p><script>alert(5)</script>",
    "revisions": "[l](javascript:x) `code`",
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a collection whose every text tries to be more than text."""
    folder = tmp_path_factory.mktemp("hostile") / "_static; touch x"
    folder.mkdir()
    (folder / "codebook.csv").write_text(CODEBOOK, "utf-8")
    (folder / "sections.csv").write_text(TEXTS, "utf-8")
    (folder / "datapackage.json").write_text(json.dumps(ABOUT), "utf-8")
    rows = ["authority,year,region,authority_type,seat.a,seat.b,seat.c,plan.a"]
    for number in range(12):
        for year in (2021, 2022):
            answers = ["yes" if (number + year + k) % 3 else "no" for k in range(4)]
            place = EVIL if number % 2 else "{{ place }} `b`"
            rows.append(f'"<i>Secret{number}</i>",{year},"{place}",`x`,{",".join(answers)}')
    (folder / "returns.csv").write_text("\n".join(rows) + "\n", "utf-8")
    return folder


@pytest.fixture(scope="module")
def built(hostile: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the source and the site of its book."""
    patch = pytest.MonkeyPatch()
    patch.setattr(collection_book, "BUILT", tmp_path_factory.mktemp("built"))
    try:
        site: Path = collection_book.build(hostile)
    finally:
        patch.undo()
    return site.parent


@pytest.fixture(scope="module")
def pages(built: Path) -> dict[str, BeautifulSoup]:
    """The pages of its site."""
    site = built / "html"
    return {
        path.relative_to(site).as_posix(): BeautifulSoup(path.read_bytes(), "lxml")
        for path in site.rglob("*.html")
    }


def test_its_book_is_built_in_a_folder_of_a_harmless_name(built: Path) -> None:
    assert built.name == "static-touch-x"
    assert sorted(path.name for path in built.iterdir()) == [".html.made", "html", "source"]


def test_nothing_of_it_runs_in_a_page(pages: dict[str, BeautifulSoup]) -> None:
    for name, page in pages.items():
        assert page.select("[onerror], [src=x], iframe, object, embed, base") == [], name
        assert [s for s in page.select("script") if "alert" in s.get_text()] == [], name
        assert [a for a in page.select("a[href], form") if "script:" in str(a.attrs)] == [], name
        assert page.select("article b b, article abbr, .math, mjx-container, .problematic") == []


def test_its_names_stand_on_the_pages_as_they_are(pages: dict[str, BeautifulSoup]) -> None:
    front = pages["index.html"]
    logo = front.select_one(".logo__title")
    shared = front.select_one('meta[property="og:site_name"]')
    headings = {page.h1.get_text().removesuffix("#") for page in pages.values() if page.h1}

    assert logo is not None
    assert logo.get_text() == ABOUT["title"]
    assert shared is not None
    assert shared["content"] == ABOUT["title"]
    assert front.title is not None
    assert str(ABOUT["title"]) in front.title.get_text()
    assert f"{EVIL} {{{{ title }}}} `code`" in headings
    assert EVIL in front.get_text()


def test_its_headings_are_no_html_where_the_search_shows_them(built: Path) -> None:
    index = (built / "html" / "searchindex.js").read_text("utf-8")

    assert "onerror" in index
    assert "<img" not in index
    assert "<script" not in index


def test_its_label_stands_on_the_front_page_and_at_the_foot_of_each(
    pages: dict[str, BeautifulSoup],
) -> None:
    label = "Invented returns: an example, not data"
    warning = pages["index.html"].select_one("article .admonition.warning .admonition-title")

    assert warning is not None
    assert warning.get_text() == label
    for name, page in pages.items():
        if page.select_one("meta[http-equiv=refresh]"):  # leads on, and shows nothing
            continue
        foot = page.select_one("footer .extra_footer")
        assert foot is not None, name
        assert label in foot.get_text()


def test_who_publishes_it_stands_at_the_foot_of_each_page_as_text(
    pages: dict[str, BeautifulSoup],
) -> None:
    for name, page in pages.items():
        if name != "notebooks/findings.html":  # what leads on to the front page
            lines = [" ".join(p.get_text().split()) for p in page.select("footer .csm-publisher p")]
            assert lines == [
                f"Published by {EVIL} {{{{ x }}}}",
                "Version <b>1</b>, 1 December 2022",
                "Next release: </p><script>alert(5)</script>",
                "Revisions: [l](javascript:x) `code`",
                "Contact: a%22b@example.org",
            ]
            contact = page.select("footer .csm-publisher a")
            assert [a["href"] for a in contact] == ["mailto:a%2522b@example.org"]


def test_no_respondent_and_no_file_of_returns_is_on_its_site(built: Path) -> None:
    site = built / "html"
    for path in site.rglob("*"):
        assert "returns" not in path.stem, path
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                texts = [archive.read(name) for name in archive.namelist()]
        else:
            texts = [path.read_bytes()] if path.is_file() else []
        assert not any(b"Secret" in text for text in texts), path


def test_no_page_tells_of_the_machine_it_was_made_on(built: Path, hostile: Path) -> None:
    for path in (built / "html").rglob("*"):
        if path.is_file():
            text = path.read_bytes()
            assert str(hostile.parent).encode() not in text, path
            assert str(ROOT).encode() not in text, path


# -- What is written ---------------------------------------------------------


def test_its_notebooks_hold_one_call_a_cell_with_its_result(built: Path) -> None:
    notebooks = sorted((built / "source" / "notebooks").glob("*.ipynb"))
    assert {"findings", "seats", "plans", "codebook"} <= {path.stem for path in notebooks}
    for path in notebooks:
        made = nbformat.read(path, as_version=4)
        nbformat.validate(made)
        setup, *calls = [cell for cell in made.cells if cell.cell_type == "code"]
        assert setup.source.endswith("\n\ncollection = open_collection()")
        assert setup.metadata.tags == ["remove-cell"]
        assert calls
        for number, cell in enumerate(calls, 2):
            assert "collection" in cell.source
            assert cell.metadata.tags == ["hide-input"]
            assert cell.execution_count == cell.outputs[0].execution_count == number


def test_the_notebooks_its_site_offers_hold_text_only(built: Path) -> None:
    offered = sorted((built / "html" / "_sources" / "notebooks").glob("*.ipynb"))
    assert offered
    for path in offered:
        for cell in nbformat.read(path, as_version=4).cells:
            for output in cell.get("outputs", []):
                assert set(output.data) == {"text/plain"}


def test_every_chapter_says_what_it_teaches_and_what_the_data_cannot_say(built: Path) -> None:
    said: list[str] = []
    for path in (built / "source" / "notebooks").glob("*.ipynb"):
        prose = "\n\n".join(
            cell.source
            for cell in nbformat.read(path, as_version=4).cells
            if cell.cell_type == "markdown"
        )
        lesson = path.stem != "codebook"
        assert ("**What you will learn:**" in prose) == lesson
        assert ("**What it presumes:**" in prose) == lesson
        assert ("**Time:**" in prose) == lesson
        _, heading, limits = prose.partition("## What the data cannot say\n\n")
        assert bool(heading) == lesson
        assert ("{doc}`/book/limits`" in limits) == lesson
        said += [line for line in limits.splitlines() if line.startswith("- **")]
    assert len(said) > 3
    assert len(said) == len(set(said))  # what holds for all stands on the page that all lead to


def test_the_contents_begin_with_the_findings_and_end_with_the_reference(built: Path) -> None:
    toc = yaml.safe_load((built / "source" / "_toc.yml").read_text("utf-8"))
    last = [page["file"] for page in toc["parts"][-1]["chapters"]]

    assert toc["root"] == "notebooks/findings"
    assert toc["parts"][-1]["caption"] == "Reference"
    assert last == [
        "notebooks/codebook", "notebooks/evidence", "book/a_to_z", "book/limits", "book/methods",
        "book/glossary", "book/take_away", "book/cite", "book/accessibility",
        "book/notices",
    ]  # fmt: skip
    assert "One by one" not in {part["caption"] for part in toc["parts"]}


def test_nothing_of_the_paper_is_in_its_book(pages: dict[str, BeautifulSoup]) -> None:
    for name, page in pages.items():
        said = page.get_text().replace("Mapping Children's Trusts, version", "this tool").casefold()
        for words in ("devanney", "children's trust", "children’s trust", "jsna", "the paper"):
            assert words not in said, f"{name}: {words}"


def test_a_second_writing_gives_the_same_source(built: Path, hostile: Path, tmp_path: Path) -> None:
    collection_book.write_source(open_collection(hostile), tmp_path)

    def files(folder: Path) -> dict[Path, bytes]:
        found = (path for path in folder.rglob("*") if path.is_file())
        return {
            path.relative_to(folder): path.read_bytes()
            for path in found
            if "__pycache__" not in path.parts
        }

    assert files(tmp_path) == files(built / "source")


def test_a_page_for_each_respondent_comes_only_when_asked_for(
    hostile: Path, tmp_path: Path
) -> None:
    asked = tmp_path / "asked"
    asked.mkdir()
    for path in hostile.iterdir():
        (asked / path.name).write_bytes(path.read_bytes())
    (asked / "datapackage.json").write_text(json.dumps({**ABOUT, "authority_pages": True}))
    collection_book.write_source(open_collection(asked), tmp_path / "source", run=False)
    toc = yaml.safe_load((tmp_path / "source" / "_toc.yml").read_text("utf-8"))
    (part,) = [part for part in toc["parts"] if part["caption"] == "One by one"]
    files = [page["file"] for page in part["chapters"]]
    first = nbformat.read(tmp_path / "source" / f"{files[0]}.ipynb", as_version=4)
    calls = [cell.source for cell in first.cells if cell.cell_type == "code"]

    assert len(files) == 12
    assert files[0] == "respondents/i-secret0-i"
    assert first.cells[0].source.startswith("# \\<i\\>Secret0\\</i\\>\n")
    assert calls[1] == "profile.profile(collection, '<i>Secret0</i>')"


def test_respondents_have_names_of_files_that_every_system_can_have() -> None:
    first, *others = collection_book.respondent_files(["x" * 300, "x" * 301, "CON", "A/B", "a b"])

    assert 0 < len(first) < 100
    assert others == [f"{first}-2", "con-2", "a-b", "a-b-2"]


# -- The command -------------------------------------------------------------


def test_a_folder_that_is_missing_ends_it_before_anything_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(collection_book, "BUILT", tmp_path / "built")

    assert collection_book.main([str(tmp_path / "nowhere")]) == 2
    assert "there is no such folder" in capsys.readouterr().err
    assert not (tmp_path / "built").exists()


def test_faulty_returns_end_it_with_their_report_and_leave_the_last_site(
    hostile: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(collection_book, "BUILT", tmp_path / "built")
    faulty = tmp_path / "faulty"
    faulty.mkdir()
    (faulty / "codebook.csv").write_bytes((hostile / "codebook.csv").read_bytes())
    (faulty / "returns.csv").write_text("authority,year,seat.a\nA,2021,perhaps\n")
    site = tmp_path / "built" / "faulty" / "html"
    site.mkdir(parents=True)

    assert collection_book.main([str(faulty)]) == 2
    said = capsys.readouterr().err
    assert "perhaps" in said
    assert "Traceback" not in said
    assert site.is_dir()


def test_a_collection_named_like_the_folder_of_the_shipped_site_does_not_overwrite_it() -> None:
    assert collection_book.place(Path("x/html")) == ROOT / "_build" / "collection-html"
    assert collection_book.place(Path("x/My Board")) == ROOT / "_build" / "my-board"


def test_notebooks_to_work_in_are_written_once_and_then_left_alone(
    hostile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collection_book, "BUILT", tmp_path)
    folder: Path = collection_book.lab(hostile)
    worked_in = folder / "notebooks" / "seats.ipynb"
    gone = folder / "notebooks" / "plans.ipynb"
    worked_in.write_text("my own work")
    gone.unlink()

    assert collection_book.lab(hostile) == folder
    assert worked_in.read_text() == "my own work"
    assert gone.is_file()
    assert sorted(path.name for path in folder.parent.iterdir()) == ["lab"]


def test_the_command_names_its_faults_without_a_traceback(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, str(TOOL), "--lab", str(tmp_path / "nowhere")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 2
    assert run.stderr.endswith("codebook.csv and returns.csv in it.\n")


def test_what_is_withheld_is_told_by_the_collection_itself(collection: Collection) -> None:
    assert collection_book.facts(collection)["withheld"] == "Nothing is withheld in this book."


@pytest.mark.parametrize("name", ["one", "notlast", "cross"])
def test_a_page_leads_to_no_chapter_that_the_book_does_not_have(name: str, tmp_path: Path) -> None:
    folder = Path(__file__).parent / "collections" / "edge" / name
    collection_book.write_source(open_collection(folder), tmp_path, run=False)
    pages = [path.read_text("utf-8") for path in (tmp_path / "book").glob("*.md")]
    led_to = {target for page in pages for target in re.findall(r"\{doc\}`/?([\w/]+)`", page)}

    assert "methods" in led_to
    for target in led_to:
        root = tmp_path if "/" in target else tmp_path / "book"
        assert [*root.glob(f"{target}.*")], target
