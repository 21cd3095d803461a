"""A quiz as Moodle XML, which Moodle imports and other learning platforms can read."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from csm_lib.lesson import Answer, Question, Quiz
from csm_lib.templates import filled


def moodle_xml(quiz: Quiz) -> bytes:
    """Return a quiz with the reason for each answer, in a category of the question bank."""
    root = Element("quiz")
    category = SubElement(root, "question", type="category")
    _text(SubElement(category, "category"), f"$course$/top/{quiz.title}")
    for question in quiz.questions:
        _ask(root, quiz.key, question)
    indent(root)
    made: bytes = tostring(root, "utf-8", xml_declaration=True)
    return made


def _ask(root: Element, quiz: str, question: Question) -> None:
    right, asked = len(question.right), SubElement(root, "question", type="multichoice")
    _text(SubElement(asked, "name"), f"{quiz}-{question.key}")
    _text(SubElement(asked, "questiontext", format="html"), _html(question.text))
    SubElement(asked, "single").text = str(right == 1).lower()
    SubElement(asked, "shuffleanswers").text = "true"
    SubElement(asked, "answernumbering").text = "abc"
    for answer in question.answers:
        share = _fraction(answer, right, len(question.answers) - right)
        made = SubElement(asked, "answer", fraction=share, format="html")
        _text(made, _html(answer.text))
        _text(SubElement(made, "feedback", format="html"), _html(answer.feedback))


def _fraction(answer: Answer, right: int, wrong: int) -> str:
    """Return the per cent of the mark: where several are right, ticking all of them earns none."""
    if answer.is_right:
        return f"{100 / right:.7g}"
    return "0" if right == 1 else f"{-100 / wrong:.7g}"


def _text(parent: Element, text: str) -> None:
    SubElement(parent, "text").text = text


def _html(markdown: str) -> str:
    return filled("{{ text | markdown }}", {"text": markdown})
