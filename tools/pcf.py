"""Reads X11's compiled bitmap fonts (.pcf.gz): the pixels of each character of one cell size.

Only what character-cell fonts need: metrics, bitmaps and encodings, whose order the file states.
"""

import gzip
import struct
from pathlib import Path
from typing import NamedTuple

_MAGIC = b"\x01fcp"
# Tables and format bits: libXfont, include/X11/fonts/pcf... "pcf.h".
_METRICS, _BITMAPS, _ENCODINGS = 1 << 2, 1 << 3, 1 << 5
_COMPRESSED_METRICS = 0x100
_PAD_MASK, _BYTES_BIG_ENDIAN, _BITS_BIG_ENDIAN = 0x3, 0x4, 0x8
_NO_GLYPH = 0xFFFF
_HALF = 0x80  # what compressed metrics add to a byte so that it has no sign


class PcfError(ValueError):
    """Not a font this reader knows."""


class Metrics(NamedTuple):
    """Where a glyph lies about its origin, in pixels."""

    left: int
    right: int
    width: int
    ascent: int
    descent: int


class Font:
    """The characters of a font; rows are integers, the leftmost of `width` pixels highest."""

    def __init__(self, content: bytes) -> None:
        if content[:4] != _MAGIC:
            raise PcfError("no compiled X11 font")
        self._content = content
        (count,) = struct.unpack_from("<I", content, 4)
        entries = [struct.unpack_from("<IIII", content, 8 + 16 * number) for number in range(count)]
        self._tables = {kind: offset for kind, _, _, offset in entries}
        self._metrics = self._read_metrics()
        self._starts, self._pixels, self._format = self._read_bitmaps()
        self._glyphs = self._read_encodings()

    def rows(self, character: str, width: int, ascent: int, height: int) -> list[int]:
        """Return the character in a cell of `height` rows, `ascent` of them above the baseline."""
        number = self._glyphs.get(ord(character))
        if number is None:
            raise PcfError(f"no glyph for {character} (U+{ord(character):04X})")
        metrics = self._metrics[number]
        bitmap = self._bitmap(number, metrics)
        shift = width - metrics.right
        rows = [0] * height
        for row, bits in enumerate(bitmap, start=ascent - metrics.ascent):
            if 0 <= row < height:
                rows[row] = bits << shift if shift >= 0 else bits >> -shift
            elif bits:
                raise PcfError(f"{character} does not fit into {height} rows")
        return rows

    def _bitmap(self, number: int, metrics: Metrics) -> list[int]:
        wide = metrics.right - metrics.left
        pad = 1 << (self._format & _PAD_MASK)
        stride = (wide + 8 * pad - 1) // (8 * pad) * pad
        start = self._starts[number]
        rows = []
        for row in range(metrics.ascent + metrics.descent):
            line = self._pixels[start + row * stride : start + (row + 1) * stride]
            rows.append(int.from_bytes(line, "big") >> (8 * stride - wide))
        return rows

    def _table(self, kind: int) -> tuple[int, str, int]:
        """Return the format of a table, its byte order for `struct`, and where it goes on."""
        if kind not in self._tables:
            raise PcfError("a table is missing")
        offset = self._tables[kind]
        (form,) = struct.unpack_from("<I", self._content, offset)
        return form, ">" if form & _BYTES_BIG_ENDIAN else "<", offset + 4

    def _read_metrics(self) -> list[Metrics]:
        form, order, at = self._table(_METRICS)
        if form & _COMPRESSED_METRICS:
            (count,) = struct.unpack_from(order + "H", self._content, at)
            fields = struct.iter_unpack("5B", self._content[at + 2 : at + 2 + 5 * count])
            return [Metrics(*(field - _HALF for field in one)) for one in fields]
        (count,) = struct.unpack_from(order + "I", self._content, at)
        whole = struct.iter_unpack(order + "5hH", self._content[at + 4 : at + 4 + 12 * count])
        return [Metrics(*one[:5]) for one in whole]

    def _read_bitmaps(self) -> tuple[tuple[int, ...], bytes, int]:
        form, order, at = self._table(_BITMAPS)
        if not form & _BITS_BIG_ENDIAN or not form & _BYTES_BIG_ENDIAN:
            raise PcfError("bits in an order this reader does not know")
        (count,) = struct.unpack_from(order + "I", self._content, at)
        starts = struct.unpack_from(f"{order}{count}I", self._content, at + 4)
        sizes = struct.unpack_from(f"{order}4I", self._content, at + 4 + 4 * count)
        begin = at + 4 + 4 * count + 16
        return starts, self._content[begin : begin + sizes[form & _PAD_MASK]], form

    def _read_encodings(self) -> dict[int, int]:
        _, order, at = self._table(_ENCODINGS)
        low, high, first, last, _ = struct.unpack_from(order + "5H", self._content, at)
        across = high - low + 1
        count = across * (last - first + 1)
        numbers = struct.unpack_from(f"{order}{count}H", self._content, at + 10)
        return {
            ((first + place // across) << 8) + low + place % across: number
            for place, number in enumerate(numbers)
            if number != _NO_GLYPH
        }


def read(path: Path) -> Font:
    """Read a font file."""
    return Font(gzip.decompress(path.read_bytes()))
