"""A handout of a lesson: what to read and to reason about, on paper, with room for the answers."""

from __future__ import annotations

import html
import json
import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from csm_lib import teaching
from csm_lib.findings import Finding
from csm_lib.teaching.exercise import Exercise
from csm_lib.teaching.shown import chart, height, standing, table
from csm_lib.teaching.text import as_html, as_inline

if TYPE_CHECKING:
    from csm_lib.collection import Collection

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"

TALLEST = 450
"""Of a chart higher than this, in points, a sheet has the table alone."""
ROOM = {"read": 1, "reason": 2}
"""Ruled lines for a question."""


def handout(name: str, collection: Collection, folder: Path = NOTEBOOKS) -> str:
    """Return the handout of a lesson as HTML: no solutions, no hints, nothing that needs a screen.

    Parameters
    ----------
    name
        The lesson: ``table``.
    collection
        What its exercises are made from.
    folder
        Where the notebook of the lesson is; its first lines and its objectives are taken over.
    """
    title, story, objectives = introduction(folder / f"lesson_{name}.ipynb")
    module = import_module(f"{teaching.__name__}.lesson_{name}")
    exercises: list[Exercise] = [module.exercise(collection, key) for key in module.EXERCISES]
    paper = [one for one in exercises if one.level in ROOM]
    tasks = "\n".join(_task(number, one) for number, one in enumerate(paper, 1))
    minutes = sum(one.minutes for one in paper)
    return (
        f'<header><p class="csm-write">Name: <span></span> Date: <span></span></p>'
        f"<h1>{as_inline(title)}</h1></header>\n"
        f'<section class="csm-story" aria-label="The lesson">{as_html(story)}\n'
        f"<h2>What it is about</h2>{as_html(objectives)}</section>\n"
        f'<section aria-label="Exercises"><h2>Exercises ({minutes} minutes)</h2>\n{tasks}\n'
        "</section>"
    )


def introduction(notebook: Path) -> tuple[str, str, str]:
    """Return the title of a lesson, its first paragraph and its objectives, as Markdown."""
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    text = "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    title = re.search(r"(?m)^# (.+)$", text)
    story = re.search(r"(?ms)^# .+?\n\s*\n(.+?)\n\s*\n", text)
    objectives = re.search(r"(?ms)^## Objectives\s*\n(.+?)(?=^## )", text)
    if title is None or story is None or objectives is None:
        raise ValueError(
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


def _task(number: int, exercise: Exercise) -> str:
    """One exercise: what to look at, what to do, and ruled lines."""
    look = "" if exercise.finding is None else _look(exercise.finding)
    room = _room(ROOM[exercise.level])
    body = []
    for block in re.split(r"\n\s*\n", exercise.task.strip()):
        if block.startswith("- "):
            items = re.split(r"(?m)^- ", block)[1:]
            body.append(
                "<ul>" + "".join(f"<li>{as_inline(item)}{room}</li>" for item in items) + "</ul>"
            )
        else:
            body.append(as_html(block))
    if not any(part.startswith("<ul>") for part in body):
        body.append(room * 2)
    return (
        f'<section class="csm-exercise-sheet" aria-label="Exercise {number}">'
        f"<h3>{number}. {html.escape(exercise.title)} "
        f"<small>{exercise.level}, {exercise.minutes} minutes</small></h3>\n{look}"
        f'<div class="csm-task">{"".join(body)}</div></section>'
    )


def _look(finding: Finding) -> str:
    """What an exercise is about: the chart and the table, or one of them if it tells all."""
    name = finding.question  # its title may give the answer away
    drawing = chart(finding)
    if height(drawing) > TALLEST:
        drawing = ""
    told = re.findall(r">([^<]*)</text>", drawing)
    cells = finding.table.astype(str).to_numpy().ravel()
    counts = {count for cell in cells for count in re.findall(r"\d+ of \d+", cell)}
    shown = drawing and f'<div class="csm-chart">{drawing}</div>'
    if not drawing or not counts or not counts <= set(told):
        shown += table(finding, name)
    return (
        f'<p class="csm-title">{html.escape(name)}</p>\n<div class="csm-look">{shown}</div>\n'
        f"{standing(finding)}"
    )


def _room(lines: int) -> str:
    """Ruled lines to write on."""
    return f'<div class="csm-room" aria-hidden="true">{"<span></span>" * lines}</div>'
