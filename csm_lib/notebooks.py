"""The findings of the book's own notebooks, by key: what pages, slides and exports take over."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from csm_lib.codebook import did_you_mean
from csm_lib.findings import Finding

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"

_running: dict[Path, dict[str, Finding]] = {}


def take(key: str) -> Finding:
    """Return the finding of that key, made by running the notebook that makes it.

    Raises
    ------
    KeyError
        No notebook makes it.
    """
    for made in _running.values():  # a notebook may take what it has made before
        if key in made:
            return made[key]
    homes = {name: path for path in sorted(FOLDER.glob("*.ipynb")) for name in keys(path)}
    if key not in homes:
        raise KeyError(f"No notebook makes a finding {key!r}.{did_you_mean(key, homes)}")
    if homes[key] in _running:
        raise KeyError(f"{homes[key].name} takes {key!r} before it makes it. Move its cell up.")
    return findings(homes[key])[key]


@cache
def keys(notebook: Path) -> tuple[str, ...]:
    """Return the keys of the findings that a notebook makes, read from its code."""
    found = [key for cell in _code(notebook) for key in _keys(ast.parse(cell))]
    return tuple(dict.fromkeys(found))


def _keys(node: ast.AST) -> Iterator[str]:
    """Yield the keys given in calls, but for those of views and of what a view makes later."""
    if isinstance(node, ast.Lambda):
        return
    if isinstance(node, ast.Call) and not ast.unparse(node.func).endswith("View"):
        for given in node.keywords:
            if given.arg == "key" and isinstance(given.value, ast.Constant):
                yield str(given.value.value)
    for inner in ast.iter_child_nodes(node):
        yield from _keys(inner)


def in_order() -> list[Path]:
    """Return the book's notebooks in the order of its contents."""
    listed = (FOLDER.parent / "_toc.yml").read_text("utf-8")
    return [FOLDER / f"{name}.ipynb" for name in re.findall(r"notebooks/(\w+)", listed)]


class Contents(NamedTuple):
    """What a notebook shows: its title, and of each finding the heading above it and its key."""

    title: str
    shown: tuple[tuple[str, str], ...]


def contents(notebook: Path) -> Contents:
    """Return what a notebook shows, read from its cells."""
    title, heading, shown = "", "", []
    for cell in json.loads(notebook.read_text("utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            title = title or "".join(re.findall(r"(?m)^# (.+)$", source)[:1])
            heading = "".join(re.findall(r"(?m)^##+ (.+)$", source)[-1:]) or heading
            continue
        last = ast.parse(source).body[-1]
        if not isinstance(last, ast.Expr):
            continue
        taken = re.findall(r'^take\("([^"]+)"\)', ast.unparse(last).replace("'", '"'))
        shown += [(heading or title, key) for key in [*_keys(last), *taken]]
    return Contents(title, tuple(shown))


@cache
def findings(notebook: Path) -> dict[str, Finding]:
    """Run a notebook's cells in this process, and return the findings that it shows, by key."""
    made = _running[notebook] = {}
    names: dict[str, Any] = {"__name__": "__main__"}
    try:
        with contextlib.chdir(notebook.parent), contextlib.redirect_stdout(io.StringIO()):
            for cell in _code(notebook):
                shown = _run(cell, names, notebook)
                for value in (shown, *names.values()):
                    if isinstance(value, Finding):
                        made.setdefault(value.key, value)
    finally:
        del _running[notebook]
    return made


def _code(notebook: Path) -> list[str]:
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def _run(cell: str, names: dict[str, Any], notebook: Path) -> Any:
    """Run a cell as a kernel would, and return the value of the expression that it ends in."""
    tree = ast.parse(cell)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, notebook.name, "exec"), names)
    if not isinstance(last, ast.Expr):
        return None
    return eval(compile(ast.Expression(last.value), notebook.name, "eval"), names)
