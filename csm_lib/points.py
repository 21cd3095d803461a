"""The main points of a book: a few sentences with their numbers, each with a chart and a link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from csm_lib.notebooks import home
from csm_lib.templates import render

MOST_POINTS, MOST_WORDS = 6, 25
"""What is read at a glance, by the practice of statistical bulletins."""


@dataclass(frozen=True, repr=False)
class MainPoints:
    """Main points, the most important first, that show themselves in a notebook and on a page.

    Attributes
    ----------
    sentences
        By the key of the finding that a point is drawn from, and leads to: the result, with its
        number and its base.
    rows
        By the same keys, the few rows of a tally that show it; ``None`` where no chart does.
    pages
        By the same keys, the page on which the finding stands, empty for the same page. By
        default it is that of the book's own notebook that makes it.

    Raises
    ------
    ValueError
        There are more than six, one has more than 25 words, or nothing is said of its rows.
    """

    sentences: Mapping[str, str]
    rows: Mapping[str, pd.DataFrame | None]
    pages: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        if len(self.sentences) > MOST_POINTS:
            raise ValueError(f"{len(self.sentences)} main points. Choose {MOST_POINTS} at most.")
        for key, sentence in self.sentences.items():
            count = len(sentence.split())
            if count > MOST_WORDS:
                raise ValueError(f"{sentence!r} has {count} words. Use {MOST_WORDS} at most.")
            if key not in self.rows:
                raise ValueError(f"The point {key!r} has no rows to draw. Give some, or None.")

    def __repr__(self) -> str:
        numbered = enumerate(self.sentences.items(), 1)
        return "\n".join(f"{n}. {sentence} (see {key})" for n, (key, sentence) in numbered)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        pages = self.pages or {key: f"{home(key).stem}.html" for key in self.sentences}
        points = [
            {"key": key, "sentence": sentence, "page": pages[key], "drawing": self._drawn(key)}
            for key, sentence in self.sentences.items()
        ]
        return {"text/plain": repr(self), "text/html": render("points.html", points=points)}

    def _drawn(self, key: str) -> str:
        """The rows of a point as SVG: of several years, of two, or of one."""
        from csm_lib import charts, style  # heavy

        rows = self.rows[key]
        if rows is None:
            return ""
        years = rows["year"].nunique() if "year" in rows else 1
        draw = {1: charts.ranked_dots, 2: charts.dumbbell}.get(years, charts.waves)
        drawing = draw(rows)
        return style.svg(drawing, key=f"point-{key}", alt=self.sentences[key])
