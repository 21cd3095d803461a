"""Starts Python programs without loading again what all of them load.

A program that has loaded the large libraries, and nothing of the project, waits for others to be
run, and runs each in a copy of itself (a fork). So fifteen kernels load pandas, matplotlib and
scipy once, and each loads the project's own modules, which it notes as any other does.

There is such a program on Linux only. Elsewhere, and without one, programs start as ever.

Usage, as the command of a kernel: python warm.py SOCKET -m ipykernel_launcher -f FILE
"""

from __future__ import annotations

import builtins
import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

LOADED = (
    *("IPython", "ipykernel.kernelapp", "ipykernel.ipkernel", "ipywidgets", "matplotlib.pyplot"),
    *("matplotlib.backends.backend_svg", "numpy", "pandas", "pyarrow", "narwhals", "seaborn"),
    *("scipy.stats", "scipy.optimize", "jinja2", "markdown_it", "xlsxwriter"),
)
"""What is loaded once: no module that another imports for its effects, and none of the project."""

READY = b"1"


@contextmanager
def warm() -> Iterator[list[str]]:
    """Give the beginning of a command, which takes the place of ``python``, while the block lasts.

    What it starts ends with it.
    """
    if sys.platform != "linux":
        yield [sys.executable]
        return
    with tempfile.TemporaryDirectory(prefix="warm-") as folder:
        place = str(Path(folder, "socket"))
        # a backend that is named before matplotlib is loaded is that of a kernel
        inline = {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}
        template = subprocess.Popen(
            [sys.executable, "-P", __file__, place],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=inline | os.environ,
        )
        assert template.stdin is not None
        assert template.stdout is not None
        try:
            ready = template.stdout.read(1) == READY
            yield [sys.executable, *(["-IS", __file__, place] if ready else [])]
        finally:
            template.stdin.close()  # which tells it to end
            template.wait()
            template.stdout.close()


def ask(place: str, arguments: list[str]) -> None:
    """Have a program run with these arguments, in this folder and environment, and wait for it."""
    with socket.socket(socket.AF_UNIX) as line, suppress(KeyboardInterrupt):
        line.connect(place)
        said = json.dumps([arguments, os.getcwd(), dict(os.environ)]).encode()
        line.sendall(len(said).to_bytes(8) + said)
        line.recv(1)  # which comes to nothing when the program has ended


def serve(place: str) -> None:
    """Load what is loaded once; then run what is asked for, until the standard input ends."""
    os.environ["JPY_PARENT_PID"] = str(os.getpid())  # kernels read it when they are loaded
    shell: Any = builtins
    shell.get_ipython = lambda: SimpleNamespace(
        kernel=None
    )  # so does pandas, to know how wide it is
    for name in LOADED:
        __import__(name)
    del shell.get_ipython
    gc.freeze()  # else each copy would touch, and so copy, all that they share
    running: set[int] = set()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(place)
        listener.listen()
        os.write(1, READY)
        while True:
            ready, _, _ = select.select([listener.fileno(), 0], [], [])
            running -= {pid for pid in running if os.waitpid(pid, os.WNOHANG)[0]}
            if 0 in ready:
                break
            line, _ = listener.accept()
            if (pid := os.fork()) == 0:
                listener.close()
                run(line)
            running.add(pid)
            line.close()
    for pid in running:  # of one that has ended it is known only now
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def run(line: socket.socket) -> NoReturn:
    """Be the program that is asked for, which ends with the one that asked for it."""
    try:
        said = line.makefile("rb")
        (_, module, *rest), folder, environment = json.loads(
            said.read(int.from_bytes(said.read(8)))
        )
        threading.Thread(target=lambda: line.recv(1) or os._exit(1), daemon=True).start()
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(folder)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        searched = environment.get("PYTHONPATH", "").split(os.pathsep)
        sys.path[:0] = [one for one in searched if one and one not in sys.path]
        if environment.get("CSM_OPENED"):
            runpy.run_path(str(Path(__file__).parent / "opened" / "sitecustomize.py"))
        sys.argv = [module, *rest]
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit:
        pass
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


if __name__ == "__main__":
    _, at, *asked = sys.argv
    if asked:
        ask(at, asked)
    else:
        serve(at)
