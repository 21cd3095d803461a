"""What several tests share."""

from __future__ import annotations

import pytest
from hypothesis import settings

from csm_lib.codebook import Codebook, read_codebook
from csm_lib.collection import SHIPPED, Collection, open_collection

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
