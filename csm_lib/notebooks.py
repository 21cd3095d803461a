"""The findings of the book's own notebooks, by key: what pages, slides and exports take over."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import re
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

from csm_lib.codebook import did_you_mean
from csm_lib.findings import Finding

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"

_running: dict[Path, dict[str, Finding]] = {}


def take(key: str) -> Finding:
    """Return the finding of that key, made by running the notebook that makes it.

    Raises
    ------
    KeyError
        No notebook makes it, or not before it is taken.
    """
    for made in _running.values():  # a notebook may take what it has made before
        if key in made:
            return made[key]
    if home(key) in _running:
        raise KeyError(f"No cell above makes a finding {key!r}.")
    return findings(home(key))[key]


def home(key: str) -> Path:
    """Return the notebook that makes the finding of that key; a KeyError where none does."""
    homes = {name: path for path in sorted(FOLDER.glob("*.ipynb")) for name in keys(path)}
    if key not in homes:
        raise KeyError(f"No notebook makes a finding {key!r}.{did_you_mean(key, homes)}")
    return homes[key]


@cache
def keys(notebook: Path) -> tuple[str, ...]:
    """Return the keys of the findings that a notebook makes, read from its code."""
    return tuple(key for cell in _code(notebook) for key in keys_in(cell))


def keys_in(cell: str) -> list[str]:
    """Return the keys given in a cell's calls."""
    return re.findall(r'\bkey="([\w-]+)"', cell)


def cells_of(notebook: Path) -> list[tuple[str, str]]:
    """Return a notebook's cells: of each its kind, ``code`` or ``markdown``, and its text."""
    read = json.loads(notebook.read_text("utf-8"))["cells"]
    return [(cell["cell_type"], "".join(cell["source"])) for cell in read]


@cache
def findings(notebook: Path) -> dict[str, Finding]:
    """Run a notebook's cells in this process, and return the findings that it makes, by key."""
    made = _running[notebook] = {}
    names: dict[str, Any] = {"__name__": "__main__"}
    try:
        with contextlib.chdir(notebook.parent), contextlib.redirect_stdout(io.StringIO()):
            for cell in _code(notebook):
                exec(_compiled(cell, notebook.name), names)
                for value in names.values():
                    if isinstance(value, Finding):
                        made.setdefault(value.key, value)
    finally:
        del _running[notebook]
    return made


def _compiled(cell: str, place: str) -> CodeType:
    """Compile a cell; as in a kernel, what it shows at its end is ``_`` from then on."""
    tree = ast.parse(cell)
    for last in tree.body[-1:]:
        if isinstance(last, ast.Expr):
            tree.body[-1] = ast.Assign([ast.Name("_", ast.Store())], last.value)
    return compile(ast.fix_missing_locations(tree), place, "exec")


def _code(notebook: Path) -> list[str]:
    return [text for kind, text in cells_of(notebook) if kind == "code"]
