"""Every text the rescuer reads, by label, in the language the handset speaks.

A line of the screen has 21 columns; a title leaves room for EXERCISE. Never transform case on the
board: that differs between our languages. What is spoken is the one thing this module remembers,
for every screen asks for it and no two languages are on one screen.
"""

from . import catalogue
from .languages import LANGUAGES

_spoken = [catalogue.load(catalogue.ENGLISH)]
_language = [catalogue.ENGLISH]


def speak(language: str) -> None:
    """Go on in a language by its code; English if this firmware does not know it."""
    _spoken[0] = catalogue.load(language)
    _language[0] = language


def language() -> str:
    """Return the code of the language that is spoken."""
    return _language[0]


def text(label: str) -> str:
    """Return the text of a label; an unknown one shows itself rather than nothing."""
    return _spoken[0].text(label)


def own_names() -> list[str]:
    """Return what the speakers of each language call it."""
    return [name for _, name in LANGUAGES]
