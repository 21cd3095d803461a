"""The worked examples of *Change this book* fit the book as it is."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
RECIPES = sorted((ROOT / "book" / "recipes").glob("*.diff"))


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_a_worked_example_applies_to_the_book(recipe: Path) -> None:
    check = ["git", "apply", "--check", "--unidiff-zero", str(recipe)]
    run = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, check=False)

    assert run.returncode == 0, f"{run.stderr}Mend the example, and try it: {recipe.name}"


def test_the_page_shows_every_worked_example() -> None:
    page = (ROOT / "book" / "change_this_book.md").read_text("utf-8")

    assert len(RECIPES) == 6
    assert [path.name for path in RECIPES if f"recipes/{path.name}" not in page] == []
