"""Modules as bytecode of the Python in the reader's browser, which then need not compile them.

That Python compiles them itself, in Node. Without Node they stay as they are: all runs as well, and
the first answer takes longer.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from live_parts import KEPT, PartsError

SCRIPT = Path(__file__).resolve().parents[1] / "live" / "bytecode.js"

ENGINE = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")

LOCK = {
    "info": {
        "arch": "wasm32",
        "platform": "emscripten_3_1_58",
        "python": "3.12.7",
        "version": "0.27.7",
        "abi_version": "2024_0",
    },
    "packages": {},
}
"""What Pyodide reads when it starts; it installs nothing by itself."""


IMPORTED = ("/lib/", "/live/", "/book/csm_lib/")
"""Where modules lie; other files of Python are read as text."""


def pack(files: Mapping[str, bytes], to: IO[bytes]) -> None:
    """Put files into a zip file that is always the same for the same files."""
    with zipfile.ZipFile(to, "w") as archive:
        for place, held in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(place), held)


def compiled(
    files: Mapping[str, bytes], parts: Mapping[str, Path], name: str, kept: Path = KEPT
) -> dict[str, bytes]:
    """Return the files of a parcel with its modules as bytecode.

    Parameters
    ----------
    files
        The files, by their place in the browser.
    parts
        Where the parts of Pyodide are.
    name, kept
        Under which name, and where, the bytecode is kept for the next time.

    Raises
    ------
    PartsError
        Node cannot run that Python.
    """
    modules = {
        place: held
        for place, held in files.items()
        if place.endswith(".py") and place.startswith(IMPORTED)
    }
    node = shutil.which("node")
    if node is None:
        return dict(files)
    packed = io.BytesIO()
    pack(modules, packed)
    made = kept / f"{name}-{hashlib.sha256(packed.getvalue()).hexdigest()[:16]}.pyc.zip"
    if not made.exists():
        for former in kept.glob(f"{name}-*.pyc.zip"):
            former.unlink()
        with tempfile.TemporaryDirectory(dir=kept) as work:
            for part in ENGINE:
                shutil.copyfile(parts[part], Path(work, part))
            Path(work, "pyodide-lock.json").write_text(json.dumps(LOCK))
            Path(work, "modules.zip").write_bytes(packed.getvalue())
            ran = subprocess.run([node, SCRIPT, work], capture_output=True, text=True, check=False)
            if ran.returncode:
                said = " ".join(ran.stderr.split()[-20:])
                raise PartsError(
                    f"{node} could not compile the modules ({said}). Use Node 18 or newer, or take "
                    "it off the path: all runs without it, and the first answer takes longer."
                )
            Path(work, "bytecode.zip").replace(made)
    with zipfile.ZipFile(made) as archive:
        bytecode = {f"{place}c": archive.read(place) for place in archive.namelist()}
    return {
        **{place: held for place, held in files.items() if f"{place}c" not in bytecode},
        **bytecode,
    }
