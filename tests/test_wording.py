"""Every sentence of the door is filled in by the code that says it, and there is none too many."""

from __future__ import annotations

import ast
import string
from pathlib import Path

from csm_lib.own import wording
from csm_lib.own.wording import sentences, worded

OWN = [ast.parse(path.read_text("utf-8")) for path in Path(wording.__file__).parent.glob("*.py")]
SAYS = {"worded": 0, "Refused": 0, "sentence": 0, "unsure": 0, "refusal": 1}
"""What names a sentence: at which place of its arguments the key stands."""


def calls() -> list[tuple[ast.Call, ast.expr]]:
    """What says a sentence, and the key that it says."""
    found = []
    for node in (node for module in OWN for node in ast.walk(module)):
        name = ast.unparse(node.func).split(".")[-1] if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and len(node.args) > SAYS.get(name, 9):
            found.append((node, node.args[SAYS[name]]))
    return found


def test_each_sentence_that_the_code_names_is_there_and_filled_in() -> None:
    keys = [(call, key.value) for call, key in calls() if isinstance(key, ast.Constant)]

    assert len(keys) > 50
    for call, key in keys:
        wanted = {name for _, name, _, _ in string.Formatter().parse(sentences()[key]) if name}
        given = {keyword.arg for keyword in call.keywords}
        assert wanted <= given or None in given, key


def test_no_sentence_is_without_use() -> None:
    used = {node.value for module in OWN for node in ast.walk(module)
            if isinstance(node, ast.Constant)}  # fmt: skip

    assert sorted(sentences().keys() - used) == []


def test_lists_and_counts_are_written_as_a_person_writes_them() -> None:
    values = {"names": ["a", "b"], "item": "c", "path": "d", "row": 3}
    assert worded("two_columns", **values).startswith("the columns 'a' and 'b' are both 'c'")
    one = worded("error_cells", sheet="S", count=1, text="#N/A", place="A2")
    assert "in 1 cell, such as" in one
    many = worded("error_cells", sheet="S", count=1200, text="#N/A", place="A2")
    assert "in 1,200 cells, such as" in many
