"""Derive the students' notebooks from the solutions: ``make exercises``.

The notebooks in ``exercises/solutions`` are the only source. In the student's version an answer is
three dots, a cell tagged ``solution`` is gone, and nothing has been run. In a code cell the
solution is one line that ends in ``# solution``, or the lines between ``# --- solution`` and
``# --- end``; either gives a value to names that begin with ``answer``. A cell of text that reads
``{exercise} fall-6`` is filled with the title and the task of that exercise of the lesson.

``make exercises SEED=7`` asks about other figures: the students' notebooks begin by saying so to
their checks.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from csm_lib.lesson import SEED, opened

ROOT = Path(__file__).resolve().parent.parent.parent
SOLUTIONS = ROOT / "exercises" / "solutions"
STUDENTS = ROOT / "exercises"

BLOCK = re.compile(r"(?ms)^# --- solution\n(.*?)^# --- end$")
LINE = re.compile(r"(?m)^(answer\w*)\s*=.*#\s*solution\s*$")


class NoExercise(ValueError):
    """A solution notebook is not as it must be."""


def emptied(source: str) -> str:
    """Return a code cell with its solutions taken out.

    Raises
    ------
    NoExercise
        A block gives no value to a name that begins with ``answer``, or is not closed.
    """

    def dots(match: re.Match[str]) -> str:
        names = [
            target.id
            for node in ast.parse(match[1]).body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name) and target.id.startswith("answer")
        ]
        if not names:
            raise NoExercise(
                "A solution gives no value to a name that begins with 'answer'. Name it so:\n"
                + match[1]
            )
        return "\n".join(["# Your answer here", *(f"{name} = ..." for name in names)])

    text = LINE.sub(r"\1 = ...", BLOCK.sub(dots, source))
    if re.search(r"#\s*(--- )?(solution|end)\b", text):
        raise NoExercise(f"A solution is not closed by '# --- end':\n{source}")
    return text


def filled(text: str) -> str:
    """Return a cell of text, in place of ``{exercise} fall-6`` the title and task of that one."""
    named = re.fullmatch(r"\{exercise\} (\w+)-(\d+)", text.strip())
    if named is None:
        return text
    exercise = opened(named[1]).exercise(f"{named[1]}-{named[2]}")
    hint = f"\n\n*Hint:* {exercise.hint}" if exercise.hint else ""
    return f"## {exercise.title}\n\n{exercise.task}{hint}"


def for_students(solution: NotebookNode) -> NotebookNode:
    """Return the student's version of a solution notebook."""
    cells = []
    if seed := os.environ.get(SEED):
        told = f"# What is asked about was drawn with this seed.\n%env {SEED}={seed}"
        cells.append(nbformat.v4.new_code_cell(told, id="seed"))
    for cell in solution.cells:
        if "solution" in cell.metadata.get("tags", []):
            continue
        if cell.cell_type == "code":
            made = nbformat.v4.new_code_cell(emptied(cell.source), id=cell.id)
        else:
            made = nbformat.v4.new_markdown_cell(filled(cell.source), id=cell.id)
        cells.append(made)
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    notebook: NotebookNode = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    return notebook


def written(notebook: NotebookNode) -> str:
    """Return a notebook as it stands in its file; the same notebook gives the same text."""
    return f"{nbformat.writes(notebook)}\n"


def main() -> int:
    """Write the student's version of every solution."""
    solutions = sorted(SOLUTIONS.glob("*.ipynb"))
    for path in solutions:
        try:
            text = written(for_students(nbformat.read(path, as_version=4)))
        except NoExercise as fault:
            print(f"{path}: {fault}", file=sys.stderr)
            return 1
        (STUDENTS / path.name).write_text(text, "utf-8")
        print(f"{(STUDENTS / path.name).relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
