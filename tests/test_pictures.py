"""The pictures of the front page show the book as it is.

Each carries the contents list of the page that it was taken of (`make pictures`).
"""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
import yaml
from PIL import Image

ROOT = Path(__file__).parent.parent


def heading(page: str) -> str:
    """The title of a page, from its source."""
    path = ROOT / f"{page}.md"
    if path.is_file():
        text = path.read_text("utf-8")
    else:
        text = nbformat.read(ROOT / f"{page}.ipynb", as_version=4).cells[0].source
    return re.findall(r"(?m)^# (.+)$", text)[0]


def contents() -> list[str]:
    """What the contents list of the front page holds, by the order of the book."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    settings = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    doors = settings["sphinx"]["config"]["csm_doors"]
    pages = [
        chapter["file"]
        for part in toc["parts"]
        if part["caption"] not in doors
        for chapter in part["chapters"]
    ]
    return [f"# {heading(toc['root'])}", *(f"{page}.html {heading(page)}" for page in pages)]


@pytest.mark.parametrize(
    ("picture", "size"), [("front.png", (1200, 1000)), ("assets/card.png", (1200, 630))]
)
def test_a_picture_of_the_front_page_shows_the_contents_of_the_book(
    picture: str, size: tuple[int, int]
) -> None:
    path = ROOT / "book" / picture
    with Image.open(path) as image:
        shown = image.text["Contents"].splitlines()
        assert image.size == size

    assert shown == contents(), "run: make pictures"
    assert path.stat().st_size < 100_000
