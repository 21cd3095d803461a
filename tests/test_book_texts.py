"""The stored texts of books are those that are made, and their sentences are short."""

from __future__ import annotations

import difflib

import pytest
from book_texts import BOOKS, EXAMPLE, INVENTED, book, text_of

ALL = [*INVENTED, EXAMPLE]


def test_each_collection_has_a_stored_text_and_all_of_them_can_be_read() -> None:
    assert sorted(path.stem for path in BOOKS.iterdir()) == sorted(ALL)
    assert sum(path.stat().st_size for path in BOOKS.iterdir()) < 250_000


@pytest.mark.parametrize("name", ALL)
def test_the_stored_text_of_a_book_is_the_one_that_is_made(name: str) -> None:
    stored, made = (BOOKS / f"{name}.txt").read_bytes().decode(), text_of(name)
    changed = difflib.unified_diff(stored.splitlines(), made.splitlines(), lineterm="", n=0)

    if stored != made:
        how = "`python tests/book_texts.py` renews the stored texts; read the diff before you do."
        pytest.fail("\n".join([how, *changed]), pytrace=False)


@pytest.mark.parametrize("name", ALL)
def test_no_title_has_more_than_30_words_and_no_main_point_more_than_25(name: str) -> None:
    titles = [finding.title for finding in book(name).found.values()]

    assert [title for title in titles if len(title.split()) > 30] == []
    assert [one for one in book(name).points.sentences.values() if len(one.split()) > 25] == []


@pytest.mark.parametrize("name", ALL)
def test_a_main_point_is_the_title_of_the_finding_it_leads_to(name: str) -> None:
    titles = {finding.key: finding.title for finding in book(name).found.values()}

    for key, sentence in book(name).points.sentences.items():
        assert sentence.casefold().endswith(f"{titles[key]}.".casefold())


@pytest.mark.parametrize("name", ALL)
def test_a_book_has_no_value_of_a_program_in_its_text(name: str) -> None:
    words = text_of(name).replace("None of", "").split()

    assert not {"nan", "<NA>", "None", "NaT", "inf", "-0"} & {
        word.strip(".,:;()") for word in words
    }
