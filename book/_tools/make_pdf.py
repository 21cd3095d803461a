"""Print the built site as two PDFs, and link them from the foot of every page.

The one holds the whole book, the other its findings: what lies behind that door of the site, opens
with the main points, and leaves out what is folded there and what only works on a screen.

The chapters are taken from the pages that `make book` wrote, in the order of the contents, so the
PDF says what the site says. They are put behind a title and a list of contents, links between
pages are turned into links within the book, and Chromium prints the whole with the style sheets of
the site (book/assets/print.css). Scripts are taken out, so whatever is live on the site stands in
its first state, and nothing can be fetched from elsewhere.

It prints twice: the first time to learn on which page each chapter begins.

Usage: python book/_tools/make_pdf.py [--find-chromium]
"""

from __future__ import annotations

import os
import posixpath
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, cast
from urllib.parse import urljoin

import yaml  # type: ignore[import-untyped]
from bs4 import BeautifulSoup
from bs4.element import Tag
from collection_book import note_of
from pypdf import PdfReader, PdfWriter
from pypdf.generic import BooleanObject, DictionaryObject, NameObject, TextStringObject

ROOT = Path(__file__).parents[2]
SITE = ROOT / "_build" / "html"
BOOK, FINDINGS = "book.pdf", "findings.pdf"
CALLED = {BOOK: "The book as a PDF", FINDINGS: "The findings as a PDF"}

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SECONDS = 900  # ends a printing that hangs; it takes some four, on a busy machine many more

# A table of more rows than the first of these is cut to the second; the site has the whole of it.
MOST_ROWS, ROWS_KEPT = 60, 20
MOST_ROWS_OF_FINDINGS, ROWS_KEPT_OF_FINDINGS = 25, 8

# Parts of the contents that report no findings.
NO_FINDINGS = ("The setting", "Look for yourself", "Teaching", "Reference")

# What the PDF of the findings leaves to the site: what is folded there, and what leads a learner.
ASIDE = "details, .admonition-before-you-start, #where-to-go-next"

# What works on screen only. Folds that hold code go; all others are opened.
# Solutions and answers stay on the site, where they are folded; so does what asks for a cell to be
# changed, as no cell is on paper.
SCREEN_ONLY = (
    "section#your-turn, "
    "script, noscript, form:not(.csm-question), [hidden], .headerlink, a.csm-download, "
    "details.hide, .csm-found, .csm-notebook, .csm-parts, .csm-hint, .csm-solution, .csm-answers"
)

# What a page says where scripts are off, and what it says on paper.
NO_SCRIPTS = "Other choices need scripts, which are off here."
ON_PAPER = "The site has the other choices."

# No script runs and nothing is fetched but the site's own files.
POLICY = "default-src file: data:; style-src file: 'unsafe-inline'; script-src 'none'"

FOOT = '<div class="extra_footer">'  # where Jupyter Book sets the foot of a page

Contents = Sequence[tuple[str, Sequence[str]]]


class PdfError(Exception):
    """The PDF cannot be made; the message says why and what to do."""


def find_chromium() -> str:
    """Path of the Chromium or Chrome that CHROMIUM names, or of the first on the search path.

    Raises
    ------
    PdfError
        When there is none.
    """
    named = os.environ.get("CHROMIUM")
    for name in [named] if named else BROWSERS:
        if path := shutil.which(name):
            return path
    raise PdfError(
        "The PDF is printed by Chromium, and there is none here"
        f"{f' by the name of {named}' if named else ''}. "
        "On Debian and Ubuntu it comes with: apt install chromium"
    )


SCREEN_PAGES = tuple(
    f"book/{name}"
    for name in "start publish scale change_this_book take_away accessibility notices".split()
)
"""Pages for those who sit at a screen with the project before them, and are not printed."""


def read_contents(path: Path) -> Contents:
    """The parts of a book: the caption of each and its pages, without ending.

    `SCREEN_PAGES` are left out.

    Parameters
    ----------
    path
        A table of contents of Jupyter Book (``_toc.yml``). Its root comes first, in a part without
        a caption.
    """
    toc = yaml.safe_load(path.read_text("utf-8"))
    parts = [
        (
            str(part["caption"]),
            [
                page
                for chapter in part["chapters"]
                for page in with_sections(chapter)
                if page not in SCREEN_PAGES
            ],
        )
        for part in toc["parts"]
    ]
    return [("", [str(toc["root"])]), *parts]


def with_sections(chapter: Mapping[str, Any]) -> Iterator[str]:
    """A page of the contents, and those below it."""
    yield str(chapter["file"])
    for section in chapter.get("sections", []):
        yield from with_sections(section)


def findings_of(contents: Contents) -> Contents:
    """The parts of a book that report its findings."""
    return [(caption, pages) for caption, pages in contents if caption not in NO_FINDINGS]


def file_of(page: str, front: str) -> str:
    """The file of a page within the site; the front page stands at the root."""
    return "index.html" if page == front else f"{page}.html"


def anchor(page: str, name: str = "") -> str:
    """What a page, or an anchor on it, is called in the book, where all share one page."""
    called = "-".join(page.split("/")[1:]) or page  # a lesson's pages differ by their folder alone
    return f"{called}--{name}" if name else called


def relinked(address: str, page: str, pages: Sequence[str], home: str) -> str | None:
    """Where a link of a page leads on paper.

    Parameters
    ----------
    address
        As it stands on the page.
    page
        The page, without ending.
    pages
        All pages of the book; the first is the front page, at the root of the site.
    home
        Address of the published site; empty when not known.

    Returns
    -------
    str or None
        An anchor in the book, or a full address. ``None`` if it leads to a file of the site and
        nobody knows where that is.
    """
    if re.match(r"[a-z][a-z0-9+.-]*:", address):
        return None if address.startswith("data:") else address
    path, _, name = address.partition("#")
    path = path.partition("?")[0]  # what a table is filtered by
    here = file_of(page, pages[0])
    file = posixpath.normpath(posixpath.join(posixpath.dirname(here), path)) if path else here
    goal = pages[0] if file == "index.html" else file.removesuffix(".html")
    if goal in pages:
        return f"#{anchor(goal, name)}"
    return urljoin(home, file) if home else None


def cut(table: Tag, most: int = MOST_ROWS, kept: int = ROWS_KEPT) -> None:
    """Keep the head of a table of more than ``most`` rows, and say how much is left out."""
    rows = table.select("tbody > tr")
    if len(rows) <= most:
        return
    for row in rows[kept:]:
        row.decompose()
    text = f"The first {kept} of {len(rows)} rows. The site has them all, to read and to take."
    note = BeautifulSoup(f'<p class="csm-cut">{text}</p>', "html.parser")
    table.insert_after(note)


def refer(finding: Tag, address: str, chapter: str, *, whole: bool = False) -> None:
    """Put a reference to the chapter where a finding stands again in place of its table.

    Parameters
    ----------
    finding
        A finding, changed in place.
    address
        Address of the chapter, from the page of the finding.
    chapter
        Its title.
    whole
        Whether it stands in place of the whole finding.
    """
    what = "The finding" if whole else "The question and the table"
    goal = f"{address}#{finding['id']}"
    text = f'<p class="csm-cut">{what}: <a href="{goal}">{escape(chapter)}</a>.</p>'
    for part in [finding] if whole else finding.select("details:not(.hide)"):
        part.replace_with(BeautifulSoup(text, "html.parser"))


def lead(text: Tag, page: str, pages: Sequence[str], home: str) -> None:
    """Lead the links of a text to where they lead on paper, see `relinked`; changed in place."""
    for link in text.select("a[href]"):
        if link.find_parent("svg") is None:
            goal = relinked(str(link["href"]), page, pages, home)
            if goal is None:
                link.unwrap()
            else:
                link["href"] = goal


def for_paper(article: Tag, page: str, pages: Sequence[str], home: str, folder: Path) -> Tag:
    """The article of a page as it stands in the book; changed in place.

    Parameters
    ----------
    article
        The text of the page.
    page, pages, home
        As in `relinked`.
    folder
        Where the page stands; its pictures are found from there.
    """
    for fold in article.select("details"):
        fold["open"] = ""
    for table in article.select("table"):
        cut(table)
    for note in article.select(".csm-unswitched"):
        note.string = note.get_text().replace(NO_SCRIPTS, ON_PAPER)
    for tag in article.select("[id]"):
        if not tag.find_parent("svg"):  # a drawing's names are its own, and it uses them itself
            tag["id"] = anchor(page, str(tag["id"]))
    for attribute in ("for", "aria-labelledby", "aria-describedby"):
        for tag in article.select(f"[{attribute}]"):
            names = str(tag[attribute]).split()
            tag[attribute] = " ".join(anchor(page, name) for name in names)
    lead(article, page, pages, home)
    for picture in article.select("img[src]"):
        if not str(picture["src"]).startswith("data:"):
            picture["src"] = (folder / str(picture["src"])).resolve().as_uri()
    article["id"] = anchor(page)
    return article


def assemble(site: Path, contents: Contents, *, brief: bool = False) -> str:
    """The book as one page of HTML, whose list of contents has no page numbers yet.

    Parameters
    ----------
    site
        Folder of the built site.
    contents
        The parts of the book.
    brief
        Whether to begin with the front page instead of a cover, and to leave out what is folded.

    Raises
    ------
    PdfError
        When a page has not been built.
    """
    pages = [page for _, part in contents for page in part]
    files = {page: site / file_of(page, pages[0]) for page in pages}
    missing = [file.relative_to(site).as_posix() for file in files.values() if not file.is_file()]
    if missing:
        raise PdfError(f"The site has no {missing[0]}. Build it first: make book")
    read = {
        page: BeautifulSoup(file.read_text("utf-8"), "html.parser") for page, file in files.items()
    }
    front = read[pages[0]]
    sheets = dict.fromkeys(
        (files[page].parent / str(link["href"]).partition("?")[0]).resolve().as_uri()
        for page in pages
        for link in read[page].select('link[rel="stylesheet"][href]')
    )  # print.css is among them, and what single pages need comes last
    styles = "\n".join(f'<link rel="stylesheet" href="{sheet}">' for sheet in sheets)
    canonical = front.select_one('link[rel="canonical"]')
    home = str(canonical["href"]) if canonical else ""

    articles = {page: _article(read[page], page) for page in pages}
    titles = {page: _heading(article) for page, article in articles.items()}
    again = {
        str(finding["id"]): page
        for page in reversed(pages[1:])  # the first of them counts
        for finding in articles[page].select(".csm-finding[id]")
    }
    for finding in articles[pages[0]].select(".csm-finding[id]"):
        if page := again.get(str(finding["id"])):
            refer(finding, f"{page}.html", titles[page], whole=brief)
    if brief:
        for article in articles.values():
            for tag in article.select(ASIDE):
                tag.extract()
            for table in article.select("table"):
                cut(table, MOST_ROWS_OF_FINDINGS, ROWS_KEPT_OF_FINDINGS)
    chapters = [
        str(for_paper(article, page, pages, home, files[page].parent))
        for page, article in articles.items()
    ]

    title = _name(front)
    foot = front.select_one(".extra_footer")
    if foot is not None:
        for tag in foot.select(".csm-pdf"):
            tag.decompose()
        lead(foot, pages[0], pages, home)
    entries = "\n".join(
        (f"<p>{escape(caption)}</p>" if caption else "")
        + "<ol>"
        + "".join(
            f'<li><a href="#{anchor(page)}"><span>{escape(titles[page])}</span>'
            "<span></span></a></li>"
            for page in part
        )
        + "</ol>"
        for caption, part in contents
    )
    said = foot.decode_contents() if foot else ""
    cover = f"""<header class="csm-cover">{_logo(front, site)}<p>{escape(title)}</p>
<div>{said}</div></header>"""
    listed = f"""<nav class="csm-contents"><h1>Contents</h1>
{entries}
{f'<div class="csm-foot">{said}</div>' if brief else ""}</nav>"""
    named = f'<p class="csm-of">{escape(title)}</p>'
    parts = [named, chapters[0], listed, *chapters[1:]] if brief else [cover, listed, *chapters]
    name = f"{title}: findings" if brief else title
    return f"""<!DOCTYPE html>
<html lang="{front.html["lang"] if front.html else "en"}" data-theme="light" data-mode="light">
<head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{POLICY}">
<title>{escape(name)}</title>
{styles}
</head>
<body class="csm-book{" csm-brief" if brief else ""}">
{"".join(parts)}
</body></html>
"""


def numbered(html: str, starts: Mapping[str, int]) -> str:
    """The assembled book, with the page that each chapter begins on in its list of contents."""
    for page, number in starts.items():
        entry = rf'(<li><a href="#{re.escape(anchor(page))}"><span>[^<]*</span><span>)(?=</span>)'
        html = re.sub(entry, rf"\g<1>{number}", html, count=1)
    return html


def _article(soup: BeautifulSoup, page: str) -> Tag:
    article = soup.select_one("article.bd-article")
    if article is None or article.h1 is None:
        raise PdfError(f"{page}.html has no text with a heading. Build it again: make book")
    for tag in article.select(SCREEN_ONLY):
        tag.extract()
    for tag in article.select("[aria-describedby]"):  # definitions show on screen only
        del tag["aria-describedby"]
    for mark in article.select("a.csm-status"):  # leads to what stands open on paper
        mark.name = "span"
        del mark["href"]
    return article


def _heading(article: Tag) -> str:
    return " ".join(article.h1.get_text().split()) if article.h1 else ""


def _name(page: BeautifulSoup) -> str:
    """The title of the book: what every page's title ends with."""
    text = page.title.get_text() if page.title else ""
    return " ".join(text.rpartition("—")[2].split())


def _logo(page: BeautifulSoup, folder: Path) -> str:
    logo = page.select_one("img.logo__image")
    if logo is None:
        return ""
    return f'<img alt="" src="{(folder / str(logo["src"])).resolve().as_uri()}">'


def print_html(html: str, pdf: Path, *, chromium: str) -> None:
    """Print a page of HTML with Chromium: tagged, with bookmarks, no script and no network.

    Raises
    ------
    PdfError
        When Chromium writes nothing; with the last it said.
    """
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "book.html"
        source.write_text(html, "utf-8")
        outline = ("--no-pdf-header-footer", "--generate-pdf-document-outline")
        run_chromium(chromium, source, pdf, *outline, f"--print-to-pdf={pdf}")


def run_chromium(chromium: str, page: Path, made: Path, *options: str) -> None:
    """Have Chromium make a file of a page, without a window and without a network.

    Raises
    ------
    PdfError
        When there is no file; with the last it said.
    """
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0  # who must go without the sandbox
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [
            chromium,
            "--headless",
            "--disable-gpu",
            "--disable-background-networking",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={profile}",
            *options,
            *(["--no-sandbox"] if is_root else []),
            page.as_uri(),
        ]
        try:
            run = subprocess.run(
                command, capture_output=True, text=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise PdfError(f"Chromium did not finish in {SECONDS} seconds.") from None
    if run.returncode or not made.is_file():
        said = "\n".join(run.stderr.splitlines()[-3:])
        raise PdfError(f"Chromium ({chromium}) made no {made.name}. The last it said:\n{said}")


def chapter_starts(pdf: Path, pages: Sequence[str], *, brief: bool = False) -> dict[str, int]:
    """On which page each chapter begins, by the bookmarks; the first page is 1.

    The contents come first, or ``brief`` after the front page.
    """
    reader = PdfReader(pdf)
    tops = [mark for mark in reader.outline if not isinstance(mark, list)]
    if len(tops) != len(pages) + 1:  # the contents have a bookmark too
        raise PdfError(f"The PDF has {len(tops)} bookmarks for {len(pages)} chapters.")
    del tops[1 if brief else 0]
    numbers = [reader.get_destination_page_number(mark) for mark in tops]
    return {page: (number or 0) + 1 for page, number in zip(pages, numbers, strict=True)}


def bookmarks(mark: DictionaryObject | None) -> Iterator[DictionaryObject]:
    """A bookmark, all below it and all after it, in the order of the book."""
    while mark is not None:
        yield mark
        if "/First" in mark:
            yield from bookmarks(cast(DictionaryObject, mark["/First"]))
        mark = cast(DictionaryObject, mark["/Next"]) if "/Next" in mark else None


def letters(text: str) -> str:
    """A text without spaces and ligatures, to compare it by."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def name_bookmarks(first: DictionaryObject, headings: Sequence[str]) -> None:
    """Call each bookmark what its heading says.

    Chromium drops spaces where a heading breaks its line, and some releases of it write ligatures,
    or a heading twice.

    Parameters
    ----------
    first
        The first bookmark; changed in place with all after and below it.
    headings
        All headings in the order of the book.
    """
    ahead = [(heading, letters(heading)) for heading in headings]
    for mark in bookmarks(first):
        title = letters(str(mark["/Title"]))
        for at, (heading, said) in enumerate(ahead):
            if said and said * (len(title) // len(said)) == title:
                mark[NameObject("/Title")] = TextStringObject(heading)
                del ahead[: at + 1]
                break


def seal(source: Path, pdf: Path, author: str, headings: Sequence[str]) -> int:
    """Mend bookmarks, name author and title, leave out dates; return the number of pages.

    Without dates and names of programs, the same book differs at most in how Chromium orders it.
    """
    writer = PdfWriter(clone_from=source)
    outlines = cast(DictionaryObject, writer.root_object["/Outlines"])
    first = cast(DictionaryObject, outlines["/First"])
    name_bookmarks(first, headings)
    title = str(writer.metadata.title) if writer.metadata else ""
    writer.metadata = {"/Title": title, "/Author": author}
    writer.pdf_header = "%PDF-1.7"  # tags came after the version that pypdf names
    writer.page_mode = "/UseOutlines"
    writer.root_object[NameObject("/ViewerPreferences")] = DictionaryObject(
        {NameObject("/DisplayDocTitle"): BooleanObject(True)}
    )
    writer.write(pdf)
    return len(writer.pages)


def make(
    site: Path,
    contents: Contents,
    pdf: Path,
    *,
    chromium: str,
    author: str = "",
    brief: bool = False,
) -> int:
    """Make the PDF of a built site.

    Parameters
    ----------
    site
        Folder of the built site; nothing in it is changed.
    contents
        The parts of the book.
    pdf
        Where to write.
    chromium
        Path of the browser that prints.
    author
        Who wrote the book.
    brief
        As in `assemble`.

    Returns
    -------
    int
        Number of pages.
    """
    pages = [page for _, part in contents for page in part]
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "draft.pdf"
        html = assemble(site, contents, brief=brief)
        print_html(html, draft, chromium=chromium)
        starts = chapter_starts(draft, pages, brief=brief)
        print_html(numbered(html, starts), draft, chromium=chromium)
        if chapter_starts(draft, pages, brief=brief) != starts:
            raise PdfError("The page numbers of the contents moved the chapters they point to.")
        found = re.findall(r"(?s)<h[1-6]\b[^>]*>(.*?)</h[1-6]>", html)
        texts = (BeautifulSoup(heading, "html.parser").get_text() for heading in found)
        headings = [" ".join(text.split()) for text in texts]
        return seal(draft, pdf, author, headings)


def link(site: Path, counts: Mapping[str, int]) -> int:
    """Set links to the PDFs at the foot of every page that has one; return how many pages.

    Done again, it replaces the links.

    Parameters
    ----------
    site
        Folder of the built site, which holds the PDFs.
    counts
        The number of sheets of each, by its name.
    """
    note_of(site).unlink(missing_ok=True)  # so that the next build makes it anew
    linked = 0
    sizes = {name: (site / name).stat().st_size / 1_000_000 for name in counts}
    for page in sorted(site.rglob("*.html")):
        html = re.sub(r'<p class="csm-pdf">.*?</p>', "", page.read_text("utf-8"))
        if FOOT not in html:
            continue
        to_root = "../" * page.relative_to(site).as_posix().count("/")
        lines = "".join(
            f'<p class="csm-pdf"><a href="{to_root}{name}">{CALLED[name]}</a> '
            f"({count} pages, {sizes[name]:.1f} MB)</p>"
            for name, count in counts.items()
        )
        page.write_text(html.replace(FOOT, FOOT + lines, 1), "utf-8")
        linked += 1
    return linked


def main(arguments: Sequence[str]) -> int:
    """Make the PDFs in the built site and link them; return the exit status."""
    try:
        chromium = find_chromium()
        if "--find-chromium" in arguments:
            return 0
        author = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["author"]
        book = read_contents(ROOT / "_toc.yml")
        counts = {
            name: make(
                SITE,
                contents,
                SITE / name,
                chromium=chromium,
                author=author,
                brief=name == FINDINGS,
            )
            for name, contents in {FINDINGS: findings_of(book), BOOK: book}.items()
        }
        if not link(SITE, counts):
            raise PdfError("No page of the site has a foot to set the links in.")
    except PdfError as error:
        print(error, file=sys.stderr)
        return 1
    for name, count in counts.items():
        print(f"{CALLED[name]} has {count} pages and is linked from every page: {SITE / name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
