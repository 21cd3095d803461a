"""A collection: a folder with a codebook, returns and, if there are any, published figures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from csm_lib import aggregate
from csm_lib.codebook import Codebook, read_codebook
from csm_lib.errors import CollectionError
from csm_lib.frame import read_frame
from csm_lib.published import read_published
from csm_lib.recovery import recover, sample_list, targets
from csm_lib.returns import read_returns

if TYPE_CHECKING:
    from csm_lib.inference import IntervalMethod

SHIPPED = Path(__file__).resolve().parent.parent / "data"
"""The collection that ships with the book: the reconstructed panel."""

DRAWN, OWN = "drawn", "own returns"


@dataclass(frozen=True)
class Collection:
    """A collection, opened and checked.

    Attributes
    ----------
    path, title
        Its folder and its name.
    codebook
        The questionnaire.
    returns
        One row is one authority in one year, as `csm_lib.returns.read_returns` gives them.
    status
        ``drawn`` for a reconstructed panel, ``own returns`` for what respondents answered.
    published
        The published figures with their recovered counts, as `csm_lib.recovery.recover` gives
        them; ``None`` where nothing is published.
    frame
        The population frame, as `csm_lib.frame.read_frame` gives it, or ``None``.
    intervals
        The method of the intervals that every tally then carries; ``None`` for none. See
        `csm_lib.inference.interval`.
    """

    path: Path
    title: str
    codebook: Codebook
    returns: pd.DataFrame
    status: str
    published: pd.DataFrame | None = field(default=None)
    frame: pd.DataFrame | None = field(default=None)
    intervals: IntervalMethod | None = field(default=None)

    @property
    def population(self) -> int | None:
        """How many authorities there are in all, on the list that fits; ``None`` if not known."""
        if self.published is None or self.frame is None:
            return None
        return int(sample_list(self.published, self.frame).cells["authorities"].sum())

    @property
    def intervals_text(self) -> str:
        """What the intervals are, in words."""
        return f"95% intervals ({_INTERVALS[self.intervals]})" if self.intervals else ""

    @property
    def years(self) -> tuple[int, ...]:
        """The years of the returns, in order."""
        return tuple(sorted(self.returns["year"].unique().tolist()))

    @property
    def size(self) -> int:
        """How many authorities there are in the returns."""
        return int(self.returns["authority"].nunique())

    def section(
        self, section: str, *, by: Sequence[str] = (), years: Sequence[int] | None = None
    ) -> pd.DataFrame:
        """The tally of a section's items; see `tally`."""
        return self.tally(self.codebook.section(section), by=by, years=years)

    def tally(
        self, items: Sequence[str], *, by: Sequence[str] = (), years: Sequence[int] | None = None
    ) -> pd.DataFrame:
        """Count the answers to some items, and say of each number what it is.

        Returns
        -------
        DataFrame
            As `csm_lib.aggregate.tally` gives it, with the column ``status``. For own returns it
            is ``own returns``. For a drawn panel it is the status of the published figure that
            the row reproduces (``published``, ``recovered``, ``assumed`` or ``impossible``), and
            ``drawn`` where nothing printed stands behind the row, as in every row by group.
            With `intervals`, ``low`` and ``high`` are the ends of the interval of the share;
            missing where the method needs a population and that of the row is not known (by
            group, and for an item asked of some).
        """
        rows = aggregate.tally(self.returns, self.codebook, items, by=by, years=years)
        if self.intervals is not None:
            rows = self._with_intervals(rows, self.intervals, whole=not by)
        if self.status == OWN:
            return rows.assign(status=OWN)
        key = ["item", "year", "answer"]
        known = self._targets.set_index(key)[["count", "of", "status"]]
        behind = rows[key].join(known, on=key)
        same = (behind["count"] == rows["yes"]) & (behind["of"] == rows["base"])
        return rows.assign(status=behind["status"].where(same & (not by), DRAWN))

    def _with_intervals(
        self, rows: pd.DataFrame, method: IntervalMethod, *, whole: bool
    ) -> pd.DataFrame:
        from csm_lib.inference import interval  # heavy; most tallies do without

        if method not in ("wilson_finite", "hypergeometric"):
            low, high = interval(rows["yes"], rows["base"], method=method)
            return rows.assign(low=low, high=high)
        asked_all = rows["item"].map(lambda item: self.codebook[item].asked_if is None)
        known = asked_all & whole & (self.population is not None)
        low, high = interval(
            rows["yes"][known], rows["base"][known], method=method, population=self.population or 0
        )
        return rows.assign(low=low, high=high)

    @cached_property
    def _targets(self) -> pd.DataFrame:
        if self.published is None:
            return pd.DataFrame(columns=["item", "year", "answer", "count", "of", "status"])
        return targets(self.published, self.codebook)


_INTERVALS: Mapping[str, str] = {
    "wilson": "Wilson",
    "jeffreys": "Jeffreys",
    "clopper_pearson": "Clopper-Pearson",
    "wilson_finite": "Wilson, for a finite population",
    "hypergeometric": "hypergeometric, for a finite population",
}


def open_collection(
    path: str | Path | None = None, *, intervals: IntervalMethod | None = None
) -> Collection:
    """Open a collection, and check all of it.

    Parameters
    ----------
    path
        A folder with ``codebook.csv`` and ``returns.csv``, and ``published.csv`` and
        ``frame.csv`` where there are such. ``datapackage.json``, if there, gives the title, and
        says under ``returns_status`` whether the returns are ``drawn``; without it they are
        taken for what respondents answered. The shipped reconstructed panel if left out.
    intervals
        Give every tally, and so every chart, intervals by this method.

    Raises
    ------
    CollectionError
        The folder or a file is missing or not as it must be: with file, line, column, value and
        remedy.
    """
    folder = SHIPPED if path is None else Path(path)
    if not folder.is_dir():
        raise CollectionError(
            f"{folder}: there is no such folder. A collection is a folder with codebook.csv and "
            "returns.csv in it."
        )
    about = _read_descriptor(folder / "datapackage.json")
    status = about.get("returns_status", OWN)
    if status not in (DRAWN, OWN):
        raise CollectionError(
            f"{folder / 'datapackage.json'}: 'returns_status' is {status!r}. "
            f"Use {DRAWN!r} or {OWN!r}."
        )
    codebook = read_codebook(folder / "codebook.csv")
    frame = read_frame(folder / "frame.csv") if (folder / "frame.csv").exists() else None
    published = None
    if (folder / "published.csv").exists():
        if frame is None:
            raise CollectionError(
                f"{folder}: published.csv needs frame.csv beside it, to say of how many "
                "authorities the printed shares are. Add it."
            )
        printed = read_published(folder / "published.csv", codebook)
        published = recover(printed, codebook, frame)
    return Collection(
        path=folder,
        title=str(about.get("title", folder.resolve().name)),
        codebook=codebook,
        returns=read_returns(folder / "returns.csv", codebook),
        status=status,
        published=published,
        frame=frame,
        intervals=intervals,
    )


def _read_descriptor(path: Path) -> dict[str, object]:
    if not path.exists():
        return {}
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CollectionError(
            f"{path}: cannot be read as JSON ({error}). Correct or delete it."
        ) from None
    if not isinstance(about, dict):
        raise CollectionError(
            f"{path}: holds a {type(about).__name__}; expected is a JSON object, in braces. "
            "Correct or delete it."
        )
    return about
