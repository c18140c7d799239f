"""Reads the catalogues of languages/ and says what is wrong with them; changes nothing.

English is the template: it has every label, in the order in which people read them. A translation
that no native reader has seen is marked fuzzy, as gettext marks what is to be reviewed.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from babel.messages.pofile import read_po

from tools.places import ROOT
from turna_protocol.text import to_page

FOLDER = ROOT / "languages"
TEMPLATE = "en"


class Language(NamedTuple):
    """A catalogue's name, its BCP 47 tag, and what its speakers call it."""

    name: str
    tag: str
    own_name: str

    @property
    def module(self) -> str:
        """Return the name of the board's table, which Python can import."""
        return self.name.replace("@", "_")


# In the order of the handset's list. What a language calls itself needs no catalogue.
LANGUAGES = (
    Language("en", "en", "English"),
    Language("tr", "tr", "Türkçe"),
    Language("az", "az", "Azərbaycanca"),
    Language("kk", "kk", "Қазақша"),
    Language("ky", "ky", "Кыргызча"),
    Language("uz", "uz-Latn", "Oʻzbekcha"),
    Language("uz@cyrillic", "uz-Cyrl", "Ўзбекча"),
    Language("tk", "tk", "Türkmençe"),
    Language("hu", "hu", "Magyar"),
    Language("ru", "ru", "Русский"),
)

# Columns of the screen (turna_handset/display.py): a whole line, and what other things leave of it.
LINE = 21
_BY_KIND = {
    "team_status": 14,
    "hazard": 19,
    "need": 19,
    "type": 9,
    "field": 11,  # of a row, beside a value
    "severity": 10,
    "action": 10,
    "urgency": 10,
    "precedence": 11,
}
_BY_LABEL = {
    "mode.exercise": 9,
    "mode.test": 9,
    "home.no_fix": 16,
    "home.fix": 6,
    "summary.status": 6,
    "summary.casualties": 10,
    "summary.trapped": 16,
    "summary.rescued": 16,
    "summary.hazards": 16,
    "summary.needs": 16,
    "reports.title": 8,
    "report.saved": 6,
    "report.tries": 4,
    "sos.countdown": 16,
    "phone.wifi": 5,
    "phone.key": 8,
    "inbox.new": 18,  # beside the envelope and a number
    "inbox.to_all": 15,
    "inbox.due": 12,
    "alarm.evacuate": 12,  # in large letters, and so the next two
    "alarm.cease_work": 12,
    "alarm.resume": 12,
    "node.device": 16,
    "node.region": 11,
    "node.utc": 10,
    "node.sent": 5,
    "node.heard": 5,
    "node.beacons": 15,
    "node.refused": 15,
    "node.faults": 15,
    "node.memory": 13,
}


class Catalogue(NamedTuple):
    """The texts of a language by label, and which of them no native reader has seen."""

    language: Language
    texts: dict[str, str]
    unread: frozenset[str]


def read(language: Language) -> Catalogue:
    """Read one catalogue."""
    with (FOLDER / f"{language.name}.po").open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    return Catalogue(
        language,
        {str(message.id): str(message.string or "") for message in messages},
        frozenset(str(message.id) for message in messages if message.fuzzy),
    )


def columns(label: str, exercise: str) -> int:
    """Return how many columns a label may take, beside the word for EXERCISE where both stand."""
    if label == "unprovisioned.title":
        return LINE
    if label.endswith(".title") and label != "reports.title":
        return LINE - len(exercise) - 1
    return _BY_LABEL.get(label, _BY_KIND.get(label.partition(".")[0], LINE))


def problems(catalogue: Catalogue, template: Catalogue) -> list[str]:
    """Say what keeps a catalogue from being used: labels, letters, lengths."""
    exercise = catalogue.texts.get("mode.exercise", "")
    said = [f"{label} is missing" for label in template.texts if label not in catalogue.texts]
    said += [f"{label} is no label" for label in catalogue.texts if label not in template.texts]
    for label, text in catalogue.texts.items():
        if not text:
            said.append(f"{label} is empty")
        elif to_page(text) is None:
            said.append(f"{label}: a letter that the page does not have: {text}")
        elif len(text) > columns(label, exercise):
            said.append(f"{label}: {len(text)} of {columns(label, exercise)} columns: {text}")
    return [f"{catalogue.language.name}: {one}" for one in said]


def read_all(languages: Sequence[Language] = LANGUAGES) -> list[Catalogue]:
    """Read every catalogue, the template first."""
    return [read(language) for language in languages]


def path_of(language: Language) -> Path:
    return FOLDER / f"{language.name}.po"
