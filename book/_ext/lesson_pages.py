"""Slides and handouts of lessons, from Markdown: what is said stands there, what is shown is made.

A file ``book/teaching/slides/<lesson>.md`` reads::

    # Title of the lesson

    ---

    ## What a percentage stands for

    . . .

    {finding} count-behind

    Handout:
    {finding} table-1-as-printed: 2008; Jobcentre Plus
    Which count is behind the percentage?

and after a line ``Notes:``, what the speaker reads, each line a paragraph.

Slides are parted by a line ``---`` and each begins with its title. What follows ``. . .`` waits for
a key, and so does the answer to a finding (`csm_lib.notebooks.take`), which is its title. With a
colon and some cells, ``{finding} key: 2008; Police``, a finding is cut to the rows in which every
column that holds one of them has one. What a slide shows of it is in ``slide_pictures.py``.

A handout is made of what its deck asks on paper, in that order: the parts ``Handout:``, and each
``{exercise} key`` that needs no computer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
from slide_pictures import BLANK, PICTURES

from csm_lib.download import PAPER, PAPER_SHORT
from csm_lib.findings import Finding, alt_of
from csm_lib.lesson import NAMES, Exercise, LessonError, opened
from csm_lib.notebooks import FOLDER as NOTEBOOKS
from csm_lib.notebooks import cells_of, take
from csm_lib.style import svg
from csm_lib.templates import render

SLIDES = Path(__file__).resolve().parents[1] / "teaching" / "slides"

ROWS = 5
"""The most rows of a table on a slide."""
TALLEST, TALLEST_ON_PAPER = 205, 450
"""Of a chart higher than this, in points, nobody could read the text: its table is shown."""
ROOM = {"read": 1, "reason": 2}
"""Ruled lines on a handout for a question; other exercises are none for paper."""

PUT_IN = re.compile(r"(?m)^\{(\w+)\}[ \t]*(.*)$\n?")
PAUSE = re.compile(r"(?m)^\. \. \.[ \t]*$")


# -- Slides ------------------------------------------------------------------


@dataclass(frozen=True)
class Slide:
    """One slide; its texts are Markdown without HTML.

    Attributes
    ----------
    text, answer
        What stands on it, and what waits for a key.
    notes, paper
        For the speaker, and for the handout.
    part, waits
        Whether it shows some rows of its finding, and whether these wait for a key, too.
    number
        Its number on the handout.
    """

    title: str
    text: str = ""
    answer: str = ""
    notes: str = ""
    paper: str = ""
    finding: Finding | None = None
    exercise: Exercise | None = None
    part: bool = False
    waits: bool = False
    number: int = 0

    @property
    def html(self) -> str:
        """What stands on it."""
        one = self.finding
        return render(
            "slide.html",
            slide=self,
            drawing=picture(one) if one else "",
            blank=picture(one, blank=True) if one and self.waits else "",
        )

    @property
    def told(self) -> str:
        """What the speaker reads: the notes, what is to be known of a finding, and the time."""
        lines = [line for line in self.notes.splitlines() if line.strip()]
        if one := self.finding:
            status = ", ".join(f"{count} {name}" for name, count in one.status.items())
            lines.append(
                f"**Base:** {one.base.rstrip('.')}. **Status:** {status}. "
                f"**Source:** {one.source.rstrip('.')}."
            )
            lines += [f"**Note:** {one.caveat}"] if one.caveat else []
        if self.exercise is not None:
            lines.append(f"**Time:** {self.exercise.minutes} minutes.")
        return "\n\n".join(lines)

    @property
    def on_paper(self) -> bool:
        """Whether it asks for something that is written on the handout."""
        return bool(self.paper or (self.exercise and self.exercise.level in ROOM))


def read_deck(name: str, folder: Path = SLIDES) -> tuple[Slide, ...]:
    """Read the slides of a lesson; the first is its title.

    Raises
    ------
    LessonError
        The file is not as it must be: with the number of the slide.
    """
    text = (folder / f"{name}.md").read_text("utf-8")
    parts = [part.strip() for part in re.split(r"(?m)^---[ \t]*$", text)]
    slides: list[Slide] = []
    tasks = 0
    for number, part in enumerate(filter(None, parts), 1):
        try:
            slide = read_slide(part)
        except (LessonError, KeyError) as fault:
            raise LessonError(f"{name}.md, slide {number}: {fault.args[0]}") from None
        tasks += slide.on_paper
        slides.append(replace(slide, number=tasks if slide.on_paper else 0))
    keys = [slide.finding.key for slide in slides if slide.finding is not None]
    if not slides or len(set(keys)) < len(keys):
        raise LessonError(f"{name}.md holds no slide, or shows a finding twice.")
    return tuple(slides)


def read_slide(text: str) -> Slide:
    """Read one slide; a LessonError or KeyError says what is wrong with it."""
    body, _, notes = re.sub(r"(?m)^Notes:", "\0", text, count=1).partition("\0")
    body, _, paper = re.sub(r"(?m)^Handout:", "\0", body, count=1).partition("\0")
    first, _, rest = body.strip().partition("\n")
    title = re.fullmatch(r"##? (.+)", first.strip())
    if title is None or re.search(r"(?m)^##? ", rest):
        raise LessonError(f"{first!r}: give it one title, ## Title; part slides by a line ---")
    now, *later = PAUSE.split(rest)
    kinds = [found[1] for found in PUT_IN.finditer(rest)]
    if set(kinds) - {"finding", "exercise"} or len(set(kinds)) < len(kinds):
        raise LessonError(f"It shows {', '.join(kinds)}: one finding and one exercise at the most.")
    given = {found[1]: found[2] for found in PUT_IN.finditer(rest)}
    finding = part_of(given["finding"]) if "finding" in given else None
    if finding and PUT_IN.sub("", rest.replace(". . .", "")).strip():
        raise LessonError(f"It has words of its own and {finding.key}: give each a slide.")
    tabled = finding and finding.key not in PICTURES and finding.draw is None
    if finding and tabled and len(finding.table) > ROWS:
        raise LessonError(f"{finding.key} has {len(finding.table)} rows: name {ROWS} at the most.")
    return Slide(
        title[1].strip(),
        PUT_IN.sub("", now).strip(),
        PUT_IN.sub("", "".join(later)).strip(),
        notes.strip(),
        paper.strip(),
        finding,
        ask(given["exercise"]) if "exercise" in given else None,
        part=":" in given.get("finding", ""),
        waits="{finding}" in "".join(later),
    )


def part_of(call: str) -> Finding:
    """Return a finding by its key, or the rows of it that hold the cells named.

    What a column says in all of them stands after the question and no longer in the table.
    """
    key, _, cells = (part.strip() for part in call.partition(":"))
    whole = take(key)
    wanted = [cell.strip() for cell in cells.split(";")]
    if not cells:
        return whole
    table = cut(whole.table, wanted)
    if len(table) == len(whole.table):
        raise LessonError(f"No cell of {key!r} holds {' or '.join(wanted)}.")
    given = {
        name: cell
        for name in table
        for cell in wanted
        if (table[name].astype(str) == cell).all() and len(table) > 1
    }
    return replace(
        whole,
        question=" ".join([whole.question, *(f"({cell})" for cell in given.values())]),
        base=f"{whole.base.rstrip('.')}; some of them here",
        data=cut(whole.data, wanted),
        shown=table.drop(columns=list(given)),
        draw=None,
    )


def cut(frame: pd.DataFrame, wanted: Sequence[str]) -> pd.DataFrame:
    """Return the rows in which each column that holds something wanted has some of it."""
    held = frame.astype(str).isin(wanted)
    return frame[held.loc[:, held.any()].all(axis=1)]


def picture(finding: Finding, *, blank: bool = False) -> str:
    """Return what a slide draws of a finding as inline SVG; empty where its table is shown.

    A blank picture is that before the class has worked it out, for a handout as well.
    """
    draw = (BLANK if blank else PICTURES).get(finding.key)
    if draw is None and (blank or finding.draw is None):
        return ""
    axes = draw(finding) if draw else finding.chart
    alt = finding.question if blank else alt_of("Picture", finding.table)
    made = svg(axes, key=f"{finding.key}{'-blank' if blank else '-slide'}", alt=alt)
    if height(made) > TALLEST:
        raise LessonError(f"The chart of {finding.key} is too high to be read: name fewer rows.")
    return made.replace("<svg ", '<svg preserveAspectRatio="xMinYMin" ', 1)


def ask(key: str) -> Exercise:
    """Return an exercise by its key, such as ``table-1``."""
    return opened(key.strip().rpartition("-")[0]).exercise(key.strip())


def slides_html(name: str, *, book: str, foot: str) -> str:
    """Return all slides of a lesson as sections, with a title before and their sources after.

    Parameters
    ----------
    name
        The lesson.
    book
        What the book is called.
    foot
        Licence and version, as HTML.
    """
    first, *rest = read_deck(name)
    found = [slide.finding.source for slide in rest if slide.finding is not None]
    paper = [PAPER] if any(PAPER_SHORT in source for source in found) else []
    sources = dict.fromkeys([*paper, *found])
    made: list[dict[str, Any]] = [{"name": first.title, "text": first.text, "notes": first.told}]
    made += [{"name": one.title, "html": one.html, "notes": one.told} for one in rest]
    made.append({"name": "Sources", "notes": ""})
    taken: list[str] = []
    for one in made:
        slug = re.sub(r"[^a-z0-9]+", "-", one["name"].lower()).strip("-")
        taken.append(slug)
        one["id"] = f"{slug}-{taken.count(slug)}" if taken.count(slug) > 1 else slug
    page = render("deck.html", slides=made, lesson=name, book=book, foot=foot, sources=sources)
    return linked(page)


def description(name: str) -> str:
    """Return one sentence on the slides of a lesson."""
    slides = read_deck(name)
    return (
        f"{len(slides)} slides with speaker notes for teaching the lesson “{slides[0].title}”, to "
        "show in a browser or to print."
    )


def linked(text: str) -> str:
    """Return HTML whose links within the site, written from its root, lead there from a folder."""
    return re.sub(r'href="(?![a-z][a-z0-9+.-]*:|[#?/.])', 'href="../', text)


# -- Handouts ----------------------------------------------------------------


def handout(name: str, folder: Path = NOTEBOOKS) -> str:
    """Return what the deck of a lesson asks on paper, with room for the answers.

    No solutions, no hints, nothing that needs a screen. The title and the first paragraph are
    those of the lesson's notebook in the folder.
    """
    title, story, _ = introduction(folder / f"lesson_{name}.ipynb")
    tasks = [task_of(slide) for slide in read_deck(name) if slide.on_paper]
    return render("handout.html", title=title, story=story, tasks=tasks)


def introduction(notebook: Path) -> tuple[str, str, str]:
    """Return the title of a lesson, its first paragraph and its objectives, as Markdown."""
    text = "\n\n".join(text for kind, text in cells_of(notebook) if kind == "markdown")
    title = re.search(r"(?m)^# (.+)$", text)
    story = re.search(r"(?ms)^# .+?\n\s*\n(.+?)\n\s*\n", text)
    objectives = re.search(r"(?ms)^## Objectives\s*\n(.+?)(?=^## )", text)
    if title is None or story is None or objectives is None:
        raise LessonError(
            f"{notebook.name} needs a title, a paragraph under it and a section 'Objectives'."
        )
    return title[1], without_roles(story[1]), without_roles(objectives[1]).strip()


def without_roles(text: str) -> str:
    """Return Markdown without what only the site can resolve: terms and links become their words.

    >>> without_roles("the {term}`bases <base>` of a {term}`panel` {cite:p}`holm1979`.")
    'the bases of a panel.'
    """
    text = re.sub(r"\s*\{cite:?\w*\}`[^`]*`", "", text)
    text = re.sub(r"\{[\w:]+\}`([^`<]+?)\s*(?:<[^`]*>)?`", r"\1", text)
    return re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)


def task_of(slide: Slide) -> dict[str, Any]:
    """What a sheet shows of a slide: what to look at, and its questions one by one."""
    exercise, named = slide.exercise, PUT_IN.search(slide.paper)
    look = part_of(named[2]) if named else exercise.finding if exercise else None
    if look is None:
        drawing = picture(slide.finding, blank=True) if slide.finding else ""
    else:
        drawing = drawn(look, TALLEST_ON_PAPER)
    asked = [PUT_IN.sub("", slide.paper).strip(), exercise.task.strip() if exercise else ""]
    blocks = []
    for block in re.split(r"\n\s*\n", "\n\n".join(filter(None, asked))):
        items = re.split(r"(?m)^- ", block)[1:] if block.startswith("- ") else []
        blocks.append(("" if items else block, items))
    return {
        "slide": slide,
        "finding": look,
        "drawing": drawing,
        "tabled": look is not None and not _tells_all(drawing, look),
        "blocks": blocks,
        "listed": any(items for _, items in blocks),
        "room": ROOM[exercise.level] if exercise else 1,
    }


def _tells_all(drawing: str, finding: Finding) -> bool:
    """Whether every count of a table stands in its chart, too."""
    told = re.findall(r">([^<]*)</text>", drawing)
    cells = finding.table.astype(str).to_numpy().ravel()
    counts = {count for cell in cells for count in re.findall(r"\d+ of \d+", cell)}
    return bool(drawing and counts) and counts <= set(told)


def drawn(finding: Finding | None, tallest: float) -> str:
    """Return the chart of a finding as inline SVG; empty where it has none or it is too high."""
    if finding is None or finding.draw is None:
        return ""
    drawing = finding.drawing
    return drawing if height(drawing) <= tallest else ""


def height(drawing: str) -> float:
    """Return how high a chart is, in points; all are equally wide."""
    found = re.search(r'viewBox="\S+ \S+ \S+ (\S+)"', drawing)
    return float(found[1]) if found else 0.0


def lessons(pages: Sequence[str]) -> list[str]:
    """Return the lessons whose page is among those of a book."""
    return [name for name in NAMES if f"notebooks/lesson_{name}" in pages]
