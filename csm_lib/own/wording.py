"""The words of the door: what it says (``wording.toml``), and what it knows (``vocabulary.toml``).

Code names a sentence by its key and fills it in.
"""

from __future__ import annotations

import string
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from csm_lib.errors import ReturnsError
from csm_lib.words import listed


class _Sentences(string.Formatter):
    """Writes a list as ``'a', 'b' and 'c'``, and ``{count:row}`` as ``1 row`` or ``20 rows``."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, list | tuple):
            return listed([repr(one) for one in value])
        if isinstance(value, int) and format_spec.isalpha():
            return f"{value:,} {format_spec}{'' if value == 1 else 's'}"
        return format(value, format_spec)


@cache
def vocabulary() -> dict[str, Any]:
    """Return the words by which columns and answers of foreign files are known."""
    path = Path(__file__).with_name("vocabulary.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def sentences() -> dict[str, str]:
    """Return every sentence, as a format, by its key."""
    path = Path(__file__).with_name("wording.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def filled(sentence: str, **values: Any) -> str:
    """Return a sentence with what stands in its braces filled in."""
    return _Sentences().vformat(sentence, (), values)


def worded(key: str, **values: Any) -> str:
    """Return the sentence of a key, filled in."""
    return filled(sentences()[key], **values)


def refusal(place: object, key: str, **values: Any) -> ReturnsError:
    """Return the error that says of a place (a file, and where in it) what is wrong there."""
    return ReturnsError(f"{place}: {worded(key, **values)}")
