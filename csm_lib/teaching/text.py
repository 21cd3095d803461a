"""Short texts of lessons: Markdown in, HTML or plain text out, and nothing in them runs."""

from __future__ import annotations

import html
import textwrap
from functools import cache

from markdown_it import MarkdownIt

WIDTH = 96


@cache
def _reader() -> MarkdownIt:
    # Raw HTML is shown, not taken over, and no address that runs a script becomes a link.
    return MarkdownIt("commonmark", {"html": False})


def as_html(text: str) -> str:
    """Return paragraphs, lists, bold, emphasis and code as HTML."""
    return str(_reader().render(text)).strip()


def as_inline(text: str) -> str:
    """Return one line of text as HTML, without a paragraph around it."""
    return str(_reader().renderInline(text)).strip()


def as_plain(text: str, indent: str = "") -> str:
    """Return the text as it is typed, its lines no longer than a cell's output is wide."""
    lines = []
    for line in text.splitlines():
        hang = f"{indent}  " if line.startswith("- ") else indent
        lines.append(textwrap.fill(line, WIDTH, initial_indent=indent, subsequent_indent=hang))
    return "\n".join(lines)


def fold(summary: str, body: str, *, kind: str) -> str:
    """Return HTML that stays folded until its summary is chosen; `body` is HTML already."""
    return f'<details class="{kind}"><summary>{html.escape(summary)}</summary>\n{body}\n</details>'
