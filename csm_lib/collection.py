"""A collection: a folder with a codebook, returns and, if there are any, published figures."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from csm_lib import aggregate, words
from csm_lib.aggregate import NOT_KNOWN
from csm_lib.codebook import Codebook, did_you_mean, read_codebook
from csm_lib.disclosure import protect
from csm_lib.errors import CollectionError, ReturnsError
from csm_lib.frame import as_labelled_then, read_frame
from csm_lib.published import read_published
from csm_lib.recovery import recover, sample_list, targets
from csm_lib.returns import read_returns
from csm_lib.status import DRAWN, INVENTED, LABELS, OWN

if TYPE_CHECKING:
    from csm_lib.inference import IntervalMethod

SHIPPED = Path(__file__).resolve().parent.parent / "data"
"""The collection that ships with the book: the reconstructed panel."""

CHOSEN = "CSM_COLLECTION"
"""The environment variable that names the collection to open where none is named."""

FORMATS = (".csv", ".xlsx", ".sav", ".dta", ".parquet")
"""How the name of a file of returns may end."""

CLEAN = ("returns.csv", "returns.parquet")
"""Returns in their clean form."""

THRESHOLD = 5
"""Counts below this are withheld from what is published, unless a collection says otherwise."""


class Origin(NamedTuple):
    """What is known of a collection wherever its numbers go; it travels with a tally.

    Its title, source, status, terms, what one respondent and several are called, how many there
    are, below which counts are withheld, the method of the intervals in words, and by item the
    place in the source and what the answers are called.
    """

    title: str
    source: str
    status: str
    licence: str
    one: str
    many: str
    size: int
    threshold: int
    intervals: str
    places: Mapping[str, str]
    answers: Mapping[str, Mapping[str, str]]

    def __deepcopy__(self, memo: object) -> Origin:  # pandas copies attrs at every step
        return self


def origin_of(data: pd.DataFrame) -> Origin | None:
    """Return the origin that travels with a tally, or with a frame made from it."""
    found = data.attrs.get("origin")
    return found if isinstance(found, Origin) else None


@dataclass(frozen=True, repr=False, eq=False)
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
        ``drawn`` for a reconstructed panel, ``own returns`` for what respondents answered,
        ``invented`` for an example.
    published
        The published figures with their recovered counts, as `csm_lib.recovery.recover` gives
        them; ``None`` where nothing is published.
    frame
        The population frame, as `csm_lib.frame.read_frame` gives it, or ``None``.
    intervals
        The method of the intervals that every tally then carries; ``None`` for none. See
        `csm_lib.inference.interval`.
    one, many
        What a respondent is called, and several of them.
    threshold
        Counts of 1 to one less than this are withheld; see `csm_lib.disclosure.protect`.
    authority_pages
        Whether its book has a page for each authority.
    about, licence, source
        What it is, its terms, and where it comes from, in words; empty where nothing is said.
    """

    path: Path
    title: str
    codebook: Codebook
    returns: pd.DataFrame
    status: str
    published: pd.DataFrame | None = field(default=None)
    frame: pd.DataFrame | None = field(default=None)
    intervals: IntervalMethod | None = field(default=None)
    one: str = "authority"
    many: str = "authorities"
    threshold: int = 0
    authority_pages: bool = False
    about: str = ""
    licence: str = ""
    source: str = ""

    def __str__(self) -> str:
        yes = {"published": self.published is not None, "frame": self.frame is not None}
        sections = [
            f"  {name}: {words.counted(len(self.codebook.section(name)), 'item')}"
            for name in self.codebook.sections
        ]
        beside = words.listed([name for name, there in yes.items() if there])
        return "\n".join(
            [
                self.title,
                f"{self.label or 'Own returns'}. {self.size} {self.many} in "
                f"{words.listed([str(year) for year in self.years])}; beside the returns: {beside}",
                *sections,
            ]
        )

    __repr__ = __str__

    @cached_property
    def origin(self) -> Origin:
        """What is known of it wherever its numbers go."""
        items = self.codebook.values()
        return Origin(
            self.title, self.source, self.status, self.licence, self.one, self.many, self.size,
            self.threshold, self.intervals_text, {item.item: item.place for item in items},
            {item.item: dict(item.answers) for item in items},
        )  # fmt: skip

    def find(self, text: str = "") -> pd.DataFrame:
        """List the items whose id, label, section or question has a text in it; all without one.

        Returns
        -------
        DataFrame
            One row is an item: ``item, label, section, years`` in which it was asked, ``question``.
        """
        rows = pd.DataFrame(
            [
                (i.item, i.label, i.section, words.listed([str(y) for y in i.years]), i.question)
                for i in self.codebook.values()
            ],
            columns=["item", "label", "section", "years", "question"],
        )
        told = rows[["item", "label", "section", "question"]].agg(" ".join, axis=1)
        found = told.str.casefold().str.contains(text.casefold(), regex=False)
        return rows[found].reset_index(drop=True)

    @property
    def label(self) -> str:
        """What every figure made from its returns must be called; empty for own returns."""
        return LABELS[self.status]

    @property
    def population(self) -> int | None:
        """How many there are in all; ``None`` if not known.

        On the list of the frame that fits the published figures; where nothing is published, on
        the list of the last wave, or else the one before it, or the first.
        """
        if self.frame is None or self.frame.empty:
            return None
        if self.published is not None:
            return int(sample_list(self.published, self.frame).cells["authorities"].sum())
        cells = as_labelled_then(self.frame)
        listed = cells["year"]
        before = listed[listed <= self.years[-1]]
        kept = listed == (before.max() if len(before) else listed.min())
        return int(cells.loc[kept, "authorities"].sum())

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

    def items(self, named: str | Sequence[str]) -> list[str]:
        """Return the ids of a section, an item, a label, or of several of them, each once.

        Raises
        ------
        CollectionError
            Nothing has that name, or several items have it for a label.
        """
        if not isinstance(named, str):
            return list(dict.fromkeys(item for name in named for item in self.items(name)))
        if named in self.codebook.sections:
            return list(self.codebook.section(named))
        if named in self.codebook:
            return [named]
        same = [i.item for i in self.codebook.values() if i.label.casefold() == named.casefold()]
        if len(same) == 1:
            return same
        if same:
            raise CollectionError(f"{named!r} is the label of {words.listed(same)}. Name one.")
        labels = [item.label for item in self.codebook.values()]
        known = [*self.codebook.sections, *self.codebook, *labels]
        raise CollectionError(
            f"There is no section, item or label {named!r}.{did_you_mean(named, known)} "
            f"Look for it: .find({named!r})"
        )

    def tally(
        self,
        items: str | Sequence[str],
        *,
        by: str | Sequence[str] = (),
        years: int | Sequence[int] | None = None,
    ) -> pd.DataFrame:
        """Count the answers to some items, and say of each number what it is.

        Parameters
        ----------
        items
            A section, an item, a label, or a list of them; see `find`.
        by
            A characteristic to split by, such as ``region``, or several.
        years
            A year or several; all if left out.

        Returns
        -------
        DataFrame
            As `csm_lib.aggregate.tally` gives it, with the column ``status``. For own returns it
            is ``own returns``, for an example ``invented``. For a drawn panel it is the status
            of the published figure that the row reproduces (``published``, ``recovered``,
            ``assumed`` or ``impossible``), and ``drawn`` where nothing printed stands behind the
            row, as in every row by group.
            With `intervals`, ``low`` and ``high`` are the ends of the interval of the share;
            missing where the method needs a population and that of the row is not known (by
            group, and for an item asked of some).
            With a `threshold`, small counts are withheld: see `csm_lib.disclosure.protect`. So is
            every answer of a group whose number of respondents is withheld, see `respondents`:
            who answered and who did not add up to it.

        Raises
        ------
        CollectionError
            There is no such item, characteristic or year, or what is named was not asked then.

        Examples
        --------
        >>> trusts = open_collection()
        >>> trusts.tally("board.police")[["year", "yes", "base"]].to_dict("list")
        {'year': [2008, 2009], 'yes': [74, 73], 'base': [74, 74]}
        """
        by = [by] if isinstance(by, str) else list(by)
        years = [years] if isinstance(years, int) else years
        wanted = self.items(items)
        rows = self._shown(wanted, by, years)
        if isinstance(items, str) and rows.empty and years is not None:
            asked = {year for item in wanted for year in self.codebook[item].held}
            raise CollectionError(
                f"{words.listed(wanted)}: not asked in {words.listed([str(y) for y in years])}; "
                f"answers are held for {words.listed([str(year) for year in sorted(asked)])}."
            )
        rows.attrs["origin"] = self.origin
        return rows

    def _shown(
        self, wanted: Sequence[str], by: Sequence[str], years: Sequence[int] | None
    ) -> pd.DataFrame:
        """Count the answers, and withhold what is to be withheld."""
        if not self.threshold:
            return self._tally(wanted, by=by, years=years)
        opened_by: dict[str, str] = {}
        queue = list(wanted)
        for item in queue:  # what opens an item is counted too: its counts show in the item's base
            opener = self.codebook[item].asked_if
            opened_by[item] = opener or _RESPONDENTS
            if opener is not None:
                queue += [opener] if opener not in queue else []
        rows = self._tally(queue, by=by, years=years)
        everyone = self._respondents(by)
        everyone = everyone[everyone["year"].isin(rows["year"])]
        rows = pd.concat([rows, everyone], ignore_index=True) if len(rows) else rows
        rows = protect(rows, self.threshold, by, opened_by=opened_by)
        return rows[rows["item"].isin(wanted)].reset_index(drop=True)

    def respondents(self, by: Sequence[str]) -> pd.DataFrame:
        """Count those that answered in each year and group.

        Returns
        -------
        DataFrame
            Columns ``year``, those of `by`, ``yes`` and ``status``. Every group has a row in
            every year. With a `threshold`, small numbers are withheld as in a tally, and with
            them whatever would give them back.
        """
        rows = protect(self._respondents(by), self.threshold, by)
        return rows[["year", *by, "yes", "status"]]

    def _respondents(self, by: Sequence[str]) -> pd.DataFrame:
        """Count those that answered, as a tally of an item that all of them said yes to."""
        groups = [self.returns[name].astype("object").fillna(NOT_KNOWN).astype(str) for name in by]
        levels = [list(self.years), *(sorted(values.unique()) for values in groups)]
        cells = pd.MultiIndex.from_product(levels, names=["year", *by])
        keys = [self.returns["year"].astype("int64"), *groups]
        found = self.returns.groupby(keys, observed=True).size()
        found.index.names = cells.names
        rows = found.reindex(cells, fill_value=0).rename("yes").reset_index()
        return rows.assign(
            item=_RESPONDENTS, answer="yes", base=rows["yes"], no_answer=0, status=self.status
        )

    def _tally(
        self, items: Sequence[str], *, by: Sequence[str], years: Sequence[int] | None
    ) -> pd.DataFrame:
        """Count the answers to some items, whatever the counts."""
        rows = aggregate.tally(self.returns, self.codebook, items, by=by, years=years)
        if self.intervals is not None:
            rows = self._with_intervals(rows, self.intervals, whole=not by)
        if self.status != DRAWN:
            return rows.assign(status=self.status)
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


_RESPONDENTS = ""
"""In place of an item: that somebody answered at all. It opens what everyone is asked."""

_INTERVALS: Mapping[str, str] = {
    "wilson": "Wilson",
    "jeffreys": "Jeffreys",
    "clopper_pearson": "Clopper-Pearson",
    "wilson_finite": "Wilson, for a finite population",
    "hypergeometric": "hypergeometric, for a finite population",
}


def chosen(path: str | Path | None) -> Path:
    """Return the folder of a collection: the one named, else that of `CHOSEN`, else the shipped."""
    return Path(os.environ.get(CHOSEN) or SHIPPED) if path is None else Path(path)


def open_collection(
    path: str | Path | None = None,
    *,
    intervals: IntervalMethod | None = None,
    returns: pd.DataFrame | None = None,
) -> Collection:
    """Open a collection, and check all of it.

    Parameters
    ----------
    path
        A folder with ``codebook.csv`` and clean returns, ``returns.csv`` or ``.parquet``, and
        ``published.csv`` and ``frame.csv`` where there are such. ``datapackage.json``, if
        there, describes it, see below. If left out, the folder that the environment variable
        ``CSM_COLLECTION`` names, or the shipped reconstructed panel. Returns in any other form
        are opened by `csm_lib.own.open_collection`.
    intervals
        Give every tally, and so every chart, intervals by this method.
    returns
        The returns, where they are not read from the folder: as `csm_lib.returns.read_returns`
        gives them.

    Raises
    ------
    CollectionError
        The folder or a file is missing or not as it must be: with file, line, column, value and
        remedy.

    Notes
    -----
    Of ``datapackage.json`` are read ``title``, ``description``, ``sources`` and ``licenses``, and

    - ``returns_status``: ``drawn``, ``invented`` or, if left out, ``own returns``;
    - ``respondents``: what one respondent and several are called, such as
      ``["partnership", "partnerships"]``;
    - ``disclosure_threshold``: counts below it are withheld; 0 withholds nothing. If left out, 5,
      and 0 for drawn returns, which are nobody's answers;
    - ``authority_pages``: whether the book has a page for each authority; if left out, none.
    """
    folder = chosen(path)
    if not folder.is_dir():
        raise CollectionError(
            f"{folder}: there is no such folder. A collection is a folder with codebook.csv and "
            "returns.csv in it."
        )
    about = read_descriptor(folder / "datapackage.json")
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
    if returns is None:
        returns = read_returns(_clean_file(folder), codebook, frame=frame)
    return Collection(
        path=folder,
        title=about.title or folder.resolve().name,
        codebook=codebook,
        returns=returns,
        status=about.status,
        published=published,
        frame=frame,
        intervals=intervals,
        one=about.one,
        many=about.many,
        threshold=about.threshold,
        authority_pages=about.authority_pages,
        about=about.about,
        licence=about.licence,
        source=about.source or about.title or folder.resolve().name,
    )


def returns_files(folder: Path) -> list[Path]:
    """Return every file of a folder that holds returns, in whatever form."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.stem == "returns" and path.suffix.lower() in FORMATS
    )


def _clean_file(folder: Path) -> Path:
    """Return the file of clean returns of a folder, or refuse it."""
    found = returns_files(folder)
    if len(found) == 1 and found[0].name in CLEAN and not (folder / "columns.csv").exists():
        return found[0]
    foreign = [path.name for path in (*found, *folder.glob("columns.csv"))]
    raise ReturnsError(
        f"{folder}: holds {words.listed(foreign) if foreign else 'no returns'}; one file of clean "
        f"returns is expected, {' or '.join(CLEAN)}. Open others by "
        f"csm_lib.own.open_collection({str(folder)!r})."
    )


class About(NamedTuple):
    """What a descriptor says of a collection."""

    title: str = ""
    about: str = ""
    source: str = ""
    licence: str = ""
    status: str = OWN
    one: str = "authority"
    many: str = "authorities"
    threshold: int = THRESHOLD
    authority_pages: bool = False


def read_descriptor(path: Path) -> About:
    """Read what ``datapackage.json`` says of a collection; the defaults where there is none."""
    if not path.exists():
        return About()
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise CollectionError(
            f"{path}: cannot be read as JSON ({error}). Correct or delete it."
        ) from None
    if not isinstance(found, dict):
        raise CollectionError(
            f"{path}: holds a {type(found).__name__}; expected is a JSON object, in braces. "
            "Correct or delete it."
        )

    def given(name: str, default: object, expected: str, fits: Callable[[Any], bool]) -> Any:
        value = found.get(name, default)
        if not fits(value):
            raise CollectionError(f"{path}: {name!r} is {value!r}. Use {expected}.")
        return value

    status = given(
        "returns_status",
        OWN,
        f"{DRAWN!r} or {OWN!r}, or {INVENTED!r} for an example",
        lambda value: value in LABELS if isinstance(value, str) else False,
    )
    one, many = given(
        "respondents",
        ["authority", "authorities"],
        'two words, as in ["partnership", "partnerships"]',
        lambda value: isinstance(value, list) and len(value) == 2 and all(map(_is_text, value)),
    )
    return About(
        title=given("title", "", "text", _is_any_text),
        about=given("description", "", "text", _is_any_text),
        source="; ".join(_titles(given("sources", [], _LISTED, _is_listed))),
        licence="; ".join(_titles(given("licenses", [], _LISTED, _is_listed))),
        status=status,
        one=one,
        many=many,
        threshold=given(
            "disclosure_threshold",
            0 if status == DRAWN else THRESHOLD,
            "a whole number, 0 or more",
            lambda value: type(value) is int and value >= 0,
        ),
        authority_pages=given(
            "authority_pages", False, "true or false", lambda value: isinstance(value, bool)
        ),
    )


_LISTED = 'a list of objects, as in [{"title": "..."}]'


def _is_any_text(value: object) -> bool:
    """Whether it is text that can be written: JSON lets half a character pass, UTF-8 does not."""
    return isinstance(value, str) and not any("\ud800" <= sign <= "\udfff" for sign in value)


def _is_text(value: object) -> bool:
    return _is_any_text(value) and bool(str(value).strip())


def _is_listed(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, dict) and all(_is_any_text(one.get(name, "")) for name in ("title", "name"))
        for one in value
    )


def _titles(listed: Sequence[Mapping[str, str]]) -> list[str]:
    """Return the titles of sources or licences, or their names where they have no title."""
    return [title for one in listed if (title := one.get("title") or one.get("name", ""))]
