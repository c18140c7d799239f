"""The page's words: found in its files, in every catalogue, compiled, the same names in braces."""

import pytest

from tools import page_words
from tools.catalogues import Language
from tools.page_words import languages

LANGUAGES = pytest.mark.parametrize("language", languages(), ids=lambda language: language.name)


def test_what_is_compiled_is_what_page_and_catalogues_say() -> None:
    assert list(page_words.stale_files()) == []  # else: python3 -m tools.page_words


def test_words_are_found_in_documents_attributes_and_scripts() -> None:
    found = page_words.english()

    assert {"Skip to the reports", "who answers", "Accept as {person}", "team status"} <= set(found)
    assert len(found) == len(set(found))


@LANGUAGES
def test_names_in_braces_are_the_same_in_every_language(language: Language) -> None:
    assert page_words.problems(language) == []


@LANGUAGES
def test_every_word_is_said_in_every_language(language: Language) -> None:
    assert page_words.untranslated(language) == []


@LANGUAGES
def test_what_no_native_reader_has_seen_is_marked(language: Language) -> None:
    content = page_words.path_of(language).read_text(encoding="utf-8")

    assert content.count("#, fuzzy") == content.count(f"# {page_words.MARK}\n")
    assert "MACHINE-MADE" in content.partition("msgid")[0]
