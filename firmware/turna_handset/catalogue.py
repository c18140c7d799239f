"""The texts of one language, found by label in tables that stay in flash.

A text becomes a string when it is asked for, so a language takes next to nothing of the heap; the
tables are made by tools/languages.py.
"""

import sys

from turna_protocol.text import from_page

from . import languages
from .languages import ids

ENGLISH = "en"


class Catalogue:
    """One language: texts in the page of letters, and where each begins, two bytes each."""

    def __init__(self, texts: bytes, starts: bytes) -> None:
        self._texts = texts
        self._starts = starts

    def text(self, label: str) -> str:
        """Return the text of a label; an unknown one shows itself rather than nothing."""
        index = _index(label.encode())
        if index is None:
            return label
        return from_page(_part(self._texts, self._starts, index))


def load(language: str) -> Catalogue:
    """Return the texts of a language, or English if this firmware does not know it."""
    known = [code for code, _ in languages.LANGUAGES]
    module = (language if language in known else ENGLISH).replace("@", "_")
    name = f"turna_handset.languages.{module}"
    table = __import__(name, None, None, ("TEXTS", "STARTS"))
    catalogue = Catalogue(table.TEXTS, table.STARTS)
    # Only one language is spoken at a time; nothing else may keep this one's table.
    del sys.modules[name]
    delattr(languages, module)
    return catalogue


def _index(label: bytes) -> int | None:
    """Return the label's place in every table, by halving the sorted list."""
    low, high = 0, len(ids.STARTS) // 2 - 1
    while low < high:
        middle = (low + high) // 2
        found = _part(ids.IDS, ids.STARTS, middle)
        if found == label:
            return middle
        if found < label:
            low = middle + 1
        else:
            high = middle
    return None


def _part(whole: bytes, starts: bytes, index: int) -> bytes:
    begin = starts[2 * index] << 8 | starts[2 * index + 1]
    end = starts[2 * index + 2] << 8 | starts[2 * index + 3]
    return whole[begin:end]
