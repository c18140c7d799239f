"""The page's words: found in its files, in every catalogue, compiled, the same names in braces."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tools import page_words
from tools.catalogues import Language
from tools.page_words import Site, languages
from turna_protocol.json_form import schema

LANGUAGES = pytest.mark.parametrize("language", languages(), ids=lambda language: language.name)
SITES = pytest.mark.parametrize("site", page_words.SITES, ids=["Secretariat", "gateway"])


@SITES
def test_what_is_compiled_is_what_page_and_catalogues_say(site: Site) -> None:
    assert list(page_words.stale_files(site)) == []  # else: python3 -m tools.page_words


def test_words_are_found_in_documents_attributes_and_scripts() -> None:
    found = page_words.english()

    assert {"Skip to the reports", "Views", "Accept as {person}", "team status"} <= set(found)
    assert len(found) == len(set(found))


def test_what_the_secretariat_refuses_with_is_found_where_it_is_raised() -> None:
    found = page_words.english()

    assert {"{closed_by} has accepted it already", "there is no such report"} <= set(found)
    assert "name or password is wrong" in found


def test_what_a_gateway_says_of_itself_is_found_where_it_is_said() -> None:
    found = page_words.english(page_words.GATEWAY)

    assert {"no modem: {reason}", "call them by voice", "cannot open {path}: {error}"} <= set(found)
    assert "Decides" not in " ".join(found)


def test_what_one_page_says_already_the_other_says_in_the_same_words() -> None:
    lent = set(page_words.english()) & set(page_words.english(page_words.GATEWAY))
    own = page_words.path_of(languages()[0], page_words.GATEWAY).read_text(encoding="utf-8")

    assert {"Language", "situation report", "EXERCISE"} <= lent
    assert [text for text in lent if f'msgid "{text}"' in own] == []


def test_every_field_and_code_of_a_report_has_words_on_the_page() -> None:
    words = (page_words.STATIC / "form_words.js").read_text(encoding="utf-8")
    fields = schema()["fields"]
    assert isinstance(fields, dict)
    said = {(name, code) for form in fields.values() for name, code in _codes_of(form)}

    assert [name for form in fields.values() for name in form if f" {name}: " not in words] == []
    assert [code for name, code in said if not _is_said(words, name, code)] == []


def _codes_of(form: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, values in form.items():
        listed = values if isinstance(values, list) else ()
        yield from ((name, code) for code in listed if isinstance(code, str))


def _is_said(words: str, name: str, code: str) -> bool:
    """Tell whether a code has words of the form or of the handset; a letter needs none."""
    by_form = re.search(rf"^  {name}: {{(.*)}},$", words, re.MULTILINE)
    by_handset = f'{name}: "' in words
    in_form = by_form is not None and (f"{code}: " in by_form[1] or "...ASR" in by_form[1])
    return len(code) == 1 or in_form or by_handset or code in ("asr3", "asr4", "asr5")


@SITES
@LANGUAGES
def test_names_in_braces_are_the_same_in_every_language(language: Language, site: Site) -> None:
    assert page_words.problems(language, site) == []


@SITES
@LANGUAGES
def test_every_word_is_said_in_every_language(language: Language, site: Site) -> None:
    assert page_words.untranslated(language, site) == []


@SITES
@LANGUAGES
def test_what_no_native_reader_has_seen_is_marked(language: Language, site: Site) -> None:
    content = page_words.path_of(language, site).read_text(encoding="utf-8")

    assert content.count("#, fuzzy") == content.count(f"# {page_words.MARK}\n")
    assert "MACHINE-MADE" in content.partition("msgid")[0]
