"""The book as a PDF: whole, with bookmarks, links and drawings, made without a network.

`make book` builds the pages that it is made from. Printing needs Chromium: where there is none,
the tests of the printed book are left out, but with ``CI=true`` they fail.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import make_pdf
import pytest
import yaml
from bs4 import BeautifulSoup
from collection_book import note_of
from printed_pdf import told
from pypdf import PdfReader, PdfWriter
from pypdf.generic import IndirectObject

ROOT = Path(__file__).parent.parent
SITE = ROOT / "_build" / "html"
TOOL = ROOT / "book" / "_tools" / "make_pdf.py"

BOOK = ["notebooks/findings", "book/cite", "notebooks/board"]


CONTENTS = make_pdf.read_contents(ROOT / "_toc.yml")
PAGES = [page for _, part in CONTENTS for page in part]
FINDINGS = make_pdf.findings_of(CONTENTS)


def letters(text: str) -> str:
    return str(make_pdf.letters(text))


def soup(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def titles(contents: Any = CONTENTS) -> list[str]:
    found = []
    for page in (page for _, part in contents for page in part):
        heading = soup((SITE / make_pdf.file_of(page, PAGES[0])).read_text("utf-8")).h1
        assert heading is not None
        found.append(" ".join(heading.get_text().removesuffix("#").split()))
    return found


# -- Setting a page for paper -------------------------------------------------


def test_the_chapters_come_in_the_order_of_the_contents() -> None:
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))

    assert PAGES[0] == toc["root"]
    lesson = "notebooks/lesson_table"
    at = PAGES.index(lesson)
    assert PAGES[at : at + 3] == [lesson, "book/exercises/table", "book/quizzes/table"]
    assert PAGES[-1] == toc["parts"][-1]["chapters"][-1]["file"]


@pytest.mark.parametrize(
    ("address", "home", "goal"),
    [
        ("notebooks/board.html", "", "#board"),
        ("notebooks/board.html#the-chair", "", "#board--the-chair"),
        ("book/cite.html#data", "", "#cite--data"),
        ("notebooks/board.html?chairs.q=lead#chairs", "", "#board--chairs"),
        ("index.html", "", "#findings"),
        ("#time", "", "#findings--time"),
        ("https://doi.org/10.1", "", "https://doi.org/10.1"),
        ("_static/chairs.zip", "https://a.example/b/", "https://a.example/b/_static/chairs.zip"),
        ("_static/chairs.zip", "", None),
        ("data:text/csv;base64,YQ==", "https://a.example/b/", None),
    ],
)
def test_a_link_leads_within_the_book_or_to_a_full_address(
    address: str, home: str, goal: str | None
) -> None:
    assert make_pdf.relinked(address, "notebooks/findings", BOOK, home) == goal


@pytest.mark.parametrize(
    ("address", "goal"),
    [
        ("board.html", "#board"),
        ("../book/cite.html#data", "#cite--data"),
        ("../index.html#time", "#findings--time"),
        ("#time", "#board--time"),
        ("../_static/chairs.zip", None),
    ],
)
def test_a_link_of_a_page_in_a_folder_is_led_from_there(address: str, goal: str | None) -> None:
    assert make_pdf.relinked(address, "notebooks/board", BOOK, "") == goal


def test_a_table_of_sixty_rows_stays_whole_and_a_longer_one_says_what_is_left_out() -> None:
    whole = soup(f"<div><table><tbody>{'<tr><td>1</td></tr>' * 60}</tbody></table></div>")
    longer = soup(f"<div><table><tbody>{'<tr><td>1</td></tr>' * 61}</tbody></table></div>")

    make_pdf.cut(whole.table)
    make_pdf.cut(longer.table)

    assert len(whole.select("tr")) == 60
    assert len(longer.select("tr")) == 20
    assert longer.get_text().endswith(
        "The first 20 of 61 rows. The site has them all, to read and to take."
    )


def test_names_of_two_pages_do_not_clash_and_a_drawing_keeps_its_own() -> None:
    article = soup(
        '<article><p id="a" aria-labelledby="b c">x</p>'
        '<svg><path id="d"/><use href="#d"/></svg><details>y</details></article>'
    ).article

    make_pdf.for_paper(article, "book/cite", BOOK, "", SITE)

    assert article["id"] == "cite"
    assert article.p["id"] == "cite--a"
    assert article.p["aria-labelledby"] == "cite--b cite--c"
    assert article.path["id"] == "d"
    assert article.use["href"] == "#d"


def small_site(folder: Path) -> Path:
    """Two pages, the second with what works on screen only."""
    head = '<html lang="en"><head><title>One — The Book</title></head>'
    foot = '<div class="extra_footer"><p>Licence.</p></div>'
    finding = (
        '<figure class="csm-finding" id="finding-f"><details><table><tr><td>seven</td></tr>'
        "</table></details></figure>"
    )
    switched = (
        '<div class="csm-explore"><form hidden><select></select></form>'
        '<p class="csm-unswitched">All is listed. Other choices need scripts, which are off here.'
        "</p><div hidden>a chart</div><table><tr><td>item one</td></tr></table>"
        "</div><script>live()</script>"
    )
    for name, body in {"index": finding, "two": finding + switched}.items():
        title = "One" if name == "index" else "Two"
        text = f'<article class="bd-article"><h1>{title}</h1>{body}</article>'
        (folder / f"{name}.html").write_text(f"{head}<body>{text}{foot}</body></html>", "utf-8")
    return folder


SMALL = [("", ["one"]), ("Part", ["two"])]


def test_what_is_live_stands_as_without_scripts(tmp_path: Path) -> None:
    book = soup(make_pdf.assemble(small_site(tmp_path), SMALL))
    text = book.get_text()

    assert "item one" in text
    assert "a chart" not in text
    assert "All is listed. The site has the other choices." in text
    assert book.select("script, form, select, [hidden]") == []


def test_a_finding_that_comes_again_has_its_table_there(tmp_path: Path) -> None:
    book = soup(make_pdf.assemble(small_site(tmp_path), SMALL))

    assert book.get_text().count("seven") == 1
    assert book.select_one("#two details[open] table") is not None
    assert book.select_one('#one a[href="#two--finding-f"]') is not None


def test_the_contents_give_the_page_of_each_chapter(tmp_path: Path) -> None:
    book = soup(
        make_pdf.numbered(make_pdf.assemble(small_site(tmp_path), SMALL), {"one": 3, "two": 17})
    )

    assert [a.get_text(" ") for a in book.select("nav li a")] == ["One 3", "Two 17"]
    assert [a["href"] for a in book.select("nav li a")] == ["#one", "#two"]
    assert [p.get_text() for p in book.select("nav > p")] == ["Part"]


def test_the_findings_alone_begin_with_the_front_page_and_leave_out_what_is_folded(
    tmp_path: Path,
) -> None:
    book = soup(make_pdf.assemble(small_site(tmp_path), SMALL, brief=True))
    body = book.body
    assert body is not None

    assert [tag.get("id") or tag["class"] for tag in body.find_all(recursive=False)] == [
        ["csm-of"], "one", ["csm-contents"], "two"
    ]  # fmt: skip
    assert book.select("details, .csm-cover") == []
    assert "seven" not in book.get_text()
    assert "Licence." in book.select("nav .csm-foot")[0].get_text()
    assert book.select_one('#one > p > a[href="#two--finding-f"]') is not None
    assert book.select_one("#one figure") is None
    assert book.select_one("#two figure") is not None


def test_the_findings_are_the_parts_that_report_them() -> None:
    assert FINDINGS[0] == CONTENTS[0]
    assert [caption for caption, _ in FINDINGS] == [
        "", "What the authorities said", "How far to trust it"
    ]  # fmt: skip
    assert {page for _, part in FINDINGS for page in part} < set(PAGES)


def test_a_page_that_was_not_built_is_named(tmp_path: Path) -> None:
    with pytest.raises(make_pdf.PdfError, match=r"no three\.html\. Build it first: make book"):
        make_pdf.assemble(small_site(tmp_path), [("", ["one", "three"])])


def test_every_page_gets_one_link_to_each_pdf_however_often_they_are_made(tmp_path: Path) -> None:
    site = small_site(tmp_path)
    (site / "deep").mkdir()
    shutil.copy(site / "index.html", site / "deep" / "page.html")
    (site / "findings.pdf").write_bytes(bytes(840_000))
    (site / "book.pdf").write_bytes(bytes(2_210_000))

    note_of(site).write_text("made of this")
    assert make_pdf.link(site, {"findings.pdf": 30, "book.pdf": 80}) == 3
    assert not note_of(site).exists()  # so that the next build makes the site anew
    assert make_pdf.link(site, {"findings.pdf": 31, "book.pdf": 81}) == 3

    for name, to_root in {"index.html": "", "deep/page.html": "../"}.items():
        links = soup((site / name).read_text("utf-8")).select(".extra_footer .csm-pdf")
        assert [p.get_text() for p in links] == [
            "The findings as a PDF (31 pages, 0.8 MB)",
            "The book as a PDF (81 pages, 2.2 MB)",
        ]
        assert links[0].select(f'a[href="{to_root}findings.pdf"]')
        assert links[1].select(f'a[href="{to_root}book.pdf"]')


def test_without_chromium_one_plain_sentence_names_the_remedy(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, str(TOOL)],
        env={**os.environ, "PATH": str(tmp_path), "CHROMIUM": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 1
    assert run.stderr == (
        "The PDF is printed by Chromium, and there is none here. "
        "On Debian and Ubuntu it comes with: apt install chromium\n"
    )


def test_bookmarks_are_called_what_their_headings_say_however_a_browser_wrote_them(
    tmp_path: Path,
) -> None:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    first = writer.add_outline_item(title="ContentsContents", page_number=0)
    writer.add_outline_item(title="The\ufb01ndings", page_number=0, parent=first)
    for written in ("Board", "unheard of", "Board", "Whattheysaid", "BlaBla"):
        writer.add_outline_item(title=written, page_number=0)
    marks = writer.root_object["/Outlines"]["/First"]  # type: ignore[index, unused-ignore]

    make_pdf.name_bookmarks(
        marks,
        ["Contents", "The findings", "Board", "A hidden one", "Board", "What they said", "Bla"],
    )
    writer.write(tmp_path / "book.pdf")

    named = [
        str(mark.title)
        for part in PdfReader(tmp_path / "book.pdf").outline
        for mark in (part if isinstance(part, list) else [part])
    ]
    assert named == [
        "Contents", "The findings", "Board", "unheard of", "Board", "What they said", "Bla"
    ]  # fmt: skip


# -- The page that is printed -------------------------------------------------


@pytest.fixture(scope="module")
def page() -> BeautifulSoup:
    return soup(make_pdf.assemble(SITE, CONTENTS))


def test_every_link_within_the_book_has_its_goal(page: BeautifulSoup) -> None:
    names = {str(tag["id"]) for tag in page.select("[id]")}
    dead = [a["href"] for a in page.select('a[href^="#"]') if str(a["href"])[1:] not in names]

    assert dead == []
    assert len(page.select('article a[href^="#"]')) > 50


def test_nothing_on_it_is_fetched_from_elsewhere(page: BeautifulSoup) -> None:
    fetched = [str(tag["src"]) for tag in page.select("[src]")]
    fetched += [str(tag["href"]) for tag in page.select("link[href]")]

    assert fetched
    assert [address for address in fetched if not address.startswith(SITE.as_uri())] == []
    assert page.select("script, iframe, object, embed") == []


def test_no_code_and_no_furniture_of_the_site_is_on_it(page: BeautifulSoup) -> None:
    assert page.select(".cell_input, .headerlink, .prev-next-footer, .bd-sidebar, button") == []
    assert page.select("details:not([open])") == []


# -- The printed book ---------------------------------------------------------


@pytest.fixture(scope="module")
def chromium() -> str:
    try:
        return str(make_pdf.find_chromium())
    except make_pdf.PdfError as error:
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def pdf(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pdf") / "book.pdf"
    make_pdf.make(SITE, CONTENTS, path, chromium=chromium, author="An author")
    return path


@pytest.fixture(scope="module")
def book(pdf: Path) -> Iterator[PdfReader]:
    with PdfReader(pdf) as reader:
        yield reader


@pytest.fixture(scope="module")
def texts(book: PdfReader) -> list[str]:
    """The text of each page, with single spaces."""
    return [told(sheet) for sheet in book.pages]


def begins(text: str, number: int, title: str) -> bool:
    """Whether a page begins with a title and has its number, which may come first or last."""
    words = text.removeprefix(f"{number} ").removesuffix(f" {number}")
    return words != text and words.startswith(title)


def test_each_chapter_has_a_bookmark_to_the_page_it_begins_on(
    book: PdfReader, texts: list[str]
) -> None:
    tops = [mark for mark in book.outline if not isinstance(mark, list)]

    assert [str(mark.title) for mark in tops] == ["Contents", *titles()]
    for mark in tops:
        number = book.get_destination_page_number(mark)
        assert number is not None
        assert begins(texts[number], number + 1, str(mark.title))


def test_the_contents_name_the_page_printed_at_its_foot(book: PdfReader, texts: list[str]) -> None:
    tops = [mark for mark in book.outline if not isinstance(mark, list)]
    numbers = [(book.get_destination_page_number(mark) or 0) + 1 for mark in tops[1:]]
    contents = " ".join(texts[1 : min(numbers) - 1])
    for title, number in zip(titles(), numbers, strict=True):
        assert f"{title} {number}" in contents
        assert begins(texts[number - 1], number, title)


def test_it_holds_the_numbers_and_the_limits_of_the_book(texts: list[str]) -> None:
    text = " ".join(texts)

    assert "46 of 73" in text
    assert "What the data cannot say" in text
    assert "Show the code" not in text
    assert "which are off" not in text


def test_its_charts_are_drawings_and_its_letters_are_within(book: PdfReader) -> None:
    assert [number for number, sheet in enumerate(book.pages) if len(sheet.images)] == []
    for sheet in book.pages:
        fonts = sheet["/Resources"].get("/Font", {})  # type: ignore[union-attr, unused-ignore]
        for font in fonts.values():
            below = font.get_object()["/DescendantFonts"][0].get_object()
            assert "/FontFile2" in below["/FontDescriptor"].get_object()


def test_it_is_tagged_has_a_language_a_title_and_opens_with_its_bookmarks(book: PdfReader) -> None:
    root = book.root_object

    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert book.page_mode == "/UseOutlines"
    assert book.metadata is not None
    assert book.metadata.title == "Mapping Children's Trusts"
    assert book.metadata.author == "An author"


def test_its_sheets_are_a4_of_a_sensible_number_and_none_is_empty(
    book: PdfReader, texts: list[str]
) -> None:
    assert 60 <= len(book.pages) <= 250
    assert {(round(p.mediabox.width), round(p.mediabox.height)) for p in book.pages} == {(595, 842)}
    assert [number for number, text in enumerate(texts, 1) if len(text) < 20] == []


def test_it_asks_and_keeps_the_answers_to_itself(texts: list[str]) -> None:
    text = " ".join(" ".join(texts).split())

    assert "Read: A share and its base" in text
    assert "How many Boards is that?" in text  # the first question of the first quiz
    assert "B. 40" in text
    assert "40 of 73 is 54.79%" not in text  # what the page says of the right answer
    assert "Reason: Only five?" in text
    assert "That none began. The totals give the difference" not in text  # a solution


def test_links_within_it_lead_to_its_own_pages(book: PdfReader) -> None:
    inner, outer = 0, set()
    for sheet in book.pages:
        for note in sheet.get("/Annots") or []:
            note = note.get_object()
            if "/Dest" in note or note.get("/A", {}).get("/S") == "/GoTo":
                goal = note.get("/Dest", note.get("/A", {}).get("/D"))
                if not isinstance(goal, (list, IndirectObject)):
                    assert str(goal).removeprefix("/") in {
                        name.removeprefix("/") for name in book.named_destinations
                    }
                inner += 1
            elif "/A" in note:
                outer.add(str(note["/A"]["/URI"]))

    assert inner > 50
    assert [address for address in outer if not re.match("https?://|mailto:", address)] == []


def test_it_says_nothing_of_when_and_by_what_program_it_was_made(book: PdfReader) -> None:
    assert set(book.metadata or {}) == {"/Title", "/Author"}
    assert "/Metadata" not in book.root_object


# -- The findings alone -------------------------------------------------------


@pytest.fixture(scope="module")
def findings(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PdfReader]:
    path = tmp_path_factory.mktemp("pdf") / "findings.pdf"
    make_pdf.make(SITE, FINDINGS, path, chromium=chromium, author="An author", brief=True)
    with PdfReader(path) as reader:
        yield reader


def test_the_findings_take_20_to_40_sheets_of_a4_and_none_is_empty(findings: PdfReader) -> None:
    sheets = findings.pages

    assert 20 <= len(sheets) <= 40
    assert {(round(s.mediabox.width), round(s.mediabox.height)) for s in sheets} == {(595, 842)}
    assert [number for number, sheet in enumerate(sheets, 1) if len(told(sheet)) < 20] == []


def test_their_first_sheet_holds_the_main_points(findings: PdfReader) -> None:
    points = soup((SITE / "index.html").read_text("utf-8")).select(".csm-points > li > p")
    first = letters(told(findings.pages[0]))

    assert 3 <= len(points) <= 6
    assert [p.get_text() for p in points if letters(p.get_text()) not in first] == []


def test_their_bookmarks_and_contents_name_the_sheet_that_each_chapter_begins_on(
    findings: PdfReader,
) -> None:
    tops = [mark for mark in findings.outline if not isinstance(mark, list)]
    first, *rest = titles(FINDINGS)
    at = {str(m.title): (findings.get_destination_page_number(m) or 0) for m in tops}

    assert [str(mark.title) for mark in tops] == [first, "Contents", *rest]
    contents = told(findings.pages[at["Contents"]])
    for title in rest:
        assert letters(title) in letters(told(findings.pages[at[title]]))
        assert f"{title} {at[title] + 1}" in contents


def test_they_hold_no_code_and_nothing_folded_and_say_who_publishes_them(
    findings: PdfReader,
) -> None:
    text = " ".join(told(sheet) for sheet in findings.pages)

    assert "Show the code" not in text
    assert "import csm_lib" not in text
    assert "Before you start" not in text
    assert "Published by The Children's Trust mapping book contributors" in text
    assert findings.metadata is not None
    assert findings.metadata.title == "Mapping Children's Trusts: findings"


def test_every_link_of_the_findings_has_its_goal() -> None:
    page = soup(make_pdf.assemble(SITE, FINDINGS, brief=True))
    names = {str(tag["id"]) for tag in page.select("[id]")}
    led = [str(a["href"]) for a in page.select("a[href]") if not a.find_parent("svg")]

    assert [a for a in led if a.startswith("#") and a[1:] not in names] == []
    assert [a for a in led if not re.match("#|https?://|mailto:", a)] == []
    assert len(led) > 30
