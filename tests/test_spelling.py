"""The check of spelling that `make lint` runs: what it finds, and what it leaves alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def found(path: Path) -> list[str]:
    """The words that codespell finds in a file, with the settings of this project."""
    run = subprocess.run(
        [sys.executable, "-m", "codespell_lib", str(path)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode in (0, 65), run.stderr  # 65 where words are found
    return [line.split(": ")[-1].partition(" ==> ")[0] for line in run.stdout.splitlines()]


def test_misspellings_american_forms_and_phrases_to_avoid_are_found(tmp_path: Path) -> None:
    words = ["recieve", "Organized", "the print", "by lot", "beware"]
    names = ["code.py", "columns.csv", "page.md"]
    for name in names:
        lines = [f"# Here is {word} in a line\n" for word in words]
        (tmp_path / name).write_text("".join(lines), "utf-8")

    assert sorted(found(tmp_path)) == sorted(words * len(names))


def test_british_words_code_and_the_names_in_it_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("Organised in colour, by `color`: chart(color=color, x.normalize())\n", "utf-8")

    assert found(path) == []


def test_a_notebook_is_checked_but_not_its_stored_outputs(tmp_path: Path) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": ["recieve\n"]}
    code = {"cell_type": "code", "metadata": {}, "source": ["# seperate\n"]}
    cells = [code | {"execution_count": 1, "outputs": [output]}]
    cells.append({"cell_type": "markdown", "metadata": {}, "source": ["Behavior\n"]})
    path = tmp_path / "notebook.ipynb"
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook, indent=1), "utf-8")

    assert sorted(found(path)) == ["Behavior", "seperate"]
