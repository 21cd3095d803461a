"""Every piece of HTML that the package writes: templates that escape what is put into them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from csm_lib.words import legible

if TYPE_CHECKING:
    from jinja2 import Environment
    from markdown_it import MarkdownIt


def render(template: str, **values: object) -> str:
    """Return a template of this folder, filled in; text of others is escaped and made legible."""
    return _environment().get_template(template).render(values).strip()


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # `--help` does without
    from markupsafe import Markup, escape

    def breakable(text: str) -> str:
        """Let an id, which has no spaces, break after its dots and dashes."""
        shown = escape(legible(text))
        return shown if " " in text else Markup(re.sub(r"([._])(?=\w)", r"\1<wbr>", str(shown)))

    def shown(value: Any) -> Any:
        return legible(value) if type(value) is str else value

    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "breakable": breakable,
        "markdown": lambda text: Markup(as_html(text)),
        "inline": lambda text: Markup(as_inline(text)),
    }
    return made


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    # Raw HTML is shown, not taken over, and no address that runs a script becomes a link.
    return MarkdownIt("commonmark", {"html": False})


def as_html(text: str) -> str:
    """Return Markdown as HTML: paragraphs, lists, bold, emphasis, links and code."""
    return str(_markdown().render(text)).strip()


def as_inline(text: str) -> str:
    """Return one line of Markdown as HTML, without a paragraph around it."""
    return str(_markdown().renderInline(text)).strip()
