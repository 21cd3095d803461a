"""Print the built site as one PDF, and link it from the foot of every page.

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
from typing import cast
from urllib.parse import urljoin

import yaml  # type: ignore[import-untyped]
from bs4 import BeautifulSoup
from bs4.element import Tag
from pypdf import PdfReader, PdfWriter
from pypdf.generic import BooleanObject, DictionaryObject, NameObject, TextStringObject

ROOT = Path(__file__).parents[2]
SITE = ROOT / "_build" / "html"
NAME = "book.pdf"

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SECONDS = 900  # ends a printing that hangs; it takes some four, on a busy machine many more

# A table of more rows than this is cut on paper; the site has the whole of it.
MOST_ROWS, ROWS_KEPT = 60, 20

# What works on screen only. Folds that hold code go; all others are opened.
# Solutions and answers stay on the site, where they are folded.
SCREEN_ONLY = (
    "script, noscript, form:not(.csm-question), [hidden], .headerlink, a.csm-download, "
    "details.hide, .csm-notebook, .csm-hint, .csm-solution, .csm-answers"
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


def read_contents(path: Path) -> Contents:
    """The parts of a book: the caption of each and its pages, without ending.

    Parameters
    ----------
    path
        A table of contents of Jupyter Book (``_toc.yml``). Its root comes first, in a part without
        a caption.
    """
    toc = yaml.safe_load(path.read_text("utf-8"))
    parts = [
        (str(part["caption"]), [str(chapter["file"]) for chapter in part["chapters"]])
        for part in toc["parts"]
    ]
    return [("", [str(toc["root"])]), *parts]


def anchor(page: str, name: str = "") -> str:
    """What a page, or an anchor on it, is called in the book, where all share one page."""
    return f"{posixpath.basename(page)}--{name}" if name else posixpath.basename(page)


def relinked(address: str, page: str, pages: Sequence[str], home: str) -> str | None:
    """Where a link of a page leads on paper.

    Parameters
    ----------
    address
        As it stands on the page.
    page
        The page, without ending.
    pages
        All pages of the book; the first is also the front page at the root of the site.
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
    file = posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page
    goal = pages[0] if file == "index.html" else file.removesuffix(".html")
    if goal in pages:
        return f"#{anchor(goal, name)}"
    return urljoin(home, file) if home else None


def cut(table: Tag) -> None:
    """Keep the head of a long table, and say how much is left out."""
    rows = table.select("tbody > tr")
    if len(rows) <= MOST_ROWS:
        return
    for row in rows[ROWS_KEPT:]:
        row.decompose()
    text = f"The first {ROWS_KEPT} of {len(rows)} rows. The site has them all, to read and to take."
    note = BeautifulSoup(f'<p class="csm-cut">{text}</p>', "html.parser")
    table.insert_after(note)


def refer(finding: Tag, address: str, chapter: str) -> None:
    """Put a reference to the chapter where a finding stands again in place of its table.

    Parameters
    ----------
    finding
        A finding, changed in place.
    address
        Address of the chapter, from the page of the finding.
    chapter
        Its title.
    """
    for fold in finding.select("details:not(.hide)"):
        goal = f"{address}#{finding['id']}"
        text = f'The question and the table: <a href="{goal}">{escape(chapter)}</a>.'
        fold.replace_with(BeautifulSoup(f'<p class="csm-cut">{text}</p>', "html.parser"))


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
    for link in article.select("a[href]"):
        if link.find_parent("svg") is None:
            goal = relinked(str(link["href"]), page, pages, home)
            if goal is None:
                link.unwrap()
            else:
                link["href"] = goal
    for picture in article.select("img[src]"):
        if not str(picture["src"]).startswith("data:"):
            picture["src"] = (folder / str(picture["src"])).resolve().as_uri()
    article["id"] = anchor(page)
    return article


def assemble(site: Path, contents: Contents) -> str:
    """The whole book as one page of HTML, whose list of contents has no page numbers yet.

    Parameters
    ----------
    site
        Folder of the built site.
    contents
        The parts of the book.

    Raises
    ------
    PdfError
        When a page has not been built.
    """
    pages = [page for _, part in contents for page in part]
    missing = [page for page in pages if not (site / f"{page}.html").is_file()]
    if missing:
        raise PdfError(f"The site has no {missing[0]}.html. Build it first: make book")
    read = {
        page: BeautifulSoup((site / f"{page}.html").read_text("utf-8"), "html.parser")
        for page in pages
    }
    front = read[pages[0]]
    here = (site / pages[0]).parent
    sheets = dict.fromkeys(
        ((site / page).parent / str(link["href"]).partition("?")[0]).resolve().as_uri()
        for page in pages
        for link in read[page].select('link[rel="stylesheet"][href]')
    )  # print.css is among them, and what single pages need comes last
    styles = "\n".join(f'<link rel="stylesheet" href="{sheet}">' for sheet in sheets)
    canonical = front.select_one('link[rel="canonical"]')
    home = str(canonical["href"]).removesuffix(f"{pages[0]}.html") if canonical else ""

    articles = {page: _article(read[page], page) for page in pages}
    titles = {page: _heading(article) for page, article in articles.items()}
    again = {
        str(finding["id"]): page
        for page in reversed(pages[1:])  # the first of them counts
        for finding in articles[page].select(".csm-finding[id]")
    }
    for finding in articles[pages[0]].select(".csm-finding[id]"):
        if page := again.get(str(finding["id"])):
            address = posixpath.relpath(f"{page}.html", posixpath.dirname(pages[0]) or ".")
            refer(finding, address, titles[page])
    chapters = [
        str(for_paper(article, page, pages, home, (site / page).parent))
        for page, article in articles.items()
    ]

    title = _name(front)
    foot = front.select_one(".extra_footer")
    if foot is not None:
        for tag in foot.select(".csm-pdf"):
            tag.decompose()
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
    return f"""<!DOCTYPE html>
<html lang="{front.html["lang"] if front.html else "en"}" data-theme="light" data-mode="light">
<head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{POLICY}">
<title>{escape(title)}</title>
{styles}
</head>
<body class="csm-book">
<header class="csm-cover">{_logo(front, here)}<p>{escape(title)}</p>
<div>{foot.decode_contents() if foot else ""}</div></header>
<nav class="csm-contents"><h1>Contents</h1>
{entries}
</nav>
{"".join(chapters)}
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
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0  # who must go without the sandbox
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        source = Path(folder) / "book.html"
        source.write_text(html, "utf-8")
        command = [
            chromium,
            "--headless",
            "--disable-gpu",
            "--disable-background-networking",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={folder}/profile",
            "--no-pdf-header-footer",
            "--generate-pdf-document-outline",
            f"--print-to-pdf={pdf}",
            *(["--no-sandbox"] if is_root else []),
            source.as_uri(),
        ]
        try:
            run = subprocess.run(
                command, capture_output=True, text=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise PdfError(f"Chromium did not finish printing in {SECONDS} seconds.") from None
    if run.returncode or not pdf.is_file():
        said = "\n".join(run.stderr.splitlines()[-3:])
        raise PdfError(f"Chromium ({chromium}) printed no PDF. The last it said:\n{said}")


def chapter_starts(pdf: Path, pages: Sequence[str]) -> dict[str, int]:
    """On which page each chapter begins, by the bookmarks; the first page is 1."""
    reader = PdfReader(pdf)
    tops = [mark for mark in reader.outline if not isinstance(mark, list)]
    if len(tops) != len(pages) + 1:  # the contents have a bookmark too
        raise PdfError(f"The PDF has {len(tops)} bookmarks for {len(pages)} chapters.")
    numbers = [reader.get_destination_page_number(mark) for mark in tops[1:]]
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


def make(site: Path, contents: Contents, pdf: Path, *, chromium: str, author: str = "") -> int:
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

    Returns
    -------
    int
        Number of pages.
    """
    pages = [page for _, part in contents for page in part]
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "draft.pdf"
        html = assemble(site, contents)
        print_html(html, draft, chromium=chromium)
        starts = chapter_starts(draft, pages)
        print_html(numbered(html, starts), draft, chromium=chromium)
        if chapter_starts(draft, pages) != starts:
            raise PdfError("The page numbers of the contents moved the chapters they point to.")
        found = re.findall(r"(?s)<h[1-6]\b[^>]*>(.*?)</h[1-6]>", html)
        texts = (BeautifulSoup(heading, "html.parser").get_text() for heading in found)
        headings = [" ".join(text.split()) for text in texts]
        return seal(draft, pdf, author, headings)


def link(site: Path, pdf: Path, count: int) -> int:
    """Set a link to the PDF at the foot of every page that has one; return how many.

    Done again, it replaces the link.
    """
    linked = 0
    size = pdf.stat().st_size / 1_000_000
    for page in sorted(site.rglob("*.html")):
        html = re.sub(r'<p class="csm-pdf">.*?</p>', "", page.read_text("utf-8"))
        if FOOT not in html:
            continue
        address = posixpath.relpath(pdf.as_posix(), page.parent.as_posix())
        text = f'<p class="csm-pdf"><a href="{address}">The book as a PDF</a> '
        text += f"({count} pages, {size:.1f} MB)</p>"
        page.write_text(html.replace(FOOT, FOOT + text, 1), "utf-8")
        linked += 1
    return linked


def main(arguments: Sequence[str]) -> int:
    """Make the PDF in the built site and link it; return the exit status."""
    try:
        chromium = find_chromium()
        if "--find-chromium" in arguments:
            return 0
        contents = read_contents(ROOT / "_toc.yml")
        author = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["author"]
        pdf = SITE / NAME
        count = make(SITE, contents, pdf, chromium=chromium, author=author)
        if not link(SITE, pdf, count):
            raise PdfError("No page of the site has a foot to set the link in.")
    except PdfError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"The PDF has {count} pages and is linked from every page: {pdf}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
