"""Running a reader of a foreign format in a process of its own, within bounds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from csm_lib.own.readers.grid import Grid, Refused, receive
from csm_lib.own.readers.limits import MEMORY, SECONDS

HOME = Path(__file__).resolve().parents[2]
"""The folder of the package, which the process must find."""


def read_apart(path: Path, form: str) -> list[Grid]:
    """Read a file in another process.

    Raises
    ------
    Refused
        The file cannot be read, or reading it took too much time or memory.
    """
    # -P: what lies in the working folder is not imported
    command = [sys.executable, "-P", "-m", "csm_lib.own.readers", str(path.resolve()), form]
    known = os.environ.get("PYTHONPATH")
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(HOME), *([known] if known else [])]),
        "PYTHONUTF8": "1",
        # each thread would reserve memory, which counts against the bound
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "MALLOC_ARENA_MAX": "2",
    }
    try:
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        return receive(done.stdout)
    except subprocess.TimeoutExpired:
        raise Refused(
            f"was not read within {SECONDS} seconds. It may be damaged: save it again, with only "
            "the columns of the returns, or as CSV."
        ) from None
    except ValueError:
        if b"No module named" in done.stderr:  # the installation is at fault, not the file
            raise RuntimeError(done.stderr.decode(errors="replace")) from None
        raise Refused(
            f"cannot be read: it is damaged, or reading it takes more than {MEMORY >> 30} GB of "
            "memory (a stray cell far from the others may be the cause). Save it again, with "
            "only the columns of the returns, or as CSV."
        ) from None
