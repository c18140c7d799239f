"""The handset's large letters, 10 x 20 pixels, for what must be read at a glance.

X11's (`glyphs_large`); the same characters as the small ones, without the signs of delivery.
"""

from . import font
from .glyphs_large import PIXELS

WIDTH = 10
HEIGHT = 20

_CELL_BYTES = WIDTH * HEIGHT // 8
_ROW_MASK = (1 << WIDTH) - 1


def glyph(character: str) -> bytes:
    """Return HEIGHT rows, two bytes each, leftmost pixel in the highest bit; "?" if unknown."""
    start = font.place(character) * _CELL_BYTES
    bits = int.from_bytes(PIXELS[start : start + _CELL_BYTES], "big")
    rows = bytearray(2 * HEIGHT)
    for row in range(HEIGHT - 1, -1, -1):
        wide = (bits & _ROW_MASK) << 6
        rows[2 * row] = wide >> 8
        rows[2 * row + 1] = wide & 0xFF
        bits >>= WIDTH
    return bytes(rows)


def characters() -> str:
    """Return every character that has a glyph of its own."""
    return font.characters()[: -font.SIGNS_COUNT]
