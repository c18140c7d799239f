"""The page for a phone as boards hold it: made of its sources, said in each language."""

import gzip

import pytest
from babel.messages.pofile import read_po

from tools import phone_page
from tools.catalogues import LANGUAGES, TEMPLATE, Language
from turna_handset import phone_files
from turna_handset.desk import PHONE_TYPES

TRANSLATED = [language for language in LANGUAGES if language.name != TEMPLATE]


def test_what_boards_hold_is_what_sources_and_catalogues_say() -> None:
    assert phone_page.stale_files() == {}


def test_there_is_a_form_for_every_type_that_a_phone_sends() -> None:
    assert tuple(phone_page.forms()) == PHONE_TYPES


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.name)
def test_every_sentence_field_and_code_of_the_page_is_said_in_each_language(
    language: Language,
) -> None:
    assert phone_page.problems(language) == []
    assert all(phone_page.words(language).values())


@pytest.mark.parametrize("language", TRANSLATED, ids=lambda one: one.name)
def test_what_a_machine_translated_is_marked_as_such(language: Language) -> None:
    with (phone_page.FOLDER / f"{language.name}.po").open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    assert all(message.fuzzy == bool(message.user_comments) for message in messages)


def test_the_page_names_no_address_but_the_handsets_own() -> None:
    for packed in (phone_files.PAGE, phone_files.STYLE, phone_files.SCRIPT):
        assert b"//" not in gzip.decompress(packed)
