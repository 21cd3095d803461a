"""The door for files of others: whatever form returns come in, a clean collection comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from csm_lib.own.door import open_collection

__all__ = ["open_collection"]


def __getattr__(name: str) -> Any:
    """Load the door when it is asked for: a process that only reads a file starts without it."""
    if name not in __all__:
        raise AttributeError(name)
    from csm_lib.own import door

    return getattr(door, name)
