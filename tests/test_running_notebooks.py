"""Notebooks are compared with their stored text, and stored with nothing else."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ROOT = Path(__file__).parent.parent

# Shows itself as a Finding does: HTML for the page, text for the record.
SHOWN = """class Shown:
    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": "46 of 73", "text/html": "<b>46 of 73</b>"}
"""


def stored(*texts: str) -> list[nbformat.NotebookNode]:
    return [new_output("execute_result", {"text/plain": text}, execution_count=1) for text in texts]


def run_trial(folder: Path, **notebooks: nbformat.NotebookNode) -> str:
    """What the test run says of the notebooks of a project that has little else."""
    shutil.copy(ROOT / "conftest.py", folder)
    opened = Path("book") / "_ext" / "opened"
    shutil.copytree(ROOT / opened, folder / opened)
    (folder / "pytest.ini").write_text(f"[pytest]\npythonpath = {ROOT / 'book' / '_ext'}\n")
    names = [f"{name}.ipynb" for name in notebooks]
    for name, notebook in zip(names, notebooks.values(), strict=True):
        nbformat.write(notebook, folder / name)
    command = [sys.executable, "-m", "pytest", "-v", "--nbval", "--nbval-current-env"]
    run = subprocess.run(
        [
            *command,
            "-p",
            "no:cacheprovider",
            "-p",
            "no:xdist",
            *(f"{name}.ipynb" for name in notebooks),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return run.stdout


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the test run says of a notebook whose stored outputs are right, and wrong."""
    cells = {
        "set up": (SHOWN, []),
        "right": ("Shown()", stored("46 of 73")),
        "changed": ("Shown()", stored("46 of 74")),
        "missing": ("Shown()", []),
        "too many": ("Shown()", stored("46 of 73", "46 of 73")),
        "no longer there": ("None", stored("46 of 73")),
        "new on stderr": ("import sys; sys.stderr.write('beware')\nShown()", stored("46 of 73")),
    }
    notebook = new_notebook(
        cells=[new_code_cell(code, outputs=out, execution_count=1) for code, out in cells.values()]
    )
    said = run_trial(tmp_path_factory.mktemp("notebooks"), trial=notebook)
    verdicts = re.findall(r"Cell \d+ (PASSED|FAILED)", said)
    assert len(verdicts) == len(cells), said
    return dict(zip(cells, verdicts, strict=True))


@pytest.mark.parametrize("cell", ["set up", "right"])
def test_a_cell_passes_whose_text_is_as_stored_though_its_html_is_not_stored(
    outcomes: dict[str, str], cell: str
) -> None:
    assert outcomes[cell] == "PASSED"


@pytest.mark.parametrize(
    "cell", ["changed", "missing", "too many", "no longer there", "new on stderr"]
)
def test_a_cell_fails_whose_text_is_not_as_stored(outcomes: dict[str, str], cell: str) -> None:
    assert outcomes[cell] == "FAILED"


# What the cache knows of, and what has just been written, may be read; also by another program.
KNOWN = """\
import pathlib, subprocess, csm_lib
pathlib.Path("new.csv").write_text("a")
pathlib.Path("data/a.csv").read_text()
subprocess.run(["wc", "data/a.csv"], check=True, capture_output=True);"""
UNKNOWN = """\
import pathlib, subprocess, csm_lib
pathlib.Path("other/b.csv").read_text()
subprocess.run(["wc", "other/c.csv"], check=True, capture_output=True);"""


def test_a_notebook_fails_that_reads_what_the_cache_does_not_know_of(tmp_path: Path) -> None:
    for name in ("data/a.csv", "other/b.csv", "other/c.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x\n")

    said = run_trial(
        tmp_path,
        known=new_notebook(cells=[new_code_cell(KNOWN, execution_count=1)]),
        unknown=new_notebook(cells=[new_code_cell(UNKNOWN, execution_count=1)]),
    )

    verdicts = re.findall(r"(\w+)\.ipynb::what it reads (PASSED|FAILED)", said)
    assert dict(verdicts) == {"known": "PASSED", "unknown": "FAILED"}
    listed = said.partition("Add it to SOURCES")[2].partition("====")[0]
    assert re.findall(r"(?m)^/.*$", listed) == [
        str(tmp_path / "other" / name) for name in ("b.csv", "c.csv")
    ]


@pytest.fixture(scope="module")
def run_notebooks() -> ModuleType:
    path = ROOT / "book" / "_tools" / "run_notebooks.py"
    spec = importlib.util.spec_from_file_location("run_notebooks", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_of_an_output_only_the_text_is_kept(run_notebooks: ModuleType) -> None:
    data = {"text/plain": "46 of 73", "text/html": "<svg>", "image/png": "iVBO"}
    output = new_output("display_data", data, metadata={"image/png": {"width": 9}})
    cell = new_code_cell("show()", outputs=[output], metadata={"tags": ["a"], "collapsed": False})
    notebook = new_notebook(cells=[new_markdown_cell("# Title"), cell], metadata={"widgets": {}})

    kept = run_notebooks.plain(notebook)

    assert kept.cells[1].outputs[0].data == {"text/plain": "46 of 73"}
    assert kept.cells[1].outputs[0].metadata == {}
    assert kept.cells[1].metadata == {"tags": ["a"]}
    assert kept.metadata == run_notebooks.METADATA


def test_a_notebook_that_fails_is_named_and_left_as_it_was(
    run_notebooks: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("1 / 0")]), path)
    before = path.read_bytes()

    assert run_notebooks.main([str(path)]) == 1
    assert path.read_bytes() == before
    assert "ZeroDivisionError" in capsys.readouterr().err
