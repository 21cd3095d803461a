"""Analysis of returns on partnership working, from the counts to a finding.

>>> import csm_lib as csm
>>> trusts = csm.open_collection()
>>> board = trusts.tally("statutory_agencies")  # one row an agency and year: yes, base, share
>>> moved = csm.changes(board)

What is here is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from csm_lib.aggregate import changes, numbers, tally
    from csm_lib.charts import (
        bars,
        change_bars,
        dumbbell,
        moves,
        p_ranges,
        quartiles,
        ranges,
        ranked_dots,
        squares,
        stacked_bars,
        support,
        tile_map,
        waves,
    )
    from csm_lib.codebook import read_codebook
    from csm_lib.collection import open_collection
    from csm_lib.errors import CollectionError
    from csm_lib.findings import finding
    from csm_lib.view import explore

_HOMES = {
    "aggregate": "changes numbers tally",
    "charts": "bars change_bars dumbbell moves p_ranges quartiles ranges ranked_dots squares "
    "stacked_bars support tile_map waves",
    "codebook": "read_codebook",
    "collection": "open_collection",
    "errors": "CollectionError",
    "findings": "finding",
    "view": "explore",
}
_HOME = {name: module for module, names in _HOMES.items() for name in names.split()}

__all__ = [
    "CollectionError",
    "bars",
    "change_bars",
    "changes",
    "dumbbell",
    "explore",
    "finding",
    "moves",
    "numbers",
    "open_collection",
    "p_ranges",
    "quartiles",
    "ranges",
    "ranked_dots",
    "read_codebook",
    "squares",
    "stacked_bars",
    "support",
    "tally",
    "tile_map",
    "waves",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
