"""How notebooks are tested: each cell is run and its output compared with the stored one.

The kernel starts as ever, while those of a book's build start warm: so all that the cells show is
held against what the built book has of them, too.
Afterwards the files that the notebook read are held against those that the book's execution cache
knows of: what it does not know of could change without the pages changing.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Generator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from nbval.plugin import IPyNbCell, IPyNbFile

import csm_lib

ROOT = Path(__file__).parent
RECORDER = ROOT / "book" / "_ext" / "opened"


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Compare outputs by their plain text, which states a finding in full.

    Stored outputs hold no HTML (`make notebooks` leaves it out), so a fresh one has none to be
    compared with. `tests/test_site.py` looks at the HTML, on the pages.
    """
    if isinstance(collector, IPyNbFile):
        collector.skip_compare += ("text/html",)


# -- Side by side -----------------------------------------------------------------


MADE_ONCE = {  # by what a process makes once and keeps: what the tests that need it import
    "notebooks": re.compile(r"(?m)^from csm_lib(\.notebooks import| import .*\bnotebooks\b)"),
    "books": re.compile(r"(?m)^from book_texts import"),
}


@cache
def needed(path: Path) -> str:
    """What the tests of a file need of what a process makes once; else nothing."""
    text = path.read_text("utf-8") if path.suffix == ".py" else ""
    return next((name for name, imported in MADE_ONCE.items() if imported.search(text)), "")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """Keep the tests of a file together, and those of all files that need the same."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return needed(ROOT / file) or file

    return Scheduling(config, log)


# -- What a notebook reads ---------------------------------------------------

HANG = 900  # seconds after which a kernel that says nothing is given up, never a speed

NOTES = pytest.StashKey[tempfile.TemporaryDirectory[str]]()

# What changes only with what is installed, whose versions the cache knows.
INSTALLED = [Path(csm_lib.__file__).parent, Path(sys.prefix), Path(sys.base_prefix)]

# Elsewhere on the machine only data would make a page differ: settings and fonts lie there too.
DATA = {".csv", ".dta", ".ipynb", ".md", ".ods", ".parquet", ".sav", ".xls", ".xlsx"}


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    """Have the kernel that starts for the first cell of a notebook note what it reads."""
    if not isinstance(item, IPyNbCell) or NOTES in item.parent.stash:
        return (yield)
    item.config.option.nbval_kernel_startup_timeout = HANG
    notes = item.parent.stash[NOTES] = tempfile.TemporaryDirectory(prefix="opened-")
    searched = [str(RECORDER), *filter(None, [os.environ.get("PYTHONPATH")])]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CSM_OPENED", notes.name)
        patch.setenv("PYTHONPATH", os.pathsep.join(searched))
        return (yield)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """After the last cell of each notebook, look at what it has read."""
    cells = [item for item in items if isinstance(item, IPyNbCell)]
    for cell in cells:
        cell.output_timeout = HANG
    for notebook, item in {cell.parent: cell for cell in cells}.items():
        of = [cell for cell in cells if cell.parent is notebook]
        items[items.index(item) + 1 : items.index(item) + 1] = [
            Reads.from_parent(notebook, name="what it reads"),
            Shows.from_parent(notebook, name="what it shows", cells=of),
        ]


class Reads(pytest.Item):
    """A check that the book's execution cache knows of each file that a notebook has read."""

    def runtest(self) -> None:
        """Fail with the files that could change without the page changing."""
        from csm_runs import SOURCES  # on the path of pytest; loads Sphinx

        with self.parent.stash[NOTES] as folder:
            notes = [note.read_text("utf-8") for note in Path(folder).iterdir()]
        read = {Path(line) for line in "".join(notes).splitlines()}
        if not any(path.is_relative_to(INSTALLED[0]) for path in read):
            pytest.fail("Nothing was noted of what this notebook reads.", pytrace=False)
        known = [*(ROOT / source for source in SOURCES), *INSTALLED]
        unknown = sorted(
            str(path)
            for path in read
            if (is_ours := path.is_relative_to(ROOT)) or path.suffix in DATA
            if not any(path.is_relative_to(one) for one in known)
            if is_ours or not path.is_relative_to(tempfile.gettempdir())
        )
        if unknown:
            pytest.fail(
                "This notebook reads what the cache of results does not know of. Add it to "
                "SOURCES of book/_ext/csm_runs.py:\n" + "\n".join(unknown),
                pytrace=False,
            )


class Shows(pytest.Item):
    """A check that all cells show what the built book has of them, pictures and HTML too."""

    def __init__(self, *, cells: list[IPyNbCell], **of: Any) -> None:
        super().__init__(**of)
        self.cells = cells

    def runtest(self) -> None:
        """Fail with the first cell that differs."""
        from csm_runs import Results

        if not Path(self.path).is_relative_to(ROOT / "notebooks") or not is_built():
            return  # not one of the book's, or it has been changed since
        kept = Results(ROOT, ROOT / "_build/paper/_build/.jupyter_cache").of(Path(self.path))
        if kept is None:
            pytest.fail("Nothing is kept of what this notebook has shown.", pytrace=False)
        code = [cell for cell in kept.cells if cell.cell_type == "code"]
        for cell, there in zip(self.cells, code, strict=True):
            if _shown(cell.test_outputs) != _shown(there.get("outputs", [])):
                pytest.fail(f"{cell.name} shows something else in the book.", pytrace=False)


@cache
def is_built() -> bool:
    """Whether the book on the paper is built, and nothing that it is made of has changed."""
    from collection_book import BUILT, changed, made_of

    return changed(BUILT / "html", made_of()) == set()


def _shown(outputs: Sequence[Mapping[str, Any]]) -> list[Any]:
    return [output.get("data", output.get("text")) for output in outputs]
