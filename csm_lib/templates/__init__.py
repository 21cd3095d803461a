"""Every piece of HTML that the package writes: templates that escape what is put into them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from csm_lib.words import legible

if TYPE_CHECKING:
    from jinja2 import Environment


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
        return shown if " " in text else Markup(re.sub(r"([._])(?=\w)", r"\1<wbr>", shown))

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
    made.filters["breakable"] = breakable
    return made
