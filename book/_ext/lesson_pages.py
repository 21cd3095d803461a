"""Slides and handouts of lessons, from Markdown: what is said stands there, what is shown is made.

A file ``book/teaching/slides/<lesson>.md`` reads::

    # Title of the lesson

    ---

    ## What a percentage stands for

    {finding} count-behind

Notes
-----
    What the speaker reads, each line a paragraph.

Slides are parted by a line ``---`` and each begins with its title. A line ``{finding}`` shows the
chart or the table of a finding by its key (`csm_lib.notebooks.take`); with a colon and some cells,
``{finding} verdicts: CAMHS; Jobcentre Plus``, the rows of its table that hold one of them. A line
``{exercise}`` shows the task of an exercise.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from csm_lib.download import PAPER, PAPER_SHORT, file_name
from csm_lib.findings import Finding
from csm_lib.lesson import NAMES, Exercise, LessonError, opened
from csm_lib.notebooks import FOLDER as NOTEBOOKS
from csm_lib.notebooks import cells_of, take
from csm_lib.templates import render

SLIDES = Path(__file__).resolve().parents[1] / "teaching" / "slides"

LOWEST_BESIDE = 250
"""A chart higher than this, in points, stands beside the text and not under it."""
TALLEST, TALLEST_ON_PAPER = 530, 450
"""Of a chart higher than this nobody could read the text: its table is shown."""
ROOM = {"read": 1, "reason": 2}
"""Ruled lines on a handout for a question; other exercises are none for paper."""

PUT_IN = re.compile(r"\{(\w+)\}\s*(.*)")


# -- Slides ------------------------------------------------------------------


@dataclass(frozen=True)
class Slide:
    """One slide: ``text`` and the speaker's ``notes`` are Markdown without HTML."""

    title: str
    text: str = ""
    notes: str = ""
    finding: Finding | None = None
    exercise: Exercise | None = None

    @property
    def html(self) -> str:
        """What stands on it: under the title, or beside a chart that is high."""
        drawing = drawn(self.finding, TALLEST)
        beside = bool(drawing) and (bool(self.text) or height(drawing) > LOWEST_BESIDE)
        return render("slide.html", slide=self, drawing=drawing, beside=beside)

    @property
    def told(self) -> str:
        """What the speaker reads: the notes, the note of a finding, and the time a task takes."""
        lines = [line for line in self.notes.splitlines() if line.strip()]
        if self.finding is not None and self.finding.caveat:
            lines.append(f"**Note:** {self.finding.caveat}")
        if self.exercise is not None:
            lines.append(f"**Time:** {self.exercise.minutes} minutes.")
        return "\n\n".join(lines)


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
    for number, part in enumerate(filter(None, parts), 1):
        try:
            slides.append(read_slide(part))
        except (LessonError, KeyError) as fault:
            raise LessonError(f"{name}.md, slide {number}: {fault.args[0]}") from None
    keys = [slide.finding.key for slide in slides if slide.finding is not None]
    if not slides or len(set(keys)) < len(keys):
        raise LessonError(f"{name}.md holds no slide, or shows a finding twice.")
    return tuple(slides)


def read_slide(text: str) -> Slide:
    """Read one slide; a LessonError or KeyError says what is wrong with it."""
    body, _, notes = re.sub(r"(?m)^Notes:", "\0", text, count=1).partition("\0")
    first, *lines = body.strip().splitlines()
    title = re.fullmatch(r"##? (.+)", first.strip())
    if title is None or any(re.match(r"##? ", line) for line in lines):
        raise LessonError(f"{first!r}: give it one title, ## Title; part slides by a line ---")
    shown = [found for line in lines if (found := PUT_IN.fullmatch(line.strip()))]
    kinds = [found[1] for found in shown]
    if set(kinds) - {"finding", "exercise"} or len(set(kinds)) < len(kinds):
        raise LessonError(f"It shows {', '.join(kinds)}: one finding and one exercise at the most.")
    given = {found[1]: found[2] for found in shown}
    return Slide(
        title[1].strip(),
        "\n".join(line for line in lines if not PUT_IN.fullmatch(line.strip())).strip(),
        notes.strip(),
        part_of(given["finding"]) if "finding" in given else None,
        ask(given["exercise"]) if "exercise" in given else None,
    )


def part_of(call: str) -> Finding:
    """Return a finding by its key, or the rows of its table that hold one of the cells named."""
    key, _, cells = call.partition(":")
    whole = take(key.strip())
    if not cells:
        return whole
    wanted = [cell.strip() for cell in cells.split(";")]
    rows = whole.table.astype(str).isin(wanted).any(axis=1).to_numpy()
    if not rows.any():
        raise LessonError(f"No cell of {key.strip()!r} holds {' or '.join(wanted)}.")
    data = whole.data[rows] if len(whole.data) == len(rows) else whole.data
    return replace(whole, key=file_name(call), data=data, shown=whole.table[rows], draw=None)


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
    """Return what a class reads and reasons about, on paper, with room for the answers.

    No solutions, no hints, nothing that needs a screen. The title, the first paragraph and the
    objectives are those of the lesson's notebook in the folder.
    """
    title, story, objectives = introduction(folder / f"lesson_{name}.ipynb")
    lesson = opened(name)
    exercises = [lesson.exercise(key) for key in lesson.exercises]
    tasks = [_task(exercise) for exercise in exercises if exercise.level in ROOM]
    return render("handout.html", title=title, story=story, objectives=objectives, tasks=tasks)


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


def _task(exercise: Exercise) -> dict[str, Any]:
    """What a sheet shows of an exercise: what to look at, and its questions one by one."""
    drawing = drawn(exercise.finding, TALLEST_ON_PAPER)
    blocks = []
    for block in re.split(r"\n\s*\n", exercise.task.strip()):
        items = re.split(r"(?m)^- ", block)[1:] if block.startswith("- ") else []
        blocks.append(("" if items else block, items))
    return {
        "exercise": exercise,
        "drawing": drawing,
        "tabled": exercise.finding is not None and not _tells_all(drawing, exercise.finding),
        "blocks": blocks,
        "listed": any(items for _, items in blocks),
        "room": ROOM[exercise.level],
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
