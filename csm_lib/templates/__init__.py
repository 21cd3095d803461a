"""Templates of what the package shows: HTML and XML, which escape what is put in, and text."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from csm_lib import words
from csm_lib.counts import format_percent

if TYPE_CHECKING:
    from jinja2 import Environment

WIDTH = 96
"""How wide a cell's output is."""

FILTERS = (words.sentence, words.within, words.listed, words.signed)
FUNCTIONS = (words.counted, words.of, words.p_span, words.span)
"""What a lesson may use of `csm_lib.words`: ``{{ label | within }}``, ``{{ span(5, 12) }}``."""


def render(template: str, **values: object) -> str:
    """Return a template of this folder, filled in; text of others is escaped and made legible."""
    return _environment().get_template(template).render(values).strip()


def filled(text: str, values: Mapping[str, object]) -> str:
    """Return a text of our own, such as a lesson, with what its ``{{ names }}`` stand for."""
    return _environment().from_string(text).render(values)


@cache
def _environment() -> Environment:
    import jinja2  # `--help` does without
    from markdown_it import MarkdownIt
    from markupsafe import Markup, escape

    # Raw HTML is shown, not taken over, and no address that runs a script becomes a link.
    markdown = MarkdownIt("commonmark", {"html": False})

    def breakable(text: str) -> str:
        """Let an id, which has no spaces, break after its dots and dashes."""
        shown = escape(words.isolated(words.legible(text)))
        return (
            shown
            if " " in text
            else Markup(re.sub(r"(?<=[^\W\d])([._])(?=\w)", r"\1<wbr>", str(shown)))
        )

    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=jinja2.select_autoescape(["html", "xml"], default_for_string=False),
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: words.legible(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "breakable": breakable,
        "markdown": lambda text: Markup(markdown.render(text).strip()),
        "inline": lambda text: Markup(markdown.renderInline(text).strip()),
        "plain": plain,
        "word": words.number,
        "p": words.p_value,
    }
    made.filters |= {one.__name__: one for one in FILTERS}
    made.globals |= {one.__name__: one for one in FUNCTIONS} | {"percent": format_percent}
    return made


def plain(text: str, indent: str = "") -> str:
    """Return Markdown as it is typed, its lines no longer than a cell's output is wide."""
    lines = []
    for line in text.splitlines():
        hang = f"{indent}  " if line.startswith("- ") else indent
        lines.append(textwrap.fill(line, WIDTH, initial_indent=indent, subsequent_indent=hang))
    return "\n".join(lines)
