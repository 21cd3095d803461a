"""An exercise: what to do, a hint, and a solution that stays folded until it is asked for."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from csm_lib.download import TO_READ
from csm_lib.findings import Finding
from csm_lib.teaching.text import as_html, as_plain, fold

Level = Literal["read", "reason", "compute"]

LEVELS: Mapping[Level, str] = {
    "read": "Read: the answer stands in a chart or a table",
    "reason": "Reason: the answer takes thought, and no computer",
    "compute": "Compute: the answer takes a notebook",
}
"""The levels, and what each asks of a student."""


@dataclass(frozen=True)
class Exercise:
    """One exercise, shown alike on a page and in a notebook.

    Attributes
    ----------
    key
        Its id, unique in the book: ``table-1``.
    level
        What it asks of a student: a key of `LEVELS`.
    title
        A few words.
    task, solution, hint
        Markdown without HTML. Solution and hint are folded away; the hint may be empty.
    minutes
        How long it takes.
    finding
        What is to be read; shown above the task.
    """

    key: str
    level: Level
    title: str
    task: str
    solution: str
    hint: str = ""
    minutes: int = 5
    finding: Finding | None = None

    @property
    def heading(self) -> str:
        """Level, title and time in one line."""
        return f"{self.level.capitalize()}: {self.title} ({self.minutes} minutes)"

    @property
    def html(self) -> str:
        """The exercise as it stands on a page."""
        shown = "" if self.finding is None else self._to_read(self.finding).html
        hint = fold("Hint", as_html(self.hint), kind="csm-hint") if self.hint else ""
        parts = [
            f'<div class="csm-exercise" id="exercise-{html.escape(self.key)}" '
            f'data-level="{self.level}">',
            f'<p class="csm-exercise-title"><b>{html.escape(self.heading)}</b></p>',
            shown,
            f'<div class="csm-task">{as_html(self.task)}</div>',
            hint,
            fold("Solution", as_html(self.solution), kind="csm-solution"),
            "</div>",
        ]
        return "\n".join(part for part in parts if part)

    def _to_read(self, finding: Finding) -> Finding:
        """What is to be read, under its question: its title would give the answer away."""
        return replace(finding, key=f"{finding.key}{TO_READ}", title=finding.question)

    def __str__(self) -> str:
        parts = [self.heading]
        if self.finding is not None:
            parts.append(str(self._to_read(self.finding)))
        parts.append(as_plain(self.task))
        if self.hint:
            parts.append(f"Hint:\n{as_plain(self.hint, '  ')}")
        parts.append(f"Solution:\n{as_plain(self.solution, '  ')}")
        return "\n\n".join(parts)

    __repr__ = __str__

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.html}
