"""The profile of one respondent: its own answers beside those of the others, on two sides.

It shows what one respondent answered, so it is for that respondent, or for a collection whose
respondents agreed. Every figure is of the others. It is made from what the collection publishes and
from the answers on the page, and from nothing else: where `csm_lib.disclosure.protect` withholds
a cell, or the number of a group, nothing is made from it. A published cell less an answer on the
page may still leave a small count. It is withheld too, although who holds both can work it out,
and so is what it opens, as that tells who was asked.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from csm_lib import templates, words
from csm_lib.codebook import CHARACTERISTIC, did_you_mean
from csm_lib.counts import format_percent
from csm_lib.errors import CollectionError

if TYPE_CHECKING:
    from csm_lib.codebook import Codebook, Item
    from csm_lib.collection import Collection

EVERYONE, KIND = "everyone", "authority_type"

OTHERS = "All others"

ENOUGH = 5
"""Others that are needed to compare with them; more where the threshold is higher."""

FEW = 4
"""An answer stands out if at most one in so many comparable respondents give it."""

MANY = 30
"""More items than this are listed by section."""

CSS = Path(templates.__file__).with_name("profile.css").read_text("utf-8")
"""The rules that a page needs to show a profile; colours are those of `csm_lib.style.css`."""


class Share(NamedTuple):
    """How many of the others gave an answer, of how many who gave any; ``None`` if withheld."""

    yes: int | None
    base: int | None

    @property
    def enough(self) -> bool:
        """Whether it is shown, and of enough others to say anything of them."""
        return self.base is not None and self.base >= ENOUGH

    @property
    def percent(self) -> str:
        """The share: ``63%``; none of a few."""
        return format_percent(self.yes or 0, self.base) if self.base and self.enough else ""

    @property
    def counts(self) -> str:
        """The counts behind it: ``46 of 73``."""
        return f"{self.yes:,} of {self.base:,}" if self.base else ""

    def __str__(self) -> str:
        if self.base is None:
            return "withheld"
        return f"{self.percent} ({self.counts})" if self.enough else self.counts or "no answers"


@dataclass(frozen=True)
class Answer:
    """One answer of the respondent, and how many of the others in each group answered so.

    Attributes
    ----------
    item, name
        The item of the codebook, and what to call it where its section is not named.
    answer, before
        The id of its answer in the wave of the profile, and in the wave before: empty for no
        answer, ``None`` where it was not asked or there is no wave before.
    shares
        By group, the share of yes. For an item with other answers, the share that gave the same
        answer; without an answer there is none.
    """

    item: Item
    name: str
    answer: str | None
    before: str | None
    shares: Mapping[str, Share]

    @property
    def against(self) -> str:
        """The group it is compared with: its type, or everyone where too few of it are left."""
        kind = self.shares.get(KIND)
        return KIND if kind is not None and kind.enough else EVERYONE

    @property
    def beside(self) -> Share | None:
        """The share among comparable others, if it is shown and they are enough."""
        share = self.shares.get(self.against)
        return share if share is not None and share.enough else None

    @property
    def text(self) -> str:
        """The answer as a page names it."""
        return _text(self.item, self.answer)

    @property
    def was(self) -> str:
        """The answer in the wave before, as a page names it."""
        return _text(self.item, self.before)

    @property
    def changed(self) -> bool:
        """Whether it answered in both waves, and otherwise."""
        return bool(self.answer and self.before and self.answer != self.before)

    @property
    def yes_no(self) -> bool:
        """Whether the item takes yes or no."""
        return self.item.response == "yes_no"

    @property
    def is_no(self) -> bool:
        """Whether it is the no to such an item."""
        return self.yes_no and self.answer == "no"


@dataclass(frozen=True, repr=False, eq=False)
class Profile:
    """What one respondent answered last, and how that compares with the others.

    Attributes
    ----------
    collection
        The collection that it answered to.
    authority
        Its name in the returns.
    year, before
        The last wave that it answered, and the last before that, or ``None``.
    own
        By characteristic, what it is: ``{"region": "North"}``.
    others, left_out
        By group that its answers are set beside, how many others of that group answered; and the
        characteristics whose group is too small, or its number withheld.
    answers
        Its answers in the order of the codebook, but for items not asked in `year`.
    """

    collection: Collection
    authority: str
    year: int
    before: int | None
    own: Mapping[str, str]
    others: Mapping[str, int]
    left_out: tuple[str, ...]
    answers: tuple[Answer, ...]

    # -- What it finds ----------------------------------------------------------------------------

    @property
    def began(self) -> list[Answer]:
        """Items answered with no in the wave before, and with yes now."""
        return [one for one in self.answers if one.changed and one.yes_no and one.answer == "yes"]

    @property
    def stopped(self) -> list[Answer]:
        """Items answered with yes in the wave before, and with no now."""
        return [one for one in self.answers if one.changed and one.is_no]

    @property
    def moved(self) -> list[Answer]:
        """Items with other answers than yes and no that were answered otherwise before."""
        return [one for one in self.answers if one.changed and not one.yes_no]

    @cached_property
    def said_no(self) -> list[Answer]:
        """What it said no to and more than half of comparable others yes, most first."""
        found = [(share, one) for share, one in self._shares if one.is_no and 2 * share > 1]
        return [one for _, one in sorted(found, key=lambda pair: -pair[0])]

    @cached_property
    def few(self) -> list[Answer]:
        """Its answers, other than no, that at most a quarter of those give, rarest first."""
        found = [(share, one) for share, one in self._shares if not one.is_no and FEW * share <= 1]
        return [one for _, one in sorted(found, key=lambda pair: pair[0])]

    @property
    def _shares(self) -> list[tuple[float, Answer]]:
        """Its answers with the share of comparable others."""
        pairs = [(one, one.beside) for one in self.answers if one.answer]
        return [(s.yes / s.base, one) for one, s in pairs if s and s.yes is not None and s.base]

    # -- What a page says of it -------------------------------------------------------------------

    @property
    def title(self) -> str:
        """Whose profile it is, with the label it must carry."""
        label = self.collection.label
        year = self.collection.wave(self.year)
        return f"{self.authority}: profile {year}" + (f" ({label})" if label else "")

    @property
    def against(self) -> str:
        """The group that holds the comparable others; see also `Answer.against`."""
        return KIND if KIND in self.others else EVERYONE

    @property
    def withheld(self) -> bool:
        """Whether any figure is withheld."""
        return any(share.yes is None for one in self.answers for share in one.shares.values())

    @property
    def sections(self) -> list[tuple[str, list[Answer]]]:
        """All answers, under the titles of the sections."""
        title = self.collection.codebook.title
        grouped = itertools.groupby(self.answers, key=lambda one: one.item.section)
        return [(title(section), list(some)) for section, some in grouped]

    def by_section(self, found: Sequence[Answer]) -> list[tuple[str, list[Answer]]]:
        """Some answers by section, if there are many items; that of the first comes first."""
        listed: dict[str, list[Answer]] = {}
        for one in found:
            many = len(self.answers) > MANY
            title = self.collection.codebook.title(one.item.section) if many else ""
            listed.setdefault(title, []).append(one)
        return list(listed.items())

    @property
    def table(self) -> pd.DataFrame:
        """All answers as text: one row an item, one column a group."""
        return pd.DataFrame(
            [
                {
                    "section": title,
                    "question": one.item.name,
                    f"in {self.collection.wave(self.year)}": one.text
                    + (f" (was {one.was})" if one.changed else ""),
                    **{
                        self.own.get(group, OTHERS): str(one.shares.get(group, ""))
                        for group in self.others
                    },
                }
                for title, some in self.sections
                for one in some
            ]
        )

    @property
    def fragment(self) -> str:
        """The profile to stand in a page of a book, under its heading of the first level."""
        return self._part(text=False)

    def _part(self, *, text: bool) -> str:
        return templates.render(
            "profile.html",
            p=self,
            text=text,
            columns={group: self.own.get(group, OTHERS) for group in self.others},
            called={name: self.collection.called(name) for name in self.collection.split},
            enough=_enough(self.collection),
        )

    @property
    def html(self) -> str:
        """The profile as a page of its own, to print on two sides of A4."""
        from csm_lib.style import DARK, PALETTE  # heavy; a terminal does without

        return templates.render("profile_page.html", p=self, light=PALETTE, dark=DARK) + "\n"

    def __str__(self) -> str:
        above, _, below = self._part(text=True).partition("<pre></pre>")
        table = self.table.to_string(index=False)
        return words.legible("\n".join([self.title, *_lines(above), table, *_lines(below)]))

    __repr__ = __str__

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.fragment}


def profile(collection: Collection, authority: str) -> Profile:
    """Set one respondent's last answers beside those of the others: its region, type, everyone.

    Parameters
    ----------
    authority
        Its name, as the column ``authority`` of the returns has it.

    Returns
    -------
    Profile
        Shown in a notebook it is a part of a page; `str` gives it for a terminal and
        ``Profile.html`` as a page to print. A group in which fewer than `ENOUGH` others answered
        in the same wave (or than the collection's threshold, if that is more) is left out.
        Comparable respondents are those of the same type, or everyone where that is left out.

    Raises
    ------
    CollectionError
        The returns hold no respondent of this name.
    """
    codebook, returns = collection.codebook, collection.returns
    mine = returns[returns["authority"] == authority].sort_values("year")
    if mine.empty:
        known = sorted(returns["authority"].unique())
        raise CollectionError(
            f"{collection.path}: there is no {collection.one} {authority!r} in the returns."
            f"{did_you_mean(authority, known)} Use a name of the column 'authority'."
        )
    last, before = mine.iloc[-1], mine.iloc[-2] if len(mine) > 1 else None
    year = int(last["year"])
    groups = {name: collection.groups(name)[mine.index].iloc[-1] for name in collection.split}
    own = {name: str(group) for name, group in groups.items() if pd.notna(group)}
    # numbers are left out: a mean of others alone would need a rule of its own
    asked = [one for one in codebook.values() if year in one.held and not one.is_number]
    asked = [one for one in asked if one.kind != CHARACTERISTIC]
    given = {item.item: _given(last, item, codebook) for item in asked}
    others: dict[str, int] = {}
    shares: dict[str, dict[str, Share]] = {}
    for group in [*own, EVERYONE]:
        by = {group: own[group]} if group in own else {}
        everyone, told = _told(collection, year, *by)
        number = _of(everyone, year, by)["yes"].iloc[0]
        if pd.notna(number) and number > _enough(collection):
            others[group] = int(number) - 1
            rows = _of(told, year, by)
            shares[group] = _shares(rows, given, codebook, collection.threshold)
    left_out = tuple(group for group in own if group not in others)
    # a group of everyone says nothing of its own
    others = {g: n for g, n in others.items() if g == EVERYONE or n != others[EVERYONE]}
    named = Counter(item.name for item in codebook.values())
    answers = [
        Answer(
            item=item,
            name=item.name + (f" ({codebook.title(item.section)})" if named[item.name] > 1 else ""),
            answer=given[item.item],
            before=None if before is None else _given(before, item, codebook),
            shares={g: shares[g][item.item] for g in others if item.item in shares[g]},
        )
        for item in asked
    ]
    year_before = None if before is None else int(before["year"])
    return Profile(collection, authority, year, year_before, own, others, left_out, tuple(answers))


@lru_cache(maxsize=32)
def _told(collection: Collection, year: int, *by: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """How many answered, and what, in a year: by group, or all; the same for every profile."""
    asked = [n for n, one in collection.codebook.items() if year in one.held and not one.is_number]
    return collection.respondents(by), collection.tally(asked, by=by, years=[year])


def _given(row: pd.Series, item: Item, codebook: Codebook) -> str | None:
    """The answer in a row of the returns: empty for none, ``None`` where it was not asked."""
    if int(row["year"]) not in item.held:
        return None
    if item.asked_if is not None and _given(row, codebook[item.asked_if], codebook) != "yes":
        return None
    value = row[item.item]
    if pd.isna(value):
        return ""
    return ("yes" if value else "no") if item.response == "yes_no" else str(value)


def _of(rows: pd.DataFrame, year: int, group: Mapping[str, str]) -> pd.DataFrame:
    """The rows of a year and of a group."""
    return rows[(rows[["year", *group]] == pd.Series({"year": year, **group})).all(axis=1)]


def _enough(collection: Collection) -> int:
    return max(collection.threshold, ENOUGH)


def _shares(
    rows: pd.DataFrame, given: Mapping[str, str | None], codebook: Codebook, threshold: int
) -> dict[str, Share]:
    """Of each item the share of the others that answered as counts here; withheld if it must be."""
    own = rows["item"].map(given).fillna("")
    yes, base = rows["yes"] - (rows["answer"] == own), rows["base"] - (own != "")
    small = [count.between(1, threshold - 1) for count in (yes, base - yes)]
    hidden = {*rows.loc[yes.isna() | small[0] | small[1], "item"]}

    def shut(item: str | None) -> bool:
        return item is not None and (item in hidden or shut(codebook[item].asked_if))

    yes_no = rows["item"].map(lambda item: codebook[item].response == "yes_no")
    counted = rows["answer"] == own.mask(yes_no, "yes")
    shares = zip(rows["item"], yes, base, strict=True)
    return {
        item: Share(None, None) if shut(item) else Share(int(one), int(all_of))
        for item, one, all_of in itertools.compress(shares, counted)
    }


def _text(item: Item, answer: str | None) -> str:
    if answer is None:
        return "not asked"
    return item.answers.get(answer, answer) if answer else "no answer"


def _lines(part: str) -> list[str]:
    """The lines of a part of a page as text: entries with a dash, a gap before a heading."""
    from markupsafe import Markup  # of jinja2; `--help` does without

    marks = {"<li>": "- ", "<h2>": "\n"}
    told = [marks.get(line[:4], "") + Markup(line).striptags() for line in part.splitlines()]
    return [templates.plain(line) for line in told if line.strip()]
