"""A folder with returns in any form, opened as a collection."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from csm_lib import collection
from csm_lib.codebook import read_codebook
from csm_lib.descriptor import read_descriptor
from csm_lib.files import is_there
from csm_lib.frame import read_frame
from csm_lib.own.check import Beside, read_returns
from csm_lib.own.read import form_of
from csm_lib.own.wording import refusal
from csm_lib.words import listed

if TYPE_CHECKING:
    from csm_lib.codebook import Codebook
    from csm_lib.collection import Collection
    from csm_lib.inference import IntervalMethod


def open_collection(
    path: str | Path | None = None, *, intervals: IntervalMethod | None = None
) -> Collection:
    """Open a collection whose returns are in any form, and check them.

    The parameters are those of `csm_lib.collection.open_collection`. The returns may be in any
    file that `csm_lib.own.read` reads, or in several in a folder ``returns``; beside them a
    crosswalk, ``columns.csv``, where the columns are foreign, and ``aliases.csv``, where one
    respondent is written in several ways.

    Raises
    ------
    ReturnsError
        The returns are not clean; every fault is listed with its remedy.
    CollectionError
        Another file of the folder is not as it must be.
    """
    folder = collection.chosen(path)
    if not folder.is_dir() or not is_there(folder / "codebook.csv"):
        return collection.open_collection(folder)  # which says what is missing
    returns = read_returns(returns_files(folder), codebook_of(folder), **beside(folder))
    return collection.open_collection(folder, intervals=intervals, returns=returns)


def codebook_of(folder: Path) -> Codebook:
    """Return the codebook of a folder, which knows what its waves are called."""
    waves = read_descriptor(folder / "datapackage.json").waves
    return read_codebook(folder / "codebook.csv", waves=waves)


def beside(folder: Path) -> Beside:
    """Return what lies in a folder to read its returns by."""
    frame, columns, names = (folder / f"{n}.csv" for n in ("frame", "columns", "aliases"))
    return {
        "frame": read_frame(frame) if is_there(frame) else None,
        "crosswalk": columns if is_there(columns) else None,
        "aliases": names if is_there(names) else None,
    }


def returns_files(folder: Path) -> list[Path]:
    """Return the files of returns in a folder: one by that name, or those of a folder ``returns``.

    Raises
    ------
    ReturnsError
        There is none, or there are both.
    """
    found = collection.returns_files(folder)
    if not found:
        for path in sorted(folder.glob("[Rr]eturns.*")):
            form_of(path)  # which says what to do with a file that is not read
        formats = collection.FORMATS[1:]
        others = sorted(one.name for one in folder.iterdir() if one.suffix.lower() in formats[:-2])
        said = {"formats": ", ".join(formats), "others": listed(others)}
        key = "returns_elsewhere" if others else "no_returns"
        raise refusal(folder / "returns.csv", key, **said)
    if len(found) > 1 and folder in {path.parent for path in found}:
        names = listed([path.relative_to(folder).as_posix() for path in found])
        raise refusal(folder, "returns_twice", names=names)
    return found
