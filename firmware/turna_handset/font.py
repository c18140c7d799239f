"""The handset's letters: 6 x 12 pixel cells for the whole page of letters, and the delivery signs.

The letters are X11's (`glyphs`). The signs are our own, in the private use area.
"""

from turna_protocol.text import LETTERS

from .glyphs import ROWS

WIDTH = 6
HEIGHT = 12

SIGNS = "\ue000\ue001\ue002\ue003\ue004\ue005\ue008"  # in the order of the delivery states
PLACE = "\ue006"  # before the age of the last position
ENVELOPE = "\ue007"  # a letter that nobody has opened
_ALL_SIGNS = SIGNS + PLACE + ENVELOPE
SIGNS_COUNT = len(_ALL_SIGNS)

_FIRST = 32  # the table starts with printable ASCII and goes on with the letters of the page
_ASCII = 95


def glyph(character: str) -> bytes:
    """Return HEIGHT rows, one byte each, leftmost pixel in the highest bit; "?" if unknown."""
    sign = _ALL_SIGNS.find(character)
    if sign >= 0:
        return _SIGN_ROWS[sign * HEIGHT : (sign + 1) * HEIGHT]
    index = place(character)
    return ROWS[index * HEIGHT : (index + 1) * HEIGHT]


def place(character: str) -> int:
    """Return a character's place in a table of glyphs; that of "?" if it has none."""
    code = ord(character) - _FIRST
    if 0 <= code < _ASCII:
        return code
    letter = LETTERS.find(character)
    return _ASCII + letter if letter >= 0 else ord("?") - _FIRST


def characters() -> str:
    """Return every character that has a glyph of its own."""
    return "".join([chr(_FIRST + index) for index in range(_ASCII)]) + LETTERS + _ALL_SIGNS


# One row a byte, twelve rows a character.
_SIGN_ROWS = (
    b"\x00\x00\x20\x20\xa8\x70\x20\x00\x88\x88\xf8\x00"  # sign: saved
    b"\x00\x00\xa8\xa8\x70\x20\x20\x20\x20\x20\x70\x00"  # sign: at gateway
    b"\x00\x00\x20\x70\xf8\x00\xa8\xa8\xa8\x00\xf8\x00"  # sign: at Secretariat
    b"\x00\x00\x00\x00\x70\x88\xa8\x88\x70\x00\x00\x00"  # sign: read
    b"\x00\x00\x00\x08\x08\x10\x10\xa0\xa0\x40\x00\x00"  # sign: acted on
    b"\x00\x00\x00\x88\x88\x50\x20\x50\x88\x88\x00\x00"  # sign: refused
    b"\x00\x20\x20\x20\xf8\x20\x20\x00\x20\x20\x00\x00"  # sign: false alarm
    b"\x00\x00\x70\xd8\xd8\x70\x70\x20\x20\x20\x00\x00"  # sign: place
    b"\x00\x00\x00\xf8\xd8\xa8\x88\x88\xf8\x00\x00\x00"  # sign: envelope
)
