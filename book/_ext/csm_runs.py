"""Runs the notebooks whose results may have changed, before Sphinx reads their pages.

myst-nb keeps results by the code of a notebook, and would go on showing old figures when anything
else changes. So what a notebook reads is written down while it runs (`opened/sitecustomize.py`),
and it runs again as soon as one of those files, the names of the files among `SOURCES`, or anything
installed differs. Several run at a time. One that fails is left to myst-nb, which says why.

Text that other extensions make of the same sources is kept, too (`kept`). And where Sphinx reads
only what has changed, it goes by what pages say and not by their times alone (`read_again`): a file
that was put back can be older than what was read.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import nullcontext
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from warm import warm

import csm_lib

logger = logging.getLogger(__name__)

SOURCES = (
    *("csm_lib", "data", "examples", "exercises", "pyproject.toml", "requirements.txt"),
    *("notebooks", "book/teaching"),  # lessons take findings from other notebooks
)
"""Where a notebook's results come from, besides the notebook and what is installed.

A notebook that reads anything else of the project fails its test (conftest.py).
"""

UNSEEN = {".dta", ".ods", ".parquet", ".sav", ".xls", ".xlsx"}
"""Read by libraries that are not written in Python, so that nobody sees which they read."""

RECORDER = Path(__file__).parent / "opened"

PATIENCE = 900
"""Seconds in which a kernel must have started; on a busy machine it may take many."""

MAKERS = "book/_ext"
"""Where those are that make text of the sources."""

NOTES = "read.json"
"""Of each notebook, by its path: the files that it ``read``, and the ``key`` of its results."""


def digests(root: Path, sources: Iterable[str] = SOURCES) -> dict[str, str]:
    """A digest of each file under some paths of the project that are there, by its path."""
    found = {}
    for source in sources:
        path = root / source
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                found[str(file)] = hashlib.sha256(_read(file)).hexdigest()
    return found


def _read(file: Path) -> bytes:
    """What results can come from in a file: of a notebook its code, not its prose and outputs."""
    read = file.read_bytes()
    try:
        cells = json.loads(read)["cells"] if file.suffix == ".ipynb" else None
    except (ValueError, LookupError, TypeError):  # not yet a notebook, or half written
        cells = None
    if cells is None:
        return read
    return "\0".join("".join(c["source"]) for c in cells if c["cell_type"] == "code").encode()


def installed() -> str:
    """The Python that runs and all that is installed for it, each with its version."""
    return _installed(*sys.path)


@lru_cache(maxsize=1)
def _installed(*searched: str) -> str:
    found = importlib.metadata.distributions(path=[*searched])
    return "\n".join([sys.version, *sorted({f"{one.name} {one.version}" for one in found})])


def key_of(known: Mapping[str, str], read: Iterable[str], whose: str) -> str:
    """Digest of all that the results of a notebook may come from.

    Parameters
    ----------
    known
        What `digests` gives. The names count, whatever was read: a file that is new may be looked
        for.
    read
        The paths of the files that the notebook has read. Those of kinds `UNSEEN` count as read.
    whose
        What else it may come from.
    """
    read = set(read)
    counts = {n: d if n in read or Path(n).suffix in UNSEEN else "" for n, d in known.items()}
    return hashlib.sha256(json.dumps([counts, whose]).encode()).hexdigest()


def ran(
    path: Path, patience: int, python: Sequence[str] = (sys.executable,)
) -> tuple[NotebookNode, float, list[str]]:
    """Run a notebook in its folder; return it, the seconds it took, and the files it has read.

    The command of its kernel begins with ``python``.

    Raises
    ------
    CellExecutionError, CellTimeoutError
        A cell failed.
    """
    notebook = nbformat.read(path, as_version=4)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="opened-") as notes:
        searched = [str(RECORDER), *filter(None, [os.environ.get("PYTHONPATH")])]
        client = NotebookClient(
            notebook,
            timeout=patience,
            startup_timeout=PATIENCE,
            record_timing=False,
            resources={"metadata": {"path": str(path.parent)}},
        )
        spec = client.create_kernel_manager().kernel_spec
        assert spec is not None
        spec.argv[:1] = python
        noted = {"CSM_OPENED": notes, "PYTHONPATH": os.pathsep.join(searched)}
        client.execute(env=os.environ | noted)
        said = [note.read_text("utf-8") for note in Path(notes).iterdir()]
    return (
        notebook,
        time.monotonic() - begun,
        sorted({_source(line) for line in "".join(said).splitlines()}),
    )


def _source(read: str) -> str:
    """The source of a file of bytecode; any other as it is."""
    try:
        return importlib.util.source_from_cache(read) if read.endswith(".pyc") else read
    except ValueError:
        return read


class Results:
    """The results of notebooks that are kept in a folder, for a project.

    Attributes
    ----------
    known, whose
        What `sources_of` gives.
    notes
        What stands in `NOTES`.
    """

    def __init__(self, root: Path, folder: Path) -> None:
        self.cache, self.file = get_cache(str(folder)), folder / NOTES
        self.notes = json.loads(self.file.read_text("utf-8")) if self.file.is_file() else {}
        self.known, self.whose = sources_of(root)

    def of(self, path: Path) -> NotebookNode | None:
        """The notebook with its results, unless something that they come from has changed."""
        note, number = self.notes.get(str(path)), self.number(path)
        if number is None or note is None or note["key"] != self._key(path, note["read"]):
            return None
        found: NotebookNode = self.cache.get_cache_bundle(number).nb
        return found

    def number(self, path: Path) -> int | None:
        """The number under which results of the same code are kept."""
        try:
            return int(self.cache.match_cache_notebook(nbformat.read(path, as_version=4)).pk)
        except KeyError:
            return None

    def _key(self, path: Path, read: Iterable[str]) -> str:
        return key_of(self.known, [*read, str(path)], self.whose)

    def keep(self, path: Path, notebook: NotebookNode, seconds: float, read: list[str]) -> None:
        """Keep what `ran` has given."""
        self.cache.cache_notebook_bundle(
            CacheBundleIn(notebook, str(path), data={"execution_seconds": seconds}),
            check_validity=False,
            overwrite=True,
        )
        read = [name for name in read if name in self.known]
        self.notes[str(path)] = {"read": read, "key": self._key(path, read)}
        _write(self.file, json.dumps(self.notes, indent=1))

    def forget(self, path: Path) -> None:
        """Keep no results of a notebook."""
        self.notes.pop(str(path), None)
        if (old := self.number(path)) is not None:
            self.cache.remove_cache(old)


def run_stale(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Run the notebooks that are read next and whose results may have changed.

    The notebooks of an own book come with their results and use no cache.
    """
    if app.config.csm_own:
        return
    results = Results(Path(app.srcdir), kept_in(app))
    paths = [Path(env.doc2path(name)) for name in docnames]
    stale = [path for path in paths if path.suffix == ".ipynb" and results.of(path) is None]
    if stale:
        logger.info("Running %d notebooks ...", len(stale))
    patience = app.config.nb_execution_timeout or PATIENCE
    running = warm() if len(stale) > 1 else nullcontext([sys.executable])
    with running as python, ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        runs = {pool.submit(ran, path, patience, python): path for path in stale}
        for run in as_completed(runs):  # each is kept at once, as a build may be stopped
            try:
                results.keep(runs[run], *run.result())
            except (CellExecutionError, CellTimeoutError):
                results.forget(runs[run])


def sources_of(root: Path) -> tuple[dict[str, str], str]:
    """Of all that results come from in a project: the digests, and what else `key_of` takes."""
    package = Path(csm_lib.__file__).parent  # the project's own, unless another is installed
    known = digests(root) | digests(package.parent, [package.name])
    run_by = Path(__file__).with_name("warm.py").read_text("utf-8")
    return known, "\n".join([installed(), run_by, os.environ.get("CSM_SEED", "")])


def kept_in(app: Sphinx) -> Path:
    """The folder of all that is kept from one build to the next."""
    set_by_user = getattr(app.config, "nb_execution_cache_path", "")  # where myst-nb is loaded
    return Path(set_by_user or Path(app.outdir).parent / ".jupyter_cache")


def kept(app: Sphinx, make: Callable[..., str], name: str, **given: Any) -> str:
    """Text made of the sources, made anew only where one of them has changed.

    Parameters
    ----------
    make
        Makes it, from the two that follow (which JSON can hold), `SOURCES`, and the lesson's story.
    name
        Of a lesson.
    """
    root = Path(app.srcdir)
    known, whose = sources_of(root)
    story = root / "notebooks" / f"lesson_{name}.ipynb"
    told = story.read_text("utf-8") if story.is_file() else ""
    said = [known, digests(root, [MAKERS]), whose, told, make.__module__, sorted(given.items())]
    return remembered(app, f"{make.__name__}-{name}.txt", said, lambda: make(name, **given))


def remembered(app: Sphinx, name: str, said: Any, make: Callable[[], str]) -> str:
    """Text under a name, made anew only where what is ``said`` of its making has changed."""
    key = hashlib.sha256(json.dumps(said).encode()).hexdigest()
    file = kept_in(app) / name
    if file.is_file():
        old, _, text = file.read_bytes().decode().partition("\n")
        if old == key:
            return text
    text = make()
    file.parent.mkdir(parents=True, exist_ok=True)
    _write(file, f"{key}\n{text}")
    return text


def note_source(app: Sphinx, page: str, _source: list[str]) -> None:
    """Note what a page says when it is read."""
    app.env.metadata[page]["csm_read"] = _said(app.env, page)


def read_again(_app: Sphinx, env: BuildEnvironment, *_: object) -> Sequence[str]:
    """The pages that say something else than when they were read."""
    read = env.all_docs.keys() & env.found_docs
    return [page for page in read if env.metadata[page].get("csm_read") != _said(env, page)]


def _said(env: BuildEnvironment, page: str) -> str:
    return hashlib.sha256(Path(env.doc2path(page)).read_bytes()).hexdigest()


def _write(file: Path, text: str) -> None:
    """Write a file whole, or leave it as it was: a build may be stopped."""
    half = file.with_suffix(".half")
    half.write_bytes(text.encode())
    half.replace(file)


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx when to call what stands above."""
    app.connect("env-get-outdated", read_again)
    app.connect("env-before-read-docs", run_stale)
    app.connect("source-read", note_source)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
