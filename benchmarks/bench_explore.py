"""Time the answer of a live control beside making the finding anew, in the same run.

Run it from the root: ``python benchmarks/bench_explore.py``.
"""

from __future__ import annotations

from statistics import median
from time import perf_counter

from csm_lib.chapters import exploring
from csm_lib.collection import open_collection

MAKERS = (
    exploring.board,
    exploring.seniority,
    exploring.components,
    exploring.areas,
    exploring.groups,
    exploring.moves,
)


def main() -> None:
    """Turn every control of every view to all its options and print what an answer took."""
    collection = open_collection()
    print("answer of a live control, milliseconds: median and slowest")
    for make in MAKERS:
        anew, kept = make(collection), make(collection)
        text = kept.html  # as on first display: every combination is made once
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
            assert kept.state_key(**state) in shown.value
        print(
            f"{kept.key:20} made anew {median(made):6.1f} {max(made):6.1f}   "
            f"kept {median(answered):6.1f} {max(answered):6.1f}"
        )


if __name__ == "__main__":
    main()
