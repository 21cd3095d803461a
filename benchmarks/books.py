"""Build the two largest books, and print what each took: ``python benchmarks/books.py [152 ...]``.

Named by their respondents, only those are built. It takes too long to be part of `make bench`. The
sites stay in ``_build``, to be looked at.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from invented import Size, make
from measuring import apart

BOOKS = (Size(152, 15, 300), Size(24_000, 5, 60))
PROGRAM = Path(__file__).resolve().parents[1] / "book" / "_tools" / "collection_book.py"
HEAD = ("book", "CPU s", "clock s", "MB", "pages", "site MB", "largest page MB")


def build(folder: Path) -> None:
    """Build the book of a collection, from nothing."""
    subprocess.run([sys.executable, PROGRAM, folder], check=True, stdout=sys.stderr)


def main(wanted: list[str]) -> None:
    """Build, and print a line of the table as soon as its book is there."""
    print(f"| {' | '.join(HEAD)} |\n|{' --- |' + ' ---: |' * (len(HEAD) - 1)}")
    for size in BOOKS:
        if wanted and str(size.respondents) not in wanted:
            continue
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / f"growth-{size.respondents}"
            make(folder, size)
            cost = apart(build, folder)
            told = subprocess.check_output([sys.executable, PROGRAM, "--site", folder], text=True)
        files = [path for path in Path(told.strip()).rglob("*") if path.is_file()]
        pages = [path.stat().st_size / 1e6 for path in files if path.suffix == ".html"]
        whole = sum(path.stat().st_size for path in files) / 1e6
        cells = [str(size), f"{cost.cpu:,.0f}", f"{cost.wall:,.0f}", f"{cost.memory:,.0f}"]
        cells += [f"{len(pages)}", f"{whole:,.0f}", f"{max(pages):.1f}"]
        print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
