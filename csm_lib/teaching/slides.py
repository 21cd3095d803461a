"""Slides of a lesson, from a Markdown file: what is said stands there, what is shown is worked out.

A file ``book/teaching/slides/<lesson>.md`` reads::

    # Title of the lesson

    A line under it

    ---

    ## What a percentage stands for

    {finding} lesson_table.count_behind

Slides are parted by a line ``---`` and each begins with its title. A line ``{finding}`` shows the
chart or the table of a finding, by its module in `csm_lib.chapters` or `csm_lib.teaching`, its
function and, if need be, more arguments: ``section.shares('board')``. A line ``{exercise}`` shows
the task of an exercise. What follows a line ``Notes:`` is for the speaker, each line a paragraph.
"""

from __future__ import annotations

import ast
import html
import re
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from csm_lib import chapters, teaching
from csm_lib.codebook import did_you_mean
from csm_lib.download import PAPER, PAPER_SHORT
from csm_lib.findings import Finding
from csm_lib.teaching.exercise import Exercise
from csm_lib.teaching.shown import chart, height, standing, table
from csm_lib.teaching.text import as_html, as_inline

if TYPE_CHECKING:
    from csm_lib.collection import Collection

SLIDES = Path(__file__).resolve().parents[2] / "book" / "teaching" / "slides"

LOWEST_BESIDE = 250
"""A chart higher than this, in points, stands beside the text and not under it."""
TALLEST = 530
"""Of a chart higher than this nobody could read the text: its table is shown."""
LONGEST_SOURCE = 90
"""A source of more characters stands on the last slide alone."""
MOST_ROWS, ROWS_KEPT = 18, 12
"""A table of more rows than the first shows as many as the second."""

CALL = re.compile(r"(\w+)\.(\w+)(\(.*\))?")
PUT_IN = re.compile(r"\{(\w+)\}\s*(.*)")


class SlideError(ValueError):
    """A file of slides cannot be read; the message names the slide."""


@dataclass(frozen=True)
class Slide:
    """One slide.

    Attributes
    ----------
    title
        Its heading.
    text
        Markdown without HTML.
    notes
        For the speaker; Markdown without HTML.
    finding
        What it shows.
    exercise
        What it asks.
    """

    title: str
    text: str = ""
    notes: str = ""
    finding: Finding | None = None
    exercise: Exercise | None = None

    @property
    def html(self) -> str:
        """What stands on it: under the title, or beside a chart that is high."""
        told = [f"<h2>{as_inline(self.title)}</h2>"]
        below = drawing = shown = ""
        if self.finding is not None:
            told.append(f'<p class="csm-title">{html.escape(self.finding.title)}</p>')
            below = standing(self.finding, most=LONGEST_SOURCE)
            drawing = chart(self.finding)
            if height(drawing) > TALLEST:
                drawing = ""
            shown = drawing and f'<div class="csm-chart">{drawing}</div>'
            shown = shown or table(self.finding, self.finding.title, MOST_ROWS, ROWS_KEPT)
        if self.text:
            told.append(linked(as_html(self.text)))
        if self.exercise is not None:
            told.append(f'<div class="csm-task">{as_html(self.exercise.task)}</div>')
            if self.exercise.finding is not None and self.finding is None:
                # not its title, which may give the answer away
                look = html.escape(self.exercise.finding.question)
                below = f'<p class="csm-base"><b>To look at, in the handout:</b> {look}</p>'
        beside = bool(drawing) and (bool(self.text) or height(drawing) > LOWEST_BESIDE)
        return (
            f'<div class="csm-slide" data-layout="{"beside" if beside else "under"}">'
            f'<div class="csm-told">{"".join(told)}</div>{shown}{below}</div>'
        )

    @property
    def notes_html(self) -> str:
        """What the speaker reads: each line a paragraph, and what a finding warns of."""
        lines = [line for line in self.notes.splitlines() if line.strip()]
        if self.finding is not None and self.finding.caveat:
            lines.append(f"**Beware:** {self.finding.caveat}")
        if self.exercise is not None:
            lines.append(f"**Time:** {self.exercise.minutes} minutes.")
        return linked(as_html("\n\n".join(lines)))


@dataclass(frozen=True)
class Deck:
    """The slides of one lesson; the first is its title."""

    name: str
    slides: tuple[Slide, ...]

    @property
    def title(self) -> str:
        """What the lesson is called."""
        return self.slides[0].title

    @property
    def description(self) -> str:
        """The slides in a sentence, for whoever finds or shares them."""
        return (
            f"{len(self.slides) + 1} slides with speaker notes for teaching the lesson "
            f"“{self.title}”, to show in a browser or to print."
        )

    @property
    def sources(self) -> list[str]:
        """Where the numbers of all slides come from, each named once."""
        found = [slide.finding.source for slide in self.slides if slide.finding is not None]
        paper = [PAPER] if any(PAPER_SHORT in source for source in found) else []
        return [*paper, *dict.fromkeys(found)]

    def html(self, *, book: str, foot: str) -> str:
        """Return all slides as sections, with a title before them and their sources after.

        Parameters
        ----------
        book
            What the book is called.
        foot
            Licence and version, as HTML.
        """
        first, *rest = self.slides
        title = (
            '<div class="csm-slide" data-layout="title"><div class="csm-told">'
            f'<p class="csm-book">{html.escape(book)}</p><h1>{as_inline(first.title)}</h1>'
            f'{linked(as_html(first.text))}</div><p class="csm-base">Text and figures: CC BY 4.0. '
            "The sources stand on the last slide.</p></div>"
        )
        sources = "".join(f"<li>{_with_link(source)}</li>" for source in self.sources)
        last = (
            '<div class="csm-slide" data-layout="sources"><div class="csm-told"><h2>Sources</h2>'
            f"<p>These slides belong to <em>{html.escape(book)}</em>: "
            f'<a href="../notebooks/lesson_{self.name}.html">the page of the lesson</a> has every '
            "finding with its table and data, the exercises with their solutions, and the quiz."
            f'</p><ul>{sources}</ul></div><footer><div class="extra_footer">{foot}</div></footer>'
            "</div>"
        )
        made = [
            (first.title, title, first.notes_html),
            *((slide.title, slide.html, slide.notes_html) for slide in rest),
            ("Sources", last, ""),
        ]
        taken: list[str] = []
        sections = []
        for number, (name, body, notes) in enumerate(made, 1):
            slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
            taken.append(slug)
            more = f"-{taken.count(slug)}" if taken.count(slug) > 1 else ""
            label = html.escape(f"Slide {number} of {len(made)}: {name}")
            aside = f'<aside class="notes" role="note">{notes}</aside>' if notes else ""
            sections.append(
                f'<section id="{slug}{more}" aria-label="{label}">\n{body}\n{aside}</section>'
            )
        return "\n".join(sections)


def deck(name: str, collection: Collection, folder: Path = SLIDES) -> Deck:
    """Read the slides of a lesson.

    Parameters
    ----------
    name
        The lesson: ``table``.
    collection
        What its findings and exercises are made from.
    folder
        Where the file ``<name>.md`` is.

    Raises
    ------
    SlideError
        The file is not as it must be.
    """
    text = (folder / f"{name}.md").read_text("utf-8")
    parts = [part.strip() for part in re.split(r"(?m)^---[ \t]*$", text)]
    slides = []
    for number, part in enumerate(filter(None, parts), 1):
        try:
            slides.append(read_slide(part, collection))
        except SlideError as fault:
            raise SlideError(f"{name}.md, slide {number}: {fault}") from None
    if not slides:
        raise SlideError(f"{name}.md holds no slide.")
    keys = [slide.finding.key for slide in slides if slide.finding is not None]
    twice = [key for key in dict.fromkeys(keys) if keys.count(key) > 1]
    if twice:
        raise SlideError(f"{name}.md shows {twice[0]!r} twice. Show it once.")
    return Deck(name, tuple(slides))


def read_slide(text: str, collection: Collection) -> Slide:
    """Read one slide.

    Raises
    ------
    SlideError
        It has no title, or shows what there is not.
    """
    body, _, notes = re.sub(r"(?m)^Notes:", "\0", text, count=1).partition("\0")
    first, *lines = body.strip().splitlines()
    title = re.fullmatch(r"##? (.+)", first.strip())
    if title is None:
        raise SlideError(f"It begins {first!r}. Begin with a title: ## Title")
    words: list[str] = []
    finding, exercise = None, None
    for line in lines:
        put_in = PUT_IN.fullmatch(line.strip())
        if put_in is None:
            if re.match(r"##? ", line):
                raise SlideError(f"It has a second title, {line!r}. Part slides by a line ---")
            words.append(line)
        elif put_in[1] == "finding" and finding is None:
            finding = find(put_in[2], collection)
        elif put_in[1] == "exercise" and exercise is None:
            exercise = ask(put_in[2], collection)
        elif put_in[1] in ("finding", "exercise"):
            raise SlideError(f"It shows a second {put_in[1]}. Give each a slide of its own.")
        else:
            raise SlideError(
                f"There is no {{{put_in[1]}}}. A slide shows a {{finding}} or an {{exercise}}."
            )
    return Slide(title[1].strip(), "\n".join(words).strip(), notes.strip(), finding, exercise)


def find(call: str, collection: Collection) -> Finding:
    """Return a finding by its module and function, such as ``jsna.components``.

    Parameters
    ----------
    call
        Module and function, and the arguments that come after the collection.
    collection
        The first argument.

    Raises
    ------
    SlideError
        There is none of that name, or it is no finding.
    """
    read = CALL.fullmatch(call.strip())
    if read is None:
        raise SlideError(f"{call!r} is no finding. Write module.function, such as jsna.components")
    name, function, arguments = read.groups()
    packages = [one.__name__ for one in (chapters, teaching)]
    places = [f"{package}.{name}" for package in packages if find_spec(f"{package}.{name}")]
    if not places:
        raise SlideError(f"There is no module {name!r} in {' or '.join(packages)}.")
    known = vars(import_module(places[0]))
    if function not in known:
        raise SlideError(f"{name} has no {function!r}.{did_you_mean(function, known)}")
    try:
        parsed = ast.parse(f"call{arguments or '()'}", mode="eval").body
        given = [ast.literal_eval(one) for one in getattr(parsed, "args", [])]
        named = {
            str(one.arg): ast.literal_eval(one.value) for one in getattr(parsed, "keywords", [])
        }
    except (SyntaxError, ValueError):
        raise SlideError(f"The arguments of {call!r} must be plain values.") from None
    found = known[function]
    if callable(found):
        found = found(collection, *given, **named)
    if not isinstance(found, Finding):
        raise SlideError(f"{call!r} gives no finding but a {type(found).__name__}.")
    return found


def ask(key: str, collection: Collection) -> Exercise:
    """Return an exercise by its key, such as ``table-1``.

    Raises
    ------
    SlideError
        There is none of that key.
    """
    key = key.strip()
    lesson = key.rpartition("-")[0]
    if lesson not in teaching.LESSONS:
        raise SlideError(f"There is no exercise {key!r}.{did_you_mean(lesson, teaching.LESSONS)}")
    module = import_module(f"{teaching.__name__}.lesson_{lesson}")
    if key not in module.EXERCISES:
        raise SlideError(f"There is no exercise {key!r}.{did_you_mean(key, module.EXERCISES)}")
    exercise = module.exercise(collection, key)
    assert isinstance(exercise, Exercise)
    return exercise


def linked(text: str) -> str:
    """Return HTML whose links within the site, written from its root, lead there from a folder."""
    return re.sub(r'href="(?![a-z][a-z0-9+.-]*:|[#?/.])', 'href="../', text)


def _with_link(source: str) -> str:
    """Return a source as HTML, an address in it as a link."""
    return re.sub(r"(https?://\S+)", r'<a href="\1">\1</a>', html.escape(source))
