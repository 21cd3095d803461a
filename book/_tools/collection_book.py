"""Build the book of any collection: the same site on other data.

The chapters that fit the data (`csm_lib.survey.catalogue`) become notebooks, whose findings are
made here, in one process; pages on methods, words and terms of use stand beside them, and the
settings are those of the book that ships, with the names of the collection. All of it is written to
``_build/<name>/source``, and Jupyter Book makes the site of it in ``_build/<name>/html``.

What a collection holds is anybody's text. It goes into pages through `markdown`, into settings
through `plain` and `html.escape`, and into code through `repr`.

A site is made beside the one that is there, and takes its place at the end; where nothing that it
is made of has changed, it stays. The book on the paper, whose source is the project itself, is
built in the same way where no folder is named.

Usage: python book/_tools/collection_book.py [--site | --lab] [FOLDER]
"""

from __future__ import annotations

import argparse
import errno
import hashlib
import html
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from string import Template
from typing import Any

import nbformat
import yaml  # type: ignore[import-untyped]
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from csm_lib import view, words
from csm_lib.collection import CHOSEN, Collection
from csm_lib.download import file_name, version
from csm_lib.errors import CollectionError
from csm_lib.own import open_collection
from csm_lib.survey.catalogue import DEVICES, Chapter, chapters_of, main_points
from csm_lib.survey.evidence import evidence
from csm_lib.survey.pages import LONGEST_NAME
from csm_lib.templates import filled

if sys.platform != "win32":
    import fcntl

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "_build"
PAGES = ROOT / "book" / "own"

TAKEN = ("html", "paper", "pdf")
"""Names under `BUILT` that the book that ships uses itself."""

FULL = f"{errno.ENOSPC}|{errno.EDQUOT}"
"""The numbers of errors for which there is no room on a disk."""
UNCHANGED = "Nothing that it is made of has changed."

NO_SOURCES = ("_build", "own", "tests", "benchmarks")
"""Folders of the project that no site is made of."""

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


class BuildError(Exception):
    """The site could not be made from a source that could be written."""


# -- Text of others ----------------------------------------------------------

# Signs that turn the direction of the text around them.
TURNING = dict.fromkeys(
    map(ord, "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)

# Special wherever they stand; what would make an address a link; special at the start of a line.
SPECIAL = re.compile(r"[\\`*_{}\[\]<>&$|~#^@]|:(?=//)|(?<=www)\.", re.IGNORECASE)
STARTING = re.compile(r"^(\d*)([-+=:%(!.)])")


def plain(text: str) -> str:
    """One line of text: spaces for line ends and control characters, no turning of direction."""
    signs = (
        " " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign
        for sign in text.translate(TURNING)
    )
    line = " ".join("".join(signs).split())
    return line.encode("utf-8", "replace").decode("utf-8")  # half a character cannot be written


def markdown(text: str) -> str:
    """Text as Markdown that shows it and does nothing else, on one line.

    Parameters
    ----------
    text
        Anybody's text. What Markdown, MyST or HTML would act on is escaped, so that nothing of it
        becomes a tag, a role, a directive, a link, a formula or a list.
    """
    return STARTING.sub(r"\1\\\2", SPECIAL.sub(r"\\\g<0>", plain(text)))


def paragraphs(text: str) -> list[str]:
    """Text as Markdown, with the paragraphs that blank lines make of it."""
    parts = re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    return [shown for part in parts if (shown := markdown(part))]


# -- What is said of any data ------------------------------------------------


@dataclass(frozen=True)
class Lesson:
    """The frame of a chapter: what it teaches, presumes, and cannot say.

    Attributes
    ----------
    learn, presumes
        Parts of the box at its head. ``$many`` and ``$one`` are what respondents are called.
    limits
        What the data cannot say, and why, where it is special to this chapter.
    """

    learn: str
    presumes: str
    limits: Sequence[tuple[str, str]] = ()


WORDS = "what a base, a share and a percentage point are ({doc}`/book/glossary`)."

LESSONS: Mapping[str, Lesson] = {
    "findings": Lesson(
        "the main results, each in one sentence with its chart, and where to read on.", "nothing."
    ),
    "who_answered": Lesson(
        "how many $many answered, which ones they are, and how much they left blank.",
        "nothing.",
        (
            ("Why some did not answer.", "Nothing here shows that."),
            ("How those who are missing would have answered.", "Nor does anything here show that."),
        ),
    ),
    "change": Lesson(
        "what rose and what fell between the years, and how certain that is.",
        WORDS,
        (("Whether a change will last.", "A few years are not a trend."),),
    ),
    "early_warning": Lesson(
        "what becomes rarer from the first year to the last, and how certain that is.",
        WORDS,
        (
            ("What comes next.", "A fall is a reason to ask, not a forecast."),
            ("Why something falls.", "Answers show that it does, not for what reason."),
        ),
    ),
    "evidence": Lesson("everything that was compared, and what came of it.", WORDS),
    "explore": Lesson(
        "how to find the figure of an item yourself, and how to see what it rests on.",
        WORDS,
        (
            ("Why a share is high or low.", "Shares tell how many, not for what reason."),
            ("Whether a pattern is more than chance.", "Who looks at many figures will find one."),
        ),
    ),
}

SECTION = Lesson(
    "what $many answered to each question of this part, out of how many, and what changed "
    "where there is more than one year.",
    WORDS,
)

RESPONDENT = Lesson(
    "what this $one answered, how that compares with others, and what changed.",
    WORDS,
    (
        ("Whether it should be like the others.", "What most others do is not a target."),
        ("How things are now.", "A return describes the time when it was sent."),
    ),
)

PARTS: Mapping[str, str] = {
    "change": "What changed",
    "early_warning": "What changed",
    "evidence": "Reference",
    "explore": "Look for yourself",
    "codebook": "Reference",
}
"""The part of the contents that a chapter belongs to; any other is in `ANSWERED`."""

ANSWERED, RESPONDENTS, REFERENCE = "What was answered", "One by one", "Reference"
ORDER = (ANSWERED, "What changed", "Look for yourself", RESPONDENTS, REFERENCE)

EXPLORE = """\
# Explore

Choose any items of the questionnaire, a year, every year or the change from the first to the last,
and an order.
The chart and the table show what you chose, the address of the page keeps it, and you can take both
away."""

SHORT = 20
"""A first paragraph of fewer characters cannot stand for its page where that is searched for."""

REFERENCE_PAGES = (
    "a_to_z",
    "limits",
    "methods",
    "glossary",
    "take_away",
    "cite",
    "accessibility",
    "notices",
)


def facts(collection: Collection) -> dict[str, Any]:
    """What the pages may say of a collection, as Markdown, by the name they call it."""
    years = markdown(words.listed([*map(collection.wave, collection.years)]))
    small = words.span(1, collection.threshold - 1)
    withheld = (
        f"A count of {small} is withheld, whether of an answer, of all other answers or of a whole "
        "group. An item is shown by group in a year only where no group has such a count: all "
        "groups are shown, or none, so that no count can be found by subtraction. Where nothing of "
        "a section can be shown by group, it has no table by group.\n"
        "A withheld cell is empty in every table, chart and download, and is marked as withheld."
        if collection.threshold > 1
        else "Nothing is withheld in this book."
    )
    licence = (
        f"The numbers are under these terms: {markdown(collection.licence)}."
        if collection.licence
        else "No terms are stated for the numbers. Ask whoever holds the returns before "
        "you pass them on."
    )
    return {
        "title": markdown(collection.title),
        "one": markdown(collection.one),
        "many": markdown(collection.many),
        "Many": words.sentence(markdown(collection.many)),
        "number": str(collection.size),
        "years": years,
        "source": markdown(collection.source or collection.title),
        "label": f"{markdown(collection.label)}." if collection.label else "",
        "withheld": withheld,
        "licence": licence,
        "version": version(),
        "unit": collection.unit,
        "who": "who" if collection.unit == "person" else "that",
        "kinds": {item.kind for item in collection.codebook.values()},
        "numbers": any(item.is_number for item in collection.codebook.values()),
        "groups": bool(collection.split),
        "tested": len(evidence(collection)) > 0,
    }


# -- Notebooks ---------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """One call of a notebook: its heading, as Markdown, its source, and what makes its result."""

    heading: str
    call: str
    make: Callable[[], Any]


def notebook(
    intro: Sequence[str],
    imports: Iterable[str],
    shown: Iterable[Shown | str],
    outro: str = "",
    *,
    run: bool = True,
) -> NotebookNode:
    """A notebook: what it says first, what it imports, what it shows, and what it says last.

    Parameters
    ----------
    intro, outro
        Markdown: a cell each.
    imports
        Modules that the calls need: of `csm_lib.survey`, or ``profile`` or ``view``.
    shown
        The calls, each under its heading, and Markdown between them: a cell each.
    run
        Whether to make the results and store them, as Jupyter would.
    """
    setup = "from csm_lib.own import open_collection\n\ncollection = open_collection()"
    if modules := ", ".join(sorted(imports)):
        home = {"profile": "csm_lib.own", "view": "csm_lib"}.get(modules, "csm_lib.survey")
        setup = f"from {home} import {modules}\n{setup}"
    cells = [new_markdown_cell(text) for text in intro]
    cells.append(code(setup, "remove-cell"))
    number = 1
    for part in shown:
        if isinstance(part, str):
            cells.append(new_markdown_cell(part))
            continue
        if part.heading:
            cells.append(new_markdown_cell(f"## {part.heading}"))
        cell = code(part.call, "hide-input")
        number += 1
        if run:
            cell.execution_count = number
            cell.outputs = [result(part, number)]
        cells.append(cell)
    if run:
        next(cell for cell in cells if cell.cell_type == "code").execution_count = 1
    if outro:
        cells.append(new_markdown_cell(outro))
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"  # nbformat's own are random
    made: NotebookNode = new_notebook(cells=cells, metadata=METADATA)
    return made


def code(source: str, tag: str) -> NotebookNode:
    """A code cell that has not been run."""
    cell: NotebookNode = new_code_cell(source, metadata={"tags": [tag]})
    return cell


def result(part: Shown, number: int) -> NotebookNode:
    """What a call shows, as the output of a cell of this number."""
    try:
        bundle = part.make()._repr_mimebundle_()
    except Exception as error:
        error.add_note(f"While making {part.call}")
        raise
    output: NotebookNode = new_output("execute_result", bundle, execution_count=number)
    return output


def frame(lesson: Lesson, findings: int, said: Mapping[str, str]) -> tuple[str, str]:
    """The box at a chapter's head and the section at its end, for so many findings."""
    minutes = 5 * math.ceil((1 + 2 * findings) / 5)
    before = (
        ":::{admonition} Before you start\n"
        f"- **What you will learn:** {Template(lesson.learn).substitute(said)}\n"
        f"- **What it presumes:** {Template(lesson.presumes).substitute(said)}\n"
        f"- **Time:** {minutes} minutes.\n:::"
    )
    limits = [f"- **{lead}** {Template(why).substitute(said)}" for lead, why in lesson.limits]
    for_all = "{doc}`/book/limits` says what every figure of this book can and cannot bear."
    return before, "\n".join(["## What the data cannot say", "", *limits, "", for_all])


def chapter_notebook(
    chapter: Chapter, title: str, collection: Collection, *, more: str = "", run: bool = True
) -> NotebookNode:
    """The notebook of a chapter.

    Parameters
    ----------
    chapter
        From `csm_lib.survey.catalogue.chapters_of`.
    title
        Its heading: the chapter's own, unless another has the same.
    collection
        Whose book it is.
    more
        Markdown that follows the findings.
    run
        Whether to make the findings.
    """
    said = facts(collection)
    head = f"# {markdown(title)}"
    answered = f"What {said['number']} {said['many']} answered in {said['years']}"
    parts: list[Shown | str] = [Shown(markdown(e.heading), e.call, e.make) for e in chapter.entries]
    before, limits = frame(LESSONS.get(chapter.name, SECTION), len(parts), said)
    imports = ["pages"]
    if chapter.name == "findings":  # the answer on the first screen, and all else after it
        intro = [f"{head}\n\n{answered}: {said['title']}."]
        points = Shown("", "catalogue.main_points(collection)", lambda: main_points(collection))
        about = ["## About this book", *paragraphs(collection.about)]
        if collection.label:
            about.append(
                f":::{{admonition}} {markdown(collection.label)}\n:class: warning\n"
                "No sentence, chart or table of this book is evidence of anything.\n:::"
            )
        parts = [points, *about, before, *parts]
        imports.append("catalogue")
    else:
        about = paragraphs(chapter.about)
        if not about or len(about[0]) < SHORT:
            about.insert(0, f"{answered} to each question of this part.")
        intro = ["\n\n".join([head, *about])]
        if chapter.name == "codebook":  # a page to look things up in is no lesson
            return notebook(intro, imports, parts, more, run=run)
        intro.append(before)
    return notebook(intro, imports, parts, "\n\n".join(filter(None, [more, limits])), run=run)


def respondent_notebook(
    authority: str, title: str, collection: Collection, *, run: bool = True
) -> NotebookNode:
    """The notebook of one respondent, under a title that no other page has."""
    from csm_lib.own import profile

    said = facts(collection)
    before, limits = frame(RESPONDENT, 1, said)
    about = f"What this {said['one']} answered, compared with the others."
    call = f"profile.profile(collection, {authority!r})"
    shown = [Shown("", call, lambda: profile.profile(collection, authority))]
    intro = [f"# {markdown(title)}\n\n{about}", before]
    return notebook(intro, ["profile"], shown, limits, run=run)


def explore_notebook(collection: Collection, *, run: bool = True) -> NotebookNode:
    """The notebook in which a reader chooses what to see."""
    shown = Shown("", "view.explore(collection)", lambda: view.explore(collection))
    outro = "\n\n".join(frame(LESSONS["explore"], 1, facts(collection)))
    return notebook([EXPLORE], ["view"], [shown], outro, run=run)


# -- The source of the book --------------------------------------------------


def unique(names: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """Names as they are, with a number after each that has been given before.

    Capitals make no difference, as they make none in the files of some systems.
    """
    seen = {name.casefold() for name in taken}
    given = []
    for name in names:
        free, number = name, 1
        while free.casefold() in seen:
            number += 1
            free = f"{name}-{number}"
        seen.add(free.casefold())
        given.append(free)
    return given


def respondent_files(who: Iterable[str]) -> list[str]:
    """Respondents as the names of files, which every system can have."""
    return unique((file_name(name)[:LONGEST_NAME].strip("-") for name in who), taken=DEVICES)


def settings(collection: Collection) -> dict[str, Any]:
    """The settings of the book that ships, with the names and terms of a collection."""
    made: dict[str, Any] = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    title = plain(collection.title)
    made |= {"title": title, "author": "", "copyright": ""}
    made["execute"] = {"execute_notebooks": "off"}  # they come with their results
    made["repository"] = {"url": "", "branch": ""}  # no repository holds these notebooks
    made["html"] |= {"baseurl": "", "extra_footer": footer(collection)}
    del made["bibtex_bibfiles"]
    config = made["sphinx"]["config"]
    config["extensions"].remove("sphinxcontrib.bibtex")
    del config["bibtex_reference_style"], config["bibtex_cite_id"]
    config["html_theme_options"]["logo"]["text"] = html.escape(title)
    config["csm_own"] = True
    said = asdict(collection.edition)
    config["csm_edition"] = {key: plain(str(value or "")) for key, value in said.items()}
    config["csm_items"] = [  # for the list from A to Z
        [one.item, *map(plain, (one.label, collection.codebook.title(one.section), one.question))]
        for one in collection.codebook.values()
    ]
    return made


def footer(collection: Collection) -> str:
    """What stands at the foot of every page, as HTML."""
    label, licence = plain(collection.label), plain(collection.licence)
    parts = [
        label,
        f"Text and figures: {licence}." if licence else "",
        f"{plain(collection.title)}. Made with csm_lib {version()}.",
    ]
    return "".join(f"<p>{html.escape(part)}</p>" for part in parts if part)


def contents(parts: Mapping[str, Sequence[str]], root: str) -> dict[str, Any]:
    """The order of the book: the pages of each part, by its caption."""
    return {
        "format": "jb-book",
        "root": root,
        "parts": [
            {"caption": caption, "chapters": [{"file": page} for page in parts[caption]]}
            for caption in ORDER
            if parts.get(caption)
        ],
    }


def where_next(pages: Iterable[str]) -> str:
    """Links to pages, whose titles Sphinx fills in."""
    links = [f"- {{doc}}`/{page}`" for page in pages]
    return "\n".join(["## Where to go next", "", *links])


def write_source(collection: Collection, folder: Path, *, run: bool = True) -> None:
    """Write the source of a collection's book to an empty folder.

    Parameters
    ----------
    collection
        Whose book it is.
    folder
        Where to; made if missing.
    run
        Whether the notebooks hold their findings.

    Raises
    ------
    CollectionError
        A finding cannot be made from this collection.
    """
    chapters = [chapter for chapter in chapters_of(collection) if chapter.entries]
    if [chapter.name for chapter in chapters].count("findings") != 1:
        raise CollectionError(
            f"{collection.path}: nothing was answered that a finding could be made of. "
            "Check that the returns hold answers."
        )
    chapters.sort(key=lambda chapter: chapter.name != "findings")
    names = unique(file_name(c.name).replace("-", "_") for c in chapters)
    said = facts(collection)
    texts = {
        name: filled((PAGES / f"{name}.md").read_text("utf-8"), said) for name in REFERENCE_PAGES
    }
    headings = [text.removeprefix("# ").partition("\n")[0] for text in texts.values()]
    headings.append(EXPLORE.removeprefix("# ").partition("\n")[0])
    titles = unique((plain(c.title) or c.name for c in chapters), taken=headings)

    parts: dict[str, list[str]] = {}
    for chapter, name in zip(chapters[1:], names[1:], strict=True):
        parts.setdefault(PARTS.get(chapter.name, ANSWERED), []).append(f"notebooks/{name}")
    if any(not item.is_number for item in collection.codebook.values()):
        parts[PARTS["explore"]] = ["notebooks/explore"]
        made = explore_notebook(collection, run=run)
        write_notebook(made, folder / "notebooks" / "explore.ipynb")
    read_on = [page for caption in ORDER for page in parts.get(caption, [])]
    for chapter, name, title in zip(chapters, names, titles, strict=True):
        more = where_next(read_on) if chapter.name == "findings" else ""
        made = chapter_notebook(chapter, title, collection, more=more, run=run)
        write_notebook(made, folder / "notebooks" / f"{name}.ipynb")
    if collection.authority_pages:
        who = sorted(collection.returns["authority"].astype(str).unique())
        files = respondent_files(who)
        parts[RESPONDENTS] = [f"respondents/{name}" for name in files]
        theirs = unique(map(plain, who), taken=[*headings, *titles])
        for authority, name, title in zip(who, files, theirs, strict=True):
            made = respondent_notebook(authority, title, collection, run=run)
            write_notebook(made, folder / "respondents" / f"{name}.ipynb")
    for name, text in texts.items():
        write(folder / "book" / f"{name}.md", text)
    parts.setdefault(REFERENCE, []).extend(f"book/{name}" for name in REFERENCE_PAGES)

    write(folder / "_toc.yml", as_yaml(contents(parts, f"notebooks/{names[0]}")))
    write(folder / "_config.yml", as_yaml(settings(collection)))
    unwanted = shutil.ignore_patterns("__pycache__", "card.png")  # a picture of the book that ships
    for name in ("_ext", "assets"):
        shutil.copytree(ROOT / "book" / name, folder / "book" / name, ignore=unwanted)


def as_yaml(values: Mapping[str, Any]) -> str:
    """Settings as YAML, in their order."""
    return str(yaml.safe_dump(values, allow_unicode=True, sort_keys=False))


def write(path: Path, text: str) -> None:
    """Write a file and the folders it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def write_notebook(made: NotebookNode, path: Path) -> None:
    """Write a notebook and the folders it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(made, path)


# -- The site ----------------------------------------------------------------


def place(folder: Path) -> Path:
    """Where the book of a collection's folder is built."""
    name = file_name(folder.resolve().name)
    return BUILT / (f"collection-{name}" if name in TAKEN else name)


@contextmanager
def alone(site: Path) -> Iterator[tuple[int, ...]]:
    """Hold the lock on a site while it is made; wait, and say so, while another build holds it.

    The system frees a lock when the last process that holds it ends, however it ends. So the
    program that builds is given what the block is given, and outlives a killed parent with it.
    Windows has no such lock: there nothing is held.
    """
    if sys.platform == "win32":
        yield ()
        return
    path = site.with_name(f".{site.name}.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            whose = f"process {lock.read()}".strip()
            print(f"{site}: {whose} is building it. Waiting; Ctrl+C stops.", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield (lock.fileno(),)


def swap(new: Path, old: Path) -> None:
    """Put what is new in the place of what is old, which stays if that fails."""
    kept = _kept(old)
    try:
        if old.exists():
            old.rename(kept)
        new.rename(old)
    except BaseException:
        restore(old)
        raise
    shutil.rmtree(kept, ignore_errors=True)


def restore(old: Path) -> None:
    """Bring back what a swap took away that was killed before its end."""
    if _kept(old).exists() and not old.exists():
        _kept(old).rename(old)
    shutil.rmtree(_kept(old), ignore_errors=True)


def _kept(old: Path) -> Path:
    return old.with_name(f".{old.name}.old")


def made_of(*folders: Path) -> dict[str, str]:
    """Digests of all that a site is made of.

    Returns
    -------
    dict of str
        That of each file of the project and of other folders, by its path, and that of what is
        installed and set, by no name.
    """
    project = [path for path in ROOT.iterdir() if path.name not in NO_SOURCES]
    found = [
        file
        for place in [*(path for path in project if not path.name.startswith(".")), *folders]
        for file in ([place] if place.is_file() else place.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    ]
    packages = sorted(f"{one.name} {one.version}" for one in metadata.distributions())
    settings = sorted(one for one in os.environ.items() if one[0].startswith("CSM_"))
    said = json.dumps([sys.version, packages, settings])
    read = {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in found}
    return read | {"": hashlib.sha256(said.encode()).hexdigest()}


def changed(site: Path, made: Mapping[str, str]) -> set[str] | None:
    """The names under which `made_of` differs from what a site was made of; None if unknown."""
    note = note_of(site)
    if not ((site / "index.html").is_file() and note.is_file()):
        return None
    try:
        before = json.loads(note.read_text("utf-8"))
    except ValueError:  # half written
        return None
    return {name for name in before.keys() | made.keys() if before.get(name) != made.get(name)}


def are_pages(names: Iterable[str]) -> bool:
    """Whether all of these files are pages of the book on the paper that no notebook reads."""
    return all(Path(name).parent == PAGES.parent and name.endswith(".md") for name in names)


def note_of(site: Path) -> Path:
    """What tells of what a site is made; whoever changes the site takes it away."""
    return site.with_name(f".{site.name}.made")


def made_by_jupyter_book(
    source: Path, out: Path, held: tuple[int, ...], whose: Mapping[str, str], *, afresh: bool = True
) -> Path:
    """Make the site of a source in a folder, and return it.

    Parameters
    ----------
    source, out
        Of the book. What Jupyter Book keeps for the next time lies in ``out/_build``, too.
    held
        The lock, which is held until Jupyter Book has ended.
    whose
        What is added to the environment.
    afresh
        Whether all pages are read. Else those are that have changed, and all are written.

    Raises
    ------
    BuildError
        Jupyter Book did not make the site. What it said stands on the error stream.
    OSError
        It had no room on the disk.
    """
    program = shutil.which("jupyter-book", path=str(Path(sys.executable).parent))
    if program is None:
        raise BuildError(
            "Jupyter Book is not installed beside this Python. Install requirements.txt first."
        )
    site = out / "_build" / "html"
    shutil.rmtree(site, ignore_errors=True)
    how = ["--warningiserror", "--nitpick", "--keep-going", *(["--all"] if afresh else [])]
    command = [program, "build", source, "--path-output", out, "--quiet", *how]
    try:
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as stream:
            ran = subprocess.run(
                list(map(str, command)),
                stdout=subprocess.DEVNULL,
                stderr=stream,
                env=os.environ | whose,
                check=False,
                pass_fds=held,
                start_new_session=True,  # Ctrl+C is for this program, which then ends that one
            )
            stream.seek(0)
            said = stream.read()
        full = re.search(rf"\[Errno ({FULL})\][^\n]*?'([^'\n]+)'", said) if ran.returncode else None
        if full:
            raise OSError(int(full[1]), os.strerror(int(full[1])), full[2])
        sys.stderr.write(said)
        if ran.returncode:
            raise BuildError(
                "The book was not built; the site is as it was. What is wrong stands above."
            )
    except BaseException:
        shutil.rmtree(site, ignore_errors=True)
        raise
    return site


def build_paper() -> Path:
    """Build the book on the paper and return the folder of its site, as `build` does."""
    site = BUILT / "html"
    with alone(site) as held:
        restore(site)
        sources = made_of()
        differ = changed(site, sources)
        if differ == set():
            print(UNCHANGED, flush=True)
            return site
        # What Sphinx has read is that of the site only as long as no other build has begun.
        pages = differ is not None and are_pages(differ)
        if pages:
            print("Reading the pages that have changed ...", flush=True)
        else:
            print("Running the notebooks that may have changed ...", flush=True)
            note_of(site).unlink(missing_ok=True)
        made = made_by_jupyter_book(ROOT, BUILT / "paper", held, {}, afresh=not pages)
        note_of(site).unlink(missing_ok=True)
        swap(made, site)
        note_of(site).write_text(json.dumps(sources), "utf-8")
    return site


def build(folder: Path) -> Path:
    """Build the book of a collection and return the folder of its site.

    The site that is there stays until the new one, made beside it, takes its place.

    Raises
    ------
    CollectionError
        The collection is not as it must be.
    BuildError
        Jupyter Book did not make the site. What it said stands on the error stream.
    """
    collection = open_collection(folder)
    here = place(folder)
    fresh, site, source = here / "new", here / "html", here / "source"
    with alone(here) as held:
        restore(site)
        restore(source)
        sources = made_of(folder.resolve())
        if source.is_dir() and changed(site, sources) == set():
            print(UNCHANGED, flush=True)
            return site
        shutil.rmtree(fresh, ignore_errors=True)
        try:
            write_source(collection, fresh / "source")
            whose = {CHOSEN: str(folder.resolve())}
            made = made_by_jupyter_book(fresh / "source", fresh, held, whose)
            lighten(made)
            note_of(site).unlink(missing_ok=True)
            swap(made, site)
            swap(fresh / "source", source)
            note_of(site).write_text(json.dumps(sources), "utf-8")
        except BuildError:  # what was said above names files of the source
            raise
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        shutil.rmtree(fresh)
    return site


def lighten(site: Path) -> None:
    """Leave in the notebooks that a site offers the text of their results only."""
    for path in sorted((site / "_sources").rglob("*.ipynb")):
        taken = nbformat.read(path, as_version=4)
        for cell in taken.cells:
            for output in cell.get("outputs", []):
                output.data = {"text/plain": output.data["text/plain"]}
        nbformat.write(taken, path)


def lab(folder: Path) -> Path:
    """Write the notebooks of a collection to work in, and return their folder.

    One that is there already stays as it is, since somebody may have worked in it.
    """
    collection = open_collection(folder)
    here = place(folder)
    here.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".lab-", dir=here) as name:
        fresh = Path(name)
        write_source(collection, fresh, run=False)
        for path in sorted(fresh.rglob("*.ipynb")):
            kept = here / "lab" / path.relative_to(fresh)
            if not kept.exists():
                kept.parent.mkdir(parents=True, exist_ok=True)
                path.rename(kept)
    return here / "lab"


def main(arguments: Sequence[str] | None = None) -> int:
    """Build a book, or say where one is; return 2 if the collection is at fault."""
    parser = argparse.ArgumentParser(description="Build the book of a collection.")
    parser.add_argument(
        "folder",
        type=Path,
        nargs="?",
        help="the collection's folder (default: the book on the paper)",
    )
    other = parser.add_mutually_exclusive_group()
    other.add_argument("--site", action="store_true", help="only print where the site is built")
    other.add_argument("--lab", action="store_true", help="write its notebooks and print where")
    chosen = parser.parse_args(arguments)
    folder: Path | None = chosen.folder
    if chosen.lab and folder is None:
        parser.error("name the folder of a collection: the notebooks on the paper are there")
    site = (BUILT if folder is None else place(folder)) / "html"
    try:
        if chosen.site:
            print(site)
        elif folder is None:
            print("Building the book on the paper ...", flush=True)
            print(f"The book is built. Open {build_paper() / 'index.html'} or run: make serve")
        elif chosen.lab:
            print(lab(folder))
        else:
            print(f"Building the book of {folder} ...", flush=True)
            print(f"The book is built. Open {build(folder) / 'index.html'}")
    except KeyboardInterrupt:
        print(f"\nStopped. {site} is as it was.", file=sys.stderr)
        return 130
    except OSError as error:
        where = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        remedy = "Check the folder, its rights and the room on the disk."
        print(f"{where}. {remedy}", file=sys.stderr)
        return 1
    except CollectionError as error:
        print(error, file=sys.stderr)
        return 2
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
