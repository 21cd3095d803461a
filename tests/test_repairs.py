"""What a cell may be read as, and what is never guessed."""

from __future__ import annotations

import pandas as pd
import pytest

from csm_lib.codebook import Item
from csm_lib.own.repairs import (
    begins_in,
    is_shorthand,
    key,
    of_answers,
    of_names,
    speaks_in_noughts_and_ones,
)

LEVELS = {"head": "Head of the organisation", "senior_officer": "Senior officer"}


def item(response: str, answers: dict[str, str]) -> Item:
    return Item("q", "s", "Q", "Q?", response, answers, "none", (2008,), (), None, "", "")


SEAT = item("yes_no", {"yes": "Yes", "no": "No"})
LEVEL = item("level", LEVELS)


@pytest.mark.parametrize(
    ("text", "becomes", "rule"),
    [
        ("Yes", "yes", "case"),
        ("YES", "yes", "case"),
        (" yes", "yes", "spaces"),
        ("\u00a0no ", "no", "spaces"),
        ("  ", "", "spaces"),
        ("Y", "yes", "synonym"),
        (" y ", "yes", "synonym"),
        ("TRUE", "yes", "synonym"),
        ("x", "yes", "synonym"),
        ("X", "yes", "synonym"),
        ("✓", "yes", "synonym"),
        ("✔", "yes", "synonym"),
        ("☑", "yes", "synonym"),
        ("N", "no", "synonym"),
        ("No", "no", "case"),
        ("FALSE", "no", "synonym"),
        ("1", "yes", "number"),
        ("0", "no", "number"),
    ],
)
def test_another_way_to_write_yes_or_no_is_offered(text: str, becomes: str, rule: str) -> None:
    assert of_answers([text], SEAT, numbers=True) == {text: (becomes, rule)}


@pytest.mark.parametrize(
    ("text", "becomes", "rule"),
    [
        ("HEAD", "head", "case"),
        (" head", "head", "spaces"),
        ("Senior officer", "senior_officer", "label"),
        ("SENIOR  OFFICER ", "senior_officer", "label"),
        ("head of the\norganisation", "head", "label"),
    ],
)
def test_another_way_to_write_an_answer_is_offered(text: str, becomes: str, rule: str) -> None:
    assert of_answers([text], LEVEL) == {text: (becomes, rule)}


@pytest.mark.parametrize(
    "text", ["2", "Nein", "n/a", "-", "?", "yes?", "yes/no", "T", "1.0", "✗", "ye s", "don't know"]
)
def test_what_has_no_one_meaning_is_never_guessed(text: str) -> None:
    assert of_answers([text], SEAT, numbers=True) == {}


@pytest.mark.parametrize("text", ["Y", "x", "1", "TRUE", "chief", "senior"])
def test_words_for_yes_mean_nothing_to_other_items(text: str) -> None:
    assert of_answers([text], LEVEL, numbers=True) == {}


def test_what_is_written_as_it_must_be_needs_no_repair() -> None:
    assert of_answers(["yes", "no"], SEAT, numbers=True) == {}


def test_a_number_beside_another_word_is_not_taken_for_an_answer() -> None:
    assert of_answers(["1", "yes"], SEAT, numbers=True) == {}
    assert of_answers(["1", "2"], SEAT, numbers=True) == {}
    assert of_answers(["1", "0"], SEAT, numbers=False) == {}


def test_a_label_of_two_answers_is_not_guessed() -> None:
    swapped = item("odd", {"a": "B", "b": "A"})
    assert of_answers(["a", "b"], swapped) == {}
    assert of_answers(["A", "B"], swapped) == {}
    assert of_answers(["Same"], item("odd", {"a": "same", "b": "SAME"})) == {}


def test_answers_that_differ_by_case_are_left_alone() -> None:
    assert of_answers([" Ab", "aB"], item("odd", {"ab": "One", "Ab": "Two"})) == {
        " Ab": ("Ab", "spaces")
    }


def test_what_the_file_says_of_its_codes_goes_before_any_guess() -> None:
    found = of_answers(
        ["1", "0", "9"], SEAT, value_labels={"1": "No", "0": "Yes", "9": "Hm"}, numbers=True
    )
    assert found == {"1": ("no", "code"), "0": ("yes", "code")}
    assert of_answers(["1"], SEAT, value_labels={"2": "No"}, numbers=True) == {}


def test_a_column_of_very_many_texts_is_left_alone() -> None:
    assert of_answers([f"Yes{number}" for number in range(10_000)] + ["Yes"], SEAT) == {}


def test_noughts_and_ones_are_spoken_only_where_there_are_no_other_numbers() -> None:
    assert speaks_in_noughts_and_ones(["1", "0", "1", "yes"])
    assert not speaks_in_noughts_and_ones(["1", "0", "1", "2"])
    assert not speaks_in_noughts_and_ones(["1", "0", " 9 "])
    assert not speaks_in_noughts_and_ones(["1", "0", "-1"])
    assert not speaks_in_noughts_and_ones(["1", "0", "1.5"])


def test_names_lose_the_spaces_around_them() -> None:
    texts = pd.Index(["A", " B", "C D ", "\t"], dtype="str")
    assert of_names(texts) == {
        " B": ("B", "spaces"),
        "C D ": ("C D", "spaces"),
        "\t": ("", "spaces"),
    }


def test_names_of_a_list_are_offered_however_they_are_written() -> None:
    texts = pd.Index(["North", "north", "NORTH ", "Nor th", "South", "Nrth"], dtype="str")
    assert of_names(texts, known=["North", "East"]) == {
        "north": ("North", "name"),
        "NORTH ": ("North", "name"),
        "Nor th": ("North", "name"),
    }


def test_codes_of_names_are_read_as_the_file_explains_them() -> None:
    texts = pd.Index(["1", "2", "9"], dtype="str")
    labels = {"1": "North", "2": " ", "3": "South", "9": "East"}
    assert of_names(texts, known=["9", "North"], value_labels=labels) == {"1": ("North", "code")}


def test_names_that_differ_by_case_spaces_or_the_making_of_an_accent_share_a_key() -> None:
    assert len({key(name) for name in ("É t\u00a0A", "e\u0301TA", "éta\u200b")}) == 1
    assert len({key(name) for name in ("A1", "A2", "A-1")}) == 3


@pytest.mark.parametrize("beside", ["yes", "no", "c", "z", "..", "[x]", "1", "✓"])
def test_a_cross_beside_anything_else_is_not_taken_for_yes(beside: str) -> None:
    assert "x" not in of_answers(["x", beside], SEAT, numbers=True)
    assert "x" not in of_answers(["x"], SEAT, beside=["x", beside])
    assert of_answers(["x", "X", " x "], SEAT) == dict.fromkeys(
        ("x", "X", " x "), ("yes", "synonym")
    )


@pytest.mark.parametrize(
    "text", ["[c]", "[x]", "[z]", "[low]", "[u]", "[b]", "..", "...", "…", ":"]
)
def test_the_shorthand_of_official_statistics_is_offered_as_no_answer(text: str) -> None:
    assert of_answers([text, "yes"], SEAT) == {text: ("", "shorthand")}
    assert of_answers([text], LEVEL) == {text: ("", "shorthand")}
    assert is_shorthand(text)


@pytest.mark.parametrize("text", ["x", "z", "c", "*", "-", "–", "(c)", "( x )", "X", "[-"])
def test_shorthand_that_may_mean_something_else_is_never_repaired(text: str) -> None:
    assert of_answers([text, "yes"], SEAT) == {}
    assert is_shorthand(text)


def test_a_ticked_box_beside_an_empty_one_is_no_shorthand() -> None:
    assert of_answers(["[x]", "[ ]"], SEAT) == {}


def test_a_letter_that_is_an_answer_is_one() -> None:
    letters = item("odd", {"c": "Often", "z": "Never"})
    assert of_answers(["c", "C", "never"], letters) == {"C": ("c", "case"), "never": ("z", "label")}


@pytest.mark.parametrize("text", ["n/a", "none", "nil", "xx", "no", "y", "n", "?", "[yes]", "c1"])
def test_other_words_are_no_shorthand(text: str) -> None:
    assert not is_shorthand(text)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2023-24", 2023),
        ("2023/24", 2023),
        ("202324", 2023),
        ("FY2023-24", 2023),
        ("fy 2023/2024", 2023),
        ("2023 - 2024", 2023),
        ("2023–24", 2023),
        ("1999-00", 1999),
        ("2023-25", None),
        ("2023-23", None),
        ("2023", None),
        ("2023-4", None),
        ("202312", None),
        ("2023-01-01", None),
    ],
)
def test_a_financial_year_begins_in_its_first_year(text: str, year: int | None) -> None:
    assert begins_in(text) == year
