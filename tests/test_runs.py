"""Which notebooks run again before a book is built: those that may have other results."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import csm_runs
import nbformat
import pytest
from jupyter_cache import get_cache
from nbformat.v4 import new_code_cell, new_notebook


class Project:
    """Two notebooks, one module of which only the first reads, and a note of each run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cache = folder / "_build" / ".jupyter_cache"
        files = {
            "csm_lib/__init__.py": "",
            "csm_lib/counts.py": "COUNT = 1\n",
            "csm_lib/charts.py": "",
            "data/a.csv": "a\n",
        }
        for name, text in files.items():
            self.write(name, text)
        self.notebook("one", "import sys; sys.path.insert(0, '..')\nfrom csm_lib import counts")
        self.notebook("two", "print(open('../data/a.csv').read())")

    def write(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text, "utf-8")

    def notebook(self, name: str, code: str) -> None:
        tally = f"with open('../{name}.runs', 'a') as runs:\n    runs.write('.')"
        (self.folder / "notebooks").mkdir(exist_ok=True)
        made = new_notebook(cells=[new_code_cell(tally), new_code_cell(code)])
        nbformat.write(made, self.folder / "notebooks" / f"{name}.ipynb")

    def app(self, *, own: bool = False) -> Any:
        """What of Sphinx is looked at."""
        config = SimpleNamespace(nb_execution_cache_path="", csm_own=own, nb_execution_timeout=300)
        return SimpleNamespace(
            srcdir=self.folder, outdir=self.folder / "_build" / "html", config=config
        )

    def build(self, *, own: bool = False) -> dict[str, int]:
        """Do what comes before pages are read, and return how often each has run by now."""
        app = self.app(own=own)
        env = SimpleNamespace(doc2path=lambda name: self.folder / name)
        csm_runs.run_stale(app, env, ["notebooks/one.ipynb", "notebooks/two.ipynb", "index.md"])
        return {
            name: len(path.read_text())
            for name in ("one", "two")
            if (path := self.folder / f"{name}.runs").is_file()
        }


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_a_notebook_runs_again_when_what_it_read_changes_and_only_then(project: Project) -> None:
    assert project.build() == {"one": 1, "two": 1}
    assert len(get_cache(str(project.cache)).list_cache_records()) == 2
    project.write("README.md", "another text")
    project.write("csm_lib/__pycache__/counts.cpython-310.pyc", "compiled")
    project.write("csm_lib/charts.py", "nobody has read it")
    assert project.build() == {"one": 1, "two": 1}

    project.write("csm_lib/counts.py", "COUNT = 2\n")
    assert project.build() == {"one": 2, "two": 1}
    project.write("data/a.csv", "b\n")
    assert project.build() == {"one": 2, "two": 2}
    project.write("data/new.csv", "which somebody may look for")
    assert project.build() == {"one": 3, "two": 3}


def test_a_notebook_whose_code_is_as_before_a_change_has_no_results_from_before_it(
    project: Project,
) -> None:
    before = (project.folder / "notebooks/one.ipynb").read_text()
    project.build()
    project.notebook("one", "from pathlib import Path")
    project.write("csm_lib/counts.py", "COUNT = 3\n")
    assert project.build()["one"] == 2
    project.write("notebooks/one.ipynb", before)
    assert project.build()["one"] == 3


def test_a_notebook_that_fails_has_no_old_results_and_runs_again(project: Project) -> None:
    project.notebook("two", "1 / int(open('../data/a.csv').read())")
    project.write("data/a.csv", "1")
    project.build()
    project.write("data/a.csv", "0")
    assert project.build()["two"] == 2
    assert len(get_cache(str(project.cache)).list_cache_records()) == 1
    assert project.build()["two"] == 3


def test_an_own_book_brings_its_results_and_runs_nothing(project: Project) -> None:
    assert project.build(own=True) == {}
    assert not project.cache.exists()


@pytest.mark.parametrize(
    "changed",
    ["csm_lib/charts.py", "book/_ext/maker.py", "book/teaching/a.md", "notebooks/lesson_a.ipynb"],
)
def test_text_is_made_again_when_a_source_its_maker_or_its_story_changes(
    project: Project, changed: str
) -> None:
    project.write("notebooks/lesson_a.ipynb", "a story")
    made = []

    def deck(name: str, foot: str = "") -> str:
        made.append(name)
        return f"{name}\r\n{foot}\n{len(made)}"

    def kept(**given: str) -> str:
        return csm_runs.kept(project.app(), deck, "a", **given)

    assert kept() == kept() == "a\r\n\n1"
    project.write("book/prose.md", "no source")
    assert kept() == "a\r\n\n1"
    project.write(changed, "another")
    assert kept() == kept() == "a\r\n\n2"
    assert kept(foot="terms") == "a\r\nterms\n3"


KNOWN = {"a.py": "1", "b.py": "2", "c.xlsx": "3"}


@pytest.mark.parametrize("name", ["a.py", "c.xlsx"])
def test_the_key_follows_the_content_of_what_was_read_and_of_what_nobody_sees_read(
    name: str,
) -> None:
    before = csm_runs.key_of(KNOWN, ["a.py"], "")
    assert csm_runs.key_of(KNOWN | {name: "other"}, ["a.py"], "") != before
    assert csm_runs.key_of(KNOWN | {"b.py": "other"}, ["a.py"], "") == before


def test_the_key_follows_every_name_and_what_is_installed() -> None:
    keys = {
        csm_runs.key_of(KNOWN, ["a.py"], ""),
        csm_runs.key_of(KNOWN | {"new.py": "4"}, ["a.py"], ""),
        csm_runs.key_of(KNOWN, ["a.py"], "pandas 9"),
    }
    assert len(keys) == 3


def test_what_is_installed_has_its_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    described = tmp_path / "trial-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Name: trial\nVersion: 1.0\n")
    before = csm_runs.installed()
    monkeypatch.syspath_prepend(tmp_path)
    assert "trial 1.0" in set(csm_runs.installed().splitlines()) - set(before.splitlines())


def test_prose_and_outputs_of_a_notebook_are_nothing_that_another_reads(project: Project) -> None:
    before = csm_runs.digests(project.folder)
    path = project.folder / "notebooks" / "one.ipynb"
    read = nbformat.read(path, as_version=4)
    read.cells[0].execution_count = 7
    nbformat.write(read, path)
    assert csm_runs.digests(project.folder) == before
    project.notebook("one", "2")
    assert csm_runs.digests(project.folder) != before
