"""The profile of one respondent: its own answers beside those of comparable ones, on two sides.

It shows what one respondent answered, so it is for that respondent, or for a collection whose
respondents agreed. What it shows of others obeys the disclosure rules, and one rule more: whoever
reads it knows one answer in each cell and can take it off. So a group's cell is withheld where
`csm_lib.disclosure.protect` withholds it, and also where a count of the *others* in it is small,
or where the cell of the item that opens this one is withheld, as that tells who was asked.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import pandas as pd

from csm_lib import words
from csm_lib.codebook import did_you_mean
from csm_lib.counts import format_percent
from csm_lib.errors import CollectionError

if TYPE_CHECKING:
    from csm_lib.codebook import Codebook, Item
    from csm_lib.collection import Collection

EVERYONE = "everyone"
CHARACTERISTICS: Mapping[str, str] = {"region": "Region", "authority_type": "Type"}

ENOUGH = 5
"""Others of its type that are needed to compare with them; more where the threshold is higher."""

FEW = 4
"""An answer stands out if at most one in so many comparable respondents give it."""

EFFECT = (
    "A yes tells that something is there, not how well it works; and what most have need not be "
    "what this place needs."
)


@dataclass(frozen=True)
class Share:
    """How many of a group gave an answer, of how many who gave any; ``None`` where withheld."""

    yes: int | None
    base: int | None

    @property
    def percent(self) -> str:
        """The share: ``63%``."""
        if self.yes is None or self.base is None:
            return "withheld"
        return format_percent(self.yes, self.base) if self.base else "no answers"

    @property
    def counts(self) -> str:
        """The counts behind it: ``46 of 73``."""
        return f"{self.yes} of {self.base}" if self.base else ""

    def __str__(self) -> str:
        return f"{self.percent} ({self.counts})" if self.counts else self.percent


@dataclass(frozen=True)
class Answer:
    """One answer of the respondent, and how many of each group answered so.

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
    against
        The group that holds the comparable respondents: of this item everyone, where those of
        its type are withheld.
    """

    item: Item
    name: str
    answer: str | None
    before: str | None
    shares: Mapping[str, Share]
    against: str

    @property
    def beside(self) -> Share | None:
        """The share among comparable respondents."""
        return self.shares.get(self.against)

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


@dataclass(frozen=True)
class Profile:
    """What one respondent answered last, and how that compares.

    Attributes
    ----------
    authority
        Its name in the returns.
    year, before, latest
        The last wave that it answered; the last before that, or ``None``; the collection's last.
    groups
        By group that its answers are set beside, what a column calls it.
    compared, comparable
        The group that holds the comparable respondents, and who they are, in words; see also
        `Answer.against`.
    answers
        Its answers in the order of the codebook, but for items not asked in `year`.
    titles
        By section, its title.
    collection, source, label
        What the collection is called, where it comes from, and how its figures must be labelled.
    many, threshold
        What respondents are called, and the count under which a cell is withheld.
    """

    authority: str
    year: int
    before: int | None
    latest: int
    groups: Mapping[str, str]
    compared: str
    comparable: str
    answers: tuple[Answer, ...]
    titles: Mapping[str, str]
    collection: str
    source: str
    label: str
    many: str
    threshold: int

    # -- What it finds ----------------------------------------------------------------------------

    @property
    def began(self) -> list[Answer]:
        """Items answered with no in the wave before, and with yes now."""
        return [one for one in self.answers if one.changed and one.answer == "yes"]

    @property
    def stopped(self) -> list[Answer]:
        """Items answered with yes in the wave before, and with no now."""
        return [one for one in self.answers if one.changed and one.before == "yes"]

    @property
    def moved(self) -> list[Answer]:
        """Items with other answers than yes and no that were answered otherwise before."""
        return [one for one in self.answers if one.changed and not _yes_no(one)]

    @property
    def lacks(self) -> list[Answer]:
        """What it said no to and more than half of comparable respondents yes, most first."""
        found = [
            (share, one)
            for one, share in self._shares()
            if one.answer == "no" and _yes_no(one) and 2 * share > 1
        ]
        return [one for _, one in sorted(found, key=lambda pair: -pair[0])]

    @property
    def alone(self) -> list[Answer]:
        """Its answers, other than no, that at most a quarter of those give, rarest first."""
        found = [
            (share, one)
            for one, share in self._shares()
            if one.answer and not (_yes_no(one) and one.answer == "no") and FEW * share <= 1
        ]
        return [one for _, one in sorted(found, key=lambda pair: pair[0])]

    def _shares(self) -> Iterator[tuple[Answer, float]]:
        """The answers for which comparable respondents have a share."""
        for one in self.answers:
            share = one.beside
            if share is not None and share.yes is not None and share.base:
                yield one, share.yes / share.base

    # -- In words ---------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """Whose profile it is, with the label it must carry."""
        return f"{self.authority}: profile {self.year}" + (f" ({self.label})" if self.label else "")

    @property
    def about(self) -> str:
        """The collection, and whose and of when the answers are."""
        waves = words.listed([str(year) for year in (self.before, self.year) if year])
        groups = [
            f"{CHARACTERISTICS[group]}: {name}"
            for group, name in self.groups.items()
            if group in CHARACTERISTICS
        ]
        return ". ".join([self.collection, *groups, f"Answers of {waves}"]) + "."

    @property
    def summary(self) -> list[str]:
        """What matters most, a sentence each."""
        asked = [one for one in self.answers if _yes_no(one) and one.answer]
        yes, blanks = (
            sum(one.answer == answer for one in some)
            for answer, some in (("yes", asked), ("", self.answers))
        )
        return [
            f"In {self.year} it said yes to {yes} of the {len(asked)} yes/no questions that it "
            f"answered"
            + (f", and left {words.counted(blanks, 'question')} open." if blanks else "."),
            self._change,
            f"It lacks {_things(self.lacks)} that more than half of "
            f"comparable {self.many} have{_first(self.lacks)}.",
            f"It gave {words.counted(len(self.alone), 'answer')} that at most a quarter of them "
            f"did{_first(self.alone)}.",
            *(
                [f"It did not answer in {self.latest}: all figures here are of {self.year}."]
                if self.year < self.latest
                else []
            ),
        ]

    @property
    def _change(self) -> str:
        if self.before is None:
            return f"It answered first in {self.year}: there is no earlier wave to set beside it."
        others = f", and changed {words.counted(len(self.moved), 'other answer')}"
        return (
            f"Since {self.before} it began {_things(self.began)} and stopped "
            f"{_things(self.stopped)}{others if self.moved else ''}."
        )

    @property
    def lists(self) -> list[tuple[str, list[str]]]:
        """What changed, what is lacking and what stands out: headings with their entries."""
        since = (
            []
            if self.before is None
            else [
                (f"Began since {self.before}", [one.name for one in self.began]),
                (f"Stopped since {self.before}", [one.name for one in self.stopped]),
                (
                    f"Answered otherwise than in {self.before}",
                    [f"{one.name}: {one.text}; was {one.was}" for one in self.moved],
                ),
            ]
        )
        return [
            *since,
            (
                f"Lacks what more than half of comparable {self.many} have",
                [f"{one.name}: {self._compared(one)}" for one in self.lacks],
            ),
            (
                f"Answered as at most a quarter of comparable {self.many} did",
                [
                    f"{one.name}{'' if _yes_no(one) else f', {one.text}'}: {self._compared(one)}"
                    for one in self.alone
                ],
            ),
        ]

    def _compared(self, one: Answer) -> str:
        """The share behind an entry of a list."""
        return f"{one.beside}{' of all' if one.against != self.compared else ''}"

    @property
    def notes(self) -> list[str]:
        """How to read the figures, and what they do not say."""
        shown = [share for one in self.answers for share in one.shares.values()]
        wider = any(one.against != self.compared for one in self.answers)
        return [
            f"Comparable {self.many} are {self.comparable}"
            + (f"; where their figure is withheld, all {self.many}" if wider else "")
            + ".",
            f"A percentage is the share of yes among those that answered the question in "
            f"{self.year}, {self.authority} among them."
            + (
                ""
                if all(map(_yes_no, self.answers))
                else " Where a question has other answers, it is the share of the same answer."
            ),
            *(
                [
                    f"Withheld: fewer than {self.threshold} of the others gave this answer, or any "
                    "other, or the figure would give such a number away."
                ]
                if any(map(_is_withheld, shown))
                else []
            ),
            EFFECT,
            f"Source: {self.source}.",
        ]

    @property
    def table(self) -> pd.DataFrame:
        """All answers as text: one row an item, one column a group."""
        return pd.DataFrame(
            [
                {
                    "section": self.titles[one.item.section],
                    "question": one.item.label,
                    f"in {self.year}": one.text + (f" (was {one.was})" if one.changed else ""),
                    **{
                        name: str(one.shares[group]) if group in one.shares else ""
                        for group, name in self.groups.items()
                    },
                }
                for one in self.answers
            ]
        )

    def __str__(self) -> str:
        def fill(text: str) -> str:
            return textwrap.fill(text, 96, subsequent_indent="  ")

        parts = [
            [self.title, fill(self.about)],
            [fill(f"- {line}") for line in self.summary],
            *(
                [heading, *(fill(f"- {x}") for x in found or ["none"])]
                for heading, found in self.lists
            ),
            ["All answers", self.table.to_string(index=False)],
            [fill(note) for note in self.notes],
        ]
        return "\n\n".join("\n".join(map(words.legible, lines)) for lines in parts)

    __repr__ = __str__

    # -- As HTML ----------------------------------------------------------------------------------

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.fragment}

    @property
    def fragment(self) -> str:
        """The profile to stand in a page of a book, under its heading of the first level."""
        e = words.escaped
        label = f'<p class="csm-label"><b>{e(self.label)}</b></p>' if self.label else ""
        summary = "".join(f"<li>{e(line)}</li>" for line in self.summary)
        parts = [
            '<div class="csm-profile">',
            label,
            f'<p class="csm-about">{e(self.about)}</p>',
            f'<h2>In short</h2><ul class="csm-short">{summary}</ul>',
            '<div class="csm-lists">',
        ]
        for heading, found in self.lists:
            entries = "".join(f"<li>{e(entry)}</li>" for entry in found)
            body = f"<ul>{entries}</ul>" if found else "<p>None.</p>"
            parts.append(f"<section><h2>{e(heading)}</h2>{body}</section>")
        notes = "".join(f"<li>{e(note)}</li>" for note in self.notes)
        parts += [
            "</div><h2>All answers</h2>",
            self._html_table,
            f'<h2>How to read this</h2><ul class="csm-notes">{notes}</ul></div>',
        ]
        return "\n".join(part for part in parts if part)

    @property
    def _html_table(self) -> str:
        """All answers, one body of the table a section."""
        e = words.escaped
        columns = ["Question", f"{self.authority}, {self.year}", *self.groups.values()]
        head = "".join(f'<th scope="col">{e(name)}</th>' for name in columns)
        bodies = []
        for section, answers in groupby(self.answers, key=lambda one: one.item.section):
            title = e(self.titles[section])
            rows = [f'<tr><th scope="rowgroup" colspan="{len(columns)}">{title}</th></tr>']
            for one in answers:
                own = e(one.text)
                if one.answer != "no" or not _yes_no(one):
                    own = f"<b>{own}</b>" if one.answer else f"<i>{own}</i>"
                if one.changed:
                    own += f" <small>was {e(one.was)}</small>"
                cells = "".join(f"<td>{_cell(one.shares.get(group))}</td>" for group in self.groups)
                changed = ' class="csm-changed"' if one.changed else ""
                label = f'<th scope="row">{e(one.item.label)}</th>'
                rows.append(f"<tr{changed}>{label}<td>{own}</td>{cells}</tr>")
            bodies.append(f"<tbody>{''.join(rows)}</tbody>")
        caption = f"Answers of {self.authority} in {self.year}, and how many answered so"
        if self.label:
            caption += f" ({self.label})"
        return (
            f'<div class="csm-scroll"><table><caption>{e(caption)}</caption>'
            f"<thead><tr>{head}</tr></thead>{''.join(bodies)}</table></div>"
        )

    @property
    def html(self) -> str:
        """The profile as a page of its own, to print on two sides of A4."""
        e = words.escaped
        return (
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{e(self.title)}</title><style>{_page_css()}</style></head>\n"
            f"<body><main><h1>{e(self.authority)}</h1>\n{self.fragment}\n</main></body></html>\n"
        )


def profile(collection: Collection, authority: str) -> Profile:
    """Set one respondent's last answers beside its region, its type and everyone.

    Parameters
    ----------
    authority
        Its name, as the column ``authority`` of the returns has it.

    Returns
    -------
    Profile
        Shown in a notebook it is a part of a page; `str` gives it for a terminal and
        ``Profile.html`` as a page to print. Comparable respondents are those of the same type
        that answered in the same wave, if at least `ENOUGH` others did (or as many as the
        collection's threshold, if that is more), and else everyone that answered.

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
    groups = {name: str(last[name]) for name in CHARACTERISTICS if pd.notna(last[name])} | {
        EVERYONE: f"All {collection.many}"
    }
    asked = [item for item in codebook.values() if year in item.held]
    given = {item.item: _given(last, item, codebook) for item in asked}
    shares: dict[str, dict[str, Share]] = {item.item: {} for item in asked}
    for group in groups:
        by = [] if group == EVERYONE else [group]
        tally = collection.tally([*given], by=by, years=[year])
        cells = tally[tally[group] == groups[group]] if by else tally
        for item, share in _cells(cells, given, codebook, collection.threshold).items():
            shares[item][group] = share

    names = pd.Series({item.item: item.label for item in codebook.values()})
    double = names.duplicated(keep=False)
    compared, comparable = _comparable(collection, last, year)
    return Profile(
        authority=authority,
        year=year,
        before=None if before is None else int(before["year"]),
        latest=collection.years[-1],
        groups=groups,
        compared=compared,
        comparable=comparable,
        answers=tuple(
            Answer(
                item=item,
                name=f"{item.label} ({codebook.title(item.section)})"
                if double[item.item]
                else item.label,
                answer=given[item.item],
                before=None if before is None else _given(before, item, codebook),
                shares=shares[item.item],
                against=EVERYONE if _is_withheld(shares[item.item].get(compared)) else compared,
            )
            for item in asked
        ),
        titles={section: codebook.title(section) for section in codebook.sections},
        collection=collection.title,
        source=collection.source or collection.title,
        label=collection.label,
        many=collection.many,
        threshold=collection.threshold,
    )


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


def _comparable(collection: Collection, last: pd.Series, year: int) -> tuple[str, str]:
    """The group that holds the comparable respondents, and who they are in words."""
    answered = collection.returns[collection.returns["year"] == year]
    kind, enough = last["authority_type"], max(collection.threshold, ENOUGH)
    everyone = f"all {len(answered)} {collection.many} that answered in {year}"
    if pd.isna(kind):
        return EVERYONE, f"{everyone}, as its type is not known"
    same = int((answered["authority_type"] == kind).sum())
    if same <= enough:
        return EVERYONE, f"{everyone}, as fewer than {enough} others of its type did"
    return "authority_type", f"the {same} {collection.many} of its type that answered in {year}"


def _cells(
    rows: pd.DataFrame, given: Mapping[str, str | None], codebook: Codebook, threshold: int
) -> dict[str, Share]:
    """Of each item the share of a group that answered as counts here; withheld where it must be."""
    found: dict[str, Share] = {}
    hidden: set[str] = set()
    for name, some in rows.groupby("item", sort=False):
        item = str(name)
        yes_no = codebook[item].response == "yes_no"
        counted = "yes" if yes_no else given[item]
        if some["yes"].isna().any() or _told(some, given[item], threshold):
            hidden.add(item)
        if counted:  # of several answers, there is none to count where none was given
            row = some[some["answer"] == counted].iloc[0]
            shown = item not in hidden
            found[item] = Share(int(row["yes"]), int(row["base"])) if shown else Share(None, None)

    def shut(item: str) -> bool:
        opener = codebook[item].asked_if
        return item in hidden or (opener is not None and shut(opener))

    return {item: Share(None, None) if shut(item) else share for item, share in found.items()}


def _told(rows: pd.DataFrame, own: str | None, threshold: int) -> bool:
    """Whether a cell less the reader's own answer leaves a small count of others."""
    base = int(rows["base"].iloc[0]) - bool(own)
    answers = zip(rows["answer"], rows["yes"], strict=True)
    counts = [int(yes) - (answer == own) for answer, yes in answers]
    return any(0 < count < threshold for yes in counts for count in (yes, base - yes))


def _text(item: Item, answer: str | None) -> str:
    if answer is None:
        return "not asked"
    return item.answers.get(answer, answer) if answer else "no answer"


def _is_withheld(share: Share | None) -> bool:
    return share is not None and share.yes is None


def _things(found: Sequence[Answer]) -> str:
    return words.counted(len(found), "thing") if found else "nothing"


def _first(found: Sequence[Answer]) -> str:
    """Name the first of some items at the end of a sentence on their number."""
    if not found:
        return ""
    return f": {found[0].name}" if len(found) == 1 else f", {found[0].name} first of all"


def _yes_no(one: Answer) -> bool:
    return one.item.response == "yes_no"


def _cell(share: Share | None) -> str:
    if share is None:
        return "–"
    if not share.counts:
        return f"<i>{share.percent}</i>"
    return f"<span>{share.percent}</span> <small>{share.counts}</small>"


# -- Dress ----------------------------------------------------------------------------------------

CSS = """\
.csm-profile .csm-label { border: 1px solid currentColor; border-radius: 3px; padding: .1em .5em;
  display: inline-block; margin: 0 0 .6em; }
.csm-profile .csm-lists { columns: 2 20rem; column-gap: 2.5rem; }
.csm-profile .csm-lists section { break-inside: avoid; }
.csm-profile .csm-lists h2 { margin-top: 0; }
.csm-profile .csm-scroll { max-width: 100%; overflow-x: auto; }
.csm-profile table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
.csm-profile td span { display: inline-block; min-width: 2.7em; }
.csm-profile td:nth-child(n + 3) { white-space: nowrap; }
.csm-profile caption { text-align: left; padding-bottom: .4em; }
.csm-profile th, .csm-profile td { text-align: left; vertical-align: baseline;
  padding: .22em .6em .22em 0; border: 0; border-bottom: 1px solid var(--csm-grid); }
.csm-profile th[scope=row] { font-weight: normal; }
.csm-profile th[scope=rowgroup] { padding-top: 1.1em; border-bottom-color: var(--csm-muted); }
.csm-profile thead th { vertical-align: bottom; border-bottom: 2px solid var(--csm-ink); }
.csm-profile small { color: var(--csm-muted); font-size: .88em; }
.csm-profile td i { color: var(--csm-muted); font-style: normal; }
"""
"""The rules that a page needs to show a profile; colours are those of `csm_lib.style.css`."""

_PAGE = """\
:root { color-scheme: light dark; }
body { margin: 0; background: var(--csm-surface); color: var(--csm-ink);
  font: 1rem/1.5 -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 58rem; margin: 0 auto; padding: 1.5rem clamp(.8rem, 4vw, 2.5rem) 3rem;
  overflow-wrap: break-word; }
h1, h2 { line-height: 1.2; text-wrap: balance; }
h1 { font-size: 2rem; margin: 0 0 .4rem; }
h2 { font-size: 1.15rem; margin: 1.8rem 0 .4rem; }
ul { margin: 0 0 1.2rem; padding-left: 1.2em; }
p { margin: 0 0 .8rem; }
table { font-size: .92rem; line-height: 1.35; }
.csm-about { color: var(--csm-muted); }
.csm-notes { font-size: .92rem; }
@media (max-width: 40rem) {
  table { font-size: .8rem; }
  .csm-profile th, .csm-profile td { padding-right: .35em; }
  thead th { hyphens: auto; overflow-wrap: anywhere; }
  td small { display: block; }
}
@page { size: A4; margin: 11mm 13mm; }
@media print {
  body { font-size: 8pt; line-height: 1.3; }
  main { max-width: none; padding: 0; }
  h1 { font-size: 15pt; }
  h2 { font-size: 9.5pt; margin: 7pt 0 2pt; break-after: avoid; }
  ul, p { margin-bottom: 4pt; }
  table, .csm-notes { font-size: 7.6pt; line-height: 1.2; }
  .csm-profile th, .csm-profile td { padding-top: .8pt; padding-bottom: .8pt; }
  .csm-profile th[scope=rowgroup] { padding-top: 4pt; break-after: avoid; }
  .csm-profile .csm-lists { columns: 3; column-gap: 14pt; }
  tr { break-inside: avoid; }
}
"""


def _page_css() -> str:
    """The rules of a page of its own: light or dark as the reader's system has it."""
    from csm_lib.style import DARK, PALETTE  # heavy; a terminal does without

    light, dark = (
        " ".join(f"--csm-{role}: {colours[role]};" for role in ("surface", "ink", "muted", "grid"))
        for colours in (PALETTE, DARK)
    )
    return (
        f":root {{ {light} }}\n@media screen and (prefers-color-scheme: dark) {{\n"
        f"  :root {{ {dark} }}\n}}\n{_PAGE}{CSS}"
    )
