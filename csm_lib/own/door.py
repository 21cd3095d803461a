"""A folder with returns in any form, opened as a collection."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from csm_lib import collection
from csm_lib.codebook import read_codebook
from csm_lib.errors import ReturnsError
from csm_lib.files import is_there
from csm_lib.frame import read_frame
from csm_lib.own.check import read_returns

if TYPE_CHECKING:
    from csm_lib.collection import Collection
    from csm_lib.inference import IntervalMethod


def open_collection(
    path: str | Path | None = None, *, intervals: IntervalMethod | None = None
) -> Collection:
    """Open a collection whose returns are in any form, and check them.

    Parameters
    ----------
    path, intervals
        As for `csm_lib.collection.open_collection`. The returns may be in any file that
        `csm_lib.own.tables` reads, beside a crosswalk, ``columns.csv``, where the columns are
        foreign.

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
    frame = read_frame(folder / "frame.csv") if is_there(folder / "frame.csv") else None
    crosswalk = folder / "columns.csv"
    returns = read_returns(
        returns_file(folder),
        read_codebook(folder / "codebook.csv"),
        crosswalk=crosswalk if is_there(crosswalk) else None,
        frame=frame,
    )
    return collection.open_collection(folder, intervals=intervals, returns=returns)


def returns_file(folder: Path) -> Path:
    """Return the one file of returns in a folder.

    Raises
    ------
    ReturnsError
        There is none, or there are several.
    """
    found = collection.returns_files(folder)
    if not found:
        raise ReturnsError(
            f"{folder / 'returns.csv'}: there is no such file, and none that ends in "
            f"{', '.join(collection.FORMATS[1:])} either. Check the name and the folder."
        )
    if len(found) > 1:
        names = " and ".join(path.relative_to(folder).as_posix() for path in found)
        raise ReturnsError(
            f"{folder}: holds {names}. Keep one file of returns; move the others elsewhere."
        )
    return found[0]
