"""The pages of the built site, each parsed once for all tests of a process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from bs4 import BeautifulSoup


@cache
def read(path: Path) -> BeautifulSoup:
    """A page. Tests must not change it."""
    return BeautifulSoup(path.read_bytes(), "lxml")
