"""A collection: a folder with a codebook, returns and, if there are any, published figures."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from csm_lib import aggregate, words
from csm_lib.aggregate import CHARACTERISTICS, NOT_KNOWN
from csm_lib.codebook import Codebook, did_you_mean, read_codebook
from csm_lib.descriptor import About, read_descriptor
from csm_lib.disclosure import RESPONDENTS, TOTAL, Key, not_shown, protect, protect_numbers
from csm_lib.errors import CollectionError, ReturnsError
from csm_lib.files import is_there
from csm_lib.frame import as_labelled_then, read_frame
from csm_lib.published import read_published
from csm_lib.recovery import recover, sample_list, targets
from csm_lib.returns import read_returns
from csm_lib.status import DRAWN, LABELS

if TYPE_CHECKING:
    from csm_lib.inference import IntervalMethod

SHIPPED = Path(__file__).resolve().parent.parent / "data"
"""The collection that ships with the book: the reconstructed panel."""

CHOSEN = "CSM_COLLECTION"
"""The environment variable that names the collection to open where none is named."""

FORMATS = tuple(".csv .xlsx .xlsm .xlsb .xls .ods .sav .zsav .por .dta .parquet .tsv .txt".split())
"""How the name of a file of returns may end."""

CLEAN = ("returns.csv", "returns.parquet")
"""Returns in their clean form."""


class Origin(dict[str, Any]):
    """What is known of a collection wherever its numbers go; it travels with a tally.

    What its descriptor says (`About`), the ``size`` of the collection, ``intervals`` in words,
    and by item the ``places`` in the source and what the ``answers`` are called.
    """

    def __deepcopy__(self, memo: object) -> Origin:  # pandas copies attrs at every step
        return self


def origin_of(data: pd.DataFrame) -> Origin | None:
    """Return the origin that travels with a tally, or with a frame made from it."""
    return Origin(data.attrs["origin"]) if "origin" in data.attrs else None


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Collection(About):
    """A collection, opened and checked: what its descriptor says, and its files.

    Attributes
    ----------
    path, codebook
        Its folder and its questionnaire.
    returns
        One row is one authority in one year, as `csm_lib.returns.read_returns` gives them.
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
    codebook: Codebook
    returns: pd.DataFrame
    published: pd.DataFrame | None = None
    frame: pd.DataFrame | None = None
    intervals: IntervalMethod | None = None

    # One is not another that the same is said of: what is worked out of it is kept by it.
    __eq__, __hash__ = object.__eq__, object.__hash__

    def __str__(self) -> str:
        beside = [name for name in ("published", "frame") if getattr(self, name) is not None]
        sections = [
            f"  {name}: {words.counted(len(self.codebook.section(name)), 'item')}"
            for name in self.codebook.sections
        ]
        years = words.listed([*map(self.wave, self.years)])
        return "\n".join(
            [
                self.title,
                f"{self.label or 'Own returns'}. {self.size:,} {self.many} in {years}; "
                f"beside the returns: {words.listed(beside)}",
                *sections,
            ]
        )

    __repr__ = __str__

    @cached_property
    def origin(self) -> Origin:
        """What is known of it wherever its numbers go."""
        items = self.codebook.values()
        # Not all: dates, and years as keys, do not survive in a tally that Parquet holds.
        about = {n: getattr(self, n) for n in About.__dataclass_fields__ if n not in _NOT_ALONG}
        called = {
            by: self.called(by) for by in (*self.characteristics, *self.codebook.characteristics)
        }
        return Origin(
            about | {"characteristics": called},
            size=self.size,
            intervals=f"95% intervals ({_INTERVALS[self.intervals]})" if self.intervals else "",
            places={item.item: item.place for item in items},
            answers={item.item: dict(item.answers) for item in items},
        )

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

    def frame_of(self, year: int) -> pd.DataFrame | None:
        """Return the rows of the frame that hold for a year; ``None`` where there is no frame.

        They are the list that fits the published figures; where nothing is published, the list of
        that year, or else the one before it, or the first.
        """
        if self.frame is None:
            return None
        if self.published is not None:
            return sample_list(self.published, self.frame)
        cells = as_labelled_then(self.frame)
        before = cells.loc[cells["year"] <= year, "year"]
        year = before.max() if len(before) else cells["year"].min()
        return cells.loc[cells["year"] == year]

    def population_of(self, year: int) -> int | None:
        """Return how many there were in all in a year; ``None`` if not known.

        What the frame says counts, see `frame_of`, or else what the descriptor says.
        """
        cells = self.frame_of(year)
        if cells is None:
            return self.populations.get(year, self.populations.get(0))
        return int(cells["authorities"].sum())

    @property
    def population(self) -> int | None:
        """How many there are in all in the last year; ``None`` if not known."""
        return self.population_of(self.years[-1])

    @cached_property
    def years(self) -> tuple[int, ...]:
        """The years of the returns, in order."""
        return tuple(sorted(self.returns["year"].unique().tolist()))

    @cached_property
    def split(self) -> tuple[str, ...]:
        """The characteristics that are known: columns of the returns, or items."""
        columns = (name for name in CHARACTERISTICS if name in self.returns)
        return (*columns, *self.codebook.characteristics)

    def called(self, by: str) -> str:
        """Return what a sentence calls a characteristic: an item by its name, ``role``."""
        own = by in self.codebook and by not in self.characteristics
        return self.codebook[by].name if own else super().called(by)

    def groups(self, by: str) -> pd.Series:
        """The group of each return by a characteristic; missing where it is not known."""
        item, given = self.codebook.get(by), self.returns[by]
        return given if item is None else given.map(item.groups, na_action="ignore")

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
            A section, an item, a label, or a list of them; see `find`. Of a section, the items
            that are answered by a number are left out: see `numbers`.
        by
            A characteristic to split by, such as ``region``, or several; without a `threshold`,
            any item that has answers to choose from.
        years
            A year or several; all if left out.

        Returns
        -------
        DataFrame
            As `csm_lib.aggregate.tally` gives it, with the column ``status``: that of the
            returns. For a drawn panel it is that of the published figure which the row
            reproduces (``published``, ``recovered``, ``assumed`` or ``impossible``), and
            ``drawn`` where nothing printed stands behind the row, as in every row by group.
            With `intervals`, ``low`` and ``high`` are the ends of the interval of the share;
            missing where the method needs a population and that of the row is not known (by
            group, and for an item asked of some).
            With a `threshold`, an item and year with a small count in any group is withheld in
            all groups, and so is what could be worked out: see `csm_lib.disclosure.not_shown`.
            Where a group's number of `respondents` is small, no item is shown by group.

        Raises
        ------
        CollectionError
            There is no such item, characteristic or year, or what is named was not asked then, or
            is answered by a number.

        Examples
        --------
        >>> trusts = open_collection()
        >>> trusts.tally("board.police")[["year", "yes", "base"]].to_dict("list")
        {'year': [2008, 2009], 'yes': [74, 73], 'base': [74, 74]}
        """
        by = [by] if isinstance(by, str) else list(by)
        years = [years] if isinstance(years, int) else years
        wanted = self._of_kind(items, numbers=False)
        rows = self._shown(wanted, by, years)
        if isinstance(items, str) and rows.empty and years is not None:
            asked = {year for item in wanted for year in self.codebook[item].held}
            raise CollectionError(
                f"{words.listed(wanted)}: not asked in {words.listed([str(y) for y in years])}; "
                f"answers are held for {words.listed([str(year) for year in sorted(asked)])}."
            )
        rows.attrs["origin"] = self.origin
        return rows

    def numbers(
        self,
        items: str | Sequence[str],
        *,
        by: str | Sequence[str] = (),
        years: int | Sequence[int] | None = None,
    ) -> pd.DataFrame:
        """Sum up the answers to items that are answered by a number: mean, median and quartiles.

        Parameters
        ----------
        items
            A section, an item, a label, or a list of them; of a section, the other items are left
            out.
        by, years
            As for `tally`.

        Returns
        -------
        DataFrame
            One row is an item in a year (in a group): ``item, label, section, year``, the groups,
            ``base, no_answer``, ``mean, median, lower_quartile, upper_quartile`` in the unit of
            the question, and ``status``. `csm_lib.aggregate.numbers` says what each is.
            With a `threshold`, what rests on few, or mostly on one, is withheld: see
            `csm_lib.disclosure.protect_numbers`.

        Raises
        ------
        CollectionError
            As for `tally`; or what is named is not answered by a number.
        """
        by = [by] if isinstance(by, str) else list(by)
        wanted = self._of_kind(items, numbers=True)
        named = wanted[0] if isinstance(items, str) and len(wanted) == 1 else wanted
        counted = self._answered.tally(named, by=by, years=years)
        years = [years] if isinstance(years, int) else years
        rows = aggregate.numbers(self._only(wanted, by), self.codebook, wanted, by=by, years=years)
        rows = rows.assign(**{name: counted[name] for name in ("base", "no_answer", "status")})
        rows = protect_numbers(rows, self.threshold)
        rows.attrs["origin"] = self.origin
        return rows

    @cached_property
    def _answered(self) -> Collection:
        """A collection in which a number is a yes: who gave one is counted as any answer is."""
        returns, codebook = aggregate.answered(self.returns, self.codebook)
        found = replace(self, returns=returns, codebook=codebook, intervals=None)
        # that all answers are one yes says nothing of the numbers: only who is few counts
        found.__dict__["not_shown"] = self.not_shown
        return found

    def _of_kind(self, named: str | Sequence[str], *, numbers: bool) -> list[str]:
        """Return the ids of what is named that is answered by a number, or in another way.

        What is of the other kind is left out of a section, and refused where it was named itself
        or where one section has nothing else.
        """
        single = isinstance(named, str)
        sections = {named} if single else {*named}
        found = [self.codebook[item] for item in self.items(named)]
        fit = {item.item: None for item in found if item.is_number == numbers}
        for item in found:
            left_out = item.section in sections and (fit or not single)
            if item.item not in fit and not left_out:
                told = f"{item.item!r} is answered by a number. Ask .numbers({item.item!r})"
                if numbers:
                    told = f"{item.item!r} is not answered by a number. Ask .tally({item.item!r})"
                raise CollectionError(f"{told} instead.")
        return list(fit)

    def _shown(
        self, wanted: Sequence[str], by: Sequence[str], years: Sequence[int] | None
    ) -> pd.DataFrame:
        """Count the answers, and withhold what is to be withheld."""
        if not self.threshold:
            return self._tally(wanted, by, years)
        counted = list(wanted)
        for item in counted:  # what opens an item, too: its counts show in the item's base
            opener = self.codebook[item].asked_if
            counted += [opener] if opener and opener not in counted else []
        rows = self._tally(counted, by, years)
        if stray := [name for name in by if name not in self.split]:
            raise CollectionError(
                f"{stray[0]!r} is no characteristic: small counts are kept back by those alone. "
                f"Split by {words.listed(self.split)}, or make it one in the column 'kind'."
            )
        everyone = self._respondents(self._grouped, by)
        everyone = everyone[everyone["year"].isin(rows["year"])]
        rows = pd.concat([rows, everyone], ignore_index=True) if len(rows) else rows
        rows = self._protect(rows, by)
        return rows[rows["item"].isin(wanted)].reset_index(drop=True)

    def _protect(self, rows: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
        known = self.not_shown
        shut = [known.get(name, known[TOTAL]) for name in by or (TOTAL,)]
        return protect(
            rows,
            self.threshold,
            by,
            opened_by=self._opened_by,
            zero=self.zero,
            shut=set().union(*shut),
        )

    @property
    def _opened_by(self) -> dict[str, str]:
        return {name: item.asked_if or RESPONDENTS for name, item in self.codebook.items()}

    @cached_property
    def not_shown(self) -> Mapping[str, set[Key]]:
        """By characteristic, and for all under an empty name, the items and years not shown.

        See `csm_lib.disclosure.not_shown`. Empty without a threshold.
        """
        if not self.threshold:
            return {}
        rows, cells = self.cells
        sums = {name: item.agreed for name, item in self.codebook.items() if item.agreed}
        return not_shown(
            rows, cells, self.threshold, opened_by=self._opened_by, sums=sums, zero=self.zero
        )

    @property
    def cells(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Everything counted by ``cell``, those alike in every characteristic, whatever the counts.

        Returns
        -------
        rows, cells
            A tally, with the `respondents` under an empty item; and by cell its characteristics.
        """
        groups = self._grouped
        split = [name for name in self.split if groups[name].nunique() > 1]
        known = groups[split].drop_duplicates().reset_index(drop=True)
        cell = groups.groupby(split, sort=False).ngroup() if split else 0
        counted = [name for name, item in self.codebook.items() if not item.is_number]
        rows = aggregate.tally(self.returns.assign(cell=cell), self.codebook, counted, by=["cell"])
        who = self._respondents(groups.assign(cell=cell), ["cell"])
        rows = pd.concat([rows, who], ignore_index=True)
        return rows, known if split else pd.DataFrame(index=[0])

    def respondents(self, by: Sequence[str]) -> pd.DataFrame:
        """Count those that answered: ``yes`` and ``status`` of every group in every year.

        With a `threshold`, small numbers are withheld as in a tally.
        """
        rows = self._respondents(self._grouped, by)
        rows = self._protect(rows, by) if self.threshold else rows
        return rows[["year", *by, "yes", "status"]]

    @cached_property
    def _grouped(self) -> pd.DataFrame:
        """By return its year, and its group by each characteristic, as text."""
        known = {name: self.groups(name).astype("object") for name in self.split}
        groups = pd.DataFrame(known, self.returns.index).fillna(NOT_KNOWN).astype("str")
        return groups.assign(year=self.returns["year"])

    def _respondents(self, groups: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
        """Count those that answered, as a tally of an item that all of them said yes to."""
        cells = groups[["year", *by]]
        items = {name: self.codebook[name] for name in by if name in self.codebook}
        called = {name: item.answers.values() for name, item in items.items()}
        levels = [aggregate.in_order({*cells[n]}, called.get(n, ())) for n in ("year", *by)]
        every = pd.MultiIndex.from_product(levels)
        found = cells.value_counts().reindex(every.set_names(list(cells)), fill_value=0)
        rows = found.rename("yes").reset_index()
        return rows.assign(
            item=RESPONDENTS, answer="yes", base=rows["yes"], no_answer=0, status=self.status
        )

    def _only(self, items: Sequence[str], by: Sequence[str]) -> pd.DataFrame:
        """The returns without other items than these, those that open them, and what splits."""
        kept = {*items, *by, *(self.codebook[item].asked_if for item in items)}
        return self.returns[[n for n in self.returns if n in kept or n not in self.codebook]]

    def _tally(
        self, items: Sequence[str], by: Sequence[str], years: Sequence[int] | None
    ) -> pd.DataFrame:
        """Count the answers to some items, whatever the counts."""
        rows = aggregate.tally(self._only(items, by), self.codebook, items, by=by, years=years)
        if self.intervals is not None:
            rows = self._with_intervals(rows, self.intervals, whole=not by)
        if self.status != DRAWN or self.published is None:
            return rows.assign(status=self.status)
        key = ["item", "year", "answer"]
        behind = rows[key].join(self._targets.set_index(key)[["count", "of", "status"]], on=key)
        same = (behind["count"] == rows["yes"]) & (behind["of"] == rows["base"])
        return rows.assign(status=behind["status"].where(same & (not by), DRAWN))

    def _with_intervals(
        self, rows: pd.DataFrame, method: IntervalMethod, *, whole: bool
    ) -> pd.DataFrame:
        """Add the ends of the intervals, where the method needs no population or it is known."""
        from csm_lib.inference import FINITE, interval  # heavy; most tallies do without

        finite = method in FINITE
        sizes = rows["year"].map({year: self.population_of(year) or 0 for year in self.years})
        opened = rows["item"].map(lambda item: bool(self.codebook[item].asked_if))
        known = (sizes > 0) & ~opened & whole if finite else sizes >= 0
        low, high = interval(
            rows["yes"][known],
            rows["base"][known],
            method=method,
            population=sizes[known] if finite else None,
        )
        return rows.assign(low=low, high=high)

    @cached_property
    def _targets(self) -> pd.DataFrame:
        assert self.published is not None
        return targets(self.published, self.codebook)


_NOT_ALONG = ("edition", "populations")
"""What is said of a collection that does not travel with its numbers."""

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
        there, describes it: see `csm_lib.descriptor.About`. If left out, the folder that the
        environment variable ``CSM_COLLECTION`` names, or the shipped reconstructed panel. Returns
        in any other form are opened by `csm_lib.own.open_collection`.
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
    """
    folder = chosen(path)
    if not folder.is_dir():
        raise CollectionError(
            f"{folder}: there is no such folder. A collection is a folder with codebook.csv and "
            "returns.csv in it."
        )
    about = read_descriptor(folder / "datapackage.json")
    codebook = read_codebook(folder / "codebook.csv", waves=about.waves)
    frame = read_frame(folder / "frame.csv") if is_there(folder / "frame.csv") else None
    published = None
    if is_there(folder / "published.csv"):
        if frame is None:
            raise CollectionError(
                f"{folder}: published.csv needs frame.csv beside it, to say of how many "
                "authorities the printed shares are. Add it."
            )
        printed = read_published(folder / "published.csv", codebook)
        published = recover(printed, codebook, frame)
    if returns is None:
        returns = read_returns(_clean_file(folder), codebook, frame=frame)
    _refuse_more_than_there_are(folder, about, returns)
    return Collection(
        **vars(about),
        path=folder,
        codebook=codebook,
        returns=returns,
        published=published,
        frame=frame,
        intervals=intervals,
    )


def _refuse_more_than_there_are(folder: Path, about: About, returns: pd.DataFrame) -> None:
    """Refuse a population that is smaller than the number that answered."""
    for year in sorted(returns["year"].unique().tolist()):
        answered = int((returns["year"] == year).sum())
        size = about.populations.get(year, about.populations.get(0, answered))
        if size < answered:
            raise CollectionError(
                f"{folder / 'datapackage.json'}: 'population' is {size}, but {answered} answered "
                f"in {about.wave(year)}. Correct it."
            )


OF_SYSTEM = re.compile(r"\.|~\$|thumbs\.db$|desktop\.ini$", re.IGNORECASE)


def returns_files(folder: Path) -> list[Path]:
    """Return every file of a folder that holds returns, in whatever form.

    They are called ``returns``, in capitals or not, with the suffix of their form; or they lie in a
    folder of that name, in which every file counts.
    """
    named = [path for path in folder.iterdir() if path.stem.casefold() == "returns"]
    found = [path for path in named if path.suffix.lower() in FORMATS]
    for inner in (path for path in named if not path.suffix and path.is_dir()):
        # what is hidden, or a mark of Excel or Windows, is nobody's answers
        found += [path for path in inner.iterdir() if not OF_SYSTEM.match(path.name)]
    return sorted(found)


def _clean_file(folder: Path) -> Path:
    """Return the file of clean returns of a folder, or refuse it."""
    files = [*returns_files(folder), *folder.glob("columns.csv")]
    found = [path.relative_to(folder).as_posix() for path in files]
    if len(found) == 1 and found[0].casefold() in CLEAN:
        return folder / found[0]
    raise ReturnsError(
        f"{folder}: holds {words.listed(found) if found else 'no returns'}; one file of clean "
        f"returns is expected, {' or '.join(CLEAN)}. Open others by "
        f"csm_lib.own.open_collection({str(folder)!r})."
    )
