"""A view with choices, declared once: live controls in a notebook, switchable without a kernel.

In JupyterLab a `View` shows controls that answer from the kernel. On a published page the same
view stands rendered for every combination of its choices, and a few lines of script
(``book/assets/explore.js``) show the one that is chosen. Without scripts the first is shown, and
no control.

Which form is shown depends on who asks. A front end that somebody sits at tells the kernel, with
each cell it sends, that it could be asked for input (``allow_stdin`` of the Jupyter protocol).
The build of the book, the tests and every other run without a reader say that it could not; they
get no controls, so no page needs a widget manager.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from csm_lib import words
from csm_lib.aggregate import changes
from csm_lib.counts import format_percent
from csm_lib.findings import Finding, alt_of, finding
from csm_lib.templates import render

if TYPE_CHECKING:
    from ipywidgets import VBox  # type: ignore[import-untyped]

FEW = 4
"""Up to so many options lie open beside each other; more of them fold into a list."""


@dataclass(frozen=True, repr=False, eq=False)
class View:
    """One question with choices, each combination of which has its finding.

    Attributes
    ----------
    key
        Its id, unique in the book, in small letters, digits and dashes: ``explore-board``.
    title
        What it shows, and what its controls are announced as.
    question
        The question that every choice answers.
    choices
        What can be chosen. For each choice its name, which is a keyword of `finding`, and its
        options: value handed to `finding` -> label. The first options are shown first.
    finding
        Gives the finding of one combination, called with one value for each choice.

    Raises
    ------
    ValueError
        Two options of a choice have the same key, so their findings could not be told apart.
    """

    key: str
    title: str
    question: str
    choices: Mapping[str, Mapping[str, str]]
    finding: Callable[..., Finding]
    _made: dict[str, Finding] = field(default_factory=dict, init=False)
    _pages: dict[str, str] = field(default_factory=dict, init=False)  # a control answers at once

    def __post_init__(self) -> None:
        for name, options in self.choices.items():
            slugs = [_slug(value) for value in options]
            if len(set(slugs)) < len(slugs) or not all(slugs):
                raise ValueError(
                    f"View {self.key!r}: two values of {name!r} are the same but for signs, or "
                    "one has no letter or digit, so their findings cannot be told apart: "
                    f"{', '.join(options)}. Rename one."
                )

    def states(self) -> Iterator[dict[str, str]]:
        """Every combination of the choices, the first options first."""
        for values in itertools.product(*self.choices.values()):
            yield dict(zip(self.choices, values, strict=True))

    def state_key(self, **chosen: str) -> str:
        """Return the key of a combination's finding: ``explore-board--statutory--2009``.

        Raises
        ------
        ValueError
            A choice is missing or unknown, or has no such option.
        """
        if set(chosen) != set(self.choices):
            raise ValueError(
                f"View {self.key!r} takes {', '.join(self.choices)}; "
                f"given: {', '.join(chosen) or 'nothing'}."
            )
        for name, value in chosen.items():
            if value not in self.choices[name]:
                raise ValueError(
                    f"View {self.key!r}: {name} has no option {value!r}. "
                    f"Use one of {', '.join(self.choices[name])}."
                )
        return "--".join([self.key, *(_slug(chosen[name]) for name in self.choices)])

    def at(self, **chosen: str) -> Finding:
        """Return the finding of one combination; it is made once.

        Raises
        ------
        ValueError
            A choice is missing or unknown, or has no such option.
        """
        key = self.state_key(**chosen)
        if key not in self._made:
            try:
                self._made[key] = replace(self.finding(**chosen), key=key)
            except Exception as error:
                error.add_note(f"While making {key} of the view {self.title!r}.")
                raise
        return self._made[key]

    @property
    def first(self) -> dict[str, str]:
        """The combination that is shown first."""
        return next(self.states())

    def __str__(self) -> str:
        chosen = [
            f"Choose {name.replace('_', ' ')}: {'; '.join(options.values())}"
            for name, options in self.choices.items()
        ]
        head = [self.title, "", f"Question: {self.question}", *chosen]
        return "\n".join([*head, "", f"Shown first: {self._shown}", "", str(self.at(**self.first))])

    __repr__ = __str__

    @property
    def _shown(self) -> str:
        return "; ".join(self.choices[name][value] for name, value in self.first.items())

    @property
    def _named(self) -> dict[str, Mapping[str, str]]:
        """The choices, by what their controls are called."""
        return {words.sentence(n.replace("_", " ")): found for n, found in self.choices.items()}

    def _page(self, chosen: Mapping[str, str]) -> str:
        found = self.at(**chosen)
        if found.key not in self._pages:
            self._pages[found.key] = found.html
        return self._pages[found.key]

    @property
    def html(self) -> str:
        """Every combination, as it stands on a page: the first shown, others and controls hidden.

        A script shows the controls and, of the blocks with ``data-state``, the one whose value is
        the numbers of the options chosen, in the order of the choices: ``0-2``.
        """
        numbers = itertools.product(*(range(len(options)) for options in self.choices.values()))
        states = [
            ("-".join(map(str, number)), self._page(state))
            for number, state in zip(numbers, self.states(), strict=True)
        ]
        controls = {name: list(options.values()) for name, options in self._named.items()}
        return render(
            "view.html", view=self, controls=controls, shown=self._shown, states=states, few=FEW
        )

    def live(self) -> VBox:
        """Controls that answer from the kernel, for a front end that shows Jupyter widgets."""
        import ipywidgets  # heavy, and of use to a live reader only

        shown = ipywidgets.HTML(self._page(self.first))
        controls = [
            (ipywidgets.ToggleButtons if len(options) <= FEW else ipywidgets.Dropdown)(
                options=[(label, value) for value, label in options.items()],
                description=name,
                style={"description_width": "initial"},
            )
            for name, options in self._named.items()
        ]

        def answer(_: object) -> None:
            values = [control.value for control in controls]
            shown.value = self._page(dict(zip(self.choices, values, strict=True)))

        for control in controls:
            control.observe(answer, names="value")
        title, question = words.escaped(self.title), words.escaped(self.question)
        heading = ipywidgets.HTML(f"<b>{title}</b><br>{question}")
        return ipywidgets.VBox([heading, *controls, shown])

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        bundle: dict[str, Any] = {"text/plain": str(self), "text/html": self.html}
        if somebody_is_there():
            live = self.live()._repr_mimebundle_()
            bundle |= {kind: data for kind, data in live.items() if kind != "text/plain"}
        return bundle


def somebody_is_there() -> bool:
    """Whether the cell that runs was sent by a front end that its reader can type into."""
    from IPython import get_ipython

    kernel = getattr(get_ipython(), "kernel", None)
    if kernel is None:
        return False
    request = kernel.get_parent("shell")
    return bool(request.get("content", {}).get("allow_stdin", False))


def _slug(value: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")


# -- Shares, as one chooses to see them ------------------------------------------------------------


def shares(tally: pd.DataFrame, show: str, *, question: str, what: str, note: str = "") -> Finding:
    """Return the shares of some items in a year, in both, or how far they changed.

    Parameters
    ----------
    tally
        A tally of yes/no items, without groups.
    show
        A year, ``both`` (the first and the last), or ``change`` between them.
    question, note
        As for `csm_lib.finding`.
    what
        Of what the shares are: ``Boards``.
    """
    from csm_lib import charts

    moved = changes(tally)
    drawn, chart = f"share of {what} in {show}", charts.ranked_dots
    if show == "change":
        data = tally[tally["item"].isin(moved["item"])].reset_index(drop=True)
        title, chart = change_title(moved), charts.change_bars
        drawn = f"change in points in the share of {what}"
    elif show == "both":
        data, title, chart = tally, both_title(moved), charts.dumbbell
        drawn = f"share of {what} in both years"
    else:
        data = tally[tally["year"] == int(show)].reset_index(drop=True)
        title = f"{ends_title(data, what)} in {show}"
    alt = alt_of(f"Chart of the {drawn}", data)
    return finding(
        data, key="shares", title=title, question=question, chart=chart, note=note, alt=alt
    )


def ends_title(data: pd.DataFrame, what: str) -> str:
    """Tell the lowest and the highest share of a tally, and whose they are.

    Of four and more with the same share only the number is told.

    Parameters
    ----------
    data
        A tally of one year.
    what
        Of what the shares are: ``Boards``.
    """
    held = data[data["base"] > 0]
    low, high = (held[held["share"] == end] for end in (held["share"].min(), held["share"].max()))
    if len(low) == len(held):
        return words.sentence(f"{_whose(held, 'all')}: {_share(held)} of {what}")
    return f"From {_share(low)} of {what} ({_whose(low)}) to {_share(high)} ({_whose(high)})"


def both_title(moved: pd.DataFrame) -> str:
    """Tell how many of some changes are rises and how many falls."""
    if len(moved) == 1:
        row = moved.iloc[0]
        return f"{row['label']}: from {words.before(row)} to {words.after(row)}"
    ways = [moved[moved["direction"] == way] for way in (1, -1, 0)]
    told = [f"{words.number(len(rows))} {words.went(rows.iloc[0])}" for rows in ways if len(rows)]
    return f"Of {words.number(len(moved))} asked about in both years, {words.listed(told)}"


def change_title(moved: pd.DataFrame) -> str:
    """Tell which of some changes is the largest rise and which the largest fall.

    Where all rose, or all fell, the least of them stands in place of what is not there.
    """
    most = moved.iloc[int(moved["change"].argmax())]
    least = moved.iloc[int(moved["change"].argmin())]
    if len(moved) == 1:
        return words.sentence(_moved(most))
    up = _moved(most, " most," if most["direction"] > 0 else " least,")
    down = _moved(least, " most," if least["direction"] < 0 else " least,")
    return words.sentence(f"{up}; {down}")


def _moved(change: pd.Series, degree: str = "") -> str:
    told = f"{words.within(change['label'])} {words.went(change)}"
    return f"{told}{degree} by {words.points(change)}" if change["direction"] else told


def _whose(rows: pd.DataFrame, many: str = "") -> str:
    labels = [words.within(label) for label in rows["label"]]
    return words.listed(labels) if len(labels) < 4 else many or f"{words.number(len(rows))} of them"


def _share(rows: pd.DataFrame) -> str:
    return format_percent(int(rows["yes"].iloc[0]), int(rows["base"].iloc[0]))
