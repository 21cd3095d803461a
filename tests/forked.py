"""Programs in processes of their own, without the seconds in which each would import libraries.

One process imports them and then, for each run of a program, forks another. That is killed, held to
bounds or ends as any process does, and what it leaves behind is not met by the next.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping
from functools import cached_property, lru_cache
from importlib import import_module
from pathlib import Path
from types import CodeType
from typing import NoReturn

ROOT = Path(__file__).parent.parent


class Forked:
    """A run of a program, with what is used here of `subprocess.Popen`."""

    def __init__(self, forks: Forks, pid: int, out: int, err: int) -> None:
        self.forks, self.pid = forks, pid
        self.stdout, self.stderr = os.fdopen(out, "rb"), os.fdopen(err, "rb")
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self.forks.ask({"ended": self.pid})
        return self.returncode

    def wait(self, timeout: float = 300) -> int:
        end = time.monotonic() + timeout
        while (status := self.poll()) is None:
            assert time.monotonic() < end, "it hangs"
            time.sleep(0.005)
        return status

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def output(self) -> tuple[bytes, bytes]:
        """What it has printed, once it has ended."""
        with self.stdout, self.stderr:
            said = self.stdout.read(), self.stderr.read()
        self.wait()
        return said

    def communicate(self) -> tuple[str, str]:
        """The same as text; nothing, the second time."""
        out, err = (b"", b"") if self.stdout.closed else self.output()
        return out.decode(), err.decode()


class Forks:
    """A process that has imported modules, and forks others."""

    def __init__(self, *modules: str, path: str = "", **environment: str) -> None:
        self.modules = modules
        self.environment = {"PYTHONPATH": path or str(ROOT), **environment}
        self.server: subprocess.Popen[bytes] | None = None

    @cached_property
    def line(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            self.server = subprocess.Popen(
                [sys.executable, "-P", __file__, str(theirs.fileno()), *self.modules],
                env={**os.environ, **self.environment},
                pass_fds=[theirs.fileno()],
            )
        return ours

    def ask(self, request: Mapping[str, object], *handles: int) -> int | None:
        body = json.dumps(request).encode()
        socket.send_fds(self.line, [len(body).to_bytes(4)], handles)
        self.line.sendall(body)
        answer: int | None = json.loads(self.line.recv(100))
        return answer

    def start(self, code: str, *arguments: str, cwd: str = "", **environment: str) -> Forked:
        """Run Python code as a program."""
        (out, to_out), (err, to_err) = os.pipe(), os.pipe()
        request = {"code": code, "argv": ["-c", *arguments], "cwd": cwd, "environ": environment}
        pid = self.ask(request, to_out, to_err)
        os.close(to_out)
        os.close(to_err)
        assert pid is not None
        return Forked(self, pid, out, err)

    def end(self) -> None:
        """End the process that forks."""
        if self.server is not None:
            self.line.close()
            self.server.wait()


@lru_cache
def compiled(code: str) -> CodeType:
    return compile(code, "<program>", "exec")


def run(program: CodeType) -> NoReturn:
    """Run a program and end, without what would touch all memory that is shared till then."""
    status = 1
    try:
        exec(program, {"__name__": "__main__"})
        status = 0
    except SystemExit as end:
        status = int(end.code or 0)
    except BaseException:
        traceback.print_exc()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def serve(line: socket.socket) -> None:
    """Answer until nobody asks."""
    gc.freeze()
    while size := socket.recv_fds(line, 4, 2):
        length, handles, *_ = size
        if not length:
            return
        request = json.loads(line.recv(int.from_bytes(length), socket.MSG_WAITALL))
        if "ended" in request:
            pid, status = os.waitpid(request["ended"], os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if pid else None
        else:
            program = compiled(request["code"])
            answer = os.fork()
            if answer == 0:
                line.close()
                for number, handle in enumerate(handles, 1):
                    os.dup2(handle, number)
                    os.close(handle)
                sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w", 1)
                signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background, too
                os.environ.update(request["environ"])
                os.chdir(request["cwd"] or os.curdir)
                sys.argv = request["argv"]
                run(program)
        for handle in handles:
            os.close(handle)
        line.sendall(json.dumps(answer).encode())


if __name__ == "__main__":
    for name in sys.argv[2:]:
        import_module(name)
    serve(socket.socket(fileno=int(sys.argv[1])))
