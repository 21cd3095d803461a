"""Take the pictures of the front page: the one in the README, and the one of shared links.

Chromium shows the built site's front page and photographs it. Each picture carries the contents
list of the page that it was taken of, so that a test can tell when it shows another book.

Usage: python book/_tools/make_pictures.py
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from bs4 import BeautifulSoup
from make_pdf import ROOT, SITE, PdfError, find_chromium, run_chromium
from PIL import Image
from PIL.PngImagePlugin import PngInfo

PICTURES = {
    ROOT / "book" / "front.png": (1200, 1000),
    ROOT / "book" / "assets" / "card.png": (1200, 630),
}
"""Width and height of each; the first shows the whole contents list."""

COLOURS = 256

CONTENTS = "Contents"
"""What the PNG calls the contents list that it carries."""


def contents(page: str) -> str:
    """The contents list at the side of a page: each address and its title, a line each."""
    links = BeautifulSoup(page, "html.parser").select("nav.bd-links .toctree-l1 > a")
    return "\n".join(f"{link['href']} {' '.join(link.get_text().split())}" for link in links)


def take(page: Path, picture: Path, size: tuple[int, int], *, chromium: str) -> None:
    """Photograph a page, and write it with few colours.

    Raises
    ------
    PdfError
        When Chromium takes no picture; with the last it said.
    """
    with tempfile.TemporaryDirectory() as folder:
        taken = Path(folder) / picture.name
        window = "--window-size={},{}".format(*size)
        run_chromium(chromium, page, taken, "--hide-scrollbars", window, f"--screenshot={taken}")
        carried = PngInfo()
        carried.add_text(CONTENTS, contents(page.read_text("utf-8")))
        with Image.open(taken) as image:
            few = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(picture, optimize=True, pnginfo=carried)


def main() -> int:
    """Take the pictures; return the exit status."""
    try:
        chromium = find_chromium()
        for picture, size in PICTURES.items():
            take(SITE / "index.html", picture, size, chromium=chromium)
            print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size // 1000} kB")
    except PdfError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
