"""The catalogues are whole, marked, and what boards and page hold is compiled from them."""

import ast

import pytest

from tools import catalogues, languages, translations
from tools.catalogues import LANGUAGES, Catalogue, Language
from tools.fonts import CHARACTERS
from tools.places import ROOT
from turna_handset import glyphs, glyphs_large
from turna_handset.languages import LANGUAGES as ON_THE_BOARD
from turna_protocol import alerts, codes, delivery, report_codes

MARK = "machine-made, no native reader has seen it"


@pytest.fixture(scope="module")
def found() -> list[Catalogue]:
    return catalogues.read_all()


def test_what_is_compiled_is_what_the_catalogues_say(found: list[Catalogue]) -> None:
    assert list(languages.stale_files(found)) == []  # else: python3 -m tools.languages


def test_every_catalogue_has_every_label_in_letters_of_the_page_and_in_its_columns(
    found: list[Catalogue],
) -> None:
    assert [one for catalogue in found for one in catalogues.problems(catalogue, found[0])] == []


def test_a_missing_label_a_foreign_letter_and_a_long_text_are_named(
    found: list[Catalogue],
) -> None:
    texts = {"menu.title": "世界", "home.fix": "Position"}
    broken = Catalogue(LANGUAGES[1], texts, frozenset())
    template = Catalogue(LANGUAGES[0], {**texts, "done": "Done"}, frozenset())

    assert catalogues.problems(broken, template) == [
        "tr: done is missing",
        "tr: menu.title: a letter that the page does not have: 世界",
        "tr: home.fix: 8 of 6 columns: Position",
    ]


def test_a_translation_that_no_native_reader_has_seen_says_so_itself(
    found: list[Catalogue],
) -> None:
    assert found[0].unread == frozenset()
    for catalogue in found[1:]:
        content = catalogues.path_of(catalogue.language).read_text(encoding="utf-8")
        marks = content.count(f"# {MARK}\n") + content.count(f"# {translations.NOT_TRANSLATED}\n")
        assert marks == len(catalogue.unread)
        if catalogue.unread:
            assert "MACHINE-MADE" in content.partition("msgid")[0]


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
def test_every_translation_stands_beside_the_english_of_today(language: Language) -> None:
    content = catalogues.path_of(language).read_text(encoding="utf-8")
    assert translations.updated(language) == content  # else: python3 -m tools.translations


def test_every_code_that_a_report_carries_has_a_label(found: list[Catalogue]) -> None:
    labels = found[0].texts
    for kind, names in (
        ("mode", codes.MODES),
        ("team_status", codes.TEAM_STATUSES),
        ("hazard", codes.HAZARDS),
        ("need", codes.NEED_ITEMS),
        ("sos_kind", codes.SOS_KINDS),
        ("sos_phase", codes.SOS_PHASES),
        ("triage", codes.TRIAGE_COLOURS),
        ("phrase", report_codes.PHRASES),
        ("task", report_codes.TASKS),
        ("task_status", report_codes.STATUSES),
        ("alert", tuple(name.replace(" ", "_") for name in alerts.CODE_NAMES)),
        ("state", tuple(str(state) for state in range(len(delivery.STATE_NAMES)))),
    ):
        assert [name for name in names if f"{kind}.{name}" not in labels] == []


def test_board_and_tools_list_the_same_languages() -> None:
    assert [(one.name, one.own_name) for one in LANGUAGES] == list(ON_THE_BOARD)


def test_both_glyph_tables_have_every_letter_of_the_page() -> None:
    assert len(glyphs.ROWS) == 12 * len(CHARACTERS)
    assert len(glyphs_large.PIXELS) == 25 * len(CHARACTERS)
    for place, letter in enumerate(CHARACTERS[1:], start=1):
        assert any(glyphs.ROWS[12 * place : 12 * place + 12]), letter
        assert any(glyphs_large.PIXELS[25 * place : 25 * place + 25]), letter


def test_nothing_that_speaks_to_people_changes_the_case_of_a_letter() -> None:
    """Only i and I would do harm in Turkish, and MicroPython knows ASCII's cases only."""
    of_machines = ("nmea.py", "phone_site.py")  # sentences of a receiver, names of our constants
    changing = {"upper", "lower", "title", "capitalize", "swapcase", "casefold"}
    found = [
        (path.name, node.lineno)
        for path in (ROOT / "firmware" / "turna_handset").rglob("*.py")
        if path.name not in of_machines
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in changing
    ]
    assert found == []
