"""What several tests share."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from forked import Forks
from hypothesis import settings

from csm_lib.codebook import Codebook, read_codebook
from csm_lib.collection import SHIPPED, Collection, open_collection
from csm_lib.own import read

settings.register_profile("unhurried", settings.default, deadline=None)  # busy is no failure
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def collection() -> Collection:
    """The collection that ships with the book. Tests must not change it."""
    return open_collection(SHIPPED)


QUESTIONNAIRE = """\
item,section,label,question,response,duty,years,not_held,asked_if,place,note
chair,board,Chair,Who?,chair,none,2008;2009,,,,
seat,board,Seat,Is it?,yes_no,statutory,2008;2009,,,,
late,board,Late,Is it?,yes_no,none,2009,,,,
level,levels,Level,Which?,level,statutory,2008;2009,,seat,,
unheld,needs,Unheld,Is it?,yes_no,none,2008;2009,2008,seat,,
"""


@pytest.fixture(scope="session")
def questionnaire(tmp_path_factory: pytest.TempPathFactory) -> Codebook:
    """A small codebook with an item of every kind."""
    path = tmp_path_factory.mktemp("questionnaire") / "codebook.csv"
    path.write_text(QUESTIONNAIRE, encoding="utf-8")
    return read_codebook(path)


class Readers:
    """In place of `subprocess` where files of foreign forms are read: their readers, forked."""

    DEVNULL, TimeoutExpired = subprocess.DEVNULL, subprocess.TimeoutExpired

    def __init__(self) -> None:
        self.forks = Forks(
            *"pyarrow.parquet pyreadstat python_calamine xlsxwriter.utility xml.etree".split(),
            ARROW_DEFAULT_MEMORY_POOL="system",
            OPENBLAS_NUM_THREADS="1",
        )

    def run(self, command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        _, _, program, path, form = command
        run = self.forks.start(Path(program).read_text("utf-8"), path, form)
        out, err = run.output()
        return subprocess.CompletedProcess(command, run.wait(), out, err)


@pytest.fixture(scope="session", autouse=True)
def _readers() -> Iterator[None]:
    """Spare each file of a foreign form the start of its reader, nearly all of which is imports."""
    if not hasattr(os, "fork"):
        yield
        return
    readers = Readers()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(read, "subprocess", readers)
        yield
    readers.forks.end()


@pytest.fixture
def cold_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start readers as they are started outside of tests."""
    monkeypatch.setattr(read, "subprocess", subprocess)
