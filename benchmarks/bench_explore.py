"""Time the answer of a live control beside making the finding anew, in the same run.

Run it from the root: ``python benchmarks/bench_explore.py``.
"""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from csm_lib.view import View

NOTEBOOK = Path(__file__).parent.parent / "notebooks" / "explore.ipynb"


def views() -> list[View]:
    """Make the views of the notebook anew."""
    names: dict[str, Any] = {}
    for cell in json.loads(NOTEBOOK.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)
    return [value for value in names.values() if isinstance(value, View)]


def main() -> None:
    """Turn every control of every view to all its options and print what an answer took."""
    print("answer of a live control, milliseconds: median and slowest")
    for anew, kept in zip(views(), views(), strict=True):
        text = kept.html  # as on first display: every finding is made once
        made, answered = [], []
        for state in anew.states():
            start = perf_counter()
            assert anew.at(**state).html in text
            made.append(1000 * (perf_counter() - start))
        _, *controls, shown = kept.live().children
        for state in [*kept.states()][1:]:
            start = perf_counter()
            for control, value in zip(controls, state.values(), strict=True):
                control.value = value
            answered.append(1000 * (perf_counter() - start))
            assert kept.at(**state).key in shown.value
        print(
            f"{kept.key:20} made anew {median(made):6.1f} {max(made):6.1f}   "
            f"kept {median(answered):6.1f} {max(answered):6.1f}"
        )


if __name__ == "__main__":
    main()
