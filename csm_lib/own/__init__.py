"""The door for files of others: whatever form returns come in, a clean collection comes out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from csm_lib.own.door import open_collection

__all__ = ["open_collection"]

OWN = Path("own")
"""Where commands write what may tell of respondents, unless they are told where."""


def hide_from_git(path: Path) -> None:
    """Make the folder `OWN` if a path leads there, such that git does not see what is in it."""
    if path.parts[:1] == OWN.parts and not OWN.exists():
        OWN.mkdir()
        (OWN / ".gitignore").write_text("*\n", "utf-8")


def __getattr__(name: str) -> Any:
    """Load the door when it is asked for: a process that only reads a file starts without it."""
    if name not in __all__:
        raise AttributeError(name)
    from csm_lib.own import door

    return getattr(door, name)
