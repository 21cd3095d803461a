"""Read one file and write its grids to standard output, within bounds of memory and time."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import BinaryIO

from csm_lib.own.readers.grid import Grid, Refused, send, send_refusal
from csm_lib.own.readers.limits import MEMORY, SECONDS


def bound() -> None:
    """Hold this process to its share of memory and time, where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind, limit in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # a lower limit is set already
            resource.setrlimit(kind, (limit, limit))


def read(path: str, form: str) -> list[Grid]:
    """Read a file of a form: ``excel``, ``spss``, ``stata`` or ``parquet``."""
    if form == "excel":
        from csm_lib.own.readers.excel import read_excel

        return read_excel(path)
    if form == "parquet":
        from csm_lib.own.readers.parquet import read_parquet

        return read_parquet(path)
    from csm_lib.own.readers.labelled import read_labelled

    return read_labelled(path, form)


def main(path: str, form: str, out: BinaryIO) -> None:
    """Read a file and write its grids, or why there are none."""
    try:
        grids = read(path, form)
    except Refused as reason:
        send_refusal(str(reason), out)
    except MemoryError:
        send_refusal(
            f"takes more than {MEMORY >> 30} GB of memory to read, or is damaged. Save it again, "
            "with only the columns of the returns.",
            out,
        )
    except BaseException as reason:  # a panic of Rust code is no Exception
        said = " ".join(str(reason).split())[:200]
        send_refusal(
            f"cannot be read ({type(reason).__name__}: {said}). It may be damaged: save it "
            "again, or as CSV.",
            out,
        )
    else:
        send(grids, out)


if __name__ == "__main__":
    bound()
    # what a library prints must not get between the grids
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    main(sys.argv[1], sys.argv[2], answers)
    answers.close()
    os._exit(0)  # a damaged heap may crash on the way out
