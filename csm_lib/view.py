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
from functools import cached_property
from typing import TYPE_CHECKING, Any

from csm_lib import words
from csm_lib.download import file_name
from csm_lib.findings import Finding
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
        Two combinations have the same key, so their findings could not be told apart.
    """

    key: str
    title: str
    question: str
    choices: Mapping[str, Mapping[str, str]]
    finding: Callable[..., Finding]
    _made: dict[str, Finding] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        keys = [self._key(state) for state in self.states()]
        values = [value for options in self.choices.values() for value in options]
        if len(set(keys)) < len(keys) or not all(map(re.compile("[A-Za-z0-9]").search, values)):
            raise ValueError(
                f"View {self.key!r}: its values cannot be told apart in small letters, digits and "
                f"dashes: {', '.join(values)}. Rename one."
            )

    def states(self) -> Iterator[dict[str, str]]:
        """Every combination of the choices, the first options first."""
        for values in itertools.product(*self.choices.values()):
            yield dict(zip(self.choices, values, strict=True))

    def at(self, **chosen: str) -> Finding:
        """Return the finding of one combination; it is made once.

        Its key says which it is: ``explore-board--statutory--2009``.

        Raises
        ------
        ValueError
            A choice is missing or unknown, or has no such option.
        """
        if chosen not in self.states():
            options = "; ".join(f"{name}: {', '.join(of)}" for name, of in self.choices.items())
            raise ValueError(f"View {self.key!r} has no {chosen}. Choose of each {options}.")
        key = self._key(chosen)
        if key not in self._made:
            try:
                self._made[key] = replace(self.finding(**chosen), key=key)
            except Exception as error:
                error.add_note(f"While making {key} of the view {self.title!r}.")
                raise
        return self._made[key]

    def _key(self, chosen: Mapping[str, str]) -> str:
        return "--".join([self.key, *(file_name(chosen[name]) for name in self.choices)])

    def __str__(self) -> str:
        chosen = [
            f"Choose {name.replace('_', ' ')}: {'; '.join(options.values())}"
            for name, options in self.choices.items()
        ]
        head = [self.title, "", f"Question: {self.question}", *chosen]
        first = self.at(**next(self.states()))
        return "\n".join([*head, "", f"Shown first: {self._shown}", "", str(first)])

    __repr__ = __str__

    @property
    def _shown(self) -> str:
        """The labels of the options that are shown first."""
        return "; ".join(next(iter(options.values())) for options in self.choices.values())

    @property
    def _controls(self) -> dict[str, Mapping[str, str]]:
        """The choices, by what their controls are called."""
        return {words.sentence(n.replace("_", " ")): found for n, found in self.choices.items()}

    @cached_property
    def _pages(self) -> dict[str, str]:
        """Every finding as HTML, by the numbers of the options chosen: ``0-2``."""
        numbers = itertools.product(*(range(len(options)) for options in self.choices.values()))
        return {
            "-".join(map(str, number)): self.at(**state).html
            for number, state in zip(numbers, self.states(), strict=True)
        }

    @property
    def html(self) -> str:
        """Every combination, as it stands on a page: the first shown, others and controls hidden.

        A script shows the controls and, of the blocks with ``data-state``, the one whose value is
        the numbers of the options chosen, in the order of the choices: ``0-2``.
        """
        return render(
            "view.html",
            view=self,
            controls=self._controls,
            shown=self._shown,
            states=self._pages.items(),
            few=FEW,
        )

    def live(self) -> VBox:
        """Controls that answer from the kernel, for a front end that shows Jupyter widgets."""
        import ipywidgets  # heavy, and of use to a live reader only

        controls = [
            (ipywidgets.ToggleButtons if len(options) <= FEW else ipywidgets.Dropdown)(
                options=[(label, value) for value, label in options.items()],
                description=name,
                style={"description_width": "initial"},
            )
            for name, options in self._controls.items()
        ]
        shown = ipywidgets.HTML()

        def answer(_: object = None) -> None:
            shown.value = self._pages["-".join(str(control.index) for control in controls)]

        answer()
        for control in controls:
            control.observe(answer, names="index")
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
    request = kernel.get_parent("shell") if kernel is not None else {}
    return bool(request.get("content", {}).get("allow_stdin", False))
