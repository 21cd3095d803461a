"""How notebooks are tested: each cell is run and its output compared with the stored one."""

from __future__ import annotations

import pytest
from nbval.plugin import IPyNbFile


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Compare outputs by their plain text, which states a finding in full.

    Stored outputs hold no HTML (`make notebooks` leaves it out), so a fresh one has none to be
    compared with. `tests/test_site.py` looks at the HTML, on the pages.
    """
    if isinstance(collector, IPyNbFile):
        collector.skip_compare += ("text/html",)
