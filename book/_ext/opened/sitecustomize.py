"""Writes down which files a Python program reads, one to a line, in the folder CSM_OPENED.

Python imports it at its start where this folder is on PYTHONPATH: in the kernel of a notebook, and
in each Python that the kernel starts. Files named to a program that it starts count as read too,
since the libraries which read them there are not written in Python.
"""

import os
import sys


def note_reading() -> None:
    """Begin to note what is read."""
    notes = open(  # noqa: SIM115 (open until the program ends)
        os.path.join(os.environ["CSM_OPENED"], f"{os.getpid()}.txt"), "a", encoding="utf-8"
    )

    def note(name: object) -> None:
        if isinstance(name, (str, bytes, os.PathLike)):
            notes.write(f"{os.path.abspath(os.fsdecode(name))}\n")
            notes.flush()

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if not (isinstance(flags, int) and flags & (os.O_WRONLY | os.O_CREAT)):
                note(path)
        elif event == "subprocess.Popen":
            for argument in arguments[1] if isinstance(arguments[1], (list, tuple)) else ():
                if isinstance(argument, (str, os.PathLike)) and os.path.isfile(argument):
                    note(argument)

    sys.addaudithook(hook)


if os.environ.get("CSM_OPENED"):
    note_reading()
