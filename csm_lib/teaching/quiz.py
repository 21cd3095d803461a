"""A quiz that works on a page without a server: its answers come from the data.

On the page a few lines of script (``book/assets/quiz.js``) show feedback on what was chosen.
Without scripts, and on paper, the answers stand folded under the questions.
"""

from __future__ import annotations

import html
from dataclasses import dataclass

from csm_lib.teaching.text import as_inline, as_plain, fold

LETTERS = "ABCDEFGH"


@dataclass(frozen=True)
class Choice:
    """One answer that can be chosen.

    Attributes
    ----------
    text
        The answer.
    right
        Whether it is right.
    feedback
        Why it is right, or what it mistakes.
    """

    text: str
    right: bool
    feedback: str


@dataclass(frozen=True)
class Question:
    """One question with the answers that can be chosen.

    Attributes
    ----------
    key
        Its id, unique in the quiz.
    text
        The question.
    choices
        Two to eight answers in the order in which they stand; one is right, or several.

    Raises
    ------
    ValueError
        There are too few or too many answers, two of them read alike, none is right, or one has
        no feedback.
    """

    key: str
    text: str
    choices: tuple[Choice, ...]

    def __post_init__(self) -> None:
        texts = [choice.text for choice in self.choices]
        if not 2 <= len(texts) <= len(LETTERS):
            raise ValueError(f"Question {self.key!r}: give two to {len(LETTERS)} answers.")
        if len(set(texts)) < len(texts):
            raise ValueError(f"Question {self.key!r}: two answers read alike: {texts}. Change one.")
        if not any(choice.right for choice in self.choices):
            raise ValueError(f"Question {self.key!r}: no answer is right: {texts}. Mend one.")
        if not all(choice.feedback.strip() for choice in self.choices):
            raise ValueError(f"Question {self.key!r}: an answer has no feedback. Say why.")

    @property
    def several(self) -> bool:
        """Whether more than one answer is right, so that each can be ticked."""
        return sum(choice.right for choice in self.choices) > 1

    @property
    def right(self) -> tuple[str, ...]:
        """The letters of the right answers."""
        return tuple(
            letter for letter, choice in zip(LETTERS, self.choices, strict=False) if choice.right
        )


@dataclass(frozen=True)
class Quiz:
    """Some questions on one lesson.

    Attributes
    ----------
    key
        Its id, unique in the book: ``quiz-table``.
    title
        What it is about.
    questions
        The questions in their order.
    """

    key: str
    title: str
    questions: tuple[Question, ...]

    @property
    def html(self) -> str:
        """The quiz as it stands on a page."""
        key = html.escape(self.key)
        questions = [
            self._question_html(number, question)
            for number, question in enumerate(self.questions, 1)
        ]
        answers = "".join(
            f"<li><b>{', '.join(question.right)}.</b> "
            + " ".join(as_inline(c.feedback) for c in question.choices if c.right)
            + "</li>"
            for question in self.questions
        )
        return "\n".join(
            [
                f'<div class="csm-quiz" id="{key}" role="group" aria-labelledby="{key}-title">',
                f'<p class="csm-quiz-title" id="{key}-title"><b>{html.escape(self.title)}</b></p>',
                *questions,
                '<p class="csm-score" role="status"></p>',
                fold("Answers", f"<ol>{answers}</ol>", kind="csm-answers"),
                "</div>",
            ]
        )

    def _question_html(self, number: int, question: Question) -> str:
        name = html.escape(f"{self.key}-{question.key}")
        kind = "checkbox" if question.several else "radio"
        more = " (more than one is right)" if question.several else ""
        choices = []
        for letter, choice in zip(LETTERS, question.choices, strict=False):
            verdict = "Right." if choice.right else "Not right."
            choices.append(
                f'<div class="csm-choice" data-right="{"yes" if choice.right else "no"}">'
                f'<label><input type="{kind}" name="{name}" value="{letter}">'
                f"<span>{letter}. {as_inline(choice.text)}</span></label>"
                f'<p class="csm-feedback" hidden><b>{verdict}</b> {as_inline(choice.feedback)}</p>'
                "</div>"
            )
        return "\n".join(
            [
                f'<form class="csm-question" id="{name}" autocomplete="off">',
                f"<fieldset><legend>{number}. {as_inline(question.text)}{more}</legend>",
                *choices,
                '</fieldset><p class="csm-buttons" hidden><button type="submit">Check</button> '
                '<button type="reset">Start again</button></p>',
                '<div class="csm-told" role="status"></div></form>',
            ]
        )

    def __str__(self) -> str:
        parts = [self.title]
        for number, question in enumerate(self.questions, 1):
            lines = [as_plain(f"{number}. {question.text}")]
            for letter, choice in zip(LETTERS, question.choices, strict=False):
                lines.append(as_plain(f"{letter}. {choice.text}", "   "))
            right = " ".join(c.feedback for c in question.choices if c.right)
            lines.append(as_plain(f"Right: {', '.join(question.right)}. {right}", "   "))
            parts.append("\n".join(lines))
        return "\n\n".join(parts)

    __repr__ = __str__

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.html}
