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

import html
import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from csm_lib import words
from csm_lib.findings import Finding

if TYPE_CHECKING:
    from ipywidgets import VBox  # type: ignore[import-untyped]

FEW = 4
"""Up to so many options lie open beside each other; more of them fold into a list."""

KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class View:
    """One question with choices, each combination of which has its finding.

    Attributes
    ----------
    key
        Its id, unique in the book: ``explore-board``.
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
        The declaration cannot be shown: what is wrong, and the remedy.
    """

    key: str
    title: str
    question: str
    choices: Mapping[str, Mapping[str, str]]
    finding: Callable[..., Finding]
    _findings: dict[str, Finding] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _html: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not KEY.fullmatch(self.key):
            raise ValueError(
                f"View: the key {self.key!r} is no id. Use small letters, digits and dashes."
            )
        if not self.title.strip() or not self.question.strip():
            raise ValueError(f"View {self.key!r}: title or question is empty. Write it.")
        if not self.choices:
            raise ValueError(f"View {self.key!r}: nothing to choose. Show the finding itself.")
        for name, options in self.choices.items():
            if not name.isidentifier():
                raise ValueError(
                    f"View {self.key!r}: the choice {name!r} is no keyword of a function. "
                    "Use letters, digits and underscores."
                )
            if not options:
                raise ValueError(
                    f"View {self.key!r}: the choice {name!r} has no options. Name at least one."
                )
            labels = list(options.values())
            if len(set(labels)) < len(labels) or not all(label.strip() for label in labels):
                raise ValueError(
                    f"View {self.key!r}: two options of {name!r} are labelled alike, or one not "
                    "at all. Give each a label of its own."
                )
            parts = [_slug(value) for value in options]
            if len(set(parts)) < len(parts) or not all(parts):
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
        """Return the finding of one combination; it is made once."""
        key = self.state_key(**chosen)
        if key not in self._findings:
            try:
                made = self.finding(**chosen)
            except Exception as error:
                error.add_note(f"While making {key} of the view {self.title!r}.")
                raise
            self._findings[key] = replace(made, key=key)
        return self._findings[key]

    @property
    def first(self) -> dict[str, str]:
        """The combination that is shown first."""
        return next(self.states())

    def __str__(self) -> str:
        lines = [self.title, "", f"Question: {self.question}"]
        for name, options in self.choices.items():
            lines.append(f"Choose {_spoken(name)}: {'; '.join(options.values())}")
        shown = [self.choices[name][value] for name, value in self.first.items()]
        return "\n".join([*lines, "", f"Shown first: {'; '.join(shown)}", "", *self._first_text])

    __repr__ = __str__

    @property
    def _first_text(self) -> list[str]:
        return str(self.at(**self.first)).splitlines()

    # -- Without a kernel -------------------------------------------------------------------------

    @property
    def html(self) -> str:
        """Every combination, as it stands on a page: the first shown, others and controls hidden.

        A script shows the controls and, of the blocks with ``data-state``, the one whose value is
        the numbers of the options chosen, in the order of the choices: ``0-2``.
        """
        e = html.escape
        numbers = itertools.product(*(range(len(options)) for options in self.choices.values()))
        controls = [
            _control(f"{self.key}-{place}", name, options)
            for place, (name, options) in enumerate(self.choices.items())
        ]
        states = [
            f'<div class="csm-state" data-state="{"-".join(map(str, number))}"'
            f"{' hidden' if any(number) else ''}>{self._state_html(state)}</div>"
            for number, state in zip(numbers, self.states(), strict=True)
        ]
        shown = "; ".join(self.choices[name][value] for name, value in self.first.items())
        return "\n".join(
            [
                f'<div class="csm-explore" id="{e(self.key)}">',
                '<form class="csm-controls" autocomplete="off" hidden>'
                f"<fieldset><legend>{e(self.title)}</legend>"
                f'<p class="csm-question">{e(self.question)}</p>',
                *controls,
                "</fieldset></form>",
                f'<p class="csm-unswitched">{e(self.title)}. Shown: {e(shown)}. '
                "Other choices need scripts, which are off here.</p>",
                '<p class="csm-said" role="status"></p>',
                *states,
                "</div>",
            ]
        )

    def _state_html(self, chosen: Mapping[str, str]) -> str:
        key = self.state_key(**chosen)
        if key not in self._html:
            self._html[key] = self.at(**chosen).html
        return self._html[key]

    # -- With a kernel ----------------------------------------------------------------------------

    def live(self) -> VBox:
        """Controls that answer from the kernel, for a front end that shows Jupyter widgets."""
        import ipywidgets  # heavy, and of use to a live reader only

        shown = ipywidgets.HTML(self._state_html(self.first))
        controls = {
            name: (ipywidgets.ToggleButtons if len(options) <= FEW else ipywidgets.Dropdown)(
                options=[(label, value) for value, label in options.items()],
                description=words.sentence(_spoken(name)),
                style={"description_width": "initial"},
            )
            for name, options in self.choices.items()
        }

        def answer(_: object) -> None:
            chosen = {name: control.value for name, control in controls.items()}
            shown.value = self._state_html(chosen)

        for control in controls.values():
            control.observe(answer, names="value")
        heading = ipywidgets.HTML(
            f"<b>{html.escape(self.title)}</b><br>{html.escape(self.question)}"
        )
        return ipywidgets.VBox([heading, *controls.values(), shown])

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        bundle: dict[str, Any] = {"text/plain": str(self), "text/html": self.html}
        if somebody_is_there():
            view = self.live()._repr_mimebundle_()
            bundle |= {kind: data for kind, data in view.items() if kind != "text/plain"}
        return bundle


def somebody_is_there() -> bool:
    """Whether the cell that runs was sent by a front end that its reader can type into."""
    from IPython import get_ipython

    shell = get_ipython()
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        return False
    request = kernel.get_parent("shell")
    return bool(request.get("content", {}).get("allow_stdin", False))


def _slug(value: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def _control(key: str, name: str, options: Mapping[str, str]) -> str:
    """Radio buttons for a few options, a list for more; the value of each is its number."""
    e = html.escape
    title = e(words.sentence(_spoken(name)))
    if len(options) > FEW:
        listed = "".join(
            f'<option value="{number}"{"" if number else " selected"}>{e(label)}</option>'
            for number, label in enumerate(options.values())
        )
        return (
            f'<p class="csm-choice"><label for="{key}">{title}</label>'
            f'<select id="{key}" name="{key}">{listed}</select></p>'
        )
    buttons = "".join(
        f'<label><input type="radio" name="{key}" value="{number}"'
        f"{'' if number else ' checked'}><span>{e(label)}</span></label>"
        for number, label in enumerate(options.values())
    )
    return f'<fieldset class="csm-choice"><legend>{title}</legend>{buttons}</fieldset>'
