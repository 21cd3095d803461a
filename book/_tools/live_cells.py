"""Runs cells in the reader's browser, as a kernel would, and gives what they show as JSON."""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import json
import logging
import os
import sys
import traceback
from typing import Any

PLACE = "<cell>"

logging.getLogger("matplotlib.font_manager").setLevel(
    logging.ERROR
)  # it says that it looks for fonts

spaces: dict[str, dict[str, Any]] = {}
"""By name, what the cells of a notebook have made."""


class Shown:
    """What a cell has shown, in its order."""

    def __init__(self) -> None:
        self.parts: list[dict[str, str]] = []
        self.text = io.StringIO()

    def add(self, kind: str, data: str) -> None:
        """Add a part, behind what was printed before it."""
        if printed := self.text.getvalue():
            self.parts.append({"kind": "text", "data": printed})
            self.text.seek(0)
            self.text.truncate()
        if data:
            self.parts.append({"kind": kind, "data": data})

    def show(self, *values: Any) -> None:
        """Show values as a notebook does; what it can show as text only, as text."""
        for value in values:
            if type(value).__module__.startswith("matplotlib"):
                continue  # the chart is shown at the end of the cell
            try:
                kind, data = _form(value)
            except ModuleNotFoundError as error:
                kind, data = "text", f"{value}\n\nAs text: {_lacking(error)}"
            self.add(kind, data)

    def figures(self) -> None:
        """Show every figure that is open, and close it."""
        if "matplotlib.pyplot" not in sys.modules:
            return
        from matplotlib import pyplot

        for number in pyplot.get_fignums():
            file = io.BytesIO()
            pyplot.figure(number).savefig(file, format="png", dpi=144, bbox_inches="tight")
            self.add("image", base64.b64encode(file.getvalue()).decode())
        pyplot.close("all")


def _form(value: Any) -> tuple[str, str]:
    """The richest form in which a value can stand on a page."""
    bundle = value._repr_mimebundle_() if hasattr(value, "_repr_mimebundle_") else {}
    html = bundle.get("text/html")
    if html is None and hasattr(value, "_repr_html_"):
        html = value._repr_html_()
    return ("html", html) if html is not None else ("text", repr(value))


def _lacking(error: ModuleNotFoundError) -> str:
    return (
        f"this needs {error.name}, which cannot be had in a browser. In JupyterLab it can: see "
        "“Start here”."
    )


def run(source: str, space: str, folder: str, quiet: bool = False) -> str:
    """Run a cell.

    Parameters
    ----------
    source
        Its code.
    space
        The name of the notebook whose cells share their names.
    folder
        Where it runs.
    quiet
        Whether nothing is shown.

    Returns
    -------
    str
        JSON: the ``parts`` that it has shown, the ``error`` it stopped at, whether that is
        ``feedback`` on an answer, and what it ``lacks``, which a second run may find.
    """
    names = spaces.setdefault(space, {"__name__": "__main__"})
    shown = Shown()
    names["display"] = shown.show
    result: dict[str, Any] = {"error": "", "feedback": False, "lacks": ""}
    os.chdir(folder)
    names.setdefault("input", _no_input)
    with contextlib.redirect_stdout(shown.text), contextlib.redirect_stderr(shown.text):
        try:
            _execute(source, names, shown, quiet)
        except BaseException as error:
            # a check calls a function that stops a wrong answer, whatever stopped it
            lacking = error if isinstance(error, ModuleNotFoundError) else error.__context__
            if isinstance(lacking, ModuleNotFoundError):
                told = _lacking(lacking)
                result |= {"lacks": (lacking.name or "").partition(".")[0]}
                result |= {"error": told[:1].upper() + told[1:]}
            else:
                own = getattr(error, "_render_traceback_", None)
                told = "\n".join(own()) if own else message(error, source)
                result |= {"error": told, "feedback": own is not None}
    shown.add("text", "")
    return json.dumps(result | {"parts": shown.parts})


def _execute(source: str, names: dict[str, Any], shown: Shown, quiet: bool) -> None:
    tree = ast.parse(source, PLACE)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, PLACE, "exec"), names)
    if isinstance(last, ast.Expr):
        value = eval(compile(ast.Expression(last.value), PLACE, "eval"), names)
        if value is not None:
            names["_"] = value
            if not quiet and not source.rstrip().endswith(";"):
                shown.show(value)
    if not quiet:
        shown.figures()


def _no_input(_: str = "") -> str:
    raise RuntimeError("A cell on a page cannot ask for input. Write the value into the cell.")


def message(error: BaseException, source: str) -> str:
    """Say in a few words what went wrong, and in which line of the cell."""
    line = None
    if isinstance(error, SyntaxError) and error.filename == PLACE:
        line, told = error.lineno, error.msg
    else:
        told = str(error)
        for frame in traceback.extract_tb(error.__traceback__):
            line = frame.lineno if frame.filename == PLACE else line
    kind = type(error).__name__
    said = f"{kind}: {told}" if told else kind
    lines = source.splitlines()
    if line is None or not 0 < line <= len(lines):
        return said
    return f"{said}\nLine {line}: {lines[line - 1].strip()}"
