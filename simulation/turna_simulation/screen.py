"""What is to be seen on a display: pixels, text by exact comparison with a font, PNG, terminal."""

import struct
import zlib
from typing import Protocol

_UNREADABLE = "\ufffd"
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


class Font(Protocol):
    """A font of the firmware: rows of a glyph, whole bytes, leftmost pixel in the highest bit."""

    WIDTH: int
    HEIGHT: int

    def glyph(self, character: str, /) -> bytes:
        """Return the rows of a character."""

    def characters(self) -> str:
        """Return every character that has a glyph of its own."""


class Screen:
    """A picture, one byte per pixel, row by row; 1 is lit."""

    def __init__(self, width: int, height: int, pixels: bytes) -> None:
        self.width = width
        self.height = height
        self.pixels = pixels

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Screen) and self.pixels == other.pixels

    def __hash__(self) -> int:
        return hash(self.pixels)

    def lit(self, x: int, y: int) -> bool:
        """Tell whether a pixel is lit."""
        return bool(self.pixels[y * self.width + x])

    @property
    def dark(self) -> bool:
        """Tell whether nothing at all is lit."""
        return not any(self.pixels)

    def png(self, scale: int = 3) -> bytes:
        """Return the picture as a PNG file."""
        rows = []
        for y in range(self.height):
            row = self.pixels[y * self.width : (y + 1) * self.width]
            line = b"".join((b"\xff" if pixel else b"\x00") * scale for pixel in row)
            rows.append((b"\x00" + line) * scale)
        width, height = self.width * scale, self.height * scale
        header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
        parts = [(b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b"")]
        return _PNG_SIGNATURE + b"".join(_chunk(name, content) for name, content in parts)

    def text(self, font: Font) -> list[str]:
        """Read lines of text, plain or inverted, by exact comparison of cells with a font."""
        glyphs = _glyphs(font)
        lines, y = [], 0
        while y + font.HEIGHT <= self.height:
            line, read, cells = self._text_line(y, font, glyphs)
            if read and read * 3 >= cells * 2:
                lines.append(line.rstrip())
                y += font.HEIGHT
            else:
                y += 1
        return lines

    def _text_line(self, y: int, font: Font, glyphs: dict[bytes, str]) -> tuple[str, int, int]:
        """Return a line, how many of its cells were read, and how many are no mere plane."""
        line, read, cells = "", 0, 0
        for x in range(0, self.width - font.WIDTH + 1, font.WIDTH):
            cell = self._cell(x, y, font.WIDTH, font.HEIGHT)
            character = glyphs.get(cell, _UNREADABLE)
            line += character
            if any(cell) and not all(cell):
                cells += 1
                read += character != _UNREADABLE
        return line, read, cells

    def _cell(self, x: int, y: int, width: int, height: int) -> bytes:
        starts = range(y * self.width + x, (y + height) * self.width + x, self.width)
        return b"".join(self.pixels[start : start + width] for start in starts)


def as_read(text: str, font: Font) -> str:
    """Return a text as a reader of pixels sees it: of letters that look alike, always the same."""
    glyphs = _glyphs(font)
    return "".join(glyphs[_pixels(font.glyph(character), font)] for character in text)


def _pixels(rows: bytes, font: Font) -> bytes:
    """Return a glyph as a byte per pixel, row by row."""
    stride = (font.WIDTH + 7) // 8
    return bytes(
        rows[y * stride + x // 8] >> (7 - x % 8) & 1
        for y in range(font.HEIGHT)
        for x in range(font.WIDTH)
    )


def _glyphs(font: Font) -> dict[bytes, str]:
    """Return characters by their pixels, inverted ones too; plain ones win."""
    plain: dict[bytes, str] = {}
    inverted: dict[bytes, str] = {}
    for character in font.characters():
        rows = font.glyph(character)
        bits = _pixels(rows, font)
        plain.setdefault(bits, character)
        inverted.setdefault(bytes(1 - bit for bit in bits), character)
    return inverted | plain


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)
