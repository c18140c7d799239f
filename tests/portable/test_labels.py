"""Texts by label, in every language, on both interpreters; and that every screen has room."""

import os
import sys

from turna_handset import keypad, labels, speech
from turna_handset.catalogue import ENGLISH, load
from turna_handset.font import characters
from turna_handset.languages import LANGUAGES, ids
from turna_handset.lines import COLUMNS
from turna_protocol import delivery

SHORT, LONG, HOLD = keypad.SHORT, keypad.LONG, keypad.HOLD
PATH = "chosen-language"  # where the tests run
ALL = [code for code, _ in LANGUAGES]


def label_list() -> "list[str]":
    last = len(ids.STARTS) // 2 - 1
    places = [ids.STARTS[2 * i] << 8 | ids.STARTS[2 * i + 1] for i in range(last + 1)]
    return [ids.IDS[places[i] : places[i + 1]].decode() for i in range(last)]


def test_every_label_has_a_text_in_every_language() -> None:
    for code in ALL:
        catalogue = load(code)
        for label in label_list():
            assert catalogue.text(label) != label, (code, label)


def test_every_text_can_be_drawn_and_fits_a_line() -> None:
    known = characters()
    for code in ALL:
        catalogue = load(code)
        for label in label_list():
            text = catalogue.text(label)
            assert 0 < len(text) <= COLUMNS, (code, label)
            for letter in text:
                assert letter in known, (code, label, letter)


def test_the_english_states_are_those_of_the_specification() -> None:
    for state, name in enumerate(delivery.STATE_NAMES):
        assert load(ENGLISH).text(f"state.{state}") == name


def test_no_title_gives_way_to_exercise() -> None:
    for code in ALL:
        labels.speak(code)
        for label in label_list():
            if label.endswith(".title") and not label.startswith("unprovisioned"):
                title = labels.text(label)
                room = COLUMNS - len(labels.text("mode.exercise")) - 1
                assert len(title) <= room, (code, label, title)
    labels.speak(ENGLISH)


def test_an_unknown_label_shows_itself() -> None:
    assert labels.text("no.such.label") == "no.such.label"
    assert labels.text("") == ""
    assert labels.text("zzz") == "zzz"


def test_an_unknown_language_is_english() -> None:
    labels.speak("tlh")
    assert labels.text("menu.title") == "Menu"


def test_a_language_leaves_no_module_behind() -> None:
    labels.speak("kk")
    assert labels.text("menu.title") == "Мәзір"
    labels.speak(ENGLISH)
    assert not [name for name in sys.modules if name.startswith("turna_handset.languages.k")]


def test_the_language_chosen_in_the_menu_outlasts_a_restart() -> None:
    try:
        assert speech.choose("uz@cyrillic", PATH)
        labels.speak(ENGLISH)

        speech.begin("tr", PATH)
        assert labels.text("menu.title") == "Меню"
        assert labels.text("phrase.yes") == "ҳа"
    finally:
        os.remove(PATH)
        labels.speak(ENGLISH)


def test_without_a_choice_the_settings_decide() -> None:
    speech.begin("tr", PATH)
    assert labels.text("menu.title") == "Menü"
    labels.speak(ENGLISH)


def test_a_choice_that_cannot_be_read_is_none() -> None:
    try:
        with open(PATH, "wb") as file:
            file.write(b"\xff\x00 nonsense")
        speech.begin("hu", PATH)
        assert labels.text("state.5") == "elutasítva"
    finally:
        os.remove(PATH)
        labels.speak(ENGLISH)


def test_a_choice_that_cannot_be_kept_is_spoken_all_the_same() -> None:
    assert not speech.choose("az", "no-such-folder/language")
    assert labels.text("menu.title") == "Menyu"
    labels.speak(ENGLISH)
