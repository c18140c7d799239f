"""The page for a phone as boards hold it: made of its sources, said in each language."""

import pytest

from tools import phone_page
from tools.catalogues import LANGUAGES, TEMPLATE, Language
from turna_handset.desk import PHONE_TYPES

TRANSLATED = [language for language in LANGUAGES if language.name != TEMPLATE]


def test_what_boards_hold_is_what_sources_and_catalogues_say() -> None:
    assert phone_page.stale_files() == {}


def test_there_is_a_form_for_every_type_that_a_phone_sends() -> None:
    assert tuple(phone_page.forms()) == PHONE_TYPES


@pytest.mark.parametrize("language", TRANSLATED, ids=lambda one: one.name)
def test_the_page_itself_and_the_names_of_all_fields_are_translated(language: Language) -> None:
    missing = set(phone_page.untranslated(language))
    assert not missing & set(phone_page._said()) - {"sitrep"}
    assert not missing & set(phone_page._fields().values())
